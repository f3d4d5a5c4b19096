/* SPDX-License-Identifier: Apache-2.0 */
#include "whereabouts.h"

#include "base/mem.h"

#include <stdbool.h>
#include <string.h>

/* A row of WAYS entries lies in one line of the processor's cache.  An entry: a mark of the person above, the ordinal below; 0: free. */
enum { WAYS = 8, LINE = 64, ORDINAL_BITS = 32, HUGE_PAGE = 2 << 20 };

struct whereabouts {
    uint64_t *entries; /* NULL: nobody was remembered yet */
    size_t bytes;      /* a power of two; 0: remembers nobody */
};

whereabouts_t *
whereabouts_new(size_t bytes)
{
    whereabouts_t *self = mem_new(whereabouts_t);

    for (self->bytes = bytes == 0 ? 0 : 4096; self->bytes < bytes;)
        self->bytes *= 2;
    return self;
}

void
whereabouts_destroy(whereabouts_t **self_p)
{
    whereabouts_t *self = TAKE(*self_p);

    if (self == NULL)
        return;
    mem_free(self->entries);
    mem_free(self);
}

/* Ids are random but for their first bytes, which those have in common who came together. */
static uint64_t
mark_of(const uuid_t *person, uint64_t *ret_row)
{
    uint64_t a, b;

    memcpy(&a, person->b, sizeof a);
    memcpy(&b, person->b + sizeof a, sizeof b);
    b = (b ^ (a >> 32)) * UINT64_C(0x9e3779b97f4a7c15);
    b ^= b >> 32;
    *ret_row = b * UINT64_C(0xbf58476d1ce4e5b9) >> 20;
    return b << ORDINAL_BITS;
}

static uint64_t *
row_of(const whereabouts_t *self, uint64_t row)
{
    return self->entries + (row & (self->bytes / LINE - 1)) * WAYS;
}

/* The entry of the person in a row; NULL: none. */
static uint64_t *
find(uint64_t *row, uint64_t mark)
{
    for (size_t i = 0; i < WAYS; i++)
        if (row[i] != 0 && (row[i] ^ mark) >> ORDINAL_BITS == 0)
            return &row[i];
    return NULL;
}

/* One that is free, else one of the others, who is forgotten. */
static uint64_t *
make_room(uint64_t *row, uint64_t mark)
{
    for (size_t i = 0; i < WAYS; i++)
        if (row[i] == 0)
            return &row[i];
    return &row[(mark >> ORDINAL_BITS) % WAYS];
}

int64_t
whereabouts_get(const whereabouts_t *self, const uuid_t *person)
{
    uint64_t row, mark = mark_of(person, &row);

    if (self->entries == NULL)
        return 0;
    const uint64_t *entry = find(row_of(self, row), mark);
    return entry == NULL ? 0 : (int64_t) (*entry & UINT32_MAX);
}

/* Zeroed by hand: the pages are to be huge ones. */
static void
begin(whereabouts_t *self)
{
    size_t bytes = self->bytes;

    self->entries = mem_alloc_pages(&bytes, bytes < HUGE_PAGE ? LINE : HUGE_PAGE);
    memset(self->entries, 0, bytes);
}

void
whereabouts_put(whereabouts_t *self, const uuid_t *person, int64_t ordinal)
{
    uint64_t row, mark = mark_of(person, &row);
    bool forget = ordinal <= 0 || ordinal > UINT32_MAX; /* so many households no register has */

    if (self->bytes == 0 || (forget && self->entries == NULL))
        return;
    if (self->entries == NULL)
        begin(self);
    uint64_t *entry = find(row_of(self, row), mark);
    if (entry == NULL && forget)
        return;
    if (entry == NULL)
        entry = make_room(row_of(self, row), mark);
    *entry = forget ? 0 : mark | (uint64_t) ordinal;
}
