/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_RUN_AHEAD_H
#define COMPARISON_RUN_AHEAD_H

/* While a chunk of households is assessed and saved, the lane reads the next one.
 *
 * Why that is the same as reading it then: between asking and taking, only steps of the same comparison commit, and a step
 * changes nothing but the findings and next days of its own households, which are not of the next chunk.  Whoever else writes
 * what a chunk is made of (facts, who is whom, decisions, visits) calls run_ahead_forget, as does a transaction that is lost; no
 * other process writes, since this one holds the lock of the writer.
 *
 * Likewise what the next facts events name is read while the transaction before them is written and committed: only what that one has
 * not loaded is asked for, and it changes nothing that it has not loaded. */

#include "comparison_store.h"
#include "run_homes.h"

/* Asks for the chunk after `after`, which the next step takes; without a lane nothing happens. */
void run_ahead_ask(comparison_t *self, int64_t after, size_t limit, int32_t day);
/* The chunk as it was asked for, else read now. */
bool run_ahead_take(comparison_t *self, db_tx_t *tx, int64_t after, size_t limit, int32_t day, store_chunk_t *ret, err_t *err) NODISCARD;
/* The lane was asked for what groups of the events from seq on name, findings as on `day`; copies the lists. */
void run_ahead_carry(comparison_t *self, uint64_t seq, int32_t day, const homes_t *homes);
/* Not NULL: these are the events and the day, and the rows of what is named are the next that the lane answers with, a group after the
 * other; borrowed until the next run_ahead_carry.  Else what was read ahead is forgotten. */
const carried_t *run_ahead_carried(comparison_t *self, uint64_t seq, int32_t day);
/* What was read ahead may not be true any more. */
void run_ahead_forget(comparison_t *self);

#endif
