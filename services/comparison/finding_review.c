/* SPDX-License-Identifier: Apache-2.0 */
#include "finding_case.h"

#include "domain/date.h"

/* Somebody is enrolled and has to be looked at, since time has passed (docs/findings.md §6).  Of several reasons the first
 * in the order validity, grace, certificate, age, review is told. */

typedef struct {
    finding_case_t *c;
    size_t category, member; /* member SIZE_MAX: of the household */
    const fact_t *enrolment;
    const policy_verdict_t *verdict;
    int64_t notice;
} seat_t;

typedef struct {
    const char *rule;
    int32_t since;
    const fact_t *paper;
} reason_t;

static int32_t
later(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

/* From so many days before the last day of something up to that day. */
static bool
ends_soon(const seat_t *s, int32_t last, const char *rule, reason_t *ret)
{
    int32_t from = last - (int32_t) s->notice;

    if (last == 0 || s->c->day > last)
        return false;
    finding_case_look_again(s->c, from);
    finding_case_look_again(s->c, last + 1);
    if (s->c->day < from)
        return false;
    *ret = (reason_t){ .rule = rule, .since = later(from, s->enrolment->from) };
    return true;
}

static bool
paper_ends(const seat_t *s, reason_t *ret)
{
    const fact_t *paper =
        s->member == SIZE_MAX ? NULL : policy_rests_on(s->c->rules->policy, s->c->dossier, s->c->day, s->category, s->member);

    if (paper == NULL)
        return false;
    int32_t from = paper->to - (int32_t) s->notice;
    finding_case_look_again(s->c, from);
    finding_case_look_again(s->c, paper->to);
    if (s->c->day < from)
        return false;
    *ret = (reason_t){ .rule = "certificate", .since = later(from, s->enrolment->from), .paper = paper };
    return true;
}

/* The birthday on which a member reached an age of the policy's list, within the days that it gives and not looked at since;
 * DATE_OPEN: none. */
static int32_t
birthday(const seat_t *s, size_t member, int64_t days, int32_t reviewed)
{
    const member_t *m = &s->c->dossier->members[member];
    int32_t age = date_age(m->born, s->c->day), on = date_anniversary(m->born, 12 * age),
            coming = date_anniversary(m->born, 12 * (age + 1));
    int64_t listed = 0;

    if (s->c->died[member] != DATE_OPEN || m->born > s->c->day)
        return DATE_OPEN;
    if (policy_number_of_age(s->c->rules->policy, "review.ages", s->c->day, age + 1, &listed) && listed != 0)
        finding_case_look_again(s->c, coming);
    if (!policy_number_of_age(s->c->rules->policy, "review.ages", s->c->day, age, &listed) || listed == 0 || reviewed >= on ||
        s->c->day >= on + days)
        return DATE_OPEN;
    finding_case_look_again(s->c, on + (int32_t) days);
    return on;
}

static bool
age_reached(const seat_t *s, reason_t *ret)
{
    int32_t reviewed = policy_reviewed_on(s->c->rules->policy, s->c->dossier, s->c->day, s->category, s->member, s->enrolment);
    int32_t first = DATE_OPEN;
    int64_t days = 0;

    if (!policy_number(s->c->rules->policy, "review.age_days", s->c->day, &days) || days <= 0)
        return false;
    for (size_t m = 0; m < s->c->dossier->member_count; m++) {
        int32_t on = s->member == SIZE_MAX || s->member == m ? birthday(s, m, days, reviewed) : DATE_OPEN;

        first = on < first ? on : first;
    }
    *ret = (reason_t){ .rule = "age", .since = first };
    return first != DATE_OPEN;
}

static bool
review_due(const seat_t *s, reason_t *ret)
{
    int32_t on = s->verdict->review_on;

    *ret = (reason_t){ .rule = "review", .since = on };
    return s->notice > 0 && on != 0 && on <= s->c->day;
}

static bool
reason_of(const seat_t *s, reason_t *ret)
{
    return (s->notice > 0 && (ends_soon(s, s->verdict->valid_until, "validity", ret) ||
                              ends_soon(s, s->verdict->grace_until, "grace", ret) || paper_ends(s, ret))) ||
           age_reached(s, ret) || review_due(s, ret);
}

static void
look_at(finding_case_t *c, size_t category, size_t member, int64_t notice)
{
    const policy_t *policy = c->rules->policy;
    size_t row = member == SIZE_MAX ? category : category * c->dossier->member_count + member;
    seat_t s = { .c = c, .category = category, .member = member, .notice = notice,
                 .verdict = member == SIZE_MAX ? &c->verdicts->household[row] : &c->verdicts->person[row] };
    reason_t reason;

    if (member != SIZE_MAX && c->died[member] != DATE_OPEN)
        return;
    s.enrolment = policy_enrolment(policy, c->dossier, c->day, category, member);
    if (s.enrolment == NULL || !reason_of(&s, &reason))
        return;
    wanted_t *w = finding_case_want(c, KIND_REVIEW_DUE, policy_category_wire(policy, category), reason.rule,
                                    member != SIZE_MAX ? &c->dossier->members[member].person : NULL);
    w->since = reason.since;
    w->enrolled = s.enrolment->value;
    finding_case_add_fact(w, s.enrolment);
    if (reason.paper != NULL)
        finding_case_add_fact(w, reason.paper);
}

void
finding_review(finding_case_t *c)
{
    const policy_t *policy = c->rules->policy;
    int64_t notice = 0;

    if (c->draw_count == 0 || c->dossier->incomplete)
        return;
    if (!policy_number(policy, "review.notice_days", c->day, &notice))
        notice = 0;
    for (size_t k = 0; k < policy_category_count(policy); k++) {
        policy_role_t role = policy_category_role(policy, k);

        if (!policy_category_has_findings(policy, k) || role == POLICY_ROLE_LIST || role == POLICY_ROLE_INDICATOR)
            continue;
        if (policy_category_unit(policy, k) == POLICY_UNIT_HOUSEHOLD && c->verdicts->counted > 0)
            look_at(c, k, SIZE_MAX, notice);
        for (size_t m = 0; policy_category_unit(policy, k) == POLICY_UNIT_PERSON && m < c->dossier->member_count; m++)
            look_at(c, k, m, notice);
    }
}
