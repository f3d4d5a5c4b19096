/* SPDX-License-Identifier: Apache-2.0 */
#include "dashboard.h"

#include "log/log.h"

/* A page that is not built is no reason to stop the read model. */
static void
load_assets(dashboard_t *self, const char *dir)
{
    AUTO(assets) fresh = NULL;
    err_t err = { 0 };

    if (!assets_load(dir, &fresh, &err)) {
        log_err(LOG_WARN, "page.unavailable", &err);
        return;
    }
    assets_destroy(&self->assets);
    self->assets = TAKE(fresh);
    log_info("page.loaded", F_U64("files", assets_count(self->assets)));
}

static void
refresh_names(dashboard_t *self)
{
    err_t err = { 0 };

    if (!region_names_refresh(self->names, &err))
        log_err(LOG_WARN, "regions.refused", &err);
}

bool
dashboard_init(svc_t *svc, void **ret_state, err_t *err)
{
    const dashboard_config_t *config = svc_config(svc);
    dashboard_t *self = mem_new(dashboard_t);

    *ret_state = self; /* destroyed by svc in any case */
    self->svc = svc;
    self->head.day = INT32_MIN;
    self->names = region_names_new(config->regions);
    refresh_names(self);
    load_assets(self, config->web);
    self->live = live_new(self, (size_t) config->streams);
    self->sources = sources_new(svc);
    return page_start(self, &self->page, err);
}

bool
dashboard_reload(svc_t *svc, void *state, err_t *err)
{
    const dashboard_config_t *config = svc_config(svc);

    (void) err;
    load_assets(state, config->web);
    return true;
}

void
dashboard_destroy(void **state_p)
{
    dashboard_t *self = *state_p;

    if (self == NULL)
        return;
    *state_p = NULL;
    page_stop(&self->page); /* ends the live streams' connections, which live keeps */
    live_destroy(&self->live);
    assets_destroy(&self->assets);
    sources_destroy(&self->sources);
    region_names_destroy(&self->names);
    mem_free(self);
}

bool
dashboard_on_connect(svc_t *svc, void *state, db_tx_t *tx, err_t *err)
{
    dashboard_t *self = state;

    (void) svc;
    if (!dashboard_store_head(tx, &self->head, err))
        return false;
    self->loaded = true;
    self->stale = false;
    live_wake(self->live);
    return true;
}

bool
dashboard_refresh(svc_t *svc, void *state, err_t *err)
{
    dashboard_t *self = state;
    AUTO(db_tx) tx = NULL;

    refresh_names(self);
    if (!self->stale)
        return true;
    if (!svc_tx_begin(svc, &tx, err) || !dashboard_store_head(tx, &self->head, err) || !svc_tx_commit(svc, &tx, err))
        return false;
    self->stale = false;
    return true;
}

bool
dashboard_ask(svc_t *svc, void *state, err_t *err)
{
    (void) svc;
    (void) err;
    sources_refresh(((dashboard_t *) state)->sources);
    return true;
}

void
dashboard_status(svc_t *svc, void *state, json_out_t *out)
{
    const dashboard_t *self = state;

    (void) svc;
    if (self->head.day != INT32_MIN)
        json_out_date(out, "day", self->head.day);
    json_out_object(out, "counts");
    json_out_i64(out, "findings", self->head.findings);
    json_out_i64(out, "alerts", self->head.alerts);
    json_out_i64(out, "referrals", self->head.referrals);
    json_out_i64(out, "witnessed", self->head.witnessed);
    json_out_i64(out, "live_streams", (int64_t) live_count(self->live));
    json_out_end(out);
}
