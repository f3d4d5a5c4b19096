/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "base/mem.h"
#include "base/time.h"
#include "domain/date.h"
#include "json/json_in.h"
#include "json/json_out.h"

#include <math.h>
#include <string.h>

static json_t *
parse(const char *text)
{
    json_t *tree = NULL;
    err_t err = { .cls = ERR_NONE };

    if (!json_parse(text, strlen(text), &tree, &err))
        fail_msg("%s: %s", text, err.text);
    return tree;
}

static void
test_refused(void **state)
{
    static const struct {
        const char *text, *why;
    } cases[] = {
        { "", "ends too early at byte 0" }, { "  ", "ends too early at byte 2" }, { "{\"a\":1,}", "byte 7" },
        { "{\"a\":1,\"a\":2}", "duplicate member at byte 7" }, { "{\"a\":1,\"\\u0061\":2}", "duplicate member at byte 7" },
        { "{\"é\":1,\"\\u00e9\":2}", "duplicate" }, { "{\"x\":{\"a\":1,\"b\":2,\"a\":3}}", "duplicate" },
        { "[1] x", "more text after the value at byte 4" }, { "01", "leading zero" }, { "-", "ends too early" },
        { "1.", "ends too early" }, { "1.x", "after the point" }, { "1e400", "out of range" }, { "[1e+]", "exponent" },
        { "\"\\u0000\"", "NUL" }, { "\"\\ud800\"", "surrogate" }, { "\"\\ud800\\u0041\"", "surrogate" },
        { "\"\\udc00\"", "surrogate" }, { "\"\\x\"", "unknown escape" }, { "\"\\u12g4\"", "four hexadecimal" },
        { "\"a\nb\"", "control character" }, { "\"\xff\"", "UTF-8" }, { "\"\xed\xa0\x80\"", "UTF-8" }, { "\"abc", "ends too early" },
        { "\xef\xbb\xbf{}", "byte 0" }, { "tru", "unknown word" }, { "True", "a value is missing" }, { "{1:2}", "name in quotes" },
        { "{\"a\" 1}", "colon" }, { "[1 2]", "comma" }, { "[1}", "comma" }, { "{\"a\":1]", "comma" }, { "NaN", "a value" },
    };

    (void) state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        err_t err = { .cls = ERR_NONE };
        assert_false(json_check(cases[i].text, strlen(cases[i].text), &err));
        assert_int_equal(err.cls, ERR_REJECT);
        assert_string_equal(err.code, "not_json");
        if (strstr(err.text, cases[i].why) == NULL)
            fail_msg("%s: \"%s\" instead of \"%s\"", cases[i].text, err.text, cases[i].why);
    }
    assert_false(json_check("\"a\0b\"", 5, NULL)); /* a NUL byte in the text itself */
    assert_false(json_check("1\0", 2, NULL));
    assert_true(json_check("[1]xyz", 3, NULL)); /* never reads beyond n */
    assert_false(json_check("[1]xyz", 2, NULL));
}

static void
nested(str_t *text, size_t depth)
{
    str_clear(text);
    for (size_t i = 0; i < depth; i++)
        str_add(text, i % 2 == 0 ? "[" : "{\"k\":");
    str_add(text, "1");
    for (size_t i = depth; i-- > 0;)
        str_add(text, i % 2 == 0 ? "]" : "}");
}

static void
test_depth(void **state)
{
    AUTO_STR text = STR_INIT;
    AUTO(json) tree = NULL;

    (void) state;
    nested(&text, 64);
    assert_true(json_parse(text.ptr, text.len, &tree, NULL));
    nested(&text, 65);
    assert_false(json_check(text.ptr, text.len, NULL));
    str_clear(&text);
    for (size_t i = 0; i < 100000; i++)
        str_add_char(&text, '[');
    assert_false(json_check(text.ptr, text.len, NULL));
}

/* A million members, all different but with one prefix, and one that comes twice: no time squared. */
static void
test_many_members(void **state)
{
    enum { N = 300000 };
    AUTO_STR text = STR_INIT;
    err_t err;

    (void) state;
    for (unsigned twice = 0; twice < 2; twice++) {
        str_clear(&text);
        str_add_char(&text, '{');
        for (unsigned i = 0; i < N; i++)
            str_printf(&text, "%s\"a_long_common_prefix_%u\":0", i == 0 ? "" : ",", i);
        if (twice)
            str_add(&text, ",\"a_long_common_prefix_77\":1");
        str_add_char(&text, '}');
        int64_t start = time_monotonic_ms();
        assert_int_equal(json_check(text.ptr, text.len, &err), !twice);
        assert_true(time_monotonic_ms() - start < 5000);
    }
}

