/* SPDX-License-Identifier: Apache-2.0 */
#include "intake_store.h"

#include "domain/date.h"
#include "intake_sql.h"

#include <string.h>

#define CHUNK_ROWS 1024

bool
store_claim_list(db_tx_t *tx, const list_claim_t *claim, err_t *err)
{
    AUTO_PARAMS in;

    db_params_init(&in);
    db_params_text(&in, claim->dataset);
    db_params_text(&in, claim->snapshot);
    db_params_text(&in, claim->scope);
    db_params_date(&in, claim->as_of);
    db_params_i64(&in, claim->parts);
    db_params_i64(&in, claim->count);
    if (claim->has_total)
        db_params_i64(&in, claim->total);
    else
        db_params_null(&in);
    return db_exec(tx, &intake_statements, STMT_claim_list, &in, NULL, err);
}

bool
store_find_list(db_tx_t *tx, const char *dataset, const char *snapshot, bool *ret_found, list_row_t *ret, err_t *err)
{
    AUTO_PARAMS in;
    AUTO(db_result) rows = NULL;

    db_params_init(&in);
    db_params_text(&in, dataset);
    db_params_text(&in, snapshot);
    if (!db_query(tx, &intake_statements, STMT_find_list, &in, &rows, err))
        return false;
    *ret_found = db_result_rows(rows) > 0;
    if (!*ret_found)
        return true;
    ret->n = db_result_i64(rows, 0, 0);
    (void) str_copy(ret->scope, sizeof(ret->scope), db_result_text(rows, 0, 1));
    ret->as_of = db_result_date(rows, 0, 2);
    ret->parts = db_result_i64(rows, 0, 3);
    ret->count = db_result_i64(rows, 0, 4);
    ret->has_total = !db_result_is_null(rows, 0, 5);
    ret->total = db_result_i64(rows, 0, 5);
    (void) str_copy(ret->state, sizeof(ret->state), db_result_text(rows, 0, 6));
    ret->parts_in = db_result_i64(rows, 0, 7);
    ret->records = db_result_i64(rows, 0, 8);
    ret->rejected = db_result_i64(rows, 0, 9);
    ret->found_total = db_result_i64(rows, 0, 10);
    return true;
}

static bool
count_part(db_tx_t *tx, int64_t list, const batch_t *batch, err_t *err)
{
    AUTO_PARAMS in;

    db_params_init(&in);
    db_params_i64(&in, list);
    db_params_i64(&in, (int64_t) batch->count);
    db_params_i64(&in, (int64_t) batch->rejected);
    db_params_i64(&in, batch->total);
    return db_exec(tx, &intake_statements, STMT_count_part, &in, NULL, err);
}

bool
store_insert_part(db_tx_t *tx, int64_t list, int64_t part, const char *batch, bool *ret_fresh, err_t *err)
{
    AUTO_PARAMS in;
    int64_t rows;

    db_params_init(&in);
    db_params_i64(&in, list);
    db_params_i64(&in, part);
    db_params_text(&in, batch);
    if (!db_exec(tx, &intake_statements, STMT_insert_part, &in, &rows, err))
        return false;
    *ret_fresh = rows == 1;
    return true;
}

bool
store_stage(db_tx_t *tx, int64_t list, int64_t part, const batch_t *batch, err_t *err)
{
    AUTO(db_copy) copy = NULL;

    if (!db_copy_begin(tx, &intake_statements, STMT_copy_stage, 7, &copy, err))
        return false;
    for (size_t i = 0; i < batch->count; i++) {
        const batch_record_t *r = &batch->records[i];
        slice_t item;
        uuid_t digest;

        if (r->state != RECORD_PUT && r->state != RECORD_RETRACT)
            continue;
        item = batch_item(batch, i);
        db_copy_i64(copy, list);
        db_copy_i32(copy, (int32_t) part);
        db_copy_i32(copy, (int32_t) i);
        db_copy_uuid(copy, &r->key);
        batch_digest(batch, i, &digest);
        db_copy_uuid(copy, &digest);
        db_copy_bool(copy, r->state == RECORD_RETRACT);
        db_copy_text(copy, item.ptr, item.len);
    }
    return db_copy_end(&copy, NULL, err) && count_part(tx, list, batch, err);
}

static void
add_list(db_params_t *in, int64_t list, const char *dataset, const char *scope)
{
    db_params_i64(in, list);
    db_params_text(in, dataset);
    db_params_text(in, scope);
}

bool
store_list_facts(db_tx_t *tx, const list_row_t *list, const char *dataset, list_facts_t *ret, err_t *err)
{
    AUTO_PARAMS in;
    AUTO(db_result) rows = NULL;

    db_params_init(&in);
    add_list(&in, list->n, dataset, list->scope);
    if (!db_query(tx, &intake_statements, STMT_list_facts, &in, &rows, err))
        return false;
    ret->twice = db_result_i64(rows, 0, 0);
    ret->before = db_result_i64(rows, 0, 1);
    ret->ending = db_result_i64(rows, 0, 2);
    ret->newest = db_result_date(rows, 0, 3);
    ret->keys = db_result_i64(rows, 0, 4);
    return true;
}

typedef struct {
    store_change_fn on_change;
    store_absent_fn on_absent;
    void *ctx;
} rows_ctx_t;

