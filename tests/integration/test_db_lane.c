/* SPDX-License-Identifier: Apache-2.0 */
#include "db_fixture.h"

#include "base/time.h"
#include "db/lane.h"
#include "testdb_sql.h"

/* A lane: order, what it sees, what is given up, and a server that goes away. */

static const db_stmt_set_t *const sets[] = { &testdb_statements, NULL };
static const db_migration_set_t *const migrations[] = { &testdb_migrations, NULL };

#define SET &testdb_statements

static int
group_setup(void **state)
{
    db_options_t options = fixture_options("one", NULL);

    (void) state;
    OK(db_migrate(&options, migrations, err));
    return 0;
}

static db_lane_t *
lane_open(void)
{
    db_options_t options = fixture_options("one", sets);
    db_lane_t *lane = NULL;

    OK(db_lane_open(&options, &lane, err));
    return lane;
}

static void
ask(db_lane_t *lane, unsigned stmt)
{
    AUTO_PARAMS in;

    db_params_init(&in);
    db_lane_ask(lane, SET, stmt, &in);
}

static void
ask_number(db_lane_t *lane, unsigned stmt, int64_t n)
{
    AUTO_PARAMS in;

    db_params_init(&in);
    db_params_i64(&in, n);
    db_lane_ask(lane, SET, stmt, &in);
    assert_int_equal(in.count, 0); /* taken */
}

static int64_t
take_number(db_lane_t *lane)
{
    AUTO(db_result) rows = NULL;

    OK(db_lane_take(lane, &rows, err));
    assert_int_equal(db_result_rows(rows), 1);
    return db_result_i64(rows, 0, 0);
}

static void
take_anything(db_lane_t *lane)
{
    AUTO(db_result) rows = NULL;

    OK(db_lane_take(lane, &rows, err));
}

static void
add_item(db_t *db, int64_t id)
{
    AUTO(db_tx) tx = NULL;
    AUTO_PARAMS in;

    db_params_init(&in);
    db_params_i64(&in, id);
    db_params_i64(&in, 1);
    OK(db_tx_begin(db, &tx, err));
    OK(db_exec(tx, SET, STMT_item_add, &in, NULL, err));
    OK(db_tx_commit(&tx, err));
}

static void
terminate(db_t *db, int64_t pid)
{
    AUTO(db_tx) tx = NULL;
    AUTO_PARAMS in;

    db_params_init(&in);
    db_params_i64(&in, pid);
    OK(db_tx_begin(db, &tx, err));
    OK(db_exec(tx, SET, STMT_terminate, &in, NULL, err));
    OK(db_tx_commit(&tx, err));
}

static void
answers_come_in_the_order_of_asking(void **state)
{
    AUTO(db) db = fixture_open("one", sets);
    AUTO(db_lane) lane = lane_open();

    (void) state;
    ask(lane, STMT_item_count);
    int64_t before = take_number(lane);
    for (int64_t i = 0; i < 50; i++) {
        add_item(db, 1000 + i);
        ask(lane, STMT_item_count);
        ask_number(lane, STMT_wait_ms, 1);
        ask(lane, STMT_item_count);
        assert_int_equal(take_number(lane), before + i + 1); /* what was committed before it was asked is seen */
        take_anything(lane);
        assert_int_equal(take_number(lane), before + i + 1);
    }
    assert_false(db_lane_is_broken(lane));
}

static void
a_lane_writes_nothing(void **state)
{
    AUTO(db_lane) lane = lane_open();
    AUTO(db_result) rows = NULL;
    AUTO_PARAMS in;

    (void) state;
    db_params_init(&in);
    db_params_i64(&in, 5000);
    db_params_i64(&in, 1);
    db_lane_ask(lane, SET, STMT_item_add, &in);
    FAILS(db_lane_take(lane, &rows, err), ERR_RETRY, "db.outage");
    assert_string_equal(last_error.sqlstate, "25006");
    assert_null(rows);
}

static void
bad_parameters_are_told_where_the_answer_is_taken(void **state)
{
    AUTO(db_lane) lane = lane_open();
    AUTO(db_result) rows = NULL;
    AUTO_PARAMS in;

    (void) state;
    db_params_init(&in);
    for (int i = 0; i <= DB_PARAMS_MAX; i++)
        db_params_i64(&in, i);
    db_lane_ask(lane, SET, STMT_item_count, &in);
    ask(lane, STMT_item_count);
    FAILS(db_lane_take(lane, &rows, err), ERR_BUG, "db.bug");
    (void) take_number(lane);
}

static void
what_is_forgotten_is_never_answered(void **state)
{
    AUTO(db_lane) lane = lane_open();

    (void) state;
    db_lane_forget(lane);
    for (int i = 0; i < 50; i++) {
        ask(lane, STMT_item_count);
        ask_number(lane, STMT_wait_ms, i % 3);
        if (i % 2 == 0)
            (void) take_number(lane);
        db_lane_forget(lane);
        ask(lane, STMT_backend);
        if (i % 5 != 0)
            (void) take_number(lane);
        db_lane_forget(lane);
    }
    ask(lane, STMT_item_count);
    (void) take_number(lane);
}

