/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_check.h"
#include <string.h>

/* Conditions as alternatives of what must hold together; those that contradict themselves fall away.  Where it grows too
 * large something is left out, so that more seems possible than is: never less. */

#define DEPTH_MAX 60

logic_t
logic_always(const frame_t *f)
{
    return (logic_t){ arena_new_array(f->arena, together_t, 1), 1 };
}

/* ---- contradictions ---------------------------------------------------------------------------------------------- */

/* p < 0 (or ≤) cannot be. */
static bool
never_below(const frame_t *f, const poly_t *p, bool strict)
{
    range_t range = frame_range(f, p);

    if (range.low.den == 0)
        return range.low.num > 0;
    return frac_sign(range.low) > 0 || (strict && frac_sign(range.low) == 0);
}

/* Two bounds together: an unknown that one holds from above and the other from below is eliminated. */
static bool
bounds_clash(const frame_t *f, const holds_t *a, const holds_t *b)
{
    for (size_t i = 0; i < a->p->count; i++) {
        for (size_t k = 0; k < b->p->count; k++) {
            const poly_part_t *x = &a->p->part[i], *y = &b->p->part[k];
            frac_t times;
            poly_t sum;

            if (x->count == 0 || !poly_same_unknowns(x, y) || frac_sign(x->by) * frac_sign(y->by) >= 0 ||
                !frac_invert(y->by, &times) || !frac_mul(times, x->by, &times) ||
                !frac_mul(times, FRAC_INT(-1), &times) || !poly_add(a->p, b->p, times, &sum))
                continue;
            if (never_below(f, &sum, a->strict || b->strict))
                return true;
        }
    }
    return false;
}

static bool
clash(const frame_t *f, const holds_t *a, const holds_t *b)
{
    if (a->kind != b->kind)
        return false;
    switch (a->kind) {
    case HOLDS_BELOW:
        return bounds_clash(f, a, b);
    case HOLDS_FLAG:
        return a->unknown == b->unknown && a->yes != b->yes;
    case HOLDS_WORD:
        return a->unknown == b->unknown && (a->words & b->words) == 0;
    }
    return false;
}

static bool
is_same(const holds_t *a, const holds_t *b)
{
    return a == b || (a->kind == HOLDS_FLAG && b->kind == HOLDS_FLAG && a->unknown == b->unknown && a->yes == b->yes);
}

/* Adds one more to what holds; false when it cannot hold with the rest. */
static bool
add(const frame_t *f, together_t *self, const holds_t *part)
{
    for (size_t i = 0; i < self->count; i++) {
        if (is_same(self->part[i], part))
            return true;
        if (!frame_is_full(f) && clash(f, self->part[i], part))
            return false;
    }
    if (self->count < LOGIC_PARTS)
        self->part[self->count++] = part;
    return true;
}

/* ---- together and or --------------------------------------------------------------------------------------------- */

logic_t
logic_and(const frame_t *f, logic_t a, logic_t b)
{
    logic_t both = { arena_new_array(f->arena, together_t, a.count * b.count + 1), 0 };

    if (a.count * b.count > LOGIC_ALTERNATIVES)
        return a.count <= b.count ? a : b; /* less is asked than was */
    for (size_t i = 0; i < a.count; i++) {
        for (size_t k = 0; k < b.count; k++) {
            together_t *one = &both.items[both.count];
            bool possible = true;

            *one = a.items[i];
            for (size_t p = 0; p < b.items[k].count && possible; p++)
                possible = add(f, one, b.items[k].part[p]);
            both.count += possible;
        }
    }
    return both;
}

logic_t
logic_or(const frame_t *f, logic_t a, logic_t b)
{
    logic_t either = { arena_new_array(f->arena, together_t, a.count + b.count + 1), a.count + b.count };

    if (either.count > LOGIC_ALTERNATIVES)
        return logic_always(f);
    for (size_t i = 0; i < a.count; i++)
        either.items[i] = a.items[i];
    for (size_t i = 0; i < b.count; i++)
        either.items[a.count + i] = b.items[i];
    return either;
}

static logic_t
one(const frame_t *f, holds_t holds)
{
    logic_t logic = logic_always(f);
    holds_t *kept = arena_new_array(f->arena, holds_t, 1);

    *kept = holds;
    logic.items[0].part[logic.items[0].count++] = kept;
    return logic;
}

static logic_t
truth(const frame_t *f, bool yes)
{
    logic_t logic = logic_always(f);

    logic.count = yes ? 1 : 0;
    return logic;
}

/* ---- leaves ------------------------------------------------------------------------------------------------------ */

logic_t
logic_below(const frame_t *f, const poly_t *p, bool strict)
{
    if (!frame_is_full(f) && never_below(f, p, strict))
        return truth(f, false);
    return one(f, (holds_t){ .kind = HOLDS_BELOW, .p = p, .strict = strict });
}

static logic_t
flag(frame_t *f, const expr_t *e, bool wanted)
{
    return one(f, (holds_t){ .kind = HOLDS_FLAG, .unknown = frame_unknown(f, UNKNOWN_VALUE, e, RANGE_ALL), .yes = wanted });
}

/* a − b, or NULL. */
static const poly_t *
difference(frame_t *f, const expr_t *a, const expr_t *b)
{
    const poly_t *x = frame_quantity(f, a), *y = frame_quantity(f, b);
    poly_t *p = arena_new_array(f->arena, poly_t, 1);

    return poly_add(x, y, FRAC_INT(-1), p) ? p : NULL;
}

