/* SPDX-License-Identifier: Apache-2.0 */
/* The door's thread: accepts, watches, ends, and what time alone brings about. */
#include "bus/door_impl.h"

#include "base/mem.h"
#include "base/time.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <zmq.h>

#define EVENTS_MAX 64
#define ACCEPTS_PER_TURN 64
#define HANDSHAKES_PER_TURN 16 /* each costs some 200 µs of public-key cryptography; those who are in come first */
#define TICK_MS 1000
#define TICK_BUSY_MS 100
#define HANDSHAKE_MS 10000
#define FRAME_MS 300000 /* a frame that takes longer: 8 MiB at 28 KB/s */
#define HEARTBEAT_MS 5000
#define SILENT_MS 15000
#define UNREAD_MS 30000

static const char *const reasons[DOOR_REASON_COUNT] = {
    "left",       "bad_protocol", "unknown_key", "key_full", "made_room", "slow_handshake", "slow_frame",
    "made_memory", "too_large",   "silent",      "unread",   "withdrawn", "ended",
};

void
door_wake(door_t *self)
{
    REQUIRE(eventfd_write(self->wake_fd, 1) == 0);
}

void
door_touch(door_t *self, door_connection_t *c)
{
    if (c->dirty)
        return;
    c->dirty = true;
    c->dirty_next = self->dirty;
    if (self->dirty == NULL)
        door_wake(self);
    self->dirty = c;
}

door_connection_t *
door_find(const door_t *self, uint64_t id)
{
    for (size_t i = 0; i < self->n; i++)
        if (self->connections[i]->id == id)
            return self->connections[i];
    return NULL;
}

void
door_set_phase(door_t *self, door_connection_t *c, door_phase_t phase)
{
    (void) pthread_mutex_lock(&self->lock);
    c->phase = phase;
    (void) pthread_mutex_unlock(&self->lock);
}

void
door_doom(door_t *self, door_connection_t *c, door_reason_t reason)
{
    if (c->doomed)
        return;
    c->doomed = true;
    c->reason = reason;
    door_out_clear(self, c);
    self->unsent -= c->wire_counted;
    c->out_bytes -= c->wire_counted;
    c->wire_counted = 0;
    door_touch(self, c);
}

void
door_watch(door_t *self, door_connection_t *c)
{
    (void) pthread_mutex_lock(&self->lock);
    bool full = c->wants_memory || c->waiting >= DOOR_WAITING || door_is_unread(c) || c->listener->closing;
    bool out = c->out_first != NULL || c->wire_at < c->wire.len;
    bool doomed = c->doomed;
    (void) pthread_mutex_unlock(&self->lock);
    unsigned interest = (full || doomed ? 0u : EPOLLIN) | (out && !doomed ? EPOLLOUT : 0u);

    if (c->fd < 0 || interest == c->interest)
        return;
    if ((interest & EPOLLOUT) != 0 && (c->interest & EPOLLOUT) == 0)
        c->written_ms = time_monotonic_ms();
    if ((interest & EPOLLIN) != 0 && (c->interest & EPOLLIN) == 0)
        c->heard_ms = time_monotonic_ms(); /* it could not be heard before */
    struct epoll_event event = { .events = interest, .data.ptr = c };
    REQUIRE(epoll_ctl(self->epoll, EPOLL_CTL_MOD, c->fd, &event) == 0);
    c->interest = interest;
}

/* Nothing of it is left but its memory, which lasts to the end of the turn. */
static void
bury(door_t *self, size_t i)
{
    door_connection_t *c = self->connections[i];

    memmove(&self->connections[i], &self->connections[i + 1], (self->n - i - 1) * sizeof(c));
    self->n--;
    if (c->account != NULL) {
        self->open--;
        c->account->connections--;
        door_account_release(self, c->account);
        metric_set(self->open_gauge, (int64_t) self->open);
    }
    c->next = self->buried;
    self->buried = c;
}

void
door_end(door_t *self, door_connection_t *c, door_reason_t reason)
{
    if (c->fd < 0)
        return;
    (void) close(c->fd); /* takes it out of epoll, too */
    c->fd = -1;
    door_frame_drop(self, c);
    str_done(&c->wire);
    c->wire_at = 0;
    metric_add(self->closed[reason], 1);

    (void) pthread_mutex_lock(&self->lock);
    door_doom(self, c, reason);
    c->phase = PHASE_GONE;
    for (size_t i = 0; c->first == NULL && i < self->n; i++) {
        if (self->connections[i] == c) {
            bury(self, i);
            break;
        }
    }
    (void) pthread_mutex_unlock(&self->lock);
}

