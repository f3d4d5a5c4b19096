/* SPDX-License-Identifier: Apache-2.0 */
/* What does not belong to a household alone: legal supporters with their households, and places.  Whatever changes there must
 * reach those whom it concerns, to the fen; a full comparison must find nothing that was missed; and the past must come back
 * with the supporters and the places as they were known then. */
#include "comparison_fixture.h"
#include "run.h"
#include "testcomparison_sql.h"
#include "world_support.h"

static fixture_t fx;

static int
group_setup(void **state)
{
    (void) fixture_group(state, &fx, &testcomparison_statements, STMT_reset);
    mem_free(fx.config.policy);
    fx.config.policy = mem_strdup("tests/integration/comparison_links.yaml");
    fixture_restart(&fx);
    return 0;
}

static void
wage(int person, long long fen)
{
    char key[64];

    (void) snprintf(key, sizeof key, "wage %d", person);
    fixture_fact(&fx, key, person, "income.wage", "2023-01-01", "2024-12-01", fen, NULL);
}

static void
link_people(const char *key, int supported, int supporter, int mouths)
{
    char a[UUID_TEXT_SIZE], b[UUID_TEXT_SIZE];
    uuid_t p = fixture_person(supported), s = fixture_person(supporter);

    uuid_format(&p, a);
    uuid_format(&s, b);
    fixture_record(&fx, key, "\"facts\":[{\"holder\":{\"person\":\"%s\"},\"kind\":\"support.legal\",\"from\":\"2024-01-01\",\"code\":"
                             "\"child\",\"persons\":[\"%s\"]},{\"holder\":{\"person\":\"%s\"},\"kind\":\"support.dependants\",\"from\":"
                             "\"2024-01-01\",\"value\":%d,\"persons\":[\"%s\"]}]", a, b, a, mouths, b);
}

static void
send(const char *dataset)
{
    fixture_send(&fx, dataset, "2024-03-05");
}

/* The household's amount of dibao as found last; -1: it does not qualify. */
static long long
amount_of(int household)
{
    char id[UUID_TEXT_SIZE], prefix[64];
    uuid_t h = fixture_household(household);
    AUTO_STR text = STR_INIT;
    const char *at;

    uuid_format(&h, id);
    fixture_lines(&fx, STMT_state, &text);
    (void) snprintf(prefix, sizeof prefix, "%s newly_qualifies dibao ", id);
    at = strstr(str_c(&text), prefix);
    if (at == NULL)
        return -1;
    for (size_t i = 0; i < 5; i++) /* household kind category opened since | monthly */
        at = strchr(at, ' ') + 1;
    return strtoll(at, NULL, 10);
}

static void
expect_nothing_missed(void)
{
    fixture_compare(&fx);
    assert_int_equal(fx.done.opened + fx.done.changed + fx.done.withdrawn, 0);
}

/* Parent 1 alone in household 1; child 2 with spouse 3 in household 2. */
static void
family(void)
{
    fixture_members(&fx, 1, "2023-01-01", (const int[]){ 1 }, 1, false);
    fixture_members(&fx, 2, "2023-01-01", (const int[]){ 2, 3 }, 2, false);
    send("civil.households");
    fixture_tick(&fx, "2024-03-05");
}

static void
test_supporter_counts(void **state)
{
    (void) state;
    family();
    assert_int_equal(amount_of(1), 80000);
    wage(2, 300000);
    send("hrss.wages");
    assert_int_equal(amount_of(1), 80000); /* nobody knows of the link */
    link_people("link", 1, 2, 2);
    send("civil.supporters");
    /* (12 × 3,000 − 12 × 800 × 2) × 0.5 / 2 = 4,200 a year; (9,600 − 4,200) / 12 = 450 */
    assert_int_equal(amount_of(1), 45000);
    expect_nothing_missed();
    /* the supporter's own wage, then that of the spouse, who is no supporter */
    wage(2, 200000);
    send("hrss.wages");
    assert_int_equal(amount_of(1), 70000);
    wage(3, 200000);
    send("hrss.wages");
    assert_int_equal(amount_of(1), 20000);
    wage(3, 400000);
    send("hrss.wages");
    assert_int_equal(amount_of(1), -1);
    expect_nothing_missed();
}

