/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include "base/time.h"
#include "bus/bus_impl.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#define SEND_HWM 2000 /* × EVENT_INLINE_MAX: what waits for a slow subscriber; beyond that it fetches */
#define SUBSCRIPTION_MAX_BYTES 1024
#define READ_MAX 1000        /* subscriptions taken in one call */
#define UNBIND_MAX_MS 2000
#define ENDPOINT_SIZE 256

struct bus_pub {
    bus_t *bus;
    bus_key_t own;
    char *stream_names;
    char endpoint[ENDPOINT_SIZE]; /* as bound: a wildcard port keeps its number when bound anew */
    void *socket;                 /* NULL after a failed rebind */
    void *monitor;                /* tells when the listener is closed */
};

static atomic_uint next_number;

static bool
open_monitor(bus_pub_t *self, err_t *err)
{
    char name[48];

    (void) snprintf(name, sizeof(name), "inproc://pub-monitor-%u", atomic_fetch_add(&next_number, 1));
    if (zmq_socket_monitor(self->socket, name, ZMQ_EVENT_CLOSED | ZMQ_EVENT_CLOSE_FAILED) != 0)
        return bus_fail(err, "monitor a socket");
    self->monitor = zmq_socket(bus_context(self->bus), ZMQ_PAIR);
    if (self->monitor == NULL)
        return bus_fail(err, "create a socket");
    return bus_socket_set_int(self->monitor, ZMQ_LINGER, 0, err) && bus_socket_connect(self->monitor, name, err);
}

static void
close_sockets(bus_pub_t *self)
{
    if (self->socket != NULL)
        (void) zmq_socket_monitor(self->socket, NULL, 0);
    bus_socket_close(&self->monitor);
    bus_socket_close(&self->socket);
}

static bool
open_socket(bus_pub_t *self, err_t *err)
{
    size_t size = sizeof(self->endpoint);
    const bus_socket_options_t options = {
        .type = ZMQ_XPUB,
        .send_hwm = SEND_HWM,
        .receive_hwm = 1000,
        .frame_max_bytes = SUBSCRIPTION_MAX_BYTES,
        .own = &self->own,
    };

    bool ok = bus_socket_new(self->bus, &options, &self->socket, err) &&
              bus_socket_set_int(self->socket, ZMQ_XPUB_VERBOSE, 1, err) &&
              bus_socket_set_int(self->socket, ZMQ_XPUB_MANUAL, 1, err) && open_monitor(self, err) &&
              bus_socket_bind(self->socket, self->endpoint, err);
    if (ok && zmq_getsockopt(self->socket, ZMQ_LAST_ENDPOINT, self->endpoint, &size) != 0)
        ok = bus_fail(err, "read the bound endpoint");
    if (!ok)
        close_sockets(self);
    return ok;
}

bool
bus_pub_new(bus_t *bus, const char *endpoint, const bus_key_t *own, const char *stream_names, bus_pub_t **ret, err_t *err)
{
    AUTO(bus_pub) self = mem_new(bus_pub_t);

    self->bus = bus;
    self->own = *own;
    self->stream_names = mem_strdup(stream_names);
    if (!str_copy(self->endpoint, sizeof(self->endpoint), endpoint))
        return err_set(err, ERR_CONFIG, "bus.endpoint", "%s: too long for an endpoint", endpoint);
    if (!open_socket(self, err))
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
    close_sockets(self);
    bus_key_done(&self->own);
    mem_free(self->stream_names);
    mem_free(self);
}

void *
bus_pub_socket(bus_pub_t *self)
{
    return self->socket;
}

/* libzmq closes a listener in its own thread; binding the same port before that would fail. */
static void
unbind_and_wait(bus_pub_t *self)
{
    int64_t until_ms = time_monotonic_ms() + UNBIND_MAX_MS;

    if (zmq_unbind(self->socket, self->endpoint) != 0)
        return;
    for (;;) {
        int64_t left_ms = until_ms - time_monotonic_ms();
        zmq_pollitem_t item = { .socket = self->monitor, .events = ZMQ_POLLIN };

        if (left_ms <= 0)
            return; /* the bind says what is wrong */
        int n = zmq_poll(&item, 1, left_ms);
        if (n > 0 || (n < 0 && errno != EINTR))
            return;
    }
}

