/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_explain.h"
#include "policy_reading.h"
#include <string.h>

/* What is missing where nothing can be told: facts with the departments that have them, parameters without a value on
 * the day, records in quarantine. */

static void
add_item(const explain_t *x, explain_missing_t *list, explain_missing_kind_t what, const policy_def_t *def, size_t member)
{
    bool own = x->view.supporter != POLICY_NO_LANE && what != MISSING_PARAMETER && what != MISSING_RECORD;
    explain_missing_item_t item = { what, def, member, own ? &policy_view_link(&x->view)->person : NULL };

    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].what == what && list->items[i].def == def && list->items[i].member == member &&
            list->items[i].supporter == item.supporter)
            return;
    if (list->count < COUNT_OF(list->items))
        list->items[list->count++] = item;
}

static bool
is_unknown(const explain_t *x, const expr_t *e, size_t member)
{
    int64_t v;

    return (e->value.num >= 0 && !policy_view_read(&x->view, e->value.num, e->scope, member, &v)) ||
           (e->value.den >= 0 && !policy_view_read(&x->view, e->value.den, e->scope, member, &v));
}

static bool
is_known_yes(const explain_t *x, const expr_t *e, size_t member)
{
    int64_t yes;

    return e->unit.kind == UNIT_FLAG && e->value.num >= 0 &&
           policy_view_read(&x->view, e->value.num, e->scope, member, &yes) && yes != 0;
}

static void
add_records(const explain_t *x, const expr_t *e, explain_missing_t *list)
{
    size_t len = strlen(e->name);
    bool pattern = e->name[len - 1] == '*';

    for (size_t i = 0; i < x->policy->fact_count; i++) {
        const policy_def_t *def = x->policy->facts[i];

        if (def->fact.of == NULL && (pattern ? strncmp(def->name, e->name, len - 1) == 0 : strcmp(def->name, e->name) == 0))
            add_item(x, list, MISSING_FACT, def, EXPLAIN_HOUSEHOLD);
    }
}

/* The fact that tells who supports: the first of its holder. */
static void
add_link(const explain_t *x, size_t member, explain_missing_t *list)
{
    for (size_t i = 0; i < x->policy->fact_count; i++) {
        if (x->policy->facts[i]->scope == SCOPE_SUPPORTER) {
            add_item(x, list, MISSING_FACT, x->policy->facts[i], member);
            return;
        }
    }
}

/* What a need asks for and does not find: the facts and records that it names. */
static void
add_unmet(const explain_t *x, const expr_t *need, size_t member, explain_missing_t *list)
{
    const expr_t *parts[3] = { need->a, need->b, need->c };

    if (is_known_yes(x, need, member))
        return;
    if (need->kind == EXPR_RECORD)
        add_records(x, need, list);
    else if (need->kind == EXPR_HAS)
        add_item(x, list, MISSING_FACT, need->def, member);
    else if (need->kind == EXPR_COUNT)
        add_link(x, member, list);
    for (size_t i = 0; need->kind != EXPR_COUNT && i < 3; i++)
        if (parts[i] != NULL)
            add_unmet(x, parts[i], member, list);
}

static void follow(const explain_t *x, const expr_t *e, size_t member, explain_missing_t *list);
static void follow_def(const explain_t *x, const policy_def_t *def, size_t member, explain_missing_t *list);

/* A parameter without a value on the day, or what it goes by is not known. */
static void
add_parameter(const explain_t *x, const policy_def_t *def, size_t member, explain_missing_t *list)
{
    const policy_param_t *param = &def->param;
    bool known = true;
    int64_t number;

    for (size_t i = 0; i < param->key_count && policy_value_on(param, x->block->day) != NULL; i++) {
        const policy_def_t *key = param->keys[i].def;

        if (key == NULL || policy_view_read(&x->view, key->value.num, key->scope, member, &number))
            continue;
        known = false;
        follow_def(x, key, member, list);
    }
    if (known)
        add_item(x, list, MISSING_PARAMETER, def, EXPLAIN_HOUSEHOLD);
}

static bool
is_unknown_def(const explain_t *x, const policy_def_t *def, size_t member)
{
    int64_t v;

    return def->compiled &&
           ((def->value.num >= 0 && !policy_view_read(&x->view, def->value.num, def->scope, member, &v)) ||
            (def->value.den >= 0 && !policy_view_read(&x->view, def->value.den, def->scope, member, &v)));
}

