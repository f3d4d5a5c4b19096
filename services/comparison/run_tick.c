/* SPDX-License-Identifier: Apache-2.0 */
#include "run.h"

#include <string.h>

#include "assess.h"
#include "domain/date.h"
#include "json/json_out.h"
#include "run_ahead.h"
#include "run_load.h"
#include "run_schedule.h"

/* --- the day event --- */

typedef struct {
    char township[16], category[64], code[64];
    int64_t households, people;
    int level;
} count_row_t;

typedef struct {
    arena_t *arena;
    count_row_t *rows;
    size_t n, cap;
} count_rows_t;

static bool
on_count(void *ctx, int level, const char *township, const char *category, const char *code, int64_t households, int64_t people)
{
    count_rows_t *self = ctx;

    self->rows = world_grow(self->arena, self->rows, &self->cap, self->n + 1, sizeof *self->rows);
    count_row_t *row = &self->rows[self->n++];
    *row = (count_row_t){ .level = level, .households = households, .people = people };
    return str_copy(row->township, sizeof row->township, township) && str_copy(row->category, sizeof row->category, category) &&
           str_copy(row->code, sizeof row->code, code);
}

/* Children in difficulty are reported by class. */
static void
write_children(json_out_t *out, const count_rows_t *rows)
{
    json_out_array(out, "children");
    for (size_t i = 0; i < rows->n; i++) {
        const count_row_t *row = &rows->rows[i];

        if (row->level != 1 || strcmp(row->category, "child_in_difficulty") != 0)
            continue;
        json_out_object(out, NULL);
        json_out_text(out, "class", row->code);
        json_out_i64(out, "people", row->people);
        json_out_end(out);
    }
    json_out_end(out);
}

static void
write_level(json_out_t *out, const count_rows_t *rows, int level, const char *name)
{
    json_out_array(out, name);
    for (size_t i = 0; i < rows->n; i++) {
        const count_row_t *row = &rows->rows[i];

        if (row->level != level)
            continue;
        json_out_object(out, NULL);
        if (level == 2)
            json_out_text(out, "region", row->township);
        json_out_text(out, "category", row->category);
        json_out_i64(out, "households", row->households);
        json_out_i64(out, "people", row->people);
        json_out_end(out);
    }
    json_out_end(out);
}

static bool
write_counts(db_tx_t *tx, arena_t *arena, int32_t day, const char *region, json_out_t *out, err_t *err)
{
    count_rows_t rows = { .arena = arena };

    if (!store_register_counts(tx, day, region, on_count, &rows, err))
        return false;
    write_level(out, &rows, 0, "register");
    write_level(out, &rows, 2, "townships");
    write_children(out, &rows);
    return true;
}

static void
day_id(int32_t day, uuid_t *ret)
{
    char date[DATE_TEXT_SIZE];

    date_format(day, date);
    uuid_derive("day", date, ret);
}

bool
run_register(db_tx_t *tx, arena_t *arena, int32_t day, const char *region, json_out_t *out, err_t *err)
{
    json_out_date(out, "date", day);
    return write_counts(tx, arena, day, region, out, err);
}

/* Counts again only when they can have changed: most days change none. */
static bool
refresh_counts(comparison_t *self, db_tx_t *tx, arena_t *arena, int32_t day, err_t *err)
{
    json_out_t out;

    if (self->counts_from <= day && day < self->counts_until)
        return true;
    comparison_forget_counts(self);
    str_clear(&self->counts);
    json_out_init(&out, &self->counts);
    json_out_object(&out, NULL);
    int32_t until;
    if (!write_counts(tx, arena, day, "", &out, err) || !store_register_until(tx, day, &until, err))
        return false;
    json_out_end(&out);
    self->counts_from = day;
    self->counts_until = until;
    return true;
}

static bool
append_day(comparison_t *self, db_tx_t *tx, stream_t *findings, arena_t *arena, int32_t day, err_t *err)
{
    AUTO_STR data = STR_INIT;
    char date[DATE_TEXT_SIZE];
    uint64_t seq;
    stream_draft_t draft = { .type = "plimsoll.day.v1", .topic = "day" };

    if (!refresh_counts(self, tx, arena, day, err))
        return err_add(err, "day");
    date_format(day, date);
    str_printf(&data, "{\"date\":\"%s\",", date);
    str_add(&data, str_c(&self->counts) + 1); /* after its brace */
    day_id(day, &draft.id);
    draft.data = str_slice(&data);
    return stream_append(findings, tx, &draft, &seq, err) || err_add(err, "day");
}

/* --- chunks --- */

