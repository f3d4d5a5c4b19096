/* SPDX-License-Identifier: Apache-2.0 */
#include "shadow.h"

#include <string.h>

#include "base/str.h"
#include "domain/date.h"
#include "policy_set.h"

void
shadows_done(shadows_t *self)
{
    for (size_t i = 0; i < self->count; i++)
        policy_destroy(&self->items[i].policy);
    *self = (shadows_t){ .count = 0 };
}

static bool
load_one(const char *path, int32_t numbers, terms_t *terms, shadows_t *all, err_t *err)
{
    shadow_t *s = &all->items[all->count];
    char day[DATE_TEXT_SIZE] = "";

    *s = (shadow_t){ .numbers = numbers };
    if (!policy_load(path, terms, &s->policy, err))
        return err_add(err, "shadow");
    all->count++;
    if (numbers != DATE_OPEN)
        date_format(numbers, day);
    (void) snprintf(s->name, sizeof s->name, "%.60s%s%s", policy_name(s->policy), day[0] != '\0' ? "@" : "", day);
    (void) snprintf(s->digest, sizeof s->digest, "%s%s%s", policy_digest(s->policy), day[0] != '\0' ? "@" : "", day);
    if (numbers != DATE_OPEN)
        policy_advance(s->policy, numbers);
    for (size_t i = 0; i + 1 < all->count; i++)
        if (strcmp(all->items[i].name, s->name) == 0)
            return err_set(err, ERR_CONFIG, "config", "shadow: two policies are called %s: one of them needs another name", s->name);
    return true;
}

/* "deploy/policies/next.yaml@2024-07-01", without blanks around it */
static bool
load_item(const char *item, size_t n, terms_t *terms, shadows_t *all, err_t *err)
{
    AUTO_STR path = STR_INIT;
    int32_t numbers = DATE_OPEN;

    while (n > 0 && item[0] == ' ') {
        item++;
        n--;
    }
    while (n > 0 && item[n - 1] == ' ')
        n--;
    if (n == 0)
        return true;
    if (all->count == SHADOWS_MAX)
        return err_set(err, ERR_CONFIG, "config", "shadow: at most %d policies", SHADOWS_MAX);
    const char *at = memrchr(item, '@', n);
    if (at != NULL && !date_parse(at + 1, (size_t) (item + n - at - 1), &numbers))
        return err_set(err, ERR_CONFIG, "config", "shadow: after @ stands the day whose numbers to take, YYYY-MM-DD, in %.*s", (int) n, item);
    str_add_n(&path, item, at == NULL ? n : (size_t) (at - item));
    return load_one(str_c(&path), numbers, terms, all, err);
}

bool
shadows_load(const char *setting, terms_t *terms, shadows_t *ret, err_t *err)
{
    shadows_t all = { .count = 0 };
    const char *item = setting == NULL ? "" : setting;

    for (;;) {
        size_t n = strcspn(item, ",");

        if (!load_item(item, n, terms, &all, err)) {
            shadows_done(&all);
            return false;
        }
        if (item[n] == '\0')
            break;
        item += n + 1;
    }
    *ret = all;
    return true;
}

void
shadows_follow(shadows_t *self, const shadows_t *before)
{
    size_t same = 0;

    self->stale = before->stale;
    for (size_t i = 0; i < self->count; i++) {
        bool found = false;

        for (size_t k = 0; k < before->count; k++) {
            if (strcmp(self->items[i].name, before->items[k].name) != 0)
                continue;
            self->items[i].findings = before->items[k].findings;
            found = strcmp(self->items[i].digest, before->items[k].digest) == 0;
        }
        same += found ? 1 : 0;
        self->stale |= !found;
    }
    self->unsaved = before->unsaved || same != self->count || same != before->count;
}
