/* SPDX-License-Identifier: Apache-2.0 */
#include "stream_fixture.h"

#include "teststream_sql.h"

#include "stream/command_log.h"
#include "stream/stream_verify.h"
#include "verify_sql.h"

/* The consumer's side, tampering, and the log of commands. */

static db_t *producer, *consumer;
static const char *const schemas[] = { "intake", "comparison", "alerting", "referral" };
static const stream_flow_t flows[] = { { "comparison", "unheard" }, { "comparison", "byte" }, { NULL, NULL } };

static int
group_setup(void **state)
{
    (void) state;
    migrate("intake");
    migrate("comparison"); /* schema alerting is there but empty, referral does not exist */
    producer = fixture_open("intake", sets);
    consumer = fixture_open("comparison", sets);
    return 0;
}

static int
group_teardown(void **state)
{
    (void) state;
    db_destroy(&producer);
    db_destroy(&consumer);
    return 0;
}

static const char *
any_topic(size_t i)
{
    return i % 3 == 0 ? "fact/hrss.wages" : "fact/police.deaths";
}

/* --- consuming --- */

static void
a_consumer_computes_the_same_chain(void **state)
{
    AUTO(stream) stream = open_stream(producer, "same");

    (void) state;
    for (int i = 0; i < 3; i++) {
        append_many(producer, stream, 40, any_topic);
        stream_cursor_t cursor = consume_all(producer, consumer, "same");
        assert_int_equal(cursor.seq, stream_last(stream));
        assert_memory_equal(cursor.hash.b, stream_hash(stream)->b, HASH_SIZE);
    }
}

static void
the_input_log_keeps_the_order_over_streams(void **state)
{
    AUTO(stream) a = open_stream(producer, "order_a");
    AUTO(stream) b = open_stream(producer, "order_b");
    AUTO(db_tx) tx = NULL;
    AUTO(db_result) rows = NULL;
    static const char *const want[] = { "order_a", "order_a", "order_b", "order_b", "order_a", "order_a" };
    static const int64_t want_seq[] = { 1, 2, 1, 2, 3, 4 };

    (void) state;
    append_many(producer, a, 2, any_topic);
    append_many(producer, b, 2, any_topic);
    (void) consume_all(producer, consumer, "order_a");
    (void) consume_all(producer, consumer, "order_b");
    append_many(producer, a, 2, any_topic);
    (void) consume_all(producer, consumer, "order_a");
    OK(db_tx_begin(consumer, &tx, err));
    OK(db_query(tx, &teststream_statements, STMT_inputs, NULL, &rows, err));
    size_t n = db_result_rows(rows);
    assert_true(n >= COUNT_OF(want));
    for (size_t i = 0; i < COUNT_OF(want); i++) {
        assert_string_equal(db_result_text(rows, n - COUNT_OF(want) + i, 0), want[i]);
        assert_int_equal(db_result_i64(rows, n - COUNT_OF(want) + i, 1), want_seq[i]);
    }
}

static void
a_gap_and_a_missing_payload_are_bugs(void **state)
{
    AUTO(stream) stream = open_stream(producer, "gaps");
    AUTO(db_tx) tx = NULL;
    stream_cursor_t cursor = { 0 };
    const stream_sent_t *sent = NULL;
    size_t n = 0;

    (void) state;
    append_many(producer, stream, 2, any_topic);
    OK(db_tx_begin(producer, &tx, err));
    (void) append_sized(stream, tx, "t", NULL, false, EVENT_INLINE_MAX);
    OK(stream_flush(stream, tx, err));
    OK(db_tx_commit(&tx, err));
    stream_committed(stream, &sent, &n);
    AUTO(event) bare = NULL;
    OK(event_decode(sent[0].inline_event.ptr, sent[0].inline_event.len, &bare, err));
    FAILS(stream_cursor_next(&cursor, bare, "t", sent[0].inline_event, err), ERR_BUG, "stream.gap");
    assert_int_equal(cursor.seq, 0);
    cursor.seq = 2;
    FAILS(stream_cursor_next(&cursor, bare, "t", sent[0].inline_event, err), ERR_BUG, "stream.no_data");
    assert_int_equal(cursor.seq, 2);
}

