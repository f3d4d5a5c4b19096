/* SPDX-License-Identifier: Apache-2.0 */
#include "intake_store.h"

#include "intake_sql.h"

bool
store_any_person(db_tx_t *tx, bool *ret, err_t *err)
{
    AUTO(db_result) rows = NULL;

    if (!db_query(tx, &intake_statements, STMT_vault_state, NULL, &rows, err))
        return false;
    *ret = db_result_bool(rows, 0, 0);
    return true;
}

bool
store_vault_keys(db_tx_t *tx, store_vault_key_fn fn, void *ctx, err_t *err)
{
    AUTO(db_result) rows = NULL;

    if (!db_query(tx, &intake_statements, STMT_vault_keys, NULL, &rows, err))
        return false;
    for (size_t i = 0; i < db_result_rows(rows); i++) {
        const store_vault_key_t key = { .version = (int) db_result_i64(rows, i, 0),
                                        .fingerprint = db_result_uuid(rows, i, 1),
                                        .mark = db_result_uuid(rows, i, 2),
                                        .retired = db_result_bool(rows, i, 3) };
        if (!fn(ctx, &key, err))
            return false;
    }
    return true;
}

bool
store_insert_vault_key(db_tx_t *tx, int version, const uuid_t *fingerprint, const uuid_t *mark, err_t *err)
{
    AUTO_PARAMS in;

    db_params_init(&in);
    db_params_i64(&in, version);
    db_params_uuid(&in, fingerprint);
    db_params_uuid(&in, mark);
    return db_exec(tx, &intake_statements, STMT_insert_vault_key, &in, NULL, err);
}

bool
store_mark_vault_key(db_tx_t *tx, int version, const uuid_t *mark, err_t *err)
{
    AUTO_PARAMS in;

    db_params_init(&in);
    db_params_i64(&in, version);
    db_params_uuid(&in, mark);
    return db_exec(tx, &intake_statements, STMT_mark_vault_key, &in, NULL, err);
}

typedef struct {
    int version;
    bool older;
} older_t;

static bool
is_older(void *ctx, const store_vault_key_t *key, err_t *err)
{
    older_t *o = ctx;

    (void) err;
    o->older = o->older || (key->version < o->version && !key->retired);
    return true;
}

bool
store_vault_needs_older(db_tx_t *tx, int version, bool *ret, err_t *err)
{
    older_t o = { version, false };
    bool ok = store_vault_keys(tx, is_older, &o, err);

    *ret = o.older;
    return ok;
}

bool
store_rotation_find(db_tx_t *tx, int version, bool *ret_found, bool *ret_finished, rotation_t *ret, err_t *err)
{
    AUTO_PARAMS in;
    AUTO(db_result) rows = NULL;

    db_params_init(&in);
    db_params_i64(&in, version);
    if (!db_query(tx, &intake_statements, STMT_rotation_find, &in, &rows, err))
        return false;
    *ret_found = db_result_rows(rows) > 0;
    *ret_finished = false;
    if (!*ret_found)
        return true;
    ret->of_persons = db_result_i64(rows, 0, 0);
    ret->of_records = db_result_i64(rows, 0, 1);
    ret->person_after = db_result_uuid(rows, 0, 2);
    ret->record_after = db_result_i64(rows, 0, 3);
    ret->persons = db_result_i64(rows, 0, 4);
    ret->records = db_result_i64(rows, 0, 5);
    *ret_finished = db_result_bool(rows, 0, 6);
    return true;
}

static bool
with_version(db_tx_t *tx, unsigned statement, int version, err_t *err)
{
    AUTO_PARAMS in;

    db_params_init(&in);
    db_params_i64(&in, version);
    return db_exec(tx, &intake_statements, statement, &in, NULL, err);
}

bool
store_rotation_begin(db_tx_t *tx, int version, err_t *err)
{
    return with_version(tx, STMT_rotation_begin, version, err);
}

bool
store_rotation_finish(db_tx_t *tx, int version, err_t *err)
{
    return with_version(tx, STMT_rotation_finish, version, err) && with_version(tx, STMT_retire_vault_keys, version, err);
}

