/* SPDX-License-Identifier: Apache-2.0 */
#include "simulate.h"

#include <string.h>

#include "ruling.h"

/* One household: what it and its members draw, where each policy puts them, and what of that is a change. */

typedef struct {
    bool enrolled;
    int64_t people, money; /* of all enrolments in force */
} drawn_t;

/* The household is seat 0, its members follow; rows are seat × width + category. */
typedef struct {
    simulate_t *simulate;
    const policy_world_t *places;
    const dossier_t *dossier;
    size_t seats, width; /* width: number of categories */
    drawn_t *drawn;
    standing_t *stands[SIMULATE_POLICIES];
    bool asked[SIMULATE_POLICIES]; /* the evidence of this policy is of this household */
} household_count_t;

static void
draw(const household_count_t *h, size_t seat, const fact_t *facts, size_t n)
{
    const simulate_t *s = h->simulate;

    for (size_t i = 0; i < n; i++) {
        const fact_t *f = &facts[i];

        if (f->kind >= s->kind_count || f->from > s->day || s->day >= f->to)
            continue;
        for (size_t c = s->first_of_kind[f->kind]; c != 0; c = s->next_of_kind[c - 1]) {
            drawn_t *d = &h->drawn[seat * h->width + c - 1];

            d->enrolled = true;
            d->people += f->person_count > 0 ? f->person_count : 1;
            d->money += f->value;
        }
    }
}

static void
draw_all(household_count_t *h, arena_t *arena)
{
    const dossier_t *d = h->dossier;

    h->seats = d->member_count + 1;
    h->width = h->simulate->category_count;
    h->drawn = arena_new_array(arena, drawn_t, h->seats * h->width);
    draw(h, 0, d->facts, d->fact_count);
    for (size_t m = 0; m < d->member_count; m++)
        draw(h, m + 1, d->members[m].facts, d->members[m].fact_count);
}

/* By a policy that does not judge this seat in this category, who is enrolled stays. */
static void
stand(household_count_t *h, size_t p, const policy_result_t *result, arena_t *arena)
{
    simulate_t *s = h->simulate;
    const dossier_t *d = h->dossier;
    size_t k = policy_category_count(s->policies[p]);
    standing_t *household = arena_new_array(arena, standing_t, k + 1);
    standing_t *person = arena_new_array(arena, standing_t, k * d->member_count + 1);

    h->stands[p] = arena_new_array(arena, standing_t, h->seats * h->width);
    standing_of(s->rules[p], d, result, s->day, household, person);
    for (size_t c = 0; c < s->category_count; c++) {
        int at = s->categories[c].at[p];
        policy_unit_t unit = at >= 0 ? policy_category_unit(s->policies[p], (size_t) at) : POLICY_UNIT_HOUSEHOLD;

        for (size_t seat = 0; seat < h->seats; seat++) {
            const drawn_t *drawn = &h->drawn[seat * h->width + c];
            standing_t *to = &h->stands[p][seat * h->width + c];

            if (s->categories[c].warning)
                *to = (standing_t){ .stands = seat == 0 && standing_is_warned(s->policies[p], result, s->categories[c].name),
                                    .people = (int64_t) result->counted };
            else if (at >= 0 && (unit == POLICY_UNIT_HOUSEHOLD) == (seat == 0))
                *to = seat == 0 ? household[at] : person[(size_t) at * d->member_count + seat - 1];
            else if (drawn->enrolled)
                *to = (standing_t){ .stands = true, .people = drawn->people, .money = drawn->money };
        }
    }
}

/* --- from one state to the next --- */

typedef struct {
    bool in;
    int64_t people, money;
} state_t;

/* p = −1: as the register has it. */
static state_t
state_of(const household_count_t *h, int p, size_t seat, size_t c)
{
    size_t row = seat * h->width + c;

    if (p < 0)
        return (state_t){ h->drawn[row].enrolled, h->drawn[row].people, h->drawn[row].money };
    const standing_t *s = &h->stands[p][row];
    return (state_t){ s->stands, s->stands ? s->people : 0, s->stands ? s->money : 0 };
}