static void
test_numbers(void **state)
{
    static const struct {
        const char *text;
        bool ok;
        int64_t value;
    } cases[] = {
        { "0", true, 0 }, { "-0", true, 0 }, { "1.0", true, 1 }, { "1e3", true, 1000 }, { "3000000000", true, 3000000000 },
        { "9007199254740991", true, 9007199254740991 }, { "-9007199254740991", true, -9007199254740991 },
        { "9007199254740992", false, 0 }, { "9007199254740993", false, 0 }, { "1.5", false, 0 }, { "1e300", false, 0 },
        { "\"1\"", false, 0 }, { "null", false, 0 }, { "true", false, 0 },
    };

    (void) state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        AUTO(json) tree = parse(cases[i].text);
        int64_t v = 0;
        assert_int_equal(json_i64(json_root(tree), &v), cases[i].ok);
        assert_int_equal(v, cases[i].value);
    }
    /* longer than cJSON can read */
    AUTO(json) tree = parse("[0.1000000000000000000000000000000000000000000000000000000000000000000000000000001, \"0.1000000000000000000000000000000000000000000000000000000000000000000000000000001\"]");
    double r;
    assert_true(json_real(json_first(json_root(tree)), &r));
    assert_true(fabs(r - 0.1) < 1e-15);
    assert_int_equal(strlen(json_text(json_next(json_first(json_root(tree))))), 81);
}

static void
test_access(void **state)
{
    AUTO(json) tree = parse("{\"Id\":1,\"id\":\"x\",\"list\":[1,null,true],\"o\":{},\"s\":\"\\u4e2d\\ud83d\\ude00\\n\"}");
    const json_node_t *o = json_root(tree);

    (void) state;
    assert_string_equal(json_text(json_get(o, "id")), "x"); /* not "Id" */
    assert_null(json_get(o, "ID"));
    assert_null(json_get(json_get(o, "list"), "a"));
    assert_null(json_get(NULL, "a"));
    assert_int_equal(json_count(json_get(o, "list")), 3);
    assert_int_equal(json_count(NULL), 0);
    assert_null(json_first(json_get(o, "o")));
    assert_string_equal(json_key(json_first(o)), "Id");
    assert_int_equal(json_kind(json_next(json_first(json_get(o, "list")))), JSON_NULL);
    assert_true(json_is_true(json_next(json_next(json_first(json_get(o, "list"))))));
    assert_false(json_is_true(NULL));
    assert_null(json_text(json_get(o, "Id")));
    assert_string_equal(json_text(json_get(o, "s")), "中😀\n");
}

static void
test_reader(void **state)
{
    AUTO(json) tree = parse("{\"t\":\"x\",\"n\":5,\"b\":true,\"u\":\"8f77d877-a1d8-8d4d-928c-cc81c6431974\",\"a\":[],\"o\":{},\"z\":null}");
    err_t err = { .cls = ERR_NONE };
    json_in_t in;
    uuid_t u;

    (void) state;
    json_in_init(&in, json_root(tree), "/data", &err);
    assert_string_equal(json_in_text(&in, "t"), "x");
    assert_string_equal(json_in_text_or(&in, "none", "def"), "def");
    assert_null(json_in_text_or(&in, "z", NULL));
    assert_int_equal(json_in_i64(&in, "n", 1, 5), 5);
    assert_int_equal(json_in_i64_or(&in, "z", 0, 9, 7), 7);
    assert_true(json_in_bool_or(&in, "b", false));
    assert_true(json_in_bool_or(&in, "none", true));
    u = json_in_uuid(&in, "u");
    assert_false(uuid_is_nil(&u));
    assert_true(json_in_uuid_or_nil(&in, "u", &u));
    assert_false(json_in_uuid_or_nil(&in, "none", &u));
    assert_true(uuid_is_nil(&u));
    assert_non_null(json_in_array(&in, "a"));
    assert_non_null(json_in_object(&in, "o"));
    assert_non_null(json_in_any(&in, "z"));
    assert_true(json_in_ok(&in));

    /* the first failure sticks; all later calls are harmless */
    assert_int_equal(json_in_i64(&in, "n", 6, 9), 6);
    assert_string_equal(json_in_text(&in, "none"), "");
    assert_false(json_in_ok(&in));
    assert_string_equal(err.code, "bad_data");
    assert_string_equal(err.pointer, "/data/n");
    assert_non_null(strstr(err.text, "from 6 to 9"));
}

