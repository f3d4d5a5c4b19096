/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_BUS_WORLD_H
#define TESTS_UNIT_BUS_WORLD_H

/* A registry of keys, a bus that listens and one outside, in a directory of their own. */

#include "bus/bus.h"

#define WAIT_MS 10000

typedef struct {
    char dir[64], registry[80], request[96], stream[96];
    bus_key_t server, reader, stranger; /* only the reader is registered */
    bus_keys_t *keys;
    bus_t *bus, *outside; /* clients live in a context of their own, as in another process */
} world_t;

int world_set_up(void **state);
int world_tear_down(void **state);
/* The next request, waited for. */
bus_request_t *world_recv(bus_server_t *server, int64_t timeout_ms);
bool world_readable(void *socket, int64_t timeout_ms);

#endif
