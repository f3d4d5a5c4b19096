/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/date.h"
#include "synth_income.h"
#include "synth_plots.h"

/* What a county with `watch` is found beside verdicts: payments that stay out, contradictory records, aids that exclude
 * one another, reviews that nobody made. */

static int
draw(synth_house_t *h, int lo, int hi)
{
    return synth_rng_int(&h->rng, lo, hi);
}

static size_t
make_dibao(synth_house_t *h, int n)
{
    synth_income_poor_family(h, n);
    synth_income_steady(h, 0, n, draw(h, 1500, 8000));
    return synth_income_enrol_dibao(h);
}

static size_t
die(synth_house_t *h, synth_rec_type_t type, int person, int slot, int32_t died)
{
    size_t i = synth_house_rec(h, type, person, slot);

    h->rec[i].from = died;
    return i;
}

/* Months for which nothing is paid, or much later. */
static void
payment(synth_house_t *h, synth_event_t event)
{
    int late = h->profile->watch.months_late;
    int month = draw(h, 0, h->profile->months - late - 1);
    int count = event == SYNTH_PAYMENT_LATE ? 1 : draw(h, 1, 3);
    uint32_t months = ((1u << count) - 1) << month;
    int kind = draw(h, 0, 2);
    size_t i;

    if (kind == 0)
        i = make_dibao(h, synth_income_poor_size(h));
    else if (kind == 1) {
        (void) synth_house_add(h, SYNTH_HEAD, synth_rng_percent(&h->rng, 70), 62, 77);
        synth_house_pension(h, 0, synth_house_history(h), DATE_OPEN, 18700, 0);
        i = synth_house_enrol(h, SYNTH_TEKUN, 0, SYNTH_INITIAL, h->profile->amount_tekun);
    } else {
        (void) synth_house_disable(h, synth_income_family_and_relative(h));
        i = h->recs - 1;
    }
    if (event == SYNTH_PAYMENT_LATE)
        h->rec[i].paid_late = months;
    else
        h->rec[i].unpaid = months;
    synth_income_want(h, SYNTH_AID_MISSING, (synth_category_t) h->rec[i].code, synth_profile_first(h->profile, month + late));
}

/* The wage goes on after the death, and is taken back or not. */
static void
wage_after_death(synth_house_t *h, int month)
{
    int who = synth_income_family_and_relative(h);
    int slot = month * SYNTH_FEEDS + 1;
    int32_t last = h->profile->month0 + month + draw(h, 1, 3);
    size_t first = h->recs;

    synth_house_job(h, who, synth_house_history(h), last + 1, 250000);
    size_t end = h->recs;
    (void) die(h, SYNTH_REC_DEATH, who, slot, synth_profile_slot_day(h->profile, slot) - draw(h, 2, 4));
    int back = (last - h->profile->month0 + 2) * SYNTH_FEEDS;
    for (size_t i = first; synth_rng_percent(&h->rng, 60) && i < end && back < synth_profile_slots(h->profile); i++) {
        if (h->rec[i].from <= h->profile->month0 + month)
            continue;
        size_t k = synth_house_replace(h, i, back);
        h->rec[k].retracted = true;
    }
    synth_income_want(h, SYNTH_DATA_CONFLICT, SYNTH_REGISTER, 0);
}

/* The police and the hospital name different days; a few days apart are no matter. */
static void
death_dates(synth_house_t *h, int month)
{
    int who = synth_income_family_and_relative(h);
    int slot = month * SYNTH_FEEDS + 1;
    int days = h->profile->watch.death_days;
    int32_t died = synth_profile_slot_day(h->profile, slot) - draw(h, 2, 4);
    bool far = synth_rng_percent(&h->rng, 60);
    int32_t other = died - (far ? days + draw(h, 1, 40) : draw(h, 0, days));
    bool first = synth_rng_percent(&h->rng, 50);

    (void) die(h, SYNTH_REC_DEATH, who, slot, first ? died : other);
    (void) die(h, SYNTH_REC_HEALTH_DEATH, who, slot + 1, first ? other : died);
    h->decoy = !far;
    if (far)
        synth_income_want(h, SYNTH_DATA_CONFLICT, SYNTH_REGISTER, synth_profile_slot_day(h->profile, slot + 1));
}

