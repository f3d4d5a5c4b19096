/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_model.h"
#include <string.h>

/* Numbers of the policy that no formula reads, but the rules of findings: terms in months or days, lines, thresholds. */

static const char *const names[] = {
    "apply.working_days",
    "findings.lookback_months",
    "payment.months_late",
};

bool
policy_number_is_known(const char *name)
{
    return str_in(name, names, COUNT_OF(names));
}

bool
policy_number(const policy_t *self, const char *name, int32_t day, int64_t *ret)
{
    const policy_def_t *def = policy_find(self, name, strlen(name));
    const policy_value_t *value;

    REQUIRE(policy_number_is_known(name)); /* the checker knows what is used by this list */
    if (def == NULL || def->kind != DEF_PARAMETER)
        return false;
    value = policy_value_on(&def->param, day);
    if (value == NULL || value->cell_count == 0)
        return false;
    *ret = value->cells[0].value / def->param.scale;
    return true;
}
