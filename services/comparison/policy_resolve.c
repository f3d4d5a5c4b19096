/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_resolve.h"
#include "policy_hint.h"
#include <stdarg.h>
#include <string.h>

/* Finds what each name means, its unit and whose value it is (a household's or a member's).  Everything that could go
 * wrong with units goes wrong here, at its place in the text. */

static const char *const relation_words[REL_COUNT] = { "head",       "spouse",      "child",   "parent",
                                                       "grandchild", "grandparent", "sibling", "other" };

const char *
policy_relation_word(relation_t relation)
{
    return relation_words[relation < REL_COUNT ? relation : REL_OTHER];
}

static bool check_expr(resolver_t *r, expr_t *e);

static bool problem(const resolver_t *r, const expr_t *e, const char *fmt, ...) PRINTF_LIKE(3, 4);

static bool
problem(const resolver_t *r, const expr_t *e, const char *fmt, ...)
{
    char text[400];
    va_list args;

    va_start(args, fmt);
    (void) vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    if (r->formula->source != NULL)
        policy_problem_at(r->problems, r->formula->source, r->formula->node, e->at, "%s", text);
    else if (r->problems->count == 0) /* of a group that nobody wrote: what it is made of is broken, and mostly told there */
        policy_problem_text(r->problems, r->policy->sources[0]->path,
                            arena_printf(r->problems->arena, "%s: legal supporters: %s", r->policy->sources[0]->path, text));
    return false;
}

static bool
need_flag(const resolver_t *r, const expr_t *e)
{
    char unit[UNIT_TEXT_SIZE];

    if (e->unit.kind == UNIT_FLAG)
        return true;
    unit_format(e->unit, unit);
    return problem(r, e, "a condition (yes or no) is expected here, not a value of unit %s", unit);
}

static bool
need_quantity(const resolver_t *r, const expr_t *e)
{
    char unit[UNIT_TEXT_SIZE];

    if (e->unit.kind == UNIT_QUANTITY)
        return true;
    unit_format(e->unit, unit);
    return problem(r, e, "a quantity is expected here, not a %s", unit);
}

static bool
need_same(const resolver_t *r, const expr_t *e, const char *what)
{
    char a[UNIT_TEXT_SIZE], b[UNIT_TEXT_SIZE];

    if (unit_eq(e->a->unit, e->b->unit))
        return true;
    unit_format(e->a->unit, a);
    unit_format(e->b->unit, b);
    return problem(r, e, "unit error: %s %s and %s%s", what, a, b, policy_hint_units(e->a->unit, e->b->unit));
}

static void
join_scope(expr_t *e, const expr_t *part)
{
    if (part == NULL)
        return;
    if (part->scope > e->scope)
        e->scope = part->scope;
}

/* ---- leaves ------------------------------------------------------------------------------------------------------ */

static bool
unknown_name(const resolver_t *r, const expr_t *e, const char *what)
{
    const char *near = policy_nearest_name(r->policy, e->name), *word = policy_hint_word(r->policy, e->name);

    if (word != NULL)
        return problem(r, e, "%s", word);
    if (near != NULL)
        return problem(r, e, "“%s” is no %s of this policy: did you mean “%s”?", e->name, what, near);
    return problem(r, e, "“%s” is no %s of this policy", e->name, what);
}

/* “supported.age”: in a supporter's formula the age of the one who is supported. */
static policy_def_t *
find_value(const resolver_t *r, expr_t *e)
{
    static const char supported[] = "supported.";
    policy_def_t *def = policy_find(r->policy, e->name, strlen(e->name));

    if (def != NULL || !str_starts(e->name, supported))
        return def;
    e->of_supported = true;
    return policy_find(r->policy, e->name + strlen(supported), strlen(e->name) - strlen(supported));
}

