/* SPDX-License-Identifier: Apache-2.0 */
#include "bus/bus_impl.h"

#include <errno.h>
#include <string.h>

/* A dead peer is noticed within HEARTBEAT_MS + HEARTBEAT_TIMEOUT_MS, by a socket without heartbeats when TCP gives up on it, within
 * 25 s; a connection that never greets within HANDSHAKE_MS. */
#define HEARTBEAT_MS 5000
#define HEARTBEAT_TIMEOUT_MS 10000
#define HANDSHAKE_MS 10000
#define RECONNECT_MS 100
#define RECONNECT_MAX_MS 2000

void
bus_msg_done(zmq_msg_t *msg)
{
    int rc = zmq_msg_close(msg);
    REQUIRE(rc == 0);
}

/* Nearly all failures of libzmq calls on a good socket are passing ones (interrupted, full, no descriptors). */
bool
bus_fail(err_t *err, const char *what)
{
    int no = errno;
    bool passing = no == EAGAIN || no == EINTR || no == EMFILE || no == ENFILE || no == ENOMEM || no == EADDRINUSE ||
                   no == EHOSTUNREACH || no == ETERM || no == EFSM || no == ENOBUFS;

    err_set(err, passing ? ERR_RETRY : ERR_CONFIG, "bus", "cannot %s: %s", what, zmq_strerror(no));
    if (err != NULL && (no == EADDRINUSE || no == EHOSTUNREACH))
        err->outage = true;
    return false;
}

bool
bus_socket_set(void *socket, int option, const void *value, size_t size, err_t *err)
{
    return zmq_setsockopt(socket, option, value, size) == 0 || bus_fail(err, "set a socket option");
}

bool
bus_socket_set_int(void *socket, int option, int value, err_t *err)
{
    return bus_socket_set(socket, option, &value, sizeof(value), err);
}

static bool
set_common(void *socket, const bus_socket_options_t *o, err_t *err)
{
    const struct {
        int option, value;
    } table[] = {
        { ZMQ_LINGER, 0 },
        { ZMQ_SNDHWM, o->send_hwm },
        { ZMQ_RCVHWM, o->receive_hwm },
        { ZMQ_HEARTBEAT_IVL, o->once ? 0 : HEARTBEAT_MS },
        { ZMQ_HEARTBEAT_TIMEOUT, HEARTBEAT_TIMEOUT_MS },
        { ZMQ_HEARTBEAT_TTL, o->once ? 0 : HEARTBEAT_MS + HEARTBEAT_TIMEOUT_MS },
        { ZMQ_HANDSHAKE_IVL, HANDSHAKE_MS },
        { ZMQ_RECONNECT_IVL, o->once ? -1 : RECONNECT_MS },
        { ZMQ_RECONNECT_IVL_MAX, RECONNECT_MAX_MS },
        { ZMQ_TCP_KEEPALIVE, 1 },
        { ZMQ_TCP_KEEPALIVE_IDLE, 10 },
        { ZMQ_TCP_KEEPALIVE_INTVL, 5 },
        { ZMQ_TCP_KEEPALIVE_CNT, 3 },
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        if (!bus_socket_set_int(socket, table[i].option, table[i].value, err))
            return false;
    return bus_socket_set(socket, ZMQ_MAXMSGSIZE, &o->frame_max_bytes, sizeof(o->frame_max_bytes), err);
}

static bool
set_curve(void *socket, const bus_socket_options_t *o, err_t *err)
{
    if (!bus_socket_set(socket, ZMQ_CURVE_SERVERKEY, o->server_public, KEY_Z85_SIZE, err))
        return err_add(err, "the server's public key");
    return bus_socket_set(socket, ZMQ_CURVE_PUBLICKEY, o->own->public_z85, KEY_Z85_SIZE, err) &&
           bus_socket_set(socket, ZMQ_CURVE_SECRETKEY, o->own->secret_z85, KEY_Z85_SIZE, err);
}

bool
bus_socket_new(bus_t *bus, const bus_socket_options_t *options, void **ret, err_t *err)
{
    if (options->own->secret_z85[0] == '\0')
        return err_set(err, ERR_CONFIG, "bus.key", "%s: a socket needs the secret key (NAME.key_secret)", options->own->name);

    void *socket = zmq_socket(bus_context(bus), options->type);
    if (socket == NULL)
        return bus_fail(err, "create a socket");
    if (!set_common(socket, options, err) || !set_curve(socket, options, err)) {
        bus_socket_close(&socket);
        return false;
    }
    *ret = socket;
    return true;
}

void
bus_socket_close(void **socket_p)
{
    if (*socket_p == NULL)
        return;
    int rc = zmq_close(*socket_p);
    REQUIRE(rc == 0);
    *socket_p = NULL;
}

bool
bus_socket_connect(void *socket, const char *endpoint, err_t *err)
{
    return zmq_connect(socket, endpoint) == 0 || bus_fail(err, "connect") || err_add(err, endpoint);
}