/* The death is known months later, and the allowances went on; the bureau ends them then. */
static void
paid_after_death(synth_house_t *h, int month)
{
    int who = synth_income_family_and_relative(h);
    int known = (month + 3) * SYNTH_FEEDS + 1;
    int32_t died = synth_profile_slot_day(h->profile, month * SYNTH_FEEDS);

    (void) synth_house_disable(h, who);
    if (known + 2 >= synth_profile_slots(h->profile))
        known = synth_profile_slots(h->profile) - 3;
    (void) die(h, SYNTH_REC_HEALTH_DEATH, who, known, died);
    for (size_t i = 0, n = h->recs; i < n; i++)
        if (h->rec[i].type == SYNTH_REC_ENROLMENT)
            (void) synth_house_end_enrolment(h, i, known + 2);
    synth_income_want(h, SYNTH_DATA_CONFLICT, SYNTH_REGISTER, synth_profile_slot_day(h->profile, known + 2));
}

static void
twice(synth_house_t *h, synth_event_t event, int slot)
{
    int until = slot + SYNTH_FEEDS * draw(h, 1, 4);
    size_t i = 0;

    if (event == SYNTH_ENROLLED_TWICE) {
        int who = synth_income_family_and_relative(h);

        (void) synth_house_disable(h, who);
        int64_t amount = h->rec[h->recs - 1].a;
        i = synth_house_enrol(h, SYNTH_NURSING, who, slot, amount);
        synth_income_want(h, SYNTH_OVERLAP, SYNTH_NURSING, 0);
    } else if (event == SYNTH_BOTH_AIDS) {
        (void) make_dibao(h, synth_income_poor_size(h));
        i = synth_house_enrol(h, SYNTH_MARGINAL, -1, slot, 0);
        synth_income_want(h, SYNTH_OVERLAP, SYNTH_MARGINAL, 0);
    } else if (event == SYNTH_TEKUN_IN_DIBAO) {
        synth_income_poor_family(h, 2);
        (void) synth_house_add(h, SYNTH_PARENT, synth_rng_percent(&h->rng, 50), 71, 78);
        synth_income_steady(h, 0, 3, draw(h, 500, 5000));
        (void) synth_income_enrol_dibao(h);
        i = synth_house_enrol(h, SYNTH_TEKUN, 2, slot, h->profile->amount_tekun);
        synth_income_want(h, SYNTH_OVERLAP, SYNTH_DIBAO, 0);
    } else {
        /* With a grown-up brother or sister, whom the law does not oblige while others are not asked for. */
        (void) synth_house_add(h, SYNTH_HEAD, synth_rng_percent(&h->rng, 50), 21, 29);
        (void) synth_house_add(h, SYNTH_SIBLING, synth_rng_percent(&h->rng, 50), 4, 12);
        synth_income_ordinary(h, synth_income_share(h, 9500), 2, 0);
        (void) synth_house_list_child(h, 1, SYNTH_UNATTENDED, SYNTH_INITIAL);
        i = synth_house_enrol(h, SYNTH_TEKUN, 1, slot, h->profile->amount_tekun);
        synth_income_want(h, SYNTH_OVERLAP, SYNTH_TEKUN, 0);
    }
    if (until < synth_profile_slots(h->profile))
        (void) synth_house_end_enrolment(h, i, until);
}

static void
review_forgotten(synth_house_t *h)
{
    int kind = draw(h, 0, 2);

    if (kind < 2) {
        size_t i = make_dibao(h, synth_income_poor_size(h));
        h->rec[i].unreviewed = true;
        synth_income_want(h, SYNTH_REVIEW_DUE, SYNTH_DIBAO, 0);
        return;
    }
    int n = synth_income_poor_size(h);
    synth_income_poor_family(h, n);
    synth_income_steady(h, 0, n, draw(h, 10600, h->profile->marginal_bp - 600));
    size_t i = synth_house_enrol(h, SYNTH_MARGINAL, -1, SYNTH_INITIAL, 0);
    h->rec[i].unreviewed = true;
    synth_income_want(h, SYNTH_REVIEW_DUE, SYNTH_MARGINAL, 0);
}

/* A certificate of ten years ago, and the new one comes before the day, after it, or not at all. */
static void
certificate_ends(synth_house_t *h, int month)
{
    int who = synth_income_family_and_relative(h);
    size_t i = synth_house_disable(h, who);
    int slot = month * SYNTH_FEEDS + 1;
    int32_t end = synth_profile_slot_day(h->profile, slot) + draw(h, -20, 12);

    h->rec[i].to = end;
    h->rec[i].from = date_add_months(end, -120);
    if (synth_rng_percent(&h->rng, 75)) {
        size_t k = synth_house_replace(h, i, slot);
        h->rec[k].from = h->rec[k].day - draw(h, 1, 3);
        h->rec[k].to = date_add_months(h->rec[k].from, 120);
    }
    synth_income_want(h, SYNTH_REVIEW_DUE, SYNTH_NURSING, 0);
}

