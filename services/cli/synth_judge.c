/* SPDX-License-Identifier: Apache-2.0 */
#include "synth_judge.h"

#include "domain/date.h"
#include <string.h>

const char *
synth_kind_name(synth_kind_t kind)
{
    static const char *const names[SYNTH_KIND_COUNT] = {
        [SYNTH_NEWLY_QUALIFIES] = "newly_qualifies",
        [SYNTH_NO_LONGER] = "no_longer_qualifies",
        [SYNTH_CATEGORY_CHANGE] = "category_change",
        [SYNTH_BENEFIT_CHANGE] = "benefit_change",
        [SYNTH_NOT_DRAWN] = "entitlement_not_drawn",
        [SYNTH_HARDSHIP_WARNING] = "hardship_warning",
        [SYNTH_MEMBER_CHANGE] = "member_change",
        [SYNTH_AID_MISSING] = "aid_missing",
        [SYNTH_DATA_CONFLICT] = "data_conflict",
        [SYNTH_OVERLAP] = "overlap",
        [SYNTH_REVIEW_DUE] = "review_due",
    };

    return names[kind];
}

bool
synth_judge_is_known(const synth_rec_t *rec, int32_t day)
{
    return rec->day <= day && day < rec->gone && !rec->retracted;
}

bool
synth_judge_in_force(const synth_rec_t *rec, int32_t day)
{
    return synth_judge_is_known(rec, day) && rec->from <= day && day < rec->to;
}

static unsigned
bit_of(const synth_rec_t *rec)
{
    return rec->person < 0 ? 0 : 1u << rec->person;
}

static bool
is_death(const synth_rec_t *rec)
{
    return rec->type == SYNTH_REC_DEATH || rec->type == SYNTH_REC_CREMATION || rec->type == SYNTH_REC_HEALTH_DEATH;
}

static int
count_bits(unsigned mask)
{
    return __builtin_popcount(mask);
}

int64_t
synth_judge_months(const synth_rec_t *rec, int32_t m0, int32_t m1)
{
    int32_t lo = rec->from > m0 ? rec->from : m0;
    int32_t hi = rec->to < m1 ? rec->to : m1;

    return hi > lo ? hi - lo : 0;
}

/* Who is there, who has died, who is counted. */
static void
view_people(const synth_house_t *h, int32_t day, synth_view_t *v)
{
    for (size_t i = 0; i < h->recs; i++) {
        const synth_rec_t *rec = &h->rec[i];

        if (rec->type == SYNTH_REC_HOUSEHOLD && synth_judge_is_known(rec, day))
            v->members = rec->code ? 0 : rec->members;
        if (is_death(rec) && synth_judge_is_known(rec, day) && rec->from <= day)
            v->dead |= bit_of(rec);
        if (rec->type == SYNTH_REC_CUSTODY && rec->code != SYNTH_RESTRICTION && synth_judge_in_force(rec, day))
            v->away |= bit_of(rec);
        if (rec->type == SYNTH_REC_ENROLMENT && rec->code == SYNTH_TEKUN && synth_judge_in_force(rec, day))
            v->tekun |= bit_of(rec);
    }
    v->counted = v->members & ~v->dead & ~v->away & ~v->tekun;
    v->line = h->profile->local.income_months * h->line * count_bits(v->counted);
}

/* What the counted have: of the window, and before work cost in twelve months. */
static void
view_incomes(const synth_house_t *h, int32_t day, synth_view_t *v)
{
    synth_judge_t j = { .h = h, .day = day, .v = *v };
    int year = 12 / h->profile->local.income_months;
    synth_incomes_t incomes;

    synth_support_incomes(h, day, &incomes);
    v->known = (incomes.known & v->members) != 0;
    for (int i = 0; i < h->persons; i++) {
        if (!(v->counted & 1u << i))
            continue;
        int64_t due = synth_support_due(&j, &incomes, i, false);
        v->income += incomes.own[i] + synth_support_beyond(&j, &incomes, i, false);
        v->gross += incomes.gross_year[i] + (due * year > incomes.received_year[i] ? due * year : incomes.received_year[i]);
    }
}

