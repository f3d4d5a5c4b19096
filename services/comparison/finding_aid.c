/* SPDX-License-Identifier: Apache-2.0 */
#include "finding_case.h"

/* Aid of the household: categories that exclude each other in order. */

/* A household that draws `enrolled`, the AID category with index `from`. */
static void
aid_enrolled(finding_case_t *c, size_t from, const fact_t *enrolled)
{
    const policy_t *policy = c->rules->policy;
    const policy_verdict_t *v = c->verdicts->household;
    const char *from_name = policy_category_wire(policy, from);
    size_t other = SIZE_MAX;

    if (v[from].keeps == POLICY_UNKNOWN)
        return;
    for (size_t k = 0; k < policy_category_count(policy); k++) {
        bool before = k < from; /* an earlier category goes first, a later one is for whom this one no longer takes */

        if (k != from && finding_case_raises(policy, k, POLICY_ROLE_AID, POLICY_UNIT_HOUSEHOLD) && v[k].qualifies == POLICY_YES &&
            (before || v[from].keeps == POLICY_NO)) {
            other = k;
            break;
        }
    }
    if (other != SIZE_MAX) {
        wanted_t *w = finding_case_want(c, KIND_CATEGORY_CHANGE, policy_category_wire(policy, other), policy_category_name(policy, other), NULL);

        w->from_category = from_name;
        finding_case_add_verdict(w, &v[other], true);
        finding_case_add_enrolment(w, enrolled);
        finding_case_add_evidence(c, w, other, SIZE_MAX);
    } else if (v[from].keeps == POLICY_NO) {
        wanted_t *w = finding_case_want(c, KIND_NO_LONGER_QUALIFIES, from_name, policy_category_name(policy, from), NULL);

        finding_case_add_verdict(w, &v[from], false);
        finding_case_add_enrolment(w, enrolled);
        finding_case_add_evidence(c, w, from, SIZE_MAX);
    }
    if (v[from].has_amount && v[from].amount > 0 && v[from].amount != enrolled->value) {
        wanted_t *w = finding_case_want(c, KIND_BENEFIT_CHANGE, from_name, policy_category_name(policy, from), NULL);

        finding_case_add_verdict(w, &v[from], true);
        finding_case_add_enrolment(w, enrolled);
        finding_case_add_evidence(c, w, from, SIZE_MAX);
    }
}

void
finding_aid(finding_case_t *c)
{
    const policy_t *policy = c->rules->policy;
    size_t first = SIZE_MAX;

    for (size_t k = 0; k < policy_category_count(policy); k++) {
        if (!finding_case_raises(policy, k, POLICY_ROLE_AID, POLICY_UNIT_HOUSEHOLD))
            continue;
        const fact_t *enrolled = policy_enrolment(policy, c->dossier, c->day, k, SIZE_MAX);

        if (enrolled != NULL) {
            if (c->verdicts->counted > 0)
                aid_enrolled(c, k, enrolled);
            return;
        }
        if (first == SIZE_MAX && c->verdicts->household[k].qualifies != POLICY_NO)
            first = k;
    }
    if (first == SIZE_MAX || c->verdicts->counted == 0 || c->verdicts->household[first].qualifies == POLICY_UNKNOWN)
        return;
    wanted_t *w = finding_case_want(c, KIND_NEWLY_QUALIFIES, policy_category_wire(policy, first), policy_category_name(policy, first), NULL);
    finding_case_add_verdict(w, &c->verdicts->household[first], true);
    finding_case_add_evidence(c, w, first, SIZE_MAX);
}
