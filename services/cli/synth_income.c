/* SPDX-License-Identifier: Apache-2.0 */
#include "synth_income.h"

#include "domain/date.h"

int
synth_income_safe(const synth_house_t *h)
{
    return h->profile->marginal_bp + 1500;
}

int
synth_income_share(synth_house_t *h, int spread_bp)
{
    return synth_income_safe(h) + synth_rng_int(&h->rng, 0, spread_bp);
}

int64_t
synth_income_line(const synth_house_t *h, int n)
{
    return h->line * n;
}

int64_t
synth_income_wage_for(const synth_house_t *h, int n, int share_bp)
{
    /* A wage of one month counts in full as long as the window has it: the window's line, before the work cost. */
    return synth_income_line(h, n) * h->profile->local.income_months * share_bp / (SYNTH_BP - h->profile->work_cost_bp);
}

void
synth_income_steady(synth_house_t *h, int person, int n, int share_bp)
{
    int64_t amount = synth_income_line(h, n) * share_bp / SYNTH_BP;
    int64_t basic = 18700 + 100 * synth_rng_int(&h->rng, 0, 60);

    if (synth_house_age(h, person) < 20)
        person = 0;
    if (synth_house_age(h, person) >= 60 || amount < 100) {
        if (synth_house_age(h, person) >= 60) {
            synth_house_pension(h, person, synth_house_history(h), DATE_OPEN, basic, amount);
            return;
        }
        amount = amount < 100 ? 100 : amount;
    }
    int draw = synth_rng_int(&h->rng, 0, 9);
    (void) synth_house_declare(h, person, draw < 5 ? SYNTH_BUSINESS : draw < 7 ? SYNTH_PROPERTY : SYNTH_TRANSFER, amount);
}

/* Declared year by year: this year's declaration comes with the first feed day. */
static void
declare_yearly(synth_house_t *h, int person, int64_t amount)
{
    int32_t year0 = h->profile->month0 - h->profile->month0 % 12;
    size_t i = synth_house_declare(h, person, SYNTH_BUSINESS, amount);

    if (h->profile->month0 != year0)
        return; /* only a play that begins in January sees the change of years */
    h->rec[i].from = year0 - 12;
    h->rec[i].to = year0;
    for (int month = 0; month < h->profile->months; month += 12) {
        i = synth_house_rec(h, SYNTH_REC_DECLARATION, person, month * SYNTH_FEEDS);
        h->rec[i].code = SYNTH_BUSINESS;
        h->rec[i].a = amount + 100 * synth_rng_int(&h->rng, 0, 200);
        h->rec[i].from = year0 + month;
        h->rec[i].to = year0 + month + 12;
    }
}

void
synth_income_ordinary(synth_house_t *h, int share_bp, unsigned jobless, unsigned working)
{
    int64_t net = 0; /* per month */
    int64_t need = synth_income_line(h, h->persons) * share_bp / SYNTH_BP;
    int32_t history = synth_house_history(h);
    int declarer = -1;

    for (int i = 0; i < h->persons; i++) {
        int age = synth_house_age(h, i);
        bool works = age >= 20 && age < 60 && synth_rng_percent(&h->rng, 42);

        if (declarer < 0 && age >= 20 && !(jobless & (1u << i)))
            declarer = i;
        if ((works && !(jobless & (1u << i))) || (working & (1u << i))) {
            int64_t wage = 249000 + 1000 * synth_rng_range(&h->rng, 0, 500);

            synth_house_job(h, i, history, DATE_OPEN, wage);
            net += wage * (SYNTH_BP - h->profile->work_cost_bp) / SYNTH_BP - 1;
        } else if (age >= 60 && synth_rng_percent(&h->rng, 36)) {
            int64_t personal = 1000 * synth_rng_range(&h->rng, 0, 220);

            synth_house_pension(h, i, history, DATE_OPEN, 18700 + 100 * synth_rng_int(&h->rng, 0, 60), personal);
            net += personal;
        }
    }
    if (net >= need && net > 0)
        return;
    int64_t rest = (need - net) / 100 * 100 + 100;
    declarer = declarer < 0 ? 0 : declarer;
    if (synth_rng_percent(&h->rng, 20))
        declare_yearly(h, declarer, rest);
    else
        (void) synth_house_declare(h, declarer, synth_rng_percent(&h->rng, 85) ? SYNTH_BUSINESS : SYNTH_PROPERTY, rest);
}

