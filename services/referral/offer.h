/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REFERRAL_OFFER_H
#define REFERRAL_OFFER_H

/* How referrals come to be and move.  Pure: no database, no clock.  Events and commands are applied one by one, so that
 * what is published does not depend on how a stream was cut into runs. */

#include "base/mem.h"
#include "domain/date.h"
#include "match.h"

typedef struct {
    uuid_t event;      /* causation */
    const char *actor; /* NULL = an event */
} cause_t;
/* Called once per new version; the referral's published_* still name the topics of the version before. */
typedef bool (*offer_publish_fn)(void *ctx, const referral_t *referral, const cause_t *cause, err_t *err);

typedef struct {
    const directory_t *directory;
    const calendar_t *calendar;
    arena_t *arena;
    int32_t day;   /* business day */
    int64_t *used; /* places taken, per programme of the directory */
    offer_publish_fn publish;
    void *publish_ctx;

    referral_t **all; /* the referrals of the unit of work */
    size_t count, cap;
} offer_t;

void offer_add(offer_t *self, referral_t *referral);

/* What is referred: an alert whose visit found needs. */
typedef struct {
    uuid_t alert, household, correlation;
    const char *region, *category;
} offer_case_t;
/* A referral for the need, unless the alert has one: offered, proposed, or proposed with reason no_programme. */
bool offer_need(offer_t *self, const offer_case_t *c, need_t need, const cause_t *cause, err_t *err) NODISCARD;
/* The household moved: what is not final moves along. */
bool offer_move(offer_t *self, const uuid_t *alert, const char *region, const cause_t *cause, err_t *err) NODISCARD;
/* The alert closed: what nobody has accepted is cancelled. */
bool offer_cancel_open(offer_t *self, const uuid_t *alert, const cause_t *cause, err_t *err) NODISCARD;

/* Commands: the caller has put the command's own fields into the referral. */
/* `programme` NULL: the one it has, or else a new match; ERR_REJECT conflict when none has a place. */
bool offer_approve(offer_t *self, referral_t *r, const char *programme, const cause_t *cause, err_t *err) NODISCARD;
/* One step of the lifecycle; a declined referral is followed by the next one. */
bool offer_step(offer_t *self, referral_t *r, referral_event_t event, const cause_t *cause, err_t *err) NODISCARD;
/* Not answered in time. */
bool offer_overdue(offer_t *self, referral_t *r, const cause_t *cause, err_t *err) NODISCARD;

#endif
