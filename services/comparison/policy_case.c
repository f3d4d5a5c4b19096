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
read_fact_content(reader_t *r, const yaml_node_t *map, fact_t *ret, err_t *err)
{
    const char *kind = NULL, *code = NULL, *dataset = NULL;

    if (!yaml_get_text(r->doc, map, "kind", NULL, &kind, err) ||
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
read_fact(reader_t *r, const yaml_node_t *map, fact_t *ret, err_t *err)
{
    static const char *const keys[] = { "kind", "from", "to", "yuan", "value", "code", "dataset", NULL };

    return yaml_check_keys(r->doc, map, keys, err) && read_fact_content(r, map, ret, err);
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

static bool
read_members(reader_t *r, const yaml_node_t *list, dossier_t *ret, const char ***ret_ids, err_t *err)
{
    size_t n = list != NULL ? yaml_count(list) : 0;

    ret->member_count = n;
    ret->members = arena_new_array(r->arena, member_t, n + 1);
    *ret_ids = arena_new_array(r->arena, const char *, n + 1);
    for (size_t i = 0; i < n; i++)
        if (!read_member(r, yaml_at(list, i), &ret->members[i], &(*ret_ids)[i], err))
            return false;
    return true;
}

static bool
read_region(const reader_t *r, const yaml_node_t *map, const char *def, char ret[13], err_t *err)
{
    const char *region = NULL;

    if (!yaml_get_text(r->doc, map, "region", def, &region, err))
        return false;
    return str_copy(ret, 13, region) || yaml_fail(r->doc, yaml_get(map, "region"), err, "a region has at most 12 digits");
}

static size_t
find_person(const dossier_t *d, const uuid_t *person)
{
    for (size_t m = 0; m < d->member_count; m++)
        if (uuid_eq(&d->members[m].person, person))
            return m;
    return SIZE_MAX;
}

/* ---- supporters -------------------------------------------------------------------------------------------------- */

/* What links the two is a fact of the supported member that names the supporter. */
static fact_t *
add_link(reader_t *r, member_t *member, const supporter_t *supporter, const char *kind)
{
    fact_t *facts = arena_new_array(r->arena, fact_t, member->fact_count + 2);
    fact_t *fact = &facts[member->fact_count];

    if (member->fact_count > 0)
        memcpy(facts, member->facts, member->fact_count * sizeof(fact_t));
    member->facts = facts;
    member->fact_count++;
    *fact = (fact_t){ .seq = ++r->seq, .kind = terms_intern(r->terms, kind), .to = DATE_OPEN,
                      .dataset = terms_intern(r->terms, "test.cases"), .persons = &supporter->person, .person_count = 1 };
    memcpy(fact->key, &fact->seq, sizeof(fact->seq));
    return fact;
}

static bool
read_home(reader_t *r, const yaml_node_t *map, const char *name, dossier_t **ret, err_t *err)
{
    static const char *const keys[] = { "area", "region", "closed", "incomplete", "members", "facts", NULL };
    static const bool no = false;
    dossier_t *home = arena_new_array(r->arena, dossier_t, 1);
    const char *area = NULL, **ids = NULL;

    if (!yaml_check_keys(r->doc, map, keys, err) || !yaml_get_text(r->doc, map, "area", "rural", &area, err) ||
        !read_region(r, map, "320681100207", home->region, err) ||
        !yaml_get_bool(r->doc, map, "closed", &no, &home->closed, err) ||
        !yaml_get_bool(r->doc, map, "incomplete", &no, &home->incomplete, err) ||
        !read_members(r, yaml_get(map, "members"), home, &ids, err) ||
        !read_facts(r, yaml_get(map, "facts"), &home->facts, &home->fact_count, err))
        return false;
    home->urban = strcmp(area, "urban") == 0;
    uuid_derive("test-home", name, &home->household);
    *ret = home;
    return true;
}

/* The household itself, or the home of a supporter before: one home is written once. */
static void
find_home(const dossier_t *d, size_t count, supporter_t *ret)
{
    ret->place = find_person(d, &ret->person);
    ret->home = ret->place != SIZE_MAX ? d : NULL;
    for (size_t i = 0; i < count && ret->home == NULL; i++) {
        const dossier_t *home = d->supporters[i].home;

        ret->place = home != NULL ? find_person(home, &ret->person) : SIZE_MAX;
        if (ret->place != SIZE_MAX)
            ret->home = home;
    }
    if (ret->home == NULL)
        ret->place = 0;
}

static bool
read_link_facts(reader_t *r, const yaml_node_t *map, member_t *member, const supporter_t *supporter, err_t *err)
{
    const yaml_node_t *agreed = yaml_get(map, "agreed_yuan"), *dependants = yaml_get(map, "dependants");
    const char *relation = NULL;
    fact_t *link;
    int32_t from, to;

    if (!yaml_get_text(r->doc, map, "relation", "child", &relation, err))
        return false;
    link = add_link(r, member, supporter, "support.legal");
    link->code = terms_intern(r->terms, relation);
    if (!read_day(r, map, "from", 0, &from, err) || !read_day(r, map, "to", DATE_OPEN, &to, err))
        return false;
    link->from = from;
    link->to = to;
    if (agreed != NULL && (yaml_text(agreed) == NULL || !money_parse(yaml_text(agreed), strlen(yaml_text(agreed)), &link->value)))
        return yaml_fail(r->doc, agreed, err, "“agreed_yuan” is an amount");
    if (dependants == NULL)
        return true;
    link = add_link(r, member, supporter, "support.dependants");
    link->from = from;
    link->to = to;
    return (yaml_text(dependants) != NULL && num_i64(yaml_text(dependants), strlen(yaml_text(dependants)), &link->value)) ||
           yaml_fail(r->doc, dependants, err, "“dependants” is a whole number");
}

static bool
read_supporter(reader_t *r, const yaml_node_t *map, policy_case_t *item, supporter_t *ret, err_t *err)
{
    static const char *const keys[] = { "of", "id", "relation", "agreed_yuan", "dependants", "from", "to", "home", NULL };
    const yaml_node_t *home = yaml_get(map, "home");
    const char *of = NULL, *id = NULL;
    dossier_t *read = NULL;

    if (!yaml_check_keys(r->doc, map, keys, err) || !yaml_get_text(r->doc, map, "of", NULL, &of, err) ||
        !yaml_get_text(r->doc, map, "id", NULL, &id, err))
        return false;
    while (ret->member < item->dossier.member_count && strcmp(item->ids[ret->member], of) != 0)
        ret->member++;
    if (ret->member == item->dossier.member_count)
        return yaml_fail(r->doc, yaml_get(map, "of"), err, "no member is called “%s”", of);
    uuid_derive("test-person", id, &ret->person);
    find_home(&item->dossier, item->dossier.supporter_count, ret);
    if (home != NULL) {
        if (!read_home(r, home, id, &read, err))
            return false;
        ret->home = read;
        ret->place = find_person(read, &ret->person);
        if (ret->place == SIZE_MAX)
            return yaml_fail(r->doc, home, err, "the supporter “%s” is no member of this home", id);
    }
    return read_link_facts(r, map, &item->dossier.members[ret->member], ret, err);
}

static bool
read_supporters(reader_t *r, const yaml_node_t *list, policy_case_t *item, err_t *err)
{
    size_t n = list != NULL ? yaml_count(list) : 0;
    supporter_t *supporters = arena_new_array(r->arena, supporter_t, n + 1);

    item->dossier.supporters = supporters;
    for (size_t i = 0; i < n; i++) {
        if (!read_supporter(r, yaml_at(list, i), item, &supporters[i], err))
            return false;
        item->dossier.supporter_count++;
    }
    return true;
}

/* ---- places ------------------------------------------------------------------------------------------------------ */

static bool
read_place(reader_t *r, const yaml_node_t *map, place_fact_t *ret, err_t *err)
{
    static const char *const keys[] = { "region", "kind", "from", "to", "value", "yuan", "code", NULL };

    return yaml_check_keys(r->doc, map, keys, err) && read_region(r, map, NULL, ret->region, err) &&
           read_fact_content(r, map, &ret->fact, err);
}

static bool
read_places(reader_t *r, const yaml_node_t *list, policy_world_t *ret, err_t *err)
{
    size_t n = list != NULL ? yaml_count(list) : 0;
    place_fact_t *facts = arena_new_array(r->arena, place_fact_t, n + 1);

    for (size_t i = 0; i < n; i++)
        if (!read_place(r, yaml_at(list, i), &facts[i], err))
            return false;
    *ret = (policy_world_t){ facts, n };
    return true;
}

/* ---- a case ------------------------------------------------------------------------------------------------------ */

bool
policy_case_read(const yaml_doc_t *doc, const yaml_node_t *node, terms_t *terms, arena_t *arena, policy_case_t *ret,
                 err_t *err)
{
    static const char *const keys[] = { "name",    "why",       "day",    "area",   "closed", "incomplete",
                                        "members", "household", "expect", "clause", "region", "supporters", "places", NULL };
    static const bool no = false;
    reader_t r = { doc, terms, arena, 100 };
    const char *area = NULL;

    *ret = (policy_case_t){ .node = node, .expect = yaml_get(node, "expect") };
    if (!yaml_check_keys(doc, node, keys, err) || !yaml_get_text(doc, node, "name", NULL, &ret->name, err) ||
        !yaml_get_text(doc, node, "why", "", &ret->why, err) || !read_day(&r, node, "day", 0, &ret->day, err) ||
        !yaml_get_text(doc, node, "area", "rural", &area, err) ||
        !yaml_get_bool(doc, node, "closed", &no, &ret->dossier.closed, err) ||
        !yaml_get_bool(doc, node, "incomplete", &no, &ret->dossier.incomplete, err) ||
        !read_region(&r, node, "320681100207", ret->dossier.region, err) ||
        !read_facts(&r, yaml_get(node, "household"), &ret->dossier.facts, &ret->dossier.fact_count, err) ||
        !read_members(&r, yaml_get(node, "members"), &ret->dossier, &ret->ids, err) ||
        !read_places(&r, yaml_get(node, "places"), &ret->world, err))
        return false;
    if (ret->expect == NULL || ret->day == 0)
        return yaml_fail(doc, node, err, "a case has a day and something to expect");
    ret->dossier.urban = strcmp(area, "urban") == 0;
    uuid_derive("test-household", ret->name, &ret->dossier.household);
    return read_supporters(&r, yaml_get(node, "supporters"), ret, err);
}
