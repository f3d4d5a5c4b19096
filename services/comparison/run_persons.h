/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_RUN_PERSONS_H
#define COMPARISON_RUN_PERSONS_H

/* One persons event: who is one person from now on, and whose records move.  A run of its own within the transaction, since
 * everything after it reads people otherwise. */

#include "run.h"

bool run_persons(comparison_t *self, db_tx_t *tx, stream_t *findings, arena_t *arena, const stream_event_t *event, comparison_done_t *ret,
                 err_t *err) NODISCARD;

#endif
