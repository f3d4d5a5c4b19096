/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_SYNTH_PROFILE_H
#define CLI_SYNTH_PROFILE_H

/* A county's profile: every number of a synthetic county, read from YAML and checked as far as
 * that is possible before anything is made. deploy/demo/README.md describes the file. */

#include "base/err.h"
#include "config/yaml_doc.h"
#include "synth_rng.h"
#include <stdint.h>

enum { SYNTH_MONTHS_MAX = 24, SYNTH_FEEDS = 3, SYNTH_STANDARDS_MAX = 32, SYNTH_TOWNSHIPS_MAX = 64 };
enum { SYNTH_FILES_MAX = 32 }; /* kinds of file */
enum { SYNTH_BP = 10000 }; /* shares are whole basis points */

typedef enum {
    SYNTH_DIBAO,
    SYNTH_MARGINAL,
    SYNTH_TEKUN,
    SYNTH_DIBAO_SINGLE,
    SYNTH_LIVING,
    SYNTH_NURSING,
    SYNTH_CHILD,
    SYNTH_HARDSHIP,
    SYNTH_REGISTER, /* what is contradictory */
    SYNTH_URGENT,
    SYNTH_RIGID,
    SYNTH_POVERTY, /* the list of the rural department */
    SYNTH_EXPENDITURE,
    SYNTH_CATEGORY_COUNT
} synth_category_t;
const char *synth_category_name(synth_category_t category);

enum { SYNTH_ORPHAN, SYNTH_UNATTENDED, SYNTH_ILLNESS, SYNTH_DISABILITY, SYNTH_HIV, SYNTH_CLASS_COUNT };
const char *synth_class_name(int child_class);

/* What can be planted. The profile names each with a number; synth_plots.c says how each is done. */
typedef enum {
    SYNTH_WAGE_LOST,
    SYNTH_WAGE_FOUND,
    SYNTH_PENSION_CHANGE,
    SYNTH_CORRECTION,
    SYNTH_LATE_WAGE,
    SYNTH_HOSPITAL_BILLS,
    SYNTH_DEPOSIT_FOUND,
    SYNTH_BREADWINNER_DEATH,
    SYNTH_MONEY_COUNT, /* those above have a distance to a line */
    SYNTH_CAR_SOLD = SYNTH_MONEY_COUNT,
    SYNTH_CAR_BOUGHT,
    SYNTH_DEATH_ALONE,
    SYNTH_DEATH_FAMILY,
    SYNTH_DEATH_MARGINAL,
    SYNTH_DEATH_TEKUN,
    SYNTH_DEATH_DIBAO_SINGLE,
    SYNTH_DEATH_ALLOWANCE,
    SYNTH_DEATH_CHILD,
    SYNTH_MARRIAGE,
    SYNTH_NEW_CERTIFICATE,
    SYNTH_CERTIFICATE_REVIEW,
    SYNTH_UNCLAIMED,
    SYNTH_JOB_WITH_ALLOWANCE,
    SYNTH_LAST_WAGE_PAST,
    SYNTH_MARGINAL_JOIN,
    SYNTH_MARGINAL_LEAVE,
    SYNTH_MARGINAL_FALL,
    SYNTH_TEKUN_JOIN,
    SYNTH_TEKUN_LEAVE,
    SYNTH_SINGLE_JOIN,
    SYNTH_SINGLE_LEAVE,
    SYNTH_CHILD_JOIN,
    SYNTH_CHILD_LEAVE,
    SYNTH_TEKUN_FOUND,
    SYNTH_TEKUN_CHANGE,
    SYNTH_TEKUN_OVER,
    SYNTH_SINGLE_FOUND,
    SYNTH_SINGLE_CHANGE,
    SYNTH_SINGLE_OVER,
    SYNTH_OTHER_DEATH,
    SYNTH_OTHER_MARRIAGE,
    SYNTH_OTHER_CAR,
    SYNTH_SCOOTER,
    SYNTH_LIGHT_CERTIFICATE,
    SYNTH_BASIC_PENSION,
    SYNTH_INCOME_UNKNOWN,
    /* Those below lead to what only a profile with `watch` has found. */
    SYNTH_PAYMENT_MISSING,
    SYNTH_PAYMENT_LATE,
    SYNTH_WAGE_AFTER_DEATH,
    SYNTH_DEATH_DATES,
    SYNTH_PAID_AFTER_DEATH,
    SYNTH_CLAIMED_TWICE,
    SYNTH_ENROLLED_TWICE,
    SYNTH_BOTH_AIDS,
    SYNTH_TEKUN_IN_DIBAO,
    SYNTH_CHILD_AND_TEKUN,
    SYNTH_REVIEW_FORGOTTEN,
    SYNTH_CERTIFICATE_ENDS,
    SYNTH_AGE_REACHED,
    SYNTH_EMERGENCY,
    SYNTH_HARD_BLOWS,
    SYNTH_ONE_BLOW,
    SYNTH_WATCHED_BLOW,
    SYNTH_CHILD_FOUND,
    SYNTH_CHILD_OVER,
    SYNTH_HOUSEHOLD_MOVES,
    SYNTH_HOUSEHOLD_PARTS,
    SYNTH_HOUSEHOLD_JOINS,
    SYNTH_RIGID_FOUND,
    SYNTH_RIGID_OVER,
    SYNTH_POVERTY_FOUND,
    SYNTH_POVERTY_OVER,
    /* and those below what hangs on the place's own choices */
    SYNTH_SUPPORT_FOUND,
    SYNTH_SUPPORT_LOST,
    SYNTH_RIGID_RESIDUAL,
    SYNTH_RIGID_PROPERTY,
    SYNTH_EVENT_COUNT
} synth_event_t;
const char *synth_event_name(synth_event_t event);

