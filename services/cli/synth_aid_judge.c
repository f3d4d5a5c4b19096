/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include "domain/date.h"
#include "synth_judge.h"

/* Aid of persons: tekun, and dibao as a single person. */

enum { ADULT = 18, OLD = 60, CHILD = 16, SUPPORTER_OLD = 70, SEVERE = 2, WIDENED = 3 };

/* "Cannot tell" stands between the two: the least of several decides what all must bring, the greatest what any can. */
typedef enum { NO, UNKNOWN, YES } answer_t;

typedef struct {
    int64_t income; /* of the twelve months */
    int64_t deposits;
    const synth_rec_t *certificate;
    const synth_rec_t *drawn[SYNTH_CATEGORY_COUNT];
    const synth_rec_t *care;
    bool waged;
    bool vehicle;
    bool imprisoned;
    bool ill;
    bool pupil;
    bool job;
    bool declared_none; /* that nobody must support him */
    unsigned supporters;
} look_t;

static answer_t
least(answer_t a, answer_t b)
{
    return a < b ? a : b;
}

static answer_t
tell(bool holds)
{
    return holds ? YES : NO;
}

static void
look_at(look_t *l, const synth_judge_t *j, const synth_rec_t *rec, int64_t *wages)
{
    int32_t m1 = date_month(j->day);
    int32_t m0 = m1 - j->h->profile->local.income_months;
    bool now = synth_judge_in_force(rec, j->day);

    switch (rec->type) {
    case SYNTH_REC_WAGE:
        *wages += rec->a * synth_judge_months(rec, m0, m1);
        l->waged = l->waged || synth_judge_months(rec, m0, m1) > 0;
        break;
    case SYNTH_REC_PENSION: l->income += rec->b * synth_judge_months(rec, m0, m1); break;
    case SYNTH_REC_DECLARATION:
        if (rec->code != SYNTH_DEPOSIT)
            l->income += rec->a * synth_judge_months(rec, m0, m1);
        else if (rec->from <= m1 && m1 < rec->to)
            l->deposits += rec->a;
        break;
    case SYNTH_REC_ENROLMENT:
        if (now && l->drawn[rec->code] == NULL)
            l->drawn[rec->code] = rec;
        break;
    case SYNTH_REC_CERTIFICATE:
        if (now && (rec->b == 0 || j->day < rec->b))
            l->certificate = rec;
        break;
    case SYNTH_REC_VEHICLE: l->vehicle = l->vehicle || (now && rec->code != SYNTH_DISABILITY_SCOOTER); break;
    case SYNTH_REC_CUSTODY: l->imprisoned = l->imprisoned || (now && rec->code == SYNTH_PRISON); break;
    case SYNTH_REC_ILLNESS: l->ill = l->ill || now; break;
    case SYNTH_REC_STUDENT: l->pupil = l->pupil || now; break;
    case SYNTH_REC_JOB: l->job = l->job || now; break;
    case SYNTH_REC_CARE: l->care = now ? rec : l->care; break;
    case SYNTH_REC_SUPPORT:
        l->declared_none = l->declared_none || (now && rec->grade < 0);
        l->supporters |= now && rec->grade >= 0 ? 1u << rec->grade : 0;
        break;
    case SYNTH_REC_HOUSEHOLD:
    case SYNTH_REC_AUTHORISATION:
    case SYNTH_REC_CHILD:
    case SYNTH_REC_SETTLEMENT:
    case SYNTH_REC_DEATH:
    case SYNTH_REC_CREMATION:
    case SYNTH_REC_PAYMENT:
    case SYNTH_REC_REVIEW:
    case SYNTH_REC_HEALTH_DEATH:
    case SYNTH_REC_VICTIM:
    case SYNTH_REC_UNEMPLOYED:
    case SYNTH_REC_POVERTY:
    case SYNTH_REC_PRICES:
    case SYNTH_REC_COUNT: break;
    }
}

static look_t
look(const synth_judge_t *j, int person)
{
    look_t l = { 0 };
    int64_t wages = 0;

    for (size_t i = 0; i < j->h->recs; i++) {
        const synth_rec_t *rec = &j->h->rec[i];

        if (rec->person == person && synth_judge_is_known(rec, j->day))
            look_at(&l, j, rec, &wages);
    }
    l.income += wages - (wages * j->h->profile->work_cost_bp + SYNTH_BP / 2) / SYNTH_BP;
    return l;
}

static int
age_of(const synth_judge_t *j, int person)
{
    return date_age(j->h->person[person].born, j->day);
}

static bool
is_mind(const synth_rec_t *certificate)
{
    return certificate->code == SYNTH_INTELLECTUAL || certificate->code == SYNTH_MENTAL;
}

static bool
is_severe_or_mind(const look_t *l)
{
    return l->certificate && (l->certificate->grade <= SEVERE || (l->certificate->grade <= WIDENED && is_mind(l->certificate)));
}

/* Of one person for the window of income. */
static int64_t
line_of(const synth_judge_t *j)
{
    return j->h->profile->local.income_months * j->h->line;
}

