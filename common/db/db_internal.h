/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_DB_DB_INTERNAL_H
#define COMMON_DB_DB_INTERNAL_H

/* What the files of this folder share; nobody else includes it. */

#include "db/db.h"
#include "db/lane.h"

#include <libpq-fe.h>

struct db {
    PGconn *conn; /* non-blocking: every wait is a poll with a deadline of ours (db_wait.c) */
    bool broken;
    bool in_tx;
    bool in_chunks;     /* the one cursor is open */
    db_copy_t *copy;    /* under way; not owned */
    int64_t patience_ms; /* how long a statement may stay without an answer; 0 = without bound */
    db_observer_fn observer;
    void *observer_ctx;
    db_lane_t *behind;   /* writes behind (db_behind.c); NULL until the first transaction that does */
    bool is_behind;
    bool behind_failed;  /* a statement of this transaction did: */
    err_t behind_error;
};

struct db_tx {
    db_t *db;
    db_lane_t *reader; /* borrowed; NULL: queries are this connection's */
    bool has_written;
};

struct db_result {
    PGresult *res;
};

/* What is being done, for error texts and the observer: "intake.claim_batch". */
typedef struct {
    const char *set;
    const char *stmt;
} db_what_t;

/* --- db_wait.c: sending and waiting --- */

/* The moment at which the server counts as dead; INT64_MAX = never. */
int64_t db_deadline(const db_t *self);
bool db_flush(db_t *self, db_what_t what, int64_t deadline_ms, err_t *err) NODISCARD;
/* The next result, waited for; NULL at the end of a command. */
bool db_next_result(db_t *self, db_what_t what, int64_t deadline_ms, PGresult **ret, err_t *err) NODISCARD;
/* Takes all results of what was sent; hands out the last one, or the error of the first that failed. */
bool db_collect(db_t *self, db_what_t what, PGresult **ret, err_t *err) NODISCARD;
/* Fills err from a failed result (NULL: from the connection) and marks the connection broken where it is. */
bool db_fail(db_t *self, db_what_t what, const PGresult *res, err_t *err);
/* The connection is given up, with an outage. */
bool db_lost(db_t *self, db_what_t what, const char *why, err_t *err);
/* For an error message of libpq: one line, without the server's source position. */
void db_clean_message(const char *message, char *ret, size_t cap);

/* --- db_query.c --- */

/* A statement of this folder's own set, by simple protocol. */
bool db_simple(db_t *self, unsigned own_stmt, PGresult **ret /* or NULL */, err_t *err) NODISCARD;
/* Any text, several statements allowed, by simple protocol. */
bool db_simple_text(db_t *self, db_what_t what, const char *sql, PGresult **ret /* or NULL */, err_t *err) NODISCARD;
/* One unprepared statement with parameters. */
bool db_unprepared(db_t *self, db_what_t what, const char *sql, const db_params_t *params, PGresult **ret, err_t *err)
    NODISCARD;
/* A prepared statement, whatever state the session is in. */
bool db_run(db_t *self, const db_stmt_set_t *set, unsigned stmt, const db_params_t *params, PGresult **ret, err_t *err) NODISCARD;
/* A whole COPY: begun, filled with `rows`, which end with its trailer, and ended. */
bool db_run_copy(db_t *self, const db_stmt_set_t *set, unsigned stmt, slice_t rows, PGresult **ret, err_t *err) NODISCARD;
/* The prepared name; distinct for equal stems of two sets. */
#define DB_NAME_MAX 64 /* PostgreSQL cuts names at 63 bytes */
void db_prepared_name(const db_stmt_set_t *set, unsigned stmt, char ret[DB_NAME_MAX]);
const char *db_stmt_text(const db_stmt_set_t *set, unsigned stmt);
/* How a statement is treated, told by its text and name (see db.h). */
typedef enum { DB_PREPARED, DB_COPY, DB_CONNECT, DB_LATE } db_stmt_kind_t;
db_stmt_kind_t db_stmt_kind(const db_stmt_t *stmt);
db_result_t *db_result_of(PGresult *res); /* takes it */

/* --- db_params.c --- */

/* Into empty ones; `from` may be NULL. */
void db_params_copy(db_params_t *self, const db_params_t *from);

/* --- db_lane.c --- */

/* A lane on a connection that its owner keeps, and uses only while nothing is asked that is not taken. */
bool db_lane_start(db_t *db, db_lane_t **ret, err_t *err) NODISCARD;
/* Takes the rows; `explain` may be NULL. */
void db_lane_ask_copy(db_lane_t *self, const db_stmt_set_t *set, unsigned stmt, str_t *rows, db_explain_fn explain, const void *explain_ctx);
/* db_lane_take would not wait.  *ret_asked: there is something to take, sooner or later. */
bool db_lane_has_answer(db_lane_t *self, bool *ret_asked);
/* What is asked and not begun is not carried out; it is answered, by nothing. */
void db_lane_skip(db_lane_t *self);

/* --- db_behind.c --- */

/* Fails with the first error of what was written behind. */
bool db_behind_check(db_t *self, err_t *err) NODISCARD;
/* All that was asked is carried out (or skipped); then the connection is the caller's. */
void db_behind_wait(db_t *self, bool skip);
void db_behind_exec(db_t *self, const db_stmt_set_t *set, unsigned stmt, const db_params_t *params);
/* The transaction is over. */
void db_behind_end(db_t *self);

/* --- db_copy.c --- */

/* Ends a copy whose transaction is being rolled back: the object stays with its owner, useless. */
void db_copy_abandon(db_copy_t *c);

#endif
