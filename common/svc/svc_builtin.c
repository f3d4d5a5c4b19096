/* SPDX-License-Identifier: Apache-2.0 */
#include "svc/svc_impl.h"

#include <stdio.h>
#include <string.h>

#define FETCH_LIMIT 100
#define FETCH_LIMIT_MAX 1000
#define SEQ_MAX ((int64_t) 1 << 53)

static bool
may_topic(void *ctx, const char *topic)
{
    return bus_key_may_topic(ctx, topic);
}

static bool
fail_at(err_t *err, const char *code, const char *text, const char *pointer)
{
    (void) err_set(err, ERR_REJECT, code, "%s", text);
    (void) str_copy(err->pointer, sizeof(err->pointer), pointer);
    return false;
}

/* The stream that is asked for: named, or the first that is produced; and may the key read it? */
static bool
take_stream(svc_t *self, const svc_request_t *req, json_in_t *in, const char **ret, err_t *err)
{
    if (self->stream_count == 0)
        return fail_at(err, "not_found", "this service produces no stream", "/type");
    const char *name = json_in_text_or(in, "stream", self->def->produces[0]);
    if (!json_in_ok(in))
        return false;
    for (size_t i = 0; i < self->stream_count; i++) {
        if (strcmp(self->def->produces[i], name) != 0)
            continue;
        if (!bus_key_list_has(req->key->streams, name)) {
            (void) err_set(err, ERR_REJECT, "forbidden", "the key %s may not read the stream %s", req->key->name,
                           self->def->produces[i]);
            (void) str_copy(err->pointer, sizeof(err->pointer), "/stream");
            return false;
        }
        *ret = self->def->produces[i];
        return true;
    }
    return fail_at(err, "not_found", "no such stream is produced here", "/stream");
}

static bool
on_fetch(svc_t *self, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err)
{
    json_in_t in;
    const char *stream = NULL;
    bus_key_t key = *req->key;

    (void) state;
    json_in_init(&in, req->data, "", err);
    int64_t after = json_in_i64(&in, "after", 0, SEQ_MAX);
    int64_t limit = json_in_i64_or(&in, "limit", 1, FETCH_LIMIT_MAX, FETCH_LIMIT);
    const char *prefix = json_in_text_or(&in, "topic", NULL);
    if (!json_in_ok(&in) || !take_stream(self, req, &in, &stream, err))
        return false;
    return stream_page(tx, stream, (uint64_t) after, (unsigned) limit, prefix, may_topic, &key, out->out, err);
}

static bool
on_snapshot(svc_t *self, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err)
{
    json_in_t in;
    const char *stream = NULL;
    bus_key_t key = *req->key;
    uuid_t after = { { 0 } };

    (void) state;
    json_in_init(&in, req->data, "", err);
    (void) json_in_uuid_or_nil(&in, "after", &after);
    int64_t limit = json_in_i64_or(&in, "limit", 1, FETCH_LIMIT_MAX, FETCH_LIMIT);
    if (!json_in_ok(&in) || !take_stream(self, req, &in, &stream, err))
        return false;
    return stream_snapshot_page(tx, stream, &after, (unsigned) limit, may_topic, &key, out->out, err);
}

static const char *
state_name(const svc_t *self)
{
    if (self->draining)
        return "draining";
    if (self->standby)
        return "standby";
    return self->ready ? "ready" : "not_ready";
}

static void
status_streams(const svc_t *self, json_out_t *out)
{
    json_out_array(out, "streams");
    for (size_t i = 0; i < self->stream_count; i++) {
        if (self->streams[i] == NULL)
            continue;
        json_out_object(out, NULL);
        json_out_text(out, "stream", self->def->produces[i]);
        json_out_i64(out, "last", (int64_t) stream_last(self->streams[i]));
        json_out_end(out);
    }
    json_out_end(out);
}

static void
status_consumers(const svc_t *self, json_out_t *out)
{
    json_out_array(out, "consumers");
    for (size_t i = 0; i < self->consumer_count; i++) {
        const consumer_t *c = &self->consumers[i];
        json_out_object(out, NULL);
        json_out_text(out, "stream", c->def->stream);
        json_out_i64(out, "cursor", (int64_t) c->committed.seq);
        json_out_i64(out, "last", (int64_t) (c->committed.seq + consumer_lag(c)));
        json_out_i64(out, "lag", (int64_t) consumer_lag(c));
        if (c->trouble[0] != '\0')
            json_out_text(out, "trouble", c->trouble);
        if (c->tampered)
            json_out_bool(out, "tampered", true);
        json_out_end(out);
    }
    json_out_end(out);
}

const char *
svc_trouble(const svc_t *self, const char *stream)
{
    for (size_t i = 0; i < self->consumer_count; i++)
        if (strcmp(self->consumers[i].def->stream, stream) == 0)
            return self->consumers[i].trouble;
    return "";
}

void
svc_status_base(svc_t *self, json_out_t *out)
{
    json_out_text(out, "service", self->def->name);
    json_out_text(out, "version", self->def->version);
    json_out_text(out, "state", state_name(self));
    json_out_text(out, "reason", self->ready_reason);
    status_streams(self, out);
    status_consumers(self, out);
}

void
svc_state_json(svc_t *self, str_t *ret)
{
    json_out_t out;

    json_out_init(&out, ret);
    json_out_object(&out, NULL);
    svc_status_base(self, &out);
    if (self->def->status != NULL && self->state != NULL)
        self->def->status(self, self->state, &out);
    json_out_end(&out);
}

static bool
on_status(svc_t *self, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err)
{
    (void) state;
    (void) tx;
    (void) req;
    (void) err;
    svc_state_json(self, out->out);
    return true;
}

void
svc_builtins_init(svc_t *self)
{
    (void) snprintf(self->status_type, sizeof(self->status_type), "plimsoll.%s.status.v1", self->def->name);
    self->builtins[0] = (svc_command_t){ "plimsoll.stream.fetch.v1", "plimsoll.stream.page.v1", NULL, SVC_READ, on_fetch };
    self->builtins[1] = (svc_command_t){ "plimsoll.stream.snapshot.v1", NULL, NULL, SVC_READ, on_snapshot };
    self->builtins[2] = (svc_command_t){ self->status_type, NULL, NULL, SVC_OWN, on_status };
}
