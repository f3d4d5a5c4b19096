/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_block.h"

/* Days on which time alone may change an answer, found from what the program compared with today. */

static int32_t
next_of_lanes(const policy_block_t *b, const watch_t *watch, size_t from, size_t to, int32_t next)
{
    for (size_t i = from; i < to; i++) {
        int64_t date;

        if (!policy_block_get(b, watch->date, i, &date))
            continue;
        if ((watch->days & WATCH_DAY) != 0 && date > b->day && date < next)
            next = (int32_t) date;
        if ((watch->days & WATCH_DAY_AFTER) != 0 && date + 1 > b->day && date + 1 < next)
            next = (int32_t) date + 1;
    }
    return next;
}

/* The lanes of one household and of its members. */
static int32_t
next_of_home(const policy_block_t *b, const watch_t *watch, size_t household, int32_t next)
{
    if (b->policy->program.code[watch->date].scope == SCOPE_HOUSEHOLD)
        return next_of_lanes(b, watch, household, household + 1, next);
    return next_of_lanes(b, watch, b->first[household], b->first[household + 1], next);
}

static int32_t
next_of_watch(const policy_block_t *b, const watch_t *watch, size_t household, int32_t next)
{
    const policy_supporters_t *s = &b->supporters;
    bool of_supporters = b->policy->program.code[watch->date].scope == SCOPE_SUPPORTER;
    size_t from = s->read ? s->first[b->first[household]] : 0, to = s->read ? s->first[b->first[household + 1]] : 0;

    if (of_supporters)
        return next_of_lanes(b, watch, from, to, next);
    next = next_of_home(b, watch, household, next);
    for (size_t i = from; i < to; i++)
        if (s->home[i] != POLICY_NO_LANE)
            next = next_of_home(b, watch, s->home[i], next);
    return next;
}

int32_t
policy_block_next_day(const policy_block_t *self, size_t household, int32_t next)
{
    const program_t *p = &self->policy->program;

    for (size_t i = 0; i < p->watch_count; i++)
        if (p->code[p->watches[i].compare].live)
            next = next_of_watch(self, &p->watches[i], household, next);
    return next;
}

int32_t
policy_next_day_of_places(const policy_t *self, const policy_world_t *world, int32_t day, int32_t next)
{
    for (size_t i = 0; world != NULL && i < world->place_fact_count; i++) {
        const fact_t *fact = &world->place_facts[i].fact;

        for (const policy_fact_t *spec = policy_fact_of(self, fact->kind); spec != NULL;
             spec = policy_fact_next(self, spec)) {
            int32_t on = spec->holder == HOLDER_PLACE ? policy_fact_next_day(spec, fact, day) : next;

            next = on < next ? on : next;
        }
    }
    return next;
}
