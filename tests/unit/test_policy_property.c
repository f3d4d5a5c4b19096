/* SPDX-License-Identifier: Apache-2.0 */
/* What must be so of any household under any policy.  Thousands of households by a seeded generator; one for
 * which it is not so is made as small as it can be and printed as a file of cases. */
#include "domain/date.h"
#include "policy_expr.h"
#include "policy_shrink.h"
#include "print_case.h"
#include "random_household.h"
#include "unit.h"
#include <dirent.h>
#include <string.h>

#define ARENA_BLOCK_BYTES (256u * 1024u)
/* Those that are shipped, and those that use what the language can do; tests run in the root of the tree. */
static const char *const folders[] = { "deploy/policies", "tests/policy/language" };
enum { HOUSEHOLDS = 1000, POLICIES_MAX = 32 };

static terms_t *terms;
static policy_t *policies[POLICIES_MAX];
static char *paths[POLICIES_MAX];
static str_t notes[POLICIES_MAX]; /* of the checker */
static size_t policy_count;

static void
load_folder(const char *folder)
{
    DIR *dir = opendir(folder);

    assert_non_null(dir);
    for (const struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        AUTO_STR path = STR_INIT;
        AUTO_STR text = STR_INIT;
        err_t err = { 0 };

        if (!str_in(".yaml", (const char *[]){ strrchr(entry->d_name, '.') != NULL ? strrchr(entry->d_name, '.') : "" }, 1))
            continue;
        str_printf(&path, "%s/%s", folder, entry->d_name);
        assert_true(str_read_file(&text, str_c(&path), 1u << 20, &err));
        if (strstr(str_c(&text), "\nabstract: true") != NULL)
            continue;
        assert_true(policy_count < POLICIES_MAX);
        if (!policy_load(str_c(&path), terms, &policies[policy_count], &err))
            fail_msg("%s", err.text);
        str_clear(&text);
        if (!policy_check_loaded(policies[policy_count], &text, &notes[policy_count]))
            fail_msg("%s", str_c(&text));
        paths[policy_count++] = mem_strdup(str_c(&path));
    }
    (void) closedir(dir);
}

static int
setup(void **state)
{
    (void) state;
    terms = terms_new();
    for (size_t i = 0; i < COUNT_OF(folders); i++)
        load_folder(folders[i]);
    assert_true(policy_count >= 2);
    return 0;
}

static int
teardown(void **state)
{
    (void) state;
    for (size_t i = 0; i < policy_count; i++) {
        policy_destroy(&policies[i]);
        mem_free(paths[i]);
        str_done(&notes[i]);
    }
    terms_destroy(&terms);
    return 0;
}

/* ---- what a property looks at ------------------------------------------------------------------------------------ */

static policy_result_t
assess(const sample_t *s, const dossier_t *dossier, int32_t day, arena_t *arena)
{
    policy_result_t result;
    err_t err = { 0 };

    if (!policy_assess(s->policy, &s->world, &dossier, 1, day, arena, &result, &err))
        fail_msg("%s", err.text);
    return result;
}

static bool
same_verdict(const policy_verdict_t *a, const policy_verdict_t *b)
{
    return a->qualifies == b->qualifies && a->keeps == b->keeps && a->has_amount == b->has_amount && a->amount == b->amount &&
           a->line == b->line && a->value == b->value && a->valid_until == b->valid_until && a->review_on == b->review_on &&
           a->grace_until == b->grace_until && a->grace_month == b->grace_month;
}

/* `place`: where member m of `a` stands in `b`; NULL: in the same place. */
static bool
same_results(const sample_t *s, const policy_result_t *a, const policy_result_t *b, const size_t *place, str_t *why)
{
    size_t n = s->dossier.member_count;

    for (size_t c = 0; c < policy_category_count(s->policy); c++) {
        if (policy_category_unit(s->policy, c) == POLICY_UNIT_HOUSEHOLD && !same_verdict(&a->household[c], &b->household[c])) {
            str_printf(why, "%s differs", policy_category_name(s->policy, c));
            return false;
        }
        for (size_t m = 0; policy_category_unit(s->policy, c) == POLICY_UNIT_PERSON && m < n; m++) {
            if (!same_verdict(&a->person[c * n + m], &b->person[c * n + (place != NULL ? place[m] : m)])) {
                str_printf(why, "%s of m%zu differs", policy_category_name(s->policy, c), m);
                return false;
            }
        }
    }
    if (a->counted != b->counted)
        str_printf(why, "members counted: %zu and %zu", a->counted, b->counted);
    return a->counted == b->counted;
}

/* ---- properties -------------------------------------------------------------------------------------------------- */

