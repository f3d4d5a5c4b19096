/* SPDX-License-Identifier: Apache-2.0 */
#include "referral_model.h"

#include "base/mem.h"
#include <string.h>

const char *const referral_state_names[REFERRAL_STATE_COUNT] = {
    "proposed", "offered", "accepted", "declined", "waitlisted", "returned", "delivered", "confirmed", "cancelled",
};
const char *const referral_event_names[REFERRAL_EV_COUNT] = {
    "offer", "accept", "decline", "waitlist", "return", "deliver", "confirm", "cancel",
};
const char *const need_names[NEED_COUNT] = {
    "medical", "education", "housing", "employment", "disaster", "urgent", "care", "charity", "other",
};

static const lifecycle_row_t rows[] = {
    { REFERRAL_PROPOSED, REFERRAL_EV_OFFER, NULL, REFERRAL_OFFERED,
     "a programme fits, and may offer itself or was approved" },
    { REFERRAL_PROPOSED, REFERRAL_EV_CANCEL, NULL, REFERRAL_CANCELLED, "the desk drops it, or the alert closed" },

    { REFERRAL_OFFERED, REFERRAL_EV_ACCEPT, NULL, REFERRAL_ACCEPTED, "the provider takes it on" },
    { REFERRAL_OFFERED, REFERRAL_EV_DECLINE, NULL, REFERRAL_DECLINED, "the next programme is asked" },
    { REFERRAL_OFFERED, REFERRAL_EV_WAITLIST, NULL, REFERRAL_WAITLISTED, "no place at present" },
    { REFERRAL_OFFERED, REFERRAL_EV_RETURN, NULL, REFERRAL_RETURNED, "the desk must add or correct something" },
    { REFERRAL_OFFERED, REFERRAL_EV_CANCEL, NULL, REFERRAL_CANCELLED, "the desk withdraws it, or the alert closed" },

    { REFERRAL_WAITLISTED, REFERRAL_EV_ACCEPT, NULL, REFERRAL_ACCEPTED, "a place came free" },
    { REFERRAL_WAITLISTED, REFERRAL_EV_DECLINE, NULL, REFERRAL_DECLINED, "the next programme is asked" },
    { REFERRAL_WAITLISTED, REFERRAL_EV_RETURN, NULL, REFERRAL_RETURNED, "the desk must add or correct something" },
    { REFERRAL_WAITLISTED, REFERRAL_EV_CANCEL, NULL, REFERRAL_CANCELLED, "the desk withdraws it, or the alert closed" },

    { REFERRAL_RETURNED, REFERRAL_EV_OFFER, NULL, REFERRAL_OFFERED, "offered again" },
    { REFERRAL_RETURNED, REFERRAL_EV_CANCEL, NULL, REFERRAL_CANCELLED, "the desk drops it, or the alert closed" },

    { REFERRAL_ACCEPTED, REFERRAL_EV_DELIVER, NULL, REFERRAL_DELIVERED, "help was given" },
    { REFERRAL_ACCEPTED, REFERRAL_EV_RETURN, NULL, REFERRAL_RETURNED, "it could not be done after all" },
    { REFERRAL_ACCEPTED, REFERRAL_EV_CANCEL, NULL, REFERRAL_CANCELLED, "the desk withdraws it" },

    { REFERRAL_DELIVERED, REFERRAL_EV_CONFIRM, NULL, REFERRAL_CONFIRMED, "the bureau has seen that help arrived" },
};

const lifecycle_t referral_lifecycle = {
    .name = "referral",
    .states = referral_state_names,
    .state_count = REFERRAL_STATE_COUNT,
    .events = referral_event_names,
    .event_count = REFERRAL_EV_COUNT,
    .rows = rows,
    .row_count = COUNT_OF(rows),
};

bool
referral_holds_place(const referral_t *self)
{
    return self->programme[0] != '\0' && (self->state == REFERRAL_OFFERED || self->state == REFERRAL_ACCEPTED);
}

bool
referral_is_final(const referral_t *self)
{
    return self->state == REFERRAL_DECLINED || self->state == REFERRAL_CONFIRMED || self->state == REFERRAL_CANCELLED;
}
