/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_compile.h"
#include "domain/date.h"
#include <string.h>

/* Trees become a flat program: leaves are loads and parameters, operators are instructions over whole columns. */

/* ---- leaves ------------------------------------------------------------------------------------------------------ */

static int32_t narrow(compiler_t *c, int32_t reg, scope_t scope);

/* What the first pass over the facts cannot say: from a date on, each up to an amount, of places, the newest or the
 * extreme of several. */
static bool
needs_reading(const policy_fact_t *fact, policy_read_t what)
{
    if (what == READ_EVER || fact->holder == HOLDER_PLACE)
        return fact->holder == HOLDER_PLACE;
    return what == READ_START || what == READ_END || fact->since != NULL || fact->cap != NULL || fact->every_month ||
           fact->accumulate == ACCUMULATE_LOWEST || fact->accumulate == ACCUMULATE_HIGHEST ||
           (what == READ_TOTAL && fact->accumulate == ACCUMULATE_LATEST && fact->scale > 0);
}

/* A register in whole numbers of the fact's own scope. */
static int32_t
operand_register(compiler_t *c, policy_def_t *def, scope_t scope)
{
    operand_t v = compile_def(c, def);
    int32_t reg = compile_round_to(c, v, ROUND_DOWN, 1, def->scope).num;

    return narrow(c, reg, scope);
}

static operand_t
load(compiler_t *c, policy_read_t what, policy_fact_t *fact)
{
    static const op_t ops[] = {
        [READ_TOTAL] = OP_LOAD_TOTAL, [READ_MONTHS] = OP_LOAD_MONTHS, [READ_HAS] = OP_LOAD_HAS,
        [READ_VALUE] = OP_LOAD_VALUE, [READ_CODE] = OP_LOAD_CODE,     [READ_EVER] = OP_LOAD_EVER
    };
    instr_t instr = { .op = OP_READ, .mode = (uint8_t) what, .a = -1, .b = -1, .c = -1, .imm = (int64_t) fact->index };
    operand_t v = compile_in_register(-1);

    instr.scope = (uint8_t) (what == READ_EVER ? SCOPE_HOUSEHOLD : c->policy->facts[fact->index]->scope);
    if (!needs_reading(fact, what)) {
        instr.op = (uint8_t) ops[what];
        instr.mode = 0;
    } else if (what != READ_EVER) {
        if (fact->since != NULL)
            instr.a = fact->since_reg = operand_register(c, fact->since, (scope_t) instr.scope);
        if (fact->cap != NULL)
            instr.b = fact->cap_reg = operand_register(c, fact->cap, (scope_t) instr.scope);
    }
    v.num = program_emit(&c->policy->program, instr);
    if (fact->scale > 0 && (what == READ_TOTAL || what == READ_VALUE))
        v.scale = fact->scale;
    return v;
}

/* A head is the sum of its kinds; one that is not counted until a day enters on the day after. */
static operand_t
compile_head(compiler_t *c, const policy_def_t *head)
{
    int32_t sum = -1;

    for (size_t i = 0; i < c->policy->fact_count; i++) {
        policy_fact_t *fact = &c->policy->facts[i]->fact;
        int32_t total;

        if (!policy_fact_adds_to(fact, head) || (fact->not_counted && fact->not_counted_until == DATE_OPEN))
            continue;
        total = load(c, READ_TOTAL, fact).num;
        if (fact->not_counted)
            total = compile_emit(c, OP_AFTER, head->scope, total, -1, fact->not_counted_until);
        sum = sum < 0 ? total : compile_emit(c, OP_ADD, head->scope, sum, total, 0);
    }
    return compile_in_register(sum >= 0 ? sum : compile_emit(c, OP_CONST, head->scope, -1, -1, 0));
}

