/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"

#include "base/crypto.h"
#include "base/err.h"

#include <sodium.h>

_Static_assert(HASH_SIZE == crypto_generichash_BYTES, "BLAKE2b-256");

void
hash_of(const void *p, size_t n, hash_t *ret)
{
    crypto_ready();
    REQUIRE(crypto_generichash(ret->b, sizeof(ret->b), p, n, NULL, 0) == 0);
}

void
hash_of_parts(const hash_part_t *parts, size_t n, hash_t *ret)
{
    crypto_generichash_state state;

    crypto_ready();
    REQUIRE(crypto_generichash_init(&state, NULL, 0, sizeof(ret->b)) == 0);
    for (size_t i = 0; i < n; i++)
        if (parts[i].len > 0)
            REQUIRE(crypto_generichash_update(&state, parts[i].ptr, parts[i].len) == 0);
    REQUIRE(crypto_generichash_final(&state, ret->b, sizeof(ret->b)) == 0);
}
