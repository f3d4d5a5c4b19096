/* SPDX-License-Identifier: Apache-2.0 */
#include "explain_sheet.h"

#include "base/num.h"

#include <string.h>

enum { STATUS_COLUMN = 40, BASIS_COLUMN = 88 };

/* ---- what is known beside the assessment ------------------------------------------------------------------------- */

/* The enrolment in force of the household, or of the category's person. */
static const json_node_t *
enrolment_of(const sheet_t *s, const json_node_t *category)
{
    const char *person = sheet_text(category, "person");

    for (const json_node_t *e = json_first(json_get(s->root, "enrolments")); e != NULL; e = json_next(e))
        if (json_is_true(json_get(e, "in_force")) && sheet_is(e, "person", person) &&
            (sheet_is(e, "category", sheet_text(category, "category")) || sheet_is(e, "category", sheet_text(category, "name"))))
            return e;
    return NULL;
}

/* The finding that says of the answer since when it holds; not one about the amount or the members. */
static const json_node_t *
finding_of(const sheet_t *s, const json_node_t *category)
{
    static const char *const yes[] = { "newly_qualifies", "category_change", "entitlement_not_drawn", "hardship_warning" };
    static const char *const no[] = { "no_longer_qualifies" };
    bool qualifies = sheet_is(category, "answer", "yes");

    for (const json_node_t *f = json_first(json_get(s->root, "findings")); f != NULL; f = json_next(f)) {
        const char *kind = sheet_text(f, "kind");

        if (sheet_is(f, "category", sheet_text(category, "category")) && sheet_is(f, "person", sheet_text(category, "person")) &&
            (qualifies ? str_in(kind, yes, COUNT_OF(yes)) : str_in(kind, no, COUNT_OF(no))))
            return f;
    }
    return NULL;
}

static bool
has_near_aid(const sheet_t *s)
{
    for (const json_node_t *c = json_first(json_get(s->root, "categories")); c != NULL; c = json_next(c))
        if (sheet_is(c, "role", "aid") && (!sheet_is(c, "answer", "no") || enrolment_of(s, c) != NULL))
            return true;
    return false;
}

static bool
is_first_aid(const sheet_t *s, const json_node_t *category)
{
    for (const json_node_t *c = json_first(json_get(s->root, "categories")); c != NULL; c = json_next(c))
        if (sheet_is(c, "role", "aid") && sheet_is(c, "unit", "household"))
            return c == category;
    return false;
}

/* What it qualifies for, draws, or cannot be told of; and, when that is no aid, how far it is from the first one. */
bool
sheet_is_worth_telling(const sheet_t *s, const json_node_t *category)
{
    return s->all || !sheet_is(category, "answer", "no") || enrolment_of(s, category) != NULL ||
           (is_first_aid(s, category) && !has_near_aid(s));
}

/* ---- conditions -------------------------------------------------------------------------------------------------- */

static const char *
mark(const char *answer)
{
    return strcmp(answer, "yes") == 0 ? "✓" : strcmp(answer, "no") == 0 ? "✗" : "?";
}

static const char *
answer_of(const json_node_t *condition)
{
    return json_text(json_get(condition, "passes")) != NULL ? sheet_text(condition, "passes") : sheet_text(condition, "answer");
}

static void
add_value(const sheet_t *s, const json_node_t *side)
{
    if (json_text(json_get(side, "value")) != NULL)
        sheet_add_number(s, sheet_text(side, "value"));
    else
        str_add(s->out, sheet_word(s, "not known", "不详"));
}

/* The sign that is true: what fails is told as it is. */
static const char *
true_sign(const json_node_t *condition)
{
    static const char *const signs[][2] = { { "<", "≥" }, { "≤", ">" }, { "=", "≠" }, { "≠", "=" }, { "≥", "<" }, { ">", "≤" } };
    const char *sign = sheet_text(condition, "sign");

    for (size_t i = 0; sheet_is(condition, "answer", "no") && i < COUNT_OF(signs); i++)
        if (strcmp(signs[i][0], sign) == 0)
            return signs[i][1];
    return sign;
}

