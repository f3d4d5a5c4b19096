/* SPDX-License-Identifier: Apache-2.0 */
#include "comparison_store.h"

#include <stdlib.h>
#include <string.h>

#include "comparison_pack.h"
#include "comparison_sql.h"
#include "domain/date.h"
#include "world_waiting.h"
#include "world_apply.h"
#include "world_person.h"

enum { OP_PUT_NAMED = 8 }; /* OP_PUT in the table, where the index by key leaves it out */
enum { HISTORY_CHUNK = 262144 }; /* rows: the index of so many stays in memory while it is filled */

const db_stmt_set_t *const store_statements[] = { &comparison_statements, NULL };

bool
store_terms_load(db_tx_t *tx, terms_t *terms, err_t *err)
{
    AUTO(db_result) rows = NULL;

    if (!db_query(tx, &comparison_statements, STMT_terms_load, NULL, &rows, err))
        return err_add(err, "terms");
    for (size_t i = 0; i < db_result_rows(rows); i++)
        terms_load(terms, (term_t) db_result_i64(rows, i, 0), db_result_text(rows, i, 1));
    return true;
}

bool
store_terms_save(db_tx_t *tx, comparison_t *comparison, err_t *err)
{
    const terms_t *terms = comparison->terms;
    int64_t numbers[UINT8_MAX];
    const char *words[UINT8_MAX];

    /* in pieces of a fixed size: a full vocabulary is not worth a heap block */
    while (comparison->terms_saved < terms_last(terms)) {
        AUTO_PARAMS in;
        size_t n = 0;

        for (; n < COUNT_OF(numbers) && comparison->terms_saved < terms_last(terms); n++) {
            numbers[n] = ++comparison->terms_saved;
            words[n] = terms_word(terms, comparison->terms_saved);
        }
        db_params_init(&in);
        db_params_i64_array(&in, numbers, n);
        db_params_text_array(&in, words, n);
        if (!db_exec(tx, &comparison_statements, STMT_terms_add, &in, NULL, err))
            return err_add(err, "terms");
    }
    return true;
}

bool
store_clock_read(db_tx_t *tx, clock_state_t *ret, err_t *err)
{
    AUTO(db_result) rows = NULL;

    if (!db_query(tx, &comparison_statements, STMT_clock_read, NULL, &rows, err))
        return err_add(err, "clock");
    if (db_result_rows(rows) != 1)
        return err_set(err, ERR_CONFIG, "comparison.clock", "table clock has lost its row: restore it");
    ret->day = db_result_date(rows, 0, 0);
    ret->finished = db_result_date(rows, 0, 1);
    ret->target = db_result_date(rows, 0, 2);
    ret->everybody = db_result_bool(rows, 0, 3);
    ret->after = db_result_i64(rows, 0, 4);
    (void) str_copy(ret->policy, sizeof ret->policy, db_result_text(rows, 0, 5));
    (void) str_copy(ret->region, sizeof ret->region, db_result_text(rows, 0, 6));
    ret->first = db_result_date(rows, 0, 7);
    ret->scheduled = db_result_bool(rows, 0, 8);
    ret->entry = (int) db_result_i64(rows, 0, 9);
    return true;
}

bool
store_clock_write(db_tx_t *tx, const clock_state_t *clock, err_t *err)
{
    AUTO_PARAMS in;

    db_params_init(&in);
    db_params_date(&in, clock->day);
    db_params_date(&in, clock->finished);
    db_params_date(&in, clock->target);
    db_params_bool(&in, clock->everybody);
    db_params_i64(&in, clock->after);
    db_params_text(&in, clock->policy);
    db_params_text(&in, clock->region);
    db_params_date(&in, clock->first);
    db_params_bool(&in, clock->scheduled);
    db_params_i64(&in, clock->entry);
    return db_exec(tx, &comparison_statements, STMT_clock_write, &in, NULL, err) || err_add(err, "clock");
}

/* --- packed rows --- */

/* Packs of many holders in one buffer; slices are made when it no longer grows. */
typedef struct {
    str_t bytes;
    size_t *ends;
    uuid_t *ids;
    slice_t *slices;
    size_t n;
} packs_t;

