/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <stdlib.h>
#include <string.h>

#include "domain/date.h"
#include "protection.h"
#include "world_apply.h"
#include "world_person.h"
#include "world_support.h"
#include "world_waiting.h"

void *
world_grow(arena_t *arena, void *p, size_t *cap, size_t need, size_t size)
{
    if (need <= *cap && p != NULL)
        return p;
    size_t n = *cap < 4 ? 4 : *cap * 2;
    if (n < need)
        n = need;
    void *grown = arena_alloc(arena, n * size);
    if (p != NULL && *cap > 0)
        memcpy(grown, p, *cap * size);
    *cap = n;
    return grown;
}

bool
record_id_eq(const record_id_t *a, const record_id_t *b)
{
    return a->dataset == b->dataset && memcmp(a->key, b->key, sizeof a->key) == 0;
}

world_t *
world_new(arena_t *arena, const terms_t *terms)
{
    world_t *self = mem_new(world_t);

    self->arena = arena;
    self->terms = terms;
    self->person_map = uuid_map_new();
    self->household_map = uuid_map_new();
    self->ordinal_map = uuid_map_new();
    self->region_map = uuid_map_new();
    self->place_map = uuid_map_new();
    self->classes = mem_new_array(uint8_t, UINT16_MAX + 1);
    return self;
}

void
world_destroy(world_t **self_p)
{
    world_t *self = *self_p;

    if (self == NULL)
        return;
    uuid_map_destroy(&self->person_map);
    uuid_map_destroy(&self->household_map);
    uuid_map_destroy(&self->ordinal_map);
    uuid_map_destroy(&self->region_map);
    uuid_map_destroy(&self->place_map);
    mem_free(self->classes);
    mem_free(self);
    *self_p = NULL;
}

person_t *
world_find_person(const world_t *self, const uuid_t *id)
{
    return uuid_map_get(self->person_map, id);
}

household_t *
world_find_household(const world_t *self, const uuid_t *id)
{
    return uuid_map_get(self->household_map, id);
}

static uuid_t
ordinal_key(int64_t ordinal)
{
    uuid_t key = { 0 };

    memcpy(key.b, &ordinal, sizeof ordinal);
    return key;
}

household_t *
world_find_ordinal(const world_t *self, int64_t ordinal)
{
    const uuid_t key = ordinal_key(ordinal);

    return uuid_map_get(self->ordinal_map, &key);
}

void
world_put_ordinal(world_t *self, household_t *household)
{
    const uuid_t key = ordinal_key(household->ordinal);

    uuid_map_put(self->ordinal_map, &key, household);
}

region_t *
world_find_region(const world_t *self, const uuid_t *id)
{
    return uuid_map_get(self->region_map, id);
}

person_t *
world_person(world_t *self, const uuid_t *id)
{
    person_t *p = world_find_person(self, id);

    if (p == NULL) {
        p = arena_new_array(self->arena, person_t, 1);
        p->holder.id = *id;
        p->same_on = DATE_OPEN;
        uuid_map_put(self->person_map, id, p);
        self->persons = world_grow(self->arena, self->persons, &self->person_cap, self->person_count + 1, sizeof *self->persons);
        self->persons[self->person_count++] = p;
    }
    return p;
}

household_t *
world_household(world_t *self, const uuid_t *id)
{
    household_t *h = world_find_household(self, id);

    if (h == NULL) {
        h = arena_new_array(self->arena, household_t, 1);
        h->holder.id = *id;
        h->holder.kind = HELD_BY_HOUSEHOLD;
        h->next_day = DATE_OPEN;
        uuid_map_put(self->household_map, id, h);
        self->households = world_grow(self->arena, self->households, &self->household_cap, self->household_count + 1,
                                      sizeof *self->households);
        self->households[self->household_count++] = h;
    }
    return h;
}

