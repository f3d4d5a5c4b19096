/* SPDX-License-Identifier: Apache-2.0 */
#include "finding_back.h"

#include <string.h>

#include "base/num.h"
#include "domain/date.h"
#include "finding_case.h"
#include "ruling.h"

enum { GROUP = 64, MONTHS_MAX = 60 }; /* households that are assessed together; the policy allows no more months */
enum { DAYS_KEPT = 8 };               /* besides firsts of months */

/* Kept for the next time: one day is gone back to again and again. */
typedef struct {
    policy_assessor_t *assessor;
    int32_t day;
} kept_t;

struct finding_back {
    const policy_t *policy;
    const finding_rules_t *rules;
    arena_t *arena; /* emptied after each group and day */
    str_t *text;    /* what a basis is made of, used again and again */
    kept_t months[MONTHS_MAX + 1], days[DAYS_KEPT];
};

/* One finding on its way back. */
typedef struct {
    const dossier_t *dossier;
    wanted_t *wanted;
    bool going;
    int held;                   /* months, this one included, on whose first day it held without a break */
    int64_t due[MONTHS_MAX + 1]; /* by month back */
} trail_t;

typedef struct {
    finding_back_t *self;
    const policy_world_t *world;
    arena_t *tell;
    int32_t day;
    trail_t *trails;
    size_t count;
} walk_t;

finding_back_t *
finding_back_new(const policy_t *policy, const finding_rules_t *rules)
{
    finding_back_t *self = mem_new(finding_back_t);

    self->policy = policy;
    self->rules = rules;
    self->arena = arena_new(1 << 18);
    self->text = mem_new(str_t);
    return self;
}

void
finding_back_destroy(finding_back_t **self_p)
{
    finding_back_t *self = TAKE(*self_p);

    if (self == NULL)
        return;
    for (size_t i = 0; i < COUNT_OF(self->months); i++)
        policy_assessor_destroy(&self->months[i].assessor);
    for (size_t i = 0; i < COUNT_OF(self->days); i++)
        policy_assessor_destroy(&self->days[i].assessor);
    arena_destroy(&self->arena);
    str_done(self->text);
    mem_free(self->text);
    mem_free(self);
}

bool
finding_back_is_for(const wanted_t *wanted)
{
    if (wanted->since != DATE_OPEN)
        return false;
    switch (wanted->kind) {
    case KIND_NEWLY_QUALIFIES:
    case KIND_NO_LONGER_QUALIFIES:
    case KIND_CATEGORY_CHANGE:
    case KIND_BENEFIT_CHANGE:
    case KIND_ENTITLEMENT_NOT_DRAWN:
    case KIND_HARDSHIP_WARNING:
        return true;
    case KIND_MEMBER_CHANGE:
    case KIND_DATA_CONFLICT:
    case KIND_OVERLAP:
    case KIND_AID_MISSING:
    case KIND_REVIEW_DUE:
    case KIND_COUNT:
        break;
    }
    return false;
}

/* --- basis --- */

static void
add_bytes(str_t *text, const void *p, size_t n)
{
    str_add_n(text, p, n);
}

/* With its number in the stream: of two enrolments that begin on one day the one that was said last counts. */
static void
add_fact(str_t *text, const fact_t *f)
{
    const int64_t numbers[] = { (int64_t) f->seq, f->dataset, f->kind, f->code, f->from, f->to, f->value, f->person_count };

    add_bytes(text, numbers, sizeof numbers);
    add_bytes(text, f->key, sizeof f->key);
    for (size_t i = 0; i < f->person_count; i++)
        add_bytes(text, &f->persons[i], sizeof(uuid_t));
}

