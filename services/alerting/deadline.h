/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ALERTING_DEADLINE_H
#define ALERTING_DEADLINE_H

/* What a level demands: deploy/routing/deadlines.yaml. */

#include "alert.h"
#include "base/err.h"

typedef struct {
    int visit_within;    /* working days */
    int snooze_days;     /* an alert may be put off so many days from today; 0 = not at all */
    level_t overdue_to;  /* the level while it is overdue; the same = no escalation */
    bool may_be_silenced;
} deadline_t;
typedef struct {
    deadline_t of[LEVEL_COUNT];
} deadlines_t;

bool deadlines_load(const char *path, deadlines_t *ret, err_t *err) NODISCARD;
bool deadlines_parse(const char *name, const char *text, size_t n, deadlines_t *ret, err_t *err) NODISCARD;

#endif
