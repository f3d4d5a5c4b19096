/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INTAKE_PERSON_H
#define INTAKE_PERSON_H

/* From document numbers to pseudonyms, a batch at a time. */

#include "batch.h"
#include "db/db.h"
#include "route.h"

/* Bounded memory of person hash → pseudonym; the oldest of a group of eight gives way.  Holds committed persons only.
 */
typedef struct person_cache person_cache_t;
person_cache_t *person_cache_new(size_t capacity);
void person_cache_destroy(person_cache_t **self_p);
void person_cache_clear(person_cache_t *self);
bool person_cache_get(person_cache_t *self, const uuid_t *hash, uuid_t *ret_pseudonym);
void person_cache_forget(person_cache_t *self, const uuid_t *hash);
void person_cache_put(person_cache_t *self, const uuid_t *hash, const uuid_t *pseudonym);

/* Gives every needed person of the batch its pseudonym, new ones included, and every sought one that is known, and brings the vault up
 * to date. */
bool person_resolve(db_tx_t *tx, person_cache_t *cache, const routes_t *routes, batch_t *batch, err_t *err) NODISCARD;
/* Whose identity this is, under whichever key of the vault; nil when nobody's. */
bool person_find(db_tx_t *tx, const vault_t *vault, const char *identity, uuid_t *ret, err_t *err) NODISCARD;
/* A person of whom no record has come yet.  `known_as`: NULL, or the identity under which the person's records are named: of
 * one who has been split off from another's number.  ret not nil: takes this pseudonym. */
bool person_make(db_tx_t *tx, const vault_t *vault, const char *identity, const char *known_as, uuid_t *ret, err_t *err) NODISCARD;
/* After the commit: what the batch learned goes to the cache. */
void person_remember(person_cache_t *cache, const batch_t *batch);

/* The sealed text of a person: {"document","identity"?,"name","phone","address"}, `identity` where it is no
 * resident ID; bound to the pseudonym. */
bool person_unseal(const vault_t *vault, const uuid_t *pseudonym, int version, slice_t sealed, str_t *ret,
                   err_t *err) NODISCARD;
/* By what the person is told, of the unsealed text; NULL: it has been tampered with. */
const char *person_identity(const json_node_t *sealed);

#endif
