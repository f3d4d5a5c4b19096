/* SPDX-License-Identifier: Apache-2.0 */
#include "comparison_store.h"

#include "comparison_sql.h"
#include "comparison_store_rows.h"
#include "domain/date.h"

/* The three statements of a chunk, always in this order. */

static void
households_params(db_params_t *ret, int64_t after, size_t limit)
{
    db_params_init(ret);
    db_params_i64(ret, after);
    db_params_text(ret, "");
    db_params_i64(ret, (int64_t) limit);
}

static void
persons_params(db_params_t *ret, int64_t after, size_t limit)
{
    db_params_init(ret);
    db_params_i64(ret, after);
    db_params_i64(ret, (int64_t) limit);
}

static void
findings_params(db_params_t *ret, int64_t after, size_t limit, int32_t day)
{
    persons_params(ret, after, limit);
    db_params_date(ret, date_month_start(date_month(day)));
}

void
store_chunk_done(store_chunk_t *self)
{
    db_result_destroy(&self->households);
    db_result_destroy(&self->persons);
    db_result_destroy(&self->findings);
}

bool
store_chunk_load(db_tx_t *tx, int64_t after, size_t limit, int32_t day, store_chunk_t *ret, err_t *err)
{
    AUTO_PARAMS households;
    AUTO_PARAMS persons;
    AUTO_PARAMS findings;

    households_params(&households, after, limit);
    persons_params(&persons, after, limit);
    findings_params(&findings, after, limit, day);
    *ret = (store_chunk_t){ .households = NULL };
    if (!db_query(tx, &comparison_statements, STMT_households_after, &households, &ret->households, err) ||
        !db_query(tx, &comparison_statements, STMT_persons_after, &persons, &ret->persons, err) ||
        !db_query(tx, &comparison_statements, STMT_findings_after, &findings, &ret->findings, err)) {
        store_chunk_done(ret);
        return err_add(err, "chunk");
    }
    return true;
}

void
store_chunk_ask(db_lane_t *lane, int64_t after, size_t limit, int32_t day)
{
    AUTO_PARAMS households;
    AUTO_PARAMS persons;
    AUTO_PARAMS findings;

    households_params(&households, after, limit);
    persons_params(&persons, after, limit);
    findings_params(&findings, after, limit, day);
    db_lane_ask(lane, &comparison_statements, STMT_households_after, &households);
    db_lane_ask(lane, &comparison_statements, STMT_persons_after, &persons);
    db_lane_ask(lane, &comparison_statements, STMT_findings_after, &findings);
}

bool
store_chunk_take(db_lane_t *lane, store_chunk_t *ret, err_t *err)
{
    *ret = (store_chunk_t){ .households = NULL };
    if (!db_lane_take(lane, &ret->households, err) || !db_lane_take(lane, &ret->persons, err) || !db_lane_take(lane, &ret->findings, err)) {
        db_lane_forget(lane); /* what is left of this chunk */
        store_chunk_done(ret);
        return err_add(err, "chunk");
    }
    return true;
}

bool
store_chunk_read(const store_chunk_t *chunk, world_t *world, household_t ***ret, size_t *ret_n, err_t *err)
{
    size_t n = db_result_rows(chunk->households);
    household_t **list = (household_t **) arena_alloc(world->arena, (n + 1) * sizeof(household_t *));

    for (size_t i = 0; i < n; i++)
        if (!store_read_household(world, chunk->households, i, &list[i], err))
            return err_add(err, "households in order");
    for (size_t i = 0; i < db_result_rows(chunk->persons); i++) {
        const uuid_t id = db_result_uuid(chunk->persons, i, 0);

        if (!store_read_person(world, chunk->persons, i, err))
            return err_add(err, "persons");
        if (world->whereabouts != NULL)
            whereabouts_put(world->whereabouts, &id, db_result_i64(chunk->persons, i, 4));
    }
    for (size_t i = 0; i < db_result_rows(chunk->findings); i++)
        if (!store_read_finding(world, chunk->findings, i, err))
            return err_add(err, "findings");
    *ret = list;
    *ret_n = n;
    return true;
}

/* --- those whom records name --- */

