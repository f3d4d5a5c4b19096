/* SPDX-License-Identifier: Apache-2.0 */
#include "run_each.h"

#include "ruling.h"
#include "run_load.h"
#include "world_support.h"

enum { BLOCK = 1024, ARENA_BLOCK = 16 << 20 };

typedef struct {
    const run_each_t *run;
    const policy_world_t *places;
    world_t *world;
    arena_t *arena; /* of the block */
    const household_t **assessable;
    size_t count;
    const dossier_t **dossiers; /* of the assessable, as of `day` */
    int32_t day;
} block_t;

static bool
sort_out(block_t *b, household_t *const *households, size_t n, err_t *err)
{
    const run_each_t *run = b->run;

    b->assessable = (const household_t **) arena_alloc(b->arena, (n + 1) * sizeof(household_t *));
    for (size_t i = 0; i < n; i++) {
        const household_t *h = households[i];
        dossier_t d;

        if (world_is_assessable(b->world, h)) {
            b->assessable[b->count++] = h;
            continue;
        }
        if (!world_dossier(b->world, h, run->views[0].day, &d))
            d = (dossier_t){ .household = h->holder.id, .facts = h->holder.facts, .fact_count = h->holder.fact_count };
        if (run->on_unassessed != NULL && !run->on_unassessed(run->ctx, &d, err))
            return false;
    }
    return true;
}

/* What may be used of a person differs from day to day. */
static void
make_dossiers(block_t *b, int32_t day)
{
    dossier_t *dossiers;

    if (b->dossiers != NULL && b->day == day)
        return;
    dossiers = arena_new_array(b->arena, dossier_t, b->count + 1);
    b->day = day;
    b->dossiers = (const dossier_t **) arena_alloc(b->arena, (b->count + 1) * sizeof(dossier_t *));
    for (size_t i = 0; i < b->count; i++) {
        REQUIRE(world_dossier(b->world, b->assessable[i], day, &dossiers[i]));
        b->dossiers[i] = &dossiers[i];
    }
}

static bool
assess(block_t *b, err_t *err)
{
    const run_each_t *run = b->run;
    policy_result_t *results[RUN_VIEWS_MAX];
    const policy_result_t *row[RUN_VIEWS_MAX];
    AUTO(arena) scratch = arena_new(ARENA_BLOCK / 64);

    for (size_t v = run->view_count; v-- > 0;) { /* the first one's dossiers stay */
        make_dossiers(b, run->views[v].day);
        results[v] = arena_new_array(b->arena, policy_result_t, b->count + 1);
        if (!policy_assess(run->views[v].policy, b->places, b->dossiers, b->count, run->views[v].day, b->arena, results[v], err))
            return err_add(err, "assess");
    }
    for (size_t i = 0; i < b->count; i++) {
        arena_reset(scratch);
        for (size_t v = 0; v < run->view_count; v++)
            row[v] = ruling_apply(run->views[v].policy, b->dossiers[i], &results[v][i], run->views[v].day, scratch);
        if (!run->on_household(run->ctx, b->places, b->dossiers[i], row, scratch, err))
            return false;
    }
    return true;
}

static bool
run_block(const run_each_t *run, const policy_world_t *places, bool rulings, arena_t *arena, int64_t *after, size_t *ret_n, err_t *err)
{
    AUTO(world) world = world_new(arena, run->terms);
    block_t b = { .run = run, .places = places, .world = world, .arena = arena };
    household_t **households;

    world->protection = run->protection;
    if (!store_households_after(run->tx, world, *after, run->region, BLOCK, &households, ret_n, err))
        return false;
    if (*ret_n == 0)
        return true;
    *after = households[*ret_n - 1]->ordinal;
    return run_load_members(run->tx, world, err) && (!rulings || store_rulings(run->tx, world, RULING_NOW, err)) &&
           sort_out(&b, households, *ret_n, err) && assess(&b, err);
}

bool
run_each(const run_each_t *self, err_t *err)
{
    AUTO(arena) whole = arena_new(ARENA_BLOCK / 64);
    AUTO(arena) arena = arena_new(ARENA_BLOCK);
    AUTO(world) regions = world_new(whole, self->terms);
    int64_t after = 0, total = 0, done = 0;
    bool rulings;
    size_t n;

    REQUIRE(self->view_count > 0 && self->view_count <= RUN_VIEWS_MAX);
    if (!store_households_count(self->tx, self->region, &total, err) || !store_regions(self->tx, regions, err) ||
        !store_rulings_any(self->tx, &rulings, err))
        return false;
    if (total == 0 && self->region[0] != '\0') {
        (void) err_set(err, ERR_REJECT, "not_found", "the register has no household in the region %s: is the code right?", self->region);
        (void) str_copy(err->pointer, sizeof err->pointer, "/region");
        return false;
    }
    const policy_world_t places = world_place_facts(regions);
    do {
        arena_reset(arena);
        if (!run_block(self, &places, rulings, arena, &after, &n, err))
            return false;
        done += (int64_t) n;
        if (!self->on_progress(self->ctx, done, total, err))
            return false;
    } while (n == BLOCK);
    return true;
}
