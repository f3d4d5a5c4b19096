/* SPDX-License-Identifier: Apache-2.0 */
#include "standing.h"

#include <string.h>

#include "domain/date.h"

#define KIND_DEATH "event.death"

struct standing_rules {
    const policy_t *policy;
    term_t death;
    term_t *enrolments; /* by category; 0: no record has such a kind */
};

standing_rules_t *
standing_rules_new(const policy_t *policy, const terms_t *terms)
{
    standing_rules_t *self = mem_new(standing_rules_t);
    size_t n = policy_category_count(policy);

    self->policy = policy;
    self->death = terms_find(terms, KIND_DEATH);
    self->enrolments = mem_new_array(term_t, n + 1);
    for (size_t k = 0; k < n; k++)
        self->enrolments[k] = terms_find(terms, policy_category_enrolment(policy, k));
    return self;
}

void
standing_rules_destroy(standing_rules_t **self_p)
{
    standing_rules_t *self = *self_p;

    if (self == NULL)
        return;
    mem_free(self->enrolments);
    mem_free(self);
    *self_p = NULL;
}

const fact_t *
standing_enrolment(const fact_t *facts, size_t n, term_t kind, int32_t day)
{
    const fact_t *best = NULL;

    if (kind == 0)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        const fact_t *f = &facts[i];

        if (f->kind == kind && f->from <= day && day < f->to && (best == NULL || policy_fact_is_newer(f, best)))
            best = f;
    }
    return best;
}

bool
standing_drawn_lately(const fact_t *facts, size_t n, term_t kind, int months, int32_t day, int32_t *ret_until)
{
    bool drawn = false;

    *ret_until = DATE_OPEN;
    for (size_t i = 0; kind != 0 && i < n; i++) {
        const fact_t *f = &facts[i];

        if (f->kind != kind || f->from > day)
            continue;
        int32_t until = date_anniversary(f->from, months);
        if (f->to > until)
            until = f->to;
        if (until <= day)
            continue;
        if (!drawn || until > *ret_until)
            *ret_until = until;
        drawn = true;
    }
    return drawn;
}

/* One household or one of its members, with the row of each category. */
typedef struct {
    const standing_rules_t *rules;
    const dossier_t *dossier;
    const fact_t *facts;
    size_t fact_count;
    policy_unit_t unit;
    const policy_verdict_t *verdicts;
    const policy_verdict_t *of_household; /* the household's */
    standing_t *rows;
    size_t stride, offset; /* row of category k: k × stride + offset */
    int64_t people;        /* who enter with it */
    int32_t day;
} seat_t;

static const policy_verdict_t *
verdict_of(const seat_t *s, size_t category)
{
    return &s->verdicts[category * s->stride + s->offset];
}

static standing_t *
row_of(const seat_t *s, size_t category)
{
    return &s->rows[category * s->stride + s->offset];
}

static const fact_t *
enrolled_in(const seat_t *s, size_t category)
{
    return standing_enrolment(s->facts, s->fact_count, s->rules->enrolments[category], s->day);
}

static bool
is_of(const seat_t *s, size_t category, policy_role_t role)
{
    return policy_category_unit(s->rules->policy, category) == s->unit && policy_category_role(s->rules->policy, category) == role;
}

static void
enter(const seat_t *s, size_t category)
{
    const policy_verdict_t *v = verdict_of(s, category);

    *row_of(s, category) = (standing_t){ .stands = true, .people = s->people, .money = v->has_amount && v->amount > 0 ? v->amount : 0 };
}

/* Within the band of the hysteresis the amount assessed is 0 or less: what is paid goes on. */
static void
stay(const seat_t *s, size_t category, const fact_t *enrolled)
{
    const policy_verdict_t *v = verdict_of(s, category);

    *row_of(s, category) = (standing_t){ .stands = true,
                                         .unknown = v->keeps == POLICY_UNKNOWN,
                                         .people = enrolled->person_count > 0 ? enrolled->person_count : 1,
                                         .money = v->has_amount && v->amount > 0 ? v->amount : enrolled->value };
}

/* The category to which one enrolled in `from` moves, or SIZE_MAX: an earlier one goes first, a later one is for whom this
 * one no longer takes. */
static size_t
moves_to(const seat_t *s, size_t from)
{
    size_t n = policy_category_count(s->rules->policy);

    if (verdict_of(s, from)->keeps == POLICY_UNKNOWN)
        return SIZE_MAX;
    for (size_t k = 0; k < n; k++)
        if (k != from && is_of(s, k, POLICY_ROLE_AID) && verdict_of(s, k)->qualifies == POLICY_YES &&
            (k < from || verdict_of(s, from)->keeps == POLICY_NO))
            return k;
    return SIZE_MAX;
}

