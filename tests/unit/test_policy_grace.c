/* SPDX-License-Identifier: Apache-2.0 */
/* The period of grace, reckoned a second time: month by month from the start, with nothing but the answer `qualifies` of
 * each first of a month and the enrolments, for thousands of random households. */
#include "domain/date.h"
#include "policy.h"
#include "unit.h"
#include <string.h>

#define MONTHS 24 /* from January 2023 */
#define FIRST date_of(2023, 1, 1)
enum { HOUSEHOLDS = 3000, DAYS = 12, GRACE_MONTHS = 3 };

static arena_t *arena;
static terms_t *terms;
static policy_t *policy;
static uint64_t state_of_chance = 20240615;

static int32_t
chance(int32_t n)
{
    state_of_chance = state_of_chance * 6364136223846793005u + 1442695040888963407u;
    return (int32_t) ((state_of_chance >> 33) % (uint64_t) n);
}

static void
add(fact_t **facts, size_t *n, const char *kind, int32_t from, int32_t to, int64_t value, const char *code)
{
    if (*facts == NULL)
        *facts = arena_new_array(arena, fact_t, 8);
    (*facts)[*n] = (fact_t){ .seq = (uint64_t) *n + 1, .kind = terms_intern(terms, kind), .from = from, .to = to,
                             .value = value, .code = code != NULL ? terms_intern(terms, code) : 0 };
    (*n)++;
}

/* Spells of a wage below or above the line of 700 yuan, a job of which perhaps nothing is known, enrolments with and
 * without a gap. */
static void
random_home(dossier_t *d)
{
    static const char *const kinds[] = { "employed", "informal", NULL };
    member_t *m = arena_new_array(arena, member_t, 1);
    int32_t at = FIRST + chance(200), kind = chance(3);

    *d = (dossier_t){ .members = m, .member_count = 1 };
    m->born = date_of(1980, 1, 1);
    for (int32_t i = chance(4); i > 0; i--) {
        int32_t to = at + 1 + chance(200);

        add(&m->facts, &m->fact_count, "wage.now", at, chance(3) == 0 ? DATE_OPEN : to, 100 * (500 + chance(500)), NULL);
        at = to + chance(60);
    }
    if (kinds[kind] != NULL)
        add(&m->facts, &m->fact_count, "job.type", FIRST - 1, DATE_OPEN, 1, kinds[kind]);
    at = FIRST + chance(300);
    for (int32_t i = chance(3); i > 0; i--) {
        int32_t to = at + 30 + chance(300);

        add(&d->facts, &d->fact_count, "enrolment.dibao", at, chance(3) == 0 ? DATE_OPEN : to, 65000, NULL);
        at = to + (chance(2) == 0 ? 0 : chance(60));
    }
}

static bool
enrolled(const dossier_t *d, int32_t day)
{
    for (size_t i = 0; i < d->fact_count; i++)
        if (d->facts[i].from <= day && day < d->facts[i].to)
            return true;
    return false;
}

static uint8_t
by_employment(const dossier_t *d)
{
    term_t employed = terms_intern(terms, "employed"), job = terms_intern(terms, "job.type");

    for (size_t i = 0; i < d->members[0].fact_count; i++)
        if (d->members[0].facts[i].kind == job)
            return d->members[0].facts[i].code == employed ? POLICY_YES : POLICY_NO;
    return POLICY_UNKNOWN;
}

static void
assess(const dossier_t *const *dossiers, int32_t day, policy_result_t *ret)
{
    err_t err = { 0 };

    if (!policy_assess(policy, NULL, dossiers, HOUSEHOLDS, day, arena, ret, &err))
        fail_msg("%s", err.text);
}

/* `answers`: of the household on the first of each month. */
static void
check(const dossier_t *d, const uint8_t *answers, int32_t day, const policy_verdict_t *v)
{
    int32_t failing = 0, month = date_month(day) - date_month(FIRST), until = 0, expected_month = 0;
    uint8_t keeps = v->qualifies;

    for (int32_t k = 0; k <= month; k++) /* forwards: the last run without a gap up to the day's month */
        failing = answers[k] == POLICY_NO && enrolled(d, date_month_start(date_month(FIRST) + k)) ? failing + 1 : 0;
    if (v->qualifies == POLICY_NO && enrolled(d, day) && failing <= GRACE_MONTHS) {
        keeps = by_employment(d);
        if (keeps == POLICY_YES) {
            expected_month = failing > 0 ? failing : 1;
            until = date_month_start(date_month(day) + (failing > 0 ? 1 - failing : 1) + GRACE_MONTHS) - 1;
        }
    }
    assert_int_equal(v->keeps, keeps);
    assert_int_equal(v->grace_month, expected_month);
    assert_int_equal(v->grace_until, until);
    if (expected_month > 0) {
        assert_true(v->has_amount);
        assert_int_equal(v->amount, expected_month == 1 ? 70000 : 35000);
        assert_true(until >= day);
    }
    if (!enrolled(d, day))
        assert_int_equal(v->review_on, 0);
}

static void
test_grace(void **state)
{
    const dossier_t **dossiers = arena_new_array(arena, const dossier_t *, HOUSEHOLDS);
    policy_result_t *results = arena_new_array(arena, policy_result_t, HOUSEHOLDS);
    uint8_t(*answers)[MONTHS] = arena_alloc(arena, HOUSEHOLDS * sizeof(*answers));
    size_t graced = 0, category = 0;

    (void) state;
    while (strcmp(policy_category_name(policy, category), "dibao") != 0)
        category++;
    for (size_t i = 0; i < HOUSEHOLDS; i++) {
        dossier_t *d = arena_new_array(arena, dossier_t, 1);

        random_home(d);
        dossiers[i] = d;
    }
    for (int32_t k = 0; k < MONTHS; k++) {
        assess(dossiers, date_month_start(date_month(FIRST) + k), results);
        for (size_t i = 0; i < HOUSEHOLDS; i++)
            answers[i][k] = results[i].household[category].qualifies;
    }
    for (int32_t n = 0; n < DAYS; n++) {
        int32_t day = n == 0 ? date_of(2024, 3, 1) : n == 1 ? date_of(2024, 3, 31) : date_of(2023, 6, 1) + chance(500);

        assess(dossiers, day, results);
        for (size_t i = 0; i < HOUSEHOLDS; i++) {
            check(dossiers[i], answers[i], day, &results[i].household[category]);
            graced += results[i].household[category].grace_month > 0;
        }
    }
    assert_true(graced > DAYS * HOUSEHOLDS / 100); /* else the test looks at nothing */
}

static int
setup(void **state)
{
    err_t err = { 0 };

    (void) state;
    arena = arena_new(1 << 20);
    terms = terms_new();
    if (!policy_load("tests/policy/language/terms.yaml", terms, &policy, &err))
        fail_msg("%s", err.text);
    return 0;
}

static int
teardown(void **state)
{
    (void) state;
    policy_destroy(&policy);
    terms_destroy(&terms);
    arena_destroy(&arena);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_grace) };

    return cmocka_run_group_tests(tests, setup, teardown);
}
