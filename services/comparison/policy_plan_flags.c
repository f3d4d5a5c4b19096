/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_plan_build.h"
#include "base/num.h"

/* Rules for conditions, and for what members give to their household. */

static plan_value_t
as_flag(policy_plan_t *self, int32_t reg)
{
    return plan_flag(self, self->map[reg]);
}

static bool
is_zero_or_one(const plan_value_t *v)
{
    return v->lo >= 0 && v->hi <= 1;
}

static int32_t
both_columns(policy_plan_t *self, uint8_t scope, int32_t x, int32_t y)
{
    return x == NO_COLUMN || y == NO_COLUMN ? NO_COLUMN : plan_emit(self, LANE_and_f, scope, x, y, -1);
}

/* ---- and, or, not ------------------------------------------------------------------------------------------------ */

/* One side is the same for all: it decides, or the other side is the answer. */
static int32_t
with_same(policy_plan_t *self, const instr_t *instr, const plan_value_t *same, int32_t other)
{
    bool all = instr->op == OP_AND;

    if (!same->known)
        return -1;
    return (same->value != 0) == all ? other : plan_same(self, instr->scope, !all, true);
}

static int32_t
and_marks(policy_plan_t *self, uint8_t scope, const plan_value_t *x, const plan_value_t *y)
{
    if (x->marks == NO_COLUMN)
        return NO_COLUMN;
    if (y->marks == NO_COLUMN && plan_is_opposite(self, x->marks, y->column))
        return NO_COLUMN; /* unknown only where the other side says no */
    if (y->marks == NO_COLUMN)
        return plan_emit(self, LANE_and_f, scope, x->marks, y->column, -1);
    return plan_emit(self, LANE_and_marks, scope, x->marks, y->marks, y->column);
}

static int32_t
plan_not(policy_plan_t *self, const instr_t *instr)
{
    plan_value_t a = as_flag(self, instr->a);
    int32_t column = a.marks == NO_COLUMN ? plan_emit(self, LANE_not_f, a.scope, a.column, -1, -1)
                                          : plan_emit(self, LANE_nor_f, a.scope, a.column, a.marks, -1);

    return plan_new_value(self, VALUE_FLAG, a.scope, column, a.marks);
}

int32_t
plan_logic(policy_plan_t *self, const instr_t *instr)
{
    uint8_t scope = instr->scope;
    plan_value_t a, b;
    int32_t column, marks;

    if (instr->op == OP_NOT)
        return plan_not(self, instr);
    a = plan_operand(self, instr->a);
    b = plan_operand(self, instr->b);
    if (a.kind == VALUE_SAME)
        return with_same(self, instr, &a, self->map[instr->b]);
    if (b.kind == VALUE_SAME)
        return with_same(self, instr, &b, self->map[instr->a]);
    if (instr->a == instr->b)
        return self->map[instr->a];
    a = as_flag(self, instr->a);
    b = as_flag(self, instr->b);
    if (instr->op == OP_AND) {
        column = plan_emit(self, LANE_and_f, scope, a.column, b.column, -1);
        marks = plan_either(self, scope, and_marks(self, scope, &a, &b), and_marks(self, scope, &b, &a));
        return plan_new_value(self, VALUE_FLAG, scope, column, marks);
    }
    column = plan_emit(self, LANE_or_f, scope, a.column, b.column, -1);
    marks = plan_either(self, scope, a.marks, b.marks);
    if (marks != NO_COLUMN)
        marks = plan_emit(self, LANE_andn_f, scope, marks, column, -1);
    return plan_new_value(self, VALUE_FLAG, scope, column, marks);
}

/* ---- if, needs --------------------------------------------------------------------------------------------------- */

static int32_t
select_column(policy_plan_t *self, uint8_t scope, int32_t flag, const plan_value_t *b, const plan_value_t *c)
{
    bool same_b = b->kind == VALUE_SAME, same_c = c->kind == VALUE_SAME;
    policy_lane_t lane = same_b ? (same_c ? LANE_select_ss : LANE_select_sv) : same_c ? LANE_select_vs : LANE_select;
    int32_t column = plan_emit(self, lane, scope, flag, b->column, c->column);
    policy_lane_args_t *args = &plan_last_step(self)->args;

    args->s = same_b ? b->value : c->value;
    args->t = c->value;
    return column;
}

/* Where the branch that is taken is unknown. */
static int32_t
branch_marks(policy_plan_t *self, uint8_t scope, int32_t flag, const plan_value_t *b, const plan_value_t *c)
{
    int32_t first = both_columns(self, scope, flag, b->marks), second = NO_COLUMN;

    if (c->marks != NO_COLUMN)
        second = plan_emit(self, LANE_andn_f, scope, c->marks, flag, -1);
    return plan_either(self, scope, first, second);
}

