/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_FINDING_RULES_H
#define COMPARISON_FINDING_RULES_H

/* The table of docs/data.md §4: what holds for one household on one day, given the policy's verdicts.  Pure. */

#include "finding.h"
#include "policy.h"

typedef struct finding_rules finding_rules_t;
finding_rules_t *finding_rules_new(const policy_t *policy, const terms_t *terms); /* borrows both */
void finding_rules_destroy(finding_rules_t **self_p);
/* Under what the verdicts were reached; borrowed.  Before the first call: nothing. */
void finding_rules_use(finding_rules_t *self, const policy_world_t *world);

/* Lists what holds, in the order of the table, with evidence and digest; everything is in `arena`. */
void finding_rules_apply(const finding_rules_t *self, const dossier_t *dossier, const policy_result_t *verdicts, int32_t day,
                         arena_t *arena, wanted_t **ret, size_t *ret_n);

/* For a finding that no longer holds: has the register followed (true), or have the facts changed?  dossier NULL: there is
 * nobody in the household any more. */
bool finding_rules_is_settled(const finding_rules_t *self, const finding_t *finding, const dossier_t *dossier, int32_t day);

#endif
