/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DASHBOARD_DASHBOARD_IN_H
#define DASHBOARD_DASHBOARD_IN_H

/* Events of the streams as rows of the read model.  Texts belong to the event or the arena. */

#include "base/mem.h"
#include "base/uuid.h"
#include "event/event.h"
#include <stdint.h>

#define FINDING_TYPE "plimsoll.finding.v1"
#define DAY_TYPE "plimsoll.day.v1"
#define ALERT_TYPE "plimsoll.alert.v1"
#define REFERRAL_TYPE "plimsoll.referral.v1"

typedef struct {
    uuid_t finding, household;
    int64_t version;
    const char *state, *region, *category, *kind;
    const char *direction; /* towards more help, less help, or neither before someone has looked: "more", "less", "check" */
    int32_t since, date;
    const char *monthly_money, *enrolled_money, *overpaid, *margin; /* NULL = not said */
    const char *data; /* as published */
} finding_in_t;

typedef struct {
    uuid_t alert, household;
    int64_t version;
    const char *state, *level, *region, *category, *kind;
    int32_t opened, due, date;
    bool overdue; /* the day has passed and nobody has visited */
    uuid_t lead; /* the finding that stands for the alert: the first of its kind that is not withdrawn; nil = none */
    const char *data;
} alert_in_t;

typedef struct {
    uuid_t referral, alert, household;
    int64_t version;
    const char *state, *region;
    const char *data;
} referral_in_t;

typedef struct {
    const char *region, *category; /* region "" = everything */
    int64_t households, people;
} count_in_t;

typedef struct {
    int32_t date;
    count_in_t *counts;
    size_t count;
    const char **classes; /* of children */
    int64_t *children;
    size_t class_count;
} day_in_t;

/* `bytes` are the event's as received.  ERR_REJECT bad_data with pointer. */
bool dashboard_in_finding(const event_t *event, slice_t bytes, arena_t *arena, finding_in_t *ret, err_t *err) NODISCARD;
bool dashboard_in_alert(const event_t *event, slice_t bytes, arena_t *arena, alert_in_t *ret, err_t *err) NODISCARD;
bool dashboard_in_referral(const event_t *event, slice_t bytes, arena_t *arena, referral_in_t *ret, err_t *err) NODISCARD;
bool dashboard_in_day(const event_t *event, arena_t *arena, day_in_t *ret, err_t *err) NODISCARD;

#endif
