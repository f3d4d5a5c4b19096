/* SPDX-License-Identifier: Apache-2.0 */
#include "db/db_internal.h"

#include "base/time.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

/* statement_timeout makes the server give up first; this is for a server that does not answer at all. */
#define GRACE_MS 5000

int64_t
db_deadline(const db_t *self)
{
    return self->patience_ms > 0 ? time_monotonic_ms() + self->patience_ms + GRACE_MS : INT64_MAX;
}

/* libpq writes "ERROR:  text\nDETAIL:  …\nLOCATION:  …"; DETAIL may hold a row's values, so only the first line stays. */
void
db_clean_message(const char *message, char *ret, size_t cap)
{
    const char *end = strpbrk(message, "\r\n");
    size_t n = end != NULL ? (size_t) (end - message) : strlen(message);

    if (n >= cap)
        n = cap - 1;
    memcpy(ret, message, n);
    ret[n] = '\0';
}

/* Messages of class 22 quote the value that they refuse ("invalid input syntax for type date: \"…\""), which may be
 * somebody's; what stands before the quotation is enough. */
static void
cut_value(const char *sqlstate, char *message)
{
    if (strncmp(sqlstate, "22", 2) != 0)
        return;
    size_t n = strcspn(message, "\":");
    while (n > 0 && message[n - 1] == ' ')
        n--;
    message[n] = '\0';
}

static const char *
code_of(err_class_t cls, bool outage)
{
    switch (cls) {
    case ERR_RETRY:
        return outage ? "db.outage" : "db.conflict";
    case ERR_REJECT:
        return "db.reject";
    case ERR_CONFIG:
        return "db.config";
    case ERR_NONE:
    case ERR_BUG:
    case ERR_CLASS_COUNT:
        break;
    }
    return "db.bug";
}

bool
db_lost(db_t *self, db_what_t what, const char *why, err_t *err)
{
    self->broken = true;
    (void) err_set(err, ERR_RETRY, "db.outage", "%s.%s: %s", what.set, what.stmt, why);
    if (err != NULL)
        err->outage = true;
    return false;
}

bool
db_fail(db_t *self, db_what_t what, const PGresult *res, err_t *err)
{
    char message[ERR_TEXT_MAX];
    const char *sqlstate = res != NULL ? PQresultErrorField(res, PG_DIAG_SQLSTATE) : NULL;
    const char *primary = res != NULL ? PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    bool outage = false;

    if (sqlstate == NULL) {
        /* libpq's own: the connection broke, or an answer came that the protocol does not allow here */
        db_clean_message(res != NULL ? PQresultErrorMessage(res) : PQerrorMessage(self->conn), message, sizeof(message));
        return db_lost(self, what, message[0] != '\0' ? message : "the connection to the server is lost", err);
    }
    err_class_t cls = db_sqlstate_class(sqlstate, &outage);
    /* After these the session is gone, or is of no use any more. */
    if (outage || PQstatus(self->conn) == CONNECTION_BAD || strncmp(sqlstate, "0A", 2) == 0 ||
        strncmp(sqlstate, "26", 2) == 0)
        self->broken = strncmp(sqlstate, "53", 2) != 0 || PQstatus(self->conn) == CONNECTION_BAD;
    db_clean_message(primary != NULL ? primary : "", message, sizeof(message));
    cut_value(sqlstate, message);
    (void) err_set(err, cls, code_of(cls, outage), "%s.%s: %s: %s", what.set, what.stmt, sqlstate, message);
    if (err != NULL) {
        err->outage = outage;
        (void) str_copy(err->sqlstate, sizeof(err->sqlstate), sqlstate);
    }
    return false;
}

/* Waits until the socket is ready for one of `events`; *ret_ready is what it is ready for.  After the deadline it looks once more: it may be
 * this process that was halted, not the server. */
static bool
wait_socket(db_t *self, db_what_t what, short events, int64_t deadline_ms, short *ret_ready, err_t *err)
{
    struct pollfd fd = { .fd = PQsocket(self->conn), .events = events };

    if (fd.fd < 0)
        return db_lost(self, what, "the connection to the server is lost", err);
    for (;;) {
        int timeout = -1;
        if (deadline_ms != INT64_MAX) {
            int64_t left = deadline_ms - time_monotonic_ms();
            timeout = left > 60000 ? 60000 : left > 0 ? (int) left : 0;
        }
        int n = poll(&fd, 1, timeout);
        if (n == 0 && timeout == 0)
            return db_lost(self, what, "no answer from the server in time; the connection is given up", err);
        if (n > 0) {
            *ret_ready = fd.revents;
            return true;
        }
        if (n < 0 && errno != EINTR)
            return db_lost(self, what, strerror(errno), err);
    }
}

bool
db_flush(db_t *self, db_what_t what, int64_t deadline_ms, err_t *err)
{
    for (;;) {
        int left = PQflush(self->conn);
        if (left == 0)
            return true;
        if (left < 0)
            return db_fail(self, what, NULL, err);
        short ready = 0;
        if (!wait_socket(self, what, POLLIN | POLLOUT, deadline_ms, &ready, err))
            return false;
        /* the server may be blocked on answers that nobody reads */
        if ((ready & ~POLLOUT) != 0 && PQconsumeInput(self->conn) == 0)
            return db_fail(self, what, NULL, err);
    }
}

bool
db_next_result(db_t *self, db_what_t what, int64_t deadline_ms, PGresult **ret, err_t *err)
{
    while (PQisBusy(self->conn)) {
        short ready = 0;
        if (!wait_socket(self, what, POLLIN, deadline_ms, &ready, err))
            return false;
        if (PQconsumeInput(self->conn) == 0)
            return db_fail(self, what, NULL, err);
    }
    *ret = PQgetResult(self->conn);
    return true;
}

static bool
is_good(ExecStatusType status)
{
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY ||
           status == PGRES_COPY_IN;
}

bool
db_collect(db_t *self, db_what_t what, PGresult **ret, err_t *err)
{
    int64_t deadline_ms = db_deadline(self);
    PGresult *last = NULL;
    bool ok = db_flush(self, what, deadline_ms, err);

    while (ok) {
        PGresult *res = NULL;
        if (!db_next_result(self, what, deadline_ms, &res, err)) {
            ok = false;
            break;
        }
        if (res == NULL)
            break;
        /* the first failure is the cause; what follows it only says that it was skipped */
        bool keep = last == NULL || is_good(PQresultStatus(last));
        PQclear(keep ? last : res);
        if (keep)
            last = res;
        if (PQresultStatus(last) == PGRES_COPY_IN || PQstatus(self->conn) == CONNECTION_BAD)
            break;
    }
    if (ok && (last == NULL || !is_good(PQresultStatus(last))))
        ok = db_fail(self, what, last, err);
    if (!ok) {
        PQclear(last);
        return false;
    }
    *ret = last;
    return true;
}
