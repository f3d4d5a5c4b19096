/* SPDX-License-Identifier: Apache-2.0 */
#include "columns_in.h"

#include <stdio.h>
#include <string.h>

void
columns_destroy(columns_t **self_p)
{
    columns_t *self = *self_p;

    if (self == NULL)
        return;
    for (size_t i = 0; i < self->count; i++)
        str_done(&self->values[i]);
    str_done(&self->list_json);
    arena_destroy(&self->arena);
    mem_free(self);
    *self_p = NULL;
}

void
columns_describe(const columns_t *self, str_t *ret)
{
    static const char *const kinds[] = { [COLUMN_TEXT] = "text",     [COLUMN_RESIDENT_ID] = "resident ID", [COLUMN_DATE] = "date",
                                         [COLUMN_MONTH] = "month",   [COLUMN_MONEY] = "yuan",             [COLUMN_REGION] = "division code",
                                         [COLUMN_CHOICE] = "one of", [COLUMN_BOOL] = "yes or no",         [COLUMN_INTEGER] = "whole number",
                                         [COLUMN_TEXTS] = "several", [COLUMN_OTHER] = "NDJSON only" };

    for (size_t i = 0; i < self->count; i++) {
        const column_t *c = &self->items[i];

        str_printf(ret, "  %s%s%-20s %s %s", c->of_item ? self->list : "", c->of_item ? "[]." : "", c->name, c->required ? "*" : " ",
                   c->kind == COLUMN_MONEY && c->money_scale == 1 ? "fen" : c->kind == COLUMN_MONEY && c->money_scale == 1000000 ? "10,000 yuan"
                                                                                                                          : kinds[c->kind]);
        for (size_t k = 0; k < c->choice_count; k++) {
            str_printf(ret, "%s %s", k > 0 ? "," : "", c->choices[k]);
            for (size_t w = 0; w < c->word_count; w++)
                if (strcmp(c->words[w].to, c->choices[k]) == 0)
                    str_printf(ret, " (%s)", c->words[w].from);
        }
        for (size_t w = 0; c->choice_count == 0 && w < c->word_count; w++)
            str_printf(ret, "%s %s (%s)", w > 0 ? "," : "", c->words[w].to, c->words[w].from);
        str_add(ret, ";  column");
        for (size_t k = 0; k < c->name_count; k++)
            str_printf(ret, "%s %s", k > 0 ? "," : "", c->names[k]);
        str_add_char(ret, '\n');
    }
}

/* ---- the row of names -------------------------------------------------------------------------------------------- */

/* Letters and digits only: "身份证号 *", "身份证号（必填）" and "身份证号" are one name. */
static void
plain_name(const char *s, str_t *ret)
{
    size_t n = strlen(s), depth = 0;

    for (size_t i = 0; i < n;) {
        size_t len = str_utf8_sequence(s + i, n - i);
        const unsigned char *p = (const unsigned char *) s + i;
        bool open = *p == '(' || (len == 3 && memcmp(p, "\xef\xbc\x88", 3) == 0);
        bool close = *p == ')' || (len == 3 && memcmp(p, "\xef\xbc\x89", 3) == 0);

        len = len == 0 ? 1 : len;
        if (open)
            depth++;
        else if (close && depth > 0)
            depth--;
        else if (depth == 0 && (len > 1 ? !(p[0] == 0xe3 && p[1] == 0x80) && !(p[0] == 0xef && p[1] == 0xbb) && p[0] != 0xc2
                                        : (*p >= '0' && *p <= '9') || (*p >= 'a' && *p <= 'z') || *p == '_'))
            str_add_n(ret, s + i, len);
        else if (depth == 0 && *p >= 'A' && *p <= 'Z')
            str_add_char(ret, (char) (*p - 'A' + 'a'));
        i += len;
    }
}

bool
columns_same_name(const char *a, const char *b)
{
    AUTO_STR x = STR_INIT;
    AUTO_STR y = STR_INIT;

    plain_name(a, &x);
    plain_name(b, &y);
    return x.len > 0 && strcmp(str_c(&x), str_c(&y)) == 0;
}