bool
run_assess(assess_t *assess, household_t **households, size_t n, bool with_findings, err_t *err)
{
    stream_cursor_t cursor;

    if (!run_load_members(assess->tx, assess->world, err) || !comparison_protection(assess->comparison, assess->tx, err) ||
        !comparison_places(assess->comparison, assess->tx, &assess->places, err) || !stream_cursor_load(assess->tx, "facts", &cursor, err))
        return false;
    if (!with_findings && !store_findings(assess->tx, assess->world, assess->day, err))
        return false;
    if (assess->comparison->has_rulings && !store_rulings(assess->tx, assess->world, RULING_NOW, err))
        return false;
    assess->position = cursor.seq;
    return assess_households(assess, households, n, err) && assess_save(assess, err) &&
           store_terms_save(assess->tx, assess->comparison, err) && store_world(assess->tx, assess->world, err);
}

/* The next chunk of the whole register; the one after it is read while this one is assessed. */
static bool
take_chunk(comparison_t *self, db_tx_t *tx, world_t *world, int32_t day, int64_t after, size_t limit, household_t ***ret, size_t *ret_n,
           err_t *err)
{
    store_chunk_t chunk;

    if (!run_ahead_take(self, tx, after, limit, day, &chunk, err))
        return false;
    bool ok = store_chunk_read(&chunk, world, ret, ret_n, err);
    if (ok && *ret_n == limit)
        run_ahead_ask(self, (*ret)[*ret_n - 1]->ordinal, limit, day);
    store_chunk_done(&chunk);
    return ok;
}

/* One chunk of all households, of a region or of the whole register, or of those that an entry of the schedule (or NULL) means, in the
 * order of their ordinals. */
static bool
assess_next(comparison_t *self, db_tx_t *tx, stream_t *findings, arena_t *arena, int32_t day, const char *region,
            const schedule_entry_t *entry, const uuid_t *cause, int64_t *after, bool *ret_last, comparison_done_t *ret, err_t *err)
{
    size_t limit = (size_t) self->config->chunk_households;
    AUTO(world) world = world_new(arena, self->terms);
    household_t **households;
    assess_t assess;
    bool some = entry != NULL && entry->category_count > 0;
    bool all = !some && region[0] == '\0';
    size_t n;

    world->whereabouts = self->whereabouts;
    if (!all)
        run_ahead_forget(self);
    if (some  ? !store_households_enrolled(tx, world, *after, entry, limit, &households, &n, err)
        : all ? !take_chunk(self, tx, world, day, *after, limit, &households, &n, err)
              : !store_households_after(tx, world, *after, region, limit, &households, &n, err))
        return false;
    assess_init(&assess, self, tx, findings, world, day);
    assess.cause = *cause;
    bool ok = n == 0 || run_assess(&assess, households, n, all, err);
    if (n > 0)
        *after = households[n - 1]->ordinal;
    *ret = assess.done;
    *ret_last = n < limit;
    assess_done(&assess);
    return ok;
}

/* One chunk of those whom time alone may change on this day; each leaves the list by being assessed. */
static bool
assess_due(comparison_t *self, db_tx_t *tx, stream_t *findings, arena_t *arena, int32_t day, const uuid_t *cause, bool *ret_last,
           comparison_done_t *ret, err_t *err)
{
    size_t limit = (size_t) self->config->chunk_households;
    AUTO(world) world = world_new(arena, self->terms);
    household_t **households;
    assess_t assess;
    size_t n;

    run_ahead_forget(self);
    if (!store_households_due(tx, world, day, limit, &households, &n, err))
        return false;
    assess_init(&assess, self, tx, findings, world, day);
    assess.cause = *cause;
    bool ok = n == 0 || run_assess(&assess, households, n, false, err);
    *ret = assess.done;
    *ret_last = n < limit;
    assess_done(&assess);
    return ok;
}

/* Begins the day, or begins it again: on the first business day, on the first of each month and under another policy all are
 * assessed, else those whom time alone may change; what is on the schedule of the day comes with it or after it. */
static void
begin_day(comparison_t *self, clock_state_t *clock, int32_t day, bool everybody)
{
    clock->day = day;
    if (clock->first == DATE_OPEN)
        clock->first = day;
    clock->after = 0;
    clock->region[0] = '\0';
    clock->scheduled = schedule_has_full(&self->schedule, day) || schedule_find_partial(&self->schedule, 0, day) < self->schedule.count;
    clock->entry = 0;
    clock->everybody = everybody || clock->finished == DATE_OPEN || day == date_month_start(date_month(day)) ||
                       schedule_has_full(&self->schedule, day);
    comparison_rules(self, clock->policy);
}

/* The longest code that begins both. */
static void
fold_region(char region[REGION_SIZE], const char *other)
{
    size_t n = 0;

    while (region[n] != '\0' && region[n] == other[n])
        n++;
    region[n] = '\0';
}

