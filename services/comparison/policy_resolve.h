/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_POLICY_RESOLVE_H
#define COMPARISON_POLICY_RESOLVE_H

/* The pieces of the checker of names, units and scopes. */

#include "policy_expr.h"
#include "policy_model.h"

typedef struct {
    policy_t *policy;
    policy_problems_t *problems;
    const policy_formula_t *formula; /* being checked */
    const policy_def_t *chain[64];   /* definitions being checked, for circles */
    size_t chain_count;
    const policy_def_t *grace; /* the category whose amount in the period of grace is being checked, else NULL */
    bool reads_supporters; /* what is being checked */
    size_t reads_category;
} resolver_t;

/* Checks one formula in its place (policy_resolve.c); `flag` says that a condition is expected. */
bool resolve_formula(resolver_t *r, const policy_formula_t *formula, scope_t scope, bool flag);
/* Unit and scope of a definition, found once (policy_resolve_def.c); false when it is broken. */
bool resolve_def(resolver_t *r, policy_def_t *def);

/* What a fact names besides itself: the date from which on it is read, the cap (policy_resolve_fact.c). */
bool resolve_fact(resolver_t *r, policy_def_t *def);

#endif
