/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_DB_DB_H
#define COMMON_DB_DB_H

/* The one façade over libpq.  SQL lives in .sql files that cmake/EmbedSql.cmake embeds: file stem = prepared name =
 * enum STMT_<stem>.  The first line of a file documents it: `-- claim_batch($1 text source, $2 text id) -> 1 row if new`.
 * A transaction is an object; destroying one that was not committed rolls it back.
 *
 * What a file's name or text changes:
 *   (nothing)     prepared at connect as "<set>.<stem>", so that a broken statement fails the start
 *   COPY …        COPY … FROM STDIN (FORMAT binary): run by db_copy_begin only
 *   connect_…     run at each connect before anything is prepared, in the order of names, all statements of the file
 *                 (CREATE TEMP TABLE … ON COMMIT DELETE ROWS for staging)
 *   late_…        not prepared: run as it stands each time, for tables that may not be there at connect */

#include "base/err.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/uuid.h"
#include <stdint.h>

typedef struct db db_t;
typedef struct db_tx db_tx_t;
typedef struct db_result db_result_t;
typedef struct db_copy db_copy_t;

typedef struct {
    const char *name;
    const char *sql; /* a file whose first statement is COPY … FROM STDIN (FORMAT binary) is not prepared */
} db_stmt_t;
/* A set of statements of one owner ("intake", "stream"); sets are told apart by address. */
typedef struct {
    const char *name;
    const db_stmt_t *stmts;
    size_t count;
} db_stmt_set_t;

typedef struct {
    int number;
    const char *name; /* "001_stream" */
    const char *sql;
} db_migration_t;
typedef struct {
    const char *name; /* "stream", "intake": each set has its own numbers in table migration(set, number, name, applied) */
    const db_migration_t *migrations;
    size_t count;
} db_migration_set_t;

typedef struct {
    const char *conninfo;    /* password only by passfile */
    const char *application; /* application_name, also the schema in search_path */
    int64_t connect_timeout_ms, statement_timeout_ms;
    const db_stmt_set_t *const *sets; /* NULL-terminated; prepared at connect; may be NULL */
} db_options_t;

/* One attempt; ERR_RETRY+outage when the server is down or starting, ERR_CONFIG for 28*, 3D*, 42*. */
bool db_open(const db_options_t *options, db_t **ret, err_t *err) NODISCARD;
void db_destroy(db_t **self_p);
bool db_is_broken(const db_t *self); /* the connection is gone: destroy and open again */
int db_socket(const db_t *self);
/* Call when the socket is readable outside of transactions: takes what the server sent unasked, and sees that it is gone
 * (db_is_broken). */
void db_check_socket(db_t *self);
/* Applies what is missing, each in its own transaction, under an advisory lock. Runs without prepared statements. */
bool db_migrate(const db_options_t *options, const db_migration_set_t *const *sets, err_t *err) NODISCARD;
/* ERR_CONFIG when the schema is older or newer than the program. */
bool db_check_version(db_t *self, const db_migration_set_t *const *sets, err_t *err) NODISCARD;
/* Called after each statement of a transaction with its name and duration (for a histogram).  It must not use the connection. */
typedef void (*db_observer_fn)(void *ctx, const char *set, const char *stmt, int64_t duration_us);
void db_set_observer(db_t *self, db_observer_fn fn, void *ctx);
/* The contract test of .sql files: each first line `-- name($1 type meaning, …) -> result` is held against what PostgreSQL
 * says of the prepared statement; each COPY is begun and given up; connect_ statements only have a header.  ERR_BUG
 * "db.contract" names the file. */
bool db_check_statements(db_t *self, const db_stmt_set_t *set, err_t *err) NODISCARD;
/* Session advisory lock on this very connection; *ret_got false when another process holds it. */
bool db_try_lock(db_t *self, int64_t key, bool *ret_got, err_t *err) NODISCARD;

