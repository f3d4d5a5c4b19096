/* SPDX-License-Identifier: Apache-2.0 */
#include "alert.h"

#include "base/str.h"
#include <stdlib.h>
#include <string.h>

const char *const level_names[LEVEL_COUNT] = { "blue", "yellow", "orange", "red" };
const char *const alert_state_names[ALERT_STATE_COUNT] = { "open",    "acknowledged", "assigned",
                                                           "visited", "referred",     "closed" };
const char *const kind_names[KIND_COUNT] = { "newly_qualifies",   "no_longer_qualifies",
                                             "category_change",   "benefit_change",
                                             "entitlement_not_drawn", "hardship_warning",
                                             "member_change",     "data_conflict",
                                             "overlap",           "aid_missing",
                                             "review_due" };
const char *const finding_state_names[FINDING_STATE_COUNT] = { "open", "changed", "withdrawn" };
const char *const result_names[RESULT_COUNT] = { "no_hardship", "already_has_policy", "policy_delivered",
                                                 "apply",       "refer",              "should_exit" };

void
matter_name(kind_t kind, const char *category, const uuid_t *person, char ret[MATTER_SIZE])
{
    char id[UUID_TEXT_SIZE] = "-";

    if (kind == KIND_HARDSHIP_WARNING) {
        (void) str_copy(ret, MATTER_SIZE, "hardship");
        return;
    }
    if (strcmp(category, "dibao") == 0 || strcmp(category, "marginal") == 0 || strcmp(category, "rigid_expenditure") == 0) {
        (void) str_copy(ret, MATTER_SIZE, "livelihood");
        return;
    }
    if (!uuid_is_nil(person))
        uuid_format(person, id);
    REQUIRE(strlen(category) < CATEGORY_SIZE);
    (void) snprintf(ret, MATTER_SIZE, "%s/%s", category, id);
}

void
matter_key(const uuid_t *household, const char *name, uuid_t *ret)
{
    char text[UUID_TEXT_SIZE + 1 + MATTER_SIZE];
    char id[UUID_TEXT_SIZE];

    uuid_format(household, id);
    (void) snprintf(text, sizeof(text), "%s/%s", id, name);
    uuid_derive("matter", text, ret);
}

void
matter_add_finding(matter_t *self, finding_t *finding, arena_t *arena)
{
    if (self->finding_count == self->finding_cap) {
        size_t cap = self->finding_cap == 0 ? 4 : self->finding_cap * 2;
        finding_t **grown = arena_new_array(arena, finding_t *, cap);

        if (self->finding_count > 0)
            memcpy(grown, self->findings, self->finding_count * sizeof(finding_t *));
        self->findings = grown;
        self->finding_cap = cap;
    }
    self->findings[self->finding_count++] = finding;
}

bool
finding_is_open(const finding_t *self)
{
    return self->state != FINDING_WITHDRAWN;
}

size_t
alert_open_findings(const alert_t *self)
{
    size_t n = 0;

    for (size_t i = 0; i < self->finding_count; i++)
        n += finding_is_open(self->findings[i]);
    return n;
}

bool
alert_awaits_visit(const alert_t *self)
{
    return self->state == ALERT_OPEN || self->state == ALERT_ACKNOWLEDGED || self->state == ALERT_ASSIGNED;
}

static int
by_opened(const void *a, const void *b)
{
    const finding_t *const *x = a;
    const finding_t *const *y = b;

    if ((*x)->opened != (*y)->opened)
        return (*x)->opened < (*y)->opened ? -1 : 1;
    return uuid_cmp(&(*x)->id, &(*y)->id);
}

void
alert_gather(alert_t *self, const matter_t *matter, finding_t **slots)
{
    size_t n = 0;

    for (size_t i = 0; i < matter->finding_count; i++) {
        if (uuid_eq(&matter->findings[i]->alert, &self->id))
            slots[n++] = matter->findings[i];
    }
    if (n > 1)
        qsort(slots, n, sizeof(*slots), by_opened);
    self->findings = slots;
    self->finding_count = n;
}
