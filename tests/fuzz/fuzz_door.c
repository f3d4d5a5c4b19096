/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "base/crypto.h"
#include "base/err.h"
#include "base/mem.h"
#include "bus/curve.h"
#include "bus/zmtp.h"

#include <sodium.h>
#include <string.h>

/* What a stranger, or a client with a key, may send to the door: framing and metadata as they are, and the commands of the
 * handshake.  The first byte chooses; a client that plays by the rules is let through, and with any bit of it changed, or said
 * twice, it is not. */

enum { RAW, HELLO, INITIATE, MESSAGE, WAYS };
enum { HELLO_NONCE_AT = 112, HELLO_BOX_AT = 120, COOKIE_AT = 9, NONCE_AT = 105, BOX_AT = 113, METADATA_AT = 257,
       METADATA_MAX = 4096 };

typedef struct {
    curve_own_t server, own, once; /* once: of this connection */
    curve_t door;
    uint8_t shared[CURVE_KEY_SIZE];
    uint8_t hello[CURVE_HELLO_SIZE], welcome[CURVE_WELCOME_SIZE];
} client_t;

static void
nonce_of(uint8_t ret[24], const char *prefix, const uint8_t *rest)
{
    memcpy(ret, prefix, strlen(prefix));
    memcpy(ret + strlen(prefix), rest, 24 - strlen(prefix));
}

static void
make_keys(curve_own_t *ret, uint8_t number)
{
    uint8_t seed[crypto_box_SEEDBYTES] = { number };

    REQUIRE(crypto_box_seed_keypair(ret->public, ret->secret, seed) == 0);
}

/* Greets and takes the welcome apart. */
static void
greet(client_t *c)
{
    static const uint8_t zeros[64];
    uint8_t nonce[24];
    uint8_t plain[CURVE_KEY_SIZE + CURVE_COOKIE_SIZE];

    crypto_ready();
    make_keys(&c->server, 1);
    make_keys(&c->own, 2);
    make_keys(&c->once, 3);
    memcpy(c->hello, "\5HELLO\1", 7);
    memcpy(c->hello + 80, c->once.public, CURVE_KEY_SIZE);
    c->hello[HELLO_NONCE_AT + 7] = 1;
    nonce_of(nonce, "CurveZMQHELLO---", c->hello + HELLO_NONCE_AT);
    REQUIRE(crypto_box_easy(c->hello + HELLO_BOX_AT, zeros, sizeof(zeros), nonce, c->server.public, c->once.secret) == 0);
    REQUIRE(curve_hello(&c->door, &c->server, c->hello, sizeof(c->hello), c->welcome));
    nonce_of(nonce, "WELCOME-", c->welcome + 8);
    REQUIRE(crypto_box_open_easy(plain, c->welcome + 24, sizeof(plain) + 16, nonce, c->server.public, c->once.secret) == 0);
    REQUIRE(crypto_box_beforenm(c->shared, plain, c->once.secret) == 0);
    memcpy(c->welcome, plain, sizeof(plain)); /* from here on: the door's key and cookie */
}

/* Writes an INITIATE that carries these metadata; returns its length. */
static size_t
make_initiate(const client_t *c, const uint8_t *metadata, size_t n, uint8_t *ret)
{
    uint8_t nonce[24];
    uint8_t vouch[2 * CURVE_KEY_SIZE];
    uint8_t *inside = mem_alloc(1, METADATA_AT + n);
    size_t inside_n = 128 + n;

    memcpy(ret, "\10INITIATE", COOKIE_AT);
    memcpy(ret + COOKIE_AT, c->welcome + CURVE_KEY_SIZE, CURVE_COOKIE_SIZE);
    memset(ret + NONCE_AT, 0, 8);
    ret[NONCE_AT + 7] = 2;
    memcpy(inside, c->own.public, CURVE_KEY_SIZE);
    memcpy(vouch, c->once.public, CURVE_KEY_SIZE);
    memcpy(vouch + CURVE_KEY_SIZE, c->server.public, CURVE_KEY_SIZE);
    nonce_of(nonce, "VOUCH---", inside + CURVE_KEY_SIZE);
    REQUIRE(crypto_box_easy(inside + 48, vouch, sizeof(vouch), nonce, c->welcome, c->own.secret) == 0);
    if (n > 0)
        memcpy(inside + 128, metadata, n);
    nonce_of(nonce, "CurveZMQINITIATE", ret + NONCE_AT);
    REQUIRE(crypto_box_easy_afternm(ret + BOX_AT, inside, inside_n, nonce, c->shared) == 0);
    mem_free(inside);
    return BOX_AT + 16 + inside_n;
}

