/* SPDX-License-Identifier: Apache-2.0 */
#include "synth_disorder.h"

#include "domain/date.h"

_Static_assert((int) SYNTH_REC_COUNT <= (int) SYNTH_FILES_MAX, "every kind of file has its delays");

enum { LATE_MOST = 2 };

/* Streams of the seed that no household has. */
static const uint64_t stream_late = UINT64_MAX / 2;
static const uint64_t stream_swapped = UINT64_MAX / 2 + 1;

/* A whole list says who is on it on its day; prices are of no household. */
static bool
is_punctual(int type)
{
    return type == SYNTH_REC_CHILD || type == SYNTH_REC_PRICES;
}

void
synth_disorder_plan(synth_profile_t *p)
{
    int slots = synth_profile_slots(p);
    synth_rng_t rng;

    synth_rng_init(&rng, p->seed, stream_late);
    for (int type = 0; type < SYNTH_REC_COUNT; type++) {
        int before = 0; /* the feed day on which the file before this one arrives */

        for (int slot = 0; slot < slots; slot++) {
            int arrives = slot;

            if (p->late_bp > 0 && synth_rng_int(&rng, 1, SYNTH_BP) <= p->late_bp && !is_punctual(type))
                arrives += synth_rng_int(&rng, 1, LATE_MOST);
            arrives = arrives < before ? before : arrives;
            arrives = arrives < slots ? arrives : slots - 1;
            p->delay[type][slot] = (int8_t) (arrives - slot);
            before = arrives;
        }
    }
}

int
synth_disorder_slot(const synth_profile_t *p, synth_rec_type_t type, int slot)
{
    return slot < 0 ? slot : slot + p->delay[type][slot];
}

int32_t
synth_disorder_day(const synth_profile_t *p, synth_rec_type_t type, int slot)
{
    return synth_profile_slot_day(p, synth_disorder_slot(p, type, slot));
}

bool
synth_disorder_is_swapped(const synth_profile_t *p, int slot)
{
    synth_rng_t rng;

    if (p->swapped_bp == 0 || slot < 0)
        return false;
    synth_rng_init(&rng, p->seed + (uint64_t) slot, stream_swapped);
    return synth_rng_int(&rng, 1, SYNTH_BP) <= p->swapped_bp;
}

void
synth_disorder_apply(synth_house_t *h)
{
    for (size_t i = 0; i < h->recs; i++)
        h->rec[i].day = synth_disorder_day(h->profile, h->rec[i].type, h->rec[i].slot);
    for (size_t i = 0; i < h->recs; i++) {
        synth_rec_t *rec = &h->rec[i];

        for (size_t k = i + 1; rec->gone != DATE_OPEN && k < h->recs; k++) {
            if (h->rec[k].type == rec->type && h->rec[k].serial == rec->serial) {
                rec->gone = h->rec[k].day;
                break;
            }
        }
    }
    for (size_t i = 0; i < h->pays; i++)
        h->pay[i].day = synth_disorder_day(h->profile, SYNTH_REC_PAYMENT, h->pay[i].slot);
}
