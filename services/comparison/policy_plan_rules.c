/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_plan_build.h"

/* What becomes of each instruction.  A rule may assume of its operands what their values say, and nothing else; where
 * it cannot show that the result fits into 64 bits, the slow way stays. */

__extension__ typedef __int128 wide_t;

static bool
fits(wide_t v)
{
    return v >= INT64_MIN && v <= INT64_MAX;
}

static bool
is_small(const plan_value_t *v)
{
    return v->lo >= INT32_MIN && v->hi <= INT32_MAX;
}

static bool
is_same(const policy_plan_t *self, int32_t reg)
{
    return reg < 0 || plan_operand(self, reg).kind == VALUE_SAME;
}

static bool
is_unknown(const policy_plan_t *self, int32_t reg)
{
    plan_value_t v;

    if (reg < 0)
        return false;
    v = plan_operand(self, reg);
    return v.kind == VALUE_SAME && !v.known;
}

/* ---- the same for all lanes -------------------------------------------------------------------------------------- */

/* An instruction that looks at nothing but its operands, its own numbers and the day. */
static bool
is_plain(op_t op)
{
    return op == OP_CONST || op == OP_PARAM || (op >= OP_ADD && op <= OP_AFTER);
}

/* Runs it over one lane.  A choice stands for what it is where its flag is set, or not set. */
static void
run_once(policy_plan_t *self, const instr_t *instr, bool yes, int64_t *ret_value, uint8_t *ret_unknown)
{
    int64_t v[3] = { 0 };
    uint8_t u[3] = { 0 };
    const int32_t operands[3] = { instr->a, instr->b, instr->c };
    policy_lanes_t lanes = { .instr = instr, .n = 1, .v = ret_value, .u = ret_unknown };
    const int64_t **values[3] = { &lanes.av, &lanes.bv, &lanes.cv };
    const uint8_t **marks[3] = { &lanes.au, &lanes.bu, &lanes.cu };

    for (size_t k = 0; k < 3; k++) {
        if (operands[k] < 0)
            continue;
        plan_value_t o = plan_operand(self, operands[k]);

        v[k] = o.choice == NO_COLUMN ? o.value : yes ? o.yes : o.no;
        u[k] = !o.known;
        *values[k] = &v[k];
        *marks[k] = &u[k];
    }
    policy_block_run_one(self->block, &lanes);
}

/* The flag by which all operands choose between two values; NO_COLUMN: they are the same throughout; else -2. */
static int32_t
common_choice(const policy_plan_t *self, const instr_t *instr)
{
    const int32_t operands[3] = { instr->a, instr->b, instr->c };
    int32_t flag = NO_COLUMN;

    for (size_t k = 0; k < 3; k++) {
        if (operands[k] < 0 || is_same(self, operands[k]))
            continue;
        plan_value_t v = plan_operand(self, operands[k]);

        if (v.choice == NO_COLUMN || (flag != NO_COLUMN && flag != v.choice))
            return -2;
        flag = v.choice;
    }
    return flag;
}

/* An instruction over what is the same throughout, or one of two things by one flag. */
static int32_t
run_twice(policy_plan_t *self, const instr_t *instr, int32_t flag)
{
    int64_t yes, no;
    uint8_t yes_unknown, no_unknown;

    run_once(self, instr, true, &yes, &yes_unknown);
    if (flag == NO_COLUMN)
        return plan_same(self, instr->scope, yes, yes_unknown == 0);
    run_once(self, instr, false, &no, &no_unknown);
    if (yes_unknown || no_unknown)
        return -1;
    return yes == no ? plan_same(self, instr->scope, yes, true) : plan_choice(self, instr->scope, flag, yes, no);
}

/* ---- arithmetic -------------------------------------------------------------------------------------------------- */

static void
product_bounds(const plan_value_t *a, const plan_value_t *b, wide_t *ret_lo, wide_t *ret_hi)
{
    const wide_t p[4] = {(wide_t) a->lo * b->lo, (wide_t) a->lo * b->hi, (wide_t) a->hi * b->lo, (wide_t) a->hi * b->hi};

    *ret_lo = *ret_hi = p[0];
    for (size_t i = 1; i < 4; i++) {
        *ret_lo = p[i] < *ret_lo ? p[i] : *ret_lo;
        *ret_hi = p[i] > *ret_hi ? p[i] : *ret_hi;
    }
}

