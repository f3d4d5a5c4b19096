/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_SEND_SOURCE_H
#define CLI_SEND_SOURCE_H

/* Records of a file one after the other, as JSON: NDJSON line by line, a table (CSV, .xlsx) row by row. */

#include "columns.h"

typedef struct {
    const char *path, *sheet, *dataset;
    const char *datasets, *schemas; /* where the dataset's two files are; tables only */
} source_options_t;

typedef struct {
    uint64_t from, to; /* lines or rows of the file, inclusive */
    slice_t json;      /* valid until the next call */
} source_record_t;

typedef enum { SOURCE_RECORD, SOURCE_REFUSED, SOURCE_END } source_step_t;

typedef struct source source_t;
bool source_open(const source_options_t *options, source_t **ret, err_t *err) NODISCARD;
void source_destroy(source_t **self_p);
/* SOURCE_REFUSED: these rows are no record; *ret_why (ERR_REJECT) says why.  false: the file cannot be read on. */
bool source_next(source_t *self, source_record_t *ret, source_step_t *ret_step, err_t *ret_why, err_t *err) NODISCARD;
void source_progress(const source_t *self, uint64_t *ret_done, uint64_t *ret_total);
/* The table's columns and its style, or NULL for NDJSON. */
const columns_t *source_columns(const source_t *self);
/* "columns not used: …; 1 line of totals passed over", or nothing. */
void source_remarks(const source_t *self, str_t *ret);
bool source_is_table(const char *path);

/* Writes the rows of a table that were refused, with the reasons in a column of their own, as a table of the same style.
 * `reasons` are in order of `from`. */
typedef struct {
    uint64_t from, to;
    const char *text;
} source_reason_t;
bool source_write_rejects(const source_options_t *options, const source_reason_t *reasons, size_t count, const char *to, err_t *err)
    NODISCARD;

#endif