int32_t
plan_select(policy_plan_t *self, const instr_t *instr)
{
    uint8_t scope = instr->scope;
    plan_value_t a = plan_operand(self, instr->a), b = plan_operand(self, instr->b), c = plan_operand(self, instr->c);
    int32_t column, marks, v;
    bool flags;

    if (a.kind == VALUE_SAME)
        return self->map[a.value != 0 ? instr->b : instr->c];
    if ((b.kind == VALUE_SAME && !b.known) || (c.kind == VALUE_SAME && !c.known))
        return -1;
    a = as_flag(self, instr->a);
    if (b.kind == VALUE_SAME && c.kind == VALUE_SAME && a.marks == NO_COLUMN)
        return b.value == c.value ? self->map[instr->b] : plan_choice(self, scope, a.column, b.value, c.value);
    flags = is_zero_or_one(&b) && is_zero_or_one(&c) && (b.kind == VALUE_FLAG || c.kind == VALUE_FLAG);
    if (flags) {
        b = as_flag(self, instr->b);
        c = as_flag(self, instr->c);
        column = plan_emit(self, LANE_select_f, scope, a.column, b.column, c.column);
    } else {
        if (b.kind == VALUE_FLAG)
            b = plan_number(self, self->map[instr->b]);
        if (c.kind == VALUE_FLAG)
            c = plan_number(self, self->map[instr->c]);
        column = select_column(self, scope, a.column, &b, &c);
    }
    marks = plan_either(self, scope, a.marks, branch_marks(self, scope, a.column, &b, &c));
    v = plan_masked(self, scope, column, marks, b.lo < c.lo ? b.lo : c.lo, b.hi > c.hi ? b.hi : c.hi);
    if (marks == NO_COLUMN && b.spread_of >= 0 && c.kind == VALUE_SAME && c.value == 0) {
        self->values[v].spread_of = b.spread_of;
        self->values[v].given = a.column;
    }
    return v;
}

int32_t
plan_needs(policy_plan_t *self, const instr_t *instr)
{
    uint8_t scope = instr->scope;
    plan_value_t a = plan_operand(self, instr->a), b = plan_operand(self, instr->b);
    int32_t column, marks, v;

    if (b.kind == VALUE_SAME)
        return b.value != 0 ? self->map[instr->a] : plan_same(self, scope, 0, false);
    b = as_flag(self, instr->b);
    if (a.kind == VALUE_SAME)
        a = plan_number(self, self->map[instr->a]);
    /* What is unknown in b is 0 there: not yes. */
    column = a.kind == VALUE_FLAG ? plan_emit(self, LANE_and_f, scope, a.column, b.column, -1)
                                  : plan_emit(self, LANE_mask, scope, a.column, b.column, -1);
    marks = a.marks == NO_COLUMN ? plan_emit(self, LANE_not_f, scope, b.column, -1, -1)
                                 : plan_emit(self, LANE_orn_f, scope, a.marks, b.column, -1);
    v = plan_new_value(self, a.kind, scope, column, marks);
    self->values[v].lo = a.lo < 0 ? a.lo : 0;
    self->values[v].hi = a.hi > 0 ? a.hi : 0;
    return v;
}

/* ---- folds ------------------------------------------------------------------------------------------------------- */

/* `b` says who is meant: a flag, or everybody. */
typedef struct {
    int32_t column, marks; /* NO_COLUMN: everybody; all known */
} meant_t;

static int32_t
any_of(policy_plan_t *self, int32_t column)
{
    return column == NO_COLUMN ? NO_COLUMN : plan_emit(self, LANE_any, SCOPE_HOUSEHOLD, column, -1, -1);
}

/* Where a sum or a count is unknown: somebody perhaps belongs, or belongs and has no known value. */
static int32_t
fold_marks(policy_plan_t *self, const meant_t *meant, int32_t marks)
{
    if (marks != NO_COLUMN && meant->column != NO_COLUMN)
        marks = plan_emit(self, LANE_and_f, SCOPE_MEMBER, meant->column, marks, -1);
    return any_of(self, plan_either(self, SCOPE_MEMBER, meant->marks, marks));
}

static int32_t
fold_count(policy_plan_t *self, const meant_t *meant, int32_t flag, int32_t marks)
{
    int32_t column;

    if (flag == NO_COLUMN)
        flag = meant->column;
    column = flag == meant->column || meant->column == NO_COLUMN
                 ? plan_emit(self, LANE_count, SCOPE_HOUSEHOLD, flag, -1, -1)
                 : plan_emit(self, LANE_count_and, SCOPE_HOUSEHOLD, flag, meant->column, -1);
    return plan_masked(self, SCOPE_HOUSEHOLD, column, fold_marks(self, meant, marks), 0, self->most_members);
}