/* A loop over a and the number s. */
static int32_t
with_number(policy_plan_t *self, policy_lane_t lane, int32_t value, int64_t s, wide_t lo, wide_t hi)
{
    plan_value_t a = plan_number(self, value);
    int32_t column = plan_emit(self, lane, a.scope, a.column, -1, -1);

    plan_last_step(self)->args.s = s;
    return plan_masked(self, a.scope, column, a.marks, (int64_t) lo, (int64_t) hi);
}

static int32_t
with_column(policy_plan_t *self, policy_lane_t lane, int32_t value, int32_t other, wide_t lo, wide_t hi)
{
    int32_t x = plan_as_number(self, value), y = plan_as_number(self, other);
    plan_value_t a = self->values[x], b = self->values[y];
    int32_t column = plan_emit(self, lane, a.scope, a.column, b.column, -1);

    return plan_masked(self, a.scope, column, plan_either(self, a.scope, a.marks, b.marks), (int64_t) lo, (int64_t) hi);
}

/* a × s; the product fits. */
static int32_t
times_number(policy_plan_t *self, int32_t value, int64_t s, wide_t lo, wide_t hi)
{
    plan_value_t a = self->values[value];
    bool small = is_small(&a) && s >= INT32_MIN && s <= INT32_MAX;
    int32_t r;

    if (s == 1)
        return value;
    r = with_number(self, small ? LANE_mul_s_small : LANE_mul_s, value, s, lo, hi);
    self->values[r].base = value;
    self->values[r].factor = s;
    return r;
}

static int32_t
plan_product(policy_plan_t *self, const instr_t *instr)
{
    plan_value_t a = plan_operand(self, instr->a), b;
    wide_t lo, hi;

    if (instr->op == OP_SCALE)
        b = (plan_value_t){ .kind = VALUE_SAME, .known = true, .lo = instr->imm, .hi = instr->imm, .value = instr->imm };
    else
        b = plan_operand(self, instr->b);
    if (a.kind != VALUE_SAME && b.kind != VALUE_SAME)
        return plan_multiply(self, self->map[instr->a], self->map[instr->b]);
    product_bounds(&a, &b, &lo, &hi);
    if (!fits(lo) || !fits(hi))
        return -1;
    if (b.kind == VALUE_SAME)
        return times_number(self, self->map[instr->a], b.value, lo, hi);
    return times_number(self, self->map[instr->b], a.value, lo, hi);
}

int32_t
plan_multiply(policy_plan_t *self, int32_t a, int32_t b)
{
    plan_value_t x = self->values[a], y = self->values[b];
    wide_t lo, hi;

    product_bounds(&x, &y, &lo, &hi);
    if (!fits(lo) || !fits(hi))
        return -1;
    return with_column(self, is_small(&x) && is_small(&y) ? LANE_mul_small : LANE_mul, a, b, lo, hi);
}

static int32_t
plan_sum(policy_plan_t *self, const instr_t *instr)
{
    plan_value_t a = plan_operand(self, instr->a), b = plan_operand(self, instr->b);
    bool add = instr->op == OP_ADD;
    wide_t lo = (wide_t) a.lo + (add ? b.lo : -(wide_t) b.hi), hi = (wide_t) a.hi + (add ? b.hi : -(wide_t) b.lo);

    if (!fits(lo) || !fits(hi))
        return -1;
    if (b.kind == VALUE_SAME && b.value == 0)
        return self->map[instr->a];
    if (add && a.kind == VALUE_SAME && a.value == 0)
        return self->map[instr->b];
    if (b.kind == VALUE_SAME && (add || b.value != INT64_MIN))
        return with_number(self, LANE_add_s, self->map[instr->a], add ? b.value : -b.value, lo, hi);
    if (a.kind == VALUE_SAME)
        return with_number(self, add ? LANE_add_s : LANE_rsub_s, self->map[instr->b], a.value, lo, hi);
    return with_column(self, add ? LANE_add : LANE_sub, self->map[instr->a], self->map[instr->b], lo, hi);
}

