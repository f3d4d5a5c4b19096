/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REFERRAL_REFERRAL_IN_H
#define REFERRAL_REFERRAL_IN_H

/* Events and commands → typed requests.  A malformed one is ERR_REJECT bad_data with its pointer. */

#include "event/event.h"
#include "offer.h"

#define ALERT_TYPE "plimsoll.alert.v1"
#define DAY_TYPE "plimsoll.day.v1"

typedef struct {
    uuid_t alert, household, correlation;
    const char *region, *category;
    bool closed;
    bool refers; /* state referred: `needs` is not empty */
    need_t needs[NEED_COUNT];
    size_t need_count;
    int32_t date; /* business day of this version */
} alert_in_t;
bool referral_in_alert(const event_t *event, alert_in_t *ret, err_t *err) NODISCARD;
bool referral_in_day(const event_t *event, int32_t *ret, err_t *err) NODISCARD;

typedef struct {
    referral_event_t event;
    const char *reason; /* NULL = none */
} answer_in_t;
bool referral_in_answer(const json_node_t *data, answer_in_t *ret, err_t *err) NODISCARD;
typedef struct {
    const char *outcome, *amount; /* amount NULL = none */
    int32_t on;
} deliver_in_t;
/* `earliest` and `latest` bound the day of delivery. */
bool referral_in_deliver(const json_node_t *data, int32_t earliest, int32_t latest, deliver_in_t *ret,
                         err_t *err) NODISCARD;
/* A short reason in words; NULL when absent and not required.  Refuses long numbers: reasons travel in events. */
bool referral_in_reason(const json_node_t *data, bool required, const char **ret, err_t *err) NODISCARD;

#endif
