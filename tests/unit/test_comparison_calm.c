/* SPDX-License-Identifier: Apache-2.0 */
/* Of calm households the verdicts are left out where nothing can be found: what is found, and when to look again, is the same
 * as with all verdicts, and the same as when each household is assessed alone. */
#include "unit.h"

#include "comparison_all.h"
#include "domain/date.h"
#include "finding_rules.h"
#include "random_household.h"
#include "ruling.h"

#include <string.h>

enum { BLOCKS = 60, HOUSEHOLDS = 90, ARENA_BLOCK = 1 << 20 };

static terms_t *terms;
static policy_t *policy;
static finding_rules_t *rules;
static size_t calm_count, left_out, found;

static int
setup(void **state)
{
    (void) state;
    terms = terms_new();
    policy = comparison_all(terms, "");
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
    return 0;
}

static void
add(random_t *random, const char *kind, int32_t day, arena_t *arena, fact_t **facts, size_t *n)
{
    fact_t *more = arena_new_array(arena, fact_t, *n + 1);

    if (*n > 0)
        memcpy(more, *facts, *n * sizeof *more);
    more[*n] = (fact_t){ .seq = random_next(random), .kind = terms_intern(terms, kind), .dataset = terms_intern(terms, "test"),
                         .from = day - (int32_t) random_in(random, -5, 700), .to = DATE_OPEN,
                         .value = random_in(random, 0, 900) * 100 };
    memcpy(more[*n].key, &more[*n].seq, sizeof more[*n].seq);
    if (random_chance(random, 30))
        more[*n].to = more[*n].from + (int32_t) random_in(random, 1, 800);
    *facts = more;
    (*n)++;
}

/* What makes one not calm is rare in random_household. */
static void
stir(random_t *random, int32_t day, arena_t *arena, dossier_t *d)
{
    size_t category = (size_t) random_in(random, 0, (int64_t) policy_category_count(policy) - 1);
    size_t m = d->member_count > 0 ? (size_t) random_in(random, 0, (int64_t) d->member_count - 1) : SIZE_MAX;
    ruling_t *ruling = arena_new_array(arena, ruling_t, 1);
    listing_t *listings = arena_new_array(arena, listing_t, 2);

    switch (random_in(random, 0, 7)) {
    case 0:
        add(random, policy_category_enrolment(policy, category), day, arena, &d->facts, &d->fact_count);
        break;
    case 1:
        if (m != SIZE_MAX)
            add(random, policy_category_enrolment(policy, category), day, arena, &d->members[m].facts, &d->members[m].fact_count);
        break;
    case 2:
        if (m != SIZE_MAX)
            add(random, "event.death", day, arena, &d->members[m].facts, &d->members[m].fact_count);
        break;
    case 3:
        *ruling = (ruling_t){ .verb = (ruling_verb_t) random_in(random, 0, RULING_COUNT - 1), .from = day - 20, .until = day + 20,
                              .category = policy_category_wire(policy, category) };
        d->rulings = ruling;
        d->ruling_count = 1;
        break;
    case 4:
        if (m == SIZE_MAX)
            break;
        listings[0].effective = day - 50;
        listings[1] = (listing_t){ .household = d->household, .effective = day - 10 };
        d->members[m].listings = listings;
        d->members[m].listing_count = 2;
        break;
    default:
        break;
    }
}

static void
expect_same(const finding_list_t *a, const finding_list_t *b)
{
    assert_int_equal(a->count, b->count);
    assert_int_equal(a->next_day, b->next_day);
    for (size_t i = 0; i < a->count; i++) {
        assert_int_equal(a->wanted[i].kind, b->wanted[i].kind);
        assert_string_equal(a->wanted[i].category, b->wanted[i].category);
        assert_memory_equal(&a->wanted[i].person, &b->wanted[i].person, sizeof(uuid_t));
        assert_memory_equal(&a->wanted[i].digest, &b->wanted[i].digest, sizeof(hash_t));
        assert_int_equal(a->wanted[i].fact_count, b->wanted[i].fact_count);
        for (size_t f = 0; f < a->wanted[i].fact_count; f++)
            assert_ptr_equal(a->wanted[i].facts[f], b->wanted[i].facts[f]);
    }
}

static void
check_block(random_t *random, arena_t *arena)
{
    int32_t day = random_day(random);
    const policy_world_t world = random_world(policy, terms, random, day, arena);
    AUTO(policy_assessor) assessor = policy_assessor_new(policy, day);
    dossier_t *dossiers = arena_new_array(arena, dossier_t, HOUSEHOLDS);
    const dossier_t *pointers[HOUSEHOLDS];
    bool calm[HOUSEHOLDS];
    const policy_asked_t asked = { .calm = calm };
    policy_result_t all[HOUSEHOLDS], some[HOUSEHOLDS], one;
    finding_list_t of_all[HOUSEHOLDS], of_some[HOUSEHOLDS], of_one;
    err_t err = { .cls = ERR_NONE };

    finding_rules_use(rules, &world);
    for (size_t i = 0; i < HOUSEHOLDS; i++) {
        random_household(policy, terms, random, day, arena, &dossiers[i]);
        stir(random, day, arena, &dossiers[i]);
        pointers[i] = &dossiers[i];
    }
    finding_rules_use(rules, &world); /* there are new kinds */
    for (size_t i = 0; i < HOUSEHOLDS; i++) {
        calm[i] = finding_rules_is_calm(rules, pointers[i]);
        calm_count += calm[i];
    }
    assert_true(policy_assessor_run(assessor, &world, NULL, pointers, HOUSEHOLDS, arena, all, &err));
    assert_true(policy_assessor_run(assessor, &world, &asked, pointers, HOUSEHOLDS, arena, some, &err));
    finding_rules_apply_each(rules, pointers, all, HOUSEHOLDS, day, arena, of_all);
    finding_rules_apply_each(rules, pointers, some, HOUSEHOLDS, day, arena, of_some);
    for (size_t i = 0; i < HOUSEHOLDS; i++) {
        assert_int_equal(all[i].next_day, some[i].next_day);
        assert_int_equal(all[i].counted, some[i].counted);
        expect_same(&of_all[i], &of_some[i]);
        assert_true(policy_assess(policy, &world, &pointers[i], 1, day, arena, &one, &err));
        finding_rules_apply(rules, pointers[i], &one, day, arena, &of_one);
        expect_same(&of_one, &of_some[i]);
        left_out += some[i].household == NULL;
        found += of_some[i].count;
    }
}

static void
test_calm(void **state)
{
    AUTO(arena) arena = arena_new(ARENA_BLOCK);

    (void) state;
    for (uint64_t block = 0; block < BLOCKS; block++) {
        random_t random = { block };

        arena_reset(arena);
        check_block(&random, arena);
    }
    assert_in_range(calm_count, BLOCKS * HOUSEHOLDS / 20, BLOCKS * HOUSEHOLDS * 19 / 20);
    assert_in_range(left_out, BLOCKS * HOUSEHOLDS / 40, calm_count - 1);
    assert_true(found > BLOCKS * HOUSEHOLDS / 10);
}

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_calm) };

    return cmocka_run_group_tests(tests, setup, teardown);
}
