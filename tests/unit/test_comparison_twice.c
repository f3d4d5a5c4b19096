/* SPDX-License-Identifier: Apache-2.0 */
/* docs/findings.md §1: of two enrolments in one category that began on the same day the one that was said last counts, wherever it
 * lies among the facts, whose order is that of keys. */
#include "unit.h"

#include "comparison_home.h"
#include "domain/date.h"
#include "standing.h"

#define TODAY date_of(2024, 6, 15)
#define BEGUN date_of(2024, 1, 1)

enum { FIRST = 500, LAST = 300 }; /* yuan a month */

static int
setup(void **state)
{
    (void) state;
    home_set_up("parameters:\n  payment.months_late: { basis: a test, confidence: assumed, values: [ { from: 2021-07-01, value: 2 } ] }\n");
    return 0;
}

/* How the two lie, and how they were said. */
typedef struct {
    bool last_lies_first, one_batch;
} way_t;

static const way_t ways[] = { { false, false }, { false, true }, { true, false }, { true, true } };

static void
enrol_twice(home_t *h, int member, const char *category, way_t way)
{
    for (int i = 0; i < 2; i++) {
        bool last = way.last_lies_first == (i == 0);
        fact_t *f = home_enrol(h, member, category, BEGUN, DATE_OPEN, last ? LAST : FIRST);

        f->seq = last && !way.one_batch ? 8 : 7;
        f->index = last == way.one_batch ? 4 : 2; /* places in different batches say nothing */
        f->has_ref = true;
        f->ref[0] = last ? 2 : 1;
    }
}

/* Two people, due 2 × 790 − 1,180 = 400 yuan a month. */
static void
make(home_t *h, way_t way)
{
    home_init(h, 2);
    home_income(h, 1, date_of(2021, 1, 1), date_of(2025, 1, 1), 1180);
    enrol_twice(h, 0, "dibao", way);
}

static int64_t
enrolled_of(const home_t *h, finding_kind_t kind, const char *category, int member)
{
    const wanted_t *w = home_found(h, kind, category, member);

    assert_non_null(w);
    return w->enrolled;
}

static void
test_of_a_household(void **state)
{
    home_t h;

    (void) state;
    for (size_t i = 0; i < COUNT_OF(ways); i++) {
        make(&h, ways[i]);
        home_judge(&h, TODAY);
        assert_int_equal(enrolled_of(&h, KIND_BENEFIT_CHANGE, "dibao", 0), LAST * YUAN);
        assert_int_equal(enrolled_of(&h, KIND_AID_MISSING, "dibao", 0), LAST * YUAN);
        const wanted_t *w = home_found(&h, KIND_OVERLAP, "dibao", 0);
        assert_non_null(w);
        assert_string_equal(w->rule, "enrolled_twice");
        assert_int_equal(w->monthly, FIRST * YUAN);
        w = home_found(&h, KIND_AID_MISSING, "dibao", 0);
        assert_int_equal(w->underpaid, 4 * (FIRST + LAST) * YUAN); /* January to April, of both */
        const fact_t *counts = standing_enrolment(h.d.facts, h.d.fact_count, terms_find(home_terms, "enrolment.dibao"), TODAY);
        assert_int_equal(counts->value, LAST * YUAN);
    }
}

/* The amount that was said first is not what is due; that which was said last is. */
static void
test_what_is_due(void **state)
{
    home_t h;

    (void) state;
    for (size_t i = 0; i < COUNT_OF(ways); i++) {
        home_init(&h, 2);
        home_income(&h, 1, date_of(2021, 1, 1), date_of(2025, 1, 1), 2 * 790 - LAST);
        enrol_twice(&h, 0, "dibao", ways[i]);
        home_judge(&h, TODAY);
        assert_null(home_found(&h, KIND_BENEFIT_CHANGE, "dibao", 0));
    }
}

static void
test_after_a_death(void **state)
{
    home_t h;

    (void) state;
    for (size_t i = 0; i < COUNT_OF(ways); i++) {
        make(&h, ways[i]);
        enrol_twice(&h, 2, "tekun", ways[i]);
        (void) home_add(&h, 2, "event.death", date_of(2024, 6, 1), DATE_OPEN, 0, NULL);
        home_judge(&h, TODAY);
        assert_int_equal(enrolled_of(&h, KIND_MEMBER_CHANGE, "dibao", 2), LAST * YUAN);
        assert_int_equal(enrolled_of(&h, KIND_NO_LONGER_QUALIFIES, "tekun", 2), LAST * YUAN);
        (void) home_add(&h, 1, "event.death", date_of(2024, 6, 2), DATE_OPEN, 0, NULL);
        home_judge(&h, TODAY);
        assert_int_equal(enrolled_of(&h, KIND_NO_LONGER_QUALIFIES, "dibao", 1), LAST * YUAN);
    }
}

/* Who has died is a matter of the household's enrolment while the one that counts names him. */
static void
test_whom_it_names(void **state)
{
    home_t h;

    (void) state;
    for (size_t i = 0; i < 2 * COUNT_OF(ways); i++) {
        bool last_names_all = i < COUNT_OF(ways);

        make(&h, ways[i % COUNT_OF(ways)]);
        for (size_t f = 0; f < h.d.fact_count; f++)
            if (h.d.facts[f].person_count == 2 && (h.d.facts[f].value == LAST * YUAN) != last_names_all)
                h.own[f].person_count = 1;
        (void) home_add(&h, 2, "event.death", date_of(2024, 6, 1), DATE_OPEN, 0, NULL);
        home_judge(&h, TODAY);
        assert_int_equal(home_found(&h, KIND_MEMBER_CHANGE, "dibao", 2) != NULL, last_names_all);
        finding_t told = { .kind = KIND_MEMBER_CHANGE, .category = "dibao", .person = h.members[1].person };
        assert_int_equal(finding_rules_is_settled(home_rules, &told, &h.d, TODAY), !last_names_all);
    }
}

/* The register has followed a change of the amount when the one that counts says another. */
static void
test_settled(void **state)
{
    finding_t f = { .kind = KIND_BENEFIT_CHANGE, .category = "dibao", .enrolled = LAST * YUAN };
    home_t h;

    (void) state;
    for (size_t i = 0; i < COUNT_OF(ways); i++) {
        make(&h, ways[i]);
        f.enrolled = LAST * YUAN;
        assert_false(finding_rules_is_settled(home_rules, &f, &h.d, TODAY));
        f.enrolled = FIRST * YUAN;
        assert_true(finding_rules_is_settled(home_rules, &f, &h.d, TODAY));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_of_a_household),
        cmocka_unit_test(test_what_is_due),
        cmocka_unit_test(test_after_a_death),
        cmocka_unit_test(test_whom_it_names),
        cmocka_unit_test(test_settled),
    };

    return cmocka_run_group_tests(tests, setup, home_tear_down);
}
