/* SPDX-License-Identifier: Apache-2.0 */
#include "columns.h"

#include "columns_value.h"

#include "config/yaml_doc.h"

#include <stdio.h>
#include <string.h>

enum { SCHEMA_MAX = 1 << 20 };

struct columns {
    arena_t *arena;
    const char *dataset;
    column_t *items;
    size_t count;
    const char *list;       /* the member whose items are the rows, or NULL */
    const char **key;       /* the dataset's key */
    size_t key_count;
    const char **headers;   /* of the table, as written */
    size_t header_count;
    /* the record being made: values of its own columns (texts, "" absent), and its items so far as JSON */
    str_t *values;
    str_t list_json;
    size_t list_count;
};

/* ---- fields from the schema -------------------------------------------------------------------------------------- */

static bool
text_is(const json_node_t *n, const char *s)
{
    return n != NULL && json_text(n) != NULL && strcmp(json_text(n), s) == 0;
}

static column_kind_t
kind_of(const json_node_t *property)
{
    const char *format = json_text(json_get(property, "format"));
    static const struct {
        const char *format;
        column_kind_t kind;
    } formats[] = { { "resident-id", COLUMN_RESIDENT_ID }, { "date", COLUMN_DATE }, { "month", COLUMN_MONTH },
                    { "money", COLUMN_MONEY },             { "region", COLUMN_REGION } };

    for (size_t i = 0; format != NULL && i < COUNT_OF(formats); i++)
        if (strcmp(format, formats[i].format) == 0)
            return formats[i].kind;
    if (json_get(property, "enum") != NULL)
        return COLUMN_CHOICE;
    if (text_is(json_get(property, "type"), "boolean"))
        return COLUMN_BOOL;
    if (text_is(json_get(property, "type"), "integer"))
        return COLUMN_INTEGER;
    if (text_is(json_get(property, "type"), "array") && text_is(json_get(json_get(property, "items"), "type"), "string"))
        return COLUMN_TEXTS;
    return text_is(json_get(property, "type"), "string") ? COLUMN_TEXT : COLUMN_OTHER;
}

static void
take_field(columns_t *self, const json_node_t *property, bool of_item)
{
    column_t *c = &self->items[self->count++];
    const json_node_t *label = json_get(property, "x-label"), *choices = json_get(property, "enum");
    const char *zh = json_text(json_get(label, "zh")), *en = json_text(json_get(label, "en"));
    size_t choice_count = json_count(choices);

    *c = (column_t){ .of_item = of_item, .kind = kind_of(property), .money_scale = 100, .at = SIZE_MAX };
    c->name = arena_strndup(self->arena, json_key(property), strlen(json_key(property)));
    c->names = arena_new_array(self->arena, const char *, 3);
    c->names[c->name_count++] = c->name;
    if (zh != NULL)
        c->names[c->name_count++] = arena_strndup(self->arena, zh, strlen(zh));
    if (en != NULL)
        c->names[c->name_count++] = arena_strndup(self->arena, en, strlen(en));
    c->label = c->names[zh != NULL ? 1 : 0];
    c->choices = arena_new_array(self->arena, const char *, choice_count + 1);
    for (const json_node_t *e = json_first(choices); e != NULL; e = json_next(e))
        if (json_text(e) != NULL)
            c->choices[c->choice_count++] = arena_strndup(self->arena, json_text(e), strlen(json_text(e)));
}

static const json_node_t *
item_properties(const json_node_t *property)
{
    return text_is(json_get(property, "type"), "array") ? json_get(json_get(property, "items"), "properties") : NULL;
}

static void
take_required(columns_t *self, const json_node_t *schema, bool of_item)
{
    const json_node_t *lists[] = { json_get(schema, "required"), json_get(json_get(schema, "else"), "required") };

    for (size_t l = 0; l < COUNT_OF(lists); l++)
        for (const json_node_t *r = json_first(lists[l]); r != NULL; r = json_next(r))
            for (size_t i = 0; i < self->count; i++)
                if (self->items[i].of_item == of_item && text_is(r, self->items[i].name))
                    self->items[i].required = true;
}

