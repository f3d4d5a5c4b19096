/* SPDX-License-Identifier: Apache-2.0 */
#include "alerting.h"

#include "alerting_config.h"

static bool
load(svc_t *svc, alerting_t *self, err_t *err)
{
    const alerting_config_t *config = svc_config(svc);

    return grades_load(config->grades, &self->grades, err) &&
           deadlines_load(config->deadlines, &self->deadlines, err) && desks_load(config->desks, &self->desks, err) &&
           calendar_load(config->calendar, &self->calendar, err);
}

static void
done(alerting_t *self)
{
    grades_destroy(&self->grades);
    desks_destroy(&self->desks);
    calendar_destroy(&self->calendar);
}

bool
alerting_init(svc_t *svc, void **ret_state, err_t *err)
{
    alerting_t self = { .day = INT32_MIN, .stale = true };

    if (!load(svc, &self, err)) {
        done(&self);
        return err_add(err, "routing");
    }
    *ret_state = mem_new(alerting_t);
    *(alerting_t *) *ret_state = self;
    return true;
}

bool
alerting_reload(svc_t *svc, void *state, err_t *err)
{
    alerting_t *self = state;
    alerting_t fresh = { 0 };

    if (!load(svc, &fresh, err)) {
        done(&fresh);
        return err_add(err, "routing");
    }
    done(self);
    self->grades = fresh.grades;
    self->deadlines = fresh.deadlines;
    self->desks = fresh.desks;
    self->calendar = fresh.calendar;
    return true;
}

void
alerting_destroy(void **state_p)
{
    if (*state_p == NULL)
        return;
    done(*state_p);
    mem_free(*state_p);
    *state_p = NULL;
}

bool
alerting_on_connect(svc_t *svc, void *state, db_tx_t *tx, err_t *err)
{
    alerting_t *self = state;

    (void) svc;
    if (!alerting_store_counts(tx, &self->counts, err) || !alerting_store_load_day(tx, &self->day, err))
        return false;
    self->stale = false;
    return true;
}

bool
alerting_refresh(svc_t *svc, void *state, err_t *err)
{
    alerting_t *self = state;
    AUTO(db_tx) tx = NULL;

    if (!self->stale)
        return true;
    return svc_tx_begin(svc, &tx, err) && alerting_on_connect(svc, state, tx, err) && svc_tx_commit(svc, &tx, err);
}

void
alerting_status(svc_t *svc, void *state, json_out_t *out)
{
    const alerting_t *self = state;

    (void) svc;
    if (self->day != INT32_MIN)
        json_out_date(out, "day", self->day);
    json_out_object(out, "counts");
    json_out_i64(out, "alerts", self->counts.open);
    json_out_i64(out, "overdue", self->counts.overdue);
    for (int i = 0; i < ALERT_STATE_COUNT; i++)
        json_out_i64(out, alert_state_names[i], self->counts.by_state[i]);
    for (int i = LEVEL_COUNT - 1; i >= 0; i--)
        json_out_i64(out, level_names[i], self->counts.by_level[i]);
    json_out_end(out);
}

bool
alerting_begin(svc_t *svc, alerting_t *self, db_tx_t *tx, alerting_tx_t *ret, err_t *err)
{
    self->stale = true;
    *ret = (alerting_tx_t){
        .merge = { .grades = self->grades,
                   .deadlines = &self->deadlines,
                   .desks = self->desks,
                   .calendar = self->calendar,
                   .arena = svc_arena(svc),
                   .publish = alerting_out_publish,
                   .publish_ctx = &ret->out },
        .out = { .stream = svc_stream(svc, "alerts"), .tx = tx, .merge = &ret->merge },
    };
    return alerting_store_load_day(tx, &ret->merge.day, err);
}
