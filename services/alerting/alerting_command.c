/* SPDX-License-Identifier: Apache-2.0 */
#include "alerting_command.h"

#include "alerting.h"
#include "alerting_config.h"
#include "alerting_in.h"
#include <string.h>

/* An alert that a command may touch: known, inside the key's regions, in the version that the sender has seen. */
typedef struct {
    alerting_tx_t at;
    work_t work;
    matter_t *matter;
    alert_t *alert;
    cause_t cause;
} open_t;

static void
open_done(open_t *self)
{
    work_done(&self->work);
}
#define AUTO_OPEN __attribute__((cleanup(open_done))) open_t

static bool
conflict(const open_t *self, json_out_t *out, err_t *err)
{
    alerting_out_alert(out, NULL, self->alert, self->at.merge.day);
    return err_set(err, ERR_REJECT, "conflict", "the alert is at version %lld now: read `current` and decide again",
                   (long long) self->alert->version);
}

static bool
open_alert(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, open_t *ret, err_t *err)
{
    json_in_t in;
    uuid_t id;
    int64_t version;

    work_init(&ret->work, svc_arena(svc));
    json_in_init(&in, req->data, "", err);
    id = json_in_uuid(&in, "alert");
    version = json_in_i64(&in, "version", 1, INT64_C(1) << 53);
    if (!json_in_ok(&in))
        return false;
    if (!alerting_begin(svc, state, tx, &ret->at, err) ||
        !alerting_store_load_alert(tx, &ret->work, &id, &ret->matter, &ret->alert, err))
        return err_add(err, "load");
    if (ret->alert == NULL)
        return err_set(err, ERR_REJECT, "not_found", "no such alert");
    if (!bus_key_covers_region(req->key, ret->alert->region))
        return err_set(err, ERR_REJECT, "forbidden", "the alert lies outside the key's regions");
    if (ret->alert->version != version)
        return conflict(ret, out, err);
    ret->cause = (cause_t){ .event = event_uuid(req->event), .actor = req->actor };
    return true;
}

/* Refuses with the current state before anything is changed. */
static bool
may(const open_t *self, alert_event_t event, json_out_t *out, err_t *err)
{
    int to = 0;

    if (lifecycle_step(&alert_lifecycle, (int) self->alert->state, (int) event, self->alert, &to, err))
        return true;
    alerting_out_alert(out, NULL, self->alert, self->at.merge.day);
    return false;
}

static bool
finish(open_t *self, db_tx_t *tx, alert_event_t event, const char *reason, json_out_t *out, err_t *err)
{
    if (!merge_command(&self->at.merge, self->matter, self->alert, event, reason, &self->cause, err) ||
        !alerting_store_save(tx, &self->work, err))
        return err_add(err, "save");
    alerting_out_alert(out, NULL, self->alert, self->at.merge.day);
    return true;
}

static bool
acknowledge(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err)
{
    AUTO_OPEN self = { 0 };

    return open_alert(svc, state, tx, req, out, &self, err) && may(&self, ALERT_EV_ACKNOWLEDGE, out, err) &&
           finish(&self, tx, ALERT_EV_ACKNOWLEDGE, NULL, out, err);
}

static bool
assign(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err)
{
    AUTO_OPEN self = { 0 };
    json_in_t in;
    const char *to;

    json_in_init(&in, req->data, "", err);
    to = json_in_text(&in, "to");
    if (!json_in_ok(&in))
        return false;
    if (!alerting_command_is_account(to)) {
        err_set(err, ERR_REJECT, "bad_data",
                "/to: expected an account (letters, digits, . _ - @), not a person's name or number");
        (void) str_copy(err->pointer, sizeof(err->pointer), "/to");
        return false;
    }
    if (!open_alert(svc, state, tx, req, out, &self, err) || !may(&self, ALERT_EV_ASSIGN, out, err))
        return false;
    self.alert->assignee = to;
    return finish(&self, tx, ALERT_EV_ASSIGN, NULL, out, err);
}

