/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/date.h"
#include "synth_income.h"
#include "synth_plots.h"

/* Children in difficulty: what must be found of them, and what is planted. */

enum { ADULT = 18, CONFINED = 6, SEVERE = 2, SEVERE_MIND = 4 };

typedef struct {
    bool dead;
    bool severe; /* for children grade 3 and 4 of the mind as well */
    bool ill;
    bool confined;
    bool tekun;
    size_t listed; /* index + 1 */
} look_t;

static look_t
look(const synth_judge_t *j, int person)
{
    look_t l = { .dead = synth_judge_died(j, person) != 0 };

    for (size_t i = 0; i < j->h->recs; i++) {
        const synth_rec_t *rec = &j->h->rec[i];
        bool mind = rec->code == SYNTH_INTELLECTUAL || rec->code == SYNTH_MENTAL;

        if (rec->person != person || !synth_judge_in_force(rec, j->day))
            continue;
        if (rec->type == SYNTH_REC_CERTIFICATE && (rec->b == 0 || j->day < rec->b))
            l.severe = rec->grade <= SEVERE || (mind && rec->grade <= SEVERE_MIND);
        l.ill = l.ill || rec->type == SYNTH_REC_ILLNESS;
        l.confined = l.confined || (rec->type == SYNTH_REC_CUSTODY && rec->a >= CONFINED);
        l.tekun = l.tekun || (rec->type == SYNTH_REC_ENROLMENT && rec->code == SYNTH_TEKUN);
        if (rec->type == SYNTH_REC_CHILD)
            l.listed = i + 1;
    }
    return l;
}

static bool
is_parent(const synth_judge_t *j, int child, int other)
{
    int relation = j->h->person[other].relation;

    if (!(j->v.members & 1u << other))
        return false;
    return j->h->person[child].relation == SYNTH_SON_OR_DAUGHTER ? relation == SYNTH_HEAD || relation == SYNTH_SPOUSE
                                                                 : j->h->person[child].relation == SYNTH_HEAD && relation == SYNTH_PARENT;
}

void
synth_children_judge(synth_judge_t *j, int person)
{
    look_t l = look(j, person);
    bool child = date_age(j->h->person[person].born, j->day) < ADULT && !l.tekun;
    int parents = 0;
    int helpless = 0;

    for (int i = 0; child && i < j->h->persons; i++) {
        if (!is_parent(j, person, i))
            continue;
        look_t p = look(j, i);
        parents++;
        helpless += p.dead || p.severe || p.ill || p.confined;
    }
    bool told = parents >= 2 || parents > helpless; /* else one who is not known may be able */
    bool entitled = child && (l.ill || l.severe || (told && helpless >= 2));
    if (entitled && !l.listed)
        synth_judge_add(j, SYNTH_NOT_DRAWN, SYNTH_CHILD, person, 0);
    if (!entitled && l.listed && (!child || told))
        synth_judge_add(j, SYNTH_NO_LONGER, SYNTH_CHILD, person, l.listed - 1);
}

/* ---- what is planted ---- */

static int
draw(synth_house_t *h, int lo, int hi)
{
    return synth_rng_int(&h->rng, lo, hi);
}

void
synth_children_fall_ill(synth_house_t *h, int child)
{
    size_t i = synth_house_rec(h, SYNTH_REC_ILLNESS, child, SYNTH_INITIAL);

    h->rec[i].code = SYNTH_LEUKEMIA;
    h->rec[i].from = h->profile->start - draw(h, 120, 300);
}

/* Parents, a child and a grandparent who has enough for all. */
static int
make_family(synth_house_t *h)
{
    (void) synth_house_add(h, SYNTH_HEAD, true, 33, 46);
    (void) synth_house_add(h, SYNTH_SPOUSE, false, 32, 45);
    int child = synth_house_add(h, SYNTH_SON_OR_DAUGHTER, synth_rng_percent(&h->rng, 50), 3, 14);
    int old = synth_house_add(h, SYNTH_PARENT, synth_rng_percent(&h->rng, 50), 61, 72);
    (void) synth_house_declare(h, old, SYNTH_BUSINESS, synth_income_line(h, 4) * synth_income_share(h, 6000) / SYNTH_BP);
    (void) synth_house_register(h, synth_house_everyone(h), SYNTH_INITIAL);
    return child;
}

static void
die(synth_house_t *h, int person, int slot)
{
    size_t i = synth_house_rec(h, SYNTH_REC_DEATH, person, slot);

    h->rec[i].from = h->rec[i].day - draw(h, 1, 5);
}

/* Disabled from now on, or left by both parents: one dies, the other dies or goes to prison. */
static void
come_to_need(synth_house_t *h, int month)
{
    int child = make_family(h);
    int slot = month * SYNTH_FEEDS + 1;
    int kind = draw(h, 0, 2);

    if (kind == 0)
        (void) synth_house_certify_any(h, child, SYNTH_DISABILITY_COUNT - 1, 1, 2, slot);
    else {
        die(h, 0, slot);
        slot += draw(h, 1, SYNTH_FEEDS - 1);
        if (kind == 1)
            die(h, 1, slot);
        else {
            size_t i = synth_house_rec(h, SYNTH_REC_CUSTODY, 1, slot);
            h->rec[i].code = SYNTH_PRISON;
            h->rec[i].a = draw(h, 6, 40);
            h->rec[i].from = h->rec[i].day - draw(h, 1, 5);
        }
    }
    synth_income_want(h, SYNTH_NOT_DRAWN, SYNTH_CHILD, synth_profile_slot_day(h->profile, slot));
}

/* A lighter certificate than before. */
static void
leave_need(synth_house_t *h, int month)
{
    int child = make_family(h);
    int slot = month * SYNTH_FEEDS + 1;
    size_t i = synth_house_certify(h, child, SYNTH_PHYSICAL, draw(h, 1, 2), SYNTH_INITIAL);

    (void) synth_house_list_child(h, child, SYNTH_DISABILITY, SYNTH_INITIAL);
    size_t k = synth_house_replace(h, i, slot);
    h->rec[k].grade = draw(h, 3, 4);
    h->rec[k].from = h->rec[k].day - draw(h, 1, 5);
    h->rec[k].to = date_add_months(h->rec[k].from, 120);
    synth_income_want(h, SYNTH_NO_LONGER, SYNTH_CHILD, h->rec[k].day);
}

bool
synth_children_plot(synth_county_t *county, synth_event_t event, synth_near_t near, err_t *err)
{
    synth_house_t *h = synth_county_house(county);
    int month = draw(h, 0, h->profile->months - 2);

    (void) near;
    if (event == SYNTH_CHILD_FOUND)
        come_to_need(h, month);
    else
        leave_need(h, month);
    return synth_county_finish(county, h, err);
}
