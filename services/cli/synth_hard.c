/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/date.h"
#include "synth_judge.h"

/* Hardship: what befell the household lately, in points.  In a group only the highest counts; a household that is watched
 * is told sooner. */

enum { LINE = 100, LINE_WATCHED = 60, WATCHED_MONTHS = 24, OLD = 60, GROWN_UP = 18 };
enum { STAY = 1000000, STAY_WATCHED = 600000, OUTLAY = 50000 }; /* fen */

typedef struct {
    const synth_judge_t *j;
    int32_t month;
    unsigned living;
    unsigned old;   /* from 60 on */
    unsigned minor; /* below 18 */
    unsigned waged; /* with a wage in the twelve months before */
    unsigned disabled;
} hard_t;

static unsigned
bit_of(const synth_rec_t *rec)
{
    return rec->person < 0 ? 0 : 1u << rec->person;
}

static bool
is_recent(const hard_t *s, int32_t day, int months)
{
    return day <= s->j->day && date_anniversary(day, months) > s->j->day;
}

static int64_t
wages(const synth_rec_t *rec, int32_t first, int32_t after)
{
    int32_t lo = rec->from > first ? rec->from : first;
    int32_t hi = rec->to < after ? rec->to : after;

    return hi > lo ? (hi - lo) * rec->a : 0;
}

static bool
is_certificate(const hard_t *s, const synth_rec_t *rec)
{
    return rec->type == SYNTH_REC_CERTIFICATE && synth_judge_in_force(rec, s->j->day) && (rec->b == 0 || s->j->day < rec->b);
}

static void
look(hard_t *s)
{
    const synth_house_t *h = s->j->h;

    s->month = date_month(s->j->day);
    s->living = s->j->v.members & ~s->j->v.dead;
    for (int i = 0; i < h->persons; i++) {
        int age = date_age(h->person[i].born, s->j->day);

        s->old |= age >= OLD ? 1u << i : 0;
        s->minor |= age < GROWN_UP ? 1u << i : 0;
    }
    for (size_t i = 0; i < h->recs; i++) {
        const synth_rec_t *rec = &h->rec[i];

        if (rec->type == SYNTH_REC_WAGE && synth_judge_is_known(rec, s->j->day) && wages(rec, s->month - h->profile->local.income_months, s->month) > 0)
            s->waged |= bit_of(rec);
        if (is_certificate(s, rec))
            s->disabled |= bit_of(rec) & s->living;
    }
}

/* An aid that was left within the two years before, or the edge of one. */
static bool
is_watched(const hard_t *s)
{
    const synth_house_t *h = s->j->h;
    int32_t earliest = date_month_start(s->month - WATCHED_MONTHS + 1);
    unsigned left = 0; /* by category */
    unsigned drawn = 0;

    for (size_t i = 0; i < h->recs; i++) {
        const synth_rec_t *rec = &h->rec[i];
        bool household = rec->person < 0 && (rec->code == SYNTH_DIBAO || rec->code == SYNTH_MARGINAL || rec->code == SYNTH_RIGID);

        if (rec->type != SYNTH_REC_ENROLMENT || !synth_judge_is_known(rec, s->j->day) || rec->from > s->j->day)
            continue;
        if (rec->code == SYNTH_TEKUN && (bit_of(rec) & s->living) && rec->to > earliest && s->j->day >= rec->to)
            return true;
        if (household && s->j->day < rec->to)
            drawn |= 1u << rec->code;
        else if (household && rec->to > earliest)
            left |= 1u << rec->code;
    }
    return (left & ~drawn) != 0 || (drawn & (1u << SYNTH_MARGINAL)) != 0 || synth_spend_listed(s->j) != NULL;
}

static int
medical(const hard_t *s, bool watched)
{
    const synth_house_t *h = s->j->h;
    int64_t outlay = 0;
    int64_t longest = 0;

    for (size_t i = 0; i < h->recs; i++) {
        const synth_rec_t *rec = &h->rec[i];

        if (rec->type != SYNTH_REC_SETTLEMENT || !synth_judge_is_known(rec, s->j->day) || !(bit_of(rec) & s->living) ||
            rec->from > s->j->day)
            continue;
        if (date_month(rec->from) >= s->month - 2 && rec->a > longest)
            longest = rec->a;
        if (date_month(rec->from) == s->month - 1)
            outlay += rec->a;
    }
    return s->j->v.bills >= h->profile->hardship           ? 100
           : longest >= (watched ? STAY_WATCHED : STAY) ? 60
           : outlay >= OUTLAY                           ? 20
                                                        : 0;
}

