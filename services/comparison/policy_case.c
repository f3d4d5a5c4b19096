/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_case.h"
#include "base/num.h"
#include "domain/date.h"
#include "domain/money.h"
#include <string.h>

typedef struct {
    const yaml_doc_t *doc;
    terms_t *terms;
    arena_t *arena;
    uint64_t seq;
} reader_t;

static bool
read_day(const reader_t *r, const yaml_node_t *map, const char *key, int32_t def, int32_t *ret, err_t *err)
{
    const yaml_node_t *node = yaml_get(map, key);

    *ret = def;
    if (node == NULL)
        return true;
    if (yaml_text(node) == NULL || !date_parse(yaml_text(node), strlen(yaml_text(node)), ret))
        return yaml_fail(r->doc, node, err, "“%s”: “%s” is no day of the calendar, such as 2024-07-01", key,
                         yaml_text(node) != NULL ? yaml_text(node) : "this");
    return true;
}

static bool
read_value(const reader_t *r, const yaml_node_t *map, int64_t *ret, err_t *err)
{
    const yaml_node_t *yuan = yaml_get(map, "yuan"), *value = yaml_get(map, "value");
    const char *yuan_text = yuan != NULL ? yaml_text(yuan) : NULL, *text = value != NULL ? yaml_text(value) : NULL;

    *ret = 1;
    if (yuan != NULL && (yuan_text == NULL || !money_parse(yuan_text, strlen(yuan_text), ret)))
        return yaml_fail(r->doc, yuan, err, "“yuan” is an amount with at most two decimals, such as 820.00");
    if (value != NULL && (text == NULL || !num_i64(text, strlen(text), ret)))
        return yaml_fail(r->doc, value, err, "“value” is a whole number");
    return true;
}

static bool
read_fact(reader_t *r, const yaml_node_t *map, fact_t *ret, err_t *err)
{
    static const char *const keys[] = { "kind", "from", "to", "yuan", "value", "code", "dataset", NULL };
    const char *kind = NULL, *code = NULL, *dataset = NULL;

    if (!yaml_check_keys(r->doc, map, keys, err) || !yaml_get_text(r->doc, map, "kind", NULL, &kind, err) ||
        !yaml_get_text(r->doc, map, "code", "", &code, err) ||
        !yaml_get_text(r->doc, map, "dataset", "test.cases", &dataset, err) ||
        !read_day(r, map, "from", 0, &ret->from, err) || !read_day(r, map, "to", DATE_OPEN, &ret->to, err) ||
        !read_value(r, map, &ret->value, err))
        return false;
    ret->kind = terms_intern(r->terms, kind);
    ret->code = *code != '\0' ? terms_intern(r->terms, code) : 0;
    ret->dataset = terms_intern(r->terms, dataset);
    ret->seq = ++r->seq;
    memcpy(ret->key, &ret->seq, sizeof(ret->seq));
    return true;
}

static bool
read_facts(reader_t *r, const yaml_node_t *list, fact_t **ret, size_t *ret_count, err_t *err)
{
    size_t n = list != NULL ? yaml_count(list) : 0;

    *ret = arena_new_array(r->arena, fact_t, n + 1);
    *ret_count = n;
    for (size_t i = 0; i < n; i++)
        if (!read_fact(r, yaml_at(list, i), &(*ret)[i], err))
            return false;
    return true;
}

static bool
read_member(reader_t *r, const yaml_node_t *map, member_t *ret, const char **ret_id, err_t *err)
{
    static const char *const keys[] = { "id", "relation", "born", "sex", "facts", NULL };
    static const char *const relations[REL_COUNT] = { "head",       "spouse",      "child",   "parent",
                                                      "grandchild", "grandparent", "sibling", "other" };
    const char *relation = NULL, *sex = NULL;

    if (!yaml_check_keys(r->doc, map, keys, err) || !yaml_get_text(r->doc, map, "id", NULL, ret_id, err) ||
        !yaml_get_text(r->doc, map, "relation", "head", &relation, err) ||
        !yaml_get_text(r->doc, map, "sex", "f", &sex, err) ||
        !read_day(r, map, "born", date_of(1960, 1, 1), &ret->born, err) ||
        !read_facts(r, yaml_get(map, "facts"), &ret->facts, &ret->fact_count, err))
        return false;
    ret->male = strcmp(sex, "m") == 0;
    ret->relation = REL_COUNT;
    for (size_t i = 0; i < REL_COUNT; i++)
        if (strcmp(relation, relations[i]) == 0)
            ret->relation = (relation_t) i;
    if (ret->relation == REL_COUNT)
        return yaml_fail(r->doc, map, err, "“%s” is no relation", relation);
    uuid_derive("test-person", *ret_id, &ret->person);
    return true;
}

bool
policy_case_read(const yaml_doc_t *doc, const yaml_node_t *node, terms_t *terms, arena_t *arena, policy_case_t *ret,
                 err_t *err)
{
    static const char *const keys[] = { "name",    "why",       "day",    "region", "area", "closed", "incomplete",
                                        "members", "household", "expect", "clause", NULL };
    static const bool no = false;
    reader_t r = { doc, terms, arena, 100 };
    const yaml_node_t *members = yaml_get(node, "members");
    const char *area = NULL, *region = NULL;

    *ret = (policy_case_t){ .node = node, .expect = yaml_get(node, "expect") };
    if (!yaml_check_keys(doc, node, keys, err) || !yaml_get_text(doc, node, "name", NULL, &ret->name, err) ||
        !yaml_get_text(doc, node, "why", "", &ret->why, err) || !read_day(&r, node, "day", 0, &ret->day, err) ||
        !yaml_get_text(doc, node, "area", "rural", &area, err) ||
        !yaml_get_text(doc, node, "region", "320681100207", &region, err) ||
        !yaml_get_bool(doc, node, "closed", &no, &ret->dossier.closed, err) ||
        !yaml_get_bool(doc, node, "incomplete", &no, &ret->dossier.incomplete, err) ||
        !read_facts(&r, yaml_get(node, "household"), &ret->dossier.facts, &ret->dossier.fact_count, err))
        return false;
    if (ret->expect == NULL || ret->day == 0)
        return yaml_fail(doc, node, err, "a case has a day and something to expect");
    ret->dossier.urban = strcmp(area, "urban") == 0;
    ret->dossier.member_count = members != NULL ? yaml_count(members) : 0;
    ret->dossier.members = arena_new_array(arena, member_t, ret->dossier.member_count + 1);
    ret->ids = arena_new_array(arena, const char *, ret->dossier.member_count + 1);
    for (size_t i = 0; i < ret->dossier.member_count; i++)
        if (!read_member(&r, yaml_at(members, i), &ret->dossier.members[i], &ret->ids[i], err))
            return false;
    uuid_derive("test-household", ret->name, &ret->dossier.household);
    if (!str_copy(ret->dossier.region, sizeof(ret->dossier.region), region))
        return yaml_fail(doc, node, err, "“%s” is no region of at most 12 digits", region);
    return true;
}