region_t *
world_region(world_t *self, const char *code)
{
    uuid_t id;

    uuid_derive("region", code, &id);
    region_t *r = world_find_region(self, &id);
    if (r == NULL) {
        r = arena_new_array(self->arena, region_t, 1);
        r->holder.id = id;
        r->holder.kind = HELD_BY_REGION;
        (void) str_copy(r->code, sizeof r->code, code);
        uuid_map_put(self->region_map, &id, r);
        self->regions = world_grow(self->arena, self->regions, &self->region_cap, self->region_count + 1, sizeof *self->regions);
        self->regions[self->region_count++] = r;
    }
    return r;
}

holder_t *
world_holder(world_t *self, const held_fact_t *fact)
{
    switch (fact->kind) {
    case HELD_BY_PERSON:
        return &world_person(self, &fact->holder)->holder;
    case HELD_BY_HOUSEHOLD:
        return &world_household(self, &fact->holder)->holder;
    case HELD_BY_REGION:
        break;
    }
    return &world_region(self, fact->region)->holder;
}

place_t *
world_place(world_t *self, const record_id_t *id)
{
    uuid_t folded;

    memcpy(folded.b, id->key, sizeof folded.b);
    place_t *first = uuid_map_get(self->place_map, &folded);
    for (place_t *p = first; p != NULL; p = p->next)
        if (p->id.dataset == id->dataset)
            return p;
    place_t *p = arena_new_array(self->arena, place_t, 1);
    p->id = *id;
    p->next = first;
    uuid_map_put(self->place_map, &folded, p);
    self->places = world_grow(self->arena, self->places, &self->place_cap, self->place_count + 1, sizeof *self->places);
    self->places[self->place_count++] = p;
    return p;
}

static void
add_holder(world_t *self, holder_t ***list, size_t *n, size_t *cap, holder_t *holder)
{
    for (size_t i = 0; i < *n; i++)
        if ((*list)[i] == holder)
            return;
    *list = world_grow(self->arena, *list, cap, *n + 1, sizeof(holder_t *));
    (*list)[(*n)++] = holder;
}

void
world_place_add(world_t *self, place_t *place, holder_t *holder)
{
    add_holder(self, &place->holders, &place->holder_count, &place->holder_cap, holder);
}

void
world_place_add_broken(world_t *self, place_t *place, holder_t *holder)
{
    add_holder(self, &place->broken, &place->broken_count, &place->broken_cap, holder);
}

void
world_place_add_indexed(world_t *self, place_t *place, holder_t *holder)
{
    add_holder(self, &place->indexed, &place->indexed_count, &place->indexed_cap, holder);
}

static void
keep_open(world_t *self, place_t *place)
{
    if (place->open)
        return;
    place->open = true;
    self->open_places = world_grow(self->arena, self->open_places, &self->open_place_cap, self->open_place_count + 1, sizeof *self->open_places);
    self->open_places[self->open_place_count++] = place;
}

void
world_place_ask(world_t *self, place_t *place, place_ask_t ask)
{
    keep_open(self, place);
    place->ask = place->asked = ask;
}

void
world_place_may_be(world_t *self, place_t *place, holder_t *holder)
{
    keep_open(self, place);
    world_place_add(self, place, holder);
    world_place_add_broken(self, place, holder);
    place->unsure = true;
}

unsigned
world_class(world_t *self, term_t kind)
{
    if (self->classes[kind] == 0) {
        const char *word = terms_word(self->terms, kind);

        self->classes[kind] = str_starts(word, "enrolment.") ? CLASS_SEEN | CLASS_ENROLMENT
                              : str_starts(word, "support.") ? CLASS_SEEN | CLASS_SUPPORT
                                                             : CLASS_SEEN;
    }
    return self->classes[kind];
}

bool
world_is_enrolment(world_t *self, term_t kind)
{
    return (world_class(self, kind) & CLASS_ENROLMENT) != 0;
}

static bool
has_record(const holder_t *holder, const record_id_t *id)
{
    const household_t *h = holder->kind == HELD_BY_HOUSEHOLD ? (const household_t *) holder : NULL;

    return (h != NULL && h->has_entry && record_id_eq(&h->entry.record, id)) || holder_has_record(holder, id);
}

/* The i-th holder whom the record names, the register entry's apart; NULL: no more. */
static holder_t *
named_holder(world_t *self, const record_t *record, size_t i)
{
    if (i < record->fact_count)
        return world_holder(self, &record->facts[i]);
    return i == record->fact_count && record->has_holder ? world_holder(self, &record->holder) : NULL;
}