static bool
check_scope_of_name(const resolver_t *r, expr_t *e)
{
    e->scope = e->def->scope;
    if (e->def->kind == DEF_BUILTIN && e->def->builtin == BUILTIN_GRACE_MONTH) {
        if (r->grace == NULL || e->of_supported)
            return problem(r, e, "“grace.month” is known only in the amount of a period of grace");
        e->scope = r->grace->scope;
        return true;
    }
    if (!e->of_supported)
        return true;
    if (e->scope == SCOPE_SUPPORTER)
        return problem(r, e, "“%s” is a value of a supporter, not of the one who is supported", e->def->name);
    e->scope = SCOPE_SUPPORTER;
    return true;
}

static bool
check_name(resolver_t *r, expr_t *e)
{
    policy_def_t *def = find_value(r, e);

    if (def == NULL)
        return unknown_name(r, e, "name");
    if (def->kind == DEF_WINDOW || def->kind == DEF_CATEGORY || def->kind == DEF_OVERLAP)
        return problem(r, e, "“%s” is %s, not a value", e->name,
                       def->kind == DEF_WINDOW    ? "a window"
                       : def->kind == DEF_OVERLAP ? "an overlap"
                                                  : "a category");
    if (def->kind == DEF_FACT && def->fact.accumulate == ACCUMULATE_EVENT)
        return problem(r, e, "“%s” is an event: write “has %s”", e->name, e->name);
    if (def->kind == DEF_FACT && !def->broken && !def->fact.has_unit)
        return problem(r, e, "“%s” has no unit, so it has no amount: write “has %s”, or give it a unit", e->name,
                       e->name);
    e->def = def;
    if (!resolve_def(r, def))
        return false;
    e->unit = def->unit;
    return check_scope_of_name(r, e);
}

static bool
check_fact_name(resolver_t *r, expr_t *e)
{
    policy_def_t *def = find_value(r, e);

    if (def == NULL || def->kind != DEF_FACT)
        return unknown_name(r, e, "fact");
    if (e->kind == EXPR_MONTHS && def->fact.accumulate != ACCUMULATE_MONTHLY)
        return problem(r, e, "“%s” does not accumulate monthly, so it has no months", e->name);
    e->def = def;
    e->unit = e->kind == EXPR_HAS ? UNIT_FLAG_ : e->kind == EXPR_MONTHS ? UNIT_MONTHS_ : UNIT_DATE_;
    return resolve_def(r, def) && check_scope_of_name(r, e);
}

/* The answer of a category that stands earlier in the file; resolve_category() holds the order against it. */
static bool
check_qualifies(resolver_t *r, expr_t *e)
{
    policy_def_t *def = policy_find(r->policy, e->name, strlen(e->name));

    if (def == NULL || def->kind != DEF_CATEGORY)
        return unknown_name(r, e, "category");
    e->def = def;
    e->unit = UNIT_FLAG_;
    e->scope = def->scope;
    if (def->index + 1 > r->reads_category)
        r->reads_category = def->index + 1;
    return true;
}

static bool
check_record(resolver_t *r, expr_t *e)
{
    size_t len = strlen(e->name);
    bool pattern = e->name[len - 1] == '*';

    e->unit = UNIT_FLAG_;
    e->scope = SCOPE_HOUSEHOLD;
    for (size_t i = 0; i < r->policy->fact_count; i++) {
        const char *name = r->policy->facts[i]->name;

        if (pattern ? strncmp(name, e->name, len - 1) == 0 : strcmp(name, e->name) == 0)
            return true;
    }
    return problem(r, e, "“%s” names no fact of this policy", e->name);
}

static bool
check_group(resolver_t *r, expr_t *e)
{
    policy_def_t *def = policy_find(r->policy, e->name, strlen(e->name));

    if (def == NULL || def->kind != DEF_GROUP)
        return problem(r, e, "“%s” is no group of members of this policy%s", e->name,
                       policy_hint_kind(r->policy, e->name, DEF_GROUP));
    e->def = def;
    return resolve_def(r, def);
}

static bool is_aggregate(const expr_t *e);
static bool no_narrower(const resolver_t *r, const expr_t *e, scope_t scope);

