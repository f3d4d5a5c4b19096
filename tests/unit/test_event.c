/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "base/mem.h"
#include "event/event.h"
#include "lifecycle/lifecycle.h"

#include <string.h>

#define HEAD "{\"specversion\":\"1.0\",\"id\":\"b-1\",\"source\":\"/departments/hrss\",\"type\":\"plimsoll.feed.batch.v1\","
#define TAIL "\"time\":\"2024-06-18T10:00:00+08:00\",\"datacontenttype\":\"application/json\","

static void
test_decode(void **state)
{
    static const char frame[] = HEAD TAIL "\"subject\":\"hrss.wages\",\"unknown\":[1],\"causationid\":\"c\",\"actor\":null,"
                                          "\"sequence\":\"00000000000000000118\",\"data\":{\"records\":[]}}";
    AUTO(event) e = NULL;
    err_t err = { .cls = ERR_NONE };

    (void) state;
    assert_true(event_decode(frame, strlen(frame), &e, &err));
    assert_string_equal(e->id, "b-1");
    assert_string_equal(e->source, "/departments/hrss");
    assert_string_equal(e->type, "plimsoll.feed.batch.v1");
    assert_string_equal(e->subject, "hrss.wages");
    assert_string_equal(e->causationid, "c");
    assert_null(e->correlationid);
    assert_null(e->actor);
    assert_int_equal(e->sequence, 118);
    assert_int_equal(e->time_us, 1718676000000000);
    assert_non_null(json_get(e->data, "records"));
}

static void
test_refused(void **state)
{
    static const struct {
        const char *frame, *code, *pointer;
    } cases[] = {
        { "x", "not_json", "" },
        { "[]", "bad_envelope", "" },
        { "{}", "bad_envelope", "/specversion" },
        { "{\"specversion\":\"0.3\"}", "bad_envelope", "/specversion" },
        { "{\"specversion\":\"1.0\",\"id\":\"\"}", "bad_envelope", "/id" },
        { "{\"specversion\":\"1.0\",\"id\":7}", "bad_envelope", "/id" },
        { "{\"specversion\":\"1.0\",\"id\":null}", "bad_envelope", "/id" },
        { HEAD "\"time\":\"2024-06-18\"}", "bad_envelope", "/time" },
        { HEAD "\"time\":\"2024-06-18T10:00:00Z\",\"datacontenttype\":\"text/xml\"}", "bad_envelope", "/datacontenttype" },
        { HEAD TAIL "\"subject\":7}", "bad_envelope", "/subject" },
        { HEAD TAIL "\"sequence\":\"118\",\"data\":{}}", "bad_envelope", "/sequence" },
        { HEAD TAIL "\"sequence\":118,\"data\":{}}", "bad_envelope", "/sequence" },
        { HEAD TAIL "\"sequence\":\"00000000000000000000\",\"data\":{}}", "bad_envelope", "/sequence" },
        { HEAD TAIL "\"sequence\":\"99999999999999999999\",\"data\":{}}", "bad_envelope", "/sequence" },
        { HEAD TAIL "\"subject\":\"x\"}", "bad_envelope", "/data" },
    };

    (void) state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        AUTO(event) e = NULL;
        err_t err = { .cls = ERR_NONE };
        assert_false(event_decode(cases[i].frame, strlen(cases[i].frame), &e, &err));
        assert_null(e);
        assert_int_equal(err.cls, ERR_REJECT);
        assert_string_equal(err.code, cases[i].code);
        assert_string_equal(err.pointer, cases[i].pointer);
    }
}

static void
test_limits(void **state)
{
    AUTO(event) e = NULL;
    AUTO_STR s = STR_INIT;
    err_t err;

    (void) state;
    str_add(&s, "{\"specversion\":\"1.0\",\"id\":\"");
    for (size_t i = 0; i < 257; i++)
        str_add_char(&s, 'x');
    str_add(&s, "\"}");
    assert_false(event_decode(s.ptr, s.len, &e, &err));
    assert_string_equal(err.pointer, "/id");

    char *big = mem_try(EVENT_FRAME_MAX + 1, 1);
    assert_false(event_decode(big, EVENT_FRAME_MAX + 1, &e, &err));
    assert_string_equal(err.code, "too_large");
    mem_free(big);
    assert_false(event_decode("x", 1, &e, NULL));
}

static void
test_round_trip(void **state)
{
    event_draft_t d = { .id = "i\"1", .source = "/services/intake", .type = "plimsoll.facts.v1", .subject = "民政",
                        .correlationid = "co", .causationid = "ca", .actor = "a", .time_us = 1718676000123456,
                        .sequence = UINT64_MAX, .data = SLICE_LIT("{\"x\":1}") };
    AUTO_STR s = STR_INIT;
    AUTO(event) e = NULL;
    AUTO(event) f = NULL;

    (void) state;
    event_encode(&d, &s);
    assert_true(event_decode(s.ptr, s.len, &e, NULL));
    assert_string_equal(e->id, d.id);
    assert_string_equal(e->subject, d.subject);
    assert_string_equal(e->correlationid, "co");
    assert_string_equal(e->causationid, "ca");
    assert_string_equal(e->actor, "a");
    assert_true(e->time_us == d.time_us && e->sequence == UINT64_MAX);
    assert_int_equal(json_count(e->data), 1);

    /* published without its data because it is too large: still an envelope */
    d.data = (slice_t){ NULL, 0 };
    str_clear(&s);
    event_encode(&d, &s);
    assert_true(event_decode(s.ptr, s.len, &f, NULL));
    assert_null(f->data);
}

