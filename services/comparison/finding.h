/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_FINDING_H
#define COMPARISON_FINDING_H

/* What a finding is: assessment against enrolment and payment, as docs/data.md §4 says. */

#include "base/hash.h"
#include "base/str.h"
#include "base/uuid.h"
#include "dossier.h"
#include <stdint.h>

typedef enum {
    KIND_NEWLY_QUALIFIES,
    KIND_NO_LONGER_QUALIFIES,
    KIND_CATEGORY_CHANGE,
    KIND_BENEFIT_CHANGE,
    KIND_ENTITLEMENT_NOT_DRAWN,
    KIND_HARDSHIP_WARNING,
    KIND_MEMBER_CHANGE,
    KIND_DATA_CONFLICT,
    KIND_OVERLAP,
    KIND_AID_MISSING,
    KIND_REVIEW_DUE,
    KIND_COUNT
} finding_kind_t;

const char *finding_kind_name(finding_kind_t kind);
bool finding_kind_of(const char *name, finding_kind_t *ret) NODISCARD;

#define MONEY_NONE INT64_MIN
#define FINDING_FACTS_MAX 50
#define RULE_DEATH "death"
#define RULE_UNPAID "unpaid"
#define RULE_APPLIED "applied"

/* A finding as the table holds it: its latest version. */
typedef struct finding {
    uuid_t id, household, person; /* person nil: of the household */
    finding_kind_t kind;
    const char *category, *rule, *from_category; /* from_category may be NULL */
    char region[13];
    bool open;
    uint32_t version;
    int32_t opened; /* business day of this opening */
    int32_t since;
    int64_t monthly, enrolled, overpaid, underpaid; /* fen, MONEY_NONE = does not apply */
    hash_t digest; /* of money, since and facts: another one makes a new version */
    hash_t basis;  /* of all that since and the sums rest on (finding_back.c) */
    bool dirty;
} finding_t;

/* What was due and what was paid for a whole month. */
typedef struct {
    int32_t month;
    int64_t due, paid;
} finding_month_t;

/* An indicator that counts in a warning. */
typedef struct {
    const char *name;
    int32_t points;
} wanted_indicator_t;

/* What holds for a household on a day. */
typedef struct {
    finding_kind_t kind;
    const char *category, *rule, *from_category;
    uuid_t person;
    int32_t since; /* DATE_OPEN: the day on which it opens */
    int64_t monthly, enrolled, overpaid, underpaid;
    int32_t drawn_from; /* of the enrolment that it speaks of; INT32_MIN: of none */
    bool follow;        /* since when, is to be found by going back (finding_back.c) */
    finding_month_t *months; /* that were summed, when asked for */
    size_t month_count;
    int64_t line, value; /* of the deciding comparison; line 0: none */
    int32_t score; /* of a warning by points; 0: none */
    wanted_indicator_t *indicators;
    size_t indicator_count;
    const fact_t **facts;
    size_t fact_count;
    bool facts_truncated;
    hash_t digest, basis;
} wanted_t;

/* "<household>/<kind>/<category>/<person or ->/<month opened>" */
void finding_id(const uuid_t *household, const wanted_t *wanted, int32_t day, uuid_t *ret);

#endif
