/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_STANDING_H
#define COMPARISON_STANDING_H

/* Where a household and its members stand under a policy once everybody has acted on what is found: who is enrolled and
 * keeps stays, who keeps no longer leaves, who newly qualifies enters.  The same rules as finding_rules.c, as a state
 * instead of as findings, for any policy and any of its categories.  Pure. */

#include "policy.h"

typedef struct standing_rules standing_rules_t;
standing_rules_t *standing_rules_new(const policy_t *policy, const terms_t *terms); /* borrows both */
void standing_rules_destroy(standing_rules_t **self_p);

typedef struct {
    bool stands;
    bool unknown;   /* cannot tell: who is enrolled stays, nobody else enters */
    int64_t people; /* of a household: those whom its enrolment names, else the counted; of a person 1 */
    int64_t money;  /* fen per month: as assessed, else as enrolled */
} standing_t;

/* Rows as in policy_result_t: household[category], person[category × member_count + member]; both zeroed by the caller.  A
 * row whose unit is another stays empty. */
void standing_of(const standing_rules_t *self, const dossier_t *dossier, const policy_result_t *verdicts, int32_t day,
                 standing_t *household, standing_t *person);

/* Is the household warned of, in this category of findings?  Indicators add up, and alone they are not told. */
bool standing_is_warned(const policy_t *policy, const policy_result_t *verdicts, const char *wire);

/* The enrolment in force, the newest when there are several; NULL when there is none. */
const fact_t *standing_enrolment(const fact_t *facts, size_t n, term_t kind, int32_t day);

/* In force, or begun less than `months` ago: *ret_until is when neither is so any more. */
bool standing_drawn_lately(const fact_t *facts, size_t n, term_t kind, int months, int32_t day, int32_t *ret_until);

#endif
