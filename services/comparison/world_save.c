/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include "world_person.h"
#include "world_waiting.h"

static bool
has_changed(const holder_t *holder)
{
    return holder->dirty || holder->enrolments_dirty || holder->supports_dirty;
}

static bool
person_has_changed(const person_t *person)
{
    const person_t *head = world_head(person);
    bool changed = has_changed(&person->holder);

    for (size_t p = 0; p < head->part_count; p++)
        changed = changed || has_changed(&head->parts[p]->holder);
    return changed;
}

static bool
household_has_changed(const household_t *household)
{
    bool changed = has_changed(&household->holder) || household->next_day_dirty;

    for (size_t i = 0; i < household->finding_count; i++)
        changed = changed || household->findings[i].dirty;
    return changed;
}

world_t
world_changed(world_t *self)
{
    world_t changed = *self;

    changed.persons = (person_t **) arena_alloc(self->arena, (self->person_count + 1) * sizeof(person_t *));
    changed.households = (household_t **) arena_alloc(self->arena, (self->household_count + 1) * sizeof(household_t *));
    changed.person_count = changed.household_count = 0;
    for (size_t i = 0; i < self->person_count; i++)
        if (person_has_changed(self->persons[i]))
            changed.persons[changed.person_count++] = self->persons[i];
    for (size_t i = 0; i < self->household_count; i++)
        if (household_has_changed(self->households[i]))
            changed.households[changed.household_count++] = self->households[i];
    return changed;
}

/* Rows that may be there are dropped before new ones are made: one too many dropped does no harm. */
static void
holder_saved(world_t *self, holder_t *holder, bool stored)
{
    if (holder->dirty)
        holder->stored = stored;
    holder->had_enrolments |= holder->enrolments_dirty;
    holder->had_supports |= holder->supports_dirty;
    holder->dirty = holder->enrolments_dirty = holder->supports_dirty = false;
    holder->waited = NULL;
    holder->waited_count = 0;
    world_waiting_loaded(self, holder);
}

void
world_saved(world_t *self, world_t *changed)
{
    for (size_t i = 0; i < changed->person_count; i++) {
        person_t *p = changed->persons[i];

        holder_saved(self, &p->holder, !world_is_nobody(p));
        p->waited = p->holder.stored && uuid_is_nil(&p->home);
        p->row = 0;
    }
    for (size_t i = 0; i < changed->household_count; i++) {
        household_t *h = changed->households[i];

        holder_saved(self, &h->holder, true);
        h->next_day_dirty = false;
        for (size_t k = 0; k < h->finding_count; k++)
            h->findings[k].dirty = false;
    }
    self->history_count = self->newcomer_count = 0;
    self->last_ordinal = changed->last_ordinal;
    self->tail = changed->tail;
    self->enrolments_saved |= changed->enrolments_saved;
    self->supports_saved |= changed->supports_saved;
    self->waiting_records = changed->waiting_records;
}
