/* SPDX-License-Identifier: Apache-2.0 */
#include "explain_sheet.h"

#include "domain/date.h"

#include <string.h>

const char *
sheet_word(const sheet_t *s, const char *en, const char *zh)
{
    return s->zh ? zh : en;
}

const char *
sheet_text(const json_node_t *object, const char *key)
{
    const char *text = json_text(json_get(object, key));
    return text != NULL ? text : "";
}

bool
sheet_is(const json_node_t *object, const char *key, const char *value)
{
    return strcmp(sheet_text(object, key), value) == 0;
}

int64_t
sheet_count(const json_node_t *object, const char *key)
{
    const json_node_t *n = json_get(object, key);
    int64_t value;

    return n != NULL && json_i64(n, &value) ? value : 0;
}

const char *
sheet_label(const sheet_t *s, const json_node_t *object, const char *key, const char *otherwise)
{
    const char *text = json_text(json_get(json_get(object, key), s->zh ? "zh" : "en"));
    return text != NULL && text[0] != '\0' ? text : otherwise;
}

typedef struct {
    const char *code, *en, *zh;
} word_t;

static const char *
find_word(const sheet_t *s, const word_t *words, size_t n, const char *code)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(words[i].code, code) == 0)
            return sheet_word(s, words[i].en, words[i].zh);
    return code;
}

/* How the offices behind the feeds are called; one that is not here stands under its code. */
const char *
sheet_department(const sheet_t *s, const char *department)
{
    static const word_t words[] = {
        { "bank", "bank", "银行" },
        { "civil", "civil affairs", "民政" },
        { "dpf", "disabled persons' federation", "残联" },
        { "education", "education", "教育" },
        { "emergency", "emergency management", "应急管理" },
        { "ethnic", "ethnic and religious affairs", "民族宗教" },
        { "fund", "housing provident fund", "住房公积金" },
        { "health", "health", "卫生健康" },
        { "housing", "housing", "住房城乡建设" },
        { "hrss", "human resources and social security", "人力资源社会保障" },
        { "justice", "justice", "司法行政" },
        { "market", "market supervision", "市场监管" },
        { "medical", "medical security", "医疗保障" },
        { "police", "public security", "公安" },
        { "rural", "agriculture and rural affairs", "农业农村" },
        { "stats", "statistics", "统计" },
        { "tax", "taxation", "税务" },
        { "union", "trade union", "工会" },
        { "utility", "water, power and gas", "水电气" },
        { "veterans", "veterans affairs", "退役军人事务" },
        { "village", "village or neighbourhood committee", "村（居）委会" },
    };

    return find_word(s, words, COUNT_OF(words), department);
}

const char *
sheet_kind(const sheet_t *s, const char *kind)
{
    static const word_t words[] = {
        { "newly_qualifies", "newly qualifies", "新符合条件" },
        { "no_longer_qualifies", "no longer qualifies", "不再符合条件" },
        { "category_change", "change of category", "类别变化" },
        { "benefit_change", "change of amount", "金额变化" },
        { "entitlement_not_drawn", "entitlement not drawn", "应享未享" },
        { "hardship_warning", "warning of hardship", "困难预警" },
        { "member_change", "change of members", "成员变化" },
        { "data_conflict", "data in conflict", "数据矛盾" },
        { "overlap", "overlap", "重复享受" },
        { "aid_missing", "aid missing", "救助缺失" },
        { "review_due", "review due", "到期复核" },
    };

    return find_word(s, words, COUNT_OF(words), kind);
}

/* ---- widths ------------------------------------------------------------------------------------------------------ */

void
sheet_indent(const sheet_t *s, unsigned depth)
{
    for (unsigned i = 0; i < depth; i++)
        str_add(s->out, "  ");
}

/* On a terminal: a CJK character takes two columns. */
static size_t
columns(const char *text, size_t n)
{
    size_t width = 0;

    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char) text[i];

        if ((c & 0xC0U) != 0x80U)
            width += c >= 0xE3U ? 2 : 1;
    }
    return width;
}

void
sheet_to_column(const sheet_t *s, size_t column)
{
    const char *text = str_c(s->out);
    size_t start = s->out->len;

    while (start > 0 && text[start - 1] != '\n')
        start--;
    size_t at = columns(text + start, s->out->len - start);
    do
        str_add_char(s->out, ' ');
    while (++at < column);
}

void
sheet_right(const sheet_t *s, const char *text, size_t width)
{
    for (size_t n = columns(text, strlen(text)); n < width; n++)
        str_add_char(s->out, ' ');
    str_add(s->out, text);
}

