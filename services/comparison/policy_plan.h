/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_POLICY_PLAN_H
#define COMPARISON_POLICY_PLAN_H

/* How a program is run over block after block.  A plan is the program made narrower by what is known: the day
 * (parameters become numbers), which results are wanted, and of the columns that are read between which bounds they lie
 * and whether anything in them is unknown.  Where the bounds show that nothing can be too large, and nothing is
 * unknown, plain loops remain.  What they cannot show is left to policy_block_run_one, so the answers are the same, bit
 * for bit. A block that lies outside the bounds makes the plan anew with wider ones; they never shrink. */

#include "policy_block.h"
#include "policy_lanes.h"

typedef struct policy_plan policy_plan_t;

/* `want`: the registers whose values are wanted; copied.  The policy must outlive the plan. */
policy_plan_t *policy_plan_new(const policy_t *policy, int32_t day, const bool *want);
void policy_plan_destroy(policy_plan_t **self_p);

/* Whether what is wanted depends on this register. */
bool policy_plan_reads(const policy_plan_t *self, size_t reg);
/* A load that the plan knows without a column: the day. */
bool policy_plan_knows(const policy_plan_t *self, size_t reg);
/* Where the next run finds a register that is loaded: numbers or flags (bytes 0 and 1), and marks of what is not known,
 * NULL when all is (then in every run).  For every load that is read, before each run. */
void policy_plan_input(policy_plan_t *self, size_t reg, const int64_t *numbers, const uint8_t *flags,
                       const uint8_t *unknown);
/* `block` says how many households and members there are, and where they begin.  `most_members`: of one household.
 * False when a byte of a flag or mark is neither 0 nor 1; nothing was computed then. */
bool policy_plan_run(policy_plan_t *self, const policy_block_t *block, uint32_t most_members) NODISCARD;

/* A wanted register after a run, until the next. */
typedef policy_register_t policy_plan_result_t;
void policy_plan_result(const policy_plan_t *self, size_t reg, policy_plan_result_t *ret);

/* The inputs of the next run stand right behind those of the present one: they may be fetched early. */
void policy_plan_look_ahead(policy_plan_t *self);

/* Tests and benchmarks: other loops than the fastest; how many loops a run takes, and how often the plan was made. */
void policy_plan_use(policy_plan_t *self, const policy_lanes_table_t *lanes);
size_t policy_plan_steps(const policy_plan_t *self, size_t *ret_slow);
size_t policy_plan_builds(const policy_plan_t *self);

#endif
