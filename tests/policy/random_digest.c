/* SPDX-License-Identifier: Apache-2.0 */
/* random_digest N POLICY…: one line for each policy: a digest over verdicts and explanations of N made-up households, byte for
 * byte.  Every build of these sources must print the same. */

#include "base/hash.h"
#include "base/num.h"
#include "random_household.h"
#include <string.h>

#define BLOCK 100
#define ARENA_BLOCK_BYTES (256u * 1024u)

static void
mix(hash_t *sum, const void *p, size_t n)
{
    const hash_part_t parts[] = { { sum->b, sizeof sum->b }, { p, n } };

    hash_of_parts(parts, COUNT_OF(parts), sum);
}

/* Member by member: padding is not part of an answer. */
static void
mix_verdict(hash_t *sum, const policy_verdict_t *v)
{
    const int64_t numbers[] = { v->qualifies, v->keeps,       v->has_amount, v->amount,      v->line,
                                v->value,     v->valid_until, v->review_on,  v->grace_until, v->grace_month };

    mix(sum, numbers, sizeof numbers);
}

static void
mix_result(const policy_t *policy, const dossier_t *dossier, const policy_result_t *result, hash_t *sum)
{
    for (size_t c = 0; c < policy_category_count(policy); c++) {
        if (policy_category_unit(policy, c) == POLICY_UNIT_HOUSEHOLD)
            mix_verdict(sum, &result->household[c]);
        for (size_t m = 0; policy_category_unit(policy, c) == POLICY_UNIT_PERSON && m < dossier->member_count; m++)
            mix_verdict(sum, &result->person[c * dossier->member_count + m]);
    }
    mix(sum, &result->next_day, sizeof result->next_day);
}

/* Many of one day go another way through the engine than one alone. */
static bool
one_block(const policy_t *policy, terms_t *terms, uint64_t seed, arena_t *arena, hash_t *sum, err_t *err)
{
    random_t random = { seed };
    int32_t day = random_day(&random);
    policy_world_t world = random_world(policy, terms, &random, day, arena);
    policy_result_t results[BLOCK];
    dossier_t dossiers[BLOCK];
    const dossier_t *pointers[BLOCK];

    for (size_t i = 0; i < BLOCK; i++) {
        random_household(policy, terms, &random, day, arena, &dossiers[i]);
        pointers[i] = &dossiers[i];
    }
    if (!policy_assess(policy, &world, pointers, BLOCK, day, arena, results, err))
        return false;
    for (size_t i = 0; i < BLOCK; i++)
        mix_result(policy, &dossiers[i], &results[i], sum);
    return true;
}

static bool
one_household(const policy_t *policy, terms_t *terms, uint64_t seed, arena_t *arena, hash_t *sum, err_t *err)
{
    AUTO_STR text = STR_INIT;
    random_t random = { seed };
    int32_t day = random_day(&random);
    policy_world_t world = random_world(policy, terms, &random, day, arena);
    policy_result_t result;
    dossier_t dossier;
    const dossier_t *pointer = &dossier;
    json_out_t out;

    random_household(policy, terms, &random, day, arena, &dossier);
    if (!policy_assess(policy, &world, &pointer, 1, day, arena, &result, err))
        return false;
    mix_result(policy, &dossier, &result, sum);
    json_out_init(&out, &text);
    json_out_object(&out, NULL);
    if (!policy_explain(policy, &world, &dossier, day, &out, err))
        return false;
    json_out_end(&out);
    mix(sum, str_c(&text), text.len);
    return true;
}

static bool
one_policy(const char *path, int64_t households, err_t *err)
{
    AUTO(terms) terms = terms_new();
    AUTO(policy) policy = NULL;
    AUTO(arena) arena = arena_new(ARENA_BLOCK_BYTES);
    hash_t sum = { { 0 } };
    char hex[2 * HASH_SIZE + 1];

    if (!policy_load(path, terms, &policy, err))
        return false;
    for (int64_t i = 0; i < households; i++) {
        arena_reset(arena);
        if (!one_household(policy, terms, (uint64_t) i, arena, &sum, err))
            return false;
    }
    for (int64_t i = 0; i <= households / BLOCK; i++) {
        arena_reset(arena);
        if (!one_block(policy, terms, (uint64_t) i, arena, &sum, err))
            return false;
    }
    str_hex(sum.b, sizeof sum.b, hex);
    printf("%s %lld %s\n", path, (long long) households, hex);
    return true;
}

int
main(int argc, char **argv)
{
    int64_t households;
    err_t err = { 0 };

    if (argc < 3 || !num_i64(argv[1], strlen(argv[1]), &households)) {
        fprintf(stderr, "usage: random_digest N POLICY…\n");
        return 2;
    }
    for (int i = 2; i < argc; i++) {
        if (!one_policy(argv[i], households, &err)) {
            fprintf(stderr, "%s\n", err.text);
            return 1;
        }
    }
    return 0;
}
