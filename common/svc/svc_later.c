/* SPDX-License-Identifier: Apache-2.0 */
#include "svc/svc_impl.h"

#include "base/time.h"
#include "log/log.h"

/* Answers that outlive the turn in which they were asked for. */

struct svc_later {
    bus_peer_t peer;
    char *source, *id, *correlation; /* of the request; correlation may be NULL */
    const svc_route_t *route;
    bus_request_t *request; /* in mode SVC_QUEUED: in hand, and its key's to pay for, until the work is done */
    int64_t since_us;       /* monotonic */
    uint64_t parts;
};

svc_later_t *
svc_later_new(svc_t *self, const svc_request_t *req)
{
    svc_later_t *later = mem_new(svc_later_t);
    const event_t *e = req->event;

    later->peer = self->peer;
    later->route = svc_find_route(self, e->type);
    later->since_us = time_monotonic_us();
    if (later->route != NULL && later->route->command->mode == SVC_QUEUED)
        later->request = TAKE(self->request);
    later->source = mem_strdup(e->source);
    later->id = mem_strdup(e->id);
    later->correlation = e->correlationid == NULL ? NULL : mem_strdup(e->correlationid);
    return later;
}

void
svc_later_destroy(svc_later_t **self_p)
{
    svc_later_t *self = *self_p;

    if (self == NULL)
        return;
    bus_request_done(&self->request);
    mem_free(self->source);
    mem_free(self->id);
    mem_free(self->correlation);
    mem_free(self);
    *self_p = NULL;
}

const char *
svc_later_key(const svc_later_t *self)
{
    return self->peer.key;
}

static bool
left(err_t *err, const char *why)
{
    (void) err_set(err, ERR_RETRY, "bus", "%s", why);
    err->outage = true;
    return false;
}

static bool
send_part(svc_t *svc, svc_later_t *self, err_t *err)
{
    bus_key_t key;

    if (svc->server == NULL)
        return left(err, "the request socket is closed");
    if (!bus_keys_find(svc->keys, self->peer.key, &key))
        return left(err, "the asker's key was withdrawn");
    if (!bus_server_send(svc->server, &self->peer, svc->reply.ptr, svc->reply.len, err))
        return false;
    self->parts++;
    return true;
}

static svc_reply_to_t
next_part(const svc_later_t *self)
{
    return (svc_reply_to_t){ .source = self->source, .id = self->id, .correlation = self->correlation, .part = self->parts + 1 };
}

bool
svc_later_send(svc_t *svc, svc_later_t *self, const char *type, slice_t data, err_t *err)
{
    const svc_reply_to_t to = next_part(self);

    svc_encode_reply(svc, &to, type, data);
    if (svc->reply.len <= EVENT_FRAME_MAX)
        return send_part(svc, self, err);
    const err_t large = { .cls = ERR_REJECT, .code = "too_large", .text = "the reply is more than a frame: ask for less at a time" };
    svc_encode_error(svc, &to, &large, NULL);
    return send_part(svc, self, err);
}

bool
svc_later_fail(svc_t *svc, svc_later_t *self, const err_t *why, err_t *err)
{
    const svc_reply_to_t to = next_part(self);

    svc_encode_error(svc, &to, why, NULL);
    if (why->cls != ERR_REJECT)
        log_err(LOG_WARN, "request.failed", why);
    return send_part(svc, self, err);
}

/* --- mode SVC_QUEUED --- */

typedef struct {
    const svc_later_t *asker;
    svc_work_fn fn;
    void *ctx;
    str_t data;
    bool duplicate;
} work_t;

static svc_reply_to_t
whole_reply(const svc_later_t *asker)
{
    return (svc_reply_to_t){ .source = asker->source, .id = asker->id, .correlation = asker->correlation };
}

static bool
work(svc_t *svc, void *ctx, err_t *err)
{
    work_t *w = ctx;
    json_out_t out;

    str_clear(&w->data);
    json_out_init(&out, &w->data);
    if (!w->fn(w->ctx, &out, &w->duplicate, err))
        return false;
    REQUIRE(out.depth == 0 && w->data.len > 0);
    const svc_reply_to_t to = whole_reply(w->asker);
    svc_encode_reply(svc, &to, w->asker->route->command->reply_type, str_slice(&w->data));
    return true;
}

/* Who has left, or whose key was withdrawn meanwhile, hears nothing; a batch sent again hears the same. */
static void
answer(svc_t *svc, svc_later_t *asker)
{
    err_t err = { 0 };

    (void) svc_failpoint(svc, false, "before_reply");
    if (!send_part(svc, asker, &err))
        log_err(LOG_DEBUG, "request.unanswered", &err);
}

void
svc_later_work(svc_t *svc, svc_later_t **asker_p, svc_work_fn fn, void *ctx)
{
    AUTO(svc_later) asker = TAKE(*asker_p);
    work_t w = { .asker = asker, .fn = fn, .ctx = ctx, .data = STR_INIT };
    err_t err = { 0 };

    REQUIRE(asker->route->command->reply_type != NULL);
    bool ok = svc_unit(svc, work, &w, &err);
    if (!ok) {
        const svc_reply_to_t to = whole_reply(asker);
        svc_encode_error(svc, &to, &err, NULL);
    }
    answer(svc, asker);
    svc_result_t result = !ok ? svc_result_of(&err) : w.duplicate ? RESULT_DUPLICATE : RESULT_OK;
    metric_add(asker->route->count[result], 1);
    metric_observe(asker->route->seconds, (double) (time_monotonic_us() - asker->since_us) / 1e6);
    if (!ok)
        svc_unit_failed(svc, err.cls == ERR_REJECT, &err);
    str_done(&w.data);
}
