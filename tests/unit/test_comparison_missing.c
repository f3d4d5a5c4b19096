/* SPDX-License-Identifier: Apache-2.0 */
/* docs/findings.md §3: somebody decided, and nothing came. */
#include "unit.h"

#include "comparison_home.h"
#include "domain/calendar.h"

#include <string.h>

#define MONTH(y, m) date_month(date_of(y, m, 1))

static int
setup(void **state)
{
    (void) state;
    home_set_up("parameters:\n  payment.months_late: { basis: a test, confidence: assumed, values: [ { from: 2021-07-01, value: 2 } ] }\n");
    return 0;
}

/* Draws dibao as it should: nothing else is found. */
static fact_t *
enrolled_home(home_t *h, int32_t from, int32_t to)
{
    home_init(h, 1);
    home_income(h, 1, date_of(2021, 1, 1), date_of(2025, 1, 1), 490);
    return home_enrol(h, 0, "dibao", from, to, 300);
}

static void
test_months(void **state)
{
    static const struct {
        int from, to, day; /* yyyymmdd, to 0: open */
        int paid_from, paid_to; /* months of 2024, 0: none */
        int since; /* 0: not found */
        int64_t yuan;
    } row[] = {
        { 20240101, 0, 20240615, 1, 4, 0, 0 },
        { 20240101, 0, 20240615, 1, 3, 20240401, 300 },  /* April is two months ago */
        { 20240101, 0, 20240601, 1, 3, 20240401, 300 },
        { 20240101, 0, 20240531, 1, 3, 0, 0 },           /* on the last of May it is March that counts */
        { 20240101, 0, 20240615, 1, 1, 20240201, 900 },
        { 20240101, 0, 20240615, 2, 3, 20240401, 300 },  /* back no further than it held without a break */
        { 20240401, 0, 20240615, 0, 0, 20240401, 300 },
        { 20240402, 0, 20240615, 0, 0, 0, 0 },           /* not in force on all of April */
        { 20240101, 20240501, 20240615, 1, 3, 20240401, 300 },
        { 20240101, 20240430, 20240615, 1, 3, 0, 0 },
    };

    (void) state;
    for (size_t i = 0; i < COUNT_OF(row); i++) {
        home_t h;

        (void) enrolled_home(&h, date_of(row[i].from / 10000, row[i].from / 100 % 100, row[i].from % 100),
                             row[i].to == 0 ? DATE_OPEN : date_of(row[i].to / 10000, row[i].to / 100 % 100, row[i].to % 100));
        for (int m = row[i].paid_from; m > 0 && m <= row[i].paid_to; m++)
            home_pay(&h, 0, "dibao", MONTH(2024, m), 300);
        home_judge(&h, date_of(row[i].day / 10000, row[i].day / 100 % 100, row[i].day % 100));
        const wanted_t *w = home_found(&h, KIND_AID_MISSING, "dibao", 0);
        if ((w != NULL) != (row[i].since != 0))
            fail_msg("row %zu: %s", i, w != NULL ? "found" : "not found");
        if (w == NULL)
            continue;
        assert_int_equal(w->since, date_of(row[i].since / 10000, row[i].since / 100 % 100, row[i].since % 100));
        assert_int_equal(w->underpaid, row[i].yuan * YUAN);
        assert_int_equal(w->enrolled, 300 * YUAN);
        assert_string_equal(w->rule, RULE_UNPAID);
        assert_true(w->fact_count == 1);
    }
}

/* Two enrolments one after the other, and nothing before the year that ends with the first business day. */
static void
test_back_to_the_beginning(void **state)
{
    home_t h;
    const wanted_t *w;

    (void) state;
    fact_t *first = enrolled_home(&h, date_of(2015, 1, 1), date_of(2024, 3, 1));
    first->value = 200 * YUAN;
    (void) home_enrol(&h, 0, "dibao", date_of(2024, 3, 1), DATE_OPEN, 300);
    finding_rules_begin(home_rules, date_of(2024, 1, 20), NULL);
    home_judge(&h, date_of(2024, 6, 15));
    w = home_found(&h, KIND_AID_MISSING, "dibao", 0);
    assert_non_null(w);
    assert_int_equal(w->since, date_of(2023, 1, 1));
    assert_int_equal(w->underpaid, (2 * 300 + 14 * 200) * YUAN);
    assert_int_equal(w->enrolled, 300 * YUAN);
    assert_int_equal(w->fact_count, 2);
    finding_rules_begin(home_rules, DATE_OPEN, NULL);
}

static void
test_who_is_not_missed(void **state)
{
    home_t h;

    (void) state;
    fact_t *none = enrolled_home(&h, date_of(2024, 1, 1), DATE_OPEN);
    none->value = 0; /* nothing is due */
    home_judge(&h, date_of(2024, 6, 15));
    assert_null(home_found(&h, KIND_AID_MISSING, "dibao", 0));

    home_init(&h, 1);
    (void) home_enrol(&h, 1, "tekun", date_of(2024, 1, 1), DATE_OPEN, 1027);
    home_judge(&h, date_of(2024, 6, 15));
    assert_non_null(home_found(&h, KIND_AID_MISSING, "tekun", 1));
    (void) home_add(&h, 1, "event.death", date_of(2024, 6, 10), DATE_OPEN, 0, NULL);
    home_judge(&h, date_of(2024, 6, 15));
    assert_null(home_found(&h, KIND_AID_MISSING, "tekun", 1));

    home_init(&h, 1); /* of children's money no department tells each payment */
    h.members[0].born = date_of(2015, 1, 1);
    (void) home_enrol(&h, 1, "child_in_difficulty", date_of(2024, 1, 1), DATE_OPEN, 1800);
    home_judge(&h, date_of(2024, 6, 15));
    assert_null(home_found(&h, KIND_AID_MISSING, "child_in_difficulty", 1));
}

