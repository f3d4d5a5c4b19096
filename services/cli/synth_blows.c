/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/date.h"
#include "synth_income.h"
#include "synth_plots.h"

/* What can push a household into hardship: one blow that weighs enough, two that do so together, one alone that does not
 * (unless the household is watched already). */

typedef enum { EMERGENCY, CUSTODY, ILLNESS, DROPOUT, CERTIFICATE, STAY, JOBLESS, BLOWS } blow_t;

enum { HEAD, SPOUSE, PUPIL };

static int
draw(synth_house_t *h, int lo, int hi)
{
    return synth_rng_int(&h->rng, lo, hi);
}

/* Two grown-ups and a pupil, who live on a business of the spouse's. */
static void
make_family(synth_house_t *h, int share_bp)
{
    (void) synth_house_add(h, SYNTH_HEAD, true, 34, 50);
    (void) synth_house_add(h, SYNTH_SPOUSE, false, 33, 49);
    (void) synth_house_add(h, SYNTH_SON_OR_DAUGHTER, synth_rng_percent(&h->rng, 50), 11, 13);
    (void) synth_house_declare(h, SPOUSE, SYNTH_BUSINESS, synth_income_line(h, 3) * share_bp / SYNTH_BP);
    (void) synth_house_register(h, synth_house_everyone(h), SYNTH_INITIAL);
}

/* The bureau gives temporary aid for one month, or has not done so by the end. */
static void
give_urgent_aid(synth_house_t *h, size_t emergency, int slot)
{
    int month = slot / SYNTH_FEEDS + draw(h, 1, 4);

    h->rec[emergency].code = draw(h, 0, SYNTH_EMERGENCY_COUNT - 1);
    if (month + 1 >= h->profile->months)
        return;
    size_t i = synth_house_enrol(h, SYNTH_URGENT, -1, month * SYNTH_FEEDS, 300000);
    h->rec[i].to = synth_profile_first(h->profile, month + 1);
}

static void
strike(synth_house_t *h, blow_t blow, int slot)
{
    static const synth_rec_type_t types[BLOWS] = { SYNTH_REC_VICTIM,      SYNTH_REC_CUSTODY,    SYNTH_REC_ILLNESS,   SYNTH_REC_STUDENT,
                                                   SYNTH_REC_CERTIFICATE, SYNTH_REC_SETTLEMENT, SYNTH_REC_UNEMPLOYED };
    const synth_profile_t *p = h->profile;
    int32_t on = synth_profile_slot_day(p, slot) - draw(h, 1, 4);

    if (blow == CUSTODY || blow == JOBLESS) /* who earned beside the spouse's business */
        synth_house_job(h, HEAD, synth_house_history(h), p->month0 + slot / SYNTH_FEEDS, 180000);
    if (blow == CERTIFICATE) {
        (void) synth_house_certify(h, HEAD, draw(h, 0, SYNTH_PHYSICAL), draw(h, 1, 2), slot);
        return;
    }
    if (blow == STAY) { /* a long one, and still far from the limit of a year */
        (void) synth_house_bill(h, SPOUSE, on, slot, p->hardship * draw(h, 5100, 7900) / SYNTH_BP);
        return;
    }
    size_t i = synth_house_rec(h, types[blow], blow == DROPOUT ? PUPIL : HEAD, blow == DROPOUT ? SYNTH_INITIAL : slot);
    h->rec[i].from = on;
    if (blow == EMERGENCY)
        give_urgent_aid(h, i, slot);
    else if (blow == ILLNESS)
        h->rec[i].code = draw(h, 0, SYNTH_DISEASE_COUNT - 1);
    else if (blow == CUSTODY) {
        h->rec[i].code = draw(h, 0, SYNTH_CUSTODY_COUNT - 1);
        h->rec[i].a = draw(h, 7, 30);
        int out = slot + draw(h, 6, 20);
        if (out < synth_profile_slots(p)) { /* released early */
            size_t k = synth_house_replace(h, i, out);
            h->rec[k].to = h->rec[k].day - 1;
        }
    } else if (blow == JOBLESS) {
        int found = slot + draw(h, 2, 12);
        if (found < synth_profile_slots(p)) {
            size_t k = synth_house_replace(h, i, found);
            h->rec[k].to = h->rec[k].day - 1;
        }
    } else { /* a pupil since September leaves school */
        h->rec[i].from = date_month_start(p->month0 - 4);
        size_t k = synth_house_replace(h, i, slot);
        h->rec[k].to = on;
    }
}

/* Two different ones that weigh half each.  A lost wage weighs only when its months are whole, so it comes first. */
static void
strike_twice(synth_house_t *h, int slot)
{
    static const blow_t heavy[] = { JOBLESS, ILLNESS, DROPOUT, CERTIFICATE, STAY };
    int one = draw(h, 0, 3);
    int other = draw(h, one + 1, 4);

    strike(h, heavy[one], slot);
    strike(h, heavy[other], slot + (heavy[one] == JOBLESS ? draw(h, SYNTH_FEEDS, SYNTH_FEEDS + 2) : draw(h, 0, 4)));
}

bool
synth_blows_plot(synth_county_t *county, synth_event_t event, synth_near_t near, err_t *err)
{
    static const blow_t light[] = { CUSTODY, ILLNESS, DROPOUT, STAY, JOBLESS };
    synth_house_t *h = synth_county_house(county);
    const synth_profile_t *p = h->profile;
    int slot = draw(h, 1, p->months - 5) * SYNTH_FEEDS + 1;

    (void) near;
    if (event == SYNTH_WATCHED_BLOW) {
        bool marginal = synth_rng_percent(&h->rng, 50);

        make_family(h, marginal ? draw(h, 11000, p->marginal_bp - 900) : synth_income_share(h, 6000));
        size_t i = synth_house_enrol(h, marginal ? SYNTH_MARGINAL : SYNTH_DIBAO, -1, SYNTH_INITIAL, marginal ? 0 : 30000);
        if (!marginal) { /* left dibao last year */
            h->rec[i].from = date_month_start(p->month0 - 30);
            h->rec[i].to = date_month_start(p->month0 - draw(h, 1, 11));
            slot = draw(h, 1, 9) * SYNTH_FEEDS + 1;
        }
        strike(h, STAY, slot);
    } else
        make_family(h, synth_income_share(h, 9000));
    if (event == SYNTH_EMERGENCY)
        strike(h, EMERGENCY, slot);
    else if (event == SYNTH_HARD_BLOWS)
        strike_twice(h, slot);
    else if (event == SYNTH_ONE_BLOW)
        strike(h, light[draw(h, 0, 4)], slot);
    h->decoy = event == SYNTH_ONE_BLOW;
    if (!h->decoy)
        synth_income_want(h, SYNTH_HARDSHIP_WARNING, SYNTH_HARDSHIP, 0);
    return synth_county_finish(county, h, err);
}
