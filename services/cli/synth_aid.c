/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/date.h"
#include "synth_income.h"
#include "synth_plots.h"

/* People who are entitled by themselves: tekun, and dibao as a single person.  Who comes to it, to whom more or less is due,
 * and whom something keeps from it from now on. */

enum { ABLE = 0, PARTLY = 2, WHOLLY = 5 }; /* acts of daily life that cannot be done alone */

static int
draw(synth_house_t *h, int lo, int hi)
{
    return synth_rng_int(&h->rng, lo, hi);
}

static int32_t
day_of(const synth_house_t *h, int slot)
{
    return synth_profile_slot_day(h->profile, slot);
}

/* ---- records ---- */

static void
declare_nobody(synth_house_t *h, int person, int slot)
{
    size_t i = synth_house_rec(h, SYNTH_REC_SUPPORT, person, slot);

    h->rec[i].grade = -1;
    h->rec[i].from = h->rec[i].day - draw(h, 1, 4);
}

static void
assess_care(synth_house_t *h, int person, int items)
{
    size_t i = synth_house_rec(h, SYNTH_REC_CARE, person, SYNTH_INITIAL);

    h->rec[i].a = items;
    h->rec[i].from = h->rec[i].day - draw(h, 100, 600);
}

static void
reassess_care(synth_house_t *h, int slot, int items)
{
    for (size_t i = 0; i < h->recs; i++) {
        if (h->rec[i].type != SYNTH_REC_CARE || h->rec[i].gone != DATE_OPEN)
            continue;
        size_t k = synth_house_replace(h, i, slot);
        h->rec[k].a = items;
        h->rec[k].from = h->rec[k].day - draw(h, 1, 4);
        return;
    }
}

static void
declare_from(synth_house_t *h, int person, int item, int slot, int64_t amount)
{
    size_t i = synth_house_rec(h, SYNTH_REC_DECLARATION, person, slot);

    h->rec[i].code = item;
    h->rec[i].a = amount;
    h->rec[i].from = h->profile->month0 + slot / SYNTH_FEEDS;
}

/* ---- households ---- */

/* Lives alone on nearly nothing. */
static void
make_alone(synth_house_t *h, int lo, int hi)
{
    (void) synth_house_add(h, SYNTH_HEAD, synth_rng_percent(&h->rng, 60), lo, hi);
    synth_income_steady(h, 0, 1, draw(h, 200, 4000));
}

static void
make_couple(synth_house_t *h)
{
    (void) synth_house_add(h, SYNTH_HEAD, true, 63, 84);
    (void) synth_house_add(h, SYNTH_SPOUSE, false, 62, 84);
    /* One has more than the line of one person, both together less than that of two. */
    synth_income_steady(h, 0, 1, draw(h, 10300, 14000));
    synth_income_steady(h, 1, 1, draw(h, 0, 4000));
}

/* Enrolled in tekun, with all on record that it hangs on. */
static void
make_tekun(synth_house_t *h)
{
    (void) synth_house_add(h, SYNTH_HEAD, synth_rng_percent(&h->rng, 70), 62, 88);
    synth_house_pension(h, 0, synth_house_history(h), DATE_OPEN, 18700, 0);
    (void) synth_house_register(h, 1, SYNTH_INITIAL);
    declare_nobody(h, 0, SYNTH_INITIAL);
    assess_care(h, 0, draw(h, 0, 2) > 0 ? ABLE : PARTLY);
    (void) synth_house_enrol(h, SYNTH_TEKUN, 0, SYNTH_INITIAL, synth_aid_amount(h, h->profile->start, SYNTH_TEKUN, 0));
}

/* A marginal household with a grown-up child who earns nothing. */
static int
make_marginal(synth_house_t *h)
{
    (void) synth_house_add(h, SYNTH_HEAD, synth_rng_percent(&h->rng, 50), 48, 57);
    int who = synth_house_add(h, SYNTH_SON_OR_DAUGHTER, synth_rng_percent(&h->rng, 50), 20, 27);
    (void) synth_house_declare(h, 0, SYNTH_BUSINESS, synth_income_line(h, 2) * draw(h, 10800, h->profile->marginal_bp - 700) / SYNTH_BP);
    (void) synth_house_register(h, synth_house_everyone(h), SYNTH_INITIAL);
    (void) synth_house_enrol(h, SYNTH_MARGINAL, -1, SYNTH_INITIAL, 0);
    return who;
}

/* A jobless grown-up of severe disability in a family that is not poor. */
static int
make_jobless(synth_house_t *h)
{
    int who = synth_income_family_and_relative(h);

    (void) synth_house_disable(h, who);
    return who;
}

static void
employ(synth_house_t *h, int who, int slot, int32_t from, int32_t to)
{
    size_t i = synth_house_rec(h, SYNTH_REC_JOB, who, slot);

    h->rec[i].code = synth_house_employer(h);
    h->rec[i].from = from;
    h->rec[i].to = to;
}

