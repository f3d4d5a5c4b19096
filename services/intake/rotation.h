/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INTAKE_ROTATION_H
#define INTAKE_ROTATION_H

/* Going over to a new key of the vault while the door is open: chunk by chunk, each in a transaction of its own, the
 * place kept in the database beside what it changed, so that it goes on there after any end. */

#include "base/err.h"
#include "base/uuid.h"
#include "json/json_out.h"
#include "vault.h"

typedef enum {
    ROTATION_UNKNOWN, /* since the connection or a new key: the next tick looks */
    ROTATION_NONE,    /* there never was another key than the current one */
    ROTATION_RUNNING,
    ROTATION_DONE,    /* nothing needs an older key; the file may lose them */
    ROTATION_STUCK    /* something does not open; walked again after the next start or reload */
} rotation_state_t;

typedef struct {
    rotation_state_t state;
    int64_t of_persons, of_records, persons, records;
    uuid_t person_after; /* nil: from the beginning */
    int64_t record_after;
} rotation_t;

/* "vault": {"version","keys","rotation"} into the open object; `vault` may be NULL. */
void rotation_write(const rotation_t *self, const vault_t *vault, json_out_t *out);

#endif
