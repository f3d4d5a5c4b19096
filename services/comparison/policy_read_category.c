/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_read.h"
#include "policy_hint.h"
#include <string.h>

/* Categories: conditions, exclusions, hysteresis, amount. */

static void
read_condition(reader_t *r, const policy_source_t *source, const yaml_node_t *node, policy_condition_t *ret)
{
    static const char *const keys[] = { "that", "label", "basis", "hysteresis", "decides" };
    const yaml_node_t *that;

    ret->label = (policy_label_t){ "", "" };
    if (yaml_kind(node) == YAML_SCALAR) {
        read_formula(r, source, node, &ret->that);
        return;
    }
    that = yaml_kind(node) == YAML_MAP ? yaml_get(node, "that") : NULL;
    if (that == NULL) {
        policy_problem(r->problems, source, node,
                       "a condition is a formula, or { that: <formula>, label: …, basis: … }");
        return;
    }
    read_formula(r, source, that, &ret->that);
    for (size_t i = 0; i < yaml_count(node); i++) {
        const char *key = yaml_key_at(node, i);
        const yaml_node_t *value = yaml_at(node, i);

        if (!str_in(key, keys, COUNT_OF(keys)))
            policy_problem(r->problems, source, yaml_key_node_at(node, i),
                           "“%s” is not known in a condition: use that, label, basis, hysteresis, decides", key);
        else if (strcmp(key, "label") == 0)
            read_label(r, source, value, &ret->label);
        else if (strcmp(key, "basis") == 0)
            ret->basis = yaml_text(value);
        else if (strcmp(key, "hysteresis") == 0)
            read_formula(r, source, value, &ret->hysteresis);
        else if (strcmp(key, "decides") == 0)
            ret->decides = yaml_text(value) != NULL && strcmp(yaml_text(value), "true") == 0;
    }
}

static size_t
list_count(const yaml_node_t *node)
{
    return yaml_kind(node) == YAML_LIST ? yaml_count(node) : 1;
}

static const yaml_node_t *
list_at(const yaml_node_t *node, size_t i)
{
    return yaml_kind(node) == YAML_LIST ? yaml_at(node, i) : node;
}

static void
read_conditions(reader_t *r, policy_def_t *def)
{
    const policy_attr_t *when = read_required(r, def, "when"), *needs = policy_attr(def->entry, "needs"),
                        *amount = policy_attr(def->entry, "amount");
    policy_category_t *c = &def->category;

    if (when != NULL) {
        c->when_count = list_count(when->value);
        c->when = arena_new_array(r->policy->arena, policy_condition_t, c->when_count + 1);
        for (size_t i = 0; i < c->when_count; i++)
            read_condition(r, when->source, list_at(when->value, i), &c->when[i]);
    }
    if (needs != NULL) {
        c->need_count = list_count(needs->value);
        c->needs = arena_new_array(r->policy->arena, policy_formula_t, c->need_count + 1);
        c->need_regs = arena_new_array(r->policy->arena, operand_t, c->need_count + 1);
        for (size_t i = 0; i < c->need_count; i++)
            read_formula(r, needs->source, list_at(needs->value, i), &c->needs[i]);
    }
    if (amount != NULL)
        read_formula(r, amount->source, amount->value, &c->amount);
}

static void
read_after(reader_t *r, policy_def_t *def)
{
    const policy_attr_t *after = policy_attr(def->entry, "after");
    policy_category_t *c = &def->category;
    const char **names = NULL;
    size_t n;

    if (after == NULL)
        return;
    n = read_texts(r, after, &names);
    c->after = arena_new_array(r->policy->arena, policy_def_t *, n + 1);
    for (size_t i = 0; i < n; i++) {
        policy_def_t *other = policy_find(r->policy, names[i], strlen(names[i]));

        if (other == NULL || other->kind != DEF_CATEGORY)
            policy_problem(r->problems, after->source, after->value, "“%s” is no category of this policy%s", names[i],
                           policy_hint_kind(r->policy, names[i], DEF_CATEGORY));
        else if (other->index >= def->index)
            policy_problem(r->problems, after->source, after->value, "“%s” stands after “%s”: write it before",
                           names[i], def->name);
        else if (other->category.unit != c->unit)
            policy_problem(r->problems, after->source, after->value,
                           "“%s” is decided for another unit (household or person) than “%s”", names[i], def->name);
        else
            c->after[c->after_count++] = other;
    }
}

