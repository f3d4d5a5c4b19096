/* SPDX-License-Identifier: Apache-2.0 */
#include "dashboard.h"

static bool
write_body(dashboard_t *self, db_tx_t *tx, const route_t *route, bool *ret_found, json_out_t *out, err_t *err)
{
    *ret_found = true;
    switch (route->kind) {
    case ROUTE_OVERVIEW:
        return dashboard_store_write_overview(tx, route->region, self->names, out, err);
    case ROUTE_ALERTS:
        return dashboard_store_write_list(tx, svc_arena(self->svc), route, out, err);
    case ROUTE_ALERT:
        return dashboard_store_write_alert(tx, &route->id, ret_found, out, err);
    case ROUTE_CHAIN:
        return dashboard_store_write_chain(tx, &route->id, ret_found, out, err);
    case ROUTE_FILE:
    case ROUTE_REGIONS:
    case ROUTE_SOURCES:
    case ROUTE_EVENTS:
    case ROUTE_COUNT:
        break;
    }
    return err_set(err, ERR_BUG, "internal", "not a route of the read model");
}

bool
dashboard_api(dashboard_t *self, const route_t *route, str_t *ret, err_t *err)
{
    AUTO(db_tx) tx = NULL;
    bool found = false;
    json_out_t out;

    if (route->kind == ROUTE_REGIONS) {
        slice_t names = region_names_json(self->names);
        str_add_n(ret, names.ptr, names.len);
        return true;
    }
    json_out_init(&out, ret);
    json_out_object(&out, NULL);
    if (route->kind == ROUTE_SOURCES) {
        sources_write(self->sources, &out);
        json_out_end(&out);
        return true;
    }
    if (!svc_tx_begin(self->svc, &tx, err) || !write_body(self, tx, route, &found, &out, err) ||
        !svc_tx_commit(self->svc, &tx, err))
        return err_add(err, route_names[route->kind]);
    json_out_end(&out);
    return found || err_set(err, ERR_REJECT, "not_found", "the streams have told nothing of this id");
}
