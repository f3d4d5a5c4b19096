/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_COMPARISON_ALL_H
#define TESTS_UNIT_COMPARISON_ALL_H

#include "policy.h"

/* Qidong with every category told of, and `more` (YAML after the categories) on top. */
policy_t *comparison_all(terms_t *terms, const char *more);

#endif
