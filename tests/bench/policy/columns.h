/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BENCH_POLICY_COLUMNS_H
#define BENCH_POLICY_COLUMNS_H

/* The columns that all opponents read, one file each, numbers as they lie in memory; and the verdicts that they write. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* member, type, policy's name, policy's reading */
#define BENCH_INPUTS(X)                                                                                                \
    X(true, int64_t, wage, "income.wage", "total")                                                                     \
    X(true, int64_t, business, "income.business", "total")                                                             \
    X(true, int64_t, property, "income.property", "total")                                                             \
    X(true, int64_t, transfer, "income.transfer", "total")                                                             \
    X(true, int64_t, pension, "income.pension", "total")                                                               \
    X(true, int64_t, vehicle, "asset.vehicle", "total")                                                                \
    X(true, int64_t, deposit, "asset.deposit", "total")                                                                \
    X(true, int64_t, medical, "expense.medical", "total")                                                              \
    X(true, int64_t, grade, "disability.certificate", "value")                                                         \
    X(true, uint8_t, grade_unknown, "", "")                                                                            \
    X(true, uint8_t, certificate, "disability.certificate", "has")                                                     \
    X(true, uint8_t, dead, "event.death", "has")                                                                       \
    X(true, uint8_t, tekun, "enrolment.tekun", "has")                                                                  \
    X(false, uint8_t, urban, "urban", "builtin")                                                                       \
    X(false, uint8_t, closed, "closed", "builtin")                                                                     \
    X(false, uint8_t, ever_wage, "income.wage", "ever")                                                                \
    X(false, uint8_t, ever_business, "income.business", "ever")                                                        \
    X(false, uint8_t, ever_property, "income.property", "ever")                                                        \
    X(false, uint8_t, ever_transfer, "income.transfer", "ever")                                                        \
    X(false, uint8_t, ever_pension, "income.pension", "ever")

/* Answers: 0 no, 1 yes, 2 cannot tell.  Amounts in fen per month; 0 where not known. */
#define BENCH_OUTPUTS(X)                                                                                               \
    X(false, uint8_t, dibao)                                                                                           \
    X(false, uint8_t, dibao_keeps)                                                                                     \
    X(false, int64_t, dibao_amount)                                                                                    \
    X(false, uint8_t, dibao_amount_unknown)                                                                            \
    X(false, uint8_t, marginal)                                                                                        \
    X(false, uint8_t, marginal_keeps)                                                                                  \
    X(true, uint8_t, nursing)                                                                                          \
    X(true, uint8_t, nursing_keeps)                                                                                    \
    X(true, int64_t, nursing_amount)                                                                                   \
    X(true, uint8_t, nursing_amount_unknown)                                                                           \
    X(false, uint8_t, medical)                                                                                         \
    X(false, uint8_t, medical_keeps)

typedef struct {
    size_t households, members;
    uint32_t *first; /* households + 1 */
#define X(member, type, name, fact, reading) type *name;
    BENCH_INPUTS(X)
#undef X
} bench_inputs_t;

typedef struct {
#define X(member, type, name) type *name;
    BENCH_OUTPUTS(X)
#undef X
} bench_outputs_t;

/* bench.yaml on 2024-03-15 by hand: one pass, everything in registers. */
void bench_loop_fused(const bench_inputs_t *in, const bench_outputs_t *out);
/* The same in two steps for some hundred households at a time, so that the compiler turns the first into vector instructions. */
void bench_loop_blocked(const bench_inputs_t *in, const bench_outputs_t *out);

#endif
