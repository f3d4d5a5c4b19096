/* SPDX-License-Identifier: Apache-2.0 */
#include "ruling.h"

#include <string.h>

#include "domain/date.h"

static const char *const names[RULING_COUNT] = { "applied", "grants", "refuses", "keeps", "not_granted", "withdrawn" };

const char *
ruling_verb_name(ruling_verb_t verb)
{
    return names[verb];
}

bool
ruling_verb_of(const char *name, ruling_verb_t *ret)
{
    for (size_t i = 0; i < RULING_COUNT; i++) {
        if (strcmp(names[i], name) != 0)
            continue;
        *ret = (ruling_verb_t) i;
        return true;
    }
    return false;
}

static void
put(policy_verdict_t *v, ruling_verb_t verb)
{
    switch (verb) {
    case RULING_GRANTS:
        v->qualifies = POLICY_YES;
        v->keeps = POLICY_YES;
        if (v->amount <= 0) /* the policy's formula gives none: what is paid, people say */
            v->has_amount = false;
        break;
    case RULING_KEEPS:
        v->keeps = POLICY_YES;
        break;
    case RULING_REFUSES:
        v->qualifies = POLICY_NO;
        break;
    case RULING_APPLIED:
    case RULING_NOT_GRANTED:
    case RULING_WITHDRAWN:
    case RULING_COUNT:
        break;
    }
}

static bool
changes_verdicts(const ruling_t *r, int32_t day)
{
    return r->verb != RULING_APPLIED && r->verb != RULING_NOT_GRANTED && r->verb != RULING_WITHDRAWN && r->from <= day && day < r->until;
}

/* The category of which it speaks, SIZE_MAX: none that this policy has; *ret_member is SIZE_MAX where it speaks of the household. */
static size_t
category_of(const policy_t *policy, const dossier_t *d, const ruling_t *r, size_t *ret_member)
{
    bool of_person = !uuid_is_nil(&r->person);
    size_t m = 0;

    while (of_person && m < d->member_count && !uuid_eq(&d->members[m].person, &r->person))
        m++;
    *ret_member = of_person ? m : SIZE_MAX;
    for (size_t k = 0; k < policy_category_count(policy) && (!of_person || m < d->member_count); k++)
        if (strcmp(policy_category_wire(policy, k), r->category) == 0 && (policy_category_unit(policy, k) == POLICY_UNIT_PERSON) == of_person)
            return k;
    return SIZE_MAX;
}

/* NULL: of none that this policy has. */
static policy_verdict_t *
verdict_of(const policy_t *policy, const dossier_t *d, const ruling_t *r, policy_result_t *verdicts)
{
    size_t member, k = category_of(policy, d, r, &member);

    if (k == SIZE_MAX)
        return NULL;
    return member == SIZE_MAX ? &verdicts->household[k] : &verdicts->person[k * d->member_count + member];
}

const policy_result_t *
ruling_apply(const policy_t *policy, const dossier_t *d, const policy_result_t *verdicts, int32_t day, arena_t *arena)
{
    size_t n = policy_category_count(policy);
    policy_result_t *ret = NULL;

    for (size_t i = 0; i < d->ruling_count; i++) {
        if (!changes_verdicts(&d->rulings[i], day))
            continue;
        if (ret == NULL) {
            ret = arena_new_array(arena, policy_result_t, 1);
            *ret = *verdicts;
            ret->household = arena_new_array(arena, policy_verdict_t, n + 1);
            ret->person = arena_new_array(arena, policy_verdict_t, n * d->member_count + 1);
            memcpy(ret->household, verdicts->household, n * sizeof *ret->household);
            memcpy(ret->person, verdicts->person, n * d->member_count * sizeof *ret->person);
        }
        policy_verdict_t *v = verdict_of(policy, d, &d->rulings[i], ret);
        if (v != NULL)
            put(v, d->rulings[i].verb);
    }
    return ret != NULL ? ret : verdicts;
}

bool
ruling_decides(const policy_t *policy, const dossier_t *d, size_t category, size_t member, int32_t day)
{
    for (size_t i = 0; i < d->ruling_count; i++) {
        const ruling_t *r = &d->rulings[i];
        size_t of_member;

        if ((r->verb == RULING_GRANTS || r->verb == RULING_REFUSES) && changes_verdicts(r, day) &&
            category_of(policy, d, r, &of_member) == category && of_member == member)
            return true;
    }
    return false;
}

int32_t
ruling_next_day(const dossier_t *d, int32_t day, int32_t next)
{
    for (size_t i = 0; i < d->ruling_count; i++) {
        const ruling_t *r = &d->rulings[i];

        if (r->from > day && r->from < next)
            next = r->from;
        if (r->until > day && r->until < next)
            next = r->until;
    }
    return next;
}
