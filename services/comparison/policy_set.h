/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_POLICY_SET_H
#define COMPARISON_POLICY_SET_H

/* A policy with a few numbers changed, for a question: `--set dibao.standard=860`.  What is set goes through the same reader
 * and checker as a file: it is one, of a place that extends the policy. */

#include "policy.h"

enum { POLICY_SETS_MAX = 64 };

/* `sets`: "name=value", or "name.key=value" for one area, region or number of a table; without a key it holds for all.  From
 * day `from` on; before it the policy's own numbers stay.  ERR_REJECT "bad_data", index of the culprit in err->pointer
 * ("/sets/2"). */
bool policy_set(const policy_t *base, const char *const *sets, size_t n, int32_t from, terms_t *terms, policy_t **ret, err_t *err)
    NODISCARD;

/* From now on the numbers that the policy has on `day` hold on every day: what is enacted for later, applied today. */
void policy_advance(policy_t *self, int32_t day);

#endif
