/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_resolve.h"

/* Facts that are read by the help of other values, and dates that move. */

bool
expr_reads_today(const expr_t *e)
{
    const expr_t *parts[3] = { e->a, e->b, e->c };

    /* These move on the first of a month only, when every household is looked at anyway. */
    if (e->kind == EXPR_MONTH || e->kind == EXPR_YEAR || e->kind == EXPR_MONTH_START)
        return false;
    if (e->kind == EXPR_NAME && e->def != NULL && e->def->kind == DEF_BUILTIN)
        return e->def->builtin == BUILTIN_TODAY;
    if (e->kind == EXPR_NAME && e->def != NULL && e->def->kind == DEF_DERIVED && e->def->derived.formula.tree != NULL)
        return expr_reads_today(e->def->derived.formula.tree);
    for (size_t i = 0; i < 3; i++)
        if (parts[i] != NULL && expr_reads_today(parts[i]))
            return true;
    return false;
}

static bool
reads_today(const policy_def_t *def)
{
    if (def->kind == DEF_BUILTIN)
        return def->builtin == BUILTIN_TODAY;
    return def->kind == DEF_DERIVED && def->derived.formula.tree != NULL && expr_reads_today(def->derived.formula.tree);
}

static bool
check_other(resolver_t *r, policy_def_t *def, policy_def_t *other, unit_t wanted, const char *name)
{
    const policy_attr_t *attr = policy_attr(def->entry, name);
    char unit[UNIT_TEXT_SIZE], is[UNIT_TEXT_SIZE];

    if (other == NULL)
        return true;
    if (def->fact.holder == HOLDER_SUPPORTER) {
        policy_problem(r->problems, attr->source, attr->key, "what names a supporter has no “%s”", name);
        return false;
    }
    if (!resolve_def(r, other))
        return false;
    if (other->kind == DEF_WINDOW || other->kind == DEF_CATEGORY || other->kind == DEF_OVERLAP || !unit_eq(other->unit, wanted)) {
        unit_format(wanted, unit);
        unit_format(other->unit, is);
        policy_problem(r->problems, attr->source, attr->value, "“%s” names a value of unit %s, “%s” is %s", name, unit,
                       other->name, is);
        return false;
    }
    if (other->scope > def->scope) {
        policy_problem(r->problems, attr->source, attr->value, "“%s” is a value of one member, “%s” a fact of all",
                       other->name, def->name);
        return false;
    }
    return true;
}

bool
resolve_fact(resolver_t *r, policy_def_t *def)
{
    policy_fact_t *fact = &def->fact;
    const policy_attr_t *since = policy_attr(def->entry, "since"), *cap = policy_attr(def->entry, "each_at_most");

    if (!check_other(r, def, fact->since, UNIT_DATE_, "since") ||
        !check_other(r, def, fact->cap, fact->accumulate == ACCUMULATE_MONTHLY ? UNIT_MONEY_MONTH_ : fact->unit,
                     "each_at_most"))
        return false;
    if (fact->since != NULL && reads_today(fact->since)) {
        policy_problem(r->problems, since->source, since->value,
                       "“%s” moves from day to day: begin with “month_start of today”, or use a window",
                       fact->since->name);
        return false;
    }
    if (fact->cap != NULL && (!fact->has_unit || fact->unit.money != 1)) {
        policy_problem(r->problems, cap->source, cap->key, "“each_at_most” is for money, and “%s” is none", def->name);
        return false;
    }
    return true;
}
