/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "base/mem.h"
#include "batch.h"
#include "domain/date.h"
#include "feed.h"
#include "record.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Any bytes as a frame at the door: envelope, feed, records, schema, rules, facts, as the door does it but for the database.  A first byte
 * of 0x80 and more names a dataset by its place: behind it stand records alone, one a line, so that what is made up is spent on them.  What is
 * taken is JSON that names nobody; the same record in another spelling is the same record. */

enum { AGAIN_MAX = 4, FIRST_DATASET = 0x80 };

static catalogue_t *catalogue;
static vault_t *vault;

static void
open_once(void)
{
    static const char key[] =
        "plimsoll-vault 1\nrecord 0101010101010101010101010101010101010101010101010101010101010101\nkey 1 "
        "0202020202020202020202020202020202020202020202020202020202020202\n";
    char path[64];
    err_t err = { 0 };

    if (catalogue != NULL)
        return;
    (void) snprintf(path, sizeof(path), "/tmp/plimsoll-fuzz-%ld.key", (long) getpid());
    REQUIRE(str_write_file(path, key, sizeof(key) - 1, 0600, &err) && vault_load(path, &vault, &err));
    REQUIRE(unlink(path) == 0);
    REQUIRE(catalogue_load(SOURCE_DIR "/deploy/datasets", SOURCE_DIR "/schemas/datasets", &catalogue, &err));
}

static bool
on_record(void *ctx, size_t index, slice_t item, err_t *err)
{
    if (index == BATCH_RECORDS_MAX)
        return err_set(err, ERR_REJECT, "bad_data", "too many");
    batch_add(ctx, item);
    return true;
}

/* Nobody's number may stand in what leaves the door: the facts and the reasons of a refusal. */
static void
names_nobody(const batch_t *b, const char *text, size_t n)
{
    for (size_t p = 0; p < b->person_count; p++)
        REQUIRE(memmem(text, n, b->persons[p].document, strlen(b->persons[p].document)) == NULL);
}

/* Spaces and the order of members are no content: alone and in its canonical spelling the record is taken, too. */
static void
take_again(const batch_t *b, const batch_record_t *r)
{
    AUTO(batch) other = batch_new(b->dataset, vault, b->today);
    AUTO(json) tree = NULL;
    AUTO_STR text = STR_INIT;
    uuid_t digest, added;
    err_t err = { 0 };

    REQUIRE(json_parse(r->raw.ptr, r->raw.len, &tree, &err));
    json_canonical(json_root(tree), &text);
    batch_record_digest(vault, str_slice(&text), &digest);
    batch_digest(b, (size_t) (r - b->records), &added);
    REQUIRE(uuid_eq(&digest, &added));
    batch_add(other, str_slice(&text));
    batch_finish(other);
    REQUIRE(other->records[0].state == r->state || r->state == RECORD_SAME);
    REQUIRE(uuid_eq(&other->records[0].key, &r->key));
}

static void
check_record(const batch_t *b, size_t i)
{
    const batch_record_t *r = &b->records[i];
    AUTO(json) item = NULL;
    err_t err = { 0 };

    if (r->state == RECORD_REJECTED) {
        REQUIRE(r->code[0] != '\0' && r->message[0] != '\0');
        names_nobody(b, r->message, strlen(r->message));
        return;
    }
    if (i < AGAIN_MAX)
        take_again(b, r);
    if (r->state == RECORD_SAME)
        return;
    slice_t text = batch_item(b, i);
    REQUIRE(json_parse(text.ptr, text.len, &item, &err));
    names_nobody(b, text.ptr, text.len);
    if (r->state == RECORD_PUT)
        REQUIRE(json_kind(json_get(json_root(item), "facts")) == JSON_ARRAY);
}

static void
finish(batch_t *b)
{
    batch_finish(b);
    REQUIRE(b->accepted + b->rejected == b->count);
    for (size_t p = 0; p < b->person_count; p++) {
        char name[32];

        (void) snprintf(name, sizeof(name), "%zu", p);
        uuid_derive("person", name, &b->persons[p].pseudonym);
    }
    batch_fill(b);
    for (size_t i = 0; i < b->count; i++)
        check_record(b, i);
}

static void
take_lines(const dataset_t *dataset, const char *data, size_t n, int32_t today)
{
    AUTO(batch) b = batch_new(dataset, vault, today);

    while (n > 0 && b->count < BATCH_RECORDS_MAX) {
        const char *end = memchr(data, '\n', n);
        size_t len = end != NULL ? (size_t) (end - data) : n;

        batch_add(b, (slice_t){ data, len });
        data += end != NULL ? len + 1 : len;
        n -= end != NULL ? len + 1 : len;
    }
    finish(b);
}

static void
take_records(const feed_t *feed, int32_t today)
{
    AUTO(batch) b = batch_new(feed->dataset, vault, today);
    err_t err = { 0 };

    if (json_each_item(feed->records, on_record, b, &err))
        finish(b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char prefix[] = "/departments/";
    AUTO(event) event = NULL;
    bus_key_t key = { .name = "fuzz", .datasets = "*", .until = DATE_OPEN };
    slice_t inner = { NULL, 0 };
    feed_t feed;
    err_t err = { 0 };
    const int32_t today = date_of(2024, 6, 30);

    open_once();
    if (size > 0 && data[0] >= FIRST_DATASET && data[0] < FIRST_DATASET + catalogue_count(catalogue)) {
        take_lines(catalogue_at(catalogue, data[0] - FIRST_DATASET), (const char *) data + 1, size - 1, today);
        return 0;
    }
    if (!event_decode_head((const char *) data, size, &event, &inner, &err)) {
        REQUIRE(err.code[0] != '\0' && event == NULL);
        return 0;
    }
    /* the key of whoever it says it is */
    if (str_starts(event->source, prefix))
        (void) str_copy(key.department, sizeof(key.department), event->source + strlen(prefix));
    const svc_request_t req = { .event = event, .key = &key, .actor = key.name, .frame = { (const char *) data, size } };
    if (!feed_read(&req, catalogue, today, &feed, &err)) {
        REQUIRE(err.code[0] != '\0');
        return 0;
    }
    take_records(&feed, today);
    return 0;
}
