/* SPDX-License-Identifier: Apache-2.0 */
#include "bus/zmtp.h"

#include <string.h>
#include <strings.h>

#define VERSION_AT 10
#define MECHANISM_AT 12
#define MECHANISM_SIZE 20
#define AS_SERVER_AT 32

static const uint8_t curve_mechanism[MECHANISM_SIZE] = { 'C', 'U', 'R', 'V', 'E' };

void
zmtp_greeting(uint8_t ret[ZMTP_GREETING_SIZE])
{
    memset(ret, 0, ZMTP_GREETING_SIZE);
    ret[0] = 0xff;
    ret[8] = 1; /* as libzmq does it, for peers of version 1 to stumble over */
    ret[9] = 0x7f;
    ret[VERSION_AT] = 3;
    ret[VERSION_AT + 1] = 1;
    memcpy(ret + MECHANISM_AT, curve_mechanism, MECHANISM_SIZE);
    ret[AS_SERVER_AT] = 1;
}

bool
zmtp_greeting_fits(const uint8_t *greeting, size_t n)
{
    size_t mechanism_n = n <= MECHANISM_AT ? 0 : n - MECHANISM_AT < MECHANISM_SIZE ? n - MECHANISM_AT : MECHANISM_SIZE;

    return (n == 0 || greeting[0] == 0xff) && (n <= 9 || (greeting[9] & 1) == 1) && (n <= VERSION_AT || greeting[VERSION_AT] >= 3) &&
           (mechanism_n == 0 || memcmp(greeting + MECHANISM_AT, curve_mechanism, mechanism_n) == 0) &&
           (n <= AS_SERVER_AT || greeting[AS_SERVER_AT] == 0);
}

bool
zmtp_head_read(const uint8_t p[ZMTP_HEAD_MAX], size_t *ret_head_n, uint64_t *ret_body_n)
{
    uint64_t n = 0;

    if ((p[0] & ~(ZMTP_FLAG_MORE | ZMTP_FLAG_LONG | ZMTP_FLAG_COMMAND)) != 0)
        return false;
    if ((p[0] & ZMTP_FLAG_LONG) == 0) {
        *ret_head_n = 2;
        *ret_body_n = p[1];
        return true;
    }
    for (unsigned i = 1; i < ZMTP_HEAD_MAX; i++)
        n = n << 8 | p[i];
    *ret_head_n = ZMTP_HEAD_MAX;
    *ret_body_n = n;
    return true;
}

size_t
zmtp_head_write(uint8_t ret[ZMTP_HEAD_MAX], uint8_t flags, size_t body_n)
{
    if (body_n < 256) {
        ret[0] = flags;
        ret[1] = (uint8_t) body_n;
        return 2;
    }
    ret[0] = (uint8_t) (flags | ZMTP_FLAG_LONG);
    for (unsigned i = 0; i < 8; i++)
        ret[1 + i] = (uint8_t) ((uint64_t) body_n >> (56 - 8 * i));
    return ZMTP_HEAD_MAX;
}

bool
zmtp_property(const uint8_t *metadata, size_t n, const char *name, const uint8_t **ret_value, size_t *ret_value_n)
{
    size_t at = 0;

    while (at < n) {
        size_t name_n = metadata[at];
        if (n - at < 1 + name_n + 4)
            return false;
        const uint8_t *size = metadata + at + 1 + name_n;
        uint64_t value_n = (uint64_t) size[0] << 24 | (uint64_t) size[1] << 16 | (uint64_t) size[2] << 8 | size[3];
        if (value_n > n - at - 1 - name_n - 4)
            return false;
        if (name_n == strlen(name) && strncasecmp((const char *) metadata + at + 1, name, name_n) == 0) {
            *ret_value = size + 4;
            *ret_value_n = (size_t) value_n;
            return true;
        }
        at += 1 + name_n + 4 + (size_t) value_n;
    }
    return false;
}

size_t
zmtp_property_write(uint8_t *metadata, size_t n, const char *name, const char *value)
{
    size_t name_n = strlen(name);
    size_t value_n = strlen(value);

    metadata[n] = (uint8_t) name_n;
    memcpy(metadata + n + 1, name, name_n);
    n += 1 + name_n;
    for (unsigned i = 0; i < 4; i++)
        metadata[n + i] = (uint8_t) (value_n >> (24 - 8 * i));
    memcpy(metadata + n + 4, value, value_n);
    return n + 4 + value_n;
}
