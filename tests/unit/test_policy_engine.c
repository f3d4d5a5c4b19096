/* SPDX-License-Identifier: Apache-2.0 */
/* What the program computes, formula by formula: rounding, three-valued logic, fractions, overflow, ages, exclusions.
 * Each test writes a small policy, so that one formula stands alone. */
#include "domain/date.h"
#include "policy_block.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char head[] =
    "policy: test\n"
    "title: { zh: 测, en: Test }\n"
    "windows:\n"
    "  w: { months: 12, ends: before the month, basis: test }\n"
    "parameters:\n"
    "  ratio: { unit: ratio, basis: t, confidence: assumed, values: [ { from: 2020-01-01, value: 0.333333 } ] }\n"
    "  later: { unit: money, basis: t, confidence: assumed, values: [ { from: 2024-01-20, until: 2024-01-25, value: "
    "5.00 } ] }\n"
    "  table: { unit: money, by: grade, basis: t, confidence: assumed, values: [ { from: 2020-01-01, 1: 10.00, 2: "
    "20.00 } ] }\n"
    "heads: { all: { label: { zh: 全, en: all } } }\n"
    "facts:\n"
    "  pay: { accumulates: monthly, window: w, unit: money/month, head: all }\n"
    "  gift: { accumulates: monthly, window: w, unit: money/month, head: all, counted: false, until: 2024-01-15, "
    "basis: t }\n"
    "  cert: { accumulates: latest, value: grade, code: type, codes: [ x, y ] }\n"
    "members:\n"
    "  counted_members: not has cert or grade < 9\n"
    "  everyone: not closed\n";

static policy_t *
load(terms_t *terms, const char *rest)
{
    char path[] = "/tmp/policy_test_XXXXXX";
    AUTO_STR text = STR_INIT;
    policy_t *policy = NULL;
    err_t err = { 0 };
    int fd = mkstemp(path);

    assert_true(fd >= 0);
    str_add(&text, head);
    str_add(&text, rest);
    assert_int_equal(write(fd, text.ptr, text.len), (ssize_t) text.len);
    (void) close(fd);
    bool ok = policy_load(path, terms, &policy, &err);
    (void) unlink(path);
    if (!ok)
        fail_msg("%s", err.text);
    return policy;
}

/* The value of derived `name` for one household; false when it is not known. */
static bool
value_of(const char *rest, const char *name, const dossier_t *dossier, int32_t day, terms_t *terms, int64_t *ret)
{
    policy_t *policy = load(terms, rest);
    const policy_def_t *def = policy_find(policy, name, strlen(name));
    policy_block_t block;
    bool known;

    assert_non_null(def);
    policy_block_init(&block, policy, NULL, day, true);
    policy_block_set(&block, &dossier, 1);
    policy_block_run(&block);
    known = !block.unknown[def->value.num][0];
    *ret = block.value[def->value.num][0];
    if (!known)
        assert_int_equal(*ret, 0);
    policy_block_done(&block);
    policy_destroy(&policy);
    return known;
}

static void
expect(const char *formula, bool known, int64_t value, const dossier_t *dossier, int32_t day, terms_t *terms)
{
    char rest[512];
    int64_t got = 0;
    bool k;

    (void) snprintf(rest, sizeof(rest), "derived:\n  x: \"%s\"\n", formula);
    k = value_of(rest, "x", dossier, day, terms, &got);
    if (k != known || (known && got != value))
        fail_msg("%s: expected %s %lld, got %s %lld", formula, known ? "known" : "unknown", (long long) value,
                 k ? "known" : "unknown", (long long) got);
}

#define DAY date_of(2024, 1, 10)

static void
test_rounding(void **state)
{
    AUTO(terms) terms = terms_new();
    dossier_t d = { 0 };

    (void) state;
    expect("7 yuan / 3 rounded down to fen", true, 233, &d, DAY, terms);
    expect("7 yuan / 3 rounded up to fen", true, 234, &d, DAY, terms);
    expect("7 yuan / 3 rounded half up to fen", true, 233, &d, DAY, terms);
    expect("5 fen / 2 rounded half up to fen", true, 3, &d, DAY, terms);
    expect("5 fen × 0.1 rounded half up to fen", true, 1, &d, DAY, terms);
    expect("4 fen × 0.1 rounded half up to fen", true, 0, &d, DAY, terms);
    expect("0 fen rounded up to yuan", true, 0, &d, DAY, terms);
    expect("1 fen rounded up to yuan", true, 100, &d, DAY, terms);
    expect("101 fen rounded up to 10 yuan", true, 1000, &d, DAY, terms);
    expect("−5 fen / 2 rounded half up to fen", true, -2, &d, DAY, terms);
    expect("−5 fen / 2 rounded down to fen", true, -3, &d, DAY, terms);
    expect("−5 fen / 2 rounded up to fen", true, -2, &d, DAY, terms);
    expect("3 yuan × ratio rounded half up to fen", true, 100, &d, DAY, terms);
    expect("3 yuan × ratio rounded down to fen", true, 99, &d, DAY, terms);
}

