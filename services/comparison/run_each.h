/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_RUN_EACH_H
#define COMPARISON_RUN_EACH_H

/* Every household of a region as it stands, block by block in the order of ordinals, assessed under several policies or on several
 * days.  Reads only; holds one block at a time, however large the register is. */

#include "comparison_store.h"
#include "policy.h"

typedef struct {
    const policy_t *policy;
    int32_t day;
} view_t;

typedef struct {
    db_tx_t *tx; /* a snapshot: all blocks are of one moment */
    const terms_t *terms;
    const protection_t *protection;
    const char *region; /* "": all */
    const view_t *views;
    size_t view_count; /* at most RUN_VIEWS_MAX */
    /* `dossier`: as of the first view's day; `results`: one for each view, with what people decided in its place; both are gone
     * after the call.  `places`: the world in which they were assessed. */
    bool (*on_household)(void *ctx, const policy_world_t *places, const dossier_t *dossier, const policy_result_t *const *results,
                         arena_t *arena, err_t *err);
    /* Closed, without members, or without register entry. */
    bool (*on_unassessed)(void *ctx, const dossier_t *dossier, err_t *err); /* may be NULL */
    /* After each block; false ends the run. */
    bool (*on_progress)(void *ctx, int64_t done, int64_t total, err_t *err);
    void *ctx;
} run_each_t;
enum { RUN_VIEWS_MAX = 64 };

bool run_each(const run_each_t *self, err_t *err) NODISCARD;

#endif
