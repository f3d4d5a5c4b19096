/* SPDX-License-Identifier: Apache-2.0 */
#include "assess.h"
#include "json/json_out.h"

static void
money(json_out_t *out, const char *key, int64_t fen)
{
    if (fen != MONEY_NONE)
        json_out_fen(out, key, fen);
}

/* (value − line) / line with four digits. */
static void
margin(json_out_t *out, const wanted_t *wanted)
{
    char text[32];

    if (wanted->line == 0)
        return;
    double share = ((double) wanted->value - (double) wanted->line) / (double) wanted->line;
    if (share > -0.00005 && share < 0)
        share = 0; /* not "-0.0000" */
    (void) snprintf(text, sizeof text, "%.4f", share);
    json_out_text(out, "margin", text);
}

static void
score(json_out_t *out, const wanted_t *wanted)
{
    if (wanted->score == 0)
        return;
    json_out_i64(out, "score", wanted->score);
    json_out_array(out, "indicators");
    for (size_t i = 0; i < wanted->indicator_count; i++) {
        json_out_object(out, NULL);
        json_out_text(out, "name", wanted->indicators[i].name);
        json_out_i64(out, "points", wanted->indicators[i].points);
        json_out_end(out);
    }
    json_out_end(out);
}

static void
facts(json_out_t *out, const wanted_t *wanted, const terms_t *terms)
{
    json_out_array(out, "facts");
    for (size_t i = 0; wanted != NULL && i < wanted->fact_count; i++) {
        const fact_t *f = wanted->facts[i];
        char key[33];

        str_hex(f->key, sizeof f->key, key);
        json_out_object(out, NULL);
        json_out_text(out, "dataset", terms_word(terms, f->dataset));
        json_out_text(out, "record", key);
        json_out_i64(out, "seq", (int64_t) f->seq);
        json_out_i64(out, "index", f->index);
        json_out_end(out);
    }
    json_out_end(out);
    if (wanted != NULL && wanted->facts_truncated)
        json_out_bool(out, "facts_truncated", true);
}

void
finding_out(const finding_out_t *self, const terms_t *terms, str_t *ret)
{
    const finding_t *f = self->finding;
    json_out_t out;

    json_out_init(&out, ret);
    json_out_object(&out, NULL);
    json_out_uuid(&out, "finding", &f->id);
    json_out_i64(&out, "version", f->version);
    json_out_text(&out, "state", self->state);
    json_out_uuid(&out, "household", &f->household);
    if (!uuid_is_nil(&f->person))
        json_out_uuid(&out, "person", &f->person);
    if (self->before != NULL)
        json_out_uuid(&out, "person_before", self->before);
    json_out_text(&out, "region", f->region);
    json_out_text(&out, "category", f->category);
    json_out_text(&out, "kind", finding_kind_name(f->kind));
    json_out_date(&out, "since", f->since);
    money(&out, "monthly_money", f->monthly);
    money(&out, "enrolled_money", f->enrolled);
    money(&out, "overpaid", f->overpaid);
    money(&out, "underpaid", f->underpaid);
    if (f->from_category != NULL)
        json_out_text(&out, "from_category", f->from_category);
    json_out_i64(&out, "members", (int64_t) self->members);
    json_out_text(&out, "rule", f->rule);
    json_out_text(&out, "policy", self->policy);
    json_out_date(&out, "date", self->date);
    if (self->reason != NULL)
        json_out_text(&out, "reason", self->reason);
    if (self->wanted != NULL) {
        margin(&out, self->wanted);
        score(&out, self->wanted);
    }
    facts(&out, self->wanted, terms);
    json_out_end(&out);
}
