/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/date.h"
#include "synth_income.h"
#include "synth_plots.h"

/* Deaths: known to the police, to the funeral home, or to both on different days. */

static int
draw(synth_house_t *h, int lo, int hi)
{
    return synth_rng_int(&h->rng, lo, hi);
}

/* Nobody is paid for the months after he died. */
static void
stop_income(synth_house_t *h, int person, int32_t died)
{
    size_t n = 0;

    for (size_t i = 0; i < h->recs; i++) {
        const synth_rec_t *rec = &h->rec[i];

        if ((rec->type != SYNTH_REC_WAGE && rec->type != SYNTH_REC_PENSION) || rec->person != person || rec->slot < 0 ||
            rec->from <= date_month(died))
            h->rec[n++] = *rec;
    }
    h->recs = n;
}

/* Returns the slot in which the death is first known. */
static int
die(synth_house_t *h, int person, int month)
{
    int police = month * SYNTH_FEEDS + 1;
    int funeral = month * SYNTH_FEEDS + (synth_rng_percent(&h->rng, 50) ? 0 : 2);
    int known_by = draw(h, 0, 9); /* both 0-5, police only 6-7, funeral home only 8-9 */
    int first = known_by >= 8 ? funeral : known_by >= 6 || police < funeral ? police : funeral;
    int32_t died = synth_profile_slot_day(h->profile, first) - draw(h, 2, 9);

    if (known_by < 8) {
        size_t i = synth_house_rec(h, SYNTH_REC_DEATH, person, police);
        h->rec[i].from = died;
    }
    if (known_by < 6 || known_by >= 8) {
        size_t i = synth_house_rec(h, SYNTH_REC_CREMATION, person, funeral);
        h->rec[i].from = died;
    }
    stop_income(h, person, died);
    return first;
}

/* The one who earned dies; who is left lives on `target` of their line. */
bool
synth_deaths_breadwinner(synth_county_t *county, synth_event_t event, synth_near_t near, err_t *err)
{
    synth_house_t *h = synth_county_house(county);
    const synth_profile_t *p = h->profile;
    bool dibao = near != SYNTH_NEAR_OUTSIDE && synth_rng_percent(&h->rng, 50);
    int line = dibao ? SYNTH_BP : p->marginal_bp;
    int distance = near == SYNTH_FAR ? draw(h, 700, 2600) : draw(h, 20, 470);
    int target = line * (SYNTH_BP + (near == SYNTH_NEAR_OUTSIDE ? distance : -distance)) / SYNTH_BP;
    int month = draw(h, 0, p->months - 1);
    int left = draw(h, 1, 2);

    (void) event;
    (void) synth_house_add(h, SYNTH_HEAD, true, 40, 58);
    (void) synth_house_add(h, SYNTH_SPOUSE, false, 40, 59);
    if (left == 2)
        (void) synth_house_add(h, SYNTH_SON_OR_DAUGHTER, synth_rng_percent(&h->rng, 50), 3, 17);
    synth_house_job(h, 0, synth_house_history(h), DATE_OPEN,
                     synth_income_wage_for(h, left + 1, 1500 + synth_income_share(h, 12000)) / p->local.income_months);
    size_t i = synth_house_declare(h, 1, synth_rng_percent(&h->rng, 60) ? SYNTH_BUSINESS : SYNTH_TRANSFER,
                                   synth_income_line(h, left) * target / SYNTH_BP);
    (void) i;
    (void) synth_house_register(h, synth_house_everyone(h), SYNTH_INITIAL);
    int32_t day = synth_profile_slot_day(p, die(h, 0, month));
    if (near == SYNTH_NEAR_OUTSIDE)
        synth_income_decoy(h, day, line);
    else
        synth_income_want(h, SYNTH_NEWLY_QUALIFIES, dibao ? SYNTH_DIBAO : SYNTH_MARGINAL, day);
    if (dibao && near != SYNTH_NEAR_OUTSIDE)
        synth_county_act_after(h, month);
    return synth_county_finish(county, h, err);
}

static void
make_household(synth_house_t *h, synth_event_t event, int n)
{
    synth_income_poor_family(h, n);
    for (int i = 0; i < n; i++) {
        int share = event == SYNTH_DEATH_MARGINAL ? draw(h, 11000, h->profile->marginal_bp - 600) : draw(h, 300, 6500);

        if (n == 1 || synth_house_age(h, i) >= 20)
            synth_income_steady(h, i, n, n == 1 ? share : share / n);
    }
    (void) synth_house_register(h, synth_house_everyone(h), SYNTH_INITIAL);
    if (event == SYNTH_DEATH_MARGINAL)
        (void) synth_house_enrol(h, SYNTH_MARGINAL, -1, SYNTH_INITIAL, 0);
    else
        (void) synth_income_enrol_dibao(h);
}

/* A disabled member who draws both allowances in a family that is not poor. */
static int
add_disabled(synth_house_t *h, bool young)
{
    int who = synth_income_add_relative(h, young);
    int grade = draw(h, 1, 2);

    (void) synth_house_certify(h, who, draw(h, 0, SYNTH_DISABILITY_COUNT - 1), grade, SYNTH_INITIAL);
    (void) synth_house_enrol(h, SYNTH_LIVING, who, SYNTH_INITIAL, h->profile->amount_living[grade - 1]);
    (void) synth_house_enrol(h, SYNTH_NURSING, who, SYNTH_INITIAL, h->profile->amount_nursing[grade - 1]);
    return who;
}

