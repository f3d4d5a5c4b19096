/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_explain.h"
#include <string.h>

/* Conditions with both sides, the distance to the line, and their parts; and what is missing where nothing can be told.
 */

static void write_condition(const explain_t *x, const expr_t *e, size_t member);

#define SIDE_FACTS_MAX 16
typedef struct {
    const policy_fact_t *facts[SIDE_FACTS_MAX];
    size_t count;
} side_facts_t;

static void
add_side_fact(side_facts_t *list, const policy_fact_t *fact)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->facts[i] == fact)
            return;
    if (list->count < SIDE_FACTS_MAX)
        list->facts[list->count++] = fact;
}

/* The facts that a side reads itself; those of its sums stand with the values. */
static void
find_side_facts(const expr_t *e, side_facts_t *list)
{
    const expr_t *parts[3] = { e->a, e->b, e->c };
    const policy_def_t *def = e->def;

    if (e->kind == EXPR_SUM || e->kind == EXPR_COUNT || e->kind == EXPR_ANY || e->kind == EXPR_EVERY)
        return;
    if (def != NULL && def->kind == DEF_FACT && e->kind != EXPR_RECORD)
        add_side_fact(list, &def->fact);
    else if (def != NULL && (def->kind == DEF_FACT_VALUE || def->kind == DEF_FACT_CODE))
        add_side_fact(list, &def->fact_def->fact);
    else if (def != NULL && e->kind == EXPR_NAME && def->kind == DEF_DERIVED)
        find_side_facts(def->derived.formula.tree, list);
    for (size_t i = 0; i < 3; i++)
        if (parts[i] != NULL)
            find_side_facts(parts[i], list);
}

static void
write_side_facts(const explain_t *x, const expr_t *e, size_t member)
{
    side_facts_t list = { .count = 0 };

    find_side_facts(e, &list);
    if (list.count == 0)
        return;
    json_out_array(x->out, "facts");
    for (size_t i = 0; i < list.count; i++)
        explain_each_fact(x, list.facts[i], member);
    json_out_end(x->out);
}

static void
write_side(const explain_t *x, const char *key, const expr_t *e, operand_t v, scope_t scope, size_t member)
{
    AUTO_STR value = STR_INIT;
    AUTO_STR formula = STR_INIT;
    AUTO_STR numbers = STR_INIT;

    json_out_object(x->out, key);
    expr_print(e, &formula, NULL, NULL);
    if (e->def != NULL && e->kind == EXPR_NAME)
        explain_label(x, "label", explain_label_or(&e->def->label, e->def->name));
    json_out_text(x->out, "formula", str_c(&formula));
    json_out_text(x->out, "value", explain_value_text(x, v, e->unit, scope, member, &value) ? str_c(&value) : NULL);
    if (e->kind == EXPR_NAME && e->def->kind == DEF_DERIVED)
        explain_numbers(x, e->def->derived.formula.tree, member, &numbers);
    else if (e->kind != EXPR_NAME && e->kind != EXPR_NUMBER)
        explain_numbers(x, e, member, &numbers);
    if (numbers.len > 0)
        json_out_text(x->out, "numbers", str_c(&numbers));
    write_side_facts(x, e, member);
    json_out_end(x->out);
}

static bool
whole_fen(const explain_t *x, operand_t v, size_t lane, int64_t *ret)
{
    int64_t num = v.num >= 0 ? x->block->value[v.num][lane] : v.literal;

    if ((v.num >= 0 && x->block->unknown[v.num][lane]) || v.den >= 0 || num % v.scale != 0)
        return false;
    *ret = num / v.scale;
    return true;
}

static void
write_comparison(const explain_t *x, const expr_t *e, size_t member)
{
    static const char *const signs[] = {
        [EXPR_LT] = "<", [EXPR_LE] = "≤", [EXPR_EQ] = "=", [EXPR_NE] = "≠", [EXPR_GE] = "≥", [EXPR_GT] = ">"
    };
    size_t lane = explain_lane(e->scope, member);
    int64_t left = 0, right = 0, margin = 0;

    write_side(x, "left", e->a, e->left, e->scope, member);
    json_out_text(x->out, "sign", signs[e->kind]);
    write_side(x, "right", e->b, e->right, e->scope, member);
    if (e->a->unit.kind != UNIT_QUANTITY || e->a->unit.money != 1 || !whole_fen(x, e->left, lane, &left) ||
        !whole_fen(x, e->right, lane, &right) || __builtin_sub_overflow(right, left, &margin))
        return;
    json_out_fen(x->out, "margin", margin); /* right − left: below the line it is positive */
}