static void
test_supporters_household_changes(void **state)
{
    (void) state;
    family();
    wage(2, 200000);
    wage(3, 200000);
    send("hrss.wages");
    link_people("link", 1, 2, 2);
    send("civil.supporters");
    assert_int_equal(amount_of(1), 20000);
    /* a child is born: one more to feed */
    fixture_members(&fx, 2, "2024-01-01", (const int[]){ 2, 3, 4 }, 3, false);
    send("civil.households");
    assert_int_equal(amount_of(1), 40000);
    /* the supporter moves out alone: 2,000 − 800, half, for two */
    fixture_members(&fx, 3, "2024-02-01", (const int[]){ 2 }, 1, false);
    send("civil.households");
    assert_int_equal(amount_of(1), 50000);
    expect_nothing_missed();
    /* the spouse's wage no longer matters, a death does */
    wage(3, 900000);
    send("hrss.wages");
    assert_int_equal(amount_of(1), 50000);
    fixture_fact(&fx, "death", 2, "event.death", "2024-03-01", NULL, 0, NULL);
    send("police.deaths");
    assert_int_equal(amount_of(1), 80000);
    fixture_retract(&fx, "death");
    send("police.deaths");
    assert_int_equal(amount_of(1), 50000);
    /* in no household any more: nobody can tell what the supporter could give */
    fixture_members(&fx, 2, "2024-03-01", (const int[]){ 3, 4 }, 2, false);
    fixture_members(&fx, 3, "2024-03-01", (const int[]){ 5 }, 1, false);
    send("civil.households");
    assert_int_equal(amount_of(1), -1);
    expect_nothing_missed();
    fixture_members(&fx, 3, "2024-03-01", (const int[]){ 2 }, 1, false);
    send("civil.households");
    assert_int_equal(amount_of(1), 50000);
    fixture_retract(&fx, "link");
    send("civil.supporters");
    assert_int_equal(amount_of(1), 80000);
    wage(2, 900000);
    send("hrss.wages");
    assert_int_equal(amount_of(1), 80000);
    expect_nothing_missed();
}

/* Link, supporter and home in one transaction, in an order in which each comes too late for the one before. */
static void
test_one_transaction(void **state)
{
    (void) state;
    family();
    link_people("link", 1, 12, 1);
    fixture_hold(&fx, "civil.supporters", "2024-03-05");
    wage(12, 200000);
    fixture_hold(&fx, "hrss.wages", "2024-03-05");
    fixture_members(&fx, 9, "2024-01-01", (const int[]){ 12, 13 }, 2, false);
    fixture_hold(&fx, "civil.households", "2024-03-05");
    wage(13, 40000);
    fixture_hold(&fx, "hrss.wages", "2024-03-05");
    fixture_flush(&fx);
    assert_int_equal(amount_of(1), 40000);
    expect_nothing_missed();
    fixture_restart(&fx); /* a new process knows that there are links */
    wage(13, 80000);
    send("hrss.wages");
    assert_int_equal(amount_of(1), 20000);
}

/* --- places --- */

static void
prices(const char *region, int rise)
{
    char key[64];

    (void) snprintf(key, sizeof key, "prices of %s", region);
    fixture_record(&fx, key, "\"facts\":[{\"holder\":{\"region\":\"%s\"},\"kind\":\"cpi.all\",\"from\":\"2024-01-01\",\"value\":%d}]",
                   region, rise);
}

static size_t
dear_households(void)
{
    AUTO_STR text = STR_INIT;
    size_t n = 0;

    fixture_lines(&fx, STMT_state, &text);
    for (const char *p = str_c(&text); (p = strstr(p, " hardship_warning dear ")) != NULL; p++)
        n++;
    return n;
}

