/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_WORLD_PERSON_H
#define COMPARISON_WORLD_PERSON_H

/* Pseudonyms that are one person.  Each keeps what records say under it; they are read together, under the name of their
 * head: members of households, facts, legal supporters.  So nothing is rewritten when intake learns who is whom, and
 * nothing is lost when it turns out to be wrong.  All of this is empty where nobody is anybody else. */

#include "world.h"

person_t *world_head(const person_t *person); /* the person itself, for who stands alone */
/* After `head_id` of persons has been set: who is together is known to each of them.  All parts of all groups are here. */
void world_regroup(world_t *self);
/* The name under which the person is read; for who is not here as it stands. */
const uuid_t *world_name(const world_t *self, const uuid_t *person);
/* All that is known of the head's person, sorted as a holder's facts are, people under their heads' names.  Of one record
 * that came under two of its identities the newer version counts. */
void world_person_facts(world_t *self, const person_t *head, fact_t **ret, size_t *ret_n);
/* The facts with people under their heads' names; the same list where there is nothing to change.  A household's facts (`home`) name so
 * who lives there: of others it would depend on who else is at hand. */
fact_t *world_name_facts(world_t *self, fact_t *facts, size_t n, const uuid_t *home);
/* The name of who lives in the household (NULL: anywhere), of others as it stands. */
const uuid_t *world_name_at(const world_t *self, const uuid_t *person, const uuid_t *home);
/* What counts of what people decided about the household and who lives there, under the names of the heads: of what was decided under
 * two names of one person about the same the later. */
const struct ruling *world_name_rulings(world_t *self, const household_t *household, size_t *ret_n);
/* Enrolments are written as rows under the head: all parts of a group whose enrolments have changed are marked. */
void world_spread_enrolments(world_t *self);

#endif
