/* SPDX-License-Identifier: Apache-2.0 */
#include "dataset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define SCHEMA(name) SOURCE_DIR "/schemas/datasets/" name ".schema.json"

static void
test_all_shipped_datasets_compile(void **state)
{
    static const char *const names[] = { "civil.children",   "civil.cremations",    "civil.declarations",
                                         "civil.enrolments", "civil.households",    "civil.payments",
                                         "dpf.certificates", "hrss.pensions",       "hrss.wages",
                                         "police.deaths",    "medical.settlements", "police.vehicles" };
    AUTO(catalogue) c = NULL;
    err_t err = { 0 };

    (void) state;
    if (!catalogue_load(SOURCE_DIR "/deploy/datasets", SOURCE_DIR "/schemas/datasets", &c, &err))
        fail_msg("%s", err.text);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        const dataset_t *d = catalogue_find(c, names[i]);

        assert_non_null(d);
        assert_string_equal(d->name, names[i]);
        assert_true(strncmp(d->owner, names[i], strlen(d->owner)) == 0);
    }
    assert_true(catalogue_count(c) >= COUNT_OF(names));
    assert_null(catalogue_find(c, "hrss.nothing"));
    assert_true(catalogue_find(c, "civil.children")->snapshot);
    assert_int_equal(catalogue_find(c, "civil.children")->max_shrink_percent, 10);
    assert_false(catalogue_find(c, "hrss.wages")->snapshot);
}

/* Of which datasets the key names the one holder: all that have the person, the household's number or the place in the key, unless
 * they speak of somebody else, too, or are whole lists. */
static void
test_whom_the_key_names(void **state)
{
    static const struct {
        const char *dataset, *names;
    } named[] = { { "civil.care_assessments", "person:resident_id" }, { "civil.households", "household:household_no" },
                  { "civil.senior_allowances", "person:resident_id" }, { "dpf.certificates", "person:resident_id" },
                  { "education.students", "person:resident_id" }, { "ethnic.clergy", "person:resident_id" },
                  { "fund.contributions", "person:resident_id" }, { "health.births", "person:birth_certificate_no" },
                  { "health.family_planning", "person:resident_id" }, { "hrss.contributions", "person:resident_id" }, { "hrss.employment", "person:resident_id" },
                  { "hrss.injury_benefits", "person:resident_id" }, { "hrss.pensions", "person:resident_id" },
                  { "hrss.unemployment", "person:resident_id" }, { "hrss.unemployment_benefits", "person:resident_id" },
                  { "hrss.wages", "person:resident_id" }, { "market.companies", "person:resident_id" },
                  { "medical.insured", "person:resident_id" }, { "police.deaths", "person:resident_id" },
                  { "police.residents", "person:resident_id" }, { "rural.exited", "household:household_no" },
                  { "rural.poverty_return", "household:household_no" }, { "stats.cpi", "region:region" },
                  { "tax.income", "person:resident_id" }, { "veterans.benefits", "person:resident_id" } };
    AUTO(catalogue) c = NULL;
    err_t err = { 0 };
    size_t n = 0;

    (void) state;
    assert_true(catalogue_load(SOURCE_DIR "/deploy/datasets", SOURCE_DIR "/schemas/datasets", &c, &err));
    for (size_t i = 0; i < catalogue_count(c); i++) {
        const dataset_t *d = catalogue_at(c, i);

        if (n < COUNT_OF(named) && strcmp(named[n].dataset, d->name) == 0)
            assert_string_equal(d->key_names_text, named[n++].names);
        else if (d->key_names_text != NULL)
            fail_msg("%s: %s", d->name, d->key_names_text);
    }
    assert_int_equal(n, COUNT_OF(named));
}

static void
test_dates_are_limited_unless_the_file_says_otherwise(void **state)
{
    AUTO(dataset) d = NULL;
    err_t err = { 0 };

    (void) state;
    assert_true(
        dataset_load(SOURCE_DIR "/deploy/datasets/dpf.certificates.yaml", SCHEMA("dpf.certificates"), &d, &err));
    for (size_t i = 0; i < d->date_count; i++)
        assert_string_not_equal(d->dates[i].name, "expires_on");
    assert_int_equal(d->date_count, 2); /* issued_on, cancelled_on */
}

#define HEAD                                                                                                           \
    "dataset: x.wages\nowner: x\ntitle: { zh: 甲, en: A }\nlegal_basis: none\nrhythm: monthly\nauthorisation: true\n"
#define KEY "key: [resident_id, month]\n"
#define PERSONS "persons: [resident_id]\n"
#define FACTS "facts:\n  - holder: { person: resident_id }\n    kind: income.wage\n    from: { month: month }\n"