/* Categories that exclude each other.  Of several enrolments only the first in the policy's order is judged. */
static void
stand_in_aid(const seat_t *s)
{
    size_t n = policy_category_count(s->rules->policy), from = SIZE_MAX, first = SIZE_MAX;

    for (size_t k = 0; k < n; k++) {
        if (!is_of(s, k, POLICY_ROLE_AID))
            continue;
        const fact_t *enrolled = enrolled_in(s, k);
        if (enrolled != NULL) {
            stay(s, k, enrolled);
            if (from == SIZE_MAX)
                from = k;
        }
        if (first == SIZE_MAX && verdict_of(s, k)->qualifies != POLICY_NO)
            first = k;
    }
    if (from != SIZE_MAX) {
        size_t to = moves_to(s, from);

        if (to != SIZE_MAX || verdict_of(s, from)->keeps == POLICY_NO)
            *row_of(s, from) = (standing_t){ .stands = false };
        if (to != SIZE_MAX)
            enter(s, to);
    } else if (first != SIZE_MAX) {
        if (verdict_of(s, first)->qualifies == POLICY_YES)
            enter(s, first);
        else
            row_of(s, first)->unknown = true;
    }
}

/* The household draws, or is due, what a person could enter for alone. */
static bool
household_goes_first(const seat_t *s, size_t category)
{
    size_t other = policy_category_instead_of(s->rules->policy, category);

    return other != SIZE_MAX &&
           (standing_enrolment(s->dossier->facts, s->dossier->fact_count, s->rules->enrolments[other], s->day) != NULL ||
            s->of_household[other].qualifies == POLICY_YES);
}

/* Of the aid of a person what is drawn, or due, bars what comes later; who enters an earlier one leaves the later. */
static void
stand_in_aid_of_person(const seat_t *s)
{
    size_t n = policy_category_count(s->rules->policy);
    bool barred = false, entered = false;

    for (size_t k = 0; k < n; k++) {
        if (!is_of(s, k, POLICY_ROLE_AID))
            continue;
        const policy_verdict_t *v = verdict_of(s, k);
        const fact_t *enrolled = enrolled_in(s, k);
        bool holds = v->qualifies == POLICY_YES;

        if (enrolled != NULL) {
            if (v->keeps != POLICY_NO && !entered)
                stay(s, k, enrolled);
        } else if (!barred && holds && !household_goes_first(s, k)) {
            enter(s, k);
            entered = true;
        } else if (!barred) {
            row_of(s, k)->unknown = v->qualifies == POLICY_UNKNOWN;
        }
        barred |= enrolled != NULL || holds;
    }
}

/* Drawn or not, each for itself: allowances, lists, warnings. */
static void
stand_alone(const seat_t *s, size_t category)
{
    const policy_verdict_t *v = verdict_of(s, category);
    const fact_t *enrolled = enrolled_in(s, category);

    if (enrolled != NULL) {
        if (v->keeps != POLICY_NO)
            stay(s, category, enrolled);
    } else if (v->qualifies == POLICY_YES) {
        enter(s, category);
    } else {
        row_of(s, category)->unknown = v->qualifies == POLICY_UNKNOWN;
    }
}

/* Paid once: it runs to its end, and is not drawn again before its months are over. */
static void
stand_once(const seat_t *s, size_t category)
{
    const policy_verdict_t *v = verdict_of(s, category);
    const fact_t *enrolled = enrolled_in(s, category);
    int32_t until;

    if (enrolled != NULL)
        stay(s, category, enrolled);
    else if (standing_drawn_lately(s->facts, s->fact_count, s->rules->enrolments[category],
                                   policy_category_again_after(s->rules->policy, category, s->day), s->day, &until))
        return;
    else if (v->qualifies == POLICY_YES)
        enter(s, category);
    else
        row_of(s, category)->unknown = v->qualifies == POLICY_UNKNOWN;
}

/* On a list that is watched, at first whatever the facts. */
static bool
is_newly_listed(const seat_t *s, size_t category)
{
    const fact_t *listed = is_of(s, category, POLICY_ROLE_WATCH) ? enrolled_in(s, category) : NULL;

    return listed != NULL && s->day < date_anniversary(listed->from, policy_category_leave_after(s->rules->policy, category, s->day));
}

