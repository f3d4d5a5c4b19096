/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_POLICY_COLUMNS_H
#define COMPARISON_POLICY_COLUMNS_H

/* The program of a policy over columns that somebody else holds: no dossiers, no facts.  Memory is that of one block, however
 * many households there are.
 *
 *     policy_columns_new, policy_columns_want …, policy_columns_prepare,
 *     for each of policy_columns_count: policy_columns_bind, then policy_columns_run. */

#include "policy.h"

typedef struct policy_columns policy_columns_t;

/* The policy must outlive it. */
policy_columns_t *policy_columns_new(const policy_t *policy, int32_t day);
void policy_columns_destroy(policy_columns_t **self_p);

/* Where the verdicts of a category go, one for each household, or for each member of a person category; NULL: not wanted,
 * and not computed when nothing else needs it.  Answers are policy_answer_t.  A number that is not known is 0. */
typedef struct {
    uint8_t *qualifies, *keeps;
    int64_t *amount;
    uint8_t *amount_unknown; /* 1: not known */
    int64_t *value, *line;   /* of the deciding comparison */
} policy_verdict_columns_t;
void policy_columns_want(policy_columns_t *self, size_t category, const policy_verdict_columns_t *into);

/* Afterwards it is known which columns are read.  ERR_REJECT when what is wanted needs more than columns can say (the
 * supporters of members). */
bool policy_columns_prepare(policy_columns_t *self, err_t *err) NODISCARD;

typedef struct {
    const char *name;    /* fact kind, or the name of a built-in value */
    const char *reading; /* "total", "months", "has", "value", "code", "ever", "builtin" */
    bool of_member;      /* else of the household */
} policy_column_t;
size_t policy_columns_count(const policy_columns_t *self);
void policy_columns_at(const policy_columns_t *self, size_t i, policy_column_t *ret);
/* Numbers (money in fen), or flags in bytes of 0 and 1; `unknown`: bytes, 1 where the value is not known, or NULL.  The members
 * of a household stand together, in the order of the households. */
void policy_columns_bind(policy_columns_t *self, size_t i, const int64_t *numbers, const uint8_t *flags,
                         const uint8_t *unknown);

/* first[h] … first[h + 1] are the members of household h.  ERR_REJECT when a column is missing, a flag is neither 0 nor 1, or
 * the members of a household are none of a number; what was written before that block stays. */
bool policy_columns_run(policy_columns_t *self, const uint32_t *first, size_t households, err_t *err) NODISCARD;

/* Benchmarks and tests. */
struct policy_plan;
struct policy_plan *policy_columns_plan(policy_columns_t *self);
void policy_columns_use_blocks_of(policy_columns_t *self, size_t households);

#endif
