/* SPDX-License-Identifier: Apache-2.0 */
#include "table/table_xlsx.h"

#include "base/num.h"
#include "domain/date.h"

#include <math.h>
#include <string.h>

/* The sheet's rows.  The parser is fed chunk by chunk until it has completed a row; rows of the same chunk wait in `ready`. */

struct xlsx {
    xlsx_parse_t parse; /* first: the parser's user data */
    xlsx_book_t book;
    zip_file_t *file;
    uint64_t done, total;
    bool ended;
    row_t *ready; /* a ring of rows would save little: most chunks hold a few dozen rows */
    size_t ready_count, ready_cap, ready_at;
    /* the cell being read */
    uint64_t row_number;
    size_t column;
    char type[12]; /* s, str, inlineStr, b, e, n, d */
    size_t style;
    bool in_value, in_row;
    unsigned phonetic;
    str_t value;
};

static row_t *
current(xlsx_t *x)
{
    return &x->ready[x->ready_count];
}

/* "AB12" is column 27, row 11 (from 0). */
static bool
column_of(const char *reference, size_t *ret)
{
    size_t column = 0, letters = 0;

    for (; reference[letters] >= 'A' && reference[letters] <= 'Z' && letters < 4; letters++)
        column = column * 26 + (size_t) (reference[letters] - 'A') + 1;
    *ret = column - 1;
    return letters > 0 && letters < 4;
}

static void
begin_row(xlsx_t *x, const char **attributes)
{
    const char *r = xlsx_attribute(attributes, "r");
    uint64_t number;

    x->row_number = r != NULL && num_u64(r, strlen(r), &number) ? number : x->row_number + 1;
    x->ready = mem_grow(x->ready, &x->ready_cap, x->ready_count + 1, sizeof(*x->ready));
    row_clear(current(x), x->row_number);
    x->column = 0;
    x->in_row = true;
}

static void
begin_cell(xlsx_t *x, const char **attributes)
{
    const char *r = xlsx_attribute(attributes, "r"), *t = xlsx_attribute(attributes, "t"), *s = xlsx_attribute(attributes, "s");
    uint64_t style = 0;

    if (r != NULL && !column_of(r, &x->column)) {
        xlsx_parse_fail(&x->parse, "table.xlsx", "row %llu: a cell has no place", (unsigned long long) x->row_number);
        return;
    }
    (void) str_copy(x->type, sizeof(x->type), t != NULL ? t : "n");
    x->style = s != NULL && num_u64(s, strlen(s), &style) ? (size_t) style : 0;
    str_clear(&x->value);
}

static void
on_start(void *data, const char *name, const char **attributes)
{
    xlsx_t *x = data;
    const char *local = xlsx_local(name);

    if (strcmp(local, "row") == 0)
        begin_row(x, attributes);
    else if (strcmp(local, "c") == 0 && x->in_row)
        begin_cell(x, attributes);
    else if (strcmp(local, "rPh") == 0)
        x->phonetic++;
    else if (strcmp(local, "v") == 0 || (strcmp(local, "t") == 0 && x->phonetic == 0))
        x->in_value = true;
}

static void
on_text(void *data, const char *text, int n)
{
    xlsx_t *x = data;

    if (x->in_value && x->value.len <= TABLE_CELL_MAX)
        str_add_n(&x->value, text, (size_t) n);
}

/* Excel's day 60 is 29 February 1900, which never was: days before it are off by one. */
static bool
day_text(const xlsx_t *x, double serial, char ret[DATE_TEXT_SIZE])
{
    double day = floor(serial);

    if (!(day >= 1 && day < 200000))
        return false;
    date_format(x->book.from_1904 ? date_of(1904, 1, 1) + (int32_t) day
                                  : date_of(1899, 12, 30) + (int32_t) day + (day < 60 ? 1 : 0), ret);
    return true;
}

static bool
add_number(xlsx_t *x)
{
    char day[DATE_TEXT_SIZE];
    double serial;
    bool dated = x->style < x->book.style_count && x->book.date_style[x->style];

    if (dated && num_real(x->value.ptr, x->value.len, &serial) && day_text(x, serial, day))
        return row_add(current(x), CELL_DATE, day, strlen(day), x->parse.err);
    return row_add(current(x), CELL_NUMBER, x->value.ptr, x->value.len, x->parse.err);
}

static int
hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* _xHHHH_ is how a workbook writes a character that XML cannot hold, and a literal "_x" before such digits.  -1: none begins here.
 * NUL and halves of surrogate pairs are none. */
static int
escape_at(const char *p, size_t n)
{
    int code = 0;

    if (n < 7 || p[0] != '_' || p[1] != 'x' || p[6] != '_')
        return -1;
    for (size_t i = 2; i < 6; i++) {
        if (hex_digit(p[i]) < 0)
            return -1;
        code = code * 16 + hex_digit(p[i]);
    }
    return code == 0 || (code >= 0xd800 && code < 0xe000) ? -1 : code;
}

static bool
add_text(xlsx_t *x, const char *text, size_t n)
{
    AUTO_STR plain = STR_INIT;

    for (size_t i = 0; i < n;) {
        int code = escape_at(text + i, n - i);

        if (code < 0) {
            str_add_char(&plain, text[i++]);
            continue;
        }
        if (code >= 0x800)
            str_add_char(&plain, (char) (0xe0 | code >> 12));
        if (code >= 0x80)
            str_add_char(&plain, (char) (code >= 0x800 ? 0x80 | (code >> 6 & 0x3f) : 0xc0 | code >> 6));
        str_add_char(&plain, (char) (code >= 0x80 ? 0x80 | (code & 0x3f) : code));
        i += 7;
    }
    return row_add(current(x), CELL_TEXT, str_c(&plain), plain.len, x->parse.err);
}

