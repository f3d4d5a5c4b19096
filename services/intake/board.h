/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INTAKE_BOARD_H
#define INTAKE_BOARD_H

/* How the feeds stand, in memory: status is asked without a database too.  Loaded at each connection, moved after each
 * commit. */

#include "batch.h"
#include "db/db.h"
#include "json/json_out.h"

typedef struct board board_t;
board_t *board_new(void);
void board_destroy(board_t **self_p);
bool board_load(board_t *self, db_tx_t *tx, err_t *err) NODISCARD;
/* Reads the open lists as this transaction leaves them; they show after board_lists_committed. */
bool board_lists_read(board_t *self, db_tx_t *tx, err_t *err) NODISCARD;
void board_lists_committed(board_t *self);
void board_count(board_t *self, const batch_t *batch, uint64_t seq_last /* 0: none */, int64_t at_us);
/* When the feed last brought a batch; false when it never did. */
bool board_last(const board_t *self, const char *dataset, int64_t *ret_at_us, bool *ret_silent);
void board_silent(board_t *self, const char *dataset, int64_t since_us /* 0: it is back */);
/* "datasets": […], "lists": […] into the open object. */
void board_write(const board_t *self, const catalogue_t *catalogue, json_out_t *out);

#endif