static void
packs_init(packs_t *self, size_t max)
{
    *self = (packs_t){ .bytes = STR_INIT };
    self->ends = mem_new_array(size_t, max + 1);
    self->ids = mem_new_array(uuid_t, max + 1);
    self->slices = mem_new_array(slice_t, max + 1);
}

static void
packs_done(packs_t *self)
{
    str_done(&self->bytes);
    mem_free(self->ends);
    mem_free(self->ids);
    mem_free(self->slices);
}

static void
packs_end(packs_t *self, const uuid_t *id)
{
    self->ids[self->n] = *id;
    self->ends[self->n++] = self->bytes.len;
}

static const slice_t *
packs_slices(packs_t *self)
{
    size_t from = 0;

    for (size_t i = 0; i < self->n; i++) {
        self->slices[i] = (slice_t){ self->bytes.ptr + from, self->ends[i] - from };
        from = self->ends[i];
    }
    return self->slices;
}

/* Household by household: who lives together is read together, from one page where they were written together. */
static int
person_order(const void *a, const void *b)
{
    const person_t *p = *(person_t *const *) a, *q = *(person_t *const *) b;

    if (p->home_ordinal != q->home_ordinal)
        return p->home_ordinal < q->home_ordinal ? -1 : 1;
    return uuid_cmp(&p->holder.id, &q->holder.id);
}

/* Rows that stand where they were read are found there, without the index. */
typedef enum { PERSONS_NEW, PERSONS_WRITTEN, PERSONS_READ } persons_t;

static persons_t
kind_of(const person_t *p)
{
    return !p->holder.stored ? PERSONS_NEW : p->row == 0 ? PERSONS_WRITTEN : PERSONS_READ;
}

static bool
save_some_persons(db_tx_t *tx, person_t *const *persons, size_t n, unsigned stmt, persons_t kind, err_t *err)
{
    __attribute__((cleanup(packs_done))) packs_t packs;
    AUTO_FREE uuid_t *homes = mem_new_array(uuid_t, n + 1);
    AUTO_FREE int64_t *ordinals = mem_new_array(int64_t, n + 1);
    AUTO_FREE db_tid_t *rows = mem_new_array(db_tid_t, n + 1);
    AUTO_PARAMS in;

    packs_init(&packs, n);
    db_params_init(&in);
    for (size_t i = 0; i < n; i++) {
        if (kind_of(persons[i]) != kind)
            continue;
        homes[packs.n] = persons[i]->home;
        ordinals[packs.n] = persons[i]->home_ordinal;
        rows[packs.n] = persons[i]->row;
        pack_person(persons[i], &packs.bytes);
        packs_end(&packs, &persons[i]->holder.id);
    }
    if (packs.n == 0)
        return true;
    db_params_uuid_array(&in, packs.ids, packs.n);
    db_params_uuid_array(&in, homes, packs.n);
    db_params_i64_array(&in, ordinals, packs.n);
    db_params_bytea_array(&in, packs_slices(&packs), packs.n);
    if (kind == PERSONS_READ)
        db_params_tid_array(&in, rows, packs.n);
    db_params_must_touch(&in, packs.n);
    return db_exec(tx, &comparison_statements, stmt, &in, NULL, err);
}

/* Those of whom nothing is known any more. */
static bool
drop_persons(db_tx_t *tx, const world_t *world, err_t *err)
{
    AUTO_FREE uuid_t *ids = mem_new_array(uuid_t, world->person_count + 1);
    AUTO_PARAMS in;
    size_t n = 0;

    db_params_init(&in);
    for (size_t i = 0; i < world->person_count; i++) {
        const person_t *p = world->persons[i];

        if (p->holder.dirty && p->holder.stored && world_is_nobody(p))
            ids[n++] = p->holder.id;
    }
    if (n == 0)
        return true;
    db_params_uuid_array(&in, ids, n);
    return db_exec(tx, &comparison_statements, STMT_persons_drop, &in, NULL, err) || err_add(err, "persons");
}

