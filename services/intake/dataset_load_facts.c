/* SPDX-License-Identifier: Apache-2.0 */
#include "dataset_fields.h"

#include <string.h>

static bool
load_when(loader_t *l, const yaml_node_t *n, dataset_fact_t *fact)
{
    if (n == NULL)
        return true;
    if (yaml_kind(n) != YAML_MAP)
        return yaml_fail(l->doc, n, l->err, "expected when: { field: [values] }");
    fact->when_count = yaml_count(n);
    fact->when = arena_new_array(l->self->arena, dataset_when_t, fact->when_count);
    for (size_t i = 0; i < fact->when_count; i++) {
        const yaml_node_t *values = yaml_at(n, i);
        dataset_when_t *w = &fact->when[i];
        const field_t *f = field_find(l, NULL, yaml_key_at(n, i));

        if (f != NULL && yaml_text(values) != NULL && strcmp(yaml_text(values), "present") == 0) {
            w->field = f->name;
            continue;
        }
        if (f == NULL || (f->kind & (FIELD_TEXT | FIELD_CHOICE)) == 0)
            return yaml_fail(l->doc, yaml_key_node_at(n, i), l->err, "the schema has no text field \"%.60s\"",
                             yaml_key_at(n, i));
        if (yaml_kind(values) != YAML_LIST || yaml_count(values) == 0)
            return yaml_fail(l->doc, values, l->err, "expected a list of values, or present");
        w->field = f->name;
        w->count = yaml_count(values);
        w->values = arena_new_array(l->self->arena, const char *, w->count);
        for (size_t v = 0; v < w->count; v++) {
            const char *text = yaml_text(yaml_at(values, v));

            if (text == NULL)
                return yaml_fail(l->doc, yaml_at(values, v), l->err, "expected a value");
            w->values[v] = arena_strndup(l->self->arena, text, strlen(text));
        }
    }
    return true;
}

static bool
load_holder(loader_t *l, const yaml_node_t *map, dataset_fact_t *fact)
{
    static const char *const keys[] = { "person", "each", "household", "place", NULL };
    const yaml_node_t *n = yaml_get(map, "holder"), *person, *each;

    if (n == NULL || yaml_kind(n) != YAML_MAP || yaml_count(n) != 1)
        return yaml_fail(l->doc, n ? n : map, l->err,
                         "expected holder: { person: path }, { each: list }, { household: field } or { place: field }");
    if (!yaml_check_keys(l->doc, n, keys, l->err))
        return false;
    if (yaml_get(n, "place") != NULL)
        return field_take(l, yaml_get(n, "place"), FIELD_REGION, &fact->place);
    if ((each = yaml_get(n, "each")) != NULL) {
        fact->each = true;
        return field_take_person(l, each, &fact->person) &&
               (fact->person.list || yaml_fail(l->doc, each, l->err, "each needs a list of people"));
    }
    person = yaml_get(n, "person");
    if (person != NULL) {
        if (!field_take_person(l, person, &fact->person))
            return false;
        return fact->person.member == NULL ||
               yaml_fail(l->doc, person, l->err, "the holder is a field or the only item of a list");
    }
    return field_take(l, yaml_get(n, "household"), FIELD_TEXT, &fact->household);
}

/* Text with {field}: each field comes out of an enum, so that a kind is never made of free text. */
static bool
load_kind(loader_t *l, const yaml_node_t *map, dataset_fact_t *fact)
{
    const yaml_node_t *n = yaml_get(map, "kind");
    const char *text = n ? yaml_text(n) : NULL, *p;

    if (text == NULL || text[0] == '\0' || strlen(text) > 96)
        return yaml_fail(l->doc, n ? n : map, l->err,
                         "kind is missing (at most 96 characters), for example income.wage");
    for (p = text; *p != '\0';) {
        size_t plain = strspn(p, "abcdefghijklmnopqrstuvwxyz0123456789_.");
        const char *end;

        p += plain;
        if (*p == '\0')
            break;
        end = *p == '{' ? strchr(p, '}') : NULL;
        if (end == NULL)
            return yaml_fail(l->doc, n, l->err, "a kind has lower-case letters, digits, \"_\", \".\" and {field}");
        AUTO_FREE char *name = mem_strdup(p + 1);
        name[end - p - 1] = '\0';
        const field_t *f = field_find(l, NULL, name);
        if (f == NULL || f->kind != FIELD_CHOICE)
            return yaml_fail(l->doc, n, l->err, "{%.60s} is not a field whose values the schema lists (enum)", name);
        p = end + 1;
    }
    fact->kind = arena_strndup(l->self->arena, text, strlen(text));
    return true;
}

