/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/date.h"
#include "policy_explain.h"
#include "policy_reading.h"
#include <string.h>

/* Sums that a person can check with a pencil: each value with its formula, its numbers and its terms, each term with
 * its member and the records behind it, and what was left out by which clause. */

/* ---- facts ------------------------------------------------------------------------------------------------------- */

void
explain_source(const explain_t *x, const char *dataset)
{
    const char *dot = strchr(dataset, '.');

    json_out_text(x->out, "dataset", dataset);
    json_out_text_n(x->out, "department", dataset, dot != NULL ? (size_t) (dot - dataset) : strlen(dataset));
}

/* `spec` NULL: of a kind that the policy does not declare. */
static void
write_fact(const explain_t *x, const policy_fact_t *spec, const fact_t *fact, const policy_part_t *part)
{
    char key[2 * sizeof(fact->key) + 1];

    str_hex(fact->key, sizeof(fact->key), key);
    json_out_object(x->out, NULL);
    explain_source(x, terms_word(x->policy->terms, fact->dataset));
    json_out_text(x->out, "record", key);
    json_out_i64(x->out, "seq", (int64_t) fact->seq);
    json_out_i64(x->out, "index", (int64_t) fact->index);
    json_out_text(x->out, "kind", terms_word(x->policy->terms, fact->kind));
    if (fact->code != 0)
        json_out_text(x->out, "code", terms_word(x->policy->terms, fact->code));
    json_out_date(x->out, "from", fact->from);
    if (fact->to == DATE_OPEN)
        json_out_null(x->out, "to");
    else
        json_out_date(x->out, "to", fact->to);
    if (spec != NULL && spec->has_unit && spec->unit.money == 1) {
        json_out_fen(x->out, "value", fact->value);
        json_out_fen(x->out, "amount", part->amount);
    } else {
        json_out_i64(x->out, "value", fact->value);
    }
    if (spec != NULL && spec->accumulate == ACCUMULATE_MONTHLY)
        json_out_i64(x->out, "months", part->months);
    json_out_end(x->out);
}

typedef struct {
    const explain_t *x;
    const policy_fact_t *spec;
} write_facts_t;

static void
on_fact(void *ctx, const fact_t *fact, const policy_part_t *part)
{
    const write_facts_t *w = ctx;

    write_fact(w->x, w->spec, fact, part);
}

/* The lane of those whose facts the kind's are, from where the formula is read. */
static size_t
lane_of(const explain_t *x, const policy_fact_t *spec, size_t member)
{
    scope_t scope = spec->holder == HOLDER_PERSON      ? SCOPE_MEMBER
                    : spec->holder == HOLDER_SUPPORTER ? SCOPE_SUPPORTER
                                                       : SCOPE_HOUSEHOLD;

    return policy_view_lane(&x->view, scope, member);
}

static void
write_lane(const explain_t *x, const policy_fact_t *spec, size_t lane)
{
    write_facts_t w = { x, spec };
    policy_reading_t reading;

    if (lane != POLICY_NO_LANE && policy_block_reading(x->block, spec, lane, &reading))
        policy_block_each_fact(x->block, &reading, lane, on_fact, &w);
}

void
explain_fact(const explain_t *x, const fact_t *fact)
{
    const policy_fact_t *spec = policy_fact_of(x->policy, fact->kind);
    policy_part_t part = { 0 };

    if (spec != NULL)
        policy_fact_part(spec, &x->block->spans[spec->index], fact, x->block->day, &part);
    write_fact(x, spec, fact, &part);
}

void
explain_each_fact(const explain_t *x, const policy_fact_t *spec, size_t member)
{
    bool all = spec->holder == HOLDER_PERSON && member == EXPLAIN_HOUSEHOLD;
    size_t n = all ? x->dossier->member_count : 1;

    for (size_t i = 0; i < n; i++)
        write_lane(x, spec, lane_of(x, spec, all ? i : member));
}

void
explain_facts(const explain_t *x, const char *key, const policy_fact_t *spec, size_t member)
{
    json_out_array(x->out, key);
    explain_each_fact(x, spec, member);
    json_out_end(x->out);
}

/* ---- terms ------------------------------------------------------------------------------------------------------- */

static void expand(const explain_t *x, const expr_t *e, bool minus, size_t member);

