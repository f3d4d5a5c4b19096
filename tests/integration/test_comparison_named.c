/* SPDX-License-Identifier: Apache-2.0 */
/* Records whose keys name the holder are not in the index of the history by key, and are found all the same: whoever takes them back,
 * however the dataset's file changes, wherever an event or a transaction ends. */
#include "comparison_fixture.h"
#include "testcomparison_sql.h"

#define PERSON "person:resident_id"

static fixture_t fx;

static int
group_setup(void **state)
{
    int failed = fixture_group(state, &fx, &testcomparison_statements, STMT_reset);

    mem_free(fx.config.fixed); /* the settings say nothing of wages */
    fx.config.fixed = mem_strdup("civil.households");
    return failed;
}

static void
send(const char *names)
{
    fx.key_names = names;
    fixture_send(&fx, "hrss.wages", "2024-03-02");
}

static void
wage(const char *key, int person, const char *kind)
{
    fixture_fact(&fx, key, person, kind, "2024-01-01", "2024-02-01", 40000, NULL);
}

/* How many facts this holder has; < 0: a household.  *ret_broken: records that cannot be applied. */
static size_t
facts_of(int holder, size_t *ret_broken)
{
    AUTO(db_tx) tx = NULL;
    AUTO(world) world = NULL;
    const holder_t *h;

    arena_reset(fx.arena);
    world = world_new(fx.arena, fx.comparison->terms);
    OK(db_tx_begin(fx.db, &tx, err));
    uuid_t id = holder < 0 ? fixture_household(-holder) : fixture_person(holder);
    h = holder < 0 ? &world_household(world, &id)->holder : &world_person(world, &id)->holder;
    OK(holder < 0 ? store_households(tx, world, err) : store_persons(tx, world, err));
    if (ret_broken != NULL)
        *ret_broken = h->broken_count;
    return h->fact_count;
}

/* Three people in a household, the first with a wage under a key that names her. */
static void
begin(void)
{
    fixture_members(&fx, 1, "2023-01-01", (const int[]){ 1, 2, 3 }, 3, false);
    fixture_send(&fx, "civil.households", "2024-03-01");
    fixture_tick(&fx, "2024-03-01");
    wage("w", 1, "income.wage");
    send(PERSON);
    assert_int_equal(facts_of(1, NULL), 1);
    assert_int_equal(fixture_number(&fx, STMT_not_by_key), 1);
}

static void
test_taken_back_by_who_says_whose_it_is(void **state)
{
    (void) state;
    begin();
    fixture_retract_of(&fx, "w", 1);
    send(PERSON);
    assert_int_equal(facts_of(1, NULL), 0);
    fixture_retract_of(&fx, "never put", 4);
    send(PERSON);
    assert_int_equal(fixture_number(&fx, STMT_persons_counted), 3);
}

/* A retraction, an end and a bad version name only the key, or somebody else: all of the history is read for them. */
static void
test_found_without_the_index(void **state)
{
    size_t broken;

    (void) state;
    begin();
    for (int i = 0; i < 2000; i++) { /* several parts of the history, each searched by a statement */
        char key[32];

        (void) snprintf(key, sizeof key, "another %d", i);
        wage(key, 1, "income.wage");
        if (i % 250 == 249)
            send(PERSON);
    }
    assert_int_equal(facts_of(1, NULL), 2001);
    fixture_restart(&fx);
    fixture_retract(&fx, "another 1999");
    fixture_retract(&fx, "w");
    fixture_retract(&fx, "another 1000");
    send(PERSON);
    assert_int_equal(facts_of(1, NULL), 1998);
    fixture_end(&fx, "another 7", fixture_day("2024-01-15"));
    send(PERSON);
    assert_int_equal(facts_of(1, &broken), 1998);
    assert_int_equal(broken, 0);
    wage("another 8", 2, ""); /* spoils what person 1 has, and 2 is named */
    send(PERSON);
    facts_of(1, &broken);
    assert_int_equal(broken, 1);
    facts_of(2, &broken);
    assert_int_equal(broken, 1);
    wage("another 8", 1, "income.wage");
    send(PERSON);
    facts_of(2, &broken);
    assert_int_equal(broken, 0);
    facts_of(1, &broken);
    assert_int_equal(broken, 0);
}

