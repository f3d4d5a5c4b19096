/* SPDX-License-Identifier: Apache-2.0 */
#include "intake_store_person.h"

#include "intake_sql.h"

static bool
of_persons(db_tx_t *tx, unsigned statement, const uuid_t *persons, size_t n, db_result_t **ret, err_t *err)
{
    AUTO_PARAMS in;

    db_params_init(&in);
    db_params_uuid_array(&in, persons, n);
    return ret != NULL ? db_query(tx, &intake_statements, statement, &in, ret, err)
                       : db_exec(tx, &intake_statements, statement, &in, NULL, err);
}

bool
store_same_closure(db_tx_t *tx, const uuid_t *persons, size_t n, store_same_fn fn, void *ctx, err_t *err)
{
    AUTO(db_result) rows = NULL;

    if (!of_persons(tx, STMT_same_closure, persons, n, &rows, err))
        return err_add(err, "people");
    for (size_t i = 0; i < db_result_rows(rows); i++) {
        const store_same_t row = { .person = db_result_uuid(rows, i, 0),
                                   .head = db_result_uuid(rows, i, 1),
                                   .kind = db_result_is_null(rows, i, 2) ? NULL : db_result_text(rows, i, 2),
                                   .known = db_result_bool(rows, i, 3),
                                   .sealed = db_result_is_null(rows, i, 4) ? (slice_t){ NULL, 0 } : db_result_bytea(rows, i, 4),
                                   .version = db_result_is_null(rows, i, 5) ? 0 : (int) db_result_i64(rows, i, 5),
                                   .updated_us = db_result_is_null(rows, i, 6) ? 0 : db_result_time(rows, i, 6) };
        if (!fn(ctx, &row, err))
            return false;
    }
    return true;
}

bool
store_same_links(db_tx_t *tx, const uuid_t *persons, size_t n, store_link_fn fn, void *ctx, err_t *err)
{
    AUTO(db_result) rows = NULL;

    if (!of_persons(tx, STMT_same_links, persons, n, &rows, err))
        return err_add(err, "links");
    for (size_t i = 0; i < db_result_rows(rows); i++)
        fn(ctx, 0, NULL, &(same_link_t){ db_result_uuid(rows, i, 0), db_result_uuid(rows, i, 1) });
    return true;
}

bool
store_same_save(db_tx_t *tx, const uuid_t *persons, const uuid_t *heads, size_t n, err_t *err)
{
    AUTO_PARAMS in;

    if (n == 0)
        return true;
    db_params_init(&in);
    db_params_uuid_array(&in, persons, n);
    db_params_uuid_array(&in, heads, n);
    return db_exec(tx, &intake_statements, STMT_same_save, &in, NULL, err) || err_add(err, "people");
}

bool
store_same_drop(db_tx_t *tx, const uuid_t *persons, size_t n, err_t *err)
{
    return n == 0 || of_persons(tx, STMT_same_drop, persons, n, NULL, err) || err_add(err, "people");
}

bool
store_links_of_records(db_tx_t *tx, const char *dataset, const uuid_t *keys, size_t n, store_link_fn fn, void *ctx, err_t *err)
{
    AUTO_PARAMS in;
    AUTO(db_result) rows = NULL;

    db_params_init(&in);
    db_params_text(&in, dataset);
    db_params_uuid_array(&in, keys, n);
    if (!db_query(tx, &intake_statements, STMT_links_of_records, &in, &rows, err))
        return err_add(err, "links");
    for (size_t i = 0; i < db_result_rows(rows); i++) {
        const uuid_t key = db_result_uuid(rows, i, 1);

        fn(ctx, db_result_i64(rows, i, 0), &key, &(same_link_t){ db_result_uuid(rows, i, 2), db_result_uuid(rows, i, 3) });
    }
    return true;
}

bool
store_links_delete(db_tx_t *tx, const int64_t *numbers, size_t n, err_t *err)
{
    AUTO_PARAMS in;

    if (n == 0)
        return true;
    db_params_init(&in);
    db_params_i64_array(&in, numbers, n);
    return db_exec(tx, &intake_statements, STMT_links_delete, &in, NULL, err) || err_add(err, "links");
}

