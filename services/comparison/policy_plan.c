/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_plan_build.h"
#include <string.h>

/* A plan is made in one pass over the program, loads first. */

/* ---- values, columns, steps -------------------------------------------------------------------------------------- */

int32_t
plan_new_column(policy_plan_t *self, uint8_t scope, bool number)
{
    self->columns = mem_grow(self->columns, &self->column_cap, self->column_count + 1, sizeof(plan_column_t));
    self->columns[self->column_count] =
        (plan_column_t){ .scope = scope, .number = number, .last_use = -1, .opposite = NO_COLUMN };
    return (int32_t) self->column_count++;
}

int32_t
plan_new_value(policy_plan_t *self, plan_kind_t kind, uint8_t scope, int32_t column, int32_t marks)
{
    self->values = mem_grow(self->values, &self->value_cap, self->value_count + 1, sizeof(plan_value_t));
    self->values[self->value_count] = (plan_value_t){ .kind = kind,
                                                      .scope = scope,
                                                      .known = true,
                                                      .lo = kind == VALUE_FLAG ? 0 : INT64_MIN,
                                                      .hi = kind == VALUE_FLAG ? 1 : INT64_MAX,
                                                      .column = column,
                                                      .marks = marks,
                                                      .base = -1,
                                                      .choice = NO_COLUMN,
                                                      .spread_of = -1,
                                                      .given = NO_COLUMN,
                                                      .number = -1,
                                                      .flag = -1 };
    return (int32_t) self->value_count++;
}

int32_t
plan_same(policy_plan_t *self, uint8_t scope, int64_t value, bool known)
{
    int32_t v = plan_new_value(self, VALUE_SAME, scope, NO_COLUMN, NO_COLUMN);

    self->values[v].known = known;
    self->values[v].value = self->values[v].lo = self->values[v].hi = known ? value : 0;
    return v;
}

static bool
makes_number(policy_lane_t lane)
{
    switch (lane) {
    case LANE_widen:
    case LANE_add:
    case LANE_add_s:
    case LANE_sub:
    case LANE_rsub_s:
    case LANE_mul:
    case LANE_mul_small:
    case LANE_mul_s:
    case LANE_mul_s_small:
    case LANE_min:
    case LANE_max:
    case LANE_min_s:
    case LANE_max_s:
    case LANE_mask:
    case LANE_maskn:
    case LANE_select:
    case LANE_select_vs:
    case LANE_select_sv:
    case LANE_select_ss:
    case LANE_divide_small:
    case LANE_divide_scaled:
    case LANE_divide:
    case LANE_look_up:
    case LANE_spread:
    case LANE_sum:
    case LANE_sum_all:
    case LANE_count:
    case LANE_count_and:
        return true;
    case LANE_narrow:
    case LANE_lt:
    case LANE_le:
    case LANE_eq:
    case LANE_lt_s:
    case LANE_gt_s:
    case LANE_eq_s:
    case LANE_not_f:
    case LANE_and_f:
    case LANE_or_f:
    case LANE_andn_f:
    case LANE_orn_f:
    case LANE_nor_f:
    case LANE_and_marks:
    case LANE_answer:
    case LANE_select_f:
    case LANE_look_up_bit:
    case LANE_spread_f:
    case LANE_any:
    case LANE_any_and:
    case LANE_COUNT_:
        return false;
    }
    return false;
}

static plan_step_t *
new_step(policy_plan_t *self)
{
    self->steps = mem_grow(self->steps, &self->step_cap, self->step_count + 1, sizeof(plan_step_t));
    return &self->steps[self->step_count++];
}

/* Takes nothing but its operands. */
static bool
is_pure(policy_lane_t lane)
{
    return lane == LANE_widen || lane == LANE_narrow || lane == LANE_add || lane == LANE_sub || lane == LANE_mask ||
           lane == LANE_maskn || (lane >= LANE_not_f && lane <= LANE_and_marks);
}

/* Where an equal earlier step is, or belongs (0); NULL when the table is too full: then the step is made twice. */
static uint32_t *
find_emitted(policy_plan_t *self, policy_lane_t lane, int32_t a, int32_t b, int32_t c)
{
    uint64_t h = (uint64_t) lane * 31 + (uint32_t) a;

    if (self->step_count * 2 > self->emitted_size)
        return NULL;
    h = (h * 0x9e3779b97f4a7c15u + (uint32_t) b) * 0x9e3779b97f4a7c15u + (uint32_t) c;
    for (size_t i = (size_t) ((h * 0x9e3779b97f4a7c15u) >> 32);; i++) {
        uint32_t *slot = &self->emitted[i & (self->emitted_size - 1)];
        const plan_step_t *step = *slot != 0 ? &self->steps[*slot - 1] : NULL;

        if (step == NULL || (step->lane == lane && step->a == a && step->b == b && step->c == c))
            return slot;
    }
}

