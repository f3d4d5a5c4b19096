/* SPDX-License-Identifier: Apache-2.0 */
#include "svc/svc_impl.h"

#include "base/time.h"
#include "log/log.h"

#include <stdio.h>
#include <string.h>

#define PAGE_EVENTS 1000
#define PAGE_DEADLINE_MS 10000
#define RECEIVE_MAX 16
#define GONE_RETRY_MS 30000
#define REFUSED_RETRY_MS 5000

static void
encode_request(const svc_t *self, const consumer_t *c, str_t *ret)
{
    AUTO_STR data = STR_INIT;

    str_printf(&data, "{\"stream\":\"%s\",\"after\":%llu,\"limit\":%d}", c->def->stream, (unsigned long long) c->tail.seq,
               PAGE_EVENTS);
    const event_draft_t draft = {
        .id = c->fetch_id,
        .source = self->source,
        .type = "plimsoll.stream.fetch.v1",
        .subject = c->def->stream,
        .time_us = time_now_us(),
        .data = str_slice(&data),
    };
    event_encode(&draft, ret);
}

/* No answer in time.  While the wire is down the request waits in the socket and goes out as soon as it is up again. */
static void
on_deadline(svc_t *self, consumer_t *c, int64_t now_ms)
{
    err_t err = { 0 };

    if (!bus_client_check(c->client, &err)) {
        consumer_trouble(c, &err);
        c->fetch_deadline_ms = now_ms + PAGE_DEADLINE_MS;
        return;
    }
    (void) err_set(&err, ERR_RETRY, "fetch.timeout", "no page within %d ms", PAGE_DEADLINE_MS);
    consumer_trouble(c, &err);
    c->ask = true;
    backoff_fail(&c->fetch_wait, now_ms);
    if (!consumer_open_client(self, c, &err))
        consumer_trouble(c, &err);
}

/* Asks for the next page when there is something to ask for, room for it, and no request under way. */
void
consumer_fetch(svc_t *self, consumer_t *c, int64_t now_ms)
{
    AUTO_STR frame = STR_INIT;
    err_t err = { 0 };
    uuid_t id;

    if (c->client == NULL)
        return;
    if (c->fetch_id[0] != '\0') {
        if (now_ms >= c->fetch_deadline_ms)
            on_deadline(self, c, now_ms);
        return;
    }
    if (strcmp(c->trouble_code, "bus.refused") == 0)
        return; /* consumer_check tries the connection again */
    if ((!c->ask && c->head <= c->tail.seq) || now_ms < c->fetch_wait.next_ms || !consumer_has_room(self, c))
        return;
    uuid_random(&id);
    uuid_format(&id, c->fetch_id);
    encode_request(self, c, &frame);
    if (!bus_client_send(c->client, frame.ptr, frame.len, &err)) {
        c->fetch_id[0] = '\0';
        consumer_trouble(c, &err);
        backoff_fail(&c->fetch_wait, now_ms);
        return;
    }
    c->fetch_deadline_ms = now_ms + PAGE_DEADLINE_MS;
}

typedef struct {
    consumer_t *c;
    const json_node_t *topic; /* of the event to come */
} page_reader_t;

static bool
take_event(void *ctx, size_t index, slice_t item, err_t *err)
{
    page_reader_t *r = ctx;
    AUTO(event) event = NULL;
    slice_t data;
    const char *topic = r->topic == NULL ? NULL : json_text(r->topic);

    (void) index;
    if (topic == NULL)
        return err_set(err, ERR_REJECT, "stream.page", "the page has fewer topics than events");
    r->topic = json_next(r->topic);
    if (!event_decode_head(item.ptr, item.len, &event, &data, err))
        return false;
    if (event->sequence > r->c->tail.seq + 1)
        return err_set(err, ERR_REJECT, "stream.gap",
                       "event %llu follows %llu: the key's datasets or regions hide the others from this service",
                       (unsigned long long) event->sequence, (unsigned long long) r->c->tail.seq);
    return consumer_push(r->c, topic, item, data, &event, err);
}

/* A page's data: the events as text, since a tree of them all is large; the rest as a tree. */
typedef struct {
    json_out_t rest;
    slice_t events;
} page_t;

static bool
on_page_member(void *ctx, slice_t name, slice_t value, err_t *err)
{
    static const char *const rest[] = { "last", "more", "topics" };
    page_t *page = ctx;

    (void) err;
    if (slice_eq_str(name, "events"))
        page->events = value;
    for (size_t i = 0; i < COUNT_OF(rest); i++)
        if (slice_eq_str(name, rest[i]))
            json_out_raw(&page->rest, rest[i], value.ptr, value.len);
    return true;
}

