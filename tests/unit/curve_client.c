/* SPDX-License-Identifier: Apache-2.0 */
#include "curve_client.h"

#include "base/crypto.h"
#include "base/err.h"
#include "base/mem.h"

#include <sodium.h>
#include <string.h>

enum { NONCE = 24, TAG = 16, HELLO_CLIENT_AT = 80, HELLO_NONCE_AT = 112, HELLO_BOX_AT = 120, INITIATE_NONCE_AT = 105,
       INITIATE_BOX_AT = 113, INSIDE = 128 };

static void
nonce_of(uint8_t ret[NONCE], const char *prefix, const uint8_t *rest)
{
    memcpy(ret, prefix, strlen(prefix));
    memcpy(ret + strlen(prefix), rest, NONCE - strlen(prefix));
}

static void
put_number(curve_client_t *self, uint8_t ret[8])
{
    self->sent++;
    for (unsigned i = 0; i < 8; i++)
        ret[i] = (uint8_t) (self->sent >> (56 - 8 * i));
}

void
curve_client_pair(curve_own_t *ret, uint8_t number)
{
    uint8_t seed[crypto_box_SEEDBYTES] = { number };

    crypto_ready();
    REQUIRE(crypto_box_seed_keypair(ret->public, ret->secret, seed) == 0);
}

void
curve_client_init(curve_client_t *self, const uint8_t server[CURVE_KEY_SIZE], const curve_own_t *own, const curve_own_t *once)
{
    *self = (curve_client_t){ .own = *own, .once = *once };
    memcpy(self->server, server, CURVE_KEY_SIZE);
}

void
curve_client_hello(curve_client_t *self, uint8_t ret[CURVE_HELLO_SIZE])
{
    static const uint8_t zeros[64];
    uint8_t nonce[NONCE];

    memset(ret, 0, CURVE_HELLO_SIZE);
    memcpy(ret, "\5HELLO\1", 7);
    memcpy(ret + HELLO_CLIENT_AT, self->once.public, CURVE_KEY_SIZE);
    put_number(self, ret + HELLO_NONCE_AT);
    nonce_of(nonce, "CurveZMQHELLO---", ret + HELLO_NONCE_AT);
    REQUIRE(crypto_box_easy(ret + HELLO_BOX_AT, zeros, sizeof(zeros), nonce, self->server, self->once.secret) == 0);
}

bool
curve_client_welcome(curve_client_t *self, const uint8_t welcome[CURVE_WELCOME_SIZE])
{
    uint8_t nonce[NONCE];
    uint8_t plain[CURVE_KEY_SIZE + CURVE_COOKIE_SIZE];

    nonce_of(nonce, "WELCOME-", welcome + 8);
    if (memcmp(welcome, "\7WELCOME", 8) != 0 ||
        crypto_box_open_easy(plain, welcome + 24, sizeof(plain) + TAG, nonce, self->server, self->once.secret) != 0)
        return false;
    memcpy(self->door, plain, CURVE_KEY_SIZE);
    memcpy(self->cookie, plain + CURVE_KEY_SIZE, CURVE_COOKIE_SIZE);
    return crypto_box_beforenm(self->shared, self->door, self->once.secret) == 0;
}

void
curve_client_initiate(curve_client_t *self, const void *metadata, size_t n, uint8_t *ret)
{
    uint8_t nonce[NONCE];
    uint8_t vouch[2 * CURVE_KEY_SIZE];
    uint8_t *inside = mem_alloc(1, INSIDE + n);

    memcpy(ret, "\10INITIATE", 9);
    memcpy(ret + 9, self->cookie, CURVE_COOKIE_SIZE);
    put_number(self, ret + INITIATE_NONCE_AT);
    memset(inside, 0, INSIDE);
    memcpy(inside, self->own.public, CURVE_KEY_SIZE);
    memcpy(vouch, self->once.public, CURVE_KEY_SIZE);
    memcpy(vouch + CURVE_KEY_SIZE, self->server, CURVE_KEY_SIZE);
    nonce_of(nonce, "VOUCH---", inside + CURVE_KEY_SIZE);
    REQUIRE(crypto_box_easy(inside + 48, vouch, sizeof(vouch), nonce, self->door, self->own.secret) == 0);
    if (n > 0)
        memcpy(inside + INSIDE, metadata, n);
    nonce_of(nonce, "CurveZMQINITIATE", ret + INITIATE_NONCE_AT);
    REQUIRE(crypto_box_easy_afternm(ret + INITIATE_BOX_AT, inside, INSIDE + n, nonce, self->shared) == 0);
    mem_free(inside);
}

void
curve_client_seal(curve_client_t *self, uint8_t flags, const void *payload, size_t n, uint8_t *ret)
{
    uint8_t nonce[NONCE];
    uint8_t *plain = mem_alloc(1, n + 1);

    plain[0] = flags;
    if (n > 0)
        memcpy(plain + 1, payload, n);
    memcpy(ret, "\7MESSAGE", 8);
    put_number(self, ret + 8);
    nonce_of(nonce, "CurveZMQMESSAGEC", ret + 8);
    REQUIRE(crypto_box_easy_afternm(ret + 16, plain, n + 1, nonce, self->shared) == 0);
    mem_free(plain);
}
