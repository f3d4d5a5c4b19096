/* SPDX-License-Identifier: Apache-2.0 */
#include "explain_text.h"

#include "domain/date.h"
#include "explain_sheet.h"

#include <string.h>

/* ---- who --------------------------------------------------------------------------------------------------------- */

static void
write_age(const sheet_t *s, const char *born)
{
    const char *today = sheet_text(s->root, "as_of");
    int32_t birth, day;

    if (date_parse(born, strlen(born), &birth) && date_parse(today, strlen(today), &day))
        str_printf(s->out, sheet_word(s, " (%d)", "（%d 岁）"), date_age(birth, day));
}

/* Who it is: without a resident ID, or known under several numbers, and since when that is known. */
static void
write_identity(const sheet_t *s, const json_node_t *p)
{
    for (const json_node_t *m = json_first(json_get(s->root, "members")); m != NULL; m = json_next(m)) {
        const char *is = json_text(json_get(m, "is"));

        if (!sheet_is(p, "person", is != NULL ? is : sheet_text(m, "person")))
            continue;
        if (json_is_true(json_get(m, "provisional")))
            str_add(s->out, sheet_word(s, "     provisional: no resident ID is known\n", "     临时身份：尚无居民身份证号\n"));
        for (const json_node_t *a = json_first(json_get(m, "also")); a != NULL; a = json_next(a))
            str_printf(s->out, sheet_word(s, "     also known under another number, as was told on %s (event %lld)\n",
                                          "     另有其他证件号码，%s获知为同一人（第 %lld 号数据事件）\n"),
                       sheet_text(a, "known"), (long long) sheet_count(a, "seq"));
        return;
    }
}

static void
write_person(const sheet_t *s, const json_node_t *p, int number)
{
    str_printf(s->out, "  %d  %s%s%s%s%s", number, sheet_label(s, p, "relation", ""), sheet_word(s, ", ", "，"),
               sheet_is(p, "sex", "m") ? sheet_word(s, "male", "男") : sheet_word(s, "female", "女"), sheet_word(s, ", born ", "，出生于 "),
               sheet_text(p, "born"));
    write_age(s, sheet_text(p, "born"));
    if (!json_is_true(json_get(p, "counted"))) {
        str_add(s->out, sheet_word(s, "   not counted", "   不计入"));
        for (const json_node_t *b = json_first(json_get(p, "because")); b != NULL; b = json_next(b))
            str_printf(s->out, "%s%s",
                       b == json_first(json_get(p, "because")) ? sheet_word(s, ": ", "：") : sheet_word(s, "; ", "；"),
                       sheet_label(s, b, "label", sheet_text(b, "formula")));
        if (sheet_text(p, "basis")[0] != '\0')
            str_printf(s->out, "   %s", sheet_text(p, "basis"));
    }
    str_add_char(s->out, '\n');
    write_identity(s, p);
    for (const json_node_t *b = json_first(json_get(p, "because")); b != NULL; b = json_next(b))
        sheet_sources(s, json_get(b, "facts"), NULL, 4);
}

static const char *
category_label(const sheet_t *s, const char *category)
{
    for (const json_node_t *c = json_first(json_get(s->root, "categories")); c != NULL; c = json_next(c))
        if (sheet_is(c, "category", category) || sheet_is(c, "name", category))
            return sheet_label(s, c, "label", category);
    return category;
}

static void
write_enrolment(const sheet_t *s, const json_node_t *e)
{
    str_printf(s->out, "  %s%s", sheet_word(s, "enrolled: ", "在册："), category_label(s, sheet_text(e, "category")));
    sheet_add_relation(s, e);
    if (sheet_text(e, "code")[0] != '\0')
        str_printf(s->out, " (%s)", sheet_text(e, "code"));
    str_add(s->out, "  ");
    sheet_add_term(s, e);
    if (sheet_text(e, "to")[0] == '\0')
        str_add(s->out, " …");
    if (!sheet_is(e, "amount", "0.00")) {
        str_add(s->out, "  ");
        sheet_add_number(s, sheet_text(e, "amount"));
    }
    str_add(s->out, json_is_true(json_get(e, "in_force")) ? "\n" : sheet_word(s, "  not in force\n", "  未生效或已结束\n"));
}

static bool
same_sum(const json_node_t *a, const json_node_t *b)
{
    return sheet_is(a, "due", sheet_text(b, "due")) && sheet_is(a, "paid", sheet_text(b, "paid"));
}

