/* SPDX-License-Identifier: Apache-2.0 */
#include "db/lane.h"

#include "base/mem.h"
#include "base/time.h"
#include "db/db_internal.h"
#include "db_sql.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* One statement.  The thread writes what follows `params` and then, under the lock, `done`; until then only the thread looks at
 * it, from then on only the owner. */
typedef struct ask {
    const db_stmt_set_t *set;
    unsigned stmt;
    db_params_t params;
    str_t copy; /* of a COPY: all that goes into it */
    db_explain_fn explain; /* the owner's */
    const void *explain_ctx;
    bool skip;  /* nobody wants it any more: under the lock, while it is not begun */
    PGresult *res;
    err_t error;
    int64_t duration_us;
    bool ok, done;
    struct ask *next;
} ask_t;

struct db_lane {
    db_t *db;   /* the thread's while anything is asked and not done */
    bool own;   /* it ends with the lane */
    int socket; /* of it, by a descriptor of the owner's: the thread may close its own at any time */
    db_observer_fn observer;
    void *observer_ctx;
    pthread_t thread;
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t asked, answered;
    ask_t *first, *last; /* in the order of asking, not yet taken */
    ask_t *next;         /* the first that is not carried out; NULL: none */
    size_t forgotten;    /* so many of the first are thrown away when they are done */
    bool stop, broken;
};

static void
ask_free(ask_t *ask)
{
    PQclear(ask->res);
    db_params_done(&ask->params);
    str_done(&ask->copy);
    mem_free(ask);
}

static ask_t *
pop(db_lane_t *self)
{
    ask_t *ask = self->first;

    self->first = ask->next;
    if (self->first == NULL)
        self->last = NULL;
    return ask;
}

/* Those at the front that nobody wants and that are done. */
static void
sweep(db_lane_t *self)
{
    for (; self->forgotten > 0 && self->first->done; self->forgotten--)
        ask_free(pop(self));
}

static void
carry_out(db_t *db, ask_t *ask)
{
    int64_t start_us = time_monotonic_us();

    ask->ok = ask->copy.ptr != NULL ? db_run_copy(db, ask->set, ask->stmt, str_slice(&ask->copy), &ask->res, &ask->error)
                                    : db_run(db, ask->set, ask->stmt, &ask->params, &ask->res, &ask->error);
    ask->duration_us = time_monotonic_us() - start_us;
}

static void *
work(void *arg)
{
    db_lane_t *self = arg;

    (void) pthread_mutex_lock(&self->lock);
    for (;;) {
        while (self->next == NULL && !self->stop)
            (void) pthread_cond_wait(&self->asked, &self->lock);
        if (self->stop)
            break;
        ask_t *ask = self->next;
        bool skip = ask->skip;
        (void) pthread_mutex_unlock(&self->lock);
        if (!skip)
            carry_out(self->db, ask);
        (void) pthread_mutex_lock(&self->lock);
        ask->done = true;
        self->next = ask->next;
        self->broken = self->broken || db_is_broken(self->db);
        sweep(self);
        (void) pthread_cond_signal(&self->answered);
    }
    (void) pthread_mutex_unlock(&self->lock);
    return NULL;
}

/* The thread has ended, or never began. */
static void
dismantle(db_lane_t *self)
{
    while (self->first != NULL)
        ask_free(pop(self));
    (void) pthread_cond_destroy(&self->asked);
    (void) pthread_cond_destroy(&self->answered);
    (void) pthread_mutex_destroy(&self->lock);
    (void) close(self->socket);
    if (self->own)
        db_destroy(&self->db);
    mem_free(self);
}

bool
db_lane_start(db_t *db, db_lane_t **ret, err_t *err)
{
    int socket = fcntl(db_socket(db), F_DUPFD_CLOEXEC, 3);
    if (socket < 0)
        return err_set(err, ERR_RETRY, "db.lane", "no descriptor for a lane: %s", strerror(errno));
    db_lane_t *self = mem_new(db_lane_t);
    self->db = db;
    self->socket = socket;
    (void) pthread_mutex_init(&self->lock, NULL);
    (void) pthread_cond_init(&self->asked, NULL);
    (void) pthread_cond_init(&self->answered, NULL);
    int rc = pthread_create(&self->thread, NULL, work, self);
    if (rc != 0) {
        dismantle(self);
        return err_set(err, ERR_RETRY, "db.lane", "no thread for a lane: %s", strerror(rc));
    }
    *ret = self;
    return true;
}

