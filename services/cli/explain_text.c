/* SPDX-License-Identifier: Apache-2.0 */
#include "explain_text.h"

#include <string.h>

typedef struct {
    const json_node_t *root;
    const char *lang;
    str_t *out;
} writer_t;

static bool
is_zh(const writer_t *w)
{
    return strcmp(w->lang, "zh") == 0;
}

static const char *
word(const writer_t *w, const char *en, const char *zh)
{
    return is_zh(w) ? zh : en;
}

static const char *
text_of(const json_node_t *object, const char *key)
{
    const char *text = json_text(json_get(object, key));
    return text != NULL ? text : "";
}

/* A label in the reader's language, or what stands in for it. */
static const char *
label_of(const writer_t *w, const json_node_t *object, const char *key, const char *otherwise)
{
    const char *text = json_text(json_get(json_get(object, key), w->lang));
    return text != NULL ? text : otherwise;
}

static void
indent(const writer_t *w, unsigned depth)
{
    for (unsigned i = 0; i < depth; i++)
        str_add(w->out, "  ");
}

/* Width on a terminal: a CJK character takes two columns. */
static size_t
columns(const char *s)
{
    size_t n = 0;

    for (const unsigned char *p = (const unsigned char *) s; *p != '\0'; p++) {
        if ((*p & 0xC0U) != 0x80U)
            n += *p >= 0xE3U ? 2 : 1;
    }
    return n;
}

static void
padded(const writer_t *w, const char *s, size_t width)
{
    str_add(w->out, s);
    for (size_t n = columns(s); n < width; n++)
        str_add_char(w->out, ' ');
}

static void
right(const writer_t *w, const char *s, size_t width)
{
    for (size_t n = columns(s); n < width; n++)
        str_add_char(w->out, ' ');
    str_add(w->out, s);
}

static const json_node_t *
value_named(const writer_t *w, const char *name)
{
    for (const json_node_t *v = json_first(json_get(w->root, "values")); v != NULL; v = json_next(v)) {
        if (strcmp(text_of(v, "name"), name) == 0)
            return v;
    }
    return NULL;
}

static void
write_fact(const writer_t *w, const json_node_t *f, unsigned depth)
{
    int64_t seq = 0, index = 0, months = 0;

    indent(w, depth);
    str_printf(w->out, "· %s %s", text_of(f, "dataset"), text_of(f, "from"));
    if (json_text(json_get(f, "to")) != NULL)
        str_printf(w->out, " … %s", text_of(f, "to"));
    if (json_text(json_get(f, "value")) != NULL)
        str_printf(w->out, "  %s", text_of(f, "value"));
    if (json_get(f, "months") != NULL && json_i64(json_get(f, "months"), &months) && months > 0)
        str_printf(w->out, " × %lld %s", (long long) months, word(w, "months", "个月"));
    if (json_text(json_get(f, "code")) != NULL)
        str_printf(w->out, "  %s", text_of(f, "code"));
    if (json_i64(json_get(f, "seq"), &seq) && json_i64(json_get(f, "index"), &index))
        str_printf(w->out, "   [%s, facts %lld/%lld]", text_of(f, "record"), (long long) seq, (long long) index);
    str_add_char(w->out, '\n');
}

static void
write_terms(const writer_t *w, const json_node_t *terms, unsigned depth)
{
    for (const json_node_t *t = json_first(terms); t != NULL; t = json_next(t)) {
        AUTO_STR label = STR_INIT;
        str_add(&label, label_of(w, t, "label", text_of(t, "name")));
        if (json_get(t, "relation") != NULL)
            str_printf(&label, "%s%s", word(w, ", ", "，"), label_of(w, t, "relation", ""));
        indent(w, depth);
        padded(w, text_of(t, "sign"), 2);
        padded(w, str_c(&label), 34);
        right(w, text_of(t, "amount"), 14);
        if (json_text(json_get(t, "basis")) != NULL)
            str_printf(w->out, "   %s", text_of(t, "basis"));
        if (json_text(json_get(t, "numbers")) != NULL)
            str_printf(w->out, "   = %s", text_of(t, "numbers"));
        str_add_char(w->out, '\n');
        for (const json_node_t *f = json_first(json_get(t, "facts")); f != NULL; f = json_next(f))
            write_fact(w, f, depth + 2);
    }
}

/* What is worked out from a sum by division (per month, per head) is shown under it. */
static void
write_quotients(const writer_t *w, const char *name, unsigned depth)
{
    AUTO_STR prefix = STR_INIT;

    str_printf(&prefix, "%s / ", name);
    for (const json_node_t *v = json_first(json_get(w->root, "values")); v != NULL; v = json_next(v)) {
        if (!str_starts(text_of(v, "formula"), str_c(&prefix)))
            continue;
        indent(w, depth);
        padded(w, "=", 2);
        padded(w, label_of(w, v, "label", text_of(v, "name")), 34);
        right(w, text_of(v, "value"), 14);
        str_printf(w->out, "   = %s\n", text_of(v, "numbers"));
    }
}

