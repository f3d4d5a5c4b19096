/* SPDX-License-Identifier: Apache-2.0 */
#include "batch.h"
#include "record.h"

#include "domain/date.h"
#include "json/json_in.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* The standard's own examples; nobody has these numbers. */
#define WOMAN "11010519491231002X"
#define WOMAN_15 "110105491231002"
#define MAN                                                                                                            \
    "37010119010203997"                                                                                                \
    "3"
#define CHILD                                                                                                          \
    "34052420100101001"                                                                                                \
    "4"

static catalogue_t *catalogue;
static vault_t *vault;
static char key_path[64];

static int
open_all(void **state)
{
    err_t err = { 0 };
    static const char key[] =
        "plimsoll-vault 1\nrecord 0101010101010101010101010101010101010101010101010101010101010101\nkey 1 "
        "0202020202020202020202020202020202020202020202020202020202020202\n";

    (void) state;
    (void) snprintf(key_path, sizeof(key_path), "/tmp/plimsoll-record-%ld.key", (long) getpid());
    if (!str_write_file(key_path, key, sizeof(key) - 1, 0600, &err) || !vault_load(key_path, &vault, &err) ||
        !catalogue_load(SOURCE_DIR "/deploy/datasets", SOURCE_DIR "/schemas/datasets", &catalogue, &err)) {
        (void) fprintf(stderr, "%s\n", err.text);
        return -1;
    }
    return 0;
}

static int
close_all(void **state)
{
    (void) state;
    (void) unlink(key_path);
    catalogue_destroy(&catalogue);
    vault_destroy(&vault);
    return 0;
}

static batch_t *
take(const char *dataset, const char *const *records, size_t n)
{
    batch_t *b = batch_new(catalogue_find(catalogue, dataset), vault, date_of(2024, 6, 30));

    for (size_t i = 0; i < n; i++)
        batch_add(b, slice_of(records[i]));
    batch_finish(b);
    return b;
}

/* Gives person i the pseudonym 0000…i+1 and returns the item of record `i` without its key. */
static void
item_text(batch_t *b, size_t i, str_t *ret)
{
    slice_t item;
    const char *from, *op;

    for (size_t p = 0; p < b->person_count; p++)
        b->persons[p].pseudonym = (uuid_t){ .b = { [15] = (uint8_t) (p + 1) } };
    batch_fill(b);
    item = batch_item(b, i);
    from = memmem(item.ptr, item.len, "\"op\"", 4);
    assert_non_null(from);
    op = from;
    str_clear(ret);
    str_add_n(ret, op, item.len - (size_t) (op - item.ptr));
}

#define P1 "00000000-0000-0000-0000-000000000001"
#define P2 "00000000-0000-0000-0000-000000000002"

static void
expect_item(const char *dataset, const char *record, const char *expected)
{
    AUTO(batch) b = take(dataset, &record, 1);
    AUTO_STR text = STR_INIT;

    if (b->records[0].state == RECORD_REJECTED)
        fail_msg("%s: %s at %s: %s", dataset, b->records[0].code, b->records[0].pointer, b->records[0].message);
    item_text(b, 0, &text);
    assert_string_equal(str_c(&text), expected);
}

static void
expect_reject(const char *dataset, const char *record, const char *code, const char *pointer)
{
    AUTO(batch) b = take(dataset, &record, 1);

    if (b->records[0].state != RECORD_REJECTED)
        fail_msg("%s took %s", dataset, record);
    assert_string_equal(b->records[0].code, code);
    assert_string_equal(b->records[0].pointer, pointer);
    assert_true(strlen(b->records[0].message) > 5);
    assert_int_equal(b->rejected, 1);
    assert_int_equal(b->accepted, 0);
    for (size_t i = 0; i < b->person_count; i++)
        assert_false(b->persons[i].needed);
    assert_int_equal(b->text.len, 0); /* nothing half-written stays */
}