bool
world_resolve_named(world_t *self, place_t *place, const record_t *record)
{
    holder_t *h;

    for (size_t i = 0; (h = named_holder(self, record, i)) != NULL; i++) {
        if (h->kind == HELD_BY_REGION || holder_shares_record(h, &record->id))
            return false; /* the history says who else has it, or is incomplete for want of it: a place itself never is */
        bool has = i < record->fact_count ? holder_has_record(h, &record->id) : has_record(h, &record->id);
        if (has && !holder_is_broken(h, &record->id)) {
            world_place_add(self, place, h);
            place->resolved = true;
        }
    }
    h = record->entry != NULL ? &world_household(self, &record->household)->holder : NULL;
    if (h != NULL && has_record(h, &record->id) && !holder_is_broken(h, &record->id)) {
        world_place_add(self, place, h);
        place->resolved = true;
    }
    return place->resolved;
}

bool
record_names_holder(const record_t *record)
{
    return record->key_names && !record->bad && (record->fact_count > 0 || record->entry != NULL || record->has_holder || record->nobody);
}

bool
world_place_concerns(world_t *self, const place_t *place, const record_t *record, const holder_t *holder)
{
    const holder_t *h;

    if (!record_names_holder(record))
        return true;
    for (size_t i = 0; (h = named_holder(self, record, i)) != NULL; i++)
        if (h == holder)
            return true;
    if (record->entry != NULL && &world_household(self, &record->household)->holder == holder)
        return true;
    for (size_t i = 0; i < place->indexed_count; i++)
        if (place->indexed[i] == holder)
            return true;
    return false;
}

void
world_place_named(world_t *self, place_t *place, const record_t *record)
{
    holder_t *h;

    for (size_t i = 0; (h = named_holder(self, record, i)) != NULL; i++)
        world_place_may_be(self, place, h);
    if (record->entry != NULL)
        world_place_may_be(self, place, &world_household(self, &record->household)->holder);
}

/* Only those who have it stay. */
static void
settle(place_t *place)
{
    size_t holders = 0, broken = 0;

    for (size_t h = 0; h < place->holder_count; h++) {
        REQUIRE(place->holders[h]->loaded);
        if (has_record(place->holders[h], &place->id))
            place->holders[holders++] = place->holders[h];
    }
    for (size_t h = 0; h < place->broken_count; h++)
        if (holder_is_broken(place->broken[h], &place->id))
            place->broken[broken++] = place->broken[h];
    place->holder_count = holders;
    place->broken_count = broken;
    place->unsure = false;
}

void
world_settle_places(world_t *self)
{
    for (size_t i = 0; i < self->open_place_count; i++) {
        if (self->open_places[i]->unsure)
            settle(self->open_places[i]);
        self->open_places[i]->open = false;
    }
    self->open_place_count = 0;
}

void
world_begin_turn(world_t *self)
{
    self->turn++;
    self->touched_count = 0;
    self->regions_changed = false;
}

void
world_touch(world_t *self, household_t *household)
{
    if (household->touched_by == self->turn)
        return;
    household->touched_by = self->turn;
    self->touched = world_grow(self->arena, self->touched, &self->touched_cap, self->touched_count + 1, sizeof(household_t *));
    self->touched[self->touched_count++] = household;
}

int
world_household_order(const void *a, const void *b)
{
    const household_t *x = *(household_t *const *) a, *y = *(household_t *const *) b;

    if (x->ordinal != y->ordinal)
        return y->ordinal == 0 || (x->ordinal != 0 && x->ordinal < y->ordinal) ? -1 : 1;
    if (x->newcomer != y->newcomer)
        return y->newcomer == 0 || (x->newcomer != 0 && x->newcomer < y->newcomer) ? -1 : 1;
    return uuid_cmp(&x->holder.id, &y->holder.id); /* of which nothing is known */
}

