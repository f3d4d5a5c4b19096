/* SPDX-License-Identifier: Apache-2.0 */
#include "svc/svc_impl.h"

#include "base/failpoint.h"
#include "base/time.h"
#include "log/log.h"

#include <stdlib.h>
#include <string.h>

#define CONNECT_TIMEOUT_MS 2000
#define STANDBY_RETRY_MS 1000
#define FIRST_EXPIRE_MS 60000
#define BACKOFF_FIRST_MS 100
#define BACKOFF_LAST_MS 5000

/* Half of the time is by chance, so that services which failed together do not come back together. */
void
backoff_fail(backoff_t *self, int64_t now_ms)
{
    uuid_t chance;
    int64_t wait_ms = BACKOFF_FIRST_MS;

    for (unsigned i = 0; i < self->failures && wait_ms < BACKOFF_LAST_MS; i++)
        wait_ms *= 2;
    if (wait_ms > BACKOFF_LAST_MS)
        wait_ms = BACKOFF_LAST_MS;
    if (self->failures < 1000)
        self->failures++;
    uuid_random(&chance);
    self->next_ms = now_ms + wait_ms / 2 + (int64_t) chance.b[0] * (wait_ms / 2) / 255;
}

void
backoff_done(backoff_t *self)
{
    *self = (backoff_t){ 0 };
}

bool
svc_is_outage(const err_t *err)
{
    return err->cls == ERR_RETRY && err->outage;
}

void
svc_log_change(const char *event, char last[ERR_TEXT_MAX], const err_t *err)
{
    if (strcmp(last, err->text) == 0)
        return;
    log_err(LOG_WARN, event, err);
    (void) str_copy(last, ERR_TEXT_MAX, err->text);
}

void
svc_db_options(const svc_t *self, db_options_t *ret)
{
    *ret = (db_options_t){
        .conninfo = self->config.database,
        .application = self->def->name,
        .connect_timeout_ms = CONNECT_TIMEOUT_MS,
        .statement_timeout_ms = self->config.statement_timeout_ms,
        .sets = self->sets,
    };
}

/* What an operator must mend ends the process; a broken invariant ends it at once, with its state in the log. */
static void
end_by(svc_t *self, const err_t *why)
{
    if (why->cls == ERR_CONFIG) {
        log_err(LOG_ERROR, "svc.config", why);
        self->exit_code = EXIT_CONFIG;
        self->leave = true;
    } else if (why->cls == ERR_BUG) {
        log_err(LOG_ERROR, "svc.bug", why);
        svc_dump(self);
        abort();
    }
}

static void
drop_memory(svc_t *self)
{
    self->tx_open = false;
    for (size_t i = 0; i < self->stream_count; i++)
        if (self->streams[i] != NULL)
            stream_rollback(self->streams[i]);
    if (self->def->on_rollback != NULL && self->state != NULL)
        self->def->on_rollback(self, self->state);
    svc_busy(self, false);
}

void
svc_rollback(svc_t *self, const err_t *why)
{
    drop_memory(self); /* what was asked of the lanes, too */
    for (size_t i = 0; i < SVC_LANES; i++)
        if (self->lanes[i] != NULL && db_lane_is_broken(self->lanes[i]))
            db_lane_destroy(&self->lanes[i]);
    if (why == NULL)
        return;
    if (self->db != NULL && (db_is_broken(self->db) || self->suspect))
        svc_db_lost(self, why);
    end_by(self, why);
}

static void
end_lanes(svc_t *self)
{
    for (size_t i = 0; i < SVC_LANES; i++)
        db_lane_destroy(&self->lanes[i]);
}

/* Gives the connection up.  Its lock goes with it: a standby may take over meanwhile. */
void
svc_db_lost(svc_t *self, const err_t *why)
{
    bool was_active = self->active;

    self->active = false;
    self->suspect = false;
    if (was_active)
        drop_memory(self);
    end_lanes(self);
    db_destroy(&self->db);
    metric_add(self->db_errors, 1);
    svc_log_change("db.lost", self->db_trouble, why);
    backoff_fail(&self->db_wait, time_monotonic_ms());
}

void
svc_db_close(svc_t *self)
{
    self->active = false;
    end_lanes(self);
    db_destroy(&self->db);
}

