/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/date.h"
#include "synth_disorder.h"
#include "synth_judge.h"

/* Payments that stay out, records that contradict each other, aids that exclude one another, reviews that are due: what a
 * county with `watch` is found beside its verdicts. */

enum { AGAIN_MONTHS = 6 }; /* temporary aid is not given again before */

static bool
is_paid(const synth_judge_t *j, const synth_rec_t *enrolment, int32_t month)
{
    for (size_t i = 0; i < j->h->pays; i++) {
        const synth_payment_t *pay = &j->h->pay[i];
        const synth_rec_t *of = &j->h->rec[pay->rec];

        if (pay->month == month && pay->day <= j->day && of->code == enrolment->code && of->person == enrolment->person)
            return true;
    }
    return false;
}

static bool
is_enrolment(const synth_judge_t *j, const synth_rec_t *rec)
{
    return rec->type == SYNTH_REC_ENROLMENT && synth_judge_is_known(rec, j->day);
}

static bool
is_living(const synth_judge_t *j, int person)
{
    return (j->v.members & ~j->v.dead & (1u << person)) != 0;
}

static void
judge_missing(synth_judge_t *j)
{
    int32_t month = date_month(j->day) - j->h->profile->watch.months_late;
    int32_t first = date_month_start(month);

    for (size_t i = 0; i < j->h->recs && month >= j->h->profile->month0 - 12; i++) {
        const synth_rec_t *rec = &j->h->rec[i];

        if (!is_enrolment(j, rec) || rec->a == 0 || rec->code == SYNTH_URGENT || rec->code == SYNTH_EXPENDITURE || rec->from > first || rec->to < date_month_start(month + 1))
            continue;
        if ((rec->person < 0 ? j->v.counted != 0 : is_living(j, rec->person)) && !is_paid(j, rec, month))
            synth_judge_add(j, SYNTH_AID_MISSING, (synth_category_t) rec->code, rec->person, i);
    }
}

static bool
is_enrolled(const synth_judge_t *j, int category, int person)
{
    for (size_t i = 0; i < j->h->recs; i++)
        if (j->h->rec[i].type == SYNTH_REC_ENROLMENT && j->h->rec[i].code == category && j->h->rec[i].person == person &&
            synth_judge_in_force(&j->h->rec[i], j->day))
            return true;
    return false;
}

static bool
is_claimed_twice(const synth_judge_t *j, int person)
{
    const synth_person_t *who = &j->h->person[person];
    const synth_profile_t *p = j->h->profile;

    return who->claimed_slot > 0 && synth_disorder_day(p, SYNTH_REC_HOUSEHOLD, who->claimed_slot) <= j->day &&
           (who->unclaimed_slot == 0 || j->day < synth_disorder_day(p, SYNTH_REC_HOUSEHOLD, who->unclaimed_slot));
}

static bool
is_contradicted(const synth_judge_t *j, int person)
{
    int32_t died = synth_judge_died(j, person);
    int32_t last = died;

    if (is_claimed_twice(j, person))
        return true;
    for (size_t i = 0; died != 0 && i < j->h->recs; i++) {
        const synth_rec_t *rec = &j->h->rec[i];

        if (rec->person != person || !synth_judge_is_known(rec, j->day))
            continue;
        if (rec->type == SYNTH_REC_WAGE && rec->to > date_month(died) + 1)
            return true;
        if ((rec->type == SYNTH_REC_DEATH || rec->type == SYNTH_REC_CREMATION || rec->type == SYNTH_REC_HEALTH_DEATH) &&
            rec->from > last)
            last = rec->from;
    }
    for (size_t i = 0; died != 0 && i < j->h->pays; i++) {
        const synth_payment_t *pay = &j->h->pay[i];
        const synth_rec_t *of = &j->h->rec[pay->rec];

        if (of->person == person && pay->day <= j->day && pay->month > date_month(died) && !is_enrolled(j, of->code, person))
            return true;
    }
    return last - died > j->h->profile->watch.death_days;
}

/* Who is named in an enrolment of dibao and draws tekun, or has an orphan's allowance and tekun. */
static void
gives_way(synth_judge_t *j, synth_category_t category, int person, size_t rec)
{
    if (!synth_judge_has(j, SYNTH_NO_LONGER, category, person)) /* it has to end anyway, and is told so */
        synth_judge_add(j, SYNTH_OVERLAP, category, person, rec);
}

