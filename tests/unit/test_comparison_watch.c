/* SPDX-License-Identifier: Apache-2.0 */
/* What is looked for beside verdicts, with the real policy: contradictions, overlaps, reviews, warnings by points
 * (docs/findings.md §4–§7); and that nothing of it changes between the days on which a household is looked at again. */
#include "unit.h"

#include "domain/date.h"
#include "finding_rules.h"
#include "policy_set.h"

#include <string.h>

#define TODAY date_of(2024, 6, 15)
#define YUAN 100
#define MEMBERS 3
#define FACTS 24

static arena_t *arena;
static terms_t *terms;
static policy_t *policy;
static finding_rules_t *rules;

typedef struct {
    dossier_t d;
    member_t members[MEMBERS];
    fact_t own[FACTS], facts[MEMBERS][FACTS];
    uuid_t persons[MEMBERS];
    finding_list_t list;
} home_t;

static void
home_init(home_t *h, size_t members)
{
    *h = (home_t){ .d.effective = date_of(2020, 1, 1) };
    h->d.household.b[0] = 9;
    h->d.next_day = DATE_OPEN;
    (void) str_copy(h->d.region, sizeof h->d.region, "320681100207");
    h->d.members = h->members;
    h->d.member_count = members;
    h->d.facts = h->own;
    for (size_t i = 0; i < members; i++) {
        h->persons[i] = h->members[i].person = (uuid_t){ { (uint8_t) (i + 1), 1 } };
        h->members[i].born = date_of(1970, 1, 1);
        h->members[i].relation = i == 0 ? REL_HEAD : REL_CHILD;
        h->members[i].facts = h->facts[i];
    }
}

/* Of member 1, 2 …; of the household: 0. */
static fact_t *
add(home_t *h, int member, const char *kind, int32_t from, int32_t to, int64_t value)
{
    static uint8_t serial;
    size_t *n = member == 0 ? &h->d.fact_count : &h->members[member - 1].fact_count;
    fact_t *f = member == 0 ? &h->own[(*n)++] : &h->facts[member - 1][(*n)++];

    assert_true(*n <= FACTS);
    *f = (fact_t){ .seq = 1, .dataset = terms_intern(terms, "test"), .kind = terms_intern(terms, kind), .from = from, .to = to,
                   .value = value, .has_ref = true };
    f->key[0] = f->ref[0] = ++serial;
    if (member == 0 && str_starts(kind, "enrolment.")) {
        f->persons = h->persons;
        f->person_count = (uint16_t) h->d.member_count;
    }
    return f;
}

static void
judge(home_t *h, int32_t day)
{
    const dossier_t *d = &h->d;
    policy_result_t result;
    err_t err = { .cls = ERR_NONE };

    if (!policy_assess(policy, NULL, &d, 1, day, arena, &result, &err))
        fail_msg("%s", err.text);
    finding_rules_apply(rules, d, &result, day, arena, &h->list);
}

static const wanted_t *
found(home_t *h, int32_t day, finding_kind_t kind, const char *category, int member)
{
    uuid_t who = member == 0 ? (uuid_t){ { 0 } } : h->members[member - 1].person;

    judge(h, day);
    for (size_t i = 0; i < h->list.count; i++) {
        const wanted_t *w = &h->list.wanted[i];

        if (w->kind == kind && strcmp(w->category, category) == 0 && uuid_eq(&w->person, &who))
            return w;
    }
    return NULL;
}

