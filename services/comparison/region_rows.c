/* SPDX-License-Identifier: Apache-2.0 */
#include "region_rows.h"

#include <string.h>

#include "base/num.h"
#include "base/str.h"

#define DIGITS_TOWNSHIP 9
#define DIGITS_COUNTY 6
#define DIGITS_MIN 2

void
region_rows_init(region_rows_t *self, size_t width)
{
    *self = (region_rows_t){ .width = width, .digits = DIGITS_TOWNSHIP };
}

void
region_rows_done(region_rows_t *self)
{
    mem_free(self->regions);
    mem_free(self->numbers);
    self->regions = NULL;
    self->numbers = NULL;
    self->count = 0;
}

void
region_rows_add(region_rows_t *self, int64_t *to, const int64_t *from, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!num_add_i64(to[i], from[i], &to[i]))
            self->overflow = true;
}

const int64_t *
region_rows_at(const region_rows_t *self, size_t i)
{
    return &self->numbers[i * self->width];
}

/* Too many: one level up. */
static void
coarsen(region_rows_t *self)
{
    size_t n = 0;

    self->digits = self->digits == DIGITS_TOWNSHIP ? DIGITS_COUNTY : self->digits - 2;
    for (size_t i = 0; i < self->count; i++) {
        int64_t *row = &self->numbers[i * self->width];

        if (strlen(self->regions[i]) > self->digits)
            self->regions[i][self->digits] = '\0';
        if (n > 0 && strcmp(self->regions[n - 1], self->regions[i]) == 0) {
            region_rows_add(self, &self->numbers[(n - 1) * self->width], row, self->width);
            continue;
        }
        if (n != i) {
            memcpy(self->regions[n], self->regions[i], sizeof self->regions[n]);
            memcpy(&self->numbers[n * self->width], row, self->width * sizeof *row);
        }
        n++;
    }
    self->count = n;
}

/* The first row that is not before `name`. */
static size_t
lower_bound(const region_rows_t *self, const char *name)
{
    size_t low = 0, high = self->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strcmp(self->regions[middle], name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void
insert(region_rows_t *self, size_t at, const char *name)
{
    size_t n = self->count, row = self->width * sizeof(int64_t);

    self->regions = mem_grow(self->regions, &self->region_cap, n + 1, sizeof *self->regions);
    self->numbers = mem_grow(self->numbers, &self->number_cap, (n + 1) * self->width, sizeof *self->numbers);
    memmove(&self->regions[at + 1], &self->regions[at], (n - at) * sizeof *self->regions);
    memmove(&self->numbers[(at + 1) * self->width], &self->numbers[at * self->width], (n - at) * row);
    memset(&self->numbers[at * self->width], 0, row);
    (void) str_copy(self->regions[at], sizeof self->regions[at], name);
    self->count++;
}

int64_t *
region_rows_of(region_rows_t *self, const char *region)
{
    char name[sizeof *self->regions];
    size_t at;

    for (;;) {
        (void) str_copy(name, sizeof name, region);
        if (strlen(name) > self->digits)
            name[self->digits] = '\0';
        at = lower_bound(self, name);
        if (at < self->count && strcmp(self->regions[at], name) == 0)
            break;
        if (self->count < REGION_ROWS_MAX || self->digits <= DIGITS_MIN) {
            insert(self, at, name);
            break;
        }
        coarsen(self);
    }
    return &self->numbers[at * self->width];
}
