/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "base/mem.h"
#include "config/config.h"
#include "config/yaml_doc.h"
#include "domain/date.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static yaml_doc_t *
parse(const char *text)
{
    yaml_doc_t *doc = NULL;
    err_t err = { .cls = ERR_NONE };

    if (!yaml_doc_parse("t.yaml", text, strlen(text), &doc, &err))
        fail_msg("%s", err.text);
    return doc;
}

static void
test_yaml_tree(void **state)
{
    AUTO(yaml_doc) d = parse("# comment\nname: 启东\nquoted: \"007\"\nlist:\n  - 1\n  - {a: b}\n  - [x, y]\nblock: |\n  two\n  lines\nempty:\n");
    const yaml_node_t *root = yaml_doc_root(d), *list = yaml_get(root, "list");

    (void) state;
    assert_string_equal(yaml_doc_name(d), "t.yaml");
    assert_int_equal(yaml_kind(root), YAML_MAP);
    assert_int_equal(yaml_count(root), 5);
    assert_string_equal(yaml_text(yaml_get(root, "name")), "启东");
    assert_int_equal(yaml_line(yaml_get(root, "name")), 2);
    assert_int_equal(yaml_column(yaml_get(root, "name")), 7);
    assert_false(yaml_is_quoted(yaml_get(root, "name")));
    assert_true(yaml_is_quoted(yaml_get(root, "quoted")));
    assert_string_equal(yaml_key_at(root, 2), "list");
    assert_int_equal(yaml_line(yaml_key_node_at(root, 2)), 4);
    assert_int_equal(yaml_count(list), 3);
    assert_string_equal(yaml_text(yaml_get(yaml_at(list, 1), "a")), "b");
    assert_string_equal(yaml_text(yaml_at(yaml_at(list, 2), 1)), "y");
    assert_string_equal(yaml_text(yaml_get(root, "block")), "two\nlines\n");
    assert_string_equal(yaml_text(yaml_get(root, "empty")), "");
    assert_null(yaml_get(root, "none"));
    assert_null(yaml_get(NULL, "none"));
    assert_null(yaml_get(list, "none"));
    assert_null(yaml_at(list, 3));
    assert_null(yaml_key_at(list, 0));
    assert_null(yaml_text(list));
    assert_int_equal(yaml_count(yaml_get(root, "name")), 0);

    AUTO(yaml_doc) nothing = parse("# only a comment\n");
    assert_int_equal(yaml_kind(yaml_doc_root(nothing)), YAML_MAP);
    assert_int_equal(yaml_count(yaml_doc_root(nothing)), 0);
}

static void
test_yaml_refused(void **state)
{
    static const struct {
        const char *text, *why;
    } cases[] = {
        { "a: &x 1\n", "t.yaml:1:4: an anchor" }, { "a: 1\nb: *x\n", "t.yaml:2:4: an alias" },
        { "a: !!int 1\n", "t.yaml:1:4: a tag" }, { "a: 1\n---\nb: 2\n", "t.yaml:2:1: a second document" },
        { "a: 1\nb: 2\na: 3\n", "t.yaml:3:1: duplicate key \"a\", first on line 1" },
        { "x: {a: 1, b: 2, a: 3}\n", "duplicate key" }, { "a: [1\n", "t.yaml:2:1" }, { "a: b: c\n", "t.yaml:1:5" },
        { "? [a, b]\n: 1\n", "a key must be plain text" }, { "a: \"x\\0y\"\n", "NUL" }, { "a: \xff\n", "t.yaml" },
        { "\tb: 1\n", "t.yaml:1" },
    };

    (void) state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        AUTO(yaml_doc) d = NULL;
        err_t err = { .cls = ERR_NONE };
        assert_false(yaml_doc_parse("t.yaml", cases[i].text, strlen(cases[i].text), &d, &err));
        assert_int_equal(err.cls, ERR_CONFIG);
        if (strstr(err.text, cases[i].why) == NULL)
            fail_msg("%s: \"%s\" instead of \"%s\"", cases[i].text, err.text, cases[i].why);
    }

    AUTO_STR deep = STR_INIT;
    for (size_t i = 0; i < 65; i++)
        str_add_char(&deep, '[');
    AUTO(yaml_doc) d = NULL;
    err_t err;
    assert_false(yaml_doc_parse("t.yaml", deep.ptr, deep.len, &d, &err));
    assert_non_null(strstr(err.text, "64 levels"));
    assert_false(yaml_doc_load("/nowhere/x.yaml", &d, &err));
    assert_non_null(strstr(err.text, "/nowhere/x.yaml"));
}

