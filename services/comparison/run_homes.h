/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_RUN_HOMES_H
#define COMPARISON_RUN_HOMES_H

/* What facts events name is read by the lane, a group of events after the other, while the groups before are worked on: first where the
 * persons live, then these homes with all who live there.  Several groups may be asked for, in their order; of those behind the next one
 * the second question only where it needs no first one.
 *
 * The world is a cache of what was committed before the transaction, with all that the transaction changed: whatever is changed
 * was loaded first, and what is loaded is never loaded again.  So what is not in the world stands in the tables as it was
 * committed, and that is what the lane sees, since nobody else writes (this process holds the writer's lock) and the lane begins
 * to read after the last commit.  Only a transaction that has not written anything yet may begin so.  In the same way the lane reads
 * for the first group of the next transaction while this one is written and committed; of what is in this world it reads nothing then.
 *
 * Who is remembered (whereabouts.h) is not looked for: the household is asked for at once.  Where that is not true any more, what comes
 * is what was committed all the same, only not of this person, who is then loaded when nothing else is to be answered (run_load.h). */

#include "comparison_store.h"

enum { HOMES_AHEAD = CARRIED_MAX };

typedef enum { HOMES_FINDING, HOMES_FOUND, HOMES_READING } homes_step_t;

/* Of one group. */
typedef struct {
    homes_step_t step;
    size_t end;    /* the number of the event behind its last one */
    named_t named; /* what the events name, the world did not have when it was asked for, and nobody remembers */
    home_t *homes; /* HOMES_FOUND: the first answer */
    size_t home_count;
    home_t *remembered; /* persons whose household is remembered by its ordinal: they are not looked for first */
    size_t remembered_count, remembered_cap;
    int64_t *ordinals; /* HOMES_READING: of the households that are read, in order */
    size_t ordinal_count;
} homes_asked_t;

typedef struct {
    db_lane_t *lane;
    arena_t *arena;
    world_t *world;
    int32_t day;
    homes_asked_t asked[HOMES_AHEAD]; /* the next one first */
    size_t count;
    whereabouts_t *whereabouts;
    bool alone;    /* nobody else asks the lane anything */
    bool crossing; /* what is asked for is of the next transaction: what this one has here may change before */
} homes_t;

/* Borrows all.  `alone`: see above; else the lane is asked for the group behind only what can be answered before.  `day`: of the findings,
 * DATE_OPEN: without them. */
void homes_init(homes_t *self, db_lane_t *lane, bool alone, arena_t *arena, world_t *world, int32_t day);
/* The group up to this event was asked for in the transaction before (run_ahead_carried). */
void homes_carry_on(homes_t *self, const named_t *named, size_t end);
/* From now on it is asked for events of the next transaction. */
void homes_cross(homes_t *self);

/* May it be asked for one more group? */
bool homes_has_room(const homes_t *self);
/* The first question for these events, or the second one at once where all whom they name are remembered.  `end`: the number of the event
 * behind them.  For the next transaction only the first group is looked for, so that all can be carried on: false, it is not asked for. */
bool homes_find(homes_t *self, const facts_event_t *events, size_t n, size_t end);
/* Where the next group ends; it must be asked for. */
size_t homes_end(const homes_t *self);
/* The second question, as far as it can be made; waits for the answer to the next group's first one. */
bool homes_ask(homes_t *self, err_t *err) NODISCARD;
/* The same if the answer has come: between two pieces of work. */
bool homes_poll(homes_t *self, err_t *err) NODISCARD;
/* The rows of the next group join the world, and the group behind is the next one: its first answer is taken, so that the lane may be
 * asked other things. */
bool homes_take(homes_t *self, err_t *err) NODISCARD;

#endif
