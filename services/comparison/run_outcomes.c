/* SPDX-License-Identifier: Apache-2.0 */
#include "run.h"

#include <string.h>

#include "domain/date.h"
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

/* The day that the outcome itself names: of the delivery, of the visit (an alert that closes has its own), else the last
 * one before it that is known.  DATE_OPEN when it names none. */
static int32_t
outcome_day(const json_node_t *data, bool closed)
{
    const json_node_t *visited = json_get(json_get(data, "visit"), "visited_on"), *date = json_get(data, "date");
    const json_node_t *const days[] = { json_get(data, "on"),      closed ? date : visited,  closed ? visited : date,
                                        json_get(data, "offered"), json_get(data, "made") };
    int32_t day;

    for (size_t i = 0; i < COUNT_OF(days); i++) {
        const char *text = json_text(days[i]);

        if (text != NULL && date_parse(text, strlen(text), &day))
            return day;
    }
    return DATE_OPEN;
}

bool
run_outcomes(db_tx_t *tx, const char *stream, arena_t *arena, const stream_event_t *events, size_t n, err_t *err)
{
    outcome_t *outcomes = arena_new_array(arena, outcome_t, n + 1);
    bool alerts = strcmp(stream, "alerts") == 0;
    const char *type = alerts ? "plimsoll.alert.v1" : "plimsoll.referral.v1";
    size_t count = 0;

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
        o.day = outcome_day(event->data, strcmp(o.state, "closed") == 0);
        AUTO_STR data = STR_INIT;
        json_canonical(event->data, &data);
        o.data = arena_strndup(arena, str_c(&data), data.len);
        outcomes[count++] = o;
    }
    return store_outcomes(tx, stream, outcomes, count, err);
}