static int32_t
fold_sum(policy_plan_t *self, const instr_t *instr, const meant_t *meant)
{
    plan_value_t a = plan_operand(self, instr->a);
    int32_t column;
    int64_t lo, hi;

    if (a.kind == VALUE_SAME && !a.known)
        return -1;
    if (!num_mul_i64(a.lo < 0 ? a.lo : 0, self->most_members, &lo) ||
        !num_mul_i64(a.hi > 0 ? a.hi : 0, self->most_members, &hi))
        return -1;
    if (a.kind == VALUE_FLAG)
        return fold_count(self, meant, a.column, a.marks);
    /* What the household gives to each of some members: so many times that. */
    if (a.given != NO_COLUMN && meant->marks == NO_COLUMN) {
        int32_t count = fold_count(self, meant, a.given, NO_COLUMN), product = plan_multiply(self, a.spread_of, count);

        if (product >= 0)
            return product;
    }
    a = plan_number(self, self->map[instr->a]);
    column = meant->column == NO_COLUMN ? plan_emit(self, LANE_sum_all, SCOPE_HOUSEHOLD, a.column, -1, -1)
                                        : plan_emit(self, LANE_sum, SCOPE_HOUSEHOLD, a.column, meant->column, -1);
    return plan_masked(self, SCOPE_HOUSEHOLD, column, fold_marks(self, meant, a.marks), lo, hi);
}

/* Somebody says yes (any) or no (every), and that decides. */
static int32_t
fold_condition(policy_plan_t *self, const instr_t *instr, const meant_t *meant)
{
    bool any = instr->op == OP_ANY;
    plan_value_t a = as_flag(self, instr->a);
    int32_t decides = a.column, column, marks, perhaps;

    /* Who decides, if he belongs. */
    if (!any)
        decides = a.marks == NO_COLUMN ? plan_emit(self, LANE_not_f, SCOPE_MEMBER, a.column, -1, -1)
                                       : plan_emit(self, LANE_nor_f, SCOPE_MEMBER, a.column, a.marks, -1);
    column = meant->column == NO_COLUMN ? any_of(self, decides)
                                        : plan_emit(self, LANE_any_and, SCOPE_HOUSEHOLD, decides, meant->column, -1);
    /* Unknown: a member whose answer is unknown and who may belong, or one who would decide and perhaps belongs. */
    marks = a.marks;
    if (marks != NO_COLUMN && meant->column != NO_COLUMN)
        marks = both_columns(self, SCOPE_MEMBER, marks, plan_either(self, SCOPE_MEMBER, meant->column, meant->marks));
    perhaps = both_columns(self, SCOPE_MEMBER, meant->marks, decides);
    marks = any_of(self, plan_either(self, SCOPE_MEMBER, marks, perhaps));
    if (marks != NO_COLUMN)
        marks = plan_emit(self, LANE_andn_f, SCOPE_HOUSEHOLD, marks, column, -1);
    if (!any)
        column = marks == NO_COLUMN ? plan_emit(self, LANE_not_f, SCOPE_HOUSEHOLD, column, -1, -1)
                                    : plan_emit(self, LANE_nor_f, SCOPE_HOUSEHOLD, column, marks, -1);
    return plan_new_value(self, VALUE_FLAG, SCOPE_HOUSEHOLD, column, marks);
}

int32_t
plan_fold(policy_plan_t *self, const instr_t *instr)
{
    plan_value_t b = plan_operand(self, instr->b);
    meant_t meant = {NO_COLUMN, NO_COLUMN};

    if (instr->scope != SCOPE_HOUSEHOLD || b.scope != SCOPE_MEMBER)
        return -1;
    if (b.kind == VALUE_SAME && !b.known)
        return -1;
    if (b.kind == VALUE_SAME && b.value == 0)
        return plan_same(self, SCOPE_HOUSEHOLD, instr->op == OP_EVERY, true);
    if (b.kind != VALUE_SAME || instr->op == OP_COUNT) {
        b = as_flag(self, instr->b);
        meant = (meant_t){b.column, b.marks};
    }
    if (instr->op == OP_COUNT)
        return fold_count(self, &meant, NO_COLUMN, NO_COLUMN);
    return instr->op == OP_SUM ? fold_sum(self, instr, &meant) : fold_condition(self, instr, &meant);
}
