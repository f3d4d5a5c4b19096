/* SPDX-License-Identifier: Apache-2.0 */
#include "intake.h"

#include "base/failpoint.h"
#include "base/time.h"
#include "board.h"
#include "emit.h"
#include "intake_store.h"
#include "job.h"
#include "list.h"
#include "metrics/metrics.h"
#include "queue.h"
#include "receipt.h"

#include <stdio.h>

#define TURN_MAX_US 20000 /* of transactions, before the loop looks at its sockets again */
#define SMALL_RECORDS 64  /* read by the loop itself when nothing waits: handing over would take as long */

/* One batch on its way through one transaction. */
typedef struct {
    svc_t *svc;
    intake_t *self;
    job_t *job;
    const feed_t *feed;
    batch_t *batch;
    str_t receipt, keys;
    list_result_t list;
    uint64_t seq_first, seq_last;
    bool people_told, lists_told;
} accept_t;

static bool
journal_records(accept_t *a, emit_t *emit, err_t *err)
{
    const batch_t *b = a->batch;

    for (size_t i = 0; i < b->count; i++) {
        const batch_record_t *r = &b->records[i];

        if (r->state != RECORD_PUT && r->state != RECORD_RETRACT)
            continue;
        if (!emit_add(emit, a->feed->id, batch_item(b, i), err))
            return false;
        if (r->state == RECORD_PUT)
            str_add_n(&a->keys, r->key.b, sizeof(r->key.b));
    }
    return emit_flush(emit, err) && (!b->dataset->snapshot || store_entries_follow(emit->tx, b, &a->lists_told, err));
}

static bool
journal(accept_t *a, db_tx_t *tx, err_t *err)
{
    AUTO_EMIT emit;

    emit_init(&emit, svc_stream(a->svc, "facts"), tx, a->feed->dataset, a->job->department, a->batch->today,
              (size_t) a->self->config->event_bytes);
    if (a->feed->snapshot.present ? !list_take_part(tx, &emit, a->feed, a->batch, &a->list, err)
                                  : !journal_records(a, &emit, err))
        return false;
    a->lists_told |= a->feed->snapshot.present;
    a->seq_first = emit.seq_first;
    a->seq_last = emit.seq_last;
    return true;
}

static bool
keep_batch(accept_t *a, db_tx_t *tx, const batch_name_t *name, err_t *err)
{
    receipt_write(a->feed, a->batch, a->seq_last, a->feed->snapshot.present ? &a->list : NULL, &a->receipt);
    const store_batch_t row = { .name = *name,
                                .department = a->job->department,
                                .digest = a->job->digest,
                                .receipt = str_slice(&a->receipt),
                                .keys = str_slice(&a->keys),
                                .accepted = (int64_t) a->batch->accepted,
                                .rejected = (int64_t) a->batch->rejected,
                                .seq_first = a->seq_first,
                                .seq_last = a->seq_last,
                                .list = a->feed->snapshot.present ? a->list.n : 0 };
    return store_insert_batch(tx, &row, err);
}

/* The same content under the same name gets the same receipt; other content under it is refused. */
static bool
repeat(const accept_t *a, const uuid_t *known, const str_t *kept, str_t *ret, err_t *err)
{
    if (!job_has_digest(a->job, known))
        return err_set(err, ERR_REJECT, "id_reused",
                       "batch id %.64s was used for other content of %s; a new batch needs a new id", a->feed->id,
                       a->feed->dataset->name);
    receipt_repeat(kept, ret);
    return true;
}

static void
count_as(const dataset_t *d, const char *result)
{
    char labels[96];

    (void) snprintf(labels, sizeof(labels), "dataset=\"%s\",result=\"%s\"", d->name, result);
    metric_add(metrics_counter("intake_batches_total", labels, "batches taken, or answered with the receipt of before"), 1);
}

static void
count_batch(const batch_t *b)
{
    char labels[96];

    (void) snprintf(labels, sizeof(labels), "dataset=\"%s\",result=\"accepted\"", b->dataset->name);
    metric_add(metrics_counter("intake_records_total", labels, "records taken or refused at the door"), b->accepted);
    (void) snprintf(labels, sizeof(labels), "dataset=\"%s\",result=\"rejected\"", b->dataset->name);
    metric_add(metrics_counter("intake_records_total", labels, "records taken or refused at the door"), b->rejected);
}

/* Mostly nothing: only for who has no resident ID, and for records that state that two are one. */
static bool
tell_people(accept_t *a, db_tx_t *tx, err_t *err)
{
    same_t same = intake_same(a->svc, a->self, tx, a->feed->id);

    if (a->batch->others == 0 && !a->feed->dataset->links)
        return true;
    if (!same_take_batch(&same, a->batch, err))
        return false;
    a->people_told = same.changed;
    return true;
}

/* Takes one batch exactly once.  The receipt goes out only when the commit is known: a crash before it leaves the batch
 * with its sender, a crash after it is answered by the kept receipt. */
