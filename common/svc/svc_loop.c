/* SPDX-License-Identifier: Apache-2.0 */
#include "svc/svc_impl.h"

#include "base/time.h"
#include "log/log.h"
#include "stream/command_log.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define TURN_MAX_MS 1000
#define TEND_MS 1000
#define TEND_TROUBLED_MS 200
#define EXPIRE_MS 3600000
#define ITEMS_MAX (4 + 4 * SVC_CONSUMERS_MAX + SVC_FDS_MAX)
#define ERRORS_BEFORE_BUG 100

/* The sockets of one turn; positions of what is not there are SIZE_MAX. */
typedef struct {
    zmq_pollitem_t items[ITEMS_MAX];
    size_t n;
    size_t signals, server, db;
    size_t sub[SVC_CONSUMERS_MAX], client[SVC_CONSUMERS_MAX];
    size_t sub_monitor[SVC_CONSUMERS_MAX], client_monitor[SVC_CONSUMERS_MAX];
    size_t fd[SVC_FDS_MAX];
} turn_t;

bool
svc_signals_open(svc_t *self, err_t *err)
{
    static const int numbers[] = { SIGTERM, SIGINT, SIGHUP, SIGUSR1 };
    sigset_t mask;

    (void) sigemptyset(&mask);
    for (size_t i = 0; i < COUNT_OF(numbers); i++)
        (void) sigaddset(&mask, numbers[i]);
    if (sigprocmask(SIG_BLOCK, &mask, NULL) != 0 || signal(SIGPIPE, SIG_IGN) == SIG_ERR)
        return err_set(err, ERR_BUG, "svc.signals", "cannot block signals: %s", strerror(errno));
    self->signal_fd = signalfd(-1, &mask, SFD_NONBLOCK | SFD_CLOEXEC);
    return self->signal_fd >= 0 || err_set(err, ERR_BUG, "svc.signals", "signalfd: %s", strerror(errno));
}

static void
reload(svc_t *self)
{
    err_t err = { 0 };

    if (!svc_config_reload(self, &err) ||
        (self->def->on_reload != NULL && !self->def->on_reload(self, self->state, &err))) {
        log_err(LOG_ERROR, "svc.reload_refused", &err); /* what was in force stays in force */
        return;
    }
    log_info("svc.reloaded");
}

static void
on_signals(svc_t *self)
{
    struct signalfd_siginfo info;

    while (read(self->signal_fd, &info, sizeof(info)) == (ssize_t) sizeof(info)) {
        switch ((int) info.ssi_signo) {
        case SIGTERM:
        case SIGINT:
            log_info("svc.draining", F_I64("signal", (int64_t) info.ssi_signo));
            self->draining = true;
            self->leave = true;
            break;
        case SIGHUP:
            reload(self);
            break;
        case SIGUSR1:
            svc_dump(self);
            break;
        default:
            break;
        }
    }
}

static size_t
add_socket(turn_t *t, void *socket)
{
    if (socket == NULL)
        return SIZE_MAX;
    t->items[t->n] = (zmq_pollitem_t){ .socket = socket, .events = ZMQ_POLLIN };
    return t->n++;
}

static size_t
add_fd(turn_t *t, int fd)
{
    if (fd < 0)
        return SIZE_MAX;
    t->items[t->n] = (zmq_pollitem_t){ .fd = fd, .events = ZMQ_POLLIN };
    return t->n++;
}

static void
gather(const svc_t *self, turn_t *t)
{
    t->n = 0;
    t->signals = add_fd(t, self->signal_fd);
    t->server = add_fd(t, self->server == NULL || self->hold ? -1 : bus_server_fd(self->server));
    /* between transactions the server has nothing to say but that it goes away */
    t->db = add_fd(t, self->active ? db_socket(self->db) : -1);
    for (size_t i = 0; i < self->consumer_count; i++) {
        const consumer_t *c = &self->consumers[i];
        bool wanted = self->active && consumer_has_room(self, c);
        t->sub[i] = add_socket(t, wanted && c->sub != NULL ? bus_sub_socket(c->sub) : NULL);
        t->client[i] = add_socket(t, wanted && c->client != NULL ? bus_client_socket(c->client) : NULL);
        t->sub_monitor[i] = add_socket(t, self->active && c->sub != NULL ? bus_sub_monitor(c->sub) : NULL);
        t->client_monitor[i] = add_socket(t, self->active && c->client != NULL ? bus_client_monitor(c->client) : NULL);
    }
    for (size_t i = 0; i < self->fd_count; i++)
        t->fd[i] = add_fd(t, self->fds[i].fd);
}