/* Two processes consume: the one whose cursor is not the saved one must leave no effect. */
static void
a_moved_cursor_is_refused(void **state)
{
    AUTO(stream) stream = open_stream(producer, "moved");
    AUTO(db) other = fixture_open("comparison", sets);
    AUTO(db_tx) tx = NULL;
    AUTO_PAGE page;
    stream_cursor_t stale = { 0 };
    hash_t hash = { { 1 } };

    (void) state;
    append_many(producer, stream, 5, any_topic);
    (void) consume_all(producer, consumer, "moved");
    append_many(producer, stream, 1, any_topic);
    stream_event_t event = { .seq = 3, .topic = "t", .hash = hash };
    stale = (stream_cursor_t){ .seq = 3, .hash = hash };
    OK(db_tx_begin(other, &tx, err));
    FAILS(stream_cursor_save(tx, "moved", &stale, &event, 1, err), ERR_RETRY, "stream.cursor_moved");
    assert_true(last_error.outage);
    db_tx_destroy(&tx);
    fetch(producer, "moved", 5, 10, NULL, NULL, NULL, &page);
    OK(db_tx_begin(other, &tx, err));
    stream_cursor_t good;
    OK(stream_cursor_load(tx, "moved", &good, err));
    assert_int_equal(good.seq, 5);
    apply_page(tx, "moved", &good, &page);
    OK(db_tx_commit(&tx, err));
}

static void
a_cursor_rolls_back_with_its_effects(void **state)
{
    AUTO(stream) stream = open_stream(producer, "effects");
    stream_cursor_t cursor = { 0 };

    (void) state;
    append_many(producer, stream, 3, any_topic);
    {
        AUTO(db_tx) tx = NULL;
        AUTO_PAGE page;
        fetch(producer, "effects", 0, 10, NULL, NULL, NULL, &page);
        OK(db_tx_begin(consumer, &tx, err));
        apply_page(tx, "effects", &cursor, &page);
        assert_int_equal(cursor.seq, 3);
    }
    AUTO(db_tx) tx = NULL;
    OK(db_tx_begin(consumer, &tx, err));
    OK(stream_cursor_load(tx, "effects", &cursor, err));
    assert_int_equal(cursor.seq, 0);
}

static void
an_erased_event_can_still_be_chained(void **state)
{
    AUTO(stream) stream = open_stream(producer, "erased");
    AUTO(db_tx) tx = NULL;
    bool erased = false;

    (void) state;
    append_many(producer, stream, 5, any_topic);
    OK(db_tx_begin(producer, &tx, err));
    OK(stream_erase(tx, "erased", 3, "order 2024-17", &erased, err));
    assert_true(erased);
    OK(stream_erase(tx, "erased", 3, "order 2024-17", &erased, err));
    assert_false(erased);
    OK(db_tx_commit(&tx, err));
    AUTO_PAGE page;
    fetch(producer, "erased", 2, 1, NULL, NULL, NULL, &page);
    assert_string_equal(json_text(json_get(item(&page, "events", 0), "type")), STREAM_ERASED_TYPE);
    assert_string_equal(json_text(json_get(json_get(item(&page, "events", 0), "data"), "order")), "order 2024-17");
    stream_cursor_t cursor = consume_all(producer, consumer, "erased");
    assert_memory_equal(cursor.hash.b, stream_hash(stream)->b, HASH_SIZE);
}

