/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_check.h"
#include "domain/date.h"
#include <string.h>

/* Quantities as polynomials over unknowns, with the range in which each unknown may lie. */

#define UNKNOWNS_MAX 1024
#define DEPTH_MAX 60
#define AGE_MAX 150

#define ARENA_BLOCK_BYTES 262144

void
frame_init(frame_t *self, const policy_t *policy, check_mode_t mode)
{
    *self = (frame_t){ .policy = policy, .mode = mode, .arena = arena_new(ARENA_BLOCK_BYTES) };
    frame_reset(self, INT32_MIN, DATE_OPEN, PLACE_ANY);
}

void
frame_done(frame_t *self)
{
    arena_destroy(&self->arena);
}

void
frame_reset(frame_t *self, int32_t from, int32_t until, place_t place)
{
    arena_reset(self->arena);
    self->from = from;
    self->until = until;
    self->place = place;
    self->depth = 0;
    self->unknowns = arena_new_array(self->arena, unknown_t, UNKNOWNS_MAX);
    self->count = 0;
    self->meanings = arena_new_array(self->arena, meaning_t, self->policy->def_count);
    self->meaning_count = 0;
    self->word_count = 0;
}

bool
frame_is_full(const frame_t *self)
{
    return self->count == UNKNOWNS_MAX;
}

meaning_t *
frame_meaning(frame_t *self, const policy_def_t *def)
{
    for (size_t i = 0; i < self->meaning_count; i++)
        if (self->meanings[i].def == def)
            return &self->meanings[i];
    self->meanings[self->meaning_count] = (meaning_t){ .def = def };
    return &self->meanings[self->meaning_count++];
}

const char *
frame_text(const frame_t *self, const expr_t *e)
{
    AUTO_STR text = STR_INIT;

    expr_print(e, &text, NULL, NULL);
    return arena_strndup(self->arena, str_c(&text), text.len);
}

uint16_t
frame_unknown(frame_t *self, unknown_kind_t kind, const expr_t *e, range_t range)
{
    static const char *const marks[] = { "", "1 / ", "rounding " };
    const char *key = arena_printf(self->arena, "%s%s", marks[kind], frame_text(self, e));

    for (size_t i = 0; i < self->count; i++)
        if (strcmp(self->unknowns[i].key, key) == 0)
            return (uint16_t) i;
    if (frame_is_full(self))
        return 0;
    self->unknowns[self->count] = (unknown_t){ kind, key, e, self->formula, range };
    return (uint16_t) self->count++;
}

range_t
frame_range(const frame_t *self, const poly_t *p)
{
    range_t sum = { FRAC_INT(0), FRAC_INT(0) };

    for (size_t i = 0; i < p->count; i++) {
        range_t product = { p->part[i].by, p->part[i].by };

        for (size_t k = 0; k < p->part[i].count; k++)
            product = range_mul(product, self->unknowns[p->part[i].factor[k]].range);
        sum = range_add(sum, product);
    }
    return sum;
}

/* ---- leaves ------------------------------------------------------------------------------------------------------ */

/* Flags and choices turn rules on and off: a rule that is off here is no fault. */
static bool
is_switch(const policy_def_t *def)
{
    return def->unit.kind != UNIT_QUANTITY && def->unit.kind != UNIT_DATE;
}

bool
frame_knows(const frame_t *self, const policy_def_t *def)
{
    return def->kind == DEF_PARAMETER &&
           (self->mode == CHECK_ALL || (self->mode == CHECK_NUMBERS && !is_switch(def)));
}

/* Whether the place may have this cell, and whether it has no other; a number may be any. */
static bool
cell_meant(const frame_t *self, const policy_param_t *param, const policy_cell_t *cell, bool *surely)
{
    *surely = true;
    for (size_t i = 0; i < param->key_count; i++) {
        int64_t key = param->keys[i].by == BY_AREA ? self->place.area : self->place.region;
        bool known = param->keys[i].by != BY_NUMBER && key >= 0;

        if (known && (key < cell->low[i] || key > cell->high[i])) {
            *surely = false;
            return false;
        }
        *surely = *surely && known;
    }
    return true;
}

