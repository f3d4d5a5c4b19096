/* SPDX-License-Identifier: Apache-2.0 */
/* docs/findings.md §1: aid of a person, entitlements of the household, lists that are compared both ways. */
#include "unit.h"

#include "comparison_home.h"
#include "domain/date.h"

#include <string.h>

#define TODAY date_of(2024, 6, 15)
#define YEAR_AGO date_of(2023, 6, 1)
#define THIS_MONTH date_of(2024, 6, 1)

static int
setup(void **state)
{
    (void) state;
    home_set_up("");
    return 0;
}

/* Old, alone, with next to nothing; `known`: that nobody supports him is on record. */
static void
old_and_alone(home_t *h, bool known)
{
    home_init(h, 1);
    h->members[0].born = date_of(1950, 1, 1);
    home_income(h, 1, YEAR_AGO, THIS_MONTH, 100);
    (void) home_add(h, 1, "care.assessment", date_of(2024, 1, 1), DATE_OPEN, 0, NULL);
    if (known)
        (void) home_add(h, 1, "support.none", date_of(2024, 1, 1), DATE_OPEN, 0, NULL);
}

static void
test_tekun(void **state)
{
    home_t h;
    const wanted_t *w;

    (void) state;
    old_and_alone(&h, false);
    home_judge(&h, TODAY);
    assert_null(home_found(&h, KIND_NEWLY_QUALIFIES, "tekun", 1)); /* of supporters nothing is known: cannot tell */
    old_and_alone(&h, true);
    home_judge(&h, TODAY);
    w = home_found(&h, KIND_NEWLY_QUALIFIES, "tekun", 1);
    assert_non_null(w);
    assert_int_equal(w->monthly, 1027 * YUAN);
    assert_true(w->fact_count > 0);
    assert_null(home_found(&h, KIND_NEWLY_QUALIFIES, "dibao_single", 1));

    (void) home_enrol(&h, 1, "tekun", date_of(2024, 1, 1), DATE_OPEN, 1027);
    home_judge(&h, TODAY);
    assert_int_equal(h.list.count, 0);
    h.facts[0][h.members[0].fact_count - 1].value = 1000 * YUAN;
    home_judge(&h, TODAY);
    assert_int_equal(h.list.count, 1);
    w = home_found(&h, KIND_BENEFIT_CHANGE, "tekun", 1);
    assert_non_null(w);
    assert_int_equal(w->monthly, 1027 * YUAN);
    assert_int_equal(w->enrolled, 1000 * YUAN);

    home_income(&h, 1, YEAR_AGO, THIS_MONTH, 5000); /* and no more */
    home_judge(&h, TODAY);
    assert_int_equal(h.list.count, 1);
    assert_non_null(home_found(&h, KIND_NO_LONGER_QUALIFIES, "tekun", 1));
    (void) home_add(&h, 1, "event.death", date_of(2024, 6, 10), DATE_OPEN, 0, NULL);
    home_judge(&h, TODAY); /* death has a rule of its own */
    assert_int_equal(h.list.count, 1);
    assert_string_equal(h.list.wanted[0].rule, RULE_DEATH);
}

/* Severely disabled, without income, child in a household that earns `yuan` a month and head. */
static void
disabled_child(home_t *h, int64_t yuan)
{
    home_init(h, 2);
    h->members[0].born = date_of(1972, 1, 1);
    h->members[1].born = date_of(1996, 1, 1);
    h->members[1].relation = REL_CHILD;
    home_income(h, 1, YEAR_AGO, THIS_MONTH, 2 * yuan);
    (void) home_add(h, 2, "disability.certificate", date_of(2020, 1, 1), DATE_OPEN, 1, "physical");
    (void) home_enrol(h, 2, "disability_nursing", date_of(2023, 1, 1), DATE_OPEN, 170);
    (void) home_enrol(h, 2, "disability_living", date_of(2023, 1, 1), DATE_OPEN, 790);
}

