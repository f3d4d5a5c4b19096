/* SPDX-License-Identifier: Apache-2.0 */
/* What needs a person's authorisation is used on the days for which one is in force, whatever arrives when: held against a
 * plain computation of the amounts, against a full comparison, and against the past as it was known. */
#include "comparison_fixture.h"
#include "domain/date.h"
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

static int
setup(void **state)
{
    (void) state;
    fx.config.require_authorisation = true;
    fx.is_protected = false;
    fixture_reset(&fx);
    return 0;
}

static void
send(const char *dataset)
{
    fx.is_protected = strcmp(dataset, "hrss.wages") == 0;
    fixture_send(&fx, dataset, "2024-03-05");
    fx.is_protected = false;
}

static void
wage(int person, long long fen)
{
    char key[64];

    (void) snprintf(key, sizeof key, "wage %d", person);
    fixture_fact(&fx, key, person, "income.wage", "2023-01-01", "2024-12-01", fen, NULL);
}

static void
authorise(const char *key, int person, const char *from, const char *to)
{
    fixture_fact(&fx, key, person, "authorisation.check", from, to, 0, NULL);
}

static void
link_people(const char *key, int supported, int supporter)
{
    char a[UUID_TEXT_SIZE], b[UUID_TEXT_SIZE];
    uuid_t p = fixture_person(supported), s = fixture_person(supporter);

    uuid_format(&p, a);
    uuid_format(&s, b);
    fixture_record(&fx, key, "\"facts\":[{\"holder\":{\"person\":\"%s\"},\"kind\":\"support.legal\",\"from\":\"2024-01-01\",\"code\":"
                             "\"child\",\"persons\":[\"%s\"]},{\"holder\":{\"person\":\"%s\"},\"kind\":\"support.dependants\",\"from\":"
                             "\"2024-01-01\",\"value\":2,\"persons\":[\"%s\"]}]", a, b, a, b);
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
test_used_only_while_in_force(void **state)
{
    (void) state;
    family();
    wage(1, 30000);
    send("hrss.wages");
    assert_int_equal(amount_of(1), 80000); /* kept, and not used */
    authorise("A", 1, "2024-03-01", "2024-03-09");
    send("civil.authorisations");
    assert_int_equal(amount_of(1), 50000);
    fixture_tick(&fx, "2024-03-08");
    assert_int_equal(amount_of(1), 50000);
    fixture_tick(&fx, "2024-03-09"); /* nothing but the day has changed */
    assert_int_equal(amount_of(1), 80000);
    expect_nothing_missed();
    /* signed ahead: from its first day on */
    authorise("B", 1, "2024-03-12", "2024-04-12");
    send("civil.authorisations");
    assert_int_equal(amount_of(1), 80000);
    fixture_tick(&fx, "2024-03-12");
    assert_int_equal(amount_of(1), 50000);
    authorise("B", 1, "2024-03-12", "2024-03-12"); /* withdrawn on that very day */
    send("civil.authorisations");
    assert_int_equal(amount_of(1), 80000);
    fixture_retract(&fx, "A");
    send("civil.authorisations");
    expect_nothing_missed();
}

static void
test_another_person_has_not_signed(void **state)
{
    (void) state;
    family();
    authorise("A", 3, "2024-01-01", NULL);
    send("civil.authorisations");
    wage(2, 30000);
    wage(3, 40000);
    send("hrss.wages");
    assert_int_equal(amount_of(2), 120000); /* 1,600 − 400: only person 3's */
}

static void
test_supporters_sign_for_themselves(void **state)
{
    (void) state;
    family();
    wage(2, 300000);
    wage(3, 100000);
    send("hrss.wages");
    link_people("link", 1, 2);
    send("civil.supporters");
    assert_int_equal(amount_of(1), 80000);
    authorise("A", 2, "2024-03-01", "2024-03-07");
    send("civil.authorisations");
    /* (12 × 3,000 − 12 × 800 × 2) × 0.5 / 2 = 4,200 a year, 350 a month; the spouse's wage is not used */
    assert_int_equal(amount_of(1), 45000);
    authorise("B", 3, "2024-03-01", NULL);
    send("civil.authorisations");
    assert_int_equal(amount_of(1), 20000);
    fixture_tick(&fx, "2024-03-07"); /* the supporter's ends: the household of the supported is due */
    assert_int_equal(amount_of(1), 80000);
    expect_nothing_missed();
}

static void
test_without_the_rule_all_is_used(void **state)
{
    (void) state;
    family();
    wage(1, 30000);
    send("hrss.wages");
    assert_int_equal(amount_of(1), 80000);
    fx.config.require_authorisation = false; /* another process under another setting: the day is begun again */
    fixture_restart(&fx);
    fixture_tick(&fx, "2024-03-05");
    assert_int_equal(amount_of(1), 50000);
    fx.config.require_authorisation = true;
    fixture_restart(&fx);
    fixture_tick(&fx, "2024-03-05");
    assert_int_equal(amount_of(1), 80000);
}

static void
test_the_mark_of_a_dataset_changes(void **state)
{
    (void) state;
    family();
    wage(1, 30000);
    fixture_send(&fx, "hrss.wages", "2024-03-05"); /* not marked yet */
    assert_int_equal(amount_of(1), 50000);
    wage(2, 1000);
    send("hrss.wages");
    assert_true(fx.done.day_again);
    fixture_tick(&fx, "2024-03-05");
    assert_int_equal(amount_of(1), 80000); /* also what came before */
    fixture_restart(&fx);
    wage(2, 2000);
    send("hrss.wages");
    assert_false(fx.done.day_again);
    fx.fail_commit = true; /* a change that is lost is no change */
    wage(2, 3000);
    fixture_hold(&fx, "hrss.wages", "2024-03-05");
    fixture_flush_again(&fx);
    fixture_restart(&fx);
    fixture_flush(&fx);
    assert_true(fx.done.day_again);
    fixture_tick(&fx, "2024-03-05");
    assert_int_equal(amount_of(1), 50000);
    expect_nothing_missed();
}

static void
test_held_by_a_household_is_set_aside(void **state)
{
    (void) state;
    family();
    fixture_fact(&fx, "of a household", -1, "income.wage", "2023-01-01", NULL, 1, NULL);
    send("hrss.wages");
    assert_int_equal(fx.done.quarantined, 1);
    assert_int_equal(amount_of(1), -1); /* cannot tell */
}

/* --- random histories --- */

enum { PEOPLE = 12, HOMES = 5, LETTERS = 2 };

typedef struct {
    int home[PEOPLE + 1];               /* 0: in none */
    long long wage[PEOPLE + 1];         /* 0: none */
    int from[PEOPLE + 1][LETTERS], to[PEOPLE + 1][LETTERS]; /* days of March 2024; both 0: not signed */
    int supporter[PEOPLE + 1];          /* 0: none */
} county_t;

static uint64_t random_state;

static int
draw(int n)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (int) ((random_state >> 33) % (unsigned) n);
}

