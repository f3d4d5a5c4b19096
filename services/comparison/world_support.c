/* SPDX-License-Identifier: Apache-2.0 */
#include "world_support.h"

#include <string.h>

#include "world_person.h"

static bool
is_link(world_t *self, const fact_t *fact)
{
    return fact->person_count > 0 && (world_class(self, fact->kind) & CLASS_SUPPORT) != 0;
}

void
world_link(world_t *self, const uuid_t *supporter, const uuid_t *supported)
{
    person_t *p = world_person(self, supporter);

    for (size_t i = 0; i < p->supported_count; i++)
        if (uuid_eq(&p->supported[i], supported))
            return;
    p->supported = world_grow(self->arena, p->supported, &p->supported_cap, p->supported_count + 1, sizeof(uuid_t));
    p->supported[p->supported_count++] = *supported;
    self->link_count++;
}

void
world_link_supporters(world_t *self, const holder_t *supported, const fact_t *fact)
{
    if (supported->kind != HELD_BY_PERSON)
        return;
    for (size_t i = 0; i < fact->person_count; i++)
        world_link(self, &fact->persons[i], &supported->id);
}

bool
world_enlist_supporters(world_t *self)
{
    bool any = false;

    for (; self->seen.supporters < self->person_count && self->persons[self->seen.supporters]->holder.loaded; self->seen.supporters++) {
        const holder_t *h = &self->persons[self->seen.supporters]->holder;

        for (size_t f = 0; h->has_supports && f < h->fact_count; f++)
            for (size_t p = 0; is_link(self, &h->facts[f]) && p < h->facts[f].person_count; p++) {
                (void) world_person(self, &h->facts[f].persons[p]);
                any = true;
            }
    }
    return any;
}

static void
touch_supported_by(world_t *self, const person_t *person)
{
    for (size_t i = 0; i < person->supported_count; i++) {
        const person_t *p = world_find_person(self, &person->supported[i]);
        household_t *h = p == NULL ? NULL : world_find_household(self, &p->home);

        if (h != NULL)
            world_touch(self, h);
    }
}

void
world_touch_supported(world_t *self, const person_t *person)
{
    const person_t *head = world_head(person);

    if (head->part_count == 0)
        touch_supported_by(self, person);
    for (size_t p = 0; p < head->part_count; p++)
        touch_supported_by(self, head->parts[p]);
}

void
world_touch_dependants(world_t *self)
{
    size_t n = self->link_count == 0 ? 0 : self->touched_count; /* those that are added below change nothing themselves */

    for (size_t i = 0; i < n; i++) {
        const household_t *h = self->touched[i];

        for (size_t m = 0; h->has_entry && m < h->entry.member_count; m++) {
            const person_t *p = world_find_person(self, &h->entry.members[m].person);

            if (p != NULL)
                world_touch_supported(self, p);
        }
    }
}

static bool
is_listed(const supporter_t *list, size_t n, size_t member, const uuid_t *person)
{
    for (size_t i = n; i-- > 0 && list[i].member == member;)
        if (uuid_eq(&list[i].person, person))
            return true;
    return false;
}

static void
add_supporter(world_t *self, int32_t day, dossier_t *dossier, supporter_t *list, size_t member, const uuid_t *person)
{
    const person_t *p = world_find_person(self, person);
    supporter_t *s = &list[dossier->supporter_count];

    if (is_listed(list, dossier->supporter_count, member, person))
        return;
    *s = (supporter_t){ .member = member, .person = *person, .home = p == NULL ? NULL : world_home(self, p, day) };
    while (s->home != NULL && s->place < s->home->member_count && !uuid_eq(&s->home->members[s->place].person, person))
        s->place++;
    if (s->home != NULL && s->place == s->home->member_count) {
        s->home = NULL;
        s->place = 0;
    }
    if (s->home != NULL && s->home->next_day < dossier->next_day)
        dossier->next_day = s->home->next_day;
    dossier->supporter_count++;
}

void
world_add_supporters(world_t *self, int32_t day, dossier_t *dossier)
{
    supporter_t *list;
    size_t most = 0;

    for (size_t m = 0; m < dossier->member_count; m++)
        for (size_t f = 0; f < dossier->members[m].fact_count; f++)
            most += is_link(self, &dossier->members[m].facts[f]) ? dossier->members[m].facts[f].person_count : 0;
    if (most == 0)
        return;
    list = arena_new_array(self->arena, supporter_t, most);
    for (size_t m = 0; m < dossier->member_count; m++)
        for (size_t f = 0; f < dossier->members[m].fact_count; f++) {
            const fact_t *fact = &dossier->members[m].facts[f];

            for (size_t p = 0; is_link(self, fact) && p < fact->person_count; p++)
                add_supporter(self, day, dossier, list, m, &fact->persons[p]);
        }
    dossier->supporters = list;
}

policy_world_t
world_place_facts(world_t *self)
{
    place_fact_t *facts;
    size_t n = 0;

    for (size_t i = 0; i < self->region_count; i++)
        n += self->regions[i]->holder.fact_count;
    facts = arena_new_array(self->arena, place_fact_t, n + 1);
    n = 0;
    for (size_t i = 0; i < self->region_count; i++) {
        const region_t *r = self->regions[i];

        for (size_t f = 0; f < r->holder.fact_count; f++) {
            memcpy(facts[n].region, r->code, sizeof facts[n].region);
            facts[n++].fact = r->holder.facts[f];
        }
    }
    return (policy_world_t){ .place_facts = facts, .place_fact_count = n };
}
