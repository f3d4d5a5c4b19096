/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_COMPARISON_STORE_ROWS_H
#define COMPARISON_COMPARISON_STORE_ROWS_H

/* Rows that become part of the world; for comparison_store_*.c. */

#include "world.h"
#include "db/db.h"

/* Columns person, household, packed, ctid, ordinal; who is loaded already stays. */
bool store_read_person(world_t *world, const db_result_t *rows, size_t row, err_t *err) NODISCARD;
/* Columns household, next_day, packed, ordinal; what is loaded already stays. */
bool store_read_household(world_t *world, const db_result_t *rows, size_t row, household_t **ret, err_t *err) NODISCARD;
/* Columns of findings_load. */
bool store_read_finding(world_t *world, const db_result_t *rows, size_t row, err_t *err) NODISCARD;

#endif
