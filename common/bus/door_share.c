/* SPDX-License-Identifier: Apache-2.0 */
/* Who gets how much memory, and how many connections. */
#include "base/mem.h"
#include "base/time.h"
#include "bus/door_impl.h"

#include <string.h>

#define SUBSCRIBED_PART 8u     /* of the memory: what all subscriptions may use, */
#define SUBSCRIBED_KEY_PART 4u /* and of that one key's */
#define PATIENCE_MS 250    /* somebody waits for memory: beyond that another gives way, */
#define FRAME_GRACE_MS 1000 /* unless its frame is younger than this */

/* Who has left is forgotten when the others have had as much time: whoever comes back at once still has to wait for that. */
static void
forget_accounts(door_t *self)
{
    for (door_account_t **p = &self->accounts; *p != NULL;) {
        door_account_t *a = *p;
        if (a->uses > 0 || a->cost_us > self->now_us) {
            p = &a->next;
            continue;
        }
        *p = a->next;
        mem_free(a);
    }
}

door_account_t *
door_account_find(door_t *self, const char *name)
{
    forget_accounts(self);
    for (door_account_t *a = self->accounts; a != NULL; a = a->next)
        if (strcmp(a->name, name) == 0)
            return a;

    door_account_t *a = mem_new(door_account_t);
    (void) str_copy(a->name, sizeof(a->name), name);
    a->cost_us = self->now_us;
    a->next = self->accounts;
    self->accounts = a;
    return a;
}

void
door_account_release(door_t *self, door_account_t *account)
{
    REQUIRE(account->uses > 0);
    if (--account->uses == 0)
        forget_accounts(self);
}

/* One key leaves room for the others. */
static bool
has_share(const door_t *self, const door_account_t *account, size_t bytes)
{
    return account->held == 0 || account->held + bytes <= self->limits.memory_bytes / 4;
}

/* Large frames leave room for smaller ones. */
static bool
fits(const door_t *self, const door_account_t *account, size_t bytes)
{
    size_t memory = self->limits.memory_bytes;
    size_t room = bytes <= DOOR_FRAME_SMALL ? memory : bytes <= DOOR_FRAME_MIDDLE ? memory - memory / 8 : memory - memory / 4;

    return has_share(self, account, bytes) && self->held + bytes <= room;
}

static void
give(door_t *self, door_connection_t *c, size_t bytes)
{
    self->held += bytes;
    c->account->held += bytes;
    c->held = bytes;
    metric_set(self->held_gauge, (int64_t) self->held);
}

bool
door_grant(door_t *self, door_connection_t *c, size_t bytes)
{
    if (fits(self, c->account, bytes)) {
        give(self, c, bytes);
        return true;
    }
    c->wants_memory = true;
    if (self->starved_ms == 0)
        self->starved_ms = time_monotonic_ms();
    return false;
}

void
door_release(door_t *self, door_account_t *account, size_t bytes)
{
    REQUIRE(self->held >= bytes && account->held >= bytes);
    self->held -= bytes;
    account->held -= bytes;
    metric_set(self->held_gauge, (int64_t) self->held);
    if (self->starved_ms != 0 && bytes > 0 && !self->memory_freed) {
        self->memory_freed = true;
        door_wake(self);
    }
}

bool
door_grant_subscription(door_t *self, const door_connection_t *c, size_t bytes)
{
    size_t most = self->limits.memory_bytes / SUBSCRIBED_PART;

    if (c->subscription_n >= DOOR_SUBSCRIPTIONS || c->subscriptions.len + bytes > DOOR_SUBSCRIBED_BYTES ||
        c->account->subscribed + bytes > most / SUBSCRIBED_KEY_PART || self->subscribed + bytes > most ||
        self->held + bytes > self->limits.memory_bytes)
        return false;
    c->account->subscribed += bytes;
    self->subscribed += bytes;
    self->held += bytes;
    metric_set(self->held_gauge, (int64_t) self->held);
    return true;
}

