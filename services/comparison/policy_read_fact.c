/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_read.h"
#include "base/num.h"
#include "domain/date.h"
#include <string.h>

/* Kinds of facts: what they are, how they accumulate, what is not counted. */

static bool
has_window(policy_accumulate_t accumulate)
{
    return accumulate != ACCUMULATE_LATEST && accumulate != ACCUMULATE_EVENT;
}

static bool
is_extreme(policy_accumulate_t accumulate)
{
    return accumulate == ACCUMULATE_LOWEST || accumulate == ACCUMULATE_HIGHEST;
}

static void
read_window(reader_t *r, policy_def_t *def)
{
    const policy_attr_t *window = policy_attr(def->entry, "window");
    policy_fact_t *fact = &def->fact;
    const policy_def_t *named;

    if (!has_window(fact->accumulate)) {
        if (window != NULL)
            policy_problem(r->problems, window->source, window->value,
                           "“%s” is held against the day, not against a window", def->name);
        return;
    }
    window = read_required(r, def, "window");
    named = window != NULL ? read_reference(r, window, DEF_WINDOW, "window") : NULL;
    if (named == NULL) {
        def->broken = true;
        return;
    }
    fact->window = &named->window;
    if (fact->accumulate == ACCUMULATE_MONTHLY && fact->window->to_day)
        policy_problem(r->problems, window->source, window->value,
                       "“%s” counts whole months: its window ends before the month", def->name);
    if (fact->accumulate == ACCUMULATE_SUM && fact->window->months == 0)
        policy_problem(r->problems, window->source, window->value, "“%s” adds up over time: its window has one month at least", def->name);
}

static void
read_accumulates(reader_t *r, policy_def_t *def)
{
    static const char *const words[] = { "monthly", "sum", "latest", "event", "lowest", "highest" };
    const policy_attr_t *accumulates = read_required(r, def, "accumulates");
    size_t word =
        accumulates == NULL ? SIZE_MAX : read_word(r, accumulates->source, accumulates->value, words, COUNT_OF(words));

    if (word == SIZE_MAX) {
        def->broken = true;
        return;
    }
    def->fact.accumulate = (policy_accumulate_t) word;
    read_window(r, def);
}

/* "every: month": not known unless each month of the window has one. */
static void
read_every(reader_t *r, policy_def_t *def)
{
    static const char *const words[] = { "month" };
    const policy_attr_t *every = policy_attr(def->entry, "every");
    const policy_window_t *window = def->fact.window;

    if (every == NULL || def->broken || read_word(r, every->source, every->value, words, COUNT_OF(words)) == SIZE_MAX)
        return;
    def->fact.every_month = true;
    if (window == NULL || window->months == 0 || window->months > POLICY_EVERY_MONTHS_MAX)
        policy_problem(r->problems, every->source, every->key,
                       "“every: month” asks for each month of a window of at most %d months", POLICY_EVERY_MONTHS_MAX);
}

/* The integers of the records are so many parts of one: 350 with scale 10000 is 3.5 %. */
static void
read_scale(reader_t *r, policy_def_t *def, bool ratio)
{
    const policy_attr_t *scale = policy_attr(def->entry, "scale");
    policy_fact_t *fact = &def->fact;
    const char *text = scale != NULL ? yaml_text(scale->value) : NULL;

    fact->scale = ratio ? 1 : 0;
    if (scale == NULL)
        return;
    if (!ratio && fact->has_unit)
        policy_problem(r->problems, scale->source, scale->key, "“scale” belongs to “unit: ratio”");
    if (text == NULL || !num_i64(text, strlen(text), &fact->scale) || fact->scale < 1 || fact->scale > 1000000000)
        policy_problem(r->problems, scale->source, scale->value, "“scale” is a whole number from 1 to 1000000000");
}

/* What one fact may be measured in, by how it accumulates. */
static bool
check_fact_unit(reader_t *r, const policy_def_t *def, const policy_attr_t *unit, bool ratio)
{
    const policy_fact_t *fact = &def->fact;
    bool plain = fact->unit.kind == UNIT_QUANTITY && fact->unit.year == 0 && fact->unit.month == 0,
         rate = unit_eq(fact->unit, UNIT_MONEY_MONTH_);

    if (fact->accumulate == ACCUMULATE_MONTHLY ? rate : plain && (!ratio || fact->accumulate != ACCUMULATE_SUM))
        return true;
    if (rate && (is_extreme(fact->accumulate) || fact->accumulate == ACCUMULATE_LATEST))
        return true;
    policy_problem(r->problems, unit->source, unit->value,
                   fact->accumulate == ACCUMULATE_MONTHLY ? "“%s” accumulates monthly: its unit is money/month"
                   : is_extreme(fact->accumulate)         ? "the unit of “%s” is money, money/month, count or ratio"
                   : ratio                                ? "“%s” is a ratio, and ratios do not add up"
                           : "the unit of “%s” is money, count, or of what is in force a rate or a ratio",
                   def->name);
    return false;
}

