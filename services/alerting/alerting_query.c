/* SPDX-License-Identifier: Apache-2.0 */
#include "alerting.h"

#include "alerting_store.h"

bool
alerting_list(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err)
{
    svc_list_t list;
    alert_t **alerts = NULL;
    size_t n = 0, shown;

    (void) state;
    if (!svc_list_read(req, alert_state_names, ALERT_STATE_COUNT, "expected open, acknowledged, assigned, visited, referred or closed",
                       &list, err))
        return false;
    if (!alerting_store_list(tx, svc_arena(svc), &list, &alerts, &n, err))
        return err_add(err, "list");
    shown = svc_list_shown(&list, n);
    json_out_object(out, NULL);
    json_out_array(out, "alerts");
    for (size_t i = 0; i < shown; i++)
        alerting_out_alert(out, NULL, alerts[i], INT32_MIN);
    svc_list_end(&list, n, shown == 0 ? NULL : &alerts[shown - 1]->id, out);
    json_out_end(out);
    return true;
}

bool
alerting_chain(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err)
{
    json_in_t in;
    uuid_t household;
    char region[ALERT_REGION_SIZE];
    alert_t **alerts = NULL;
    size_t n = 0;

    (void) state;
    json_in_init(&in, req->data, "", err);
    household = json_in_uuid(&in, "household");
    if (!json_in_ok(&in))
        return false;
    if (!alerting_store_region(tx, &household, NULL, region, err))
        return err_add(err, "chain");
    if (region[0] != '\0' && !bus_key_covers_region(req->key, region))
        return err_set(err, ERR_REJECT, "forbidden", "the household lies outside the key's regions");
    if (!alerting_store_household(tx, svc_arena(svc), &household, &alerts, &n, err))
        return err_add(err, "chain");
    json_out_object(out, NULL);
    json_out_uuid(out, "household", &household);
    json_out_array(out, "entries");
    for (size_t i = 0; i < n; i++) {
        json_out_object(out, NULL);
        json_out_date(out, "on", alerts[i]->opened);
        json_out_text(out, "what", "alert");
        alerting_out_alert(out, "alert", alerts[i], INT32_MIN);
        json_out_end(out);
    }
    if (!alerting_store_write_visits(tx, &household, out, err) ||
        !alerting_store_write_silences(tx, &household, out, err))
        return err_add(err, "chain");
    json_out_end(out);
    json_out_end(out);
    return true;
}