/* The months that were summed; those alike in a row stand together. */
static void
write_months(const sheet_t *s, const json_node_t *months)
{
    for (const json_node_t *m = json_first(months); m != NULL;) {
        const json_node_t *last = m;

        while (json_next(last) != NULL && same_sum(m, json_next(last)))
            last = json_next(last);
        str_printf(s->out, "      %s", sheet_text(m, "month"));
        if (last != m)
            str_printf(s->out, sheet_word(s, " to %s", " 至 %s"), sheet_text(last, "month"));
        str_printf(s->out, sheet_word(s, ": due %s, paid %s\n", "：应发 %s 元，实发 %s 元\n"), sheet_text(m, "due"), sheet_text(m, "paid"));
        m = json_next(last);
    }
}

/* What was over- or underpaid since, month by month. */
static void
write_reckoned(const sheet_t *s, const json_node_t *f)
{
    for (const json_node_t *r = json_first(json_get(s->root, "reckoned")); r != NULL; r = json_next(r)) {
        bool same = sheet_is(r, "kind", sheet_text(f, "kind")) && sheet_is(r, "category", sheet_text(f, "category")) &&
                    strcmp(sheet_text(r, "person"), sheet_text(f, "person")) == 0;

        if (!same)
            continue;
        if (json_get(r, "overpaid") != NULL)
            str_printf(s->out, sheet_word(s, "    overpaid %s yuan\n", "    多发 %s 元\n"), sheet_text(r, "overpaid"));
        if (json_get(r, "underpaid") != NULL)
            str_printf(s->out, sheet_word(s, "    underpaid %s yuan\n", "    少发 %s 元\n"), sheet_text(r, "underpaid"));
        write_months(s, json_get(r, "months"));
    }
}

static void
write_decision(const sheet_t *s, const json_node_t *d)
{
    static const struct {
        const char *verb, *en, *zh;
    } verbs[] = { { "applied", "applied for", "已申请" },   { "grants", "granted", "同意给予" },      { "keeps", "kept", "同意保留" },
                  { "refuses", "refused", "不予给予" }, { "not_granted", "not granted", "申请未获批准" }, { "withdrawn", "decision withdrawn", "撤销决定" } };

    for (size_t i = 0; i < COUNT_OF(verbs); i++)
        if (sheet_is(d, "verb", verbs[i].verb))
            str_printf(s->out, "  %s%s%s%s", sheet_word(s, "decided: ", "人工决定："), s->zh ? verbs[i].zh : verbs[i].en,
                       sheet_word(s, ", ", "，"), category_label(s, sheet_text(d, "category")));
    sheet_add_relation(s, d);
    str_printf(s->out, sheet_word(s, ", from %s", "，自 %s 起"), sheet_text(d, "from"));
    if (json_get(d, "until") != NULL)
        str_printf(s->out, sheet_word(s, " until %s", "，至 %s 前"), sheet_text(d, "until"));
    str_add(s->out, "\n");
    if (json_get(d, "reason") != NULL)
        str_printf(s->out, "    %s (%s, %s)\n", sheet_text(d, "reason"), sheet_text(d, "conference"), sheet_text(d, "actor"));
}

static void
write_finding(const sheet_t *s, const json_node_t *f)
{
    str_printf(s->out, "  %s%s%s%s", sheet_word(s, "open finding: ", "未结发现："), sheet_kind(s, sheet_text(f, "kind")),
               sheet_word(s, ", ", "，"), category_label(s, sheet_text(f, "category")));
    sheet_add_relation(s, f);
    str_printf(s->out, sheet_word(s, ", since %s\n", "，自 %s\n"), sheet_text(f, "since"));
    write_reckoned(s, f);
}