static void
sum_fact(void *ctx, const fact_t *fact, const policy_part_t *part)
{
    (void) part;
    policy_reading_add(ctx, fact);
}

/* There is none of it, or the date from which on it is read is not known, or it is too large. */
static void
follow_fact(const explain_t *x, const policy_def_t *def, size_t member, explain_missing_t *list)
{
    const policy_fact_t *fact = &def->fact;
    size_t lane = policy_view_lane(&x->view, def->scope, member), who = def->scope == SCOPE_MEMBER ? member : EXPLAIN_HOUSEHOLD;
    policy_reading_t sum;

    if (lane == POLICY_NO_LANE) {
        add_item(x, list, MISSING_HOME, NULL, EXPLAIN_HOUSEHOLD);
        return;
    }
    if (!policy_block_reading(x->block, fact, lane, &sum)) {
        if (fact->since != NULL && is_unknown_def(x, fact->since, member))
            follow_def(x, fact->since, member, list);
        if (fact->cap != NULL && is_unknown_def(x, fact->cap, member))
            follow_def(x, fact->cap, member, list);
        return;
    }
    policy_block_each_fact(x->block, &sum, lane, sum_fact, &sum);
    add_item(x, list, sum.overflow ? MISSING_TOO_LARGE : MISSING_FACT, def, who);
}

static void
follow_head(const explain_t *x, const policy_def_t *head, size_t member, explain_missing_t *list)
{
    size_t before = list->count;

    for (size_t i = 0; i < x->policy->fact_count; i++)
        if (policy_fact_adds_to(&x->policy->facts[i]->fact, head) && is_unknown_def(x, x->policy->facts[i], member))
            follow_fact(x, x->policy->facts[i], member, list);
    if (list->count == before)
        add_item(x, list, MISSING_TOO_LARGE, head, head->scope == SCOPE_MEMBER ? member : EXPLAIN_HOUSEHOLD);
}

static void
follow_def(const explain_t *x, const policy_def_t *def, size_t member, explain_missing_t *list)
{
    if (def->kind == DEF_DERIVED && def->derived.needs.text != NULL)
        add_unmet(x, def->derived.needs.tree, member, list);
    if (def->kind == DEF_DERIVED || def->kind == DEF_GROUP)
        follow(x, def->derived.formula.tree, member, list);
    else if (def->kind == DEF_PARAMETER)
        add_parameter(x, def, member, list);
    else if (def->kind == DEF_FACT_VALUE || def->kind == DEF_FACT_CODE)
        follow_fact(x, def->fact_def, member, list);
    else if (def->kind == DEF_FACT)
        follow_fact(x, def, member, list);
    else if (def->kind == DEF_HEAD)
        follow_head(x, def, member, list);
    else
        add_item(x, list, MISSING_TOO_LARGE, def, member);
}

/* Of those who are, or perhaps are, in the group. */
static void
follow_one(const explain_t *x, const expr_t *e, size_t member, explain_missing_t *list)
{
    const expr_t *parts[3] = { e->def->derived.formula.tree, e->a, e->b };

    for (size_t i = 0; i < 3; i++)
        if (parts[i] != NULL)
            follow(x, parts[i], member, list);
}

static void
follow_aggregate(const explain_t *x, const expr_t *e, size_t member, explain_missing_t *list)
{
    size_t s, last;

    for (size_t m = 0; e->def->scope == SCOPE_MEMBER && m < x->dossier->member_count; m++)
        follow_one(x, e, m, list);
    if (e->def->scope != SCOPE_SUPPORTER || member == EXPLAIN_HOUSEHOLD)
        return;
    for (policy_view_supporters(&x->view, member, &s, &last); s < last; s++) {
        explain_t own;
        size_t place = explain_enter(x, s, &own);

        follow_one(&own, e, place, list);
    }
}

/* The answer of another category: what is missing there. */
static void
follow_category(const explain_t *x, const policy_category_t *c, size_t member, explain_missing_t *list)
{
    for (size_t i = 0; i < c->need_count; i++)
        follow(x, c->needs[i].tree, member, list);
    for (size_t i = 0; i < c->when_count; i++)
        follow(x, c->when[i].that.tree, member, list);
}

