/* SPDX-License-Identifier: Apache-2.0 */
#include "alerting.h"

#include "alerting_in.h"
#include "alerting_store.h"
#include "base/failpoint.h"
#include <string.h>

/* Runs of events are loaded and saved by sets, but decided one by one in the order of the stream. */

static bool
apply_findings(alerting_tx_t *self, db_tx_t *tx, const stream_event_t *events, size_t n, err_t *err)
{
    AUTO_WORK work;
    arena_t *arena = self->merge.arena;
    finding_in_t *in = arena_new_array(arena, finding_in_t, n + 1);
    matter_t **matters = arena_new_array(arena, matter_t *, n + 1), **before = arena_new_array(arena, matter_t *, n + 1);

    work_init(&work, arena);
    for (size_t i = 0; i < n; i++) {
        char name[MATTER_SIZE];

        if (strcmp(events[i].event->type, FINDING_TYPE) != 0)
            continue;
        if (!alerting_in_finding(events[i].event, &in[i], err))
            return err_add(err, "finding");
        matter_name(in[i].subject.kind, in[i].subject.category, &in[i].person, name);
        matters[i] = work_matter(&work, &in[i].household, name);
        if (uuid_is_nil(&in[i].before))
            continue;
        matter_name(in[i].subject.kind, in[i].subject.category, &in[i].before, name);
        before[i] = work_matter(&work, &in[i].household, name);
    }
    if (!alerting_store_load(tx, &work, err))
        return err_add(err, "load");
    for (size_t i = 0; i < n; i++) {
        cause_t cause = { .event = event_uuid(events[i].event) };

        if (before[i] != NULL && before[i] != matters[i] && !merge_follow(&self->merge, before[i], matters[i], &in[i], &cause, err))
            return err_add(err, "merge");
        if (matters[i] != NULL && !merge_finding(&self->merge, matters[i], &in[i], &cause, err))
            return err_add(err, "merge");
    }
    return alerting_store_save(tx, &work, err) || err_add(err, "save");
}

static bool
apply_day(alerting_tx_t *self, db_tx_t *tx, const event_t *event, err_t *err)
{
    AUTO_WORK work;
    cause_t cause = { .event = event_uuid(event) };
    int32_t day = 0;

    work_init(&work, self->merge.arena);
    if (!alerting_in_day(event, &day, err))
        return err_add(err, "day");
    if (day > self->merge.day)
        self->merge.day = day;
    if (!alerting_store_load_day_matters(tx, &work, self->merge.day, err))
        return err_add(err, "load");
    for (matter_t *m = work.first; m != NULL; m = m->next) {
        if (!merge_day(&self->merge, m, &cause, err))
            return err_add(err, "merge");
    }
    return (alerting_store_save(tx, &work, err) && alerting_store_end_silences(tx, self->merge.day, err)) ||
           err_add(err, "save");
}

bool
alerting_on_findings(svc_t *svc, void *state, db_tx_t *tx, const stream_event_t *events, size_t n, err_t *err)
{
    alerting_tx_t self;
    int32_t day;

    if (!alerting_begin(svc, state, tx, &self, err))
        return false;
    day = self.merge.day;
    for (size_t i = 0; i < n;) {
        size_t run = 0;

        if (strcmp(events[i].event->type, DAY_TYPE) == 0) {
            if (!apply_day(&self, tx, events[i].event, err))
                return false;
            i++;
            continue;
        }
        while (i + run < n && strcmp(events[i + run].event->type, DAY_TYPE) != 0)
            run++;
        if (!apply_findings(&self, tx, events + i, run, err))
            return false;
        i += run;
    }
    if (FAILPOINT("alerting.findings.applied"))
        return err_set(err, ERR_RETRY, "internal", "failpoint");
    return self.merge.day == day || alerting_store_save_day(tx, self.merge.day, err);
}

/* Takes the event over into what is known of its referral. */
static referral_t *
take(arena_t *arena, referral_t **known, size_t *known_n, const referral_t *in)
{
    referral_t *r = NULL;

    for (size_t i = 0; i < *known_n && r == NULL; i++) {
        if (uuid_eq(&known[i]->id, &in->id))
            r = known[i];
    }
    if (r == NULL) {
        r = arena_alloc(arena, sizeof(*r));
        known[(*known_n)++] = r;
    }
    *r = *in;
    r->dirty = true;
    return r;
}

static bool
end_referred(alerting_tx_t *self, work_t *work, const uuid_t *id, referral_t *const *known, size_t n,
             const cause_t *cause, err_t *err)
{
    const referral_t **mine = arena_new_array(self->merge.arena, const referral_t *, n + 1);
    size_t count = 0;
    bool confirmed = false;

    for (size_t i = 0; i < n; i++) {
        if (uuid_eq(&known[i]->alert, id))
            mine[count++] = known[i];
    }
    for (matter_t *m = work->first; m != NULL; m = m->next) {
        alert_t *alert = m->alert;

        if (alert == NULL || !uuid_eq(&alert->id, id) || alert->state != ALERT_REFERRED)
            continue;
        return !merge_referrals_ended(alert, mine, count, &confirmed) ||
               merge_command(&self->merge, m, alert, ALERT_EV_REFERRALS_ENDED,
                             confirmed ? "delivered" : "referrals_cancelled", cause, err);
    }
    return true;
}

bool
alerting_on_referrals(svc_t *svc, void *state, db_tx_t *tx, const stream_event_t *events, size_t n, err_t *err)
{
    AUTO_WORK work;
    alerting_tx_t self;
    arena_t *arena = svc_arena(svc);
    referral_t *in = arena_new_array(arena, referral_t, n + 1);
    uuid_t *alerts = arena_new_array(arena, uuid_t, n + 1);
    referral_t **loaded = NULL, **known;
    size_t known_n = 0;

    work_init(&work, arena);
    if (!alerting_begin(svc, state, tx, &self, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (strcmp(events[i].event->type, REFERRAL_TYPE) != 0)
            continue;
        if (!alerting_in_referral(events[i].event, &in[i], err))
            return err_add(err, "referral");
        alerts[i] = in[i].alert;
    }
    if (!alerting_store_load_referrals(tx, arena, alerts, n, &loaded, &known_n, err) ||
        !alerting_store_load_by_alert(tx, &work, alerts, n, err))
        return err_add(err, "load");
    known = arena_new_array(arena, referral_t *, known_n + n + 1);
    if (known_n > 0)
        memcpy(known, loaded, known_n * sizeof(*known));
    for (size_t i = 0; i < n; i++) {
        cause_t cause = { .event = event_uuid(events[i].event) };

        if (uuid_is_nil(&in[i].id))
            continue;
        (void) take(arena, known, &known_n, &in[i]);
        if (!end_referred(&self, &work, &in[i].alert, known, known_n, &cause, err))
            return err_add(err, "merge");
    }
    n = 0;
    for (size_t i = 0; i < known_n; i++) {
        if (known[i]->dirty)
            known[n++] = known[i];
    }
    return (alerting_store_save_referrals(tx, arena, known, n, err) && alerting_store_save(tx, &work, err)) ||
           err_add(err, "save");
}
