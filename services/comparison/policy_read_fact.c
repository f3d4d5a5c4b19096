/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_read.h"
#include "domain/date.h"
#include <string.h>

/* Kinds of facts: what they are, how they accumulate, what is not counted. */

static void
read_accumulates(reader_t *r, policy_def_t *def)
{
    static const char *const words[] = { "monthly", "sum", "latest", "event" };
    const policy_attr_t *accumulates = read_required(r, def, "accumulates"),
                        *window = policy_attr(def->entry, "window");
    policy_fact_t *fact = &def->fact;
    size_t word =
        accumulates == NULL ? SIZE_MAX : read_word(r, accumulates->source, accumulates->value, words, COUNT_OF(words));

    if (word == SIZE_MAX) {
        def->broken = true;
        return;
    }
    fact->accumulate = (policy_accumulate_t) word;
    if (fact->accumulate == ACCUMULATE_MONTHLY || fact->accumulate == ACCUMULATE_SUM) {
        const policy_def_t *def_window;

        window = read_required(r, def, "window");
        def_window = window != NULL ? read_reference(r, window, DEF_WINDOW, "window") : NULL;
        if (def_window != NULL)
            fact->window = &def_window->window;
        else
            def->broken = true;
    } else if (window != NULL) {
        policy_problem(r->problems, window->source, window->value, "“%s” is held against the day, not against a window",
                       def->name);
    }
    if (fact->accumulate == ACCUMULATE_MONTHLY && fact->window != NULL && fact->window->to_day)
        policy_problem(r->problems, window->source, window->value,
                       "“%s” counts whole months: its window ends before the month", def->name);
}

/* A monthly rate adds up to its money over the window. */
static void
read_fact_unit(reader_t *r, policy_def_t *def)
{
    const policy_attr_t *unit = policy_attr(def->entry, "unit");
    policy_fact_t *fact = &def->fact;

    if (unit == NULL)
        return;
    fact->has_unit = read_unit(r, unit, &fact->unit);
    if (!fact->has_unit)
        return;
    if (fact->accumulate == ACCUMULATE_MONTHLY) {
        if (fact->unit.month != -1)
            policy_problem(r->problems, unit->source, unit->value, "“%s” accumulates monthly: its unit is money/month",
                           def->name);
        fact->unit.month = 0;
    } else if (fact->unit.kind != UNIT_QUANTITY ||
               (fact->unit.month != 0 && !(fact->accumulate == ACCUMULATE_LATEST && fact->unit.month == -1))) {
        policy_problem(r->problems, unit->source, unit->value, "the unit of “%s” is money or count", def->name);
    }
    def->unit = fact->unit;
}

static void
read_counted(reader_t *r, policy_def_t *def)
{
    const policy_attr_t *counted = policy_attr(def->entry, "counted"), *until = policy_attr(def->entry, "until");
    policy_fact_t *fact = &def->fact;

    fact->not_counted_until = DATE_OPEN;
    if (counted != NULL) {
        static const char *const words[] = { "false", "true" };
        size_t word = read_word(r, counted->source, counted->value, words, COUNT_OF(words));

        fact->not_counted = word == 0;
        if (fact->not_counted && def->basis == NULL)
            policy_problem(r->problems, counted->source, counted->value,
                           "“%s” is not counted, but no “basis” says by which clause", def->name);
    }
    if (until == NULL)
        return;
    if (!fact->not_counted)
        policy_problem(r->problems, until->source, until->value, "“until” belongs to “counted: false”");
    (void) read_date(r, until->source, until->value, &fact->not_counted_until);
}

static void
read_head(reader_t *r, policy_def_t *def)
{
    const policy_attr_t *head = policy_attr(def->entry, "head");
    policy_fact_t *fact = &def->fact;

    if (head == NULL)
        return;
    fact->head = read_reference(r, head, DEF_HEAD, "head");
    if (fact->has_unit && unit_eq(fact->unit, UNIT_MONEY_) && fact->holder == HOLDER_PERSON)
        return;
    policy_problem(r->problems, head->source, head->value, "only money of a person adds up under a head");
}

static void
read_names(reader_t *r, policy_def_t *def)
{
    const policy_attr_t *value = policy_attr(def->entry, "value"), *code = policy_attr(def->entry, "code");
    policy_fact_t *fact = &def->fact;

    if (value != NULL && (fact->value_name = read_text(r, value, "the name of the fact's value")) != NULL) {
        policy_def_t *named = read_add_def(r, DEF_FACT_VALUE, fact->value_name, def->entry);

        named->fact_def = def;
        named->label = def->label;
        named->unit = UNIT_NUMBER_;
    }
    if (code != NULL && (fact->code_name = read_text(r, code, "the name of the fact's code")) != NULL) {
        policy_def_t *named = read_add_def(r, DEF_FACT_CODE, fact->code_name, def->entry);

        named->fact_def = def;
        named->label = def->label;
        named->unit = UNIT_WORD_;
    }
    if ((value != NULL || code != NULL) && fact->accumulate != ACCUMULATE_LATEST)
        policy_problem(r->problems, def->entry->source, def->entry->key,
                       "only what is in force (accumulates: latest) has a named value or code: “%s” has not",
                       def->name);
}

static size_t
read_codes(reader_t *r, const policy_def_t *def, const char *name, term_t **ret)
{
    const policy_attr_t *attr = policy_attr(def->entry, name);
    const char **words = NULL;
    size_t n;

    if (attr == NULL)
        return 0;
    n = read_texts(r, attr, &words);
    *ret = arena_new_array(r->policy->arena, term_t, n + 1);
    for (size_t i = 0; i < n; i++)
        (*ret)[i] = terms_intern(r->terms, words[i]);
    return n;
}

static void
check_excepts(reader_t *r, const policy_def_t *def)
{
    const policy_fact_t *fact = &def->fact;
    const policy_attr_t *attr = policy_attr(def->entry, "except");

    for (size_t i = 0; i < fact->except_count; i++) {
        bool known = false;

        for (size_t k = 0; k < fact->code_count; k++)
            known = known || fact->codes[k] == fact->excepts[i];
        if (!known)
            policy_problem(r->problems, attr->source, attr->value, "“%s” is none of the codes of “%s”",
                           terms_word(r->terms, fact->excepts[i]), def->name);
    }
}

void
read_fact(reader_t *r, policy_def_t *def)
{
    static const char *const holders[HOLDER_COUNT] = { "person", "household", "supporter", "place" };
    static const scope_t scopes[HOLDER_COUNT] = { SCOPE_MEMBER, SCOPE_HOUSEHOLD, SCOPE_SUPPORTER, SCOPE_HOUSEHOLD };
    const policy_attr_t *holder = policy_attr(def->entry, "holder"), *source = policy_attr(def->entry, "source");
    policy_fact_t *fact = &def->fact;
    size_t word;

    fact->kind = terms_intern(r->terms, def->name);
    read_accumulates(r, def);
    read_fact_unit(r, def);
    read_basis(r, def, false);
    fact->basis = def->basis;
    if (holder != NULL && (word = read_word(r, holder->source, holder->value, holders, COUNT_OF(holders))) != SIZE_MAX)
        fact->holder = (policy_holder_t) word;
    def->scope = scopes[fact->holder];
    read_counted(r, def);
    read_head(r, def);
    read_names(r, def);
    fact->code_count = read_codes(r, def, "codes", &fact->codes);
    fact->except_count = read_codes(r, def, "except", &fact->excepts);
    check_excepts(r, def);
    if (source != NULL)
        fact->source_count = read_texts(r, source, &fact->sources);
}
