/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INTAKE_LIST_H
#define INTAKE_LIST_H

/* Whole lists, where absence is the fact: staged part by part, settled when the last part is in. */

#include "batch.h"
#include "emit.h"
#include "feed.h"

/* What became of a list, for a receipt or a reply. */
typedef struct {
    char id[129], state[24], reason[160];
    int64_t n; /* row of the list */
    int64_t parts, parts_in;
    int64_t put, ended, unchanged; /* when applied */
    int64_t before, ending;        /* entries before, and those that would end: when confirmation is needed */
    uint64_t seq_first, seq_last;
} list_result_t;

void list_write_result(json_out_t *out, const list_result_t *r);
/* Stages one part; with the last one the list is checked and, when all agrees, applied through `emit`. */
bool list_take_part(db_tx_t *tx, emit_t *emit, const feed_t *feed, const batch_t *batch, list_result_t *ret,
                    err_t *err) NODISCARD;
/* A person's answer to a list that waits for one. */
bool list_confirm(db_tx_t *tx, emit_t *emit, const dataset_t *dataset, const char *snapshot, bool accept,
                  list_result_t *ret, err_t *err) NODISCARD;

#endif
