/* SPDX-License-Identifier: Apache-2.0 */
/* In which order households stand: as records told of them, and as their rows stood from before they had ordinals. */
#include "comparison_fixture.h"
#include "comparison_random.h"
#include "testcomparison_sql.h"

static fixture_t fx;

static int
group_setup(void **state)
{
    return fixture_group(state, &fx, &testcomparison_statements, STMT_reset);
}

static void
migrate(const char *schema, const db_migration_set_t *comparison)
{
    const db_migration_set_t *const sets[] = { &stream_migrations, comparison, NULL };
    const db_options_t options = { .conninfo = getenv("PLIMSOLL_TEST_DB"), .application = schema, .connect_timeout_ms = 20000 };

    OK(db_migrate(&options, sets, err));
}

static void
play(void)
{
    for (int event = 0; event < 30; event++) {
        size_t dataset = random_draw(RANDOM_DATASETS);

        random_event(&fx, dataset, 8);
        fixture_send(&fx, random_datasets[dataset], "2024-06-01");
    }
}

/* --- rows from before --- */

/* A register of the last version without ordinals, in the middle of a day on which all are assessed: it gets them in the order in
 * which its rows stand, the day is assessed to its end, and all is found that was. */
static void
test_a_register_from_before_gets_them(void **state)
{
    db_migration_set_t before = comparison_migrations;
    int64_t households, steps;
    AUTO_STR standing = STR_INIT;
    AUTO_STR ordered = STR_INIT;
    AUTO_STR same = STR_INIT;
    AUTO_STR known = STR_INIT;

    (void) state;
    fixture_reset(&fx);
    fx.no_key_names = true; /* no event said so before migration 020 */
    random_state = 11;
    for (int home = 1; home <= 3 * RANDOM_HOMES; home++)
        random_household(&fx);
    fixture_send(&fx, "civil.households", "2024-05-31");
    play();
    fixture_tick(&fx, "2024-06-01");
    play();
    fx.config.chunk_households = 2;
    fixture_lines(&fx, STMT_state, &known);
    assert_true(known.len > 500);
    fixture_tick(&fx, "2024-06-30");
    assert_false(fixture_tick_steps(&fx, "2024-07-01", 2));

    before.count = 16;
    assert_string_equal(before.migrations[before.count].name, "017_ordinal");
    migrate("earlier", &before);
    fixture_execute(&fx, STMT_to_earlier);
    fixture_lines(&fx, STMT_households_standing, &standing);
    migrate("comparison", &comparison_migrations);
    fixture_restart(&fx);
    fx.no_key_names = false;
    fixture_lines(&fx, STMT_households_in_order, &ordered);
    assert_string_equal(str_c(&standing), str_c(&ordered));
    fixture_lines(&fx, STMT_households_standing, &same);
    assert_string_equal(str_c(&standing), str_c(&same));
    assert_int_equal(fixture_number(&fx, STMT_misplaced), 0);
    households = fixture_number(&fx, STMT_households_counted);

    steps = households / 2 + 1;
    assert_true(fixture_tick_steps(&fx, "2024-07-01", (size_t) steps));
    assert_int_equal(fx.done.assessed, fixture_number(&fx, STMT_households_open));
    fixture_compare(&fx);
    assert_int_equal(fx.done.opened + fx.done.changed + fx.done.withdrawn, 0);
    play();
    fixture_members(&fx, 1000, "2023-01-01", (const int[]){ 1000, 1001 }, 2, false);
    fixture_send(&fx, "civil.households", "2024-07-01");
    assert_int_equal(fixture_number(&fx, STMT_misplaced), 0);
    assert_int_equal(fixture_number(&fx, STMT_households_counted), households + 1);
    fixture_compare(&fx);
    assert_int_equal(fx.done.opened + fx.done.changed + fx.done.withdrawn, 0);
}

/* --- which household gets which --- */

typedef enum { WAY_ONE_BY_ONE, WAY_ONE_GROUP, WAY_GROUPS, WAY_LOST, WAYS } way_t;

/* Ends an event; where all are of one transaction, that comes at the end. */
static void
told(way_t way, const char *dataset)
{
    fixture_hold(&fx, dataset, "2024-06-01");
    if (way == WAY_ONE_BY_ONE)
        fixture_flush(&fx);
}

static void
tell(way_t way)
{
    fixture_members(&fx, 9, "2023-01-01", (const int[]){ 91, 92 }, 2, false);
    fixture_members(&fx, 4, "2023-01-01", (const int[]){ 41 }, 1, false);
    told(way, "civil.households");
    fixture_fact(&fx, "wage", 71, "income.wage", "2024-01-01", NULL, 1000, NULL);
    told(way, "hrss.wages");
    fixture_members(&fx, 7, "2023-01-01", (const int[]){ 71, 41 }, 2, false);
    fixture_members(&fx, 2, "2023-01-01", (const int[]){ 21 }, 1, false);
    told(way, "civil.households");
    random_dibao(&fx, "dibao", 8, "2024-01-01", NULL, 10000, 21, 71);
    told(way, "civil.enrolments");
    fixture_members(&fx, 4, "2023-02-01", (const int[]){ 41, 71 }, 2, false);
    fixture_members(&fx, 1, "2023-03-01", (const int[]){ 91 }, 1, false);
    fixture_members(&fx, 8, "2023-03-01", (const int[]){ 92 }, 1, false);
    told(way, "civil.households");
    if (way == WAY_LOST) {
        fx.fail_commit = true;
        fixture_flush_again(&fx);
    }
    fixture_flush(&fx);
}

/* As records first tell of them, however their events come in transactions and groups, and without gaps. */
static void
test_the_first_record_gives_it(void **state)
{
    static const int order[] = { 9, 4, 7, 2, 8, 1 };
    AUTO_STR wanted = STR_INIT;

    (void) state;
    for (size_t i = 0; i < COUNT_OF(order); i++) {
        const uuid_t id = fixture_household(order[i]);
        char text[UUID_TEXT_SIZE];

        uuid_format(&id, text);
        str_printf(&wanted, "%s\n", text);
    }
    for (way_t way = WAY_ONE_BY_ONE; way < WAYS; way++) {
        AUTO_STR ordered = STR_INIT;

        fx.group_records = way == WAY_ONE_GROUP ? 100000 : 2;
        fixture_reset(&fx);
        tell(way);
        fixture_lines(&fx, STMT_households_in_order, &ordered);
        assert_string_equal(str_c(&ordered), str_c(&wanted));
        assert_int_equal(fixture_number(&fx, STMT_misplaced), 0);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_first_record_gives_it),
        cmocka_unit_test(test_a_register_from_before_gets_them),
    };

    return cmocka_run_group_tests(tests, group_setup, fixture_group_stop);
}
