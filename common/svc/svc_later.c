/* SPDX-License-Identifier: Apache-2.0 */
#include "svc/svc_impl.h"

#include "log/log.h"

/* Answers that outlive the turn in which they were asked for. */

struct svc_later {
    bus_peer_t peer;
    char *source, *id, *correlation; /* of the request; correlation may be NULL */
    uint64_t parts;
};

svc_later_t *
svc_later_new(const svc_t *self, const svc_request_t *req)
{
    svc_later_t *later = mem_new(svc_later_t);
    const event_t *e = req->event;

    later->peer = self->peer;
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