static int
setup(void **state)
{
    static const char *const sets[] = { "review.notice_days=30", "review.age_days=30", "conflict.death_days=31" };
    AUTO(policy) base = NULL;
    err_t err = { .cls = ERR_NONE };

    (void) state;
    arena = arena_new(1 << 20);
    terms = terms_new();
    if (!policy_load("deploy/policies/qidong.yaml", terms, &base, &err) ||
        !policy_set(base, sets, COUNT_OF(sets), date_of(2021, 7, 1), terms, &policy, &err))
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

/* --- §4 --- */

static void
test_claimed_twice(void **state)
{
    static const fact_t entries[] = { { .key = { 1 }, .from = 1, .to = DATE_OPEN }, { .key = { 2 }, .from = 2, .to = DATE_OPEN } };
    const listing_t listings[] = { { { { 1 } }, date_of(2024, 5, 2), &entries[0] }, { { { 9 } }, date_of(2020, 1, 1), &entries[1] } };
    const wanted_t *w;
    home_t h;

    (void) state;
    home_init(&h, 1);
    assert_null(found(&h, TODAY, KIND_DATA_CONFLICT, "register", 1));
    h.members[0].listings = listings;
    h.members[0].listing_count = 2;
    w = found(&h, TODAY, KIND_DATA_CONFLICT, "register", 1);
    assert_string_equal(w->rule, "claimed_twice");
    assert_int_equal(w->since, date_of(2024, 5, 2)); /* the later of the two */
    assert_int_equal(w->fact_count, 2);
}

static void
test_after_a_death(void **state)
{
    const wanted_t *w;
    home_t h;

    (void) state;
    home_init(&h, 2);
    (void) add(&h, 1, "event.death", date_of(2024, 2, 10), DATE_OPEN, 0);
    (void) add(&h, 1, "income.wage", date_of(2024, 2, 1), date_of(2024, 3, 1), 900); /* the month of the death */
    (void) add(&h, 1, "employment.job", date_of(2020, 1, 1), date_of(2024, 5, 1), 0); /* signed off late */
    assert_null(found(&h, TODAY, KIND_DATA_CONFLICT, "register", 1));
    fact_t *paid = add(&h, 1, "payment.tekun", date_of(2024, 4, 1), date_of(2024, 5, 1), 1000 * YUAN);
    w = found(&h, TODAY, KIND_DATA_CONFLICT, "register", 1);
    assert_string_equal(w->rule, "paid_after_death");
    assert_int_equal(w->overpaid, 1000 * YUAN);
    assert_int_equal(w->since, date_of(2024, 3, 1));
    (void) add(&h, 1, "event.death", date_of(2024, 3, 13), DATE_OPEN, 0); /* 32 days later */
    w = found(&h, TODAY, KIND_DATA_CONFLICT, "register", 1);
    assert_string_equal(w->rule, "death_dates");
    assert_int_equal(w->since, date_of(2024, 3, 13));
    assert_int_equal(w->overpaid, 1000 * YUAN); /* told whichever rule comes first */
    h.facts[0][h.members[0].fact_count - 1].from = date_of(2024, 3, 12); /* 31 days are no contradiction */
    assert_string_equal(found(&h, TODAY, KIND_DATA_CONFLICT, "register", 1)->rule, "paid_after_death");
    (void) add(&h, 1, "income.wage", date_of(2024, 3, 1), date_of(2024, 4, 1), 900);
    w = found(&h, TODAY, KIND_DATA_CONFLICT, "register", 1);
    assert_string_equal(w->rule, "alive_after_death");
    assert_int_equal(w->since, date_of(2024, 3, 1));
    /* of one who is enrolled still, the finding about his death tells what was paid */
    paid->value = 1;
    (void) add(&h, 1, "enrolment.tekun", date_of(2023, 1, 1), DATE_OPEN, 1000 * YUAN);
    assert_int_equal(found(&h, TODAY, KIND_DATA_CONFLICT, "register", 1)->overpaid, MONEY_NONE);
}

/* --- §5 --- */

static void
test_overlaps(void **state)
{
    const wanted_t *w;
    home_t h;

    (void) state;
    home_init(&h, 3);
    (void) add(&h, 0, "enrolment.dibao", date_of(2023, 1, 1), DATE_OPEN, 1000 * YUAN);
    (void) add(&h, 0, "payment.dibao", date_of(2024, 2, 1), date_of(2024, 3, 1), 1000 * YUAN);
    (void) add(&h, 0, "payment.dibao", date_of(2024, 3, 1), date_of(2024, 4, 1), 1000 * YUAN);
    (void) add(&h, 0, "payment.dibao", date_of(2024, 4, 1), date_of(2024, 5, 1), 1000 * YUAN);
    assert_null(found(&h, TODAY, KIND_OVERLAP, "dibao", 2));
    (void) add(&h, 2, "enrolment.tekun", date_of(2024, 2, 15), DATE_OPEN, 1070 * YUAN);
    w = found(&h, TODAY, KIND_OVERLAP, "dibao", 2);
    assert_string_equal(w->rule, "tekun_with_dibao");
    assert_int_equal(w->since, date_of(2024, 2, 15));
    assert_int_equal(w->monthly, 333 * YUAN + 33); /* a third, rounded down */
    assert_int_equal(w->overpaid, 666 * YUAN + 66); /* of March and April together */
    assert_null(found(&h, TODAY, KIND_OVERLAP, "dibao", 1));
    h.own[0].person_count = 1; /* the enrolment no longer names him */
    assert_null(found(&h, TODAY, KIND_OVERLAP, "dibao", 2));
    (void) add(&h, 0, "enrolment.marginal", date_of(2024, 3, 1), DATE_OPEN, 0);
    assert_string_equal(found(&h, TODAY, KIND_OVERLAP, "marginal", 0)->rule, "dibao_with_others");
    assert_null(found(&h, date_of(2024, 2, 28), KIND_OVERLAP, "marginal", 0));
}

static void
test_enrolled_twice(void **state)
{
    const wanted_t *w;
    fact_t *older, *newer, *paid;
    home_t h;

    (void) state;
    home_init(&h, 1);
    older = add(&h, 0, "enrolment.dibao", date_of(2023, 1, 1), DATE_OPEN, 500 * YUAN);
    newer = add(&h, 0, "enrolment.dibao", date_of(2024, 3, 1), DATE_OPEN, 600 * YUAN);
    paid = add(&h, 0, "payment.dibao", date_of(2024, 4, 1), date_of(2024, 5, 1), 500 * YUAN);
    memcpy(paid->ref, older->ref, sizeof paid->ref);
    w = found(&h, TODAY, KIND_OVERLAP, "dibao", 0);
    assert_string_equal(w->rule, "enrolled_twice");
    assert_int_equal(w->monthly, 500 * YUAN); /* the older one gives way */
    assert_int_equal(w->since, date_of(2024, 3, 1));
    assert_int_equal(w->overpaid, 500 * YUAN);
    memcpy(paid->ref, newer->ref, sizeof paid->ref);
    assert_int_equal(found(&h, TODAY, KIND_OVERLAP, "dibao", 0)->overpaid, MONEY_NONE);
    memcpy(newer->ref, older->ref, sizeof newer->ref); /* one enrolment, told in two records */
    assert_null(found(&h, TODAY, KIND_OVERLAP, "dibao", 0));
}

/* --- §6 --- */

static void
test_reviews(void **state)
{
    const wanted_t *w;
    home_t h;

    (void) state;
    home_init(&h, 2);
    (void) add(&h, 0, "enrolment.dibao", date_of(2023, 9, 10), DATE_OPEN, 500 * YUAN);
    (void) add(&h, 1, "income.pension", date_of(2023, 1, 1), date_of(2025, 1, 1), 10 * YUAN);
    assert_null(found(&h, date_of(2024, 3, 9), KIND_REVIEW_DUE, "dibao", 0));
    int32_t due = h.list.next_day;
    while (due < date_of(2024, 12, 1) && found(&h, due, KIND_REVIEW_DUE, "dibao", 0) == NULL)
        due = h.list.next_day; /* the day comes among those on which it is looked at again */
    w = found(&h, due, KIND_REVIEW_DUE, "dibao", 0);
    assert_string_equal(w->rule, "review");
    assert_int_equal(w->since, due);
    assert_true(due == date_of(2024, 3, 10) || due == date_of(2024, 9, 10)); /* irregular or stable income */
    finding_t f = { .kind = KIND_REVIEW_DUE, .category = "dibao", .rule = "review", .since = due };
    assert_false(finding_rules_is_settled(rules, &f, &h.d, due + 5));
    (void) add(&h, 0, "review.dibao", due + 3, DATE_OPEN, 0);
    assert_null(found(&h, due + 3, KIND_REVIEW_DUE, "dibao", 0));
    assert_true(finding_rules_is_settled(rules, &f, &h.d, due + 5));
}

static void
test_ages_and_certificates(void **state)
{
    const wanted_t *w;
    fact_t *certificate;
    home_t h;

    (void) state;
    home_init(&h, 1);
    h.members[0].born = date_of(1964, 6, 10);
    (void) add(&h, 1, "enrolment.disability_nursing", date_of(2024, 1, 1), DATE_OPEN, 100 * YUAN);
    certificate = add(&h, 1, "disability.certificate", date_of(2020, 1, 1), date_of(2030, 1, 1), 1);
    certificate->code = terms_intern(terms, "physical");
    assert_null(found(&h, date_of(2024, 6, 9), KIND_REVIEW_DUE, "disability_nursing", 1));
    assert_int_equal(h.list.next_day, date_of(2024, 6, 10));
    w = found(&h, date_of(2024, 6, 10), KIND_REVIEW_DUE, "disability_nursing", 1);
    assert_string_equal(w->rule, "age");
    assert_non_null(found(&h, date_of(2024, 7, 9), KIND_REVIEW_DUE, "disability_nursing", 1));
    assert_int_equal(h.list.next_day, date_of(2024, 7, 10));
    assert_null(found(&h, date_of(2024, 7, 10), KIND_REVIEW_DUE, "disability_nursing", 1));
    certificate->to = date_of(2024, 7, 15);
    w = found(&h, date_of(2024, 6, 20), KIND_REVIEW_DUE, "disability_nursing", 1); /* before the age */
    assert_string_equal(w->rule, "certificate");
    assert_int_equal(w->since, date_of(2024, 6, 15));
    assert_int_equal(w->fact_count, 2);
    assert_string_equal(found(&h, date_of(2024, 6, 14), KIND_REVIEW_DUE, "disability_nursing", 1)->rule, "age");
    assert_null(found(&h, date_of(2024, 7, 15), KIND_REVIEW_DUE, "disability_nursing", 1)); /* it has ended */
}

/* --- §7 --- */

static const wanted_t *
warning(home_t *h)
{
    return found(h, TODAY, KIND_HARDSHIP_WARNING, "other_hardship", 0);
}

static void
test_points(void **state)
{
    const wanted_t *w;
    home_t h;

    (void) state;
    home_init(&h, 2);
    (void) add(&h, 1, "health.serious_illness", date_of(2024, 5, 1), DATE_OPEN, 0); /* 50 */
    assert_null(warning(&h));
    (void) add(&h, 1, "expense.medical.self_paid", date_of(2024, 6, 1), DATE_OPEN, 10000 * YUAN); /* one stay: 60 */
    w = warning(&h);
    assert_string_equal(w->rule, "combined");
    assert_int_equal(w->score, 110);
    assert_int_equal(w->indicator_count, 2);
    assert_int_equal(w->fact_count, 2);
    h.facts[0][1].value = 9999 * YUAN + 99; /* one fen less; the month before had no cost */
    assert_null(warning(&h));
    h.facts[0][1].value = 20000 * YUAN; /* the year's line: of the group the most counts, and it is enough by itself */
    w = warning(&h);
    assert_string_equal(w->rule, "hardship_medical");
    assert_int_equal(w->score, 150);
    h.facts[0][0].from = date_of(2024, 3, 15); /* three months ago to the day: no longer of late */
    assert_int_equal(warning(&h)->score, 100);
}

static void
test_watched(void **state)
{
    fact_t *left;
    home_t h;

    (void) state;
    home_init(&h, 1);
    (void) add(&h, 1, "expense.medical.self_paid", date_of(2024, 6, 1), DATE_OPEN, 6000 * YUAN);
    assert_null(warning(&h));
    left = add(&h, 0, "enrolment.dibao", date_of(2020, 1, 1), date_of(2022, 7, 2), 1); /* the last day is in the window */
    assert_int_equal(warning(&h)->score, 60);
    left->to = date_of(2022, 7, 1);
    assert_null(warning(&h));
    fact_t *refused = add(&h, 0, "application.refused", date_of(2023, 6, 16), DATE_OPEN, 0);
    refused->code = terms_intern(terms, "dibao");
    assert_non_null(warning(&h));
    refused->from = date_of(2023, 6, 15); /* a year ago */
    assert_null(warning(&h));
}

static void
test_one_of_a_group(void **state)
{
    home_t h;

    (void) state;
    home_init(&h, 1);
    (void) add(&h, 0, "enrolment.marginal", date_of(2020, 1, 1), DATE_OPEN, 0); /* watched */
    (void) add(&h, 1, "employment.unemployed", date_of(2024, 5, 1), DATE_OPEN, 0);                          /* 30 */
    (void) add(&h, 1, "income.wage", date_of(2023, 9, 1), date_of(2024, 3, 1), 4000 * YUAN); /* until February: 50 */
    add(&h, 1, "event.emergency", date_of(2024, 4, 16), DATE_OPEN, 0)->code = terms_intern(terms, "fire"); /* 100 */
    assert_int_equal(warning(&h)->score, 150); /* income counts once */
    h.facts[0][2].from = date_of(2024, 4, 15);
    assert_null(warning(&h)); /* 50 alone */
}

/* --- every day, or only when it is told --- */

static uint64_t chance_state;

static int
chance(int n)
{
    chance_state = chance_state * 6364136223846793005u + 1442695040888963407u;
    return (int) ((chance_state >> 33) % (uint64_t) n);
}

static void
make(home_t *h)
{
    static const char *const of_person[] = { "enrolment.tekun", "enrolment.disability_nursing", "enrolment.disability_living",
                                             "disability.certificate", "health.serious_illness", "event.death", "event.dropout",
                                             "event.emergency", "expense.medical.self_paid", "income.wage", "custody.prison",
                                             "payment.tekun", "review.tekun", "employment.unemployed", "income.injury_nursing" };
    static const char *const of_household[] = { "enrolment.dibao", "enrolment.marginal", "enrolment.rigid_expenditure",
                                                "payment.dibao", "review.dibao", "application.refused" };
    size_t members = 1 + (size_t) chance(MEMBERS);

    home_init(h, members);
    for (size_t m = 0; m < members; m++) {
        h->members[m].born = date_of(2024 - (chance(3) == 0 ? 18 : chance(2) == 0 ? 60 : 30), 1 + chance(12), 1 + chance(28));
        for (int i = chance(7); i > 0; i--) {
            int32_t from = date_of(2023, 6, 1) + chance(500);
            const char *kind = of_person[chance(COUNT_OF(of_person))];
            fact_t *f = add(h, (int) m + 1, kind, from, chance(2) == 0 ? DATE_OPEN : from + 1 + chance(300), (1 + chance(9)) * 2000 * YUAN);

            if (strcmp(kind, "disability.certificate") == 0)
                *f = (fact_t){ .key = { f->key[0] }, .dataset = f->dataset, .kind = f->kind, .from = from, .to = f->to,
                               .value = 1 + chance(4), .code = terms_intern(terms, chance(2) == 0 ? "mental" : "physical") };
        }
    }
    for (int i = chance(5); i > 0; i--) {
        int32_t from = date_of(2023, 6, 1) + chance(500);

        (void) add(h, 0, of_household[chance(COUNT_OF(of_household))], from, chance(2) == 0 ? DATE_OPEN : from + 1 + chance(300),
                   (1 + chance(9)) * 100 * YUAN);
    }
}

static bool
same_list(const finding_list_t *a, const finding_list_t *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++) {
        const wanted_t *x = &a->wanted[i], *y = &b->wanted[i];

        if (x->kind != y->kind || x->since != y->since || strcmp(x->rule, y->rule) != 0 ||
            memcmp(&x->digest, &y->digest, sizeof x->digest) != 0)
            return false;
    }
    return true;
}