static void
test_wages(void **state)
{
    (void) state;
    expect_item("hrss.wages",
                "{\"resident_id\":\"" WOMAN "\",\"employer\":\"E\",\"month\":\"2024-02\",\"amount\":\"1800.00\"}",
                "\"op\":\"put\",\"facts\":[{\"holder\":{\"person\":\"" P1
                "\"},\"kind\":\"income.wage\",\"from\":\"2024-02-01\","
                "\"to\":\"2024-03-01\",\"value\":180000}]}");
    expect_item("hrss.wages",
                "{\"resident_id\":\"" WOMAN
                "\",\"employer\":\"E\",\"month\":\"2023-11\",\"to_month\":\"2024-01\",\"amount\":\"0\"}",
                "\"op\":\"put\",\"facts\":[{\"holder\":{\"person\":\"" P1
                "\"},\"kind\":\"income.wage\",\"from\":\"2023-11-01\","
                "\"to\":\"2024-02-01\",\"value\":0}]}");
}

static void
test_pensions_are_two_facts(void **state)
{
    (void) state;
    expect_item("hrss.pensions",
                "{\"resident_id\":\"" WOMAN "\",\"month\":\"2024-02\",\"basic\":\"120.5\",\"personal\":\"80.00\"}",
                "\"op\":\"put\",\"facts\":[{\"holder\":{\"person\":\"" P1
                "\"},\"kind\":\"income.pension.basic\",\"from\":\"2024-02-01\","
                "\"to\":\"2024-03-01\",\"value\":12050},{\"holder\":{\"person\":\"" P1
                "\"},\"kind\":\"income.pension\","
                "\"from\":\"2024-02-01\",\"to\":\"2024-03-01\",\"value\":8000}]}");
}

static void
test_household_is_a_register_entry(void **state)
{
    AUTO_STR expected = STR_INIT;
    char id[UUID_TEXT_SIZE];
    uuid_t h;

    (void) state;
    uuid_derive("household", "QD-1", &h);
    uuid_format(&h, id);
    str_printf(&expected,
               "\"op\":\"put\",\"facts\":[],\"household\":{\"household\":\"%s\",\"region\":\"320681100207\",\"area\":"
               "\"rural\","
               "\"effective\":\"2023-12-31\",\"closed\":false,\"members\":[{\"person\":\"" P1
               "\",\"relation\":\"head\",\"sex\":\"f\",\"born\":\"1949-12-31\"},{\"person\":\"" P2
               "\",\"relation\":\"spouse\",\"sex\":\"m\",\"born\":\"1901-02-03\"}]}}",
               id);
    expect_item("civil.households",
                "{\"household_no\":\"QD-1\",\"region\":\"320681100207\",\"area\":\"rural\",\"effective_on\":\"2023-12-"
                "31\",\"members\":["
                "{\"resident_id\":\"" WOMAN "\",\"name\":\"甲\",\"relation\":\"head\"},{\"resident_id\":\"" MAN
                "\",\"name\":\"乙\",\"relation\":\"spouse\"}],\"address\":\"某村1号\",\"phone\":\"0513\"}",
                str_c(&expected));
}

static void
test_enrolments_by_household_and_by_person(void **state)
{
    static const char *const records[] = {
        "{\"enrolment_no\":\"E1\",\"category\":\"dibao\",\"household_no\":\"QD-1\",\"members\":[\"" WOMAN "\",\"" MAN
        "\"],\"from\":\"2023-05-01\",\"until\":\"2024-04-30\",\"monthly_amount\":\"512.00\"}",
        "{\"enrolment_no\":\"E2\",\"category\":\"tekun\",\"household_no\":\"QD-1\",\"members\":[\"" MAN
        "\"],\"from\":\"2023-05-01\",\"monthly_amount\":\"1070.00\"}",
    };
    AUTO(batch) b = take("civil.enrolments", records, 2);
    AUTO(json) tree = NULL;
    const json_node_t *fact;
    char hex[33];
    slice_t item;
    err_t err = { 0 };

    (void) state;
    assert_int_equal(b->accepted, 2);
    assert_int_equal(b->person_count, 2);
    for (size_t p = 0; p < 2; p++)
        b->persons[p].pseudonym = (uuid_t){ .b = { [15] = (uint8_t) (p + 1) } };
    batch_fill(b);
    item = batch_item(b, 0);
    assert_true(json_parse(item.ptr, item.len, &tree, &err));
    fact = json_first(json_get(json_root(tree), "facts"));
    assert_string_equal(json_text(json_get(fact, "kind")), "enrolment.dibao");
    assert_non_null(json_get(json_get(fact, "holder"), "household"));
    assert_string_equal(json_text(json_get(fact, "to")), "2024-05-01"); /* until is inclusive */
    assert_int_equal(json_count(json_get(fact, "persons")), 2);
    str_hex(b->records[0].key.b, 16, hex);
    assert_string_equal(json_text(json_get(fact, "ref")), hex);
    assert_string_equal(json_text(json_get(json_root(tree), "key")), hex);
    json_destroy(&tree);
    item = batch_item(b, 1);
    assert_true(json_parse(item.ptr, item.len, &tree, &err));
    fact = json_first(json_get(json_root(tree), "facts"));
    assert_string_equal(json_text(json_get(json_get(fact, "holder"), "person")), P2);
    assert_string_equal(json_text(json_get(fact, "kind")), "enrolment.tekun");
    assert_null(json_get(fact, "to"));
}

