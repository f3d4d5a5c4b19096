/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include "base/time.h"
#include "bus/zmtp.h"
#include "bus_raw.h"
#include "bus_world.h"
#include "event/event.h"
#include "metrics/metrics.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

#include <cmocka.h>

/* Faults of the door that need a moment hit exactly: its calls are wrapped here, and its thread is held or misled in them. */

#define SHORT_MS 200
#define TICK_MS 1000 /* of the door */

int __real_accept4(int fd, struct sockaddr *address, socklen_t *n, int flags);
int __wrap_accept4(int fd, struct sockaddr *address, socklen_t *n, int flags);
void __real_curve_seal(curve_t *self, const uint8_t *plain, size_t n, uint8_t *ret);
void __wrap_curve_seal(curve_t *self, const uint8_t *plain, size_t n, uint8_t *ret);
bool __real_bus_keys_find_public(bus_keys_t *self, const char *z85, bus_key_t *ret);
bool __wrap_bus_keys_find_public(bus_keys_t *self, const char *z85, bus_key_t *ret);

int __real_epoll_wait(int fd, struct epoll_event *events, int max, int timeout_ms);
int __wrap_epoll_wait(int fd, struct epoll_event *events, int max, int timeout_ms);
bool __real_curve_open(curve_t *self, uint8_t *command, size_t n, uint8_t *ret_flags);
bool __wrap_curve_open(curve_t *self, uint8_t *command, size_t n, uint8_t *ret_flags);
int64_t __real_time_monotonic_ms(void);
int64_t __wrap_time_monotonic_ms(void);

static atomic_int accept_errno; /* what accept4 says in place of what it does */
static atomic_uint accepts;
typedef struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool shut, inside;
} gate_t;
static gate_t sealing = { .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER };
static gate_t waiting = { .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER };
static atomic_uint opened, opened_most; /* frames in this turn of the door's thread, and in any */
static _Atomic int64_t ahead_ms; /* of the clock */
static world_t *_Atomic withdraw_of; /* its reader's key is withdrawn when it has just been found */

int
__wrap_accept4(int fd, struct sockaddr *address, socklen_t *n, int flags)
{
    int no = atomic_load(&accept_errno);

    (void) atomic_fetch_add(&accepts, 1);
    if (no == 0)
        return __real_accept4(fd, address, n, flags);
    errno = no;
    return -1;
}

int64_t
__wrap_time_monotonic_ms(void)
{
    return __real_time_monotonic_ms() + atomic_load(&ahead_ms);
}

/* Stops at the gate while it is shut. */
static void
gate_pass(gate_t *gate)
{
    (void) pthread_mutex_lock(&gate->lock);
    gate->inside = gate->shut;
    (void) pthread_cond_broadcast(&gate->changed);
    while (gate->shut)
        (void) pthread_cond_wait(&gate->changed, &gate->lock);
    (void) pthread_mutex_unlock(&gate->lock);
}

static void
gate_shut(gate_t *gate, bool shut)
{
    (void) pthread_mutex_lock(&gate->lock);
    gate->shut = shut;
    gate->inside = false;
    (void) pthread_cond_broadcast(&gate->changed);
    (void) pthread_mutex_unlock(&gate->lock);
}

static void
gate_wait_inside(gate_t *gate)
{
    (void) pthread_mutex_lock(&gate->lock);
    while (!gate->inside)
        (void) pthread_cond_wait(&gate->changed, &gate->lock);
    (void) pthread_mutex_unlock(&gate->lock);
}

void
__wrap_curve_seal(curve_t *self, const uint8_t *plain, size_t n, uint8_t *ret)
{
    gate_pass(&sealing);
    __real_curve_seal(self, plain, n, ret);
}

int
__wrap_epoll_wait(int fd, struct epoll_event *events, int max, int timeout_ms)
{
    unsigned n = atomic_exchange(&opened, 0);

    if (n > atomic_load(&opened_most))
        atomic_store(&opened_most, n);
    gate_pass(&waiting);
    return __real_epoll_wait(fd, events, max, timeout_ms);
}

bool
__wrap_curve_open(curve_t *self, uint8_t *command, size_t n, uint8_t *ret_flags)
{
    (void) atomic_fetch_add(&opened, 1);
    return __real_curve_open(self, command, n, ret_flags);
}

static void
withdraw(world_t *w)
{
    uint64_t generation;
    err_t err;

    assert_true(bus_keys_revoke(w->registry, "reader", &err));
    assert_true(bus_keys_refresh(w->keys, &generation, &err));
    bus_recheck(w->bus);
}

