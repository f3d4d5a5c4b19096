/* SPDX-License-Identifier: Apache-2.0 */
#include "send.h"

#include "base/hash.h"
#include "base/time.h"
#include "schema/schema.h"
#include "send_rejects.h"
#include "send_source.h"
#include "send_state.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum { BATCH_RECORDS = 5000, BATCH_BYTES = 4 * 1024 * 1024, WINDOW = 3, ID_HEX = 33, RESENDS_MAX = 1000, RECEIPT_MS = 5000 };

/* One batch; kept until its receipt is there and all before it have theirs, so that it can be sent again. */
typedef struct {
    char id[ID_HEX];
    str_t data;    /* {"records":[…]…} */
    str_t records; /* the records as JSON, one after the other */
    send_place_t *places;
    size_t count, cap;
    str_t refused; /* lines for the file of rejects: rows before and among these records that are none */
    uint64_t refused_count;
    bool answered;
    send_result_t result;
    str_t rejects; /* lines for the file of rejects, from the receipt */
} send_batch_t;

typedef struct {
    const cli_options_t *options;
    const send_job_t *job;
    source_options_t from;
    source_t *source;
    cli_link_t *link;
    cli_link_t *asking; /* for what a receipt leaves out; opened when needed */
    const char *key_name;
    send_batch_t window[WINDOW]; /* a ring; batch n is at n % WINDOW */
    uint64_t begun, committed;   /* batches filled; batches answered without a gap */
    size_t parts, list_count;    /* of a whole list */
    char list_id[ID_HEX];
    char department[64], source_name[96];
    send_result_t *total;
    send_state_t state;
    struct timespec file_time; /* a file written anew is a new batch, even with the same words (a correction taken back) */
} sender_t;

static void
sender_done(sender_t *s)
{
    for (size_t i = 0; i < WINDOW; i++) {
        str_done(&s->window[i].data);
        str_done(&s->window[i].records);
        str_done(&s->window[i].refused);
        str_done(&s->window[i].rejects);
        mem_free(s->window[i].places);
    }
    source_destroy(&s->source);
    cli_link_destroy(&s->link);
    cli_link_destroy(&s->asking);
    send_state_close(&s->state);
    cli_progress_end(s->options);
}

static send_batch_t *
batch_at(sender_t *s, uint64_t n)
{
    return &s->window[n % WINDOW];
}

static bool
send_batch(sender_t *s, const send_batch_t *b, err_t *err)
{
    return cli_link_send(s->link, "plimsoll.feed.batch.v1", s->source_name, s->job->dataset, b->id, str_slice(&b->data), err);
}

/* ---- receipts ---------------------------------------------------------------------------------------------------- */

/* A receipt names at most 100 errors: all of them are with the rejects. */
static bool
fetch_rejects(sender_t *s, send_batch_t *b, err_t *err)
{
    bool more = true;

    if (s->asking == NULL && !cli_link_open(s->options, CLI_INTAKE, s->key_name, &s->asking, err))
        return false;
    for (int64_t after = 0; more;) {
        AUTO_STR data = STR_INIT;
        AUTO(event) reply = NULL;
        json_out_t out;
        json_in_t in;
        uuid_t id;
        char id_text[UUID_TEXT_SIZE];

        json_out_init(&out, &data);
        json_out_object(&out, NULL);
        json_out_text(&out, "dataset", s->job->dataset);
        json_out_text(&out, "batch", b->id);
        json_out_i64(&out, "after", after);
        json_out_i64(&out, "limit", 1000);
        json_out_end(&out);
        uuid_random(&id);
        uuid_format(&id, id_text);
        if (!cli_link_call(s->asking, "plimsoll.intake.rejects.v1", s->source_name, id_text, str_slice(&data), s->options->timeout_ms, &reply, err))
            return err_add(err, "what was refused of a batch");
        json_in_init(&in, reply->data, "", err);
        after = json_in_i64(&in, "last", 0, INT64_MAX);
        more = json_in_bool_or(&in, "more", false);
        if (!json_in_ok(&in) || !send_rejects_of_receipt(json_get(reply->data, "rejects"), source_columns(s->source), &b->records, b->places,
                                                         b->count, &b->rejects, err))
            return false;
    }
    return true;
}

