/* SPDX-License-Identifier: Apache-2.0 */
/* Who is listed near a line by a simulation: those for whom this line decides, as an explanation says. */
#include "unit.h"

#include "comparison_home.h"
#include "domain/date.h"
#include "json/json_in.h"
#include "simulate.h"

#include <string.h>

#define TODAY date_of(2024, 6, 15)
#define LONG_AGO date_of(2023, 1, 1)
#define STANDARD INT64_C(790)

static int
setup(void **state)
{
    (void) state;
    home_set_up("");
    return 0;
}

/* Of a policy in which this is the only household. */
static simulate_t *
simulate(const home_t *h)
{
    const policy_t *policies[] = { home_policy };
    const dossier_t *d = &h->d;
    AUTO(arena) scratch = arena_new(1 << 16);
    simulate_t *s = simulate_new(home_terms, policies, 1, TODAY, 10);
    policy_result_t made;
    err_t err = { .cls = ERR_NONE };

    if (!policy_assess(home_policy, NULL, &d, 1, TODAY, scratch, &made, &err))
        fail_msg("%s", err.text);
    const policy_result_t *const results[SIMULATE_POLICIES] = { ruling_apply(home_policy, d, &made, TODAY, scratch) };
    simulate_household(s, NULL, d, results, scratch);
    return s;
}

static size_t
count_near(const home_t *h, const char *category)
{
    AUTO(simulate) s = simulate(h);
    size_t n = 0;

    for (size_t i = 0; i < s->near[0].count; i++)
        n += strcmp(s->categories[s->near[0].items[i].category].name, category) == 0 ? 1 : 0;
    return n;
}

/* --- one reason after the other for which the line does not decide --- */

/* Two old people, with what each of them gets a month. */
static void
make_couple(home_t *h, int64_t one, int64_t other)
{
    home_init(h, 2);
    h->members[0].born = h->members[1].born = date_of(1955, 1, 1);
    home_income(h, 1, LONG_AGO, DATE_OPEN, one);
    home_income(h, 2, LONG_AGO, DATE_OPEN, other);
}

/* `by`: on which side of the line, in yuan a month. */
static void
check_property(int64_t by)
{
    home_t h;

    make_couple(&h, STANDARD, STANDARD + by);
    assert_int_equal(count_near(&h, "dibao"), 1);
    (void) home_add(&h, 2, "asset.vehicle", date_of(2021, 1, 1), DATE_OPEN, 1, "car");
    assert_int_equal(count_near(&h, "dibao") + count_near(&h, "marginal"), 0);
}

/* What goes before is kept: the marginal line decides nothing. */
static void
check_kept(int64_t by)
{
    ruling_t ruling = { .verb = RULING_KEEPS, .category = "dibao", .from = TODAY - 9, .until = TODAY };
    home_t h;

    make_couple(&h, 3 * STANDARD / 2, 3 * STANDARD / 2 + by);
    (void) home_enrol(&h, 0, "dibao", LONG_AGO, DATE_OPEN, 100);
    h.d.rulings = &ruling;
    h.d.ruling_count = 1;
    assert_int_equal(count_near(&h, "marginal"), 1);
    ruling.until = TODAY + 1;
    assert_int_equal(count_near(&h, "marginal"), 0);
}

static void
check_decided(int64_t by, ruling_verb_t verb)
{
    ruling_t ruling = { .verb = verb, .category = "dibao", .from = TODAY - 9, .until = TODAY + 9 };
    home_t h;

    make_couple(&h, STANDARD, STANDARD + by);
    ruling.household = h.d.household;
    h.d.rulings = &ruling;
    h.d.ruling_count = 1;
    assert_int_equal(count_near(&h, "dibao"), 0);
    ruling.until = TODAY;
    assert_int_equal(count_near(&h, "dibao"), 1);
}

/* Of one who may enter alone. */
static void
check_member(int64_t by)
{
    home_t h;

    make_couple(&h, STANDARD + by, 3 * STANDARD / 2); /* the household is between its two lines */
    assert_int_equal(count_near(&h, "dibao_single"), 0);
    (void) home_add(&h, 1, "disability.certificate", date_of(2020, 1, 1), DATE_OPEN, 1, "physical");
    assert_int_equal(count_near(&h, "dibao_single"), 1);
    (void) home_enrol(&h, 0, "dibao", LONG_AGO, DATE_OPEN, 100); /* still drawn, though not for long */
    assert_int_equal(count_near(&h, "dibao_single"), 0);

    make_couple(&h, STANDARD + by, STANDARD + 1 - by); /* just above its line */
    (void) home_add(&h, 1, "disability.certificate", date_of(2020, 1, 1), DATE_OPEN, 1, "physical");
    assert_int_equal(count_near(&h, "dibao_single"), 1);
    (void) home_enrol(&h, 0, "dibao", LONG_AGO, DATE_OPEN, 100); /* it keeps what it draws, within the band */
    assert_int_equal(count_near(&h, "dibao_single"), 0);
    assert_int_equal(count_near(&h, "dibao"), 1);
}

