/* SPDX-License-Identifier: Apache-2.0 */
#include "rate.h"

#include "base/mem.h"
#include "base/str.h"
#include "bus/keys.h"

#include <string.h>

enum { BURST_SECONDS = 2, WAIT_MAX_MS = 60000 };

typedef struct {
    char key[KEY_NAME_MAX];
    int64_t owed;    /* records × 1000; below 0: in reserve */
    int64_t seen_ms; /* as of when */
} account_t;

struct rates {
    account_t *items; /* one for each key with a rate that was ever seen: as many as there are certificates */
    size_t count, cap;
};

rates_t *
rates_new(void)
{
    return mem_new(rates_t);
}

void
rates_destroy(rates_t **self_p)
{
    if (*self_p == NULL)
        return;
    mem_free((*self_p)->items);
    mem_free(*self_p);
    *self_p = NULL;
}

static account_t *
account_of(rates_t *self, const char *key, int64_t now_ms)
{
    for (size_t i = 0; i < self->count; i++)
        if (strcmp(self->items[i].key, key) == 0)
            return &self->items[i];
    self->items = mem_grow(self->items, &self->cap, self->count + 1, sizeof(account_t));
    (void) str_copy(self->items[self->count].key, KEY_NAME_MAX, key);
    self->items[self->count].seen_ms = now_ms;
    return &self->items[self->count++];
}

int64_t
rates_take(rates_t *self, const char *key, int64_t rate, size_t records, int64_t now_ms)
{
    account_t *a = account_of(self, key, now_ms);
    int64_t passed = now_ms - a->seen_ms, wait;

    /* Nobody waits longer than a day for anything: keeps the product small. */
    a->owed -= (passed < 86400000 ? passed : 86400000) * (rate < 1000000000 ? rate : 1000000000);
    a->seen_ms = now_ms;
    if (a->owed < -rate * 1000 * BURST_SECONDS)
        a->owed = -rate * 1000 * BURST_SECONDS;
    if (a->owed > 0) {
        wait = (a->owed + rate - 1) / rate;
        return wait < WAIT_MAX_MS ? wait : WAIT_MAX_MS;
    }
    a->owed += (int64_t) records * 1000;
    return 0;
}
