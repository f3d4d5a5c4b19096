/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ALERTING_MERGE_H
#define ALERTING_MERGE_H

/* Findings become alerts: one open alert per household and matter, as urgent as its most urgent open finding.
 * Pure: no database, no clock.  Events are applied one by one, in the order of their stream, so that what is published
 * does not depend on how the stream was cut into runs. */

#include "alert.h"
#include "alert_lifecycle.h"
#include "base/err.h"
#include "base/mem.h"
#include "deadline.h"
#include "desk.h"
#include "domain/date.h"
#include "grade.h"

/* A finding event, decoded and checked.  Texts belong to the event. */
typedef struct {
    uuid_t finding, household, person;
    uuid_t before; /* who the person was called in the version before; nil: the same */
    int64_t version;
    finding_state_t state;
    const char *region, *monthly_money;
    int32_t date;
    bool settled; /* withdrawn because the register has followed */
    grade_subject_t subject;
} finding_in_t;

/* What moved the alert. */
typedef struct {
    uuid_t event;      /* causation */
    const char *actor; /* account for whom a command was given; NULL = an event */
} cause_t;

/* Called once per new version of an alert, in order; alert->published_* still name the topic of the version before. */
typedef bool (*merge_publish_fn)(void *ctx, const alert_t *alert, const cause_t *cause, err_t *err);

typedef struct {
    const grades_t *grades;
    const deadlines_t *deadlines;
    const desks_t *desks;
    const calendar_t *calendar;
    arena_t *arena;
    int32_t day; /* business day: the latest seen on the findings stream; INT32_MIN before the first */
    merge_publish_fn publish;
    void *publish_ctx;
} merge_t;

bool merge_finding(merge_t *self, matter_t *matter, const finding_in_t *in, const cause_t *cause, err_t *err) NODISCARD;
/* The finding's person has got another name, and with it the matter: an alert that is open goes on there with all its findings,
 * unless another one is open there already, which the finding then joins.  To be called before merge_finding. */
bool merge_follow(merge_t *self, matter_t *from, matter_t *to, const finding_in_t *in, const cause_t *cause, err_t *err) NODISCARD;
/* A new business day: overdue alerts rise, visits nobody needs lapse, silences end. */
bool merge_day(merge_t *self, matter_t *matter, const cause_t *cause, err_t *err) NODISCARD;
/* One step of a command: moves the state (ERR_REJECT "conflict" when the lifecycle has no such row), recomputes,
 * publishes. The caller has put the command's own fields into the alert; `reason` is the closing reason should it
 * close. */
bool merge_command(merge_t *self, matter_t *matter, alert_t *alert, alert_event_t event, const char *reason,
                   const cause_t *cause, err_t *err) NODISCARD;
/* Marks what a visit on this day has seen; to be called before merge_command with a visit's event. */
void merge_visited(alert_t *alert);

/* The referrals of an alert as last heard. */
typedef struct {
    uuid_t id, alert;
    const char *need, *state;
    int64_t version;
    bool dirty;
} referral_t;
/* true when each need in alert->needs has a referral that was confirmed or cancelled. */
bool merge_referrals_ended(const alert_t *alert, const referral_t *const *referrals, size_t n, bool *ret_any_confirmed);

#endif