bool
__wrap_bus_keys_find_public(bus_keys_t *self, const char *z85, bus_key_t *ret)
{
    bool found = __real_bus_keys_find_public(self, z85, ret);
    world_t *w = atomic_exchange(&withdraw_of, NULL);

    if (w != NULL)
        withdraw(w);
    return found;
}

/* A server, and a reader that begins to connect to its door. */
static bus_server_t *
serve_reader(world_t *w, bus_raw_t *raw)
{
    bus_server_t *server = NULL;
    err_t err;

    assert_true(bus_server_new(w->bus, w->request, &w->server, &server, &err));
    bus_raw_connect(raw, w->request, w->server.public_z85, &w->reader);
    return server;
}

static void
leave(bus_raw_t *raw, bus_server_t **server)
{
    bus_raw_close(raw);
    bus_server_destroy(server);
}

/* Requests that were not taken because their sender reads nothing are there to be taken when it is cut off, even while the door
 * is about to send it something: else their memory would be held until somebody else sends. */
static void
requests_of_one_cut_off(void **state)
{
    world_t *w = *state;
    bus_raw_t raw;
    bus_server_t *server = serve_reader(w, &raw);
    bus_request_t *requests[2];
    err_t err;
    char *bytes = mem_alloc(1, EVENT_FRAME_MAX);

    bus_raw_open(&raw, "DEALER");
    for (int i = 0; i < 3; i++)
        bus_raw_send(&raw, 0, "x", 1);
    bus_raw_sync(&raw);
    for (int i = 0; i < 2; i++) {
        requests[i] = world_recv(server, WAIT_MS);
        assert_non_null(requests[i]);
    }
    gate_shut(&sealing, true);
    assert_true(bus_server_send(server, &requests[0]->peer, bytes, EVENT_FRAME_MAX, &err));
    gate_wait_inside(&sealing);
    bus_request_done(&requests[0]);
    bus_request_done(&requests[1]);
    assert_null(world_recv(server, SHORT_MS)); /* too much is unread */
    withdraw(w);
    bus_request_t *third = world_recv(server, SHORT_MS);
    gate_shut(&sealing, false);
    if (third == NULL)
        third = world_recv(server, WAIT_MS);
    assert_non_null(third);
    bus_request_done(&third);
    mem_free(bytes);
    leave(&raw, &server);
}

/* The registry changes after the door has looked a key up, and before the connection is in: whoever lost the key is out. */
static void
withdrawn_while_it_comes_in(void **state)
{
    world_t *w = *state;
    bus_raw_t raw;
    bus_server_t *server = serve_reader(w, &raw);

    bus_raw_hello(&raw);
    atomic_store(&withdraw_of, w);
    bus_raw_initiate(&raw, "DEALER");
    assert_true(bus_raw_is_ended(&raw, WAIT_MS / 2));
    assert_null(atomic_load(&withdraw_of));
    leave(&raw, &server);
}

static int64_t
processor_ms(void)
{
    struct timespec t;

    assert_int_equal(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t), 0);
    return (int64_t) t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* A process that was forked has all descriptors, too.  What the door closes is closed all the same: the other side is told, no
 * event of it is heard any more, and its address is free. */
static void
a_forked_child_holds_nothing_open(void **state)
{
    world_t *w = *state;
    bus_server_t *server = NULL;
    bus_raw_t raw;
    char endpoint[256];
    int end[2];
    err_t err;

    assert_true(bus_server_new(w->bus, "tcp://127.0.0.1:*", &w->server, &server, &err));
    assert_true(str_copy(endpoint, sizeof(endpoint), bus_server_endpoint(server)));
    bus_raw_connect(&raw, endpoint, w->server.public_z85, &w->reader);
    bus_raw_open(&raw, "DEALER");
    assert_int_equal(pipe(end), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        char byte;
        (void) close(end[1]);
        _exit(read(end[0], &byte, 1) == 0 ? 0 : 1);
    }
    assert_int_equal(close(end[0]), 0);
    withdraw(w);
    assert_true(bus_raw_is_ended(&raw, WAIT_MS));
    bus_raw_close(&raw);
    int64_t worked_ms = processor_ms();
    (void) zmq_poll(NULL, 0, SHORT_MS);
    assert_true(processor_ms() - worked_ms < SHORT_MS / 2);

    bus_server_destroy(&server);
    assert_true(bus_server_new(w->bus, endpoint, &w->server, &server, &err));
    worked_ms = processor_ms();
    (void) zmq_poll(NULL, 0, SHORT_MS);
    assert_true(processor_ms() - worked_ms < SHORT_MS / 2);
    assert_int_equal(close(end[1]), 0);
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    bus_server_destroy(&server);
}