static int32_t
plan_pick(policy_plan_t *self, const instr_t *instr)
{
    plan_value_t a = plan_operand(self, instr->a), b = plan_operand(self, instr->b);
    bool min = instr->op == OP_MIN;
    int64_t lo = (a.lo < b.lo) == min ? a.lo : b.lo, hi = (a.hi < b.hi) == min ? a.hi : b.hi;
    int32_t va = self->map[instr->a], vb = self->map[instr->b];

    if (a.kind == VALUE_SAME) {
        plan_value_t swap = a;
        int32_t swap_value = va;

        a = b;
        b = swap;
        va = vb;
        vb = swap_value;
    }
    if (b.kind != VALUE_SAME)
        return with_column(self, min ? LANE_min : LANE_max, va, vb, lo, hi);
    if (min ? a.hi <= b.value : a.lo >= b.value)
        return va;
    return with_number(self, min ? LANE_min_s : LANE_max_s, va, b.value, lo, hi);
}

static int32_t
plan_positive(policy_plan_t *self, const instr_t *instr)
{
    int32_t value = plan_as_number(self, self->map[instr->a]);
    plan_value_t a = self->values[value];
    int32_t above, marks, column;

    if (a.lo > 0 && a.marks == NO_COLUMN)
        return value;
    above = plan_emit(self, LANE_gt_s, a.scope, a.column, -1, -1); /* than 0; what is unknown is 0 */
    marks = plan_emit(self, LANE_not_f, a.scope, above, -1, -1);
    column = plan_emit(self, LANE_mask, a.scope, a.column, above, -1);
    value = plan_new_value(self, VALUE_NUMBER, a.scope, column, marks);
    self->values[value].lo = 0;
    self->values[value].hi = a.hi > 0 ? a.hi : 0;
    return value;
}

/* ---- comparisons ------------------------------------------------------------------------------------------------- */

/* −1: not decided by the bounds alone, else the answer. */
static int
decided(op_t op, const plan_value_t *a, const plan_value_t *b)
{
    if (op == OP_LT)
        return a->hi < b->lo ? 1 : a->lo >= b->hi ? 0 : -1;
    if (op == OP_LE)
        return a->hi <= b->lo ? 1 : a->lo > b->hi ? 0 : -1;
    return a->hi < b->lo || a->lo > b->hi ? 0 : a->lo == a->hi && b->lo == b->hi && a->lo == b->lo ? 1 : -1;
}

/* a op s, or s op a when swapped.  The bounds did not decide, so s ± 1 does not wrap around. */
static int32_t
compare_number(policy_plan_t *self, op_t op, int32_t value, int64_t s, bool swapped)
{
    plan_value_t a = self->values[value];
    policy_lane_t lane = op == OP_EQ ? LANE_eq_s : swapped ? LANE_gt_s : LANE_lt_s;

    if (op == OP_EQ && a.kind == VALUE_FLAG) {
        if (s == 1)
            return value;
        return plan_masked(self, a.scope, plan_emit(self, LANE_not_f, a.scope, a.column, -1, -1), a.marks, 0, 1);
    }
    if (op == OP_LE)
        s += swapped ? -1 : 1;
    return with_number(self, lane, value, s, 0, 1);
}

static int32_t
plan_comparison(policy_plan_t *self, const instr_t *instr)
{
    plan_value_t a = plan_operand(self, instr->a), b;
    op_t op = instr->op == OP_EQ_IMM ? OP_EQ : (op_t) instr->op;
    int answer;

    if (instr->op == OP_EQ_IMM)
        b = (plan_value_t){ .kind = VALUE_SAME, .lo = instr->imm, .hi = instr->imm, .value = instr->imm, .marks = -1 };
    else
        b = plan_operand(self, instr->b);
    answer = decided(op, &a, &b);
    if (answer >= 0 && a.marks == NO_COLUMN && b.marks == NO_COLUMN)
        return plan_same(self, instr->scope, answer, true);
    if (answer >= 0)
        return -1;
    if (b.kind == VALUE_SAME)
        return compare_number(self, op, self->map[instr->a], b.value, false);
    if (a.kind == VALUE_SAME)
        return compare_number(self, op, self->map[instr->b], a.value, true);
    return with_column(self,
                       op == OP_LT   ? LANE_lt
                       : op == OP_LE ? LANE_le
                                     : LANE_eq,
                       self->map[instr->a], self->map[instr->b], 0, 1);
}