static void
open_term(const explain_t *x, const policy_def_t *def, bool minus, size_t member)
{
    json_out_object(x->out, NULL);
    json_out_text(x->out, "sign", minus ? "-" : "+");
    if (def != NULL) {
        json_out_text(x->out, "name", def->name);
        explain_label(x, "label", explain_label_or(&def->label, def->name));
        if (def->basis != NULL)
            json_out_text(x->out, "basis", def->basis);
    }
    if (member == EXPLAIN_HOUSEHOLD)
        return;
    explain_whose(x, member);
}

static void
sum_fact(void *ctx, const fact_t *fact, const policy_part_t *part)
{
    (void) part;
    policy_reading_add(ctx, fact);
}

/* What the facts of one kind come to for one member (or the household); false when that is nothing. */
static bool
sum_kind(const explain_t *x, const policy_fact_t *spec, size_t member, policy_reading_t *ret)
{
    size_t lane = lane_of(x, spec, member);

    if (lane == POLICY_NO_LANE || !policy_block_reading(x->block, spec, lane, ret))
        return false;
    policy_block_each_fact(x->block, ret, lane, sum_fact, ret);
    return ret->has;
}

void
explain_kind_sum(const explain_t *x, const policy_fact_t *spec, size_t member, policy_part_t *ret)
{
    policy_reading_t sum;

    *ret = (policy_part_t){ 0 };
    if (!sum_kind(x, spec, member, &sum))
        return;
    ret->has = true;
    ret->months = sum.months;
    ret->overflow = !policy_reading_get(&sum, READ_TOTAL, &ret->amount);
}

/* The days over which it adds up, [from, to). */
static void
write_window(const explain_t *x, const policy_fact_t *spec)
{
    const policy_span_t *span = &x->block->spans[spec->index];

    if (spec->window == NULL)
        return;
    json_out_object(x->out, "window");
    json_out_date(x->out, "from", span->from);
    json_out_date(x->out, "to", span->to);
    json_out_end(x->out);
}

static void
write_kind(const explain_t *x, const policy_def_t *def, bool minus, size_t member)
{
    const policy_fact_t *spec = &def->fact;
    policy_reading_t sum;
    operand_t v = { .num = OPERAND_LITERAL, .den = OPERAND_NONE, .scale = spec->scale > 0 ? spec->scale : 1 };
    AUTO_STR amount = STR_INIT;

    if (!sum_kind(x, spec, member, &sum))
        return;
    open_term(x, def, minus,
              spec->holder == HOLDER_HOUSEHOLD || spec->holder == HOLDER_PLACE ? EXPLAIN_HOUSEHOLD : member);
    if (!policy_reading_get(&sum, READ_TOTAL, &v.literal))
        json_out_null(x->out, "amount");
    else if (spec->unit.money == 0 && spec->scale == 0)
        json_out_i64(x->out, "amount", v.literal);
    else if (explain_value_text(x, v, spec->unit, SCOPE_HOUSEHOLD, EXPLAIN_HOUSEHOLD, &amount))
        json_out_text(x->out, "amount", str_c(&amount));
    if (spec->accumulate == ACCUMULATE_MONTHLY)
        json_out_i64(x->out, "months", sum.months);
    explain_facts(x, "facts", spec, member);
    write_window(x, spec);
    json_out_end(x->out);
}

static void
write_head(const explain_t *x, const policy_def_t *head, bool minus, size_t member)
{
    for (size_t i = 0; i < x->policy->fact_count; i++) {
        const policy_def_t *def = x->policy->facts[i];

        if (policy_fact_adds_to(&def->fact, head) && !policy_fact_is_left_out(&def->fact, x->block->day))
            write_kind(x, def, minus, member);
    }
}

/* A term that is no sum itself: its own formula, with the numbers. */
static void
write_leaf(const explain_t *x, const expr_t *e, const policy_def_t *def, bool minus, size_t member)
{
    const expr_t *formula =
        explain_taken(x, def != NULL && def->kind == DEF_DERIVED ? def->derived.formula.tree : e, member);
    AUTO_STR amount = STR_INIT;
    AUTO_STR numbers = STR_INIT;
    AUTO_STR text = STR_INIT;
    bool known = explain_value_text(x, e->value, e->unit, e->scope, member, &amount);

    if (known && (strcmp(str_c(&amount), "0.00") == 0 || strcmp(str_c(&amount), "0") == 0))
        return;
    open_term(x, def, minus,
              e->scope == SCOPE_HOUSEHOLD && x->view.supporter == POLICY_NO_LANE ? EXPLAIN_HOUSEHOLD : member);
    json_out_text(x->out, "amount", known ? str_c(&amount) : NULL);
    expr_print(formula, &text, NULL, NULL);
    json_out_text(x->out, "formula", str_c(&text));
    explain_numbers(x, formula, member, &numbers);
    json_out_text(x->out, "numbers", str_c(&numbers));
    json_out_end(x->out);
}

