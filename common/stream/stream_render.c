/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/stream_internal.h"

#include "base/mem.h"
#include "stream_sql.h"

#include <stdlib.h>
#include <string.h>

/* A tombstone is an envelope of its own with what the chain needs, about this long. */
#define TOMBSTONE_BYTES 1024

stream_picked_t
stream_pick(stream_pick_t *self, unsigned limit, int64_t seq, const char *topic, int64_t bytes)
{
    size_t size = (bytes > 0 ? (size_t) bytes : TOMBSTONE_BYTES) + strlen(topic) + sizeof("\"\",,");

    if (self->count == limit || (self->count > 0 && self->bytes + size > STREAM_PAGE_BYTES))
        return PICK_FULL;
    self->seqs[self->count++] = seq;
    self->bytes += size;
    return PICK_TAKEN;
}

bool
stream_range(db_tx_t *tx, const char *stream, int64_t *ret_first, int64_t *ret_last, err_t *err)
{
    AUTO_PARAMS in;
    AUTO(db_result) rows = NULL;

    stream_name_param(&in, stream);
    if (!db_query(tx, &stream_statements, STMT_stream_range, &in, &rows, err))
        return err_add(err, "stream range");
    *ret_first = db_result_i64(rows, 0, 0);
    *ret_last = db_result_i64(rows, 0, 1);
    return true;
}

/* In place of an erased event: who consumes it can chain it, sees that it was there, and by which order it went. */
static void
write_tombstone(const char *stream, const db_result_t *rows, size_t row, json_out_t *out)
{
    AUTO_STR data = STR_INIT, event = STR_INIT;
    json_out_t in;
    char id[UUID_TEXT_SIZE], source[STREAM_NAME_MAX + 16], hex[2 * HASH_SIZE + 1];
    uuid_t event_id = db_result_uuid(rows, row, 1);
    hash_t payload_hash = stream_hash_column(rows, row, 6);

    uuid_format(&event_id, id);
    str_hex(payload_hash.b, sizeof(payload_hash.b), hex);
    (void) snprintf(source, sizeof(source), "/streams/%s", stream);
    json_out_init(&in, &data);
    json_out_object(&in, NULL);
    json_out_text(&in, "order", db_result_text(rows, row, 7));
    json_out_text(&in, "type", db_result_text(rows, row, 2));
    json_out_text(&in, "payload_hash", hex);
    json_out_end(&in);
    event_encode(&(event_draft_t){ .id = id,
                                   .source = source,
                                   .type = STREAM_ERASED_TYPE,
                                   .time_us = db_result_i64(rows, row, 4),
                                   .sequence = (uint64_t) db_result_i64(rows, row, 0),
                                   .data = str_slice(&data) },
                 &event);
    json_out_raw(out, NULL, event.ptr, event.len);
}

static void
write_event(const char *stream, const db_result_t *rows, size_t row, json_out_t *out)
{
    slice_t payload = db_result_bytea(rows, row, 5);

    if (payload.ptr == NULL)
        write_tombstone(stream, rows, row, out);
    else
        json_out_raw(out, NULL, payload.ptr, payload.len);
}

/* rows are ordered by seq; a snapshot's picks are ordered by matter */
static size_t
row_of(const db_result_t *rows, int64_t seq)
{
    size_t low = 0, high = db_result_rows(rows);

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (db_result_i64(rows, middle, 0) < seq)
            low = middle + 1;
        else
            high = middle;
    }
    REQUIRE(low < db_result_rows(rows) && db_result_i64(rows, low, 0) == seq);
    return low;
}

bool
stream_render(db_tx_t *tx, const char *stream, const stream_pick_t *pick, json_out_t *out, err_t *err)
{
    AUTO_PARAMS in;
    AUTO(db_result) rows = NULL;

    stream_name_param(&in, stream);
    db_params_i64_array(&in, pick->seqs, pick->count);
    if (pick->count > 0 && !db_query(tx, &stream_statements, STMT_stream_events, &in, &rows, err))
        return err_add(err, "stream events");
    json_out_array(out, "events");
    for (size_t i = 0; i < pick->count; i++)
        write_event(stream, rows, row_of(rows, pick->seqs[i]), out);
    json_out_end(out);
    json_out_array(out, "topics");
    for (size_t i = 0; i < pick->count; i++)
        json_out_text(out, NULL, db_result_text(rows, row_of(rows, pick->seqs[i]), 3));
    json_out_end(out);
    return true;
}