static bool
take_page(consumer_t *c, slice_t data, bool *ret_moved, err_t *err)
{
    AUTO_STR text = STR_INIT;
    AUTO(json) rest = NULL;
    json_in_t in;
    page_t page = { .events = { NULL, 0 } };
    uint64_t before = c->tail.seq;

    json_out_init(&page.rest, &text);
    json_out_object(&page.rest, NULL);
    if (!json_each_member(data, on_page_member, &page, err))
        return false;
    json_out_end(&page.rest);
    if (!json_parse(text.ptr, text.len, &rest, err))
        return false;
    json_in_init(&in, json_root(rest), "/data", err);
    int64_t last = json_in_i64(&in, "last", 0, (int64_t) 1 << 53);
    bool more = json_in_bool_or(&in, "more", false);
    const json_node_t *topics = json_in_array(&in, "topics");
    if (!json_in_ok(&in))
        return false;
    if (page.events.ptr == NULL || page.events.ptr[0] != '[')
        return err_set(err, ERR_REJECT, "stream.page", "the page has no events");
    page_reader_t r = { .c = c, .topic = json_first(topics) };
    if (!json_each_item(page.events, take_event, &r, err))
        return false;
    if ((uint64_t) last < before)
        return err_set(err, ERR_REJECT, "stream.behind",
                       "the stream ends at %lld, this service has applied up to %llu: was the producer's database restored "
                       "from an older copy?",
                       (long long) last, (unsigned long long) c->committed.seq);
    if ((uint64_t) last > c->tail.seq)
        return err_set(err, ERR_REJECT, "stream.gap", "the page ends at %lld but holds events up to %llu only",
                       (long long) last, (unsigned long long) c->tail.seq);
    c->ask = more;
    *ret_moved = c->tail.seq > before;
    return true;
}

static void
take_error(consumer_t *c, slice_t data, int64_t now_ms)
{
    AUTO(json) tree = NULL;
    json_in_t in;
    err_t err = { 0 };
    int64_t wait_ms = REFUSED_RETRY_MS;

    bool ok = json_parse(data.ptr, data.len, &tree, &err); /* else its members are absent */
    json_in_init(&in, ok ? json_root(tree) : NULL, "/data", &err);
    const char *code = json_in_text_or(&in, "code", "internal");
    const char *message = json_in_text_or(&in, "message", "");
    wait_ms = json_in_i64_or(&in, "retry_after_ms", 10, 60000, wait_ms);
    c->ask = true;
    if (strcmp(code, "gone") == 0)
        wait_ms = GONE_RETRY_MS;
    (void) err_set(&err, ERR_RETRY, code, "fetch: %s: %s", code, message);
    consumer_trouble(c, &err);
    c->fetch_wait.next_ms = now_ms + wait_ms;
}

static void
take_reply(svc_t *self, consumer_t *c, const event_t *reply, slice_t data)
{
    err_t err = { 0 };
    int64_t now_ms = time_monotonic_ms();
    bool moved = false;

    c->fetch_id[0] = '\0';
    if (strcmp(reply->type, "plimsoll.error.v1") == 0) {
        take_error(c, data, now_ms);
        return;
    }
    if (!take_page(c, data, &moved, &err)) {
        c->ask = true;
        consumer_trouble(c, &err);
        c->fetch_wait.next_ms = now_ms + REFUSED_RETRY_MS;
        return;
    }
    if (moved || (!c->ask && c->head <= c->tail.seq))
        backoff_done(&c->fetch_wait);
    else
        backoff_fail(&c->fetch_wait, now_ms); /* heard of more than there is to fetch: never in a tight loop */
    c->trouble[0] = '\0';
    c->trouble_code[0] = '\0';
    consumer_fetch(self, c, now_ms); /* the next page travels while this one is applied */
}

void
consumer_on_client(svc_t *self, consumer_t *c)
{
    AUTO_STR frame = STR_INIT;

    for (unsigned i = 0; i < RECEIVE_MAX && c->client != NULL; i++) {
        AUTO(event) reply = NULL;
        slice_t data;
        bool got = false;
        err_t err = { 0 };
        if (!bus_client_recv(c->client, &frame, &got, &err)) {
            log_err(LOG_WARN, "consumer.receive", &err);
            return;
        }
        if (!got)
            return;
        if (!event_decode_head(frame.ptr, frame.len, &reply, &data, &err)) {
            log_err(LOG_WARN, "consumer.reply", &err);
            continue;
        }
        if (c->fetch_id[0] != '\0' && reply->causationid != NULL && strcmp(reply->causationid, c->fetch_id) == 0)
            take_reply(self, c, reply, data);
    }
}
