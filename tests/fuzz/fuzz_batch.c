/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "base/mem.h"
#include "batch.h"
#include "domain/date.h"
#include "domain/document.h"
#include "job.h"
#include "record.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Any bytes as a frame at the door: envelope, feed, records, schema, rules, facts, as the door does it but for the database.  Bytes that begin
 * with MARK are the name of a dataset, the end of the line, and the data of a batch: the envelope is written for them, so that what is made up
 * is spent on records.  What is taken is JSON that names nobody; the same record in another spelling is the same record. */

#define MARK '@'
enum { AGAIN_MAX = 4, NAME_MAX_BYTES = 64, NUMBER_TELLING = 12 };

static catalogue_t *catalogue;
static vault_t *vault;
static size_t *accepted; /* records, by dataset */

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
    accepted = mem_new_array(size_t, catalogue_count(catalogue));
}

/* Nobody's number may stand in what leaves the door: the facts and the reasons of a refusal.  A department's own may be as short as
 * any word. */
static void
names_nobody(const batch_t *b, const char *text, size_t n)
{
    for (size_t p = 0; p < b->person_count; p++) {
        const char *number = document_number(batch_identity(&b->persons[p]));

        REQUIRE(strlen(number) < NUMBER_TELLING || memmem(text, n, number, strlen(number)) == NULL);
    }
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
check_batch(batch_t *b)
{
    REQUIRE(b->accepted + b->rejected == b->count);
    for (size_t p = 0; p < b->person_count; p++) {
        char name[32];

        (void) snprintf(name, sizeof(name), "%zu", p);
        uuid_derive("person", name, &b->persons[p].pseudonym);
    }
    batch_fill(b);
    for (size_t i = 0; i < b->count; i++)
        check_record(b, i);
    for (size_t d = 0; d < catalogue_count(catalogue); d++)
        if (catalogue_at(catalogue, d) == b->dataset)
            accepted[d] += b->accepted;
}

/* The frame in which a department sends this data. */
static bool
write_frame(const char *bytes, size_t n, str_t *ret)
{
    const char *end = memchr(bytes, '\n', n);
    char name[NAME_MAX_BYTES];
    const dataset_t *d;

    if (end == NULL || (size_t) (end - bytes) >= sizeof(name))
        return false;
    memcpy(name, bytes, (size_t) (end - bytes));
    name[end - bytes] = '\0';
    d = catalogue_find(catalogue, name);
    if (d == NULL)
        return false;
    str_printf(ret, "{\"specversion\":\"1.0\",\"id\":\"018fd0a0-0000-7000-8000-000000000001\",\"source\":\"/departments/%s\","
               "\"type\":\"plimsoll.feed.batch.v1\",\"subject\":\"%s\",\"time\":\"2024-06-30T09:00:00Z\",\"datacontenttype\":\"application/json\","
               "\"data\":", d->owner, d->name);
    str_add_n(ret, end + 1, (size_t) (bytes + n - end - 1));
    str_add(ret, "}");
    return true;
}

static void
take_frame(const char *bytes, size_t n)
{
    static const char prefix[] = "/departments/";
    AUTO(event) event = NULL;
    AUTO(job) job = NULL;
    bus_key_t key = { .name = "fuzz", .datasets = "*", .until = DATE_OPEN };
    slice_t data = { NULL, 0 };
    err_t err = { 0 };

    if (!event_decode_head(bytes, n, &event, &data, &err)) {
        REQUIRE(err.code[0] != '\0' && event == NULL);
        return;
    }
    /* the key of whoever it says it is */
    if (str_starts(event->source, prefix))
        (void) str_copy(key.department, sizeof(key.department), event->source + strlen(prefix));
    const svc_request_t req = { .event = event, .key = &key, .actor = key.name, .frame = { bytes, n }, .data_text = data };
    if (!job_new(&req, catalogue, date_of(2024, 6, 30), &job, &err)) {
        REQUIRE(err.code[0] != '\0');
        return;
    }
    job->vault = vault;
    job_read(job);
    REQUIRE(job_has_digest(job, &job->digest));
    check_batch(job->batch);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *) data;
    AUTO_STR frame = STR_INIT;

    open_once();
    if (size == 0 || bytes[0] != MARK)
        take_frame(bytes, size);
    else if (write_frame(bytes + 1, size - 1, &frame))
        take_frame(str_c(&frame), frame.len);
    return 0;
}

/* The seeds reach the facts of every dataset: else the fuzzer begins at a closed door. */
bool
fuzz_replayed(void)
{
    bool all = true;

    for (size_t d = 0; catalogue != NULL && d < catalogue_count(catalogue); d++) {
        if (accepted[d] > 0)
            continue;
        fprintf(stderr, "no seed has a record of %s that is accepted\n", catalogue_at(catalogue, d)->name);
        all = false;
    }
    return all && catalogue != NULL;
}
