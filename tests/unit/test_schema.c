/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "base/mem.h"
#include "base/time.h"
#include "schema/pattern.h"
#include "schema/schema.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static json_t *
parse(const char *text)
{
    json_t *tree = NULL;
    err_t err = { .cls = ERR_NONE };

    if (!json_parse(text, strlen(text), &tree, &err))
        fail_msg("%s: %s", text, err.text);
    return tree;
}

/* The caller's tree goes at once: a schema keeps its own. */
static schema_t *
compile(const char *text, unsigned flags)
{
    AUTO(json) tree = parse(text);
    schema_t *schema = NULL;
    err_t err = { .cls = ERR_NONE };

    if (!schema_compile("t", json_root(tree), flags, &schema, &err))
        fail_msg("%s: %s", text, err.text);
    return schema;
}

static const char record_schema[] =
    "{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"id\",\"members\"],"
    "\"properties\":{\"id\":{\"type\":\"string\",\"minLength\":2,\"maxLength\":3},"
    "\"month\":{\"type\":\"string\",\"format\":\"month\"},\"amount\":{\"type\":\"string\",\"format\":\"money\",\"x-pii\":true},"
    "\"area\":{\"enum\":[\"urban\",\"rural\"]},\"n\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":4},"
    "\"members\":{\"type\":\"array\",\"minItems\":1,\"maxItems\":2,\"items\":{\"$ref\":\"#/$defs/member\"}}},"
    "\"$defs\":{\"member\":{\"type\":\"object\",\"required\":[\"rid\"],\"properties\":{\"rid\":{\"type\":\"string\",\"format\":\"resident-id\"},"
    "\"region\":{\"format\":\"region\"},\"a/b~c\":{\"const\":1}}}}}";

static void
test_errors(void **state)
{
    static const struct {
        const char *data, *pointer, *text;
    } cases[] = {
        { "{\"id\":\"ab\",\"members\":[{\"rid\":\"34052419800101001X\"}],\"month\":\"2024-06\",\"amount\":\"8.00\",\"n\":1.0}", NULL, NULL },
        { "[]", "", "must be an object" },
        { "{\"id\":\"ab\"}", "/members", "/members: is missing" },
        { "{\"id\":7,\"members\":[]}", "/id", "/id: must be a string" },
        { "{\"id\":\"a\",\"members\":[]}", "/id", "/id: must have at least 2 characters" },
        { "{\"id\":\"户户户\",\"members\":[]}", "/members", "/members: must have at least 1 items" },
        { "{\"id\":\"户户户户\",\"members\":[]}", "/id", "/id: must have at most 3 characters" },
        { "{\"area\":\"city\"}", "/area", "/area: must be one of \"urban\", \"rural\"" },
        { "{\"n\":5}", "/n", "/n: must be at most 4" }, { "{\"n\":1.5}", "/n", "/n: must be an integer" },
        { "{\"month\":\"2024-13\"}", "/month", "/month: must be a month such as 2024-06" },
        { "{\"amount\":\"1.234\"}", "/amount", "/amount: must be an amount in yuan such as \"820.00\"" },
        { "{\"colour\":1}", "/colour", "/colour: unknown member" },
        { "{\"320681199001011234\":1}", "/?", "/?: unknown member" }, /* no document number in an error */
        { "{\"张三\":1}", "/?", "/?: unknown member" },
        { "{\"members\":[{\"rid\":\"34052419800101001X\"},{}]}", "/members/1/rid", "/members/1/rid: is missing" },
        { "{\"members\":[{\"rid\":\"340524198001010010\"}]}", "/members/0/rid", "/members/0/rid: must be a resident ID with a right check character" },
        { "{\"members\":[{\"rid\":\"34052419800101001X\",\"region\":\"3\"}]}", "/members/0/region", "/members/0/region: must be a region code of 2, 4, 6, 9 or 12 digits" },
        { "{\"members\":[{\"rid\":\"34052419800101001X\",\"a/b~c\":2}]}", "/members/0/a~1b~0c", "/members/0/a~1b~0c: must be 1" },
    };
    AUTO(schema) schema = compile(record_schema, SCHEMA_ASSERT_FORMAT);

    (void) state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        AUTO(json) data = parse(cases[i].data);
        err_t err = { .cls = ERR_NONE };
        bool ok = schema_validate(schema, json_root(data), &err);
        assert_int_equal(ok, cases[i].text == NULL);
        if (ok)
            continue;
        assert_int_equal(err.cls, ERR_REJECT);
        assert_string_equal(err.code, "bad_data");
        assert_string_equal(err.text, cases[i].text);
        assert_string_equal(err.pointer, cases[i].pointer);
    }
}