int32_t
plan_emit(policy_plan_t *self, policy_lane_t lane, uint8_t scope, int32_t a, int32_t b, int32_t c)
{
    uint32_t *slot = NULL;
    int32_t d;

    if (lane == LANE_not_f && self->columns[a].opposite != NO_COLUMN)
        return self->columns[a].opposite;
    if (is_pure(lane) && (slot = find_emitted(self, lane, a, b, c)) != NULL && *slot != 0)
        return self->steps[*slot - 1].d;
    d = plan_new_column(self, scope, makes_number(lane));
    *new_step(self) = (plan_step_t){ .fn = self->lanes->fn[lane],
                                     .lane = lane,
                                     .scope = scope,
                                     .d = d,
                                     .a = a,
                                     .b = b,
                                     .c = c,
                                     .marks = { NO_COLUMN, NO_COLUMN, NO_COLUMN, NO_COLUMN } };
    if (slot != NULL)
        *slot = (uint32_t) self->step_count;
    if (lane == LANE_not_f)
        self->columns[d].opposite = a;
    return d;
}

bool
plan_is_opposite(const policy_plan_t *self, int32_t x, int32_t y)
{
    return x != NO_COLUMN && y != NO_COLUMN && (self->columns[x].opposite == y || self->columns[y].opposite == x);
}

plan_step_t *
plan_last_step(policy_plan_t *self)
{
    return &self->steps[self->step_count - 1];
}

/* A column that holds one value throughout, for what takes nothing else. */
static int32_t
fixed_column(policy_plan_t *self, uint8_t scope, bool number, int64_t value)
{
    int32_t column;

    for (size_t i = 0; i < self->column_count; i++) {
        const plan_column_t *c = &self->columns[i];

        if (c->fixed && c->scope == scope && c->number == number && c->value == value)
            return (int32_t) i;
    }
    column = plan_new_column(self, scope, number);
    self->columns[column].fixed = true;
    self->columns[column].value = value;
    return column;
}

int32_t
plan_as_number(policy_plan_t *self, int32_t value)
{
    plan_value_t v = self->values[value];
    int32_t r;

    if (v.kind == VALUE_NUMBER)
        return value;
    if (v.number >= 0)
        return v.number;
    if (v.kind == VALUE_SAME)
        r = plan_new_value(self, VALUE_NUMBER, v.scope, fixed_column(self, v.scope, true, v.value),
                           v.known ? NO_COLUMN : fixed_column(self, v.scope, false, 1));
    else
        r = plan_new_value(self, VALUE_NUMBER, v.scope, plan_emit(self, LANE_widen, v.scope, v.column, -1, -1),
                           v.marks);
    self->values[r].lo = v.lo;
    self->values[r].hi = v.hi;
    self->values[value].number = r;
    return r;
}

int32_t
plan_as_flag(policy_plan_t *self, int32_t value)
{
    plan_value_t v = self->values[value];
    int32_t r;

    if (v.kind == VALUE_FLAG)
        return value;
    if (v.flag >= 0)
        return v.flag;
    if (v.kind == VALUE_SAME)
        r = plan_new_value(self, VALUE_FLAG, v.scope, fixed_column(self, v.scope, false, v.value != 0),
                           v.known ? NO_COLUMN : fixed_column(self, v.scope, false, 1));
    else
        r = plan_new_value(self, VALUE_FLAG, v.scope, plan_emit(self, LANE_narrow, v.scope, v.column, -1, -1), v.marks);
    self->values[value].flag = r;
    return r;
}

plan_value_t
plan_number(policy_plan_t *self, int32_t value)
{
    value = plan_as_number(self, value); /* may move the values */
    return self->values[value];
}

plan_value_t
plan_flag(policy_plan_t *self, int32_t value)
{
    value = plan_as_flag(self, value);
    return self->values[value];
}

plan_value_t
plan_operand(const policy_plan_t *self, int32_t reg)
{
    return self->values[self->map[reg]];
}

int32_t
plan_either(policy_plan_t *self, uint8_t scope, int32_t marks, int32_t other)
{
    if (marks == NO_COLUMN || marks == other)
        return other;
    return other == NO_COLUMN ? marks : plan_emit(self, LANE_or_f, scope, marks, other, -1);
}