static void
write_head(const sheet_t *s)
{
    const json_node_t *root = s->root;
    size_t members = json_count(json_get(root, "members"));
    int number = 0;

    str_printf(s->out, "%s %s · %s", sheet_word(s, "Household", "家庭"), sheet_text(root, "household"), sheet_text(root, "region"));
    str_printf(s->out, " %s", sheet_is(root, "area", "urban") ? sheet_word(s, "urban", "城镇") : sheet_word(s, "rural", "农村"));
    if (s->zh)
        str_printf(s->out, " · %zu 人", members);
    else
        str_printf(s->out, " · %zu member%s", members, members == 1 ? "" : "s");
    if (json_get(root, "counted") != NULL)
        str_printf(s->out, sheet_word(s, ", %lld counted", "，计入 %lld 人"), (long long) sheet_count(root, "counted"));
    str_printf(s->out, "\n%s %s", sheet_word(s, "Assessed as of", "认定日期"), sheet_text(root, "as_of"));
    if (json_get(root, "position") != NULL)
        str_printf(s->out, sheet_word(s, ", as known at record event %lld", "，按第 %lld 号数据事件时所知"), (long long) sheet_count(root, "position"));
    if (sheet_text(root, "policy")[0] != '\0')
        str_printf(s->out, sheet_word(s, " · policy %s, text %.12s", " · 政策 %s，文本 %.12s"), sheet_text(root, "policy"),
                   sheet_text(root, "policy_digest"));
    str_printf(s->out, "\n%s\n", sheet_label(s, root, "policy_title", ""));
    if (json_get(root, "policy_kept") != NULL)
        str_add(s->out, sheet_word(s, "  no policy text of that time is kept: the earliest one is used\n", "  当时的政策文本未留存，按最早留存的文本认定\n"));
    for (const json_node_t *p = json_first(json_get(root, "people")); p != NULL; p = json_next(p))
        write_person(s, p, ++number);
    sheet_supporters(s);
    for (const json_node_t *e = json_first(json_get(root, "enrolments")); e != NULL; e = json_next(e))
        write_enrolment(s, e);
    for (const json_node_t *f = json_first(json_get(root, "findings")); f != NULL; f = json_next(f))
        write_finding(s, f);
    for (const json_node_t *d = json_first(json_get(root, "decisions")); d != NULL; d = json_next(d))
        write_decision(s, d);
    if (json_is_true(json_get(root, "incomplete")))
        str_add(s->out, sheet_word(s, "  a record of this household is in quarantine: nothing can be told\n", "  本户有一条记录被隔离，待处理，暂无法判定\n"));
}

/* ---- why not the others ------------------------------------------------------------------------------------------ */

/* The sentence without the label and relation that it begins with: members alike share it. */
static const char *
reason_of(const sheet_t *s, const json_node_t *c)
{
    const char *sentence = sheet_label(s, c, "sentence", ""), *label = sheet_label(s, c, "label", "");
    const char *colon = s->zh ? "：" : ": ";

    if (!str_starts(sentence, label))
        return sentence;
    const char *after = strstr(sentence + strlen(label), colon);
    return after != NULL ? after + strlen(colon) : sentence;
}

static bool
same_answer(const sheet_t *s, const json_node_t *a, const json_node_t *b)
{
    return sheet_is(a, "name", sheet_text(b, "name")) && strcmp(reason_of(s, a), reason_of(s, b)) == 0;
}

static bool
was_told(const sheet_t *s, const json_node_t *c)
{
    for (const json_node_t *other = json_first(json_get(s->root, "categories")); other != c; other = json_next(other))
        if (same_answer(s, other, c) && !sheet_is_worth_telling(s, other))
            return true;
    return false;
}

static void
write_other(const sheet_t *s, const json_node_t *c)
{
    bool first = true;

    str_printf(s->out, "  %s", sheet_label(s, c, "label", sheet_text(c, "category")));
    for (const json_node_t *other = c; other != NULL; other = json_next(other)) {
        if (!same_answer(s, c, other) || json_count(json_get(s->root, "people")) < 2 || sheet_text(other, "person")[0] == '\0' ||
            sheet_is_worth_telling(s, other))
            continue;
        str_printf(s->out, "%s%s", first ? sheet_word(s, " (", "（") : sheet_word(s, ", ", "、"), sheet_label(s, other, "relation", ""));
        first = false;
    }
    if (!first)
        str_add(s->out, sheet_word(s, ")", "）"));
    str_printf(s->out, "%s", sheet_word(s, ": ", "："));
    sheet_add_number(s, reason_of(s, c));
    str_add_char(s->out, '\n');
}

static void
write_others(const sheet_t *s)
{
    bool any = false;

    for (const json_node_t *c = json_first(json_get(s->root, "categories")); c != NULL; c = json_next(c)) {
        if (sheet_is_worth_telling(s, c) || was_told(s, c))
            continue;
        if (!any)
            str_printf(s->out, "\n%s\n", sheet_word(s, "Why not the others", "其他类别不符合的原因"));
        any = true;
        write_other(s, c);
    }
}

/* ---- what is missing, who allowed to ask ------------------------------------------------------------------------- */

