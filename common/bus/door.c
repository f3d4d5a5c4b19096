/* SPDX-License-Identifier: Apache-2.0 */
/* The door as the loop sees it: made, opened, closed.  What its thread does is in door_loop.c. */
#include "bus/door_impl.h"

#include "base/mem.h"
#include "base/time.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <zmq.h>

static const char *const reasons[DOOR_REASON_COUNT] = {
    "left",       "bad_protocol", "unknown_key", "key_full", "made_room", "slow_handshake", "slow_frame",
    "made_memory", "too_large",   "silent",      "unread",   "withdrawn", "ended",
};

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
    while (self->accounts != NULL) {
        door_account_t *a = self->accounts;
        self->accounts = a->next;
        mem_free(a);
    }
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
    self->rechecks++;
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
