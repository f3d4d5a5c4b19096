/* SPDX-License-Identifier: Apache-2.0 */
/* What goes out: replies, events, and the protocol's own commands. */
#include "base/mem.h"
#include "bus/door_impl.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#define WRITE_TURN_BYTES (1024u * 1024) /* to one connection, before the others have their turn */
#define LATER_UNREAD_BYTES (1024u * 1024) /* of an answer in parts: the next one waits until it is read */
#define COMMANDS_MAX 64                   /* unsent; further ones are left out */

door_blob_t *
door_blob_new(uint8_t flags, const void *payload, size_t n)
{
    door_blob_t *blob = mem_alloc(1, sizeof(*blob) + 1 + n);

    blob->uses = 1;
    blob->n = n + 1;
    blob->bytes[0] = flags;
    if (n > 0)
        memcpy(blob->bytes + 1, payload, n);
    return blob;
}

void
door_blob_release(door_t *self, door_blob_t *blob)
{
    if (--blob->uses > 0)
        return;
    self->unsent -= blob->n;
    mem_free(blob);
}

/* Too much is left unread by all together: whoever has most of it is closed. */
static void
limit_unsent(door_t *self)
{
    while (self->unsent > self->limits.memory_bytes / 2) {
        door_connection_t *most = NULL;
        for (size_t i = 0; i < self->n; i++)
            if (!self->connections[i]->doomed && (most == NULL || self->connections[i]->out_bytes > most->out_bytes))
                most = self->connections[i];
        if (most == NULL || most->out_bytes == 0)
            return;
        door_doom(self, most, DOOR_UNREAD);
    }
}

void
door_out_add(door_t *self, door_connection_t *c, door_blob_t *blob)
{
    door_out_t *out = mem_new(door_out_t);

    if (blob->uses++ == 1)
        self->unsent += blob->n;
    out->blob = blob;
    if (c->out_last == NULL)
        c->out_first = out;
    else
        c->out_last->next = out;
    c->out_last = out;
    c->out_n++;
    c->out_bytes += blob->n;
    door_touch(self, c);
}

static door_blob_t *
out_pop(door_connection_t *c)
{
    door_out_t *out = c->out_first;
    door_blob_t *blob = out->blob;

    c->out_first = out->next;
    if (c->out_first == NULL)
        c->out_last = NULL;
    c->out_n--;
    mem_free(out);
    return blob;
}

void
door_out_clear(door_t *self, door_connection_t *c)
{
    while (c->out_first != NULL) {
        door_blob_t *blob = out_pop(c);
        c->out_bytes -= blob->n;
        door_blob_release(self, blob);
    }
}

/* A maker's use of a blob ends. */
static void
blob_unuse(door_t *self, door_blob_t *blob)
{
    if (blob->uses == 1)
        self->unsent += blob->n; /* nobody took it: release takes it off again */
    door_blob_release(self, blob);
}

bool
door_command(door_t *self, door_connection_t *c, const void *command, size_t n)
{
    if (c->out_n >= COMMANDS_MAX)
        return false;
    door_blob_t *blob = door_blob_new(CURVE_FLAG_COMMAND, command, n);
    door_out_add(self, c, blob);
    blob_unuse(self, blob);
    return true;
}

static bool
left(err_t *err)
{
    (void) err_set(err, ERR_RETRY, "bus", "reply: the client has left");
    if (err != NULL)
        err->outage = true;
    return false;
}

bool
door_reply(door_listener_t *self, const bus_peer_t *peer, const char *frame, size_t n, err_t *err)
{
    door_t *door = self->door;
    door_blob_t *blob = door_blob_new(0, frame, n); /* copied before the lock is taken */

    (void) pthread_mutex_lock(&door->lock);
    door_connection_t *c = door_find(door, peer->connection);
    bool there = c != NULL && c->listener == self && c->phase == PHASE_OPEN && !c->doomed;
    bool room = there && c->out_bytes <= LATER_UNREAD_BYTES;
    if (room) {
        if (peer->delimiter) {
            door_blob_t *delimiter = door_blob_new(CURVE_FLAG_MORE, NULL, 0);
            door_out_add(door, c, delimiter);
            blob_unuse(door, delimiter);
        }
        door_out_add(door, c, blob);
    }
    blob_unuse(door, blob);
    limit_unsent(door);
    (void) pthread_mutex_unlock(&door->lock);
    if (!there)
        return left(err);
    return room || err_set(err, ERR_RETRY, "bus", "reply: the client does not read its answers");
}

