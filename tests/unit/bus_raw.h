/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_BUS_RAW_H
#define TESTS_UNIT_BUS_RAW_H

/* A connection to a door that says what a test has it say, over a bare socket; a step that fails ends the test. */

#include "bus/keys.h"
#include "curve_client.h"

#include <sys/types.h>

typedef struct {
    int fd;
    uint8_t minor; /* of the version, 3.1 */
    curve_client_t curve;
} bus_raw_t;

/* To "ipc://PATH" or "tcp://127.0.0.1:PORT", with the key of `own`. */
void bus_raw_connect(bus_raw_t *self, const char *endpoint, const char *server_z85, const bus_key_t *own);
/* Each step with all before it: greeting said, welcomed, asked to be let in as a socket of this type, let in. */
void bus_raw_greet(bus_raw_t *self);
void bus_raw_hello(bus_raw_t *self);
void bus_raw_initiate(bus_raw_t *self, const char *type); /* after bus_raw_hello */
void bus_raw_open(bus_raw_t *self, const char *type);
void bus_raw_write(bus_raw_t *self, const void *bytes, size_t n);
/* A frame that carries flags and payload. */
void bus_raw_send(bus_raw_t *self, uint8_t flags, const void *payload, size_t n);
/* All that was sent has been read: its answer to a PING is here, when nothing else was answered. */
void bus_raw_sync(bus_raw_t *self);
/* Has the other side ended it, within so long?  What it sent before is read and dropped. */
bool bus_raw_is_ended(bus_raw_t *self, int timeout_ms);
void bus_raw_close(bus_raw_t *self);

#endif
