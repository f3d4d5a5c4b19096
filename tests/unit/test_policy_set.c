/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers set for a question: what holds from which day, for whom, and what is refused with which words. */
#include "unit.h"

#include "domain/date.h"
#include "policy_model.h"
#include "policy_set.h"

#include <string.h>

static terms_t *terms;
static policy_t *base;

static const char place[] = "policy: place\nextends: land\ntitle: { zh: 某地, en: A place }\n"
                            "parameters:\n"
                            "  standard:\n    basis: b\n    confidence: assumed\n    values:\n"
                            "      - { from: 2022-07-01, urban: 750.00, rural: 700.00 }\n"
                            "      - { from: 2023-07-01, until: 2024-12-31, urban: 790.00, rural: 780.00, note: now }\n"
                            "      - { from: 2025-01-01, urban: 900.00, rural: 900.00 }\n";
static const char land[] =
    "policy: land\nabstract: true\ntitle: { zh: 国家, en: The land }\n"
    "parameters:\n"
    "  standard: { unit: money/month, by: area, basis: b, confidence: assumed, values: local }\n"
    "  share: { unit: ratio, at_most: 1, basis: b, confidence: assumed, values: [ { from: 2020-01-01, value: 0.1 } ] }\n"
    "  grades: { unit: money/month, by: disability.grade, basis: b, confidence: assumed, values: [ { from: 2020-01-01, 1: 170.00, 2: 120.00 } ] }\n"
    "  method: { unit: choice, choices: [ none, flat ], basis: b, confidence: assumed, values: [ { from: 2020-01-01, value: none } ] }\n"
    "  rate: { unit: ratio, basis: b, values: open }\n"
    "  local: { unit: money, by: [ region, area ], basis: b, confidence: assumed, values: [ { from: 2020-01-01, 32: { urban: 1.00, rural: 2.00 } } ] }\n"
    "facts:\n"
    "  disability.certificate: { accumulates: latest, value: disability.grade, label: { zh: 残疾人证, en: certificate }, source: [ dpf.certificates ] }\n"
    "members:\n"
    "  counted_members: { where: not closed, label: { zh: 计入, en: counted } }\n"
    "derived:\n"
    "  x: { value: grades, label: { zh: 甲, en: x } }\n"
    "categories:\n"
    "  c: { unit: household, role: aid, label: { zh: 类, en: c }, basis: b, when: [ 12 months × standard × share > 1 yuan ], amount: standard }\n";

static void
load(void)
{
    const policy_text_t files[] = { { "place.yaml", SLICE_LIT(place) }, { "land.yaml", SLICE_LIT(land) } };
    err_t err = { .cls = ERR_NONE };

    if (!policy_load_texts(files, 2, terms, &base, &err))
        fail_msg("%s", err.text);
}

static policy_t *
set(const char *a, const char *b, const char *from)
{
    const char *sets[] = { a, b };
    err_t err = { .cls = ERR_NONE };
    policy_t *ret = NULL;
    int32_t day = 0;

    assert_true(date_parse(from, strlen(from), &day));
    if (!policy_set(base, sets, b == NULL ? 1 : 2, day, terms, &ret, &err))
        fail_msg("%s", err.text);
    return ret;
}

/* The number on a day, for one key; in the unit in which it is kept. */
static int64_t
number(const policy_t *policy, const char *name, const char *on, int64_t key)
{
    const policy_def_t *def = policy_find(policy, name, strlen(name));
    const policy_value_t *v;
    int32_t day = 0;

    assert_true(date_parse(on, strlen(on), &day));
    v = policy_value_on(&def->param, day);
    for (size_t i = 0; v != NULL && i < v->cell_count; i++)
        if (policy_cell_holds(&v->cells[i], key, 0))
            return v->cells[i].value;
    return -1;
}

static void
test_for_all_areas_from_the_day_on(void **state)
{
    AUTO(policy) p = set("standard=860", NULL, "2024-03-01");
    char version[64];

    (void) state;
    assert_int_equal(number(p, "standard", "2024-03-01", 1), 86000);
    assert_int_equal(number(p, "standard", "2026-03-01", 0), 86000); /* and what was to come is gone */
    assert_int_equal(number(p, "standard", "2024-02-29", 0), 78000); /* before it nothing changes */
    assert_int_equal(number(p, "standard", "2022-08-01", 1), 75000);
    assert_int_equal(number(p, "standard", "2021-08-01", 1), -1);
    policy_version(p, date_of(2024, 6, 1), version);
    assert_string_equal(version, "place@2024-03-01");
    assert_int_equal(number(base, "standard", "2024-03-01", 1), 79000); /* the policy itself is as it was */
}

static void
test_one_area_and_one_grade(void **state)
{
    AUTO(policy) p = set("standard.urban=860", "grades.2=130", "2024-03-01");

    (void) state;
    assert_int_equal(number(p, "standard", "2024-03-01", 1), 86000);
    assert_int_equal(number(p, "standard", "2024-03-01", 0), 78000);
    assert_int_equal(number(p, "grades", "2024-03-01", 2), 13000);
    assert_int_equal(number(p, "grades", "2024-03-01", 1), 17000);
}