static void
test_single_entry(void **state)
{
    home_t h;

    (void) state;
    disabled_child(&h, 1000); /* marginal: the standard is 790, its line 1,185 */
    (void) home_enrol(&h, 0, "marginal", date_of(2023, 1, 1), DATE_OPEN, 0);
    home_judge(&h, TODAY);
    assert_int_equal(h.list.count, 1);
    assert_non_null(home_found(&h, KIND_NEWLY_QUALIFIES, "dibao_single", 2));

    disabled_child(&h, 1000);
    (void) home_enrol(&h, 0, "dibao", date_of(2023, 1, 1), DATE_OPEN, 300); /* what the household draws goes first */
    home_judge(&h, TODAY);
    assert_null(home_found(&h, KIND_NEWLY_QUALIFIES, "dibao_single", 2));

    disabled_child(&h, 700); /* the household is due dibao */
    home_judge(&h, TODAY);
    assert_non_null(home_found(&h, KIND_NEWLY_QUALIFIES, "dibao", 0));
    assert_null(home_found(&h, KIND_NEWLY_QUALIFIES, "dibao_single", 2));

    disabled_child(&h, 1000);
    (void) home_enrol(&h, 2, "tekun", date_of(2023, 1, 1), DATE_OPEN, 1027); /* draws an earlier one */
    home_judge(&h, TODAY);
    assert_null(home_found(&h, KIND_NEWLY_QUALIFIES, "dibao_single", 2));

    disabled_child(&h, 5000); /* the doors are shut: no marginal household, nothing known of work */
    (void) home_enrol(&h, 2, "dibao_single", date_of(2023, 1, 1), DATE_OPEN, 790);
    home_judge(&h, TODAY);
    assert_int_equal(h.list.count, 0); /* jobless or not, nobody can tell */
    (void) home_add(&h, 2, "employment.job", date_of(2024, 1, 1), DATE_OPEN, 0, "contract");
    home_judge(&h, TODAY);
    assert_non_null(home_found(&h, KIND_NO_LONGER_QUALIFIES, "dibao_single", 2));
}

/* A grown-up with a job, so that the household brings nothing else. */
static void
test_temporary_aid(void **state)
{
    static const struct {
        int32_t from, to, day;
        bool found;
        int32_t next; /* 0: not looked at */
    } row[] = {
        { 0, 0, 0, true, 0 },
        { 20240301, 20240302, 20240831, false, 20240901 }, /* six months from its beginning are not over */
        { 20240301, 20240302, 20240901, true, 0 },
        { 20240301, 20241001, 20240930, false, 20241001 }, /* still in force */
        { 20240301, 20241001, 20241001, true, 0 },
    };

    (void) state;
    for (size_t i = 0; i < COUNT_OF(row); i++) {
        home_t h;
        int32_t day = row[i].day == 0 ? TODAY : date_of(row[i].day / 10000, row[i].day / 100 % 100, row[i].day % 100);

        home_init(&h, 1);
        home_income(&h, 1, YEAR_AGO, date_of(2024, 12, 1), 9000);
        (void) home_add(&h, 1, "event.emergency", date_add_months(day, -2), DATE_OPEN, 0, "fire");
        if (row[i].from != 0)
            (void) home_enrol(&h, 0, "temporary_aid_urgent", date_of(2024, 3, 1),
                              date_of(row[i].to / 10000, row[i].to / 100 % 100, row[i].to % 100), 2000);
        home_judge(&h, day);
        assert_int_equal(home_found(&h, KIND_ENTITLEMENT_NOT_DRAWN, "temporary_aid_urgent", 0) != NULL, row[i].found);
        assert_int_equal(h.list.count, row[i].found ? 1 : 0); /* it never ends: it is paid once */
        if (row[i].next != 0)
            assert_int_equal(h.list.next_day, date_of(row[i].next / 10000, row[i].next / 100 % 100, row[i].next % 100));
    }
}

