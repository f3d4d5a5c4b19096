/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_POLICY_LEX_H
#define COMPARISON_POLICY_LEX_H

/* Words and signs of a formula. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
    TOKEN_END,
    TOKEN_BAD, /* `error` says why */
    TOKEN_NUMBER,
    TOKEN_DATE,
    TOKEN_NAME,    /* income.wage; a reserved word, too */
    TOKEN_PATTERN, /* income.* */
    TOKEN_OPEN,
    TOKEN_CLOSE,
    TOKEN_COMMA,
    TOKEN_PLUS,
    TOKEN_MINUS,
    TOKEN_TIMES,
    TOKEN_DIVIDE,
    TOKEN_PERCENT,
    TOKEN_LT,
    TOKEN_LE,
    TOKEN_EQ,
    TOKEN_NE,
    TOKEN_GE,
    TOKEN_GT
} token_kind_t;

typedef struct {
    token_kind_t kind;
    size_t at, len;        /* bytes of the text */
    int64_t number, scale; /* TOKEN_NUMBER: number / scale; TOKEN_DATE: the day */
    const char *error;
} token_t;

void lex_next(const char *text, size_t at, token_t *ret);
/* A number with at most `digits` places after the point: *ret / *ret_scale. */
bool lex_decimal(const char *text, size_t len, unsigned digits, int64_t *ret, int64_t *ret_scale);

#endif
