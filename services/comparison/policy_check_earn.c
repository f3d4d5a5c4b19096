/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_check_slope.h"
#include <string.h>

/* Incomes: several readings of the same records (of another window, above a cap, since a day) rise with one another. */

static bool
is_income(const char *name)
{
    return str_starts(name, "income.");
}

/* A head rises with income when a kind of income adds to it. */
bool
slope_names_income(const slopes_t *s, const policy_def_t *def)
{
    if (def == NULL || (def->kind != DEF_FACT && def->kind != DEF_HEAD))
        return false;
    if (def->kind == DEF_FACT)
        return is_income(def->name) || is_income(terms_word(s->policy->terms, def->fact.kind));
    for (size_t i = 0; i < s->policy->fact_count; i++)
        if (is_income(s->policy->facts[i]->name) && policy_fact_adds_to(&s->policy->facts[i]->fact, def))
            return true;
    return false;
}

static bool
earn_dated(earnings_t *self, earned_t *item, const policy_def_t *since, frac_t by)
{
    for (size_t i = 0; i < item->dated_count; i++) {
        if (item->dated[i].since != since)
            continue;
        self->full = self->full || !frac_add(item->dated[i].by, by, &item->dated[i].by);
        return true;
    }
    if (item->dated_count == EARNED_DATED_MAX)
        return false;
    item->dated[item->dated_count].since = since;
    item->dated[item->dated_count++].by = by;
    return true;
}

static void
earn(earnings_t *self, const policy_def_t *def, frac_t by)
{
    const policy_fact_t *fact = &def->fact;
    bool base = fact->of == NULL && fact->since == NULL && fact->cap == NULL && fact->except_count == 0 &&
                fact->only_count == 0 && !fact->not_counted &&
                (fact->accumulate == ACCUMULATE_MONTHLY || fact->accumulate == ACCUMULATE_SUM);
    range_t part = { FRAC_INT(0), FRAC_INT(0) };
    earned_t *item = NULL;

    for (size_t i = 0; i < self->count; i++)
        if (self->items[i].kind == fact->kind && self->items[i].window == fact->window)
            item = &self->items[i];
    if (item == NULL && self->count == EARNED_MAX) {
        self->full = true;
        return;
    }
    if (item == NULL) {
        item = &self->items[self->count++];
        *item = (earned_t){ .kind = fact->kind, .window = fact->window, .base = FRAC_INT(0), .parts = part };
    }
    if (base) {
        item->has_base = true;
        self->full = self->full || !frac_add(item->base, by, &item->base);
        return;
    }
    if (fact->since != NULL && fact->cap == NULL && fact->except_count == 0 && fact->only_count == 0 && !fact->not_counted &&
        earn_dated(self, item, fact->since, by))
        return;
    if (frac_sign(by) < 0)
        part.low = by;
    else
        part.high = by;
    item->parts = range_add(item->parts, part);
}

bool
slope_earn(const slopes_t *s, earnings_t *self, const poly_part_t *part)
{
    const unknown_t *u = part->count == 1 ? &s->frame.unknowns[part->factor[0]] : NULL;
    const policy_def_t *def = u != NULL && u->kind == UNKNOWN_VALUE && u->expr->kind == EXPR_NAME ? u->expr->def : NULL;

    if (def == NULL || u->expr->of_supported || !slope_names_income(s, def))
        return false;
    if (def->kind == DEF_FACT)
        earn(self, def, part->by);
    for (size_t i = 0; def->kind == DEF_HEAD && i < s->policy->fact_count; i++)
        if (policy_fact_adds_to(&s->policy->facts[i]->fact, def) && slope_names_income(s, s->policy->facts[i]))
            earn(self, s->policy->facts[i], part->by);
    return true;
}

/* “exemption.over_on: employment.started + exemption.months”, and the months are none below 0. */
static bool
is_later(slopes_t *s, const policy_def_t *later, const policy_def_t *since)
{
    const expr_t *e = later->kind == DEF_DERIVED ? later->derived.formula.tree : NULL;

    return e != NULL && e->kind == EXPR_ADD && e->a->kind == EXPR_NAME && e->a->def == since &&
           frac_sign(frame_range(&s->frame, frame_quantity(&s->frame, e->b)).low) >= 0;
}

/* Whether the month may be read since these days and no others: a bit for each. */
static bool
is_possible(slopes_t *s, const earned_t *item, unsigned read)
{
    for (size_t i = 0; i < item->dated_count; i++)
        for (size_t k = 0; k < item->dated_count; k++)
            if ((read & 1u << i) != 0 && (read & 1u << k) == 0 && is_later(s, item->dated[i].since, item->dated[k].since))
                return false;
    return true;
}

static range_t
dated_range(slopes_t *s, const earned_t *item)
{
    range_t all = { FRAC_INT(0), FRAC_INT(0) };

    for (unsigned read = 1; read < 1u << item->dated_count; read++) {
        range_t sum = { FRAC_INT(0), FRAC_INT(0) };

        for (size_t i = 0; i < item->dated_count; i++)
            if ((read & 1u << i) != 0)
                sum = range_add(sum, (range_t){ item->dated[i].by, item->dated[i].by });
        if (is_possible(s, item, read))
            all = range_join(all, sum);
    }
    return all;
}

slope_t
slope_of_earnings(slopes_t *s, const earnings_t *self)
{
    slope_t slope = (slope_t){ .count = { 0 } };

    slope.smooth[RISES] = slope.smooth[FALLS] = self->full;
    for (size_t i = 0; i < self->count; i++) {
        const earned_t *item = &self->items[i];
        range_t moved = range_add(item->parts, dated_range(s, item));

        if (item->has_base)
            moved = range_add((range_t){ item->base, item->base }, moved);
        slope.smooth[RISES] = slope.smooth[RISES] || frac_sign(moved.high) > 0;
        slope.smooth[FALLS] = slope.smooth[FALLS] || frac_sign(moved.low) < 0;
    }
    return slope;
}
