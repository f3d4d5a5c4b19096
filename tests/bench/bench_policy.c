/* SPDX-License-Identifier: Apache-2.0 */
/* bench_policy [HOUSEHOLDS] [POLICY]: assesses made-up households in memory, again and again for some seconds, and
 * prints households per second and how the time divides between reading facts into columns and running the program. */

#include "base/num.h"
#include "base/time.h"
#include "domain/date.h"
#include "policy_block.h"
#include <stdio.h>
#include <string.h>
#include <time.h>

#define SECONDS 3
#define PIECE 4096

typedef struct {
    terms_t *terms;
    arena_t *arena;
    uint64_t random;
    int32_t day;
} world_t;

static int64_t
pick(world_t *w, int64_t from, int64_t to)
{
    w->random = w->random * 6364136223846793005u + 1442695040888963407u;
    return from + (int64_t) ((w->random >> 33) % (uint64_t) (to - from + 1));
}

static void
add(world_t *w, member_t *m, const char *kind, const char *code, int32_t from, int32_t to, int64_t value)
{
    m->facts[m->fact_count++] = (fact_t){ .kind = terms_intern(w->terms, kind),
                                          .from = from,
                                          .to = to,
                                          .value = value,
                                          .code = code != NULL ? terms_intern(w->terms, code) : 0 };
}

static dossier_t *
make(world_t *w)
{
    dossier_t *d = arena_new_array(w->arena, dossier_t, 1);
    int32_t end = date_month(w->day);

    d->member_count = (size_t) pick(w, 1, 4);
    d->members = arena_new_array(w->arena, member_t, d->member_count);
    for (size_t i = 0; i < d->member_count; i++) {
        member_t *m = &d->members[i];

        m->facts = arena_new_array(w->arena, fact_t, 8);
        m->born = date_of(1930, 1, 1) + (int32_t) pick(w, 0, 33000);
        if (pick(w, 0, 1) == 0)
            add(w, m, "income.wage", NULL, date_month_start(end - 14), date_month_start(end - (int32_t) pick(w, 0, 10)),
                pick(w, 50000, 400000));
        if (pick(w, 0, 2) == 0) {
            add(w, m, "income.pension", NULL, date_month_start(end - 20), DATE_OPEN, pick(w, 5000, 30000));
            add(w, m, "income.pension.basic", NULL, date_month_start(end - 20), DATE_OPEN, 18800);
        }
        if (pick(w, 0, 9) == 0)
            add(w, m, "disability.certificate", "physical", w->day - 900, w->day + 900, pick(w, 1, 4));
        if (pick(w, 0, 9) == 0)
            add(w, m, "asset.vehicle", "car", w->day - 900, DATE_OPEN, 1);
        if (pick(w, 0, 4) == 0)
            add(w, m, "expense.medical.self_paid", NULL, w->day - 90, DATE_OPEN, pick(w, 1000, 3000000));
    }
    return d;
}

/* Of the processor: a neighbour on the machine does not count. */
static double
cpu_seconds(void)
{
    struct timespec t;

    (void) clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double) t.tv_sec + (double) t.tv_nsec / 1e9;
}

/* Seconds per call of `policy_assess` over all households; the same for the loading of columns alone. */
static double
time_assess(const policy_t *policy, const dossier_t *const *d, size_t n, int32_t day, policy_result_t *results,
            err_t *err)
{
    AUTO(arena) arena = arena_new(16 << 20);
    double from = cpu_seconds();
    int64_t until = time_monotonic_us() + SECONDS * 1000000, rounds = 0;

    do {
        /* In pieces, as the service does it: results live until the piece is dealt with. */
        for (size_t at = 0; at < n; at += PIECE) {
            arena_reset(arena);
            if (!policy_assess(policy, NULL, d + at, n - at < PIECE ? n - at : PIECE, day, arena, results + at, err))
                return 0;
        }
        rounds++;
    } while (time_monotonic_us() < until);
    return (cpu_seconds() - from) / (double) rounds;
}

static double
time_stage(const policy_t *policy, const dossier_t *const *d, size_t n, int32_t day, void (*stage)(policy_block_t *))
{
    double from = cpu_seconds();
    int64_t until = time_monotonic_us() + SECONDS * 1000000, rounds = 0;

    policy_block_t block;

    policy_block_init(&block, policy, NULL, day, false);
    do {
        for (size_t at = 0; at < n; at += POLICY_BLOCK_HOUSEHOLDS) {
            policy_block_set(&block, d + at, n - at < POLICY_BLOCK_HOUSEHOLDS ? n - at : POLICY_BLOCK_HOUSEHOLDS);
            stage(&block);
        }
        rounds++;
    } while (time_monotonic_us() < until);
    policy_block_done(&block);
    return (cpu_seconds() - from) / (double) rounds;
}

int
main(int argc, char **argv)
{
    const char *path = argc > 2 ? argv[2] : "deploy/policies/qidong.yaml";
    world_t w = { .terms = terms_new(), .arena = arena_new(1 << 20), .random = 1, .day = date_of(2024, 3, 15) };
    AUTO(policy) policy = NULL;
    int64_t n = 100000;
    err_t err = { 0 };

    if (argc > 1 && (!num_i64(argv[1], strlen(argv[1]), &n) || n < 1)) {
        (void) fprintf(stderr, "usage: bench_policy [HOUSEHOLDS] [POLICY]\n");
        return 64;
    }
    if (!policy_load(path, w.terms, &policy, &err)) {
        (void) fprintf(stderr, "%s\n", err.text);
        return 78;
    }
    const dossier_t **d = arena_new_array(w.arena, const dossier_t *, (size_t) n);
    policy_result_t *results = arena_new_array(w.arena, policy_result_t, (size_t) n);
    for (int64_t i = 0; i < n; i++)
        d[i] = make(&w);
    double all = time_assess(policy, d, (size_t) n, w.day, results, &err);
    double load = time_stage(policy, d, (size_t) n, w.day, policy_block_load);
    double run = time_stage(policy, d, (size_t) n, w.day, policy_block_run);
    double each = 1e9 / (double) n;

    (void) printf("%lld households, %zu instructions\n", (long long) n, policy->program.count);
    (void) printf("assess  %8.0f households/s  %6.1f ns each\n", (double) n / all, all * each);
    (void) printf("  facts into columns  %6.1f ns\n  program             %6.1f ns\n  results, next day   %6.1f ns\n",
                  load * each, (run - load) * each, (all - run) * each);
    arena_destroy(&w.arena);
    terms_destroy(&w.terms);
    return 0;
}