bool db_tx_begin(db_t *self, db_tx_t **ret, err_t *err) NODISCARD;
bool db_tx_begin_snapshot(db_t *self, db_tx_t **ret, err_t *err) NODISCARD; /* repeatable read, read only */
bool db_tx_commit(db_tx_t **tx_p, err_t *err) NODISCARD; /* takes it in any case; unknown outcome = ERR_RETRY outage */
void db_tx_destroy(db_tx_t **tx_p);                      /* rolls back */
bool db_tx_savepoint(db_tx_t *tx, err_t *err) NODISCARD;          /* one level: bisection of poison */
bool db_tx_rollback_to_savepoint(db_tx_t *tx, err_t *err) NODISCARD;
bool db_tx_release_savepoint(db_tx_t *tx, err_t *err) NODISCARD;

/* From now on statements without a result and whole COPYs return at once and are carried out in order by a thread, while the
 * caller works; what asks for a result waits for them first.  A failure is told by a later call, at the latest by settling or
 * by the commit, as it would have been told at once.  Parameters and rows are copied. */
bool db_tx_write_behind(db_tx_t *tx, err_t *err) NODISCARD;
/* All is carried out, and from now on again at once. */
bool db_tx_settle(db_tx_t *tx, err_t *err) NODISCARD;
/* Has it changed anything?  If not, another connection that reads after its beginning sees what it sees, where there is no other
 * writer. */
bool db_tx_has_written(const db_tx_t *tx);
/* db_query asks this lane (NULL: no longer), which sees nothing that the transaction has written: for reading what it has not
 * changed, while it writes behind.  Borrowed. */
struct db_lane;
void db_tx_read_by(db_tx_t *tx, struct db_lane *lane);

/* Where a version of a row stands (column ctid): good until the row is written again, or its table rewritten.  0: not known. */
typedef uint64_t db_tid_t;

/* Parameters, sticky: the first bad value is reported by the call that uses them. Values are copied. */
#define DB_PARAMS_MAX 24
typedef struct {
    unsigned count;
    bool failed;
    err_t error;
    str_t text;                     /* all values, NUL-separated */
    size_t offset[DB_PARAMS_MAX];   /* SIZE_MAX = NULL */
    size_t len[DB_PARAMS_MAX];
    bool binary[DB_PARAMS_MAX];
    int64_t must_touch; /* rows; 0: any number */
} db_params_t;
void db_params_init(db_params_t *self);
void db_params_done(db_params_t *self);
/* Call db_params_init before anything that can return. */
#define AUTO_PARAMS __attribute__((cleanup(db_params_done))) db_params_t
void db_params_null(db_params_t *self);
void db_params_text(db_params_t *self, const char *value); /* NULL = SQL NULL */
void db_params_text_n(db_params_t *self, const char *value, size_t n);
void db_params_i64(db_params_t *self, int64_t value);
void db_params_bool(db_params_t *self, bool value);
void db_params_uuid(db_params_t *self, const uuid_t *value); /* nil = SQL NULL */
void db_params_bytea(db_params_t *self, const void *p, size_t n);
void db_params_date(db_params_t *self, int32_t day);          /* DATE_OPEN = SQL NULL */
void db_params_time(db_params_t *self, int64_t us);
void db_params_uuid_array(db_params_t *self, const uuid_t *v, size_t n);
void db_params_i64_array(db_params_t *self, const int64_t *v, size_t n);
void db_params_text_array(db_params_t *self, const char *const *v, size_t n); /* NULL items allowed */
void db_params_bytea_array(db_params_t *self, const slice_t *v, size_t n);
void db_params_date_array(db_params_t *self, const int32_t *v, size_t n);     /* DATE_OPEN = NULL */
void db_params_tid_array(db_params_t *self, const db_tid_t *v, size_t n);     /* none may be 0 */
/* A statement that touches another number of rows than this (not 0) fails as an outage, so the transaction is begun anew: for rows
 * that are found by where they stood. */
void db_params_must_touch(db_params_t *self, size_t rows);

/* Runs a prepared statement inside a transaction.  `params` may be NULL.  Results come in binary form and are read by
 * type-checked accessors (a wrong type or column is a REQUIRE failure: it is a bug of the caller). */
bool db_exec(db_tx_t *tx, const db_stmt_set_t *set, unsigned stmt, const db_params_t *params, int64_t *ret_rows /* or NULL */,
             err_t *err) NODISCARD;
