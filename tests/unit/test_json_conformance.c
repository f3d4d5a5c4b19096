/* SPDX-License-Identifier: Apache-2.0 */
/* The public JSON parsing suite: y_ files must be taken, n_ files refused, i_ files must only do no harm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/mem.h"
#include "base/str.h"
#include "json/json_in.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FOLDER CONFORMANCE_DIR "/json-parsing"

/* Valid JSON that is refused on purpose. */
static const char *const refused_on_purpose[] = {
    "y_object_duplicated_key.json",           /* which of the two would count? */
    "y_object_duplicated_key_and_value.json",
    "y_object_escaped_null_in_key.json",      /* C strings would end there */
    "y_string_null_escape.json",
};

typedef struct {
    unsigned taken, refused, either, on_purpose, wrong;
} count_t;

static void
judge(const char *name, const str_t *text, count_t *count)
{
    AUTO(json) tree = NULL;
    err_t err = { .cls = ERR_NONE };
    bool checked = json_check(text->ptr, text->len, &err);
    bool parsed = json_parse(text->ptr, text->len, &tree, &err);
    bool expected = name[0] == 'y';

    assert_int_equal(checked, parsed);
    if (!parsed)
        assert_string_equal(err.code, "not_json");
    if (name[0] == 'i') {
        count->either++;
        return;
    }
    if (str_in(name, refused_on_purpose, COUNT_OF(refused_on_purpose))) {
        count->on_purpose++;
        expected = false;
    }
    if (checked != expected) {
        printf("WRONG %s: %s\n", name, checked ? "taken" : err.text);
        count->wrong++;
    }
    if (checked)
        count->taken++;
    else
        count->refused++;
}

static void
test_suite(void **state)
{
    count_t count = { 0 };

    (void) state;
    if (access(FOLDER, R_OK) != 0) {
        printf("SKIPPED: %s is not there\n", FOLDER);
        return;
    }
    DIR *dir = opendir(FOLDER);
    assert_non_null(dir);
    for (struct dirent *e; (e = readdir(dir)) != NULL;) {
        AUTO_STR path = STR_INIT, text = STR_INIT;
        size_t n = strlen(e->d_name);
        if (n < 6 || strcmp(e->d_name + n - 5, ".json") != 0)
            continue;
        str_printf(&path, "%s/%s", FOLDER, e->d_name);
        assert_true(str_read_file(&text, path.ptr, 1 << 24, NULL));
        judge(e->d_name, &text, &count);
    }
    closedir(dir);
    printf("json-parsing: %u taken, %u refused (%u of them valid, on purpose), %u either, %u wrong\n", count.taken,
           count.refused, count.on_purpose, count.either, count.wrong);
    assert_int_equal(count.wrong, 0);
    assert_true(count.taken >= 40 && count.refused >= 90 && count.either >= 15);
}

/* More of the same kind, from RFC 8259; `times`: how often `text` stands there. */
static const struct {
    const char *name;
    slice_t text;
    size_t times;
} own[] = {
#define CASE(name, text, times) { name, { (text), sizeof(text) - 1 }, times }
    CASE("y_number_minus_zero", "[-0]", 1),
    CASE("y_number_double_close_to_zero", "[-0.000000000000000000000000000000000000000000000000000000000000000000000000000001]", 1),
    CASE("y_object_extreme_numbers", "{\"min\":-1.0e+28,\"max\":1.0e+28}", 1),
    CASE("y_object_long_key", "{\"\xe4\xb8\xad\xe6\x96\x87\":{\"\":[]}}", 1),
    CASE("y_string_last_surrogates", "[\"\\uDBFF\\uDFFF\\uDBFF\\uDFFE\"]", 1),
    CASE("y_string_allowed_escapes", "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]", 1),
    CASE("y_structure_true_in_array", " \r\n\t[true]\n ", 1),
    CASE("y_structure_lonely_string", "\"asd\"", 1),
    CASE("y_structure_string_empty", "\"\"", 1),
    CASE("n_structure_100000_opening_arrays", "[", 100000),
    CASE("n_structure_open_array_object", "[{\"\":", 50000),
    CASE("n_structure_many_closing", "]", 100000),
    CASE("n_structure_UTF8_BOM_no_data", "\xef\xbb\xbf", 1),
    CASE("n_structure_incomplete_UTF8_BOM", "\xef\xbb{}", 1),
    CASE("n_structure_null_byte_outside_string", "[\0]", 1),
    CASE("n_structure_single_space", " ", 1),
    CASE("n_structure_double_array", "[][]", 1),
    CASE("n_structure_ascii-unicode-identifier", "a\xc3\xa5", 1),
    CASE("n_structure_whitespace_formfeed", "[\f]", 1),
    CASE("n_multidigit_number_then_00", "123\0", 1),
    CASE("n_number_-01", "[-01]", 1),
    CASE("n_number_-", "[-]", 1),
    CASE("n_number_then_minus", "[1-]", 1),
    CASE("n_number_hex_2_digits", "[0x42]", 1),
    CASE("n_number_infinity_short", "[-Infinity]", 1),
    CASE("n_number_NaN", "[NaN]", 1),
    CASE("n_number_plus_1", "[+1]", 1),
    CASE("n_number_9.e+", "[9.e+]", 1),
    CASE("n_string_backslash_00", "[\"\\\0\"]", 1),
    CASE("n_string_escaped_emoji", "[\"\\\xf0\x9f\x8c\x80\"]", 1),
    CASE("n_string_unescaped_newline", "[\"new\nline\"]", 1),
    CASE("n_string_incomplete_escaped_character", "[\"\\u00A\"]", 1),
    CASE("n_string_start_escape_unclosed", "[\"\\", 1),
    CASE("n_object_trailing_comma", "{\"id\":0,}", 1),
    CASE("n_object_trailing_comment", "{\"a\":\"b\"}/**/", 1),
    CASE("n_object_unquoted_key", "{a:\"b\"}", 1),
    CASE("n_object_several_trailing_commas", "{\"id\":0,,,,,}", 1),
    CASE("n_object_comma_instead_of_colon", "{\"x\",null}", 1),
    CASE("n_array_newlines_unclosed", "[\"a\",\n4\n,1,", 1),
    CASE("i_structure_UTF-8_BOM_empty_object", "\xef\xbb\xbf{}", 1),
    CASE("i_number_double_huge_neg_exp", "[123.456e-789]", 1),
    CASE("i_number_neg_int_huge_exp", "[-1e+9999]", 1),
    CASE("i_string_invalid_surrogate", "[\"\\ud800abc\"]", 1),
    CASE("i_string_inverted_surrogates_U+1D11E", "[\"\\Dd1e\\uD834\"]", 1),
    CASE("i_string_not_in_unicode_range", "[\"\xf4\xbf\xbf\xbf\"]", 1),
    CASE("i_string_truncated-utf-8", "[\"\xe0\xff\"]", 1),
    CASE("i_string_overlong_sequence_6_bytes", "[\"\xfc\x83\xbf\xbf\xbf\xbf\"]", 1),
    CASE("i_object_key_lone_2nd_surrogate", "{\"\\uDFAA\":0}", 1),
};

static void
test_own_cases(void **state)
{
    count_t count = { 0 };

    (void) state;
    for (size_t i = 0; i < COUNT_OF(own); i++) {
        AUTO_STR text = STR_INIT;
        for (size_t k = 0; k < own[i].times; k++)
            str_add_n(&text, own[i].text.ptr, own[i].text.len);
        judge(own[i].name, &text, &count);
    }
    assert_int_equal(count.wrong, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_suite), cmocka_unit_test(test_own_cases) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
