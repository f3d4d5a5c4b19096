/* SPDX-License-Identifier: Apache-2.0 */
/* The public JSON Schema suite (2020-12), and cases of our own in its shape from the specification (schema_cases/): each group
 * either passes whole or is refused when its schema is compiled. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/mem.h"
#include "base/str.h"
#include "json/json_in.h"
#include "schema/schema.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FOLDER CONFORMANCE_DIR "/json-schema"
#define OWN_FOLDER SOURCE_DIR "/tests/unit/schema_cases"

typedef struct {
    const char *file;
    unsigned passed, refused, unreadable, failed, tests;
} count_t;

static bool
judge_group(const schema_t *schema, const json_node_t *group, count_t *count)
{
    bool ok = true;

    for (const json_node_t *t = json_first(json_get(group, "tests")); t != NULL; t = json_next(t)) {
        err_t err = { .cls = ERR_NONE };
        bool valid = schema_validate(schema, json_get(t, "data"), &err);

        assert_int_equal(valid, schema_validate(schema, json_get(t, "data"), NULL));
        assert_int_equal(valid, err.cls == ERR_NONE);
        count->tests++;
        if (valid == json_is_true(json_get(t, "valid")))
            continue;
        printf("WRONG %s: %s: %s: %s\n", count->file, json_text(json_get(group, "description")),
               json_text(json_get(t, "description")), valid ? "valid" : err.text);
        ok = false;
    }
    return ok;
}

/* The suite's files hold NUL characters, which the reader refuses: such a group cannot be run at all. */
static bool
run_group(void *ctx, size_t index, slice_t text, err_t *err)
{
    count_t *count = ctx;
    AUTO(json) tree = NULL;
    AUTO(schema) schema = NULL;
    err_t why = { .cls = ERR_NONE };

    (void) index;
    (void) err;
    if (!json_parse(text.ptr, text.len, &tree, &why)) {
        assert_non_null(strstr(why.text, "NUL"));
        count->unreadable++;
        return true;
    }
    if (!schema_compile(count->file, json_get(json_root(tree), "schema"), 0, &schema, &why)) {
        assert_int_equal(why.cls, ERR_CONFIG);
        assert_string_equal(why.code, "schema");
        printf("refused %s: %s: %s\n", count->file, json_text(json_get(json_root(tree), "description")), why.text);
        count->refused++;
    } else if (judge_group(schema, json_root(tree), count)) {
        count->passed++;
    } else {
        count->failed++;
    }
    return true;
}

static count_t
run_folder(const char *folder)
{
    count_t count = { 0 };
    DIR *dir = opendir(folder);

    assert_non_null(dir);
    for (struct dirent *e; (e = readdir(dir)) != NULL;) {
        AUTO_STR path = STR_INIT, text = STR_INIT;
        size_t n = strlen(e->d_name);
        if (n < 6 || strcmp(e->d_name + n - 5, ".json") != 0)
            continue;
        str_printf(&path, "%s/%s", folder, e->d_name);
        assert_true(str_read_file(&text, path.ptr, 1 << 24, NULL));
        count.file = e->d_name;
        assert_true(json_each_item(str_slice(&text), run_group, &count, NULL));
    }
    closedir(dir);
    printf("json-schema: %u groups passed (%u tests), %u refused at compile time, %u unreadable, %u failed\n",
           count.passed, count.tests, count.refused, count.unreadable, count.failed);
    assert_int_equal(count.failed, 0);
    return count;
}

static void
test_suite(void **state)
{
    (void) state;
    if (access(FOLDER, R_OK) != 0) {
        printf("SKIPPED: %s is not there\n", FOLDER);
        return;
    }
    count_t count = run_folder(FOLDER);
    assert_true(count.passed >= 140);
    assert_true(count.unreadable <= 2);
}

static void
test_own_cases(void **state)
{
    (void) state;
    count_t count = run_folder(OWN_FOLDER);
    assert_true(count.passed >= 65);
    assert_int_equal(count.unreadable, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_suite), cmocka_unit_test(test_own_cases) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
