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
    ask_number(lane, STMT_wait_ms, 4000);
    ask(lane, STMT_item_count);
    db_lane_destroy(&lane);
    assert_null(lane);
    assert_true(time_monotonic_ms() - begin < 2000);
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
    };

    return cmocka_run_group_tests(tests, group_setup, NULL);
}
