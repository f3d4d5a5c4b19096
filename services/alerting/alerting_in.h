/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ALERTING_ALERTING_IN_H
#define ALERTING_ALERTING_IN_H

/* Events of other stations → typed requests.  A malformed one is ERR_REJECT bad_data with its pointer. */

#include "event/event.h"
#include "merge.h"

#define FINDING_TYPE "plimsoll.finding.v1"
#define DAY_TYPE "plimsoll.day.v1"
#define REFERRAL_TYPE "plimsoll.referral.v1"

bool alerting_in_finding(const event_t *event, finding_in_t *ret, err_t *err) NODISCARD;
bool alerting_in_day(const event_t *event, int32_t *ret, err_t *err) NODISCARD;
bool alerting_in_referral(const event_t *event, referral_t *ret, err_t *err) NODISCARD;
/* A date member of a command or event; required. */
int32_t alerting_in_date(json_in_t *in, const char *key);

#endif
