/* SPDX-License-Identifier: Apache-2.0 */
#include "live.h"

#include "base/time.h"
#include "dashboard.h"
#include "metrics/metrics.h"
#include <microhttpd.h>
#include <string.h>

#define PAGE_ALERTS 100
#define BLOCK_BYTES (16u * 1024)
#define BEAT_MS 10000
#define CHANGED_MS 1000
#define RETRY_MS 1000

typedef struct client {
    struct client *next;
    live_t *live;
    struct MHD_Connection *connection;
    bool suspended, ended;
    bool ready;   /* everything written so far had left when this turn began */
    bool changed; /* is to be told that figures changed */
    char region[REGION_SIZE];
    int64_t seq; /* of the last alert written or passed over */
    str_t out;
    size_t sent;
} client_t;

struct live {
    dashboard_t *dashboard;
    client_t *clients;
    size_t count, max;
    bool behind;  /* somebody's place may lie before the head */
    bool failing; /* the read model could not be asked */
    bool changed; /* figures changed since the clients were told */
    int64_t beat_at_ms, changed_at_ms;
    metric_t *gauge, *events;
};

live_t *
live_new(void *dashboard, size_t max)
{
    live_t *self = mem_new(live_t);

    self->dashboard = dashboard;
    self->max = max;
    self->gauge = metrics_gauge("dashboard_live_streams", NULL, "open live streams of alerts");
    self->events = metrics_counter("dashboard_live_events_total", NULL, "alerts written to live streams");
    return self;
}

void
live_destroy(live_t **self_p)
{
    REQUIRE(*self_p == NULL || (*self_p)->clients == NULL);
    mem_free(*self_p);
    *self_p = NULL;
}

size_t
live_count(const live_t *self)
{
    return self->count;
}

void
live_wake(live_t *self)
{
    self->behind = true;
    self->changed = true;
    if (self->count > 0)
        svc_wake_within(self->dashboard->svc, 0);
}

static void
resume(client_t *c)
{
    if (c->suspended)
        MHD_resume_connection(c->connection);
    c->suspended = false;
}

static bool
is_drained(const client_t *c)
{
    return c->out.len == 0;
}

/* libmicrohttpd asks for bytes; without any the connection sleeps until there are some. */
static ssize_t
on_read(void *ctx, uint64_t position, char *buf, size_t max)
{
    client_t *c = ctx;
    size_t n = c->out.len - c->sent;

    (void) position;
    if (c->ended)
        return MHD_CONTENT_READER_END_OF_STREAM;
    if (n == 0) {
        c->suspended = true;
        MHD_suspend_connection(c->connection);
        return 0;
    }
    if (n > max)
        n = max;
    memcpy(buf, c->out.ptr + c->sent, n);
    c->sent += n;
    if (c->sent == c->out.len) {
        str_clear(&c->out);
        c->sent = 0;
        if (c->changed || c->seq < c->live->dashboard->head.head) {
            c->live->behind = true;
            svc_wake_within(c->live->dashboard->svc, 0);
        }
    }
    return (ssize_t) n;
}

static void
on_free(void *ctx)
{
    client_t *c = ctx;
    client_t **at = &c->live->clients;

    while (*at != c)
        at = &(*at)->next;
    *at = c->next;
    c->live->count--;
    metric_set(c->live->gauge, (int64_t) c->live->count);
    str_done(&c->out);
    mem_free(c);
}

struct MHD_Response *
live_open(live_t *self, struct MHD_Connection *connection, int64_t after, const char *region)
{
    int64_t head = self->dashboard->head.head;

    if (self->count == self->max) {
        self->beat_at_ms = 0; /* finds out who has left without a word, for the next one who asks */
        svc_wake_within(self->dashboard->svc, 0);
        return NULL;
    }
    client_t *c = mem_new(client_t);
    c->live = self;
    c->connection = connection;
    c->seq = after < 0 || after > head ? head : after;
    (void) str_copy(c->region, sizeof(c->region), region);
    str_add(&c->out, "retry: 2000\n\n");
    if (after > head) /* the place is of another database: what the client shows is worth nothing */
        str_printf(&c->out, "id: %lld\nevent: reset\ndata: {}\n\n", (long long) head);
    struct MHD_Response *response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES, on_read, c, on_free);
    if (response == NULL) {
        str_done(&c->out);
        mem_free(c);
        return NULL;
    }
    c->next = self->clients;
    self->clients = c;
    self->count++;
    self->behind = true;
    metric_set(self->gauge, (int64_t) self->count);
    svc_wake_within(self->dashboard->svc, 0);
    return response;
}