static void
test_yaml_typed(void **state)
{
    AUTO(yaml_doc) d = parse("t: x\ni: -5\nq: \"5\"\nr: 0.25\nb: true\nl: [1]\n");
    const yaml_node_t *root = yaml_doc_root(d);
    const int64_t def = 9;
    const char *t;
    int64_t i;
    double r;
    bool b;
    err_t err;

    (void) state;
    assert_true(yaml_get_text(d, root, "t", NULL, &t, &err));
    assert_string_equal(t, "x");
    assert_true(yaml_get_text(d, root, "none", "def", &t, &err));
    assert_string_equal(t, "def");
    assert_false(yaml_get_text(d, root, "none", NULL, &t, &err));
    assert_string_equal(err.text, "t.yaml:1:1: the key \"none\" is missing");
    assert_false(yaml_get_text(d, root, "l", NULL, &t, &err));
    assert_true(yaml_get_i64(d, root, "i", NULL, -5, 5, &i, &err));
    assert_int_equal(i, -5);
    assert_true(yaml_get_i64(d, root, "none", &def, 0, 1, &i, &err));
    assert_int_equal(i, 9);
    assert_false(yaml_get_i64(d, root, "i", NULL, 0, 5, &i, &err));
    assert_string_equal(err.text, "t.yaml:2:4: \"i\" must be an integer from 0 to 5");
    assert_false(yaml_get_i64(d, root, "q", NULL, 0, 9, &i, &err)); /* a quoted number is text */
    assert_true(yaml_get_real(d, root, "r", NULL, &r, &err));
    assert_true(r > 0.24 && r < 0.26);
    assert_false(yaml_get_real(d, root, "t", NULL, &r, &err));
    assert_true(yaml_get_bool(d, root, "b", NULL, &b, &err));
    assert_true(b);
    assert_false(yaml_get_bool(d, root, "t", NULL, &b, &err));
    static const char *const some[] = { "t", "i", "q", "r", "b", NULL };
    assert_false(yaml_check_keys(d, root, some, &err));
    assert_string_equal(err.text, "t.yaml:6:1: unknown key \"l\"; known: t, i, q, r, b");
}

typedef struct {
    char *database, *dir;
    int64_t batch;
    double threshold;
    bool demo;
} own_t;
typedef struct {
    int64_t drain_ms;
    char *key;
} shared_t;

static const cfg_item_t own_table[] = {
    { "database", CFG_TEXT, offsetof(own_t, database), NULL, 0, 0, CFG_REQUIRED | CFG_SECRET, "where PostgreSQL is" },
    { "keys.dir", CFG_PATH, offsetof(own_t, dir), "var/keys", 0, 0, 0, "folder of keys" },
    { "batch", CFG_INT, offsetof(own_t, batch), "100", 1, 1000, CFG_RELOAD, "records in a batch" },
    { "match.threshold", CFG_REAL, offsetof(own_t, threshold), "0.85", 0, 1, 0, "how sure" },
    { "demo", CFG_BOOL, offsetof(own_t, demo), "false", 0, 0, 0, "manual clock" },
    { .key = NULL },
};
static const cfg_item_t shared_table[] = {
    { "drain.ms", CFG_INT, offsetof(shared_t, drain_ms), "5000", 0, 0, 0, "patience" },
    { "drain.key", CFG_TEXT, offsetof(shared_t, key), NULL, 0, 0, 0, "not set by default" },
    { .key = NULL },
};
static const cfg_item_t *const tables[] = { own_table, shared_table, NULL };

static bool
load(const char *yaml, const char *const *sets, own_t *own, shared_t *shared, err_t *err)
{
    char path[] = "/tmp/test_config.XXXXXX";
    void *const ret[] = { own, shared };
    int fd = mkstemp(path);

    assert_true(fd >= 0);
    close(fd);
    assert_true(str_write_file(path, yaml, strlen(yaml), 0600, NULL));
    bool ok = config_load(tables, &(cfg_source_t){ path, sets }, ret, err);
    unlink(path);
    return ok;
}

