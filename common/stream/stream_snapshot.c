/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/stream_internal.h"

#include "base/mem.h"
#include "stream_sql.h"

#include <string.h>

/* The newest event of every open matter, by pages in the order of the matters' ids.  A reader takes `last` of its first
 * page and follows the stream from there: what moved while it read comes again. */

#define WINDOW_ROWS 1000

typedef struct {
    db_tx_t *tx;
    const char *stream;
    stream_may_fn may;
    void *ctx;
    unsigned limit;
    uuid_t at; /* matters examined up to here */
    bool full, end;
    stream_pick_t pick;
} snapshot_t;

static bool
examine(snapshot_t *s, err_t *err)
{
    AUTO_PARAMS in;
    AUTO(db_result) rows = NULL;

    stream_name_param(&in, s->stream);
    db_params_uuid(&in, &s->at);
    db_params_i64(&in, WINDOW_ROWS);
    if (!db_query(s->tx, &stream_statements, STMT_stream_open_matters, &in, &rows, err))
        return err_add(err, "stream snapshot");
    size_t n = db_result_rows(rows);
    for (size_t i = 0; i < n; i++) {
        const char *topic = db_result_text(rows, i, 2);
        bool mine = s->may == NULL || s->may(s->ctx, topic);
        if (mine && stream_pick(&s->pick, s->limit, db_result_i64(rows, i, 1), topic, db_result_i64(rows, i, 3)) == PICK_FULL) {
            s->full = true;
            return true;
        }
        s->at = db_result_uuid(rows, i, 0);
    }
    s->end = n < WINDOW_ROWS;
    return true;
}

static bool
write_page(const snapshot_t *s, int64_t last, str_t *ret, err_t *err)
{
    AUTO_STR data = STR_INIT;
    json_out_t out;

    json_out_init(&out, &data);
    json_out_object(&out, NULL);
    if (!stream_render(s->tx, s->stream, &s->pick, &out, err))
        return false;
    json_out_i64(&out, "last", last);
    json_out_bool(&out, "more", !s->end);
    if (s->end)
        json_out_null(&out, "next");
    else
        json_out_uuid(&out, "next", &s->at);
    json_out_end(&out);
    str_add_n(ret, data.ptr, data.len);
    return true;
}

bool
stream_snapshot_page(db_tx_t *tx, const char *stream, const uuid_t *after_matter, unsigned limit, stream_may_fn may,
                     void *ctx, str_t *ret_data, err_t *err)
{
    AUTO_FREE snapshot_t *s = mem_new(snapshot_t);
    int64_t first = 0, last = 0;

    *s = (snapshot_t){ .tx = tx,
                       .stream = stream,
                       .may = may,
                       .ctx = ctx,
                       .at = after_matter != NULL ? *after_matter : (uuid_t){ { 0 } },
                       .limit = limit == 0 ? 1 : limit > STREAM_PAGE_LIMIT ? STREAM_PAGE_LIMIT : limit };
    /* before the matters: what moves between the two statements is then told again and not lost */
    if (!stream_range(tx, stream, &first, &last, err))
        return false;
    while (!s->full && !s->end)
        if (!examine(s, err))
            return false;
    return write_page(s, last, ret_data, err);
}
