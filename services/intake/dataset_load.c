/* SPDX-License-Identifier: Apache-2.0 */
#include "dataset.h"

#include "dataset_fields.h"

#include <string.h>

#define DATASET_NAME_MAX 64

static bool
is_name(const char *s)
{
    size_t n = strlen(s);

    if (n == 0 || n > DATASET_NAME_MAX || s[0] == '.' || s[n - 1] == '.')
        return false;
    return strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_.") == n;
}

static bool
load_text(loader_t *l, const yaml_node_t *map, const char *key, const char **ret)
{
    const char *text;

    if (!yaml_get_text(l->doc, map, key, NULL, &text, l->err))
        return false;
    if (text[0] == '\0')
        return yaml_fail(l->doc, yaml_get(map, key), l->err, "%s is empty", key);
    *ret = arena_strndup(l->self->arena, text, strlen(text));
    return true;
}

static bool
load_head(loader_t *l, const yaml_node_t *root)
{
    static const char *const rhythms[] = {
        "daily", "weekly", "twice_monthly", "monthly", "quarterly", "yearly", "event"
    };
    static const char *const title_keys[] = { "zh", "en", NULL };
    const yaml_node_t *title = yaml_get(root, "title");
    dataset_t *self = l->self;

    if (!load_text(l, root, "dataset", &self->name) || !load_text(l, root, "owner", &self->owner) ||
        !load_text(l, root, "legal_basis", &self->legal_basis) || !load_text(l, root, "rhythm", &self->rhythm) ||
        !yaml_get_bool(l->doc, root, "authorisation", NULL, &self->authorisation, l->err))
        return false;
    if (!is_name(self->name) || !is_name(self->owner))
        return yaml_fail(l->doc, yaml_get(root, is_name(self->name) ? "owner" : "dataset"), l->err,
                         "a name has lower-case letters, digits, \"_\" and \".\", at most %d", DATASET_NAME_MAX);
    if (!str_in(self->rhythm, rhythms, COUNT_OF(rhythms)))
        return yaml_fail(l->doc, yaml_get(root, "rhythm"), l->err,
                         "rhythm is one of daily, weekly, twice_monthly, monthly, quarterly, yearly, event");
    if (title == NULL || yaml_kind(title) != YAML_MAP)
        return yaml_fail(l->doc, title ? title : root, l->err, "title: { zh: …, en: … } is missing");
    return yaml_check_keys(l->doc, title, title_keys, l->err) && load_text(l, title, "zh", &self->title_zh) &&
           load_text(l, title, "en", &self->title_en);
}

static bool
take_sealed(loader_t *l, const yaml_node_t *map, const char *key, const dataset_path_t *person, bool *ret_has,
            dataset_path_t *ret)
{
    const yaml_node_t *n = yaml_get(map, key);
    const field_t *f;

    *ret_has = n != NULL;
    if (n == NULL)
        return true;
    if (!field_take_path(l, n, FIELD_TEXT, ret))
        return false;
    if (ret->list && (ret->member == NULL || !person->list || strcmp(ret->field, person->field) != 0))
        return yaml_fail(l->doc, n, l->err, "%s must be a plain field or stand in the same list as the person", key);
    f = field_find(l, ret->list ? ret->field : NULL, ret->list ? ret->member : ret->field);
    if (f == NULL || !f->pii)
        return yaml_fail(l->doc, n, l->err, "the schema does not mark this field \"x-pii\": true");
    return true;
}

static bool
load_sealed(loader_t *l, const yaml_node_t *n)
{
    static const char *const keys[] = { "person", "name", "phone", "address", NULL };
    dataset_t *self = l->self;

    if (n == NULL)
        return true;
    if (yaml_kind(n) != YAML_LIST)
        return yaml_fail(l->doc, n, l->err, "sealed is a list of { person: …, name: …, phone: …, address: … }");
    self->sealed_count = yaml_count(n);
    self->sealed = arena_new_array(self->arena, dataset_sealed_t, self->sealed_count);
    for (size_t i = 0; i < self->sealed_count; i++) {
        const yaml_node_t *map = yaml_at(n, i), *person = yaml_get(map, "person");
        dataset_sealed_t *s = &self->sealed[i];

        if (yaml_kind(map) != YAML_MAP || person == NULL)
            return yaml_fail(l->doc, map, l->err, "expected { person: …, name: …, phone: …, address: … }");
        if (!yaml_check_keys(l->doc, map, keys, l->err) || !field_take_person(l, person, &s->person) ||
            !take_sealed(l, map, "name", &s->person, &s->has_name, &s->name) ||
            !take_sealed(l, map, "phone", &s->person, &s->has_phone, &s->phone) ||
            !take_sealed(l, map, "address", &s->person, &s->has_address, &s->address))
            return false;
    }
    return true;
}

