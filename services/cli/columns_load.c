/* SPDX-License-Identifier: Apache-2.0 */
#include "columns_in.h"

#include "base/num.h"
#include "config/yaml_doc.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { SCHEMA_MAX = 1 << 20 };

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

static const char *
kept(columns_t *self, const char *s)
{
    return arena_strndup(self->arena, s, strlen(s));
}

static bool
has_name(const column_t *c, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (columns_same_name(c->names[i], name))
            return true;
    return false;
}

static void
add_name(columns_t *self, column_t *c, const char *name)
{
    const char **all = arena_new_array(self->arena, const char *, c->name_count + 1);

    memcpy(all, c->names, c->name_count * sizeof(*all));
    all[c->name_count++] = kept(self, name);
    c->names = all;
}

static void
add_word(columns_t *self, column_t *c, const char *from, const char *to)
{
    column_word_t *all = arena_new_array(self->arena, column_word_t, c->word_count + 1);

    if (c->word_count > 0)
        memcpy(all, c->words, c->word_count * sizeof(*all));
    all[c->word_count++] = (column_word_t){ kept(self, from), kept(self, to) };
    c->words = all;
}

static bool
take_names(columns_t *self, const yaml_doc_t *doc, const yaml_node_t *list, column_t *c, err_t *err)
{
    if (yaml_kind(list) == YAML_SCALAR) {
        add_name(self, c, yaml_text(list));
        return true;
    }
    for (size_t i = 0; i < yaml_count(list); i++) {
        const char *name = yaml_kind(list) == YAML_LIST ? yaml_text(yaml_at(list, i)) : NULL;

        if (name == NULL)
            return yaml_fail(doc, list, err, "names of a column are a list of texts");
        add_name(self, c, name);
    }
    return true;
}

/* Is the text a value that the field can have? */
static bool
is_value(const column_t *c, const char *text)
{
    int64_t number;

    return c->kind == COLUMN_CHOICE    ? str_in(text, c->choices, c->choice_count)
           : c->kind == COLUMN_INTEGER ? num_i64(text, strlen(text), &number)
                                       : strcmp(text, "true") == 0 || strcmp(text, "false") == 0;
}

static bool
take_words(columns_t *self, const yaml_doc_t *doc, const yaml_node_t *map, column_t *c, err_t *err)
{
    if (yaml_kind(map) != YAML_MAP || (c->kind != COLUMN_CHOICE && c->kind != COLUMN_INTEGER && c->kind != COLUMN_BOOL))
        return yaml_fail(doc, map, err, "words are a map from what departments write to one of the field's values");
    for (size_t i = 0; i < yaml_count(map); i++) {
        const char *to = yaml_text(yaml_at(map, i));

        if (to == NULL || !is_value(c, to))
            return yaml_fail(doc, yaml_at(map, i), err, "the field has no value \"%.40s\"", to != NULL ? to : "");
        add_word(self, c, yaml_key_at(map, i), to);
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

/* ---- names and words that most datasets share -------------------------------------------------------------------- */

/* A name goes to the field that bears the heading, unless another field is called so by the dataset itself. */
static void
share_name(columns_t *self, const size_t *own, const char *heading, const char *name)
{
    for (size_t i = 0; i < self->count; i++)
        if (has_name(&self->items[i], own[i], name))
            return;
    for (size_t i = 0; i < self->count; i++)
        if (has_name(&self->items[i], own[i], heading) && !has_name(&self->items[i], self->items[i].name_count, name))
            add_name(self, &self->items[i], name);
}

/* A word goes to the fields that have its value, unless the dataset gives it another meaning there. */
static void
share_word(columns_t *self, const char *word, const char *value)
{
    for (size_t i = 0; i < self->count; i++) {
        column_t *c = &self->items[i];
        bool known = c->kind != COLUMN_CHOICE || !str_in(value, c->choices, c->choice_count) || str_in(word, c->choices, c->choice_count);

        for (size_t w = 0; w < c->word_count && !known; w++)
            known = strcmp(c->words[w].from, word) == 0;
        if (!known)
            add_word(self, c, word, value);
    }
}

static bool
take_shared(columns_t *self, const char *path, err_t *err)
{
    static const char *const keys[] = { "names", "words", NULL };
    AUTO(yaml_doc) doc = NULL;
    size_t *own = arena_new_array(self->arena, size_t, self->count + 1);

    if (access(path, F_OK) != 0) /* a folder of datasets may do without */
        return true;
    if (!yaml_doc_load(path, &doc, err) || !yaml_check_keys(doc, yaml_doc_root(doc), keys, err))
        return false;
    const yaml_node_t *names = yaml_get(yaml_doc_root(doc), "names"), *words = yaml_get(yaml_doc_root(doc), "words");
    for (size_t i = 0; i < self->count; i++)
        own[i] = self->items[i].name_count;
    for (size_t i = 0; i < yaml_count(names); i++)
        for (size_t k = 0; k < yaml_count(yaml_at(names, i)); k++) {
            const char *name = yaml_kind(yaml_at(names, i)) == YAML_LIST ? yaml_text(yaml_at(yaml_at(names, i), k)) : NULL;

            if (name == NULL)
                return yaml_fail(doc, yaml_at(names, i), err, "further names of a column are a list of texts");
            share_name(self, own, yaml_key_at(names, i), name);
        }
    for (size_t i = 0; i < yaml_count(words); i++) {
        if (yaml_text(yaml_at(words, i)) == NULL)
            return yaml_fail(doc, yaml_at(words, i), err, "a word stands for one value");
        share_word(self, yaml_key_at(words, i), yaml_text(yaml_at(words, i)));
    }
    return true;
}

/* One name for two fields would let the first have the column, whichever is meant. */
static bool
names_differ(const columns_t *self, err_t *err)
{
    for (size_t i = 0; i < self->count; i++)
        for (size_t k = i + 1; k < self->count; k++)
            for (size_t n = 0; n < self->items[k].name_count; n++)
                if (has_name(&self->items[i], self->items[i].name_count, self->items[k].names[n]))
                    return err_set(err, ERR_CONFIG, "columns", "%s: the columns of %s and of %s are both called “%s”", self->dataset,
                                   self->items[i].name, self->items[k].name, self->items[k].names[n]);
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
    str_clear(&path);
    str_printf(&path, "%s/columns/shared.yaml", datasets);
    if (!take_shared(self, str_c(&path), err) || !names_differ(self, err))
        return false;
    *ret = TAKE(self);
    return true;
}
