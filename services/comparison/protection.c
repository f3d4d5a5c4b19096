/* SPDX-License-Identifier: Apache-2.0 */
#include "protection.h"

#include "domain/date.h"

void
protection_init(protection_t *self, terms_t *terms, bool required)
{
    *self = (protection_t){ .required = required, .kind = terms_intern(terms, PROTECTION_KIND) };
}

protection_t *
protection_new(terms_t *terms, bool required)
{
    protection_t *self = mem_new(protection_t);

    protection_init(self, terms, required);
    return self;
}

void
protection_destroy(protection_t **self_p)
{
    mem_free(*self_p);
    *self_p = NULL;
}

bool
protection_is_marked(const protection_t *self, term_t dataset)
{
    return self->marks[dataset] != 0;
}

void
protection_mark(protection_t *self, term_t dataset, bool is_protected)
{
    if (protection_is_marked(self, dataset) == is_protected)
        return;
    self->marks[dataset] = is_protected ? 1 : 0;
    self->count += is_protected ? 1 : (size_t) -1;
}

static void
come_down(int32_t *next, int32_t day, int32_t boundary)
{
    if (boundary > day && boundary < *next)
        *next = boundary;
}

static bool
is_in_force(const protection_t *self, const fact_t *facts, size_t n, int32_t day, int32_t *ret_next)
{
    bool in_force = false;

    for (size_t i = 0; i < n; i++) {
        const fact_t *f = &facts[i];

        if (f->kind != self->kind || f->from >= f->to)
            continue;
        come_down(ret_next, day, f->from);
        come_down(ret_next, day, f->to);
        in_force |= f->from <= day && day < f->to;
    }
    return in_force;
}

protection_facts_t
protection_sort(const protection_t *self, arena_t *arena, fact_t *facts, size_t n, int32_t day, int32_t *ret_next)
{
    protection_facts_t sorted = { .used = facts, .used_count = n };
    size_t marked = 0;

    if (self == NULL || !self->required || self->count == 0)
        return sorted;
    for (size_t i = 0; i < n; i++)
        marked += self->marks[facts[i].dataset];
    if (marked == 0 || is_in_force(self, facts, n, day, ret_next))
        return sorted;
    sorted.used = arena_new_array(arena, fact_t, n - marked + 1);
    sorted.held = arena_new_array(arena, fact_t, marked);
    sorted.used_count = 0;
    for (size_t i = 0; i < n; i++)
        if (self->marks[facts[i].dataset] != 0)
            sorted.held[sorted.held_count++] = facts[i];
        else
            sorted.used[sorted.used_count++] = facts[i];
    return sorted;
}