static void
add_home(str_t *text, const dossier_t *d)
{
    const int64_t numbers[] = { d->urban, d->incomplete, d->effective, (int64_t) d->member_count, (int64_t) d->fact_count };

    add_bytes(text, &d->household, sizeof d->household);
    add_bytes(text, d->region, sizeof d->region);
    add_bytes(text, numbers, sizeof numbers);
    for (size_t i = 0; i < d->fact_count; i++)
        add_fact(text, &d->facts[i]);
    for (size_t m = 0; m < d->member_count; m++) {
        const member_t *member = &d->members[m];
        const int64_t about[] = { member->relation, member->male, member->born, (int64_t) member->fact_count };

        add_bytes(text, &member->person, sizeof member->person);
        add_bytes(text, about, sizeof about);
        for (size_t i = 0; i < member->fact_count; i++)
            add_fact(text, &member->facts[i]);
    }
}

void
finding_back_basis(const finding_back_t *self, const policy_world_t *world, const dossier_t *d, int32_t day, hash_t *ret)
{
    str_t *text = self->text;
    int32_t month = date_month(day);

    str_clear(text);
    str_add(text, policy_digest(self->policy));
    add_bytes(text, &month, sizeof month);
    add_home(text, d);
    for (size_t i = 0; i < d->supporter_count; i++) {
        const supporter_t *s = &d->supporters[i];
        const int64_t numbers[] = { (int64_t) s->member, s->home != NULL, (int64_t) s->place };

        add_bytes(text, numbers, sizeof numbers);
        add_bytes(text, &s->person, sizeof s->person);
        if (s->home != NULL && s->home != d)
            add_home(text, s->home);
    }
    for (size_t i = 0; i < d->ruling_count; i++) {
        const ruling_t *r = &d->rulings[i];
        const int64_t numbers[] = { r->verb, r->from, r->until };

        add_bytes(text, numbers, sizeof numbers);
        add_bytes(text, &r->person, sizeof r->person);
        str_add(text, r->category);
    }
    for (size_t i = 0; world != NULL && i < world->place_fact_count; i++)
        if (str_starts(d->region, world->place_facts[i].region))
            add_fact(text, &world->place_facts[i].fact);
    hash_of(text->ptr, text->len, ret);
}

void
finding_back_basis_of(const hash_t *basis, const wanted_t *wanted, hash_t *ret)
{
    const hash_part_t parts[] = { { basis->b, sizeof basis->b }, { wanted->digest.b, sizeof wanted->digest.b } };

    hash_of_parts(parts, COUNT_OF(parts), ret);
}

/* --- on another day --- */

static const wanted_t *
same_wanted(const finding_list_t *list, const wanted_t *wanted)
{
    for (size_t i = 0; i < list->count; i++) {
        const wanted_t *w = &list->wanted[i];

        if (w->kind == wanted->kind && w->since == DATE_OPEN && strcmp(w->category, wanted->category) == 0 &&
            uuid_eq(&w->person, &wanted->person))
            return w;
    }
    return NULL;
}

static policy_assessor_t *
assessor_of(const walk_t *w, int32_t day)
{
    int32_t month = date_month(day);
    kept_t *kept = day == date_month_start(month) ? &w->self->months[(uint32_t) month % COUNT_OF(w->self->months)]
                                                  : &w->self->days[(uint32_t) day % COUNT_OF(w->self->days)];

    if (kept->assessor != NULL && kept->day != day)
        policy_assessor_destroy(&kept->assessor);
    if (kept->assessor == NULL)
        kept->assessor = policy_assessor_new(w->self->policy, day);
    kept->day = day;
    return kept->assessor;
}

/* The dossiers on a day before; everything is in the arena of its own until the next call. */
static bool
judge(walk_t *w, const dossier_t *const *dossiers, size_t n, int32_t day, bool verdicts_alone, finding_list_t *lists, err_t *err)
{
    const policy_asked_t asked = { .verdicts_alone = verdicts_alone };
    policy_result_t *results;

    arena_reset(w->self->arena);
    results = arena_new_array(w->self->arena, policy_result_t, n);
    if (!policy_assessor_run(assessor_of(w, day), w->world, &asked, dossiers, n, w->self->arena, results, err))
        return err_add(err, "going back");
    for (size_t i = 0; i < n; i++)
        finding_rules_judge(w->self->rules, dossiers[i], &results[i], day, w->self->arena, &lists[i]);
    return true;
}