/* Dates not in `future` may not lie after today; amounts not in `may_be_negative` may not be negative. */
static bool
load_limits(loader_t *l, const yaml_node_t *root)
{
    const yaml_node_t *future = yaml_get(root, "future"), *negative = yaml_get(root, "may_be_negative");
    const char **late = NULL, **below = NULL;
    size_t late_n = 0, below_n = 0;
    dataset_t *self = l->self;

    if (future != NULL && !field_take_list(l, future, FIELD_DATE | FIELD_MONTH, &late, &late_n))
        return false;
    if (negative != NULL && !field_take_list(l, negative, FIELD_MONEY, &below, &below_n))
        return false;
    self->dates = arena_new_array(self->arena, dataset_field_date_t, l->field_count);
    self->money = arena_new_array(self->arena, const char *, l->field_count);
    for (size_t i = 0; i < l->field_count; i++) {
        const field_t *f = &l->fields[i];

        if (f->list != NULL)
            continue;
        if ((f->kind & (FIELD_DATE | FIELD_MONTH)) != 0 && !str_in(f->name, (const char *const *) late, late_n))
            self->dates[self->date_count++] = (dataset_field_date_t){ f->name, f->kind == FIELD_MONTH };
        if (f->kind == FIELD_MONEY && !str_in(f->name, (const char *const *) below, below_n))
            self->money[self->money_count++] = f->name;
    }
    return true;
}

/* Fields of the record itself in which people stand. */
static bool
take_people(loader_t *l, const yaml_node_t *list, dataset_rule_t *rule)
{
    rule->count = yaml_count(list);
    rule->fields = arena_new_array(l->self->arena, const char *, rule->count + 1);
    for (size_t i = 0; i < rule->count; i++) {
        dataset_path_t path;

        if (!field_take_person(l, yaml_at(list, i), &path))
            return false;
        if (path.list)
            return yaml_fail(l->doc, yaml_at(list, i), l->err, "a list of fields to be distinct has plain fields only");
        rule->fields[i] = path.field;
    }
    return true;
}

static bool
load_rule(loader_t *l, const yaml_node_t *map, dataset_rule_t *rule)
{
    static const char *const keys[] = { "ordered", "at_most_one", "distinct", NULL };
    static const char *const one_keys[] = { "in", "field", "value", NULL };
    const yaml_node_t *n;
    const char *member;
    const field_t *f;

    if (yaml_kind(map) != YAML_MAP || yaml_count(map) != 1)
        return yaml_fail(l->doc, map, l->err, "a rule is one of ordered: […], at_most_one: {…}, distinct: path");
    if (!yaml_check_keys(l->doc, map, keys, l->err))
        return false;
    if ((n = yaml_get(map, "ordered")) != NULL) {
        rule->kind = RULE_ORDERED;
        if (yaml_kind(n) != YAML_LIST || yaml_count(n) < 2)
            return yaml_fail(l->doc, n, l->err, "ordered needs two fields or more");
        f = yaml_text(yaml_at(n, 0)) ? field_find(l, NULL, yaml_text(yaml_at(n, 0))) : NULL;
        rule->months = f != NULL && f->kind == FIELD_MONTH;
        return field_take_list(l, n, rule->months ? FIELD_MONTH : FIELD_DATE, &rule->fields, &rule->count);
    }
    if ((n = yaml_get(map, "distinct")) != NULL) {
        rule->kind = RULE_DISTINCT;
        if (yaml_kind(n) == YAML_LIST)
            return take_people(l, n, rule);
        if (!field_take_person(l, n, &rule->path))
            return false;
        return rule->path.list ||
               yaml_fail(l->doc, n, l->err, "distinct is about a list: \"list[]\", \"list[].member\" or [fields]");
    }
    n = yaml_get(map, "at_most_one");
    rule->kind = RULE_AT_MOST_ONE;
    if (yaml_kind(n) != YAML_MAP)
        return yaml_fail(l->doc, n, l->err, "expected { in: list, field: member, value: text }");
    if (!yaml_check_keys(l->doc, n, one_keys, l->err) || !load_text(l, n, "field", &member) ||
        !load_text(l, n, "value", &rule->value))
        return false;
    if (yaml_get(n, "in") == NULL)
        return yaml_fail(l->doc, n, l->err, "\"in\" is missing: the list to look at");
    if (!field_take(l, yaml_get(n, "in"), FIELD_LIST, &rule->path.field))
        return false;
    rule->path.member = member;
    rule->path.list = true;
    f = field_find(l, rule->path.field, member);
    if (f == NULL || (f->kind & (FIELD_TEXT | FIELD_CHOICE)) == 0)
        return yaml_fail(l->doc, yaml_get(n, "field"), l->err, "the items of \"%.60s\" have no text \"%.60s\"",
                         rule->path.field, member);
    return true;
}