/* Not where a fact is somebody else's, or everybody's of a list, where the holder is not in the key, or with whole lists. */
static void
test_whom_an_own_key_names(void **state)
{
    static const struct {
        const char *yaml, *names;
    } cases[] = {
        { HEAD KEY PERSONS FACTS, "person:resident_id" },
        { HEAD KEY PERSONS FACTS "  - holder: { person: resident_id }\n    kind: b.c\n    from: { month: month }\n", "person:resident_id" },
        { HEAD "key: [month]\n" PERSONS FACTS, NULL },
        { HEAD KEY PERSONS "snapshot: { max_shrink_percent: 5 }\n" FACTS, NULL },
    };

    (void) state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        AUTO(dataset) d = NULL;
        err_t err = { 0 };

        if (!dataset_parse("wages", cases[i].yaml, strlen(cases[i].yaml), SCHEMA("hrss.wages"), &d, &err))
            fail_msg("%zu: %s", i, err.text);
        if (cases[i].names == NULL)
            assert_null(d->key_names_text);
        else
            assert_string_equal(d->key_names_text, cases[i].names);
    }
}

/* Each mistake names file, line and column, and what would be right. */
static void
test_mistakes_are_told_with_their_place(void **state)
{
    static const struct {
        const char *yaml, *place, *says;
    } cases[] = {
        { HEAD KEY PERSONS, "wages:1:", "facts or a household" },
        { HEAD PERSONS FACTS, "wages:1:", "key is missing" },
        { HEAD "key: [resident_id, mounth]\n" PERSONS FACTS, "wages:7:20:", "no field \"mounth\"; it has: " },
        { HEAD KEY FACTS, "wages:1:", "persons does not list the resident ID \"resident_id\"" },
        { HEAD KEY "persons: [employer]\n" FACTS, "wages:8:11:", "not a resident ID" },
        { HEAD KEY PERSONS FACTS "    value: { money: month }\n", "wages:13:21:", "not money" },
        { HEAD KEY PERSONS FACTS "    value: { decimal: employer }\n", "wages:13:12:", "{ decimal: field, digits: 2 }" },
        { HEAD KEY PERSONS FACTS "    value: { decimal: amount, digits: 2 }\n", "wages:13:23:", "not text" },
        { HEAD KEY PERSONS FACTS "    value: { money: amount, digits: 2 }\n", "wages:13:12:", "{ constant: 1 }" },
        { HEAD KEY PERSONS FACTS "    when: { amount: 3 }\n", "wages:13:13:", "no text field" },
        { HEAD KEY PERSONS "rules:\n  - distinct: [resident_id, month]\n" FACTS, "wages:10:29:", "is not a resident ID" },
        { HEAD KEY PERSONS
          "facts:\n  - holder: { place: employer }\n    kind: a.b\n    from: { month: month }\n",
          "wages:10:22:", "not a region" },
        { HEAD KEY PERSONS
          "facts:\n  - holder: { each: resident_id }\n    kind: a.b\n    from: { month: month }\n",
          "wages:10:21:", "each needs a list" },
        { HEAD KEY PERSONS FACTS "    code: employer\n", "wages:13:11:", "enum" },
        { HEAD KEY PERSONS
          "facts:\n  - holder: { person: resident_id }\n    kind: income.{employer}\n    from: { month: month }\n",
          "wages:11:11:", "{employer} is not a field whose values the schema lists" },
        { HEAD KEY PERSONS FACTS "    to: { week: month }\n", "wages:13:9:", "day_after" },
        { HEAD KEY PERSONS FACTS "    weight: 3\n", "wages:13:5:", "weight" },
        { HEAD KEY PERSONS "future: [amount]\n" FACTS, "wages:9:10:", "not a date" },
        { HEAD KEY PERSONS "total: employer\n" FACTS, "wages:9:8:", "not money" },
        { HEAD KEY PERSONS "rules:\n  - ordered: [month]\n" FACTS, "wages:10:14:", "two fields" },
        { HEAD KEY PERSONS "rules:\n  - sorted: [month]\n" FACTS, "wages:10:5:", "sorted" },
        { HEAD KEY PERSONS "sealed:\n  - { person: resident_id, name: employer }\n" FACTS, "wages:10:34:", "x-pii" },
        { HEAD KEY PERSONS "snapshot: { max_shrink_percent: 200 }\n" FACTS, "wages:9:", "100" },
        { "dataset: X\nowner: x\ntitle: { zh: 甲, en: A }\nlegal_basis: n\nrhythm: monthly\nauthorisation: true\n" KEY
              PERSONS FACTS,
          "wages:1:10:", "lower-case" },
        { "dataset: x.w\nowner: x\ntitle: { zh: 甲, en: A }\nlegal_basis: n\nrhythm: hourly\nauthorisation: true\n" KEY
              PERSONS FACTS,
          "wages:5:9:", "twice_monthly" },
        { HEAD KEY PERSONS "facts:\n  - holder: { household: employer }\n    kind: income.wage\n    from: { month: month }\n",
          "wages:10:", "authorisation" },
        { "dataset: x.w\nowner: x\ntitle: { zh: 甲 }\nlegal_basis: n\nrhythm: daily\nauthorisation: true\n" KEY PERSONS
              FACTS,
          "wages:3:8:", "en" },
    };
    err_t err;

    (void) state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        AUTO(dataset) d = NULL;

        err_clear(&err);
        if (dataset_parse("wages", cases[i].yaml, strlen(cases[i].yaml), SCHEMA("hrss.wages"), &d, &err))
            fail_msg("case %zu was taken", i);
        assert_int_equal(err.cls, ERR_CONFIG);
        if (strstr(err.text, cases[i].place) == NULL || strstr(err.text, cases[i].says) == NULL)
            fail_msg("case %zu: \"%s\" has not \"%s\" and \"%s\"", i, err.text, cases[i].place, cases[i].says);
    }
}

