/* SPDX-License-Identifier: Apache-2.0 */
#include "db_fixture.h"

#include "base/failpoint.h"
#include "base/time.h"
#include "db/db_internal.h"
#include "testbroken_sql.h"
#include "testdb_sql.h"

#include <errno.h>
#include <poll.h>

/* Locks, conflicts, migrations, and a server that goes away. */

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

static void
item_params(db_params_t *in, int64_t id, int64_t n)
{
    db_params_init(in);
    db_params_i64(in, id);
    db_params_i64(in, n);
}

static void
add_item(db_t *db, int64_t id)
{
    AUTO(db_tx) tx = NULL;
    AUTO_PARAMS in;

    item_params(&in, id, 1);
    OK(db_tx_begin(db, &tx, err));
    OK(db_exec(tx, SET, STMT_item_add, &in, NULL, err));
    OK(db_tx_commit(&tx, err));
}

static int64_t
count_items(db_t *db)
{
    AUTO(db_tx) tx = NULL;
    AUTO(db_result) rows = NULL;

    OK(db_tx_begin(db, &tx, err));
    OK(db_query(tx, SET, STMT_item_count, NULL, &rows, err));
    return db_result_i64(rows, 0, 0);
}

static int64_t
backend_of(db_t *db)
{
    AUTO(db_tx) tx = NULL;
    AUTO(db_result) rows = NULL;

    OK(db_tx_begin(db, &tx, err));
    OK(db_query(tx, SET, STMT_backend, NULL, &rows, err));
    return db_result_i64(rows, 0, 0);
}

static void
terminate(int64_t pid)
{
    AUTO(db) other = fixture_open("one", sets);
    AUTO(db_tx) tx = NULL;
    AUTO_PARAMS in;

    db_params_init(&in);
    db_params_i64(&in, pid);
    OK(db_tx_begin(other, &tx, err));
    OK(db_exec(tx, SET, STMT_terminate, &in, NULL, err));
    OK(db_tx_commit(&tx, err));
}

/* --- connecting --- */

static void
refuses(const char *conninfo, const char *application, err_class_t cls, const char *code, const char *text)
{
    db_options_t options = fixture_options("one", NULL);
    db_t *db = NULL;

    options.conninfo = conninfo;
    options.application = application;
    FAILS(db_open(&options, &db, err), cls, code);
    assert_null(db);
    assert_int_equal(last_error.outage, cls == ERR_RETRY);
    if (strstr(last_error.text, text) == NULL)
        fail_msg("%s", last_error.text);
}

static void
what_is_wrong_with_a_connection_is_told(void **state)
{
    AUTO_STR conninfo = STR_INIT;

    (void) state;
    refuses("host=/nowhere/at/all dbname=x user=y", "one", ERR_RETRY, "db.outage", "No such file");
    refuses("host=127.0.0.1 port=1 dbname=x user=y", "one", ERR_RETRY, "db.outage", "refused");
    refuses("colour=red", "one", ERR_CONFIG, "db.config", "colour");
    refuses("dbname=x password=secret", "one", ERR_CONFIG, "db.config", "passfile");
    refuses("dbname=x", "one; DROP", ERR_CONFIG, "db.config", "schema");
    str_printf(&conninfo, "%s dbname=absent", getenv("PLIMSOLL_TEST_DB"));
    refuses(str_c(&conninfo), "one", ERR_CONFIG, "db.config", "absent");
    assert_string_equal(last_error.sqlstate, "3D000");
    str_clear(&conninfo);
    str_printf(&conninfo, "%s user=nobody_we_know", getenv("PLIMSOLL_TEST_DB"));
    refuses(str_c(&conninfo), "one", ERR_CONFIG, "db.config", "nobody_we_know");
    assert_string_equal(last_error.sqlstate, "28000");
}

/* --- conflicts --- */

static void
one_session_holds_a_lock(void **state)
{
    AUTO(db) first = fixture_open("one", NULL);
    AUTO(db) second = fixture_open("one", NULL);
    bool got = false;

    (void) state;
    OK(db_try_lock(first, 42, &got, err));
    assert_true(got);
    OK(db_try_lock(second, 42, &got, err));
    assert_false(got);
    OK(db_try_lock(second, 43, &got, err));
    assert_true(got);
    db_destroy(&first);
    /* the server lets go when it has seen the connection end: wait on that, with a bound */
    int64_t deadline = time_monotonic_ms() + 5000 * SLOW;
    do
        OK(db_try_lock(second, 42, &got, err));
    while (!got && time_monotonic_ms() < deadline);
    assert_true(got);
}

