/* SPDX-License-Identifier: Apache-2.0 */
#include "world_person.h"

#include <string.h>

#include "ruling.h"

person_t *
world_head(const person_t *person)
{
    return person->head != NULL ? person->head : (person_t *) (uintptr_t) person;
}

static void
add_part(world_t *self, person_t *head, person_t *part)
{
    head->parts = world_grow(self->arena, head->parts, &head->part_cap, head->part_count + 1, sizeof *head->parts);
    head->parts[head->part_count++] = part;
    part->head = head;
}

/* Who has no row yet lives where the others do. */
static void
share_home(const person_t *head)
{
    const person_t *other = NULL;

    for (size_t i = 0; i < head->part_count; i++)
        if (head->parts[i]->holder.stored && !uuid_is_nil(&head->parts[i]->home))
            other = head->parts[i];
    for (size_t i = 0; other != NULL && i < head->part_count; i++) {
        person_t *part = head->parts[i];

        if (part->holder.stored)
            continue;
        part->home = other->home;
        part->home_ordinal = other->home_ordinal;
    }
}

void
world_regroup(world_t *self)
{
    self->group_count = 0;
    for (size_t i = 0; i < self->person_count; i++) {
        self->persons[i]->head = NULL;
        self->persons[i]->part_count = 0;
    }
    for (size_t i = 0; i < self->person_count; i++) {
        person_t *p = self->persons[i], *head;

        if (uuid_is_nil(&p->head_id) || uuid_eq(&p->head_id, &p->holder.id))
            continue;
        head = world_find_person(self, &p->head_id);
        REQUIRE(head != NULL); /* loaded with its parts */
        if (head->part_count == 0) {
            add_part(self, head, head);
            self->group_count++;
        }
        add_part(self, head, p);
    }
    for (size_t i = 0; self->group_count > 0 && i < self->person_count; i++)
        if (self->persons[i]->part_count > 0)
            share_home(self->persons[i]);
}

const uuid_t *
world_name(const world_t *self, const uuid_t *person)
{
    const person_t *p = self->group_count == 0 ? NULL : world_find_person(self, person);

    return p == NULL ? person : &world_head(p)->holder.id;
}

const uuid_t *
world_name_at(const world_t *self, const uuid_t *person, const uuid_t *home)
{
    const person_t *p = world_find_person(self, person);

    return p == NULL || (home != NULL && !uuid_eq(&p->home, home)) ? person : &world_head(p)->holder.id;
}

static bool
needs_names(const world_t *self, const fact_t *f, const uuid_t *home)
{
    for (size_t p = 0; p < f->person_count; p++)
        if (!uuid_eq(world_name_at(self, &f->persons[p], home), &f->persons[p]))
            return true;
    return false;
}

/* Two names of one person are one. */
static void
name_persons(world_t *self, fact_t *f, const uuid_t *home)
{
    uuid_t *named = arena_new_array(self->arena, uuid_t, f->person_count);
    uint16_t n = 0;

    for (size_t p = 0; p < f->person_count; p++) {
        const uuid_t *name = world_name_at(self, &f->persons[p], home);
        bool there = false;

        for (size_t i = 0; i < n; i++)
            there |= uuid_eq(&named[i], name);
        if (!there)
            named[n++] = *name;
    }
    f->persons = named;
    f->person_count = n;
}

fact_t *
world_name_facts(world_t *self, fact_t *facts, size_t n, const uuid_t *home)
{
    fact_t *named = facts;

    for (size_t i = 0; self->group_count > 0 && i < n; i++) {
        if (!needs_names(self, &facts[i], home))
            continue;
        if (named == facts) {
            named = arena_new_array(self->arena, fact_t, n);
            memcpy(named, facts, n * sizeof *facts);
        }
        name_persons(self, &named[i], home);
    }
    return named;
}

/* Somebody decided about the same later, under another name of the person: of what was decided under one name the last counts. */
static bool
is_replaced(const ruling_t *rulings, size_t n, const ruling_t *r)
{
    for (size_t i = 0; i < n; i++)
        if (rulings[i].number > r->number && rulings[i].verb != RULING_APPLIED && uuid_eq(&rulings[i].person, &r->person) &&
            strcmp(rulings[i].category, r->category) == 0)
            return true;
    return false;
}

