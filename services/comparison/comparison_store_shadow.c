/* SPDX-License-Identifier: Apache-2.0 */
#include "comparison_store.h"

#include <string.h>

#include "comparison_sql.h"
#include "domain/date.h"

/* The row of a policy, SIZE_MAX when there is none. */
static size_t
row_of(const db_result_t *rows, const char *name)
{
    for (size_t r = 0; r < db_result_rows(rows); r++)
        if (strcmp(db_result_text(rows, r, 0), name) == 0)
            return r;
    return SIZE_MAX;
}

static bool
load_rows(db_tx_t *tx, shadows_t *shadows, db_result_t **ret, err_t *err)
{
    if (!db_query(tx, &comparison_statements, STMT_shadow_policies_load, NULL, ret, err))
        return err_add(err, "shadow");
    for (size_t i = 0; i < shadows->count; i++) {
        size_t r = row_of(*ret, shadows->items[i].name);

        shadows->items[i].findings = r == SIZE_MAX ? 0 : db_result_i64(*ret, r, 3);
    }
    return true;
}

bool
store_shadows_count(db_tx_t *tx, shadows_t *shadows, err_t *err)
{
    AUTO(db_result) rows = NULL;

    return shadows->count == 0 || load_rows(tx, shadows, &rows, err);
}

bool
store_shadows_load(db_tx_t *tx, shadows_t *shadows, err_t *err)
{
    AUTO(db_result) rows = NULL;
    size_t same = 0;

    if (!load_rows(tx, shadows, &rows, err))
        return false;
    for (size_t i = 0; i < shadows->count; i++) {
        size_t r = row_of(rows, shadows->items[i].name);

        same += r != SIZE_MAX && strcmp(db_result_text(rows, r, 1), shadows->items[i].digest) == 0 ? 1 : 0;
    }
    shadows->stale = same != shadows->count;
    shadows->unsaved = shadows->stale || same != db_result_rows(rows);
    return true;
}

bool
store_shadows_save(db_tx_t *tx, const shadows_t *shadows, int32_t day, err_t *err)
{
    const char *names[SHADOWS_MAX + 1], *digests[SHADOWS_MAX + 1];
    AUTO_PARAMS these;
    AUTO_PARAMS in;

    for (size_t i = 0; i < shadows->count; i++) {
        names[i] = shadows->items[i].name;
        digests[i] = shadows->items[i].digest;
    }
    db_params_init(&these);
    db_params_init(&in);
    db_params_text_array(&these, names, shadows->count);
    db_params_text_array(&in, names, shadows->count);
    db_params_text_array(&in, digests, shadows->count);
    db_params_date(&in, day);
    return (db_exec(tx, &comparison_statements, STMT_shadow_findings_forget, &these, NULL, err) &&
            db_exec(tx, &comparison_statements, STMT_shadow_policies_save, &in, NULL, err)) ||
           err_add(err, "shadow");
}

/* Findings as columns. */
typedef struct {
    uuid_t *households, *persons;
    const char **kinds, **categories, **rules, **regions;
    int32_t *since;
    int64_t *monthly, *enrolled;
} columns_t;

static void
columns_init(columns_t *c, const shadow_finding_t *found, size_t n)
{
    c->households = mem_new_array(uuid_t, 2 * n + 1);
    c->persons = c->households + n;
    c->kinds = (const char **) mem_alloc(4 * n + 1, sizeof(char *));
    c->categories = c->kinds + n;
    c->rules = c->kinds + 2 * n;
    c->regions = c->kinds + 3 * n;
    c->since = mem_new_array(int32_t, n + 1);
    c->monthly = mem_new_array(int64_t, 2 * n + 1);
    c->enrolled = c->monthly + n;
    for (size_t i = 0; i < n; i++) {
        c->households[i] = found[i].household;
        c->persons[i] = found[i].person;
        c->kinds[i] = found[i].kind;
        c->categories[i] = found[i].category;
        c->rules[i] = found[i].rule;
        c->regions[i] = found[i].region;
        c->since[i] = found[i].since;
        c->monthly[i] = found[i].monthly;
        c->enrolled[i] = found[i].enrolled;
    }
}

static void
columns_done(columns_t *c)
{
    mem_free(c->households);
    mem_free((void *) c->kinds);
    mem_free(c->since);
    mem_free(c->monthly);
}