/* Households 1 … 10; their villages end in 200 + number % 7. */
static void
ten_households(void)
{
    for (int h = 1; h <= 10; h++)
        fixture_members(&fx, h, "2023-01-01", &h, 1, false);
    send("civil.households");
    fx.config.chunk_households = 3;
    fixture_tick(&fx, "2024-03-05");
}

static void
test_places_reach_all_who_live_there(void **state)
{
    (void) state;
    ten_households();
    prices("320681", 350);
    send("stats.cpi");
    assert_true(fx.done.day_again);
    assert_int_equal(fx.done.assessed, 0); /* in chunks, by the clock */
    fixture_tick(&fx, "2024-03-05");
    assert_int_equal(fx.done.assessed, 10);
    assert_int_equal(dear_households(), 10);
    expect_nothing_missed();
    /* the same again is no change */
    prices("320681", 350);
    send("stats.cpi");
    assert_false(fx.done.day_again);
    /* the nearer place speaks: one village, households 2 and 9 */
    prices("320681100202", 340);
    send("stats.cpi");
    fixture_tick(&fx, "2024-03-05");
    assert_int_equal(fx.done.assessed, 2);
    assert_int_equal(dear_households(), 8);
    prices("32068", 900); /* no code that there is */
    prices("33", 340);
    send("stats.cpi");
    assert_int_equal(fx.done.quarantined, 1);
    fixture_tick(&fx, "2024-03-05");
    assert_int_equal(dear_households(), 8);
    fixture_retract(&fx, "prices of 320681100202");
    send("stats.cpi");
    fixture_tick(&fx, "2024-03-05");
    assert_int_equal(dear_households(), 10);
    prices("320681", 349);
    send("stats.cpi");
    fixture_tick(&fx, "2024-03-05");
    assert_int_equal(dear_households(), 0);
    expect_nothing_missed();
}

/* Half done, the process ends; two places change while the day is not finished; the next day comes. */
static void
test_places_survive_interruptions(void **state)
{
    (void) state;
    ten_households();
    prices("320681", 350);
    fx.fail_commit = true;
    fixture_hold(&fx, "stats.cpi", "2024-03-05");
    fixture_flush_again(&fx);
    fixture_compare(&fx); /* what was lost is not in memory either */
    assert_int_equal(dear_households(), 0);
    fixture_flush(&fx);
    assert_false(fixture_tick_steps(&fx, "2024-03-05", 2));
    assert_int_equal(dear_households(), 6);
    fixture_restart(&fx);
    prices("320681100201", 10);
    send("stats.cpi"); /* begins again, everywhere: the first change is not yet told to all */
    fixture_tick(&fx, "2024-03-06");
    assert_int_equal(dear_households(), 8); /* not 1 and 8 */
    expect_nothing_missed();
}

/* In one transaction: who is touched before sees the old prices, who is touched after sees the new ones. */
static void
test_places_in_one_transaction(void **state)
{
    (void) state;
    ten_households();
    wage(1, 1000);
    fixture_hold(&fx, "hrss.wages", "2024-03-05");
    prices("320681", 350);
    fixture_hold(&fx, "stats.cpi", "2024-03-05");
    wage(2, 1000);
    fixture_hold(&fx, "hrss.wages", "2024-03-05");
    fixture_flush(&fx);
    assert_int_equal(dear_households(), 1);
    fixture_tick(&fx, "2024-03-05");
    assert_int_equal(dear_households(), 10);
}

/* --- at random --- */

enum { PEOPLE = 20, HOMES = 8, EVENTS = 50 };
static uint64_t random_state;

static unsigned
draw(unsigned n)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (unsigned) (random_state >> 33) % n;
}

