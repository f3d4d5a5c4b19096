/* SPDX-License-Identifier: Apache-2.0 */
#include "run_homes.h"

#include <stdlib.h>
#include <string.h>

void
homes_init(homes_t *self, db_lane_t *lane, bool alone, arena_t *arena, world_t *world, int32_t day)
{
    *self = (homes_t){ .lane = lane, .alone = alone, .arena = arena, .world = world, .whereabouts = world->whereabouts, .day = day };
}

void
homes_carry_on(homes_t *self, const named_t *named, size_t end)
{
    self->asked[self->count++] = (homes_asked_t){ .step = HOMES_READING, .named = *named, .end = end };
}

void
homes_cross(homes_t *self)
{
    self->crossing = true;
}

bool
homes_has_room(const homes_t *self)
{
    size_t most = self->alone ? HOMES_AHEAD : self->crossing ? 1 : 2; /* what is carried on is being read */

    return self->count == 0 || (self->count < most && self->asked[self->count - 1].step == HOMES_READING);
}

size_t
homes_end(const homes_t *self)
{
    REQUIRE(self->count > 0);
    return self->asked[0].end;
}

/* --- the first question --- */

static void
name_person(homes_t *self, homes_asked_t *asked, const uuid_t *id)
{
    const person_t *p = world_find_person(self->world, id);
    named_t *named = &asked->named;

    if (p != NULL && (p->holder.loaded || self->crossing))
        return;
    int64_t ordinal = whereabouts_get(self->whereabouts, id);
    if (ordinal != 0) {
        asked->remembered = world_grow(self->arena, asked->remembered, &asked->remembered_cap, asked->remembered_count + 1, sizeof(home_t));
        asked->remembered[asked->remembered_count++] = (home_t){ .person = *id, .ordinal = ordinal };
        return;
    }
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
name_all(homes_t *self, homes_asked_t *asked, const facts_event_t *event)
{
    for (size_t i = 0; i < event->count; i++) {
        const record_t *r = &event->records[i];

        for (size_t f = 0; f < r->fact_count + (r->has_holder ? 1 : 0); f++) {
            const held_fact_t *held = f < r->fact_count ? &r->facts[f] : &r->holder;

            if (held->kind == HELD_BY_PERSON)
                name_person(self, asked, &held->holder);
            else if (held->kind == HELD_BY_HOUSEHOLD)
                name_household(self, &asked->named, &held->holder);
        }
        name_household(self, &asked->named, &r->household);
        for (size_t m = 0; r->entry != NULL && m < r->entry->member_count; m++)
            name_person(self, asked, &r->entry->members[m].person);
    }
}

static bool
is_looked_for(const homes_asked_t *asked)
{
    return asked->named.person_count + asked->named.household_count > 0;
}

static bool
take_found(homes_t *self, err_t *err)
{
    homes_asked_t *next = &self->asked[0];

    if (self->count == 0 || next->step != HOMES_FINDING)
        return true;
    next->step = HOMES_FOUND;
    if (!is_looked_for(next))
        return true;
    if (!store_homes_found(self->lane, self->arena, &next->homes, &next->home_count, err))
        return false;
    for (size_t i = 0; i < next->home_count; i++)
        if (!uuid_is_nil(&next->homes[i].person))
            whereabouts_put(self->whereabouts, &next->homes[i].person, next->homes[i].ordinal);
    return true;
}

/* --- the second question --- */

typedef struct {
    int64_t *ordinals; /* of households, with all who live there */
    uuid_t *alone;     /* persons */
    size_t count, alone_count;
    uuid_map_t *left_out; /* persons */
} question_t;

/* `household`: that in which the person lives, or the one that was looked for; NULL: it is not here. */
static void
ask_for(const homes_t *self, question_t *question, const home_t *home, household_t *household)
{
    if (household != NULL && self->crossing) {
        uuid_map_put(question->left_out, &home->person, household);
    } else if (home->ordinal == 0 || (household != NULL && household->holder.loaded)) {
        if (!uuid_is_nil(&home->person))
            question->alone[question->alone_count++] = home->person;
    } else {
        question->ordinals[question->count++] = home->ordinal;
    }
}

/* Nothing is read for the next transaction of households that are here. */
static void
leave_out(named_t *named, const uuid_map_t *left_out)
{
    size_t n = 0;

    for (size_t i = 0; i < named->person_count; i++)
        if (uuid_map_get(left_out, &named->persons[i]) == NULL)
            named->persons[n++] = named->persons[i];
    named->person_count = n;
}

static int
ordinal_order(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *) a, y = *(const int64_t *) b;

    return (x > y) - (x < y);
}

