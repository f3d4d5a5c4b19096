/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/date.h"
#include "synth_income.h"
#include "synth_plots.h"

/* Records that are sent again with another amount, taken back, or come a month late. */

static int
draw(synth_house_t *h, int lo, int hi)
{
    return synth_rng_int(&h->rng, lo, hi);
}

static int
beside(synth_house_t *h, int line_bp, synth_near_t near, bool below)
{
    bool outside = near == SYNTH_NEAR_OUTSIDE;
    int distance = near == SYNTH_FAR ? draw(h, 700, 2600) : draw(h, 20, 470);

    return line_bp * (SYNTH_BP + (below != outside ? -distance : distance)) / SYNTH_BP;
}

/* All wages of the head before the play's `month` are sent again as `amount` at `slot`. */
static void
correct_wages(synth_house_t *h, int month, int slot, int64_t amount)
{
    size_t n = h->recs;

    for (size_t i = 0; i < n; i++) {
        if (h->rec[i].type != SYNTH_REC_WAGE || h->rec[i].gone != DATE_OPEN ||
            h->rec[i].from >= h->profile->month0 + month)
            continue;
        size_t k = synth_house_replace(h, i, slot);
        h->rec[k].a = amount;
        h->rec[k].lower_x = true; /* some clerks type the check character small */
    }
}

/* The wage of a household that draws nothing was too high. */
static void
correct_down(synth_house_t *h, synth_near_t near, int month, int slot)
{
    bool dibao = near != SYNTH_NEAR_OUTSIDE && synth_rng_percent(&h->rng, 50);
    int line = dibao ? SYNTH_BP : h->profile->marginal_bp;
    int target = beside(h, line, near, true);
    int other = draw(h, 0, target / 3);
    int n = draw(h, 1, 3);
    int employer;

    synth_income_poor_family(h, n);
    employer = synth_house_employer(h);
    int64_t before = synth_income_wage_for(h, n, 500 + synth_income_share(h, 9000)) / h->profile->local.income_months;
    int64_t after = synth_income_wage_for(h, n, target - other) / h->profile->local.income_months;
    if (other > 20)
        synth_income_steady(h, n - 1, n, other);
    else
        after = synth_income_wage_for(h, n, target) / h->profile->local.income_months;
    synth_house_wage(h, 0, employer, synth_house_history(h), h->profile->month0 + month, before);
    synth_house_wage(h, 0, employer, h->profile->month0 + month, DATE_OPEN, after);
    correct_wages(h, month, slot, after);
    if (near == SYNTH_NEAR_OUTSIDE)
        synth_income_decoy(h, synth_profile_slot_day(h->profile, slot), line);
    else
        synth_income_want(h, SYNTH_NEWLY_QUALIFIES, dibao ? SYNTH_DIBAO : SYNTH_MARGINAL,
                          synth_profile_slot_day(h->profile, slot));
}

/* The wage of a household that draws dibao was too low. */
static void
correct_up(synth_house_t *h, synth_near_t near, int month, int slot)
{
    int leave = SYNTH_BP + h->profile->hysteresis_bp;
    int n = synth_income_poor_size(h);
    int start = draw(h, 2500, 8500);
    int target = near == SYNTH_FAR ? start + draw(h, 400, 1200) : beside(h, leave, SYNTH_NEAR_INSIDE, false);
    int employer;

    if (near == SYNTH_NEAR_OUTSIDE)
        target = draw(h, SYNTH_BP + 20, leave - 20);
    synth_income_poor_family(h, n);
    employer = synth_house_employer(h);
    int64_t after = synth_income_wage_for(h, n, target) / h->profile->local.income_months;
    synth_house_wage(h, 0, employer, synth_house_history(h), h->profile->month0 + month,
                     synth_income_wage_for(h, n, start) / h->profile->local.income_months);
    synth_house_wage(h, 0, employer, h->profile->month0 + month, DATE_OPEN, after);
    (void) synth_income_enrol_dibao(h);
    correct_wages(h, month, slot, after);
    if (near == SYNTH_NEAR_OUTSIDE) {
        synth_income_decoy(h, synth_profile_slot_day(h->profile, slot), leave);
        return;
    }
    if (near == SYNTH_NEAR_INSIDE)
        synth_income_want(h, SYNTH_CATEGORY_CHANGE, SYNTH_MARGINAL, synth_profile_slot_day(h->profile, slot));
    else
        h->want = -1;
}

