/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_term.h"
#include "domain/date.h"

/* ---- who is enrolled --------------------------------------------------------------------------------------------- */

bool
policy_term_in_force(const policy_t *policy, const fact_t *fact, term_t kind, int32_t day)
{
    const policy_fact_t *spec;
    policy_part_t part;
    policy_span_t none = { 0 };

    if (fact->kind != kind)
        return false;
    spec = policy_fact_of(policy, kind);
    if (spec == NULL || spec->accumulate != ACCUMULATE_LATEST)
        return fact->from <= day && day < fact->to;
    policy_fact_part(spec, &none, fact, day, &part);
    return part.has;
}

static bool
names(const fact_t *fact, const uuid_t *person)
{
    for (size_t i = 0; person != NULL && i < fact->person_count; i++)
        if (uuid_eq(&fact->persons[i], person))
            return true;
    return person == NULL || fact->person_count == 0;
}

static const fact_t *
newest(const policy_t *policy, const fact_t *facts, size_t n, term_t kind, const uuid_t *person, int32_t day,
       const fact_t *best)
{
    for (size_t i = 0; i < n; i++)
        if (policy_term_in_force(policy, &facts[i], kind, day) && names(&facts[i], person) &&
            (best == NULL || policy_fact_is_newer(&facts[i], best)))
            best = &facts[i];
    return best;
}

/* A person is enrolled by a fact of his own, or by one of the household that names him (or nobody); a household by its
 * own, or where the kind is one of persons by that of any member. */
const fact_t *
policy_term_enrolment(const policy_t *policy, const policy_category_t *category, const dossier_t *d, size_t member,
                      int32_t day)
{
    term_t kind = category->enrolment_kind;
    const policy_fact_t *spec = policy_fact_of(policy, kind);
    const fact_t *best = NULL;

    if (member != POLICY_OF_HOUSEHOLD) {
        best = newest(policy, d->members[member].facts, d->members[member].fact_count, kind, NULL, day, NULL);
        return newest(policy, d->facts, d->fact_count, kind, &d->members[member].person, day, best);
    }
    best = newest(policy, d->facts, d->fact_count, kind, NULL, day, NULL);
    for (size_t m = 0; spec != NULL && spec->holder == HOLDER_PERSON && m < d->member_count; m++)
        best = newest(policy, d->members[m].facts, d->members[m].fact_count, kind, NULL, day, best);
    return best;
}

const fact_t *
policy_enrolment(const policy_t *self, const dossier_t *dossier, int32_t day, size_t category, size_t member)
{
    return policy_term_enrolment(self, &self->categories[category]->category, dossier, member, day);
}

const fact_t *
policy_rests_on(const policy_t *self, const dossier_t *d, int32_t day, size_t category, size_t member)
{
    const policy_category_t *c = &self->categories[category]->category;
    const member_t *m = &d->members[member];
    const fact_t *first = NULL;

    for (size_t i = 0; i < c->rests_on_count; i++) {
        const policy_fact_t *spec = &c->rests_on[i]->fact;
        policy_span_t none = { 0 };
        const fact_t *best = NULL;

        for (size_t f = 0; f < m->fact_count; f++) {
            policy_part_t part;

            if (m->facts[f].kind != spec->kind)
                continue;
            policy_fact_part(spec, &none, &m->facts[f], day, &part);
            if (part.has && (best == NULL || policy_fact_is_newer(&m->facts[f], best)))
                best = &m->facts[f];
        }
        if (best != NULL && best->to != DATE_OPEN && (first == NULL || best->to < first->to))
            first = best;
    }
    return first;
}

/* The last review up to the day, or 0. */
static int32_t
last_review(const fact_t *facts, size_t n, term_t kind, int32_t day, int32_t last)
{
    for (size_t i = 0; i < n; i++)
        if (facts[i].kind == kind && facts[i].from <= day && facts[i].from > last)
            last = facts[i].from;
    return last;
}

/* ---- validity and review ----------------------------------------------------------------------------------------- */

static bool
known(const policy_block_t *b, int32_t reg, size_t lane, int64_t *ret)
{
    return reg >= 0 && policy_block_get(b, reg, lane, ret);
}

#define MONTHS_MAX 2400 /* longer is no term of anybody's */

static bool
months_of(const policy_block_t *b, const policy_term_t *term, size_t lane, int64_t *ret)
{
    return term->months.text != NULL && known(b, term->months_reg, lane, ret) && *ret > 0 && *ret <= MONTHS_MAX;
}

int32_t
policy_reviewed_on(const policy_t *self, const dossier_t *d, int32_t day, size_t category, size_t member, const fact_t *enrolment)
{
    const policy_category_t *c = &self->categories[category]->category;
    int32_t last = enrolment->from;

    if (member == POLICY_OF_HOUSEHOLD)
        last = last_review(d->facts, d->fact_count, c->review_kind, day, last);
    for (size_t m = 0; m < d->member_count; m++)
        if (member == POLICY_OF_HOUSEHOLD || member == m)
            last = last_review(d->members[m].facts, d->members[m].fact_count, c->review_kind, day, last);
    return last;
}

