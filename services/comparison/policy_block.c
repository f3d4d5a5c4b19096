/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_block.h"
#include "base/num.h"
#include "policy_plan.h"
#include <string.h>

/* Runs the program over a block, one instruction at a time over whole columns: the meaning of each instruction stands
 * here. Verdicts go the short way of a plan (policy_plan.h), which says the same.  What is not known stays not known,
 * save where the other side decides alone (no and unknown is no).  A result too large for 64 bits is not known. */

bool
policy_block_runs(const policy_block_t *self, size_t reg)
{
    return self->every_register || policy_plan_reads(self->plan, reg);
}

/* Whether a register has its place in the block: all for an explanation, else what is loaded; the others are the plan's. */
static bool
is_placed(const policy_block_t *self, size_t reg)
{
    return self->every_register || (program_op_is_load((op_t) self->policy->program.code[reg].op) && policy_block_runs(self, reg));
}

/* Room for so many households and members, in every register that is kept. */
static void
place_registers(policy_block_t *self)
{
    const program_t *p = &self->policy->program;
    size_t slots[SCOPE_COUNT] = {0};

    for (size_t i = 0; i < p->count; i++)
        slots[p->code[i].scope] += is_placed(self, i);
    for (size_t s = 0; s < SCOPE_COUNT; s++) {
        mem_free(self->storage[2 * s]);
        mem_free(self->storage[2 * s + 1]);
        self->storage[2 * s] = mem_alloc(slots[s] * self->lanes[s] + 1, sizeof(int64_t));
        self->storage[2 * s + 1] = mem_alloc(slots[s] * self->lanes[s] + 1, 1);
        slots[s] = 0;
    }
    for (size_t i = 0; i < p->count; i++) {
        size_t s = p->code[i].scope;

        if (!is_placed(self, i))
            continue;
        self->value[i] = (int64_t *)self->storage[2 * s] + slots[s] * self->lanes[s];
        self->unknown[i] = (uint8_t *)self->storage[2 * s + 1] + slots[s] * self->lanes[s];
        slots[s]++;
    }
}

static void
add_reg(policy_regs_t *to, size_t reg)
{
    to->regs[to->count++] = (uint32_t) reg;
}

static void
list_registers(policy_block_t *self, const bool *keep)
{
    const program_t *p = &self->policy->program;

    self->loads.regs = mem_new_array(uint32_t, p->count + 1);
    self->keeps.regs = mem_new_array(uint32_t, p->count + 1);
    self->kept = mem_new_array(policy_register_t, p->count + 1);
    for (size_t i = 0; i < p->count; i++) {
        if (program_op_is_load((op_t) p->code[i].op) && is_placed(self, i))
            add_reg(&self->loads, i);
        if (keep[i])
            add_reg(&self->keeps, i);
    }
}

void
policy_block_init_for(policy_block_t *self, const policy_t *policy, const policy_world_t *world, int32_t day, bool every_register,
                      const bool *keep)
{
    policy_span_t *spans = mem_new_array(policy_span_t, policy->fact_count + 1);

    *self = (policy_block_t){
        .policy = policy, .world = world, .day = day, .every_register = every_register, .spans = spans};
    policy_months_init(&self->months, day);
    for (size_t i = 0; i < policy->fact_count; i++) {
        if (policy->facts[i]->fact.window == NULL)
            continue;
        policy_window_span(policy->facts[i]->fact.window, day, &spans[i]);
        spans[i].months = &self->months;
    }
    self->value = mem_new_array(int64_t *, policy->program.count + 1);
    self->unknown = mem_new_array(uint8_t *, policy->program.count + 1);
    self->supporters.read = program_reads_supporters(&policy->program, every_register || keep != policy->program.keep);
    if (!every_register)
        self->plan = policy_plan_new(policy, day, keep);
    list_registers(self, keep);
    policy_block_find_targets(self);
}

