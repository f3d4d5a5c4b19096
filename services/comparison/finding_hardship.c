/* SPDX-License-Identifier: Apache-2.0 */
#include "finding_case.h"

/* Indicators of the policy (docs/findings.md §7).  Those with points add up, of a group the one with most; those without
 * warn by themselves. */

#define RULE_COMBINED "combined"

/* Of its group the one that counts: most points, the first of several. */
static bool
counts(const finding_case_t *c, size_t category)
{
    const policy_t *policy = c->rules->policy;
    int32_t points = c->verdicts->household[category].points;

    if (!policy_category_scores(policy, category) || points == 0)
        return false;
    for (size_t k = 0; k < policy_category_count(policy); k++) {
        int32_t other = c->verdicts->household[k].points;

        if (policy_category_scores(policy, k) && policy_category_same_group(policy, k, category) &&
            (other > points || (other == points && k < category)))
            return false;
    }
    return true;
}

static void
add_indicator(finding_case_t *c, wanted_t *w, size_t category)
{
    w->indicators[w->indicator_count++] =
        (wanted_indicator_t){ policy_category_name(c->rules->policy, category), c->verdicts->household[category].points };
    finding_case_add_evidence(c, w, category, SIZE_MAX);
}

static void
find_score(finding_case_t *c)
{
    const policy_t *policy = c->rules->policy;
    const policy_result_t *r = c->verdicts;
    size_t lead = SIZE_MAX, n = policy_category_count(policy);

    if (r->score_line <= 0 || r->score < r->score_line)
        return;
    for (size_t k = 0; k < n; k++)
        if (counts(c, k) && (lead == SIZE_MAX || r->household[k].points > r->household[lead].points))
            lead = k;
    bool alone = r->household[lead].points >= r->score_line;
    wanted_t *w = finding_case_want(c, KIND_HARDSHIP_WARNING, policy_category_wire(policy, lead),
                                    alone ? policy_category_name(policy, lead) : RULE_COMBINED, NULL);
    w->score = r->score;
    w->indicators = arena_new_array(c->arena, wanted_indicator_t, n);
    if (alone)
        finding_case_add_verdict(w, &r->household[lead], false);
    for (size_t k = 0; k < n; k++)
        if (counts(c, k))
            add_indicator(c, w, k);
}

void
finding_hardship(finding_case_t *c)
{
    const policy_t *policy = c->rules->policy;

    find_score(c);
    for (size_t k = 0; k < policy_category_count(policy); k++) {
        if (!finding_case_raises(policy, k, POLICY_ROLE_INDICATOR, POLICY_UNIT_HOUSEHOLD) || policy_category_scores(policy, k) ||
            c->verdicts->household[k].qualifies != POLICY_YES)
            continue;
        wanted_t *w = finding_case_want(c, KIND_HARDSHIP_WARNING, policy_category_wire(policy, k), policy_category_name(policy, k), NULL);
        finding_case_add_verdict(w, &c->verdicts->household[k], false);
        finding_case_add_evidence(c, w, k, SIZE_MAX);
    }
}
