/* SPDX-License-Identifier: Apache-2.0 */
#include "comparison_service.h"

#include <string.h>

#include "domain/date.h"

/* plimsoll.comparison.shadow.v1: what policies in the shadow would find, and where that differs from what is found. */

enum { DIFFERENCES_MAX = 1000, DIFFERENCES_DEFAULT = 20 };

static void
on_count(void *ctx, const shadow_count_t *c)
{
    json_out_t *out = ctx;

    json_out_object(out, NULL);
    json_out_text(out, "kind", c->kind);
    json_out_text(out, "category", c->category);
    json_out_text(out, "region", c->township);
    json_out_i64(out, "shadow", c->shadow);
    json_out_i64(out, "in_force", c->live);
    json_out_i64(out, "both", c->both);
    json_out_i64(out, "other_money", c->other_money);
    json_out_end(out);
}

static void
on_difference(void *ctx, const shadow_difference_t *d)
{
    static const char *const sides[] = { "shadow", "in_force" };
    json_out_t *out = ctx;

    json_out_object(out, NULL);
    json_out_uuid(out, "household", &d->household);
    if (!uuid_is_nil(&d->person))
        json_out_uuid(out, "person", &d->person);
    json_out_text(out, "region", d->region);
    json_out_text(out, "kind", d->kind);
    json_out_text(out, "category", d->category);
    for (size_t i = 0; i < COUNT_OF(sides); i++) {
        if (!d->in[i])
            continue;
        json_out_object(out, sides[i]);
        json_out_date(out, "since", d->since[i]);
        if (d->monthly[i] != MONEY_NONE)
            json_out_fen(out, "monthly_money", d->monthly[i]);
        json_out_end(out);
    }
    json_out_end(out);
}

static bool
write_shadow(json_out_t *out, db_tx_t *tx, const shadow_t *s, const char *region, int64_t limit, err_t *err)
{
    const policy_words_t title = policy_title(s->policy);

    json_out_object(out, NULL);
    json_out_text(out, "policy", s->name);
    json_out_object(out, "title");
    json_out_text(out, "zh", title.zh);
    json_out_text(out, "en", title.en);
    json_out_end(out);
    json_out_array(out, "counts");
    if (!store_shadow_counts(tx, s->name, region, on_count, out, err))
        return false;
    json_out_end(out);
    json_out_array(out, "differences");
    if (!store_shadow_differences(tx, s->name, region, limit, on_difference, out, err))
        return false;
    json_out_end(out);
    json_out_end(out);
    return true;
}

bool
query_shadow(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err)
{
    const service_t *self = state;
    const shadows_t *shadows = &self->comparison->shadows;
    json_in_t in;

    (void) svc;
    json_in_init(&in, req->data, "", err);
    const char *region = json_in_text_or(&in, "region", "");
    int64_t limit = json_in_i64_or(&in, "differences", 0, DIFFERENCES_MAX, DIFFERENCES_DEFAULT);
    if (!json_in_ok(&in))
        return false;
    if (!bus_key_covers_region(req->key, region))
        return err_set(err, ERR_REJECT, "forbidden", "the region is not one of the key's: name a region inside them");
    json_out_object(out, NULL);
    if (self->clock.finished != DATE_OPEN)
        json_out_date(out, "day", self->clock.finished);
    json_out_bool(out, "complete", !shadows->stale && self->clock.finished == self->clock.day && self->clock.day != DATE_OPEN);
    json_out_array(out, "shadows");
    for (size_t i = 0; i < shadows->count; i++)
        if (!write_shadow(out, tx, &shadows->items[i], region, limit, err))
            return err_add(err, "shadow");
    json_out_end(out);
    json_out_end(out);
    return true;
}
