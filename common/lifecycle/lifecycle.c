/* SPDX-License-Identifier: Apache-2.0 */
#include "lifecycle/lifecycle.h"

#include "base/mem.h"

#include <string.h>

static bool
is_index(int i, size_t count)
{
    return i >= 0 && (size_t) i < count;
}

bool
lifecycle_step(const lifecycle_t *self, int from, int event, const void *subject, int *ret_to, err_t *err)
{
    bool refused = false;

    REQUIRE(is_index(from, self->state_count) && is_index(event, self->event_count));
    for (size_t i = 0; i < self->row_count; i++) {
        const lifecycle_row_t *row = &self->rows[i];
        if (row->from != from || row->event != event)
            continue;
        if (row->guard == NULL || row->guard(subject)) {
            *ret_to = row->to;
            return true;
        }
        refused = true;
    }
    return err_set(err, ERR_REJECT, "conflict", "%s: \"%s\" is not possible in state \"%s\"%s", self->name,
                   self->events[event], self->states[from], refused ? ": its condition is not met" : "");
}

int
lifecycle_state_of(const lifecycle_t *self, const char *name)
{
    for (size_t i = 0; i < self->state_count; i++)
        if (strcmp(self->states[i], name) == 0)
            return (int) i;
    return -1;
}

static bool
has_way_out(const lifecycle_t *self, int state)
{
    for (size_t i = 0; i < self->row_count; i++)
        if (self->rows[i].from == state && self->rows[i].to != state)
            return true;
    return false;
}

void
lifecycle_mermaid(const lifecycle_t *self, str_t *ret)
{
    str_add(ret, "stateDiagram-v2\n");
    str_printf(ret, "    [*] --> %s\n", self->states[0]);
    for (size_t i = 0; i < self->row_count; i++) {
        const lifecycle_row_t *row = &self->rows[i];
        str_printf(ret, "    %s --> %s: %s%s\n", self->states[row->from], self->states[row->to],
                   self->events[row->event], row->guard == NULL ? "" : " [if]");
    }
    for (size_t i = 0; i < self->state_count; i++)
        if (!has_way_out(self, (int) i))
            str_printf(ret, "    %s --> [*]\n", self->states[i]);
}

/* Marks what can be reached from state 0: each round follows every row once, until nothing new appears. */
static void
mark_reachable(const lifecycle_t *self, bool *seen)
{
    bool grew = true;

    seen[0] = true;
    while (grew) {
        grew = false;
        for (size_t i = 0; i < self->row_count; i++) {
            const lifecycle_row_t *row = &self->rows[i];
            if (!seen[row->from] || seen[row->to])
                continue;
            seen[row->to] = true;
            grew = true;
        }
    }
}

static bool
check_row(const lifecycle_t *self, size_t i, err_t *err)
{
    const lifecycle_row_t *row = &self->rows[i];

    if (!is_index(row->from, self->state_count) || !is_index(row->to, self->state_count) ||
        !is_index(row->event, self->event_count))
        return err_set(err, ERR_BUG, "lifecycle", "%s: row %zu names an unknown state or event", self->name, i);
    if (row->why == NULL || row->why[0] == '\0')
        return err_set(err, ERR_BUG, "lifecycle", "%s: row %zu has no why", self->name, i);
    for (size_t j = 0; j < i; j++)
        if (self->rows[j].from == row->from && self->rows[j].event == row->event && self->rows[j].guard == NULL)
            return err_set(err, ERR_BUG, "lifecycle", "%s: row %zu can never match after row %zu", self->name, i, j);
    return true;
}

bool
lifecycle_check(const lifecycle_t *self, const int *final_states, size_t n, err_t *err)
{
    for (size_t i = 0; i < self->row_count; i++)
        if (!check_row(self, i, err))
            return false;

    AUTO_FREE bool *seen = mem_new_array(bool, self->state_count);
    mark_reachable(self, seen);
    for (size_t i = 0; i < self->state_count; i++) {
        bool final = false;
        for (size_t j = 0; j < n; j++)
            final = final || final_states[j] == (int) i;
        if (!seen[i])
            return err_set(err, ERR_BUG, "lifecycle", "%s: state \"%s\" cannot be reached", self->name,
                           self->states[i]);
        if (!final && !has_way_out(self, (int) i))
            return err_set(err, ERR_BUG, "lifecycle", "%s: state \"%s\" has no way out and is not listed as final",
                           self->name, self->states[i]);
    }
    return true;
}
