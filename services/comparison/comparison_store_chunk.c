/* SPDX-License-Identifier: Apache-2.0 */
#include "comparison_store.h"

#include "comparison_sql.h"
#include "comparison_store_rows.h"
#include "domain/date.h"

/* The three statements of a chunk, always in this order. */

static void
households_params(db_params_t *ret, const uuid_t *after, size_t limit)
{
    db_params_init(ret);
    db_params_uuid(ret, after);
    db_params_text(ret, "");
    db_params_i64(ret, (int64_t) limit);
}

static void
persons_params(db_params_t *ret, const uuid_t *after, size_t limit)
{
    db_params_init(ret);
    db_params_uuid(ret, after);
    db_params_i64(ret, (int64_t) limit);
}

static void
findings_params(db_params_t *ret, const uuid_t *after, size_t limit, int32_t day)
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
store_chunk_load(db_tx_t *tx, const uuid_t *after, size_t limit, int32_t day, store_chunk_t *ret, err_t *err)
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
store_chunk_ask(db_lane_t *lane, const uuid_t *after, size_t limit, int32_t day)
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
    for (size_t i = 0; i < db_result_rows(chunk->persons); i++)
        if (!store_read_person(world, chunk->persons, i, err))
            return err_add(err, "persons");
    for (size_t i = 0; i < db_result_rows(chunk->findings); i++)
        if (!store_read_finding(world, chunk->findings, i, err))
            return err_add(err, "findings");
    *ret = list;
    *ret_n = n;
    return true;
}
