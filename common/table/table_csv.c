/* SPDX-License-Identifier: Apache-2.0 */
#include "table/table_in.h"

#include <string.h>

/* CSV after RFC 4180, and as it really comes: semicolons or tabs, any line ending, a quote inside an unquoted cell. */

struct csv {
    text_in_t *in;
    char delimiter;
    uint64_t line;
    row_t row;
    str_t cell;
};

static const char delimiters[] = { ',', ';', '\t' };

/* The sign that stands most often outside of quotes on the first lines; and how lines end. */
static bool
look(csv_t *self, table_style_t *ret, err_t *err)
{
    size_t seen[sizeof(delimiters)] = { 0 }, best = 0, lines = 0;
    bool quoted = false;
    int c = 0;

    ret->newline = "\n";
    while (lines < 20 && (c = text_in_byte(self->in, err)) >= 0) {
        if (c == '"')
            quoted = !quoted;
        for (size_t i = 0; i < sizeof(delimiters) && !quoted; i++)
            seen[i] += c == delimiters[i];
        if (!quoted && (c == '\n' || c == '\r')) {
            int next = c == '\r' ? text_in_peek(self->in, err) : 0;

            if (lines++ == 0 && c == '\r')
                ret->newline = next == '\n' ? "\r\n" : "\r";
        }
    }
    if (c == -2)
        return false;
    for (size_t i = 1; i < sizeof(delimiters); i++)
        best = seen[i] > seen[best] ? i : best;
    self->delimiter = ret->delimiter = delimiters[best];
    return text_in_rewind(self->in, err);
}

bool
csv_open(const char *path, table_style_t *ret_style, csv_t **ret, err_t *err)
{
    AUTO(csv) self = mem_new(csv_t);

    self->line = 1;
    if (!text_in_open(path, &self->in, err))
        return false;
    *ret_style = (table_style_t){ .format = TABLE_CSV, .encoding = text_in_encoding(self->in) };
    if (!look(self, ret_style, err))
        return false;
    *ret = TAKE(self);
    return true;
}

void
csv_destroy(csv_t **self_p)
{
    csv_t *self = *self_p;

    if (self == NULL)
        return;
    text_in_destroy(&self->in);
    row_done(&self->row);
    str_done(&self->cell);
    mem_free(self);
    *self_p = NULL;
}

/* After a line's last byte: a \n that belongs to the \r before it. */
static bool
end_line(csv_t *self, int c, err_t *err)
{
    self->line++;
    if (c == '\r') {
        int next = text_in_peek(self->in, err);

        if (next == -2)
            return false;
        if (next == '\n')
            (void) text_in_byte(self->in, err);
    }
    return true;
}

/* The rest of a cell in quotes; the first quote has been read. */
static bool
read_quoted(csv_t *self, err_t *err)
{
    uint64_t begun = self->line;

    for (;;) {
        int c = text_in_byte(self->in, err);

        if (c == -2)
            return false;
        if (c == -1 || self->cell.len > TABLE_CELL_MAX)
            return err_set(err, ERR_REJECT, "table.quote", "line %llu: a quote (\") begins a cell and is not closed%s",
                           (unsigned long long) begun, c == -1 ? "" : " within a reasonable length");
        if (c == '"') {
            int next = text_in_peek(self->in, err);

            if (next == -2)
                return false;
            if (next != '"')
                return true;
            (void) text_in_byte(self->in, err);
        } else if (c == '\n') {
            self->line++;
        }
        str_add_char(&self->cell, (char) c);
    }
}

/* One cell; *ret_last when the line or the file ends behind it. */
static bool
read_cell(csv_t *self, bool *ret_last, bool *ret_end, err_t *err)
{
    bool begun = false;

    str_clear(&self->cell);
    for (;;) {
        int c = text_in_byte(self->in, err);

        if (c == -2)
            return false;
        *ret_end = c == -1;
        *ret_last = c == -1 || c == '\n' || c == '\r';
        if (*ret_last || c == self->delimiter)
            return row_add(&self->row, CELL_TEXT, self->cell.len > 0 ? self->cell.ptr : "", self->cell.len, err) &&
                   (c == -1 || !*ret_last || end_line(self, c, err));
        if (c == '"' && !begun) {
            if (!read_quoted(self, err))
                return false;
        } else {
            str_add_char(&self->cell, (char) c);
        }
        begun = true;
        if (self->cell.len > TABLE_CELL_MAX)
            return row_add(&self->row, CELL_TEXT, self->cell.ptr, self->cell.len, err);
    }
}

bool
csv_next(csv_t *self, table_row_t *ret, bool *ret_end, err_t *err)
{
    bool last, end = false;

    *ret_end = false;
    while (!end) {
        row_clear(&self->row, self->line);
        do {
            if (!read_cell(self, &last, &end, err))
                return false;
        } while (!last);
        if (!row_is_blank(&self->row)) {
            row_finish(&self->row, ret);
            return true;
        }
    }
    *ret_end = true;
    return true;
}

void
csv_progress(const csv_t *self, uint64_t *ret_done, uint64_t *ret_total)
{
    text_in_progress(self->in, ret_done, ret_total);
}
