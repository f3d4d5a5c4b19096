/* SPDX-License-Identifier: Apache-2.0 */
#include "world_waiting.h"

#include <stdlib.h>
#include <string.h>

static bool
waits(const holder_t *holder)
{
    switch (holder->kind) {
    case HELD_BY_PERSON:
        return uuid_is_nil(&((const person_t *) holder)->home);
    case HELD_BY_HOUSEHOLD:
        return !((const household_t *) holder)->has_entry;
    case HELD_BY_REGION:
        break;
    }
    return false; /* a place needs no register */
}

bool
world_is_nobody(const person_t *person)
{
    return uuid_is_nil(&person->home) && person->claim_count == 0 && person->holder.fact_count == 0 && person->holder.broken_count == 0;
}

/* The first fact of its record at this holder. */
static bool
is_first(const holder_t *holder, size_t i)
{
    const fact_t *f = &holder->facts[i];

    for (size_t k = 0; k < i; k++)
        if (holder->facts[k].dataset == f->dataset && memcmp(holder->facts[k].key, f->key, sizeof f->key) == 0)
            return false;
    return true;
}

static void
add_records(world_t *self, const holder_t *holder, int64_t sign, waiting_t **list, size_t *n, size_t *cap)
{
    for (size_t i = 0; i < holder->fact_count; i++) {
        if (!is_first(holder, i))
            continue;
        *list = world_grow(self->arena, *list, cap, *n + 1, sizeof(waiting_t));
        (*list)[(*n)++] = (waiting_t){ holder->facts[i].dataset, holder->facts[i].seq, sign };
    }
}

void
world_waiting_loaded(world_t *self, holder_t *holder)
{
    waiting_t *list = NULL;
    size_t cap = 0;

    if (!waits(holder) || holder->fact_count == 0)
        return;
    add_records(self, holder, -1, &list, &holder->waited_count, &cap);
    holder->waited = list;
}

static int
by_event(const void *a, const void *b)
{
    const waiting_t *x = a, *y = b;

    if (x->dataset != y->dataset)
        return x->dataset < y->dataset ? -1 : 1;
    return x->seq == y->seq ? 0 : x->seq < y->seq ? -1 : 1;
}

static void
add_holder(world_t *self, const holder_t *holder, waiting_t **list, size_t *n, size_t *cap)
{
    if (!holder->dirty)
        return;
    if (holder->waited_count > 0) {
        *list = world_grow(self->arena, *list, cap, *n + holder->waited_count, sizeof(waiting_t));
        memcpy(*list + *n, holder->waited, holder->waited_count * sizeof(waiting_t));
        *n += holder->waited_count;
    }
    if (waits(holder))
        add_records(self, holder, 1, list, n, cap);
}

size_t
world_waiting_changes(world_t *self, waiting_t **ret)
{
    waiting_t *list = NULL;
    size_t n = 0, cap = 0, kept = 0;

    for (size_t i = 0; i < self->person_count; i++)
        add_holder(self, &self->persons[i]->holder, &list, &n, &cap);
    for (size_t i = 0; i < self->household_count; i++)
        add_holder(self, &self->households[i]->holder, &list, &n, &cap);
    if (n > 1)
        qsort(list, n, sizeof *list, by_event);
    for (size_t i = 0; i < n;) {
        waiting_t sum = list[i];

        while (++i < n && by_event(&list[i], &sum) == 0)
            sum.records += list[i].records;
        if (sum.records != 0)
            list[kept++] = sum;
    }
    *ret = list;
    return kept;
}
