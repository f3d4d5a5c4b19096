/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/date.h"
#include "synth_income.h"
#include "synth_plots.h"

/* A wage of `step_bp` is lost or found: each month that passes moves the income by that share of the line. */

static int
draw(synth_house_t *h, int lo, int hi)
{
    return synth_rng_int(&h->rng, lo, hi);
}

/* Where the income shall stand on the deciding day, for one that must fall below `line_bp`. */
static int
target_below(synth_house_t *h, int line_bp, synth_near_t near)
{
    switch (near) {
    case SYNTH_FAR: return line_bp * (100 - draw(h, 7, 28)) / 100;
    case SYNTH_NEAR_INSIDE: return line_bp * (10000 - draw(h, 20, 470)) / 10000;
    case SYNTH_NEAR_OUTSIDE: break;
    }
    return line_bp * (10000 + draw(h, 20, 470)) / 10000;
}

/* Sometimes the bureau acts, a month or two after the first finding. */
static void
act_later(synth_county_t *county, synth_house_t *h)
{
    int32_t found = synth_county_first_finding(county, h);

    if (found == 0 || synth_rng_int(&h->rng, 1, SYNTH_BP) > h->profile->acted_bp)
        return;
    int month = date_month(found) - h->profile->month0 + draw(h, 1, 2);
    if (month < h->profile->months)
        synth_county_act(h, month);
}

typedef struct {
    int line_bp; /* the line to fall below */
    int target_bp;
    int month; /* of the play, on whose first the income is at the target */
    int lost;  /* first month without the wage, may lie before the play */
    int step_bp;
    int other_bp;
} fall_t;

/* Looks for a wage and a month of loss that lead to the target exactly on the first of `month`. */
static bool
find_fall(synth_house_t *h, synth_near_t near, fall_t *f)
{
    for (int attempt = 0; attempt < 200; attempt++) {
        f->month = near == SYNTH_NEAR_OUTSIDE ? h->profile->months - 1 : draw(h, 1, h->profile->months - 1);
        f->lost = draw(h, -7, f->month - 1);
        int left = h->profile->local.income_months - (f->month - f->lost); /* months of the wage still in the window then */
        int least = near == SYNTH_NEAR_OUTSIDE ? 300 : f->line_bp - f->target_bp + 60;
        int highest = f->line_bp * 30 / 100; /* nobody earns more than that share in a month */
        int most = left <= 0 ? 2500 : f->target_bp / left;

        if (left < 0 || least > most || least > highest)
            continue;
        f->step_bp = draw(h, least < 500 && most >= 500 ? 500 : least, most > highest ? highest : most);
        f->other_bp = f->target_bp - left * f->step_bp;
        return true;
    }
    return false;
}

static bool
lose_wage(synth_house_t *h, synth_near_t near, fall_t *f)
{
    int n = h->persons;
    int32_t history = synth_house_history(h);

    if (!find_fall(h, near, f))
        return false;
    synth_house_job(h, 0, history, h->profile->month0 + f->lost,
                     synth_income_wage_for(h, n, f->step_bp));
    if (f->other_bp > 20)
        synth_income_steady(h, n - 1, n, f->other_bp);
    return true;
}

bool
synth_money_wage_lost(synth_county_t *county, synth_event_t event, synth_near_t near, err_t *err)
{
    synth_house_t *h = synth_county_house(county);
    bool acts = synth_rng_int(&h->rng, 1, SYNTH_BP) <= h->profile->acted_bp;
    bool dibao = near != SYNTH_NEAR_OUTSIDE && synth_rng_percent(&h->rng, 55);
    fall_t f = { .line_bp = dibao ? SYNTH_BP : h->profile->marginal_bp };

    (void) event;
    synth_income_poor_family(h, acts ? synth_income_poor_size(h) : draw(h, 1, 4));
    (void) synth_house_register(h, synth_house_everyone(h), SYNTH_INITIAL);
    f.target_bp = target_below(h, f.line_bp, near);
    if (!lose_wage(h, near, &f))
        return err_set(err, ERR_BUG, "synth.plot", "no wage fits a loss to %d basis points", f.target_bp);
    int32_t day = synth_profile_first(h->profile, f.month);
    if (near == SYNTH_NEAR_OUTSIDE)
        synth_income_decoy(h, day, f.line_bp);
    else
        synth_income_want(h, SYNTH_NEWLY_QUALIFIES, dibao ? SYNTH_DIBAO : SYNTH_MARGINAL, day);
    int month = f.month + draw(h, 1, 2);
    if (acts && dibao && month < h->profile->months)
        synth_county_act(h, month);
    return synth_county_finish(county, h, err);
}

