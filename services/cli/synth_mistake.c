/* SPDX-License-Identifier: Apache-2.0 */
#include "synth_mistake.h"

#include "base/mem.h"
#include "domain/date.h"

static const synth_rec_type_t types[] = { SYNTH_REC_ENROLMENT,   SYNTH_REC_CERTIFICATE, SYNTH_REC_WAGE,    SYNTH_REC_SETTLEMENT,
                                          SYNTH_REC_VEHICLE,     SYNTH_REC_DEATH,       SYNTH_REC_CREMATION, SYNTH_REC_HEALTH_DEATH,
                                          SYNTH_REC_STUDENT,     SYNTH_REC_VICTIM,      SYNTH_REC_ILLNESS, SYNTH_REC_UNEMPLOYED,
                                          SYNTH_REC_CUSTODY,     SYNTH_REC_DECLARATION };

static int
draw(synth_house_t *h, int lo, int hi)
{
    return synth_rng_int(&h->rng, lo, hi);
}

/* One that has no record of the kind: some datasets have one record for a person.  -1: everyone has. */
static int
somebody(synth_house_t *h, synth_rec_type_t type)
{
    unsigned taken = 0;
    int first = draw(h, 0, h->persons - 1);

    for (size_t i = 0; i < h->recs; i++)
        if (h->rec[i].type == type && h->rec[i].person >= 0)
            taken |= 1u << h->rec[i].person;
    for (int i = 0; i < h->persons; i++) {
        int person = (first + i) % h->persons;
        if (!(taken & (1u << person)) && !h->person[person].guest)
            return person;
    }
    return -1;
}

static void
fill(synth_house_t *h, synth_rec_t *rec, int month)
{
    const synth_profile_t *p = h->profile;

    rec->from = rec->day - draw(h, 1, 6);
    if (rec->type == SYNTH_REC_ENROLMENT) {
        int grade = draw(h, 1, 2);
        rec->code = draw(h, 0, 1) ? SYNTH_NURSING : SYNTH_LIVING;
        rec->a = rec->code == SYNTH_NURSING ? p->amount_nursing[grade - 1] : p->amount_living[grade - 1];
        rec->members = 1u << rec->person;
        rec->from = date_month_start(p->month0 + month);
    } else if (rec->type == SYNTH_REC_CERTIFICATE) {
        rec->code = draw(h, 0, SYNTH_MENTAL);
        rec->grade = draw(h, 1, 4);
        rec->to = date_add_months(rec->from, 120);
    } else if (rec->type == SYNTH_REC_WAGE) {
        rec->from = p->month0 + month - 1;
        rec->to = p->month0 + month;
        rec->a = 10000 * draw(h, 10, 900);
        rec->code = synth_house_employer(h);
    } else if (rec->type == SYNTH_REC_SETTLEMENT)
        rec->a = 10000 * draw(h, 20, 260);
    else if (rec->type == SYNTH_REC_CUSTODY)
        rec->a = draw(h, 7, 30);
    else if (rec->type == SYNTH_REC_STUDENT) {
        rec->to = rec->from;
        rec->from = date_month_start(p->month0 - 5);
    } else if (rec->type == SYNTH_REC_DECLARATION) {
        rec->code = SYNTH_TRANSFER;
        rec->from = p->month0 + month - 6;
        rec->a = 10000 * draw(h, 1, 60);
    }
}

static void
plant(synth_house_t *h)
{
    int slots = synth_profile_slots(h->profile);
    int slot = draw(h, SYNTH_FEEDS, slots - SYNTH_FEEDS - 1);
    synth_rec_type_t type = types[draw(h, 0, (int) COUNT_OF(types) - 1)];
    int person = somebody(h, type);
    int later = slot + draw(h, 1, 8);

    if (type == SYNTH_REC_ENROLMENT && later >= slots)
        later = slots - 1; /* on the last day the register stands where the profile says */
    if (person < 0 || synth_house_age(h, person) < 3)
        return;
    size_t i = synth_house_rec(h, type, person, slot);
    synth_rec_t rec = h->rec[i];
    fill(h, &rec, slot / SYNTH_FEEDS);
    h->rec[i] = rec;
    if (later >= slots)
        return; /* nobody noticed */
    size_t k = synth_house_replace(h, i, later);
    if (draw(h, 0, 2) > 0 || rec.type == SYNTH_REC_STUDENT || rec.type == SYNTH_REC_ENROLMENT)
        h->rec[k].retracted = true;
    else { /* right after all, but for the amount, or the day */
        h->rec[k].a = rec.a / 2 / 100 * 100;
        if (rec.type != SYNTH_REC_WAGE && rec.type != SYNTH_REC_DECLARATION)
            h->rec[k].from = rec.from - draw(h, 1, 40);
    }
}

/* What one household knows of somebody who goes to another would have to be known there as well. */
static bool
is_moving(const synth_house_t *h)
{
    int entries = h->linked ? 2 : 0;

    for (size_t i = 0; i < h->recs; i++)
        entries += h->rec[i].type == SYNTH_REC_HOUSEHOLD;
    return entries > 1;
}

void
synth_mistake_plant(synth_house_t *h)
{
    if (!is_moving(h) && h->profile->mistakes_bp > 0 && synth_rng_int(&h->rng, 1, SYNTH_BP) <= h->profile->mistakes_bp)
        plant(h);
}
