/* SPDX-License-Identifier: Apache-2.0 */
#include "check_text.h"

#include "explain_sheet.h"
#include "explain_text.h"
#include "text_table.h"

#include <string.h>

enum { PLACE_WIDTH = 14, COUNT_WIDTH = 14 };

/* "1, 2 and 5": people of a source by their numbers in the list above. */
static int
number_of(const sheet_t *s, const json_node_t *person)
{
    int number = 1;

    for (const json_node_t *p = json_first(json_get(s->root, "people")); p != NULL; p = json_next(p), number++)
        if (sheet_is(p, "person", sheet_text(person, "person")))
            return number;
    return 0;
}

static void
write_head(const sheet_t *s, const char *digest)
{
    str_t *out = s->out;

    str_printf(out, sheet_word(s, "CHECK OF ECONOMIC STATUS  %s\n", "家庭经济状况信息核对报告  %s\n"), sheet_text(s->root, "report"));
    str_printf(out, sheet_word(s, "digest     %s\n", "报告摘要   %s\n"), digest);
    if (sheet_is(s->root, "check", "again"))
        str_printf(out, sheet_word(s, "again      after report %s\n", "复核       原报告 %s\n"), sheet_text(s->root, "of"));
    str_printf(out, sheet_word(s, "made       %s, business day %s, position %lld, by %s\n", "出具       %s，业务日 %s，数据位置 %lld，经办 %s\n"),
               sheet_text(s->root, "at"), sheet_text(s->root, "day"), (long long) sheet_count(s->root, "position"), sheet_text(s->root, "actor"));
    str_printf(out, sheet_word(s, "why        %s\n", "事由       %s\n"), sheet_text(s->root, "reason"));
    if (sheet_text(s->root, "category")[0] != '\0')
        str_printf(out, sheet_word(s, "for        %s\n", "申请类别   %s\n"), sheet_text(s->root, "category"));
    str_printf(out, sheet_word(s, "household  %s, region %s\n", "家庭       %s，地区 %s\n"), sheet_text(s->root, "household"),
               sheet_text(s->root, "region"));
    str_add(out, sheet_word(s, "basis", "依据"));
    for (const json_node_t *b = json_first(json_get(s->root, "basis")); b != NULL; b = json_next(b))
        str_printf(out, "%s%s", b == json_first(json_get(s->root, "basis")) ? sheet_word(s, "      ", "       ") : sheet_word(s, "; ", "；"),
                   json_text(b));
    str_add_char(out, '\n');
}

static void
write_people(const sheet_t *s)
{
    int number = 1;

    str_add(s->out, sheet_word(s, "\nWHO\n", "\n核对对象\n"));
    for (const json_node_t *p = json_first(json_get(s->root, "people")); p != NULL; p = json_next(p), number++) {
        const char *as = sheet_is(p, "as", "member")      ? sheet_word(s, "member", "共同生活家庭成员")
                         : sheet_is(p, "as", "supporter") ? sheet_word(s, "legal supporter", "赡养、抚养、扶养义务人")
                                                          : sheet_word(s, "lives with a legal supporter", "义务人家庭成员");

        str_printf(s->out, "  %d  %s  %s", number, sheet_text(p, "person"), as);
        if (json_is_true(json_get(s->root, "authorisation_required")))
            str_printf(s->out, "%s", json_is_true(json_get(p, "authorised")) ? sheet_word(s, ", authorised", "，已授权") : sheet_word(s, ", no authorisation", "，未授权"));
        str_add_char(s->out, '\n');
    }
}

static void
write_values(const sheet_t *s, const json_node_t *of)
{
    for (const json_node_t *v = json_first(json_get(of, "values")); v != NULL; v = json_next(v)) {
        int64_t number;

        str_printf(s->out, "       %s", sheet_label(s, v, "label", sheet_text(v, "kind")));
        if (sheet_text(v, "code")[0] != '\0')
            str_printf(s->out, " (%s)", sheet_text(v, "code"));
        str_add(s->out, "  ");
        if (json_i64(json_get(v, "value"), &number))
            str_printf(s->out, "%lld", (long long) number);
        else
            sheet_add_number(s, sheet_text(v, "value"));
        str_add(s->out, "  ");
        sheet_add_term(s, v);
        str_printf(s->out, "%s  %.8s\n", sheet_text(v, "to")[0] == '\0' ? " …" : "", sheet_text(v, "record"));
    }
}

static void
write_said(const sheet_t *s, const json_node_t *of, int number)
{
    if (number > 0)
        str_printf(s->out, "    %d  ", number);
    else
        str_add(s->out, sheet_word(s, "    household  ", "    家庭  "));
    str_printf(s->out, sheet_word(s, "%lld records, the newest from %s\n", "记录 %lld 条，最新一条始于 %s\n"), (long long) sheet_count(of, "records"),
               sheet_text(json_get(of, "newest"), "from"));
    write_values(s, of);
}

