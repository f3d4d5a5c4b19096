/* SPDX-License-Identifier: Apache-2.0 */
#include "board.h"

#include "intake_store.h"

#include <string.h>

typedef struct {
    char *dataset;
    int64_t batches, accepted, rejected, last_at, last_seq, silent_since; /* last_seq 0: nothing journaled yet; silent_since 0: not */
} feed_row_t;

struct board {
    feed_row_t *feeds;
    size_t count, cap;
    str_t lists, lists_next; /* JSON arrays */
};

board_t *
board_new(void)
{
    board_t *self = mem_new(board_t);

    str_add(&self->lists, "[]");
    return self;
}

static void
clear_feeds(board_t *self)
{
    for (size_t i = 0; i < self->count; i++)
        mem_free(self->feeds[i].dataset);
    self->count = 0;
}

void
board_destroy(board_t **self_p)
{
    board_t *self = *self_p;

    if (self == NULL)
        return;
    clear_feeds(self);
    mem_free(self->feeds);
    str_done(&self->lists);
    str_done(&self->lists_next);
    mem_free(self);
    *self_p = NULL;
}

static feed_row_t *
find(const board_t *self, const char *dataset)
{
    for (size_t i = 0; i < self->count; i++)
        if (strcmp(self->feeds[i].dataset, dataset) == 0)
            return &self->feeds[i];
    return NULL;
}

static feed_row_t *
add(board_t *self, const char *dataset)
{
    self->feeds = mem_grow(self->feeds, &self->cap, self->count + 1, sizeof(*self->feeds));
    self->feeds[self->count] = (feed_row_t){ .dataset = mem_strdup(dataset) };
    return &self->feeds[self->count++];
}

bool
board_load(board_t *self, db_tx_t *tx, err_t *err)
{
    AUTO(db_result) rows = NULL;

    if (!store_list_feeds(tx, &rows, err) || !board_lists_read(self, tx, err))
        return err_add(err, "feeds");
    clear_feeds(self);
    for (size_t i = 0; i < db_result_rows(rows); i++) {
        feed_row_t *f = add(self, db_result_text(rows, i, 0));

        f->batches = db_result_i64(rows, i, 1);
        f->accepted = db_result_i64(rows, i, 2);
        f->rejected = db_result_i64(rows, i, 3);
        f->last_at = db_result_time(rows, i, 4);
        f->last_seq = db_result_i64(rows, i, 5);
        f->silent_since = db_result_is_null(rows, i, 6) ? 0 : db_result_time(rows, i, 6);
    }
    board_lists_committed(self);
    return true;
}

bool
board_lists_read(board_t *self, db_tx_t *tx, err_t *err)
{
    AUTO(db_result) rows = NULL;
    json_out_t out;

    if (!store_open_lists(tx, &rows, err))
        return err_add(err, "lists");
    str_clear(&self->lists_next);
    json_out_init(&out, &self->lists_next);
    json_out_array(&out, NULL);
    for (size_t i = 0; i < db_result_rows(rows); i++) {
        json_out_object(&out, NULL);
        json_out_text(&out, "dataset", db_result_text(rows, i, 0));
        json_out_text(&out, "snapshot", db_result_text(rows, i, 1));
        json_out_text(&out, "scope", db_result_text(rows, i, 2));
        json_out_date(&out, "as_of", db_result_date(rows, i, 3));
        json_out_i64(&out, "parts", db_result_i64(rows, i, 4));
        json_out_i64(&out, "parts_in", db_result_i64(rows, i, 5));
        json_out_i64(&out, "count", db_result_i64(rows, i, 6));
        json_out_i64(&out, "records", db_result_i64(rows, i, 7));
        json_out_i64(&out, "rejected", db_result_i64(rows, i, 8));
        json_out_text(&out, "state", db_result_text(rows, i, 9));
        if (!db_result_is_null(rows, i, 10))
            json_out_text(&out, "reason", db_result_text(rows, i, 10));
        json_out_time(&out, "changed", db_result_time(rows, i, 11));
        if (!db_result_is_null(rows, i, 12)) {
            json_out_i64(&out, "entries", db_result_i64(rows, i, 12));
            json_out_i64(&out, "would_end", db_result_i64(rows, i, 13));
        }
        json_out_end(&out);
    }
    json_out_end(&out);
    return true;
}

void
board_lists_committed(board_t *self)
{
    str_t old = self->lists;

    self->lists = self->lists_next;
    self->lists_next = old;
}

void
board_count(board_t *self, const batch_t *batch, uint64_t seq_last, int64_t at_us)
{
    feed_row_t *f = find(self, batch->dataset->name);

    if (f == NULL)
        f = add(self, batch->dataset->name);
    f->batches++;
    f->accepted += (int64_t) batch->accepted;
    f->rejected += (int64_t) batch->rejected;
    f->last_at = at_us;
    f->last_seq = seq_last ? (int64_t) seq_last : f->last_seq;
}

bool
board_last(const board_t *self, const char *dataset, int64_t *ret_at_us, bool *ret_silent)
{
    const feed_row_t *f = find(self, dataset);

    if (f == NULL)
        return false;
    *ret_at_us = f->last_at;
    *ret_silent = f->silent_since != 0;
    return true;
}

void
board_silent(board_t *self, const char *dataset, int64_t since_us)
{
    feed_row_t *f = find(self, dataset);

    if (f != NULL)
        f->silent_since = since_us;
}

void
board_write(const board_t *self, const catalogue_t *catalogue, json_out_t *out)
{
    json_out_array(out, "datasets");
    for (size_t i = 0; i < catalogue_count(catalogue); i++) {
        const dataset_t *d = catalogue_at(catalogue, i);
        const feed_row_t *f = find(self, d->name);

        json_out_object(out, NULL);
        json_out_text(out, "dataset", d->name);
        json_out_text(out, "department", d->owner);
        json_out_text(out, "title_zh", d->title_zh);
        json_out_text(out, "title_en", d->title_en);
        json_out_text(out, "rhythm", d->rhythm);
        json_out_i64(out, "batches", f ? f->batches : 0);
        json_out_i64(out, "accepted", f ? f->accepted : 0);
        json_out_i64(out, "rejected", f ? f->rejected : 0);
        if (f != NULL)
            json_out_time(out, "last", f->last_at);
        else
            json_out_null(out, "last");
        if (f != NULL && f->last_seq > 0)
            json_out_i64(out, "seq", f->last_seq);
        else
            json_out_null(out, "seq");
        if (f != NULL && f->silent_since != 0)
            json_out_time(out, "silent_since", f->silent_since);
        json_out_end(out);
    }
    json_out_end(out);
    json_out_raw(out, "lists", self->lists.ptr, self->lists.len);
}