static void
test_exact_fractions(void **state)
{
    AUTO(terms) terms = terms_new();
    dossier_t d = { 0 };

    (void) state;
    expect("1 yuan / 3 < 0.34 yuan", true, 1, &d, DAY, terms);
    expect("1 yuan / 3 = 2 yuan / 6", true, 1, &d, DAY, terms);
    expect("1 yuan / 3 + 1 yuan / 6 = 1 yuan / 2", true, 1, &d, DAY, terms);
    expect("1 yuan / 3 × 3 = 1 yuan", true, 1, &d, DAY, terms);
    expect("1 yuan × 3 % = 3 fen", true, 1, &d, DAY, terms);
    expect("1 yuan × 1.03 > 1.02 yuan", true, 1, &d, DAY, terms);
    expect("max(1 yuan / 3, 0.33 yuan) > 0.33 yuan", true, 1, &d, DAY, terms);
    expect("min(1 yuan / 3, 0.33 yuan) = 0.33 yuan", true, 1, &d, DAY, terms);
    expect("(if 1 < 2 then 1 yuan / 3 else 2 yuan) × 3 = 1 yuan", true, 1, &d, DAY, terms);
    expect("−(1 yuan / 3) < −0.33 yuan", true, 1, &d, DAY, terms);
}

static void
test_division(void **state)
{
    AUTO(terms) terms = terms_new();
    member_t members[3] = { { .born = 0 }, { .born = 0 }, { .born = 0 } };
    dossier_t none = { 0 }, three = { .members = members, .member_count = 3 };

    (void) state;
    expect("7 yuan / count of everyone rounded down to fen", true, 233, &three, DAY, terms);
    expect("7 yuan / count of everyone rounded down to fen", false, 0, &none, DAY, terms);
    expect("7 yuan / count of everyone < 3 yuan", true, 1, &three, DAY, terms);
    expect("7 yuan / count of everyone < 3 yuan", false, 0, &none, DAY, terms);
    expect("7 yuan / count of everyone < 8 yuan / count of everyone", true, 1, &three, DAY, terms);
    expect("7 yuan / count of everyone < 8 yuan / count of everyone", false, 0, &none, DAY, terms);
    expect("count of everyone > 0 and 7 yuan / count of everyone < 8 yuan", true, 0, &none, DAY, terms);
}

/* “later < 1 yuan” is unknown on the day: the parameter has no value yet. */
static void
test_three_valued(void **state)
{
    AUTO(terms) terms = terms_new();
    dossier_t d = { 0 };

    (void) state;
    expect("later < 1 yuan", false, 0, &d, DAY, terms);
    expect("later < 1 yuan and 1 < 2", false, 0, &d, DAY, terms);
    expect("later < 1 yuan and 2 < 1", true, 0, &d, DAY, terms);
    expect("2 < 1 and later < 1 yuan", true, 0, &d, DAY, terms);
    expect("later < 1 yuan or 1 < 2", true, 1, &d, DAY, terms);
    expect("later < 1 yuan or 2 < 1", false, 0, &d, DAY, terms);
    expect("not later < 1 yuan", false, 0, &d, DAY, terms);
    expect("if later < 1 yuan then 1 else 2", false, 0, &d, DAY, terms);
    expect("if 1 < 2 then 1 yuan else later", true, 100, &d, DAY, terms);
    expect("max(1 yuan, later)", false, 0, &d, DAY, terms);
    expect("later < 6 yuan", true, 1, &d, date_of(2024, 1, 20), terms);
    expect("later < 6 yuan", true, 1, &d, date_of(2024, 1, 25), terms);
    expect("later < 6 yuan", false, 0, &d, date_of(2024, 1, 26), terms);
}