/* "2,275.22 below the line (24.0 %)" */
static void
add_margin(const sheet_t *s, const json_node_t *condition, const json_node_t *category)
{
    const char *margin = sheet_text(condition, "margin");
    bool above = margin[0] == '-';
    double ratio;
    const char *text = sheet_text(category, "margin_ratio");

    if (margin[0] == '\0')
        return;
    if (strcmp(margin, "0.00") == 0) {
        str_add(s->out, sheet_word(s, "   on the line", "   恰在线上"));
        return;
    }
    str_add(s->out, s->zh ? (above ? "   高出 " : "   低于 ") : "   ");
    sheet_add_number(s, margin + (above ? 1 : 0));
    str_add(s->out, s->zh ? "" : above ? " above the line" : " below the line");
    if (json_is_true(json_get(condition, "decides")) && num_real(text, strlen(text), &ratio))
        str_printf(s->out, sheet_word(s, " (%.1f %%)", "（%.1f %%）"), (ratio < 0 ? -ratio : ratio) * 100);
}

/* One comparison or plain condition in words, as a part of another. */
static void
add_leaf(const sheet_t *s, const json_node_t *c)
{
    const json_node_t *left = json_get(c, "left"), *right = json_get(c, "right");

    if (left == NULL) {
        const char *label = sheet_label(s, c, "label", NULL);

        if (label != NULL)
            str_add(s->out, label);
        else
            sheet_add_number(s, sheet_text(c, "formula"));
        if (json_text(json_get(c, "value")) != NULL)
            str_printf(s->out, " (%s)", sheet_text(c, "value"));
        return;
    }
    const char *name = sheet_label(s, left, "label", NULL);
    if (name != NULL)
        str_add(s->out, name);
    else
        sheet_add_number(s, sheet_text(left, "formula"));
    str_add_char(s->out, ' ');
    add_value(s, left);
    str_printf(s->out, " %s ", true_sign(c));
    if (sheet_label(s, right, "label", NULL) != NULL)
        str_printf(s->out, "%s ", sheet_label(s, right, "label", ""));
    add_value(s, right);
}

static void
write_clause(const sheet_t *s, const json_node_t *c)
{
    const char *clause = sheet_text(c, "clause")[0] != '\0' ? sheet_text(c, "clause") : sheet_text(c, "basis");

    if (clause[0] != '\0')
        str_printf(s->out, "   %s", clause);
}

static const char *
negated(const char *answer)
{
    return strcmp(answer, "yes") == 0 ? "no" : strcmp(answer, "no") == 0 ? "yes" : answer;
}

static void write_parts(const sheet_t *s, const json_node_t *condition, bool holding, unsigned depth);

static void
write_part(const sheet_t *s, const json_node_t *p, const char *answer, bool not, bool holding, unsigned depth)
{
    sheet_indent(s, depth);
    str_printf(s->out, "%s %s", mark(answer), not ? sheet_word(s, "not: ", "非：") : "");
    add_leaf(s, p);
    write_clause(s, p);
    str_add_char(s->out, '\n');
    sheet_sources(s, json_get(p, "facts"), NULL, depth + 2);
    if (s->all && json_get(p, "left") != NULL) {
        sheet_side(s, json_get(p, "left"), depth + 2);
        sheet_side(s, json_get(p, "right"), depth + 2);
    }
    write_parts(s, p, holding, depth + 1);
}

/* The parts of what fails or is not known, down to where it lies; of what holds by one of several ways (`holding`) those that
 * hold; all parts with --all. */
