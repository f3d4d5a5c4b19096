/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REFERRAL_REFERRAL_H
#define REFERRAL_REFERRAL_H

/* The state of the process: the directory of programmes and what the status shows.  Everything else is in the database
 * and is loaded for each unit of work. */

#include "offer.h"
#include "referral_out.h"
#include "referral_store.h"
#include "svc/svc.h"

typedef struct referral_state {
    directory_t *directory;
    calendar_t *calendar;
    counts_t counts; /* refreshed by a timer, so that the status answers without a database */
    int32_t day;
    bool stale; /* something was written since */
} referral_service_t;

bool referral_init(svc_t *svc, void **ret_state, err_t *err) NODISCARD;
bool referral_on_connect(svc_t *svc, void *state, db_tx_t *tx, err_t *err) NODISCARD;
bool referral_reload(svc_t *svc, void *state, err_t *err) NODISCARD;
void referral_destroy(void **state_p);
bool referral_refresh(svc_t *svc, void *state, err_t *err) NODISCARD;
void referral_status(svc_t *svc, void *state, json_out_t *out);

/* What a unit of work needs. */
typedef struct {
    offer_t offer;
    referral_out_t out;
} referral_tx_t;
bool referral_begin(svc_t *svc, referral_service_t *self, db_tx_t *tx, referral_tx_t *ret, err_t *err) NODISCARD;

bool referral_on_alerts(svc_t *svc, void *state, db_tx_t *tx, const stream_event_t *events, size_t n,
                        err_t *err) NODISCARD;
/* Of the findings stream only the business days matter here. */
bool referral_on_findings(svc_t *svc, void *state, db_tx_t *tx, const stream_event_t *events, size_t n,
                          err_t *err) NODISCARD;

extern const svc_command_t referral_commands[];
/* A provider's key belongs to organisations; "*" is everything, "" a bureau's. */
bool referral_is_provider(const bus_key_t *key);
bool referral_list(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out,
                   err_t *err) NODISCARD;
bool referral_chain(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out,
                    err_t *err) NODISCARD;
bool referral_programmes(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out,
                         err_t *err) NODISCARD;

#endif
