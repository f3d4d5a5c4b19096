/* SPDX-License-Identifier: Apache-2.0 */
#include "check_report.h"
#include "comparison_query.h"

#include <string.h>

#include "base/hash.h"
#include "base/time.h"
#include "domain/date.h"
#include "domain/resident_id.h"
#include "run.h"

/* The check of an applicant (核对; 57号 art. 15, 17, 18; MZ/T 072-2024 §5): a report is made once and kept, so that it is shown to
 * the same bytes for as long as anybody asks; an objection stands beside it, and a check again is another report. */

enum { REASON_LEAST = 4, REASON_MOST = 1000 };

typedef struct {
    service_t *self;
    db_tx_t *tx;
    arena_t *arena;
    const svc_request_t *req;
    clock_state_t clock;
    uuid_t id; /* of the request: also the report that it makes */
    int64_t at_us;
} ask_t;

typedef struct {
    uuid_t household, person;
    const char *category, *reason;
    const check_report_t *earlier; /* NULL: a first check */
} wish_t;

/* Reasons are kept: nobody's number is in them. */
static bool
read_reason(const ask_t *ask, const char **ret, err_t *err)
{
    const char *reason = json_text(json_get(ask->req->data, "reason"));

    if (reason == NULL || strlen(reason) < REASON_LEAST || strlen(reason) > REASON_MOST)
        return query_bad_data(err, "/reason", "say why, in 4 to 1000 bytes");
    if (resident_id_within(reason))
        return query_bad_data(err, "/reason", "no document numbers here: the person is known by the report");
    *ret = reason;
    return true;
}

static bool
note(const ask_t *ask, const uuid_t *report, check_what_t what, const char *reason, err_t *err)
{
    const check_act_t act = { .id = ask->id, .report = *report, .what = what, .at_us = ask->at_us, .day = ask->clock.day,
                              .actor = ask->req->actor, .key = ask->req->key->name, .reason = reason };

    return store_check_act(ask->tx, &act, err);
}

/* --- a report --- */

static void
write_head(const ask_t *ask, const wish_t *wish, const household_t *h, uint64_t position, json_out_t *out)
{
    json_out_uuid(out, "report", &ask->id);
    json_out_text(out, "check", wish->earlier == NULL ? "first" : "again");
    if (wish->earlier != NULL) {
        json_out_uuid(out, "of", &wish->earlier->id);
        json_out_text(out, "of_digest", wish->earlier->digest);
    }
    json_out_uuid(out, "household", &wish->household);
    if (!uuid_is_nil(&wish->person))
        json_out_uuid(out, "person", &wish->person);
    if (wish->category != NULL)
        json_out_text(out, "category", wish->category);
    json_out_text(out, "region", h->entry.region);
    json_out_date(out, "day", ask->clock.day);
    json_out_i64(out, "position", (int64_t) position);
    json_out_time(out, "at", ask->at_us);
    json_out_text(out, "actor", ask->req->actor);
    json_out_text(out, "reason", wish->reason);
    json_out_array(out, "basis");
    json_out_text(out, NULL, "民发〔2021〕57号 15, 17, 18");
    json_out_text(out, NULL, "MZ/T 072-2024 5");
    json_out_end(out);
}

/* The conclusion of each category with all that it rests on: what explain answers, at the same position. */
static bool
write_explanation(const ask_t *ask, const uuid_t *household, json_out_t *out, err_t *err)
{
    AUTO_STR question = STR_INIT;
    AUTO(json) data = NULL;
    AUTO_STR answer = STR_INIT;
    json_out_t to;

    json_out_init(&to, &question);
    json_out_object(&to, NULL);
    json_out_uuid(&to, "household", household);
    json_out_end(&to);
    if (!json_parse(question.ptr, question.len, &data, err))
        return false;
    json_out_init(&to, &answer);
    if (!query_write_explanation(ask->self, ask->tx, ask->arena, ask->req, json_root(data), false, &to, err))
        return false;
    json_out_raw(out, "explanation", answer.ptr, answer.len);
    return true;
}

