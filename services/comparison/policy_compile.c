/* SPDX-License-Identifier: Apache-2.0 */
#include "base/num.h"
#include "domain/date.h"
#include "policy_expr.h"
#include "policy_model.h"
#include <string.h>

/* Trees become a flat program.  A quantity is a fraction num / (den × scale): nothing is rounded until the policy says
 * so, and comparisons multiply crosswise.  Equal instructions are emitted once. */

typedef struct {
    policy_t *policy;
    policy_problems_t *problems;
    const policy_formula_t *formula;
    bool failed;
} compiler_t;

static operand_t compile(compiler_t *c, expr_t *e, scope_t scope);
static operand_t compile_def(compiler_t *c, policy_def_t *def);

static int32_t
emit(compiler_t *c, op_t op, scope_t scope, int32_t a, int32_t b, int64_t imm)
{
    return program_emit(&c->policy->program,
                        (instr_t){ .op = (uint8_t) op, .scope = (uint8_t) scope, .a = a, .b = b, .c = -1, .imm = imm });
}

static operand_t
in_register(int32_t reg)
{
    return (operand_t){ .num = reg, .den = OPERAND_NONE, .scale = 1 };
}

static operand_t
give_up(compiler_t *c, const expr_t *e, const char *why)
{
    if (!c->failed)
        policy_problem_at(c->problems, c->formula->source, c->formula->node, e->at, "%s", why);
    c->failed = true;
    return in_register(emit(c, OP_CONST, SCOPE_HOUSEHOLD, -1, -1, 0));
}

static const char too_fine[] = "the numbers of this formula are too fine to be computed exactly: round a part of it";

static int64_t
gcd(int64_t a, int64_t b)
{
    while (b != 0) {
        int64_t rest = a % b;

        a = b;
        b = rest;
    }
    return a < 0 ? -a : a;
}

static operand_t
reduce(operand_t v)
{
    if (v.num == OPERAND_LITERAL && v.literal != 0) {
        int64_t g = gcd(v.literal, v.scale);

        v.literal /= g;
        v.scale /= g;
    }
    return v;
}

/* ---- fractions --------------------------------------------------------------------------------------------------- */

static int32_t
number_register(compiler_t *c, operand_t v, scope_t scope)
{
    return v.num == OPERAND_LITERAL ? emit(c, OP_CONST, scope, -1, -1, v.literal) : v.num;
}

/* num × factor, where the factor is a constant. */
static operand_t
scaled(compiler_t *c, const expr_t *e, operand_t v, int64_t factor, scope_t scope)
{
    if (factor == 1)
        return v;
    if (v.num == OPERAND_LITERAL) {
        if (!num_mul_i64(v.literal, factor, &v.literal))
            return give_up(c, e, too_fine);
        return v;
    }
    v.num = emit(c, OP_SCALE, scope, v.num, -1, factor);
    return v;
}

/* Brings two fractions to one denominator. */
static void
align(compiler_t *c, const expr_t *e, operand_t *a, operand_t *b, scope_t scope)
{
    int64_t g = gcd(a->scale, b->scale), common;

    if (!num_mul_i64(a->scale / g, b->scale, &common)) {
        (void) give_up(c, e, too_fine);
        return;
    }
    *a = scaled(c, e, *a, common / a->scale, scope);
    *b = scaled(c, e, *b, common / b->scale, scope);
    a->scale = b->scale = common;
    if (a->den == b->den)
        return;
    int32_t da = a->den, db = b->den;

    if (db != OPERAND_NONE)
        a->num = emit(c, OP_MUL, scope, number_register(c, *a, scope), db, 0);
    if (da != OPERAND_NONE)
        b->num = emit(c, OP_MUL, scope, number_register(c, *b, scope), da, 0);
    a->den = b->den = da == OPERAND_NONE ? db : db == OPERAND_NONE ? da : emit(c, OP_MUL, scope, da, db, 0);
}

static operand_t
pair(compiler_t *c, const expr_t *e, op_t op, operand_t a, operand_t b, scope_t scope)
{
    align(c, e, &a, &b, scope);
    a.num = emit(c, op, scope, number_register(c, a, scope), number_register(c, b, scope), 0);
    return a;
}