static void
test_repeated_and_new_keys(void **state)
{
    AUTO(policy) p = set("standard=860", "standard.rural=850", "2024-03-01");
    AUTO(policy) q = set("grades.3=90", "share=15 %", "2019-03-01");

    (void) state;
    assert_int_equal(number(p, "standard", "2024-03-01", 1), 86000);
    assert_int_equal(number(p, "standard", "2024-03-01", 0), 85000);
    assert_int_equal(number(q, "grades", "2024-03-01", 3), 9000);
    assert_int_equal(number(q, "grades", "2024-03-01", 1), 17000); /* before its first value, its first value */
    const policy_def_t *share = policy_find(q, "share", 5);
    assert_int_equal(number(q, "share", "2024-03-01", 0) * 100 / share->param.scale, 15);
}

static void
test_choice_open_and_two_keys(void **state)
{
    AUTO(policy) p = set("method=flat", "rate=12.5 %", "2024-03-01");
    AUTO(policy) q = set("local.32.rural=3", "local.3206=4", "2024-03-01");
    const policy_value_t *local = policy_value_on(&policy_find(q, "local", 5)->param, date_of(2024, 3, 1));

    (void) state;
    assert_int_equal(number(p, "method", "2024-03-01", 0), 1);
    assert_int_equal(number(p, "method", "2024-02-29", 0), 0);
    assert_int_equal(number(p, "rate", "2024-03-01", 0) * 1000 / policy_find(p, "rate", 4)->param.scale, 125);
    assert_int_equal(number(p, "rate", "2024-02-29", 0), -1);
    assert_true(policy_cell_holds(&local->cells[0], 320681000000, 0));
    assert_int_equal(local->cells[0].value, 400);
    assert_int_equal(number(q, "local", "2024-03-01", 330000000000), -1);
    assert_int_equal(number(q, "local", "2024-03-01", 320500000000), 300); /* rural is 0 */
}

static void
refused(const char *a, const char *b, size_t index, const char *words)
{
    const char *sets[] = { a, b };
    err_t err = { .cls = ERR_NONE };
    policy_t *ret = NULL;
    char pointer[32];

    assert_false(policy_set(base, sets, b == NULL ? 1 : 2, date_of(2024, 3, 1), terms, &ret, &err));
    if (strstr(err.text, words) == NULL)
        fail_msg("“%s” does not say “%s”", err.text, words);
    (void) snprintf(pointer, sizeof pointer, "/sets/%zu", index);
    assert_string_equal(err.pointer, pointer);
    assert_string_equal(err.code, "bad_data");
}

static void
test_what_is_wrong_is_said(void **state)
{
    (void) state;
    refused("standrd=860", NULL, 0, "“standrd” is no parameter of the policy place: did you mean “standard”?");
    refused("standard=860", "nothing_like_it=1", 1, "“nothing_like_it” is no parameter of the policy place");
    refused("standard", NULL, 0, "--set takes NAME=VALUE");
    refused("standard=", NULL, 0, "--set takes NAME=VALUE");
    refused("standard=86o", NULL, 0, "--set standard=86o: “86o” is no amount in yuan");
    refused("standard=1", "share=60", 1, "60 is above 1, the most “share” may be");
    refused("standard.town=860", NULL, 0, "“town” is not known in a value");
    refused("share.urban=1", NULL, 0, "“share” goes by 0 things, not by urban");
    refused("counted_members=1", NULL, 0, "“counted_members” is no parameter");
}

/* The numbers of a later day on every day: as if they were in force already. */
static void
test_advance(void **state)
{
    const policy_text_t files[] = { { "place.yaml", SLICE_LIT(place) }, { "land.yaml", SLICE_LIT(land) } };
    AUTO(policy) p = NULL;
    err_t err = { .cls = ERR_NONE };

    (void) state;
    if (!policy_load_texts(files, 2, terms, &p, &err))
        fail_msg("%s", err.text);
    policy_advance(p, date_of(2025, 2, 1));
    assert_int_equal(number(p, "standard", "2024-03-01", 1), 90000);
    assert_int_equal(number(p, "standard", "2022-08-01", 0), 90000);
    assert_int_equal(number(p, "grades", "2024-03-01", 1), 17000);
    policy_advance(p, date_of(2010, 1, 1)); /* on that day there was none */
    assert_int_equal(number(p, "standard", "2024-03-01", 1), -1);
}

static int
setup(void **state)
{
    (void) state;
    terms = terms_new();
    load();
    return 0;
}

static int
teardown(void **state)
{
    (void) state;
    policy_destroy(&base);
    terms_destroy(&terms);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_choice_open_and_two_keys), cmocka_unit_test(test_for_all_areas_from_the_day_on), cmocka_unit_test(test_one_area_and_one_grade),
        cmocka_unit_test(test_repeated_and_new_keys),         cmocka_unit_test(test_what_is_wrong_is_said),
        cmocka_unit_test(test_advance),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