static int32_t
compile_key(compiler_t *c, const policy_key_t *key, scope_t scope)
{
    policy_builtin_t builtin = key->by == BY_AREA ? BUILTIN_URBAN : BUILTIN_REGION;
    scope_t own = SCOPE_HOUSEHOLD;
    int32_t reg;

    if (key->by == BY_NUMBER) {
        /* The checker knows the definition; compiling it again only finds its register. */
        policy_def_t *def = policy_find(c->policy, key->name, strlen(key->name));

        own = def->scope;
        reg = compile_round_to(c, compile_def(c, def), ROUND_DOWN, 1, own).num;
    } else {
        reg = compile_emit(c, OP_LOAD_BUILTIN, own, -1, -1, (int64_t) builtin);
    }
    return narrow(c, reg, scope);
}

static operand_t
compile_param(compiler_t *c, const policy_def_t *def)
{
    const policy_param_t *param = &def->param;
    int32_t keys[POLICY_KEYS_MAX] = { -1, -1 };
    operand_t r;
    size_t index = 0;

    while (c->policy->defs[index] != def)
        index++;
    for (size_t i = 0; i < param->key_count; i++)
        keys[i] = compile_key(c, &param->keys[i], def->scope);
    r = compile_in_register(compile_emit(c, OP_PARAM, def->scope, keys[0], keys[1], (int64_t) index));
    r.scale = param->scale;
    return r;
}

static operand_t
compile_derived(compiler_t *c, policy_def_t *def)
{
    const policy_formula_t *outer = c->formula;
    operand_t v;

    c->formula = &def->derived.formula;
    v = compile_expr(c, def->derived.formula.tree, def->scope);
    if (def->derived.needs.text != NULL) {
        c->formula = &def->derived.needs;
        v.num = compile_emit(c, OP_NEEDS, def->scope, compile_number_register(c, v, def->scope),
                             compile_expr(c, def->derived.needs.tree, def->scope).num, 0);
    }
    c->formula = outer;
    return v;
}

operand_t
compile_def(compiler_t *c, policy_def_t *def)
{
    if (def->compiled)
        return def->value;
    switch (def->kind) {
    case DEF_PARAMETER:
        def->value = compile_param(c, def);
        break;
    case DEF_HEAD:
        def->value = compile_head(c, def);
        break;
    case DEF_FACT:
        def->value = load(c, READ_TOTAL, &def->fact);
        break;
    case DEF_FACT_VALUE:
        def->value = load(c, READ_VALUE, &def->fact_def->fact);
        break;
    case DEF_FACT_CODE:
        def->value = load(c, READ_CODE, &def->fact_def->fact);
        break;
    case DEF_GROUP:
    case DEF_DERIVED:
        def->value = compile_derived(c, def);
        break;
    case DEF_BUILTIN:
        def->value = compile_in_register(
            program_emit(&c->policy->program, (instr_t){ .op = OP_LOAD_BUILTIN,
                                                         .scope = (uint8_t) def->scope,
                                                         .a = -1,
                                                         .b = -1,
                                                         .c = -1,
                                                         .imm = (int64_t) def->builtin,
                                                         .uniform = def->builtin == BUILTIN_TODAY }));
        break;
    case DEF_WINDOW:
    case DEF_OVERLAP:
        break;
    case DEF_CATEGORY: /* has its own turn */
        return def->value;
    }
    def->compiled = true;
    return def->value;
}

static operand_t
compile_record(compiler_t *c, const expr_t *e)
{
    size_t len = strlen(e->name);
    bool pattern = e->name[len - 1] == '*';
    int32_t any = -1;

    for (size_t i = 0; i < c->policy->fact_count; i++) {
        policy_def_t *def = c->policy->facts[i];
        int32_t ever;

        if (pattern ? strncmp(def->name, e->name, len - 1) != 0 : strcmp(def->name, e->name) != 0)
            continue;
        ever = load(c, READ_EVER, &def->fact).num;
        any = any < 0 ? ever : compile_emit(c, OP_OR, SCOPE_HOUSEHOLD, any, ever, 0);
    }
    return compile_in_register(any);
}

/* ---- operators --------------------------------------------------------------------------------------------------- */