const ruling_t *
world_name_rulings(world_t *self, const household_t *household, size_t *ret_n)
{
    size_t n = household->ruling_count, count = 0;
    ruling_t *named = arena_new_array(self->arena, ruling_t, 2 * n + 1), *ret = named + n;

    for (size_t i = 0; i < n; i++) {
        named[i] = household->rulings[i];
        named[i].person = *world_name_at(self, &named[i].person, &household->holder.id);
    }
    for (size_t i = 0; i < n; i++)
        if (named[i].verb == RULING_APPLIED || (named[i].verb != RULING_WITHDRAWN && !is_replaced(named, n, &named[i])))
            ret[count++] = named[i];
    *ret_n = count;
    return count == 0 ? NULL : ret;
}

/* A record's key as it is under the head's number. */
static void
head_key(const person_t *part, const fact_t *f, uint8_t ret[sizeof f->key])
{
    for (size_t i = 0; i < sizeof f->key; i++)
        ret[i] = part->has_shift && part->part_count == 0 ? f->key[i] ^ part->shift[i] : f->key[i];
}

static bool
same_record(const person_t *a, const fact_t *x, const person_t *b, const fact_t *y)
{
    uint8_t kx[sizeof x->key], ky[sizeof y->key];

    if (x->dataset != y->dataset)
        return false;
    if (memcmp(x->key, y->key, sizeof x->key) == 0)
        return true;
    head_key(a, x, kx);
    head_key(b, y, ky);
    return memcmp(kx, ky, sizeof kx) == 0;
}

/* Another part has the same record in a newer version, or as a part that comes first. */
static bool
is_overtaken(const person_t *head, size_t part, const fact_t *f)
{
    for (size_t p = 0; p < head->part_count; p++) {
        const holder_t *h = &head->parts[p]->holder;

        for (size_t i = 0; p != part && i < h->fact_count; i++) {
            const fact_t *other = &h->facts[i];
            bool newer = other->seq != f->seq ? other->seq > f->seq : other->index != f->index ? other->index > f->index : p < part;

            if (newer && same_record(head->parts[part], f, head->parts[p], other))
                return true;
        }
    }
    return false;
}

void
world_person_facts(world_t *self, const person_t *head, fact_t **ret, size_t *ret_n)
{
    fact_t *facts;
    size_t n = 0, most = 0;

    if (head->part_count == 0) {
        *ret = world_name_facts(self, head->holder.facts, head->holder.fact_count, NULL);
        *ret_n = head->holder.fact_count;
        return;
    }
    for (size_t p = 0; p < head->part_count; p++)
        most += head->parts[p]->holder.fact_count;
    facts = arena_new_array(self->arena, fact_t, most + 1);
    for (size_t p = 0; p < head->part_count; p++)
        for (size_t i = 0; i < head->parts[p]->holder.fact_count; i++) {
            const fact_t *f = &head->parts[p]->holder.facts[i];
            size_t at = n;

            if (is_overtaken(head, p, f))
                continue;
            for (; at > 0; at--) {
                const fact_t *before = &facts[at - 1];

                if (before->from < f->from || (before->from == f->from && memcmp(before->key, f->key, sizeof f->key) <= 0))
                    break;
                facts[at] = *before;
            }
            facts[at] = *f;
            n++;
        }
    *ret = world_name_facts(self, facts, n, NULL);
    *ret_n = n;
}

void
world_spread_enrolments(world_t *self)
{
    for (size_t i = 0; self->group_count > 0 && i < self->person_count; i++) {
        const person_t *head = self->persons[i];
        bool dirty = false;

        for (size_t p = 0; p < head->part_count; p++)
            dirty |= head->parts[p]->holder.enrolments_dirty;
        for (size_t p = 0; dirty && p < head->part_count; p++) {
            head->parts[p]->holder.enrolments_dirty = true;
            head->parts[p]->holder.had_enrolments = true; /* rows of the others may stand under its name */
        }
    }
}
