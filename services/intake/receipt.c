/* SPDX-License-Identifier: Apache-2.0 */
#include "receipt.h"

#include "json/json_out.h"

#include <string.h>

#define FRESH "\"duplicate\":false"
#define AGAIN "\"duplicate\":true"

static const char *
status_of(const batch_t *batch)
{
    if (batch->rejected == 0)
        return "accepted";
    return batch->accepted > 0 ? "partial" : "refused";
}

static void
write_errors(json_out_t *out, const batch_t *batch)
{
    size_t told = 0;

    json_out_array(out, "errors");
    for (size_t i = 0; i < batch->count && told < RECEIPT_ERRORS_MAX; i++) {
        const batch_record_t *r = &batch->records[i];

        if (r->state != RECORD_REJECTED)
            continue;
        json_out_object(out, NULL);
        json_out_i64(out, "index", (int64_t) i);
        json_out_text(out, "pointer", r->pointer);
        json_out_text(out, "code", r->code);
        json_out_text(out, "message", r->message);
        json_out_end(out);
        told++;
    }
    json_out_end(out);
    json_out_bool(out, "errors_truncated", batch->rejected > told);
}

/* Checked and told, never corrected. */
static void
write_declared(json_out_t *out, const feed_t *feed, const batch_t *batch)
{
    bool agrees = true;

    if (!feed->declared.has_count && !feed->declared.has_total)
        return;
    json_out_object(out, "declared");
    if (feed->declared.has_count) {
        json_out_i64(out, "count", feed->declared.count);
        json_out_i64(out, "count_found", (int64_t) batch->count);
        agrees = feed->declared.count == (int64_t) batch->count;
    }
    if (feed->declared.has_total) {
        json_out_fen(out, "total", feed->declared.total);
        if (batch->total_overflow)
            json_out_null(out, "total_found");
        else
            json_out_fen(out, "total_found", batch->total);
        agrees = agrees && !batch->total_overflow && feed->declared.total == batch->total;
    }
    json_out_bool(out, "agrees", agrees);
    json_out_end(out);
}

void
receipt_write(const feed_t *feed, const batch_t *batch, uint64_t seq_last, const list_result_t *list, str_t *ret)
{
    json_out_t out;

    json_out_init(&out, ret);
    json_out_object(&out, NULL);
    json_out_text(&out, "batch", feed->id);
    json_out_text(&out, "dataset", feed->dataset->name);
    json_out_text(&out, "status", status_of(batch));
    json_out_i64(&out, "accepted", (int64_t) batch->accepted);
    json_out_i64(&out, "rejected", (int64_t) batch->rejected);
    json_out_bool(&out, "duplicate", false);
    if (seq_last == 0)
        json_out_null(&out, "seq");
    else
        json_out_i64(&out, "seq", (int64_t) seq_last);
    write_errors(&out, batch);
    write_declared(&out, feed, batch);
    if (list != NULL) {
        json_out_object(&out, "snapshot");
        list_write_result(&out, list);
        json_out_end(&out);
    }
    json_out_end(&out);
}

void
receipt_repeat(const str_t *kept, str_t *ret)
{
    /* Inside a JSON string the quotes of this text would be escaped, so its first occurrence is the member itself. */
    const char *at = memmem(kept->ptr, kept->len, FRESH, sizeof(FRESH) - 1);
    size_t before;

    REQUIRE(at != NULL);
    before = (size_t) (at - kept->ptr);
    str_add_n(ret, kept->ptr, before);
    str_add(ret, AGAIN);
    str_add_n(ret, at + sizeof(FRESH) - 1, kept->len - before - (sizeof(FRESH) - 1));
}
