/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_INTEGRATION_STREAM_FIXTURE_H
#define TESTS_INTEGRATION_STREAM_FIXTURE_H

/* A producer and a consumer for tests.  Included once by each test program. */

#include "db_fixture.h"

#include "base/time.h"
#include "json/json_in.h"
#include "stream/stream.h"

#include <stdio.h>

extern const db_stmt_set_t teststream_statements; /* of the generated teststream_sql.h */
static const db_stmt_set_t *const sets[] = { &stream_statements, &teststream_statements, NULL };
static const db_migration_set_t *const migrations[] = { &stream_migrations, NULL };

static inline void
migrate(const char *schema)
{
    db_options_t options = fixture_options(schema, NULL);

    OK(db_migrate(&options, migrations, err));
}

static inline stream_t *
open_stream(db_t *db, const char *name)
{
    AUTO(db_tx) tx = NULL;
    stream_t *stream = NULL;

    OK(db_tx_begin(db, &tx, err));
    OK(stream_open(tx, name, "/services/test", &stream, err));
    OK(db_tx_commit(&tx, err));
    return stream;
}

/* data {"n":…} with a filler, so that the event has some `bytes` more */
static inline uint64_t
append_sized(stream_t *stream, db_tx_t *tx, const char *topic, const char *matter, bool closes, size_t bytes)
{
    AUTO_STR data = STR_INIT;
    uint64_t seq = 0;
    stream_draft_t draft = { .type = "plimsoll.test.v1", .topic = topic, .subject = "s", .closes = closes };

    str_printf(&data, "{\"n\":%llu,\"text\":\"", (unsigned long long) stream_last(stream));
    for (size_t i = 0; i < bytes; i++)
        str_add_char(&data, (char) ('a' + i % 26));
    str_add(&data, "\"}");
    draft.data = str_slice(&data);
    if (matter != NULL)
        uuid_derive("matter", matter, &draft.matter);
    OK(stream_append(stream, tx, &draft, &seq, err));
    return seq;
}

static inline void
append(stream_t *stream, db_tx_t *tx, const char *topic)
{
    (void) append_sized(stream, tx, topic, NULL, false, 10);
}

static inline size_t
commit(stream_t *stream, db_tx_t **tx_p)
{
    const stream_sent_t *sent = NULL;
    size_t n = 0;

    OK(stream_flush(stream, *tx_p, err));
    OK(db_tx_commit(tx_p, err));
    stream_committed(stream, &sent, &n);
    return n;
}

/* n events in one transaction, topics of `topic_of` */
static inline void
append_many(db_t *db, stream_t *stream, size_t n, const char *(*topic_of)(size_t i))
{
    AUTO(db_tx) tx = NULL;

    OK(db_tx_begin(db, &tx, err));
    for (size_t i = 0; i < n; i++)
        append(stream, tx, topic_of(i));
    assert_int_equal(commit(stream, &tx), n);
}

/* --- pages --- */

typedef struct {
    json_t *tree;
    str_t bytes;
    size_t events;
    int64_t last, first;
    bool more;
} page_t;

static inline void
page_destroy_parts(page_t *page)
{
    json_destroy(&page->tree);
    str_done(&page->bytes);
}
#define AUTO_PAGE __attribute__((cleanup(page_destroy_parts))) page_t

static inline void
parse_page(page_t *page)
{
    json_in_t in;
    err_t err_in = { 0 };

    OK(json_parse(page->bytes.ptr, page->bytes.len, &page->tree, err));
    json_in_init(&in, json_root(page->tree), "", &err_in);
    page->events = json_count(json_in_array(&in, "events"));
    assert_int_equal(json_count(json_in_array(&in, "topics")), page->events);
    page->last = json_in_i64(&in, "last", 0, INT64_MAX / 1024);
    page->more = json_in_bool_or(&in, "more", false);
    page->first = json_in_i64_or(&in, "first", 0, INT64_MAX / 1024, 0);
    if (!json_in_ok(&in))
        fail_msg("%s", err_in.text);
}

static inline void
fetch(db_t *db, const char *stream, uint64_t after, unsigned limit, const char *prefix, stream_may_fn may, void *ctx,
      page_t *ret)
{
    AUTO(db_tx) tx = NULL;

    *ret = (page_t){ .tree = NULL };
    OK(db_tx_begin_snapshot(db, &tx, err));
    OK(stream_page(tx, stream, after, limit, prefix, may, ctx, &ret->bytes, err));
    parse_page(ret);
}

static inline const json_node_t *
item(const page_t *page, const char *list, size_t i)
{
    const json_node_t *n = json_first(json_get(json_root(page->tree), list));

    while (n != NULL && i-- > 0)
        n = json_next(n);
    assert_non_null(n);
    return n;
}

static inline int64_t
seq_of(const page_t *page, size_t i)
{
    return strtoll(json_text(json_get(item(page, "events", i), "sequence")), NULL, 10);
}

static inline const char *
topic_of(const page_t *page, size_t i)
{
    return json_text(item(page, "topics", i));
}

/* --- a consumer that applies a page as services do --- */

typedef struct {
    const page_t *page;
    stream_cursor_t *cursor;
    stream_event_t *events;
    event_t **decoded;
    size_t count;
} consume_t;

static inline bool
on_item(void *ctx, size_t index, slice_t bytes, err_t *err)
{
    consume_t *c = ctx;
    event_t *event = NULL;

    if (!event_decode(bytes.ptr, bytes.len, &event, err))
        return false;
    c->decoded[index] = event;
    if (!stream_cursor_next(c->cursor, event, topic_of(c->page, index), bytes, err))
        return false;
    c->events[index] = (stream_event_t){ .seq = event->sequence,
                                         .topic = topic_of(c->page, index),
                                         .bytes = bytes,
                                         .event = event,
                                         .hash = c->cursor->hash,
                                         .record_to = SIZE_MAX };
    c->count++;
    return true;
}

/* Applies what `page` holds after `cursor`, in tx. */
static inline void
apply_page(db_tx_t *tx, const char *stream, stream_cursor_t *cursor, const page_t *page)
{
    slice_t list = { NULL, 0 };
    stream_event_t *events = mem_new_array(stream_event_t, page->events + 1);
    event_t **decoded = mem_new_array(event_t *, page->events + 1);
    consume_t c = { page, cursor, events, decoded, 0 };

    assert_true(json_locate(page->bytes.ptr, page->bytes.len, "events", &list));
    OK(json_each_item(list, on_item, &c, err));
    OK(stream_cursor_save(tx, stream, cursor, events, c.count, err));
    for (size_t i = 0; i < c.count; i++)
        event_destroy(&decoded[i]);
    mem_free(decoded);
    mem_free(events);
}

/* Fetches and applies to the end. */
static inline stream_cursor_t
consume_all(db_t *producer, db_t *consumer, const char *stream)
{
    AUTO(db_tx) tx = NULL;
    stream_cursor_t cursor;
    bool more = true;

    OK(db_tx_begin(consumer, &tx, err));
    OK(stream_cursor_load(tx, stream, &cursor, err));
    while (more) {
        AUTO_PAGE page;
        fetch(producer, stream, cursor.seq, 1000, NULL, NULL, NULL, &page);
        if (page.events > 0)
            apply_page(tx, stream, &cursor, &page);
        more = page.more;
    }
    OK(db_tx_commit(&tx, err));
    return cursor;
}

#endif
