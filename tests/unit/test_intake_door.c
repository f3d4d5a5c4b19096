/* SPDX-License-Identifier: Apache-2.0 */
#include "batch.h"
#include "feed.h"
#include "job.h"
#include "person.h"
#include "receipt.h"

#include "domain/date.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static catalogue_t *catalogue;

static int
open_all(void **state)
{
    err_t err = { 0 };

    (void) state;
    return catalogue_load(SOURCE_DIR "/deploy/datasets", SOURCE_DIR "/schemas/datasets", &catalogue, &err) ? 0 : -1;
}

static int
close_all(void **state)
{
    (void) state;
    catalogue_destroy(&catalogue);
    return 0;
}

static void
test_who_may_publish_what(void **state)
{
    static const struct {
        const char *department, *datasets, *source, *subject, *code, *says;
    } cases[] = {
        { "hrss", "*", "/departments/hrss", "hrss.wages", NULL, NULL },
        { "hrss", "hrss.wages", "/departments/hrss", "hrss.wages", NULL, NULL },
        { "hrss", "hrss.*", "/departments/hrss", "hrss.pensions", NULL, NULL },
        { "hrss", "hrss.wages", "/departments/hrss", "hrss.pensions", "forbidden", "hrss.wages" },
        { "hrss", "", "/departments/hrss", "hrss.wages", "forbidden", "none" },
        { "hrss", "*", "/departments/police", "police.deaths", "forbidden", "/departments/hrss" },
        { "hrss", "*", "/departments/hrss", "police.deaths", "forbidden", "police" },
        { "hrss", "*", "/departments/hrss", "hrss.nothing", "not_found", "hrss.wages" },
        { "", "*", "/departments/hrss", "hrss.wages", "forbidden", "department" },
        { "hrss", "*", "/departments/hrss", NULL, "bad_envelope", "subject" },
    };

    (void) state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        bus_key_t key = { .name = "k" };
        const dataset_t *d = NULL;
        err_t err = { 0 };
        bool ok;

        (void) str_copy(key.department, sizeof(key.department), cases[i].department);
        (void) str_copy(key.datasets, sizeof(key.datasets), cases[i].datasets);
        ok = feed_check_right(&key, cases[i].source, cases[i].subject, catalogue, &d, &err);
        assert_int_equal(ok, cases[i].code == NULL);
        if (ok) {
            assert_string_equal(d->name, cases[i].subject);
            continue;
        }
        assert_string_equal(err.code, cases[i].code);
        if (strstr(err.text, cases[i].says) == NULL)
            fail_msg("case %zu: \"%s\" has not \"%s\"", i, err.text, cases[i].says);
    }
}

/* A request of data under a key that may. */
typedef struct {
    bus_key_t key;
    char source[96];
    event_t event;
    str_t frame;
    svc_request_t req;
} ask_t;

static void
ask(ask_t *a, const char *subject, const char *data)
{
    err_t err = { 0 };

    str_clear(&a->frame);
    str_printf(&a->frame, "{\"id\":\"b1\",\"data\":%s}", data);
    a->key = (bus_key_t){ .name = "k", .datasets = "*" };
    (void) snprintf(a->key.department, sizeof(a->key.department), "%.*s", (int) strcspn(subject, "."), subject);
    (void) snprintf(a->source, sizeof(a->source), "/departments/%s", a->key.department);
    a->event = (event_t){ .id = "b1", .source = a->source, .type = "plimsoll.feed.batch.v1", .subject = subject };
    a->req = (svc_request_t){ .event = &a->event, .key = &a->key, .frame = str_slice(&a->frame) };
    assert_true(json_check(a->frame.ptr, a->frame.len, &err));
    assert_true(json_locate(a->frame.ptr, a->frame.len, "data", &a->req.data_text));
}

