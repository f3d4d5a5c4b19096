/* SPDX-License-Identifier: Apache-2.0 */
#include "synth_profile_check.h"

#include "domain/date.h"
#include <inttypes.h>
#include <string.h>

enum { HOUSEHOLD_MAX = 5, MONTHS_MIN = 4, WATCH_MONTHS_MIN = 12 };

#define refuse(err, ...) err_set((err), ERR_REJECT, "synth.profile", __VA_ARGS__)

static bool
check_play(const synth_profile_t *p, err_t *err)
{
    int y, m, d;

    date_parts(p->start, &y, &m, &d);
    if (d != 1)
        return refuse(err, "`start` must be the first of a month: the register is complete on that day");
    if (p->months < MONTHS_MIN || p->months > SYNTH_MONTHS_MAX)
        return refuse(err, "`start` to `end` is %d months; make it %d to %d", p->months, MONTHS_MIN, SYNTH_MONTHS_MAX);
    for (int i = 0; i < SYNTH_FEEDS; i++) {
        if (p->feed_day[i] < 4 || p->feed_day[i] > 28)
            return refuse(err, "`feed_days` must lie between 4 and 28, so that every month has them");
        if (i > 0 && p->feed_day[i] < p->feed_day[i - 1] + 4)
            return refuse(err, "`feed_days` must rise by at least 4 days, such as [5, 15, 25]");
    }
    if (p->end < synth_profile_slot_day(p, synth_profile_slots(p) - 1))
        return refuse(err, "`end` must not lie before the last feed day of its month (the %dth)", p->feed_day[2]);
    return true;
}

static bool
check_policy(synth_profile_t *p, err_t *err)
{
    const synth_standard_t *current = NULL;

    for (int i = 0; i < p->standards; i++) {
        const synth_standard_t *s = &p->standard[i];

        if (i > 0 && s->from <= p->standard[i - 1].from)
            return refuse(err, "`standards` must be in the order of their dates");
        if (s->fen[0] < 10000 || s->fen[1] < 10000)
            return refuse(err, "a standard below 100.00 yuan leaves no room for incomes below it");
        if (s->from <= p->start)
            current = s;
        else if (s->from <= p->end)
            return refuse(err, "a standard changes between `start` and `end`: every amount would change with it; let the "
                               "play end before that day or begin on it");
    }
    if (current == NULL)
        return refuse(err, "no standard is in force on `start`; give one whose `from` is not after it");
    memcpy(p->line, current->fen, sizeof p->line);
    if (p->marginal_bp < 14000 || p->marginal_bp > 25000)
        return refuse(err, "`marginal_multiple` must be 1.4 to 2.5: planted incomes need room between the two lines");
    if (p->hysteresis_bp < 100 || p->hysteresis_bp > 500)
        return refuse(err, "`hysteresis` must be 0.01 to 0.05: the planted cases need a band to lie in");
    if (p->hardship < 500000)
        return refuse(err, "`hardship_limit` must be at least 5000.00: ordinary hospital bills reach that far");
    return true;
}

static bool
check_people(const char *what, int64_t households, int64_t people, err_t *err)
{
    if (people < households)
        return refuse(err, "`at_end`: %s has %" PRId64 " people in %" PRId64 " households; each needs one at least", what,
                      people, households);
    if (people > households * HOUSEHOLD_MAX)
        return refuse(err, "`at_end`: %s has %" PRId64 " people in %" PRId64 " households; at most %d in each", what, people,
                      households, HOUSEHOLD_MAX);
    return true;
}

static bool
check_counts(const synth_profile_t *p, err_t *err)
{
    const int64_t *e = p->events;
    int64_t children = 0;

    if (p->dibao_single > p->dibao_households)
        return refuse(err, "`at_end`: `dibao_single` is counted within the `dibao` households and cannot be more");
    if (!check_people("dibao without dibao_single", p->dibao_households - p->dibao_single,
                      p->dibao_people - p->dibao_single, err) ||
        !check_people("marginal", p->marginal_households, p->marginal_people, err))
        return false;
    for (int i = 0; i < SYNTH_CLASS_COUNT; i++)
        children += p->child[i];
    if ((e[SYNTH_CHILD_LEAVE] + e[SYNTH_DEATH_CHILD]) * 10 > children)
        return refuse(err, "`events`: children leave and die in more than a tenth of the list of %" PRId64
                           "; such a list waits for a person: lower `child_leave` or `death_child`", children);
    if (p->dibao_single + p->child[SYNTH_DISABILITY] > p->living ||
        p->dibao_single + p->child[SYNTH_DISABILITY] > p->nursing)
        return refuse(err, "`at_end`: people of `dibao_single` and children of `severe_disability` draw both allowances; "
                           "`disability_living` and `disability_nursing` must be at least their sum");
    if (p->near_bp > 9000)
        return refuse(err, "`near_line.share` must be at most 0.90");
    return true;
}

