/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_expr.h"
#include "domain/date.h"

/* Binding strength: a part is put in parentheses when it binds less than its place asks for. */
enum {
    LEVEL_ANY,
    LEVEL_OR,
    LEVEL_AND,
    LEVEL_NOT,
    LEVEL_COMPARISON,
    LEVEL_ROUNDED,
    LEVEL_SUM,
    LEVEL_PRODUCT,
    LEVEL_UNARY,
    LEVEL_PRIMARY
};

typedef struct {
    str_t *out;
    expr_leaf_fn leaf;
    void *ctx;
} printer_t;

static void print(const printer_t *p, const expr_t *e, int level);

static int
level_of(const expr_t *e)
{
    switch ((expr_kind_t) e->kind) {
    case EXPR_IF:
        return LEVEL_ANY;
    case EXPR_OR:
        return LEVEL_OR;
    case EXPR_AND:
        return LEVEL_AND;
    case EXPR_NOT:
        return LEVEL_NOT;
    case EXPR_LT:
    case EXPR_LE:
    case EXPR_EQ:
    case EXPR_NE:
    case EXPR_GE:
    case EXPR_GT:
    case EXPR_IS:
        return LEVEL_COMPARISON;
    case EXPR_ROUND:
        return LEVEL_ROUNDED;
    case EXPR_ADD:
    case EXPR_SUB:
        return LEVEL_SUM;
    case EXPR_MUL:
    case EXPR_DIV:
        return LEVEL_PRODUCT;
    case EXPR_NEGATE:
        return LEVEL_UNARY;
    case EXPR_SUM:
    case EXPR_COUNT:
    case EXPR_ANY:
    case EXPR_EVERY:
        return e->b != NULL ? LEVEL_ANY : LEVEL_PRIMARY; /* “where” reaches as far as it can */
    case EXPR_NUMBER:
    case EXPR_DATE:
    case EXPR_NAME:
    case EXPR_MIN:
    case EXPR_MAX:
    case EXPR_HAS:
    case EXPR_MONTHS:
    case EXPR_START:
    case EXPR_END:
    case EXPR_MONTH:
    case EXPR_YEAR:
    case EXPR_MONTH_START:
    case EXPR_RECORD:
    case EXPR_QUALIFIES:
        break;
    }
    return LEVEL_PRIMARY;
}

/* literal / scale, shortest. */
static void
print_decimal(str_t *out, int64_t number, int64_t scale)
{
    int64_t whole = number / scale, rest = number % scale;

    str_add_i64(out, whole);
    if (rest == 0)
        return;
    str_add_char(out, '.');
    while (rest != 0) {
        rest *= 10;
        str_add_char(out, (char) ('0' + rest / scale));
        rest %= scale;
    }
}

static void
print_number(str_t *out, const expr_t *e)
{
    if (e->unit.money == 1) {
        if (e->literal % 100 == 0)
            str_printf(out, "%lld yuan", (long long) (e->literal / 100));
        else
            str_printf(out, "%lld.%02d yuan", (long long) (e->literal / 100), (int) (e->literal % 100));
        return;
    }
    if (e->negated) { /* written as a percentage */
        print_decimal(out, e->literal, e->scale / 100);
        str_add(out, " %");
        return;
    }
    print_decimal(out, e->literal, e->scale);
    if (e->unit.month == 1)
        str_add(out, e->literal == e->scale ? " month" : " months");
    if (e->unit.year == 1)
        str_add(out, e->literal == e->scale ? " year" : " years");
}

static void
print_binary(const printer_t *p, const expr_t *e, const char *sign, int left, int right)
{
    print(p, e->a, left);
    str_printf(p->out, " %s ", sign);
    print(p, e->b, right);
}

static void
print_round(const printer_t *p, const expr_t *e)
{
    static const char *const modes[] = { "down", "up", "half up" };

    print(p, e->a, LEVEL_SUM);
    str_printf(p->out, " rounded %s to ", modes[e->mode]);
    if (e->literal == 100)
        str_add(p->out, "yuan");
    else if (e->literal == 1)
        str_add(p->out, "fen");
    else
        str_printf(p->out, "%lld %s", (long long) (e->literal % 100 == 0 ? e->literal / 100 : e->literal),
                   e->literal % 100 == 0 ? "yuan" : "fen");
}

static void
print_is(const printer_t *p, const expr_t *e)
{
    print(p, e->a, LEVEL_ROUNDED);
    str_add(p->out, e->negated ? " is not " : " is ");
    if (e->word_count == 1) {
        str_add(p->out, e->words[0]);
        return;
    }
    for (size_t i = 0; i < e->word_count; i++)
        str_printf(p->out, "%s%s", i == 0 ? "one of (" : ", ", e->words[i]);
    str_add_char(p->out, ')');
}

static void
print_aggregate(const printer_t *p, const expr_t *e, const char *word)
{
    str_printf(p->out, "%s of ", word);
    if (e->kind == EXPR_SUM) {
        print(p, e->a, LEVEL_ANY);
        str_add(p->out, " over ");
    }
    str_add(p->out, e->name);
    if (e->b != NULL) {
        str_add(p->out, " where ");
        print(p, e->b, LEVEL_ANY);
    }
}

