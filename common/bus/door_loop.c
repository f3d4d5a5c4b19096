/* SPDX-License-Identifier: Apache-2.0 */
/* The door's thread: whom it hears, and what time alone brings about. */
#include "bus/door_impl.h"

#include "base/time.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>

#define EVENTS_MAX 64
#define HANDSHAKES_PER_TURN 16 /* each costs some 200 µs of public-key cryptography; those who are in come first */
#define TICK_MS 1000
#define TICK_BUSY_MS 100

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
        door_bury(self, i - 1);
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
        door_close_fd(self, l->fd);
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
                door_bury(self, i);
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

/* Those who are in first, then a few handshakes, then new ones; each time another begins. */
static void
on_events(door_t *self, const struct epoll_event *events, size_t n, int64_t now_ms)
{
    size_t first = (size_t) (self->turn % n);
    unsigned handshakes = 0;
    bool woken = false;

    for (size_t i = 0; i < n; i++) {
        const struct epoll_event *event = &events[(first + i) % n];
        void *p = event->data.ptr;
        eventfd_t seen;
        if (p == self) {
            (void) eventfd_read(self->wake_fd, &seen);
            woken = true;
        } else if (listener_of(self, p) == NULL && ((door_connection_t *) p)->account != NULL) {
            on_connection(self, p, event->events, now_ms);
        }
    }
    if (woken)
        add_listeners(self);
    for (size_t i = 0; i < n; i++) {
        const struct epoll_event *event = &events[(first + i) % n];
        void *p = event->data.ptr;
        if (p == self || listener_of(self, p) != NULL || ((door_connection_t *) p)->account != NULL)
            continue;
        if (handshakes++ < HANDSHAKES_PER_TURN)
            on_connection(self, p, event->events, now_ms);
    }
    for (size_t i = 0; i < n; i++) {
        door_listener_t *l = listener_of(self, events[i].data.ptr);
        if (l != NULL)
            door_accept(self, l, now_ms);
    }
}

void
door_loop_once(door_t *self, int wait_ms)
{
    struct epoll_event events[EVENTS_MAX];
    int n = epoll_wait(self->epoll, events, EVENTS_MAX, wait_ms);
    int64_t now_ms = time_monotonic_ms();

    self->turn++;
    if (n > 0)
        on_events(self, events, (size_t) n, now_ms);
    look_at_dirty(self, now_ms);
    share_memory(self, now_ms);
    close_listeners(self, now_ms);
    if (now_ms - self->tick_ms >= TICK_MS) {
        self->tick_ms = now_ms;
        for (door_listener_t *l = self->listeners; l != NULL; l = l->next)
            door_mute(self, l, false);
        for (size_t i = self->n; i > 0; i--)
            if (self->connections[i - 1]->fd >= 0)
                door_look_at(self, self->connections[i - 1], now_ms);
    }
    look_at_dirty(self, now_ms); /* the last look at whom it has buried */
    door_free_buried(self);
}

void *
door_main(void *arg)
{
    door_t *self = arg;

    for (;;) {
        (void) pthread_mutex_lock(&self->lock);
        bool stop = self->stop;
        bool busy = self->starved_ms != 0;
        for (const door_listener_t *l = self->listeners; l != NULL; l = l->next)
            busy = busy || l->closing;
        (void) pthread_mutex_unlock(&self->lock);
        if (stop)
            return NULL;
        door_loop_once(self, busy ? TICK_BUSY_MS : TICK_MS);
    }
}