/* The kernel has no memory for another connection: the door waits, and does not ask again and again. */
static void
accept_has_no_memory(void **state)
{
    static const int numbers[] = { ENOMEM, ENOBUFS, EMFILE, ENFILE };
    world_t *w = *state;
    bus_server_t *server = NULL;
    bus_raw_t raw;
    err_t err;

    assert_true(bus_server_new(w->bus, w->request, &w->server, &server, &err));
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        unsigned before = atomic_load(&accepts);
        atomic_store(&accept_errno, numbers[i]);
        bus_raw_connect(&raw, w->request, w->server.public_z85, &w->reader);
        (void) zmq_poll(NULL, 0, 2 * SHORT_MS);
        assert_true(atomic_load(&accepts) - before < 10);
        atomic_store(&accept_errno, 0);
        bus_raw_open(&raw, "DEALER"); /* and comes back to it */
        bus_raw_close(&raw);
    }
    bus_server_destroy(&server);
}

/* Time passes, and the door has seen that it has. */
static void
pass(int64_t ms)
{
    (void) atomic_fetch_add(&ahead_ms, ms);
    (void) zmq_poll(NULL, 0, TICK_MS + SHORT_MS);
}

/* A subscriber that takes no events cannot see a PING behind them: it is not cut off for that, but is once it has shown to have
 * read all and then says nothing. */
static void
who_stands_still_is_not_cut_off(void **state)
{
    world_t *w = *state;
    bus_pub_t *pub = NULL;
    bus_raw_t raw;
    err_t err;

    assert_true(bus_pub_new(w->bus, w->stream, &w->server, &pub, &err));
    bus_raw_connect(&raw, w->stream, w->server.public_z85, &w->reader);
    bus_raw_open(&raw, "SUB");
    bus_raw_send(&raw, 0, "\1beat/", 6);
    bus_raw_sync(&raw);
    bus_pub_send(pub, "beat/alerts", "{}", 2);
    pass(6000);  /* asked */
    pass(60000); /* no answer */
    assert_false(bus_raw_is_ended(&raw, 0)); /* reads all that came */
    bus_raw_send(&raw, CURVE_FLAG_COMMAND, "\4PONG", 5);
    bus_raw_sync(&raw);
    pass(6000);
    assert_false(bus_raw_is_ended(&raw, 0));
    bool ended = false;
    for (int i = 0; i < 5 && !ended; i++) { /* a slow machine may take more than one look */
        pass(11000);
        ended = bus_raw_is_ended(&raw, 0);
    }
    assert_true(ended);
    bus_raw_close(&raw);
    bus_pub_destroy(&pub);
}

/* Many strangers say HELLO and nothing more: whoever comes next still has the time to show a key, others coming behind it. */
static void
strangers_after_hello(void **state)
{
    enum { PLACES = 6, NEXT = 3 };
    world_t *w = *state;
    bus_server_t *server = NULL;
    bus_limits_t limits = BUS_LIMITS_DEFAULT;
    bus_raw_t strangers[PLACES];
    bus_raw_t next[NEXT];
    err_t err;

    limits.handshakes = PLACES;
    bus_set_limits(w->bus, &limits);
    assert_true(bus_server_new(w->bus, w->request, &w->server, &server, &err));
    for (size_t i = 0; i < PLACES; i++) {
        bus_raw_connect(&strangers[i], w->request, w->server.public_z85, &w->stranger);
        bus_raw_hello(&strangers[i]);
    }
    for (size_t i = 0; i < NEXT; i++)
        bus_raw_connect(&next[i], w->request, w->server.public_z85, &w->reader);
    for (size_t i = 0; i < NEXT; i++)
        bus_raw_open(&next[i], "DEALER");
    assert_true(bus_raw_is_ended(&strangers[0], WAIT_MS));
    assert_false(bus_raw_is_ended(&strangers[PLACES - 1], 0));
    for (size_t i = 0; i < PLACES; i++)
        bus_raw_close(&strangers[i]);
    for (size_t i = 0; i < NEXT; i++)
        bus_raw_close(&next[i]);
    bus_server_destroy(&server);
}