/* today < d and d ≤ today change on d, today ≤ d and d < today on the day after. */
static void
watch_today(compiler_t *c, const expr_t *e, int32_t compare, int32_t date)
{
    bool first = expr_reads_today(e->a);
    bool on = first ? e->kind == EXPR_LT || e->kind == EXPR_GE : e->kind == EXPR_LE || e->kind == EXPR_GT;
    bool equal = e->kind == EXPR_EQ || e->kind == EXPR_NE;

    program_watch(&c->policy->program, compare, date,
                  (uint8_t) (equal ? WATCH_DAY | WATCH_DAY_AFTER
                             : on  ? WATCH_DAY
                                   : WATCH_DAY_AFTER));
}

static operand_t
compile_comparison(compiler_t *c, expr_t *e)
{
    scope_t scope = e->scope;
    operand_t a = compile_expr(c, e->a, scope), b = compile_expr(c, e->b, scope);
    int32_t den, x, y, r;
    op_t op = e->kind == EXPR_LT || e->kind == EXPR_GT   ? OP_LT
              : e->kind == EXPR_LE || e->kind == EXPR_GE ? OP_LE
                                                         : OP_EQ;
    bool swap = e->kind == EXPR_GT || e->kind == EXPR_GE;

    e->left = a;
    e->right = b;
    den = a.den == b.den ? a.den : OPERAND_NONE;
    compile_align(c, e, &a, &b, scope);
    x = compile_number_register(c, a, scope);
    y = compile_number_register(c, b, scope);
    r = compile_emit(c, op, scope, swap ? y : x, swap ? x : y, 0);
    if (e->a->unit.kind == UNIT_DATE && expr_reads_today(e->a) != expr_reads_today(e->b))
        watch_today(c, e, r, expr_reads_today(e->a) ? y : x);
    /* A common divisor falls out of the comparison, but what it divides is still unknown where it is not positive. */
    if (den != OPERAND_NONE)
        r = compile_emit(c, OP_NEEDS, scope, r,
                         compile_emit(c, OP_LE, scope, compile_emit(c, OP_CONST, scope, -1, -1, 1), den, 0), 0);
    return compile_in_register(e->kind == EXPR_NE ? compile_emit(c, OP_NOT, scope, r, -1, 0) : r);
}

static operand_t
compile_is(compiler_t *c, expr_t *e)
{
    int32_t word = compile_expr(c, e->a, e->scope).num, any = -1;

    for (size_t i = 0; i < e->word_count; i++) {
        int32_t one = compile_emit(c, OP_EQ_IMM, e->scope, word, -1, e->word_values[i]);

        any = any < 0 ? one : compile_emit(c, OP_OR, e->scope, any, one, 0);
    }
    return compile_in_register(e->negated ? compile_emit(c, OP_NOT, e->scope, any, -1, 0) : any);
}

static operand_t
compile_if(compiler_t *c, expr_t *e)
{
    operand_t a = compile_expr(c, e->a, e->scope), x = compile_expr(c, e->b, e->scope),
              y = compile_expr(c, e->c, e->scope);
    instr_t instr = { .op = OP_SELECT, .scope = (uint8_t) e->scope, .a = a.num, .imm = 0 };

    compile_align(c, e, &x, &y, e->scope);
    instr.b = compile_number_register(c, x, e->scope);
    instr.c = compile_number_register(c, y, e->scope);
    x.num = program_emit(&c->policy->program, instr);
    return x;
}

static operand_t
compile_aggregate(compiler_t *c, expr_t *e)
{
    static const op_t ops[] = {
        [EXPR_SUM] = OP_SUM, [EXPR_COUNT] = OP_COUNT, [EXPR_ANY] = OP_ANY, [EXPR_EVERY] = OP_EVERY
    };
    scope_t scope = e->def->scope; /* of those who are added up */
    int32_t mask = compile_def(c, e->def).num;
    operand_t v = compile_in_register(-1);

    if (e->b != NULL && (e->kind == EXPR_SUM || e->kind == EXPR_COUNT))
        mask = compile_emit(c, OP_AND, scope, mask, compile_expr(c, e->b, scope).num, 0);
    e->mask = mask;
    if (e->kind == EXPR_ANY || e->kind == EXPR_EVERY)
        v = compile_expr(c, e->b, scope);
    if (e->kind == EXPR_SUM) {
        v = compile_expr(c, e->a, scope);
        if (v.den != OPERAND_NONE)
            return compile_give_up(c, e, "each member's value has a divisor of its own: round it before adding up");
        v.num = compile_number_register(c, v, scope);
    }
    v.num = compile_emit(c, ops[e->kind], e->scope, v.num, mask, 0);
    return v;
}