/* A dibao household of income `share_bp`. */
static void
poor_household(synth_house_t *h, int share_bp)
{
    int n = synth_income_poor_size(h);

    synth_income_poor_family(h, n);
    synth_income_steady(h, n - 1, n, share_bp);
    (void) synth_income_enrol_dibao(h);
}

/* Someone there has a light disability, so that the living allowance hangs on dibao. */
static void
add_light_disability(synth_house_t *h)
{
    (void) synth_house_certify(h, 0, SYNTH_PHYSICAL, 3, SYNTH_INITIAL);
    (void) synth_house_enrol(h, SYNTH_LIVING, 0, SYNTH_INITIAL, h->profile->amount_living[2]);
}

typedef struct {
    int start_bp;
    int step_bp;
    int from;  /* first month of the rise */
    int until; /* first month after it */
    int month; /* on whose first the line is passed, 0: none */
} rise_t;

/* Above the line that one leaves at, for the first time on the first of `month`. */
static void
find_rise(synth_house_t *h, rise_t *r)
{
    int leave = SYNTH_BP + h->profile->hysteresis_bp;
    int target = leave * (10000 + draw(h, 20, 430)) / 10000;

    r->month = draw(h, 1, h->profile->months - 1);
    r->from = draw(h, r->month > 3 ? r->month - 3 : 0, r->month - 1);
    r->until = h->profile->months;
    int steps = r->month - r->from;
    int least = target - leave + 20;
    int most = (target - 300) / steps;
    if (least < target - 9900)
        least = steps == 1 ? target - 9900 : least;
    r->step_bp = draw(h, least, most > least + 1200 ? least + 1200 : most);
    r->start_bp = target - steps * r->step_bp;
    while (r->start_bp > 9900) { /* must draw something at first */
        r->step_bp += 20;
        r->start_bp -= 20 * steps;
    }
}

/* From below the line into the band in one step, and no further. */
static void
find_band(synth_house_t *h, int most_step, rise_t *r)
{
    int target = draw(h, SYNTH_BP + 15, SYNTH_BP + h->profile->hysteresis_bp - 15);

    r->step_bp = draw(h, target - 9970 > 60 ? target - 9970 : 60, most_step);
    r->start_bp = target - r->step_bp;
    if (r->start_bp > 9970) {
        r->start_bp = 9970;
        r->step_bp = target - 9970;
    }
    r->from = draw(h, 0, h->profile->months - 2);
    r->until = r->from + 1;
    r->month = r->until;
}

bool
synth_money_wage_found(synth_county_t *county, synth_event_t event, synth_near_t near, err_t *err)
{
    synth_house_t *h = synth_county_house(county);
    int leave = SYNTH_BP + h->profile->hysteresis_bp;
    rise_t r = { .start_bp = draw(h, 300, 8500), .until = h->profile->months };

    (void) event;
    r.step_bp = draw(h, 600, 3600);
    if (near == SYNTH_FAR) {
        r.from = draw(h, 0, h->profile->months - 3);
        if (synth_rng_percent(&h->rng, 30))
            r.until = r.from + 1; /* work for a month */
        if (r.start_bp + r.step_bp > SYNTH_BP - 50 && r.start_bp + r.step_bp < leave + 50)
            r.step_bp = leave + 100 - r.start_bp; /* past the band, where nothing would be found */
    } else if (near == SYNTH_NEAR_INSIDE)
        find_rise(h, &r);
    else
        find_band(h, 5000, &r);
    poor_household(h, r.start_bp);
    synth_house_job(h, 0, h->profile->month0 + r.from, h->profile->month0 + r.until,
                     synth_income_wage_for(h, h->persons, r.step_bp));
    h->want = -1;
    if (near == SYNTH_NEAR_INSIDE)
        synth_income_want(h, SYNTH_CATEGORY_CHANGE, SYNTH_MARGINAL, synth_profile_first(h->profile, r.month));
    if (near == SYNTH_NEAR_OUTSIDE)
        synth_income_decoy(h, synth_profile_first(h->profile, r.month), leave);
    else {
        if (near == SYNTH_FAR && synth_rng_percent(&h->rng, 15))
            add_light_disability(h);
        act_later(county, h);
    }
    return synth_county_finish(county, h, err);
}

