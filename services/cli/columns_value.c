/* SPDX-License-Identifier: Apache-2.0 */
#include "columns_value.h"

#include "base/num.h"
#include "domain/date.h"
#include "domain/money.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static bool
refuse(const column_t *c, err_t *err, const char *what)
{
    return err_set(err, ERR_REJECT, "columns.cell", "%s: %s", c->label, what);
}

/* ---- what Excel and forms put around a value --------------------------------------------------------------------- */

static const char *const blanks[] = { " ", "\t", "\r", "\n", "\xc2\xa0", "\xe3\x80\x80", "\xe2\x80\x8b", "\xef\xbb\xbf" };

static size_t
blank_at(const char *s, size_t n, bool at_end)
{
    for (size_t i = 0; i < COUNT_OF(blanks); i++) {
        size_t len = strlen(blanks[i]);

        if (n >= len && memcmp(at_end ? s + n - len : s, blanks[i], len) == 0)
            return len;
    }
    return 0;
}

static slice_t
trim(slice_t s)
{
    size_t n;

    while ((n = blank_at(s.ptr, s.len, false)) > 0) {
        s.ptr += n;
        s.len -= n;
    }
    while ((n = blank_at(s.ptr, s.len, true)) > 0)
        s.len -= n;
    return s;
}

/* '123 and ="123" are how a number is kept from becoming one. */
static slice_t
unwrap(slice_t s)
{
    s = trim(s);
    if (s.len > 1 && s.ptr[0] == '\'')
        return trim((slice_t){ s.ptr + 1, s.len - 1 });
    if (s.len > 3 && s.ptr[0] == '=' && s.ptr[1] == '"' && s.ptr[s.len - 1] == '"')
        return trim((slice_t){ s.ptr + 2, s.len - 3 });
    return s;
}

/* Full-width digits, letters and signs (U+FF01 … U+FF5E) as their narrow ones. */
static void
narrow(slice_t s, str_t *ret)
{
    for (size_t i = 0; i < s.len;) {
        const unsigned char *p = (const unsigned char *) s.ptr + i;

        if (s.len - i >= 3 && p[0] == 0xef && ((p[1] == 0xbc && p[2] >= 0x81) || (p[1] == 0xbd && p[2] <= 0x9e))) {
            str_add_char(ret, (char) (p[1] == 0xbc ? p[2] - 0x60 : p[2] - 0x20));
            i += 3;
        } else {
            str_add_char(ret, s.ptr[i++]);
        }
    }
}

static bool
all_digits(slice_t s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] < '0' || s.ptr[i] > '9')
            return false;
    return s.len > 0;
}

/* 3.20681E+17 */
static bool
is_scientific(slice_t s)
{
    double v;
    bool e = memchr(s.ptr, 'e', s.len) != NULL || memchr(s.ptr, 'E', s.len) != NULL;
    AUTO_STR plain = STR_INIT;

    for (size_t i = 0; e && i < s.len; i++)
        if (s.ptr[i] != '+')
            str_add_char(&plain, s.ptr[i]);
    return e && (s.ptr[0] >= '0' && s.ptr[0] <= '9') && num_real(plain.ptr, plain.len, &v);
}

static const char damaged[] =
    "a spreadsheet has turned this number into a rounded one (as 1.23E+17) and its last digits are lost: set the column's format "
    "to Text, enter the number again from the original, and send the file again";

/* A cell whose digits count (an ID, a number of a household): never one that Excel has rounded. */
static bool
digits_kept(const column_t *c, const cell_t *cell, slice_t s, err_t *err)
{
    if (is_scientific(s) || (cell->kind == CELL_NUMBER && s.len > 15))
        return refuse(c, err, damaged);
    if (cell->kind == CELL_NUMBER && memchr(s.ptr, '.', s.len) != NULL)
        return refuse(c, err, "this is a number with decimals where a text belongs: set the column's format to Text");
    return true;
}

/* ---- dates ------------------------------------------------------------------------------------------------------- */

/* 2024-01-31, 2024/1/31, 2024.1.31, 2024年1月31日, 20240131; months without the day.  Parts that are absent stay 0. */
static bool
date_parts_of(slice_t s, int64_t parts[3])
{
    size_t count = 0, digits = 0;

    parts[0] = parts[1] = parts[2] = 0;
    if (all_digits(s) && (s.len == 8 || s.len == 6))
        return num_i64(s.ptr, 4, &parts[0]) && num_i64(s.ptr + 4, 2, &parts[1]) &&
               (s.len == 6 || num_i64(s.ptr + 6, 2, &parts[2]));
    for (size_t i = 0; i < s.len;) {
        size_t sign = s.ptr[i] == '-' || s.ptr[i] == '/' || s.ptr[i] == '.' ? 1
                      : str_utf8_sequence(s.ptr + i, s.len - i) == 3        ? 3
                                                                            : 0;

        if (s.ptr[i] >= '0' && s.ptr[i] <= '9') {
            if (count == 3 || ++digits > (count == 0 ? 4 : 2))
                return false;
            parts[count] = parts[count] * 10 + (s.ptr[i++] - '0');
            continue;
        }
        if (sign == 3 && memcmp(s.ptr + i, "\xe5\xb9\xb4", 3) != 0 && memcmp(s.ptr + i, "\xe6\x9c\x88", 3) != 0 &&
            memcmp(s.ptr + i, "\xe6\x97\xa5", 3) != 0)
            return false;
        if (sign == 0 || digits == 0)
            return false;
        i += sign;
        count++;
        digits = 0;
    }
    return (digits > 0 ? count + 1 : count) >= 2 && parts[0] >= 1000;
}

