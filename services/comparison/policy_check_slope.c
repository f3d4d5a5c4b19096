/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_check_slope.h"
#include <string.h>

/* From the leaves up: sums and products by the signs of their parts, choices case by case with the step between them. */

#define DEPTH_MAX 40
#define CASES_MAX 8 /* choices inside each other that are taken apart */

static slope_t slope_of_jumps(slopes_t *s, const unknown_t *u);

static const slope_t flat;

bool
slope_moves(const slope_t *a, way_t way)
{
    return a->smooth[way] || a->count[way] > 0;
}

bool
slope_is_flat(const slope_t *a)
{
    return !slope_moves(a, RISES) && !slope_moves(a, FALLS);
}

slope_t
slope_smooth(bool rises)
{
    return (slope_t){ .smooth = { rises, false } };
}

static void
add_step(slope_t *a, way_t way, const unknown_t *u)
{
    for (size_t i = 0; i < a->count[way]; i++)
        if (a->step[way][i]->expr == u->expr)
            return;
    if (a->count[way] < STEPS_MAX)
        a->step[way][a->count[way]++] = u;
}

slope_t
slope_step(const unknown_t *u, bool rises, bool falls)
{
    slope_t a = flat;

    if (rises)
        add_step(&a, RISES, u);
    if (falls)
        add_step(&a, FALLS, u);
    return a;
}

slope_t
slope_turned(slope_t a)
{
    slope_t b = a;

    for (way_t way = RISES; way < WAY_COUNT; way++) {
        way_t other = way == RISES ? FALLS : RISES;

        b.smooth[way] = a.smooth[other];
        b.count[way] = a.count[other];
        memcpy(b.step[way], a.step[other], sizeof(b.step[way]));
    }
    return b;
}

slope_t
slope_either(slope_t a, slope_t b)
{
    for (way_t way = RISES; way < WAY_COUNT; way++) {
        a.smooth[way] = a.smooth[way] || b.smooth[way];
        for (size_t i = 0; i < b.count[way]; i++)
            add_step(&a, way, b.step[way][i]);
    }
    return a;
}

/* ---- polynomials ------------------------------------------------------------------------------------------------- */

static slope_t slope_of_unknown(slopes_t *s, uint16_t index);

/* A parameter that has no value on the day: what needs it is not known and moves nowhere. */
static bool
is_open(const unknown_t *u)
{
    const policy_def_t *def = u->expr->kind == EXPR_NAME ? u->expr->def : NULL;

    return def != NULL && def->kind == DEF_PARAMETER && u->range.low.den == 0 && u->range.high.den == 0;
}

/* One product: each factor moves it by the sign of all the others. */
static slope_t
slope_of_part(slopes_t *s, const poly_part_t *part)
{
    slope_t sum = flat;

    for (size_t i = 0; i < part->count; i++)
        if (is_open(&s->frame.unknowns[part->factor[i]]))
            return flat;
    for (size_t i = 0; i < part->count; i++) {
        range_t others = { part->by, part->by };
        slope_t one = slope_of_unknown(s, part->factor[i]);

        for (size_t k = 0; k < part->count; k++)
            if (k != i)
                others = range_mul(others, s->frame.unknowns[part->factor[k]].range);
        if (frac_sign(others.high) > 0)
            sum = slope_either(sum, one);
        if (frac_sign(others.low) < 0)
            sum = slope_either(sum, slope_turned(one));
    }
    return sum;
}

/* The part that is one unknown, a min, a max or an if, alone with its number; SIZE_MAX: none. */
static size_t
find_choice(const slopes_t *s, const poly_t *p)
{
    for (size_t i = 0; i < p->count; i++) {
        const poly_part_t *part = &p->part[i];
        const unknown_t *u = &s->frame.unknowns[part->factor[0]];

        if (part->count == 1 && u->kind == UNKNOWN_VALUE &&
            (u->expr->kind == EXPR_MIN || u->expr->kind == EXPR_MAX || u->expr->kind == EXPR_IF))
            return i;
    }
    return SIZE_MAX;
}

