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

/* Before the next try: nothing gets better at once when the other side does not want us. */
#define AFTER_LOSS_MS 100
#define AFTER_NOBODY_MS 400
#define AFTER_REFUSAL_MS 2000

static atomic_uint next_number;

bool
bus_monitor_init(bus_monitor_t *self, bus_t *bus, void *watched, bool once, err_t *err)
{
    char endpoint[48];

    *self = (bus_monitor_t){ .state = BUS_WIRE_TRYING, .once = once };
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
take_end(bus_monitor_t *self, bus_wire_t state)
{
    self->state = state;
    if (!self->once && state != BUS_WIRE_REFUSED)
        return;
    self->ended = true;
    self->ended_at_ms = time_monotonic_ms();
}

static void
take_event(bus_monitor_t *self, unsigned event)
{
    switch (event) {
    case ZMQ_EVENT_HANDSHAKE_SUCCEEDED:
        self->state = BUS_WIRE_UP;
        self->ended = false;
        self->epoch++;
        break;
    case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH:
        take_end(self, BUS_WIRE_REFUSED);
        break;
    case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL:
    case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL:
        take_end(self, BUS_WIRE_NO_CURVE);
        break;
    case ZMQ_EVENT_DISCONNECTED: /* after a failed handshake the reason is already known */
        take_end(self, self->state == BUS_WIRE_UP ? BUS_WIRE_LOST : self->state);
        break;
    case ZMQ_EVENT_CLOSED: /* the TCP connection was refused */
        take_end(self, BUS_WIRE_NOBODY);
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
bus_monitor_revive(bus_monitor_t *self, void *watched, const char *endpoint, err_t *err)
{
    bus_monitor_read(self);
    /* a handshake breaks off when the other side is ended in the middle of it, too */
    int64_t after_ms = self->state == BUS_WIRE_REFUSED                                        ? AFTER_REFUSAL_MS
                       : self->state == BUS_WIRE_NOBODY || self->state == BUS_WIRE_NO_CURVE ? AFTER_NOBODY_MS
                                                                                            : AFTER_LOSS_MS;
    if (!self->ended || time_monotonic_ms() - self->ended_at_ms < after_ms)
        return true;
    self->ended = false;
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
