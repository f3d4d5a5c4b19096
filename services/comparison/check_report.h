/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_CHECK_REPORT_H
#define COMPARISON_CHECK_REPORT_H

/* What each source said in a check: of the household, its members, its legal supporters and those who live with them.  Pure. */

#include "comparison_store.h"

typedef struct {
    const policy_t *policy;
    const terms_t *terms;
    const protection_t *protection;
    const dossier_t *dossier;
    const dataset_time_t *times; /* by name */
    size_t time_count;
    int32_t day;
    arena_t *arena;
} check_case_t;

/* Who was checked; lives in the arena. */
const uuid_t *check_report_people(const check_case_t *self, size_t *ret_n);
/* Members "people" and "sources" of an open object.  Of a person without an authorisation in force a protected dataset was not
 * asked: nothing tells whether it has anything. */
void check_report_write(const check_case_t *self, json_out_t *out);

#endif