static void
read_instead_of(reader_t *r, policy_def_t *def)
{
    const policy_attr_t *attr = policy_attr(def->entry, "instead_of");
    policy_def_t *other = attr != NULL ? read_reference(r, attr, DEF_CATEGORY, "category") : NULL;

    if (other == NULL)
        return;
    if (def->category.role != POLICY_ROLE_AID || def->category.unit != POLICY_UNIT_PERSON || other->index >= def->index ||
        other->category.role != POLICY_ROLE_AID || other->category.unit != POLICY_UNIT_HOUSEHOLD)
        policy_problem(r->problems, attr->source, attr->value,
                       "an aid of the person stands instead of an aid of the household that is written before it");
    else
        def->category.instead_of = other;
}

/* A parameter in months, the same for all. */
static policy_def_t *
read_months_of(reader_t *r, const policy_def_t *def, const char *name, bool fits, const char *whose)
{
    const policy_attr_t *attr = policy_attr(def->entry, name);
    policy_def_t *param = attr != NULL ? read_reference(r, attr, DEF_PARAMETER, "parameter") : NULL;
    unit_t months;

    if (param == NULL)
        return NULL;
    if (!fits)
        policy_problem(r->problems, attr->source, attr->key, "“%s” belongs to %s", name, whose);
    else if (!param->broken && (!unit_parse("months", &months) || !unit_eq(param->unit, months) || param->param.key_count > 0))
        policy_problem(r->problems, attr->source, attr->value, "“%s” names a parameter in months that goes by nothing", name);
    else
        return param;
    return NULL;
}

static void
read_findings(reader_t *r, policy_def_t *def)
{
    static const char *const words[] = { "none", "all" };
    const policy_attr_t *findings = policy_attr(def->entry, "findings");

    def->category.no_findings = def->category.role == POLICY_ROLE_LIST;
    if (findings == NULL)
        return;
    if (read_word(r, findings->source, findings->value, words, COUNT_OF(words)) == 0)
        def->category.no_findings = true;
    else if (def->category.role == POLICY_ROLE_LIST)
        policy_problem(r->problems, findings->source, findings->value, "no finding comes from a list: leave “findings” out");
}

/* The fact that says who is enrolled; the one of the category's own name need not be a kind of this policy. */
static void
read_enrolment(reader_t *r, policy_def_t *def)
{
    const policy_attr_t *enrolment = policy_attr(def->entry, "enrolment");
    const policy_def_t *fact;

    def->category.enrolment = arena_printf(r->policy->arena, "enrolment.%s", def->name);
    def->category.review_kind = terms_intern(r->terms, arena_printf(r->policy->arena, "review.%s", def->name));
    if (enrolment != NULL && (fact = read_reference(r, enrolment, DEF_FACT, "fact")) != NULL) {
        def->category.enrolment = terms_word(r->terms, fact->fact.kind);
        if (fact->fact.accumulate != ACCUMULATE_LATEST)
            policy_problem(r->problems, enrolment->source, enrolment->value,
                           "who is enrolled is what is in force: “%s” is not “accumulates: latest”", fact->name);
    }
    def->category.enrolment_kind = terms_intern(r->terms, def->category.enrolment);
}

/* grace, validity, review: { months: …, label: …, basis: … }, grace also when and amount. */
static void
read_term(reader_t *r, policy_def_t *def, const char *name, bool grace, policy_term_t *ret)
{
    static const char *const keys[] = { "months", "label", "basis", "when", "amount" };
    const policy_attr_t *attr = policy_attr(def->entry, name);
    size_t known = grace ? COUNT_OF(keys) : 3;

    ret->label = (policy_label_t){ "", "" };
    if (attr == NULL)
        return;
    if (yaml_kind(attr->value) != YAML_MAP || yaml_get(attr->value, "months") == NULL ||
        (grace && yaml_get(attr->value, "when") == NULL)) {
        policy_problem(r->problems, attr->source, attr->value, "“%s” is { %smonths: …, label: …, basis: … }", name,
                       grace ? "when: <condition>, " : "");
        return;
    }
    for (size_t i = 0; i < yaml_count(attr->value); i++) {
        const char *key = yaml_key_at(attr->value, i);
        const yaml_node_t *value = yaml_at(attr->value, i);

        if (!str_in(key, keys, known))
            policy_problem(r->problems, attr->source, yaml_key_node_at(attr->value, i),
                           "“%s” is not known in “%s”: use months, label, basis%s", key, name,
                           grace ? ", when, amount" : "");
        else if (strcmp(key, "months") == 0)
            read_formula(r, attr->source, value, &ret->months);
        else if (strcmp(key, "when") == 0)
            read_formula(r, attr->source, value, &ret->when);
        else if (strcmp(key, "amount") == 0)
            read_formula(r, attr->source, value, &ret->amount);
        else if (strcmp(key, "label") == 0)
            read_label(r, attr->source, value, &ret->label);
        else
            ret->basis = yaml_text(value);
    }
    if (ret->basis == NULL)
        policy_problem(r->problems, attr->source, attr->value, "“%s” of “%s” has no legal basis: add “basis”", name,
                       def->name);
}

