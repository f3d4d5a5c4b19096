/* SPDX-License-Identifier: Apache-2.0 */
#include "sources.h"

#include "base/time.h"
#include "json/json_out.h"
#include "log/log.h"

#include <string.h>

#define ASK_EVERY_MS 2000
#define ANSWER_WITHIN_MS 10000 /* then the question is taken for lost */
#define REPLY_TYPE "plimsoll.intake.status.reply.v1"

struct sources {
    svc_t *svc;
    bus_client_t *client;
    char asked[UUID_TEXT_SIZE]; /* "" = no question is under way */
    int64_t asked_ms;           /* monotonic */
    bool reachable;
    int64_t read_us; /* 0: never */
    str_t datasets, lists, people; /* JSON as answered */
};

sources_t *
sources_new(svc_t *svc)
{
    sources_t *self = mem_new(sources_t);

    self->svc = svc;
    return self;
}

void
sources_destroy(sources_t **self_p)
{
    sources_t *self = *self_p;

    if (self == NULL)
        return;
    *self_p = NULL;
    bus_client_destroy(&self->client);
    str_done(&self->datasets);
    str_done(&self->lists);
    str_done(&self->people);
    mem_free(self);
}

static void
keep(str_t *self, const event_t *reply, const char *name)
{
    const json_node_t *node = json_get(reply->data, name);

    str_clear(self);
    if (node != NULL)
        json_canonical(node, self);
}

static bool
take(sources_t *self, const str_t *frame, err_t *err)
{
    AUTO(event) reply = NULL;

    if (!event_decode(frame->ptr, frame->len, &reply, err))
        return false;
    if (reply->causationid == NULL || strcmp(reply->causationid, self->asked) != 0)
        return true; /* to a question that was given up */
    self->asked[0] = '\0';
    if (strcmp(reply->type, REPLY_TYPE) != 0)
        return err_set(err, ERR_RETRY, "sources.answer", "intake answers %s", reply->type);
    keep(&self->datasets, reply, "datasets");
    keep(&self->lists, reply, "lists");
    keep(&self->people, reply, "people");
    self->read_us = time_now_us();
    return true;
}

static bool
take_all(sources_t *self, err_t *err)
{
    AUTO_STR frame = STR_INIT;
    bool got = true;

    while (got) {
        if (!bus_client_recv(self->client, &frame, &got, err) || (got && !take(self, &frame, err)))
            return false;
    }
    return true;
}

static bool
ask(sources_t *self, err_t *err)
{
    AUTO_STR frame = STR_INIT;
    uuid_t id;

    uuid_random(&id);
    uuid_format(&id, self->asked);
    self->asked_ms = time_monotonic_ms();
    event_encode(&(event_draft_t){ .id = self->asked, .source = "/dashboard", .type = "plimsoll.intake.status.v1", .time_us = time_now_us(),
                                   .data = SLICE_LIT("{}") }, &frame);
    return bus_client_send(self->client, frame.ptr, frame.len, err);
}

static bool
refresh(sources_t *self, err_t *err)
{
    int64_t waited_ms = time_monotonic_ms() - self->asked_ms;

    if (self->client == NULL && !svc_peer_client(self->svc, "peer.intake", &self->client, err))
        return false;
    if (!take_all(self, err) || !bus_client_check(self->client, err))
        return false;
    return waited_ms < (self->asked[0] == '\0' ? ASK_EVERY_MS : ANSWER_WITHIN_MS) || ask(self, err);
}

void
sources_refresh(sources_t *self)
{
    err_t err = { 0 };
    bool reachable = refresh(self, &err);

    if (!reachable)
        self->asked[0] = '\0';
    if (!reachable && self->reachable)
        log_err(LOG_WARN, "sources.unread", &err);
    self->reachable = reachable;
}

/* The stations whose streams do not come: what the page shows of theirs stands still. */
static void
write_away(const sources_t *self, json_out_t *out)
{
    static const struct {
        const char *station, *stream;
    } stations[] = { { "intake", "audit" }, { "comparison", "findings" }, { "alerting", "alerts" }, { "referral", "referrals" } };

    json_out_array(out, "away");
    for (size_t i = 0; i < COUNT_OF(stations); i++)
        if (svc_trouble(self->svc, stations[i].stream)[0] != '\0')
            json_out_text(out, NULL, stations[i].station);
    json_out_end(out);
}

void
sources_write(const sources_t *self, json_out_t *out)
{
    write_away(self, out);
    if (self->read_us == 0) {
        json_out_null(out, "read");
        return;
    }
    json_out_time(out, "read", self->read_us);
    json_out_bool(out, "reachable", self->reachable);
    json_out_raw(out, "datasets", self->datasets.ptr, self->datasets.len);
    json_out_raw(out, "lists", self->lists.ptr, self->lists.len);
    if (self->people.len > 0)
        json_out_raw(out, "people", self->people.ptr, self->people.len);
}