static bool
take_receipt(sender_t *s, send_batch_t *b, const event_t *reply, err_t *err)
{
    json_in_t in;
    const json_node_t *list = json_get(reply->data, "snapshot");

    json_in_init(&in, reply->data, "", err);
    b->result = (send_result_t){ .rejected = (uint64_t) json_in_i64(&in, "rejected", 0, INT32_MAX),
                                 .accepted = (uint64_t) json_in_i64(&in, "accepted", 0, INT32_MAX),
                                 .records = b->count };
    b->result.duplicate = json_in_bool_or(&in, "duplicate", false) ? b->count : 0;
    if (list != NULL && json_text(json_get(list, "state")) != NULL)
        (void) str_copy(s->total->state, sizeof(s->total->state), json_text(json_get(list, "state")));
    if (!json_in_ok(&in))
        return err_add(err, "receipt");
    str_clear(&b->rejects);
    if (json_in_bool_or(&in, "errors_truncated", false)) {
        if (!fetch_rejects(s, b, err))
            return false;
    } else if (b->result.rejected > 0 && !send_rejects_of_receipt(json_get(reply->data, "errors"), source_columns(s->source), &b->records, b->places, b->count,
                                                                  &b->rejects, err)) {
        return false;
    }
    b->answered = true;
    return true;
}

/* Batches answered without a gap are done: what was refused of them goes to disk, then they count. */
static bool
commit(sender_t *s, err_t *err)
{
    bool moved = false;
    uint64_t done, of;

    while (s->committed < s->begun && batch_at(s, s->committed)->answered) {
        send_batch_t *b = batch_at(s, s->committed);

        if ((b->refused.len > 0 && !send_state_reject(&s->state, &b->refused, err)) ||
            (b->rejects.len > 0 && !send_state_reject(&s->state, &b->rejects, err)))
            return false;
        s->total->records += b->result.records;
        s->total->accepted += b->result.accepted;
        s->total->rejected += b->result.rejected;
        s->total->duplicate += b->result.duplicate;
        s->total->refused += b->refused_count;
        s->total->batches++;
        b->answered = false;
        s->committed++;
        moved = true;
    }
    source_progress(s->source, &done, &of);
    cli_progress(s->options, s->job->dataset, done, of);
    /* A file of one batch needs no memory of how far it got. */
    return !moved || (s->committed <= 1 && done == of) || send_state_done(&s->state, s->committed, s->total, err);
}

static bool
resend_all(sender_t *s, err_t *err)
{
    for (uint64_t n = s->committed; n < s->begun; n++)
        if (!batch_at(s, n)->answered && !send_batch(s, batch_at(s, n), err))
            return false;
    return true;
}

/* Waits for one receipt.  A service that cannot answer now is asked again with the same batch: its id makes that harmless. */
static bool
await_one(sender_t *s, err_t *err)
{
    for (int resends = 0;;) {
        AUTO(event) reply = NULL;
        err_t got = { 0 };
        bool ok = cli_link_recv(s->link, RECEIPT_MS, &reply, &got);
        if (reply == NULL) { /* no answer: the whole window again; what did arrive is a duplicate */
            if (got.cls != ERR_RETRY || ++resends > s->options->timeout_ms / RECEIPT_MS) {
                *err = got;
                return false;
            }
            if (!resend_all(s, err))
                return false;
            continue;
        }
        send_batch_t *b = NULL;
        for (uint64_t n = s->committed; n < s->begun && b == NULL; n++) {
            if (!batch_at(s, n)->answered && reply->causationid != NULL && strcmp(reply->causationid, batch_at(s, n)->id) == 0)
                b = batch_at(s, n);
        }
        if (b == NULL)
            continue; /* the second receipt of a batch that was sent twice */
        if (ok)
            return take_receipt(s, b, reply, err) && commit(s, err);
        if (got.cls != ERR_RETRY || ++resends > RESENDS_MAX) {
            *err = got;
            return err_add(err, s->job->path);
        }
        int64_t pause = 200;
        const json_node_t *after = json_get(reply->data, "retry_after_ms");
        if (after != NULL && !json_i64(after, &pause))
            pause = 200;
        struct timespec ts = { pause / 1000, (pause % 1000) * 1000000 };
        (void) clock_nanosleep(CLOCK_MONOTONIC, 0, &ts, NULL); /* the service said when to come again */
        if (!send_batch(s, b, err))
            return false;
    }
}