static void
test_payment_refers_to_its_enrolment(void **state)
{
    const char *payment =
        "{\"payment_no\":\"P1\",\"enrolment_no\":\"E1\",\"household_no\":\"QD-1\",\"resident_id\":\"" WOMAN
        "\",\"category\":\"dibao\",\"month\":\"2024-01\",\"amount\":\"512.00\",\"paid_on\":\"2024-01-10\"}";
    const char *enrolment =
        "{\"enrolment_no\":\"E1\",\"category\":\"dibao\",\"household_no\":\"QD-1\",\"members\":[\"" WOMAN
        "\"],\"from\":\"2023-05-01\",\"monthly_amount\":\"512.00\"}";
    AUTO(batch) p = take("civil.payments", &payment, 1);
    AUTO(batch) e = take("civil.enrolments", &enrolment, 1);
    AUTO_STR text = STR_INIT, ref = STR_INIT;
    char hex[33];

    (void) state;
    item_text(p, 0, &text);
    str_hex(e->records[0].key.b, 16, hex);
    str_printf(&ref, "\"ref\":\"%s\"", hex);
    assert_non_null(strstr(str_c(&text), str_c(&ref)));
    assert_non_null(strstr(str_c(&text),
                           "\"kind\":\"payment.dibao\",\"from\":\"2024-01-01\",\"to\":\"2024-02-01\",\"value\":51200"));
}

