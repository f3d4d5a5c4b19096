/* SPDX-License-Identifier: Apache-2.0 */
#include "referral.h"

#include "referral_in.h"
#include <string.h>

bool
referral_list(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err)
{
    const referral_service_t *self = state;
    svc_list_t list;
    referral_t **all = NULL;
    size_t n = 0, shown;

    if (!svc_list_read(req, referral_state_names, REFERRAL_STATE_COUNT, "unknown state of a referral", &list, err))
        return false;
    if (!referral_store_list(tx, svc_arena(svc), &list, referral_is_provider(req->key) ? req->key->organisation : NULL, &all, &n, err))
        return err_add(err, "list");
    shown = svc_list_shown(&list, n);
    json_out_object(out, NULL);
    json_out_array(out, "referrals");
    for (size_t i = 0; i < shown; i++)
        referral_out_referral(out, NULL, all[i], self->directory);
    svc_list_end(&list, n, shown == 0 ? NULL : &all[shown - 1]->id, out);
    json_out_end(out);
    return true;
}

bool
referral_chain(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err)
{
    const referral_service_t *self = state;
    json_in_t in;
    uuid_t household;
    referral_t **all = NULL;
    size_t n = 0;

    json_in_init(&in, req->data, "", err);
    household = json_in_uuid(&in, "household");
    if (!json_in_ok(&in))
        return false;
    if (referral_is_provider(req->key))
        return err_set(err, ERR_REJECT, "forbidden", "a provider sees its own referrals only: use list");
    if (!referral_store_household(tx, svc_arena(svc), &household, &all, &n, err))
        return err_add(err, "chain");
    for (size_t i = 0; i < n; i++) {
        if (!bus_key_covers_region(req->key, all[i]->region))
            return err_set(err, ERR_REJECT, "forbidden", "the household lies outside the key's regions");
    }
    json_out_object(out, NULL);
    json_out_uuid(out, "household", &household);
    json_out_array(out, "entries");
    for (size_t i = 0; i < n; i++) {
        json_out_object(out, NULL);
        json_out_date(out, "on", all[i]->made);
        json_out_text(out, "what", "referral");
        referral_out_referral(out, "referral", all[i], self->directory);
        json_out_end(out);
    }
    json_out_end(out);
    json_out_end(out);
    return true;
}

bool
referral_programmes(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err)
{
    const referral_service_t *self = state;
    int64_t *used = arena_new_array(svc_arena(svc), int64_t, directory_count(self->directory) + 1);

    (void) req;
    if (!referral_store_places(tx, self->directory, used, err))
        return err_add(err, "places");
    json_out_object(out, NULL);
    json_out_array(out, "programmes");
    for (size_t i = 0; i < directory_count(self->directory); i++) {
        const programme_t *p = directory_at(self->directory, i);

        json_out_object(out, NULL);
        json_out_text(out, "programme", p->id);
        json_out_text(out, "organisation", p->organisation);
        json_out_object(out, "organisation_name");
        json_out_text(out, "zh", p->organisation_zh);
        json_out_text(out, "en", p->organisation_en);
        json_out_end(out);
        json_out_object(out, "title");
        json_out_text(out, "zh", p->title_zh);
        json_out_text(out, "en", p->title_en);
        json_out_end(out);
        json_out_array(out, "needs");
        for (int k = 0; k < NEED_COUNT; k++) {
            if ((p->needs & (1u << k)) != 0)
                json_out_text(out, NULL, need_names[k]);
        }
        json_out_end(out);
        json_out_text(out, "basis", p->basis);
        json_out_i64(out, "taken", used[i]);
        if (p->capacity >= 0)
            json_out_i64(out, "capacity", p->capacity);
        json_out_end(out);
    }
    json_out_end(out);
    json_out_end(out);
    return true;
}
