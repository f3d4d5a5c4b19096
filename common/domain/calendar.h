/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_DOMAIN_CALENDAR_H
#define COMMON_DOMAIN_CALENDAR_H

/* Filling a calendar, for calendar_load (in config/, which knows YAML) and for tests. */

#include "domain/date.h"

calendar_t *calendar_new(void);
/* Lists a day as off (a holiday) or on (a make-up day).  false: the day is listed already. */
bool calendar_list(calendar_t *self, int32_t day, bool working) NODISCARD;

#endif