static bool
check_codes(const synth_profile_t *p, err_t *err)
{
    if (strlen(p->county) != 6 || strspn(p->county, "0123456789") != 6)
        return refuse(err, "`county.code` must have six digits");
    if (strlen(p->resident_area) != 6 || strspn(p->resident_area, "0123456789") != 6 ||
        strncmp(p->resident_area, "99", 2) != 0 || strncmp(p->resident_area, "99999", 5) == 0)
        return refuse(err, "`resident_area` must be six digits beginning with 99 (below 999990), so that nobody has the "
                           "numbers");
    for (int i = 0; i < p->townships; i++)
        for (int k = 0; k < i; k++)
            if (strcmp(p->township[i].code, p->township[k].code) == 0)
                return refuse(err, "township %s is named twice", p->township[i].code);
    return true;
}

static bool
check_watch(const synth_profile_t *p, err_t *err)
{
    for (int i = SYNTH_PAYMENT_MISSING; i < SYNTH_EVENT_COUNT; i++)
        if (p->events[i] > 0 && !p->watch.on)
            return refuse(err, "`events`: %s leads to nothing without `watch`", synth_event_name((synth_event_t) i));
    for (int i = SYNTH_RIGID_FOUND; i <= SYNTH_POVERTY_OVER; i++)
        if (p->events[i] > 0 && !p->spending.on)
            return refuse(err, "`events`: %s leads to nothing without `spending`", synth_event_name((synth_event_t) i));
    for (int i = SYNTH_SUPPORT_FOUND; i <= SYNTH_RIGID_PROPERTY; i++)
        if (p->events[i] > 0 && !p->local.on)
            return refuse(err, "`events`: %s hangs on what the place chooses; give `local`", synth_event_name((synth_event_t) i));
    if (p->spending.on && !p->watch.on)
        return refuse(err, "`spending` is found of everybody who has bills; give `watch`, so that every day is judged");
    if (p->watch.on && p->months < WATCH_MONTHS_MIN)
        return refuse(err, "`watch` needs %d months at least: reviews and payments take their time", WATCH_MONTHS_MIN);
    if (p->events[SYNTH_RIGID_PROPERTY] > 0 && p->local.rigid_deposit_months == 0)
        return refuse(err, "`events`: rigid_property leads to nothing without `local.rigid_deposit_months`");
    /* Between what leaves less than the standard and what the share lets be. */
    if (p->events[SYNTH_RIGID_RESIDUAL] > 0 &&
        (!p->local.residual || (int64_t) (p->marginal_bp + 170 - SYNTH_BP) * (SYNTH_BP - p->work_cost_bp) >=
                                   (int64_t) (p->marginal_bp + 50) * p->spending.rigid_bp))
        return refuse(err, "`events`: rigid_residual needs `local.rigid_test: residual_or_share`, and a `spending.rigid_share` that "
                           "whoever is left with less than the standard need not reach");
    if (p->local.on && !p->spending.on)
        return refuse(err, "`local` goes with `spending`: most of its choices are about rigid expenditure");
    if (12 % p->local.income_months != 0)
        return refuse(err, "`local.income_months` must be 6 or 12");
    if (p->local.rigid_deposit_months != 0 && p->local.rigid_deposit_months <= p->deposit_months)
        return refuse(err, "`local.rigid_deposit_months` must be more than `policy.deposit_months`: the law allows looser limits");
    if (p->late_bp + p->mistakes_bp > 0 && !p->watch.on)
        return refuse(err, "`disorder` changes what is found on which day; give `watch`, so that every day is judged");
    return true;
}

bool
synth_profile_check(synth_profile_t *p, err_t *err)
{
    return check_play(p, err) && check_policy(p, err) && check_counts(p, err) && check_codes(p, err) && check_watch(p, err);
}