static void
try_raw(const uint8_t *data, size_t n)
{
    static const char *const names[] = { "Socket-Type", "Identity", "", "x" };
    uint8_t head[ZMTP_HEAD_MAX];
    uint8_t again[ZMTP_HEAD_MAX];
    const uint8_t *value;
    size_t value_n;
    size_t head_n;
    uint64_t body_n;

    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (zmtp_property(data, n, names[i], &value, &value_n))
            REQUIRE(value >= data + 5 && value_n <= n && value + value_n <= data + n);
    if (n >= ZMTP_GREETING_SIZE && zmtp_greeting_fits(data))
        REQUIRE(memcmp(data + 12, "CURVE\0", 6) == 0);
    if (n < ZMTP_HEAD_MAX || !zmtp_head_read(data, &head_n, &body_n))
        return;
    REQUIRE(head_n == 2 || head_n == ZMTP_HEAD_MAX);
    head_n = zmtp_head_write(head, 0, (size_t) body_n);
    memset(again, 0, sizeof(again));
    memcpy(again, head, head_n);
    REQUIRE(zmtp_head_read(again, &head_n, &body_n) && zmtp_head_write(again, 0, (size_t) body_n) == head_n);
    REQUIRE(memcmp(again, head, head_n) == 0);
}

/* Bytes that nobody sealed are refused, at every step. */
static void
try_strange(client_t *c, const uint8_t *data, size_t n)
{
    static const char *const names[] = { "\5HELLO\1", "\10INITIATE", "\7MESSAGE" };
    uint8_t client[CURVE_KEY_SIZE];
    uint8_t welcome[CURVE_WELCOME_SIZE];
    const uint8_t *metadata;
    size_t metadata_n;
    uint8_t flags;
    curve_t fresh = { 0 };

    for (size_t i = 0; i <= COUNT_OF(names); i++) {
        size_t name_n = i == 0 ? 0 : strlen(names[i - 1]);
        uint8_t *copy = mem_alloc(1, name_n + n + 1);
        if (name_n > 0)
            memcpy(copy, names[i - 1], name_n);
        if (n > 0)
            memcpy(copy + name_n, data, n);
        REQUIRE(!curve_open(&c->door, copy, name_n + n, &flags));
        REQUIRE(!curve_initiate(&c->door, &c->server, copy, name_n + n, client, &metadata, &metadata_n));
        REQUIRE(name_n + n == CURVE_HELLO_SIZE || !curve_hello(&fresh, &c->server, copy, name_n + n, welcome));
        mem_free(copy);
    }
}

/* A client's INITIATE, and when it was let in, what it sends then; `flip` changes one bit somewhere, 0 none. */
static void
try_client(client_t *c, int way, const uint8_t *data, size_t n, size_t flip)
{
    uint8_t id[CURVE_KEY_SIZE];
    uint8_t nonce[24];
    const uint8_t *metadata;
    size_t metadata_n;
    uint8_t flags;
    uint8_t *command = mem_alloc(1, METADATA_AT + n + CURVE_MESSAGE_OVERHEAD + 1);
    uint8_t *again = mem_alloc(1, METADATA_AT + n + CURVE_MESSAGE_OVERHEAD + 1);
    size_t command_n = make_initiate(c, data, way == INITIATE ? n : 0, command);
    bool bent = flip != 0;

    REQUIRE(command_n == METADATA_AT + (way == INITIATE ? n : 0));
    if (way == INITIATE && bent)
        command[flip / 8 % command_n] ^= (uint8_t) (1u << flip % 8);
    memcpy(again, command, command_n);
    bool in = curve_initiate(&c->door, &c->server, command, command_n, id, &metadata, &metadata_n);
    REQUIRE(in == !(way == INITIATE && bent));
    if (in) {
        REQUIRE(memcmp(id, c->own.public, sizeof(id)) == 0 && metadata + metadata_n == command + command_n);
        REQUIRE(!curve_initiate(&c->door, &c->server, again, command_n, id, &metadata, &metadata_n));
    }
    if (in && way == MESSAGE && n > 0) {
        memset(command, 0, CURVE_MESSAGE_OVERHEAD);
        memcpy(command, "\7MESSAGE", 8);
        command[15] = 3;
        nonce_of(nonce, "CurveZMQMESSAGEC", command + 8);
        REQUIRE(crypto_box_easy_afternm(command + 16, data, n, nonce, c->shared) == 0);
        command_n = n + CURVE_MESSAGE_OVERHEAD;
        if (bent)
            command[flip / 8 % command_n] ^= (uint8_t) (1u << flip % 8);
        memcpy(again, command, command_n);
        REQUIRE(curve_open(&c->door, command, command_n, &flags) == !bent);
        REQUIRE(bent || (flags == data[0] && memcmp(command + CURVE_MESSAGE_OVERHEAD, data, n) == 0));
        REQUIRE(bent || !curve_open(&c->door, again, command_n, &flags)); /* replayed */
    }
    mem_free(command);
    mem_free(again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    client_t c = { 0 };

    if (size < 3 || size > METADATA_MAX)
        return 0;
    int way = data[0] % WAYS;
    size_t flip = (size_t) data[1] << 8 | data[2];
    if (way == RAW) {
        try_raw(data + 3, size - 3);
        return 0;
    }
    greet(&c);
    if (way == HELLO)
        try_strange(&c, data + 3, size - 3);
    else
        try_client(&c, way, data + 3, size - 3, flip);
    curve_done(&c.door);
    REQUIRE(sodium_is_zero((const uint8_t *) &c.door, sizeof(c.door)));
    return 0;
}
