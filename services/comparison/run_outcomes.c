/* SPDX-License-Identifier: Apache-2.0 */
#include "run.h"

#include <string.h>

#include "domain/date.h"
#include "finding.h"
#include "json/json_in.h"

/* Alerts and referrals as docs/data.md §6 and §7: what is told here is what became of the finding, not their whole life. */

static bool
is_outcome(bool alerts, const json_node_t *data, const char *state)
{
    static const char *const ended[] = { "accepted", "declined", "waitlisted", "returned", "delivered", "confirmed", "cancelled" };

    if (alerts)
        return json_get(data, "visit") != NULL || strcmp(state, "closed") == 0;
    return str_in(state, ended, COUNT_OF(ended));
}

/* Of the delivery, or of the event itself: an alert keeps its visit while it goes on, and what comes of it later is of a later day.
 * Where neither is told, the last day before it that is known.  DATE_OPEN when it names none. */
static int32_t
outcome_day(const json_node_t *data)
{
    const json_node_t *const days[] = { json_get(data, "on"), json_get(data, "date"), json_get(json_get(data, "visit"), "visited_on"),
                                        json_get(data, "offered"), json_get(data, "made") };
    int32_t day;

    for (size_t i = 0; i < COUNT_OF(days); i++) {
        const char *text = json_text(days[i]);

        if (text != NULL && date_parse(text, strlen(text), &day))
            return day;
    }
    return DATE_OPEN;
}

/* Of which finding the visit was: the alert's own kind and category, of whom its entry says.  A visit because an earlier
 * application was not heard of begins no other term: an outcome opens nothing that it closes. */
static bool
read_visit(const json_node_t *data, const outcome_t *o, arena_t *arena, ruling_t *ret)
{
    const json_node_t *visit = json_get(data, "visit");
    const char *kind = json_text(json_get(data, "kind")), *category = json_text(json_get(data, "category"));
    const char *result = json_text(json_get(visit, "result")), *on = json_text(json_get(visit, "visited_on"));

    if (kind == NULL || category == NULL || result == NULL || strcmp(kind, finding_kind_name(KIND_AID_MISSING)) == 0)
        return false;
    *ret = (ruling_t){ .id = o->matter, .household = o->household, .verb = RULING_APPLIED, .from = DATE_OPEN, .until = DATE_OPEN,
                       .category = arena_strndup(arena, category, strlen(category)) };
    if (strcmp(result, "apply") == 0 && (on == NULL || !date_parse(on, strlen(on), &ret->from)))
        return false;
    for (const json_node_t *f = json_first(json_get(data, "findings")); f != NULL; f = json_next(f)) {
        const char *own = json_text(json_get(f, "category")), *person = json_text(json_get(f, "person"));

        if (own == NULL || strcmp(own, category) != 0)
            continue;
        if (person != NULL && !uuid_parse(person, strlen(person), &ret->person))
            ret->person = (uuid_t){ { 0 } };
        break;
    }
    return true;
}

/* What the visit ended with, and whom that concerns: event by event, so that the history does not depend on how many come at
 * once. */
static bool
follow_visit(comparison_t *self, db_tx_t *tx, stream_t *findings, arena_t *arena, const event_t *event, const ruling_t *visit,
             comparison_done_t *all, err_t *err)
{
    comparison_done_t done;
    clock_state_t clock;
    uuid_t *ids, cause;
    size_t count;

    if (!uuid_parse(event->id, strlen(event->id), &cause))
        uuid_derive("event", event->id, &cause);
    if (!store_clock_read(tx, &clock, err) || !store_visits(tx, visit, 1, clock.day, arena, &ids, &count, err))
        return err_add(err, "visit");
    self->has_rulings |= count > 0;
    if (!run_assess_some(self, tx, findings, arena, ids, count, &cause, &done, err))
        return err_add(err, "visit");
    comparison_done_add(all, &done);
    return true;
}

bool
run_outcomes(comparison_t *self, db_tx_t *tx, stream_t *findings, const char *stream, arena_t *arena, const stream_event_t *events,
             size_t n, comparison_done_t *ret, err_t *err)
{
    ruling_t visit;
    outcome_t *outcomes = arena_new_array(arena, outcome_t, n + 1);
    bool alerts = strcmp(stream, "alerts") == 0;
    const char *type = alerts ? "plimsoll.alert.v1" : "plimsoll.referral.v1";
    size_t count = 0;

    *ret = (comparison_done_t){ .assessed = 0 };
    for (size_t i = 0; i < n; i++) {
        const event_t *event = events[i].event;
        outcome_t o = { .seq = events[i].seq };
        json_in_t in;

        if (strcmp(event->type, type) != 0)
            continue;
        json_in_init(&in, event->data, "/data", err);
        o.matter = json_in_uuid(&in, alerts ? "alert" : "referral");
        o.version = json_in_i64(&in, "version", 1, INT32_MAX);
        o.household = json_in_uuid(&in, "household");
        o.state = json_in_text(&in, "state");
        if (!json_in_ok(&in))
            return err_add(err, stream);
        if (!is_outcome(alerts, event->data, o.state))
            continue;
        if (event->correlationid != NULL && !uuid_parse(event->correlationid, strlen(event->correlationid), &o.finding))
            o.finding = (uuid_t){ { 0 } };
        o.day = outcome_day(event->data);
        AUTO_STR data = STR_INIT;
        json_canonical(event->data, &data);
        o.data = arena_strndup(arena, str_c(&data), data.len);
        outcomes[count++] = o;
        if (alerts && read_visit(event->data, &o, arena, &visit) &&
            !follow_visit(self, tx, findings, arena, event, &visit, ret, err))
            return false;
    }
    return store_outcomes(tx, stream, outcomes, count, err);
}
