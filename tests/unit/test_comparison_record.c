/* SPDX-License-Identifier: Apache-2.0 */
/* From facts events to records: what is understood, and what is set aside with which reason and for whom. */
#include "unit.h"

#include "domain/date.h"
#include "json/json_in.h"
#include "record_in.h"

#include <string.h>

#define KEY "\"key\":\"00112233445566778899aabbccddeeff\""
#define PERSON "\"holder\":{\"person\":\"00000000-0000-4000-8000-000000000001\"}"

typedef struct {
    arena_t *arena;
    terms_t *terms;
    json_t *tree;
    facts_event_t event;
    err_t err;
    bool ok;
} reading_t;

static void
read_data(reading_t *r, const char *data, size_t from, size_t to)
{
    event_t event = { .id = "5b1d9a3e-0000-4000-8000-000000000000", .type = "plimsoll.facts.v1" };
    stream_event_t in = { .seq = 7, .event = &event, .record_from = from, .record_to = to };

    r->arena = arena_new(4096);
    r->terms = terms_new();
    assert_true(json_parse(data, strlen(data), &r->tree, &r->err));
    event.data = json_root(r->tree);
    r->ok = record_in(&in, r->terms, r->arena, &r->event, &r->err);
}

static void
done(reading_t *r)
{
    json_destroy(&r->tree);
    terms_destroy(&r->terms);
    arena_destroy(&r->arena);
}

static void
read_records(reading_t *r, const char *records)
{
    AUTO_STR data = STR_INIT;

    *r = (reading_t){ .ok = false };
    str_printf(&data, "{\"dataset\":\"d\",\"department\":\"x\",\"batch\":\"b\",\"received\":\"2024-02-25\",\"records\":[%s]}", records);
    read_data(r, str_c(&data), 0, SIZE_MAX);
    assert_true(r->ok);
}

/* Where the key names the holder: whose a record is that says nothing of anybody, and none that speaks of two. */
static void
test_whom_the_key_names(void **state)
{
    AUTO_STR data = STR_INIT;
    reading_t r = { .ok = false };

    (void) state;
    str_add(&data, "{\"dataset\":\"d\",\"received\":\"2024-02-25\",\"key_names\":\"person:resident_id\",\"records\":["
                   "{\"index\":0," KEY ",\"op\":\"retract\",\"facts\":[]," PERSON "},"
                   "{\"index\":1," KEY ",\"op\":\"put\",\"facts\":[],\"holder\":null},"
                   "{\"index\":2," KEY ",\"op\":\"retract\",\"facts\":[]},"
                   "{\"index\":3," KEY ",\"op\":\"retract\",\"facts\":[],\"holder\":{\"region\":\"320681\"}},"
                   "{\"index\":4," KEY ",\"op\":\"put\",\"facts\":[");
    str_printf(&data, "{\"holder\":{\"person\":\"00000000-0000-4000-8000-00000000000%d\"},\"kind\":\"a.b\",\"from\":\"2024-02-01\"}", 1);
    str_add(&data, "]},{\"index\":5," KEY ",\"op\":\"put\",\"facts\":[");
    str_printf(&data, "{\"holder\":{\"person\":\"00000000-0000-4000-8000-00000000000%d\"},\"kind\":\"a.b\",\"from\":\"2024-02-01\"}", 1);
    str_add_char(&data, ',');
    str_printf(&data, "{\"holder\":{\"person\":\"00000000-0000-4000-8000-00000000000%d\"},\"kind\":\"a.b\",\"from\":\"2024-02-01\"}", 2);
    str_add(&data, "]},{\"index\":6," KEY ",\"op\":\"retract\",\"facts\":[],\"holder\":{\"person\":\"nobody\"}}]}");
    read_data(&r, str_c(&data), 0, SIZE_MAX);
    assert_true(r.ok);
    assert_int_equal(r.event.count, 7);
    assert_int_not_equal(r.event.key_names, 0);
    const record_t *p = r.event.records;
    assert_true(!p[0].bad && p[0].has_holder && p[0].holder.kind == HELD_BY_PERSON && p[0].holder.holder.b[15] == 1 && record_names_holder(&p[0]));
    assert_true(!p[1].bad && p[1].nobody && !p[1].has_holder && record_names_holder(&p[1]));
    assert_true(!p[2].bad && !p[2].has_holder && !record_names_holder(&p[2]));
    assert_true(!p[3].bad && p[3].holder.kind == HELD_BY_REGION && strcmp(p[3].holder.region, "320681") == 0);
    assert_true(!p[4].bad && !p[4].has_holder && record_names_holder(&p[4]));
    assert_true(p[5].bad && p[5].fact_count == 2 && !record_names_holder(&p[5]));
    assert_true(p[6].bad && !p[6].has_holder);
    done(&r);
}

