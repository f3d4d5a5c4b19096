/* SPDX-License-Identifier: Apache-2.0 */
#include "finding_case.h"

#include <string.h>

#include "base/num.h"
#include "domain/date.h"

/* Benefits that exclude one another and are drawn at once (docs/findings.md §5). */

static wanted_t *
wanted_already(const finding_case_t *c, finding_kind_t kind, const char *category, const uuid_t *person)
{
    static const uuid_t nobody = { { 0 } };

    for (size_t i = 0; i < c->count; i++) {
        wanted_t *w = &c->wanted[i];

        if (w->kind == kind && strcmp(w->category, category) == 0 && uuid_eq(&w->person, person != NULL ? person : &nobody))
            return w;
    }
    return NULL;
}

/* A household's enrolment names several: one person's share of it is that of a head. */
static int64_t
heads(const policy_overlap_t *o)
{
    return o->member != SIZE_MAX && o->gives_way->person_count > 1 ? o->gives_way->person_count : 1;
}

/* Payments of the category for whole months from `since` on; of two enrolments in one category those of the one. */
static int64_t
paid_since(finding_case_t *c, const policy_overlap_t *o, bool of_household, int32_t since)
{
    const dossier_t *d = c->dossier;
    const fact_t *facts = of_household ? d->facts : d->members[o->member].facts;
    size_t n = of_household ? d->fact_count : d->members[o->member].fact_count;
    term_t kind = finding_case_payment(c->rules, policy_category_name(c->rules->policy, o->category));
    int64_t sum = 0;

    for (size_t i = 0; kind != 0 && i < n; i++) {
        const fact_t *f = &facts[i];

        if (f->kind != kind || f->from < since ||
            (o->twice && !(f->has_ref && o->gives_way->has_ref && memcmp(f->ref, o->gives_way->ref, sizeof f->ref) == 0)))
            continue;
        finding_case_look_again(c, f->from);
        if (f->from > c->day)
            continue;
        if (!num_add_i64(sum, f->value, &sum))
            return INT64_MAX;
    }
    return sum / heads(o);
}

/* Whether the household holds the enrolment that gives way. */
static bool
is_of_household(const dossier_t *d, const fact_t *fact)
{
    return d->facts != NULL && fact >= d->facts && fact < d->facts + d->fact_count;
}

static void
find(finding_case_t *c, const policy_overlap_t *o)
{
    const char *category = policy_category_wire(c->rules->policy, o->category);
    const uuid_t *person = o->member != SIZE_MAX ? &c->dossier->members[o->member].person : NULL;
    int32_t since = o->draws->from > o->gives_way->from ? o->draws->from : o->gives_way->from;
    wanted_t *w = wanted_already(c, KIND_OVERLAP, category, person);
    bool first = w == NULL;
    int64_t paid;

    if (wanted_already(c, KIND_NO_LONGER_QUALIFIES, category, person) != NULL)
        return; /* it has to end anyway, and is told so */
    if (first) {
        w = finding_case_want(c, KIND_OVERLAP, category, o->name, person);
        w->since = since;
        w->monthly = o->gives_way->value / heads(o);
    } else if (o->twice) { /* a third enrolment, or one that gives way to something else as well */
        w->monthly = w->rule == o->name ? w->monthly + o->gives_way->value : w->monthly;
    }
    if (since < w->since)
        w->since = since;
    finding_case_add_fact(w, o->gives_way);
    finding_case_add_fact(w, o->draws);
    paid = paid_since(c, o, is_of_household(c->dossier, o->gives_way), w->since);
    if (paid > 0 && w->rule == o->name)
        w->overpaid = first || !o->twice || w->overpaid == MONEY_NONE ? paid : w->overpaid + paid;
}

void
finding_overlap(finding_case_t *c)
{
    policy_overlap_t *overlaps;
    size_t n = policy_overlaps(c->rules->policy, c->dossier, c->draws, c->draw_count, c->day, c->arena, &overlaps);

    for (size_t i = 0; i < n; i++)
        if (overlaps[i].member == SIZE_MAX ? c->verdicts->counted > 0 : c->died[overlaps[i].member] == DATE_OPEN)
            find(c, &overlaps[i]);
}
