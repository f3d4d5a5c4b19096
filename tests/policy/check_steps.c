/* SPDX-License-Identifier: Apache-2.0 */
/* check_steps [SEED [POLICIES]]: where the check names no step, a rise of a member's income raises no amount.  Policies are made
 * at random, with deductions of all kinds; of those about which it says nothing, households made at random are assessed with
 * their wages and with more. */

#include "base/num.h"
#include "domain/date.h"
#include "random_policy.h"
#include <string.h>

#define HOUSEHOLDS 60
#define RISES 4

typedef struct {
    random_t random;
    size_t policies, named, looks, moved, refuted;
} run_t;

/* Of what is below 100 million yuan: beyond 64 bits nothing is known, and an amount ends. */
#define WAGE_MAX 10000000000

static void
make_policy(run_t *run, str_t *out)
{
    str_printf(out, "policy: random\n%s", random_policy_base);
    str_add(out, "  cost: \"");
    if (random_chance(&run->random, 50)) /* the step that places have: so much for who works */
        str_printf(out, "if wages %s %lld yuan then %lld yuan else %lld yuan", random_chance(&run->random, 50) ? ">" : "<",
                   (long long) random_in(&run->random, 0, 12) * 1000, (long long) random_in(&run->random, 0, 3) * 8000,
                   (long long) random_in(&run->random, 0, 3) * 8000);
    else
        random_policy_money(&run->random, out, true, 1);
    str_printf(out, "\"\n  net: wages − min(wages, cost × rate)\n  net.coarse: wages%s − cost\n",
               random_chance(&run->random, 50) ? " − wage.odd" : "");
    str_printf(out, "  total: sum of %s over counted_members%s\n", random_chance(&run->random, 70) ? "net" : "net.coarse",
               random_chance(&run->random, 20) ? " where wages > 300 yuan" : "");
    random_policy_parameters(&run->random, out);
    str_add(out, "categories:\n  aid:\n    unit: household\n    role: aid\n    basis: x\n    label: { zh: 类, en: category }\n    when:\n");
    str_add(out, random_chance(&run->random, 70) ? "      - total < line\n" : "      - \"");
    if (out->ptr[out->len - 1] == '"') {
        random_policy_flag(&run->random, out, false, 1);
        str_add(out, "\"\n");
    }
    str_add(out, "    amount: \"(");
    if (random_chance(&run->random, 60)) {
        str_add(out, "line − total");
    } else {
        str_add(out, "50000 yuan − (");
        random_policy_money(&run->random, out, false, 1);
        str_add(out, ")");
    }
    str_add(out, ") / 12 months rounded up to yuan\"\n");
}

/* What is paid; false: not known. */
static bool
paid(const policy_t *policy, const policy_world_t *world, const dossier_t *dossier, int32_t day, int64_t *ret)
{
    AUTO(arena) arena = arena_new(16384);
    policy_result_t result;
    err_t err = { 0 };

    REQUIRE(policy_assess(policy, world, &dossier, 1, day, arena, &result, &err));
    if (result.household[0].qualifies == POLICY_UNKNOWN ||
        (result.household[0].qualifies == POLICY_YES && !result.household[0].has_amount))
        return false;
    *ret = result.household[0].qualifies == POLICY_YES && result.household[0].amount > 0 ? result.household[0].amount : 0;
    return true;
}

static fact_t *
find_wage(run_t *run, const terms_t *terms, dossier_t *dossier)
{
    size_t m = dossier->member_count > 0 ? (size_t) random_in(&run->random, 0, (int64_t) dossier->member_count - 1) : 0;

    for (size_t i = 0; m < dossier->member_count && i < dossier->members[m].fact_count; i++) {
        fact_t *fact = &dossier->members[m].facts[i];

        if (strcmp(terms_word(terms, fact->kind), "income.wage") == 0 && fact->value >= 0 && fact->value < WAGE_MAX)
            return fact;
    }
    return NULL;
}

static bool
stands(run_t *run, const policy_t *policy, terms_t *terms)
{
    for (size_t i = 0; i < HOUSEHOLDS; i++) {
        AUTO(arena) arena = arena_new(16384);
        int32_t day = date_of(2025, 1, 1) + (int32_t) random_in(&run->random, 0, 700);
        policy_world_t world = random_world(policy, terms, &run->random, day, arena);
        dossier_t dossier;
        int64_t before = 0, after = 0;
        fact_t *wage;

        random_household(policy, terms, &run->random, day, arena, &dossier);
        wage = find_wage(run, terms, &dossier);
        if (wage == NULL || !paid(policy, &world, &dossier, day, &before))
            continue;
        for (size_t k = 0; k < RISES; k++) {
            wage->value += random_chance(&run->random, 50) ? 1 : random_in(&run->random, 1, 30000);
            if (!paid(policy, &world, &dossier, day, &after))
                break;
            run->looks++;
            run->moved += after != before;
            if (after > before) {
                (void) fprintf(stderr, "a rise to %lld fen raises %lld to %lld fen\n", (long long) wage->value,
                               (long long) before, (long long) after);
                return false;
            }
            before = after;
        }
    }
    return true;
}

static void
check_policy(run_t *run)
{
    AUTO(terms) terms = terms_new();
    AUTO(policy) policy = NULL;
    AUTO_STR text = STR_INIT;
    AUTO_STR report = STR_INIT;
    AUTO_STR notes = STR_INIT;
    policy_text_t file = { "random.yaml", { NULL, 0 } };
    err_t err = { 0 };

    make_policy(run, &text);
    file.text = str_slice(&text);
    if (!policy_load_texts(&file, 1, terms, &policy, &err))
        (void) fprintf(stderr, "%s\n%s\n", err.text, str_c(&text));
    REQUIRE(policy != NULL);
    run->policies++;
    if (!policy_check_loaded(policy, &report, &notes))
        return; /* a fault: the steps were not looked for */
    if (strstr(str_c(&notes), "a rise of a member's income may") != NULL) {
        run->named++;
        return;
    }
    if (stands(run, policy, terms))
        return;
    run->refuted++;
    (void) fprintf(stderr, "%s", str_c(&text));
}

int
main(int argc, char **argv)
{
    run_t run = { .random = { 1 } };
    int64_t seed = 1, policies = 600;

    if ((argc > 1 && !num_i64(argv[1], strlen(argv[1]), &seed)) || (argc > 2 && !num_i64(argv[2], strlen(argv[2]), &policies)))
        return 2;
    run.random.state = (uint64_t) seed;
    for (int64_t i = 0; i < policies && run.refuted < 3; i++)
        check_policy(&run);
    (void) printf("%zu policies, steps named in %zu; of the others %zu rises looked at, %zu lowered the amount, %zu raised it\n",
                  run.policies, run.named, run.looks, run.moved, run.refuted);
    return run.refuted == 0 && run.moved > 100 && run.named > 0 && run.named < run.policies ? 0 : 1;
}
