/* SPDX-License-Identifier: Apache-2.0 */
#include "comparison_service.h"

#include <string.h>

#include "base/time.h"
#include "comparison_policy.h"
#include "domain/date.h"
#include "run.h"
#include "world_support.h"

static const char *const relations[REL_COUNT] = { "head", "spouse", "child", "parent", "grandchild", "grandparent", "sibling",
                                                  "other" };

/* As of which day, and as known at which position of stream facts. */
typedef struct {
    uuid_t household;
    int32_t as_of;
    uint64_t position; /* UINT64_MAX: all that is known now */
    comparison_moment_t when; /* whose policy governs; meaningless when all that is known now is asked for */
} question_t;

static bool
bad_data(err_t *err, const char *pointer, const char *text)
{
    (void) err_set(err, ERR_REJECT, "bad_data", "%s: %s", pointer + 1, text);
    (void) str_copy(err->pointer, sizeof err->pointer, pointer);
    return false;
}

/* A business day (what was applied by its end), a moment, or a position; `ret` says what of the three was asked for. */
static bool
read_known_at(db_tx_t *tx, const json_node_t *node, comparison_moment_t *ret, uint64_t *ret_position, err_t *err)
{
    const char *text = json_text(node);
    int64_t n;

    *ret = (comparison_moment_t){ .position = UINT64_MAX, .day = DATE_OPEN };
    if (text == NULL) {
        if (!json_i64(node, &n) || n < 0)
            return bad_data(err, "/known_at", "expected a date, a time with zone, or a position of stream facts");
        *ret_position = ret->position = (uint64_t) n;
        return true;
    }
    if (date_parse(text, strlen(text), &ret->day))
        return store_position_at(tx, ret->day, 0, ret_position, err);
    if (time_parse(text, strlen(text), &ret->at_us))
        return store_position_at(tx, DATE_OPEN, ret->at_us, ret_position, err);
    return bad_data(err, "/known_at", "expected a date, a time with zone, or a position of stream facts");
}

static bool
read_question(db_tx_t *tx, const json_node_t *data, question_t *ret, err_t *err)
{
    question_t q = { .as_of = DATE_OPEN, .position = UINT64_MAX, .when = { .day = DATE_OPEN } };
    clock_state_t clock;
    json_in_t in;

    json_in_init(&in, data, "", err);
    q.household = json_in_uuid(&in, "household");
    const char *as_of = json_in_text_or(&in, "as_of", NULL);
    if (!json_in_ok(&in))
        return false;
    if (as_of != NULL && !date_parse(as_of, strlen(as_of), &q.as_of))
        return bad_data(err, "/as_of", "expected a date YYYY-MM-DD");
    const json_node_t *known_at = json_get(data, "known_at");
    if (known_at != NULL && json_kind(known_at) != JSON_NULL && !read_known_at(tx, known_at, &q.when, &q.position, err))
        return false;
    if (!store_clock_read(tx, &clock, err))
        return false;
    if (q.as_of == DATE_OPEN)
        q.as_of = q.when.day != DATE_OPEN && q.when.day < clock.day ? q.when.day : clock.day;
    if (q.as_of == DATE_OPEN)
        return err_set(err, ERR_REJECT, "conflict", "the first business day is not set: name a day in as_of");
    if (q.when.position != UINT64_MAX)
        q.when.day = q.as_of; /* at one position the policy may have changed from one day to the next */
    *ret = q;
    return true;
}

static bool
load(db_tx_t *tx, world_t *world, const svc_request_t *req, const uuid_t *id, uint64_t position, household_t **ret, err_t *err)
{
    if (!run_household(tx, world, id, position, ret, err))
        return false;
    if (*ret == NULL)
        return err_set(err, ERR_REJECT, "not_found", "no household has this id%s",
                       position == UINT64_MAX ? "" : " at that time");
    if ((*ret)->has_entry && !bus_key_covers_region(req->key, (*ret)->entry.region))
        return err_set(err, ERR_REJECT, "forbidden", "the household lies outside the key's regions");
    return true;
}

/* --- parts of answers --- */

static void
write_entry(json_out_t *out, const world_t *world, const household_t *h)
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
        json_out_end(out);
    }
    json_out_end(out);
}

