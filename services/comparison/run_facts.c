/* SPDX-License-Identifier: Apache-2.0 */
#include "run.h"

#include <string.h>

#include "assess.h"
#include "domain/date.h"
#include "record_in.h"
#include "run_ahead.h"
#include "run_load.h"
#include "run_persons.h"
#include "world_apply.h"
#include "world_support.h"

typedef struct {
    comparison_t *self;
    db_tx_t *tx;
    arena_t *arena;
    world_t *world;
    facts_event_t *events;
    size_t count;
    comparison_done_t done;
    bool everybody; /* what may be used of records that are there has changed */
} run_t;

static bool
read_events(run_t *run, const stream_event_t *events, size_t n, err_t *err)
{
    run->events = arena_new_array(run->arena, facts_event_t, n + 1);
    for (; run->count < n; run->count++) {
        facts_event_t *e = &run->events[run->count];

        *e = (facts_event_t){ .seq = events[run->count].seq, .received = DATE_OPEN };
        if (strcmp(events[run->count].event->type, "plimsoll.facts.v1") != 0)
            continue; /* erased, or of a kind that later versions send */
        if (!record_in(&events[run->count], run->self->terms, run->arena, e, err))
            return false;
    }
    return true;
}

/* Is the dataset one whose record key names the holder?  Then a record never moves from one holder to another. */
static bool
is_fixed(const run_t *run, const record_t *record)
{
    const char *list = run->self->config->fixed;
    const char *word = terms_word(run->world->terms, record->id.dataset);
    size_t n = strlen(word);

    for (const char *p = list; (p = strstr(p, word)) != NULL; p += n)
        if ((p == list || p[-1] == ',') && (p[n] == '\0' || p[n] == ','))
            return true;
    return false;
}

/* Everybody whom the records name joins the world. */
static void
enlist(run_t *run)
{
    world_t *world = run->world;

    for (size_t e = 0; e < run->count; e++) {
        for (size_t i = 0; i < run->events[e].count; i++) {
            const record_t *r = &run->events[e].records[i];

            for (size_t f = 0; f < r->fact_count; f++) {
                const fact_t *fact = &r->facts[f].fact;

                (void) world_holder(world, &r->facts[f]);
                for (size_t p = 0; (world_class(world, fact->kind) & CLASS_SUPPORT) != 0 && p < fact->person_count; p++)
                    (void) world_person(world, &fact->persons[p]); /* what it links may change later in this run */
            }
            if (!uuid_is_nil(&r->household))
                (void) world_household(world, &r->household);
            for (size_t m = 0; r->entry != NULL && m < r->entry->member_count; m++)
                (void) world_person(world, &r->entry->members[m].person);
        }
    }
}

/* A version of the record that could not be applied may have spoken of others. */
static bool
named_is_broken(world_t *world, const record_t *record)
{
    for (size_t f = 0; f < record->fact_count; f++)
        if (holder_is_broken(world_holder(world, &record->facts[f]), &record->id))
            return true;
    return false;
}

/* Where is each record now?  Mostly with the holder that it names; what is not found there is looked up in the history. */
static bool
resolve(run_t *run, err_t *err)
{
    world_t *world = run->world;

    for (size_t e = 0; e < run->count; e++) {
        for (size_t i = 0; i < run->events[e].count; i++) {
            const record_t *r = &run->events[e].records[i];

            if (r->bad && !r->has_key)
                continue;
            place_t *place = world_place(world, &r->id);
            if (place->resolved || world_resolve_named(world, place, r))
                continue;
            if (!r->bad && !named_is_broken(world, r) && r->op == OP_PUT && r->fact_count > 0 && is_fixed(run, r))
                place->resolved = true;
        }
    }
    return store_places(run->tx, world, err);
}

/* The last event of a dataset says whether it needs the person's authorisation, for all its records. */
static bool
follow_protection(run_t *run, const facts_event_t *event, err_t *err)
{
    protection_t *p = run->self->protection;
    bool known;

    if (event->dataset == 0 || protection_is_marked(p, event->dataset) == event->is_protected)
        return true;
    if (!store_protection_add(run->tx, terms_word(run->self->terms, event->dataset), event->seq, event->is_protected, &known, err))
        return false;
    protection_mark(p, event->dataset, event->is_protected);
    run->everybody |= known && p->required;
    return true;
}

static bool
apply_event(run_t *run, const facts_event_t *event, err_t *err)
{
    if (!follow_protection(run, event, err))
        return false;
    world_begin_turn(run->world);
    for (size_t i = 0; i < event->count; i++) {
        const record_t *r = &event->records[i];

        run->done.records++;
        if (!r->bad) {
            world_apply(run->world, r);
            continue;
        }
        run->done.quarantined++;
        if (r->has_key)
            world_mark_broken(run->world, r);
        if (!stream_poison_add(run->tx, "facts", r->seq, r->position, r->why, err))
            return err_add(err, "quarantine");
    }
    world_touch_dependants(run->world);
    return true;
}

