/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_lex.h"
#include "base/mem.h"
#include "base/num.h"
#include "domain/date.h"
#include <string.h>

#define DECIMALS_MAX 6

static const struct {
    const char *text;
    token_kind_t kind;
} signs[] = {
    { "(", TOKEN_OPEN },    { ")", TOKEN_CLOSE }, { ",", TOKEN_COMMA }, { "+", TOKEN_PLUS },   { "-", TOKEN_MINUS },
    { "−", TOKEN_MINUS },   { "*", TOKEN_TIMES }, { "×", TOKEN_TIMES }, { "/", TOKEN_DIVIDE }, { "÷", TOKEN_DIVIDE },
    { "%", TOKEN_PERCENT }, { "<=", TOKEN_LE },   { "≤", TOKEN_LE },    { "<", TOKEN_LT },     { ">=", TOKEN_GE },
    { "≥", TOKEN_GE },      { ">", TOKEN_GT },    { "!=", TOKEN_NE },   { "≠", TOKEN_NE },     { "=", TOKEN_EQ },
};

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* Signs of other languages, and the full-width ones of a Chinese keyboard. */
static const struct {
    const char *text, *error;
} slips[] = {
    { "==", "is written “=”" },
    { "=<", "is written “≤”" },
    { "=>", "is written “≥”" },
    { "<>", "is written “≠”" },
    { "&&", "is written “and”" },
    { "&", "is written “and”" },
    { "||", "is written “or”" },
    { "|", "is written “or”" },
    { "!", "is written “not”" },
    { "＜", "is a full-width sign: write “<”" },
    { "＞", "is a full-width sign: write “>”" },
    { "＝", "is a full-width sign: write “=”" },
    { "（", "is a full-width sign: write “(”" },
    { "）", "is a full-width sign: write “)”" },
    { "，", "is a full-width sign: write “,”" },
    { "％", "is a full-width sign: write “%”" },
    { "＋", "is a full-width sign: write “+”" },
    { "－", "is a full-width sign: write “−”" },
    { "　", "is a full-width blank: write a plain one" },
};

bool
lex_decimal(const char *text, size_t len, unsigned digits, int64_t *ret, int64_t *ret_scale)
{
    int64_t number = 0, scale = 1;
    bool point = false, any = false;

    for (size_t i = 0; i < len; i++) {
        if (text[i] == '.' && !point && any) {
            point = true;
            any = false;
            continue;
        }
        if (!is_digit(text[i]) || !num_mul_i64(number, 10, &number) || !num_add_i64(number, text[i] - '0', &number))
            return false;
        any = true;
        if (point) {
            if (digits == 0)
                return false;
            digits--;
            scale *= 10;
        }
    }
    *ret = number;
    *ret_scale = scale;
    return any;
}

static void
lex_number(const char *p, token_t *t)
{
    size_t n = 0;
    int32_t day;

    if (strnlen(p, 10) == 10 && is_digit(p[3]) && p[4] == '-' && is_digit(p[5]) && is_digit(p[6]) && p[7] == '-') {
        t->len = 10;
        if (date_parse(p, 10, &day)) {
            t->kind = TOKEN_DATE;
            t->number = day;
        } else {
            t->kind = TOKEN_BAD;
            t->error = "is no date (YYYY-MM-DD)";
        }
        return;
    }
    while (is_digit(p[n]) || (p[n] == '.' && is_digit(p[n + 1])))
        n++;
    t->len = n;
    t->kind = TOKEN_NUMBER;
    if (is_letter(p[n])) {
        t->kind = TOKEN_BAD;
        t->error = "runs into a word: put a blank after the number";
    } else if (!lex_decimal(p, n, DECIMALS_MAX, &t->number, &t->scale)) {
        t->kind = TOKEN_BAD;
        t->error = "is no number of at most 6 decimals";
    }
}

static void
lex_name(const char *p, token_t *t)
{
    size_t n = 0;

    t->kind = TOKEN_NAME;
    for (;;) {
        while (is_letter(p[n]) || is_digit(p[n]))
            n++;
        if (p[n] != '.')
            break;
        if (p[n + 1] == '*') {
            t->kind = TOKEN_PATTERN;
            n += 2;
            break;
        }
        if (!is_letter(p[n + 1])) {
            t->kind = TOKEN_BAD;
            t->error = "ends in a point";
            n++;
            break;
        }
        n++;
    }
    t->len = n;
}

void
lex_next(const char *text, size_t at, token_t *ret)
{
    const char *p;

    while (text[at] == ' ' || text[at] == '\t' || text[at] == '\n' || text[at] == '\r')
        at++;
    p = text + at;
    *ret = (token_t){ .kind = TOKEN_END, .at = at };
    if (*p == '\0')
        return;
    if (is_digit(*p)) {
        lex_number(p, ret);
        return;
    }
    if (is_letter(*p)) {
        lex_name(p, ret);
        return;
    }
    for (size_t i = 0; i < COUNT_OF(slips); i++) {
        size_t n = strlen(slips[i].text);

        if (strncmp(p, slips[i].text, n) == 0 && strncmp(p, "!=", 2) != 0) {
            *ret = (token_t){ .kind = TOKEN_BAD, .at = at, .len = n, .error = slips[i].error };
            return;
        }
    }
    for (size_t i = 0; i < COUNT_OF(signs); i++) {
        size_t n = strlen(signs[i].text);

        if (strncmp(p, signs[i].text, n) == 0) {
            ret->kind = signs[i].kind;
            ret->len = n;
            return;
        }
    }
    ret->kind = TOKEN_BAD;
    ret->error = "is no sign of the language";
    ret->len = 1;
    while (((unsigned char) p[ret->len] & 0xC0u) == 0x80u)
        ret->len++;
}
