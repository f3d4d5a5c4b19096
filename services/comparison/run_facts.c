/* SPDX-License-Identifier: Apache-2.0 */
#include "run.h"

#include <string.h>

#include "assess.h"
#include "domain/date.h"
#include "json/json_in.h"
#include "record_in.h"
#include "run_ahead.h"
#include "run_homes.h"
#include "run_load.h"
#include "run_persons.h"
#include "world_apply.h"
#include "world_support.h"

/* Events of a transaction are worked on in groups of so many records.  While one group is applied and assessed, a lane reads what
 * the next one names (run_homes.h), and the transaction's connection writes what the one before has changed. */

typedef struct {
    comparison_t *self;
    db_tx_t *tx;
    arena_t *arena;
    world_t *world;
    facts_event_t *events;
    size_t n;            /* so many of them are to be applied; those behind are only looked at */
    size_t read, loaded; /* so many events are read; what so many name is loaded */
    size_t next;         /* the end of the group that is worked on */
    size_t looked_at;    /* so many of those behind are read, too */
    bool enough;         /* of them */
    int32_t day;
    homes_t homes; /* its lane NULL: everything in turns, in one group */
    assess_t assess;
    comparison_done_t done;
    world_growth_t growth;
    bool everybody; /* what may be used of records that are there has changed */
} run_t;

/* The next group of events. */
static bool
read_events(run_t *run, const stream_event_t *events, size_t n, err_t *err)
{
    size_t records = 0;

    for (; run->read < n && records < run->self->group_records; run->read++) {
        facts_event_t *e = &run->events[run->read];
        const stream_event_t *event = &events[run->read];

        *e = (facts_event_t){ .seq = event->seq, .received = DATE_OPEN };
        if (strcmp(event->event->type, "plimsoll.facts.v1") != 0)
            continue; /* erased, or of a kind that later versions send */
        if (!record_in(event, run->self->terms, run->arena, e, err))
            return false;
        for (size_t i = 0; i < e->count; i++)
            e->records[i].key_names = run->self->keys->now[e->dataset] != 0;
        records += e->count;
    }
    return true;
}

/* The next group of what comes after these: what cannot be read of it is told when it is its turn. */
static void
look_at_following(run_t *run, const facts_batch_t *batch)
{
    size_t records = 0;

    for (; !run->enough && run->looked_at < batch->following_n && records < run->self->group_records; run->looked_at++) {
        const stream_event_t *event = &batch->following[run->looked_at];
        facts_event_t *e = &run->events[run->n + run->looked_at];

        *e = (facts_event_t){ .seq = event->seq, .received = DATE_OPEN };
        run->enough = strcmp(event->event->type, "plimsoll.persons.v1") == 0 || /* it may change who is whom */
                      (strcmp(event->event->type, "plimsoll.facts.v1") == 0 && !record_in(event, run->self->terms, run->arena, e, NULL));
        if (run->enough)
            return;
        records += e->count;
    }
}

/* Is the dataset one whose record key names the holder, as the settings say?  Then a record never moves from one holder to another. */
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