static bool
load_date(loader_t *l, const yaml_node_t *n, dataset_date_t *ret)
{
    static const struct {
        const char *key;
        dataset_date_op_t op;
        unsigned kind;
    } ops[] = { { "day", DATE_DAY, FIELD_DATE },
                { "day_after", DATE_DAY_AFTER, FIELD_DATE },
                { "month", DATE_MONTH, FIELD_MONTH },
                { "month_after", DATE_MONTH_AFTER, FIELD_MONTH } };

    if (yaml_kind(n) == YAML_MAP && yaml_count(n) == 1)
        for (size_t i = 0; i < COUNT_OF(ops); i++)
            if (strcmp(yaml_key_at(n, 0), ops[i].key) == 0) {
                ret->op = ops[i].op;
                return field_take(l, yaml_at(n, 0), ops[i].kind, &ret->field);
            }
    return yaml_fail(l->doc, n, l->err,
                     "expected { day: field }, { day_after: field }, { month: field } or { month_after: field }");
}

static bool
load_dates(loader_t *l, const yaml_node_t *n, dataset_when_date_t *ret)
{
    const yaml_node_t *list = n;

    if (yaml_kind(n) == YAML_MAP && yaml_get(n, "earliest") != NULL) {
        if (yaml_count(n) != 1)
            return yaml_fail(l->doc, n, l->err, "beside earliest nothing else may stand");
        list = yaml_get(n, "earliest");
        ret->earliest = true;
        if (yaml_kind(list) != YAML_LIST)
            return yaml_fail(l->doc, list, l->err, "earliest needs a list");
    }
    ret->count = yaml_kind(list) == YAML_LIST ? yaml_count(list) : 1;
    if (ret->count == 0)
        return yaml_fail(l->doc, list, l->err, "the list is empty");
    ret->items = arena_new_array(l->self->arena, dataset_date_t, ret->count);
    for (size_t i = 0; i < ret->count; i++)
        if (!load_date(l, yaml_kind(list) == YAML_LIST ? yaml_at(list, i) : list, &ret->items[i]))
            return false;
    return true;
}

static bool
load_value(loader_t *l, const yaml_node_t *n, dataset_fact_t *fact)
{
    static const char *const keys[] = { "money", "number", "decimal", "digits", "constant", NULL };
    const yaml_node_t *decimal;

    if (n == NULL)
        return true;
    decimal = yaml_kind(n) == YAML_MAP ? yaml_get(n, "decimal") : NULL;
    if (yaml_kind(n) != YAML_MAP || yaml_count(n) != (decimal ? 2u : 1u))
        return yaml_fail(l->doc, n, l->err,
                         "expected value: { money: field }, { number: field }, { decimal: field, digits: 2 } or { constant: 1 }");
    if (!yaml_check_keys(l->doc, n, keys, l->err))
        return false;
    if (yaml_get(n, "constant") != NULL) {
        fact->value_kind = VALUE_CONSTANT;
        return yaml_get_i64(l->doc, n, "constant", NULL, INT32_MIN, INT32_MAX, &fact->constant, l->err);
    }
    if (decimal != NULL) {
        fact->value_kind = VALUE_DECIMAL;
        return yaml_get_i64(l->doc, n, "digits", NULL, 0, 6, &fact->digits, l->err) &&
               field_take(l, decimal, FIELD_TEXT, &fact->value);
    }
    fact->value_kind = yaml_get(n, "money") != NULL ? VALUE_MONEY : VALUE_NUMBER;
    if (yaml_get(n, "digits") != NULL)
        return yaml_fail(l->doc, yaml_get(n, "digits"), l->err, "digits stands beside decimal only");
    return field_take(l, yaml_at(n, 0), fact->value_kind == VALUE_MONEY ? FIELD_MONEY : FIELD_NUMBER, &fact->value);
}

static bool
load_ref(loader_t *l, const yaml_node_t *n, dataset_fact_t *fact)
{
    static const char *const keys[] = { "dataset", "key", NULL };
    const char *text;

    if (n == NULL)
        return true;
    if (yaml_kind(n) != YAML_MAP || yaml_get(n, "key") == NULL)
        return yaml_fail(l->doc, n, l->err, "expected ref: { dataset: name, key: [fields] }");
    if (!yaml_check_keys(l->doc, n, keys, l->err) || !yaml_get_text(l->doc, n, "dataset", NULL, &text, l->err))
        return false;
    fact->ref_dataset = arena_strndup(l->self->arena, text, strlen(text));
    if (!field_take_list(l, yaml_get(n, "key"), FIELD_TEXT | FIELD_RESIDENT_ID | FIELD_MONTH | FIELD_DATE | FIELD_CHOICE,
                         &fact->ref_key, &fact->ref_count))
        return false;
    fact->ref_person = fields_person(l->self, fact->ref_key, fact->ref_count);
    return true;
}