static int32_t
next_of_facts(const fact_t *facts, size_t n, term_t kind, int32_t day, int32_t next)
{
    for (size_t i = 0; i < n; i++) {
        if (facts[i].kind != kind)
            continue;
        if (facts[i].from > day && facts[i].from < next)
            next = facts[i].from;
        if (facts[i].to > day && facts[i].to < next)
            next = facts[i].to;
    }
    return next;
}

/* When enrolments and reviews of kinds that the policy does not declare begin or end; of the others the days are known. */
static int32_t
next_of_kind(const policy_t *policy, const dossier_t *d, term_t kind, int32_t day, int32_t next)
{
    if (policy_fact_of(policy, kind) != NULL)
        return next;
    next = next_of_facts(d->facts, d->fact_count, kind, day, next);
    for (size_t m = 0; m < d->member_count; m++)
        next = next_of_facts(d->members[m].facts, d->members[m].fact_count, kind, day, next);
    return next;
}

static void
add_item(policy_grace_t *grace, policy_grace_item_t item)
{
    grace->items = mem_grow(grace->items, &grace->cap, grace->count + 1, sizeof(policy_grace_item_t));
    grace->items[grace->count++] = item;
}

int32_t
policy_term_apply(const policy_block_t *b, size_t household, size_t category, size_t member, size_t lane,
                  size_t dossier_index, policy_verdict_t *verdict, policy_grace_t *grace)
{
    const policy_category_t *c = &b->policy->categories[category]->category;
    const dossier_t *d = b->dossiers[household];
    int32_t next = DATE_OPEN;
    const fact_t *enrolment;
    int64_t months, when = 0;

    if (c->grace.months.text == NULL && c->validity.months.text == NULL && c->review.months.text == NULL)
        return next;
    next = next_of_kind(b->policy, d, c->enrolment_kind, b->day, next);
    next = next_of_kind(b->policy, d, c->review_kind, b->day, next);
    enrolment = policy_term_enrolment(b->policy, c, d, member, b->day);
    if (enrolment == NULL || d->incomplete)
        return next;
    if (months_of(b, &c->review, lane, &months)) {
        verdict->review_on = date_anniversary(policy_reviewed_on(b->policy, d, b->day, category, member, enrolment), (int) months);
        if (verdict->review_on > b->day && verdict->review_on < next)
            next = verdict->review_on;
    }
    if (months_of(b, &c->validity, lane, &months)) {
        verdict->valid_until = date_anniversary(enrolment->from, (int) months) - 1;
        if (verdict->valid_until < b->day) {
            verdict->keeps = POLICY_NO;
            return next;
        }
        if (verdict->valid_until + 1 < next)
            next = verdict->valid_until + 1;
    }
    if (verdict->keeps != POLICY_NO || !months_of(b, &c->grace, lane, &months))
        return next;
    if (!known(b, c->grace.when_reg, lane, &when) || when != 0)
        add_item(grace, (policy_grace_item_t){ .household = dossier_index, .category = category, .member = member,
                                               .months = months, .sure = when != 0, .open = true });
    return next;
}

/* ---- grace ------------------------------------------------------------------------------------------------------- */

void
policy_grace_done(policy_grace_t *self)
{
    mem_free(self->items);
    *self = (policy_grace_t){ 0 };
}

/* Items of a run, each in a lane of its own: a household with two of them stands there twice. */
typedef struct {
    policy_grace_item_t *items[POLICY_BLOCK_HOUSEHOLDS];
    const dossier_t *dossiers[POLICY_BLOCK_HOUSEHOLDS];
    size_t count;
} batch_t;

static size_t
item_lane(const policy_block_t *b, const policy_grace_item_t *item, size_t at)
{
    return item->member == POLICY_OF_HOUSEHOLD ? at : b->first[at] + item->member;
}

/* One month's first day: who did not keep it then, and was enrolled, has one month more. */
static void
look_at(policy_block_t *b, const batch_t *batch)
{
    policy_block_set(b, batch->dossiers, batch->count);
    policy_block_run(b);
    for (size_t i = 0; i < batch->count; i++) {
        policy_grace_item_t *item = batch->items[i];
        const policy_category_t *c = &b->policy->categories[item->category]->category;
        int64_t keeps;

        item->open = policy_block_get(b, c->keeps, item_lane(b, item, i), &keeps) && keeps == 0 &&
                     policy_term_enrolment(b->policy, c, batch->dossiers[i], item->member, b->day) != NULL;
        if (item->open)
            item->failing++;
        item->open = item->open && item->failing <= item->months;
    }
}

