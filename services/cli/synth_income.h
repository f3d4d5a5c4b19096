/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_SYNTH_INCOME_H
#define CLI_SYNTH_INCOME_H

/* Incomes as shares of a household's line, in basis points: 10000 is months of the window x standard x people. */

#include "synth_county.h"

/* Who is not poor lives above this share: well above the marginal line. */
int synth_income_safe(const synth_house_t *h);
/* A drawn share from that up to `spread_bp` more. */
int synth_income_share(synth_house_t *h, int spread_bp);

/* The line of n people per month, in fen. */
int64_t synth_income_line(const synth_house_t *h, int n);
/* The wage of one month that gives this share of the window's line, after the work cost. */
int64_t synth_income_wage_for(const synth_house_t *h, int n, int share_bp);
/* An income that stays as it is, worth this share for n people, drawn by `person`: a pension for the old, declared
 * for others.  At least a token, so that the household's income is known. */
void synth_income_steady(synth_house_t *h, int person, int n, int share_bp);
/* Wages, pensions and declared income of everyone, together above `share_bp` of the line.  Nobody in `jobless` has
 * wages; everyone in `working` has. */
void synth_income_ordinary(synth_house_t *h, int share_bp, unsigned jobless, unsigned working);
/* A drawn number of people for a household that draws dibao, in the profile's proportion. */
int synth_income_poor_size(synth_house_t *h);
/* Adds n people, grown up the first, others of any age. */
void synth_income_poor_family(synth_house_t *h, int n);
/* A family of 2 to 5 that is not poor (people only). */
void synth_income_ordinary_family(synth_house_t *h);

/* Adds one more grown-up of an age that fits the head's; young enough to work when `young`. */
int synth_income_add_relative(synth_house_t *h, bool young);
/* A family that is not poor, registered, with one more grown-up, who has no wages and is returned. */
int synth_income_family_and_relative(synth_house_t *h);

/* Enrols in dibao from before the play, with the amount that the formula gives. */
size_t synth_income_enrol_dibao(synth_house_t *h);
void synth_income_decoy(synth_house_t *h, int32_t day, int share_bp);
void synth_income_want(synth_house_t *h, synth_kind_t kind, synth_category_t category, int32_t day);

#endif
