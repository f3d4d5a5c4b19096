/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_POLICY_NUMBER_H
#define COMPARISON_POLICY_NUMBER_H

/* The numbers that the rules of findings read by their names, as the policy's own stages see them. */

#include "policy_model.h"

bool policy_number_is_known(const char *name);
void policy_resolve_numbers(policy_t *self, policy_problems_t *problems);
/* Findings rest on them. */
void policy_mark_numbers(policy_t *self);

#endif
