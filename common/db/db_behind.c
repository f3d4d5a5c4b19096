/* SPDX-License-Identifier: Apache-2.0 */
#include "db/db_internal.h"

/* Writing behind: the transaction's own connection is a lane's for a while.  What comes back is looked at whenever the owner
 * calls again; the first error stays and fails every later call, so nothing is committed over it. */

static void
note(db_t *self)
{
    AUTO(db_result) rows = NULL;
    err_t err = { 0 };

    if (db_lane_take(self->behind, &rows, &err) || self->behind_failed)
        return;
    self->behind_failed = true;
    self->behind_error = err;
}

bool
db_behind_check(db_t *self, err_t *err)
{
    bool asked;

    while (self->behind != NULL && db_lane_has_answer(self->behind, &asked))
        note(self);
    if (self->behind_failed && err != NULL)
        *err = self->behind_error;
    return !self->behind_failed;
}

void
db_behind_wait(db_t *self, bool skip)
{
    bool asked = self->behind != NULL;

    if (asked && skip)
        db_lane_skip(self->behind);
    while (asked) {
        (void) db_lane_has_answer(self->behind, &asked);
        if (asked)
            note(self);
    }
}

void
db_behind_exec(db_t *self, const db_stmt_set_t *set, unsigned stmt, const db_params_t *params)
{
    AUTO_PARAMS copy;

    db_params_init(&copy);
    db_params_copy(&copy, params);
    db_lane_set_observer(self->behind, self->observer, self->observer_ctx);
    db_lane_ask(self->behind, set, stmt, &copy);
}

void
db_behind_end(db_t *self)
{
    self->is_behind = false;
    self->behind_failed = false;
}

bool
db_tx_write_behind(db_tx_t *tx, err_t *err)
{
    db_t *self = tx->db;

    REQUIRE(self->copy == NULL && !self->in_chunks);
    if (self->behind == NULL && !db_lane_start(self, &self->behind, err))
        return err_add(err, "write behind");
    self->is_behind = true;
    return true;
}

bool
db_tx_settle(db_tx_t *tx, err_t *err)
{
    db_behind_wait(tx->db, false);
    tx->db->is_behind = false;
    return db_behind_check(tx->db, err);
}

void
db_tx_read_by(db_tx_t *tx, db_lane_t *lane)
{
    REQUIRE(lane == NULL || !tx->has_written || tx->db->is_behind);
    tx->reader = lane;
}

bool
db_tx_has_written(const db_tx_t *tx)
{
    return tx->has_written;
}
