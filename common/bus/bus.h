/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_BUS_BUS_H
#define COMMON_BUS_BUS_H

/* Sockets that speak ZMTP with CURVE.  Clients are libzmq's, wrapped thinly; whoever listens does so through a door of our own
 * (door.h), which lets in by key and bounds what all peers together can make it hold. */

#include "base/err.h"
#include "base/str.h"
#include "bus/keys.h"
#include <stdint.h>

typedef struct bus bus_t;               /* libzmq's context, and the door when something listens */
typedef struct bus_server bus_server_t; /* ROUTER */
typedef struct bus_pub bus_pub_t;       /* XPUB, subscriptions narrowed by the key */
typedef struct bus_sub bus_sub_t;       /* SUB */
typedef struct bus_client bus_client_t; /* DEALER */

bool bus_new(bus_keys_t *keys /* NULL: no servers */, bus_t **ret, err_t *err) NODISCARD; /* keys are borrowed */
void bus_destroy(bus_t **self_p);
/* How long closing a server or stream socket made from now on goes on sending (default 1000 ms).  Closing a client or a
 * subscriber drops what was not sent. */
void bus_set_linger(bus_t *self, int64_t linger_ms);
/* What all who connect to this process may use together; before the first server or stream socket is made. */
typedef struct {
    size_t memory_bytes;           /* frames of requests; half as much again for what peers leave unread */
    unsigned connections;          /* with a key */
    unsigned connections_per_key;
    unsigned handshakes;           /* connections that have not shown a key yet */
} bus_limits_t;
#define BUS_LIMITS_DEFAULT ((bus_limits_t){ .memory_bytes = 64u << 20, .connections = 512, .connections_per_key = 256, .handshakes = 256 })
void bus_set_limits(bus_t *self, const bus_limits_t *limits);
/* The registry of keys changed: whoever lost a right is cut off before this returns, all others notice nothing. */
void bus_recheck(bus_t *self);

/* Requests.  `peer` is opaque routing: the connection and whether an empty delimiter stood before the event. */
typedef struct {
    uint64_t connection;
    bool delimiter;
    char key[KEY_NAME_MAX]; /* the name of the key that the connection was opened with */
} bus_peer_t;
/* "tcp://HOST:PORT" (HOST "*": all addresses, PORT "*": any), "ipc://PATH" */
bool bus_server_new(bus_t *bus, const char *endpoint, const bus_key_t *own, bus_server_t **ret, err_t *err) NODISCARD;
void bus_server_destroy(bus_server_t **self_p);
const char *bus_server_endpoint(const bus_server_t *self); /* as bound */
int bus_server_fd(const bus_server_t *self);               /* readable while requests wait */
/* A request in hand: one over EVENT_FRAME_MAX is too_large and has no bytes. */
typedef struct {
    bus_peer_t peer;
    slice_t frame;
    bool too_large;
} bus_request_t;
/* At once; NULL when none waits.  They come by turns of the keys, the key first that has cost least time of late, and those
 * of one connection in order.  Several may be in hand, two of one key at most. */
bus_request_t *bus_server_recv(bus_server_t *self);
/* The request is dealt with: its memory is given back, and the time that it took is charged to its key.  Before the bus ends. */
void bus_request_done(bus_request_t **self_p);
/* ERR_RETRY with outage: the client has left; without: it does not read. */
bool bus_server_send(bus_server_t *self, const bus_peer_t *peer, const char *frame, size_t n, err_t *err) NODISCARD;

/* Publishing.  A subscriber gets what its key may read, and what it does not read in time is left out: it fetches. */
bool bus_pub_new(bus_t *bus, const char *endpoint, const bus_key_t *own, bus_pub_t **ret, err_t *err) NODISCARD;
void bus_pub_destroy(bus_pub_t **self_p);
const char *bus_pub_endpoint(const bus_pub_t *self); /* as bound */
void bus_pub_send(bus_pub_t *self, const char *topic, const char *event, size_t n);
/* Pure: what a subscription of `key` to `prefix` comes to; appended to ret, one prefix per line. */
void bus_pub_narrow(const bus_key_t *key, const char *stream_names, const char *prefix, str_t *ret);

/* Subscribing. Reconnects by itself. */
bool bus_sub_new(bus_t *bus, const char *endpoint, const bus_key_t *own, const char *server_public_z85, bus_sub_t **ret,
                 err_t *err) NODISCARD;
void bus_sub_destroy(bus_sub_t **self_p);
void *bus_sub_socket(bus_sub_t *self);
bool bus_sub_subscribe(bus_sub_t *self, const char *prefix, err_t *err) NODISCARD;
/* Non-blocking; *ret_got false when nothing is there. */
bool bus_sub_recv(bus_sub_t *self, str_t *ret_topic, str_t *ret_event, bool *ret_got, err_t *err) NODISCARD;
/* Call about each second: false when the connection is not up and why (a refused key, nobody there); tries again after
 * a refusal, which libzmq alone does not. */
bool bus_sub_check(bus_sub_t *self, err_t *err) NODISCARD;
/* Readable when the connection's state changed: a loop that polls it checks at once instead of within the second. */
void *bus_sub_monitor(bus_sub_t *self);
/* How often the connection has come up, as of the last check: when it moved, events may have been missed. */
unsigned bus_sub_epoch(const bus_sub_t *self);
/* Waits for one; *ret_got false when none came in time. */
bool bus_sub_wait(bus_sub_t *self, int64_t timeout_ms, str_t *ret_topic, str_t *ret_event, bool *ret_got, err_t *err) NODISCARD;

/* Requesting: several requests may be under way; replies carry causationid = the request's id. */
bool bus_client_new(bus_t *bus, const char *endpoint, const bus_key_t *own, const char *server_public_z85, bus_client_t **ret,
                    err_t *err) NODISCARD;
void bus_client_destroy(bus_client_t **self_p);
void *bus_client_socket(bus_client_t *self);
bool bus_client_send(bus_client_t *self, const char *frame, size_t n, err_t *err) NODISCARD; /* ERR_RETRY when full */
bool bus_client_recv(bus_client_t *self, str_t *ret_frame, bool *ret_got, err_t *err) NODISCARD;
bool bus_client_check(bus_client_t *self, err_t *err) NODISCARD; /* like bus_sub_check */
/* How often the connection has come up, as of the last check: when it moved, requests under way may be lost. */
unsigned bus_client_epoch(const bus_client_t *self);
void *bus_client_monitor(bus_client_t *self); /* like bus_sub_monitor */
/* Waits for one reply; ERR_RETRY outage on timeout, with the reason from the socket monitor (refused key, nobody there). */
bool bus_client_wait(bus_client_t *self, int64_t timeout_ms, str_t *ret_frame, err_t *err) NODISCARD;

#endif