static bool
change_rows(void *ctx, const db_result_t *rows, err_t *err)
{
    const rows_ctx_t *r = ctx;

    for (size_t i = 0; i < db_result_rows(rows); i++)
        if (!r->on_change(r->ctx, db_result_text(rows, i, 0), slice_of(db_result_text(rows, i, 1)), err))
            return false;
    return true;
}

bool
store_list_changes(db_tx_t *tx, int64_t list, const char *dataset, store_change_fn fn, void *ctx, err_t *err)
{
    AUTO_PARAMS in;
    rows_ctx_t r = { .on_change = fn, .ctx = ctx };

    db_params_init(&in);
    db_params_i64(&in, list);
    db_params_text(&in, dataset);
    return db_query_chunks(tx, &intake_statements, STMT_list_changes, &in, CHUNK_ROWS, change_rows, &r, err);
}

static bool
absent_rows(void *ctx, const db_result_t *rows, err_t *err)
{
    const rows_ctx_t *r = ctx;

    for (size_t i = 0; i < db_result_rows(rows); i++) {
        uuid_t key = db_result_uuid(rows, i, 0);

        if (!r->on_absent(r->ctx, &key, err))
            return false;
    }
    return true;
}

bool
store_list_absent(db_tx_t *tx, const list_row_t *list, const char *dataset, store_absent_fn fn, void *ctx, err_t *err)
{
    AUTO_PARAMS in;
    rows_ctx_t r = { .on_absent = fn, .ctx = ctx };

    db_params_init(&in);
    add_list(&in, list->n, dataset, list->scope);
    return db_query_chunks(tx, &intake_statements, STMT_list_absent, &in, CHUNK_ROWS, absent_rows, &r, err);
}

bool
store_list_apply(db_tx_t *tx, const list_row_t *list, const char *dataset, err_t *err)
{
    AUTO_PARAMS in, older, others;

    db_params_init(&in);
    add_list(&in, list->n, dataset, list->scope);
    db_params_init(&older);
    add_list(&older, list->n, dataset, list->scope);
    db_params_date(&older, list->as_of);
    db_params_init(&others);
    db_params_text(&others, dataset);
    return db_exec(tx, &intake_statements, STMT_list_delete_entries, &in, NULL, err) &&
           db_exec(tx, &intake_statements, STMT_list_write_entries, &in, NULL, err) &&
           store_list_clear(tx, list->n, err) &&
           db_exec(tx, &intake_statements, STMT_list_supersede, &older, NULL, err) &&
           db_exec(tx, &intake_statements, STMT_list_recount, &others, NULL, err);
}

bool
store_list_clear(db_tx_t *tx, int64_t list, err_t *err)
{
    AUTO_PARAMS in;

    db_params_init(&in);
    db_params_i64(&in, list);
    return db_exec(tx, &intake_statements, STMT_list_clear_stage, &in, NULL, err);
}

bool
store_list_state(db_tx_t *tx, int64_t list, const char *state, const char *reason, const list_facts_t *facts, err_t *err)
{
    AUTO_PARAMS in;

    db_params_init(&in);
    db_params_i64(&in, list);
    db_params_text(&in, state);
    db_params_text(&in, reason);
    if (facts != NULL) {
        db_params_i64(&in, facts->before);
        db_params_i64(&in, facts->ending);
    } else {
        db_params_null(&in);
        db_params_null(&in);
    }
    return db_exec(tx, &intake_statements, STMT_list_set_state, &in, NULL, err);
}

bool
store_open_lists(db_tx_t *tx, db_result_t **ret, err_t *err)
{
    return db_query(tx, &intake_statements, STMT_open_lists, NULL, ret, err);
}

bool
store_entries_follow(db_tx_t *tx, const batch_t *batch, bool *ret_lists, err_t *err)
{
    AUTO_PARAMS in;
    int64_t lists = 0;
    uuid_t *put = arena_new_array(batch->arena, uuid_t, batch->count + 1),
           *digests = arena_new_array(batch->arena, uuid_t, batch->count + 1);
    uuid_t *gone = arena_new_array(batch->arena, uuid_t, batch->count + 1);
    size_t put_n = 0, gone_n = 0;

    for (size_t i = 0; i < batch->count; i++) {
        const batch_record_t *r = &batch->records[i];

        if (r->state == RECORD_PUT) {
            put[put_n] = r->key;
            batch_digest(batch, i, &digests[put_n++]);
        } else if (r->state == RECORD_RETRACT) {
            gone[gone_n++] = r->key;
        }
    }
    db_params_init(&in);
    db_params_text(&in, batch->dataset->name);
    db_params_uuid_array(&in, put, put_n);
    db_params_uuid_array(&in, digests, put_n);
    if (put_n > 0 && !db_exec(tx, &intake_statements, STMT_entries_put, &in, &lists, err))
        return false;
    *ret_lists |= lists > 0;
    return store_entries_delete(tx, batch->dataset->name, gone, gone_n, ret_lists, err);
}

bool
store_entries_delete(db_tx_t *tx, const char *dataset, const uuid_t *keys, size_t n, bool *ret_lists, err_t *err)
{
    AUTO_PARAMS in;
    int64_t lists = 0;

    db_params_init(&in);
    db_params_text(&in, dataset);
    db_params_uuid_array(&in, keys, n);
    if (n > 0 && !db_exec(tx, &intake_statements, STMT_entries_delete, &in, &lists, err))
        return false;
    *ret_lists |= lists > 0;
    return true;
}
