/* SPDX-License-Identifier: Apache-2.0 */
/* The tree that json_read_checked builds is cJSON's own, member for member, whatever the text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/mem.h"
#include "json/json_in.h"
#include "json/json_scan.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

static uint64_t chance = 0x9e3779b97f4a7c15u;

static unsigned
any(unsigned below)
{
    chance ^= chance << 13;
    chance ^= chance >> 7;
    chance ^= chance << 17;
    return (unsigned) (chance >> 33) % below;
}

static void
same_text(const char *a, const char *b)
{
    assert_int_equal(a == NULL, b == NULL);
    if (a != NULL)
        assert_string_equal(a, b);
}

static void
same_tree(const cJSON *a, const cJSON *b)
{
    assert_int_equal(a->type, b->type);
    assert_int_equal(a->valueint, b->valueint);
    assert_memory_equal(&a->valuedouble, &b->valuedouble, sizeof(double));
    same_text(a->string, b->string);
    same_text(a->valuestring, b->valuestring);
    assert_int_equal(a->child == NULL, b->child == NULL);
    const cJSON *x = a->child, *y = b->child, *x_last = NULL;
    for (; x != NULL && y != NULL; x_last = x, x = x->next, y = y->next) {
        assert_true(x_last == NULL || x->prev == x_last);
        same_tree(x, y);
    }
    assert_true(x == NULL && y == NULL);
    if (a->child != NULL)
        assert_ptr_equal(a->child->prev, x_last);
}

/* *reused goes from text to text, as it does from record to record. */
static bool
compare(const char *text, size_t n, json_t **reused)
{
    AUTO(json) tree = NULL;
    err_t err = { .cls = ERR_NONE };

    if (!json_parse(text, n, &tree, &err))
        return false;
    assert_true(json_read_checked(text, n, reused, &err));
    same_tree(json_root(*reused), json_root(tree));
    return true;
}

static void
test_cases(void **state)
{
    static const char *const texts[] = {
        "0", "-0", "-0.0", "1", "-1", "123456789012345", "1234567890123456", "-999999999999999", "9007199254740993", "1e5", "1E-5",
        "0.1", "2147483647", "2147483648", "-2147483648", "-2147483649", "123456789012345678901234567890", "1.7976931348623157e308",
        "5e-324", "0.000000000000000000000000000000000000000000000000000000000000000000000000000000012345", "true", "false", "null",
        "\"\"", "\"a\"", "\"\\\"\"", "\"\\\\\"", "\"a\\\\\"", "\"\\u4e2d\\ud83d\\ude00x\"", "\"中文\"", "\"中\\n文\"", "\"\\/\\b\\f\\n\\r\\t\"",
        "\"\x7f\xf0\x9f\x98\x80\"", "[]", "{}", " [ ] ", " { } ", "[[],{},[[]]]", "{\"a\":1}", " {\t\"a\" \n:\r 1 , \"b\":[ 1 , 2 ]} ",
        "{\"\":\"\",\"\\u0061\":{\"A\":null,\"a\":[true,false]}}", "[\"a\\\\\",\"b\"]", "{\"a\\\"b\":\"}\"}", "[1,-2.5,\"]\",{\"x\":\"[{\"}]",
    };
    AUTO(json) reused = NULL;

    (void) state;
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        if (!compare(texts[i], strlen(texts[i]), &reused))
            fail_msg("%s is not taken", texts[i]);
}

static void
blank(str_t *out)
{
    for (unsigned n = any(4) == 0 ? any(4) : 0; n > 0; n--)
        str_add_char(out, " \n\r\t"[any(4)]);
}

static void
random_text(str_t *out)
{
    static const char *const pieces[] = { "a",   "0",    "name", "中", "é",        "\xf0\x9f\x98\x80", "\\\"",         "\\\\", "\\n",
                                          "\\/", "\\u4e2d", "\\ud83d\\ude00", "{",  "]",        ",",    "            ", ":",    "\x7f" };

    str_add_char(out, '"');
    for (unsigned n = any(12); n > 0; n--)
        str_add(out, pieces[any(COUNT_OF(pieces))]);
    str_add_char(out, '"');
}

