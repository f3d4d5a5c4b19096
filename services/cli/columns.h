/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_COLUMNS_H
#define CLI_COLUMNS_H

/* From a department's table to records: which column is which field, and what its cells mean.  The fields, their kinds and
 * names (x-label) come from the dataset's JSON Schema; its YAML may add `columns:` with further names, words and units, and
 * <datasets>/columns/shared.yaml what most datasets share.
 * Nothing is guessed: what cannot be read without doubt is refused with what to do. */

#include "json/json_in.h"
#include "json/json_out.h"
#include "table/table.h"

typedef struct columns columns_t;
/* Reads <datasets>/<dataset>.yaml and <schemas>/<dataset>.schema.json. */
bool columns_load(const char *datasets, const char *schemas, const char *dataset, columns_t **ret, err_t *err) NODISCARD;
void columns_destroy(columns_t **self_p);

/* The fields and their names, a line each, for who fills in a table. */
void columns_describe(const columns_t *self, str_t *ret);

/* What a file holds is shown on a terminal, which would obey its control characters: they become spaces. */
void columns_make_plain(char *text, size_t n);

/* Is this the row of column names?  *ret_matched says how many of its names are known. */
bool columns_is_header(const columns_t *self, const table_row_t *row, size_t *ret_matched);
/* Takes the names of this row.  ERR_REJECT columns.missing, columns.twice with the names that are looked for. */
bool columns_take_header(columns_t *self, const table_row_t *row, err_t *err) NODISCARD;
/* Headers that name no field, for the report: appended, with commas. */
void columns_unused(const columns_t *self, str_t *ret);
/* The column's name as the table writes it, for the place of an error ("/amount", "/members/2/name"), or NULL. */
const char *columns_of_pointer(const columns_t *self, const char *pointer);

/* A line of totals (合计 …) or a note under the table, not a record: the cells of the key are empty. */
bool columns_is_remark(const columns_t *self, const table_row_t *row);
/* Do several rows make one record (the members of a household)? */
bool columns_has_items(const columns_t *self);
/* The cells of the record's key, for telling whether the next row belongs to the same record. */
void columns_key(const columns_t *self, const table_row_t *row, str_t *ret);

/* A record begins with its first row, takes further ones (columns_has_items), and ends as JSON.
 * ERR_REJECT columns.cell: "column: what is wrong and what to do"; the row is named by the caller. */
bool columns_begin(columns_t *self, const table_row_t *row, err_t *err) NODISCARD;
bool columns_more(columns_t *self, const table_row_t *row, err_t *err) NODISCARD;
void columns_end(columns_t *self, str_t *ret_json);

#endif
