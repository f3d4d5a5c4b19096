/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_plan_build.h"
#include <string.h>

/* Steps whose result nobody reads fall out, and columns whose lives do not meet get the same place. */

#define ALIGN_BYTES 64
#define SPARE_LANES 16 /* loops that spread write past the last lane */

/* Which steps lead to something that is wanted, and where each column is read last. */
static void
mark_live(policy_plan_t *self)
{
    for (size_t r = 0; r < self->policy->program.count; r++) {
        if (!self->want[r])
            continue;
        const plan_value_t *v = &self->values[self->map[r]];

        if (v->column != NO_COLUMN)
            self->columns[v->column].last_use = (int32_t) self->step_count;
        if (v->marks != NO_COLUMN)
            self->columns[v->marks].last_use = (int32_t) self->step_count;
    }
    for (size_t i = self->step_count; i-- > 0;) {
        plan_step_t *step = &self->steps[i];
        const int32_t reads[6] = {step->a, step->b, step->c, step->marks[1], step->marks[2], step->marks[3]};

        step->live = self->columns[step->d].last_use >= 0 ||
                     (step->marks[0] != NO_COLUMN && self->columns[step->marks[0]].last_use >= 0);
        for (size_t k = 0; k < COUNT_OF(reads) && step->live; k++)
            if (reads[k] != NO_COLUMN && self->columns[reads[k]].last_use < (int32_t) i)
                self->columns[reads[k]].last_use = (int32_t) i;
    }
}

static size_t
bytes_of(const policy_plan_t *self, const plan_column_t *column)
{
    size_t n = (self->room[column->scope] + SPARE_LANES) * (column->number ? sizeof(int64_t) : 1);

    return (n + ALIGN_BYTES - 1) / ALIGN_BYTES * ALIGN_BYTES;
}

typedef struct {
    size_t *offsets[SCOPE_COUNT][2]; /* places that are free again */
    size_t count[SCOPE_COUNT][2];
    size_t end; /* of the storage */
} places_t;

static void
take_place(const policy_plan_t *self, places_t *places, plan_column_t *column)
{
    size_t *count = &places->count[column->scope][column->number];

    if (*count > 0) {
        column->offset = places->offsets[column->scope][column->number][--*count];
        return;
    }
    column->offset = places->end;
    places->end += bytes_of(self, column);
}

static void
give_back(places_t *places, const plan_column_t *column)
{
    if (!column->fixed && !column->input)
        places->offsets[column->scope][column->number][places->count[column->scope][column->number]++] = column->offset;
}

static void
place_step(policy_plan_t *self, places_t *places, size_t i)
{
    const plan_step_t *step = &self->steps[i];
    const int32_t uses[8] = {step->d, step->marks[0], step->a,        step->b,
                             step->c, step->marks[1], step->marks[2], step->marks[3]};

    /* The result gets its place before the operands give theirs back: no loop writes over what it reads. */
    for (size_t k = 0; k < 2; k++)
        if (uses[k] != NO_COLUMN)
            take_place(self, places, &self->columns[uses[k]]);
    for (size_t k = 0; k < COUNT_OF(uses); k++) {
        bool again = false;

        for (size_t j = 0; j < k; j++)
            again = again || uses[j] == uses[k];
        if (uses[k] == NO_COLUMN || again)
            continue;
        if (self->columns[uses[k]].last_use == (int32_t) i || (k < 2 && self->columns[uses[k]].last_use < 0))
            give_back(places, &self->columns[uses[k]]);
    }
}

static void
fill_fixed(plan_column_t *column, size_t lanes)
{
    int64_t *numbers = column->at;

    if (!column->number) {
        memset(column->at, (int) column->value, lanes);
        return;
    }
    for (size_t i = 0; i < lanes; i++)
        numbers[i] = column->value;
}

/* Places for the columns of the steps that are left. */
static void
place_columns(policy_plan_t *self)
{
    places_t places = {0};
    char *aligned;

    for (size_t s = 0; s < SCOPE_COUNT; s++)
        for (size_t k = 0; k < 2; k++)
            places.offsets[s][k] = mem_new_array(size_t, self->column_count + 1);
    for (size_t i = 0; i < self->column_count; i++)
        if (self->columns[i].fixed)
            take_place(self, &places, &self->columns[i]);
    for (size_t i = 0; i < self->step_count; i++)
        if (self->steps[i].live)
            place_step(self, &places, i);
    mem_free(self->storage);
    mem_free(self->sums);
    self->storage = mem_alloc(places.end + ALIGN_BYTES, 1);
    self->sums = mem_new_array(int64_t, self->room[SCOPE_MEMBER] + SPARE_LANES);
    aligned = self->storage + (ALIGN_BYTES - (uintptr_t) self->storage % ALIGN_BYTES);
    for (size_t i = 0; i < self->column_count; i++) {
        plan_column_t *column = &self->columns[i];

        if (column->input)
            continue;
        column->at = aligned + column->offset;
        if (column->fixed)
            fill_fixed(column, self->room[column->scope]);
    }
    for (size_t s = 0; s < SCOPE_COUNT; s++)
        for (size_t k = 0; k < 2; k++)
            mem_free(places.offsets[s][k]);
}

static void
drop_dead_steps(policy_plan_t *self)
{
    size_t n = 0;

    for (size_t i = 0; i < self->step_count; i++)
        if (self->steps[i].live)
            self->steps[n++] = self->steps[i];
    self->step_count = n;
}

void
plan_place(policy_plan_t *self)
{
    mark_live(self);
    place_columns(self);
    drop_dead_steps(self);
}
