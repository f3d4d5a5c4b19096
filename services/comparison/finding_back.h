/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_FINDING_BACK_H
#define COMPARISON_FINDING_BACK_H

/* Since when a finding holds, and what was over- or underpaid since (docs/findings.md §2): the household is assessed again
 * on the first of each month before, as now known and under the policy of that day, for as long as the finding holds.  Pure,
 * but for the memory of its own that it uses again and again. */

#include "finding_rules.h"

typedef struct finding_back finding_back_t;
finding_back_t *finding_back_new(const policy_t *policy, const finding_rules_t *rules); /* borrows both */
void finding_back_destroy(finding_back_t **self_p);

/* Does going back say since when such a finding holds?  Others bring their `since` themselves, or begin when they open. */
bool finding_back_is_for(const wanted_t *wanted);

/* All that the answer rests on: facts, places, policy, month and what is wanted.  With the same basis it is the same. */
void finding_back_basis(const finding_back_t *self, const policy_world_t *world, const dossier_t *dossier, int32_t day,
                        hash_t *ret);
void finding_back_basis_of(const hash_t *basis, const wanted_t *wanted, hash_t *ret);

typedef struct {
    const dossier_t *dossier;
    finding_list_t *list; /* entries with `follow` get since, overpaid, underpaid */
} finding_back_case_t;
/* `arena`: the months are told there; NULL: they are not. */
bool finding_back_run(finding_back_t *self, const policy_world_t *world, const finding_back_case_t *cases, size_t n, int32_t day,
                      arena_t *arena, err_t *err) NODISCARD;

#endif
