/* SPDX-License-Identifier: Apache-2.0 */
#include "json/json_scan.h"

#include <endian.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define ONES 0x0101010101010101u
#define HIGHS 0x8080808080808080u

/* A high bit in each byte of w that is zero.  Bytes above such a one may be marked wrongly, never those below: the
 * lowest mark is right. */
static inline uint64_t
zero_bytes(uint64_t w)
{
    return (w - ONES) & ~w & HIGHS;
}

static inline bool
is_special(unsigned char c, unsigned char high)
{
    return c < 0x20 || c == '"' || c == '\\' || (c & high) != 0;
}

/* The first quote, backslash, control character or byte with a bit of `high` (0x80 or 0); else end. */
static inline const char *
scan(const char *at, const char *end, unsigned char high)
{
#ifdef __SSE2__
    for (; end - at >= 16; at += 16) {
        const __m128i v = _mm_loadu_si128((const __m128i *) (const void *) at);
        const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(v, _mm_set1_epi8(0x1f)), v);
        const __m128i marks = _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('"')), _mm_cmpeq_epi8(v, _mm_set1_epi8('\\')));
        unsigned found = (unsigned) _mm_movemask_epi8(_mm_or_si128(control, marks));
        if (high != 0)
            found |= (unsigned) _mm_movemask_epi8(v);
        if (found != 0)
            return at + __builtin_ctz(found);
    }
#endif
    for (; end - at >= 8; at += 8) {
        uint64_t w;
        memcpy(&w, at, 8);
        w = le64toh(w); /* the text's first byte is the lowest */
        uint64_t found = ((w - ONES * 0x20) & ~w & HIGHS) | zero_bytes(w ^ ONES * '"') | zero_bytes(w ^ ONES * '\\') | (w & ONES * high);
        if (found != 0)
            return at + __builtin_ctzll(found) / 8;
    }
    while (at < end && !is_special((unsigned char) *at, high))
        at++;
    return at;
}

const char *
json_scan_plain(const char *at, const char *end)
{
    return scan(at, end, 0x80);
}

const char *
json_scan_special(const char *at, const char *end)
{
    return scan(at, end, 0);
}

const char *
json_scan_blank(const char *at, const char *end)
{
    while (at < end && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t'))
        at++;
    return at;
}

const char *
json_scan_string(const char *at, const char *end)
{
    for (at++;;) {
        at = json_scan_special(at, end);
        if (*at == '"')
            return at + 1;
        at += 2; /* a backslash and what it escapes; the digits behind \\u are plain */
    }
}

/* From an opening bracket to behind the closing one: only brackets and strings matter on the way. */
static const char *
scan_container(const char *at, const char *end)
{
    unsigned depth = 0;

    for (;;) {
        switch (*at) {
        case '"':
            at = json_scan_string(at, end);
            break;
        case '[':
        case '{':
            depth++;
            at++;
            break;
        case ']':
        case '}':
            depth--;
            at++;
            if (depth == 0)
                return at;
            break;
        default:
            at++;
            break;
        }
    }
}

static bool
ends_scalar(char c)
{
    return c == ',' || c == ':' || c == ']' || c == '}' || c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

const char *
json_scan_value(const char *at, const char *end)
{
    if (*at == '"')
        return json_scan_string(at, end);
    if (*at == '[' || *at == '{')
        return scan_container(at, end);
    while (at < end && !ends_scalar(*at))
        at++;
    return at;
}

static unsigned
hex4(const char *s)
{
    unsigned char b[2] = { 0, 0 };

    (void) !str_unhex(s, 4, b, sizeof(b));
    return (unsigned) b[0] << 8 | b[1];
}

static void
add_code_point(unsigned c, str_t *ret)
{
    if (c < 0x80) {
        str_add_char(ret, (char) c);
    } else if (c < 0x800) {
        str_add_char(ret, (char) (0xc0 | c >> 6));
        str_add_char(ret, (char) (0x80 | (c & 0x3f)));
    } else if (c < 0x10000) {
        str_add_char(ret, (char) (0xe0 | c >> 12));
        str_add_char(ret, (char) (0x80 | (c >> 6 & 0x3f)));
        str_add_char(ret, (char) (0x80 | (c & 0x3f)));
    } else {
        str_add_char(ret, (char) (0xf0 | c >> 18));
        str_add_char(ret, (char) (0x80 | (c >> 12 & 0x3f)));
        str_add_char(ret, (char) (0x80 | (c >> 6 & 0x3f)));
        str_add_char(ret, (char) (0x80 | (c & 0x3f)));
    }
}

void
json_scan_unescape(const char *at, const char *end, str_t *ret)
{
    static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";

    while (at < end) {
        const char *back = memchr(at, '\\', (size_t) (end - at));
        if (back == NULL)
            back = end;
        str_add_n(ret, at, (size_t) (back - at));
        if (back == end)
            return;
        at = back + 2;
        if (back[1] == 'u') {
            unsigned c = hex4(back + 2);
            at += 4;
            if (c >= 0xd800 && c <= 0xdbff) {
                c = 0x10000 + ((c - 0xd800) << 10) + (hex4(at + 2) - 0xdc00);
                at += 6;
            }
            add_code_point(c, ret);
        } else {
            const char *which = strchr(from, back[1]);
            str_add_char(ret, which == NULL ? back[1] : to[which - from]);
        }
    }
}
