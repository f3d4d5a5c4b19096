/* SPDX-License-Identifier: Apache-2.0 */
#include "intake.h"

#include "intake_store.h"
#include "log/log.h"

#include <string.h>

static void
fingerprint_of(const vault_t *vault, uuid_t *ret)
{
    static const char text[] = "fingerprint of this installation's vault";

    vault_digest(vault, text, sizeof(text) - 1, ret);
}

typedef struct {
    const char *path;
    const vault_t *vault;
    db_tx_t *tx;
    uuid_t mine; /* fingerprint */
    size_t count;
    int newest;
} check_t;

/* One key that the database knows.  It is in the file, unless nothing needs it any more, and it is the same secret. */
static bool
check_key(void *ctx, const store_vault_key_t *key, err_t *err)
{
    check_t *c = ctx;
    uuid_t mark;

    c->count++;
    c->newest = key->version;
    if (!uuid_eq(&key->fingerprint, &c->mine))
        return err_set(err, ERR_CONFIG, "vault.other", "%s belongs to another installation than this database; restore the right file",
                       c->path);
    for (size_t i = 0; i < vault_key_count(c->vault); i++) {
        if (vault_version_at(c->vault, i) != key->version)
            continue;
        vault_mark(c->vault, i, &mark);
        if (uuid_is_nil(&key->mark))
            return store_mark_vault_key(c->tx, key->version, &mark, err);
        return uuid_eq(&key->mark, &mark) ||
               err_set(err, ERR_CONFIG, "vault.other", "key %d of %s is another one than this database was sealed with; restore the right file",
                       key->version, c->path);
    }
    return key->retired || err_set(err, ERR_CONFIG, "vault.version", "%s lacks key %d, which this database still needs; restore the file that belongs to it",
                                   c->path, key->version);
}

/* The database knows its key file by a fingerprint, and each key by its mark.  With another file every known person would become a
 * new one, and nothing sealed could be opened: better not to start. */
bool
vault_check(const char *path, const vault_t *vault, db_tx_t *tx, err_t *err)
{
    check_t c = { .path = path, .vault = vault, .tx = tx };
    bool any_person;
    uuid_t mark;

    fingerprint_of(vault, &c.mine);
    if (!store_vault_keys(tx, check_key, &c, err) || !store_any_person(tx, &any_person, err))
        return false;
    if (c.newest == vault_version(vault))
        return true;
    if (c.newest > vault_version(vault) || (c.count == 0 && any_person))
        return err_set(err, ERR_CONFIG, "vault.version",
                       "the current key of %s is version %d, which is not the database's; restore the file that belongs to this database",
                       path, vault_version(vault));
    vault_mark(vault, vault_key_count(vault) - 1, &mark);
    return store_insert_vault_key(tx, vault_version(vault), &c.mine, &mark, err);
}

static void
use_vault(void *ctx, job_t *job)
{
    job->vault = ctx;
}

void
vault_use(intake_t *self, vault_t **vault_p)
{
    if (self->vault == NULL || vault_version(self->vault) != vault_version(*vault_p)) {
        person_cache_clear(self->cache); /* it goes by hashes under the current key */
        log_info("vault.key", F_I64("version", vault_version(*vault_p)));
    }
    queue_again(self->queue, use_vault, *vault_p);
    vault_destroy(&self->vault);
    self->vault = TAKE(*vault_p);
    self->rotation = (rotation_t){ .state = ROTATION_UNKNOWN };
}

static bool
count_key(void *ctx, const store_vault_key_t *key, err_t *err)
{
    bool *any = ctx;

    (void) key;
    (void) err;
    *any = true;
    return true;
}

/* A new file is made only for an empty database. */
static bool
make_vault(intake_t *self, db_tx_t *tx, vault_t **ret, err_t *err)
{
    bool any_key = false, any_person;

    if (!store_vault_keys(tx, count_key, &any_key, err) || !store_any_person(tx, &any_person, err))
        return false;
    if (any_key || any_person)
        return err_set(err, ERR_CONFIG, "vault.missing",
                       "%s is missing, but this database holds people sealed with it; restore the file from its backup",
                       self->vault_path);
    if (!vault_create(self->vault_path, err) || !vault_load(self->vault_path, ret, err))
        return err_add(err, "new vault");
    log_info("vault.created", F_I64("version", vault_version(*ret)));
    return true;
}

bool
intake_vault_connect(intake_t *self, db_tx_t *tx, err_t *err)
{
    AUTO(vault) fresh = NULL;

    vault_destroy(&self->vault_next);
    if (!vault_load(self->vault_path, &fresh, err)) {
        /* What was read at the start serves on, if the file is gone since. */
        if (self->vault != NULL) {
            log_err(LOG_WARN, "vault.unreadable", err);
            err_clear(err);
            return vault_check(self->vault_path, self->vault, tx, err) || err_add(err, "vault");
        }
        bool missing = strcmp(err->code, "vault.missing") == 0;
        if (missing)
            err_clear(err);
        if (!missing || !make_vault(self, tx, &fresh, err))
            return err_add(err, "vault");
    }
    if (!vault_check(self->vault_path, fresh, tx, err))
        return err_add(err, "vault");
    vault_use(self, &fresh);
    return true;
}

bool
intake_vault_reload(intake_t *self, err_t *err)
{
    AUTO(vault) fresh = NULL;

    if (self->vault == NULL)
        return true; /* the first connection reads it */
    if (!vault_load(self->vault_path, &fresh, err) ||
        !vault_continues(self->vault, fresh, self->rotation.state == ROTATION_DONE, self->vault_path, err))
        return false;
    vault_destroy(&self->vault_next);
    self->vault_next = TAKE(fresh);
    return true;
}
