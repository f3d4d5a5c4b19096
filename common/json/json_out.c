/* SPDX-License-Identifier: Apache-2.0 */
#include "json/json_out.h"

#include "base/num.h"
#include "base/time.h"
#include "domain/date.h"
#include "domain/money.h"
#include "json/json_scan.h"
#include "json/json_write.h"

#include <math.h>
#include <string.h>

#define DEPTH_MAX 127

static bool
bit(const uint64_t bits[2], unsigned i)
{
    return (bits[i / 64] >> (i % 64) & 1) != 0;
}

static void
set_bit(uint64_t bits[2], unsigned i, bool on)
{
    bits[i / 64] = (bits[i / 64] & ~((uint64_t) 1 << (i % 64))) | (uint64_t) on << (i % 64);
}

void
json_out_init(json_out_t *self, str_t *out)
{
    *self = (json_out_t){ .out = out };
}

/* Behind what is written as it stands. */
static const char *
skip_written(const char *s, const char *end)
{
    for (;;) {
        s = json_scan_plain(s, end);
        if (s == end || (unsigned char) *s < 0x80)
            return s;
        do {
            size_t len = json_scan_utf8(s, end);
            if (len == 0)
                return s;
            s += len;
        } while (s < end && (unsigned char) *s >= 0x80);
    }
}

static void
write_escaped(str_t *out, unsigned char c)
{
    static const char names[] = "\b\f\n\r\t", letters[] = "bfnrt";
    const char *name = c == 0 ? NULL : strchr(names, c);

    str_add_char(out, '\\');
    if (c == '"' || c == '\\')
        str_add_char(out, (char) c);
    else if (name != NULL)
        str_add_char(out, letters[name - names]);
    else
        str_printf(out, "u%04x", (unsigned) c);
}

static void
write_quoted(str_t *out, const char *s, size_t n)
{
    str_reserve(out, n + 2);
    out->ptr[out->len++] = '"';
    memcpy(out->ptr + out->len, s, n);
    out->len += n;
    out->ptr[out->len++] = '"';
    out->ptr[out->len] = '\0';
}

static void
write_text(str_t *out, const char *s, size_t n, const char *(*skip)(const char *, const char *))
{
    const char *end = s + n, *run = skip(s, end);

    if (run == end) { /* most texts are written as they stand */
        write_quoted(out, s, n);
        return;
    }
    str_add_char(out, '"');
    for (;;) {
        str_add_n(out, s, (size_t) (run - s));
        if (run == end)
            break;
        if ((unsigned char) *run >= 0x80)
            str_add(out, "\xef\xbf\xbd"); /* a broken byte must not break the whole text */
        else
            write_escaped(out, (unsigned char) *run);
        s = run + 1;
        run = skip(s, end);
    }
    str_add_char(out, '"');
}

void
json_write_text(str_t *out, const char *s, size_t n)
{
    write_text(out, s, n, skip_written);
}

void
json_write_utf8(str_t *out, const char *s, size_t n)
{
    write_text(out, s, n, json_scan_special);
}

/* The shortest of the forms that reads back as the same double. */
void
json_write_real(str_t *out, double v)
{
    char buf[32];

    REQUIRE(isfinite(v));
    if (fabs(v) < 0x1p53 && trunc(v) == v) {
        str_add_i64(out, (int64_t) v);
        return;
    }
    for (int precision = 15; precision <= 17; precision++) {
        (void) snprintf(buf, sizeof(buf), "%.*g", precision, v);
        double back;
        if (num_real(buf, strlen(buf), &back) && back >= v && back <= v)
            break;
    }
    str_add(out, buf);
}

static void
write_name(str_t *out, const char *key, size_t n)
{
    json_write_text(out, key, n);
    str_add_char(out, ':');
}

/* Comma, name and colon, as the place needs. */
static void
begin(json_out_t *self, const char *key)
{
    bool object = self->depth > 0 && bit(self->is_object, self->depth);
    bool first = !bit(self->has_item, self->depth);

    REQUIRE(object == (key != NULL));
    REQUIRE(self->depth > 0 || first); /* one root */
    set_bit(self->has_item, self->depth, true);
    if (!first)
        str_add_char(self->out, ',');
    if (key != NULL)
        write_name(self->out, key, strlen(key));
}

static void
open_container(json_out_t *self, const char *key, bool object)
{
    begin(self, key);
    REQUIRE(self->depth < DEPTH_MAX);
    self->depth++;
    set_bit(self->has_item, self->depth, false);
    set_bit(self->is_object, self->depth, object);
    str_add_char(self->out, object ? '{' : '[');
}

void
json_out_object(json_out_t *self, const char *key)
{
    open_container(self, key, true);
}

void
json_out_array(json_out_t *self, const char *key)
{
    open_container(self, key, false);
}

void
json_out_end(json_out_t *self)
{
    REQUIRE(self->depth > 0);
    str_add_char(self->out, bit(self->is_object, self->depth) ? '}' : ']');
    self->depth--;
}

void
json_out_text(json_out_t *self, const char *key, const char *value)
{
    if (value == NULL)
        json_out_null(self, key);
    else
        json_out_text_n(self, key, value, strlen(value));
}

void
json_out_text_n(json_out_t *self, const char *key, const char *value, size_t n)
{
    begin(self, key);
    json_write_text(self->out, value, n);
}

void
json_out_i64(json_out_t *self, const char *key, int64_t value)
{
    begin(self, key);
    str_add_i64(self->out, value);
}

void
json_out_real(json_out_t *self, const char *key, double value)
{
    begin(self, key);
    json_write_real(self->out, value);
}

void
json_out_bool(json_out_t *self, const char *key, bool value)
{
    begin(self, key);
    str_add(self->out, value ? "true" : "false");
}

void
json_out_null(json_out_t *self, const char *key)
{
    begin(self, key);
    str_add(self->out, "null");
}

static void
quoted(json_out_t *self, const char *key, const char *plain)
{
    begin(self, key);
    str_add_char(self->out, '"');
    str_add(self->out, plain);
    str_add_char(self->out, '"');
}

void
json_out_uuid(json_out_t *self, const char *key, const uuid_t *value)
{
    char text[UUID_TEXT_SIZE];

    uuid_format(value, text);
    quoted(self, key, text);
}

void
json_out_fen(json_out_t *self, const char *key, int64_t fen)
{
    char text[MONEY_TEXT_SIZE];

    money_format(fen, text);
    quoted(self, key, text);
}

void
json_out_date(json_out_t *self, const char *key, int32_t day)
{
    char text[DATE_TEXT_SIZE];

    REQUIRE(day != DATE_OPEN); /* "no end" is written by leaving the member out */
    date_format(day, text);
    quoted(self, key, text);
}

void
json_out_time(json_out_t *self, const char *key, int64_t us)
{
    char text[TIME_TEXT_SIZE];

    time_format(us, text);
    quoted(self, key, text);
}

void
json_out_raw(json_out_t *self, const char *key, const char *json, size_t n)
{
    REQUIRE(n > 0);
    begin(self, key);
    str_add_n(self->out, json, n);
}
