/* SPDX-License-Identifier: Apache-2.0 */
/* What is read ahead on a lane changes nothing of what is found, whatever comes in between. */
#include "db_fixture.h"

#include "comparison_fixture.h"
#include "comparison_random.h"
#include "testcomparison_sql.h"

static fixture_t fx;

static int
group_setup(void **state)
{
    (void) last_error;
    return fixture_group(state, &fx, &testcomparison_statements, STMT_reset);
}

/* Days on which all are assessed, in chunks of two; between the chunks come facts, decisions of others and whole comparisons, or
 * the transaction is lost. */
static void
play_interrupted(uint64_t seed)
{
    random_state = seed * 0x9e3779b97f4a7c15u;
    for (int home = 1; home <= RANDOM_HOMES; home++)
        random_household(&fx);
    fixture_send(&fx, "civil.households", "2024-05-31");
    for (int month = 6; month <= 12; month++) {
        char today[32];
        bool done = false;

        (void) snprintf(today, sizeof today, "2024-%02d-01", month);
        for (int event = 0; event < 5; event++) { /* much that begins or ends with the month */
            size_t dataset = random_draw(RANDOM_DATASETS);

            random_event(&fx, dataset, 8);
            fixture_send(&fx, random_datasets[dataset], today);
        }
        for (int turn = 0; !done && turn < 12; turn++) {
            size_t dataset = random_draw(RANDOM_DATASETS);

            done = fixture_tick_steps(&fx, today, 1 + random_draw(2));
            if (done)
                break;
            switch (random_draw(4)) {
            case 0:
                fx.fail_commit = true;
                (void) fixture_tick_steps(&fx, today, 1);
                break;
            case 1:
                fixture_compare(&fx);
                break;
            default:
                random_event(&fx, dataset, 16);
                fixture_send(&fx, random_datasets[dataset], today);
                break;
            }
        }
        if (!done)
            fixture_tick(&fx, today);
    }
}

/* A chunk that was read ahead counts only while nothing else was committed. */
static void
test_reading_ahead_changes_nothing(void **state)
{
    (void) state;
    for (uint64_t seed = 300; seed < 310; seed++) {
        AUTO_STR first = STR_INIT;

        for (unsigned way = 0; way < 2; way++) {
            AUTO_STR text = STR_INIT;

            fx.no_lane = way == 0;
            fixture_reset(&fx);
            fx.config.chunk_households = 2;
            play_interrupted(seed);
            fixture_lines(&fx, STMT_history, &text);
            fixture_state(&fx, STMT_state, STMT_enrolments, &text);
            if (way == 0)
                str_add(&first, str_c(&text));
            else
                assert_string_equal(str_c(&first), str_c(&text));
        }
        assert_true(first.len > 1000);
    }
    fx.no_lane = false;
}

/* The lane's connection ends: the step fails as an outage, nothing of it stays, and with another lane it is done again. */
static void
test_a_lost_lane_is_an_outage(void **state)
{
    AUTO_STR before = STR_INIT;
    AUTO_STR after = STR_INIT;
    clock_state_t clock;
    bool done;

    (void) state;
    fixture_reset(&fx);
    random_state = 7;
    for (int home = 1; home <= RANDOM_HOMES; home++)
        random_household(&fx);
    fixture_send(&fx, "civil.households", "2024-05-31");
    fx.config.chunk_households = 2;
    assert_false(fixture_tick_steps(&fx, "2024-06-01", 1));
    fixture_state(&fx, STMT_state, STMT_enrolments, &before);
    (void) fixture_number(&fx, STMT_end_lane);
    {
        AUTO(db_tx) tx = NULL;

        arena_reset(fx.arena);
        OK(db_tx_begin(fx.db, &tx, err));
        /* what it had read before it ended may still be taken; what comes then fails */
        for (int step = 0; step < 2; step++) {
            err_t err = { 0 };

            if (!run_tick_step(fx.comparison, tx, fx.findings, fx.arena, DATE_OPEN, &clock, &done, &fx.done, &err)) {
                assert_int_equal(err.cls, ERR_RETRY);
                assert_true(err.outage);
                step = 2;
            } else {
                assert_int_equal(step, 0);
            }
        }
    }
    assert_true(db_lane_is_broken(fx.lane));
    stream_rollback(fx.findings);
    comparison_rolled_back(fx.comparison);
    fixture_state(&fx, STMT_state, STMT_enrolments, &after);
    assert_string_equal(str_c(&before), str_c(&after));
    fixture_open_lane(&fx);
    fixture_tick(&fx, "2024-06-01");
}

