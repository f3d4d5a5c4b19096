/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"

#include "base/mem.h"

#include <stdarg.h>
#include <string.h>

slice_t
slice_of(const char *s)
{
    return (slice_t){ s, s == NULL ? 0 : strlen(s) };
}

bool
slice_eq(slice_t a, slice_t b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

bool
slice_eq_str(slice_t a, const char *s)
{
    return slice_eq(a, slice_of(s));
}

void
str_done(str_t *self)
{
    mem_free(self->ptr);
    *self = (str_t) STR_INIT;
}

void
str_clear(str_t *self)
{
    self->len = 0;
    if (self->ptr != NULL)
        self->ptr[0] = '\0';
}

static void
grow(str_t *self, size_t more)
{
    size_t need;

    REQUIRE(!__builtin_add_overflow(self->len, more, &need) && need < SIZE_MAX);
    need++;
    size_t want = self->cap * 2 < 64 ? 64 : self->cap * 2;
    bool first = self->ptr == NULL;
    self->ptr = mem_grow_bytes(self->ptr, &self->cap, need > want ? need : want);
    if (first)
        self->ptr[0] = '\0'; /* an empty text from the start */
}

/* Before every byte that is added: the common case is one comparison. */
static inline void
reserve(str_t *self, size_t more)
{
    if (more >= self->cap - self->len)
        grow(self, more);
}

void
str_reserve(str_t *self, size_t more)
{
    reserve(self, more);
}

void
str_add(str_t *self, const char *s)
{
    str_add_n(self, s, strlen(s));
}

void
str_add_n(str_t *self, const void *p, size_t n)
{
    reserve(self, n);
    if (n > 0)
        memcpy(self->ptr + self->len, p, n);
    self->len += n;
    self->ptr[self->len] = '\0';
}

void
str_add_char(str_t *self, char c)
{
    reserve(self, 1);
    self->ptr[self->len++] = c;
    self->ptr[self->len] = '\0';
}

void
str_add_u64(str_t *self, uint64_t v)
{
    char digits[20];
    size_t at = sizeof(digits);

    do {
        digits[--at] = (char) ('0' + v % 10);
        v /= 10;
    } while (v != 0);
    str_add_n(self, digits + at, sizeof(digits) - at);
}

void
str_add_i64(str_t *self, int64_t v)
{
    if (v < 0)
        str_add_char(self, '-');
    str_add_u64(self, v < 0 ? 0 - (uint64_t) v : (uint64_t) v);
}

void
str_printf(str_t *self, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    REQUIRE(n >= 0);

    reserve(self, (size_t) n);
    va_start(args, fmt);
    (void) vsnprintf(self->ptr + self->len, (size_t) n + 1, fmt, args);
    va_end(args);
    self->len += (size_t) n;
}

slice_t
str_slice(const str_t *self)
{
    return (slice_t){ str_c(self), self->len };
}

const char *
str_c(const str_t *self)
{
    return self->ptr == NULL ? "" : self->ptr;
}

bool
str_starts(const char *s, const char *prefix)
{
    return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool
str_in(const char *s, const char *const *list, size_t n)
{
    return str_index(s, list, n) >= 0;
}

int
str_index(const char *s, const char *const *list, size_t n)
{
    for (size_t i = 0; s != NULL && i < n; i++)
        if (strcmp(s, list[i]) == 0)
            return (int) i;
    return -1;
}

/* The ranges of the second byte are those of the Unicode standard, table 3-7. */
size_t
str_utf8_sequence(const char *s, size_t n)
{
    const unsigned char *p = (const unsigned char *) s;
    unsigned char lo = 0x80, hi = 0xbf;
    size_t len;

    if (p[0] < 0x80)
        return 1;
    if (p[0] >= 0xc2 && p[0] <= 0xdf)
        len = 2;
    else if ((p[0] & 0xf0) == 0xe0)
        len = 3;
    else if (p[0] >= 0xf0 && p[0] <= 0xf4)
        len = 4;
    else
        return 0;
    if (n < len)
        return 0;
    if (p[0] == 0xe0)
        lo = 0xa0;
    else if (p[0] == 0xed)
        hi = 0x9f;
    else if (p[0] == 0xf0)
        lo = 0x90;
    else if (p[0] == 0xf4)
        hi = 0x8f;
    if (p[1] < lo || p[1] > hi)
        return 0;
    for (size_t i = 2; i < len; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    return len;
}

bool
str_is_utf8(const char *s, size_t n)
{
    size_t i = 0;

    while (i < n) {
        uint64_t word;
        if (n - i >= 8) {
            memcpy(&word, s + i, 8);
            if ((word & 0x8080808080808080u) == 0) {
                i += 8;
                continue;
            }
        }
        size_t len = str_utf8_sequence(s + i, n - i);
        if (len == 0)
            return false;
        i += len;
    }
    return true;
}

void
str_hex(const void *p, size_t n, char *ret)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *b = p;

    for (size_t i = 0; i < n; i++) {
        ret[2 * i] = digits[b[i] >> 4];
        ret[2 * i + 1] = digits[b[i] & 15];
    }
    ret[2 * n] = '\0';
}

static int
nibble(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool
str_unhex(const char *hex, size_t hex_len, void *ret, size_t n)
{
    unsigned char *out = ret;

    if (hex_len / 2 != n || hex_len % 2 != 0)
        return false;
    for (size_t i = 0; i < hex_len; i++)
        if (nibble(hex[i]) < 0)
            return false;
    for (size_t i = 0; i < n; i++)
        out[i] = (unsigned char) (nibble(hex[2 * i]) * 16 + nibble(hex[2 * i + 1]));
    return true;
}

bool
str_copy(char *ret, size_t cap, const char *s)
{
    size_t n = strlen(s);

    REQUIRE(cap > 0);
    size_t take = n < cap ? n : cap - 1;
    memcpy(ret, s, take);
    ret[take] = '\0';
    return take == n;
}
