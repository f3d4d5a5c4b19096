/* SPDX-License-Identifier: Apache-2.0 */
#include "svc/svc_impl.h"

#include "log/log.h"

#include <stdint.h>
#include <string.h>

/* More culprits than this in one event is a fault of the whole: then the event is put aside as one. */
#define CULPRITS_MAX 100
#define WHOLE_EVENT SIZE_MAX

typedef struct {
    size_t from, to;
} range_t;

typedef struct {
    size_t record;
    err_t why;
} culprit_t;

typedef struct {
    svc_t *svc;
    consumer_t *c;
    const pending_t *event;
    range_t *good;
    size_t good_n, good_cap;
    culprit_t *bad;
    size_t bad_n, bad_cap;
} search_t;

static size_t
count_records(const event_t *event)
{
    const json_node_t *records = json_get(event->data, "records");
    return records != NULL && json_kind(records) == JSON_ARRAY ? json_count(records) : 0;
}

static bool
apply_range(search_t *s, db_tx_t *tx, range_t r, err_t *err)
{
    stream_event_t e = consumer_event(s->event);

    e.record_from = r.from;
    e.record_to = r.to;
    return s->c->def->handle(s->svc, s->svc->state, tx, &e, 1, err);
}

static bool
apply_good(search_t *s, db_tx_t *tx, err_t *err)
{
    for (size_t i = 0; i < s->good_n; i++)
        if (!apply_range(s, tx, s->good[i], err))
            return false;
    return true;
}

/* Would the range pass after what was found good so far?  Everything is rolled back.  False: *err tells; a refusal is
 * the answer no, anything else ends the search. */
static bool
probe(search_t *s, range_t r, err_t *err)
{
    AUTO(db_tx) tx = NULL;

    if (!svc_tx_begin(s->svc, &tx, err))
        return false;
    bool ok = apply_good(s, tx, err) && apply_range(s, tx, r, err);
    db_tx_destroy(&tx);
    svc_rollback(s->svc, NULL);
    return ok;
}

static void
add_good(search_t *s, range_t r)
{
    if (s->good_n > 0 && s->good[s->good_n - 1].to == r.from) {
        s->good[s->good_n - 1].to = r.to;
        return;
    }
    s->good = mem_grow(s->good, &s->good_cap, s->good_n + 1, sizeof(*s->good));
    s->good[s->good_n++] = r;
}

static void
add_bad(search_t *s, size_t record, const err_t *why)
{
    s->bad = mem_grow(s->bad, &s->bad_cap, s->bad_n + 1, sizeof(*s->bad));
    s->bad[s->bad_n++] = (culprit_t){ .record = record, .why = *why };
}

/* A conflict that stays when the record is alone is the record's own fault. */
static bool
is_refusal(const err_t *err)
{
    return err->cls == ERR_REJECT || (err->cls == ERR_RETRY && !err->outage);
}

static bool
search(search_t *s, range_t r, err_t *err)
{
    if (s->bad_n > CULPRITS_MAX)
        return true;
    if (probe(s, r, err)) {
        add_good(s, r);
        return true;
    }
    if (!is_refusal(err))
        return false;
    if (r.to - r.from == 1) {
        add_bad(s, r.from, err);
        return true;
    }
    size_t middle = r.from + (r.to - r.from) / 2;
    return search(s, (range_t){ r.from, middle }, err) && search(s, (range_t){ middle, r.to }, err);
}

/* What is good takes effect, what is bad is put aside, the cursor moves: one transaction. */
static bool
finish(search_t *s, err_t *err)
{
    AUTO(db_tx) tx = NULL;
    const char *stream = s->c->def->stream;
    const stream_cursor_t cursor = { .seq = s->event->seq, .hash = s->event->hash };
    const stream_event_t e = consumer_event(s->event);

    if (!svc_tx_begin(s->svc, &tx, err) || !apply_good(s, tx, err))
        return false;
    for (size_t i = 0; i < s->bad_n; i++)
        if (!stream_poison_add(tx, stream, s->event->seq, s->bad[i].record, &s->bad[i].why, err))
            return false;
    return stream_cursor_save(tx, stream, &cursor, &e, 1, err) && svc_commit(s->svc, &tx, true, err);
}

static void
report(const search_t *s)
{
    for (size_t i = 0; i < s->bad_n; i++) {
        metric_add(s->c->poison, 1);
        log_error("consumer.quarantined", F_STR("stream", s->c->def->stream), F_U64("seq", s->event->seq),
                  F_I64("record", s->bad[i].record == WHOLE_EVENT ? -1 : (int64_t) s->bad[i].record),
                  F_STR("code", s->bad[i].why.code), F_STR("sqlstate", s->bad[i].why.sqlstate),
                  F_STR("text", s->bad[i].why.text));
    }
}

bool
consumer_apply_poison(svc_t *self, consumer_t *c, const err_t *why, err_t *err)
{
    search_t s = { .svc = self, .c = c, .event = &c->queue[0] };
    size_t records = count_records(c->queue[0].event);
    bool ok = true;

    if (records > 1)
        ok = search(&s, (range_t){ 0, records }, err);
    else
        add_bad(&s, records == 1 ? 0 : WHOLE_EVENT, why);
    /* no record alone is at fault, or all are: the event is */
    if (ok && (s.bad_n == 0 || s.bad_n > CULPRITS_MAX)) {
        s.bad_n = 0;
        s.good_n = 0;
        add_bad(&s, WHOLE_EVENT, why);
    }
    ok = ok && finish(&s, err);
    if (ok)
        report(&s);
    mem_free(s.good);
    mem_free(s.bad);
    return ok;
}
