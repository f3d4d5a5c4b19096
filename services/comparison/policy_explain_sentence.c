/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/date.h"
#include "policy_explain.h"
#include <string.h>

/* One plain sentence per category and language, built from the policy's own labels. */

typedef struct {
    str_t zh, en;
} sentence_t;

static policy_label_t
label_of(const policy_condition_t *condition)
{
    const expr_t *e = condition->that.tree;

    if (*condition->label.zh != '\0')
        return condition->label;
    if (e->def != NULL && *e->def->label.zh != '\0')
        return e->def->label;
    return (policy_label_t){ condition->that.text, condition->that.text };
}

/* "（21096.00 < 28440.00）", with the sign that is true. */
static void
add_sides(const explain_t *x, const expr_t *e, bool holds, size_t member, sentence_t *s)
{
    static const char *const yes[] = {
        [EXPR_LT] = "<", [EXPR_LE] = "≤", [EXPR_EQ] = "=", [EXPR_NE] = "≠", [EXPR_GE] = "≥", [EXPR_GT] = ">"
    };
    static const char *const no[] = {
        [EXPR_LT] = "≥", [EXPR_LE] = ">", [EXPR_EQ] = "≠", [EXPR_NE] = "=", [EXPR_GE] = "<", [EXPR_GT] = "≤"
    };
    AUTO_STR left = STR_INIT;
    AUTO_STR right = STR_INIT;
    const char *sign;

    if (e->kind < EXPR_LT || e->kind > EXPR_GT)
        return;
    sign = holds ? yes[e->kind] : no[e->kind];
    if (!explain_value_text(x, e->left, e->a->unit, e->scope, member, &left) ||
        !explain_value_text(x, e->right, e->b->unit, e->scope, member, &right))
        return;
    str_printf(&s->zh, "（%s %s %s）", str_c(&left), sign, str_c(&right));
    str_printf(&s->en, " (%s %s %s)", str_c(&left), sign, str_c(&right));
}

/* The first part of a conjunction that fails: “property within the limits” fails by the vehicle. */
static const expr_t *
failing_part(const explain_t *x, const expr_t *e, size_t member)
{
    for (;;) {
        if (e->kind == EXPR_NAME && e->def->kind == DEF_DERIVED)
            e = e->def->derived.formula.tree;
        else if (e->kind == EXPR_AND)
            e = explain_answer(x, e->a->value, explain_lane(e->a->scope, member)) != POLICY_YES ? e->a : e->b;
        else
            return e;
    }
}

static void
add_conditions(const explain_t *x, const policy_category_t *c, policy_answer_t wanted, size_t member, sentence_t *s)
{
    size_t lane = c->unit == POLICY_UNIT_PERSON ? member : 0;
    bool first = true;

    for (size_t i = 0; i < c->when_count; i++) {
        const policy_condition_t *condition = &c->when[i];
        policy_label_t label = label_of(condition);

        if (explain_answer(x, condition->yes, lane) != wanted)
            continue;
        str_printf(&s->zh, "%s%s", first ? "" : "；", label.zh);
        str_printf(&s->en, "%s%s", first ? "" : "; ", label.en);
        add_sides(x, wanted == POLICY_NO ? failing_part(x, condition->that.tree, member) : condition->that.tree,
                  wanted == POLICY_YES, member, s);
        first = false;
    }
}

/* Something that holds of a household, rather than what it could draw. */
static bool
is_state(const policy_category_t *c)
{
    return c->role == POLICY_ROLE_INDICATOR || c->role == POLICY_ROLE_WATCH;
}

static void
add_yes(const explain_t *x, const policy_category_t *c, size_t lane, size_t member, sentence_t *s)
{
    AUTO_STR amount = STR_INIT;

    str_add(&s->zh, "符合");
    str_add(&s->en, is_state(c) ? "holds" : "qualifies");
    if (c->amount_reg >= 0 && !x->block->unknown[c->amount_reg][lane]) {
        operand_t v = { .num = c->amount_reg, .den = OPERAND_NONE, .scale = 1 };

        (void) explain_value_text(x, v, UNIT_MONEY_MONTH_,
                                  c->unit == POLICY_UNIT_PERSON ? SCOPE_MEMBER : SCOPE_HOUSEHOLD, member, &amount);
        str_printf(&s->zh, "，每月%s元", str_c(&amount));
        str_printf(&s->en, ", %s yuan a month", str_c(&amount));
    }
    str_add(&s->zh, "：");
    str_add(&s->en, ": ");
    add_conditions(x, c, POLICY_YES, member, s);
}

static const policy_def_t *
excluded_by(const explain_t *x, const policy_category_t *c, size_t lane)
{
    for (size_t i = 0; i < c->after_count; i++)
        if (x->block->value[c->after[i]->category.qualifies][lane] != 0)
            return c->after[i];
    return NULL;
}

