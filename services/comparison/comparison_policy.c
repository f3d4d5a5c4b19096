/* SPDX-License-Identifier: Apache-2.0 */
#include "comparison_policy.h"

#include <string.h>

#include "comparison_store.h"

bool
comparison_policy_keep(comparison_t *self, db_tx_t *tx, int32_t day, uint64_t position, err_t *err)
{
    if (self->policy_kept)
        return true;
    if (!store_policy_save(tx, self->policy, self->protection->required, day, position, err))
        return false;
    self->policy_kept = true;
    return true;
}

/* A text that this program does not understand any more is no reason to stop: only what it decided cannot be explained. */
static bool
load_past(comparison_t *self, db_tx_t *tx, const char *digest, policy_t **ret, err_t *err)
{
    err_t why = { 0 };

    if (store_policy_load(tx, digest, self->terms, ret, &why))
        return true;
    if (why.cls != ERR_CONFIG) {
        *err = why;
        return false;
    }
    return err_set(err, ERR_REJECT, "conflict", "the policy text of that time (%.12s) cannot be read by this program: %s", digest, why.text);
}

/* The most recently used one comes first. */
static policy_t *
cached(comparison_t *self, const char *digest)
{
    for (size_t i = 0; i < COUNT_OF(self->past) && self->past[i] != NULL; i++) {
        policy_t *found = self->past[i];

        if (strcmp(policy_digest(found), digest) != 0)
            continue;
        memmove(&self->past[1], &self->past[0], i * sizeof(policy_t *));
        self->past[0] = found;
        return found;
    }
    return NULL;
}

bool
comparison_policy_at(comparison_t *self, db_tx_t *tx, const comparison_moment_t *when, comparison_rules_t *ret, err_t *err)
{
    governing_t then;
    policy_t *past;

    if (!store_policy_governing(tx, when->position, when->day, when->at_us, &then, err))
        return false;
    *ret = (comparison_rules_t){ .policy = self->policy, .kept = then.kept,
                                 .authorisation = then.digest[0] == '\0' ? self->protection->required : then.authorisation };
    if (then.digest[0] == '\0' || strcmp(then.digest, policy_digest(self->policy)) == 0)
        return true;
    past = cached(self, then.digest);
    if (past == NULL) {
        if (!load_past(self, tx, then.digest, &past, err))
            return false;
        policy_destroy(&self->past[COUNT_OF(self->past) - 1]);
        memmove(&self->past[1], &self->past[0], (COUNT_OF(self->past) - 1) * sizeof(policy_t *));
        self->past[0] = past;
    }
    ret->policy = past;
    return true;
}

void
comparison_policy_forget(comparison_t *self)
{
    for (size_t i = 0; i < COUNT_OF(self->past); i++)
        policy_destroy(&self->past[i]);
}