static void
test_settled(void **state)
{
    home_t h;
    finding_t f = { .kind = KIND_AID_MISSING, .category = "dibao", .rule = RULE_UNPAID };

    (void) state;
    (void) enrolled_home(&h, date_of(2024, 1, 1), DATE_OPEN);
    assert_false(finding_rules_is_settled(home_rules, &f, &h.d, date_of(2024, 6, 15))); /* the enrolment was taken back, say */
    home_pay(&h, 0, "dibao", MONTH(2024, 4), 300);
    assert_true(finding_rules_is_settled(home_rules, &f, &h.d, date_of(2024, 6, 15)));
}

/* --- applications --- */

/* A holiday on 1 May 2024; weekends are off. */
static calendar_t *
working_days(void)
{
    calendar_t *c = calendar_new();

    assert_true(calendar_list(c, date_of(2024, 5, 1), false));
    return c;
}

/* Visited on Monday 2024-04-01: 30 working days later it is Tuesday 2024-05-14, for 1 May is none. */
static void
test_an_application_is_waited_for(void **state)
{
    AUTO(calendar) calendar = working_days();
    ruling_t applied = { .verb = RULING_APPLIED, .category = "dibao", .from = date_of(2024, 4, 1), .until = DATE_OPEN };
    home_t h;

    (void) state;
    finding_rules_begin(home_rules, DATE_OPEN, calendar);
    home_init(&h, 1);
    h.d.rulings = &applied;
    h.d.ruling_count = 1;
    home_judge(&h, date_of(2024, 5, 14));
    assert_null(home_found(&h, KIND_AID_MISSING, "dibao", 0));
    assert_int_equal(h.list.next_day, date_of(2024, 5, 15));
    home_judge(&h, date_of(2024, 5, 15));
    const wanted_t *w = home_found(&h, KIND_AID_MISSING, "dibao", 0);
    assert_non_null(w);
    assert_string_equal(w->rule, RULE_APPLIED);
    assert_int_equal(w->since, date_of(2024, 5, 15));
    home_judge(&h, date_of(2025, 5, 14));
    assert_non_null(home_found(&h, KIND_AID_MISSING, "dibao", 0));
    assert_int_equal(h.list.next_day, date_of(2025, 5, 15));
    home_judge(&h, date_of(2025, 5, 15)); /* twelve months, and no longer */
    assert_null(home_found(&h, KIND_AID_MISSING, "dibao", 0));
    finding_rules_begin(home_rules, DATE_OPEN, NULL);
}

static void
test_what_ends_the_wait(void **state)
{
    static const struct {
        const char *enrolment; /* NULL: none */
        int member, from; /* yyyymmdd */
        bool refused;
        bool found;
    } row[] = {
        { NULL, 0, 0, false, true },
        { "dibao", 0, 20240331, false, true }, /* before the visit */
        { "dibao", 0, 20240401, false, false },
        { "marginal", 0, 20240501, false, false }, /* another aid will do */
        { "tekun", 1, 20240501, false, false },    /* of a member, too */
        { "disability_nursing", 1, 20240501, false, true }, /* no aid, and not what was applied for */
        { NULL, 0, 20240401, true, false },
        { NULL, 0, 20240331, true, true }, /* decided before the visit */
    };
    AUTO(calendar) calendar = working_days();

    (void) state;
    finding_rules_begin(home_rules, DATE_OPEN, calendar);
    for (size_t i = 0; i < COUNT_OF(row); i++) {
        int32_t from = row[i].from == 0 ? 0 : date_of(row[i].from / 10000, row[i].from / 100 % 100, row[i].from % 100);
        ruling_t told[] = { { .verb = RULING_APPLIED, .category = "dibao", .from = date_of(2024, 4, 1), .until = DATE_OPEN },
                            { .verb = RULING_NOT_GRANTED, .category = "dibao", .from = from, .until = from + 1 } };
        finding_t f = { .kind = KIND_AID_MISSING, .category = "dibao", .rule = RULE_APPLIED };
        home_t h;

        home_init(&h, 1);
        h.d.rulings = told;
        h.d.ruling_count = row[i].refused ? 2 : 1;
        if (row[i].enrolment != NULL)
            (void) home_enrol(&h, row[i].member, row[i].enrolment, from, DATE_OPEN, 0);
        home_judge(&h, date_of(2024, 6, 15));
        if ((home_found(&h, KIND_AID_MISSING, "dibao", 0) != NULL) != row[i].found)
            fail_msg("row %zu", i);
        assert_int_equal(finding_rules_is_settled(home_rules, &f, &h.d, date_of(2024, 6, 15)), !row[i].found);
    }
    finding_rules_begin(home_rules, DATE_OPEN, NULL);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_months),
        cmocka_unit_test(test_back_to_the_beginning),
        cmocka_unit_test(test_who_is_not_missed),
        cmocka_unit_test(test_settled),
        cmocka_unit_test(test_an_application_is_waited_for),
        cmocka_unit_test(test_what_ends_the_wait),
    };

    return cmocka_run_group_tests(tests, setup, home_tear_down);
}
