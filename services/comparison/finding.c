/* SPDX-License-Identifier: Apache-2.0 */
#include "finding.h"

#include <string.h>

#include "domain/date.h"

static const char *const names[KIND_COUNT] = {
    "newly_qualifies", "no_longer_qualifies", "category_change", "benefit_change", "entitlement_not_drawn", "hardship_warning",
    "member_change",   "data_conflict",       "overlap",         "aid_missing",    "review_due",
};

const char *
finding_kind_name(finding_kind_t kind)
{
    return names[kind];
}

bool
finding_kind_of(const char *name, finding_kind_t *ret)
{
    for (size_t k = 0; k < KIND_COUNT; k++) {
        if (strcmp(names[k], name) != 0)
            continue;
        *ret = (finding_kind_t) k;
        return true;
    }
    return false;
}

void
finding_id(const uuid_t *household, const wanted_t *wanted, int32_t day, uuid_t *ret)
{
    char home[UUID_TEXT_SIZE], person[UUID_TEXT_SIZE] = "-", date[DATE_TEXT_SIZE];
    AUTO_STR text = STR_INIT;

    uuid_format(household, home);
    if (!uuid_is_nil(&wanted->person))
        uuid_format(&wanted->person, person);
    date_format(day, date);
    date[7] = '\0'; /* YYYY-MM */
    str_printf(&text, "%s/%s/%s/%s/%s", home, finding_kind_name(wanted->kind), wanted->category, person, date);
    uuid_derive("finding", str_c(&text), ret);
}
