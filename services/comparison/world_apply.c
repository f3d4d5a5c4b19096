/* SPDX-License-Identifier: Apache-2.0 */
#include "world_apply.h"

#include <string.h>

#include "comparison_pack.h"
#include "domain/date.h"
#include "world_person.h"
#include "world_support.h"

/* --- one holder's facts --- */

static bool
fact_is_of(const fact_t *f, const record_id_t *id)
{
    return f->dataset == id->dataset && memcmp(f->key, id->key, sizeof f->key) == 0;
}

bool
holder_has_record(const holder_t *self, const record_id_t *id)
{
    for (size_t i = 0; i < self->fact_count; i++)
        if (fact_is_of(&self->facts[i], id))
            return true;
    return false;
}

bool
holder_shares_record(const holder_t *self, const record_id_t *id)
{
    for (size_t i = 0; i < self->fact_count; i++)
        if (self->facts[i].shared && fact_is_of(&self->facts[i], id))
            return true;
    return false;
}

unsigned
holder_classes(world_t *world, const holder_t *self)
{
    unsigned classes = 0;

    for (size_t i = 0; i < self->fact_count; i++)
        classes |= world_class(world, self->facts[i].kind);
    return classes;
}

bool
holder_has_enrolments(world_t *world, const holder_t *self)
{
    return (holder_classes(world, self) & CLASS_ENROLMENT) != 0;
}

/* A fact of this kind comes, goes or ends. */
static void
mark_dirty(world_t *world, holder_t *self, term_t kind)
{
    unsigned classes = world_class(world, kind);

    if ((classes & CLASS_ENROLMENT) != 0)
        self->enrolments_dirty = true;
    if ((classes & CLASS_SUPPORT) != 0)
        self->supports_dirty = self->has_supports = true;
}

static void
remove_facts(world_t *world, holder_t *self, const record_id_t *id)
{
    size_t kept = 0;

    for (size_t i = 0; i < self->fact_count; i++) {
        if (fact_is_of(&self->facts[i], id)) {
            mark_dirty(world, self, self->facts[i].kind);
            continue;
        }
        if (kept != i)
            self->facts[kept] = self->facts[i];
        kept++;
    }
    self->fact_count = kept;
}

static void
insert_fact(world_t *world, holder_t *self, const fact_t *fact)
{
    size_t i = self->fact_count;

    self->facts = world_grow(world->arena, self->facts, &self->fact_cap, self->fact_count + 1, sizeof(fact_t));
    for (; i > 0; i--) {
        const fact_t *before = &self->facts[i - 1];

        if (before->from < fact->from || (before->from == fact->from && memcmp(before->key, fact->key, sizeof fact->key) <= 0))
            break;
        self->facts[i] = *before;
    }
    self->facts[i] = *fact;
    self->fact_count++;
    mark_dirty(world, self, fact->kind);
    if ((world_class(world, fact->kind) & CLASS_SUPPORT) != 0)
        world_link_supporters(world, self, fact);
}

static void
end_facts(world_t *world, holder_t *self, const record_id_t *id, int32_t on)
{
    for (size_t i = 0; i < self->fact_count; i++) {
        fact_t *f = &self->facts[i];

        if (!fact_is_of(f, id) || f->to <= on)
            continue;
        f->to = on > f->from ? on : f->from;
        mark_dirty(world, self, f->kind);
    }
}

static bool
same_content(const fact_t *a, const fact_t *b)
{
    return a->kind == b->kind && a->code == b->code && a->from == b->from && a->to == b->to && a->value == b->value &&
           a->has_ref == b->has_ref && a->person_count == b->person_count &&
           (!a->has_ref || memcmp(a->ref, b->ref, sizeof a->ref) == 0) &&
           (a->person_count == 0 || memcmp(a->persons, b->persons, a->person_count * sizeof(uuid_t)) == 0);
}

static bool
is_held_by(const held_fact_t *f, const holder_t *holder)
{
    return f->kind == holder->kind && uuid_eq(&f->holder, &holder->id);
}

