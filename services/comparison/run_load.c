/* SPDX-License-Identifier: Apache-2.0 */
#include "run_load.h"

#include "world_person.h"
#include "world_support.h"

bool
run_load_named(db_tx_t *tx, world_t *world, err_t *err)
{
    return store_persons(tx, world, err) && store_households(tx, world, err);
}

static bool
has_person(const world_t *world, size_t i)
{
    return i < world->person_count && world->persons[i]->holder.loaded;
}

static void
enlist_members(world_t *world)
{
    for (; world->seen.members < world->household_count && world->households[world->seen.members]->holder.loaded; world->seen.members++) {
        const household_t *h = world->households[world->seen.members];

        for (size_t m = 0; h->has_entry && m < h->entry.member_count; m++)
            (void) world_person(world, &h->entry.members[m].person);
    }
}

static void
enlist_claimants(world_t *world)
{
    for (; has_person(world, world->seen.claimants); world->seen.claimants++) {
        const person_t *p = world->persons[world->seen.claimants];

        for (size_t c = 0; c < p->claim_count; c++)
            (void) world_household(world, &p->claims[c].household);
    }
}

static void
enlist_homes(world_t *world)
{
    for (; has_person(world, world->seen.homes); world->seen.homes++) {
        const person_t *p = world->persons[world->seen.homes];

        if (!uuid_is_nil(&p->home))
            (void) world_household(world, &p->home);
    }
}

static bool
load_listed(db_tx_t *tx, world_t *world, err_t *err)
{
    enlist_members(world);
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

    if (world->groups != GROUPS_NONE) /* who is the same as another may be told of anybody */
        world->seen.listings = 0;
    for (; has_person(world, world->seen.listings); world->seen.listings++) {
        const person_t *p = world->persons[world->seen.listings];
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
    enlist_members(world);
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
