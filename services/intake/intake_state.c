/* SPDX-License-Identifier: Apache-2.0 */
#include "intake.h"

#include "base/time.h"
#include "log/log.h"

#include <string.h>

#define US_PER_MINUTE INT64_C(60000000)
#define US_PER_DAY (INT64_C(1440) * US_PER_MINUTE)

int32_t
intake_today(const intake_t *self)
{
    int64_t us = time_now_us() + self->config->utc_offset_minutes * US_PER_MINUTE;

    return (int32_t) (us / US_PER_DAY);
}

static void
use_dataset(void *ctx, job_t *job)
{
    job->feed.dataset = job->feed.dataset == NULL ? NULL : catalogue_find(ctx, job->feed.dataset->name);
}

static bool
load_catalogue(intake_t *self, err_t *err)
{
    AUTO(catalogue) fresh = NULL;

    if (!catalogue_load(self->config->datasets, self->config->schemas, &fresh, err))
        return false;
    queue_again(self->queue, use_dataset, fresh);
    catalogue_destroy(&self->catalogue);
    self->catalogue = TAKE(fresh);
    log_info("datasets.loaded", F_U64("count", catalogue_count(self->catalogue)));
    return true;
}

/* A file that is gone withdraws every grant.  Nothing of self changes yet. */
static bool
load_grant_key(const intake_t *self, const svc_config_t *common, bool *ret_there, uint8_t ret[GRANT_PUBLIC_SIZE], err_t *err)
{
    AUTO_STR path = STR_INIT;

    if (self->config->grant_key[0] != '\0')
        str_add(&path, self->config->grant_key);
    else
        str_printf(&path, "%s/grant.pub", common->keys_dir);
    *ret_there = grant_load_public(str_c(&path), ret, err);
    if (!*ret_there && strcmp(err->code, "grant.missing") != 0)
        return false;
    err_clear(err);
    return true;
}

/* What both a start and a reload read; all of it or nothing. */
static bool
load_files(intake_t *self, const svc_config_t *common, err_t *err)
{
    uint8_t key[GRANT_PUBLIC_SIZE] = { 0 };
    bool there;

    if (!load_grant_key(self, common, &there, key, err) || !load_catalogue(self, err))
        return false;
    self->has_grants = there;
    memcpy(self->grant_key, key, sizeof(key));
    return true;
}

static void
set_vault_path(intake_t *self, const svc_config_t *common)
{
    AUTO_STR path = STR_INIT;

    if (self->config->vault_key[0] != '\0')
        str_add(&path, self->config->vault_key);
    else
        str_printf(&path, "%s/../secrets/vault.key", common->keys_dir);
    self->vault_path = mem_strdup(str_c(&path));
}

bool
intake_init(svc_t *svc, void **ret_state, err_t *err)
{
    intake_t *self = mem_new(intake_t);
    void *state = self;

    self->config = svc_config(svc);
    set_vault_path(self, svc_common_config(svc));
    self->board = board_new();
    self->rates = rates_new();
    self->routes = routes_new();
    self->people_stale = true;
    self->cache = person_cache_new((size_t) self->config->cache_persons);
    if (!queue_new(&self->queue, err)) {
        intake_destroy(&state);
        return false;
    }
    /* A missing file is no error yet: on an empty database the first connection makes one. */
    if (!vault_load(self->vault_path, &self->vault, err) && strcmp(err->code, "vault.missing") != 0) {
        intake_destroy(&state);
        return false;
    }
    err_clear(err);
    if (!load_files(self, svc_common_config(svc), err)) {
        intake_destroy(&state);
        return false;
    }
    svc_watch_fd(svc, queue_fd(self->queue), intake_on_read);
    *ret_state = self;
    return true;
}

bool
intake_on_reload(svc_t *svc, void *state, err_t *err)
{
    intake_t *self = state;

    self->config = svc_config(svc);
    if (!intake_vault_reload(self, err))
        return false;
    if (load_files(self, svc_common_config(svc), err))
        return true;
    vault_destroy(&self->vault_next); /* all or nothing */
    return false;
}

void
intake_destroy(void **state_p)
{
    intake_t *self = *state_p;

    if (self == NULL)
        return;
    queue_destroy(&self->queue);
    catalogue_destroy(&self->catalogue);
    vault_destroy(&self->vault);
    vault_destroy(&self->vault_next);
    person_cache_destroy(&self->cache);
    board_destroy(&self->board);
    rates_destroy(&self->rates);
    routes_destroy(&self->routes);
    mem_free(self->vault_path);
    mem_free(self);
    *state_p = NULL;
}

bool
intake_on_connect(svc_t *svc, void *state, db_tx_t *tx, err_t *err)
{
    intake_t *self = state;

    (void) svc;
    self->people_stale = true;
    return intake_vault_connect(self, tx, err) && board_load(self->board, tx, err) && routes_load(self->routes, tx, err);
}

same_t
intake_same(svc_t *svc, const intake_t *self, db_tx_t *tx, const char *cause)
{
    return (same_t){ .stream = svc_stream(svc, "facts"), .tx = tx, .vault = self->vault, .arena = svc_arena(svc),
                     .received = intake_today(self), .cause = cause };
}

bool
intake_read_lists(svc_t *svc, void *state, err_t *err)
{
    intake_t *self = state;
    AUTO(db_tx) tx = NULL;

    if (!self->lists_stale)
        return true;
    if (!svc_tx_begin(svc, &tx, err) || !board_lists_read(self->board, tx, err)) /* only looks: nothing to commit */
        return err_add(err, "lists");
    board_lists_committed(self->board);
    self->lists_stale = false;
    return true;
}

bool
intake_count_people(svc_t *svc, void *state, err_t *err)
{
    intake_t *self = state;
    AUTO(db_tx) tx = NULL;

    if (!self->people_stale)
        return true;
    if (!svc_tx_begin(svc, &tx, err) || !store_people_count(tx, &self->people, err)) /* only looks: nothing to commit */
        return err_add(err, "people");
    self->people_stale = false;
    return true;
}
