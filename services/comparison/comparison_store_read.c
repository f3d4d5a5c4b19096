/* SPDX-License-Identifier: Apache-2.0 */
#include "comparison_store.h"

#include <string.h>

#include "comparison_sql.h"
#include "domain/date.h"

bool
store_register_counts(db_tx_t *tx, int32_t day, const char *region, store_count_fn fn, void *ctx, err_t *err)
{
    AUTO_PARAMS in;
    AUTO(db_result) rows = NULL;

    db_params_init(&in);
    db_params_date(&in, day);
    db_params_text(&in, region);
    if (!db_query(tx, &comparison_statements, STMT_register_counts, &in, &rows, err))
        return err_add(err, "register");
    for (size_t i = 0; i < db_result_rows(rows); i++) {
        const char *township = db_result_text(rows, i, 1), *code = db_result_text(rows, i, 3);

        if (!fn(ctx, (int) db_result_i64(rows, i, 0), township == NULL ? "" : township, db_result_text(rows, i, 2),
                code == NULL ? "" : code, db_result_i64(rows, i, 4), db_result_i64(rows, i, 5)))
            return err_set(err, ERR_BUG, "internal", "a category or code of the register is longer than 63 bytes");
    }
    return true;
}

bool
store_register_stock(db_tx_t *tx, int32_t day, const char *region, store_stock_fn fn, void *ctx, err_t *err)
{
    AUTO_PARAMS in;
    AUTO(db_result) rows = NULL;

    db_params_init(&in);
    db_params_date(&in, day);
    db_params_text(&in, region);
    if (!db_query(tx, &comparison_statements, STMT_register_stock, &in, &rows, err))
        return err_add(err, "register");
    for (size_t i = 0; i < db_result_rows(rows); i++) {
        const int64_t counts[3] = { db_result_i64(rows, i, 3), db_result_i64(rows, i, 4), db_result_i64(rows, i, 5) };

        if (!fn(ctx, db_result_text(rows, i, 0), db_result_text(rows, i, 1), db_result_bool(rows, i, 2), counts, err))
            return false;
    }
    return true;
}

bool
store_households_count(db_tx_t *tx, const char *region, int64_t *ret, err_t *err)
{
    AUTO_PARAMS in;
    AUTO(db_result) rows = NULL;

    db_params_init(&in);
    db_params_text(&in, region);
    if (!db_query(tx, &comparison_statements, STMT_households_count, &in, &rows, err))
        return err_add(err, "households");
    *ret = db_result_i64(rows, 0, 0);
    return true;
}

bool
store_register_until(db_tx_t *tx, int32_t day, int32_t *ret, err_t *err)
{
    AUTO_PARAMS in;
    AUTO(db_result) rows = NULL;

    db_params_init(&in);
    db_params_date(&in, day);
    if (!db_query(tx, &comparison_statements, STMT_register_until, &in, &rows, err))
        return err_add(err, "register");
    *ret = db_result_date(rows, 0, 0);
    return true;
}

bool
store_person_home(db_tx_t *tx, const uuid_t *person, bool *ret_known, uuid_t *ret_household, err_t *err)
{
    AUTO_PARAMS in;
    AUTO(db_result) rows = NULL;

    db_params_init(&in);
    db_params_uuid(&in, person);
    if (!db_query(tx, &comparison_statements, STMT_person_home, &in, &rows, err))
        return err_add(err, "person");
    *ret_known = db_result_rows(rows) > 0;
    *ret_household = *ret_known ? db_result_uuid(rows, 0, 0) : (uuid_t){ { 0 } };
    return true;
}

bool
store_totals(db_tx_t *tx, store_totals_t *ret, err_t *err)
{
    AUTO(db_result) rows = NULL;

    if (!db_query(tx, &comparison_statements, STMT_totals, NULL, &rows, err))
        return err_add(err, "totals");
    ret->households = db_result_i64(rows, 0, 0);
    ret->persons = db_result_i64(rows, 0, 1);
    ret->waiting = db_result_i64(rows, 0, 2);
    ret->findings = db_result_i64(rows, 0, 3);
    ret->waiting_records = db_result_i64(rows, 0, 4);
    ret->checks = db_result_i64(rows, 0, 5);
    ret->checks_again = db_result_i64(rows, 0, 6);
    return true;
}

bool
store_position_at(db_tx_t *tx, int32_t day, uint64_t *ret, err_t *err)
{
    AUTO_PARAMS in;
    AUTO(db_result) rows = NULL;

    db_params_init(&in);
    db_params_date(&in, day);
    if (!db_query(tx, &comparison_statements, STMT_position_at, &in, &rows, err))
        return err_add(err, "position");
    *ret = (uint64_t) db_result_i64(rows, 0, 0);
    return true;
}

