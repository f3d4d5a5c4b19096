/* SPDX-License-Identifier: Apache-2.0 */
#include "intake.h"

#include "base/failpoint.h"
#include "base/time.h"
#include "batch.h"
#include "board.h"
#include "emit.h"
#include "feed.h"
#include "intake_store.h"
#include "list.h"
#include "metrics/metrics.h"
#include "receipt.h"

#include <stdio.h>

/* One batch on its way through one transaction. */
typedef struct {
    svc_t *svc;
    intake_t *self;
    const feed_t *feed;
    const char *department;
    slice_t *items; /* its records in the frame */
    size_t item_count, item_cap;
    batch_t *batch;
    uuid_t digest;
    str_t receipt, keys;
    list_result_t list;
    uint64_t seq_first, seq_last;
} accept_t;

/* Cuts first: an oversized batch is refused before any of its records costs anything. */
static bool
on_item(void *ctx, size_t index, slice_t item, err_t *err)
{
    accept_t *a = ctx;

    if (index == BATCH_RECORDS_MAX) {
        (void) err_set(err, ERR_REJECT, "bad_data", "a batch has at most %d records; send several", BATCH_RECORDS_MAX);
        (void) snprintf(err->pointer, sizeof(err->pointer), "/records");
        return false;
    }
    a->items = mem_grow(a->items, &a->item_cap, index + 1, sizeof(*a->items));
    a->items[index] = item;
    a->item_count = index + 1;
    return true;
}

static void
read_records(accept_t *a)
{
    a->batch = batch_new(a->feed->dataset, a->self->vault, intake_today(a->self));
    batch_expect(a->batch, a->item_count, a->feed->records.len);
    for (size_t i = 0; i < a->item_count; i++)
        batch_add_checked(a->batch, a->items[i]);
    batch_finish(a->batch);
}

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
    return emit_flush(emit, err) && (!b->dataset->snapshot || store_entries_follow(emit->tx, b, err));
}

static bool
journal(accept_t *a, db_tx_t *tx, err_t *err)
{
    AUTO_EMIT emit;

    emit_init(&emit, svc_stream(a->svc, "facts"), tx, a->feed->dataset, a->department, a->batch->today,
              (size_t) a->self->config->event_bytes);
    if (a->feed->snapshot.present ? !list_take_part(tx, &emit, a->feed, a->batch, &a->list, err)
                                  : !journal_records(a, &emit, err))
        return false;
    a->seq_first = emit.seq_first;
    a->seq_last = emit.seq_last;
    return true;
}

static bool
keep_batch(accept_t *a, db_tx_t *tx, const batch_name_t *name, err_t *err)
{
    receipt_write(a->feed, a->batch, a->seq_last, a->feed->snapshot.present ? &a->list : NULL, &a->receipt);
    const store_batch_t row = { .name = *name,
                                .department = a->department,
                                .digest = a->digest,
                                .receipt = str_slice(&a->receipt),
                                .keys = str_slice(&a->keys),
                                .accepted = (int64_t) a->batch->accepted,
                                .rejected = (int64_t) a->batch->rejected,
                                .seq_first = a->seq_first,
                                .seq_last = a->seq_last,
                                .list = a->feed->snapshot.present ? a->list.n : 0 };
    return store_insert_batch(tx, &row, err);
}

/* What a sender says again is the same content however it is written anew: records in their order, each in canonical form,
 * and what is declared of them. */
static void
digest_batch(const accept_t *a, str_t *records, uuid_t *ret)
{
    const struct {
        const char *name;
        slice_t text;
    } members[] = { { "declared", a->feed->declared_text }, { "snapshot", a->feed->snapshot_text } };

    for (size_t i = 0; i < COUNT_OF(members); i++) {
        AUTO(json) tree = NULL;

        if (members[i].text.ptr == NULL)
            continue;
        str_add(records, members[i].name);
        if (json_parse(members[i].text.ptr, members[i].text.len, &tree, NULL))
            json_canonical(json_root(tree), records);
    }
    vault_digest(a->self->vault, records->ptr, records->len, ret);
}

