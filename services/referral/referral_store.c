/* SPDX-License-Identifier: Apache-2.0 */
#include "referral_store.h"

#include "db/db_columns.h"
#include "base/str.h"
#include "referral_sql.h"
#include <string.h>

const db_stmt_set_t *const referral_store_statements = &referral_statements;
const db_migration_set_t *const referral_store_migrations = &referral_migrations;

#define SET (&referral_statements)

/* Column order of load_by_alert.sql. */
static referral_t *
read_referral(arena_t *arena, const db_result_t *r, size_t i)
{
    referral_t *x = arena_alloc(arena, sizeof(*x));

    x->id = db_result_uuid(r, i, 0);
    x->version = db_result_i64(r, i, 1);
    x->state = (referral_state_t) db_result_name(r, i, 2, referral_state_names, REFERRAL_STATE_COUNT);
    x->alert = db_result_uuid(r, i, 3);
    x->household = db_result_uuid(r, i, 4);
    x->correlation = db_result_uuid(r, i, 5);
    x->previous = db_result_uuid(r, i, 6);
    x->number = db_result_i64(r, i, 7);
    db_result_text_copy(x->region, sizeof(x->region), r, i, 8);
    x->need = (need_t) db_result_name(r, i, 9, need_names, NEED_COUNT);
    db_result_text_copy(x->category, sizeof(x->category), r, i, 10);
    db_result_text_copy(x->programme, sizeof(x->programme), r, i, 11);
    db_result_text_copy(x->organisation, sizeof(x->organisation), r, i, 12);
    x->reason = db_result_text_dup(arena, r, i, 13);
    x->outcome = db_result_text_dup(arena, r, i, 14);
    x->amount = db_result_text_dup(arena, r, i, 15);
    x->delivered_on = db_result_date(r, i, 16);
    x->offered = db_result_date(r, i, 17);
    x->due = db_result_date(r, i, 18);
    x->overdue = db_result_bool(r, i, 19);
    x->made = db_result_date(r, i, 20);
    x->published = true;
    x->published_state = x->state;
    (void) str_copy(x->published_region, sizeof(x->published_region), x->region);
    (void) str_copy(x->published_organisation, sizeof(x->published_organisation), x->organisation);
    return x;
}

bool
referral_store_load_day(db_tx_t *tx, int32_t *ret, err_t *err)
{
    return db_query_date(tx, SET, STMT_load_day, ret, err);
}

bool
referral_store_save_day(db_tx_t *tx, int32_t day, err_t *err)
{
    return db_exec_date(tx, SET, STMT_save_day, day, err);
}

bool
referral_store_places(db_tx_t *tx, const directory_t *directory, int64_t *used, err_t *err)
{
    AUTO(db_result) r = NULL;

    if (!db_query(tx, SET, STMT_count_places, NULL, &r, err))
        return false;
    for (size_t i = 0; i < db_result_rows(r); i++) {
        size_t p = directory_find(directory, db_result_text(r, i, 0));

        if (p != SIZE_MAX) /* a programme may have left the directory */
            used[p] = db_result_i64(r, i, 1);
    }
    return true;
}

bool
referral_store_load(db_tx_t *tx, offer_t *offer, const uuid_t *alerts, size_t n, err_t *err)
{
    AUTO(db_result) r = NULL;
    AUTO_PARAMS in;

    db_params_init(&in);
    if (n == 0)
        return true;
    db_params_uuid_array(&in, alerts, n);
    if (!db_query(tx, SET, STMT_load_by_alert, &in, &r, err))
        return false;
    for (size_t i = 0; i < db_result_rows(r); i++)
        offer_add(offer, read_referral(offer->arena, r, i));
    return true;
}

bool
referral_store_load_one(db_tx_t *tx, offer_t *offer, const uuid_t *id, referral_t **ret, err_t *err)
{
    AUTO(db_result) r = NULL;
    AUTO_PARAMS in;
    uuid_t alert;

    db_params_init(&in);
    db_params_uuid(&in, id);
    if (!db_query(tx, SET, STMT_alert_of, &in, &r, err))
        return false;
    *ret = NULL;
    if (db_result_rows(r) == 0)
        return true;
    alert = db_result_uuid(r, 0, 0);
    if (!referral_store_load(tx, offer, &alert, 1, err))
        return false;
    for (size_t i = 0; i < offer->count; i++) {
        if (uuid_eq(&offer->all[i]->id, id))
            *ret = offer->all[i];
    }
    return true;
}

