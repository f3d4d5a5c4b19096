/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ALERTING_ALERTING_H
#define ALERTING_ALERTING_H

/* The state of the process: routing files only.  Everything else is in the database and is loaded for each unit of
 * work, so that a rollback leaves nothing behind. */

#include "alerting_out.h"
#include "merge.h"
#include "svc/svc.h"
#include "work.h"

typedef struct alerting {
    grades_t *grades;
    deadlines_t deadlines;
    desks_t *desks;
    calendar_t *calendar;
} alerting_t;

bool alerting_init(svc_t *svc, void **ret_state, err_t *err) NODISCARD;
bool alerting_reload(svc_t *svc, void *state, err_t *err) NODISCARD;
void alerting_destroy(void **state_p);

/* What a unit of work needs: rules, business day, and the stream to publish on. */
typedef struct {
    merge_t merge;
    alerting_out_t out;
} alerting_tx_t;
bool alerting_begin(svc_t *svc, const alerting_t *self, db_tx_t *tx, alerting_tx_t *ret, err_t *err) NODISCARD;

bool alerting_on_findings(svc_t *svc, void *state, db_tx_t *tx, const stream_event_t *events, size_t n, err_t *err) NODISCARD;
bool alerting_on_referrals(svc_t *svc, void *state, db_tx_t *tx, const stream_event_t *events, size_t n, err_t *err) NODISCARD;

extern const svc_command_t alerting_commands[];

/* Commands that read (alerting_query.c). */
bool alerting_list(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err) NODISCARD;
bool alerting_chain(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err) NODISCARD;

#endif
