/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/stream_internal.h"

#include "base/mem.h"
#include "stream_sql.h"

#include <inttypes.h>
#include <string.h>

/* A page examines events in order and picks what the filter lets through.  Two bounds keep a request short however rare
 * the matching events are: so many windows for each page, and, while nothing was found, a jump over the index of topics
 * straight to the next event that matches. */
#define WINDOW_ROWS 1000
#define WINDOWS_MAX 10

typedef struct {
    db_tx_t *tx;
    const char *stream;
    const char *prefix; /* "" = all */
    stream_may_fn may;  /* NULL = all */
    void *ctx;
    unsigned limit;
    int64_t first, last; /* of the stream as this page sees it */
    int64_t at;          /* examined up to here */
    bool full;
    stream_pick_t pick;
} page_t;

static bool
matches(const page_t *p, const char *topic)
{
    return str_starts(topic, p->prefix) && (p->may == NULL || p->may(p->ctx, topic));
}

/* One window, or as much of it as the page takes. */
static bool
examine(page_t *p, err_t *err)
{
    AUTO_PARAMS in;
    AUTO(db_result) rows = NULL;
    int64_t end = p->last - p->at > WINDOW_ROWS ? p->at + WINDOW_ROWS : p->last;

    stream_name_param(&in, p->stream);
    db_params_i64(&in, p->at);
    db_params_i64(&in, end);
    if (!db_query(p->tx, &stream_statements, STMT_stream_examine, &in, &rows, err))
        return err_add(err, "stream page");
    for (size_t i = 0; i < db_result_rows(rows); i++) {
        int64_t seq = db_result_i64(rows, i, 0);
        const char *topic = db_result_text(rows, i, 1);
        if (matches(p, topic))
            p->full = stream_pick(&p->pick, p->limit, seq, topic, db_result_i64(rows, i, 2)) == PICK_FULL;
        if (p->full)
            return true;
        p->at = seq;
        p->full = p->pick.count == p->limit;
        if (p->full)
            return true;
    }
    p->at = end;
    return true;
}

/* The topics under the prefix that the key may see.  They point into *ret_rows. */
static bool
allowed_topics(const page_t *p, db_result_t **ret_rows, const char ***ret, size_t *ret_n, err_t *err)
{
    AUTO_PARAMS in;
    AUTO_STR before = STR_INIT;
    AUTO(db_result) rows = NULL;

    /* what begins with the prefix lies, byte by byte, before the prefix with the last code point behind it */
    str_add(&before, p->prefix);
    str_add(&before, "\xf4\x8f\xbf\xbf");
    stream_name_param(&in, p->stream);
    db_params_text(&in, p->prefix);
    db_params_text(&in, str_c(&before));
    if (!db_query(p->tx, &stream_statements, STMT_stream_topics, &in, &rows, err))
        return err_add(err, "stream topics");
    size_t n = 0;
    const char **topics = mem_new_array(const char *, db_result_rows(rows) + 1);
    for (size_t i = 0; i < db_result_rows(rows); i++)
        if (matches(p, db_result_text(rows, i, 0)))
            topics[n++] = db_result_text(rows, i, 0);
    *ret_rows = TAKE(rows);
    *ret = topics;
    *ret_n = n;
    return true;
}

/* Moves to just before the next matching event, or to the end. */
static bool
jump(page_t *p, err_t *err)
{
    AUTO(db_result) topic_rows = NULL;
    AUTO(db_result) next = NULL;
    AUTO_FREE const char **topics = NULL;
    AUTO_PARAMS in;
    size_t n = 0;

    db_params_init(&in);
    if (!allowed_topics(p, &topic_rows, &topics, &n, err))
        return false;
    db_params_text(&in, p->stream);
    db_params_text_array(&in, topics, n);
    db_params_i64(&in, p->at);
    if (n > 0 && !db_query(p->tx, &stream_statements, STMT_stream_next_of_topics, &in, &next, err))
        return err_add(err, "stream page");
    int64_t seq = n == 0 || db_result_is_null(next, 0, 0) ? INT64_MAX : db_result_i64(next, 0, 0);
    p->at = seq > p->last ? p->last : seq - 1;
    return true;
}

static bool
fill(page_t *p, err_t *err)
{
    for (unsigned windows = 1; !p->full && p->at < p->last; windows++) {
        if (!examine(p, err))
            return false;
        if (p->pick.count == 0 && p->at < p->last && !jump(p, err))
            return false;
        if (p->pick.count > 0 && windows >= WINDOWS_MAX)
            break;
    }
    return true;
}

static bool
write_page(const page_t *p, str_t *ret, err_t *err)
{
    AUTO_STR data = STR_INIT;
    json_out_t out;

    json_out_init(&out, &data);
    json_out_object(&out, NULL);
    if (!stream_render(p->tx, p->stream, &p->pick, &out, err))
        return false;
    json_out_i64(&out, "last", p->at);
    json_out_bool(&out, "more", p->at < p->last);
    json_out_i64(&out, "first", p->first);
    json_out_end(&out);
    str_add_n(ret, data.ptr, data.len);
    return true;
}

static bool
gone(const page_t *p, str_t *ret, err_t *err)
{
    json_out_t out;

    json_out_init(&out, ret);
    json_out_object(&out, NULL);
    json_out_i64(&out, "first", p->first);
    json_out_end(&out);
    return err_set(err, ERR_REJECT, "gone", "events before %" PRId64 " are not kept; take the snapshot of the stream",
                   p->first);
}

bool
stream_page(db_tx_t *tx, const char *stream, uint64_t after, unsigned limit, const char *topic_prefix, stream_may_fn may,
            void *ctx, str_t *ret_data, err_t *err)
{
    AUTO_FREE page_t *p = mem_new(page_t);

    *p = (page_t){ .tx = tx,
                   .stream = stream,
                   .prefix = topic_prefix != NULL ? topic_prefix : "",
                   .may = may,
                   .ctx = ctx,
                   .limit = limit == 0 ? 1 : limit > STREAM_PAGE_LIMIT ? STREAM_PAGE_LIMIT : limit };
    if (!stream_range(tx, stream, &p->first, &p->last, err))
        return false;
    if (p->first == 0)
        p->first = 1; /* nothing yet, so nothing is missing */
    p->at = after < (uint64_t) p->last ? (int64_t) after : p->last;
    if (p->at + 1 < p->first)
        return gone(p, ret_data, err);
    return fill(p, err) && write_page(p, ret_data, err);
}
