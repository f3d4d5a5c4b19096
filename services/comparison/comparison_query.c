/* SPDX-License-Identifier: Apache-2.0 */
#include "comparison_query.h"

#include <string.h>

#include "domain/date.h"
#include "run.h"
#include "world_person.h"

static const char *const relations[REL_COUNT] = { "head", "spouse", "child", "parent", "grandchild", "grandparent", "sibling",
                                                  "other" };

bool
query_bad_data(err_t *err, const char *pointer, const char *text)
{
    (void) err_set(err, ERR_REJECT, "bad_data", "%s: %s", pointer + 1, text);
    (void) str_copy(err->pointer, sizeof err->pointer, pointer);
    return false;
}

bool
query_load(db_tx_t *tx, world_t *world, const svc_request_t *req, const uuid_t *id, uint64_t position, household_t **ret, err_t *err)
{
    char region[REGION_SIZE];
    household_t *h;

    if (!run_household(tx, world, id, position, &h, err))
        return false;
    if (h != NULL && h->has_entry)
        (void) str_copy(region, sizeof region, h->entry.region);
    else if (!store_region_told(tx, id, position, region, err)) /* its entry may have been taken back, what was found stays */
        return false;
    if (h == NULL && region[0] == '\0')
        return err_set(err, ERR_REJECT, "not_found", "no household has this id%s",
                       position == UINT64_MAX ? "" : " at that time");
    if (region[0] != '\0' && !bus_key_covers_region(req->key, region))
        return err_set(err, ERR_REJECT, "forbidden", "the household lies outside the key's regions");
    *ret = h != NULL ? h : world_household(world, id);
    return true;
}

/* --- parts of answers --- */

/* Who it is: without a resident ID, or the same person as others, and since when that is known. */
static void
write_same(json_out_t *out, const person_t *p)
{
    const person_t *head = world_head(p);

    if (head->provisional)
        json_out_bool(out, "provisional", true);
    if (head->part_count == 0)
        return;
    if (head != p)
        json_out_uuid(out, "is", &head->holder.id);
    json_out_array(out, "also");
    for (size_t i = 1; i < head->part_count; i++) {
        json_out_object(out, NULL);
        json_out_uuid(out, "person", &head->parts[i]->holder.id);
        json_out_i64(out, "seq", (int64_t) head->parts[i]->same_seq);
        if (head->parts[i]->same_on != DATE_OPEN)
            json_out_date(out, "known", head->parts[i]->same_on);
        json_out_end(out);
    }
    json_out_end(out);
}

void
query_write_entry(json_out_t *out, const world_t *world, const household_t *h)
{
    char key[33];

    json_out_text(out, "region", h->entry.region);
    json_out_text(out, "area", h->entry.urban ? "urban" : "rural");
    json_out_date(out, "effective", h->entry.effective);
    json_out_bool(out, "closed", h->entry.closed);
    str_hex(h->entry.record.key, sizeof h->entry.record.key, key);
    json_out_object(out, "record");
    json_out_text(out, "dataset", terms_word(world->terms, h->entry.record.dataset));
    json_out_text(out, "record", key);
    json_out_i64(out, "seq", (int64_t) h->entry.seq);
    json_out_i64(out, "index", h->entry.index);
    json_out_end(out);
    json_out_array(out, "members");
    for (size_t i = 0; i < h->entry.member_count; i++) {
        const listed_t *m = &h->entry.members[i];
        const person_t *p = world_find_person(world, &m->person);

        json_out_object(out, NULL);
        json_out_uuid(out, "person", &m->person);
        json_out_text(out, "relation", relations[m->relation]);
        json_out_text(out, "sex", m->male ? "m" : "f");
        json_out_date(out, "born", m->born);
        if (p != NULL && !uuid_eq(&p->home, &h->holder.id))
            json_out_uuid(out, "counted_in", &p->home); /* another household claims the person with a better right */
        if (p != NULL)
            write_same(out, p);
        json_out_end(out);
    }
    json_out_end(out);
}

