/* SPDX-License-Identifier: Apache-2.0 */
#include "svc/svc_impl.h"

#include "base/time.h"
#include "log/log.h"

#include <string.h>

#define MESSAGES_PER_TURN 500
#define BEATS_BEHIND_MAX 5
#define QUEUE_EVENTS_MIN 1000u /* a whole page fits, however small the batches are */
#define QUEUE_BYTES_MIN ((size_t) 8 * 1024 * 1024)

void
consumer_init(svc_t *self, consumer_t *c, const svc_consume_t *def)
{
    AUTO_STR labels = STR_INIT;

    *c = (consumer_t){ .def = def };
    str_printf(&labels, "stream=\"%s\"", def->stream);
    svc_result_counters(self, def->stream, c->count);
    c->lag = metrics_gauge("consumer_lag_events", labels.ptr, "events known to exist and not applied yet");
    c->tamper = metrics_counter("stream_tampered_total", labels.ptr, "beats whose hash differs from the chain received");
    c->poison = metrics_counter("consumer_poison_total", labels.ptr, "records put into quarantine");
    c->seconds = metrics_histogram("consumer_batch_seconds", labels.ptr, "one transaction of applied events");
}

static void
pending_done(pending_t *p)
{
    mem_free(p->topic);
    str_done(&p->bytes);
    event_destroy(&p->event);
    json_destroy(&p->data);
}

static void
clear_queue(consumer_t *c)
{
    for (size_t i = 0; i < c->queue_n; i++)
        pending_done(&c->queue[i]);
    c->queue_n = 0;
    c->queue_bytes = 0;
}

void
consumer_close(consumer_t *c)
{
    bus_sub_destroy(&c->sub);
    bus_client_destroy(&c->client);
    c->fetch_id[0] = '\0';
}

void
consumer_done(consumer_t *c)
{
    consumer_close(c);
    clear_queue(c);
    mem_free(c->queue);
    c->queue = NULL;
}

static bool
load_certificate(const svc_t *self, const char *peer, bus_key_t *ret, err_t *err)
{
    AUTO_STR path = STR_INIT;
    const char *dot = strrchr(peer, '.');

    str_printf(&path, "%s/%s.key", self->config.keys_dir, dot == NULL ? peer : dot + 1);
    return bus_key_load(path.ptr, ret, err) || err_add(err, "the peer's certificate");
}

bool
svc_peer_client(svc_t *self, const char *peer, bus_client_t **ret, err_t *err)
{
    const char *request;
    const char *stream;
    bus_key_t server;

    if (!svc_peer_endpoints(&self->config, peer, &request, &stream))
        return err_set(err, ERR_BUG, "svc.peer", "%s: no such peer", peer);
    return load_certificate(self, peer, &server, err) && bus_client_new(self->bus, request, &self->key, server.public_z85, ret, err);
}

bool
consumer_open_client(svc_t *self, consumer_t *c, err_t *err)
{
    const char *request;
    const char *stream;

    bus_client_destroy(&c->client);
    c->fetch_id[0] = '\0';
    c->client_epoch = 0;
    return svc_peer_endpoints(&self->config, c->def->peer, &request, &stream)
               ? bus_client_new(self->bus, request, &self->key, c->server_public, &c->client, err)
               : err_set(err, ERR_BUG, "svc.peer", "%s: no such peer", c->def->peer);
}

/* All topics of the stream: what a key with every right would be given of it. */
static bool
subscribe(consumer_t *c, err_t *err)
{
    AUTO_STR lines = STR_INIT;
    bus_key_t every = { .regions = "*", .organisation = "*" };

    (void) str_copy(every.streams, sizeof(every.streams), c->def->stream);
    bus_pub_narrow(&every, c->def->stream, "", &lines);
    for (char *line = lines.ptr; line != NULL && *line != '\0';) {
        char *end = strchr(line, '\n');
        *end = '\0';
        if (!bus_sub_subscribe(c->sub, line, err))
            return false;
        line = end + 1;
    }
    return true;
}

bool
consumer_open(svc_t *self, consumer_t *c, err_t *err)
{
    const char *request;
    const char *stream;
    bus_key_t server;

    if (!svc_peer_endpoints(&self->config, c->def->peer, &request, &stream))
        return err_set(err, ERR_BUG, "svc.peer", "%s: no such peer", c->def->peer);
    if (!load_certificate(self, c->def->peer, &server, err))
        return false;
    (void) str_copy(c->server_public, sizeof(c->server_public), server.public_z85);
    c->ask = true;
    c->sub_epoch = 0;
    if (consumer_open_client(self, c, err) && bus_sub_new(self->bus, stream, &self->key, c->server_public, &c->sub, err) &&
        subscribe(c, err))
        return true;
    consumer_close(c);
    return false;
}