/* The people of whom the source gave this answer, by number, in one line. */
static void
write_these(const sheet_t *s, const json_node_t *source, const char *answer, const char *words)
{
    bool any = false;

    for (const json_node_t *p = json_first(json_get(source, "people")); p != NULL; p = json_next(p)) {
        if (!sheet_is(p, "answer", answer))
            continue;
        str_printf(s->out, any ? ", %d" : "    %d", number_of(s, p));
        any = true;
    }
    if (any)
        str_printf(s->out, "  %s\n", words);
}

static void
write_source(const sheet_t *s, const json_node_t *source)
{
    const json_node_t *last = json_get(source, "last");

    str_printf(s->out, "  %s  %s%s", sheet_text(source, "dataset"), sheet_department(s, sheet_text(source, "department")),
               json_is_true(json_get(source, "protected")) ? sheet_word(s, ", needs authorisation", "，须经授权") : "");
    if (last == NULL || json_kind(last) == JSON_NULL)
        str_add(s->out, sheet_word(s, "; has never delivered", "；尚未提供数据"));
    else
        str_printf(s->out, sheet_word(s, "; last batch %s (event %lld)", "；最近一批 %s（第 %lld 号数据事件）"),
                   sheet_text(last, sheet_text(last, "received")[0] != '\0' ? "received" : "at"), (long long) sheet_count(last, "seq"));
    str_add_char(s->out, '\n');
    if (sheet_is(json_get(source, "household"), "answer", "said"))
        write_said(s, json_get(source, "household"), 0);
    for (const json_node_t *p = json_first(json_get(source, "people")); p != NULL; p = json_next(p))
        if (sheet_is(p, "answer", "said"))
            write_said(s, p, number_of(s, p));
    write_these(s, source, "nothing", sheet_word(s, "nothing known", "无记录"));
    write_these(s, source, "not_asked", sheet_word(s, "not asked: no authorisation", "未核对：未授权"));
    write_these(s, source, "not_in_register", sheet_word(s, "in no household of the register", "未在家庭登记中"));
}

void
check_text(const json_node_t *report, const char *digest, const char *lang, bool all, str_t *ret)
{
    const sheet_t s = { .root = report, .zh = strcmp(lang, "zh") == 0, .all = all, .out = ret };

    write_head(&s, digest);
    for (const json_node_t *o = json_first(json_get(report, "objections")); o != NULL; o = json_next(o))
        str_printf(ret, sheet_word(&s, "objection  %s: %s\n", "异议       %s：%s\n"), sheet_text(o, "day"), sheet_text(o, "reason"));
    write_people(&s);
    str_add(ret, sheet_word(&s, "\nSOURCES\n", "\n数据来源\n"));
    for (const json_node_t *d = json_first(json_get(report, "sources")); d != NULL; d = json_next(d))
        write_source(&s, d);
    str_add(ret, sheet_word(&s, "\nCONCLUSION\n", "\n核对结论\n"));
    explain_text(json_get(report, "explanation"), lang, all, ret);
}

void
check_text_since(const json_node_t *reply, const char *lang, str_t *ret)
{
    const sheet_t s = { .root = reply, .zh = strcmp(lang, "zh") == 0, .out = ret };

    for (const json_node_t *o = json_first(json_get(reply, "objections")); o != NULL; o = json_next(o))
        str_printf(ret, sheet_word(&s, "objection on %s by %s: %s\n", "%s 提出异议（经办 %s）：%s\n"), sheet_text(o, "day"), sheet_text(o, "actor"),
                   sheet_text(o, "reason"));
    for (const json_node_t *l = json_first(json_get(reply, "later")); l != NULL; l = json_next(l))
        str_printf(ret, sheet_word(&s, "checked again on %s: report %s\n", "%s 已复核：报告 %s\n"), sheet_text(l, "day"), sheet_text(l, "report"));
}

static void
write_count(const sheet_t *s, const char *place, const json_node_t *row)
{
    static const char *const keys[] = { "households", "people", "first", "again", "objections" };

    text_left(s->out, place, PLACE_WIDTH);
    for (size_t i = 0; i < COUNT_OF(keys); i++)
        text_count(s->out, sheet_count(row, keys[i]), false, COUNT_WIDTH);
    str_add_char(s->out, '\n');
}

void
check_text_counts(const json_node_t *reply, const char *lang, str_t *ret)
{
    const sheet_t s = { .root = reply, .zh = strcmp(lang, "zh") == 0, .out = ret };
    const char *const heads[] = { sheet_word(&s, "households", "户数"), sheet_word(&s, "people", "人数"), sheet_word(&s, "first checks", "首次核对"),
                                  sheet_word(&s, "again", "复核"), sheet_word(&s, "objections", "异议") };

    text_left(ret, sheet_text(reply, "month"), PLACE_WIDTH);
    for (size_t i = 0; i < COUNT_OF(heads); i++)
        text_right(ret, heads[i], COUNT_WIDTH);
    str_add_char(ret, '\n');
    for (const json_node_t *t = json_first(json_get(reply, "townships")); t != NULL; t = json_next(t))
        write_count(&s, sheet_text(t, "region"), t);
    write_count(&s, sheet_word(&s, "all", "合计"), json_get(reply, "total"));
}