static void
write_enrolment(json_out_t *out, const world_t *world, const uuid_t *person /* or NULL */, const fact_t *f, int32_t day)
{
    char key[33];

    json_out_object(out, NULL);
    json_out_text(out, "category", terms_word(world->terms, f->kind) + sizeof "enrolment." - 1);
    if (person != NULL)
        json_out_uuid(out, "person", person);
    if (f->code != 0)
        json_out_text(out, "code", terms_word(world->terms, f->code));
    json_out_date(out, "from", f->from);
    if (f->to != DATE_OPEN)
        json_out_date(out, "to", f->to);
    json_out_bool(out, "in_force", f->from <= day && day < f->to);
    json_out_fen(out, "amount", f->value);
    json_out_array(out, "persons");
    for (size_t i = 0; i < f->person_count; i++)
        json_out_uuid(out, NULL, &f->persons[i]);
    json_out_end(out);
    str_hex(f->key, sizeof f->key, key);
    json_out_text(out, "dataset", terms_word(world->terms, f->dataset));
    json_out_text(out, "record", key);
    json_out_i64(out, "seq", (int64_t) f->seq);
    json_out_i64(out, "index", f->index);
    json_out_end(out);
}

static void
write_enrolments_of(json_out_t *out, world_t *world, const uuid_t *person, const fact_t *facts, size_t n, int32_t day)
{
    for (size_t f = 0; f < n; f++)
        if (world_is_enrolment(world, facts[f].kind))
            write_enrolment(out, world, person, &facts[f], day);
}

/* Somebody who is listed under two names is one. */
static bool
is_written(const world_t *world, const household_t *h, size_t i, const person_t *head)
{
    for (size_t k = 0; k < i; k++) {
        const person_t *p = world_find_person(world, &h->entry.members[k].person);

        if (p != NULL && world_head(p) == head)
            return true;
    }
    return false;
}

void
query_write_enrolments(json_out_t *out, world_t *world, const household_t *h, int32_t day)
{
    json_out_array(out, "enrolments");
    write_enrolments_of(out, world, NULL, world_name_facts(world, h->holder.facts, h->holder.fact_count, &h->holder.id), h->holder.fact_count, day);
    for (size_t i = 0; i < h->entry.member_count; i++) {
        const person_t *p = world_find_person(world, &h->entry.members[i].person);
        fact_t *facts;
        size_t n;

        if (p == NULL || !uuid_eq(&p->home, &h->holder.id) || is_written(world, h, i, world_head(p)))
            continue;
        world_person_facts(world, world_head(p), &facts, &n);
        write_enrolments_of(out, world, &world_head(p)->holder.id, facts, n, day);
    }
    json_out_end(out);
}

/* --- household --- */

bool
query_household(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err)
{
    service_t *self = state;
    AUTO(world) world = world_new(svc_arena(svc), self->comparison->terms);
    uuid_t person, id;
    clock_state_t clock;
    household_t *h;
    bool known = true;
    json_in_t in;

    json_in_init(&in, req->data, "", err);
    if (json_in_uuid_or_nil(&in, "person", &person)) {
        if (!store_person_home(tx, &person, &known, &id, err))
            return err_add(err, "household");
        if (!known || uuid_is_nil(&id))
            return err_set(err, ERR_REJECT, "not_found", "%s",
                           known ? "records of the person wait: no household's register entry lists the person"
                                 : "nothing has been received about the person");
    } else {
        id = json_in_uuid(&in, "household");
    }
    if (!json_in_ok(&in))
        return false;
    if (!store_clock_read(tx, &clock, err) || !query_load(tx, world, req, &id, UINT64_MAX, &h, err))
        return err_add(err, "household");
    json_out_object(out, NULL);
    json_out_uuid(out, "household", &id);
    if (h->has_entry)
        query_write_entry(out, world, h);
    query_write_enrolments(out, world, h, clock.day == DATE_OPEN ? DATE_OPEN - 1 : clock.day);
    json_out_end(out);
    return true;
}

/* --- chain --- */

