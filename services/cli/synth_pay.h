/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_SYNTH_PAY_H
#define CLI_SYNTH_PAY_H

/* What the bureau pays, and when it reviews: both follow from the enrolments. */

#include "synth_house.h"

/* Fills h->pay.  The two allowances are paid by the quarter; in a county whose payments are watched everything is paid
 * month by month, and the twelve months before the play are on file. */
void synth_pay_plan(synth_house_t *h);
/* In a county with `watch`: reviews of dibao, marginal households and single entry, each in time. */
void synth_pay_review(synth_house_t *h);

#endif
