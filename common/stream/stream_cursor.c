/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/stream_internal.h"

#include "base/mem.h"
#include "stream_sql.h"

#include <inttypes.h>
#include <string.h>

bool
stream_cursor_load(db_tx_t *tx, const char *stream, stream_cursor_t *ret, err_t *err)
{
    AUTO_PARAMS in;
    AUTO(db_result) rows = NULL;

    stream_name_param(&in, stream);
    if (!db_query(tx, &stream_statements, STMT_cursor_load, &in, &rows, err))
        return err_add(err, "cursor");
    *ret = (stream_cursor_t){ 0 };
    if (db_result_rows(rows) > 0) {
        ret->seq = (uint64_t) db_result_i64(rows, 0, 0);
        ret->hash = stream_hash_column(rows, 0, 1);
    }
    return true;
}

/* What a tombstone says of the event that was erased. */
static bool
read_tombstone(const event_t *event, const char **ret_type, hash_t *ret_hash, err_t *err)
{
    json_in_t in;

    json_in_init(&in, event->data, "/data", err);
    const char *type = json_in_text(&in, "type");
    const char *hex = json_in_text(&in, "payload_hash");
    if (!json_in_ok(&in))
        return false;
    if (!str_unhex(hex, strlen(hex), ret_hash->b, sizeof(ret_hash->b)))
        return err_set(err, ERR_REJECT, "bad_data", "payload_hash must be %d hex digits", 2 * HASH_SIZE);
    *ret_type = type;
    return true;
}

bool
stream_cursor_next(stream_cursor_t *self, const event_t *event, const char *topic, slice_t bytes, err_t *err)
{
    const char *type = event->type;
    hash_t payload_hash;

    if (event->sequence != self->seq + 1)
        return err_set(err, ERR_BUG, "stream.gap", "event %" PRIu64 " cannot follow %" PRIu64 "; fetch what is between",
                       event->sequence, self->seq);
    if (!event->has_data)
        return err_set(err, ERR_BUG, "stream.no_data", "event %" PRIu64 " came without data and must be fetched",
                       event->sequence);
    if (strcmp(type, STREAM_ERASED_TYPE) != 0)
        hash_of(bytes.ptr, bytes.len, &payload_hash);
    else if (!read_tombstone(event, &type, &payload_hash, err))
        return err_add(err, "tombstone");
    stream_chain_hash(&self->hash, event->sequence, type, topic, event->time_us, &payload_hash, &self->hash);
    self->seq = event->sequence;
    return true;
}

/* The cursor is not where this process left it: another one consumes too.  Nothing of this transaction may stay. */
static bool
moved_elsewhere(const char *stream, err_t *err)
{
    (void) err_set(err, ERR_RETRY, "stream.cursor_moved",
                   "cursor of stream %s: another process has moved it; it must be read again", stream);
    if (err != NULL)
        err->outage = true;
    return false;
}

bool
stream_cursor_save(db_tx_t *tx, const char *stream, const stream_cursor_t *cursor, const stream_event_t *events, size_t n,
                   err_t *err)
{
    AUTO_PARAMS in;
    AUTO(db_result) rows = NULL;
    AUTO_FREE int64_t *seqs = mem_new_array(int64_t, n + 1);
    AUTO_FREE slice_t *hashes = mem_new_array(slice_t, n + 1);
    err_t why = { 0 };

    for (size_t i = 0; i < n; i++) {
        REQUIRE(events[i].seq == cursor->seq - n + i + 1);
        seqs[i] = (int64_t) events[i].seq;
        hashes[i] = (slice_t){ (const char *) events[i].hash.b, sizeof(events[i].hash.b) };
    }
    stream_name_param(&in, stream);
    db_params_i64(&in, (int64_t) (cursor->seq - n));
    db_params_i64(&in, (int64_t) cursor->seq);
    db_params_bytea(&in, cursor->hash.b, sizeof(cursor->hash.b));
    db_params_i64_array(&in, seqs, n);
    db_params_bytea_array(&in, hashes, n);
    if (!db_query(tx, &stream_statements, STMT_cursor_save, &in, &rows, &why)) {
        if (strcmp(why.sqlstate, "23505") == 0)
            return moved_elsewhere(stream, err);
        if (err != NULL)
            *err = why;
        return err_add(err, "cursor");
    }
    return db_result_i64(rows, 0, 0) == 1 || moved_elsewhere(stream, err);
}

bool
stream_poison_add(db_tx_t *tx, const char *stream, uint64_t seq, size_t record, const err_t *why, err_t *err)
{
    AUTO_PARAMS in;

    stream_name_param(&in, stream);
    db_params_i64(&in, (int64_t) seq);
    db_params_i64(&in, record == SIZE_MAX ? -1 : (int64_t) record);
    db_params_text(&in, why->code);
    db_params_text(&in, why->text);
    return db_exec(tx, &stream_statements, STMT_poison_add, &in, NULL, err) || err_add(err, "poison");
}

bool
stream_poison_list(db_tx_t *tx, unsigned limit, json_out_t *out, const char *key, err_t *err)
{
    AUTO_PARAMS in;
    AUTO(db_result) rows = NULL;

    db_params_init(&in);
    db_params_i64(&in, limit);
    if (!db_query(tx, &stream_statements, STMT_poison_list, &in, &rows, err))
        return err_add(err, "poison");
    json_out_array(out, key);
    for (size_t i = 0; i < db_result_rows(rows); i++) {
        int64_t record = db_result_i64(rows, i, 2);
        json_out_object(out, NULL);
        json_out_text(out, "stream", db_result_text(rows, i, 0));
        json_out_i64(out, "seq", db_result_i64(rows, i, 1));
        if (record >= 0)
            json_out_i64(out, "record", record);
        json_out_text(out, "code", db_result_text(rows, i, 3));
        json_out_text(out, "message", db_result_text(rows, i, 4));
        json_out_time(out, "at", db_result_time(rows, i, 5));
        json_out_end(out);
    }
    json_out_end(out);
    return true;
}

bool
stream_poison_close(db_tx_t *tx, const char *stream, uint64_t seq, size_t record, bool applied, bool *ret_was_open, err_t *err)
{
    AUTO_PARAMS in;
    int64_t rows = 0;

    stream_name_param(&in, stream);
    db_params_i64(&in, (int64_t) seq);
    db_params_i64(&in, record == SIZE_MAX ? -1 : (int64_t) record);
    db_params_text(&in, applied ? "applied" : "dropped");
    if (!db_exec(tx, &stream_statements, STMT_poison_close, &in, &rows, err))
        return err_add(err, "poison");
    *ret_was_open = rows == 1;
    return true;
}