static void
a_statement_that_takes_too_long_is_a_conflict(void **state)
{
    db_options_t options = fixture_options("one", sets);
    AUTO(db) db = NULL;
    AUTO_PARAMS in;

    (void) state;
    db_params_init(&in);
    db_params_i64(&in, 10000);
    options.statement_timeout_ms = 200;
    OK(db_open(&options, &db, err));
    {
        AUTO(db_tx) tx = NULL;
        OK(db_tx_begin(db, &tx, err));
        FAILS(db_exec(tx, SET, STMT_wait_ms, &in, NULL, err), ERR_RETRY, "db.conflict");
        assert_string_equal(last_error.sqlstate, "57014");
        assert_false(last_error.outage);
    }
    assert_false(db_is_broken(db));
    (void) count_items(db);
}

static void
waiting_for_a_lock_ends_as_a_conflict(void **state)
{
    db_options_t options = fixture_options("one", sets);
    AUTO(db) holder = fixture_open("one", sets);
    AUTO(db) waiter = NULL;
    AUTO(db_tx) holding = NULL;
    AUTO(db_tx) waiting = NULL;
    AUTO_PARAMS in;

    (void) state;
    item_params(&in, 7, 1);
    options.statement_timeout_ms = 300;
    OK(db_open(&options, &waiter, err));
    OK(db_tx_begin(holder, &holding, err));
    OK(db_exec(holding, SET, STMT_item_add, &in, NULL, err));
    OK(db_tx_begin(waiter, &waiting, err));
    FAILS(db_exec(waiting, SET, STMT_item_add, &in, NULL, err), ERR_RETRY, "db.conflict");
    assert_false(last_error.outage);
}

/* --- a server that goes away --- */

static void
a_terminated_session_is_an_outage(void **state)
{
    AUTO(db) db = fixture_open("one", sets);
    AUTO(db_tx) tx = NULL;

    (void) state;
    int64_t pid = backend_of(db);
    OK(db_tx_begin(db, &tx, err));
    terminate(pid);
    FAILS(db_exec(tx, SET, STMT_item_count, NULL, NULL, err), ERR_RETRY, "db.outage");
    assert_true(last_error.outage);
    assert_true(db_is_broken(db));
    FAILS(db_exec(tx, SET, STMT_item_count, NULL, NULL, err), ERR_RETRY, "db.outage");
    FAILS(db_tx_commit(&tx, err), ERR_RETRY, "db.outage");
    assert_null(tx);
    FAILS(db_tx_begin(db, &tx, err), ERR_RETRY, "db.outage");
}

static void
a_commit_that_meets_no_server_is_unknown(void **state)
{
    AUTO(db) db = fixture_open("one", sets);
    db_tx_t *tx = NULL;
    AUTO_PARAMS in;

    (void) state;
    item_params(&in, 60, 1);
    int64_t pid = backend_of(db);
    OK(db_tx_begin(db, &tx, err));
    OK(db_exec(tx, SET, STMT_item_add, &in, NULL, err));
    terminate(pid);
    FAILS(db_tx_commit(&tx, err), ERR_RETRY, "db.commit_unknown");
    assert_true(last_error.outage);
    assert_null(tx);
    assert_true(db_is_broken(db));
}

#ifndef PLIMSOLL_RELEASE /* a release has no failpoints */
static void
failpoints_fail_where_they_say(void **state)
{
    AUTO(db) db = fixture_open("one", sets);
    db_tx_t *tx = NULL;
    AUTO_PARAMS in;

    (void) state;
    item_params(&in, 70, 1);
    int64_t before = count_items(db);
    failpoint_init("db.begin:error:1,db.exec:error:1,db.commit.before:error:1,db.commit.after:error:1");
    FAILS(db_tx_begin(db, &tx, err), ERR_RETRY, "db.failpoint");
    assert_null(tx);
    OK(db_tx_begin(db, &tx, err));
    FAILS(db_exec(tx, SET, STMT_item_add, &in, NULL, err), ERR_RETRY, "db.failpoint");
    OK(db_exec(tx, SET, STMT_item_add, &in, NULL, err));
    FAILS(db_tx_commit(&tx, err), ERR_RETRY, "db.failpoint");
    assert_null(tx);
    assert_int_equal(count_items(db), before);
    OK(db_tx_begin(db, &tx, err));
    OK(db_exec(tx, SET, STMT_item_add, &in, NULL, err));
    FAILS(db_tx_commit(&tx, err), ERR_RETRY, "db.commit_unknown");
    assert_true(last_error.outage);
    assert_true(db_is_broken(db));
    failpoint_init(NULL);
    /* told as unknown, though it is there: the next connection sees it */
    AUTO(db) again = fixture_open("one", sets);
    assert_int_equal(count_items(again), before + 1);
}

