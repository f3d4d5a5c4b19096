/* SPDX-License-Identifier: Apache-2.0 */
#include "stream_fixture.h"

#include "teststream_sql.h"

#include "base/failpoint.h"

/* The producer: appending, heads, a second writer, pages, snapshots. */

static db_t *db;

static int
group_setup(void **state)
{
    (void) state;
    migrate("intake");
    db = fixture_open("intake", sets);
    return 0;
}

static int
group_teardown(void **state)
{
    (void) state;
    db_destroy(&db);
    return 0;
}

static const char *
one_topic(size_t i)
{
    (void) i;
    return "fact/hrss.wages";
}

static uint64_t
verified_rows(const char *stream)
{
    AUTO(db_tx) tx = NULL;
    uint64_t rows = 0, bad = 0;
    hash_t head;

    OK(db_tx_begin_snapshot(db, &tx, err));
    OK(stream_verify(tx, stream, &rows, &bad, &head, err));
    assert_int_equal(bad, 0);
    return rows;
}

/* --- appending --- */

static void
the_statements_keep_their_contract(void **state)
{
    (void) state;
    OK(db_check_statements(db, &stream_statements, err));
    OK(db_check_statements(db, &teststream_statements, err));
}

static void
events_are_numbered_without_gaps(void **state)
{
    AUTO(stream) stream = open_stream(db, "numbered");

    (void) state;
    assert_int_equal(stream_last(stream), 0);
    for (int i = 0; i < 3; i++)
        append_many(db, stream, 5, one_topic);
    assert_int_equal(stream_last(stream), 15);
    assert_int_equal(verified_rows("numbered"), 15);
    /* a new process finds the same head */
    AUTO(stream) again = open_stream(db, "numbered");
    assert_int_equal(stream_last(again), 15);
    assert_memory_equal(stream_hash(again)->b, stream_hash(stream)->b, HASH_SIZE);
}

static void
what_was_committed_is_handed_out_once(void **state)
{
    AUTO(stream) stream = open_stream(db, "sent");
    AUTO(db_tx) tx = NULL;
    const stream_sent_t *sent = NULL;
    size_t n = 0;

    (void) state;
    OK(db_tx_begin(db, &tx, err));
    (void) append_sized(stream, tx, "a/small", NULL, false, 10);
    (void) append_sized(stream, tx, "a/large", NULL, false, EVENT_INLINE_MAX);
    assert_int_equal(stream_last(stream), 0);
    OK(stream_flush(stream, tx, err));
    OK(stream_flush(stream, tx, err)); /* nothing more to write */
    OK(db_tx_commit(&tx, err));
    stream_committed(stream, &sent, &n);
    assert_int_equal(n, 2);
    assert_int_equal(sent[0].seq, 1);
    assert_string_equal(sent[0].topic, "a/small");
    assert_true(slice_eq(sent[0].event, sent[0].inline_event));
    assert_true(sent[1].event.len > EVENT_INLINE_MAX);
    assert_true(sent[1].inline_event.len < 1024);
    AUTO(event) event = NULL;
    OK(event_decode(sent[1].inline_event.ptr, sent[1].inline_event.len, &event, err));
    assert_null(event->data);
    assert_int_equal(event->sequence, 2);
    assert_string_equal(event->source, "/services/test");
    stream_committed(stream, &sent, &n);
    assert_int_equal(n, 0);
}

static void
an_event_that_is_too_large_is_a_bug(void **state)
{
    AUTO(stream) stream = open_stream(db, "large");
    AUTO(db_tx) tx = NULL;
    AUTO_STR data = STR_INIT;

    (void) state;
    str_add(&data, "\"");
    for (size_t i = 0; i < EVENT_STREAM_MAX; i++)
        str_add_char(&data, 'x');
    str_add(&data, "\"");
    stream_draft_t draft = { .type = "t", .topic = "a", .data = str_slice(&data) };
    OK(db_tx_begin(db, &tx, err));
    FAILS(stream_append(stream, tx, &draft, NULL, err), ERR_BUG, "stream.too_large");
    append(stream, tx, "a"); /* and the number was not used up */
    assert_int_equal(commit(stream, &tx), 1);
    assert_int_equal(verified_rows("large"), 1);
}

