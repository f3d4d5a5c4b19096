/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include "bus/bus_impl.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>

#define ZAP_ENDPOINT "inproc://zeromq.zap.01"
#define ZAP_FRAMES 7 /* version, request id, domain, address, identity, mechanism, client key */
#define ZAP_FRAME_MAX 256
#define LINGER_MS 1000 /* what was sent still goes out when the process leaves in order */

struct bus {
    void *ctx;
    bus_keys_t *keys;
    int linger_ms;
    void *zap; /* owned by the thread once it runs */
    bool zap_running;
    pthread_t thread;
};

typedef struct {
    char data[ZAP_FRAME_MAX];
    size_t len;
} zap_frame_t;

/* One request of libzmq's handshake (RFC 27).  False when the context ends. */
static bool
zap_recv(void *socket, zap_frame_t frames[ZAP_FRAMES], size_t *ret_n)
{
    size_t n = 0;
    bool more = true;

    while (more) {
        zmq_msg_t msg;
        (void) zmq_msg_init(&msg);
        if (zmq_msg_recv(&msg, socket, 0) < 0) {
            bool stop = errno != EINTR;
            bus_msg_done(&msg);
            if (stop)
                return false;
            continue;
        }
        if (n < ZAP_FRAMES) {
            frames[n].len = zmq_msg_size(&msg) < ZAP_FRAME_MAX ? zmq_msg_size(&msg) : ZAP_FRAME_MAX;
            memcpy(frames[n].data, zmq_msg_data(&msg), frames[n].len);
        }
        n++;
        more = zmq_msg_more(&msg) != 0;
        bus_msg_done(&msg);
    }
    *ret_n = n;
    return true;
}

static bool
frame_is(const zap_frame_t *f, const char *text)
{
    return f->len == strlen(text) && memcmp(f->data, text, f->len) == 0;
}

/* Unknown, expired, revoked and malformed look the same to the other side. */
static bool
zap_allows(bus_keys_t *keys, const zap_frame_t *frames, size_t n, bus_key_t *ret_key)
{
    char z85[KEY_Z85_SIZE];

    if (n != ZAP_FRAMES || !frame_is(&frames[0], "1.0") || !frame_is(&frames[5], "CURVE") || frames[6].len != 32)
        return false;
    if (zmq_z85_encode(z85, (const uint8_t *) frames[6].data, 32) == NULL)
        return false;
    return bus_keys_find_public(keys, z85, ret_key);
}

static bool
zap_reply(void *socket, const zap_frame_t *request_id, bool allowed, const char *user)
{
    const char *status = allowed ? "200" : "400";
    const char *text = allowed ? "OK" : "not registered";
    const char *name = allowed ? user : "";

    return zmq_send(socket, "1.0", 3, ZMQ_SNDMORE) >= 0 &&
           zmq_send(socket, request_id->data, request_id->len, ZMQ_SNDMORE) >= 0 &&
           zmq_send(socket, status, 3, ZMQ_SNDMORE) >= 0 && zmq_send(socket, text, strlen(text), ZMQ_SNDMORE) >= 0 &&
           zmq_send(socket, name, strlen(name), ZMQ_SNDMORE) >= 0 && zmq_send(socket, "", 0, 0) >= 0;
}

/* Ends when the context is shut down.  Should it end by anything else, new connections would pass without a User-Id;
 * servers answer no request and pass no subscription without one. */
static void *
zap_main(void *arg)
{
    bus_t *self = arg;
    zap_frame_t frames[ZAP_FRAMES];
    size_t n;

    while (zap_recv(self->zap, frames, &n)) {
        bus_key_t key = { .name = "" };
        bool allowed = zap_allows(self->keys, frames, n, &key);
        if (n < 2)
            frames[1].len = 0;
        if (!zap_reply(self->zap, &frames[1], allowed, key.name))
            break;
    }
    bus_socket_close(&self->zap);
    return NULL;
}

static bool
zap_start(bus_t *self, err_t *err)
{
    sigset_t all;
    sigset_t old;

    self->zap = zmq_socket(self->ctx, ZMQ_REP);
    if (self->zap == NULL)
        return bus_fail(err, "create the ZAP socket");
    /* bound before the first server socket exists: libzmq lets everyone in while nobody is bound there */
    if (zmq_bind(self->zap, ZAP_ENDPOINT) != 0)
        return bus_fail(err, "bind " ZAP_ENDPOINT);
    (void) sigfillset(&all);
    (void) pthread_sigmask(SIG_SETMASK, &all, &old);
    int rc = pthread_create(&self->thread, NULL, zap_main, self);
    (void) pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (rc != 0)
        return err_set(err, ERR_RETRY, "bus.thread", "cannot start the ZAP thread: %s", strerror(rc));
    self->zap_running = true;
    return true;
}

bool
bus_new(bus_keys_t *keys, bus_t **ret, err_t *err)
{
    AUTO(bus) self = mem_new(bus_t);

    self->keys = keys;
    self->linger_ms = LINGER_MS;
    self->ctx = zmq_ctx_new();
    if (self->ctx == NULL)
        return bus_fail(err, "create the context");
    (void) zmq_ctx_set(self->ctx, ZMQ_BLOCKY, 0);
    if (keys != NULL && !zap_start(self, err))
        return false;
    *ret = TAKE(self);
    return true;
}

/* All sockets must be closed before: the context waits for them. */
void
bus_destroy(bus_t **self_p)
{
    bus_t *self = *self_p;

    if (self == NULL)
        return;
    *self_p = NULL;
    if (self->ctx != NULL)
        (void) zmq_ctx_shutdown(self->ctx);
    if (self->zap_running)
        (void) pthread_join(self->thread, NULL);
    bus_socket_close(&self->zap);
    while (self->ctx != NULL && zmq_ctx_term(self->ctx) != 0)
        REQUIRE(errno == EINTR);
    mem_free(self);
}

void *
bus_context(bus_t *self)
{
    return self->ctx;
}

bus_keys_t *
bus_registry(bus_t *self)
{
    return self->keys;
}

void
bus_set_linger(bus_t *self, int64_t linger_ms)
{
    self->linger_ms = linger_ms < 0 ? 0 : linger_ms > 60000 ? 60000 : (int) linger_ms;
}

int
bus_linger_ms(const bus_t *self)
{
    return self->linger_ms;
}
