/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include "base/time.h"
#include "bus/door_impl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

/* Turns on books without sockets, by a clock of our own: keys send, the loop takes one request after the other, and each takes its
 * key's time.  A sender with a pause sends when its last request was done and the pause is over; one without always has some. */

#define KEYS_MAX 40
#define CONNECTIONS_MAX (KEYS_MAX * 8)
#define WINDOW 4
#define SIMULATED_US 30000000
#define WARM_US 10000000 /* by then what requests take is known */

typedef struct {
    int64_t cost_us, pause_us;
    unsigned connections;
    int64_t next_us, sent_us; /* one with a pause */
    int64_t worked_us, longest_us;
} sender_t;

typedef struct {
    door_t door;
    door_listener_t listener;
    sender_t keys[KEYS_MAX];
    size_t n;
    door_account_t accounts[KEYS_MAX];
    door_connection_t connections[CONNECTIONS_MAX], *all[CONNECTIONS_MAX];
} books_t;

static int64_t clock_us;
int64_t __wrap_time_monotonic_us(void);

int64_t
__wrap_time_monotonic_us(void)
{
    return clock_us;
}

static books_t *
books_new(void)
{
    books_t *b = mem_new(books_t);

    clock_us = 1;
    b->door.limits = BUS_LIMITS_DEFAULT;
    assert_int_equal(pthread_mutex_init(&b->door.lock, NULL), 0);
    b->door.wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    b->listener.ready_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    assert_true(b->door.wake_fd >= 0 && b->listener.ready_fd >= 0);
    b->door.held_gauge = metrics_gauge("bus_memory_bytes", NULL, "test");
    b->door.connections = b->all;
    b->listener.door = &b->door;
    return b;
}

static void
add_keys(books_t *b, size_t n, unsigned connections, int64_t cost_us, int64_t pause_us)
{
    while (n-- > 0) {
        door_account_t *a = &b->accounts[b->n];
        b->keys[b->n] = (sender_t){ .cost_us = cost_us, .pause_us = pause_us, .connections = connections, .next_us = 1 + (int64_t) b->n };
        (void) snprintf(a->name, sizeof(a->name), "%zu", b->n);
        a->uses = 1;
        a->next = b->door.accounts;
        b->door.accounts = a;
        for (unsigned i = 0; i < connections; i++) {
            door_connection_t *c = b->all[b->door.n] = &b->connections[b->door.n];
            c->account = a;
            c->listener = &b->listener;
            c->phase = PHASE_OPEN;
            b->door.n++;
        }
        b->n++;
    }
}

static void
queue_one(books_t *b, door_connection_t *c)
{
    door_message_t *m = mem_new(door_message_t);

    m->door = &b->door;
    door_queue(&b->door, c, m);
}

/* All that would have been sent by now. */
static void
send_due(books_t *b)
{
    for (size_t i = 0; i < b->door.n; i++) {
        door_connection_t *c = b->all[i];
        sender_t *k = &b->keys[c->account - b->accounts];
        if (k->pause_us == 0) {
            while (c->waiting < WINDOW)
                queue_one(b, c);
        } else if (k->next_us != 0 && k->next_us <= clock_us) {
            k->sent_us = k->next_us;
            k->next_us = 0;
            queue_one(b, c);
        }
    }
}

static void
simulate(books_t *b)
{
    for (;;) {
        send_due(b);
        bus_request_t *request = door_take(&b->listener);
        if (clock_us > SIMULATED_US && request == NULL)
            break;
        if (request == NULL) {
            clock_us += 100;
            continue;
        }
        door_account_t *a = ((door_message_t *) request)->account;
        sender_t *k = &b->keys[a - b->accounts];
        clock_us += k->cost_us;
        k->worked_us += k->cost_us;
        door_done(&request);
        if (k->pause_us == 0)
            continue;
        if (k->sent_us > WARM_US && clock_us - k->sent_us > k->longest_us)
            k->longest_us = clock_us - k->sent_us;
        if (clock_us > SIMULATED_US)
            break;
        k->next_us = clock_us + k->pause_us;
    }
}

static void
books_free(books_t *b)
{
    for (size_t i = 0; i < b->door.n; i++) {
        while (b->connections[i].first != NULL) {
            door_message_t *m = b->connections[i].first;
            b->connections[i].first = m->next;
            door_message_free(m);
        }
    }
    assert_int_equal(close(b->door.wake_fd), 0);
    assert_int_equal(close(b->listener.ready_fd), 0);
    mem_free(b);
}

/* 256 connections of 32 keys with small requests without end, on a slow machine. */
static void
a_flood_of_small_requests(void **state)
{
    (void) state;
    books_t *b = books_new();

    add_keys(b, 3, 1, 100000, 10000);
    add_keys(b, 32, 8, 1000, 0);
    simulate(b);
    print_message("%s: %lld ms at most\n", __func__, (long long) b->keys[0].longest_us / 1000);
    for (size_t i = 0; i < 3; i++)
        assert_in_range(b->keys[i].longest_us, 100000, 2 * (3 * 100000 + 32 * 1000));
    for (size_t i = 3; i < b->n; i++)
        assert_true(b->keys[i].worked_us > 0);
    books_free(b);
}

/* Large requests of many keys are passed by, by whoever takes less than its share of the time. */
static void
large_requests_wait(void **state)
{
    (void) state;
    books_t *b = books_new();

    add_keys(b, 3, 1, 5000, 333000);
    add_keys(b, 32, 8, 150000, 0);
    simulate(b);
    print_message("%s: %lld ms at most\n", __func__, (long long) b->keys[0].longest_us / 1000);
    for (size_t i = 0; i < 3; i++)
        assert_in_range(b->keys[i].longest_us, 5000, 2 * 150000 + 3 * 5000);
    for (size_t i = 3; i < b->n; i++)
        assert_true(b->keys[i].worked_us > 0);
    books_free(b);
}

/* Who wants all that there is gets as much time as the next, whatever the sizes and however many connections. */
static void
equal_time(void **state)
{
    (void) state;
    books_t *b = books_new();

    add_keys(b, 1, 8, 2000, 0);
    add_keys(b, 1, 1, 20000, 0);
    while (clock_us < SIMULATED_US) {
        send_due(b);
        bus_request_t *request = door_take(&b->listener);
        assert_non_null(request);
        sender_t *k = &b->keys[((door_message_t *) request)->account - b->accounts];
        clock_us += k->cost_us;
        k->worked_us += k->cost_us;
        door_done(&request);
    }
    assert_in_range(b->keys[0].worked_us, SIMULATED_US * 45 / 100, SIMULATED_US * 55 / 100);
    books_free(b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_flood_of_small_requests),
        cmocka_unit_test(large_requests_wait),
        cmocka_unit_test(equal_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
