/* SPDX-License-Identifier: Apache-2.0 */
/* New connections, and who among the strangers gives way to them. */
#include "bus/door_impl.h"

#include "base/mem.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define ACCEPTS_PER_TURN 64
#define KEEPALIVE_S 30

/* How far one without a key has come. */
static unsigned
stage_of(const door_connection_t *c)
{
    return c->phase == PHASE_INITIATE ? 2u : c->phase == PHASE_HELLO || c->head_n > 0 ? 1u : 0u;
}

/* Of those without a key who have come equally far, the largest group gives up its oldest: so neither those who say nothing nor
 * those who stopped after saying HELLO keep all places from whoever comes next, nor from whoever is about to show a key. */
static door_connection_t *
find_stranger(const door_t *self, size_t *ret_n)
{
    door_connection_t *oldest[3] = { NULL };
    size_t n[3] = { 0 };
    unsigned most = 0;

    for (size_t i = 0; i < self->n; i++) {
        door_connection_t *c = self->connections[i];
        if (c->account != NULL || c->fd < 0)
            continue;
        unsigned stage = stage_of(c);
        n[stage]++;
        if (oldest[stage] == NULL || c->since_ms < oldest[stage]->since_ms)
            oldest[stage] = c;
    }
    for (unsigned stage = 1; stage < COUNT_OF(n); stage++)
        if (n[stage] > n[most])
            most = stage;
    *ret_n = n[0] + n[1] + n[2];
    return oldest[most];
}

void
door_mute(door_t *self, door_listener_t *listener, bool muted)
{
    struct epoll_event event = { .events = muted ? 0u : EPOLLIN, .data.ptr = listener };

    if (listener->muted == muted)
        return;
    listener->muted = muted;
    REQUIRE(epoll_ctl(self->epoll, EPOLL_CTL_MOD, listener->fd, &event) == 0);
}

/* The kernel watches for peers that are gone without a word, also while they have nothing to say.  Of no effect on an ipc socket. */
static void
set_options(int fd)
{
    int yes = 1;
    int idle_s = KEEPALIVE_S;
    unsigned dead_ms = DOOR_DEAD_MS;

    (void) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
    (void) setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof(yes));
    (void) setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle_s, sizeof(idle_s));
    (void) setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &idle_s, sizeof(idle_s));
    (void) setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &dead_ms, sizeof(dead_ms));
}

void
door_take_in(door_t *self, door_listener_t *listener, int fd, int64_t now_ms)
{
    door_connection_t *c = mem_new(door_connection_t);
    uint8_t greeting[ZMTP_GREETING_SIZE];

    set_options(fd);
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

void
door_accept(door_t *self, door_listener_t *listener, int64_t now_ms)
{
    (void) pthread_mutex_lock(&self->lock);
    bool closing = listener->closing;
    (void) pthread_mutex_unlock(&self->lock);
    for (unsigned i = 0; i < ACCEPTS_PER_TURN && !closing; i++) {
        size_t strangers = 0;
        door_connection_t *oldest = find_stranger(self, &strangers);

        int fd = accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        bool poor = fd < 0 && (errno == ENOMEM || errno == ENOBUFS);
        bool full = fd < 0 && (errno == EMFILE || errno == ENFILE);
        if (oldest != NULL && (full || (fd >= 0 && strangers >= self->limits.handshakes)))
            door_end(self, oldest, DOOR_MADE_ROOM);
        if (poor || (full && oldest == NULL))
            door_mute(self, listener, true); /* nothing that we could give up */
        if (fd < 0)
            return; /* another time, if there was one */
        door_take_in(self, listener, fd, now_ms);
    }
}