static void
shuffle_facts(random_t *random, fact_t *facts, size_t n)
{
    for (size_t i = n; i > 1; i--) {
        size_t k = (size_t) random_in(random, 0, (int64_t) i - 1);
        fact_t swap = facts[i - 1];

        facts[i - 1] = facts[k];
        facts[k] = swap;
    }
}

static bool
order_does_not_matter(const sample_t *s, random_t *random, arena_t *arena, str_t *why)
{
    dossier_t other = sample_dup(&s->dossier, arena);
    size_t n = other.member_count;
    size_t *place = arena_new_array(arena, size_t, n + 1);
    supporter_t *supporters = arena_new_array(arena, supporter_t, other.supporter_count + 1);

    for (size_t m = 0; m < n; m++)
        place[m] = m;
    for (size_t i = n; i > 1; i--) {
        size_t k = (size_t) random_in(random, 0, (int64_t) i - 1), swap = place[i - 1];

        place[i - 1] = place[k];
        place[k] = swap;
    }
    for (size_t m = 0; m < n; m++) {
        other.members[place[m]] = sample_member_dup(&s->dossier.members[m], arena);
        shuffle_facts(random, other.members[place[m]].facts, other.members[place[m]].fact_count);
    }
    shuffle_facts(random, other.facts, other.fact_count);
    for (size_t i = 0; i < other.supporter_count; i++) { /* the last comes first */
        supporters[i] = s->dossier.supporters[other.supporter_count - 1 - i];
        supporters[i].member = place[supporters[i].member];
    }
    other.supporters = supporters;
    policy_result_t a = assess(s, &s->dossier, s->day, arena), b = assess(s, &other, s->day, arena);
    if (a.next_day != b.next_day) {
        str_add(why, "next_day differs");
        return false;
    }
    return same_results(s, &a, &b, place, why);
}

/* A kind that the policy does not name, of everybody and of the household. */
static bool
an_unrelated_fact_changes_nothing(const sample_t *s, random_t *random, arena_t *arena, str_t *why)
{
    dossier_t other = sample_dup(&s->dossier, arena);
    fact_t fact = { .seq = 1, .dataset = terms_intern(terms, "test.records"), .kind = terms_intern(terms, "test.unrelated"),
                    .code = terms_intern(terms, "car"), .from = s->day - 1, .to = s->day + (int32_t) random_in(random, 0, 3), .value = 100 };

    for (size_t m = 0; m < other.member_count; m++)
        sample_add_fact(&other.members[m].facts, &other.members[m].fact_count, fact, arena);
    sample_add_fact(&other.facts, &other.fact_count, fact, arena);
    policy_result_t a = assess(s, &s->dossier, s->day, arena), b = assess(s, &other, s->day, arena);
    if (a.next_day != b.next_day) {
        str_add(why, "next_day differs");
        return false;
    }
    return same_results(s, &a, &b, NULL, why);
}

/* Time alone changes nothing before the day on which the engine says that it may: what the tick relies on. */
static bool
nothing_changes_before_next_day(const sample_t *s, random_t *random, arena_t *arena, str_t *why)
{
    policy_result_t a = assess(s, &s->dossier, s->day, arena);
    char text[DATE_TEXT_SIZE];

    if (a.next_day <= s->day) {
        str_add(why, "next_day is not later");
        return false;
    }
    if (a.next_day == s->day + 1)
        return true;
    int32_t last = a.next_day == DATE_OPEN ? s->day + 40 : a.next_day - 1;
    int32_t day = random_chance(random, 50) ? last : (int32_t) random_in(random, s->day + 1, last);
    policy_result_t b = assess(s, &s->dossier, day, arena);
    if (same_results(s, &a, &b, NULL, why))
        return true;
    date_format(day, text);
    str_printf(why, " on %s", text);
    date_format(a.next_day, text);
    str_printf(why, ", though nothing was to change before %s", text);
    return false;
}

/* One household by itself, and among a thousand others that share its columns. */
static bool
neighbours_do_not_matter(const sample_t *s, random_t *random, arena_t *arena, str_t *why)
{
    enum { BLOCK = 24 };
    dossier_t others[BLOCK];
    const dossier_t *pointers[BLOCK];
    policy_result_t results[BLOCK];
    size_t at = (size_t) random_in(random, 0, BLOCK - 1);
    err_t err = { 0 };

    for (size_t i = 0; i < BLOCK; i++) {
        if (i != at)
            random_household(s->policy, terms, random, s->day, arena, &others[i]);
        pointers[i] = i == at ? &s->dossier : &others[i];
    }
    if (!policy_assess(s->policy, &s->world, pointers, BLOCK, s->day, arena, results, &err))
        fail_msg("%s", err.text);
    policy_result_t alone = assess(s, &s->dossier, s->day, arena);
    return same_results(s, &alone, &results[at], NULL, why) && alone.next_day == results[at].next_day;
}

