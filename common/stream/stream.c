/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/stream_internal.h"

#include "base/mem.h"
#include "base/time.h"
#include "stream_sql.h"

#include <inttypes.h>
#include <string.h>

#define ARENA_BLOCK ((size_t) 16 * 1024)
#define ENVELOPE_BYTES 768 /* about so many around an event's data */

/* One appended event; texts and bytes live in the stream's arena. */
typedef struct {
    uuid_t id, matter;
    const char *type;
    int64_t time_us;
    bool closes;
    hash_t payload_hash, hash;
} pending_t;

typedef struct {
    uint64_t seq;
    hash_t hash;
} head_t;

struct stream {
    char name[STREAM_NAME_MAX];
    char source[128];
    head_t committed, appended;
    arena_t *arena; /* of what was appended since the last commit or rollback; the events themselves stand alone */
    char **events;
    size_t event_count, event_cap;
    pending_t *pending;
    stream_sent_t *sent; /* parallel to pending: what will be published */
    size_t count, pending_cap, sent_cap;
    size_t flushed; /* the first so many are written */
    bool handed_out; /* stream_committed gave them away: the next append starts afresh */
};

static bool
read_head(db_tx_t *tx, const char *name, head_t *ret, err_t *err)
{
    AUTO_PARAMS in;
    AUTO(db_result) rows = NULL;

    stream_name_param(&in, name);
    if (!db_query(tx, &stream_statements, STMT_stream_head, &in, &rows, err))
        return err_add(err, "stream head");
    *ret = (head_t){ 0 };
    if (db_result_rows(rows) > 0) {
        ret->seq = (uint64_t) db_result_i64(rows, 0, 0);
        ret->hash = stream_hash_column(rows, 0, 1);
    }
    return true;
}

static void
forget(stream_t *self)
{
    self->count = 0;
    self->flushed = 0;
    self->handed_out = false;
    for (size_t i = 0; i < self->event_count; i++)
        mem_free(self->events[i]);
    self->event_count = 0;
    arena_reset(self->arena);
}

bool
stream_open(db_tx_t *tx, const char *name, const char *source, stream_t **ret, err_t *err)
{
    AUTO(stream) self = mem_new(stream_t);

    REQUIRE(str_copy(self->name, sizeof(self->name), name));
    REQUIRE(str_copy(self->source, sizeof(self->source), source));
    self->arena = arena_new(ARENA_BLOCK);
    if (!stream_reload(self, tx, err))
        return false;
    *ret = TAKE(self);
    return true;
}

void
stream_destroy(stream_t **self_p)
{
    stream_t *self = *self_p;

    if (self == NULL)
        return;
    if (self->arena != NULL)
        forget(self);
    arena_destroy(&self->arena);
    mem_free(self->events);
    mem_free(self->pending);
    mem_free(self->sent);
    mem_free(self);
    *self_p = NULL;
}

const char *
stream_name(const stream_t *self)
{
    return self->name;
}

uint64_t
stream_last(const stream_t *self)
{
    return self->committed.seq;
}

const hash_t *
stream_hash(const stream_t *self)
{
    return &self->committed.hash;
}

bool
stream_reload(stream_t *self, db_tx_t *tx, err_t *err)
{
    if (!read_head(tx, self->name, &self->committed, err))
        return false;
    forget(self);
    self->appended = self->committed;
    return true;
}

/* --- appending --- */

static void
id_of(const stream_t *self, const stream_draft_t *draft, uint64_t seq, uuid_t *ret)
{
    char text[STREAM_NAME_MAX + 24];

    if (!uuid_is_nil(&draft->id)) {
        *ret = draft->id;
        return;
    }
    (void) snprintf(text, sizeof(text), "%s/%" PRIu64, self->name, seq);
    uuid_derive("event", text, ret);
}

static slice_t
encode(stream_t *self, const event_draft_t *event)
{
    str_t bytes = STR_INIT;

    str_reserve(&bytes, event->data.len + ENVELOPE_BYTES);
    event_encode(event, &bytes);
    self->events = mem_grow(self->events, &self->event_cap, self->event_count + 1, sizeof(*self->events));
    self->events[self->event_count++] = bytes.ptr;
    return (slice_t){ bytes.ptr, bytes.len };
}

/* The texts of ids live as long as the draft of the envelope. */
typedef struct {
    char id[UUID_TEXT_SIZE], correlation[UUID_TEXT_SIZE], causation[UUID_TEXT_SIZE];
} id_texts_t;

static const char *
id_text(const uuid_t *id, char buffer[UUID_TEXT_SIZE])
{
    if (uuid_is_nil(id))
        return NULL;
    uuid_format(id, buffer);
    return buffer;
}

