/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "base/mem.h"
#include "event/event.h"

#include <stdlib.h>
#include <string.h>

#define HEAD                                                                                                           \
    "{\"specversion\":\"1.0\",\"id\":\"b-1\",\"source\":\"/departments/hrss\",\"type\":\"plimsoll.feed.batch.v1\","
#define TAIL "\"time\":\"2024-06-18T10:00:00+08:00\",\"datacontenttype\":\"application/json\","

/* Whatever one of the two decoders says of a frame, the other says too. */
static void
test_both_decoders_agree(void **state)
{
    static const char *const frames[] = {
        "x",
        "[]",
        "17",
        " \n{}",
        "{\"specversion\":\"0.3\"}",
        HEAD "\"time\":\"2024-06-18\"}",
        HEAD TAIL "\"subject\":7,\"data\":{}}",
        HEAD TAIL "\"sequence\":\"00000000000000000118\"}",
        HEAD TAIL "\"data\":{}}",
        HEAD TAIL "\"data\":null}",
        HEAD TAIL "\"data\":[1]}",
        " " HEAD TAIL "\"unknown\":{\"id\":\"other\",\"data\":1},\"data\":{\"id\":\"inner\"},\"subject\":\"s\"} ",
        "{\"\\u0069d\":\"b-2\",\"specversion\":\"1.0\",\"source\":\"s\",\"type\":\"t\"," TAIL "\"d\\u0061ta\":{}}",
        HEAD TAIL "\"id\":\"twice\",\"data\":{}}",
        HEAD TAIL "\"actor\":null,\"causationid\":\"c\",\"correlationid\":\"k\",\"data\":{}}",
        HEAD TAIL "\"subject\":\"x\"}",
    };

    (void) state;
    for (size_t i = 0; i < COUNT_OF(frames); i++) {
        AUTO(event) whole = NULL;
        AUTO(event) head = NULL;
        err_t a = { 0 }, b = { 0 };
        slice_t data = { NULL, 0 };
        bool ok = event_decode(frames[i], strlen(frames[i]), &whole, &a);

        if (event_decode_head(frames[i], strlen(frames[i]), &head, &data, &b) != ok)
            fail_msg("frame %zu: %s | %s", i, a.text, b.text);
        if (!ok) {
            assert_string_equal(a.code, b.code);
            assert_string_equal(a.pointer, b.pointer);
            continue;
        }
        assert_string_equal(whole->id, head->id);
        assert_string_equal(whole->source, head->source);
        assert_true(whole->time_us == head->time_us && whole->sequence == head->sequence);
        assert_int_equal(whole->subject == NULL, head->subject == NULL);
        assert_int_equal(whole->causationid == NULL, head->causationid == NULL);
        assert_null(head->data);
        assert_int_equal(whole->data == NULL, data.len == 0);
    }
}

static void
test_data_stays_text(void **state)
{
    static const char frame[] = HEAD TAIL "\"data\": {\"records\":[1, 2]} ,\"subject\":\"s\"}";
    AUTO(event) e = NULL;
    slice_t data;
    err_t err = { 0 };

    (void) state;
    assert_true(event_decode_head(frame, strlen(frame), &e, &data, &err));
    assert_true(slice_eq_str(data, "{\"records\":[1, 2]}"));
    assert_true(data.ptr > frame && data.ptr < frame + sizeof(frame));
    assert_string_equal(e->subject, "s");
}

static void
test_large_members_are_refused_without_a_tree(void **state)
{
    size_t n = 1000000;
    AUTO_STR frame = STR_INIT;
    AUTO(event) e = NULL;
    slice_t data;
    err_t err = { 0 };

    (void) state;
    str_add(&frame, "{\"id\":[0");
    for (size_t i = 0; i < n; i++)
        str_add(&frame, ",0");
    str_add(&frame, "]}");
    assert_false(event_decode_head(frame.ptr, frame.len, &e, &data, &err));
    assert_string_equal(err.code, "bad_envelope");
    assert_string_equal(err.pointer, "/id");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_decoders_agree),
        cmocka_unit_test(test_data_stays_text),
        cmocka_unit_test(test_large_members_are_refused_without_a_tree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
