/* SPDX-License-Identifier: Apache-2.0 */
#include "table/table_in.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>
#include <unistd.h>

/* ---- CSV --------------------------------------------------------------------------------------------------------- */

struct csv_out {
    FILE *f;
    table_style_t style;
    iconv_t cd; /* (iconv_t) -1: UTF-8 */
    str_t line;
    char path[4096], part[4104]; /* written beside, then renamed */
};

static bool
csv_write(csv_out_t *self, const char *p, size_t n, err_t *err)
{
    if (fwrite(p, 1, n, self->f) != n)
        return err_set(err, ERR_CONFIG, "io", "cannot write %s: %s", self->part, strerror(errno));
    return true;
}

bool
csv_out_open(const char *path, const table_style_t *style, csv_out_t **ret, err_t *err)
{
    AUTO(csv_out) self = mem_new(csv_out_t);
    const char *to = style->encoding == TEXT_GB18030   ? "GB18030"
                     : style->encoding == TEXT_UTF16LE ? "UTF-16LE"
                     : style->encoding == TEXT_UTF16BE ? "UTF-16BE"
                                                       : NULL;
    const char *mark = style->encoding == TEXT_UTF8_MARK ? "\xef\xbb\xbf"
                       : style->encoding == TEXT_UTF16LE ? "\xff\xfe"
                       : style->encoding == TEXT_UTF16BE ? "\xfe\xff"
                                                         : "";

    self->style = *style;
    self->cd = (iconv_t) -1;
    if (!str_copy(self->path, sizeof(self->path), path))
        return err_set(err, ERR_CONFIG, "io", "the path is too long: %.80s…", path);
    (void) snprintf(self->part, sizeof(self->part), "%s.part", path);
    if (to != NULL && (self->cd = iconv_open(to, "UTF-8")) == (iconv_t) -1)
        return err_set(err, ERR_CONFIG, "table.encoding", "this machine cannot encode %s: %s", to, strerror(errno));
    self->f = fopen(self->part, "we");
    if (self->f == NULL)
        return err_set(err, ERR_CONFIG, "io", "cannot write %s: %s", self->part, strerror(errno));
    if (!csv_write(self, mark, strlen(mark), err))
        return false;
    *ret = TAKE(self);
    return true;
}

/* A spreadsheet that opens the file would run what begins like this.  A plain negative number is none. */
static bool
begins_formula(const char *s)
{
    static const char *const signs[] = { "=", "+", "-", "@", "\t", "\r", "\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d", "\xef\xbc\xa0" };
    /* … and the full-width ＝ ＋ － ＠ */

    if (*s == '-' && s[1] != '\0' && s[1 + strspn(s + 1, "0123456789.,")] == '\0')
        return false;
    for (size_t i = 0; i < COUNT_OF(signs); i++)
        if (str_starts(s, signs[i]))
            return true;
    return false;
}

bool
table_needs_guard(const char *text)
{
    return begins_formula(text + strspn(text, "' "));
}

void
table_unguard(table_row_t *row, cell_t *cells)
{
    for (size_t i = 0; i < row->count; i++) {
        cells[i] = row->cells[i];
        if (cells[i].kind == CELL_TEXT && cells[i].text[0] == '\'' && table_needs_guard(cells[i].text + 1)) {
            cells[i].text++;
            cells[i].len--;
        }
    }
    row->cells = cells;
}

static void
csv_add_cell(csv_out_t *self, const cell_t *cell)
{
    bool guard = table_needs_guard(cell->text);
    /* every sign that could be a delimiter, so that a reader who looks for it does not count those in cells */
    static const char special[] = "\"\r\n,;\t";
    bool quote = strpbrk(cell->text, special) != NULL || (cell->len > 0 && (cell->text[0] == ' ' || cell->text[cell->len - 1] == ' '));

    if (!quote) {
        str_add(&self->line, guard ? "'" : "");
        str_add_n(&self->line, cell->text, cell->len);
        return;
    }
    str_add(&self->line, guard ? "\"'" : "\"");
    for (size_t i = 0; i < cell->len; i++) {
        if (cell->text[i] == '"')
            str_add_char(&self->line, '"');
        str_add_char(&self->line, cell->text[i]);
    }
    str_add_char(&self->line, '"');
}

bool
csv_out_row(csv_out_t *self, const cell_t *cells, size_t count, err_t *err)
{
    char chunk[4096];

    str_clear(&self->line);
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            str_add_char(&self->line, self->style.delimiter);
        csv_add_cell(self, &cells[i]);
    }
    str_add(&self->line, self->style.newline);
    if (self->cd == (iconv_t) -1)
        return csv_write(self, self->line.ptr, self->line.len, err);
    char *in = self->line.ptr;
    size_t in_left = self->line.len;
    while (in_left > 0) {
        char *out = chunk;
        size_t out_left = sizeof(chunk);

        if (iconv(self->cd, &in, &in_left, &out, &out_left) == (size_t) -1 && errno != E2BIG)
            return err_set(err, ERR_REJECT, "table.encoding", "%s cannot hold one of the characters: %s", self->path, strerror(errno));
        if (!csv_write(self, chunk, (size_t) (out - chunk), err))
            return false;
    }
    return true;
}

bool
csv_out_close(csv_out_t *self, err_t *err)
{
    FILE *f = self->f;

    self->f = NULL;
    if (fclose(f) != 0 || rename(self->part, self->path) != 0)
        return err_set(err, ERR_CONFIG, "io", "cannot write %s: %s", self->path, strerror(errno));
    return true;
}

void
csv_out_destroy(csv_out_t **self_p)
{
    csv_out_t *self = *self_p;

    if (self == NULL)
        return;
    if (self->f != NULL) {
        (void) fclose(self->f);
        (void) unlink(self->part);
    }
    if (self->cd != (iconv_t) -1)
        (void) iconv_close(self->cd);
    str_done(&self->line);
    mem_free(self);
    *self_p = NULL;
}

/* ---- either format ----------------------------------------------------------------------------------------------- */

struct table_out {
    csv_out_t *csv;
    xlsx_out_t *xlsx;
};

bool
table_out_open(const char *path, const table_style_t *style, table_out_t **ret, err_t *err)
{
    AUTO(table_out) self = mem_new(table_out_t);

    if (!(style->format == TABLE_CSV ? csv_out_open(path, style, &self->csv, err) : xlsx_out_open(path, &self->xlsx, err)))
        return false;
    *ret = TAKE(self);
    return true;
}

bool
table_out_row(table_out_t *self, const cell_t *cells, size_t count, err_t *err)
{
    return self->csv != NULL ? csv_out_row(self->csv, cells, count, err) : xlsx_out_row(self->xlsx, cells, count, err);
}

bool
table_out_close(table_out_t *self, err_t *err)
{
    return self->csv != NULL ? csv_out_close(self->csv, err) : xlsx_out_close(self->xlsx, err);
}

void
table_out_destroy(table_out_t **self_p)
{
    table_out_t *self = *self_p;

    if (self == NULL)
        return;
    csv_out_destroy(&self->csv);
    xlsx_out_destroy(&self->xlsx);
    mem_free(self);
    *self_p = NULL;
}
