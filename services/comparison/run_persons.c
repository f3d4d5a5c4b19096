/* SPDX-License-Identifier: Apache-2.0 */
#include "run_persons.h"

#include <string.h>

#include "assess.h"
#include "domain/date.h"
#include "persons_in.h"
#include "run_load.h"
#include "world_apply.h"
#include "world_person.h"
#include "world_support.h"

typedef struct {
    comparison_t *self;
    db_tx_t *tx;
    arena_t *arena;
    world_t *world;
    persons_event_t event;
    record_t *moving; /* records as they are from now on */
    size_t moving_count, moving_cap;
    person_t **concerned; /* those told of, and who was the same person until now: the event does not name who stays alone */
    size_t concerned_count, concerned_cap;
    comparison_done_t done;
} run_t;

/* --- records that move --- */

static bool
is_meant(const person_move_t *m, const record_id_t *id)
{
    for (size_t i = 0; i < m->dataset_count; i++)
        if (m->datasets[i] == id->dataset)
            return true;
    for (size_t i = 0; i < m->record_count; i++)
        if (record_id_eq(&m->records[i], id))
            return true;
    return false;
}

/* This holder has it.  Who else does, or was broken by it, the index knows: what is not there was put to one holder alone. */
static void
find_record(run_t *run, holder_t *holder, const record_id_t *id)
{
    place_t *place = world_place(run->world, id);

    if (!place->resolved && run->self->keys->indexed[id->dataset])
        world_place_ask(run->world, place, ASK_INDEX);
    if (!place->resolved)
        world_place_may_be(run->world, place, holder);
    place->resolved = true;
}

static void
find_in_facts(run_t *run, const person_move_t *m, holder_t *holder, bool naming)
{
    const fact_t *facts = holder->facts;
    const size_t n = holder->fact_count;

    for (size_t i = 0; i < n; i++) {
        record_id_t id = { .dataset = facts[i].dataset };
        bool named = !naming;

        memcpy(id.key, facts[i].key, sizeof id.key);
        for (size_t p = 0; !named && p < facts[i].person_count; p++)
            named = uuid_eq(&facts[i].persons[p], &m->from);
        if (named && is_meant(m, &id))
            find_record(run, holder, &id);
    }
}

/* Where a record can speak of a person: in the person's own facts, in the households that claim the person, and in the facts
 * of those whom the person supports. */
static void
find_moving(run_t *run, const person_move_t *m)
{
    person_t *p = world_person(run->world, &m->from);

    find_in_facts(run, m, &p->holder, false);
    for (size_t c = 0; c < p->claim_count; c++) {
        household_t *h = world_find_household(run->world, &p->claims[c].household);

        if (h == NULL)
            continue;
        find_in_facts(run, m, &h->holder, true);
        if (h->has_entry && is_meant(m, &h->entry.record))
            find_record(run, &h->holder, &h->entry.record);
    }
    for (size_t s = 0; s < p->supported_count; s++) {
        person_t *other = world_find_person(run->world, &p->supported[s]);

        if (other != NULL)
            find_in_facts(run, m, &other->holder, true);
    }
}

static const uuid_t *
renamed(const person_move_t *m, const uuid_t *person)
{
    return uuid_eq(person, &m->from) ? &m->to : person;
}

static void
add_fact(run_t *run, const person_move_t *m, const holder_t *holder, const fact_t *fact, record_t *record)
{
    held_fact_t *f = &record->facts[record->fact_count++];

    *f = (held_fact_t){ .holder = *renamed(m, &holder->id), .kind = holder->kind, .fact = *fact };
    if (holder->kind == HELD_BY_REGION)
        (void) str_copy(f->region, sizeof f->region, ((const region_t *) holder)->code);
    f->fact.seq = record->seq;
    f->fact.index = record->index;
    if (fact->person_count > 0) {
        uuid_t *persons = arena_new_array(run->arena, uuid_t, fact->person_count);

        for (size_t p = 0; p < fact->person_count; p++)
            persons[p] = *renamed(m, &fact->persons[p]);
        f->fact.persons = persons;
    }
}

