/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz_try.h"

#include "random_household.h"
#include <string.h>

#define ARENA_BLOCK_BYTES 65536
enum { HOUSEHOLDS = 3 };

static bool
same_verdicts(const policy_verdict_t *a, const policy_verdict_t *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (a[i].qualifies != b[i].qualifies || a[i].keeps != b[i].keeps || a[i].has_amount != b[i].has_amount ||
            a[i].amount != b[i].amount || a[i].line != b[i].line || a[i].value != b[i].value)
            return false;
    return true;
}

static void
explain(const policy_t *policy, const policy_world_t *world, const dossier_t *dossier, int32_t day)
{
    AUTO_STR text = STR_INIT;
    err_t err = { 0 };
    json_out_t out;

    json_out_init(&out, &text);
    json_out_object(&out, NULL);
    REQUIRE(policy_explain(policy, world, dossier, day, &out, &err));
    json_out_end(&out);
    REQUIRE(str_is_utf8(str_c(&text), text.len));
}

/* What changed from any household to any other can be told. */
static void
explain_change(const policy_t *policy, const policy_world_t *world, const dossier_t *before, const dossier_t *now, int32_t day)
{
    AUTO_STR text = STR_INIT;
    json_out_t out;

    json_out_init(&out, &text);
    json_out_object(&out, NULL);
    policy_explain_change(policy, &(policy_assessed_t){ NULL, before, day - 31 }, &(policy_assessed_t){ world, now, day }, &out);
    json_out_end(&out);
    REQUIRE(str_is_utf8(str_c(&text), text.len));
}

void
fuzz_check(const policy_t *policy)
{
    AUTO(terms) terms = terms_new();
    AUTO(policy) again = NULL;
    AUTO_STR report = STR_INIT;
    AUTO_STR notes = STR_INIT;
    AUTO_STR first = STR_INIT;
    AUTO_STR second = STR_INIT;
    err_t err = { 0 };

    REQUIRE(policy_check_loaded(policy, &report, &notes) == (report.len == 0));
    policy_write(policy, &first);
    policy_text_t file = { "printed.yaml", str_slice(&first) };
    if (!policy_load_texts(&file, 1, terms, &again, &err)) {
        fprintf(stderr, "%s\n%s\n", err.text, str_c(&first));
        REQUIRE(again != NULL);
    }
    policy_write(again, &second);
    REQUIRE(strcmp(str_c(&first), str_c(&second)) == 0);
}

void
fuzz_try(const policy_t *policy, terms_t *terms, uint64_t seed)
{
    AUTO(arena) arena = arena_new(ARENA_BLOCK_BYTES);
    random_t random = { seed };
    int32_t day = random_day(&random);
    policy_world_t world = random_world(policy, terms, &random, day, arena);
    dossier_t dossiers[HOUSEHOLDS];
    const dossier_t *pointers[HOUSEHOLDS];
    policy_result_t all[HOUSEHOLDS], one;
    size_t categories = policy_category_count(policy);
    err_t err = { 0 };

    for (size_t i = 0; i < HOUSEHOLDS; i++) {
        random_household(policy, terms, &random, day, arena, &dossiers[i]);
        pointers[i] = &dossiers[i];
    }
    REQUIRE(policy_assess(policy, &world, pointers, HOUSEHOLDS, day, arena, all, &err));
    for (size_t i = 0; i < HOUSEHOLDS; i++) {
        const fact_t *facts[8];

        REQUIRE(all[i].next_day > day);
        REQUIRE(policy_assess(policy, &world, &pointers[i], 1, day, arena, &one, &err));
        REQUIRE(one.next_day == all[i].next_day && one.counted == all[i].counted);
        REQUIRE(same_verdicts(one.household, all[i].household, categories));
        REQUIRE(same_verdicts(one.person, all[i].person, categories * dossiers[i].member_count));
        for (size_t c = 0; c < categories; c++)
            if (policy_category_unit(policy, c) == POLICY_UNIT_HOUSEHOLD)
                (void) policy_evidence(policy, &world, pointers[i], day, c, SIZE_MAX, facts, COUNT_OF(facts));
        explain(policy, &world, pointers[i], day);
        explain_change(policy, &world, pointers[0], pointers[i], day);
    }
}