bool
synth_money_pension(synth_county_t *county, synth_event_t event, synth_near_t near, err_t *err)
{
    synth_house_t *h = synth_county_house(county);
    const synth_profile_t *p = h->profile;
    rise_t r = { .start_bp = draw(h, 300, 7000) };
    int64_t basic = 18700 + 100 * draw(h, 0, 60);

    (void) event;
    r.step_bp = draw(h, 100, 450);
    r.from = draw(h, 0, p->months - 2);
    if (near == SYNTH_NEAR_INSIDE)
        find_rise(h, &r);
    else if (near == SYNTH_NEAR_OUTSIDE) {
        find_band(h, 280, &r);
        r.from = p->months - 2; /* the rise stays: only one month of it may count before the end */
        r.month = p->months - 1;
    }
    (void) synth_house_add(h, SYNTH_HEAD, synth_rng_percent(&h->rng, 40), 62, 88);
    int64_t before = synth_income_line(h, 1) * r.start_bp / SYNTH_BP;
    int64_t rise = synth_income_line(h, 1) * p->local.income_months * r.step_bp / SYNTH_BP;
    synth_house_pension(h, 0, synth_house_history(h), p->month0 + r.from, basic, before);
    synth_house_pension(h, 0, p->month0 + r.from, DATE_OPEN, basic + 500, before + rise);
    (void) synth_income_enrol_dibao(h);
    if (near == SYNTH_FAR)
        synth_income_want(h, SYNTH_BENEFIT_CHANGE, SYNTH_DIBAO, synth_profile_first(p, r.from + 1));
    else if (near == SYNTH_NEAR_INSIDE)
        synth_income_want(h, SYNTH_CATEGORY_CHANGE, SYNTH_MARGINAL, synth_profile_first(p, r.month));
    else
        synth_income_decoy(h, synth_profile_first(p, r.month), SYNTH_BP + p->hysteresis_bp);
    if (near != SYNTH_NEAR_OUTSIDE)
        act_later(county, h);
    return synth_county_finish(county, h, err);
}

/* A marginal household falls below dibao's line, or rises above its own. */
static void
move_marginal(synth_house_t *h, synth_event_t event)
{
    const synth_profile_t *p = h->profile;
    int month = draw(h, 1, p->months - 2);

    if (event == SYNTH_MARGINAL_LEAVE) {
        int start = draw(h, 10800, p->marginal_bp - 1200);
        int step = p->marginal_bp - start + draw(h, 300, 900);

        synth_income_steady(h, 0, 1, start);
        synth_house_job(h, 0, p->month0 + month - 1, DATE_OPEN,
                         synth_income_wage_for(h, 1, step));
        synth_income_want(h, SYNTH_NO_LONGER, SYNTH_MARGINAL, synth_profile_first(p, month));
    } else {
        int step = draw(h, 700, 850);
        /* Below after one more month than `month` needs, so that it begins well above. */
        synth_house_job(h, 0, synth_house_history(h), p->month0 + month - 1,
                         synth_income_wage_for(h, 1, step));
        synth_income_steady(h, 0, 1, SYNTH_BP - (p->local.income_months - 1) * step - 200);
        synth_income_want(h, SYNTH_CATEGORY_CHANGE, SYNTH_DIBAO, synth_profile_first(p, month));
    }
    (void) synth_house_register(h, 1, SYNTH_INITIAL);
    (void) synth_house_enrol(h, SYNTH_MARGINAL, -1, SYNTH_INITIAL, 0);
    synth_county_act(h, month + 1);
}

bool
synth_money_marginal(synth_county_t *county, synth_event_t event, synth_near_t near, err_t *err)
{
    synth_house_t *h = synth_county_house(county);
    fall_t f = { .line_bp = h->profile->marginal_bp };

    h->acts_on_marginal = true;
    synth_income_poor_family(h, 1);
    if (event != SYNTH_MARGINAL_JOIN) {
        move_marginal(h, event);
        return synth_county_finish(county, h, err);
    }
    (void) synth_house_register(h, 1, SYNTH_INITIAL);
    /* It stays marginal: the bureau acts in the last month, so that the wage cannot fall much further. */
    f.target_bp = target_below(h, f.line_bp, near == SYNTH_NEAR_OUTSIDE ? SYNTH_NEAR_INSIDE : near);
    if (!lose_wage(h, SYNTH_NEAR_INSIDE, &f))
        return err_set(err, ERR_BUG, "synth.plot", "no wage fits a loss to %d basis points", f.target_bp);
    synth_income_want(h, SYNTH_NEWLY_QUALIFIES, SYNTH_MARGINAL, synth_profile_first(h->profile, f.month));
    if (f.month + 1 < h->profile->months)
        synth_county_act(h, f.month + 1);
    return synth_county_finish(county, h, err);
}