static void
test_the_other_datasets(void **state)
{
    (void) state;
    expect_item("civil.children",
                "{\"resident_id\":\"" CHILD
                "\",\"name\":\"丙\",\"class\":\"orphan\",\"since\":\"2020-01-01\",\"monthly_amount\":\"1200\"}",
                "\"op\":\"put\",\"facts\":[{\"holder\":{\"person\":\"" P1
                "\"},\"kind\":\"enrolment.child_in_difficulty\","
                "\"from\":\"2020-01-01\",\"value\":120000,\"code\":\"orphan\"}]}");
    expect_item(
        "civil.declarations",
        "{\"declaration_no\":\"D1\",\"household_no\":\"QD-1\",\"resident_id\":\"" WOMAN
        "\",\"item\":\"business\",\"from_month\":\"2024-01\",\"to_month\":\"2024-12\",\"monthly_amount\":\"300.00\"}",
        "\"op\":\"put\",\"facts\":[{\"holder\":{\"person\":\"" P1
        "\"},\"kind\":\"income.business\",\"from\":\"2024-01-01\","
        "\"to\":\"2025-01-01\",\"value\":30000}]}");
    expect_item("civil.declarations",
                "{\"declaration_no\":\"D2\",\"household_no\":\"QD-1\",\"resident_id\":\"" WOMAN
                "\",\"item\":\"deposit\",\"from_month\":\"2024-01\",\"balance\":\"9000.00\"}",
                "\"op\":\"put\",\"facts\":[{\"holder\":{\"person\":\"" P1
                "\"},\"kind\":\"asset.deposit\",\"from\":\"2024-01-01\","
                "\"value\":900000}]}");
    expect_item("civil.cremations",
                "{\"cremation_no\":\"C1\",\"resident_id\":\"" MAN
                "\",\"name\":\"乙\",\"died_on\":\"2024-03-01\",\"cremated_on\":\"2024-03-03\"}",
                "\"op\":\"put\",\"facts\":[{\"holder\":{\"person\":\"" P1
                "\"},\"kind\":\"event.death\",\"from\":\"2024-03-01\"}]}");
    expect_item("dpf.certificates",
                "{\"certificate_no\":\"" WOMAN "42\",\"resident_id\":\"" WOMAN
                "\",\"name\":\"甲\",\"type\":\"physical\",\"grade\":2,\"issued_on\":\"2024-02-03\",\"expires_on\":"
                "\"2034-02-03\"}",
                "\"op\":\"put\",\"facts\":[{\"holder\":{\"person\":\"" P1
                "\"},\"kind\":\"disability.certificate\",\"from\":\"2024-02-03\","
                "\"to\":\"2034-02-03\",\"value\":2,\"code\":\"physical\"}]}");
    expect_item("dpf.certificates",
                "{\"certificate_no\":\"" WOMAN "42\",\"resident_id\":\"" WOMAN
                "\",\"name\":\"甲\",\"type\":\"physical\",\"grade\":2,\"issued_on\":\"2024-02-03\",\"expires_on\":"
                "\"2034-02-03\","
                "\"cancelled_on\":\"2024-05-01\"}",
                "\"op\":\"put\",\"facts\":[{\"holder\":{\"person\":\"" P1
                "\"},\"kind\":\"disability.certificate\",\"from\":\"2024-02-03\","
                "\"to\":\"2024-05-01\",\"value\":2,\"code\":\"physical\"}]}");
    expect_item(
        "medical.settlements",
        "{\"settlement_no\":\"S1\",\"resident_id\":\"" WOMAN
        "\",\"hospital\":\"H\",\"admitted_on\":\"2024-03-01\",\"settled_on\":\"2024-03-09\",\"total\":\"30000.00\","
        "\"fund_paid\":\"9000.00\",\"self_paid\":\"21000.00\"}",
        "\"op\":\"put\",\"facts\":[{\"holder\":{\"person\":\"" P1 "\"},\"kind\":\"expense.medical.self_paid\","
        "\"from\":\"2024-03-09\",\"to\":\"2024-03-10\",\"value\":2100000}]}");
    expect_item("police.vehicles",
                "{\"vehicle_no\":\"苏F00001\",\"resident_id\":\"" WOMAN
                "\",\"class\":\"car\",\"registered_on\":\"2024-03-01\"}",
                "\"op\":\"put\",\"facts\":[{\"holder\":{\"person\":\"" P1
                "\"},\"kind\":\"asset.vehicle\",\"from\":\"2024-03-01\","
                "\"code\":\"car\"}]}");
    /* Registered and deregistered on one day: it never counted. */
    expect_item("police.vehicles",
                "{\"vehicle_no\":\"苏F00001\",\"resident_id\":\"" WOMAN
                "\",\"class\":\"car\",\"registered_on\":\"2024-03-01\",\"deregistered_on\":\"2024-03-01\"}",
                "\"op\":\"put\",\"facts\":[]}");
    expect_item("police.deaths",
                "{\"resident_id\":\"" MAN
                "\",\"name\":\"乙\",\"died_on\":\"2024-03-01\",\"registered_on\":\"2024-03-05\"}",
                "\"op\":\"put\",\"facts\":[{\"holder\":{\"person\":\"" P1
                "\"},\"kind\":\"event.death\",\"from\":\"2024-03-01\"}]}");
}

static void
test_retraction_needs_the_key_only(void **state)
{
    (void) state;
    expect_item("medical.settlements", "{\"settlement_no\":\"S1\",\"retracted\":true}",
                "\"op\":\"retract\",\"facts\":[]}");
    expect_item("hrss.wages",
                "{\"resident_id\":\"" WOMAN
                "\",\"employer\":\"E\",\"month\":\"2024-02\",\"amount\":\"1\",\"retracted\":true}",
                "\"op\":\"retract\",\"facts\":[],\"holder\":{\"person\":\"" P1 "\"}}");
    expect_item("rural.exited", "{\"household_no\":\"H1\",\"retracted\":true}",
                "\"op\":\"retract\",\"facts\":[],\"holder\":{\"household\":\"fe0bd167-1559-8fd4-9dba-017e68bb0d1e\"}}");
    expect_item("stats.cpi", "{\"region\":\"320681\",\"month\":\"2024-02\",\"retracted\":true}",
                "\"op\":\"retract\",\"facts\":[],\"holder\":{\"region\":\"320681\"}}");
    /* a whole list ends entries by their keys alone, and so this dataset's retractions name nobody either */
    expect_item("civil.children", "{\"resident_id\":\"" MAN "\",\"retracted\":true}", "\"op\":\"retract\",\"facts\":[]}");
    expect_reject("medical.settlements", "{\"retracted\":true}", "bad_data", "/settlement_no");
    expect_reject("medical.settlements", "{\"settlement_no\":\"S1\",\"retracted\":false}", "bad_data", "/resident_id");
}

