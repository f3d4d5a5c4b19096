/* SPDX-License-Identifier: Apache-2.0 */
#include "dataset_fields.h"

#include "json/json_in.h"

#include <string.h>

static const struct {
    unsigned kind;
    const char *name;
} kind_names[] = {
    { FIELD_MONEY, "money (format money)" },
    { FIELD_DATE, "a date (format date)" },
    { FIELD_MONTH, "a month (format month)" },
    { FIELD_RESIDENT_ID, "a resident ID (format resident-id)" },
    { FIELD_REGION, "a region (format region)" },
    { FIELD_NUMBER, "a number" },
    { FIELD_BOOL, "a boolean" },
    { FIELD_LIST, "a list" },
    { FIELD_OBJECT, "an object" },
    { FIELD_CHOICE, "text out of an enum" },
    { FIELD_TEXT, "text" },
};

static void
kinds_describe(unsigned kinds, str_t *ret)
{
    for (size_t i = 0; i < COUNT_OF(kind_names); i++)
        if (kinds & kind_names[i].kind) {
            if (ret->len > 0)
                str_add(ret, " or ");
            str_add(ret, kind_names[i].name);
        }
}

static unsigned
kind_of(const json_node_t *schema)
{
    const char *format = json_text(json_get(schema, "format"));
    const char *type = json_text(json_get(schema, "type"));
    const json_node_t *choices = json_get(schema, "enum");

    if (choices != NULL && json_text(json_first(choices)) != NULL)
        return FIELD_CHOICE;
    if (type == NULL)
        return 0;
    if (strcmp(type, "string") == 0) {
        if (format == NULL)
            return FIELD_TEXT;
        if (strcmp(format, "money") == 0)
            return FIELD_MONEY;
        if (strcmp(format, "date") == 0)
            return FIELD_DATE;
        if (strcmp(format, "month") == 0)
            return FIELD_MONTH;
        if (strcmp(format, "resident-id") == 0)
            return FIELD_RESIDENT_ID;
        if (strcmp(format, "region") == 0)
            return FIELD_REGION;
        return FIELD_TEXT;
    }
    if (strcmp(type, "integer") == 0 || strcmp(type, "number") == 0)
        return FIELD_NUMBER;
    if (strcmp(type, "boolean") == 0)
        return FIELD_BOOL;
    if (strcmp(type, "array") == 0)
        return FIELD_LIST;
    return strcmp(type, "object") == 0 ? FIELD_OBJECT : 0;
}

static field_t *
field_add(loader_t *l, const char *list, const char *name, const json_node_t *schema)
{
    field_t *f;

    l->fields = mem_grow(l->fields, &l->field_cap, l->field_count + 1, sizeof(*l->fields));
    f = &l->fields[l->field_count++];
    f->name = arena_strndup(l->self->arena, name, strlen(name));
    f->list = list;
    f->kind = kind_of(schema);
    f->pii = json_is_true(json_get(schema, "x-pii"));
    f->choices = f->kind == FIELD_CHOICE ? json_get(schema, "enum") : NULL;
    return f;
}

static void
on_property(void *ctx, const char *name, const json_node_t *schema)
{
    loader_t *l = ctx;
    field_t *f = field_add(l, NULL, name, schema);
    const json_node_t *items = json_get(schema, "items");
    const char *list = f->name;

    if (f->kind != FIELD_LIST || items == NULL)
        return;
    f->item = kind_of(items);
    f->pii = f->pii || json_is_true(json_get(items, "x-pii"));
    if (f->item != FIELD_OBJECT)
        return;
    for (const json_node_t *p = json_first(json_get(items, "properties")); p != NULL; p = json_next(p))
        (void) field_add(l, list, json_key(p), p);
}

void
fields_collect(loader_t *l)
{
    schema_each_property(l->self->schema, on_property, l);
}

