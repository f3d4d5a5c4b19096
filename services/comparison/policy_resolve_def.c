/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_resolve.h"
#include "policy_hint.h"
#include "policy_number.h"
#include <string.h>

/* Definitions and categories: what each is, and that none is defined by itself. */

static bool
visit_derived(resolver_t *r, policy_def_t *def)
{
    char a[UNIT_TEXT_SIZE], b[UNIT_TEXT_SIZE];
    bool group = def->kind == DEF_GROUP;
    const expr_t *tree = def->derived.formula.tree;

    if (!resolve_formula(r, &def->derived.formula, group ? def->scope : SCOPE_SUPPORTER, group))
        return false;
    def->unit = tree->unit;
    def->scope = group ? def->scope : tree->scope;
    if (def->derived.needs.text != NULL && !resolve_formula(r, &def->derived.needs, def->scope, true))
        return false;
    if (def->unit.kind == UNIT_WORD) {
        policy_problem(r->problems, def->entry->source, def->entry->key, "“%s” is only another name for a word",
                       def->name);
        return false;
    }
    if (!def->derived.has_unit || unit_eq(def->unit, def->derived.declared))
        return true;
    unit_format(def->derived.declared, a);
    unit_format(def->unit, b);
    policy_problem_at(r->problems, def->derived.formula.source, def->derived.formula.node, tree->at,
                      "unit error: “%s” is declared as %s, but its formula gives %s", def->name, a, b);
    return false;
}

static bool
visit_key(resolver_t *r, policy_def_t *def, policy_key_t *key)
{
    policy_def_t *number;

    if (key->by != BY_NUMBER)
        return true;
    number = policy_find(r->policy, key->name, strlen(key->name));
    if (number == NULL ||
        (number->kind != DEF_FACT_VALUE && number->kind != DEF_DERIVED && number->kind != DEF_BUILTIN)) {
        const char *near = policy_nearest_name(r->policy, key->name);

        policy_problem(r->problems, key->source, key->node, "“%s” is no number of this policy%s%s%s", key->name,
                       near != NULL ? ": did you mean “" : "", near != NULL ? near : "", near != NULL ? "”?" : "");
        return false;
    }
    if (!resolve_def(r, number))
        return false;
    if (number->unit.kind != UNIT_QUANTITY || number->unit.money != 0) {
        policy_problem(r->problems, key->source, key->node, "“%s” is no plain number, so nothing goes by it",
                       key->name);
        return false;
    }
    key->def = number;
    if (number->scope > def->scope)
        def->scope = number->scope;
    return true;
}

static bool
visit_param(resolver_t *r, policy_def_t *def)
{
    for (size_t i = 0; i < def->param.key_count; i++)
        if (!visit_key(r, def, &def->param.keys[i]))
            return false;
    return true;
}

/* The sum of its facts: all of one unit, all of persons or all of households. */
static bool
visit_head(resolver_t *r, policy_def_t *def)
{
    const policy_def_t *first = NULL;

    for (size_t i = 0; i < r->policy->fact_count; i++) {
        policy_def_t *fact = r->policy->facts[i];

        if (!policy_fact_adds_to(&fact->fact, def))
            continue;
        if (!resolve_def(r, fact))
            return false;
        first = first == NULL ? fact : first;
        def->unit = first->unit;
        def->scope = first->scope;
        if (unit_eq(fact->unit, first->unit) && fact->scope == first->scope)
            continue;
        policy_problem(r->problems, fact->entry->source, fact->entry->key,
                       "“%s” and “%s” do not add up under “%s”: one unit, and both of a person or both of a household",
                       first->name, fact->name, def->name);
        return false;
    }
    if (first == NULL)
        policy_problem(r->problems, def->entry->source, def->entry->key, "no fact has the head “%s”", def->name);
    return first != NULL;
}

static bool
visit_kind(resolver_t *r, policy_def_t *def)
{
    switch (def->kind) {
    case DEF_PARAMETER:
        return visit_param(r, def);
    case DEF_HEAD:
        return visit_head(r, def);
    case DEF_GROUP:
    case DEF_DERIVED:
        return visit_derived(r, def);
    case DEF_FACT_VALUE:
    case DEF_FACT_CODE:
        def->scope = def->fact_def->scope;
        return resolve_def(r, def->fact_def);
    case DEF_FACT:
        return resolve_fact(r, def);
    case DEF_WINDOW:
    case DEF_CATEGORY:
    case DEF_OVERLAP:
    case DEF_BUILTIN:
        break;
    }
    return true;
}

/* Ties the circle's names together: "a → b → a". */
static void
report_circle(const resolver_t *r, const policy_def_t *def)
{
    AUTO_STR path = STR_INIT;
    size_t i = 0;

    while (r->chain[i] != def)
        i++;
    for (; i < r->chain_count; i++)
        str_printf(&path, "%s → ", r->chain[i]->name);
    policy_problem(r->problems, def->entry->source, def->entry->key, "“%s” is defined by itself: %s%s", def->name,
                   str_c(&path), def->name);
}