static operand_t
multiply(compiler_t *c, const expr_t *e, operand_t a, operand_t b, scope_t scope)
{
    operand_t r = { .den = OPERAND_NONE, .scale = 1 };
    int64_t g;

    if (b.num != OPERAND_LITERAL && a.num == OPERAND_LITERAL) {
        operand_t swap = a;

        a = b;
        b = swap;
    }
    b = reduce(b);
    if (b.num == OPERAND_LITERAL) {
        g = gcd(b.literal, a.scale);
        if (g > 1) {
            b.literal /= g;
            a.scale /= g;
        }
        r = scaled(c, e, a, b.literal, scope);
    } else {
        r.num = emit(c, OP_MUL, scope, a.num, b.num, 0);
        r.den = a.den == OPERAND_NONE ? b.den : b.den == OPERAND_NONE ? a.den : emit(c, OP_MUL, scope, a.den, b.den, 0);
    }
    if (!num_mul_i64(a.scale, b.scale, &r.scale))
        return give_up(c, e, too_fine);
    return r;
}

static operand_t
divide(compiler_t *c, const expr_t *e, operand_t a, operand_t b, scope_t scope)
{
    operand_t inverse = { .num = OPERAND_LITERAL, .den = OPERAND_NONE, .literal = b.scale, .scale = 1 };
    operand_t r;

    if (b.num == OPERAND_LITERAL) {
        inverse.scale = b.literal;
        return multiply(c, e, a, reduce(inverse), scope);
    }
    r = multiply(c, e, a, inverse, scope);
    if (b.den != OPERAND_NONE)
        r.num = emit(c, OP_MUL, scope, number_register(c, r, scope), b.den, 0);
    b.num = emit(c, OP_POSITIVE, scope, b.num, -1, 0);
    r.den = r.den == OPERAND_NONE ? b.num : emit(c, OP_MUL, scope, r.den, b.num, 0);
    return r;
}

static operand_t
round_to(compiler_t *c, operand_t v, round_mode_t mode, int64_t to, scope_t scope)
{
    instr_t instr = { .op = OP_ROUND,
                      .scope = (uint8_t) scope,
                      .mode = (uint8_t) mode,
                      .a = number_register(c, v, scope),
                      .b = v.den,
                      .c = -1,
                      .imm = v.scale,
                      .to = to };

    if (v.den == OPERAND_NONE && v.scale == 1 && to == 1)
        return in_register(instr.a);
    return in_register(program_emit(&c->policy->program, instr));
}

/* ---- leaves ------------------------------------------------------------------------------------------------------ */

static operand_t
load(compiler_t *c, op_t op, const policy_fact_t *fact)
{
    scope_t scope = fact->of_household || op == OP_LOAD_EVER ? SCOPE_HOUSEHOLD : SCOPE_MEMBER;

    return in_register(emit(c, op, scope, -1, -1, (int64_t) fact->index));
}

/* A head is the sum of its kinds; one that is not counted until a day enters on the day after. */
static operand_t
compile_head(compiler_t *c, const policy_def_t *head)
{
    int32_t sum = -1;

    for (size_t i = 0; i < c->policy->fact_count; i++) {
        const policy_fact_t *fact = &c->policy->facts[i]->fact;
        int32_t total;

        if (fact->head != head || (fact->not_counted && fact->not_counted_until == DATE_OPEN))
            continue;
        total = load(c, OP_LOAD_TOTAL, fact).num;
        if (fact->not_counted)
            total = emit(c, OP_AFTER, SCOPE_MEMBER, total, -1, fact->not_counted_until);
        sum = sum < 0 ? total : emit(c, OP_ADD, SCOPE_MEMBER, sum, total, 0);
    }
    return in_register(sum >= 0 ? sum : emit(c, OP_CONST, SCOPE_MEMBER, -1, -1, 0));
}

static operand_t
compile_param(compiler_t *c, const policy_def_t *def)
{
    const policy_param_t *param = &def->param;
    int32_t key = -1;
    operand_t r;
    size_t index = 0;

    while (c->policy->defs[index] != def)
        index++;
    if (param->by == BY_AREA)
        key = emit(c, OP_LOAD_BUILTIN, SCOPE_HOUSEHOLD, -1, -1, BUILTIN_URBAN);
    if (param->by == BY_NUMBER) {
        /* The checker knows the definition; compiling it again only finds its register. */
        policy_def_t *by = policy_find(c->policy, param->by_name, strlen(param->by_name));

        key = round_to(c, compile_def(c, by), ROUND_DOWN, 1, def->scope).num;
    }
    r = in_register(emit(c, OP_PARAM, def->scope, key, -1, (int64_t) index));
    r.scale = param->scale;
    return r;
}

