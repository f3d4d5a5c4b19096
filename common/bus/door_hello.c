/* SPDX-License-Identifier: Apache-2.0 */
/* Who may come in: the commands of the handshake. */
#include "base/mem.h"
#include "bus/door_impl.h"
#include "log/log.h"

#include <string.h>
#include <sys/socket.h>

#include <zmq.h>

#define METADATA_MAX 64

static void
add_command(door_connection_t *c, const void *command, size_t n)
{
    uint8_t head[ZMTP_HEAD_MAX];
    size_t head_n = zmtp_head_write(head, ZMTP_FLAG_COMMAND, n);

    door_wire_add(c, head, head_n);
    door_wire_add(c, command, n);
}

/* Unknown, expired, revoked and malformed look the same to the other side. */
static void
refuse(door_t *self, door_connection_t *c)
{
    static const uint8_t error[] = "\4\012\5ERROR\003400"; /* head, name, reason: clients of ours tell their user */

    /* nothing else waits to be sent: the welcome was read, else there would be no answer to it */
    (void) send(c->fd, error, sizeof(error) - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
    door_end(self, c, DOOR_UNKNOWN_KEY);
}

static void
on_hello(door_t *self, door_connection_t *c)
{
    uint8_t welcome[CURVE_WELCOME_SIZE];

    if (!curve_hello(&c->curve, &c->listener->curve, c->body, c->body_n, welcome)) {
        door_end(self, c, DOOR_BAD_PROTOCOL);
        return;
    }
    add_command(c, welcome, sizeof(welcome));
    door_set_phase(self, c, PHASE_INITIATE);
}

/* Which kinds of socket may stand at the other end. */
static bool
type_fits(door_kind_t kind, const uint8_t *metadata, size_t n)
{
    static const char *const requests[] = { "DEALER", "REQ", "ROUTER" };
    static const char *const streams[] = { "SUB", "XSUB" };
    const uint8_t *type;
    size_t type_n;
    char name[16];

    if (!zmtp_property(metadata, n, "Socket-Type", &type, &type_n) || type_n >= sizeof(name))
        return false;
    memcpy(name, type, type_n);
    name[type_n] = '\0';
    return kind == DOOR_REQUESTS ? str_in(name, requests, COUNT_OF(requests)) : str_in(name, streams, COUNT_OF(streams));
}

typedef enum { LET_IN, LET_FULL, LET_AGAIN } let_t;

/* Enters it in the books, unless its key has too many connections, or keys were withdrawn since it was looked up: then
 * door_recheck has not seen this connection, and the key is to be looked up again. */
static let_t
let_in(door_t *self, door_connection_t *c, const bus_key_t *key, uint64_t rechecks)
{
    (void) pthread_mutex_lock(&self->lock);
    if (self->rechecks != rechecks) {
        (void) pthread_mutex_unlock(&self->lock);
        return LET_AGAIN;
    }
    door_account_t *account = door_account_find(self, key->name);
    account->uses++;
    bool ok = door_make_room(self, account);
    if (ok) {
        account->connections++;
        c->account = account;
        c->key = mem_new(bus_key_t);
        *c->key = *key;
        c->phase = PHASE_OPEN;
        self->open++;
        metric_set(self->open_gauge, (int64_t) self->open);
    } else {
        door_account_release(self, account);
    }
    (void) pthread_mutex_unlock(&self->lock);
    return ok ? LET_IN : LET_FULL;
}

static uint64_t
count_rechecks(door_t *self)
{
    (void) pthread_mutex_lock(&self->lock);
    uint64_t n = self->rechecks;
    (void) pthread_mutex_unlock(&self->lock);
    return n;
}

static void
on_initiate(door_t *self, door_connection_t *c)
{
    uint8_t client[CURVE_KEY_SIZE];
    uint8_t ours[METADATA_MAX];
    uint8_t ready[METADATA_MAX + CURVE_READY_OVERHEAD];
    const uint8_t *metadata;
    size_t metadata_n;
    char z85[KEY_Z85_SIZE];
    bus_key_t key;
    let_t let = LET_AGAIN;

    if (!curve_initiate(&c->curve, &c->listener->curve, c->body, c->body_n, client, &metadata, &metadata_n) ||
        !type_fits(c->listener->kind, metadata, metadata_n)) {
        door_end(self, c, DOOR_BAD_PROTOCOL);
        return;
    }
    REQUIRE(zmq_z85_encode(z85, client, sizeof(client)) != NULL);
    while (let == LET_AGAIN) {
        uint64_t rechecks = count_rechecks(self);
        if (!bus_keys_find_public(self->keys, z85, &key)) {
            refuse(self, c);
            return;
        }
        let = let_in(self, c, &key, rechecks);
    }
    if (let == LET_FULL) {
        log_warn("bus.key_full", F_STR("key", key.name));
        door_end(self, c, DOOR_KEY_FULL);
        return;
    }
    bool requests = c->listener->kind == DOOR_REQUESTS;
    size_t n = zmtp_property_write(ours, 0, "Socket-Type", requests ? "ROUTER" : "XPUB");
    if (requests)
        n = zmtp_property_write(ours, n, "Identity", "");
    curve_ready(&c->curve, ours, n, ready);
    add_command(c, ready, n + CURVE_READY_OVERHEAD);
}

void
door_on_handshake(door_t *self, door_connection_t *c)
{
    if (c->phase == PHASE_HELLO)
        on_hello(self, c);
    else
        on_initiate(self, c);
}
