/* SPDX-License-Identifier: Apache-2.0 */
#include "send.h"

#include "base/hash.h"
#include "base/time.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum { BATCH_RECORDS = 5000, BATCH_BYTES = 4 * 1024 * 1024, WINDOW = 3, ID_HEX = 33, RESENDS_MAX = 1000, RECEIPT_MS = 5000 };

/* One batch under way; kept until its receipt is there, so that it can be sent again. */
typedef struct {
    char id[ID_HEX];
    str_t data;      /* {"records":[…]…} */
    str_t lines;     /* the records' own lines, for the file of rejects */
    size_t count;
    bool busy;
} send_batch_t;

typedef struct {
    const cli_options_t *options;
    const send_job_t *job;
    cli_link_t *link;
    send_batch_t window[WINDOW];
    size_t under_way;
    size_t part, parts, list_count; /* of a whole list */
    char list_id[ID_HEX];
    char department[64], source[96];
    FILE *rejects;
    send_result_t *total;
    uint64_t done_bytes, file_bytes;
    struct timespec file_time; /* a file written anew is a new batch, even with the same words (a correction taken back) */
} sender_t;

static void
sender_done(sender_t *s)
{
    for (size_t i = 0; i < WINDOW; i++) {
        str_done(&s->window[i].data);
        str_done(&s->window[i].lines);
    }
    cli_link_destroy(&s->link);
    if (s->rejects != NULL)
        (void) fclose(s->rejects);
    cli_progress_end(s->options);
}

static bool
send_batch(sender_t *s, const send_batch_t *b, err_t *err)
{
    return cli_link_send(s->link, "plimsoll.feed.batch.v1", s->source, s->job->dataset, b->id, str_slice(&b->data), err);
}

/* The n-th line of a batch, for the reject's own file. */
static slice_t
batch_line(const send_batch_t *b, int64_t index)
{
    const char *p = b->lines.ptr, *end = p + b->lines.len;

    for (; index > 0 && p < end; index--) {
        const char *nl = memchr(p, '\n', (size_t) (end - p));
        p = nl != NULL ? nl + 1 : end;
    }
    const char *nl = memchr(p, '\n', (size_t) (end - p));
    return (slice_t){ p, (size_t) ((nl != NULL ? nl : end) - p) };
}

static bool
write_rejects(sender_t *s, const send_batch_t *b, const json_node_t *errors, err_t *err)
{
    AUTO_STR line = STR_INIT;
    char path[4096];

    if (s->rejects == NULL) {
        (void) snprintf(path, sizeof(path), "%s.rejects.ndjson", s->job->path);
        s->rejects = fopen(path, "we");
        if (s->rejects == NULL)
            return err_set(err, ERR_CONFIG, "io", "cannot write %s: %s", path, strerror(errno));
    }
    for (const json_node_t *e = json_first(errors); e != NULL; e = json_next(e)) {
        json_in_t in;
        json_out_t out;
        json_in_init(&in, e, "", err);
        int64_t index = json_in_i64(&in, "index", 0, INT32_MAX);
        str_clear(&line);
        json_out_init(&out, &line);
        json_out_object(&out, NULL);
        json_out_text(&out, "code", json_in_text_or(&in, "code", ""));
        json_out_text(&out, "pointer", json_in_text_or(&in, "pointer", ""));
        json_out_text(&out, "message", json_in_text_or(&in, "message", ""));
        slice_t record = batch_line(b, index);
        if (record.len > 0)
            json_out_raw(&out, "record", record.ptr, record.len);
        json_out_end(&out);
        str_add_char(&line, '\n');
        if (!json_in_ok(&in))
            return false;
        if (fwrite(line.ptr, 1, line.len, s->rejects) != line.len)
            return err_set(err, ERR_CONFIG, "io", "cannot write the file of rejects: %s", strerror(errno));
    }
    return true;
}