/* The category that this seat leaves (or enters) between the two states, among those that exclude each other. */
static size_t
other_end(const household_count_t *h, int before, int after, size_t seat, size_t c, bool left)
{
    const simulate_t *s = h->simulate;

    for (size_t k = 0; s->categories[c].exclusive && k < s->category_count; k++) {
        const state_t a = state_of(h, before, seat, k), b = state_of(h, after, seat, k);

        if (k != c && s->categories[k].exclusive && (left ? a.in && !b.in : b.in && !a.in))
            return k;
    }
    return SIMULATE_CATEGORIES;
}

static void
count_stay(household_count_t *h, flow_t *flow, const state_t *a, const state_t *b, bool *raised, bool *lowered)
{
    simulate_t *s = h->simulate;
    int64_t people = b->people - a->people;

    if (b->money > a->money) {
        simulate_add(s, &flow->raised, *raised ? 0 : 1, 0, b->money - a->money);
        *raised = true;
    } else if (b->money < a->money) {
        simulate_add(s, &flow->lowered, *lowered ? 0 : 1, 0, a->money - b->money);
        *lowered = true;
    } else {
        simulate_add(s, &flow->same, 0, b->people, b->money);
    }
    simulate_add(s, people > 0 ? &flow->raised : &flow->lowered, 0, people > 0 ? people : -people, 0);
}

/* One category between two states.  Households count by whether anybody of theirs is in it before and after. */
static bool
count_flow(household_count_t *h, flow_t *flow, int before, int after, size_t c)
{
    simulate_t *s = h->simulate;
    size_t p = after < 0 ? 0 : (size_t) after;
    bool was = false, is = false, raised = false, lowered = false, arrived = false, departed = false;
    bool moved_in = true, moved_out = true;

    for (size_t seat = 0; seat < h->seats; seat++) {
        const state_t a = state_of(h, before, seat, c), b = state_of(h, after, seat, c);

        was |= a.in;
        is |= b.in;
        if (a.in && b.in) {
            count_stay(h, flow, &a, &b, &raised, &lowered);
        } else if (b.in) {
            size_t from = other_end(h, before, after, seat, c, true);

            arrived = true;
            moved_in &= from < SIMULATE_CATEGORIES;
            simulate_add(s, from < SIMULATE_CATEGORIES ? &flow->moved_in : &flow->entered, 0, b.people, b.money);
            if (from < SIMULATE_CATEGORIES)
                simulate_add(s, &s->moves[p][from][c], seat == 0 ? 1 : 0, b.people, b.money);
        } else if (a.in) {
            size_t to = other_end(h, before, after, seat, c, false);

            departed = true;
            moved_out &= to < SIMULATE_CATEGORIES;
            simulate_add(s, to < SIMULATE_CATEGORIES ? &flow->moved_out : &flow->left, 0, a.people, a.money);
        }
    }
    if (is && !was)
        simulate_add(s, moved_in ? &flow->moved_in : &flow->entered, 1, 0, 0);
    else if (was && !is)
        simulate_add(s, moved_out ? &flow->moved_out : &flow->left, 1, 0, 0);
    else if (is && !raised && !lowered && !arrived && !departed)
        simulate_add(s, &flow->same, 1, 0, 0);
    return raised || lowered || arrived || departed;
}

static void
count_state(household_count_t *h, tally_t *to, int p, size_t c)
{
    tally_t t = { 0 };

    for (size_t seat = 0; seat < h->seats; seat++) {
        const state_t s = state_of(h, p, seat, c);

        t.households |= s.in ? 1 : 0;
        t.people += s.people;
        t.money += s.money;
    }
    simulate_add(h->simulate, to, t.households, t.people, t.money);
}

/* Households of which a policy cannot tell; of persons' categories, persons. */
static int64_t
unknown_of(const household_count_t *h, size_t p, size_t c)
{
    int64_t n = 0;

    for (size_t seat = 0; seat < h->seats; seat++)
        n += h->stands[p][seat * h->width + c].unknown ? 1 : 0;
    return n;
}

static bool
is_in_any(const household_count_t *h, int p, size_t c)
{
    for (size_t seat = 0; seat < h->seats; seat++)
        if (state_of(h, p, seat, c).in)
            return true;
    return false;
}

/* An indicator by itself changes nothing for a household: the warning does. */
static bool
is_part_of_warning(const simulate_t *s, size_t c)
{
    return s->categories[c].role == POLICY_ROLE_INDICATOR && s->categories[c].unit == POLICY_UNIT_HOUSEHOLD && !s->categories[c].warning;
}

