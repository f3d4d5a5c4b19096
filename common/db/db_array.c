/* SPDX-License-Identifier: Apache-2.0 */
#include "db/db_internal.h"

#include "domain/date.h"

#include <endian.h>
#include <string.h>

/* Arrays of uuid, tid and bytea go in binary form, which needs the exact element type and is compact; numbers, dates and
 * texts go as text, so that int4[] or varchar[] parameters take them too. */

enum { OID_BYTEA = 17, OID_TID = 27, OID_UUID = 2950, TID_BYTES = 6 };

static void
add_u32(str_t *out, uint32_t v)
{
    uint32_t be = htobe32(v);

    str_add_n(out, &be, sizeof(be));
}

/* Dimensions (none when empty), whether NULLs are inside, element type, length, lower bound. */
static void
binary_header(str_t *out, uint32_t type, size_t n, bool has_null)
{
    add_u32(out, n == 0 ? 0 : 1);
    add_u32(out, has_null ? 1 : 0);
    add_u32(out, type);
    if (n > 0) {
        add_u32(out, (uint32_t) n);
        add_u32(out, 1);
    }
}

void
db_params_uuid_array(db_params_t *self, const uuid_t *v, size_t n)
{
    AUTO_STR out = STR_INIT;
    bool has_null = false;

    for (size_t i = 0; i < n; i++)
        has_null = has_null || uuid_is_nil(&v[i]);
    binary_header(&out, OID_UUID, n, has_null);
    for (size_t i = 0; i < n; i++) {
        if (uuid_is_nil(&v[i])) {
            add_u32(&out, UINT32_MAX);
            continue;
        }
        add_u32(&out, sizeof(v[i].b));
        str_add_n(&out, v[i].b, sizeof(v[i].b));
    }
    db_params_bytea(self, out.ptr, out.len);
}

void
db_params_tid_array(db_params_t *self, const db_tid_t *v, size_t n)
{
    AUTO_STR out = STR_INIT;

    binary_header(&out, OID_TID, n, false);
    for (size_t i = 0; i < n; i++) {
        uint64_t be = htobe64(v[i] << 16);

        add_u32(&out, TID_BYTES);
        str_add_n(&out, &be, TID_BYTES);
    }
    db_params_bytea(self, out.ptr, out.len);
}

void
db_params_bytea_array(db_params_t *self, const slice_t *v, size_t n)
{
    AUTO_STR out = STR_INIT;
    bool has_null = false;

    for (size_t i = 0; i < n; i++)
        has_null = has_null || v[i].ptr == NULL;
    binary_header(&out, OID_BYTEA, n, has_null);
    for (size_t i = 0; i < n; i++) {
        if (v[i].ptr == NULL) {
            add_u32(&out, UINT32_MAX);
            continue;
        }
        add_u32(&out, (uint32_t) v[i].len);
        str_add_n(&out, v[i].ptr, v[i].len);
    }
    db_params_bytea(self, out.ptr, out.len);
}

void
db_params_i64_array(db_params_t *self, const int64_t *v, size_t n)
{
    AUTO_STR out = STR_INIT;

    str_add_char(&out, '{');
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            str_add_char(&out, ',');
        str_add_i64(&out, v[i]);
    }
    str_add_char(&out, '}');
    db_params_text_n(self, out.ptr, out.len);
}

void
db_params_date_array(db_params_t *self, const int32_t *v, size_t n)
{
    AUTO_STR out = STR_INIT;
    char text[DATE_TEXT_SIZE];

    str_add_char(&out, '{');
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            str_add_char(&out, ',');
        if (v[i] == DATE_OPEN) {
            str_add(&out, "NULL");
            continue;
        }
        date_format(v[i], text);
        str_add(&out, text);
    }
    str_add_char(&out, '}');
    db_params_text_n(self, out.ptr, out.len);
}

/* Always quoted: NULL, blanks, commas and braces mean something outside quotes. */
static void
add_quoted(str_t *out, const char *s)
{
    str_add_char(out, '"');
    for (; *s != '\0'; s++) {
        if (*s == '"' || *s == '\\')
            str_add_char(out, '\\');
        str_add_char(out, *s);
    }
    str_add_char(out, '"');
}

void
db_params_text_array(db_params_t *self, const char *const *v, size_t n)
{
    AUTO_STR out = STR_INIT;

    str_add_char(&out, '{');
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            str_add_char(&out, ',');
        if (v[i] == NULL)
            str_add(&out, "NULL");
        else
            add_quoted(&out, v[i]);
    }
    str_add_char(&out, '}');
    db_params_text_n(self, out.ptr, out.len);
}