/* Whether a formula asks for the answer of a category, itself or through the values that it names. */
static bool
asks_for(const expr_t *e, const policy_def_t *category)
{
    const expr_t *parts[3] = { e->a, e->b, e->c };

    if (e->kind == EXPR_QUALIFIES && e->def == category)
        return true;
    if (e->kind == EXPR_NAME && e->def->kind == DEF_DERIVED && asks_for(e->def->derived.formula.tree, category))
        return true;
    for (size_t i = 0; i < 3; i++)
        if (parts[i] != NULL && asks_for(parts[i], category))
            return true;
    return false;
}

static bool
follows(const policy_category_t *c, const policy_def_t *other)
{
    for (size_t i = 0; i < c->after_count; i++)
        if (c->after[i] == other)
            return true;
    for (size_t i = 0; i < c->when_count; i++)
        if (asks_for(c->when[i].that.tree, other))
            return true;
    return false;
}

static bool
earlier_answers_stay(const policy_category_t *c, const policy_t *policy, const policy_result_t *a, const policy_result_t *b)
{
    for (size_t k = 0; k < policy->category_count; k++)
        if (policy_category_unit(policy, k) == POLICY_UNIT_HOUSEHOLD && follows(c, policy->categories[k]) &&
            a->household[k].qualifies != b->household[k].qualifies)
            return false;
    return true;
}

static int64_t
paid(const policy_verdict_t *v)
{
    return v->qualifies == POLICY_YES && v->has_amount ? v->amount : 0;
}

static bool
is_known(const policy_verdict_t *a, const policy_verdict_t *b)
{
    return a->qualifies != POLICY_UNKNOWN && b->qualifies != POLICY_UNKNOWN;
}

/* The checker names the places where a place's own rules have a step: "a rise of a member's income may … “dibao” …". */
static bool
has_named_step(const policy_t *policy, const char *category)
{
    AUTO_STR name = STR_INIT;
    size_t p = 0;

    str_printf(&name, "“%s” here", category);
    while (p + 1 < policy_count && policies[p] != policy)
        p++;
    for (const char *line = strstr(str_c(&notes[p]), "a rise of a member's income may"); line != NULL;
         line = strstr(line + 1, "a rise of a member's income may")) {
        const char *found = strstr(line, str_c(&name)), *end = strchr(line, '\n');

        if (found != NULL && (end == NULL || found < end))
            return true;
    }
    return false;
}

/* Raises one income of one member, often just to a line.  Of a category that follows others only while their answers stay: who
 * leaves the guarantee may come into the next one. */
static bool
more_income_is_not_more_money(const sample_t *s, random_t *random, arena_t *arena, str_t *why)
{
    dossier_t other = sample_dup(&s->dossier, arena);
    policy_result_t a = assess(s, &s->dossier, s->day, arena);
    size_t n = other.member_count, m = (size_t) random_in(random, 0, n > 0 ? (int64_t) n - 1 : 0), c = 0, which = 0;
    int64_t by = random_in(random, 1, 100000);

    if (n == 0)
        return true;
    fact_t *facts = other.members[m].facts, *raised = NULL;
    for (size_t f = 0; f < other.members[m].fact_count; f++)
        if (str_starts(terms_word(terms, facts[f].kind), "income.") && random_in(random, 0, (int64_t) which++) == 0)
            raised = &facts[f];
    if (raised == NULL || raised->value < 0 || raised->value > INT64_MAX / 1000)
        return true;
    c = (size_t) random_in(random, 0, (int64_t) policy_category_count(s->policy) - 1);
    const policy_verdict_t *near = policy_category_unit(s->policy, c) == POLICY_UNIT_HOUSEHOLD ? &a.household[c] : &a.person[c * n + m];
    if (random_chance(random, 50) && near->line > near->value && near->line - near->value < 100000000)
        by = (near->line - near->value) / random_in(random, 1, 12) + random_in(random, -1, 1);
    if (by <= 0)
        by = 1;
    raised->value += by;
    policy_result_t b = assess(s, &other, s->day, arena);
    for (c = 0; c < policy_category_count(s->policy); c++) {
        const policy_category_t *category = &s->policy->categories[c]->category;
        bool household = category->unit == POLICY_UNIT_HOUSEHOLD;

        if (!earlier_answers_stay(category, s->policy, &a, &b))
            continue;
        for (size_t k = 0; k < (household ? 1 : n); k++) {
            const policy_verdict_t *x = household ? &a.household[c] : &a.person[c * n + k];
            const policy_verdict_t *y = household ? &b.household[c] : &b.person[c * n + k];

            if (!is_known(x, y) || paid(y) <= paid(x) || has_named_step(s->policy, policy_category_name(s->policy, c)))
                continue;
            str_printf(why, "%s of m%zu from %lld to %lld: %s rises from %lld to %lld fen", terms_word(terms, raised->kind), m,
                       (long long) (raised->value - by), (long long) raised->value, policy_category_name(s->policy, c),
                       (long long) paid(x), (long long) paid(y));
            return false;
        }
    }
    return true;
}

