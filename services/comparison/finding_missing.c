/* SPDX-License-Identifier: Apache-2.0 */
#include "finding_case.h"

#include "domain/date.h"

/* Somebody decided, and nothing came: months that were not paid. */

enum { MONTHS_BEFORE = 12 }; /* of the first business day, for which payments are looked for */

/* Of one holder and category. */
typedef struct {
    const fact_t *facts;
    size_t count;
    term_t enrolment;
    const char *category;
} paid_t;

/* What was due for a month: the enrolments in force on all of its days. */
static int64_t
due_for(const paid_t *p, int32_t month, wanted_t *w)
{
    int64_t due = 0;

    for (size_t i = 0; i < p->count; i++) {
        const fact_t *f = &p->facts[i];

        if (p->enrolment == 0 || f->kind != p->enrolment || f->value <= 0 || f->from > date_month_start(month) || f->to < date_month_start(month + 1))
            continue;
        due += f->value;
        if (w == NULL)
            continue;
        finding_case_add_fact(w, f);
        if (w->enrolled == MONEY_NONE) /* the months go back: the latest is told */
            w->enrolled = f->value;
    }
    return due;
}

static bool
is_unpaid(const finding_case_t *c, const paid_t *p, int32_t month)
{
    size_t payments;

    if (due_for(p, month, NULL) == 0)
        return false;
    (void) finding_case_paid_in(c->rules, p->facts, p->count, p->category, month, &payments);
    return payments == 0;
}

static void
find_unpaid(finding_case_t *c, const paid_t *p, int32_t last, const uuid_t *person)
{
    int32_t month = last, floor = c->rules->first_day == DATE_OPEN ? 0 : date_month(c->rules->first_day) - MONTHS_BEFORE;
    wanted_t *w;

    if (month < floor || !is_unpaid(c, p, month))
        return;
    w = finding_case_want(c, KIND_AID_MISSING, p->category, RULE_UNPAID, person);
    w->underpaid = 0;
    for (; month >= floor && is_unpaid(c, p, month); month--) {
        w->underpaid += due_for(p, month, w);
        w->since = date_month_start(month);
    }
}

static paid_t
paid_of(const finding_rules_t *rules, size_t category, const fact_t *facts, size_t n)
{
    return (paid_t){ .enrolment = terms_find(rules->terms, policy_category_enrolment(rules->policy, category)),
                     .category = policy_category_wire(rules->policy, category), .facts = facts, .count = n };
}

bool
finding_missing_is_settled(const finding_rules_t *rules, const finding_t *f, const dossier_t *d, int32_t day)
{
    size_t m = uuid_is_nil(&f->person) ? SIZE_MAX : finding_case_member(d, &f->person), payments = 0;
    int64_t late;

    if (!policy_number(rules->policy, "payment.months_late", day, &late) || (m == SIZE_MAX && !uuid_is_nil(&f->person)))
        return false;
    (void) finding_case_paid_in(rules, m == SIZE_MAX ? d->facts : d->members[m].facts,
                                m == SIZE_MAX ? d->fact_count : d->members[m].fact_count, f->category,
                                date_month(day) - (int32_t) late, &payments);
    return payments > 0;
}

void
finding_missing(finding_case_t *c)
{
    const policy_t *policy = c->rules->policy;
    const dossier_t *d = c->dossier;
    int64_t late;

    if (!policy_number(policy, "payment.months_late", c->day, &late) || late <= 0)
        return;
    int32_t last = date_month(c->day) - (int32_t) late;
    for (size_t k = 0; k < policy_category_count(policy); k++) {
        bool of_household = policy_category_unit(policy, k) == POLICY_UNIT_HOUSEHOLD;

        if (!policy_category_tells_payments(policy, k))
            continue;
        if (of_household && c->verdicts->counted > 0) {
            const paid_t p = paid_of(c->rules, k, d->facts, d->fact_count);

            find_unpaid(c, &p, last, NULL);
        }
        for (size_t m = 0; m < d->member_count && !of_household; m++) {
            const paid_t p = paid_of(c->rules, k, d->members[m].facts, d->members[m].fact_count);

            if (c->died[m] == DATE_OPEN)
                find_unpaid(c, &p, last, &d->members[m].person);
        }
    }
}
