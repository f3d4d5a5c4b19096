/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_COMPARISON_POLICY_H
#define COMPARISON_COMPARISON_POLICY_H

/* Which rules governed when, the policy text and whether authorisations counted: kept with the first assessment under it, loaded again to explain what it decided. */

#include "comparison.h"

/* Before an assessment: the text is kept in the same transaction, unless it is the one in force already. */
bool comparison_policy_keep(comparison_t *self, db_tx_t *tx, int32_t day, uint64_t position, err_t *err) NODISCARD;

/* A moment of the past; what is not asked for is UINT64_MAX, DATE_OPEN, 0. */
typedef struct {
    uint64_t position;
    int32_t day;
    int64_t at_us;
} comparison_moment_t;

/* By what is assessed. */
typedef struct {
    const policy_t *policy; /* lives until other texts have been asked for three times more, or the next reload */
    bool authorisation;     /* what needs a person's authorisation is not used without it */
    bool kept;              /* false: no text of that time is kept, it is the first that is (or the present one, when nothing was
                             * ever assessed) */
} comparison_rules_t;
bool comparison_policy_at(comparison_t *self, db_tx_t *tx, const comparison_moment_t *when, comparison_rules_t *ret, err_t *err) NODISCARD;
/* Words have other numbers, or the process ends. */
void comparison_policy_forget(comparison_t *self);

#endif
