/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_reading.h"
#include "base/num.h"
#include "domain/date.h"

void
policy_reading_init(policy_reading_t *self, const policy_fact_t *spec, const policy_span_t *span, int32_t day)
{
    *self = (policy_reading_t){ .spec = spec, .span = *span, .day = day, .since = INT32_MIN };
}

void
policy_reading_since(policy_reading_t *self, int32_t since)
{
    int32_t month = date_month(since);

    self->since = since;
    if (self->spec->window == NULL)
        return;
    if (date_month_start(month) < since)
        month++; /* the first whole month */
    if (self->span.first < month)
        self->span.first = month;
    if (self->span.from < since)
        self->span.from = self->spec->accumulate == ACCUMULATE_MONTHLY ? date_month_start(month) : since;
}

void
policy_reading_part(const policy_reading_t *self, const fact_t *fact, policy_part_t *ret)
{
    const policy_fact_t *spec = self->spec;
    bool begun = spec->accumulate == ACCUMULATE_LATEST || spec->accumulate == ACCUMULATE_EVENT;

    *ret = (policy_part_t){ 0 };
    if (fact->kind != spec->kind || (begun && fact->from < self->since))
        return;
    if (self->ever) {
        ret->has = !policy_fact_is_passed_over(spec, fact);
        return;
    }
    policy_fact_part(spec, &self->span, fact, self->day, ret);
    if (!ret->has || !self->capped || fact->value <= self->cap)
        return;
    ret->amount = self->cap;
    ret->overflow = spec->accumulate == ACCUMULATE_MONTHLY && !num_mul_i64(self->cap, ret->months, &ret->amount);
}

/* The months of the window that the fact's term meets, bit by bit. */
static uint64_t
months_met(const policy_reading_t *self, const fact_t *fact)
{
    uint64_t met = 0;
    int32_t first = self->span.first;

    for (int32_t m = first; m < self->span.last && m - first < POLICY_EVERY_MONTHS_MAX; m++)
        if (fact->from < date_month_start(m + 1) && date_month_start(m) < fact->to)
            met |= (uint64_t) 1 << (m - first);
    return met;
}

void
policy_reading_add(policy_reading_t *self, const fact_t *fact)
{
    policy_part_t part;

    policy_reading_part(self, fact, &part);
    if (!part.has)
        return;
    if (self->newest == NULL || policy_fact_is_newer(fact, self->newest))
        self->newest = fact;
    switch (self->spec->accumulate) {
    case ACCUMULATE_LOWEST:
        self->amount = !self->has || part.amount < self->amount ? part.amount : self->amount;
        break;
    case ACCUMULATE_HIGHEST:
        self->amount = !self->has || part.amount > self->amount ? part.amount : self->amount;
        break;
    case ACCUMULATE_MONTHLY:
    case ACCUMULATE_SUM:
    case ACCUMULATE_LATEST:
    case ACCUMULATE_EVENT:
        self->overflow = self->overflow || part.overflow || !num_add_i64(self->amount, part.amount, &self->amount);
        break;
    }
    self->has = true;
    self->months += part.months;
    if (self->spec->every_month)
        self->covered |= months_met(self, fact);
}

static bool
covers(const policy_reading_t *self)
{
    int32_t months = self->span.last - self->span.first;

    return !self->spec->every_month || (months > 0 && self->covered == ((uint64_t) 1 << months) - 1);
}

static bool
total(const policy_reading_t *self, int64_t *ret)
{
    const policy_fact_t *spec = self->spec;

    if (spec->accumulate == ACCUMULATE_LATEST && spec->scale > 0) {
        /* Shares do not add up: the newest one is meant. */
        *ret = self->newest != NULL ? self->newest->value : 0;
        return self->newest != NULL;
    }
    *ret = self->amount;
    if (spec->accumulate == ACCUMULATE_LOWEST || spec->accumulate == ACCUMULATE_HIGHEST)
        return self->has && covers(self);
    return !self->overflow && covers(self);
}

bool
policy_reading_get(const policy_reading_t *self, policy_read_t what, int64_t *ret)
{
    const fact_t *newest = self->newest;

    *ret = 0;
    switch (what) {
    case READ_TOTAL:
        return total(self, ret);
    case READ_MONTHS:
        *ret = self->months;
        return true;
    case READ_HAS:
    case READ_EVER:
        *ret = self->has;
        return true;
    case READ_VALUE:
    case READ_CODE:
    case READ_START:
    case READ_END:
        break;
    }
    if (newest == NULL || (what == READ_END && newest->to == DATE_OPEN))
        return false;
    *ret = what == READ_VALUE   ? newest->value
           : what == READ_CODE  ? newest->code
           : what == READ_START ? newest->from
                                : newest->to - 1;
    return true;
}