/* By the groups before this one. */
static bool
is_read(const homes_t *self, const homes_asked_t *asked, int64_t ordinal)
{
    for (const homes_asked_t *before = self->asked; before < asked; before++)
        if (before->ordinal_count > 0 && bsearch(&ordinal, before->ordinals, before->ordinal_count, sizeof ordinal, ordinal_order) != NULL)
            return true;
    return false;
}

static void
ask_each_once(const homes_t *self, const homes_asked_t *asked, question_t *question)
{
    size_t n = 0;

    qsort(question->ordinals, question->count, sizeof *question->ordinals, ordinal_order);
    for (size_t i = 0; i < question->count; i++) {
        int64_t ordinal = question->ordinals[i];

        if ((n == 0 || question->ordinals[n - 1] != ordinal) && !is_read(self, asked, ordinal))
            question->ordinals[n++] = ordinal;
    }
    question->count = n;
}

/* Who lives in a household that is here already, or nowhere, is read alone. */
static void
ask_second(const homes_t *self, homes_asked_t *asked)
{
    question_t question = { .count = 0 };

    question.ordinals = arena_new_array(self->arena, int64_t, asked->home_count + asked->remembered_count + 1);
    question.alone = arena_new_array(self->arena, uuid_t, asked->home_count + asked->remembered_count + 1);
    question.left_out = uuid_map_new();
    for (size_t i = 0; i < asked->home_count; i++)
        ask_for(self, &question, &asked->homes[i], world_find_household(self->world, &asked->homes[i].household));
    for (size_t i = 0; i < asked->remembered_count; i++)
        ask_for(self, &question, &asked->remembered[i], world_find_ordinal(self->world, asked->remembered[i].ordinal));
    leave_out(&asked->named, question.left_out);
    uuid_map_destroy(&question.left_out);
    ask_each_once(self, asked, &question);
    store_homes_ask(self->lane, question.ordinals, question.count, question.alone, question.alone_count, self->day);
    asked->ordinals = question.ordinals;
    asked->ordinal_count = question.count;
    asked->step = HOMES_READING;
}

/* Of each group of whom nobody needs to be looked for. */
static void
ask_ready(homes_t *self)
{
    for (size_t i = 0; i < (self->alone ? self->count : self->count > 0); i++) {
        homes_asked_t *asked = &self->asked[i];

        if (asked->step == HOMES_FINDING && is_looked_for(asked))
            return;
        if (asked->step != HOMES_READING)
            ask_second(self, asked);
    }
}

bool
homes_find(homes_t *self, const facts_event_t *events, size_t n, size_t end)
{
    homes_asked_t *asked = &self->asked[self->count];

    REQUIRE(homes_has_room(self));
    *asked = (homes_asked_t){ .step = HOMES_FINDING, .end = end };
    for (size_t e = 0; e < n; e++)
        name_all(self, asked, &events[e]);
    if (is_looked_for(asked) && self->crossing && self->count > 0)
        return false;
    self->count++;
    if (is_looked_for(asked))
        store_homes_find(self->lane, asked->named.persons, asked->named.person_count, asked->named.households, asked->named.household_count);
    ask_ready(self);
    return true;
}

bool
homes_ask(homes_t *self, err_t *err)
{
    if (!take_found(self, err))
        return false;
    ask_ready(self);
    return true;
}

bool
homes_poll(homes_t *self, err_t *err)
{
    return self->count == 0 || self->asked[0].step != HOMES_FINDING || (is_looked_for(&self->asked[0]) && !db_lane_is_answered(self->lane)) ||
           homes_ask(self, err);
}

/* --- the answer --- */

/* Who was remembered and has not come lives somewhere else by now. */
static void
forget_wrong(const homes_t *self, const homes_asked_t *taken)
{
    for (size_t i = 0; i < taken->remembered_count; i++) {
        const uuid_t *id = &taken->remembered[i].person;
        const person_t *p = world_find_person(self->world, id);

        if (p == NULL || !p->holder.loaded)
            whereabouts_put(self->whereabouts, id, 0);
    }
}

/* Of whom no row has come there is none. */
bool
homes_take(homes_t *self, err_t *err)
{
    const homes_asked_t taken = self->asked[0];

    REQUIRE(self->count > 0 && taken.step == HOMES_READING);
    if (!store_homes_take(self->lane, self->world, taken.named.households, taken.named.household_count, self->day, err))
        return false;
    for (size_t i = 0; i < taken.named.person_count; i++)
        world_person(self->world, &taken.named.persons[i])->holder.loaded = true;
    forget_wrong(self, &taken);
    self->count--;
    memmove(&self->asked[0], &self->asked[1], self->count * sizeof self->asked[0]);
    return take_found(self, err);
}