#define RESCUE "dataset: civil.rescues\nowner: civil\ntitle: { zh: 甲, en: A }\nlegal_basis: n\nrhythm: daily\nauthorisation: false\nkey: [station_no]\n"
#define STAYS "facts:\n  - holder: { person: resident_id }\n    kind: rescue.station\n    from: { day: admitted_on }\n"

/* Who has no resident ID. */
static void
test_mistakes_about_other_documents(void **state)
{
    static const struct {
        const char *persons, *says;
    } cases[] = {
        { "  - { at: resident_id, or: [{ number: station_no }] }\n", "says by type, kind or own" },
        { "  - { at: resident_id, or: [{ number: station_no, own: Station }] }\n", "lower-case" },
        { "  - { at: resident_id, or: [{ number: station_no, own: a, kind: military }] }\n", "one of type, kind and own" },
        { "  - { at: resident_id, or: [{ number: document_no, type: document_type }] }\n", "needs its country" },
        { "  - { at: resident_id, or: [{ number: document_no, type: class, issuer: issued_by }] }\n", "no kind of document; these are: resident_id" },
        { "  - { at: resident_id, or: [{ number: document_no, kind: licence }] }\n", "kind is one of resident_id" },
        { "  - { at: resident_id, or: [{ number: issued_by, own: a }] }\n", "x-pii" },
        { "  - { at: resident_id, or: [{ number: name, own: a }, { number: nothing, own: b }] }\n", "no field \"nothing\"" },
        { "  - { at: resident_id, or: [] }\n", "1 to 7" },
        { "  - { at: resident_id, same: true }\n", "two ways" },
        { "  - { or: [{ number: station_no, own: a }] }\n", "\"at\" is missing" },
        { "  - { at: station_no, own: a }\n", "does not list the resident ID" },
        { "  - { at: resident_id, or: [{ number: station_no, own: a }], same: true }\nsnapshot: { max_shrink_percent: 10 }\n", "whole lists" },
        { "  - { at: resident_id, kind: passport, issuer: issued_by }\n", "holds resident IDs" },
    };
    static const char good[] = RESCUE "persons:\n  - { at: resident_id, or: [{ number: station_no, own: a }], same: true }\n" STAYS;
    AUTO(dataset) taken = NULL;
    err_t err = { 0 };

    (void) state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        AUTO(dataset) d = NULL;
        AUTO_STR yaml = STR_INIT;

        err_clear(&err);
        str_printf(&yaml, RESCUE "persons:\n%s" STAYS, cases[i].persons);
        if (dataset_parse("rescues", yaml.ptr, yaml.len, SCHEMA("civil.rescues"), &d, &err))
            fail_msg("case %zu was taken", i);
        if (err.cls != ERR_CONFIG || strstr(err.text, "rescues:") == NULL || strstr(err.text, cases[i].says) == NULL)
            fail_msg("case %zu: \"%s\" has not \"%s\"", i, err.text, cases[i].says);
    }
    if (!dataset_parse("rescues", good, sizeof(good) - 1, SCHEMA("civil.rescues"), &taken, &err))
        fail_msg("%s", err.text);
    assert_true(taken->links);
    assert_int_equal(taken->key_person, SIZE_MAX);
}

static void
test_the_right_file_is_taken(void **state)
{
    AUTO(dataset) d = NULL;
    static const char yaml[] = HEAD KEY PERSONS FACTS;
    err_t err = { 0 };

    (void) state;
    if (!dataset_parse("wages", yaml, sizeof(yaml) - 1, SCHEMA("hrss.wages"), &d, &err))
        fail_msg("%s", err.text);
    assert_int_equal(d->fact_count, 1);
    assert_true(d->authorisation);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_shipped_datasets_compile),
        cmocka_unit_test(test_whom_an_own_key_names),
        cmocka_unit_test(test_whom_the_key_names),
        cmocka_unit_test(test_dates_are_limited_unless_the_file_says_otherwise),
        cmocka_unit_test(test_mistakes_are_told_with_their_place),
        cmocka_unit_test(test_mistakes_about_other_documents), cmocka_unit_test(test_the_right_file_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
