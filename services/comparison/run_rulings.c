/* SPDX-License-Identifier: Apache-2.0 */
#include "run.h"

#include "assess.h"
#include "run_ahead.h"

/* What people decide changes what is found of a household at once; the days on which it begins and ends are waited for. */

bool
run_assess_some(comparison_t *self, db_tx_t *tx, stream_t *findings, arena_t *arena, const uuid_t *ids, size_t n,
                const uuid_t *cause, comparison_done_t *ret, err_t *err)
{
    AUTO(world) world = world_new(arena, self->terms);
    household_t **households = (household_t **) arena_alloc(arena, (n + 1) * sizeof(household_t *));
    clock_state_t clock;
    assess_t assess;
    bool ok;

    run_ahead_forget(self);
    *ret = (comparison_done_t){ .assessed = 0 };
    if (!store_clock_read(tx, &clock, err))
        return false;
    if (n == 0 || clock.day == DATE_OPEN)
        return true;
    self->first_day = clock.first;
    for (size_t i = 0; i < n; i++)
        households[i] = world_household(world, &ids[i]);
    if (!store_households(tx, world, err))
        return false;
    assess_init(&assess, self, tx, findings, world, clock.day);
    assess.cause = *cause;
    ok = run_assess(&assess, households, n, false, err);
    *ret = assess.done;
    assess_done(&assess);
    return ok;
}

bool
run_decide(comparison_t *self, db_tx_t *tx, stream_t *findings, arena_t *arena, const decided_t *decided, bool *ret_ended,
           comparison_done_t *ret, err_t *err)
{
    if (!store_decision(tx, decided, ret_ended, err))
        return false;
    self->has_rulings = true;
    return run_assess_some(self, tx, findings, arena, &decided->ruling->household, 1, &decided->ruling->id, ret, err) ||
           err_add(err, "decide");
}