/* What subscriptions take is counted, limited, and given back. */
static void
memory_of_subscriptions(void **state)
{
    enum { SIZE = 1000, FEW = 10, TOO_MANY = 17 };
    world_t *w = *state;
    bus_pub_t *pub = NULL;
    bus_raw_t raw;
    char prefix[SIZE];
    err_t err;

    assert_true(bus_pub_new(w->bus, w->stream, &w->server, &pub, &err));
    const metric_t *held = metrics_gauge("bus_memory_bytes", NULL, "test");
    memset(prefix, 'x', sizeof(prefix));
    prefix[0] = 1; /* subscribe */
    bus_raw_connect(&raw, w->stream, w->server.public_z85, &w->reader);
    bus_raw_open(&raw, "SUB");
    for (int i = 0; i < FEW; i++)
        bus_raw_send(&raw, 0, prefix, sizeof(prefix));
    bus_raw_sync(&raw);
    assert_int_equal(metric_value(held), FEW * SIZE);
    prefix[0] = 0; /* and no longer */
    bus_raw_send(&raw, 0, prefix, sizeof(prefix));
    bus_raw_sync(&raw);
    assert_int_equal(metric_value(held), (FEW - 1) * SIZE);
    prefix[0] = 1;
    for (int i = FEW; i < TOO_MANY + 1; i++)
        bus_raw_send(&raw, 0, prefix, sizeof(prefix));
    assert_true(bus_raw_is_ended(&raw, WAIT_MS));
    bus_raw_close(&raw);
    bus_pub_destroy(&pub);
    assert_int_equal(metric_value(held), 0);
}

/* Frames of no use, as small as can be, over many connections: in one turn of the door's thread a key has so many opened and no
 * more, and in the next turn it is another connection's turn. */
static void
tiny_frames(void **state)
{
    enum { CONNECTIONS = 4, FRAMES = 1500, MOST = 600 };
    static uint8_t frames[FRAMES][2 + CURVE_PAYLOAD_AT];
    world_t *w = *state;
    bus_server_t *server = NULL;
    bus_raw_t raw[CONNECTIONS];
    err_t err;

    assert_true(bus_server_new(w->bus, w->request, &w->server, &server, &err));
    for (size_t i = 0; i < CONNECTIONS; i++) {
        bus_raw_connect(&raw[i], w->request, w->server.public_z85, &w->reader);
        bus_raw_open(&raw[i], "DEALER");
    }
    gate_shut(&waiting, true);
    bus_raw_send(&raw[0], CURVE_FLAG_MORE, "", 0);
    gate_wait_inside(&waiting);
    for (size_t i = 0; i < CONNECTIONS; i++) {
        for (size_t n = 0; n < FRAMES; n++) {
            frames[n][0] = 0;
            frames[n][1] = CURVE_PAYLOAD_AT;
            curve_client_seal(&raw[i].curve, CURVE_FLAG_MORE, "", 0, frames[n] + 2);
        }
        bus_raw_write(&raw[i], frames, sizeof(frames)); /* at once: they fit into the socket's buffer */
    }
    atomic_store(&opened_most, 0);
    gate_shut(&waiting, false);
    for (size_t i = 0; i < CONNECTIONS; i++)
        bus_raw_sync(&raw[i]);
    assert_in_range(atomic_load(&opened_most), 2, MOST);
    for (size_t i = 0; i < CONNECTIONS; i++)
        bus_raw_close(&raw[i]);
    bus_server_destroy(&server);
}

/* A client of ZMTP 3.0, as libzmq 4.1 and JeroMQ are. */
static void
an_older_client(void **state)
{
    world_t *w = *state;
    bus_raw_t raw;
    bus_server_t *server = serve_reader(w, &raw);

    raw.minor = 0;
    bus_raw_open(&raw, "REQ");
    bus_raw_send(&raw, CURVE_FLAG_MORE, "", 0);
    bus_raw_send(&raw, 0, "x", 1);
    bus_request_t *request = world_recv(server, WAIT_MS);
    assert_non_null(request);
    assert_true(request->peer.delimiter);
    assert_string_equal(request->frame.ptr, "x");
    bus_request_done(&request);
    leave(&raw, &server);
}

int
main(int argc, char **argv)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, world_set_up, world_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(requests_of_one_cut_off),
        TEST(withdrawn_while_it_comes_in),
        TEST(a_forked_child_holds_nothing_open),
        TEST(accept_has_no_memory),
        TEST(who_stands_still_is_not_cut_off),
        TEST(strangers_after_hello),
        TEST(memory_of_subscriptions),
        TEST(tiny_frames),
        TEST(an_older_client),
    };

    cmocka_set_test_filter(argc > 1 ? argv[1] : NULL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
