/* SPDX-License-Identifier: Apache-2.0 */
#include "whereabouts.h"

#include "base/mem.h"

#include <stdbool.h>
#include <string.h>

/* An entry: a mark of the person above, the ordinal below; 0: free.  So many stand in a row that hardly any row is full before the table
 * grows.  A row is found by FIRST_BITS of the person that are not in the mark, and then by as many of the mark's first bits as the table has
 * doubled: so it can grow without knowing the ids. */
enum { WAYS = 32, ROW_BYTES = WAYS * 8, ORDINAL_BITS = 32, FIRST_BITS = 12, HUGE_PAGE = 2 << 20 };
#define FIRST_BYTES ((size_t) ROW_BYTES << FIRST_BITS)

struct whereabouts {
    uint64_t *entries; /* NULL: nobody was remembered yet */
    size_t count;
    unsigned doubled, most; /* times; FIRST_BYTES before */
    bool nobody;            /* is remembered */
};

whereabouts_t *
whereabouts_new(size_t bytes)
{
    whereabouts_t *self = mem_new(whereabouts_t);

    self->nobody = bytes == 0;
    while (FIRST_BYTES << self->most < bytes && self->most < ORDINAL_BITS - FIRST_BITS)
        self->most++;
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
mark_of(const uuid_t *person, uint64_t *ret_first)
{
    uint64_t a, b;

    memcpy(&a, person->b, sizeof a);
    memcpy(&b, person->b + sizeof a, sizeof b);
    b = (b ^ (a >> 32)) * UINT64_C(0x9e3779b97f4a7c15);
    b ^= b >> 32;
    b *= UINT64_C(0xbf58476d1ce4e5b9);
    *ret_first = b & ((1u << FIRST_BITS) - 1);
    return b >> ORDINAL_BITS << ORDINAL_BITS;
}

/* Where it stands when the table has doubled so many times. */
static uint64_t
row_of(uint64_t first, uint64_t mark, unsigned doubled)
{
    return doubled == 0 ? first : first << doubled | mark >> (64 - doubled);
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

/* Room for all that it may grow to; what is not written yet takes no memory. */
static void
begin(whereabouts_t *self)
{
    size_t bytes = FIRST_BYTES << self->most;

    self->entries = mem_alloc_pages(&bytes, HUGE_PAGE);
    memset(self->entries, 0, FIRST_BYTES);
}

/* Each row becomes two, by the next bit of the marks: from the last one on, so that none is written over before. */
static void
grow(whereabouts_t *self)
{
    for (size_t row = (size_t) 1 << (FIRST_BITS + self->doubled); row-- > 0;) {
        uint64_t before[WAYS], *halves = &self->entries[2 * row * WAYS];
        size_t n[2] = { 0, 0 };

        memcpy(before, &self->entries[row * WAYS], sizeof before);
        memset(halves, 0, 2 * sizeof before);
        for (size_t i = 0; i < WAYS; i++) {
            size_t half = before[i] >> (63 - self->doubled) & 1;

            if (before[i] != 0)
                halves[half * WAYS + n[half]++] = before[i];
        }
    }
    self->doubled++;
}

static bool
is_crowded(const whereabouts_t *self)
{
    return self->count >= (FIRST_BYTES << self->doubled) / sizeof(uint64_t) * 5 / 8;
}

int64_t
whereabouts_get(const whereabouts_t *self, const uuid_t *person)
{
    uint64_t first, mark = mark_of(person, &first);

    if (self->entries == NULL)
        return 0;
    const uint64_t *entry = find(&self->entries[row_of(first, mark, self->doubled) * WAYS], mark);
    return entry == NULL ? 0 : (int64_t) (*entry & UINT32_MAX);
}

static void
forget(whereabouts_t *self, const uuid_t *person)
{
    uint64_t first, mark = mark_of(person, &first);
    uint64_t *entry = self->entries == NULL ? NULL : find(&self->entries[row_of(first, mark, self->doubled) * WAYS], mark);

    if (entry == NULL)
        return;
    *entry = 0;
    self->count--;
}

void
whereabouts_put(whereabouts_t *self, const uuid_t *person, int64_t ordinal)
{
    uint64_t first, mark = mark_of(person, &first);

    if (self->nobody)
        return;
    if (ordinal <= 0 || ordinal > UINT32_MAX) { /* so many households no register has */
        forget(self, person);
        return;
    }
    if (self->entries == NULL)
        begin(self);
    if (is_crowded(self) && self->doubled < self->most)
        grow(self);
    uint64_t *row = &self->entries[row_of(first, mark, self->doubled) * WAYS];
    uint64_t *entry = find(row, mark);
    if (entry == NULL)
        entry = make_room(row, mark);
    self->count += *entry == 0;
    *entry = mark | (uint64_t) ordinal;
}