typedef enum {
    WAY_ONE_GROUP, WAY_NO_LANE, WAY_LANE, WAY_LOST_LANE, WAY_NO_BESIDE, WAY_FORGETFUL, WAY_PARTS, WAY_PARTS_LOST, WAY_PARTS_OFF,
    WAY_PARTS_BESIDE_OFF, WAY_PARTS_MISTAKEN, WAYS
} way_t;

/* What was read ahead of the next transaction does not hold, or is gone. */
static void
compare_between(fixture_t *self)
{
    if (self->seq % 3 == 0)
        fixture_compare(self);
}

/* A transaction of one event is given no lane. */
static void
turn_off_between(fixture_t *self)
{
    self->comparison->lane = self->comparison->lane == NULL ? self->lane : NULL;
}

/* What was read ahead by two lanes is taken up with one. */
static void
turn_beside_off_between(fixture_t *self)
{
    self->comparison->beside = self->comparison->beside == NULL ? self->beside : NULL;
}

/* Of most people it is remembered that they live where they do not, or in a household that there is not. */
static void
mistake_between(fixture_t *self)
{
    for (int person = 1; person <= RANDOM_PEOPLE; person++) {
        const uuid_t id = fixture_person(person);

        if ((self->seq + (uint64_t) person) % 4 != 0)
            whereabouts_put(self->comparison->whereabouts, &id, 1 + (int64_t) (self->seq * 7 + (uint64_t) person * 5) % (RANDOM_HOMES + 2));
    }
}

static void
lose_between(fixture_t *self)
{
    if (self->seq % 2 != 0)
        return;
    comparison_rolled_back(self->comparison); /* as the service does when a connection is lost */
    fixture_open_lane(self);
}

/* Events of all departments, several to a transaction; now and then the lane ends in the middle of one. */
static void
play_groups(uint64_t seed, way_t way, int rounds)
{
    random_state = seed * 0x9e3779b97f4a7c15u;
    for (int home = 1; home <= RANDOM_HOMES; home++)
        random_household(&fx);
    fixture_send(&fx, "civil.households", "2024-05-31");
    fixture_tick(&fx, "2024-06-01");
    for (int round = 0; round < rounds; round++) {
        for (int event = 0; event < 8; event++) {
            size_t dataset = random_draw(RANDOM_DATASETS);

            random_event(&fx, dataset, 5);
            if (way == WAY_LOST_LANE) /* one that puts a dataset into the index again reads nothing on the lane */
                fx.key_names = random_key_names(dataset, 2);
            fixture_hold(&fx, random_datasets[dataset], "2024-06-01");
        }
        if (way == WAY_LOST_LANE && round % 3 == 1) {
            (void) fixture_number(&fx, STMT_end_lane);
            fixture_flush_lost(&fx);
            fixture_open_lane(&fx);
        }
        fixture_flush(&fx);
    }
}

/* All that the tables say is what they said the first time; each row is where it belongs. */
static void
expect_as_first(str_t *first, bool is_first)
{
    AUTO_STR text = STR_INIT;

    fixture_lines(&fx, STMT_history, &text);
    fixture_state(&fx, STMT_state, STMT_enrolments, &text);
    fixture_lines(&fx, STMT_waiting, &text);
    fixture_lines(&fx, STMT_ordinals, &text);
    assert_int_equal(fixture_number(&fx, STMT_misplaced), 0);
    if (is_first)
        str_add(first, str_c(&text));
    else
        assert_string_equal(str_c(first), str_c(&text));
}

