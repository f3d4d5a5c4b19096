/* SPDX-License-Identifier: Apache-2.0 */
#include "db_fixture.h"

#include "base/time.h"
#include "domain/date.h"
#include "testbroken_sql.h"
#include "testdb_sql.h"
#include "testwrong_sql.h"

static const db_stmt_set_t *const sets[] = { &testdb_statements, NULL };
static const db_migration_set_t *const migrations[] = { &testdb_migrations, NULL };

#define SET &testdb_statements

static db_t *db;

static int
group_setup(void **state)
{
    db_options_t options = fixture_options("one", NULL);

    (void) state;
    OK(db_migrate(&options, migrations, err));
    db = fixture_open("one", sets);
    return 0;
}

static int
group_teardown(void **state)
{
    (void) state;
    db_destroy(&db);
    return 0;
}

static int64_t
count_items(void)
{
    AUTO(db_tx) tx = NULL;
    AUTO(db_result) rows = NULL;

    OK(db_tx_begin(db, &tx, err));
    OK(db_query(tx, SET, STMT_item_count, NULL, &rows, err));
    return db_result_i64(rows, 0, 0);
}

static void
item_params(db_params_t *in, int64_t id, int64_t n)
{
    db_params_init(in);
    db_params_i64(in, id);
    db_params_i64(in, n);
}

/* --- values --- */

static void
a_session_has_its_schema_and_name(void **state)
{
    AUTO(db_tx) tx = NULL;
    AUTO(db_result) rows = NULL;

    (void) state;
    OK(db_tx_begin(db, &tx, err));
    OK(db_query(tx, SET, STMT_backend, NULL, &rows, err));
    assert_string_equal(db_result_text(rows, 0, 1), "one");
    assert_string_equal(db_result_text(rows, 0, 2), "one");
}

static void
each_type_comes_back(void **state)
{
    AUTO(db_tx) tx = NULL;
    AUTO(db_result) rows = NULL;
    AUTO_PARAMS in;
    uuid_t id;
    const uint8_t bytes[] = { 0, 1, 255, 0 };

    (void) state;
    db_params_init(&in);
    uuid_derive("test", "each", &id);
    OK(db_tx_begin(db, &tx, err));
    db_params_text(&in, "吕四港 '\"\\ $1");
    db_params_i64(&in, -4242);
    db_params_bool(&in, true);
    db_params_uuid(&in, &id);
    db_params_bytea(&in, bytes, sizeof(bytes));
    db_params_date(&in, date_of(1956, 3, 9));
    db_params_time(&in, 1718676000123456);
    OK(db_query(tx, SET, STMT_echo, &in, &rows, err));
    assert_int_equal(db_result_rows(rows), 1);
    assert_string_equal(db_result_text(rows, 0, 0), "吕四港 '\"\\ $1");
    assert_int_equal(db_result_i64(rows, 0, 1), -4242);
    assert_true(db_result_bool(rows, 0, 2));
    uuid_t back = db_result_uuid(rows, 0, 3);
    assert_true(uuid_eq(&back, &id));
    slice_t y = db_result_bytea(rows, 0, 4);
    assert_int_equal(y.len, sizeof(bytes));
    assert_memory_equal(y.ptr, bytes, sizeof(bytes));
    assert_int_equal(db_result_date(rows, 0, 5), date_of(1956, 3, 9));
    assert_int_equal(db_result_time(rows, 0, 6), 1718676000123456);
    assert_int_equal(db_result_i64(rows, 0, 7), -42);
    assert_int_equal(db_result_i64(rows, 0, 8), -42);
    assert_string_equal(db_result_text(rows, 0, 9), "\"吕四港 '\\\"\\\\ $1\"");
    assert_string_equal(db_result_text(rows, 0, 10), "吕四港 '\"\\ $1");
}

static void
nulls_come_back_as_their_stand_ins(void **state)
{
    AUTO(db_tx) tx = NULL;
    AUTO(db_result) rows = NULL;
    AUTO_PARAMS in;

    (void) state;
    db_params_init(&in);
    OK(db_tx_begin(db, &tx, err));
    for (int i = 0; i < 7; i++)
        db_params_null(&in);
    OK(db_query(tx, SET, STMT_echo, &in, &rows, err));
    assert_null(db_result_text(rows, 0, 0));
    assert_true(db_result_is_null(rows, 0, 1));
    assert_int_equal(db_result_i64(rows, 0, 1), 0);
    assert_false(db_result_bool(rows, 0, 2));
    uuid_t id = db_result_uuid(rows, 0, 3);
    assert_true(uuid_is_nil(&id));
    assert_null(db_result_bytea(rows, 0, 4).ptr);
    assert_int_equal(db_result_date(rows, 0, 5), DATE_OPEN);
    db_result_destroy(&rows);
    OK(db_query(tx, SET, STMT_infinities, NULL, &rows, err));
    assert_int_equal(db_result_date(rows, 0, 0), DATE_OPEN);
    assert_int_equal(db_result_time(rows, 0, 1), INT64_MAX);
}

