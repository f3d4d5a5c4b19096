/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_POLICY_VIEW_H
#define COMPARISON_POLICY_VIEW_H

/* From whose place a formula is read after a run: an assessed household, or one of its members' supporters.  In a
 * supporter's formula the names of a member are his own, and those of the household are his home's. */

#include "policy_block.h"

typedef struct {
    const policy_block_t *block;
    const dossier_t *dossier; /* the household, or the supporter's home; an empty one when no household has him */
    size_t household, first;  /* lanes of the dossier and of its first member, or POLICY_NO_LANE */
    size_t supporter;         /* lane of the supporter in whose formula we are, else POLICY_NO_LANE */
    size_t root;              /* lane of the household that is assessed */
} policy_view_t;

void policy_view_of(const policy_block_t *block, size_t household, policy_view_t *ret);
/* Into the formula of a supporter; returns his place among the members of the new view's dossier. */
size_t policy_view_enter(const policy_view_t *self, size_t supporter, policy_view_t *ret);
/* Back to the household that is assessed; returns who is supported among its members. */
size_t policy_view_leave(const policy_view_t *self, policy_view_t *ret);
/* Where a value stands in its column; POLICY_NO_LANE: nowhere.  `member` counts for values of a member only. */
size_t policy_view_lane(const policy_view_t *self, scope_t scope, size_t member);
/* A register's value there; false when it is not known. */
bool policy_view_read(const policy_view_t *self, int32_t reg, scope_t scope, size_t member, int64_t *ret);
/* The lanes [first, last) of the supporters of a member. */
void policy_view_supporters(const policy_view_t *self, size_t member, size_t *ret_first, size_t *ret_last);
/* The link of the supporter in whose formula we are, and the member whose facts hold it. */
const supporter_t *policy_view_link(const policy_view_t *self);
const member_t *policy_view_supported(const policy_view_t *self);

/* The facts that a formula reads there and that gave something on the day (policy_evidence.c). */
struct expr;
size_t policy_evidence_of(const policy_view_t *self, const struct expr *e, size_t member, const fact_t **ret, size_t max);

#endif