static bool
on_chain_version(void *ctx, const published_t *v, err_t *err)
{
    json_out_t *out = ctx;

    (void) err;
    json_out_object(out, NULL);
    json_out_date(out, "on", v->day);
    json_out_text(out, "what", "finding");
    json_out_i64(out, "seq", (int64_t) v->seq);
    json_out_i64(out, "position", (int64_t) v->position);
    if (!uuid_is_nil(&v->causation))
        json_out_uuid(out, "causation", &v->causation);
    json_out_raw(out, "finding", v->data.ptr, v->data.len);
    json_out_end(out);
    return true;
}

static bool
on_chain_outcome(void *ctx, const char *stream, const outcome_t *o, err_t *err)
{
    json_out_t *out = ctx;

    (void) err;
    json_out_object(out, NULL);
    if (o->day != DATE_OPEN)
        json_out_date(out, "on", o->day);
    json_out_text(out, "what", "outcome");
    json_out_text(out, "stream", stream);
    json_out_i64(out, "seq", (int64_t) o->seq);
    json_out_text(out, "state", o->state);
    if (!uuid_is_nil(&o->finding))
        json_out_uuid(out, "of", &o->finding);
    json_out_raw(out, "outcome", o->data, strlen(o->data));
    json_out_end(out);
    return true;
}

bool
query_chain(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err)
{
    service_t *self = state;
    AUTO(world) world = world_new(svc_arena(svc), self->comparison->terms);
    household_t *h;
    json_in_t in;

    json_in_init(&in, req->data, "", err);
    uuid_t id = json_in_uuid(&in, "household");
    if (!json_in_ok(&in))
        return false;
    if (!query_load(tx, world, req, &id, UINT64_MAX, &h, err))
        return err_add(err, "chain");
    json_out_object(out, NULL);
    json_out_uuid(out, "household", &id);
    json_out_array(out, "entries");
    if (!store_finding_versions(tx, &id, 0, on_chain_version, out, err) || !store_household_outcomes(tx, &id, on_chain_outcome, out, err) ||
        !store_rulings_write(tx, NULL, &id, RULING_NOW, out, err))
        return err_add(err, "chain");
    json_out_end(out);
    json_out_end(out);
    return true;
}

/* --- waiting --- */

static void
write_waiting(void *ctx, const char *dataset, int64_t records, int32_t since)
{
    json_out_t *out = ctx;
    const char *dot = strchr(dataset, '.');

    json_out_object(out, NULL);
    json_out_text(out, "dataset", dataset);
    json_out_text_n(out, "department", dataset, dot == NULL ? strlen(dataset) : (size_t) (dot - dataset));
    json_out_i64(out, "records", records);
    if (since != DATE_OPEN)
        json_out_date(out, "since", since);
    json_out_end(out);
}

/* Numbers of the whole county: whom the register does not have has no region. */
bool
query_waiting(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err)
{
    store_totals_t totals;

    (void) svc;
    (void) state;
    (void) req;
    json_out_object(out, NULL);
    json_out_array(out, "datasets");
    if (!store_waiting_load(tx, write_waiting, out, err) || !store_totals(tx, &totals, err))
        return err_add(err, "waiting");
    json_out_end(out);
    json_out_i64(out, "persons", totals.waiting);
    json_out_i64(out, "records", totals.waiting_records);
    json_out_end(out);
    return true;
}

/* --- register --- */

bool
query_register(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err)
{
    clock_state_t clock;
    int32_t day;
    json_in_t in;

    (void) state;
    json_in_init(&in, req->data, "", err);
    const char *date = json_in_text_or(&in, "date", NULL);
    const char *region = json_in_text_or(&in, "region", "");
    if (!json_in_ok(&in) || !store_clock_read(tx, &clock, err))
        return false;
    day = clock.day;
    if (date != NULL && !date_parse(date, strlen(date), &day))
        return query_bad_data(err, "/date", "expected a date YYYY-MM-DD");
    if (!bus_key_covers_region(req->key, region))
        return err_set(err, ERR_REJECT, "forbidden", "the region is not one of the key's: name a region inside them");
    json_out_object(out, NULL);
    if (day != DATE_OPEN && !run_register(tx, svc_arena(svc), day, region, out, err))
        return err_add(err, "register");
    json_out_end(out);
    return true;
}
