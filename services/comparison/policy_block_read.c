/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/date.h"
#include "policy_reading.h"
#include <string.h>

/* Facts that are not read in the first pass: from a date on that the program reckons, the lowest or highest, the start
 * and end of a term, and facts of places. */

#define REGIONS_MAX 32

/* ---- whose facts ------------------------------------------------------------------------------------------------- */

typedef struct {
    const policy_block_t *block;
    const policy_reading_t *reading;
    policy_fact_fn fn;
    void *ctx;
} walk_t;

static void
walk_facts(const walk_t *w, const fact_t *facts, size_t n, const supporter_t *about)
{
    policy_part_t part;

    for (size_t i = 0; i < n; i++) {
        if (facts[i].kind != w->reading->spec->kind || (about != NULL && !policy_block_is_about(&facts[i], about)))
            continue;
        policy_reading_part(w->reading, &facts[i], &part);
        if (part.has)
            w->fn(w->ctx, &facts[i], &part);
    }
}

static void
walk_member(const walk_t *w, size_t lane, const supporter_t *about)
{
    const dossier_t *d = w->block->dossiers[w->block->home[lane]];
    const member_t *m = &d->members[lane - w->block->first[w->block->home[lane]]];

    walk_facts(w, m->facts, m->fact_count, about);
}

static bool
lies_in(const char *region, const char *place)
{
    return strncmp(region, place, strlen(place)) == 0;
}

/* Of several places in which the household lies the nearest one that has something speaks. */
static void
walk_places(const walk_t *w, const char *region)
{
    const policy_world_t *world = w->block->world;
    size_t nearest = 0, n = world != NULL ? world->place_fact_count : 0;
    bool any = false;

    for (size_t pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < n; i++) {
            const place_fact_t *place = &world->place_facts[i];
            policy_part_t part;

            if (place->fact.kind != w->reading->spec->kind || !lies_in(region, place->region))
                continue;
            policy_reading_part(w->reading, &place->fact, &part);
            if (!part.has)
                continue;
            if (pass == 1 && strlen(place->region) == nearest)
                w->fn(w->ctx, &place->fact, &part);
            if (pass == 0 && (!any || strlen(place->region) > nearest))
                nearest = strlen(place->region);
            any = true;
        }
        if (!any)
            return;
    }
}

void
policy_block_each_fact(const policy_block_t *block, const policy_reading_t *reading, size_t lane, policy_fact_fn fn,
                       void *ctx)
{
    walk_t w = { block, reading, fn, ctx };
    const policy_supporters_t *s = &block->supporters;

    switch (reading->spec->holder) {
    case HOLDER_HOUSEHOLD:
        walk_facts(&w, block->dossiers[lane]->facts, block->dossiers[lane]->fact_count, NULL);
        break;
    case HOLDER_PERSON:
        walk_member(&w, lane, NULL);
        break;
    case HOLDER_SUPPORTER:
        walk_member(&w, s->member[lane], s->links[lane]);
        break;
    case HOLDER_PLACE:
        walk_places(&w, block->dossiers[lane]->region);
        break;
    case HOLDER_COUNT:
        break;
    }
}

bool
policy_block_reading(const policy_block_t *block, const policy_fact_t *spec, size_t lane, policy_reading_t *ret)
{
    int64_t since = 0;

    policy_reading_init(ret, spec, &block->spans[spec->index], block->day);
    if ((spec->since_reg >= 0 && !policy_block_get(block, spec->since_reg, lane, &since)) ||
        (spec->cap_reg >= 0 && !policy_block_get(block, spec->cap_reg, lane, &ret->cap)))
        return false;
    if (spec->since_reg >= 0)
        policy_reading_since(ret, (int32_t) since);
    ret->capped = spec->cap_reg >= 0;
    return true;
}

/* ---- the instruction --------------------------------------------------------------------------------------------- */

static void
add_fact(void *ctx, const fact_t *fact, const policy_part_t *part)
{
    (void) part;
    policy_reading_add(ctx, fact);
}

