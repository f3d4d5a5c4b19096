/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_overlap.h"
#include "domain/date.h"
#include "policy_term.h"
#include <string.h>

/* ---- what is drawn ----------------------------------------------------------------------------------------------- */

static size_t
add_draws(const policy_t *self, const fact_t *facts, size_t n, size_t member, int32_t day, policy_draw_t *ret, int32_t *next)
{
    size_t count = 0;

    for (size_t i = 0; i < n; i++) {
        const fact_t *f = &facts[i];

        if (f->kind >= self->drawn_kind_count || !self->drawn_kinds[f->kind])
            continue;
        if (f->from > day && f->from < *next)
            *next = f->from;
        if (f->to > day && f->to < *next)
            *next = f->to;
        if (f->from > day)
            continue;
        if (ret != NULL)
            ret[count] = (policy_draw_t){ f, member };
        count++;
    }
    return count;
}

static size_t
draws_of(const policy_t *self, const dossier_t *d, int32_t day, policy_draw_t *ret, int32_t *next)
{
    size_t n = add_draws(self, d->facts, d->fact_count, SIZE_MAX, day, ret, next);

    for (size_t m = 0; m < d->member_count; m++)
        n += add_draws(self, d->members[m].facts, d->members[m].fact_count, m, day, ret != NULL ? ret + n : NULL, next);
    return n;
}

size_t
policy_draws(const policy_t *self, const dossier_t *d, int32_t day, arena_t *arena, policy_draw_t **ret, int32_t *next)
{
    size_t n = draws_of(self, d, day, NULL, next);

    *ret = NULL;
    if (n == 0)
        return 0;
    *ret = arena_new_array(arena, policy_draw_t, n);
    return draws_of(self, d, day, *ret, next);
}

/* ---- what excludes what ------------------------------------------------------------------------------------------ */

typedef struct {
    const policy_t *policy;
    const dossier_t *dossier;
    const policy_draw_t *draws;
    size_t n;
    int32_t day;
    arena_t *arena;
    policy_overlap_t *found;
    size_t count, cap;
} search_t;

static void
add(search_t *s, policy_overlap_t found)
{
    if (s->count == s->cap) {
        size_t cap = s->cap == 0 ? 4 : 2 * s->cap;
        policy_overlap_t *grown = arena_new_array(s->arena, policy_overlap_t, cap);

        if (s->count > 0)
            memcpy(grown, s->found, s->count * sizeof *grown);
        s->found = grown;
        s->cap = cap;
    }
    s->found[s->count++] = found;
}

/* On the day: of a category what is in force, of another fact what the policy reads. */
static bool
is_drawn(const search_t *s, const policy_drawn_t *what, const fact_t *fact)
{
    policy_span_t span = { 0 };
    policy_part_t part;

    if (what->fact == NULL)
        return policy_term_in_force(s->policy, fact, what->kind, s->day);
    if (fact->kind != what->kind)
        return false;
    if (what->fact->window != NULL)
        policy_window_span(what->fact->window, s->day, &span);
    policy_fact_part(what->fact, &span, fact, s->day, &part);
    return part.has;
}

/* A person draws what he holds himself, and what the household holds that names him. */
static bool
is_of(const search_t *s, const policy_draw_t *draw, size_t member)
{
    if (draw->member == member || member == SIZE_MAX)
        return draw->member == member;
    for (size_t p = 0; draw->member == SIZE_MAX && p < draw->fact->person_count; p++)
        if (uuid_eq(&draw->fact->persons[p], &s->dossier->members[member].person))
            return true;
    return false;
}

/* The newest that is drawn, but not `other` itself. */
static const fact_t *
newest(const search_t *s, const policy_drawn_t *what, size_t member, const fact_t *other)
{
    const fact_t *best = NULL;

    for (size_t i = 0; i < s->n; i++) {
        const fact_t *f = s->draws[i].fact;

        if (f->kind == what->kind && f != other && is_of(s, &s->draws[i], member) && is_drawn(s, what, f) &&
            (best == NULL || policy_fact_is_newer(f, best)))
            best = f;
    }
    return best;
}