static void
expect_blank(const char *record, bool put)
{
    AUTO(batch) b = take("education.students", &record, 1);
    slice_t item;

    assert_int_equal(b->records[0].state, put ? RECORD_PUT : RECORD_RETRACT);
    for (size_t i = 0; i < b->person_count; i++) {
        assert_false(b->persons[i].needed);
        assert_true(b->persons[i].sought);
    }
    batch_fill(b);
    item = batch_item(b, 0);
    assert_string_equal(arena_strndup(b->arena, item.ptr + item.len - 10, 10), put ? "der\":null}" : "facts\":[]}");
}

/* Of whom nobody knows a pseudonym: nobody is made, a retraction does not say whose it is, and a record that says nothing of anybody
 * is nobody's. */
static void
test_who_is_named_for_nothing_is_not_made(void **state)
{
    static const char *const two[] = { "{\"resident_id\":\"" WOMAN "\",\"employer\":\"E\",\"month\":\"2024-02\",\"amount\":\"1\",\"retracted\":true}",
                                       "{\"resident_id\":\"" WOMAN "\",\"employer\":\"E\",\"month\":\"2024-03\",\"amount\":\"1\"}" };
    const char *empty = "{\"resident_id\":\"" MAN "\",\"level\":\"junior\",\"mode\":\"full_time\",\"enrolled_on\":\"2023-09-01\","
                        "\"left_on\":\"2023-09-01\",\"left_by\":\"transfer\"}";
    AUTO(batch) b = take("hrss.wages", two, 2);
    AUTO_STR text = STR_INIT;

    (void) state;
    expect_blank("{\"resident_id\":\"" MAN "\",\"enrolled_on\":\"2023-09-01\",\"retracted\":true}", false);
    expect_blank(empty, true);
    expect_item("education.students", empty, "\"op\":\"put\",\"facts\":[],\"holder\":{\"person\":\"" P1 "\"}}");
    assert_true(b->persons[0].needed && b->persons[0].sought); /* another record says something of her */
    item_text(b, 0, &text);
    assert_string_equal(str_c(&text), "\"op\":\"retract\",\"facts\":[],\"holder\":{\"person\":\"" P1 "\"}}");
}

static void
test_refusals_name_code_and_place(void **state)
{
    static const char wage[] = "{\"resident_id\":\"%s\",\"employer\":\"E\",\"month\":\"%s\",\"amount\":\"%s\"%s}";
    static const struct {
        const char *id, *month, *amount, *rest, *code, *pointer;
    } cases[] = {
        { "110105194912310021", "2024-02", "1", "", "resident_id.check", "/resident_id" },
        { "11010519491231002", "2024-02", "1", "", "resident_id.length", "/resident_id" },
        { "1101051949123100zX", "2024-02", "1", "", "resident_id.digits", "/resident_id" },
        { "110105194913310020", "2024-02", "1", "", "resident_id.birth", "/resident_id" },
        { WOMAN, "2024-07", "1", "", "date_future", "/month" },
        { WOMAN, "2024-13", "1", "", "bad_data", "/month" },
        { WOMAN, "2024-02", "1.234", "", "bad_data", "/amount" },
        { WOMAN, "2024-02", "-1.00", "", "negative", "/amount" },
        { WOMAN, "2024-02", "1", ",\"to_month\":\"2024-01\"", "order", "/to_month" },
        { WOMAN, "2024-02", "1", ",\"extra\":1", "bad_data", "/extra" },
        { WOMAN, "2024-02", "1", ",\"amount\":\"2\"", "not_json", "" },
    };

    (void) state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char record[256];

        (void) snprintf(record, sizeof(record), wage, cases[i].id, cases[i].month, cases[i].amount, cases[i].rest);
        expect_reject("hrss.wages", record, cases[i].code, cases[i].pointer);
    }
    expect_reject("hrss.wages", "17", "bad_data", "");
    expect_reject("hrss.wages", "{}", "bad_data", "/resident_id");
    /* 2024-06 is the month of the day itself, and the end of a term may lie ahead. */
    expect_item("hrss.wages",
                "{\"resident_id\":\"" WOMAN
                "\",\"employer\":\"E\",\"month\":\"2024-06\",\"to_month\":\"2024-12\",\"amount\":\"1.00\"}",
                "\"op\":\"put\",\"facts\":[{\"holder\":{\"person\":\"" P1
                "\"},\"kind\":\"income.wage\",\"from\":\"2024-06-01\","
                "\"to\":\"2025-01-01\",\"value\":100}]}");
}