/* The first cell that the place surely has hides those behind it. */
range_t
frame_parameter(const frame_t *self, const policy_param_t *param)
{
    const policy_value_t *v = policy_value_on(param, self->from);
    range_t range = RANGE_ALL;
    bool any = false, surely = false;

    for (size_t i = 0; v != NULL && i < v->cell_count && !surely; i++) {
        frac_t value;

        if (!cell_meant(self, param, &v->cells[i], &surely))
            continue;
        if (!frac_of(v->cells[i].value, param->scale, &value))
            return RANGE_ALL;
        range = any ? range_join(range, (range_t){ value, value }) : (range_t){ value, value };
        any = true;
    }
    return range;
}

static range_t
leaf_range(const frame_t *self, const expr_t *e)
{
    const policy_def_t *def = e->def;

    if (e->kind == EXPR_MONTHS)
        return RANGE_NOT_NEGATIVE;
    if (e->kind != EXPR_NAME || def == NULL)
        return RANGE_ALL;
    if (frame_knows(self, def))
        return frame_parameter(self, &def->param);
    if (def->kind == DEF_FACT && def->fact.accumulate == ACCUMULATE_LATEST && unit_eq(def->unit, UNIT_NUMBER_))
        return RANGE_NOT_NEGATIVE;
    if (def->kind == DEF_BUILTIN && def->builtin == BUILTIN_AGE)
        return (range_t){ FRAC_INT(0), FRAC_INT(AGE_MAX) };
    if (def->kind == DEF_BUILTIN && def->builtin == BUILTIN_TODAY && self->from != INT32_MIN)
        return (range_t){ FRAC_INT(self->from), self->until == DATE_OPEN ? FRAC_ABOVE : FRAC_INT(self->until) };
    return RANGE_ALL;
}

static const poly_t *
keep(const frame_t *self, const poly_t *p)
{
    poly_t *copy = arena_new_array(self->arena, poly_t, 1);

    *copy = *p;
    return copy;
}

/* About which nothing is known but its range. */
static const poly_t *
opaque(frame_t *self, const expr_t *e, range_t range)
{
    poly_t p;

    if (frac_cmp(range.low, range.high) == 0 && range.low.den != 0)
        poly_const(range.low, &p);
    else
        poly_unknown(frame_unknown(self, UNKNOWN_VALUE, e, range), &p);
    return keep(self, &p);
}

static const poly_t *
name_quantity(frame_t *self, const expr_t *e)
{
    const policy_def_t *def = e->def;

    if (def != NULL && !e->of_supported && def->kind == DEF_DERIVED && def->derived.formula.tree != NULL) {
        meaning_t *meaning = frame_meaning(self, def);

        if (meaning->quantity == NULL) {
            const policy_formula_t *outer = self->formula;

            self->formula = &def->derived.formula;
            meaning->quantity = frame_quantity(self, def->derived.formula.tree);
            self->formula = outer;
        }
        return meaning->quantity;
    }
    return opaque(self, e, leaf_range(self, e));
}

/* ---- operators --------------------------------------------------------------------------------------------------- */

static const poly_t *
rounded_quantity(frame_t *self, const expr_t *e)
{
    const poly_t *a = frame_quantity(self, e->a);
    range_t slack = { e->mode == ROUND_UP ? FRAC_INT(0) : FRAC_INT(-e->literal),
                      e->mode == ROUND_DOWN ? FRAC_INT(0) : FRAC_INT(e->literal) };
    poly_t rest, sum;

    poly_unknown(frame_unknown(self, UNKNOWN_ROUNDING, e, slack), &rest);
    return poly_add(a, &rest, FRAC_INT(1), &sum) ? keep(self, &sum) : opaque(self, e, RANGE_ALL);
}

/* A quotient is known only where its divisor is above zero. */
static const poly_t *
quotient(frame_t *self, const expr_t *e)
{
    const poly_t *a = frame_quantity(self, e->a), *b = frame_quantity(self, e->b);
    range_t divisor, turned = RANGE_NOT_NEGATIVE;
    frac_t by;
    poly_t r, p;

    if (poly_is_const(b, &by)) {
        if (frac_sign(by) <= 0 || !frac_invert(by, &by))
            return opaque(self, e, RANGE_ALL);
        poly_const(by, &r);
        return poly_mul(a, &r, &p) ? keep(self, &p) : opaque(self, e, RANGE_ALL);
    }
    divisor = frame_range(self, b);
    if (divisor.high.den != 0 && frac_sign(divisor.high) > 0 && !frac_invert(divisor.high, &turned.low))
        turned.low = FRAC_INT(0);
    if (divisor.low.den != 0 && frac_sign(divisor.low) > 0 && !frac_invert(divisor.low, &turned.high))
        turned.high = FRAC_ABOVE;
    poly_unknown(frame_unknown(self, UNKNOWN_INVERSE, e->b, turned), &r);
    return poly_mul(a, &r, &p) ? keep(self, &p) : opaque(self, e, range_mul(frame_range(self, a), turned));
}

