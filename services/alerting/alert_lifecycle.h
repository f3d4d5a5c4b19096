/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ALERTING_ALERT_LIFECYCLE_H
#define ALERTING_ALERT_LIFECYCLE_H

/* The life of an alert, as a table.  Drawn in the README, mirrored by CHECK constraints in 001_alerting.sql. */

#include "alert.h"
#include "lifecycle/lifecycle.h"

typedef enum {
    ALERT_EV_ACKNOWLEDGE,
    ALERT_EV_ASSIGN,
    ALERT_EV_SNOOZE,
    ALERT_EV_VISIT_ENDS,      /* the visit settles the matter: no_hardship, already_has_policy, policy_delivered */
    ALERT_EV_VISIT_WAITS,     /* the register must follow: apply, should_exit */
    ALERT_EV_VISIT_REFERS,    /* somebody else can help */
    ALERT_EV_SETTLED,         /* last open finding withdrawn: the register has followed */
    ALERT_EV_FACTS_CHANGED,   /* last open finding withdrawn: it no longer holds */
    ALERT_EV_WORSENED,        /* something more urgent than what the visit saw */
    ALERT_EV_LAPSED,          /* the due day of a visit that nothing asks for any more has passed */
    ALERT_EV_REFERRALS_ENDED, /* every need has been answered to the end */
    ALERT_EV_COUNT
} alert_event_t;

extern const lifecycle_t alert_lifecycle;
extern const char *const alert_event_names[ALERT_EV_COUNT];

/* What a visit's result means for the alert. */
alert_event_t alert_event_of_result(result_t result);

#endif