static void
write_parts(const explain_t *x, const expr_t *e, expr_kind_t kind, size_t member)
{
    if (e->kind == kind) {
        write_parts(x, e->a, kind, member);
        write_parts(x, e->b, kind, member);
        return;
    }
    json_out_object(x->out, NULL);
    write_condition(x, e, member);
    json_out_end(x->out);
}

static void
write_label_of(const explain_t *x, const expr_t *e)
{
    if (e->def == NULL || (*e->def->label.zh == '\0' && *e->def->label.en == '\0'))
        return;
    explain_label(x, "label", e->def->label);
    if (e->def->basis != NULL)
        json_out_text(x->out, "basis", e->def->basis);
}

/* Members of an open object: formula, answer, and what the condition consists of. */
static void
write_condition(const explain_t *x, const expr_t *e, size_t member)
{
    AUTO_STR formula = STR_INIT;

    expr_print(e, &formula, NULL, NULL);
    json_out_text(x->out, "formula", str_c(&formula));
    json_out_text(x->out, "answer", explain_answer_word(explain_answer(x, e->value, explain_lane(e->scope, member))));
    switch ((int) e->kind) {
    case EXPR_LT:
    case EXPR_LE:
    case EXPR_EQ:
    case EXPR_NE:
    case EXPR_GE:
    case EXPR_GT:
        write_comparison(x, e, member);
        break;
    case EXPR_AND:
    case EXPR_OR:
        json_out_text(x->out, "joined", e->kind == EXPR_AND ? "and" : "or");
        json_out_array(x->out, "parts");
        write_parts(x, e, (expr_kind_t) e->kind, member);
        json_out_end(x->out);
        break;
    case EXPR_NOT:
        json_out_text(x->out, "joined", "not");
        json_out_array(x->out, "parts");
        write_parts(x, e->a, EXPR_NOT, member);
        json_out_end(x->out);
        break;
    case EXPR_HAS:
    case EXPR_MONTHS:
    case EXPR_START:
    case EXPR_END:
        write_label_of(x, e);
        explain_facts(x, "facts", &e->def->fact, member);
        break;
    case EXPR_NAME:
        write_label_of(x, e);
        if (e->def->kind != DEF_DERIVED && e->def->kind != DEF_GROUP)
            break;
        json_out_array(x->out, "parts");
        write_parts(x, e->def->derived.formula.tree, EXPR_AND, member);
        json_out_end(x->out);
        break;
    case EXPR_IS: {
        AUTO_STR word = STR_INIT;

        json_out_text(x->out, "value", explain_word_text(x, e->a, member, &word) ? str_c(&word) : NULL);
        break;
    }
    default:
        break;
    }
}

void
explain_conditions(const explain_t *x, const policy_category_t *c, size_t member)
{
    size_t lane = c->unit == POLICY_UNIT_PERSON ? member : 0;

    json_out_array(x->out, "conditions");
    for (size_t i = 0; i < c->when_count; i++) {
        const policy_condition_t *condition = &c->when[i];
        const expr_t *e = condition->that.tree;
        bool named = e->kind == EXPR_NAME || e->kind == EXPR_HAS; /* these bring label and basis of their own */
        bool own = *condition->label.zh != '\0';

        json_out_object(x->out, NULL);
        if (own)
            explain_label(x, "title", condition->label);
        else if (named && *e->def->label.zh != '\0')
            explain_label(x, "title", e->def->label);
        if (condition->basis != NULL)
            json_out_text(x->out, "clause", condition->basis);
        json_out_bool(x->out, "decides", c->decider == condition);
        json_out_text(x->out, "passes", explain_answer_word(explain_answer(x, condition->yes, lane)));
        if (condition->hysteresis.text != NULL) {
            AUTO_STR line = STR_INIT;

            json_out_text(x->out, "keeps", explain_answer_word(explain_answer(x, condition->keeps, lane)));
            json_out_text(x->out, "keeps_line",
                          explain_value_text(x, condition->keeps_line, e->b->unit, e->scope, member, &line)
                              ? str_c(&line)
                              : NULL);
        }
        write_condition(x, e, member);
        json_out_end(x->out);
    }
    json_out_end(x->out);
}
