/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DASHBOARD_DASHBOARD_H
#define DASHBOARD_DASHBOARD_H

/* The first subscriber: streams in, a read model and an HTTP page out.  It decides nothing and produces nothing. */

#include "asset.h"
#include "dashboard_config.h"
#include "dashboard_store.h"
#include "live.h"
#include "page.h"
#include "region_names.h"
#include "sources.h"
#include "svc/svc.h"

typedef struct {
    svc_t *svc;
    region_names_t *names;
    assets_t *assets; /* NULL while the page is not built: the API works without it */
    page_t *page;
    live_t *live;
    sources_t *sources;
    dashboard_head_t head;
    bool loaded; /* head is the database's */
    bool stale;  /* something was written since head was read */
} dashboard_t;

bool dashboard_init(svc_t *svc, void **ret_state, err_t *err) NODISCARD;
bool dashboard_on_connect(svc_t *svc, void *state, db_tx_t *tx, err_t *err) NODISCARD;
bool dashboard_reload(svc_t *svc, void *state, err_t *err) NODISCARD;
void dashboard_destroy(void **state_p);
void dashboard_status(svc_t *svc, void *state, json_out_t *out);
bool dashboard_refresh(svc_t *svc, void *state, err_t *err) NODISCARD; /* each second: counts, names of regions */
bool dashboard_ask(svc_t *svc, void *state, err_t *err) NODISCARD;     /* each second: intake about its sources */

/* dashboard_apply.c */
bool dashboard_on_findings(svc_t *svc, void *state, db_tx_t *tx, const stream_event_t *events, size_t n, err_t *err) NODISCARD;
bool dashboard_on_alerts(svc_t *svc, void *state, db_tx_t *tx, const stream_event_t *events, size_t n, err_t *err) NODISCARD;
bool dashboard_on_referrals(svc_t *svc, void *state, db_tx_t *tx, const stream_event_t *events, size_t n, err_t *err) NODISCARD;
bool dashboard_on_audit(svc_t *svc, void *state, db_tx_t *tx, const stream_event_t *events, size_t n, err_t *err) NODISCARD;

/* dashboard_api.c: the body of a JSON route.  ERR_REJECT not_found when there is no such alert or household. */
bool dashboard_api(dashboard_t *self, const route_t *route, str_t *ret, err_t *err) NODISCARD;

#endif
