/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_FINDING_RULES_H
#define COMPARISON_FINDING_RULES_H

/* docs/findings.md: what holds for one household on one day, given the policy's verdicts.  Pure. */

#include "domain/date.h"
#include "finding.h"
#include "policy.h"

typedef struct finding_rules finding_rules_t;
finding_rules_t *finding_rules_new(const policy_t *policy, const terms_t *terms); /* borrows both */
void finding_rules_destroy(finding_rules_t **self_p);
/* Under what the verdicts were reached; borrowed.  Before the first call: nothing. */
void finding_rules_use(finding_rules_t *self, const policy_world_t *world);

/* Calm: nothing of it but a verdict that says yes can bring a finding.  Nobody draws, has drawn or has died, nobody is claimed
 * twice, and nobody decided anything. */
bool finding_rules_is_calm(const finding_rules_t *self, const dossier_t *dossier);

typedef struct {
    wanted_t *wanted;
    size_t count;
    int32_t next_day; /* the first later day on which time alone may change it: never after that of the verdicts */
} finding_list_t;
/* The first business day: nothing is missed that was due long before.  And the working days (borrowed), in which the term of
 * an application is counted.  Before the first call: DATE_OPEN, no such end, and NULL: no term is watched. */
void finding_rules_begin(finding_rules_t *self, int32_t first_day, const calendar_t *calendar);
/* Lists what holds for each of n households, in the order of docs/findings.md, with evidence and digest; everything is in
 * `arena`.  Of the calm the verdicts may be left out (policy_asked_t). */
void finding_rules_apply_each(const finding_rules_t *self, const dossier_t *const *dossiers, const policy_result_t *verdicts, size_t n,
                              int32_t day, arena_t *arena, finding_list_t *ret);
/* Of one; of many all at once is cheaper. */
void finding_rules_apply(const finding_rules_t *self, const dossier_t *dossier, const policy_result_t *verdicts, int32_t day,
                         arena_t *arena, finding_list_t *ret);

/* The same on a day before, of what a verdict brings alone and without evidence and digest: what was, not what is to be told. */
void finding_rules_judge(const finding_rules_t *self, const dossier_t *dossier, const policy_result_t *verdicts, int32_t day,
                         arena_t *arena, finding_list_t *ret);
/* Since when and how much belong to the digest of what was followed back. */
void finding_rules_seal(wanted_t *wanted);

/* For a finding that no longer holds: has the register followed (true), or have the facts changed?  dossier NULL: there is
 * nobody in the household any more. */
bool finding_rules_is_settled(const finding_rules_t *self, const finding_t *finding, const dossier_t *dossier, int32_t day);

#endif
