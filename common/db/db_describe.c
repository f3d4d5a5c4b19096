/* SPDX-License-Identifier: Apache-2.0 */
#include "db/db_internal.h"

#include "base/mem.h"
#include "base/num.h"
#include "db_sql.h"

#include <ctype.h>
#include <string.h>

/* The contract of a .sql file: its header line names every parameter with its type, and PostgreSQL agrees. */

/* "-- name($1 type word, $2 type word) -> …", possibly over several comment lines, as one line. */
static void
read_header(const char *sql, str_t *ret)
{
    while (sql[0] == '-' && sql[1] == '-') {
        size_t n = strcspn(sql, "\n");
        str_add_n(ret, sql + 2, n - 2);
        sql += n + (sql[n] == '\n' ? 1 : 0);
    }
}

static bool
bad_header(err_t *err, const db_stmt_set_t *set, unsigned stmt, const char *why)
{
    return err_set(err, ERR_BUG, "db.contract", "%s/%s.sql: %s", set->name, set->stmts[stmt].name, why);
}

/* `"claim_batch($1 text source, …)"`: the part between the parentheses. */
static bool
find_parameters(const db_stmt_set_t *set, unsigned stmt, const char *header, slice_t *ret, err_t *err)
{
    const char *name = set->stmts[stmt].name;
    const char *at = header + strspn(header, " ");

    if (!str_starts(at, name) || at[strlen(name)] != '(')
        return bad_header(err, set, stmt, "the first line is not `-- <name>($1 type meaning, …) -> result`");
    at += strlen(name) + 1;
    /* types such as numeric(9,2) hold parentheses of their own */
    size_t depth = 1, n = 0;
    for (; at[n] != '\0'; n++) {
        depth += at[n] == '(' ? 1u : 0u;
        depth -= at[n] == ')' ? 1u : 0u;
        if (depth == 0)
            break;
    }
    if (at[n] == '\0')
        return bad_header(err, set, stmt, "the parameter list does not end");
    *ret = (slice_t){ at, n };
    return true;
}

static bool
same_type(db_t *self, const char *declared, Oid real, str_t *ret_real, bool *ret_same, err_t *err)
{
    AUTO_PARAMS in;
    AUTO(db_result) rows = NULL;
    PGresult *res = NULL;

    db_params_init(&in);
    db_params_text(&in, declared);
    db_params_i64(&in, (int64_t) real);
    if (!db_unprepared(self, (db_what_t){ "db", "describe_type" }, db_stmt_text(&db_statements, STMT_describe_type), &in,
                       &res, err))
        return false;
    rows = db_result_of(res);
    *ret_same = db_result_bool(rows, 0, 0);
    str_clear(ret_real);
    str_add(ret_real, db_result_text(rows, 0, 1));
    return true;
}

/* The declared types, in order: after "$n " up to the next blank, comma or the end. */
static bool
check_parameters(db_t *self, const db_stmt_set_t *set, unsigned stmt, slice_t list, const PGresult *described, err_t *err)
{
    AUTO_STR real = STR_INIT;
    int count = 0;

    for (size_t i = 0; i < list.len; i++) {
        if (list.ptr[i] != '$')
            continue;
        AUTO_STR type = STR_INIT;
        uint64_t number = 0;
        bool same = false;
        size_t digits = strspn(list.ptr + i + 1, "0123456789");
        if (!num_u64(list.ptr + i + 1, digits, &number) || number != (uint64_t) count + 1)
            return bad_header(err, set, stmt, "parameters are not numbered $1, $2, …");
        size_t from = i + 1 + digits;
        while (from < list.len && list.ptr[from] == ' ')
            from++;
        size_t to = from;
        while (to < list.len && list.ptr[to] != ' ' && list.ptr[to] != ',')
            to++;
        str_add_n(&type, list.ptr + from, to - from);
        if (count >= PQnparams(described))
            return bad_header(err, set, stmt, "the header names more parameters than the statement takes");
        if (!same_type(self, str_c(&type), PQparamtype(described, count), &real, &same, err))
            return false;
        if (!same)
            return err_set(err, ERR_BUG, "db.contract", "%s/%s.sql: $%d is declared as %s, the statement takes %s", set->name,
                           set->stmts[stmt].name, count + 1, str_c(&type), str_c(&real));
        count++;
    }
    if (count != PQnparams(described))
        return err_set(err, ERR_BUG, "db.contract", "%s/%s.sql: the header names %d parameters, the statement takes %d",
                       set->name, set->stmts[stmt].name, count, PQnparams(described));
    return true;
}

static bool
check_prepared(db_t *self, const db_stmt_set_t *set, unsigned stmt, const char *name, slice_t list, err_t *err)
{
    db_what_t what = { set->name, set->stmts[stmt].name };
    PGresult *res = NULL;

    if (PQsendDescribePrepared(self->conn, name) != 1)
        return db_fail(self, what, NULL, err);
    if (!db_collect(self, what, &res, err))
        return false;
    bool ok = check_parameters(self, set, stmt, list, res, err);
    PQclear(res);
    return ok;
}

/* A late statement is prepared for this once, as the unnamed one, unless its tables are not there. */
static bool
check_late(db_t *self, const db_stmt_set_t *set, unsigned stmt, slice_t list, err_t *err)
{
    db_what_t what = { set->name, set->stmts[stmt].name };
    err_t why = { 0 };
    PGresult *res = NULL;

    if (PQsendPrepare(self->conn, "", set->stmts[stmt].sql, 0, NULL) != 1)
        return db_fail(self, what, NULL, err);
    if (!db_collect(self, what, &res, &why)) {
        if (err != NULL)
            *err = why;
        return strcmp(why.sqlstate, "42P01") == 0;
    }
    PQclear(res);
    return check_prepared(self, set, stmt, "", list, err);
}

/* COPY cannot be prepared: it is begun, which checks table and columns, and given up. */
static bool
check_copy(db_t *self, const db_stmt_set_t *set, unsigned stmt, err_t *err)
{
    db_what_t what = { set->name, set->stmts[stmt].name };
    PGresult *res = NULL, *end = NULL;
    err_t expected = { 0 };

    if (!db_simple_text(self, what, set->stmts[stmt].sql, &res, err))
        return false;
    bool copying = PQresultStatus(res) == PGRES_COPY_IN;
    PQclear(res);
    if (!copying)
        return bad_header(err, set, stmt, "not a COPY … FROM STDIN");
    if (PQputCopyEnd(self->conn, "checked") != 1)
        return db_fail(self, what, NULL, err);
    if (db_collect(self, what, &end, &expected))
        PQclear(end);
    return !self->broken || db_lost(self, what, "the connection is lost", err);
}

bool
db_check_statements(db_t *self, const db_stmt_set_t *set, err_t *err)
{
    for (unsigned i = 0; i < set->count; i++) {
        AUTO_STR header = STR_INIT;
        slice_t list = { NULL, 0 };
        db_stmt_kind_t kind = db_stmt_kind(&set->stmts[i]);
        char name[DB_NAME_MAX];

        db_prepared_name(set, i, name);
        read_header(set->stmts[i].sql, &header);
        if (!find_parameters(set, i, str_c(&header), &list, err))
            return false;
        if (kind == DB_PREPARED && !check_prepared(self, set, i, name, list, err))
            return false;
        if (kind == DB_LATE && !check_late(self, set, i, list, err))
            return false;
        if (kind == DB_COPY && !check_copy(self, set, i, err))
            return false;
    }
    return true;
}
