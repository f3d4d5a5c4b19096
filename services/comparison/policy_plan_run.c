/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_plan_build.h"

/* A run: what the block holds is held against what the plan was made for, then step after step. */

/* To the next power of two, so that bounds do not move with every block. */
static int64_t
outwards(int64_t v)
{
    uint64_t magnitude = v < 0 ? ~(uint64_t) v : (uint64_t) v;
    uint64_t ones = magnitude == 0 ? 0 : UINT64_MAX >> __builtin_clzll(magnitude);

    return v < 0 ? (int64_t) ~ones : (int64_t) ones;
}

static void
widen(policy_plan_t *self, plan_input_t *in, int64_t lo, int64_t hi)
{
    if (in->seen && in->lo <= lo && hi <= in->hi)
        return;
    if (in->seen || lo != hi) {
        lo = lo < 0 ? outwards(lo) : 0;
        hi = hi > 0 ? outwards(hi) : 0;
        lo = in->seen && in->lo < lo ? in->lo : lo;
        hi = in->seen && in->hi > hi ? in->hi : hi;
    }
    in->lo = lo;
    in->hi = hi;
    in->seen = true;
    self->wider = true;
}

/* False when a flag or a mark is neither 0 nor 1. */
static bool
look_at_input(policy_plan_t *self, plan_input_t *in, size_t lanes)
{
    int64_t lo = 0, hi = 0;
    uint8_t marks = in->unknown != NULL ? self->lanes->marks(in->unknown, lanes) : 0;

    if (lanes == 0)
        return true;
    if (in->numbers != NULL)
        self->lanes->bounds(in->numbers, lanes, &lo, &hi);
    else
        hi = self->lanes->marks(in->flags, lanes);
    if (marks > 1 || (in->numbers == NULL && hi > 1))
        return false;
    if (marks != 0 && !in->has_unknown)
        in->has_unknown = self->wider = true;
    if (in->has >= 0 && in->unknown != NULL &&
        !self->lanes->opposite(in->unknown, self->inputs[in->has].flags, self->inputs[in->has].numbers, lanes)) {
        in->has = -1;
        self->wider = true;
    }
    widen(self, in, lo, hi); /* a flag that is set somewhere may be clear elsewhere: its lower bound stays 0 */
    return true;
}

static bool
look_at_block(policy_plan_t *self, uint32_t most_members)
{
    const program_t *p = &self->policy->program;
    uint32_t most = (uint32_t) outwards(most_members);

    for (size_t i = 0; i < self->live_count; i++) {
        uint32_t reg = self->lives[i];

        if (!look_at_input(self, &self->inputs[reg], policy_block_lanes(self->block, (scope_t) p->code[reg].scope)))
            return false;
    }
    if (most > self->most_members) {
        self->most_members = most;
        self->wider = true;
    }
    for (size_t s = 0; s < SCOPE_COUNT; s++) {
        size_t lanes = policy_block_lanes(self->block, (scope_t) s);

        if (lanes > self->room[s]) {
            self->room[s] = lanes;
            self->wider = true;
        }
    }
    return true;
}

static void
bind_inputs(policy_plan_t *self)
{
    for (size_t i = 0; i < self->live_count; i++) {
        plan_input_t *in = &self->inputs[self->lives[i]];

        if (in->column != NO_COLUMN)
            self->columns[in->column].at =
                in->numbers != NULL ? (void *) (uintptr_t)in->numbers : (void *) (uintptr_t)in->flags;
        if (in->marks != NO_COLUMN)
            self->columns[in->marks].at = (void *) (uintptr_t)in->unknown;
    }
}

static void *
at(const policy_plan_t *self, int32_t column)
{
    return column != NO_COLUMN ? self->columns[column].at : NULL;
}

static void
run_slow(const policy_plan_t *self, const plan_step_t *step)
{
    policy_lanes_t lanes = {.instr = step->instr,
                            .n = policy_block_lanes(self->block, (scope_t) step->scope),
                            .v = at(self, step->d),
                            .u = at(self, step->marks[0]),
                            .av = at(self, step->a),
                            .bv = at(self, step->b),
                            .cv = at(self, step->c),
                            .au = at(self, step->marks[1]),
                            .bu = at(self, step->marks[2]),
                            .cu = at(self, step->marks[3])};

    policy_block_run_one(self->block, &lanes);
}