/* Open before closed, then the later effective date, then the greater id. */
static bool
claim_beats(const claim_t *a, const claim_t *b)
{
    if (a->closed != b->closed)
        return b->closed;
    if (a->effective != b->effective)
        return a->effective > b->effective;
    return memcmp(a->household.b, b->household.b, sizeof a->household.b) > 0;
}

static void
move_home(world_t *self, person_t *person, const uuid_t *home)
{
    if (uuid_eq(home, &person->home))
        return;
    for (int side = 0; side < 2; side++) {
        household_t *h = world_find_household(self, side == 0 ? &person->home : home);

        if (h != NULL)
            world_touch(self, h);
    }
    world_touch_supported(self, person);
    person->home = *home;
    person->home_ordinal = 0;
    person->holder.dirty |= person->holder.stored || person->holder.fact_count > 0 || person->claim_count > 0;
    if (holder_has_enrolments(self, &person->holder))
        person->holder.enrolments_dirty = true;
}

/* All who are the same person live where the best claim to any of them says. */
void
world_settle_home(world_t *self, person_t *person)
{
    const person_t *head = world_head(person);
    const claim_t *best = NULL;
    uuid_t home = { { 0 } };

    for (size_t p = 0; p == 0 || p < head->part_count; p++) {
        const person_t *part = head->part_count == 0 ? head : head->parts[p];

        for (size_t i = 0; i < part->claim_count; i++)
            if (best == NULL || claim_beats(&part->claims[i], best))
                best = &part->claims[i];
    }
    if (best != NULL)
        home = best->household;
    if (head->part_count == 0)
        move_home(self, person, &home);
    for (size_t p = 0; p < head->part_count; p++)
        move_home(self, head->parts[p], &home);
}

static bool
is_member(const world_t *self, const household_t *household, const listed_t *listed, person_t **ret)
{
    person_t *p = world_find_person(self, &listed->person);

    if (p == NULL || !uuid_eq(&p->home, &household->holder.id))
        return false;
    *ret = p;
    return true;
}

bool
world_is_assessable(const world_t *self, const household_t *household)
{
    person_t *p;

    if (!household->has_entry || household->entry.closed)
        return false;
    for (size_t i = 0; i < household->entry.member_count; i++)
        if (is_member(self, household, &household->entry.members[i], &p))
            return true;
    return false;
}

/* A register entry as evidence: a record without facts of its own. */
static const fact_t *
entry_fact(world_t *self, const entry_t *entry)
{
    fact_t *f = arena_new_array(self->arena, fact_t, 1);

    *f = (fact_t){ .seq = entry->seq, .index = entry->index, .dataset = entry->record.dataset, .from = entry->effective, .to = DATE_OPEN };
    memcpy(f->key, entry->record.key, sizeof f->key);
    return f;
}

static int
listing_order(const void *a, const void *b)
{
    const listing_t *x = a, *y = b;

    return memcmp(x->household.b, y->household.b, sizeof x->household.b);
}

/* One more open entry; a household that lists somebody under two names claims once. */
static size_t
add_listing(world_t *self, const claim_t *claim, listing_t *listings, size_t n)
{
    const household_t *h = world_find_household(self, &claim->household);

    if (claim->closed)
        return 0;
    for (size_t i = 0; i < n; i++)
        if (uuid_eq(&listings[i].household, &claim->household))
            return 0;
    listings[n] = (listing_t){ .household = claim->household, .effective = claim->effective,
                               .entry = h != NULL && h->has_entry ? entry_fact(self, &h->entry) : NULL };
    return 1;
}

/* Who is claimed by several open entries, under whatever name; mostly nobody. */
static void
add_listings(world_t *self, const person_t *head, member_t *ret)
{
    listing_t *listings;
    size_t n = 0, most = head->part_count == 0 ? head->claim_count : 0;

    for (size_t p = 0; p < head->part_count; p++)
        most += head->parts[p]->claim_count;
    if (most < 2)
        return;
    listings = arena_new_array(self->arena, listing_t, most);
    for (size_t p = 0; p == 0 || p < head->part_count; p++) {
        const person_t *part = head->part_count == 0 ? head : head->parts[p];

        for (size_t i = 0; i < part->claim_count; i++)
            n += add_listing(self, &part->claims[i], listings, n);
    }
    if (n < 2)
        return;
    qsort(listings, n, sizeof *listings, listing_order);
    ret->listings = listings;
    ret->listing_count = n;
}