static void
draw_person(county_t *c, int p)
{
    c->home[p] = draw(HOMES + 1);
    c->wage[p] = draw(5) == 0 ? 0 : 10000 * (1 + draw(12));
    c->supporter[p] = draw(3) == 0 ? 1 + draw(PEOPLE) : 0;
    for (int l = 0; l < LETTERS; l++) {
        c->from[p][l] = draw(3) == 0 ? 0 : 1 + draw(20);
        c->to[p][l] = c->from[p][l] == 0 ? 0 : c->from[p][l] + draw(12);
    }
}

static bool
may_use(const county_t *c, int p, int day)
{
    for (int l = 0; l < LETTERS; l++)
        if (c->from[p][l] != 0 && c->from[p][l] <= day && day < c->to[p][l])
            return true;
    return false;
}

/* Of a month, in fen; *ret_n: people of the household. */
static long long
wages_at(const county_t *c, int home, int day, long long *ret_n)
{
    long long sum = 0;

    *ret_n = 0;
    for (int p = 1; p <= PEOPLE; p++) {
        if (c->home[p] != home)
            continue;
        ++*ret_n;
        sum += may_use(c, p, day) ? c->wage[p] : 0;
    }
    return sum;
}

/* What comparison must have found on the day, by the formulas of comparison_links.yaml; -1: nothing. */
static long long
expected(const county_t *c, int home, int day)
{
    long long n, income = 12 * wages_at(c, home, day, &n);

    for (int p = 1; p <= PEOPLE; p++) {
        int s = c->supporter[p];
        long long mouths, excess;

        if (c->home[p] != home || s == 0)
            continue;
        if (c->home[s] == 0) /* nobody knows what such a supporter has: cannot tell */
            return -1;
        excess = 12 * wages_at(c, c->home[s], day, &mouths) - 12 * 80000 * mouths;
        income += excess > 0 ? excess / 4 : 0; /* half of it, for two dependants, whole fen */
    }
    if (n == 0 || income >= 12 * 80000 * n)
        return -1;
    return (12 * 80000 * n - income + 11) / 12;
}