static void
ids_derive_from_stream_and_number(void **state)
{
    AUTO(stream) stream = open_stream(db, "ids");
    uuid_t want;
    char text[UUID_TEXT_SIZE];

    (void) state;
    append_many(db, stream, 2, one_topic);
    AUTO_PAGE page;
    fetch(db, "ids", 0, 10, NULL, NULL, NULL, &page);
    uuid_derive("event", "ids/2", &want);
    uuid_format(&want, text);
    assert_string_equal(json_text(json_get(item(&page, "events", 1), "id")), text);
}

static void
a_rollback_leaves_the_head(void **state)
{
    AUTO(stream) stream = open_stream(db, "rolled");

    (void) state;
    append_many(db, stream, 2, one_topic);
    hash_t before = *stream_hash(stream);
    for (int flushed = 0; flushed < 2; flushed++) {
        AUTO(db_tx) tx = NULL;
        OK(db_tx_begin(db, &tx, err));
        append(stream, tx, "x");
        if (flushed == 1)
            OK(stream_flush(stream, tx, err));
        db_tx_destroy(&tx);
        stream_rollback(stream);
        assert_int_equal(stream_last(stream), 2);
        assert_memory_equal(stream_hash(stream)->b, before.b, HASH_SIZE);
    }
    append_many(db, stream, 1, one_topic);
    assert_int_equal(verified_rows("rolled"), 3);
}

#ifndef PLIMSOLL_RELEASE /* a release has no failpoints */
/* Whatever became of the commit, the next connection's head is the truth. */
static void
an_unknown_outcome_is_settled_by_a_reload(void **state)
{
    static const struct {
        const char *failpoint;
        uint64_t rows;
    } cases[] = { { "db.commit.before:error", 0 }, { "db.commit.after:error", 1 } };

    (void) state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char name[16];
        (void) snprintf(name, sizeof(name), "unknown%zu", i);
        AUTO(db) own = fixture_open("intake", sets);
        AUTO(stream) stream = open_stream(own, name);
        db_tx_t *tx = NULL;
        err_t why = { 0 };
        OK(db_tx_begin(own, &tx, err));
        append(stream, tx, "x");
        OK(stream_flush(stream, tx, err));
        failpoint_init(cases[i].failpoint);
        assert_false(db_tx_commit(&tx, &why));
        failpoint_init(NULL);
        assert_int_equal(why.cls, ERR_RETRY);
        stream_rollback(stream);
        db_destroy(&own);
        own = fixture_open("intake", sets);
        OK(db_tx_begin(own, &tx, err));
        OK(stream_reload(stream, tx, err));
        assert_int_equal(stream_last(stream), cases[i].rows);
        append(stream, tx, "x");
        assert_int_equal(commit(stream, &tx), 1);
        assert_int_equal(verified_rows(name), cases[i].rows + 1);
    }
}

/* One transaction of a producer; what went wrong is in *ret. */
static bool
try_to_append(db_t *own, stream_t *stream, err_t *err)
{
    AUTO(db_tx) tx = NULL;
    const stream_sent_t *sent = NULL;
    size_t n = 0;

    if (!db_tx_begin(own, &tx, err))
        return false;
    (void) append_sized(stream, tx, "x", "matter", false, 10);
    if (!stream_flush(stream, tx, err) || !db_tx_commit(&tx, err))
        return false;
    stream_committed(stream, &sent, &n);
    return true;
}

/* Each statement fails once: nothing of the transaction stays, and the same number is used by the next try. */
static void
a_fault_at_each_step_rolls_back(void **state)
{
    AUTO(stream) stream = open_stream(db, "faults");
    int faults = 0;
    bool done = false;

    (void) state;
    for (int n = 1; !done; n++) {
        char spec[64];
        err_t why = { 0 };
        (void) snprintf(spec, sizeof(spec), "db.exec:error:%d", n);
        failpoint_init(spec);
        done = try_to_append(db, stream, &why);
        failpoint_init(NULL);
        if (done)
            break;
        assert_int_equal(why.cls, ERR_RETRY);
        stream_rollback(stream);
        assert_int_equal(stream_last(stream), 0);
        assert_int_equal(verified_rows("faults"), 0);
        assert_true(++faults < 10);
    }
    assert_int_equal(faults, 2); /* the rows, the heads */
    assert_int_equal(verified_rows("faults"), 1);
}
#endif

