/* SPDX-License-Identifier: Apache-2.0 */
#include "comparison_store.h"

#include <string.h>

#include "comparison_sql.h"
#include "domain/date.h"
#include "world_person.h"

bool
store_same_any(db_tx_t *tx, bool *ret, err_t *err)
{
    AUTO(db_result) rows = NULL;

    if (!db_query(tx, &comparison_statements, STMT_same_any, NULL, &rows, err))
        return err_add(err, "people");
    *ret = db_result_bool(rows, 0, 0);
    return true;
}

static void
read_row(world_t *world, const db_result_t *rows, size_t i)
{
    const uuid_t id = db_result_uuid(rows, i, 0), head = db_result_uuid(rows, i, 1), shift = db_result_uuid(rows, i, 3);
    person_t *p = world_person(world, &id);

    p->same_known = true;
    p->head_id = head;
    p->provisional = db_result_bool(rows, i, 2);
    p->has_shift = !db_result_is_null(rows, i, 3);
    memcpy(p->shift, shift.b, sizeof p->shift);
    p->has_listing = !db_result_is_null(rows, i, 4) && !db_result_is_null(rows, i, 5);
    if (p->has_listing) {
        p->listing_male = strcmp(db_result_text(rows, i, 4), "m") == 0;
        p->listing_born = db_result_date(rows, i, 5);
    }
    p->same_seq = (uint64_t) db_result_i64(rows, i, 6);
    p->same_on = db_result_date(rows, i, 7);
    (void) world_person(world, &head);
}

/* Those of whom it is not known yet. */
static size_t
unknown(world_t *world, uuid_t *ids)
{
    size_t n = 0;

    for (size_t i = 0; i < world->person_count; i++) {
        if (!world->persons[i]->same_known)
            ids[n++] = world->persons[i]->holder.id;
        world->persons[i]->same_known = true;
    }
    return n;
}

static bool
load(db_tx_t *tx, world_t *world, unsigned statement, uint64_t position, bool *ret_any, err_t *err)
{
    AUTO_FREE uuid_t *ids = mem_new_array(uuid_t, world->person_count + 1);
    AUTO_PARAMS in;
    AUTO(db_result) rows = NULL;
    size_t n = unknown(world, ids);

    *ret_any = false;
    db_params_init(&in);
    db_params_uuid_array(&in, ids, n);
    if (statement == STMT_same_replay)
        db_params_i64(&in, (int64_t) position);
    if (n == 0)
        return true;
    if (!db_query(tx, &comparison_statements, statement, &in, &rows, err))
        return err_add(err, "people");
    for (size_t i = 0; i < db_result_rows(rows); i++)
        read_row(world, rows, i);
    *ret_any = db_result_rows(rows) > 0;
    return true;
}

bool
store_same(db_tx_t *tx, world_t *world, err_t *err)
{
    bool any;

    if (world->groups == GROUPS_UNKNOWN) {
        if (!store_same_any(tx, &any, err))
            return false;
        world->groups = any ? GROUPS_SOME : GROUPS_NONE;
    }
    return world->groups == GROUPS_NONE || load(tx, world, STMT_same_load, 0, &any, err);
}

bool
store_same_told(db_tx_t *tx, world_t *world, err_t *err)
{
    bool any;

    for (size_t i = 0; i < world->person_count; i++)
        world->persons[i]->same_known = false;
    return load(tx, world, STMT_same_load, 0, &any, err);
}

bool
store_same_replay(db_tx_t *tx, world_t *world, uint64_t position, err_t *err)
{
    bool any = true;

    while (any)
        if (!load(tx, world, STMT_same_replay, position, &any, err))
            return false;
    world_regroup(world);
    return true;
}

bool
store_same_save(db_tx_t *tx, person_t *const *persons, size_t n, uint64_t seq, err_t *err)
{
    AUTO_FREE uuid_t *ids = mem_new_array(uuid_t, 3 * n + 1);
    AUTO_FREE int64_t *provisional = mem_new_array(int64_t, n + 1);
    AUTO_FREE const char **sex = (const char **) mem_alloc(n + 1, sizeof(char *));
    AUTO_FREE int32_t *born = mem_new_array(int32_t, n + 1);
    AUTO_PARAMS in;

    for (size_t i = 0; i < n; i++) {
        const person_t *p = persons[i];

        ids[i] = p->holder.id;
        ids[n + i] = uuid_is_nil(&p->head_id) ? p->holder.id : p->head_id;
        if (p->has_shift)
            memcpy(ids[2 * n + i].b, p->shift, sizeof p->shift);
        provisional[i] = p->provisional;
        sex[i] = !p->has_listing ? NULL : p->listing_male ? "m" : "f";
        born[i] = p->has_listing ? p->listing_born : DATE_OPEN;
    }
    db_params_init(&in);
    db_params_uuid_array(&in, ids, n);
    db_params_uuid_array(&in, ids + n, n);
    db_params_i64_array(&in, provisional, n);
    db_params_uuid_array(&in, ids + 2 * n, n);
    db_params_text_array(&in, sex, n);
    db_params_date_array(&in, born, n);
    db_params_i64(&in, (int64_t) seq);
    return n == 0 || db_exec(tx, &comparison_statements, STMT_same_save, &in, NULL, err) || err_add(err, "people");
}