static int
income(const hard_t *s)
{
    const synth_house_t *h = s->j->h;
    unsigned earners = s->j->v.counted & ~s->old;
    unsigned registered = 0;
    unsigned last_month = 0;
    int64_t lately = 0;
    int64_t before = 0;

    for (size_t i = 0; i < h->recs; i++) {
        const synth_rec_t *rec = &h->rec[i];
        unsigned bit = bit_of(rec) & earners;

        if (!bit || !synth_judge_is_known(rec, s->j->day))
            continue;
        if (rec->type == SYNTH_REC_WAGE) {
            lately += wages(rec, s->month - 3, s->month - 1);
            before += wages(rec, s->month - 9, s->month - 3);
            last_month |= wages(rec, s->month - 1, s->month) > 0 ? bit : 0;
        } else if (rec->type == SYNTH_REC_UNEMPLOYED && synth_judge_in_force(rec, s->j->day))
            registered |= bit & ~s->minor;
    }
    return before > 0 && lately * 6 < before ? 50 : (registered & ~last_month) != 0 ? 30 : 0;
}

/* Points of one record by itself. */
static int
points_of(const hard_t *s, const synth_rec_t *rec)
{
    const synth_judge_t *j = s->j;
    unsigned living = bit_of(rec) & s->living;
    bool now = synth_judge_in_force(rec, j->day);

    if (!synth_judge_is_known(rec, j->day))
        return 0;
    switch (rec->type) {
    case SYNTH_REC_CERTIFICATE: {
        bool mind = rec->code == SYNTH_INTELLECTUAL || rec->code == SYNTH_MENTAL;
        bool severe = rec->grade <= 2 || (rec->grade == 3 && mind);
        return living && is_certificate(s, rec) && severe && is_recent(s, rec->from, 3) ? 50 : 0;
    }
    case SYNTH_REC_ILLNESS: return living && now && is_recent(s, rec->from, 3) ? 50 : 0;
    case SYNTH_REC_STUDENT:
        return (living & s->minor) && rec->to != DATE_OPEN && is_recent(s, rec->to, 3) ? 50 : 0;
    case SYNTH_REC_VICTIM: return living && is_recent(s, rec->from, 2) ? 100 : 0;
    case SYNTH_REC_CUSTODY: return (living & s->waged) && now && is_recent(s, rec->from, 3) ? 40 : 0;
    case SYNTH_REC_DEATH:
    case SYNTH_REC_CREMATION:
    case SYNTH_REC_HEALTH_DEATH:
        return (bit_of(rec) & j->v.members & s->waged) && is_recent(s, rec->from, 3) ? 50 : 0;
    case SYNTH_REC_HOUSEHOLD:
    case SYNTH_REC_AUTHORISATION:
    case SYNTH_REC_ENROLMENT:
    case SYNTH_REC_CHILD:
    case SYNTH_REC_DECLARATION:
    case SYNTH_REC_WAGE:
    case SYNTH_REC_PENSION:
    case SYNTH_REC_SETTLEMENT:
    case SYNTH_REC_VEHICLE:
    case SYNTH_REC_PAYMENT:
    case SYNTH_REC_REVIEW:
    case SYNTH_REC_UNEMPLOYED:
    case SYNTH_REC_SUPPORT:
    case SYNTH_REC_CARE:
    case SYNTH_REC_JOB:
    case SYNTH_REC_POVERTY:
    case SYNTH_REC_PRICES:
    case SYNTH_REC_COUNT: break;
    }
    return 0;
}

/* Each kind of record is a group, the three of deaths together one. */
static int
blows(const hard_t *s)
{
    int best[SYNTH_REC_COUNT] = { 0 };
    int sum = 0;

    for (size_t i = 0; i < s->j->h->recs; i++) {
        const synth_rec_t *rec = &s->j->h->rec[i];
        bool death = rec->type == SYNTH_REC_CREMATION || rec->type == SYNTH_REC_HEALTH_DEATH;
        int group = death ? SYNTH_REC_DEATH : (int) rec->type;
        int points = points_of(s, rec);

        best[group] = points > best[group] ? points : best[group];
    }
    for (int i = 0; i < SYNTH_REC_COUNT; i++)
        sum += best[i];
    return sum;
}

void
synth_hard_judge(synth_judge_t *j)
{
    hard_t s = { .j = j };

    look(&s);
    bool watched = is_watched(&s);
    bool burdens = __builtin_popcount(s.disabled) >= 2 || (s.disabled != 0 && (s.living & s.old & ~s.disabled) != 0);
    int score = medical(&s, watched) + income(&s) + blows(&s) + (burdens ? 20 : 0);
    if (score >= (watched ? LINE_WATCHED : LINE))
        synth_judge_add(j, SYNTH_HARDSHIP_WARNING, SYNTH_HARDSHIP, -1, 0);
}