bool
referral_store_load_due(db_tx_t *tx, offer_t *offer, int32_t day, err_t *err)
{
    AUTO(db_result) r = NULL;
    AUTO_PARAMS in;
    uuid_t *alerts;
    size_t n;

    db_params_init(&in);
    db_params_date(&in, day);
    if (!db_query(tx, SET, STMT_due_alerts, &in, &r, err))
        return false;
    n = db_result_rows(r);
    alerts = arena_new_array(offer->arena, uuid_t, n + 1);
    for (size_t i = 0; i < n; i++)
        alerts[i] = db_result_uuid(r, i, 0);
    return referral_store_load(tx, offer, alerts, n, err);
}

static const char *
or_null(const char *s)
{
    return s[0] == '\0' ? NULL : s;
}

static bool
save(db_tx_t *tx, arena_t *arena, referral_t *const *x, size_t n, err_t *err)
{
    AUTO_PARAMS in;

    db_params_init(&in);
    DB_UUIDS(referral, x[i]->id);
    DB_NUMBERS(version, x[i]->version);
    DB_TEXTS(state, referral_state_names[x[i]->state]);
    DB_UUIDS(alert, x[i]->alert);
    DB_UUIDS(household, x[i]->household);
    DB_UUIDS(correlation, x[i]->correlation);
    DB_UUIDS(previous, x[i]->previous);
    DB_NUMBERS(number, x[i]->number);
    DB_TEXTS(region, x[i]->region);
    DB_TEXTS(need, need_names[x[i]->need]);
    DB_TEXTS(category, x[i]->category);
    DB_TEXTS(programme, or_null(x[i]->programme));
    DB_TEXTS(organisation, or_null(x[i]->organisation));
    DB_TEXTS(reason, x[i]->reason);
    DB_TEXTS(outcome, x[i]->outcome);
    DB_TEXTS(amount, x[i]->amount);
    DB_DATES(delivered_on, x[i]->delivered_on);
    DB_DATES(offered, x[i]->offered);
    DB_DATES(due, x[i]->due);
    DB_NUMBERS(overdue, x[i]->overdue ? 1 : 0);
    DB_DATES(made, x[i]->made);
    return db_exec(tx, SET, STMT_save_referrals, &in, NULL, err);
}

bool
referral_store_save(db_tx_t *tx, const offer_t *offer, err_t *err)
{
    referral_t **dirty = arena_new_array(offer->arena, referral_t *, offer->count + 1);
    size_t n = 0;

    for (int final = 1; final >= 0; final--) {
        for (size_t i = 0; i < offer->count; i++) {
            if (offer->all[i]->dirty && referral_is_final(offer->all[i]) == (final == 1))
                dirty[n++] = offer->all[i];
        }
    }
    return n == 0 || save(tx, offer->arena, dirty, n, err);
}

static void
read_all(arena_t *arena, const db_result_t *r, referral_t ***ret, size_t *ret_n)
{
    *ret_n = db_result_rows(r);
    *ret = arena_new_array(arena, referral_t *, *ret_n + 1);
    for (size_t i = 0; i < *ret_n; i++)
        (*ret)[i] = read_referral(arena, r, i);
}

bool
referral_store_list(db_tx_t *tx, arena_t *arena, const svc_list_t *list, const char *organisations, referral_t ***ret, size_t *ret_n,
                    err_t *err)
{
    AUTO(db_result) r = NULL;
    AUTO_PARAMS in;
    size_t n = 0;

    db_params_init(&in);
    svc_list_params(list, arena, &in);
    if (organisations == NULL) {
        db_params_null(&in);
    } else {
        const char **items = arena_split(arena, organisations, &n);
        db_params_text_array(&in, items, n);
    }
    if (!db_query(tx, SET, STMT_list_referrals, &in, &r, err))
        return false;
    read_all(arena, r, ret, ret_n);
    return true;
}

bool
referral_store_household(db_tx_t *tx, arena_t *arena, const uuid_t *household, referral_t ***ret, size_t *ret_n,
                         err_t *err)
{
    AUTO(db_result) r = NULL;
    AUTO_PARAMS in;

    db_params_init(&in);
    db_params_uuid(&in, household);
    if (!db_query(tx, SET, STMT_household_referrals, &in, &r, err))
        return false;
    read_all(arena, r, ret, ret_n);
    return true;
}

bool
referral_store_counts(db_tx_t *tx, counts_t *ret, err_t *err)
{
    AUTO(db_result) r = NULL;
    counts_t c = { 0 };

    if (!db_query(tx, SET, STMT_count_referrals, NULL, &r, err))
        return false;
    for (size_t i = 0; i < db_result_rows(r); i++) {
        c.by_state[db_result_name(r, i, 0, referral_state_names, REFERRAL_STATE_COUNT)] = db_result_i64(r, i, 1);
        c.overdue += db_result_i64(r, i, 2);
    }
    *ret = c;
    return true;
}
