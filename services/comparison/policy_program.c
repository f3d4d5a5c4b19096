/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_program.h"
#include "base/err.h"
#include "base/str.h"
#include <string.h>

static const char *const op_names[OP_COUNT_] = {
    "load.total", "load.months", "load.has", "load.value", "load.code", "load.ever", "load.builtin", "const",
    "param",      "spread",      "gather",   "add",        "sub",       "mul",       "scale",        "round",
    "positive",   "min",         "max",      "lt",         "le",        "eq",        "eq.imm",       "and",
    "or",         "not",         "select",   "needs",      "date.add",  "date.part", "after",        "read",
    "sum",        "count",       "any",      "every",     "grace.month",
};

void
program_done(program_t *self)
{
    mem_free(self->code);
    mem_free(self->keep);
    mem_free(self->watches);
    *self = (program_t){ 0 };
}

bool
program_op_is_load(op_t op)
{
    return op <= OP_LOAD_BUILTIN;
}

bool
program_op_needs_dossiers(op_t op)
{
    return op == OP_GATHER || op == OP_READ || op == OP_GRACE_MONTH;
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
program_watch(program_t *self, int32_t compare, int32_t date, uint8_t days)
{
    for (size_t i = 0; i < self->watch_count; i++)
        if (self->watches[i].compare == compare && self->watches[i].date == date)
            return;
    self->watches = mem_grow(self->watches, &self->watch_cap, self->watch_count + 1, sizeof(watch_t));
    self->watches[self->watch_count++] = (watch_t){ compare, date, days };
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

void
program_mark_live(program_t *self)
{
    program_keep(self, -1);
    mark_live(self);
    for (size_t i = 0; i < self->watch_count; i++)
        if (self->code[self->watches[i].compare].live)
            program_keep(self, self->watches[i].date);
}

void
program_dump(const program_t *self, str_t *out)
{
    for (size_t i = 0; i < self->count; i++) {
        const instr_t *instr = &self->code[i];

        str_printf(out, "%zu %s.%c a=%d b=%d c=%d imm=%lld to=%lld mode=%d\n", i, op_names[instr->op],
                   "hms"[instr->scope], instr->a, instr->b, instr->c, (long long) instr->imm,
                   (long long) instr->to, (int) instr->mode);
    }
}
