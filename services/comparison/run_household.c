/* SPDX-License-Identifier: Apache-2.0 */
#include "run.h"

#include "run_load.h"

static void
enlist_listed(world_t *world, const household_t *h)
{
    for (size_t m = 0; h->has_entry && m < h->entry.member_count; m++)
        (void) world_person(world, &h->entry.members[m].person);
}

bool
run_household(db_tx_t *tx, world_t *world, const uuid_t *id, uint64_t position, household_t **ret, err_t *err)
{
    household_t *h = world_household(world, id);

    if (position == UINT64_MAX) {
        if (!store_households(tx, world, err) || !run_load_members(tx, world, err))
            return false;
    } else {
        if (!store_replay(tx, world, position, err))
            return false;
        enlist_listed(world, h);
        if (!store_replay(tx, world, position, err))
            return false;
    }
    *ret = h->has_entry || h->holder.fact_count > 0 ? h : NULL;
    return true;
}
