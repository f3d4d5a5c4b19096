/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INTAKE_INTAKE_MERGE_H
#define INTAKE_INTAKE_MERGE_H

/* What the commands about who is whom share. */

#include "intake.h"

bool merge_refuse(err_t *err, const char *code, const char *pointer, const char *message);
/* Member `name` (a pseudonym) or <name>_document (identity_in.h); whom nobody knows yet is made where that may be. */
bool merge_read_person(const intake_t *self, db_tx_t *tx, const json_node_t *data, const char *name, bool may_make, same_t *same, uuid_t *ret,
                       err_t *err) NODISCARD;

#endif
