/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_compile.h"

/* Categories: conditions, exclusions and order, hysteresis, the amount, and how far it is to the line. */

static int32_t
both(compiler_t *c, scope_t scope, int32_t a, int32_t b)
{
    return a < 0 ? b : compile_emit(c, OP_AND, scope, a, b, 0);
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
    keeps = compile_expr(c, &wider, scope);
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
    value = compile_round_to(c, e->left, ROUND_HALF_UP, 1, e->scope);
    line = compile_round_to(c, e->right, e->kind == EXPR_LT || e->kind == EXPR_GE ? ROUND_UP : ROUND_DOWN, 1, e->scope);
    if (e->scope != scope) {
        value.num = compile_emit(c, OP_SPREAD, scope, value.num, -1, 0);
        line.num = compile_emit(c, OP_SPREAD, scope, line.num, -1, 0);
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
    v = compile_expr(c, category->amount.tree, def->scope);
    if (v.den != OPERAND_NONE || v.scale != 1)
        (void) compile_give_up(c, category->amount.tree,
                               "an amount is whole fen: say how it is rounded, such as “rounded up to yuan”");
    category->amount_reg = compile_number_register(c, v, def->scope);
    if (needs >= 0)
        category->amount_reg = compile_emit(c, OP_NEEDS, def->scope, category->amount_reg, needs, 0);
}

/* The registers of a term: whole months, the condition and the amount. */
static void
compile_term(compiler_t *c, const policy_def_t *def, policy_term_t *term)
{
    operand_t v;

    term->months_reg = term->when_reg = term->amount_reg = -1;
    if (term->months.text == NULL)
        return;
    c->formula = &term->months;
    v = compile_round_to(c, compile_expr(c, term->months.tree, def->scope), ROUND_DOWN, 1, def->scope);
    term->months_reg = compile_number_register(c, v, def->scope);
    if (term->when.text != NULL) {
        c->formula = &term->when;
        term->when_reg = compile_number_register(c, compile_expr(c, term->when.tree, def->scope), def->scope);
    }
    if (term->amount.text == NULL)
        return;
    c->formula = &term->amount;
    c->grace = def;
    v = compile_expr(c, term->amount.tree, def->scope);
    c->grace = NULL;
    if (v.den != OPERAND_NONE || v.scale != 1)
        (void) compile_give_up(c, term->amount.tree,
                               "an amount is whole fen: say how it is rounded, such as “rounded up to yuan”");
    term->amount_reg = compile_number_register(c, v, def->scope);
}

/* Points are whole. */
static int32_t
compile_points(compiler_t *c, const policy_formula_t *formula, scope_t scope)
{
    operand_t v;

    if (formula->text == NULL)
        return -1;
    c->formula = formula;
    v = compile_round_to(c, compile_expr(c, formula->tree, scope), ROUND_DOWN, 1, scope);
    return compile_number_register(c, v, scope);
}

void
compile_category(compiler_t *c, policy_def_t *def)
{
    policy_category_t *category = &def->category;
    const policy_formula_t *outer = c->formula;
    scope_t scope = def->scope;
    int32_t yes = -1, keeps = -1, needs = -1;

    if (def->compiled)
        return;
    def->compiled = true;
    for (size_t i = 0; i < category->when_count; i++) {
        policy_condition_t *condition = &category->when[i];

        c->formula = &condition->that;
        condition->yes = compile_expr(c, condition->that.tree, scope);
        condition->keeps = compile_keeps(c, condition, scope);
        yes = both(c, scope, yes, condition->yes.num);
        keeps = both(c, scope, keeps, condition->keeps.num);
    }
    for (size_t i = 0; i < category->after_count; i++) {
        compile_category(c, category->after[i]); /* a value that asks for this category comes before all categories */
        yes = both(c, scope, yes, compile_emit(c, OP_NOT, scope, category->after[i]->category.qualifies, -1, 0));
    }
    for (size_t i = 0; i < category->need_count; i++) {
        c->formula = &category->needs[i];
        category->need_regs[i] = compile_expr(c, category->needs[i].tree, scope);
        needs = both(c, scope, needs, category->need_regs[i].num);
    }
    category->qualifies = needs < 0 ? yes : compile_emit(c, OP_NEEDS, scope, yes, needs, 0);
    category->keeps = needs < 0 ? keeps : compile_emit(c, OP_NEEDS, scope, keeps, needs, 0);
    compile_amount(c, def, needs);
    compile_decider(c, category, scope);
    compile_term(c, def, &category->grace);
    compile_term(c, def, &category->validity);
    compile_term(c, def, &category->review);
    category->points_reg = compile_points(c, &category->points, scope);
    c->formula = outer;
}

void
compile_line(compiler_t *c)
{
    policy_t *self = c->policy;
    operand_t v;

    self->line_reg = -1;
    if (self->line == NULL || self->group_count == 0)
        return;
    c->formula = &self->line->derived.formula;
    v = compile_round_to(c, compile_def(c, self->line), ROUND_UP, 1, SCOPE_HOUSEHOLD);
    self->line_reg = compile_number_register(c, v, SCOPE_HOUSEHOLD);
}

void
compile_keep_category(program_t *program, const policy_category_t *category)
{
    const policy_term_t *terms[] = { &category->grace, &category->validity, &category->review };

    program_keep(program, category->qualifies);
    program_keep(program, category->keeps);
    program_keep(program, category->amount_reg);
    program_keep(program, category->line_reg);
    program_keep(program, category->value_reg);
    program_keep(program, category->points_reg);
    for (size_t i = 0; i < COUNT_OF(terms); i++) {
        program_keep(program, terms[i]->months_reg);
        program_keep(program, terms[i]->when_reg);
        program_keep(program, terms[i]->amount_reg);
    }
}