bool
db_lane_open(const db_options_t *options, db_lane_t **ret, err_t *err)
{
    AUTO(db) db = NULL;

    if (!db_open(options, &db, err) || !db_simple(db, STMT_read_only, NULL, err) || !db_lane_start(db, ret, err))
        return err_add(err, "lane");
    (*ret)->db = TAKE(db);
    (*ret)->own = true;
    return true;
}

void
db_lane_destroy(db_lane_t **self_p)
{
    db_lane_t *self = *self_p;

    if (self == NULL)
        return;
    (void) pthread_mutex_lock(&self->lock);
    self->stop = true;
    (void) pthread_cond_signal(&self->asked);
    if (self->next != NULL) /* a statement under way ends as when the server goes away */
        (void) shutdown(self->socket, SHUT_RDWR);
    (void) pthread_mutex_unlock(&self->lock);
    (void) pthread_join(self->thread, NULL);
    dismantle(self);
    *self_p = NULL;
}

bool
db_lane_is_broken(db_lane_t *self)
{
    (void) pthread_mutex_lock(&self->lock);
    bool broken = self->broken;
    (void) pthread_mutex_unlock(&self->lock);
    return broken;
}

void
db_lane_set_observer(db_lane_t *self, db_observer_fn fn, void *ctx)
{
    self->observer = fn;
    self->observer_ctx = ctx;
}

static void
add(db_lane_t *self, ask_t *ask)
{
    (void) pthread_mutex_lock(&self->lock);
    if (self->last == NULL)
        self->first = ask;
    else
        self->last->next = ask;
    self->last = ask;
    if (self->next == NULL)
        self->next = ask;
    (void) pthread_cond_signal(&self->asked);
    (void) pthread_mutex_unlock(&self->lock);
}

void
db_lane_ask(db_lane_t *self, const db_stmt_set_t *set, unsigned stmt, db_params_t *params)
{
    ask_t *ask = mem_new(ask_t);

    *ask = (ask_t){ .set = set, .stmt = stmt, .params = *params };
    db_params_init(params);
    add(self, ask);
}

void
db_lane_ask_copy(db_lane_t *self, const db_stmt_set_t *set, unsigned stmt, str_t *rows, db_explain_fn explain, const void *explain_ctx)
{
    ask_t *ask = mem_new(ask_t);

    *ask = (ask_t){ .set = set, .stmt = stmt, .copy = *rows, .explain = explain, .explain_ctx = explain_ctx };
    *rows = (str_t) STR_INIT;
    db_params_init(&ask->params);
    add(self, ask);
}

bool
db_lane_has_answer(db_lane_t *self, bool *ret_asked)
{
    (void) pthread_mutex_lock(&self->lock);
    sweep(self);
    *ret_asked = self->first != NULL;
    bool answer = self->first != NULL && self->forgotten == 0 && self->first->done;
    (void) pthread_mutex_unlock(&self->lock);
    return answer;
}

bool
db_lane_is_answered(db_lane_t *self)
{
    bool asked;

    return db_lane_has_answer(self, &asked);
}

void
db_lane_skip(db_lane_t *self)
{
    (void) pthread_mutex_lock(&self->lock);
    for (ask_t *ask = self->next; ask != NULL; ask = ask->next)
        ask->skip = true; /* the first of them may be under way: that one ends by itself */
    (void) pthread_mutex_unlock(&self->lock);
}

bool
db_lane_take(db_lane_t *self, db_result_t **ret, err_t *err)
{
    (void) pthread_mutex_lock(&self->lock);
    for (;;) {
        sweep(self);
        REQUIRE(self->first != NULL);
        if (self->forgotten == 0 && self->first->done)
            break;
        (void) pthread_cond_wait(&self->answered, &self->lock);
    }
    ask_t *ask = pop(self);
    (void) pthread_mutex_unlock(&self->lock);
    if (self->observer != NULL)
        self->observer(self->observer_ctx, ask->set->name, ask->set->stmts[ask->stmt].name, ask->duration_us);
    bool ok = ask->ok;
    if (ok) {
        *ret = db_result_of(ask->res);
        ask->res = NULL;
    } else if (err != NULL) {
        *err = ask->error;
        if (ask->explain != NULL)
            ask->explain(ask->explain_ctx, err);
    }
    ask_free(ask);
    return ok || err_add(err, "lane");
}

void
db_lane_forget(db_lane_t *self)
{
    (void) pthread_mutex_lock(&self->lock);
    self->forgotten = 0;
    for (const ask_t *ask = self->first; ask != NULL; ask = ask->next)
        self->forgotten++;
    sweep(self);
    (void) pthread_mutex_unlock(&self->lock);
}
