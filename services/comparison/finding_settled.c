/* SPDX-License-Identifier: Apache-2.0 */
#include "finding_case.h"

#include <string.h>

/* Why a finding no longer holds. */

/* The kind of fact that says who draws a category of that name on findings. */
static void
enrolment_kind(const finding_rules_t *self, const char *wire, char ret[128])
{
    for (size_t k = 0; k < policy_category_count(self->policy); k++) {
        if (strcmp(policy_category_wire(self->policy, k), wire) == 0) {
            (void) snprintf(ret, 128, "%s", policy_category_enrolment(self->policy, k));
            return;
        }
    }
    (void) snprintf(ret, 128, "enrolment.%s", wire); /* a category of an earlier policy */
}

/* Is the person still a member, and still named by the enrolment? */
static bool
lists_person(const finding_rules_t *self, const dossier_t *d, const finding_t *f, int32_t day)
{
    char kind[128];
    const fact_t *e;

    enrolment_kind(self, f->category, kind);
    e = finding_case_enrolment_of(self, d->facts, d->fact_count, kind, day);
    if (finding_case_member(d, &f->person) == SIZE_MAX)
        return false;
    for (size_t i = 0; e != NULL && i < e->person_count; i++)
        if (uuid_eq(&e->persons[i], &f->person))
            return true;
    return false;
}

static const fact_t *
drawn(const finding_rules_t *self, const dossier_t *d, const finding_t *f, const char *category, int32_t day)
{
    const fact_t *e = NULL;
    size_t i = uuid_is_nil(&f->person) ? SIZE_MAX : finding_case_member(d, &f->person);
    char kind[128];

    enrolment_kind(self, category, kind);
    if (i != SIZE_MAX)
        e = finding_case_enrolment_of(self, d->members[i].facts, d->members[i].fact_count, kind, day);
    return e != NULL ? e : finding_case_enrolment_of(self, d->facts, d->fact_count, kind, day);
}

static size_t
category_of(const finding_rules_t *self, const char *wire)
{
    for (size_t k = 0; k < policy_category_count(self->policy); k++)
        if (strcmp(policy_category_wire(self->policy, k), wire) == 0)
            return k;
    return SIZE_MAX; /* a category of an earlier policy */
}

/* The household, or the person, draws something of the kind that was found. */
static bool
draws_aid(const finding_rules_t *self, const dossier_t *d, const finding_t *f, int32_t day)
{
    bool of_person = !uuid_is_nil(&f->person);
    size_t member = of_person ? finding_case_member(d, &f->person) : SIZE_MAX, found = category_of(self, f->category);

    for (size_t k = 0; k < policy_category_count(self->policy); k++) {
        bool fits = policy_category_unit(self->policy, k) == (of_person ? POLICY_UNIT_PERSON : POLICY_UNIT_HOUSEHOLD) &&
                    (!of_person || member != SIZE_MAX);

        if (fits && policy_category_role(self->policy, k) == POLICY_ROLE_AID &&
            policy_enrolment(self->policy, d, day, k, member) != NULL)
            return true;
    }
    found = found != SIZE_MAX && of_person ? policy_category_instead_of(self->policy, found) : SIZE_MAX;
    return found != SIZE_MAX && policy_enrolment(self->policy, d, day, found, SIZE_MAX) != NULL;
}

static bool
is_drawn(const finding_rules_t *self, const dossier_t *d, const finding_t *f, int32_t day)
{
    size_t k = category_of(self, f->category);
    int32_t until;

    if (drawn(self, d, f, f->category, day) != NULL)
        return true;
    return k != SIZE_MAX && uuid_is_nil(&f->person) && finding_case_drawn_lately(self, d, k, day, &until);
}

/* What had to give way is not drawn any more by him; or nothing but the register can have ended it. */
static bool
is_given_up(const finding_rules_t *self, const dossier_t *d, const finding_t *f, int32_t day)
{
    size_t k = category_of(self, f->category), member = uuid_is_nil(&f->person) ? SIZE_MAX : finding_case_member(d, &f->person);

    if (k == SIZE_MAX || (!uuid_is_nil(&f->person) && member == SIZE_MAX))
        return true;
    return policy_enrolment(self->policy, d, day, k, member) == NULL || policy_overlap_is_of_register(self->policy, f->rule);
}

/* Reviewed, enrolled anew or no longer enrolled.  A review may come before its day. */
static bool
is_reviewed(const finding_rules_t *self, const dossier_t *d, const finding_t *f, int32_t day)
{
    size_t k = category_of(self, f->category), member = uuid_is_nil(&f->person) ? SIZE_MAX : finding_case_member(d, &f->person);
    const fact_t *e;
    int64_t notice;

    if (k == SIZE_MAX || (!uuid_is_nil(&f->person) && member == SIZE_MAX))
        return true;
    e = policy_enrolment(self->policy, d, day, k, member);
    if (!policy_number(self->policy, "review.notice_days", day, &notice))
        notice = 0;
    return e == NULL || policy_reviewed_on(self->policy, d, day, k, member, e) >= f->since - notice;
}

bool
finding_rules_is_settled(const finding_rules_t *self, const finding_t *f, const dossier_t *dossier, int32_t day)
{
    static const dossier_t nobody = { .member_count = 0 };
    const dossier_t *d = dossier != NULL ? dossier : &nobody;
    const fact_t *e = drawn(self, d, f, f->category, day);

    switch (f->kind) {
    case KIND_NEWLY_QUALIFIES:
        return draws_aid(self, d, f, day) || e != NULL;
    case KIND_ENTITLEMENT_NOT_DRAWN:
        return is_drawn(self, d, f, day);
    case KIND_CATEGORY_CHANGE:
        return e != NULL || drawn(self, d, f, f->from_category, day) == NULL;
    case KIND_NO_LONGER_QUALIFIES:
        return e == NULL;
    case KIND_BENEFIT_CHANGE:
        return e == NULL || e->value != f->enrolled;
    case KIND_MEMBER_CHANGE:
        return !lists_person(self, d, f, day);
    case KIND_AID_MISSING:
        return finding_missing_is_settled(self, f, d, day);
    case KIND_DATA_CONFLICT: /* what departments say is corrected; only the register is followed up */
        return strcmp(f->rule, "claimed_twice") == 0;
    case KIND_OVERLAP:
        return is_given_up(self, d, f, day);
    case KIND_REVIEW_DUE:
        return is_reviewed(self, d, f, day);
    case KIND_HARDSHIP_WARNING:
    case KIND_COUNT:
        break;
    }
    return false;
}