/* ---- numbers ----------------------------------------------------------------------------------------------------- */

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A number of money, "digits.dd": grouped by thousands.  Others (years, codes, shares) stay as they are. */
static size_t
group(const char *p, str_t *ret)
{
    size_t whole = 0, cents = 0;

    while (is_digit(p[whole]))
        whole++;
    if (p[whole] == '.')
        while (is_digit(p[whole + 1 + cents]))
            cents++;
    for (size_t i = 0; i < whole; i++) {
        str_add_char(ret, p[i]);
        if (cents == 2 && i + 1 < whole && (whole - i - 1) % 3 == 0)
            str_add_char(ret, ',');
    }
    if (cents > 0)
        str_add_n(ret, p + whole, cents + 1);
    return whole + (cents > 0 ? cents + 1 : 0);
}

/* What the language of formulas says in English, in Chinese; longer ones first. */
static size_t
translate(const char *p, str_t *ret)
{
    static const struct {
        const char *en, *zh;
    } words[] = {
        { " rounded half up to ", "，四舍五入到" }, { " rounded down to ", "，舍去尾数到" }, { " rounded up to ", "，进位到" },
        { "is not one of ", "不属于 " }, { "is one of ", "属于 " }, { " is not ", " 不是 " }, { " is ", " 为 " },
        { "count of ", "人数：" }, { "sum of ", "合计：" }, { " over ", "，范围：" }, { " where ", "，其中：" },
        { " months", " 个月" }, { " years", " 年" }, { " yuan", " 元" }, { " fen", " 分" }, { "yuan", "元" }, { "fen", "分" },
        { " and ", " 且 " }, { " or ", " 或 " }, { "not ", "非 " }, { "has ", "有 " },
        { "if ", "若 " }, { " then ", " 则 " }, { " else ", " 否则 " },
    };

    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (!str_starts(p, words[i].en))
            continue;
        str_add(ret, words[i].zh);
        return strlen(words[i].en);
    }
    return 0;
}

static bool
is_word(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || c == '_' || c == '.';
}

void
sheet_number(const sheet_t *s, const char *text, str_t *ret)
{
    size_t i = 0;

    while (text[i] != '\0') {
        bool begins = i == 0 || !is_word(text[i - 1]);
        size_t taken = 0;

        if (begins && is_digit(text[i]) && !(i > 0 && text[i - 1] == '-' && i > 1 && is_digit(text[i - 2])))
            taken = group(text + i, ret);
        else if (s->zh && (begins || text[i] == ' '))
            taken = translate(text + i, ret);
        if (taken == 0)
            str_add_char(ret, text[i]);
        i += taken > 0 ? taken : 1;
    }
}

void
sheet_add_number(const sheet_t *s, const char *text)
{
    sheet_number(s, text, s->out);
}

void
sheet_add_term(const sheet_t *s, const json_node_t *object)
{
    const char *to = sheet_text(object, "to");
    char last[DATE_TEXT_SIZE];
    int32_t day;

    str_add(s->out, sheet_text(object, "from"));
    if (to[0] == '\0' || !date_parse(to, strlen(to), &day))
        return;
    date_format(day - 1, last);
    if (!sheet_is(object, "from", last))
        str_printf(s->out, " … %s", last);
}

const char *
sheet_confidence(const sheet_t *s, const char *confidence)
{
    static const word_t words[] = {
        { "verified", "verified", "已核原文" }, { "excerpt", "excerpt", "据摘录" },   { "low", "low confidence", "可信度低" },
        { "background", "background", "据通行做法" }, { "assumed", "assumed", "推定" },
    };

    return find_word(s, words, COUNT_OF(words), confidence);
}

void
sheet_add_relation(const sheet_t *s, const json_node_t *object)
{
    const char *person = sheet_text(object, "person");
    int number = 0;

    if (person[0] == '\0')
        return;
    for (const json_node_t *p = json_first(json_get(s->root, "people")); p != NULL; p = json_next(p)) {
        number++;
        if (strcmp(sheet_text(p, "person"), person) != 0)
            continue;
        if (json_count(json_get(s->root, "people")) > 1)
            str_printf(s->out, "%s%s %d", sheet_word(s, ", ", "，"), sheet_label(s, p, "relation", ""), number);
        return;
    }
    str_printf(s->out, "%s%s", sheet_word(s, ", ", "，"), sheet_label(s, object, "relation", person));
}