static void
arrays_come_back(void **state)
{
    AUTO(db_tx) tx = NULL;
    AUTO(db_result) rows = NULL;
    AUTO_PARAMS in;
    uuid_t ids[3] = { 0 };
    const int64_t numbers[] = { INT64_MAX, INT64_MIN, 0 }, small[] = { 1, 2, 3 };
    const char *texts[] = { "a,b \"c\" \\", NULL, "NULL" };
    const slice_t bytes[] = { { "\0\xff", 2 }, { NULL, 0 }, { "", 0 } };
    const int32_t days[] = { 0, DATE_OPEN, -36524 };

    (void) state;
    db_params_init(&in);
    uuid_random(&ids[0]);
    uuid_random(&ids[2]);
    OK(db_tx_begin(db, &tx, err));
    db_params_uuid_array(&in, ids, 3);
    db_params_i64_array(&in, numbers, 3);
    db_params_text_array(&in, texts, 3);
    db_params_bytea_array(&in, bytes, 3);
    db_params_date_array(&in, days, 3);
    db_params_i64_array(&in, small, 3);
    OK(db_query(tx, SET, STMT_echo_arrays, &in, &rows, err));
    assert_int_equal(db_result_rows(rows), 3);
    for (size_t i = 0; i < 3; i++) {
        uuid_t id = db_result_uuid(rows, i, 0);
        assert_true(uuid_eq(&id, &ids[i]));
        assert_true(db_result_i64(rows, i, 1) == numbers[i]);
        if (texts[i] == NULL)
            assert_null(db_result_text(rows, i, 2));
        else
            assert_string_equal(db_result_text(rows, i, 2), texts[i]);
        slice_t y = db_result_bytea(rows, i, 3);
        assert_int_equal(y.ptr == NULL, bytes[i].ptr == NULL);
        assert_true(y.len == bytes[i].len && memcmp(y.len == 0 ? "" : y.ptr, y.len == 0 ? "" : bytes[i].ptr, y.len) == 0);
        assert_int_equal(db_result_date(rows, i, 4), days[i]);
        assert_int_equal(db_result_i64(rows, i, 5), small[i]);
    }
}

static void
empty_arrays_are_empty(void **state)
{
    AUTO(db_tx) tx = NULL;
    AUTO(db_result) rows = NULL;
    AUTO_PARAMS in;

    (void) state;
    db_params_init(&in);
    OK(db_tx_begin(db, &tx, err));
    db_params_uuid_array(&in, NULL, 0);
    db_params_i64_array(&in, NULL, 0);
    db_params_text_array(&in, NULL, 0);
    db_params_bytea_array(&in, NULL, 0);
    db_params_date_array(&in, NULL, 0);
    db_params_i64_array(&in, NULL, 0);
    OK(db_query(tx, SET, STMT_echo_arrays, &in, &rows, err));
    assert_int_equal(db_result_rows(rows), 0);
}

/* --- COPY --- */

