/* SPDX-License-Identifier: Apache-2.0 */
/* Comparison against a real database: what is found, when, why it goes; that it is the same whatever the order of arrival,
 * the batch boundaries and the crashes; that the past can be rebuilt. */
#include "comparison_fixture.h"
#include "comparison_random.h"
#include "comparison_pack.h"
#include "testcomparison_sql.h"

static fixture_t fx;

static int
group_setup(void **state)
{
    return fixture_group(state, &fx, &testcomparison_statements, STMT_reset);
}

/* Counts the lines of the history that hold all of three texts. */
static int
published(const char *a, const char *b, const char *c)
{
    AUTO_STR text = STR_INIT;
    int n = 0;

    fixture_lines(&fx, STMT_history, &text);
    for (char *line = text.ptr, *end; line != NULL && (end = strchr(line, '\n')) != NULL; line = end + 1) {
        *end = '\0';
        n += strstr(line, a) != NULL && strstr(line, b) != NULL && strstr(line, c) != NULL;
    }
    return n;
}

static void
wage(int person, const char *month, const char *after, long long fen)
{
    char key[64];

    (void) snprintf(key, sizeof key, "wage %d %s", person, month);
    fixture_fact(&fx, key, person, "income.wage", month, after, fen, NULL);
}

/* Two people; 12 months of 400 yuan for one of them: far below 2 × 790 a month. */
static void
poor_household(void)
{
    fixture_members(&fx, 1, "2023-01-01", (const int[]){ 11, 12 }, 2, false);
    fixture_send(&fx, "civil.households", "2024-02-20");
    wage(11, "2023-02-01", "2024-02-01", 40000);
    fixture_send(&fx, "hrss.wages", "2024-02-20");
}

static void
test_statements_are_what_they_say(void **state)
{
    (void) state;
    OK(db_check_statements(fx.db, store_statements[0], err));
}

static void
test_nothing_before_the_first_day(void **state)
{
    (void) state;
    poor_household();
    assert_int_equal(published("", "", ""), 0);
    assert_int_equal(fx.done.assessed, 0);
    fixture_tick(&fx, "2024-03-01");
    assert_int_equal(fx.done.assessed, 1);
    assert_int_equal(published("\"state\":\"open\"", "newly_qualifies", "dibao"), 1);
    /* 12 × 790 × 2 − (400 × 11 × 0.9) = 18,960 − 3,960 = 15,000; / 12 = 1,250.  The window is 2023-03 … 2024-02. */
    assert_int_equal(published("\"monthly_money\":\"1250.00\"", "newly_qualifies", "\"version\":1"), 1);
    assert_int_equal(published("\"margin\":\"-0.7911\"", "\"members\":2", "2024-03-01"), 1);
}

static void
test_enrolment_settles_then_benefit_changes(void **state)
{
    (void) state;
    poor_household();
    fixture_tick(&fx, "2024-03-01");
    random_dibao(&fx, "enrolment 1", 1, "2024-03-01", NULL, 125000, 11, 12);
    fixture_send(&fx, "civil.enrolments", "2024-03-01");
    assert_int_equal(published("withdrawn", "\"reason\":\"settled\"", "newly_qualifies"), 1);
    wage(12, "2024-02-01", "2024-03-01", 100000);
    fixture_send(&fx, "hrss.wages", "2024-03-02");
    /* 900 yuan more in the year: 14,100 / 12 = 1,175 */
    assert_int_equal(published("\"state\":\"open\"", "benefit_change", "\"monthly_money\":\"1175.00\""), 1);
    assert_int_equal(published("benefit_change", "\"enrolled_money\":\"1250.00\"", "income"), 0);
    random_dibao(&fx, "enrolment 1", 1, "2024-03-01", NULL, 117500, 11, 12);
    fixture_send(&fx, "civil.enrolments", "2024-03-03");
    assert_int_equal(published("withdrawn", "\"reason\":\"settled\"", "benefit_change"), 1);
}