#endif

/* Nothing was asked, and yet the loop learns that the server has gone. */
static void
an_idle_connection_sees_the_server_go(void **state)
{
    AUTO(db) db = fixture_open("one", sets);
    struct pollfd fd = { .fd = db_socket(db), .events = POLLIN };

    (void) state;
    db_check_socket(db);
    assert_false(db_is_broken(db));
    terminate(backend_of(db));
    while (!db_is_broken(db)) {
        assert_int_equal(poll(&fd, 1, 5000), 1);
        db_check_socket(db);
    }
}

static void
a_stopped_server_is_waited_for(void **state)
{
    static const char *const ways[] = { "stop", "kill" };

    (void) state;
    for (size_t i = 0; i < COUNT_OF(ways); i++) {
        db_options_t options = fixture_options("one", sets);
        AUTO(db) db = fixture_open("one", sets);
        db_tx_t *tx = NULL;
        AUTO_PARAMS in;
        item_params(&in, 500, 1);
        add_item(db, 300 + (int64_t) i);
        int64_t before = count_items(db);
        OK(db_tx_begin(db, &tx, err));
        OK(db_exec(tx, SET, STMT_item_add, &in, NULL, err));
        fixture_server(ways[i]);
        FAILS(db_exec(tx, SET, STMT_item_count, NULL, NULL, err), ERR_RETRY, "db.outage");
        assert_true(last_error.outage);
        db_tx_destroy(&tx);
        db_destroy(&db);
        FAILS(db_open(&options, &db, err), ERR_RETRY, "db.outage");
        assert_true(last_error.outage);
        fixture_server("start");
        OK(db_open(&options, &db, err));
        assert_int_equal(count_items(db), before);
    }
}

static void
a_stopped_server_in_the_middle_of_a_copy(void **state)
{
    AUTO(db) db = fixture_open("one", sets);
    AUTO(db_tx) tx = NULL;
    AUTO(db_copy) copy = NULL;

    (void) state;
    OK(db_tx_begin(db, &tx, err));
    OK(db_copy_begin(tx, SET, STMT_copy_checked, 1, &copy, err));
    db_copy_i32(copy, 1);
    fixture_server("kill");
    for (int i = 0; i < 200000; i++)
        db_copy_i32(copy, 1);
    FAILS(db_copy_end(&copy, NULL, err), ERR_RETRY, "db.outage");
    assert_true(last_error.outage);
    fixture_server("start");
}

/* The server's process stands still, as behind a network that swallows everything. */
static void
a_silent_server_is_given_up(void **state)
{
    db_options_t options = fixture_options("one", sets);
    AUTO(db) db = NULL;
    AUTO(db_tx) tx = NULL;

    (void) state;
    options.statement_timeout_ms = 100;
    OK(db_open(&options, &db, err));
    pid_t pid = (pid_t) backend_of(db);
    OK(db_tx_begin(db, &tx, err));
    if (kill(pid, SIGSTOP) != 0 && errno == EPERM)
        skip(); /* neither root nor the cluster's own user */
    int64_t start = time_monotonic_ms();
    FAILS(db_exec(tx, SET, STMT_item_count, NULL, NULL, err), ERR_RETRY, "db.outage");
    assert_true(time_monotonic_ms() - start < 20000);
    assert_true(db_is_broken(db));
    assert_int_equal(kill(pid, SIGCONT), 0);
}

/* It was this process that stood still: the answer has been there before the deadline passed. */
static void
an_answer_that_is_there_is_read_after_the_deadline(void **state)
{
    AUTO(db) db = fixture_open("one", sets);
    PGresult *res = NULL, *end = NULL;

    (void) state;
    assert_int_equal(PQsendQuery(db->conn, "SELECT 7"), 1);
    OK(db_flush(db, (db_what_t){ "test", "late" }, db_deadline(db), err));
    struct pollfd fd = { .fd = PQsocket(db->conn), .events = POLLIN };
    assert_int_equal(poll(&fd, 1, 20000), 1);
    OK(db_next_result(db, (db_what_t){ "test", "late" }, time_monotonic_ms() - 1, &res, err));
    assert_string_equal(PQgetvalue(res, 0, 0), "7");
    PQclear(res);
    OK(db_next_result(db, (db_what_t){ "test", "late" }, time_monotonic_ms() - 1, &end, err));
    assert_null(end);
}

/* --- migrations --- */

