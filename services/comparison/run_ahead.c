/* SPDX-License-Identifier: Apache-2.0 */
#include "run_ahead.h"

#include <string.h>

void
run_ahead_ask(comparison_t *self, int64_t after, size_t limit, int32_t day)
{
    run_ahead_forget(self);
    if (self->lane == NULL)
        return;
    store_chunk_ask(self->lane, after, limit, day);
    self->asked = self->lane;
    self->ahead = (ahead_t){ .asked = true, .after = after, .limit = limit, .day = day };
}

bool
run_ahead_take(comparison_t *self, db_tx_t *tx, int64_t after, size_t limit, int32_t day, store_chunk_t *ret, err_t *err)
{
    const ahead_t *ahead = &self->ahead;

    if (!ahead->asked || ahead->after != after || ahead->limit != limit || ahead->day != day) {
        run_ahead_forget(self);
        return store_chunk_load(tx, after, limit, day, ret, err);
    }
    self->ahead.asked = false;
    return store_chunk_take(self->asked, ret, err);
}

static void
copy_ids(uuid_t **to, size_t *cap, const uuid_t *ids, size_t n)
{
    *to = mem_grow(*to, cap, n + 1, sizeof(uuid_t));
    if (n > 0)
        memcpy(*to, ids, n * sizeof(uuid_t));
}

void
run_ahead_carry(comparison_t *self, uint64_t seq, int32_t day, const homes_t *homes)
{
    carried_t *c = &self->carried;

    for (size_t i = 0; i < homes->count; i++) {
        const named_t *named = &homes->asked[i].named;

        REQUIRE(homes->asked[i].step == HOMES_READING);
        copy_ids(&c->named[i].persons, &c->named[i].person_cap, named->persons, named->person_count);
        copy_ids(&c->named[i].households, &c->named[i].household_cap, named->households, named->household_count);
        c->named[i].person_count = named->person_count;
        c->named[i].household_count = named->household_count;
    }
    c->count = homes->count;
    c->seq = seq;
    c->day = day;
    self->asked = self->lane;
}

const carried_t *
run_ahead_carried(comparison_t *self, uint64_t seq, int32_t day)
{
    carried_t *c = &self->carried;
    bool in_turns = self->beside == NULL; /* what is asked in between would be answered behind the groups */

    if (c->seq == 0 || c->seq != seq || c->day != day || self->lane != self->asked || (in_turns && c->count > 1)) {
        run_ahead_forget(self);
        return NULL;
    }
    c->seq = 0;
    return c;
}

void
run_ahead_forget(comparison_t *self)
{
    if (self->ahead.asked || self->carried.seq != 0)
        db_lane_forget(self->asked);
    self->ahead.asked = false;
    self->carried.seq = 0;
}
