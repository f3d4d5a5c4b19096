/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_POLICY_TERM_H
#define COMPARISON_POLICY_TERM_H

/* Terms of who is enrolled: until when an enrolment is valid, when its review is due, and the period of grace of one who
 * would no longer keep it.  How long somebody has been in such a period is not remembered: it is found by looking, under
 * the same facts, at the first days of the months before. */

#include "policy_block.h"

#define POLICY_OF_HOUSEHOLD SIZE_MAX /* in place of a member */

/* The enrolment of the category in force on the day, the newest when there are several; NULL: not enrolled. */
const fact_t *policy_term_enrolment(const policy_t *policy, const policy_category_t *category, const dossier_t *dossier,
                                    size_t member, int32_t day);

/* Of the kinds that the policy declares their codes count, too. */
bool policy_term_in_force(const policy_t *policy, const fact_t *fact, term_t kind, int32_t day);

/* Verdicts that perhaps stand in a period of grace. */
typedef struct {
    size_t household, category, member; /* index of the dossier, of the category, of the member or POLICY_OF_HOUSEHOLD */
    int64_t months;                     /* length of the period */
    int32_t failing;                    /* first days of months, back from the day, on which it was not kept */
    bool sure;                          /* the condition of the grace holds, else it is not known */
    bool open;                          /* earlier months are still to be looked at */
} policy_grace_item_t;
typedef struct {
    policy_grace_item_t *items;
    size_t count, cap;
} policy_grace_t;
void policy_grace_done(policy_grace_t *self);

/* After a run, for one verdict read from `lane`: validity and review, and whether to look for a period of grace. Returns
 * the first later day on which one of them changes something, or DATE_OPEN. */
int32_t policy_term_apply(const policy_block_t *block, size_t household, size_t category, size_t member, size_t lane,
                          size_t dossier_index, policy_verdict_t *verdict, policy_grace_t *grace);
/* Looks at earlier months for all that were found, and corrects their verdicts. */
void policy_grace_apply(policy_grace_t *self, const policy_t *policy, const policy_world_t *world,
                        const dossier_t *const *dossiers, int32_t day, policy_result_t *results);

#endif