/* Groups are a matter of speed alone. */
static void
test_groups_change_nothing(void **state)
{
    (void) state;
    for (uint64_t seed = 400; seed < 406; seed++) {
        AUTO_STR first = STR_INIT;

        for (way_t way = WAY_ONE_GROUP; way < WAYS; way++) {
            fx.group_records = way == WAY_ONE_GROUP ? 100000 : 1 + seed % 4;
            fx.no_lane = way == WAY_NO_LANE;
            fx.no_beside = way == WAY_NO_BESIDE;
            fx.config.homes_mib = way == WAY_FORGETFUL ? 0 : 1;
            fx.no_key_names = way == WAY_ONE_GROUP;
            fx.part = way == WAY_PARTS ? 1 + seed % 3 : way >= WAY_PARTS_LOST ? 2 : 0;
            fx.between = way == WAY_PARTS_LOST               ? lose_between
                         : way == WAY_PARTS_OFF              ? turn_off_between
                         : way == WAY_PARTS_BESIDE_OFF       ? turn_beside_off_between
                         : way == WAY_PARTS_MISTAKEN         ? mistake_between
                         : way == WAY_PARTS && seed % 2 == 0 ? compare_between
                                                             : NULL;
            fixture_reset(&fx);
            play_groups(seed, way, 12);
            expect_as_first(&first, way == WAY_ONE_GROUP);
            fixture_compare(&fx);
            assert_int_equal(fx.done.opened + fx.done.changed + fx.done.withdrawn, 0);
        }
        assert_true(first.len > 1000);
    }
    fx.group_records = 2;
    fx.part = 0;
    fx.between = NULL;
    fx.no_lane = fx.no_beside = false;
    fx.config.homes_mib = 1;
    fx.no_key_names = false;
}

/* --- whatever is lost, wherever --- */

static db_t *outside; /* ends connections, and has one of its own */

static void
end_connection(int64_t rank)
{
    AUTO(db_tx) tx = NULL;
    AUTO(db_result) rows = NULL;
    AUTO_PARAMS in;

    db_params_init(&in);
    db_params_i64(&in, rank);
    db_params_i64(&in, 4000 * SLOW);
    OK(db_tx_begin(outside, &tx, err));
    OK(db_query(tx, &testcomparison_statements, STMT_end_connection, &in, &rows, err));
    assert_int_equal(db_result_rows(rows), 1);
    assert_true(db_result_bool(rows, 0, 0));
}

/* They are opened in this order: the writer's, the lane that reads ahead, and the one beside it. */
static void
end_beside(fixture_t *self)
{
    (void) self;
    end_connection(1);
}

static void
end_ahead(fixture_t *self)
{
    (void) self;
    end_connection(2);
}

static void
end_writer(fixture_t *self)
{
    (void) self;
    end_connection(3);
}

/* A statement is refused, or a connection ends, at one place of a transaction after the other, while groups are asked ahead and others are
 * written behind: nothing stays of it, and it is done again as if nothing had been. */
static void
test_what_is_lost_is_done_again(void **state)
{
    static const struct {
        const char *failpoint;
        void (*strike)(fixture_t *self);
    } ways[] = { { NULL, NULL }, { "db.exec", NULL }, { NULL, end_ahead }, { NULL, end_beside }, { NULL, end_writer } };
    const db_stmt_set_t *sets[] = { &testcomparison_statements, NULL };
    AUTO_STR first = STR_INIT;

    (void) state;
    outside = fixture_open("comparison", sets);
    for (size_t way = 0; way < COUNT_OF(ways); way++) {
        fx.part = 3;
        fixture_reset(&fx);
        fx.failpoint = ways[way].failpoint;
        fx.strike = ways[way].strike;
        fx.attempts = 0;
        play_groups(500, WAY_PARTS, 2);
        fx.failpoint = NULL;
        fx.strike = NULL;
        expect_as_first(&first, way == 0);
        assert_true(way == 0 || fx.attempts > 20);
    }
    assert_true(first.len > 1000);
    db_destroy(&outside);
    fx.part = 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reading_ahead_changes_nothing),
        cmocka_unit_test(test_a_lost_lane_is_an_outage),
        cmocka_unit_test(test_groups_change_nothing),
        cmocka_unit_test(test_what_is_lost_is_done_again),
    };

    return cmocka_run_group_tests(tests, group_setup, fixture_group_stop);
}
