/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_expr.h"
#include "policy_lex.h"
#include <stdarg.h>
#include <string.h>

/* Recursive descent; after the first error every step returns a harmless node, and one check at the end reports it. */

#define DEPTH_MAX 200 /* three for each pair of parentheses */
#define LENGTH_MAX 64 /* signs in a row */

typedef struct {
    const char *text;
    token_t tok;
    arena_t *arena;
    expr_error_t *error;
    bool failed;
    unsigned depth;
} parser_t;

static expr_t *parse_expression(parser_t *p);
static expr_t *parse_unary(parser_t *p);
static expr_t *parse_nested(parser_t *p);

static const char *const reserved[] = {
    "if",     "then",  "else",  "or",    "and",  "not",         "is",        "one",    "of",
    "sum",    "count", "any",   "every", "over", "where",       "has",       "record", "month",
    "months", "year",  "years", "yuan",  "fen",  "rounded",     "up",        "down",   "half",
    "to",     "max",   "min",   "start", "end",  "month_start", "qualifies", "for",
};

bool
expr_is_reserved(const char *word)
{
    return str_in(word, reserved, COUNT_OF(reserved));
}

static void fail(parser_t *p, const char *fmt, ...) PRINTF_LIKE(2, 3);

static void
fail(parser_t *p, const char *fmt, ...)
{
    va_list args;

    if (p->failed)
        return;
    p->failed = true;
    p->error->at = p->tok.at;
    va_start(args, fmt);
    (void) vsnprintf(p->error->text, sizeof(p->error->text), fmt, args);
    va_end(args);
    p->tok = (token_t){ .kind = TOKEN_END, .at = p->tok.at };
}

/* The token as the reader sees it. */
static const char *
seen(parser_t *p)
{
    if (p->tok.kind == TOKEN_END)
        return "the end";
    return arena_printf(p->arena, "“%.*s”", (int) (p->tok.len < 40 ? p->tok.len : 40), p->text + p->tok.at);
}

static void
advance(parser_t *p)
{
    if (p->failed)
        return;
    lex_next(p->text, p->tok.at + p->tok.len, &p->tok);
    if (p->tok.kind == TOKEN_BAD) {
        const char *what = seen(p);

        fail(p, "%s %s", what, p->tok.error);
    }
}

static bool
is_word(const parser_t *p, const char *word)
{
    return p->tok.kind == TOKEN_NAME && p->tok.len == strlen(word) &&
           strncmp(p->text + p->tok.at, word, p->tok.len) == 0;
}

static bool
accept_word(parser_t *p, const char *word)
{
    if (!is_word(p, word))
        return false;
    advance(p);
    return true;
}

static void
expect_word(parser_t *p, const char *word)
{
    if (!accept_word(p, word))
        fail(p, "“%s” is missing before %s", word, seen(p));
}

static bool
accept(parser_t *p, token_kind_t kind)
{
    if (p->tok.kind != kind)
        return false;
    advance(p);
    return true;
}

static void
expect(parser_t *p, token_kind_t kind, const char *sign)
{
    if (!accept(p, kind))
        fail(p, "“%s” is missing before %s", sign, seen(p));
}

static expr_t *
node(parser_t *p, expr_kind_t kind, size_t at)
{
    expr_t *e = arena_new_array(p->arena, expr_t, 1);

    e->kind = (uint8_t) kind;
    e->at = at;
    e->scale = 1;
    e->mask = -1;
    return e;
}

static expr_t *
binary(parser_t *p, expr_kind_t kind, size_t at, expr_t *a, expr_t *b)
{
    expr_t *e = node(p, kind, at);

    e->a = a;
    e->b = b;
    return e;
}

/* A name that is not a word of the language. */
static const char *
take_name(parser_t *p, const char *what)
{
    const char *name = arena_strndup(p->arena, p->text + p->tok.at, p->tok.len);

    if (p->tok.kind != TOKEN_NAME || expr_is_reserved(name)) {
        fail(p, "%s is missing before %s", what, seen(p));
        return "";
    }
    advance(p);
    return name;
}