bool
store_links_add(db_tx_t *tx, const char *dataset, const uuid_t *keys, const same_link_t *links, size_t n, err_t *err)
{
    AUTO_FREE uuid_t *from = mem_new_array(uuid_t, n + 1);
    AUTO_FREE uuid_t *into = mem_new_array(uuid_t, n + 1);
    AUTO_PARAMS in;

    for (size_t i = 0; i < n; i++) {
        from[i] = links[i].from;
        into[i] = links[i].into;
    }
    db_params_init(&in);
    if (dataset != NULL)
        db_params_text(&in, dataset);
    else
        db_params_null(&in);
    db_params_uuid_array(&in, keys, n);
    db_params_uuid_array(&in, from, n);
    db_params_uuid_array(&in, into, n);
    return n == 0 || db_exec(tx, &intake_statements, STMT_links_add, &in, NULL, err) || err_add(err, "links");
}

bool
store_links_between(db_tx_t *tx, const uuid_t *a, const uuid_t *b, store_between_t *ret, err_t *err)
{
    AUTO_PARAMS in;
    AUTO(db_result) rows = NULL;

    *ret = (store_between_t){ .live = false };
    db_params_init(&in);
    db_params_uuid(&in, a);
    db_params_uuid(&in, b);
    if (!db_query(tx, &intake_statements, STMT_links_between, &in, &rows, err))
        return err_add(err, "links");
    for (size_t i = 0; i < db_result_rows(rows); i++) {
        if (!db_result_bool(rows, i, 1)) {
            ret->live = true;
            ret->by_command |= db_result_bool(rows, i, 2);
        } else if (ret->cancelled_count < COUNT_OF(ret->cancelled)) {
            ret->cancelled[ret->cancelled_count++] = db_result_i64(rows, i, 0);
        }
    }
    return true;
}

bool
store_links_cancel(db_tx_t *tx, const uuid_t *person, store_link_fn fn, void *ctx, err_t *err)
{
    AUTO_PARAMS in;
    AUTO(db_result) rows = NULL;

    db_params_init(&in);
    db_params_uuid(&in, person);
    if (!db_query(tx, &intake_statements, STMT_links_cancel, &in, &rows, err))
        return err_add(err, "links");
    for (size_t i = 0; i < db_result_rows(rows); i++)
        fn(ctx, 0, NULL, &(same_link_t){ db_result_uuid(rows, i, 0), db_result_uuid(rows, i, 1) });
    return true;
}

bool
store_links_forget(db_tx_t *tx, const uuid_t *persons, size_t n, err_t *err)
{
    return of_persons(tx, STMT_links_forget, persons, n, NULL, err) || err_add(err, "links");
}

bool
store_route_persons(db_tx_t *tx, store_person_fn fn, void *ctx, err_t *err)
{
    AUTO(db_result) rows = NULL;

    if (!db_query(tx, &intake_statements, STMT_route_persons, NULL, &rows, err))
        return err_add(err, "people split");
    for (size_t i = 0; i < db_result_rows(rows); i++) {
        const uuid_t person = db_result_uuid(rows, i, 0);

        fn(ctx, &person);
    }
    return true;
}

bool
store_route_rows(db_tx_t *tx, const uuid_t *persons, size_t n, const dataset_t *dataset, store_route_fn fn, void *ctx, err_t *err)
{
    AUTO_PARAMS in;
    AUTO(db_result) rows = NULL;

    db_params_init(&in);
    db_params_uuid_array(&in, persons, n);
    db_params_text(&in, dataset->name);
    db_params_text(&in, dataset->owner);
    if (!db_query(tx, &intake_statements, STMT_route_rows, &in, &rows, err))
        return err_add(err, "people split");
    for (size_t i = 0; i < db_result_rows(rows); i++)
        fn(ctx, &(store_route_t){ db_result_uuid(rows, i, 0), db_result_uuid(rows, i, 1), db_result_uuid(rows, i, 2) });
    return true;
}

bool
store_route_add(db_tx_t *tx, const uuid_t *persons, size_t n, const uuid_t *to, const char *const *datasets, const char *const *departments,
                const uuid_t *keys, size_t items, err_t *err)
{
    AUTO_PARAMS in;

    db_params_init(&in);
    db_params_uuid_array(&in, persons, n);
    db_params_uuid(&in, to);
    db_params_text_array(&in, datasets, items);
    db_params_text_array(&in, departments, items);
    db_params_uuid_array(&in, keys, items);
    return db_exec(tx, &intake_statements, STMT_route_add, &in, NULL, err) || err_add(err, "people split");
}

bool
store_people_count(db_tx_t *tx, people_count_t *ret, err_t *err)
{
    AUTO(db_result) rows = NULL;

    if (!db_query(tx, &intake_statements, STMT_people_count, NULL, &rows, err))
        return err_add(err, "people");
    *ret = (people_count_t){ db_result_i64(rows, 0, 0), db_result_i64(rows, 0, 1), db_result_i64(rows, 0, 2) };
    return true;
}
