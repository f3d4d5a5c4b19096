/* SPDX-License-Identifier: Apache-2.0 */
#include "db/db_internal.h"

#include "base/mem.h"
#include "base/num.h"
#include "base/time.h"
#include "db_sql.h"

#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

static const db_what_t what_connect = { "db", "connect" };

/* --- options --- */

static bool
config_error(err_t *err, const char *why)
{
    return err_set(err, ERR_CONFIG, "db.config", "database: %s", why);
}

/* The name goes into search_path as it is, hence a plain identifier only. */
static bool
is_schema_name(const char *s)
{
    size_t n = strlen(s);

    if (n == 0 || n > 63 || !islower((unsigned char) s[0]))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!islower((unsigned char) s[i]) && !isdigit((unsigned char) s[i]) && s[i] != '_')
            return false;
    return true;
}

/* What every session has, whatever the server's configuration says. */
static void
session_options(const db_options_t *options, const char *given, str_t *ret)
{
    /* plans that suit many short statements; conninfo may say otherwise */
    str_add(ret, "-c jit=off -c max_parallel_workers_per_gather=0 ");
    /* the server's side of the connection, too: of a machine that is cut off it gives back the writer's lock within the half
     * minute in which the standby wants it (no use on a local socket, where the server knows at once) */
    str_add(ret, "-c tcp_keepalives_idle=15 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3 -c tcp_user_timeout=30000 ");
    if (given != NULL) {
        str_add(ret, given);
        str_add_char(ret, ' ');
    }
    str_printf(ret, "-c search_path=%s", options->application);
    str_printf(ret, " -c statement_timeout=%lld", (long long) options->statement_timeout_ms);
    /* waiting for a lock longer than this is a conflict: tried again with everything let go */
    str_printf(ret, " -c lock_timeout=%lld",
               (long long) (options->statement_timeout_ms > 10000 ? 10000 : options->statement_timeout_ms));
    str_add(ret, " -c client_min_messages=warning -c timezone=UTC -c datestyle=ISO,YMD -c extra_float_digits=1"
                 " -c standard_conforming_strings=on"
                 /* cursors are read to their end */
                 " -c cursor_tuple_fraction=1.0");
}

/* libpq's conninfo as keywords, with ours put in.  Values point into `parsed` and `session`. */
#define KEYWORDS_MAX 64
typedef struct {
    const char *keywords[KEYWORDS_MAX];
    const char *values[KEYWORDS_MAX];
    size_t count;
} keywords_t;

static void
put(keywords_t *k, const char *keyword, const char *value)
{
    REQUIRE(k->count < KEYWORDS_MAX - 1);
    k->keywords[k->count] = keyword;
    k->values[k->count] = value;
    k->count++;
}

static bool
start(const db_options_t *options, PGconn **ret, err_t *err)
{
    static const char *const ours[] = { "options", "application_name", "client_encoding" };
    AUTO_STR session = STR_INIT;
    keywords_t k = { .count = 0 };
    const char *given_options = NULL;
    char *message = NULL;

    if (!is_schema_name(options->application))
        return config_error(err, "the application's name is also its schema: lower-case letters, digits and _ only");
    PQconninfoOption *parsed = PQconninfoParse(options->conninfo, &message);
    if (parsed == NULL) {
        char line[ERR_TEXT_MAX];
        db_clean_message(message != NULL ? message : "out of memory", line, sizeof(line));
        PQfreemem(message);
        return config_error(err, line);
    }
    /* a broken network is noticed within a minute; conninfo may say otherwise, since the later value wins */
    put(&k, "keepalives_idle", "15");
    put(&k, "keepalives_interval", "5");
    put(&k, "keepalives_count", "3");
    put(&k, "tcp_user_timeout", "30000");
    bool has_password = false;
    for (const PQconninfoOption *o = parsed; o->keyword != NULL; o++) {
        if (o->val == NULL)
            continue;
        has_password = has_password || strcmp(o->keyword, "password") == 0;
        if (strcmp(o->keyword, "options") == 0)
            given_options = o->val;
        if (!str_in(o->keyword, ours, COUNT_OF(ours)))
            put(&k, o->keyword, o->val);
    }
    session_options(options, given_options, &session);
    put(&k, "options", str_c(&session));
    put(&k, "application_name", options->application);
    put(&k, "client_encoding", "UTF8");
    k.keywords[k.count] = NULL;
    k.values[k.count] = NULL;

    *ret = has_password ? NULL : PQconnectStartParams(k.keywords, k.values, 0);
    PQconninfoFree(parsed);
    if (has_password)
        return config_error(err, "conninfo holds a password; put it into a file and name that as passfile=…");
    if (*ret == NULL)
        return err_set(err, ERR_RETRY, "db.conflict", "database: out of memory");
    return true;
}