static const char *
march(int day, char text[24])
{
    (void) snprintf(text, 24, "2024-03-%02d", day);
    return text;
}

/* Each department's records in an order of its own; a version that the next one replaces may come before it. */
enum { OF_HOUSEHOLDS, OF_WAGES, OF_LETTERS, OF_SUPPORT, DEPARTMENTS };
static const char *const datasets[] = { "civil.households", "hrss.wages", "civil.authorisations", "civil.supporters" };

static void
put_letter(const county_t *c, int p, int l)
{
    char key[32], from[24], to[24];

    (void) snprintf(key, sizeof key, "letter %d %d", p, l);
    if (c->from[p][l] == 0)
        fixture_retract(&fx, key);
    else
        authorise(key, p, march(c->from[p][l], from), march(c->to[p][l], to));
}

static void
put_person(const county_t *c, int department, int p)
{
    char key[32];

    switch (department) {
    case OF_WAGES:
        (void) snprintf(key, sizeof key, "wage %d", p);
        if (c->wage[p] == 0)
            fixture_retract(&fx, key);
        else
            wage(p, c->wage[p]);
        return;
    case OF_LETTERS:
        for (int l = 0; l < LETTERS; l++)
            put_letter(c, p, l);
        return;
    case OF_SUPPORT:
        (void) snprintf(key, sizeof key, "link %d", p);
        if (c->supporter[p] == 0)
            fixture_retract(&fx, key);
        else
            link_people(key, p, c->supporter[p]);
        return;
    default:
        break;
    }
}

static void
put_home(const county_t *c, int home)
{
    int members[PEOPLE];
    size_t n = 0;

    for (int p = 1; p <= PEOPLE; p++)
        if (c->home[p] == home)
            members[n++] = p;
    fixture_members(&fx, home, "2023-01-01", members, n, false);
}

static void
send_step(const county_t *c, int department, int step)
{
    int from = department == OF_HOUSEHOLDS ? step * HOMES / 3 : step * PEOPLE / 3;
    int to = department == OF_HOUSEHOLDS ? (step + 1) * HOMES / 3 : (step + 1) * PEOPLE / 3;

    for (int i = from + 1; i <= to; i++)
        if (department == OF_HOUSEHOLDS)
            put_home(c, i);
        else
            put_person(c, department, i);
    send(datasets[department]);
}

static void
expect_amounts(const county_t *c, int day)
{
    for (int home = 1; home <= HOMES; home++)
        if (amount_of(home) != expected(c, home, day))
            fail_msg("household %d on day %d: %lld, expected %lld", home, day, amount_of(home), expected(c, home, day));
}

/* The final versions of all departments, each in thirds, the thirds of all in any order; before them, in most ways, others that
 * they replace. */
static void
play(const county_t *before, const county_t *c, uint64_t order)
{
    int left[DEPARTMENTS] = { 3, 3, 3, 3 }, total = 3 * DEPARTMENTS;

    random_state = order;
    for (int d = 0; before != NULL && d < DEPARTMENTS; d++)
        for (int step = 0; step < 3; step++)
            if (draw(2) == 0)
                send_step(before, (d + (int) order) % DEPARTMENTS, step);
    while (total > 0) {
        int d = draw(DEPARTMENTS);

        if (left[d] == 0)
            continue;
        send_step(c, d, --left[d]);
        total--;
    }
}