/* Newcomers get the next numbers.  Those of a transaction that is lost are given again. */
static bool
number_households(db_tx_t *tx, world_t *world, err_t *err)
{
    AUTO(db_result) rows = NULL;

    if (world->newcomer_count == 0)
        return true;
    if (world->last_ordinal == 0) {
        if (!db_query(tx, &comparison_statements, STMT_households_last, NULL, &rows, err))
            return err_add(err, "households");
        world->last_ordinal = db_result_i64(rows, 0, 0);
    }
    for (size_t i = 0; i < world->newcomer_count; i++)
        world->newcomers[i]->ordinal = ++world->last_ordinal;
    return true;
}

/* Whoever has moved has moved to a household that is here: its entry claims the person. */
static void
number_homes(world_t *world)
{
    for (size_t i = 0; i < world->person_count; i++) {
        person_t *p = world->persons[i];

        if (!p->holder.dirty || uuid_is_nil(&p->home) || p->home_ordinal != 0)
            continue;
        const household_t *home = world_find_household(world, &p->home);
        REQUIRE(home != NULL && home->ordinal != 0);
        p->home_ordinal = home->ordinal;
        if (world->whereabouts != NULL)
            whereabouts_put(world->whereabouts, &p->holder.id, p->home_ordinal);
    }
}

static bool
save_persons(db_tx_t *tx, const world_t *world, err_t *err)
{
    AUTO_FREE person_t **dirty = (person_t **) mem_alloc(world->person_count + 1, sizeof(person_t *));
    size_t n = 0;

    for (size_t i = 0; i < world->person_count; i++)
        if (world->persons[i]->holder.dirty && !world_is_nobody(world->persons[i]))
            dirty[n++] = world->persons[i];
    qsort(dirty, n, sizeof *dirty, person_order);
    return (save_some_persons(tx, dirty, n, STMT_persons_add, PERSONS_NEW, err) &&
            save_some_persons(tx, dirty, n, STMT_persons_save_at, PERSONS_READ, err) &&
            save_some_persons(tx, dirty, n, STMT_persons_save, PERSONS_WRITTEN, err)) || err_add(err, "persons");
}

static bool
save_some_households(db_tx_t *tx, household_t *const *households, size_t n, unsigned stmt, bool stored, err_t *err)
{
    __attribute__((cleanup(packs_done))) packs_t packs;
    AUTO_FREE int64_t *ordinals = mem_new_array(int64_t, n + 1);
    AUTO_FREE const char **regions = (const char **) mem_alloc(n + 1, sizeof(char *));
    AUTO_FREE int64_t *closed = mem_new_array(int64_t, n + 1);
    AUTO_FREE int32_t *next = mem_new_array(int32_t, n + 1);
    AUTO_PARAMS in;

    packs_init(&packs, n);
    db_params_init(&in);
    for (size_t i = 0; i < n; i++) {
        const household_t *h = households[i];

        if (h->holder.stored != stored)
            continue;
        ordinals[packs.n] = h->ordinal;
        regions[packs.n] = h->has_entry ? h->entry.region : "";
        closed[packs.n] = h->has_entry && h->entry.closed;
        next[packs.n] = h->next_day;
        pack_household(h, &packs.bytes);
        packs_end(&packs, &h->holder.id);
    }
    if (packs.n == 0)
        return true;
    db_params_i64_array(&in, ordinals, packs.n);
    if (!stored)
        db_params_uuid_array(&in, packs.ids, packs.n);
    db_params_text_array(&in, regions, packs.n);
    db_params_i64_array(&in, closed, packs.n);
    db_params_date_array(&in, next, packs.n);
    db_params_bytea_array(&in, packs_slices(&packs), packs.n);
    return db_exec(tx, &comparison_statements, stmt, &in, NULL, err);
}

static bool
save_households(db_tx_t *tx, const world_t *world, err_t *err)
{
    AUTO_FREE household_t **dirty = (household_t **) mem_alloc(world->household_count + 1, sizeof(household_t *));
    size_t n = 0;

    for (size_t i = 0; i < world->household_count; i++)
        if (world->households[i]->holder.dirty)
            dirty[n++] = world->households[i];
    qsort(dirty, n, sizeof *dirty, world_household_order); /* in which they stand on disk */
    return (save_some_households(tx, dirty, n, STMT_households_add, false, err) &&
            save_some_households(tx, dirty, n, STMT_households_save, true, err)) || err_add(err, "households");
}

