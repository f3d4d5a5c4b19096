/* SPDX-License-Identifier: Apache-2.0 */
#include "comparison_query.h"

#include <string.h>

#include "domain/date.h"
#include "domain/resident_id.h"
#include "finding.h"
#include "run.h"
#include "world_person.h"

/* The decision of a case conference (一事一议): people decide what no rule covers, with reason, scope and end. */

enum { REASON_LEAST = 10, TEXT_MOST = 1000, YEARS_MOST = 10 };

typedef struct {
    ruling_t ruling;
    const char *reason, *conference;
} request_t;

/* Characters, not bytes: a Chinese reason is as long as it reads. */
static size_t
count_chars(const char *text)
{
    size_t n = 0;

    for (; *text != '\0'; text++)
        n += ((unsigned char) *text & 0xc0) != 0x80;
    return n;
}

/* Reasons travel with explanations: nobody's number is in them. */
static bool
check_text(const char *text, size_t least, const char *pointer, err_t *err)
{
    if (count_chars(text) < least || strlen(text) > TEXT_MOST)
        return query_bad_data(err, pointer, least == REASON_LEAST ? "say why, in 10 characters to 1000 bytes" : "expected 1 to 1000 bytes");
    if (resident_id_within(text))
        return query_bad_data(err, pointer, "no document numbers here: the person is known by the household");
    return true;
}

static bool
read_day(const json_node_t *data, const char *key, const char *pointer, int32_t *ret, err_t *err)
{
    const char *text = json_text(json_get(data, key));

    if (text == NULL || !date_parse(text, strlen(text), ret))
        return query_bad_data(err, pointer, "expected a date YYYY-MM-DD");
    return true;
}

/* Of the household or of the person, and a category that the policy has. */
static bool
check_category(const policy_t *policy, const request_t *r, err_t *err)
{
    policy_unit_t unit = uuid_is_nil(&r->ruling.person) ? POLICY_UNIT_HOUSEHOLD : POLICY_UNIT_PERSON;
    bool known = false;

    for (size_t k = 0; k < policy_category_count(policy); k++) {
        if (strcmp(policy_category_wire(policy, k), r->ruling.category) != 0)
            continue;
        known = true;
        if (policy_category_role(policy, k) == POLICY_ROLE_INDICATOR)
            return query_bad_data(err, "/category", "a warning is not decided: silence it, or decide on what it calls for");
        if (policy_category_unit(policy, k) == unit)
            return true;
    }
    if (!known)
        return query_bad_data(err, "/category", "the policy has no such category");
    return query_bad_data(err, "/person", unit == POLICY_UNIT_PERSON ? "this category is decided for the household: leave person out"
                                                                     : "this category is decided for a person: name one");
}

static bool
read_request(const json_node_t *data, const uuid_t *id, const policy_t *policy, request_t *ret, err_t *err)
{
    request_t r = { .ruling = { .id = *id, .verb = RULING_COUNT } };
    json_in_t in;

    json_in_init(&in, data, "", err);
    r.ruling.household = json_in_uuid(&in, "household");
    (void) json_in_uuid_or_nil(&in, "person", &r.ruling.person);
    r.ruling.category = json_in_text(&in, "category");
    const char *verb = json_in_text(&in, "decision");
    r.reason = json_in_text(&in, "reason");
    r.conference = json_in_text(&in, "conference");
    if (!json_in_ok(&in) || !check_category(policy, &r, err))
        return false;
    if (!ruling_verb_of(verb, &r.ruling.verb) || r.ruling.verb == RULING_APPLIED)
        return query_bad_data(err, "/decision", "expected grants, refuses, keeps, not_granted or withdrawn");
    if (!check_text(r.reason, REASON_LEAST, "/reason", err) || !check_text(r.conference, 1, "/conference", err))
        return false;
    if (!read_day(data, "from", "/from", &r.ruling.from, err) || !read_day(data, "until", "/until", &r.ruling.until, err))
        return false;
    if (r.ruling.until <= r.ruling.from || r.ruling.until > date_add_months(r.ruling.from, 12 * YEARS_MOST))
        return query_bad_data(err, "/until", "the first day on which it no longer holds: after `from`, at most ten years");
    *ret = r;
    return true;
}

static void
write_reply(json_out_t *out, const request_t *r, bool ended, const comparison_done_t *done)
{
    json_out_object(out, NULL);
    json_out_uuid(out, "id", &r->ruling.id);
    json_out_uuid(out, "household", &r->ruling.household);
    if (!uuid_is_nil(&r->ruling.person))
        json_out_uuid(out, "person", &r->ruling.person);
    json_out_text(out, "category", r->ruling.category);
    json_out_text(out, "decision", ruling_verb_name(r->ruling.verb));
    json_out_date(out, "from", r->ruling.from);
    json_out_date(out, "until", r->ruling.until);
    json_out_bool(out, "replaces", ended);
    json_out_i64(out, "opened", (int64_t) done->opened);
    json_out_i64(out, "changed", (int64_t) done->changed);
    json_out_i64(out, "withdrawn", (int64_t) done->withdrawn);
    json_out_end(out);
}

/* Under any of the person's names. */
static bool
lists_person(const world_t *world, const household_t *h, const uuid_t *person)
{
    for (size_t i = 0; h->has_entry && i < h->entry.member_count; i++)
        if (uuid_eq(world_name(world, &h->entry.members[i].person), world_name(world, person)))
            return true;
    return false;
}

bool
command_decide(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err)
{
    service_t *self = state;
    AUTO(world) world = world_new(svc_arena(svc), self->comparison->terms);
    comparison_done_t done;
    clock_state_t clock;
    household_t *h;
    request_t r;
    uuid_t id;
    bool ended;

    if (!service_refresh(self, tx, err))
        return err_add(err, "decide");
    if (!uuid_parse(req->event->id, strlen(req->event->id), &id))
        uuid_derive("decision", req->event->id, &id);
    if (!read_request(req->data, &id, self->comparison->policy, &r, err))
        return false;
    if (!store_clock_read(tx, &clock, err) || !query_load(tx, world, req, &r.ruling.household, UINT64_MAX, &h, err))
        return err_add(err, "decide");
    if (!uuid_is_nil(&r.ruling.person) && !lists_person(world, h, &r.ruling.person))
        return err_set(err, ERR_REJECT, "not_found", "the person is not listed in the household's register entry");
    const decided_t decided = { .ruling = &r.ruling, .reason = r.reason, .conference = r.conference,
                                .actor = req->actor, .day = clock.day };
    if (!run_decide(self->comparison, tx, svc_stream(svc, "findings"), svc_arena(svc), &decided, &ended, &done, err))
        return false;
    if (r.ruling.verb == RULING_WITHDRAWN && !ended)
        return err_set(err, ERR_REJECT, "not_found", "there is no decision about it that could be withdrawn");
    service_count(self, &done);
    write_reply(out, &r, ended, &done);
    return true;
}