static const poly_t *
arithmetic(frame_t *self, const expr_t *e)
{
    const poly_t *a = frame_quantity(self, e->a), *b = frame_quantity(self, e->b);
    range_t x = frame_range(self, a), y = frame_range(self, b);
    poly_t p;

    if (e->kind == EXPR_ADD)
        return poly_add(a, b, FRAC_INT(1), &p) ? keep(self, &p) : opaque(self, e, range_add(x, y));
    if (e->kind == EXPR_SUB)
        return poly_add(a, b, FRAC_INT(-1), &p) ? keep(self, &p) : opaque(self, e, RANGE_ALL);
    if (e->kind == EXPR_MUL)
        return poly_mul(a, b, &p) ? keep(self, &p) : opaque(self, e, range_mul(x, y));
    if (frac_cmp(x.low, y.high) >= 0 && x.low.den != 0)
        return e->kind == EXPR_MAX ? a : b;
    if (frac_cmp(y.low, x.high) >= 0 && y.low.den != 0)
        return e->kind == EXPR_MAX ? b : a;
    return opaque(self, e, e->kind == EXPR_MAX ? range_max(x, y) : range_min(x, y));
}

static const poly_t *
choice(frame_t *self, const expr_t *e)
{
    range_t b, c;

    if (logic_of(self, e->a, true).count == 0)
        return frame_quantity(self, e->c);
    if (logic_of(self, e->a, false).count == 0)
        return frame_quantity(self, e->b);
    b = frame_range(self, frame_quantity(self, e->b));
    c = frame_range(self, frame_quantity(self, e->c));
    return opaque(self, e, range_join(b, c));
}

/* Of one sign all together when each is. */
static range_t
sum_range(frame_t *self, const expr_t *e)
{
    range_t one = frame_range(self, frame_quantity(self, e->a)), sum = RANGE_ALL;

    if (frac_sign(one.low) >= 0)
        sum.low = FRAC_INT(0);
    if (frac_sign(one.high) <= 0)
        sum.high = FRAC_INT(0);
    return sum;
}

static const poly_t *
quantity(frame_t *self, const expr_t *e)
{
    int kind = e->kind;
    frac_t value;
    poly_t p;

    switch (kind) {
    case EXPR_NUMBER:
    case EXPR_DATE:
        if (!frac_of(e->literal, e->scale, &value))
            break;
        poly_const(value, &p);
        return keep(self, &p);
    case EXPR_NAME:
        return name_quantity(self, e);
    case EXPR_MONTHS:
        return opaque(self, e, leaf_range(self, e));
    case EXPR_NEGATE:
        poly_const(FRAC_INT(0), &p);
        return poly_add(&p, frame_quantity(self, e->a), FRAC_INT(-1), &p) ? keep(self, &p)
                                                                            : opaque(self, e, RANGE_ALL);
    case EXPR_ADD:
    case EXPR_SUB:
    case EXPR_MUL:
    case EXPR_MIN:
    case EXPR_MAX:
        return e->unit.kind == UNIT_QUANTITY ? arithmetic(self, e) : opaque(self, e, RANGE_ALL);
    case EXPR_DIV:
        return quotient(self, e);
    case EXPR_ROUND:
        return rounded_quantity(self, e);
    case EXPR_IF:
        return choice(self, e);
    case EXPR_SUM:
        return opaque(self, e, sum_range(self, e));
    case EXPR_COUNT:
        return opaque(self, e, RANGE_NOT_NEGATIVE);
    default:
        break;
    }
    return opaque(self, e, RANGE_ALL);
}

const poly_t *
frame_quantity(frame_t *self, const expr_t *e)
{
    const poly_t *p;

    if (self->depth == DEPTH_MAX)
        return opaque(self, e, RANGE_ALL);
    self->depth++;
    p = quantity(self, e);
    self->depth--;
    return p;
}