static bool
visit(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err)
{
    AUTO_OPEN self = { 0 };
    visit_t visited;
    alert_event_t event;

    if (!open_alert(svc, state, tx, req, out, &self, err) ||
        !alerting_command_visit(req->data, self.alert, self.at.merge.day, &visited, err))
        return false;
    event = alert_event_of_result(visited.result);
    if (!may(&self, event, out, err))
        return false;
    self.alert->visit = alerting_command_visit_json(self.work.arena, &visited);
    self.alert->needs = alerting_command_needs(self.work.arena, &visited);
    merge_visited(self.alert);
    return finish(&self, tx, event, event == ALERT_EV_VISIT_ENDS ? result_names[visited.result] : "facts_changed", out,
                  err) &&
           alerting_store_add_visit(tx, self.alert, &visited, req->actor, err);
}

static bool
snooze(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err)
{
    AUTO_OPEN self = { 0 };
    int32_t until = 0;
    const char *reason = NULL;

    if (!open_alert(svc, state, tx, req, out, &self, err) || !may(&self, ALERT_EV_SNOOZE, out, err) ||
        !alerting_command_until(req->data, self.at.merge.day,
                                self.at.merge.deadlines->of[self.alert->level].snooze_days, &until, &reason, err))
        return false;
    self.alert->snoozed_until = until;
    return finish(&self, tx, ALERT_EV_SNOOZE, NULL, out, err) &&
           alerting_store_add_snooze(tx, self.alert, reason, req->actor, err);
}

static bool
silence(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err)
{
    AUTO_WORK work;
    alerting_tx_t at;
    const alerting_config_t *config = svc_config(svc);
    silence_t s = { .made_by = req->actor };
    char region[ALERT_REGION_SIZE];
    matter_t *matter;
    json_in_t in;

    work_init(&work, svc_arena(svc));
    json_in_init(&in, req->data, "", err);
    s.household = json_in_uuid(&in, "household");
    s.matter = json_in_text(&in, "matter");
    if (!json_in_ok(&in) || !alerting_begin(svc, state, tx, &at, err))
        return false;
    if (strlen(s.matter) >= MATTER_SIZE)
        return err_set(err, ERR_REJECT, "not_found", "no finding about this household and matter");
    if (!alerting_store_region(tx, &s.household, s.matter, region, err))
        return err_add(err, "load");
    if (region[0] == '\0')
        return err_set(err, ERR_REJECT, "not_found", "no finding about this household and matter");
    if (!bus_key_covers_region(req->key, region))
        return err_set(err, ERR_REJECT, "forbidden", "the household lies outside the key's regions");
    if (!alerting_command_until(req->data, at.merge.day, config->silence_days, &s.until, &s.reason, err))
        return false;
    matter = work_matter(&work, &s.household, s.matter);
    if (!alerting_store_load(tx, &work, err))
        return err_add(err, "load");
    if (matter->alert != NULL) {
        alerting_out_alert(out, NULL, matter->alert, at.merge.day);
        return err_set(err, ERR_REJECT, "conflict", "the matter has an open alert: settle it or snooze it first");
    }
    s.made_on = at.merge.day;
    if (!alerting_store_save_silence(tx, &s, err))
        return err_add(err, "save");
    json_out_object(out, NULL);
    json_out_uuid(out, "household", &s.household);
    json_out_text(out, "matter", s.matter);
    json_out_date(out, "until", s.until);
    json_out_end(out);
    return true;
}

const svc_command_t alerting_commands[] = {
    { "plimsoll.alerting.acknowledge.v1", NULL, "alerting.acknowledge", SVC_WRITE, acknowledge },
    { "plimsoll.alerting.assign.v1", NULL, "alerting.assign", SVC_WRITE, assign },
    { "plimsoll.alerting.visit.v1", NULL, "alerting.visit", SVC_WRITE, visit },
    { "plimsoll.alerting.snooze.v1", NULL, "alerting.snooze", SVC_WRITE, snooze },
    { "plimsoll.alerting.silence.v1", NULL, "alerting.silence", SVC_WRITE, silence },
    { "plimsoll.alerting.list.v1", NULL, "alerting.list", SVC_READ, alerting_list },
    { "plimsoll.alerting.chain.v1", NULL, "alerting.chain", SVC_READ, alerting_chain },
    { .type = NULL },
};