/* Everybody whom the records of the group name joins the world. */
static void
enlist(run_t *run)
{
    world_t *world = run->world;

    for (size_t e = run->loaded; e < run->next; e++) {
        for (size_t i = 0; i < run->events[e].count; i++) {
            const record_t *r = &run->events[e].records[i];

            for (size_t f = 0; f < r->fact_count; f++) {
                const fact_t *fact = &r->facts[f].fact;

                (void) world_holder(world, &r->facts[f]);
                for (size_t p = 0; (world_class(world, fact->kind) & CLASS_SUPPORT) != 0 && p < fact->person_count; p++)
                    (void) world_person(world, &fact->persons[p]); /* what it links may change later in this run */
            }
            if (r->has_holder)
                (void) world_holder(world, &r->holder);
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
    return record->entry != NULL && holder_is_broken(&world_household(world, &record->household)->holder, &record->id);
}

/* Who may have the record that the holders named by it do not have, or not alone and whole?  Of a record whose key names the holder no
 * version that is not in the index was put to anybody else. */
static void
ask_for(run_t *run, place_t *place, const record_t *r)
{
    const keys_t *keys = run->self->keys;
    place_ask_t ask = ASK_NOBODY;

    place->resolved = true;
    if (!r->bad && !r->key_names && !named_is_broken(run->world, r) && r->op == OP_PUT && (r->fact_count > 0 || r->entry != NULL) && is_fixed(run, r))
        return;
    world_place_named(run->world, place, r);
    if (keys->named[r->id.dataset] != 0 && !record_names_holder(r))
        ask = ASK_HISTORY;
    else if (keys->indexed[r->id.dataset])
        ask = ASK_INDEX;
    if (ask > place->asked)
        world_place_ask(run->world, place, ask);
}

/* An earlier record of this run asked who may have it, and not for all whom this one may be about: its key names somebody else, or it
 * does not say whom. */
static bool
asks_for_more(const run_t *run, const place_t *place, const record_t *r)
{
    if (!run->self->keys->now[r->id.dataset])
        return false;
    if (!record_names_holder(r))
        return place->asked < ASK_HISTORY;
    for (size_t i = 0; i < place->holder_count; i++)
        if (world_place_concerns(run->world, place, r, place->holders[i]))
            return false;
    return true;
}

/* Where is each record now?  Mostly with the holder that it names; what is not found there is looked up in the history. */
static bool
resolve(run_t *run, err_t *err)
{
    world_t *world = run->world;

    for (size_t e = run->loaded; e < run->next; e++) {
        for (size_t i = 0; i < run->events[e].count; i++) {
            const record_t *r = &run->events[e].records[i];

            if (r->bad && !r->has_key)
                continue;
            place_t *place = world_place(world, &r->id);
            if (place->resolved ? asks_for_more(run, place, r) : !world_resolve_named(world, place, r))
                ask_for(run, place, r);
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

/* Places as they stand before the group's first event: from memory, unless an event of this run is about one. */
static bool
load_places(run_t *run, err_t *err)
{
    world_t *world = run->world;
    bool unknown = false;

    for (size_t i = 0; i < world->region_count; i++)
        unknown = unknown || !world->regions[i]->holder.loaded;
    if (world->region_count == 0)
        return comparison_places(run->self, run->tx, &run->assess.places, err);
    if (unknown && !store_regions(run->tx, world, err))
        return false;
    run->assess.places = world_place_facts(world);
    return true;
}

/* Between two blocks of households: the lane's first answer makes its second question. */
static bool
on_block(void *ctx, err_t *err)
{
    run_t *run = ctx;

    return homes_poll(&run->homes, err);
}

/* What can be asked for the groups that have been named, and the first question for those behind. */
static bool
ask_ahead(run_t *run, const facts_batch_t *batch, err_t *err)
{
    if (!homes_ask(&run->homes, err))
        return false;
    while (run->homes.lane != NULL && run->read < run->n && homes_has_room(&run->homes)) {
        size_t from = run->read;

        if (!read_events(run, batch->events, batch->n, err))
            return false;
        (void) homes_find(&run->homes, &run->events[from], run->read - from, run->read);
    }
    return true;
}

/* The group's rows join the world, and what was read for it in the transaction before beyond the last event.  What else it needs is asked
 * one by one, when nothing else is to be answered. */
static bool
take_ahead(run_t *run, const facts_batch_t *batch, err_t *err)
{
    if (!ask_ahead(run, batch, err))
        return false;
    while (run->homes.count > 0 && homes_end(&run->homes) == run->next)
        if (!homes_take(&run->homes, err))
            return false;
    return true;
}

/* --- the work of one group --- */

static bool
load(run_t *run, const facts_batch_t *batch, err_t *err)
{
    comparison_t *self = run->self;
    world_t *world = run->world;

    if (!take_ahead(run, batch, err))
        return false;
    enlist(run);
    if (!run_load_named(run->tx, world, err) || !resolve(run, err) || !run_load_concerned(run->tx, world, self->has_supports, err))
        return false;
    if (!store_history_tail(run->tx, world, err) || (run->day != DATE_OPEN && !store_findings(run->tx, world, run->day, err)))
        return false;
    if ((self->has_rulings && !store_rulings_more(run->tx, world, err)) || !load_places(run, err))
        return false;
    world_settle_places(world);
    return ask_ahead(run, batch, err);
}

static bool
apply(run_t *run, err_t *err)
{
    for (; run->loaded < run->next; run->loaded++) {
        const facts_event_t *event = &run->events[run->loaded];

        if (!apply_event(run, event, err))
            return false;
        run->assess.cause = event->id;
        run->assess.position = event->seq;
        if (run->world->regions_changed)
            run->assess.places = world_place_facts(run->world);
        if (run->day != DATE_OPEN && /* before the first business day nothing is assessed */
            !assess_households(&run->assess, run->world->touched, run->world->touched_count, err))
            return false;
        if (!on_block(run, err))
            return false;
    }
    return true;
}

static bool
save(run_t *run, err_t *err)
{
    world_t changed = world_changed(run->world);
    world_growth_t growth = world_growth(&changed);

    if (!store_world(run->tx, &changed, err) || !assess_save_published(&run->assess, err) || !stream_flush(run->assess.stream, run->tx, err))
        return false;
    world_saved(run->world, &changed);
    run->growth.households += growth.households;
    run->growth.persons += growth.persons;
    run->growth.waiting += growth.waiting;
    return true;
}

/* Where there is more than one group, or the first was read ahead: the lane reads, this connection writes behind. */
static bool
begin_lane(run_t *run, const facts_batch_t *batch, err_t *err)
{
    comparison_t *self = run->self;

    if (self->lane == NULL || db_tx_has_written(run->tx)) {
        run_ahead_forget(self);
        return true;
    }
    const carried_t *carried = run_ahead_carried(self, run->events[0].seq, run->day);
    if (carried == NULL && run->read == run->n && batch->following_n == 0)
        return true;
    homes_init(&run->homes, self->lane, self->beside != NULL, run->arena, run->world, run->day);
    if (carried == NULL)
        (void) homes_find(&run->homes, run->events, run->read, run->read);
    for (size_t i = 0; carried != NULL && i < carried->count; i++) {
        if (i > 0 && !read_events(run, batch->events, batch->n, err))
            return false;
        homes_carry_on(&run->homes, &carried->named[i], run->read);
    }
    return db_tx_write_behind(run->tx, err);
}

/* All of this transaction is here: so many groups of what comes after it are named to the lane. */
static void
look_ahead(run_t *run, const facts_batch_t *batch, size_t groups)
{
    if (run->homes.lane == NULL || run->next < run->n)
        return;
    homes_cross(&run->homes);
    for (; groups > 0 && homes_has_room(&run->homes) && !run->enough; groups--) {
        size_t from = run->n + run->looked_at;

        look_at_following(run, batch);
        size_t n = run->n + run->looked_at - from;
        run->enough = run->enough || n == 0 || !homes_find(&run->homes, &run->events[from], n, from + n);
    }
}

static bool
work(run_t *run, const facts_batch_t *batch, err_t *err)
{
    run->n = batch->n;
    run->assess.on_block = on_block;
    run->assess.on_block_ctx = run;
    if (!read_events(run, batch->events, batch->n, err) || !begin_lane(run, batch, err))
        return false;
    while (run->loaded < run->n) {
        if (run->read == run->loaded && !read_events(run, batch->events, batch->n, err))
            return false;
        run->next = run->homes.lane == NULL ? run->read : homes_end(&run->homes);
        db_tx_read_by(run->tx, run->homes.lane != NULL && run->self->beside != NULL ? run->self->beside : run->homes.lane);
        bool ok = load(run, batch, err);
        db_tx_read_by(run->tx, NULL);
        if (!ok)
            return false;
        look_ahead(run, batch, 1);
        if (!apply(run, err) || !homes_ask(&run->homes, err) || !save(run, err))
            return false;
        look_ahead(run, batch, HOMES_AHEAD); /* while the last of this is written and committed */
    }
    return db_tx_settle(run->tx, err) && assess_save(&run->assess, err);
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

/* What the event says that its keys name, and of which dataset it is; 0: it says nothing of records. */
static term_t
look_at_keys(const stream_event_t *event, terms_t *terms, term_t *ret_names)
{
    const char *dataset = json_text(json_get(event->event->data, "dataset")), *names = json_text(json_get(event->event->data, "key_names"));

    *ret_names = 0;
    if (strcmp(event->event->type, "plimsoll.facts.v1") != 0 || dataset == NULL || dataset[0] == '\0' || strlen(dataset) > RECORD_WORD_MAX)
        return 0;
    if (names != NULL && names[0] != '\0' && strlen(names) <= RECORD_WORD_MAX)
        *ret_names = terms_intern(terms, names);
    return terms_intern(terms, dataset);
}

/* What do the keys of each dataset name in this run?  Where that is not the same as before, and not the same in all its events, somebody
 * has changed the dataset's file: then who had a record of it may be anybody, and all its versions are found by key from here on. */
static bool
follow_keys(run_t *run, const facts_batch_t *batch, err_t *err)
{
    keys_t *keys = run->self->keys;
    AUTO_FREE term_t *datasets = mem_new_array(term_t, batch->n + 1);
    AUTO_FREE uint8_t *seen = mem_new_array(uint8_t, UINT16_MAX + 1);
    size_t n = 0;

    for (size_t i = 0; i < batch->n; i++) {
        term_t names, dataset = look_at_keys(&batch->events[i], run->self->terms, &names);

        if (dataset == 0)
            continue;
        if (!seen[dataset]) {
            datasets[n++] = dataset;
            keys->now[dataset] = names;
        }
        seen[dataset] = 1;
        if (keys->now[dataset] != names)
            keys->now[dataset] = 0;
    }
    for (size_t i = 0; i < n; i++)
        if (keys->named[datasets[i]] != 0 && keys->now[datasets[i]] != keys->named[datasets[i]] &&
            !store_keys_index(run->tx, run->self->terms, keys, datasets[i], err))
            return false;
    return true;
}

static bool
run_records(comparison_t *self, db_tx_t *tx, stream_t *findings, arena_t *arena, const facts_batch_t *batch, comparison_done_t *ret, err_t *err)
{
    AUTO(world) world = world_new(arena, self->terms);
    run_t run = { .self = self, .tx = tx, .arena = arena, .world = world };
    clock_state_t clock;

    if (!comparison_protection(self, tx, err) || !comparison_keys(self, tx, err) || !store_clock_read(tx, &clock, err) || !follow_keys(&run, batch, err))
        return false;
    world->keys = self->keys;
    world->whereabouts = self->whereabouts;
    self->first_day = clock.first;
    run.day = clock.day;
    run.events = arena_new_array(arena, facts_event_t, batch->n + batch->following_n + 1);
    world->groups = self->has_groups ? GROUPS_SOME : GROUPS_NONE;
    assess_init(&run.assess, self, tx, findings, world, clock.day);
    bool ok = work(&run, batch, err);
    if (!ok && run.homes.lane != NULL)
        db_lane_forget(run.homes.lane);
    comparison_done_t done = run.assess.done;
    assess_done(&run.assess);
    if (!ok)
        return false;
    if (run.homes.count > 0)
        run_ahead_carry(self, batch->following[0].seq, run.day, &run.homes);
    if (!store_terms_save(tx, self, err) || !store_inputs(tx, self->terms, run.events, batch->n, clock.day, err))
        return false;
    if (!begin_again(&run, &clock, err))
        return err_add(err, "day");
    if (world->enrolments_saved)
        comparison_forget_counts(self);
    self->has_supports |= world->supports_saved;
    done.records = run.done.records;
    done.quarantined = run.done.quarantined;
    done.day_again = run.done.day_again;
    done.new_households = run.growth.households;
    done.new_persons = run.growth.persons;
    done.waiting = run.growth.waiting;
    done.waiting_records = world->waiting_records;
    *ret = done;
    return true;
}

/* Who is whom changes between two events: what comes before is one run, what comes after another. */
bool
run_facts(comparison_t *self, db_tx_t *tx, stream_t *findings, arena_t *arena, const facts_batch_t *batch, comparison_done_t *ret, err_t *err)
{
    comparison_done_t all = { .records = 0 };

    for (size_t from = 0; from < batch->n;) {
        comparison_done_t done = { .records = 0 };
        size_t to = from;
        bool ok;

        while (to < batch->n && strcmp(batch->events[to].event->type, "plimsoll.persons.v1") != 0)
            to++;
        if (to > from) {
            facts_batch_t part = { .events = &batch->events[from], .n = to - from };

            if (to == batch->n) {
                part.following = batch->following;
                part.following_n = batch->following_n;
            }
            ok = run_records(self, tx, findings, arena, &part, &done, err);
        } else {
            run_ahead_forget(self);
            ok = run_persons(self, tx, findings, arena, &batch->events[from], &done, err);
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