/* A job that ended long ago. */
static void
employ_once(synth_house_t *h, int who, int slot)
{
    int32_t to = h->profile->start - draw(h, 500, 900);

    employ(h, who, slot, to - draw(h, 60, 400), to);
}

/* ---- supporters who live elsewhere ---- */

/* The head of household b must support a's head: a knows what is known of them.  Called when all of b is planted. */
static void
know_supporter(synth_house_t *a, const synth_house_t *b, int slot)
{
    int guest = synth_house_know(a, b, synth_house_everyone(b), 1);
    size_t i = synth_house_rec(a, SYNTH_REC_SUPPORT, 0, slot);

    a->rec[i].code = SYNTH_SON_OR_DAUGHTER;
    a->rec[i].grade = guest;
    a->rec[i].from = a->rec[i].day - draw(a, 1, 20);
}

/* A married child who is able to support; the other of the two earns for both. */
static void
make_supporter(synth_house_t *b)
{
    (void) synth_house_add(b, SYNTH_HEAD, synth_rng_percent(&b->rng, 60), 36, 50);
    (void) synth_house_add(b, SYNTH_SPOUSE, !b->person[0].male, 35, 50);
    (void) synth_house_declare(b, 1, SYNTH_BUSINESS, synth_income_line(b, 2) * synth_income_share(b, 6000) / SYNTH_BP);
    (void) synth_house_register(b, 3, SYNTH_INITIAL);
    b->linked = true;
    b->decoy = true;
}

/* ---- tekun ---- */

/* The one who had to support dies, or cannot do so any more. */
static void
lose_supporter(synth_house_t *a, synth_house_t *b, int month)
{
    int slot = month * SYNTH_FEEDS + 1;

    make_alone(a, 66, 88);
    (void) synth_income_enrol_dibao(a);
    synth_house_move_next_door(b, a);
    make_supporter(b);
    if (synth_rng_percent(&a->rng, 60)) {
        size_t i = synth_house_rec(b, SYNTH_REC_DEATH, 0, slot);
        b->rec[i].from = b->rec[i].day - draw(b, 1, 6);
    } else {
        (void) synth_house_certify(b, 0, draw(b, SYNTH_PHYSICAL, SYNTH_MENTAL), draw(b, 1, 2), slot);
        b->decoy = false;
        synth_income_want(b, SYNTH_NOT_DRAWN, SYNTH_NURSING, 0);
    }
    know_supporter(a, b, SYNTH_INITIAL);
    synth_income_want(a, SYNTH_NEWLY_QUALIFIES, SYNTH_TEKUN, day_of(a, slot));
}

static void
come_to_tekun(synth_house_t *h, int month)
{
    int kind = draw(h, 0, h->profile->watch.on ? 4 : 3);
    int slot = month * SYNTH_FEEDS;

    if (kind == 0) {
        make_couple(h);
        (void) synth_income_enrol_dibao(h);
        declare_nobody(h, 0, slot);
        declare_nobody(h, 1, slot);
    } else if (kind == 1) { /* grown up, and disabled from now on */
        make_alone(h, 30, 50);
        (void) synth_income_enrol_dibao(h);
        declare_nobody(h, 0, SYNTH_INITIAL);
        int type = draw(h, SYNTH_PHYSICAL, SYNTH_MENTAL);
        (void) synth_house_certify(h, 0, type, draw(h, 1, type == SYNTH_PHYSICAL ? 2 : 3), ++slot);
    } else if (kind == 4) { /* turns 60 */
        make_alone(h, 59, 59);
        (void) synth_income_enrol_dibao(h);
        declare_nobody(h, 0, SYNTH_INITIAL);
        slot = -1;
    } else {
        make_alone(h, 62, 89);
        (void) synth_income_enrol_dibao(h);
        assess_care(h, 0, draw(h, 0, WHOLLY));
        declare_nobody(h, 0, slot);
    }
    synth_income_want(h, SYNTH_NEWLY_QUALIFIES, SYNTH_TEKUN, slot < 0 ? 0 : day_of(h, slot));
}

static void
leave_tekun(synth_house_t *h, int month)
{
    int kind = draw(h, 0, 2);
    int slot = month * SYNTH_FEEDS + (kind == 0 ? 1 : 0);

    make_tekun(h);
    if (kind == 0)
        (void) synth_house_vehicle(h, 0, draw(h, SYNTH_CAR, SYNTH_MOTORCYCLE), slot);
    else if (kind == 1)
        declare_from(h, 0, SYNTH_DEPOSIT, slot, h->line * (h->profile->deposit_months + draw(h, 1, 40)));
    else /* so much that the first month is enough */
        declare_from(h, 0, SYNTH_TRANSFER, slot, h->line * draw(h, 13, 30));
    synth_income_want(h, SYNTH_NO_LONGER, SYNTH_TEKUN, kind == 2 ? synth_profile_first(h->profile, month + 1) : day_of(h, slot));
}

