/* SPDX-License-Identifier: Apache-2.0 */
/* The table of docs/data.md §4, row by row, with the real policy: what holds, and why what held no longer does. */
#include "unit.h"

#include "domain/date.h"
#include "finding_rules.h"

#include <string.h>

/* 790 yuan per person and month: 12 × 790 = 9,480 a year for one, 18,960 for two. */
#define TODAY date_of(2024, 6, 15)
#define YUAN 100

static arena_t *arena;
static terms_t *terms;
static policy_t *policy;
static finding_rules_t *rules;

typedef struct {
    dossier_t d;
    member_t members[4];
    fact_t own[8];
    fact_t facts[4][16];
    wanted_t *wanted;
    size_t count;
} home_t;

static uuid_t
person(int n)
{
    uuid_t u = { { (uint8_t) n, 1 } };

    return u;
}

static void
home_init(home_t *h, size_t members)
{
    *h = (home_t){ .count = 0 };
    h->d.household.b[0] = 9;
    (void) str_copy(h->d.region, sizeof h->d.region, "320681100207");
    h->d.members = h->members;
    h->d.member_count = members;
    h->d.facts = h->own;
    for (size_t i = 0; i < members; i++) {
        h->members[i].person = person((int) i + 1);
        h->members[i].born = date_of(1970, 1, 1);
        h->members[i].facts = h->facts[i];
    }
}

static fact_t *
add(home_t *h, int member /* 0: the household's own */, const char *kind, int32_t from, int32_t to, int64_t value, const char *code)
{
    static uint8_t serial;
    size_t *n = member == 0 ? &h->d.fact_count : &h->members[member - 1].fact_count;
    fact_t *f = member == 0 ? &h->own[(*n)++] : &h->facts[member - 1][(*n)++];

    *f = (fact_t){ .seq = 1, .dataset = terms_intern(terms, "test"), .kind = terms_intern(terms, kind), .from = from, .to = to,
                   .value = value };
    f->key[0] = ++serial;
    if (code != NULL)
        f->code = terms_intern(terms, code);
    return f;
}

/* Income of the whole window, in yuan a year, from transfers: nothing is deducted. */
static void
income(home_t *h, int member, int64_t yuan_a_year)
{
    (void) add(h, member, "income.transfer", date_of(2024, 1, 1), date_of(2024, 2, 1), yuan_a_year * YUAN, NULL);
}

static fact_t *
enrol(home_t *h, int member, const char *kind, int64_t yuan)
{
    fact_t *f = add(h, member, kind, date_of(2023, 1, 1), DATE_OPEN, yuan * YUAN, NULL);

    if (member == 0) {
        uuid_t *all = arena_new_array(arena, uuid_t, h->d.member_count);

        for (size_t i = 0; i < h->d.member_count; i++)
            all[i] = h->members[i].person;
        f->persons = all;
        f->person_count = (uint16_t) h->d.member_count;
    }
    return f;
}

static void
die(home_t *h, int member, int32_t on)
{
    (void) add(h, member, "event.death", on, DATE_OPEN, 0, NULL);
}

static void
judge(home_t *h)
{
    const dossier_t *d = &h->d;
    policy_result_t result;
    err_t err = { .cls = ERR_NONE };

    if (!policy_assess(policy, NULL, &d, 1, TODAY, arena, &result, &err))
        fail_msg("%s", err.text);
    finding_list_t list;

    finding_rules_apply(rules, d, &result, TODAY, arena, &list);
    h->wanted = list.wanted;
    h->count = list.count;
}

static const wanted_t *
found(const home_t *h, finding_kind_t kind, const char *category, int member)
{
    uuid_t who = member == 0 ? (uuid_t){ { 0 } } : person(member);

    for (size_t i = 0; i < h->count; i++)
        if (h->wanted[i].kind == kind && strcmp(h->wanted[i].category, category) == 0 && uuid_eq(&h->wanted[i].person, &who))
            return &h->wanted[i];
    return NULL;
}

static int
setup(void **state)
{
    err_t err = { .cls = ERR_NONE };

    (void) state;
    arena = arena_new(1 << 16);
    terms = terms_new();
    if (!policy_load("deploy/policies/qidong.yaml", terms, &policy, &err))
        fail_msg("%s", err.text);
    rules = finding_rules_new(policy, terms);
    return 0;
}

static int
teardown(void **state)
{
    (void) state;
    finding_rules_destroy(&rules);
    policy_destroy(&policy);
    terms_destroy(&terms);
    arena_destroy(&arena);
    return 0;
}