static void
test_members(void **state)
{
    AUTO(terms) terms = terms_new();
    fact_t cert = {
        .kind = terms_intern(terms, "cert"), .code = terms_intern(terms, "x"), .from = 0, .to = DATE_OPEN, .value = 2
    };
    fact_t heavy = cert;
    member_t members[2] = { { .born = date_of(1964, 1, 10), .facts = &cert, .fact_count = 1, .relation = REL_HEAD },
                            { .born = date_of(2004, 2, 29), .relation = REL_CHILD, .male = true } };
    dossier_t d = { .members = members, .member_count = 2 };

    (void) state;
    heavy.value = 9;
    expect("any of everyone where grade = 2", true, 1, &d, DAY, terms);
    expect("any of everyone where grade = 3", false, 0, &d, DAY, terms); /* the other's is not known */
    expect("any of everyone where has cert and grade = 3", true, 0, &d, DAY, terms);
    expect("every of everyone where grade = 3", true, 0, &d, DAY, terms);
    expect("every of everyone where not has cert or grade = 2", true, 1, &d, DAY, terms);
    expect("count of everyone where type is x", false, 0, &d, DAY, terms);
    expect("count of everyone where has cert and type is x", true, 1, &d, DAY, terms);
    expect("count of everyone where has cert and type is not one of (x, y)", true, 0, &d, DAY, terms);
    expect("count of everyone where relation is head", true, 1, &d, DAY, terms);
    expect("count of everyone where male", true, 1, &d, DAY, terms);
    expect("count of everyone where age ≥ 60 years", true, 1, &d, DAY, terms);
    expect("count of everyone where age ≥ 60 years", true, 0, &d, DAY - 1, terms);
    expect("count of everyone where age ≥ 20 years", true, 1, &d, date_of(2024, 2, 28), terms);
    expect("count of everyone where age ≥ 20 years", true, 2, &d, date_of(2024, 2, 29), terms);
    expect("count of everyone where age ≥ 21 years", true, 1, &d, date_of(2025, 2, 28), terms);
    expect("count of everyone where age ≥ 21 years", true, 2, &d, date_of(2025, 3, 1), terms);
    expect("count of everyone where born < 2000-01-01", true, 1, &d, DAY, terms);
    expect("today = 2024-01-10", true, 1, &d, DAY, terms);
    expect("sum of (if has cert then table else 0 yuan) over everyone", true, 2000, &d, DAY, terms);
    expect("sum of table over everyone", false, 0, &d, DAY, terms);
    expect("sum of 1 yuan over everyone", true, 200, &d, DAY, terms);
    members[0].facts = &heavy; /* a grade that the table does not list, and not counted */
    expect("sum of (if has cert then table else 0 yuan) over everyone", false, 0, &d, DAY, terms);
    expect("count of counted_members", true, 1, &d, DAY, terms);
    expect("any record of cert", true, 1, &d, DAY, terms);
    expect("any record of pay", true, 0, &d, DAY, terms);
}

static void
test_not_counted_until(void **state)
{
    AUTO(terms) terms = terms_new();
    fact_t gift = { .kind = terms_intern(terms, "gift"), .from = 0, .to = DATE_OPEN, .value = 100 };
    member_t member = { .facts = &gift, .fact_count = 1 };
    dossier_t d = { .members = &member, .member_count = 1 };

    (void) state;
    expect("sum of all over everyone", true, 0, &d, date_of(2024, 1, 15), terms);
    expect("sum of all over everyone", true, 1200, &d, date_of(2024, 1, 16), terms);
    expect("sum of gift over everyone", true, 1200, &d, date_of(2024, 1, 15), terms);
}

static void
test_overflow(void **state)
{
    AUTO(terms) terms = terms_new();
    fact_t pay[2] = { { .kind = terms_intern(terms, "pay"), .from = 0, .to = DATE_OPEN, .value = INT64_MAX / 12 } };
    member_t member = { .facts = pay, .fact_count = 1 };
    dossier_t d = { .members = &member, .member_count = 1 };

    (void) state;
    pay[1] = pay[0];
    expect("sum of pay over everyone < 1 yuan", true, 0, &d, DAY, terms);
    expect("sum of pay over everyone × 2 < 1 yuan", false, 0, &d, DAY, terms);
    expect("sum of pay + pay over everyone < 1 yuan", false, 0, &d, DAY, terms);
    expect("−(sum of pay over everyone) − (sum of pay over everyone) − 10 yuan < 1 yuan", false, 0, &d, DAY, terms);
    expect("(sum of pay over everyone) × ratio rounded up to yuan", false, 0, &d, DAY, terms);
    member.fact_count = 2;
    expect("sum of pay over everyone", false, 0, &d, DAY, terms);
    pay[0].value = INT64_MAX;
    member.fact_count = 1;
    expect("sum of pay over everyone", false, 0, &d, DAY, terms);
}

