/* SPDX-License-Identifier: Apache-2.0 */
#include "finding_case.h"

#include "domain/date.h"
#include "ruling.h"

#include <string.h>

/* Somebody decided, and nothing came: months that were not paid; an application of which one hears no more. */

enum { MONTHS_BEFORE = 12 }; /* of the first business day, for which payments are looked for */
enum { MONTHS_WATCHED = 12 }; /* after the term of an application */

/* --- payments --- */

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
    const fact_t *newest = NULL;
    int64_t due = 0;

    for (size_t i = 0; i < p->count; i++) {
        const fact_t *f = &p->facts[i];

        if (p->enrolment == 0 || f->kind != p->enrolment || f->value <= 0 || f->from > date_month_start(month) || f->to < date_month_start(month + 1))
            continue;
        due += f->value;
        if (w == NULL)
            continue;
        finding_case_add_fact(w, f);
        if (newest == NULL || policy_fact_is_newer(f, newest))
            newest = f;
    }
    if (newest != NULL && w->enrolled == MONEY_NONE) /* the months go back: the latest is told */
        w->enrolled = newest->value;
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

/* --- applications --- */

static bool
is_same_matter(const ruling_t *r, const char *category, const uuid_t *person)
{
    return strcmp(r->category, category) == 0 && uuid_eq(&r->person, person);
}

/* Of several the last one: with another application the term begins again.  NULL: none. */
static const ruling_t *
last_application(const dossier_t *d, const char *category, const uuid_t *person)
{
    const ruling_t *last = NULL;

    for (size_t i = 0; i < d->ruling_count; i++) {
        const ruling_t *r = &d->rulings[i];

        if (r->verb == RULING_APPLIED && is_same_matter(r, category, person) && (last == NULL || r->from > last->from))
            last = r;
    }
    return last;
}

static bool
begins_since(const fact_t *facts, size_t n, term_t kind, int32_t day)
{
    for (size_t i = 0; kind != 0 && i < n; i++)
        if (facts[i].kind == kind && facts[i].from >= day)
            return true;
    return false;
}

/* An enrolment in any aid, or in what was applied for, that began on the day or later. */
static bool
is_enrolled_since(const finding_rules_t *rules, const dossier_t *d, const char *category, int32_t day)
{
    const policy_t *policy = rules->policy;

    for (size_t k = 0; k < policy_category_count(policy); k++) {
        term_t kind = terms_find(rules->terms, policy_category_enrolment(policy, k));

        if (policy_category_role(policy, k) != POLICY_ROLE_AID && strcmp(policy_category_wire(policy, k), category) != 0)
            continue;
        if (begins_since(d->facts, d->fact_count, kind, day))
            return true;
        for (size_t m = 0; m < d->member_count; m++)
            if (begins_since(d->members[m].facts, d->members[m].fact_count, kind, day))
                return true;
    }
    return false;
}

/* Decided against, since it was made. */
static bool
is_refused(const dossier_t *d, const ruling_t *application)
{
    for (size_t i = 0; i < d->ruling_count; i++) {
        const ruling_t *r = &d->rulings[i];

        if (r->verb == RULING_NOT_GRANTED && r->from >= application->from &&
            is_same_matter(r, application->category, &application->person))
            return true;
    }
    return false;
}

/* Of a person: somebody who lives here. */
static bool
is_about_here(const finding_case_t *c, const ruling_t *r)
{
    size_t m = uuid_is_nil(&r->person) ? SIZE_MAX : finding_case_member(c->dossier, &r->person);

    return uuid_is_nil(&r->person) || (m != SIZE_MAX && c->died[m] == DATE_OPEN);
}

static void
find_application(finding_case_t *c, const ruling_t *r, int64_t working_days)
{
    int32_t since = calendar_add_working_days(c->rules->calendar, r->from, (int) working_days) + 1;
    int32_t end = date_anniversary(since, MONTHS_WATCHED);

    finding_case_look_again(c, c->day < since ? since : end);
    if (c->day < since || c->day >= end || !is_about_here(c, r) || is_refused(c->dossier, r) ||
        is_enrolled_since(c->rules, c->dossier, r->category, r->from))
        return;
    wanted_t *w = finding_case_want(c, KIND_AID_MISSING, r->category, RULE_APPLIED, uuid_is_nil(&r->person) ? NULL : &r->person);
    if (w->since == DATE_OPEN)
        w->since = since;
}

static void
find_applications(finding_case_t *c)
{
    const dossier_t *d = c->dossier;
    int64_t working_days;

    if (c->rules->calendar == NULL || d->ruling_count == 0 ||
        !policy_number(c->rules->policy, "apply.working_days", c->day, &working_days) || working_days <= 0)
        return;
    for (size_t i = 0; i < d->ruling_count; i++)
        if (last_application(d, d->rulings[i].category, &d->rulings[i].person) == &d->rulings[i])
            find_application(c, &d->rulings[i], working_days);
}

/* --- all --- */

static bool
is_application_settled(const finding_rules_t *rules, const finding_t *f, const dossier_t *d)
{
    const ruling_t *r = last_application(d, f->category, &f->person);

    return r != NULL && (is_refused(d, r) || is_enrolled_since(rules, d, f->category, r->from));
}

bool
finding_missing_is_settled(const finding_rules_t *rules, const finding_t *f, const dossier_t *d, int32_t day)
{
    size_t m = uuid_is_nil(&f->person) ? SIZE_MAX : finding_case_member(d, &f->person), payments = 0;
    int64_t late;

    if (strcmp(f->rule, RULE_APPLIED) == 0)
        return is_application_settled(rules, f, d);
    if (!policy_number(rules->policy, "payment.months_late", day, &late) || (m == SIZE_MAX && !uuid_is_nil(&f->person)))
        return false;
    (void) finding_case_paid_in(rules, m == SIZE_MAX ? d->facts : d->members[m].facts,
                                m == SIZE_MAX ? d->fact_count : d->members[m].fact_count, f->category,
                                date_month(day) - (int32_t) late, &payments);
    return payments > 0;
}

static void
find_all_unpaid(finding_case_t *c)
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

void
finding_missing(finding_case_t *c)
{
    find_all_unpaid(c);
    find_applications(c);
}
