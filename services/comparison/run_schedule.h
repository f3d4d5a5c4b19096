/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_RUN_SCHEDULE_H
#define COMPARISON_RUN_SCHEDULE_H

/* The schedule of full comparisons as the tick carries it out: after the day's own work each entry that is due and is not of all
 * households, chunk by chunk; where it stands is in the clock. */

#include "comparison_store.h"

/* The entry that is under way; NULL: the day's own work is. */
const schedule_entry_t *run_schedule_entry(const comparison_t *self, const clock_state_t *clock);
/* After a chunk: counts it for the entries that it belongs to; `last` of the day's own work or of an entry: goes on to the next
 * entry.  *ret_last: the day is done. */
bool run_schedule_step(const comparison_t *self, db_tx_t *tx, clock_state_t *clock, const comparison_done_t *done, bool last, bool *ret_last,
                       err_t *err) NODISCARD;

#endif
