/* SPDX-License-Identifier: Apache-2.0 */
#include "comparison_store.h"

#include "comparison_sql.h"

bool
store_protection_load(db_tx_t *tx, uint64_t position, terms_t *terms, protection_t *ret, err_t *err)
{
    AUTO_PARAMS in;
    AUTO(db_result) rows = NULL;

    db_params_init(&in);
    if (position == UINT64_MAX)
        db_params_null(&in);
    else
        db_params_i64(&in, (int64_t) position);
    if (!db_query(tx, &comparison_statements, STMT_protections_load, &in, &rows, err))
        return err_add(err, "protection");
    for (size_t i = 0; i < db_result_rows(rows); i++)
        protection_mark(ret, terms_intern(terms, db_result_text(rows, i, 0)), true);
    return true;
}

bool
store_protection_add(db_tx_t *tx, const char *dataset, uint64_t seq, bool is_protected, bool *ret_known, err_t *err)
{
    AUTO_PARAMS in;
    AUTO(db_result) rows = NULL;

    db_params_init(&in);
    db_params_text(&in, dataset);
    db_params_i64(&in, (int64_t) seq);
    db_params_bool(&in, is_protected);
    if (!db_query(tx, &comparison_statements, STMT_protection_add, &in, &rows, err))
        return err_add(err, "protection");
    *ret_known = db_result_bool(rows, 0, 0);
    return true;
}