/* The record's facts at `holder`, in the order in which the holder keeps them. */
static size_t
facts_of_record(world_t *world, const record_t *record, const holder_t *holder, const fact_t ***ret)
{
    const fact_t **facts = (const fact_t **) arena_alloc(world->arena, (record->fact_count + 1) * sizeof(fact_t *));
    size_t n = 0;

    for (size_t i = 0; i < record->fact_count; i++) {
        if (!is_held_by(&record->facts[i], holder))
            continue;
        size_t at = n++;
        for (; at > 0 && facts[at - 1]->from > record->facts[i].fact.from; at--)
            facts[at] = facts[at - 1];
        facts[at] = &record->facts[i].fact;
    }
    *ret = facts;
    return n;
}

static bool
same_facts(const holder_t *holder, const record_id_t *id, const fact_t *const *facts, size_t n)
{
    size_t seen = 0;

    for (size_t i = 0; i < holder->fact_count; i++) {
        if (!fact_is_of(&holder->facts[i], id))
            continue;
        if (seen == n || !same_content(&holder->facts[i], facts[seen]))
            return false;
        seen++;
    }
    return seen == n;
}

bool
holder_is_broken(const holder_t *self, const record_id_t *id)
{
    for (size_t i = 0; i < self->broken_count; i++)
        if (record_id_eq(&self->broken[i], id))
            return true;
    return false;
}

static void
break_record(world_t *world, holder_t *self, const record_id_t *id)
{
    self->broken = world_grow(world->arena, self->broken, &self->broken_cap, self->broken_count + 1, sizeof(record_id_t));
    self->broken[self->broken_count++] = *id;
}

static void
mend(holder_t *self, const record_id_t *id)
{
    for (size_t i = 0; i < self->broken_count; i++) {
        if (!record_id_eq(&self->broken[i], id))
            continue;
        self->broken[i] = self->broken[--self->broken_count];
        self->dirty = true;
        return;
    }
}

static void
add_newcomer(world_t *world, household_t *household)
{
    world->newcomers = world_grow(world->arena, world->newcomers, &world->newcomer_cap, world->newcomer_count + 1, sizeof(household_t *));
    world->newcomers[world->newcomer_count++] = household;
    household->newcomer = world->newcomer_count;
}

static void
touch_holder(world_t *world, holder_t *holder)
{
    household_t *h = NULL;

    if (holder->kind == HELD_BY_HOUSEHOLD && !holder->stored && !holder->dirty)
        add_newcomer(world, (household_t *) holder);
    holder->dirty = true;
    switch (holder->kind) {
    case HELD_BY_PERSON:
        h = world_find_household(world, &((person_t *) holder)->home);
        break;
    case HELD_BY_HOUSEHOLD:
        h = world_find_household(world, &holder->id);
        break;
    case HELD_BY_REGION: /* too many to be touched one by one: the caller begins the day again */
        world->regions_changed = true;
        break;
    }
    if (h != NULL)
        world_touch(world, h);
}

/* --- history --- */

static void
remember(world_t *world, const record_t *record, const holder_t *holder /* or NULL */, op_t op, const str_t *body)
{
    world->history = world_grow(world->arena, world->history, &world->history_cap, world->history_count + 1, sizeof(history_t));
    history_t *row = &world->history[world->history_count++];
    *row = (history_t){ .seq = record->seq, .index = record->index, .record = record->id, .op = op };
    if (holder != NULL) {
        row->holder = holder->id;
        row->kind = holder->kind;
        row->key_names = record->key_names && op == OP_PUT;
        row->region = holder->kind == HELD_BY_REGION ? ((const region_t *) holder)->code : NULL;
    }
    if (body != NULL)
        row->body = (slice_t){ arena_strndup(world->arena, str_c(body), body->len), body->len };
}

/* --- the register entry and the claims that it makes --- */

static bool
same_entry(const entry_t *a, const entry_t *b)
{
    if (a->urban != b->urban || a->closed != b->closed || a->effective != b->effective ||
        a->member_count != b->member_count || strcmp(a->region, b->region) != 0)
        return false;
    for (size_t i = 0; i < a->member_count; i++) {
        const listed_t *x = &a->members[i], *y = &b->members[i];

        if (!uuid_eq(&x->person, &y->person) || x->relation != y->relation || x->male != y->male || x->born != y->born)
            return false;
    }
    return true;
}

