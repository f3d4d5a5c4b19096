/* SPDX-License-Identifier: Apache-2.0 */
#include "db/db_internal.h"

#include "base/failpoint.h"
#include "base/mem.h"
#include "db_sql.h"

#include <string.h>

static const db_what_t what_begin = { "db", "begin" };
static const db_what_t what_commit = { "db", "commit" };

static bool
begin(db_t *self, unsigned stmt, db_tx_t **ret, err_t *err)
{
    REQUIRE(!self->in_tx);
    if (FAILPOINT("db.begin"))
        return err_set(err, ERR_RETRY, "db.failpoint", "failpoint db.begin");
    if (self->broken)
        return db_lost(self, what_begin, "the connection is lost", err);
    if (!db_simple(self, stmt, NULL, err))
        return false;
    self->in_tx = true;
    *ret = mem_new(db_tx_t);
    (*ret)->db = self;
    return true;
}

bool
db_tx_begin(db_t *self, db_tx_t **ret, err_t *err)
{
    return begin(self, STMT_begin, ret, err);
}

bool
db_tx_begin_snapshot(db_t *self, db_tx_t **ret, err_t *err)
{
    return begin(self, STMT_begin_snapshot, ret, err);
}

static void
forget(db_tx_t **tx_p)
{
    (*tx_p)->db->in_tx = false;
    db_behind_end((*tx_p)->db);
    mem_free(*tx_p);
    *tx_p = NULL;
}

/* The server may have committed before the answer was lost.  Only a new connection can tell: the caller finds its batch
 * or its cursor there, or does the work again. */
static bool
unknown_outcome(db_t *self, err_t *err)
{
    self->broken = true;
    if (err != NULL) {
        (void) str_copy(err->code, sizeof(err->code), "db.commit_unknown");
        err->cls = ERR_RETRY;
        err->outage = true;
    }
    return err_add(err, "it is not known whether the transaction was committed");
}

static bool
commit(db_t *self, err_t *err)
{
    PGresult *res = NULL;

    if (!db_simple(self, STMT_commit, &res, err)) {
        if (self->broken)
            return unknown_outcome(self, err);
        return false; /* refused, by a deferred constraint for example: rolled back */
    }
    bool committed = strcmp(PQcmdStatus(res), "COMMIT") == 0;
    PQclear(res);
    if (!committed)
        return err_set(err, ERR_BUG, "db.bug", "commit of a transaction in which a statement had failed");
    return true;
}

static bool
fail_before_commit(db_tx_t **tx_p, err_t *err)
{
    db_tx_destroy(tx_p);
    return err_set(err, ERR_RETRY, "db.failpoint", "failpoint db.commit.before");
}

static bool
fail_after_commit(db_t *self, err_t *err)
{
    (void) err_set(err, ERR_RETRY, "db.failpoint", "failpoint db.commit.after");
    return unknown_outcome(self, err);
}

bool
db_tx_commit(db_tx_t **tx_p, err_t *err)
{
    db_t *self = (*tx_p)->db;

    REQUIRE(self->copy == NULL);
    if (!db_tx_settle(*tx_p, err)) {
        db_tx_destroy(tx_p);
        return false;
    }
    if (self->broken) {
        /* COMMIT was never sent, so this one is known: nothing stays */
        forget(tx_p);
        return db_lost(self, what_commit, "the connection was lost before the commit", err);
    }
    bool fails_before = FAILPOINT("db.commit.before");
    if (fails_before)
        return fail_before_commit(tx_p, err);
    bool ok = commit(self, err);
    forget(tx_p);
    bool fails_after = ok && FAILPOINT("db.commit.after");
    return fails_after ? fail_after_commit(self, err) : ok;
}

void
db_tx_destroy(db_tx_t **tx_p)
{
    err_t ignored = { 0 };

    if (*tx_p == NULL)
        return;
    db_t *self = (*tx_p)->db;
    if (self->copy != NULL)
        db_copy_abandon(self->copy);
    db_behind_wait(self, true);
    /* when this fails the server rolls back by itself, as soon as it sees the connection gone */
    if (!self->broken && !db_simple(self, STMT_rollback, NULL, &ignored))
        self->broken = true;
    forget(tx_p);
}

static bool
savepoint(db_tx_t *tx, unsigned stmt, err_t *err)
{
    REQUIRE(!tx->db->is_behind);
    if (tx->db->broken)
        return db_lost(tx->db, (db_what_t){ "db", db_statements.stmts[stmt].name }, "the connection is lost", err);
    if (tx->db->copy != NULL)
        db_copy_abandon(tx->db->copy);
    return db_simple(tx->db, stmt, NULL, err);
}

bool
db_tx_savepoint(db_tx_t *tx, err_t *err)
{
    return savepoint(tx, STMT_savepoint, err);
}

bool
db_tx_rollback_to_savepoint(db_tx_t *tx, err_t *err)
{
    return savepoint(tx, STMT_savepoint_rollback, err);
}

bool
db_tx_release_savepoint(db_tx_t *tx, err_t *err)
{
    return savepoint(tx, STMT_savepoint_release, err);
}
