/* SPDX-License-Identifier: Apache-2.0 */
#include "run_schedule.h"

#include "domain/date.h"

const schedule_entry_t *
run_schedule_entry(const comparison_t *self, const clock_state_t *clock)
{
    if (clock->entry <= 0 || (size_t) clock->entry > self->schedule.count)
        return NULL; /* another schedule than the one that began the day: its rest is left out */
    return &self->schedule.items[clock->entry - 1];
}

static bool
count_one(db_tx_t *tx, const schedule_entry_t *entry, int32_t day, const comparison_done_t *done, bool within, bool last, err_t *err)
{
    full_run_t run = { .day = day, .within = within, .done = last };

    (void) str_copy(run.entry, sizeof run.entry, entry->name);
    if (!within) {
        run.assessed = (int64_t) done->assessed;
        run.opened = (int64_t) done->opened;
        run.changed = (int64_t) done->changed;
        run.withdrawn = (int64_t) done->withdrawn;
    }
    return store_run_add(tx, &run, err);
}

/* A comparison of all is that of every entry that is due. */
static bool
count_all(const comparison_t *self, db_tx_t *tx, int32_t day, const comparison_done_t *done, bool last, err_t *err)
{
    for (size_t i = 0; i < self->schedule.count; i++) {
        const schedule_entry_t *entry = &self->schedule.items[i];

        if (schedule_is_due(entry, day) && !count_one(tx, entry, day, done, !schedule_is_of_all(entry), last, err))
            return false;
    }
    return true;
}

bool
run_schedule_step(const comparison_t *self, db_tx_t *tx, clock_state_t *clock, const comparison_done_t *done, bool last, bool *ret_last,
                  err_t *err)
{
    const schedule_entry_t *entry = run_schedule_entry(self, clock);
    bool all = clock->everybody && clock->region[0] == '\0';

    *ret_last = last;
    if (!clock->scheduled)
        return true;
    if (entry != NULL ? !count_one(tx, entry, clock->day, done, false, last, err)
                      : all && !count_all(self, tx, clock->day, done, last, err))
        return false;
    if (!last)
        return true;
    size_t next = all ? self->schedule.count : schedule_find_partial(&self->schedule, (size_t) clock->entry, clock->day);
    if (next < self->schedule.count) {
        clock->entry = (int) next + 1;
        clock->after = 0;
        *ret_last = false;
    } else {
        clock->entry = 0;
        clock->scheduled = false;
    }
    return true;
}
