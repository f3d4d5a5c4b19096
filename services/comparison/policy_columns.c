/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_columns.h"
#include "policy_plan.h"
#include <string.h>

typedef struct {
    size_t reg;
    policy_column_t what;
    const int64_t *numbers;
    const uint8_t *flags, *unknown;
} input_t;

/* One register that goes to one of the caller's columns. */
typedef enum { OUTPUT_ANSWER, OUTPUT_NUMBER, OUTPUT_UNKNOWN } output_kind_t;
typedef struct {
    size_t reg;
    output_kind_t kind;
    void *to;
} output_t;

struct policy_columns {
    const policy_t *policy;
    int32_t day;
    bool *want;
    input_t *inputs;
    size_t input_count, input_cap;
    output_t *outputs;
    size_t output_count, output_cap;
    policy_plan_t *plan;
    uint32_t *first; /* of a block, from 0 */
    size_t block;
};

policy_columns_t *
policy_columns_new(const policy_t *policy, int32_t day)
{
    policy_columns_t *self = mem_new(policy_columns_t);

    self->policy = policy;
    self->day = day;
    self->want = mem_new_array(bool, policy->program.count + 1);
    policy_columns_use_blocks_of(self, POLICY_BLOCK_HOUSEHOLDS);
    return self;
}

void
policy_columns_destroy(policy_columns_t **self_p)
{
    policy_columns_t *self = TAKE(*self_p);

    if (self == NULL)
        return;
    policy_plan_destroy(&self->plan);
    mem_free(self->want);
    mem_free(self->inputs);
    mem_free(self->outputs);
    mem_free(self->first);
    mem_free(self);
}

void
policy_columns_use_blocks_of(policy_columns_t *self, size_t households)
{
    mem_free(self->first);
    self->first = mem_new_array(uint32_t, households + 1);
    self->block = households;
}

struct policy_plan *
policy_columns_plan(policy_columns_t *self)
{
    return self->plan;
}

/* ---- what is wanted, what is read -------------------------------------------------------------------------------- */

static void
want(policy_columns_t *self, int32_t reg, output_kind_t kind, void *to)
{
    if (to == NULL || reg < 0)
        return;
    self->want[reg] = true;
    self->outputs = mem_grow(self->outputs, &self->output_cap, self->output_count + 1, sizeof(output_t));
    self->outputs[self->output_count++] = (output_t){ .reg = (size_t) reg, .kind = kind, .to = to };
}

void
policy_columns_want(policy_columns_t *self, size_t category, const policy_verdict_columns_t *into)
{
    const policy_category_t *c = &self->policy->categories[category]->category;

    want(self, c->qualifies, OUTPUT_ANSWER, into->qualifies);
    want(self, c->keeps, OUTPUT_ANSWER, into->keeps);
    want(self, c->amount_reg, OUTPUT_NUMBER, into->amount);
    want(self, c->amount_reg, OUTPUT_UNKNOWN, into->amount_unknown);
    want(self, c->value_reg, OUTPUT_NUMBER, into->value);
    want(self, c->line_reg, OUTPUT_NUMBER, into->line);
}

static const char *
builtin_name(const policy_t *policy, int64_t builtin)
{
    for (size_t i = 0; i < policy->def_count; i++)
        if (policy->defs[i]->kind == DEF_BUILTIN && policy->defs[i]->builtin == (policy_builtin_t) builtin)
            return policy->defs[i]->name;
    return "";
}

static void
add_input(policy_columns_t *self, size_t reg)
{
    const instr_t *instr = &self->policy->program.code[reg];
    bool builtin = instr->op == OP_LOAD_BUILTIN;

    self->inputs = mem_grow(self->inputs, &self->input_cap, self->input_count + 1, sizeof(input_t));
    self->inputs[self->input_count++] = (input_t){
        .reg = reg,
        .what = { .name = builtin ? builtin_name(self->policy, instr->imm) : self->policy->facts[instr->imm]->name,
                  .reading = program_op_name((op_t) instr->op) + strlen("load."),
                  .of_member = instr->scope == SCOPE_MEMBER }
    };
}

bool
policy_columns_prepare(policy_columns_t *self, err_t *err)
{
    const program_t *p = &self->policy->program;

    self->plan = policy_plan_new(self->policy, self->day, self->want);
    policy_plan_look_ahead(self->plan);
    for (size_t i = 0; i < p->count; i++) {
        const instr_t *instr = &p->code[i];

        if (!policy_plan_reads(self->plan, i))
            continue;
        if (instr->scope == SCOPE_SUPPORTER || program_op_needs_dossiers((op_t) instr->op))
            return err_set(err, ERR_REJECT, "policy.columns", "%s cannot be read from columns",
                           program_op_name((op_t) instr->op));
        if (program_op_is_load((op_t) instr->op) && !policy_plan_knows(self->plan, i))
            add_input(self, i);
    }
    return true;
}

