/* SPDX-License-Identifier: Apache-2.0 */
/* What is said about people and households that the register does not have: it waits where everybody sees it, is applied when
 * they appear, in any order, and leaves nothing when it is taken back before. */
#include "comparison_fixture.h"
#include "comparison_store.h"
#include "domain/date.h"
#include "testcomparison_sql.h"

static fixture_t fx;

static int
group_setup(void **state)
{
    return fixture_group(state, &fx, &testcomparison_statements, STMT_reset);
}

static void
put_waiting(void *ctx, const char *dataset, int64_t records, int32_t since)
{
    char date[DATE_TEXT_SIZE];

    date_format(since, date);
    str_printf(ctx, "%s %lld %s\n", dataset, (long long) records, date);
}

/* As the command `waiting` answers, then the totals. */
static void
expect_waiting(const char *lines, int64_t persons, int64_t records)
{
    AUTO(db_tx) tx = NULL;
    AUTO_STR text = STR_INIT;
    store_totals_t totals;

    OK(db_tx_begin(fx.db, &tx, err));
    OK(store_waiting_load(tx, put_waiting, &text, err));
    OK(store_totals(tx, &totals, err));
    assert_string_equal(str_c(&text), lines);
    assert_int_equal(totals.waiting, persons);
    assert_int_equal(totals.waiting_records, records);
}

static void
bill(const char *key, int person, long long fen)
{
    fixture_fact(&fx, key, person, "expense.medical.self_paid", "2024-02-01", NULL, fen, NULL);
}

static void
appear(int household, int person)
{
    fixture_members(&fx, household, "2023-01-01", (const int[]){ person }, 1, false);
    fixture_send(&fx, "civil.households", "2024-03-04");
}

static bool
is_found(void)
{
    AUTO_STR text = STR_INIT;

    fixture_lines(&fx, STMT_state, &text);
    return strstr(str_c(&text), "hardship_warning") != NULL;
}

static void
test_seen_and_applied(void **state)
{
    (void) state;
    fixture_tick(&fx, "2024-03-01");
    bill("b1", 11, 1200000);
    bill("b2", 11, 1300000);
    fixture_send(&fx, "medical.settlements", "2024-03-01");
    bill("b3", 12, 100);
    fixture_send(&fx, "medical.settlements", "2024-03-02");
    fixture_fact(&fx, "e1", -7, "enrolment.dibao", "2024-01-01", NULL, 30000, NULL);
    fixture_send(&fx, "civil.enrolments", "2024-03-03");
    expect_waiting("civil.enrolments 1 2024-03-03\nmedical.settlements 3 2024-03-01\n", 2, 4);
    assert_int_equal(fx.done.waiting_records, 1);
    bill("b1", 11, 1200000); /* said again, it has waited as long */
    fixture_send(&fx, "medical.settlements", "2024-03-03");
    expect_waiting("civil.enrolments 1 2024-03-03\nmedical.settlements 3 2024-03-01\n", 2, 4);
    assert_false(is_found());
    appear(1, 11);
    assert_true(is_found());
    expect_waiting("civil.enrolments 1 2024-03-03\nmedical.settlements 1 2024-03-02\n", 1, 2);
    appear(7, 12);
    expect_waiting("", 0, 0);
    fixture_retract(&fx, "household 7"); /* and gone again */
    fixture_send(&fx, "civil.households", "2024-03-05");
    expect_waiting("civil.enrolments 1 2024-03-03\nmedical.settlements 1 2024-03-02\n", 1, 2);
}

static void
test_taken_back_before(void **state)
{
    (void) state;
    fixture_tick(&fx, "2024-03-01");
    bill("b1", 11, 2500000);
    fixture_send(&fx, "medical.settlements", "2024-03-01");
    expect_waiting("medical.settlements 1 2024-03-01\n", 1, 1);
    fixture_retract(&fx, "b1");
    fixture_send(&fx, "medical.settlements", "2024-03-02");
    assert_int_equal(fx.done.waiting, -1);
    assert_int_equal(fx.done.new_persons, -1);
    expect_waiting("", 0, 0);
    appear(1, 11);
    assert_false(is_found());
    expect_waiting("", 0, 0);
}