/* An indicator's weight in the score of a household, and the group of those that tell of one and the same. */
static void
read_points(reader_t *r, policy_def_t *def)
{
    const policy_attr_t *points = policy_attr(def->entry, "points"), *group = policy_attr(def->entry, "group");
    policy_category_t *c = &def->category;

    c->group = def->name;
    if (group != NULL && read_text(r, group, "the name of a group of indicators") != NULL)
        c->group = yaml_text(group->value);
    if (group != NULL && points == NULL)
        policy_problem(r->problems, group->source, group->key, "“group” says which points do not add up: give “points”, too");
    if (points == NULL)
        return;
    if (c->role != POLICY_ROLE_INDICATOR || c->unit != POLICY_UNIT_HOUSEHOLD)
        policy_problem(r->problems, points->source, points->key, "only an indicator of the household has “points”");
    else
        read_formula(r, points->source, points->value, &c->points);
}

/* What runs out by a day of its own, such as a certificate. */
static void
read_rests_on(reader_t *r, policy_def_t *def)
{
    const policy_attr_t *attr = policy_attr(def->entry, "rests_on");
    bool list = attr != NULL && yaml_kind(attr->value) == YAML_LIST;
    size_t n = list ? yaml_count(attr->value) : attr != NULL ? 1 : 0;
    policy_category_t *c = &def->category;

    if (n == 0)
        return;
    c->rests_on = arena_new_array(r->policy->arena, policy_def_t *, n);
    if (c->unit != POLICY_UNIT_PERSON)
        policy_problem(r->problems, attr->source, attr->key, "“rests_on” is said of what a person draws");
    for (size_t i = 0; i < n; i++) {
        const yaml_node_t *node = list ? yaml_at(attr->value, i) : attr->value;
        policy_def_t *fact = read_reference_at(r, attr->source, node, DEF_FACT, "fact");

        if (fact == NULL)
            continue;
        if (fact->fact.accumulate != ACCUMULATE_LATEST || fact->fact.holder != HOLDER_PERSON)
            policy_problem(r->problems, attr->source, node,
                           "what an enrolment rests on is in force for a person: “%s” is not “accumulates: latest” of a person",
                           fact->name);
        else
            c->rests_on[c->rests_on_count++] = fact;
    }
}

void
read_category(reader_t *r, policy_def_t *def)
{
    static const char *const units[] = { "household", "person" };
    const policy_attr_t *unit = read_required(r, def, "unit"), *role = read_required(r, def, "role"),
                        *wire = policy_attr(def->entry, "finding_category");
    policy_category_t *c = &def->category;
    size_t word;

    read_basis(r, def, true);
    (void) read_required(r, def, "label");
    if (unit != NULL && (word = read_word(r, unit->source, unit->value, units, COUNT_OF(units))) != SIZE_MAX)
        c->unit = (policy_unit_t) word;
    const char *roles[POLICY_ROLE_COUNT];
    for (size_t i = 0; i < POLICY_ROLE_COUNT; i++)
        roles[i] = policy_role_name((policy_role_t) i);
    if (role != NULL && (word = read_word(r, role->source, role->value, roles, COUNT_OF(roles))) != SIZE_MAX)
        c->role = (policy_role_t) word;
    if (role != NULL && c->role == POLICY_ROLE_WATCH && c->unit == POLICY_UNIT_PERSON)
        policy_problem(r->problems, role->source, role->value, "lists that are watched are of households");
    c->wire = def->name;
    if (wire != NULL && read_text(r, wire, "the category's name on findings") != NULL)
        c->wire = yaml_text(wire->value);
    read_conditions(r, def);
    read_after(r, def);
    read_instead_of(r, def);
    c->again_after = read_months_of(r, def, "again_after", c->role == POLICY_ROLE_ENTITLEMENT && c->unit == POLICY_UNIT_HOUSEHOLD,
                                    "an entitlement of the household");
    c->leave_after = read_months_of(r, def, "leave_after", c->role == POLICY_ROLE_WATCH, "a list that is watched");
    read_findings(r, def);
    read_enrolment(r, def);
    read_term(r, def, "grace", true, &c->grace);
    read_term(r, def, "validity", false, &c->validity);
    read_term(r, def, "review", false, &c->review);
    read_points(r, def);
    read_rests_on(r, def);
    def->scope = c->unit == POLICY_UNIT_PERSON ? SCOPE_MEMBER : SCOPE_HOUSEHOLD;
    def->unit = UNIT_FLAG_;
}
