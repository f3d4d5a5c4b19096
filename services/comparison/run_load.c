/* SPDX-License-Identifier: Apache-2.0 */
#include "run_load.h"

bool
run_load_named(db_tx_t *tx, world_t *world, err_t *err)
{
    return store_persons(tx, world, err) && store_households(tx, world, err);
}

static void
enlist_members(world_t *world, size_t households)
{
    for (size_t i = 0; i < households; i++) {
        const household_t *h = world->households[i];

        for (size_t m = 0; h->has_entry && m < h->entry.member_count; m++)
            (void) world_person(world, &h->entry.members[m].person);
    }
}

static void
enlist_claimants(world_t *world)
{
    for (size_t i = 0; i < world->person_count; i++)
        for (size_t c = 0; c < world->persons[i]->claim_count; c++)
            (void) world_household(world, &world->persons[i]->claims[c].household);
}

bool
run_load_members(db_tx_t *tx, world_t *world, err_t *err)
{
    enlist_members(world, world->household_count);
    return store_persons(tx, world, err);
}

bool
run_load_concerned(db_tx_t *tx, world_t *world, err_t *err)
{
    if (!run_load_named(tx, world, err)) /* holders that moved records had before */
        return false;
    enlist_members(world, world->household_count);
    if (!store_persons(tx, world, err))
        return false;
    enlist_claimants(world);
    return store_households(tx, world, err) && run_load_members(tx, world, err);
}
