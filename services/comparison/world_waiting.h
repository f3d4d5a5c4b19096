/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_WORLD_WAITING_H
#define COMPARISON_WORLD_WAITING_H

/* Records about people in no household, and about households without an entry in the register: kept, used by no assessment,
 * and used as soon as the register names whom they are about.  Here they are counted, by dataset and by the facts event that
 * brought them, so that everybody sees how many wait and since when. */

#include "world.h"

/* After a holder is loaded: what waits with it now. */
void world_waiting_loaded(world_t *self, holder_t *holder);

typedef struct waiting {
    term_t dataset;
    uint64_t seq;
    int64_t records; /* more or fewer */
} waiting_t;
/* By what saving the world changes the counts; nothing with 0. */
size_t world_waiting_changes(world_t *self, waiting_t **ret);
/* Nothing is known of a person in no household: not worth a row. */
bool world_is_nobody(const person_t *person);

#endif