/* Those of which only the day of the next assessment changed. */
static bool
save_next_days(db_tx_t *tx, const world_t *world, err_t *err)
{
    AUTO_FREE int64_t *ordinals = mem_new_array(int64_t, world->household_count + 1);
    AUTO_FREE int32_t *next = mem_new_array(int32_t, world->household_count + 1);
    AUTO_PARAMS in;
    size_t n = 0;

    db_params_init(&in);
    for (size_t i = 0; i < world->household_count; i++) {
        const household_t *h = world->households[i];

        if (h->holder.dirty || !h->next_day_dirty || !h->holder.stored)
            continue;
        ordinals[n] = h->ordinal;
        next[n++] = h->next_day;
    }
    if (n == 0)
        return true;
    db_params_i64_array(&in, ordinals, n);
    db_params_date_array(&in, next, n);
    return db_exec(tx, &comparison_statements, STMT_households_next, &in, NULL, err) || err_add(err, "next days");
}

/* Who is the same is found on the same pages of the index. */
static int
history_order(const void *a, const void *b)
{
    const history_t *p = *(const history_t *const *) a, *q = *(const history_t *const *) b;

    return uuid_cmp(&p->holder, &q->holder);
}

bool
store_history_tail(db_tx_t *tx, world_t *world, err_t *err)
{
    AUTO(db_result) rows = NULL;

    if (world->tail.known)
        return true;
    if (!db_query(tx, &comparison_statements, STMT_history_tail, NULL, &rows, err))
        return err_add(err, "history");
    if (db_result_rows(rows) != 1)
        return err_set(err, ERR_CONFIG, "comparison.history", "table history_tail has lost its row: restore it");
    world->tail.known = true;
    world->tail.chunk = (int32_t) db_result_i64(rows, 0, 0);
    world->tail.rows = db_result_i64(rows, 0, 1);
    return true;
}

/* The chunk that so many rows of the history go to; a full one is left behind. */
static bool
take_chunk(db_tx_t *tx, world_t *world, size_t n, err_t *err)
{
    AUTO_PARAMS in;

    db_params_init(&in);
    if (!store_history_tail(tx, world, err))
        return false;
    if (world->tail.rows >= HISTORY_CHUNK) {
        world->tail.chunk++;
        world->tail.rows = 0;
    }
    world->tail.rows += (int64_t) n;
    db_params_i64(&in, world->tail.chunk);
    db_params_i64(&in, world->tail.rows);
    return db_exec(tx, &comparison_statements, STMT_history_tail_save, &in, NULL, err) || err_add(err, "history");
}

static bool
save_history(db_tx_t *tx, world_t *world, err_t *err)
{
    AUTO_FREE const history_t **rows_in = (const history_t **) mem_alloc(world->history_count + 1, sizeof(history_t *));
    AUTO(db_copy) copy = NULL;

    if (world->history_count == 0)
        return true;
    if (!store_keys_note(tx, world, err) || !take_chunk(tx, world, world->history_count, err))
        return false;
    if (!db_copy_begin(tx, &comparison_statements, STMT_history_copy, 10, &copy, err))
        return err_add(err, "history");
    for (size_t i = 0; i < world->history_count; i++)
        rows_in[i] = &world->history[i];
    qsort(rows_in, world->history_count, sizeof *rows_in, history_order);
    for (size_t i = 0; i < world->history_count; i++) {
        const history_t *row = rows_in[i];
        uuid_t key;

        memcpy(key.b, row->record.key, sizeof key.b);
        db_copy_i64(copy, (int64_t) row->seq);
        db_copy_i32(copy, (int32_t) row->index);
        db_copy_i32(copy, row->record.dataset);
        db_copy_i32(copy, row->key_names ? OP_PUT_NAMED : (int32_t) row->op);
        db_copy_uuid(copy, &key);
        db_copy_uuid(copy, &row->holder);
        db_copy_bool(copy, row->kind == HELD_BY_HOUSEHOLD);
        if (row->region == NULL)
            db_copy_null(copy);
        else
            db_copy_text(copy, row->region, strlen(row->region));
        if (row->body.ptr == NULL)
            db_copy_null(copy);
        else
            db_copy_bytea(copy, row->body.ptr, row->body.len);
        db_copy_i32(copy, world->tail.chunk);
    }
    return db_copy_end(&copy, NULL, err) || err_add(err, "history");
}