void
policy_block_init(policy_block_t *self, const policy_t *policy, const policy_world_t *world, int32_t day, bool every_register)
{
    policy_block_init_for(self, policy, world, day, every_register, policy->program.keep);
}

static void
make_room(policy_block_t *self, size_t members)
{
    if (self->households <= self->lanes[SCOPE_HOUSEHOLD] && members <= self->lanes[SCOPE_MEMBER] &&
        self->supporters.count <= self->lanes[SCOPE_SUPPORTER])
        return;
    if (self->supporters.count > self->lanes[SCOPE_SUPPORTER])
        self->lanes[SCOPE_SUPPORTER] = self->supporters.count;
    if (self->households > self->lanes[SCOPE_HOUSEHOLD])
        self->lanes[SCOPE_HOUSEHOLD] = self->households;
    if (members > self->lanes[SCOPE_MEMBER])
        self->lanes[SCOPE_MEMBER] = members;
    mem_free(self->first);
    mem_free(self->home);
    mem_free(self->newest);
    for (size_t s = 0; s < COUNT_OF(self->holds); s++) {
        mem_free(self->holds[s]);
        self->holds[s] = mem_new_array(uint64_t, self->lanes[s] + 1);
    }
    self->first = mem_new_array(uint32_t, self->lanes[SCOPE_HOUSEHOLD] + 1);
    self->home = mem_new_array(uint32_t, self->lanes[SCOPE_MEMBER] + 1);
    self->newest = mem_alloc(self->rows * policy_block_widest(self) + 1, sizeof(const fact_t *));
    place_registers(self);
}

void
policy_block_set(policy_block_t *self, const dossier_t *const *dossiers, size_t n)
{
    size_t members = 0;

    self->dossiers = dossiers;
    self->assessed = self->households = n;
    if (self->supporters.read)
        policy_block_add_homes(self);
    for (size_t h = 0; h < self->households; h++)
        members += self->dossiers[h]->member_count;
    make_room(self, members);
    self->members = 0;
    self->most_members = 0;
    for (size_t h = 0; h < self->households; h++) {
        if (self->dossiers[h]->member_count > self->most_members)
            self->most_members = (uint32_t) self->dossiers[h]->member_count;
        self->first[h] = (uint32_t) self->members;
        for (size_t m = 0; m < self->dossiers[h]->member_count; m++)
            self->home[self->members++] = (uint32_t) h;
    }
    self->first[self->households] = (uint32_t) self->members;
    if (self->supporters.read)
        policy_block_place_supporters(self);
}

void
policy_block_done(policy_block_t *self)
{
    for (size_t i = 0; i < COUNT_OF(self->storage); i++)
        mem_free(self->storage[i]);
    mem_free(self->value);
    mem_free(self->unknown);
    mem_free(self->loads.regs);
    mem_free(self->keeps.regs);
    mem_free(self->kept);
    mem_free(self->first);
    mem_free(self->home);
    mem_free(self->months.code);
    policy_block_done_targets(self);
    mem_free(self->newest);
    for (size_t s = 0; s < COUNT_OF(self->holds); s++)
        mem_free(self->holds[s]);
    mem_free(self->spans);
    policy_plan_destroy(&self->plan);
    policy_block_done_supporters(self);
    *self = (policy_block_t){0};
}

/* ---- instructions ------------------------------------------------------------------------------------------------ */

static void
run_constant(const policy_lanes_t *l)
{
    for (size_t i = 0; i < l->n; i++)
        l->v[i] = l->instr->imm;
    memset(l->u, 0, l->n);
}