/* What a supporter's formula reads must not depend on supporters again: one step is all that is looked at. */
static bool
check_depth(const resolver_t *r, const expr_t *e)
{
    const expr_t *parts[3] = { e->a, e->b, e->c };

    if (e->kind == EXPR_QUALIFIES)
        return problem(r, e, "a supporter's formula asks for no category: write “has %s”", e->def->category.enrolment);
    if (e->def != NULL && !e->of_supported && e->def->scope != SCOPE_SUPPORTER && e->def->reads_supporters)
        return problem(r, e, "“%s” depends on supporters itself: a supporter's supporters are not looked at",
                       e->def->name);
    if (e->def != NULL && !e->of_supported && e->def->reads_category > 0)
        return problem(r, e, "“%s” asks for a category, and a supporter's formula asks for none", e->def->name);
    if (is_aggregate(e) && e->def->scope == SCOPE_SUPPORTER)
        return problem(r, e, "a supporter's supporters are not looked at");
    for (size_t i = 0; i < 3; i++)
        if (parts[i] != NULL && !check_depth(r, parts[i]))
            return false;
    return true;
}

/* Of whom: a group of members gives a value of the household, one of supporters a value of the member. */
static bool
check_aggregated(resolver_t *r, expr_t *e)
{
    const expr_t *parts[2] = { e->a, e->b };
    scope_t group = e->def->scope;

    e->scope = group == SCOPE_SUPPORTER ? SCOPE_MEMBER : SCOPE_HOUSEHOLD;
    if (group == SCOPE_SUPPORTER)
        r->reads_supporters = true;
    for (size_t i = 0; i < 2; i++)
        if (parts[i] != NULL &&
            (!no_narrower(r, parts[i], group) || (group == SCOPE_SUPPORTER && !check_depth(r, parts[i]))))
            return false;
    return true;
}

static bool
check_aggregate(resolver_t *r, expr_t *e)
{
    bool ok = check_group(r, e);

    if (e->a != NULL)
        ok = check_expr(r, e->a) && need_quantity(r, e->a) && ok;
    if (e->b != NULL)
        ok = check_expr(r, e->b) && need_flag(r, e->b) && ok;
    ok = ok && check_aggregated(r, e);
    e->unit = e->kind == EXPR_SUM && ok ? e->a->unit : e->kind == EXPR_COUNT ? UNIT_NUMBER_ : UNIT_FLAG_;
    return ok;
}

static bool
check_is(resolver_t *r, expr_t *e)
{
    const policy_def_t *def;

    if (!check_expr(r, e->a))
        return false;
    if (e->a->unit.kind != UNIT_WORD || e->a->kind != EXPR_NAME)
        return problem(r, e->a,
                       "“is” asks for a word, such as “disability.type is mental”; numbers are compared with =");
    def = e->a->def;
    e->word_values = arena_new_array(r->policy->arena, int64_t, e->word_count);
    for (size_t w = 0; w < e->word_count; w++) {
        int64_t value = -1;

        if (def->kind == DEF_PARAMETER) {
            for (size_t i = 0; i < def->param.choice_count; i++)
                if (strcmp(def->param.choices[i], e->words[w]) == 0)
                    value = (int64_t) i;
        } else if (def->kind == DEF_BUILTIN) {
            for (size_t i = 0; i < REL_COUNT; i++)
                if (strcmp(relation_words[i], e->words[w]) == 0)
                    value = (int64_t) i;
        } else {
            const policy_fact_t *fact = &def->fact_def->fact;

            for (size_t i = 0; i < fact->code_count; i++)
                if (strcmp(terms_word(r->policy->terms, fact->codes[i]), e->words[w]) == 0)
                    value = fact->codes[i];
        }
        if (value < 0)
            return problem(r, e, "“%s” is none of the words of “%s”", e->words[w], def->name);
        e->word_values[w] = value;
    }
    e->unit = UNIT_FLAG_;
    e->scope = e->a->scope;
    return true;
}

/* ---- operators --------------------------------------------------------------------------------------------------- */