static void
test_formats(void **state)
{
    static const struct {
        const char *format, *good, *bad;
    } cases[] = {
        { "date", "\"2024-02-29\"", "\"2023-02-29\"" }, { "date-time", "\"2024-06-18T10:00:00+08:00\"", "\"2024-06-18\"" },
        { "uuid", "\"8f77d877-a1d8-8d4d-928c-cc81c6431974\"", "\"8f77d877\"" }, { "money", "\"820.00\"", "\"820.000\"" },
        { "month", "\"2024-06\"", "\"2024-6\"" }, { "region", "\"320681100\"", "\"3206811\"" },
        { "resident-id", "\"110105491231002\"", "\"110105491331002\"" }, { "date", "7", "\"7\"" },
    };

    (void) state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        AUTO_STR text = STR_INIT;
        str_printf(&text, "{\"format\":\"%s\"}", cases[i].format);
        AUTO(schema) asserted = compile(text.ptr, SCHEMA_ASSERT_FORMAT);
        AUTO(schema) annotated = compile(text.ptr, 0);
        AUTO(json) good = parse(cases[i].good);
        AUTO(json) bad = parse(cases[i].bad);
        assert_true(schema_validate(asserted, json_root(good), NULL));
        assert_false(schema_validate(asserted, json_root(bad), NULL));
        assert_true(schema_validate(annotated, json_root(bad), NULL));
    }
}

static void
test_refused(void **state)
{
    static const struct {
        const char *schema, *pointer;
    } cases[] = {
        { "{\"unevaluatedProperties\":false}", "/unevaluatedProperties" },
        { "{\"properties\":{\"a\":{\"$dynamicRef\":\"#x\"}}}", "/properties/a/$dynamicRef" },
        { "{\"$defs\":{\"unused\":{\"frmat\":\"x\"}}}", "/$defs/unused/frmat" },
        { "{\"then\":{\"frmat\":\"x\"}}", "/then/frmat" },
        { "{\"$ref\":\"https://example.com/a.json\"}", "/$ref" }, { "{\"$ref\":\"#/nowhere\"}", "/$ref" },
        { "{\"$ref\":\"#nowhere\"}", "/$ref" }, { "{\"$ref\":\"#\"}", "" },
        { "{\"allOf\":[{\"$ref\":\"#/$defs/a\"}],\"$defs\":{\"a\":{\"not\":{\"$ref\":\"#\"}}}}", "" },
        { "{\"$schema\":\"http://json-schema.org/draft-07/schema#\"}", "/$schema" },
        { "{\"items\":{\"$id\":\"x\"}}", "/items/$id" }, { "{\"format\":\"email\"}", "/format" },
        { "{\"type\":\"strng\"}", "/type" }, { "{\"type\":[]}", "/type" }, { "{\"required\":\"a\"}", "/required" },
        { "{\"required\":[1]}", "/required" }, { "{\"minLength\":-1}", "/minLength" }, { "{\"minLength\":\"1\"}", "/minLength" },
        { "{\"minimum\":\"1\"}", "/minimum" }, { "{\"multipleOf\":0.01}", "/multipleOf" }, { "{\"multipleOf\":0}", "/multipleOf" },
        { "{\"pattern\":\"(?=a)\"}", "/pattern" }, { "{\"patternProperties\":{\"[\":{}}}", "/patternProperties" },
        { "{\"enum\":1}", "/enum" }, { "{\"allOf\":[]}", "/allOf" }, { "{\"items\":[{}]}", "/items" },
        { "{\"properties\":[]}", "/properties" }, { "{\"uniqueItems\":1}", "/uniqueItems" }, { "{\"properties\":{\"a\":1}}", "/properties/a" },
        { "{\"allOf\":[{\"$anchor\":\"a\"},{\"$anchor\":\"a\"}]}", "/allOf/1/$anchor" }, { "7", "" },
        { "{\"propertyNames\":{}}", "/propertyNames" },
    };

    (void) state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        AUTO(json) tree = parse(cases[i].schema);
        AUTO(schema) schema = NULL;
        err_t err = { .cls = ERR_NONE };
        if (schema_compile("t", json_root(tree), SCHEMA_ASSERT_FORMAT, &schema, &err))
            fail_msg("%s was taken", cases[i].schema);
        assert_int_equal(err.cls, ERR_CONFIG);
        if (strcmp(err.pointer, cases[i].pointer) != 0 && cases[i].pointer[0] != '\0')
            fail_msg("%s: %s at \"%s\"", cases[i].schema, err.text, err.pointer);
    }
}