/* ---- the runs ---------------------------------------------------------------------------------------------------- */

static void
report(const sample_t *s, const char *path, const char *property, uint64_t seed, property_fn holds)
{
    AUTO(arena) arena = arena_new(ARENA_BLOCK_BYTES);
    AUTO_STR why = STR_INIT;
    AUTO_STR text = STR_INIT;
    sample_t small = sample_shrink(s, seed, holds, arena);
    random_t random = { seed };

    (void) holds(&small, &random, arena, &why);
    str_printf(&text, "# %s is not so: %s (seed %llu)\npolicy: %s\ncases:\n", property, str_c(&why), (unsigned long long) seed,
               path);
    print_case(small.policy, terms, &small.world, &small.dossier, small.day, property, &text);
    fail_msg("\n%s", str_c(&text));
}

static void
check(const char *property, property_fn holds, size_t households)
{
    for (size_t p = 0; p < policy_count; p++) {
        AUTO(arena) arena = arena_new(ARENA_BLOCK_BYTES);

        for (uint64_t seed = 1; seed <= households; seed++) {
            AUTO_STR why = STR_INIT;
            random_t random = { seed * UINT64_C(0xD1342543DE82EF95) + p };
            sample_t s = { .policy = policies[p], .day = random_day(&random) };

            arena_reset(arena);
            s.world = random_world(s.policy, terms, &random, s.day, arena);
            random_household(s.policy, terms, &random, s.day, arena, &s.dossier);
            random_t choices = { seed };
            if (!holds(&s, &choices, arena, &why))
                report(&s, paths[p], property, seed, holds);
        }
    }
}

static void
test_order(void **state)
{
    (void) state;
    check("the order of members and facts does not matter", order_does_not_matter, HOUSEHOLDS);
}

static void
test_unrelated(void **state)
{
    (void) state;
    check("an unrelated fact changes nothing", an_unrelated_fact_changes_nothing, HOUSEHOLDS);
}

static void
test_next_day(void **state)
{
    (void) state;
    check("nothing changes before next_day", nothing_changes_before_next_day, 2 * HOUSEHOLDS);
}

static void
test_neighbours(void **state)
{
    (void) state;
    check("neighbours in a block do not matter", neighbours_do_not_matter, HOUSEHOLDS / 5);
}

static void
test_income(void **state)
{
    (void) state;
    check("more income is not more money", more_income_is_not_more_money, 4 * HOUSEHOLDS);
}

/* The tools themselves: a property that fails only for a household with a vehicle is shrunk to one member and one vehicle. */
static bool
nobody_has_a_vehicle(const sample_t *s, random_t *random, arena_t *arena, str_t *why)
{
    (void) random;
    (void) arena;
    (void) why;
    for (size_t m = 0; m < s->dossier.member_count; m++)
        for (size_t f = 0; f < s->dossier.members[m].fact_count; f++)
            if (strcmp(terms_word(terms, s->dossier.members[m].facts[f].kind), "asset.vehicle") == 0)
                return false;
    return true;
}

static void
test_shrinking(void **state)
{
    AUTO(arena) arena = arena_new(ARENA_BLOCK_BYTES);
    sample_t s = { .policy = policies[0], .day = date_of(2024, 6, 18) };
    random_t random = { 1 };
    AUTO_STR why = STR_INIT;
    AUTO_STR text = STR_INIT;

    (void) state;
    do
        random_household(s.policy, terms, &random, s.day, arena, &s.dossier);
    while (nobody_has_a_vehicle(&s, &random, arena, &why));
    s = sample_shrink(&s, 1, nobody_has_a_vehicle, arena);
    assert_int_equal(s.dossier.member_count, 1);
    assert_int_equal(s.dossier.members[0].fact_count, 1);
    assert_int_equal(s.dossier.fact_count, 0);
    print_case(s.policy, terms, &s.world, &s.dossier, s.day, "a vehicle", &text);
    assert_non_null(strstr(str_c(&text), "- { kind: asset.vehicle, from: "));
    assert_non_null(strstr(str_c(&text), "    expect:\n      counted: "));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shrinking), cmocka_unit_test(test_order),      cmocka_unit_test(test_unrelated),
        cmocka_unit_test(test_next_day),  cmocka_unit_test(test_neighbours), cmocka_unit_test(test_income),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
