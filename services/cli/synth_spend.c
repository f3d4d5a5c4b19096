/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/date.h"
#include "synth_judge.h"

/* What income and spending of a household bring: its aid, and whether it belongs on the list against a return to poverty. */

enum { VALID_MONTHS = 12, LISTED_MONTHS = 6, LISTED_PERCENT = 85 };

bool
synth_spend_is_above(const synth_judge_t *j, int share_bp)
{
    const synth_view_t *v = &j->v;

    return v->known && v->counted != 0 && v->property_ok && v->spent > 0 && v->spent * SYNTH_BP > v->gross * share_bp &&
           v->income < synth_profile_disposable(j->day, j->h->rural) * __builtin_popcount(v->counted);
}

int
synth_spend_verdict(const synth_judge_t *j)
{
    const synth_view_t *v = &j->v;
    const synth_profile_t *p = j->h->profile;

    if (!v->known || v->counted == 0 || !v->property_ok)
        return -1;
    if (v->income < v->line)
        return SYNTH_DIBAO;
    if (v->income < v->line * p->marginal_bp / SYNTH_BP)
        return SYNTH_MARGINAL;
    return p->spending.on && synth_spend_is_above(j, p->spending.rigid_bp) ? SYNTH_RIGID : -1;
}

bool
synth_spend_is_over(const synth_judge_t *j, const synth_rec_t *enrolment)
{
    return date_anniversary(enrolment->from, VALID_MONTHS) <= j->day;
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

    return j->h->rural && (j->v.income < line || (j->v.spent >= s->sudden && j->v.income - j->v.spent < line));
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
