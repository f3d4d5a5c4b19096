/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_explain.h"

/* "score": the points of all indicators, and the line from which on they are a warning. */

/* Of its group the one that counts: most points, the first of several. */
static bool
counts(const explain_t *x, size_t category)
{
    const policy_category_t *c = &x->policy->categories[category]->category;
    int32_t points = x->result->household[category].points;

    for (size_t k = 0; points > 0 && k < x->policy->category_count; k++) {
        const policy_category_t *other = &x->policy->categories[k]->category;
        int32_t more = x->result->household[k].points;

        if (policy_adds_points(other) && other->group_index == c->group_index && (more > points || (more == points && k < category)))
            return false;
    }
    return points > 0;
}

static void
write_indicator(const explain_t *x, size_t category)
{
    const policy_def_t *def = x->policy->categories[category];
    const policy_category_t *c = &def->category;
    int64_t points;

    json_out_object(x->out, NULL);
    json_out_text(x->out, "name", def->name);
    explain_label(x, "label", def->label);
    json_out_text(x->out, "group", c->group);
    if (policy_view_read(&x->view, c->points_reg, SCOPE_HOUSEHOLD, SIZE_MAX, &points))
        json_out_i64(x->out, "points", points);
    else
        json_out_null(x->out, "points");
    json_out_text(x->out, "answer", explain_answer_word((policy_answer_t) x->result->household[category].qualifies));
    json_out_bool(x->out, "counts", counts(x, category));
    json_out_end(x->out);
}

void
explain_score(const explain_t *x)
{
    if (x->policy->line_reg < 0)
        return;
    json_out_object(x->out, "score");
    json_out_i64(x->out, "points", x->result->score);
    if (x->result->score_line > 0)
        json_out_i64(x->out, "line", x->result->score_line);
    else
        json_out_null(x->out, "line");
    json_out_bool(x->out, "warns", x->result->score_line > 0 && x->result->score >= x->result->score_line);
    json_out_array(x->out, "indicators");
    for (size_t k = 0; k < x->policy->category_count; k++)
        if (policy_adds_points(&x->policy->categories[k]->category))
            write_indicator(x, k);
    json_out_end(x->out);
    json_out_end(x->out);
}