static bool
take_receipt(sender_t *s, send_batch_t *b, const event_t *reply, err_t *err)
{
    json_in_t in;

    json_in_init(&in, reply->data, "", err);
    uint64_t rejected = (uint64_t) json_in_i64(&in, "rejected", 0, INT32_MAX);
    s->total->accepted += (uint64_t) json_in_i64(&in, "accepted", 0, INT32_MAX);
    s->total->rejected += rejected;
    s->total->duplicate += json_in_bool_or(&in, "duplicate", false) ? b->count : 0;
    const json_node_t *list = json_get(reply->data, "snapshot");
    if (list != NULL && json_text(json_get(list, "state")) != NULL)
        (void) str_copy(s->total->state, sizeof(s->total->state), json_text(json_get(list, "state")));
    if (!json_in_ok(&in))
        return err_add(err, "receipt");
    if (rejected > 0 && !write_rejects(s, b, json_get(reply->data, "errors"), err))
        return false;
    s->total->records += b->count;
    s->total->batches++;
    s->done_bytes += b->lines.len;
    b->busy = false;
    s->under_way--;
    cli_progress(s->options, s->job->dataset, s->done_bytes, s->file_bytes);
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
            for (size_t i = 0; i < WINDOW; i++) {
                if (s->window[i].busy && !send_batch(s, &s->window[i], err))
                    return false;
            }
            continue;
        }
        send_batch_t *b = NULL;
        for (size_t i = 0; i < WINDOW && b == NULL; i++) {
            if (s->window[i].busy && reply->causationid != NULL && strcmp(reply->causationid, s->window[i].id) == 0)
                b = &s->window[i];
        }
        if (b == NULL)
            continue; /* the second receipt of a batch that was sent twice */
        if (ok)
            return take_receipt(s, b, reply, err);
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

static bool
ship(sender_t *s, str_t *records, str_t *lines, size_t count, err_t *err)
{
    json_out_t out;
    hash_t hash;
    send_batch_t *b = NULL;

    while (s->under_way == WINDOW) {
        if (!await_one(s, err))
            return false;
    }
    for (size_t i = 0; i < WINDOW && b == NULL; i++)
        b = s->window[i].busy ? NULL : &s->window[i];
    str_clear(&b->data);
    str_clear(&b->lines);
    json_out_init(&out, &b->data);
    json_out_object(&out, NULL);
    str_add(records, "]");
    json_out_raw(&out, "records", records->ptr, records->len);
    if (s->job->snapshot) {
        json_out_object(&out, "snapshot");
        json_out_text(&out, "id", s->list_id);
        json_out_i64(&out, "part", (int64_t) ++s->part);
        json_out_i64(&out, "parts", (int64_t) s->parts);
        json_out_text(&out, "as_of", s->job->as_of);
        json_out_text(&out, "scope", s->job->scope != NULL ? s->job->scope : "");
        json_out_i64(&out, "count", (int64_t) s->list_count);
        json_out_end(&out);
    }
    json_out_end(&out);
    str_add_n(&b->lines, lines->ptr, lines->len);
    hash_part_t parts[] = { { s->job->dataset, strlen(s->job->dataset) + 1 },
                            { &s->file_time, sizeof(s->file_time) },
                            { b->data.ptr, b->data.len } };
    hash_of_parts(parts, COUNT_OF(parts), &hash);
    str_hex(hash.b, 16, b->id);
    b->count = count;
    b->busy = true;
    s->under_way++;
    str_clear(records);
    str_clear(lines);
    return send_batch(s, b, err);
}

/* First pass over the file: its hash names the whole list, its lines say how many parts there are. */
static bool
measure(sender_t *s, FILE *f, err_t *err)
{
    AUTO_FREE char *line = NULL;
    AUTO_STR digest = STR_INIT;
    size_t cap = 0, in_part = 0, bytes = 0;
    ssize_t n;
    hash_t hash = { 0 };

    s->parts = 1;
    while ((n = getline(&line, &cap, f)) > 0) {
        if (n == 1)
            continue;
        s->file_bytes += (uint64_t) n;
        if (in_part == BATCH_RECORDS || bytes + (size_t) n > BATCH_BYTES) {
            s->parts++;
            in_part = 0;
            bytes = 0;
        }
        in_part++;
        bytes += (size_t) n;
        s->list_count++;
        hash_part_t parts[] = { { hash.b, sizeof(hash.b) }, { line, (size_t) n } };
        if (s->job->snapshot)
            hash_of_parts(parts, COUNT_OF(parts), &hash);
    }
    if (ferror(f) != 0)
        return err_set(err, ERR_CONFIG, "io", "cannot read %s: %s", s->job->path, strerror(errno));
    str_printf(&digest, "%s/%s/%lld.%ld/", s->job->dataset, s->job->as_of != NULL ? s->job->as_of : "",
               (long long) s->file_time.tv_sec, s->file_time.tv_nsec);
    str_add_n(&digest, hash.b, sizeof(hash.b));
    hash_of(digest.ptr, digest.len, &hash);
    str_hex(hash.b, 16, s->list_id);
    rewind(f);
    return true;
}

