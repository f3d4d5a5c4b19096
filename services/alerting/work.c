/* SPDX-License-Identifier: Apache-2.0 */
#include "work.h"

#include "base/str.h"

void
work_init(work_t *self, arena_t *arena)
{
    *self = (work_t){ .arena = arena, .by_key = uuid_map_new() };
}

void
work_done(work_t *self)
{
    uuid_map_destroy(&self->by_key);
}

matter_t *
work_find(const work_t *self, const uuid_t *household, const char *name)
{
    uuid_t key;

    matter_key(household, name, &key);
    return uuid_map_get(self->by_key, &key);
}

matter_t *
work_matter(work_t *self, const uuid_t *household, const char *name)
{
    uuid_t key;
    matter_t *matter;

    matter_key(household, name, &key);
    matter = uuid_map_get(self->by_key, &key);
    if (matter != NULL)
        return matter;
    matter = arena_alloc(self->arena, sizeof(*matter));
    matter->household = *household;
    REQUIRE(str_copy(matter->name, sizeof(matter->name), name));
    matter->silenced_until = INT32_MIN;
    uuid_map_put(self->by_key, &key, matter);
    if (self->last != NULL)
        self->last->next = matter;
    else
        self->first = matter;
    self->last = matter;
    self->count++;
    return matter;
}

void
work_add_alert(matter_t *matter, alert_t *alert)
{
    alert->next = matter->alerts;
    matter->alerts = alert;
    if (alert->state != ALERT_CLOSED)
        matter->alert = alert;
}

void
work_gather(work_t *self)
{
    for (matter_t *m = self->first; m != NULL; m = m->next) {
        for (alert_t *a = m->alerts; a != NULL; a = a->next)
            alert_gather(a, m, arena_new_array(self->arena, finding_t *, m->finding_count + 1));
    }
}