void
synth_judge_view(const synth_house_t *h, int32_t day, synth_view_t *ret)
{
    int32_t m1 = date_month(day);
    int32_t bills_from = date_month_start(m1 - 11);
    int64_t deposits = 0;
    bool own_limits = h->profile->local.rigid_deposit_months > 0;

    memset(ret, 0, sizeof *ret);
    ret->property_ok = ret->rigid_ok = true;
    view_people(h, day, ret);
    view_incomes(h, day, ret);
    for (size_t i = 0; i < h->recs; i++) {
        const synth_rec_t *rec = &h->rec[i];
        unsigned bit = bit_of(rec);

        if (!synth_judge_is_known(rec, day) || !(bit & ret->members))
            continue;
        if (rec->type == SYNTH_REC_DECLARATION && rec->code == SYNTH_DEPOSIT && !(bit & ret->away) && date_month_start(rec->from) <= day && m1 < rec->to)
            deposits += rec->a;
        if (rec->type == SYNTH_REC_VEHICLE && !(bit & ret->away) && rec->code != SYNTH_DISABILITY_SCOOTER && synth_judge_in_force(rec, day)) {
            ret->property_ok = false;
            ret->rigid_ok = ret->rigid_ok && own_limits && rec->a < SYNTH_VEHICLE_LIMIT;
        }
        if (rec->type == SYNTH_REC_SETTLEMENT && !(bit & ret->dead) && rec->from >= bills_from && rec->from <= day)
            ret->bills += rec->a;
        if (rec->type == SYNTH_REC_SETTLEMENT && (bit & ret->counted) && date_month(rec->from) >= m1 - 12 && date_month(rec->from) < m1)
            ret->spent += rec->a;
    }
    int64_t month = h->line * count_bits(ret->counted);
    if (deposits > h->profile->deposit_months * month)
        ret->property_ok = false;
    if (deposits > (own_limits ? h->profile->local.rigid_deposit_months : h->profile->deposit_months) * month)
        ret->rigid_ok = false;
}

int64_t
synth_judge_monthly(int64_t lacks, int months)
{
    int64_t yuan = 100 * (int64_t) months;

    return lacks > 0 ? (lacks + yuan - 1) / yuan * 100 : 0;
}

static int64_t
amount_of(const synth_house_t *h, const synth_view_t *v)
{
    return synth_judge_monthly(v->line - v->income, h->profile->local.income_months);
}

int64_t
synth_judge_amount(const synth_house_t *h, int32_t day)
{
    synth_view_t v;

    synth_judge_view(h, day, &v);
    return amount_of(h, &v);
}

static int
margin_to(int64_t amount, int64_t line)
{
    return line == 0 ? 0 : (int) ((amount - line) * SYNTH_BP / line);
}

int
synth_judge_margin(const synth_house_t *h, int32_t day, int share_bp)
{
    synth_view_t v;

    synth_judge_view(h, day, &v);
    return margin_to(v.income, v.line * share_bp / SYNTH_BP);
}

bool
synth_judge_has(const synth_judge_t *j, synth_kind_t kind, synth_category_t category, int person)
{
    for (int i = 0; i < j->n; i++)
        if (j->found[i].kind == kind && j->found[i].category == category && j->found[i].person == person)
            return true;
    return false;
}

void
synth_judge_add(synth_judge_t *j, synth_kind_t kind, synth_category_t category, int person, size_t rec)
{
    REQUIRE(j->n < SYNTH_FINDINGS_MAX);
    if (!synth_judge_has(j, kind, category, person))
        j->found[j->n++] = (synth_finding_t){ .kind = kind, .category = category, .person = person, .rec = rec };
}

static void
find_money(synth_judge_t *j, synth_kind_t kind, synth_category_t category, size_t rec, int margin_bp)
{
    synth_judge_add(j, kind, category, -1, rec);
    j->found[j->n - 1].has_margin = true;
    j->found[j->n - 1].margin_bp = margin_bp;
}

int32_t
synth_judge_died(const synth_judge_t *j, int person)
{
    int32_t first = 0;

    for (size_t i = 0; i < j->h->recs; i++) {
        const synth_rec_t *rec = &j->h->rec[i];

        if (is_death(rec) && rec->person == person && synth_judge_is_known(rec, j->day) && rec->from <= j->day &&
            (first == 0 || rec->from < first))
            first = rec->from;
    }
    return first;
}

/* Earlier ones go first. */
static int
rank_of(int category)
{
    return category == SYNTH_DIBAO ? 0 : category == SYNTH_MARGINAL ? 1 : 2;
}

