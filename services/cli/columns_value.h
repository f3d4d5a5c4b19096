/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_COLUMNS_VALUE_H
#define CLI_COLUMNS_VALUE_H

/* One cell as the value of one field. */

#include "table/table.h"

typedef enum {
    COLUMN_TEXT,
    COLUMN_RESIDENT_ID,
    COLUMN_DATE,
    COLUMN_MONTH,
    COLUMN_MONEY,
    COLUMN_REGION,
    COLUMN_CHOICE,
    COLUMN_BOOL,
    COLUMN_INTEGER,
    COLUMN_TEXTS, /* several in one cell, with a comma or the like between */
    COLUMN_OTHER  /* no column can hold it */
} column_kind_t;

typedef struct {
    const char *from, *to;
} column_word_t;

typedef struct {
    const char *name;  /* the record's member */
    const char *label; /* for errors */
    bool of_item;      /* of the items of the record's list */
    bool required;
    column_kind_t kind;
    int money_scale; /* fen in one unit of the column: 100 yuan, 1 fen, 1000000 ten thousand yuan */
    const char **names;
    size_t name_count;
    const char **choices;
    size_t choice_count;
    column_word_t *words;
    size_t word_count;
    size_t at; /* column in the table, SIZE_MAX: none */
} column_t;

/* Appends the value's text (for COLUMN_BOOL "true" or "false", for COLUMN_INTEGER its digits).  *ret_empty: the cell says nothing. */
bool column_value(const column_t *self, const cell_t *cell, str_t *ret, bool *ret_empty, err_t *err) NODISCARD;

#endif