static void
test_poverty_return(void **state)
{
    home_t h;

    (void) state;
    home_init(&h, 1);
    home_income(&h, 1, YEAR_AGO, THIS_MONTH, 499); /* below 6,000 a year */
    (void) home_enrol(&h, 0, "dibao", date_of(2023, 1, 1), DATE_OPEN, 291);
    home_judge(&h, TODAY);
    assert_int_equal(h.list.count, 1);
    assert_non_null(home_found(&h, KIND_NEWLY_QUALIFIES, "poverty_return", 0)); /* beside any aid */
    (void) home_add(&h, 0, "enrolment.poverty_return", date_of(2024, 6, 1), DATE_OPEN, 0, "edge");
    home_judge(&h, TODAY);
    assert_int_equal(h.list.count, 0);

    home_init(&h, 1);
    home_income(&h, 1, YEAR_AGO, THIS_MONTH, 9000);
    (void) home_add(&h, 0, "enrolment.poverty_return", date_of(2023, 12, 16), DATE_OPEN, 0, "edge");
    home_judge(&h, TODAY); /* on the list for six months less a day */
    assert_int_equal(h.list.count, 0);
    assert_int_equal(h.list.next_day, date_of(2024, 6, 16));
    home_judge(&h, date_of(2024, 6, 16));
    assert_int_equal(h.list.count, 1);
    assert_non_null(home_found(&h, KIND_NO_LONGER_QUALIFIES, "poverty_return", 0));

    home_init(&h, 1); /* since a day that June does not have */
    home_income(&h, 1, YEAR_AGO, THIS_MONTH, 9000);
    (void) home_add(&h, 0, "enrolment.poverty_return", date_of(2023, 12, 31), DATE_OPEN, 0, "edge");
    home_judge(&h, date_of(2024, 6, 30));
    assert_int_equal(h.list.count, 0);
    home_judge(&h, date_of(2024, 7, 1));
    assert_int_equal(h.list.count, 1);

    home_init(&h, 1); /* nothing known of income: nobody can tell */
    (void) home_add(&h, 0, "enrolment.poverty_return", date_of(2022, 12, 16), DATE_OPEN, 0, "edge");
    home_judge(&h, TODAY);
    assert_int_equal(h.list.count, 0);
}

static void
test_why_it_ended(void **state)
{
    home_t h;
    finding_t f = { .kind = KIND_NEWLY_QUALIFIES, .category = "dibao_single", .person = home_person(2) };

    (void) state;
    disabled_child(&h, 1000);
    assert_false(finding_rules_is_settled(home_rules, &f, &h.d, TODAY));
    (void) home_enrol(&h, 0, "dibao", date_of(2024, 1, 1), DATE_OPEN, 300);
    assert_true(finding_rules_is_settled(home_rules, &f, &h.d, TODAY)); /* the household draws instead */
    disabled_child(&h, 1000);
    (void) home_enrol(&h, 2, "dibao_single", date_of(2024, 1, 1), DATE_OPEN, 790);
    assert_true(finding_rules_is_settled(home_rules, &f, &h.d, TODAY));
    f = (finding_t){ .kind = KIND_ENTITLEMENT_NOT_DRAWN, .category = "temporary_aid_urgent" };
    assert_false(finding_rules_is_settled(home_rules, &f, &h.d, TODAY));
    (void) home_enrol(&h, 0, "temporary_aid_urgent", date_of(2024, 5, 1), date_of(2024, 5, 2), 2000);
    assert_true(finding_rules_is_settled(home_rules, &f, &h.d, TODAY));
    f = (finding_t){ .kind = KIND_NEWLY_QUALIFIES, .category = "poverty_return" };
    assert_false(finding_rules_is_settled(home_rules, &f, &h.d, TODAY));
    (void) home_add(&h, 0, "enrolment.poverty_return", date_of(2024, 6, 1), DATE_OPEN, 0, "edge");
    assert_true(finding_rules_is_settled(home_rules, &f, &h.d, TODAY));
}