static bool
is_readable(const turn_t *t, size_t position)
{
    return position != SIZE_MAX && (t->items[position].revents & (ZMQ_POLLIN | ZMQ_POLLERR)) != 0;
}

static void
sooner(int64_t *at_ms, int64_t other_ms)
{
    if (other_ms < *at_ms)
        *at_ms = other_ms;
}

/* When the next thing is due that no socket announces. */
static int64_t
next_due(const svc_t *self, int64_t now_ms)
{
    int64_t at_ms = now_ms + TURN_MAX_MS;

    sooner(&at_ms, self->tend_at_ms);
    sooner(&at_ms, self->wake_at_ms);
    if (self->bind_wait.next_ms != 0)
        sooner(&at_ms, self->bind_wait.next_ms);
    if (!self->active) {
        sooner(&at_ms, self->db_wait.next_ms);
        return at_ms;
    }
    sooner(&at_ms, self->beat_at_ms);
    for (size_t i = 0; i < self->timer_count; i++)
        sooner(&at_ms, self->timers[i].next_ms);
    for (size_t i = 0; i < self->consumer_count; i++) {
        const consumer_t *c = &self->consumers[i];
        if (c->queue_n > 0)
            sooner(&at_ms, c->apply_wait.next_ms);
        if (c->fetch_id[0] != '\0')
            sooner(&at_ms, c->fetch_deadline_ms);
        else if (c->client != NULL && strcmp(c->trouble_code, "bus.refused") != 0 && (c->ask || c->head > c->tail.seq) && consumer_has_room(self, c))
            sooner(&at_ms, c->fetch_wait.next_ms);
    }
    return at_ms;
}

/* A readable connection that is not broken held some notice: one cheap transaction reads it off, or finds out. */
static void
ping_database(svc_t *self)
{
    AUTO(db_tx) tx = NULL;
    err_t err = { 0 };

    if (db_tx_begin_snapshot(self->db, &tx, &err) && db_tx_commit(&tx, &err))
        return;
    if (!svc_is_outage(&err) && !db_is_broken(self->db))
        return;
    db_tx_destroy(&tx);
    svc_db_lost(self, &err);
}

static void
run_timer(svc_t *self, svc_timer_t *timer, int64_t now_ms)
{
    err_t err = { 0 };
    int64_t start_us = time_monotonic_us();

    timer->next_ms = now_ms + timer->def->every_ms;
    svc_busy(self, true);
    bool ok = timer->def->run(self, self->state, &err);
    svc_busy(self, false);
    metric_observe(timer->seconds, (double) (time_monotonic_us() - start_us) / 1e6);
    if (!ok) {
        metric_add(timer->failures, 1);
        log_err(LOG_WARN, "svc.tick_failed", &err);
        svc_rollback(self, &err);
    }
    arena_reset(self->arena);
}

static bool
expire_commands(svc_t *self, err_t *err)
{
    AUTO(db_tx) tx = NULL;
    int64_t rows = 0;

    return svc_tx_begin(self, &tx, err) && command_log_expire(tx, COMMAND_LOG_DAYS, &rows, err) &&
           svc_tx_commit(self, &tx, err);
}

static void
run_timers(svc_t *self)
{
    err_t err = { 0 };

    for (size_t i = 0; i < self->timer_count && self->active && !self->leave; i++) {
        int64_t now_ms = time_monotonic_ms();
        if (now_ms >= self->timers[i].next_ms)
            run_timer(self, &self->timers[i], now_ms);
    }
    int64_t now_ms = time_monotonic_ms();
    if (!self->active || now_ms < self->expire_at_ms)
        return;
    self->expire_at_ms = now_ms + EXPIRE_MS;
    if (!expire_commands(self, &err)) {
        log_err(LOG_WARN, "svc.expire_failed", &err);
        svc_rollback(self, &err);
    }
}

