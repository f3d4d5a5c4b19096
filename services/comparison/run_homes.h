/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_RUN_HOMES_H
#define COMPARISON_RUN_HOMES_H

/* What facts events name is read by the lane, a group of events after the other, while the group before is worked on: first where the
 * persons live, then these homes with all who live there.  Two groups may be asked for: the one that is next, and the first question
 * for the one behind it.
 *
 * The world is a cache of what was committed before the transaction, with all that the transaction changed: whatever is changed
 * was loaded first, and what is loaded is never loaded again.  So what is not in the world stands in the tables as it was
 * committed, and that is what the lane sees, since nobody else writes (this process holds the writer's lock) and the lane begins
 * to read after the last commit.  Only a transaction that has not written anything yet may begin so.  In the same way the lane reads
 * for the first group of the next transaction while this one is written and committed; of what is in this world it reads nothing then. */

#include "comparison_store.h"

typedef enum { HOMES_NOTHING, HOMES_FINDING, HOMES_FOUND, HOMES_READING } homes_step_t;

/* Of one group. */
typedef struct {
    homes_step_t step;
    named_t named; /* what the events name and the world did not have when it was asked for */
    home_t *homes; /* HOMES_FOUND: the first answer */
    size_t home_count;
} homes_asked_t;

typedef struct {
    db_lane_t *lane;
    arena_t *arena;
    world_t *world;
    int32_t day;
    homes_asked_t next, behind;
    bool crossing; /* what is asked for is of the next transaction: what this one has here may change before */
} homes_t;

/* Borrows all; `day`: of the findings, DATE_OPEN: without them. */
void homes_init(homes_t *self, db_lane_t *lane, arena_t *arena, world_t *world, int32_t day);
/* Everything was asked for these in the transaction before (run_ahead_carried). */
void homes_carry_on(homes_t *self, const named_t *named);
/* From now on it is asked for events of the next transaction. */
void homes_cross(homes_t *self);

/* The first question for these events; nothing may be asked for the group behind. */
void homes_find(homes_t *self, const facts_event_t *events, size_t n);
bool homes_is_asked(const homes_t *self);
bool homes_is_asked_behind(const homes_t *self);
/* The second question for the next group; waits for the answer to the first. */
bool homes_ask(homes_t *self, err_t *err) NODISCARD;
/* The same if the answer has come: between two pieces of work. */
bool homes_poll(homes_t *self, err_t *err) NODISCARD;
/* The rows of the next group join the world, and the group behind is the next one: its first answer is taken, so that the lane may be
 * asked other things. */
bool homes_take(homes_t *self, err_t *err) NODISCARD;

#endif