static bool
entry_lists(const entry_t *entry, const uuid_t *person)
{
    for (size_t i = 0; i < entry->member_count; i++)
        if (uuid_eq(&entry->members[i].person, person))
            return true;
    return false;
}

static bool
person_unclaim(person_t *person, const uuid_t *household, claim_t *ret)
{
    for (size_t i = 0; i < person->claim_count; i++) {
        if (!uuid_eq(&person->claims[i].household, household))
            continue;
        *ret = person->claims[i];
        person->claims[i] = person->claims[--person->claim_count];
        person->holder.dirty = true;
        return true;
    }
    return false;
}

/* false: the same claim stood already. */
static bool
person_claim(world_t *world, person_t *person, const claim_t *claim)
{
    for (size_t i = 0; i < person->claim_count; i++) {
        claim_t *old = &person->claims[i];

        if (!uuid_eq(&old->household, &claim->household))
            continue;
        if (old->effective == claim->effective && old->closed == claim->closed)
            return false;
        *old = *claim;
        person->holder.dirty = true;
        return true;
    }
    person->claims = world_grow(world->arena, person->claims, &person->claim_cap, person->claim_count + 1, sizeof(claim_t));
    person->claims[person->claim_count++] = *claim;
    person->holder.dirty = true;
    return true;
}

/* Another household holds who is listed here: that he is listed, and since when, is its matter as well. */
static void
touch_holding(world_t *world, const person_t *person)
{
    household_t *home = world_find_household(world, &person->home);

    if (home != NULL)
        world_touch(world, home);
}

/* The rows of enrolments name the region: also those that came under another name of the person. */
static void
move_enrolments(world_t *world, const person_t *person)
{
    person_t *head = world_head(person);

    for (size_t i = 0; i == 0 || i < head->part_count; i++) {
        holder_t *h = head->part_count == 0 ? &head->holder : &head->parts[i]->holder;

        h->enrolments_dirty |= holder_has_enrolments(world, h);
    }
}

static void
set_entry(world_t *world, household_t *household, const entry_t *entry /* NULL: none any more */, const record_t *record)
{
    static const entry_t empty = { .member_count = 0 };
    const entry_t old = household->has_entry ? household->entry : empty;
    const entry_t *now = entry != NULL ? entry : &empty;
    bool moved = strcmp(old.region, now->region) != 0;

    world_touch(world, household);
    household->holder.dirty = true;
    household->has_entry = entry != NULL;
    household->entry = *now;
    if (moved)
        household->holder.enrolments_dirty |= holder_has_enrolments(world, &household->holder);
    for (size_t i = 0; i < old.member_count; i++) {
        person_t *p = world_person(world, &old.members[i].person);
        claim_t claim;
        AUTO_STR body = STR_INIT;

        if (entry_lists(now, &p->holder.id) || !person_unclaim(p, &household->holder.id, &claim))
            continue;
        pack_claim(&claim, &body);
        remember(world, record, &p->holder, OP_UNCLAIM, &body);
        world_settle_home(world, p);
        touch_holding(world, p);
    }
    for (size_t i = 0; i < now->member_count; i++) {
        person_t *p = world_person(world, &now->members[i].person);
        claim_t claim = { household->holder.id, now->effective, now->closed };
        AUTO_STR body = STR_INIT;

        if (person_claim(world, p, &claim)) {
            pack_claim(&claim, &body);
            remember(world, record, &p->holder, OP_CLAIM, &body);
            world_settle_home(world, p);
            touch_holding(world, p);
        }
        if (moved && uuid_eq(&p->home, &household->holder.id))
            move_enrolments(world, p);
    }
}

static household_t *
entry_household(holder_t *holder, const record_id_t *id)
{
    household_t *h = (household_t *) holder;

    return holder->kind == HELD_BY_HOUSEHOLD && h->has_entry && record_id_eq(&h->entry.record, id) ? h : NULL;
}

/* --- operations --- */

