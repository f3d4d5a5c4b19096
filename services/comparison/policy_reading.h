/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_POLICY_READING_H
#define COMPARISON_POLICY_READING_H

/* What the facts of one kind come to for one holder: fact after fact is added, in any order, then a value is taken. */

#include "policy_block.h"

typedef struct {
    const policy_fact_t *spec;
    policy_span_t span; /* the window, from `since` on */
    int32_t day, since; /* nothing before `since` is read; INT32_MIN: all */
    bool ever;          /* of any time, whatever the window and the day */
    bool capped;
    int64_t cap; /* what each single value counts at most */
    /* so far */
    bool has, overflow;
    int32_t months;
    int64_t amount;       /* total, or the lowest or highest */
    uint64_t covered;     /* months of the window, from its first, in which there is one */
    const fact_t *newest; /* of those that it has */
} policy_reading_t;

void policy_reading_init(policy_reading_t *self, const policy_fact_t *spec, const policy_span_t *span, int32_t day);
void policy_reading_since(policy_reading_t *self, int32_t since);
/* What one fact gives; nothing when it is of another kind or passed over. */
void policy_reading_part(const policy_reading_t *self, const fact_t *fact, policy_part_t *ret);
void policy_reading_add(policy_reading_t *self, const fact_t *fact);
/* False: not known. */
bool policy_reading_get(const policy_reading_t *self, policy_read_t what, int64_t *ret);

/* ---- in a block (policy_block_read.c) ---- */

/* The reading of a kind for one lane of its scope, with its `since` and its cap; nothing added.  False: one of these is
 * not known.  Their registers must be kept. */
bool policy_block_reading(const policy_block_t *block, const policy_fact_t *spec, size_t lane, policy_reading_t *ret);
/* Calls for each fact of the kind that the lane holds and that gives something. */
typedef void (*policy_fact_fn)(void *ctx, const fact_t *fact, const policy_part_t *part);
void policy_block_each_fact(const policy_block_t *block, const policy_reading_t *reading, size_t lane,
                            policy_fact_fn fn, void *ctx);

#endif