/* ---- batches ----------------------------------------------------------------------------------------------------- */

static void
write_snapshot(const sender_t *s, json_out_t *out)
{
    json_out_object(out, "snapshot");
    json_out_text(out, "id", s->list_id);
    json_out_i64(out, "part", (int64_t) s->begun + 1);
    json_out_i64(out, "parts", (int64_t) s->parts);
    json_out_text(out, "as_of", s->job->as_of);
    json_out_text(out, "scope", s->job->scope != NULL ? s->job->scope : "");
    json_out_i64(out, "count", (int64_t) s->list_count);
    json_out_end(out);
}

/* The batch is full: gives it its id and sends it, unless an earlier run had its answer. */
static bool
ship(sender_t *s, err_t *err)
{
    send_batch_t *b = batch_at(s, s->begun);
    json_out_t out;
    hash_t hash;

    str_clear(&b->data);
    json_out_init(&out, &b->data);
    json_out_object(&out, NULL);
    json_out_array(&out, "records");
    for (size_t i = 0; i < b->count; i++)
        json_out_raw(&out, NULL, b->records.ptr + b->places[i].at, b->places[i].len);
    json_out_end(&out);
    if (s->job->snapshot)
        write_snapshot(s, &out);
    json_out_end(&out);
    hash_part_t parts[] = { { s->job->dataset, strlen(s->job->dataset) + 1 },
                            { &s->file_time, sizeof(s->file_time) },
                            { b->data.ptr, b->data.len } };
    hash_of_parts(parts, COUNT_OF(parts), &hash);
    str_hex(hash.b, 16, b->id);
    if (s->begun++ < s->state.batches) { /* counted by the run before */
        s->committed = s->begun;
        return true;
    }
    return send_batch(s, b, err);
}

/* The next batch to fill; waits until the oldest is done with. */
static bool
begin(sender_t *s, send_batch_t **ret, err_t *err)
{
    while (s->begun - s->committed == WINDOW)
        if (!await_one(s, err))
            return false;
    *ret = batch_at(s, s->begun);
    (*ret)->count = 0;
    (*ret)->refused_count = 0;
    str_clear(&(*ret)->records);
    str_clear(&(*ret)->refused);
    str_clear(&(*ret)->rejects);
    return true;
}

static bool
is_full(const send_batch_t *b, size_t next)
{
    return b->count == BATCH_RECORDS || b->records.len + next > BATCH_BYTES;
}

static void
add_record(send_batch_t *b, const source_record_t *r)
{
    b->places = mem_grow(b->places, &b->cap, b->count + 1, sizeof(*b->places));
    b->places[b->count++] = (send_place_t){ r->from, r->to, b->records.len, r->json.len };
    str_add_n(&b->records, r->json.ptr, r->json.len);
}

static bool
send_records(sender_t *s, err_t *err)
{
    send_batch_t *b;
    source_record_t record;
    source_step_t step;
    err_t why;

    if (!begin(s, &b, err))
        return false;
    for (;;) {
        if (!source_next(s->source, &record, &step, &why, err))
            return err_add(err, s->job->path);
        if (step == SOURCE_END)
            break;
        if (step == SOURCE_REFUSED) {
            send_rejects_of_source(&record, source_columns(s->source) != NULL, &why, &b->refused);
            b->refused_count++;
            continue;
        }
        if (is_full(b, record.json.len) && b->count > 0 && (!ship(s, err) || !begin(s, &b, err)))
            return false;
        add_record(b, &record);
    }
    /* An empty list is a list. */
    if (b->count > 0 || (s->job->snapshot && s->list_count == 0)) {
        if (!ship(s, err))
            return false;
    } else if (b->refused.len > 0) {
        s->total->refused += b->refused_count;
        if (!send_state_reject(&s->state, &b->refused, err))
            return false;
    }
    while (s->committed < s->begun)
        if (!await_one(s, err))
            return false;
    return true;
}

