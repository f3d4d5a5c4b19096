/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_BUS_DOOR_H
#define COMMON_BUS_DOOR_H

/* The listening side of the bus: one thread that speaks ZMTP 3.1 with CURVE to all who connect.  libzmq serves clients well,
 * but takes a frame of any peer, a stranger's too, into memory before anyone is asked; here nothing is taken in but what the
 * limits grant, and whoever holds most, or is slowest, gives way.  How it shares out is in common/bus/README.md. */

#include "bus/bus.h"

typedef struct door door_t;
typedef struct door_listener door_listener_t;
typedef enum { DOOR_REQUESTS, DOOR_STREAM } door_kind_t;

bool door_new(bus_keys_t *keys /* borrowed */, const bus_limits_t *limits, door_t **ret, err_t *err) NODISCARD;
void door_destroy(door_t **self_p); /* listeners must be closed before */

/* "tcp://HOST:PORT" (HOST "*": all addresses, PORT "*": any), "ipc://PATH". */
bool door_open(door_t *self, door_kind_t kind, const char *endpoint, const bus_key_t *own, door_listener_t **ret,
               err_t *err) NODISCARD;
/* Sends on what waits to be sent for up to linger_ms, then closes everything. */
void door_close(door_listener_t **self_p, int64_t linger_ms);
const char *door_endpoint(const door_listener_t *self); /* as bound */

/* For the loop.  All of these return at once. */
int door_fd(const door_listener_t *self); /* readable while a request waits */
/* The next request, of the key that has cost least of late; NULL when none waits. */
bus_request_t *door_take(door_listener_t *self);
void door_done(bus_request_t **request_p); /* not NULL */
bool door_reply(door_listener_t *self, const bus_peer_t *peer, const char *frame, size_t n, err_t *err) NODISCARD;
void door_publish(door_listener_t *self, const char *topic, const char *event, size_t n);
/* The registry of keys changed: whoever lost a right is cut off before this returns. */
void door_recheck(door_t *self);

#endif