static void
test_household_rules(void **state)
{
    static const char house[] =
        "{\"household_no\":\"H\",\"region\":\"320681100207\",\"area\":\"rural\",\"effective_on\":\"2023-12-31\","
        "\"members\":[%s]%s}";
    static const char two_heads[] =
        "{\"resident_id\":\"" WOMAN "\",\"name\":\"甲\",\"relation\":\"head\"},{\"resident_id\":\"" MAN
        "\",\"name\":\"乙\",\"relation\":\"head\"}";
    static const char twice[] =
        "{\"resident_id\":\"" WOMAN "\",\"name\":\"甲\",\"relation\":\"head\"},{\"resident_id\":\"" WOMAN_15
        "\",\"name\":\"甲\",\"relation\":\"other\"}";
    static const char bad_id[] = "{\"resident_id\":\"" WOMAN "\",\"name\":\"甲\",\"relation\":\"head\"},"
                                 "{\"resident_id\":\"110105194912310021\",\"name\":\"乙\",\"relation\":\"other\"}";
    char record[512];

    (void) state;
    (void) snprintf(record, sizeof(record), house, two_heads, "");
    expect_reject("civil.households", record, "more_than_one", "/members/1/relation");
    (void) snprintf(record, sizeof(record), house, twice, "");
    expect_reject("civil.households", record, "person_twice", "/members/1/resident_id");
    (void) snprintf(record, sizeof(record), house, bad_id, "");
    expect_reject("civil.households", record, "resident_id.check", "/members/1/resident_id");
    (void) snprintf(record, sizeof(record), house, "", "");
    expect_reject("civil.households", record, "bad_data", "/members");
    (void) snprintf(record, sizeof(record), house, "", ",\"closed\":true");
    {
        const char *r = record;
        AUTO(batch) b = take("civil.households", &r, 1);

        assert_int_equal(b->accepted, 1);
    }
}

static void
test_a_birth_in_the_future_is_refused(void **state)
{
    char body[32] = "320681202501010010";
    char record[256];

    (void) state;
    body[17] = "10X98765432"[0];
    {
        static const int weight[17] = { 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2 };
        int sum = 0;

        for (int i = 0; i < 17; i++)
            sum += (body[i] - '0') * weight[i];
        body[17] = "10X98765432"[sum % 11];
    }
    (void) snprintf(record, sizeof(record),
                    "{\"resident_id\":\"%s\",\"employer\":\"E\",\"month\":\"2024-02\",\"amount\":\"1\"}", body);
    expect_reject("hrss.wages", record, "birth_future", "/resident_id");
}

static void
test_fifteen_digits_and_small_x_are_the_same_person_and_key(void **state)
{
    static const char *const records[] = {
        "{\"resident_id\":\"" WOMAN "\",\"employer\":\"E\",\"month\":\"2024-02\",\"amount\":\"1\"}",
        "{\"resident_id\":\"11010519491231002x\",\"employer\":\"E\",\"month\":\"2024-03\",\"amount\":\"1\"}",
        "{\"resident_id\":\"" WOMAN_15 "\",\"employer\":\"E\",\"month\":\"2024-04\",\"amount\":\"1\"}",
    };
    static const char *const other[] = { "{\"resident_id\":\"" WOMAN_15
                                         "\",\"employer\":\"E\",\"month\":\"2024-02\",\"amount\":\"1\"}" };
    AUTO(batch) b = take("hrss.wages", records, 3);
    AUTO(batch) c = take("hrss.wages", other, 1);

    (void) state;
    assert_int_equal(b->accepted, 3);
    assert_int_equal(b->person_count, 1);
    assert_string_equal(b->persons[0].document, WOMAN);
    assert_true(uuid_eq(&b->records[0].key, &c->records[0].key));
    assert_false(uuid_eq(&b->records[0].key, &b->records[1].key));
}

