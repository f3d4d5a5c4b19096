/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_POLICY_OVERLAP_H
#define COMPARISON_POLICY_OVERLAP_H

/* What a household and its members draw, and which of it excludes one another (section `overlaps` of a policy). */

#include "policy.h"

/* A fact that says that somebody draws something, perhaps of another time. */
typedef struct {
    const fact_t *fact;
    size_t member; /* who holds it; SIZE_MAX: the household */
} policy_draw_t;

/* Those that some category or overlap looks at and that have begun, in the order of the dossier.  `next`: the earliest later
 * day on which one of them, or another one, begins or ends. */
size_t policy_draws(const policy_t *self, const dossier_t *dossier, int32_t day, arena_t *arena, policy_draw_t **ret, int32_t *next);

/* Of a kind that some category or overlap looks at: an enrolment, a review, what excludes an enrolment. */
bool policy_is_followed(const policy_t *self, term_t kind);

/* Two things drawn at once of which one has to give way. */
typedef struct {
    const char *name; /* of the overlap */
    size_t category;  /* that gives way */
    size_t member;    /* whose it is; SIZE_MAX: the household's */
    bool twice;       /* both are of one category: the older one gives way */
    const fact_t *draws, *gives_way;
} policy_overlap_t;
/* In the order of the policy. */
size_t policy_overlaps(const policy_t *self, const dossier_t *dossier, const policy_draw_t *draws, size_t n, int32_t day, arena_t *arena,
                       policy_overlap_t **ret);

/* Whether who draws the first side of an overlap is said by enrolments alone, which the register follows up. */
bool policy_overlap_is_of_register(const policy_t *self, const char *name);

#endif