static bool
is_sum(const expr_t *e)
{
    return e->kind == EXPR_ADD || e->kind == EXPR_SUB || e->kind == EXPR_SUM || e->kind == EXPR_NEGATE ||
           e->kind == EXPR_NAME;
}

static void
expand_name(const explain_t *x, const expr_t *e, bool minus, size_t member)
{
    const policy_def_t *def = e->def;

    if (e->of_supported)
        write_leaf(x, e, NULL, minus, member);
    else if (def->kind == DEF_HEAD)
        write_head(x, def, minus, member);
    else if (def->kind == DEF_FACT)
        write_kind(x, def, minus, member);
    else if (def->kind == DEF_DERIVED && is_sum(def->derived.formula.tree) &&
             def->derived.formula.tree->scope == e->scope)
        expand(x, def->derived.formula.tree, minus, member);
    else
        write_leaf(x, e, def, minus, member);
}

/* Of each who is in the group: a member, or a supporter of the member. */
static void
expand_sum(const explain_t *x, const expr_t *e, bool minus, size_t member)
{
    size_t s, last;
    int64_t in;

    for (size_t m = 0; e->def->scope == SCOPE_MEMBER && m < x->dossier->member_count; m++)
        if (policy_view_read(&x->view, e->mask, SCOPE_MEMBER, m, &in) && in != 0)
            expand(x, e->a, minus, m);
    if (e->def->scope != SCOPE_SUPPORTER || member == EXPLAIN_HOUSEHOLD)
        return;
    for (policy_view_supporters(&x->view, member, &s, &last); s < last; s++) {
        explain_t own;
        size_t place = explain_enter(x, s, &own);

        if (policy_view_read(&own.view, e->mask, SCOPE_SUPPORTER, place, &in) && in != 0)
            expand(&own, e->a, minus, place);
    }
}

static void
expand(const explain_t *x, const expr_t *e, bool minus, size_t member)
{
    switch ((int) e->kind) {
    case EXPR_NAME:
        expand_name(x, e, minus, member);
        break;
    case EXPR_ADD:
        expand(x, e->a, minus, member);
        expand(x, e->b, minus, member);
        break;
    case EXPR_SUB:
        expand(x, e->a, minus, member);
        expand(x, e->b, !minus, member);
        break;
    case EXPR_NEGATE:
        expand(x, e->a, !minus, member);
        break;
    case EXPR_IF:
        if (explain_taken(x, e, member) != e)
            expand(x, explain_taken(x, e, member), minus, member);
        else
            write_leaf(x, e, NULL, minus, member);
        break;
    case EXPR_SUM:
        expand_sum(x, e, minus, member);
        break;
    default:
        write_leaf(x, e, NULL, minus, member);
        break;
    }
}

/* The sum inside “max(0 yuan, …)”: what it is kept from falling below is not a term. */
static const expr_t *
summed_part(const expr_t *e)
{
    if ((e->kind == EXPR_MAX || e->kind == EXPR_MIN) && e->a->kind == EXPR_NUMBER)
        return e->b;
    return e;
}

/* ---- what is not counted ----------------------------------------------------------------------------------------- */

static bool
reads_head(const expr_t *e, const policy_def_t *head)
{
    const expr_t *parts[3] = { e->a, e->b, e->c };

    if (e->def == head)
        return true;
    if (e->kind == EXPR_NAME && e->def->kind == DEF_DERIVED && reads_head(e->def->derived.formula.tree, head))
        return true;
    for (size_t i = 0; i < 3; i++)
        if (parts[i] != NULL && reads_head(parts[i], head))
            return true;
    return false;
}

static bool
reads_a_head(const expr_t *tree, const policy_fact_t *fact)
{
    for (size_t i = 0; i < fact->head_count; i++)
        if (reads_head(tree, fact->heads[i]))
            return true;
    return false;
}

