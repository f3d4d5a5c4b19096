/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/stream_internal.h"

#include "base/mem.h"
#include "stream_sql.h"

#include <string.h>

#define CHUNK_ROWS 16 /* of up to EVENT_STREAM_MAX each */

typedef struct {
    stream_walk_t *walk;
    stream_walk_fn progress;
    void *ctx;
} walk_ctx_t;

static void
bad(stream_walk_t *walk, uint64_t seq, const char *why)
{
    walk->bad = seq;
    (void) str_copy(walk->why, sizeof(walk->why), why);
}

static bool
same(const hash_t *a, const hash_t *b)
{
    return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

static void
check_row(stream_walk_t *walk, const db_result_t *rows, size_t i)
{
    uint64_t seq = (uint64_t) db_result_i64(rows, i, 0);
    slice_t payload = db_result_bytea(rows, i, 4);
    hash_t payload_hash = stream_hash_column(rows, i, 5), hash = stream_hash_column(rows, i, 6), computed;

    if (seq != walk->rows + 1) {
        bad(walk, walk->rows + 1, "the row is missing");
        return;
    }
    if (payload.ptr != NULL) {
        hash_of(payload.ptr, payload.len, &computed);
        if (!same(&computed, &payload_hash)) {
            bad(walk, seq, "the payload is not the one that was hashed");
            return;
        }
    }
    stream_chain_hash(&walk->head, seq, db_result_text(rows, i, 1), db_result_text(rows, i, 2), db_result_i64(rows, i, 3),
                      &payload_hash, &computed);
    if (!same(&computed, &hash)) {
        bad(walk, seq, "the row does not follow from the one before it");
        return;
    }
    walk->head = computed;
    walk->rows = seq;
}

static bool
on_rows(void *ctx, const db_result_t *rows, err_t *err)
{
    walk_ctx_t *w = ctx;

    (void) err;
    /* after a wrong row nothing can be said of the others: they are only read to the end of the cursor */
    for (size_t i = 0; i < db_result_rows(rows) && w->walk->bad == 0; i++)
        check_row(w->walk, rows, i);
    if (w->progress != NULL)
        w->progress(w->ctx, w->walk->rows);
    return true;
}

bool
stream_walk(db_tx_t *tx, const char *stream, stream_walk_fn progress, void *ctx, stream_walk_t *ret, err_t *err)
{
    AUTO_PARAMS in;
    stream_walk_t walk = { 0 };
    walk_ctx_t w = { &walk, progress, ctx };

    stream_name_param(&in, stream);
    if (!db_query_chunks(tx, &stream_statements, STMT_stream_chain, &in, CHUNK_ROWS, on_rows, &w, err))
        return err_add(err, "stream chain");
    *ret = walk;
    return true;
}

bool
stream_verify(db_tx_t *tx, const char *stream, uint64_t *ret_rows, uint64_t *ret_bad, hash_t *ret_head, err_t *err)
{
    stream_walk_t walk = { 0 };

    if (!stream_walk(tx, stream, NULL, NULL, &walk, err))
        return false;
    *ret_rows = walk.rows;
    *ret_bad = walk.bad;
    *ret_head = walk.head;
    return true;
}