static void
add_entry(run_t *run, const person_move_t *m, const household_t *h, record_t *record)
{
    entry_t *entry = arena_new_array(run->arena, entry_t, 1);

    *entry = h->entry;
    entry->seq = record->seq;
    entry->index = record->index;
    entry->members = arena_new_array(run->arena, listed_t, h->entry.member_count + 1);
    for (size_t i = 0; i < h->entry.member_count; i++) {
        entry->members[i] = h->entry.members[i];
        entry->members[i].person = *renamed(m, &h->entry.members[i].person);
        (void) world_person(run->world, &entry->members[i].person);
    }
    record->entry = entry;
    record->household = h->holder.id;
}

/* The record as it stands, with the other person in the place of the one. */
static void
make_record(run_t *run, const person_move_t *m, const place_t *place)
{
    size_t most = 0;

    for (size_t h = 0; h < place->holder_count; h++)
        most += place->holders[h]->fact_count;
    run->moving = world_grow(run->arena, run->moving, &run->moving_cap, run->moving_count + 1, sizeof(record_t));
    record_t *r = &run->moving[run->moving_count];
    *r = (record_t){ .id = place->id, .seq = run->event.event.seq, .index = (uint32_t) run->moving_count, .op = OP_PUT, .has_key = true };
    run->moving_count++;
    r->facts = arena_new_array(run->arena, held_fact_t, most + 1);
    for (size_t h = 0; h < place->holder_count; h++) {
        const holder_t *holder = place->holders[h];
        const household_t *home = holder->kind == HELD_BY_HOUSEHOLD ? (const household_t *) holder : NULL;

        for (size_t i = 0; i < holder->fact_count; i++)
            if (holder->facts[i].dataset == place->id.dataset && memcmp(holder->facts[i].key, place->id.key, sizeof place->id.key) == 0)
                add_fact(run, m, holder, &holder->facts[i], r);
        if (home != NULL && home->has_entry && record_id_eq(&home->entry.record, &place->id))
            add_entry(run, m, home, r);
    }
}

/* One move after the other: the next one reads what this one has written. */
static bool
take_moves(run_t *run, err_t *err)
{
    world_t *world = run->world;

    for (size_t m = 0; m < run->event.move_count; m++) {
        const person_move_t *move = &run->event.moves[m];
        size_t known = world->place_count, first = run->moving_count;

        find_moving(run, move);
        if (!store_places(run->tx, world, err) || !run_load_concerned(run->tx, world, run->self->has_supports, err) ||
            (world->region_count > 0 && !store_regions(run->tx, world, err)))
            return false;
        world_settle_places(world);
        for (size_t p = 0; p < world->place_count; p++)
            if (p >= known || is_meant(move, &world->places[p]->id))
                make_record(run, move, world->places[p]);
        if (!run_load_concerned(run->tx, world, run->self->has_supports, err))
            return false;
        for (size_t r = first; r < run->moving_count; r++)
            world_apply(world, &run->moving[r]);
    }
    return true;
}

/* --- who is whom --- */

/* What a person is to others may change with those who are the same: their households, and whom they support. */
static void
touch_person(run_t *run, person_t *p)
{
    household_t *h = world_find_household(run->world, &p->home);

    if (h != NULL)
        world_touch(run->world, h);
    world_touch_supported(run->world, p);
    if (holder_has_enrolments(run->world, &p->holder) || p->holder.had_enrolments)
        p->holder.enrolments_dirty = true;
}

static void
touch_group(run_t *run, const uuid_t *person)
{
    person_t *head = world_head(world_person(run->world, person));

    if (head->part_count == 0)
        touch_person(run, head);
    for (size_t i = 0; i < head->part_count; i++)
        touch_person(run, head->parts[i]);
}

static void
add_concerned(run_t *run, const uuid_t *person)
{
    person_t *head = world_head(world_person(run->world, person));

    for (size_t i = 0; i == 0 || i < head->part_count; i++) {
        run->concerned = world_grow(run->arena, run->concerned, &run->concerned_cap, run->concerned_count + 1, sizeof *run->concerned);
        run->concerned[run->concerned_count++] = head->part_count == 0 ? head : head->parts[i];
    }
}

/* Rows of the table `enrolment` of a group stand under its head: who leaves it, or comes to it, has them made anew. */
static void
mark_rows(world_t *world, const uuid_t *person)
{
    const person_t *head = world_head(world_person(world, person));
    bool any = false;

    for (size_t i = 0; i < head->part_count; i++)
        any |= head->parts[i]->holder.had_enrolments || holder_has_enrolments(world, &head->parts[i]->holder);
    for (size_t i = 0; any && i < head->part_count; i++)
        head->parts[i]->holder.had_enrolments = head->parts[i]->holder.enrolments_dirty = true;
}

