/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_expr.h"
#include "policy_reading.h"
#include "policy_view.h"

/* The facts behind a verdict: those that the formulas of the category read and that gave something on the day. */

typedef struct {
    const policy_block_t *block;
    const fact_t **facts;
    size_t count, max;
} evidence_t;

#define EVERYONE SIZE_MAX

static void collect(evidence_t *e, const policy_view_t *v, const expr_t *x, size_t member);

static void
add_fact(evidence_t *e, const fact_t *fact)
{
    for (size_t i = 0; i < e->count; i++)
        if (e->facts[i] == fact)
            return;
    if (e->count < e->max)
        e->facts[e->count++] = fact;
}

/* `about`: only what is about this supporter, or NULL. */
static void
on_fact(void *ctx, const fact_t *fact, const policy_part_t *part)
{
    (void) part;
    add_fact(ctx, fact);
}

static void
add_lane(evidence_t *e, const policy_fact_t *spec, size_t lane)
{
    policy_reading_t reading;

    if (lane != POLICY_NO_LANE && policy_block_reading(e->block, spec, lane, &reading))
        policy_block_each_fact(e->block, &reading, lane, on_fact, e);
}

/* What is known of a place is no evidence about one household. */
static void
add_kind(evidence_t *e, const policy_view_t *v, const policy_fact_t *spec, size_t member)
{
    const dossier_t *d = v->dossier;

    if (spec->holder == HOLDER_HOUSEHOLD)
        add_lane(e, spec, v->household);
    if (spec->holder == HOLDER_SUPPORTER)
        add_lane(e, spec, v->supporter);
    for (size_t m = 0; spec->holder == HOLDER_PERSON && m < d->member_count; m++)
        if (member == EVERYONE || member == m)
            add_lane(e, spec, policy_view_lane(v, SCOPE_MEMBER, m));
}

/* The conditions of a category whose answer is asked for. */
static void
collect_category(evidence_t *e, const policy_view_t *v, const policy_category_t *c, size_t member)
{
    for (size_t i = 0; i < c->when_count; i++)
        collect(e, v, c->when[i].that.tree, member);
}

static void
collect_def(evidence_t *e, const policy_view_t *v, const policy_def_t *def, size_t member)
{
    const policy_t *policy = e->block->policy;

    switch (def->kind) {
    case DEF_FACT:
        add_kind(e, v, &def->fact, member);
        break;
    case DEF_FACT_VALUE:
    case DEF_FACT_CODE:
        add_kind(e, v, &def->fact_def->fact, member);
        break;
    case DEF_HEAD:
        for (size_t i = 0; i < policy->fact_count; i++)
            if (policy_fact_adds_to(&policy->facts[i]->fact, def) &&
                !policy_fact_is_left_out(&policy->facts[i]->fact, e->block->day))
                add_kind(e, v, &policy->facts[i]->fact, member);
        break;
    case DEF_GROUP:
    case DEF_DERIVED:
        collect(e, v, def->derived.formula.tree, member);
        break;
    case DEF_PARAMETER:
        for (size_t i = 0; i < def->param.key_count; i++)
            if (def->param.keys[i].def != NULL)
                collect_def(e, v, def->param.keys[i].def, member);
        break;
    case DEF_WINDOW:
    case DEF_CATEGORY:
    case DEF_OVERLAP:
    case DEF_BUILTIN:
        break;
    }
}

/* Not sure that one is not in the group. */
static bool
perhaps_in(const policy_view_t *v, const expr_t *x, size_t member)
{
    int64_t in = 1;

    return !policy_view_read(v, x->mask, (scope_t) x->def->scope, member, &in) || in != 0;
}

static void
collect_one(evidence_t *e, const policy_view_t *v, const expr_t *x, size_t member)
{
    collect_def(e, v, x->def, member);
    if (!perhaps_in(v, x, member))
        return;
    if (x->a != NULL)
        collect(e, v, x->a, member);
    if (x->b != NULL)
        collect(e, v, x->b, member);
}

/* Who is in the group, and by which facts others are not. */
static void
collect_aggregate(evidence_t *e, const policy_view_t *v, const expr_t *x, size_t member)
{
    size_t from = member == EVERYONE ? 0 : member, to = member == EVERYONE ? v->dossier->member_count : member + 1;
    bool of_supporters = x->def->scope == SCOPE_SUPPORTER;

    for (size_t m = 0; !of_supporters && m < v->dossier->member_count; m++)
        collect_one(e, v, x, m);
    for (size_t m = from; of_supporters && m < to; m++) {
        size_t s, last;

        for (policy_view_supporters(v, m, &s, &last); s < last; s++) {
            policy_view_t own;
            size_t place = policy_view_enter(v, s, &own);

            collect_one(e, &own, x, place);
        }
    }
}

