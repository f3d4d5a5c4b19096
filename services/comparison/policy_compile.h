/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_POLICY_COMPILE_H
#define COMPARISON_POLICY_COMPILE_H

/* The pieces of the compiler.  A quantity is a fraction num / (den × scale): nothing is rounded until the policy says
 * so, and comparisons multiply crosswise. */

#include "policy_expr.h"
#include "policy_model.h"

typedef struct {
    policy_t *policy;
    policy_problems_t *problems;
    const policy_formula_t *formula; /* being compiled: where a problem is reported */
    const policy_def_t *grace;       /* the category whose amount in the period of grace is being compiled */
    bool failed;
} compiler_t;

/* ---- exact fractions (policy_compile_fraction.c) ---- */

/* The register of the instruction, perhaps of an equal one before it. */
int32_t compile_emit(compiler_t *c, op_t op, scope_t scope, int32_t a, int32_t b, int64_t imm);
operand_t compile_in_register(int32_t reg);
/* Reports the problem and returns something harmless. */
operand_t compile_give_up(compiler_t *c, const expr_t *e, const char *why);
/* A literal in its lowest terms. */
operand_t compile_reduce(operand_t v);
int32_t compile_number_register(compiler_t *c, operand_t v, scope_t scope);
/* num × factor, where the factor is a constant. */
operand_t compile_scaled(compiler_t *c, const expr_t *e, operand_t v, int64_t factor, scope_t scope);
/* Brings two fractions to one denominator. */
void compile_align(compiler_t *c, const expr_t *e, operand_t *a, operand_t *b, scope_t scope);
operand_t compile_pair(compiler_t *c, const expr_t *e, op_t op, operand_t a, operand_t b, scope_t scope);
operand_t compile_multiply(compiler_t *c, const expr_t *e, operand_t a, operand_t b, scope_t scope);
operand_t compile_divide(compiler_t *c, const expr_t *e, operand_t a, operand_t b, scope_t scope);
operand_t compile_round_to(compiler_t *c, operand_t v, round_mode_t mode, int64_t to, scope_t scope);

/* ---- trees (policy_compile.c) ---- */

/* In the scope asked for: a value of the household is spread over its members. */
operand_t compile_expr(compiler_t *c, expr_t *e, scope_t scope);
operand_t compile_def(compiler_t *c, policy_def_t *def);

/* ---- categories (policy_compile_category.c) ---- */

/* Once; a formula that asks for its answer may come before its turn. */
void compile_category(compiler_t *c, policy_def_t *def);
/* The line of the points of indicators. */
void compile_line(compiler_t *c);
/* Its registers stay readable to the end of a run. */
void compile_keep_category(program_t *program, const policy_category_t *category);

#endif