bool
bus_pub_rebind(bus_pub_t *self, err_t *err)
{
    if (self->socket != NULL) {
        if (!bus_socket_set_int(self->socket, ZMQ_LINGER, 0, err))
            return false;
        unbind_and_wait(self);
        close_sockets(self);
    }
    return open_socket(self, err) || err_add(err, "bind the stream socket anew");
}

/* Applies to the subscriber whose message was read last.  Withdrawn subscriptions stay until it disconnects: two of them
 * may have narrowed to the same prefix, which libzmq keeps once, and subscribers filter by themselves anyway. */
static bool
subscribe(bus_pub_t *self, const char *user, const char *data, size_t n, err_t *err)
{
    char prefix[SUBSCRIPTION_MAX_BYTES + 1];
    AUTO_STR lines = STR_INIT;
    bus_key_t key;

    if (user == NULL || n >= sizeof(prefix) || memchr(data, '\0', n) != NULL)
        return true; /* no topic looks like that */
    memcpy(prefix, data, n);
    prefix[n] = '\0';
    if (!bus_keys_find(bus_registry(self->bus), user, &key))
        return true; /* revoked meanwhile */

    bus_pub_narrow(&key, self->stream_names, prefix, &lines);
    for (const char *line = str_c(&lines); *line != '\0';) {
        const char *end = strchr(line, '\n');
        if (!bus_socket_set(self->socket, ZMQ_SUBSCRIBE, line, (size_t) (end - line), err))
            return false;
        line = end + 1;
    }
    return true;
}

/* A message that is no subscription confuses libzmq about which subscriber the next one came from: someone could be
 * given another's rights.  So all connections end here, before the next message is looked at. */
static bool
shut_out(bus_pub_t *self, const char *user, err_t *err)
{
    char name[KEY_NAME_MAX] = "";

    if (user != NULL && str_copy(name, sizeof(name), user))
        bus_keys_suspend(bus_registry(self->bus), name);
    if (!bus_pub_rebind(self, err))
        return false;
    return err_set(err, ERR_REJECT, "bus.violation",
                   "the key %s sent something else than a subscription to the stream socket: it is shut out until the "
                   "registry of keys changes",
                   name);
}

bool
bus_pub_on_readable(bus_pub_t *self, err_t *err)
{
    for (unsigned i = 0; i < READ_MAX && self->socket != NULL; i++) {
        zmq_msg_t msg;
        (void) zmq_msg_init(&msg);
        if (zmq_msg_recv(&msg, self->socket, ZMQ_DONTWAIT) < 0) {
            bool nothing = errno == EAGAIN || errno == EINTR;
            bool ok = nothing || bus_fail(err, "receive a subscription");
            bus_msg_done(&msg);
            return ok;
        }
        const char *data = zmq_msg_data(&msg);
        size_t n = zmq_msg_size(&msg);
        const char *user = zmq_msg_gets(&msg, "User-Id");
        bool ok = true;
        if (n == 0 || (data[0] != 0 && data[0] != 1))
            ok = shut_out(self, user, err);
        else if (data[0] == 1)
            ok = subscribe(self, user, data + 1, n - 1, err);
        bus_msg_done(&msg);
        if (!ok)
            return false;
    }
    return true;
}

bool
bus_pub_send(bus_pub_t *self, const char *topic, const char *event, size_t n, err_t *err)
{
    if (self->socket == NULL)
        return err_set(err, ERR_RETRY, "bus.unbound", "the stream socket is being bound anew");
    if (zmq_send(self->socket, topic, strlen(topic), ZMQ_SNDMORE | ZMQ_DONTWAIT) < 0)
        return bus_fail(err, "publish");
    return zmq_send(self->socket, event, n, ZMQ_DONTWAIT) >= 0 || bus_fail(err, "publish");
}
