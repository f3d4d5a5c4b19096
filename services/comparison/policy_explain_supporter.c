/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_explain.h"
#include <string.h>

/* Who the supporters are, by which records, and what was read of each: of the link, of his own person and of his home. */

#define READ_MAX 64
#define FACTS_MAX 64

size_t
explain_enter(const explain_t *x, size_t supporter, explain_t *ret)
{
    size_t place;

    *ret = *x;
    place = policy_view_enter(&x->view, supporter, &ret->view);
    ret->dossier = ret->view.dossier;
    return place;
}

/* What he is to the one whom he supports, as the link's code says. */
static policy_label_t
relation_of(const explain_t *own)
{
    const member_t *supported = policy_view_supported(&own->view);
    const fact_t *best = NULL;

    for (size_t i = 0; i < supported->fact_count; i++) {
        const fact_t *fact = &supported->facts[i];
        const policy_fact_t *spec = policy_fact_of(own->policy, fact->kind);

        if (spec != NULL && spec->holder == HOLDER_SUPPORTER && fact->code != 0 &&
            policy_block_is_about(fact, policy_view_link(&own->view)) &&
            (best == NULL || policy_fact_is_newer(fact, best)))
            best = fact;
    }
    for (int r = 0; best != NULL && r < REL_COUNT; r++)
        if (strcmp(terms_word(own->policy->terms, best->code), policy_relation_word((relation_t) r)) == 0)
            return explain_relation((relation_t) r);
    return (policy_label_t){ "义务人", "supporter" };
}

void
explain_whose(const explain_t *x, size_t member)
{
    if (x->view.supporter != POLICY_NO_LANE) {
        json_out_uuid(x->out, "person", &policy_view_link(&x->view)->person);
        explain_label(x, "relation", relation_of(x));
        return;
    }
    json_out_uuid(x->out, "person", &x->dossier->members[member].person);
    explain_label(x, "relation", explain_relation(x->dossier->members[member].relation));
}

/* ---- what supporters' formulas read ------------------------------------------------------------------------------ */

typedef struct {
    const explain_t *x;
    const expr_t *leaves[READ_MAX];
    size_t count;
} reads_t;

static bool
is_aggregate(const expr_t *e)
{
    return e->kind == EXPR_SUM || e->kind == EXPR_COUNT || e->kind == EXPR_ANY || e->kind == EXPR_EVERY;
}

/* A value of a person or a household that is not the same for all. */
static bool
is_read(const explain_t *x, const expr_t *e)
{
    bool leaf = e->kind == EXPR_NAME || e->kind == EXPR_HAS || e->kind == EXPR_MONTHS || is_aggregate(e);

    return leaf && !e->of_supported && e->scope != SCOPE_SUPPORTER && e->value.num >= 0 &&
           !x->policy->program.code[e->value.num].uniform && !(e->kind == EXPR_NAME && e->def->kind == DEF_PARAMETER);
}

static void
add_read(reads_t *r, const expr_t *e)
{
    for (size_t i = 0; i < r->count; i++)
        if (r->leaves[i]->value.num == e->value.num && r->leaves[i]->value.den == e->value.den)
            return;
    if (r->count < READ_MAX)
        r->leaves[r->count++] = e;
}

/* `own`: in a supporter's formula. */
static void
walk(reads_t *r, const expr_t *e, bool own)
{
    const expr_t *parts[3] = { e->a, e->b, e->c };

    if (own && is_read(r->x, e)) {
        add_read(r, e);
        return;
    }
    for (size_t i = 0; i < 3; i++)
        if (parts[i] != NULL)
            walk(r, parts[i], own || (is_aggregate(e) && e->def->scope == SCOPE_SUPPORTER));
}

static void
walk_formula(reads_t *r, const policy_formula_t *formula, bool own)
{
    if (formula->tree != NULL)
        walk(r, formula->tree, own);
}

static void
walk_policy(reads_t *r)
{
    const policy_t *policy = r->x->policy;

    for (size_t i = 0; i < policy->def_count; i++) {
        const policy_def_t *def = policy->defs[i];

        if ((def->kind != DEF_DERIVED && def->kind != DEF_GROUP) || policy_is_built_in_group(def))
            continue;
        walk_formula(r, &def->derived.formula, def->scope == SCOPE_SUPPORTER);
        walk_formula(r, &def->derived.needs, def->scope == SCOPE_SUPPORTER);
    }
    for (size_t i = 0; i < policy->category_count; i++) {
        const policy_category_t *c = &policy->categories[i]->category;

        for (size_t k = 0; k < c->need_count; k++)
            walk_formula(r, &c->needs[k], false);
        for (size_t k = 0; k < c->when_count; k++)
            walk_formula(r, &c->when[k].that, false);
        walk_formula(r, &c->amount, false);
    }
}