/* ---- dibao as a single person ---- */

static void
come_to_single(synth_house_t *h, int month)
{
    int slot = month * SYNTH_FEEDS + 1;

    if (synth_rng_percent(&h->rng, 50)) {
        int who = make_marginal(h);

        (void) synth_house_certify_any(h, who, SYNTH_DISABILITY_COUNT - 1, 1, 2, slot);
    } else {
        int who = make_jobless(h);

        employ_once(h, 0, SYNTH_INITIAL); /* another's record tells nothing of this one */
        employ_once(h, who, ++slot);
    }
    synth_income_want(h, SYNTH_NEWLY_QUALIFIES, SYNTH_DIBAO_SINGLE, day_of(h, slot));
}

static int
make_single(synth_house_t *h, bool marginal, size_t *ret_certificate)
{
    int who = marginal ? make_marginal(h) : make_jobless(h);

    if (marginal)
        *ret_certificate = synth_house_disable(h, who);
    else
        employ_once(h, who, SYNTH_INITIAL);
    (void) synth_house_enrol(h, SYNTH_DIBAO_SINGLE, who, SYNTH_INITIAL,
                             synth_aid_amount(h, h->profile->start, SYNTH_DIBAO_SINGLE, who));
    return who;
}

static void
leave_single(synth_house_t *h, int month)
{
    int kind = draw(h, 0, 2);
    int slot = month * SYNTH_FEEDS + (kind == 1 ? 2 : 1);
    size_t certificate = 0;
    int who = make_single(h, kind == 0, &certificate);
    int32_t day = day_of(h, slot);

    if (kind == 0) { /* lighter than before */
        size_t k = synth_house_replace(h, certificate, slot);
        h->rec[k].grade = draw(h, 3, 4);
        h->rec[k].from = h->rec[k].day - draw(h, 1, 5);
        h->rec[k].to = date_add_months(h->rec[k].from, 120);
    } else if (kind == 1) /* begins to work */
        employ(h, who, slot, day - draw(h, 1, 6), DATE_OPEN);
    else { /* earns a wage, and no record tells of the job */
        synth_house_job(h, who, h->profile->month0 + month, DATE_OPEN, h->line * draw(h, 20, 80) / 100);
        day = synth_profile_first(h->profile, month + 1);
    }
    synth_income_want(h, SYNTH_NO_LONGER, SYNTH_DIBAO_SINGLE, day);
}

/* Something comes in each month: less is due. */
static void
change_single(synth_house_t *h, int month)
{
    size_t certificate = 0;
    int who = make_single(h, false, &certificate);

    declare_from(h, who, SYNTH_TRANSFER, month * SYNTH_FEEDS, h->line * draw(h, 5, 40) / 100);
    synth_income_want(h, SYNTH_BENEFIT_CHANGE, SYNTH_DIBAO_SINGLE, synth_profile_first(h->profile, month + 1));
}

static void
plant(synth_house_t *h, synth_event_t event, int month)
{
    if (event == SYNTH_TEKUN_FOUND)
        come_to_tekun(h, month);
    else if (event == SYNTH_TEKUN_OVER)
        leave_tekun(h, month);
    else if (event == SYNTH_SINGLE_FOUND)
        come_to_single(h, month);
    else if (event == SYNTH_SINGLE_OVER)
        leave_single(h, month);
    else if (event == SYNTH_SINGLE_CHANGE)
        change_single(h, month);
    else { /* cannot care for himself any more */
        int slot = month * SYNTH_FEEDS;

        make_tekun(h);
        reassess_care(h, slot, WHOLLY);
        synth_income_want(h, SYNTH_BENEFIT_CHANGE, SYNTH_TEKUN, day_of(h, slot));
    }
}

bool
synth_aid_plot(synth_county_t *county, synth_event_t event, synth_near_t near, err_t *err)
{
    synth_house_t *a = synth_county_house(county);
    int month = draw(a, 0, a->profile->months - 2);
    bool two = (event == SYNTH_TEKUN_FOUND || event == SYNTH_TEKUN_OVER) && synth_rng_percent(&a->rng, 35);

    (void) near;
    if (!two) {
        plant(a, event, month);
        synth_county_act_after(a, month);
        return synth_county_finish(county, a, err);
    }
    synth_house_t *b = synth_county_other(county);
    if (event == SYNTH_TEKUN_FOUND)
        lose_supporter(a, b, month);
    else { /* a child turns up who is able */
        make_tekun(a);
        synth_house_move_next_door(b, a);
        make_supporter(b);
        know_supporter(a, b, month * SYNTH_FEEDS);
        synth_income_want(a, SYNTH_NO_LONGER, SYNTH_TEKUN, day_of(a, month * SYNTH_FEEDS));
    }
    synth_county_act_after(a, month);
    return synth_county_finish(county, a, err) && synth_county_finish(county, b, err);
}
