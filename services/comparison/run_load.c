/* SPDX-License-Identifier: Apache-2.0 */
#include "run_load.h"

#include "world_person.h"
#include "world_support.h"

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

static void
enlist_homes(world_t *world)
{
    for (size_t i = 0; i < world->person_count; i++)
        if (!uuid_is_nil(&world->persons[i]->home))
            (void) world_household(world, &world->persons[i]->home);
}

static bool
load_listed(db_tx_t *tx, world_t *world, err_t *err)
{
    enlist_members(world, world->household_count);
    return store_persons(tx, world, err);
}

static bool
load_homes(db_tx_t *tx, world_t *world, err_t *err)
{
    if (!store_persons(tx, world, err))
        return false;
    enlist_homes(world);
    return store_households(tx, world, err) && load_listed(tx, world, err);
}

static bool
load_supporters(db_tx_t *tx, world_t *world, err_t *err)
{
    return !world_enlist_supporters(world) || load_homes(tx, world, err);
}

/* The entries of all households that list one person: mostly there is one, and it is here. */
static bool
load_listings(db_tx_t *tx, world_t *world, err_t *err)
{
    size_t known = world->household_count;

    for (size_t i = 0; i < world->person_count; i++) {
        const person_t *p = world->persons[i];
        bool several = p->claim_count > 1 || world_head(p)->part_count > 0;

        for (size_t c = 0; several && c < p->claim_count; c++)
            (void) world_household(world, &p->claims[c].household);
    }
    return world->household_count == known || store_households(tx, world, err);
}

bool
run_load_members(db_tx_t *tx, world_t *world, err_t *err)
{
    return load_listed(tx, world, err) && load_supporters(tx, world, err) && load_listings(tx, world, err);
}

bool
run_load_concerned(db_tx_t *tx, world_t *world, bool supports, err_t *err)
{
    if (!run_load_named(tx, world, err)) /* holders that moved records had before */
        return false;
    enlist_members(world, world->household_count);
    if (!store_persons(tx, world, err))
        return false;
    enlist_claimants(world);
    if (!store_households(tx, world, err) || !load_listed(tx, world, err))
        return false;
    /* those whom the world's persons support are concerned by what happens to these */
    if (supports && (!store_supports(tx, world, err) || !load_homes(tx, world, err)))
        return false;
    return load_supporters(tx, world, err) && load_listings(tx, world, err);
}
