/* SPDX-License-Identifier: Apache-2.0 */
#include "explain_sheet.h"

#include <string.h>

enum { RECORDS_MAX = 12 };

static const char *
answer_word(const sheet_t *s, const char *answer)
{
    return strcmp(answer, "yes") == 0 ? sheet_word(s, "yes", "符合") : strcmp(answer, "no") == 0 ? sheet_word(s, "no", "不符合")
                                                                                                : sheet_word(s, "cannot tell", "无法判定");
}

static void
add_side(const sheet_t *s, const json_node_t *value)
{
    if (json_text(value) != NULL)
        sheet_add_number(s, json_text(value));
    else
        str_add(s->out, sheet_word(s, "not known", "不详"));
}

static void
write_answer(const sheet_t *s, const json_node_t *a)
{
    str_printf(s->out, "  %s", sheet_label(s, a, "label", sheet_text(a, "category")));
    sheet_add_relation(s, a);
    str_printf(s->out, "%s%s", sheet_word(s, ": ", "："), answer_word(s, sheet_text(a, "was")));
    if (sheet_text(a, "was_amount")[0] != '\0') {
        str_add_char(s->out, ' ');
        sheet_add_number(s, sheet_text(a, "was_amount"));
    }
    str_printf(s->out, " → %s", answer_word(s, sheet_text(a, "now")));
    if (sheet_text(a, "amount")[0] != '\0') {
        str_add_char(s->out, ' ');
        sheet_add_number(s, sheet_text(a, "amount"));
    }
    str_add_char(s->out, '\n');
}

/* Is it a side of a comparison that decides? */
static bool
decides(const sheet_t *s, const char *name)
{
    for (const json_node_t *c = json_first(json_get(s->root, "categories")); c != NULL; c = json_next(c))
        for (const json_node_t *k = json_first(json_get(c, "conditions")); k != NULL; k = json_next(k))
            if (json_is_true(json_get(k, "decides")) &&
                (sheet_is(json_get(k, "left"), "formula", name) || sheet_is(json_get(k, "right"), "formula", name)))
                return true;
    return false;
}

static void
write_value(const sheet_t *s, const json_node_t *v)
{
    if (!s->all && !decides(s, sheet_text(v, "name")))
        return;
    str_printf(s->out, "  %s%s", sheet_label(s, v, "label", sheet_text(v, "name")), sheet_word(s, ": ", "："));
    add_side(s, json_get(v, "was"));
    str_add(s->out, " → ");
    add_side(s, json_get(v, "now"));
    str_add_char(s->out, '\n');
}

static void
add_amount(const sheet_t *s, const json_node_t *t, const char *amount, const char *months)
{
    sheet_add_number(s, sheet_text(t, amount));
    if (json_get(t, months) == NULL)
        return;
    if (s->zh)
        str_printf(s->out, "（%lld 个月）", (long long) sheet_count(t, months));
    else
        str_printf(s->out, " (%lld month%s)", (long long) sheet_count(t, months), sheet_count(t, months) == 1 ? "" : "s");
}

static void
write_term(const sheet_t *s, const json_node_t *t)
{
    str_printf(s->out, "    %s", sheet_label(s, t, "label", sheet_text(t, "name")));
    sheet_add_relation(s, t);
    str_add(s->out, sheet_word(s, ": ", "："));
    add_amount(s, t, "was", "was_months");
    str_add(s->out, " → ");
    add_amount(s, t, "now", "months");
    str_add_char(s->out, '\n');
}

static void
write_member(const sheet_t *s, const json_node_t *m)
{
    static const struct {
        const char *what, *zh;
    } words[] = { { "came", "新增" }, { "left", "迁出" }, { "is counted", "计入" }, { "is no longer counted", "不再计入" } };
    const char *what = sheet_text(m, "what");

    for (size_t i = 0; s->zh && i < COUNT_OF(words); i++)
        if (strcmp(words[i].what, sheet_text(m, "what")) == 0)
            what = words[i].zh;
    str_printf(s->out, "  %s %s\n", sheet_label(s, m, "relation", sheet_text(m, "person")), what);
}

static void
add_record_value(const sheet_t *s, const json_node_t *r, const char *key)
{
    const json_node_t *v = json_get(r, key);
    int64_t n;

    if (json_text(v) != NULL)
        sheet_add_number(s, json_text(v));
    else if (v != NULL && json_i64(v, &n))
        str_add_i64(s->out, n);
}

static void
write_record(const sheet_t *s, const json_node_t *r)
{
    const char *what = sheet_text(r, "what");

    str_printf(s->out, "  %s ", strcmp(what, "came") == 0 ? "+" : strcmp(what, "went") == 0 ? "−" : "~");
    str_printf(s->out, "%s ", sheet_text(r, "dataset"));
    sheet_add_term(s, r);
    str_printf(s->out, "  %s", sheet_label(s, r, "label", sheet_text(r, "kind")));
    sheet_add_relation(s, r);
    if (sheet_text(r, "code")[0] != '\0')
        str_printf(s->out, " %s", sheet_text(r, "code"));
    if (json_text(json_get(r, "value")) != NULL || json_get(r, "was_value") != NULL) {
        str_add_char(s->out, ' ');
        if (json_get(r, "was_value") != NULL) {
            add_record_value(s, r, "was_value");
            str_add(s->out, " → ");
        }
        add_record_value(s, r, "value");
    }
    str_printf(s->out, "  [%s, facts %lld/%lld]\n", sheet_text(r, "record"), (long long) sheet_count(r, "seq"),
               (long long) sheet_count(r, "index"));
}

static void
write_records(const sheet_t *s, const json_node_t *records)
{
    size_t shown = 0, n = json_count(records);

    for (const json_node_t *r = json_first(records); r != NULL && (s->all || shown < RECORDS_MAX); r = json_next(r), shown++)
        write_record(s, r);
    if (shown < n)
        str_printf(s->out, sheet_word(s, "  … and %zu more records (--all)\n", "  …… 另有 %zu 条记录（--all）\n"), n - shown);
}

void
sheet_changed(const sheet_t *s)
{
    const json_node_t *c = json_get(s->root, "changed");

    if (c == NULL)
        return;
    str_printf(s->out, sheet_word(s, "\nWhat changed since %s\n", "\n自 %s 以来的变化\n"), sheet_text(c, "since"));
    size_t empty = s->out->len;
    if (sheet_text(c, "policy_was")[0] != '\0')
        str_printf(s->out, sheet_word(s, "  another policy text governed then: %s, %.12s\n", "  当时适用另一政策文本：%s，%.12s\n"),
                   sheet_text(c, "policy_was"), sheet_text(c, "policy_digest_was"));
    for (const json_node_t *m = json_first(json_get(c, "members")); m != NULL; m = json_next(m))
        write_member(s, m);
    for (const json_node_t *a = json_first(json_get(c, "answers")); a != NULL; a = json_next(a))
        write_answer(s, a);
    for (const json_node_t *v = json_first(json_get(c, "values")); v != NULL; v = json_next(v))
        write_value(s, v);
    for (const json_node_t *t = json_first(json_get(c, "terms")); t != NULL; t = json_next(t))
        write_term(s, t);
    write_records(s, json_get(c, "records"));
    if (s->out->len == empty)
        str_printf(s->out, "  %s\n", sheet_word(s, "nothing", "无"));
}