int
synth_income_poor_size(synth_house_t *h)
{
    const synth_profile_t *p = h->profile;
    int64_t households = p->dibao_households - p->dibao_single;
    int64_t people = p->dibao_people - p->dibao_single;
    int n = 1;

    /* A little below the proportion: what is missing is made up by the households that nothing happens to. */
    while (households > 0 && n < 4 && synth_rng_range(&h->rng, 0, households * 2) < people - households)
        n++;
    return n;
}

void
synth_income_poor_family(synth_house_t *h, int n)
{
    bool male = synth_rng_percent(&h->rng, 50);

    (void) synth_house_add(h, SYNTH_HEAD, male, 45, 58);
    for (int i = 1; i < n; i++) {
        switch (synth_rng_int(&h->rng, 0, 2)) {
        case 0: (void) synth_house_add(h, SYNTH_SON_OR_DAUGHTER, synth_rng_percent(&h->rng, 50), 8, 22); break;
        case 1: (void) synth_house_add(h, SYNTH_PARENT, synth_rng_percent(&h->rng, 50), 70, 88); break;
        default: (void) synth_house_add(h, i == 1 ? SYNTH_SPOUSE : SYNTH_SON_OR_DAUGHTER, !male, i == 1 ? 42 : 9,
                                        i == 1 ? 57 : 20);
        }
    }
}

void
synth_income_ordinary_family(synth_house_t *h)
{
    int kind = synth_rng_int(&h->rng, 0, 9);

    (void) synth_house_add(h, SYNTH_HEAD, true, kind < 3 ? 61 : 32, kind < 3 ? 82 : 56);
    (void) synth_house_add(h, SYNTH_SPOUSE, false, kind < 3 ? 60 : 31, kind < 3 ? 80 : 55);
    if (kind >= 3)
        (void) synth_house_add(h, SYNTH_SON_OR_DAUGHTER, synth_rng_percent(&h->rng, 50), 1, kind < 6 ? 17 : 28);
    if (kind >= 8)
        (void) synth_house_add(h, SYNTH_PARENT, synth_rng_percent(&h->rng, 40), 72, 90);
    if (kind == 9)
        (void) synth_house_add(h, SYNTH_SON_OR_DAUGHTER, synth_rng_percent(&h->rng, 50), 1, 15);
}

int
synth_income_add_relative(synth_house_t *h, bool young)
{
    int head = synth_house_age(h, 0);
    bool male = synth_rng_percent(&h->rng, 52);

    if (young)
        return head >= 42 ? synth_house_add(h, SYNTH_SON_OR_DAUGHTER, male, 20, head < 72 ? head - 20 : 52)
                          : synth_house_add(h, SYNTH_SIBLING, male, 20, head + 8);
    if (head < 60 && synth_rng_percent(&h->rng, 60))
        return synth_house_add(h, SYNTH_PARENT, male, head + 21, head + 34);
    return synth_house_add(h, SYNTH_SIBLING, male, head > 45 ? head - 9 : 36, head + 8);
}

int
synth_income_family_and_relative(synth_house_t *h)
{
    synth_income_ordinary_family(h);
    int who = synth_income_add_relative(h, true);
    synth_income_ordinary(h, synth_income_share(h, 13500), 1u << who, 0);
    (void) synth_house_register(h, synth_house_everyone(h), SYNTH_INITIAL);
    return who;
}

size_t
synth_income_enrol_dibao(synth_house_t *h)
{
    (void) synth_house_register(h, synth_house_everyone(h), SYNTH_INITIAL);
    return synth_house_enrol(h, SYNTH_DIBAO, -1, SYNTH_INITIAL, synth_judge_amount(h, h->profile->start));
}

void
synth_income_decoy(synth_house_t *h, int32_t day, int share_bp)
{
    bool registered = false;

    for (size_t i = 0; i < h->recs; i++)
        registered = registered || h->rec[i].type == SYNTH_REC_HOUSEHOLD;
    if (!registered)
        (void) synth_house_register(h, synth_house_everyone(h), SYNTH_INITIAL);
    h->decoy = true;
    h->has_margin = true;
    h->margin_day = day;
    h->margin_bp = synth_judge_margin(h, day, share_bp);
}

void
synth_income_want(synth_house_t *h, synth_kind_t kind, synth_category_t category, int32_t day)
{
    h->want = (int) kind;
    h->want_category = category;
    h->want_day = day;
}
