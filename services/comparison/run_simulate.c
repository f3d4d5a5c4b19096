/* SPDX-License-Identifier: Apache-2.0 */
#include "run_simulate.h"

typedef struct {
    simulate_t *simulate;
    const simulate_question_t *question;
} run_t;

static bool
on_stock(void *ctx, const char *township, const char *category, bool lost, const int64_t counts[3], err_t *err)
{
    run_t *run = ctx;
    const tally_t t = { counts[0], counts[1], counts[2] };

    return simulate_stock(run->simulate, township, category, &t, lost, err);
}

static bool
on_household(void *ctx, const policy_world_t *places, const dossier_t *dossier, const policy_result_t *const *results, arena_t *arena,
             err_t *err)
{
    run_t *run = ctx;

    (void) err;
    simulate_household(run->simulate, places, dossier, results, arena);
    return true;
}

static bool
on_unassessed(void *ctx, const dossier_t *dossier, err_t *err)
{
    run_t *run = ctx;

    (void) err;
    simulate_unassessed(run->simulate, dossier);
    return true;
}

static bool
on_progress(void *ctx, int64_t done, int64_t total, err_t *err)
{
    run_t *run = ctx;

    return run->question->on_progress(run->question->ctx, done, total, err);
}

bool
run_simulate(db_tx_t *tx, const terms_t *terms, const simulate_question_t *q, json_out_t *out, err_t *err)
{
    AUTO(simulate) simulate = simulate_new(terms, q->policies, q->policy_count, q->day, q->near);
    run_t run = { .simulate = simulate, .question = q };
    view_t views[SIMULATE_POLICIES];

    for (size_t p = 0; p < q->policy_count; p++) {
        views[p] = (view_t){ q->policies[p], q->day };
        simulate->versions[p] = q->versions[p];
    }
    const run_each_t each = { .tx = tx, .terms = terms, .protection = q->protection, .region = q->region, .views = views, .view_count = q->policy_count,
                              .on_household = on_household, .on_unassessed = on_unassessed, .on_progress = on_progress, .ctx = &run };
    if (!store_register_stock(tx, q->day, q->region, on_stock, &run, err) || !run_each(&each, err) || !simulate_check(simulate, err))
        return err_add(err, "simulate");
    simulate_out(simulate, out);
    return true;
}
