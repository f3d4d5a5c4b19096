/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "domain/date.h"
#include "schedule.h"

static int32_t
day(const char *text)
{
    int32_t d;

    assert_true(date_parse(text, strlen(text), &d));
    return d;
}

static void
test_shipped(void **state)
{
    schedule_t s;
    err_t err = { 0 };

    (void) state;
    assert_true(schedule_parse("all days=1,16; children days=1 every=3 categories=child_in_difficulty,orphan", &s, &err));
    assert_int_equal(s.count, 2);
    assert_true(schedule_is_of_all(&s.items[0]));
    assert_false(schedule_is_of_all(&s.items[1]));
    assert_int_equal(s.items[1].category_count, 2);
    assert_string_equal(s.items[1].categories[1], "orphan");
    assert_true(schedule_has_full(&s, day("2024-02-16")));
    assert_false(schedule_has_full(&s, day("2024-02-15")));
    assert_int_equal(schedule_find_partial(&s, 0, day("2024-04-01")), 1);
    assert_int_equal(schedule_find_partial(&s, 0, day("2024-05-01")), 2);
    assert_int_equal(schedule_find_partial(&s, 2, day("2024-04-01")), 2);
    assert_int_equal(schedule_next(&s.items[0], day("2024-02-16")), day("2024-03-01"));
    assert_int_equal(schedule_next(&s.items[1], day("2024-10-01")), day("2025-01-01"));
}

static void
test_days_that_are_rare(void **state)
{
    schedule_t s;
    err_t err = { 0 };

    (void) state;
    assert_true(schedule_parse("a days=31 every=2", &s, &err)); /* January, March, May, July: not in months without one */
    assert_int_equal(schedule_next(&s.items[0], day("2024-07-31")), day("2025-01-31"));
    assert_true(schedule_parse("a days=30 every=12 ;; b days=29,30,31 every=1 region=3206", &s, &err));
    assert_int_equal(s.count, 2);
    assert_int_equal(schedule_next(&s.items[0], day("2024-01-30")), day("2025-01-30"));
    assert_int_equal(schedule_next(&s.items[1], day("2023-01-31")), day("2023-03-29"));
    assert_string_equal(s.items[1].region, "3206");
    assert_false(schedule_is_of_all(&s.items[1]));
}

static void
test_none_and_wrong(void **state)
{
    static const char *const wrong[] = { "all", "days=1", "all days=", "all days=0", "all days=32", "all days=1,x", "all days=1 every=0",
                                         "all days=1 every=13", "a days=1; a days=2", "a days=1 region=32x", "a days=1 region=",
                                         "a days=1 region=3206811002070", "a days=1 categories=", "a days=1 often=2",
                                         "a_name_of_thirty-two_characters_x days=1" };
    schedule_t s;
    err_t err = { 0 };

    (void) state;
    assert_true(schedule_parse(NULL, &s, &err));
    assert_int_equal(s.count, 0);
    assert_true(schedule_parse(" ; ", &s, &err));
    assert_int_equal(s.count, 0);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        err = (err_t){ 0 };
        if (schedule_parse(wrong[i], &s, &err))
            fail_msg("taken: %s", wrong[i]);
        assert_int_equal(err.cls, ERR_CONFIG);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_shipped), cmocka_unit_test(test_days_that_are_rare),
                                        cmocka_unit_test(test_none_and_wrong) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
