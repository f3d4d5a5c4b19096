/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_shrink.h"

#include "domain/date.h"
#include <string.h>

#define ARENA_BLOCK_BYTES 65536

static fact_t *
facts_dup(const fact_t *facts, size_t n, arena_t *arena)
{
    fact_t *copy = arena_new_array(arena, fact_t, n + 1);

    if (n > 0)
        memcpy(copy, facts, n * sizeof(fact_t));
    return copy;
}

member_t
sample_member_dup(const member_t *member, arena_t *arena)
{
    member_t copy = *member;

    copy.facts = facts_dup(member->facts, member->fact_count, arena);
    return copy;
}

dossier_t
sample_dup(const dossier_t *dossier, arena_t *arena)
{
    dossier_t copy = *dossier;

    copy.members = arena_new_array(arena, member_t, dossier->member_count + 1);
    for (size_t m = 0; m < dossier->member_count; m++)
        copy.members[m] = sample_member_dup(&dossier->members[m], arena);
    copy.facts = facts_dup(dossier->facts, dossier->fact_count, arena);
    return copy;
}

void
sample_add_fact(fact_t **facts, size_t *count, fact_t fact, arena_t *arena)
{
    fact_t *more = facts_dup(*facts, *count + 1, arena);

    more[(*count)++] = fact;
    *facts = more;
}

/* ---- one step smaller; false when there is no such step ---------------------------------------------------------- */

static void
drop_fact(fact_t *facts, size_t *count, size_t at)
{
    memmove(&facts[at], &facts[at + 1], (*count - at - 1) * sizeof(fact_t));
    (*count)--;
}

static bool
drop_member(sample_t *s, size_t at, arena_t *arena)
{
    dossier_t *d = &s->dossier;
    supporter_t *kept = arena_new_array(arena, supporter_t, d->supporter_count + 1);
    size_t n = 0;

    if (at >= d->member_count)
        return false;
    for (size_t i = 0; i < d->supporter_count; i++) {
        if (d->supporters[i].member == at)
            continue;
        kept[n] = d->supporters[i];
        kept[n].member -= kept[n].member > at ? 1 : 0;
        n++;
    }
    d->supporters = kept;
    d->supporter_count = n;
    memmove(&d->members[at], &d->members[at + 1], (d->member_count - at - 1) * sizeof(member_t));
    d->member_count--;
    return true;
}

static bool
drop_supporter(sample_t *s, size_t at, arena_t *arena)
{
    dossier_t *d = &s->dossier;
    supporter_t *kept = arena_new_array(arena, supporter_t, d->supporter_count + 1);
    size_t n = 0;

    if (at >= d->supporter_count)
        return false;
    for (size_t i = 0; i < d->supporter_count; i++)
        if (i != at)
            kept[n++] = d->supporters[i];
    d->supporters = kept;
    d->supporter_count = n;
    return true;
}

/* The at-th fact of all, of the household last; NULL past the end. */
static fact_t *
fact_at(dossier_t *d, size_t at, fact_t **ret_facts, size_t **ret_count)
{
    for (size_t m = 0; m <= d->member_count; m++) {
        *ret_facts = m < d->member_count ? d->members[m].facts : d->facts;
        *ret_count = m < d->member_count ? &d->members[m].fact_count : &d->fact_count;
        if (at < **ret_count)
            return &(*ret_facts)[at];
        at -= **ret_count;
    }
    return NULL;
}

static bool
plainer_fact(fact_t *f, int how)
{
    fact_t before = *f;

    switch (how) {
    case 0:
        f->value -= f->value % 10000;
        break;
    case 1:
        f->value -= f->value % 100;
        break;
    case 2:
        f->to = DATE_OPEN;
        break;
    case 3:
        f->from = date_month_start(date_month(f->from));
        break;
    default:
        f->person_count = 0;
        break;
    }
    return memcmp(&before, f, sizeof *f) != 0;
}

static bool
plainer_household(dossier_t *d, size_t how)
{
    bool *const flags[] = { &d->urban, &d->closed, &d->incomplete };

    if (!*flags[how])
        return false;
    *flags[how] = false;
    return true;
}

typedef struct {
    sample_t best;
    uint64_t seed;
    property_fn holds;
    arena_t *arena; /* of the samples kept */
} shrink_t;

/* Takes the smaller sample when the fault is still there. */
static bool
try_sample(shrink_t *self, const sample_t *smaller)
{
    AUTO(arena) arena = arena_new(ARENA_BLOCK_BYTES);
    AUTO_STR why = STR_INIT;
    random_t random = { self->seed };

    if (self->holds(smaller, &random, arena, &why))
        return false;
    self->best = *smaller;
    return true;
}

static sample_t
copy(const shrink_t *self)
{
    sample_t s = self->best;

    s.dossier = sample_dup(&s.dossier, self->arena);
    return s;
}

static bool
shrink_members(shrink_t *self)
{
    bool any = false;

    for (size_t i = self->best.dossier.member_count; i-- > 0;) {
        sample_t s = copy(self);

        any |= drop_member(&s, i, self->arena) && try_sample(self, &s);
    }
    for (size_t i = self->best.dossier.supporter_count; i-- > 0;) {
        sample_t s = copy(self);

        any |= drop_supporter(&s, i, self->arena) && try_sample(self, &s);
    }
    for (size_t n = self->best.world.place_fact_count; n-- > 0;) {
        sample_t s = copy(self);

        s.world.place_fact_count = n;
        any |= try_sample(self, &s);
    }
    return any;
}

static bool
shrink_facts(shrink_t *self)
{
    bool any = false;
    fact_t *facts;
    size_t *count, i = 0;

    for (sample_t s = copy(self); fact_at(&s.dossier, i, &facts, &count) != NULL; s = copy(self)) {
        fact_t *f = fact_at(&s.dossier, i, &facts, &count);

        drop_fact(facts, count, (size_t) (f - facts));
        if (try_sample(self, &s))
            any = true;
        else
            i++;
    }
    return any;
}

static bool
shrink_values(shrink_t *self)
{
    bool any = false;
    fact_t *facts;
    size_t *count;

    for (size_t how = 0; how < 3; how++) {
        sample_t s = copy(self);

        any |= plainer_household(&s.dossier, how) && try_sample(self, &s);
    }
    for (size_t i = 0;; i++) {
        for (int how = 0; how < 5; how++) {
            sample_t s = copy(self);
            fact_t *f = fact_at(&s.dossier, i, &facts, &count);

            if (f == NULL)
                return any;
            any |= plainer_fact(f, how) && try_sample(self, &s);
        }
    }
}

sample_t
sample_shrink(const sample_t *sample, uint64_t seed, property_fn holds, arena_t *arena)
{
    shrink_t self = { *sample, seed, holds, arena };
    bool smaller;

    do {
        smaller = shrink_members(&self);
        smaller |= shrink_facts(&self);
        smaller |= shrink_values(&self);
    } while (smaller);
    return self.best;
}
