/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "base/mem.h"
#include "base/str.h"
#include "domain/calendar.h"
#include "domain/date.h"
#include "domain/money.h"
#include "domain/region.h"
#include "domain/resident_id.h"

#include <string.h>

static int32_t
day(const char *s)
{
    int32_t d = 0;

    assert_true(date_parse(s, strlen(s), &d));
    return d;
}

static void
test_date_text(void **state)
{
    static const char *const good[] = { "1970-01-01", "2024-02-29", "1850-01-01", "2199-12-31", "2000-02-29" };
    static const char *const bad[] = { "", "2024-2-01", "2023-02-29", "1900-02-29", "2024-13-01", "2024-00-01", "2024-01-00",
                                       "2024-04-31", "1849-12-31", "2200-01-01", "2024/01/01", "2024-01-01 ", "２024-01-01",
                                       "2024-01-0a", "-024-01-01" };
    char text[DATE_TEXT_SIZE];
    int32_t d, month;

    (void) state;
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        date_format(day(good[i]), text);
        assert_string_equal(text, good[i]);
    }
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(date_parse(bad[i], strlen(bad[i]), &d));
    assert_int_equal(day("1970-01-01"), 0);
    assert_int_equal(date_of(2024, 6, 18), day("2024-06-18"));
    date_format(DATE_OPEN, text);
    assert_string_equal(text, "9999-12-31");

    assert_true(date_parse_month("2024-06", 7, &month));
    assert_int_equal(month, 2024 * 12 + 5);
    assert_false(date_parse_month("2024-13", 7, &month));
    assert_false(date_parse_month("2024-06-", 8, &month));
}

static void
test_months(void **state)
{
    (void) state;
    assert_int_equal(date_month(day("2024-06-18")), 2024 * 12 + 5);
    assert_int_equal(date_month_start(2024 * 12 + 5), day("2024-06-01"));
    assert_int_equal(date_add_months(day("2024-01-31"), 1), day("2024-02-29"));
    assert_int_equal(date_add_months(day("2023-01-31"), 1), day("2023-02-28"));
    assert_int_equal(date_add_months(day("2024-03-31"), -1), day("2024-02-29"));
    assert_int_equal(date_add_months(day("2024-03-15"), -15), day("2022-12-15"));
    assert_int_equal(date_add_months(DATE_OPEN, 1), DATE_OPEN);
    assert_int_equal(date_anniversary(day("2024-02-29"), 12), day("2025-03-01"));
    assert_int_equal(date_anniversary(day("2024-02-29"), 48), day("2028-02-29"));
    assert_int_equal(date_anniversary(day("2024-01-31"), 1), day("2024-03-01"));
    assert_int_equal(date_anniversary(day("2023-03-31"), -1), day("2023-03-01"));
    assert_int_equal(date_anniversary(day("2024-08-15"), 6), day("2025-02-15"));
    assert_int_equal(date_anniversary(DATE_OPEN, 1), DATE_OPEN);
    for (int32_t m = 1900 * 12; m < 2100 * 12; m++)
        assert_int_equal(date_month(date_month_start(m)), m);
}

static void
anniversary_is(const char *from, int64_t months, const char *expected)
{
    int32_t got = 0;

    assert_true(date_shift(day(from), months, &got));
    assert_int_equal(got, day(expected));
}

static void
test_anniversary(void **state)
{
    int32_t got = 0;

    (void) state;
    anniversary_is("2024-02-29", 12, "2025-03-01");
    anniversary_is("2024-02-29", 48, "2028-02-29");
    anniversary_is("2024-01-31", 1, "2024-03-01");
    anniversary_is("2023-01-31", 1, "2023-03-01");
    anniversary_is("2024-03-31", -1, "2024-03-01");
    anniversary_is("2024-05-31", 1, "2024-07-01");
    anniversary_is("2024-05-30", 1, "2024-06-30");
    anniversary_is("2024-12-15", 1, "2025-01-15");
    anniversary_is("2024-01-15", -1, "2023-12-15");
    anniversary_is("2024-01-15", 0, "2024-01-15");
    assert_true(date_shift(day("2024-01-15"), (9999 - 2024) * 12, &got));
    assert_false(date_shift(day("2024-01-15"), (10000 - 2024) * 12, &got));
    assert_true(date_shift(day("2024-01-15"), -2023 * 12, &got));
    assert_false(date_shift(day("2024-01-15"), -2024 * 12, &got));
    assert_false(date_shift(day("2024-01-15"), INT64_MIN, &got));
}