static void
test_reader_failures(void **state)
{
    AUTO(json) tree = parse("{\"t\":1,\"n\":\"x\",\"b\":1,\"u\":\"y\",\"z\":null}");
    const json_node_t *o = json_root(tree);
    err_t err;
    json_in_t in;
    uuid_t u;

    (void) state;
#define FAILS(call, at)                                                                                                \
    do {                                                                                                               \
        err_clear(&err);                                                                                               \
        json_in_init(&in, o, NULL, &err);                                                                              \
        (void) (call);                                                                                                 \
        assert_false(json_in_ok(&in));                                                                                 \
        assert_string_equal(err.pointer, at);                                                                          \
    } while (0)
    FAILS(json_in_text(&in, "t"), "/t");
    FAILS(json_in_text(&in, "none"), "/none");
    FAILS(json_in_text(&in, "z"), "/z");
    FAILS(json_in_text_or(&in, "t", "x"), "/t");
    FAILS(json_in_i64(&in, "n", 0, 9), "/n");
    FAILS(json_in_i64_or(&in, "n", 0, 9, 1), "/n");
    FAILS(json_in_bool_or(&in, "b", true), "/b");
    u = (uuid_t){ { 0 } };
    FAILS(json_in_uuid_or_nil(&in, "u", &u), "/u");
    FAILS(json_in_array(&in, "t"), "/t");
    FAILS(json_in_object(&in, "t"), "/t");
    FAILS(json_in_any(&in, "none"), "/none");
#undef FAILS
    json_in_init(&in, json_get(o, "t"), "/data", &err);
    assert_false(json_in_ok(&in));
    assert_string_equal(err.pointer, "/data");
    json_in_init(&in, NULL, NULL, NULL);
    assert_string_equal(json_in_text(&in, "t"), "");
    assert_false(json_in_ok(&in));
}

static bool
collect(void *ctx, size_t index, slice_t item, err_t *err)
{
    str_t *out = ctx;

    str_printf(out, "%zu=%.*s;", index, (int) item.len, item.ptr);
    return index < 3 || err_set(err, ERR_REJECT, "stop", "enough");
}

static void
test_cutting(void **state)
{
    static const char text[] = "{ \"x\" : [ {\"a\":\"]}\\\"\"} , 2 ] , \"d\\u0061ta\" : { \"records\" : [ 1 , \"a,b\" ,{\"k\":[2]} ] } , \"n\":-1.5e3 }";
    AUTO_STR out = STR_INIT;
    slice_t found;
    err_t err;

    (void) state;
    assert_true(json_check(text, strlen(text), NULL));
    assert_true(json_locate(text, strlen(text), "data/records", &found));
    assert_true(slice_eq_str(found, "[ 1 , \"a,b\" ,{\"k\":[2]} ]"));
    assert_true(json_each_item(found, collect, &out, NULL));
    assert_string_equal(out.ptr, "0=1;1=\"a,b\";2={\"k\":[2]};");
    assert_true(json_locate(text, strlen(text), "n", &found));
    assert_true(slice_eq_str(found, "-1.5e3"));
    assert_true(json_locate(text, strlen(text), "x", &found));
    assert_true(slice_eq_str(found, "[ {\"a\":\"]}\\\"\"} , 2 ]"));
    assert_false(json_locate(text, strlen(text), "records", &found));
    assert_false(json_locate(text, strlen(text), "n/records", &found));
    assert_true(json_locate(text, strlen(text), "", &found));
    assert_int_equal(found.len, strlen(text));

    str_clear(&out);
    assert_true(json_each_item(SLICE_LIT("[]"), collect, &out, NULL));
    assert_string_equal(str_c(&out), "");
    assert_false(json_each_item(SLICE_LIT("{}"), collect, &out, &err));
    assert_false(json_each_item(SLICE_LIT("[0,1,2,3,4]"), collect, &out, &err));
    assert_string_equal(err.code, "stop");
    assert_string_equal(out.ptr, "0=0;1=1;2=2;3=3;");
}

