/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include "base/time.h"
#include "bus/zmtp.h"
#include "bus_raw.h"
#include "bus_world.h"
#include "event/event.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
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

int64_t __real_time_monotonic_ms(void);
int64_t __wrap_time_monotonic_ms(void);

static atomic_int accept_errno; /* what accept4 says in place of what it does */
static atomic_uint accepts;
static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool shut, inside;
} gate = { .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER };
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
void
__wrap_curve_seal(curve_t *self, const uint8_t *plain, size_t n, uint8_t *ret)
{
    (void) pthread_mutex_lock(&gate.lock);
    gate.inside = gate.shut;
    (void) pthread_cond_broadcast(&gate.changed);
    while (gate.shut)
        (void) pthread_cond_wait(&gate.changed, &gate.lock);
    (void) pthread_mutex_unlock(&gate.lock);
    __real_curve_seal(self, plain, n, ret);
}

static void
gate_shut(bool shut)
{
    (void) pthread_mutex_lock(&gate.lock);
    gate.shut = shut;
    gate.inside = false;
    (void) pthread_cond_broadcast(&gate.changed);
    (void) pthread_mutex_unlock(&gate.lock);
}

static void
gate_wait_inside(void)
{
    (void) pthread_mutex_lock(&gate.lock);
    while (!gate.inside)
        (void) pthread_cond_wait(&gate.changed, &gate.lock);
    (void) pthread_mutex_unlock(&gate.lock);
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

/* Requests that were not taken because their sender reads nothing are there to be taken when it is cut off, even while the door
 * is about to send it something: else their memory would be held until somebody else sends. */
static void
requests_of_one_cut_off(void **state)
{
    world_t *w = *state;
    bus_server_t *server = NULL;
    bus_raw_t raw;
    bus_request_t *requests[2];
    err_t err;
    char *bytes = mem_alloc(1, EVENT_FRAME_MAX);

    assert_true(bus_server_new(w->bus, w->request, &w->server, &server, &err));
    bus_raw_connect(&raw, w->request, w->server.public_z85, &w->reader);
    bus_raw_open(&raw, "DEALER");
    for (int i = 0; i < 3; i++)
        bus_raw_send(&raw, 0, "x", 1);
    bus_raw_sync(&raw);
    for (int i = 0; i < 2; i++) {
        requests[i] = world_recv(server, WAIT_MS);
        assert_non_null(requests[i]);
    }
    gate_shut(true);
    assert_true(bus_server_send(server, &requests[0]->peer, bytes, EVENT_FRAME_MAX, &err));
    gate_wait_inside();
    bus_request_done(&requests[0]);
    bus_request_done(&requests[1]);
    assert_null(world_recv(server, SHORT_MS)); /* too much is unread */
    withdraw(w);
    bus_request_t *third = world_recv(server, SHORT_MS);
    gate_shut(false);
    if (third == NULL)
        third = world_recv(server, WAIT_MS);
    assert_non_null(third);
    bus_request_done(&third);
    mem_free(bytes);
    bus_raw_close(&raw);
    bus_server_destroy(&server);
}

/* The registry changes after the door has looked a key up, and before the connection is in: whoever lost the key is out. */
static void
withdrawn_while_it_comes_in(void **state)
{
    world_t *w = *state;
    bus_server_t *server = NULL;
    bus_raw_t raw;
    err_t err;

    assert_true(bus_server_new(w->bus, w->request, &w->server, &server, &err));
    bus_raw_connect(&raw, w->request, w->server.public_z85, &w->reader);
    bus_raw_hello(&raw);
    atomic_store(&withdraw_of, w);
    bus_raw_initiate(&raw, "DEALER");
    assert_true(bus_raw_is_ended(&raw, WAIT_MS / 2));
    assert_null(atomic_load(&withdraw_of));
    bus_raw_close(&raw);
    bus_server_destroy(&server);
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
    pass(11000);
    assert_true(bus_raw_is_ended(&raw, 0));
    bus_raw_close(&raw);
    bus_pub_destroy(&pub);
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
    };

    cmocka_set_test_filter(argc > 1 ? argv[1] : NULL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