static bool
take_schema(columns_t *self, const char *path, err_t *err)
{
    AUTO_STR text = STR_INIT;
    AUTO(json) tree = NULL;
    const json_node_t *properties;
    size_t n = 0;

    if (!str_read_file(&text, path, SCHEMA_MAX, err) || !json_parse(str_c(&text), text.len, &tree, err))
        return err_add(err, path);
    properties = json_get(json_root(tree), "properties");
    for (const json_node_t *p = json_first(properties); p != NULL; p = json_next(p))
        n += 1 + json_count(item_properties(p));
    self->items = arena_new_array(self->arena, column_t, n + 1);
    self->values = arena_new_array(self->arena, str_t, n + 1);
    for (const json_node_t *p = json_first(properties); p != NULL; p = json_next(p)) {
        const json_node_t *items = item_properties(p);

        if (items == NULL) {
            take_field(self, p, false);
            continue;
        }
        if (self->list != NULL)
            return err_set(err, ERR_CONFIG, "columns", "%s: records with two lists cannot stand in a table: send NDJSON", path);
        self->list = arena_strndup(self->arena, json_key(p), strlen(json_key(p)));
        for (const json_node_t *i = json_first(items); i != NULL; i = json_next(i))
            take_field(self, i, true);
        take_required(self, json_get(p, "items"), true);
    }
    take_required(self, json_root(tree), false);
    return true;
}

/* ---- what the dataset's YAML adds -------------------------------------------------------------------------------- */

static bool
take_names(columns_t *self, const yaml_doc_t *doc, const yaml_node_t *list, column_t *c, err_t *err)
{
    const char **all = arena_new_array(self->arena, const char *, c->name_count + yaml_count(list) + 1);

    memcpy(all, c->names, c->name_count * sizeof(*all));
    c->names = all;
    if (yaml_kind(list) == YAML_SCALAR) {
        c->names[c->name_count++] = arena_strndup(self->arena, yaml_text(list), strlen(yaml_text(list)));
        return true;
    }
    for (size_t i = 0; i < yaml_count(list); i++) {
        const char *name = yaml_kind(list) == YAML_LIST ? yaml_text(yaml_at(list, i)) : NULL;

        if (name == NULL)
            return yaml_fail(doc, list, err, "names of a column are a list of texts");
        c->names[c->name_count++] = arena_strndup(self->arena, name, strlen(name));
    }
    return true;
}

static bool
take_words(columns_t *self, const yaml_doc_t *doc, const yaml_node_t *map, column_t *c, err_t *err)
{
    if (yaml_kind(map) != YAML_MAP || c->kind != COLUMN_CHOICE)
        return yaml_fail(doc, map, err, "words are a map from what departments write to one of the field's values");
    c->words = arena_new_array(self->arena, column_word_t, yaml_count(map) + 1);
    for (size_t i = 0; i < yaml_count(map); i++) {
        const char *from = yaml_key_at(map, i), *to = yaml_text(yaml_at(map, i));

        if (to == NULL || !str_in(to, c->choices, c->choice_count))
            return yaml_fail(doc, yaml_at(map, i), err, "the field has no value \"%.40s\"", to != NULL ? to : "");
        c->words[c->word_count++] = (column_word_t){ arena_strndup(self->arena, from, strlen(from)), arena_strndup(self->arena, to, strlen(to)) };
    }
    return true;
}

static bool
take_unit(const yaml_doc_t *doc, const yaml_node_t *n, column_t *c, err_t *err)
{
    const char *unit = yaml_text(n);

    if (c->kind != COLUMN_MONEY || unit == NULL)
        return yaml_fail(doc, n, err, "a unit stands with an amount of money only: yuan, fen or wan (ten thousand yuan)");
    c->money_scale = strcmp(unit, "yuan") == 0 ? 100 : strcmp(unit, "fen") == 0 ? 1 : strcmp(unit, "wan") == 0 ? 1000000 : 0;
    return c->money_scale != 0 || yaml_fail(doc, n, err, "no unit of money: yuan, fen or wan (ten thousand yuan)");
}