/* A date some months or years later or earlier. */
static operand_t
compile_date_sum(compiler_t *c, const expr_t *e, operand_t day, operand_t v)
{
    int32_t months = (e->b->unit.year == 1 ? 12 : 1) * (e->kind == EXPR_SUB ? -1 : 1);

    return compile_in_register(
        program_emit(&c->policy->program, (instr_t){ .op = OP_DATE_ADD,
                                                     .scope = (uint8_t) e->scope,
                                                     .a = compile_number_register(c, day, e->scope),
                                                     .b = compile_number_register(c, v, e->scope),
                                                     .c = v.den,
                                                     .imm = v.scale,
                                                     .to = months }));
}

static operand_t
compile_date_part(compiler_t *c, const expr_t *e, operand_t day)
{
    date_part_t part = e->kind == EXPR_MONTH  ? DATE_PART_MONTH
                       : e->kind == EXPR_YEAR ? DATE_PART_YEAR
                                              : DATE_PART_MONTH_START;

    return compile_in_register(
        program_emit(&c->policy->program, (instr_t){ .op = OP_DATE_PART,
                                                     .scope = (uint8_t) e->scope,
                                                     .mode = (uint8_t) part,
                                                     .a = compile_number_register(c, day, e->scope),
                                                     .b = -1,
                                                     .c = -1 }));
}

static operand_t
compile_operator(compiler_t *c, expr_t *e)
{
    operand_t a = compile_expr(c, e->a, e->scope),
              b = e->b != NULL ? compile_expr(c, e->b, e->scope) : compile_in_register(-1);
    int kind = e->kind; /* one with parts */

    if ((kind == EXPR_ADD || kind == EXPR_SUB) && e->unit.kind == UNIT_DATE)
        return compile_date_sum(c, e, a, b);
    switch (kind) {
    case EXPR_MONTH:
    case EXPR_YEAR:
    case EXPR_MONTH_START:
        return compile_date_part(c, e, a);
    case EXPR_NEGATE:
        return compile_scaled(c, e, a, -1, e->scope);
    case EXPR_ADD:
        return compile_pair(c, e, OP_ADD, a, b, e->scope);
    case EXPR_SUB:
        return compile_pair(c, e, OP_SUB, a, b, e->scope);
    case EXPR_MIN:
        return compile_pair(c, e, OP_MIN, a, b, e->scope);
    case EXPR_MAX:
        return compile_pair(c, e, OP_MAX, a, b, e->scope);
    case EXPR_MUL:
        return compile_multiply(c, e, a, b, e->scope);
    case EXPR_DIV:
        return compile_divide(c, e, a, b, e->scope);
    case EXPR_ROUND:
        return compile_round_to(c, a, (round_mode_t) e->mode, e->literal, e->scope);
    case EXPR_AND:
        return compile_in_register(compile_emit(c, OP_AND, e->scope, a.num, b.num, 0));
    case EXPR_OR:
        return compile_in_register(compile_emit(c, OP_OR, e->scope, a.num, b.num, 0));
    default:
        return compile_in_register(compile_emit(c, OP_NOT, e->scope, a.num, -1, 0));
    }
}

/* ---- scopes ------------------------------------------------------------------------------------------------------ */

/* A register for those of a narrower scope.  A supporter's formula reads his own person and household, save what is the
 * same for all: that is known, too, where no household has him. */
