/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include "base/str.h"
#include "base/time.h"
#include "bus/door_impl.h"
#include "curve_client.h"
#include "fuzz.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

/* Three connections to a door without a thread, and what peers, the loop and time may do in any order: each byte of the input is a
 * step (its low bits say which, the others of which connection), with what follows as its content.  However it went, at the end all
 * memory is given back. */

enum { CONNECTIONS = 3, IN_HAND = 4, CONTENT_MAX = 1024, INPUT_MAX = 4096, MEMORY = 16 << 20 };
enum { GREET, HELLO, INITIATE, SEAL, RAW, HALVES, LARGE, TAKE, DONE, REPLY, PUBLISH, READ, LEAVE, RECHECK, PASS };

typedef struct {
    int fd; /* -1: has left */
    bool welcome;
    curve_client_t curve;
} peer_t;
typedef struct {
    const uint8_t *p, *end;
} input_t;
typedef struct {
    door_t door;
    door_listener_t listener;
    peer_t peers[CONNECTIONS];
    bus_request_t *in_hand[IN_HAND];
    size_t in_hand_n;
    bus_peer_t last;
} world_t;

static bus_keys_t *keys;
static curve_own_t server, own;
static char folder[] = "/tmp/plimsoll-fuzz-XXXXXX";

static void
remove_folder(void)
{
    AUTO_STR path = STR_INIT;

    bus_keys_destroy(&keys);
    str_printf(&path, "%s/peer.key", folder);
    (void) unlink(path.ptr);
    (void) rmdir(folder);
}

static void
make_keys(void)
{
    bus_key_t key = { .name = "peer", .streams = "alerts", .regions = "*", .until = INT32_MAX };
    err_t err;

    curve_client_pair(&server, 1);
    curve_client_pair(&own, 2);
    REQUIRE(mkdtemp(folder) != NULL && atexit(remove_folder) == 0);
    REQUIRE(zmq_z85_encode(key.public_z85, own.public, sizeof(own.public)) != NULL);
    REQUIRE(bus_keys_register(folder, &key, &err) && bus_keys_open(folder, &keys, &err));
}

static size_t
take_bytes(input_t *in, size_t n, const uint8_t **ret)
{
    size_t left = (size_t) (in->end - in->p);

    *ret = in->p;
    n = n < left ? n : left;
    in->p += n;
    return n;
}

static uint8_t
take_byte(input_t *in)
{
    return in->p < in->end ? *in->p++ : 0;
}

