/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/date.h"
#include "synth_judge.h"

/* Maintenance from legal supporters who live elsewhere: what was agreed goes first, else what the place reckons from the
 * income of the supporter's household. */

enum { SPARED_AGE = 60, MANY_CHILDREN = 3 };

static int64_t
half_up(int64_t amount, int64_t divisor)
{
    return (2 * amount + divisor) / (2 * divisor);
}

void
synth_support_incomes(const synth_house_t *h, int32_t day, synth_incomes_t *ret)
{
    int32_t m1 = date_month(day);
    int64_t wages[SYNTH_MEMBERS_MAX] = { 0 };

    *ret = (synth_incomes_t){ .known = 0 };
    for (size_t i = 0; i < h->recs; i++) {
        const synth_rec_t *rec = &h->rec[i];
        bool declared = rec->type == SYNTH_REC_DECLARATION && rec->code != SYNTH_DEPOSIT;

        if ((!declared && rec->type != SYNTH_REC_WAGE && rec->type != SYNTH_REC_PENSION) || !synth_judge_is_known(rec, day))
            continue;
        int64_t monthly = rec->type == SYNTH_REC_PENSION ? rec->b : rec->a;
        int64_t sum = monthly * synth_judge_months(rec, m1 - h->profile->local.income_months, m1);
        int64_t year = monthly * synth_judge_months(rec, m1 - 12, m1);

        ret->known |= 1u << rec->person;
        if (rec->type == SYNTH_REC_WAGE)
            wages[rec->person] += sum;
        else
            ret->own[rec->person] += sum;
        if (declared && rec->code == SYNTH_RECEIVED) {
            ret->received[rec->person] += sum;
            ret->received_year[rec->person] += year;
        } else
            ret->gross_year[rec->person] += year;
    }
    for (int i = 0; i < h->persons; i++)
        ret->own[i] += wages[i] - (wages[i] * h->profile->work_cost_bp + SYNTH_BP / 2) / SYNTH_BP;
}

/* What the household of a supporter has above its line, or above twice that. */
static int64_t
excess(const synth_judge_t *j, const synth_incomes_t *incomes, int home)
{
    const synth_house_t *h = j->h;
    int multiple = h->profile->local.maintenance == SYNTH_HALF_ABOVE_TWICE ? 2 : 1;
    int64_t income = 0;
    int counted = 0;

    for (int i = 0; i < h->persons; i++) {
        if (h->person[i].home != home || ((j->v.dead | j->v.away | j->v.tekun) & 1u << i))
            continue;
        income += incomes->own[i];
        counted++;
    }
    income -= multiple * counted * h->profile->local.income_months * h->line;
    return income > 0 ? income : 0;
}

/* What one supporter owes in the window of income by the formula, before the share that goes by the number of children. */
static int64_t
reckon(const synth_judge_t *j, const synth_incomes_t *incomes, const synth_rec_t *link)
{
    int64_t among = link->a > 0 ? link->a : 1;

    if ((j->v.dead & 1u << link->grade) || (j->v.members & 1u << link->grade))
        return 0;
    switch (j->h->profile->local.maintenance) {
    case SYNTH_HALF_ABOVE_TWICE: return half_up(excess(j, incomes, j->h->person[link->grade].home), 2 * among);
    case SYNTH_THIRTY_PERCENT: return half_up(3 * excess(j, incomes, j->h->person[link->grade].home), 10);
    case SYNTH_BY_CHILDREN: return half_up(excess(j, incomes, j->h->person[link->grade].home), among);
    case SYNTH_AGREED_ONLY:
    case SYNTH_MAINTENANCE_COUNT: break;
    }
    return 0;
}

/* By the month: the whole months of the window in which an agreement with this supporter was in force. */
static int64_t
agreed(const synth_judge_t *j, int person, int supporter)
{
    int32_t m1 = date_month(j->day);
    int64_t sum = 0;

    for (size_t i = 0; i < j->h->recs; i++) {
        const synth_rec_t *rec = &j->h->rec[i];

        if (rec->type != SYNTH_REC_SUPPORT || rec->person != person || rec->grade != supporter || !synth_judge_is_known(rec, j->day))
            continue;
        for (int32_t m = m1 - j->h->profile->local.income_months; m < m1; m++)
            if (rec->from <= date_month_start(m) && date_month_start(m + 1) <= rec->to)
                sum += rec->b;
    }
    return sum;
}

static bool
is_spared(const synth_judge_t *j, const synth_rec_t *link)
{
    return j->h->profile->local.spares &&
           (link->code == SYNTH_SIBLING || date_age(j->h->person[link->grade].born, j->day) >= SPARED_AGE);
}

int64_t
synth_support_due(const synth_judge_t *j, const synth_incomes_t *incomes, int person, bool single)
{
    int64_t fixed = 0;
    int64_t reckoned = 0;
    int children = 0;

    for (size_t i = 0; i < j->h->recs; i++) {
        const synth_rec_t *link = &j->h->rec[i];

        if (link->type != SYNTH_REC_SUPPORT || link->person != person || link->grade < 0 || !synth_judge_in_force(link, j->day))
            continue;
        bool dead = (j->v.dead & 1u << link->grade) != 0;

        children += link->code == SYNTH_SON_OR_DAUGHTER && !dead;
        if (dead || (single && is_spared(j, link)))
            continue;
        if (link->b > 0)
            fixed += agreed(j, person, link->grade);
        else
            reckoned += reckon(j, incomes, link);
    }
    if (j->h->profile->local.maintenance != SYNTH_BY_CHILDREN)
        return fixed + reckoned;
    return fixed + half_up(reckoned * (children >= MANY_CHILDREN ? 40 : 50), 100);
}

int64_t
synth_support_beyond(const synth_judge_t *j, const synth_incomes_t *incomes, int person, bool single)
{
    int64_t due = synth_support_due(j, incomes, person, single);

    return due > incomes->received[person] ? due - incomes->received[person] : 0;
}