static slope_t slope_of_poly(slopes_t *s, const poly_t *p);

/* With one of the two in the place of the unknown. */
static slope_t
with_part(slopes_t *s, const poly_t *p, size_t at, const expr_t *e)
{
    poly_t *other = arena_new_array(s->frame.arena, poly_t, 1);

    *other = *p;
    memmove(&other->part[at], &other->part[at + 1], (other->count - at - 1) * sizeof(other->part[0]));
    other->count--;
    if (!poly_add(other, frame_quantity(&s->frame, e), p->part[at].by, other))
        return flat;
    return slope_of_poly(s, other);
}

/* Each of the two by itself, so that what one deducts is held against what it is deducted from. */
static slope_t
slope_by_cases(slopes_t *s, const poly_t *p, size_t at)
{
    unknown_t *u = arena_new_array(s->frame.arena, unknown_t, 1);
    slope_t sum;

    *u = s->frame.unknowns[p->part[at].factor[0]];
    s->frame.formula = u->formula;
    if (u->expr->kind != EXPR_IF)
        return slope_either(with_part(s, p, at, u->expr->a), with_part(s, p, at, u->expr->b));
    sum = slope_either(with_part(s, p, at, u->expr->b), with_part(s, p, at, u->expr->c));
    return slope_either(sum, frac_sign(p->part[at].by) > 0 ? slope_of_jumps(s, u) : slope_turned(slope_of_jumps(s, u)));
}

static slope_t
slope_of_poly(slopes_t *s, const poly_t *p)
{
    slope_t sum = flat;
    earnings_t earnings = { .count = 0 };
    size_t choice = find_choice(s, p);

    if (choice != SIZE_MAX && s->depth < DEPTH_MAX) {
        s->depth += DEPTH_MAX / CASES_MAX;
        sum = slope_by_cases(s, p, choice);
        s->depth -= DEPTH_MAX / CASES_MAX;
        return sum;
    }
    for (size_t i = 0; i < p->count; i++)
        if (!slope_earn(s, &earnings, &p->part[i]))
            sum = slope_either(sum, slope_of_part(s, &p->part[i]));
    return slope_either(sum, slope_of_earnings(s, &earnings));
}

/* Rounding goes with what is rounded. */
slope_t
slope_of(slopes_t *s, const expr_t *e)
{
    slope_t slope = flat;

    if (s->depth == DEPTH_MAX)
        return slope;
    s->depth++;
    slope = e->kind == EXPR_ROUND ? slope_of(s, e->a) : slope_of_poly(s, frame_quantity(&s->frame, e));
    s->depth--;
    return slope;
}

/* ---- steps ------------------------------------------------------------------------------------------------------- */

/* A move of `by` this way makes the unknown rise or fall.  What moves by steps alone hands on its own. */
static slope_t
caused(const slope_t *by, way_t way, const unknown_t *u, bool rises, bool falls)
{
    slope_t slope = flat;

    if (by->smooth[way])
        return slope_step(u, rises, falls);
    for (size_t i = 0; i < by->count[way]; i++)
        slope = slope_either(slope, slope_step(by->step[way][i], rises, falls));
    return slope;
}

/* May the value rise, or fall, where the condition has just turned this way? */
static slope_t
jump(slopes_t *s, const unknown_t *u, const slope_t *condition, way_t way)
{
    bool now = way == RISES;
    const expr_t *before = now ? u->expr->c : u->expr->b, *after = now ? u->expr->b : u->expr->c;
    logic_t here = logic_of(&s->frame, u->expr->a, now);
    const poly_t *x = frame_quantity(&s->frame, before), *y = frame_quantity(&s->frame, after);
    poly_t *up = arena_new_array(s->frame.arena, poly_t, 1), *down = arena_new_array(s->frame.arena, poly_t, 1);

    if (!poly_add(y, x, FRAC_INT(-1), up) || !poly_add(x, y, FRAC_INT(-1), down))
        return flat;
    return caused(condition, way, u, logic_and(&s->frame, here, logic_below(&s->frame, down, true)).count > 0,
                  logic_and(&s->frame, here, logic_below(&s->frame, up, true)).count > 0);
}