static void
put(peer_t *peer, const void *bytes, size_t n)
{
    if (peer->fd >= 0)
        (void) send(peer->fd, bytes, n, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void
drain(peer_t *peer)
{
    uint8_t dropped[65536];

    while (peer->fd >= 0 && recv(peer->fd, dropped, sizeof(dropped), MSG_DONTWAIT) > 0) {
    }
}

static void
put_frame(peer_t *peer, uint8_t flags, const uint8_t *body, size_t n)
{
    uint8_t frame[ZMTP_HEAD_MAX + CONTENT_MAX];
    size_t head_n = zmtp_head_write(frame, flags, n);

    REQUIRE(n <= CONTENT_MAX);
    memcpy(frame + head_n, body, n);
    put(peer, frame, head_n + n);
}

static void
greet(world_t *w, peer_t *peer)
{
    uint8_t greeting[ZMTP_GREETING_SIZE];

    zmtp_greeting(greeting);
    greeting[32] = 0;
    put(peer, greeting, sizeof(greeting));
    door_loop_once(&w->door, 0);
    drain(peer);
}

static void
hello(world_t *w, peer_t *peer)
{
    uint8_t command[CURVE_HELLO_SIZE];
    uint8_t welcome[2 + CURVE_WELCOME_SIZE];

    curve_client_hello(&peer->curve, command);
    put_frame(peer, ZMTP_FLAG_COMMAND, command, sizeof(command));
    door_loop_once(&w->door, 0);
    if (peer->fd >= 0 && recv(peer->fd, welcome, sizeof(welcome), MSG_DONTWAIT) == (ssize_t) sizeof(welcome))
        peer->welcome = curve_client_welcome(&peer->curve, welcome + 2);
}

static void
initiate(world_t *w, peer_t *peer, input_t *in)
{
    static const char *const types[] = { "DEALER", "REQ", "ROUTER", "SUB", "XSUB", "PUSH", "" };
    uint8_t metadata[CONTENT_MAX];
    uint8_t command[CONTENT_MAX];
    const uint8_t *content;
    uint8_t way = take_byte(in);
    size_t n = 0;

    if (way < COUNT_OF(types)) {
        n = zmtp_property_write(metadata, 0, "Socket-Type", types[way]);
    } else {
        n = take_bytes(in, way, &content);
        memcpy(metadata, content, n);
    }
    if (!peer->welcome)
        return;
    curve_client_initiate(&peer->curve, metadata, n, command);
    put_frame(peer, ZMTP_FLAG_COMMAND, command, CURVE_INITIATE_SIZE + n);
    door_loop_once(&w->door, 0);
}

static void
seal(world_t *w, peer_t *peer, input_t *in, bool halves)
{
    uint8_t body[CURVE_PAYLOAD_AT + 4 * UINT8_MAX];
    uint8_t frame[ZMTP_HEAD_MAX + sizeof(body)];
    const uint8_t *content;
    uint8_t flags = take_byte(in);
    size_t n = take_bytes(in, (size_t) take_byte(in) * (flags >= 64 ? 4 : 1), &content);

    curve_client_seal(&peer->curve, flags & 7, content, n, body);
    size_t head_n = zmtp_head_write(frame, 0, n + CURVE_PAYLOAD_AT);
    memcpy(frame + head_n, body, n + CURVE_PAYLOAD_AT);
    size_t first = halves ? take_byte(in) % (head_n + n + CURVE_PAYLOAD_AT) : 0;
    put(peer, frame, first);
    if (halves)
        door_loop_once(&w->door, 0);
    put(peer, frame + first, head_n + n + CURVE_PAYLOAD_AT - first);
}

/* The head of a frame of so many times 64 KiB, of which no more is sent. */
static void
large(peer_t *peer, input_t *in)
{
    uint8_t head[ZMTP_HEAD_MAX];
    size_t head_n = zmtp_head_write(head, 0, ((size_t) take_byte(in) << 16) + 300);

    put(peer, head, head_n);
}

static void
take(world_t *w)
{
    bus_request_t *request = w->in_hand_n < IN_HAND ? door_take(&w->listener) : NULL;

    if (request == NULL)
        return;
    w->last = request->peer;
    w->in_hand[w->in_hand_n++] = request;
}

/* What the passing of so much time brings about. */
static void
pass(door_t *door, int64_t ms)
{
    int64_t now_ms = time_monotonic_ms() + ms;

    for (size_t i = door->n; i > 0; i--)
        if (door->connections[i - 1]->fd >= 0)
            door_look_at(door, door->connections[i - 1], now_ms);
    (void) pthread_mutex_lock(&door->lock);
    door_make_memory(door, now_ms);
    (void) pthread_mutex_unlock(&door->lock);
}

static void
step(world_t *w, input_t *in)
{
    static char bytes[256 * 1024];
    uint8_t what = take_byte(in);
    peer_t *peer = &w->peers[what / 16 % CONNECTIONS];
    const uint8_t *content;
    size_t n;
    err_t err;

    switch (what % 16) {
    case GREET: greet(w, peer); break;
    case HELLO: hello(w, peer); break;
    case INITIATE: initiate(w, peer, in); break;
    case SEAL: seal(w, peer, in, false); break;
    case HALVES: seal(w, peer, in, true); break;
    case RAW:
        n = take_bytes(in, take_byte(in), &content);
        put(peer, content, n);
        break;
    case LARGE: large(peer, in); break;
    case TAKE: take(w); break;
    case DONE:
        if (w->in_hand_n > 0)
            door_done(&w->in_hand[--w->in_hand_n]);
        break;
    case REPLY:
        n = (size_t) take_byte(in) << 10;
        REQUIRE(door_reply(&w->listener, &w->last, bytes, n, &err) || err.cls == ERR_RETRY);
        break;
    case PUBLISH:
        n = take_byte(in);
        door_publish(&w->listener, n % 2 == 0 ? "alert/320681100207/red" : "beat/alerts", bytes, n << 10);
        break;
    case READ: drain(peer); break;
    case LEAVE:
        if (peer->fd >= 0)
            (void) close(peer->fd);
        peer->fd = -1;
        break;
    case RECHECK: door_recheck(&w->door); break;
    case PASS: pass(&w->door, (int64_t) take_byte(in) * 1000); break;
    default: break;
    }
    door_loop_once(&w->door, 0);
}

static void
set_up(world_t *w, door_kind_t kind)
{
    door_t *door = &w->door;
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = door };

    door->keys = keys;
    door->limits = BUS_LIMITS_DEFAULT;
    door->limits.memory_bytes = MEMORY;
    door->epoll = epoll_create1(EPOLL_CLOEXEC);
    door->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    door->tick_ms = time_monotonic_ms();
    REQUIRE(door->epoll >= 0 && door->wake_fd >= 0 && epoll_ctl(door->epoll, EPOLL_CTL_ADD, door->wake_fd, &event) == 0);
    REQUIRE(pthread_mutex_init(&door->lock, NULL) == 0);
    for (size_t i = 0; i < DOOR_REASON_COUNT; i++)
        door->closed[i] = metrics_counter("bus_closed_total", NULL, "fuzz");
    door->open_gauge = metrics_gauge("bus_connections", NULL, "fuzz");
    door->held_gauge = metrics_gauge("bus_memory_bytes", NULL, "fuzz");
    door->dropped = metrics_counter("bus_events_dropped_total", NULL, "fuzz");
    w->listener = (door_listener_t){ .door = door, .kind = kind, .fd = -1, .ready_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), .curve = server };
    REQUIRE(w->listener.ready_fd >= 0);
    for (size_t i = 0; i < CONNECTIONS; i++) {
        int ends[2];
        curve_own_t once;
        curve_client_pair(&once, (uint8_t) (3 + i));
        curve_client_init(&w->peers[i].curve, server.public, &own, &once);
        REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) == 0);
        w->peers[i].fd = ends[0];
        door_take_in(door, &w->listener, ends[1], time_monotonic_ms());
    }
}

