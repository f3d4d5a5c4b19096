/* SPDX-License-Identifier: Apache-2.0 */
#include "synth_pay.h"

#include "base/mem.h"
#include "domain/date.h"
#include "synth_judge.h"

enum { HISTORY = 12, LATE_SLOTS = 3 * SYNTH_FEEDS };

static void
add(synth_house_t *h, size_t rec, int month, int slot, int64_t fen)
{
    if (++h->pays > h->pay_cap)
        h->pay = mem_grow(h->pay, &h->pay_cap, h->pays * 2, sizeof *h->pay);
    h->pay[h->pays - 1] = (synth_payment_t){ .rec = rec,
                                             .month = h->profile->month0 + month,
                                             .slot = slot,
                                             .day = synth_profile_slot_day(h->profile, slot),
                                             .fen = fen };
}

static void
plan_quarterly(synth_house_t *h, size_t i, int month)
{
    const synth_rec_t *rec = &h->rec[i];
    bool quarterly = rec->code == SYNTH_LIVING || rec->code == SYNTH_NURSING;
    int slot = month * SYNTH_FEEDS + 1;

    if (synth_judge_in_force(rec, synth_profile_slot_day(h->profile, slot)) &&
        (!quarterly || (h->profile->month0 + month) % 3 == 2))
        add(h, i, month, slot, quarterly ? rec->a * 3 : rec->a);
}

static void
plan_monthly(synth_house_t *h, size_t i, int month)
{
    const synth_rec_t *rec = &h->rec[i];
    int32_t first = date_month_start(h->profile->month0 + month);
    int slot = month * SYNTH_FEEDS + 1;

    if (month < 0) {
        if (rec->slot < 0 && rec->from <= first && first < rec->to)
            add(h, i, month, SYNTH_INITIAL, rec->a);
        return;
    }
    if (!synth_judge_in_force(rec, synth_profile_slot_day(h->profile, slot)) || (rec->unpaid >> month & 1u))
        return;
    if (rec->paid_late >> month & 1u)
        slot += LATE_SLOTS;
    if (slot < synth_profile_slots(h->profile))
        add(h, i, month, slot, rec->a);
}

void
synth_pay_plan(synth_house_t *h)
{
    bool monthly = h->profile->watch.on;

    h->pays = 0;
    for (size_t i = 0; i < h->recs; i++) {
        if (h->rec[i].type != SYNTH_REC_ENROLMENT || h->rec[i].a == 0 || h->rec[i].code == SYNTH_URGENT || h->rec[i].code == SYNTH_EXPENDITURE)
            continue;
        for (int month = monthly ? -HISTORY : 0; month < h->profile->months; month++) {
            if (monthly)
                plan_monthly(h, i, month);
            else
                plan_quarterly(h, i, month);
        }
    }
}

static void
add_review(synth_house_t *h, const synth_rec_t *enrolment, int32_t on, int slot)
{
    synth_rec_t about = *enrolment; /* the records may move */
    size_t i = synth_house_rec(h, SYNTH_REC_REVIEW, about.person, slot);

    h->rec[i].code = about.code;
    h->rec[i].from = on;
    h->rec[i].ghost = about.ghost;
}

/* The first feed day on or after `day`. */
static int
slot_after(const synth_profile_t *p, int32_t day)
{
    int slot = 0;

    while (slot < synth_profile_slots(p) && synth_profile_slot_day(p, slot) < day)
        slot++;
    return slot;
}

static void
review(synth_house_t *h, size_t i)
{
    const synth_profile_t *p = h->profile;
    int32_t on = h->rec[i].from;
    int32_t end = h->rec[i].to < p->end ? h->rec[i].to : p->end;
    int months = h->rec[i].code == SYNTH_DIBAO ? p->watch.irregular_months : p->watch.review_months;

    if (on < p->start - 25 * months) {
        on = p->start - synth_rng_int(&h->rng, 20, 25 * months - 10);
        add_review(h, &h->rec[i], on, SYNTH_INITIAL);
    }
    while (!h->rec[i].unreviewed) {
        on = date_add_months(on, months) - synth_rng_int(&h->rng, 32 * months / 12, 75 * months / 12);
        int slot = slot_after(p, on);

        if (on >= end || on < p->start || slot == synth_profile_slots(p))
            break;
        add_review(h, &h->rec[i], on, slot);
    }
}

void
synth_pay_review(synth_house_t *h)
{
    size_t n = h->recs;

    for (size_t i = 0; h->profile->watch.on && i < n; i++) {
        const synth_rec_t *rec = &h->rec[i];

        if (rec->type == SYNTH_REC_ENROLMENT && rec->gone == DATE_OPEN && !rec->retracted &&
            rec->code <= SYNTH_DIBAO_SINGLE)
            review(h, i);
    }
}