static bool
take_column(columns_t *self, const yaml_doc_t *doc, const yaml_node_t *key, const yaml_node_t *n, err_t *err)
{
    static const char *const keys[] = { "names", "words", "unit", NULL };
    const char *name = yaml_text(key), *bracket = strstr(name, "[].");
    column_t *c = NULL;

    for (size_t i = 0; i < self->count; i++)
        if (self->items[i].of_item == (bracket != NULL) && strcmp(self->items[i].name, bracket != NULL ? bracket + 3 : name) == 0)
            c = &self->items[i];
    if (c == NULL)
        return yaml_fail(doc, key, err, "the schema has no field \"%.60s\"", name);
    if (yaml_kind(n) != YAML_MAP)
        return take_names(self, doc, n, c, err);
    return yaml_check_keys(doc, n, keys, err) && (yaml_get(n, "names") == NULL || take_names(self, doc, yaml_get(n, "names"), c, err)) &&
           (yaml_get(n, "words") == NULL || take_words(self, doc, yaml_get(n, "words"), c, err)) &&
           (yaml_get(n, "unit") == NULL || take_unit(doc, yaml_get(n, "unit"), c, err));
}

static bool
take_yaml(columns_t *self, const char *path, err_t *err)
{
    AUTO(yaml_doc) doc = NULL;

    if (!yaml_doc_load(path, &doc, err))
        return false;
    const yaml_node_t *root = yaml_doc_root(doc), *key = yaml_get(root, "key"), *columns = yaml_get(root, "columns");
    self->key = arena_new_array(self->arena, const char *, yaml_count(key) + 1);
    for (size_t i = 0; i < yaml_count(key); i++)
        if (yaml_text(yaml_at(key, i)) != NULL)
            self->key[self->key_count++] = arena_strndup(self->arena, yaml_text(yaml_at(key, i)), strlen(yaml_text(yaml_at(key, i))));
    for (size_t i = 0; i < yaml_count(columns); i++)
        if (!take_column(self, doc, yaml_key_node_at(columns, i), yaml_at(columns, i), err))
            return false;
    return true;
}

bool
columns_load(const char *datasets, const char *schemas, const char *dataset, columns_t **ret, err_t *err)
{
    AUTO(columns) self = mem_new(columns_t);
    AUTO_STR path = STR_INIT;

    self->arena = arena_new(16 * 1024);
    self->dataset = arena_strndup(self->arena, dataset, strlen(dataset));
    str_printf(&path, "%s/%s.schema.json", schemas, dataset);
    if (!take_schema(self, str_c(&path), err))
        return false;
    str_clear(&path);
    str_printf(&path, "%s/%s.yaml", datasets, dataset);
    if (!take_yaml(self, str_c(&path), err))
        return false;
    *ret = TAKE(self);
    return true;
}

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

static bool
names_match(const char *a, const char *b)
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
            if (names_match(self->items[i].names[k], header))
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

static void
name_field(const column_t *c, str_t *ret)
{
    str_printf(ret, "%s“%s”", ret->len > 0 ? "; " : "", c->label);
    for (size_t k = 0; k < c->name_count; k++)
        if (strcmp(c->names[k], c->label) != 0)
            str_printf(ret, " or “%s”", c->names[k]);
}

bool
columns_take_header(columns_t *self, const table_row_t *row, err_t *err)
{
    AUTO_STR missing = STR_INIT;

    self->headers = arena_new_array(self->arena, const char *, row->count + 1);
    self->header_count = row->count;
    for (size_t i = 0; i < row->count; i++) {
        size_t field = field_of(self, row->cells[i].text);

        self->headers[i] = arena_strndup(self->arena, row->cells[i].text, row->cells[i].len);
        if (field == SIZE_MAX)
            continue;
        if (self->items[field].at != SIZE_MAX)
            return err_set(err, ERR_REJECT, "columns.twice", "row %llu: the columns “%s” and “%s” are both “%s”: remove or rename one",
                           (unsigned long long) row->number, self->headers[self->items[field].at], self->headers[i],
                           self->items[field].label);
        self->items[field].at = i;
    }
    for (size_t i = 0; i < self->count; i++)
        if (self->items[i].required && self->items[i].at == SIZE_MAX)
            name_field(&self->items[i], &missing);
    if (missing.len > 0)
        return err_set(err, ERR_REJECT, "columns.missing",
                       "row %llu holds the column names; these are missing: %s.  Rename the column, or add its name under “columns” in the dataset's file",
                       (unsigned long long) row->number, str_c(&missing));
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
