/* SPDX-License-Identifier: Apache-2.0 */
#include "db/db_internal.h"

#include "base/failpoint.h"
#include "base/mem.h"
#include "base/num.h"
#include "domain/date.h"

#include <endian.h>
#include <limits.h>
#include <string.h>

/* Binary COPY: a header, for each row its number of values and each value with its length, a trailer.
 * https://www.postgresql.org/docs/15/sql-copy.html#id-1.9.3.55.9.4 */

#define BUFFER_BYTES ((size_t) 256 * 1024)
#define DAYS_TO_2000 10957
#define US_TO_2000 (INT64_C(946684800) * 1000000)

static const char signature[] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0"; /* the last NUL of 19 bytes is C's own */

struct db_copy {
    db_t *db; /* NULL: the copy was abandoned */
    db_what_t what;
    unsigned columns;
    unsigned at; /* values in the row that is being written */
    str_t buffer;
    bool behind; /* nothing goes to the server before its end, and then by the lane */
    const db_stmt_set_t *set;
    unsigned stmt;
    db_explain_fn explain; /* may be NULL */
    const void *explain_ctx;
    bool failed; /* sticky: told by db_copy_end */
    err_t error;
};

static void
add_u16(db_copy_t *c, uint16_t v)
{
    uint16_t be = htobe16(v);

    str_add_n(&c->buffer, &be, sizeof(be));
}

static void
add_u32(db_copy_t *c, uint32_t v)
{
    uint32_t be = htobe32(v);

    str_add_n(&c->buffer, &be, sizeof(be));
}

static bool
begin(db_t *db, db_what_t what, const char *sql, unsigned columns, err_t *err)
{
    PGresult *res = NULL;

    if (db->broken)
        return db_lost(db, what, "the connection is lost", err);
    if (!db_simple_text(db, what, sql, &res, err))
        return false;
    REQUIRE(PQresultStatus(res) == PGRES_COPY_IN);
    REQUIRE(PQbinaryTuples(res) == 1);
    REQUIRE(columns == 0 || PQnfields(res) == (int) columns);
    PQclear(res);
    return true;
}

bool
db_copy_begin(db_tx_t *tx, const db_stmt_set_t *set, unsigned stmt, unsigned columns, db_copy_t **ret, err_t *err)
{
    db_t *db = tx->db;
    const char *sql = db_stmt_text(set, stmt);
    db_what_t what = { set->name, set->stmts[stmt].name };

    REQUIRE(db->copy == NULL);
    REQUIRE(db_stmt_kind(&set->stmts[stmt]) == DB_COPY);
    if (FAILPOINT("db.exec"))
        return err_set(err, ERR_RETRY, "db.failpoint", "%s.%s: failpoint db.exec", what.set, what.stmt);
    tx->has_written = true;
    if (db->is_behind ? !db_behind_check(db, err) : !begin(db, what, sql, columns, err))
        return false;

    db_copy_t *self = mem_new(db_copy_t);
    self->db = db;
    self->what = what;
    self->columns = columns;
    self->set = set;
    self->stmt = stmt;
    self->behind = db->is_behind;
    str_add_n(&self->buffer, signature, sizeof(signature));
    db->copy = self;
    *ret = self;
    return true;
}

static void
send_buffer(db_copy_t *c)
{
    if (c->failed || c->behind || c->db == NULL || c->buffer.len == 0)
        return;
    /* nothing waits in libpq now (db_flush emptied it), so it takes the whole buffer */
    if (PQputCopyData(c->db->conn, c->buffer.ptr, (int) c->buffer.len) != 1)
        c->failed = !db_fail(c->db, c->what, NULL, &c->error);
    else if (!db_flush(c->db, c->what, db_deadline(c->db), &c->error))
        c->failed = true;
    str_clear(&c->buffer);
}

/* Starts a value of n bytes (-1 = NULL); false when the copy failed already. */
static bool
open_value(db_copy_t *c, int64_t n)
{
    if (c->failed)
        return false;
    if (n > INT_MAX / 2) {
        (void) err_set(&c->error, ERR_REJECT, "too_large", "%s.%s: value over 1 GiB", c->what.set, c->what.stmt);
        c->failed = true;
        return false;
    }
    if (c->at == c->columns)
        c->at = 0;
    if (c->at == 0) {
        if (c->buffer.len >= BUFFER_BYTES)
            send_buffer(c);
        add_u16(c, (uint16_t) c->columns);
    }
    c->at++;
    add_u32(c, (uint32_t) n);
    return true;
}

static void
add_value(db_copy_t *c, const void *p, size_t n)
{
    if (open_value(c, n > (size_t) INT_MAX ? INT_MAX : (int64_t) n))
        str_add_n(&c->buffer, p, n);
}

void
db_copy_null(db_copy_t *c)
{
    (void) open_value(c, -1);
}

void
db_copy_text(db_copy_t *c, const char *s, size_t n)
{
    if (s == NULL)
        db_copy_null(c);
    else
        add_value(c, s, n);
}

