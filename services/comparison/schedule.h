/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_SCHEDULE_H
#define COMPARISON_SCHEDULE_H

/* Full comparisons on schedule.  Setting `schedule`: entries separated by ';', each "NAME days=1,16 [every=3] [region=320681100]
 * [categories=a,b]": on these days of the month, of every month or of every third one from January on, all households are assessed, or
 * those of a region, or those in which somebody is enrolled in one of the categories.  Pure. */

#include "base/err.h"
#include "domain/region.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SCHEDULE_MAX = 16, SCHEDULE_CATEGORIES_MAX = 16, SCHEDULE_NAME_SIZE = 32 };

typedef struct {
    char name[SCHEDULE_NAME_SIZE];
    uint32_t days; /* bit d: the d-th of the month */
    int every;     /* months */
    char region[REGION_SIZE]; /* "": everywhere */
    char categories[SCHEDULE_CATEGORIES_MAX][64];
    size_t category_count; /* 0: all households */
} schedule_entry_t;

typedef struct {
    schedule_entry_t items[SCHEDULE_MAX];
    size_t count;
} schedule_t;

/* "" or NULL: none.  ERR_CONFIG says what is wrong with which entry. */
bool schedule_parse(const char *text, schedule_t *ret, err_t *err) NODISCARD;
bool schedule_is_due(const schedule_entry_t *entry, int32_t day);
/* The first day after `day` on which it is due; DATE_OPEN: never (the 31st of months without one). */
int32_t schedule_next(const schedule_entry_t *entry, int32_t day);
/* Of all households, everywhere. */
bool schedule_is_of_all(const schedule_entry_t *entry);
/* The first entry from place `from` on that is due on the day and not of all households; count when there is none. */
size_t schedule_find_partial(const schedule_t *self, size_t from, int32_t day);
/* Whether one that is of all households is due. */
bool schedule_has_full(const schedule_t *self, int32_t day);

#endif
