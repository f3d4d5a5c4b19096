/* SPDX-License-Identifier: Apache-2.0 */
#include "simulate.h"

#include <stdlib.h>
#include <string.h>

#include "domain/date.h"

/* The reply of a simulation: docs/data.md §8, schemas/events/plimsoll.comparison.simulate.reply.v1. */

static bool
is_zero(const tally_t *t)
{
    return t->households == 0 && t->people == 0 && t->money == 0;
}

static void
write_tally(json_out_t *out, const char *key, const tally_t *t)
{
    json_out_object(out, key);
    json_out_i64(out, "households", t->households);
    json_out_i64(out, "people", t->people);
    json_out_fen(out, "money", t->money);
    json_out_end(out);
}

static void
write_flow(json_out_t *out, const flow_t *f)
{
    const struct {
        const char *key;
        const tally_t *tally;
    } parts[] = {
        { "entered", &f->entered }, { "moved_in", &f->moved_in }, { "left", &f->left }, { "moved_out", &f->moved_out },
        { "raised", &f->raised },   { "lowered", &f->lowered },   { "same", &f->same },
    };

    for (size_t i = 0; i < COUNT_OF(parts); i++)
        if (!is_zero(parts[i].tally))
            write_tally(out, parts[i].key, parts[i].tally);
}

static void
write_state(json_out_t *out, const char *key, const cell_t *cell, size_t p, bool flow)
{
    json_out_object(out, key);
    write_tally(out, "after", &cell->after[p]);
    if (flow)
        write_flow(out, &cell->flow[p]);
    if (cell->unknown[p] > 0)
        json_out_i64(out, "cannot_tell", cell->unknown[p]);
    json_out_end(out);
}

static void
write_cell(json_out_t *out, const simulate_t *self, const simulate_category_t *c, const cell_t *cell)
{
    if (c->registered)
        write_tally(out, "register", &cell->stock);
    if (!is_zero(&cell->unassessed))
        write_tally(out, "not_assessed", &cell->unassessed);
    write_state(out, "in_force", cell, 0, c->registered);
    json_out_array(out, "drafts");
    for (size_t p = 1; p < self->policy_count; p++)
        write_state(out, NULL, cell, p, true);
    json_out_end(out);
}

static bool
has_anything(const simulate_t *self, const cell_t *cell)
{
    bool any = !is_zero(&cell->stock);

    for (size_t p = 0; p < self->policy_count; p++)
        any |= !is_zero(&cell->after[p]) || cell->unknown[p] > 0;
    return any;
}

static void
write_label(json_out_t *out, const char *key, policy_words_t words)
{
    json_out_object(out, key);
    json_out_text(out, "zh", words.zh);
    json_out_text(out, "en", words.en);
    json_out_end(out);
}

static void
write_categories(simulate_t *self, json_out_t *out)
{
    static const char *const units[] = { "household", "person" };

    json_out_array(out, "categories");
    for (size_t i = 0; i < self->category_count; i++) {
        const simulate_category_t *c = &self->categories[i];
        const cell_t total = simulate_total(self, i);

        json_out_object(out, NULL);
        json_out_text(out, "category", c->name);
        if (c->told) {
            write_label(out, "label", c->label);
            json_out_text(out, "unit", units[c->unit]);
            json_out_text(out, "role", policy_role_name(c->role));
        }
        write_cell(out, self, c, &total);
        json_out_end(out);
    }
    json_out_end(out);
}

static void
write_regions(const simulate_t *self, json_out_t *out)
{
    json_out_array(out, "regions");
    for (size_t g = 0; g < self->regions.count; g++) {
        json_out_object(out, NULL);
        json_out_text(out, "region", self->regions.regions[g]);
        json_out_array(out, "categories");
        for (size_t i = 0; i < self->category_count; i++) {
            const cell_t cell = simulate_cell_at(self, g, i);

            if (!has_anything(self, &cell))
                continue;
            json_out_object(out, NULL);
            json_out_text(out, "category", self->categories[i].name);
            write_cell(out, self, &self->categories[i], &cell);
            json_out_end(out);
        }
        json_out_end(out);
        json_out_end(out);
    }
    json_out_end(out);
}

