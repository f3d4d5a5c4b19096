/* SPDX-License-Identifier: Apache-2.0 */
/* Whose request is next: the loop's time is shared out among keys. */
#include "base/mem.h"
#include "base/time.h"
#include "bus/door_impl.h"

#include <sys/eventfd.h>

#define BYTES_PER_US 64u     /* that a request is worked off with, at most */
#define PATIENCE_US 100000   /* no key is passed over for longer than that, */
#define PATIENCE_ROUNDS 2u   /* or than so many requests of each other key take */

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
    if (c->account->waiting++ == 0) {
        c->account->since_us = time_monotonic_us();
        if (c->account->cost_us < self->now_us)
            c->account->cost_us = self->now_us;
    }
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
    m->account->usual_us = m->account->usual_us == 0 ? took_us : (3 * m->account->usual_us + took_us) / 4;
    if (m->account->in_hand-- == DOOR_IN_HAND)
        m->account->since_us = now_us; /* it waited for itself */
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

/* How long one request of each key that has any takes. */
static uint64_t
round_of(const door_t *self)
{
    uint64_t us = 0;

    for (const door_account_t *a = self->accounts; a != NULL; a = a->next)
        if (a->waiting > 0 || a->in_hand > 0)
            us += a->usual_us;
    return us;
}

/* Time alone would have a key whose requests take long wait for a hundred requests of each key whose requests take a hundredth.
 * Patience is counted in rounds so that large requests do not all become due while small ones pass them by. */
static bool
is_overdue(const door_account_t *account, uint64_t round_us, int64_t now_us)
{
    uint64_t patience_us = round_us > account->usual_us ? PATIENCE_ROUNDS * (round_us - account->usual_us) : 0;

    return now_us - account->since_us > (int64_t) (patience_us > PATIENCE_US ? patience_us : PATIENCE_US);
}

typedef struct {
    door_connection_t *c;
    uint64_t finish_us;
    bool overdue;
} turn_t;

/* Whoever is overdue, the longest waiting first; then the request that will be done first, so a small one passes by large ones of
 * keys that have had as much.  Among the connections of one key, the one served longest ago. */
static bool
comes_before(const turn_t *a, const turn_t *b)
{
    if (a->c->account == b->c->account)
        return a->c->taken < b->c->taken;
    if (a->overdue != b->overdue)
        return a->overdue;
    if (a->overdue && a->c->account->since_us != b->c->account->since_us)
        return a->c->account->since_us < b->c->account->since_us;
    return a->finish_us < b->finish_us || (a->finish_us == b->finish_us && a->c->taken < b->c->taken);
}

/* The present of the keys' clock is where the one stands that had least among those who wait; it never goes back. */
static door_connection_t *
choose(const door_listener_t *self)
{
    door_t *door = self->door;
    uint64_t round_us = round_of(door);
    uint64_t least_us = UINT64_MAX;
    int64_t now_us = time_monotonic_us();
    turn_t best = { .c = NULL };

    for (size_t i = 0; i < door->n; i++) {
        door_connection_t *c = door->connections[i];
        if (c->listener != self || c->first == NULL || c->account->in_hand >= DOOR_IN_HAND || door_is_unread(c))
            continue;
        turn_t turn = { .c = c, .finish_us = finish_of(c), .overdue = is_overdue(c->account, round_us, now_us) };
        if (best.c == NULL || comes_before(&turn, &best))
            best = turn;
        if (c->account->cost_us < least_us)
            least_us = c->account->cost_us;
    }
    if (best.c != NULL && door->now_us < least_us)
        door->now_us = least_us;
    return best.c;
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
    m->taken_us = time_monotonic_us();
    c->account->since_us = m->taken_us;
    c->account->waiting--;
    if (c->waiting-- == DOOR_WAITING || (c->phase == PHASE_GONE && c->first == NULL))
        door_touch(self, c); /* to read on, or to be forgotten */
    c->account->uses++;
    c->account->in_hand++;
    m->account = c->account;
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
