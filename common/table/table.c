/* SPDX-License-Identifier: Apache-2.0 */
#include "table/table_in.h"

#include <errno.h>
#include <string.h>

/* ---- rows -------------------------------------------------------------------------------------------------------- */

void
row_clear(row_t *self, uint64_t number)
{
    str_clear(&self->text);
    self->count = 0;
    self->number = number;
}

void
row_done(row_t *self)
{
    str_done(&self->text);
    mem_free(self->items);
    mem_free(self->cells);
    *self = (row_t){ 0 };
}

bool
row_add(row_t *self, cell_kind_t kind, const char *text, size_t len, err_t *err)
{
    if (self->count == TABLE_COLUMNS_MAX)
        return err_set(err, ERR_REJECT, "table.wide", "row %llu has more than %d columns", (unsigned long long) self->number,
                       TABLE_COLUMNS_MAX);
    if (len > TABLE_CELL_MAX)
        return err_set(err, ERR_REJECT, "table.cell", "row %llu, column %zu: the cell holds more than %d bytes",
                       (unsigned long long) self->number, self->count + 1, TABLE_CELL_MAX);
    self->items = mem_grow(self->items, &self->cap, self->count + 1, sizeof(*self->items));
    self->items[self->count++] = (struct row_cell){ len == 0 ? CELL_EMPTY : kind, self->text.len, len };
    str_add_n(&self->text, text, len);
    str_add_char(&self->text, '\0');
    return true;
}

bool
row_pad(row_t *self, size_t column, err_t *err)
{
    while (self->count < column)
        if (!row_add(self, CELL_EMPTY, "", 0, err))
            return false;
    return true;
}

bool
row_is_blank(const row_t *self)
{
    for (size_t i = 0; i < self->count; i++)
        if (self->items[i].kind != CELL_EMPTY)
            return false;
    return true;
}

void
row_finish(row_t *self, table_row_t *ret)
{
    self->cells = mem_grow(self->cells, &self->cell_cap, self->count + 1, sizeof(*self->cells));
    for (size_t i = 0; i < self->count; i++)
        self->cells[i] = (cell_t){ self->items[i].kind, self->text.ptr + self->items[i].at, self->items[i].len };
    *ret = (table_row_t){ self->number, self->cells, self->count };
}

/* ---- a table of either format ------------------------------------------------------------------------------------ */

struct table {
    table_style_t style;
    csv_t *csv;
    xlsx_t *xlsx;
};

static const unsigned char zip_mark[4] = { 'P', 'K', 3, 4 };
/* Old workbooks (.xls) and encrypted ones are compound files. */
static const unsigned char compound_mark[4] = { 0xd0, 0xcf, 0x11, 0xe0 };

bool
table_open(const char *path, const char *sheet, table_t **ret, err_t *err)
{
    AUTO(table) self = mem_new(table_t);
    unsigned char head[4] = { 0 };
    FILE *f = fopen(path, "re");

    if (f == NULL)
        return err_set(err, ERR_CONFIG, "io", "cannot read %s: %s", path, strerror(errno));
    size_t n = fread(head, 1, sizeof(head), f);
    (void) fclose(f);
    if (n == sizeof(head) && memcmp(head, compound_mark, sizeof(head)) == 0)
        return err_set(err, ERR_REJECT, "table.format",
                       "%s is an old (.xls) or an encrypted workbook: open it and save it as .xlsx without a password, or as CSV", path);
    if (n == sizeof(head) && memcmp(head, zip_mark, sizeof(head)) == 0) {
        self->style.format = TABLE_XLSX;
        if (!xlsx_open(path, sheet, &self->xlsx, err))
            return err_add(err, path);
    } else {
        if (sheet != NULL)
            return err_set(err, ERR_REJECT, "table.sheet", "%s is no workbook: it has no sheets", path);
        if (!csv_open(path, &self->style, &self->csv, err))
            return err_add(err, path);
    }
    *ret = TAKE(self);
    return true;
}

void
table_destroy(table_t **self_p)
{
    table_t *self = *self_p;

    if (self == NULL)
        return;
    csv_destroy(&self->csv);
    xlsx_destroy(&self->xlsx);
    mem_free(self);
    *self_p = NULL;
}

bool
table_next(table_t *self, table_row_t *ret, bool *ret_end, err_t *err)
{
    return self->csv != NULL ? csv_next(self->csv, ret, ret_end, err) : xlsx_next(self->xlsx, ret, ret_end, err);
}

const table_style_t *
table_style(const table_t *self)
{
    return &self->style;
}

void
table_progress(const table_t *self, uint64_t *ret_done, uint64_t *ret_total)
{
    if (self->csv != NULL)
        csv_progress(self->csv, ret_done, ret_total);
    else
        xlsx_progress(self->xlsx, ret_done, ret_total);
}
