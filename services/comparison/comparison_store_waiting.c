/* SPDX-License-Identifier: Apache-2.0 */
#include "comparison_store.h"

#include "comparison_sql.h"
#include "world_waiting.h"

bool
store_waiting_save(db_tx_t *tx, world_t *world, err_t *err)
{
    waiting_t *changes;
    size_t n = world_waiting_changes(world, &changes);
    AUTO_FREE const char **datasets = (const char **) mem_alloc(n + 1, sizeof(char *));
    AUTO_FREE int64_t *seqs = mem_new_array(int64_t, n + 1);
    AUTO_FREE int64_t *records = mem_new_array(int64_t, n + 1);
    AUTO_PARAMS more;
    AUTO_PARAMS none;

    db_params_init(&more);
    db_params_init(&none);
    for (size_t i = 0; i < n; i++) {
        datasets[i] = terms_word(world->terms, changes[i].dataset);
        seqs[i] = (int64_t) changes[i].seq;
        records[i] = changes[i].records;
        world->waiting_records += changes[i].records;
    }
    if (n == 0)
        return true;
    db_params_text_array(&more, datasets, n);
    db_params_i64_array(&more, seqs, n);
    db_params_i64_array(&more, records, n);
    db_params_text_array(&none, datasets, n);
    db_params_i64_array(&none, seqs, n);
    return (db_exec(tx, &comparison_statements, STMT_waiting_add, &more, NULL, err) &&
            db_exec(tx, &comparison_statements, STMT_waiting_drop, &none, NULL, err)) ||
           err_add(err, "waiting");
}

bool
store_waiting_load(db_tx_t *tx, store_waiting_fn fn, void *ctx, err_t *err)
{
    AUTO(db_result) rows = NULL;

    if (!db_query(tx, &comparison_statements, STMT_waiting_load, NULL, &rows, err))
        return err_add(err, "waiting");
    for (size_t i = 0; i < db_result_rows(rows); i++)
        fn(ctx, db_result_text(rows, i, 0), db_result_i64(rows, i, 1), db_result_date(rows, i, 2));
    return true;
}
