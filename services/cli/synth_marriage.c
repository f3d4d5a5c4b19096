/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/date.h"
#include "synth_income.h"
#include "synth_plots.h"

/* Someone leaves one household and joins another; both register entries come in one file. */

enum { CHILD_LEAVES, DEPENDENT_LEAVES, EARNER_JOINS };

static int
draw(synth_house_t *h, int lo, int hi)
{
    return synth_rng_int(&h->rng, lo, hi);
}

/* Moves `who` from a to b at `slot`; b knows his records, a sends them. */
static void
move(synth_house_t *a, int who, synth_house_t *b, int slot)
{
    unsigned before = synth_house_everyone(b);

    (void) synth_house_register(a, synth_house_everyone(a), SYNTH_INITIAL);
    (void) synth_house_register(b, before, SYNTH_INITIAL);
    int guest = synth_house_know(b, a, 1u << who, 0);
    b->person[guest].relation = SYNTH_SPOUSE;
    (void) synth_house_register(a, synth_house_everyone(a) & ~(1u << who), slot);
    (void) synth_house_register(b, before | (1u << guest), slot);
}

/* A single partner who is not poor, with room for another. */
static void
make_partner(synth_house_t *b, bool male)
{
    (void) synth_house_add(b, SYNTH_HEAD, male, 24, 34);
    synth_income_ordinary(b, 2 * synth_income_safe(b) + 1500, 0, 1);
}

/* The partner's income, or his own, must carry two; the wage of the one who moves is a bonus. */
static void
make_home(synth_house_t *a, int kind)
{
    const synth_profile_t *p = a->profile;

    if (kind == EARNER_JOINS) {
        (void) synth_house_add(a, SYNTH_HEAD, true, 50, 59);
        (void) synth_house_add(a, SYNTH_SPOUSE, false, 50, 59);
        synth_income_ordinary(a, synth_income_share(a, 3000), 2, 1);
        (void) synth_house_add(a, SYNTH_SON_OR_DAUGHTER, synth_rng_percent(&a->rng, 50), 23, 32);
        /* The parents have enough for three as they are. */
        (void) synth_house_declare(a, 1, SYNTH_BUSINESS, synth_income_line(a, 3) * synth_income_safe(a) / SYNTH_BP);
        synth_house_job(a, 2, synth_house_history(a), DATE_OPEN,
                         300000 + 1000 * draw(a, 0, 300));
        return;
    }
    (void) synth_house_add(a, SYNTH_HEAD, synth_rng_percent(&a->rng, 50), 52, 59);
    (void) synth_house_add(a, SYNTH_SON_OR_DAUGHTER, synth_rng_percent(&a->rng, 50), 23, 32);
    if (kind == DEPENDENT_LEAVES) {
        synth_income_steady(a, 0, 2, draw(a, 500, 4000));
        (void) synth_income_enrol_dibao(a);
        synth_income_want(a, SYNTH_BENEFIT_CHANGE, SYNTH_DIBAO, 0);
        return;
    }
    bool dibao = synth_rng_percent(&a->rng, 50);
    int alone = dibao ? draw(a, 1500, 9300) : draw(a, 10700, p->marginal_bp - 1000);
    (void) synth_house_declare(a, 0, SYNTH_TRANSFER, synth_income_line(a, 1) * alone / SYNTH_BP);
    synth_house_job(a, 1, synth_house_history(a), DATE_OPEN,
                     synth_income_wage_for(a, 2, 1000 + synth_income_share(a, 8500)) / p->local.income_months);
    synth_income_want(a, SYNTH_NEWLY_QUALIFIES, dibao ? SYNTH_DIBAO : SYNTH_MARGINAL, 0);
}

bool
synth_marriage_plot(synth_county_t *county, synth_event_t event, synth_near_t near, err_t *err)
{
    synth_house_t *a = synth_county_house(county);
    synth_house_t *b = synth_county_other(county);
    int month = draw(a, 0, a->profile->months - 1);
    int slot = month * SYNTH_FEEDS;
    int kind = event == SYNTH_OTHER_MARRIAGE ? EARNER_JOINS : draw(a, CHILD_LEAVES, EARNER_JOINS);

    (void) near;
    make_home(a, kind);
    int who = a->persons - 1;
    if (event == SYNTH_OTHER_MARRIAGE || kind != EARNER_JOINS)
        make_partner(b, !a->person[who].male);
    else {
        (void) synth_house_add(b, SYNTH_HEAD, !a->person[who].male, 24, 36);
        synth_income_steady(b, 0, 1, draw(b, 500, 6000));
        (void) synth_income_enrol_dibao(b);
        b->want = -1;
    }
    a->decoy = a->want == -2;
    b->decoy = b->want == -2;
    move(a, who, b, slot);
    if (a->want >= 0)
        a->want_day = synth_profile_slot_day(a->profile, slot);
    if (!a->decoy && month + 1 < a->profile->months && synth_rng_int(&a->rng, 1, SYNTH_BP) <= a->profile->acted_bp)
        synth_county_act(a, month + 1);
    if (!b->decoy && month + 1 < a->profile->months && synth_rng_int(&b->rng, 1, SYNTH_BP) <= a->profile->acted_bp)
        synth_county_act(b, month + 1);
    return synth_county_finish(county, a, err) && synth_county_finish(county, b, err);
}
