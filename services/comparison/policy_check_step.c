/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/date.h"
#include "policy_check_slope.h"
#include <string.h>

/* Where a rise of a member's income may raise an amount: a step in a deduction, a condition that becomes true, a deduction
 * that grows faster than what it is deducted from. */

#define UNKNOWNS_MAX 1024

static bool
told(slopes_t *s, const policy_def_t *category, const expr_t *step)
{
    for (size_t i = 0; i < s->told_count; i++)
        if (s->told[i].category == category && s->told[i].step == step)
            return true;
    if (s->told_count < COUNT_OF(s->told)) {
        s->told[s->told_count].category = category;
        s->told[s->told_count++].step = step;
    }
    return false;
}

typedef struct {
    const policy_def_t *seen[256];
    size_t count;
} seen_t;

static const policy_def_t *find_turned(slopes_t *s, const expr_t *e, seen_t *seen);

/* The value itself, or the one in it that makes it so; a condition is only passed through. */
static const policy_def_t *
find_turned_def(slopes_t *s, const policy_def_t *def, seen_t *seen)
{
    const policy_def_t *inner;

    for (size_t i = 0; i < seen->count; i++)
        if (seen->seen[i] == def)
            return NULL;
    if (seen->count == COUNT_OF(seen->seen) || def->derived.formula.tree == NULL)
        return NULL;
    seen->seen[seen->count++] = def;
    if (def->unit.kind == UNIT_QUANTITY) {
        slope_t slope = slope_of(s, def->derived.formula.tree);

        if (!slope.smooth[RISES] || !slope.smooth[FALLS])
            return NULL;
    }
    inner = find_turned(s, def->derived.formula.tree, seen);
    return inner != NULL || def->unit.kind != UNIT_QUANTITY ? inner : def;
}

/* The value that may fall as well as rise with income, though what it is made of does not: what it deducts grows faster
 * than what it is deducted from. */
static const policy_def_t *
find_turned(slopes_t *s, const expr_t *e, seen_t *seen)
{
    const policy_def_t *inner = NULL;

    if (e == NULL)
        return NULL;
    if ((inner = find_turned(s, e->a, seen)) != NULL || (inner = find_turned(s, e->b, seen)) != NULL ||
        (inner = find_turned(s, e->c, seen)) != NULL)
        return inner;
    if (e->def != NULL && (e->def->kind == DEF_DERIVED || e->def->kind == DEF_GROUP))
        return find_turned_def(s, e->def, seen);
    return NULL;
}

static void
note(slopes_t *s, const policy_def_t *def, const policy_formula_t *formula, const unknown_t *at, const char *what)
{
    const expr_t *e = at != NULL ? at->expr : formula->tree;
    const policy_formula_t *in = at != NULL && at->formula != NULL ? at->formula : formula;
    seen_t seen = { .count = 0 };
    const policy_def_t *turned_def = find_turned(s, e, &seen);

    if (turned_def != NULL && !told(s, def, turned_def->derived.formula.tree))
        policy_problem(s->notes, turned_def->entry->source, turned_def->entry->key,
                       "a rise of a member's income may %s “%s” here: “%s” may fall, as what it deducts grows faster than "
                       "what it is deducted from",
                       what, def->name, turned_def->name);
    if (turned_def == NULL && !told(s, def, e))
        policy_problem_at(s->notes, in->source, in->node, e->kind == EXPR_IF ? e->at : 0,
                          "a rise of a member's income may %s “%s” here: “%s”", what, def->name,
                          frame_text(&s->frame, e));
}

static void
note_rises(slopes_t *s, const policy_def_t *def, const policy_formula_t *formula, const slope_t *slope, const char *what)
{
    for (size_t i = 0; i < slope->count[RISES]; i++)
        note(s, def, formula, slope->step[RISES][i], what);
    if (slope->smooth[RISES])
        note(s, def, formula, NULL, what);
}

static void
check_category(slopes_t *s, const policy_def_t *def)
{
    const policy_category_t *c = &def->category;
    slope_t slope;

    if (c->amount.text == NULL || c->amount.tree == NULL)
        return;
    s->frame.formula = &c->amount;
    slope = slope_of(s, c->amount.tree);
    note_rises(s, def, &c->amount, &slope, "raise the amount of");
    for (size_t i = 0; i < c->when_count; i++) {
        s->frame.formula = &c->when[i].that;
        slope = slope_of_flag(s, c->when[i].that.tree);
        note_rises(s, def, &c->when[i].that, &slope, "bring");
    }
}

/* On the last of the dated numbers: the rules as they stand, in each area. */
void
policy_check_slopes(const policy_t *self, policy_problems_t *notes)
{
    slopes_t s = { .policy = self, .notes = notes };
    AUTO_FREE slope_t *known = mem_new_array(slope_t, UNKNOWNS_MAX);
    AUTO_FREE bool *has = mem_new_array(bool, UNKNOWNS_MAX);
    int32_t last = INT32_MIN;

    for (size_t i = 0; i < self->def_count; i++) {
        const policy_def_t *def = self->defs[i];

        for (size_t k = 0; def->kind == DEF_PARAMETER && k < def->param.value_count; k++)
            last = def->param.values[k].from > last ? def->param.values[k].from : last;
    }
    s.known = known;
    s.has = has;
    frame_init(&s.frame, self, CHECK_ALL);
    for (int area = 0; area < 2; area++) {
        frame_reset(&s.frame, last, DATE_OPEN, (place_t){ area, -1 });
        memset(has, 0, UNKNOWNS_MAX * sizeof(*has));
        for (size_t i = 0; i < self->category_count; i++)
            check_category(&s, self->categories[i]);
    }
    frame_done(&s.frame);
}
