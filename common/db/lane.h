/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_DB_LANE_H
#define COMMON_DB_LANE_H

/* A lane reads while its owner works: a thread with a connection of its own carries out what it is asked, one statement after
 * the other in the order of asking, each in a transaction of its own that sees what is committed by then and can write
 * nothing.  The owner alone knows what the rows mean and whether they still hold; the thread touches nothing else of the
 * process.  All calls come from one thread. */

#include "db/db.h"

typedef struct db_lane db_lane_t;

/* Connects in the caller (db_open says how it fails), then starts the thread. */
bool db_lane_open(const db_options_t *options, db_lane_t **ret, err_t *err) NODISCARD;
/* Gives up what was asked, at once, even when the server does not answer. */
void db_lane_destroy(db_lane_t **self_p);
/* The connection is gone: whatever is asked from now on fails as an outage. */
bool db_lane_is_broken(db_lane_t *self);
/* Called by db_lane_take with the name and duration of what was carried out. */
void db_lane_set_observer(db_lane_t *self, db_observer_fn fn, void *ctx);

/* Takes the parameters and leaves them empty. */
void db_lane_ask(db_lane_t *self, const db_stmt_set_t *set, unsigned stmt, db_params_t *params);
/* Waits for the oldest that was asked and not yet taken; there must be one. */
bool db_lane_take(db_lane_t *self, db_result_t **ret, err_t *err) NODISCARD;
/* Would db_lane_take answer at once? */
bool db_lane_is_answered(db_lane_t *self);
/* What was asked and not taken is of no use any more; does not wait for it. */
void db_lane_forget(db_lane_t *self);

#endif
