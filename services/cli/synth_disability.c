/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/date.h"
#include "synth_income.h"
#include "synth_plots.h"

/* Certificates of disability, the two allowances, and the wages that end one of them. */

static int
draw(synth_house_t *h, int lo, int hi)
{
    return synth_rng_int(&h->rng, lo, hi);
}

static void
enrol(synth_house_t *h, synth_category_t category, int who, int grade)
{
    const int64_t *amounts = category == SYNTH_LIVING ? h->profile->amount_living : h->profile->amount_nursing;

    (void) synth_house_enrol(h, category, who, SYNTH_INITIAL, amounts[grade - 1]);
}

/* A new certificate; nobody has applied yet. */
static void
new_certificate(synth_house_t *h, int slot)
{
    int kind = draw(h, 0, 9);

    if (kind < 2) { /* a light one, in a household that draws dibao */
        int n = synth_income_poor_size(h);
        synth_income_poor_family(h, n);
        synth_income_steady(h, 0, n, draw(h, 500, 8500));
        (void) synth_income_enrol_dibao(h);
        (void) synth_house_certify(h, 0, SYNTH_PHYSICAL, draw(h, 3, 4), slot);
        synth_income_want(h, SYNTH_NOT_DRAWN, SYNTH_LIVING, 0);
        return;
    }
    int who = synth_income_family_and_relative(h);
    if (kind < 6) {
        (void) synth_house_certify_any(h, who, SYNTH_DISABILITY_COUNT - 1, 1, 2, slot);
        synth_income_want(h, SYNTH_NOT_DRAWN, SYNTH_NURSING, 0);
    } else if (kind < 8) {
        int kind_of_mind = draw(h, SYNTH_INTELLECTUAL, SYNTH_MENTAL);
        (void) synth_house_certify(h, who, kind_of_mind, draw(h, 3, 4), slot);
        synth_income_want(h, SYNTH_NOT_DRAWN, SYNTH_LIVING, 0);
    } else { /* has work: nursing only */
        synth_house_job(h, who, synth_house_history(h), DATE_OPEN, 260000);
        (void) synth_house_certify(h, who, SYNTH_HEARING, draw(h, 1, 2), slot);
        synth_income_want(h, SYNTH_NOT_DRAWN, SYNTH_NURSING, 0);
    }
}

/* Reviewed: lighter than before, or cancelled. */
static void
review(synth_house_t *h, int slot)
{
    int who = synth_income_family_and_relative(h);
    int grade = draw(h, 1, 2);
    size_t i = synth_house_certify(h, who, draw(h, 0, SYNTH_PHYSICAL), grade, SYNTH_INITIAL);

    enrol(h, SYNTH_LIVING, who, grade);
    enrol(h, SYNTH_NURSING, who, grade);
    size_t k = synth_house_replace(h, i, slot);
    if (synth_rng_percent(&h->rng, 70)) {
        h->rec[k].grade = draw(h, 3, 4);
        h->rec[k].from = h->rec[k].day - draw(h, 1, 5);
        h->rec[k].to = date_add_months(h->rec[k].from, 120);
    } else
        h->rec[k].b = h->rec[k].day - draw(h, 1, 8);
    synth_income_want(h, SYNTH_NO_LONGER, SYNTH_NURSING, h->rec[k].day);
}

/* Found on the very first day: the register never had what the certificate gives. */
static void
unclaimed(synth_house_t *h)
{
    int who = synth_income_family_and_relative(h);
    int grade = draw(h, 1, 2);

    (void) synth_house_certify(h, who, draw(h, 0, SYNTH_DISABILITY_COUNT - 1), grade, SYNTH_INITIAL);
    if (synth_rng_percent(&h->rng, 50))
        enrol(h, SYNTH_LIVING, who, grade);
    synth_income_want(h, SYNTH_NOT_DRAWN, SYNTH_NURSING, h->profile->start);
}

static void
work_and_allowance(synth_house_t *h, synth_event_t event, int month)
{
    const synth_profile_t *p = h->profile;
    int who = synth_income_family_and_relative(h);
    int grade = draw(h, 1, 2);
    int64_t wage = 230000 + 1000 * draw(h, 0, 150);

    (void) synth_house_certify(h, who, draw(h, 0, SYNTH_PHYSICAL), grade, SYNTH_INITIAL);
    enrol(h, SYNTH_NURSING, who, grade);
    if (event == SYNTH_JOB_WITH_ALLOWANCE) {
        enrol(h, SYNTH_LIVING, who, grade);
        synth_house_job(h, who, p->month0 + month - 1, DATE_OPEN, wage);
        synth_income_want(h, SYNTH_NO_LONGER, SYNTH_LIVING, synth_profile_first(p, month));
    } else { /* the last wage leaves the window */
        synth_house_job(h, who, synth_house_history(h), synth_house_history(h) + month, wage);
        synth_income_want(h, SYNTH_NOT_DRAWN, SYNTH_LIVING, synth_profile_first(p, month));
    }
}

bool
synth_disability_plot(synth_county_t *county, synth_event_t event, synth_near_t near, err_t *err)
{
    synth_house_t *h = synth_county_house(county);
    int month = draw(h, 0, h->profile->months - 1);
    int slot = month * SYNTH_FEEDS + 1;

    (void) near;
    if (event == SYNTH_NEW_CERTIFICATE)
        new_certificate(h, slot);
    else if (event == SYNTH_CERTIFICATE_REVIEW)
        review(h, slot);
    else if (event == SYNTH_UNCLAIMED) {
        month = 0;
        unclaimed(h);
    } else if (event == SYNTH_LIGHT_CERTIFICATE) {
        h->decoy = true;
        int who = synth_income_family_and_relative(h);
        (void) synth_house_certify_any(h, who, SYNTH_PHYSICAL, 3, 4, slot);
    } else {
        month = month == 0 ? 1 : month;
        work_and_allowance(h, event, month);
    }
    if (!h->decoy)
        synth_county_act_after(h, month);
    return synth_county_finish(county, h, err);
}