/* Who names the definition reads what it reads. */
static bool
take_over(resolver_t *r, const policy_def_t *def)
{
    r->reads_supporters = r->reads_supporters || def->reads_supporters;
    if (def->reads_category > r->reads_category)
        r->reads_category = def->reads_category;
    return !def->broken;
}

bool
resolve_def(resolver_t *r, policy_def_t *def)
{
    bool reads_supporters = r->reads_supporters;
    size_t reads_category = r->reads_category;

    if (def->visit == 2 || def->broken)
        return take_over(r, def);
    if (def->visit == 1 || r->chain_count == COUNT_OF(r->chain)) {
        if (def->visit == 1)
            report_circle(r, def);
        else
            policy_problem(r->problems, def->entry->source, def->entry->key, "definitions are nested too deeply");
        def->broken = true;
        return false;
    }
    def->visit = 1;
    r->chain[r->chain_count++] = def;
    r->reads_supporters = false;
    r->reads_category = 0;
    if (!visit_kind(r, def))
        def->broken = true;
    def->reads_supporters = r->reads_supporters;
    def->reads_category = r->reads_category;
    r->reads_supporters = reads_supporters;
    r->reads_category = reads_category;
    r->chain_count--;
    def->visit = 2;
    return take_over(r, def);
}

/* ---- categories -------------------------------------------------------------------------------------------------- */

static bool
is_order(const expr_t *e)
{
    return e->kind == EXPR_LT || e->kind == EXPR_LE || e->kind == EXPR_GE || e->kind == EXPR_GT;
}

/* A category asks only for those before it. */
static bool
check_order(resolver_t *r, const policy_def_t *def, const policy_formula_t *formula)
{
    size_t last = r->reads_category;

    r->reads_category = 0;
    if (last <= def->index)
        return true;
    policy_problem(r->problems, formula->source, formula->node,
                   "this asks whether one qualifies for “%s”, which does not stand before “%s”",
                   r->policy->categories[last - 1]->name, def->name);
    return false;
}

static bool
check_formula_of(resolver_t *r, const policy_def_t *def, const policy_formula_t *formula, bool flag)
{
    r->reads_category = 0;
    return resolve_formula(r, formula, def->scope, flag) && check_order(r, def, formula);
}

/* The comparison that a condition is, perhaps under the name of a derived flag. */
static expr_t *
comparison_of(const policy_condition_t *condition)
{
    expr_t *e = condition->that.tree;

    while (e->kind == EXPR_NAME && e->def->kind == DEF_DERIVED && e->def->derived.formula.tree != NULL)
        e = e->def->derived.formula.tree;
    return is_order(e) ? e : NULL;
}

static void
check_condition(resolver_t *r, policy_def_t *def, policy_condition_t *condition)
{
    policy_category_t *c = &def->category;
    expr_t *comparison;
    bool money;

    if (!check_formula_of(r, def, &condition->that, true)) {
        def->broken = true;
        return;
    }
    comparison = comparison_of(condition);
    money = comparison != NULL && comparison->a->unit.kind == UNIT_QUANTITY && comparison->a->unit.money == 1;
    condition->decider = comparison;
    if (money && (c->decider == NULL || condition->decides))
        c->decider = condition;
    if (condition->decides && !money)
        policy_problem(r->problems, condition->that.source, condition->that.node,
                       "only a comparison of money decides how far a household is from the line");
    if (condition->hysteresis.text == NULL)
        return;
    if (comparison == NULL || comparison != condition->that.tree)
        policy_problem(r->problems, condition->hysteresis.source, condition->hysteresis.node,
                       "hysteresis widens a line: its condition is a comparison with <, ≤, ≥ or >");
    else if (!check_formula_of(r, def, &condition->hysteresis, false))
        def->broken = true;
    else if (!unit_eq(condition->hysteresis.tree->unit, UNIT_NUMBER_))
        policy_problem(r->problems, condition->hysteresis.source, condition->hysteresis.node,
                       "hysteresis is a ratio of the line, such as 3 %%");
    else if (condition->hysteresis.tree->kind == EXPR_NUMBER &&
             condition->hysteresis.tree->literal >= condition->hysteresis.tree->scale)
        policy_problem(r->problems, condition->hysteresis.source, condition->hysteresis.node,
                       "the line is widened by so many times itself: 3 %% is written “0.03” or “3 %%”");
}