/* --- enrolments as rows --- */

static void
copy_enrolments(db_copy_t *copy, world_t *world, const holder_t *holder, const fact_t *facts, size_t n, const uuid_t *home)
{
    const household_t *h = world_find_household(world, home);
    const char *region = h != NULL && h->has_entry ? h->entry.region : "";
    static const uuid_t nobody = { { 0 } };

    for (size_t i = 0; i < n; i++) {
        const fact_t *f = &facts[i];

        if (!world_is_enrolment(world, f->kind))
            continue;
        const char *category = terms_word(world->terms, f->kind) + sizeof "enrolment." - 1;
        const char *code = terms_word(world->terms, f->code);
        db_copy_uuid(copy, &holder->id);
        db_copy_uuid(copy, home);
        db_copy_uuid(copy, holder->kind == HELD_BY_HOUSEHOLD ? &nobody : &holder->id);
        db_copy_text(copy, category, strlen(category));
        db_copy_text(copy, code, strlen(code));
        db_copy_text(copy, region, strlen(region));
        db_copy_date(copy, f->from);
        db_copy_date(copy, f->to);
        db_copy_i64(copy, f->value);
        db_copy_i32(copy, f->person_count > 0 ? f->person_count : 1);
    }
}

static bool
save_enrolments(db_tx_t *tx, world_t *world, err_t *err)
{
    AUTO_FREE uuid_t *ids = mem_new_array(uuid_t, world->person_count + world->household_count + 1);
    AUTO_PARAMS in;
    AUTO(db_copy) copy = NULL;
    size_t had = 0, dirty = 0;

    db_params_init(&in);
    world_spread_enrolments(world);
    for (size_t i = 0; i < world->person_count + world->household_count; i++) {
        const holder_t *h = i < world->person_count ? &world->persons[i]->holder
                                                    : &world->households[i - world->person_count]->holder;

        dirty += h->enrolments_dirty;
        if (h->enrolments_dirty && h->had_enrolments)
            ids[had++] = h->id;
    }
    if (dirty == 0)
        return true;
    world->enrolments_saved = true;
    db_params_uuid_array(&in, ids, had);
    if (had > 0 && !db_exec(tx, &comparison_statements, STMT_enrolments_drop, &in, NULL, err))
        return err_add(err, "enrolments");
    if (!db_copy_begin(tx, &comparison_statements, STMT_enrolments_copy, 10, &copy, err))
        return err_add(err, "enrolments");
    for (size_t i = 0; i < world->person_count; i++) {
        const person_t *p = world->persons[i];
        fact_t *facts;
        size_t n;

        if (!p->holder.enrolments_dirty || world_head(p) != p) /* those of a group stand under its head */
            continue;
        world_person_facts(world, p, &facts, &n);
        copy_enrolments(copy, world, &p->holder, facts, n, &p->home);
    }
    for (size_t i = 0; i < world->household_count; i++) {
        const holder_t *h = &world->households[i]->holder;

        if (h->enrolments_dirty)
            copy_enrolments(copy, world, h, h->facts, h->fact_count, &h->id);
    }
    return db_copy_end(&copy, NULL, err) || err_add(err, "enrolments");
}

/* --- findings --- */

typedef struct {
    uuid_t *ids, *households, *persons;
    const char **kinds, **categories, **rules, **froms, **regions;
    int64_t *open, *versions, *monthly, *enrolled, *overpaid, *underpaid, *ordinals;
    int32_t *opened, *since;
    slice_t *digests, *bases;
    size_t n;
} columns_t;