static void
judge_enrolled(synth_judge_t *j, const synth_rec_t *rec, size_t index)
{
    const synth_view_t *v = &j->v;
    const synth_profile_t *p = j->h->profile;
    int64_t edge = v->line * p->marginal_bp / SYNTH_BP;
    int64_t leave = v->line * (SYNTH_BP + p->hysteresis_bp) / SYNTH_BP;
    int verdict = synth_spend_verdict(j);
    bool keeps = rec->code == SYNTH_DIBAO ? v->property_ok && v->income < leave : verdict == rec->code;
    bool over = rec->code == SYNTH_RIGID && synth_spend_is_over(j, rec);
    int to_leave = margin_to(v->income, rec->code == SYNTH_DIBAO ? leave : edge);

    keeps = keeps && !over;
    if (!v->known && over)
        synth_judge_add(j, SYNTH_NO_LONGER, SYNTH_RIGID, -1, index);
    if (!v->known)
        return;
    if (verdict >= 0 && verdict != rec->code && (!keeps || rank_of(verdict) < rank_of(rec->code)))
        find_money(j, SYNTH_CATEGORY_CHANGE, (synth_category_t) verdict, index, verdict == SYNTH_DIBAO ? margin_to(v->income, v->line) : to_leave);
    else if (!keeps) {
        synth_judge_add(j, SYNTH_NO_LONGER, (synth_category_t) rec->code, -1, index);
        if (v->property_ok && rec->code != SYNTH_RIGID) {
            j->found[j->n - 1].has_margin = true;
            j->found[j->n - 1].margin_bp = to_leave;
        }
    }
    if (rec->code == SYNTH_DIBAO && v->income < v->line && amount_of(j->h, v) != rec->a)
        find_money(j, SYNTH_BENEFIT_CHANGE, SYNTH_DIBAO, index, margin_to(v->income, v->line));
    int64_t aid = rec->code == SYNTH_RIGID ? synth_spend_amount(j->h, j->day) : 0;
    if (aid > 0 && aid != rec->a)
        synth_judge_add(j, SYNTH_BENEFIT_CHANGE, SYNTH_RIGID, -1, index);
}

/* The first in the order goes before the others that are in force. */
static bool
is_outdone(const synth_judge_t *j, const synth_rec_t *rec)
{
    for (size_t i = 0; i < j->h->recs; i++) {
        const synth_rec_t *other = &j->h->rec[i];

        if (other->type == SYNTH_REC_ENROLMENT && (other->code == SYNTH_DIBAO || other->code == SYNTH_MARGINAL) &&
            rank_of(other->code) < rank_of(rec->code) && synth_judge_in_force(other, j->day))
            return true;
    }
    return false;
}

/* The household's own categories.  Returns whether dibao is in force. */
static bool
judge_household(synth_judge_t *j)
{
    const synth_view_t *v = &j->v;
    bool enrolled = false;
    bool dibao = false;

    for (size_t i = 0; i < j->h->recs; i++) {
        const synth_rec_t *rec = &j->h->rec[i];
        int last = -1;

        if (rec->type != SYNTH_REC_ENROLMENT || (rec->code != SYNTH_DIBAO && rec->code != SYNTH_MARGINAL && rec->code != SYNTH_RIGID) ||
            !synth_judge_in_force(rec, j->day))
            continue;
        enrolled = true;
        dibao = dibao || rec->code == SYNTH_DIBAO;
        for (int k = 0; k < j->h->persons; k++) {
            if (!(rec->members & v->dead & (1u << k)))
                continue;
            if (v->counted != 0)
                synth_judge_add(j, SYNTH_MEMBER_CHANGE, (synth_category_t) rec->code, k, i);
            else if (last < 0 || synth_judge_died(j, k) > synth_judge_died(j, last))
                last = k;
        }
        if (v->counted == 0 && last >= 0)
            synth_judge_add(j, SYNTH_NO_LONGER, (synth_category_t) rec->code, last, i);
        else if (v->counted != 0 && !is_outdone(j, rec))
            judge_enrolled(j, rec, i);
    }
    int verdict = enrolled ? -1 : synth_spend_verdict(j);
    if (verdict == SYNTH_RIGID)
        synth_judge_add(j, SYNTH_NEWLY_QUALIFIES, SYNTH_RIGID, -1, 0);
    else if (verdict >= 0)
        find_money(j, SYNTH_NEWLY_QUALIFIES, (synth_category_t) verdict, 0,
                   margin_to(v->income, verdict == SYNTH_DIBAO ? v->line : v->line * j->h->profile->marginal_bp / SYNTH_BP));
    return dibao;
}