static void
run_param(const policy_block_t *b, const policy_lanes_t *l)
{
    const policy_param_t *param = &b->policy->defs[l->instr->imm]->param;
    const policy_value_t *value = policy_value_on(param, b->day);

    for (size_t i = 0; i < l->n; i++) {
        int64_t key = l->av != NULL ? l->av[i] : 0, key2 = l->bv != NULL ? l->bv[i] : 0;

        l->v[i] = 0;
        l->u[i] = 1;
        if ((l->au != NULL && l->au[i]) || (l->bu != NULL && l->bu[i]))
            continue;
        for (size_t k = 0; value != NULL && l->u[i] && k < value->cell_count; k++) {
            if (policy_cell_holds(&value->cells[k], key, key2)) {
                l->v[i] = value->cells[k].value;
                l->u[i] = 0;
            }
        }
    }
}

static void
run_spread(const policy_block_t *b, const policy_lanes_t *l)
{
    if (l->instr->scope == SCOPE_SUPPORTER) {
        policy_block_gather(b, l);
        return;
    }
    for (size_t i = 0; i < l->n; i++) {
        l->v[i] = l->av[b->home[i]];
        l->u[i] = l->au[b->home[i]];
    }
}

/* Arithmetic that can overflow. */
static void
run_arithmetic(const policy_lanes_t *l)
{
    int op = l->instr->op;

    for (size_t i = 0; i < l->n; i++) {
        int64_t r = 0;
        bool ok;

        switch (op) {
        case OP_ADD:
            ok = num_add_i64(l->av[i], l->bv[i], &r);
            break;
        case OP_SUB:
            ok = !__builtin_sub_overflow(l->av[i], l->bv[i], &r);
            break;
        case OP_MUL:
            ok = num_mul_i64(l->av[i], l->bv[i], &r);
            break;
        default:
            ok = num_mul_i64(l->av[i], l->instr->imm, &r);
            break;
        }
        l->u[i] = (uint8_t) (l->au[i] | (l->bu != NULL ? l->bu[i] : 0) | !ok);
        l->v[i] = l->u[i] ? 0 : r;
    }
}

/* num / den to a whole multiple, den > 0.  No overflow: |quotient| ≤ |num|, save the last product. */
static bool
round_one(int64_t num, int64_t den, int64_t to, round_mode_t mode, int64_t *ret)
{
    int64_t q = num / den, rest = num % den;

    if (rest < 0) {
        rest += den;
        q--; /* q is the floor now */
    }
    if (mode == ROUND_UP && rest > 0)
        q++;
    if (mode == ROUND_HALF_UP && rest >= den - rest)
        q++;
    return num_mul_i64(q, to, ret);
}

static void
run_round(const policy_lanes_t *l)
{
    int64_t constant = 0;
    bool fits = num_mul_i64(l->instr->imm, l->instr->to, &constant);

    for (size_t i = 0; i < l->n; i++) {
        int64_t den = constant, r = 0;
        bool ok = fits && !l->au[i] && (l->bu == NULL || !l->bu[i]);

        if (ok && l->bv != NULL)
            ok = num_mul_i64(l->bv[i], constant, &den) && den > 0;
        ok = ok && round_one(l->av[i], den, l->instr->to, (round_mode_t) l->instr->mode, &r);
        l->v[i] = ok ? r : 0;
        l->u[i] = !ok;
    }
}

static void
run_pick(const policy_lanes_t *l)
{
    bool min = l->instr->op == OP_MIN;

    for (size_t i = 0; i < l->n; i++) {
        l->u[i] = l->au[i] | l->bu[i];
        l->v[i] = l->u[i] ? 0 : (l->av[i] < l->bv[i]) == min ? l->av[i] : l->bv[i];
    }
}

static void
run_compare(const policy_lanes_t *l)
{
    for (size_t i = 0; i < l->n; i++) {
        int64_t a = l->av[i], b = l->bv != NULL ? l->bv[i] : l->instr->imm;
        bool r = l->instr->op == OP_LT ? a < b : l->instr->op == OP_LE ? a <= b : a == b;

        l->u[i] = (uint8_t) (l->au[i] | (l->bu != NULL ? l->bu[i] : 0));
        l->v[i] = !l->u[i] && r;
    }
}