static void
poison_is_kept_once_and_can_be_closed(void **state)
{
    AUTO(db_tx) tx = NULL;
    err_t why = { 0 }, again = { 0 };
    AUTO_STR list = STR_INIT;
    json_out_t out;
    bool was_open = false;

    (void) state;
    (void) err_set(&why, ERR_REJECT, "fact.unknown_kind", "kind is not known");
    (void) err_set(&again, ERR_REJECT, "fact.bad_value", "value is not a number");
    OK(db_tx_begin(consumer, &tx, err));
    OK(stream_poison_add(tx, "facts", 7, 3, &why, err));
    OK(stream_poison_add(tx, "facts", 7, SIZE_MAX, &why, err));
    OK(stream_poison_add(tx, "facts", 7, 3, &again, err));
    json_out_init(&out, &list);
    OK(stream_poison_list(tx, 10, &out, NULL, err));
    assert_non_null(strstr(str_c(&list), "\"seq\":7,\"record\":3,\"code\":\"fact.bad_value\""));
    assert_non_null(strstr(str_c(&list), "\"seq\":7,\"code\":\"fact.unknown_kind\""));
    OK(stream_poison_close(tx, "facts", 7, 3, true, &was_open, err));
    assert_true(was_open);
    OK(stream_poison_close(tx, "facts", 7, 3, false, &was_open, err));
    assert_false(was_open);
    AUTO_PARAMS in;
    AUTO(db_result) rows = NULL;
    db_params_init(&in);
    db_params_text(&in, "facts");
    db_params_i64(&in, 7);
    db_params_i64(&in, 3);
    OK(db_query(tx, &teststream_statements, STMT_poison_state, &in, &rows, err));
    assert_string_equal(db_result_text(rows, 0, 0), "applied");
}

static void
a_command_is_carried_out_once(void **state)
{
    AUTO(db_tx) tx = NULL;
    hash_t digest, other;
    int64_t gone = 0;
    __attribute__((cleanup(command_log_entry_done))) command_log_entry_t found = { 0 };

    (void) state;
    hash_of("content", 7, &digest);
    hash_of("another", 7, &other);
    OK(db_tx_begin(consumer, &tx, err));
    OK(command_log_find(tx, "/desk/1", "c1", "plimsoll.alerting.visit.v1", &digest, &found, err));
    assert_false(found.found);
    OK(command_log_save(tx, "/desk/1", "c1", "plimsoll.alerting.visit.v1", &digest, SLICE_LIT("{\"ok\":1}"), err));
    OK(command_log_find(tx, "/desk/1", "c1", "plimsoll.alerting.visit.v1", &digest, &found, err));
    assert_true(found.found && found.same);
    assert_string_equal(str_c(&found.reply), "{\"ok\":1}");
    command_log_entry_done(&found);
    OK(command_log_find(tx, "/desk/1", "c1", "plimsoll.alerting.visit.v1", &other, &found, err));
    assert_true(found.found && !found.same);
    command_log_entry_done(&found);
    OK(command_log_find(tx, "/desk/2", "c1", "plimsoll.alerting.visit.v1", &digest, &found, err));
    assert_false(found.found);
    OK(command_log_expire(tx, COMMAND_LOG_DAYS, &gone, err));
    assert_int_equal(gone, 0);
    AUTO_PARAMS in;
    db_params_init(&in);
    db_params_i64(&in, 8);
    OK(db_exec(tx, &teststream_statements, STMT_age_commands, &in, NULL, err));
    OK(command_log_expire(tx, COMMAND_LOG_DAYS, &gone, err));
    assert_int_equal(gone, 1);
    OK(command_log_save(tx, "/desk/1", "c1", "t", &digest, SLICE_LIT("{}"), err));
    FAILS(command_log_save(tx, "/desk/1", "c1", "t", &digest, SLICE_LIT("{}"), err), ERR_RETRY, "command_log.twice");
}

/* --- tampering --- */

static void
change(unsigned stmt, const char *stream, int64_t seq, const char *topic)
{
    AUTO(db_tx) tx = NULL;
    AUTO_PARAMS in;
    int64_t rows = 0;

    db_params_init(&in);
    db_params_text(&in, stream);
    db_params_i64(&in, seq);
    if (topic != NULL)
        db_params_text(&in, topic);
    OK(db_tx_begin(producer, &tx, err));
    OK(db_exec(tx, &teststream_statements, stmt, &in, &rows, err));
    assert_int_equal(rows, 1);
    OK(db_tx_commit(&tx, err));
}