void
door_release_subscriptions(door_t *self, door_account_t *account, size_t bytes)
{
    REQUIRE(account->subscribed >= bytes && self->subscribed >= bytes && self->held >= bytes);
    account->subscribed -= bytes;
    self->subscribed -= bytes;
    self->held -= bytes;
    metric_set(self->held_gauge, (int64_t) self->held);
}

void
door_grant_waiting(door_t *self)
{
    int64_t now_ms = time_monotonic_ms();
    bool served = true;

    self->memory_freed = false;
    while (served) {
        door_connection_t *best = NULL;
        bool starved = false;
        for (size_t i = 0; i < self->n; i++) {
            door_connection_t *c = self->connections[i];
            if (!c->wants_memory || c->doomed)
                continue;
            starved = true;
            if (fits(self, c->account, c->body_n + 1) && (best == NULL || c->account->cost_us < best->account->cost_us ||
                (c->account->cost_us == best->account->cost_us && c->frame_ms < best->frame_ms)))
                best = c;
        }
        if (!starved)
            self->starved_ms = 0;
        served = best != NULL;
        if (served) {
            give(self, best, best->body_n + 1);
            best->wants_memory = false;
            best->frame_ms = now_ms;
            self->starved_ms = now_ms;
        }
    }
}

/* Notes which keys wait for their own share; true when somebody waits for what all have together.  Whoever waits for the share of
 * its own key is helped by that key alone: else a key with more frames than its share would have the frames of all others ended. */
static bool
note_wants(door_t *self)
{
    bool of_all = false;

    for (door_account_t *a = self->accounts; a != NULL; a = a->next)
        a->wants_own = false;
    for (size_t i = 0; i < self->n; i++) {
        const door_connection_t *c = self->connections[i];
        if (!c->wants_memory || c->doomed)
            continue;
        if (has_share(self, c->account, c->body_n + 1))
            of_all = true;
        else
            c->account->wants_own = true;
    }
    return of_all;
}

void
door_make_memory(door_t *self, int64_t now_ms)
{
    door_connection_t *oldest = NULL;

    if (self->starved_ms == 0 || now_ms - self->starved_ms < PATIENCE_MS)
        return;
    bool of_all = note_wants(self);
    for (size_t i = 0; i < self->n; i++) {
        door_connection_t *c = self->connections[i];
        if (c->in_frame && c->held > 0 && !c->doomed && now_ms - c->frame_ms >= FRAME_GRACE_MS &&
            (of_all || c->account->wants_own) && (oldest == NULL || c->frame_ms < oldest->frame_ms))
            oldest = c;
    }
    if (oldest == NULL)
        return; /* whole requests hold it all: the loop works them off */
    self->starved_ms = now_ms;
    door_doom(self, oldest, DOOR_MADE_MEMORY);
}

/* Of the key with the most connections, the one that was silent longest. */
static door_connection_t *
find_least(const door_t *self, const door_account_t *most)
{
    door_connection_t *least = NULL;

    for (size_t i = 0; i < self->n; i++) {
        door_connection_t *c = self->connections[i];
        if (c->account == most && c->phase == PHASE_OPEN && !c->doomed && (least == NULL || c->heard_ms < least->heard_ms))
            least = c;
    }
    return least;
}

bool
door_make_room(door_t *self, const door_account_t *account)
{
    const door_account_t *most = account;

    if (account->connections >= self->limits.connections_per_key)
        return false;
    if (self->open < self->limits.connections)
        return true;
    for (const door_account_t *a = self->accounts; a != NULL; a = a->next)
        if (a->connections > most->connections)
            most = a;
    door_connection_t *least = most->connections > account->connections + 1 ? find_least(self, most) : NULL;
    if (least == NULL)
        return false;
    door_doom(self, least, DOOR_MADE_ROOM);
    return true;
}
