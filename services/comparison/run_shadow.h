/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_RUN_SHADOW_H
#define COMPARISON_RUN_SHADOW_H

/* One run's part in the shadow: each household that is assessed is assessed under each shadow, too, and the table is brought
 * to what holds. */

#include "comparison.h"
#include "finding_rules.h"
#include "world.h"

typedef struct shadow_run shadow_run_t;
/* NULL when there is no shadow: all functions below take it.  Borrows everything. */
shadow_run_t *shadow_run_new(comparison_t *comparison, arena_t *arena, int32_t day);
void shadow_run_destroy(shadow_run_t **self_p);
/* A household of the run, whether there is somebody to assess or not. */
void shadow_run_seen(shadow_run_t *self, const household_t *household);
/* `next_days` come down to the day on which time may change what a shadow finds. */
bool shadow_run_block(shadow_run_t *self, const policy_world_t *places, const dossier_t *const *dossiers, size_t n, int32_t *next_days,
                      err_t *err) NODISCARD;
bool shadow_run_save(shadow_run_t *self, db_tx_t *tx, err_t *err) NODISCARD;

#endif
