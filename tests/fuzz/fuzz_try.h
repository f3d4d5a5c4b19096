/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_FUZZ_TRY_H
#define TESTS_FUZZ_TRY_H

#include "policy.h"

/* What is done with a policy that was accepted: households made for it are assessed and explained, and what must be so of
 * any policy is required. */
void fuzz_try(const policy_t *policy, terms_t *terms, uint64_t seed);
/* The checker says something or nothing, but ends; and the printed policy is a policy that prints the same. */
void fuzz_check(const policy_t *policy);

#endif