static const char *
random_event(void)
{
    int people[4];
    char key[32];
    unsigned n = 1 + draw(3);

    switch (draw(5)) {
    case 0:
        people[0] = 1 + (int) draw(PEOPLE);
        for (unsigned i = 1; i < n; i++)
            people[i] = 1 + (people[i - 1] + 6) % PEOPLE;
        (void) snprintf(key, sizeof key, "2024-01-%02u", 1 + draw(28));
        fixture_members(&fx, 1 + (int) draw(HOMES), key, people, n, draw(12) == 0);
        return "civil.households";
    case 1:
        (void) snprintf(key, sizeof key, "link %u", draw(12));
        if (draw(4) == 0)
            fixture_retract(&fx, key);
        else
            link_people(key, 1 + (int) draw(PEOPLE), 1 + (int) draw(PEOPLE), 1 + (int) draw(3));
        return "civil.supporters";
    case 2:
        (void) snprintf(key, sizeof key, "32068110020%u", draw(7));
        key[draw(2) == 0 ? 6 : 12] = '\0';
        prices(key, 340 + (int) draw(20));
        return "stats.cpi";
    default:
        people[0] = 1 + (int) draw(PEOPLE);
        wage(people[0], 10000 * draw(60));
        return "hrss.wages";
    }
}

static void
explain(int household, uint64_t position, str_t *ret)
{
    AUTO(db_tx) tx = NULL;
    AUTO(world) world = NULL;
    uuid_t id = fixture_household(household);
    policy_world_t places;
    household_t *h;
    dossier_t dossier;
    json_out_t out;

    arena_reset(fx.arena);
    world = world_new(fx.arena, fx.comparison->terms);
    OK(db_tx_begin(fx.db, &tx, err));
    OK(run_household(tx, world, &id, position, &h, err));
    if (h == NULL || !world_is_assessable(world, h))
        return;
    assert_true(world_dossier(world, h, fixture_day("2024-03-05"), &dossier));
    if (position == UINT64_MAX)
        OK(comparison_places(fx.comparison, tx, &places, err));
    else
        places = world_place_facts(world);
    json_out_init(&out, ret);
    json_out_object(&out, NULL);
    OK(policy_explain(fx.comparison->policy, &places, &dossier, fixture_day("2024-03-05"), &out, err));
    json_out_end(&out);
}

static void
test_incremental_is_full(void **state)
{
    (void) state;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        fixture_reset(&fx);
        random_state = seed * 0x9e3779b97f4a7c15u;
        fx.config.chunk_households = 3;
        fixture_tick(&fx, "2024-03-05");
        for (unsigned i = 0; i < EVENTS; i++) {
            fixture_hold(&fx, random_event(), "2024-03-05");
            if (draw(3) == 0 || i == EVENTS - 1) {
                fixture_flush(&fx);
                fixture_tick(&fx, "2024-03-05");
                expect_nothing_missed();
            }
        }
    }
}

static void
test_the_past_is_whole(void **state)
{
    static str_t then[EVENTS + 1][HOMES + 1];
    size_t bytes = 0;

    (void) state;
    random_state = 4711;
    for (unsigned e = 1; e <= EVENTS; e++) {
        fixture_send(&fx, random_event(), "2024-03-05");
        for (int home = 1; home <= HOMES; home++)
            explain(home, UINT64_MAX, &then[e][home]);
    }
    for (unsigned e = 1; e <= EVENTS; e++) {
        for (int home = 1; home <= HOMES; home++) {
            AUTO_STR now = STR_INIT;

            explain(home, e, &now);
            bytes += now.len;
            assert_string_equal(str_c(&now), str_c(&then[e][home]));
            str_done(&then[e][home]);
        }
    }
    assert_true(bytes > 10000);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_supporter_counts, fixture_group_reset),
        cmocka_unit_test_setup(test_supporters_household_changes, fixture_group_reset),
        cmocka_unit_test_setup(test_one_transaction, fixture_group_reset),
        cmocka_unit_test_setup(test_places_reach_all_who_live_there, fixture_group_reset),
        cmocka_unit_test_setup(test_places_survive_interruptions, fixture_group_reset),
        cmocka_unit_test_setup(test_places_in_one_transaction, fixture_group_reset),
        cmocka_unit_test_setup(test_incremental_is_full, fixture_group_reset),
        cmocka_unit_test_setup(test_the_past_is_whole, fixture_group_reset),
    };

    return cmocka_run_group_tests(tests, group_setup, fixture_group_stop);
}