static logic_t
comparison(frame_t *f, const expr_t *e, bool wanted)
{
    int kind = e->kind;
    const poly_t *up, *down;

    if (e->a->unit.kind != UNIT_QUANTITY && e->a->unit.kind != UNIT_DATE)
        return flag(f, e, wanted);
    up = difference(f, e->a, e->b);
    down = difference(f, e->b, e->a);
    if (up == NULL || down == NULL)
        return flag(f, e, wanted);
    switch (kind) {
    case EXPR_LT:
        return wanted ? logic_below(f, up, true) : logic_below(f, down, false);
    case EXPR_LE:
        return wanted ? logic_below(f, up, false) : logic_below(f, down, true);
    case EXPR_GE:
        return wanted ? logic_below(f, down, false) : logic_below(f, up, true);
    case EXPR_GT:
        return wanted ? logic_below(f, down, true) : logic_below(f, up, false);
    default:
        break;
    }
    if ((kind == EXPR_EQ) == wanted)
        return logic_and(f, logic_below(f, up, false), logic_below(f, down, false));
    return logic_or(f, logic_below(f, up, true), logic_below(f, down, true));
}

static bool
word_bit(frame_t *f, const char *word, uint64_t *bits)
{
    size_t i = 0;

    while (i < f->word_count && strcmp(f->words[i], word) != 0)
        i++;
    if (i == COUNT_OF(f->words))
        return false;
    if (i == f->word_count)
        f->words[f->word_count++] = word;
    *bits |= UINT64_C(1) << i;
    return true;
}

static logic_t
is_word(frame_t *f, const expr_t *e, bool wanted)
{
    uint64_t bits = 0;
    bool among = wanted != e->negated;

    if (e->a->def != NULL && frame_knows(f, e->a->def)) {
        range_t value = frame_parameter(f, &e->a->def->param);
        bool found = false;

        for (size_t i = 0; i < e->word_count; i++)
            found = found || (value.low.den == 1 && value.low.num == e->word_values[i]);
        if (value.low.den == 1 && frac_cmp(value.low, value.high) == 0)
            return truth(f, found == among);
    }
    for (size_t i = 0; i < e->word_count; i++)
        if (!word_bit(f, e->words[i], &bits))
            return flag(f, e, wanted);
    return one(f, (holds_t){ .kind = HOLDS_WORD, .unknown = frame_unknown(f, UNKNOWN_VALUE, e->a, RANGE_ALL),
                             .words = among ? bits : ~bits });
}

static logic_t
name_logic(frame_t *f, const expr_t *e, bool wanted)
{
    const policy_def_t *def = e->def;

    if (def == NULL || e->of_supported)
        return flag(f, e, wanted);
    if ((def->kind == DEF_DERIVED || def->kind == DEF_GROUP) && def->derived.formula.tree != NULL) {
        meaning_t *meaning = frame_meaning(f, def);

        if (!meaning->has_logic[wanted]) {
            const policy_formula_t *outer = f->formula;

            f->formula = &def->derived.formula;
            meaning->logic[wanted] = logic_of(f, def->derived.formula.tree, wanted);
            f->formula = outer;
            meaning->has_logic[wanted] = true;
        }
        return meaning->logic[wanted];
    }
    if (frame_knows(f, def)) {
        range_t value = frame_parameter(f, &def->param);

        if (value.low.den == 1 && frac_cmp(value.low, value.high) == 0)
            return truth(f, (value.low.num != 0) == wanted);
    }
    if (def->kind == DEF_BUILTIN && def->builtin == BUILTIN_URBAN && f->place.area >= 0)
        return truth(f, (f->place.area == 1) == wanted);
    return flag(f, e, wanted);
}

/* ---- operators --------------------------------------------------------------------------------------------------- */

static logic_t
joined(frame_t *f, const expr_t *e, bool wanted)
{
    logic_t a = logic_of(f, e->a, wanted), b = logic_of(f, e->b, wanted);

    return (e->kind == EXPR_AND) == wanted ? logic_and(f, a, b) : logic_or(f, a, b);
}

static logic_t
chosen(frame_t *f, const expr_t *e, bool wanted)
{
    logic_t then = logic_and(f, logic_of(f, e->a, true), logic_of(f, e->b, wanted));
    logic_t otherwise = logic_and(f, logic_of(f, e->a, false), logic_of(f, e->c, wanted));

    return logic_or(f, then, otherwise);
}

static logic_t
of_kind(frame_t *f, const expr_t *e, bool wanted)
{
    int kind = e->kind;

    switch (kind) {
    case EXPR_NAME:
        return name_logic(f, e, wanted);
    case EXPR_LT:
    case EXPR_LE:
    case EXPR_EQ:
    case EXPR_NE:
    case EXPR_GE:
    case EXPR_GT:
        return comparison(f, e, wanted);
    case EXPR_IS:
        return is_word(f, e, wanted);
    case EXPR_AND:
    case EXPR_OR:
        return joined(f, e, wanted);
    case EXPR_NOT:
        return logic_of(f, e->a, !wanted);
    case EXPR_IF:
        return chosen(f, e, wanted);
    default:
        return flag(f, e, wanted);
    }
}

logic_t
logic_of(frame_t *f, const expr_t *e, bool wanted)
{
    logic_t logic;

    if (f->depth == DEPTH_MAX)
        return flag(f, e, wanted);
    f->depth++;
    logic = of_kind(f, e, wanted);
    f->depth--;
    return logic;
}