/* The field of a column name: a name in full first, so that 姓名 of a member is not taken for another; SIZE_MAX: none. */
static size_t
field_of(const columns_t *self, const char *header)
{
    for (size_t i = 0; i < self->count; i++)
        for (size_t k = 0; k < self->items[i].name_count; k++)
            if (columns_same_name(self->items[i].names[k], header))
                return i;
    return SIZE_MAX;
}

bool
columns_is_header(const columns_t *self, const table_row_t *row, size_t *ret_matched)
{
    size_t filled = 0;

    *ret_matched = 0;
    for (size_t i = 0; i < row->count; i++) {
        filled += row->cells[i].kind != CELL_EMPTY;
        *ret_matched += field_of(self, row->cells[i].text) != SIZE_MAX;
    }
    return *ret_matched > 0 && (*ret_matched >= 2 || filled == 1);
}

/* By its label and its own name; all others stand in `plimsoll dataset show`. */
static void
name_field(const column_t *c, str_t *ret)
{
    str_printf(ret, "%s“%s”", ret->len > 0 ? "; " : "", c->label);
    if (strcmp(c->name, c->label) != 0)
        str_printf(ret, " or “%s”", c->name);
}

/* An amount's unit where the name of its column says one in brackets: 注册资本（万元）, 单位：千元, 元/月.  0: it says none. */
static int
unit_of(const char *header)
{
    static const struct {
        const char *unit;
        int scale;
    } units[] = { { "\xe4\xb8\x87\xe5\x85\x83", 1000000 }, { "\xe5\x8d\x83\xe5\x85\x83", 100000 }, { "\xe7\x99\xbe\xe5\x85\x83", 10000 },
                  { "\xe5\x85\x83", 100 },                 { "\xe5\x88\x86", 1 } }; /* 万元 千元 百元 元 分 */
    static const char *const ends[] = { ")", "\xef\xbc\x89", "/" };
    const char *narrow = strchr(header, '('), *wide = strstr(header, "\xef\xbc\x88");
    const char *at = narrow != NULL ? narrow + 1 : wide != NULL ? wide + 3 : NULL;

    if (at == NULL)
        return 0;
    at += str_starts(at, "\xe5\x8d\x95\xe4\xbd\x8d") ? 6 : 0; /* 单位 */
    at += *at == ':' ? 1 : str_starts(at, "\xef\xbc\x9a") ? 3 : 0;
    for (size_t i = 0; i < COUNT_OF(units); i++)
        for (size_t e = 0; e < COUNT_OF(ends) && str_starts(at, units[i].unit); e++)
            if (str_starts(at + strlen(units[i].unit), ends[e]))
                return units[i].scale;
    return 0;
}

void
columns_make_plain(char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char) text[i];

        if (c < 0x20 || c == 0x7f) {
            text[i] = ' ';
        } else if (c == 0xc2 && i + 1 < n && (unsigned char) text[i + 1] < 0xa0) { /* U+0080 … U+009F */
            text[i] = text[i + 1] = ' ';
        }
    }
}

bool
columns_take_header(columns_t *self, const table_row_t *row, err_t *err)
{
    AUTO_STR missing = STR_INIT;

    self->headers = arena_new_array(self->arena, const char *, row->count + 1);
    self->header_count = row->count;
    for (size_t i = 0; i < row->count; i++) {
        size_t field = field_of(self, row->cells[i].text);

        char *shown = arena_strndup(self->arena, row->cells[i].text, row->cells[i].len);
        columns_make_plain(shown, row->cells[i].len);
        self->headers[i] = shown;
        if (field == SIZE_MAX)
            continue;
        if (self->items[field].at != SIZE_MAX)
            return err_set(err, ERR_REJECT, "columns.twice", "row %llu: the columns “%s” and “%s” are both “%s”: remove or rename one",
                           (unsigned long long) row->number, self->headers[self->items[field].at], self->headers[i],
                           self->items[field].label);
        self->items[field].at = i;
        if (self->items[field].kind == COLUMN_MONEY && unit_of(self->headers[i]) != 0)
            self->items[field].money_scale = unit_of(self->headers[i]);
    }
    for (size_t i = 0; i < self->count; i++)
        if (self->items[i].required && self->items[i].at == SIZE_MAX)
            name_field(&self->items[i], &missing);
    if (missing.len > 0)
        return err_set(err, ERR_REJECT, "columns.missing",
                       "row %llu holds the column names; these are missing: %s.  Rename the column (plimsoll dataset show %s tells "
                       "all names), or add its name under “columns” in the dataset's file",
                       (unsigned long long) row->number, str_c(&missing), self->dataset);
    return true;
}