static bool
write_body(const ask_t *ask, const wish_t *wish, world_t *world, const household_t *h, check_report_t *report, json_out_t *out, err_t *err)
{
    comparison_t *comparison = ask->self->comparison;
    check_case_t one = { .policy = comparison->policy, .terms = comparison->terms, .protection = comparison->protection,
                         .day = ask->clock.day, .arena = ask->arena };
    dataset_time_t *times;
    dossier_t dossier;

    if (!store_dataset_times(ask->tx, ask->arena, &times, &one.time_count, err))
        return false;
    REQUIRE(world_dossier(world, h, ask->clock.day, &dossier));
    one.times = times;
    one.dossier = &dossier;
    report->people = check_report_people(&one, &report->people_count);
    json_out_object(out, NULL);
    write_head(ask, wish, h, report->position, out);
    check_report_write(&one, out);
    if (wish->earlier != NULL) {
        json_out_array(out, "objections");
        if (!store_check_objections(ask->tx, &wish->earlier->id, out, err))
            return false;
        json_out_end(out);
    }
    if (!write_explanation(ask, &wish->household, out, err))
        return false;
    json_out_end(out);
    return true;
}

static void
digest_of(slice_t body, char ret[2 * HASH_SIZE + 1])
{
    hash_t hash;

    hash_of(body.ptr, body.len, &hash);
    str_hex(hash.b, sizeof hash.b, ret);
}

static bool
write_reply(const ask_t *ask, const check_report_t *report, json_out_t *out, err_t *err)
{
    json_out_object(out, NULL);
    json_out_raw(out, "report", report->body.ptr, report->body.len);
    json_out_text(out, "digest", report->digest);
    json_out_array(out, "objections");
    if (!store_check_objections(ask->tx, &report->id, out, err))
        return false;
    json_out_end(out);
    json_out_array(out, "later");
    if (!store_check_later(ask->tx, &report->id, out, err))
        return false;
    json_out_end(out);
    json_out_end(out);
    return true;
}

static bool
make(const ask_t *ask, const wish_t *wish, json_out_t *out, err_t *err)
{
    comparison_t *comparison = ask->self->comparison;
    AUTO(world) world = world_new(ask->arena, comparison->terms);
    AUTO_STR body = STR_INIT;
    char digest[2 * HASH_SIZE + 1];
    stream_cursor_t cursor;
    household_t *h;
    json_out_t to;

    if (!query_load(ask->tx, world, ask->req, &wish->household, UINT64_MAX, &h, err) || !comparison_protection(comparison, ask->tx, err) ||
        !stream_cursor_load(ask->tx, "facts", &cursor, err))
        return false;
    world->protection = comparison->protection;
    if (!world_is_assessable(world, h))
        return err_set(err, ERR_REJECT, "conflict", "the household is closed, nobody is left in it, or the register has no entry for it");
    check_report_t report = { .id = ask->id, .household = wish->household, .person = wish->person, .category = wish->category,
                              .region = h->entry.region, .day = ask->clock.day, .position = cursor.seq, .at_us = ask->at_us,
                              .digest = digest };
    if (wish->earlier != NULL)
        report.earlier = wish->earlier->id;
    json_out_init(&to, &body);
    if (!write_body(ask, wish, world, h, &report, &to, err))
        return false;
    report.body = str_slice(&body);
    digest_of(report.body, digest);
    if (!store_check(ask->tx, &report, err) || !note(ask, &report.id, CHECK_CHECKED, wish->reason, err))
        return false;
    if (wish->earlier == NULL)
        ask->self->totals.checks++;
    else
        ask->self->totals.checks_again++;
    return write_reply(ask, &report, out, err);
}

/* --- what can be asked --- */

static bool
check_category(const policy_t *policy, const char *category, err_t *err)
{
    for (size_t k = 0; category != NULL && k < policy_category_count(policy); k++)
        if (strcmp(policy_category_wire(policy, k), category) == 0)
            return true;
    return category == NULL || query_bad_data(err, "/category", "the policy has no such category");
}

static bool
find_home(const ask_t *ask, const uuid_t *person, uuid_t *ret, err_t *err)
{
    bool known;

    if (!store_person_home(ask->tx, person, &known, ret, err))
        return false;
    if (!known || uuid_is_nil(ret))
        return err_set(err, ERR_REJECT, "not_found", "%s",
                       known ? "no household's register entry lists the person: the applicant's household must be sent first"
                             : "nothing has been received about the person");
    return true;
}