static void
test_canonical(void **state)
{
    static const char *const same[][2] = {
        { "{ \"b\" : 1.0, \"a\" : [ 1e2, \"\\u0041\\/\" ] }", "{\"a\":[100,\"A/\"],\"b\":1}" },
        { "[-0, 0.1, 1e-7, 12345678901234567890, true, null]", "[0,0.1,1e-07,1.2345678901234567e+19,true,null]" },
        { "{}", "{}" },
        { "\"\\u0001\\u4e2d\\t\"", "\"\\u0001中\\t\"" },
    };

    (void) state;
    for (size_t i = 0; i < COUNT_OF(same); i++) {
        AUTO(json) tree = parse(same[i][0]);
        AUTO_STR once = STR_INIT, again = STR_INIT;
        json_canonical(json_root(tree), &once);
        assert_string_equal(once.ptr, same[i][1]);
        AUTO(json) back = parse(once.ptr);
        json_canonical(json_root(back), &again);
        assert_string_equal(again.ptr, once.ptr);
    }
}

/* Memory that runs out in the middle of a tree is an error, not an abort; nothing leaks. */
static void
test_no_memory(void **state)
{
    AUTO_STR text = STR_INIT;
    size_t failures = 0;

    (void) state;
    str_add_char(&text, '[');
    for (unsigned i = 0; i < 2000; i++)
        str_printf(&text, "{\"k\":%u},", i);
    str_add(&text, "0]");
    for (size_t n = 1;; n++) {
        AUTO(json) tree = NULL;
        err_t err = { .cls = ERR_NONE };
        mem_fail_at(n);
        bool ok = json_parse(text.ptr, text.len, &tree, &err);
        mem_fail_at(0);
        if (ok)
            break;
        assert_int_equal(err.cls, ERR_RETRY);
        assert_null(tree);
        failures++;
    }
    assert_true(failures >= 2);
}

static void
test_writer(void **state)
{
    AUTO_STR s = STR_INIT;
    json_out_t out;
    uuid_t u;

    (void) state;
    uuid_derive("household", "320681-0001", &u);
    json_out_init(&out, &s);
    json_out_object(&out, NULL);
    json_out_text(&out, "t", "a\"b\\c\n\x01\x7f中");
    json_out_text(&out, "none", NULL);
    json_out_text_n(&out, "part", "abcdef", 3);
    json_out_text(&out, "broken", "x\xff\xe4\xb8y");
    json_out_i64(&out, "i", -7);
    json_out_real(&out, "r", 0.1);
    json_out_real(&out, "whole", 3);
    json_out_bool(&out, "b", false);
    json_out_uuid(&out, "u", &u);
    json_out_fen(&out, "fen", 82000);
    json_out_date(&out, "date", date_of(2024, 6, 18));
    json_out_time(&out, "time", 1718676000000000);
    json_out_array(&out, "list");
    json_out_i64(&out, NULL, 1);
    json_out_object(&out, NULL);
    json_out_end(&out);
    json_out_raw(&out, NULL, "[2]", 3);
    json_out_null(&out, NULL);
    json_out_end(&out);
    json_out_end(&out);
    assert_string_equal(s.ptr,
                        "{\"t\":\"a\\\"b\\\\c\\n\\u0001\x7f中\",\"none\":null,\"part\":\"abc\",\"broken\":\"x\xef\xbf\xbd"
                        "\xef\xbf\xbd\xef\xbf\xbdy\",\"i\":-7,\"r\":0.1,\"whole\":3,\"b\":false,"
                        "\"u\":\"8f77d877-a1d8-8d4d-928c-cc81c6431974\",\"fen\":\"820.00\",\"date\":\"2024-06-18\","
                        "\"time\":\"2024-06-18T02:00:00.000000Z\",\"list\":[1,{},[2],null]}");
    assert_true(json_check(s.ptr, s.len, NULL));
}

static void
test_writer_depth(void **state)
{
    AUTO_STR s = STR_INIT;
    json_out_t out;

    (void) state;
    json_out_init(&out, &s);
    for (size_t i = 0; i < 120; i++)
        json_out_array(&out, NULL);
    json_out_i64(&out, NULL, 1);
    json_out_i64(&out, NULL, 2);
    for (size_t i = 0; i < 120; i++)
        json_out_end(&out);
    assert_int_equal(s.len, 243);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused),      cmocka_unit_test(test_depth),           cmocka_unit_test(test_many_members),
        cmocka_unit_test(test_numbers),      cmocka_unit_test(test_access),          cmocka_unit_test(test_reader),
        cmocka_unit_test(test_reader_failures), cmocka_unit_test(test_cutting),      cmocka_unit_test(test_canonical),
        cmocka_unit_test(test_no_memory),    cmocka_unit_test(test_writer),       cmocka_unit_test(test_writer_depth),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
