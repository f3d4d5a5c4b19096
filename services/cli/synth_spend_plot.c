/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/date.h"
#include "synth_income.h"
#include "synth_plots.h"

/* Bills that eat up an income which is not small, and households that belong on the rural department's list or no longer do. */

static int
draw(synth_house_t *h, int lo, int hi)
{
    return synth_rng_int(&h->rng, lo, hi);
}

/* One or two, with an income that is above the marginal line and below last year's disposable income. */
static int64_t
make_household(synth_house_t *h)
{
    int64_t per_head = synth_profile_disposable(h->profile->start, h->rural) / 12;
    int64_t lo = h->line * (h->profile->marginal_bp + 300) / SYNTH_BP;
    int64_t hi = per_head < h->line * 21000 / SYNTH_BP ? per_head : h->line * 21000 / SYNTH_BP;
    int n = draw(h, 1, 2);

    (void) synth_house_add(h, SYNTH_HEAD, synth_rng_percent(&h->rng, 50), 42, 56);
    if (n == 2)
        (void) synth_house_add(h, SYNTH_SPOUSE, !h->person[0].male, 40, 55);
    int64_t monthly = n * synth_rng_range(&h->rng, lo, hi > lo ? hi - 1 : lo);
    (void) synth_house_declare(h, 0, SYNTH_BUSINESS, monthly);
    (void) synth_house_register(h, synth_house_everyone(h), SYNTH_INITIAL);
    return 12 * monthly;
}

/* What was paid in one month, by a share of the year's income. */
static void
pay_bill(synth_house_t *h, int month, int64_t income, int share_bp)
{
    int slot = month < 0 ? SYNTH_INITIAL : month * SYNTH_FEEDS + 1;
    int32_t on = month < 0 ? synth_profile_first(h->profile, month) + draw(h, 0, 27) : synth_profile_slot_day(h->profile, slot) - draw(h, 1, 4);

    (void) synth_house_bill(h, draw(h, 0, h->persons - 1), on, slot, income * share_bp / SYNTH_BP);
}

static void
give_aid(synth_house_t *h, int month)
{
    if (month + 1 >= h->profile->months)
        return;
    size_t i = synth_house_enrol(h, SYNTH_EXPENDITURE, -1, month * SYNTH_FEEDS, 240000);
    h->rec[i].to = synth_profile_first(h->profile, month + 1);
}

/* More than dibao allows; within the limits of rigid expenditure, or beyond these as well, which is returned. */
static bool
own_something(synth_house_t *h)
{
    const synth_profile_t *p = h->profile;
    bool beyond = synth_rng_percent(&h->rng, 25);
    int own = p->local.rigid_deposit_months;
    int kind = draw(h, 0, 1);

    if (kind == 0) {
        int months = beyond ? draw(h, own + 1, own + 20) : draw(h, p->deposit_months + 1, own);
        (void) synth_house_declare(h, 0, SYNTH_DEPOSIT, synth_income_line(h, h->persons) * months);
    } else {
        size_t i = synth_house_vehicle(h, 0, draw(h, SYNTH_CAR, SYNTH_FARM), SYNTH_INITIAL);
        h->rec[i].a = beyond ? SYNTH_VEHICLE_LIMIT + 100 * draw(h, 0, 90000) : SYNTH_VEHICLE_LIMIT - draw(h, 1, SYNTH_VEHICLE_LIMIT);
    }
    return beyond;
}

/* Earned alone; the bill is no more than the share of what is earned, but leaves less than the standard once the work cost is
 * off. */
static void
come_to_residual(synth_house_t *h, int month)
{
    const synth_profile_t *p = h->profile;
    int net = p->marginal_bp + draw(h, 50, 150);
    int64_t wage = synth_income_wage_for(h, 1, net) / p->local.income_months + 1;
    int64_t most = 12 * wage * p->spending.rigid_bp / SYNTH_BP;
    int64_t least = 12 * h->line * (net + 20 - SYNTH_BP) / SYNTH_BP;

    (void) synth_house_add(h, SYNTH_HEAD, synth_rng_percent(&h->rng, 50), 35, 56);
    synth_house_job(h, 0, synth_house_history(h), DATE_OPEN, wage);
    (void) synth_house_register(h, 1, SYNTH_INITIAL);
    int slot = month * SYNTH_FEEDS + 1;
    (void) synth_house_bill(h, 0, synth_profile_slot_day(p, slot) - draw(h, 1, 4), slot, synth_rng_range(&h->rng, least, most));
    synth_income_want(h, SYNTH_NEWLY_QUALIFIES, SYNTH_RIGID, synth_profile_first(p, month + 1));
    synth_county_act_after(h, month + 1);
}