/* The sum behind one side of a comparison, when it is one that records add up to. */
static void
write_sum(const writer_t *w, const json_node_t *side, unsigned depth)
{
    const json_node_t *v = value_named(w, text_of(side, "formula"));

    if (v == NULL)
        return;
    write_terms(w, json_get(v, "terms"), depth);
    for (const json_node_t *t = json_first(json_get(v, "left_out")); t != NULL; t = json_next(t)) {
        indent(w, depth);
        str_printf(w->out, "  %s: %s %s  %s\n", word(w, "not counted", "不计入"), label_of(w, t, "label", text_of(t, "kind")),
                   text_of(t, "amount"), text_of(t, "basis"));
    }
    indent(w, depth);
    padded(w, "=", 2);
    padded(w, label_of(w, v, "label", text_of(v, "name")), 34);
    right(w, text_of(v, "value"), 14);
    if (json_count(json_get(v, "terms")) == 0 && json_text(json_get(v, "numbers")) != NULL)
        str_printf(w->out, "   = %s", text_of(v, "numbers"));
    str_add_char(w->out, '\n');
    write_quotients(w, text_of(v, "name"), depth);
}

static const char *
mark(const char *answer)
{
    return strcmp(answer, "yes") == 0 ? "✓" : strcmp(answer, "no") == 0 ? "✗" : "?";
}

static void
write_comparison(const writer_t *w, const json_node_t *c)
{
    const json_node_t *l = json_get(c, "left"), *r = json_get(c, "right");

    if (l == NULL || r == NULL)
        return;
    str_printf(w->out, "  %s %s %s", text_of(l, "value"), text_of(c, "sign"), text_of(r, "value"));
    if (json_text(json_get(c, "margin")) != NULL)
        str_printf(w->out, "   %s %s", word(w, "margin", "差额"), text_of(c, "margin"));
    if (json_text(json_get(c, "keeps_line")) != NULL)
        str_printf(w->out, "   %s %s", word(w, "who is enrolled stays below", "在保者低于此数可继续"), text_of(c, "keeps_line"));
}

static void
write_condition(const writer_t *w, const json_node_t *c, unsigned depth, bool sums)
{
    const char *answer = json_text(json_get(c, "passes")) != NULL ? text_of(c, "passes") : text_of(c, "answer");
    const char *clause = json_text(json_get(c, "clause")) != NULL ? text_of(c, "clause") : text_of(c, "basis");

    indent(w, depth);
    str_printf(w->out, "%s %s", mark(answer), label_of(w, c, "title", label_of(w, c, "label", text_of(c, "formula"))));
    write_comparison(w, c);
    if (clause[0] != '\0')
        str_printf(w->out, "   %s", clause);
    str_add_char(w->out, '\n');
    if (sums && json_get(c, "left") != NULL) {
        write_sum(w, json_get(c, "left"), depth + 2);
        write_sum(w, json_get(c, "right"), depth + 2);
    }
    for (const json_node_t *p = json_first(json_get(c, "parts")); p != NULL; p = json_next(p))
        write_condition(w, p, depth + 1, sums);
}

static void
write_missing(const writer_t *w, const json_node_t *category, unsigned depth)
{
    for (const json_node_t *m = json_first(json_get(category, "missing")); m != NULL; m = json_next(m)) {
        indent(w, depth);
        str_printf(w->out, "%s: %s", word(w, "missing", "缺少"),
                   label_of(w, m, "label", json_text(json_get(m, "kind")) != NULL ? text_of(m, "kind") : text_of(m, "name")));
        for (const json_node_t *s = json_first(json_get(m, "sources")); s != NULL; s = json_next(s))
            str_printf(w->out, "  %s", text_of(s, "dataset"));
        str_add_char(w->out, '\n');
    }
}

/* Does this category matter to the reader: yes, kept, unknown, or the household's own kind of aid? */
static bool
is_worth_telling(const json_node_t *c)
{
    return strcmp(text_of(c, "role"), "aid") == 0 || strcmp(text_of(c, "answer"), "no") != 0;
}