static void
test_good_records(void **state)
{
    reading_t r;

    (void) state;
    read_records(&r, "{\"index\":3," KEY ",\"op\":\"put\",\"facts\":[{" PERSON ",\"kind\":\"income.wage\",\"from\":\"2024-02-01\","
                     "\"to\":\"2024-03-01\",\"value\":180000,\"code\":\"c\",\"ref\":\"ffeeddccbbaa99887766554433221100\","
                     "\"persons\":[\"00000000-0000-4000-8000-000000000002\"]}]},"
                     "{\"index\":4," KEY ",\"op\":\"retract\",\"facts\":[]},"
                     "{\"index\":5," KEY ",\"op\":\"end\",\"on\":\"2024-02-25\",\"facts\":[]},"
                     "{\"index\":6," KEY ",\"op\":\"put\",\"facts\":[],\"household\":{\"household\":\"00000000-0000-4000-8000-000000000003\","
                     "\"region\":\"320681100207\",\"area\":\"urban\",\"effective\":\"2023-12-31\",\"closed\":false,\"members\":["
                     "{\"person\":\"00000000-0000-4000-8000-000000000001\",\"relation\":\"spouse\",\"sex\":\"m\",\"born\":\"1956-03-09\"}]}}");
    assert_int_equal(r.event.count, 4);
    const record_t *p = &r.event.records[0];
    assert_false(p->bad);
    assert_int_equal(p->index, 3);
    assert_int_equal(p->fact_count, 1);
    assert_int_equal(p->facts[0].fact.value, 180000);
    assert_int_equal(p->facts[0].fact.from, date_of(2024, 2, 1));
    assert_int_equal(p->facts[0].fact.to, date_of(2024, 3, 1));
    assert_string_equal(terms_word(r.terms, p->facts[0].fact.kind), "income.wage");
    assert_true(p->facts[0].fact.has_ref && p->facts[0].fact.person_count == 1 && p->facts[0].kind == HELD_BY_PERSON);
    assert_int_equal(r.event.records[1].op, OP_RETRACT);
    assert_int_equal(r.event.records[2].op, OP_END);
    assert_int_equal(r.event.records[2].on, date_of(2024, 2, 25));
    const entry_t *entry = r.event.records[3].entry;
    assert_non_null(entry);
    assert_true(entry->urban && entry->member_count == 1 && entry->members[0].relation == REL_SPOUSE && entry->members[0].male);
    done(&r);
}

static void
test_places_hold_facts(void **state)
{
    reading_t r;
    uuid_t id;

    (void) state;
    read_records(&r, "{\"index\":0," KEY ",\"op\":\"put\",\"facts\":[{\"holder\":{\"region\":\"320681\"},\"kind\":\"cpi.all\","
                     "\"from\":\"2024-02-01\",\"to\":\"2024-03-01\",\"value\":-75}]}");
    const held_fact_t *f = &r.event.records[0].facts[0];
    assert_false(r.event.records[0].bad);
    assert_int_equal(f->kind, HELD_BY_REGION);
    assert_string_equal(f->region, "320681");
    uuid_derive("region", "320681", &id);
    assert_true(uuid_eq(&f->holder, &id));
    assert_int_equal(f->fact.value, -75);
    done(&r);
}

static void
test_bad_records_say_why(void **state)
{
    static const struct {
        const char *record;
        const char *pointer;
        size_t holders; /* that could be made out */
    } row[] = {
        { "{" KEY ",\"op\":\"put\",\"facts\":[]}", "/index", 0 },
        { "{\"index\":0,\"key\":\"00\",\"op\":\"put\",\"facts\":[]}", "/key", 0 },
        { "{\"index\":0," KEY ",\"op\":\"drop\",\"facts\":[]}", "/op", 0 },
        { "{\"index\":0," KEY ",\"op\":\"put\"}", "/facts", 0 },
        { "{\"index\":0," KEY ",\"op\":\"end\"}", "/on", 0 },
        { "{\"index\":0," KEY ",\"op\":\"end\",\"on\":\"2024-02-30\"}", "/on", 0 },
        { "{\"index\":0," KEY ",\"op\":\"put\",\"facts\":[{\"kind\":\"a\",\"from\":\"2024-01-01\"}]}", "/facts/holder", 0 },
        { "{\"index\":0," KEY ",\"op\":\"put\",\"facts\":[{\"holder\":{\"person\":\"x\"},\"kind\":\"a\",\"from\":\"2024-01-01\"}]}",
          "/facts/holder/person", 0 },
        { "{\"index\":0," KEY ",\"op\":\"put\",\"facts\":[{" PERSON ",\"kind\":\"\",\"from\":\"2024-01-01\"}]}", "/facts/kind", 1 },
        { "{\"index\":0," KEY ",\"op\":\"put\",\"facts\":[{" PERSON ",\"kind\":\"a\",\"from\":\"2024-13-01\"}]}", "/facts/from", 1 },
        { "{\"index\":0," KEY ",\"op\":\"put\",\"facts\":[{" PERSON ",\"kind\":\"a\",\"from\":\"2024-01-02\",\"to\":\"2024-01-01\"}]}",
          "/facts/to", 1 },
        { "{\"index\":0," KEY ",\"op\":\"put\",\"facts\":[{" PERSON ",\"kind\":\"a\",\"from\":\"2024-01-01\",\"value\":1.5}]}",
          "/facts/value", 1 },
        { "{\"index\":0," KEY ",\"op\":\"put\",\"facts\":[{" PERSON ",\"kind\":\"a\",\"from\":\"2024-01-01\",\"ref\":\"xy\"}]}",
          "/facts/ref", 1 },
        { "{\"index\":0," KEY ",\"op\":\"put\",\"facts\":[{" PERSON ",\"kind\":\"a\",\"from\":\"2024-01-01\",\"persons\":[\"x\"]}]}",
          "/facts/persons", 1 },
        { "{\"index\":0," KEY ",\"op\":\"put\",\"facts\":[{\"holder\":{\"region\":\"32068\"},\"kind\":\"a\",\"from\":\"2024-01-01\"}]}",
          "/facts/holder/region", 0 },
        { "{\"index\":0," KEY ",\"op\":\"put\",\"facts\":[{\"holder\":{\"region\":\"320681\"},\"kind\":\"a\",\"from\":\"x\"}]}",
          "/facts/from", 1 },
    };

    (void) state;
    for (size_t i = 0; i < COUNT_OF(row); i++) {
        reading_t r;

        read_records(&r, row[i].record);
        assert_int_equal(r.event.count, 1);
        assert_true(r.event.records[0].bad);
        assert_string_equal(r.event.records[0].why->pointer, row[i].pointer);
        assert_string_equal(r.event.records[0].why->code, "bad_data");
        assert_int_equal(r.event.records[0].fact_count, row[i].holders);
        done(&r);
    }
}

