/* SPDX-License-Identifier: Apache-2.0 */
/* docs/findings.md §2: since when, and what was over- or underpaid since. */
#include "unit.h"

#include "comparison_home.h"
#include "domain/date.h"
#include "finding_back.h"

#include <string.h>

/* 790 yuan a month and head; the window of income is the 12 months before the month. */
#define TODAY date_of(2024, 6, 15)
#define MONTH(y, m) date_month(date_of(y, m, 1))

static finding_back_t *back;

static int
setup(void **state)
{
    (void) state;
    home_set_up("");
    back = finding_back_new(home_policy, home_rules);
    return 0;
}

static int
teardown(void **state)
{
    finding_back_destroy(&back);
    return home_tear_down(state);
}

static const wanted_t *
follow(home_t *h, int32_t day, finding_kind_t kind, const char *category, int member)
{
    finding_back_case_t one = { .dossier = &h->d, .list = &h->list };
    err_t err = { .cls = ERR_NONE };

    home_judge(h, day);
    for (size_t i = 0; i < h->list.count; i++)
        h->list.wanted[i].follow = finding_back_is_for(&h->list.wanted[i]);
    if (!finding_back_run(back, NULL, &one, 1, day, home_arena, &err))
        fail_msg("%s", err.text);
    const wanted_t *w = home_found(h, kind, category, member);
    assert_non_null(w);
    return w;
}

/* One person: 9,000 a month until the end of 2022-12, nothing but 1 yuan a month since. */
static void
poor_since_2023(home_t *h)
{
    home_init(h, 1);
    home_income(h, 1, date_of(2021, 1, 1), date_of(2023, 1, 1), 9000);
    home_income(h, 1, date_of(2023, 1, 1), date_of(2024, 12, 1), 1);
}

static void
test_newly_qualifies(void **state)
{
    home_t h;
    const wanted_t *w;

    (void) state;
    poor_since_2023(&h); /* a month of 9,000 is out of twelve from 2024-01-01 on; with one the year is 9,011 */
    w = follow(&h, TODAY, KIND_NEWLY_QUALIFIES, "dibao", 0);
    assert_int_equal(w->since, date_of(2023, 12, 1));
    assert_int_equal(w->monthly, 789 * YUAN);
    /* 2023-12: (9,480 − 9,011) / 12 = 39.08, up to 40; then five months of 789 */
    assert_int_equal(w->underpaid, (40 + 5 * 789) * YUAN);
    assert_int_equal(w->overpaid, MONEY_NONE);
    assert_int_equal(w->month_count, 6);
    assert_int_equal(w->months[0].month, MONTH(2023, 12));
    assert_int_equal(w->months[0].due, 40 * YUAN);

    home_pay(&h, 0, "dibao", MONTH(2024, 2), 500); /* what was paid counts, month by month, and more than due gives nothing back */
    home_pay(&h, 0, "dibao", MONTH(2024, 3), 1000);
    w = follow(&h, TODAY, KIND_NEWLY_QUALIFIES, "dibao", 0);
    assert_int_equal(w->underpaid, (40 + 3 * 789 + 289) * YUAN);

    h.d.effective = date_of(2024, 4, 2); /* the register knows no earlier household */
    w = follow(&h, TODAY, KIND_NEWLY_QUALIFIES, "dibao", 0);
    assert_int_equal(w->since, date_of(2024, 5, 1));
    assert_int_equal(w->underpaid, 789 * YUAN);
    h.d.effective = date_of(2024, 6, 10);
    w = follow(&h, TODAY, KIND_NEWLY_QUALIFIES, "dibao", 0);
    assert_int_equal(w->since, date_of(2024, 6, 10));
    assert_int_equal(w->underpaid, MONEY_NONE);
}

static void
test_no_further_than_the_policy_says(void **state)
{
    home_t h;

    (void) state;
    home_init(&h, 1);
    home_income(&h, 1, date_of(2021, 1, 1), date_of(2027, 1, 1), 1);
    assert_int_equal(follow(&h, date_of(2026, 6, 15), KIND_NEWLY_QUALIFIES, "dibao", 0)->since, date_of(2024, 6, 1));
    assert_int_equal(follow(&h, date_of(2026, 6, 15), KIND_NEWLY_QUALIFIES, "dibao", 0)->month_count, 24);
}