static void
write_category(const writer_t *w, const json_node_t *c, bool first)
{
    const char *answer = text_of(c, "answer");

    str_add_char(w->out, '\n');
    padded(w, label_of(w, c, "label", text_of(c, "category")), 36);
    str_printf(w->out, " [%s]  %s", text_of(c, "category"),
               strcmp(answer, "yes") == 0  ? word(w, "QUALIFIES", "符合")
               : strcmp(answer, "no") == 0 ? word(w, "does not qualify", "不符合")
                                           : word(w, "CANNOT TELL", "无法判断"));
    if (json_text(json_get(c, "amount")) != NULL && strcmp(answer, "yes") == 0)
        str_printf(w->out, "  %s %s", text_of(c, "amount"), word(w, "yuan a month", "元/月"));
    if (json_get(c, "person") != NULL)
        str_printf(w->out, "  %s", text_of(c, "person"));
    str_printf(w->out, "   %s\n", text_of(c, "basis"));
    for (const json_node_t *k = json_first(json_get(c, "conditions")); k != NULL; k = json_next(k))
        write_condition(w, k, 1, first);
    for (const json_node_t *x = json_first(json_get(c, "excluded_by")); x != NULL; x = json_next(x))
        str_printf(w->out, "  %s %s\n", word(w, "excluded by", "已由前项排除："), label_of(w, x, "label", text_of(x, "category")));
    write_missing(w, c, 1);
    if (json_text(json_get(c, "amount_numbers")) != NULL && strcmp(answer, "yes") == 0)
        str_printf(w->out, "  %s: %s = %s\n", word(w, "money", "金额"), text_of(c, "amount_numbers"), text_of(c, "amount"));
}

static void
write_head(const writer_t *w)
{
    int64_t counted = 0;
    const json_node_t *root = w->root;

    str_printf(w->out, "%s %s · %s · %zu %s", word(w, "Household", "家庭"), text_of(root, "household"), text_of(root, "region"),
               json_count(json_get(root, "members")), word(w, "members", "人"));
    if (json_i64(json_get(root, "counted"), &counted))
        str_printf(w->out, "%s%lld%s", word(w, ", ", "，计入"), (long long) counted, word(w, " counted", "人"));
    str_printf(w->out, "\n%s %s, %s %s\n", word(w, "assessed as of", "认定日期"), text_of(root, "as_of"), word(w, "policy", "政策"),
               text_of(root, "policy"));
    for (const json_node_t *p = json_first(json_get(root, "people")); p != NULL; p = json_next(p)) {
        str_printf(w->out, "  %s %s %s%s", label_of(w, p, "relation", ""), text_of(p, "born"), text_of(p, "sex"),
                   json_is_true(json_get(p, "counted")) ? "" : word(w, "   not counted", "   不计入"));
        for (const json_node_t *b = json_first(json_get(p, "because")); b != NULL; b = json_next(b))
            str_printf(w->out, ": %s %s", label_of(w, b, "label", text_of(b, "name")), text_of(b, "basis"));
        str_add_char(w->out, '\n');
    }
    for (const json_node_t *e = json_first(json_get(root, "enrolments")); e != NULL; e = json_next(e)) {
        str_printf(w->out, "  %s %s %s%s%s  %s", word(w, "enrolled:", "在册："), text_of(e, "category"), text_of(e, "from"),
                   json_text(json_get(e, "to")) != NULL ? " … " : "", text_of(e, "to"), text_of(e, "amount"));
        str_add(w->out, json_is_true(json_get(e, "in_force")) ? "\n" : word(w, "  (not in force)\n", "（未生效或已结束）\n"));
    }
    for (const json_node_t *f = json_first(json_get(root, "findings")); f != NULL; f = json_next(f))
        str_printf(w->out, "  %s %s %s %s\n", word(w, "open finding:", "未结发现："), text_of(f, "kind"), text_of(f, "category"),
                   text_of(f, "since"));
}

void
explain_text(const json_node_t *explanation, const char *lang, bool all, str_t *ret)
{
    writer_t w = { .root = explanation, .lang = strcmp(lang, "zh") == 0 ? "zh" : "en", .out = ret };
    bool first = true;

    write_head(&w);
    if (!json_is_true(json_get(explanation, "assessed")))
        str_printf(ret, "%s %s\n", word(&w, "not assessed:", "未认定："), label_of(&w, explanation, "because", text_of(explanation, "reason")));
    for (const json_node_t *c = json_first(json_get(explanation, "categories")); c != NULL; c = json_next(c)) {
        if (all || is_worth_telling(c)) {
            write_category(&w, c, first || all);
            first = false;
        }
    }
    str_add_char(ret, '\n');
    const char *last = "";
    for (const json_node_t *c = json_first(json_get(explanation, "categories")); c != NULL; c = json_next(c)) {
        const char *sentence = label_of(&w, c, "sentence", "");
        if (all || is_worth_telling(c) || strcmp(sentence, last) == 0) /* members alike are told of once */
            continue;
        str_printf(ret, "%s\n", sentence);
        last = sentence;
    }
}