bool
run_tick_again(db_tx_t *tx, clock_state_t *clock, const char *region, err_t *err)
{
    if (clock->finished == clock->day) {
        clock->finished = clock->day - 1;
        (void) str_copy(clock->region, sizeof clock->region, region);
    } else if (clock->everybody) {
        fold_region(clock->region, region);
    } else { /* those who were due may live anywhere */
        clock->region[0] = '\0';
    }
    clock->everybody = true;
    clock->entry = 0;
    clock->after = 0;
    return store_clock_write(tx, clock, err);
}

/* The day was assessed under another policy than the one that is loaded. */
static bool
is_outdated(const comparison_t *self, const clock_state_t *clock)
{
    char rules[COMPARISON_RULES_SIZE];

    if (clock->day == DATE_OPEN)
        return false;
    comparison_rules(self, rules);
    return self->policy_changed || self->shadows.stale || strcmp(rules, clock->policy) != 0;
}

bool
run_tick_is_due(const comparison_t *self, const clock_state_t *clock, int32_t to)
{
    if (clock->day == DATE_OPEN)
        return to != DATE_OPEN;
    return clock->finished != clock->day || is_outdated(self, clock) || self->shadows.unsaved || (to != DATE_OPEN && clock->day < to) ||
           (clock->target != DATE_OPEN && clock->day < clock->target);
}

static bool
assess_chunk(comparison_t *self, db_tx_t *tx, stream_t *findings, arena_t *arena, clock_state_t *clock, bool *ret_last,
             comparison_done_t *ret, err_t *err)
{
    const schedule_entry_t *entry = run_schedule_entry(self, clock);
    uuid_t cause;

    day_id(clock->day, &cause);
    if (entry != NULL)
        return assess_next(self, tx, findings, arena, clock->day, entry->region, entry, &cause, &clock->after, ret_last, ret, err);
    if (clock->everybody)
        return assess_next(self, tx, findings, arena, clock->day, clock->region, NULL, &cause, &clock->after, ret_last, ret, err);
    return assess_due(self, tx, findings, arena, clock->day, &cause, ret_last, ret, err);
}

bool
run_tick_step(comparison_t *self, db_tx_t *tx, stream_t *findings, arena_t *arena, int32_t to, clock_state_t *ret_clock,
              bool *ret_done, comparison_done_t *ret, err_t *err)
{
    clock_state_t clock;
    bool last = true;

    *ret = (comparison_done_t){ .assessed = 0 };
    if (!store_clock_read(tx, &clock, err))
        return false;
    if (to != DATE_OPEN && (clock.target == DATE_OPEN || clock.target < to))
        clock.target = to;
    /* together with the day that is begun again for those that are new: a crash later on goes on with it */
    if (self->shadows.unsaved && !store_shadows_save(tx, &self->shadows, clock.day == DATE_OPEN ? clock.target : clock.day, err))
        return false;
    if (is_outdated(self, &clock)) {
        if (clock.finished == clock.day)
            clock.finished = clock.day - 1;
        begin_day(self, &clock, clock.day, true);
    } else if (clock.finished == clock.day && clock.target != DATE_OPEN && (clock.day == DATE_OPEN || clock.day < clock.target)) {
        begin_day(self, &clock, clock.day == DATE_OPEN ? clock.target : clock.day + 1, false);
        if (!append_day(self, tx, findings, arena, clock.day, err))
            return false;
    }
    self->first_day = clock.first;
    if (clock.finished != clock.day) {
        if (!assess_chunk(self, tx, findings, arena, &clock, &last, ret, err))
            return err_add(err, "tick");
        if (!run_schedule_step(self, tx, &clock, ret, last, &last, err))
            return err_add(err, "schedule");
        if (last)
            clock.finished = clock.day;
        if (!store_clock_write(tx, &clock, err))
            return false;
    }
    *ret_clock = clock;
    *ret_done = clock.finished == clock.day && (clock.target == DATE_OPEN || clock.day >= clock.target);
    return true;
}

bool
run_compare_step(comparison_t *self, db_tx_t *tx, stream_t *findings, arena_t *arena, const char *region, const uuid_t *cause,
                 int64_t *after, bool *ret_done, comparison_done_t *ret, err_t *err)
{
    clock_state_t clock;

    if (!store_clock_read(tx, &clock, err))
        return false;
    if (clock.day == DATE_OPEN)
        return err_set(err, ERR_REJECT, "conflict", "the first business day is not set: nothing is assessed before the first tick");
    self->first_day = clock.first;
    return assess_next(self, tx, findings, arena, clock.day, region, NULL, cause, after, ret_done, ret, err);
}