/* ---- between scopes ---------------------------------------------------------------------------------------------- */

static int32_t
plan_spread(policy_plan_t *self, const instr_t *instr)
{
    plan_value_t a = plan_operand(self, instr->a);
    int32_t column, marks = NO_COLUMN, v;

    if (a.kind == VALUE_SAME)
        return plan_same(self, instr->scope, a.value, a.known);
    if (a.scope != SCOPE_HOUSEHOLD || instr->scope != SCOPE_MEMBER)
        return -1;
    if (a.choice != NO_COLUMN) {
        column = plan_emit(self, LANE_spread_f, instr->scope, a.choice, -1, -1);
        v = plan_choice(self, instr->scope, column, a.yes, a.no);
        self->values[v].spread_of = self->map[instr->a];
        return v;
    }
    column = plan_emit(self, a.kind == VALUE_FLAG ? LANE_spread_f : LANE_spread, instr->scope, a.column, -1, -1);
    if (a.marks != NO_COLUMN)
        marks = plan_emit(self, LANE_spread_f, instr->scope, a.marks, -1, -1);
    v = plan_new_value(self, a.kind, instr->scope, column, marks);
    self->values[v].lo = a.lo;
    self->values[v].hi = a.hi;
    self->values[v].spread_of = self->map[instr->a];
    return v;
}

/* ---- all --------------------------------------------------------------------------------------------------------- */

static int32_t
by_rule(policy_plan_t *self, const instr_t *instr)
{
    int op = instr->op; /* those without a rule go the slow way */

    switch (op) {
    case OP_PARAM:
        return plan_parameter(self, instr);
    case OP_SPREAD:
        return plan_spread(self, instr);
    case OP_ADD:
    case OP_SUB:
        return plan_sum(self, instr);
    case OP_MUL:
    case OP_SCALE:
        return plan_product(self, instr);
    case OP_ROUND:
        return plan_division(self, instr);
    case OP_POSITIVE:
        return plan_positive(self, instr);
    case OP_MIN:
    case OP_MAX:
        return plan_pick(self, instr);
    case OP_LT:
    case OP_LE:
    case OP_EQ:
    case OP_EQ_IMM:
        return plan_comparison(self, instr);
    case OP_AND:
    case OP_OR:
    case OP_NOT:
        return plan_logic(self, instr);
    case OP_SELECT:
        return plan_select(self, instr);
    case OP_NEEDS:
        return plan_needs(self, instr);
    case OP_AFTER:
        return self->day > instr->imm ? self->map[instr->a] : plan_same(self, instr->scope, 0, true);
    case OP_SUM:
    case OP_COUNT:
    case OP_ANY:
    case OP_EVERY:
        return plan_fold(self, instr);
    default:
        return -1;
    }
}

/* Unknown, whatever the other operands are. */
static bool
is_unknown_throughout(const policy_plan_t *self, const instr_t *instr)
{
    op_t op = (op_t) instr->op;

    if ((op >= OP_ADD && op <= OP_EQ_IMM) || op == OP_NEEDS)
        return is_unknown(self, instr->a) || is_unknown(self, instr->b);
    return op == OP_SELECT && is_unknown(self, instr->a);
}

int32_t
plan_instruction(policy_plan_t *self, const instr_t *instr)
{
    int32_t flag = is_plain((op_t) instr->op) ? common_choice(self, instr) : -2;
    int32_t value = flag != -2 ? run_twice(self, instr, flag) : -1;

    if (value >= 0)
        return value;
    if (is_unknown_throughout(self, instr))
        return plan_same(self, instr->scope, 0, false);
    value = by_rule(self, instr);
    return value >= 0 ? value : plan_slow(self, instr);
}
