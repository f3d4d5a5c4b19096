/* SPDX-License-Identifier: Apache-2.0 */
#include "comparison_store.h"

#include <string.h>

#include "comparison_sql.h"
#include "domain/date.h"

/* Reports of checks: as they were given, who asked for them, and what was said against them. */

bool
store_check(db_tx_t *tx, const check_report_t *r, err_t *err)
{
    AUTO_PARAMS in;

    db_params_init(&in);
    db_params_uuid(&in, &r->id);
    db_params_uuid(&in, &r->earlier);
    db_params_uuid(&in, &r->household);
    db_params_uuid(&in, &r->person);
    db_params_text(&in, r->category);
    db_params_text(&in, r->region);
    db_params_uuid_array(&in, r->people, r->people_count);
    db_params_date(&in, r->day);
    db_params_i64(&in, (int64_t) r->position);
    db_params_time(&in, r->at_us);
    db_params_text(&in, r->digest);
    db_params_text_n(&in, r->body.ptr, r->body.len);
    return db_exec(tx, &comparison_statements, STMT_check_add, &in, NULL, err) || err_add(err, "report");
}

bool
store_check_load(db_tx_t *tx, const uuid_t *id, arena_t *arena, check_report_t *ret, bool *ret_known, err_t *err)
{
    AUTO_PARAMS in;
    AUTO(db_result) rows = NULL;

    db_params_init(&in);
    db_params_uuid(&in, id);
    if (!db_query(tx, &comparison_statements, STMT_check_load, &in, &rows, err))
        return err_add(err, "report");
    *ret_known = db_result_rows(rows) > 0;
    if (!*ret_known)
        return true;
    *ret = (check_report_t){ .id = *id, .household = db_result_uuid(rows, 0, 0), .person = db_result_uuid(rows, 0, 1) };
    if (!db_result_is_null(rows, 0, 2))
        ret->category = db_result_text_dup(arena, rows, 0, 2);
    ret->region = db_result_text_dup(arena, rows, 0, 3);
    ret->digest = db_result_text_dup(arena, rows, 0, 4);
    ret->body = slice_of(db_result_text_dup(arena, rows, 0, 5));
    return true;
}

bool
store_check_act(db_tx_t *tx, const check_act_t *act, err_t *err)
{
    static const char *const words[] = { [CHECK_CHECKED] = "checked", [CHECK_SHOWN] = "shown", [CHECK_OBJECTED] = "objected" };
    AUTO_PARAMS in;

    db_params_init(&in);
    db_params_uuid(&in, &act->id);
    db_params_uuid(&in, &act->report);
    db_params_text(&in, words[act->what]);
    db_params_time(&in, act->at_us);
    db_params_date(&in, act->day);
    db_params_text(&in, act->actor);
    db_params_text(&in, act->key);
    db_params_text(&in, act->reason);
    return db_exec(tx, &comparison_statements, STMT_check_act, &in, NULL, err) || err_add(err, "entry of a check");
}

bool
store_check_objections(db_tx_t *tx, const uuid_t *report, json_out_t *out, err_t *err)
{
    AUTO_PARAMS in;
    AUTO(db_result) rows = NULL;

    db_params_init(&in);
    db_params_uuid(&in, report);
    if (!db_query(tx, &comparison_statements, STMT_check_objections, &in, &rows, err))
        return err_add(err, "objections");
    for (size_t i = 0; i < db_result_rows(rows); i++) {
        uuid_t id = db_result_uuid(rows, i, 0);

        json_out_object(out, NULL);
        json_out_uuid(out, "objection", &id);
        json_out_date(out, "day", db_result_date(rows, i, 1));
        json_out_time(out, "at", db_result_time(rows, i, 2));
        json_out_text(out, "actor", db_result_text(rows, i, 3));
        json_out_text(out, "reason", db_result_text(rows, i, 4));
        json_out_end(out);
    }
    return true;
}

bool
store_check_later(db_tx_t *tx, const uuid_t *report, json_out_t *out, err_t *err)
{
    AUTO_PARAMS in;
    AUTO(db_result) rows = NULL;

    db_params_init(&in);
    db_params_uuid(&in, report);
    if (!db_query(tx, &comparison_statements, STMT_check_later, &in, &rows, err))
        return err_add(err, "checks again");
    for (size_t i = 0; i < db_result_rows(rows); i++) {
        uuid_t id = db_result_uuid(rows, i, 0);

        json_out_object(out, NULL);
        json_out_uuid(out, "report", &id);
        json_out_date(out, "day", db_result_date(rows, i, 1));
        json_out_time(out, "at", db_result_time(rows, i, 2));
        json_out_end(out);
    }
    return true;
}

static void
write_count(json_out_t *out, const db_result_t *rows, size_t i)
{
    json_out_i64(out, "households", db_result_i64(rows, i, 1));
    json_out_i64(out, "people", db_result_i64(rows, i, 2));
    json_out_i64(out, "first", db_result_i64(rows, i, 3));
    json_out_i64(out, "again", db_result_i64(rows, i, 4));
    json_out_i64(out, "objections", db_result_i64(rows, i, 5));
    json_out_end(out);
}

bool
store_check_counts(db_tx_t *tx, int32_t from, int32_t to, const char *region, json_out_t *out, err_t *err)
{
    AUTO_PARAMS in;
    AUTO(db_result) rows = NULL;

    db_params_init(&in);
    db_params_date(&in, from);
    db_params_date(&in, to);
    db_params_text(&in, region);
    if (!db_query(tx, &comparison_statements, STMT_check_counts, &in, &rows, err))
        return err_add(err, "counts of checks");
    size_t n = db_result_rows(rows); /* the last one is of all, also of none */
    REQUIRE(n > 0 && db_result_is_null(rows, n - 1, 0));
    json_out_array(out, "townships");
    for (size_t i = 0; i + 1 < n; i++) {
        json_out_object(out, NULL);
        json_out_text(out, "region", db_result_text(rows, i, 0));
        write_count(out, rows, i);
    }
    json_out_end(out);
    json_out_object(out, "total");
    write_count(out, rows, n - 1);
    return true;
}

bool
store_dataset_times(db_tx_t *tx, arena_t *arena, dataset_time_t **ret, size_t *ret_n, err_t *err)
{
    AUTO(db_result) rows = NULL;

    if (!db_query(tx, &comparison_statements, STMT_dataset_times, NULL, &rows, err))
        return err_add(err, "times of datasets");
    size_t n = db_result_rows(rows);
    dataset_time_t *times = arena_new_array(arena, dataset_time_t, n + 1);
    for (size_t i = 0; i < n; i++)
        times[i] = (dataset_time_t){ .dataset = db_result_text_dup(arena, rows, i, 0), .seq = (uint64_t) db_result_i64(rows, i, 1),
                                     .received = db_result_date(rows, i, 2), .at_us = db_result_time(rows, i, 3) };
    *ret = times;
    *ret_n = n;
    return true;
}