int32_t
plan_masked(policy_plan_t *self, uint8_t scope, int32_t column, int32_t marks, int64_t lo, int64_t hi)
{
    bool number = self->columns[column].number;
    int32_t v;

    if (marks != NO_COLUMN) {
        column = plan_emit(self, number ? LANE_maskn : LANE_andn_f, scope, column, marks, -1);
        lo = lo < 0 ? lo : 0;
        hi = hi > 0 ? hi : 0;
    }
    v = plan_new_value(self, number ? VALUE_NUMBER : VALUE_FLAG, scope, column, marks);
    if (number) {
        self->values[v].lo = lo;
        self->values[v].hi = hi;
    }
    return v;
}

int32_t
plan_choice(policy_plan_t *self, uint8_t scope, int32_t flag, int64_t yes, int64_t no)
{
    bool is_flag = (yes == 1 && no == 0) || (yes == 0 && no == 1);
    int32_t column = flag, v;

    if (is_flag && no == 1)
        column = plan_emit(self, LANE_not_f, scope, flag, -1, -1);
    if (!is_flag) {
        column = plan_emit(self, LANE_select_ss, scope, flag, -1, -1);
        plan_last_step(self)->args.s = yes;
        plan_last_step(self)->args.t = no;
    }
    v = plan_new_value(self, is_flag ? VALUE_FLAG : VALUE_NUMBER, scope, column, NO_COLUMN);
    self->values[v].lo = yes < no ? yes : no;
    self->values[v].hi = yes > no ? yes : no;
    self->values[v].choice = flag;
    self->values[v].yes = yes;
    self->values[v].no = no;
    return v;
}

int32_t
plan_slow(policy_plan_t *self, const instr_t *instr)
{
    const int32_t operands[3] = {instr->a, instr->b, instr->c};
    plan_step_t step = {.instr = instr, .scope = instr->scope, .marks = {-1, -1, -1, -1}};
    int32_t columns[3] = {NO_COLUMN, NO_COLUMN, NO_COLUMN};

    for (size_t k = 0; k < 3; k++) {
        if (operands[k] < 0)
            continue;
        plan_value_t v = plan_number(self, self->map[operands[k]]);

        columns[k] = v.column;
        step.marks[k + 1] = v.marks != NO_COLUMN ? v.marks : fixed_column(self, v.scope, false, 0);
    }
    step.a = columns[0];
    step.b = columns[1];
    step.c = columns[2];
    step.d = plan_new_column(self, instr->scope, true);
    step.marks[0] = plan_new_column(self, instr->scope, false);
    *new_step(self) = step;
    return plan_new_value(self, VALUE_NUMBER, instr->scope, step.d, step.marks[0]);
}

/* ---- making ------------------------------------------------------------------------------------------------------ */

bool
plan_is_today(const instr_t *instr)
{
    return instr->op == OP_LOAD_BUILTIN && instr->imm == BUILTIN_TODAY;
}

static int32_t
plan_load(policy_plan_t *self, const instr_t *instr, size_t reg)
{
    plan_input_t *in = &self->inputs[reg];

    if (plan_is_today(instr))
        return plan_same(self, instr->scope, self->day, true);
    in->column = in->marks = NO_COLUMN;
    if (!in->has_unknown && in->lo == in->hi)
        return plan_same(self, instr->scope, in->lo, true);
    in->column = plan_new_column(self, instr->scope, in->flags == NULL);
    self->columns[in->column].input = true;
    if (in->has_unknown) {
        in->marks = plan_new_column(self, instr->scope, false);
        self->columns[in->marks].input = true;
        if (in->has >= 0 && plan_operand(self, in->has).kind != VALUE_SAME) {
            int32_t has = plan_flag(self, self->map[in->has]).column;

            self->columns[in->marks].opposite = has;
            self->columns[has].opposite = in->marks;
        }
    }
    return plan_masked(self, instr->scope, in->column, in->marks, in->lo, in->hi);
}

void
plan_make(policy_plan_t *self)
{
    const program_t *p = &self->policy->program;

    self->value_count = self->column_count = self->step_count = 0;
    arena_reset(self->arena);
    memset(self->emitted, 0, self->emitted_size * sizeof(uint32_t));
    for (size_t i = 0; i < p->count; i++)
        if (self->reads[i] && p->code[i].op == OP_LOAD_HAS)
            self->map[i] = plan_load(self, &p->code[i], i);
    for (size_t i = 0; i < p->count; i++)
        if (self->reads[i] && program_op_is_load((op_t) p->code[i].op) && p->code[i].op != OP_LOAD_HAS)
            self->map[i] = plan_load(self, &p->code[i], i);
    for (size_t i = 0; i < p->count; i++)
        if (self->reads[i] && !program_op_is_load((op_t) p->code[i].op))
            self->map[i] = plan_instruction(self, &p->code[i]);
    plan_place(self);
    self->wider = false;
    self->builds++;
}