static void
test_hysteresis_leaves_only_beyond_the_band(void **state)
{
    static const struct {
        long long fen; /* of 12 months; income is 90 % of it; the line of two is 18,960 */
        const char *kind;
        const char *category;
    } row[] = {
        { 2106600, NULL, NULL },                       /* 18,959.40: under the line, amount 1: that is what is drawn */
        { 2106700, NULL, NULL },                       /* 18,960.30: over the line, within 3 % */
        { 2169800, NULL, NULL },                       /* 19,528.20: under 19,528.80 */
        { 2169900, "category_change", "marginal" },    /* 19,529.10 */
        { 3159900, "category_change", "marginal" },    /* 28,439.10: under 28,440 */
        { 3160000, "no_longer_qualifies", "dibao" },   /* 28,440 */
    };

    (void) state;
    for (size_t i = 0; i < COUNT_OF(row); i++) {
        fixture_reset(&fx);
        fixture_members(&fx, 1, "2023-01-01", (const int[]){ 11, 12 }, 2, false);
        fixture_send(&fx, "civil.households", "2024-02-20");
        random_dibao(&fx, "enrolment 1", 1, "2023-03-01", NULL, 100, 11, 12);
        fixture_send(&fx, "civil.enrolments", "2024-02-20");
        wage(11, "2024-02-01", "2024-03-01", row[i].fen);
        fixture_send(&fx, "hrss.wages", "2024-03-01");
        fixture_tick(&fx, "2024-03-15");
        assert_int_equal(published("\"state\":\"open\"", "", ""), row[i].kind != NULL);
        if (row[i].kind != NULL)
            assert_int_equal(published("\"state\":\"open\"", row[i].kind, row[i].category), 1);
    }
}

static void
test_deaths(void **state)
{
    (void) state;
    poor_household();
    random_dibao(&fx, "enrolment 1", 1, "2023-03-01", NULL, 125000, 11, 12);
    fixture_send(&fx, "civil.enrolments", "2024-02-20");
    fixture_fact(&fx, "certificate 12", 12, "disability.certificate", "2020-01-01", "2030-01-01", 1, "physical");
    fixture_send(&fx, "dpf.certificates", "2024-02-20");
    fixture_fact(&fx, "nursing 12", 12, "enrolment.disability_nursing", "2020-03-01", NULL, 17000, NULL);
    fixture_fact(&fx, "living 12", 12, "enrolment.disability_living", "2020-03-01", NULL, 79000, NULL);
    fixture_send(&fx, "civil.enrolments", "2024-02-20");
    fixture_tick(&fx, "2024-03-01");
    assert_int_equal(published("\"state\":\"open\"", "", ""), 0);
    fixture_fact(&fx, "pay 1", 12, "payment.disability_nursing", "2024-02-01", "2024-03-01", 17000, NULL);
    fixture_fact(&fx, "pay 2", 12, "payment.disability_nursing", "2024-03-01", "2024-04-01", 17000, NULL);
    fixture_fact(&fx, "pay 3", 12, "payment.disability_nursing", "2024-04-01", "2024-05-01", 17000, NULL);
    fixture_fact(&fx, "pay 4", 12, "payment.disability_living", "2024-04-01", "2024-05-01", 79000, NULL);
    fixture_send(&fx, "civil.payments", "2024-04-20");
    fixture_tick(&fx, "2024-04-20");
    fixture_fact(&fx, "death 12", 12, "event.death", "2024-02-28", NULL, 0, NULL);
    fixture_send(&fx, "police.deaths", "2024-04-20");
    assert_int_equal(published("\"state\":\"open\"", "no_longer_qualifies", "\"rule\":\"death\""), 2);
    assert_int_equal(published("\"category\":\"disability_nursing\"", "\"overpaid\":\"340.00\"", "\"since\":\"2024-02-28\""), 1);
    assert_int_equal(published("\"category\":\"disability_living\"", "\"overpaid\":\"790.00\"", "\"rule\":\"death\""), 1);
    assert_int_equal(published("\"state\":\"open\"", "member_change", "\"category\":\"dibao\""), 1);
    assert_int_equal(published("\"state\":\"open\"", "benefit_change", ""), 1);
    /* the last one dies too */
    fixture_fact(&fx, "cremation 11", 11, "event.death", "2024-04-19", NULL, 0, NULL);
    fixture_send(&fx, "civil.cremations", "2024-04-20");
    assert_int_equal(published("\"state\":\"open\"", "no_longer_qualifies", "\"category\":\"dibao\""), 1);
    assert_int_equal(published("\"state\":\"withdrawn\"", "member_change", ""), 1);
    assert_int_equal(published("\"state\":\"withdrawn\"", "benefit_change", "facts_changed"), 1);
    /* and the register follows */
    fixture_members(&fx, 1, "2024-04-25", (const int[]){ 11 }, 1, true);
    fixture_send(&fx, "civil.households", "2024-04-25");
    assert_int_equal(published("\"state\":\"withdrawn\"", "no_longer_qualifies", ""), 3);
}