/* Assesses on the first of that month those of whom a finding still holds; *ret_any: some hold on. */
static bool
step_back(walk_t *w, int back, bool *ret_any, err_t *err)
{
    int32_t day = date_month_start(date_month(w->day) - back);
    const dossier_t *dossiers[GROUP];
    finding_list_t lists[GROUP];
    size_t n = 0;

    for (size_t t = 0; t < w->count; t++) {
        trail_t *trail = &w->trails[t];

        trail->going = trail->going && day >= trail->dossier->effective;
        if (trail->going && (n == 0 || dossiers[n - 1] != trail->dossier))
            dossiers[n++] = trail->dossier;
    }
    *ret_any = n > 0;
    if (n == 0)
        return true;
    if (!judge(w, dossiers, n, day, true, lists, err))
        return false;
    for (size_t t = 0, at = 0; t < w->count; t++) {
        trail_t *trail = &w->trails[t];

        if (!trail->going)
            continue;
        while (dossiers[at] != trail->dossier)
            at++;
        const wanted_t *then = same_wanted(&lists[at], trail->wanted);
        trail->going = then != NULL;
        if (then == NULL)
            continue;
        trail->due[back] = then->monthly;
        trail->held = back + 1;
    }
    return true;
}

/* It did not hold on the first of this month: the day from which on it does, at each day on which anything changes. */
static bool
search_month(walk_t *w, trail_t *trail, err_t *err)
{
    int32_t day = date_month_start(date_month(w->day));

    if (day < trail->dossier->effective)
        day = trail->dossier->effective;
    trail->wanted->since = DATE_OPEN;
    while (day <= w->day) {
        finding_list_t list;
        bool holds;

        if (!judge(w, &trail->dossier, 1, day, false, &list, err))
            return false;
        holds = same_wanted(&list, trail->wanted) != NULL;
        if (!holds)
            trail->wanted->since = DATE_OPEN;
        else if (trail->wanted->since == DATE_OPEN)
            trail->wanted->since = day;
        REQUIRE(list.next_day > day);
        day = list.next_day;
    }
    if (trail->wanted->since == DATE_OPEN)
        trail->wanted->since = w->day;
    return true;
}

/* --- money --- */

static void
add_money(int64_t *sum, int64_t more)
{
    if (!num_add_i64(*sum, more, sum))
        *sum = INT64_MAX;
}

static const fact_t *
facts_of(const trail_t *trail, size_t *ret_n)
{
    size_t m = uuid_is_nil(&trail->wanted->person) ? SIZE_MAX : finding_case_member(trail->dossier, &trail->wanted->person);

    *ret_n = m == SIZE_MAX ? trail->dossier->fact_count : trail->dossier->members[m].fact_count;
    return m == SIZE_MAX ? trail->dossier->facts : trail->dossier->members[m].facts;
}

static void
tell(walk_t *w, wanted_t *wanted, int32_t month, int64_t due, int64_t paid)
{
    if (w->tell == NULL || wanted->month_count == MONTHS_MAX)
        return;
    if (wanted->months == NULL)
        wanted->months = arena_new_array(w->tell, finding_month_t, MONTHS_MAX);
    wanted->months[wanted->month_count++] = (finding_month_t){ .month = month, .due = due, .paid = paid };
}

/* Of a whole month before this one: what was due against what is known to be paid. */
static void
count_month(walk_t *w, trail_t *trail, int back, int64_t *overpaid, int64_t *underpaid)
{
    int32_t month = date_month(w->day) - back;
    size_t n, payments = 0;
    const fact_t *facts = facts_of(trail, &n);
    int64_t due = trail->due[back], paid = finding_case_paid_in(w->self->rules, facts, n, trail->wanted->category, month, &payments);
    bool change = trail->wanted->kind == KIND_BENEFIT_CHANGE;

    if (due == MONEY_NONE || (change && payments == 0))
        return;
    tell(w, trail->wanted, month, due, paid);
    if (due > paid)
        add_money(underpaid, due - paid);
    else if (change)
        add_money(overpaid, paid - due);
}

