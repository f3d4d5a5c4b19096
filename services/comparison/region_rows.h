/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_REGION_ROWS_H
#define COMPARISON_REGION_ROWS_H

/* A row of numbers for each township, in the order of their codes.  Beyond REGION_ROWS_MAX townships, for each county; and so on,
 * so that memory and answers stay bounded. */

#include "base/err.h"
#include "base/mem.h"
#include <stdbool.h>
#include <stdint.h>

enum { REGION_ROWS_MAX = 200 };

typedef struct {
    size_t width;        /* numbers in a row */
    size_t digits;       /* of a region by which is grouped: 9, 6, 4 … */
    char (*regions)[13]; /* sorted */
    int64_t *numbers;
    size_t count, region_cap, number_cap;
    bool overflow;       /* a sum did not fit */
} region_rows_t;

void region_rows_init(region_rows_t *self, size_t width);
void region_rows_done(region_rows_t *self);
/* The row of a region (of any length); a new one is all zero.  Good until the next call. */
int64_t *region_rows_of(region_rows_t *self, const char *region);
const int64_t *region_rows_at(const region_rows_t *self, size_t i);
/* Adds n numbers to others. */
void region_rows_add(region_rows_t *self, int64_t *to, const int64_t *from, size_t n);

#endif