static void
on_changed(void *ctx, int64_t seq, const char *region, slice_t json)
{
    live_t *self = ctx;

    for (client_t *c = self->clients; c != NULL; c = c->next) {
        /* whoever still has bytes waiting from before this turn keeps its place, and is served when they have left */
        if (!c->ready || c->seq >= seq)
            continue;
        c->seq = seq;
        if (!str_starts(region, c->region))
            continue;
        str_printf(&c->out, "id: %lld\nevent: alert\ndata: ", (long long) seq);
        str_add_n(&c->out, json.ptr, json.len);
        str_add(&c->out, "\n\n");
        metric_add(self->events, 1);
    }
}

/* The place furthest back among those that may be written to; INT64_MAX when nobody waits. */
static int64_t
furthest_back(const live_t *self)
{
    int64_t seq = INT64_MAX;

    for (const client_t *c = self->clients; c != NULL; c = c->next)
        if (c->ready && c->seq < seq)
            seq = c->seq;
    return seq;
}

static bool
write_alerts(live_t *self, err_t *err)
{
    dashboard_t *d = self->dashboard;
    AUTO(db_tx) tx = NULL;
    size_t n = 0;
    int64_t after = furthest_back(self);

    self->behind = false;
    if (after == INT64_MAX)
        return true;
    self->failing = !svc_tx_begin(d->svc, &tx, err) ||
                    !dashboard_store_changed(tx, after, PAGE_ALERTS, on_changed, self, &n, err) ||
                    !svc_tx_commit(d->svc, &tx, err);
    if (self->failing || n == PAGE_ALERTS) {
        self->behind = true;
        svc_wake_within(d->svc, self->failing ? RETRY_MS : 0);
    }
    return !self->failing;
}

/* Told at most once a second, however much was applied: each page answers with requests of its own. */
static void
write_figures(live_t *self, int64_t now_ms)
{
    if (self->changed && now_ms < self->changed_at_ms) {
        svc_wake_within(self->dashboard->svc, self->changed_at_ms - now_ms);
    } else if (self->changed) {
        self->changed = false;
        self->changed_at_ms = now_ms + CHANGED_MS;
        for (client_t *c = self->clients; c != NULL; c = c->next)
            c->changed = true;
    }
    for (client_t *c = self->clients; c != NULL; c = c->next) {
        if (!c->changed || !c->ready)
            continue;
        c->changed = false;
        str_add(&c->out, "event: changed\ndata: {}\n\n");
    }
}

/* A comment would keep the connection; the event also tells the page that what it shows is alive. */
static void
write_beat(live_t *self, int64_t now_ms)
{
    if (now_ms >= self->beat_at_ms) {
        AUTO_STR text = STR_INIT;
        char at[TIME_TEXT_SIZE];
        time_format(time_now_us(), at);
        str_printf(&text, ": beat\nevent: beat\ndata: {\"at\":\"%s\",\"live\":%s}\n\n", at, self->failing ? "false" : "true");
        for (client_t *c = self->clients; c != NULL; c = c->next)
            if (c->ready)
                str_add(&c->out, str_c(&text));
        self->beat_at_ms = now_ms + BEAT_MS;
    }
    svc_wake_within(self->dashboard->svc, self->beat_at_ms - now_ms);
}

bool
live_turn(live_t *self, bool *ret_wrote, err_t *err)
{
    int64_t now_ms = time_monotonic_ms();
    bool ok = true;

    *ret_wrote = false;
    if (self->clients == NULL)
        return true;
    for (client_t *c = self->clients; c != NULL; c = c->next)
        c->ready = !c->ended && is_drained(c);
    if (self->behind)
        ok = write_alerts(self, err);
    write_figures(self, now_ms);
    write_beat(self, now_ms);
    for (client_t *c = self->clients; c != NULL; c = c->next) {
        if (is_drained(c))
            continue;
        *ret_wrote = true;
        resume(c);
    }
    return ok;
}

void
live_end(live_t *self)
{
    for (client_t *c = self->clients; c != NULL; c = c->next) {
        c->ended = true;
        resume(c);
    }
}