void
consumer_restart(consumer_t *c, const stream_cursor_t *cursor)
{
    clear_queue(c);
    c->committed = *cursor;
    c->tail = *cursor;
    c->fetch_id[0] = '\0';
    c->ask = true;
    c->apply_limit = 0;
    c->suspect_until = 0;
    c->conflicts = 0;
    backoff_done(&c->fetch_wait);
    backoff_done(&c->apply_wait);
}

uint64_t
consumer_lag(const consumer_t *c)
{
    uint64_t last = c->head > c->tail.seq ? c->head : c->tail.seq;
    return last - c->committed.seq;
}

bool
consumer_has_room(const svc_t *self, const consumer_t *c)
{
    /* while one transaction's are applied, the next one's arrive */
    size_t events = (size_t) self->config.batch_events * 2;
    size_t bytes = (size_t) self->config.batch_bytes * 2;

    return c->queue_n < (events > QUEUE_EVENTS_MIN ? events : QUEUE_EVENTS_MIN) &&
           c->queue_bytes < (bytes > QUEUE_BYTES_MIN ? bytes : QUEUE_BYTES_MIN);
}

void
consumer_pop(consumer_t *c, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        c->queue_bytes -= c->queue[i].bytes.len;
        pending_done(&c->queue[i]);
    }
    memmove(c->queue, c->queue + n, (c->queue_n - n) * sizeof(*c->queue));
    c->queue_n -= n;
}

bool
consumer_read_data(pending_t *p, err_t *err)
{
    if (p->data != NULL)
        return true;
    if (!json_read_checked(p->text.ptr, p->text.len, &p->data, err))
        return err_add(err, "an event's data");
    p->event->data = json_root(p->data);
    return true;
}

bool
consumer_push(consumer_t *c, const char *topic, slice_t bytes, slice_t data, event_t **event_p, err_t *err)
{
    event_t *event = *event_p;
    pending_t p = { .bytes = STR_INIT };

    if (event->sequence > c->head)
        c->head = event->sequence;
    if (event->sequence != c->tail.seq + 1 || !event->has_data)
        return true;
    str_add_n(&p.bytes, bytes.ptr, bytes.len);
    p.text = (slice_t){ p.bytes.ptr + (data.ptr - bytes.ptr), data.len };
    p.topic = mem_strdup(topic);
    p.event = TAKE(*event_p);
    /* what the chain takes from a tombstone stands in its data */
    if ((strcmp(event->type, STREAM_ERASED_TYPE) == 0 && !consumer_read_data(&p, err)) ||
        !stream_cursor_next(&c->tail, event, topic, bytes, err)) {
        pending_done(&p);
        return false;
    }
    p.seq = c->tail.seq;
    p.hash = c->tail.hash;
    c->queue = mem_grow(c->queue, &c->queue_cap, c->queue_n + 1, sizeof(*c->queue));
    c->queue[c->queue_n++] = p;
    c->queue_bytes += bytes.len;
    return true;
}

/* The producer's own hash at the place where we stand must be the one that we computed from what we received. */
static void
compare_hash(consumer_t *c, uint64_t last, const hash_t *hash)
{
    char ours[2 * HASH_SIZE + 1];
    char theirs[2 * HASH_SIZE + 1];

    if (last != c->tail.seq || last == 0)
        return;
    if (memcmp(hash->b, c->tail.hash.b, HASH_SIZE) == 0) {
        c->tampered = false;
        return;
    }
    metric_add(c->tamper, 1);
    if (c->tampered)
        return;
    c->tampered = true;
    str_hex(c->tail.hash.b, HASH_SIZE, ours);
    str_hex(hash->b, HASH_SIZE, theirs);
    log_error("stream.tampered", F_STR("stream", c->def->stream), F_U64("seq", last), F_STR("received", ours),
              F_STR("published", theirs));
}