static bool
load_rules(loader_t *l, const yaml_node_t *n)
{
    dataset_t *self = l->self;

    if (n == NULL)
        return true;
    if (yaml_kind(n) != YAML_LIST)
        return yaml_fail(l->doc, n, l->err, "rules is a list");
    self->rule_count = yaml_count(n);
    self->rules = arena_new_array(self->arena, dataset_rule_t, self->rule_count);
    for (size_t i = 0; i < self->rule_count; i++)
        if (!load_rule(l, yaml_at(n, i), &self->rules[i]))
            return false;
    return true;
}

static bool
take_member(loader_t *l, const yaml_node_t *map, const char *key, unsigned kind, const char *list, const char **ret)
{
    const yaml_node_t *n = yaml_get(map, key);
    const field_t *f;

    if (n == NULL)
        return yaml_fail(l->doc, map, l->err, "household: \"%s\" is missing", key);
    if (list == NULL)
        return field_take(l, n, kind, ret);
    f = yaml_text(n) ? field_find(l, list, yaml_text(n)) : NULL;
    if (f == NULL || (f->kind & kind) == 0)
        return yaml_fail(l->doc, n, l->err, "the items of \"%.60s\" have no such field of the kind that \"%s\" needs",
                         list, key);
    *ret = f->name;
    return true;
}

/* The member's person, and what stands for what a resident ID tells where somebody has none. */
static bool
take_listed(loader_t *l, const yaml_node_t *n, dataset_household_t *h)
{
    if (!take_member(l, n, "person", FIELD_RESIDENT_ID | FIELD_TEXT, h->members, &h->person))
        return false;
    if ((yaml_get(n, "sex") != NULL && !take_member(l, n, "sex", FIELD_CHOICE, h->members, &h->sex)) ||
        (yaml_get(n, "born") != NULL && !take_member(l, n, "born", FIELD_DATE, h->members, &h->born)))
        return false;
    for (size_t i = 0; i < l->self->person_count; i++) {
        const dataset_path_t *p = &l->self->persons[i];

        if (p->member == NULL || strcmp(p->field, h->members) != 0 || strcmp(p->member, h->person) != 0)
            continue;
        return l->self->ways == NULL || l->self->ways[i].count == 0 || (h->sex != NULL && h->born != NULL) ||
               yaml_fail(l->doc, n, l->err, "who has no resident ID needs \"sex\" (an enum of m and f) and \"born\" (a date) here");
    }
    return yaml_fail(l->doc, yaml_get(n, "person"), l->err, "persons does not list \"%.60s[].%.60s\"", h->members, h->person);
}

static bool
load_household(loader_t *l, const yaml_node_t *n)
{
    static const char *const keys[] = { "number",  "region", "area",     "effective", "closed",
                                        "members", "person", "relation", "sex", "born", NULL };
    dataset_household_t *h;

    if (n == NULL)
        return true;
    if (yaml_kind(n) != YAML_MAP)
        return yaml_fail(l->doc, n, l->err, "household is a map");
    if (!yaml_check_keys(l->doc, n, keys, l->err))
        return false;
    h = arena_alloc(l->self->arena, sizeof(*h));
    l->self->household = h;
    return take_member(l, n, "number", FIELD_TEXT, NULL, &h->number) &&
           take_member(l, n, "region", FIELD_REGION, NULL, &h->region) &&
           take_member(l, n, "area", FIELD_CHOICE, NULL, &h->area) &&
           take_member(l, n, "effective", FIELD_DATE, NULL, &h->effective) &&
           (yaml_get(n, "closed") == NULL || take_member(l, n, "closed", FIELD_BOOL, NULL, &h->closed)) &&
           take_member(l, n, "members", FIELD_LIST, NULL, &h->members) &&
           take_listed(l, n, h) && take_member(l, n, "relation", FIELD_CHOICE, h->members, &h->relation);
}

