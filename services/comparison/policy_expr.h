/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_POLICY_EXPR_H
#define COMPARISON_POLICY_EXPR_H

/* The tree of a formula.  The grammar stands in docs/policy.md; it is total: no loops, no recursion, no names that are
 * defined by themselves. */

#include "base/str.h"
#include "policy_program.h"
#include "policy_unit.h"

struct policy_def;

typedef enum {
    EXPR_NUMBER, /* literal / scale, with unit */
    EXPR_DATE,
    EXPR_NAME,
    EXPR_NEGATE,
    EXPR_ADD,
    EXPR_SUB,
    EXPR_MUL,
    EXPR_DIV,
    EXPR_MIN,
    EXPR_MAX,
    EXPR_ROUND, /* a, to a multiple of `literal` fen */
    EXPR_LT,
    EXPR_LE,
    EXPR_EQ,
    EXPR_NE,
    EXPR_GE,
    EXPR_GT,
    EXPR_IS, /* a is one of words; negated: is not */
    EXPR_AND,
    EXPR_OR,
    EXPR_NOT,
    EXPR_IF,    /* if a then b else c */
    EXPR_SUM,   /* sum of a over group where b */
    EXPR_COUNT, /* count of group where b */
    EXPR_ANY,
    EXPR_EVERY,
    EXPR_HAS,    /* has <fact> */
    EXPR_MONTHS, /* months of <fact> */
    EXPR_START,  /* start of <fact>: the first day of the newest */
    EXPR_END,
    EXPR_MONTH,  /* month of a */
    EXPR_YEAR,
    EXPR_MONTH_START,
    EXPR_RECORD, /* any record of <pattern> */
    EXPR_QUALIFIES /* qualifies for <category> */
} expr_kind_t;

#define EXPR_WORDS_MAX 16
typedef struct expr {
    uint8_t kind; /* expr_kind_t */
    uint8_t mode; /* EXPR_ROUND: round_mode_t */
    bool negated;
    size_t at; /* bytes into the formula's text */
    struct expr *a, *b, *c;
    const char *name; /* EXPR_NAME, the group, the fact, the pattern */
    int64_t literal, scale;
    const char **words;
    size_t word_count;
    int64_t *word_values;
    /* checker */
    struct policy_def *def;
    unit_t unit;
    scope_t scope;
    bool is_literal;
    bool of_supported; /* in a supporter's formula: a value of the one who is supported */
    /* compiler */
    operand_t value;
    operand_t left, right; /* of a comparison, in the comparison's scope */
    int32_t mask;          /* group flag of an aggregate */
} expr_t;

typedef struct {
    size_t at;
    char text[160];
} expr_error_t;

/* NULL and *ret_error when the text is no formula.  The tree lives in the arena. */
expr_t *expr_parse(const char *text, arena_t *arena, expr_error_t *ret_error);
/* Not a name: the language's own word. */
bool expr_is_reserved(const char *word);

/* Whether a date moves from day to day, other than on the first of a month. */
bool expr_reads_today(const expr_t *e);

/* Writes the formula in its canonical form.  `leaf` may write something else for a node (a value for a name). */
typedef bool (*expr_leaf_fn)(void *ctx, const expr_t *e, str_t *out);
void expr_print(const expr_t *e, str_t *out, expr_leaf_fn leaf, void *ctx);

#endif
