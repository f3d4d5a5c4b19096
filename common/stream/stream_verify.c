/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/stream_verify.h"

#include "base/mem.h"
#include "stream/stream_internal.h"
#include "verify_sql.h"

#include <string.h>

#define PAGE_ROWS 4096

typedef struct {
    db_tx_t *tx;
    stream_verify_fn progress;
    void *ctx;
    const stream_flow_t *flows;
    stream_check_t *checks;
    size_t count, cap;
    stream_check_t *now; /* the check that is running */
} verify_t;

/* The statements name no schema: the search path of this transaction says which one they mean. */
static bool
use_schema(verify_t *v, const char *schema, err_t *err)
{
    AUTO_PARAMS in;

    stream_name_param(&in, schema);
    return db_exec(v->tx, &verify_statements, STMT_late_use_schema, &in, NULL, err) || err_add(err, schema);
}

static stream_check_t *
add_check(verify_t *v, const char *stream, const char *schema, bool is_consumer)
{
    v->checks = mem_grow(v->checks, &v->cap, v->count + 1, sizeof(stream_check_t));
    stream_check_t *check = &v->checks[v->count++];
    *check = (stream_check_t){ .is_consumer = is_consumer, .ok = true };
    (void) str_copy(check->stream, sizeof(check->stream), stream);
    (void) str_copy(check->schema, sizeof(check->schema), schema);
    v->now = check;
    return check;
}

static void
fault(stream_check_t *check, uint64_t seq, const char *text)
{
    check->ok = false;
    check->bad_seq = seq;
    (void) str_copy(check->text, sizeof(check->text), text);
}

/* --- producers --- */

static void
on_walk(void *ctx, uint64_t rows)
{
    verify_t *v = ctx;

    if (v->progress != NULL)
        v->progress(v->ctx, v->now->schema, v->now->stream, rows);
}

static bool
verify_producer(verify_t *v, const char *schema, const char *stream, err_t *err)
{
    stream_walk_t walk = { 0 };
    stream_check_t *check = add_check(v, stream, schema, false);

    if (!stream_walk(v->tx, stream, on_walk, v, &walk, err))
        return err_add(err, schema);
    check->rows = walk.rows;
    if (walk.bad != 0)
        fault(check, walk.bad, walk.why);
    return true;
}

static bool
verify_producers(verify_t *v, const char *schema, err_t *err)
{
    AUTO(db_result) streams = NULL;

    if (!use_schema(v, schema, err) || !db_query(v->tx, &verify_statements, STMT_late_streams, NULL, &streams, err))
        return err_add(err, schema);
    for (size_t i = 0; i < db_result_rows(streams); i++)
        if (!verify_producer(v, schema, db_result_text(streams, i, 0), err))
            return false;
    return true;
}

/* --- consumers --- */

/* NULL when no schema has such a stream. */
static const char *
producer_of(const verify_t *v, const char *stream)
{
    for (size_t i = 0; i < v->count; i++)
        if (!v->checks[i].is_consumer && strcmp(v->checks[i].stream, stream) == 0)
            return v->checks[i].schema;
    return NULL;
}

/* Pages of (seq, hash) from the input log of the consumer or the rows of the producer. */
static bool
read_page(verify_t *v, const char *schema, unsigned stmt, const char *stream, uint64_t after, db_result_t **ret, err_t *err)
{
    AUTO_PARAMS in;

    stream_name_param(&in, stream);
    if (!use_schema(v, schema, err))
        return false;
    db_params_i64(&in, (int64_t) after);
    db_params_i64(&in, PAGE_ROWS);
    return db_query(v->tx, &verify_statements, stmt, &in, ret, err) || err_add(err, schema);
}

/* Where a consumer's log and the producer's rows part. */
typedef struct {
    uint64_t at;  /* compared up to here */
    hash_t hash;  /* the consumer's, there */
    bool started; /* a consumer may have begun with a snapshot, so the first row it logged is where it began */
} compare_t;

static void
compare_page(stream_check_t *check, compare_t *c, const db_result_t *inputs, const db_result_t *rows)
{
    size_t row = 0;

    for (size_t i = 0; i < db_result_rows(inputs); i++) {
        uint64_t seq = (uint64_t) db_result_i64(inputs, i, 0);
        hash_t theirs = stream_hash_column(inputs, i, 1);
        if (c->started && seq != c->at + 1) {
            fault(check, c->at + 1, "the consumer's input log lacks this row");
            return;
        }
        while (row < db_result_rows(rows) && (uint64_t) db_result_i64(rows, row, 0) < seq)
            row++;
        if (row == db_result_rows(rows) || (uint64_t) db_result_i64(rows, row, 0) != seq) {
            fault(check, seq, "the consumer applied an event that the producer no longer has");
            return;
        }
        hash_t ours = stream_hash_column(rows, row, 1);
        if (memcmp(ours.b, theirs.b, sizeof(ours.b)) != 0) {
            fault(check, seq, "the producer's row is not the one that the consumer received");
            return;
        }
        c->at = seq;
        c->hash = theirs;
        c->started = true;
        check->rows++;
    }
}

