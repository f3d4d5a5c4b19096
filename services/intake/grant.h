/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INTAKE_GRANT_H
#define INTAKE_GRANT_H

/* A permission to see certain fields of certain people until a day, for one key.  Signed (Ed25519) where the secret half
 * lies, verified at the door with the public half: intake asks nobody.  A whole region cannot be granted: the door does not
 * know where its people live. */

#include "base/err.h"
#include "base/str.h"
#include "base/uuid.h"
#include "bus/keys.h"
#include "json/json_in.h"
#include "json/json_out.h"

#define GRANT_PERSONS_MAX 64
#define GRANT_FIELDS 4
#define GRANT_REASON_MAX 400
#define GRANT_SECRET_SIZE 64
#define GRANT_PUBLIC_SIZE 32

extern const char *const grant_fields[GRANT_FIELDS]; /* name, document, phone, address */

typedef struct {
    uuid_t id;
    char key[KEY_NAME_MAX]; /* who may use it */
    uuid_t persons[GRANT_PERSONS_MAX];
    size_t person_count;
    bool fields[GRANT_FIELDS]; /* by their place in grant_fields */
    char reason[GRANT_REASON_MAX + 1];
    int32_t until; /* the last day */
    uint8_t signature[64];
} grant_t;

/* ERR_REJECT "bad_data" with a pointer under `pointer`. */
bool grant_read(const json_node_t *object, const char *pointer, grant_t *ret, err_t *err) NODISCARD;
void grant_write(const grant_t *self, json_out_t *out); /* one object */
int grant_field(const char *name, size_t n);            /* place in grant_fields; -1: none */

void grant_sign(grant_t *self, const uint8_t secret[GRANT_SECRET_SIZE]);
/* Whether it was signed by this key and allows `key` to see `field`s (NULL-terminated) of `person` on `today`; ERR_REJECT
 * "forbidden" saying what it lacks. */
bool grant_check(const grant_t *self, const uint8_t public_key[GRANT_PUBLIC_SIZE], const char *key, const uuid_t *person,
                 const bool fields[GRANT_FIELDS], int32_t today, err_t *err) NODISCARD;

/* Key files: one line that says what it is, one of hex digits.  The pair is made once and never overwritten; the secret is
 * 0600.  ERR_CONFIG "grant.missing" when there is none, "grant.bad" otherwise. */
bool grant_make_keys(const char *secret_path, const char *public_path, err_t *err) NODISCARD;
bool grant_load_secret(const char *path, uint8_t ret[GRANT_SECRET_SIZE], err_t *err) NODISCARD;
bool grant_load_public(const char *path, uint8_t ret[GRANT_PUBLIC_SIZE], err_t *err) NODISCARD;

#endif