static slope_t
slope_of_jumps(slopes_t *s, const unknown_t *u)
{
    const expr_t *e = u->expr;
    slope_t condition = slope_of_flag(s, e->a), slope = flat;

    for (way_t way = RISES; way < WAY_COUNT; way++)
        if (slope_moves(&condition, way))
            slope = slope_either(slope, jump(s, u, &condition, way));
    return slope;
}

/* Members come in or leave with their income. */
static slope_t
slope_of_aggregate(slopes_t *s, const unknown_t *u)
{
    const expr_t *e = u->expr;
    const expr_t *group = e->def != NULL && e->def->kind == DEF_GROUP ? e->def->derived.formula.tree : NULL;
    slope_t who = flat, sum = flat;

    if (group != NULL)
        who = slope_either(who, slope_of_flag(s, group));
    if (e->b != NULL)
        who = slope_either(who, slope_of_flag(s, e->b));
    if (e->kind == EXPR_COUNT)
        return slope_either(caused(&who, RISES, u, true, false), caused(&who, FALLS, u, false, true));
    sum = slope_of(s, e->a);
    for (way_t way = RISES; way < WAY_COUNT; way++)
        sum = slope_either(sum, caused(&who, way, u, true, true));
    return sum;
}

static slope_t
table_moves(const unknown_t *u, const slope_t *by, bool rises, bool falls)
{
    return slope_either(caused(by, RISES, u, rises, falls), caused(by, FALLS, u, falls, rises));
}

/* A table goes by a number: all its values in the order of the numbers. */
static slope_t
slope_of_table(slopes_t *s, const unknown_t *u)
{
    const policy_param_t *param = &u->expr->def->param;
    const policy_value_t *v = policy_value_on(param, s->frame.from);
    slope_t by = flat;
    bool rises = true, falls = true;

    for (size_t k = 0; k < param->key_count; k++)
        if (param->keys[k].by == BY_NUMBER && param->keys[k].def != NULL && param->keys[k].def->kind == DEF_DERIVED)
            by = slope_either(by, slope_of(s, param->keys[k].def->derived.formula.tree));
    if (slope_is_flat(&by) || v == NULL)
        return flat;
    for (size_t i = 0; i < v->cell_count; i++)
        for (size_t k = 0; k < v->cell_count; k++)
            if (v->cells[i].low[0] < v->cells[k].low[0]) {
                rises = rises && v->cells[i].value <= v->cells[k].value;
                falls = falls && v->cells[i].value >= v->cells[k].value;
            }
    if (rises && falls && param->key_count == 1)
        return flat;
    if (param->key_count > 1 || (!rises && !falls))
        rises = falls = true;
    return table_moves(u, &by, rises, falls);
}

static slope_t
slope_of_value(slopes_t *s, const unknown_t *u)
{
    const expr_t *e = u->expr;
    int kind = e->kind;

    switch (kind) {
    case EXPR_NAME:
        if (e->def != NULL && e->def->kind == DEF_PARAMETER)
            return slope_of_table(s, u);
        return slope_smooth(slope_names_income(s, e->def));
    case EXPR_MIN:
    case EXPR_MAX:
        return slope_either(slope_of(s, e->a), slope_of(s, e->b));
    case EXPR_IF:
        return slope_either(slope_of_jumps(s, u), slope_either(slope_of(s, e->b), slope_of(s, e->c)));
    case EXPR_SUM:
    case EXPR_COUNT:
        return slope_of_aggregate(s, u);
    default:
        return flat; /* nothing is said of it */
    }
}

/* Below a fen nothing is lost: an income grows by whole fen, and no share of it that is deducted grows faster. */
static slope_t
slope_of_rounding(slopes_t *s, const unknown_t *u)
{
    slope_t slope = slope_of(s, u->expr->a);

    if (u->expr->literal <= 1 || slope_is_flat(&slope))
        return flat;
    return slope_step(u, true, true);
}