static bool
read_data(const char *subject, const char *data, feed_t *ret, str_t *frame, err_t *err)
{
    ask_t a = { .frame = *frame };
    bool ok;

    ask(&a, subject, data);
    ok = feed_read(&a.req, catalogue, date_of(2024, 6, 30), ret, err);
    ret->source = ret->id = NULL; /* of this call only */
    *frame = a.frame;
    return ok;
}

static void
test_data_is_checked_before_any_record(void **state)
{
    static const struct {
        const char *subject, *data, *pointer;
    } bad[] = {
        { "hrss.wages", "[]", "" },
        { "hrss.wages", "{}", "/records" },
        { "hrss.wages", "{\"records\":{}}", "/records" },
        { "hrss.wages", "{\"records\":[],\"declared\":{\"count\":-1}}", "/declared/count" },
        { "hrss.wages", "{\"records\":[],\"declared\":{\"total\":7}}", "/declared/total" },
        { "police.deaths", "{\"records\":[],\"declared\":{\"total\":\"7\"}}", "/declared/total" },
        { "hrss.wages", "{\"records\":[],\"snapshot\":{\"id\":\"s\"}}", "/snapshot" },
        { "civil.children", "{\"records\":[],\"snapshot\":7}", "/snapshot" },
        { "civil.children", "{\"records\":[],\"snapshot\":{\"id\":\"s\"}}", "/snapshot/parts" },
        { "civil.children",
          "{\"records\":[],\"snapshot\":{\"id\":\"\",\"part\":1,\"parts\":1,\"count\":0,\"as_of\":\"2024-06-01\"}}",
          "/snapshot/id" },
        { "civil.children",
          "{\"records\":[],\"snapshot\":{\"id\":\"s\",\"part\":3,\"parts\":2,\"count\":0,\"as_of\":\"2024-06-01\"}}",
          "/snapshot/part" },
        { "civil.children",
          "{\"records\":[],\"snapshot\":{\"id\":\"s\",\"part\":1,\"parts\":2,\"count\":0,\"as_of\":\"June\"}}",
          "/snapshot/as_of" },
        { "civil.children",
          "{\"records\":[],\"snapshot\":{\"id\":\"s\",\"part\":1,\"parts\":2,\"count\":0,\"as_of\":\"2024-07-01\"}}",
          "/snapshot/as_of" },
    };
    AUTO_STR frame = STR_INIT;
    feed_t feed;

    (void) state;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        err_t err = { 0 };

        if (read_data(bad[i].subject, bad[i].data, &feed, &frame, &err))
            fail_msg("case %zu was taken", i);
        assert_string_equal(err.code, "bad_data");
        assert_string_equal(err.pointer, bad[i].pointer);
    }
}

static void
test_the_whole_frame_is_read(void **state)
{
    AUTO_STR frame = STR_INIT;
    feed_t feed;
    err_t err = { 0 };

    (void) state;
    if (!read_data("civil.children",
                   "{\"declared\":{\"count\":2,\"total\":\"10.50\"},\"records\":[{},{}],\"snapshot\":{\"id\":\"s\","
                   "\"part\":1,\"parts\":2,"
                   "\"count\":4,\"total\":\"20\",\"as_of\":\"2024-06-01\",\"scope\":\"320681\"}}",
                   &feed, &frame, &err))
        fail_msg("%s", err.text);
    assert_true(slice_eq_str(feed.records, "[{},{}]"));
    assert_true(feed.declared.has_count && feed.declared.has_total && feed.snapshot.present && feed.snapshot.has_total);
    assert_int_equal(feed.declared.count, 2);
    assert_int_equal(feed.declared.total, 1050);
    assert_int_equal(feed.snapshot.total, 2000);
    assert_int_equal(feed.snapshot.as_of, date_of(2024, 6, 1));
    assert_string_equal(feed.snapshot.scope, "320681");
}

