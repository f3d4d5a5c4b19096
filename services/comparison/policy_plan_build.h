/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_POLICY_PLAN_BUILD_H
#define COMPARISON_POLICY_PLAN_BUILD_H

/* The inside of a plan, shared by its three files: what is made of each instruction (rules), where columns lie (plan),
 * and the run. */

#include "policy_plan.h"

#define NO_COLUMN (-1)

/* Storage that one step fills: numbers, or flags and marks in bytes. */
typedef struct {
    uint8_t scope;
    bool number;
    bool input; /* comes from outside; `at` is set before each run */
    bool fixed; /* filled once with `value` */
    int32_t opposite; /* column whose negation this is, or NO_COLUMN */
    int64_t value;
    int32_t last_use; /* step, -1: nobody reads it */
    size_t offset;
    void *at;
} plan_column_t;

typedef enum { VALUE_SAME, VALUE_FLAG, VALUE_NUMBER } plan_kind_t;

/* What is known of a register.  SAME: one value for all lanes, without a column.  Otherwise, where marks say unknown,
 * the column holds 0; all lie in [lo, hi]. */
typedef struct {
    plan_kind_t kind;
    uint8_t scope;
    bool known; /* of SAME */
    int64_t lo, hi, value;
    int32_t column, marks;
    int32_t base; /* value whose `factor` fold this is, or -1 */
    int64_t factor;
    int32_t choice; /* column of a flag: the value is `yes` or `no` by it, nothing is unknown; or NO_COLUMN */
    int64_t yes, no;
    int32_t spread_of; /* value of the household that is spread here, or -1 */
    int32_t given;     /* the value is that of spread_of where this flag is set, else 0; or NO_COLUMN */
    int32_t number, flag; /* values: the same as numbers, as flags; -1 not made */
} plan_value_t;

typedef struct {
    policy_lane_fn fn;    /* NULL: the instruction by policy_block_run_one */
    const instr_t *instr; /* then b, c and d are followed by their marks */
    uint8_t scope;        /* of the result */
    policy_lane_t lane;
    bool live;
    int32_t d, a, b, c;
    int32_t marks[4]; /* of d, a, b, c, for an instruction */
    policy_lane_args_t args;
} plan_step_t;

/* What the blocks so far had in a load. */
typedef struct {
    bool live, seen, has_unknown;
    int64_t lo, hi;
    const int64_t *numbers;
    const uint8_t *flags, *unknown;
    int32_t column, marks; /* that hold it in this plan */
    int32_t has;           /* load of the same kind that says whether there is one: unknown is where it is not; or -1 */
} plan_input_t;

/* Memory that is read next. */
typedef struct {
    const char *at;
    size_t lines;
} plan_stretch_t;

struct policy_plan {
    const policy_t *policy;
    int32_t day;
    const policy_block_t *block; /* of the present run */
    const policy_lanes_table_t *lanes;
    bool *want, *reads;
    plan_input_t *inputs; /* by register */
    uint32_t *lives;      /* the registers whose input is live */
    size_t live_count;
    uint32_t most_members;
    bool wider;     /* than the plan was made for */
    arena_t *arena; /* tables of the steps; a plan's life */
    int32_t *map;   /* register → value */
    plan_value_t *values;
    plan_column_t *columns;
    plan_step_t *steps;
    size_t value_count, value_cap, column_count, column_cap, step_count, step_cap;
    bool ahead; /* the next block's columns stand behind this one's */
    plan_stretch_t *stretches;
    uint32_t *emitted; /* steps + 1 by what they do, open addressing; 0: free */
    size_t emitted_size;
    size_t room[SCOPE_COUNT]; /* lanes for which there is storage */
    char *storage;
    int64_t *sums;
    size_t builds;
};

/* ---- policy_plan.c
 * ------------------------------------------------------------------------------------------------------ */

int32_t plan_same(policy_plan_t *self, uint8_t scope, int64_t value, bool known);
int32_t plan_new_column(policy_plan_t *self, uint8_t scope, bool number);
int32_t plan_new_value(policy_plan_t *self, plan_kind_t kind, uint8_t scope, int32_t column, int32_t marks);
/* One loop into a new column of the lane's kind. */
int32_t plan_emit(policy_plan_t *self, policy_lane_t lane, uint8_t scope, int32_t a, int32_t b, int32_t c);
plan_step_t *plan_last_step(policy_plan_t *self);
/* The value as a column of numbers, or of flags (only for values of 0 and 1). */
int32_t plan_as_number(policy_plan_t *self, int32_t value);
int32_t plan_as_flag(policy_plan_t *self, int32_t value);
/* The same, as a copy: values move when one is added. */
plan_value_t plan_number(policy_plan_t *self, int32_t value);
plan_value_t plan_flag(policy_plan_t *self, int32_t value);
plan_value_t plan_operand(const policy_plan_t *self, int32_t reg);
/* yes or no by a flag. */
int32_t plan_choice(policy_plan_t *self, uint8_t scope, int32_t flag, int64_t yes, int64_t no);
/* Whether one of two columns of flags is the other's negation. */
bool plan_is_opposite(const policy_plan_t *self, int32_t x, int32_t y);
/* Marks of either; NO_COLUMN counts as none. */
int32_t plan_either(policy_plan_t *self, uint8_t scope, int32_t marks, int32_t other);
/* A column that is 0 where the marks say unknown becomes a value within [lo, hi] and 0. */
int32_t plan_masked(policy_plan_t *self, uint8_t scope, int32_t column, int32_t marks, int64_t lo, int64_t hi);

/* Anew, for the bounds that the inputs have now. */
void plan_make(policy_plan_t *self);
/* Storage for the columns of the steps that lead to what is wanted; the others are dropped. */
void plan_place(policy_plan_t *self);
/* A load that the plan knows. */
bool plan_is_today(const instr_t *instr);

/* ---- rules ------------------------------------------------------------------------------------------------------- */

/* The value of an instruction whose operands have theirs. */
int32_t plan_instruction(policy_plan_t *self, const instr_t *instr);
/* The instruction as it stands, one lane after the other. */
int32_t plan_slow(policy_plan_t *self, const instr_t *instr);
/* Result -1: no rule fits, take the slow way. */
int32_t plan_division(policy_plan_t *self, const instr_t *instr);
int32_t plan_parameter(policy_plan_t *self, const instr_t *instr);
int32_t plan_fold(policy_plan_t *self, const instr_t *instr);
int32_t plan_logic(policy_plan_t *self, const instr_t *instr);
int32_t plan_select(policy_plan_t *self, const instr_t *instr);
/* a × b over columns. */
int32_t plan_multiply(policy_plan_t *self, int32_t a, int32_t b);
int32_t plan_needs(policy_plan_t *self, const instr_t *instr);

#endif
