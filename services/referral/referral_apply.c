/* SPDX-License-Identifier: Apache-2.0 */
#include "referral.h"

#include "base/failpoint.h"
#include "referral_in.h"
#include <string.h>

/* Runs of events are loaded and saved by sets, but decided one by one in the order of the stream. */

static bool
apply_alert(offer_t *offer, const alert_in_t *in, const cause_t *cause, err_t *err)
{
    offer_case_t c = { .alert = in->alert,
                       .household = in->household,
                       .correlation = in->correlation,
                       .region = in->region,
                       .category = in->category };

    if (in->date > offer->day)
        offer->day = in->date;
    if (in->closed)
        return offer_cancel_open(offer, &in->alert, cause, err);
    if (!offer_move(offer, &in->alert, in->region, cause, err))
        return false;
    for (size_t i = 0; in->refers && i < in->need_count; i++) {
        if (!offer_need(offer, &c, in->needs[i], cause, err))
            return false;
    }
    return true;
}

bool
referral_on_alerts(svc_t *svc, void *state, db_tx_t *tx, const stream_event_t *events, size_t n, err_t *err)
{
    referral_tx_t self;
    arena_t *arena = svc_arena(svc);
    alert_in_t *in = arena_new_array(arena, alert_in_t, n + 1);
    uuid_t *alerts = arena_new_array(arena, uuid_t, n + 1);
    int32_t day;

    if (!referral_begin(svc, state, tx, &self, err))
        return err_add(err, "load");
    day = self.offer.day;
    for (size_t i = 0; i < n; i++) {
        if (strcmp(events[i].event->type, ALERT_TYPE) != 0)
            continue;
        if (!referral_in_alert(events[i].event, &in[i], err))
            return err_add(err, "alert");
        alerts[i] = in[i].alert;
    }
    if (!referral_store_load(tx, &self.offer, alerts, n, err))
        return err_add(err, "load");
    for (size_t i = 0; i < n; i++) {
        cause_t cause = { .event = event_uuid(events[i].event) };

        if (!uuid_is_nil(&in[i].alert) && !apply_alert(&self.offer, &in[i], &cause, err))
            return err_add(err, "offer");
    }
    if (FAILPOINT("referral.alerts.applied"))
        return err_set(err, ERR_RETRY, "internal", "failpoint");
    return referral_store_save(tx, &self.offer, err) &&
           (self.offer.day == day || referral_store_save_day(tx, self.offer.day, err));
}

static bool
apply_day(svc_t *svc, referral_service_t *state, db_tx_t *tx, const event_t *event, err_t *err)
{
    referral_tx_t self;
    cause_t cause = { .event = event_uuid(event) };
    int32_t day = 0;

    if (!referral_in_day(event, &day, err))
        return err_add(err, "day");
    if (!referral_begin(svc, state, tx, &self, err))
        return err_add(err, "load");
    if (day > self.offer.day)
        self.offer.day = day;
    if (!referral_store_load_due(tx, &self.offer, self.offer.day, err))
        return err_add(err, "load");
    for (size_t i = 0; i < self.offer.count; i++) {
        if (!offer_overdue(&self.offer, self.offer.all[i], &cause, err))
            return err_add(err, "overdue");
    }
    return referral_store_save(tx, &self.offer, err) && referral_store_save_day(tx, self.offer.day, err);
}

bool
referral_on_findings(svc_t *svc, void *state, db_tx_t *tx, const stream_event_t *events, size_t n, err_t *err)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(events[i].event->type, DAY_TYPE) == 0 && !apply_day(svc, state, tx, events[i].event, err))
            return false;
    }
    return true;
}
