/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_PRINT_CASE_H
#define TESTS_PRINT_CASE_H

#include "policy_model.h"

/* A household as an entry of a file of cases (docs/policy.md): what a test made up can be tried by hand with `plimsoll policy
 * cases`, and kept.  Expected is what the policy says today. */
void print_case(const policy_t *policy, const terms_t *terms, const policy_world_t *world, const dossier_t *dossier, int32_t day,
                const char *name, str_t *ret);

#endif