static void
judge_exclusion(synth_judge_t *j, const synth_rec_t *tekun, size_t index)
{
    for (size_t i = 0; i < j->h->recs; i++) {
        const synth_rec_t *rec = &j->h->rec[i];

        if (rec->type == SYNTH_REC_ENROLMENT && rec->code == SYNTH_DIBAO && (rec->members & (1u << tekun->person)) &&
            synth_judge_in_force(rec, j->day))
            gives_way(j, SYNTH_DIBAO, tekun->person, i);
        if (rec->type == SYNTH_REC_CHILD && rec->person == tekun->person && synth_judge_in_force(rec, j->day) &&
            (rec->code == SYNTH_ORPHAN || rec->code == SYNTH_UNATTENDED))
            gives_way(j, SYNTH_TEKUN, tekun->person, index);
    }
}

static void
judge_overlaps(synth_judge_t *j)
{
    for (size_t i = 0; i < j->h->recs; i++) {
        const synth_rec_t *rec = &j->h->rec[i];
        synth_category_t category = (synth_category_t) rec->code;

        if (rec->type != SYNTH_REC_ENROLMENT || !synth_judge_in_force(rec, j->day) ||
            (rec->person >= 0 && !is_living(j, rec->person)))
            continue;
        if (rec->code == SYNTH_TEKUN)
            judge_exclusion(j, rec, i);
        if ((rec->code == SYNTH_MARGINAL || rec->code == SYNTH_RIGID) && is_enrolled(j, SYNTH_DIBAO, -1))
            gives_way(j, category, -1, i);
        for (size_t k = 0; k < i; k++) {
            const synth_rec_t *other = &j->h->rec[k];

            if (other->type == SYNTH_REC_ENROLMENT && other->code == rec->code && other->person == rec->person &&
                other->serial != rec->serial && synth_judge_in_force(other, j->day))
                gives_way(j, category, rec->person, k);
        }
    }
}

/* The last review of an enrolment that is known, 0: none. */
static int32_t
reviewed_on(const synth_judge_t *j, int category, int person)
{
    int32_t last = 0;

    for (size_t i = 0; i < j->h->recs; i++) {
        const synth_rec_t *rec = &j->h->rec[i];

        if (rec->type == SYNTH_REC_REVIEW && rec->code == category && rec->person == person &&
            synth_judge_is_known(rec, j->day) && rec->from <= j->day && rec->from > last)
            last = rec->from;
    }
    return last;
}

static bool
reaches_age(const synth_judge_t *j, int person, int32_t since)
{
    for (int i = 0; i < SYNTH_AGES; i++) {
        int32_t birthday = date_anniversary(j->h->person[person].born, 12 * synth_ages[i]);

        if (birthday <= j->day && j->day < birthday + j->h->profile->watch.age_days && since < birthday)
            return true;
    }
    return false;
}

static bool
certificate_ends(const synth_judge_t *j, const synth_rec_t *enrolment)
{
    for (size_t i = 0; i < j->h->recs; i++) {
        const synth_rec_t *rec = &j->h->rec[i];
        int32_t end = rec->b != 0 && (int32_t) rec->b < rec->to ? (int32_t) rec->b : rec->to;

        if (rec->type == SYNTH_REC_CERTIFICATE && rec->person == enrolment->person && synth_judge_in_force(rec, j->day) &&
            j->day < end && end - j->h->profile->watch.notice_days <= j->day)
            return true;
    }
    return false;
}