static void
judge_person(synth_judge_t *j, int person, bool dibao)
{
    unsigned bit = 1u << person;
    int32_t m1 = date_month(j->day);
    size_t drawn[SYNTH_CATEGORY_COUNT] = { 0 }; /* index + 1 of the enrolment */
    const synth_rec_t *certificate = NULL;
    bool waged = false;
    bool imprisoned = false;
    bool orphan = false;

    if (!(j->v.members & bit))
        return;
    for (size_t i = 0; i < j->h->recs; i++) {
        const synth_rec_t *rec = &j->h->rec[i];

        if (rec->person != person || !synth_judge_is_known(rec, j->day))
            continue;
        if ((rec->type == SYNTH_REC_ENROLMENT && synth_judge_in_force(rec, j->day)))
            drawn[rec->code] = i + 1;
        else if (rec->type == SYNTH_REC_CHILD && rec->from <= j->day) {
            drawn[SYNTH_CHILD] = i + 1;
            orphan = rec->code == SYNTH_ORPHAN;
        } else if (rec->type == SYNTH_REC_CUSTODY && rec->code == SYNTH_PRISON && synth_judge_in_force(rec, j->day))
            imprisoned = true;
        else if (rec->type == SYNTH_REC_CERTIFICATE && synth_judge_in_force(rec, j->day) &&
                 (rec->b == 0 || j->day < rec->b))
            certificate = rec;
        else if (rec->type == SYNTH_REC_WAGE && synth_judge_months(rec, m1 - j->h->profile->local.income_months, m1) > 0)
            waged = true;
    }
    if (j->v.dead & bit) {
        for (int c = SYNTH_TEKUN; c <= SYNTH_CHILD; c++)
            if (drawn[c])
                synth_judge_add(j, SYNTH_NO_LONGER, (synth_category_t) c, person, drawn[c] - 1);
        return;
    }
    bool mind = certificate && (certificate->code == SYNTH_INTELLECTUAL || certificate->code == SYNTH_MENTAL);
    bool severe = certificate && certificate->grade <= 2;
    bool alone = drawn[SYNTH_TEKUN] != 0;
    bool qualifies[SYNTH_CATEGORY_COUNT] = {
        [SYNTH_NURSING] = !alone && !imprisoned && (severe || (mind && certificate->grade == 3)),
        [SYNTH_LIVING] = !alone && !orphan && certificate && (dibao || drawn[SYNTH_DIBAO_SINGLE] || ((severe || mind) && !waged)),
    };
    for (int c = SYNTH_LIVING; c <= SYNTH_NURSING; c++) {
        if (qualifies[c] && !drawn[c])
            synth_judge_add(j, SYNTH_NOT_DRAWN, (synth_category_t) c, person, 0);
        if (!qualifies[c] && drawn[c])
            synth_judge_add(j, SYNTH_NO_LONGER, (synth_category_t) c, person, drawn[c] - 1);
    }
}

int
synth_judge_findings(const synth_house_t *h, int32_t day, synth_finding_t ret[SYNTH_FINDINGS_MAX])
{
    synth_judge_t j = { .h = h, .day = day, .found = ret };

    synth_judge_view(h, day, &j.v);
    if (j.v.members == 0)
        return 0;
    bool dibao = judge_household(&j);
    for (int i = 0; i < h->persons; i++) {
        judge_person(&j, i, dibao);
        if (j.v.members & ~j.v.dead & (1u << i)) {
            synth_aid_judge(&j, i);
            if (h->profile->watch.on && h->complete)
                synth_children_judge(&j, i);
        }
    }
    if (h->profile->spending.on)
        synth_spend_judge(&j);
    if (h->profile->watch.on && h->complete) {
        synth_hard_judge(&j);
        synth_watch_judge(&j);
    } else if (j.v.bills >= h->profile->hardship)
        find_money(&j, SYNTH_HARDSHIP_WARNING, SYNTH_HARDSHIP, 0, margin_to(j.v.bills, h->profile->hardship));
    return j.n;
}

int
synth_judge_days(const synth_profile_t *p, int32_t ret[SYNTH_DAYS_MAX])
{
    int n = 0;

    for (int32_t day = p->start; p->watch.on && day <= p->end; day++)
        ret[n++] = day;
    for (int m = 0; !p->watch.on && m < p->months; m++) {
        ret[n++] = synth_profile_first(p, m);
        for (int f = 0; f < SYNTH_FEEDS; f++)
            ret[n++] = synth_profile_slot_day(p, m * SYNTH_FEEDS + f);
    }
    if (ret[n - 1] != p->end)
        ret[n++] = p->end;
    return n;
}
