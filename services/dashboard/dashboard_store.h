/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DASHBOARD_DASHBOARD_STORE_H
#define DASHBOARD_DASHBOARD_STORE_H

/* The only two files that run SQL: _store.c writes sets, _store_read.c reads for the API. */

#include "dashboard_in.h"
#include "db/db.h"
#include "json/json_out.h"
#include "region_names.h"
#include "route.h"

extern const db_stmt_set_t *const dashboard_store_statements;
extern const db_migration_set_t *const dashboard_store_migrations;

/* Writing: n rows in one statement; seqs[i] is the stream's number of row i. */
bool dashboard_store_findings(db_tx_t *tx, arena_t *arena, const finding_in_t *f, const int64_t *seqs, size_t n, err_t *err)
    NODISCARD;
bool dashboard_store_alerts(db_tx_t *tx, arena_t *arena, const alert_in_t *a, const int64_t *seqs, size_t n, err_t *err)
    NODISCARD;
bool dashboard_store_referrals(db_tx_t *tx, arena_t *arena, const referral_in_t *r, const int64_t *seqs, size_t n, err_t *err)
    NODISCARD;
bool dashboard_store_day(db_tx_t *tx, arena_t *arena, const day_in_t *day, int64_t seq, err_t *err) NODISCARD;
bool dashboard_store_witness(db_tx_t *tx, const char *stream, int64_t events, err_t *err) NODISCARD;

/* What memory keeps of the database. */
typedef struct {
    int32_t day;  /* INT32_MIN before the first */
    int64_t head; /* seq of the alert heard of last */
    int64_t findings, alerts, referrals, witnessed;
} dashboard_head_t;
bool dashboard_store_head(db_tx_t *tx, dashboard_head_t *ret, err_t *err) NODISCARD;

/* Reading: each appends members to the open object `out`. */
bool dashboard_store_write_overview(db_tx_t *tx, const char *region, const region_names_t *names,
                                    json_out_t *out, err_t *err) NODISCARD;
bool dashboard_store_write_list(db_tx_t *tx, arena_t *arena, const route_t *route, json_out_t *out, err_t *err) NODISCARD;
bool dashboard_store_write_alert(db_tx_t *tx, const uuid_t *alert, bool *ret_found, json_out_t *out, err_t *err) NODISCARD;
bool dashboard_store_write_chain(db_tx_t *tx, const uuid_t *household, bool *ret_found, json_out_t *out, err_t *err) NODISCARD;

/* Alerts heard of after `after`, in the order of the stream: fn gets each as JSON with its seq and region. */
typedef void (*dashboard_changed_fn)(void *ctx, int64_t seq, const char *region, slice_t json);
bool dashboard_store_changed(db_tx_t *tx, int64_t after, int64_t limit, dashboard_changed_fn fn, void *ctx, size_t *ret_n,
                             err_t *err) NODISCARD;

#endif
