/* SPDX-License-Identifier: Apache-2.0 */
/* The life of a connection: looked at, watched, doomed, ended, freed. */
#include "bus/door_impl.h"

#include "base/mem.h"
#include "base/time.h"

#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define HANDSHAKE_MS 10000
#define FRAME_MS 300000 /* a frame that takes longer: 8 MiB at 28 KB/s */
#define HEARTBEAT_MS 5000
#define SILENT_MS 15000
#define UNREAD_MS DOOR_DEAD_MS

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
    if (c->first != NULL)
        door_signal(c->listener); /* what was not taken while replies lay unread may be taken now */
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
    if ((interest & EPOLLIN) != 0 && (c->interest & EPOLLIN) == 0) {
        c->heard_ms = time_monotonic_ms(); /* it could not be heard before */
        c->pinged_ms = 0;
    }
    struct epoll_event event = { .events = interest, .data.ptr = c };
    REQUIRE(epoll_ctl(self->epoll, EPOLL_CTL_MOD, c->fd, &event) == 0);
    c->interest = interest;
}

void
door_bury(door_t *self, size_t i)
{
    door_connection_t *c = self->connections[i];

    memmove(&self->connections[i], &self->connections[i + 1], (self->n - i - 1) * sizeof(c));
    self->n--;
    if (c->account != NULL) {
        self->open--;
        c->account->connections--;
        door_release_subscriptions(self, c->account, c->subscriptions.len);
        door_account_release(self, c->account);
        metric_set(self->open_gauge, (int64_t) self->open);
    }
    c->next = self->buried;
    self->buried = c;
}

void
door_close_fd(door_t *self, int fd)
{
    (void) epoll_ctl(self->epoll, EPOLL_CTL_DEL, fd, NULL);
    (void) shutdown(fd, SHUT_RDWR);
    (void) close(fd);
}

void
door_end(door_t *self, door_connection_t *c, door_reason_t reason)
{
    if (c->fd < 0)
        return;
    door_close_fd(self, c->fd);
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
            door_bury(self, i);
            break;
        }
    }
    (void) pthread_mutex_unlock(&self->lock);
}

void
door_look_at(door_t *self, door_connection_t *c, int64_t now_ms)
{
    static const uint8_t ping[7] = { 4, 'P', 'I', 'N', 'G', 0, 0 }; /* no time to live: the client watches us by itself */
    bool heard = (c->interest & EPOLLIN) != 0;
    /* A client of libzmq's reads no further while its user does not: a PING behind replies or events says nothing about it. */
    bool stands = (c->interest & EPOLLOUT) != 0 || c->fed != c->fed_read;

    if (c->phase != PHASE_OPEN) {
        if (now_ms - c->since_ms > HANDSHAKE_MS)
            door_end(self, c, DOOR_SLOW_HANDSHAKE);
    } else if ((c->interest & EPOLLOUT) != 0 && now_ms - c->written_ms > UNREAD_MS) {
        door_end(self, c, DOOR_UNREAD);
    } else if (c->in_frame && !c->wants_memory && now_ms - c->frame_ms > FRAME_MS) {
        door_end(self, c, DOOR_SLOW_FRAME);
    } else if (heard && !stands && c->pinged_ms != 0 && now_ms - c->pinged_ms > SILENT_MS - HEARTBEAT_MS) {
        door_end(self, c, DOOR_SILENT);
    } else if (heard && now_ms - c->heard_ms > HEARTBEAT_MS && c->pinged_ms == 0) {
        (void) pthread_mutex_lock(&self->lock);
        if (door_command(self, c, ping, sizeof(ping)))
            c->pinged_ms = now_ms;
        (void) pthread_mutex_unlock(&self->lock);
        door_watch(self, c);
    }
}

void
door_free_buried(door_t *self)
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
