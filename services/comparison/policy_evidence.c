/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_block.h"
#include "policy_expr.h"

/* The facts behind a verdict: those that the formulas of the category read and that gave something on the day. */

typedef struct {
    const policy_block_t *block;
    const dossier_t *dossier;
    const fact_t **facts;
    size_t count, max;
} evidence_t;

#define EVERYONE SIZE_MAX

static void collect(evidence_t *e, const expr_t *x, size_t member);

static void
add_fact(evidence_t *e, const fact_t *fact)
{
    for (size_t i = 0; i < e->count; i++)
        if (e->facts[i] == fact)
            return;
    if (e->count < e->max)
        e->facts[e->count++] = fact;
}

static void
add_given(evidence_t *e, const policy_fact_t *spec, const fact_t *facts, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        policy_part_t part;

        if (facts[i].kind != spec->kind)
            continue;
        policy_fact_part(spec, &e->block->spans[spec->index], &facts[i], e->block->day, &part);
        if (part.has)
            add_fact(e, &facts[i]);
    }
}

static void
add_kind(evidence_t *e, const policy_fact_t *spec, size_t member)
{
    if (spec->holder == HOLDER_HOUSEHOLD)
        add_given(e, spec, e->dossier->facts, e->dossier->fact_count);
    for (size_t m = 0; spec->holder == HOLDER_PERSON && m < e->dossier->member_count; m++)
        if (member == EVERYONE || member == m)
            add_given(e, spec, e->dossier->members[m].facts, e->dossier->members[m].fact_count);
}

static void
collect_def(evidence_t *e, const policy_def_t *def, size_t member)
{
    const policy_t *policy = e->block->policy;

    switch (def->kind) {
    case DEF_FACT:
        add_kind(e, &def->fact, member);
        break;
    case DEF_FACT_VALUE:
    case DEF_FACT_CODE:
        add_kind(e, &def->fact_def->fact, member);
        break;
    case DEF_HEAD:
        for (size_t i = 0; i < policy->fact_count; i++)
            if (policy_fact_adds_to(&policy->facts[i]->fact, def) && !policy_fact_is_left_out(&policy->facts[i]->fact, e->block->day))
                add_kind(e, &policy->facts[i]->fact, member);
        break;
    case DEF_GROUP:
    case DEF_DERIVED:
        collect(e, def->derived.formula.tree, member);
        break;
    case DEF_PARAMETER:
        for (size_t i = 0; i < def->param.key_count; i++)
            if (def->param.keys[i].def != NULL)
                collect_def(e, def->param.keys[i].def, member);
        break;
    case DEF_WINDOW:
    case DEF_CATEGORY:
    case DEF_BUILTIN:
        break;
    }
}

/* Who is in the group, and by which facts others are not. */
static void
collect_aggregate(evidence_t *e, const expr_t *x)
{
    for (size_t m = 0; m < e->dossier->member_count; m++) {
        collect_def(e, x->def, m);
        if (e->block->value[x->mask][m] == 0 && !e->block->unknown[x->mask][m])
            continue;
        if (x->a != NULL)
            collect(e, x->a, m);
        if (x->b != NULL)
            collect(e, x->b, m);
    }
}

static void
collect(evidence_t *e, const expr_t *x, size_t member)
{
    if (x->kind == EXPR_SUM || x->kind == EXPR_COUNT || x->kind == EXPR_ANY || x->kind == EXPR_EVERY) {
        collect_aggregate(e, x);
        return;
    }
    if (x->def != NULL)
        collect_def(e, x->def, member);
    if (x->a != NULL)
        collect(e, x->a, member);
    if (x->b != NULL)
        collect(e, x->b, member);
    if (x->c != NULL)
        collect(e, x->c, member);
}

size_t
policy_evidence(const policy_t *self, const policy_world_t *world, const dossier_t *dossier, int32_t day,
                size_t category, size_t member, const fact_t **ret, size_t max)
{
    const policy_category_t *c = &self->categories[category]->category;
    size_t lane = c->unit == POLICY_UNIT_PERSON && member != SIZE_MAX ? member : 0;
    policy_block_t block;
    evidence_t e = { .dossier = dossier, .facts = ret, .max = max };

    if (c->unit == POLICY_UNIT_PERSON && lane >= dossier->member_count)
        return 0;
    policy_block_init(&block, self, world, day, true);
    policy_block_set(&block, &dossier, 1);
    policy_block_run(&block);
    e.block = &block;
    /* What failed comes first: it decided. */
    for (size_t i = 0; i < c->when_count; i++)
        if (block.value[c->when[i].yes.num][lane] == 0)
            collect(&e, c->when[i].that.tree, c->unit == POLICY_UNIT_PERSON ? lane : EVERYONE);
    for (size_t i = 0; i < c->when_count; i++)
        collect(&e, c->when[i].that.tree, c->unit == POLICY_UNIT_PERSON ? lane : EVERYONE);
    policy_block_done(&block);
    return e.count;
}