bool
store_moment_at(db_tx_t *tx, int64_t at_us, uint64_t *ret_position, int32_t *ret_day, err_t *err)
{
    AUTO_PARAMS in;
    AUTO(db_result) rows = NULL;

    db_params_init(&in);
    db_params_time(&in, at_us);
    if (!db_query(tx, &comparison_statements, STMT_moment_at, &in, &rows, err))
        return err_add(err, "moment");
    *ret_position = (uint64_t) db_result_i64(rows, 0, 0);
    *ret_day = db_result_date(rows, 0, 1);
    return true;
}

bool
store_finding_version_at(db_tx_t *tx, const uuid_t *household, uint64_t *seq, bool *ret_known, uint64_t *ret_position, int32_t *ret_day,
                         err_t *err)
{
    AUTO_PARAMS in;
    AUTO(db_result) rows = NULL;

    db_params_init(&in);
    db_params_uuid(&in, household);
    db_params_i64(&in, (int64_t) *seq);
    if (!db_query(tx, &comparison_statements, STMT_finding_version_at, &in, &rows, err))
        return err_add(err, "version of a finding");
    *ret_known = db_result_rows(rows) > 0;
    if (*ret_known) {
        *ret_position = (uint64_t) db_result_i64(rows, 0, 0);
        *ret_day = db_result_date(rows, 0, 1);
        *seq = (uint64_t) db_result_i64(rows, 0, 2);
    }
    return true;
}

bool
store_region_told(db_tx_t *tx, const uuid_t *household, uint64_t position, char ret[REGION_SIZE], err_t *err)
{
    AUTO_PARAMS in;
    AUTO(db_result) rows = NULL;

    db_params_init(&in);
    db_params_uuid(&in, household);
    db_params_i64(&in, position > INT64_MAX ? INT64_MAX : (int64_t) position);
    if (!db_query(tx, &comparison_statements, STMT_region_told, &in, &rows, err))
        return err_add(err, "region of a finding");
    (void) str_copy(ret, REGION_SIZE, db_result_rows(rows) > 0 ? db_result_text(rows, 0, 0) : "");
    return true;
}

bool
store_finding_versions(db_tx_t *tx, const uuid_t *household, int64_t at_us, store_version_fn fn, void *ctx, err_t *err)
{
    AUTO_PARAMS in;
    AUTO(db_result) rows = NULL;

    db_params_init(&in);
    db_params_uuid(&in, household);
    if (at_us == 0)
        db_params_null(&in);
    else
        db_params_time(&in, at_us);
    if (!db_query(tx, &comparison_statements, STMT_finding_versions_load, &in, &rows, err))
        return err_add(err, "versions of findings");
    for (size_t i = 0; i < db_result_rows(rows); i++) {
        const char *data = db_result_text(rows, i, 6);
        published_t p = { .finding = db_result_uuid(rows, i, 0), .version = (uint32_t) db_result_i64(rows, i, 1),
                          .seq = (uint64_t) db_result_i64(rows, i, 2), .day = db_result_date(rows, i, 3),
                          .position = (uint64_t) db_result_i64(rows, i, 4), .causation = db_result_uuid(rows, i, 5),
                          .household = *household, .data = slice_of(data), .open = db_result_bool(rows, i, 7) };

        if (!fn(ctx, &p, err))
            return false;
    }
    return true;
}

bool
store_household_outcomes(db_tx_t *tx, const uuid_t *household, store_outcome_fn fn, void *ctx, err_t *err)
{
    AUTO_PARAMS in;
    AUTO(db_result) rows = NULL;

    db_params_init(&in);
    db_params_uuid(&in, household);
    if (!db_query(tx, &comparison_statements, STMT_outcomes_load, &in, &rows, err))
        return err_add(err, "outcomes");
    for (size_t i = 0; i < db_result_rows(rows); i++) {
        outcome_t o = { .matter = db_result_uuid(rows, i, 1), .version = db_result_i64(rows, i, 2),
                        .seq = (uint64_t) db_result_i64(rows, i, 3), .finding = db_result_uuid(rows, i, 4),
                        .state = db_result_text(rows, i, 5), .day = db_result_date(rows, i, 6),
                        .data = db_result_text(rows, i, 7), .household = *household };

        if (!fn(ctx, db_result_text(rows, i, 0), &o, err))
            return false;
    }
    return true;
}