static bool
date_value(const column_t *c, slice_t s, str_t *ret, err_t *err)
{
    char text[24];
    int64_t p[3];
    int32_t day;
    size_t want = c->kind == COLUMN_MONTH ? 7 : 10;
    /* A time of day after the date says nothing more. */
    const char *space = memchr(s.ptr, ' ', s.len);

    if (space != NULL && memchr(s.ptr, ':', s.len) != NULL)
        s.len = (size_t) (space - s.ptr);
    if (!date_parts_of(s, p) || (c->kind == COLUMN_DATE && p[2] == 0))
        return refuse(c, err, c->kind == COLUMN_MONTH ? "no month: write 2024-01 or 2024年1月"
                              : all_digits(s) && s.len == 5
                                  ? "this is a spreadsheet's number of a day: set the column's format to Date, or write 2024-01-31"
                                  : "no date: write 2024-01-31, 2024/1/31 or 2024年1月31日");
    (void) snprintf(text, sizeof(text), "%04d-%02d-%02d", (int) p[0], (int) p[1], p[2] == 0 ? 1 : (int) p[2]);
    if (!date_parse(text, 10, &day))
        return refuse(c, err, "there is no such day");
    str_add_n(ret, text, want);
    return true;
}

/* ---- numbers ----------------------------------------------------------------------------------------------------- */

/* The text of an amount as a whole number of millionths; signs of currency and groups of three are passed over. */
static bool
millionths(slice_t s, int64_t *ret)
{
    AUTO_STR digits = STR_INIT;
    size_t places = SIZE_MAX;

    for (size_t i = 0; i < s.len; i++) {
        char ch = s.ptr[i];

        if (ch == '-' && digits.len == 0) {
            str_add_char(&digits, ch);
        } else if (ch == '.' && places == SIZE_MAX) {
            places = 0;
        } else if (ch == ',' && places == SIZE_MAX && digits.len > 0 && i + 3 < s.len && all_digits((slice_t){ s.ptr + i + 1, 3 })) {
            continue;
        } else if (ch >= '0' && ch <= '9') {
            if (places != SIZE_MAX && ++places > 6) {
                if (ch != '0')
                    return false;
                continue;
            }
            str_add_char(&digits, ch);
        } else {
            return false;
        }
    }
    for (size_t i = places == SIZE_MAX ? 0 : places < 6 ? places : 6; i < 6; i++)
        str_add_char(&digits, '0');
    return digits.len > 6 && num_i64(digits.ptr, digits.len, ret);
}

static slice_t
without_currency(slice_t s)
{
    static const char *const marks[] = { "\xc2\xa5", "\xef\xbf\xa5", "\xe5\x85\x83", "RMB", "CNY" }; /* ¥ ￥ 元 */

    for (size_t i = 0; i < COUNT_OF(marks); i++) {
        size_t n = strlen(marks[i]);

        if (s.len > n && memcmp(s.ptr, marks[i], n) == 0)
            s = trim((slice_t){ s.ptr + n, s.len - n });
        if (s.len > n && memcmp(s.ptr + s.len - n, marks[i], n) == 0)
            s = trim((slice_t){ s.ptr, s.len - n });
    }
    return s;
}

static bool
money_value(const column_t *c, const cell_t *cell, slice_t s, str_t *ret, err_t *err)
{
    char text[MONEY_TEXT_SIZE];
    int64_t parts, fen;
    double real;
    bool exact;

    if (cell->kind == CELL_NUMBER) {
        /* A binary fraction in decimal dress: 1234.5499999999999 is 1234.55. */
        if (!num_real(s.ptr, s.len, &real) || fabs(real) > 1e13)
            return refuse(c, err, "no amount of money");
        double scaled = real * c->money_scale, whole = nearbyint(scaled);
        exact = fabs(scaled - whole) < 1e-4;
        fen = (int64_t) whole;
    } else {
        slice_t bare = without_currency(s);

        if (bare.len != s.len && c->money_scale != 100)
            return refuse(c, err, "the cell says yuan, its column another unit: which is meant?");
        s = bare;
        if (!millionths(s, &parts) || parts > INT64_MAX / 1000000 || parts < -(INT64_MAX / 1000000))
            return refuse(c, err, "no amount of money: write 1234.50");
        exact = parts * c->money_scale % 1000000 == 0;
        fen = parts * c->money_scale / 1000000;
    }
    if (!exact)
        return refuse(c, err, "the amount is finer than a fen: which amount is meant?");
    money_format(fen, text);
    str_add(ret, text);
    return true;
}

