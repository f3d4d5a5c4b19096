/* SPDX-License-Identifier: Apache-2.0 */
#include "finding_case.h"

#include "domain/date.h"

/* What a person is entitled to. */

static void
find_entitlement(finding_case_t *c, size_t category, size_t member)
{
    const policy_t *policy = c->rules->policy;
    const member_t *m = &c->dossier->members[member];
    const policy_verdict_t *v = &c->verdicts->person[category * c->dossier->member_count + member];
    const char *name = policy_category_name(policy, category);
    const fact_t *enrolled = policy_enrolment(policy, c->dossier, c->day, category, member);
    wanted_t *w = NULL;

    if (enrolled == NULL && v->qualifies == POLICY_YES) {
        w = finding_case_want(c, KIND_ENTITLEMENT_NOT_DRAWN, policy_category_wire(policy, category), name, &m->person);
    } else if (enrolled != NULL && v->keeps == POLICY_NO) {
        w = finding_case_want(c, KIND_NO_LONGER_QUALIFIES, policy_category_wire(policy, category), name, &m->person);
        w->enrolled = enrolled->value;
        finding_case_add_fact(w, enrolled);
    }
    if (w == NULL)
        return;
    finding_case_add_verdict(w, v, enrolled == NULL);
    finding_case_add_evidence(c, w, category, member);
}

void
finding_person(finding_case_t *c)
{
    const policy_t *policy = c->rules->policy;

    for (size_t k = 0; k < policy_category_count(policy); k++) {
        if (!finding_case_raises(policy, k, POLICY_ROLE_ENTITLEMENT, POLICY_UNIT_PERSON))
            continue;
        for (size_t m = 0; m < c->dossier->member_count; m++)
            if (c->died[m] == DATE_OPEN)
                find_entitlement(c, k, m);
    }
}
