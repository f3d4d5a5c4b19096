/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INTAKE_VAULT_H
#define INTAKE_VAULT_H

/* The secrets of the door.  One key file holds a `record` secret, which never changes (record keys live on downstream),
 * and numbered `key` secrets, the last of which is current (they rotate).  From them come, each with a key of its own:
 * person hashes, record keys, digests of content, and the sealing of personal data.  A file is made only when asked
 * for. */

#include "base/err.h"
#include "base/str.h"
#include "base/uuid.h"
#include <stdint.h>

typedef struct vault vault_t;

/* ERR_CONFIG "vault.missing" when there is no file, "vault.bad" when it is not one or others may read it. */
bool vault_load(const char *path, vault_t **ret, err_t *err) NODISCARD;
/* Writes a new file, mode 0600, making its directory (0700) when needed; never overwrites. */
bool vault_create(const char *path, err_t *err) NODISCARD;
/* Random secrets that no file holds: for trying a dataset.  What they make of a person means nothing elsewhere. */
bool vault_trial(vault_t **ret, err_t *err) NODISCARD;
void vault_destroy(vault_t **self_p);
int vault_version(const vault_t *self); /* of the current key */
size_t vault_key_count(const vault_t *self);
int vault_version_at(const vault_t *self, size_t i); /* oldest first; the last one is current */
bool vault_has(const vault_t *self, int version);
/* Says which secret a version is, without telling it: the database keeps it, so that another one under the same number shows. */
void vault_mark(const vault_t *self, size_t i, uuid_t *ret);
/* Whether `next`, loaded from the same path later, may take the place of `self`: the same record secret, each key that
 * both have unchanged, the current one still there, and older ones too unless may_drop.  ERR_CONFIG "vault.other". */
bool vault_continues(const vault_t *self, const vault_t *next, bool may_drop, const char *path, err_t *err) NODISCARD;

/* vault_file.c: changes the file in place of the old one at once (rename), owner and mode kept; one at a time.
 * Appends a key with a fresh secret, which is current from then on for whoever loads the file. */
bool vault_add_key(const char *path, int *ret_version, err_t *err) NODISCARD;
/* Removes the keys older than `version`, which is the current one.  Only for a vault of which nothing needs them any more. */
bool vault_drop_old_keys(const char *path, int version, size_t *ret_dropped, err_t *err) NODISCARD;

/* All are keyed BLAKE2b-128; a person's (domain/document.h: a resident ID, or "kind:scope:number") under the current key,
 * or under key i. */
void vault_person_hash(const vault_t *self, const char *identity, uuid_t *ret);
void vault_person_hash_at(const vault_t *self, size_t i, const char *identity, uuid_t *ret);
void vault_digest(const vault_t *self, const void *p, size_t n, uuid_t *ret);
/* A record's key: of its dataset and the values that name it.  `person`: which of them is somebody's identity, SIZE_MAX:
 * none.  The key is then that of the other values, XORed with what a keyed SipHash-2-4-128 makes of the identity: the keys
 * of one record under two identities of one person differ by the XOR of the two identities' parts, whatever else is in them.
 * A key file of the first form hashes the identity with the rest, and has no part (nil). */
void vault_record_key(const vault_t *self, const char *dataset, const slice_t *values, size_t n, size_t person, uuid_t *ret);
void vault_key_part(const vault_t *self, const char *identity, uuid_t *ret);

/* XChaCha20-Poly1305; `bound` is associated data: a sealed value opens only beside what it was sealed for.  Appends. */
void vault_seal(const vault_t *self, slice_t bound, slice_t plain, str_t *ret);
/* ERR_CONFIG when the version is unknown or the value was tampered with. */
bool vault_unseal(const vault_t *self, int version, slice_t bound, slice_t sealed, str_t *ret, err_t *err) NODISCARD;

#endif