static size_t
named_holders(world_t *world, const record_t *record, holder_t ***ret)
{
    place_t named = { .holder_count = 0 };

    for (size_t i = 0; i < record->fact_count; i++)
        world_place_add(world, &named, world_holder(world, &record->facts[i]));
    if (!uuid_is_nil(&record->household))
        world_place_add(world, &named, &world_household(world, &record->household)->holder);
    *ret = named.holders;
    return named.holder_count;
}

static bool
names(holder_t *const *holders, size_t n, const holder_t *holder)
{
    for (size_t i = 0; i < n; i++)
        if (holders[i] == holder)
            return true;
    return false;
}

/* To the end of the list with those of whom the record says nothing; how many it is about. */
static size_t
put_concerned_first(world_t *world, const record_t *record, place_t *place)
{
    size_t n = 0;

    for (size_t i = 0; i < place->holder_count; i++) {
        holder_t *h = place->holders[i];

        if (!world_place_concerns(world, place, record, h))
            continue;
        memmove(&place->holders[n + 1], &place->holders[n], (i - n) * sizeof(holder_t *));
        place->holders[n++] = h;
    }
    return n;
}

/* The first n of them have it no more. */
static void
leave_first(place_t *place, size_t n)
{
    place->holder_count -= n;
    if (place->holder_count > 0)
        memmove(place->holders, place->holders + n, place->holder_count * sizeof(holder_t *));
}

static bool
is_unchanged(world_t *world, const record_t *record, const place_t *place, size_t concerned, holder_t *const *named, size_t n)
{
    if (concerned != n)
        return false;
    for (size_t i = 0; i < n; i++) {
        const fact_t **facts;
        size_t count = facts_of_record(world, record, named[i], &facts);
        const household_t *h = entry_household(named[i], &record->id);
        const entry_t *entry = named[i]->kind == HELD_BY_HOUSEHOLD && uuid_eq(&record->household, &named[i]->id) ? record->entry : NULL;

        if (!names(place->holders, concerned, named[i]) || !same_facts(named[i], &record->id, facts, count) ||
            (h != NULL) != (entry != NULL) || (h != NULL && !same_entry(&h->entry, entry)))
            return false;
    }
    return true;
}

/* The record no longer speaks of this holder. */
static void
drop(world_t *world, holder_t *holder, const record_t *record, op_t op)
{
    household_t *h = entry_household(holder, &record->id);

    touch_holder(world, holder);
    remove_facts(world, holder, &record->id);
    mend(holder, &record->id);
    if (h != NULL)
        set_entry(world, h, NULL, record);
    remember(world, record, holder, op, NULL);
}

static void
put_at(world_t *world, holder_t *holder, const record_t *record)
{
    const fact_t **facts;
    size_t n = facts_of_record(world, record, holder, &facts);
    const entry_t *entry = holder->kind == HELD_BY_HOUSEHOLD && uuid_eq(&record->household, &holder->id) ? record->entry : NULL;
    household_t *h = entry_household(holder, &record->id);
    AUTO_STR body = STR_INIT;

    touch_holder(world, holder);
    remove_facts(world, holder, &record->id);
    mend(holder, &record->id);
    for (size_t i = 0; i < n; i++)
        insert_fact(world, holder, facts[i]);
    if (entry != NULL)
        set_entry(world, (household_t *) holder, entry, record);
    else if (h != NULL)
        set_entry(world, h, NULL, record);
    pack_facts(facts, n, entry, &body);
    remember(world, record, holder, OP_PUT, &body);
}

/* Whom only a version spoke of that could not be applied. */
static void
mend_others(world_t *world, const record_t *record, place_t *place)
{
    for (size_t i = 0; i < place->broken_count; i++)
        if (holder_is_broken(place->broken[i], &record->id))
            drop(world, place->broken[i], record, OP_LEAVE);
    place->broken_count = 0;
}

