/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INTAKE_INTAKE_AUDIT_H
#define INTAKE_INTAKE_AUDIT_H

#include "svc/svc.h"

/* Who looked for or at whom, had whom erased, or said who is whom, and why.  The entry names the person by pseudonym only. */
typedef struct {
    const char *action;
    const svc_request_t *req;
    const char *reason;
    const char *order;         /* erase only: the file number of what was ordered */
    uuid_t person;             /* nil: nobody was found */
    const json_node_t *fields; /* reveal only */
    uuid_t other;              /* merge, split: the other person, nil: none */
    uuid_t grant;              /* reveal by a grant: its id */
} intake_audit_t;

/* Reasons are free text that someone may fill with a document number: digits of one are refused, not stored. */
bool intake_check_reason(const char *reason, err_t *err) NODISCARD;
bool intake_audit(svc_t *svc, db_tx_t *tx, const intake_audit_t *a, err_t *err) NODISCARD;

#endif