static void
migrations_are_applied_once(void **state)
{
    db_options_t options = fixture_options("two", NULL);
    AUTO(db) db = fixture_open("two", NULL);

    (void) state;
    FAILS(db_check_version(db, migrations, err), ERR_CONFIG, "db.schema");
    assert_non_null(strstr(last_error.text, "--migrate"));
    /* several processes at once, as when containers start together */
    pid_t children[4];
    for (size_t i = 0; i < COUNT_OF(children); i++) {
        children[i] = fork();
        if (children[i] == 0) {
            err_t err = { 0 };
            _exit(db_migrate(&options, migrations, &err) ? 0 : 1);
        }
    }
    for (size_t i = 0; i < COUNT_OF(children); i++) {
        int status = 0;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    OK(db_check_version(db, migrations, err));
    OK(db_migrate(&options, migrations, err));
    OK(db_check_version(db, migrations, err));
}

static void
a_schema_that_does_not_fit_is_told(void **state)
{
    db_options_t options = fixture_options("two", NULL);
    AUTO(db) db = fixture_open("two", NULL);
    db_migration_set_t older = { "testdb", testdb_migrations.migrations, 1 };
    db_migration_t renamed_rows[] = { testdb_migrations.migrations[0], { 2, "002_other", "" } };
    db_migration_t newer_rows[] = { testdb_migrations.migrations[0], testdb_migrations.migrations[1], { 3, "003_new", "" } };
    db_migration_set_t renamed = { "testdb", renamed_rows, 2 }, newer = { "testdb", newer_rows, 3 };

    (void) state;
    OK(db_migrate(&options, migrations, err));
    FAILS(db_check_version(db, (const db_migration_set_t *const[]){ &older, NULL }, err), ERR_CONFIG, "db.schema");
    assert_non_null(strstr(last_error.text, "newer than this program"));
    FAILS(db_check_version(db, (const db_migration_set_t *const[]){ &newer, NULL }, err), ERR_CONFIG, "db.schema");
    assert_non_null(strstr(last_error.text, "older than this program"));
    FAILS(db_check_version(db, (const db_migration_set_t *const[]){ &renamed, NULL }, err), ERR_CONFIG, "db.schema");
    assert_non_null(strstr(last_error.text, "002_other"));
    FAILS(db_migrate(&options, (const db_migration_set_t *const[]){ &renamed, NULL }, err), ERR_CONFIG, "db.schema");
}

static void
a_failing_migration_leaves_nothing_of_itself(void **state)
{
    const db_migration_set_t *const broken[] = { &testbroken_migrations, NULL };
    db_migration_set_t only_first = { "testbroken", testbroken_migrations.migrations, 1 };
    db_options_t options = fixture_options("two", NULL);
    AUTO(db) db = fixture_open("two", NULL);

    (void) state;
    for (int i = 0; i < 2; i++) {
        FAILS(db_migrate(&options, broken, err), ERR_CONFIG, "db.config");
        assert_string_equal(last_error.sqlstate, "42P01"); /* and not 42P07: table half is gone again */
        assert_non_null(strstr(last_error.text, "002_wrong"));
        OK(db_check_version(db, (const db_migration_set_t *const[]){ &only_first, NULL }, err));
    }
}

static void
a_missing_schema_is_told(void **state)
{
    db_options_t options = fixture_options("three", NULL);

    (void) state;
    FAILS(db_migrate(&options, migrations, err), ERR_CONFIG, "db.schema");
    assert_non_null(strstr(last_error.text, "schema three does not exist"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_wrong_with_a_connection_is_told),
        cmocka_unit_test(one_session_holds_a_lock),
        cmocka_unit_test(a_statement_that_takes_too_long_is_a_conflict),
        cmocka_unit_test(waiting_for_a_lock_ends_as_a_conflict),
        cmocka_unit_test(a_terminated_session_is_an_outage),
        cmocka_unit_test(a_commit_that_meets_no_server_is_unknown),
#ifndef PLIMSOLL_RELEASE
        cmocka_unit_test(failpoints_fail_where_they_say),
#endif
        cmocka_unit_test(an_idle_connection_sees_the_server_go),
        cmocka_unit_test(a_stopped_server_is_waited_for),
        cmocka_unit_test(a_stopped_server_in_the_middle_of_a_copy),
        cmocka_unit_test(a_silent_server_is_given_up),
        cmocka_unit_test(an_answer_that_is_there_is_read_after_the_deadline),
        cmocka_unit_test(migrations_are_applied_once),
        cmocka_unit_test(a_schema_that_does_not_fit_is_told),
        cmocka_unit_test(a_failing_migration_leaves_nothing_of_itself),
        cmocka_unit_test(a_missing_schema_is_told),
    };

    return cmocka_run_group_tests(tests, group_setup, NULL);
}
