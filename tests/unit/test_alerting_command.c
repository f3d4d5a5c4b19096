/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "alerting_command.h"
#include "alerting_in.h"
#include "base/str.h"
#include <string.h>

#define BASE "\"visited_on\":\"2024-03-06\","
#define TWO "\"visitors\":[\"w-1\",\"w-2\"],"

static bool
visit(const char *text, visit_t *ret, err_t *err)
{
    AUTO(json) json = NULL;
    alert_t alert = { .opened = date_of(2024, 3, 4) };
    visit_t v;

    *err = (err_t){ .cls = ERR_NONE };
    assert_true(json_parse(text, strlen(text), &json, err));
    if (!alerting_command_visit(json_root(json), &alert, date_of(2024, 3, 8), &v, err))
        return false;
    if (ret != NULL)
        *ret = v;
    return true;
}

static void
a_visit_is_checked(void **state)
{
    static const struct {
        const char *text, *pointer;
    } bad[] = {
        { "{" TWO "\"result\":\"apply\"}", "/visited_on" },
        { "{\"visited_on\":\"6 March\"," TWO "\"result\":\"apply\"}", "/visited_on" },
        { "{\"visited_on\":\"2024-03-09\"," TWO "\"result\":\"apply\"}", "/visited_on" },
        { "{\"visited_on\":\"2024-03-03\"," TWO "\"result\":\"apply\"}", "/visited_on" },
        { "{" BASE "\"result\":\"apply\"}", "/visitors" },
        { "{" BASE "\"visitors\":[\"w-1\"],\"result\":\"apply\"}", "/visitors" },
        { "{" BASE "\"visitors\":[\"w-1\",\"w-1\"],\"result\":\"apply\"}", "/visitors" },
        { "{" BASE "\"visitors\":[\"w-1\",7],\"result\":\"apply\"}", "/visitors" },
        { "{" BASE "\"visitors\":[\"w-1\",\"王芳\"],\"result\":\"apply\"}", "/visitors" },
        { "{" BASE "\"visitors\":[\"w-1\",\"11010519491231002X\"],\"result\":\"apply\"}", "/visitors" },
        { "{" BASE TWO "\"result\":\"stop_benefit\"}", "/result" },
        { "{" BASE TWO "\"result\":\"refer\"}", "/needs" },
        { "{" BASE TWO "\"result\":\"refer\",\"needs\":[]}", "/needs" },
        { "{" BASE TWO "\"result\":\"refer\",\"needs\":\"medical\"}", "/needs" },
        { "{" BASE TWO "\"result\":\"refer\",\"needs\":[\"a car\"]}", "/needs" },
        { "{" BASE TWO "\"result\":\"refer\",\"needs\":[\"medical\",\"medical\"]}", "/needs" },
        { "{" BASE TWO "\"result\":\"apply\",\"needs\":[\"medical\"]}", "/needs" },
        { "{" BASE TWO "\"result\":\"apply\",\"note\":\"\"}", "/note" },
        { "{" BASE TWO "\"result\":\"apply\",\"note\":\"his number is 11010519491231002X.\"}", "/note" },
    };
    err_t err;

    (void) state;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        if (visit(bad[i].text, NULL, &err))
            fail_msg("accepted: %s", bad[i].text);
        assert_int_equal(err.cls, ERR_REJECT);
        assert_string_equal(err.code, "bad_data");
        assert_string_equal(err.pointer, bad[i].pointer);
    }
}

static void
the_note_stays_behind(void **state)
{
    AUTO(json) json = NULL;
    arena_t *arena = arena_new(1024);
    alert_t alert = { .opened = date_of(2024, 3, 4) };
    visit_t v;
    err_t err = { 0 };
    const char *text = "{" BASE TWO "\"result\":\"refer\",\"needs\":[\"medical\",\"care\"],\"note\":\"a secret\"}";

    (void) state;
    assert_true(json_parse(text, strlen(text), &json, &err));
    assert_true(alerting_command_visit(json_root(json), &alert, date_of(2024, 3, 6), &v, &err));
    assert_string_equal(alerting_command_visit_json(arena, &v),
                        "{\"visited_on\":\"2024-03-06\",\"visitors\":[\"w-1\",\"w-2\"],\"result\":\"refer\","
                        "\"needs\":[\"medical\",\"care\"],\"has_note\":true}");
    assert_string_equal(alerting_command_needs(arena, &v), "medical,care");
    assert_string_equal(v.note, "a secret");
    arena_destroy(&arena);
}