static void
a_second_writer_is_refused(void **state)
{
    AUTO(db) other = fixture_open("intake", sets);
    AUTO(stream) first = open_stream(db, "two");
    AUTO(stream) second = open_stream(other, "two");

    (void) state;
    append_many(db, first, 3, one_topic);
    AUTO(db_tx) tx = NULL;
    OK(db_tx_begin(other, &tx, err));
    append(second, tx, "x");
    FAILS(stream_flush(second, tx, err), ERR_RETRY, "stream.second_writer");
    assert_true(last_error.outage);
    db_tx_destroy(&tx);
    stream_rollback(second);
    assert_int_equal(verified_rows("two"), 3);
    /* having read the head again it goes on behind the other's rows */
    OK(db_tx_begin(other, &tx, err));
    OK(stream_reload(second, tx, err));
    append(second, tx, "x");
    assert_int_equal(commit(second, &tx), 1);
    assert_int_equal(verified_rows("two"), 4);
}

/* Written behind, it is told by who asks next, as what it is. */
static void
a_second_writer_behind_is_refused(void **state)
{
    AUTO(db) other = fixture_open("intake", sets);
    AUTO(stream) first = open_stream(db, "behind");
    AUTO(stream) second = open_stream(other, "behind");
    AUTO(db_tx) tx = NULL;

    (void) state;
    append_many(db, first, 3, one_topic);
    OK(db_tx_begin(other, &tx, err));
    OK(db_tx_write_behind(tx, err));
    append(second, tx, "x");
    OK(stream_flush(second, tx, err));
    FAILS(db_tx_settle(tx, err), ERR_RETRY, "stream.second_writer");
    assert_true(last_error.outage);
    db_tx_destroy(&tx);
    stream_rollback(second);
    assert_int_equal(verified_rows("behind"), 3);
}

/* Both have written and neither has committed: the later one waits for the earlier and is refused then. */
static void
two_open_writers_cannot_both_commit(void **state)
{
    db_options_t options = fixture_options("intake", sets);
    AUTO(db) other = NULL;
    AUTO(stream) first = open_stream(db, "both");
    AUTO(stream) second = NULL;
    AUTO(db_tx) tx = NULL;
    AUTO(db_tx) tx_other = NULL;
    err_t why = { 0 };

    (void) state;
    options.statement_timeout_ms = 300;
    OK(db_open(&options, &other, err));
    second = open_stream(other, "both");
    OK(db_tx_begin(db, &tx, err));
    append(first, tx, "x");
    OK(stream_flush(first, tx, err));
    OK(db_tx_begin(other, &tx_other, err));
    append(second, tx_other, "x");
    assert_false(stream_flush(second, tx_other, &why));
    assert_int_equal(why.cls, ERR_RETRY);
    db_tx_destroy(&tx_other);
    assert_int_equal(commit(first, &tx), 1);
    assert_int_equal(verified_rows("both"), 1);
}

static void
a_thousand_events_are_fast(void **state)
{
    AUTO(stream) stream = open_stream(db, "fast");
    AUTO(db_tx) tx = NULL;

    (void) state;
    int64_t start = time_monotonic_us();
    OK(db_tx_begin(db, &tx, err));
    for (int i = 0; i < 1000; i++) {
        char matter[16];
        (void) snprintf(matter, sizeof(matter), "%d", i % 300);
        (void) append_sized(stream, tx, "finding/320681100207/newly_qualifies", matter, i % 3 == 0, 700);
    }
    assert_int_equal(commit(stream, &tx), 1000);
    int64_t took = time_monotonic_us() - start;
    print_message("1,000 events of 1 KiB appended and committed in %lld us\n", (long long) took);
    assert_true(took < 2000000); /* a row at a time would be far over it on a loaded machine */
    assert_int_equal(verified_rows("fast"), 1000);
}

/* --- matters and snapshots --- */

static void
snapshot(const char *stream, const uuid_t *after, unsigned limit, stream_may_fn may, page_t *ret)
{
    AUTO(db_tx) tx = NULL;

    *ret = (page_t){ .tree = NULL };
    OK(db_tx_begin_snapshot(db, &tx, err));
    OK(stream_snapshot_page(tx, stream, after, limit, may, NULL, &ret->bytes, err));
    parse_page(ret);
}

static bool
only_b(void *ctx, const char *topic)
{
    (void) ctx;
    return str_starts(topic, "b/");
}

