/* SPDX-License-Identifier: Apache-2.0 */
#include "base/num.h"
#include "domain/date.h"
#include "domain/money.h"
#include "policy_explain.h"

#define DECIMALS_SHOWN 4

size_t
explain_lane(scope_t scope, size_t member)
{
    return scope == SCOPE_MEMBER && member != EXPLAIN_HOUSEHOLD ? member : 0;
}

/* num / den with a few decimals, rounded half up; exact where it ends earlier. */
static void
add_fraction(str_t *out, int64_t num, int64_t den)
{
    bool negative = num < 0;
    uint64_t n = negative ? 0 - (uint64_t) num : (uint64_t) num, d = (uint64_t) den, whole = n / d, rest = n % d,
             tail = 0;
    unsigned digits = 0;
    uint64_t power = 1;

    while (digits < DECIMALS_SHOWN && rest != 0 && rest < UINT64_MAX / 10) {
        rest *= 10;
        tail = tail * 10 + rest / d;
        rest %= d;
        digits++;
        power *= 10;
    }
    if (rest != 0 && rest >= d - rest)
        tail++;
    whole += tail / power;
    tail %= power;
    if (negative)
        str_add_char(out, '-');
    str_add_u64(out, whole);
    if (tail == 0)
        return;
    while (tail % 10 == 0) {
        tail /= 10;
        digits--;
    }
    str_printf(out, ".%0*llu", (int) digits, (unsigned long long) tail);
}

static void
add_money(str_t *out, int64_t num, int64_t den)
{
    char text[MONEY_TEXT_SIZE];
    int64_t fen = num / den, rest = num % den;

    if (rest < 0) {
        rest += den;
        fen--;
    }
    if (rest >= den - rest && rest != 0)
        fen++;
    money_format(fen, text);
    str_add(out, text);
}

bool
explain_value_text(const explain_t *x, operand_t v, unit_t unit, scope_t scope, size_t member, str_t *out)
{
    int64_t num = v.literal, den = v.scale, by = 1;

    if (v.num >= 0 && !policy_view_read(&x->view, v.num, scope, member, &num))
        return false;
    if (v.den >= 0 && (!policy_view_read(&x->view, v.den, scope, member, &by) || !num_mul_i64(den, by, &den)))
        return false;
    if (den <= 0)
        return false;
    if (unit.kind == UNIT_DATE) {
        char text[DATE_TEXT_SIZE];

        date_format((int32_t) num, text);
        str_add(out, text);
    } else if (unit.kind == UNIT_FLAG) {
        str_add(out, num != 0 ? "yes" : "no");
    } else if (unit.money == 1) {
        add_money(out, num, den);
    } else {
        add_fraction(out, num, den);
    }
    return true;
}

const expr_t *
explain_taken(const explain_t *x, const expr_t *e, size_t member)
{
    while (e->kind == EXPR_IF) {
        operand_t flag = e->a->value;
        int64_t yes = flag.literal;

        if (flag.num >= 0 && !policy_view_read(&x->view, flag.num, e->a->scope, member, &yes))
            return e;
        e = yes != 0 ? e->b : e->c;
    }
    return e;
}

bool
explain_word_text(const explain_t *x, const expr_t *name, size_t member, str_t *out)
{
    const policy_def_t *def = name->def;
    int64_t word;

    if (!policy_view_read(&x->view, name->value.num, name->scope, member, &word))
        return false;
    if (def->kind == DEF_PARAMETER)
        str_add(out, def->param.choices[word]);
    else if (def->kind == DEF_BUILTIN)
        str_add(out, policy_relation_word((relation_t) word));
    else
        str_add(out, terms_word(x->policy->terms, (term_t) word));
    return true;
}

typedef struct {
    const explain_t *x;
    size_t member;
} numbers_t;