static void
find_pairs(search_t *s, const policy_def_t *def, size_t member)
{
    const policy_overlap_def_t *o = &def->overlap;

    for (size_t g = 0; g < o->gives_way_count; g++) {
        const fact_t *loser = newest(s, &o->gives_way[g], member, NULL);

        for (size_t k = 0; loser != NULL && k < o->draws_count; k++) {
            const fact_t *winner = newest(s, &o->draws[k], member, loser);

            if (winner == NULL)
                continue;
            add(s, (policy_overlap_t){ .name = def->name, .category = o->gives_way[g].category->index, .member = member,
                                       .draws = winner, .gives_way = loser });
            break;
        }
    }
}

/* Two enrolments, not one that was told twice. */
static bool
is_another(const fact_t *a, const fact_t *b)
{
    return a->has_ref && b->has_ref ? memcmp(a->ref, b->ref, sizeof a->ref) != 0
                                    : a->dataset != b->dataset || memcmp(a->key, b->key, sizeof a->key) != 0;
}

static void
find_twice_of(search_t *s, const policy_def_t *def, const policy_drawn_t *what, size_t member)
{
    const fact_t *latest = NULL;
    size_t seen = 0;

    for (size_t i = 0; i < s->n; i++) {
        const fact_t *f = s->draws[i].fact;

        if (f->kind != what->kind || s->draws[i].member != member || !is_drawn(s, what, f))
            continue;
        seen++;
        if (latest == NULL || policy_fact_is_newer(f, latest))
            latest = f;
    }
    for (size_t i = 0; seen > 1 && i < s->n; i++) {
        const fact_t *f = s->draws[i].fact;

        if (f->kind == what->kind && s->draws[i].member == member && is_drawn(s, what, f) && is_another(f, latest))
            add(s, (policy_overlap_t){ .name = def->name, .category = what->category->index, .member = member, .draws = latest,
                                       .gives_way = f, .twice = true });
    }
}

static void
find_twice(search_t *s, const policy_def_t *def)
{
    const policy_overlap_def_t *o = &def->overlap;

    for (size_t k = 0; k < o->draws_count; k++) {
        const policy_category_t *c = &o->draws[k].category->category;

        if (c->unit == POLICY_UNIT_HOUSEHOLD)
            find_twice_of(s, def, &o->draws[k], SIZE_MAX);
        for (size_t m = 0; c->unit == POLICY_UNIT_PERSON && m < s->dossier->member_count; m++)
            find_twice_of(s, def, &o->draws[k], m);
    }
}

size_t
policy_overlaps(const policy_t *self, const dossier_t *dossier, const policy_draw_t *draws, size_t n, int32_t day, arena_t *arena,
                policy_overlap_t **ret)
{
    search_t s = { .policy = self, .dossier = dossier, .draws = draws, .n = n, .day = day, .arena = arena };

    *ret = NULL;
    if (n < 2)
        return 0;
    for (size_t i = 0; i < self->overlap_count; i++) {
        const policy_overlap_def_t *o = &self->overlaps[i]->overlap;

        if (o->no_findings)
            continue;
        if (o->twice)
            find_twice(&s, self->overlaps[i]);
        else if (o->of_household)
            find_pairs(&s, self->overlaps[i], SIZE_MAX);
        for (size_t m = 0; !o->twice && !o->of_household && m < dossier->member_count; m++)
            find_pairs(&s, self->overlaps[i], m);
    }
    *ret = s.found;
    return s.count;
}

bool
policy_is_followed(const policy_t *self, term_t kind)
{
    if (kind < self->drawn_kind_count && self->drawn_kinds[kind])
        return true;
    for (size_t c = 0; c < self->category_count; c++)
        if (self->categories[c]->category.review_kind == kind)
            return true;
    return false;
}

bool
policy_overlap_is_of_register(const policy_t *self, const char *name)
{
    for (size_t i = 0; i < self->overlap_count; i++) {
        const policy_overlap_def_t *o = &self->overlaps[i]->overlap;

        for (size_t k = 0; strcmp(self->overlaps[i]->name, name) == 0 && k < o->draws_count; k++)
            if (o->draws[k].category == NULL)
                return false;
    }
    return true;
}