static bool
on_check(const ask_t *ask, json_out_t *out, err_t *err)
{
    wish_t wish = { .category = NULL };
    json_in_t in;

    json_in_init(&in, ask->req->data, "", err);
    bool by_person = json_in_uuid_or_nil(&in, "person", &wish.person);
    if (!by_person)
        wish.household = json_in_uuid(&in, "household");
    wish.category = json_in_text_or(&in, "category", NULL);
    if (!json_in_ok(&in) || !read_reason(ask, &wish.reason, err) || !check_category(ask->self->comparison->policy, wish.category, err))
        return false;
    if (by_person && !find_home(ask, &wish.person, &wish.household, err))
        return false;
    return make(ask, &wish, out, err);
}

/* The report that is named, when the key may see it. */
static bool
find_report(const ask_t *ask, check_report_t *ret, err_t *err)
{
    json_in_t in;
    bool known;

    json_in_init(&in, ask->req->data, "", err);
    uuid_t id = json_in_uuid(&in, "report");
    if (!json_in_ok(&in) || !store_check_load(ask->tx, &id, ask->arena, ret, &known, err))
        return false;
    if (!known)
        return err_set(err, ERR_REJECT, "not_found", "no report has this id");
    if (!bus_key_covers_region(ask->req->key, ret->region))
        return err_set(err, ERR_REJECT, "forbidden", "the household lies outside the key's regions");
    return true;
}

static bool
on_again(const ask_t *ask, json_out_t *out, err_t *err)
{
    check_report_t earlier;
    wish_t wish = { .earlier = &earlier };

    if (!find_report(ask, &earlier, err) || !read_reason(ask, &wish.reason, err))
        return false;
    wish.person = earlier.person;
    wish.household = earlier.household;
    wish.category = earlier.category;
    if (!uuid_is_nil(&wish.person) && !find_home(ask, &wish.person, &wish.household, err))
        return false;
    return make(ask, &wish, out, err);
}

static bool
on_report(const ask_t *ask, json_out_t *out, err_t *err)
{
    check_report_t report;

    return find_report(ask, &report, err) && note(ask, &report.id, CHECK_SHOWN, NULL, err) && write_reply(ask, &report, out, err);
}

static bool
on_object(const ask_t *ask, json_out_t *out, err_t *err)
{
    check_report_t report;
    const char *reason;

    return find_report(ask, &report, err) && read_reason(ask, &reason, err) && note(ask, &report.id, CHECK_OBJECTED, reason, err) &&
           write_reply(ask, &report, out, err);
}

static bool
on_count(const ask_t *ask, json_out_t *out, err_t *err)
{
    int32_t number;
    json_in_t in;

    json_in_init(&in, ask->req->data, "", err);
    const char *month = json_in_text(&in, "month");
    const char *region = json_in_text_or(&in, "region", "");
    if (!json_in_ok(&in))
        return false;
    if (!date_parse_month(month, strlen(month), &number))
        return query_bad_data(err, "/month", "expected a month YYYY-MM");
    if (!bus_key_covers_region(ask->req->key, region))
        return err_set(err, ERR_REJECT, "forbidden", "the region is not one of the key's: name a region inside them");
    json_out_object(out, NULL);
    json_out_text(out, "month", month);
    if (!store_check_counts(ask->tx, date_month_start(number), date_month_start(number + 1), region, out, err))
        return false;
    json_out_end(out);
    return true;
}

bool
command_check(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err)
{
    static const struct {
        const char *act;
        bool (*handle)(const ask_t *ask, json_out_t *out, err_t *err);
    } acts[] = { { "check", on_check }, { "again", on_again }, { "report", on_report }, { "object", on_object }, { "count", on_count } };
    ask_t ask = { .self = state, .tx = tx, .arena = svc_arena(svc), .req = req, .at_us = time_now_us() };
    const char *act = json_text(json_get(req->data, "act"));

    if (!uuid_parse(req->event->id, strlen(req->event->id), &ask.id))
        uuid_derive("check", req->event->id, &ask.id);
    if (!service_refresh(ask.self, tx, err) || !store_clock_read(tx, &ask.clock, err))
        return err_add(err, "check");
    if (ask.clock.day == DATE_OPEN)
        return err_set(err, ERR_REJECT, "conflict", "the first business day is not set: nothing is assessed before the first tick");
    for (size_t i = 0; act != NULL && i < COUNT_OF(acts); i++)
        if (strcmp(acts[i].act, act) == 0)
            return acts[i].handle(&ask, out, err) || err_add(err, "check");
    return query_bad_data(err, "/act", "expected check, again, report, object or count");
}