static void
copy_takes_all_types(void **state)
{
    AUTO(db_tx) tx = NULL;
    AUTO(db_copy) copy = NULL;
    AUTO(db_result) rows = NULL;
    uuid_t id;
    int64_t n = 0;

    (void) state;
    uuid_random(&id);
    OK(db_tx_begin(db, &tx, err));
    OK(db_copy_begin(tx, SET, STMT_copy_staging, 8, &copy, err));
    for (int i = 0; i < 2; i++) {
        /* the second row is all NULL but for its order */
        i == 0 ? db_copy_text(copy, "海门", 6) : db_copy_text(copy, NULL, 0);
        db_copy_i64(copy, i);
        i == 0 ? db_copy_i32(copy, INT32_MIN) : db_copy_null(copy);
        i == 0 ? db_copy_bool(copy, true) : db_copy_null(copy);
        db_copy_uuid(copy, i == 0 ? &id : &(uuid_t){ { 0 } });
        db_copy_bytea(copy, i == 0 ? "\0x" : NULL, i == 0 ? 2 : 0);
        db_copy_date(copy, i == 0 ? date_of(2024, 6, 30) : DATE_OPEN);
        i == 0 ? db_copy_time(copy, -1) : db_copy_null(copy);
    }
    OK(db_copy_end(&copy, &n, err));
    assert_null(copy);
    assert_int_equal(n, 2);
    OK(db_query(tx, SET, STMT_read_staging, NULL, &rows, err));
    assert_string_equal(db_result_text(rows, 0, 0), "海门");
    assert_int_equal(db_result_i64(rows, 0, 2), INT32_MIN);
    assert_true(db_result_bool(rows, 0, 3));
    uuid_t back = db_result_uuid(rows, 0, 4);
    assert_true(uuid_eq(&back, &id));
    assert_memory_equal(db_result_bytea(rows, 0, 5).ptr, "\0x", 2);
    assert_int_equal(db_result_date(rows, 0, 6), date_of(2024, 6, 30));
    assert_int_equal(db_result_time(rows, 0, 7), -1);
    for (unsigned col = 0; col < 8; col++)
        assert_int_equal(db_result_is_null(rows, 1, col), col != 1);
}

/* Many buffers' worth, and single values larger than the buffer. */
static void
copy_takes_much(void **state)
{
    AUTO(db_tx) tx = NULL;
    AUTO(db_copy) copy = NULL;
    AUTO_FREE char *large = mem_alloc(1, 3000000);
    int64_t n = 0;

    (void) state;
    memset(large, 'x', 3000000);
    OK(db_tx_begin(db, &tx, err));
    OK(db_copy_begin(tx, SET, STMT_copy_staging, 8, &copy, err));
    for (int i = 0; i < 20000; i++) {
        db_copy_text(copy, large, i % 5000 == 0 ? 3000000 : 40);
        db_copy_i64(copy, i);
        for (int col = 0; col < 6; col++)
            db_copy_null(copy);
    }
    OK(db_copy_end(&copy, &n, err));
    assert_int_equal(n, 20000);
}

static void
a_refused_row_fails_the_copy_and_nothing_else(void **state)
{
    (void) state;
    {
        AUTO(db_tx) tx = NULL;
        AUTO(db_copy) copy = NULL;
        OK(db_tx_begin(db, &tx, err));
        OK(db_copy_begin(tx, SET, STMT_copy_checked, 1, &copy, err));
        for (int i = 0; i < 200000; i++) /* the refusal comes while this is still sending */
            db_copy_i32(copy, i);
        FAILS(db_copy_end(&copy, NULL, err), ERR_REJECT, "db.reject");
        assert_string_equal(last_error.sqlstate, "23514");
        assert_null(copy);
    }
    assert_false(db_is_broken(db));
    assert_int_equal(count_items(), 0);
}

static void
a_copy_given_up_leaves_a_usable_connection(void **state)
{
    (void) state;
    for (int in_order = 0; in_order < 2; in_order++) {
        db_tx_t *tx = NULL;
        db_copy_t *copy = NULL;
        OK(db_tx_begin(db, &tx, err));
        OK(db_copy_begin(tx, SET, STMT_copy_checked, 1, &copy, err));
        db_copy_i32(copy, 1);
        if (in_order == 1)
            db_copy_destroy(&copy);
        db_tx_destroy(&tx);
        db_copy_destroy(&copy);
        assert_false(db_is_broken(db));
        assert_int_equal(count_items(), 0);
    }
}

/* --- transactions --- */

static void
what_was_not_committed_is_rolled_back(void **state)
{
    AUTO_PARAMS in;

    (void) state;
    item_params(&in, 1, 1);
    {
        AUTO(db_tx) tx = NULL;
        int64_t n = 0;
        OK(db_tx_begin(db, &tx, err));
        OK(db_exec(tx, SET, STMT_item_add, &in, &n, err));
        assert_int_equal(n, 1);
    }
    assert_int_equal(count_items(), 0);
}