static void
random_number(str_t *out)
{
    str_add(out, any(2) ? "-" : "");
    str_printf(out, any(3) == 0 ? "0" : "%u", 1 + any(1000000));
    for (unsigned n = any(4) == 0 && out->ptr[out->len - 1] != '0' ? any(80) : 0; n > 0; n--)
        str_add_char(out, (char) ('0' + any(10)));
    if (any(3) == 0)
        str_printf(out, ".%u", any(100000));
    if (any(4) == 0)
        str_printf(out, "%c%s%u", any(2) ? 'e' : 'E', any(2) ? "-" : "", any(30));
}

static void
random_value(str_t *out, unsigned depth)
{
    unsigned kind = any(depth == 0 ? 5 : 8);
    bool object = kind >= 6;

    blank(out);
    if (kind < 3) {
        str_add(out, kind == 0 ? "true" : kind == 1 ? "false" : "null");
    } else if (kind == 3) {
        random_text(out);
    } else if (kind == 4) {
        random_number(out);
    } else {
        str_add_char(out, object ? '{' : '[');
        blank(out);
        for (unsigned i = 0, n = any(6); i < n; i++) {
            if (i > 0)
                str_add_char(out, ',');
            if (object) {
                blank(out);
                str_printf(out, "\"%u", i); /* no name twice */
                str_add(out, any(3) ? "\"" : "\\u0031\\\"\"");
                blank(out);
                str_add_char(out, ':');
            }
            random_value(out, depth - 1);
        }
        str_add_char(out, object ? '}' : ']');
    }
    blank(out);
}

static void
test_random(void **state)
{
    AUTO(json) reused = NULL;
    size_t mutants = 0;

    (void) state;
    for (unsigned turn = 0; turn < 20000; turn++) {
        AUTO_STR text = STR_INIT;
        random_value(&text, 5);
        if (!compare(text.ptr, text.len, &reused))
            fail_msg("%s is not taken", text.ptr);
        for (unsigned n = 0; n < 4; n++) {
            text.ptr[any((unsigned) text.len)] = "\"\\{}[],: 01-.eEtrufalsn\xe4\xb8\xad"[any(26)];
            mutants += compare(text.ptr, text.len, &reused);
        }
    }
    assert_true(mutants > 1000);
}

/* Values inside of checked text, as records in a frame are. */
static void
test_inside(void **state)
{
    static const char text[] = "{\"records\":[1, \"a\",{\"b\":2} ,[3]]}";
    AUTO(json) reused = NULL;
    err_t err;

    (void) state;
    assert_true(json_check(text, strlen(text), &err));
    assert_true(json_read_checked(text + 12, 1, &reused, &err));
    assert_int_equal(json_root(reused)->valueint, 1);
    assert_true(json_read_checked(text + 15, 3, &reused, &err));
    assert_string_equal(json_text(json_root(reused)), "a");
    assert_true(json_read_checked(text + 19, 7, &reused, &err));
    assert_int_equal(json_count(json_root(reused)), 1);
}

/* A byte at a time and many at a time see the same. */
static void
test_scanning(void **state)
{
    static const unsigned char ends[] = { 0, 1, 0x1f, '"', '\\', 0x80, 0xe4, 0xff };
    char text[80];

    (void) state;
    for (size_t n = 0; n <= sizeof(text); n++)
        for (size_t at = 0; at < n; at++)
            for (size_t e = 0; e < COUNT_OF(ends); e++) {
                bool high = ends[e] >= 0x80;

                memset(text, at % 2 ? 0x7f : ' ', sizeof(text));
                text[at] = (char) ends[e];
                text[n - 1] = n - 1 == at ? text[at] : '"';
                assert_ptr_equal(json_scan_plain(text, text + n), text + at);
                assert_ptr_equal(json_scan_special(text, text + n), text + (high && at == n - 1 ? n : high ? n - 1 : at));
            }
}

static void
test_no_memory(void **state)
{
    AUTO_STR text = STR_INIT;
    size_t failures = 0;

    (void) state;
    str_add_char(&text, '[');
    for (unsigned i = 0; i < 40000; i++)
        str_printf(&text, "{\"k\":%u},", i);
    str_add(&text, "0]");
    for (size_t n = 1;; n++) {
        AUTO(json) tree = NULL;
        err_t err = { .cls = ERR_NONE };
        mem_fail_at(n);
        bool ok = json_read_checked(text.ptr, text.len, &tree, &err);
        mem_fail_at(0);
        if (ok)
            break;
        assert_int_equal(err.cls, ERR_RETRY);
        failures++;
    }
    assert_true(failures >= 2);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_inside),
        cmocka_unit_test(test_scanning),
        cmocka_unit_test(test_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