/* One person; the line is 9,480 a year, to leave 9,764.40, marginal 14,220. */
static void
test_household_categories(void **state)
{
    static const struct {
        const char *enrolled;
        int64_t amount;
        int64_t yuan; /* a year; -1: no income record at all */
        bool car;
        struct { finding_kind_t kind; const char *category; } want[2];
        size_t count;
    } row[] = {
        { NULL, 0, 9479, false, { { KIND_NEWLY_QUALIFIES, "dibao" } }, 1 },
        { NULL, 0, 9480, false, { { KIND_NEWLY_QUALIFIES, "marginal" } }, 1 },
        { NULL, 0, 14219, false, { { KIND_NEWLY_QUALIFIES, "marginal" } }, 1 },
        { NULL, 0, 14220, false, { { KIND_COUNT, "" } }, 0 },
        { NULL, 0, 0, true, { { KIND_COUNT, "" } }, 0 },
        { NULL, 0, -1, false, { { KIND_COUNT, "" } }, 0 },
        { "enrolment.dibao", 1, 9479, false, { { KIND_COUNT, "" } }, 0 },
        { "enrolment.dibao", 1, 9480, false, { { KIND_COUNT, "" } }, 0 },
        { "enrolment.dibao", 1, 9764, false, { { KIND_COUNT, "" } }, 0 },
        { "enrolment.dibao", 1, 9765, false, { { KIND_CATEGORY_CHANGE, "marginal" } }, 1 },
        { "enrolment.dibao", 1, 14220, false, { { KIND_NO_LONGER_QUALIFIES, "dibao" } }, 1 },
        { "enrolment.dibao", 790, 0, true, { { KIND_NO_LONGER_QUALIFIES, "dibao" } }, 1 },
        { "enrolment.dibao", 1, 0, true, { { KIND_NO_LONGER_QUALIFIES, "dibao" }, { KIND_BENEFIT_CHANGE, "dibao" } }, 2 },
        { "enrolment.dibao", 1, 0, false, { { KIND_BENEFIT_CHANGE, "dibao" } }, 1 },
        { "enrolment.dibao", 1, -1, true, { { KIND_COUNT, "" } }, 0 },
        { "enrolment.marginal", 0, 9479, false, { { KIND_CATEGORY_CHANGE, "dibao" } }, 1 },
        { "enrolment.marginal", 0, 9480, false, { { KIND_COUNT, "" } }, 0 },
        { "enrolment.marginal", 0, 14219, false, { { KIND_COUNT, "" } }, 0 },
        { "enrolment.marginal", 0, 14220, false, { { KIND_NO_LONGER_QUALIFIES, "marginal" } }, 1 },
        { "enrolment.marginal", 0, 9480, true, { { KIND_NO_LONGER_QUALIFIES, "marginal" } }, 1 },
    };

    (void) state;
    for (size_t i = 0; i < COUNT_OF(row); i++) {
        home_t h;

        home_init(&h, 1);
        if (row[i].yuan >= 0)
            income(&h, 1, row[i].yuan);
        if (row[i].car)
            (void) add(&h, 1, "asset.vehicle", date_of(2024, 1, 1), DATE_OPEN, 1, "car");
        if (row[i].enrolled != NULL)
            (void) enrol(&h, 0, row[i].enrolled, row[i].amount);
        judge(&h);
        if (h.count != row[i].count)
            fail_msg("row %zu: %zu findings", i, h.count);
        for (size_t k = 0; k < row[i].count; k++)
            if (found(&h, row[i].want[k].kind, row[i].want[k].category, 0) == NULL)
                fail_msg("row %zu: no %s of %s", i, finding_kind_name(row[i].want[k].kind), row[i].want[k].category);
    }
}

static void
test_money(void **state)
{
    home_t h;

    (void) state;
    home_init(&h, 1);
    income(&h, 1, 5000);
    judge(&h);
    const wanted_t *w = found(&h, KIND_NEWLY_QUALIFIES, "dibao", 0);
    assert_int_equal(w->monthly, 374 * YUAN); /* (9,480 − 5,000) / 12 = 373.33, to the whole yuan above */
    assert_int_equal(w->enrolled, MONEY_NONE);
    assert_int_equal(w->line, 9480 * YUAN);
    assert_int_equal(w->value, 5000 * YUAN);
    assert_true(w->fact_count >= 1);
    (void) enrol(&h, 0, "enrolment.dibao", 300);
    judge(&h);
    w = found(&h, KIND_BENEFIT_CHANGE, "dibao", 0);
    assert_int_equal(w->monthly, 374 * YUAN);
    assert_int_equal(w->enrolled, 300 * YUAN);
    home_init(&h, 1);
    income(&h, 1, 9480);
    (void) enrol(&h, 0, "enrolment.marginal", 0);
    h.facts[0][0].value = 0;
    judge(&h);
    w = found(&h, KIND_CATEGORY_CHANGE, "dibao", 0);
    assert_string_equal(w->from_category, "marginal");
    assert_int_equal(w->monthly, 790 * YUAN);
}

