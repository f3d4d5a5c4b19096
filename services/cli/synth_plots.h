/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_SYNTH_PLOTS_H
#define CLI_SYNTH_PLOTS_H

/* What is planted, one function per kind of event.  Each makes one household (a marriage two) and hands
 * it to the county, which refuses it when it does not lead to what it says. */

#include "synth_county.h"

typedef enum {
    SYNTH_FAR,         /* more than 5 % beyond the line */
    SYNTH_NEAR_INSIDE, /* just beyond the line: found */
    SYNTH_NEAR_OUTSIDE /* just not: nothing is found */
} synth_near_t;

typedef bool (*synth_plot_fn)(synth_county_t *county, synth_event_t event, synth_near_t near, err_t *err);

bool synth_plots_run(synth_county_t *county, err_t *err) NODISCARD;

/* synth_money.c */
bool synth_money_wage_lost(synth_county_t *county, synth_event_t event, synth_near_t near, err_t *err) NODISCARD;
bool synth_money_wage_found(synth_county_t *county, synth_event_t event, synth_near_t near, err_t *err) NODISCARD;
bool synth_money_pension(synth_county_t *county, synth_event_t event, synth_near_t near, err_t *err) NODISCARD;
bool synth_money_marginal(synth_county_t *county, synth_event_t event, synth_near_t near, err_t *err) NODISCARD;
/* synth_late.c */
bool synth_late_correction(synth_county_t *county, synth_event_t event, synth_near_t near, err_t *err) NODISCARD;
bool synth_late_wage(synth_county_t *county, synth_event_t event, synth_near_t near, err_t *err) NODISCARD;
/* synth_assets.c */
bool synth_assets_bills(synth_county_t *county, synth_event_t event, synth_near_t near, err_t *err) NODISCARD;
bool synth_assets_deposit(synth_county_t *county, synth_event_t event, synth_near_t near, err_t *err) NODISCARD;
bool synth_assets_car(synth_county_t *county, synth_event_t event, synth_near_t near, err_t *err) NODISCARD;
/* synth_deaths.c */
bool synth_deaths_breadwinner(synth_county_t *county, synth_event_t event, synth_near_t near, err_t *err) NODISCARD;
bool synth_deaths_drawing(synth_county_t *county, synth_event_t event, synth_near_t near, err_t *err) NODISCARD;
bool synth_deaths_other(synth_county_t *county, synth_event_t event, synth_near_t near, err_t *err) NODISCARD;
/* synth_marriage.c */
bool synth_marriage_plot(synth_county_t *county, synth_event_t event, synth_near_t near, err_t *err) NODISCARD;
/* synth_aid.c */
bool synth_aid_plot(synth_county_t *county, synth_event_t event, synth_near_t near, err_t *err) NODISCARD;
/* synth_spend_plot.c */
bool synth_spend_plot(synth_county_t *county, synth_event_t event, synth_near_t near, err_t *err) NODISCARD;
/* synth_children.c */
bool synth_children_plot(synth_county_t *county, synth_event_t event, synth_near_t near, err_t *err) NODISCARD;
/* synth_disability.c */
bool synth_disability_plot(synth_county_t *county, synth_event_t event, synth_near_t near, err_t *err) NODISCARD;
/* synth_moves.c */
bool synth_moves_plot(synth_county_t *county, synth_event_t event, synth_near_t near, err_t *err) NODISCARD;
/* synth_trouble.c */
bool synth_trouble_plot(synth_county_t *county, synth_event_t event, synth_near_t near, err_t *err) NODISCARD;
bool synth_trouble_claim(synth_county_t *county, synth_event_t event, synth_near_t near, err_t *err) NODISCARD;
/* synth_home.c */
bool synth_home_plot(synth_county_t *county, synth_event_t event, synth_near_t near, err_t *err) NODISCARD;
/* synth_support_plot.c */
bool synth_support_plot(synth_county_t *county, synth_event_t event, synth_near_t near, err_t *err) NODISCARD;
/* synth_blows.c */
bool synth_blows_plot(synth_county_t *county, synth_event_t event, synth_near_t near, err_t *err) NODISCARD;

#endif
