/* SPDX-License-Identifier: Apache-2.0 */
#include "svc/svc_impl.h"

#include "base/time.h"
#include "log/log.h"

#include <stdint.h>
#include <string.h>

/* A conflict is the batch's own fault only when it stays: often and long enough for another's lock to be over. */
#define CONFLICTS_MAX 5
#define CONFLICT_PATIENCE_MS 60000

stream_event_t
consumer_event(const pending_t *p)
{
    return (stream_event_t){
        .seq = p->seq,
        .topic = p->topic,
        .bytes = str_slice(&p->bytes),
        .event = p->event,
        .hash = p->hash,
        .record_from = 0,
        .record_to = SIZE_MAX,
    };
}

/* As many events as one transaction takes: at least one.  While more are on their way some are kept for svc_following. */
static size_t
batch_size(const svc_t *self, const consumer_t *c)
{
    size_t limit = (size_t) self->config.batch_events;
    size_t bytes = 0;
    size_t n = 0;

    if (c->apply_limit != 0 && c->apply_limit < limit)
        limit = c->apply_limit;
    while (n < c->queue_n && n < limit) {
        bytes += c->queue[n].bytes.len;
        if (n > 0 && bytes > (size_t) self->config.batch_bytes)
            break;
        n++;
    }
    if (n == c->queue_n && n > 1 && c->head > c->tail.seq)
        n -= (n + 7) / 8;
    return n;
}

static bool
apply_batch(svc_t *self, consumer_t *c, size_t n, err_t *err)
{
    AUTO(db_tx) tx = NULL;
    stream_event_t *events = arena_new_array(self->arena, stream_event_t, n);
    const stream_cursor_t cursor = { .seq = c->queue[n - 1].seq, .hash = c->queue[n - 1].hash };

    for (size_t i = 0; i < n; i++) {
        if (!consumer_read_data(&c->queue[i], err))
            return false;
        events[i] = consumer_event(&c->queue[i]);
    }
    if (!svc_tx_begin(self, &tx, err))
        return false;
    self->applying = c;
    self->applying_n = n;
    bool ok = c->def->handle(self, self->state, tx, events, n, err);
    self->applying = NULL;
    if (!ok)
        return false;
    return stream_cursor_save(tx, c->def->stream, &cursor, events, n, err) && svc_commit(self, &tx, true, err);
}

void
svc_following(svc_t *self, size_t bytes, const stream_event_t **ret, size_t *ret_n)
{
    consumer_t *c = self->applying;
    stream_event_t *events;
    size_t from = self->applying_n, n = 0, used = 0;

    *ret = NULL;
    *ret_n = 0;
    if (c == NULL || c->apply_limit != 0) /* fewer at a time are tried */
        return;
    events = arena_new_array(self->arena, stream_event_t, c->queue_n - from + 1);
    while (from + n < c->queue_n && (n == 0 || used + c->queue[from + n].bytes.len <= bytes)) {
        if (!consumer_read_data(&c->queue[from + n], NULL)) /* told when it is its turn */
            break;
        used += c->queue[from + n].bytes.len;
        events[n] = consumer_event(&c->queue[from + n]);
        n++;
    }
    *ret = events;
    *ret_n = n;
}

static void
applied(consumer_t *c, size_t n, svc_result_t result)
{
    c->committed = (stream_cursor_t){ .seq = c->queue[n - 1].seq, .hash = c->queue[n - 1].hash };
    consumer_pop(c, n);
    c->conflicts = 0;
    backoff_done(&c->apply_wait);
    if (c->apply_limit != 0 && c->committed.seq >= c->suspect_until)
        c->apply_limit = 0;
    metric_add(c->count[result], n);
    metric_set(c->lag, (int64_t) consumer_lag(c));
}

/* The batch's own fault: halves it until the one event is alone, and then looks inside that. */
static void
bisect(svc_t *self, consumer_t *c, size_t n, const err_t *why, int64_t now_ms)
{
    err_t err = { 0 };

    c->conflicts = 0;
    if (n > 1) {
        if (c->queue[n - 1].seq > c->suspect_until)
            c->suspect_until = c->queue[n - 1].seq;
        c->apply_limit = n / 2;
        return;
    }
    if (consumer_apply_poison(self, c, why, &err)) {
        applied(c, 1, RESULT_REJECT);
        return;
    }
    svc_rollback(self, &err);
    log_err(LOG_WARN, "consumer.poison_failed", &err);
    backoff_fail(&c->apply_wait, now_ms);
}

/* Several events may conflict because they are many: fewer are tried soon.  One alone is given time. */
static bool
is_worth_a_retry(consumer_t *c, size_t n, const err_t *err, int64_t now_ms)
{
    if (err->cls != ERR_RETRY)
        return false;
    if (c->conflicts++ == 0)
        c->conflict_since_ms = now_ms;
    return c->conflicts <= CONFLICTS_MAX || (n == 1 && now_ms - c->conflict_since_ms < CONFLICT_PATIENCE_MS);
}

static void
failed(svc_t *self, consumer_t *c, size_t n, const err_t *err, int64_t now_ms)
{
    /* another process moved our cursor: what memory holds of it is worth nothing */
    if (strcmp(err->code, "stream.cursor_moved") == 0)
        self->suspect = true;
    svc_rollback(self, err);
    if (!self->active || self->leave)
        return; /* the reconnect starts over from the cursor */
    if (svc_is_outage(err)) {
        metric_add(c->count[RESULT_RETRY], 1);
        log_err(LOG_WARN, "consumer.wait", err);
        backoff_fail(&c->apply_wait, now_ms);
    } else if (is_worth_a_retry(c, n, err, now_ms)) {
        metric_add(c->count[RESULT_RETRY], 1);
        backoff_fail(&c->apply_wait, now_ms);
    } else {
        log_err(LOG_WARN, "consumer.refused", err);
        bisect(self, c, n, err, now_ms);
    }
}

void
consumer_apply(svc_t *self, consumer_t *c, int64_t now_ms)
{
    err_t err = { 0 };
    int64_t start_us = time_monotonic_us();

    if (!self->active || c->queue_n == 0 || now_ms < c->apply_wait.next_ms)
        return;
    size_t n = batch_size(self, c);
    if (apply_batch(self, c, n, &err)) {
        applied(c, n, RESULT_OK);
        metric_observe(c->seconds, (double) (time_monotonic_us() - start_us) / 1e6);
    } else {
        failed(self, c, n, &err, time_monotonic_ms());
    }
    arena_reset(self->arena);
}