/* What somebody does who knows the formula: every hash after the change is made to fit. */
static void
recompute(const char *stream, int64_t seq, hash_t previous)
{
    AUTO(db_tx) tx = NULL;
    AUTO(db_result) rows = NULL;
    AUTO_PARAMS in;

    db_params_init(&in);
    db_params_text(&in, stream);
    db_params_i64(&in, seq);
    OK(db_tx_begin(producer, &tx, err));
    OK(db_query(tx, &teststream_statements, STMT_rows_from, &in, &rows, err));
    for (size_t i = 0; i < db_result_rows(rows); i++) {
        AUTO_PARAMS row;
        hash_t payload_hash;
        slice_t payload = db_result_bytea(rows, i, 4);
        hash_of(payload.ptr, payload.len, &payload_hash);
        stream_chain_hash(&previous, (uint64_t) db_result_i64(rows, i, 0), db_result_text(rows, i, 1),
                          db_result_text(rows, i, 2), db_result_i64(rows, i, 3), &payload_hash, &previous);
        db_params_init(&row);
        db_params_text(&row, stream);
        db_params_i64(&row, db_result_i64(rows, i, 0));
        db_params_bytea(&row, payload_hash.b, HASH_SIZE);
        db_params_bytea(&row, previous.b, HASH_SIZE);
        OK(db_exec(tx, &teststream_statements, STMT_rehash, &row, NULL, err));
    }
    OK(db_tx_commit(&tx, err));
}

static stream_check_t
verify(const char *stream, bool is_consumer)
{
    /* an auditor's connection: a schema that is not there, nothing prepared */
    AUTO(db) auditor = fixture_open("auditor", NULL);
    AUTO_FREE stream_check_t *checks = NULL;
    size_t n = 0;

    OK(stream_verify_all(auditor, schemas, COUNT_OF(schemas), flows, NULL, NULL, &checks, &n, err));
    for (size_t i = 0; i < n; i++)
        if (strcmp(checks[i].stream, stream) == 0 && checks[i].is_consumer == is_consumer) {
            assert_string_equal(checks[i].schema, is_consumer ? "comparison" : "intake");
            return checks[i];
        }
    fail_msg("no check of %s", stream);
    return (stream_check_t){ 0 };
}

static void
is_bad(const char *stream, bool is_consumer, uint64_t seq, const char *text)
{
    stream_check_t check = verify(stream, is_consumer);

    assert_false(check.ok);
    assert_int_equal(check.bad_seq, seq);
    if (strstr(check.text, text) == NULL)
        fail_msg("%s", check.text);
}

/* 20 events in a stream of this name, all of them consumed. */
static void
prepare(const char *name)
{
    AUTO(stream) stream = open_stream(producer, name);

    append_many(producer, stream, 20, any_topic);
    (void) consume_all(producer, consumer, name);
    stream_check_t theirs = verify(name, true), ours = verify(name, false);
    assert_true(ours.ok && theirs.ok);
    assert_int_equal(ours.rows, 20);
    assert_int_equal(theirs.rows, 20);
}

static void
a_changed_byte_is_found(void **state)
{
    uint64_t rows = 0, bad = 0;
    hash_t head;
    AUTO(db_tx) tx = NULL;

    (void) state;
    prepare("byte");
    change(STMT_change_byte, "byte", 9, NULL);
    is_bad("byte", false, 9, "payload");
    assert_true(verify("byte", true).ok); /* the hashes themselves are untouched */
    OK(db_tx_begin(producer, &tx, err));
    OK(stream_verify(tx, "byte", &rows, &bad, &head, err));
    assert_int_equal(rows, 8);
    assert_int_equal(bad, 9);
}

static void
a_changed_topic_is_found(void **state)
{
    (void) state;
    prepare("topic");
    change(STMT_change_topic, "topic", 13, "fact/elsewhere");
    is_bad("topic", false, 13, "does not follow");
}

static void
a_removed_row_is_found(void **state)
{
    (void) state;
    prepare("removed");
    change(STMT_remove_row, "removed", 4, NULL);
    is_bad("removed", false, 4, "missing");
    is_bad("removed", true, 4, "no longer has");
}

/* The end cut off leaves a chain without fault; only the consumer knows that there was more. */
static void
a_removed_end_is_found(void **state)
{
    (void) state;
    prepare("end");
    change(STMT_remove_row, "end", 20, NULL);
    assert_true(verify("end", false).ok);
    is_bad("end", true, 20, "no longer has");
}