static void
test_age(void **state)
{
    static const struct {
        const char *born, *on;
        int age;
    } cases[] = {
        { "1956-03-09", "2024-03-08", 67 }, { "1956-03-09", "2024-03-09", 68 }, { "2008-02-29", "2024-02-28", 15 },
        { "2008-02-29", "2024-02-29", 16 }, { "2007-12-31", "2024-01-01", 16 }, { "2004-02-29", "2022-02-28", 17 },
        { "2004-02-29", "2022-03-01", 18 }, { "2024-01-01", "2024-01-01", 0 },
    };

    (void) state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_int_equal(date_age(day(cases[i].born), day(cases[i].on)), cases[i].age);
}

static void
test_months_inside(void **state)
{
    const int32_t m0 = 2023 * 12 + 2, m1 = 2024 * 12 + 2; /* March 2023 to February 2024 */
    static const struct {
        const char *from, *to;
        int32_t months;
    } cases[] = {
        { "2023-03-01", "2024-03-01", 12 }, { "2020-01-01", NULL, 12 },          { "2023-03-02", NULL, 11 },
        { "2024-02-01", NULL, 1 },          { "2024-02-02", NULL, 0 },           { "2020-01-01", "2023-04-30", 1 },
        { "2020-01-01", "2023-05-01", 2 },  { "2020-01-01", "2023-03-31", 0 },   { "2024-03-01", NULL, 0 },
        { "2023-06-15", "2023-07-15", 0 },  { "2023-06-01", "2023-06-01", 0 },   { "2023-12-01", "2024-02-01", 2 },
    };

    (void) state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        int32_t to = cases[i].to == NULL ? DATE_OPEN : day(cases[i].to);
        assert_int_equal(date_months_inside(m0, m1, day(cases[i].from), to), cases[i].months);
    }
}

static void
test_calendar(void **state)
{
    AUTO(calendar) c = calendar_new();

    (void) state;
    assert_true(calendar_list(c, day("2024-06-10"), false));
    assert_true(calendar_list(c, day("2024-05-01"), false));
    assert_true(calendar_list(c, day("2024-04-28"), true));
    assert_false(calendar_list(c, day("2024-05-01"), true));
    assert_true(calendar_is_working(c, day("2024-06-07")));  /* a Friday */
    assert_false(calendar_is_working(c, day("2024-06-08"))); /* Saturday */
    assert_false(calendar_is_working(c, day("2024-06-10"))); /* Monday, holiday */
    assert_true(calendar_is_working(c, day("2024-04-28")));  /* Sunday, make-up */
    assert_false(calendar_is_working(c, day("1969-12-27"))); /* Saturday before the epoch */
    assert_true(calendar_is_working(c, day("1969-12-31")));
    assert_int_equal(calendar_add_working_days(c, day("2024-06-07"), 1), day("2024-06-11"));
    assert_int_equal(calendar_add_working_days(c, day("2024-06-07"), 0), day("2024-06-07"));
    assert_int_equal(calendar_add_working_days(c, day("2024-06-11"), -1), day("2024-06-07"));
    assert_int_equal(calendar_add_working_days(c, day("2024-06-08"), 3), day("2024-06-13"));
}

static void
test_money(void **state)
{
    static const struct {
        const char *s;
        int64_t fen;
        const char *back;
    } good[] = {
        { "820.00", 82000, "820.00" }, { "0", 0, "0.00" }, { "0.05", 5, "0.05" }, { "-3.5", -350, "-3.50" },
        { "9999999999999.99", 999999999999999, "9999999999999.99" }, { "-0.01", -1, "-0.01" }, { "7", 700, "7.00" },
    };
    static const char *const bad[] = { "", "-", ".5", "1.", "1.234", "01", "+1", "1,000", " 1", "1 ", "1e3", "--1", "1.-5",
                                       "10000000000000", "1.5.0", "０", "-." };
    char text[MONEY_TEXT_SIZE];
    int64_t fen;

    (void) state;
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        assert_true(money_parse(good[i].s, strlen(good[i].s), &fen));
        assert_int_equal(fen, good[i].fen);
        money_format(fen, text);
        assert_string_equal(text, good[i].back);
    }
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(money_parse(bad[i], strlen(bad[i]), &fen));
    money_format(INT64_MIN, text);
    assert_string_equal(text, "-92233720368547758.08");
}

