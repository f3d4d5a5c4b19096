/* SPDX-License-Identifier: Apache-2.0 */
#include "referral.h"

#include "domain/region.h"
#include "referral_in.h"
#include <string.h>

#define LIST_DEFAULT 100
#define LIST_MAX 1000

bool
referral_list(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err)
{
    const referral_service_t *self = state;
    json_in_t in;
    list_t list = { .key_regions = req->key->regions,
                    .key_organisations = referral_is_provider(req->key) ? req->key->organisation : NULL };
    referral_t **all = NULL;
    size_t n = 0, shown;
    int64_t limit;

    json_in_init(&in, req->data, "", err);
    list.state = json_in_text_or(&in, "state", NULL);
    list.region = json_in_text_or(&in, "region", NULL);
    (void) json_in_uuid_or_nil(&in, "after", &list.after);
    limit = json_in_i64_or(&in, "limit", 1, LIST_MAX, LIST_DEFAULT);
    if (!json_in_ok(&in))
        return false;
    if (list.state != NULL && str_index(list.state, referral_state_names, REFERRAL_STATE_COUNT) < 0)
        return err_bad_data(err, "/state", "unknown state of a referral");
    if (list.region != NULL && !region_is_valid(list.region))
        return err_bad_data(err, "/region", "a region has 2, 4, 6, 9 or 12 digits");
    list.limit = limit + 1;
    if (!referral_store_list(tx, svc_arena(svc), &list, &all, &n, err))
        return err_add(err, "list");
    shown = n > (size_t) limit ? (size_t) limit : n;
    json_out_object(out, NULL);
    json_out_array(out, "referrals");
    for (size_t i = 0; i < shown; i++)
        referral_out_referral(out, NULL, all[i], self->directory);
    json_out_end(out);
    json_out_bool(out, "more", n > shown);
    if (n > shown)
        json_out_uuid(out, "next", &all[shown - 1]->id);
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