static void
test_bad_household(void **state)
{
    static const char *const members[] = {
        "{\"person\":\"00000000-0000-4000-8000-000000000001\",\"relation\":\"uncle\",\"sex\":\"m\",\"born\":\"1956-03-09\"}",
        "{\"person\":\"00000000-0000-4000-8000-000000000001\",\"relation\":\"head\",\"sex\":\"x\",\"born\":\"1956-03-09\"}",
        "{\"person\":\"00000000-0000-4000-8000-000000000001\",\"relation\":\"head\",\"sex\":\"m\",\"born\":\"1956\"}",
        "{\"person\":\"1\",\"relation\":\"head\",\"sex\":\"m\",\"born\":\"1956-03-09\"}",
    };

    (void) state;
    for (size_t i = 0; i < COUNT_OF(members); i++) {
        reading_t r;
        AUTO_STR text = STR_INIT;

        str_printf(&text, "{\"index\":0," KEY ",\"op\":\"put\",\"facts\":[],\"household\":{\"household\":\"00000000-0000-4000-8000-000000000003\","
                          "\"region\":\"320681100207\",\"area\":\"urban\",\"effective\":\"2023-12-31\",\"members\":[%s]}}", members[i]);
        read_records(&r, str_c(&text));
        assert_true(r.event.records[0].bad);
        assert_false(uuid_is_nil(&r.event.records[0].household)); /* it can be marked incomplete */
        done(&r);
    }
}

static void
test_a_part_of_the_records(void **state)
{
    reading_t r = { .ok = false };
    const char *data = "{\"dataset\":\"d\",\"received\":\"2024-02-25\",\"records\":["
                       "{\"index\":10," KEY ",\"op\":\"retract\"},{\"index\":11," KEY ",\"op\":\"retract\"},"
                       "{\"index\":12," KEY ",\"op\":\"retract\"}]}";

    (void) state;
    read_data(&r, data, 1, 2);
    assert_true(r.ok);
    assert_int_equal(r.event.count, 1);
    assert_int_equal(r.event.records[0].index, 11);
    assert_int_equal(r.event.records[0].position, 1);
    done(&r);
}

static void
test_an_event_that_cannot_be_read(void **state)
{
    static const char *const data[] = { "{\"received\":\"2024-02-25\",\"records\":[]}", "{\"dataset\":\"d\",\"records\":[]}",
                                        "{\"dataset\":\"d\",\"received\":\"2024-02-25\"}", "{\"dataset\":\"\",\"received\":\"2024-02-25\",\"records\":[]}" };

    (void) state;
    for (size_t i = 0; i < COUNT_OF(data); i++) {
        reading_t r = { .ok = true };

        read_data(&r, data[i], 0, SIZE_MAX);
        assert_false(r.ok);
        assert_int_equal(r.err.cls, ERR_REJECT);
        done(&r);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whom_the_key_names),
        cmocka_unit_test(test_good_records),
        cmocka_unit_test(test_places_hold_facts),
        cmocka_unit_test(test_bad_records_say_why),
        cmocka_unit_test(test_bad_household),
        cmocka_unit_test(test_a_part_of_the_records),
        cmocka_unit_test(test_an_event_that_cannot_be_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