static bool
has_died(const standing_rules_t *self, const member_t *m, int32_t day)
{
    for (size_t i = 0; self->death != 0 && i < m->fact_count; i++)
        if (m->facts[i].kind == self->death && m->facts[i].from <= day)
            return true;
    return false;
}

static bool
names_a_dead(const seat_t *s, const fact_t *enrolled)
{
    for (size_t p = 0; p < enrolled->person_count; p++)
        for (size_t m = 0; m < s->dossier->member_count; m++)
            if (uuid_eq(&s->dossier->members[m].person, &enrolled->persons[p]) && has_died(s->rules, &s->dossier->members[m], s->day))
                return true;
    return false;
}

/* Nobody is counted: only the death of one whom it names ends what the household draws. */
static void
stand_uncounted(const seat_t *s)
{
    size_t n = policy_category_count(s->rules->policy);

    for (size_t k = 0; k < n; k++) {
        const fact_t *enrolled = policy_category_unit(s->rules->policy, k) == s->unit ? enrolled_in(s, k) : NULL;

        if (enrolled == NULL || (policy_category_role(s->rules->policy, k) == POLICY_ROLE_AID && names_a_dead(s, enrolled)))
            continue;
        stay(s, k, enrolled);
        row_of(s, k)->money = enrolled->value;
    }
}

static void
stand(const seat_t *s)
{
    size_t n = policy_category_count(s->rules->policy);

    if (s->unit == POLICY_UNIT_PERSON)
        stand_in_aid_of_person(s);
    else
        stand_in_aid(s);
    for (size_t k = 0; k < n; k++)
        if (policy_category_unit(s->rules->policy, k) != s->unit || policy_category_role(s->rules->policy, k) == POLICY_ROLE_AID)
            continue;
        else if (s->unit == POLICY_UNIT_HOUSEHOLD && is_of(s, k, POLICY_ROLE_ENTITLEMENT))
            stand_once(s, k);
        else if (is_newly_listed(s, k))
            stay(s, k, enrolled_in(s, k));
        else
            stand_alone(s, k);
}

void
standing_of(const standing_rules_t *self, const dossier_t *d, const policy_result_t *verdicts, int32_t day,
            standing_t *household, standing_t *person)
{
    seat_t home = { .rules = self, .dossier = d, .facts = d->facts, .fact_count = d->fact_count, .unit = POLICY_UNIT_HOUSEHOLD,
                    .verdicts = verdicts->household, .of_household = verdicts->household, .rows = household, .stride = 1,
                    .people = (int64_t) verdicts->counted, .day = day };

    for (size_t m = 0; m < d->member_count; m++) {
        seat_t seat = { .rules = self, .dossier = d, .facts = d->members[m].facts, .fact_count = d->members[m].fact_count,
                        .unit = POLICY_UNIT_PERSON, .verdicts = verdicts->person, .of_household = verdicts->household, .rows = person, .stride = d->member_count,
                        .offset = m, .people = 1, .day = day };

        if (!has_died(self, &d->members[m], day))
            stand(&seat);
    }
    if (verdicts->counted > 0)
        stand(&home);
    else
        stand_uncounted(&home);
}

/* The scoring indicator by which a warning is named: the one with most points, of several the first. */
static size_t
leading_indicator(const policy_t *policy, const policy_result_t *verdicts)
{
    size_t lead = SIZE_MAX;

    for (size_t k = 0; k < policy_category_count(policy); k++)
        if (policy_category_scores(policy, k) && verdicts->household[k].points > 0 &&
            (lead == SIZE_MAX || verdicts->household[k].points > verdicts->household[lead].points))
            lead = k;
    return lead;
}

bool
standing_is_warned(const policy_t *policy, const policy_result_t *verdicts, const char *wire)
{
    size_t lead = verdicts->score_line > 0 && verdicts->score >= verdicts->score_line ? leading_indicator(policy, verdicts) : SIZE_MAX;

    if (lead != SIZE_MAX && strcmp(policy_category_wire(policy, lead), wire) == 0)
        return true;
    for (size_t k = 0; k < policy_category_count(policy); k++)
        if (policy_category_role(policy, k) == POLICY_ROLE_INDICATOR && policy_category_unit(policy, k) == POLICY_UNIT_HOUSEHOLD &&
            policy_category_has_findings(policy, k) && !policy_category_scores(policy, k) &&
            strcmp(policy_category_wire(policy, k), wire) == 0 && verdicts->household[k].qualifies == POLICY_YES)
            return true;
    return false;
}