static bool
save_columns(db_tx_t *tx, const char *policy, int32_t day, const uuid_t *seen, size_t seen_count, const columns_t *c, size_t n,
             int64_t *ret_more, err_t *err)
{
    AUTO_PARAMS drop;
    AUTO_PARAMS save;
    AUTO(db_result) rows = NULL;
    int64_t gone = 0;

    db_params_init(&drop);
    db_params_init(&save);
    db_params_text(&drop, policy);
    db_params_uuid_array(&drop, seen, seen_count);
    db_params_uuid_array(&drop, c->households, n);
    db_params_text_array(&drop, c->kinds, n);
    db_params_text_array(&drop, c->categories, n);
    db_params_uuid_array(&drop, c->persons, n);
    db_params_text(&save, policy);
    db_params_date(&save, day);
    db_params_uuid_array(&save, c->households, n);
    db_params_text_array(&save, c->kinds, n);
    db_params_text_array(&save, c->categories, n);
    db_params_uuid_array(&save, c->persons, n);
    db_params_text_array(&save, c->rules, n);
    db_params_text_array(&save, c->regions, n);
    db_params_date_array(&save, c->since, n);
    db_params_i64_array(&save, c->monthly, n);
    db_params_i64_array(&save, c->enrolled, n);
    if (!db_exec(tx, &comparison_statements, STMT_shadow_findings_drop, &drop, &gone, err) ||
        !db_query(tx, &comparison_statements, STMT_shadow_findings_save, &save, &rows, err))
        return err_add(err, "shadow");
    *ret_more = db_result_i64(rows, 0, 0) - gone;
    return true;
}

bool
store_shadow_findings(db_tx_t *tx, const char *policy, int32_t day, const uuid_t *seen, size_t seen_count, const shadow_finding_t *found,
                      size_t n, int64_t *ret_more, err_t *err)
{
    columns_t columns;

    *ret_more = 0;
    if (seen_count == 0)
        return true;
    columns_init(&columns, found, n);
    bool ok = save_columns(tx, policy, day, seen, seen_count, &columns, n, ret_more, err);
    columns_done(&columns);
    return ok;
}

bool
store_shadow_counts(db_tx_t *tx, const char *policy, const char *region, store_shadow_count_fn fn, void *ctx, err_t *err)
{
    AUTO_PARAMS in;
    AUTO(db_result) rows = NULL;

    db_params_init(&in);
    db_params_text(&in, policy);
    db_params_text(&in, region);
    if (!db_query(tx, &comparison_statements, STMT_shadow_counts, &in, &rows, err))
        return err_add(err, "shadow");
    for (size_t i = 0; i < db_result_rows(rows); i++) {
        const shadow_count_t c = { .kind = db_result_text(rows, i, 0), .category = db_result_text(rows, i, 1),
                                   .township = db_result_text(rows, i, 2), .shadow = db_result_i64(rows, i, 3),
                                   .live = db_result_i64(rows, i, 4), .both = db_result_i64(rows, i, 5),
                                   .other_money = db_result_i64(rows, i, 6) };
        fn(ctx, &c);
    }
    return true;
}

bool
store_shadow_differences(db_tx_t *tx, const char *policy, const char *region, int64_t limit, store_shadow_difference_fn fn, void *ctx,
                         err_t *err)
{
    AUTO_PARAMS in;
    AUTO(db_result) rows = NULL;

    db_params_init(&in);
    db_params_text(&in, policy);
    db_params_text(&in, region);
    db_params_i64(&in, limit);
    if (!db_query(tx, &comparison_statements, STMT_shadow_differences, &in, &rows, err))
        return err_add(err, "shadow");
    for (size_t i = 0; i < db_result_rows(rows); i++) {
        const shadow_difference_t d = {
            .household = db_result_uuid(rows, i, 0), .kind = db_result_text(rows, i, 1), .category = db_result_text(rows, i, 2),
            .person = db_result_uuid(rows, i, 3), .region = db_result_text(rows, i, 4),
            .in = { db_result_bool(rows, i, 9), db_result_bool(rows, i, 10) },
            .since = { db_result_date(rows, i, 5), db_result_date(rows, i, 7) },
            .monthly = { db_result_is_null(rows, i, 6) ? MONEY_NONE : db_result_i64(rows, i, 6),
                         db_result_is_null(rows, i, 8) ? MONEY_NONE : db_result_i64(rows, i, 8) } };
        fn(ctx, &d);
    }
    return true;
}