static void
test_who_is_not_counted(void **state)
{
    home_t h;

    (void) state;
    home_init(&h, 1); /* nobody is counted: tekun, alive, and of whom nobody knows who must support him */
    h.members[0].born = date_of(1950, 1, 1);
    income(&h, 1, 0);
    (void) enrol(&h, 1, "enrolment.tekun", 1000);
    (void) enrol(&h, 0, "enrolment.dibao", 500);
    judge(&h);
    assert_int_equal(h.count, 1);
    assert_non_null(found(&h, KIND_OVERLAP, "dibao", 1)); /* who draws both is told of, whoever counts */
    home_init(&h, 1);
    h.d.incomplete = true; /* a record of it is in quarantine */
    income(&h, 1, 0);
    judge(&h);
    assert_int_equal(h.count, 0);
}

static void
test_death_in_the_household(void **state)
{
    home_t h;

    (void) state;
    home_init(&h, 2);
    income(&h, 1, 9480);
    (void) enrol(&h, 0, "enrolment.dibao", 395);
    die(&h, 2, TODAY + 1); /* not yet */
    judge(&h);
    assert_int_equal(h.count, 1); /* the amount is another: 790 */
    assert_non_null(found(&h, KIND_BENEFIT_CHANGE, "dibao", 0));
    die(&h, 2, date_of(2024, 5, 20));
    judge(&h);
    const wanted_t *w = found(&h, KIND_MEMBER_CHANGE, "dibao", 2);
    assert_non_null(w);
    assert_string_equal(w->rule, "death");
    assert_int_equal(w->since, date_of(2024, 5, 20));
    assert_int_equal(w->enrolled, 395 * YUAN);
    assert_null(found(&h, KIND_MEMBER_CHANGE, "dibao", 1));
    /* the last one: the household's enrolment, under the last to die; nothing else is said of it */
    die(&h, 1, date_of(2024, 5, 21));
    (void) add(&h, 0, "payment.dibao", date_of(2024, 5, 1), date_of(2024, 6, 1), 395 * YUAN, NULL);
    (void) add(&h, 0, "payment.dibao", date_of(2024, 6, 1), date_of(2024, 7, 1), 395 * YUAN, NULL);
    judge(&h);
    assert_int_equal(h.count, 1);
    w = found(&h, KIND_NO_LONGER_QUALIFIES, "dibao", 1);
    assert_non_null(w);
    assert_string_equal(w->rule, "death");
    assert_int_equal(w->overpaid, 395 * YUAN);
}

/* Paid once, though the month that it is for is not over. */
static void
test_death_of_one_given_aid_once(void **state)
{
    home_t h;

    (void) state;
    for (int alive = 0; alive < 2; alive++) {
        home_init(&h, 2);
        income(&h, 1, 9000);
        (void) enrol(&h, 0, "enrolment.temporary_aid_urgent", 3000);
        die(&h, 2, date_of(2024, 5, 20));
        if (!alive)
            die(&h, 1, date_of(2024, 5, 20));
        judge(&h);
        assert_null(found(&h, KIND_MEMBER_CHANGE, "temporary_aid_urgent", 2));
        for (int who = 0; who <= 2; who++)
            assert_null(found(&h, KIND_NO_LONGER_QUALIFIES, "temporary_aid_urgent", who));
    }
}

/* What is due ends with the month of the death, also where that month began with it. */
static void
test_death_on_the_first_of_a_month(void **state)
{
    home_t h;

    (void) state;
    home_init(&h, 1);
    income(&h, 1, 0);
    (void) enrol(&h, 0, "enrolment.dibao", 790);
    die(&h, 1, date_of(2024, 5, 1));
    (void) add(&h, 0, "payment.dibao", date_of(2024, 5, 1), date_of(2024, 6, 1), 790 * YUAN, NULL);
    judge(&h);
    const wanted_t *w = found(&h, KIND_NO_LONGER_QUALIFIES, "dibao", 1);
    assert_non_null(w);
    assert_int_equal(w->since, date_of(2024, 5, 1));
    assert_int_equal(w->overpaid, MONEY_NONE);
}

