/* SPDX-License-Identifier: Apache-2.0 */
#include "comparison_store.h"

#include <string.h>

#include "base/time.h"
#include "comparison_sql.h"
#include "domain/date.h"
#include "world_person.h"

/* What people decided or began about households. */

bool
store_rulings_any(db_tx_t *tx, bool *ret, err_t *err)
{
    AUTO(db_result) rows = NULL;

    if (!db_query(tx, &comparison_statements, STMT_rulings_any, NULL, &rows, err))
        return err_add(err, "rulings");
    *ret = db_result_bool(rows, 0, 0);
    return true;
}

static void
add_moment(db_params_t *in, ruling_moment_t known)
{
    if (known.at_us == 0)
        db_params_null(in);
    else
        db_params_time(in, known.at_us);
    db_params_date(in, known.day);
    if (known.position == UINT64_MAX)
        db_params_null(in);
    else
        db_params_i64(in, (int64_t) known.position);
    if (known.version == 0)
        db_params_null(in);
    else
        db_params_i64(in, (int64_t) known.version);
}

bool
store_rulings_first(db_tx_t *tx, const uuid_t *household, uint64_t position, int32_t day, uint64_t *ret, err_t *err)
{
    AUTO_PARAMS in;
    AUTO(db_result) rows = NULL;

    db_params_init(&in);
    db_params_uuid(&in, household);
    db_params_i64(&in, (int64_t) position);
    db_params_date(&in, day);
    if (!db_query(tx, &comparison_statements, STMT_rulings_first, &in, &rows, err))
        return err_add(err, "rulings");
    *ret = db_result_is_null(rows, 0, 0) ? UINT64_MAX : (uint64_t) db_result_i64(rows, 0, 0);
    return true;
}

static bool
read_ruling(world_t *world, const db_result_t *rows, size_t i, err_t *err)
{
    uuid_t home = db_result_uuid(rows, i, 1);
    household_t *h = world_household(world, &home);
    ruling_t r = { .id = db_result_uuid(rows, i, 0), .household = home, .person = db_result_uuid(rows, i, 2) };
    const char *category = db_result_text(rows, i, 4);

    if (!ruling_verb_of(db_result_text(rows, i, 3), &r.verb))
        return err_set(err, ERR_CONFIG, "comparison.ruling", "a decision's row has an unknown verb");
    r.category = arena_strndup(world->arena, category, strlen(category));
    r.from = db_result_date(rows, i, 5);
    r.until = db_result_date(rows, i, 6);
    r.number = db_result_i64(rows, i, 7);
    h->rulings = world_grow(world->arena, h->rulings, &h->ruling_cap, h->ruling_count + 1, sizeof(ruling_t));
    h->rulings[h->ruling_count++] = r;
    return true;
}

static bool
load(db_tx_t *tx, world_t *world, const uuid_t *ids, size_t n, ruling_moment_t known, err_t *err)
{
    AUTO_PARAMS in;
    AUTO(db_result) rows = NULL;

    db_params_init(&in);
    db_params_uuid_array(&in, ids, n);
    add_moment(&in, known);
    if (!db_query(tx, &comparison_statements, STMT_rulings_load, &in, &rows, err))
        return err_add(err, "rulings");
    for (size_t i = 0; i < db_result_rows(rows); i++)
        if (!read_ruling(world, rows, i, err))
            return false;
    return true;
}

bool
store_rulings(db_tx_t *tx, world_t *world, ruling_moment_t known, err_t *err)
{
    AUTO_FREE uuid_t *ids = mem_new_array(uuid_t, world->household_count + 1);

    for (size_t i = 0; i < world->household_count; i++) {
        ids[i] = world->households[i]->holder.id;
        world->households[i]->ruling_count = 0;
    }
    return load(tx, world, ids, world->household_count, known, err);
}

bool
store_rulings_more(db_tx_t *tx, world_t *world, err_t *err)
{
    AUTO_FREE uuid_t *ids = mem_new_array(uuid_t, world->household_count + 1);
    size_t n = 0;

    for (size_t i = 0; i < world->household_count; i++) {
        if (!world->households[i]->rulings_known)
            ids[n++] = world->households[i]->holder.id;
        world->households[i]->rulings_known = true;
    }
    return n == 0 || load(tx, world, ids, n, RULING_NOW, err);
}

bool
store_decision(db_tx_t *tx, const decided_t *d, bool *ret_ended, err_t *err)
{
    const ruling_t *r = d->ruling;
    AUTO_PARAMS end;
    AUTO_PARAMS add;
    AUTO(db_result) rows = NULL;

    db_params_init(&end);
    db_params_init(&add);
    db_params_uuid(&end, &r->household);
    db_params_uuid(&end, &r->person);
    db_params_text(&end, r->category);
    db_params_date(&end, d->day);
    if (!db_query(tx, &comparison_statements, STMT_rulings_end, &end, &rows, err))
        return err_add(err, "decision");
    *ret_ended = db_result_bool(rows, 0, 0);
    db_params_uuid(&add, &r->id);
    db_params_uuid(&add, &r->household);
    db_params_uuid(&add, &r->person);
    db_params_text(&add, ruling_verb_name(r->verb));
    db_params_text(&add, r->category);
    db_params_date(&add, r->from);
    db_params_date(&add, r->until);
    db_params_text(&add, d->reason);
    db_params_text(&add, d->conference);
    db_params_text(&add, d->actor);
    db_params_date(&add, d->day);
    return db_exec(tx, &comparison_statements, STMT_rulings_add, &add, NULL, err) || err_add(err, "decision");
}