/* With what supporters owe, but those whom the law spares. */
static int64_t
single_income(const synth_judge_t *j, int person, const look_t *l)
{
    synth_incomes_t incomes;

    synth_support_incomes(j->h, j->day, &incomes);
    return l->income + synth_support_beyond(j, &incomes, person, true);
}

static bool
has_little(const synth_judge_t *j, const look_t *l)
{
    return !l->vehicle && l->deposits <= j->h->profile->deposit_months * j->h->line;
}

static bool
is_poor(const synth_judge_t *j, const look_t *l)
{
    return l->income * 12 < synth_profile_disposable(j->day, j->h->rural) * j->h->profile->local.income_months && has_little(j, l);
}

static bool
draws_dibao(const synth_judge_t *j)
{
    for (size_t i = 0; i < j->h->recs; i++)
        if (j->h->rec[i].type == SYNTH_REC_ENROLMENT && j->h->rec[i].code == SYNTH_DIBAO &&
            synth_judge_in_force(&j->h->rec[i], j->day))
            return true;
    return false;
}

/* One who must support and cannot.  Supporters who live elsewhere draw no dibao here. */
static bool
is_incapable(const synth_judge_t *j, int person)
{
    look_t l = look(j, person);
    int age = age_of(j, person);
    bool dibao = l.drawn[SYNTH_DIBAO_SINGLE] || ((j->v.members & 1u << person) && draws_dibao(j));

    return synth_judge_died(j, person) != 0 || l.drawn[SYNTH_TEKUN] || (dibao && age >= OLD) ||
           (age >= SUPPORTER_OLD && is_poor(j, &l)) || (is_severe_or_mind(&l) && is_poor(j, &l)) ||
           (l.imprisoned && has_little(j, &l));
}

static bool
cannot_work(const synth_judge_t *j, int person, const look_t *l)
{
    static const int grades[SYNTH_DISABILITY_COUNT] = {
        [SYNTH_VISUAL] = 1, [SYNTH_PHYSICAL] = 2, [SYNTH_INTELLECTUAL] = 3, [SYNTH_MENTAL] = 3
    };
    int age = age_of(j, person);

    return age >= OLD || age < CHILD || (l->certificate && l->certificate->grade <= grades[l->certificate->code]);
}

/* A child keeps it until 18, or while in school. */
static bool
is_kept_child(const synth_judge_t *j, int person, const look_t *l)
{
    const synth_rec_t *drawn = l->drawn[SYNTH_TEKUN];

    return drawn && drawn->from < date_anniversary(j->h->person[person].born, 12 * CHILD) && (age_of(j, person) < ADULT || l->pupil);
}

static bool
is_couple(const synth_judge_t *j, int person)
{
    int relation = j->h->person[person].relation;

    return relation == SYNTH_HEAD || relation == SYNTH_SPOUSE;
}

static unsigned
at_home(const synth_judge_t *j)
{
    return j->v.members & ~j->v.dead & ~j->v.away;
}

/* Whom the register's relations oblige: by the relation of the one supported. */
static bool
is_supported_at_home(const synth_judge_t *j, int person)
{
    static const unsigned must[SYNTH_RELATION_COUNT] = {
        [SYNTH_HEAD] = 1u << SYNTH_SPOUSE | 1u << SYNTH_SON_OR_DAUGHTER | 1u << SYNTH_PARENT,
        [SYNTH_SPOUSE] = 1u << SYNTH_HEAD | 1u << SYNTH_SON_OR_DAUGHTER,
        [SYNTH_SON_OR_DAUGHTER] = 1u << SYNTH_HEAD | 1u << SYNTH_SPOUSE | 1u << SYNTH_GRANDCHILD,
        [SYNTH_PARENT] = 1u << SYNTH_HEAD,
        [SYNTH_GRANDCHILD] = 1u << SYNTH_SON_OR_DAUGHTER | 1u << SYNTH_HEAD | 1u << SYNTH_SPOUSE,
        [SYNTH_SIBLING] = 1u << SYNTH_PARENT,
    };
    unsigned relations = must[j->h->person[person].relation];

    for (int i = 0; i < j->h->persons; i++) {
        if (!(at_home(j) & 1u << i) || !(relations & 1u << j->h->person[i].relation) || age_of(j, i) < ADULT)
            continue;
        look_t l = look(j, i);
        bool as_helpless = is_couple(j, person) && is_couple(j, i) && cannot_work(j, i, &l);
        if (!as_helpless && !is_incapable(j, i))
            return true;
    }
    return false;
}

/* Of a couple of whom neither can work, half of what both have; doubled, so that it is whole. */
static int64_t
twice_tested_income(const synth_judge_t *j, int person, const look_t *own)
{
    int64_t sum = 0;
    int helpless = 0;

    for (int i = 0; i < j->h->persons && is_couple(j, person); i++) {
        if (!(at_home(j) & 1u << i) || !is_couple(j, i))
            continue;
        look_t l = look(j, i);
        sum += l.income;
        helpless += cannot_work(j, i, &l);
    }
    return helpless >= 2 ? sum : 2 * own->income;
}

