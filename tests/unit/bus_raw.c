/* SPDX-License-Identifier: Apache-2.0 */
#include "bus_raw.h"

#include "base/mem.h"
#include "base/num.h"
#include "base/str.h"
#include "base/time.h"
#include "bus/zmtp.h"

#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <zmq.h>

#include <cmocka.h>

#define WAIT_MS 10000
#define METADATA_MAX 64

static int
connect_to(const char *endpoint)
{
    struct sockaddr_un local = { .sun_family = AF_UNIX };
    struct sockaddr_in net = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    const struct sockaddr *address = (const struct sockaddr *) &local;
    socklen_t n = sizeof(local);
    uint64_t port = 0;

    if (str_starts(endpoint, "ipc://")) {
        assert_true(str_copy(local.sun_path, sizeof(local.sun_path), endpoint + strlen("ipc://")));
    } else {
        const char *colon = strrchr(endpoint, ':');
        assert_true(colon != NULL && num_u64(colon + 1, strlen(colon + 1), &port));
        net.sin_port = htons((uint16_t) port);
        address = (const struct sockaddr *) &net;
        n = sizeof(net);
    }
    int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, address, n), 0);
    return fd;
}

void
bus_raw_connect(bus_raw_t *self, const char *endpoint, const char *server_z85, const bus_key_t *own)
{
    uint8_t server[CURVE_KEY_SIZE];
    curve_own_t pair;
    curve_own_t once;

    assert_non_null(zmq_z85_decode(server, server_z85));
    assert_non_null(zmq_z85_decode(pair.public, own->public_z85));
    assert_non_null(zmq_z85_decode(pair.secret, own->secret_z85));
    assert_int_equal(crypto_box_keypair(once.public, once.secret), 0);
    curve_client_init(&self->curve, server, &pair, &once);
    self->minor = 1;
    self->fd = connect_to(endpoint);
}

void
bus_raw_write(bus_raw_t *self, const void *bytes, size_t n)
{
    assert_int_equal(send(self->fd, bytes, n, MSG_NOSIGNAL), n);
}

static void
read_all(bus_raw_t *self, uint8_t *ret, size_t n)
{
    for (size_t at = 0; at < n;) {
        struct pollfd p = { .fd = self->fd, .events = POLLIN };
        assert_int_equal(poll(&p, 1, WAIT_MS), 1);
        ssize_t got = recv(self->fd, ret + at, n - at, 0);
        assert_true(got > 0);
        at += (size_t) got;
    }
}

static void
write_frame(bus_raw_t *self, uint8_t flags, const uint8_t *body, size_t n)
{
    uint8_t *frame = mem_alloc(1, ZMTP_HEAD_MAX + n);
    size_t head_n = zmtp_head_write(frame, flags, n);

    memcpy(frame + head_n, body, n);
    bus_raw_write(self, frame, head_n + n);
    mem_free(frame);
}

void
bus_raw_greet(bus_raw_t *self)
{
    uint8_t greeting[ZMTP_GREETING_SIZE];

    zmtp_greeting(greeting);
    greeting[11] = self->minor;
    greeting[32] = 0; /* as a client */
    bus_raw_write(self, greeting, sizeof(greeting));
    read_all(self, greeting, sizeof(greeting));
}

void
bus_raw_hello(bus_raw_t *self)
{
    uint8_t hello[CURVE_HELLO_SIZE];
    uint8_t welcome[2 + CURVE_WELCOME_SIZE];

    bus_raw_greet(self);
    curve_client_hello(&self->curve, hello);
    write_frame(self, ZMTP_FLAG_COMMAND, hello, sizeof(hello));
    read_all(self, welcome, sizeof(welcome));
    assert_true(curve_client_welcome(&self->curve, welcome + 2));
}

void
bus_raw_initiate(bus_raw_t *self, const char *type)
{
    uint8_t metadata[METADATA_MAX];
    uint8_t initiate[METADATA_MAX + CURVE_INITIATE_SIZE];

    size_t n = zmtp_property_write(metadata, 0, "Socket-Type", type);
    curve_client_initiate(&self->curve, metadata, n, initiate);
    write_frame(self, ZMTP_FLAG_COMMAND, initiate, CURVE_INITIATE_SIZE + n);
}

static void
read_small_frame(bus_raw_t *self, uint8_t ret[UINT8_MAX])
{
    uint8_t head[2];

    read_all(self, head, sizeof(head));
    assert_int_equal(head[0] & ZMTP_FLAG_LONG, 0);
    read_all(self, ret, head[1]);
}

void
bus_raw_open(bus_raw_t *self, const char *type)
{
    uint8_t ready[UINT8_MAX];

    bus_raw_hello(self);
    bus_raw_initiate(self, type);
    read_small_frame(self, ready);
    assert_memory_equal(ready, "\5READY", 6);
}

void
bus_raw_send(bus_raw_t *self, uint8_t flags, const void *payload, size_t n)
{
    uint8_t *body = mem_alloc(1, n + CURVE_PAYLOAD_AT);

    curve_client_seal(&self->curve, flags, payload, n, body);
    write_frame(self, 0, body, n + CURVE_PAYLOAD_AT);
    mem_free(body);
}

void
bus_raw_sync(bus_raw_t *self)
{
    static const char ping[] = "\4PING\0\0";
    uint8_t pong[UINT8_MAX];

    bus_raw_send(self, CURVE_FLAG_COMMAND, ping, sizeof(ping) - 1);
    read_small_frame(self, pong);
    assert_memory_equal(pong, "\7MESSAGE", 8);
}

bool
bus_raw_is_ended(bus_raw_t *self, int timeout_ms)
{
    int64_t until_ms = time_monotonic_ms() + timeout_ms;
    uint8_t dropped[4096];

    for (;;) {
        int64_t left_ms = until_ms - time_monotonic_ms();
        struct pollfd p = { .fd = self->fd, .events = POLLIN };
        if (poll(&p, 1, left_ms > 0 ? (int) left_ms : 0) <= 0)
            return false;
        if (recv(self->fd, dropped, sizeof(dropped), 0) <= 0)
            return true;
    }
}

void
bus_raw_close(bus_raw_t *self)
{
    assert_int_equal(close(self->fd), 0);
}