static void
test_region(void **state)
{
    (void) state;
    assert_true(region_is_valid("32"));
    assert_true(region_is_valid("320681100"));
    assert_false(region_is_valid("320"));
    assert_false(region_is_valid(""));
    assert_false(region_is_valid("32068110020x"));
    assert_true(region_is_full("320681100207"));
    assert_false(region_is_full("320681100"));
    assert_true(region_contains("320681", "320681100207"));
    assert_true(region_contains("320681", "320681"));
    assert_false(region_contains("320681100207", "320681"));
    assert_false(region_contains("320682", "320681100"));
    assert_false(region_contains("", "320681"));
    assert_false(region_contains("3", "320681"));
}

static void
check_id(const char *s, const char *text, const char *born, bool male)
{
    resident_id_t id;
    err_t err = { .cls = ERR_NONE };

    assert_true(resident_id_parse(s, strlen(s), &id, &err));
    assert_string_equal(id.text, text);
    assert_int_equal(id.born, day(born));
    assert_int_equal(id.male, male);
}

static void
check_id_refused(const char *s, const char *code)
{
    resident_id_t id;
    err_t err = { .cls = ERR_NONE };

    assert_false(resident_id_parse(s, strlen(s), &id, &err));
    assert_int_equal(err.cls, ERR_REJECT);
    assert_string_equal(err.code, code);
    if (strlen(s) > 6)
        assert_null(strstr(err.text, s)); /* the number itself is never told */
}

/* The standard's examples; no real people. */
static void
test_resident_id(void **state)
{
    (void) state;
    assert_int_equal(resident_id_check("34052419800101001"), 'X');
    assert_int_equal(resident_id_check("11010519491231002"), 'X');
    assert_int_equal(resident_id_check("37010119010203997"), '3');
    check_id("34052419800101001X", "34052419800101001X", "1980-01-01", true);
    check_id("34052419800101001x", "34052419800101001X", "1980-01-01", true);
    check_id("11010519491231002X", "11010519491231002X", "1949-12-31", false);
    check_id("370101190102039973", "370101190102039973", "1901-02-03", true);
    check_id("110105491231002", "11010519491231002X", "1949-12-31", false); /* 15 digits of the old form */

    check_id_refused("", "resident_id.length");
    check_id_refused("34052419800101001", "resident_id.length");
    check_id_refused("340524198001010010X", "resident_id.length");
    check_id_refused("3405241980010100X1", "resident_id.digits");
    check_id_refused("34052419800101001Y", "resident_id.digits");
    check_id_refused("11010549123100X", "resident_id.digits");
    check_id_refused("340524198002300010", "resident_id.birth");
    check_id_refused("110105491331002", "resident_id.birth");
    check_id_refused("340524198001010011", "resident_id.check");
    check_id_refused("340524198001010010", "resident_id.check");

    /* MOD 11-2 finds every single wrong digit and every swap of neighbours */
    char id[] = "370101190102039973";
    for (size_t i = 0; i < 6; i++)
        for (char c = '0'; c <= '9'; c++) {
            char keep = id[i];
            resident_id_t ret;
            id[i] = c;
            assert_int_equal(resident_id_parse(id, 18, &ret, NULL), c == keep);
            id[i] = keep;
        }
}

static void
test_resident_id_within(void **state)
{
    (void) state;
    assert_true(resident_id_within("11010519491231002X"));
    assert_true(resident_id_within("batch-11010519491231002x-2"));
    assert_true(resident_id_within("住户 370101190102039973。"));
    assert_true(resident_id_within("0370101190102039973"));
    assert_false(resident_id_within(""));
    assert_false(resident_id_within("11010519491231002"));
    assert_false(resident_id_within("110105194912310021"));            /* another check character */
    assert_false(resident_id_within("20240630120000123456"));          /* a time of day */
    assert_false(resident_id_within("00000000000000000118"));          /* a sequence */
    assert_false(resident_id_within("02f2bd48-96cb-85d1-86fd-753641f3e934"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_anniversary), cmocka_unit_test(test_date_text),     cmocka_unit_test(test_months),   cmocka_unit_test(test_age),
        cmocka_unit_test(test_months_inside), cmocka_unit_test(test_calendar), cmocka_unit_test(test_money),
        cmocka_unit_test(test_region),        cmocka_unit_test(test_resident_id),
        cmocka_unit_test(test_resident_id_within),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
