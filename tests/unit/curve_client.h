/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_CURVE_CLIENT_H
#define TESTS_UNIT_CURVE_CLIENT_H

/* The client's side of CurveZMQ, as bytes: for tests that say what libzmq never would. */

#include "bus/curve.h"

#define CURVE_INITIATE_SIZE 257 /* without metadata */

typedef struct {
    curve_own_t own, once; /* once: of this connection */
    uint8_t server[CURVE_KEY_SIZE], door[CURVE_KEY_SIZE], cookie[CURVE_COOKIE_SIZE], shared[CURVE_KEY_SIZE];
    uint64_t sent;
} curve_client_t;

/* The pair of keys that the number stands for, always the same. */
void curve_client_pair(curve_own_t *ret, uint8_t number);
void curve_client_init(curve_client_t *self, const uint8_t server[CURVE_KEY_SIZE], const curve_own_t *own, const curve_own_t *once);
void curve_client_hello(curve_client_t *self, uint8_t ret[CURVE_HELLO_SIZE]);
bool curve_client_welcome(curve_client_t *self, const uint8_t welcome[CURVE_WELCOME_SIZE]);
void curve_client_initiate(curve_client_t *self, const void *metadata, size_t n, uint8_t *ret /* n + CURVE_INITIATE_SIZE */);
/* A MESSAGE of flags and payload. */
void curve_client_seal(curve_client_t *self, uint8_t flags, const void *payload, size_t n, uint8_t *ret /* n + CURVE_PAYLOAD_AT */);

#endif