/* --- connecting --- */

/* While connecting libpq tells the SQLSTATE only inside its verbose message: "…FATAL:  3D000: database …". */
static bool
find_sqlstate(const char *message, char ret[6])
{
    bool found = false;

    for (const char *p = strstr(message, ":  "); p != NULL; p = strstr(p + 1, ":  ")) {
        size_t n = strspn(p + 3, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ");
        if (n == 5 && p[8] == ':') {
            memcpy(ret, p + 3, 5);
            ret[5] = '\0';
            found = true; /* of several hosts the last one counts */
        }
    }
    return found;
}

static bool
connect_failed(const PGconn *conn, err_t *err)
{
    char line[ERR_TEXT_MAX], sqlstate[6] = "";
    const char *message = PQerrorMessage(conn);
    err_class_t cls = ERR_RETRY; /* nobody there, no route, name not known yet: the server is down */
    bool outage = true;

    db_clean_message(message, line, sizeof(line));
    if (find_sqlstate(message, sqlstate))
        cls = db_sqlstate_class(sqlstate, &outage);
    else if (PQconnectionNeedsPassword(conn))
        cls = ERR_CONFIG;
    /* the server may answer in other ways while it starts or stops; only what an operator must mend is different */
    if (cls != ERR_CONFIG) {
        cls = ERR_RETRY;
        outage = true;
    }
    (void) err_set(err, cls, cls == ERR_CONFIG ? "db.config" : "db.outage", "db.connect: %s", line);
    if (err != NULL) {
        err->outage = cls == ERR_RETRY && outage;
        (void) str_copy(err->sqlstate, sizeof(err->sqlstate), sqlstate);
    }
    return false;
}

static bool
wait_connected(PGconn *conn, int64_t timeout_ms, err_t *err)
{
    int64_t deadline = time_monotonic_ms() + (timeout_ms > 0 ? timeout_ms : 10000);
    PostgresPollingStatusType status = PGRES_POLLING_WRITING;

    (void) PQsetErrorVerbosity(conn, PQERRORS_VERBOSE);
    if (PQstatus(conn) == CONNECTION_BAD)
        return connect_failed(conn, err);
    while (status != PGRES_POLLING_OK) {
        struct pollfd fd = { .fd = PQsocket(conn), .events = status == PGRES_POLLING_READING ? POLLIN : POLLOUT };
        int64_t left = deadline - time_monotonic_ms();
        if (left <= 0) {
            (void) err_set(err, ERR_RETRY, "db.outage", "db.connect: no answer within %lld ms", (long long) timeout_ms);
            if (err != NULL)
                err->outage = true;
            return false;
        }
        if (poll(&fd, 1, left > 60000 ? 60000 : (int) left) < 0 && errno != EINTR)
            return err_set(err, ERR_BUG, "db.bug", "db.connect: poll: %s", strerror(errno));
        if (fd.revents == 0)
            continue;
        status = PQconnectPoll(conn);
        if (status == PGRES_POLLING_FAILED)
            return connect_failed(conn, err);
    }
    (void) PQsetErrorVerbosity(conn, PQERRORS_DEFAULT);
    return true;
}

/* --- statements --- */

/* `connect_` statements in the order of their names: EmbedSql sorts them. */
static bool
run_connect_statements(db_t *self, const db_stmt_set_t *set, err_t *err)
{
    for (size_t i = 0; i < set->count; i++)
        if (db_stmt_kind(&set->stmts[i]) == DB_CONNECT &&
            !db_simple_text(self, (db_what_t){ set->name, set->stmts[i].name }, set->stmts[i].sql, NULL, err))
            return false;
    return true;
}

static bool
send_prepares(db_t *self, const db_stmt_set_t *const *sets, err_t *err)
{
    for (; *sets != NULL; sets++) {
        for (unsigned i = 0; i < (*sets)->count; i++) {
            char name[DB_NAME_MAX];
            db_what_t what = { (*sets)->name, (*sets)->stmts[i].name };
            if (db_stmt_kind(&(*sets)->stmts[i]) != DB_PREPARED)
                continue;
            db_prepared_name(*sets, i, name);
            if (PQsendPrepare(self->conn, name, (*sets)->stmts[i].sql, 0, NULL) != 1)
                return db_fail(self, what, NULL, err);
            if (!db_flush(self, what, db_deadline(self), err))
                return false;
        }
    }
    if (PQpipelineSync(self->conn) != 1)
        return db_fail(self, what_connect, NULL, err);
    return db_flush(self, what_connect, db_deadline(self), err);
}

/* One command's results within the pipeline: the one that counts, then NULL. */
static bool
take_prepared(db_t *self, db_what_t what, err_t *err)
{
    PGresult *res = NULL, *end = NULL;

    if (!db_next_result(self, what, db_deadline(self), &res, err))
        return false;
    bool ok = res != NULL && PQresultStatus(res) == PGRES_COMMAND_OK;
    if (!ok) {
        (void) db_fail(self, what, res, err);
        if (err != NULL && str_starts(err->sqlstate, "42") && strcmp(err->sqlstate, "42501") != 0)
            (void) err_add(err, "schema does not fit the program (run it with --migrate?)");
    }
    PQclear(res);
    if (ok && !db_next_result(self, what, db_deadline(self), &end, err))
        return false;
    PQclear(end);
    return ok;
}

/* All in one go: a service has a hundred statements and may be a network away from its database. */
static bool
prepare(db_t *self, const db_stmt_set_t *const *sets, err_t *err)
{
    PGresult *sync = NULL;

    if (PQenterPipelineMode(self->conn) != 1 || !send_prepares(self, sets, err))
        return false;
    for (; *sets != NULL; sets++)
        for (unsigned i = 0; i < (*sets)->count; i++)
            if (db_stmt_kind(&(*sets)->stmts[i]) == DB_PREPARED &&
                !take_prepared(self, (db_what_t){ (*sets)->name, (*sets)->stmts[i].name }, err))
                return false;
    if (!db_next_result(self, what_connect, db_deadline(self), &sync, err))
        return false;
    bool ok = sync != NULL && PQresultStatus(sync) == PGRES_PIPELINE_SYNC;
    PQclear(sync);
    if (!ok || PQexitPipelineMode(self->conn) != 1)
        return db_lost(self, what_connect, "the pipeline of prepared statements did not end as it should", err);
    return true;
}

/* Whatever the server says besides results: nothing here reads it, and it must not go to stderr. */
static void
on_notice(void *ctx, const PGresult *res)
{
    (void) ctx;
    (void) res;
}

bool
db_open(const db_options_t *options, db_t **ret, err_t *err)
{
    AUTO(db) self = mem_new(db_t);

    if (!start(options, &self->conn, err) || !wait_connected(self->conn, options->connect_timeout_ms, err))
        return false;
    (void) PQsetNoticeReceiver(self->conn, on_notice, NULL);
    if (PQsetnonblocking(self->conn, 1) != 0)
        return db_fail(self, what_connect, NULL, err);
    self->patience_ms = options->statement_timeout_ms;
    if (options->sets != NULL) {
        for (const db_stmt_set_t *const *set = options->sets; *set != NULL; set++)
            if (!run_connect_statements(self, *set, err))
                return false;
        if (!prepare(self, options->sets, err))
            return false;
    }
    *ret = TAKE(self);
    return true;
}

void
db_destroy(db_t **self_p)
{
    if (*self_p == NULL)
        return;
    REQUIRE(!(*self_p)->in_tx);
    db_lane_destroy(&(*self_p)->behind);
    PQfinish((*self_p)->conn);
    mem_free(*self_p);
    *self_p = NULL;
}

bool
db_is_broken(const db_t *self)
{
    return self->broken || PQstatus(self->conn) == CONNECTION_BAD;
}

int
db_socket(const db_t *self)
{
    return PQsocket(self->conn);
}

void
db_check_socket(db_t *self)
{
    PGnotify *notify;

    if (self->in_tx)
        return; /* what comes now is an answer */
    if (PQconsumeInput(self->conn) == 0) {
        self->broken = true;
        return;
    }
    while ((notify = PQnotifies(self->conn)) != NULL)
        PQfreemem(notify);
}

void
db_set_observer(db_t *self, db_observer_fn fn, void *ctx)
{
    self->observer = fn;
    self->observer_ctx = ctx;
}

bool
db_try_lock(db_t *self, int64_t key, bool *ret_got, err_t *err)
{
    AUTO_PARAMS in;
    AUTO(db_result) rows = NULL;
    PGresult *res = NULL;

    db_params_init(&in);
    db_params_i64(&in, key);
    if (!db_unprepared(self, (db_what_t){ "db", "try_lock" }, db_stmt_text(&db_statements, STMT_try_lock), &in, &res, err))
        return false;
    rows = db_result_of(res);
    *ret_got = db_result_bool(rows, 0, 0);
    return true;
}