static void
columns_init(columns_t *self, arena_t *arena, size_t n)
{
    uuid_t *uuids = arena_new_array(arena, uuid_t, 3 * n + 1);
    const char **texts = (const char **) arena_alloc(arena, (5 * n + 1) * sizeof(char *));
    int64_t *numbers = arena_new_array(arena, int64_t, 7 * n + 1);
    int32_t *dates = arena_new_array(arena, int32_t, 2 * n + 1);

    *self = (columns_t){ .ids = uuids, .households = uuids + n, .persons = uuids + 2 * n, .kinds = texts,
                         .categories = texts + n, .rules = texts + 2 * n, .froms = texts + 3 * n, .regions = texts + 4 * n,
                         .open = numbers, .versions = numbers + n, .monthly = numbers + 2 * n, .enrolled = numbers + 3 * n,
                         .overpaid = numbers + 4 * n, .underpaid = numbers + 5 * n, .ordinals = numbers + 6 * n, .opened = dates, .since = dates + n,
                         .digests = arena_new_array(arena, slice_t, n + 1), .bases = arena_new_array(arena, slice_t, n + 1) };
}

static void
columns_add(columns_t *self, const household_t *home, const finding_t *f)
{
    size_t i = self->n++;

    self->ids[i] = f->id;
    self->households[i] = f->household;
    self->ordinals[i] = home->ordinal;
    self->persons[i] = f->person;
    self->kinds[i] = finding_kind_name(f->kind);
    self->categories[i] = f->category;
    self->rules[i] = f->rule;
    self->froms[i] = f->from_category;
    self->regions[i] = f->region;
    self->open[i] = f->open;
    self->versions[i] = f->version;
    self->opened[i] = f->opened;
    self->since[i] = f->since;
    self->monthly[i] = f->monthly;
    self->enrolled[i] = f->enrolled;
    self->overpaid[i] = f->overpaid;
    self->underpaid[i] = f->underpaid;
    self->digests[i] = (slice_t){ (const char *) f->digest.b, sizeof f->digest.b };
    self->bases[i] = (slice_t){ (const char *) f->basis.b, sizeof f->basis.b };
}

static bool
save_findings(db_tx_t *tx, const world_t *world, err_t *err)
{
    size_t n = 0;
    columns_t c;
    AUTO_PARAMS in;

    db_params_init(&in);
    for (size_t i = 0; i < world->household_count; i++)
        for (size_t k = 0; k < world->households[i]->finding_count; k++)
            n += world->households[i]->findings[k].dirty;
    if (n == 0)
        return true;
    columns_init(&c, world->arena, n);
    for (size_t i = 0; i < world->household_count; i++)
        for (size_t k = 0; k < world->households[i]->finding_count; k++)
            if (world->households[i]->findings[k].dirty)
                columns_add(&c, world->households[i], &world->households[i]->findings[k]);
    db_params_uuid_array(&in, c.ids, n);
    db_params_uuid_array(&in, c.households, n);
    db_params_uuid_array(&in, c.persons, n);
    db_params_text_array(&in, c.kinds, n);
    db_params_text_array(&in, c.categories, n);
    db_params_text_array(&in, c.rules, n);
    db_params_text_array(&in, c.froms, n);
    db_params_text_array(&in, c.regions, n);
    db_params_i64_array(&in, c.open, n);
    db_params_i64_array(&in, c.versions, n);
    db_params_date_array(&in, c.opened, n);
    db_params_date_array(&in, c.since, n);
    db_params_i64_array(&in, c.monthly, n);
    db_params_i64_array(&in, c.enrolled, n);
    db_params_i64_array(&in, c.overpaid, n);
    db_params_bytea_array(&in, c.digests, n);
    db_params_i64_array(&in, c.underpaid, n);
    db_params_bytea_array(&in, c.bases, n);
    db_params_i64_array(&in, c.ordinals, n);
    return db_exec(tx, &comparison_statements, STMT_findings_save, &in, NULL, err) || err_add(err, "findings");
}

bool
store_world(db_tx_t *tx, world_t *world, err_t *err)
{
    if (!number_households(tx, world, err))
        return false;
    number_homes(world);
    return save_history(tx, world, err) && save_persons(tx, world, err) && drop_persons(tx, world, err) && store_waiting_save(tx, world, err) &&
           save_households(tx, world, err) && save_next_days(tx, world, err) && save_enrolments(tx, world, err) &&
           store_supports_save(tx, world, err) && store_regions_save(tx, world, err) && save_findings(tx, world, err);
}

