/* SPDX-License-Identifier: Apache-2.0 */
#include "dashboard_store.h"
#include "db/db_columns.h"

#include "dashboard_sql.h"

const db_stmt_set_t *const dashboard_store_statements = &dashboard_statements;
const db_migration_set_t *const dashboard_store_migrations = &dashboard_migrations;

#define SET (&dashboard_statements)

bool
dashboard_store_findings(db_tx_t *tx, arena_t *arena, const finding_in_t *f, const int64_t *seqs, size_t n, err_t *err)
{
    AUTO_PARAMS in;

    db_params_init(&in);
    if (n == 0)
        return true;
    DB_UUIDS(finding, f[i].finding);
    DB_NUMBERS(version, f[i].version);
    DB_TEXTS(state, f[i].state);
    DB_UUIDS(household, f[i].household);
    DB_TEXTS(region, f[i].region);
    DB_TEXTS(category, f[i].category);
    DB_TEXTS(kind, f[i].kind);
    DB_TEXTS(direction, f[i].direction);
    DB_DATES(since, f[i].since);
    DB_TEXTS(monthly_money, f[i].monthly_money);
    DB_TEXTS(enrolled_money, f[i].enrolled_money);
    DB_TEXTS(overpaid, f[i].overpaid);
    DB_TEXTS(margin, f[i].margin);
    db_params_i64_array(&in, seqs, n);
    DB_TEXTS(data, f[i].data);
    DB_DATES(date, f[i].date);
    return db_exec(tx, SET, STMT_save_findings, &in, NULL, err);
}

bool
dashboard_store_alerts(db_tx_t *tx, arena_t *arena, const alert_in_t *a, const int64_t *seqs, size_t n, err_t *err)
{
    AUTO_PARAMS in;

    db_params_init(&in);
    if (n == 0)
        return true;
    DB_UUIDS(alert, a[i].alert);
    DB_NUMBERS(version, a[i].version);
    DB_TEXTS(state, a[i].state);
    DB_TEXTS(level, a[i].level);
    DB_UUIDS(household, a[i].household);
    DB_TEXTS(region, a[i].region);
    DB_TEXTS(category, a[i].category);
    DB_TEXTS(kind, a[i].kind);
    DB_DATES(opened, a[i].opened);
    DB_DATES(due, a[i].due);
    DB_NUMBERS(overdue, a[i].overdue ? 1 : 0);
    DB_UUIDS(lead, a[i].lead);
    db_params_i64_array(&in, seqs, n);
    DB_TEXTS(data, a[i].data);
    DB_DATES(date, a[i].date);
    return db_exec(tx, SET, STMT_save_alerts, &in, NULL, err);
}

bool
dashboard_store_referrals(db_tx_t *tx, arena_t *arena, const referral_in_t *r, const int64_t *seqs, size_t n, err_t *err)
{
    AUTO_PARAMS in;

    db_params_init(&in);
    if (n == 0)
        return true;
    DB_UUIDS(referral, r[i].referral);
    DB_NUMBERS(version, r[i].version);
    DB_TEXTS(state, r[i].state);
    DB_UUIDS(alert, r[i].alert);
    DB_UUIDS(household, r[i].household);
    DB_TEXTS(region, r[i].region);
    db_params_i64_array(&in, seqs, n);
    DB_TEXTS(data, r[i].data);
    return db_exec(tx, SET, STMT_save_referrals, &in, NULL, err);
}

static bool
save_counts(db_tx_t *tx, arena_t *arena, const day_in_t *day, err_t *err)
{
    AUTO_PARAMS in;
    size_t n = day->count;

    db_params_init(&in);
    db_params_date(&in, day->date);
    DB_TEXTS(region, day->counts[i].region);
    DB_TEXTS(category, day->counts[i].category);
    DB_NUMBERS(households, day->counts[i].households);
    DB_NUMBERS(people, day->counts[i].people);
    return db_exec(tx, SET, STMT_save_register, &in, NULL, err);
}

static bool
save_children(db_tx_t *tx, const day_in_t *day, err_t *err)
{
    AUTO_PARAMS in;

    db_params_init(&in);
    db_params_date(&in, day->date);
    db_params_text_array(&in, day->classes, day->class_count);
    db_params_i64_array(&in, day->children, day->class_count);
    return db_exec(tx, SET, STMT_save_children, &in, NULL, err);
}

bool
dashboard_store_day(db_tx_t *tx, arena_t *arena, const day_in_t *day, int64_t seq, err_t *err)
{
    AUTO_PARAMS in;

    db_params_init(&in);
    db_params_date(&in, day->date);
    db_params_i64(&in, seq);
    return db_exec(tx, SET, STMT_save_day, &in, NULL, err) && save_counts(tx, arena, day, err) &&
           save_children(tx, day, err);
}

bool
dashboard_store_witness(db_tx_t *tx, const char *stream, int64_t events, err_t *err)
{
    AUTO_PARAMS in;

    db_params_init(&in);
    db_params_text(&in, stream);
    db_params_i64(&in, events);
    return db_exec(tx, SET, STMT_save_witness, &in, NULL, err);
}

bool
dashboard_store_head(db_tx_t *tx, dashboard_head_t *ret, err_t *err)
{
    int32_t day;
    AUTO(db_result) head = NULL;
    AUTO(db_result) counts = NULL;

    if (!db_query_date(tx, SET, STMT_load_day, &day, err) || !db_query(tx, SET, STMT_load_head, NULL, &head, err) ||
        !db_query(tx, SET, STMT_count_all, NULL, &counts, err))
        return false;
    *ret = (dashboard_head_t){
        .day = day,
        .head = db_result_i64(head, 0, 0),
        .findings = db_result_i64(counts, 0, 0),
        .alerts = db_result_i64(counts, 0, 1),
        .referrals = db_result_i64(counts, 0, 2),
        .witnessed = db_result_i64(counts, 0, 3),
    };
    return true;
}