static slope_t
slope_of_unknown(slopes_t *s, uint16_t index)
{
    const unknown_t u = s->frame.unknowns[index];
    unknown_t *kept;
    slope_t slope = flat;

    if (s->has[index])
        return s->known[index];
    s->has[index] = true; /* in a circle nothing is added */
    kept = arena_new_array(s->frame.arena, unknown_t, 1);
    *kept = u;
    s->frame.formula = u.formula;
    switch (u.kind) {
    case UNKNOWN_VALUE:
        slope = slope_of_value(s, kept);
        break;
    case UNKNOWN_INVERSE:
        slope = slope_turned(slope_of(s, u.expr));
        break;
    case UNKNOWN_ROUNDING:
        slope = slope_of_rounding(s, kept);
        break;
    }
    s->known[index] = slope;
    return slope;
}

/* ---- conditions -------------------------------------------------------------------------------------------------- */

static slope_t
slope_of_comparison(slopes_t *s, const expr_t *e)
{
    poly_t p;
    slope_t slope;

    if (e->a->unit.kind != UNIT_QUANTITY ||
        !poly_add(frame_quantity(&s->frame, e->a), frame_quantity(&s->frame, e->b), FRAC_INT(-1), &p))
        return flat;
    slope = slope_of_poly(s, &p);
    if (e->kind == EXPR_LT || e->kind == EXPR_LE)
        return slope_turned(slope);
    if (e->kind == EXPR_EQ || e->kind == EXPR_NE)
        slope = slope_either(slope, slope_turned(slope));
    return slope;
}

static slope_t
slope_of_name(slopes_t *s, const expr_t *e)
{
    if (e->def == NULL || e->of_supported || (e->def->kind != DEF_DERIVED && e->def->kind != DEF_GROUP) ||
        e->def->derived.formula.tree == NULL)
        return flat;
    return slope_of_flag(s, e->def->derived.formula.tree);
}

/* In a formula that is decided on the days there is no slope. */
static bool
is_decided(slopes_t *s, const expr_t *e)
{
    return logic_of(&s->frame, e, true).count == 0 || logic_of(&s->frame, e, false).count == 0;
}

/* = with 0 of what is never below 0 can only be left by a rise. */
static slope_t
slope_at_zero(slopes_t *s, const expr_t *e)
{
    range_t range = frame_range(&s->frame, frame_quantity(&s->frame, e->a));
    slope_t slope = slope_of(s, e->a);
    frac_t value;

    if (!poly_is_const(frame_quantity(&s->frame, e->b), &value) || frac_sign(value) != 0 || frac_sign(range.low) < 0)
        return slope_of_comparison(s, e);
    return e->kind == EXPR_EQ ? slope_turned(slope) : slope;
}

static slope_t
flag_of_kind(slopes_t *s, const expr_t *e)
{
    int kind = e->kind;

    switch (kind) {
    case EXPR_NAME:
        return slope_of_name(s, e);
    case EXPR_EQ:
    case EXPR_NE:
        return e->a->unit.kind == UNIT_QUANTITY ? slope_at_zero(s, e) : flat;
    case EXPR_LT:
    case EXPR_LE:
    case EXPR_GE:
    case EXPR_GT:
        return slope_of_comparison(s, e);
    case EXPR_AND:
    case EXPR_OR:
        return slope_either(slope_of_flag(s, e->a), slope_of_flag(s, e->b));
    case EXPR_NOT:
        return slope_turned(slope_of_flag(s, e->a));
    case EXPR_IF:
        return slope_either(slope_of_flag(s, e->b), slope_of_flag(s, e->c));
    case EXPR_ANY:
    case EXPR_EVERY:
        return slope_of_flag(s, e->b);
    default:
        return flat;
    }
}

slope_t
slope_of_flag(slopes_t *s, const expr_t *e)
{
    slope_t slope = flat;

    if (s->depth == DEPTH_MAX || is_decided(s, e))
        return slope;
    s->depth++;
    slope = flag_of_kind(s, e);
    s->depth--;
    return slope;
}