static void
test_allowances(void **state)
{
    (void) state;
    poor_household();
    fixture_fact(&fx, "certificate 12", 12, "disability.certificate", "2020-01-01", "2024-05-11", 3, "mental");
    fixture_send(&fx, "dpf.certificates", "2024-02-20");
    fixture_tick(&fx, "2024-03-01");
    assert_int_equal(published("\"state\":\"open\"", "entitlement_not_drawn", "\"category\":\"disability_nursing\""), 1);
    assert_int_equal(published("\"state\":\"open\"", "entitlement_not_drawn", "\"category\":\"disability_living\""), 1);
    fixture_fact(&fx, "nursing 12", 12, "enrolment.disability_nursing", "2024-03-01", NULL, 9000, NULL);
    fixture_send(&fx, "civil.enrolments", "2024-03-02");
    assert_int_equal(published("\"state\":\"withdrawn\"", "settled", "\"category\":\"disability_nursing\""), 1);
    /* the certificate ends by time alone */
    fixture_tick(&fx, "2024-05-10");
    assert_int_equal(published("\"state\":\"open\"", "no_longer_qualifies", "\"category\":\"disability_nursing\""), 0);
    fixture_tick(&fx, "2024-05-11");
    assert_int_equal(published("\"date\":\"2024-05-11\"", "no_longer_qualifies", "\"category\":\"disability_nursing\""), 1);
    assert_int_equal(published("withdrawn", "facts_changed", "\"category\":\"disability_living\""), 1);
}

static void
test_hardship_and_correction(void **state)
{
    (void) state;
    poor_household();
    fixture_tick(&fx, "2024-03-01");
    fixture_fact(&fx, "bill 1", 11, "expense.medical.self_paid", "2024-03-01", NULL, 1999999, NULL);
    fixture_send(&fx, "medical.settlements", "2024-03-01");
    assert_int_equal(published("hardship_warning", "", ""), 0);
    fixture_fact(&fx, "bill 1", 11, "expense.medical.self_paid", "2024-03-01", NULL, 2000000, NULL);
    fixture_send(&fx, "medical.settlements", "2024-03-01");
    assert_int_equal(published("\"state\":\"open\"", "hardship_warning", "other_hardship"), 1);
    fixture_retract(&fx, "bill 1");
    fixture_send(&fx, "medical.settlements", "2024-03-05");
    assert_int_equal(published("withdrawn", "hardship_warning", "facts_changed"), 1);
    /* opened again in the same month: the same finding */
    fixture_fact(&fx, "bill 1", 11, "expense.medical.self_paid", "2024-03-01", NULL, 2100000, NULL);
    fixture_send(&fx, "medical.settlements", "2024-03-05");
    assert_int_equal(published("\"state\":\"open\"", "hardship_warning", "\"version\":3"), 1);
    /* the same record again is nothing new */
    fixture_fact(&fx, "bill 1", 11, "expense.medical.self_paid", "2024-03-01", NULL, 2100000, NULL);
    fixture_send(&fx, "medical.settlements", "2024-03-05");
    assert_int_equal(published("hardship_warning", "", ""), 3);
}

static void
test_record_moves_to_another_person(void **state)
{
    (void) state;
    poor_household();
    fixture_members(&fx, 2, "2023-01-01", (const int[]){ 21 }, 1, false);
    fixture_send(&fx, "civil.households", "2024-02-20");
    wage(21, "2023-02-01", "2024-02-01", 30000);
    fixture_send(&fx, "hrss.wages", "2024-02-20");
    fixture_tick(&fx, "2024-03-01");
    assert_int_equal(published("\"state\":\"open\"", "newly_qualifies", ""), 2);
    fixture_fact(&fx, "car", 11, "asset.vehicle", "2024-03-01", NULL, 1, "car");
    fixture_send(&fx, "police.vehicles", "2024-03-02");
    assert_int_equal(published("withdrawn", "newly_qualifies", ""), 1);
    fixture_fact(&fx, "car", 21, "asset.vehicle", "2024-03-01", NULL, 1, "car"); /* sold */
    fixture_send(&fx, "police.vehicles", "2024-03-03");
    assert_int_equal(published("withdrawn", "newly_qualifies", ""), 2);
    assert_int_equal(published("\"state\":\"open\"", "newly_qualifies", "\"version\":3"), 1);
}