/* The amount of fen in "12 yuan", "0.5 yuan", "5 fen"; the number token is current. */
static expr_t *
parse_number(parser_t *p)
{
    expr_t *e = node(p, EXPR_NUMBER, p->tok.at);

    e->is_literal = true;
    e->literal = p->tok.number;
    e->scale = p->tok.scale;
    advance(p);
    if (accept(p, TOKEN_PERCENT)) {
        e->scale *= 100;
        e->negated = true; /* printed as a percentage */
    } else if (is_word(p, "yuan")) {
        e->unit = UNIT_MONEY_;
        if (100 % e->scale != 0 || __builtin_mul_overflow(e->literal, 100 / e->scale, &e->literal))
            fail(p, "money has at most two decimals");
        e->scale = 1;
        advance(p);
    } else if (is_word(p, "fen")) {
        e->unit = UNIT_MONEY_;
        if (e->scale != 1)
            fail(p, "there is nothing below a fen");
        advance(p);
    } else if (accept_word(p, "months") || accept_word(p, "month")) {
        e->unit = UNIT_MONTHS_;
    } else if (accept_word(p, "years") || accept_word(p, "year")) {
        e->unit = UNIT_YEARS_;
    }
    return e;
}

static void
parse_group(parser_t *p, expr_t *e)
{
    e->name = take_name(p, "a group of members");
    if (accept_word(p, "where"))
        e->b = parse_expression(p);
}

static expr_t *
parse_aggregate(parser_t *p, expr_kind_t kind)
{
    expr_t *e = node(p, kind, p->tok.at);

    advance(p);
    if (kind == EXPR_ANY && accept_word(p, "record")) {
        expect_word(p, "of");
        e->kind = EXPR_RECORD;
        if (p->tok.kind == TOKEN_PATTERN) {
            e->name = arena_strndup(p->arena, p->text + p->tok.at, p->tok.len);
            advance(p);
        } else {
            e->name = take_name(p, "a fact (income.wage) or a family of facts (income.*)");
        }
        return e;
    }
    expect_word(p, "of");
    if (kind == EXPR_SUM) {
        e->a = parse_expression(p);
        expect_word(p, "over");
    }
    parse_group(p, e);
    if ((kind == EXPR_ANY || kind == EXPR_EVERY) && e->b == NULL)
        fail(p, "“where” is missing before %s", seen(p));
    return e;
}

static expr_t *
parse_min_max(parser_t *p, expr_kind_t kind)
{
    size_t at = p->tok.at;
    expr_t *a, *b;

    advance(p);
    expect(p, TOKEN_OPEN, "(");
    a = parse_expression(p);
    expect(p, TOKEN_COMMA, ",");
    b = parse_expression(p);
    expect(p, TOKEN_CLOSE, ")");
    return binary(p, kind, at, a, b);
}

static expr_t *
parse_primary(parser_t *p)
{
    size_t at = p->tok.at;
    expr_t *e;

    if (p->tok.kind == TOKEN_NUMBER)
        return parse_number(p);
    if (p->tok.kind == TOKEN_DATE) {
        e = node(p, EXPR_DATE, at);
        e->literal = p->tok.number;
        e->is_literal = true;
        advance(p);
        return e;
    }
    if (accept(p, TOKEN_OPEN)) {
        e = parse_expression(p);
        expect(p, TOKEN_CLOSE, ")");
        return e;
    }
    if (is_word(p, "sum"))
        return parse_aggregate(p, EXPR_SUM);
    if (is_word(p, "count"))
        return parse_aggregate(p, EXPR_COUNT);
    if (is_word(p, "any"))
        return parse_aggregate(p, EXPR_ANY);
    if (is_word(p, "every"))
        return parse_aggregate(p, EXPR_EVERY);
    if (is_word(p, "max"))
        return parse_min_max(p, EXPR_MAX);
    if (is_word(p, "min"))
        return parse_min_max(p, EXPR_MIN);
    if (accept_word(p, "has")) {
        e = node(p, EXPR_HAS, at);
        e->name = take_name(p, "a fact");
        return e;
    }
    if (accept_word(p, "qualifies")) {
        expect_word(p, "for");
        e = node(p, EXPR_QUALIFIES, at);
        e->name = take_name(p, "a category");
        return e;
    }
    if (accept_word(p, "months")) {
        expect_word(p, "of");
        e = node(p, EXPR_MONTHS, at);
        e->name = take_name(p, "a fact");
        return e;
    }
    if (is_word(p, "start") || is_word(p, "end")) {
        e = node(p, is_word(p, "start") ? EXPR_START : EXPR_END, at);
        advance(p);
        expect_word(p, "of");
        e->name = take_name(p, "a fact");
        return e;
    }
    if (is_word(p, "month") || is_word(p, "year") || is_word(p, "month_start")) {
        e = node(p, is_word(p, "month") ? EXPR_MONTH : is_word(p, "year") ? EXPR_YEAR : EXPR_MONTH_START, at);
        advance(p);
        expect_word(p, "of");
        e->a = parse_nested(p);
        return e;
    }
    e = node(p, EXPR_NAME, at);
    e->name = take_name(p, "a value");
    return e;
}