static void
free_buried(door_t *self)
{
    while (self->buried != NULL) {
        door_connection_t *c = self->buried;
        self->buried = c->next;
        while (c->first != NULL) {
            door_message_t *m = c->first;
            c->first = m->next;
            door_message_free(m);
        }
        if (c->key != NULL)
            bus_key_done(c->key);
        mem_free(c->key);
        str_done(&c->subscriptions);
        curve_done(&c->curve);
        mem_free(c);
    }
}

/* The one among those without a key that has said least, and of these the oldest. */
static door_connection_t *
find_stranger(const door_t *self, size_t *ret_n)
{
    door_connection_t *least = NULL;

    *ret_n = 0;
    for (size_t i = 0; i < self->n; i++) {
        door_connection_t *c = self->connections[i];
        if (c->account != NULL || c->fd < 0)
            continue;
        ++*ret_n;
        bool less = least == NULL || c->phase < least->phase ||
                    (c->phase == least->phase && c->phase == PHASE_GREETING && (c->head_n == 0) > (least->head_n == 0));
        bool same = least != NULL && c->phase == least->phase && (c->head_n == 0) == (least->head_n == 0);
        if (less || (same && c->since_ms < least->since_ms))
            least = c;
    }
    return least;
}

static void
mute(door_t *self, door_listener_t *listener, bool muted)
{
    struct epoll_event event = { .events = muted ? 0u : EPOLLIN, .data.ptr = listener };

    if (listener->muted == muted)
        return;
    listener->muted = muted;
    REQUIRE(epoll_ctl(self->epoll, EPOLL_CTL_MOD, listener->fd, &event) == 0);
}

static void
take_in(door_t *self, door_listener_t *listener, int fd, int64_t now_ms)
{
    door_connection_t *c = mem_new(door_connection_t);
    uint8_t greeting[ZMTP_GREETING_SIZE];
    int yes = 1;

    /* of no effect on an ipc socket */
    (void) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
    (void) setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof(yes));
    c->fd = fd;
    c->listener = listener;
    c->since_ms = c->heard_ms = c->written_ms = now_ms;
    c->interest = EPOLLIN;
    zmtp_greeting(greeting);
    door_wire_add(c, greeting, sizeof(greeting));
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = c };
    if (epoll_ctl(self->epoll, EPOLL_CTL_ADD, fd, &event) != 0) {
        (void) close(fd);
        str_done(&c->wire);
        mem_free(c);
        return;
    }
    (void) pthread_mutex_lock(&self->lock);
    c->id = ++self->next_id;
    self->connections = mem_grow(self->connections, &self->cap, self->n + 1, sizeof(c));
    self->connections[self->n++] = c;
    (void) pthread_mutex_unlock(&self->lock);
    door_on_writable(self, c, now_ms);
}

static void
accept_some(door_t *self, door_listener_t *listener, int64_t now_ms)
{
    (void) pthread_mutex_lock(&self->lock);
    bool closing = listener->closing;
    (void) pthread_mutex_unlock(&self->lock);
    for (unsigned i = 0; i < ACCEPTS_PER_TURN && !closing; i++) {
        size_t strangers = 0;
        door_connection_t *least = find_stranger(self, &strangers);

        int fd = accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        bool full = fd < 0 && (errno == EMFILE || errno == ENFILE);
        if (least != NULL && (full || (fd >= 0 && strangers >= self->limits.handshakes)))
            door_end(self, least, DOOR_MADE_ROOM);
        if (full && least == NULL)
            mute(self, listener, true);
        if (fd < 0)
            return; /* another time, if there was one */
        take_in(self, listener, fd, now_ms);
    }
}

/* What only time brings: silence, slowness. */
static void
look_at(door_t *self, door_connection_t *c, int64_t now_ms)
{
    static const uint8_t ping[7] = { 4, 'P', 'I', 'N', 'G', 0, 0 }; /* no time to live: the client watches us by itself */
    bool heard = (c->interest & EPOLLIN) != 0;

    if (c->phase != PHASE_OPEN) {
        if (now_ms - c->since_ms > HANDSHAKE_MS)
            door_end(self, c, DOOR_SLOW_HANDSHAKE);
    } else if ((c->interest & EPOLLOUT) != 0 && now_ms - c->written_ms > UNREAD_MS) {
        door_end(self, c, DOOR_UNREAD);
    } else if (c->in_frame && !c->wants_memory && now_ms - c->frame_ms > FRAME_MS) {
        door_end(self, c, DOOR_SLOW_FRAME);
    } else if (heard && now_ms - c->heard_ms > SILENT_MS) {
        door_end(self, c, DOOR_SILENT);
    } else if (heard && now_ms - c->heard_ms > HEARTBEAT_MS && c->pinged_ms == 0) {
        c->pinged_ms = now_ms;
        (void) pthread_mutex_lock(&self->lock);
        door_command(self, c, ping, sizeof(ping));
        (void) pthread_mutex_unlock(&self->lock);
        door_watch(self, c);
    }
}

