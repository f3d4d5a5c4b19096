/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/calendar.h"

#include "base/mem.h"

#include <string.h>

typedef struct {
    int32_t day;
    bool working;
} listed_t;

struct calendar {
    listed_t *days; /* ascending */
    size_t count, cap;
};

calendar_t *
calendar_new(void)
{
    return mem_new(calendar_t);
}

void
calendar_destroy(calendar_t **self_p)
{
    calendar_t *self = *self_p;

    if (self == NULL)
        return;
    mem_free(self->days);
    mem_free(self);
    *self_p = NULL;
}

/* Index of the first listed day that is not before `day`. */
static size_t
lower_bound(const calendar_t *self, int32_t day)
{
    size_t lo = 0, hi = self->count;

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (self->days[mid].day < day)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

bool
calendar_list(calendar_t *self, int32_t day, bool working)
{
    size_t at = lower_bound(self, day);

    if (at < self->count && self->days[at].day == day)
        return false;
    self->days = mem_grow(self->days, &self->cap, self->count + 1, sizeof(*self->days));
    memmove(self->days + at + 1, self->days + at, (self->count - at) * sizeof(*self->days));
    self->days[at] = (listed_t){ day, working };
    self->count++;
    return true;
}

bool
calendar_is_working(const calendar_t *self, int32_t day)
{
    size_t at = lower_bound(self, day);

    if (at < self->count && self->days[at].day == day)
        return self->days[at].working;
    /* 1970-01-01 was a Thursday: with Monday as 0 it is 3 */
    int64_t weekday = ((int64_t) day + 3) % 7;
    if (weekday < 0)
        weekday += 7;
    return weekday < 5;
}

int32_t
calendar_add_working_days(const calendar_t *self, int32_t day, int n)
{
    int step = n < 0 ? -1 : 1;

    while (n != 0) {
        day += step;
        if (calendar_is_working(self, day))
            n -= step;
    }
    return day;
}
