/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_program.h"
#include "base/err.h"
#include "base/str.h"
#include <string.h>

static const char *const op_names[OP_COUNT_] = {
    "load.total", "load.months", "load.has", "load.value", "load.code", "load.ever", "load.builtin", "const",
    "param",      "spread",      "gather",   "add",        "sub",       "mul",       "scale",        "round",
    "positive",   "min",         "max",      "lt",         "le",        "eq",        "eq.imm",       "and",
    "or",         "not",         "select",   "needs",      "after",     "sum",       "count",        "any",
    "every",
};

void
program_done(program_t *self)
{
    mem_free(self->code);
    mem_free(self->keep);
    *self = (program_t){ 0 };
}

bool
program_op_is_load(op_t op)
{
    return op <= OP_LOAD_BUILTIN;
}

const char *
program_op_name(op_t op)
{
    return op_names[op];
}

static bool
same(const instr_t *x, const instr_t *y)
{
    return x->op == y->op && x->scope == y->scope && x->mode == y->mode && x->a == y->a && x->b == y->b &&
           x->c == y->c && x->imm == y->imm && x->to == y->to;
}

bool
program_reads_supporters(const program_t *self, bool every)
{
    for (size_t i = 0; i < self->count; i++)
        if (self->code[i].scope == SCOPE_SUPPORTER && (every || self->code[i].live))
            return true;
    return false;
}

/* Sums and counts are of somebody, even where all count alike. */
static bool
is_uniform(const program_t *self, const instr_t *instr)
{
    const int32_t operands[3] = { instr->a, instr->b, instr->c };

    if (program_op_is_load((op_t) instr->op) || instr->op >= OP_SUM)
        return instr->op == OP_LOAD_BUILTIN && instr->uniform;
    for (size_t k = 0; k < 3; k++)
        if (operands[k] >= 0 && !self->code[operands[k]].uniform)
            return false;
    return true;
}

int32_t
program_emit(program_t *self, instr_t instr)
{
    /* A policy has a few hundred instructions and is compiled once: a linear search is enough. */
    for (size_t i = 0; i < self->count; i++)
        if (same(&self->code[i], &instr))
            return (int32_t) i;
    self->code = mem_grow(self->code, &self->cap, self->count + 1, sizeof(instr_t));
    instr.uniform = is_uniform(self, &instr);
    self->code[self->count] = instr;
    return (int32_t) self->count++;
}

void
program_keep(program_t *self, int32_t reg)
{
    if (self->keep == NULL)
        self->keep = mem_new_array(bool, self->count + 1);
    if (reg >= 0)
        self->keep[reg] = true;
}

static void
mark_live(program_t *self)
{
    for (size_t i = self->count; i-- > 0;) {
        const int32_t operands[3] = { self->code[i].a, self->code[i].b, self->code[i].c };

        self->code[i].live = self->code[i].live || self->keep[i];
        for (size_t k = 0; k < 3 && self->code[i].live; k++)
            if (operands[k] >= 0)
                self->code[operands[k]].live = true;
    }
}

/* Loads are filled before the first instruction runs, so they occupy their slots from the start. */
void
program_assign_slots(program_t *self)
{
    AUTO_FREE size_t *last_use = mem_new_array(size_t, self->count + 1);
    AUTO_FREE int32_t *free_slots = mem_new_array(int32_t, SCOPE_COUNT * (self->count + 1));
    size_t free_count[SCOPE_COUNT] = { 0 };

    program_keep(self, -1);
    mark_live(self);
    for (size_t i = 0; i < self->count; i++) {
        const int32_t operands[3] = { self->code[i].a, self->code[i].b, self->code[i].c };

        last_use[i] = self->keep[i] ? self->count : i;
        for (size_t k = 0; k < 3 && self->code[i].live; k++)
            if (operands[k] >= 0 && last_use[operands[k]] < i)
                last_use[operands[k]] = i;
    }
    memset(self->slot_count, 0, sizeof(self->slot_count));
    for (size_t i = 0; i < self->count; i++)
        if (self->code[i].live && program_op_is_load((op_t) self->code[i].op))
            self->code[i].slot = (int32_t) self->slot_count[self->code[i].scope]++;
    for (size_t i = 0; i < self->count; i++) {
        instr_t *instr = &self->code[i];
        const int32_t operands[3] = { instr->a, instr->b, instr->c };
        int32_t *pool = free_slots + instr->scope * (self->count + 1);

        if (!instr->live)
            continue;
        /* The result gets its slot before the operands give theirs back: no instruction writes over what it reads. */
        if (!program_op_is_load((op_t) instr->op))
            instr->slot = free_count[instr->scope] > 0 ? pool[--free_count[instr->scope]]
                                                       : (int32_t) self->slot_count[instr->scope]++;
        for (size_t k = 0; k < 3; k++) {
            int32_t r = operands[k];

            if (r < 0 || last_use[r] != i || (k > 0 && r == operands[0]) || (k > 1 && r == operands[1]))
                continue;
            uint8_t scope = self->code[r].scope;
            free_slots[scope * (self->count + 1) + free_count[scope]++] = self->code[r].slot;
        }
    }
}

void
program_dump(const program_t *self, str_t *out)
{
    for (size_t i = 0; i < self->count; i++) {
        const instr_t *instr = &self->code[i];

        str_printf(out, "%zu %s.%c a=%d b=%d c=%d imm=%lld to=%lld mode=%d slot=%d\n", i, op_names[instr->op],
                   "hms"[instr->scope], instr->a, instr->b, instr->c, (long long) instr->imm,
                   (long long) instr->to, (int) instr->mode, instr->slot);
    }
}