bool db_query(db_tx_t *tx, const db_stmt_set_t *set, unsigned stmt, const db_params_t *params, db_result_t **ret, err_t *err)
    NODISCARD;
/* Of statements that give one date, and take one: INT32_MIN where there is no row. */
bool db_query_date(db_tx_t *tx, const db_stmt_set_t *set, unsigned stmt, int32_t *ret, err_t *err) NODISCARD;
bool db_exec_date(db_tx_t *tx, const db_stmt_set_t *set, unsigned stmt, int32_t day, err_t *err) NODISCARD;
/* Without holding the whole result: fn is called for chunks of at most `chunk` rows (server-side cursor; SELECT only).  fn may
 * run other statements in `tx`, but no second db_query_chunks. */
typedef bool (*db_rows_fn)(void *ctx, const db_result_t *rows, err_t *err);
bool db_query_chunks(db_tx_t *tx, const db_stmt_set_t *set, unsigned stmt, const db_params_t *params, size_t chunk,
                     db_rows_fn fn, void *ctx, err_t *err) NODISCARD;
void db_result_destroy(db_result_t **self_p);
size_t db_result_rows(const db_result_t *self);
bool db_result_is_null(const db_result_t *self, size_t row, unsigned col);
int64_t db_result_i64(const db_result_t *self, size_t row, unsigned col);  /* int2, int4, int8; 0 when NULL */
bool db_result_bool(const db_result_t *self, size_t row, unsigned col);
const char *db_result_text(const db_result_t *self, size_t row, unsigned col); /* text, varchar, json(b as text); NULL when NULL */
/* The same, kept beyond the result: in an arena (NULL when NULL), or in a buffer that it must fit ("" when NULL). */
const char *db_result_text_dup(arena_t *arena, const db_result_t *self, size_t row, unsigned col);
void db_result_text_copy(char *ret, size_t cap, const db_result_t *self, size_t row, unsigned col);
/* Its place among these names, one of which it is by a CHECK constraint. */
int db_result_name(const db_result_t *self, size_t row, unsigned col, const char *const *names, size_t n);
slice_t db_result_bytea(const db_result_t *self, size_t row, unsigned col);    /* {NULL,0} when NULL */
uuid_t db_result_uuid(const db_result_t *self, size_t row, unsigned col);      /* nil when NULL */
db_tid_t db_result_tid(const db_result_t *self, size_t row, unsigned col);
int32_t db_result_date(const db_result_t *self, size_t row, unsigned col);     /* DATE_OPEN when NULL */
int64_t db_result_time(const db_result_t *self, size_t row, unsigned col);     /* µs since 1970 */

/* COPY … FROM STDIN (FORMAT binary).  One row = exactly `columns` values in order. */
bool db_copy_begin(db_tx_t *tx, const db_stmt_set_t *set, unsigned stmt, unsigned columns, db_copy_t **ret, err_t *err) NODISCARD;
void db_copy_null(db_copy_t *c);
void db_copy_text(db_copy_t *c, const char *s, size_t n);
void db_copy_i64(db_copy_t *c, int64_t v); /* int8 columns */
void db_copy_i32(db_copy_t *c, int32_t v); /* int4 columns */
void db_copy_bool(db_copy_t *c, bool v);
void db_copy_uuid(db_copy_t *c, const uuid_t *v);      /* nil = NULL */
void db_copy_bytea(db_copy_t *c, const void *p, size_t n);
void db_copy_date(db_copy_t *c, int32_t day);          /* DATE_OPEN = NULL */
void db_copy_time(db_copy_t *c, int64_t us);
/* Who knows what a failure of the copy means puts it into `err`, before it is told, wherever that is (db_tx_write_behind).  `ctx` lives
 * as long as the transaction. */
typedef void (*db_explain_fn)(const void *ctx, err_t *err);
void db_copy_explain(db_copy_t *c, db_explain_fn fn, const void *ctx);
bool db_copy_end(db_copy_t **c_p, int64_t *ret_rows, err_t *err) NODISCARD;
void db_copy_destroy(db_copy_t **c_p); /* aborts the copy */

/* SQLSTATE → class, one table (db_sqlstate.c). */
err_class_t db_sqlstate_class(const char sqlstate[6], bool *ret_outage);

#endif
