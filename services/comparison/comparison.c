/* SPDX-License-Identifier: Apache-2.0 */
#include "comparison.h"

#include <string.h>

#include "assess.h"
#include "comparison_policy.h"
#include "comparison_store.h"
#include "run_ahead.h"
#include "world_support.h"

enum { GROUP_RECORDS = 2000 };

bool
comparison_new(const comparison_config_t *config, comparison_t **ret, err_t *err)
{
    AUTO(comparison) self = mem_new(comparison_t);

    if (strcmp(config->clock, "manual") != 0 && strcmp(config->clock, "wall") != 0)
        return err_set(err, ERR_CONFIG, "config", "clock: %s is unknown, use manual or wall", config->clock);
    self->config = config;
    self->group_records = GROUP_RECORDS;
    /* a broken policy stops the start, not the first connect */
    self->terms = terms_new();
    self->protection = protection_new(self->terms, config->require_authorisation);
    self->keys = keys_new();
    self->whereabouts = whereabouts_new((size_t) config->homes_mib << 20);
    self->first_day = DATE_OPEN;
    if (!schedule_parse(config->schedule, &self->schedule, err) || !calendar_load(config->calendar, &self->calendar, err) ||
        !policy_load(config->policy, self->terms, &self->policy, err) || !shadows_load(config->shadow, self->terms, &self->shadows, err))
        return false;
    *ret = TAKE(self);
    return true;
}

void
comparison_destroy(comparison_t **self_p)
{
    comparison_t *self = *self_p;

    if (self == NULL)
        return;
    comparison_policy_forget(self);
    assess_forget(self);
    policy_destroy(&self->policy);
    shadows_done(&self->shadows);
    calendar_destroy(&self->calendar);
    protection_destroy(&self->protection);
    keys_destroy(&self->keys);
    whereabouts_destroy(&self->whereabouts);
    terms_destroy(&self->terms);
    str_done(&self->counts);
    arena_destroy(&self->places_arena);
    for (size_t i = 0; i < CARRIED_MAX; i++) {
        mem_free(self->carried.named[i].persons);
        mem_free(self->carried.named[i].households);
    }
    mem_free(self);
    *self_p = NULL;
}

bool
comparison_connected(comparison_t *self, db_tx_t *tx, err_t *err)
{
    policy_t *policy = NULL;
    shadows_t shadows = { .count = 0 };
    AUTO(terms) terms = terms_new();

    if (!store_terms_load(tx, terms, err) || !store_supports_any(tx, &self->has_supports, err) ||
        !store_same_any(tx, &self->has_groups, err) || !store_rulings_any(tx, &self->has_rulings, err))
        return false;
    term_t saved = terms_last(terms);
    if (!policy_load(self->config->policy, terms, &policy, err))
        return false;
    if (!shadows_load(self->config->shadow, terms, &shadows, err) || !store_shadows_load(tx, &shadows, err)) {
        policy_destroy(&policy);
        shadows_done(&shadows);
        return false;
    }
    comparison_policy_forget(self);
    assess_forget(self);
    policy_destroy(&self->policy);
    shadows_done(&self->shadows);
    terms_destroy(&self->terms);
    self->policy = policy;
    self->shadows = shadows;
    self->policy_kept = false;
    self->terms = TAKE(terms);
    self->terms_saved = saved;
    self->protection_known = self->keys_known = false;
    comparison_forget_counts(self);
    comparison_forget_places(self);
    return true;
}

bool
comparison_reload(comparison_t *self, err_t *err)
{
    policy_t *policy = NULL;
    shadows_t shadows = { .count = 0 };
    AUTO(calendar) calendar = NULL;

    if (!calendar_load(self->config->calendar, &calendar, err) || !policy_load(self->config->policy, self->terms, &policy, err))
        return false;
    if (!shadows_load(self->config->shadow, self->terms, &shadows, err)) {
        policy_destroy(&policy);
        return false;
    }
    calendar_destroy(&self->calendar);
    self->calendar = TAKE(calendar);
    shadows_follow(&shadows, &self->shadows);
    shadows_done(&self->shadows);
    self->shadows = shadows;
    assess_forget(self);
    policy_destroy(&self->policy);
    self->policy = policy;
    self->policy_changed = true;
    self->policy_kept = false;
    self->protection->required = self->config->require_authorisation;
    return true;
}

void
comparison_rules(const comparison_t *self, char ret[COMPARISON_RULES_SIZE])
{
    (void) snprintf(ret, COMPARISON_RULES_SIZE, "%s%s", policy_digest(self->policy), self->protection->required ? "+authorisation" : "");
}

bool
comparison_protection(comparison_t *self, db_tx_t *tx, err_t *err)
{
    if (self->protection_known)
        return true;
    protection_init(self->protection, self->terms, self->config->require_authorisation); /* in place: worlds point to it */
    if (!store_protection_load(tx, UINT64_MAX, self->terms, self->protection, err))
        return false;
    self->protection_known = true;
    return true;
}

bool
comparison_keys(comparison_t *self, db_tx_t *tx, err_t *err)
{
    if (self->keys_known)
        return true;
    keys_clear(self->keys); /* in place: worlds point to it */
    self->keys_known = store_keys_load(tx, self->terms, self->keys, err);
    return self->keys_known;
}

void
comparison_forget_counts(comparison_t *self)
{
    self->counts_from = self->counts_until = 0;
}

void
comparison_rolled_back(comparison_t *self)
{
    self->terms_saved = 0;
    self->policy_kept = false;
    comparison_forget_counts(self);
    comparison_forget_places(self);
    self->protection_known = self->keys_known = false;
    run_ahead_forget(self);
}

void
comparison_forget_places(comparison_t *self)
{
    self->places_known = false;
}

bool
comparison_places(comparison_t *self, db_tx_t *tx, policy_world_t *ret, err_t *err)
{
    if (!self->places_known) {
        AUTO(world) world = NULL;

        arena_destroy(&self->places_arena);
        self->places_arena = arena_new(4096);
        world = world_new(self->places_arena, self->terms);
        if (!store_regions(tx, world, err))
            return false;
        self->places = world_place_facts(world);
        self->places_known = true;
    }
    *ret = self->places;
    return true;
}

void
comparison_done_add(comparison_done_t *self, const comparison_done_t *more)
{
    self->assessed += more->assessed;
    self->opened += more->opened;
    self->changed += more->changed;
    self->withdrawn += more->withdrawn;
    self->records += more->records;
    self->quarantined += more->quarantined;
    self->new_households += more->new_households;
    self->new_persons += more->new_persons;
    self->waiting += more->waiting;
    self->waiting_records += more->waiting_records;
    self->day_again |= more->day_again;
}
