/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_RULING_H
#define COMPARISON_RULING_H

/* What people decided or began about a household (docs/findings.md §3 and §8): the decision of a case conference, and an
 * application that a visit ended with.  Kept beside the facts; findings respect it, the policy's own verdict stays. */

#include "policy.h"

typedef enum {
    RULING_APPLIED,     /* a visit ended with an application, on `from` */
    RULING_GRANTS,      /* it is due: yes, also for who is not enrolled */
    RULING_REFUSES,     /* it is not due to who is not enrolled */
    RULING_KEEPS,       /* who is enrolled keeps it */
    RULING_NOT_GRANTED, /* an application was refused */
    RULING_WITHDRAWN,   /* the last one about the same counts no longer */
    RULING_COUNT
} ruling_verb_t;
const char *ruling_verb_name(ruling_verb_t verb);
bool ruling_verb_of(const char *name, ruling_verb_t *ret) NODISCARD;

typedef struct ruling {
    uuid_t id;     /* the alert, or the request that told the decision */
    uuid_t household, person; /* person nil: the household */
    ruling_verb_t verb;
    const char *category; /* as on findings */
    int32_t from, until;  /* [from, until), DATE_OPEN: without end */
    int64_t number;       /* in the order in which they came */
} ruling_t;

/* The verdicts with what was decided put in their place; the same pointer when nothing was.  New ones are in `arena`. */
const policy_result_t *ruling_apply(const policy_t *policy, const dossier_t *dossier, const policy_result_t *verdicts, int32_t day,
                                    arena_t *arena);
/* Whether it was decided in place of the policy who newly qualifies. */
bool ruling_decides(const policy_t *policy, const dossier_t *dossier, size_t category, size_t member /* or SIZE_MAX */, int32_t day);
/* The first day after `day` on which one of them begins or ends, or `next`. */
int32_t ruling_next_day(const dossier_t *dossier, int32_t day, int32_t next);

#endif
