/* SPDX-License-Identifier: Apache-2.0 */
#include "run_homes.h"

void
homes_init(homes_t *self, db_lane_t *lane, arena_t *arena, world_t *world, int32_t day)
{
    *self = (homes_t){ .lane = lane, .arena = arena, .world = world, .day = day };
}

void
homes_carry_on(homes_t *self, const named_t *named)
{
    self->next = (homes_asked_t){ .step = HOMES_READING, .named = *named };
}

void
homes_cross(homes_t *self)
{
    self->crossing = true;
}

bool
homes_is_asked(const homes_t *self)
{
    return self->next.step != HOMES_NOTHING;
}

bool
homes_is_asked_behind(const homes_t *self)
{
    return self->behind.step != HOMES_NOTHING;
}

/* --- the first question --- */

static void
name_person(homes_t *self, named_t *named, const uuid_t *id)
{
    const person_t *p = world_find_person(self->world, id);

    if (p != NULL && (p->holder.loaded || self->crossing))
        return;
    named->persons = world_grow(self->arena, named->persons, &named->person_cap, named->person_count + 1, sizeof(uuid_t));
    named->persons[named->person_count++] = *id;
}

static void
name_household(homes_t *self, named_t *named, const uuid_t *id)
{
    const household_t *h = world_find_household(self->world, id);

    if (uuid_is_nil(id) || (h != NULL && (h->holder.loaded || self->crossing)))
        return;
    named->households = world_grow(self->arena, named->households, &named->household_cap, named->household_count + 1, sizeof(uuid_t));
    named->households[named->household_count++] = *id;
}

static void
name_all(homes_t *self, named_t *named, const facts_event_t *event)
{
    for (size_t i = 0; i < event->count; i++) {
        const record_t *r = &event->records[i];

        for (size_t f = 0; f < r->fact_count + (r->has_holder ? 1 : 0); f++) {
            const held_fact_t *held = f < r->fact_count ? &r->facts[f] : &r->holder;

            if (held->kind == HELD_BY_PERSON)
                name_person(self, named, &held->holder);
            else if (held->kind == HELD_BY_HOUSEHOLD)
                name_household(self, named, &held->holder);
        }
        name_household(self, named, &r->household);
        for (size_t m = 0; r->entry != NULL && m < r->entry->member_count; m++)
            name_person(self, named, &r->entry->members[m].person);
    }
}

void
homes_find(homes_t *self, const facts_event_t *events, size_t n)
{
    homes_asked_t *asked = homes_is_asked(self) ? &self->behind : &self->next;

    REQUIRE(!homes_is_asked_behind(self));
    *asked = (homes_asked_t){ .step = HOMES_FINDING };
    for (size_t e = 0; e < n; e++)
        name_all(self, &asked->named, &events[e]);
    store_homes_find(self->lane, asked->named.persons, asked->named.person_count, asked->named.households, asked->named.household_count);
}

static bool
take_found(homes_t *self, err_t *err)
{
    homes_asked_t *next = &self->next;

    if (next->step != HOMES_FINDING)
        return true;
    next->step = HOMES_FOUND;
    return store_homes_found(self->lane, self->arena, &next->homes, &next->home_count, err);
}

/* --- the second question --- */

/* Nothing is read for the next transaction of households that are here. */
static void
leave_out(named_t *named, const uuid_map_t *here)
{
    size_t n = 0;

    for (size_t i = 0; i < named->person_count; i++)
        if (uuid_map_get(here, &named->persons[i]) == NULL)
            named->persons[n++] = named->persons[i];
    named->person_count = n;
}

/* Who lives in a household that is here already, or nowhere, is read alone. */
bool
homes_ask(homes_t *self, err_t *err)
{
    homes_asked_t *next = &self->next;
    uuid_map_t *seen, *here;
    uuid_t *alone;
    int64_t *ordinals;
    size_t alone_count = 0, count = 0;

    if (!take_found(self, err))
        return false;
    if (next->step != HOMES_FOUND)
        return true;
    alone = arena_new_array(self->arena, uuid_t, next->home_count + 1);
    ordinals = arena_new_array(self->arena, int64_t, next->home_count + 1);
    seen = uuid_map_new();
    here = uuid_map_new();
    for (size_t i = 0; i < next->home_count; i++) {
        home_t *home = &next->homes[i];
        const household_t *h = world_find_household(self->world, &home->household);

        if (h != NULL && self->crossing) {
            uuid_map_put(here, &home->person, home);
        } else if (uuid_is_nil(&home->household) || (h != NULL && h->holder.loaded)) {
            if (!uuid_is_nil(&home->person))
                alone[alone_count++] = home->person;
        } else if (uuid_map_get(seen, &home->household) == NULL) {
            uuid_map_put(seen, &home->household, home);
            ordinals[count++] = home->ordinal;
            if (!uuid_is_nil(&home->person))
                name_household(self, &next->named, &home->household);
        }
    }
    leave_out(&next->named, here);
    uuid_map_destroy(&seen);
    uuid_map_destroy(&here);
    store_homes_ask(self->lane, ordinals, count, alone, alone_count, self->day);
    next->step = HOMES_READING;
    return true;
}

bool
homes_poll(homes_t *self, err_t *err)
{
    return self->next.step != HOMES_FINDING || !db_lane_is_answered(self->lane) || homes_ask(self, err);
}

/* --- the answer --- */

/* Of whom no row has come there is none. */
bool
homes_take(homes_t *self, err_t *err)
{
    const named_t *named = &self->next.named;

    REQUIRE(self->next.step == HOMES_READING);
    if (!store_homes_take(self->lane, self->world, named->households, named->household_count, self->day, err))
        return false;
    for (size_t i = 0; i < named->person_count; i++)
        world_person(self->world, &named->persons[i])->holder.loaded = true;
    self->next = self->behind;
    self->behind = (homes_asked_t){ .step = HOMES_NOTHING };
    return take_found(self, err);
}
