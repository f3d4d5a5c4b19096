/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARISON_RUN_LOAD_H
#define COMPARISON_RUN_LOAD_H

/* Brings into the world all that a run can touch, in a fixed number of statements.  Those for legal supporters are made only
 * where somebody has one. */

#include "comparison_store.h"

/* Those whom records name. */
bool run_load_named(db_tx_t *tx, world_t *world, err_t *err) NODISCARD;
/* Then, the holders of moved records being in the world: former members of households that are registered anew, every
 * household that claims one of the persons (the next claim counts when one falls away), and the members of all these. */
/* `supports`: somebody has a legal supporter, so that what happens to the world's persons may concern other households. */
bool run_load_concerned(db_tx_t *tx, world_t *world, bool supports, err_t *err) NODISCARD;
/* The members of all households of the world, their legal supporters, and the households of these with their members. */
bool run_load_members(db_tx_t *tx, world_t *world, err_t *err) NODISCARD;

#endif