/* A second employer's wage was booked to the wrong person and is taken back. */
static void
take_back(synth_house_t *h, int slot)
{
    int target = draw(h, 10500, h->profile->marginal_bp - 900);

    synth_income_poor_family(h, 2);
    synth_income_steady(h, 1, 2, target);
    synth_house_job(h, 0, synth_house_history(h), h->profile->month0,
                     synth_income_wage_for(h, 2, draw(h, 800, 1500)));
    for (size_t i = 0; i < h->recs; i++) {
        if (h->rec[i].type != SYNTH_REC_WAGE)
            continue;
        size_t k = synth_house_replace(h, i, slot);
        h->rec[k].retracted = true;
        break;
    }
    synth_income_want(h, SYNTH_NEWLY_QUALIFIES, SYNTH_MARGINAL, synth_profile_slot_day(h->profile, slot));
}

bool
synth_late_correction(synth_county_t *county, synth_event_t event, synth_near_t near, err_t *err)
{
    synth_house_t *h = synth_county_house(county);
    int month = draw(h, 0, h->profile->months - 1);
    int slot = month * SYNTH_FEEDS + draw(h, 0, SYNTH_FEEDS - 1);
    int kind = draw(h, 0, 9);

    (void) event;
    if (near == SYNTH_FAR && kind < 2)
        take_back(h, draw(h, 0, 2 * SYNTH_FEEDS - 1));
    else if (kind < 6)
        correct_down(h, near, month, slot);
    else
        correct_up(h, near, month, slot);
    return synth_county_finish(county, h, err);
}

/* The wages of `count` months from `month` arrive together, later. */
static void
delay(synth_house_t *h, int month, int count, int slot)
{
    for (size_t i = 0; i < h->recs; i++) {
        synth_rec_t *rec = &h->rec[i];

        if (rec->type == SYNTH_REC_WAGE && rec->from >= h->profile->month0 + month &&
            rec->from < h->profile->month0 + month + count) {
            rec->slot = slot;
            rec->day = synth_profile_slot_day(h->profile, slot);
        }
    }
}

bool
synth_late_wage(synth_county_t *county, synth_event_t event, synth_near_t near, err_t *err)
{
    synth_house_t *h = synth_county_house(county);
    const synth_profile_t *p = h->profile;
    int count = near == SYNTH_FAR ? 2 : 1;
    int month = draw(h, 0, p->months - 1 - count);
    int slot = (month + count) * SYNTH_FEEDS + draw(h, 0, SYNTH_FEEDS - 1);
    bool poor = near == SYNTH_FAR && synth_rng_percent(&h->rng, 35);
    int n = poor ? synth_income_poor_size(h) : draw(h, 1, 4);
    int step = draw(h, 900, 1150);
    int target = p->marginal_bp - draw(h, 20, 600); /* with the months missing */

    (void) event;
    if (near == SYNTH_NEAR_OUTSIDE) {
        target = p->marginal_bp * (SYNTH_BP + draw(h, 20, 470)) / SYNTH_BP;
    } else if (near == SYNTH_FAR) {
        target = poor ? draw(h, 1500, 7000) : p->marginal_bp * (100 - draw(h, 7, 13)) / 100;
        step = poor ? draw(h, 200, target / 10) : (p->marginal_bp - target) / 2 + draw(h, 40, 140);
    }
    int rest = target - (p->local.income_months - count) * step;
    synth_income_poor_family(h, n);
    synth_house_job(h, 0, synth_house_history(h), DATE_OPEN, synth_income_wage_for(h, n, step));
    synth_income_steady(h, n - 1, n, rest > 0 ? rest : 0);
    if (poor)
        (void) synth_income_enrol_dibao(h);
    delay(h, month, count, slot);
    int32_t day = synth_profile_first(p, month + count);
    if (near == SYNTH_NEAR_OUTSIDE)
        synth_income_decoy(h, day, p->marginal_bp);
    else if (poor)
        h->want = -1;
    else
        synth_income_want(h, SYNTH_NEWLY_QUALIFIES, SYNTH_MARGINAL, near == SYNTH_FAR ? 0 : day);
    return synth_county_finish(county, h, err);
}
