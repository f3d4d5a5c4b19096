/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of the terms of who is enrolled: no finding in a period of grace, one after it and after the validity;
 * none from lists and from categories that raise none; an enrolment under another name is seen. */
#include "unit.h"

#include "domain/date.h"
#include "finding_rules.h"

#include <string.h>

#define YUAN 100

static arena_t *arena;
static terms_t *terms;
static policy_t *policy;
static finding_rules_t *rules;

typedef struct {
    dossier_t d;
    member_t member;
    fact_t own[4], facts[4];
    wanted_t *wanted;
    size_t count;
} home_t;

static void
add(fact_t *list, size_t *n, const char *kind, int32_t from, int64_t value, const char *code)
{
    static uint8_t serial;
    fact_t *f = &list[(*n)++];

    *f = (fact_t){ .seq = 1, .dataset = terms_intern(terms, "test"), .kind = terms_intern(terms, kind), .from = from,
                   .to = DATE_OPEN, .value = value, .code = code != NULL ? terms_intern(terms, code) : 0 };
    f->key[0] = ++serial;
}

/* One person with a wage since `from`. */
static void
home_init(home_t *h, int64_t wage, int32_t from)
{
    *h = (home_t){ .count = 0 };
    h->d.members = &h->member;
    h->d.member_count = 1;
    h->d.facts = h->own;
    h->member.born = date_of(1970, 1, 1);
    h->member.facts = h->facts;
    add(h->facts, &h->member.fact_count, "wage.now", from, wage * YUAN, NULL);
    add(h->facts, &h->member.fact_count, "job.type", from, 1, "employed");
}

static void
judge(home_t *h, int32_t day)
{
    const dossier_t *d = &h->d;
    policy_result_t result;
    err_t err = { .cls = ERR_NONE };

    if (!policy_assess(policy, NULL, &d, 1, day, arena, &result, &err))
        fail_msg("%s", err.text);
    finding_list_t list;

    finding_rules_apply(rules, d, &result, day, arena, &list);
    h->wanted = list.wanted;
    h->count = list.count;
}

static const wanted_t *
found(const home_t *h, finding_kind_t kind)
{
    for (size_t i = 0; i < h->count; i++)
        if (h->wanted[i].kind == kind)
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
    if (!policy_load("tests/policy/language/terms.yaml", terms, &policy, &err))
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

static void
test_grace(void **state)
{
    home_t h;

    (void) state;
    home_init(&h, 900, date_of(2024, 2, 10));
    add(h.own, &h.d.fact_count, "enrolment.dibao", date_of(2023, 5, 20), 700 * YUAN, NULL);
    judge(&h, date_of(2024, 3, 15));
    assert_null(found(&h, KIND_NO_LONGER_QUALIFIES));
    assert_null(found(&h, KIND_CATEGORY_CHANGE));
    assert_null(found(&h, KIND_BENEFIT_CHANGE)); /* the first month is the whole line, as before */
    judge(&h, date_of(2024, 4, 15));
    assert_non_null(found(&h, KIND_BENEFIT_CHANGE));
    assert_int_equal(found(&h, KIND_BENEFIT_CHANGE)->monthly, 350 * YUAN);
    assert_null(found(&h, KIND_CATEGORY_CHANGE));
    judge(&h, date_of(2024, 6, 1));
    assert_non_null(found(&h, KIND_CATEGORY_CHANGE)); /* rigid takes over */
    assert_null(found(&h, KIND_BENEFIT_CHANGE));
}

static void
test_validity_under_another_name(void **state)
{
    home_t h;

    (void) state;
    home_init(&h, 800, date_of(2023, 1, 1));
    add(h.own, &h.d.fact_count, "enrolment.old_name", date_of(2024, 2, 29), 1, NULL);
    judge(&h, date_of(2025, 2, 28));
    assert_null(found(&h, KIND_NEWLY_QUALIFIES)); /* it is enrolled already */
    assert_null(found(&h, KIND_NO_LONGER_QUALIFIES));
    judge(&h, date_of(2025, 3, 1));
    assert_non_null(found(&h, KIND_NO_LONGER_QUALIFIES));
    assert_string_equal(found(&h, KIND_NO_LONGER_QUALIFIES)->category, "rigid");
    h.d.fact_count = 0;
    judge(&h, date_of(2025, 3, 1));
    assert_non_null(found(&h, KIND_NEWLY_QUALIFIES));
}

static void
test_no_findings(void **state)
{
    home_t h;

    (void) state;
    home_init(&h, 1500, date_of(2023, 1, 1)); /* watched and on the list; too much for aid and allowance */
    judge(&h, date_of(2024, 3, 15));
    assert_int_equal(h.count, 0);
    add(h.facts, &h.member.fact_count, "enrolment.allowance", date_of(2023, 1, 1), 1, NULL);
    judge(&h, date_of(2024, 3, 15)); /* of the allowance, not of the list that goes by the same enrolment */
    assert_int_equal(h.count, 1);
    assert_string_equal(h.wanted[0].category, "allowance");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_grace),
        cmocka_unit_test(test_validity_under_another_name),
        cmocka_unit_test(test_no_findings),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
