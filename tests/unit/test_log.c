/* SPDX-License-Identifier: Apache-2.0 */
/* The log is read back as what it claims to be: one valid JSON object a line. */
#include "unit.h"

#include "base/mem.h"
#include "base/str.h"
#include "json/json_in.h"
#include "log/log.h"
#include "metrics/metrics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int saved_stderr;
static char path[] = "/tmp/test_log.XXXXXX";

static int
capture(void **state)
{
    char name[] = "/tmp/test_log.XXXXXX";
    int fd = mkstemp(name);

    (void) state;
    if (fd < 0)
        return -1;
    memcpy(path, name, sizeof(path));
    saved_stderr = dup(STDERR_FILENO);
    (void) dup2(fd, STDERR_FILENO);
    close(fd);
    return 0;
}

static int
release(void **state)
{
    (void) state;
    (void) dup2(saved_stderr, STDERR_FILENO);
    close(saved_stderr);
    return unlink(path);
}

/* Everything written so far, each line parsed; *ret_last is the last one. */
static size_t
read_lines(json_t **ret_last)
{
    AUTO_STR text = STR_INIT;
    size_t lines = 0;

    assert_true(str_read_file(&text, path, 1 << 20, NULL));
    for (const char *at = text.ptr; *at != '\0';) {
        size_t n = strcspn(at, "\n");
        json_destroy(ret_last);
        assert_true(json_parse(at, n, ret_last, NULL));
        lines++;
        at += n + 1;
    }
    return lines;
}

static void
test_fields(void **state)
{
    AUTO(json) line = NULL;
    uuid_t id;
    int64_t i;

    (void) state;
    uuid_derive("record", "1", &id);
    log_init("intake", LOG_INFO);
    log_debug("not.shown");
    log_info("record.accepted", F_ID("record", &id), F_U64("bytes", 7), F_I64("delta", -3), F_BOOL("fresh", true),
             F_REAL("share", 0.5), F_REAL("odd", (double) NAN), F_STR("dataset", "hrss.wages"), F_STR("none", NULL));
    assert_int_equal(read_lines(&line), 1);

    const json_node_t *o = json_root(line);
    assert_string_equal(json_text(json_get(o, "service")), "intake");
    assert_string_equal(json_text(json_get(o, "level")), "info");
    assert_string_equal(json_text(json_get(o, "event")), "record.accepted");
    assert_int_equal(strlen(json_text(json_get(o, "record"))), 36);
    assert_true(json_i64(json_get(o, "delta"), &i));
    assert_int_equal(i, -3);
    assert_true(json_is_true(json_get(o, "fresh")));
    assert_int_equal(json_kind(json_get(o, "odd")), JSON_NULL);
    assert_int_equal(json_kind(json_get(o, "none")), JSON_NULL);
    assert_non_null(json_get(o, "time"));
}

static void
test_odd_text(void **state)
{
    AUTO(json) line = NULL;
    AUTO_STR big = STR_INIT;

    (void) state;
    for (size_t i = 0; i < 2000; i++)
        str_add(&big, "户");
    log_info("odd", F_STR("a", "quote \" back \\ line \n tab \t bell \a"), F_STR("b", "bad \xff\xfe utf8 \xe6"),
             F_STR("c", big.ptr));
    assert_int_equal(read_lines(&line), 1);
    assert_string_equal(json_text(json_get(json_root(line), "a")), "quote \" back \\ line \n tab \t bell \a");
    assert_string_equal(json_text(json_get(json_root(line), "b")), "bad ?? utf8 ?");
    assert_true(strlen(json_text(json_get(json_root(line), "c"))) <= 1024);
}

static void
test_error_line(void **state)
{
    AUTO(json) line = NULL;
    err_t err;

    (void) state;
    (void) err_set(&err, ERR_RETRY, "db.lost", "connection refused");
    (void) err_add(&err, "begin");
    memcpy(err.sqlstate, "08006", 6);
    log_err(LOG_ERROR, "store.failed", &err);
    assert_int_equal(read_lines(&line), 1);
    const json_node_t *o = json_root(line);
    assert_string_equal(json_text(json_get(o, "class")), "retry");
    assert_string_equal(json_text(json_get(o, "code")), "db.lost");
    assert_string_equal(json_text(json_get(o, "sqlstate")), "08006");
    assert_string_equal(json_text(json_get(o, "text")), "begin: connection refused");
    assert_non_null(strstr(json_text(json_get(o, "origin")), "test_log.c:"));
}

static void
test_rate_limit(void **state)
{
    AUTO(json) line = NULL;

    (void) state;
    for (size_t i = 0; i < 250; i++)
        log_warn("flood");
    log_warn("other"); /* has a limit of its own */
    assert_int_equal(read_lines(&line), 101);
    assert_string_equal(json_text(json_get(json_root(line), "event")), "other");
}

static void
test_metrics(void **state)
{
    AUTO_STR text = STR_INIT;
    metric_t *c = metrics_counter("x_total", "result=\"ok\"", "what"), *d = metrics_counter("x_total", "result=\"bad\"", "what");
    metric_t *g = metrics_gauge("x_lag", NULL, "lag"), *h = metrics_histogram("x_seconds", "s=\"a\"", "time");

    (void) state;
    assert_ptr_equal(metrics_counter("x_total", "result=\"ok\"", "what"), c);
    assert_ptr_not_equal(c, d);
    metric_add(c, 3);
    metric_add(c, 4);
    metric_set(g, -5);
    metric_observe(h, 0.0001); /* a bound belongs to its bucket */
    metric_observe(h, 0.3);
    metric_observe(h, 1000);
    metric_observe(h, (double) NAN);
    assert_int_equal(metric_value(c), 7);
    assert_int_equal(metric_value(g), -5);
    assert_int_equal(metric_value(h), 4);

    metrics_render(&text);
    assert_non_null(strstr(text.ptr, "# HELP x_total what\n# TYPE x_total counter\nx_total{result=\"ok\"} 7\nx_total{result=\"bad\"} 0\n"));
    assert_non_null(strstr(text.ptr, "# TYPE x_lag gauge\nx_lag -5\n"));
    assert_non_null(strstr(text.ptr, "x_seconds_bucket{s=\"a\",le=\"0.0001\"} 2\n"));
    assert_non_null(strstr(text.ptr, "x_seconds_bucket{s=\"a\",le=\"0.25\"} 2\n"));
    assert_non_null(strstr(text.ptr, "x_seconds_bucket{s=\"a\",le=\"0.5\"} 3\n"));
    assert_non_null(strstr(text.ptr, "x_seconds_bucket{s=\"a\",le=\"100\"} 3\n"));
    assert_non_null(strstr(text.ptr, "x_seconds_bucket{s=\"a\",le=\"+Inf\"} 4\n"));
    assert_non_null(strstr(text.ptr, "x_seconds_sum{s=\"a\"} 1000.3001\n"));
    assert_non_null(strstr(text.ptr, "x_seconds_count{s=\"a\"} 4\n"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_fields, capture, release),
        cmocka_unit_test_setup_teardown(test_odd_text, capture, release),
        cmocka_unit_test_setup_teardown(test_error_line, capture, release),
        cmocka_unit_test_setup_teardown(test_rate_limit, capture, release),
        cmocka_unit_test(test_metrics),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
