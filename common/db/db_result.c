/* SPDX-License-Identifier: Apache-2.0 */
#include "db/db_internal.h"

#include "base/mem.h"
#include "domain/date.h"

#include <endian.h>
#include <limits.h>
#include <string.h>

/* Binary forms are those of the types' send functions: big-endian; dates and times count from 2000-01-01. */

enum {
    OID_BOOL = 16,
    OID_BYTEA = 17,
    OID_NAME = 19,
    OID_INT8 = 20,
    OID_INT2 = 21,
    OID_INT4 = 23,
    OID_TEXT = 25,
    OID_TID = 27,
    OID_JSON = 114,
    OID_UNKNOWN = 705,
    OID_BPCHAR = 1042,
    OID_VARCHAR = 1043,
    OID_DATE = 1082,
    OID_TIMESTAMP = 1114,
    OID_TIMESTAMPTZ = 1184,
    OID_UUID = 2950,
    OID_JSONB = 3802
};
#define DAYS_TO_2000 10957
#define US_TO_2000 (INT64_C(946684800) * 1000000)

db_result_t *
db_result_of(PGresult *res)
{
    db_result_t *self = mem_new(db_result_t);

    self->res = res;
    return self;
}

void
db_result_destroy(db_result_t **self_p)
{
    if (*self_p == NULL)
        return;
    PQclear((*self_p)->res);
    mem_free(*self_p);
    *self_p = NULL;
}

size_t
db_result_rows(const db_result_t *self)
{
    return (size_t) PQntuples(self->res);
}

/* The value's bytes, or NULL for SQL NULL. */
static const uint8_t *
value(const db_result_t *self, size_t row, unsigned col, int *ret_len)
{
    REQUIRE(row < (size_t) PQntuples(self->res));
    REQUIRE(col < (unsigned) PQnfields(self->res));
    if (PQgetisnull(self->res, (int) row, (int) col))
        return NULL;
    REQUIRE(PQfformat(self->res, (int) col) == 1);
    *ret_len = PQgetlength(self->res, (int) row, (int) col);
    return (const uint8_t *) PQgetvalue(self->res, (int) row, (int) col);
}

static Oid
type_of(const db_result_t *self, unsigned col)
{
    REQUIRE(col < (unsigned) PQnfields(self->res));
    return PQftype(self->res, (int) col);
}

static uint64_t
big_endian(const uint8_t *p, int n)
{
    uint64_t v = 0;

    for (int i = 0; i < n; i++)
        v = v << 8 | p[i];
    return v;
}

bool
db_result_is_null(const db_result_t *self, size_t row, unsigned col)
{
    int len = 0;

    return value(self, row, col, &len) == NULL;
}

int64_t
db_result_i64(const db_result_t *self, size_t row, unsigned col)
{
    int len = 0;
    Oid type = type_of(self, col);
    const uint8_t *p = value(self, row, col, &len);

    REQUIRE(type == OID_INT2 || type == OID_INT4 || type == OID_INT8);
    if (p == NULL)
        return 0;
    uint64_t v = big_endian(p, len);
    if (type == OID_INT2)
        return (int16_t) (uint16_t) v;
    if (type == OID_INT4)
        return (int32_t) (uint32_t) v;
    return (int64_t) v;
}

bool
db_result_bool(const db_result_t *self, size_t row, unsigned col)
{
    int len = 0;
    const uint8_t *p = value(self, row, col, &len);

    REQUIRE(type_of(self, col) == OID_BOOL);
    return p != NULL && p[0] != 0;
}

const char *
db_result_text(const db_result_t *self, size_t row, unsigned col)
{
    int len = 0;
    Oid type = type_of(self, col);
    const uint8_t *p = value(self, row, col, &len);

    REQUIRE(type == OID_TEXT || type == OID_VARCHAR || type == OID_BPCHAR || type == OID_NAME || type == OID_JSON ||
            type == OID_JSONB || type == OID_UNKNOWN);
    /* jsonb's binary form is a version byte and the text; libpq puts a NUL behind every value */
    return (const char *) (p != NULL && type == OID_JSONB ? p + 1 : p);
}

slice_t
db_result_bytea(const db_result_t *self, size_t row, unsigned col)
{
    int len = 0;
    const uint8_t *p = value(self, row, col, &len);

    REQUIRE(type_of(self, col) == OID_BYTEA);
    return p == NULL ? (slice_t){ NULL, 0 } : (slice_t){ (const char *) p, (size_t) len };
}

uuid_t
db_result_uuid(const db_result_t *self, size_t row, unsigned col)
{
    int len = 0;
    const uint8_t *p = value(self, row, col, &len);
    uuid_t id = { 0 };

    REQUIRE(type_of(self, col) == OID_UUID);
    if (p != NULL)
        memcpy(id.b, p, sizeof(id.b));
    return id;
}

/* Six bytes: the block, and the place in it. */
db_tid_t
db_result_tid(const db_result_t *self, size_t row, unsigned col)
{
    int len = 0;
    const uint8_t *p = value(self, row, col, &len);

    REQUIRE(type_of(self, col) == OID_TID);
    return p == NULL ? 0 : big_endian(p, len);
}

int32_t
db_result_date(const db_result_t *self, size_t row, unsigned col)
{
    int len = 0;
    const uint8_t *p = value(self, row, col, &len);

    REQUIRE(type_of(self, col) == OID_DATE);
    if (p == NULL)
        return DATE_OPEN;
    int32_t day = (int32_t) (uint32_t) big_endian(p, len);
    if (day == INT32_MAX) /* infinity */
        return DATE_OPEN;
    return day > INT32_MAX - DAYS_TO_2000 ? DATE_OPEN : day + DAYS_TO_2000;
}

int64_t
db_result_time(const db_result_t *self, size_t row, unsigned col)
{
    int len = 0;
    Oid type = type_of(self, col);
    const uint8_t *p = value(self, row, col, &len);

    REQUIRE(type == OID_TIMESTAMPTZ || type == OID_TIMESTAMP);
    if (p == NULL)
        return 0;
    int64_t us = (int64_t) big_endian(p, len);
    /* the ends of the range are SQL's infinities and stay where they are */
    return us > INT64_MAX - US_TO_2000 || us == INT64_MIN ? us : us + US_TO_2000;
}

const char *
db_result_text_dup(arena_t *arena, const db_result_t *self, size_t row, unsigned col)
{
    const char *s = db_result_text(self, row, col);

    return s == NULL ? NULL : arena_strndup(arena, s, strlen(s));
}

void
db_result_text_copy(char *ret, size_t cap, const db_result_t *self, size_t row, unsigned col)
{
    const char *s = db_result_text(self, row, col);

    REQUIRE(str_copy(ret, cap, s != NULL ? s : ""));
}

int
db_result_name(const db_result_t *self, size_t row, unsigned col, const char *const *names, size_t n)
{
    int index = str_index(db_result_text(self, row, col), names, n);

    REQUIRE(index >= 0);
    return index;
}