/* A monthly rate adds up to its money over the window. */
static void
read_fact_unit(reader_t *r, policy_def_t *def)
{
    const policy_attr_t *unit = policy_attr(def->entry, "unit");
    policy_fact_t *fact = &def->fact;
    bool ratio = unit != NULL && yaml_text(unit->value) != NULL && strcmp(yaml_text(unit->value), "ratio") == 0;

    if (def->broken)
        return;
    fact->has_unit = unit != NULL && read_unit(r, unit, &fact->unit);
    read_scale(r, def, ratio);
    if (!fact->has_unit)
        return;
    if (check_fact_unit(r, def, unit, ratio) && fact->accumulate == ACCUMULATE_MONTHLY)
        fact->unit.month = 0;
    def->unit = fact->unit;
}

/* Names of a date and of an amount; what they are is checked when all names are known. */
static void
read_since(reader_t *r, policy_def_t *def)
{
    static const char *const names[] = { "since", "each_at_most" };
    struct policy_def **const places[] = { &def->fact.since, &def->fact.cap };

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        const policy_attr_t *attr = policy_attr(def->entry, names[i]);
        const char *name = attr != NULL ? read_text(r, attr, "the name of a value of this policy") : NULL;

        if (name == NULL)
            continue;
        *places[i] = policy_find(r->policy, name, strlen(name));
        if (*places[i] == NULL)
            policy_problem(r->problems, attr->source, attr->value, "“%s” is no name of this policy", name);
        def->broken = def->broken || *places[i] == NULL;
    }
    def->fact.since_reg = def->fact.cap_reg = -1;
}

