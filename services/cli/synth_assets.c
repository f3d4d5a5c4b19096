/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/date.h"
#include "synth_income.h"
#include "synth_plots.h"

/* Hospital bills, savings and cars. */

static int
draw(synth_house_t *h, int lo, int hi)
{
    return synth_rng_int(&h->rng, lo, hi);
}

static int64_t
total_of_bills(synth_house_t *h, synth_near_t near)
{
    int64_t limit = h->profile->hardship;

    switch (near) {
    case SYNTH_FAR: return limit + limit * draw(h, 800, 30000) / SYNTH_BP;
    case SYNTH_NEAR_INSIDE: return limit + limit * draw(h, 0, 470) / SYNTH_BP; /* exactly the limit is enough */
    case SYNTH_NEAR_OUTSIDE: break;
    }
    return limit - 1 - limit * draw(h, 0, 470) / SYNTH_BP;
}

bool
synth_assets_bills(synth_county_t *county, synth_event_t event, synth_near_t near, err_t *err)
{
    synth_house_t *h = synth_county_house(county);
    const synth_profile_t *p = h->profile;
    int month = draw(h, 0, p->months - 1);
    int slot = month * SYNTH_FEEDS + 1;
    int earlier = draw(h, 0, 3);
    int64_t left = total_of_bills(h, near);
    int64_t total = left;

    (void) event;
    synth_income_ordinary_family(h);
    synth_income_ordinary(h, synth_income_share(h, 13500), 0, 0);
    int patient = draw(h, 0, h->persons - 1);
    for (int i = 0; i < earlier; i++) {
        /* Within the eleven months before, each below what the last must bring. */
        int back = draw(h, 1, 10);
        int when = month - back;
        int64_t part = (total < 2 * p->hardship ? total : 2 * p->hardship) * draw(h, 5, 15) / 100;
        int32_t settled = synth_profile_first(p, when) + draw(h, 0, p->feed_day[1] - 2);

        (void) synth_house_bill(h, patient, settled, when < 0 ? SYNTH_INITIAL : when * SYNTH_FEEDS + 1, part);
        left -= part;
    }
    int32_t last = synth_profile_slot_day(p, slot) - draw(h, 1, 9);
    (void) synth_house_bill(h, patient, last, slot, left);
    /* One that no window holds: from the month that the first window leaves out. */
    if (synth_rng_percent(&h->rng, 40)) {
        int32_t old = synth_profile_first(p, -12) + draw(h, 0, 27);

        (void) synth_house_bill(h, patient, old, SYNTH_INITIAL, 100000 + 100 * draw(h, 0, 9000));
    }
    if (near == SYNTH_NEAR_OUTSIDE) {
        h->decoy = h->has_margin = true;
        h->margin_day = synth_profile_slot_day(p, slot);
        h->margin_bp = (int) ((total - p->hardship) * SYNTH_BP / p->hardship);
    } else
        synth_income_want(h, SYNTH_HARDSHIP_WARNING, SYNTH_HARDSHIP, synth_profile_slot_day(p, slot));
    return synth_county_finish(county, h, err);
}