/* First pass over a whole list: its hash names it, its records say how many parts there are.  A list with rows that are no
 * records is not sent at all: who is missing from a whole list loses what it gives. */
static bool
measure(sender_t *s, err_t *err)
{
    AUTO(source) source = NULL;
    AUTO_STR refused = STR_INIT;
    source_record_t record;
    source_step_t step;
    size_t in_part = 0, bytes = 0;
    uint64_t faults = 0;
    hash_t hash = { 0 };
    err_t why;

    s->parts = 1;
    if (!source_open(&s->from, &source, err))
        return false;
    for (;;) {
        if (!source_next(source, &record, &step, &why, err))
            return err_add(err, s->job->path);
        if (step == SOURCE_END)
            break;
        if (step == SOURCE_REFUSED) {
            send_rejects_of_source(&record, source_columns(source) != NULL, &why, &refused);
            faults++;
            continue;
        }
        if (in_part == BATCH_RECORDS || (in_part > 0 && bytes + record.json.len > BATCH_BYTES)) {
            s->parts++;
            in_part = bytes = 0;
        }
        in_part++;
        bytes += record.json.len;
        s->list_count++;
        hash_part_t parts[] = { { hash.b, sizeof(hash.b) }, { record.json.ptr, record.json.len } };
        hash_of_parts(parts, COUNT_OF(parts), &hash);
    }
    AUTO_STR digest = STR_INIT;
    str_printf(&digest, "%s/%s/%lld.%ld/", s->job->dataset, s->job->as_of, (long long) s->file_time.tv_sec, s->file_time.tv_nsec);
    str_add_n(&digest, hash.b, sizeof(hash.b));
    hash_of(digest.ptr, digest.len, &hash);
    str_hex(hash.b, 16, s->list_id);
    if (faults == 0)
        return true;
    s->total->refused += faults;
    return send_state_reject(&s->state, &refused, err) && send_rejects_finish(&s->state, &s->from, s->total, err) &&
           err_set(err, ERR_REJECT, "bad_data",
                   "%s: %llu rows cannot be read, see %s.  A whole list is sent whole or not at all: correct them and send it again",
                   s->job->path, (unsigned long long) faults, s->total->rejects);
}

/* Reads and checks as intake would, as far as one record tells by itself. */
static bool
try_records(sender_t *s, err_t *err)
{
    AUTO(schema) schema = NULL;
    AUTO_STR path = STR_INIT;
    source_record_t record;
    source_step_t step;
    err_t why;

    str_printf(&path, "%s/%s.schema.json", s->from.schemas, s->job->dataset);
    if (!schema_load(str_c(&path), SCHEMA_ASSERT_FORMAT, &schema, err))
        return false;
    for (;;) {
        AUTO(json) tree = NULL;
        AUTO_STR line = STR_INIT;

        if (!source_next(s->source, &record, &step, &why, err))
            return err_add(err, s->job->path);
        if (step == SOURCE_END)
            return true;
        if (step == SOURCE_RECORD && json_parse(record.json.ptr, record.json.len, &tree, &why) && schema_validate(schema, json_root(tree), &why)) {
            s->total->records++;
            continue;
        }
        s->total->refused++;
        const columns_t *columns = source_columns(s->source);
        const char *column = columns != NULL && why.pointer[0] != '\0' ? columns_of_pointer(columns, why.pointer) : NULL;
        if (column != NULL)
            (void) err_add(&why, column);
        send_rejects_of_source(&record, columns != NULL, &why, &line);
        if (!send_state_reject(&s->state, &line, err))
            return false;
    }
}

/* Only a table and a dry run read the dataset's files. */
static bool
find_folders(sender_t *s, str_t *datasets, str_t *schemas, err_t *err)
{
    bool needed = s->job->dry_run || source_is_table(s->job->path);

    s->from = (source_options_t){ .path = s->job->path, .sheet = s->job->sheet, .dataset = s->job->dataset };
    if (needed && ((s->job->datasets == NULL && !cli_folder(s->options, "deploy/datasets", datasets, err)) ||
                   (s->job->schemas == NULL && !cli_folder(s->options, "schemas/datasets", schemas, err))))
        return err_add(err, "where the dataset's files are (--datasets DIR, --schemas DIR)");
    s->from.datasets = s->job->datasets != NULL ? s->job->datasets : str_c(datasets);
    s->from.schemas = s->job->schemas != NULL ? s->job->schemas : str_c(schemas);
    return true;
}

