/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_WORLD_SUPPORT_H
#define COMPARISON_WORLD_SUPPORT_H

/* Legal supporters, and the facts of places.  What links a person to a supporter is a fact of the supported whose kind begins
 * with "support." and whose `persons` names the supporter.  When something about a supporter or the supporter's household
 * changes, the households of those whom that person supports are touched as well: one step, no further. */

#include "policy.h"
#include "world.h"

/* The supporters whom the fact names know from now on whom they support. */
void world_link_supporters(world_t *self, const holder_t *supported, const fact_t *fact);
void world_link(world_t *self, const uuid_t *supporter, const uuid_t *supported);
/* All whom the links of the world's persons name join the world; false: there is nobody. */
bool world_enlist_supporters(world_t *self);
/* The homes of those whom the person supports. */
void world_touch_supported(world_t *self, const person_t *person);
/* The same for all members of what has been touched so far: at the end of a turn. */
void world_touch_dependants(world_t *self);
/* Supporters of the dossier's members, each with the own household. */
void world_add_supporters(world_t *self, int32_t day, dossier_t *dossier);
/* The household in which the person lives, without supporters; NULL: none that is known. */
const dossier_t *world_home(world_t *self, const person_t *person, int32_t day);

/* What the world's regions hold; lives in the world's arena. */
policy_world_t world_place_facts(world_t *self);

#endif