static void
test_moved_to_somebody_who_is_there(void **state)
{
    (void) state;
    fixture_tick(&fx, "2024-03-01");
    appear(1, 11);
    bill("b1", 12, 2500000);
    fixture_send(&fx, "medical.settlements", "2024-03-01");
    expect_waiting("medical.settlements 1 2024-03-01\n", 1, 1);
    bill("b1", 11, 2500000); /* it was the other one */
    fixture_send(&fx, "medical.settlements", "2024-03-02");
    expect_waiting("", 0, 0);
    assert_true(is_found());
}

/* Everybody's records and register entries in each of many orders: the same in the end, and nothing waits any more. */
static void
test_any_order(void **state)
{
    AUTO_STR first = STR_INIT;

    (void) state;
    for (unsigned order = 0; order < 24; order++) {
        AUTO_STR text = STR_INIT;
        int left[4] = { 0, 1, 2, 3 };
        unsigned n = 4, pick = order;

        fixture_reset(&fx);
        fixture_tick(&fx, "2024-03-01");
        while (n > 0) {
            unsigned at = pick % n;
            int step = left[at];

            pick /= n;
            left[at] = left[--n];
            if (step == 0) {
                bill("b1", 11, 2500000);
                fixture_send(&fx, "medical.settlements", "2024-03-01");
            } else if (step == 1) {
                appear(1, 11);
            } else if (step == 2) {
                fixture_fact(&fx, "e1", -1, "enrolment.dibao", "2024-01-01", NULL, 30000, NULL);
                fixture_send(&fx, "civil.enrolments", "2024-03-01");
            } else {
                fixture_fact(&fx, "w1", 11, "income.wage", "2023-01-01", NULL, 40000, NULL);
                fixture_send(&fx, "hrss.wages", "2024-03-01");
            }
        }
        fixture_lines(&fx, STMT_state, &text);
        expect_waiting("", 0, 0);
        if (order == 0)
            str_add(&first, str_c(&text));
        else
            assert_string_equal(str_c(&text), str_c(&first));
    }
    assert_true(first.len > 100);
}

static void
tell_is(int person, int is)
{
    uuid_t a = fixture_person(person), b = fixture_person(is);
    char who[UUID_TEXT_SIZE], head[UUID_TEXT_SIZE];
    AUTO_STR item = STR_INIT;

    uuid_format(&a, who);
    uuid_format(&b, head);
    str_printf(&item, "{\"person\":\"%s\",\"is\":\"%s\",\"provisional\":true}", who, head);
    fixture_hold_persons(&fx, "persons", str_c(&item));
    fixture_flush(&fx);
}

/* Only who is listed has a home, once the two are two again; what was said of the other one waits as before. */
static void
test_somebody_else_after_all(void **state)
{
    (void) state;
    fixture_tick(&fx, "2024-03-01");
    appear(1, 21);
    bill("b1", 22, 2500000);
    fixture_send(&fx, "medical.settlements", "2024-03-04");
    expect_waiting("medical.settlements 1 2024-03-04\n", 1, 1);
    tell_is(21, 22);
    expect_waiting("", 0, 0);
    assert_true(is_found());
    tell_is(21, 21);
    expect_waiting("medical.settlements 1 2024-03-04\n", 1, 1);
    assert_false(is_found());
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_seen_and_applied, fixture_group_reset),
        cmocka_unit_test_setup(test_taken_back_before, fixture_group_reset),
        cmocka_unit_test_setup(test_moved_to_somebody_who_is_there, fixture_group_reset),
        cmocka_unit_test_setup(test_somebody_else_after_all, fixture_group_reset),
        cmocka_unit_test_setup(test_any_order, fixture_group_reset),
    };

    return cmocka_run_group_tests(tests, group_setup, fixture_group_stop);
}
