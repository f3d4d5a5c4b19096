/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_BASE_UUID_H
#define COMMON_BASE_UUID_H

#include "base/err.h"
#include <stdint.h>
#include <string.h>

typedef struct {
    uint8_t b[16];
} uuid_t;
#define UUID_TEXT_SIZE 37

void uuid_random(uuid_t *ret); /* version 4, from libsodium */
/* Likewise, but for its first four bytes, which are those of `near`: ids that are needed together stand together in an index. */
void uuid_random_near(const uuid_t *near, uuid_t *ret);
/* BLAKE2b-128 over "plimsoll:<what>:<text>", version 8, RFC variant: ids derive from their cause. */
void uuid_derive(const char *what, const char *text, uuid_t *ret);
void uuid_format(const uuid_t *u, char ret[UUID_TEXT_SIZE]); /* lower case */
bool uuid_parse(const char *s, size_t n, uuid_t *ret) NODISCARD;
static inline bool
uuid_eq(const uuid_t *a, const uuid_t *b)
{
    return memcmp(a->b, b->b, sizeof a->b) == 0;
}
int uuid_cmp(const void *a, const void *b); /* for qsort */
bool uuid_is_nil(const uuid_t *u);

/* Open-addressing map from a 16-byte key to a pointer; the pointers are not owned. */
typedef struct uuid_map uuid_map_t;
uuid_map_t *uuid_map_new(void);
void uuid_map_reserve(uuid_map_t *self, size_t n); /* room for n entries: no growing on the way */
void uuid_map_destroy(uuid_map_t **self_p);
void *uuid_map_get(const uuid_map_t *self, const uuid_t *key);
void uuid_map_put(uuid_map_t *self, const uuid_t *key, void *value);
size_t uuid_map_count(const uuid_map_t *self);

#endif
