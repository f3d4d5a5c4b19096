/* SPDX-License-Identifier: Apache-2.0 */
#include "dashboard_store.h"

#include "dashboard_sql.h"

const db_stmt_set_t *const dashboard_store_statements = &dashboard_statements;
const db_migration_set_t *const dashboard_store_migrations = &dashboard_migrations;

#define SET (&dashboard_statements)

/* One array per column, in the order of the statement's parameters; `arena`, `n` and `in` are the caller's. */
#define COLUMN(type, name, expr)                                                                                       \
    type *name = arena_new_array(arena, type, n + 1);                                                                  \
    for (size_t i = 0; i < n; i++)                                                                                     \
        name[i] = (expr)
#define UUIDS(name, expr)                                                                                              \
    do {                                                                                                               \
        COLUMN(uuid_t, name, expr);                                                                                    \
        db_params_uuid_array(&in, name, n);                                                                            \
    } while (0)
#define NUMBERS(name, expr)                                                                                            \
    do {                                                                                                               \
        COLUMN(int64_t, name, expr);                                                                                   \
        db_params_i64_array(&in, name, n);                                                                             \
    } while (0)
#define TEXTS(name, expr)                                                                                              \
    do {                                                                                                               \
        COLUMN(const char *, name, expr);                                                                              \
        db_params_text_array(&in, name, n);                                                                            \
    } while (0)
#define DATES(name, expr)                                                                                              \
    do {                                                                                                               \
        COLUMN(int32_t, name, expr);                                                                                   \
        db_params_date_array(&in, name, n);                                                                            \
    } while (0)

bool
dashboard_store_findings(db_tx_t *tx, arena_t *arena, const finding_in_t *f, const int64_t *seqs, size_t n, err_t *err)
{
    AUTO_PARAMS in;

    db_params_init(&in);
    if (n == 0)
        return true;
    UUIDS(finding, f[i].finding);
    NUMBERS(version, f[i].version);
    TEXTS(state, f[i].state);
    UUIDS(household, f[i].household);
    TEXTS(region, f[i].region);
    TEXTS(category, f[i].category);
    TEXTS(kind, f[i].kind);
    TEXTS(direction, f[i].direction);
    DATES(since, f[i].since);
    TEXTS(monthly_money, f[i].monthly_money);
    TEXTS(enrolled_money, f[i].enrolled_money);
    TEXTS(overpaid, f[i].overpaid);
    TEXTS(margin, f[i].margin);
    db_params_i64_array(&in, seqs, n);
    TEXTS(data, f[i].data);
    DATES(date, f[i].date);
    return db_exec(tx, SET, STMT_save_findings, &in, NULL, err);
}

bool
dashboard_store_alerts(db_tx_t *tx, arena_t *arena, const alert_in_t *a, const int64_t *seqs, size_t n, err_t *err)
{
    AUTO_PARAMS in;

    db_params_init(&in);
    if (n == 0)
        return true;
    UUIDS(alert, a[i].alert);
    NUMBERS(version, a[i].version);
    TEXTS(state, a[i].state);
    TEXTS(level, a[i].level);
    UUIDS(household, a[i].household);
    TEXTS(region, a[i].region);
    TEXTS(category, a[i].category);
    TEXTS(kind, a[i].kind);
    DATES(opened, a[i].opened);
    DATES(due, a[i].due);
    NUMBERS(overdue, a[i].overdue ? 1 : 0);
    UUIDS(lead, a[i].lead);
    db_params_i64_array(&in, seqs, n);
    TEXTS(data, a[i].data);
    DATES(date, a[i].date);
    return db_exec(tx, SET, STMT_save_alerts, &in, NULL, err);
}

bool
dashboard_store_referrals(db_tx_t *tx, arena_t *arena, const referral_in_t *r, const int64_t *seqs, size_t n, err_t *err)
{
    AUTO_PARAMS in;

    db_params_init(&in);
    if (n == 0)
        return true;
    UUIDS(referral, r[i].referral);
    NUMBERS(version, r[i].version);
    TEXTS(state, r[i].state);
    UUIDS(alert, r[i].alert);
    UUIDS(household, r[i].household);
    TEXTS(region, r[i].region);
    db_params_i64_array(&in, seqs, n);
    TEXTS(data, r[i].data);
    return db_exec(tx, SET, STMT_save_referrals, &in, NULL, err);
}

static bool
save_counts(db_tx_t *tx, arena_t *arena, const day_in_t *day, err_t *err)
{
    AUTO_PARAMS in;
    size_t n = day->count;

    db_params_init(&in);
    db_params_date(&in, day->date);
    TEXTS(region, day->counts[i].region);
    TEXTS(category, day->counts[i].category);
    NUMBERS(households, day->counts[i].households);
    NUMBERS(people, day->counts[i].people);
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
    AUTO(db_result) day = NULL;
    AUTO(db_result) head = NULL;
    AUTO(db_result) counts = NULL;

    if (!db_query(tx, SET, STMT_load_day, NULL, &day, err) || !db_query(tx, SET, STMT_load_head, NULL, &head, err) ||
        !db_query(tx, SET, STMT_count_all, NULL, &counts, err))
        return false;
    *ret = (dashboard_head_t){
        .day = db_result_rows(day) == 0 ? INT32_MIN : db_result_date(day, 0, 0),
        .head = db_result_i64(head, 0, 0),
        .findings = db_result_i64(counts, 0, 0),
        .alerts = db_result_i64(counts, 0, 1),
        .referrals = db_result_i64(counts, 0, 2),
        .witnessed = db_result_i64(counts, 0, 3),
    };
    return true;
}