static bool
run(sender_t *s, err_t *err)
{
    AUTO_STR remarks = STR_INIT;
    struct stat st;

    if (stat(s->job->path, &st) == 0)
        s->file_time = st.st_mtim;
    if (!send_state_open(&s->state, s->job, s->total, err) || !source_open(&s->from, &s->source, err))
        return false;
    if (s->job->dry_run) {
        if (!try_records(s, err))
            return false;
    } else if ((s->job->snapshot && !measure(s, err)) || !cli_link_open(s->options, CLI_INTAKE, s->key_name, &s->link, err) ||
               !send_records(s, err)) {
        return false;
    }
    source_remarks(s->source, &remarks);
    if (remarks.len > 0 && !s->options->json)
        fprintf(stderr, "plimsoll: %s: %s\n", s->job->path, str_c(&remarks));
    if (!send_rejects_finish(&s->state, &s->from, s->total, err))
        return false;
    send_state_finish(&s->state);
    return true;
}

bool
send_file(const cli_options_t *options, const send_job_t *job, send_result_t *total, err_t *err)
{
    sender_t s = { .options = options, .job = job, .total = total };
    AUTO_STR datasets = STR_INIT;
    AUTO_STR schemas = STR_INIT;
    const char *dot = strchr(job->dataset, '.');
    bus_key_t key;

    if (dot == NULL || (size_t) (dot - job->dataset) >= sizeof(s.department))
        return err_set(err, ERR_REJECT, "bad_data", "%s is not a dataset: it is named <department>.<name>", job->dataset);
    if (!find_folders(&s, &datasets, &schemas, err))
        return false;
    (void) snprintf(s.department, sizeof(s.department), "%.*s", (int) (dot - job->dataset), job->dataset);
    const char *key_name = options->key != NULL ? options->key : s.department;
    if (!job->dry_run) {
        if (!cli_load_key(options, key_name, &key, err))
            return false;
        if (key.department[0] != '\0')
            (void) str_copy(s.department, sizeof(s.department), key.department);
        bus_key_done(&key);
    }
    (void) snprintf(s.source_name, sizeof(s.source_name), "/departments/%s", s.department);
    s.key_name = key_name;
    bool ok = run(&s, err);
    sender_done(&s);
    return ok;
}

void
send_report(const cli_options_t *options, const send_result_t *total)
{
    AUTO_STR text = STR_INIT;
    json_out_t out;

    if (!options->json) {
        printf("%llu records in %llu batches: %llu accepted, %llu rejected", (unsigned long long) total->records,
               (unsigned long long) total->batches, (unsigned long long) total->accepted, (unsigned long long) total->rejected);
        if (total->refused > 0)
            printf(", %llu could not be read and were not sent", (unsigned long long) total->refused);
        if (total->duplicate > 0)
            printf(" (%llu were here before)", (unsigned long long) total->duplicate);
        if (total->state[0] != '\0')
            printf("; whole list: %s", total->state);
        printf("\n");
        if (total->rejects[0] != '\0')
            printf("What was refused, with the reasons: %s.  Correct it there and send that file.\n", total->rejects);
        return;
    }
    json_out_init(&out, &text);
    json_out_object(&out, NULL);
    json_out_i64(&out, "records", (int64_t) total->records);
    json_out_i64(&out, "batches", (int64_t) total->batches);
    json_out_i64(&out, "accepted", (int64_t) total->accepted);
    json_out_i64(&out, "rejected", (int64_t) total->rejected);
    json_out_i64(&out, "refused", (int64_t) total->refused);
    json_out_i64(&out, "duplicate", (int64_t) total->duplicate);
    if (total->state[0] != '\0')
        json_out_text(&out, "list", total->state);
    if (total->rejects[0] != '\0')
        json_out_text(&out, "rejects", total->rejects);
    json_out_end(&out);
    printf("%s\n", str_c(&text));
}
