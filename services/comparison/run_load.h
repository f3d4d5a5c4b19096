/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_RUN_LOAD_H
#define COMPARISON_RUN_LOAD_H

/* Brings into the world all that a run can touch, in a fixed number of statements. */

#include "comparison_store.h"

/* Those whom records name. */
bool run_load_named(db_tx_t *tx, world_t *world, err_t *err) NODISCARD;
/* Then, the holders of moved records being in the world: former members of households that are registered anew, every
 * household that claims one of the persons (the next claim counts when one falls away), and the members of all these. */
bool run_load_concerned(db_tx_t *tx, world_t *world, err_t *err) NODISCARD;
/* The members of all households of the world. */
bool run_load_members(db_tx_t *tx, world_t *world, err_t *err) NODISCARD;

#endif
