/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/date.h"
#include "policy.h"
#include "policy_block.h"
#include "policy_term.h"
#include <string.h>

/* Verdicts of many households: block by block through the program, and the day on which to look again. */

struct policy_assessor {
    const policy_t *policy;
    int32_t day;
    int month, day_of_month; /* of the day */
    int32_t next;            /* of the policy alone */
    bool ages;
    uint8_t *turns; /* by kind of fact */
    size_t seen; /* households so far: few are done sooner without a plan */
    bool has_block[2]; /* [1]: for few */
    policy_block_t blocks[2];
    uint8_t *stirs; /* by household of a block */
    size_t stirs_cap;
};

static uint8_t
answer(const policy_block_t *b, int32_t reg, size_t lane)
{
    int64_t yes;

    if (!policy_block_get(b, reg, lane, &yes))
        return POLICY_UNKNOWN;
    return yes != 0 ? POLICY_YES : POLICY_NO;
}

static void
read_verdict(const policy_block_t *b, const policy_category_t *c, size_t lane, bool incomplete, policy_verdict_t *ret)
{
    int64_t line, value;

    *ret = (policy_verdict_t){ .qualifies = POLICY_UNKNOWN, .keeps = POLICY_UNKNOWN };
    if (incomplete)
        return;
    ret->qualifies = answer(b, c->qualifies, lane);
    ret->keeps = answer(b, c->keeps, lane);
    ret->has_amount = c->amount_reg >= 0 && policy_block_get(b, c->amount_reg, lane, &ret->amount);
    if (c->line_reg >= 0 && policy_block_get(b, c->line_reg, lane, &line) && policy_block_get(b, c->value_reg, lane, &value)) {
        ret->line = line;
        ret->value = value;
    }
}

#define POINTS_MAX 1000000
static int32_t
points_of(int64_t n)
{
    return n < 0 ? 0 : n > POINTS_MAX ? POINTS_MAX : (int32_t) n;
}