const field_t *
field_find(const loader_t *l, const char *list, const char *name)
{
    for (size_t i = 0; i < l->field_count; i++) {
        const field_t *f = &l->fields[i];

        if (strcmp(f->name, name) == 0 &&
            (list == NULL ? f->list == NULL : f->list != NULL && strcmp(f->list, list) == 0))
            return f;
    }
    return NULL;
}

static bool
not_a_field(loader_t *l, const yaml_node_t *n, const char *list, const char *name)
{
    AUTO_STR known = STR_INIT;

    for (size_t i = 0; i < l->field_count; i++) {
        const field_t *f = &l->fields[i];

        if (list == NULL ? f->list == NULL : f->list != NULL && strcmp(f->list, list) == 0) {
            if (known.len > 0)
                str_add(&known, ", ");
            str_add(&known, f->name);
        }
    }
    return yaml_fail(l->doc, n, l->err, "the schema has no field \"%.60s\"; it has: %s", name, str_c(&known));
}

static bool
wrong_kind(loader_t *l, const yaml_node_t *n, const char *text, unsigned kinds)
{
    AUTO_STR wanted = STR_INIT;

    kinds_describe(kinds, &wanted);
    return yaml_fail(l->doc, n, l->err, "\"%.60s\" is not %s in the schema", text, str_c(&wanted));
}

bool
field_take(loader_t *l, const yaml_node_t *n, unsigned kinds, const char **ret)
{
    const char *text = yaml_text(n);
    const field_t *f;

    if (text == NULL)
        return yaml_fail(l->doc, n, l->err, "expected the name of a field");
    f = field_find(l, NULL, text);
    if (f == NULL)
        return not_a_field(l, n, NULL, text);
    if ((f->kind & kinds) == 0)
        return wrong_kind(l, n, text, kinds);
    *ret = f->name;
    return true;
}

bool
field_take_path(loader_t *l, const yaml_node_t *n, unsigned kinds, dataset_path_t *ret)
{
    const char *text = yaml_text(n), *brackets;
    const field_t *f, *m;
    AUTO_FREE char *list = NULL;
    unsigned end;

    if (text == NULL)
        return yaml_fail(l->doc, n, l->err, "expected a field: \"field\", \"list[]\" or \"list[].member\"");
    brackets = strstr(text, "[]");
    if (brackets == NULL) {
        *ret = (dataset_path_t){ 0 };
        return field_take(l, n, kinds, &ret->field);
    }
    list = mem_strdup(text);
    list[brackets - text] = '\0';
    f = field_find(l, NULL, list);
    if (f == NULL || f->kind != FIELD_LIST)
        return yaml_fail(l->doc, n, l->err, "\"%.60s\" is not a list in the schema", list);
    m = NULL;
    end = f->item;
    if (brackets[2] == '.') {
        m = field_find(l, list, brackets + 3);
        if (m == NULL)
            return not_a_field(l, n, list, brackets + 3);
        end = m->kind;
    } else if (brackets[2] != '\0') {
        return yaml_fail(l->doc, n, l->err, "after \"[]\" comes \".member\" or nothing");
    }
    if ((end & kinds) == 0)
        return wrong_kind(l, n, text, kinds);
    *ret = (dataset_path_t){ .field = f->name, .member = m ? m->name : NULL, .list = true };
    return true;
}

bool
field_take_list(loader_t *l, const yaml_node_t *n, unsigned kinds, const char ***ret, size_t *ret_n)
{
    size_t count = yaml_kind(n) == YAML_LIST ? yaml_count(n) : 1;
    const char **list;

    if (yaml_kind(n) == YAML_MAP || count == 0)
        return yaml_fail(l->doc, n, l->err, "expected a field or a list of fields");
    list = arena_new_array(l->self->arena, const char *, count);
    for (size_t i = 0; i < count; i++)
        if (!field_take(l, yaml_kind(n) == YAML_LIST ? yaml_at(n, i) : n, kinds, &list[i]))
            return false;
    *ret = list;
    *ret_n = count;
    return true;
}