static bool
integer_value(const column_t *c, slice_t s, str_t *ret, err_t *err)
{
    size_t n = s.len > 2 && memcmp(s.ptr + s.len - 2, ".0", 2) == 0 ? s.len - 2 : s.len;
    int64_t v;

    if (!num_i64(s.ptr, n, &v))
        return refuse(c, err, "no whole number");
    str_add_i64(ret, v);
    return true;
}

/* ---- words ------------------------------------------------------------------------------------------------------- */

/* A word that the dataset explains. */
static bool
word_value(const column_t *c, slice_t s, str_t *ret)
{
    for (size_t i = 0; i < c->word_count; i++)
        if (slice_eq_str(s, c->words[i].from)) {
            str_add(ret, c->words[i].to);
            return true;
        }
    return false;
}

/* How departments mostly write the choice. */
static const char *
first_word(const column_t *c, const char *choice)
{
    for (size_t i = 0; i < c->word_count; i++)
        if (strcmp(c->words[i].to, choice) == 0)
            return c->words[i].from;
    return choice;
}

static bool
choice_value(const column_t *c, slice_t s, str_t *ret, err_t *err)
{
    AUTO_STR known = STR_INIT;

    for (size_t i = 0; i < c->choice_count; i++)
        if (slice_eq_str(s, c->choices[i])) {
            str_add(ret, c->choices[i]);
            return true;
        }
    for (size_t i = 0; i < c->choice_count; i++)
        str_printf(&known, "%s%s", i > 0 ? ", " : "", first_word(c, c->choices[i]));
    return err_set(err, ERR_REJECT, "columns.cell", "%s: not one of %s.  If it is a new word for one of them, name it in the dataset's columns",
                   c->label, str_c(&known));
}

static bool
flag_value(const column_t *c, slice_t s, str_t *ret, err_t *err)
{
    static const char *const yes[] = { "\xe6\x98\xaf", "\xe6\x9c\x89", "true", "TRUE", "1", "Y", "y", "\xe2\x88\x9a" }; /* 是 有 √ */
    static const char *const no[] = { "\xe5\x90\xa6", "\xe6\x97\xa0", "false", "FALSE", "0", "N", "n", "\xc3\x97" };   /* 否 无 × */

    for (size_t i = 0; i < COUNT_OF(yes); i++)
        if (slice_eq_str(s, yes[i])) {
            str_add(ret, "true");
            return true;
        }
    for (size_t i = 0; i < COUNT_OF(no); i++)
        if (slice_eq_str(s, no[i])) {
            str_add(ret, "false");
            return true;
        }
    return refuse(c, err, "neither yes (是) nor no (否)");
}

bool
column_value(const column_t *self, const cell_t *cell, str_t *ret, bool *ret_empty, err_t *err)
{
    slice_t raw = { cell->text, cell->len }, s = trim(raw);
    AUTO_STR plain = STR_INIT;

    *ret_empty = s.len == 0;
    if (*ret_empty)
        return true;
    if (cell->kind == CELL_FAULT)
        return refuse(self, err, "the cell holds an error of the spreadsheet (#N/A, #REF! …) in place of a value");
    if (self->kind == COLUMN_TEXT) {
        /* What people write stays as it is, to the byte; only a number is looked at. */
        if (cell->kind == CELL_NUMBER && !digits_kept(self, cell, s, err))
            return false;
        if (cell->kind == CELL_TEXT && is_scientific(s) && s.len >= 7 && memchr(s.ptr, '+', s.len) != NULL)
            return refuse(self, err, damaged);
        str_add_n(ret, raw.ptr, raw.len);
        return true;
    }
    narrow(unwrap(s), &plain);
    s = (slice_t){ str_c(&plain), plain.len };
    if (word_value(self, s, ret))
        return true;
    switch (self->kind) {
    case COLUMN_RESIDENT_ID:
    case COLUMN_REGION:
        if (!digits_kept(self, cell, s, err))
            return false;
        str_add_n(ret, s.ptr, s.len);
        return true;
    case COLUMN_DATE:
    case COLUMN_MONTH:
        return date_value(self, s, ret, err);
    case COLUMN_MONEY:
        return money_value(self, cell, s, ret, err);
    case COLUMN_CHOICE:
        return choice_value(self, s, ret, err);
    case COLUMN_BOOL:
        return flag_value(self, s, ret, err);
    case COLUMN_INTEGER:
        return integer_value(self, s, ret, err);
    case COLUMN_TEXTS:
        if (!digits_kept(self, cell, s, err))
            return false;
        str_add_n(ret, s.ptr, s.len);
        return true;
    case COLUMN_TEXT:
    case COLUMN_OTHER:
        break;
    }
    return refuse(self, err, "this field cannot stand in a table: send NDJSON");
}