static void
test_claims_do_not_depend_on_the_order(void **state)
{
    (void) state;
    for (int order = 0; order < 2; order++) {
        fixture_reset(&fx);
        fixture_tick(&fx, "2024-03-01");
        for (int i = 0; i < 2; i++) {
            bool first = (i == 0) == (order == 0);

            fixture_members(&fx, first ? 1 : 2, first ? "2023-01-01" : "2024-02-01", first ? (const int[]){ 11, 12 } : (const int[]){ 12 },
                            first ? 2 : 1, false);
            fixture_send(&fx, "civil.households", "2024-03-01");
        }
        fixture_fact(&fx, "bill 1", 12, "expense.medical.self_paid", "2024-02-01", NULL, 2500000, NULL);
        fixture_send(&fx, "medical.settlements", "2024-03-01");
        char home[UUID_TEXT_SIZE];
        uuid_t u = fixture_household(2);
        uuid_format(&u, home);
        assert_int_equal(published("\"state\":\"open\"", "hardship_warning", home), 1);
        /* the later household is closed: the other claim counts */
        fixture_members(&fx, 2, "2024-02-01", (const int[]){ 12 }, 1, true);
        fixture_send(&fx, "civil.households", "2024-03-01");
        assert_int_equal(published("withdrawn", "hardship_warning", home), 1);
        assert_int_equal(published("\"state\":\"open\"", "hardship_warning", ""), 2);
    }
}

static void
test_bad_record_is_set_aside(void **state)
{
    (void) state;
    poor_household();
    fixture_tick(&fx, "2024-03-01");
    assert_int_equal(published("\"state\":\"open\"", "newly_qualifies", ""), 1);
    char person[UUID_TEXT_SIZE];
    uuid_t u = fixture_person(12);
    uuid_format(&u, person);
    fixture_record(&fx, "wage bad", "\"facts\":[{\"holder\":{\"person\":\"%s\"},\"kind\":\"income.wage\",\"from\":\"2024-13-01\",\"value\":1}]",
                   person);
    wage(11, "2024-02-01", "2024-03-01", 100);
    fixture_send(&fx, "hrss.wages", "2024-03-02");
    assert_int_equal(fx.done.quarantined, 1);
    assert_int_equal(fx.done.records, 2);
    assert_int_equal(fixture_number(&fx, STMT_poisoned), 1);
    assert_int_equal(published("withdrawn", "newly_qualifies", ""), 1); /* cannot tell */
    fixture_fact(&fx, "wage bad", 12, "income.wage", "2024-02-01", "2024-03-01", 1, NULL);
    fixture_send(&fx, "hrss.wages", "2024-03-03");
    assert_int_equal(published("\"state\":\"open\"", "newly_qualifies", "\"version\":3"), 1);
}

/* A bad version makes whom it names incomplete, and who holds the last good one; the next good version heals all. */
static void
test_bad_version_of_a_moving_record(void **state)
{
    (void) state;
    poor_household();
    fixture_members(&fx, 2, "2023-01-01", (const int[]){ 21 }, 1, false);
    fixture_members(&fx, 3, "2023-01-01", (const int[]){ 31 }, 1, false);
    fixture_send(&fx, "civil.households", "2024-02-20");
    wage(21, "2023-02-01", "2024-02-01", 30000);
    wage(31, "2023-02-01", "2024-02-01", 30000);
    fixture_send(&fx, "hrss.wages", "2024-02-20");
    fixture_fact(&fx, "scooter", 11, "asset.vehicle", "2024-01-01", NULL, 1, "disability_scooter");
    fixture_send(&fx, "police.vehicles", "2024-02-20");
    fixture_tick(&fx, "2024-03-01");
    assert_int_equal(published("\"state\":\"open\"", "newly_qualifies", ""), 3);
    fixture_fact(&fx, "scooter", 21, "", "2024-01-01", NULL, 1, NULL);
    fixture_send(&fx, "police.vehicles", "2024-03-01");
    assert_int_equal(published("withdrawn", "newly_qualifies", ""), 2);
    fixture_fact(&fx, "scooter", 31, "asset.vehicle", "2024-01-01", NULL, 1, "disability_scooter");
    fixture_send(&fx, "police.vehicles", "2024-03-01");
    assert_int_equal(published("\"state\":\"open\"", "newly_qualifies", "\"version\":3"), 2);
    fixture_fact(&fx, "scooter", 21, "", "2024-01-01", NULL, 1, NULL);
    fixture_send(&fx, "police.vehicles", "2024-03-01");
    assert_int_equal(published("withdrawn", "newly_qualifies", ""), 4);
    fixture_retract(&fx, "scooter");
    fixture_send(&fx, "police.vehicles", "2024-03-01");
    assert_int_equal(published("\"state\":\"open\"", "newly_qualifies", ""), 7);
}

