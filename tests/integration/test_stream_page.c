/* SPDX-License-Identifier: Apache-2.0 */
#include "stream_fixture.h"

#include "teststream_sql.h"

/* Pages: limits, sizes, filters. */

static db_t *db;

static const char *
two_topics(size_t i)
{
    return i % 2 == 0 ? "alert/320681100207/red" : "alert/320682100207/blue";
}

static const char *
mostly_one_topic(size_t i)
{
    return i == 7500 ? "rare/b" : i == 14999 ? "rare/a" : "common";
}

static int
group_setup(void **state)
{
    AUTO(stream) even = NULL;
    AUTO(stream) rare = NULL;

    (void) state;
    migrate("intake");
    db = fixture_open("intake", sets);
    even = open_stream(db, "even");
    append_many(db, even, 250, two_topics);
    rare = open_stream(db, "rare");
    append_many(db, rare, 15000, mostly_one_topic);
    return 0;
}

static int
group_teardown(void **state)
{
    (void) state;
    db_destroy(&db);
    return 0;
}

static void
a_page_follows_its_cursor(void **state)
{
    uint64_t after = 0;

    (void) state;
    for (int pages = 0; pages < 3; pages++) {
        AUTO_PAGE page;
        fetch(db, "even", after, 100, NULL, NULL, NULL, &page);
        assert_int_equal(page.events, pages == 2 ? 50 : 100);
        assert_int_equal(seq_of(&page, 0), (int64_t) after + 1);
        assert_int_equal(page.last, (int64_t) (after + page.events));
        assert_int_equal(page.more, pages < 2);
        assert_int_equal(page.first, 1);
        after = (uint64_t) page.last;
    }
    AUTO_PAGE end;
    fetch(db, "even", after, 100, NULL, NULL, NULL, &end);
    assert_int_equal(end.events, 0);
    assert_int_equal(end.last, 250);
    assert_false(end.more);
    AUTO_PAGE beyond;
    fetch(db, "even", 9999, 100, NULL, NULL, NULL, &beyond);
    assert_int_equal(beyond.events, 0);
    assert_int_equal(beyond.last, 250);
}

static void
an_absent_stream_is_empty(void **state)
{
    AUTO_PAGE page;

    (void) state;
    fetch(db, "absent", 0, 100, NULL, NULL, NULL, &page);
    assert_int_equal(page.events, 0);
    assert_int_equal(page.last, 0);
    assert_int_equal(page.first, 1);
    assert_false(page.more);
}

static void
limits_are_kept_within_the_contract(void **state)
{
    AUTO_PAGE least, most;

    (void) state;
    fetch(db, "even", 0, 0, NULL, NULL, NULL, &least);
    assert_int_equal(least.events, 1);
    fetch(db, "rare", 0, 5000, NULL, NULL, NULL, &most);
    assert_int_equal(most.events, 1000);
}

static void
a_prefix_filters(void **state)
{
    AUTO_PAGE page;

    (void) state;
    fetch(db, "even", 0, 100, "alert/320681", NULL, NULL, &page);
    assert_int_equal(page.events, 100);
    assert_int_equal(page.last, 199);
    for (size_t i = 0; i < page.events; i++)
        assert_string_equal(topic_of(&page, i), "alert/320681100207/red");
    AUTO_PAGE rest;
    fetch(db, "even", 199, 100, "alert/320681", NULL, NULL, &rest);
    assert_int_equal(rest.events, 25);
    /* the last row is examined though it does not match */
    assert_int_equal(rest.last, 250);
    assert_false(rest.more);
    /* a prefix is bytes and no pattern */
    AUTO_PAGE pattern;
    fetch(db, "even", 0, 100, "alert/%", NULL, NULL, &pattern);
    assert_int_equal(pattern.events, 0);
    assert_int_equal(pattern.last, 250);
}

static bool
may_blue(void *ctx, const char *topic)
{
    *(unsigned *) ctx += 1;
    return str_starts(topic, "alert/320682");
}

static void
rights_filter_too(void **state)
{
    unsigned calls = 0;
    AUTO_PAGE page;

    (void) state;
    fetch(db, "even", 0, 10, NULL, may_blue, &calls, &page);
    assert_int_equal(page.events, 10);
    assert_int_equal(seq_of(&page, 0), 2);
    assert_int_equal(page.last, 20);
    assert_true(calls > 0);
    AUTO_PAGE none;
    fetch(db, "even", 0, 10, "alert/320681", may_blue, &calls, &none);
    assert_int_equal(none.events, 0);
    assert_int_equal(none.last, 250);
}

