/* SPDX-License-Identifier: Apache-2.0 */
#include "finding_case.h"

#include "base/num.h"
#include "domain/date.h"

/* Records about a person that cannot all be true (docs/findings.md §4).  One finding for each person: of several rules the
 * first is named, with the facts of all. */

#define CATEGORY "register"

static wanted_t *
conflict(finding_case_t *c, size_t member, const char *rule, int32_t since)
{
    size_t before = c->count;
    wanted_t *w = finding_case_want(c, KIND_DATA_CONFLICT, CATEGORY, rule, &c->dossier->members[member].person);

    if (c->count > before)
        w->since = since;
    return w;
}

/* Two open register entries list him.  Since the second of them did. */
static void
claimed_twice(finding_case_t *c, size_t member)
{
    const member_t *m = &c->dossier->members[member];
    int32_t first = DATE_OPEN, second = DATE_OPEN;

    if (m->listing_count < 2)
        return;
    for (size_t i = 0; i < m->listing_count; i++) {
        int32_t on = m->listings[i].effective;

        if (on < first) {
            second = first;
            first = on;
        } else if (on < second) {
            second = on;
        }
    }
    wanted_t *w = conflict(c, member, "claimed_twice", second);
    for (size_t i = 0; i < m->listing_count; i++)
        if (m->listings[i].entry != NULL)
            finding_case_add_fact(w, m->listings[i].entry);
}

static void
add_deaths(const finding_case_t *c, wanted_t *w, const member_t *m)
{
    term_t death = terms_find(c->rules->terms, KIND_DEATH);

    for (size_t i = 0; i < m->fact_count; i++)
        if (m->facts[i].kind == death && m->facts[i].from <= c->day)
            finding_case_add_fact(w, &m->facts[i]);
}

/* What only the living bring, of a month after that of the death. */
static void
alive_after_death(finding_case_t *c, size_t member, int32_t after)
{
    const member_t *m = &c->dossier->members[member];
    wanted_t *w = NULL;

    for (size_t i = 0; i < m->fact_count; i++) {
        const fact_t *f = &m->facts[i];

        if (!policy_only_living(c->rules->policy, f, after))
            continue;
        finding_case_look_again(c, f->from);
        if (f->from > c->day)
            continue;
        if (w == NULL)
            w = conflict(c, member, "alive_after_death", after);
        finding_case_add_fact(w, f);
    }
    if (w != NULL)
        add_deaths(c, w, m);
}

static void
death_dates(finding_case_t *c, size_t member, int64_t days)
{
    const member_t *m = &c->dossier->members[member];
    term_t death = terms_find(c->rules->terms, KIND_DEATH);
    int32_t last = c->died[member];

    for (size_t i = 0; i < m->fact_count; i++)
        if (m->facts[i].kind == death && m->facts[i].from <= c->day && m->facts[i].from > last)
            last = m->facts[i].from;
    if (last - c->died[member] > days)
        add_deaths(c, conflict(c, member, "death_dates", last), m);
}

/* Paid to him for months after that of the death, where no enrolment is left of which the death could be told. */
static void
paid_after_death(finding_case_t *c, size_t member, int32_t after)
{
    const policy_t *policy = c->rules->policy;
    const member_t *m = &c->dossier->members[member];
    int64_t sum = 0;
    wanted_t *w = NULL;

    for (size_t k = 0; k < policy_category_count(policy); k++) {
        term_t kind = finding_case_payment(c->rules, policy_category_name(policy, k));

        if (kind == 0 || policy_category_unit(policy, k) != POLICY_UNIT_PERSON ||
            policy_enrolment(policy, c->dossier, c->day, k, member) != NULL)
            continue;
        for (size_t i = 0; i < m->fact_count; i++) {
            const fact_t *f = &m->facts[i];

            if (f->kind != kind || f->from < after)
                continue;
            finding_case_look_again(c, f->from);
            if (f->from > c->day)
                continue;
            if (w == NULL)
                w = conflict(c, member, "paid_after_death", after);
            finding_case_add_fact(w, f);
            if (!num_add_i64(sum, f->value, &sum))
                sum = INT64_MAX;
        }
    }
    if (w == NULL)
        return;
    add_deaths(c, w, m);
    if (sum > 0)
        w->overpaid = sum;
}

void
finding_conflict(finding_case_t *c)
{
    int64_t days;

    if (!policy_number(c->rules->policy, "conflict.death_days", c->day, &days) || days <= 0)
        return;
    for (size_t i = 0; i < c->dossier->member_count; i++) {
        claimed_twice(c, i);
        if (c->died[i] == DATE_OPEN)
            continue;
        int32_t after = date_month_start(date_month(c->died[i]) + 1);
        alive_after_death(c, i, after);
        death_dates(c, i, days);
        paid_after_death(c, i, after);
    }
}