/* Beats of an old head may still wait in the socket while fetching runs ahead; only steady ones mean something. */
static void
compare_head(consumer_t *c, uint64_t last)
{
    if (last >= c->committed.seq) {
        c->beats_behind = 0;
        return;
    }
    if (++c->beats_behind == BEATS_BEHIND_MAX)
        log_error("stream.behind", F_STR("stream", c->def->stream), F_U64("last", last), F_U64("cursor", c->committed.seq));
}

static void
on_beat(consumer_t *c, const event_t *event)
{
    json_in_t in;
    err_t err = { 0 };
    hash_t hash;

    json_in_init(&in, event->data, "/data", &err);
    int64_t last = json_in_i64(&in, "last", 0, (int64_t) 1 << 53);
    const char *hex = json_in_text(&in, "hash");
    if (!json_in_ok(&in) || !str_unhex(hex, strlen(hex), hash.b, HASH_SIZE))
        return; /* not one of ours */
    if ((uint64_t) last > c->head)
        c->head = (uint64_t) last;
    compare_hash(c, (uint64_t) last, &hash);
    compare_head(c, (uint64_t) last);
}

static void
on_message(consumer_t *c, const str_t *topic, const str_t *bytes)
{
    AUTO(event) event = NULL;
    slice_t data;
    err_t err = { 0 };

    if (str_starts(str_c(topic), "beat/")) {
        if (strcmp(topic->ptr + strlen("beat/"), c->def->stream) == 0 &&
            event_decode(bytes->ptr, bytes->len, &event, &err) && event->data != NULL)
            on_beat(c, event);
        return;
    }
    /* what cannot be read here is fetched, and reported there */
    if (!event_decode_head(str_c(bytes), bytes->len, &event, &data, &err) || event->sequence == 0)
        return;
    if (!consumer_push(c, topic->ptr, str_slice(bytes), data, &event, &err))
        log_err(LOG_WARN, "consumer.unread", &err);
}

void
consumer_on_sub(svc_t *self, consumer_t *c)
{
    AUTO_STR topic = STR_INIT;
    AUTO_STR bytes = STR_INIT;

    for (unsigned i = 0; i < MESSAGES_PER_TURN && consumer_has_room(self, c); i++) {
        bool got = false;
        err_t err = { 0 };
        if (!bus_sub_recv(c->sub, &topic, &bytes, &got, &err)) {
            log_err(LOG_WARN, "consumer.receive", &err);
            return;
        }
        if (!got)
            return;
        on_message(c, &topic, &bytes);
    }
}

void
consumer_trouble(consumer_t *c, const err_t *err)
{
    err_t named = *err;

    (void) err_add(&named, c->def->stream);
    svc_log_change("consumer.trouble", c->trouble, &named);
    (void) str_copy(c->trouble_code, sizeof(c->trouble_code), err->code);
}

/* A request that was under way when the connection ended may be lost, and events were published meanwhile. */
static void
follow_connections(consumer_t *c, bool refused)
{
    unsigned client_epoch = bus_client_epoch(c->client);
    unsigned sub_epoch = bus_sub_epoch(c->sub);

    if (refused || (client_epoch != c->client_epoch && c->client_epoch != 0))
        c->fetch_id[0] = '\0';
    if (refused || client_epoch != c->client_epoch || sub_epoch != c->sub_epoch)
        c->ask = true;
    c->client_epoch = client_epoch;
    c->sub_epoch = sub_epoch;
}

/* Is the wire up, and if not why.  About each second, and when a connection's state changed. */
void
consumer_check(consumer_t *c, int64_t now_ms)
{
    err_t err = { 0 };
    err_t sub_err = { 0 };

    metric_set(c->lag, (int64_t) consumer_lag(c));
    if (c->sub == NULL || c->client == NULL)
        return;
    /* both, whatever one says: each takes in what its monitor reports */
    bool client_up = bus_client_check(c->client, &err);
    bool sub_up = bus_sub_check(c->sub, &sub_err);
    bool up = client_up && sub_up;
    if (client_up && !sub_up)
        err = sub_err;
    bool refused = !up && strcmp(err.code, "bus.refused") == 0;
    follow_connections(c, refused);
    if (!up) {
        consumer_trouble(c, &err);
        if (refused)
            backoff_fail(&c->fetch_wait, now_ms);
    } else if (str_starts(c->trouble_code, "bus.")) {
        log_info("consumer.connected", F_STR("stream", c->def->stream));
        c->trouble[0] = '\0';
        c->trouble_code[0] = '\0';
        backoff_done(&c->fetch_wait);
    }
}
