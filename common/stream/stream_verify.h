/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_STREAM_STREAM_VERIFY_H
#define COMMON_STREAM_STREAM_VERIFY_H

/* `plimsoll verify`: looks into all schemas at one instant, with a role that may read tables stream, input and cursor.
 * (a) Each producer's payloads and chain are computed again from the first event on.
 * (b) Each consumer's input log, whose hashes it computed itself from what it received, is held against the producer's
 *     rows, so that a row is found that was changed with the whole chain after it recomputed. */

#include "db/db.h"
#include "stream/stream.h"

typedef struct {
    char stream[64];
    char schema[64];  /* where the rows are: the producer's for (a), the consumer's for (b) */
    bool is_consumer; /* (b) */
    uint64_t rows;    /* found right */
    bool ok;
    uint64_t bad_seq; /* the first wrong row, 0 = none */
    char text[160];   /* what is wrong with it; empty when ok */
} stream_check_t;

/* Who must have received what: without this a consumer whose log and cursor were both removed would not be missed. */
typedef struct {
    const char *schema, *stream;
} stream_flow_t;

/* After each few rows; may be NULL. */
typedef void (*stream_verify_fn)(void *ctx, const char *schema, const char *stream, uint64_t rows);

/* `schemas`: the services to look at, those that do not exist are left out.  The connection needs no prepared statements and
 * its own schema need not exist.  `flows` (ends with .schema NULL; may be NULL) counts for schemas that exist and streams
 * that hold something.  On success *ret is the caller's (mem_free), producers before consumers; faults found are
 * no failure of this call. */
bool stream_verify_all(db_t *db, const char *const *schemas, size_t n_schemas, const stream_flow_t *flows,
                       stream_verify_fn progress, void *ctx, stream_check_t **ret, size_t *ret_n, err_t *err) NODISCARD;

#endif
