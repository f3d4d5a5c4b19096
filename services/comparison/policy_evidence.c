/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_expr.h"
#include "policy_reading.h"
#include "policy_view.h"

/* The facts behind a verdict: those that the formulas of the category read and that gave something on the day. */

/* What need not be looked at, for the household itself and its members: a name adds nothing the second time, a kind of which
 * it holds no fact adds nothing at all. */
typedef struct {
    uint32_t *seen; /* by definition and member: the last turn in which it was collected; one more row for the household */
    size_t seen_cap;
    uint32_t turn;
    uint32_t *held; /* by fact index: the last household that holds one */
    uint32_t holder;
} marks_t;

typedef struct {
    const policy_block_t *block;
    const fact_t **facts;
    size_t count, max;
    marks_t *marks; /* NULL: everything is looked at */
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

static bool
is_of_itself(const policy_view_t *v)
{
    return v->supporter == POLICY_NO_LANE;
}

/* Whether this name was collected for this member before. */
static bool
is_seen(const evidence_t *e, const policy_view_t *v, const policy_def_t *def, size_t member)
{
    size_t row = member == EVERYONE ? 0 : member + 1;
    uint32_t *seen;

    if (e->marks == NULL || !is_of_itself(v))
        return false;
    seen = &e->marks->seen[row * e->block->policy->def_count + def->number];
    if (*seen == e->marks->turn)
        return true;
    *seen = e->marks->turn;
    return false;
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

    if (e->marks != NULL && is_of_itself(v) && e->marks->held[spec->index] != e->marks->holder)
        return;
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
collect_category(evidence_t *e, const policy_view_t *v, const policy_def_t *def, size_t member)
{
    const policy_category_t *c = &def->category;

    if (is_seen(e, v, def, member))
        return;
    for (size_t i = 0; i < c->when_count; i++)
        collect(e, v, c->when[i].that.tree, member);
}

static void
collect_def(evidence_t *e, const policy_view_t *v, const policy_def_t *def, size_t member)
{
    const policy_t *policy = e->block->policy;

    if (is_seen(e, v, def, member))
        return;
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
        collect_category(e, v, x->def, member);
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

/* ---- of some households, which stand in one block ----------------------------------------------------------------- */

struct policy_evidence {
    const policy_t *policy;
    bool *keep; /* registers that are read */
    policy_block_t block;
    int32_t day;
    size_t seen; /* households so far: few are done sooner without a plan */
    bool made;
    marks_t marks;
    size_t holder; /* whose kinds are marked; SIZE_MAX: nobody's */
};

/* The registers by which evidence is told: answers of conditions, groups of those who are added up, from when on and how much
 * of a fact is read. */
static void
keep_of(bool *keep, const expr_t *x)
{
    if (x == NULL)
        return;
    if ((x->kind == EXPR_SUM || x->kind == EXPR_COUNT || x->kind == EXPR_ANY || x->kind == EXPR_EVERY) && x->mask >= 0)
        keep[x->mask] = true;
    keep_of(keep, x->a);
    keep_of(keep, x->b);
    keep_of(keep, x->c);
}

static void
keep_registers(const policy_t *policy, bool *keep)
{
    for (size_t i = 0; i < policy->def_count; i++) {
        const policy_def_t *def = policy->defs[i];

        if (def->kind == DEF_GROUP || def->kind == DEF_DERIVED)
            keep_of(keep, def->derived.formula.tree);
        if (def->kind == DEF_FACT && def->fact.since_reg >= 0)
            keep[def->fact.since_reg] = true;
        if (def->kind == DEF_FACT && def->fact.cap_reg >= 0)
            keep[def->fact.cap_reg] = true;
        for (size_t k = 0; def->kind == DEF_CATEGORY && k < def->category.when_count; k++) {
            keep[def->category.when[k].yes.num] = true;
            keep_of(keep, def->category.when[k].that.tree);
        }
    }
}

policy_evidence_t *
policy_evidence_new(const policy_t *policy)
{
    policy_evidence_t *self = mem_new(policy_evidence_t);

    self->policy = policy;
    self->keep = mem_new_array(bool, policy->program.count + 1);
    keep_registers(policy, self->keep);
    self->marks.held = mem_new_array(uint32_t, policy->fact_count + 1);
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
    mem_free(self->keep);
    mem_free(self->marks.seen);
    mem_free(self->marks.held);
    mem_free(self);
}

void
policy_evidence_use(policy_evidence_t *self, const policy_world_t *world, const dossier_t *const *dossiers, size_t n, int32_t day)
{
    size_t cells;
    bool few;

    self->seen += n;
    few = self->seen <= POLICY_FEW_HOUSEHOLDS;
    if (self->made && (self->day != day || self->block.every_register != few)) {
        policy_block_done(&self->block);
        self->made = false;
    }
    if (!self->made)
        policy_block_init_for(&self->block, self->policy, world, day, few, self->keep);
    self->day = day;
    self->made = true;
    self->block.world = world;
    self->holder = SIZE_MAX;
    policy_block_set(&self->block, dossiers, n);
    policy_block_run(&self->block);
    cells = (self->block.most_members + 1) * self->policy->def_count;
    if (cells <= self->marks.seen_cap)
        return;
    mem_free(self->marks.seen);
    self->marks.seen = mem_new_array(uint32_t, cells);
    self->marks.seen_cap = cells;
    self->marks.turn = 0;
}

/* Numbers of turns and households begin again before they meet one that is still written down. */
static uint32_t
next_mark(uint32_t last, uint32_t *marks, size_t n)
{
    if (last == UINT32_MAX)
        for (size_t i = 0; i < n; i++)
            marks[i] = 0;
    return last == UINT32_MAX ? 1 : last + 1;
}

static void
mark_held(policy_evidence_t *self, const fact_t *facts, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (const policy_fact_t *spec = policy_fact_of(self->policy, facts[i].kind); spec != NULL;
             spec = policy_fact_next(self->policy, spec))
            self->marks.held[spec->index] = self->marks.holder;
}

static void
turn_to(policy_evidence_t *self, size_t household)
{
    const dossier_t *d = self->block.dossiers[household];

    self->marks.turn = next_mark(self->marks.turn, self->marks.seen, self->marks.seen_cap);
    if (self->holder == household)
        return;
    self->holder = household;
    self->marks.holder = next_mark(self->marks.holder, self->marks.held, self->policy->fact_count);
    mark_held(self, d->facts, d->fact_count);
    for (size_t m = 0; m < d->member_count; m++)
        mark_held(self, d->members[m].facts, d->members[m].fact_count);
}

size_t
policy_evidence_facts(policy_evidence_t *self, size_t household, size_t category, size_t member, const fact_t **ret, size_t max)
{
    const policy_category_t *c = &self->policy->categories[category]->category;
    size_t who = c->unit == POLICY_UNIT_PERSON ? (member != SIZE_MAX ? member : 0) : EVERYONE;
    evidence_t e = { .facts = ret, .max = max, .block = &self->block, .marks = &self->marks };
    policy_view_t view;

    if (who != EVERYONE && who >= self->block.dossiers[household]->member_count)
        return 0;
    turn_to(self, household);
    policy_view_of(&self->block, household, &view);
    /* What failed comes first: it decided. */
    for (size_t i = 0; i < c->when_count; i++) {
        int64_t yes = 0;

        if (!policy_block_get(&self->block, c->when[i].yes.num, who == EVERYONE ? view.household : view.first + who, &yes) || yes == 0)
            collect(&e, &view, c->when[i].that.tree, who);
    }
    for (size_t i = 0; i < c->when_count; i++)
        collect(&e, &view, c->when[i].that.tree, who);
    return e.count;
}

bool
policy_evidence_line_decides(const policy_evidence_t *self, size_t household, size_t category, size_t member)
{
    const policy_category_t *c = &self->policy->categories[category]->category;
    policy_view_t view;

    policy_view_of(&self->block, household, &view);
    size_t lane = c->unit == POLICY_UNIT_PERSON ? view.first + member : view.household;
    for (size_t i = 0; i < c->when_count; i++) {
        int64_t yes = 0;

        if (&c->when[i] != c->decider && (!policy_block_get(&self->block, c->when[i].yes.num, lane, &yes) || yes == 0))
            return false;
    }
    return c->decider != NULL;
}

size_t
policy_evidence(const policy_t *self, const policy_world_t *world, const dossier_t *dossier, int32_t day,
                size_t category, size_t member, const fact_t **ret, size_t max)
{
    AUTO(policy_evidence) evidence = policy_evidence_new(self);

    policy_evidence_use(evidence, world, &dossier, 1, day);
    return policy_evidence_facts(evidence, 0, category, member, ret, max);
}

size_t
policy_evidence_of(const policy_view_t *self, const expr_t *x, size_t member, const fact_t **ret, size_t max)
{
    evidence_t e = { .block = self->block, .facts = ret, .max = max };

    collect(&e, self, x, member);
    return e.count;
}
