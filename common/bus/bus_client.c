/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include "base/time.h"
#include "bus/bus_impl.h"
#include "event/event.h"

#include <errno.h>
#include <string.h>

#define SEND_HWM 1000

struct bus_client {
    bus_link_t link;
};

bool
bus_client_new(bus_t *bus, const char *endpoint, const bus_key_t *own, const char *server_public_z85, bus_client_t **ret,
               err_t *err)
{
    AUTO(bus_client) self = mem_new(bus_client_t);
    const bus_socket_options_t options = {
        .type = ZMQ_DEALER,
        .send_hwm = SEND_HWM,
        .receive_hwm = 0, /* what waits is what was asked for; it never stands still: bus_impl.h */
        .frame_max_bytes = EVENT_FRAME_HARD_MAX,
        .own = own,
        .server_public = server_public_z85,
    };

    if (!bus_link_open(&self->link, bus, &options, endpoint, err))
        return false;
    *ret = TAKE(self);
    return true;
}

void
bus_client_destroy(bus_client_t **self_p)
{
    bus_client_t *self = *self_p;

    if (self == NULL)
        return;
    *self_p = NULL;
    bus_link_close(&self->link);
    mem_free(self);
}

void *
bus_client_socket(bus_client_t *self)
{
    return self->link.socket;
}

bool
bus_client_send(bus_client_t *self, const char *frame, size_t n, err_t *err)
{
    return zmq_send(self->link.socket, frame, n, ZMQ_DONTWAIT) >= 0 || bus_fail(err, "send a request");
}

/* The last frame of a message is the reply; an empty delimiter before it is allowed. */
bool
bus_client_recv(bus_client_t *self, str_t *ret_frame, bool *ret_got, err_t *err)
{
    bool more = true;

    *ret_got = false;
    str_clear(ret_frame);
    while (more) {
        zmq_msg_t msg;
        (void) zmq_msg_init(&msg);
        if (zmq_msg_recv(&msg, self->link.socket, ZMQ_DONTWAIT) < 0) {
            bool ok = errno == EAGAIN || errno == EINTR || bus_fail(err, "receive a reply");
            bus_msg_done(&msg);
            return ok;
        }
        more = zmq_msg_more(&msg) != 0;
        if (!more)
            str_add_n(ret_frame, zmq_msg_data(&msg), zmq_msg_size(&msg));
        bus_msg_done(&msg);
    }
    *ret_got = true;
    return true;
}

static bool
fail_timeout(bus_client_t *self, int64_t timeout_ms, err_t *err)
{
    bus_monitor_read(&self->link.monitor);
    if (!bus_link_explain(&self->link, err))
        return false;
    err_set(err, ERR_RETRY, "bus.timeout", "%s: no answer within %lld ms", self->link.endpoint, (long long) timeout_ms);
    if (err != NULL)
        err->outage = true;
    return false;
}

bool
bus_client_wait(bus_client_t *self, int64_t timeout_ms, str_t *ret_frame, err_t *err)
{
    int64_t until_ms = time_monotonic_ms() + timeout_ms;

    for (;;) {
        bool got = false;
        if (!bus_client_recv(self, ret_frame, &got, err))
            return false;
        if (got)
            return true;
        bus_monitor_read(&self->link.monitor);
        /* what was queued went down with the refused connection: waiting longer is of no use */
        if (self->link.monitor.state == BUS_WIRE_REFUSED)
            return bus_link_explain(&self->link, err);

        int64_t left_ms = until_ms - time_monotonic_ms();
        if (left_ms <= 0)
            return fail_timeout(self, timeout_ms, err);
        zmq_pollitem_t items[] = {
            { .socket = self->link.socket, .events = ZMQ_POLLIN },
            { .socket = self->link.monitor.socket, .events = ZMQ_POLLIN },
        };
        if (zmq_poll(items, 2, left_ms) < 0 && errno != EINTR)
            return bus_fail(err, "wait for a reply");
    }
}

bool
bus_client_check(bus_client_t *self, err_t *err)
{
    return bus_link_check(&self->link, err);
}

unsigned
bus_client_epoch(const bus_client_t *self)
{
    return self->link.monitor.epoch;
}

void *
bus_client_monitor(bus_client_t *self)
{
    return self->link.monitor.socket;
}