/* ---- what comes next --------------------------------------------------------------------------------------------- */

#define LINE_BYTES 64

typedef struct {
    plan_stretch_t *stretches;
    size_t count, next;
    size_t lines, fetched; /* of all */
    size_t work, done;     /* of the steps: bytes that they write */
} ahead_t;

static void
add_stretch(ahead_t *ahead, const void *column, size_t bytes)
{
    if (column == NULL || bytes == 0)
        return;
    ahead->stretches[ahead->count++] =
        (plan_stretch_t){ .at = (const char *) column + bytes, .lines = bytes / LINE_BYTES + 1 };
    ahead->lines += bytes / LINE_BYTES + 1;
}

static size_t
work_of(const policy_plan_t *self, const plan_step_t *step)
{
    return policy_block_lanes(self->block, (scope_t) step->scope) *
           (self->columns[step->d].number ? sizeof(int64_t) : 1);
}

static void
start_ahead(policy_plan_t *self, ahead_t *ahead)
{
    *ahead = (ahead_t){ .stretches = self->stretches };
    for (size_t i = 0; i < self->live_count; i++) {
        const plan_input_t *in = &self->inputs[self->lives[i]];
        size_t lanes = policy_block_lanes(self->block, (scope_t) self->policy->program.code[self->lives[i]].scope);

        add_stretch(ahead, in->numbers, lanes * sizeof(int64_t));
        add_stretch(ahead, in->numbers == NULL ? in->flags : NULL, lanes);
        add_stretch(ahead, in->unknown, lanes);
    }
    for (size_t i = 0; i < self->step_count; i++)
        ahead->work += work_of(self, &self->steps[i]);
}

/* Memory is fetched while the processor computes: a few lines before each step, in proportion to its work.  A line that is
 * not there is no fault. */
static void
fetch(ahead_t *ahead, size_t work)
{
    size_t until;

    ahead->done += work;
    until = ahead->lines * ahead->done / (ahead->work + 1);
    while (ahead->fetched < until) {
        plan_stretch_t *s = &ahead->stretches[ahead->next];

        __builtin_prefetch(s->at, 0, 2);
        s->at += LINE_BYTES;
        ahead->fetched++;
        if (--s->lines == 0)
            ahead->next++;
    }
}

/* ---- all --------------------------------------------------------------------------------------------------------- */

bool
policy_plan_run(policy_plan_t *self, const policy_block_t *block, uint32_t most_members)
{
    ahead_t ahead = { 0 };

    self->block = block;
    if (!look_at_block(self, most_members))
        return false;
    if (self->wider)
        plan_make(self);
    bind_inputs(self);
    if (self->ahead)
        start_ahead(self, &ahead);
    for (size_t i = 0; i < self->step_count; i++) {
        const plan_step_t *step = &self->steps[i];

        if (step->fn == NULL) {
            run_slow(self, step);
            continue;
        }
        policy_lane_args_t args = step->args;

        if (self->ahead)
            fetch(&ahead, work_of(self, step));
        args.n = policy_block_lanes(block, (scope_t) step->scope);
        args.d = at(self, step->d);
        args.a = at(self, step->a);
        args.b = at(self, step->b);
        args.c = at(self, step->c);
        args.first = block->first;
        args.households = block->households;
        args.members = block->members;
        args.sums = self->sums;
        step->fn(&args);
    }
    return true;
}

void
policy_plan_result(const policy_plan_t *self, size_t reg, policy_plan_result_t *ret)
{
    const plan_value_t *v = &self->values[self->map[reg]];

    *ret = (policy_plan_result_t){ .value = v->value, .known = v->known, .unknown = at(self, v->marks) };
    if (v->kind == VALUE_NUMBER)
        ret->numbers = at(self, v->column);
    else if (v->kind == VALUE_FLAG)
        ret->flags = at(self, v->column);
}