static void
run_fds(svc_t *self, const turn_t *t, int64_t now_ms)
{
    bool woken = now_ms >= self->wake_at_ms;

    if (woken)
        self->wake_at_ms = SVC_NEVER;
    for (size_t i = 0; i < self->fd_count; i++) {
        err_t err = { 0 };
        if (!woken && !is_readable(t, t->fd[i]))
            continue;
        if (self->fds[i].fn != NULL && !self->fds[i].fn(self, self->state, &err)) {
            log_err(LOG_WARN, "svc.fd_failed", &err);
            if (self->tx_open || err.cls != ERR_REJECT)
                svc_rollback(self, &err);
        }
        arena_reset(self->arena);
    }
}

static void
serve(svc_t *self, const turn_t *t)
{
    if (is_readable(t, t->db) && self->active)
        ping_database(self);
    if (is_readable(t, t->server) && self->server != NULL)
        svc_requests(self);
    for (size_t i = 0; i < self->consumer_count && self->active && !self->leave; i++) {
        consumer_t *c = &self->consumers[i];
        if (is_readable(t, t->sub_monitor[i]) || is_readable(t, t->client_monitor[i]))
            consumer_check(c, time_monotonic_ms());
        if (is_readable(t, t->client[i]) && c->client != NULL)
            consumer_on_client(self, c);
        if (is_readable(t, t->sub[i]) && c->sub != NULL)
            consumer_on_sub(self, c);
        consumer_fetch(self, c, time_monotonic_ms());
        consumer_apply(self, c, time_monotonic_ms());
    }
}

static void
tend(svc_t *self, int64_t now_ms)
{
    svc_db_tend(self, now_ms);
    svc_sockets_tend(self, now_ms);
    if (now_ms >= self->tend_at_ms) {
        self->tend_at_ms = now_ms + TEND_MS;
        for (size_t i = 0; i < self->consumer_count && self->active; i++) {
            consumer_check(&self->consumers[i], now_ms);
            if (str_starts(self->consumers[i].trouble_code, "bus.")) /* it connects anew as soon as it may */
                self->tend_at_ms = now_ms + TEND_TROUBLED_MS;
        }
        svc_health(self);
    } else if (self->active != self->reported_active) {
        svc_health(self);
    }
    svc_beat(self, time_monotonic_ms());
}

/* Waits for a socket or the next timer; false when the poll itself failed. */
static bool
wait(svc_t *self, turn_t *t)
{
    gather(self, t);
    int64_t now_ms = time_monotonic_ms();
    int64_t wait_ms = next_due(self, now_ms) - now_ms;
    int n = zmq_poll(t->items, (int) t->n, wait_ms > 0 ? wait_ms : 0);

    if (n >= 0 || errno == EINTR)
        return true;
    log_error("svc.poll", F_STR("error", zmq_strerror(errno)));
    return false;
}

void
svc_loop(svc_t *self)
{
    turn_t t = { .n = 0 };
    unsigned errors = 0;

    tend(self, time_monotonic_ms());
    while (!self->leave) {
        if (!wait(self, &t)) {
            REQUIRE(++errors < ERRORS_BEFORE_BUG);
            continue;
        }
        errors = 0;
        int64_t start_us = time_monotonic_us();
        svc_busy(self, false); /* the loop is alive */
        if (is_readable(&t, t.signals))
            on_signals(self);
        if (self->leave)
            break;
        /* connections and rights first: what follows must not use what has just been withdrawn */
        tend(self, time_monotonic_ms());
        serve(self, &t);
        if (self->active && !self->leave)
            run_timers(self);
        if (!self->leave)
            run_fds(self, &t, time_monotonic_ms());
        metric_observe(self->turn_seconds, (double) (time_monotonic_us() - start_us) / 1e6);
    }
    if (self->draining && self->def->drain != NULL && self->active)
        self->def->drain(self, self->state);
}

void
svc_watch_fd(svc_t *self, int fd, svc_fd_fn fn)
{
    size_t i = 0;

    while (i < self->fd_count && self->fds[i].fd != fd)
        i++;
    if (fn == NULL) {
        if (i < self->fd_count)
            self->fds[i] = (watch_t){ .fd = -1 };
        return;
    }
    for (size_t k = 0; i == self->fd_count && k < self->fd_count; k++)
        if (self->fds[k].fd < 0)
            i = k;
    REQUIRE(i < SVC_FDS_MAX);
    if (i == self->fd_count)
        self->fd_count++;
    self->fds[i] = (watch_t){ .fd = fd, .fn = fn };
}

void
svc_wake_within(svc_t *self, int64_t ms)
{
    sooner(&self->wake_at_ms, time_monotonic_ms() + (ms > 0 ? ms : 0));
}
