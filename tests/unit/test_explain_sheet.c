/* SPDX-License-Identifier: Apache-2.0 */
/* The sheet of an explanation, letter by letter: explain/NAME.json printed is explain/NAME.LANG.txt.  After a change on
 * purpose: test_explain_sheet write, and read what git shows. */
#include "explain_text.h"
#include "unit.h"
#include <string.h>

#define FOLDER SOURCE_DIR "/tests/unit/explain"

static const char *const names[] = { "no_longer", "a_death", "cannot_tell", "not_used", "hardship", "supporters", "grace",
                                     "reckoned" };
static const char *const langs[] = { "en", "zh" };

static void
print(const char *name, const char *lang, bool all, str_t *ret)
{
    AUTO_STR path = STR_INIT;
    AUTO_STR text = STR_INIT;
    AUTO(json) json = NULL;
    err_t err = { 0 };

    str_printf(&path, FOLDER "/%s.json", name);
    assert_true(str_read_file(&text, str_c(&path), 1u << 20, &err));
    assert_true(json_parse(str_c(&text), text.len, &json, &err));
    explain_text(json_root(json), lang, all, ret);
}

static void
path_of(const char *name, const char *lang, str_t *ret)
{
    str_printf(ret, FOLDER "/%s.%s.txt", name, lang);
}

static void
test_golden(void **state)
{
    (void) state;
    for (size_t i = 0; i < COUNT_OF(names) * COUNT_OF(langs); i++) {
        const char *name = names[i / COUNT_OF(langs)], *lang = langs[i % COUNT_OF(langs)];
        AUTO_STR path = STR_INIT;
        AUTO_STR want = STR_INIT;
        AUTO_STR got = STR_INIT;
        err_t err = { 0 };

        path_of(name, lang, &path);
        assert_true(str_read_file(&want, str_c(&path), 1u << 20, &err));
        print(name, lang, false, &got);
        assert_string_equal(str_c(&got), str_c(&want));
    }
}

/* Everything: each record with its key, each category with its conditions. */
static void
test_all(void **state)
{
    AUTO_STR brief = STR_INIT;
    AUTO_STR all = STR_INIT;

    (void) state;
    print("hardship", "en", false, &brief);
    print("hardship", "en", true, &all);
    assert_true(all.len > brief.len);
    assert_null(strstr(str_c(&brief), "\nMarginal household [marginal]"));
    assert_non_null(strstr(str_c(&all), "\nMarginal household [marginal]"));
    assert_null(strstr(str_c(&all), "Why not the others"));
}

/* What a reply does not hold is left out, not invented; nothing is read that is not there. */
static void
test_scant(void **state)
{
    static const char odd[] = "{\"assessed\":true,\"people\":[{}],\"categories\":[{\"answer\":\"unknown\",\"missing\":[{}]}],"
                              "\"values\":[{}],\"changed\":{},\"authorisations\":[{}],\"not_used\":[{}],\"enrolments\":[{}],\"findings\":[{}],\"supporters\":[{}]}";
    static const char *const replies[] = { "{}", "{\"assessed\":true}", "{\"assessed\":false,\"reason\":\"the household is closed\"}", odd };

    (void) state;
    for (size_t i = 0; i < COUNT_OF(replies); i++) {
        AUTO(json) json = NULL;
        AUTO_STR text = STR_INIT;
        err_t err = { 0 };

        assert_true(json_parse(replies[i], strlen(replies[i]), &json, &err));
        explain_text(json_root(json), "zh", true, &text);
        explain_text(json_root(json), "en", false, &text);
        assert_true(str_is_utf8(str_c(&text), text.len));
    }
}

static int
write_golden(void)
{
    for (size_t i = 0; i < COUNT_OF(names) * COUNT_OF(langs); i++) {
        const char *name = names[i / COUNT_OF(langs)], *lang = langs[i % COUNT_OF(langs)];
        AUTO_STR path = STR_INIT;
        AUTO_STR text = STR_INIT;
        err_t err = { 0 };

        path_of(name, lang, &path);
        print(name, lang, false, &text);
        if (!str_write_file(str_c(&path), str_c(&text), text.len, 0644, &err))
            return 1;
    }
    return 0;
}

int
main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_golden), cmocka_unit_test(test_all), cmocka_unit_test(test_scant) };

    if (argc > 1 && strcmp(argv[1], "write") == 0)
        return write_golden();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
