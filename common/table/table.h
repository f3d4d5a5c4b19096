/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_TABLE_TABLE_H
#define COMMON_TABLE_TABLE_H

/* Tables as departments send them: CSV (UTF-8, UTF-16 with a mark, GB18030; comma, semicolon or tab; any line ending;
 * quoted cells over several lines) and Excel workbooks (.xlsx, one sheet).  Read row by row; memory does not depend on the
 * number of rows (an .xlsx keeps its shared texts). */

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

typedef enum {
    CELL_EMPTY,
    CELL_TEXT,
    CELL_NUMBER, /* .xlsx only: the number as the file writes it */
    CELL_DATE,   /* .xlsx only: a number that its format shows as a date, given as YYYY-MM-DD */
    CELL_BOOL,   /* .xlsx only: "true" or "false" */
    CELL_FAULT   /* .xlsx only: #N/A and the like */
} cell_kind_t;

typedef struct {
    cell_kind_t kind;
    const char *text; /* UTF-8, NUL-terminated; "" when empty */
    size_t len;
} cell_t;

typedef struct {
    uint64_t number; /* CSV: the line on which it begins; .xlsx: the row; from 1 */
    const cell_t *cells;
    size_t count;
} table_row_t;

typedef enum { TABLE_CSV, TABLE_XLSX } table_format_t;
typedef enum { TEXT_UTF8, TEXT_UTF8_MARK, TEXT_UTF16LE, TEXT_UTF16BE, TEXT_GB18030 } text_encoding_t;

/* How a table was written, so that one like it can be written. */
typedef struct {
    table_format_t format;
    text_encoding_t encoding; /* CSV */
    char delimiter;           /* CSV */
    const char *newline;      /* CSV: "\n", "\r\n" or "\r" */
} table_style_t;

enum { TABLE_COLUMNS_MAX = 1024, TABLE_CELL_MAX = 1 << 20 };

typedef struct table table_t;
/* `sheet` names the sheet of a workbook; NULL: the only one that is not empty and not hidden.
 * ERR_REJECT: table.format, table.encoding, table.sheet … with what to do; ERR_CONFIG io. */
bool table_open(const char *path, const char *sheet, table_t **ret, err_t *err) NODISCARD;
void table_destroy(table_t **self_p);
/* The next row that has a cell; *ret is valid until the next call.  At the end *ret_end is true. */
bool table_next(table_t *self, table_row_t *ret, bool *ret_end, err_t *err) NODISCARD;
const table_style_t *table_style(const table_t *self);
/* For progress: bytes read of how many. */
void table_progress(const table_t *self, uint64_t *ret_done, uint64_t *ret_total);

/* Writes a table of the same style.  Cells are texts: nothing becomes a number or a date again.  In CSV a cell that a spreadsheet would run
 * as a formula (= + - @, tab, carriage return; also behind apostrophes and blanks) gets an apostrophe before it. */
typedef struct table_out table_out_t;
bool table_out_open(const char *path, const table_style_t *style, table_out_t **ret, err_t *err) NODISCARD;
bool table_out_row(table_out_t *self, const cell_t *cells, size_t count, err_t *err) NODISCARD;
/* Completes the file; without it (only destroyed) no file is left. */
bool table_out_close(table_out_t *self, err_t *err) NODISCARD;
void table_out_destroy(table_out_t **self_p);
bool table_needs_guard(const char *text);
/* Takes the apostrophes off again: for who reads a CSV file that table_out wrote.  `cells` has row->count places and lives as long as the row. */
void table_unguard(table_row_t *row, cell_t *cells);

#endif
