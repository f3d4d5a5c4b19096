/* SPDX-License-Identifier: Apache-2.0 */
#include "explain_sheet.h"

#include "domain/date.h"

#include <string.h>

enum { AMOUNT_COLUMN = 46, AMOUNT_WIDTH = 14, RECORDS_SHOWN = 3 };

/* ---- records ----------------------------------------------------------------------------------------------------- */

/* What the facts of one dataset say together. */
typedef struct {
    const char *dataset;
    int32_t from, to; /* first day, day after the last; DATE_OPEN */
    size_t count;
} source_t;

static int32_t
day_of(const json_node_t *object, const char *key, int32_t otherwise)
{
    const char *text = sheet_text(object, key);
    int32_t day;

    return date_parse(text, strlen(text), &day) ? day : otherwise;
}

static void
add_fact(source_t *source, const json_node_t *f)
{
    int32_t from = day_of(f, "from", 0), to = day_of(f, "to", DATE_OPEN);

    if (source->count == 0 || from < source->from)
        source->from = from;
    if (source->count == 0 || to > source->to)
        source->to = to;
    source->count++;
}

static void
add_month(const sheet_t *s, int32_t day)
{
    char text[DATE_TEXT_SIZE];

    date_format(day, text);
    str_printf(s->out, "%.7s", text);
}

static void
add_day(const sheet_t *s, int32_t day)
{
    char text[DATE_TEXT_SIZE];

    date_format(day, text);
    str_add(s->out, text);
}

/* Months of the window, as far as the records reach into it; "none since" when they end before it does. */
static void
write_months(const sheet_t *s, const source_t *source, const json_node_t *window)
{
    int32_t first = day_of(window, "from", source->from), end = day_of(window, "to", source->to);
    int32_t from = source->from > first ? source->from : first, to = source->to < end ? source->to : end;

    str_add_char(s->out, ' ');
    add_month(s, from);
    if (date_month(from) != date_month(to - 1)) {
        str_add(s->out, " … ");
        add_month(s, to - 1);
    }
    if (to < end) {
        str_add(s->out, sheet_word(s, ", none since ", "，"));
        add_month(s, to);
        str_add(s->out, sheet_word(s, "", " 起无"));
    }
}

static void
write_days(const sheet_t *s, const source_t *source)
{
    str_add_char(s->out, ' ');
    add_day(s, source->from);
    if (source->to == DATE_OPEN || source->to - 1 <= source->from)
        return;
    str_add(s->out, " … ");
    add_day(s, source->to - 1);
}

static void
write_record(const sheet_t *s, const json_node_t *f, unsigned depth)
{
    sheet_indent(s, depth);
    str_add(s->out, "· ");
    sheet_add_term(s, f);
    if (json_text(json_get(f, "value")) != NULL) {
        str_add(s->out, "  ");
        sheet_add_number(s, sheet_text(f, "value"));
    }
    if (sheet_count(f, "months") > 0)
        str_printf(s->out, " × %lld %s", (long long) sheet_count(f, "months"),
                   sheet_word(s, sheet_count(f, "months") == 1 ? "month" : "months", "个月"));
    if (json_text(json_get(f, "code")) != NULL)
        str_printf(s->out, "  %s", sheet_text(f, "code"));
    str_printf(s->out, "  [%s, facts %lld/%lld]\n", sheet_text(f, "record"), (long long) sheet_count(f, "seq"),
               (long long) sheet_count(f, "index"));
}

static void
write_source(const sheet_t *s, const json_node_t *facts, const json_node_t *window, const char *dataset, unsigned depth)
{
    source_t source = { .dataset = dataset };
    const json_node_t *first = NULL;

    for (const json_node_t *f = json_first(facts); f != NULL; f = json_next(f)) {
        if (!sheet_is(f, "dataset", dataset))
            continue;
        first = first == NULL ? f : first;
        add_fact(&source, f);
    }
    sheet_indent(s, depth);
    str_add(s->out, dataset);
    if (window != NULL && json_get(first, "months") != NULL)
        write_months(s, &source, window);
    else
        write_days(s, &source);
    if (source.count > 1)
        str_printf(s->out, sheet_word(s, ", %zu records", "，共 %zu 条记录"), source.count);
    else
        str_printf(s->out, "  [%s, facts %lld/%lld]", sheet_text(first, "record"), (long long) sheet_count(first, "seq"),
                   (long long) sheet_count(first, "index"));
    if (source.count == 1 && json_text(json_get(first, "code")) != NULL)
        str_printf(s->out, "  %s", sheet_text(first, "code"));
    str_add_char(s->out, '\n');
    for (const json_node_t *f = json_first(facts); source.count > 1 && f != NULL; f = json_next(f))
        if (sheet_is(f, "dataset", dataset) && (s->all || source.count <= RECORDS_SHOWN))
            write_record(s, f, depth + 1);
}

