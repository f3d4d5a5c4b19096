/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_COLUMNS_IN_H
#define CLI_COLUMNS_IN_H

/* Within the columns: the fields as the loader leaves them for who reads the rows. */

#include "columns.h"
#include "columns_value.h"

struct columns {
    arena_t *arena;
    const char *dataset;
    column_t *items;
    size_t count;
    const char *list;       /* the member whose items are the rows, or NULL */
    const char **key;       /* the dataset's key */
    size_t key_count;
    const char **headers;   /* of the table, as written */
    size_t header_count;
    /* the record being made: values of its own columns (texts, "" absent), and its items so far as JSON */
    str_t *values;
    str_t list_json;
    size_t list_count;
};

/* Do the two name one column?  Letters and digits count; what stands in brackets, spaces and signs do not. */
bool columns_same_name(const char *a, const char *b);

#endif