static bool
send_lines(sender_t *s, FILE *f, err_t *err)
{
    AUTO_FREE char *line = NULL;
    AUTO_STR records = STR_INIT;
    AUTO_STR lines = STR_INIT;
    size_t cap = 0, count = 0, number = 0;
    ssize_t n;

    while ((n = getline(&line, &cap, f)) > 0) {
        number++;
        size_t len = (size_t) n;
        if (len == 1)
            continue;
        if (count == BATCH_RECORDS || lines.len + len > BATCH_BYTES) {
            if (!ship(s, &records, &lines, count, err))
                return false;
            count = 0;
        }
        size_t text = line[len - 1] == '\n' ? len - 1 : len;
        if (!json_check(line, text, err)) {
            char where[64];
            (void) snprintf(where, sizeof(where), "line %zu", number);
            (void) err_add(err, where);
            return err_add(err, s->job->path);
        }
        str_add_char(&records, count == 0 ? '[' : ',');
        str_add_n(&records, line, text);
        str_add_n(&lines, line, text);
        str_add_char(&lines, '\n');
        count++;
    }
    if (count == 0 && s->job->snapshot && s->list_count == 0)
        str_add_char(&records, '['); /* an empty list is a list */
    if ((count > 0 || records.len > 0) && !ship(s, &records, &lines, count, err))
        return false;
    while (s->under_way > 0) {
        if (!await_one(s, err))
            return false;
    }
    return true;
}

static bool
is_table(const char *path)
{
    size_t n = strlen(path);

    return (n > 4 && strcmp(path + n - 4, ".csv") == 0) || (n > 5 && strcmp(path + n - 5, ".xlsx") == 0);
}

bool
send_file(const cli_options_t *options, const send_job_t *job, send_result_t *total, err_t *err)
{
    sender_t s = { .options = options, .job = job, .total = total };
    const char *dot = strchr(job->dataset, '.');
    bus_key_t key;

    if (is_table(job->path))
        return err_set(err, ERR_REJECT, "bad_data", "%s: tables are not read yet; send NDJSON, each line one record as a JSON object",
                       job->path);
    if (dot == NULL || (size_t) (dot - job->dataset) >= sizeof(s.department))
        return err_set(err, ERR_REJECT, "bad_data", "%s is not a dataset: it is named <department>.<name>", job->dataset);
    (void) snprintf(s.department, sizeof(s.department), "%.*s", (int) (dot - job->dataset), job->dataset);
    const char *key_name = options->key != NULL ? options->key : s.department;
    if (!cli_load_key(options, key_name, &key, err))
        return false;
    if (key.department[0] != '\0')
        (void) str_copy(s.department, sizeof(s.department), key.department);
    bus_key_done(&key);
    (void) snprintf(s.source, sizeof(s.source), "/departments/%s", s.department);

    FILE *f = fopen(job->path, "re");
    if (f == NULL)
        return err_set(err, ERR_CONFIG, "io", "cannot read %s: %s", job->path, strerror(errno));
    struct stat st = { 0 };
    if (fstat(fileno(f), &st) == 0)
        s.file_time = st.st_mtim;
    bool ok = measure(&s, f, err) && cli_link_open(options, CLI_INTAKE, key_name, &s.link, err) && send_lines(&s, f, err);
    (void) fclose(f);
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
        if (total->duplicate > 0)
            printf(" (%llu were here before)", (unsigned long long) total->duplicate);
        if (total->state[0] != '\0')
            printf("; whole list: %s", total->state);
        printf("\n");
        return;
    }
    json_out_init(&out, &text);
    json_out_object(&out, NULL);
    json_out_i64(&out, "records", (int64_t) total->records);
    json_out_i64(&out, "batches", (int64_t) total->batches);
    json_out_i64(&out, "accepted", (int64_t) total->accepted);
    json_out_i64(&out, "rejected", (int64_t) total->rejected);
    json_out_i64(&out, "duplicate", (int64_t) total->duplicate);
    if (total->state[0] != '\0')
        json_out_text(&out, "list", total->state);
    json_out_end(&out);
    printf("%s\n", str_c(&text));
}
