/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_BASE_HASH_H
#define COMMON_BASE_HASH_H

/* BLAKE2b-256 (RFC 7693) over several parts, by libsodium. */

#include <stddef.h>
#include <stdint.h>

#define HASH_SIZE 32
typedef struct {
    uint8_t b[HASH_SIZE];
} hash_t;

typedef struct {
    const void *ptr;
    size_t len;
} hash_part_t;

void hash_of(const void *p, size_t n, hash_t *ret);
void hash_of_parts(const hash_part_t *parts, size_t n, hash_t *ret);

#endif