static void
write_parts(const sheet_t *s, const json_node_t *condition, bool holding, unsigned depth)
{
    bool not = sheet_is(condition, "joined", "not");

    for (const json_node_t *p = json_first(json_get(condition, "parts")); p != NULL; p = json_next(p)) {
        const char *answer = not ? negated(sheet_text(p, "answer")) : sheet_text(p, "answer");

        if (!s->all && (strcmp(answer, "yes") == 0) != holding)
            continue;
        if (json_count(json_get(p, "parts")) == 0 || sheet_label(s, p, "label", NULL) != NULL)
            write_part(s, p, answer, not, holding, depth);
        else
            write_parts(s, p, holding, depth);
    }
}

/* What the whole consists of: its comparisons, told one by one. */
static size_t
count_comparisons(const json_node_t *condition)
{
    size_t n = 0;

    for (const json_node_t *p = json_first(json_get(condition, "parts")); p != NULL; p = json_next(p)) {
        if (json_get(p, "left") != NULL)
            n++;
        else if (sheet_is(condition, "joined", "and") || json_get(condition, "joined") == NULL)
            n += count_comparisons(p);
    }
    return n;
}

typedef struct {
    bool in_lines; /* each on its own, else all in the line of the condition */
    size_t told;
} comparisons_t;

static void
add_comparisons(const sheet_t *s, const json_node_t *condition, comparisons_t *how)
{
    for (const json_node_t *p = json_first(json_get(condition, "parts")); p != NULL; p = json_next(p)) {
        if (json_get(p, "left") != NULL) {
            if (how->in_lines)
                str_add(s->out, "      ");
            else
                str_add(s->out, how->told == 0 ? sheet_word(s, ": ", "：") : sheet_word(s, "; ", "；"));
            add_leaf(s, p);
            if (how->in_lines)
                str_add_char(s->out, '\n');
            how->told++;
        } else if (sheet_is(condition, "joined", "and") || json_get(condition, "joined") == NULL) {
            add_comparisons(s, p, how);
        }
    }
}

static void
write_condition(const sheet_t *s, const json_node_t *c, const json_node_t *category, bool drawn)
{
    const char *answer = answer_of(c);
    const json_node_t *left = json_get(c, "left");
    bool plain = strcmp(answer, "yes") == 0, whole = left == NULL && plain && !s->all;
    comparisons_t how = { .in_lines = count_comparisons(c) > 2 };

    str_printf(s->out, "  %s ", mark(answer));
    const char *title = sheet_label(s, c, "title", sheet_label(s, c, "label", NULL));
    if (title != NULL)
        str_add(s->out, title);
    else
        sheet_add_number(s, sheet_text(c, "formula"));
    if (left != NULL) {
        str_add(s->out, "  ");
        add_value(s, left);
        str_printf(s->out, " %s ", true_sign(c));
        add_value(s, json_get(c, "right"));
        add_margin(s, c, category);
    }
    if (whole && !how.in_lines)
        add_comparisons(s, c, &how);
    write_clause(s, c);
    str_add_char(s->out, '\n');
    if (whole && how.in_lines)
        add_comparisons(s, c, &how);
    if (drawn && json_text(json_get(c, "keeps_line")) != NULL) {
        str_printf(s->out, "      %s %s ", mark(sheet_text(c, "keeps")), sheet_word(s, "who is enrolled keeps it below", "在册的，低于此数可继续享受："));
        sheet_add_number(s, sheet_text(c, "keeps_line"));
        str_add_char(s->out, '\n');
    }
    if (left != NULL && (s->all || !plain || json_is_true(json_get(c, "decides")))) {
        sheet_side(s, left, 3);
        sheet_side(s, json_get(c, "right"), 3);
    }
    sheet_sources(s, json_get(c, "facts"), NULL, 3);
    if (!plain || s->all || sheet_is(c, "joined", "or"))
        write_parts(s, c, plain && !s->all, 2);
}

/* ---- the head of a category -------------------------------------------------------------------------------------- */