static void
tear_down(world_t *w)
{
    door_t *door = &w->door;

    for (size_t i = 0; i < CONNECTIONS; i++)
        if (w->peers[i].fd >= 0)
            (void) close(w->peers[i].fd);
    while (w->in_hand_n > 0)
        door_done(&w->in_hand[--w->in_hand_n]);
    for (unsigned turns = 0; door->n > 0; turns++) {
        bus_request_t *request = door_take(&w->listener);
        REQUIRE(turns < 1000); /* who has left is gone at some time */
        if (request != NULL)
            door_done(&request);
        door_loop_once(door, 0);
    }
    REQUIRE(door->held == 0 && door->unsent == 0 && door->subscribed == 0 && door->open == 0);
    for (const door_account_t *a = door->accounts; a != NULL; a = a->next)
        REQUIRE(a->uses == 0 && a->connections == 0 && a->waiting == 0 && a->in_hand == 0 && a->held == 0 && a->subscribed == 0);
    while (door->accounts != NULL) {
        door_account_t *a = door->accounts;
        door->accounts = a->next;
        mem_free(a);
    }
    mem_free(door->connections);
    (void) pthread_mutex_destroy(&door->lock);
    (void) close(w->listener.ready_fd);
    (void) close(door->epoll);
    (void) close(door->wake_fd);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    world_t w = { .in_hand_n = 0 };
    input_t in = { data, data + size };

    if (size < 2 || size > INPUT_MAX)
        return 0;
    if (keys == NULL)
        make_keys();
    uint8_t way = take_byte(&in);
    set_up(&w, way % 2 == 0 ? DOOR_REQUESTS : DOOR_STREAM);
    for (size_t i = 0; i < CONNECTIONS; i++) { /* who is let in before it begins */
        input_t type = { (const uint8_t *) (way % 2 == 0 ? "\0" : "\3"), NULL };
        type.end = type.p + 1;
        if ((way >> (1 + i)) % 2 == 0)
            continue;
        greet(&w, &w.peers[i]);
        hello(&w, &w.peers[i]);
        initiate(&w, &w.peers[i], &type);
    }
    while (in.p < in.end)
        step(&w, &in);
    tear_down(&w);
    return 0;
}
