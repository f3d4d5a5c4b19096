/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ALERTING_WORK_H
#define ALERTING_WORK_H

/* One unit of work: the matters that it touches, loaded together, decided in memory, saved together. */

#include "alert.h"
#include "base/mem.h"
#include "merge.h"

typedef struct {
    arena_t *arena;
    uuid_map_t *by_key; /* matter_key → matter_t */
    matter_t *first, *last;
    size_t count;
} work_t;

void work_init(work_t *self, arena_t *arena);
void work_done(work_t *self);
#define AUTO_WORK __attribute__((cleanup(work_done))) work_t
/* Finds or adds. */
matter_t *work_matter(work_t *self, const uuid_t *household, const char *name);
matter_t *work_find(const work_t *self, const uuid_t *household, const char *name); /* NULL when absent */
/* The open one becomes matter->alert. */
void work_add_alert(matter_t *matter, alert_t *alert);
/* Gives every alert its findings; after loading. */
void work_gather(work_t *self);

#endif