static void
until_has_a_limit(void **state)
{
    static const struct {
        const char *text;
        bool ok;
    } cases[] = {
        { "{\"until\":\"2024-03-05\",\"reason\":\"r\"}", true},  {"{\"until\":\"2024-03-14\",\"reason\":\"r\"}", true },
        { "{\"until\":\"2024-03-15\",\"reason\":\"r\"}", false}, {"{\"until\":\"2024-03-04\",\"reason\":\"r\"}", false },
        { "{\"until\":\"2024-03-05\",\"reason\":\"\"}", false},  {"{\"until\":\"2024-03-05\"}", false },
    };

    (void) state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        AUTO(json) json = NULL;
        err_t err = { 0 };
        int32_t until = 0;
        const char *reason = NULL;

        assert_true(json_parse(cases[i].text, strlen(cases[i].text), &json, &err));
        assert_int_equal(alerting_command_until(json_root(json), date_of(2024, 3, 4), 10, &until, &reason, &err),
                         cases[i].ok);
    }
}

#define HEAD                                                                                                           \
    "{\"specversion\":\"1.0\",\"id\":\"6f0f2a4e-5a3c-8d11-9a55-0123456789ab\",\"source\":\"/services/comparison\","    \
    "\"type\":\"plimsoll.finding.v1\",\"time\":\"2024-03-01T00:00:00Z\",\"datacontenttype\":\"application/"            \
    "json\",\"data\":"
#define IDS                                                                                                            \
    "\"finding\":\"6f0f2a4e-5a3c-8d11-9a55-0123456789ac\",\"household\":\"6f0f2a4e-5a3c-8d11-9a55-0123456789ad\","
#define REST "\"category\":\"dibao\",\"kind\":\"newly_qualifies\",\"date\":\"2024-03-01\""

static bool
decode(const char *data, finding_in_t *ret, err_t *err)
{
    AUTO(event) event = NULL;
    AUTO_STR text = STR_INIT;
    finding_in_t in;

    *err = (err_t){ .cls = ERR_NONE };
    str_printf(&text, "%s%s}", HEAD, data);
    if (!event_decode(text.ptr, text.len, &event, err))
        fail_msg("%s", err->text);
    if (!alerting_in_finding(event, &in, err))
        return false;
    in.region = in.monthly_money = NULL; /* they belong to the event */
    in.subject.category = in.subject.rule = NULL;
    *ret = in;
    return true;
}

static void
findings_are_decoded(void **state)
{
    finding_in_t in;
    err_t err;

    (void) state;
    assert_true(decode("{" IDS
                       "\"version\":2,\"state\":\"withdrawn\",\"reason\":\"settled\",\"region\":\"320681100207\","
                       "\"monthly_money\":\"612.00\",\"margin\":\"-0.2582\",\"more\":[1]," REST "}",
                       &in, &err));
    assert_int_equal(in.state, FINDING_WITHDRAWN);
    assert_true(in.settled);
    assert_int_equal(in.subject.money, 61200);
    assert_int_equal(in.subject.margin, -2582);
    assert_int_equal(in.date, date_of(2024, 3, 1));
    assert_false(in.subject.has_overpaid);
    assert_false(decode("{" IDS "\"version\":1,\"state\":\"open\",\"region\":\"320681\"," REST "}", &in, &err));
    assert_string_equal(err.pointer, "/region");
    assert_false(decode("{" IDS "\"version\":1,\"state\":\"gone\",\"region\":\"320681100207\"," REST "}", &in, &err));
    assert_string_equal(err.pointer, "/state");
    assert_false(decode("{" IDS "\"version\":1,\"state\":\"open\",\"region\":\"320681100207\",\"margin\":\"lots\"," REST
                        "}",
                        &in, &err));
    assert_string_equal(err.pointer, "/margin");
    assert_false(decode("{" IDS "\"state\":\"open\",\"region\":\"320681100207\"," REST "}", &in, &err));
    assert_string_equal(err.pointer, "/version");
    assert_false(decode("{" IDS "\"version\":1,\"state\":\"open\",\"region\":\"320681100207\",\"category\":\"a/b\","
                        "\"kind\":\"overlap\",\"date\":\"2024-03-01\"}", &in, &err));
    assert_string_equal(err.pointer, "/category");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_visit_is_checked),
        cmocka_unit_test(the_note_stays_behind),
        cmocka_unit_test(until_has_a_limit),
        cmocka_unit_test(findings_are_decoded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