/* Places as they stand before the first event: from memory, unless an event is about one. */
static bool
load_places(run_t *run, policy_world_t *ret, err_t *err)
{
    if (run->world->region_count == 0)
        return comparison_places(run->self, run->tx, ret, err);
    if (!store_regions(run->tx, run->world, err))
        return false;
    *ret = world_place_facts(run->world);
    return true;
}

static bool
apply_events(run_t *run, stream_t *findings, int32_t day, err_t *err)
{
    assess_t assess;
    bool ok;

    assess_init(&assess, run->self, run->tx, findings, run->world, day);
    ok = load_places(run, &assess.places, err);
    for (size_t e = 0; ok && e < run->count; e++) {
        ok = apply_event(run, &run->events[e], err);
        assess.cause = run->events[e].id;
        assess.position = run->events[e].seq;
        if (run->world->regions_changed)
            assess.places = world_place_facts(run->world);
        if (ok && day != DATE_OPEN) /* before the first business day nothing is assessed */
            ok = assess_households(&assess, run->world->touched, run->world->touched_count, err);
    }
    ok = ok && assess_save(&assess, err);
    assess.done.records = run->done.records;
    assess.done.quarantined = run->done.quarantined;
    run->done = assess.done;
    assess_done(&assess);
    return ok;
}

/* Too many households to assess at once: a tick does it in chunks. */
static bool
begin_again(run_t *run, clock_state_t *clock, err_t *err)
{
    if (run->everybody && clock->day != DATE_OPEN) {
        if (!run_tick_again(run->tx, clock, "", err))
            return false;
        run->done.day_again = true;
    }
    for (size_t i = 0; i < run->world->region_count; i++) {
        const region_t *r = run->world->regions[i];

        if (!r->holder.dirty)
            continue;
        comparison_forget_places(run->self);
        if (clock->day == DATE_OPEN)
            continue;
        if (!run_tick_again(run->tx, clock, r->code, err))
            return false;
        run->done.day_again = true;
    }
    return true;
}

static bool
run_records(comparison_t *self, db_tx_t *tx, stream_t *findings, arena_t *arena, const stream_event_t *events, size_t n,
            comparison_done_t *ret, err_t *err)
{
    AUTO(world) world = world_new(arena, self->terms);
    run_t run = { .self = self, .tx = tx, .arena = arena, .world = world };
    clock_state_t clock;

    if (!comparison_protection(self, tx, err) || !read_events(&run, events, n, err) || !store_clock_read(tx, &clock, err))
        return false;
    self->first_day = clock.first;
    world->groups = self->has_groups ? GROUPS_SOME : GROUPS_NONE;
    enlist(&run);
    if (!run_load_named(tx, world, err) || !resolve(&run, err) || !run_load_concerned(tx, world, self->has_supports, err))
        return false;
    if (clock.day != DATE_OPEN && !store_findings(tx, world, clock.day, err))
        return false;
    if (self->has_rulings && !store_rulings(tx, world, RULING_NOW, err))
        return false;
    if (!apply_events(&run, findings, clock.day, err))
        return false;
    if (!store_terms_save(tx, self, err) || !store_world(tx, world, err) || !store_inputs(tx, self->terms, run.events, n, clock.day, err))
        return false;
    if (!begin_again(&run, &clock, err))
        return err_add(err, "day");
    if (world->enrolments_saved)
        comparison_forget_counts(self);
    self->has_supports |= world->supports_saved;
    world_growth_t growth = world_growth(world);
    run.done.new_households = growth.households;
    run.done.new_persons = growth.persons;
    run.done.waiting = growth.waiting;
    run.done.waiting_records = world->waiting_records;
    *ret = run.done;
    return true;
}

/* Who is whom changes between two events: what comes before is one run, what comes after another. */
bool
run_facts(comparison_t *self, db_tx_t *tx, stream_t *findings, arena_t *arena, const stream_event_t *events, size_t n,
          comparison_done_t *ret, err_t *err)
{
    comparison_done_t all = { .records = 0 };

    run_ahead_forget(self);
    for (size_t from = 0; from < n;) {
        comparison_done_t done = { .records = 0 };
        size_t to = from;
        bool ok;

        while (to < n && strcmp(events[to].event->type, "plimsoll.persons.v1") != 0)
            to++;
        if (to > from) {
            ok = run_records(self, tx, findings, arena, &events[from], to - from, &done, err);
        } else {
            ok = run_persons(self, tx, findings, arena, &events[to], &done, err);
            to++;
        }
        if (!ok)
            return false;
        comparison_done_add(&all, &done);
        from = to;
    }
    *ret = all;
    return true;
}