bool
store_inputs(db_tx_t *tx, const terms_t *terms, const facts_event_t *events, size_t n, int32_t day, err_t *err)
{
    AUTO_FREE int64_t *seqs = mem_new_array(int64_t, n + 1);
    AUTO_FREE uuid_t *ids = mem_new_array(uuid_t, n + 1);
    AUTO_FREE int32_t *received = mem_new_array(int32_t, n + 1);
    AUTO_FREE const char **datasets = (const char **) mem_alloc(n + 1, sizeof(char *));
    AUTO_PARAMS in;

    db_params_init(&in);
    for (size_t i = 0; i < n; i++) {
        seqs[i] = (int64_t) events[i].seq;
        ids[i] = events[i].id;
        received[i] = events[i].received;
        datasets[i] = events[i].dataset == 0 ? NULL : terms_word(terms, events[i].dataset);
    }
    db_params_i64_array(&in, seqs, n);
    db_params_uuid_array(&in, ids, n);
    db_params_date_array(&in, received, n);
    db_params_date(&in, day);
    db_params_text_array(&in, datasets, n);
    return db_exec(tx, &comparison_statements, STMT_inputs_add, &in, NULL, err) || err_add(err, "inputs");
}

bool
store_published(db_tx_t *tx, const published_t *published, size_t n, err_t *err)
{
    AUTO(db_copy) copy = NULL;

    if (n == 0)
        return true;
    if (!db_copy_begin(tx, &comparison_statements, STMT_finding_versions_copy, 9, &copy, err))
        return err_add(err, "versions of findings");
    for (size_t i = 0; i < n; i++) {
        const published_t *p = &published[i];

        db_copy_uuid(copy, &p->finding);
        db_copy_i64(copy, p->version);
        db_copy_uuid(copy, &p->household);
        db_copy_i64(copy, (int64_t) p->seq);
        db_copy_date(copy, p->day);
        db_copy_i64(copy, (int64_t) p->position);
        db_copy_uuid(copy, &p->causation);
        db_copy_bool(copy, p->open);
        db_copy_text(copy, p->data.ptr, p->data.len);
    }
    return db_copy_end(&copy, NULL, err) || err_add(err, "versions of findings");
}

bool
store_outcomes(db_tx_t *tx, const char *stream, const outcome_t *outcomes, size_t n, err_t *err)
{
    AUTO_FREE uuid_t *uuids = mem_new_array(uuid_t, 3 * n + 1);
    AUTO_FREE int64_t *numbers = mem_new_array(int64_t, 2 * n + 1);
    AUTO_FREE int32_t *days = mem_new_array(int32_t, n + 1);
    AUTO_FREE const char **texts = (const char **) mem_alloc(2 * n + 1, sizeof(char *));
    AUTO_PARAMS in;

    db_params_init(&in);
    if (n == 0)
        return true;
    for (size_t i = 0; i < n; i++) {
        uuids[i] = outcomes[i].matter;
        uuids[n + i] = outcomes[i].household;
        uuids[2 * n + i] = outcomes[i].finding;
        numbers[i] = outcomes[i].version;
        numbers[n + i] = (int64_t) outcomes[i].seq;
        texts[i] = outcomes[i].state;
        texts[n + i] = outcomes[i].data;
        days[i] = outcomes[i].day;
    }
    db_params_text(&in, stream);
    db_params_uuid_array(&in, uuids, n);
    db_params_i64_array(&in, numbers, n);
    db_params_i64_array(&in, numbers + n, n);
    db_params_uuid_array(&in, uuids + n, n);
    db_params_uuid_array(&in, uuids + 2 * n, n);
    db_params_text_array(&in, texts, n);
    db_params_date_array(&in, days, n);
    db_params_text_array(&in, texts + n, n);
    return db_exec(tx, &comparison_statements, STMT_outcomes_add, &in, NULL, err) || err_add(err, "outcomes");
}
