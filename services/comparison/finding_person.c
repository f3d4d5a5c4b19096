/* SPDX-License-Identifier: Apache-2.0 */
#include "finding_case.h"

#include "domain/date.h"
#include "standing.h"

/* What is drawn or due by itself: aid of a person, entitlements of persons and of the household, lists of other departments
 * that are compared both ways. */

/* --- aid of the person: categories that exclude each other in order --- */

static void
drawn_aid(finding_case_t *c, size_t category, size_t member, const policy_verdict_t *v, const fact_t *enrolled)
{
    const policy_t *policy = c->rules->policy;
    const member_t *m = &c->dossier->members[member];
    const char *wire = policy_category_wire(policy, category), *name = policy_category_name(policy, category);
    bool change = v->keeps == POLICY_YES && v->has_amount && v->amount > 0 && v->amount != enrolled->value;
    wanted_t *w;

    if (v->keeps != POLICY_NO && !change)
        return;
    w = finding_case_want(c, change ? KIND_BENEFIT_CHANGE : KIND_NO_LONGER_QUALIFIES, wire, name, &m->person);
    finding_case_add_verdict(w, v, change);
    finding_case_add_enrolment(w, enrolled);
    finding_case_add_evidence(c, w, category, member);
}

/* The household draws, or is due, what a person could enter for alone. */
static bool
household_goes_first(const finding_case_t *c, size_t category)
{
    const policy_t *policy = c->rules->policy;
    size_t other = policy_category_instead_of(policy, category);

    return other != SIZE_MAX && (policy_enrolment(policy, c->dossier, c->day, other, SIZE_MAX) != NULL ||
                                 c->verdicts->household[other].qualifies == POLICY_YES);
}

/* What one draws, or is due, bars what comes later in the order. */
static void
find_aid_of(finding_case_t *c, size_t member)
{
    const policy_t *policy = c->rules->policy;
    const dossier_t *d = c->dossier;
    bool barred = false;

    for (size_t k = 0; k < policy_category_count(policy); k++) {
        if (policy_category_role(policy, k) != POLICY_ROLE_AID || policy_category_unit(policy, k) != POLICY_UNIT_PERSON)
            continue;
        const policy_verdict_t *v = &c->verdicts->person[k * d->member_count + member];
        const fact_t *enrolled = policy_enrolment(policy, d, c->day, k, member);
        bool told = policy_category_has_findings(policy, k);

        if (enrolled != NULL && told) {
            drawn_aid(c, k, member, v, enrolled);
        } else if (enrolled == NULL && told && !barred && v->qualifies == POLICY_YES && !household_goes_first(c, k)) {
            wanted_t *w = finding_case_want(c, KIND_NEWLY_QUALIFIES, policy_category_wire(policy, k), policy_category_name(policy, k),
                                            &d->members[member].person);
            finding_case_add_verdict(w, v, true);
            finding_case_add_evidence(c, w, k, member);
        }
        barred |= enrolled != NULL || v->qualifies == POLICY_YES;
    }
}

/* --- entitlements --- */

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
        finding_case_add_enrolment(w, enrolled);
    }
    if (w == NULL)
        return;
    finding_case_add_verdict(w, v, enrolled == NULL);
    finding_case_add_evidence(c, w, category, member);
}

bool
finding_case_drawn_lately(const finding_rules_t *rules, const dossier_t *d, size_t category, int32_t day, int32_t *ret_until)
{
    return standing_drawn_lately(d->facts, d->fact_count, terms_find(rules->terms, policy_category_enrolment(rules->policy, category)),
                                 policy_category_again_after(rules->policy, category, day), day, ret_until);
}

/* Paid once: it is due again when its months are over, and never ends. */
static void
find_entitlement_of_household(finding_case_t *c, size_t category)
{
    const policy_t *policy = c->rules->policy;
    const policy_verdict_t *v = &c->verdicts->household[category];
    int32_t until;

    if (v->qualifies != POLICY_YES)
        return;
    if (finding_case_drawn_lately(c->rules, c->dossier, category, c->day, &until)) {
        finding_case_look_again(c, until);
        return;
    }
    wanted_t *w = finding_case_want(c, KIND_ENTITLEMENT_NOT_DRAWN, policy_category_wire(policy, category),
                                    policy_category_name(policy, category), NULL);
    finding_case_add_verdict(w, v, true);
    finding_case_add_evidence(c, w, category, SIZE_MAX);
}

/* --- lists of other departments --- */

static void
find_watched(finding_case_t *c, size_t category)
{
    const policy_t *policy = c->rules->policy;
    const policy_verdict_t *v = &c->verdicts->household[category];
    const fact_t *listed = policy_enrolment(policy, c->dossier, c->day, category, SIZE_MAX);
    finding_kind_t kind = listed == NULL ? KIND_NEWLY_QUALIFIES : KIND_NO_LONGER_QUALIFIES;

    if (listed == NULL ? v->qualifies != POLICY_YES : v->keeps != POLICY_NO)
        return;
    if (listed != NULL) {
        int32_t from = date_anniversary(listed->from, policy_category_leave_after(policy, category, c->day));

        if (c->day < from) {
            finding_case_look_again(c, from);
            return;
        }
    }
    wanted_t *w = finding_case_want(c, kind, policy_category_wire(policy, category), policy_category_name(policy, category), NULL);
    if (listed != NULL) {
        w->drawn_from = listed->from;
        finding_case_add_fact(w, listed);
    }
    finding_case_add_verdict(w, v, false);
    finding_case_add_evidence(c, w, category, SIZE_MAX);
}

void
finding_person(finding_case_t *c)
{
    const policy_t *policy = c->rules->policy;
    bool counted = c->verdicts->counted > 0;

    for (size_t m = 0; m < c->dossier->member_count; m++)
        if (c->died[m] == DATE_OPEN)
            find_aid_of(c, m);
    for (size_t k = 0; k < policy_category_count(policy); k++) {
        if (counted && finding_case_raises(policy, k, POLICY_ROLE_ENTITLEMENT, POLICY_UNIT_HOUSEHOLD))
            find_entitlement_of_household(c, k);
        if (counted && finding_case_raises(policy, k, POLICY_ROLE_WATCH, POLICY_UNIT_HOUSEHOLD))
            find_watched(c, k);
        if (!finding_case_raises(policy, k, POLICY_ROLE_ENTITLEMENT, POLICY_UNIT_PERSON))
            continue;
        for (size_t m = 0; m < c->dossier->member_count; m++)
            if (c->died[m] == DATE_OPEN)
                find_entitlement(c, k, m);
    }
}
