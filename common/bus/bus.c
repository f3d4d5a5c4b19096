/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include "bus/bus_impl.h"
#include "bus/door.h"

#include <errno.h>

#define LINGER_MS 1000 /* what was sent still goes out when the process leaves in order */

struct bus {
    void *ctx;
    bus_keys_t *keys;
    bus_limits_t limits;
    int64_t linger_ms;
    door_t *door; /* NULL until something listens */
};
struct bus_server {
    bus_t *bus;
    door_listener_t *listener;
};
struct bus_pub {
    bus_t *bus;
    door_listener_t *listener;
};

bool
bus_new(bus_keys_t *keys, bus_t **ret, err_t *err)
{
    AUTO(bus) self = mem_new(bus_t);

    self->keys = keys;
    self->linger_ms = LINGER_MS;
    self->limits = BUS_LIMITS_DEFAULT;
    self->ctx = zmq_ctx_new();
    if (self->ctx == NULL)
        return bus_fail(err, "create the context");
    (void) zmq_ctx_set(self->ctx, ZMQ_BLOCKY, 0);
    *ret = TAKE(self);
    return true;
}

/* All sockets must be closed before: the context waits for them. */
void
bus_destroy(bus_t **self_p)
{
    bus_t *self = *self_p;

    if (self == NULL)
        return;
    *self_p = NULL;
    door_destroy(&self->door);
    while (self->ctx != NULL && zmq_ctx_term(self->ctx) != 0)
        REQUIRE(errno == EINTR);
    mem_free(self);
}

void *
bus_context(bus_t *self)
{
    return self->ctx;
}

void
bus_set_linger(bus_t *self, int64_t linger_ms)
{
    self->linger_ms = linger_ms < 0 ? 0 : linger_ms > 60000 ? 60000 : linger_ms;
}

void
bus_set_limits(bus_t *self, const bus_limits_t *limits)
{
    REQUIRE(self->door == NULL);
    self->limits = *limits;
}

void
bus_recheck(bus_t *self)
{
    if (self->door != NULL)
        door_recheck(self->door);
}

static bool
listen_at(bus_t *self, door_kind_t kind, const char *endpoint, const bus_key_t *own, door_listener_t **ret, err_t *err)
{
    if (self->keys == NULL)
        return err_set(err, ERR_BUG, "bus.keys", "a server needs a registry of keys");
    if (self->door == NULL && !door_new(self->keys, &self->limits, &self->door, err))
        return false;
    return door_open(self->door, kind, endpoint, own, ret, err);
}

bool
bus_server_new(bus_t *bus, const char *endpoint, const bus_key_t *own, bus_server_t **ret, err_t *err)
{
    AUTO(bus_server) self = mem_new(bus_server_t);

    self->bus = bus;
    if (!listen_at(bus, DOOR_REQUESTS, endpoint, own, &self->listener, err))
        return false;
    *ret = TAKE(self);
    return true;
}

void
bus_server_destroy(bus_server_t **self_p)
{
    bus_server_t *self = *self_p;

    if (self == NULL)
        return;
    *self_p = NULL;
    door_close(&self->listener, self->bus->linger_ms);
    mem_free(self);
}

const char *
bus_server_endpoint(const bus_server_t *self)
{
    return door_endpoint(self->listener);
}

int
bus_server_fd(const bus_server_t *self)
{
    return door_fd(self->listener);
}

bus_request_t *
bus_server_recv(bus_server_t *self)
{
    return door_take(self->listener);
}

void
bus_request_done(bus_request_t **self_p)
{
    if (*self_p != NULL)
        door_done(self_p);
}

bool
bus_server_send(bus_server_t *self, const bus_peer_t *peer, const char *frame, size_t n, err_t *err)
{
    return door_reply(self->listener, peer, frame, n, err);
}

bool
bus_pub_new(bus_t *bus, const char *endpoint, const bus_key_t *own, bus_pub_t **ret, err_t *err)
{
    AUTO(bus_pub) self = mem_new(bus_pub_t);

    self->bus = bus;
    if (!listen_at(bus, DOOR_STREAM, endpoint, own, &self->listener, err))
        return false;
    *ret = TAKE(self);
    return true;
}

void
bus_pub_destroy(bus_pub_t **self_p)
{
    bus_pub_t *self = *self_p;

    if (self == NULL)
        return;
    *self_p = NULL;
    door_close(&self->listener, self->bus->linger_ms);
    mem_free(self);
}

const char *
bus_pub_endpoint(const bus_pub_t *self)
{
    return door_endpoint(self->listener);
}

void
bus_pub_send(bus_pub_t *self, const char *topic, const char *event, size_t n)
{
    door_publish(self->listener, topic, event, n);
}
