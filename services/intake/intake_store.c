/* SPDX-License-Identifier: Apache-2.0 */
#include "intake_store.h"

#include "intake_sql.h"

#include <string.h>

#define CHUNK_ROWS 128

static void
add_name(db_params_t *in, const batch_name_t *name)
{
    db_params_text(in, name->source);
    db_params_text(in, name->dataset);
    db_params_text(in, name->id);
}

static void
add_seq(db_params_t *in, uint64_t seq)
{
    if (seq == 0)
        db_params_null(in);
    else
        db_params_i64(in, (int64_t) seq);
}

bool
store_find_batch(db_tx_t *tx, const batch_name_t *name, bool *ret_found, uuid_t *ret_digest, str_t *ret_receipt,
                 err_t *err)
{
    AUTO_PARAMS in;
    AUTO(db_result) rows = NULL;

    db_params_init(&in);
    add_name(&in, name);
    if (!db_query(tx, &intake_statements, STMT_find_batch, &in, &rows, err))
        return false;
    *ret_found = db_result_rows(rows) > 0;
    if (*ret_found) {
        *ret_digest = db_result_uuid(rows, 0, 0);
        str_add(ret_receipt, db_result_text(rows, 0, 1));
    }
    return true;
}

bool
store_insert_batch(db_tx_t *tx, const store_batch_t *batch, err_t *err)
{
    AUTO_PARAMS in;
    int64_t rows;

    db_params_init(&in);
    add_name(&in, &batch->name);
    db_params_text(&in, batch->department);
    db_params_uuid(&in, &batch->digest);
    db_params_text_n(&in, batch->receipt.ptr, batch->receipt.len);
    db_params_i64(&in, batch->accepted);
    db_params_i64(&in, batch->rejected);
    add_seq(&in, batch->seq_first);
    add_seq(&in, batch->seq_last);
    db_params_bytea(&in, batch->keys.ptr ? batch->keys.ptr : "", batch->keys.len);
    add_seq(&in, (uint64_t) batch->list);
    if (!db_exec(tx, &intake_statements, STMT_insert_batch, &in, &rows, err))
        return false;
    if (rows != 1)
        return err_set(err, ERR_RETRY, "intake.raced", "another process took this batch at the same moment");
    return true;
}

void
store_quarantine_bound(const batch_name_t *name, int64_t index, str_t *ret)
{
    str_printf(ret, "%s/%s/%s/%lld", name->source, name->dataset, name->id, (long long) index);
}

bool
store_quarantine(db_tx_t *tx, const batch_name_t *name, const char *department, const batch_t *batch, err_t *err)
{
    AUTO(db_copy) copy = NULL;
    AUTO_STR bound = STR_INIT, sealed = STR_INIT;

    if (batch->rejected == 0)
        return true;
    if (!db_copy_begin(tx, &intake_statements, STMT_copy_quarantine, 10, &copy, err))
        return false;
    for (size_t i = 0; i < batch->count; i++) {
        const batch_record_t *r = &batch->records[i];

        if (r->state != RECORD_REJECTED)
            continue;
        str_clear(&bound);
        str_clear(&sealed);
        store_quarantine_bound(name, (int64_t) i, &bound);
        vault_seal(batch->vault, str_slice(&bound), r->raw, &sealed);
        db_copy_text(copy, name->dataset, strlen(name->dataset));
        db_copy_text(copy, department, strlen(department));
        db_copy_text(copy, name->source, strlen(name->source));
        db_copy_text(copy, name->id, strlen(name->id));
        db_copy_i32(copy, (int32_t) i);
        db_copy_text(copy, r->code, strlen(r->code));
        db_copy_text(copy, r->pointer, strlen(r->pointer));
        db_copy_text(copy, r->message, strlen(r->message));
        db_copy_bytea(copy, sealed.ptr, sealed.len);
        db_copy_i32(copy, vault_version(batch->vault));
    }
    return db_copy_end(&copy, NULL, err);
}

bool
store_find_persons(db_tx_t *tx, const slice_t *hashes, size_t n, uuid_t *ret, err_t *err)
{
    AUTO_PARAMS in;
    AUTO(db_result) rows = NULL;

    db_params_init(&in);
    db_params_bytea_array(&in, hashes, n);
    if (!db_query(tx, &intake_statements, STMT_find_persons, &in, &rows, err))
        return false;
    memset(ret, 0, n * sizeof(*ret));
    for (size_t i = 0; i < db_result_rows(rows); i++)
        ret[db_result_i64(rows, i, 0) - 1] = db_result_uuid(rows, i, 1);
    return true;
}

