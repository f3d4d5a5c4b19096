/* SPDX-License-Identifier: Apache-2.0 */
#include "referral.h"

#include "base/time.h"
#include "referral_in.h"
#include <string.h>

#define US_PER_DAY INT64_C(86400000000)
#define CHINA_OFFSET_US (INT64_C(8) * 3600 * 1000000)

typedef enum { BY_BUREAU, BY_PROVIDER, BY_EITHER } who_t;

typedef struct {
    referral_tx_t at;
    referral_t *referral;
    cause_t cause;
} open_t;

bool
referral_is_provider(const bus_key_t *key)
{
    return key->organisation[0] != '\0' && strcmp(key->organisation, "*") != 0;
}

static bool
may_touch(const bus_key_t *key, const referral_t *r, who_t who)
{
    bool own = r->organisation[0] != '\0' && bus_key_list_has(key->organisation, r->organisation);
    bool bureau = !referral_is_provider(key) && bus_key_covers_region(key, r->region);

    return (who != BY_BUREAU && own) || (who != BY_PROVIDER && bureau);
}

static bool
open_referral(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, who_t who, json_out_t *out, open_t *ret,
              err_t *err)
{
    json_in_t in;
    uuid_t id;
    int64_t version;

    json_in_init(&in, req->data, "", err);
    id = json_in_uuid(&in, "referral");
    version = json_in_i64(&in, "version", 1, INT64_C(1) << 53);
    if (!json_in_ok(&in))
        return false;
    if (!referral_begin(svc, state, tx, &ret->at, err) ||
        !referral_store_load_one(tx, &ret->at.offer, &id, &ret->referral, err))
        return err_add(err, "load");
    if (ret->referral == NULL)
        return err_set(err, ERR_REJECT, "not_found", "no such referral");
    if (!may_touch(req->key, ret->referral, who))
        return err_set(err, ERR_REJECT, "forbidden", who == BY_BUREAU ? "a key of the bureau for this region is needed"
                                                                     : "the referral is another organisation's");
    ret->cause = (cause_t){ .event = event_uuid(req->event), .actor = req->actor };
    if (ret->referral->version == version)
        return true;
    referral_out_referral(out, NULL, ret->referral, ret->at.out.directory);
    return err_set(err, ERR_REJECT, "conflict", "the referral is at version %lld now: read `current` and decide again",
                   (long long) ret->referral->version);
}

/* Refuses with the current state before anything is changed. */
static bool
may_step(const open_t *self, referral_event_t event, json_out_t *out, err_t *err)
{
    int to = 0;

    if (lifecycle_step(&referral_lifecycle, (int) self->referral->state, (int) event, self->referral, &to, err))
        return true;
    referral_out_referral(out, NULL, self->referral, self->at.out.directory);
    return false;
}

static bool
finish(open_t *self, db_tx_t *tx, json_out_t *out, err_t *err)
{
    if (!referral_store_save(tx, &self->at.offer, err))
        return err_add(err, "save");
    referral_out_referral(out, NULL, self->referral, self->at.out.directory);
    return true;
}

static bool
approve(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err)
{
    open_t self;
    json_in_t in;
    const char *programme;

    json_in_init(&in, req->data, "", err);
    programme = json_in_text_or(&in, "programme", NULL);
    if (!json_in_ok(&in) || !open_referral(svc, state, tx, req, BY_BUREAU, out, &self, err) ||
        !may_step(&self, REFERRAL_EV_OFFER, out, err))
        return false;
    if (!offer_approve(&self.at.offer, self.referral, programme, &self.cause, err)) {
        if (strcmp(err->code, "conflict") == 0)
            referral_out_referral(out, NULL, self.referral, self.at.out.directory);
        return false;
    }
    return finish(&self, tx, out, err);
}

static bool
answer(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err)
{
    open_t self;
    answer_in_t in;

    if (!open_referral(svc, state, tx, req, BY_PROVIDER, out, &self, err) || !referral_in_answer(req->data, &in, err) ||
        !may_step(&self, in.event, out, err))
        return false;
    self.referral->reason = in.reason;
    return offer_step(&self.at.offer, self.referral, in.event, &self.cause, err) && finish(&self, tx, out, err);
}

/* The last day that is not in the future: today in China, or the business day where a clock of its own runs ahead. */
static int32_t
latest_day(int32_t business_day)
{
    int32_t today = (int32_t) ((time_now_us() + CHINA_OFFSET_US) / US_PER_DAY);

    return today > business_day ? today : business_day;
}

static bool
deliver(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err)
{
    open_t self;
    deliver_in_t in;

    if (!open_referral(svc, state, tx, req, BY_EITHER, out, &self, err) ||
        !may_step(&self, REFERRAL_EV_DELIVER, out, err) ||
        !referral_in_deliver(req->data, self.referral->offered, latest_day(self.at.offer.day), &in, err))
        return false;
    self.referral->outcome = in.outcome;
    self.referral->amount = in.amount;
    self.referral->delivered_on = in.on;
    return offer_step(&self.at.offer, self.referral, REFERRAL_EV_DELIVER, &self.cause, err) &&
           finish(&self, tx, out, err);
}

static bool
confirm(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err)
{
    open_t self;

    return open_referral(svc, state, tx, req, BY_BUREAU, out, &self, err) &&
           may_step(&self, REFERRAL_EV_CONFIRM, out, err) &&
           offer_step(&self.at.offer, self.referral, REFERRAL_EV_CONFIRM, &self.cause, err) &&
           finish(&self, tx, out, err);
}

static bool
cancel(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err)
{
    open_t self;
    const char *reason = NULL;

    if (!open_referral(svc, state, tx, req, BY_BUREAU, out, &self, err) ||
        !referral_in_reason(req->data, true, &reason, err) || !may_step(&self, REFERRAL_EV_CANCEL, out, err))
        return false;
    self.referral->reason = reason;
    return offer_step(&self.at.offer, self.referral, REFERRAL_EV_CANCEL, &self.cause, err) &&
           finish(&self, tx, out, err);
}

const svc_command_t referral_commands[] = {
    { "plimsoll.referral.approve.v1", NULL, "referral.approve", SVC_WRITE, approve },
    { "plimsoll.referral.answer.v1", NULL, "referral.answer", SVC_WRITE, answer },
    { "plimsoll.referral.deliver.v1", NULL, "referral.deliver", SVC_WRITE, deliver },
    { "plimsoll.referral.confirm.v1", NULL, "referral.confirm", SVC_WRITE, confirm },
    { "plimsoll.referral.cancel.v1", NULL, "referral.cancel", SVC_WRITE, cancel },
    { "plimsoll.referral.list.v1", NULL, "referral.list", SVC_READ, referral_list },
    { "plimsoll.referral.chain.v1", NULL, "referral.chain", SVC_READ, referral_chain },
    { "plimsoll.referral.programmes.v1", NULL, "referral.programmes", SVC_READ, referral_programmes },
    { .type = NULL },
};