static void
print_call(const printer_t *p, const expr_t *e, const char *word)
{
    str_printf(p->out, "%s(", word);
    print(p, e->a, LEVEL_ANY);
    str_add(p->out, ", ");
    print(p, e->b, LEVEL_ANY);
    str_add_char(p->out, ')');
}

static void
print_date(str_t *out, int64_t day)
{
    char text[DATE_TEXT_SIZE];

    date_format((int32_t) day, text);
    str_add(out, text);
}

static void
print_prefix(const printer_t *p, const char *word, const expr_t *part, int level)
{
    str_add(p->out, word);
    print(p, part, level);
}

static void
print_if(const printer_t *p, const expr_t *e)
{
    print_prefix(p, "if ", e->a, LEVEL_ANY);
    print_prefix(p, " then ", e->b, LEVEL_ANY);
    print_prefix(p, " else ", e->c, LEVEL_ANY);
}

/* What stands before the name or the part. */
static const char *const words[] = {
    [EXPR_SUM] = "sum",
    [EXPR_COUNT] = "count",
    [EXPR_ANY] = "any",
    [EXPR_EVERY] = "every",
    [EXPR_HAS] = "has ",
    [EXPR_MONTHS] = "months of ",
    [EXPR_START] = "start of ",
    [EXPR_END] = "end of ",
    [EXPR_RECORD] = "any record of ",
    [EXPR_QUALIFIES] = "qualifies for ",
    [EXPR_MONTH] = "month of ",
    [EXPR_YEAR] = "year of ",
    [EXPR_MONTH_START] = "month_start of ",
};

static void
print_node(const printer_t *p, const expr_t *e)
{
    static const char *const signs[] = {
        [EXPR_LT] = "<", [EXPR_LE] = "≤", [EXPR_EQ] = "=", [EXPR_NE] = "≠", [EXPR_GE] = "≥", [EXPR_GT] = ">"
    };

    switch ((expr_kind_t) e->kind) {
    case EXPR_NUMBER:
        print_number(p->out, e);
        break;
    case EXPR_DATE:
        print_date(p->out, e->literal);
        break;
    case EXPR_NAME:
        str_add(p->out, e->name);
        break;
    case EXPR_NEGATE:
        print_prefix(p, "−", e->a, LEVEL_UNARY);
        break;
    case EXPR_ADD:
        print_binary(p, e, "+", LEVEL_SUM, LEVEL_PRODUCT);
        break;
    case EXPR_SUB:
        print_binary(p, e, "−", LEVEL_SUM, LEVEL_PRODUCT);
        break;
    case EXPR_MUL:
        print_binary(p, e, "×", LEVEL_PRODUCT, LEVEL_UNARY);
        break;
    case EXPR_DIV:
        print_binary(p, e, "/", LEVEL_PRODUCT, LEVEL_UNARY);
        break;
    case EXPR_MIN:
        print_call(p, e, "min");
        break;
    case EXPR_MAX:
        print_call(p, e, "max");
        break;
    case EXPR_ROUND:
        print_round(p, e);
        break;
    case EXPR_LT:
    case EXPR_LE:
    case EXPR_EQ:
    case EXPR_NE:
    case EXPR_GE:
    case EXPR_GT:
        print_binary(p, e, signs[e->kind], LEVEL_ROUNDED, LEVEL_ROUNDED);
        break;
    case EXPR_IS:
        print_is(p, e);
        break;
    case EXPR_AND:
        print_binary(p, e, "and", LEVEL_AND, LEVEL_NOT);
        break;
    case EXPR_OR:
        print_binary(p, e, "or", LEVEL_OR, LEVEL_AND);
        break;
    case EXPR_NOT:
        print_prefix(p, "not ", e->a, LEVEL_NOT);
        break;
    case EXPR_IF:
        print_if(p, e);
        break;
    case EXPR_SUM:
    case EXPR_COUNT:
    case EXPR_ANY:
    case EXPR_EVERY:
        print_aggregate(p, e, words[e->kind]);
        break;
    case EXPR_MONTH:
    case EXPR_YEAR:
    case EXPR_MONTH_START:
        print_prefix(p, words[e->kind], e->a, LEVEL_PRIMARY);
        break;
    case EXPR_HAS:
    case EXPR_MONTHS:
    case EXPR_START:
    case EXPR_END:
    case EXPR_RECORD:
    case EXPR_QUALIFIES:
        str_printf(p->out, "%s%s", words[e->kind], e->name);
        break;
    }
}

static void
print(const printer_t *p, const expr_t *e, int level)
{
    bool parentheses = level_of(e) < level;

    if (p->leaf != NULL && p->leaf(p->ctx, e, p->out))
        return;
    if (parentheses)
        str_add_char(p->out, '(');
    print_node(p, e);
    if (parentheses)
        str_add_char(p->out, ')');
}

void
expr_print(const expr_t *e, str_t *out, expr_leaf_fn leaf, void *ctx)
{
    printer_t p = { out, leaf, ctx };

    print(&p, e, LEVEL_ANY);
}