static void
test_config(void **state)
{
    static const char *const sets[] = { "batch=7", "database=host=/run dbname=x", "batch=8", NULL };
    own_t own = { 0 };
    shared_t shared = { 0 };
    err_t err = { .cls = ERR_NONE };

    (void) state;
    if (!load("database: \"host=/tmp\"\nmatch: { threshold: 0.5 }\nkeys.dir: k\ndemo: true\ndrain:\n  ms: 12\n", sets, &own, &shared, &err))
        fail_msg("%s", err.text);
    assert_string_equal(own.database, "host=/run dbname=x");
    assert_string_equal(own.dir, "k");
    assert_int_equal(own.batch, 8);
    assert_true(own.threshold > 0.49 && own.threshold < 0.51);
    assert_true(own.demo);
    assert_int_equal(shared.drain_ms, 12);
    assert_null(shared.key);

    AUTO_STR dump = STR_INIT;
    config_dump(own_table, &own, &dump);
    assert_null(strstr(dump.ptr, "dbname")); /* masked */
    assert_non_null(strstr(dump.ptr, "database: \"***\"\n"));
    assert_non_null(strstr(dump.ptr, "# records in a batch\n# (integer from 1 to 1000; default 100; can be changed by SIGHUP)\nbatch: 8\n"));
    config_dump(shared_table, &shared, &dump);
    assert_non_null(strstr(dump.ptr, "# drain.key: \n"));

    /* what was dumped can be read back */
    own_t again = { 0 };
    shared_t shared_again = { 0 };
    assert_true(load(dump.ptr, NULL, &again, &shared_again, &err));
    assert_int_equal(again.batch, 8);
    assert_string_equal(again.dir, "k");
    config_done(own_table, &again);
    config_done(shared_table, &shared_again);
    config_done(own_table, &own);
    config_done(shared_table, &shared);
    assert_null(own.database);
}

static void
test_config_refused(void **state)
{
    static const struct {
        const char *yaml, *set, *why;
    } cases[] = {
        { "x: 1\n", NULL, ":1:4: unknown setting \"x\"" },
        { "database: a\nmatch: { thresholt: 1 }\n", NULL, ":2:21: unknown setting \"match.thresholt\"" },
        { "batch: 5\nbatch: 6\n", NULL, ":2:1: duplicate key" },
        { "match.threshold: 0.5\nmatch: { threshold: 0.6 }\n", NULL, ":2:21: \"match.threshold\" is set already on line 1" },
        { "database: a\nbatch: 0\n", NULL, ":2:8: \"batch\" must be an integer from 1 to 1000" },
        { "database: a\nbatch: 1001\n", NULL, "must be an integer" },
        { "database: a\nbatch: 1x\n", NULL, "must be an integer" },
        { "database: a\nmatch.threshold: 2\n", NULL, "must be a number from 0 to 1" },
        { "database: a\ndemo: yes\n", NULL, "must be true or false" },
        { "database: a\nkeys.dir: \"\"\n", NULL, "must not be empty" },
        { "database: \"\"\n", NULL, "must not be empty" },
        { "batch: 5\n", NULL, "the setting \"database\" is missing: where PostgreSQL is" },
        { "database: [a]\n", NULL, "is a list" },
        { "- a\n", NULL, ":1:1: expected settings" },
        { "database: a\n", "batch=0", "--set: \"batch\" must be an integer from 1 to 1000" },
        { "database: a\n", "nope=0", "--set: unknown setting \"nope\"" },
        { "database: a\n", "batch", "expected key=value" },
    };

    (void) state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const char *const sets[] = { cases[i].set, NULL };
        own_t own = { .batch = 42 };
        shared_t shared = { 0 };
        err_t err = { .cls = ERR_NONE };
        assert_false(load(cases[i].yaml, cases[i].set == NULL ? NULL : sets, &own, &shared, &err));
        assert_int_equal(err.cls, ERR_CONFIG);
        if (strstr(err.text, cases[i].why) == NULL)
            fail_msg("%s: \"%s\" instead of \"%s\"", cases[i].yaml, err.text, cases[i].why);
        assert_int_equal(own.batch, 42); /* untouched */
        assert_null(own.database);
    }

    /* a default that its own range refuses is our mistake */
    static const cfg_item_t bad[] = { { "a", CFG_INT, 0, "7", 1, 5, 0, "x" }, { .key = NULL } };
    static const cfg_item_t *const bad_tables[] = { bad, NULL }, *const twice[] = { own_table, own_table, NULL };
    own_t own = { 0 };
    void *const ret[] = { &own, &own };
    err_t err;
    assert_false(config_load(bad_tables, &(cfg_source_t){ 0 }, ret, &err));
    assert_int_equal(err.cls, ERR_BUG);
    assert_false(config_load(twice, &(cfg_source_t){ 0 }, ret, &err));
    assert_int_equal(err.cls, ERR_BUG);
}

