/* SPDX-License-Identifier: Apache-2.0 */
#include "comparison_store.h"

#include "comparison_sql.h"

/* What the full comparisons on schedule have found. */

bool
store_run_add(db_tx_t *tx, const full_run_t *run, err_t *err)
{
    AUTO_PARAMS in;

    db_params_init(&in);
    db_params_text(&in, run->entry);
    db_params_date(&in, run->day);
    db_params_i64(&in, run->assessed);
    db_params_i64(&in, run->opened);
    db_params_i64(&in, run->changed);
    db_params_i64(&in, run->withdrawn);
    db_params_bool(&in, run->within);
    db_params_bool(&in, run->done);
    return db_exec(tx, &comparison_statements, STMT_runs_add, &in, NULL, err) || err_add(err, "full comparison");
}

bool
store_runs_last(db_tx_t *tx, full_run_t *ret, size_t max, size_t *ret_n, err_t *err)
{
    AUTO(db_result) rows = NULL;

    if (!db_query(tx, &comparison_statements, STMT_runs_last, NULL, &rows, err))
        return err_add(err, "full comparisons");
    size_t n = db_result_rows(rows) < max ? db_result_rows(rows) : max;
    for (size_t i = 0; i < n; i++) {
        db_result_text_copy(ret[i].entry, sizeof ret[i].entry, rows, i, 0);
        ret[i].day = db_result_date(rows, i, 1);
        ret[i].assessed = db_result_i64(rows, i, 2);
        ret[i].opened = db_result_i64(rows, i, 3);
        ret[i].changed = db_result_i64(rows, i, 4);
        ret[i].withdrawn = db_result_i64(rows, i, 5);
        ret[i].within = db_result_bool(rows, i, 6);
        ret[i].done = db_result_bool(rows, i, 7);
    }
    *ret_n = n;
    return true;
}