/* Under the policy of each day: the standard is 750 until 2023-06-30, 790 from then on. */
static void
test_policy_of_that_day(void **state)
{
    home_t h;
    const wanted_t *w;

    (void) state;
    home_init(&h, 1);
    home_income(&h, 1, date_of(2021, 1, 1), date_of(2025, 1, 1), 760);
    w = follow(&h, date_of(2023, 9, 1), KIND_NEWLY_QUALIFIES, "dibao", 0);
    assert_int_equal(w->since, date_of(2023, 7, 1));
    assert_int_equal(w->underpaid, 2 * 30 * YUAN);
}

/* What begins within a month begins on a day: here a certificate on the tenth, and on the sixth it was taken back for a while. */
static void
test_within_the_month(void **state)
{
    home_t h;
    const wanted_t *w;

    (void) state;
    home_init(&h, 1);
    (void) home_add(&h, 1, "disability.certificate", date_of(2024, 6, 10), DATE_OPEN, 1, "physical");
    w = follow(&h, TODAY, KIND_ENTITLEMENT_NOT_DRAWN, "disability_nursing", 1);
    assert_int_equal(w->since, date_of(2024, 6, 10));
    assert_int_equal(w->underpaid, MONEY_NONE);
    (void) home_add(&h, 1, "disability.certificate", date_of(2024, 6, 3), date_of(2024, 6, 6), 1, "physical");
    assert_int_equal(follow(&h, TODAY, KIND_ENTITLEMENT_NOT_DRAWN, "disability_nursing", 1)->since, date_of(2024, 6, 10));
    (void) home_add(&h, 1, "disability.certificate", date_of(2024, 6, 6), date_of(2024, 6, 12), 1, "physical");
    assert_int_equal(follow(&h, TODAY, KIND_ENTITLEMENT_NOT_DRAWN, "disability_nursing", 1)->since, date_of(2024, 6, 3));
    (void) home_add(&h, 1, "disability.certificate", date_of(2024, 4, 2), date_of(2024, 6, 3), 1, "physical");
    w = follow(&h, TODAY, KIND_ENTITLEMENT_NOT_DRAWN, "disability_nursing", 1);
    assert_int_equal(w->since, date_of(2024, 5, 1)); /* the first of a month, once it held on one */
    assert_int_equal(w->underpaid, 170 * YUAN);
    home_pay(&h, 1, "disability_nursing", MONTH(2024, 5), 100);
    assert_int_equal(follow(&h, TODAY, KIND_ENTITLEMENT_NOT_DRAWN, "disability_nursing", 1)->underpaid, 70 * YUAN);
}

static void
test_no_longer_qualifies(void **state)
{
    home_t h;
    const wanted_t *w;

    (void) state;
    home_init(&h, 1); /* a late wage: since 2024-01 so much that the window is over the line from 2024-03-01 on */
    home_income(&h, 1, date_of(2021, 1, 1), date_of(2024, 1, 1), 100);
    home_income(&h, 1, date_of(2024, 1, 1), date_of(2024, 12, 1), 7000);
    fact_t *enrolment = home_enrol(&h, 0, "dibao", date_of(2023, 2, 1), DATE_OPEN, 690);
    for (int32_t m = MONTH(2023, 2); m <= MONTH(2024, 7); m++)
        home_pay(&h, 0, "dibao", m, 690);
    w = follow(&h, TODAY, KIND_NO_LONGER_QUALIFIES, "dibao", 0);
    assert_int_equal(w->since, date_of(2024, 3, 1)); /* in 2024-02 it was 8,100: below 9,480 */
    assert_int_equal(w->overpaid, 5 * 690 * YUAN);   /* March to July, which is paid ahead */
    assert_int_equal(w->underpaid, MONEY_NONE);
    assert_int_equal(w->month_count, 5);
    enrolment->from = date_of(2024, 4, 11); /* on the first of April nothing was drawn */
    assert_int_equal(follow(&h, TODAY, KIND_NO_LONGER_QUALIFIES, "dibao", 0)->since, date_of(2024, 5, 1));
    (void) home_enrol(&h, 0, "dibao", date_of(2023, 2, 1), date_of(2024, 4, 11), 690);
    w = follow(&h, TODAY, KIND_NO_LONGER_QUALIFIES, "dibao", 0);
    assert_int_equal(w->since, date_of(2024, 4, 11)); /* it ends this enrolment, and nothing before */
    assert_int_equal(w->overpaid, 3 * 690 * YUAN);
}