static const char *
status_of(const sheet_t *s, const json_node_t *c, const json_node_t *enrolment)
{
    const char *answer = sheet_text(c, "answer");
    bool indicator = sheet_is(c, "role", "indicator") || sheet_is(c, "role", "watch");

    if (strcmp(answer, "yes") == 0)
        return indicator ? sheet_word(s, "HOLDS", "达到") : sheet_word(s, "QUALIFIES", "符合");
    if (strcmp(answer, "unknown") == 0)
        return sheet_word(s, "CANNOT TELL", "无法判定");
    if (enrolment == NULL)
        return indicator ? sheet_word(s, "does not hold", "未达到") : sheet_word(s, "does not qualify", "不符合");
    if (sheet_is(c, "keeps", "yes"))
        return sheet_word(s, "KEEPS, would not qualify anew", "可继续享受（新申请则不符合）");
    return sheet_word(s, "NO LONGER QUALIFIES", "不再符合");
}

static void
write_head(const sheet_t *s, const json_node_t *c, const json_node_t *enrolment)
{
    const json_node_t *finding = finding_of(s, c);
    const char *amount = sheet_text(c, "amount");

    str_add_char(s->out, '\n');
    str_add(s->out, sheet_label(s, c, "label", sheet_text(c, "category")));
    sheet_add_relation(s, c);
    str_printf(s->out, " [%s]", sheet_text(c, "category"));
    sheet_to_column(s, STATUS_COLUMN);
    str_add(s->out, status_of(s, c, enrolment));
    if (finding != NULL)
        str_printf(s->out, sheet_word(s, " since %s", "（%s 起）"), sheet_text(finding, "since"));
    if (amount[0] != '\0' && sheet_is(c, "answer", "yes")) {
        str_add(s->out, enrolment == NULL ? "  +" : "  ");
        sheet_add_number(s, amount);
        str_add(s->out, sheet_word(s, " a month", " 元/月"));
    }
    sheet_to_column(s, BASIS_COLUMN);
    str_add(s->out, sheet_text(c, "basis"));
    str_add_char(s->out, '\n');
}

static void
add_clause(const sheet_t *s, const json_node_t *term)
{
    if (json_get(term, "months") != NULL)
        str_printf(s->out, sheet_word(s, " (%lld months)", "（%lld 个月）"), (long long) sheet_count(term, "months"));
    if (sheet_text(term, "basis")[0] != '\0')
        str_printf(s->out, "   %s", sheet_text(term, "basis"));
    str_add_char(s->out, '\n');
}

/* How long the enrolment lasts, when it is looked at again, and until when it is kept by grace. */
static void
write_terms(const sheet_t *s, const json_node_t *c)
{
    const json_node_t *validity = json_get(c, "validity"), *review = json_get(c, "review"), *grace = json_get(c, "grace");

    if (validity != NULL) {
        str_printf(s->out, sheet_word(s, "  valid until %s%s", "  有效期至 %s%s"), sheet_text(validity, "until"),
                   json_is_true(json_get(validity, "over")) ? sheet_word(s, ", over", "，已过期") : "");
        add_clause(s, validity);
    }
    if (review != NULL) {
        str_printf(s->out, sheet_word(s, "  next review on %s%s", "  下次复核 %s%s"), sheet_text(review, "on"),
                   json_is_true(json_get(review, "due")) ? sheet_word(s, ", due", "，已到期") : "");
        add_clause(s, review);
    }
    if (grace != NULL) {
        str_printf(s->out, sheet_word(s, "  kept by grace until %s, month %lld of it", "  渐退期至 %s，现为第 %lld 个月"),
                   sheet_text(grace, "until"), (long long) sheet_count(grace, "month"));
        add_clause(s, grace);
    }
}

static void
write_enrolment(const sheet_t *s, const json_node_t *e)
{
    str_printf(s->out, "  %s %s", sheet_word(s, "enrolled since", "在册，自"), sheet_text(e, "from"));
    if (!sheet_is(e, "amount", "0.00") && sheet_text(e, "amount")[0] != '\0') {
        str_add(s->out, sheet_word(s, " with ", "，金额 "));
        sheet_add_number(s, sheet_text(e, "amount"));
        str_add(s->out, sheet_word(s, " a month", " 元/月"));
    }
    str_add_char(s->out, '\n');
}