static void
a_savepoint_bisects(void **state)
{
    AUTO(db_tx) tx = NULL;

    (void) state;
    OK(db_tx_begin(db, &tx, err));
    for (int i = 1; i <= 4; i++) {
        AUTO_PARAMS in;
        item_params(&in, i, i == 3 ? -1 : 1);
        OK(db_tx_savepoint(tx, err));
        if (i == 3) {
            FAILS(db_exec(tx, SET, STMT_item_add, &in, NULL, err), ERR_REJECT, "db.reject");
            OK(db_tx_rollback_to_savepoint(tx, err));
        } else {
            OK(db_exec(tx, SET, STMT_item_add, &in, NULL, err));
        }
        OK(db_tx_release_savepoint(tx, err));
    }
    AUTO(db_result) rows = NULL;
    OK(db_query(tx, SET, STMT_item_count, NULL, &rows, err));
    assert_int_equal(db_result_i64(rows, 0, 0), 3);
}

static void
a_failed_statement_cannot_be_committed(void **state)
{
    db_tx_t *tx = NULL;
    AUTO_PARAMS in;

    (void) state;
    item_params(&in, 1, -1);
    OK(db_tx_begin(db, &tx, err));
    FAILS(db_exec(tx, SET, STMT_item_add, &in, NULL, err), ERR_REJECT, "db.reject");
    FAILS(db_tx_commit(&tx, err), ERR_BUG, "db.bug");
    assert_null(tx);
    assert_int_equal(count_items(), 0);
}

static void
a_commit_may_be_refused(void **state)
{
    db_tx_t *tx = NULL;
    AUTO_PARAMS in;

    (void) state;
    db_params_init(&in);
    db_params_i64(&in, 404);
    OK(db_tx_begin(db, &tx, err));
    OK(db_exec(tx, SET, STMT_part_add, &in, NULL, err));
    FAILS(db_tx_commit(&tx, err), ERR_REJECT, "db.reject");
    assert_string_equal(last_error.sqlstate, "23503");
    assert_false(db_is_broken(db));
}

static void
a_snapshot_writes_nothing(void **state)
{
    AUTO(db_tx) tx = NULL;
    AUTO_PARAMS in;

    (void) state;
    item_params(&in, 1, 1);
    OK(db_tx_begin_snapshot(db, &tx, err));
    if (db_exec(tx, SET, STMT_item_add, &in, NULL, &last_error))
        fail_msg("a read-only transaction wrote");
    assert_string_equal(last_error.sqlstate, "25006");
    db_tx_destroy(&tx);
    /* 25006 also means a standby: the connection is dropped to look for the primary */
    assert_true(db_is_broken(db));
    db_destroy(&db);
    db = fixture_open("one", sets);
}

static void
a_bad_parameter_never_reaches_the_server(void **state)
{
    AUTO(db_tx) tx = NULL;
    AUTO_PARAMS in;

    (void) state;
    db_params_init(&in);
    db_params_text_n(&in, "a\0b", 3);
    OK(db_tx_begin(db, &tx, err));
    FAILS(db_exec(tx, SET, STMT_to_date, &in, NULL, err), ERR_REJECT, "bad_data");
    assert_non_null(strstr(last_error.text, "testdb: to_date: $1: text holds a NUL"));
    AUTO(db_result) rows = NULL;
    OK(db_query(tx, SET, STMT_item_count, NULL, &rows, err));
}

/* The refused value may be somebody's name: it is in no error text. */
static void
errors_do_not_quote_values(void **state)
{
    AUTO(db_tx) tx = NULL;
    AUTO_PARAMS in;

    (void) state;
    db_params_init(&in);
    db_params_text(&in, "Zhang San");
    OK(db_tx_begin(db, &tx, err));
    FAILS(db_exec(tx, SET, STMT_to_date, &in, NULL, err), ERR_REJECT, "db.reject");
    assert_string_equal(last_error.sqlstate, "22007");
    assert_string_equal(last_error.text, "testdb.to_date: 22007: invalid input syntax for type date");
}

/* --- chunks --- */

typedef struct {
    db_tx_t *tx;
    size_t chunk;
    int64_t rows, sum, calls;
    int64_t fail_at;
} gather_t;

static bool
gather(void *ctx, const db_result_t *rows, err_t *err)
{
    gather_t *g = ctx;
    AUTO(db_result) inner = NULL;

    assert_true(db_result_rows(rows) > 0 && db_result_rows(rows) <= g->chunk);
    /* other statements may run between chunks */
    if (!db_query(g->tx, SET, STMT_item_count, NULL, &inner, err))
        return false;
    for (size_t i = 0; i < db_result_rows(rows); i++)
        g->sum += db_result_i64(rows, i, 0);
    g->rows += (int64_t) db_result_rows(rows);
    g->calls++;
    if (g->fail_at == g->calls)
        return err_set(err, ERR_REJECT, "test.stop", "stop");
    return true;
}