static void
follow_name(const explain_t *x, const expr_t *e, size_t member, explain_missing_t *list)
{
    explain_t supported = *x;

    if (!e->of_supported) {
        follow_def(x, e->def, member, list);
        return;
    }
    member = policy_view_leave(&x->view, &supported.view);
    supported.dossier = supported.view.dossier;
    follow_def(&supported, e->def, member, list);
}

/* Follows what is not known down to the leaf where it begins. */
static void
follow(const explain_t *x, const expr_t *e, size_t member, explain_missing_t *list)
{
    const expr_t *parts[3] = { e->a, e->b, e->c };

    if (!is_unknown(x, e, member))
        return;
    if (e->kind == EXPR_IF && explain_taken(x, e, member) != e) {
        follow(x, explain_taken(x, e, member), member, list);
        return;
    }
    if (e->kind == EXPR_SUM || e->kind == EXPR_COUNT || e->kind == EXPR_ANY || e->kind == EXPR_EVERY) {
        follow_aggregate(x, e, member, list);
        return;
    }
    if (policy_view_lane(&x->view, e->scope, member) == POLICY_NO_LANE) {
        add_item(x, list, MISSING_HOME, NULL, EXPLAIN_HOUSEHOLD);
        return;
    }
    if (e->kind == EXPR_QUALIFIES)
        follow_category(x, &e->def->category, member, list);
    else if (e->kind == EXPR_NAME || e->kind == EXPR_HAS || e->kind == EXPR_MONTHS || e->kind == EXPR_START ||
             e->kind == EXPR_END)
        follow_name(x, e, member, list);
    for (size_t i = 0; i < 3; i++)
        if (parts[i] != NULL)
            follow(x, parts[i], member, list);
}

void
explain_find_missing(const explain_t *x, const policy_category_t *c, size_t member, explain_missing_t *ret)
{
    ret->count = 0;
    if (x->dossier->incomplete)
        add_item(x, ret, MISSING_RECORD, NULL, EXPLAIN_HOUSEHOLD);
    for (size_t i = 0; i < c->need_count; i++) {
        add_unmet(x, c->needs[i].tree, member, ret);
        follow(x, c->needs[i].tree, member, ret);
    }
    for (size_t i = 0; i < c->when_count; i++)
        follow(x, c->when[i].that.tree, member, ret);
}

policy_label_t
explain_missing_label(const explain_missing_item_t *item)
{
    if (item->what == MISSING_RECORD)
        return (policy_label_t){ "有一条记录被隔离，待处理", "a record of this household is in quarantine" };
    if (item->what == MISSING_HOME)
        return (policy_label_t){ "义务人所在户的登记", "the register entry of a supporter's household" };
    return explain_label_or(&item->def->label, item->def->name);
}

static void
write_item(const explain_t *x, const explain_missing_item_t *item)
{
    static const char *const words[] = { "fact", "parameter", "too large to be computed", "record", "home" };

    json_out_object(x->out, NULL);
    json_out_text(x->out, "what", words[item->what]);
    if (item->def != NULL)
        json_out_text(x->out, item->what == MISSING_FACT ? "kind" : "name",
                      item->what == MISSING_FACT && item->def->fact.of != NULL ? item->def->fact.of : item->def->name);
    explain_label(x, "label", explain_missing_label(item));
    if (item->what == MISSING_FACT) {
        json_out_array(x->out, "sources");
        for (size_t i = 0; i < item->def->fact.source_count; i++) {
            json_out_object(x->out, NULL);
            explain_source(x, item->def->fact.sources[i]);
            json_out_end(x->out);
        }
        json_out_end(x->out);
    }
    if (item->supporter != NULL)
        json_out_uuid(x->out, "person", item->supporter);
    else if (item->member != EXPLAIN_HOUSEHOLD)
        json_out_uuid(x->out, "person", &x->dossier->members[item->member].person);
    json_out_end(x->out);
}

void
explain_missing(const explain_t *x, const policy_category_t *c, size_t member)
{
    explain_missing_t list;

    explain_find_missing(x, c, member, &list);
    json_out_array(x->out, "missing");
    for (size_t i = 0; i < list.count; i++)
        write_item(x, &list.items[i]);
    json_out_end(x->out);
}