static const char *
department_of(const json_node_t *missing)
{
    return sheet_text(json_first(json_get(missing, "sources")), "department");
}

static bool
is_first_of_department(const json_node_t *list, const json_node_t *missing)
{
    for (const json_node_t *m = json_first(list); m != missing; m = json_next(m))
        if (strcmp(department_of(m), department_of(missing)) == 0)
            return false;
    return true;
}

static bool
is_held_back(const sheet_t *s, const char *dataset)
{
    for (const json_node_t *n = json_first(json_get(s->root, "not_used")); n != NULL; n = json_next(n))
        if (sheet_is(n, "dataset", dataset))
            return true;
    return false;
}

static void
add_missing(const sheet_t *s, const json_node_t *m)
{
    str_add(s->out, sheet_label(s, m, "label", sheet_is(m, "what", "fact") ? sheet_text(m, "kind") : sheet_text(m, "name")));
    sheet_add_relation(s, m);
    if (sheet_is(m, "what", "parameter"))
        str_add(s->out, sheet_word(s, " (no value on this day)", "（当日无数值）"));
    if (sheet_is(m, "what", "too large to be computed"))
        str_add(s->out, sheet_word(s, " (too large to be computed)", "（数值过大）"));
    for (const json_node_t *d = json_first(json_get(m, "sources")); d != NULL; d = json_next(d))
        str_printf(s->out, is_held_back(s, sheet_text(d, "dataset")) ? sheet_word(s, " [%s: there, not used]", " [%s：已有，未获授权]") : " [%s]",
                   sheet_text(d, "dataset"));
}

void
sheet_missing(const sheet_t *s, const json_node_t *category, unsigned depth)
{
    const json_node_t *list = json_get(category, "missing");

    for (const json_node_t *m = json_first(list); m != NULL; m = json_next(m)) {
        const char *department = department_of(m);
        bool first = true;

        if (!is_first_of_department(list, m))
            continue;
        sheet_indent(s, depth);
        if (department[0] != '\0')
            str_printf(s->out, sheet_word(s, "? missing, to be had from %s: ", "? 缺少，可向%s部门核实："), sheet_department(s, department));
        else
            str_add(s->out, sheet_word(s, "? missing: ", "? 缺少："));
        for (const json_node_t *same = m; same != NULL; same = json_next(same)) {
            if (strcmp(department_of(same), department) != 0)
                continue;
            str_add(s->out, first ? "" : sheet_word(s, "; ", "；"));
            add_missing(s, same);
            first = false;
        }
        str_add_char(s->out, '\n');
    }
}

void
sheet_category(const sheet_t *s, const json_node_t *c)
{
    const json_node_t *enrolment = enrolment_of(s, c);

    write_head(s, c, enrolment);
    if (enrolment != NULL)
        write_enrolment(s, enrolment);
    write_terms(s, c);
    for (const json_node_t *k = json_first(json_get(c, "conditions")); k != NULL; k = json_next(k))
        write_condition(s, k, c, enrolment != NULL);
    for (const json_node_t *x = json_first(json_get(c, "excluded_by")); x != NULL; x = json_next(x))
        str_printf(s->out, "  ✗ %s%s\n", sheet_word(s, "qualifies already for ", "已符合："), sheet_label(s, x, "label", sheet_text(x, "category")));
    sheet_missing(s, c, 1);
    if (sheet_is(c, "answer", "yes") && sheet_text(c, "amount_numbers")[0] != '\0') {
        str_add(s->out, sheet_word(s, "  money: ", "  金额："));
        sheet_add_number(s, sheet_text(c, "amount"));
        if (!sheet_is(c, "amount_numbers", sheet_text(c, "amount"))) {
            str_add(s->out, " = ");
            sheet_add_number(s, sheet_text(c, "amount_numbers"));
        }
        str_add_char(s->out, '\n');
        sheet_parameters(s, sheet_text(c, "amount_formula"), 1);
    }
}