/* Listed under two names, somebody is one member: under the head's where it is there, else under the first. */
static bool
is_listed_again(const world_t *self, const household_t *household, size_t i, const person_t *person)
{
    const person_t *head = world_head(person);

    for (size_t k = 0; head->part_count > 0 && k < household->entry.member_count; k++) {
        const person_t *other = world_find_person(self, &household->entry.members[k].person);

        if (k != i && other != NULL && world_head(other) == head && (other == head || (person != head && k < i)))
            return true;
    }
    return false;
}

static void
add_member(world_t *self, const listed_t *listed, const person_t *person, int32_t day, dossier_t *d)
{
    const person_t *head = world_head(person);
    bool other = head != person && person->has_listing; /* the head's own number tells it better than the list */
    fact_t *facts;
    size_t n;

    world_person_facts(self, head, &facts, &n);
    const protection_facts_t f = protection_sort(self->protection, self->arena, facts, n, day, &d->next_day);
    d->members[d->member_count++] = (member_t){ .person = head->holder.id, .relation = listed->relation,
                                                .male = other ? person->listing_male : listed->male,
                                                .born = other ? person->listing_born : listed->born, .facts = f.used,
                                                .fact_count = f.used_count, .held = f.held, .held_count = f.held_count };
    add_listings(self, head, &d->members[d->member_count - 1]);
    d->incomplete |= person->holder.broken_count > 0;
    for (size_t p = 0; p < head->part_count; p++)
        d->incomplete |= head->parts[p]->holder.broken_count > 0;
}

/* Without supporters: a supporter's own household has none that count. */
static void
make_dossier(world_t *self, const household_t *household, int32_t day, dossier_t *ret)
{
    const entry_t *entry = &household->entry;
    dossier_t d = { .household = household->holder.id, .next_day = DATE_OPEN };

    memcpy(d.region, entry->region, sizeof d.region);
    d.urban = entry->urban;
    d.closed = entry->closed;
    d.effective = entry->effective;
    d.incomplete = household->holder.broken_count > 0;
    d.facts = world_name_facts(self, household->holder.facts, household->holder.fact_count, &household->holder.id);
    d.fact_count = household->holder.fact_count;
    d.rulings = household->ruling_count == 0 ? NULL : world_name_rulings(self, household, &d.ruling_count);
    d.members = arena_new_array(self->arena, member_t, entry->member_count + 1);
    for (size_t i = 0; i < entry->member_count; i++) {
        const listed_t *l = &entry->members[i];
        person_t *p;

        if (is_member(self, household, l, &p) && !is_listed_again(self, household, i, p))
            add_member(self, l, p, day, &d);
    }
    *ret = d;
}

const dossier_t *
world_home(world_t *self, const person_t *person, int32_t day)
{
    const household_t *h = world_find_household(self, &person->home);
    dossier_t *d;

    if (h == NULL || !h->has_entry)
        return NULL;
    d = arena_new_array(self->arena, dossier_t, 1);
    make_dossier(self, h, day, d);
    return d;
}

bool
world_dossier(world_t *self, const household_t *household, int32_t day, dossier_t *ret)
{
    if (!household->has_entry)
        return false;
    make_dossier(self, household, day, ret);
    world_add_supporters(self, day, ret);
    return true;
}

world_growth_t
world_growth(const world_t *self)
{
    world_growth_t g = { .households = 0 };

    for (size_t i = 0; i < self->household_count; i++)
        g.households += self->households[i]->holder.dirty && !self->households[i]->holder.stored;
    for (size_t i = 0; i < self->person_count; i++) {
        const person_t *p = self->persons[i];

        if (!p->holder.dirty)
            continue;
        bool nobody = world_is_nobody(p);
        g.persons += (nobody ? 0 : 1) - (p->holder.stored ? 1 : 0);
        g.waiting += (uuid_is_nil(&p->home) && !nobody ? 1 : 0) - (p->waited ? 1 : 0);
    }
    return g;
}