/* A date so many months or years later or earlier. */
static bool
check_date_sum(const resolver_t *r, expr_t *e)
{
    char unit[UNIT_TEXT_SIZE];

    e->unit = UNIT_DATE_;
    if (!unit_eq(e->b->unit, UNIT_MONTHS_) && !unit_eq(e->b->unit, UNIT_YEARS_)) {
        unit_format(e->b->unit, unit);
        return problem(r, e, "unit error: months or years are added to a date or taken from it, this is %s", unit);
    }
    if (expr_reads_today(e->a))
        return problem(r, e,
                       "“today” moves from day to day: take the months to the other side of the comparison, such as "
                       "“start of … + 6 months ≤ today”, or begin with “month_start of today”");
    return true;
}

static bool
check_date_part(const resolver_t *r, expr_t *e)
{
    char unit[UNIT_TEXT_SIZE];

    e->unit = e->kind == EXPR_MONTH_START ? UNIT_DATE_ : UNIT_NUMBER_;
    if (e->a->unit.kind == UNIT_DATE)
        return true;
    unit_format(e->a->unit, unit);
    return problem(r, e, "a date is expected here, not a %s", unit);
}

static bool
check_arithmetic(const resolver_t *r, expr_t *e)
{
    int kind = e->kind; /* one of the arithmetic kinds */

    if ((kind == EXPR_ADD || kind == EXPR_SUB) && e->a->unit.kind == UNIT_DATE)
        return check_date_sum(r, e);
    if (e->kind != EXPR_MIN && e->kind != EXPR_MAX && !(need_quantity(r, e->a) && need_quantity(r, e->b)))
        return false;
    switch (kind) {
    case EXPR_MUL:
        e->unit = unit_mul(e->a->unit, e->b->unit);
        return true;
    case EXPR_DIV:
        if (e->b->kind == EXPR_NUMBER && e->b->literal == 0)
            return problem(r, e, "division by 0");
        e->unit = unit_div(e->a->unit, e->b->unit);
        return true;
    case EXPR_MIN:
    case EXPR_MAX:
        e->unit = e->a->unit;
        return need_same(r, e, "the two must be of one unit, these are") &&
               (e->unit.kind == UNIT_DATE || need_quantity(r, e->a));
    default:
        e->unit = e->a->unit;
        return need_same(r, e, e->kind == EXPR_ADD ? "cannot add" : "cannot subtract");
    }
}

static bool
check_comparison(const resolver_t *r, expr_t *e)
{
    e->unit = UNIT_FLAG_;
    if (e->a->unit.kind == UNIT_WORD)
        return problem(r, e, "words are compared with “is”, such as “relation is head”");
    if (e->a->unit.kind == UNIT_FLAG || e->b->unit.kind == UNIT_FLAG)
        return problem(r, e, "a condition (yes or no) is not compared: write it alone, or “not …”");
    return need_same(r, e, "cannot compare");
}

static bool
check_if(const resolver_t *r, expr_t *e)
{
    char a[UNIT_TEXT_SIZE], b[UNIT_TEXT_SIZE];

    e->unit = e->b->unit;
    if (!need_flag(r, e->a))
        return false;
    if (e->unit.kind == UNIT_WORD)
        return problem(r, e, "“if” does not choose between words");
    if (unit_eq(e->b->unit, e->c->unit))
        return true;
    unit_format(e->b->unit, a);
    unit_format(e->c->unit, b);
    return problem(r, e, "unit error: “then” gives %s, “else” gives %s%s", a, b,
                   policy_hint_units(e->b->unit, e->c->unit));
}

static bool
check_round(const resolver_t *r, expr_t *e)
{
    char unit[UNIT_TEXT_SIZE];

    e->unit = e->a->unit;
    if (e->unit.kind == UNIT_QUANTITY && e->unit.money == 1)
        return true;
    unit_format(e->unit, unit);
    return problem(r, e, "only money is rounded, this is %s", unit);
}

static bool
check_parts(resolver_t *r, expr_t *e)
{
    expr_t *parts[3] = { e->a, e->b, e->c };
    bool ok = true;

    for (size_t i = 0; i < 3; i++) {
        if (parts[i] == NULL)
            continue;
        ok = check_expr(r, parts[i]) && ok;
        join_scope(e, parts[i]);
    }
    return ok;
}

