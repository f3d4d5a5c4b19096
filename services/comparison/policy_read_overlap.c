/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_read.h"
#include "policy_hint.h"
#include <string.h>

/* Overlaps: which benefits exclude one another, and which of the two has to give way. */

static bool
read_drawn(reader_t *r, const policy_source_t *source, const yaml_node_t *node, bool facts, policy_drawn_t *ret)
{
    const char *name = yaml_text(node);
    const policy_def_t *def = name != NULL ? policy_find(r->policy, name, strlen(name)) : NULL;

    if (def != NULL && def->kind == DEF_CATEGORY) {
        *ret = (policy_drawn_t){ .kind = def->category.enrolment_kind, .category = def };
        return true;
    }
    if (facts && def != NULL && def->kind == DEF_FACT && def->fact.holder != HOLDER_PLACE && def->fact.holder != HOLDER_SUPPORTER) {
        *ret = (policy_drawn_t){ .kind = def->fact.kind, .fact = &def->fact };
        return true;
    }
    policy_problem(r->problems, source, node, "“%s” is no category%s of this policy%s", name != NULL ? name : "this",
                   facts ? " and no fact of a person or a household" : "",
                   name != NULL ? policy_hint_kind(r->policy, name, DEF_CATEGORY) : "");
    return false;
}

static size_t
read_drawns(reader_t *r, const policy_attr_t *attr, bool facts, policy_drawn_t **ret)
{
    bool list = attr != NULL && yaml_kind(attr->value) == YAML_LIST;
    size_t n = attr == NULL ? 0 : list ? yaml_count(attr->value) : 1, count = 0;

    *ret = arena_new_array(r->policy->arena, policy_drawn_t, n + 1);
    for (size_t i = 0; i < n; i++)
        if (read_drawn(r, attr->source, list ? yaml_at(attr->value, i) : attr->value, facts, &(*ret)[count]))
            count++;
    return count;
}

void
read_overlap(reader_t *r, policy_def_t *def)
{
    static const char *const scopes[] = { "person", "household" };
    static const char *const findings[] = { "none", "all" };
    const policy_attr_t *draws = read_required(r, def, "draws"), *gives_way = policy_attr(def->entry, "gives_way"),
                        *scope = policy_attr(def->entry, "scope"), *raised = policy_attr(def->entry, "findings");
    policy_overlap_def_t *o = &def->overlap;

    read_basis(r, def, true);
    (void) read_required(r, def, "label");
    if (policy_attr(def->entry, "confidence") == NULL)
        policy_problem(r->problems, def->entry->source, def->entry->key,
                       "“%s” does not say how sure it is: add “confidence: verified|excerpt|low|background|assumed”", def->name);
    if (raised != NULL)
        o->no_findings = read_word(r, raised->source, raised->value, findings, COUNT_OF(findings)) == 0;
    o->twice = gives_way == NULL;
    if (!o->twice)
        scope = read_required(r, def, "scope");
    else if (scope != NULL)
        policy_problem(r->problems, scope->source, scope->key,
                       "without “gives_way” it is two enrolments in one category: of a household or a person as the category is");
    if (scope != NULL)
        o->of_household = read_word(r, scope->source, scope->value, scopes, COUNT_OF(scopes)) == 1;
    o->draws_count = read_drawns(r, draws, !o->twice, &o->draws);
    o->gives_way_count = read_drawns(r, gives_way, false, &o->gives_way);
    for (size_t i = 0; i < o->gives_way_count; i++)
        if (o->of_household && o->gives_way[i].category->category.unit != POLICY_UNIT_HOUSEHOLD)
            policy_problem(r->problems, gives_way->source, gives_way->value,
                           "“%s” is drawn by persons: the scope of “%s” is person", o->gives_way[i].category->name, def->name);
    def->unit = UNIT_FLAG_;
}

/* Of what nobody asks, a household's facts need not be looked at twice. */
void
read_drawn_kinds(policy_t *self)
{
    term_t last = 0;

    for (size_t c = 0; c < self->category_count; c++)
        last = self->categories[c]->category.enrolment_kind > last ? self->categories[c]->category.enrolment_kind : last;
    last = self->fact_of_term_count > last ? (term_t) self->fact_of_term_count : last;
    self->drawn_kind_count = (size_t) last + 1;
    self->drawn_kinds = arena_new_array(self->arena, bool, self->drawn_kind_count);
    for (size_t c = 0; c < self->category_count; c++)
        self->drawn_kinds[self->categories[c]->category.enrolment_kind] = true;
    for (size_t i = 0; i < self->overlap_count; i++) {
        const policy_overlap_def_t *o = &self->overlaps[i]->overlap;

        for (size_t k = 0; k < o->draws_count; k++)
            self->drawn_kinds[o->draws[k].kind] = true;
    }
}
