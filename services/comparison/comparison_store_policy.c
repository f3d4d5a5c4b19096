/* SPDX-License-Identifier: Apache-2.0 */
#include "comparison_store.h"

#include <string.h>

#include "comparison_sql.h"
#include "domain/date.h"

static bool
save_files(db_tx_t *tx, const policy_t *policy, err_t *err)
{
    policy_text_t files[POLICY_FILES_MAX];
    const char *names[POLICY_FILES_MAX];
    slice_t bodies[POLICY_FILES_MAX];
    size_t n = policy_texts(policy, files);
    AUTO_PARAMS in;

    for (size_t i = 0; i < n; i++) {
        names[i] = files[i].name;
        bodies[i] = files[i].text;
    }
    db_params_init(&in);
    db_params_text(&in, policy_digest(policy));
    db_params_text_array(&in, names, n);
    db_params_bytea_array(&in, bodies, n);
    return db_exec(tx, &comparison_statements, STMT_policy_files_add, &in, NULL, err);
}

bool
store_policy_save(db_tx_t *tx, const policy_t *policy, bool authorisation, int32_t day, uint64_t position, err_t *err)
{
    AUTO_PARAMS in;
    AUTO(db_result) last = NULL;
    int64_t number = 0;

    db_params_init(&in);
    if (!db_query(tx, &comparison_statements, STMT_policy_last, NULL, &last, err))
        return err_add(err, "policy");
    if (db_result_rows(last) > 0) {
        if (strcmp(db_result_text(last, 0, 1), policy_digest(policy)) == 0 && db_result_bool(last, 0, 2) == authorisation)
            return true;
        number = db_result_i64(last, 0, 0);
    }
    db_params_i64(&in, number + 1);
    db_params_text(&in, policy_digest(policy));
    db_params_i64(&in, (int64_t) position);
    db_params_date(&in, day);
    db_params_bool(&in, authorisation);
    return (save_files(tx, policy, err) && db_exec(tx, &comparison_statements, STMT_policy_in_force_add, &in, NULL, err)) ||
           err_add(err, "policy");
}

bool
store_policy_governing(db_tx_t *tx, uint64_t position, int32_t day, int64_t at_us, governing_t *ret, err_t *err)
{
    AUTO_PARAMS in;
    AUTO(db_result) rows = NULL;

    db_params_init(&in);
    if (position == UINT64_MAX)
        db_params_null(&in);
    else
        db_params_i64(&in, (int64_t) position);
    db_params_date(&in, day);
    if (at_us == 0)
        db_params_null(&in);
    else
        db_params_time(&in, at_us);
    if (!db_query(tx, &comparison_statements, STMT_policy_governing, &in, &rows, err))
        return err_add(err, "policy");
    *ret = (governing_t){ .kept = false };
    if (db_result_rows(rows) == 0)
        return true;
    db_result_text_copy(ret->digest, sizeof ret->digest, rows, 0, 0);
    ret->kept = db_result_bool(rows, 0, 1);
    ret->authorisation = db_result_bool(rows, 0, 2);
    return true;
}

bool
store_policy_load(db_tx_t *tx, const char *digest, terms_t *terms, policy_t **ret, err_t *err)
{
    policy_text_t files[POLICY_FILES_MAX];
    AUTO_PARAMS in;
    AUTO(db_result) rows = NULL;
    size_t n;

    db_params_init(&in);
    db_params_text(&in, digest);
    if (!db_query(tx, &comparison_statements, STMT_policy_files_load, &in, &rows, err))
        return err_add(err, "policy");
    n = db_result_rows(rows);
    if (n == 0 || n > POLICY_FILES_MAX)
        return err_set(err, ERR_CONFIG, "comparison.policy", "table policy_file has lost the text %.16s: restore it", digest);
    for (size_t i = 0; i < n; i++)
        files[i] = (policy_text_t){ db_result_text(rows, i, 0), db_result_bytea(rows, i, 1) };
    return policy_load_texts(files, n, terms, ret, err) || err_add(err, "policy of that day");
}