/* The file has changed: the key does not name the holder any more, or another one.  In a new process, too. */
static void
test_another_file(void **state)
{
    static const char *const later[] = { NULL, "person:other", NULL, "household:household_no" };

    (void) state;
    for (size_t i = 0; i < COUNT_OF(later); i++) {
        fixture_reset(&fx);
        begin();
        if (i >= 2)
            fixture_restart(&fx);
        wage("w", later[i] != NULL && later[i][0] == 'h' ? -1 : 2, "income.wage");
        send(later[i]);
        assert_int_equal(facts_of(1, NULL), 0);
        assert_int_equal(facts_of(2, NULL) + facts_of(-1, NULL), 1);
        wage("w", 1, "income.wage"); /* and as before */
        send(PERSON);
        assert_int_equal(facts_of(1, NULL), 1);
        assert_int_equal(facts_of(2, NULL) + facts_of(-1, NULL), 0);
        fixture_restart(&fx);
        wage("w", 3, "income.wage");
        send(NULL);
        assert_int_equal(facts_of(1, NULL), 0);
        assert_int_equal(facts_of(3, NULL), 1);
        assert_int_equal(fixture_number(&fx, STMT_not_by_key), 0);
    }
}

/* Rows from before, and events of one transaction that do not say the same. */
static void
test_versions_of_both_sorts(void **state)
{
    (void) state;
    for (int way = 0; way < 3; way++) {
        fixture_reset(&fx);
        fixture_members(&fx, 1, "2023-01-01", (const int[]){ 1, 2, 3 }, 3, false);
        fixture_send(&fx, "civil.households", "2024-03-01");
        wage("w", 2, "income.wage");
        wage("v", 2, "income.wage");
        fx.key_names = way == 2 ? PERSON : NULL;
        fixture_hold(&fx, "hrss.wages", "2024-03-01");
        if (way != 1)
            fixture_flush(&fx);
        wage("w", 1, "income.wage");
        fx.key_names = way == 2 ? NULL : PERSON;
        fixture_hold(&fx, "hrss.wages", "2024-03-01");
        fixture_retract(&fx, "v");
        fx.key_names = PERSON;
        fixture_hold(&fx, "hrss.wages", "2024-03-01");
        fixture_flush(&fx);
        assert_int_equal(facts_of(1, NULL), 1);
        assert_int_equal(facts_of(2, NULL), 0);
        fixture_retract(&fx, "w");
        send(NULL);
        assert_int_equal(facts_of(1, NULL), 0);
    }
}

/* A record that moved is taken back under the name that it had: a batch as a whole, whose events are from before. */
static void
test_taken_back_after_it_moved(void **state)
{
    char from[UUID_TEXT_SIZE], to[UUID_TEXT_SIZE];
    AUTO_STR item = STR_INIT;
    uuid_t a = fixture_person(1), b = fixture_person(2);

    (void) state;
    uuid_format(&a, from);
    uuid_format(&b, to);
    for (int way = 0; way < 3; way++) {
        fixture_reset(&fx);
        begin();
        str_clear(&item);
        str_printf(&item, "{\"from\":\"%s\",\"to\":\"%s\",\"datasets\":[\"hrss.wages\"],\"records\":[]}", from, to);
        fixture_hold_persons(&fx, "moves", str_c(&item));
        if (way == 2)
            fixture_flush(&fx);
        fixture_flush(&fx);
        assert_int_equal(facts_of(1, NULL), 0);
        assert_int_equal(facts_of(2, NULL), 1);
        if (way > 0) {
            wage("w", 2, "income.wage");
            wage("x", 2, "income.wage");
            send(PERSON);
            assert_int_equal(facts_of(2, NULL), 2);
        }
        fixture_restart(&fx);
        fixture_retract_of(&fx, "w", 1);
        send(PERSON);
        assert_int_equal(facts_of(1, NULL), 0);
        assert_int_equal(facts_of(2, NULL), way > 0 ? 1 : 0);
    }
}

/* Records that say nothing of anybody any more. */
static void
test_records_without_facts(void **state)
{
    (void) state;
    begin();
    fixture_nothing(&fx, "w", 1);
    send(PERSON);
    assert_int_equal(facts_of(1, NULL), 0);
    wage("w", 1, "income.wage");
    send(PERSON);
    assert_int_equal(facts_of(1, NULL), 1);
    fixture_record(&fx, "w", "\"facts\":[]"); /* without saying whose it was */
    send(PERSON);
    assert_int_equal(facts_of(1, NULL), 0);
    fixture_nothing(&fx, "z", 0);
    send(PERSON);
    assert_int_equal(fixture_number(&fx, STMT_poisoned_counted), 0);
}

/* An event that says so, and a record of it that speaks of two: that is no record which could be found again. */
static void
test_a_key_names_one(void **state)
{
    char id[2][UUID_TEXT_SIZE];
    size_t broken;

    (void) state;
    begin();
    for (int i = 0; i < 2; i++) {
        uuid_t u = fixture_person(1 + i);
        uuid_format(&u, id[i]);
    }
    fixture_record(&fx, "two",
                   "\"facts\":[{\"holder\":{\"person\":\"%s\"},\"kind\":\"income.wage\",\"from\":\"2024-01-01\",\"value\":1},"
                   "{\"holder\":{\"person\":\"%s\"},\"kind\":\"income.wage\",\"from\":\"2024-01-01\",\"value\":1}]", id[0], id[1]);
    send(PERSON);
    assert_int_equal(fixture_number(&fx, STMT_poisoned_counted), 1);
    facts_of(2, &broken);
    assert_int_equal(broken, 1);
}

