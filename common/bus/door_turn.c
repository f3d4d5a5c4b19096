/* SPDX-License-Identifier: Apache-2.0 */
/* Whose request is next: the loop's time is shared out among keys. */
#include "base/mem.h"
#include "base/time.h"
#include "bus/door_impl.h"

#include <sys/eventfd.h>

#define BYTES_PER_US 64u /* that a request is worked off with, at most */

bool
door_is_unread(const door_connection_t *c)
{
    /* of one that is cut off nothing will be read: what out_bytes still counts is the frame that is just being sealed */
    return !c->doomed && c->out_bytes > DOOR_UNREAD_BYTES;
}

void
door_message_free(door_message_t *m)
{
    if (m == NULL)
        return;
    mem_free(m->body);
    mem_free(m);
}

void
door_signal(door_listener_t *listener)
{
    if (listener->ready)
        return;
    listener->ready = true;
    REQUIRE(eventfd_write(listener->ready_fd, 1) == 0);
}

void
door_queue(door_t *self, door_connection_t *c, door_message_t *m)
{
    if (c->last == NULL)
        c->first = m;
    else
        c->last->next = m;
    c->last = m;
    c->waiting++;
    if (c->account->waiting++ == 0 && c->account->cost_us < self->now_us)
        c->account->cost_us = self->now_us;
    door_signal(c->listener);
}

void
door_done(bus_request_t **request_p)
{
    door_message_t *m = (door_message_t *) *request_p;
    door_t *door = m->door;
    int64_t now_us = time_monotonic_us();

    *request_p = NULL;
    (void) pthread_mutex_lock(&door->lock);
    /* several in hand do not take longer than the clock */
    int64_t since_us = m->taken_us > door->done_us ? m->taken_us : door->done_us;
    door->done_us = now_us;
    uint64_t took_us = (uint64_t) (now_us - since_us) + 1;
    m->account->cost_us += took_us;
    m->account->usual_us = (3 * m->account->usual_us + took_us) / 4;
    m->account->in_hand--;
    for (size_t i = 0; m->account->waiting > 0 && i < door->n; i++) /* its next one may be taken now */
        if (door->connections[i]->account == m->account && door->connections[i]->first != NULL)
            door_signal(door->connections[i]->listener);
    door_release(door, m->account, m->held);
    door_account_release(door, m->account);
    (void) pthread_mutex_unlock(&door->lock);
    door_message_free(m);
}

/* Where its key's clock will stand when the request is done: by what it usually costs, or its size tells at least. */
static uint64_t
finish_of(const door_connection_t *c)
{
    uint64_t by_size_us = c->first->held / BYTES_PER_US;

    return c->account->cost_us + (c->account->usual_us > by_size_us ? c->account->usual_us : by_size_us);
}

/* The request that will be done first; so a small one passes by large ones of keys that have had as much.  Among the
 * connections of one key, the one served longest ago. */
static door_connection_t *
choose(const door_listener_t *self)
{
    const door_t *door = self->door;
    door_connection_t *best = NULL;
    uint64_t best_us = 0;

    for (size_t i = 0; i < door->n; i++) {
        door_connection_t *c = door->connections[i];
        if (c->listener != self || c->first == NULL || c->account->in_hand >= DOOR_IN_HAND || door_is_unread(c))
            continue;
        bool same = best != NULL && c->account == best->account;
        uint64_t us = finish_of(c);
        if (best == NULL || (same ? c->taken < best->taken : us < best_us || (us == best_us && c->taken < best->taken))) {
            best = c;
            best_us = us;
        }
    }
    return best;
}

static door_message_t *
take_from(door_t *self, door_connection_t *c)
{
    door_message_t *m = c->first;

    c->first = m->next;
    if (c->first == NULL)
        c->last = NULL;
    m->next = NULL;
    c->taken = ++self->takes;
    c->account->waiting--;
    if (c->waiting-- == DOOR_WAITING || (c->phase == PHASE_GONE && c->first == NULL))
        door_touch(self, c); /* to read on, or to be forgotten */
    if (self->now_us < c->account->cost_us)
        self->now_us = c->account->cost_us;
    c->account->uses++;
    c->account->in_hand++;
    m->account = c->account;
    m->taken_us = time_monotonic_us();
    m->request.peer.connection = c->id;
    (void) str_copy(m->request.peer.key, sizeof(m->request.peer.key), c->account->name);
    return m;
}

bus_request_t *
door_take(door_listener_t *self)
{
    door_t *door = self->door;
    door_message_t *m = NULL;
    eventfd_t seen;

    (void) pthread_mutex_lock(&door->lock);
    door_connection_t *c = choose(self);
    if (c == NULL && self->ready) {
        self->ready = false;
        (void) eventfd_read(self->ready_fd, &seen);
    }
    if (c != NULL)
        m = take_from(door, c);
    (void) pthread_mutex_unlock(&door->lock);
    return m == NULL ? NULL : &m->request;
}
