/* SPDX-License-Identifier: Apache-2.0 */
#include "run_shadow.h"

#include <string.h>

#include "comparison_store.h"
#include "finding_back.h"

/* A household of the run.  One transaction may hold several events, and each assesses whom it touches: the last time counts. */
typedef struct {
    uuid_t id;
    size_t times;
} seen_t;

typedef struct {
    shadow_finding_t finding;
    const seen_t *seen;
    size_t time; /* of `seen` */
} shadow_entry_t;

/* What one shadow finds in this run. */
typedef struct {
    finding_rules_t *rules;
    finding_back_t *back;
    shadow_entry_t *entries;
    size_t count, cap;
} found_t;

struct shadow_run {
    comparison_t *comparison;
    arena_t *arena;
    int32_t day;
    uuid_map_t *map; /* id → seen_t */
    seen_t **seen;
    size_t seen_count, seen_cap;
    found_t found[SHADOWS_MAX];
};

shadow_run_t *
shadow_run_new(comparison_t *comparison, arena_t *arena, int32_t day)
{
    const shadows_t *shadows = &comparison->shadows;

    if (shadows->count == 0)
        return NULL;
    shadow_run_t *self = mem_new(shadow_run_t);
    self->comparison = comparison;
    self->arena = arena;
    self->day = day;
    self->map = uuid_map_new();
    for (size_t i = 0; i < shadows->count; i++) {
        self->found[i].rules = finding_rules_new(shadows->items[i].policy, comparison->terms);
        finding_rules_begin(self->found[i].rules, comparison->first_day, comparison->calendar);
        self->found[i].back = finding_back_new(shadows->items[i].policy, self->found[i].rules);
    }
    return self;
}

void
shadow_run_destroy(shadow_run_t **self_p)
{
    shadow_run_t *self = *self_p;

    if (self == NULL)
        return;
    for (size_t i = 0; i < SHADOWS_MAX; i++) {
        finding_back_destroy(&self->found[i].back);
        finding_rules_destroy(&self->found[i].rules);
    }
    uuid_map_destroy(&self->map);
    mem_free(self);
    *self_p = NULL;
}

void
shadow_run_seen(shadow_run_t *self, const household_t *household)
{
    seen_t *seen;

    if (self == NULL)
        return;
    seen = uuid_map_get(self->map, &household->holder.id);
    if (seen == NULL) {
        seen = arena_alloc(self->arena, sizeof *seen);
        seen->id = household->holder.id;
        self->seen = world_grow(self->arena, self->seen, &self->seen_cap, self->seen_count + 1, sizeof(seen_t *));
        self->seen[self->seen_count++] = seen;
        uuid_map_put(self->map, &seen->id, seen);
    }
    seen->times++;
}

static void
take(shadow_run_t *self, found_t *to, const dossier_t *d, const wanted_t *wanted, size_t n)
{
    const seen_t *seen = uuid_map_get(self->map, &d->household);

    REQUIRE(seen != NULL);
    for (size_t i = 0; i < n; i++) {
        const wanted_t *w = &wanted[i];

        to->entries = world_grow(self->arena, to->entries, &to->cap, to->count + 1, sizeof *to->entries);
        shadow_entry_t *e = &to->entries[to->count++];
        e->seen = seen;
        e->time = seen->times;
        e->finding = (shadow_finding_t){ .household = d->household, .person = w->person, .kind = finding_kind_name(w->kind),
                                                     .category = w->category, .rule = w->rule, .since = w->since,
                                                     .region = arena_strndup(self->arena, d->region, strlen(d->region)),
                                                     .monthly = w->monthly, .enrolled = w->enrolled };
    }
}

/* One shadow over a block, as assess.c does it under the policy in force. */
static bool
find_under(shadow_run_t *self, size_t shadow, const policy_world_t *places, const dossier_t *const *dossiers, size_t n,
           int32_t *next_days, err_t *err)
{
    found_t *found = &self->found[shadow];
    policy_result_t *results = arena_new_array(self->arena, policy_result_t, n + 1);
    finding_list_t *lists = arena_new_array(self->arena, finding_list_t, n + 1);
    finding_back_case_t *cases = arena_new_array(self->arena, finding_back_case_t, n + 1);

    finding_rules_use(found->rules, places);
    if (!policy_assess(self->comparison->shadows.items[shadow].policy, places, dossiers, n, self->day, self->arena, results, err))
        return false;
    finding_rules_apply_each(found->rules, dossiers, results, n, self->day, self->arena, lists);
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < lists[i].count; k++)
            lists[i].wanted[k].follow = finding_back_is_for(&lists[i].wanted[k]);
        cases[i] = (finding_back_case_t){ .dossier = dossiers[i], .list = &lists[i] };
    }
    if (!finding_back_run(found->back, places, cases, n, self->day, NULL, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        take(self, found, dossiers[i], lists[i].wanted, lists[i].count);
        if (lists[i].next_day < next_days[i])
            next_days[i] = lists[i].next_day;
    }
    return true;
}

bool
shadow_run_block(shadow_run_t *self, const policy_world_t *places, const dossier_t *const *dossiers, size_t n, int32_t *next_days,
                 err_t *err)
{
    const shadows_t *shadows = self == NULL ? NULL : &self->comparison->shadows;

    for (size_t s = 0; shadows != NULL && s < shadows->count; s++)
        if (!find_under(self, s, places, dossiers, n, next_days, err))
            return err_add(err, shadows->items[s].name);
    return true;
}

/* What the last assessment of each household found. */
static size_t
last_findings(const shadow_run_t *self, const found_t *found, shadow_finding_t **ret)
{
    size_t n = 0;

    *ret = arena_new_array(self->arena, shadow_finding_t, found->count + 1);
    for (size_t i = 0; i < found->count; i++)
        if (found->entries[i].time == found->entries[i].seen->times)
            (*ret)[n++] = found->entries[i].finding;
    return n;
}

bool
shadow_run_save(shadow_run_t *self, db_tx_t *tx, err_t *err)
{
    shadows_t *shadows = self == NULL ? NULL : &self->comparison->shadows;
    uuid_t *seen = self == NULL ? NULL : arena_new_array(self->arena, uuid_t, self->seen_count + 1);

    for (size_t i = 0; self != NULL && i < self->seen_count; i++)
        seen[i] = self->seen[i]->id;
    for (size_t s = 0; shadows != NULL && s < shadows->count; s++) {
        shadow_finding_t *found;
        size_t n = last_findings(self, &self->found[s], &found);
        int64_t more = 0;

        if (!store_shadow_findings(tx, shadows->items[s].name, self->day, seen, self->seen_count, found, n, &more, err))
            return false;
        shadows->items[s].findings += more;
    }
    return true;
}
