/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_POLICY_PROGRAM_H
#define COMPARISON_POLICY_PROGRAM_H

/* The flat program of a policy.  Instruction i writes register i: a column of int64 over the households of a block, or
 * over their members, each with a column that says where the value is not known.  Money is fen, flags are 0 and 1. */

#include "base/mem.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of a household, of each of its members, of each of a member's supporters; from the widest to the narrowest. */
typedef enum { SCOPE_HOUSEHOLD, SCOPE_MEMBER, SCOPE_SUPPORTER, SCOPE_COUNT } scope_t;

typedef enum {
    /* filled from the dossiers in one pass over their facts; imm is the fact's index */
    OP_LOAD_TOTAL,  /* money or count, as the kind accumulates */
    OP_LOAD_MONTHS, /* whole months inside the window */
    OP_LOAD_HAS,    /* in force, happened, or inside the window */
    OP_LOAD_VALUE,  /* value of the newest one in force; unknown when there is none */
    OP_LOAD_CODE,
    OP_LOAD_EVER,    /* household: any such fact of any time, of anyone */
    OP_LOAD_BUILTIN, /* imm is a policy_builtin_t */
    OP_CONST,        /* imm */
    OP_PARAM,        /* imm: index of the definition; a, b: key registers or -1 */
    OP_SPREAD,       /* a: household → member; household or member → supporter: of him who is supported */
    OP_GATHER,       /* a: household or member (imm: scope_t) → supporter: his own; unknown where he has no home */
    OP_ADD,
    OP_SUB,
    OP_MUL,
    OP_SCALE,    /* a × imm */
    OP_ROUND,    /* a / (b × imm), rounded by `mode` to a multiple of `to`; b may be -1 */
    OP_POSITIVE, /* a; unknown where a ≤ 0: a divisor */
    OP_MIN,
    OP_MAX,
    OP_LT,
    OP_LE,
    OP_EQ,
    OP_EQ_IMM, /* a = imm */
    OP_AND,
    OP_OR,
    OP_NOT,
    OP_SELECT,    /* a ? b : c */
    OP_NEEDS,     /* a; unknown where b is not yes */
    OP_DATE_ADD,  /* day a and b × to / (c × imm) months; c may be -1; unknown where these are not whole */
    OP_DATE_PART, /* of day a what `mode` (date_part_t) says */
    OP_AFTER,     /* a when the day is after imm, else 0 */
    OP_READ,      /* facts of index imm, what `mode` (policy_read_t) says; from day a on; each value at most b */
    /* member → household, supporter → member; b: flag of those meant */
    OP_SUM,
    OP_COUNT,
    OP_ANY,
    OP_EVERY,
    OP_GRACE_MONTH, /* imm: category; unknown outside its period of grace */
    OP_COUNT_
} op_t;

typedef enum {
    READ_TOTAL,
    READ_MONTHS,
    READ_HAS,
    READ_VALUE, /* of the newest; so the following */
    READ_CODE,
    READ_START, /* first day */
    READ_END,   /* last day; unknown when there is none yet */
    READ_EVER
} policy_read_t;
typedef enum { DATE_PART_MONTH, DATE_PART_YEAR, DATE_PART_MONTH_START } date_part_t;
typedef enum { ROUND_DOWN, ROUND_UP, ROUND_HALF_UP } round_mode_t;

typedef struct {
    uint8_t op;    /* op_t */
    uint8_t scope; /* scope_t of the result */
    uint8_t mode;  /* round_mode_t, policy_read_t, date_part_t */
    int32_t a, b, c;
    int64_t imm, to;
    bool live;    /* a verdict depends on it; the others serve explanations only */
    bool uniform; /* the same for every household of a day */
} instr_t;

/* A comparison with today: its answer may change on the day in register `date`, on the day after, or on both. */
#define WATCH_DAY 1u
#define WATCH_DAY_AFTER 2u
typedef struct {
    int32_t compare, date;
    uint8_t days;
} watch_t;

typedef struct {
    instr_t *code;
    size_t count, cap;
    bool *keep; /* registers read after the run */
    watch_t *watches;
    size_t watch_count, watch_cap;
} program_t;

/* A compiled value: num / (den × scale); den = -1 is 1.  num = OPERAND_LITERAL: the number is `literal`. */
#define OPERAND_NONE (-1)
#define OPERAND_LITERAL (-2)
typedef struct {
    int32_t num, den;
    int64_t scale, literal;
} operand_t;

void program_done(program_t *self);
/* The register of an equal earlier instruction, or a new one. */
int32_t program_emit(program_t *self, instr_t instr);
/* Makes the result of `compare` tell on which days it may change. */
void program_watch(program_t *self, int32_t compare, int32_t date, uint8_t days);
/* Those read after the run; then all that they depend on is live. */
void program_keep(program_t *self, int32_t reg);
void program_mark_live(program_t *self);
bool program_op_is_load(op_t op);
/* Reads more than its operands, the day and which members a household has. */
bool program_op_needs_dossiers(op_t op);
/* Whether supporters are read at all; `every`: also by what only explanations show. */
bool program_reads_supporters(const program_t *self, bool every);
const char *program_op_name(op_t op);
struct str;
void program_dump(const program_t *self, struct str *out); /* one line per instruction */

#endif