static void
test_needs(void **state)
{
    AUTO(terms) terms = terms_new();
    dossier_t d = { 0 };
    int64_t v = 0;

    (void) state;
    assert_true(value_of("derived:\n  x: { value: 1 yuan, needs: 1 < 2 }\n", "x", &d, DAY, terms, &v));
    assert_int_equal(v, 100);
    assert_false(value_of("derived:\n  x: { value: 1 yuan, needs: 2 < 1 }\n", "x", &d, DAY, terms, &v));
    assert_false(value_of("derived:\n  x: { value: 1 yuan, needs: later < 1 yuan }\n", "x", &d, DAY, terms, &v));
}

/* next_day: a parameter's beginning and end, a kind that begins to count, a birthday when ages are asked for. */
static void
test_next_day(void **state)
{
    static const char plain[] =
        "categories:\n  c: { unit: household, role: aid, basis: t, label: { zh: 一, en: c }, when: 1 < 2 }\n";
    static const char ages[] =
        "categories:\n  c: { unit: person, role: entitlement, basis: t, label: { zh: 一, en: c }, "
        "when: age ≥ 60 years }\n";
    static const struct {
        const char *rest;
        int day;
        int next;
    } cases[] = { { plain, 10, 16 }, { plain, 15, 16 }, { plain, 16, 20 }, { plain, 20, 26 },
                  { plain, 26, 32 }, { ages, 10, 12 },  { ages, 12, 16 } };
    AUTO(terms) terms = terms_new();
    member_t member = { .born = date_of(1990, 1, 12) };
    dossier_t d = { .members = &member, .member_count = 1 };
    const dossier_t *list = &d;

    (void) state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        AUTO(policy) policy = load(terms, cases[i].rest);
        AUTO(arena) arena = arena_new(4096);
        policy_result_t result;
        err_t err = { 0 };

        assert_true(policy_assess(policy, NULL, &list, 1, date_of(2024, 1, 1) + cases[i].day - 1, arena, &result, &err));
        assert_int_equal(result.next_day, date_of(2024, 1, 1) + cases[i].next - 1);
    }
}

static void
test_after_and_hysteresis(void **state)
{
    static const char rest[] = "categories:\n"
                               "  first: { unit: household, role: aid, basis: t, label: { zh: 一, en: first }, when: [ "
                               "{ that: later < 5 yuan, "
                               "hysteresis: 20 % } ] }\n"
                               "  second: { unit: household, role: aid, basis: t, label: { zh: 二, en: second }, "
                               "after: first, when: [ { that: later ≥ 6 "
                               "yuan, hysteresis: 20 % } ] }\n"
                               "  third: { unit: household, role: aid, basis: t, label: { zh: 三, en: third }, after: "
                               "[ first, second ], when: 1 < 2 }\n";
    AUTO(terms) terms = terms_new();
    AUTO(policy) policy = load(terms, rest);
    AUTO(arena) arena = arena_new(4096);
    dossier_t d = { 0 };
    const dossier_t *list = &d;
    policy_result_t r;
    err_t err = { 0 };

    (void) state;
    assert_true(policy_assess(policy, NULL, &list, 1, date_of(2024, 1, 21), arena, &r, &err));
    assert_int_equal(r.household[0].qualifies, POLICY_NO); /* 5.00 is not below 5.00, but below 6.00 */
    assert_int_equal(r.household[0].keeps, POLICY_YES);
    assert_int_equal(r.household[0].value, 500);
    assert_int_equal(r.household[0].line, 500);
    assert_int_equal(r.household[1].qualifies, POLICY_NO); /* 5.00 is not 6.00, but at least 4.80 */
    assert_int_equal(r.household[1].keeps, POLICY_YES);
    assert_int_equal(r.household[2].qualifies, POLICY_YES);
    assert_true(policy_assess(policy, NULL, &list, 1, date_of(2024, 1, 10), arena, &r, &err));
    assert_int_equal(r.household[0].qualifies, POLICY_UNKNOWN);
    assert_int_equal(r.household[2].qualifies, POLICY_UNKNOWN); /* who may be first cannot be told to be third */
    assert_int_equal(r.household[2].keeps, POLICY_YES);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rounding), cmocka_unit_test(test_exact_fractions),
        cmocka_unit_test(test_division), cmocka_unit_test(test_three_valued),
        cmocka_unit_test(test_members),  cmocka_unit_test(test_not_counted_until),
        cmocka_unit_test(test_overflow), cmocka_unit_test(test_needs),
        cmocka_unit_test(test_next_day), cmocka_unit_test(test_after_and_hysteresis),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