static void
test_nothing_changes_unlooked_at(void **state)
{
    size_t seen[KIND_COUNT] = { 0 };

    (void) state;
    chance_state = 7;
    for (int i = 0; i < 100; i++) {
        finding_list_t last = { .count = 0 };
        home_t h;

        arena_reset(arena);
        make(&h);
        for (int32_t day = date_of(2024, 1, 1); day < date_of(2024, 6, 1); day++) {
            judge(&h, day);
            bool told = day == date_month_start(date_month(day)) || day >= last.next_day;

            if (!told && !same_list(&h.list, &last))
                fail_msg("household %d: something else holds on %d of month %d of 2024, and nobody would look", i,
                         day - date_month_start(date_month(day)) + 1, date_month(day) % 12 + 1);
            if (told)
                last = h.list;
            for (size_t w = 0; w < h.list.count; w++)
                seen[h.list.wanted[w].kind]++;
        }
    }
    assert_true(seen[KIND_DATA_CONFLICT] > 0 && seen[KIND_OVERLAP] > 0 && seen[KIND_REVIEW_DUE] > 0 && seen[KIND_HARDSHIP_WARNING] > 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_claimed_twice),
        cmocka_unit_test(test_after_a_death),
        cmocka_unit_test(test_overlaps),
        cmocka_unit_test(test_enrolled_twice),
        cmocka_unit_test(test_reviews),
        cmocka_unit_test(test_ages_and_certificates),
        cmocka_unit_test(test_points),
        cmocka_unit_test(test_watched),
        cmocka_unit_test(test_one_of_a_group),
        cmocka_unit_test(test_nothing_changes_unlooked_at),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
