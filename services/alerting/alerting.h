/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ALERTING_ALERTING_H
#define ALERTING_ALERTING_H

/* The state of the process: routing files and what the status shows.  Everything else is in the database and is loaded
 * for each unit of work, so that a rollback leaves nothing behind. */

#include "alerting_out.h"
#include "alerting_store.h"
#include "merge.h"
#include "svc/svc.h"
#include "work.h"

typedef struct alerting {
    grades_t *grades;
    deadlines_t deadlines;
    desks_t *desks;
    calendar_t *calendar;
    counts_t counts; /* refreshed by a timer, so that the status answers without a database */
    int32_t day;
    bool stale; /* something was written since */
} alerting_t;

bool alerting_init(svc_t *svc, void **ret_state, err_t *err) NODISCARD;
bool alerting_on_connect(svc_t *svc, void *state, db_tx_t *tx, err_t *err) NODISCARD;
bool alerting_refresh(svc_t *svc, void *state, err_t *err) NODISCARD;
void alerting_status(svc_t *svc, void *state, json_out_t *out);
bool alerting_reload(svc_t *svc, void *state, err_t *err) NODISCARD;
void alerting_destroy(void **state_p);

/* What a unit of work needs: rules, business day, and the stream to publish on. */
typedef struct {
    merge_t merge;
    alerting_out_t out;
} alerting_tx_t;
bool alerting_begin(svc_t *svc, alerting_t *self, db_tx_t *tx, alerting_tx_t *ret, err_t *err) NODISCARD;

bool alerting_on_findings(svc_t *svc, void *state, db_tx_t *tx, const stream_event_t *events, size_t n,
                          err_t *err) NODISCARD;
bool alerting_on_referrals(svc_t *svc, void *state, db_tx_t *tx, const stream_event_t *events, size_t n,
                           err_t *err) NODISCARD;

extern const svc_command_t alerting_commands[];

/* Commands that read (alerting_query.c). */
bool alerting_list(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out,
                   err_t *err) NODISCARD;
bool alerting_chain(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out,
                    err_t *err) NODISCARD;

#endif