static void
test_what_is_personal_goes_to_the_vault_and_nowhere_else(void **state)
{
    const char *record =
        "{\"household_no\":\"H\",\"region\":\"320681100207\",\"area\":\"rural\",\"effective_on\":\"2023-12-31\","
        "\"members\":[{\"resident_id\":\"" WOMAN "\",\"name\":\"王某某\",\"relation\":\"head\"}],"
        "\"address\":\"某路某号\",\"phone\":\"13800000000\"}";
    AUTO(batch) b = take("civil.households", &record, 1);
    AUTO_STR text = STR_INIT;

    (void) state;
    assert_int_equal(b->person_count, 1);
    assert_string_equal(b->persons[0].name, "王某某");
    assert_string_equal(b->persons[0].phone, "13800000000");
    assert_string_equal(b->persons[0].address, "某路某号");
    item_text(b, 0, &text);
    assert_null(strstr(str_c(&text), "王某某"));
    assert_null(strstr(str_c(&text), "13800000000"));
    assert_null(strstr(str_c(&text), "某路"));
    assert_null(strstr(str_c(&text), WOMAN));
}

static void
test_double_keys(void **state)
{
    static const char *const records[] = {
        "{\"resident_id\":\"" WOMAN
        "\",\"employer\":\"E\",\"month\":\"2024-02\",\"amount\":\"1\"}", /* 0, 1: the same thing */
        "{ \"amount\":\"1\", \"resident_id\":\"" WOMAN "\",\"month\":\"2024-02\",\"employer\":\"E\"}",
        "{\"resident_id\":\"" MAN
        "\",\"employer\":\"E\",\"month\":\"2024-02\",\"amount\":\"1\"}", /* 2–4: two contents */
        "{\"resident_id\":\"" MAN "\",\"employer\":\"E\",\"month\":\"2024-02\",\"amount\":\"1\"}",
        "{\"resident_id\":\"" MAN "\",\"employer\":\"E\",\"month\":\"2024-02\",\"amount\":\"2\"}",
    };
    AUTO(batch) b = take("hrss.wages", records, COUNT_OF(records));

    (void) state;
    assert_int_equal(b->accepted, 2);
    assert_int_equal(b->rejected, 3);
    assert_int_equal(b->records[0].state, RECORD_PUT);
    assert_int_equal(b->records[1].state, RECORD_SAME);
    for (size_t i = 2; i < 5; i++) {
        assert_int_equal(b->records[i].state, RECORD_REJECTED);
        assert_string_equal(b->records[i].code, "duplicate_key");
    }
    assert_true(b->persons[0].needed);
    assert_false(b->persons[1].needed); /* nobody becomes known by a rejected record */
    assert_int_equal(b->total, 600);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wages),
        cmocka_unit_test(test_pensions_are_two_facts),
        cmocka_unit_test(test_household_is_a_register_entry),
        cmocka_unit_test(test_enrolments_by_household_and_by_person),
        cmocka_unit_test(test_payment_refers_to_its_enrolment),
        cmocka_unit_test(test_the_other_datasets),
        cmocka_unit_test(test_retraction_needs_the_key_only),
        cmocka_unit_test(test_who_is_named_for_nothing_is_not_made),
        cmocka_unit_test(test_refusals_name_code_and_place),
        cmocka_unit_test(test_household_rules),
        cmocka_unit_test(test_a_birth_in_the_future_is_refused),
        cmocka_unit_test(test_fifteen_digits_and_small_x_are_the_same_person_and_key),
        cmocka_unit_test(test_what_is_personal_goes_to_the_vault_and_nowhere_else),
        cmocka_unit_test(test_double_keys),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
