/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_RANDOM_HOUSEHOLD_H
#define TESTS_RANDOM_HOUSEHOLD_H

/* Households made by a seeded generator for whatever facts a policy names: the same seed, the same household.  What a rule
 * turns on is drawn often: birthdays around limits of age, terms that begin or end near the day, incomes near a line. */

#include "policy_model.h"

typedef struct {
    uint64_t state;
} random_t;
uint64_t random_next(random_t *self); /* splitmix64 */
int64_t random_in(random_t *self, int64_t low, int64_t high); /* both inclusive */
static inline bool
random_chance(random_t *self, int percent)
{
    return random_in(self, 1, 100) <= percent;
}

/* With supporters, when the policy reads any.  Everything lives in the arena.  `day`: the day of the assessment. */
void random_household(const policy_t *policy, terms_t *terms, random_t *random, int32_t day, arena_t *arena, dossier_t *ret);
/* Facts about places, when the policy reads any. */
policy_world_t random_world(const policy_t *policy, terms_t *terms, random_t *random, int32_t day, arena_t *arena);
/* A fact of the kind, as it could come on any day around `day`. */
fact_t random_fact(const policy_fact_t *spec, terms_t *terms, random_t *random, int32_t day, arena_t *arena);
/* Days of assessment between 2021 and 2027, ends and beginnings of months often. */
int32_t random_day(random_t *random);

#endif
