/* SPDX-License-Identifier: Apache-2.0 */
#include "job.h"

#include "domain/date.h"
#include "run_simulate.h"

#define NEAR_DEFAULT 10

/* plimsoll.comparison.simulate.v1: docs/data.md §8. */

static bool
read_drafts(const job_work_t *work, simulate_question_t *q, policy_t *drafts[SIMULATE_POLICIES],
            char versions[SIMULATE_POLICIES][64], err_t *err)
{
    const json_node_t *asked = json_get(work->asked, "drafts"), *draft = json_first(asked);
    size_t n = asked == NULL ? 0 : json_count(asked);

    if (n >= SIMULATE_POLICIES)
        return err_set(err, ERR_REJECT, "bad_data", "at most two drafts stand side by side");
    if (n == 0 && json_count(json_get(work->asked, "sets")) == 0 && json_get(work->asked, "numbers") == NULL)
        return err_set(err, ERR_REJECT, "bad_data", "nothing to simulate: name a draft, a number to set, or a day whose numbers to take");
    for (size_t i = 0; i == 0 || i < n; i++) {
        if (!job_draft(work, draft, i, q->day, &drafts[i + 1], versions[i + 1], err))
            return false;
        q->policies[i + 1] = drafts[i + 1];
        q->versions[i + 1] = versions[i + 1];
        q->policy_count = i + 2;
        draft = draft == NULL ? NULL : json_next(draft);
    }
    return true;
}

bool
job_run_simulate(job_work_t *work, json_out_t *out, err_t *err)
{
    simulate_question_t q = { .policies = { work->policy }, .policy_count = 1, .protection = work->protection, .on_progress = job_progress, .ctx = work };
    policy_t *drafts[SIMULATE_POLICIES] = { NULL };
    char versions[SIMULATE_POLICIES][64];
    clock_state_t clock;
    json_in_t in;

    json_in_init(&in, work->asked, "", err);
    q.near = (size_t) json_in_i64_or(&in, "near", 0, SIMULATE_NEAR_MAX, NEAR_DEFAULT);
    if (!job_region(&in, &q.region, err) || !store_clock_read(work->tx, &clock, err) || !job_day(&in, "on", clock.day, &q.day, err))
        return false;
    if (q.day == DATE_OPEN)
        return err_set(err, ERR_REJECT, "conflict", "the first business day is not set: name a day in on");
    bool ok = read_drafts(work, &q, drafts, versions, err) && run_simulate(work->tx, work->terms, &q, out, err);
    for (size_t i = 0; i < SIMULATE_POLICIES; i++)
        policy_destroy(&drafts[i]);
    return ok;
}
