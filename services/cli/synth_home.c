/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/date.h"
#include "synth_income.h"
#include "synth_plots.h"

/* Households that move to another township, part, or join: the register entry takes effect anew, or is new, or is closed. */

static int
draw(synth_house_t *h, int lo, int hi)
{
    return synth_rng_int(&h->rng, lo, hi);
}

/* Somewhere else with the same kind of area, so that the same numbers hold: in another township, where there is one. */
static void
move_away(synth_house_t *h)
{
    const synth_profile_t *p = h->profile;
    int first = draw(h, 0, p->townships - 1);

    for (int i = 0; i < p->townships; i++) {
        int t = (first + i) % p->townships;
        int places = h->rural ? p->township[t].rural : p->township[t].urban;

        if (places == 0 || (t == h->township && i + 1 < p->townships))
            continue;
        int n = draw(h, 0, places - 1);
        h->township = t;
        h->village = (h->rural ? 201 : 1) + n;
        h->place = t * 7 + n + (h->rural ? p->township[t].urban : 0);
        return;
    }
}

/* Draws dibao, and somebody begins to work before or after the move. */
static void
move(synth_house_t *h, int slot)
{
    const synth_profile_t *p = h->profile;
    int n = synth_income_poor_size(h);

    synth_income_poor_family(h, n);
    synth_income_steady(h, n - 1, n, draw(h, 500, 8000));
    (void) synth_income_enrol_dibao(h);
    synth_house_job(h, 0, p->month0 + draw(h, 0, p->months - 2), DATE_OPEN, synth_income_wage_for(h, n, draw(h, 600, 2600)));
    move_away(h);
    (void) synth_house_register(h, synth_house_everyone(h), slot);
    h->want = -1;
}

/* Who is in `who` leaves a for b, whose entry comes in the same file. */
static void
go(synth_house_t *a, unsigned who, synth_house_t *b, int slot)
{
    unsigned before = synth_house_everyone(b);
    unsigned stay = synth_house_everyone(a) & ~who;
    int first = synth_house_know(b, a, who, 0);
    unsigned now = synth_house_everyone(b);

    for (int i = first; i < b->persons; i++)
        b->person[i].relation = i == 0 ? SYNTH_HEAD : b->person[i].relation == SYNTH_HEAD ? SYNTH_PARENT : b->person[i].relation;
    size_t entry = synth_house_register(a, stay != 0 ? stay : who, slot);
    if (stay == 0)
        a->rec[entry].code = 1; /* nobody is left: it is closed */
    if (before != 0)
        (void) synth_house_register(b, before, SYNTH_INITIAL);
    (void) synth_house_register(b, now, slot);
    a->linked = true;
}

/* Parents with next to nothing, and a grown-up child who earns for all and founds a household of its own. */
static void
part(synth_house_t *a, synth_house_t *b, int slot)
{
    int n = draw(a, 2, 3);

    (void) synth_house_add(a, SYNTH_HEAD, synth_rng_percent(&a->rng, 50), 52, 59);
    if (n == 3)
        (void) synth_house_add(a, SYNTH_SPOUSE, !a->person[0].male, 50, 58);
    int child = synth_house_add(a, SYNTH_SON_OR_DAUGHTER, synth_rng_percent(&a->rng, 50), 24, 31);
    (void) synth_house_declare(a, 0, SYNTH_TRANSFER, synth_income_line(a, n - 1) * draw(a, 1500, 9300) / SYNTH_BP);
    synth_house_job(a, child, synth_house_history(a), DATE_OPEN,
                     synth_income_wage_for(a, n, synth_income_share(a, 8500)) / a->profile->local.income_months);
    (void) synth_house_register(a, synth_house_everyone(a), SYNTH_INITIAL);
    b->founded = true;
    go(a, 1u << child, b, slot);
    synth_income_want(a, SYNTH_NEWLY_QUALIFIES, SYNTH_DIBAO, synth_profile_slot_day(a->profile, slot));
}

/* One who draws dibao alone goes to relatives, who draw it too or are not poor. */
static void
join(synth_house_t *a, synth_house_t *b, int slot)
{
    bool poor = synth_rng_percent(&b->rng, 50);

    (void) synth_house_add(a, SYNTH_HEAD, synth_rng_percent(&a->rng, 40), 66, 84);
    synth_income_steady(a, 0, 1, draw(a, 500, 7000));
    size_t enrolment = synth_income_enrol_dibao(a);
    (void) synth_house_add(b, SYNTH_HEAD, synth_rng_percent(&b->rng, 60), 40, 58);
    if (poor) {
        synth_income_steady(b, 0, 1, draw(b, 500, 6000));
        (void) synth_income_enrol_dibao(b);
        b->want = -1;
    } else
        synth_income_ordinary(b, 2 * synth_income_safe(b) + 1500, 0, 1);
    go(a, 1, b, slot);
    if (synth_rng_percent(&a->rng, 70))
        (void) synth_house_end_enrolment(a, enrolment, slot / SYNTH_FEEDS * SYNTH_FEEDS);
}

bool
synth_home_plot(synth_county_t *county, synth_event_t event, synth_near_t near, err_t *err)
{
    synth_house_t *a = synth_county_house(county);
    int month = draw(a, 1, a->profile->months - 2);
    int slot = month * SYNTH_FEEDS; /* the bureau's feed day */

    (void) near;
    if (event == SYNTH_HOUSEHOLD_MOVES) {
        move(a, slot);
        synth_county_act_after(a, month);
        return synth_county_finish(county, a, err);
    }
    synth_house_t *b = synth_county_other(county);
    synth_house_move_next_door(b, a);
    if (event == SYNTH_HOUSEHOLD_PARTS) {
        part(a, b, slot);
        synth_county_act_after(a, month);
    } else {
        join(a, b, slot);
    }
    return synth_county_finish(county, a, err) && synth_county_finish(county, b, err);
}
