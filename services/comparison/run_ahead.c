/* SPDX-License-Identifier: Apache-2.0 */
#include "run_ahead.h"

void
run_ahead_ask(comparison_t *self, int64_t after, size_t limit, int32_t day)
{
    run_ahead_forget(self);
    if (self->lane == NULL)
        return;
    store_chunk_ask(self->lane, after, limit, day);
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
    return store_chunk_take(self->lane, ret, err);
}

void
run_ahead_forget(comparison_t *self)
{
    if (self->ahead.asked)
        db_lane_forget(self->lane);
    self->ahead.asked = false;
}