size_t
policy_columns_count(const policy_columns_t *self)
{
    return self->input_count;
}

void
policy_columns_at(const policy_columns_t *self, size_t i, policy_column_t *ret)
{
    *ret = self->inputs[i].what;
}

void
policy_columns_bind(policy_columns_t *self, size_t i, const int64_t *numbers, const uint8_t *flags,
                    const uint8_t *unknown)
{
    self->inputs[i].numbers = numbers;
    self->inputs[i].flags = flags;
    self->inputs[i].unknown = unknown;
}

/* ---- running ----------------------------------------------------------------------------------------------------- */

static void
write_answers(const policy_plan_result_t *r, size_t lanes, uint8_t *to)
{
    policy_lane_args_t args = { .n = lanes, .d = to, .a = r->flags, .b = r->unknown };

    if (r->flags == NULL && r->numbers == NULL)
        memset(to, r->known ? r->value != 0 ? POLICY_YES : POLICY_NO : POLICY_UNKNOWN, lanes);
    else if (r->numbers != NULL)
        for (size_t i = 0; i < lanes; i++)
            to[i] = r->unknown != NULL && r->unknown[i] ? POLICY_UNKNOWN : r->numbers[i] != 0;
    else if (r->unknown != NULL)
        policy_lanes_best()->fn[LANE_answer](&args); /* where it is unknown the flag is 0 */
    else
        memcpy(to, r->flags, lanes);
}

static void
write_numbers(const policy_plan_result_t *r, size_t lanes, int64_t *to)
{
    if (r->numbers != NULL) {
        memcpy(to, r->numbers, lanes * sizeof(int64_t));
        return;
    }
    for (size_t i = 0; i < lanes; i++)
        to[i] = r->flags != NULL ? r->flags[i] : r->value;
}

static void
write_output(const policy_columns_t *self, const output_t *output, const policy_block_t *block, size_t household,
             size_t member)
{
    scope_t scope = (scope_t) self->policy->program.code[output->reg].scope;
    size_t lanes = policy_block_lanes(block, scope), from = scope == SCOPE_MEMBER ? member : household;
    policy_plan_result_t r;

    policy_plan_result(self->plan, output->reg, &r);
    switch (output->kind) {
    case OUTPUT_ANSWER:
        write_answers(&r, lanes, (uint8_t *) output->to + from);
        break;
    case OUTPUT_NUMBER:
        write_numbers(&r, lanes, (int64_t *) output->to + from);
        break;
    case OUTPUT_UNKNOWN:
        if (r.unknown != NULL)
            memcpy((uint8_t *) output->to + from, r.unknown, lanes);
        else
            memset((uint8_t *) output->to + from, !r.known, lanes);
        break;
    }
}

static void
feed(policy_columns_t *self, size_t household, size_t member)
{
    for (size_t i = 0; i < self->input_count; i++) {
        const input_t *in = &self->inputs[i];
        size_t from = in->what.of_member ? member : household;

        policy_plan_input(self->plan, in->reg, in->numbers != NULL ? in->numbers + from : NULL,
                          in->flags != NULL ? in->flags + from : NULL, in->unknown != NULL ? in->unknown + from : NULL);
    }
}

bool
policy_columns_run(policy_columns_t *self, const uint32_t *first, size_t households, err_t *err)
{
    policy_block_t block = { .policy = self->policy, .day = self->day, .first = self->first };

    for (size_t i = 0; i < self->input_count; i++)
        if (self->inputs[i].numbers == NULL && self->inputs[i].flags == NULL)
            return err_set(err, ERR_REJECT, "policy.columns", "no column for %s of %s", self->inputs[i].what.reading,
                           self->inputs[i].what.name);
    for (size_t h = 0; h < households; h += block.households) {
        block.assessed = block.households = households - h < self->block ? households - h : self->block;
        block.most_members = policy_lanes_best()->offsets(first + h, block.households, self->first);
        if (block.most_members == UINT32_MAX)
            return err_set(err, ERR_REJECT, "policy.columns", "the members of a household end before they begin");
        block.members = self->first[block.households];
        feed(self, h, first[h]);
        if (!policy_plan_run(self->plan, &block, block.most_members))
            return err_set(err, ERR_REJECT, "policy.columns", "a flag or a mark is neither 0 nor 1");
        for (size_t i = 0; i < self->output_count; i++)
            write_output(self, &self->outputs[i], &block, h, first[h]);
    }
    return true;
}
