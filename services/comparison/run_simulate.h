/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_RUN_SIMULATE_H
#define COMPARISON_RUN_SIMULATE_H

#include "run_each.h"
#include "simulate.h"

typedef struct {
    const policy_t *policies[SIMULATE_POLICIES]; /* the one in force, then the drafts */
    const char *versions[SIMULATE_POLICIES];     /* as they are to be called */
    size_t policy_count;
    const protection_t *protection;
    int32_t day;
    const char *region; /* "": all */
    size_t near;
    bool (*on_progress)(void *ctx, int64_t done, int64_t total, err_t *err);
    void *ctx;
} simulate_question_t;

/* Counts the whole register under each policy and writes the members of the reply into an open object.  `tx`: a snapshot.
 * A sum that does not close is an error. */
bool run_simulate(db_tx_t *tx, const terms_t *terms, const simulate_question_t *question, json_out_t *out, err_t *err) NODISCARD;

#endif
