/* SPDX-License-Identifier: Apache-2.0 */
#include "db/db_internal.h"

#include "base/failpoint.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/time.h"
#include "db_sql.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Skips blanks and `--` comments: a file's first lines document the statement. */
static const char *
first_word(const char *sql)
{
    for (;;) {
        sql += strspn(sql, " \t\r\n");
        if (sql[0] != '-' || sql[1] != '-')
            return sql;
        sql += strcspn(sql, "\n");
    }
}

db_stmt_kind_t
db_stmt_kind(const db_stmt_t *stmt)
{
    if (str_starts(stmt->name, "connect_"))
        return DB_CONNECT;
    if (str_starts(stmt->name, "late_"))
        return DB_LATE;
    return strncasecmp(first_word(stmt->sql), "COPY ", 5) == 0 ? DB_COPY : DB_PREPARED;
}

const char *
db_stmt_text(const db_stmt_set_t *set, unsigned stmt)
{
    REQUIRE(stmt < set->count);
    return set->stmts[stmt].sql;
}

void
db_prepared_name(const db_stmt_set_t *set, unsigned stmt, char ret[DB_NAME_MAX])
{
    REQUIRE(stmt < set->count);
    int n = snprintf(ret, DB_NAME_MAX, "%s.%s", set->name, set->stmts[stmt].name);
    REQUIRE(n > 0 && n < DB_NAME_MAX);
}

static db_what_t
what_of(const db_stmt_set_t *set, unsigned stmt)
{
    REQUIRE(stmt < set->count);
    return (db_what_t){ set->name, set->stmts[stmt].name };
}

/* --- parameters in the form that libpq takes --- */

typedef struct {
    int count;
    const char *values[DB_PARAMS_MAX];
    int lengths[DB_PARAMS_MAX];
    int formats[DB_PARAMS_MAX];
} wire_params_t;

static bool
wire_params(const db_params_t *params, db_what_t what, wire_params_t *ret, err_t *err)
{
    ret->count = 0;
    if (params == NULL)
        return true;
    if (params->failed) {
        if (err != NULL)
            *err = params->error;
        (void) err_add(err, what.stmt);
        return err_add(err, what.set);
    }
    ret->count = (int) params->count;
    for (unsigned i = 0; i < params->count; i++) {
        bool null = params->offset[i] == SIZE_MAX;
        ret->values[i] = null ? NULL : params->text.ptr + params->offset[i];
        ret->lengths[i] = null ? 0 : (int) params->len[i];
        ret->formats[i] = params->binary[i] ? 1 : 0;
    }
    return true;
}

/* --- the three ways to send --- */

static bool
finish(db_t *self, db_what_t what, int sent, PGresult **ret, err_t *err)
{
    PGresult *res = NULL;

    if (sent == 0)
        return db_fail(self, what, NULL, err);
    if (!db_collect(self, what, &res, err))
        return false;
    if (ret != NULL)
        *ret = res;
    else
        PQclear(res);
    return true;
}

bool
db_simple_text(db_t *self, db_what_t what, const char *sql, PGresult **ret, err_t *err)
{
    return finish(self, what, PQsendQuery(self->conn, sql), ret, err);
}

bool
db_simple(db_t *self, unsigned own_stmt, PGresult **ret, err_t *err)
{
    return db_simple_text(self, what_of(&db_statements, own_stmt), db_stmt_text(&db_statements, own_stmt), ret, err);
}

bool
db_unprepared(db_t *self, db_what_t what, const char *sql, const db_params_t *params, PGresult **ret, err_t *err)
{
    wire_params_t wire = { .count = 0 };

    if (!wire_params(params, what, &wire, err))
        return false;
    return finish(self, what,
                  PQsendQueryParams(self->conn, sql, wire.count, NULL, wire.values, wire.lengths, wire.formats, 1), ret,
                  err);
}

static int64_t
touched(PGresult *res)
{
    const char *text = PQcmdTuples(res); /* empty for statements that touch no rows, such as SET */
    int64_t rows = 0;

    return num_i64(text, strlen(text), &rows) ? rows : 0;
}

static bool
touched_others(db_what_t what, int64_t rows, int64_t wanted, err_t *err)
{
    (void) err_set(err, ERR_RETRY, "db.moved", "%s.%s: %lld rows where %lld were read: the table was rewritten meanwhile", what.set,
                   what.stmt, (long long) rows, (long long) wanted);
    if (err != NULL)
        err->outage = true;
    return false;
}

bool
db_run(db_t *self, const db_stmt_set_t *set, unsigned stmt, const db_params_t *params, PGresult **ret, err_t *err)
{
    char name[DB_NAME_MAX];
    wire_params_t wire = { .count = 0 };
    db_what_t what = what_of(set, stmt);

    if (!wire_params(params, what, &wire, err))
        return false;
    db_prepared_name(set, stmt, name);
    if (!finish(self, what, PQsendQueryPrepared(self->conn, name, wire.count, wire.values, wire.lengths, wire.formats, 1), ret, err))
        return false;
    if (params == NULL || params->must_touch == 0 || touched(*ret) == params->must_touch)
        return true;
    int64_t rows = touched(*ret);
    PQclear(*ret);
    *ret = NULL;
    return touched_others(what, rows, params->must_touch, err);
}

/* --- within a transaction --- */

static bool
usable(db_t *self, db_what_t what, err_t *err)
{
    if (FAILPOINT("db.exec"))
        return err_set(err, ERR_RETRY, "db.failpoint", "%s.%s: failpoint db.exec", what.set, what.stmt);
    if (self->is_behind && !db_behind_check(self, err))
        return false;
    if (!self->is_behind && self->broken) {
        (void) err_set(err, ERR_RETRY, "db.outage", "%s.%s: the connection is lost", what.set, what.stmt);
        if (err != NULL)
            err->outage = true;
        return false;
    }
    /* one connection, one conversation: an unfinished COPY must end first */
    REQUIRE(self->copy == NULL);
    return true;
}

