/* SPDX-License-Identifier: Apache-2.0 */
#include "run.h"

#include <string.h>

#include "run_load.h"
#include "world_support.h"

static void
enlist_listed(world_t *world)
{
    for (size_t i = 0; i < world->household_count; i++) {
        const household_t *h = world->households[i];

        for (size_t m = 0; h->has_entry && m < h->entry.member_count; m++)
            (void) world_person(world, &h->entry.members[m].person);
    }
}

/* The places whose facts hold where the household lives. */
static void
enlist_regions(world_t *world, const household_t *h)
{
    static const size_t lengths[] = { 2, 4, 6, 9, 12 };

    for (size_t i = 0; h->has_entry && i < COUNT_OF(lengths); i++) {
        char code[REGION_SIZE];

        (void) str_copy(code, lengths[i] + 1, h->entry.region);
        (void) world_region(world, code);
    }
}

static bool
replay(db_tx_t *tx, world_t *world, household_t *h, uint64_t position, err_t *err)
{
    if (!store_replay(tx, world, position, err))
        return false;
    enlist_listed(world);
    enlist_regions(world, h);
    if (!store_replay(tx, world, position, err))
        return false;
    if (!world_enlist_supporters(world))
        return true;
    /* the supporters as they were known then, and their households with all who lived in them */
    if (!store_replay(tx, world, position, err))
        return false;
    for (size_t i = 0; i < world->person_count; i++)
        if (!uuid_is_nil(&world->persons[i]->home))
            (void) world_household(world, &world->persons[i]->home);
    if (!store_replay(tx, world, position, err))
        return false;
    enlist_listed(world);
    return store_replay(tx, world, position, err);
}

bool
run_household(db_tx_t *tx, world_t *world, const uuid_t *id, uint64_t position, household_t **ret, err_t *err)
{
    household_t *h = world_household(world, id);

    if (position != UINT64_MAX) {
        if (!replay(tx, world, h, position, err))
            return false;
    } else if (!store_households(tx, world, err) || !run_load_members(tx, world, err) || !store_same_told(tx, world, err)) {
        return false;
    }
    *ret = h->has_entry || h->holder.fact_count > 0 ? h : NULL;
    return true;
}
