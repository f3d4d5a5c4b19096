/* SPDX-License-Identifier: Apache-2.0 */
/* Events of the four stations as rows of the read model. */

#include "unit.h"

#include "base/mem.h"
#include "dashboard_in.h"
#include "domain/date.h"
#include <stdio.h>
#include <string.h>

#define A "0866c0b4-90de-83df-8129-4cbe52d06805"
#define B "2fa57727-e164-8394-af95-0d853f774a24"
#define C "5ccb0cb3-38a2-8610-885c-bce1a18c96dc"
#define HEAD                                                                                                           \
    "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/services/x\",\"type\":\"t\",\"time\":\"2024-03-01T00:00:00Z\","  \
    "\"datacontenttype\":\"application/json\",\"sequence\":\"00000000000000000001\",\"data\":"
#define ALERT(state, more)                                                                                             \
    "{\"alert\":\"" A "\",\"version\":2,\"state\":\"" state "\",\"level\":\"red\",\"household\":\"" B                     \
    "\",\"region\":\"320681100207\",\"category\":\"dibao\",\"kind\":\"newly_qualifies\",\"opened\":\"2024-03-01\","        \
    "\"due\":\"2024-03-06\"" more "}"

typedef struct {
    arena_t *arena;
    event_t *event;
    str_t bytes;
    err_t err;
} world_t;

static int
setup(void **state)
{
    world_t *w = mem_new(world_t);

    w->arena = arena_new(4096);
    *state = w;
    return 0;
}

static int
teardown(void **state)
{
    world_t *w = *state;

    event_destroy(&w->event);
    arena_destroy(&w->arena);
    str_done(&w->bytes);
    mem_free(w);
    return 0;
}

static const event_t *
hear(world_t *w, const char *data)
{
    event_destroy(&w->event);
    str_clear(&w->bytes);
    str_add(&w->bytes, HEAD);
    str_add(&w->bytes, data);
    str_add(&w->bytes, "}");
    w->err = (err_t){ 0 };
    assert_true(event_decode(w->bytes.ptr, w->bytes.len, &w->event, &w->err));
    return w->event;
}

static const char *
direction(world_t *w, const char *kind, const char *category, const char *monthly, const char *enrolled)
{
    char data[1024];
    finding_in_t f;

    (void) snprintf(data, sizeof(data),
                    "{\"finding\":\"" A "\",\"version\":1,\"state\":\"open\",\"household\":\"" B
                    "\",\"region\":\"320681100207\",\"category\":\"%s\",\"kind\":\"%s\",\"since\":\"2024-03-01\","
                    "\"monthly_money\":\"%s\",\"enrolled_money\":\"%s\"}",
                    category, kind, monthly, enrolled);
    const event_t *event = hear(w, data);
    assert_true(dashboard_in_finding(event, str_slice(&w->bytes), w->arena, &f, &w->err));
    assert_string_equal(f.data, data); /* as published, to the byte */
    assert_int_equal(f.date, f.since);
    return f.direction;
}

static void
test_direction(void **state)
{
    world_t *w = *state;

    assert_string_equal(direction(w, "newly_qualifies", "dibao", "612.00", "0"), "more");
    assert_string_equal(direction(w, "entitlement_not_drawn", "disability_nursing", "90.00", "0"), "more");
    assert_string_equal(direction(w, "hardship_warning", "other_hardship", "0", "0"), "more");
    assert_string_equal(direction(w, "no_longer_qualifies", "dibao", "0", "512.00"), "less");
    assert_string_equal(direction(w, "category_change", "dibao", "100.00", "0"), "more");
    assert_string_equal(direction(w, "category_change", "marginal", "0", "100.00"), "less");
    assert_string_equal(direction(w, "benefit_change", "dibao", "1000.00", "999.99"), "more"); /* as money, not as text */
    assert_string_equal(direction(w, "benefit_change", "dibao", "99.00", "100.00"), "less");
    assert_string_equal(direction(w, "member_change", "dibao", "99.00", "100.00"), "check");
    assert_string_equal(direction(w, "data_conflict", "dibao", "0", "0"), "check");
}

static bool
alert(world_t *w, const char *data, alert_in_t *ret)
{
    const event_t *event = hear(w, data);

    return dashboard_in_alert(event, str_slice(&w->bytes), w->arena, ret, &w->err);
}

