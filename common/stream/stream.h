/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_STREAM_STREAM_H
#define COMMON_STREAM_STREAM_H

/* The stream is the only coupling between services.
 * Producer: rows of table `stream` in the producer's own schema and transaction: seq without gaps, hash-chained:
 *   hash = BLAKE2b-256(previous hash ‖ seq (8 bytes big-endian) ‖ type ‖ topic ‖ time (8 bytes big-endian, µs) ‖ BLAKE2b-256(payload))
 * with text parts each followed by a NUL; payload is the event's bytes as sent.
 *   The hash before the first event is 32 zero bytes.
 * Consumer: a cursor and an input log (stream, seq, hash, order) in its own schema, committed with the effects. */

#include "base/err.h"
#include "base/hash.h"
#include "base/str.h"
#include "base/uuid.h"
#include "db/db.h"
#include "event/event.h"
#include "json/json_out.h"
#include <stdint.h>

/* In place of an erased event: same id, time and sequence; data {"order", "type", "payload_hash" (hex)} is what the chain
 * needs.  Handlers ignore it like any type that they do not know. */
#define STREAM_ERASED_TYPE "plimsoll.stream.erased.v1"

typedef struct stream stream_t; /* one producer's stream: name and head */

bool stream_open(db_tx_t *tx, const char *name, const char *source /* "/services/intake" */, stream_t **ret, err_t *err) NODISCARD;
void stream_destroy(stream_t **self_p);
const char *stream_name(const stream_t *self);
uint64_t stream_last(const stream_t *self);      /* committed head */
const hash_t *stream_hash(const stream_t *self); /* at stream_last */

typedef struct {
    const char *type, *topic, *subject; /* subject may be NULL */
    uuid_t id;                          /* nil: derived from stream and seq */
    uuid_t correlation, causation;      /* nil: left out */
    const char *actor;                  /* or NULL */
    slice_t data;                       /* a JSON object; event ≤ EVENT_STREAM_MAX, else ERR_BUG */
    uuid_t matter;                      /* the finding, alert or referral whose state this is; nil = none */
    bool closes;                        /* the matter is no longer open after this; of several events of one matter
                                         * the last appended is its state, so the new topic comes after the old one */
} stream_draft_t;
/* Buffers the event; all of a transaction's events are written by one COPY in stream_flush. */
bool stream_append(stream_t *self, db_tx_t *tx, const stream_draft_t *draft, uint64_t *ret_seq, err_t *err) NODISCARD;
/* ERR_RETRY outage "stream.second_writer" when another process wrote: drop the connection, reload the head. */
bool stream_flush(stream_t *self, db_tx_t *tx, err_t *err) NODISCARD;
/* After the commit: moves the head and hands out what was appended, oldest first (valid until the next append).
 * After a rollback or an unknown outcome: stream_rollback, then stream_reload on the next connection. */
typedef struct {
    uint64_t seq;
    const char *topic;
    slice_t event;  /* full bytes */
    slice_t inline_event; /* the same, or without data when over EVENT_INLINE_MAX */
} stream_sent_t;
void stream_committed(stream_t *self, const stream_sent_t **ret, size_t *ret_n);
void stream_rollback(stream_t *self);
bool stream_reload(stream_t *self, db_tx_t *tx, err_t *err) NODISCARD;
/* The formula above, for who chains by itself. */
void stream_chain_hash(const hash_t *previous, uint64_t seq, const char *type, const char *topic, int64_t time_us,
                       const hash_t *payload_hash, hash_t *ret);
/* Erases an event's payload by an order (its file number); *ret_erased false when there was none. */
bool stream_erase(db_tx_t *tx, const char *stream, uint64_t seq, const char *by_order, bool *ret_erased, err_t *err) NODISCARD;

/* The page reply's data: {"events":[…],"topics":[…],"last":…,"more":…,"first":…}; filters by topic prefix and by the key's
 * rights (`may` NULL: no rights needed).  topics[i] is the topic of events[i]: the chain covers it.
 * ERR_REJECT "gone" when events after `after` are no longer kept; ret_data is {"first":…} then. */
typedef bool (*stream_may_fn)(void *ctx, const char *topic);
bool stream_page(db_tx_t *tx, const char *stream, uint64_t after, unsigned limit, const char *topic_prefix /* or NULL */,
                 stream_may_fn may, void *ctx, str_t *ret_data, err_t *err) NODISCARD;
/* Current state of every open matter, by pages of matters: {"events":[…],"topics":[…],"last":…,"more":…,"next":"<matter>"};
 * next is null on the last page.  Follow the stream from `last` of the first page. */
bool stream_snapshot_page(db_tx_t *tx, const char *stream, const uuid_t *after_matter, unsigned limit, stream_may_fn may,
                          void *ctx, str_t *ret_data, err_t *err) NODISCARD;

/* Recomputes a producer's chain from genesis and names the first row that is wrong (*ret_bad = 0: none). */
bool stream_verify(db_tx_t *tx, const char *stream, uint64_t *ret_rows, uint64_t *ret_bad, hash_t *ret_head, err_t *err) NODISCARD;

/* Consumer side. */
typedef struct {
    uint64_t seq;
    hash_t hash; /* of the chain at seq, computed by the consumer itself from what it received */
} stream_cursor_t;
bool stream_cursor_load(db_tx_t *tx, const char *stream, stream_cursor_t *ret, err_t *err) NODISCARD;
/* One received event, decoded; chained by stream_cursor_next. */
typedef struct {
    uint64_t seq;
    const char *topic;
    slice_t bytes;      /* the whole event as sent */
    const event_t *event;
    hash_t hash;        /* chain hash at seq */
    size_t record_from, record_to; /* the part of data.records to apply; 0, SIZE_MAX normally (bisection of poison narrows it) */
} stream_event_t;
/* Advances the cursor over one event (must be seq+1, and sent with data, of which a tombstone's is read: else ERR_BUG), computing its
 * hash.  `bytes` are exactly those received: of an event of a page, its slice of the reply. */
bool stream_cursor_next(stream_cursor_t *self, const event_t *event, const char *topic, slice_t bytes, err_t *err) NODISCARD;
/* Saves cursor and input-log rows (global order over all consumed streams of this service); same transaction as the effects.
 * The events are the n up to cursor->seq.  ERR_RETRY outage "stream.cursor_moved" when the saved cursor is not before them.
 * n = 0 sets where to start (after a snapshot). */
bool stream_cursor_save(db_tx_t *tx, const char *stream, const stream_cursor_t *cursor, const stream_event_t *events, size_t n,
                        err_t *err) NODISCARD;
/* record SIZE_MAX: the whole event. */
bool stream_poison_add(db_tx_t *tx, const char *stream, uint64_t seq, size_t record, const err_t *why, err_t *err) NODISCARD;
/* Writes the open ones, oldest first, as an array of {stream, seq, record?, code, message, at}. */
bool stream_poison_list(db_tx_t *tx, unsigned limit, json_out_t *out, const char *key, err_t *err) NODISCARD;
/* After an operator had it applied again, or gave it up. */
bool stream_poison_close(db_tx_t *tx, const char *stream, uint64_t seq, size_t record, bool applied, bool *ret_was_open,
                         err_t *err) NODISCARD;

/* Statements and migrations of this module, to be listed by every service. */
extern const db_stmt_set_t stream_statements;
extern const db_migration_set_t stream_migrations;

#endif
