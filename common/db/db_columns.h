/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_DB_DB_COLUMNS_H
#define COMMON_DB_DB_COLUMNS_H

/* Saving many rows by one statement: one array per column, in the order of the statement's parameters.
 * Used inside a function that has `arena_t *arena`, the number of rows `size_t n` and `db_params_t in`; `expr` is the
 * column's value of row `i`. */

#include "base/mem.h"
#include "db/db.h"

#define DB_COLUMN(type, name, expr)                                                                                    \
    type *name = arena_new_array(arena, type, n + 1);                                                                  \
    for (size_t i = 0; i < n; i++)                                                                                     \
        name[i] = (expr)
#define DB_UUIDS(name, expr)                                                                                           \
    do {                                                                                                               \
        DB_COLUMN(uuid_t, name, expr);                                                                                 \
        db_params_uuid_array(&in, name, n);                                                                            \
    } while (0)
#define DB_NUMBERS(name, expr)                                                                                         \
    do {                                                                                                               \
        DB_COLUMN(int64_t, name, expr);                                                                                \
        db_params_i64_array(&in, name, n);                                                                             \
    } while (0)
#define DB_TEXTS(name, expr)                                                                                           \
    do {                                                                                                               \
        DB_COLUMN(const char *, name, expr);                                                                           \
        db_params_text_array(&in, name, n);                                                                            \
    } while (0)
#define DB_DATES(name, expr)                                                                                           \
    do {                                                                                                               \
        DB_COLUMN(int32_t, name, expr);                                                                                \
        db_params_date_array(&in, name, n);                                                                            \
    } while (0)

#endif
