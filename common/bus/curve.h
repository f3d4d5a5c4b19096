/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_BUS_CURVE_H
#define COMMON_BUS_CURVE_H

/* The server's side of CurveZMQ (rfc.zeromq.org/spec/26) over whole commands.  No I/O: bytes in, bytes out.  The order of
 * calls is the order of the handshake: hello, initiate, ready, then open and seal. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CURVE_KEY_SIZE 32
#define CURVE_COOKIE_SIZE 96
#define CURVE_HELLO_SIZE 200
#define CURVE_WELCOME_SIZE 168
#define CURVE_READY_OVERHEAD 30   /* of a READY command over its metadata */
#define CURVE_MESSAGE_OVERHEAD 32 /* of a MESSAGE command over what it seals: name, nonce, tag */
#define CURVE_PAYLOAD_AT 33       /* of a payload in its MESSAGE command: the flags stand before it */
enum { CURVE_FLAG_MORE = 1, CURVE_FLAG_COMMAND = 2 };

typedef struct {
    uint8_t public[CURVE_KEY_SIZE], secret[CURVE_KEY_SIZE];
} curve_own_t;

/* One connection.  All zeros before the first call. */
typedef struct {
    uint8_t client[CURVE_KEY_SIZE];                          /* its key for this connection */
    uint8_t public[CURVE_KEY_SIZE], secret[CURVE_KEY_SIZE];  /* ours for this connection */
    uint8_t cookie[CURVE_COOKIE_SIZE];
    uint8_t shared[CURVE_KEY_SIZE];
    uint64_t sent, heard; /* nonces: never used twice, never taken twice */
} curve_t;

/* False: not such a command, or not made for this server's key. */
bool curve_hello(curve_t *self, const curve_own_t *own, const uint8_t *command, size_t n, uint8_t ret_welcome[CURVE_WELCOME_SIZE]);
/* Proves that the client holds the secret of *ret_client; whether that key may come in is the caller's question.  The
 * command is decrypted in place; the metadata lies in it. */
bool curve_initiate(curve_t *self, const curve_own_t *own, uint8_t *command, size_t n, uint8_t ret_client[CURVE_KEY_SIZE],
                    const uint8_t **ret_metadata, size_t *ret_metadata_n);
void curve_ready(curve_t *self, const uint8_t *metadata, size_t n, uint8_t *ret /* n + CURVE_READY_OVERHEAD */);
/* Decrypts a MESSAGE command in place: flags, then the payload from CURVE_PAYLOAD_AT to the end. */
bool curve_open(curve_t *self, uint8_t *command, size_t n, uint8_t *ret_flags);
/* `plain` begins with the flags. */
void curve_seal(curve_t *self, const uint8_t *plain, size_t n, uint8_t *ret /* n + CURVE_MESSAGE_OVERHEAD */);
void curve_done(curve_t *self); /* wipes the secrets */

#endif
