/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_RUN_H
#define COMPARISON_RUN_H

/* The units of work.  Each runs inside a transaction that its caller commits together with stream and cursor; none needs
 * the service skeleton, so that tests drive them against a database alone. */

#include "comparison.h"
#include "comparison_store.h"
#include "json/json_out.h"
#include "stream/stream.h"

/* Events to apply; and those that come next if nothing comes between, of which the first are looked at already: what they name is
 * read by the lane while these are written and committed. */
typedef struct {
    const stream_event_t *events;
    size_t n;
    const stream_event_t *following;
    size_t following_n;
} facts_batch_t;

/* Facts events in order.  What is found after each event is published with that event as its cause: the history does not
 * depend on how many events one transaction holds. */
bool run_facts(comparison_t *self, db_tx_t *tx, stream_t *findings, arena_t *arena, const facts_batch_t *batch, comparison_done_t *ret,
               err_t *err) NODISCARD;

/* One step of the business clock towards `to` (DATE_OPEN: what was asked for before): begins the next day when the last one
 * is finished, then assesses one chunk of the households that are due.  Under another policy than before the day is begun
 * again, for everybody.  *ret_done: the clock stands at `to`, nothing is due. */
bool run_tick_step(comparison_t *self, db_tx_t *tx, stream_t *findings, arena_t *arena, int32_t to, clock_state_t *ret_clock,
                   bool *ret_done, comparison_done_t *ret, err_t *err) NODISCARD;
/* Facts of a place have changed: the day is begun again for all who live in the regions that `region` begins. */
bool run_tick_again(db_tx_t *tx, clock_state_t *clock, const char *region, err_t *err) NODISCARD;
/* Without a database: is there anything for it to do? */
bool run_tick_is_due(const comparison_t *self, const clock_state_t *clock, int32_t to);

/* One chunk of a full comparison: households with greater ordinals than `after` (0: from the first), which moves on. */
bool run_compare_step(comparison_t *self, db_tx_t *tx, stream_t *findings, arena_t *arena, const char *region, const uuid_t *cause,
                      int64_t *after, bool *ret_done, comparison_done_t *ret, err_t *err) NODISCARD;

/* Members "date", "register", "townships", "children" of the day event (docs/data.md §5). */
bool run_register(db_tx_t *tx, arena_t *arena, int32_t day, const char *region, json_out_t *out, err_t *err) NODISCARD;

/* Visits and aid: kept beside the findings.  An application that a visit ended with is remembered, and its household looked
 * at, so that its term is waited for. */
bool run_outcomes(comparison_t *self, db_tx_t *tx, stream_t *findings, const char *stream, arena_t *arena, const stream_event_t *events,
                  size_t n, comparison_done_t *ret, err_t *err) NODISCARD;
/* The decision of a case conference, and what it changes at once.  *ret_ended: it takes the place of another one. */
bool run_decide(comparison_t *self, db_tx_t *tx, stream_t *findings, arena_t *arena, const decided_t *decided, bool *ret_ended,
                comparison_done_t *ret, err_t *err) NODISCARD;

/* Assesses households of the world that are loaded, perhaps without their members, and saves.  `with_findings`: these are loaded. */
struct assess;
bool run_assess(struct assess *assess, struct household **households, size_t n, bool with_findings, err_t *err) NODISCARD;
/* Households by their ids, because of `cause`; before the first business day nobody. */
bool run_assess_some(comparison_t *self, db_tx_t *tx, stream_t *findings, arena_t *arena, const uuid_t *ids, size_t n,
                     const uuid_t *cause, comparison_done_t *ret, err_t *err) NODISCARD;

/* Loads a household with its members into a world of its own, as it is now or as it was known at `position`
 * (UINT64_MAX: now).  *ret NULL: unknown. */
bool run_household(db_tx_t *tx, world_t *world, const uuid_t *id, uint64_t position, household_t **ret, err_t *err) NODISCARD;

#endif