/* What a lost transaction wrote is not there, and what it noted of the dataset is forgotten. */
static void
test_a_lost_transaction(void **state)
{
    (void) state;
    fixture_members(&fx, 1, "2023-01-01", (const int[]){ 1, 2, 3 }, 3, false);
    fixture_send(&fx, "civil.households", "2024-03-01");
    wage("w", 1, "income.wage");
    fx.key_names = PERSON;
    fixture_hold(&fx, "hrss.wages", "2024-03-01");
    fx.fail_commit = true;
    fixture_flush_again(&fx);
    fixture_flush(&fx);
    fixture_restart(&fx);
    fixture_retract(&fx, "w");
    send(PERSON);
    assert_int_equal(facts_of(1, NULL), 0);
    wage("w", 1, "income.wage");
    send(PERSON);
    wage("w", 2, "income.wage");
    fixture_hold(&fx, "hrss.wages", "2024-03-02");
    fx.fail_commit = true; /* what was put into the index is not */
    fixture_flush_again(&fx);
    assert_int_equal(facts_of(1, NULL), 1);
    fixture_flush(&fx);
    assert_int_equal(facts_of(1, NULL), 0);
    assert_int_equal(facts_of(2, NULL), 1);
}

static void
hold(void)
{
    fx.key_names = PERSON;
    fixture_hold(&fx, "hrss.wages", "2024-03-02");
}

/* Who was erased at the door and comes again is somebody else, under the same keys. */
static void
somebody_else(bool wait)
{
    begin();
    wage("x", 1, "income.wage");
    hold();
    wage("x", 2, "income.wage");
    wage("y", 2, "income.wage");
    hold();
    wage("x", 2, "income.wage");
    fixture_retract_of(&fx, "y", 1); /* who has none */
    hold();
    wage("w", 2, "income.wage");
    hold();
    if (wait) {
        fixture_flush(&fx);
        assert_int_equal(facts_of(1, NULL), 2); /* w, x */
        assert_int_equal(facts_of(2, NULL), 3); /* w, x, y */
    }
    fixture_retract_of(&fx, "w", 2);
    hold();
    fixture_retract(&fx, "x"); /* it is not known whose: all who have it */
    hold();
    fixture_flush(&fx);
    assert_int_equal(facts_of(1, NULL), 1); /* w */
    assert_int_equal(facts_of(2, NULL), 1); /* y */
}

/* Wherever a transaction or a group of events ends: that is chance, as when this service was killed. */
static void
test_somebody_else_under_the_key(void **state)
{
    static const size_t groups[] = { 1, 1000, 2 /* as everywhere */ };

    (void) state;
    for (size_t g = 0; g < COUNT_OF(groups); g++) {
        for (size_t part = 3; part-- > 0;) { /* so many events in a transaction; 0: all */
            fx.group_records = groups[g];
            fx.part = part;
            fixture_reset(&fx);
            somebody_else(true);
            fixture_reset(&fx);
            somebody_else(false);
        }
    }
}

/* Each part of the history is read as it stands on the disk, whatever is in the tables when the plan is made. */
static void
test_the_history_is_read_in_order(void **state)
{
    AUTO_STR plan = STR_INIT;

    (void) state;
    begin();
    fixture_lines(&fx, STMT_places_search_plan, &plan);
    assert_non_null(strstr(str_c(&plan), "Tid Range Scan on fact_version"));
    assert_non_null(strstr(str_c(&plan), "hashed SubPlan"));
    assert_null(strstr(str_c(&plan), "Index"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_taken_back_by_who_says_whose_it_is, fixture_group_reset),
        cmocka_unit_test_setup(test_found_without_the_index, fixture_group_reset),
        cmocka_unit_test_setup(test_another_file, fixture_group_reset),
        cmocka_unit_test_setup(test_versions_of_both_sorts, fixture_group_reset),
        cmocka_unit_test_setup(test_taken_back_after_it_moved, fixture_group_reset),
        cmocka_unit_test_setup(test_records_without_facts, fixture_group_reset),
        cmocka_unit_test_setup(test_a_key_names_one, fixture_group_reset),
        cmocka_unit_test_setup(test_somebody_else_under_the_key, fixture_group_reset),
        cmocka_unit_test_setup(test_a_lost_transaction, fixture_group_reset),
        cmocka_unit_test_setup(test_the_history_is_read_in_order, fixture_group_reset),
    };

    return cmocka_run_group_tests(tests, group_setup, fixture_group_stop);
}
