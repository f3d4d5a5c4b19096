/* SPDX-License-Identifier: Apache-2.0 */
#include "job.h"

#include <stdio.h>
#include <string.h>

/* Cuts first: an oversized batch is refused before any of its records costs anything. */
static bool
on_item(void *ctx, size_t index, slice_t item, err_t *err)
{
    job_t *self = ctx;

    if (index == BATCH_RECORDS_MAX) {
        (void) err_set(err, ERR_REJECT, "bad_data", "a batch has at most %d records; send several", BATCH_RECORDS_MAX);
        (void) snprintf(err->pointer, sizeof(err->pointer), "/records");
        return false;
    }
    self->items = mem_grow(self->items, &self->item_cap, index + 1, sizeof(*self->items));
    self->items[index] = item;
    self->item_count = index + 1;
    return true;
}

/* The same place in the copy. */
static void
move(slice_t *part, const char *from, const char *to)
{
    if (part->ptr != NULL)
        part->ptr = to + (part->ptr - from);
}

static bool
own(job_t *self, const svc_request_t *req, err_t *err)
{
    const slice_t data = req->data_text;

    self->source = mem_strdup(req->event->source);
    self->id = mem_strdup(req->event->id);
    self->department = mem_strdup(req->key->department);
    self->data = mem_try(data.len, 1);
    if (self->data == NULL)
        return err_set(err, ERR_RETRY, "memory", "no memory for a batch of %zu bytes", data.len);
    memcpy(self->data, data.ptr, data.len);
    self->feed.source = self->source;
    self->feed.id = self->id;
    move(&self->feed.records, data.ptr, self->data);
    move(&self->feed.declared_text, data.ptr, self->data);
    move(&self->feed.snapshot_text, data.ptr, self->data);
    return true;
}

bool
job_new(const svc_request_t *req, const catalogue_t *catalogue, int32_t today, job_t **ret, err_t *err)
{
    AUTO(job) self = mem_new(job_t);

    self->today = today;
    if (!feed_read(req, catalogue, today, &self->feed, err) || !own(self, req, err) ||
        !json_each_item(self->feed.records, on_item, self, err))
        return false;
    *ret = TAKE(self);
    return true;
}

void
job_destroy(job_t **self_p)
{
    job_t *self = *self_p;

    if (self == NULL)
        return;
    svc_later_destroy(&self->asker);
    batch_destroy(&self->batch);
    mem_free(self->items);
    mem_free(self->source);
    mem_free(self->id);
    mem_free(self->department);
    mem_free(self->data);
    mem_free(self);
    *self_p = NULL;
}

size_t
job_bytes(const job_t *self)
{
    return self->feed.records.len;
}

/* What is said of the records. */
static void
add_declared(const job_t *self, str_t *content)
{
    const struct {
        const char *name;
        slice_t text;
    } members[] = { { "declared", self->feed.declared_text }, { "snapshot", self->feed.snapshot_text } };

    for (size_t i = 0; i < COUNT_OF(members); i++) {
        AUTO(json) tree = NULL;

        if (members[i].text.ptr == NULL)
            continue;
        str_add(content, members[i].name);
        if (json_parse(members[i].text.ptr, members[i].text.len, &tree, NULL))
            json_canonical(json_root(tree), content);
    }
}

/* The first form of a batch's digest, over the digests of its records: databases hold them. */
static void
first_digest(const job_t *self, uuid_t *ret)
{
    AUTO_STR content = STR_INIT;

    for (size_t i = 0; i < self->batch->count; i++) {
        uuid_t digest;

        batch_digest(self->batch, i, &digest);
        str_add_n(&content, digest.b, sizeof(digest.b));
    }
    add_declared(self, &content);
    vault_digest(self->vault, content.ptr, content.len, ret);
}

bool
job_has_digest(const job_t *self, const uuid_t *known)
{
    uuid_t first;

    if (uuid_eq(known, &self->digest))
        return true;
    first_digest(self, &first);
    return uuid_eq(known, &first);
}

void
job_read(job_t *self)
{
    batch_destroy(&self->batch);
    if (self->feed.dataset == NULL)
        return;
    self->batch = batch_new(self->feed.dataset, self->vault, self->today);
    batch_expect(self->batch, self->item_count, self->feed.records.len);
    for (size_t i = 0; i < self->item_count; i++)
        batch_add_checked(self->batch, self->items[i]);
    batch_finish(self->batch);
    add_declared(self, &self->batch->content);
    vault_digest(self->vault, self->batch->content.ptr, self->batch->content.len, &self->digest);
    self->tried = false;
}
