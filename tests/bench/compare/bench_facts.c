/* SPDX-License-Identifier: Apache-2.0 */
/* The county of bench_compare.py and bench_growth.py: people, households, twelve facts for each person, and the records that come later.
 *
 *     bench_facts stream CONNINFO PART PEOPLE FROM TO    facts events in table `stream` of the role's schema (intake's)
 *     bench_facts rows PART PEOPLE FROM TO               the same as rows for COPY, for who does it in SQL
 *
 * PART is register (FROM, TO: households), facts or month (persons; month: one fact of each), random or village (records; random: each
 * about another household).
 * Everything follows from the numbers, so both see the same county; memory is that of one event. */
#include "base/err.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/uuid.h"
#include "dataset.h"
#include "db/db.h"
#include "domain/date.h"
#include "stream/stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RECORDS = 1000, EVENTS_IN_A_TRANSACTION = 20, FACTS = 12, MONTHS = 8, POOR_IN_100 = 6, DAY_TEXT = 40 };
/* The months of the base facts: February to September 2023; the records that come later speak of January 2024. */
enum { FIRST_MONTH = 2023 * 12 + 1, LATER_MONTH = 2024 * 12 };

typedef enum { WORKER, PENSIONER, CHILD } role_t;
/* As the opponent's table numbers them. */
typedef enum { WAGE = 1, PENSION, MEDICAL, JOB, PUPIL, HOUSE, VEHICLE } kind_t;
static const char *const kinds[] = { "", "income.wage", "income.pension", "expense.medical.self_paid", "employment.job",
                                     "education.enrolled", "asset.house", "asset.vehicle" };
static const char *const codes[] = { "", NULL, NULL, NULL, "contract", "primary", "dwelling", "car" };
static const char *const datasets[] = { "", "hrss.wages", "hrss.pensions", "medical.settlements", "hrss.employment",
                                        "education.students", "housing.property", "police.vehicles" };

typedef struct {
    kind_t kind;
    int from_month, to_month; /* year × 12 + month from 0; to_month 0: open */
    int day;                  /* of the first month, from 1 */
    int64_t value;
    int number; /* with the person and the kind it makes the key */
} record_t;