static void
write_told(const sheet_t *s)
{
    size_t unknown = 0;

    for (const json_node_t *c = json_first(json_get(s->root, "categories")); c != NULL; c = json_next(c))
        unknown += sheet_is(c, "answer", "unknown") ? 1 : 0;
    str_add_char(s->out, '\n');
    if (unknown == 0)
        str_printf(s->out, "%s\n", sheet_word(s, "Nothing is missing: every category could be told.", "资料齐全，各类别均可判定。"));
    else
        str_printf(s->out, sheet_word(s, "%zu answers cannot be told: what is missing stands with them.\n", "有 %zu 项无法判定，所缺资料见各项。\n"),
                   unknown);
}

static bool
write_authorisation(const sheet_t *s, const json_node_t *person)
{
    for (const json_node_t *a = json_first(json_get(s->root, "authorisations")); a != NULL; a = json_next(a)) {
        if (!sheet_is(a, "person", sheet_text(person, "person")) || !json_is_true(json_get(a, "in_force")))
            continue;
        str_printf(s->out, "%s ", sheet_label(s, person, "relation", ""));
        sheet_add_term(s, a);
        return true;
    }
    return false;
}

static void
write_authorisations(const sheet_t *s)
{
    if (json_get(s->root, "authorisations") == NULL)
        return;
    str_add(s->out, sheet_word(s, "Authorised to ask others: ", "核对授权："));
    if (json_count(json_get(s->root, "authorisations")) == 0) {
        str_printf(s->out, "%s\n", sheet_word(s, "no authorisation is known.", "未见授权书。"));
        return;
    }
    for (const json_node_t *p = json_first(json_get(s->root, "people")); p != NULL; p = json_next(p)) {
        if (p != json_first(json_get(s->root, "people")))
            str_add(s->out, sheet_word(s, "; ", "；"));
        if (!write_authorisation(s, p))
            str_printf(s->out, "%s %s", sheet_label(s, p, "relation", ""), sheet_word(s, "none in force", "无有效授权"));
    }
    str_add_char(s->out, '\n');
}

static const json_node_t *
find_person(const json_node_t *list, const char *person)
{
    for (const json_node_t *p = json_first(list); p != NULL; p = json_next(p))
        if (sheet_is(p, "person", person))
            return p;
    return NULL;
}

/* What is there and may not be used is not missing: nobody needs to send it, somebody needs to sign. */
static void
write_not_used(const sheet_t *s)
{
    for (const json_node_t *n = json_first(json_get(s->root, "not_used")); n != NULL; n = json_next(n)) {
        const char *person = sheet_text(n, "person"), *dataset = sheet_text(n, "dataset");
        const json_node_t *member = find_person(json_get(s->root, "people"), person);
        const json_node_t *supporter = find_person(json_get(s->root, "supporters"), person);
        long long records = (long long) sheet_count(n, "records");

        str_printf(s->out, sheet_word(s, "Not used: no authorisation in force on %s, from dataset %s, %lld record%s of the ",
                                      "未使用：%s无有效授权，数据集 %s，%lld 条%s，"),
                   sheet_text(n, "on"), dataset, records, s->zh || records == 1 ? "" : "s");
        if (member != NULL)
            str_add(s->out, sheet_label(s, member, "relation", ""));
        else if (supporter != NULL)
            str_printf(s->out, sheet_word(s, "legal supporter (%s)", "义务人（%s）"), sheet_label(s, supporter, "relation", ""));
        else
            str_add(s->out, sheet_word(s, "household of a legal supporter", "义务人家庭成员"));
        str_add_char(s->out, '\n');
    }
}

void
explain_text(const json_node_t *explanation, const char *lang, bool all, str_t *ret)
{
    AUTO_STR told = STR_INIT;
    sheet_t s = { .root = explanation, .zh = strcmp(lang, "zh") == 0, .all = all, .out = ret, .told = &told };

    write_head(&s);
    if (!json_is_true(json_get(explanation, "assessed"))) {
        str_printf(ret, "%s %s\n", sheet_word(&s, "not assessed:", "未认定："), sheet_text(explanation, "reason"));
        return;
    }
    for (const json_node_t *c = json_first(json_get(explanation, "categories")); c != NULL; c = json_next(c))
        if (sheet_is_worth_telling(&s, c))
            sheet_category(&s, c);
    write_others(&s);
    sheet_changed(&s);
    write_told(&s);
    write_not_used(&s);
    write_authorisations(&s);
}