static void
write_moves(const simulate_t *self, json_out_t *out)
{
    json_out_array(out, "moves");
    for (size_t p = 0; p < self->policy_count; p++) {
        for (size_t a = 0; a < self->category_count; a++) {
            for (size_t b = 0; b < self->category_count; b++) {
                const tally_t *t = &self->moves[p][a][b];

                if (is_zero(t))
                    continue;
                json_out_object(out, NULL);
                json_out_i64(out, "policy", (int64_t) p);
                json_out_text(out, "from", self->categories[a].name);
                json_out_text(out, "to", self->categories[b].name);
                json_out_i64(out, "households", t->households);
                json_out_i64(out, "people", t->people);
                json_out_fen(out, "money", t->money);
                json_out_end(out);
            }
        }
    }
    json_out_end(out);
}

static int
near_order(const void *a, const void *b)
{
    const near_t *x = a, *y = b;

    if (x->distance < y->distance || y->distance < x->distance)
        return x->distance < y->distance ? -1 : 1;
    int order = uuid_cmp(&x->household, &y->household);
    return order != 0 ? order : uuid_cmp(&x->person, &y->person);
}

static void
write_end(json_out_t *out, const char *key, const simulate_t *self, size_t category, int64_t money)
{
    if (category >= self->category_count) {
        json_out_null(out, key);
        return;
    }
    json_out_object(out, key);
    json_out_text(out, "category", self->categories[category].name);
    json_out_fen(out, "money", money);
    json_out_end(out);
}

static void
write_near(simulate_t *self, json_out_t *out)
{
    json_out_array(out, "nearest");
    for (size_t p = 0; p < self->policy_count; p++) {
        near_list_t *list = &self->near[p];

        if (p == 0 && self->policy_count > 1) /* the drafts' lines are asked for */
            continue;
        if (list->count > 1)
            qsort(list->items, list->count, sizeof *list->items, near_order);
        for (size_t i = 0; i < list->count; i++) {
            const near_t *n = &list->items[i];

            json_out_object(out, NULL);
            json_out_i64(out, "policy", (int64_t) p);
            json_out_uuid(out, "household", &n->household);
            if (!uuid_is_nil(&n->person))
                json_out_uuid(out, "person", &n->person);
            json_out_text(out, "region", n->region);
            json_out_text(out, "category", self->categories[n->category].name);
            json_out_fen(out, "value", n->value);
            json_out_fen(out, "line", n->line);
            json_out_fen(out, "margin", n->line - n->value);
            write_end(out, "before", self, n->from, n->before);
            write_end(out, "after", self, n->to, n->after);
            json_out_end(out);
        }
    }
    json_out_end(out);
}

static void
write_affected(json_out_t *out, const char *key, const affected_t *a)
{
    json_out_object(out, key);
    json_out_i64(out, "households", a->households);
    json_out_i64(out, "people", a->people);
    json_out_end(out);
}

static void
write_policies(const simulate_t *self, json_out_t *out)
{
    json_out_array(out, "policies");
    for (size_t p = 0; p < self->policy_count; p++) {
        const policy_t *policy = self->policies[p];
        char version[64];

        policy_version(policy, self->day, version);
        json_out_object(out, NULL);
        json_out_text(out, "policy", self->versions[p] != NULL ? self->versions[p] : version);
        write_label(out, "title", policy_title(policy));
        write_affected(out, "changed", &self->changed[p]);
        write_affected(out, "unchanged", &self->unchanged[p]);
        write_affected(out, "cannot_tell", &self->unknown[p]);
        json_out_end(out);
    }
    json_out_end(out);
}

void
simulate_out(simulate_t *self, json_out_t *out)
{
    json_out_date(out, "on", self->day);
    json_out_object(out, "assessed");
    json_out_i64(out, "households", self->households);
    json_out_i64(out, "people", self->people);
    json_out_end(out);
    json_out_i64(out, "not_assessed", self->unassessed);
    json_out_i64(out, "waiting", self->waiting);
    write_policies(self, out);
    write_categories(self, out);
    write_regions(self, out);
    write_moves(self, out);
    write_near(self, out);
}