static operand_t
compile_derived(compiler_t *c, policy_def_t *def)
{
    const policy_formula_t *outer = c->formula;
    operand_t v;

    c->formula = &def->derived.formula;
    v = compile(c, def->derived.formula.tree, def->scope);
    if (def->derived.needs.text != NULL) {
        c->formula = &def->derived.needs;
        v.num = emit(c, OP_NEEDS, def->scope, number_register(c, v, def->scope),
                     compile(c, def->derived.needs.tree, def->scope).num, 0);
    }
    c->formula = outer;
    return v;
}

static operand_t
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
        def->value = load(c, OP_LOAD_TOTAL, &def->fact);
        break;
    case DEF_FACT_VALUE:
        def->value = load(c, OP_LOAD_VALUE, &def->fact_def->fact);
        break;
    case DEF_FACT_CODE:
        def->value = load(c, OP_LOAD_CODE, &def->fact_def->fact);
        break;
    case DEF_GROUP:
    case DEF_DERIVED:
        def->value = compile_derived(c, def);
        break;
    case DEF_BUILTIN:
        def->value = in_register(emit(c, OP_LOAD_BUILTIN, def->scope, -1, -1, (int64_t) def->builtin));
        break;
    case DEF_WINDOW:
    case DEF_CATEGORY:
        break;
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
        const policy_def_t *def = c->policy->facts[i];
        int32_t ever;

        if (pattern ? strncmp(def->name, e->name, len - 1) != 0 : strcmp(def->name, e->name) != 0)
            continue;
        ever = load(c, OP_LOAD_EVER, &def->fact).num;
        any = any < 0 ? ever : emit(c, OP_OR, SCOPE_HOUSEHOLD, any, ever, 0);
    }
    return in_register(any);
}

/* ---- operators --------------------------------------------------------------------------------------------------- */

static operand_t
compile_comparison(compiler_t *c, expr_t *e)
{
    scope_t scope = e->scope;
    operand_t a = compile(c, e->a, scope), b = compile(c, e->b, scope);
    int32_t den, x, y, r;
    op_t op = e->kind == EXPR_LT || e->kind == EXPR_GT   ? OP_LT
              : e->kind == EXPR_LE || e->kind == EXPR_GE ? OP_LE
                                                         : OP_EQ;
    bool swap = e->kind == EXPR_GT || e->kind == EXPR_GE;

    e->left = a;
    e->right = b;
    den = a.den == b.den ? a.den : OPERAND_NONE;
    align(c, e, &a, &b, scope);
    x = number_register(c, a, scope);
    y = number_register(c, b, scope);
    r = emit(c, op, scope, swap ? y : x, swap ? x : y, 0);
    /* A common divisor falls out of the comparison, but what it divides is still unknown where it is not positive. */
    if (den != OPERAND_NONE)
        r = emit(c, OP_NEEDS, scope, r, emit(c, OP_LE, scope, emit(c, OP_CONST, scope, -1, -1, 1), den, 0), 0);
    return in_register(e->kind == EXPR_NE ? emit(c, OP_NOT, scope, r, -1, 0) : r);
}

static operand_t
compile_is(compiler_t *c, expr_t *e)
{
    int32_t word = compile(c, e->a, e->scope).num, any = -1;

    for (size_t i = 0; i < e->word_count; i++) {
        int32_t one = emit(c, OP_EQ_IMM, e->scope, word, -1, e->word_values[i]);

        any = any < 0 ? one : emit(c, OP_OR, e->scope, any, one, 0);
    }
    return in_register(e->negated ? emit(c, OP_NOT, e->scope, any, -1, 0) : any);
}

static operand_t
compile_if(compiler_t *c, expr_t *e)
{
    operand_t a = compile(c, e->a, e->scope), x = compile(c, e->b, e->scope), y = compile(c, e->c, e->scope);
    instr_t instr = { .op = OP_SELECT, .scope = (uint8_t) e->scope, .a = a.num, .imm = 0 };

    align(c, e, &x, &y, e->scope);
    instr.b = number_register(c, x, e->scope);
    instr.c = number_register(c, y, e->scope);
    x.num = program_emit(&c->policy->program, instr);
    return x;
}