bool
synth_assets_deposit(synth_county_t *county, synth_event_t event, synth_near_t near, err_t *err)
{
    synth_house_t *h = synth_county_house(county);
    const synth_profile_t *p = h->profile;
    int month = draw(h, 0, p->months - 1);
    int n = synth_income_poor_size(h);

    (void) event;
    synth_income_poor_family(h, n);
    synth_income_steady(h, 0, n, draw(h, 300, 8500));
    (void) synth_income_enrol_dibao(h);
    int64_t limit = p->deposit_months * synth_income_line(h, n);
    int64_t over = near == SYNTH_FAR ? limit * draw(h, 800, 15000) / SYNTH_BP : limit * draw(h, 10, 470) / SYNTH_BP;
    if (near == SYNTH_NEAR_OUTSIDE)
        over = synth_rng_percent(&h->rng, 10) ? 0 : -over; /* the limit itself is allowed */
    size_t i = synth_house_rec(h, SYNTH_REC_DECLARATION, 0, month * SYNTH_FEEDS);
    h->rec[i].code = SYNTH_DEPOSIT;
    h->rec[i].a = limit + over;
    h->rec[i].from = p->month0 + month;
    int32_t day = h->rec[i].day;
    if (near == SYNTH_NEAR_OUTSIDE) {
        h->decoy = h->has_margin = true;
        h->margin_day = day;
        h->margin_bp = (int) (over * SYNTH_BP / limit);
    } else {
        synth_income_want(h, SYNTH_NO_LONGER, SYNTH_DIBAO, day);
        h->near_bp = (int) (over * SYNTH_BP / limit);
        if (month + 1 < p->months && synth_rng_int(&h->rng, 1, SYNTH_BP) <= p->acted_bp)
            synth_county_act(h, month + 1);
    }
    return synth_county_finish(county, h, err);
}

/* Without its car the household is poor enough. */
static void
sell_car(synth_house_t *h, int month)
{
    int slot = month * SYNTH_FEEDS + 1;
    bool dibao = synth_rng_percent(&h->rng, 50);
    int n = dibao ? synth_income_poor_size(h) : draw(h, 1, 4);

    synth_income_poor_family(h, n);
    synth_income_steady(h, 0, n, dibao ? draw(h, 1000, 9300) : draw(h, 10700, h->profile->marginal_bp - 1000));
    int class = synth_rng_percent(&h->rng, 80) ? SYNTH_CAR : SYNTH_MOTORCYCLE;
    size_t car = synth_house_vehicle(h, 0, class, SYNTH_INITIAL);
    size_t i = synth_house_replace(h, car, slot);
    h->rec[i].to = h->rec[i].day - draw(h, 1, 5);
    synth_income_want(h, SYNTH_NEWLY_QUALIFIES, dibao ? SYNTH_DIBAO : SYNTH_MARGINAL, h->rec[i].day);
    (void) synth_house_register(h, synth_house_everyone(h), SYNTH_INITIAL);
    if (dibao && month + 1 < h->profile->months && synth_rng_int(&h->rng, 1, SYNTH_BP) <= h->profile->acted_bp)
        synth_county_act(h, month + 1);
}

static void
buy_car(synth_house_t *h, synth_event_t event, int month)
{
    int slot = month * SYNTH_FEEDS + 1;

    if (event == SYNTH_OTHER_CAR) {
        synth_income_ordinary_family(h);
        synth_income_ordinary(h, synth_income_share(h, 13500), 0, 0);
        (void) synth_house_vehicle(h, 0, SYNTH_CAR, slot);
        return;
    }
    int n = synth_income_poor_size(h);
    synth_income_poor_family(h, n);
    synth_income_steady(h, 0, n, draw(h, 300, 9000));
    (void) synth_income_enrol_dibao(h);
    (void) synth_house_vehicle(h, 0, event == SYNTH_SCOOTER ? SYNTH_DISABILITY_SCOOTER : SYNTH_CAR, slot);
    if (event == SYNTH_SCOOTER)
        return;
    synth_income_want(h, SYNTH_NO_LONGER, SYNTH_DIBAO, synth_profile_slot_day(h->profile, slot));
    if (month + 1 < h->profile->months && synth_rng_int(&h->rng, 1, SYNTH_BP) <= h->profile->acted_bp)
        synth_county_act(h, month + 1);
}

bool
synth_assets_car(synth_county_t *county, synth_event_t event, synth_near_t near, err_t *err)
{
    synth_house_t *h = synth_county_house(county);
    int month = draw(h, 0, h->profile->months - 1);

    (void) near;
    h->decoy = event == SYNTH_SCOOTER || event == SYNTH_OTHER_CAR;
    if (event == SYNTH_CAR_SOLD)
        sell_car(h, month);
    else
        buy_car(h, event, month);
    return synth_county_finish(county, h, err);
}
