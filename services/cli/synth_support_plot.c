/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/date.h"
#include "synth_income.h"
#include "synth_plots.h"

/* Old people whose children live elsewhere and must support them: what the children owe lifts them above a line, or no longer
 * does. */

enum { CHILDREN_MAX = 3 };

/* What happens to the support in the play. */
typedef enum { AGREED, DEPENDANTS, WAGE, LINK, DEATH } change_t;

typedef struct {
    change_t change;
    int children;
    int dependants; /* of each child, 0: not on record */
    int64_t each;   /* owed by one child for a month (fen) */
    int month;
    int slot;
} plan_t;

static int
draw(synth_house_t *h, int lo, int hi)
{
    return synth_rng_int(&h->rng, lo, hi);
}

/* What a child's household of two must have in a month, so that it owes `each`. */
static int64_t
income_owing(const synth_house_t *b, const plan_t *plan)
{
    int64_t among = plan->dependants > 0 ? plan->dependants : 1;
    int64_t line = synth_income_line(b, 2);

    switch (b->profile->local.maintenance) {
    case SYNTH_HALF_ABOVE_TWICE: return 2 * line + plan->each * 2 * among;
    case SYNTH_THIRTY_PERCENT: return line + plan->each * 10 / 3;
    case SYNTH_BY_CHILDREN: return line + plan->each * 100 * among / (plan->children >= CHILDREN_MAX ? 40 : 50);
    case SYNTH_AGREED_ONLY:
    case SYNTH_MAINTENANCE_COUNT: break;
    }
    return line * 3;
}

/* A married child.  Who must support earns what is owed beyond what the other declares; of a WAGE only from that month on, or up
 * to it. */
static void
make_child(synth_house_t *b, const plan_t *plan, bool found, bool first)
{
    int64_t need = income_owing(b, plan);
    int64_t share = plan->change == WAGE ? draw(b, 30, 60) : draw(b, 0, 40);
    int64_t wage = need * share / 100 * SYNTH_BP / (SYNTH_BP - b->profile->work_cost_bp);
    int32_t month = b->profile->month0 + plan->month;

    (void) synth_house_add(b, SYNTH_HEAD, synth_rng_percent(&b->rng, 60), 34, 63);
    (void) synth_house_add(b, SYNTH_SPOUSE, !b->person[0].male, 33, 58);
    (void) synth_house_declare(b, 1, SYNTH_BUSINESS, need - need * share / 100 + 100);
    if (share > 0) {
        int32_t from = plan->change == WAGE && found ? month : synth_house_history(b);
        synth_house_job(b, 0, from, plan->change == WAGE && !found ? month : DATE_OPEN, wage);
    }
    (void) synth_house_register(b, 3, SYNTH_INITIAL);
    b->linked = true;
    if (plan->change == DEATH && !found && (first || synth_rng_percent(&b->rng, 50))) {
        size_t i = synth_house_rec(b, synth_rng_percent(&b->rng, 50) ? SYNTH_REC_DEATH : SYNTH_REC_CREMATION, 0, plan->slot);
        b->rec[i].from = b->rec[i].day - draw(b, 1, 6);
    }
}

/* What the register says about one child, and how that changes. */
static void
plan_link(synth_house_t *a, int who, int guest, const plan_t *plan, bool found, bool first)
{
    bool late = found && plan->change == LINK;
    size_t i = synth_house_rec(a, SYNTH_REC_SUPPORT, who, late ? plan->slot : SYNTH_INITIAL);

    a->rec[i].code = SYNTH_SON_OR_DAUGHTER;
    a->rec[i].grade = guest;
    a->rec[i].from = synth_profile_first(a->profile, -draw(a, 13, 40)) - draw(a, 0, 20);
    a->rec[i].a = plan->dependants;
    bool fixed = a->profile->local.maintenance == SYNTH_AGREED_ONLY || synth_rng_percent(&a->rng, 25);
    if ((plan->change == AGREED && !found) || (plan->change == DEATH && fixed))
        a->rec[i].b = plan->each;
    if (late || plan->change == WAGE || plan->change == DEATH || (plan->change == DEPENDANTS && !first))
        return;
    size_t k = synth_house_replace(a, i, plan->slot);
    if (plan->change == DEPENDANTS) /* it has to support more people from now on, or fewer */
        a->rec[k].a = found ? 1 : plan->dependants + draw(a, 1, 3);
    else if (plan->change == LINK || !found) /* the duty ends */
        a->rec[k].to = a->rec[k].day - draw(a, 0, 6);
    else { /* it is agreed upon, for the time from then on or for earlier months as well */
        a->rec[k].b = plan->each;
        a->rec[k].from = synth_rng_percent(&a->rng, 50) ? a->rec[k].day - draw(a, 0, 6) : a->rec[k].from;
    }
}