static operand_t
compile_aggregate(compiler_t *c, expr_t *e)
{
    static const op_t ops[] = {
        [EXPR_SUM] = OP_SUM, [EXPR_COUNT] = OP_COUNT, [EXPR_ANY] = OP_ANY, [EXPR_EVERY] = OP_EVERY
    };
    int32_t mask = compile_def(c, e->def).num;
    operand_t v = in_register(-1);

    if (e->b != NULL && (e->kind == EXPR_SUM || e->kind == EXPR_COUNT))
        mask = emit(c, OP_AND, SCOPE_MEMBER, mask, compile(c, e->b, SCOPE_MEMBER).num, 0);
    e->mask = mask;
    if (e->kind == EXPR_ANY || e->kind == EXPR_EVERY)
        v = compile(c, e->b, SCOPE_MEMBER);
    if (e->kind == EXPR_SUM) {
        v = compile(c, e->a, SCOPE_MEMBER);
        if (v.den != OPERAND_NONE)
            return give_up(c, e, "each member's value has a divisor of its own: round it before adding up");
        v.num = number_register(c, v, SCOPE_MEMBER);
    }
    v.num = emit(c, ops[e->kind], SCOPE_HOUSEHOLD, v.num, mask, 0);
    return v;
}

static operand_t
compile_operator(compiler_t *c, expr_t *e)
{
    operand_t a = compile(c, e->a, e->scope), b = e->b != NULL ? compile(c, e->b, e->scope) : in_register(-1);
    int kind = e->kind; /* one with parts */

    switch (kind) {
    case EXPR_NEGATE:
        return scaled(c, e, a, -1, e->scope);
    case EXPR_ADD:
        return pair(c, e, OP_ADD, a, b, e->scope);
    case EXPR_SUB:
        return pair(c, e, OP_SUB, a, b, e->scope);
    case EXPR_MIN:
        return pair(c, e, OP_MIN, a, b, e->scope);
    case EXPR_MAX:
        return pair(c, e, OP_MAX, a, b, e->scope);
    case EXPR_MUL:
        return multiply(c, e, a, b, e->scope);
    case EXPR_DIV:
        return divide(c, e, a, b, e->scope);
    case EXPR_ROUND:
        return round_to(c, a, (round_mode_t) e->mode, e->literal, e->scope);
    case EXPR_AND:
        return in_register(emit(c, OP_AND, e->scope, a.num, b.num, 0));
    case EXPR_OR:
        return in_register(emit(c, OP_OR, e->scope, a.num, b.num, 0));
    default:
        return in_register(emit(c, OP_NOT, e->scope, a.num, -1, 0));
    }
}

