/* SPDX-License-Identifier: Apache-2.0 */
#include "finding_case.h"

/* Indicators of the policy. */

void
finding_hardship(finding_case_t *c)
{
    const policy_t *policy = c->rules->policy;

    for (size_t k = 0; k < policy_category_count(policy); k++) {
        if (!finding_case_raises(policy, k, POLICY_ROLE_INDICATOR, POLICY_UNIT_HOUSEHOLD) ||
            c->verdicts->household[k].qualifies != POLICY_YES)
            continue;
        wanted_t *w = finding_case_want(c, KIND_HARDSHIP_WARNING, policy_category_wire(policy, k), policy_category_name(policy, k), NULL);
        finding_case_add_verdict(w, &c->verdicts->household[k], false);
        finding_case_add_evidence(c, w, k, SIZE_MAX);
    }
}