static void
judge_review(synth_judge_t *j, const synth_rec_t *rec, size_t index)
{
    int category = rec->type == SYNTH_REC_POVERTY ? SYNTH_POVERTY : rec->type == SYNTH_REC_CHILD ? SYNTH_CHILD : rec->code;
    int32_t reviewed = reviewed_on(j, category, rec->person);
    int32_t base = reviewed > rec->from ? reviewed : rec->from;
    bool allowance = category == SYNTH_LIVING || category == SYNTH_NURSING;
    const synth_watch_t *w = &j->h->profile->watch;
    bool irregular = category == SYNTH_DIBAO && w->irregular_months != w->review_months && synth_aid_is_irregular(j);
    int months = irregular ? w->irregular_months : w->review_months;
    bool due = category <= SYNTH_DIBAO_SINGLE && date_anniversary(base, months) <= j->day;

    int32_t last = date_anniversary(rec->from, j->h->profile->local.rigid_months) - 1; /* of the validity */
    if (category == SYNTH_RIGID)
        due = j->day <= last && last - j->h->profile->watch.notice_days <= j->day;
    if (allowance)
        due = due || certificate_ends(j, rec);
    for (int i = 0; i < j->h->persons; i++)
        if (is_living(j, i) && (rec->person < 0 || rec->person == i))
            due = due || reaches_age(j, i, base);
    if (due)
        synth_judge_add(j, SYNTH_REVIEW_DUE, (synth_category_t) category, rec->person, index);
}

/* An emergency of the last half year, or somebody out of work without income for three months. */
static bool
is_urgent(const synth_judge_t *j, int person)
{
    int32_t month = date_month(j->day);
    int age = date_age(j->h->person[person].born, j->day);
    bool jobless = false;
    bool earned = false;

    for (size_t i = 0; i < j->h->recs; i++) {
        const synth_rec_t *rec = &j->h->rec[i];

        if (rec->person != person || !synth_judge_is_known(rec, j->day))
            continue;
        if (rec->type == SYNTH_REC_VICTIM && rec->from <= j->day && date_anniversary(rec->from, AGAIN_MONTHS) > j->day)
            return true;
        jobless = jobless || (rec->type == SYNTH_REC_UNEMPLOYED && synth_judge_in_force(rec, j->day));
        if (rec->type == SYNTH_REC_WAGE || (rec->type == SYNTH_REC_DECLARATION && rec->code == SYNTH_BUSINESS))
            earned = earned || (rec->a > 0 && rec->from < month && rec->to > month - 3);
    }
    return jobless && !earned && age >= 18 && age < 60;
}

/* Paid once, and not again within half a year. */
static bool
drew_lately(const synth_judge_t *j, synth_category_t category)
{
    for (size_t i = 0; i < j->h->recs; i++) {
        const synth_rec_t *rec = &j->h->rec[i];

        if (is_enrolment(j, rec) && rec->code == (int) category && rec->from <= j->day &&
            (j->day < rec->to || date_anniversary(rec->from, AGAIN_MONTHS) > j->day))
            return true;
    }
    return false;
}

static void
judge_temporary(synth_judge_t *j)
{
    const synth_spending_t *s = &j->h->profile->spending;
    bool urgent = false;

    for (int i = 0; i < j->h->persons; i++)
        urgent = urgent || ((j->v.counted & (1u << i)) && is_urgent(j, i));
    if (urgent && !drew_lately(j, SYNTH_URGENT))
        synth_judge_add(j, SYNTH_NOT_DRAWN, SYNTH_URGENT, -1, 0);
    if (s->on && j->v.property_ok && synth_spend_is_above(j, s->aid_bp) && !drew_lately(j, SYNTH_EXPENDITURE))
        synth_judge_add(j, SYNTH_NOT_DRAWN, SYNTH_EXPENDITURE, -1, 0);
}

void
synth_watch_judge(synth_judge_t *j)
{
    judge_missing(j);
    judge_temporary(j);
    for (int i = 0; i < j->h->persons; i++)
        if ((j->v.members & (1u << i)) && is_contradicted(j, i))
            synth_judge_add(j, SYNTH_DATA_CONFLICT, SYNTH_REGISTER, i, 0);
    judge_overlaps(j);
    for (size_t i = 0; i < j->h->recs; i++) {
        const synth_rec_t *rec = &j->h->rec[i];

        if ((rec->type == SYNTH_REC_ENROLMENT || rec->type == SYNTH_REC_CHILD || (rec->type == SYNTH_REC_POVERTY && j->h->profile->spending.on)) &&
            synth_judge_in_force(rec, j->day) && (rec->person < 0 ? j->v.counted != 0 : is_living(j, rec->person)))
            judge_review(j, rec, i);
    }
}