/* A branch inside a larger formula: in parentheses, unless it is one value. */
static bool
taken_leaf(numbers_t *n, const expr_t *e, expr_leaf_fn leaf, str_t *out)
{
    const expr_t *taken = explain_taken(n->x, e, n->member);
    bool joined = taken->a != NULL && taken->kind != EXPR_SUM;

    if (taken == e)
        return false;
    str_add(out, joined ? "(" : "");
    expr_print(taken, out, leaf, n);
    str_add(out, joined ? ")" : "");
    return true;
}

static bool
number_leaf(void *ctx, const expr_t *e, str_t *out)
{
    numbers_t *n = ctx;

    switch ((expr_kind_t) e->kind) {
    case EXPR_NAME:
    case EXPR_SUM:
    case EXPR_COUNT:
    case EXPR_ANY:
    case EXPR_EVERY:
    case EXPR_HAS:
    case EXPR_MONTHS:
    case EXPR_START:
    case EXPR_END:
    case EXPR_RECORD:
    case EXPR_QUALIFIES:
        if (e->unit.kind == UNIT_WORD ? !explain_word_text(n->x, e, n->member, out)
                                      : !explain_value_text(n->x, e->value, e->unit, e->scope, n->member, out))
            str_add(out, "?");
        else if (unit_eq(e->unit, UNIT_MONTHS_) || unit_eq(e->unit, UNIT_YEARS_))
            str_add(out, e->unit.month == 1 ? " months" : " years");
        return true;
    case EXPR_NUMBER:
    case EXPR_DATE:
    case EXPR_NEGATE:
    case EXPR_ADD:
    case EXPR_SUB:
    case EXPR_MUL:
    case EXPR_DIV:
    case EXPR_MIN:
    case EXPR_MAX:
    case EXPR_ROUND:
    case EXPR_LT:
    case EXPR_LE:
    case EXPR_EQ:
    case EXPR_NE:
    case EXPR_GE:
    case EXPR_GT:
    case EXPR_IS:
    case EXPR_AND:
    case EXPR_OR:
    case EXPR_MONTH:
    case EXPR_YEAR:
    case EXPR_MONTH_START:
    case EXPR_NOT:
        break;
    case EXPR_IF:
        return taken_leaf(n, e, number_leaf, out);
    }
    return false;
}

void
explain_numbers(const explain_t *x, const expr_t *e, size_t member, str_t *out)
{
    numbers_t n = { x, member };

    expr_print(explain_taken(x, e, member), out, number_leaf, &n);
}

policy_answer_t
explain_answer(const explain_t *x, operand_t flag, size_t lane)
{
    if (x->dossier->incomplete || x->block->unknown[flag.num][lane])
        return POLICY_UNKNOWN;
    return x->block->value[flag.num][lane] != 0 ? POLICY_YES : POLICY_NO;
}

const char *
explain_answer_word(policy_answer_t answer)
{
    static const char *const words[] = { "no", "yes", "unknown" };

    return words[answer];
}

void
explain_label(const explain_t *x, const char *key, policy_label_t label)
{
    json_out_object(x->out, key);
    json_out_text(x->out, "zh", label.zh);
    json_out_text(x->out, "en", label.en);
    json_out_end(x->out);
}

policy_label_t
explain_label_or(const policy_label_t *label, const char *fallback)
{
    if (*label->zh != '\0' || *label->en != '\0')
        return *label;
    return (policy_label_t){ fallback, fallback };
}

policy_label_t
explain_relation(relation_t relation)
{
    static const policy_label_t labels[REL_COUNT] = {
        [REL_HEAD] = { "户主", "head" },
        [REL_SPOUSE] = { "配偶", "spouse" },
        [REL_CHILD] = { "子女", "child" },
        [REL_PARENT] = { "父母", "parent" },
        [REL_GRANDCHILD] = { "孙子女", "grandchild" },
        [REL_GRANDPARENT] = { "祖父母", "grandparent" },
        [REL_SIBLING] = { "兄弟姐妹", "sibling" },
        [REL_OTHER] = { "其他成员", "other member" },
    };

    return relation < REL_COUNT ? labels[relation] : labels[REL_OTHER];
}