bool
store_rotation_persons(db_tx_t *tx, const uuid_t *after, int64_t limit, store_rotating_fn fn, void *ctx, size_t *ret_rows,
                       err_t *err)
{
    AUTO_PARAMS in;
    AUTO(db_result) rows = NULL;

    db_params_init(&in);
    db_params_uuid(&in, after);
    db_params_i64(&in, limit);
    if (!db_query(tx, &intake_statements, STMT_rotation_persons, &in, &rows, err))
        return false;
    *ret_rows = db_result_rows(rows);
    for (size_t i = 0; i < *ret_rows; i++)
        fn(ctx, &(store_rotating_t){ .pseudonym = db_result_uuid(rows, i, 0),
                                     .hash_version = (int) db_result_i64(rows, i, 1),
                                     .sealed = db_result_bytea(rows, i, 2),
                                     .version = (int) db_result_i64(rows, i, 3) });
    return true;
}

bool
store_rotation_records(db_tx_t *tx, int64_t after, int64_t limit, int64_t bytes, store_rotating_fn fn, void *ctx,
                       size_t *ret_rows, err_t *err)
{
    AUTO_PARAMS in;
    AUTO(db_result) rows = NULL;

    db_params_init(&in);
    db_params_i64(&in, after);
    db_params_i64(&in, limit);
    db_params_i64(&in, bytes);
    if (!db_query(tx, &intake_statements, STMT_rotation_records, &in, &rows, err))
        return false;
    *ret_rows = db_result_rows(rows);
    for (size_t i = 0; i < *ret_rows; i++)
        fn(ctx, &(store_rotating_t){ .n = db_result_i64(rows, i, 0),
                                     .name = { db_result_text(rows, i, 1), db_result_text(rows, i, 2), db_result_text(rows, i, 3) },
                                     .index = db_result_i64(rows, i, 4),
                                     .sealed = db_result_bytea(rows, i, 5),
                                     .version = (int) db_result_i64(rows, i, 6) });
    return true;
}

static bool
change_persons(db_tx_t *tx, unsigned statement, const uuid_t *ids, const slice_t *values, size_t n, int version, err_t *err)
{
    AUTO_PARAMS in;

    if (n == 0)
        return true;
    db_params_init(&in);
    db_params_uuid_array(&in, ids, n);
    db_params_bytea_array(&in, values, n);
    db_params_i64(&in, version);
    return db_exec(tx, &intake_statements, statement, &in, NULL, err);
}

bool
store_rehash_persons(db_tx_t *tx, const uuid_t *ids, const slice_t *hashes, size_t n, int version, err_t *err)
{
    return change_persons(tx, STMT_rehash_persons, ids, hashes, n, version, err);
}

bool
store_reseal_persons(db_tx_t *tx, const uuid_t *ids, const slice_t *sealed, size_t n, int version, err_t *err)
{
    return change_persons(tx, STMT_reseal_persons, ids, sealed, n, version, err);
}

bool
store_reseal_records(db_tx_t *tx, const int64_t *numbers, const slice_t *sealed, size_t n, int version, err_t *err)
{
    AUTO_PARAMS in;

    if (n == 0)
        return true;
    db_params_init(&in);
    db_params_i64_array(&in, numbers, n);
    db_params_bytea_array(&in, sealed, n);
    db_params_i64(&in, version);
    return db_exec(tx, &intake_statements, STMT_reseal_records, &in, NULL, err);
}

bool
store_rotation_step(db_tx_t *tx, int version, const rotation_t *now, err_t *err)
{
    AUTO_PARAMS in;

    db_params_init(&in);
    db_params_i64(&in, version);
    db_params_uuid(&in, &now->person_after);
    db_params_i64(&in, now->record_after);
    db_params_i64(&in, now->persons);
    db_params_i64(&in, now->records);
    return db_exec(tx, &intake_statements, STMT_rotation_step, &in, NULL, err);
}

bool
store_rotation_rest(db_tx_t *tx, int version, int64_t *ret, err_t *err)
{
    AUTO_PARAMS in;
    AUTO(db_result) rows = NULL;

    db_params_init(&in);
    db_params_i64(&in, version);
    if (!db_query(tx, &intake_statements, STMT_rotation_rest, &in, &rows, err))
        return false;
    *ret = db_result_i64(rows, 0, 0);
    return true;
}

bool
store_erase_records(db_tx_t *tx, const int64_t *numbers, size_t n, err_t *err)
{
    AUTO_PARAMS in;

    if (n == 0)
        return true;
    db_params_init(&in);
    db_params_i64_array(&in, numbers, n);
    return db_exec(tx, &intake_statements, STMT_erase_records, &in, NULL, err);
}

bool
store_erase_person(db_tx_t *tx, const uuid_t *pseudonym, err_t *err)
{
    AUTO_PARAMS in;

    db_params_init(&in);
    db_params_uuid(&in, pseudonym);
    return db_exec(tx, &intake_statements, STMT_erase_person, &in, NULL, err);
}
