/* SPDX-License-Identifier: Apache-2.0 */
#include "base/uuid.h"

#include "base/crypto.h"
#include "base/str.h"

#include <sodium.h>
#include <string.h>

static void
stamp(uuid_t *u, uint8_t version)
{
    u->b[6] = (uint8_t) ((u->b[6] & 0x0f) | (version << 4));
    u->b[8] = (uint8_t) ((u->b[8] & 0x3f) | 0x80);
}

void
uuid_random(uuid_t *ret)
{
    crypto_ready();
    randombytes_buf(ret->b, sizeof(ret->b));
    stamp(ret, 4);
}

void
uuid_random_near(const uuid_t *near, uuid_t *ret)
{
    uuid_random(ret);
    memcpy(ret->b, near->b, 4);
}

static void
add(crypto_generichash_state *state, const char *s)
{
    REQUIRE(crypto_generichash_update(state, (const unsigned char *) s, strlen(s)) == 0);
}

void
uuid_derive(const char *what, const char *text, uuid_t *ret)
{
    crypto_generichash_state state;

    crypto_ready();
    REQUIRE(crypto_generichash_init(&state, NULL, 0, sizeof(ret->b)) == 0);
    add(&state, "plimsoll:");
    add(&state, what);
    add(&state, ":");
    add(&state, text);
    REQUIRE(crypto_generichash_final(&state, ret->b, sizeof(ret->b)) == 0);
    stamp(ret, 8);
}

static bool
dash_before(size_t byte)
{
    return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

void
uuid_format(const uuid_t *u, char ret[UUID_TEXT_SIZE])
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < sizeof(u->b); i++) {
        if (dash_before(i))
            *ret++ = '-';
        *ret++ = digits[u->b[i] >> 4];
        *ret++ = digits[u->b[i] & 15];
    }
    *ret = '\0';
}

bool
uuid_parse(const char *s, size_t n, uuid_t *ret)
{
    uuid_t u = { { 0 } };

    if (n != UUID_TEXT_SIZE - 1)
        return false;
    for (size_t i = 0; i < sizeof(u.b); i++) {
        if (dash_before(i) && *s++ != '-')
            return false;
        if (!str_unhex(s, 2, &u.b[i], 1))
            return false;
        s += 2;
    }
    *ret = u;
    return true;
}

int
uuid_cmp(const void *a, const void *b)
{
    const uuid_t *x = a, *y = b;

    return memcmp(x->b, y->b, sizeof(x->b));
}

bool
uuid_is_nil(const uuid_t *u)
{
    static const uuid_t nil = { { 0 } };

    return uuid_eq(u, &nil);
}