/* --- random histories --- */

/* The same seed gives the same events and days; `most_held` events are applied in one transaction, and every `crash`-th
 * transaction is lost and the process started again (0: never). */
static void
play_history(uint64_t seed, unsigned most_held, unsigned crash)
{
    uint64_t boundary = seed * 77;
    unsigned crashes = 0;

    random_state = seed * 0x9e3779b97f4a7c15u;
    for (int home = 1; home <= RANDOM_HOMES / 2; home++)
        random_household(&fx);
    fixture_send(&fx, "civil.households", "2024-05-31");
    for (int day = 1; day <= 28; day++) {
        char today[32];

        (void) snprintf(today, sizeof today, "2024-%02d-%02d", 6 + day / 14, 1 + day % 14 * 2);
        for (unsigned events = random_draw(4), held = 0; events > 0; events--) {
            size_t dataset = random_draw(RANDOM_DATASETS);

            random_event(&fx, dataset, 4);
            fixture_hold(&fx, random_datasets[dataset], today);
            boundary = boundary * 6364136223846793005u + 1;
            if (++held < most_held && events > 1 && boundary >> 63 != 0)
                continue;
            if (crash > 0 && ++crashes % crash == 0) {
                fx.fail_commit = true;
                fixture_flush_again(&fx);
                fixture_restart(&fx);
            }
            fixture_flush(&fx);
            held = 0;
        }
        if (crash > 0 && day % 3 == 0) {
            (void) fixture_tick_steps(&fx, today, random_draw_apart(&boundary, 3));
            fx.fail_commit = true;
            (void) fixture_tick_steps(&fx, today, 1);
            fixture_restart(&fx);
        }
        fixture_tick(&fx, today);
    }
}

static void
test_history_does_not_depend_on_boundaries_or_crashes(void **state)
{
    (void) state;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        AUTO_STR first = STR_INIT;

        for (unsigned way = 0; way < 3; way++) {
            AUTO_STR text = STR_INIT;

            fx.no_key_names = way == 0;
            fixture_reset(&fx);
            fx.config.chunk_households = 2;
            play_history(seed, way == 0 ? 1 : 4, way == 2 ? 3 : 0);
            assert_int_equal(fixture_number(&fx, STMT_not_by_key) > 0, way != 0);
            fixture_lines(&fx, STMT_history, &text);
            fixture_state(&fx, STMT_state, STMT_enrolments, &text);
            fixture_lines(&fx, STMT_ordinals, &text);
            assert_int_equal(fixture_number(&fx, STMT_misplaced), 0);
            if (way == 0)
                str_add(&first, str_c(&text));
            else
                assert_string_equal(str_c(&first), str_c(&text));
        }
        assert_true(first.len > 1000);
    }
}

/* What waits, counted along the way, is what the history says. */
static size_t
expect_waiting_counted(void)
{
    AUTO_STR counted = STR_INIT;
    AUTO_STR again = STR_INIT;

    fixture_lines(&fx, STMT_waiting, &counted);
    fixture_lines(&fx, STMT_waiting_again, &again);
    assert_string_equal(str_c(&counted), str_c(&again));
    return counted.len;
}

static void
test_full_comparison_finds_nothing_new(void **state)
{
    size_t waiting = 0;

    (void) state;
    for (uint64_t seed = 100; seed < 120; seed++) {
        fixture_reset(&fx);
        play_history(seed, 3, seed % 2 == 0 ? 5 : 0);
        waiting += expect_waiting_counted();
        fixture_compare(&fx);
        assert_true(fx.done.assessed > 0);
        assert_int_equal(fx.done.opened + fx.done.changed + fx.done.withdrawn, 0);
    }
    assert_true(waiting > 500);
}