static void
test_what_decides_instead(void **state)
{
    (void) state;
    for (int64_t by = -1; by <= 1; by += 2) {
        check_property(by);
        check_decided(by, RULING_GRANTS);
        check_decided(by, RULING_REFUSES);
        check_kept(by);
        check_member(by);
    }
}

/* --- as an explanation says --- */

static uint64_t
chance(uint64_t below)
{
    static uint64_t number = 3;

    number = number * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (number >> 33) % below;
}

static void
make_any(home_t *h)
{
    static const char *const types[] = { "physical", "mental", "visual" };

    home_init(h, 1 + chance(HOME_MEMBERS));
    for (int m = 1; m <= (int) h->d.member_count; m++) {
        h->members[m - 1].born = date_of(1935, 1, 1) + (int32_t) chance(30000);
        home_income(h, m, LONG_AGO, DATE_OPEN, (int64_t) chance(3 * (uint64_t) STANDARD));
        if (chance(3) == 0)
            (void) home_add(h, m, "disability.certificate", date_of(2020, 1, 1), DATE_OPEN, 1 + (int64_t) chance(4), types[chance(3)]);
        if (chance(12) == 0)
            (void) home_add(h, m, "asset.vehicle", date_of(2021, 1, 1), DATE_OPEN, 1, "car");
        if (chance(4) == 0)
            (void) home_add(h, m, "support.none", date_of(2022, 1, 1), DATE_OPEN, 0, NULL);
        if (chance(4) == 0)
            (void) home_add(h, m, "care.assessment", date_of(2022, 1, 1), DATE_OPEN, 0, NULL);
        if (chance(8) == 0)
            (void) home_enrol(h, m, chance(2) == 0 ? "tekun" : "dibao_single", LONG_AGO, DATE_OPEN, 500);
    }
    if (chance(4) == 0)
        (void) home_enrol(h, 0, chance(2) == 0 ? "dibao" : "marginal", LONG_AGO, DATE_OPEN, 500);
}

static json_t *
explain(const home_t *h)
{
    AUTO_STR text = STR_INIT;
    json_out_t out;
    json_t *tree = NULL;
    err_t err = { .cls = ERR_NONE };

    json_out_init(&out, &text);
    json_out_object(&out, NULL);
    if (!policy_explain(home_policy, NULL, &h->d, TODAY, &out, &err))
        fail_msg("%s", err.text);
    json_out_end(&out);
    if (!json_parse(text.ptr, text.len, &tree, &err))
        fail_msg("%s", err.text);
    return tree;
}

static const json_node_t *
conditions_of(const json_t *tree, const char *category, const uuid_t *person)
{
    char id[UUID_TEXT_SIZE] = "";

    if (!uuid_is_nil(person))
        uuid_format(person, id);
    for (const json_node_t *c = json_first(json_get(json_root(tree), "categories")); c != NULL; c = json_next(c)) {
        const char *of = json_text(json_get(c, "person"));

        if (strcmp(json_text(json_get(c, "name")), category) == 0 && strcmp(of == NULL ? "" : of, id) == 0)
            return json_get(c, "conditions");
    }
    fail_msg("%s is not explained", category);
    return NULL;
}

static void
check_explained(const home_t *h, const simulate_t *s, const near_t *near)
{
    const char *category = s->categories[near->category].name;
    AUTO(json) tree = explain(h);
    size_t deciding = 0;

    for (const json_node_t *c = json_first(conditions_of(tree, category, &near->person)); c != NULL; c = json_next(c)) {
        if (json_is_true(json_get(c, "decides")))
            deciding++;
        else if (strcmp(json_text(json_get(c, "passes")), "yes") != 0)
            fail_msg("%s: %s decides, too", category, json_text(json_get(c, "formula")));
    }
    assert_int_equal(deciding, 1);
}

static void
test_an_explanation_says_the_same(void **state)
{
    size_t homes = 0, members = 0, inside = 0;

    (void) state;
    for (int i = 0; i < 400; i++) {
        home_t h;

        make_any(&h);
        AUTO(simulate) s = simulate(&h);
        for (size_t k = 0; k < s->near[0].count; k++) {
            const near_t *n = &s->near[0].items[k];

            check_explained(&h, s, n);
            *(uuid_is_nil(&n->person) ? &homes : &members) += 1;
            inside += n->value < n->line ? 1 : 0;
        }
        arena_reset(home_arena);
    }
    assert_true(homes > 100 && members > 40 && inside > 40 && inside < homes + members - 40);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_decides_instead),
        cmocka_unit_test(test_an_explanation_says_the_same),
    };

    return cmocka_run_group_tests(tests, setup, home_tear_down);
}