/* Where it is not known, a flag's value is 0. */
static void
run_logic(const policy_lanes_t *l)
{
    bool all = l->instr->op == OP_AND;

    for (size_t i = 0; i < l->n; i++) {
        bool a_decides = !l->au[i] && (l->av[i] != 0) != all, b_decides = !l->bu[i] && (l->bv[i] != 0) != all;

        l->u[i] = !a_decides && !b_decides && (l->au[i] | l->bu[i]);
        l->v[i] = !l->u[i] && ((a_decides || b_decides) != all);
    }
}

static void
run_unary(const policy_lanes_t *l)
{
    for (size_t i = 0; i < l->n; i++) {
        l->u[i] = l->au[i];
        if (l->instr->op == OP_NOT)
            l->v[i] = !l->u[i] && l->av[i] == 0;
        else if (l->instr->op == OP_POSITIVE) {
            l->u[i] = (uint8_t) (l->au[i] | (l->av[i] <= 0));
            l->v[i] = l->u[i] ? 0 : l->av[i];
        } else if (l->instr->op == OP_NEEDS) {
            l->u[i] = (uint8_t) (l->au[i] | l->bu[i] | (l->bv[i] == 0));
            l->v[i] = l->u[i] ? 0 : l->av[i];
        } else {
            l->v[i] = l->av[i];
        }
    }
}

static void
run_after(const policy_block_t *b, const policy_lanes_t *l)
{
    bool counts = b->day > l->instr->imm;

    for (size_t i = 0; i < l->n; i++) {
        l->v[i] = counts ? l->av[i] : 0;
        l->u[i] = counts ? l->au[i] : 0;
    }
}

static void
run_select(const policy_lanes_t *l)
{
    for (size_t i = 0; i < l->n; i++) {
        bool first = l->av[i] != 0;

        l->u[i] = (uint8_t) (l->au[i] | (first ? l->bu[i] : l->cu[i]));
        l->v[i] = l->u[i] ? 0 : first ? l->bv[i] : l->cv[i];
    }
}

/* Member → household, or supporter → member.  `a` is the value (not for a count), `b` says who is meant. */
static void
fold_member(const policy_lanes_t *l, size_t h, size_t m)
{
    bool maybe = l->bu[m], in = l->bv[m] != 0;
    int op = l->instr->op;

    if (!maybe && !in)
        return;
    switch (op) {
    case OP_COUNT:
        l->v[h] += in;
        l->u[h] |= (uint8_t) maybe;
        break;
    case OP_SUM:
        l->u[h] |= (uint8_t) (maybe | l->au[m]);
        if (!num_add_i64(l->v[h], l->av[m], &l->v[h]))
            l->u[h] = 1;
        break;
    default: /* any: a yes decides; every: a no decides; 2 in u marks a decision */
        if (!maybe && !l->au[m] && (l->av[m] != 0) == (l->instr->op == OP_ANY))
            l->u[h] |= 2;
        else if (l->au[m] || (maybe && (l->av[m] != 0) == (l->instr->op == OP_ANY)))
            l->u[h] |= 1;
        break;
    }
}

static void
run_fold(const policy_block_t *b, const policy_lanes_t *l)
{
    bool any = l->instr->op == OP_ANY, every = l->instr->op == OP_EVERY;
    const uint32_t *first = l->instr->scope == SCOPE_MEMBER ? b->supporters.first : b->first;

    memset(l->v, 0, l->n * sizeof(int64_t));
    memset(l->u, 0, l->n);
    for (size_t h = 0; h < l->n; h++) {
        for (size_t m = first[h]; m < first[h + 1]; m++)
            fold_member(l, h, m);
        if (any || every) {
            bool decided = (l->u[h] & 2) != 0;

            l->u[h] = !decided && l->u[h] != 0;
            l->v[h] = !l->u[h] && decided == any;
        } else if (l->u[h]) {
            l->v[h] = 0;
        }
    }
}