static change_t
draw_change(synth_house_t *a)
{
    if (a->profile->local.maintenance == SYNTH_AGREED_ONLY)
        return synth_rng_percent(&a->rng, 70) ? AGREED : DEATH;
    return (change_t) draw(a, AGREED, DEATH);
}

/* The family has declared some of it already: that does not count twice. */
static void
receive_some(synth_house_t *a, int64_t monthly)
{
    if (synth_rng_percent(&a->rng, 30))
        (void) synth_house_declare(a, 0, SYNTH_RECEIVED, monthly * draw(a, 10, 60) / 100 + 100);
}

/* Sometimes there are bills as well: what is owed is part of the income that they are compared with. */
static void
fall_ill(synth_house_t *a)
{
    int month = draw(a, 0, a->profile->months - 1);
    int slot = month * SYNTH_FEEDS + 1;

    if (synth_rng_percent(&a->rng, 40))
        (void) synth_house_bill(a, 0, synth_profile_slot_day(a->profile, slot) - draw(a, 1, 4), slot,
                                12 * synth_income_line(a, 1) * draw(a, 20, 160) / 100);
}

bool
synth_support_plot(synth_county_t *county, synth_event_t event, synth_near_t near, err_t *err)
{
    synth_house_t *a = synth_county_house(county);
    const synth_profile_t *p = a->profile;
    bool found = event == SYNTH_SUPPORT_FOUND;
    plan_t plan = { .change = draw_change(a), .children = draw(a, 1, CHILDREN_MAX), .month = draw(a, 1, p->months - 3) };
    int n = synth_rng_percent(&a->rng, 30) ? 2 : 1;
    int own = draw(a, 300, 5500); /* of the line: below it, and with what is owed above both lines */
    int owed = (found && synth_rng_percent(&a->rng, 50) ? draw(a, 800, 6000) : p->marginal_bp + draw(a, 200, 3000)) - (found ? 0 : own);

    (void) near;
    plan.slot = plan.month * SYNTH_FEEDS + draw(a, 0, SYNTH_FEEDS - 1);
    plan.dependants = plan.change == DEPENDANTS ? (found ? draw(a, 2, 4) : draw(a, 1, 2)) : draw(a, 0, 2);
    plan.each = synth_income_line(a, n) * owed / SYNTH_BP / plan.children;
    (void) synth_house_add(a, SYNTH_HEAD, synth_rng_percent(&a->rng, 50), 64, 86);
    if (n == 2)
        (void) synth_house_add(a, SYNTH_SPOUSE, !a->person[0].male, 62, 84);
    synth_income_steady(a, 0, n, own);
    receive_some(a, plan.each);
    fall_ill(a);
    (void) synth_house_register(a, synth_house_everyone(a), SYNTH_INITIAL);
    a->want = -1;
    for (int k = 0; k < plan.children; k++) {
        synth_house_t *b = synth_county_other(county);

        synth_house_move_next_door(b, a);
        make_child(b, &plan, found, k == 0);
        int guest = synth_house_know(a, b, synth_house_everyone(b), k + 1);
        plan_link(a, draw(a, 0, n - 1), guest, &plan, found, k == 0);
        if (!synth_county_finish(county, b, err))
            return false;
    }
    if (found)
        (void) synth_house_enrol(a, SYNTH_DIBAO, -1, SYNTH_INITIAL, synth_judge_amount(a, p->start));
    synth_county_act_after(a, plan.month);
    return synth_county_finish(county, a, err);
}