/* Only those whom the enrolment names. */
static void
test_death_of_one_not_enrolled(void **state)
{
    home_t h;

    (void) state;
    home_init(&h, 2);
    income(&h, 1, 0);
    fact_t *f = enrol(&h, 0, "enrolment.dibao", 790);
    f->person_count = 1;
    die(&h, 2, date_of(2024, 5, 20));
    judge(&h);
    assert_int_equal(h.count, 0);
}

static void
test_death_of_one_who_draws(void **state)
{
    static const char *const categories[] = { "tekun", "dibao_single", "disability_living", "disability_nursing", "child_in_difficulty" };
    home_t h;

    (void) state;
    for (size_t i = 0; i < COUNT_OF(categories); i++) {
        char kind[64];

        home_init(&h, 2);
        h.members[0].born = date_of(1950, 1, 1);
        (void) snprintf(kind, sizeof kind, "enrolment.%s", categories[i]);
        (void) enrol(&h, 1, kind, 100);
        if (i < 2 || i == 4) {
            judge(&h);
            assert_int_equal(h.count, 0); /* it cannot be told, or is not found: only death ends it */
        }
        (void) snprintf(kind, sizeof kind, "payment.%s", categories[i]);
        (void) add(&h, 1, kind, date_of(2024, 4, 1), date_of(2024, 5, 1), 100 * YUAN, NULL);
        (void) add(&h, 1, kind, date_of(2024, 5, 1), date_of(2024, 6, 1), 100 * YUAN, NULL);
        die(&h, 1, date_of(2024, 4, 30));
        judge(&h);
        assert_int_equal(h.count, 1);
        const wanted_t *w = found(&h, KIND_NO_LONGER_QUALIFIES, categories[i], 1);
        assert_non_null(w);
        assert_string_equal(w->rule, "death");
        assert_int_equal(w->overpaid, 100 * YUAN);
        assert_int_equal(w->since, date_of(2024, 4, 30));
    }
}

static void
test_allowances(void **state)
{
    static const struct {
        int64_t grade;
        const char *type;
        bool dibao, waged, tekun;
        bool nursing, living;
    } row[] = {
        { 1, "visual", false, false, false, true, true },    { 2, "physical", false, true, false, true, false },
        { 2, "physical", true, true, false, true, true },    { 3, "physical", false, false, false, false, false },
        { 3, "physical", true, false, false, false, true },  { 3, "mental", false, false, false, true, true },
        { 3, "intellectual", false, true, false, true, false }, { 4, "mental", false, false, false, false, true },
        { 4, "hearing", true, false, false, false, true },   { 1, "visual", true, false, true, false, false },
    };

    (void) state;
    for (size_t i = 0; i < COUNT_OF(row); i++) {
        for (int enrolled = 0; enrolled < 2; enrolled++) {
            home_t h;

            home_init(&h, 2);
            (void) add(&h, 1, "disability.certificate", date_of(2020, 1, 1), DATE_OPEN, row[i].grade, row[i].type);
            if (row[i].dibao)
                (void) enrol(&h, 0, "enrolment.dibao", 500);
            if (row[i].waged)
                (void) add(&h, 1, "income.wage", date_of(2024, 5, 1), date_of(2024, 6, 1), 9999999, NULL);
            if (row[i].tekun)
                (void) enrol(&h, 1, "enrolment.tekun", 900);
            if (enrolled) {
                (void) enrol(&h, 1, "enrolment.disability_nursing", 170);
                (void) enrol(&h, 1, "enrolment.disability_living", 790);
            }
            judge(&h);
            finding_kind_t kind = enrolled ? KIND_NO_LONGER_QUALIFIES : KIND_ENTITLEMENT_NOT_DRAWN;
            if ((found(&h, kind, "disability_nursing", 1) != NULL) != (row[i].nursing != (enrolled == 1)) ||
                (found(&h, kind, "disability_living", 1) != NULL) != (row[i].living != (enrolled == 1)))
                fail_msg("row %zu, enrolled %d", i, enrolled);
        }
    }
}

static void
test_hardship(void **state)
{
    home_t h;

    (void) state;
    home_init(&h, 2); /* from the first day of the month eleven months before */
    (void) add(&h, 1, "expense.medical.self_paid", date_of(2023, 6, 30), DATE_OPEN, 1500000, NULL);
    (void) add(&h, 1, "expense.medical.self_paid", date_of(2023, 7, 1), DATE_OPEN, 1000000, NULL);
    (void) add(&h, 2, "expense.medical.self_paid", TODAY, DATE_OPEN, 999999, NULL);
    judge(&h);
    assert_int_equal(h.count, 0);
    (void) add(&h, 2, "expense.medical.self_paid", TODAY, DATE_OPEN, 1, NULL);
    judge(&h);
    assert_int_equal(h.count, 1);
    const wanted_t *w = found(&h, KIND_HARDSHIP_WARNING, "other_hardship", 0);
    assert_non_null(w);
    assert_int_equal(w->fact_count, 3);
    die(&h, 2, TODAY);
    judge(&h);
    assert_int_equal(h.count, 0);
}

