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
    DIR *dir = opendir(FOLDER);

    (void) state;
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

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_suite) };

    if (access(FOLDER, R_OK) != 0) {
        printf("SKIPPED: %s is not there\n", FOLDER);
        return 77;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