/* In the expression's own scope. */
static operand_t
compile_here(compiler_t *c, expr_t *e)
{
    int kind = e->kind;

    switch (kind) {
    case EXPR_NUMBER:
    case EXPR_DATE:
        return reduce(
            (operand_t){ .num = OPERAND_LITERAL, .den = OPERAND_NONE, .scale = e->scale, .literal = e->literal });
    case EXPR_NAME:
        return compile_def(c, e->def);
    case EXPR_HAS:
        return load(c, OP_LOAD_HAS, &e->def->fact);
    case EXPR_MONTHS:
        return load(c, OP_LOAD_MONTHS, &e->def->fact);
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

static operand_t
compile(compiler_t *c, expr_t *e, scope_t scope)
{
    operand_t v = e->value = compile_here(c, e);

    if (e->scope == SCOPE_HOUSEHOLD && scope == SCOPE_MEMBER && v.num != OPERAND_LITERAL) {
        v.num = emit(c, OP_SPREAD, SCOPE_MEMBER, v.num, -1, 0);
        if (v.den != OPERAND_NONE)
            v.den = emit(c, OP_SPREAD, SCOPE_MEMBER, v.den, -1, 0);
    }
    return v;
}

/* ---- categories -------------------------------------------------------------------------------------------------- */

static int32_t
both(compiler_t *c, scope_t scope, int32_t a, int32_t b)
{
    return a < 0 ? b : emit(c, OP_AND, scope, a, b, 0);
}

/* The same comparison with the line moved outwards by the ratio: what one who is enrolled must pass. */
static operand_t
compile_keeps(compiler_t *c, policy_condition_t *condition, scope_t scope)
{
    expr_t *e = condition->that.tree;
    expr_t wider = *e, product = { .kind = EXPR_MUL, .scale = 1, .mask = -1, .at = e->at, .scope = e->scope };
    expr_t one = { .kind = EXPR_NUMBER, .literal = 1, .scale = 1 }, factor = product;
    bool below = e->kind == EXPR_LT || e->kind == EXPR_LE;
    operand_t keeps;

    if (condition->hysteresis.text == NULL)
        return condition->yes;
    factor.kind = below ? EXPR_ADD : EXPR_SUB;
    factor.a = &one;
    factor.b = condition->hysteresis.tree;
    factor.scope = condition->hysteresis.tree->scope;
    product.a = e->b;
    product.b = &factor;
    product.scope = e->b->scope == SCOPE_MEMBER || factor.scope == SCOPE_MEMBER ? SCOPE_MEMBER : SCOPE_HOUSEHOLD;
    wider.b = &product;
    wider.scope = product.scope == SCOPE_MEMBER ? SCOPE_MEMBER : e->scope;
    keeps = compile(c, &wider, scope);
    condition->keeps_line = wider.right;
    return keeps;
}

/* Value and line of the deciding comparison in whole fen, so that “value < line” says what the exact comparison says.
 */
static void
compile_decider(compiler_t *c, policy_category_t *category, scope_t scope)
{
    const expr_t *e;
    operand_t value, line;

    category->value_reg = category->line_reg = -1;
    if (category->decider == NULL)
        return;
    e = category->decider->decider;
    value = round_to(c, e->left, ROUND_HALF_UP, 1, e->scope);
    line = round_to(c, e->right, e->kind == EXPR_LT || e->kind == EXPR_GE ? ROUND_UP : ROUND_DOWN, 1, e->scope);
    if (e->scope != scope) {
        value.num = emit(c, OP_SPREAD, scope, value.num, -1, 0);
        line.num = emit(c, OP_SPREAD, scope, line.num, -1, 0);
    }
    category->value_reg = value.num;
    category->line_reg = line.num;
}

static void
compile_amount(compiler_t *c, policy_def_t *def, int32_t needs)
{
    policy_category_t *category = &def->category;
    operand_t v;

    category->amount_reg = -1;
    if (category->amount.text == NULL)
        return;
    c->formula = &category->amount;
    v = compile(c, category->amount.tree, def->scope);
    if (v.den != OPERAND_NONE || v.scale != 1)
        (void) give_up(c, category->amount.tree,
                       "an amount is whole fen: say how it is rounded, such as “rounded up to yuan”");
    category->amount_reg = number_register(c, v, def->scope);
    if (needs >= 0)
        category->amount_reg = emit(c, OP_NEEDS, def->scope, category->amount_reg, needs, 0);
}

static void
compile_category(compiler_t *c, policy_def_t *def)
{
    policy_category_t *category = &def->category;
    scope_t scope = def->scope;
    int32_t yes = -1, keeps = -1, needs = -1;

    for (size_t i = 0; i < category->when_count; i++) {
        policy_condition_t *condition = &category->when[i];

        c->formula = &condition->that;
        condition->yes = compile(c, condition->that.tree, scope);
        condition->keeps = compile_keeps(c, condition, scope);
        yes = both(c, scope, yes, condition->yes.num);
        keeps = both(c, scope, keeps, condition->keeps.num);
    }
    for (size_t i = 0; i < category->after_count; i++)
        yes = both(c, scope, yes, emit(c, OP_NOT, scope, category->after[i]->category.qualifies, -1, 0));
    for (size_t i = 0; i < category->need_count; i++) {
        c->formula = &category->needs[i];
        category->need_regs[i] = compile(c, category->needs[i].tree, scope);
        needs = both(c, scope, needs, category->need_regs[i].num);
    }
    category->qualifies = needs < 0 ? yes : emit(c, OP_NEEDS, scope, yes, needs, 0);
    category->keeps = needs < 0 ? keeps : emit(c, OP_NEEDS, scope, keeps, needs, 0);
    compile_amount(c, def, needs);
    compile_decider(c, category, scope);
}

void
policy_compile(policy_t *self, policy_problems_t *problems)
{
    compiler_t c = { .policy = self, .problems = problems };

    /* What no category uses is compiled, too: an explanation shows it, and a mistake in it is found. */
    for (size_t i = 0; i < self->def_count; i++)
        if (self->defs[i]->kind != DEF_FACT || self->defs[i]->fact.has_unit)
            (void) compile_def(&c, self->defs[i]);
    for (size_t i = 0; i < self->category_count; i++)
        compile_category(&c, self->categories[i]);
    if (c.failed)
        return;
    for (size_t i = 0; i < self->category_count; i++) {
        const policy_category_t *category = &self->categories[i]->category;

        program_keep(&self->program, category->qualifies);
        program_keep(&self->program, category->keeps);
        program_keep(&self->program, category->amount_reg);
        program_keep(&self->program, category->line_reg);
        program_keep(&self->program, category->value_reg);
    }
    program_keep(&self->program, self->counted->value.num);
    program_assign_slots(&self->program);
}
