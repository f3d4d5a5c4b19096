/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_BUS_BUS_IMPL_H
#define COMMON_BUS_BUS_IMPL_H

/* Shared by the files of this folder only. */

#include "bus/bus.h"

#include <zmq.h>

void *bus_context(bus_t *self);

/* Socket options that every client socket has: bounded queues and frames, heartbeats, TCP keepalive, reconnects. */
typedef struct {
    int type;
    int send_hwm, receive_hwm;
    int64_t frame_max_bytes;
    const bus_key_t *own;
    const char *server_public;
    bool once; /* for a socket that may stand at its receive_hwm: no heartbeats, and a connection that ends is not connected again by
                * libzmq but by bus_monitor_revive.  libzmq 4.3 else ends the process: a heartbeat that is due on a connection that
                * was cut while nothing is read from it (assertion _io_error), or one that took its place (_input_stopped) */
} bus_socket_options_t;
bool bus_socket_new(bus_t *bus, const bus_socket_options_t *options, void **ret, err_t *err) NODISCARD;
void bus_socket_close(void **socket_p);
bool bus_socket_set(void *socket, int option, const void *value, size_t size, err_t *err) NODISCARD;
bool bus_socket_set_int(void *socket, int option, int value, err_t *err) NODISCARD;
bool bus_socket_connect(void *socket, const char *endpoint, err_t *err) NODISCARD;
/* zmq_msg_close that cannot fail on an initialised message. */
void bus_msg_done(zmq_msg_t *msg);
/* From errno of the last call on a socket. */
bool bus_fail(err_t *err, const char *what);

/* What the wire says about a connecting socket. */
typedef enum {
    BUS_WIRE_TRYING, /* nothing heard yet */
    BUS_WIRE_UP,
    BUS_WIRE_NOBODY,   /* nobody listens */
    BUS_WIRE_REFUSED,  /* the other side does not know our key: libzmq gives up then */
    BUS_WIRE_NO_CURVE, /* handshake broke off: another server key, or not a Plimsoll socket */
    BUS_WIRE_LOST      /* was up */
} bus_wire_t;
typedef struct {
    void *socket; /* PAIR on the monitor's inproc endpoint */
    bus_wire_t state;
    unsigned epoch;        /* times that it came up */
    bool once;             /* as in bus_socket_options_t */
    bool ended;            /* and nobody connects again: since the last bus_monitor_revive */
    int64_t ended_at_ms;   /* monotonic */
} bus_monitor_t;
bool bus_monitor_init(bus_monitor_t *self, bus_t *bus, void *watched, bool once, err_t *err) NODISCARD;
void bus_monitor_done(bus_monitor_t *self, void *watched);
/* Takes in what has happened since. */
void bus_monitor_read(bus_monitor_t *self);
/* Connects again where libzmq does not do that by itself: after a refusal, and where it must not. */
bool bus_monitor_revive(bus_monitor_t *self, void *watched, const char *endpoint, err_t *err) NODISCARD;
/* Sets err (ERR_RETRY, outage) by the state and returns false; true while up or trying. */
bool bus_monitor_explain(const bus_monitor_t *self, const char *endpoint, const char *key_name, err_t *err) NODISCARD;

/* A connecting socket with what is heard about it. */
typedef struct {
    void *socket;
    char *endpoint;
    char key_name[KEY_NAME_MAX];
    bus_monitor_t monitor;
} bus_link_t;
/* What was opened is to be closed, also after an error. */
bool bus_link_open(bus_link_t *self, bus_t *bus, const bus_socket_options_t *options, const char *endpoint, err_t *err) NODISCARD;
void bus_link_close(bus_link_t *self);
/* Connects again where that is needed; false and why, while nobody is there. */
bool bus_link_check(bus_link_t *self, err_t *err) NODISCARD;
bool bus_link_explain(const bus_link_t *self, err_t *err) NODISCARD;

#endif
