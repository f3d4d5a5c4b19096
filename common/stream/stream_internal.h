/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_STREAM_STREAM_INTERNAL_H
#define COMMON_STREAM_STREAM_INTERNAL_H

/* What the files of this folder share; nobody else includes it. */

#include "stream/stream.h"

#include "json/json_out.h"

#define STREAM_NAME_MAX 64

/* A page is a reply of one frame: its events stay below this, with room left for envelope and numbers. */
#define STREAM_PAGE_BYTES (4u * 1024 * 1024 - 16 * 1024)
#define STREAM_PAGE_LIMIT 1000u

hash_t stream_hash_column(const db_result_t *rows, size_t row, unsigned col);
void stream_name_param(db_params_t *in, const char *name);

/* stream_page.c and stream_snapshot.c choose events by their numbers; this loads and writes them. */
typedef struct {
    int64_t seqs[STREAM_PAGE_LIMIT];
    size_t count;
    size_t bytes; /* of the reply so far, upwards rounded */
} stream_pick_t;

typedef enum { PICK_TAKEN, PICK_FULL } stream_picked_t;
/* Takes the event, or says that the page is full without it.  The first one always fits. */
stream_picked_t stream_pick(stream_pick_t *self, unsigned limit, int64_t seq, const char *topic, int64_t bytes);
/* Writes members "events" and "topics", in the order of the picks. */
bool stream_render(db_tx_t *tx, const char *stream, const stream_pick_t *pick, json_out_t *out, err_t *err) NODISCARD;
/* first and last seq, 0 when empty */
bool stream_range(db_tx_t *tx, const char *stream, int64_t *ret_first, int64_t *ret_last, err_t *err) NODISCARD;

/* A walk along a producer's chain from its first row; ok tells whether every row is right. */
typedef struct {
    uint64_t rows;
    uint64_t bad; /* the first wrong seq, 0 = none */
    hash_t head;  /* at the last right row */
    char why[128];
} stream_walk_t;
typedef void (*stream_walk_fn)(void *ctx, uint64_t rows); /* progress; may be NULL */
bool stream_walk(db_tx_t *tx, const char *stream, stream_walk_fn progress, void *ctx, stream_walk_t *ret, err_t *err) NODISCARD;

#endif