static int32_t
day(const char *s)
{
    int32_t d = 0;

    assert_true(date_parse(s, strlen(s), &d));
    return d;
}

/* The number of working days of each year is published with the notices. */
static void
test_calendar(void **state)
{
    static const struct {
        int year, working;
    } years[] = { { 2023, 249 }, { 2024, 251 }, { 2025, 248 }, { 2026, 248 } };
    AUTO(calendar) c = NULL;
    err_t err = { .cls = ERR_NONE };

    (void) state;
    if (!calendar_load(SOURCE_DIR "/deploy/config/calendar.yaml", &c, &err))
        fail_msg("%s", err.text);
    for (size_t i = 0; i < COUNT_OF(years); i++) {
        int n = 0;
        for (int32_t d = date_of(years[i].year, 1, 1); d < date_of(years[i].year + 1, 1, 1); d++)
            n += calendar_is_working(c, d);
        assert_int_equal(n, years[i].working);
    }
    assert_false(calendar_is_working(c, day("2024-02-12")));
    assert_true(calendar_is_working(c, day("2024-02-18"))); /* a Sunday worked */
    assert_int_equal(calendar_add_working_days(c, day("2024-02-08"), 3), day("2024-02-19"));
    assert_int_equal(calendar_add_working_days(c, day("2024-06-07"), 1), day("2024-06-11"));
}

static void
test_calendar_refused(void **state)
{
#define YEAR "years:\n  2024:\n    source: s\n    holidays:\n      - "
    static const struct {
        const char *yaml, *why;
    } cases[] = {
        { "x: 1\n", "expected \"years\"" }, { "years:\n  2024: { holidays: [] }\n", "source" },
        { "years:\n  2024: { source: s }\n", "holidays" },
        { YEAR "{ off: 2024-13-01 }\n", "expected a day" }, { YEAR "{ off: 2024-05-05..2024-05-01 }\n", "expected a day" },
        { YEAR "{ off: 2024-05-01..2025-05-01 }\n", "expected a day" }, { YEAR "{ on: 2024-05-06 }\n", "weekend" },
        { YEAR "{ off: [2024-05-01, 2024-05-01] }\n", "twice" }, { YEAR "{ of: 2024-05-01 }\n", "unknown key" },
    };

    (void) state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char path[] = "/tmp/test_config.XXXXXX";
        AUTO(calendar) c = NULL;
        err_t err = { .cls = ERR_NONE };
        close(mkstemp(path));
        assert_true(str_write_file(path, cases[i].yaml, strlen(cases[i].yaml), 0600, NULL));
        assert_false(calendar_load(path, &c, &err));
        unlink(path);
        if (strstr(err.text, cases[i].why) == NULL)
            fail_msg("%s: \"%s\" instead of \"%s\"", cases[i].yaml, err.text, cases[i].why);
    }
}

static void
test_env(void **state)
{
    (void) state;
    assert_int_equal(setenv("PLIMSOLL_TEST", "x", 1), 0);
    assert_string_equal(config_env("PLIMSOLL_TEST"), "x");
    assert_int_equal(unsetenv("PLIMSOLL_TEST"), 0);
    assert_null(config_env("PLIMSOLL_TEST"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_yaml_tree),      cmocka_unit_test(test_yaml_refused), cmocka_unit_test(test_yaml_typed),
        cmocka_unit_test(test_config),         cmocka_unit_test(test_config_refused), cmocka_unit_test(test_calendar),
        cmocka_unit_test(test_calendar_refused), cmocka_unit_test(test_env),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