static bool
is_first_of_dataset(const json_node_t *facts, const json_node_t *f)
{
    for (const json_node_t *other = json_first(facts); other != f; other = json_next(other))
        if (sheet_is(other, "dataset", sheet_text(f, "dataset")))
            return false;
    return true;
}

void
sheet_sources(const sheet_t *s, const json_node_t *facts, const json_node_t *window, unsigned depth)
{
    for (const json_node_t *f = json_first(facts); f != NULL; f = json_next(f))
        if (is_first_of_dataset(facts, f))
            write_source(s, facts, window, sheet_text(f, "dataset"), depth);
}

/* ---- sums -------------------------------------------------------------------------------------------------------- */

static const json_node_t *
value_named(const sheet_t *s, const char *name)
{
    for (const json_node_t *v = json_first(json_get(s->root, "values")); v != NULL; v = json_next(v))
        if (sheet_is(v, "name", name))
            return v;
    return NULL;
}

/* The amount of a term: text for money, a plain number for a count. */
static void
amount_text(const sheet_t *s, const json_node_t *amount, str_t *ret)
{
    int64_t n;

    if (json_text(amount) != NULL)
        sheet_number(s, json_text(amount), ret);
    else if (amount != NULL && json_i64(amount, &n))
        str_add_i64(ret, n);
    else
        str_add(ret, sheet_word(s, "not known", "不详"));
}

static void
write_line(const sheet_t *s, const char *sign, const char *label, const json_node_t *whose, const json_node_t *amount, unsigned depth)
{
    AUTO_STR text = STR_INIT;

    sheet_indent(s, depth);
    str_printf(s->out, "%s %s", sign, label);
    sheet_add_relation(s, whose);
    sheet_to_column(s, AMOUNT_COLUMN);
    amount_text(s, amount, &text);
    sheet_right(s, str_c(&text), AMOUNT_WIDTH);
}

static void
write_numbers(const sheet_t *s, const json_node_t *object)
{
    if (sheet_text(object, "numbers")[0] == '\0')
        return;
    str_add(s->out, "   = ");
    sheet_add_number(s, sheet_text(object, "numbers"));
}

static void
write_basis(const sheet_t *s, const json_node_t *object)
{
    if (sheet_text(object, "basis")[0] != '\0')
        str_printf(s->out, "   %s", sheet_text(object, "basis"));
}

static void
write_term(const sheet_t *s, const json_node_t *t, unsigned depth)
{
    write_line(s, sheet_is(t, "sign", "-") ? "−" : "+", sheet_label(s, t, "label", sheet_text(t, "name")), t, json_get(t, "amount"),
               depth);
    write_numbers(s, t);
    write_basis(s, t);
    str_add_char(s->out, '\n');
    sheet_sources(s, json_get(t, "facts"), json_get(t, "window"), depth + 2);
}

static void
write_left_out(const sheet_t *s, const json_node_t *t, unsigned depth)
{
    AUTO_STR amount = STR_INIT;

    amount_text(s, json_get(t, "amount"), &amount);
    sheet_indent(s, depth);
    str_printf(s->out, "%s%s", sheet_word(s, "  not counted: ", "  不计入："), sheet_label(s, t, "label", sheet_text(t, "name")));
    sheet_add_relation(s, t);
    str_printf(s->out, " %s", str_c(&amount));
    write_basis(s, t);
    str_add_char(s->out, '\n');
    sheet_sources(s, json_get(t, "facts"), json_get(t, "window"), depth + 2);
}

