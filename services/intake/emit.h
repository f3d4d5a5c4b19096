/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INTAKE_EMIT_H
#define INTAKE_EMIT_H

/* Writes records into facts events of bounded size. */

#include "dataset.h"
#include "stream/stream.h"

typedef struct {
    stream_t *stream;
    db_tx_t *tx;
    const dataset_t *dataset;
    const char *department;
    int32_t received;
    size_t limit_bytes;
    char batch[260]; /* batch of the event being filled */
    str_t data, topic;
    size_t records;               /* in the event being filled */
    uint64_t seq_first, seq_last; /* 0: none yet */
    size_t total;                 /* records in all */
} emit_t;

void emit_init(emit_t *self, stream_t *stream, db_tx_t *tx, const dataset_t *dataset, const char *department,
               int32_t received, size_t limit_bytes);
void emit_done(emit_t *self);
#define AUTO_EMIT __attribute__((cleanup(emit_done))) emit_t
/* Adds one item, {"index":…,"key":…,"op":…,…}; records of two batches never share an event. */
bool emit_add(emit_t *self, const char *batch, slice_t item, err_t *err) NODISCARD;
/* An item without facts: op "retract", or "end" with its day (else DATE_OPEN); `holder`: a JSON object, or NULL. */
bool emit_add_bare(emit_t *self, const char *batch, size_t index, const uuid_t *key, const char *op, int32_t on,
                   const char *holder, err_t *err) NODISCARD;
/* Closes the last event. */
bool emit_flush(emit_t *self, err_t *err) NODISCARD;

#endif
