/* SPDX-License-Identifier: Apache-2.0 */
#include "bus/curve.h"

#include "base/crypto.h"
#include "base/mem.h"

#include <sodium.h>
#include <string.h>

#define NONCE_SIZE crypto_box_NONCEBYTES
#define TAG_SIZE crypto_box_MACBYTES
#define SHORT_NONCE 8u
#define LONG_NONCE 16u

/* Names of commands, each with its length before it, and where their parts stand. */
static const char hello_name[] = "\5HELLO";
static const char welcome_name[] = "\7WELCOME";
static const char initiate_name[] = "\10INITIATE";
static const char ready_name[] = "\5READY";
static const char message_name[] = "\7MESSAGE";
#define NAME_SIZE(name) (sizeof(name) - 1)

enum {
    HELLO_VERSION_AT = 6,
    HELLO_CLIENT_AT = 80,
    HELLO_NONCE_AT = 112,
    HELLO_BOX_AT = 120,
    HELLO_ZEROS = 64,
    INITIATE_COOKIE_AT = 9,
    INITIATE_NONCE_AT = INITIATE_COOKIE_AT + CURVE_COOKIE_SIZE,
    INITIATE_BOX_AT = INITIATE_NONCE_AT + 8,
    VOUCH_SIZE = 2 * CURVE_KEY_SIZE,
    /* inside its box */
    INITIATE_VOUCH_NONCE_AT = CURVE_KEY_SIZE,
    INITIATE_VOUCH_AT = INITIATE_VOUCH_NONCE_AT + 16,
    INITIATE_METADATA_AT = INITIATE_VOUCH_AT + VOUCH_SIZE + 16,
    MESSAGE_NONCE_AT = 8,
    MESSAGE_TAG_AT = 16,
    MESSAGE_PLAIN_AT = CURVE_MESSAGE_OVERHEAD,
};

static bool
has_name(const uint8_t *command, size_t n, const char *name, size_t name_n)
{
    return n >= name_n && memcmp(command, name, name_n) == 0;
}

/* prefix (8 or 16 characters) and what the command carries make 24 bytes. */
static void
make_nonce(uint8_t ret[NONCE_SIZE], const char *prefix, const uint8_t *rest)
{
    size_t n = strlen(prefix);

    memcpy(ret, prefix, n);
    memcpy(ret + n, rest, NONCE_SIZE - n);
}

static void
put_u64(uint8_t ret[SHORT_NONCE], uint64_t v)
{
    for (unsigned i = 0; i < SHORT_NONCE; i++)
        ret[i] = (uint8_t) (v >> (56 - 8 * i));
}

static uint64_t
get_u64(const uint8_t *p)
{
    uint64_t v = 0;

    for (unsigned i = 0; i < SHORT_NONCE; i++)
        v = v << 8 | p[i];
    return v;
}

bool
curve_hello(curve_t *self, const curve_own_t *own, const uint8_t *command, size_t n, uint8_t ret_welcome[CURVE_WELCOME_SIZE])
{
    uint8_t nonce[NONCE_SIZE];
    uint8_t zeros[HELLO_ZEROS];
    uint8_t plain[CURVE_KEY_SIZE + CURVE_COOKIE_SIZE];

    crypto_ready();
    if (n != CURVE_HELLO_SIZE || !has_name(command, n, hello_name, NAME_SIZE(hello_name)) || command[HELLO_VERSION_AT] != 1)
        return false;
    memcpy(self->client, command + HELLO_CLIENT_AT, CURVE_KEY_SIZE);
    make_nonce(nonce, "CurveZMQHELLO---", command + HELLO_NONCE_AT);
    if (crypto_box_open_easy(zeros, command + HELLO_BOX_AT, HELLO_ZEROS + TAG_SIZE, nonce, self->client, own->secret) != 0 ||
        !sodium_is_zero(zeros, sizeof(zeros)))
        return false;
    self->heard = get_u64(command + HELLO_NONCE_AT);

    /* the connection is remembered anyway, so the cookie needs no content: what comes back must be what was given */
    (void) crypto_box_keypair(self->public, self->secret);
    randombytes_buf(self->cookie, sizeof(self->cookie));
    memcpy(plain, self->public, CURVE_KEY_SIZE);
    memcpy(plain + CURVE_KEY_SIZE, self->cookie, CURVE_COOKIE_SIZE);

    uint8_t *random = ret_welcome + NAME_SIZE(welcome_name);
    memcpy(ret_welcome, welcome_name, NAME_SIZE(welcome_name));
    randombytes_buf(random, LONG_NONCE);
    make_nonce(nonce, "WELCOME-", random);
    return crypto_box_easy(random + LONG_NONCE, plain, sizeof(plain), nonce, self->client, own->secret) == 0;
}