static void
test_receipt_tells_declared_sums_and_at_most_100_errors(void **state)
{
    AUTO_STR frame = STR_INIT, receipt = STR_INIT, again = STR_INIT;
    AUTO(batch) b = NULL;
    AUTO(json) tree = NULL;
    AUTO(vault) vault = NULL;
    char key_path[64];
    const json_node_t *root;
    feed_t feed;
    err_t err = { 0 };

    (void) state;
    assert_true(read_data("hrss.wages", "{\"records\":[],\"declared\":{\"count\":150,\"total\":\"1.00\"}}", &feed,
                          &frame, &err));
    feed.id = "tricky\",\"duplicate\":false";
    (void) snprintf(key_path, sizeof(key_path), "/tmp/plimsoll-door-%ld.key", (long) getpid());
    assert_true(vault_create(key_path, &err) && vault_load(key_path, &vault, &err));
    (void) unlink(key_path);
    b = batch_new(feed.dataset, vault, date_of(2024, 6, 30));
    for (int i = 0; i < 150; i++)
        batch_add(b, SLICE_LIT("{\"amount\":\"0.01\"}"));
    batch_finish(b);
    assert_int_equal(b->rejected, 150);
    receipt_write(&feed, b, 0, NULL, &receipt);
    assert_true(json_parse(receipt.ptr, receipt.len, &tree, &err));
    root = json_root(tree);
    assert_string_equal(json_text(json_get(root, "status")), "refused");
    assert_int_equal(json_kind(json_get(root, "seq")), JSON_NULL);
    assert_int_equal(json_count(json_get(root, "errors")), 100);
    assert_true(json_is_true(json_get(root, "errors_truncated")));
    assert_false(json_is_true(json_get(json_get(root, "declared"), "agrees")));
    assert_string_equal(json_text(json_get(json_get(root, "declared"), "total_found")), "1.50");
    json_destroy(&tree);
    receipt_repeat(&receipt, &again);
    assert_true(json_parse(again.ptr, again.len, &tree, &err));
    assert_true(json_is_true(json_get(json_root(tree), "duplicate")));
    assert_string_equal(json_text(json_get(json_root(tree), "batch")), feed.id);
    assert_int_equal(again.len, receipt.len - 1);
}

/* Spaces and the order of members are no content; everything else is. */
static void
test_content_is_the_same_however_written(void **state)
{
    AUTO(vault) vault = NULL;
    char key_path[64];
    uuid_t one, two;
    err_t err = { 0 };
    const slice_t first = SLICE_LIT("{\"a\":\"1.00\",\"b\":[1,2]}");
    const slice_t other[] = { SLICE_LIT("{\"a\":\"1.0\",\"b\":[1,2]}"), SLICE_LIT("{\"a\":\"1.00\",\"b\":[2,1]}"),
                                     SLICE_LIT("{\"a\":\"1.00\",\"b\":[1,2],\"c\":null}"), SLICE_LIT("{\"a\":\"1.00\"") };

    (void) state;
    (void) snprintf(key_path, sizeof(key_path), "/tmp/plimsoll-content-%ld.key", (long) getpid());
    assert_true(vault_create(key_path, &err) && vault_load(key_path, &vault, &err));
    (void) unlink(key_path);
    batch_record_digest(vault, first, &one);
    batch_record_digest(vault, SLICE_LIT(" {\n \"b\" : [1, 2], \"\\u0061\": \"1.00\" }"), &two);
    assert_true(uuid_eq(&one, &two));
    for (size_t i = 0; i < COUNT_OF(other); i++) {
        batch_record_digest(vault, other[i], &two);
        assert_false(uuid_eq(&one, &two));
    }
}

static void
read_job(const char *data, const vault_t *vault, job_t **ret)
{
    ask_t a = { .frame = STR_INIT };
    err_t err = { 0 };

    ask(&a, "civil.children", data);
    assert_true(job_new(&a.req, catalogue, date_of(2024, 6, 30), ret, &err));
    str_done(&a.frame); /* the job has bytes of its own */
    (*ret)->vault = vault;
    job_read(*ret);
}