static void
come_to_rigid(synth_house_t *h, synth_event_t event, int month)
{
    const synth_profile_t *p = h->profile;
    int64_t income = make_household(h);

    pay_bill(h, month, income, p->spending.rigid_bp + draw(h, 60, 2500));
    if (event != SYNTH_RIGID_PROPERTY || !own_something(h))
        synth_income_want(h, SYNTH_NEWLY_QUALIFIES, SYNTH_RIGID, synth_profile_first(p, month + 1));
    if (synth_rng_percent(&h->rng, 60)) /* with temporary aid for one month, some months later */
        give_aid(h, month + draw(h, 1, 4));
    int next = month + draw(h, 2, 3);
    if (next < p->months && synth_rng_int(&h->rng, 1, SYNTH_BP) <= p->acted_bp)
        synth_county_act(h, next);
}

/* Valid for a year; before that the bills may be too old. */
static void
leave_rigid(synth_house_t *h, int month)
{
    const synth_profile_t *p = h->profile;
    int64_t income = make_household(h);
    int32_t from = synth_profile_first(p, -draw(h, 1, p->local.rigid_months * 3 / 4));

    pay_bill(h, month - 12, income, p->spending.rigid_bp + draw(h, 60, 2500));
    size_t i = synth_house_enrol(h, SYNTH_RIGID, -1, SYNTH_INITIAL, synth_spend_amount(h, p->start));
    h->rec[i].from = from;
    synth_income_want(h, SYNTH_NO_LONGER, SYNTH_RIGID, 0);
}

/* Only villages are watched. */
static void
move_to_village(synth_house_t *h)
{
    const synth_profile_t *p = h->profile;

    for (int t = 0; !h->rural && t < p->townships; t++) {
        if (p->township[t].rural == 0)
            continue;
        h->township = t;
        h->village = 201;
        h->place = t * 7 + p->township[t].urban;
        h->rural = true;
        h->line = p->line[1];
    }
}

static void
come_to_list(synth_house_t *h)
{
    int64_t most = h->profile->spending.monitoring_line * SYNTH_BP / (12 * h->line);
    int n = synth_income_poor_size(h);

    synth_income_poor_family(h, n);
    synth_income_steady(h, 0, n, draw(h, 300, (int) (most < 9000 ? most : 9000) - 100));
    (void) synth_income_enrol_dibao(h);
    synth_income_want(h, SYNTH_NEWLY_QUALIFIES, SYNTH_POVERTY, h->profile->start);
}

/* Has had enough for long; the list keeps it for half a year at least. */
static void
leave_list(synth_house_t *h)
{
    (void) make_household(h);
    size_t i = synth_house_rec(h, SYNTH_REC_POVERTY, -1, SYNTH_INITIAL);
    h->rec[i].code = draw(h, SYNTH_UNSTABLE, SYNTH_SUDDEN);
    h->rec[i].from = h->profile->start - draw(h, 10, 400);
    synth_income_want(h, SYNTH_NO_LONGER, SYNTH_POVERTY, 0);
}

bool
synth_spend_plot(synth_county_t *county, synth_event_t event, synth_near_t near, err_t *err)
{
    synth_house_t *h = synth_county_house(county);
    int month = draw(h, 0, h->profile->months - 2);

    (void) near;
    h->unlisted = event != SYNTH_RIGID_OVER;
    if (event == SYNTH_POVERTY_FOUND || event == SYNTH_POVERTY_OVER)
        move_to_village(h);
    if (event == SYNTH_RIGID_FOUND || event == SYNTH_RIGID_PROPERTY)
        come_to_rigid(h, event, month);
    else if (event == SYNTH_RIGID_RESIDUAL)
        come_to_residual(h, month);
    else if (event == SYNTH_RIGID_OVER)
        leave_rigid(h, draw(h, 1, 9));
    else if (event == SYNTH_POVERTY_FOUND)
        come_to_list(h);
    else
        leave_list(h);
    if (event == SYNTH_POVERTY_FOUND || event == SYNTH_POVERTY_OVER) {
        int next = draw(h, 1, h->profile->months - 1);

        if (synth_rng_int(&h->rng, 1, SYNTH_BP) <= h->profile->acted_bp)
            synth_county_act(h, next);
    }
    return synth_county_finish(county, h, err);
}
