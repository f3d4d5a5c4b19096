/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_SEND_REJECTS_H
#define CLI_SEND_REJECTS_H

/* What was refused of a file, with the reasons: lines of JSON while the sending goes on; for a table they become a table of
 * the same kind at the end, ready to be corrected and sent. */

#include "send.h"
#include "send_source.h"
#include "send_state.h"

/* Where a record stands in its file, and in the batch's records. */
typedef struct {
    uint64_t from, to;
    size_t at, len;
} send_place_t;

/* A row or line that is no record. */
void send_rejects_of_source(const source_record_t *record, bool table, const err_t *why, str_t *ret);
/* The errors of a receipt. */
bool send_rejects_of_receipt(const json_node_t *errors, const columns_t *columns, const str_t *records, const send_place_t *places,
                             size_t count, str_t *ret, err_t *err) NODISCARD;
/* The file is through: names the file of rejects in *total, made a table when the file is one. */
bool send_rejects_finish(send_state_t *state, const source_options_t *from, send_result_t *total, err_t *err) NODISCARD;

#endif