static bool
check_operator(resolver_t *r, expr_t *e)
{
    int kind = e->kind; /* one with parts */

    if (!check_parts(r, e))
        return false;
    switch (kind) {
    case EXPR_AND:
    case EXPR_OR:
        e->unit = UNIT_FLAG_;
        return need_flag(r, e->a) && need_flag(r, e->b);
    case EXPR_NOT:
        e->unit = UNIT_FLAG_;
        return need_flag(r, e->a);
    case EXPR_NEGATE:
        e->unit = e->a->unit;
        return need_quantity(r, e->a);
    case EXPR_ROUND:
        return check_round(r, e);
    case EXPR_IF:
        return check_if(r, e);
    case EXPR_MONTH:
    case EXPR_YEAR:
    case EXPR_MONTH_START:
        return check_date_part(r, e);
    case EXPR_LT:
    case EXPR_LE:
    case EXPR_EQ:
    case EXPR_NE:
    case EXPR_GE:
    case EXPR_GT:
        return check_comparison(r, e);
    default:
        return check_arithmetic(r, e);
    }
}

static bool
check_expr(resolver_t *r, expr_t *e)
{
    int kind = e->kind;

    switch (kind) {
    case EXPR_NUMBER:
        return true;
    case EXPR_DATE:
        e->unit = UNIT_DATE_;
        return true;
    case EXPR_NAME:
        return check_name(r, e);
    case EXPR_HAS:
    case EXPR_MONTHS:
    case EXPR_START:
    case EXPR_END:
        return check_fact_name(r, e);
    case EXPR_RECORD:
        return check_record(r, e);
    case EXPR_QUALIFIES:
        return check_qualifies(r, e);
    case EXPR_SUM:
    case EXPR_COUNT:
    case EXPR_ANY:
    case EXPR_EVERY:
        return check_aggregate(r, e);
    case EXPR_IS:
        return check_is(r, e);
    default:
        return check_operator(r, e);
    }
}

static bool
is_aggregate(const expr_t *e)
{
    return e->kind == EXPR_SUM || e->kind == EXPR_COUNT || e->kind == EXPR_ANY || e->kind == EXPR_EVERY;
}

/* The leftmost leaf of that scope. */
static const expr_t *
leaf_of(const expr_t *e, scope_t scope)
{
    const expr_t *parts[3] = { e->a, e->b, e->c };

    for (size_t i = 0; i < 3 && !is_aggregate(e); i++) {
        const expr_t *leaf = parts[i] != NULL && parts[i]->scope == scope ? leaf_of(parts[i], scope) : NULL;

        if (leaf != NULL)
            return leaf;
    }
    return e->scope == scope ? e : NULL;
}

/* A value of each member is none of the household, one of each supporter is none of the member. */
static bool
no_narrower(const resolver_t *r, const expr_t *e, scope_t scope)
{
    AUTO_STR text = STR_INIT;
    const expr_t *leaf;

    if (e->scope <= scope)
        return true;
    leaf = leaf_of(e, (scope_t) e->scope);
    expr_print(leaf, &text, NULL, NULL);
    if (e->scope == SCOPE_MEMBER)
        return problem(r, leaf, "“%s” is a value of one member: say of whom, such as “sum of %s over counted_members”",
                       str_c(&text), leaf->name != NULL && !is_aggregate(leaf) ? leaf->name : "…");
    return problem(r, leaf, "“%s” is a value of one supporter: say of whom, such as “sum of … over supporters”",
                   str_c(&text));
}

/* Checks one formula in its place; `flag` says that a condition is expected. */
bool
resolve_formula(resolver_t *r, const policy_formula_t *formula, scope_t scope, bool flag)
{
    const policy_formula_t *outer = r->formula;
    bool ok;

    if (formula->tree == NULL)
        return false;
    r->formula = formula;
    ok = check_expr(r, formula->tree) && (!flag || need_flag(r, formula->tree));
    ok = ok && no_narrower(r, formula->tree, scope);
    if (ok && formula->tree->scope == SCOPE_SUPPORTER)
        ok = check_depth(r, formula->tree);
    r->formula = outer;
    return ok;
}
