/* SPDX-License-Identifier: Apache-2.0 */
#include "finding_case.h"

#include "domain/date.h"
#include "standing.h"

/* Who has died: what they drew, and what their household draws. */

/* Of several enrolments in one category one counts, also for whom it names. */
static bool
counts(const finding_case_t *c, const fact_t *facts, size_t n, const fact_t *enrolled)
{
    return standing_enrolment(facts, n, enrolled->kind, c->day) == enrolled;
}

static wanted_t *
want_death(finding_case_t *c, finding_kind_t kind, const fact_t *enrolled, bool counts, size_t person)
{
    const member_t *m = &c->dossier->members[person];
    wanted_t *w = finding_case_want(c, kind, finding_case_enrolment_category(c->rules, enrolled), RULE_DEATH, &m->person);

    w->since = c->died[person];
    if (counts)
        w->enrolled = enrolled->value;
    finding_case_add_fact(w, enrolled);
    term_t death = terms_find(c->rules->terms, KIND_DEATH);
    for (size_t i = 0; i < m->fact_count; i++)
        if (m->facts[i].kind == death && m->facts[i].from <= c->day)
            finding_case_add_fact(w, &m->facts[i]);
    return w;
}

/* A person who has died still draws. */
static void
find_dead_who_draw(finding_case_t *c)
{
    for (size_t i = 0; i < c->dossier->member_count; i++) {
        const member_t *m = &c->dossier->members[i];

        if (c->died[i] == DATE_OPEN)
            continue;
        for (size_t f = 0; f < m->fact_count; f++) {
            const char *category = finding_case_in_force(&m->facts[f], c->day) ? finding_case_enrolment_category(c->rules, &m->facts[f]) : NULL;

            if (category == NULL)
                continue;
            wanted_t *w = want_death(c, KIND_NO_LONGER_QUALIFIES, &m->facts[f], counts(c, m->facts, m->fact_count, &m->facts[f]), i);
            int64_t paid = finding_case_paid_after(c->rules, m->facts, m->fact_count, category, c->died[i]);
            if (paid > 0)
                w->overpaid = paid;
        }
    }
}

/* Of those whom the household's enrolment names: others remain, or the last one has gone. */
static void
find_dead_of_household(finding_case_t *c, const fact_t *enrolled)
{
    const dossier_t *d = c->dossier;
    size_t last = SIZE_MAX;

    for (size_t p = 0; p < enrolled->person_count; p++) {
        size_t i = finding_case_member(d, &enrolled->persons[p]);

        if (i == SIZE_MAX || c->died[i] == DATE_OPEN)
            continue;
        if (c->verdicts->counted > 0)
            (void) want_death(c, KIND_MEMBER_CHANGE, enrolled, true, i);
        else if (last == SIZE_MAX || c->died[i] > c->died[last])
            last = i;
    }
    if (last == SIZE_MAX)
        return;
    wanted_t *w = want_death(c, KIND_NO_LONGER_QUALIFIES, enrolled, true, last);
    int64_t paid = finding_case_paid_after(c->rules, d->facts, d->fact_count, finding_case_enrolment_category(c->rules, enrolled), c->died[last]);
    if (paid > 0)
        w->overpaid = paid;
}

/* What is paid once has nothing that a death could end, and a list that another department keeps is that department's. */
static bool
is_drawn_on(const finding_case_t *c, const fact_t *enrolled)
{
    const policy_t *policy = c->rules->policy;

    for (size_t k = 0; k < policy_category_count(policy); k++)
        if (terms_find(c->rules->terms, policy_category_enrolment(policy, k)) == enrolled->kind &&
            policy_category_unit(policy, k) == POLICY_UNIT_HOUSEHOLD)
            return policy_category_role(policy, k) == POLICY_ROLE_AID;
    return true;
}

void
finding_death(finding_case_t *c)
{
    bool any = false;

    for (size_t i = 0; i < c->dossier->member_count; i++)
        any |= c->died[i] != DATE_OPEN;
    if (!any)
        return;
    find_dead_who_draw(c);
    for (size_t f = 0; f < c->dossier->fact_count; f++) {
        const fact_t *fact = &c->dossier->facts[f];

        if (finding_case_in_force(fact, c->day) && finding_case_enrolment_category(c->rules, fact) != NULL && is_drawn_on(c, fact) &&
            counts(c, c->dossier->facts, c->dossier->fact_count, fact))
            find_dead_of_household(c, fact);
    }
}
