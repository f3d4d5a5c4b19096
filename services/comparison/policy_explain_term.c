/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_explain.h"
#include "policy_term.h"

/* Of who is enrolled: since when, until when it is valid, when its review is due, and in which month of a period of grace
 * the day lies. */

const policy_verdict_t *
explain_verdict(const explain_t *x, const policy_def_t *category, size_t member)
{
    size_t at = category->index;

    if (category->category.unit == POLICY_UNIT_HOUSEHOLD)
        return &x->result->household[at];
    return &x->result->person[at * x->dossier->member_count + member];
}

/* Members of an open object: how long, by which clause. */
static void
write_term(const explain_t *x, const policy_def_t *category, const policy_term_t *term, size_t member)
{
    AUTO_STR formula = STR_INIT;
    int64_t months = 0;

    if (policy_view_read(&x->view, term->months_reg, category->scope, member, &months))
        json_out_i64(x->out, "months", months);
    expr_print(term->months.tree, &formula, NULL, NULL);
    json_out_text(x->out, "months_formula", str_c(&formula));
    if (*term->label.zh != '\0')
        explain_label(x, "label", term->label);
    json_out_text(x->out, "basis", term->basis);
}

static void
write_grace(const explain_t *x, const policy_def_t *category, const policy_verdict_t *v, size_t member)
{
    const policy_term_t *grace = &category->category.grace;
    AUTO_STR when = STR_INIT;

    json_out_object(x->out, "grace");
    json_out_i64(x->out, "month", v->grace_month);
    json_out_date(x->out, "until", v->grace_until);
    write_term(x, category, grace, member);
    expr_print(grace->when.tree, &when, NULL, NULL);
    json_out_text(x->out, "when", str_c(&when));
    json_out_end(x->out);
}

void
explain_terms(const explain_t *x, const policy_def_t *category, size_t member)
{
    const policy_category_t *c = &category->category;
    const policy_verdict_t *v = explain_verdict(x, category, member);
    const fact_t *enrolment = policy_term_enrolment(x->policy, c, x->dossier, member, x->block->day);

    if (enrolment == NULL ||
        (c->grace.months.text == NULL && c->validity.months.text == NULL && c->review.months.text == NULL))
        return;
    json_out_array(x->out, "enrolled");
    explain_fact(x, enrolment);
    json_out_end(x->out);
    if (v->valid_until != 0) {
        json_out_object(x->out, "validity");
        json_out_date(x->out, "until", v->valid_until);
        json_out_bool(x->out, "over", v->valid_until < x->block->day);
        write_term(x, category, &c->validity, member);
        json_out_end(x->out);
    }
    if (v->review_on != 0) {
        json_out_object(x->out, "review");
        json_out_date(x->out, "on", v->review_on);
        json_out_bool(x->out, "due", v->review_on <= x->block->day);
        write_term(x, category, &c->review, member);
        json_out_end(x->out);
    }
    if (v->grace_month != 0)
        write_grace(x, category, v, member);
}
