/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include "base/time.h"
#include "bus/door_impl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

/* Who gives up memory for whom, and what else needs time to pass, on books without sockets. */

#define MIB ((size_t) 1 << 20)
#define OLD_MS 60000

enum { SLOW, OWN_FIRST, OWN_SECOND, WAITS, COUNT };

typedef struct {
    door_t door;
    door_account_t other, greedy;
    door_connection_t connections[COUNT], *all[COUNT];
} books_t;

/* Another key's frame has been under way for long; the greedy key has its share in two, and wants a third. */
static books_t *
books_new(size_t memory_bytes, size_t frame_bytes)
{
    books_t *b = mem_new(books_t);
    int64_t now_ms = time_monotonic_ms();

    b->door.limits = BUS_LIMITS_DEFAULT;
    b->door.limits.memory_bytes = memory_bytes;
    b->door.wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    assert_true(b->door.wake_fd >= 0);
    b->door.held_gauge = metrics_gauge("bus_memory_bytes", NULL, "test");
    b->door.connections = b->all;
    b->door.n = COUNT;
    b->door.accounts = &b->other;
    b->other.next = &b->greedy;
    for (size_t i = 0; i < COUNT; i++) {
        door_connection_t *c = b->all[i] = &b->connections[i];
        c->account = i == SLOW ? &b->other : &b->greedy;
        c->phase = PHASE_OPEN;
        c->in_frame = true;
        c->frame_ms = now_ms - (i == SLOW ? OLD_MS : OLD_MS / 2);
        c->body_n = frame_bytes - 1;
        assert_int_equal(door_grant(&b->door, c, frame_bytes), i != WAITS);
    }
    return b;
}

static void
books_free(books_t *b)
{
    assert_int_equal(close(b->door.wake_fd), 0);
    mem_free(b);
}

static void
a_key_over_its_share_costs_nobody_else(void **state)
{
    (void) state;
    books_t *b = books_new(64 * MIB, 8 * MIB);
    int64_t later_ms = time_monotonic_ms() + 1000;

    door_make_memory(&b->door, later_ms);
    assert_false(b->connections[SLOW].doomed);
    assert_true(b->connections[OWN_FIRST].doomed || b->connections[OWN_SECOND].doomed);
    assert_false(b->connections[WAITS].doomed);
    books_free(b);
}

static void
who_waits_for_all_has_the_oldest_frame_ended(void **state)
{
    (void) state;
    books_t *b = books_new(64 * MIB, 8 * MIB);
    int64_t later_ms = time_monotonic_ms() + 1000;

    /* now it waits with a key that has nothing: only the memory of all is lacking */
    door_account_t modest = { 0 };
    b->greedy.next = &modest;
    b->connections[WAITS].account = &modest;
    door_make_memory(&b->door, later_ms);
    assert_true(b->connections[SLOW].doomed);
    assert_false(b->connections[OWN_FIRST].doomed || b->connections[OWN_SECOND].doomed);
    books_free(b);
}

/* Coming anew does not wipe out what a key has had. */
static void
a_key_that_comes_back_stands_where_it_stood(void **state)
{
    (void) state;
    door_t door = { .now_us = 1000 };

    door_account_t *a = door_account_find(&door, "a");
    a->uses++;
    assert_int_equal(a->cost_us, 1000);
    a->cost_us = 5000;
    door_account_release(&door, a);
    a = door_account_find(&door, "a");
    assert_int_equal(a->cost_us, 5000);
    a->uses++;
    door.now_us = 5000;
    door_account_release(&door, a);
    assert_null(door.accounts);
}

/* A PING for which there was no room was not sent: it is made up for when there is, and nobody is given up for not answering it. */
static void
a_ping_left_out_is_sent_later(void **state)
{
    (void) state;
    books_t *b = books_new(64 * MIB, 8 * MIB);
    door_connection_t *c = &b->connections[SLOW];
    int64_t now_ms = time_monotonic_ms();
    door_listener_t listener = { .fd = -1 };

    c->fd = -1;
    c->listener = &listener;
    c->interest = EPOLLIN;
    c->in_frame = false;
    c->heard_ms = now_ms - 6000;
    c->out_n = UINT16_MAX; /* waits to be sent */
    door_look_at(&b->door, c, now_ms);
    assert_null(c->out_first);
    assert_int_equal(c->pinged_ms, 0);
    c->out_n = 0;
    door_look_at(&b->door, c, now_ms + 1000);
    assert_non_null(c->out_first);
    assert_int_equal(c->pinged_ms, now_ms + 1000);
    door_out_clear(&b->door, c);
    books_free(b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_over_its_share_costs_nobody_else),
        cmocka_unit_test(who_waits_for_all_has_the_oldest_frame_ended),
        cmocka_unit_test(a_key_that_comes_back_stands_where_it_stood),
        cmocka_unit_test(a_ping_left_out_is_sent_later),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
