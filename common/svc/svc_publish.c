/* SPDX-License-Identifier: Apache-2.0 */
#include "svc/svc_impl.h"

#include "base/time.h"
#include "log/log.h"

#include <string.h>

#define BEAT_MS 1000

/* Publishing is a courtesy that may fail: the stream stands in the database, beats make consumers fetch. */
static void
send(svc_t *self, const char *topic, slice_t event)
{
    if (self->pub != NULL)
        bus_pub_send(self->pub, topic, event.ptr, event.len);
}

/* Keys that lost something: their connections were let in by rights that no longer hold. */
static void
follow_registry(svc_t *self)
{
    uint64_t generation;
    err_t err = { 0 };

    if (!bus_keys_refresh(self->keys, &generation, &err)) {
        log_err(LOG_ERROR, "keys.unreadable", &err);
        return;
    }
    uint64_t narrowed = bus_keys_narrowed(self->keys);
    if (narrowed == self->keys_narrowed)
        return;
    self->keys_narrowed = narrowed;
    log_info("keys.changed", F_U64("generation", generation));
    bus_recheck(self->bus);
}

void
svc_publish(svc_t *self)
{
    follow_registry(self); /* what was withdrawn while this was written must not be sent */
    for (size_t i = 0; i < self->stream_count; i++) {
        const stream_sent_t *sent = NULL;
        size_t n = 0;
        if (self->streams[i] == NULL)
            continue;
        stream_committed(self->streams[i], &sent, &n);
        for (size_t k = 0; k < n; k++)
            send(self, sent[k].topic, sent[k].inline_event);
        if (n > 0)
            metric_set(self->stream_seq[i], (int64_t) stream_last(self->streams[i]));
    }
}

static void
beat_one(svc_t *self, const stream_t *stream)
{
    AUTO_STR data = STR_INIT;
    AUTO_STR topic = STR_INIT;
    AUTO_STR cause = STR_INIT;
    AUTO_STR bytes = STR_INIT;
    char hash[2 * HASH_SIZE + 1];
    char id[UUID_TEXT_SIZE];
    uuid_t uuid;
    int64_t now_us = time_now_us();

    str_hex(stream_hash(stream)->b, HASH_SIZE, hash);
    str_printf(&data, "{\"last\":%llu,\"hash\":\"%s\"}", (unsigned long long) stream_last(stream), hash);
    str_printf(&topic, "beat/%s", stream_name(stream));
    str_printf(&cause, "%s/%lld", topic.ptr, (long long) now_us);
    uuid_derive("beat", cause.ptr, &uuid);
    uuid_format(&uuid, id);
    const event_draft_t draft = {
        .id = id,
        .source = self->source,
        .type = "plimsoll.beat.v1",
        .subject = stream_name(stream),
        .time_us = now_us,
        .data = str_slice(&data),
    };
    event_encode(&draft, &bytes);
    send(self, topic.ptr, str_slice(&bytes));
}

void
svc_beat(svc_t *self, int64_t now_ms)
{
    if (!self->active || now_ms < self->beat_at_ms)
        return;
    self->beat_at_ms = now_ms + BEAT_MS;
    for (size_t i = 0; i < self->stream_count; i++)
        beat_one(self, self->streams[i]);
}

static bool
bind_request(svc_t *self, err_t *err)
{
    if (self->server != NULL || self->config.bind_request[0] == '\0')
        return true;
    return bus_server_new(self->bus, self->config.bind_request, &self->key, &self->server, err) ||
           err_add(err, "bind.request");
}

static bool
bind_stream(svc_t *self, err_t *err)
{
    if (self->pub != NULL || self->stream_count == 0 || self->config.bind_stream[0] == '\0')
        return true;
    return bus_pub_new(self->bus, self->config.bind_stream, &self->key, &self->pub, err) || err_add(err, "bind.stream");
}

static bool
open_consumers(svc_t *self, err_t *err)
{
    for (size_t i = 0; i < self->consumer_count; i++)
        if (self->consumers[i].sub == NULL && !consumer_open(self, &self->consumers[i], err))
            return false;
    return true;
}

/* The request socket opens early, so that clients hear not_ready; the others when there is something behind them. */
static void
open_sockets(svc_t *self, int64_t now_ms)
{
    err_t err = { 0 };

    if (self->standby || now_ms < self->bind_wait.next_ms)
        return;
    bool ok = bind_request(self, &err) && (!self->active || (bind_stream(self, &err) && open_consumers(self, &err)));
    if (ok) {
        backoff_done(&self->bind_wait);
        self->bind_trouble[0] = '\0';
        return;
    }
    svc_log_change("svc.bind", self->bind_trouble, &err);
    backoff_fail(&self->bind_wait, now_ms);
    if (err.cls == ERR_CONFIG || err.cls == ERR_BUG)
        svc_rollback(self, &err);
}

void
svc_sockets_tend(svc_t *self, int64_t now_ms)
{
    follow_registry(self);
    open_sockets(self, now_ms);
}

void
svc_sockets_close(svc_t *self)
{
    bus_server_destroy(&self->server);
    bus_pub_destroy(&self->pub);
    for (size_t i = 0; i < self->consumer_count; i++)
        consumer_close(&self->consumers[i]);
}