static void
a_snapshot_has_the_newest_event_of_each_open_matter(void **state)
{
    AUTO(stream) stream = open_stream(db, "matters");
    AUTO(db_tx) tx = NULL;

    (void) state;
    OK(db_tx_begin(db, &tx, err));
    (void) append_sized(stream, tx, "a/open", "one", false, 1);
    (void) append_sized(stream, tx, "a/open", "two", false, 1);
    (void) append_sized(stream, tx, "a/open", "one", false, 1);
    append(stream, tx, "a/none");
    OK(stream_flush(stream, tx, err)); /* a transaction may flush in parts */
    (void) append_sized(stream, tx, "b/open", "three", false, 1);
    (void) append_sized(stream, tx, "a/closed", "two", true, 1);
    (void) append_sized(stream, tx, "a/changed", "one", false, 1);
    assert_int_equal(commit(stream, &tx), 7);
    AUTO_PAGE page;
    snapshot("matters", NULL, 100, NULL, &page);
    assert_int_equal(page.events, 2);
    assert_int_equal(page.last, 7);
    assert_false(page.more);
    assert_int_equal(json_kind(json_get(json_root(page.tree), "next")), JSON_NULL);
    int64_t seqs[2] = { seq_of(&page, 0), seq_of(&page, 1) };
    assert_int_equal(seqs[0] + seqs[1], 5 + 7);
    assert_string_equal(topic_of(&page, seqs[0] == 5 ? 0 : 1), "b/open");
    AUTO_PAGE narrowed;
    snapshot("matters", NULL, 100, only_b, &narrowed);
    assert_int_equal(narrowed.events, 1);
    assert_int_equal(seq_of(&narrowed, 0), 5);
    /* a closed matter can open again */
    OK(db_tx_begin(db, &tx, err));
    (void) append_sized(stream, tx, "a/open", "two", false, 1);
    assert_int_equal(commit(stream, &tx), 1);
    AUTO_PAGE later;
    snapshot("matters", NULL, 100, NULL, &later);
    assert_int_equal(later.events, 3);
}

/* Every second matter, once each, however the pages are cut. */
static void
read_all_of_b(unsigned limit, size_t most_pages)
{
    uuid_t after = { { 0 } };
    bool seen[2500] = { false }, more = true;
    size_t pages = 0;

    while (more) {
        AUTO_PAGE page;
        snapshot("many", &after, limit, only_b, &page);
        assert_int_equal(page.last, 2500);
        assert_true(page.events <= limit);
        for (size_t i = 0; i < page.events; i++) {
            size_t seq = (size_t) seq_of(&page, i);
            assert_false(seen[seq - 1]);
            seen[seq - 1] = true;
        }
        more = page.more;
        if (more) {
            const char *next = json_text(json_get(json_root(page.tree), "next"));
            assert_true(uuid_parse(next, strlen(next), &after));
        }
        assert_true(++pages <= most_pages);
    }
    for (size_t i = 0; i < COUNT_OF(seen); i++)
        assert_int_equal(seen[i], i % 2 == 1);
}

static void
a_snapshot_comes_in_pages(void **state)
{
    AUTO(stream) stream = open_stream(db, "many");
    AUTO(db_tx) tx = NULL;

    (void) state;
    OK(db_tx_begin(db, &tx, err));
    for (int i = 0; i < 2500; i++) {
        char matter[16];
        (void) snprintf(matter, sizeof(matter), "m%d", i);
        (void) append_sized(stream, tx, i % 2 == 0 ? "a/x" : "b/x", matter, false, 1);
    }
    (void) commit(stream, &tx);
    read_all_of_b(100, 13);
    read_all_of_b(1000, 2); /* what one statement examines is less than a page takes */
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_statements_keep_their_contract),
        cmocka_unit_test(events_are_numbered_without_gaps),
        cmocka_unit_test(what_was_committed_is_handed_out_once),
        cmocka_unit_test(an_event_that_is_too_large_is_a_bug),
        cmocka_unit_test(ids_derive_from_stream_and_number),
        cmocka_unit_test(a_rollback_leaves_the_head),
#ifndef PLIMSOLL_RELEASE
        cmocka_unit_test(an_unknown_outcome_is_settled_by_a_reload),
        cmocka_unit_test(a_fault_at_each_step_rolls_back),
#endif
        cmocka_unit_test(a_second_writer_is_refused),
        cmocka_unit_test(a_second_writer_behind_is_refused),
        cmocka_unit_test(two_open_writers_cannot_both_commit),
        cmocka_unit_test(a_thousand_events_are_fast),
        cmocka_unit_test(a_snapshot_has_the_newest_event_of_each_open_matter),
        cmocka_unit_test(a_snapshot_comes_in_pages),
    };

    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
