/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/date.h"
#include "synth_income.h"
#include "synth_plots.h"

/* The register moves where no rule speaks: the bureau admits and releases.  And two decoys of income. */

static int
draw(synth_house_t *h, int lo, int hi)
{
    return synth_rng_int(&h->rng, lo, hi);
}

/* Nothing is known of the income of one who becomes tekun, so nothing is found before. */
static void
move_tekun(synth_house_t *h, bool joins, int slot)
{
    (void) synth_house_add(h, SYNTH_HEAD, synth_rng_percent(&h->rng, 70), 61, 90);
    size_t i = synth_house_enrol(h, SYNTH_TEKUN, 0, joins ? slot : SYNTH_INITIAL, h->profile->amount_tekun);
    if (!joins)
        (void) synth_house_end_enrolment(h, i, slot);
}

static void
move_single(synth_house_t *h, bool joins, int slot)
{
    const synth_profile_t *p = h->profile;
    int grade = draw(h, 1, 2);

    synth_income_ordinary_family(h);
    int who = synth_income_add_relative(h, true);
    synth_income_ordinary(h, synth_income_share(h, 13500), 1u << who, 0);
    (void) synth_house_certify(h, who, draw(h, 0, SYNTH_DISABILITY_COUNT - 1), grade, SYNTH_INITIAL);
    (void) synth_house_enrol(h, SYNTH_LIVING, who, SYNTH_INITIAL, p->amount_living[grade - 1]);
    (void) synth_house_enrol(h, SYNTH_NURSING, who, SYNTH_INITIAL, p->amount_nursing[grade - 1]);
    size_t i = synth_house_enrol(h, SYNTH_DIBAO_SINGLE, who, joins ? slot : SYNTH_INITIAL, p->amount_single);
    if (!joins)
        (void) synth_house_end_enrolment(h, i, slot);
}

static void
move_child(synth_house_t *h, bool joins, int slot)
{
    synth_income_ordinary_family(h);
    int who = synth_house_add(h, SYNTH_GRANDCHILD, synth_rng_percent(&h->rng, 50), 1, 16);
    synth_income_ordinary(h, synth_income_share(h, 13500), 1u << who, 0);
    size_t i = synth_house_list_child(h, who, synth_rng_percent(&h->rng, 30) ? SYNTH_UNATTENDED : SYNTH_ILLNESS,
                                      joins ? slot : SYNTH_INITIAL);
    if (!joins)
        h->rec[i].gone = synth_profile_slot_day(h->profile, slot);
}

bool
synth_moves_plot(synth_county_t *county, synth_event_t event, synth_near_t near, err_t *err)
{
    synth_house_t *h = synth_county_house(county);
    int month = draw(h, 0, h->profile->months - 1);
    int slot = month * SYNTH_FEEDS;

    (void) near;
    h->decoy = true;
    if (event == SYNTH_TEKUN_JOIN || event == SYNTH_TEKUN_LEAVE)
        move_tekun(h, event == SYNTH_TEKUN_JOIN, slot);
    else if (event == SYNTH_SINGLE_JOIN || event == SYNTH_SINGLE_LEAVE)
        move_single(h, event == SYNTH_SINGLE_JOIN, slot);
    else if (event == SYNTH_CHILD_JOIN || event == SYNTH_CHILD_LEAVE)
        move_child(h, event == SYNTH_CHILD_JOIN, slot);
    else if (event == SYNTH_BASIC_PENSION) {
        /* Only the basic part rises, which is not counted. */
        (void) synth_house_add(h, SYNTH_HEAD, synth_rng_percent(&h->rng, 40), 62, 88);
        int64_t personal = synth_income_line(h, 1) * draw(h, 300, 9700) / SYNTH_BP;
        synth_house_pension(h, 0, synth_house_history(h), h->profile->month0 + month, 18700, personal);
        synth_house_pension(h, 0, h->profile->month0 + month, DATE_OPEN, 22800, personal);
        (void) synth_income_enrol_dibao(h);
    } else { /* no income is known: nothing can be said */
        synth_income_poor_family(h, draw(h, 1, 3));
    }
    return synth_county_finish(county, h, err);
}
