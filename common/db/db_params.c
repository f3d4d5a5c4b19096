/* SPDX-License-Identifier: Apache-2.0 */
#include "db/db_internal.h"

#include "base/time.h"
#include "domain/date.h"

#include <limits.h>
#include <stdint.h>
#include <string.h>

void
db_params_init(db_params_t *self)
{
    *self = (db_params_t){ .text = STR_INIT };
}

void
db_params_done(db_params_t *self)
{
    str_done(&self->text);
}

void
db_params_copy(db_params_t *self, const db_params_t *from)
{
    if (from == NULL)
        return;
    *self = *from;
    self->text = (str_t) STR_INIT;
    str_add_n(&self->text, from->text.ptr, from->text.len);
}

void
db_params_must_touch(db_params_t *self, size_t rows)
{
    self->must_touch = (int64_t) rows;
}

static void
fail(db_params_t *self, err_class_t cls, const char *code, const char *why)
{
    if (self->failed)
        return;
    self->failed = true;
    (void) err_set(&self->error, cls, code, "$%u: %s", self->count + 1, why);
}

/* A place for one more value; false when the parameters failed already or are too many. */
static bool
open_value(db_params_t *self)
{
    if (!self->failed && self->count == DB_PARAMS_MAX)
        fail(self, ERR_BUG, "db.bug", "more parameters than DB_PARAMS_MAX");
    return !self->failed;
}

static void
add(db_params_t *self, const void *p, size_t n, bool binary)
{
    if (!open_value(self))
        return;
    if (n > INT_MAX / 2) {
        fail(self, ERR_REJECT, "too_large", "value over 1 GiB");
        return;
    }
    self->offset[self->count] = self->text.len;
    self->len[self->count] = n;
    self->binary[self->count] = binary;
    self->count++;
    str_add_n(&self->text, p, n);
    str_add_char(&self->text, '\0');
}

void
db_params_null(db_params_t *self)
{
    if (!open_value(self))
        return;
    self->offset[self->count] = SIZE_MAX;
    self->len[self->count] = 0;
    self->binary[self->count] = false;
    self->count++;
}

void
db_params_text_n(db_params_t *self, const char *value, size_t n)
{
    if (value == NULL) {
        db_params_null(self);
        return;
    }
    /* libpq takes text values up to the first NUL: the rest would be lost without a word */
    if (memchr(value, '\0', n) != NULL)
        fail(self, ERR_REJECT, "bad_data", "text holds a NUL character");
    else if (!str_is_utf8(value, n))
        fail(self, ERR_REJECT, "bad_data", "text is not UTF-8");
    add(self, value, n, false);
}

void
db_params_text(db_params_t *self, const char *value)
{
    if (value == NULL)
        db_params_null(self);
    else
        db_params_text_n(self, value, strlen(value));
}

void
db_params_i64(db_params_t *self, int64_t value)
{
    AUTO_STR text = STR_INIT;

    str_add_i64(&text, value);
    add(self, text.ptr, text.len, false);
}

void
db_params_bool(db_params_t *self, bool value)
{
    add(self, value ? "t" : "f", 1, false);
}

void
db_params_uuid(db_params_t *self, const uuid_t *value)
{
    char text[UUID_TEXT_SIZE];

    if (value == NULL || uuid_is_nil(value)) {
        db_params_null(self);
        return;
    }
    uuid_format(value, text);
    add(self, text, UUID_TEXT_SIZE - 1, false);
}

void
db_params_bytea(db_params_t *self, const void *p, size_t n)
{
    if (p == NULL)
        db_params_null(self);
    else
        add(self, p, n, true);
}

void
db_params_date(db_params_t *self, int32_t day)
{
    char text[DATE_TEXT_SIZE];

    if (day == DATE_OPEN) {
        db_params_null(self);
        return;
    }
    date_format(day, text);
    add(self, text, strlen(text), false);
}

void
db_params_time(db_params_t *self, int64_t us)
{
    char text[TIME_TEXT_SIZE];

    time_format(us, text);
    add(self, text, strlen(text), false);
}