static answer_t
judge_tekun(const synth_judge_t *j, int person, const look_t *l)
{
    answer_t away = l->supporters == 0 && !l->declared_none ? UNKNOWN : YES;

    if (!j->v.known && !l->drawn[SYNTH_TEKUN])
        return UNKNOWN;
    for (int i = 0; i < j->h->persons; i++)
        if (l->supporters & 1u << i)
            away = least(away, tell(is_incapable(j, i)));
    bool holds = !l->imprisoned && (cannot_work(j, person, l) || is_kept_child(j, person, l)) &&
                 twice_tested_income(j, person, l) < 2 * line_of(j) && has_little(j, l) && !is_supported_at_home(j, person);
    return least(away, tell(holds));
}

static bool
is_dibao(const synth_judge_t *j)
{
    return j->v.known && j->v.counted != 0 && j->v.property_ok && j->v.income < j->v.line;
}

static bool
is_marginal(const synth_judge_t *j)
{
    return j->v.known && j->v.counted != 0 && j->v.property_ok && j->v.income >= j->v.line &&
           j->v.income < j->v.line * j->h->profile->marginal_bp / SYNTH_BP;
}

/* Whether the person has ever been in the records of work. */
static bool
has_work_records(const synth_judge_t *j, int person)
{
    for (size_t i = 0; i < j->h->recs; i++) {
        const synth_rec_t *rec = &j->h->rec[i];

        if ((rec->type == SYNTH_REC_JOB || rec->type == SYNTH_REC_UNEMPLOYED) && rec->person == person &&
            synth_judge_is_known(rec, j->day) && rec->from <= j->day)
            return true;
    }
    return false;
}

static answer_t
judge_single(const synth_judge_t *j, int person, const look_t *l)
{
    bool counted = (j->v.counted & 1u << person) != 0;
    int age = age_of(j, person);
    bool edge = counted && is_marginal(j) && (is_severe_or_mind(l) || l->ill);
    answer_t jobless = tell(age >= ADULT && age < OLD && l->certificate && l->certificate->grade <= SEVERE && !l->waged && has_little(j, l));

    if (!j->v.known)
        return UNKNOWN;
    jobless = least(jobless, has_work_records(j, person) ? tell(!l->job) : UNKNOWN);
    return least(tell(!l->drawn[SYNTH_TEKUN] && !(counted && is_dibao(j)) && single_income(j, person, l) < line_of(j)), edge ? YES : jobless);
}

bool
synth_aid_is_irregular(const synth_judge_t *j)
{
    for (int i = 0; i < j->h->persons; i++) {
        look_t l = look(j, i);

        if ((j->v.counted & 1u << i) && !cannot_work(j, i, &l) && !l.job)
            return true;
    }
    return false;
}

int64_t
synth_aid_amount(const synth_house_t *h, int32_t day, synth_category_t category, int person)
{
    synth_judge_t j = { .h = h, .day = day };
    const synth_profile_t *p = h->profile;

    synth_judge_view(h, day, &j.v);
    look_t l = look(&j, person);
    if (category == SYNTH_TEKUN) {
        int64_t items = l.care ? l.care->a : 0;

        return p->amount_tekun + p->amount_care[items == 0 ? 0 : items <= 3 ? 1 : 2];
    }
    return synth_judge_monthly(line_of(&j) - single_income(&j, person, &l), p->local.income_months);
}

static size_t
index_of(const synth_judge_t *j, const synth_rec_t *rec)
{
    return (size_t) (rec - j->h->rec);
}

void
synth_aid_judge(synth_judge_t *j, int person)
{
    look_t l = look(j, person);
    answer_t tekun = NO, single = NO;
    const struct {
        synth_category_t category;
        const answer_t *qualifies;
    } order[] = { { SYNTH_TEKUN, &tekun }, { SYNTH_DIBAO_SINGLE, &single } };
    bool barred = false;

    if (l.drawn[SYNTH_TEKUN] || l.supporters != 0 || l.declared_none)
        tekun = judge_tekun(j, person, &l);
    if (l.drawn[SYNTH_DIBAO_SINGLE] || l.certificate || l.ill)
        single = judge_single(j, person, &l);
    for (size_t i = 0; i < COUNT_OF(order); i++) {
        synth_category_t category = order[i].category;
        const synth_rec_t *drawn = l.drawn[category];
        answer_t qualifies = *order[i].qualifies;

        if (drawn && qualifies == NO)
            synth_judge_add(j, SYNTH_NO_LONGER, category, person, index_of(j, drawn));
        else if (drawn && qualifies == YES) {
            int64_t amount = synth_aid_amount(j->h, j->day, category, person);
            bool told = category != SYNTH_TEKUN || l.care != NULL; /* the care amount goes by what was assessed */

            if (told && amount > 0 && amount != drawn->a)
                synth_judge_add(j, SYNTH_BENEFIT_CHANGE, category, person, index_of(j, drawn));
        } else if (!drawn && qualifies == YES && !barred &&
                   !(category == SYNTH_DIBAO_SINGLE && (draws_dibao(j) || is_dibao(j))))
            synth_judge_add(j, SYNTH_NEWLY_QUALIFIES, category, person, 0);
        barred = barred || drawn || qualifies == YES;
    }
}