typedef struct {
    int calls;
    bool named;
} seen_t;

static void
on_statement(void *ctx, const char *set, const char *stmt, int64_t duration_us)
{
    seen_t *seen = ctx;

    seen->calls++;
    seen->named = strcmp(set, "testdb") == 0 && strcmp(stmt, "wait_ms") == 0 && duration_us >= 5000;
}

static void
durations_are_told_to_the_owner(void **state)
{
    AUTO(db_lane) lane = lane_open();
    seen_t seen = { 0 };

    (void) state;
    db_lane_set_observer(lane, on_statement, &seen);
    ask_number(lane, STMT_wait_ms, 5);
    take_anything(lane);
    assert_int_equal(seen.calls, 1);
    assert_true(seen.named);
}

static void
a_lane_ends_at_once_with_work_under_way(void **state)
{
    db_lane_t *lane = lane_open();
    int64_t begin = time_monotonic_ms();

    (void) state;
    ask_number(lane, STMT_wait_ms, 4000 * SLOW);
    ask(lane, STMT_item_count);
    db_lane_destroy(&lane);
    assert_null(lane);
    assert_true(time_monotonic_ms() - begin < 2000 * SLOW);
    db_lane_destroy(&lane);
}

static void
a_terminated_lane_is_an_outage(void **state)
{
    AUTO(db) db = fixture_open("one", sets);
    AUTO(db_lane) lane = lane_open();
    AUTO(db_result) rows = NULL;

    (void) state;
    ask(lane, STMT_backend);
    int64_t pid = take_number(lane);
    ask_number(lane, STMT_wait_ms, 4000);
    ask(lane, STMT_item_count);
    terminate(db, pid);
    FAILS(db_lane_take(lane, &rows, err), ERR_RETRY, "db.outage");
    assert_true(last_error.outage);
    FAILS(db_lane_take(lane, &rows, err), ERR_RETRY, "db.outage");
    assert_true(db_lane_is_broken(lane));
    ask(lane, STMT_item_count);
    FAILS(db_lane_take(lane, &rows, err), ERR_RETRY, "db.outage");
    add_item(db, 2000); /* the other connection knows nothing of it */
}

static void
a_stopped_server_ends_the_lane_too(void **state)
{
    AUTO(db_lane) lane = lane_open();
    AUTO(db_result) rows = NULL;

    (void) state;
    ask_number(lane, STMT_wait_ms, 4000);
    fixture_server("kill");
    FAILS(db_lane_take(lane, &rows, err), ERR_RETRY, "db.outage");
    assert_true(db_lane_is_broken(lane));
    fixture_server("start");
}

/* --- writing behind --- */

static int64_t
count_items(db_t *db)
{
    AUTO(db_tx) tx = NULL;
    AUTO(db_result) rows = NULL;

    OK(db_tx_begin(db, &tx, err));
    OK(db_query(tx, SET, STMT_item_count, NULL, &rows, err));
    return db_result_i64(rows, 0, 0);
}

static void
item_params(db_params_t *in, int64_t id)
{
    db_params_init(in);
    db_params_i64(in, id);
    db_params_i64(in, 1);
}

static void
put_behind(db_tx_t *tx, int64_t id)
{
    AUTO_PARAMS in;

    item_params(&in, id);
    OK(db_exec(tx, SET, STMT_item_add, &in, NULL, err));
}

static void
wait_behind(db_tx_t *tx, int64_t ms)
{
    AUTO_PARAMS in;

    db_params_init(&in);
    db_params_i64(&in, ms);
    OK(db_exec(tx, SET, STMT_wait_ms, &in, NULL, err));
}

static void
copy_behind(db_tx_t *tx, int rows)
{
    AUTO(db_copy) copy = NULL;

    OK(db_copy_begin(tx, SET, STMT_copy_checked, 1, &copy, err));
    for (int i = 0; i < rows; i++)
        db_copy_i32(copy, 1);
    OK(db_copy_end(&copy, NULL, err));
}

static void
what_is_written_behind_is_there_with_the_commit(void **state)
{
    AUTO(db) db = fixture_open("one", sets);
    seen_t seen = { 0 };

    (void) state;
    int64_t before = count_items(db);
    db_set_observer(db, on_statement, &seen);
    for (int round = 0; round < 3; round++) {
        AUTO(db_tx) tx = NULL;
        AUTO(db_result) rows = NULL;
        int64_t touched = 0;
        AUTO_PARAMS in;

        OK(db_tx_begin(db, &tx, err));
        assert_false(db_tx_has_written(tx));
        OK(db_tx_write_behind(tx, err));
        int64_t begin = time_monotonic_ms();
        wait_behind(tx, 1000 * SLOW);
        put_behind(tx, 7000 + 10 * round);
        copy_behind(tx, 30000);
        assert_true(time_monotonic_ms() - begin < 900 * SLOW); /* nobody waited */
        assert_true(db_tx_has_written(tx));
        /* what has a result comes after what was written */
        OK(db_query(tx, SET, STMT_item_count, NULL, &rows, err));
        assert_int_equal(db_result_i64(rows, 0, 0), before + 2 * round + 1);
        assert_true(time_monotonic_ms() - begin >= 1000 * SLOW);
        item_params(&in, 7001 + 10 * round);
        OK(db_exec(tx, SET, STMT_item_add, &in, &touched, err));
        assert_int_equal(touched, 1);
        if (round == 1)
            OK(db_tx_settle(tx, err));
        OK(db_tx_commit(&tx, err));
        assert_int_equal(count_items(db), before + 2 * (round + 1));
    }
    assert_true(seen.calls > 9);
}

