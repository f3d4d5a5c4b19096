/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_SERVICE_H
#define COMPARISON_SERVICE_H

/* The units of work as the service skeleton calls them. */

#include "comparison.h"
#include "comparison_store.h"
#include "metrics/metrics.h"
#include "svc/svc.h"

/* What status shows, kept in memory because status is asked without a database too. */
typedef struct {
    comparison_t *comparison;
    struct jobs *jobs;
    arena_t *arena; /* of one step of a tick or of a full comparison */
    clock_state_t clock;
    store_totals_t totals;
    full_run_t runs[SCHEDULE_MAX]; /* the last full comparison of each entry of the schedule */
    size_t run_count;
    bool stale; /* these must be read again */
    struct {
        uuid_t request;
        char region[REGION_SIZE];
        int32_t day;
        comparison_done_t done;
    } compared; /* the last full comparison that was asked for, told again to who asks twice */
    metric_t *waiting, *waiting_records;
    metric_t *records, *quarantined, *assessed, *opened, *changed, *withdrawn;
} service_t;

bool service_init(svc_t *svc, void **ret_state, err_t *err) NODISCARD;
bool service_connect(svc_t *svc, void *state, db_tx_t *tx, err_t *err) NODISCARD;
bool service_reload(svc_t *svc, void *state, err_t *err) NODISCARD;
void service_rollback(svc_t *svc, void *state);
void service_status(svc_t *svc, void *state, json_out_t *out);
void service_destroy(void **state_p);

bool service_on_facts(svc_t *svc, void *state, db_tx_t *tx, const stream_event_t *events, size_t n, err_t *err) NODISCARD;
bool service_on_alerts(svc_t *svc, void *state, db_tx_t *tx, const stream_event_t *events, size_t n, err_t *err) NODISCARD;
bool service_on_referrals(svc_t *svc, void *state, db_tx_t *tx, const stream_event_t *events, size_t n, err_t *err) NODISCARD;
bool service_on_clock(svc_t *svc, void *state, err_t *err) NODISCARD;

bool service_refresh(service_t *self, db_tx_t *tx, err_t *err) NODISCARD;
void service_count(service_t *self, const comparison_done_t *done);

extern const svc_command_t service_commands[];

/* comparison_decide.c */
bool command_decide(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err) NODISCARD;

/* comparison_check.c */
bool command_check(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err) NODISCARD;

/* comparison_query.c */
bool query_explain(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err) NODISCARD;
bool query_household(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err) NODISCARD;
bool query_chain(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err) NODISCARD;
bool query_waiting(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err) NODISCARD;
bool query_register(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err) NODISCARD;

/* query_shadow.c */
bool query_shadow(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err) NODISCARD;

#endif