static void
test_why_it_no_longer_holds(void **state)
{
    home_t h;
    finding_t f = { .kind = KIND_NEWLY_QUALIFIES, .category = "dibao", .enrolled = 300 * YUAN, .from_category = "marginal" };

    (void) state;
    home_init(&h, 2);
    assert_false(finding_rules_is_settled(rules, &f, &h.d, TODAY));
    assert_false(finding_rules_is_settled(rules, &f, NULL, TODAY));
    f.kind = KIND_NO_LONGER_QUALIFIES;
    assert_true(finding_rules_is_settled(rules, &f, &h.d, TODAY));
    f.kind = KIND_CATEGORY_CHANGE;
    assert_true(finding_rules_is_settled(rules, &f, &h.d, TODAY));
    (void) enrol(&h, 0, "enrolment.marginal", 0);
    assert_false(finding_rules_is_settled(rules, &f, &h.d, TODAY));
    f.kind = KIND_NEWLY_QUALIFIES; /* into the other category: the register has followed too */
    assert_true(finding_rules_is_settled(rules, &f, &h.d, TODAY));
    (void) enrol(&h, 0, "enrolment.dibao", 300);
    f.kind = KIND_CATEGORY_CHANGE;
    assert_true(finding_rules_is_settled(rules, &f, &h.d, TODAY));
    f.kind = KIND_BENEFIT_CHANGE;
    assert_false(finding_rules_is_settled(rules, &f, &h.d, TODAY));
    f.enrolled = 299 * YUAN;
    assert_true(finding_rules_is_settled(rules, &f, &h.d, TODAY));
    f.kind = KIND_NO_LONGER_QUALIFIES;
    assert_false(finding_rules_is_settled(rules, &f, &h.d, TODAY));
    f.kind = KIND_MEMBER_CHANGE;
    f.person = person(2);
    assert_false(finding_rules_is_settled(rules, &f, &h.d, TODAY));
    h.d.member_count = 1; /* no member any more */
    assert_true(finding_rules_is_settled(rules, &f, &h.d, TODAY));
    f.kind = KIND_HARDSHIP_WARNING;
    assert_false(finding_rules_is_settled(rules, &f, &h.d, TODAY));
    f = (finding_t){ .kind = KIND_ENTITLEMENT_NOT_DRAWN, .category = "disability_nursing", .person = person(1) };
    assert_false(finding_rules_is_settled(rules, &f, &h.d, TODAY));
    (void) enrol(&h, 1, "enrolment.disability_nursing", 170);
    assert_true(finding_rules_is_settled(rules, &f, &h.d, TODAY));
}

/* The digest is over content: the order of facts, their numbers in the stream and a repeated record change nothing. */
static void
test_digest(void **state)
{
    home_t h;
    hash_t first;

    (void) state;
    home_init(&h, 2);
    income(&h, 1, 100);
    income(&h, 2, 200);
    judge(&h);
    first = found(&h, KIND_NEWLY_QUALIFIES, "dibao", 0)->digest;
    h.facts[0][0].seq = 99;
    judge(&h);
    assert_memory_equal(&first, &found(&h, KIND_NEWLY_QUALIFIES, "dibao", 0)->digest, sizeof first);
    h.facts[0][0].value++;
    h.facts[1][0].value--;
    judge(&h);
    assert_memory_not_equal(&first, &found(&h, KIND_NEWLY_QUALIFIES, "dibao", 0)->digest, sizeof first);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_household_categories),
        cmocka_unit_test(test_money),
        cmocka_unit_test(test_who_is_not_counted),
        cmocka_unit_test(test_death_in_the_household),
        cmocka_unit_test(test_death_of_one_given_aid_once),
        cmocka_unit_test(test_death_on_the_first_of_a_month),
        cmocka_unit_test(test_death_of_one_not_enrolled),
        cmocka_unit_test(test_death_of_one_who_draws),
        cmocka_unit_test(test_allowances),
        cmocka_unit_test(test_hardship),
        cmocka_unit_test(test_why_it_no_longer_holds),
        cmocka_unit_test(test_digest),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