static void
a_recomputed_chain_is_found(void **state)
{
    AUTO(db_tx) tx = NULL;
    AUTO(db_result) rows = NULL;
    AUTO_PARAMS in;
    hash_t previous;

    (void) state;
    db_params_init(&in);
    prepare("recomputed");
    db_params_text(&in, "recomputed");
    db_params_i64(&in, 10);
    OK(db_tx_begin(producer, &tx, err));
    OK(db_query(tx, &teststream_statements, STMT_rows_from, &in, &rows, err));
    memcpy(previous.b, db_result_bytea(rows, 0, 5).ptr, HASH_SIZE);
    OK(db_tx_commit(&tx, err));
    change(STMT_change_byte, "recomputed", 11, NULL);
    recompute("recomputed", 11, previous);
    stream_check_t ours = verify("recomputed", false);
    assert_true(ours.ok); /* by itself it is a chain without fault */
    is_bad("recomputed", true, 11, "not the one that the consumer received");
}

static void
a_hole_in_the_input_log_is_found(void **state)
{
    AUTO(db_tx) tx = NULL;
    AUTO_PARAMS in;

    (void) state;
    db_params_init(&in);
    prepare("hole");
    db_params_text(&in, "hole");
    db_params_i64(&in, 6);
    OK(db_tx_begin(consumer, &tx, err));
    OK(db_exec(tx, &teststream_statements, STMT_remove_input, &in, NULL, err));
    OK(db_tx_commit(&tx, err));
    is_bad("hole", true, 6, "lacks this row");
}

/* Log and cursor removed together leave nothing to compare: that there must be something is known from elsewhere. */
static void
a_consumer_without_any_trace_is_found(void **state)
{
    AUTO(stream) stream = open_stream(producer, "unheard");

    (void) state;
    append_many(producer, stream, 3, any_topic);
    is_bad("unheard", true, 1, "no cursor");
}

static void
a_log_longer_than_a_page_is_compared_whole(void **state)
{
    AUTO(stream) stream = open_stream(producer, "long");

    (void) state;
    append_many(producer, stream, 9000, any_topic);
    (void) consume_all(producer, consumer, "long");
    stream_check_t check = verify("long", true);
    assert_true(check.ok);
    assert_int_equal(check.rows, 9000);
    assert_int_equal(verify("long", false).rows, 9000);
}

/* A stream whose producer is nowhere to be found. */
static void
an_orphaned_consumer_is_found(void **state)
{
    AUTO(db_tx) tx = NULL;
    stream_cursor_t cursor = { .seq = 12 };

    (void) state;
    OK(db_tx_begin(consumer, &tx, err));
    OK(stream_cursor_save(tx, "orphan", &cursor, NULL, 0, err));
    OK(db_tx_commit(&tx, err));
    is_bad("orphan", true, 1, "no schema produces it");
}

/* The auditor's statements hold in a schema that has the tables. */
static void
the_verifying_statements_are_right(void **state)
{
    (void) state;
    OK(db_check_statements(producer, &verify_statements, err));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_consumer_computes_the_same_chain),
        cmocka_unit_test(the_input_log_keeps_the_order_over_streams),
        cmocka_unit_test(a_gap_and_a_missing_payload_are_bugs),
        cmocka_unit_test(a_moved_cursor_is_refused),
        cmocka_unit_test(a_cursor_rolls_back_with_its_effects),
        cmocka_unit_test(an_erased_event_can_still_be_chained),
        cmocka_unit_test(poison_is_kept_once_and_can_be_closed),
        cmocka_unit_test(a_command_is_carried_out_once),
        cmocka_unit_test(a_changed_byte_is_found),
        cmocka_unit_test(a_changed_topic_is_found),
        cmocka_unit_test(a_removed_row_is_found),
        cmocka_unit_test(a_removed_end_is_found),
        cmocka_unit_test(a_recomputed_chain_is_found),
        cmocka_unit_test(a_consumer_without_any_trace_is_found),
        cmocka_unit_test(a_hole_in_the_input_log_is_found),
        cmocka_unit_test(a_log_longer_than_a_page_is_compared_whole),
        cmocka_unit_test(an_orphaned_consumer_is_found),
        cmocka_unit_test(the_verifying_statements_are_right),
    };

    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