static void
chunks_cover_all_rows(void **state)
{
    static const size_t sizes[] = { 1, 15, 16, 500, 1024, 100000 };

    (void) state;
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        AUTO(db_tx) tx = NULL;
        AUTO_PARAMS in;
        db_params_init(&in);
        OK(db_tx_begin(db, &tx, err));
        gather_t g = { .tx = tx, .chunk = sizes[i] };
        int64_t last = sizes[i] < 16 ? 20 : 3000;
        db_params_i64(&in, last);
        OK(db_query_chunks(tx, SET, STMT_numbers, &in, sizes[i], gather, &g, err));
        assert_int_equal(g.rows, last);
        assert_int_equal(g.sum, last * (last + 1) / 2);
        /* and again in the same transaction */
        OK(db_query_chunks(tx, SET, STMT_numbers, &in, sizes[i], gather, &g, err));
        assert_int_equal(g.rows, 2 * last);
    }
}

static void
a_reader_of_chunks_can_stop(void **state)
{
    AUTO(db_tx) tx = NULL;
    AUTO_PARAMS in;

    (void) state;
    db_params_init(&in);
    db_params_i64(&in, 1000);
    OK(db_tx_begin(db, &tx, err));
    gather_t g = { .tx = tx, .chunk = 16, .fail_at = 2 };
    FAILS(db_query_chunks(tx, SET, STMT_numbers, &in, 16, gather, &g, err), ERR_REJECT, "test.stop");
    assert_int_equal(g.calls, 2);
}

/* --- statements --- */

static void
the_headers_tell_the_truth(void **state)
{
    (void) state;
    OK(db_check_statements(db, &testdb_statements, err));
}

static void
a_header_that_lies_is_found(void **state)
{
    static const struct {
        unsigned stmt;
        const char *text;
    } cases[] = {
        { STMT_other_name, "the first line is not" },
        { STMT_too_few, "the header names 1 parameters, the statement takes 2" },
        { STMT_too_many, "the header names more parameters" },
        { STMT_wrong_type, "$1 is declared as text, the statement takes integer" },
        { STMT_no_end, "the parameter list does not end" },
    };
    const db_stmt_set_t *const wrong[] = { &testwrong_statements, NULL };
    AUTO(db) other = fixture_open("one", wrong);

    (void) state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        db_stmt_set_t one = { "testwrong", &testwrong_statements.stmts[cases[i].stmt], 1 };
        FAILS(db_check_statements(other, &one, err), ERR_BUG, "db.contract");
        assert_non_null(strstr(last_error.text, cases[i].text));
        assert_non_null(strstr(last_error.text, testwrong_statements.stmts[cases[i].stmt].name));
    }
    db_stmt_set_t good = { "testwrong", &testwrong_statements.stmts[STMT_good], 1 };
    OK(db_check_statements(other, &good, err));
}

static void
a_late_statement_is_not_prepared(void **state)
{
    AUTO(db_tx) tx = NULL;

    (void) state;
    OK(db_tx_begin(db, &tx, err));
    FAILS(db_exec(tx, SET, STMT_late_absent, NULL, NULL, err), ERR_CONFIG, "db.config");
    assert_string_equal(last_error.sqlstate, "42P01");
}

static void
a_broken_statement_fails_the_start(void **state)
{
    const db_stmt_set_t *const broken[] = { &testdb_statements, &testbroken_statements, NULL };
    db_options_t options = fixture_options("one", broken);
    AUTO(db) other = NULL;

    (void) state;
    FAILS(db_open(&options, &other, err), ERR_CONFIG, "db.config");
    assert_string_equal(last_error.sqlstate, "42P01");
    assert_non_null(strstr(last_error.text, "testbroken.missing"));
    assert_non_null(strstr(last_error.text, "--migrate"));
    assert_null(other);
}

typedef struct {
    unsigned calls;
    char last[64];
} observed_t;

static void
observe(void *ctx, const char *set, const char *stmt, int64_t duration_us)
{
    observed_t *o = ctx;

    assert_string_equal(set, "testdb");
    assert_true(duration_us >= 0);
    o->calls++;
    (void) str_copy(o->last, sizeof(o->last), stmt);
}