static void
on_statement(void *ctx, const char *set, const char *stmt, int64_t duration_us)
{
    svc_t *self = ctx;

    /* a long unit of work is alive while its statements come to an end */
    if (self->http != NULL)
        http_admin_beat(self->http);
    metric_observe(svc_statement_seconds(self, set, stmt), (double) duration_us / 1e6);
}

db_lane_t *
svc_lane(svc_t *self, size_t which)
{
    db_options_t options;
    err_t err = { 0 };
    int64_t now_ms = time_monotonic_ms();

    REQUIRE(which < SVC_LANES);
    db_lane_t **lane = &self->lanes[which];
    if (*lane != NULL || !self->active || now_ms < self->lane_wait.next_ms)
        return *lane;
    svc_db_options(self, &options);
    if (!db_lane_open(&options, lane, &err)) {
        svc_log_change("db.lane", self->lane_trouble, &err);
        backoff_fail(&self->lane_wait, now_ms);
        return NULL;
    }
    backoff_done(&self->lane_wait);
    self->lane_trouble[0] = '\0';
    db_lane_set_observer(*lane, on_statement, self);
    return *lane;
}

static bool
open_connection(svc_t *self, err_t *err)
{
    db_options_t options;
    const db_migration_set_t *migrations[3] = { &stream_migrations, self->def->migrations, NULL };

    svc_db_options(self, &options);
    if (!db_open(&options, &self->db, err))
        return false;
    db_set_observer(self->db, on_statement, self);
    return db_check_version(self->db, migrations, err);
}

/* One writer per service and database: whoever holds this lock on the connection that writes. */
static int64_t
lock_key(const svc_t *self)
{
    AUTO_STR text = STR_INIT;
    hash_t hash;
    int64_t key;

    str_printf(&text, "plimsoll:writer:%s", self->def->name);
    hash_of(text.ptr, text.len, &hash);
    memcpy(&key, hash.b, sizeof(key));
    return key;
}

/* Everything that memory keeps of the database, in one transaction. */
static bool
load(svc_t *self, db_tx_t *tx, err_t *err)
{
    for (size_t i = 0; i < self->stream_count; i++) {
        const char *name = self->def->produces[i];
        bool ok = self->streams[i] == NULL ? stream_open(tx, name, self->source, &self->streams[i], err)
                                           : stream_reload(self->streams[i], tx, err);
        if (!ok)
            return err_add(err, name);
        metric_set(self->stream_seq[i], (int64_t) stream_last(self->streams[i]));
    }
    for (size_t i = 0; i < self->consumer_count; i++) {
        stream_cursor_t cursor;
        if (!stream_cursor_load(tx, self->consumers[i].def->stream, &cursor, err))
            return err_add(err, self->consumers[i].def->stream);
        consumer_restart(&self->consumers[i], &cursor);
    }
    return self->def->on_connect == NULL || self->def->on_connect(self, self->state, tx, err) || err_add(err, "on_connect");
}

static bool
load_all(svc_t *self, err_t *err)
{
    AUTO(db_tx) tx = NULL;

    if (!db_tx_begin(self->db, &tx, err))
        return false;
    if (!load(self, tx, err))
        return false;
    for (size_t i = 0; i < self->stream_count; i++)
        if (!stream_flush(self->streams[i], tx, err)) /* on_connect may have appended */
            return false;
    return db_tx_commit(&tx, err);
}

static bool
activate(svc_t *self, bool *ret_got, err_t *err)
{
    *ret_got = false;
    if (self->db == NULL && !open_connection(self, err))
        return false;
    if (!db_try_lock(self->db, lock_key(self), ret_got, err))
        return false;
    return !*ret_got || load_all(self, err);
}

/* Soon again at first: the one before may just have been killed, and its connection is about to end. */
static void
become_standby(svc_t *self, int64_t now_ms)
{
    if (!self->standby) {
        log_info("svc.standby");
        /* the ports belong to whoever holds the lock, maybe on this very machine */
        svc_sockets_close(self);
        backoff_done(&self->db_wait);
    }
    self->standby = true;
    self->db_trouble[0] = '\0';
    backoff_fail(&self->db_wait, now_ms);
    if (self->db_wait.next_ms - now_ms > STANDBY_RETRY_MS)
        self->db_wait.next_ms = now_ms + STANDBY_RETRY_MS;
}