static bool
accept_batch(accept_t *a, json_out_t *out, bool *ret_duplicate, err_t *err)
{
    const batch_name_t name = { a->feed->source, a->feed->dataset->name, a->feed->id };
    AUTO(db_tx) tx = NULL;
    AUTO_STR kept = STR_INIT, again = STR_INIT;
    uuid_t known;

    if (!svc_tx_begin(a->svc, &tx, err))
        return err_add(err, "begin");
    if (!store_find_batch(tx, &name, ret_duplicate, &known, &kept, err))
        return err_add(err, "claim");
    if (*ret_duplicate) {
        if (!repeat(a, &known, &kept, &again, err))
            return false;
        if (!svc_tx_commit(a->svc, &tx, err))
            return err_add(err, "commit");
        count_as(a->feed->dataset, "duplicate");
        json_out_raw(out, NULL, again.ptr, again.len);
        return true;
    }
    if (!store_quarantine(tx, &name, a->job->department, a->batch, err))
        return err_add(err, "quarantine");
    if (!person_resolve(tx, a->self->cache, a->self->routes, a->batch, err) || !tell_people(a, tx, err))
        return false;
    batch_fill(a->batch);
    if (!journal(a, tx, err) || !keep_batch(a, tx, &name, err))
        return false;
    if (a->lists_told && !board_lists_read(a->self->board, tx, err))
        return false;
    if (FAILPOINT("intake.in_batch"))
        return err_set(err, ERR_RETRY, "failpoint", "intake.in_batch");
    if (!svc_tx_commit(a->svc, &tx, err))
        return err_add(err, "commit");
    person_remember(a->self->cache, a->batch);
    a->self->people_stale |= a->people_told;
    if (a->lists_told)
        board_lists_committed(a->self->board);
    board_count(a->self->board, a->batch, a->seq_last, time_now_us());
    count_as(a->feed->dataset, "new");
    count_batch(a->batch);
    json_out_raw(out, NULL, a->receipt.ptr, a->receipt.len);
    return true;
}

typedef struct {
    svc_t *svc;
    intake_t *self;
    job_t *job;
} write_t;

static bool
write_job(void *ctx, json_out_t *out, bool *ret_duplicate, err_t *err)
{
    const write_t *w = ctx;

    if (w->job->feed.dataset == NULL)
        return err_set(err, ERR_REJECT, "not_found", "the dataset was withdrawn before this batch came to its turn");
    if (w->job->tried) /* pseudonyms given in a transaction that was rolled back do not exist */
        job_read(w->job);
    w->job->tried = true;
    accept_t a = { .svc = w->svc, .self = w->self, .job = w->job, .feed = &w->job->feed, .batch = w->job->batch };
    bool ok = accept_batch(&a, out, ret_duplicate, err);
    str_done(&a.receipt);
    str_done(&a.keys);
    return ok;
}

static void
finish_job(svc_t *svc, intake_t *self, job_t *job)
{
    write_t w = { svc, self, job };

    svc_later_work(svc, &job->asker, write_job, &w);
    job_destroy(&job);
}

static bool
within_rate(svc_t *svc, intake_t *self, const bus_key_t *key, size_t records, err_t *err)
{
    int64_t wait;

    if (key->rate <= 0)
        return true;
    wait = rates_take(self->rates, key->name, key->rate, records, time_monotonic_ms());
    if (wait == 0)
        return true;
    svc_ask_again(svc, wait);
    return err_set(err, ERR_RETRY, "intake.rate", "key %s may send %lld records in a second and has sent more: send this batch again in %lld ms",
                   key->name, (long long) key->rate, (long long) wait);
}

bool
intake_on_batch(svc_t *svc, void *state, db_tx_t *tx, const svc_request_t *req, json_out_t *out, err_t *err)
{
    intake_t *self = state;
    AUTO(job) job = NULL;

    (void) out;
    REQUIRE(tx == NULL);
    if (!job_new(req, self->catalogue, intake_today(self), &job, err) || !within_rate(svc, self, req->key, job->item_count, err))
        return false;
    job->vault = self->vault;
    job->asker = svc_later_new(svc, req);
    if (queue_is_empty(self->queue) && job->item_count <= SMALL_RECORDS) {
        job_read(job);
        finish_job(svc, self, TAKE(job));
        return true;
    }
    if (!queue_push(self->queue, &job, err))
        return false;
    svc_hold_requests(svc, queue_is_full(self->queue));
    return true;
}

bool
intake_on_read(svc_t *svc, void *state, err_t *err)
{
    intake_t *self = state;
    int64_t until_us = time_monotonic_us() + TURN_MAX_US;

    (void) err;
    for (job_t *job; time_monotonic_us() < until_us && (job = queue_take(self->queue, false)) != NULL;)
        finish_job(svc, self, job);
    svc_hold_requests(svc, queue_is_full(self->queue));
    return true;
}

void
intake_drain(svc_t *svc, void *state)
{
    intake_t *self = state;
    int64_t until_ms = time_monotonic_ms() + svc_common_config(svc)->drain_ms;

    for (job_t *job; time_monotonic_ms() < until_ms && (job = queue_take(self->queue, true)) != NULL;)
        finish_job(svc, self, job);
}