/* *ret_done when the log has ended or a fault was found. */
static bool
compare_next(verify_t *v, stream_check_t *check, const char *producer, compare_t *c, bool *ret_done, err_t *err)
{
    AUTO(db_result) inputs = NULL;
    AUTO(db_result) rows = NULL;

    if (!read_page(v, check->schema, STMT_late_inputs, check->stream, c->at, &inputs, err))
        return false;
    *ret_done = db_result_rows(inputs) == 0;
    if (*ret_done)
        return true;
    /* both have a row for each number, so pages that begin alike cover the same numbers */
    uint64_t first = (uint64_t) db_result_i64(inputs, 0, 0);
    if (!read_page(v, producer, STMT_late_chain, check->stream, first - 1, &rows, err))
        return false;
    compare_page(check, c, inputs, rows);
    *ret_done = !check->ok;
    if (v->progress != NULL)
        v->progress(v->ctx, check->schema, check->stream, check->rows);
    return true;
}

static bool
verify_consumer(verify_t *v, const char *schema, const char *stream, uint64_t seq, const hash_t *hash, err_t *err)
{
    const char *producer = producer_of(v, stream);
    compare_t c = { 0 };
    bool done = false;

    /* copied before the list of checks moves */
    AUTO_FREE char *producer_schema = producer != NULL ? mem_strdup(producer) : NULL;
    stream_check_t *check = add_check(v, stream, schema, true);
    if (producer_schema == NULL) {
        if (seq > 0)
            fault(check, 1, "the consumer has applied this stream, but no schema produces it");
        return true;
    }
    while (!done)
        if (!compare_next(v, check, producer_schema, &c, &done, err))
            return false;
    if (!check->ok || (!c.started && seq == 0))
        return true;
    if (c.at != seq)
        fault(check, seq, "the consumer's cursor stands elsewhere than its input log ends");
    else if (memcmp(c.hash.b, hash->b, sizeof(hash->b)) != 0)
        fault(check, seq, "the consumer's cursor has another hash than its input log");
    return true;
}

static bool
was_checked(const verify_t *v, const char *schema, const char *stream)
{
    for (size_t i = 0; i < v->count; i++)
        if (v->checks[i].is_consumer && strcmp(v->checks[i].schema, schema) == 0 && strcmp(v->checks[i].stream, stream) == 0)
            return true;
    return false;
}

static void
miss_consumers(verify_t *v, const char *schema)
{
    for (const stream_flow_t *f = v->flows; f != NULL && f->schema != NULL; f++) {
        if (strcmp(f->schema, schema) != 0 || producer_of(v, f->stream) == NULL || was_checked(v, schema, f->stream))
            continue;
        fault(add_check(v, f->stream, schema, true), 1,
              "the consumer has no cursor: it has received nothing yet, or what it received was removed");
    }
}

static bool
verify_consumers(verify_t *v, const char *schema, err_t *err)
{
    AUTO(db_result) cursors = NULL;

    if (!use_schema(v, schema, err) || !db_query(v->tx, &verify_statements, STMT_late_cursors, NULL, &cursors, err))
        return err_add(err, schema);
    for (size_t i = 0; i < db_result_rows(cursors); i++) {
        hash_t hash = stream_hash_column(cursors, i, 2);
        if (!verify_consumer(v, schema, db_result_text(cursors, i, 0), (uint64_t) db_result_i64(cursors, i, 1), &hash, err))
            return false;
    }
    miss_consumers(v, schema);
    return true;
}

/* --- all --- */

typedef bool (*schema_fn)(verify_t *v, const char *schema, err_t *err);

static bool
each_schema(verify_t *v, const db_result_t *schemas, schema_fn fn, err_t *err)
{
    for (size_t i = 0; i < db_result_rows(schemas); i++)
        if (!fn(v, db_result_text(schemas, i, 0), err))
            return err_add(err, "verify");
    return true;
}

bool
stream_verify_all(db_t *db, const char *const *schemas, size_t n_schemas, const stream_flow_t *flows,
                  stream_verify_fn progress, void *ctx, stream_check_t **ret, size_t *ret_n, err_t *err)
{
    AUTO(db_tx) tx = NULL;
    AUTO(db_result) existing = NULL;
    AUTO_PARAMS in;
    verify_t v = { .progress = progress, .ctx = ctx, .flows = flows };

    db_params_init(&in);
    db_params_text_array(&in, schemas, n_schemas);
    if (!db_tx_begin_snapshot(db, &tx, err))
        return err_add(err, "verify");
    v.tx = tx;
    if (!db_query(tx, &verify_statements, STMT_late_schemas, &in, &existing, err) ||
        !each_schema(&v, existing, verify_producers, err) || !each_schema(&v, existing, verify_consumers, err)) {
        mem_free(v.checks);
        return false;
    }
    *ret = v.checks;
    *ret_n = v.count;
    return true; /* nothing was written: the rollback by tx's end is right */
}