static void
write_enrolment(json_out_t *out, const world_t *world, const holder_t *holder, const fact_t *f, int32_t day)
{
    char key[33];

    json_out_object(out, NULL);
    json_out_text(out, "category", terms_word(world->terms, f->kind) + sizeof "enrolment." - 1);
    if (holder->kind != HELD_BY_HOUSEHOLD)
        json_out_uuid(out, "person", &holder->id);
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
write_enrolments(json_out_t *out, world_t *world, const household_t *h, int32_t day)
{
    json_out_array(out, "enrolments");
    for (size_t i = 0; i <= h->entry.member_count; i++) {
        const holder_t *holder = &h->holder;

        if (i > 0) {
            const person_t *p = world_find_person(world, &h->entry.members[i - 1].person);

            if (p == NULL || !uuid_eq(&p->home, &h->holder.id))
                continue;
            holder = &p->holder;
        }
        for (size_t f = 0; f < holder->fact_count; f++)
            if (world_is_enrolment(world, holder->facts[f].kind))
                write_enrolment(out, world, holder, &holder->facts[f], day);
    }
    json_out_end(out);
}

/* Findings that were open then: the last version of each that had been published. */
typedef struct {
    const question_t *question;
    arena_t *arena;
    published_t *last;
    size_t n, cap;
} open_then_t;

static bool
on_version(void *ctx, const published_t *v, err_t *err)
{
    open_then_t *self = ctx;
    size_t i = 0;

    (void) err;
    if (v->day > self->question->as_of || v->position > self->question->position)
        return true;
    while (i < self->n && !uuid_eq(&self->last[i].finding, &v->finding))
        i++;
    if (i == self->n) {
        self->last = world_grow(self->arena, self->last, &self->cap, self->n + 1, sizeof(published_t));
        self->n++;
    }
    self->last[i] = *v;
    self->last[i].data = (slice_t){ arena_strndup(self->arena, v->data.ptr, v->data.len), v->data.len };
    return true;
}

static bool
write_findings(json_out_t *out, db_tx_t *tx, arena_t *arena, const question_t *q, err_t *err)
{
    open_then_t then = { .question = q, .arena = arena };

    if (!store_finding_versions(tx, &q->household, on_version, &then, err))
        return false;
    json_out_array(out, "findings");
    for (size_t i = 0; i < then.n; i++)
        if (then.last[i].open)
            json_out_raw(out, NULL, then.last[i].data.ptr, then.last[i].data.len);
    json_out_end(out);
    return true;
}

/* --- explain --- */

/* What is known now is explained by the present policy, also for another day; what was known once by the policy that
 * governed then. */
static bool
find_policy(db_tx_t *tx, comparison_t *comparison, const question_t *q, const policy_t **ret, bool *ret_kept, err_t *err)
{
    *ret = comparison->policy;
    *ret_kept = true;
    return q->position == UINT64_MAX || comparison_policy_at(comparison, tx, &q->when, ret, ret_kept, err);
}

/* Of what was known once the household's world has it, replayed. */
static bool
find_places(db_tx_t *tx, comparison_t *comparison, world_t *world, const question_t *q, policy_world_t *ret, err_t *err)
{
    if (q->position == UINT64_MAX)
        return comparison_places(comparison, tx, ret, err);
    *ret = world_place_facts(world);
    return true;
}

static void
write_not_assessed(json_out_t *out, const household_t *h)
{
    const char *why = !h->has_entry        ? "the household register has no entry for it yet"
                      : h->entry.closed    ? "the household is closed"
                                           : "nobody is left in it";

    json_out_bool(out, "assessed", false);
    json_out_text(out, "reason", why);
    json_out_array(out, "categories");
    json_out_end(out);
}

bool
query_explain(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err)
{
    service_t *self = state;
    AUTO(world) world = world_new(svc_arena(svc), self->comparison->terms);
    const policy_t *policy;
    question_t q;
    household_t *h;
    dossier_t dossier;
    policy_world_t places;
    bool kept;

    if (!read_question(tx, req->data, &q, err) || !load(tx, world, req, &q.household, q.position, &h, err) ||
        !find_policy(tx, self->comparison, &q, &policy, &kept, err))
        return err_add(err, "explain");
    json_out_object(out, NULL);
    json_out_uuid(out, "household", &q.household);
    json_out_date(out, "as_of", q.as_of);
    if (q.position != UINT64_MAX)
        json_out_i64(out, "position", (int64_t) q.position);
    if (h->has_entry) {
        write_entry(out, world, h);
        write_enrolments(out, world, h, q.as_of);
    }
    if (!write_findings(out, tx, svc_arena(svc), &q, err))
        return err_add(err, "explain");
    if (!world_is_assessable(world, h)) {
        write_not_assessed(out, h);
    } else {
        REQUIRE(world_dossier(world, h, &dossier));
        if (!find_places(tx, self->comparison, world, &q, &places, err))
            return err_add(err, "explain");
        json_out_bool(out, "assessed", true);
        json_out_bool(out, "incomplete", dossier.incomplete);
        if (!kept)
            json_out_bool(out, "policy_kept", false);
        if (!policy_explain(policy, &places, &dossier, q.as_of, out, err))
            return err_add(err, "explain");
    }
    json_out_end(out);
    return true;
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
    if (!store_clock_read(tx, &clock, err) || !load(tx, world, req, &id, UINT64_MAX, &h, err))
        return err_add(err, "household");
    json_out_object(out, NULL);
    json_out_uuid(out, "household", &id);
    if (h->has_entry)
        write_entry(out, world, h);
    write_enrolments(out, world, h, clock.day == DATE_OPEN ? DATE_OPEN - 1 : clock.day);
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
    if (!load(tx, world, req, &id, UINT64_MAX, &h, err))
        return err_add(err, "chain");
    json_out_object(out, NULL);
    json_out_uuid(out, "household", &id);
    json_out_array(out, "entries");
    if (!store_finding_versions(tx, &id, on_chain_version, out, err) || !store_household_outcomes(tx, &id, on_chain_outcome, out, err))
        return err_add(err, "chain");
    json_out_end(out);
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
        return bad_data(err, "/date", "expected a date YYYY-MM-DD");
    if (!bus_key_covers_region(req->key, region))
        return err_set(err, ERR_REJECT, "forbidden", "the region is not one of the key's: name a region inside them");
    json_out_object(out, NULL);
    if (day != DATE_OPEN && !run_register(tx, svc_arena(svc), day, region, out, err))
        return err_add(err, "register");
    json_out_end(out);
    return true;
}