/* A primary within a primary. */
static expr_t *
parse_nested(parser_t *p)
{
    expr_t *e;

    if (++p->depth > DEPTH_MAX)
        fail(p, "the formula is nested too deeply: name its parts under “derived”");
    e = parse_primary(p);
    p->depth--;
    return e;
}

static expr_t *
parse_unary(parser_t *p)
{
    size_t at = p->tok.at;
    expr_t *e = NULL;

    if (++p->depth > DEPTH_MAX)
        fail(p, "the formula is nested too deeply: name its parts under “derived”");
    if (accept(p, TOKEN_MINUS))
        e = binary(p, EXPR_NEGATE, at, parse_unary(p), NULL);
    else
        e = parse_primary(p);
    p->depth--;
    return e;
}

static expr_t *
parse_product(parser_t *p)
{
    expr_t *e = parse_unary(p);

    for (size_t n = 0; p->tok.kind == TOKEN_TIMES || p->tok.kind == TOKEN_DIVIDE; n++) {
        size_t at = p->tok.at;
        expr_kind_t kind = p->tok.kind == TOKEN_TIMES ? EXPR_MUL : EXPR_DIV;

        if (n > LENGTH_MAX)
            fail(p, "the formula is too long: name its parts under “derived”");
        advance(p);
        e = binary(p, kind, at, e, parse_unary(p));
    }
    return e;
}

static expr_t *
parse_sum(parser_t *p)
{
    expr_t *e = parse_product(p);

    for (size_t n = 0; p->tok.kind == TOKEN_PLUS || p->tok.kind == TOKEN_MINUS; n++) {
        size_t at = p->tok.at;
        expr_kind_t kind = p->tok.kind == TOKEN_PLUS ? EXPR_ADD : EXPR_SUB;

        if (n > LENGTH_MAX)
            fail(p, "the formula is too long: name its parts under “derived”");
        advance(p);
        e = binary(p, kind, at, e, parse_product(p));
    }
    return e;
}

/* rounded up to yuan · rounded half up to fen · rounded down to 10 yuan */
static expr_t *
parse_rounded(parser_t *p)
{
    expr_t *e = parse_sum(p);
    expr_t *r;

    if (!is_word(p, "rounded"))
        return e;
    r = node(p, EXPR_ROUND, p->tok.at);
    r->a = e;
    advance(p);
    if (accept_word(p, "half")) {
        expect_word(p, "up");
        r->mode = ROUND_HALF_UP;
    } else if (accept_word(p, "up")) {
        r->mode = ROUND_UP;
    } else if (accept_word(p, "down")) {
        r->mode = ROUND_DOWN;
    } else {
        fail(p, "“up”, “down” or “half up” is missing before %s", seen(p));
    }
    expect_word(p, "to");
    r->literal = 1;
    if (p->tok.kind == TOKEN_NUMBER) {
        expr_t *unit = parse_number(p);

        if (!unit_eq(unit->unit, UNIT_MONEY_) || unit->literal <= 0)
            fail(p, "round to an amount such as “10 yuan”");
        r->literal = unit->literal;
    } else if (accept_word(p, "yuan")) {
        r->literal = 100;
    } else {
        expect_word(p, "fen");
    }
    return r;
}