enum { OPEN, VISITED, CLOSED, LOST };
enum { VISIT, CLOSE };
static const char *const states[] = { "open", "visited", "closed", "lost" };
static const char *const events[] = { "visit", "close" };

static bool
is_yes(const void *subject)
{
    return *(const bool *) subject;
}

static const lifecycle_row_t rows[] = {
    { OPEN, VISIT, NULL, VISITED, "someone went" },
    { VISITED, CLOSE, is_yes, CLOSED, "helped" },
    { VISITED, CLOSE, NULL, OPEN, "again" },
    { OPEN, CLOSE, is_yes, CLOSED, "nothing to do" },
};
#define LIFECYCLE(s, r) { "alert", states, (s), events, COUNT_OF(events), (r), COUNT_OF(r) }

static void
test_lifecycle(void **state)
{
    const lifecycle_t l = LIFECYCLE(3, rows);
    const bool yes = true, no = false;
    AUTO_STR drawing = STR_INIT;
    err_t err;
    int to = -1;

    (void) state;
    assert_true(lifecycle_step(&l, OPEN, VISIT, NULL, &to, &err));
    assert_int_equal(to, VISITED);
    assert_true(lifecycle_step(&l, VISITED, CLOSE, &yes, &to, &err));
    assert_int_equal(to, CLOSED);
    assert_true(lifecycle_step(&l, VISITED, CLOSE, &no, &to, &err));
    assert_int_equal(to, OPEN);
    assert_false(lifecycle_step(&l, CLOSED, VISIT, NULL, &to, &err));
    assert_int_equal(to, OPEN); /* untouched */
    assert_string_equal(err.code, "conflict");
    assert_string_equal(err.text, "alert: \"visit\" is not possible in state \"closed\"");
    assert_false(lifecycle_step(&l, OPEN, CLOSE, &no, &to, &err));
    assert_non_null(strstr(err.text, "condition"));

    assert_int_equal(lifecycle_state_of(&l, "closed"), CLOSED);
    assert_int_equal(lifecycle_state_of(&l, "nowhere"), -1);
    lifecycle_mermaid(&l, &drawing);
    assert_string_equal(drawing.ptr, "stateDiagram-v2\n    [*] --> open\n    open --> visited: visit\n"
                                     "    visited --> closed: close [if]\n    visited --> open: close\n"
                                     "    open --> closed: close [if]\n    closed --> [*]\n");
}

static void
test_lifecycle_check(void **state)
{
    static const lifecycle_row_t hidden[] = { { OPEN, VISIT, NULL, VISITED, "a" }, { OPEN, VISIT, NULL, CLOSED, "b" } };
    static const lifecycle_row_t mute[] = { { OPEN, VISIT, NULL, VISITED, "" } };
    static const lifecycle_row_t wild[] = { { OPEN, VISIT, NULL, 9, "a" } };
    static const int final[] = { CLOSED };
    const lifecycle_t good = LIFECYCLE(3, rows), unreachable = LIFECYCLE(4, rows), bad[] = { LIFECYCLE(3, hidden), LIFECYCLE(2, mute), LIFECYCLE(2, wild) };
    err_t err;

    (void) state;
    assert_true(lifecycle_check(&good, final, 1, &err));
    assert_false(lifecycle_check(&good, NULL, 0, &err));
    assert_non_null(strstr(err.text, "no way out"));
    assert_false(lifecycle_check(&unreachable, final, 1, &err));
    assert_non_null(strstr(err.text, "cannot be reached"));
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(lifecycle_check(&bad[i], final, 1, &err));
    assert_int_equal(err.cls, ERR_BUG);
}

static void
test_uuid_of_an_event(void **state)
{
    event_t event = { .id = "1fd5866c-1d91-8d3f-be22-3d18dc693be4", .source = "/a" }, other = { .id = "17", .source = "/a" };
    char text[UUID_TEXT_SIZE];
    uuid_t id = event_uuid(&event), first, second;

    (void) state;
    uuid_format(&id, text);
    assert_string_equal(text, event.id);
    first = event_uuid(&other);
    other.source = "/b"; /* ids are unique within their source */
    second = event_uuid(&other);
    assert_false(uuid_eq(&first, &second));
    uuid_derive("event", "/b#17", &id);
    assert_true(uuid_eq(&second, &id));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_uuid_of_an_event),
        cmocka_unit_test(test_decode),    cmocka_unit_test(test_refused), cmocka_unit_test(test_limits),
        cmocka_unit_test(test_round_trip), cmocka_unit_test(test_lifecycle), cmocka_unit_test(test_lifecycle_check),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
