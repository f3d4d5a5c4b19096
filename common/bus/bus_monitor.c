/* SPDX-License-Identifier: Apache-2.0 */
#include "base/time.h"
#include "bus/bus_impl.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#define EVENTS                                                                                                         \
    (ZMQ_EVENT_CLOSED | ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_HANDSHAKE_SUCCEEDED |                                       \
     ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH)

/* libzmq's own thread blocks when an unread monitor is full; at two frames in two seconds this is days. */
#define MONITOR_HWM 1000000

static atomic_uint next_number;

bool
bus_monitor_init(bus_monitor_t *self, bus_t *bus, void *watched, err_t *err)
{
    char endpoint[48];

    *self = (bus_monitor_t){ .state = BUS_WIRE_TRYING };
    (void) snprintf(endpoint, sizeof(endpoint), "inproc://monitor-%u", atomic_fetch_add(&next_number, 1));
    if (zmq_socket_monitor(watched, endpoint, EVENTS) != 0)
        return bus_fail(err, "monitor a socket");
    self->socket = zmq_socket(bus_context(bus), ZMQ_PAIR);
    if (self->socket == NULL)
        return bus_fail(err, "create a socket");
    return bus_socket_set_int(self->socket, ZMQ_LINGER, 0, err) &&
           bus_socket_set_int(self->socket, ZMQ_RCVHWM, MONITOR_HWM, err) &&
           bus_socket_connect(self->socket, endpoint, err);
}

void
bus_monitor_done(bus_monitor_t *self, void *watched)
{
    if (watched != NULL)
        (void) zmq_socket_monitor(watched, NULL, 0);
    bus_socket_close(&self->socket);
}

static void
take_event(bus_monitor_t *self, unsigned event)
{
    switch (event) {
    case ZMQ_EVENT_HANDSHAKE_SUCCEEDED:
        self->state = BUS_WIRE_UP;
        self->epoch++;
        break;
    case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH:
        self->state = BUS_WIRE_REFUSED;
        self->was_refused = true;
        self->refused_at_ms = time_monotonic_ms();
        break;
    case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL:
    case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL:
        self->state = BUS_WIRE_NO_CURVE;
        break;
    case ZMQ_EVENT_DISCONNECTED:
        if (self->state == BUS_WIRE_UP) /* after a failed handshake the reason is already known */
            self->state = BUS_WIRE_LOST;
        break;
    case ZMQ_EVENT_CLOSED: /* the TCP connection was refused */
        self->state = BUS_WIRE_NOBODY;
        break;
    default:
        break;
    }
}

void
bus_monitor_read(bus_monitor_t *self)
{
    for (;;) {
        zmq_msg_t msg;
        uint16_t event = 0;

        (void) zmq_msg_init(&msg);
        if (zmq_msg_recv(&msg, self->socket, ZMQ_DONTWAIT) < 0) {
            bus_msg_done(&msg);
            return;
        }
        if (zmq_msg_size(&msg) >= sizeof(event))
            memcpy(&event, zmq_msg_data(&msg), sizeof(event));
        if (zmq_msg_more(&msg)) { /* the second frame is the address, which we know */
            bus_msg_done(&msg);
            (void) zmq_msg_init(&msg);
            if (zmq_msg_recv(&msg, self->socket, 0) < 0) {
                bus_msg_done(&msg);
                return;
            }
        }
        bus_msg_done(&msg);
        take_event(self, event);
    }
}

bool
bus_monitor_revive(bus_monitor_t *self, void *watched, const char *endpoint, int64_t after_ms, err_t *err)
{
    bus_monitor_read(self);
    if (!self->was_refused || time_monotonic_ms() - self->refused_at_ms < after_ms)
        return true;
    self->was_refused = false;
    if (zmq_disconnect(watched, endpoint) != 0 && errno != ENOENT)
        return bus_fail(err, "disconnect") || err_add(err, endpoint);
    return bus_socket_connect(watched, endpoint, err);
}

bool
bus_monitor_explain(const bus_monitor_t *self, const char *endpoint, const char *key_name, err_t *err)
{
    switch (self->state) {
    case BUS_WIRE_TRYING:
    case BUS_WIRE_UP:
        return true;
    case BUS_WIRE_NOBODY:
        err_set(err, ERR_RETRY, "bus.nobody", "%s: nobody is listening there; is the service started?", endpoint);
        break;
    case BUS_WIRE_REFUSED:
        err_set(err, ERR_RETRY, "bus.refused",
                "%s: the key %s is not registered there, was revoked, or has expired; `plimsoll keys list` shows the keys",
                endpoint, key_name);
        break;
    case BUS_WIRE_NO_CURVE:
        err_set(err, ERR_RETRY, "bus.handshake",
                "%s: the encrypted handshake failed; is this the service's own public key (NAME.key)?", endpoint);
        break;
    case BUS_WIRE_LOST:
        err_set(err, ERR_RETRY, "bus.lost", "%s: the connection was lost", endpoint);
        break;
    }
    if (err != NULL)
        err->outage = true;
    return false;
}