/* Requests of its connections that nobody will take now, and the connections with them. */
static void
forget(door_t *self, const door_listener_t *l)
{
    for (size_t i = self->n; i > 0; i--) {
        door_connection_t *c = self->connections[i - 1];
        if (c->listener != l)
            continue;
        for (const door_message_t *m = c->first; m != NULL; m = m->next) {
            c->account->waiting--;
            door_release(self, c->account, m->held);
        }
        bury(self, i - 1);
    }
}

static bool
is_unsent(const door_t *self, const door_listener_t *l)
{
    for (size_t i = 0; i < self->n; i++)
        if (self->connections[i]->listener == l && self->connections[i]->fd >= 0 && (self->connections[i]->interest & EPOLLOUT) != 0)
            return true;
    return false;
}

/* Listeners that close: when all is sent, or their time is over. */
static void
close_listeners(door_t *self, int64_t now_ms)
{
    for (door_listener_t **p = &self->listeners; *p != NULL;) {
        door_listener_t *l = *p;
        (void) pthread_mutex_lock(&self->lock);
        bool wait = !l->closing;
        (void) pthread_mutex_unlock(&self->lock);
        if (wait || (is_unsent(self, l) && now_ms < l->linger_until_ms)) {
            p = &l->next;
            continue;
        }
        for (size_t i = self->n; i > 0; i--)
            if (self->connections[i - 1]->listener == l)
                door_end(self, self->connections[i - 1], DOOR_ENDED);
        (void) close(l->fd);
        (void) pthread_mutex_lock(&self->lock);
        forget(self, l);
        *p = l->next;
        l->closed = true;
        (void) pthread_cond_broadcast(&self->changed);
        (void) pthread_mutex_unlock(&self->lock);
    }
}

/* Listeners opened since. */
static void
add_listeners(door_t *self)
{
    (void) pthread_mutex_lock(&self->lock);
    while (self->fresh != NULL) {
        door_listener_t *l = self->fresh;
        struct epoll_event event = { .events = EPOLLIN, .data.ptr = l };
        self->fresh = l->next;
        l->next = self->listeners;
        self->listeners = l;
        REQUIRE(epoll_ctl(self->epoll, EPOLL_CTL_ADD, l->fd, &event) == 0);
    }
    (void) pthread_mutex_unlock(&self->lock);
}

static bool
is_buried(const door_connection_t *c)
{
    return c->phase == PHASE_GONE && c->first == NULL;
}

/* Connections with which the loop has done something: ends whom it doomed, forgets whose last request was taken, writes. */
static void
look_at_dirty(door_t *self, int64_t now_ms)
{
    for (;;) {
        (void) pthread_mutex_lock(&self->lock);
        door_connection_t *c = self->dirty;
        bool gone = false;
        bool doomed = false;
        if (c != NULL) {
            self->dirty = c->dirty_next;
            c->dirty = false;
            doomed = c->doomed && c->fd >= 0;
            gone = is_buried(c);
        }
        for (size_t i = 0; gone && i < self->n; i++) {
            if (self->connections[i] == c) {
                bury(self, i);
                break;
            }
        }
        (void) pthread_mutex_unlock(&self->lock);
        if (c == NULL)
            return;
        if (doomed)
            door_end(self, c, c->reason);
        else if (c->fd >= 0)
            door_on_writable(self, c, now_ms);
    }
}

static void
share_memory(door_t *self, int64_t now_ms)
{
    (void) pthread_mutex_lock(&self->lock);
    bool starved = self->starved_ms != 0;
    if (starved) {
        door_grant_waiting(self);
        door_make_memory(self, now_ms);
    }
    (void) pthread_mutex_unlock(&self->lock);
    for (size_t i = 0; starved && i < self->n; i++)
        door_watch(self, self->connections[i]);
}

static door_listener_t *
listener_of(door_t *self, const void *p)
{
    for (door_listener_t *l = self->listeners; l != NULL; l = l->next)
        if (l == p)
            return l;
    return NULL;
}