static void
test_benefit_change(void **state)
{
    home_t h;
    const wanted_t *w;

    (void) state;
    home_init(&h, 1);
    home_income(&h, 1, date_of(2021, 1, 1), date_of(2025, 1, 1), 490); /* 260 until 2023-06, 300 from then on */
    (void) home_enrol(&h, 0, "dibao", date_of(2023, 1, 1), DATE_OPEN, 260);
    for (int32_t m = MONTH(2023, 1); m <= MONTH(2024, 6); m++)
        if (m != MONTH(2023, 12)) /* not paid at all: that is another matter */
            home_pay(&h, 0, "dibao", m, m == MONTH(2024, 2) ? 350 : 260);
    w = follow(&h, TODAY, KIND_BENEFIT_CHANGE, "dibao", 0);
    assert_int_equal(w->since, date_of(2023, 7, 1));
    assert_int_equal(w->overpaid, 50 * YUAN);
    assert_int_equal(w->underpaid, 9 * 40 * YUAN); /* July 2023 to May 2024 less December and February */
    assert_int_equal(w->month_count, 10);
}

/* Two findings of one household go back different ways, and many households at once give what each gives alone. */
static void
test_many_at_once(void **state)
{
    enum { N = 150 };
    home_t *homes = mem_new_array(home_t, N);
    finding_back_case_t cases[N];
    err_t err = { .cls = ERR_NONE };

    (void) state;
    for (int i = 0; i < N; i++) {
        home_t *h = &homes[i];

        home_init(h, 2);
        home_income(h, 1, date_of(2021, 1, 1), date_of(2023, 1 + i % 12, 1), 9000);
        home_income(h, 1, date_of(2023, 1 + i % 12, 1), date_of(2025, 1, 1), 1);
        if (i % 3 == 0)
            (void) home_add(h, 2, "disability.certificate", date_of(2024, 1 + i % 5, 2), DATE_OPEN, 1, "physical");
        home_judge(h, TODAY);
        for (size_t k = 0; k < h->list.count; k++)
            h->list.wanted[k].follow = finding_back_is_for(&h->list.wanted[k]) && i % 7 != 0;
        cases[i] = (finding_back_case_t){ .dossier = &h->d, .list = &h->list };
    }
    if (!finding_back_run(back, NULL, cases, N, TODAY, NULL, &err))
        fail_msg("%s", err.text);
    for (int i = 0; i < N; i++) {
        home_t alone = homes[i];

        alone.d.members = alone.members;
        alone.d.facts = alone.own;
        for (size_t m = 0; m < alone.d.member_count; m++)
            alone.members[m].facts = alone.facts[m];
        for (size_t k = 0; k < homes[i].list.count; k++) {
            const wanted_t *w = &homes[i].list.wanted[k];

            if (!w->follow) {
                assert_int_equal(w->since, DATE_OPEN);
                continue;
            }
            const wanted_t *same = follow(&alone, TODAY, w->kind, w->category, uuid_is_nil(&w->person) ? 0 : w->person.b[0]);
            assert_int_equal(w->since, same->since);
            assert_int_equal(w->underpaid, same->underpaid);
        }
    }
    mem_free(homes);
}

/* Nobody goes back twice for the same: the basis is the same until something changes on which the answer rests. */
static void
test_basis(void **state)
{
    home_t h;
    hash_t first, again;

    (void) state;
    poor_since_2023(&h);
    finding_back_basis(back, NULL, &h.d, TODAY, &first);
    finding_back_basis(back, NULL, &h.d, date_of(2024, 6, 30), &again);
    assert_memory_equal(&first, &again, sizeof first);
    finding_back_basis(back, NULL, &h.d, date_of(2024, 7, 1), &again);
    assert_memory_not_equal(&first, &again, sizeof first);
    home_pay(&h, 0, "dibao", MONTH(2022, 1), 1); /* a record of long ago */
    finding_back_basis(back, NULL, &h.d, TODAY, &again);
    assert_memory_not_equal(&first, &again, sizeof first);
    first = again;
    h.members[0].born++;
    finding_back_basis(back, NULL, &h.d, TODAY, &again);
    assert_memory_not_equal(&first, &again, sizeof first);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_newly_qualifies),    cmocka_unit_test(test_no_further_than_the_policy_says),
        cmocka_unit_test(test_policy_of_that_day), cmocka_unit_test(test_within_the_month),
        cmocka_unit_test(test_no_longer_qualifies), cmocka_unit_test(test_benefit_change),
        cmocka_unit_test(test_many_at_once),       cmocka_unit_test(test_basis),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