/* Makes the household and returns who is to die. */
static int
make_drawing(synth_house_t *h, synth_event_t event)
{
    const synth_profile_t *p = h->profile;
    int who = 0;

    if (event == SYNTH_DEATH_ALONE || event == SYNTH_DEATH_MARGINAL) {
        make_household(h, event, 1);
        synth_income_want(h, SYNTH_NO_LONGER, event == SYNTH_DEATH_ALONE ? SYNTH_DIBAO : SYNTH_MARGINAL, 0);
    } else if (event == SYNTH_DEATH_FAMILY) {
        make_household(h, event, draw(h, 2, 3));
        who = h->persons - 1;
        synth_income_want(h, SYNTH_MEMBER_CHANGE, SYNTH_DIBAO, 0);
    } else if (event == SYNTH_DEATH_TEKUN) {
        (void) synth_house_add(h, SYNTH_HEAD, synth_rng_percent(&h->rng, 70), 62, 92);
        synth_house_pension(h, 0, synth_house_history(h), DATE_OPEN, 18700, 0);
        (void) synth_house_enrol(h, SYNTH_TEKUN, 0, SYNTH_INITIAL, p->amount_tekun);
        synth_income_want(h, SYNTH_NO_LONGER, SYNTH_TEKUN, 0);
    } else if (event == SYNTH_DEATH_CHILD) {
        synth_income_ordinary_family(h);
        who = synth_house_add(h, SYNTH_SON_OR_DAUGHTER, synth_rng_percent(&h->rng, 50), 2, 14);
        synth_income_ordinary(h, synth_income_share(h, 13500), 1u << who, 0);
        (void) synth_house_list_child(h, who, SYNTH_ILLNESS, SYNTH_INITIAL);
        if (p->watch.on)
            synth_children_fall_ill(h, who);
        synth_income_want(h, SYNTH_NO_LONGER, SYNTH_CHILD, 0);
    } else {
        synth_income_ordinary_family(h);
        who = add_disabled(h, event == SYNTH_DEATH_DIBAO_SINGLE); /* a jobless adult: below 60 */
        synth_income_ordinary(h, synth_income_share(h, 13500), 1u << who, 0);
        synth_income_want(h, SYNTH_NO_LONGER, SYNTH_LIVING, 0);
        if (event == SYNTH_DEATH_DIBAO_SINGLE) {
            (void) synth_house_enrol(h, SYNTH_DIBAO_SINGLE, who, SYNTH_INITIAL, p->amount_single);
            synth_income_want(h, SYNTH_NO_LONGER, SYNTH_DIBAO_SINGLE, 0);
        }
    }
    return who;
}

bool
synth_deaths_drawing(synth_county_t *county, synth_event_t event, synth_near_t near, err_t *err)
{
    synth_house_t *h = synth_county_house(county);
    int month = draw(h, 0, h->profile->months - 1);

    (void) near;
    int who = make_drawing(h, event);
    bool registered = h->rec[0].type == SYNTH_REC_HOUSEHOLD;
    for (size_t i = 0; i < h->recs; i++)
        registered = registered || h->rec[i].type == SYNTH_REC_HOUSEHOLD;
    if (!registered)
        (void) synth_house_register(h, synth_house_everyone(h), SYNTH_INITIAL);
    h->want_day = synth_profile_slot_day(h->profile, die(h, who, month));
    synth_county_act_after(h, month);
    return synth_county_finish(county, h, err);
}

/* Deaths where nobody draws anything and the others still have enough. */
bool
synth_deaths_other(synth_county_t *county, synth_event_t event, synth_near_t near, err_t *err)
{
    synth_house_t *h = synth_county_house(county);
    int month = draw(h, 0, h->profile->months - 1);

    (void) event;
    (void) near;
    h->decoy = true;
    if (synth_rng_percent(&h->rng, 25)) {
        (void) synth_house_add(h, SYNTH_HEAD, synth_rng_percent(&h->rng, 50), 66, 92);
        synth_income_ordinary(h, synth_income_share(h, 9000), 0, 0);
        (void) die(h, 0, month);
        return synth_county_finish(county, h, err);
    }
    synth_income_ordinary_family(h);
    /* The old parent has nothing of his own, so what the others have is enough without him. */
    synth_income_ordinary(h, synth_income_safe(h) * 3 / 2, 0, 0);
    int who = synth_house_add(h, SYNTH_PARENT, synth_rng_percent(&h->rng, 50), 70, 93);
    (void) synth_house_register(h, synth_house_everyone(h), SYNTH_INITIAL);
    int first = die(h, who, month);
    if (month + 1 < h->profile->months && first >= 0 && synth_rng_percent(&h->rng, 50))
        (void) synth_house_register(h, synth_house_everyone(h) & ~(1u << who), (month + 1) * SYNTH_FEEDS);
    return synth_county_finish(county, h, err);
}