static bool
add_shared(xlsx_t *x)
{
    uint64_t at;

    if (!num_u64(x->value.ptr, x->value.len, &at) || at >= x->book.shared_count)
        return err_set(x->parse.err, ERR_REJECT, "table.xlsx", "row %llu: a cell names a text that the workbook has not",
                       (unsigned long long) x->row_number);
    const char *text = x->book.shared.ptr + x->book.shared_at[at];
    return add_text(x, text, strlen(text));
}

static bool
add_cell(xlsx_t *x)
{
    const char *text = x->value.len > 0 ? x->value.ptr : "";

    if (!row_pad(current(x), x->column, x->parse.err))
        return false;
    if (current(x)->count > x->column)
        return err_set(x->parse.err, ERR_REJECT, "table.xlsx", "row %llu: its cells are not in order",
                       (unsigned long long) x->row_number);
    x->column++;
    if (x->value.len == 0)
        return row_add(current(x), CELL_EMPTY, "", 0, x->parse.err);
    if (strcmp(x->type, "s") == 0)
        return add_shared(x);
    if (strcmp(x->type, "n") == 0)
        return add_number(x);
    if (strcmp(x->type, "b") == 0)
        return row_add(current(x), CELL_BOOL, text[0] == '1' ? "true" : "false", text[0] == '1' ? 4 : 5, x->parse.err);
    if (strcmp(x->type, "d") == 0) /* ISO 8601; the day is enough */
        return row_add(current(x), CELL_DATE, text, x->value.len < 10 ? x->value.len : 10, x->parse.err);
    if (strcmp(x->type, "e") == 0)
        return row_add(current(x), CELL_FAULT, text, x->value.len, x->parse.err);
    return add_text(x, text, x->value.len);
}

static void
on_end(void *data, const char *name)
{
    xlsx_t *x = data;
    const char *local = xlsx_local(name);

    if (strcmp(local, "v") == 0 || strcmp(local, "t") == 0) {
        x->in_value = false;
    } else if (strcmp(local, "rPh") == 0 && x->phonetic > 0) {
        x->phonetic--;
    } else if (strcmp(local, "c") == 0 && x->in_row && !x->parse.failed) {
        if (!add_cell(x)) {
            x->parse.failed = true;
            (void) XML_StopParser(x->parse.parser, XML_FALSE);
        }
    } else if (strcmp(local, "row") == 0) {
        x->in_row = false;
        x->ready_count += !row_is_blank(current(x));
    }
}

bool
xlsx_open(const char *path, const char *sheet, xlsx_t **ret, err_t *err)
{
    AUTO(xlsx) self = mem_new(xlsx_t);
    zip_stat_t st;

    if (!xlsx_book_open(&self->book, path, sheet, err))
        return false;
    self->parse.part = self->book.sheet_part;
    self->file = zip_fopen(self->book.zip, self->book.sheet_part, 0);
    if (self->file == NULL)
        return err_set(err, ERR_REJECT, "table.xlsx", "the workbook has no %s: it is damaged", self->book.sheet_part);
    if (zip_stat(self->book.zip, self->book.sheet_part, 0, &st) == 0)
        self->total = st.size;
    (void) xlsx_parser_new(&self->parse);
    XML_SetElementHandler(self->parse.parser, on_start, on_end);
    XML_SetCharacterDataHandler(self->parse.parser, on_text);
    *ret = TAKE(self);
    return true;
}

void
xlsx_destroy(xlsx_t **self_p)
{
    xlsx_t *self = *self_p;

    if (self == NULL)
        return;
    if (self->parse.parser != NULL)
        XML_ParserFree(self->parse.parser);
    if (self->file != NULL)
        (void) zip_fclose(self->file);
    for (size_t i = 0; i < self->ready_cap; i++)
        row_done(&self->ready[i]);
    mem_free(self->ready);
    str_done(&self->value);
    xlsx_book_done(&self->book);
    mem_free(self);
    *self_p = NULL;
}

/* Rows already handed out make room; an unfinished one moves to the front. */
static void
reuse_rows(xlsx_t *self)
{
    if (self->in_row && self->ready_count > 0) {
        row_t swap = self->ready[0];

        self->ready[0] = self->ready[self->ready_count];
        self->ready[self->ready_count] = swap;
    }
    self->ready_at = self->ready_count = 0;
}

bool
xlsx_next(xlsx_t *self, table_row_t *ret, bool *ret_end, err_t *err)
{
    *ret_end = false;
    if (self->ready_at == self->ready_count)
        reuse_rows(self);
    self->parse.err = err;
    while (self->ready_count == 0 && !self->ended)
        if (!xlsx_parse_chunk(&self->parse, self->file, &self->done, &self->ended))
            return false;
    *ret_end = self->ready_at == self->ready_count;
    if (!*ret_end)
        row_finish(&self->ready[self->ready_at++], ret);
    return true;
}

void
xlsx_progress(const xlsx_t *self, uint64_t *ret_done, uint64_t *ret_total)
{
    *ret_done = self->done;
    *ret_total = self->total;
}