static void
write_left_out(const explain_t *x, const expr_t *tree)
{
    json_out_array(x->out, "left_out");
    for (size_t i = 0; i < x->policy->fact_count; i++) {
        const policy_def_t *def = x->policy->facts[i];

        if (!policy_fact_is_left_out(&def->fact, x->block->day) || !reads_a_head(tree, &def->fact))
            continue;
        for (size_t m = 0; m < x->dossier->member_count; m++)
            write_kind(x, def, false, m);
    }
    json_out_end(x->out);
}

/* ---- sections ---------------------------------------------------------------------------------------------------- */

static void
write_value(const explain_t *x, const policy_def_t *def)
{
    const expr_t *tree = def->derived.formula.tree, *taken;
    char unit[UNIT_TEXT_SIZE];
    AUTO_STR value = STR_INIT;
    AUTO_STR numbers = STR_INIT;
    AUTO_STR formula = STR_INIT;

    json_out_object(x->out, NULL);
    json_out_text(x->out, "name", def->name);
    explain_label(x, "label", explain_label_or(&def->label, def->name));
    unit_format(def->unit, unit);
    json_out_text(x->out, "unit", unit);
    json_out_text(x->out, "value",
                  explain_value_text(x, def->value, def->unit, def->scope, EXPLAIN_HOUSEHOLD, &value) ? str_c(&value)
                                                                                                      : NULL);
    expr_print(tree, &formula, NULL, NULL);
    json_out_text(x->out, "formula", str_c(&formula));
    explain_numbers(x, tree, EXPLAIN_HOUSEHOLD, &numbers);
    json_out_text(x->out, "numbers", str_c(&numbers));
    if (def->basis != NULL)
        json_out_text(x->out, "basis", def->basis);
    taken = summed_part(explain_taken(x, tree, EXPLAIN_HOUSEHOLD));
    if (is_sum(taken) && def->unit.kind == UNIT_QUANTITY) {
        json_out_array(x->out, "terms");
        expand(x, taken, false, EXPLAIN_HOUSEHOLD);
        json_out_end(x->out);
        write_left_out(x, tree);
    }
    json_out_end(x->out);
}

void
explain_values(const explain_t *x)
{
    json_out_array(x->out, "values");
    for (size_t i = 0; i < x->policy->def_count; i++) {
        const policy_def_t *def = x->policy->defs[i];

        if (def->kind == DEF_DERIVED && def->scope == SCOPE_HOUSEHOLD && def->unit.kind != UNIT_FLAG)
            write_value(x, def);
    }
    json_out_end(x->out);
}

/* Which parts of “a and not b and …” keep a member out of the group. */
static void
write_failing(const explain_t *x, const expr_t *e, size_t member)
{
    const expr_t *what = e->kind == EXPR_NOT ? e->a : e;
    AUTO_STR text = STR_INIT;

    if (e->kind == EXPR_AND) {
        write_failing(x, e->a, member);
        write_failing(x, e->b, member);
        return;
    }
    if (explain_answer(x, e->value, explain_lane(e->scope, member)) == POLICY_YES)
        return;
    json_out_object(x->out, NULL);
    expr_print(e, &text, NULL, NULL);
    json_out_text(x->out, "formula", str_c(&text));
    explain_label(x, "label",
                  explain_label_or(what->def != NULL ? &what->def->label : &(policy_label_t){ "", "" }, str_c(&text)));
    if (what->def != NULL && what->def->kind == DEF_FACT)
        explain_facts(x, "facts", &what->def->fact, member);
    json_out_end(x->out);
}

void
explain_people(const explain_t *x)
{
    const policy_def_t *counted = x->policy->counted;

    json_out_array(x->out, "people");
    for (size_t m = 0; m < x->dossier->member_count; m++) {
        const member_t *member = &x->dossier->members[m];
        bool in = x->block->value[counted->value.num][m] != 0;

        json_out_object(x->out, NULL);
        json_out_uuid(x->out, "person", &member->person);
        explain_label(x, "relation", explain_relation(member->relation));
        json_out_text(x->out, "sex", member->male ? "m" : "f");
        json_out_date(x->out, "born", member->born);
        json_out_bool(x->out, "counted", in);
        if (!in) {
            json_out_array(x->out, "because");
            write_failing(x, counted->derived.formula.tree, m);
            json_out_end(x->out);
            if (counted->basis != NULL)
                json_out_text(x->out, "basis", counted->basis);
        }
        json_out_end(x->out);
    }
    json_out_end(x->out);
}