void
store_homes_find(db_lane_t *lane, const uuid_t *persons, size_t person_count, const uuid_t *households, size_t household_count)
{
    AUTO_PARAMS in;

    db_params_init(&in);
    db_params_uuid_array(&in, persons, person_count);
    db_params_uuid_array(&in, households, household_count);
    db_lane_ask(lane, &comparison_statements, STMT_homes_of, &in);
}

bool
store_homes_found(db_lane_t *lane, arena_t *arena, home_t **ret, size_t *ret_n, err_t *err)
{
    AUTO(db_result) rows = NULL;

    if (!db_lane_take(lane, &rows, err))
        return err_add(err, "homes");
    *ret_n = db_result_rows(rows);
    *ret = arena_new_array(arena, home_t, *ret_n + 1);
    for (size_t i = 0; i < *ret_n; i++)
        (*ret)[i] = (home_t){ .person = db_result_uuid(rows, i, 0), .household = db_result_uuid(rows, i, 1), .ordinal = db_result_i64(rows, i, 2) };
    return true;
}

static void
ask(db_lane_t *lane, unsigned stmt, const int64_t *ordinals, size_t n, int32_t day)
{
    AUTO_PARAMS in;

    db_params_init(&in);
    db_params_i64_array(&in, ordinals, n);
    if (day != DATE_OPEN)
        db_params_date(&in, date_month_start(date_month(day)));
    db_lane_ask(lane, &comparison_statements, stmt, &in);
}

static void
ask_persons(db_lane_t *lane, const uuid_t *persons, size_t n)
{
    AUTO_PARAMS in;

    db_params_init(&in);
    db_params_uuid_array(&in, persons, n);
    db_lane_ask(lane, &comparison_statements, STMT_persons_load, &in);
}

void
store_homes_ask(db_lane_t *lane, const int64_t *ordinals, size_t household_count, const uuid_t *alone, size_t alone_count, int32_t day)
{
    ask(lane, STMT_households_at, ordinals, household_count, DATE_OPEN);
    ask(lane, STMT_homes_load, ordinals, household_count, DATE_OPEN);
    ask_persons(lane, alone, alone_count);
    if (day != DATE_OPEN)
        ask(lane, STMT_findings_load, ordinals, household_count, day);
}

/* Findings that come belong to households that had not been asked for theirs. */
static bool
read_findings(const db_result_t *rows, world_t *world, household_t *const *households, size_t n, err_t *err)
{
    bool ok = true;

    for (size_t i = 0; i < n; i++)
        if (!households[i]->findings_known)
            households[i]->findings_come = households[i]->findings_known = true;
    for (size_t i = 0; ok && i < db_result_rows(rows); i++) {
        uuid_t home = db_result_uuid(rows, i, 1);

        if (world_household(world, &home)->findings_come)
            ok = store_read_finding(world, rows, i, err);
    }
    for (size_t i = 0; i < n; i++)
        households[i]->findings_come = false;
    return ok;
}

static bool
take_persons(db_lane_t *lane, world_t *world, err_t *err)
{
    AUTO(db_result) rows = NULL;
    bool ok = db_lane_take(lane, &rows, err);

    for (size_t i = 0; ok && i < db_result_rows(rows); i++)
        ok = store_read_person(world, rows, i, err);
    return ok;
}

bool
store_homes_take(db_lane_t *lane, world_t *world, const uuid_t *households, size_t n, int32_t day, err_t *err)
{
    AUTO(db_result) rows = NULL;
    AUTO(db_result) findings = NULL;
    bool ok = db_lane_take(lane, &rows, err);
    size_t come = ok ? db_result_rows(rows) : 0;
    AUTO_FREE household_t **read = (household_t **) mem_alloc(come + 1, sizeof(household_t *));

    for (size_t i = 0; ok && i < come; i++)
        ok = store_read_household(world, rows, i, &read[i], err);
    for (size_t i = 0; ok && i < n; i++)
        world_household(world, &households[i])->holder.loaded = true; /* no row has come: there is none */
    ok = ok && take_persons(lane, world, err) && take_persons(lane, world, err);
    if (ok && day != DATE_OPEN)
        ok = db_lane_take(lane, &findings, err) && read_findings(findings, world, read, come, err);
    return ok || err_add(err, "homes");
}