static void
on_connection(door_t *self, door_connection_t *c, unsigned events, int64_t now_ms)
{
    if (c->fd >= 0 && (events & EPOLLOUT) != 0)
        door_on_writable(self, c, now_ms);
    if (c->fd >= 0 && (events & EPOLLIN) != 0)
        door_on_readable(self, c, now_ms);
    else if (c->fd >= 0 && (events & (EPOLLHUP | EPOLLERR)) != 0)
        door_end(self, c, DOOR_LEFT);
}

/* Those who are in first, then a few handshakes, then new ones. */
static void
on_events(door_t *self, const struct epoll_event *events, int n, int64_t now_ms)
{
    unsigned handshakes = 0;
    bool woken = false;

    for (int i = 0; i < n; i++) {
        void *p = events[i].data.ptr;
        door_listener_t *l = listener_of(self, p);
        eventfd_t seen;
        if (p == self) {
            (void) eventfd_read(self->wake_fd, &seen);
            woken = true;
        } else if (l == NULL && ((door_connection_t *) p)->account != NULL) {
            on_connection(self, p, events[i].events, now_ms);
        }
    }
    if (woken)
        add_listeners(self);
    for (int i = 0; i < n; i++) {
        void *p = events[i].data.ptr;
        if (p == self || listener_of(self, p) != NULL || ((door_connection_t *) p)->account != NULL)
            continue;
        if (handshakes++ < HANDSHAKES_PER_TURN)
            on_connection(self, p, events[i].events, now_ms);
    }
    for (int i = 0; i < n; i++) {
        door_listener_t *l = listener_of(self, events[i].data.ptr);
        if (l != NULL)
            accept_some(self, l, now_ms);
    }
}

static void *
door_main(void *arg)
{
    door_t *self = arg;
    struct epoll_event events[EVENTS_MAX];
    int64_t tick_ms = 0;

    for (;;) {
        (void) pthread_mutex_lock(&self->lock);
        bool stop = self->stop;
        bool busy = self->starved_ms != 0;
        for (const door_listener_t *l = self->listeners; l != NULL; l = l->next)
            busy = busy || l->closing;
        (void) pthread_mutex_unlock(&self->lock);
        if (stop)
            return NULL;
        int n = epoll_wait(self->epoll, events, EVENTS_MAX, busy ? TICK_BUSY_MS : TICK_MS);
        int64_t now_ms = time_monotonic_ms();
        if (n > 0)
            on_events(self, events, n, now_ms);
        look_at_dirty(self, now_ms);
        share_memory(self, now_ms);
        close_listeners(self, now_ms);
        if (now_ms - tick_ms >= TICK_MS) {
            tick_ms = now_ms;
            for (door_listener_t *l = self->listeners; l != NULL; l = l->next)
                mute(self, l, false);
            for (size_t i = self->n; i > 0; i--)
                if (self->connections[i - 1]->fd >= 0)
                    look_at(self, self->connections[i - 1], now_ms);
        }
        look_at_dirty(self, now_ms); /* the last look at whom it has buried */
        free_buried(self);
    }
}

static bool
start(door_t *self, err_t *err)
{
    sigset_t all;
    sigset_t old;

    self->epoll = epoll_create1(EPOLL_CLOEXEC);
    self->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = self };
    if (self->epoll < 0 || self->wake_fd < 0 || epoll_ctl(self->epoll, EPOLL_CTL_ADD, self->wake_fd, &event) != 0)
        return err_set(err, ERR_RETRY, "bus.thread", "cannot watch sockets: %s", strerror(errno));
    /* the thread must not take the signals that the loop reads from its signalfd */
    (void) sigfillset(&all);
    (void) pthread_sigmask(SIG_SETMASK, &all, &old);
    int rc = pthread_create(&self->thread, NULL, door_main, self);
    (void) pthread_sigmask(SIG_SETMASK, &old, NULL);
    self->started = rc == 0;
    return self->started || err_set(err, ERR_RETRY, "bus.thread", "cannot start the thread of the sockets: %s", strerror(rc));
}