static int32_t
narrow(compiler_t *c, int32_t reg, scope_t scope)
{
    const instr_t *instr = &c->policy->program.code[reg];
    scope_t from = (scope_t) instr->scope;

    if (from == scope)
        return reg;
    if (scope == SCOPE_MEMBER)
        return compile_emit(c, OP_SPREAD, scope, reg, -1, 0);
    return compile_emit(c, instr->uniform ? OP_SPREAD : OP_GATHER, scope, reg, -1, from);
}

/* The value of the one who is supported, for each of his supporters. */
static operand_t
of_supported(compiler_t *c, const expr_t *e, operand_t v)
{
    int32_t *regs[2] = { &v.num, &v.den };

    for (size_t i = 0; i < 2 && e->of_supported; i++)
        if (*regs[i] >= 0)
            *regs[i] =
                compile_emit(c, OP_SPREAD, SCOPE_SUPPORTER, *regs[i], -1, c->policy->program.code[*regs[i]].scope);
    return v;
}

/* In the expression's own scope. */
static operand_t
compile_here(compiler_t *c, expr_t *e)
{
    int kind = e->kind;

    switch (kind) {
    case EXPR_NUMBER:
    case EXPR_DATE:
        return compile_reduce(
            (operand_t){ .num = OPERAND_LITERAL, .den = OPERAND_NONE, .scale = e->scale, .literal = e->literal });
    case EXPR_NAME:
        if (e->def->kind == DEF_BUILTIN && e->def->builtin == BUILTIN_GRACE_MONTH)
            return compile_in_register(compile_emit(c, OP_GRACE_MONTH, e->scope, -1, -1, (int64_t) c->grace->index));
        return of_supported(c, e, compile_def(c, e->def));
    case EXPR_HAS:
        return of_supported(c, e, load(c, READ_HAS, &e->def->fact));
    case EXPR_MONTHS:
        return of_supported(c, e, load(c, READ_MONTHS, &e->def->fact));
    case EXPR_START:
        return of_supported(c, e, load(c, READ_START, &e->def->fact));
    case EXPR_END:
        return of_supported(c, e, load(c, READ_END, &e->def->fact));
    case EXPR_QUALIFIES:
        compile_category(c, e->def);
        return compile_in_register(e->def->category.qualifies);
    case EXPR_RECORD:
        return compile_record(c, e);
    case EXPR_IS:
        return compile_is(c, e);
    case EXPR_IF:
        return compile_if(c, e);
    case EXPR_LT:
    case EXPR_LE:
    case EXPR_EQ:
    case EXPR_NE:
    case EXPR_GE:
    case EXPR_GT:
        return compile_comparison(c, e);
    case EXPR_SUM:
    case EXPR_COUNT:
    case EXPR_ANY:
    case EXPR_EVERY:
        return compile_aggregate(c, e);
    default:
        return compile_operator(c, e);
    }
}

operand_t
compile_expr(compiler_t *c, expr_t *e, scope_t scope)
{
    operand_t v = e->value = compile_here(c, e);

    if (e->scope < scope && v.num != OPERAND_LITERAL) {
        v.num = narrow(c, v.num, scope);
        if (v.den != OPERAND_NONE)
            v.den = narrow(c, v.den, scope);
    }
    return v;
}

void
policy_compile(policy_t *self, policy_problems_t *problems)
{
    compiler_t c = { .policy = self, .problems = problems };

    /* What no category uses is compiled, too: an explanation shows it, and a mistake in it is found. */
    for (size_t i = 0; i < self->def_count; i++)
        if (self->defs[i]->kind == DEF_FACT ? self->defs[i]->fact.has_unit : !policy_is_built_in_group(self->defs[i]))
            (void) compile_def(&c, self->defs[i]);
    for (size_t i = 0; i < self->category_count; i++)
        compile_category(&c, self->categories[i]);
    compile_line(&c);
    if (c.failed)
        return;
    for (size_t i = 0; i < self->category_count; i++)
        compile_keep_category(&self->program, &self->categories[i]->category);
    program_keep(&self->program, self->counted->value.num);
    program_keep(&self->program, self->line_reg);
    program_mark_live(&self->program);
}