/* ---- one supporter ----------------------------------------------------------------------------------------------- */

static void
write_read(const explain_t *own, const expr_t *e, size_t place)
{
    const fact_t *facts[FACTS_MAX];
    size_t n = policy_evidence_of(&own->view, e, place, facts, FACTS_MAX);
    AUTO_STR formula = STR_INIT;
    AUTO_STR value = STR_INIT;
    bool known = e->unit.kind == UNIT_WORD ? explain_word_text(own, e, place, &value)
                                           : explain_value_text(own, e->value, e->unit, e->scope, place, &value);

    expr_print(e, &formula, NULL, NULL);
    json_out_object(own->out, NULL);
    json_out_text(own->out, "formula", str_c(&formula));
    explain_label(own, "label", e->def != NULL && !is_aggregate(e) ? explain_label_or(&e->def->label, str_c(&formula))
                                                                   : (policy_label_t){ str_c(&formula), str_c(&formula) });
    json_out_text(own->out, "value", known ? str_c(&value) : NULL);
    json_out_array(own->out, "facts");
    for (size_t i = 0; i < n; i++)
        explain_fact(own, facts[i]);
    json_out_end(own->out);
    json_out_end(own->out);
}

static void
write_value(const explain_t *own, const policy_def_t *def, size_t place)
{
    const expr_t *tree = def->derived.formula.tree;
    char unit[UNIT_TEXT_SIZE];
    AUTO_STR value = STR_INIT;
    AUTO_STR numbers = STR_INIT;
    AUTO_STR formula = STR_INIT;

    json_out_object(own->out, NULL);
    json_out_text(own->out, "name", def->name);
    explain_label(own, "label", explain_label_or(&def->label, def->name));
    unit_format(def->unit, unit);
    json_out_text(own->out, "unit", unit);
    json_out_text(own->out, "value",
                  explain_value_text(own, def->value, def->unit, def->scope, place, &value) ? str_c(&value) : NULL);
    expr_print(tree, &formula, NULL, NULL);
    json_out_text(own->out, "formula", str_c(&formula));
    explain_numbers(own, tree, place, &numbers);
    json_out_text(own->out, "numbers", str_c(&numbers));
    if (def->basis != NULL)
        json_out_text(own->out, "basis", def->basis);
    json_out_end(own->out);
}

static void
write_links(const explain_t *own)
{
    json_out_array(own->out, "links");
    for (size_t i = 0; i < own->policy->fact_count; i++) {
        const policy_fact_t *spec = &own->policy->facts[i]->fact;

        if (spec->holder == HOLDER_SUPPORTER && spec->of == NULL)
            explain_each_fact(own, spec, EXPLAIN_HOUSEHOLD);
    }
    json_out_end(own->out);
}

static void
write_supporter(const explain_t *x, const reads_t *reads, size_t supporter)
{
    explain_t own;
    size_t place = explain_enter(x, supporter, &own);
    bool home = own.view.household != POLICY_NO_LANE;
    const member_t *supported = policy_view_supported(&own.view);

    json_out_object(x->out, NULL);
    explain_whose(&own, place);
    json_out_uuid(x->out, "of", &supported->person);
    explain_label(x, "of_relation", explain_relation(supported->relation));
    if (home)
        json_out_uuid(x->out, "household", &own.dossier->household);
    else
        json_out_null(x->out, "household");
    write_links(&own);
    json_out_array(x->out, "values");
    for (size_t i = 0; i < x->policy->def_count; i++)
        if (x->policy->defs[i]->kind == DEF_DERIVED && x->policy->defs[i]->scope == SCOPE_SUPPORTER)
            write_value(&own, x->policy->defs[i], place);
    json_out_end(x->out);
    json_out_array(x->out, "read");
    for (size_t i = 0; home && i < reads->count; i++)
        write_read(&own, reads->leaves[i], place);
    json_out_end(x->out);
    json_out_end(x->out);
}

void
explain_supporters(const explain_t *x)
{
    reads_t reads = { .x = x };

    if (!x->block->supporters.read)
        return;
    walk_policy(&reads);
    json_out_array(x->out, "supporters");
    for (size_t s = 0; s < x->block->supporters.count; s++)
        write_supporter(x, &reads, s);
    json_out_end(x->out);
}