bool
stream_append(stream_t *self, db_tx_t *tx, const stream_draft_t *draft, uint64_t *ret_seq, err_t *err)
{
    id_texts_t texts;

    REQUIRE(tx != NULL && draft->data.ptr != NULL);
    if (self->handed_out)
        forget(self);
    uint64_t seq = self->appended.seq + 1;
    pending_t row = { .matter = draft->matter, .time_us = time_now_us(), .closes = draft->closes };
    id_of(self, draft, seq, &row.id);
    event_draft_t event = {
        .id = id_text(&row.id, texts.id),
        .source = self->source,
        .type = draft->type,
        .subject = draft->subject,
        .correlationid = id_text(&draft->correlation, texts.correlation),
        .causationid = id_text(&draft->causation, texts.causation),
        .actor = draft->actor,
        .time_us = row.time_us,
        .sequence = seq,
        .data = draft->data,
    };
    slice_t bytes = encode(self, &event);
    if (bytes.len > EVENT_STREAM_MAX)
        return err_set(err, ERR_BUG, "stream.too_large", "stream %s: an event of %zu bytes, at most %u are allowed; split it",
                       self->name, bytes.len, EVENT_STREAM_MAX);
    slice_t inline_bytes = bytes;
    if (bytes.len > EVENT_INLINE_MAX) {
        event.data = (slice_t){ NULL, 0 };
        inline_bytes = encode(self, &event);
    }
    row.type = arena_strndup(self->arena, draft->type, strlen(draft->type));
    const char *topic = arena_strndup(self->arena, draft->topic, strlen(draft->topic));
    hash_of(bytes.ptr, bytes.len, &row.payload_hash);
    stream_chain_hash(&self->appended.hash, seq, row.type, topic, row.time_us, &row.payload_hash, &row.hash);

    self->pending = mem_grow(self->pending, &self->pending_cap, self->count + 1, sizeof(pending_t));
    self->sent = mem_grow(self->sent, &self->sent_cap, self->count + 1, sizeof(stream_sent_t));
    self->pending[self->count] = row;
    self->sent[self->count] = (stream_sent_t){ seq, topic, bytes, inline_bytes };
    self->count++;
    self->appended = (head_t){ seq, row.hash };
    if (ret_seq != NULL)
        *ret_seq = seq;
    return true;
}

/* --- writing --- */

/* Two writers number alike, and the primary key lets only one of them commit.  The other must not go on with its head:
 * the service drops the connection, which it thought held the lock, and starts from the database again. */
static void
second_writer(const void *stream, err_t *err)
{
    const stream_t *self = stream;

    if (strcmp(err->sqlstate, "23505") != 0) {
        (void) err_add(err, "stream flush");
        return;
    }
    (void) err_set(err, ERR_RETRY, "stream.second_writer",
                   "stream %s: another process has written after seq %" PRIu64 "; the head must be read again", self->name,
                   self->committed.seq);
    err->outage = true;
}

static void
copy_row(db_copy_t *copy, const char *name, const pending_t *row, const stream_sent_t *sent)
{
    db_copy_text(copy, name, strlen(name));
    db_copy_i64(copy, (int64_t) sent->seq);
    db_copy_uuid(copy, &row->id);
    db_copy_text(copy, row->type, strlen(row->type));
    db_copy_text(copy, sent->topic, strlen(sent->topic));
    db_copy_i64(copy, row->time_us);
    db_copy_uuid(copy, &row->matter);
    db_copy_bool(copy, row->closes);
    db_copy_bytea(copy, sent->event.ptr, sent->event.len);
    db_copy_bytea(copy, row->payload_hash.b, sizeof(row->payload_hash.b));
    db_copy_bytea(copy, row->hash.b, sizeof(row->hash.b));
}

static bool
update_heads(stream_t *self, db_tx_t *tx, err_t *err)
{
    AUTO_PARAMS in;
    bool any = false;

    stream_name_param(&in, self->name);
    for (size_t i = self->flushed; i < self->count; i++)
        any = any || !uuid_is_nil(&self->pending[i].matter);
    if (!any)
        return true;
    db_params_i64(&in, (int64_t) self->sent[self->flushed].seq);
    db_params_i64(&in, (int64_t) self->sent[self->count - 1].seq);
    return db_exec(tx, &stream_statements, STMT_stream_head_update, &in, NULL, err);
}

bool
stream_flush(stream_t *self, db_tx_t *tx, err_t *err)
{
    AUTO(db_copy) copy = NULL;

    if (self->handed_out || self->flushed == self->count)
        return true;
    if (!db_copy_begin(tx, &stream_statements, STMT_stream_copy, 11, &copy, err))
        return err_add(err, "stream flush");
    db_copy_explain(copy, second_writer, self);
    for (size_t i = self->flushed; i < self->count; i++)
        copy_row(copy, self->name, &self->pending[i], &self->sent[i]);
    if (!db_copy_end(&copy, NULL, err))
        return false;
    if (!update_heads(self, tx, err))
        return err_add(err, "stream heads");
    self->flushed = self->count;
    return true;
}

void
stream_committed(stream_t *self, const stream_sent_t **ret, size_t *ret_n)
{
    /* what was handed out before is not published twice */
    size_t n = self->handed_out ? 0 : self->count;

    REQUIRE(self->handed_out || self->flushed == self->count);
    self->committed = self->appended;
    self->handed_out = true;
    *ret = self->sent;
    *ret_n = n;
}

void
stream_rollback(stream_t *self)
{
    forget(self);
    self->appended = self->committed;
}

bool
stream_erase(db_tx_t *tx, const char *stream, uint64_t seq, const char *by_order, bool *ret_erased, err_t *err)
{
    AUTO_PARAMS in;
    int64_t rows = 0;

    stream_name_param(&in, stream);
    db_params_i64(&in, (int64_t) seq);
    db_params_text(&in, by_order);
    if (!db_exec(tx, &stream_statements, STMT_stream_erase, &in, &rows, err))
        return err_add(err, "stream erase");
    *ret_erased = rows == 1;
    return true;
}