void
db_copy_i64(db_copy_t *c, int64_t v)
{
    uint64_t be = htobe64((uint64_t) v);

    add_value(c, &be, sizeof(be));
}

void
db_copy_i32(db_copy_t *c, int32_t v)
{
    uint32_t be = htobe32((uint32_t) v);

    add_value(c, &be, sizeof(be));
}

void
db_copy_bool(db_copy_t *c, bool v)
{
    uint8_t b = v ? 1 : 0;

    add_value(c, &b, 1);
}

void
db_copy_uuid(db_copy_t *c, const uuid_t *v)
{
    if (v == NULL || uuid_is_nil(v))
        db_copy_null(c);
    else
        add_value(c, v->b, sizeof(v->b));
}

void
db_copy_bytea(db_copy_t *c, const void *p, size_t n)
{
    if (p == NULL)
        db_copy_null(c);
    else
        add_value(c, p, n);
}

void
db_copy_date(db_copy_t *c, int32_t day)
{
    if (day == DATE_OPEN)
        db_copy_null(c);
    else
        db_copy_i32(c, day - DAYS_TO_2000);
}

void
db_copy_time(db_copy_t *c, int64_t us)
{
    db_copy_i64(c, us - US_TO_2000);
}

static void
detach(db_copy_t *c)
{
    if (c->db != NULL)
        c->db->copy = NULL;
    c->db = NULL;
}

static void
dispose(db_copy_t **c_p)
{
    detach(*c_p);
    str_done(&(*c_p)->buffer);
    mem_free(*c_p);
    *c_p = NULL;
}

/* Tells the server that the rows so far are not wanted; the transaction has failed then. */
static void
abort_copy(db_copy_t *c, const char *why)
{
    err_t ignored = { 0 };
    PGresult *res = NULL;

    if (c->db == NULL || c->behind || c->db->broken)
        return;
    if (PQputCopyEnd(c->db->conn, why) != 1) {
        c->db->broken = true;
        return;
    }
    if (db_collect(c->db, c->what, &res, &ignored))
        PQclear(res);
}

void
db_copy_abandon(db_copy_t *c)
{
    abort_copy(c, "rolled back");
    detach(c);
}

void
db_copy_destroy(db_copy_t **c_p)
{
    if (*c_p == NULL)
        return;
    abort_copy(*c_p, "given up");
    dispose(c_p);
}

static bool
finish(db_copy_t *c, int64_t *ret_rows, err_t *err)
{
    PGresult *res = NULL;
    int64_t rows = 0;

    if (PQputCopyEnd(c->db->conn, NULL) != 1)
        return db_fail(c->db, c->what, NULL, err);
    if (!db_collect(c->db, c->what, &res, err))
        return false;
    const char *touched = PQcmdTuples(res);
    bool counted = num_i64(touched, strlen(touched), &rows);
    PQclear(res);
    REQUIRE(counted);
    if (ret_rows != NULL)
        *ret_rows = rows;
    return true;
}

void
db_copy_explain(db_copy_t *c, db_explain_fn fn, const void *ctx)
{
    c->explain = fn;
    c->explain_ctx = ctx;
}

bool
db_copy_end(db_copy_t **c_p, int64_t *ret_rows, err_t *err)
{
    db_copy_t *c = *c_p;
    bool ok = false;

    REQUIRE(c->db != NULL);
    REQUIRE(c->at == 0 || c->at == c->columns);
    add_u16(c, UINT16_MAX); /* trailer */
    if (c->behind && !c->failed) {
        REQUIRE(ret_rows == NULL && c->db->is_behind);
        db_lane_set_observer(c->db->behind, c->db->observer, c->db->observer_ctx);
        db_lane_ask_copy(c->db->behind, c->set, c->stmt, &c->buffer, c->explain, c->explain_ctx);
        dispose(c_p);
        return true;
    }
    send_buffer(c);
    if (c->failed) {
        abort_copy(c, "given up");
        if (err != NULL)
            *err = c->error;
    } else {
        ok = finish(c, ret_rows, err);
    }
    if (!ok && c->explain != NULL && err != NULL)
        c->explain(c->explain_ctx, err);
    dispose(c_p);
    return ok;
}

bool
db_run_copy(db_t *self, const db_stmt_set_t *set, unsigned stmt, slice_t rows, PGresult **ret, err_t *err)
{
    db_what_t what = { set->name, set->stmts[stmt].name };

    if (!begin(self, what, db_stmt_text(set, stmt), 0, err))
        return false;
    for (size_t at = 0; at < rows.len;) {
        size_t n = rows.len - at < BUFFER_BYTES ? rows.len - at : BUFFER_BYTES;

        if (PQputCopyData(self->conn, rows.ptr + at, (int) n) != 1)
            return db_fail(self, what, NULL, err);
        if (!db_flush(self, what, db_deadline(self), err))
            return false;
        at += n;
    }
    if (PQputCopyEnd(self->conn, NULL) != 1)
        return db_fail(self, what, NULL, err);
    return db_collect(self, what, ret, err);
}