static void
read_lane(const policy_block_t *b, const policy_fact_t *spec, const policy_lanes_t *l, size_t lane)
{
    policy_reading_t reading;

    l->v[lane] = 0;
    l->u[lane] = 1;
    if ((l->au != NULL && l->au[lane]) || (l->bu != NULL && l->bu[lane]))
        return;
    policy_reading_init(&reading, spec, &b->spans[spec->index], b->day);
    if (l->av != NULL)
        policy_reading_since(&reading, (int32_t) l->av[lane]);
    reading.ever = l->instr->mode == READ_EVER;
    reading.capped = l->bv != NULL;
    reading.cap = reading.capped ? l->bv[lane] : 0;
    policy_block_each_fact(b, &reading, lane, add_fact, &reading);
    l->u[lane] = !policy_reading_get(&reading, (policy_read_t) l->instr->mode, &l->v[lane]);
    if (l->u[lane])
        l->v[lane] = 0;
}

/* The places of a kind's facts, each once; SIZE_MAX when there are too many. */
static size_t
list_places(const policy_block_t *b, const policy_fact_t *spec, const char *ret[REGIONS_MAX])
{
    size_t count = 0;

    for (size_t i = 0; b->world != NULL && i < b->world->place_fact_count; i++) {
        const place_fact_t *place = &b->world->place_facts[i];
        size_t k = 0;

        while (k < count && strcmp(ret[k], place->region) != 0)
            k++;
        if (place->fact.kind != spec->kind || k < count)
            continue;
        if (count == REGIONS_MAX)
            return SIZE_MAX;
        ret[count++] = place->region;
    }
    return count;
}

/* Households that lie in the same places read the same: each such set of places is read once for a row of households.
 */
static void
read_places(const policy_block_t *b, const policy_fact_t *spec, const policy_lanes_t *l)
{
    const char *places[REGIONS_MAX];
    size_t count = list_places(b, spec, places);
    uint32_t before = 0;

    for (size_t h = 0; h < l->n; h++) {
        uint32_t in = 0;

        for (size_t i = 0; count != SIZE_MAX && i < count; i++)
            in |= (uint32_t) lies_in(b->dossiers[h]->region, places[i]) << i;
        if (h > 0 && in == before && count != SIZE_MAX && l->av == NULL && l->bv == NULL) {
            l->v[h] = l->v[h - 1];
            l->u[h] = l->u[h - 1];
        } else {
            read_lane(b, spec, l, h);
        }
        before = in;
    }
}

/* Most lanes hold no fact of the kind at all, and all of these read the same. */
static void
read_held(const policy_block_t *b, const policy_fact_t *spec, const policy_lanes_t *l, const uint64_t *holds, uint64_t mark)
{
    policy_reading_t none;
    int64_t v = 0;
    bool known;

    policy_reading_init(&none, spec, &b->spans[spec->index], b->day);
    none.ever = l->instr->mode == READ_EVER;
    known = policy_reading_get(&none, (policy_read_t) l->instr->mode, &v);
    for (size_t i = 0; i < l->n; i++) {
        bool lost = (l->au != NULL && l->au[i]) || (l->bu != NULL && l->bu[i]);

        if ((holds[i] & mark) != 0) {
            read_lane(b, spec, l, i);
        } else {
            l->u[i] = lost || !known;
            l->v[i] = l->u[i] ? 0 : v;
        }
    }
}

void
policy_block_read(const policy_block_t *self, const policy_lanes_t *lanes)
{
    const policy_fact_t *spec = &self->policy->facts[lanes->instr->imm]->fact;
    uint64_t mark = self->targets[spec->index].mark;
    scope_t scope = (scope_t) lanes->instr->scope;

    if (spec->holder == HOLDER_PLACE) {
        read_places(self, spec, lanes);
        return;
    }
    if (mark != 0 && scope == (spec->holder == HOLDER_PERSON ? SCOPE_MEMBER : SCOPE_HOUSEHOLD)) {
        read_held(self, spec, lanes, self->holds[scope], mark);
        return;
    }
    for (size_t i = 0; i < lanes->n; i++)
        read_lane(self, spec, lanes, i);
}