/* The whole of a batch: all records in their order and what is declared of them.  Databases hold digests over the records'. */
static void
test_a_batch_is_the_same_however_written(void **state)
{
#define DECLARED ",\"declared\":{\"count\":2,\"total\":\"1.00\"}}"
    static const char *const same[] = { "{\"records\":[{\"a\":1,\"b\":\"\u4e2d\"},{}]" DECLARED,
                                        "{ \"snapshot\":null, \"declared\":{\"total\":\"1.00\", \"count\":2}, \"records\":[{\"b\":\"\\u4e2d\", \"a\" : 1},{ }] }" };
    static const char *const other[] = { "{\"records\":[{},{\"a\":1,\"b\":\"\u4e2d\"}]" DECLARED, "{\"records\":[{\"a\":1,\"b\":\"\u4e2d\"}]" DECLARED,
                                         "{\"records\":[{\"a\":1,\"b\":\"\u4e2d\"},{}]}",
                                         "{\"records\":[{\"a\":2,\"b\":\"\u4e2d\"},{}]" DECLARED };
    AUTO(vault) vault = NULL;
    AUTO(job) one = NULL;
    AUTO_STR first = STR_INIT;
    uuid_t digest;
    err_t err = { 0 };

    (void) state;
    assert_true(vault_trial(&vault, &err));
    read_job(same[0], vault, &one);
    assert_int_equal(one->batch->count, 2);
    assert_true(job_has_digest(one, &one->digest));
    for (size_t i = 0; i < COUNT_OF(other); i++) {
        AUTO(job) two = NULL;

        read_job(other[i], vault, &two);
        assert_false(job_has_digest(one, &two->digest));
    }
    batch_record_digest(vault, SLICE_LIT("{\"a\":1,\"b\":\"\u4e2d\"}"), &digest);
    str_add_n(&first, digest.b, sizeof(digest.b));
    batch_record_digest(vault, SLICE_LIT("{}"), &digest);
    str_add_n(&first, digest.b, sizeof(digest.b));
    str_add(&first, "declared{\"count\":2,\"total\":\"1.00\"}");
    vault_digest(vault, first.ptr, first.len, &digest);
    for (size_t i = 0; i < COUNT_OF(same); i++) {
        AUTO(job) two = NULL;

        read_job(same[i], vault, &two);
        assert_true(job_has_digest(one, &two->digest));
        assert_true(job_has_digest(two, &digest));
    }
}

static void
test_cache_is_bounded_and_right(void **state)
{
    AUTO(person_cache) cache = person_cache_new(64);
    size_t known = 0;

    (void) state;
    for (unsigned i = 0; i < 10000; i++) {
        uuid_t hash, pseudonym = { .b = { [0] = 1, [1] = (uint8_t) (i >> 8), [2] = (uint8_t) i } };
        char text[16];
        uuid_t got;

        (void) snprintf(text, sizeof(text), "%u", i);
        uuid_derive("test", text, &hash);
        assert_false(person_cache_get(cache, &hash, &got));
        person_cache_put(cache, &hash, &pseudonym);
        assert_true(person_cache_get(cache, &hash, &got));
        assert_true(uuid_eq(&got, &pseudonym));
    }
    for (unsigned i = 0; i < 10000; i++) {
        uuid_t hash, got;
        char text[16];

        (void) snprintf(text, sizeof(text), "%u", i);
        uuid_derive("test", text, &hash);
        if (person_cache_get(cache, &hash, &got)) {
            known++;
            assert_int_equal(got.b[1] << 8 | got.b[2], i);
        }
    }
    assert_int_equal(known, 64);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_who_may_publish_what),
        cmocka_unit_test(test_data_is_checked_before_any_record),
        cmocka_unit_test(test_the_whole_frame_is_read),
        cmocka_unit_test(test_receipt_tells_declared_sums_and_at_most_100_errors),
        cmocka_unit_test(test_content_is_the_same_however_written),
        cmocka_unit_test(test_a_batch_is_the_same_however_written),
        cmocka_unit_test(test_cache_is_bounded_and_right),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