static void
check_months(resolver_t *r, policy_def_t *def, const policy_formula_t *months)
{
    char unit[UNIT_TEXT_SIZE];

    if (months->text == NULL)
        return;
    if (!check_formula_of(r, def, months, false)) {
        def->broken = true;
    } else if (!unit_eq(months->tree->unit, UNIT_MONTHS_)) {
        unit_format(months->tree->unit, unit);
        policy_problem(r->problems, months->source, months->node, "a number of months is expected here, this is %s%s",
                       unit, policy_hint_units(months->tree->unit, UNIT_MONTHS_));
    }
}

static void
check_money_month(resolver_t *r, policy_def_t *def, const policy_formula_t *amount)
{
    char unit[UNIT_TEXT_SIZE];

    if (amount->text == NULL)
        return;
    if (!check_formula_of(r, def, amount, false)) {
        def->broken = true;
    } else if (!unit_eq(amount->tree->unit, UNIT_MONEY_MONTH_)) {
        unit_format(amount->tree->unit, unit);
        policy_problem(r->problems, amount->source, amount->node, "unit error: an amount is money/month, this is %s%s",
                       unit, policy_hint_units(amount->tree->unit, UNIT_MONEY_MONTH_));
    }
}

static void
check_terms(resolver_t *r, policy_def_t *def)
{
    policy_category_t *c = &def->category;

    check_months(r, def, &c->grace.months);
    check_months(r, def, &c->validity.months);
    check_months(r, def, &c->review.months);
    if (c->grace.when.text != NULL && !check_formula_of(r, def, &c->grace.when, true))
        def->broken = true;
    r->grace = def;
    check_money_month(r, def, &c->grace.amount);
    r->grace = NULL;
}

static void
check_points(resolver_t *r, policy_def_t *def)
{
    const policy_formula_t *points = &def->category.points;
    char unit[UNIT_TEXT_SIZE];

    if (points->text == NULL)
        return;
    if (!check_formula_of(r, def, points, false)) {
        def->broken = true;
    } else if (!unit_eq(points->tree->unit, UNIT_NUMBER_)) {
        unit_format(points->tree->unit, unit);
        policy_problem(r->problems, points->source, points->node, "points are a plain number, this is %s", unit);
    }
    if (r->policy->line == NULL)
        policy_problem(r->problems, points->source, points->node,
                       "points add up towards a line: say from how many on a household is warned of, “derived: { %s: … }”",
                       POLICY_LINE);
}

static void
check_category(resolver_t *r, policy_def_t *def)
{
    policy_category_t *c = &def->category;

    for (size_t i = 0; i < c->need_count; i++)
        if (!check_formula_of(r, def, &c->needs[i], true))
            def->broken = true;
    for (size_t i = 0; i < c->when_count; i++)
        check_condition(r, def, &c->when[i]);
    check_money_month(r, def, &c->amount);
    check_terms(r, def);
    check_points(r, def);
}

/* The points from which on a household is warned of. */
static void
check_line(const resolver_t *r)
{
    const policy_def_t *line = r->policy->line;

    if (line != NULL && !line->broken &&
        (line->kind != DEF_DERIVED || line->scope != SCOPE_HOUSEHOLD || !unit_eq(line->unit, UNIT_NUMBER_)))
        policy_problem(r->problems, line->entry->source, line->entry->key,
                       "“%s” is the number of points from which on a household is warned of: a derived value of the household",
                       POLICY_LINE);
}

/* Of the indicators of a group only the one with most points counts. */
static void
number_groups(policy_t *self, policy_problems_t *problems)
{
    const policy_def_t *first = NULL;

    for (size_t i = 0; i < self->category_count; i++) {
        policy_category_t *c = &self->categories[i]->category;
        size_t k = 0;

        if (!policy_adds_points(c))
            continue;
        first = first != NULL ? first : self->categories[i];
        while (k < i && !(policy_adds_points(&self->categories[k]->category) &&
                          strcmp(self->categories[k]->category.group, c->group) == 0))
            k++;
        c->group_index = k < i ? self->categories[k]->category.group_index : self->group_count++;
        if (strcmp(first->category.wire, c->wire) != 0)
            policy_problem(problems, self->categories[i]->entry->source, self->categories[i]->entry->key,
                           "“%s” and “%s” add up: they need one “finding_category”", first->name,
                           self->categories[i]->name);
        if (self->group_count > POLICY_GROUPS_MAX)
            policy_problem(problems, self->categories[i]->entry->source, self->categories[i]->entry->key,
                           "at most %d groups of indicators", POLICY_GROUPS_MAX);
    }
}

void
policy_resolve(policy_t *self, policy_problems_t *problems)
{
    resolver_t r = { .policy = self, .problems = problems };

    self->line = policy_find(self, POLICY_LINE, strlen(POLICY_LINE));
    for (size_t i = 0; i < self->def_count; i++)
        (void) resolve_def(&r, self->defs[i]);
    check_line(&r);
    number_groups(self, problems);
    for (size_t i = 0; i < self->category_count; i++)
        check_category(&r, self->categories[i]);
    policy_resolve_numbers(self, problems);
}
