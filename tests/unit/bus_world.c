/* SPDX-License-Identifier: Apache-2.0 */
#include "bus_world.h"

#include "base/mem.h"
#include "base/time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zmq.h>

#include <cmocka.h>

int
world_set_up(void **state)
{
    world_t *w = mem_new(world_t);
    err_t err;

    /* a failed assertion ends the program and says so: the tidying up would wait for sockets that are still open */
    assert_int_equal(setenv("CMOCKA_TEST_ABORT", "1", 0), 0);
    (void) strcpy(w->dir, "/tmp/plimsoll-bus-XXXXXX");
    assert_non_null(mkdtemp(w->dir));
    (void) snprintf(w->registry, sizeof(w->registry), "%s/registered", w->dir);
    (void) snprintf(w->request, sizeof(w->request), "ipc://%s/request", w->dir);
    (void) snprintf(w->stream, sizeof(w->stream), "ipc://%s/stream", w->dir);
    assert_int_equal(mkdir(w->registry, 0700), 0);
    assert_true(bus_key_generate("server", &w->server, &err));
    assert_true(bus_key_generate("reader", &w->reader, &err));
    assert_true(bus_key_generate("stranger", &w->stranger, &err));
    (void) strcpy(w->reader.streams, "alerts");
    (void) strcpy(w->reader.regions, "320681");
    assert_true(bus_keys_register(w->registry, &w->reader, &err));
    assert_true(bus_keys_open(w->registry, &w->keys, &err));
    assert_true(bus_new(w->keys, &w->bus, &err));
    assert_true(bus_new(NULL, &w->outside, &err));
    *state = w;
    return 0;
}

int
world_tear_down(void **state)
{
    world_t *w = *state;
    char command[128];

    bus_destroy(&w->outside);
    bus_destroy(&w->bus);
    bus_keys_destroy(&w->keys);
    (void) snprintf(command, sizeof(command), "rm -rf '%s'", w->dir);
    assert_int_equal(system(command), 0);
    mem_free(w);
    return 0;
}

bus_request_t *
world_recv(bus_server_t *server, int64_t timeout_ms)
{
    int64_t until_ms = time_monotonic_ms() + timeout_ms;

    for (;;) {
        bus_request_t *request = bus_server_recv(server);
        int64_t left_ms = until_ms - time_monotonic_ms();
        zmq_pollitem_t item = { .fd = bus_server_fd(server), .events = ZMQ_POLLIN };
        if (request != NULL || left_ms <= 0 || zmq_poll(&item, 1, left_ms) <= 0)
            return request;
    }
}

bool
world_readable(void *socket, int64_t timeout_ms)
{
    zmq_pollitem_t item = { .socket = socket, .events = ZMQ_POLLIN };
    return zmq_poll(&item, 1, timeout_ms) > 0;
}
