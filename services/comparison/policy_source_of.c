/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/date.h"
#include "policy_model.h"

#include <string.h>

/* Where a policy's facts come from, and what one of them says. */

static void
add_sorted(const char **list, size_t *n, size_t max, const char *dataset)
{
    size_t at = 0;

    while (at < *n && strcmp(list[at], dataset) < 0)
        at++;
    if ((at < *n && strcmp(list[at], dataset) == 0) || *n == max)
        return;
    memmove(&list[at + 1], &list[at], (*n - at) * sizeof *list);
    list[at] = dataset;
    (*n)++;
}

size_t
policy_datasets(const policy_t *self, const char **ret, size_t max)
{
    size_t n = 0;

    for (size_t i = 0; i < self->fact_count; i++) {
        const policy_fact_t *fact = &self->facts[i]->fact;

        for (size_t s = 0; s < fact->source_count; s++)
            add_sorted(ret, &n, max, fact->sources[s]);
    }
    return n;
}

bool
policy_reads(const policy_t *self, term_t kind)
{
    if (policy_fact_of(self, kind) != NULL)
        return true;
    for (size_t i = 0; i < self->category_count; i++)
        if (self->categories[i]->category.enrolment_kind == kind)
            return true;
    return false;
}

void
policy_write_fact(const policy_t *self, const fact_t *fact, json_out_t *out)
{
    const policy_fact_t *spec = policy_fact_of(self, fact->kind);
    char key[2 * sizeof fact->key + 1];

    str_hex(fact->key, sizeof fact->key, key);
    json_out_text(out, "record", key);
    json_out_i64(out, "seq", (int64_t) fact->seq);
    json_out_i64(out, "index", (int64_t) fact->index);
    json_out_text(out, "kind", terms_word(self->terms, fact->kind));
    if (spec != NULL) {
        const policy_label_t *label = &self->facts[spec->index]->label;

        json_out_object(out, "label");
        json_out_text(out, "zh", label->zh);
        json_out_text(out, "en", label->en);
        json_out_end(out);
    }
    if (fact->code != 0)
        json_out_text(out, "code", terms_word(self->terms, fact->code));
    json_out_date(out, "from", fact->from);
    if (fact->to == DATE_OPEN)
        json_out_null(out, "to");
    else
        json_out_date(out, "to", fact->to);
    if (spec != NULL && spec->has_unit && spec->unit.money == 1)
        json_out_fen(out, "value", fact->value);
    else
        json_out_i64(out, "value", fact->value);
}