/* What is worked out from a sum by division (per month, per head) is shown under it. */
static void
write_quotients(const sheet_t *s, const char *name, unsigned depth)
{
    AUTO_STR prefix = STR_INIT;

    str_printf(&prefix, "%s / ", name);
    for (const json_node_t *v = json_first(json_get(s->root, "values")); v != NULL; v = json_next(v)) {
        if (!str_starts(sheet_text(v, "formula"), str_c(&prefix)) || json_text(json_get(v, "value")) == NULL)
            continue;
        write_line(s, "=", sheet_label(s, v, "label", sheet_text(v, "name")), v, json_get(v, "value"), depth);
        write_numbers(s, v);
        str_add_char(s->out, '\n');
    }
}

/* ---- the numbers of the law -------------------------------------------------------------------------------------- */

static bool
is_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
}

static bool
names(const char *formula, const char *name)
{
    size_t n = strlen(name);

    for (const char *p = strstr(formula, name); p != NULL; p = strstr(p + 1, name))
        if ((p == formula || !is_name(p[-1])) && !is_name(p[n]))
            return true;
    return false;
}

static void
write_parameter(const sheet_t *s, const json_node_t *p, unsigned depth)
{
    const char *value = sheet_text(p, "value");

    sheet_indent(s, depth);
    str_printf(s->out, "  %s", sheet_label(s, p, "label", sheet_text(p, "name")));
    if (value[0] != '\0') {
        str_add_char(s->out, ' ');
        sheet_add_number(s, value);
    }
    str_printf(s->out, sheet_word(s, ", from %s", "，%s 起"), sheet_text(p, "from"));
    write_basis(s, p);
    if (!sheet_is(p, "confidence", "verified"))
        str_printf(s->out, sheet_word(s, " (%s)", "（%s）"), sheet_confidence(s, sheet_text(p, "confidence")));
    str_add_char(s->out, '\n');
}

/* Those that the formula names, or a value that it names does. */
static void
write_parameters(const sheet_t *s, const char *formula, unsigned depth, unsigned levels)
{
    for (const json_node_t *p = json_first(json_get(s->root, "parameters")); p != NULL; p = json_next(p))
        if (names(formula, sheet_text(p, "name")))
            write_parameter(s, p, depth);
    for (const json_node_t *v = json_first(json_get(s->root, "values")); levels > 0 && v != NULL; v = json_next(v))
        if (json_count(json_get(v, "terms")) == 0 && names(formula, sheet_text(v, "name")))
            write_parameters(s, sheet_text(v, "formula"), depth, levels - 1);
}

void
sheet_parameters(const sheet_t *s, const char *formula, unsigned depth)
{
    write_parameters(s, formula, depth, 0);
}

/* Once on a sheet is enough for a sum. */
static bool
is_told(const sheet_t *s, const char *name)
{
    AUTO_STR entry = STR_INIT;

    str_printf(&entry, " %s ", name);
    if (strstr(str_c(s->told), str_c(&entry)) != NULL)
        return true;
    str_add(s->told, str_c(&entry));
    return false;
}

static void
write_terms(const sheet_t *s, const json_node_t *v, unsigned depth)
{
    for (const json_node_t *t = json_first(json_get(v, "terms")); t != NULL; t = json_next(t))
        write_term(s, t, depth);
    for (const json_node_t *t = json_first(json_get(v, "left_out")); t != NULL; t = json_next(t))
        write_left_out(s, t, depth);
}

void
sheet_side(const sheet_t *s, const json_node_t *side, unsigned depth)
{
    const json_node_t *v = value_named(s, sheet_text(side, "formula"));

    if (v == NULL)
        return;
    bool sum = json_count(json_get(v, "terms")) > 0, told = is_told(s, sheet_text(v, "name"));
    if (!told)
        write_terms(s, v, depth);
    write_line(s, "=", sheet_label(s, v, "label", sheet_text(v, "name")), v, json_get(v, "value"), depth);
    if (!sum && strcmp(sheet_text(v, "numbers"), sheet_text(v, "value")) != 0)
        write_numbers(s, v);
    if (!sum)
        write_basis(s, v);
    else if (told)
        str_add(s->out, sheet_word(s, "   as above", "   同上"));
    str_add_char(s->out, '\n');
    if (!told)
        write_quotients(s, sheet_text(v, "name"), depth);
    if (!sum && !told)
        write_parameters(s, sheet_text(v, "formula"), depth, 3);
}