static void
become_active(svc_t *self, int64_t now_ms)
{
    self->active = true;
    self->standby = false;
    self->db_trouble[0] = '\0';
    backoff_done(&self->db_wait);
    self->beat_at_ms = now_ms;
    if (self->expire_at_ms == 0)
        self->expire_at_ms = now_ms + FIRST_EXPIRE_MS;
    for (size_t i = 0; i < self->timer_count; i++)
        if (self->timers[i].next_ms == 0)
            self->timers[i].next_ms = now_ms + self->timers[i].def->every_ms;
    svc_publish(self);
    log_info("svc.active");
}

void
svc_db_tend(svc_t *self, int64_t now_ms)
{
    err_t err = { 0 };
    bool got = false;

    if (self->db != NULL && self->active && (db_is_broken(self->db) || self->suspect)) {
        (void) err_set(&err, ERR_RETRY, "db.outage", "database: the connection is lost");
        svc_db_lost(self, &err);
        return;
    }
    if (self->active || now_ms < self->db_wait.next_ms)
        return;
    svc_busy(self, true);
    bool ok = activate(self, &got, &err);
    svc_busy(self, false);
    now_ms = time_monotonic_ms();
    if (ok && got) {
        become_active(self, now_ms);
    } else if (ok) {
        become_standby(self, now_ms);
    } else {
        drop_memory(self);
        svc_db_lost(self, &err);
        end_by(self, &err);
    }
}

bool
svc_tx_begin(svc_t *self, db_tx_t **ret, err_t *err)
{
    if (self->tx_open)
        drop_memory(self); /* the one before was given up without a word */
    if (!self->active) {
        (void) err_set(err, ERR_RETRY, "not_ready", "%s", self->standby ? "another process is the writer"
                                                          : self->db_trouble[0] != '\0' ? self->db_trouble
                                                                                        : "the database is not connected");
        if (err != NULL)
            err->outage = true;
        return false;
    }
    svc_busy(self, true);
    if (!db_tx_begin(self->db, ret, err)) {
        svc_busy(self, false);
        return false;
    }
    self->tx_open = true;
    return true;
}

bool
svc_failpoint(const svc_t *self, bool consumer, const char *place)
{
#ifdef PLIMSOLL_RELEASE
    (void) self;
    (void) consumer;
    (void) place;
    return false;
#else
    AUTO_STR name = STR_INIT;
    str_printf(&name, "%s.%s%s", self->def->name, consumer ? "consumer." : "", place);
    return FAILPOINT(name.ptr);
#endif
}

static bool
fail_here(err_t *err, const char *place)
{
    (void) err_set(err, ERR_RETRY, "svc.failpoint", "failpoint %s", place);
    if (err != NULL)
        err->outage = true;
    return false;
}

static bool
write_all(svc_t *self, db_tx_t **tx_p, bool consumer, err_t *err)
{
    for (size_t i = 0; i < self->stream_count; i++)
        if (!stream_flush(self->streams[i], *tx_p, err))
            return err_add(err, self->def->produces[i]);
    if (svc_failpoint(self, false, "before_commit") || (consumer && svc_failpoint(self, true, "before_commit")))
        return fail_here(err, "before_commit");
    if (!db_tx_commit(tx_p, err))
        return false;
    if (svc_failpoint(self, false, "after_commit") || (consumer && svc_failpoint(self, true, "after_commit"))) {
        self->suspect = true; /* as if the outcome were unknown */
        return fail_here(err, "after_commit");
    }
    return true;
}

bool
svc_commit(svc_t *self, db_tx_t **tx_p, bool consumer, err_t *err)
{
    bool ok = write_all(self, tx_p, consumer, err);

    if (*tx_p != NULL)
        db_tx_destroy(tx_p);
    if (!ok) {
        drop_memory(self);
        return false;
    }
    self->tx_open = false;
    svc_busy(self, false);
    svc_publish(self);
    (void) svc_failpoint(self, false, "after_publish");
    return true;
}

bool
svc_tx_commit(svc_t *self, db_tx_t **tx_p, err_t *err)
{
    return svc_commit(self, tx_p, false, err);
}

stream_t *
svc_stream(svc_t *self, const char *name)
{
    for (size_t i = 0; i < self->stream_count; i++)
        if (strcmp(self->def->produces[i], name) == 0)
            return self->streams[i];
    return NULL;
}