static bool
load_fact(loader_t *l, const yaml_node_t *map, dataset_fact_t *fact)
{
    static const char *const keys[] = {
        "when", "holder", "kind", "from", "to", "value", "code", "persons", "ref", NULL
    };
    const yaml_node_t *n;

    if (yaml_kind(map) != YAML_MAP)
        return yaml_fail(l->doc, map, l->err, "a fact is a map");
    if (!yaml_check_keys(l->doc, map, keys, l->err) || !load_when(l, yaml_get(map, "when"), fact) ||
        !load_holder(l, map, fact) || !load_kind(l, map, fact) || !load_value(l, yaml_get(map, "value"), fact) ||
        !load_ref(l, yaml_get(map, "ref"), fact))
        return false;
    if ((n = yaml_get(map, "from")) == NULL)
        return yaml_fail(l->doc, map, l->err, "from is missing: the first day on which the fact holds");
    if (!load_dates(l, n, &fact->from))
        return false;
    if ((n = yaml_get(map, "to")) != NULL && !load_dates(l, n, &fact->to))
        return false;
    /* A code leaves the door in plain text: only what the schema lists may, never free text. */
    if ((n = yaml_get(map, "code")) != NULL && !field_take(l, n, FIELD_CHOICE, &fact->code))
        return false;
    if ((n = yaml_get(map, "persons")) != NULL) {
        fact->has_persons = true;
        if (!field_take_person(l, n, &fact->persons))
            return false;
    }
    return true;
}

bool
loader_facts(loader_t *l, const yaml_node_t *n)
{
    dataset_t *self = l->self;

    if (n == NULL)
        return true;
    if (yaml_kind(n) != YAML_LIST)
        return yaml_fail(l->doc, n, l->err, "facts is a list");
    self->fact_count = yaml_count(n);
    self->facts = arena_new_array(self->arena, dataset_fact_t, self->fact_count);
    for (size_t i = 0; i < self->fact_count; i++) {
        const yaml_node_t *map = yaml_at(n, i);

        if (!load_fact(l, map, &self->facts[i]))
            return false;
        /* Nobody signs for a household or a place: nothing could ever release such a fact. */
        if (self->authorisation && yaml_get(yaml_get(map, "holder"), "person") == NULL &&
            yaml_get(yaml_get(map, "holder"), "each") == NULL)
            return yaml_fail(l->doc, yaml_get(map, "holder"), l->err,
                             "the dataset needs the person's authorisation, so its facts are held by persons: { person: field } "
                             "or { each: list }");
    }
    return true;
}

#define KEY_NAMES_MAX 64

static const char *
holder_of(const dataset_fact_t *f, dataset_key_names_t *ret)
{
    *ret = f->place != NULL ? KEY_NAMES_PLACE : f->household != NULL ? KEY_NAMES_HOUSEHOLD : f->each || f->person.list ? KEY_NAMES_NOBODY : KEY_NAMES_PERSON;
    return f->place != NULL ? f->place : f->household != NULL ? f->household : f->person.field;
}

/* Whole lists end what is not on them any more by the key alone. */
void
loader_key_names(dataset_t *self)
{
    static const char *const words[] = { [KEY_NAMES_NOBODY] = "", [KEY_NAMES_PERSON] = "person", [KEY_NAMES_HOUSEHOLD] = "household", [KEY_NAMES_PLACE] = "region" };
    const char *field = self->household != NULL ? self->household->number : NULL;
    dataset_key_names_t names = field != NULL ? KEY_NAMES_HOUSEHOLD : KEY_NAMES_NOBODY;
    AUTO_STR text = STR_INIT;

    for (size_t i = 0; i < self->fact_count; i++) {
        dataset_key_names_t other;
        const char *holder = holder_of(&self->facts[i], &other);

        if (other == KEY_NAMES_NOBODY || (field != NULL && (other != names || strcmp(holder, field) != 0)))
            return;
        field = holder;
        names = other;
    }
    if (self->snapshot || field == NULL || !str_in(field, self->key, self->key_count))
        return;
    str_printf(&text, "%s:%s", words[names], field);
    if (text.len > KEY_NAMES_MAX)
        return;
    self->key_names = names;
    self->key_holder = field;
    self->key_names_text = arena_strndup(self->arena, str_c(&text), text.len);
}
