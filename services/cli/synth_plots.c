/* SPDX-License-Identifier: Apache-2.0 */
#include "synth_plots.h"

static const synth_plot_fn plots[SYNTH_EVENT_COUNT] = {
    [SYNTH_WAGE_LOST] = synth_money_wage_lost,
    [SYNTH_WAGE_FOUND] = synth_money_wage_found,
    [SYNTH_PENSION_CHANGE] = synth_money_pension,
    [SYNTH_CORRECTION] = synth_late_correction,
    [SYNTH_LATE_WAGE] = synth_late_wage,
    [SYNTH_HOSPITAL_BILLS] = synth_assets_bills,
    [SYNTH_DEPOSIT_FOUND] = synth_assets_deposit,
    [SYNTH_BREADWINNER_DEATH] = synth_deaths_breadwinner,
    [SYNTH_CAR_SOLD] = synth_assets_car,
    [SYNTH_CAR_BOUGHT] = synth_assets_car,
    [SYNTH_DEATH_ALONE] = synth_deaths_drawing,
    [SYNTH_DEATH_FAMILY] = synth_deaths_drawing,
    [SYNTH_DEATH_MARGINAL] = synth_deaths_drawing,
    [SYNTH_DEATH_TEKUN] = synth_deaths_drawing,
    [SYNTH_DEATH_DIBAO_SINGLE] = synth_deaths_drawing,
    [SYNTH_DEATH_ALLOWANCE] = synth_deaths_drawing,
    [SYNTH_DEATH_CHILD] = synth_deaths_drawing,
    [SYNTH_MARRIAGE] = synth_marriage_plot,
    [SYNTH_NEW_CERTIFICATE] = synth_disability_plot,
    [SYNTH_CERTIFICATE_REVIEW] = synth_disability_plot,
    [SYNTH_UNCLAIMED] = synth_disability_plot,
    [SYNTH_JOB_WITH_ALLOWANCE] = synth_disability_plot,
    [SYNTH_LAST_WAGE_PAST] = synth_disability_plot,
    [SYNTH_MARGINAL_JOIN] = synth_money_marginal,
    [SYNTH_MARGINAL_LEAVE] = synth_money_marginal,
    [SYNTH_MARGINAL_FALL] = synth_money_marginal,
    [SYNTH_TEKUN_JOIN] = synth_moves_plot,
    [SYNTH_TEKUN_LEAVE] = synth_moves_plot,
    [SYNTH_SINGLE_JOIN] = synth_moves_plot,
    [SYNTH_SINGLE_LEAVE] = synth_moves_plot,
    [SYNTH_CHILD_JOIN] = synth_moves_plot,
    [SYNTH_CHILD_LEAVE] = synth_moves_plot,
    [SYNTH_TEKUN_FOUND] = synth_aid_plot,
    [SYNTH_TEKUN_CHANGE] = synth_aid_plot,
    [SYNTH_TEKUN_OVER] = synth_aid_plot,
    [SYNTH_SINGLE_FOUND] = synth_aid_plot,
    [SYNTH_SINGLE_CHANGE] = synth_aid_plot,
    [SYNTH_SINGLE_OVER] = synth_aid_plot,
    [SYNTH_OTHER_DEATH] = synth_deaths_other,
    [SYNTH_OTHER_MARRIAGE] = synth_marriage_plot,
    [SYNTH_OTHER_CAR] = synth_assets_car,
    [SYNTH_SCOOTER] = synth_assets_car,
    [SYNTH_LIGHT_CERTIFICATE] = synth_disability_plot,
    [SYNTH_BASIC_PENSION] = synth_moves_plot,
    [SYNTH_INCOME_UNKNOWN] = synth_moves_plot,
    [SYNTH_PAYMENT_MISSING] = synth_trouble_plot,
    [SYNTH_PAYMENT_LATE] = synth_trouble_plot,
    [SYNTH_WAGE_AFTER_DEATH] = synth_trouble_plot,
    [SYNTH_DEATH_DATES] = synth_trouble_plot,
    [SYNTH_PAID_AFTER_DEATH] = synth_trouble_plot,
    [SYNTH_CLAIMED_TWICE] = synth_trouble_claim,
    [SYNTH_ENROLLED_TWICE] = synth_trouble_plot,
    [SYNTH_BOTH_AIDS] = synth_trouble_plot,
    [SYNTH_TEKUN_IN_DIBAO] = synth_trouble_plot,
    [SYNTH_CHILD_AND_TEKUN] = synth_trouble_plot,
    [SYNTH_REVIEW_FORGOTTEN] = synth_trouble_plot,
    [SYNTH_CERTIFICATE_ENDS] = synth_trouble_plot,
    [SYNTH_AGE_REACHED] = synth_trouble_plot,
    [SYNTH_EMERGENCY] = synth_blows_plot,
    [SYNTH_HARD_BLOWS] = synth_blows_plot,
    [SYNTH_ONE_BLOW] = synth_blows_plot,
    [SYNTH_WATCHED_BLOW] = synth_blows_plot,
    [SYNTH_CHILD_FOUND] = synth_children_plot,
    [SYNTH_CHILD_OVER] = synth_children_plot,
    [SYNTH_HOUSEHOLD_MOVES] = synth_home_plot,
    [SYNTH_HOUSEHOLD_PARTS] = synth_home_plot,
    [SYNTH_HOUSEHOLD_JOINS] = synth_home_plot,
    [SYNTH_RIGID_FOUND] = synth_spend_plot,
    [SYNTH_RIGID_OVER] = synth_spend_plot,
    [SYNTH_POVERTY_FOUND] = synth_spend_plot,
    [SYNTH_POVERTY_OVER] = synth_spend_plot,
    [SYNTH_SUPPORT_FOUND] = synth_support_plot,
    [SYNTH_SUPPORT_LOST] = synth_support_plot,
    [SYNTH_RIGID_RESIDUAL] = synth_spend_plot,
    [SYNTH_RIGID_PROPERTY] = synth_spend_plot,
};

static int64_t
share_of(int64_t n, int share_bp)
{
    return (n * share_bp + SYNTH_BP - 1) / SYNTH_BP;
}

bool
synth_plots_run(synth_county_t *county, err_t *err)
{
    const synth_profile_t *p = county->profile;

    for (int event = 0; event < SYNTH_EVENT_COUNT; event++) {
        int64_t near = event < SYNTH_MONEY_COUNT ? share_of(p->events[event], p->near_bp) : 0;
        int64_t outside = share_of(near, p->outside_bp);

        county->planting = synth_event_name((synth_event_t) event);
        for (int64_t i = 0; i < p->events[event]; i++) {
            synth_near_t where = i < outside ? SYNTH_NEAR_OUTSIDE : i < near ? SYNTH_NEAR_INSIDE : SYNTH_FAR;

            if (!plots[event](county, (synth_event_t) event, where, err))
                return err_add(err, county->planting);
        }
    }
    county->planting = NULL;
    return true;
}
