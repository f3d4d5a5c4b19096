/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/region.h"
#include "svc/svc.h"

#define LIST_DEFAULT 100
#define LIST_MAX 1000

bool
svc_list_read(const svc_request_t *req, const char *const *states, size_t n, const char *expected, svc_list_t *ret, err_t *err)
{
    svc_list_t list = { .key_regions = req->key->regions };
    json_in_t in;

    json_in_init(&in, req->data, "", err);
    list.state = json_in_text_or(&in, "state", NULL);
    list.region = json_in_text_or(&in, "region", NULL);
    (void) json_in_uuid_or_nil(&in, "after", &list.after);
    list.limit = json_in_i64_or(&in, "limit", 1, LIST_MAX, LIST_DEFAULT);
    if (!json_in_ok(&in))
        return false;
    if (list.state != NULL && str_index(list.state, states, n) < 0)
        return err_bad_data(err, "/state", expected);
    if (list.region != NULL && !region_is_valid(list.region))
        return err_bad_data(err, "/region", "a region has 2, 4, 6, 9 or 12 digits");
    *ret = list;
    return true;
}

void
svc_list_params(const svc_list_t *list, arena_t *arena, db_params_t *params)
{
    size_t n = 0;
    const char **regions = arena_split(arena, list->key_regions, &n);

    db_params_text(params, list->state);
    db_params_text(params, list->region);
    db_params_uuid(params, &list->after);
    db_params_i64(params, list->limit + 1);
    db_params_text_array(params, regions, n);
}

size_t
svc_list_shown(const svc_list_t *list, size_t n)
{
    return n > (size_t) list->limit ? (size_t) list->limit : n;
}

void
svc_list_end(const svc_list_t *list, size_t n, const uuid_t *last, json_out_t *out)
{
    json_out_end(out);
    json_out_bool(out, "more", n > svc_list_shown(list, n));
    if (n > svc_list_shown(list, n))
        json_out_uuid(out, "next", last);
}