bool
store_visits(db_tx_t *tx, const ruling_t *visits, size_t n, int32_t day, arena_t *arena, uuid_t **ret, size_t *ret_n, err_t *err)
{
    uuid_t *ids = arena_new_array(arena, uuid_t, 3 * n + 1);
    const char **categories = (const char **) arena_alloc(arena, (n + 1) * sizeof(char *));
    int32_t *days = arena_new_array(arena, int32_t, n + 1);
    AUTO_PARAMS in;
    AUTO(db_result) rows = NULL;

    db_params_init(&in);
    for (size_t i = 0; i < n; i++) {
        ids[i] = visits[i].id;
        ids[n + i] = visits[i].household;
        ids[2 * n + i] = visits[i].person;
        categories[i] = visits[i].category;
        days[i] = visits[i].from;
    }
    db_params_uuid_array(&in, ids, n);
    db_params_uuid_array(&in, ids + n, n);
    db_params_uuid_array(&in, ids + 2 * n, n);
    db_params_text_array(&in, categories, n);
    db_params_date_array(&in, days, n);
    db_params_date(&in, day);
    if (!db_query(tx, &comparison_statements, STMT_rulings_visit, &in, &rows, err))
        return err_add(err, "visits");
    *ret_n = db_result_rows(rows);
    *ret = arena_new_array(arena, uuid_t, *ret_n + 1);
    for (size_t i = 0; i < *ret_n; i++)
        (*ret)[i] = db_result_uuid(rows, i, 0);
    return true;
}

static void
write_text(json_out_t *out, const char *key, const db_result_t *rows, size_t i, unsigned col)
{
    if (!db_result_is_null(rows, i, col))
        json_out_text(out, key, db_result_text(rows, i, col));
}

static void
write_time(json_out_t *out, const char *key, const db_result_t *rows, size_t i, unsigned col)
{
    char text[TIME_TEXT_SIZE];

    if (db_result_is_null(rows, i, col))
        return;
    time_format(db_result_time(rows, i, col), text);
    json_out_text(out, key, text);
}

/* A later row decides about the same, under another name of the person. */
static bool
is_replaced(const world_t *world, const uuid_t *household, const db_result_t *rows, size_t i)
{
    uuid_t person = db_result_uuid(rows, i, 1);

    if (strcmp(db_result_text(rows, i, 2), ruling_verb_name(RULING_APPLIED)) == 0)
        return false;
    for (size_t k = i + 1; k < db_result_rows(rows); k++) {
        uuid_t other = db_result_uuid(rows, k, 1);

        if (strcmp(db_result_text(rows, k, 3), db_result_text(rows, i, 3)) == 0 &&
            strcmp(db_result_text(rows, k, 2), ruling_verb_name(RULING_APPLIED)) != 0 &&
            uuid_eq(world_name_at(world, &other, household), world_name_at(world, &person, household)))
            return true;
    }
    return false;
}

bool
store_rulings_write(db_tx_t *tx, const world_t *world, const uuid_t *household, ruling_moment_t known, json_out_t *out, err_t *err)
{
    bool chain = world == NULL; /* beside its other entries: all that ever was */
    AUTO_PARAMS in;
    AUTO(db_result) rows = NULL;

    db_params_init(&in);
    db_params_uuid(&in, household);
    add_moment(&in, known);
    if (!db_query(tx, &comparison_statements, STMT_rulings_of, &in, &rows, err))
        return err_add(err, "rulings");
    for (size_t i = 0; i < db_result_rows(rows); i++) {
        uuid_t id = db_result_uuid(rows, i, 0), person = db_result_uuid(rows, i, 1);

        if (!chain && is_replaced(world, household, rows, i))
            continue;
        json_out_object(out, NULL);
        if (chain) {
            json_out_date(out, "on", db_result_is_null(rows, i, 9) ? db_result_date(rows, i, 4) : db_result_date(rows, i, 9));
            json_out_text(out, "what", "decision");
        }
        json_out_uuid(out, "decision", &id);
        if (!uuid_is_nil(&person))
            json_out_uuid(out, "person", &person);
        json_out_text(out, "verb", db_result_text(rows, i, 2));
        json_out_text(out, "category", db_result_text(rows, i, 3));
        json_out_date(out, "from", db_result_date(rows, i, 4));
        if (!db_result_is_null(rows, i, 5))
            json_out_date(out, "until", db_result_date(rows, i, 5));
        write_text(out, "reason", rows, i, 6);
        write_text(out, "conference", rows, i, 7);
        write_text(out, "actor", rows, i, 8);
        write_time(out, "known", rows, i, 10);
        if (chain) /* what counted then was not known to end */
            write_time(out, "known_until", rows, i, 11);
        json_out_end(out);
    }
    return true;
}