static bool
may_rare_a(void *ctx, const char *topic)
{
    (void) ctx;
    return strcmp(topic, "rare/a") == 0;
}

/* However far the next matching event is, the page that asks for it holds it. */
static void
a_rare_event_is_found_in_one_page(void **state)
{
    AUTO_PAGE page;

    (void) state;
    fetch(db, "rare", 0, 100, "rare/", NULL, NULL, &page);
    assert_int_equal(page.events, 2);
    assert_int_equal(seq_of(&page, 0), 7501);
    assert_int_equal(seq_of(&page, 1), 15000);
    assert_int_equal(page.last, 15000);
    AUTO_PAGE one;
    fetch(db, "rare", 0, 1, "rare/", NULL, NULL, &one);
    assert_int_equal(one.events, 1);
    assert_int_equal(one.last, 7501);
    assert_true(one.more);
    AUTO_PAGE narrowed;
    fetch(db, "rare", 100, 100, NULL, may_rare_a, NULL, &narrowed);
    assert_int_equal(narrowed.events, 1);
    assert_int_equal(seq_of(&narrowed, 0), 15000);
    AUTO_PAGE nothing;
    fetch(db, "rare", 0, 100, "absent/", NULL, NULL, &nothing);
    assert_int_equal(nothing.events, 0);
    assert_int_equal(nothing.last, 15000);
    assert_false(nothing.more);
}

/* A page with something in it stops after so many rows, and says that there is more. */
static void
a_sparse_page_ends_early(void **state)
{
    AUTO_PAGE page;

    (void) state;
    fetch(db, "rare", 0, 2, "common", may_rare_a, NULL, &page);
    assert_int_equal(page.events, 0);
    AUTO_PAGE sparse;
    fetch(db, "rare", 7400, 100, "rare/b", NULL, NULL, &sparse);
    assert_int_equal(sparse.events, 1);
    assert_int_equal(sparse.last, 15000);
}

static void
a_page_ends_before_4_mib(void **state)
{
    AUTO(stream) stream = open_stream(db, "heavy");
    AUTO(db_tx) tx = NULL;
    uint64_t after = 0, events = 0;
    bool more = true;

    (void) state;
    OK(db_tx_begin(db, &tx, err));
    for (int i = 0; i < 9; i++)
        (void) append_sized(stream, tx, "h", NULL, false, 1000 * 1000);
    (void) commit(stream, &tx);
    while (more) {
        AUTO_PAGE page;
        fetch(db, "heavy", after, 1000, NULL, NULL, NULL, &page);
        assert_true(page.events >= 1);
        assert_true(page.bytes.len < 4u * 1024 * 1024);
        events += page.events;
        assert_int_equal(page.last, (int64_t) events);
        after = (uint64_t) page.last;
        more = page.more;
    }
    assert_int_equal(events, 9);
}

static void
what_is_not_kept_is_gone(void **state)
{
    AUTO(stream) stream = open_stream(db, "short");
    AUTO(db_tx) tx = NULL;
    AUTO_PARAMS in;
    AUTO_STR data = STR_INIT;

    (void) state;
    db_params_init(&in);
    append_many(db, stream, 20, two_topics);
    db_params_text(&in, "short");
    db_params_i64(&in, 11);
    OK(db_tx_begin(db, &tx, err));
    OK(db_exec(tx, &teststream_statements, STMT_remove_before, &in, NULL, err));
    FAILS(stream_page(tx, "short", 5, 10, NULL, NULL, NULL, &data, err), ERR_REJECT, "gone");
    assert_string_equal(str_c(&data), "{\"first\":11}");
    str_clear(&data);
    OK(stream_page(tx, "short", 10, 10, NULL, NULL, NULL, &data, err));
    assert_non_null(strstr(str_c(&data), "\"last\":20,\"more\":false,\"first\":11}"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_follows_its_cursor),
        cmocka_unit_test(an_absent_stream_is_empty),
        cmocka_unit_test(limits_are_kept_within_the_contract),
        cmocka_unit_test(a_prefix_filters),
        cmocka_unit_test(rights_filter_too),
        cmocka_unit_test(a_rare_event_is_found_in_one_page),
        cmocka_unit_test(a_sparse_page_ends_early),
        cmocka_unit_test(a_page_ends_before_4_mib),
        cmocka_unit_test(what_is_not_kept_is_gone),
    };

    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
