/* SPDX-License-Identifier: Apache-2.0 */
#include "referral.h"

#include "referral_config.h"

static bool
load(svc_t *svc, referral_service_t *self, err_t *err)
{
    const referral_config_t *config = svc_config(svc);

    return directory_load(config->programmes, &self->directory, err) &&
           calendar_load(config->calendar, &self->calendar, err);
}

static void
done(referral_service_t *self)
{
    directory_destroy(&self->directory);
    calendar_destroy(&self->calendar);
}

bool
referral_init(svc_t *svc, void **ret_state, err_t *err)
{
    referral_service_t self = { .day = INT32_MIN, .stale = true };

    if (!load(svc, &self, err)) {
        done(&self);
        return err_add(err, "programmes");
    }
    *ret_state = mem_new(referral_service_t);
    *(referral_service_t *) *ret_state = self;
    return true;
}

bool
referral_reload(svc_t *svc, void *state, err_t *err)
{
    referral_service_t *self = state;
    referral_service_t fresh = { 0 };

    if (!load(svc, &fresh, err)) {
        done(&fresh);
        return err_add(err, "programmes");
    }
    done(self);
    self->directory = fresh.directory;
    self->calendar = fresh.calendar;
    return true;
}

void
referral_destroy(void **state_p)
{
    if (*state_p == NULL)
        return;
    done(*state_p);
    mem_free(*state_p);
    *state_p = NULL;
}

bool
referral_on_connect(svc_t *svc, void *state, db_tx_t *tx, err_t *err)
{
    referral_service_t *self = state;

    (void) svc;
    if (!referral_store_counts(tx, &self->counts, err) || !referral_store_load_day(tx, &self->day, err))
        return false;
    self->stale = false;
    return true;
}

bool
referral_refresh(svc_t *svc, void *state, err_t *err)
{
    referral_service_t *self = state;
    AUTO(db_tx) tx = NULL;

    if (!self->stale)
        return true;
    return svc_tx_begin(svc, &tx, err) && referral_on_connect(svc, state, tx, err) && svc_tx_commit(svc, &tx, err);
}

void
referral_status(svc_t *svc, void *state, json_out_t *out)
{
    const referral_service_t *self = state;
    int64_t open = 0;

    (void) svc;
    if (self->day != INT32_MIN)
        json_out_date(out, "day", self->day);
    for (int i = 0; i < REFERRAL_STATE_COUNT; i++) {
        if (i != REFERRAL_DECLINED && i != REFERRAL_CONFIRMED && i != REFERRAL_CANCELLED)
            open += self->counts.by_state[i];
    }
    json_out_object(out, "counts");
    json_out_i64(out, "referrals", open);
    json_out_i64(out, "overdue", self->counts.overdue);
    for (int i = 0; i < REFERRAL_STATE_COUNT; i++)
        json_out_i64(out, referral_state_names[i], self->counts.by_state[i]);
    json_out_end(out);
}

bool
referral_begin(svc_t *svc, referral_service_t *self, db_tx_t *tx, referral_tx_t *ret, err_t *err)
{
    arena_t *arena = svc_arena(svc);

    self->stale = true;
    *ret = (referral_tx_t){
        .offer = { .directory = self->directory,
                   .calendar = self->calendar,
                   .arena = arena,
                   .used = arena_new_array(arena, int64_t, directory_count(self->directory) + 1),
                   .publish = referral_out_publish,
                   .publish_ctx = &ret->out },
        .out = { .stream = svc_stream(svc, "referrals"), .tx = tx, .directory = self->directory },
    };
    return referral_store_load_day(tx, &ret->offer.day, err) &&
           referral_store_places(tx, self->directory, ret->offer.used, err);
}