static void
collect_name(evidence_t *e, const policy_view_t *v, const expr_t *x, size_t member)
{
    policy_view_t supported;

    if (x->kind == EXPR_QUALIFIES) {
        collect_category(e, v, &x->def->category, member);
    } else if (x->of_supported) {
        size_t whom = policy_view_leave(v, &supported);

        collect_def(e, &supported, x->def, whom);
    } else {
        collect_def(e, v, x->def, member);
    }
}

static void
collect(evidence_t *e, const policy_view_t *v, const expr_t *x, size_t member)
{
    if (x->kind == EXPR_SUM || x->kind == EXPR_COUNT || x->kind == EXPR_ANY || x->kind == EXPR_EVERY) {
        collect_aggregate(e, v, x, member);
        return;
    }
    if (x->def != NULL)
        collect_name(e, v, x, member);
    if (x->a != NULL)
        collect(e, v, x->a, member);
    if (x->b != NULL)
        collect(e, v, x->b, member);
    if (x->c != NULL)
        collect(e, v, x->c, member);
}

/* ---- of one household after the other ---- */

struct policy_evidence {
    const policy_t *policy;
    policy_block_t block; /* of `dossier` on `day` */
    int32_t day;
    bool made;
    const dossier_t *dossier; /* NULL: of nobody */
};

policy_evidence_t *
policy_evidence_new(const policy_t *policy)
{
    policy_evidence_t *self = mem_new(policy_evidence_t);

    self->policy = policy;
    return self;
}

void
policy_evidence_destroy(policy_evidence_t **self_p)
{
    policy_evidence_t *self = TAKE(*self_p);

    if (self == NULL)
        return;
    if (self->made)
        policy_block_done(&self->block);
    mem_free(self);
}

void
policy_evidence_forget(policy_evidence_t *self)
{
    self->dossier = NULL;
}

static void
use_block(policy_evidence_t *self, const policy_world_t *world, const dossier_t *dossier, int32_t day)
{
    if (self->made && self->day != day) {
        policy_block_done(&self->block);
        self->made = false;
    }
    if (!self->made) {
        policy_block_init(&self->block, self->policy, world, day, true);
        self->day = day;
        self->made = true;
    } else if (self->dossier == dossier && self->block.world == world) {
        return;
    }
    self->dossier = dossier;
    self->block.world = world;
    policy_block_set(&self->block, &self->dossier, 1);
    policy_block_run(&self->block);
}

size_t
policy_evidence_facts(policy_evidence_t *self, const policy_world_t *world, const dossier_t *dossier, int32_t day, size_t category,
                      size_t member, const fact_t **ret, size_t max)
{
    const policy_category_t *c = &self->policy->categories[category]->category;
    size_t lane = c->unit == POLICY_UNIT_PERSON && member != SIZE_MAX ? member : 0;
    evidence_t e = { .facts = ret, .max = max, .block = &self->block };
    policy_view_t view;

    if (c->unit == POLICY_UNIT_PERSON && lane >= dossier->member_count)
        return 0;
    use_block(self, world, dossier, day);
    policy_view_of(&self->block, 0, &view);
    /* What failed comes first: it decided. */
    for (size_t i = 0; i < c->when_count; i++)
        if (self->block.value[c->when[i].yes.num][lane] == 0)
            collect(&e, &view, c->when[i].that.tree, c->unit == POLICY_UNIT_PERSON ? lane : EVERYONE);
    for (size_t i = 0; i < c->when_count; i++)
        collect(&e, &view, c->when[i].that.tree, c->unit == POLICY_UNIT_PERSON ? lane : EVERYONE);
    return e.count;
}

size_t
policy_evidence(const policy_t *self, const policy_world_t *world, const dossier_t *dossier, int32_t day,
                size_t category, size_t member, const fact_t **ret, size_t max)
{
    AUTO(policy_evidence) evidence = policy_evidence_new(self);

    return policy_evidence_facts(evidence, world, dossier, day, category, member, ret, max);
}

size_t
policy_evidence_of(const policy_view_t *self, const expr_t *x, size_t member, const fact_t **ret, size_t max)
{
    evidence_t e = { .block = self->block, .facts = ret, .max = max };

    collect(&e, self, x, member);
    return e.count;
}