static void
an_observer_sees_each_statement(void **state)
{
    observed_t seen = { 0 };

    (void) state;
    db_set_observer(db, observe, &seen);
    (void) count_items();
    db_set_observer(db, NULL, NULL);
    (void) count_items();
    assert_int_equal(seen.calls, 1);
    assert_string_equal(seen.last, "item_count");
}

/* --- rows by where they stand --- */

enum { PLACES_FROM = 7000, PLACES = 300 }; /* more than one page has room for */

static void
read_places(db_tx_t *tx, db_tid_t ret[PLACES])
{
    AUTO(db_result) rows = NULL;
    AUTO_PARAMS in;

    item_params(&in, PLACES_FROM, PLACES_FROM + PLACES - 1);
    OK(db_query(tx, SET, STMT_item_places, &in, &rows, err));
    assert_int_equal(db_result_rows(rows), PLACES);
    for (size_t i = 0; i < PLACES; i++)
        ret[i] = db_result_tid(rows, i, 1);
}

static void
change_at(db_params_t *ret, const db_tid_t *places, int64_t n)
{
    db_params_init(ret);
    db_params_tid_array(ret, places, PLACES);
    db_params_i64(ret, n);
    db_params_must_touch(ret, PLACES);
}

static void
rows_are_found_where_they_stood(void **state)
{
    AUTO(db_tx) tx = NULL;
    db_tid_t before[PLACES], after[PLACES];
    int64_t changed = 0;

    (void) state;
    OK(db_tx_begin(db, &tx, err));
    for (size_t i = 0; i < PLACES; i++) {
        AUTO_PARAMS in;

        item_params(&in, PLACES_FROM + (int64_t) i, 1);
        OK(db_exec(tx, SET, STMT_item_add, &in, NULL, err));
    }
    read_places(tx, before);
    AUTO_PARAMS in;
    change_at(&in, before, 2);
    OK(db_exec(tx, SET, STMT_item_change_at, &in, &changed, err));
    assert_int_equal(changed, PLACES);
    read_places(tx, after);
    assert_memory_not_equal(before, after, sizeof before);
    AUTO_PARAMS again; /* they stand elsewhere now */
    change_at(&again, before, 3);
    FAILS(db_exec(tx, SET, STMT_item_change_at, &again, NULL, err), ERR_RETRY, "db.moved");
    assert_true(last_error.outage);
    AUTO_PARAMS there;
    change_at(&there, after, 4);
    OK(db_tx_write_behind(tx, err));
    OK(db_exec(tx, SET, STMT_item_change_at, &there, NULL, err));
    OK(db_tx_settle(tx, err));
    AUTO_PARAMS behind; /* what is written behind is looked at later, and not lost */
    change_at(&behind, after, 5);
    OK(db_tx_write_behind(tx, err));
    OK(db_exec(tx, SET, STMT_item_change_at, &behind, NULL, err));
    FAILS(db_tx_settle(tx, err), ERR_RETRY, "db.moved");
    assert_true(last_error.outage);
    db_tx_destroy(&tx);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_session_has_its_schema_and_name),
        cmocka_unit_test(each_type_comes_back),
        cmocka_unit_test(nulls_come_back_as_their_stand_ins),
        cmocka_unit_test(arrays_come_back),
        cmocka_unit_test(empty_arrays_are_empty),
        cmocka_unit_test(copy_takes_all_types),
        cmocka_unit_test(copy_takes_much),
        cmocka_unit_test(a_refused_row_fails_the_copy_and_nothing_else),
        cmocka_unit_test(a_copy_given_up_leaves_a_usable_connection),
        cmocka_unit_test(what_was_not_committed_is_rolled_back),
        cmocka_unit_test(rows_are_found_where_they_stood),
        cmocka_unit_test(a_savepoint_bisects),
        cmocka_unit_test(a_failed_statement_cannot_be_committed),
        cmocka_unit_test(a_commit_may_be_refused),
        cmocka_unit_test(a_snapshot_writes_nothing),
        cmocka_unit_test(a_bad_parameter_never_reaches_the_server),
        cmocka_unit_test(errors_do_not_quote_values),
        cmocka_unit_test(chunks_cover_all_rows),
        cmocka_unit_test(a_reader_of_chunks_can_stop),
        cmocka_unit_test(the_headers_tell_the_truth),
        cmocka_unit_test(a_header_that_lies_is_found),
        cmocka_unit_test(a_late_statement_is_not_prepared),
        cmocka_unit_test(a_broken_statement_fails_the_start),
        cmocka_unit_test(an_observer_sees_each_statement),
    };

    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
