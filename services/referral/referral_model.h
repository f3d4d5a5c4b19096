/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REFERRAL_REFERRAL_MODEL_H
#define REFERRAL_REFERRAL_MODEL_H

/* A referral: one need of one household, offered to one programme.  A declined one is followed by the next, chained by
 * `previous`.  Plain data in the arena of the message that loaded it. */

#include "base/uuid.h"
#include "lifecycle/lifecycle.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
    REFERRAL_PROPOSED,
    REFERRAL_OFFERED,
    REFERRAL_ACCEPTED,
    REFERRAL_DECLINED,
    REFERRAL_WAITLISTED,
    REFERRAL_RETURNED,
    REFERRAL_DELIVERED,
    REFERRAL_CONFIRMED,
    REFERRAL_CANCELLED,
    REFERRAL_STATE_COUNT
} referral_state_t;
typedef enum {
    REFERRAL_EV_OFFER,
    REFERRAL_EV_ACCEPT,
    REFERRAL_EV_DECLINE,
    REFERRAL_EV_WAITLIST,
    REFERRAL_EV_RETURN,
    REFERRAL_EV_DELIVER,
    REFERRAL_EV_CONFIRM,
    REFERRAL_EV_CANCEL,
    REFERRAL_EV_COUNT
} referral_event_t;
/* 国办发〔2023〕39号 §4. */
typedef enum {
    NEED_MEDICAL,
    NEED_EDUCATION,
    NEED_HOUSING,
    NEED_EMPLOYMENT,
    NEED_DISASTER,
    NEED_URGENT,
    NEED_CARE,
    NEED_CHARITY,
    NEED_OTHER,
    NEED_COUNT
} need_t;

extern const char *const referral_state_names[REFERRAL_STATE_COUNT];
extern const char *const referral_event_names[REFERRAL_EV_COUNT];
extern const char *const need_names[NEED_COUNT];
extern const lifecycle_t referral_lifecycle;

#define REFERRAL_REGION_SIZE 13
#define REFERRAL_WORD_SIZE 64 /* categories, programmes, organisations */

typedef struct referral {
    uuid_t id;
    int64_t version;
    referral_state_t state;
    uuid_t alert, household, correlation;
    uuid_t previous; /* the declined one before it; nil = the first for its need */
    int64_t number;  /* 1 for the first of its alert and need */
    char region[REFERRAL_REGION_SIZE];
    need_t need;
    char category[REFERRAL_WORD_SIZE];
    char programme[REFERRAL_WORD_SIZE];    /* empty = none fits */
    char organisation[REFERRAL_WORD_SIZE]; /* empty = none */
    const char *reason, *outcome, *amount; /* NULL = none; amount as decimal yuan */
    int32_t delivered_on;                  /* DATE_OPEN = not yet */
    int32_t made;                          /* business day on which it came to be */
    int32_t offered, due;                  /* day of the offer; last day for the answer; DATE_OPEN = not offered */
    bool overdue;                          /* not answered in time */
    bool dirty;

    bool published; /* topics of the last published version: */
    referral_state_t published_state;
    char published_region[REFERRAL_REGION_SIZE];
    char published_organisation[REFERRAL_WORD_SIZE];
} referral_t;

/* Holds a place of its programme. */
bool referral_holds_place(const referral_t *self);
bool referral_is_final(const referral_t *self);

#endif