/* What a draft makes of the household as a whole. */
typedef struct {
    bool changed, unknown;
} whole_t;

static void
count_category(household_count_t *h, size_t c, whole_t whole[SIMULATE_POLICIES])
{
    simulate_t *s = h->simulate;
    bool any = is_in_any(h, -1, c);
    int64_t unknown[SIMULATE_POLICIES];

    for (size_t p = 0; p < s->policy_count; p++) {
        unknown[p] = unknown_of(h, p, c);
        any |= unknown[p] > 0 || is_in_any(h, (int) p, c);
    }
    if (!any) /* nothing to count: most categories of most households */
        return;
    cell_t *cell = simulate_cell(s, h->dossier->region, c);
    count_state(h, &cell->drawn, -1, c);
    for (size_t p = 0; p < s->policy_count; p++) {
        count_state(h, &cell->after[p], (int) p, c);
        cell->unknown[p] += unknown[p];
        if (p > 0 || s->categories[c].registered)
            whole[p].changed |= count_flow(h, &cell->flow[p], p == 0 ? -1 : 0, (int) p, c) && !is_part_of_warning(s, c);
        if (s->categories[c].exclusive)
            whole[p].unknown |= unknown[p] > 0;
    }
}

/* --- near a line --- */

/* This category, or of those that exclude each other the one in which it stands; SIMULATE_CATEGORIES: none. */
static size_t
stands_in(const household_count_t *h, size_t p, size_t seat, size_t category)
{
    const simulate_t *s = h->simulate;

    for (size_t c = 0; c < s->category_count; c++)
        if ((c == category || (s->categories[category].exclusive && s->categories[c].exclusive)) &&
            h->stands[p][seat * h->width + c].stands)
            return c;
    return SIMULATE_CATEGORIES;
}

/* Whose line is worth a look: the aid of which comparison tells, and whatever the seat draws or would draw. */
static bool
is_measured(const household_count_t *h, size_t p, size_t seat, size_t c)
{
    const simulate_t *s = h->simulate;
    size_t row = seat * h->width + c;

    if (s->categories[c].exclusive)
        return policy_category_has_findings(s->policies[p], (size_t) s->categories[c].at[p]);
    return s->categories[c].role == POLICY_ROLE_ENTITLEMENT && (h->stands[0][row].stands || h->stands[p][row].stands);
}

/* What goes before this category has the seat already: its line does not matter. */
static bool
is_taken(const household_count_t *h, size_t p, size_t seat, size_t c)
{
    const simulate_t *s = h->simulate;
    size_t at = (size_t) s->categories[c].at[p], other = policy_category_instead_of(s->policies[p], at);

    if (s->categories[c].role != POLICY_ROLE_AID || h->stands[p][seat * h->width + c].stands)
        return false;
    for (size_t k = 0; k < s->category_count; k++) {
        size_t before = (size_t) s->categories[k].at[p];

        if (s->categories[k].at[p] < 0 || s->categories[k].role != POLICY_ROLE_AID)
            continue;
        if ((before < at && h->stands[p][seat * h->width + k].stands) ||
            (before == other && (h->stands[p][k].stands || h->drawn[k].enrolled)))
            return true;
    }
    return false;
}

/* The line may decide: the seat qualifies and is on its right side, or it does not and is on the wrong one. */
static bool
may_decide(const household_count_t *h, size_t p, size_t seat, size_t c, const policy_verdict_t *v)
{
    const simulate_t *s = h->simulate;
    return v->line > 0 && v->qualifies != POLICY_UNKNOWN &&
           (v->qualifies == POLICY_YES) == policy_category_line_holds(s->policies[p], (size_t) s->categories[c].at[p], v->value, v->line) &&
           !is_taken(h, p, seat, c);
}

/* It does: nothing else stands in the way, and nobody decided in its place.  Asked of few, for the whole policy runs once more. */
static bool
decides(household_count_t *h, size_t p, size_t seat, size_t c)
{
    simulate_t *s = h->simulate;
    size_t member = seat == 0 ? SIZE_MAX : seat - 1, at = (size_t) s->categories[c].at[p];

    if (ruling_decides(s->policies[p], h->dossier, at, member, s->day))
        return false;
    if (!h->asked[p])
        policy_evidence_use(s->evidence[p], h->places, &h->dossier, 1, s->day);
    h->asked[p] = true;
    return policy_evidence_line_decides(s->evidence[p], 0, at, member);
}

