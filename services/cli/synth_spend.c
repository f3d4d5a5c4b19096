/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/date.h"
#include "synth_judge.h"

/* What income and spending of a household bring: its aid, and whether it belongs on the list against a return to poverty. */

enum { LISTED_MONTHS = 6, LISTED_PERCENT = 85 };

/* The window's income as that of a year. */
static int64_t
year_of(const synth_judge_t *j)
{
    return j->v.income * (12 / j->h->profile->local.income_months);
}

bool
synth_spend_is_above(const synth_judge_t *j, int share_bp)
{
    const synth_view_t *v = &j->v;

    return v->known && v->counted != 0 && v->spent > 0 && v->spent * SYNTH_BP > v->gross * share_bp &&
           year_of(j) < synth_profile_disposable(j->day, j->h->rural) * __builtin_popcount(v->counted);
}

/* What is left after the costs is below the standard. */
static bool
is_left_poor(const synth_judge_t *j)
{
    const synth_view_t *v = &j->v;
    int n = __builtin_popcount(v->counted);

    return j->h->profile->local.residual && v->spent > 0 && year_of(j) - v->spent < 12 * j->h->line * n &&
           year_of(j) < synth_profile_disposable(j->day, j->h->rural) * n;
}

int64_t
synth_spend_amount(const synth_house_t *h, int32_t day)
{
    synth_judge_t j = { .h = h, .day = day };

    synth_judge_view(h, day, &j.v);
    int64_t lacks = 12 * h->line * __builtin_popcount(j.v.counted) - year_of(&j) + j.v.spent;
    return h->profile->local.residual_aid ? synth_judge_monthly(lacks, 12) : 0;
}

int
synth_spend_verdict(const synth_judge_t *j)
{
    const synth_view_t *v = &j->v;
    const synth_profile_t *p = j->h->profile;

    if (!v->known || v->counted == 0)
        return -1;
    if (v->property_ok && v->income < v->line)
        return SYNTH_DIBAO;
    if (v->property_ok && v->income < v->line * p->marginal_bp / SYNTH_BP)
        return SYNTH_MARGINAL;
    return p->spending.on && v->rigid_ok && (synth_spend_is_above(j, p->spending.rigid_bp) || is_left_poor(j)) ? SYNTH_RIGID : -1;
}

bool
synth_spend_is_over(const synth_judge_t *j, const synth_rec_t *enrolment)
{
    return date_anniversary(enrolment->from, j->h->profile->local.rigid_months) <= j->day;
}

const synth_rec_t *
synth_spend_listed(const synth_judge_t *j)
{
    for (size_t i = 0; i < j->h->recs; i++)
        if (j->h->rec[i].type == SYNTH_REC_POVERTY && synth_judge_in_force(&j->h->rec[i], j->day))
            return &j->h->rec[i];
    return NULL;
}

static bool
is_threatened(const synth_judge_t *j)
{
    const synth_spending_t *s = &j->h->profile->spending;
    int64_t line = s->monitoring_line * __builtin_popcount(j->v.counted);

    return j->h->rural && (year_of(j) < line || (j->v.spent >= s->sudden && year_of(j) - j->v.spent < line));
}

void
synth_spend_judge(synth_judge_t *j)
{
    const synth_rec_t *listed = synth_spend_listed(j);

    if (!j->v.known || j->v.counted == 0)
        return;
    if (is_threatened(j) && !listed)
        synth_judge_add(j, SYNTH_NEWLY_QUALIFIES, SYNTH_POVERTY, -1, 0);
    if (!is_threatened(j) && listed && date_anniversary(listed->from, LISTED_MONTHS) <= j->day)
        synth_judge_add(j, SYNTH_NO_LONGER, SYNTH_POVERTY, -1, (size_t) (listed - j->h->rec));
}

void
synth_spend_list(synth_house_t *h)
{
    synth_judge_t j = { .h = h, .day = h->profile->start };

    synth_judge_view(h, j.day, &j.v);
    if (!h->profile->spending.on || h->unlisted || !j.v.known || j.v.counted == 0 || !is_threatened(&j) ||
        !synth_rng_percent(&h->rng, LISTED_PERCENT))
        return;
    int code = synth_rng_int(&h->rng, SYNTH_UNSTABLE, SYNTH_EDGE);
    size_t i = synth_house_rec(h, SYNTH_REC_POVERTY, -1, SYNTH_INITIAL);
    h->rec[i].code = code;
    h->rec[i].from = h->profile->start - synth_rng_int(&h->rng, 20, 900);
}