bool
store_insert_persons(db_tx_t *tx, const slice_t *hashes, const uuid_t *pseudonyms, size_t n, int version, err_t *err)
{
    AUTO(db_copy) copy = NULL;

    if (!db_copy_begin(tx, &intake_statements, STMT_copy_persons, 3, &copy, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        db_copy_bytea(copy, hashes[i].ptr, hashes[i].len);
        db_copy_i32(copy, version);
        db_copy_uuid(copy, &pseudonyms[i]);
    }
    return db_copy_end(&copy, NULL, err);
}

bool
store_insert_vault(db_tx_t *tx, const uuid_t *pseudonyms, const slice_t *sealed, size_t n, int version, err_t *err)
{
    AUTO(db_copy) copy = NULL;

    if (!db_copy_begin(tx, &intake_statements, STMT_copy_vault, 3, &copy, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        db_copy_uuid(copy, &pseudonyms[i]);
        db_copy_bytea(copy, sealed[i].ptr, sealed[i].len);
        db_copy_i32(copy, version);
    }
    return db_copy_end(&copy, NULL, err);
}

bool
store_insert_provisional(db_tx_t *tx, const slice_t *hashes, const uuid_t *pseudonyms, const char *const *kinds, size_t n, int version,
                         err_t *err)
{
    AUTO_PARAMS in;

    db_params_init(&in);
    db_params_bytea_array(&in, hashes, n);
    db_params_uuid_array(&in, pseudonyms, n);
    db_params_text_array(&in, kinds, n);
    db_params_i64(&in, version);
    return db_exec(tx, &intake_statements, STMT_insert_provisional, &in, NULL, err);
}

bool
store_find_vault(db_tx_t *tx, const uuid_t *pseudonyms, size_t n, store_vault_fn fn, void *ctx, err_t *err)
{
    AUTO_PARAMS in;
    AUTO(db_result) rows = NULL;

    db_params_init(&in);
    db_params_uuid_array(&in, pseudonyms, n);
    if (!db_query(tx, &intake_statements, STMT_find_vault, &in, &rows, err))
        return false;
    for (size_t i = 0; i < db_result_rows(rows); i++)
        if (!fn(ctx, (size_t) db_result_i64(rows, i, 0) - 1, db_result_bytea(rows, i, 1),
                (int) db_result_i64(rows, i, 2), err))
            return false;
    return true;
}

bool
store_write_vault(db_tx_t *tx, const uuid_t *pseudonyms, const slice_t *sealed, size_t n, int version, err_t *err)
{
    AUTO_PARAMS in;

    db_params_init(&in);
    db_params_uuid_array(&in, pseudonyms, n);
    db_params_bytea_array(&in, sealed, n);
    db_params_i64(&in, version);
    return db_exec(tx, &intake_statements, STMT_write_vault, &in, NULL, err);
}

bool
store_list_feeds(db_tx_t *tx, db_result_t **ret, err_t *err)
{
    return db_query(tx, &intake_statements, STMT_list_feeds, NULL, ret, err);
}

bool
store_mark_silent(db_tx_t *tx, const char *dataset, bool silent, bool *ret_changed, err_t *err)
{
    AUTO_PARAMS in;
    int64_t rows = 0;

    db_params_init(&in);
    db_params_text(&in, dataset);
    db_params_bool(&in, silent);
    if (!db_exec(tx, &intake_statements, STMT_mark_silent, &in, &rows, err))
        return false;
    *ret_changed = rows == 1;
    return true;
}

bool
store_list_rejects(db_tx_t *tx, const char *dataset, const char *department, const char *batch, int64_t after, int64_t limit,
                   db_result_t **ret, err_t *err)
{
    AUTO_PARAMS in;

    db_params_init(&in);
    db_params_text(&in, dataset);
    db_params_text(&in, department);
    db_params_i64(&in, after);
    db_params_i64(&in, limit);
    db_params_text(&in, batch);
    return db_query(tx, &intake_statements, STMT_list_rejects, &in, ret, err);
}

bool
store_batch_keys(db_tx_t *tx, const batch_name_t *name, bool *ret_found, store_batch_keys_t *ret, err_t *err)
{
    AUTO_PARAMS in;
    AUTO(db_result) rows = NULL;
    slice_t keys;

    db_params_init(&in);
    add_name(&in, name);
    if (!db_query(tx, &intake_statements, STMT_batch_keys, &in, &rows, err))
        return false;
    *ret_found = db_result_rows(rows) > 0;
    if (!*ret_found)
        return true;
    keys = db_result_bytea(rows, 0, 0);
    str_add_n(&ret->keys, keys.ptr, keys.len);
    ret->seq_first = (uint64_t) db_result_i64(rows, 0, 1);
    ret->list = db_result_i64(rows, 0, 2);
    ret->retracted = db_result_bool(rows, 0, 3);
    ret->seq_last = (uint64_t) db_result_i64(rows, 0, 4);
    return true;
}

typedef struct {
    store_keys_fn fn;
    void *ctx;
} keys_ctx_t;

static bool
on_keys(void *ctx, const db_result_t *rows, err_t *err)
{
    const keys_ctx_t *k = ctx;

    (void) err;
    for (size_t i = 0; i < db_result_rows(rows); i++)
        k->fn(k->ctx, db_result_bytea(rows, i, 0));
    return true;
}

bool
store_neighbour_keys(db_tx_t *tx, const char *dataset, uint64_t seq, bool later, store_keys_fn fn, void *ctx,
                     err_t *err)
{
    AUTO_PARAMS in;
    keys_ctx_t k = { fn, ctx };

    db_params_init(&in);
    db_params_text(&in, dataset);
    db_params_i64(&in, (int64_t) seq);
    return db_query_chunks(tx, &intake_statements, later ? STMT_later_keys : STMT_earlier_keys, &in, CHUNK_ROWS,
                           on_keys, &k, err);
}

bool
store_mark_retracted(db_tx_t *tx, const batch_name_t *name, err_t *err)
{
    AUTO_PARAMS in;

    db_params_init(&in);
    add_name(&in, name);
    return db_exec(tx, &intake_statements, STMT_mark_retracted, &in, NULL, err);
}