static void
a_failure_behind_is_told_by_a_later_call(void **state)
{
    AUTO(db) db = fixture_open("one", sets);

    (void) state;
    int64_t before = count_items(db);
    for (int way = 0; way < 3; way++) {
        AUTO(db_tx) tx = NULL;
        AUTO(db_result) rows = NULL;

        OK(db_tx_begin(db, &tx, err));
        OK(db_tx_write_behind(tx, err));
        put_behind(tx, 8000);
        put_behind(tx, 8000);
        put_behind(tx, 8001);
        if (way == 0)
            FAILS(db_tx_commit(&tx, err), ERR_REJECT, "db.reject");
        else if (way == 1)
            FAILS(db_tx_settle(tx, err), ERR_REJECT, "db.reject");
        else
            FAILS(db_query(tx, SET, STMT_item_count, NULL, &rows, err), ERR_REJECT, "db.reject");
        assert_string_equal(last_error.sqlstate, "23505"); /* and not that of what came after it */
        if (way != 0)
            FAILS(db_tx_commit(&tx, err), ERR_REJECT, "db.reject");
    }
    assert_int_equal(count_items(db), before); /* the connection is as good as before */
}

static void
what_was_begun_behind_is_rolled_back(void **state)
{
    AUTO(db) db = fixture_open("one", sets);

    (void) state;
    int64_t before = count_items(db);
    {
        AUTO(db_tx) tx = NULL;

        OK(db_tx_begin(db, &tx, err));
        OK(db_tx_write_behind(tx, err));
        int64_t begin = time_monotonic_ms();
        for (int64_t i = 0; i < 20; i++) {
            wait_behind(tx, 200 * SLOW);
            put_behind(tx, 9000 + i);
        }
        copy_behind(tx, 10);
        db_tx_destroy(&tx);
        assert_true(time_monotonic_ms() - begin < 2000 * SLOW); /* only what was under way was waited for */
    }
    assert_int_equal(count_items(db), before);
}

static void
a_server_that_goes_away_behind_is_an_outage(void **state)
{
    AUTO(db) db = fixture_open("one", sets);
    AUTO(db_tx) tx = NULL;

    (void) state;
    OK(db_tx_begin(db, &tx, err));
    OK(db_tx_write_behind(tx, err));
    wait_behind(tx, 3000);
    put_behind(tx, 9100);
    fixture_server("kill");
    FAILS(db_tx_commit(&tx, err), ERR_RETRY, "db.outage");
    assert_true(last_error.outage);
    assert_true(db_is_broken(db));
    fixture_server("start");
    AUTO(db) again = fixture_open("one", sets);
    add_item(again, 9100);
}

/* A lane reads for a transaction what stood before it. */
static void
a_transaction_reads_by_a_lane(void **state)
{
    AUTO(db) db = fixture_open("one", sets);
    AUTO(db_lane) lane = lane_open();
    AUTO(db_tx) tx = NULL;

    (void) state;
    int64_t before = count_items(db);
    OK(db_tx_begin(db, &tx, err));
    OK(db_tx_write_behind(tx, err));
    put_behind(tx, 9200);
    for (int by_lane = 1; by_lane >= 0; by_lane--) {
        AUTO(db_result) rows = NULL;

        db_tx_read_by(tx, by_lane ? lane : NULL);
        OK(db_query(tx, SET, STMT_item_count, NULL, &rows, err));
        assert_int_equal(db_result_i64(rows, 0, 0), before + 1 - by_lane);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_come_in_the_order_of_asking),
        cmocka_unit_test(a_lane_writes_nothing),
        cmocka_unit_test(bad_parameters_are_told_where_the_answer_is_taken),
        cmocka_unit_test(what_is_forgotten_is_never_answered),
        cmocka_unit_test(durations_are_told_to_the_owner),
        cmocka_unit_test(a_lane_ends_at_once_with_work_under_way),
        cmocka_unit_test(a_terminated_lane_is_an_outage),
        cmocka_unit_test(a_stopped_server_ends_the_lane_too),
        cmocka_unit_test(what_is_written_behind_is_there_with_the_commit),
        cmocka_unit_test(a_failure_behind_is_told_by_a_later_call),
        cmocka_unit_test(what_was_begun_behind_is_rolled_back),
        cmocka_unit_test(a_server_that_goes_away_behind_is_an_outage),
        cmocka_unit_test(a_transaction_reads_by_a_lane),
    };

    return cmocka_run_group_tests(tests, group_setup, NULL);
}