/* The box in which the client's own key vouches for the one of this connection, towards this very server. */
static bool
check_vouch(const curve_t *self, const curve_own_t *own, const uint8_t *client, const uint8_t *random, const uint8_t *box)
{
    uint8_t nonce[NONCE_SIZE];
    uint8_t vouch[VOUCH_SIZE];

    make_nonce(nonce, "VOUCH---", random);
    return crypto_box_open_easy(vouch, box, VOUCH_SIZE + TAG_SIZE, nonce, client, self->secret) == 0 &&
           sodium_memcmp(vouch, self->client, CURVE_KEY_SIZE) == 0 &&
           sodium_memcmp(vouch + CURVE_KEY_SIZE, own->public, CURVE_KEY_SIZE) == 0;
}

bool
curve_initiate(curve_t *self, const curve_own_t *own, uint8_t *command, size_t n, uint8_t ret_client[CURVE_KEY_SIZE],
               const uint8_t **ret_metadata, size_t *ret_metadata_n)
{
    uint8_t nonce[NONCE_SIZE];

    if (n < INITIATE_BOX_AT + TAG_SIZE + INITIATE_METADATA_AT || !has_name(command, n, initiate_name, NAME_SIZE(initiate_name)) ||
        sodium_memcmp(command + INITIATE_COOKIE_AT, self->cookie, CURVE_COOKIE_SIZE) != 0)
        return false;
    uint64_t number = get_u64(command + INITIATE_NONCE_AT);
    if (number <= self->heard || crypto_box_beforenm(self->shared, self->client, self->secret) != 0)
        return false;

    uint8_t *tag = command + INITIATE_BOX_AT;
    uint8_t *inside = tag + TAG_SIZE;
    size_t inside_n = n - INITIATE_BOX_AT - TAG_SIZE;
    make_nonce(nonce, "CurveZMQINITIATE", command + INITIATE_NONCE_AT);
    if (crypto_box_open_detached_afternm(inside, inside, tag, inside_n, nonce, self->shared) != 0 ||
        !check_vouch(self, own, inside, inside + INITIATE_VOUCH_NONCE_AT, inside + INITIATE_VOUCH_AT))
        return false;
    self->heard = number;
    memcpy(ret_client, inside, CURVE_KEY_SIZE);
    *ret_metadata = inside + INITIATE_METADATA_AT;
    *ret_metadata_n = inside_n - INITIATE_METADATA_AT;
    return true;
}

void
curve_ready(curve_t *self, const uint8_t *metadata, size_t n, uint8_t *ret)
{
    uint8_t nonce[NONCE_SIZE];
    uint8_t *number = ret + NAME_SIZE(ready_name);

    memcpy(ret, ready_name, NAME_SIZE(ready_name));
    put_u64(number, ++self->sent);
    make_nonce(nonce, "CurveZMQREADY---", number);
    (void) crypto_box_easy_afternm(number + SHORT_NONCE, metadata, n, nonce, self->shared);
}

bool
curve_open(curve_t *self, uint8_t *command, size_t n, uint8_t *ret_flags)
{
    uint8_t nonce[NONCE_SIZE];
    uint8_t *plain = command + MESSAGE_PLAIN_AT;

    if (n < CURVE_PAYLOAD_AT || !has_name(command, n, message_name, NAME_SIZE(message_name)))
        return false;
    uint64_t number = get_u64(command + MESSAGE_NONCE_AT);
    make_nonce(nonce, "CurveZMQMESSAGEC", command + MESSAGE_NONCE_AT);
    if (number <= self->heard ||
        crypto_box_open_detached_afternm(plain, plain, command + MESSAGE_TAG_AT, n - MESSAGE_PLAIN_AT, nonce, self->shared) != 0)
        return false;
    self->heard = number;
    *ret_flags = plain[0];
    return true;
}

void
curve_seal(curve_t *self, const uint8_t *plain, size_t n, uint8_t *ret)
{
    uint8_t nonce[NONCE_SIZE];

    memcpy(ret, message_name, NAME_SIZE(message_name));
    put_u64(ret + MESSAGE_NONCE_AT, ++self->sent);
    make_nonce(nonce, "CurveZMQMESSAGES", ret + MESSAGE_NONCE_AT);
    (void) crypto_box_detached_afternm(ret + MESSAGE_PLAIN_AT, ret + MESSAGE_TAG_AT, plain, n, nonce, self->shared);
}

void
curve_done(curve_t *self)
{
    mem_wipe(self, sizeof(*self));
}
