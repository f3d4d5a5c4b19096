/* SPDX-License-Identifier: Apache-2.0 */
#include "json/json_check.h"

#include "base/mem.h"
#include "base/num.h"
#include "json/json_scan.h"

#include <stdlib.h>
#include <string.h>

/* Objects with more members than this are sorted to find duplicates, smaller ones compared pair by pair. */
#define PAIRWISE_MAX 12

typedef struct {
    const char *at; /* where it stands in the text, for the message */
    const char *ptr;
    size_t len;
    uint64_t head; /* the first bytes: most different keys differ here */
} member_t;

/* One pass over the text without recursion.  The keys of all open objects lie on one stack. */
typedef struct {
    const char *text, *at, *end;
    err_t *err;
    unsigned depth;
    uint64_t objects;                 /* bit d: the container at depth d+1 is an object */
    size_t first_key[JSON_DEPTH_MAX]; /* per depth, into keys */
    member_t *keys;
    size_t key_count, key_cap;
    arena_t *decoded; /* keys with escapes, NULL until one comes */
    size_t longest_number;
} check_t;

static bool
fail_at(const check_t *c, const char *at, const char *what)
{
    return err_set(c->err, ERR_REJECT, "not_json", "not JSON: %s at byte %zu", what, (size_t) (at - c->text));
}

static bool
fail(const check_t *c, const char *what)
{
    return c->at >= c->end ? fail_at(c, c->end, "the text ends too early") : fail_at(c, c->at, what);
}

static bool
hex4(const check_t *c, const char *s, unsigned *ret)
{
    unsigned char b[2];

    if (c->end - s < 4 || !str_unhex(s, 4, b, sizeof(b)))
        return false;
    *ret = (unsigned) b[0] << 8 | b[1];
    return true;
}

static bool
check_escape(check_t *c)
{
    unsigned code;

    if (c->end - c->at < 2)
        return fail_at(c, c->end, "the text ends too early");
    switch (c->at[1]) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
        c->at += 2;
        return true;
    case 'u':
        break;
    default:
        return fail(c, "unknown escape");
    }
    if (!hex4(c, c->at + 2, &code))
        return fail(c, "\\u without four hexadecimal digits");
    if (code == 0)
        return fail(c, "NUL character (refused)");
    if (code >= 0xdc00 && code <= 0xdfff)
        return fail(c, "half of a surrogate pair");
    if (code >= 0xd800 && code <= 0xdbff) {
        const char *second = c->at + 6;
        if (c->end - second < 6 || second[0] != '\\' || second[1] != 'u' || !hex4(c, second + 2, &code) ||
            code < 0xdc00 || code > 0xdfff)
            return fail(c, "half of a surrogate pair");
        c->at += 6;
    }
    c->at += 6;
    return true;
}

/* From the opening quote to behind the closing one. */
static bool
check_string(check_t *c, bool *ret_escapes)
{
    *ret_escapes = false;
    c->at++;
    for (;;) {
        c->at = json_scan_plain(c->at, c->end);
        if (c->at >= c->end)
            return fail(c, "");
        unsigned char b = (unsigned char) *c->at;
        if (b == '"') {
            c->at++;
            return true;
        }
        if (b == '\\') {
            *ret_escapes = true;
            if (!check_escape(c))
                return false;
        } else if (b < 0x20) {
            return fail(c, "control character inside a string");
        } else {
            do {
                size_t n = json_scan_utf8(c->at, c->end);
                if (n == 0)
                    return fail(c, "invalid UTF-8");
                c->at += n;
            } while (c->at < c->end && (unsigned char) *c->at >= 0x80);
        }
    }
}

static size_t
digits(const check_t *c)
{
    const char *p = c->at;

    while (p < c->end && *p >= '0' && *p <= '9')
        p++;
    return (size_t) (p - c->at);
}

static bool
check_number(check_t *c)
{
    const char *start = c->at;
    bool exponent = false;
    double value;

    if (*c->at == '-')
        c->at++;
    size_t n = digits(c);
    if (n == 0 || (n > 1 && *c->at == '0'))
        return fail(c, n == 0 ? "number without digits" : "number with a leading zero");
    c->at += n;
    if (c->at < c->end && *c->at == '.') {
        c->at++;
        if ((n = digits(c)) == 0)
            return fail(c, "number without digits after the point");
        c->at += n;
    }
    if (c->at < c->end && (*c->at == 'e' || *c->at == 'E')) {
        exponent = true;
        c->at++;
        if (c->at < c->end && (*c->at == '+' || *c->at == '-'))
            c->at++;
        if ((n = digits(c)) == 0)
            return fail(c, "number without digits in the exponent");
        c->at += n;
    }

    size_t len = (size_t) (c->at - start);
    if (len > c->longest_number)
        c->longest_number = len;
    if (len > JSON_NUMBER_MAX)
        return fail_at(c, start, "number with too many digits");
    /* only an exponent or some 300 digits can leave the range of a double */
    if ((exponent || len > 300) && !num_real(start, len, &value))
        return fail_at(c, start, "number out of range");
    return true;
}

static bool
check_literal(check_t *c, const char *word)
{
    size_t n = strlen(word);

    if ((size_t) (c->end - c->at) < n || memcmp(c->at, word, n) != 0)
        return fail(c, "unknown word");
    c->at += n;
    return true;
}