bool
door_new(bus_keys_t *keys, const bus_limits_t *limits, door_t **ret, err_t *err)
{
    AUTO(door) self = mem_new(door_t);

    self->keys = keys;
    self->limits = *limits;
    self->epoll = self->wake_fd = -1;
    (void) pthread_mutex_init(&self->lock, NULL);
    (void) pthread_cond_init(&self->changed, NULL);
    for (size_t i = 0; i < DOOR_REASON_COUNT; i++) {
        AUTO_STR labels = STR_INIT;
        str_printf(&labels, "reason=\"%s\"", reasons[i]);
        self->closed[i] = metrics_counter("bus_closed_total", labels.ptr, "connections to this service that ended, by reason");
    }
    self->open_gauge = metrics_gauge("bus_connections", NULL, "connections with a key to this service");
    self->held_gauge = metrics_gauge("bus_memory_bytes", NULL, "held for frames of requests, of bus.memory_mib");
    self->dropped = metrics_counter("bus_events_dropped_total", NULL, "events not sent to subscribers who lag; they fetch them");
    if (!start(self, err))
        return false;
    *ret = TAKE(self);
    return true;
}

void
door_destroy(door_t **self_p)
{
    door_t *self = *self_p;

    if (self == NULL)
        return;
    *self_p = NULL;
    if (self->started) {
        (void) pthread_mutex_lock(&self->lock);
        self->stop = true;
        door_wake(self);
        (void) pthread_mutex_unlock(&self->lock);
        (void) pthread_join(self->thread, NULL);
    }
    REQUIRE(self->listeners == NULL && self->fresh == NULL && self->n == 0);
    if (self->epoll >= 0)
        (void) close(self->epoll);
    if (self->wake_fd >= 0)
        (void) close(self->wake_fd);
    mem_free(self->connections);
    (void) pthread_mutex_destroy(&self->lock);
    (void) pthread_cond_destroy(&self->changed);
    mem_free(self);
}

bool
door_open(door_t *self, door_kind_t kind, const char *endpoint, const bus_key_t *own, door_listener_t **ret, err_t *err)
{
    if (own->secret_z85[0] == '\0')
        return err_set(err, ERR_CONFIG, "bus.key", "%s: a socket needs the secret key (NAME.key_secret)", own->name);

    door_listener_t *l = mem_new(door_listener_t);
    l->door = self;
    l->kind = kind;
    l->fd = -1;
    l->ready_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    bool ok = zmq_z85_decode(l->curve.public, own->public_z85) != NULL && zmq_z85_decode(l->curve.secret, own->secret_z85) != NULL;
    if (!ok)
        (void) err_set(err, ERR_CONFIG, "bus.key", "%s: not a pair of keys", own->name);
    else if (l->ready_fd < 0)
        ok = err_set(err, ERR_RETRY, "bus", "%s: %s", endpoint, strerror(errno));
    if (!ok || !door_listen(l, endpoint, err)) {
        if (l->ready_fd >= 0)
            (void) close(l->ready_fd);
        mem_wipe(&l->curve, sizeof(l->curve));
        mem_free(l);
        return false;
    }
    (void) pthread_mutex_lock(&self->lock);
    l->next = self->fresh;
    self->fresh = l;
    door_wake(self);
    (void) pthread_mutex_unlock(&self->lock);
    *ret = l;
    return true;
}

void
door_close(door_listener_t **self_p, int64_t linger_ms)
{
    door_listener_t *self = *self_p;

    if (self == NULL)
        return;
    *self_p = NULL;
    (void) pthread_mutex_lock(&self->door->lock);
    self->linger_until_ms = time_monotonic_ms() + linger_ms;
    self->closing = true;
    door_wake(self->door);
    while (!self->closed)
        (void) pthread_cond_wait(&self->door->changed, &self->door->lock);
    (void) pthread_mutex_unlock(&self->door->lock);
    if (self->path[0] != '\0')
        (void) unlink(self->path);
    (void) close(self->ready_fd);
    mem_wipe(&self->curve, sizeof(self->curve));
    mem_free(self);
}

const char *
door_endpoint(const door_listener_t *self)
{
    return self->endpoint;
}

int
door_fd(const door_listener_t *self)
{
    return self->ready_fd;
}

void
door_recheck(door_t *self)
{
    (void) pthread_mutex_lock(&self->lock);
    for (size_t i = 0; i < self->n; i++) {
        door_connection_t *c = self->connections[i];
        bus_key_t key;
        if (c->phase != PHASE_OPEN || c->doomed)
            continue;
        /* a request's rights are looked up when it is answered, a stream's were taken in with the key */
        bool ok = bus_keys_find(self->keys, c->key->name, &key) && strcmp(key.public_z85, c->key->public_z85) == 0 &&
                  (c->listener->kind == DOOR_REQUESTS || bus_key_has_same_rights(&key, c->key));
        if (!ok)
            door_doom(self, c, DOOR_WITHDRAWN);
    }
    (void) pthread_mutex_unlock(&self->lock);
}
