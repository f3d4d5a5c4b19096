/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include "bus/bus_impl.h"
#include "event/event.h"

#include <errno.h>
#include <string.h>

#define RECEIVE_HWM 1000 /* × EVENT_INLINE_MAX: what waits unread; beyond that events are dropped and fetched */

struct bus_sub {
    bus_link_t link;
};

bool
bus_sub_new(bus_t *bus, const char *endpoint, const bus_key_t *own, const char *server_public_z85, bus_sub_t **ret,
            err_t *err)
{
    AUTO(bus_sub) self = mem_new(bus_sub_t);
    const bus_socket_options_t options = {
        .type = ZMQ_SUB,
        .send_hwm = 1000,
        .receive_hwm = RECEIVE_HWM,
        .frame_max_bytes = EVENT_STREAM_MAX,
        .own = own,
        .server_public = server_public_z85,
        .once = true,
    };

    if (!bus_link_open(&self->link, bus, &options, endpoint, err))
        return false;
    *ret = TAKE(self);
    return true;
}

void
bus_sub_destroy(bus_sub_t **self_p)
{
    bus_sub_t *self = *self_p;

    if (self == NULL)
        return;
    *self_p = NULL;
    bus_link_close(&self->link);
    mem_free(self);
}

void *
bus_sub_socket(bus_sub_t *self)
{
    return self->link.socket;
}

bool
bus_sub_subscribe(bus_sub_t *self, const char *prefix, err_t *err)
{
    return bus_socket_set(self->link.socket, ZMQ_SUBSCRIBE, prefix, strlen(prefix), err);
}

static bool
recv_frame(bus_sub_t *self, str_t *ret, bool *ret_more, bool *ret_got, err_t *err)
{
    zmq_msg_t msg;

    (void) zmq_msg_init(&msg);
    *ret_got = false;
    *ret_more = false;
    if (zmq_msg_recv(&msg, self->link.socket, ZMQ_DONTWAIT) < 0) {
        bool ok = errno == EAGAIN || errno == EINTR || bus_fail(err, "receive an event");
        bus_msg_done(&msg);
        return ok;
    }
    str_add_n(ret, zmq_msg_data(&msg), zmq_msg_size(&msg));
    *ret_more = zmq_msg_more(&msg) != 0;
    *ret_got = true;
    bus_msg_done(&msg);
    return true;
}

bool
bus_sub_recv(bus_sub_t *self, str_t *ret_topic, str_t *ret_event, bool *ret_got, err_t *err)
{
    bool more;
    bool got;

    *ret_got = false;
    str_clear(ret_topic);
    str_clear(ret_event);
    if (!recv_frame(self, ret_topic, &more, &got, err))
        return false;
    if (!got)
        return true;
    bool two = more;
    for (unsigned frames = 1; more; frames++) {
        str_clear(ret_event);
        if (!recv_frame(self, ret_event, &more, &got, err))
            return false;
        two = frames == 1 && !more && got;
        if (!got)
            break; /* parts of one message arrive together: this cannot be */
    }
    if (!two) { /* not of ours: as good as lost, and what is lost is fetched */
        str_clear(ret_topic);
        str_clear(ret_event);
    }
    *ret_got = true;
    return true;
}

bool
bus_sub_check(bus_sub_t *self, err_t *err)
{
    return bus_link_check(&self->link, err);
}

bool
bus_sub_wait(bus_sub_t *self, int64_t timeout_ms, str_t *ret_topic, str_t *ret_event, bool *ret_got, err_t *err)
{
    zmq_pollitem_t items[] = {
        { .socket = self->link.socket, .events = ZMQ_POLLIN },
        { .socket = self->link.monitor.socket, .events = ZMQ_POLLIN },
    };

    if (!bus_sub_recv(self, ret_topic, ret_event, ret_got, err))
        return false;
    if (*ret_got)
        return true;
    if (zmq_poll(items, 2, (long) timeout_ms) < 0 && errno != EINTR)
        return bus_fail(err, "wait for an event");
    return bus_sub_check(self, err) && bus_sub_recv(self, ret_topic, ret_event, ret_got, err);
}

void *
bus_sub_monitor(bus_sub_t *self)
{
    return self->link.monitor.socket;
}

unsigned
bus_sub_epoch(const bus_sub_t *self)
{
    return self->link.monitor.epoch;
}