static bool
load_snapshot(loader_t *l, const yaml_node_t *n)
{
    static const char *const keys[] = { "max_shrink_percent", NULL };
    const int64_t usual = 10;

    if (n == NULL)
        return true;
    if (yaml_kind(n) != YAML_MAP)
        return yaml_fail(l->doc, n, l->err, "expected snapshot: { max_shrink_percent: 10 }");
    l->self->snapshot = true;
    return yaml_check_keys(l->doc, n, keys, l->err) &&
           yaml_get_i64(l->doc, n, "max_shrink_percent", &usual, 0, 100, &l->self->max_shrink_percent, l->err);
}

static bool
load_all(loader_t *l)
{
    static const char *const keys[] = { "dataset",         "owner", "title",    "legal_basis", "rhythm",
                                        "authorisation",   "key",   "persons",  "sealed",      "future",
                                        "may_be_negative", "total", "snapshot", "rules",       "facts",
                                        "household",       "columns", NULL }; /* columns: for those who send tables */
    const yaml_node_t *root = yaml_doc_root(l->doc), *key, *total;
    dataset_t *self = l->self;

    if (yaml_kind(root) != YAML_MAP)
        return yaml_fail(l->doc, root, l->err, "a dataset file is a map");
    if (!yaml_check_keys(l->doc, root, keys, l->err) || !load_head(l, root))
        return false;
    if ((key = yaml_get(root, "key")) == NULL)
        return yaml_fail(l->doc, root, l->err, "key is missing: the fields whose values identify a record");
    if (!field_take_list(l, key,
                         FIELD_TEXT | FIELD_RESIDENT_ID | FIELD_MONTH | FIELD_DATE | FIELD_CHOICE | FIELD_REGION,
                         &self->key, &self->key_count))
        return false;
    total = yaml_get(root, "total");
    if (total != NULL && !field_take(l, total, FIELD_MONEY, &self->total))
        return false;
    if (!loader_persons(l, root) ||
        !load_sealed(l, yaml_get(root, "sealed")) || !load_limits(l, root) || !load_rules(l, yaml_get(root, "rules")) ||
        !load_snapshot(l, yaml_get(root, "snapshot")) || !load_household(l, yaml_get(root, "household")) ||
        !loader_facts(l, yaml_get(root, "facts")))
        return false;
    self->key_person = fields_person(self, self->key, self->key_count);
    loader_key_names(self);
    if (self->fact_count == 0 && self->household == NULL && !self->links)
        return yaml_fail(l->doc, root, l->err,
                         "a dataset needs facts or a household entry (or two identities of one person), or nothing would come of its records");
    return true;
}

static bool
compile(const yaml_doc_t *doc, const char *schema_path, dataset_t **ret, err_t *err)
{
    AUTO(dataset) self = mem_new(dataset_t);
    loader_t l = { .doc = doc, .self = self, .err = err };
    bool ok;

    self->arena = arena_new(8192);
    if (!schema_load(schema_path, SCHEMA_ASSERT_FORMAT, &self->schema, err))
        return false;
    fields_collect(&l);
    ok = load_all(&l);
    mem_free(l.fields);
    if (!ok)
        return false;
    *ret = TAKE(self);
    return true;
}

bool
dataset_load(const char *yaml_path, const char *schema_path, dataset_t **ret, err_t *err)
{
    AUTO(yaml_doc) doc = NULL;

    return yaml_doc_load(yaml_path, &doc, err) && compile(doc, schema_path, ret, err);
}

bool
dataset_parse(const char *name, const char *yaml, size_t n, const char *schema_path, dataset_t **ret, err_t *err)
{
    AUTO(yaml_doc) doc = NULL;

    return yaml_doc_parse(name, yaml, n, &doc, err) && compile(doc, schema_path, ret, err);
}

void
dataset_destroy(dataset_t **self_p)
{
    dataset_t *self = *self_p;

    if (self == NULL)
        return;
    schema_destroy(&self->schema);
    arena_destroy(&self->arena);
    mem_free(self);
    *self_p = NULL;
}