typedef struct {
    int32_t from;
    int64_t fen[2]; /* urban, rural */
} synth_standard_t;

typedef struct {
    const char *code; /* nine digits */
    const char *zh;
    const char *en;
    int weight;
    int urban; /* communities */
    int rural; /* villages */
} synth_township_t;

/* The numbers of the rules that a county need not have; 0 where it has not. */
typedef struct {
    bool on;
    int months_late;
    int death_days;
    int notice_days;
    int age_days;
    int review_months;
    int irregular_months; /* between reviews of dibao where somebody who can work has no contract of work */
    int lookback_months;
} synth_watch_t;

/* Lines that the law leaves to the place: rigid expenditure, and the list against a return to poverty. */
typedef struct {
    bool on;
    int aid_bp;              /* share of the income above which spending brings temporary aid */
    int rigid_bp;            /* share of the income above which spending is rigid hardship */
    int64_t monitoring_line; /* fen for a head and year */
    int64_t sudden;          /* fen of spending in a year */
} synth_spending_t;

/* How maintenance is reckoned from supporters who live elsewhere, where nothing was agreed. */
typedef enum {
    SYNTH_AGREED_ONLY,
    SYNTH_HALF_ABOVE_TWICE,
    SYNTH_THIRTY_PERCENT,
    SYNTH_BY_CHILDREN,
    SYNTH_MAINTENANCE_COUNT
} synth_maintenance_t;
const char *synth_maintenance_name(synth_maintenance_t method);

/* What the place chooses otherwise than the country's base; the base's choices where it chooses nothing. */
typedef struct {
    bool on;
    int income_months; /* of the window in which income is counted */
    synth_maintenance_t maintenance;
    bool spares;              /* for aid as a single person brothers, sisters and the old need not support */
    bool residual;            /* rigid expenditure is also what leaves less than the standard, */
    bool residual_aid;        /* and what is lacking is paid */
    int rigid_deposit_months; /* its own limit of deposits; 0: property as for marginal households */
    int rigid_months;         /* for which it is valid */
} synth_local_t;
enum { SYNTH_VEHICLE_LIMIT = 15000000 }; /* fen: the price from which a vehicle is too much for rigid expenditure */

enum { SYNTH_AGES = 5 };
extern const int synth_ages[SYNTH_AGES];

typedef struct synth_profile {
    yaml_doc_t *doc; /* owns every text below */
    const char *name;
    const char *title_zh;
    const char *title_en;
    uint64_t seed;
    int64_t population;
    int32_t start;
    int32_t end;
    int32_t month0; /* of the start */
    int months;
    int feed_day[SYNTH_FEEDS];

    const char *policy;
    synth_standard_t standard[SYNTH_STANDARDS_MAX];
    int standards;
    int64_t line[2]; /* the standard during the play: urban, rural */
    int work_cost_bp;
    int hysteresis_bp;
    int marginal_bp;
    int deposit_months;
    int64_t hardship;

    const char *resident_area;
    const char *county;
    const char *county_zh;
    const char *county_en;
    synth_township_t township[SYNTH_TOWNSHIPS_MAX];
    int townships;
    int township_weight;

    int64_t amount_tekun;   /* the basic standard */
    int64_t amount_care[3]; /* to be added, by self-care: able, partly unable, wholly unable */
    int64_t amount_single;
    int64_t amount_living[4];
    int64_t amount_nursing[4];
    int64_t amount_child[SYNTH_CLASS_COUNT];

    /* In force on the last day. */
    int64_t dibao_households; /* dibao_single included, each one household and one person */
    int64_t dibao_people;
    int64_t dibao_single;
    int64_t tekun;
    int64_t marginal_households;
    int64_t marginal_people;
    int64_t living;
    int64_t nursing;
    int64_t child[SYNTH_CLASS_COUNT];

    int64_t events[SYNTH_EVENT_COUNT];
    synth_watch_t watch;
    synth_spending_t spending;
    synth_local_t local;
    int late_bp;    /* share of the files that come a feed day or two later */
    int swapped_bp; /* share of the feed days on which departments send in another order */
    int mistakes_bp; /* share of the households about which a wrong record comes */
    int8_t delay[SYNTH_FILES_MAX][SYNTH_MONTHS_MAX * SYNTH_FEEDS]; /* feed days by which a file comes late */
    int near_bp;    /* of the cases with a distance to a line: within 5 % of it */
    int outside_bp; /* of those: just outside, so that nothing may be found */
    int acted_bp;   /* of the cases found: the bureau acts within the play */
} synth_profile_t;

bool synth_profile_load(const char *path, synth_profile_t **ret, err_t *err) NODISCARD;
bool synth_profile_parse(const char *name, const char *text, size_t n, synth_profile_t **ret, err_t *err) NODISCARD;
void synth_profile_destroy(synth_profile_t **self_p);

/* The calendar of the play: slot = month * SYNTH_FEEDS + feed. */
int synth_profile_slots(const synth_profile_t *self);
int32_t synth_profile_slot_day(const synth_profile_t *self, int slot);
int32_t synth_profile_first(const synth_profile_t *self, int month); /* day of the first of the play's month */

/* Disposable income per head of the year before (fen), of the whole country: whose own is below it may be unable to support. */
int64_t synth_profile_disposable(int32_t day, bool rural);

#endif