static void
test_state_does_not_depend_on_the_order(void **state)
{
    (void) state;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        county_t before, c;
        AUTO_STR first = STR_INIT;

        random_state = seed * 0x9e3779b97f4a7c15u;
        for (int p = 1; p <= PEOPLE; p++) {
            draw_person(&before, p);
            draw_person(&c, p);
        }
        for (uint64_t way = 0; way < 4; way++) {
            AUTO_STR text = STR_INIT;

            (void) setup(NULL);
            fixture_tick(&fx, "2024-03-10");
            play(way == 0 ? NULL : &before, &c, seed * 31 + way);
            fixture_tick(&fx, "2024-03-10"); /* a day that is begun again */
            expect_amounts(&c, 10);
            expect_nothing_missed();
            fixture_lines(&fx, STMT_state, &text);
            if (way == 0)
                str_add(&first, str_c(&text));
            else
                assert_string_equal(str_c(&first), str_c(&text));
        }
    }
}

static void
test_each_day_is_due(void **state)
{
    (void) state;
    for (uint64_t seed = 50; seed < 56; seed++) {
        county_t c;
        char today[24];

        (void) setup(NULL);
        random_state = seed * 0x9e3779b97f4a7c15u;
        for (int p = 1; p <= PEOPLE; p++)
            draw_person(&c, p);
        fixture_tick(&fx, "2024-03-01");
        play(NULL, &c, seed);
        for (int day = 2; day <= 31; day++) {
            fixture_tick(&fx, march(day, today));
            expect_amounts(&c, day);
        }
        expect_nothing_missed();
    }
}

/* --- the past --- */

static size_t
held_of(uint64_t position, int person)
{
    AUTO(db_tx) tx = NULL;
    AUTO(world) world = NULL;
    uuid_t id = fixture_household(1), who = fixture_person(person);
    protection_t *protection;
    household_t *h;
    dossier_t dossier;

    arena_reset(fx.arena);
    world = world_new(fx.arena, fx.comparison->terms);
    protection = arena_new_array(fx.arena, protection_t, 1);
    OK(db_tx_begin(fx.db, &tx, err));
    protection_init(protection, fx.comparison->terms, true);
    OK(store_protection_load(tx, position, fx.comparison->terms, protection, err));
    world->protection = protection;
    OK(run_household(tx, world, &id, position, &h, err));
    assert_non_null(h);
    assert_true(world_dossier(world, h, fixture_day("2024-03-05"), &dossier));
    for (size_t m = 0; m < dossier.member_count; m++)
        if (uuid_eq(&dossier.members[m].person, &who))
            return dossier.members[m].held_count;
    return SIZE_MAX;
}

static void
test_the_past_is_without_it(void **state)
{
    uint64_t unmarked, marked;

    (void) state;
    family();
    wage(1, 30000);
    fixture_send(&fx, "hrss.wages", "2024-03-05");
    unmarked = fx.seq;
    wage(2, 1000);
    send("hrss.wages");
    marked = fx.seq;
    authorise("A", 1, "2024-03-01", NULL);
    send("civil.authorisations");
    assert_int_equal(held_of(UINT64_MAX, 1), 0);
    assert_int_equal(held_of(marked, 1), 1);
    assert_int_equal(held_of(unmarked, 1), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_used_only_while_in_force, setup),
        cmocka_unit_test_setup(test_another_person_has_not_signed, setup),
        cmocka_unit_test_setup(test_supporters_sign_for_themselves, setup),
        cmocka_unit_test_setup(test_without_the_rule_all_is_used, setup),
        cmocka_unit_test_setup(test_the_mark_of_a_dataset_changes, setup),
        cmocka_unit_test_setup(test_held_by_a_household_is_set_aside, setup),
        cmocka_unit_test_setup(test_state_does_not_depend_on_the_order, setup),
        cmocka_unit_test_setup(test_each_day_is_due, setup),
        cmocka_unit_test_setup(test_the_past_is_without_it, setup),
    };

    return cmocka_run_group_tests(tests, group_setup, fixture_group_stop);
}