void
columns_unused(const columns_t *self, str_t *ret)
{
    for (size_t i = 0; i < self->header_count; i++)
        if (self->headers[i][0] != '\0' && field_of(self, self->headers[i]) == SIZE_MAX)
            str_printf(ret, "%s%s", ret->len > 0 ? ", " : "", self->headers[i]);
}

const char *
columns_of_pointer(const columns_t *self, const char *pointer)
{
    const char *name = strrchr(pointer, '/');

    for (size_t i = 0; name != NULL && i < self->count; i++)
        if (strcmp(self->items[i].name, name + 1) == 0 && self->items[i].at != SIZE_MAX)
            return self->headers[self->items[i].at];
    return NULL;
}

/* ---- rows → records ---------------------------------------------------------------------------------------------- */

static const cell_t *
cell_of(const column_t *c, const table_row_t *row)
{
    static const cell_t empty = { CELL_EMPTY, "", 0 };

    return c->at < row->count ? &row->cells[c->at] : &empty;
}

void
columns_key(const columns_t *self, const table_row_t *row, str_t *ret)
{
    for (size_t k = 0; k < self->key_count; k++)
        for (size_t i = 0; i < self->count; i++)
            if (!self->items[i].of_item && strcmp(self->items[i].name, self->key[k]) == 0) {
                str_add_n(ret, cell_of(&self->items[i], row)->text, cell_of(&self->items[i], row)->len);
                str_add_char(ret, '\x1f');
            }
}

/* How the lines below a form's rows begin: sums, who filled it in, notes. */
static bool
begins_remark(const char *text)
{
    static const char *const words[] = { "\xe5\x90\x88\xe8\xae\xa1", "\xe6\x80\xbb\xe8\xae\xa1", "\xe5\xb0\x8f\xe8\xae\xa1", "\xe5\x85\xb1\xe8\xae\xa1",
                                         "\xe5\x88\xb6\xe8\xa1\xa8", "\xe5\xa1\xab\xe8\xa1\xa8", "\xe5\xa1\xab\xe6\x8a\xa5", "\xe5\xae\xa1\xe6\xa0\xb8",
                                         "\xe5\xa4\x87\xe6\xb3\xa8", "\xe8\xaf\xb4\xe6\x98\x8e", "\xe6\xb3\xa8\xef\xbc\x9a", "\xe6\xb3\xa8:" };
    /* 合计 总计 小计 共计 制表 填表 填报 审核 备注 说明 注： */

    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (str_starts(text, words[i]))
            return true;
    return false;
}

bool
columns_is_remark(const columns_t *self, const table_row_t *row)
{
    size_t filled = 0, required = 0;
    bool says = false;

    for (size_t i = 0; i < row->count; i++)
        says = says || (row->cells[i].kind == CELL_TEXT && begins_remark(row->cells[i].text));
    for (size_t i = 0; i < self->count; i++) {
        bool has = cell_of(&self->items[i], row)->kind != CELL_EMPTY;

        required += self->items[i].required;
        filled += has && self->items[i].required && !begins_remark(cell_of(&self->items[i], row)->text);
        if (has && self->items[i].kind == COLUMN_RESIDENT_ID && !begins_remark(cell_of(&self->items[i], row)->text))
            return false;
    }
    /* At most the sum stands under its column; a row that lacks more than it has, without saying what it is, is refused instead. */
    return says ? filled * 2 <= required : filled == 0;
}

bool
columns_has_items(const columns_t *self)
{
    return self->list != NULL;
}

/* Names the column as the table writes it. */
static bool
in_column(const columns_t *self, const column_t *c, err_t *err)
{
    if (c->at < self->header_count && strcmp(self->headers[c->at], c->label) != 0 && self->headers[c->at][0] != '\0')
        (void) err_add(err, self->headers[c->at]);
    return false;
}