static void
apply_put(world_t *world, const record_t *record, place_t *place)
{
    holder_t **named;
    size_t n = named_holders(world, record, &named), concerned = put_concerned_first(world, record, place);

    if (n == 0 && concerned == 0) { /* nothing to hold, and still never lost */
        remember(world, record, NULL, OP_PUT, NULL);
        return;
    }
    if (place->broken_count == 0 && is_unchanged(world, record, place, concerned, named, n))
        return;
    for (size_t i = 0; i < concerned; i++)
        if (!names(named, n, place->holders[i]))
            drop(world, place->holders[i], record, OP_LEAVE);
    for (size_t i = 0; i < n; i++)
        put_at(world, named[i], record);
    leave_first(place, concerned);
    for (size_t i = 0; i < n; i++)
        world_place_add(world, place, named[i]);
    mend_others(world, record, place);
}

static void
apply_retract(world_t *world, const record_t *record, place_t *place)
{
    size_t concerned = put_concerned_first(world, record, place);

    for (size_t i = 0; i < concerned; i++)
        drop(world, place->holders[i], record, OP_RETRACT);
    if (concerned == 0)
        remember(world, record, NULL, OP_RETRACT, NULL);
    leave_first(place, concerned);
    mend_others(world, record, place);
}

static void
apply_end(world_t *world, const record_t *record, place_t *place)
{
    AUTO_STR body = STR_INIT;

    pack_day(record->on, &body);
    for (size_t i = 0; i < place->holder_count; i++) {
        holder_t *holder = place->holders[i];
        household_t *h = entry_household(holder, &record->id);

        touch_holder(world, holder);
        end_facts(world, holder, &record->id, record->on);
        mend(holder, &record->id);
        if (h != NULL) {
            entry_t closed = h->entry;

            closed.closed = true;
            set_entry(world, h, &closed, record);
        }
        remember(world, record, holder, OP_END, &body);
    }
    if (place->holder_count == 0)
        remember(world, record, NULL, OP_END, &body);
    mend_others(world, record, place);
}

void
world_apply(world_t *self, const record_t *record)
{
    place_t *place = world_place(self, &record->id);

    REQUIRE(place->resolved);
    switch (record->op) {
    case OP_PUT:
        apply_put(self, record, place);
        return;
    case OP_END:
        apply_end(self, record, place);
        return;
    case OP_RETRACT:
        apply_retract(self, record, place);
        return;
    case OP_LEAVE: /* operations of the history, which no record has */
    case OP_CLAIM:
    case OP_UNCLAIM:
    case OP_BREAK:
        return;
    }
}

void
world_mark_broken(world_t *self, const record_t *record)
{
    place_t *place = world_place(self, &record->id);
    holder_t **named;
    size_t n = named_holders(self, record, &named);

    for (size_t i = 0; i < n + place->holder_count; i++) {
        holder_t *h = i < n ? named[i] : place->holders[i - n];

        /* a place keeps its last good version: else a whole county could not be told about */
        if (holder_is_broken(h, &record->id) || h->kind == HELD_BY_REGION)
            continue;
        break_record(self, h, &record->id);
        remember(self, record, h, OP_BREAK, NULL);
        touch_holder(self, h);
        world_place_add_broken(self, place, h);
        world_place_add_indexed(self, place, h);
    }
}

void
world_replay(world_t *self, holder_t *holder, const replay_t *row)
{
    household_t *h = entry_household(holder, &row->record);
    claim_t ignored;

    switch (row->op) {
    case OP_PUT:
    case OP_RETRACT:
    case OP_LEAVE:
        remove_facts(self, holder, &row->record);
        mend(holder, &row->record);
        for (size_t i = 0; i < row->fact_count; i++)
            insert_fact(self, holder, &row->facts[i]);
        if (h != NULL)
            h->has_entry = false;
        if (row->entry != NULL) {
            h = (household_t *) holder;
            h->has_entry = true;
            h->entry = *row->entry;
        }
        return;
    case OP_END:
        end_facts(self, holder, &row->record, row->on);
        mend(holder, &row->record);
        if (h != NULL)
            h->entry.closed = true;
        return;
    case OP_BREAK:
        break_record(self, holder, &row->record);
        return;
    case OP_CLAIM:
        (void) person_claim(self, (person_t *) holder, &row->claim);
        return;
    case OP_UNCLAIM:
        (void) person_unclaim((person_t *) holder, &row->claim.household, &ignored);
        return;
    }
}
