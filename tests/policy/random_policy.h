/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_RANDOM_POLICY_H
#define TESTS_RANDOM_POLICY_H

/* Policies made by a seeded generator over one small vocabulary: sound, but with rules that nobody would write. */

#include "base/str.h"
#include "random_household.h"

/* All but the name, the parameters and the categories; ends in the section of derived values. */
extern const char random_policy_base[];
void random_policy_parameters(random_t *random, str_t *out); /* standard, rate, more, limit, on */
/* `person`: values of a member may be named.  `depth`: 0 where a formula begins. */
void random_policy_money(random_t *random, str_t *out, bool person, int depth);
void random_policy_flag(random_t *random, str_t *out, bool person, int depth);

#endif
