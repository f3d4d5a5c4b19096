/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_TABLE_TABLE_IN_H
#define COMMON_TABLE_TABLE_IN_H

/* Shared by the readers: a row being put together, and each format's own reader. */

#include "table/table.h"
#include <stdio.h>

/* Cells of one row; their texts lie in one buffer and are pointed to when the row is complete. */
typedef struct {
    str_t text;
    struct row_cell {
        cell_kind_t kind;
        size_t at, len;
    } *items;
    size_t count, cap;
    cell_t *cells;
    size_t cell_cap;
    uint64_t number;
} row_t;
void row_clear(row_t *self, uint64_t number);
void row_done(row_t *self);
/* Adds a cell; false: more columns or a longer cell than a table may have (ERR_REJECT). */
bool row_add(row_t *self, cell_kind_t kind, const char *text, size_t len, err_t *err) NODISCARD;
/* Fills up with empty cells to `column` cells. */
bool row_pad(row_t *self, size_t column, err_t *err) NODISCARD;
bool row_is_blank(const row_t *self);
void row_finish(row_t *self, table_row_t *ret);

/* A text file as UTF-8, decoded bit by bit. */
typedef struct text_in text_in_t;
bool text_in_open(const char *path, text_in_t **ret, err_t *err) NODISCARD;
void text_in_destroy(text_in_t **self_p);
text_encoding_t text_in_encoding(const text_in_t *self);
/* Next byte of the text as UTF-8, or -1 at the end, -2 on an error (in *err). */
int text_in_byte(text_in_t *self, err_t *err);
/* The byte after the one that comes next would be read; does not move. */
int text_in_peek(text_in_t *self, err_t *err);
void text_in_progress(const text_in_t *self, uint64_t *ret_done, uint64_t *ret_total);
bool text_in_rewind(text_in_t *self, err_t *err) NODISCARD;

typedef struct csv csv_t;
bool csv_open(const char *path, table_style_t *ret_style, csv_t **ret, err_t *err) NODISCARD;
void csv_destroy(csv_t **self_p);
bool csv_next(csv_t *self, table_row_t *ret, bool *ret_end, err_t *err) NODISCARD;
void csv_progress(const csv_t *self, uint64_t *ret_done, uint64_t *ret_total);

typedef struct xlsx xlsx_t;
bool xlsx_open(const char *path, const char *sheet, xlsx_t **ret, err_t *err) NODISCARD;
void xlsx_destroy(xlsx_t **self_p);
bool xlsx_next(xlsx_t *self, table_row_t *ret, bool *ret_end, err_t *err) NODISCARD;
void xlsx_progress(const xlsx_t *self, uint64_t *ret_done, uint64_t *ret_total);

/* Writers: `rows` get complete rows; see table_write.c. */
typedef struct csv_out csv_out_t;
bool csv_out_open(const char *path, const table_style_t *style, csv_out_t **ret, err_t *err) NODISCARD;
bool csv_out_row(csv_out_t *self, const cell_t *cells, size_t count, err_t *err) NODISCARD;
bool csv_out_close(csv_out_t *self, err_t *err) NODISCARD;
void csv_out_destroy(csv_out_t **self_p);
typedef struct xlsx_out xlsx_out_t;
bool xlsx_out_open(const char *path, xlsx_out_t **ret, err_t *err) NODISCARD;
bool xlsx_out_row(xlsx_out_t *self, const cell_t *cells, size_t count, err_t *err) NODISCARD;
bool xlsx_out_close(xlsx_out_t *self, err_t *err) NODISCARD;
void xlsx_out_destroy(xlsx_out_t **self_p);

#endif