static void
push_key(check_t *c, const char *at, bool escapes)
{
    member_t key = { .at = at, .ptr = at + 1, .len = (size_t) (c->at - at) - 2 };

    if (escapes) {
        AUTO_STR plain = STR_INIT;
        json_scan_unescape(at + 1, c->at - 1, &plain);
        if (c->decoded == NULL)
            c->decoded = arena_new(4096);
        key.ptr = arena_strndup(c->decoded, str_c(&plain), plain.len);
        key.len = plain.len;
    }
    memcpy(&key.head, key.ptr, key.len < sizeof(key.head) ? key.len : sizeof(key.head));
    if (c->key_count == c->key_cap)
        c->keys = mem_grow(c->keys, &c->key_cap, c->key_count + 1, sizeof(*c->keys));
    c->keys[c->key_count++] = key;
}

static bool
same_key(const member_t *a, const member_t *b)
{
    return a->head == b->head && a->len == b->len && memcmp(a->ptr, b->ptr, a->len) == 0;
}

static int
cmp_key(const void *x, const void *y)
{
    const member_t *a = x, *b = y;

    if (a->head != b->head)
        return a->head < b->head ? -1 : 1;
    if (a->len != b->len)
        return a->len < b->len ? -1 : 1;
    int order = memcmp(a->ptr, b->ptr, a->len);
    return order != 0 ? order : (a->at > b->at) - (a->at < b->at);
}

/* At the end of an object; sorting keeps an object of a million members from taking a million squared steps. */
static bool
check_keys(check_t *c)
{
    size_t first = c->first_key[c->depth - 1], n = c->key_count - first;
    member_t *keys;

    c->key_count = first;
    if (n < 2)
        return true;
    keys = c->keys + first;
    if (n <= PAIRWISE_MAX) {
        for (size_t i = 1; i < n; i++)
            for (size_t j = 0; j < i; j++)
                if (same_key(&keys[i], &keys[j]))
                    return fail_at(c, keys[i].at, "duplicate member");
        return true;
    }
    qsort(keys, n, sizeof(*keys), cmp_key);
    for (size_t i = 1; i < n; i++)
        if (same_key(&keys[i - 1], &keys[i]))
            return fail_at(c, keys[i].at, "duplicate member");
    return true;
}

static bool
open_container(check_t *c, bool object)
{
    if (c->depth == JSON_DEPTH_MAX)
        return fail(c, "more than 64 levels");
    c->first_key[c->depth] = c->key_count;
    c->objects = (c->objects & ~((uint64_t) 1 << c->depth)) | (uint64_t) object << c->depth;
    c->depth++;
    c->at++;
    return true;
}

static bool
in_object(const check_t *c)
{
    return c->depth > 0 && (c->objects >> (c->depth - 1) & 1) != 0;
}

/* "key" : */
static bool
check_member_name(check_t *c)
{
    bool escapes;
    const char *start = c->at = json_scan_blank(c->at, c->end);

    if (c->at >= c->end || *c->at != '"')
        return fail(c, "a member must begin with its name in quotes");
    if (!check_string(c, &escapes))
        return false;
    push_key(c, start, escapes);
    c->at = json_scan_blank(c->at, c->end);
    if (c->at >= c->end || *c->at != ':')
        return fail(c, "a colon is missing");
    c->at++;
    return true;
}

/* A whole scalar, or the opening of a container: *ret_open says which. */
static bool
check_value(check_t *c, bool *ret_open)
{
    bool escapes;

    *ret_open = false;
    c->at = json_scan_blank(c->at, c->end);
    if (c->at >= c->end)
        return fail(c, "");
    switch (*c->at) {
    case '{':
    case '[':
        *ret_open = true;
        return open_container(c, *c->at == '{');
    case '"':
        return check_string(c, &escapes);
    case 't':
        return check_literal(c, "true");
    case 'f':
        return check_literal(c, "false");
    case 'n':
        return check_literal(c, "null");
    default:
        if (*c->at == '-' || (*c->at >= '0' && *c->at <= '9'))
            return check_number(c);
        return fail(c, "a value is missing");
    }
}

/* After a value or an opening: closes what closes here.  *ret_more: another value follows. */
static bool
check_after(check_t *c, bool just_opened, bool *ret_more)
{
    while (c->depth > 0) {
        c->at = json_scan_blank(c->at, c->end);
        if (c->at >= c->end)
            return fail(c, "");
        if (*c->at == (in_object(c) ? '}' : ']')) {
            if (in_object(c) && !check_keys(c))
                return false;
            c->at++;
            c->depth--;
            just_opened = false;
            continue;
        }
        if (!just_opened) {
            if (*c->at != ',')
                return fail(c, "a comma or closing bracket is missing");
            c->at++;
        }
        *ret_more = true;
        return !in_object(c) || check_member_name(c);
    }
    *ret_more = false;
    return true;
}

static bool
check_document(check_t *c)
{
    bool opened, more = true;

    while (more)
        if (!check_value(c, &opened) || !check_after(c, opened, &more))
            return false;
    c->at = json_scan_blank(c->at, c->end);
    return c->at == c->end || fail(c, "more text after the value");
}

bool
json_check_text(const char *text, size_t n, size_t *ret_longest_number, err_t *err)
{
    check_t c = { .text = text, .at = text, .end = text + n, .err = err };
    bool ok = check_document(&c);

    mem_free(c.keys);
    arena_destroy(&c.decoded);
    if (ok)
        *ret_longest_number = c.longest_number;
    return ok;
}

bool
json_check(const char *text, size_t n, err_t *err)
{
    size_t ignored;

    return json_check_text(text, n, &ignored, err);
}
