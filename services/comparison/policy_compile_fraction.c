/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_compile.h"
#include "base/num.h"

/* Exact fractions: num / (den × scale), brought together without rounding.  Equal instructions are emitted once. */

int32_t
compile_emit(compiler_t *c, op_t op, scope_t scope, int32_t a, int32_t b, int64_t imm)
{
    return program_emit(&c->policy->program,
                        (instr_t){ .op = (uint8_t) op, .scope = (uint8_t) scope, .a = a, .b = b, .c = -1, .imm = imm });
}

operand_t
compile_in_register(int32_t reg)
{
    return (operand_t){ .num = reg, .den = OPERAND_NONE, .scale = 1 };
}

operand_t
compile_give_up(compiler_t *c, const expr_t *e, const char *why)
{
    if (!c->failed)
        policy_problem_at(c->problems, c->formula->source, c->formula->node, e->at, "%s", why);
    c->failed = true;
    return compile_in_register(compile_emit(c, OP_CONST, SCOPE_HOUSEHOLD, -1, -1, 0));
}

static const char too_fine[] = "the numbers of this formula are too fine to be computed exactly: round a part of it";

operand_t
compile_reduce(operand_t v)
{
    if (v.num == OPERAND_LITERAL && v.literal != 0) {
        int64_t g = num_gcd_i64(v.literal, v.scale);

        v.literal /= g;
        v.scale /= g;
    }
    return v;
}

/* ---- fractions --------------------------------------------------------------------------------------------------- */

int32_t
compile_number_register(compiler_t *c, operand_t v, scope_t scope)
{
    return v.num == OPERAND_LITERAL ? compile_emit(c, OP_CONST, scope, -1, -1, v.literal) : v.num;
}

/* num × factor, where the factor is a constant. */
operand_t
compile_scaled(compiler_t *c, const expr_t *e, operand_t v, int64_t factor, scope_t scope)
{
    if (factor == 1)
        return v;
    if (v.num == OPERAND_LITERAL) {
        if (!num_mul_i64(v.literal, factor, &v.literal))
            return compile_give_up(c, e, too_fine);
        return v;
    }
    v.num = compile_emit(c, OP_SCALE, scope, v.num, -1, factor);
    return v;
}

/* Brings two fractions to one denominator. */
void
compile_align(compiler_t *c, const expr_t *e, operand_t *a, operand_t *b, scope_t scope)
{
    int64_t g = num_gcd_i64(a->scale, b->scale), common;

    if (!num_mul_i64(a->scale / g, b->scale, &common)) {
        (void) compile_give_up(c, e, too_fine);
        return;
    }
    *a = compile_scaled(c, e, *a, common / a->scale, scope);
    *b = compile_scaled(c, e, *b, common / b->scale, scope);
    a->scale = b->scale = common;
    if (a->den == b->den)
        return;
    int32_t da = a->den, db = b->den;

    if (db != OPERAND_NONE)
        a->num = compile_emit(c, OP_MUL, scope, compile_number_register(c, *a, scope), db, 0);
    if (da != OPERAND_NONE)
        b->num = compile_emit(c, OP_MUL, scope, compile_number_register(c, *b, scope), da, 0);
    a->den = b->den = da == OPERAND_NONE ? db : db == OPERAND_NONE ? da : compile_emit(c, OP_MUL, scope, da, db, 0);
}

operand_t
compile_pair(compiler_t *c, const expr_t *e, op_t op, operand_t a, operand_t b, scope_t scope)
{
    compile_align(c, e, &a, &b, scope);
    a.num = compile_emit(c, op, scope, compile_number_register(c, a, scope), compile_number_register(c, b, scope), 0);
    return a;
}

operand_t
compile_multiply(compiler_t *c, const expr_t *e, operand_t a, operand_t b, scope_t scope)
{
    operand_t r = { .den = OPERAND_NONE, .scale = 1 };
    int64_t g;

    if (b.num != OPERAND_LITERAL && a.num == OPERAND_LITERAL) {
        operand_t swap = a;

        a = b;
        b = swap;
    }
    b = compile_reduce(b);
    if (b.num == OPERAND_LITERAL) {
        g = num_gcd_i64(b.literal, a.scale);
        if (g > 1) {
            b.literal /= g;
            a.scale /= g;
        }
        r = compile_scaled(c, e, a, b.literal, scope);
    } else {
        r.num = compile_emit(c, OP_MUL, scope, a.num, b.num, 0);
        r.den = a.den == OPERAND_NONE   ? b.den
                : b.den == OPERAND_NONE ? a.den
                                        : compile_emit(c, OP_MUL, scope, a.den, b.den, 0);
    }
    if (!num_mul_i64(a.scale, b.scale, &r.scale))
        return compile_give_up(c, e, too_fine);
    return r;
}

operand_t
compile_divide(compiler_t *c, const expr_t *e, operand_t a, operand_t b, scope_t scope)
{
    operand_t inverse = { .num = OPERAND_LITERAL, .den = OPERAND_NONE, .literal = b.scale, .scale = 1 };
    operand_t r;

    if (b.num == OPERAND_LITERAL) {
        if (b.literal <= 0) /* −0, −2 × 3: at run time it would never be known */
            return compile_give_up(c, e, "what is divided by must be above zero");
        inverse.scale = b.literal;
        return compile_multiply(c, e, a, compile_reduce(inverse), scope);
    }
    r = compile_multiply(c, e, a, inverse, scope);
    if (b.den != OPERAND_NONE)
        r.num = compile_emit(c, OP_MUL, scope, compile_number_register(c, r, scope), b.den, 0);
    b.num = compile_emit(c, OP_POSITIVE, scope, b.num, -1, 0);
    r.den = r.den == OPERAND_NONE ? b.num : compile_emit(c, OP_MUL, scope, r.den, b.num, 0);
    return r;
}

operand_t
compile_round_to(compiler_t *c, operand_t v, round_mode_t mode, int64_t to, scope_t scope)
{
    instr_t instr = { .op = OP_ROUND,
                      .scope = (uint8_t) scope,
                      .mode = (uint8_t) mode,
                      .a = compile_number_register(c, v, scope),
                      .b = v.den,
                      .c = -1,
                      .imm = v.scale,
                      .to = to };

    if (v.den == OPERAND_NONE && v.scale == 1 && to == 1)
        return compile_in_register(instr.a);
    return compile_in_register(program_emit(&c->policy->program, instr));
}