static void
test_more_keywords(void **state)
{
    static const struct {
        const char *schema, *good, *bad;
    } cases[] = {
        { "{\"contains\":{\"const\":1},\"minContains\":2,\"maxContains\":3}", "[1,2,1]", "[1,2]" },
        { "{\"contains\":{\"const\":1},\"maxContains\":1}", "[1,2]", "[1,1]" },
        { "{\"contains\":{\"const\":1},\"minContains\":0}", "[]", "" },
        { "{\"dependentSchemas\":{\"a\":{\"required\":[\"b\"]}}}", "{\"a\":1,\"b\":2}", "{\"a\":1}" },
        { "{\"patternProperties\":{\"^x-\":{\"type\":\"string\"}},\"additionalProperties\":false}", "{\"x-a\":\"s\"}", "{\"y\":1}" },
        { "{\"minProperties\":1,\"maxProperties\":2}", "{\"a\":1}", "{}" },
        { "{\"maxProperties\":1}", "{}", "{\"a\":1,\"b\":1}" },
        { "{\"multipleOf\":5}", "15", "12" }, { "{\"exclusiveMaximum\":5}", "4.9", "5" },
        { "{\"$ref\":\"#a\",\"$defs\":{\"x\":{\"$anchor\":\"a\",\"type\":\"null\"}}}", "null", "0" },
        { "{\"required\":[\"a\"],\"additionalProperties\":{\"type\":\"integer\"}}", "{\"a\":1}", "{\"a\":\"x\"}" },
        { "{\"if\":{\"const\":1},\"then\":false}", "2", "1" },
        { "{\"enum\":[]}", "", "1" },
        { "{\"$defs\":{\"t\":{\"properties\":{\"left\":{\"$ref\":\"#/$defs/t\"},\"v\":{\"type\":\"integer\"}}}},\"$ref\":\"#/$defs/t\"}",
          "{\"left\":{\"left\":{\"v\":1}}}", "{\"left\":{\"left\":{\"v\":\"x\"}}}" },
        { "false", "", "1" },
    };

    (void) state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        AUTO(schema) schema = compile(cases[i].schema, 0);
        if (cases[i].good[0] != '\0') {
            AUTO(json) good = parse(cases[i].good);
            assert_true(schema_validate(schema, json_root(good), NULL));
        }
        if (cases[i].bad[0] != '\0') {
            AUTO(json) bad = parse(cases[i].bad);
            err_t err = { .cls = ERR_NONE };
            assert_false(schema_validate(schema, json_root(bad), &err));
            assert_true(err.text[0] != '\0');
        }
    }
}

/* uniqueItems on a long list: by sorting, so that 100,000 items take no 10^10 steps. */
static void
test_unique(void **state)
{
    AUTO(schema) schema = compile("{\"uniqueItems\":true}", 0);
    err_t err;

    (void) state;
    for (unsigned twice = 0; twice < 2; twice++) {
        AUTO_STR text = STR_INIT;
        str_add_char(&text, '[');
        for (unsigned i = 0; i < 100000; i++)
            str_printf(&text, "{\"b\":%u,\"a\":\"x\"},", i);
        str_add(&text, twice ? "{\"a\":\"x\",\"b\":7.0}]" : "0]");
        AUTO(json) data = parse(text.ptr);
        int64_t start = time_monotonic_ms();
        assert_int_equal(schema_validate(schema, json_root(data), &err), !twice);
        assert_true(time_monotonic_ms() - start < 5000);
    }
    assert_string_equal(err.pointer, "/100000");
}

static void
on_property(void *ctx, const char *name, const json_node_t *schema)
{
    str_printf(ctx, "%s%s ", name, json_is_true(json_get(schema, "x-pii")) ? "!" : "");
}

static void
test_load(void **state)
{
    char path[] = "/tmp/test_schema.XXXXXX";
    AUTO(schema) schema = NULL;
    AUTO_STR names = STR_INIT;
    err_t err;

    (void) state;
    close(mkstemp(path));
    assert_true(str_write_file(path, record_schema, strlen(record_schema), 0600, NULL));
    assert_true(schema_load(path, SCHEMA_ASSERT_FORMAT, &schema, &err));
    schema_each_property(schema, on_property, &names);
    assert_string_equal(names.ptr, "id month amount! area n members ");

    schema_destroy(&schema);
    assert_true(str_write_file(path, "{\"a\":", 5, 0600, NULL));
    assert_false(schema_load(path, 0, &schema, &err));
    assert_int_equal(err.cls, ERR_CONFIG);
    unlink(path);
    assert_false(schema_load(path, 0, &schema, &err));
    assert_int_equal(err.cls, ERR_CONFIG);
}