static void
add_no(const explain_t *x, const policy_def_t *category, size_t lane, size_t member, sentence_t *s)
{
    const policy_category_t *c = &category->category;
    const policy_def_t *other = excluded_by(x, c, lane);
    const policy_verdict_t *v = explain_verdict(x, category, member);

    str_add(&s->zh, is_state(c) ? "未达到" : "不符合");
    str_add(&s->en, is_state(c) ? "does not hold" : "does not qualify");
    if (other != NULL) {
        str_printf(&s->zh, "：已符合%s", other->label.zh);
        str_printf(&s->en, ": qualifies for %s already", other->label.en);
        return;
    }
    str_add(&s->zh, "：未满足“");
    str_add(&s->en, ": not met: ");
    add_conditions(x, c, POLICY_NO, member, s);
    str_add(&s->zh, "”");
    if (c->role == POLICY_ROLE_AID && v->keeps == POLICY_YES && v->grace_month == 0) {
        str_add(&s->zh, "；在册的可继续享受，未超过退出线");
        str_add(&s->en, "; one who is enrolled keeps it, within the band for leaving");
    }
}

/* What the terms of the enrolment add. */
static void
add_terms(const explain_t *x, const policy_def_t *category, size_t member, sentence_t *s)
{
    const policy_verdict_t *v = explain_verdict(x, category, member);
    char day[DATE_TEXT_SIZE];
    int64_t months = 0;

    if (v->valid_until != 0 && v->valid_until < x->block->day) {
        date_format(v->valid_until, day);
        str_printf(&s->zh, "；在册有效期已于%s届满", day);
        str_printf(&s->en, "; the enrolment was valid until %s", day);
    }
    if (v->grace_month != 0) {
        (void) policy_view_read(&x->view, category->category.grace.months_reg, category->scope, member, &months);
        date_format(v->grace_until, day);
        str_printf(&s->zh, "；在册的处于渐退期第%d个月（共%lld个月），保留至%s", (int) v->grace_month, (long long) months, day);
        str_printf(&s->en, "; one who is enrolled keeps it until %s: month %d of %lld of the period of grace", day,
                   (int) v->grace_month, (long long) months);
    }
    if (v->review_on != 0 && v->review_on <= x->block->day) {
        date_format(v->review_on, day);
        str_printf(&s->zh, "；应于%s复核", day);
        str_printf(&s->en, "; its review was due on %s", day);
    }
}

/* "wage (hrss.wages)" */
static void
add_missing_item(const explain_missing_item_t *item, sentence_t *s)
{
    policy_label_t label = explain_missing_label(item);

    str_add(&s->zh, label.zh);
    str_add(&s->en, label.en);
    if (item->what == MISSING_FACT && item->def->fact.source_count > 0) {
        str_printf(&s->zh, "（%s）", item->def->fact.sources[0]);
        str_printf(&s->en, " (%s)", item->def->fact.sources[0]);
    } else if (item->what == MISSING_PARAMETER) {
        bool open = item->def->param.value_count == 0;

        str_add(&s->zh, open ? "（当地尚未规定）" : "（当日无数值）");
        str_add(&s->en, open ? " (not set here)" : " (no value on this day)");
    } else if (item->what == MISSING_TOO_LARGE) {
        str_add(&s->zh, "（数值过大）");
        str_add(&s->en, " (too large to be computed)");
    }
}

static void
add_unknown(const explain_t *x, const policy_category_t *c, size_t member, sentence_t *s)
{
    explain_missing_t list;

    explain_find_missing(x, c, member, &list);
    str_add(&s->zh, list.count > 0 ? "无法判定，缺少：" : "无法判定");
    str_add(&s->en, list.count > 0 ? "cannot tell, missing: " : "cannot tell");
    for (size_t i = 0; i < list.count; i++) {
        str_add(&s->zh, i > 0 ? "、" : "");
        str_add(&s->en, i > 0 ? ", " : "");
        add_missing_item(&list.items[i], s);
    }
}

void
explain_sentence(const explain_t *x, const policy_def_t *category, size_t member)
{
    const policy_category_t *c = &category->category;
    size_t lane = c->unit == POLICY_UNIT_PERSON ? member : 0;
    operand_t qualifies = { .num = c->qualifies, .den = OPERAND_NONE, .scale = 1 };
    sentence_t s = { STR_INIT, STR_INIT };

    str_add(&s.zh, category->label.zh);
    str_add(&s.en, category->label.en);
    if (c->unit == POLICY_UNIT_PERSON) {
        policy_label_t relation = explain_relation(x->dossier->members[member].relation);

        str_printf(&s.zh, "（%s）", relation.zh);
        str_printf(&s.en, " (%s)", relation.en);
    }
    str_add(&s.zh, "：");
    str_add(&s.en, ": ");
    switch (explain_answer(x, qualifies, lane)) {
    case POLICY_YES:
        add_yes(x, c, lane, member, &s);
        break;
    case POLICY_NO:
        add_no(x, category, lane, member, &s);
        break;
    case POLICY_UNKNOWN:
        add_unknown(x, c, member, &s);
        break;
    }
    add_terms(x, category, member, &s);
    str_add(&s.zh, "。");
    str_add(&s.en, ".");
    explain_label(x, "sentence", (policy_label_t){ str_c(&s.zh), str_c(&s.en) });
    str_done(&s.zh);
    str_done(&s.en);
}