/* Whatever was paid for the months that began since. */
static void
count_all_paid(walk_t *w, trail_t *trail, int64_t *overpaid)
{
    size_t n;
    const fact_t *facts = facts_of(trail, &n);
    int32_t first = date_month(trail->wanted->since), last = date_month(w->day);

    if (date_month_start(first) < trail->wanted->since)
        first++;
    for (size_t i = 0; i < n; i++) /* some are paid ahead */
        if (finding_case_is_payment(w->self->rules, &facts[i], trail->wanted->category) && date_month(facts[i].from) > last)
            last = date_month(facts[i].from);
    for (int32_t month = first; month <= last; month++) {
        size_t payments = 0;
        int64_t paid = finding_case_paid_in(w->self->rules, facts, n, trail->wanted->category, month, &payments);

        if (payments == 0)
            continue;
        tell(w, trail->wanted, month, 0, paid);
        add_money(overpaid, paid);
    }
}

static void
count_money(walk_t *w, trail_t *trail)
{
    int64_t overpaid = 0, underpaid = 0;
    wanted_t *wanted = trail->wanted;

    if (wanted->kind == KIND_NO_LONGER_QUALIFIES) {
        count_all_paid(w, trail, &overpaid);
    } else if (wanted->kind != KIND_HARDSHIP_WARNING && wanted->monthly != MONEY_NONE) {
        for (int back = trail->held - 1; back > 0; back--)
            count_month(w, trail, back, &overpaid, &underpaid);
    }
    wanted->overpaid = overpaid > 0 ? overpaid : MONEY_NONE;
    wanted->underpaid = underpaid > 0 ? underpaid : MONEY_NONE;
}

/* --- the walk --- */

static bool
walk_group(walk_t *w, err_t *err)
{
    int64_t lookback = 0;
    bool any = true;

    if (!policy_number(w->self->policy, "findings.lookback_months", w->day, &lookback) || lookback > MONTHS_MAX)
        lookback = lookback > MONTHS_MAX ? MONTHS_MAX : 0;
    for (int back = 0; any && back <= lookback; back++)
        if (!step_back(w, back, &any, err))
            return false;
    for (size_t t = 0; t < w->count; t++) {
        trail_t *trail = &w->trails[t];

        if (trail->held > 0)
            trail->wanted->since = date_month_start(date_month(w->day) - trail->held + 1);
        else if (!search_month(w, trail, err))
            return false;
        /* it ends what is drawn now, and nothing before it */
        if (trail->wanted->kind == KIND_NO_LONGER_QUALIFIES && trail->wanted->since < trail->wanted->drawn_from)
            trail->wanted->since = trail->wanted->drawn_from;
        count_money(w, trail);
    }
    return true;
}

bool
finding_back_run(finding_back_t *self, const policy_world_t *world, const finding_back_case_t *cases, size_t n, int32_t day,
                 arena_t *arena, err_t *err)
{
    walk_t w = { .self = self, .world = world, .tell = arena, .day = day };
    size_t cap = 0, homes = 0;
    bool ok = true;

    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < cases[i].list->count; k++)
            cap += cases[i].list->wanted[k].follow ? 1 : 0;
    if (cap == 0)
        return true;
    w.trails = mem_new_array(trail_t, cap);
    for (size_t i = 0; ok && i < n; i++) {
        size_t before = w.count;

        for (size_t k = 0; k < cases[i].list->count; k++)
            if (cases[i].list->wanted[k].follow)
                w.trails[w.count++] = (trail_t){ .dossier = cases[i].dossier, .wanted = &cases[i].list->wanted[k], .going = true };
        homes += w.count > before ? 1 : 0;
        if (homes == GROUP || i + 1 == n) {
            ok = walk_group(&w, err);
            w.count = homes = 0;
        }
    }
    mem_free(w.trails);
    arena_reset(self->arena);
    return ok;
}