static void
test_pattern(void **state)
{
    static const struct {
        const char *pattern, *yes, *no; /* cases parted by blanks; "-" stands for the empty text */
    } cases[] = {
        { "^[0-9]{12}$", "320681100207", "32068110020 3206811002071 32068110020x -" },
        { "^(0|[1-9][0-9]{0,3})$", "0 7 9999", "00 10000 -" },
        { "a+", "a xaay", "b -" }, { "^a*$", "- aaa", "ab" }, { "^a?b$", "b ab", "aab" }, { "^(ab)+$", "ab abab", "aba -" },
        { "^(?:a|b|cd)*$", "- abcdba", "c abc" }, { "^x{0,2}$", "- x xx", "xxx" }, { "^x{2,3}y$", "xxy xxxy", "xy xxxxy" },
        { "^x{2,}$", "xx xxxxx", "x" }, { "^x{0}y$", "y", "xy" }, { "^(a{2}){2}$", "aaaa", "aaa aaaaa" },
        { "^(a*)*$", "- aaa", "b" }, { "^(a|b*)+c$", "c abbac", "ab" }, { "^.$", "x 户 😀", "xx -" },
        { "^[一-龥]{2,4}$", "张三 欧阳娜娜", "张 zhang" }, { "^[^a-c]$", "d 户", "a b" }, { "^[\\d.-]+$", "1.5-2", "x" },
        { "^\\d\\D\\w\\W$", "1a_! 1a0-", "aa_! 1a__" }, { "^\\s?x$", "x", "ax" }, { "\\.$", "a.", "a" },
        { "^\\u4e2d\\x41$", "中A", "中B" }, { "^\\u{1F600}$", "😀", "x" }, { "^\\ud83d\\ude00$", "😀", "x" },
        { "^[]$", "", "a" }, { "^[^]$", "a", "ab" }, { "a|b", "xa by", "c -" }, { "^(a|)$", "a -", "b" }, { "", "- x", "" },
        { "^a|b$", "ax xb", "xax" }, { "^a*?b$", "aab", "a" }, { "b^a", "", "ba a" }, { "^[a\\-z]$", "a - z", "b" },
        { "^[-a]+[a-]+$", "-a-", "b" },
    };

    (void) state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        AUTO(pattern) p = NULL;
        err_t err = { .cls = ERR_NONE };
        if (!pattern_compile(cases[i].pattern, &p, &err))
            fail_msg("%s: %s", cases[i].pattern, err.text);
        for (unsigned yes = 0; yes < 2; yes++) {
            char *list = mem_strdup(yes ? cases[i].yes : cases[i].no), *rest = list;
            for (char *word; (word = strsep(&rest, " ")) != NULL && *cases[i].pattern != '\0';) {
                if (*word == '\0')
                    continue;
                bool dash_is_text = strchr(cases[i].pattern, '-') != NULL && strchr(cases[i].pattern, '\\') != NULL;
                const char *text = strcmp(word, "-") == 0 && !dash_is_text ? "" : word;
                if (pattern_matches(p, text) != (yes == 1))
                    fail_msg("%s against \"%s\"", cases[i].pattern, text);
            }
            mem_free(list);
        }
    }
}

static void
test_pattern_refused(void **state)
{
    static const char *const cases[] = {
        "(?=a)", "(?!a)", "(?<n>a)", "(a", "a)", "[a", "[b-a]", "[\\d-z]", "*a", "a**", "+", "?", "{2}", "a{2", "a{3,2}",
        "a{1001}", "a{x}", "a{,3}", "]", "}", "\\1", "\\b", "\\p{L}", "\\k<n>", "\\", "\\u12", "\\ud800", "\\u{110000}", "\\u{}",
        "\\xg1", "^*", "\\-", "\\q", "((((a{100}){100}){100}){100})",
    };

    (void) state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        AUTO(pattern) p = NULL;
        err_t err = { .cls = ERR_NONE };
        if (pattern_compile(cases[i], &p, &err))
            fail_msg("%s was taken", cases[i]);
        assert_int_equal(err.cls, ERR_CONFIG);
    }
    AUTO_STR deep = STR_INIT;
    AUTO(pattern) p = NULL;
    for (size_t i = 0; i < 10000; i++)
        str_add_char(&deep, '(');
    assert_false(pattern_compile(deep.ptr, &p, NULL));
}

/* The classic that takes a backtracking matcher 2^n steps. */
static void
test_pattern_linear(void **state)
{
    AUTO(pattern) p = NULL;
    AUTO_STR text = STR_INIT;

    (void) state;
    assert_true(pattern_compile("^(a|aa)+$", &p, NULL));
    for (size_t i = 0; i < 50000; i++)
        str_add_char(&text, 'a');
    int64_t start = time_monotonic_ms();
    assert_true(pattern_matches(p, text.ptr));
    str_add_char(&text, 'b');
    assert_false(pattern_matches(p, text.ptr));
    assert_true(time_monotonic_ms() - start < 2000);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_errors),        cmocka_unit_test(test_formats),         cmocka_unit_test(test_refused),
        cmocka_unit_test(test_more_keywords), cmocka_unit_test(test_unique),          cmocka_unit_test(test_load),
        cmocka_unit_test(test_pattern),       cmocka_unit_test(test_pattern_refused), cmocka_unit_test(test_pattern_linear),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
