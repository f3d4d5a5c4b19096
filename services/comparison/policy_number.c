/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_number.h"
#include "policy_resolve.h"
#include <string.h>

/* Numbers of the policy that no formula reads, but the rules of findings: terms in months or days, lines, thresholds. */

static const struct {
    const char *name, *unit;
    bool by_age; /* one for each age */
} numbers[] = {
    { "apply.working_days", "count", false },
    { "conflict.death_days", "count", false },
    { "findings.lookback_months", "months", false },
    { "payment.months_late", "months", false },
    { "review.age_days", "count", false },
    { "review.ages", "flag", true },
    { "review.notice_days", "count", false },
};

/* Its place in the table, or SIZE_MAX. */
static size_t
find(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(numbers); i++)
        if (strcmp(numbers[i].name, name) == 0)
            return i;
    return SIZE_MAX;
}

bool
policy_number_is_known(const char *name)
{
    return strcmp(name, POLICY_LINE) == 0 || find(name) != SIZE_MAX;
}

static void
check_number(const policy_def_t *def, size_t which, policy_problems_t *problems)
{
    const policy_param_t *param = &def->param;
    unit_t unit = UNIT_FLAG_;

    REQUIRE(unit_parse(numbers[which].unit, &unit));
    if (def->kind != DEF_PARAMETER || !unit_eq(param->unit, unit)) {
        policy_problem(problems, def->entry->source, def->entry->key,
                       "“%s” is a number that the rules of findings read: a parameter with “unit: %s”", def->name,
                       numbers[which].unit);
        return;
    }
    if (numbers[which].by_age ? param->key_count != 1 || strcmp(param->keys[0].name, "age") != 0 : param->key_count > 0)
        policy_problem(problems, def->entry->source, def->entry->key, "“%s” is one number: it goes by %s", def->name,
                       numbers[which].by_age ? "age" : "nothing");
}

void
policy_resolve_numbers(policy_t *self, policy_problems_t *problems)
{
    self->numbers = arena_new_array(self->arena, policy_def_t *, COUNT_OF(numbers));
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        self->numbers[i] = policy_find(self, numbers[i].name, strlen(numbers[i].name));
        if (self->numbers[i] != NULL && !self->numbers[i]->broken)
            check_number(self->numbers[i], i, problems);
    }
}

void
policy_mark_numbers(policy_t *self)
{
    for (size_t i = 0; i < COUNT_OF(numbers); i++)
        if (self->numbers[i] != NULL)
            self->numbers[i]->param.of_findings = true;
}

bool
policy_number_of_age(const policy_t *self, const char *name, int32_t day, int32_t age, int64_t *ret)
{
    size_t which = find(name);
    const policy_def_t *def;
    const policy_value_t *value;

    REQUIRE(which != SIZE_MAX); /* the checker knows what is used by this list */
    def = self->numbers[which];
    value = def != NULL ? policy_value_on(&def->param, day) : NULL;
    for (size_t i = 0; value != NULL && i < value->cell_count; i++) {
        if (!policy_cell_holds(&value->cells[i], age, 0))
            continue;
        *ret = value->cells[i].value / def->param.scale;
        return true;
    }
    return false;
}

bool
policy_number(const policy_t *self, const char *name, int32_t day, int64_t *ret)
{
    return policy_number_of_age(self, name, day, 0, ret);
}
