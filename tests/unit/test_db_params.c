/* SPDX-License-Identifier: Apache-2.0 */
#include "db/db.h"

#include "base/mem.h"
#include "domain/date.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char *
text_at(const db_params_t *in, unsigned i)
{
    assert_true(i < in->count);
    return in->offset[i] == SIZE_MAX ? NULL : in->text.ptr + in->offset[i];
}

static void
values_are_copied_as_text(void **state)
{
    AUTO_PARAMS in;
    uuid_t id, nil = { { 0 } };
    char buffer[] = "changed later";

    (void) state;
    db_params_init(&in);
    assert_true(uuid_parse("01234567-89ab-4def-8123-456789abcdef", 36, &id));
    db_params_text(&in, buffer);
    memset(buffer, 'x', sizeof(buffer) - 1);
    db_params_i64(&in, INT64_MIN);
    db_params_bool(&in, true);
    db_params_uuid(&in, &id);
    db_params_uuid(&in, &nil);
    db_params_date(&in, date_of(2024, 2, 29));
    db_params_date(&in, DATE_OPEN);
    db_params_text(&in, NULL);
    db_params_time(&in, 1718676000000001);
    assert_false(in.failed);
    assert_string_equal(text_at(&in, 0), "changed later");
    assert_string_equal(text_at(&in, 1), "-9223372036854775808");
    assert_string_equal(text_at(&in, 2), "t");
    assert_string_equal(text_at(&in, 3), "01234567-89ab-4def-8123-456789abcdef");
    assert_null(text_at(&in, 4));
    assert_string_equal(text_at(&in, 5), "2024-02-29");
    assert_null(text_at(&in, 6));
    assert_null(text_at(&in, 7));
    assert_string_equal(text_at(&in, 8), "2024-06-18T02:00:00.000001Z");
}

static void
arrays_quote_what_would_mean_something(void **state)
{
    AUTO_PARAMS in;
    const char *texts[] = { "plain", "with \"quotes\" and \\", "NULL", NULL, "{a,b}", "" };
    const int64_t numbers[] = { 1, -2 };
    const int32_t days[] = { 0, DATE_OPEN };

    (void) state;
    db_params_init(&in);
    db_params_text_array(&in, texts, COUNT_OF(texts));
    db_params_i64_array(&in, numbers, COUNT_OF(numbers));
    db_params_date_array(&in, days, COUNT_OF(days));
    db_params_i64_array(&in, NULL, 0);
    assert_false(in.failed);
    assert_string_equal(text_at(&in, 0), "{\"plain\",\"with \\\"quotes\\\" and \\\\\",\"NULL\",NULL,\"{a,b}\",\"\"}");
    assert_string_equal(text_at(&in, 1), "{1,-2}");
    assert_string_equal(text_at(&in, 2), "{1970-01-01,NULL}");
    assert_string_equal(text_at(&in, 3), "{}");
}

static void
the_first_bad_value_sticks(void **state)
{
    AUTO_PARAMS in;

    (void) state;
    db_params_init(&in);
    db_params_i64(&in, 1);
    db_params_text_n(&in, "a\0b", 3);
    db_params_text(&in, "\xff");
    db_params_i64(&in, 2);
    assert_true(in.failed);
    assert_int_equal(in.count, 1);
    assert_int_equal(in.error.cls, ERR_REJECT);
    assert_string_equal(in.error.code, "bad_data");
    assert_string_equal(in.error.text, "$2: text holds a NUL character");
}

static void
text_that_is_not_utf8_is_refused(void **state)
{
    AUTO_PARAMS in;

    (void) state;
    db_params_init(&in);
    db_params_text(&in, "\xe5\x90");
    assert_true(in.failed);
    assert_string_equal(in.error.text, "$1: text is not UTF-8");
}

static void
too_many_are_a_bug(void **state)
{
    AUTO_PARAMS in;

    (void) state;
    db_params_init(&in);
    for (int i = 0; i < DB_PARAMS_MAX; i++)
        db_params_null(&in);
    assert_false(in.failed);
    db_params_null(&in);
    assert_true(in.failed);
    assert_int_equal(in.error.cls, ERR_BUG);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_copied_as_text),
        cmocka_unit_test(arrays_quote_what_would_mean_something),
        cmocka_unit_test(the_first_bad_value_sticks),
        cmocka_unit_test(text_that_is_not_utf8_is_refused),
        cmocka_unit_test(too_many_are_a_bug),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