/* Of the lines of this seat the nearest but those in `passed`; false: none. */
static bool
find_nearest(const household_count_t *h, size_t p, const policy_result_t *result, size_t seat, const bool *passed, near_t *near)
{
    const simulate_t *s = h->simulate;
    size_t members = h->dossier->member_count;

    near->category = SIMULATE_CATEGORIES;
    for (size_t c = 0; c < s->category_count; c++) {
        int at = s->categories[c].at[p];

        if (at < 0 || passed[c] || !is_measured(h, p, seat, c) ||
            (policy_category_unit(s->policies[p], (size_t) at) == POLICY_UNIT_HOUSEHOLD) != (seat == 0))
            continue;
        const policy_verdict_t *v = seat == 0 ? &result->household[at] : &result->person[(size_t) at * members + seat - 1];
        if (!may_decide(h, p, seat, c, v))
            continue;
        double distance = ((double) v->value - (double) v->line) / (double) v->line;
        distance = distance < 0 ? -distance : distance;
        if (near->category < SIMULATE_CATEGORIES && near->distance <= distance)
            continue;
        near->category = c;
        near->value = v->value;
        near->line = v->line;
        near->distance = distance;
    }
    return near->category < SIMULATE_CATEGORIES;
}

static void
measure(household_count_t *h, size_t p, const policy_result_t *result, size_t seat)
{
    simulate_t *s = h->simulate;
    near_t near = { .household = h->dossier->household };
    bool passed[SIMULATE_CATEGORIES] = { false };

    if (seat > 0)
        near.person = h->dossier->members[seat - 1].person;
    for (;;) {
        if (!find_nearest(h, p, result, seat, passed, &near) || !simulate_is_near(s, p, &near))
            return;
        if (decides(h, p, seat, near.category))
            break;
        passed[near.category] = true;
    }
    near.from = stands_in(h, 0, seat, near.category);
    near.to = stands_in(h, p, seat, near.category);
    if (near.from < SIMULATE_CATEGORIES)
        near.before = state_of(h, 0, seat, near.from).money;
    if (near.to < SIMULATE_CATEGORIES)
        near.after = state_of(h, (int) p, seat, near.to).money;
    memcpy(near.region, h->dossier->region, sizeof near.region);
    simulate_near(s, p, &near);
}

/* --- one household --- */

void
simulate_household(simulate_t *self, const policy_world_t *places, const dossier_t *dossier,
                   const policy_result_t *const results[SIMULATE_POLICIES], arena_t *arena)
{
    household_count_t h = { .simulate = self, .places = places, .dossier = dossier };
    whole_t whole[SIMULATE_POLICIES] = { { false, false } };

    draw_all(&h, arena);
    for (size_t p = 0; p < self->policy_count; p++)
        stand(&h, p, results[p], arena);
    for (size_t c = 0; c < self->category_count; c++)
        count_category(&h, c, whole);
    self->households++;
    self->people += (int64_t) dossier->member_count;
    for (size_t p = 0; p < self->policy_count; p++) {
        affected_t *to = whole[p].unknown ? &self->unknown[p] : whole[p].changed ? &self->changed[p] : &self->unchanged[p];

        to->households++;
        to->people += (int64_t) dossier->member_count;
        for (size_t seat = 0; (p > 0 || self->policy_count == 1) && seat < h.seats; seat++) /* the drafts' lines are asked for */
            measure(&h, p, results[p], seat);
    }
}

void
simulate_unassessed(simulate_t *self, const dossier_t *dossier)
{
    household_count_t h = { .simulate = self, .dossier = dossier };
    AUTO(arena) arena = arena_new(4096);

    draw_all(&h, arena);
    self->unassessed++;
    for (size_t c = 0; c < self->category_count; c++) {
        if (!is_in_any(&h, -1, c))
            continue;
        cell_t *cell = simulate_cell(self, dossier->region, c);
        count_state(&h, &cell->drawn, -1, c);
        count_state(&h, &cell->unassessed, -1, c);
        for (size_t p = 0; p < self->policy_count; p++) {
            count_state(&h, &cell->after[p], -1, c);
            count_state(&h, &cell->flow[p].same, -1, c);
        }
    }
}
