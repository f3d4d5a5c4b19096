/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include "bus/bus_impl.h"
#include "event/event.h"

#include <errno.h>
#include <string.h>

/* Frames wait in memory before they are read, up to 8 MiB each: few per connection. */
#define RECEIVE_HWM 16
#define SEND_HWM 256
#define FRAMES_MAX 3         /* identity, empty delimiter, event */
#define MALFORMED_MAX 64     /* skipped in one call */
#define CURVE_OVERHEAD 33    /* libzmq measures the encrypted frame: command, nonce, flags and tag come on top */

struct bus_server {
    void *socket;
};

/* ZMQ_ROUTER_HANDOVER stays off: with it, any key could take over another's connection by choosing its routing id, and
 * read the replies meant for it.  A client that died is forgotten when its heartbeats stop. */
bool
bus_server_new(bus_t *bus, const char *endpoint, const bus_key_t *own, bus_server_t **ret, err_t *err)
{
    AUTO(bus_server) self = mem_new(bus_server_t);
    const bus_socket_options_t options = {
        .type = ZMQ_ROUTER,
        .send_hwm = SEND_HWM,
        .receive_hwm = RECEIVE_HWM,
        .frame_max_bytes = EVENT_FRAME_HARD_MAX + CURVE_OVERHEAD,
        .own = own,
    };

    if (!bus_socket_new(bus, &options, &self->socket, err))
        return false;
    /* a reply to a peer that left is told, not swallowed */
    if (!bus_socket_set_int(self->socket, ZMQ_ROUTER_MANDATORY, 1, err))
        return false;
    if (!bus_socket_bind(self->socket, endpoint, err))
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
    bus_socket_close(&self->socket);
    mem_free(self);
}

void *
bus_server_socket(bus_server_t *self)
{
    return self->socket;
}

/* What one message's frames gave so far. */
typedef struct {
    size_t frames;
    bool malformed, complete, too_large;
} intake_t;

static void
take_event(intake_t *in, zmq_msg_t *msg, bus_peer_t *peer, str_t *ret_frame)
{
    const char *user = zmq_msg_gets(msg, "User-Id");

    in->complete = true;
    if (user == NULL || !str_copy(peer->key, sizeof(peer->key), user))
        in->malformed = true; /* no ZAP answer stands behind it */
    else if (zmq_msg_size(msg) > EVENT_FRAME_MAX)
        in->too_large = true;
    else
        str_add_n(ret_frame, zmq_msg_data(msg), zmq_msg_size(msg));
}

static void
take_frame(intake_t *in, zmq_msg_t *msg, bus_peer_t *peer, str_t *ret_frame)
{
    size_t n = zmq_msg_size(msg);
    bool more = zmq_msg_more(msg) != 0;

    if (in->frames == 0 && n <= sizeof(peer->identity)) {
        memcpy(peer->identity, zmq_msg_data(msg), n);
        peer->identity_len = n;
    } else if (in->frames == 1 && n == 0 && more) {
        peer->delimiter = true;
    } else if (!more && in->frames == (peer->delimiter ? 2u : 1u)) {
        take_event(in, msg, peer, ret_frame);
    } else {
        in->malformed = true;
    }
    in->frames++;
}

/* One whole message; *ret_got false when none waits. */
static bool
recv_message(bus_server_t *self, intake_t *in, bus_peer_t *peer, str_t *ret_frame, bool *ret_got, err_t *err)
{
    bool more = true;

    *ret_got = false;
    while (more) {
        zmq_msg_t msg;
        (void) zmq_msg_init(&msg);
        if (zmq_msg_recv(&msg, self->socket, ZMQ_DONTWAIT) < 0) {
            int no = errno;
            bus_msg_done(&msg);
            errno = no;
            if (no == EAGAIN && in->frames == 0)
                return true;
            if (no == EINTR)
                continue;
            return bus_fail(err, "receive a request");
        }
        take_frame(in, &msg, peer, ret_frame);
        more = zmq_msg_more(&msg) != 0;
        bus_msg_done(&msg);
    }
    *ret_got = true;
    return true;
}

bool
bus_server_recv(bus_server_t *self, bus_peer_t *ret_peer, str_t *ret_frame, bool *ret_got, bool *ret_too_large,
                err_t *err)
{
    *ret_got = false;
    *ret_too_large = false;
    for (unsigned i = 0; i < MALFORMED_MAX; i++) {
        intake_t in = { 0 };
        bool got = false;

        *ret_peer = (bus_peer_t){ 0 };
        str_clear(ret_frame);
        if (!recv_message(self, &in, ret_peer, ret_frame, &got, err))
            return false;
        if (!got)
            return true;
        if (!in.malformed && in.complete) {
            *ret_got = true;
            *ret_too_large = in.too_large;
            return true;
        }
    }
    return true; /* the rest waits in the socket */
}

bool
bus_server_send(bus_server_t *self, const bus_peer_t *peer, const char *frame, size_t n, err_t *err)
{
    if (zmq_send(self->socket, peer->identity, peer->identity_len, ZMQ_SNDMORE | ZMQ_DONTWAIT) < 0)
        return bus_fail(err, "reply: the client has left or does not read");
    if (peer->delimiter && zmq_send(self->socket, "", 0, ZMQ_SNDMORE | ZMQ_DONTWAIT) < 0)
        return bus_fail(err, "reply");
    return zmq_send(self->socket, frame, n, ZMQ_DONTWAIT) >= 0 || bus_fail(err, "reply");
}