/* "only_living: true": a record of it after somebody's death contradicts the death. */
static void
read_only_living(reader_t *r, policy_def_t *def)
{
    static const char *const words[] = { "true" };
    const policy_attr_t *only = policy_attr(def->entry, "only_living");

    if (only == NULL || read_word(r, only->source, only->value, words, COUNT_OF(words)) == SIZE_MAX)
        return;
    def->fact.only_living = true;
    if (def->fact.holder != HOLDER_PERSON || policy_attr(def->entry, "of") != NULL)
        policy_problem(r->problems, only->source, only->key,
                       "“only_living” is said of records about a person, where the fact reads its own");
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

/* An attribute of the fact, or of the one whose records it reads. */
static const policy_attr_t *
shared_attr(const reader_t *r, const policy_def_t *def, const char *name)
{
    const policy_attr_t *own = policy_attr(def->entry, name);
    const char *of = def->fact.of;

    return own != NULL || of == NULL ? own : policy_attr(policy_find(r->policy, of, strlen(of))->entry, name);
}

/* Which records it reads: those of its own name, or of another fact's. */
static void
read_of(reader_t *r, policy_def_t *def)
{
    const policy_attr_t *of = policy_attr(def->entry, "of"), *holder = policy_attr(def->entry, "holder");
    const policy_def_t *other = of != NULL ? read_reference(r, of, DEF_FACT, "fact") : NULL;

    def->fact.kind = terms_intern(r->terms, def->name);
    if (of == NULL)
        return;
    def->broken = true;
    if (other == NULL)
        return;
    if (other == def) {
        policy_problem(r->problems, of->source, of->value, "“%s” reads its own records without “of”", def->name);
        return;
    }
    if (policy_attr(other->entry, "of") != NULL) {
        policy_problem(r->problems, of->source, of->value,
                       "“%s” has no records of its own: name the fact that has them", other->name);
        return;
    }
    if (holder != NULL)
        policy_problem(r->problems, holder->source, holder->key, "“%s” has the holder of “%s”", def->name, other->name);
    def->broken = false;
    def->fact.of = other->name;
    if (*def->label.zh == '\0')
        def->label = other->label;
    def->fact.kind = terms_intern(r->terms, other->name);
}

#define HEADS_MAX 8
static void
read_heads(reader_t *r, policy_def_t *def)
{
    const policy_attr_t *head = policy_attr(def->entry, "head");
    bool list = head != NULL && yaml_kind(head->value) == YAML_LIST;
    size_t n = list ? yaml_count(head->value) : head != NULL ? 1 : 0;
    policy_fact_t *fact = &def->fact;

    if (n == 0)
        return;
    fact->heads = arena_new_array(r->policy->arena, policy_def_t *, n);
    for (size_t i = 0; i < n; i++) {
        policy_def_t *sum =
            read_reference_at(r, head->source, list ? yaml_at(head->value, i) : head->value, DEF_HEAD, "head");

        if (sum != NULL && policy_fact_adds_to(fact, sum))
            policy_problem(r->problems, head->source, head->value, "“%s” adds to “%s” twice", def->name, sum->name);
        else if (sum != NULL)
            fact->heads[fact->head_count++] = sum;
    }
    if (!fact->has_unit || fact->scale > 0 || is_extreme(fact->accumulate) || fact->holder == HOLDER_SUPPORTER ||
        fact->holder == HOLDER_PLACE) {
        policy_problem(r->problems, head->source, head->value,
                       "only money and counts of persons or households add up under a head");
        fact->head_count = 0;
    }
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
    if ((value != NULL || code != NULL) && has_window(fact->accumulate))
        policy_problem(
            r->problems, def->entry->source, def->entry->key,
            "only what is in force or has happened (accumulates: latest, event) has a named value or code: “%s” "
            "has not",
            def->name);
}

static size_t
read_codes(reader_t *r, const policy_attr_t *attr, term_t **ret)
{
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

/* What is passed over, or the only ones that are read: each is one of the codes. */
static size_t
read_some_codes(reader_t *r, const policy_def_t *def, const char *name, term_t **ret)
{
    const policy_fact_t *fact = &def->fact;
    const policy_attr_t *attr = policy_attr(def->entry, name);
    size_t n = read_codes(r, attr, ret);

    for (size_t i = 0; i < n; i++) {
        bool known = false;

        for (size_t k = 0; k < fact->code_count; k++)
            known = known || fact->codes[k] == (*ret)[i];
        if (!known)
            policy_problem(r->problems, attr->source, attr->value, "“%s” is none of the codes of “%s”",
                           terms_word(r->terms, (*ret)[i]), def->name);
    }
    return n;
}

static void
read_all_codes(reader_t *r, policy_def_t *def)
{
    const policy_attr_t *only = policy_attr(def->entry, "only");
    policy_fact_t *fact = &def->fact;

    fact->code_count = read_codes(r, shared_attr(r, def, "codes"), &fact->codes);
    fact->except_count = read_some_codes(r, def, "except", &fact->excepts);
    fact->only_count = read_some_codes(r, def, "only", &fact->onlys);
    if (fact->except_count > 0 && fact->only_count > 0)
        policy_problem(r->problems, only->source, only->key, "“%s” has both “except” and “only”: one of them is enough",
                       def->name);
}

void
read_fact(reader_t *r, policy_def_t *def)
{
    static const char *const holders[HOLDER_COUNT] = { "person", "household", "supporter", "place" };
    static const scope_t scopes[HOLDER_COUNT] = { SCOPE_MEMBER, SCOPE_HOUSEHOLD, SCOPE_SUPPORTER, SCOPE_HOUSEHOLD };
    const policy_attr_t *holder, *source;
    policy_fact_t *fact = &def->fact;
    size_t word;

    read_of(r, def);
    holder = shared_attr(r, def, "holder");
    source = shared_attr(r, def, "source");
    read_accumulates(r, def);
    read_fact_unit(r, def);
    read_basis(r, def, false);
    fact->basis = def->basis;
    if (holder != NULL && (word = read_word(r, holder->source, holder->value, holders, COUNT_OF(holders))) != SIZE_MAX)
        fact->holder = (policy_holder_t) word;
    /* the register follows links of these kinds, whatever a policy says of them (world_support.h) */
    if (fact->holder == HOLDER_SUPPORTER && policy_attr(def->entry, "of") == NULL && !str_starts(def->name, "support."))
        policy_problem(r->problems, holder->source, holder->value,
                       "a fact that names a supporter begins with “support.”, such as support.legal");
    def->scope = scopes[fact->holder];
    read_only_living(r, def);
    read_counted(r, def);
    read_every(r, def);
    read_since(r, def);
    read_heads(r, def);
    read_names(r, def);
    read_all_codes(r, def);
    if (source != NULL)
        fact->source_count = read_texts(r, source, &fact->sources);
}