static uint64_t
mix(uint64_t x, uint64_t salt)
{
    x += salt * UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

/* --- the county: of four households one has one member, one two, one three, one four --- */

static const int first_in_four[] = { 0, 1, 3, 6 };
static const int four_of_ten[] = { 0, 1, 1, 2, 2, 2, 3, 3, 3, 3 };

static int64_t
household_of(int64_t person)
{
    return person / 10 * 4 + four_of_ten[person % 10];
}

static int64_t
first_of(int64_t household)
{
    return household / 4 * 10 + first_in_four[household % 4];
}

static int
members_of(int64_t household)
{
    return (int) (household % 4) + 1;
}

static role_t
role_of(int64_t person)
{
    static const role_t roles[] = { PENSIONER, WORKER, WORKER, WORKER, WORKER, CHILD, WORKER, WORKER, CHILD, PENSIONER };

    return roles[person % 10];
}

static int64_t
monthly(int64_t person)
{
    int64_t household = household_of(person);
    uint64_t draw = mix((uint64_t) person, 3) % 1000;

    if (mix((uint64_t) household, 1) % 100 < POOR_IN_100) /* around the lines */
        return role_of(person) == WORKER ? 60000 + (int64_t) draw * 170 : 50000 + (int64_t) draw * 120;
    return role_of(person) == WORKER ? 400000 + (int64_t) draw * 800 : 250000 + (int64_t) draw * 300;
}

static void
id_of(const char *what, int64_t n, uuid_t *ret)
{
    char text[24];

    (void) snprintf(text, sizeof text, "%lld", (long long) n);
    uuid_derive(what, text, ret);
}

/* As intake names people: who came new in one batch, and that is of the register, begins alike. */
static void
person_id(int64_t person, uuid_t *ret)
{
    uuid_t near;

    id_of("batch", household_of(person) / RECORDS, &near);
    id_of("person", person, ret);
    memcpy(ret->b, near.b, 4); /* uuid_random_near */
}

static record_t
fact_of(int64_t person, int i)
{
    role_t role = role_of(person);
    uint64_t draw = mix((uint64_t) person * FACTS + (uint64_t) i, 5);

    if (i < MONTHS && role != CHILD)
        return (record_t){ role == WORKER ? WAGE : PENSION, FIRST_MONTH + i, FIRST_MONTH + i + 1, 1, monthly(person), i };
    if (i == FACTS - 1 && role != PENSIONER)
        return (record_t){ role == WORKER ? JOB : PUPIL, FIRST_MONTH - 20, 0, 1, 1, i };
    if (i == FACTS - 2 && role != CHILD) /* one house for each household at most: its first member's; a car for each sixth worker */
        return person == first_of(household_of(person)) || role == PENSIONER
                   ? (record_t){ person == first_of(household_of(person)) ? HOUSE : MEDICAL, FIRST_MONTH - 30, 0, 1, 1, i }
               : draw % 6 == 0 ? (record_t){ VEHICLE, FIRST_MONTH - 9, 0, 1, 1, i }
                               : (record_t){ MEDICAL, FIRST_MONTH + 1, 0, 1 + (int) (draw % 28), (int64_t) (draw % 40000), i };
    return (record_t){ MEDICAL, FIRST_MONTH + i % 12, 0, 1 + (int) (draw % 28), (int64_t) (draw % 60000), i };
}

/* What one month brings of a person: what is paid every month, told once for all of them, or a bill. */
static record_t
month_of(int64_t person)
{
    role_t role = role_of(person);

    if (role == CHILD)
        return fact_of(person, 0);
    return (record_t){ role == WORKER ? WAGE : PENSION, FIRST_MONTH, LATER_MONTH + 1, 1, monthly(person), 0 };
}

/* What comes later: a wage, a pension or a bill of a new month; each tenth corrects a month that is known. */
static record_t
later_of(int64_t person, int64_t n, bool random)
{
    uint64_t draw = mix((uint64_t) n, random ? 7 : 8);
    role_t role = role_of(person);
    int month = LATER_MONTH - (random ? 0 : 1), number = FACTS + (random ? 0 : 1);

    if (role == CHILD)
        return (record_t){ MEDICAL, month, 0, 1 + (int) (draw % 28), (int64_t) (draw % 90000), number };
    if (draw % 10 == 0) {
        record_t r = fact_of(person, MONTHS - (random ? 1 : 2));

        r.value += 10000 + (int64_t) (draw % 5000);
        return r;
    }
    return (record_t){ role == WORKER ? WAGE : PENSION, month, month + 1, 1, monthly(person), number };
}

static void
key_of(int64_t person, const record_t *r, uuid_t *ret)
{
    char text[48];

    (void) snprintf(text, sizeof text, "%lld/%d/%d", (long long) person, (int) r->kind, r->number);
    uuid_derive("key", text, ret);
}

static int64_t
gcd(int64_t a, int64_t b)
{
    return b == 0 ? a : gcd(b, a % b);
}

/* The n-th record: random, by a step that has no divisor in common with the number of households; or the villages in order. */
static int64_t
person_of_record(int64_t people, int64_t n, bool random)
{
    int64_t households = people / 10 * 4, step = households / 2 + households / 9 + 1, household = n % households;

    if (random) {
        while (gcd(step, households) != 1)
            step++;
        household = n % households * step % households;
    }
    return first_of(household) + (int64_t) (mix((uint64_t) n, 11) % (uint64_t) members_of(household));
}

/* --- as rows --- */

static void
day_text(int month, int day, char ret[DAY_TEXT])
{
    if (month == 0)
        (void) snprintf(ret, DAY_TEXT, "infinity");
    else
        (void) snprintf(ret, DAY_TEXT, "%04d-%02d-%02d", month / 12, month % 12 + 1, day);
}

static void
print_record(int64_t person, const record_t *r)
{
    char key[UUID_TEXT_SIZE], who[UUID_TEXT_SIZE], from[DAY_TEXT], to[DAY_TEXT];
    uuid_t id;

    key_of(person, r, &id);
    uuid_format(&id, key);
    person_id(person, &id);
    uuid_format(&id, who);
    day_text(r->from_month, r->day, from);
    day_text(r->to_month, 1, to);
    printf("%s\t%s\t%d\t%s\t%s\t%lld\n", key, who, (int) r->kind, from, to, (long long) r->value);
}

static void
print_household(int64_t household)
{
    char home[UUID_TEXT_SIZE], who[UUID_TEXT_SIZE];
    uuid_t id;

    id_of("household", household, &id);
    uuid_format(&id, home);
    for (int m = 0; m < members_of(household); m++) {
        person_id(first_of(household) + m, &id);
        uuid_format(&id, who);
        printf("%s\t%s\n", who, home);
    }
}

/* --- as events --- */

typedef struct {
    db_t *db;
    db_tx_t *tx;
    stream_t *stream;
    catalogue_t *catalogue;
    const char *dataset;
    str_t data;
    int records, events;
} out_t;

static void
need(bool ok, const err_t *err)
{
    if (ok)
        return;
    (void) fprintf(stderr, "bench_facts: %s (%s)\n", err->text, err->code);
    exit(1); /* a benchmark's tool: nothing to unwind */
}

static void
commit(out_t *out)
{
    const stream_sent_t *sent;
    err_t err = { 0 };
    size_t n;

    if (out->tx == NULL)
        return;
    need(stream_flush(out->stream, out->tx, &err), &err);
    need(db_tx_commit(&out->tx, &err), &err);
    stream_committed(out->stream, &sent, &n);
    out->events = 0;
}

static void
end_event(out_t *out)
{
    char topic[64];
    uint64_t seq;
    err_t err = { 0 };

    if (out->records == 0)
        return;
    str_add(&out->data, "]}");
    (void) snprintf(topic, sizeof topic, "fact/%s", out->dataset);
    stream_draft_t draft = { .type = "plimsoll.facts.v1", .topic = topic, .subject = out->dataset, .data = str_slice(&out->data) };
    if (out->tx == NULL)
        need(db_tx_begin(out->db, &out->tx, &err), &err);
    need(stream_append(out->stream, out->tx, &draft, &seq, &err), &err);
    out->records = 0;
    if (++out->events == EVENTS_IN_A_TRANSACTION)
        commit(out);
}

static void
begin_record(out_t *out, const char *dataset, const uuid_t *key)
{
    char hex[33];

    if (out->records == RECORDS || (out->records > 0 && out->dataset != dataset))
        end_event(out);
    if (out->records == 0) {
        str_clear(&out->data);
        const dataset_t *file = catalogue_find(out->catalogue, dataset);
        str_printf(&out->data, "{\"dataset\":\"%s\",\"department\":\"%.*s\",\"batch\":\"bench\",\"received\":\"2024-02-15\",",
                   dataset, (int) strcspn(dataset, "."), dataset);
        if (file != NULL && file->key_names_text != NULL) /* as intake does */
            str_printf(&out->data, "\"key_names\":\"%s\",", file->key_names_text);
        str_add(&out->data, "\"records\":[");
        out->dataset = dataset;
    }
    str_hex(key->b, sizeof key->b, hex);
    str_printf(&out->data, "%s{\"index\":%d,\"key\":\"%s\",\"op\":\"put\",\"facts\":[", out->records > 0 ? "," : "", out->records, hex);
    out->records++;
}

static void
send_record(out_t *out, int64_t person, const record_t *r)
{
    char who[UUID_TEXT_SIZE], day[DAY_TEXT];
    uuid_t id;

    key_of(person, r, &id);
    begin_record(out, datasets[r->kind], &id);
    person_id(person, &id);
    uuid_format(&id, who);
    day_text(r->from_month, r->day, day);
    str_printf(&out->data, "{\"holder\":{\"person\":\"%s\"},\"kind\":\"%s\",\"from\":\"%s\"", who, kinds[r->kind], day);
    if (r->to_month != 0) {
        day_text(r->to_month, 1, day);
        str_printf(&out->data, ",\"to\":\"%s\"", day);
    }
    str_printf(&out->data, ",\"value\":%lld", (long long) r->value);
    if (codes[r->kind] != NULL)
        str_printf(&out->data, ",\"code\":\"%s\"", codes[r->kind]);
    str_add(&out->data, "}]}");
}

static void
send_household(out_t *out, int64_t household)
{
    static const char *const relations[] = { "head", "spouse", "child", "parent" };
    static const int born[] = { 1985, 1948, 2014 }; /* worker, pensioner, child */
    char text[UUID_TEXT_SIZE];
    uuid_t id;

    id_of("household", household, &id);
    begin_record(out, "civil.households", &id);
    uuid_format(&id, text);
    str_printf(&out->data, "],\"household\":{\"household\":\"%s\",\"region\":\"3206811%02lld%03lld\",\"area\":\"rural\","
                           "\"effective\":\"2022-12-31\",\"closed\":false,\"members\":[",
               text, (long long) (household / 40000 % 90), (long long) (200 + household / 200 % 200));
    for (int m = 0; m < members_of(household); m++) {
        int64_t person = first_of(household) + m;

        person_id(person, &id);
        uuid_format(&id, text);
        str_printf(&out->data, "%s{\"person\":\"%s\",\"relation\":\"%s\",\"sex\":\"%s\",\"born\":\"%d-%02d-%02d\"}", m > 0 ? "," : "",
                   text, relations[m], m % 2 == 0 ? "m" : "f", born[role_of(person)] + (int) (mix((uint64_t) person, 13) % 4),
                   1 + (int) (mix((uint64_t) person, 17) % 12), 1 + (int) (mix((uint64_t) person, 19) % 28));
    }
    str_add(&out->data, "]}}");
}

/* A village at a time and within it a dataset at a time, as departments send them. */
static void
send_facts(out_t *out, int64_t from, int64_t to, bool month)
{
    enum { VILLAGE = 1000 };

    for (int64_t village = from; village < to; village += VILLAGE)
        for (int kind = WAGE; kind <= VEHICLE; kind++)
            for (int64_t p = village; p < village + VILLAGE && p < to; p++)
                for (int i = 0; i < (month ? 1 : FACTS); i++) {
                    record_t r = month ? month_of(p) : fact_of(p, i);

                    if ((int) r.kind == kind)
                        send_record(out, p, &r);
                }
}

static void
send_later(out_t *out, int64_t people, int64_t from, int64_t to, bool random)
{
    /* a batch is of one dataset: what falls to each of three is collected from a stretch of records */
    enum { STRETCH = 4 * RECORDS };

    for (int64_t at = from; at < to; at += STRETCH)
        for (int kind = WAGE; kind <= MEDICAL; kind++)
            for (int64_t n = at; n < at + STRETCH && n < to; n++) {
                int64_t person = person_of_record(people, n, random);
                record_t r = later_of(person, n, random);

                if ((int) r.kind == kind)
                    send_record(out, person, &r);
            }
}

static void
send_part(out_t *out, const char *part, int64_t people, int64_t from, int64_t to)
{
    if (strcmp(part, "register") == 0)
        for (int64_t h = from; h < to; h++)
            send_household(out, h);
    else if (strcmp(part, "facts") == 0)
        send_facts(out, from, to, false);
    else if (strcmp(part, "month") == 0)
        send_facts(out, from, to, true);
    else
        send_later(out, people, from, to, strcmp(part, "random") == 0);
    end_event(out);
    commit(out);
}

static void
print_part(const char *part, int64_t people, int64_t from, int64_t to)
{
    for (int64_t n = from; n < to; n++) {
        if (strcmp(part, "register") == 0) {
            print_household(n);
        } else if (strcmp(part, "month") == 0) {
            record_t r = month_of(n);

            print_record(n, &r);
        } else if (strcmp(part, "facts") == 0) {
            for (int i = 0; i < FACTS; i++) {
                record_t r = fact_of(n, i);

                print_record(n, &r);
            }
        } else {
            int64_t person = person_of_record(people, n, strcmp(part, "random") == 0);
            record_t r = later_of(person, n, strcmp(part, "random") == 0);

            print_record(person, &r);
        }
    }
}

int
main(int argc, char **argv)
{
    bool stream = argc == 7 && strcmp(argv[1], "stream") == 0;
    char **args = argv + (stream ? 3 : 2);
    const db_stmt_set_t *const sets[] = { &stream_statements, NULL };
    err_t err = { 0 };

    if (!stream && (argc != 6 || strcmp(argv[1], "rows") != 0)) {
        (void) fprintf(stderr, "usage: bench_facts stream CONNINFO PART PEOPLE FROM TO\n       bench_facts rows PART PEOPLE FROM TO\n");
        return 64;
    }
    int64_t people = strtoll(args[1], NULL, 10), from = strtoll(args[2], NULL, 10), to = strtoll(args[3], NULL, 10);
    if (people <= 0 || people % 10 != 0) {
        (void) fprintf(stderr, "bench_facts: PEOPLE must be a multiple of ten\n");
        return 64;
    }
    if (!stream) {
        print_part(args[0], people, from, to);
        return 0;
    }
    const db_options_t options = { .conninfo = argv[2], .application = "intake", .connect_timeout_ms = 5000,
                                   .statement_timeout_ms = 600000, .sets = sets };
    out_t out = { .data = STR_INIT };
    need(catalogue_load(SOURCE_DIR "/deploy/datasets", SOURCE_DIR "/schemas/datasets", &out.catalogue, &err), &err);
    need(db_open(&options, &out.db, &err), &err);
    need(db_tx_begin(out.db, &out.tx, &err), &err);
    need(stream_open(out.tx, "facts", "/services/intake", &out.stream, &err), &err);
    need(db_tx_commit(&out.tx, &err), &err);
    send_part(&out, args[0], people, from, to);
    stream_destroy(&out.stream);
    db_destroy(&out.db);
    catalogue_destroy(&out.catalogue);
    str_done(&out.data);
    return 0;
}
