/* SPDX-License-Identifier: Apache-2.0 */
/* Paths and queries of the dashboard's API: what is understood, and what is refused by name. */

#include "unit.h"

#include "base/mem.h"
#include "route.h"
#include "words.h"
#include <string.h>

#define ID "0866c0b4-90de-83df-8129-4cbe52d06805"

static bool
parse(const char *path, const char *name, const char *value, route_t *ret, err_t *err)
{
    route_arg_t arg = { name, value };

    *err = (err_t){ 0 };
    return route_parse(path, &arg, name == NULL ? 0 : 1, ret, err);
}

static void
test_paths(void **state)
{
    static const struct {
        const char *path;
        route_kind_t kind;
    } good[] = {
        { "/", ROUTE_FILE },
        { "/assets/index-abc.js", ROUTE_FILE },
        { "/../../etc/passwd", ROUTE_FILE },
        { "/apis", ROUTE_FILE },
        { "/api/overview", ROUTE_OVERVIEW },
        { "/api/alerts", ROUTE_ALERTS },
        { "/api/alerts/" ID, ROUTE_ALERT },
        { "/api/households/" ID "/chain", ROUTE_CHAIN },
        { "/api/regions", ROUTE_REGIONS },
        { "/api/sources", ROUTE_SOURCES },
        { "/api/events", ROUTE_EVENTS },
    };
    static const struct {
        const char *path, *code;
    } refused[] = {
        { "/api", "not_found" },
        { "/api/", "not_found" },
        { "/api/alert", "not_found" },
        { "/api/overview/", "not_found" },
        { "/api/alerts/", "bad_request" },
        { "/api/alerts/" ID "0", "bad_request" },
        { "/api/households/" ID, "not_found" },
        { "/api/households/x/chain", "bad_request" },
        { "/api/households//chain", "bad_request" },
    };
    route_t route;
    err_t err;

    (void) state;
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        assert_true(parse(good[i].path, NULL, NULL, &route, &err));
        assert_int_equal(route.kind, good[i].kind);
    }
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        assert_false(parse(refused[i].path, NULL, NULL, &route, &err));
        assert_string_equal(err.code, refused[i].code);
        assert_int_equal(err.cls, ERR_REJECT);
    }
}

static void
test_id_is_taken(void **state)
{
    route_t route;
    err_t err;
    char text[UUID_TEXT_SIZE];

    (void) state;
    assert_true(parse("/api/households/" ID "/chain", NULL, NULL, &route, &err));
    uuid_format(&route.id, text);
    assert_string_equal(text, ID);
}

static void
test_defaults(void **state)
{
    route_t route;
    err_t err;

    (void) state;
    assert_true(parse("/api/alerts", NULL, NULL, &route, &err));
    assert_int_equal(route.states, (1u << STATE_CLOSED) - 1);
    assert_int_equal(route.levels, 0);
    assert_int_equal(route.kinds, 0);
    assert_int_equal(route.overdue, -1);
    assert_int_equal(route.after, -1);
    assert_int_equal(route.limit, ROUTE_LIMIT_DEFAULT);
    assert_string_equal(route.region, "");
}

static void
test_filters(void **state)
{
    const route_arg_t args[] = {
        { "state", "closed" },     { "state", "visited,referred" }, { "level", "red,blue" }, { "kind", "overlap" },
        { "region", "320681100" }, { "overdue", "true" },           { "after", "1185" },     { "limit", "500" },
    };
    route_t route;
    err_t err = { 0 };

    (void) state;
    assert_true(route_parse("/api/alerts", args, COUNT_OF(args), &route, &err));
    assert_int_equal(route.states, 1u << 5 | 1u << 3 | 1u << 4);
    assert_int_equal(route.levels, 1u << 0 | 1u << 3);
    assert_int_equal(route.kinds, 1u << 8);
    assert_string_equal(route.region, "320681100");
    assert_int_equal(route.overdue, 1);
    assert_int_equal(route.after, 1185);
    assert_int_equal(route.limit, 500);
    assert_true(parse("/api/alerts", "state", "all", &route, &err));
    assert_int_equal(route.states, (1u << STATE_COUNT) - 1);
    assert_true(parse("/api/alerts", "state", "unclosed", &route, &err));
    assert_int_equal(route.states, (1u << STATE_CLOSED) - 1);
}

static void
test_refused_by_name(void **state)
{
    static const struct {
        const char *path, *name, *value, *pointer;
    } cases[] = {
        { "/api/alerts", "state", "shut", "/state" },
        { "/api/alerts", "state", "", "/state" },
        { "/api/alerts", "level", "red,", "/level" },
        { "/api/alerts", "level", "Red", "/level" },
        { "/api/alerts", "kind", "newly_qualifies_", "/kind" },
        { "/api/alerts", "region", "32068", "/region" },
        { "/api/alerts", "region", "3206811002071", "/region" },
        { "/api/alerts", "region", "32068110020x", "/region" },
        { "/api/overview", "region", "320681100207", "/region" },
        { "/api/alerts", "limit", "0", "/limit" },
        { "/api/alerts", "limit", "501", "/limit" },
        { "/api/alerts", "limit", "9999999999999999999999", "/limit" },
        { "/api/alerts", "after", "-1", "/after" },
        { "/api/alerts", "after", "1 ", "/after" },
        { "/api/alerts", "after", NULL, "/after" },
        { "/api/alerts", "overdue", "1", "/overdue" },
        { "/api/alerts", "sort", "due", "/query" },
        { "/api/overview", "limit", "1", "/query" },
        { "/api/regions", "region", "320681", "/query" },
        { "/api/sources", "region", "320681", "/query" },
        { "/api/events", "state", "open", "/query" },
    };
    route_t route;
    err_t err;

    (void) state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_false(parse(cases[i].path, cases[i].name, cases[i].value, &route, &err));
        assert_string_equal(err.code, "bad_request");
        assert_string_equal(err.pointer, cases[i].pointer);
        /* what was sent is not said back */
        if (cases[i].value != NULL && strlen(cases[i].value) > 4)
            assert_null(strstr(err.text, cases[i].value));
    }
}

static void
test_event_id(void **state)
{
    (void) state;
    assert_int_equal(route_event_id("17"), 17);
    assert_int_equal(route_event_id("0"), 0);
    assert_int_equal(route_event_id(NULL), -1);
    assert_int_equal(route_event_id(""), -1);
    assert_int_equal(route_event_id("-3"), -1);
    assert_int_equal(route_event_id("17x"), -1);
}

static void
test_host(void **state)
{
    static const char allowed[] = "localhost,127.0.0.1,::1";

    (void) state;
    assert_true(route_host_is_allowed("localhost", allowed));
    assert_true(route_host_is_allowed("LocalHost:8080", allowed));
    assert_true(route_host_is_allowed("127.0.0.1:8080", allowed));
    assert_true(route_host_is_allowed("[::1]:8080", allowed));
    assert_false(route_host_is_allowed("evil.example:8080", allowed));
    assert_false(route_host_is_allowed("localhost.evil.example", allowed));
    assert_false(route_host_is_allowed("local", allowed));
    assert_false(route_host_is_allowed("", allowed));
    assert_false(route_host_is_allowed(NULL, allowed));
    assert_true(route_host_is_allowed("anything", "*"));
    assert_true(route_host_is_allowed(NULL, "*"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_paths),   cmocka_unit_test(test_id_is_taken),     cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_filters), cmocka_unit_test(test_refused_by_name), cmocka_unit_test(test_event_id),
        cmocka_unit_test(test_host),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