/* By the lane that reads for the transaction. */
static bool
query_lane(db_lane_t *lane, const db_stmt_set_t *set, unsigned stmt, const db_params_t *params, db_result_t **ret, err_t *err)
{
    AUTO_PARAMS copy;

    db_params_init(&copy);
    db_params_copy(&copy, params);
    db_lane_ask(lane, set, stmt, &copy);
    return db_lane_take(lane, ret, err);
}

static bool
run(db_tx_t *tx, const db_stmt_set_t *set, unsigned stmt, const db_params_t *params, PGresult **ret, err_t *err)
{
    db_t *self = tx->db;
    db_what_t what = what_of(set, stmt);
    db_stmt_kind_t kind = db_stmt_kind(&set->stmts[stmt]);

    if (!usable(self, what, err))
        return false;
    REQUIRE(kind == DB_PREPARED || kind == DB_LATE);
    if (self->is_behind) {
        db_behind_wait(self, false);
        if (!db_behind_check(self, err))
            return false;
    }
    int64_t start_us = self->observer != NULL ? time_monotonic_us() : 0;
    bool ok = kind == DB_LATE ? db_unprepared(self, what, db_stmt_text(set, stmt), params, ret, err)
                              : db_run(self, set, stmt, params, ret, err);
    if (self->observer != NULL)
        self->observer(self->observer_ctx, what.set, what.stmt, time_monotonic_us() - start_us);
    return ok;
}

bool
db_exec(db_tx_t *tx, const db_stmt_set_t *set, unsigned stmt, const db_params_t *params, int64_t *ret_rows, err_t *err)
{
    PGresult *res = NULL;

    tx->has_written = true;
    if (tx->db->is_behind && ret_rows == NULL && db_stmt_kind(&set->stmts[stmt]) == DB_PREPARED) {
        if (!usable(tx->db, what_of(set, stmt), err))
            return false;
        db_behind_exec(tx->db, set, stmt, params);
        return true;
    }
    if (!run(tx, set, stmt, params, &res, err))
        return false;
    if (ret_rows != NULL)
        *ret_rows = touched(res);
    PQclear(res);
    return true;
}

bool
db_query(db_tx_t *tx, const db_stmt_set_t *set, unsigned stmt, const db_params_t *params, db_result_t **ret, err_t *err)
{
    PGresult *res = NULL;

    if (tx->reader != NULL && db_stmt_kind(&set->stmts[stmt]) == DB_PREPARED)
        return query_lane(tx->reader, set, stmt, params, ret, err);
    if (!run(tx, set, stmt, params, &res, err))
        return false;
    tx->has_written = tx->has_written || !str_starts(PQcmdStatus(res), "SELECT");
    *ret = db_result_of(res);
    return true;
}

bool
db_query_date(db_tx_t *tx, const db_stmt_set_t *set, unsigned stmt, int32_t *ret, err_t *err)
{
    AUTO(db_result) rows = NULL;

    if (!db_query(tx, set, stmt, NULL, &rows, err))
        return false;
    *ret = db_result_rows(rows) == 0 ? INT32_MIN : db_result_date(rows, 0, 0);
    return true;
}

bool
db_exec_date(db_tx_t *tx, const db_stmt_set_t *set, unsigned stmt, int32_t day, err_t *err)
{
    AUTO_PARAMS in;

    db_params_init(&in);
    db_params_date(&in, day);
    return db_exec(tx, set, stmt, &in, NULL, err);
}

/* --- chunks --- */

/* The largest step that keeps within the caller's bound. */
static unsigned
fetch_stmt(size_t chunk)
{
    return chunk >= 1024 ? STMT_fetch_1024 : chunk >= 128 ? STMT_fetch_128 : chunk >= 16 ? STMT_fetch_16 : STMT_fetch_1;
}

static bool
each_chunk(db_t *self, size_t chunk, db_rows_fn fn, void *ctx, err_t *err)
{
    unsigned fetch = fetch_stmt(chunk);

    for (;;) {
        AUTO(db_result) rows = NULL;
        PGresult *res = NULL;
        if (!db_unprepared(self, what_of(&db_statements, fetch), db_stmt_text(&db_statements, fetch), NULL, &res, err))
            return false;
        rows = db_result_of(res);
        if (db_result_rows(rows) == 0)
            return true;
        if (!fn(ctx, rows, err))
            return false;
    }
}

/* A cursor and not row-by-row mode: fn may run statements of its own between chunks. */
bool
db_query_chunks(db_tx_t *tx, const db_stmt_set_t *set, unsigned stmt, const db_params_t *params, size_t chunk,
                db_rows_fn fn, void *ctx, err_t *err)
{
    AUTO_STR sql = STR_INIT;
    db_t *self = tx->db;
    db_what_t what = what_of(set, stmt);

    if (!usable(self, what, err))
        return false;
    REQUIRE(!self->in_chunks && !self->is_behind);
    REQUIRE(chunk > 0);
    str_add(&sql, db_stmt_text(&db_statements, STMT_declare_chunks));
    str_add(&sql, "\n");
    str_add(&sql, db_stmt_text(set, stmt));
    if (!db_unprepared(self, what, str_c(&sql), params, NULL, err))
        return false;
    self->in_chunks = true;
    bool ok = each_chunk(self, chunk, fn, ctx, err);
    self->in_chunks = false;
    if (!ok)
        return err_add(err, what.stmt); /* the transaction is of no use now; its rollback closes the cursor */
    return db_simple(self, STMT_close_chunks, NULL, err);
}
