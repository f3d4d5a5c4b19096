/* SPDX-License-Identifier: Apache-2.0 */
#include "curve_client.h"
#include "fuzz.h"

#include "base/err.h"
#include "base/mem.h"
#include "bus/zmtp.h"

#include <sodium.h>
#include <string.h>

/* What a stranger, or a client with a key, may send to the door: framing and metadata as they are, and the commands of the
 * handshake.  The first byte chooses; a client that plays by the rules is let through, and with any bit of it changed, or said
 * twice, it is not. */

enum { RAW, HELLO, INITIATE, MESSAGE, WAYS };
enum { INPUT_MAX = 4096 };

typedef struct {
    curve_own_t server;
    curve_client_t client;
    curve_t door;
} meeting_t;

/* Up to where the client knows the door's key and cookie. */
static void
meet(meeting_t *m)
{
    uint8_t hello[CURVE_HELLO_SIZE];
    uint8_t welcome[CURVE_WELCOME_SIZE];
    curve_own_t own;
    curve_own_t once;

    curve_client_pair(&m->server, 1);
    curve_client_pair(&own, 2);
    curve_client_pair(&once, 3);
    curve_client_init(&m->client, m->server.public, &own, &once);
    curve_client_hello(&m->client, hello);
    REQUIRE(curve_hello(&m->door, &m->server, hello, sizeof(hello), welcome));
    REQUIRE(curve_client_welcome(&m->client, welcome));
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
    bool fits = true; /* a greeting that fits fits from its first byte on, and one that does not never does again */
    for (size_t i = 0; i <= n && i <= ZMTP_GREETING_SIZE; i++) {
        REQUIRE(fits || !zmtp_greeting_fits(data, i));
        fits = zmtp_greeting_fits(data, i);
    }
    REQUIRE(!fits || n < ZMTP_GREETING_SIZE || memcmp(data + 12, "CURVE\0", 6) == 0);
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
try_strange(meeting_t *m, const uint8_t *data, size_t n)
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
        REQUIRE(!curve_open(&m->door, copy, name_n + n, &flags));
        REQUIRE(!curve_initiate(&m->door, &m->server, copy, name_n + n, client, &metadata, &metadata_n));
        REQUIRE(name_n + n == CURVE_HELLO_SIZE || !curve_hello(&fresh, &m->server, copy, name_n + n, welcome));
        mem_free(copy);
    }
}

/* A client's INITIATE, and when it was let in, what it sends then; `flip` changes one bit somewhere, 0 none. */
static void
try_client(meeting_t *m, int way, const uint8_t *data, size_t n, size_t flip)
{
    uint8_t id[CURVE_KEY_SIZE];
    const uint8_t *metadata;
    size_t metadata_n;
    uint8_t flags;
    size_t command_n = CURVE_INITIATE_SIZE + (way == INITIATE ? n : 0);
    uint8_t *command = mem_alloc(1, CURVE_INITIATE_SIZE + n + 1);
    uint8_t *again = mem_alloc(1, CURVE_INITIATE_SIZE + n + 1);
    bool bent = flip != 0;

    curve_client_initiate(&m->client, data, way == INITIATE ? n : 0, command);
    if (way == INITIATE && bent)
        command[flip / 8 % command_n] ^= (uint8_t) (1u << flip % 8);
    memcpy(again, command, command_n);
    bool in = curve_initiate(&m->door, &m->server, command, command_n, id, &metadata, &metadata_n);
    REQUIRE(in == !(way == INITIATE && bent));
    if (in) {
        REQUIRE(memcmp(id, m->client.own.public, sizeof(id)) == 0 && metadata + metadata_n == command + command_n);
        REQUIRE(!curve_initiate(&m->door, &m->server, again, command_n, id, &metadata, &metadata_n));
    }
    if (in && way == MESSAGE && n > 0) {
        command_n = n - 1 + CURVE_PAYLOAD_AT;
        curve_client_seal(&m->client, data[0], data + 1, n - 1, command);
        if (bent)
            command[flip / 8 % command_n] ^= (uint8_t) (1u << flip % 8);
        memcpy(again, command, command_n);
        REQUIRE(curve_open(&m->door, command, command_n, &flags) == !bent);
        REQUIRE(bent || (flags == data[0] && memcmp(command + CURVE_PAYLOAD_AT, data + 1, n - 1) == 0));
        REQUIRE(bent || !curve_open(&m->door, again, command_n, &flags)); /* replayed */
    }
    mem_free(command);
    mem_free(again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    meeting_t m = { 0 };

    if (size < 3 || size > INPUT_MAX)
        return 0;
    int way = data[0] % WAYS;
    size_t flip = (size_t) data[1] << 8 | data[2];
    if (way == RAW) {
        try_raw(data + 3, size - 3);
        return 0;
    }
    meet(&m);
    if (way == HELLO)
        try_strange(&m, data + 3, size - 3);
    else
        try_client(&m, way, data + 3, size - 3, flip);
    curve_done(&m.door);
    REQUIRE(sodium_is_zero((const uint8_t *) &m.door, sizeof(m.door)));
    return 0;
}
