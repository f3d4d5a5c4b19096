/* SPDX-License-Identifier: Apache-2.0 */
#include "dashboard.h"

#include "base/failpoint.h"
#include <string.h>

/* Events are decoded one by one and written by sets, together with the cursor.  The live streams are woken here and read
 * what is committed: they never see a row that a rollback takes back. */

static bool
is_type(const stream_event_t *e, const char *type)
{
    return strcmp(e->event->type, type) == 0;
}

static bool
applied(dashboard_t *self, err_t *err)
{
    if (FAILPOINT("dashboard.applied"))
        return err_set(err, ERR_RETRY, "internal", "failpoint");
    self->stale = true;
    live_wake(self->live);
    return true;
}

static bool
apply_day(dashboard_t *self, db_tx_t *tx, const stream_event_t *e, err_t *err)
{
    arena_t *arena = svc_arena(self->svc);
    day_in_t day;

    return (dashboard_in_day(e->event, arena, &day, err) && dashboard_store_day(tx, arena, &day, (int64_t) e->seq, err)) ||
           err_add(err, "day");
}

bool
dashboard_on_findings(svc_t *svc, void *state, db_tx_t *tx, const stream_event_t *events, size_t n, err_t *err)
{
    arena_t *arena = svc_arena(svc);
    finding_in_t *in = arena_new_array(arena, finding_in_t, n + 1);
    int64_t *seqs = arena_new_array(arena, int64_t, n + 1);
    size_t count = 0;

    for (size_t i = 0; i < n; i++) {
        if (is_type(&events[i], DAY_TYPE)) {
            if (!apply_day(state, tx, &events[i], err))
                return false;
        } else if (is_type(&events[i], FINDING_TYPE)) {
            if (!dashboard_in_finding(events[i].event, events[i].bytes, arena, &in[count], err))
                return err_add(err, "finding");
            seqs[count++] = (int64_t) events[i].seq;
        }
    }
    return dashboard_store_findings(tx, arena, in, seqs, count, err) && applied(state, err);
}

bool
dashboard_on_alerts(svc_t *svc, void *state, db_tx_t *tx, const stream_event_t *events, size_t n, err_t *err)
{
    arena_t *arena = svc_arena(svc);
    dashboard_t *self = state;
    alert_in_t *in = arena_new_array(arena, alert_in_t, n + 1);
    int64_t *seqs = arena_new_array(arena, int64_t, n + 1);
    size_t count = 0;

    for (size_t i = 0; i < n; i++) {
        if (!is_type(&events[i], ALERT_TYPE))
            continue;
        if (!dashboard_in_alert(events[i].event, events[i].bytes, arena, &in[count], err))
            return err_add(err, "alert");
        seqs[count++] = (int64_t) events[i].seq;
    }
    if (!dashboard_store_alerts(tx, arena, in, seqs, count, err))
        return false;
    /* before the commit, so that it is never below what a page has read; a head that a rollback takes back only makes
     * the live streams look once in vain */
    if (count > 0 && self->head.head < seqs[count - 1])
        self->head.head = seqs[count - 1];
    return applied(self, err);
}

bool
dashboard_on_referrals(svc_t *svc, void *state, db_tx_t *tx, const stream_event_t *events, size_t n, err_t *err)
{
    arena_t *arena = svc_arena(svc);
    referral_in_t *in = arena_new_array(arena, referral_in_t, n + 1);
    int64_t *seqs = arena_new_array(arena, int64_t, n + 1);
    size_t count = 0;

    for (size_t i = 0; i < n; i++) {
        if (!is_type(&events[i], REFERRAL_TYPE))
            continue;
        if (!dashboard_in_referral(events[i].event, events[i].bytes, arena, &in[count], err))
            return err_add(err, "referral");
        seqs[count++] = (int64_t) events[i].seq;
    }
    return dashboard_store_referrals(tx, arena, in, seqs, count, err) && applied(state, err);
}

/* The audit stream says who looked at whom: none of the page's business.  Its hashes stand in the input log, where
 * `plimsoll verify` holds them against intake's. */
bool
dashboard_on_audit(svc_t *svc, void *state, db_tx_t *tx, const stream_event_t *events, size_t n, err_t *err)
{
    (void) svc;
    (void) events;
    ((dashboard_t *) state)->stale = true;
    return dashboard_store_witness(tx, "audit", (int64_t) n, err);
}