/* The same records of each department in its own order, the departments in any order, in batches of any size. */
static void
test_state_does_not_depend_on_the_order_of_departments(void **state)
{
    (void) state;
    for (uint64_t seed = 200; seed < 210; seed++) {
        AUTO_STR first = STR_INIT;

        for (unsigned way = 0; way < 4; way++) {
            AUTO_STR text = STR_INIT;
            uint64_t departments[RANDOM_DATASETS]; /* each department's own stream of random records */
            unsigned left[RANDOM_DATASETS];
            uint64_t order = seed * 31 + way;
            unsigned total = 0;

            fixture_reset(&fx);
            for (size_t d = 0; d < RANDOM_DATASETS; d++) {
                departments[d] = (seed * 1000 + d) * 0x9e3779b97f4a7c15u;
                left[d] = 30;
                total += left[d];
            }
            fixture_tick(&fx, "2024-06-15");
            while (total > 0) {
                size_t d = random_draw_apart(&order, RANDOM_DATASETS);
                unsigned n = 1 + random_draw_apart(&order, 6);

                random_state = departments[d];
                for (; n > 0 && left[d] > 0; n--, left[d]--, total--)
                    random_record(&fx, d);
                departments[d] = random_state;
                fx.key_names = way == 0 ? NULL : random_key_names(d, random_draw_apart(&order, 36));
                if (fx.pending_count > 0)
                    fixture_send(&fx, random_datasets[d], "2024-06-15");
            }
            fixture_state(&fx, STMT_state, STMT_enrolments, &text);
            if (way == 0)
                str_add(&first, str_c(&text));
            else
                assert_string_equal(str_c(&first), str_c(&text));
        }
        assert_true(first.len > 200);
    }
}

/* --- the past --- */

static void
pack_of(int home, uint64_t position, str_t *ret)
{
    AUTO(db_tx) tx = NULL;
    AUTO(world) world = NULL;
    uuid_t id = fixture_household(home);
    household_t *h;

    arena_reset(fx.arena);
    world = world_new(fx.arena, fx.comparison->terms);
    OK(db_tx_begin(fx.db, &tx, err));
    OK(run_household(tx, world, &id, position, &h, err));
    if (h == NULL)
        return;
    pack_household(h, ret);
    for (size_t i = 0; h->has_entry && i < h->entry.member_count; i++) {
        person_t *p = world_find_person(world, &h->entry.members[i].person);

        p->claim_count = 0; /* kept in any order; the home is what they come to */
        str_add_n(ret, p->home.b, sizeof p->home.b);
        pack_person(p, ret);
    }
}

static void
test_the_past_is_rebuilt(void **state)
{
    enum { EVENTS = 60 };
    static str_t then[EVENTS + 1][RANDOM_HOMES + 1];

    (void) state;
    random_state = 4711;
    for (unsigned e = 1; e <= EVENTS; e++) {
        size_t dataset = random_draw(RANDOM_DATASETS);

        random_event(&fx, dataset, 5);
        fixture_send(&fx, random_datasets[dataset], "2024-06-15");
        for (int home = 1; home <= RANDOM_HOMES; home++)
            pack_of(home, UINT64_MAX, &then[e][home]);
    }
    for (unsigned e = 1; e <= EVENTS; e++) {
        for (int home = 1; home <= RANDOM_HOMES; home++) {
            AUTO_STR now = STR_INIT;

            pack_of(home, e, &now);
            assert_int_equal(now.len, then[e][home].len);
            if (now.len > 0)
                assert_memory_equal(now.ptr, then[e][home].ptr, now.len);
            str_done(&then[e][home]);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_statements_are_what_they_say, fixture_group_reset),
        cmocka_unit_test_setup(test_nothing_before_the_first_day, fixture_group_reset),
        cmocka_unit_test_setup(test_enrolment_settles_then_benefit_changes, fixture_group_reset),
        cmocka_unit_test_setup(test_hysteresis_leaves_only_beyond_the_band, fixture_group_reset),
        cmocka_unit_test_setup(test_deaths, fixture_group_reset),
        cmocka_unit_test_setup(test_allowances, fixture_group_reset),
        cmocka_unit_test_setup(test_hardship_and_correction, fixture_group_reset),
        cmocka_unit_test_setup(test_record_moves_to_another_person, fixture_group_reset),
        cmocka_unit_test_setup(test_claims_do_not_depend_on_the_order, fixture_group_reset),
        cmocka_unit_test_setup(test_bad_record_is_set_aside, fixture_group_reset),
        cmocka_unit_test_setup(test_bad_version_of_a_moving_record, fixture_group_reset),
        cmocka_unit_test_setup(test_history_does_not_depend_on_boundaries_or_crashes, fixture_group_reset),
        cmocka_unit_test_setup(test_full_comparison_finds_nothing_new, fixture_group_reset),
        cmocka_unit_test_setup(test_state_does_not_depend_on_the_order_of_departments, fixture_group_reset),
        cmocka_unit_test_setup(test_the_past_is_rebuilt, fixture_group_reset),
    };

    return cmocka_run_group_tests(tests, group_setup, fixture_group_stop);
}
