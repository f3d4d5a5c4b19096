/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_hint.h"
#include <string.h>

/* What was perhaps meant. */

#define SLIPS_MAX 3 /* more are another word */

/* How many letters must be changed, added or taken away. */
static size_t
distance(const char *a, const char *b)
{
    size_t n = strlen(a), m = strlen(b);
    size_t row[65];

    if (n > 64 || m > 64)
        return SIZE_MAX;
    for (size_t j = 0; j <= m; j++)
        row[j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t diagonal = row[0];

        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t best = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);

            diagonal = row[j];
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[m];
}

/* Keeps the better of the two; in a short word few slips make another one. */
static void
consider(const char *name, const char *other, const char **near, size_t *best)
{
    size_t d = distance(name, other);

    if (d < *best && 2 * d <= strlen(name)) {
        *best = d;
        *near = other;
    }
}

const char *
policy_nearest_word(const char *word, const char *const *list, size_t n)
{
    const char *near = NULL;
    size_t best = SLIPS_MAX + 1;

    for (size_t i = 0; i < n; i++)
        consider(word, list[i], &near, &best);
    return near;
}

const char *
policy_nearest_name(const policy_t *self, const char *name)
{
    const char *near = NULL;
    size_t best = SLIPS_MAX + 1;

    for (size_t i = 0; i < self->def_count; i++)
        consider(name, self->defs[i]->name, &near, &best);
    return near;
}

const char *
policy_nearest_other(const policy_t *self, const policy_def_t *def)
{
    const char *near = NULL;
    size_t best = SLIPS_MAX + 1;

    for (size_t i = 0; i < self->def_count; i++)
        if (self->defs[i]->kind == def->kind && self->defs[i] != def)
            consider(def->name, self->defs[i]->name, &near, &best);
    return near;
}

const char *
policy_hint_kind(const policy_t *self, const char *name, policy_def_kind_t kind)
{
    AUTO_STR list = STR_INIT;
    const char *near = NULL;
    size_t best = SLIPS_MAX + 1, n = 0;

    for (size_t i = 0; i < self->def_count; i++) {
        if (self->defs[i]->kind != kind)
            continue;
        consider(name, self->defs[i]->name, &near, &best);
        str_printf(&list, "%s%s", n++ == 0 ? "" : ", ", self->defs[i]->name);
    }
    if (near != NULL)
        return arena_printf(self->arena, ": did you mean “%s”?", near);
    if (n == 0 || n > 8)
        return "";
    return arena_printf(self->arena, ": there %s %s", n == 1 ? "is" : "are", str_c(&list));
}

const char *
policy_hint_word(const policy_t *self, const char *name)
{
    for (size_t i = 0; i < self->fact_count; i++) {
        const policy_fact_t *fact = &self->facts[i]->fact;

        for (size_t k = 0; fact->code_name != NULL && k < fact->code_count; k++)
            if (strcmp(terms_word(self->terms, fact->codes[k]), name) == 0)
                return arena_printf(self->arena, "“%s” is a word, not a value: write “%s is %s”", name, fact->code_name,
                                    name);
    }
    for (int i = 0; i < REL_COUNT; i++)
        if (strcmp(policy_relation_word((relation_t) i), name) == 0)
            return arena_printf(self->arena, "“%s” is a word, not a value: write “relation is %s”", name, name);
    return NULL;
}

static bool
are(unit_t a, unit_t b, unit_t x, unit_t y)
{
    return (unit_eq(a, x) && unit_eq(b, y)) || (unit_eq(a, y) && unit_eq(b, x));
}

const char *
policy_hint_units(unit_t a, unit_t b)
{
    if (are(a, b, UNIT_MONEY_, UNIT_MONEY_MONTH_))
        return ": “12 months ×” makes a monthly amount that of a year, “/ 12 months” a year's that of a month";
    if (are(a, b, UNIT_NUMBER_, UNIT_MONEY_))
        return ": write an amount with its unit, such as “0 yuan”";
    if (are(a, b, UNIT_NUMBER_, UNIT_MONEY_MONTH_))
        return ": write an amount of a month as “100 yuan / 1 month”";
    if (are(a, b, UNIT_NUMBER_, UNIT_YEARS_))
        return ": write the number with its unit, such as “60 years”";
    if (are(a, b, UNIT_NUMBER_, UNIT_MONTHS_))
        return ": write the number with its unit, such as “12 months”";
    return "";
}