/* Somebody in a dibao household reaches one of the ages within the year. */
static void
age_reached(synth_house_t *h)
{
    static const int before[] = { 15, 17, 59, 69, 79 };
    int age = before[draw(h, 0, 4)];

    (void) synth_house_add(h, SYNTH_HEAD, synth_rng_percent(&h->rng, 50), 45, 52);
    (void) synth_house_add(h, age < 20 ? SYNTH_SON_OR_DAUGHTER : age < 60 ? SYNTH_SIBLING : SYNTH_PARENT,
                           synth_rng_percent(&h->rng, 50), age, age);
    (void) synth_house_declare(h, 0, SYNTH_TRANSFER, synth_income_line(h, 2) * draw(h, 1500, 8000) / SYNTH_BP);
    (void) synth_income_enrol_dibao(h);
    synth_income_want(h, SYNTH_REVIEW_DUE, SYNTH_DIBAO, 0);
}

bool
synth_trouble_plot(synth_county_t *county, synth_event_t event, synth_near_t near, err_t *err)
{
    synth_house_t *h = synth_county_house(county);
    int month = draw(h, 1, h->profile->months - 2);

    (void) near;
    if (event == SYNTH_PAYMENT_MISSING || event == SYNTH_PAYMENT_LATE)
        payment(h, event);
    else if (event == SYNTH_WAGE_AFTER_DEATH)
        wage_after_death(h, month > 3 ? month - 3 : 1);
    else if (event == SYNTH_DEATH_DATES)
        death_dates(h, month);
    else if (event == SYNTH_PAID_AFTER_DEATH)
        paid_after_death(h, month > 4 ? month - 4 : 1);
    else if (event == SYNTH_REVIEW_FORGOTTEN)
        review_forgotten(h);
    else if (event == SYNTH_CERTIFICATE_ENDS)
        certificate_ends(h, month);
    else if (event == SYNTH_AGE_REACHED)
        age_reached(h);
    else
        twice(h, event, month * SYNTH_FEEDS);
    return synth_county_finish(county, h, err);
}

/* A grown-up child is listed by two households: the new one has him, the old one has not sent its entry again. */
bool
synth_trouble_claim(synth_county_t *county, synth_event_t event, synth_near_t near, err_t *err)
{
    synth_house_t *a = synth_county_house(county);
    synth_house_t *b = synth_county_other(county);
    int slot = draw(a, 1, a->profile->months - 2) * SYNTH_FEEDS;
    int until = slot + SYNTH_FEEDS * draw(a, 1, 3);

    (void) event;
    (void) near;
    a->decoy = true;
    synth_income_ordinary_family(a);
    int who = synth_house_add(a, SYNTH_SON_OR_DAUGHTER, synth_rng_percent(&a->rng, 50), 23, 30);
    /* The parents have enough for all, and the partner for two. */
    synth_income_ordinary(a, synth_income_share(a, 9000), 1u << who, 0);
    (void) synth_house_add(b, SYNTH_HEAD, !a->person[who].male, 24, 34);
    synth_income_ordinary(b, 2 * synth_income_safe(b) + 1500, 0, 1);
    int guest = b->persons++;
    b->person[guest] = a->person[who];
    b->person[guest].relation = SYNTH_SPOUSE;
    b->person[guest].guest = true;
    b->person[guest].claimed_slot = slot;
    b->person[guest].unclaimed_slot = until < synth_profile_slots(a->profile) ? until : 0;
    (void) synth_house_register(a, synth_house_everyone(a), SYNTH_INITIAL);
    (void) synth_house_register(b, 1, SYNTH_INITIAL);
    (void) synth_house_register(b, 1u | 1u << guest, slot);
    size_t i = synth_house_register(a, synth_house_everyone(a) & ~(1u << who), slot);
    a->rec[i].ghost = true; /* he has gone, and the register of the old household does not say so yet */
    if (b->person[guest].unclaimed_slot > 0) {
        i = synth_house_register(a, synth_house_everyone(a) & ~(1u << who), until);
        a->rec[i].ghost = false;
    }
    synth_income_want(b, SYNTH_DATA_CONFLICT, SYNTH_REGISTER, synth_profile_slot_day(a->profile, slot));
    return synth_county_finish(county, a, err) && synth_county_finish(county, b, err);
}