/* False when nothing is open any more. */
static bool
look_back(policy_grace_t *self, const policy_t *policy, const policy_world_t *world, const dossier_t *const *dossiers,
          int32_t day)
{
    AUTO_FREE batch_t *batch = mem_new(batch_t);
    policy_block_t block;
    bool any = false;

    policy_block_init(&block, policy, world, day, self->count <= POLICY_FEW_HOUSEHOLDS);
    for (size_t at = 0; at < self->count;) {
        batch->count = 0;
        for (; at < self->count && batch->count < POLICY_BLOCK_HOUSEHOLDS; at++) {
            if (!self->items[at].open)
                continue;
            batch->items[batch->count] = &self->items[at];
            batch->dossiers[batch->count++] = dossiers[self->items[at].household];
        }
        any = any || batch->count > 0;
        if (batch->count > 0)
            look_at(&block, batch);
    }
    policy_block_done(&block);
    return any;
}

static policy_verdict_t *
verdict_of(const policy_grace_item_t *item, const dossier_t *d, policy_result_t *results)
{
    policy_result_t *r = &results[item->household];

    return item->member == POLICY_OF_HOUSEHOLD ? &r->household[item->category]
                                               : &r->person[item->category * d->member_count + item->member];
}

/* Keeps by grace: until when, in which month, and what is drawn meanwhile. */
static void
grant(const policy_t *policy, const policy_grace_item_t *item, const dossier_t *d, int32_t day, policy_verdict_t *v)
{
    const policy_category_t *c = &policy->categories[item->category]->category;
    /* Before the first such month-first the period has not begun; the days up to it belong to its first month. */
    int32_t first = item->failing == 0 ? date_month(day) + 1 : date_month(day) - item->failing + 1;

    if (!item->sure) {
        v->keeps = POLICY_UNKNOWN;
        return;
    }
    v->keeps = POLICY_YES;
    v->grace_month = item->failing == 0 ? 1 : item->failing;
    v->grace_until = date_month_start(first + (int32_t) item->months) - 1;
    if (c->amount.text == NULL)
        return;
    v->has_amount = c->grace.amount.text == NULL;
    v->amount = v->has_amount ? policy_term_enrolment(policy, c, d, item->member, day)->value : 0;
}

/* The amounts that the policy gives for the months of grace, with their numbers filled in. */
static void
pay_batch(policy_block_t *b, const batch_t *batch, policy_result_t *results)
{
    size_t stride;
    int32_t *months;

    policy_block_set(b, batch->dossiers, batch->count);
    stride = policy_block_widest(b);
    months = mem_new_array(int32_t, b->policy->category_count * stride + 1);
    for (size_t i = 0; i < batch->count; i++)
        months[batch->items[i]->category * stride + item_lane(b, batch->items[i], i)] =
            verdict_of(batch->items[i], batch->dossiers[i], results)->grace_month;
    b->grace_months = months;
    b->grace_stride = stride;
    policy_block_run(b);
    for (size_t i = 0; i < batch->count; i++) {
        const policy_grace_item_t *item = batch->items[i];
        const policy_category_t *c = &b->policy->categories[item->category]->category;
        policy_verdict_t *v = verdict_of(item, batch->dossiers[i], results);

        v->has_amount = known(b, c->grace.amount_reg, item_lane(b, item, i), &v->amount);
    }
    b->grace_months = NULL;
    mem_free(months);
}

static void
pay(policy_grace_t *self, const policy_t *policy, const policy_world_t *world, const dossier_t *const *dossiers,
    int32_t day, policy_result_t *results)
{
    AUTO_FREE batch_t *batch = mem_new(batch_t);
    policy_block_t block;

    policy_block_init(&block, policy, world, day, self->count <= POLICY_FEW_HOUSEHOLDS);
    for (size_t at = 0; at < self->count;) {
        batch->count = 0;
        for (; at < self->count && batch->count < POLICY_BLOCK_HOUSEHOLDS; at++) {
            policy_grace_item_t *item = &self->items[at];
            const dossier_t *d = dossiers[item->household];

            if (policy->categories[item->category]->category.grace.amount.text == NULL ||
                verdict_of(item, d, results)->grace_month == 0)
                continue;
            batch->items[batch->count] = item;
            batch->dossiers[batch->count++] = d;
        }
        if (batch->count > 0)
            pay_batch(&block, batch, results);
    }
    policy_block_done(&block);
}

void
policy_grace_apply(policy_grace_t *self, const policy_t *policy, const policy_world_t *world,
                   const dossier_t *const *dossiers, int32_t day, policy_result_t *results)
{
    if (self->count == 0)
        return;
    for (int32_t month = date_month(day); look_back(self, policy, world, dossiers, date_month_start(month)); month--)
        ;
    for (size_t i = 0; i < self->count; i++) {
        const policy_grace_item_t *item = &self->items[i];
        const dossier_t *d = dossiers[item->household];

        if (item->failing <= item->months)
            grant(policy, item, d, day, verdict_of(item, d, results));
    }
    pay(self, policy, world, dossiers, day, results);
}
