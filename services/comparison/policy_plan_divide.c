/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_plan_build.h"
#include "base/num.h"

/* Rules for rounding and for tables.  A division by a number that is known becomes a multiplication and a shift,
 * exactly: for d ≤ 2^l and m = ⌊2^(N + l) / d⌋ + 1, ⌊n × m / 2^(N + l)⌋ = ⌊n / d⌋ for all 0 ≤ n < 2^N (Granlund and
 * Montgomery 1994). */

__extension__ typedef __int128 wide_t;
__extension__ typedef unsigned __int128 uwide_t;

static uint32_t
ceil_log2(uint64_t d)
{
    return d <= 1 ? 0 : 64 - (uint32_t) __builtin_clzll(d - 1);
}

static bool
fits_bits(wide_t v, int bits)
{
    return v >= -((wide_t) 1 << bits) && v < (wide_t) 1 << bits;
}

/* value × factor is divided by den: ⌊(value × factor + add) / den⌋ × to, and shifted so that nothing is negative. */
typedef struct {
    int32_t value;
    int64_t factor, den, to, add, back; /* back: what the shift puts into the result, to be taken off */
    wide_t lo, hi;                      /* of value × factor + add */
} division_t;

static int64_t
half_or_more(round_mode_t mode, int64_t den)
{
    return mode == ROUND_DOWN ? 0 : mode == ROUND_UP ? den - 1 : den / 2;
}

static bool
make_division(const policy_plan_t *self, int32_t value, int64_t factor, int64_t den, const instr_t *instr,
              division_t *ret)
{
    const plan_value_t *v = &self->values[value];
    int64_t add = half_or_more((round_mode_t) instr->mode, den);
    wide_t x = (wide_t) v->lo * factor, y = (wide_t) v->hi * factor, back = 0;

    *ret = (division_t){ .value = value, .factor = factor, .den = den, .to = instr->to };
    ret->lo = (x < y ? x : y) + add;
    ret->hi = (x < y ? y : x) + add;
    if (ret->lo < 0)
        back = (-ret->lo + den - 1) / den;
    ret->lo += back * den;
    ret->hi += back * den;
    back *= instr->to;
    if (!fits_bits(ret->hi, 63) || !fits_bits(back, 63) || !fits_bits(add + (back / instr->to) * den, 63) ||
        !fits_bits(ret->hi / den * instr->to, 62))
        return false;
    ret->back = (int64_t) back;
    ret->add = (int64_t) (add + (back / instr->to) * den);
    return true;
}

static int32_t
emit_division(policy_plan_t *self, const division_t *d, bool small)
{
    plan_value_t v = plan_number(self, d->value);
    uint32_t l = ceil_log2((uint64_t) d->den);
    policy_lane_t lane = !small ? LANE_divide : d->factor == 1 ? LANE_divide_small : LANE_divide_scaled;
    int32_t column = plan_emit(self, lane, v.scope, v.column, -1, -1);
    policy_lane_args_t *args = &plan_last_step(self)->args;

    args->s = d->add;
    args->t = d->to;
    args->r = -d->back;
    args->factor = d->factor;
    args->magic = (uint64_t) (((uwide_t) 1 << ((small ? 31 : 63) + l)) / (uint64_t) d->den) + 1;
    args->shift = small ? 31 + l : l - 1;
    return plan_masked(self, v.scope, column, v.marks, (int64_t) (d->lo / d->den * d->to - d->back),
                       (int64_t) (d->hi / d->den * d->to - d->back));
}

/* Everything in 32 bits, and the magic number, too. */
static bool
is_small(const policy_plan_t *self, const division_t *d)
{
    const plan_value_t *v = &self->values[d->value];

    return fits_bits(d->hi, 31) && fits_bits(v->lo, 31) && fits_bits(v->hi, 31) && fits_bits(d->factor, 31) &&
           fits_bits(d->to, 31) && d->den > 1 && d->den < (int64_t) 1 << 31;
}