/* Several values in one cell: a comma, semicolon, bar or blank between them, or the Chinese enumeration comma. */
static size_t
separator_at(const char *p, size_t n)
{
    if (n >= 3 && memcmp(p, "\xe3\x80\x81", 3) == 0)
        return 3;
    return strchr(",;| \t\n", *p) != NULL ? 1 : 0;
}

static void
write_texts(json_out_t *out, const char *name, const str_t *value)
{
    size_t from = 0;

    json_out_array(out, name);
    for (size_t i = 0; i <= value->len;) {
        size_t step = i < value->len ? separator_at(value->ptr + i, value->len - i) : 1;

        if (step > 0) {
            if (i > from)
                json_out_text_n(out, NULL, value->ptr + from, i - from);
            from = i + step;
        }
        i += step > 0 ? step : 1;
    }
    json_out_end(out);
}

static void
write_value(json_out_t *out, const column_t *c, const str_t *value)
{
    if (c->kind == COLUMN_BOOL || c->kind == COLUMN_INTEGER)
        json_out_raw(out, c->name, value->ptr, value->len);
    else if (c->kind == COLUMN_TEXTS)
        write_texts(out, c->name, value);
    else
        json_out_text_n(out, c->name, value->ptr, value->len);
}

static bool
add_item(columns_t *self, const table_row_t *row, err_t *err)
{
    AUTO_STR value = STR_INIT;
    AUTO_STR item = STR_INIT;
    json_out_t out;
    bool empty, any = false;

    json_out_init(&out, &item);
    json_out_object(&out, NULL);
    for (size_t i = 0; i < self->count; i++) {
        const column_t *c = &self->items[i];

        if (!c->of_item || c->at == SIZE_MAX)
            continue;
        str_clear(&value);
        if (!column_value(c, cell_of(c, row), &value, &empty, err))
            return in_column(self, c, err);
        if (!empty)
            write_value(&out, c, &value);
        any = any || !empty;
    }
    json_out_end(&out);
    if (any) {
        str_add(&self->list_json, self->list_count++ > 0 ? "," : "");
        str_add_n(&self->list_json, item.ptr, item.len);
    }
    return true;
}

bool
columns_begin(columns_t *self, const table_row_t *row, err_t *err)
{
    bool empty;

    str_clear(&self->list_json);
    self->list_count = 0;
    for (size_t i = 0; i < self->count; i++) {
        column_t *c = &self->items[i];

        str_clear(&self->values[i]);
        if (!c->of_item && c->at != SIZE_MAX && !column_value(c, cell_of(c, row), &self->values[i], &empty, err))
            return in_column(self, c, err);
    }
    return self->list == NULL || add_item(self, row, err);
}

bool
columns_more(columns_t *self, const table_row_t *row, err_t *err)
{
    AUTO_STR value = STR_INIT;
    bool empty;

    for (size_t i = 0; i < self->count; i++) {
        const column_t *c = &self->items[i];

        if (c->of_item || c->at == SIZE_MAX)
            continue;
        str_clear(&value);
        if (!column_value(c, cell_of(c, row), &value, &empty, err))
            return in_column(self, c, err);
        /* Merged cells leave the following rows empty. */
        if (!empty && strcmp(str_c(&value), str_c(&self->values[i])) != 0)
            return err_set(err, ERR_REJECT, "columns.differs", "%s differs from the other rows of the same %s", c->label, self->key[0]);
    }
    return add_item(self, row, err);
}

void
columns_end(columns_t *self, str_t *ret_json)
{
    json_out_t out;
    bool retracted = false;

    json_out_init(&out, ret_json);
    json_out_object(&out, NULL);
    for (size_t i = 0; i < self->count; i++) {
        const column_t *c = &self->items[i];

        if (c->of_item || self->values[i].len == 0)
            continue;
        retracted = retracted || (strcmp(c->name, "retracted") == 0 && strcmp(str_c(&self->values[i]), "true") == 0);
        write_value(&out, c, &self->values[i]);
    }
    if (self->list != NULL && !(retracted && self->list_count == 0)) {
        str_t list = STR_INIT;

        str_printf(&list, "[%s]", str_c(&self->list_json));
        json_out_raw(&out, self->list, list.ptr, list.len);
        str_done(&list);
    }
    json_out_end(&out);
}
