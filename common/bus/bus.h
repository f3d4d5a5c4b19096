/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_BUS_BUS_H
#define COMMON_BUS_BUS_H

/* A thin layer over libzmq: CURVE and ZAP on every socket, finite high-water marks, bounded frames and linger. */

#include "base/err.h"
#include "base/str.h"
#include "bus/keys.h"
#include <stdint.h>

typedef struct bus bus_t;               /* the context, with its ZAP thread when it has servers */
typedef struct bus_server bus_server_t; /* ROUTER */
typedef struct bus_pub bus_pub_t;       /* XPUB, subscriptions narrowed by the key */
typedef struct bus_sub bus_sub_t;       /* SUB */
typedef struct bus_client bus_client_t; /* DEALER */

bool bus_new(bus_keys_t *keys /* NULL: no servers */, bus_t **ret, err_t *err) NODISCARD; /* keys are borrowed */
void bus_destroy(bus_t **self_p);
/* How long closing a server or stream socket made from now on goes on sending (default 1000 ms).  Closing a client or a
 * subscriber drops what was not sent. */
void bus_set_linger(bus_t *self, int64_t linger_ms);

/* Requests.  `peer` is opaque routing: the identity frames and whether an empty delimiter stood before the event. */
typedef struct {
    uint8_t identity[256];
    size_t identity_len;
    bool delimiter;
    char key[KEY_NAME_MAX]; /* User-Id from the ZAP handler: the name of the key */
} bus_peer_t;
bool bus_server_new(bus_t *bus, const char *endpoint, const bus_key_t *own, bus_server_t **ret, err_t *err) NODISCARD;
void bus_server_destroy(bus_server_t **self_p);
void *bus_server_socket(bus_server_t *self); /* for zmq_poll */
/* Non-blocking; *ret_got false when nothing is there. A frame over EVENT_FRAME_MAX gives *ret_too_large and no bytes. */
bool bus_server_recv(bus_server_t *self, bus_peer_t *ret_peer, str_t *ret_frame, bool *ret_got, bool *ret_too_large,
                     err_t *err) NODISCARD;
bool bus_server_send(bus_server_t *self, const bus_peer_t *peer, const char *frame, size_t n, err_t *err) NODISCARD;

/* Publishing. */
bool bus_pub_new(bus_t *bus, const char *endpoint, const bus_key_t *own, const char *stream_names /* "facts,audit" */,
                 bus_pub_t **ret, err_t *err) NODISCARD;
void bus_pub_destroy(bus_pub_t **self_p);
void *bus_pub_socket(bus_pub_t *self);
/* Reads waiting subscriptions and narrows each to the key's streams and regions.  Call when readable.  ERR_REJECT: a
 * subscriber broke the protocol; its key is shut out until the registry changes, and the socket is bound anew. */
bool bus_pub_on_readable(bus_pub_t *self, err_t *err) NODISCARD;
/* A key changed or was revoked: binds anew, so that every subscriber passes ZAP again (they fetch what they missed).
 * After a failure the socket is NULL and nothing is published until a later call succeeds. */
bool bus_pub_rebind(bus_pub_t *self, err_t *err) NODISCARD;
bool bus_pub_send(bus_pub_t *self, const char *topic, const char *event, size_t n, err_t *err) NODISCARD;
/* Pure, for tests: what a subscription of `key` to `prefix` becomes; appended to ret, one prefix per line. */
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