static bool
is_subscribed(const door_connection_t *c, const char *topic)
{
    const char *p = c->subscriptions.ptr;

    for (size_t i = 0; i < c->subscription_n; i++, p += strlen(p) + 1)
        if (str_starts(topic, p))
            return bus_key_may_topic(c->key, topic);
    return false;
}

void
door_publish(door_listener_t *self, const char *topic, const char *event, size_t n)
{
    door_t *door = self->door;
    door_blob_t *first = NULL;
    door_blob_t *second = NULL;

    (void) pthread_mutex_lock(&door->lock);
    for (size_t i = 0; i < door->n; i++) {
        door_connection_t *c = door->connections[i];
        if (c->listener != self || c->phase != PHASE_OPEN || c->doomed || !is_subscribed(c, topic))
            continue;
        if (c->out_n >= DOOR_LAG_EVENTS || c->out_bytes + n > DOOR_LAG_BYTES) {
            metric_add(door->dropped, 1);
            continue;
        }
        if (first == NULL) {
            first = door_blob_new(CURVE_FLAG_MORE, topic, strlen(topic));
            second = door_blob_new(0, event, n);
        }
        door_out_add(door, c, first);
        door_out_add(door, c, second);
    }
    if (first != NULL) {
        blob_unuse(door, first);
        blob_unuse(door, second);
        limit_unsent(door);
    }
    (void) pthread_mutex_unlock(&door->lock);
}

void
door_wire_add(door_connection_t *c, const void *bytes, size_t n)
{
    if (c->wire_at == c->wire.len) {
        str_clear(&c->wire);
        c->wire_at = 0;
    }
    str_add_n(&c->wire, bytes, n);
}

/* What a PONG will prove to have been read. */
static void
note_fed(door_connection_t *c, const door_blob_t *blob)
{
    if ((blob->bytes[0] & CURVE_FLAG_COMMAND) == 0)
        c->fed++;
    else if (blob->n > 5 && memcmp(blob->bytes + 1, "\4PING", 5) == 0)
        c->fed_at_ping = c->fed;
}

/* The next frame, encrypted; false when there is none. */
static bool
next_frame(door_t *self, door_connection_t *c)
{
    uint8_t head[ZMTP_HEAD_MAX];
    door_blob_t *blob = NULL;

    (void) pthread_mutex_lock(&self->lock);
    if (c->out_first != NULL)
        blob = out_pop(c);
    (void) pthread_mutex_unlock(&self->lock);
    if (blob == NULL)
        return false;

    size_t n = blob->n + CURVE_MESSAGE_OVERHEAD;
    size_t head_n = zmtp_head_write(head, 0, n);
    str_done(&c->wire);
    c->wire = (str_t){ .ptr = mem_alloc(1, head_n + n + 1), .len = head_n + n, .cap = head_n + n + 1 };
    c->wire_at = 0;
    memcpy(c->wire.ptr, head, head_n);
    note_fed(c, blob);
    curve_seal(&c->curve, blob->bytes, blob->n, (uint8_t *) c->wire.ptr + head_n);

    (void) pthread_mutex_lock(&self->lock);
    c->out_bytes = c->out_bytes - blob->n;
    if (!c->doomed) {
        c->wire_counted = c->wire.len;
        c->out_bytes += c->wire_counted;
        self->unsent += c->wire_counted;
    }
    door_blob_release(self, blob);
    (void) pthread_mutex_unlock(&self->lock);
    return true;
}

static void
frame_written(door_t *self, door_connection_t *c)
{
    (void) pthread_mutex_lock(&self->lock);
    bool was_unread = door_is_unread(c);
    c->out_bytes -= c->wire_counted;
    self->unsent -= c->wire_counted;
    c->wire_counted = 0;
    if (was_unread && !door_is_unread(c) && c->first != NULL)
        door_signal(c->listener);
    (void) pthread_mutex_unlock(&self->lock);
    str_done(&c->wire);
    c->wire_at = 0;
}

void
door_on_writable(door_t *self, door_connection_t *c, int64_t now_ms)
{
    size_t sent = 0;

    while (sent < WRITE_TURN_BYTES && c->fd >= 0) {
        if (c->wire_at == c->wire.len && !next_frame(self, c))
            break;
        ssize_t n = send(c->fd, c->wire.ptr + c->wire_at, c->wire.len - c->wire_at, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            break;
        if (n <= 0) {
            door_end(self, c, DOOR_LEFT);
            return;
        }
        c->wire_at += (size_t) n;
        sent += (size_t) n;
        c->written_ms = now_ms;
        if (c->wire_at == c->wire.len)
            frame_written(self, c);
    }
    door_watch(self, c);
}