void
policy_block_run_one(const policy_block_t *b, const policy_lanes_t *l)
{
    switch ((op_t) l->instr->op) {
    case OP_LOAD_TOTAL:
    case OP_LOAD_MONTHS:
    case OP_LOAD_HAS:
    case OP_LOAD_VALUE:
    case OP_LOAD_CODE:
    case OP_LOAD_EVER:
    case OP_LOAD_BUILTIN:
        break;
    case OP_CONST:
        run_constant(l);
        break;
    case OP_PARAM:
        run_param(b, l);
        break;
    case OP_SPREAD:
        run_spread(b, l);
        break;
    case OP_GATHER:
        policy_block_gather(b, l);
        break;
    case OP_ADD:
    case OP_SUB:
    case OP_MUL:
    case OP_SCALE:
        run_arithmetic(l);
        break;
    case OP_ROUND:
        run_round(l);
        break;
    case OP_MIN:
    case OP_MAX:
        run_pick(l);
        break;
    case OP_LT:
    case OP_LE:
    case OP_EQ:
    case OP_EQ_IMM:
        run_compare(l);
        break;
    case OP_AND:
    case OP_OR:
        run_logic(l);
        break;
    case OP_NOT:
    case OP_POSITIVE:
    case OP_NEEDS:
        run_unary(l);
        break;
    case OP_READ:
        policy_block_read(b, l);
        break;
    case OP_DATE_ADD:
        policy_block_date_add(l);
        break;
    case OP_DATE_PART:
        policy_block_date_part(l);
        break;
    case OP_AFTER:
        run_after(b, l);
        break;
    case OP_SELECT:
        run_select(l);
        break;
    case OP_SUM:
    case OP_COUNT:
    case OP_ANY:
    case OP_EVERY:
        run_fold(b, l);
        break;
    case OP_GRACE_MONTH:
        policy_block_grace_month(b, l);
        break;
    case OP_COUNT_:
        break;
    }
}

/* Every register, in the order of the program. */
static void
run_every(policy_block_t *self)
{
    const program_t *p = &self->policy->program;

    for (size_t i = 0; i < p->count; i++) {
        const instr_t *instr = &p->code[i];
        policy_lanes_t l = {.instr = instr,
                            .n = policy_block_lanes(self, (scope_t) instr->scope),
                            .v = self->value[i],
                            .u = self->unknown[i]};

        if (instr->a >= 0) {
            l.av = self->value[instr->a];
            l.au = self->unknown[instr->a];
        }
        if (instr->b >= 0) {
            l.bv = self->value[instr->b];
            l.bu = self->unknown[instr->b];
        }
        if (instr->c >= 0) {
            l.cv = self->value[instr->c];
            l.cu = self->unknown[instr->c];
        }
        policy_block_run_one(self, &l);
    }
}

/* Where what is read afterwards stands now. */
static void
find_kept(policy_block_t *self)
{
    for (size_t i = 0; i < self->keeps.count; i++) {
        uint32_t reg = self->keeps.regs[i];

        if (self->value[reg] != NULL)
            self->kept[reg] = (policy_register_t){ .numbers = self->value[reg], .unknown = self->unknown[reg], .known = true };
        else
            policy_plan_result(self->plan, reg, &self->kept[reg]);
    }
}

void
policy_block_run(policy_block_t *self)
{
    policy_block_load(self);
    if (self->every_register) {
        run_every(self);
    } else {
        for (size_t i = 0; i < self->loads.count; i++) {
            uint32_t reg = self->loads.regs[i];

            policy_plan_input(self->plan, reg, self->value[reg], NULL, self->unknown[reg]);
        }
        REQUIRE(policy_plan_run(self->plan, self, self->most_members)); /* marks of a load are 0 or 1 */
    }
    find_kept(self);
}
