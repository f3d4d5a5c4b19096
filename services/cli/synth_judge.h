/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_SYNTH_JUDGE_H
#define CLI_SYNTH_JUDGE_H

/* What a planted event must lead to, from what is known of a household on a day.  It serves to plant
 * exactly and to notice what was planted by accident; what is right is worked out by tests/reference. */

#include "synth_house.h"

typedef enum {
    SYNTH_NEWLY_QUALIFIES,
    SYNTH_NO_LONGER,
    SYNTH_CATEGORY_CHANGE,
    SYNTH_BENEFIT_CHANGE,
    SYNTH_NOT_DRAWN,
    SYNTH_HARDSHIP_WARNING,
    SYNTH_MEMBER_CHANGE,
    SYNTH_AID_MISSING,
    SYNTH_DATA_CONFLICT,
    SYNTH_OVERLAP,
    SYNTH_REVIEW_DUE,
    SYNTH_KIND_COUNT
} synth_kind_t;
const char *synth_kind_name(synth_kind_t kind);

enum { SYNTH_FINDINGS_MAX = 64 };

typedef struct {
    synth_kind_t kind;
    synth_category_t category;
    int person;     /* -1: the household's own */
    bool has_margin;
    int margin_bp;  /* (amount - line) / line */
    size_t rec;     /* the enrolment that it is about */
} synth_finding_t;

typedef struct {
    unsigned members; /* of the register entry */
    unsigned counted;
    unsigned dead;
    unsigned away; /* in prison or compulsory detoxification */
    unsigned tekun;
    int64_t income; /* of the window, with what supporters owe */
    int64_t line; /* months of the window x standard x counted */
    bool known;
    bool property_ok;
    bool rigid_ok; /* property as rigid expenditure allows it */
    int64_t bills;
    int64_t gross; /* of the counted in twelve months, before work cost */
    int64_t spent; /* medical costs of the counted in the same twelve months */
} synth_view_t;

typedef struct {
    const synth_house_t *h;
    int32_t day;
    synth_view_t v;
    synth_finding_t *found;
    int n;
} synth_judge_t;

void synth_judge_view(const synth_house_t *h, int32_t day, synth_view_t *ret);
int synth_judge_findings(const synth_house_t *h, int32_t day, synth_finding_t ret[SYNTH_FINDINGS_MAX]);
/* What is lacking in so many months, as an amount for one month: rounded up to whole yuan (fen); 0 where nothing is lacking. */
int64_t synth_judge_monthly(int64_t lacks, int months);
/* Dibao's monthly amount on that day, whole yuan in fen; 0 when the income reaches the line. */
int64_t synth_judge_amount(const synth_house_t *h, int32_t day);
/* Distance of the income to `share_bp` of the line, in basis points of that. */
int synth_judge_margin(const synth_house_t *h, int32_t day, int share_bp);
/* So many of the record's months are from m0 on and before m1. */
int64_t synth_judge_months(const synth_rec_t *rec, int32_t m0, int32_t m1);
bool synth_judge_in_force(const synth_rec_t *rec, int32_t day);
/* Known on that day, and not taken back. */
bool synth_judge_is_known(const synth_rec_t *rec, int32_t day);
/* A finding more, unless it is there. */
void synth_judge_add(synth_judge_t *j, synth_kind_t kind, synth_category_t category, int person, size_t rec);
bool synth_judge_has(const synth_judge_t *j, synth_kind_t kind, synth_category_t category, int person);
/* The first day of death that is known, 0: alive. */
int32_t synth_judge_died(const synth_judge_t *j, int person);
/* synth_support.c: what each has by himself, and what legal supporters who live elsewhere owe. */
typedef struct {
    unsigned known; /* of whom there is any record of income */
    int64_t own[SYNTH_MEMBERS_MAX];      /* in the window, after work cost */
    int64_t received[SYNTH_MEMBERS_MAX]; /* of that: declared as maintenance received */
    int64_t received_year[SYNTH_MEMBERS_MAX]; /* the same in twelve months */
    int64_t gross_year[SYNTH_MEMBERS_MAX];    /* all else in twelve months, before work cost */
} synth_incomes_t;
void synth_support_incomes(const synth_house_t *h, int32_t day, synth_incomes_t *ret);
/* For the window; `single`: as dibao of a single person counts it. */
int64_t synth_support_due(const synth_judge_t *j, const synth_incomes_t *incomes, int person, bool single);
/* What of that goes beyond what was received. */
int64_t synth_support_beyond(const synth_judge_t *j, const synth_incomes_t *incomes, int person, bool single);
/* synth_spend.c: whether bills are above a share of an income that is below last year's disposable one; the aid of the household that its own income and spending bring on that day, -1: none; what the list against a
 * return to poverty should say, and whether the household is on it. */
bool synth_spend_is_above(const synth_judge_t *j, int share_bp);
int synth_spend_verdict(const synth_judge_t *j);
/* The living aid of a household of rigid expenditure in a month (fen). */
int64_t synth_spend_amount(const synth_house_t *h, int32_t day);
bool synth_spend_is_over(const synth_judge_t *j, const synth_rec_t *enrolment);
void synth_spend_judge(synth_judge_t *j);
const synth_rec_t *synth_spend_listed(const synth_judge_t *j);
/* Most of those who belong on the list are on it when the play begins. */
void synth_spend_list(synth_house_t *h);
/* synth_aid_judge.c: tekun and dibao of a single person; what would be paid of them in a month (fen); whether somebody who is
 * counted can work and has no contract of work. */
bool synth_aid_is_irregular(const synth_judge_t *j);
void synth_aid_judge(synth_judge_t *j, int person);
int64_t synth_aid_amount(const synth_house_t *h, int32_t day, synth_category_t category, int person);
/* synth_children.c: a child in difficulty. */
void synth_children_judge(synth_judge_t *j, int person);
void synth_children_fall_ill(synth_house_t *h, int child);
/* synth_watch.c: what no verdict brings. */
void synth_watch_judge(synth_judge_t *j);
/* synth_hard.c: several blows at once. */
void synth_hard_judge(synth_judge_t *j);
/* The days on which anything of the play may change: firsts, feed days, the end; all of them in a county with `watch`.
 * Returns their number. */
enum { SYNTH_DAYS_MAX = SYNTH_MONTHS_MAX * 31 + 1 };
int synth_judge_days(const synth_profile_t *p, int32_t ret[SYNTH_DAYS_MAX]);

#endif