/* --- decisions (§8) --- */

static void
test_decisions(void **state)
{
    static const struct {
        ruling_verb_t verb;
        int64_t income; /* a month */
        bool enrolled, newly, leaves;
    } row[] = {
        { RULING_COUNT, 700, false, true, false },    { RULING_REFUSES, 700, false, false, false },
        { RULING_COUNT, 5000, false, false, false },  { RULING_GRANTS, 5000, false, true, false },
        { RULING_KEEPS, 5000, false, false, false },  { RULING_COUNT, 5000, true, false, true },
        { RULING_KEEPS, 5000, true, false, false },   { RULING_GRANTS, 5000, true, false, false },
        { RULING_REFUSES, 5000, true, false, true },  { RULING_NOT_GRANTED, 700, false, true, false },
    };

    (void) state;
    for (size_t i = 0; i < COUNT_OF(row); i++) {
        for (int shift = 0; shift < 3; shift++) { /* in force; until today; from tomorrow on */
            ruling_t r = { .verb = row[i].verb, .category = "dibao", .from = shift == 2 ? TODAY + 1 : TODAY - 30,
                           .until = shift == 1 ? TODAY : TODAY + 60 };
            bool holds = shift == 0;
            home_t h;

            home_init(&h, 1);
            home_income(&h, 1, YEAR_AGO, THIS_MONTH, row[i].income);
            if (row[i].enrolled)
                (void) home_enrol(&h, 0, "dibao", date_of(2023, 1, 1), DATE_OPEN, 100);
            h.d.rulings = &r;
            h.d.ruling_count = row[i].verb == RULING_COUNT ? 0 : 1;
            home_judge(&h, TODAY);
            if (!holds) {
                assert_int_equal(home_found(&h, KIND_NEWLY_QUALIFIES, "dibao", 0) != NULL, !row[i].enrolled && row[i].income < 790);
                assert_int_equal(home_found(&h, KIND_NO_LONGER_QUALIFIES, "dibao", 0) != NULL, row[i].enrolled);
            } else if ((home_found(&h, KIND_NEWLY_QUALIFIES, "dibao", 0) != NULL) != row[i].newly ||
                       (home_found(&h, KIND_NO_LONGER_QUALIFIES, "dibao", 0) != NULL) != row[i].leaves) {
                fail_msg("row %zu", i);
            }
            if (row[i].verb != RULING_COUNT && shift == 2)
                assert_int_equal(h.list.next_day, TODAY + 1);
        }
    }
}

/* Of a person, and of a category that the policy does not have any more. */
static void
test_decision_about_a_person(void **state)
{
    ruling_t r[] = { { .verb = RULING_REFUSES, .category = "tekun", .person = home_person(1), .from = TODAY, .until = TODAY + 1 },
                     { .verb = RULING_GRANTS, .category = "gone", .from = TODAY, .until = TODAY + 1 },
                     { .verb = RULING_GRANTS, .category = "tekun", .person = home_person(9), .from = TODAY, .until = TODAY + 1 } };
    home_t h;

    (void) state;
    old_and_alone(&h, true);
    h.d.rulings = r;
    h.d.ruling_count = COUNT_OF(r);
    home_judge(&h, TODAY);
    assert_null(home_found(&h, KIND_NEWLY_QUALIFIES, "tekun", 1));
    home_judge(&h, TODAY + 1);
    assert_non_null(home_found(&h, KIND_NEWLY_QUALIFIES, "tekun", 1));
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tekun),
        cmocka_unit_test(test_single_entry),
        cmocka_unit_test(test_temporary_aid),
        cmocka_unit_test(test_poverty_return),
        cmocka_unit_test(test_why_it_ended),
        cmocka_unit_test(test_decisions),
        cmocka_unit_test(test_decision_about_a_person),
    };

    return cmocka_run_group_tests(tests, setup, home_tear_down);
}