static void
test_overdue_is_a_visit_not_made(void **state)
{
    world_t *w = *state;
    alert_in_t a;

    assert_true(alert(w, ALERT("open", ",\"findings\":[],\"overdue\":true"), &a));
    assert_true(a.overdue);
    assert_true(alert(w, ALERT("assigned", ",\"findings\":[],\"overdue\":true"), &a));
    assert_true(a.overdue);
    assert_true(alert(w, ALERT("visited", ",\"findings\":[],\"overdue\":true"), &a));
    assert_false(a.overdue);
    assert_true(alert(w, ALERT("open", ",\"findings\":[]"), &a));
    assert_false(a.overdue);
    assert_true(uuid_is_nil(&a.lead));
}

static void
test_lead_is_of_its_kind(void **state)
{
    world_t *w = *state;
    alert_in_t a;
    char text[UUID_TEXT_SIZE];

    assert_true(alert(w, ALERT("open", ",\"findings\":["
                                       "{\"finding\":\"" A "\",\"kind\":\"newly_qualifies\",\"state\":\"withdrawn\"},"
                                       "{\"finding\":\"" B "\",\"kind\":\"member_change\",\"state\":\"open\"},"
                                       "{\"finding\":\"" C "\",\"kind\":\"newly_qualifies\",\"state\":\"changed\"}]"), &a));
    uuid_format(&a.lead, text);
    assert_string_equal(text, C);
    assert_true(alert(w, ALERT("closed", ",\"findings\":["
                                         "{\"finding\":\"" A "\",\"kind\":\"newly_qualifies\",\"state\":\"withdrawn\"}]"), &a));
    uuid_format(&a.lead, text);
    assert_string_equal(text, A);
}

static void
refused(world_t *w, const char *data, const char *pointer)
{
    alert_in_t a;

    assert_false(alert(w, data, &a));
    assert_int_equal(w->err.cls, ERR_REJECT);
    assert_string_equal(w->err.pointer, pointer);
}

static void
test_refused(void **state)
{
    world_t *w = *state;

    refused(w, ALERT("shut", ",\"findings\":[]"), "/state");
    refused(w, ALERT("open", ""), "/findings");
    refused(w, ALERT("open", ",\"findings\":[],\"date\":\"2024-02-30\""), "/date");
    refused(w, "{}", "/alert");
}

static void
test_day(void **state)
{
    world_t *w = *state;
    day_in_t day;

    assert_true(dashboard_in_day(hear(w, "{\"date\":\"2024-06-30\",\"register\":[{\"category\":\"dibao\",\"households\":3308,"
                                         "\"people\":4277}],\"townships\":[{\"region\":\"320681100\",\"category\":\"dibao\","
                                         "\"households\":2,\"people\":3}],\"children\":[{\"class\":\"hiv\",\"people\":1}]}"),
                                 w->arena, &day, &w->err));
    assert_int_equal(day.date, date_of(2024, 6, 30));
    assert_int_equal(day.count, 2);
    assert_string_equal(day.counts[0].region, "");
    assert_int_equal(day.counts[0].people, 4277);
    assert_string_equal(day.counts[1].region, "320681100");
    assert_int_equal(day.class_count, 1);
    assert_int_equal(day.children[0], 1);
    /* children came later than the rest: a day without them is a day */
    assert_true(dashboard_in_day(hear(w, "{\"date\":\"2024-06-30\",\"register\":[],\"townships\":[]}"), w->arena, &day, &w->err));
    assert_int_equal(day.class_count, 0);
    assert_false(dashboard_in_day(hear(w, "{\"date\":\"2024-06-30\",\"register\":[],\"townships\":[{\"region\":\"3\","
                                          "\"category\":\"x\",\"households\":1,\"people\":1}]}"),
                                  w->arena, &day, &w->err));
    assert_string_equal(w->err.pointer, "/townships");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_direction, setup, teardown),
        cmocka_unit_test_setup_teardown(test_overdue_is_a_visit_not_made, setup, teardown),
        cmocka_unit_test_setup_teardown(test_lead_is_of_its_kind, setup, teardown),
        cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_day, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