int32_t
plan_division(policy_plan_t *self, const instr_t *instr)
{
    int32_t value = self->map[instr->a];
    plan_value_t a = self->values[value];
    division_t d;
    int64_t den;

    if (!num_mul_i64(instr->imm, instr->to, &den))
        return plan_same(self, instr->scope, 0, false);
    if (instr->b >= 0) {
        plan_value_t b = self->values[self->map[instr->b]];

        if (b.kind != VALUE_SAME)
            return -1;
        if (!num_mul_i64(b.value, den, &den) || den <= 0)
            return plan_same(self, instr->scope, 0, false);
    }
    if (den <= 0)
        return -1;
    /* n × p / q is n × (p/g) / (q/g), mostly without the multiplication. */
    if (a.base >= 0 && a.factor > 0) {
        int64_t g = num_gcd_i64(a.factor, den);

        if (den / g > 1 && make_division(self, a.base, a.factor / g, den / g, instr, &d) && is_small(self, &d))
            return emit_division(self, &d, true);
    }
    if (den == 1 || !make_division(self, value, 1, den, instr, &d))
        return -1;
    return emit_division(self, &d, is_small(self, &d));
}

/* ---- tables ------------------------------------------------------------------------------------------------------ */

/* What the parameter gives for keys 0, 1, …: the instruction itself says it. */
static void
fill_table(const policy_plan_t *self, const instr_t *instr, bool key_is_a, int64_t *table, uint8_t *marks)
{
    int64_t keys[POLICY_TABLE], others[POLICY_TABLE];
    uint8_t zero[POLICY_TABLE] = {0}, unknown[POLICY_TABLE] = {0};
    int32_t other = key_is_a ? instr->b : instr->a;
    policy_lanes_t lanes = {.instr = instr, .n = POLICY_TABLE, .v = table, .u = marks};

    for (size_t i = 0; i < POLICY_TABLE; i++) {
        keys[i] = (int64_t) i;
        others[i] = other >= 0 ? self->values[self->map[other]].value : 0;
        unknown[i] = other >= 0 && !self->values[self->map[other]].known;
    }
    lanes.av = key_is_a ? keys : others;
    lanes.au = key_is_a ? zero : unknown;
    if (instr->b >= 0) {
        lanes.bv = key_is_a ? others : keys;
        lanes.bu = key_is_a ? unknown : zero;
    }
    policy_block_run_one(self->block, &lanes);
}

int32_t
plan_parameter(policy_plan_t *self, const instr_t *instr)
{
    bool key_is_a = self->values[self->map[instr->a]].kind != VALUE_SAME;
    int32_t reg = key_is_a ? instr->a : instr->b, column, marks = NO_COLUMN;
    plan_value_t key = self->values[self->map[reg]];
    int64_t *table = arena_new_array(self->arena, int64_t, POLICY_TABLE), lo = INT64_MAX, hi = INT64_MIN;
    uint8_t unknown[POLICY_TABLE];
    uint64_t bits = 0;

    if (key_is_a && instr->b >= 0 && self->values[self->map[instr->b]].kind != VALUE_SAME)
        return -1;
    if (key.lo < 0 || key.hi >= POLICY_TABLE)
        return -1;
    fill_table(self, instr, key_is_a, table, unknown);
    for (int64_t k = key.lo; k <= key.hi; k++) {
        bits |= (uint64_t) unknown[k] << k;
        lo = table[k] < lo ? table[k] : lo;
        hi = table[k] > hi ? table[k] : hi;
    }
    if (key.kind == VALUE_FLAG && bits == 0 && key.marks == NO_COLUMN)
        return plan_choice(self, key.scope, key.column, table[1], table[0]);
    key = plan_number(self, self->map[reg]);
    column = plan_emit(self, LANE_look_up, key.scope, key.column, -1, -1);
    plan_last_step(self)->args.table = table;
    if (bits != 0) {
        marks = plan_emit(self, LANE_look_up_bit, key.scope, key.column, -1, -1);
        plan_last_step(self)->args.magic = bits;
    }
    return plan_masked(self, key.scope, column, plan_either(self, key.scope, key.marks, marks), lo, hi);
}