static int32_t
earlier(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

/* By kind, whether days within a month turn what somebody reads of a person's facts, or of a household's; what links a member
 * to a supporter lies with the member. */
enum { TURNS_HOUSEHOLD = 1, TURNS_PERSON = 2 };

static uint8_t *
find_turning(const policy_t *self)
{
    uint8_t *turns = mem_new_array(uint8_t, self->fact_of_term_count + 1);

    for (size_t i = 0; i < self->fact_count; i++) {
        const policy_fact_t *spec = &self->facts[i]->fact;

        if (spec->accumulate != ACCUMULATE_MONTHLY && spec->holder != HOLDER_PLACE && spec->kind < self->fact_of_term_count)
            turns[spec->kind] |= spec->holder == HOLDER_HOUSEHOLD ? TURNS_HOUSEHOLD : TURNS_PERSON;
    }
    return turns;
}

static int32_t
next_day_of_facts(const policy_assessor_t *a, const fact_t *facts, size_t n, uint8_t turns, int32_t next)
{
    for (size_t i = 0; i < n; i++) {
        if (facts[i].kind >= a->policy->fact_of_term_count || (a->turns[facts[i].kind] & turns) == 0)
            continue;
        for (const policy_fact_t *spec = policy_fact_of(a->policy, facts[i].kind); spec != NULL; spec = policy_fact_next(a->policy, spec))
            if (spec->holder != HOLDER_PLACE && (spec->holder == HOLDER_HOUSEHOLD) == (turns == TURNS_HOUSEHOLD))
                next = earlier(next, policy_fact_next_day(spec, &facts[i], a->day));
    }
    return next;
}

/* Of this month only: the first of the next is a day of assessment anyway, also for one born on 29 February. */
static int32_t
next_birthday(const policy_assessor_t *a, int32_t born)
{
    int year, month, day;

    date_parts(born, &year, &month, &day);
    return month == a->month && day > a->day_of_month ? a->day + day - a->day_of_month : DATE_OPEN;
}

static bool
reads_age(const policy_t *self)
{
    for (size_t i = 0; i < self->program.count; i++)
        if (self->program.code[i].live && self->program.code[i].op == OP_LOAD_BUILTIN &&
            self->program.code[i].imm == BUILTIN_AGE)
            return true;
    return false;
}

/* What changes for every household: the month, a parameter, a kind that begins to count. */
static int32_t
next_day_of_policy(const policy_t *self, int32_t day)
{
    int32_t next = date_month_start(date_month(day) + 1);

    for (size_t i = 0; i < self->def_count; i++) {
        const policy_def_t *def = self->defs[i];

        for (size_t k = 0; def->kind == DEF_PARAMETER && k < def->param.value_count; k++) {
            const policy_value_t *v = &def->param.values[k];

            if (v->from > day)
                next = earlier(next, v->from);
            if (v->until >= day && v->until != DATE_OPEN)
                next = earlier(next, v->until + 1);
        }
        if (def->kind == DEF_FACT && def->fact.not_counted && def->fact.not_counted_until >= day &&
            def->fact.not_counted_until != DATE_OPEN)
            next = earlier(next, def->fact.not_counted_until + 1);
    }
    return next;
}

static int32_t
next_day_of_home(const policy_assessor_t *a, const dossier_t *d, int32_t next)
{
    next = next_day_of_facts(a, d->facts, d->fact_count, TURNS_HOUSEHOLD, next);
    for (size_t m = 0; m < d->member_count; m++) {
        next = next_day_of_facts(a, d->members[m].facts, d->members[m].fact_count, TURNS_PERSON, next);
        if (a->ages)
            next = earlier(next, next_birthday(a, d->members[m].born));
    }
    return next;
}

/* What is read of supporters changes with their own days, too. */
static int32_t
next_day_of_household(const policy_assessor_t *a, const dossier_t *d, int32_t next, bool supporters)
{
    next = next_day_of_home(a, d, next);
    for (size_t i = 0; supporters && i < d->supporter_count; i++)
        if (d->supporters[i].home != NULL && d->supporters[i].home != d)
            next = next_day_of_home(a, d->supporters[i].home, next);
    return next;
}

/* Points of one category that holds for sure. */
static int32_t
points_on(const policy_block_t *b, const policy_category_t *category, size_t household)
{
    int64_t points;

    if (!policy_adds_points(category) || b->dossiers[household]->incomplete || answer(b, category->qualifies, household) != POLICY_YES ||
        !policy_block_get(b, category->points_reg, household, &points))
        return 0;
    return points_of(points);
}

/* Points of what holds for sure: of a group the most, all groups together. */
static void
read_score(const policy_block_t *b, size_t household, policy_result_t *ret)
{
    const policy_t *self = b->policy;
    int32_t most[POLICY_GROUPS_MAX] = { 0 };
    int64_t line;

    ret->score = ret->score_line = 0;
    if (self->line_reg < 0)
        return;
    for (size_t c = 0; c < self->category_count; c++) {
        const policy_category_t *category = &self->categories[c]->category;
        int32_t points = points_on(b, category, household);

        if (points == 0)
            continue;
        if (ret->household != NULL)
            ret->household[c].points = points;
        if (points > most[category->group_index])
            most[category->group_index] = points;
    }
    for (size_t g = 0; g < self->group_count; g++)
        ret->score += most[g];
    if (policy_block_get(b, self->line_reg, household, &line))
        ret->score_line = points_of(line);
}

static size_t
count_members(const policy_block_t *b, size_t household)
{
    size_t n = 0;

    for (size_t m = b->first[household]; m < b->first[household + 1]; m++)
        n += answer(b, b->policy->counted->value.num, m) == POLICY_YES;
    return n;
}

/* Verdicts of one household; `index`: its place among the dossiers asked for. */
static int32_t
read_result(const policy_block_t *b, size_t household, size_t index, arena_t *arena, policy_grace_t *grace,
            policy_result_t *ret)
{
    const policy_t *self = b->policy;
    const dossier_t *d = b->dossiers[household];
    size_t first = b->first[household];
    int32_t next = DATE_OPEN;

    ret->counted = count_members(b, household);
    ret->household = arena_new_array(arena, policy_verdict_t, self->category_count + 1);
    ret->person = arena_new_array(arena, policy_verdict_t, self->category_count * d->member_count + 1);
    for (size_t c = 0; c < self->category_count; c++) {
        const policy_category_t *category = &self->categories[c]->category;

        if (category->unit == POLICY_UNIT_HOUSEHOLD) {
            read_verdict(b, category, household, d->incomplete, &ret->household[c]);
            next = earlier(next, policy_term_apply(b, household, c, POLICY_OF_HOUSEHOLD, household, index,
                                                   &ret->household[c], grace));
        }
        for (size_t m = 0; category->unit == POLICY_UNIT_PERSON && m < d->member_count; m++) {
            policy_verdict_t *v = &ret->person[c * d->member_count + m];

            read_verdict(b, category, first + m, d->incomplete, v);
            next = earlier(next, policy_term_apply(b, household, c, m, first + m, index, v, grace));
        }
    }
    read_score(b, household, ret);
    return next;
}

/* What a category with findings may say of a household: nothing, yes to what only adds points, yes. */
enum { STIRS_NOT, STIRS_POINTS, STIRS };

/* False: something may be found. */
static bool
read_calm(const policy_block_t *b, size_t household, uint8_t stirs, policy_result_t *ret)
{
    policy_result_t r = { .counted = count_members(b, household) };

    if ((stirs & STIRS) != 0)
        return false;
    if (stirs != STIRS_NOT)
        read_score(b, household, &r);
    *ret = r;
    return r.score_line <= 0 || r.score < r.score_line;
}

/* ---- block after block ------------------------------------------------------------------------------------------- */

policy_assessor_t *
policy_assessor_new(const policy_t *policy, int32_t day)
{
    policy_assessor_t *self = mem_new(policy_assessor_t);
    int year;

    self->policy = policy;
    self->day = day;
    date_parts(day, &year, &self->month, &self->day_of_month);
    self->next = next_day_of_policy(policy, day);
    self->ages = reads_age(policy);
    self->turns = find_turning(policy);
    return self;
}

void
policy_assessor_destroy(policy_assessor_t **self_p)
{
    policy_assessor_t *self = TAKE(*self_p);

    if (self == NULL)
        return;
    for (size_t i = 0; i < COUNT_OF(self->blocks); i++)
        if (self->has_block[i])
            policy_block_done(&self->blocks[i]);
    mem_free(self->turns);
    mem_free(self->stirs);
    mem_free(self);
}

static policy_block_t *
block_for(policy_assessor_t *self, const policy_world_t *world, size_t households)
{
    self->seen += households;

    bool few = self->seen <= POLICY_FEW_HOUSEHOLDS;
    policy_block_t *block = &self->blocks[few];

    if (!few && self->has_block[true]) {
        policy_block_done(&self->blocks[true]);
        self->has_block[true] = false;
    }
    if (!self->has_block[few])
        policy_block_init(block, self->policy, world, self->day, few);
    self->has_block[few] = true;
    block->world = world;
    return block;
}

/* Marks the households of which the category says yes.  Where it is not known the value is 0. */
static void
mark_yes(const policy_block_t *b, const policy_category_t *c, uint8_t *stirs)
{
    bool points = b->policy->line_reg >= 0 && policy_adds_points(c) && c->role == POLICY_ROLE_INDICATOR && c->unit == POLICY_UNIT_HOUSEHOLD;
    uint8_t mark = points ? STIRS_POINTS : STIRS;
    const policy_register_t *r = &b->kept[c->qualifies];
    bool of_person = c->unit == POLICY_UNIT_PERSON;
    size_t lanes = of_person ? b->members : b->households;

    if (r->numbers == NULL && r->flags == NULL) {
        if (r->known && r->value != 0)
            memset(stirs, STIRS, b->households);
        return;
    }
    for (size_t i = 0; i < lanes; i++)
        if (r->flags != NULL ? r->flags[i] != 0 : r->numbers[i] != 0)
            stirs[of_person ? b->home[i] : i] |= mark;
}

static void
find_stirred(policy_assessor_t *self, const policy_block_t *b)
{
    if (b->households > self->stirs_cap) {
        mem_free(self->stirs);
        self->stirs = mem_new_array(uint8_t, b->households);
        self->stirs_cap = b->households;
    }
    memset(self->stirs, 0, b->households);
    for (size_t c = 0; c < self->policy->category_count; c++) {
        const policy_category_t *category = &self->policy->categories[c]->category;

        if (!category->no_findings)
            mark_yes(b, category, self->stirs);
    }
}

static void
run_block(policy_assessor_t *self, policy_block_t *block, const policy_asked_t *asked, const dossier_t *const *dossiers, size_t n,
          size_t at, int32_t next, arena_t *arena, policy_grace_t *grace, policy_result_t *ret)
{
    policy_block_set(block, dossiers + at, n);
    policy_block_run(block);
    if (asked->calm != NULL)
        find_stirred(self, block);
    for (size_t h = 0; h < n; h++) {
        int32_t term = DATE_OPEN, facts;

        if (asked->calm == NULL || !asked->calm[at + h] || !read_calm(block, h, self->stirs[h], &ret[at + h]))
            term = read_result(block, h, at + h, arena, grace, &ret[at + h]);
        if (asked->verdicts_alone)
            continue;
        facts = next_day_of_household(self, dossiers[at + h], earlier(next, term), block->supporters.read);
        ret[at + h].next_day = policy_block_next_day(block, h, facts);
    }
}

bool
policy_assessor_run(policy_assessor_t *self, const policy_world_t *world, const policy_asked_t *asked, const dossier_t *const *dossiers,
                    size_t n, arena_t *arena, policy_result_t *ret, err_t *err)
{
    static const policy_asked_t all = { .calm = NULL };
    int32_t next = policy_next_day_of_places(self->policy, world, self->day, self->next);
    policy_grace_t grace = { 0 };
    policy_block_t *block = block_for(self, world, n);

    for (size_t at = 0; at < n; at += POLICY_BLOCK_HOUSEHOLDS)
        run_block(self, block, asked != NULL ? asked : &all, dossiers,
                  n - at < POLICY_BLOCK_HOUSEHOLDS ? n - at : POLICY_BLOCK_HOUSEHOLDS, at, next, arena, &grace, ret);
    policy_grace_apply(&grace, self->policy, world, dossiers, self->day, ret);
    policy_grace_done(&grace);
    (void) err;
    return true;
}

bool
policy_assess(const policy_t *self, const policy_world_t *world, const dossier_t *const *dossiers, size_t n,
              int32_t day, arena_t *arena, policy_result_t *ret, err_t *err)
{
    AUTO(policy_assessor) assessor = policy_assessor_new(self, day);

    return policy_assessor_run(assessor, world, NULL, dossiers, n, arena, ret, err);
}