/* ---- life -------------------------------------------------------------------------------------------------------- */

/* The load that says whether there is a fact of which `reg` is the value. */
static int32_t
find_has(const policy_plan_t *self, size_t reg)
{
    const instr_t *code = self->policy->program.code;

    if (code[reg].op != OP_LOAD_VALUE && code[reg].op != OP_LOAD_CODE)
        return -1;
    for (size_t i = 0; i < self->policy->program.count; i++)
        if (code[i].op == OP_LOAD_HAS && code[i].imm == code[reg].imm && code[i].scope == code[reg].scope &&
            self->reads[i])
            return (int32_t) i;
    return -1;
}

policy_plan_t *
policy_plan_new(const policy_t *policy, int32_t day, const bool *want)
{
    policy_plan_t *self = mem_new(policy_plan_t);
    size_t n = policy->program.count;

    self->policy = policy;
    self->day = day;
    self->lanes = policy_lanes_best();
    self->arena = arena_new(4096);
    self->want = mem_new_array(bool, n + 1);
    self->reads = mem_new_array(bool, n + 1);
    self->inputs = mem_new_array(plan_input_t, n + 1);
    self->map = mem_new_array(int32_t, n + 1);
    self->stretches = mem_new_array(plan_stretch_t, 3 * n + 1);
    self->wider = true;
    for (self->emitted_size = 64; self->emitted_size < 8 * n; self->emitted_size *= 2)
        ;
    self->emitted = mem_new_array(uint32_t, self->emitted_size);
    for (size_t i = n; i-- > 0;) {
        const instr_t *instr = &policy->program.code[i];
        const int32_t operands[3] = {instr->a, instr->b, instr->c};

        self->want[i] = want[i];
        self->reads[i] = self->reads[i] || want[i];
        for (size_t k = 0; k < 3 && self->reads[i]; k++)
            if (operands[k] >= 0)
                self->reads[operands[k]] = true;
        self->inputs[i].live = self->reads[i] && program_op_is_load((op_t) instr->op) && !plan_is_today(instr);
    }
    self->lives = mem_new_array(uint32_t, n + 1);
    for (size_t i = 0; i < n; i++) {
        self->inputs[i].has = self->inputs[i].live ? find_has(self, i) : -1;
        if (self->inputs[i].live)
            self->lives[self->live_count++] = (uint32_t) i;
    }
    return self;
}

void
policy_plan_destroy(policy_plan_t **self_p)
{
    policy_plan_t *self = TAKE(*self_p);

    if (self == NULL)
        return;
    arena_destroy(&self->arena);
    mem_free(self->want);
    mem_free(self->reads);
    mem_free(self->inputs);
    mem_free(self->lives);
    mem_free(self->map);
    mem_free(self->values);
    mem_free(self->columns);
    mem_free(self->steps);
    mem_free(self->storage);
    mem_free(self->sums);
    mem_free(self->stretches);
    mem_free(self->emitted);
    mem_free(self);
}

bool
policy_plan_reads(const policy_plan_t *self, size_t reg)
{
    return self->reads[reg];
}

bool
policy_plan_knows(const policy_plan_t *self, size_t reg)
{
    return plan_is_today(&self->policy->program.code[reg]);
}

void
policy_plan_input(policy_plan_t *self, size_t reg, const int64_t *numbers, const uint8_t *flags, const uint8_t *unknown)
{
    self->inputs[reg].numbers = numbers;
    self->inputs[reg].flags = flags;
    self->inputs[reg].unknown = unknown;
}

void
policy_plan_look_ahead(policy_plan_t *self)
{
    self->ahead = true;
}

void
policy_plan_use(policy_plan_t *self, const policy_lanes_table_t *lanes)
{
    self->lanes = lanes;
    self->wider = true;
}

size_t
policy_plan_steps(const policy_plan_t *self, size_t *ret_slow)
{
    *ret_slow = 0;
    for (size_t i = 0; i < self->step_count; i++)
        *ret_slow += self->steps[i].fn == NULL;
    return self->step_count;
}

size_t
policy_plan_builds(const policy_plan_t *self)
{
    return self->builds;
}
