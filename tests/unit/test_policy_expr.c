/* SPDX-License-Identifier: Apache-2.0 */
/* The formula language: what it reads, how it prints, where it complains; and units. */
#include "policy_expr.h"
#include "policy_lex.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static char *
print(const expr_t *e, arena_t *arena)
{
    AUTO_STR out = STR_INIT;

    expr_print(e, &out, NULL, NULL);
    return arena_strndup(arena, str_c(&out), out.len);
}

/* The canonical form of a formula, itself read and printed once more without a change. */
static void
check(const char *text, const char *canonical)
{
    AUTO(arena) arena = arena_new(4096);
    expr_error_t error = { 0 };
    expr_t *e = expr_parse(text, arena, &error);
    char *once;

    if (e == NULL)
        fail_msg("“%s”: %zu: %s", text, error.at, error.text);
    once = print(e, arena);
    assert_string_equal(once, canonical);
    e = expr_parse(once, arena, &error);
    if (e == NULL)
        fail_msg("“%s” printed as “%s”: %zu: %s", text, once, error.at, error.text);
    assert_string_equal(print(e, arena), canonical);
}

static void
test_precedence(void **state)
{
    (void) state;
    check("a+b*c", "a + b × c");
    check("(a+b)*c", "(a + b) × c");
    check("a - b - c", "a − b − c");
    check("a − (b − c)", "a − (b − c)");
    check("a / b / c", "a / b / c");
    check("a ÷ (b × c)", "a / (b × c)");
    check("-a * b", "−a × b");
    check("-(a * b)", "−(a × b)");
    check("not a and b or c", "not a and b or c");
    check("not (a and (b or c))", "not (a and (b or c))");
    check("a < b and c >= d", "a < b and c ≥ d");
    check("not a != b", "not a ≠ b");
    check("a + b rounded up to yuan < c", "a + b rounded up to yuan < c");
    check("(a rounded half up to fen) * 2", "(a rounded half up to fen) × 2");
    check("if a then b else c + d", "if a then b else c + d");
    check("(if a then b else c) + d", "(if a then b else c) + d");
    check("max(0 yuan, a - b)", "max(0 yuan, a − b)");
}

static void
test_words(void **state)
{
    (void) state;
    check("sum of a + b over counted", "sum of a + b over counted");
    check("sum of a over counted / 12 months", "sum of a over counted / 12 months");
    check("count of counted where age >= 60 years and x", "count of counted where age ≥ 60 years and x");
    check("(count of counted where x) > 0", "(count of counted where x) > 0");
    check("any of counted where x", "any of counted where x");
    check("every of counted where x or y", "every of counted where x or y");
    check("any record of income.*", "any record of income.*");
    check("any record of income.wage", "any record of income.wage");
    check("has event.death", "has event.death");
    check("months of income.wage = 0 months", "months of income.wage = 0 months");
    check("type is mental", "type is mental");
    check("type is not one of (mental, physical)", "type is not one of (mental, physical)");
    check("born < 2008-02-29", "born < 2008-02-29");
}

static void
test_numbers(void **state)
{
    (void) state;
    check("3 %", "3 %");
    check("0.5 %", "0.5 %");
    check("1.50", "1.5");
    check("0.05 yuan", "0.05 yuan");
    check("20000 yuan", "20000 yuan");
    check("5 fen", "0.05 yuan");
    check("12 month", "12 months");
    check("1 year", "1 year");
    check("a rounded down to 10 yuan", "a rounded down to 10 yuan");
}

static void
refuse(const char *text, size_t at, const char *why)
{
    AUTO(arena) arena = arena_new(4096);
    expr_error_t error = { 0 };

    if (expr_parse(text, arena, &error) != NULL)
        fail_msg("“%s” was read", text);
    if (error.at != at || strstr(error.text, why) == NULL)
        fail_msg("“%s”: %zu: %s", text, error.at, error.text);
}

static void
test_refused(void **state)
{
    (void) state;
    refuse("", 0, "a value is missing before the end");
    refuse("a +", 3, "a value is missing before the end");
    refuse("a b", 2, "“b” is not expected here");
    refuse("a < b < c", 6, "one comparison at a time");
    refuse("(a", 2, "“)” is missing");
    refuse("a $ b", 2, "“$” is no sign of the language");
    refuse("a ≈ b", 2, "“≈” is no sign of the language");
    refuse("12a", 0, "runs into a word");
    refuse("2024-02-30", 0, "is no date");
    refuse("0.0000001", 0, "at most 6 decimals");
    refuse("99999999999999999999", 0, "is no number");
    refuse("1.234 yuan", 6, "at most two decimals");
    refuse("a rounded to yuan", 10, "“up”, “down” or “half up” is missing");
    refuse("a rounded up to 3", 17, "round to an amount");
    refuse("a. + b", 0, "ends in a point");
    refuse("sum over x", 4, "“of” is missing");
    refuse("any of counted", 14, "“where” is missing");
    refuse("if a then b", 11, "“else” is missing");
    refuse("max(a)", 5, "“,” is missing");
    refuse("type is one of ()", 16, "a word is missing");
}

/* Whatever the bytes are, reading ends, and what it points at lies inside the text. */
static void
test_any_bytes(void **state)
{
    static const char *const pieces[] = {
        "a",        "b.c",   " ",    "(",          ")",      "<",    "≤",          "+",
        "−",        "×",     "/",    "sum of ",    " over ", "if ",  " then ",     " else ",
        "not ",     " and ", " or ", "12",         ".5",     "%",    " yuan",      "is ",
        "one of (", ",",     "has ", "months of ", "\xE2",   "\xFF", "2024-01-01", "rounded up to "
    };
    uint64_t random = 7;
    size_t read = 0;

    (void) state;
    for (int i = 0; i < 20000; i++) {
        AUTO(arena) arena = arena_new(4096);
        AUTO_STR text = STR_INIT;
        expr_error_t error = { 0 };
        expr_t *e;

        for (int k = 0; k <= i % 8; k++) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            str_add(&text, pieces[(random >> 33) % COUNT_OF(pieces)]);
        }
        e = expr_parse(str_c(&text), arena, &error);
        if (e == NULL) {
            assert_true(error.at <= text.len);
            continue;
        }
        read++;
        char *once = print(e, arena);
        e = expr_parse(once, arena, &error);
        if (e == NULL)
            fail_msg("“%s” printed as “%s”: %zu: %s", str_c(&text), once, error.at, error.text);
        assert_string_equal(print(e, arena), once);
    }
    assert_true(read > 50);
}

static void
test_units(void **state)
{
    unit_t money, month, r;
    char text[UNIT_TEXT_SIZE];

    (void) state;
    assert_true(unit_parse("money/month", &month));
    assert_true(unit_parse("money", &money));
    assert_false(unit_parse("yuan", &r));
    assert_true(unit_eq(unit_mul(UNIT_MONTHS_, month), money));
    assert_true(unit_eq(unit_div(money, UNIT_MONTHS_), month));
    unit_format(unit_mul(money, money), text);
    assert_string_equal(text, "money^2");
    unit_format(unit_div(money, UNIT_YEARS_), text);
    assert_string_equal(text, "money·year^-1");
    unit_format(UNIT_NUMBER_, text);
    assert_string_equal(text, "number");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_precedence), cmocka_unit_test(test_words),     cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_refused),    cmocka_unit_test(test_any_bytes), cmocka_unit_test(test_units),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