static bool
take_told(run_t *run, err_t *err)
{
    world_t *world = run->world;
    const persons_event_t *e = &run->event;
    person_t **saved = (person_t **) arena_alloc(run->arena, (e->told_count + 1) * sizeof(person_t *));

    for (size_t i = 0; i < e->told_count; i++) { /* as they stood before */
        mark_rows(world, &e->told[i].person);
        touch_group(run, &e->told[i].person);
        add_concerned(run, &e->told[i].person);
    }
    for (size_t i = 0; i < e->told_count; i++) {
        const person_told_t *t = &e->told[i];
        person_t *p = world_person(world, &t->person);

        p->head_id = t->head;
        p->provisional = t->provisional;
        p->has_shift = t->has_shift;
        memcpy(p->shift, t->shift, sizeof p->shift);
        p->has_listing = t->has_listing;
        p->listing_male = t->male;
        p->listing_born = t->born;
        p->same_seq = e->event.seq;
        saved[i] = p;
        run->self->has_groups |= !uuid_eq(&t->head, &t->person);
    }
    world_regroup(world);
    for (size_t i = 0; i < run->concerned_count; i++) {
        person_t *p = run->concerned[i];

        mark_rows(world, &p->holder.id);
        world_settle_home(world, p);
        touch_group(run, &p->holder.id);
    }
    return store_same_save(run->tx, saved, e->told_count, e->event.seq, err);
}

/* --- the run --- */

static void
enlist(run_t *run)
{
    for (size_t i = 0; i < run->event.told_count; i++) {
        (void) world_person(run->world, &run->event.told[i].person);
        (void) world_person(run->world, &run->event.told[i].head);
    }
    for (size_t i = 0; i < run->event.move_count; i++) {
        (void) world_person(run->world, &run->event.moves[i].from);
        (void) world_person(run->world, &run->event.moves[i].to);
    }
}

static bool
assess(run_t *run, stream_t *findings, int32_t day, err_t *err)
{
    assess_t assess;
    bool ok;

    assess_init(&assess, run->self, run->tx, findings, run->world, day);
    assess.cause = run->event.event.id;
    assess.position = run->event.event.seq;
    ok = comparison_places(run->self, run->tx, &assess.places, err) &&
         (day == DATE_OPEN || assess_households(&assess, run->world->touched, run->world->touched_count, err)) && assess_save(&assess, err);
    run->done = assess.done; /* records that move are not counted again: they came once */
    assess_done(&assess);
    return ok;
}

bool
run_persons(comparison_t *self, db_tx_t *tx, stream_t *findings, arena_t *arena, const stream_event_t *event, comparison_done_t *ret, err_t *err)
{
    AUTO(world) world = world_new(arena, self->terms);
    run_t run = { .self = self, .tx = tx, .arena = arena, .world = world };
    clock_state_t clock;

    world->groups = GROUPS_SOME;
    if (!comparison_protection(self, tx, err) || !comparison_keys(self, tx, err) || !persons_in(event, self->terms, arena, &run.event, err) || !store_clock_read(tx, &clock, err))
        return false;
    world->protection = self->protection;
    world->keys = self->keys;
    world->whereabouts = self->whereabouts;
    self->first_day = clock.first;
    enlist(&run);
    if (!run_load_named(tx, world, err) || !run_load_concerned(tx, world, self->has_supports, err))
        return false;
    world_begin_turn(world);
    if (!take_moves(&run, err) || !take_told(&run, err))
        return err_add(err, "persons");
    world_touch_dependants(world);
    if (clock.day != DATE_OPEN && !store_findings(tx, world, clock.day, err))
        return false;
    if (self->has_rulings && !store_rulings(tx, world, RULING_NOW, err))
        return false;
    if (!assess(&run, findings, clock.day, err))
        return false;
    if (!store_terms_save(tx, self, err) || !store_world(tx, world, err) || !store_inputs(tx, self->terms, &run.event.event, 1, clock.day, err))
        return false;
    if (world->enrolments_saved)
        comparison_forget_counts(self);
    self->has_supports |= world->supports_saved;
    world_growth_t growth = world_growth(world);
    run.done.new_households = growth.households;
    run.done.new_persons = growth.persons;
    run.done.waiting = growth.waiting;
    *ret = run.done;
    return true;
}