/* Of a batch that is not taken: its name is known already. */
static void
digest_unread(accept_t *a)
{
    AUTO_STR records = STR_INIT;

    for (size_t i = 0; i < a->item_count; i++) {
        uuid_t digest;

        batch_record_digest(a->self->vault, a->items[i], &digest);
        str_add_n(&records, (const char *) digest.b, sizeof(digest.b));
    }
    digest_batch(a, &records, &a->digest);
}

static void
digest_read(accept_t *a)
{
    AUTO_STR records = STR_INIT;

    for (size_t i = 0; i < a->batch->count; i++)
        str_add_n(&records, (const char *) a->batch->records[i].digest.b, sizeof(a->batch->records[i].digest.b));
    digest_batch(a, &records, &a->digest);
}

/* The same content under the same name gets the same receipt; other content under it is refused. */
static bool
repeat(const accept_t *a, const uuid_t *known, const str_t *kept, str_t *ret, err_t *err)
{
    if (!uuid_eq(known, &a->digest))
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

/* Takes one batch exactly once.  The receipt goes out only when the commit is known: a crash before it leaves the batch
 * with its sender, a crash after it is answered by the kept receipt. */
static bool
accept_batch(accept_t *a, json_out_t *out, err_t *err)
{
    const batch_name_t name = { a->feed->source, a->feed->dataset->name, a->feed->id };
    AUTO(db_tx) tx = NULL;
    AUTO_STR kept = STR_INIT, again = STR_INIT;
    bool found;
    uuid_t known;

    if (!svc_tx_begin(a->svc, &tx, err))
        return err_add(err, "begin");
    if (!store_find_batch(tx, &name, &found, &known, &kept, err))
        return err_add(err, "claim");
    if (found) {
        digest_unread(a);
        if (!repeat(a, &known, &kept, &again, err))
            return false;
        if (!svc_tx_commit(a->svc, &tx, err))
            return err_add(err, "commit");
        count_as(a->feed->dataset, "duplicate");
        json_out_raw(out, NULL, again.ptr, again.len);
        return true;
    }
    read_records(a);
    digest_read(a);
    if (!store_quarantine(tx, &name, a->department, a->batch, err))
        return err_add(err, "quarantine");
    if (!person_resolve(tx, a->self->cache, a->batch, err))
        return false;
    batch_fill(a->batch);
    if (!journal(a, tx, err) || !keep_batch(a, tx, &name, err))
        return false;
    if (a->feed->snapshot.present && !board_lists_read(a->self->board, tx, err))
        return false;
    if (FAILPOINT("intake.in_batch"))
        return err_set(err, ERR_RETRY, "failpoint", "intake.in_batch");
    if (!svc_tx_commit(a->svc, &tx, err))
        return err_add(err, "commit");
    person_remember(a->self->cache, a->batch);
    if (a->feed->snapshot.present)
        board_lists_committed(a->self->board);
    board_count(a->self->board, a->batch, a->seq_last, time_now_us());
    count_as(a->feed->dataset, "new");
    count_batch(a->batch);
    json_out_raw(out, NULL, a->receipt.ptr, a->receipt.len);
    return true;
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
    feed_t feed;
    accept_t a = { .svc = svc, .self = self, .feed = &feed, .department = req->key->department };
    bool ok;

    REQUIRE(tx == NULL);
    ok = feed_read(req, self->catalogue, intake_today(self), &feed, err) && json_each_item(feed.records, on_item, &a, err) &&
         within_rate(svc, self, req->key, a.item_count, err) && accept_batch(&a, out, err);
    mem_free(a.items);
    batch_destroy(&a.batch);
    str_done(&a.receipt);
    str_done(&a.keys);
    return ok;
}