static void
parse_words(parser_t *p, expr_t *e)
{
    e->words = arena_new_array(p->arena, const char *, EXPR_WORDS_MAX);
    e->negated = accept_word(p, "not");
    if (!accept_word(p, "one")) {
        e->words[e->word_count++] = take_name(p, "a word");
        return;
    }
    expect_word(p, "of");
    expect(p, TOKEN_OPEN, "(");
    do {
        if (e->word_count == EXPR_WORDS_MAX) {
            fail(p, "at most %d words", EXPR_WORDS_MAX);
            return;
        }
        e->words[e->word_count++] = take_name(p, "a word");
    } while (accept(p, TOKEN_COMMA));
    expect(p, TOKEN_CLOSE, ")");
}

static expr_t *
parse_comparison(parser_t *p)
{
    static const expr_kind_t kinds[] = { EXPR_LT, EXPR_LE, EXPR_EQ, EXPR_NE, EXPR_GE, EXPR_GT };
    expr_t *e = parse_rounded(p);
    size_t at = p->tok.at;

    if (is_word(p, "is")) {
        e = binary(p, EXPR_IS, at, e, NULL);
        advance(p);
        parse_words(p, e);
    } else if (p->tok.kind >= TOKEN_LT && p->tok.kind <= TOKEN_GT) {
        expr_kind_t kind = kinds[p->tok.kind - TOKEN_LT];

        advance(p);
        e = binary(p, kind, at, e, parse_rounded(p));
    } else {
        return e;
    }
    if ((p->tok.kind >= TOKEN_LT && p->tok.kind <= TOKEN_GT) || is_word(p, "is"))
        fail(p, "one comparison at a time: join two with “and”, or put a sum or count in parentheses");
    return e;
}

static expr_t *
parse_negation(parser_t *p)
{
    size_t at = p->tok.at;
    expr_t *e;

    if (++p->depth > DEPTH_MAX)
        fail(p, "the formula is nested too deeply: name its parts under “derived”");
    if (accept_word(p, "not"))
        e = binary(p, EXPR_NOT, at, parse_negation(p), NULL);
    else
        e = parse_comparison(p);
    p->depth--;
    return e;
}

static expr_t *
parse_list(parser_t *p, const char *word, expr_kind_t kind)
{
    expr_t *e = kind == EXPR_AND ? parse_negation(p) : parse_list(p, "and", EXPR_AND);

    for (size_t n = 0; is_word(p, word); n++) {
        size_t at = p->tok.at;

        if (n > LENGTH_MAX)
            fail(p, "the formula is too long: name its parts under “derived”");
        advance(p);
        e = binary(p, kind, at, e, kind == EXPR_AND ? parse_negation(p) : parse_list(p, "and", EXPR_AND));
    }
    return e;
}

static expr_t *
parse_expression(parser_t *p)
{
    size_t at = p->tok.at;
    expr_t *e;

    if (++p->depth > DEPTH_MAX)
        fail(p, "the formula is nested too deeply: name its parts under “derived”");
    if (accept_word(p, "if")) {
        e = node(p, EXPR_IF, at);
        e->a = parse_expression(p);
        expect_word(p, "then");
        e->b = parse_expression(p);
        expect_word(p, "else");
        e->c = parse_expression(p);
    } else {
        e = parse_list(p, "or", EXPR_OR);
    }
    p->depth--;
    return e;
}

expr_t *
expr_parse(const char *text, arena_t *arena, expr_error_t *ret_error)
{
    parser_t p = { .text = text, .arena = arena, .error = ret_error };
    expr_t *e;

    lex_next(text, 0, &p.tok);
    if (p.tok.kind == TOKEN_BAD) {
        const char *what = seen(&p);

        fail(&p, "%s %s", what, p.tok.error);
    }
    e = parse_expression(&p);
    if (!p.failed && p.tok.kind != TOKEN_END)
        fail(&p, "%s is not expected here", seen(&p));
    return p.failed ? NULL : e;
}
