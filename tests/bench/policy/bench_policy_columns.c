/* SPDX-License-Identifier: Apache-2.0 */
/* bench_policy_columns make DIR HOUSEHOLDS          writes the columns
 * bench_policy_columns run DIR HOUSEHOLDS SECONDS [all|engine] [BLOCK]
 *                          the engine and the loops in C take turns over them; prints JSON
 *
 * All verdict columns of the loops must be those of the engine, byte by byte, else it fails. */
#include "base/num.h"
#include "base/time.h"
#include "columns.h"
#include "domain/date.h"
#include "policy_columns.h"
#include "policy_plan.h"
#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define POLICY "tests/bench/policy/bench.yaml"

static uint64_t random_state = 1;

static int64_t
pick(int64_t from, int64_t to)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return from + (int64_t) ((random_state >> 33) % (uint64_t) (to - from + 1));
}

static bool
percent(int64_t n)
{
    return pick(0, 999) < n * 10;
}

/* A file of `bytes`, mapped; made when `write`. */
static void *
map(const char *dir, const char *name, size_t bytes, bool write)
{
    char path[512];
    int fd;
    void *p = MAP_FAILED;

    (void) snprintf(path, sizeof(path), "%s/%s", dir, name);
    fd = open(path, write ? O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC : O_RDONLY | O_CLOEXEC, 0600);
    if (fd >= 0 && (!write || ftruncate(fd, (off_t) bytes) == 0))
        p = mmap(NULL, bytes, write ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED | MAP_POPULATE, fd, 0);
    if (fd >= 0)
        (void) close(fd);
    if (p == MAP_FAILED)
        perror(path);
    return p == MAP_FAILED ? NULL : p;
}

static size_t
bytes_of(size_t lanes, size_t size)
{
    return lanes * size + 64; /* so that nothing is empty */
}

static bool
map_inputs(const char *dir, bench_inputs_t *in, bool write)
{
#define X(member, type, name, fact, reading)                                                                           \
    in->name = map(dir, #name, bytes_of(member ? in->members : in->households, sizeof(type)), write);                  \
    if (in->name == NULL)                                                                                              \
        return false;
    BENCH_INPUTS(X)
#undef X
    return true;
}

static int64_t
money(int64_t share, int64_t from_yuan, int64_t to_yuan)
{
    return percent(share) ? pick(from_yuan * 100, to_yuan * 100) : 0;
}

static void
make_member(bench_inputs_t *in, size_t h, size_t m)
{
    in->wage[m] = money(35, 1000, 30000);
    in->business[m] = money(10, 500, 20000);
    in->property[m] = money(5, 100, 5000);
    in->transfer[m] = money(20, 100, 6000);
    in->pension[m] = money(25, 1500, 9000);
    in->vehicle[m] = percent(4);
    in->deposit[m] = money(50, 100, 30000);
    in->medical[m] = money(30, 10, 25000);
    in->certificate[m] = percent(8);
    in->grade_unknown[m] = in->certificate[m] ^ 1;
    in->grade[m] = in->certificate[m] ? pick(1, 4) : 0;
    in->dead[m] = percent(1);
    in->tekun[m] = percent(1);
    in->ever_wage[h] |= in->wage[m] != 0 || percent(30);
    in->ever_business[h] |= in->business[m] != 0;
    in->ever_property[h] |= in->property[m] != 0;
    in->ever_transfer[h] |= in->transfer[m] != 0;
    in->ever_pension[h] |= in->pension[m] != 0;
}

/* 55 % live alone, 30 % with one other, the rest are up to nine. */
static size_t
draw_members(void)
{
    int64_t n = pick(0, 99);

    return n < 55 ? 1 : n < 85 ? 2 : n < 95 ? 3 : n < 98 ? 4 : n == 98 ? (size_t) pick(5, 9) : 0;
}

static bool
make(const char *dir, size_t households)
{
    bench_inputs_t in = { .households = households };

    in.first = map(dir, "first", bytes_of(households + 1, sizeof(uint32_t)), true);
    if (in.first == NULL)
        return false;
    for (size_t h = 0; h < households; h++)
        in.first[h + 1] = in.first[h] + (uint32_t) draw_members();
    in.members = in.first[households];
    if (!map_inputs(dir, &in, true))
        return false;
    for (size_t h = 0; h < households; h++) {
        in.urban[h] = percent(50);
        in.closed[h] = percent(1);
        for (size_t m = in.first[h]; m < in.first[h + 1]; m++)
            make_member(&in, h, m);
    }
    return true;
}

/* ---- running ----------------------------------------------------------------------------------------------------- */

static void
new_outputs(const bench_inputs_t *in, bench_outputs_t *out)
{
#define X(member, type, name) out->name = mem_alloc(bytes_of(member ? in->members : in->households, sizeof(type)), 1);
    BENCH_OUTPUTS(X)
#undef X
}

static void
free_outputs(bench_outputs_t *out)
{
#define X(member, type, name) mem_free(out->name);
    BENCH_OUTPUTS(X)
#undef X
}

static bool
same_outputs(const bench_inputs_t *in, const bench_outputs_t *a, const bench_outputs_t *b, const char *who)
{
    bool ok = true;

#define X(member, type, name)                                                                                          \
    if (memcmp(a->name, b->name, (member ? in->members : in->households) * sizeof(type)) != 0) {                       \
        (void) fprintf(stderr, "%s: column %s differs from the engine's\n", who, #name);                               \
        ok = false;                                                                                                    \
    }
    BENCH_OUTPUTS(X)
#undef X
    return ok;
}

static void
bind_all(policy_columns_t *columns, const bench_inputs_t *in)
{
    static const char *const facts[][3] = {
#define X(member, type, name, fact, reading) { fact, reading, #type },
        BENCH_INPUTS(X)
#undef X
    };
    const void *const data[] = {
#define X(member, type, name, fact, reading) in->name,
        BENCH_INPUTS(X)
#undef X
    };

    for (size_t i = 0; i < policy_columns_count(columns); i++) {
        policy_column_t c;

        policy_columns_at(columns, i, &c);
        for (size_t k = 0; k < COUNT_OF(facts); k++)
            if (strcmp(facts[k][0], c.name) == 0 && strcmp(facts[k][1], c.reading) == 0)
                policy_columns_bind(columns, i, facts[k][2][0] == 'i' ? data[k] : NULL,
                                    facts[k][2][0] == 'u' ? data[k] : NULL,
                                    strcmp(c.reading, "value") == 0 ? in->grade_unknown : NULL);
    }
}

static size_t
category(const policy_t *policy, const char *name)
{
    size_t c = 0;

    while (strcmp(policy_category_name(policy, c), name) != 0)
        c++;
    return c;
}

static void
want_all(policy_columns_t *columns, const policy_t *policy, const bench_outputs_t *out)
{
    policy_columns_want(columns, category(policy, "dibao"),
                        &(policy_verdict_columns_t){ .qualifies = out->dibao,
                                                     .keeps = out->dibao_keeps,
                                                     .amount = out->dibao_amount,
                                                     .amount_unknown = out->dibao_amount_unknown });
    policy_columns_want(columns, category(policy, "marginal"),
                        &(policy_verdict_columns_t){ .qualifies = out->marginal, .keeps = out->marginal_keeps });
    policy_columns_want(columns, category(policy, "nursing"),
                        &(policy_verdict_columns_t){ .qualifies = out->nursing,
                                                     .keeps = out->nursing_keeps,
                                                     .amount = out->nursing_amount,
                                                     .amount_unknown = out->nursing_amount_unknown });
    policy_columns_want(columns, category(policy, "medical"),
                        &(policy_verdict_columns_t){ .qualifies = out->medical, .keeps = out->medical_keeps });
}

/* What the machine can do: every byte of the columns read once, and added up. */
static uint64_t
read_all(const bench_inputs_t *in)
{
    uint64_t sum = 0;

#define X(member, type, name, fact, reading)                                                                           \
    for (size_t i = 0, n = (member ? in->members : in->households) * sizeof(type) / sizeof(uint64_t); i < n; i++) {    \
        uint64_t word;                                                                                                 \
                                                                                                                       \
        memcpy(&word, (const char *) in->name + i * sizeof(word), sizeof(word));                                       \
        sum += word;                                                                                                   \
    }
    BENCH_INPUTS(X)
#undef X
    return sum;
}

static size_t
input_bytes(const bench_inputs_t *in)
{
    size_t bytes = (in->households + 1) * sizeof(uint32_t);

#define X(member, type, name, fact, reading) bytes += (member ? in->members : in->households) * sizeof(type);
    BENCH_INPUTS(X)
#undef X
    return bytes;
}

static size_t
yes(const uint8_t *answers, const int64_t *amounts, size_t n, int64_t *ret_sum)
{
    size_t count = 0;

    *ret_sum = 0;
    for (size_t i = 0; i < n; i++) {
        count += answers[i] == 1;
        *ret_sum += answers[i] == 1 && amounts != NULL ? amounts[i] : 0;
    }
    return count;
}

/* What every opponent must find. */
static void
print_sums(const bench_inputs_t *in, const bench_outputs_t *out)
{
    int64_t dibao, nursing, none;
    size_t dibao_yes = yes(out->dibao, out->dibao_amount, in->households, &dibao);
    size_t nursing_yes = yes(out->nursing, out->nursing_amount, in->members, &nursing);

    (void) printf("  \"sums\": {\"dibao\": %zu, \"dibao_amount\": %lld, \"dibao_keeps\": %zu, \"marginal\": %zu, "
                  "\"marginal_keeps\": %zu, \"nursing\": %zu, \"nursing_amount\": %lld, \"medical\": %zu}",
                  dibao_yes, (long long) dibao, yes(out->dibao_keeps, NULL, in->households, &none),
                  yes(out->marginal, NULL, in->households, &none),
                  yes(out->marginal_keeps, NULL, in->households, &none), nursing_yes, (long long) nursing,
                  yes(out->medical, NULL, in->households, &none));
}

typedef struct {
    const char *name;
    void (*loop)(const bench_inputs_t *in, const bench_outputs_t *out); /* NULL: the engine, or the reading */
    double best;
    bench_outputs_t out;
} runner_t;

static volatile uint64_t sink;

/* Of the processor, not of the clock: a neighbour who takes the core for a while does not count. */
static double
cpu_seconds(void)
{
    struct timespec t;

    (void) clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double) t.tv_sec + (double) t.tv_nsec / 1e9;
}

static bool
run_one(runner_t *r, const bench_inputs_t *in, policy_columns_t *columns, err_t *err)
{
    double from = cpu_seconds(), seconds;

    if (r->loop != NULL)
        r->loop(in, &r->out);
    else if (r->out.dibao == NULL)
        sink = read_all(in);
    else if (!policy_columns_run(columns, in->first, in->households, err))
        return false;
    seconds = cpu_seconds() - from;
    if (r->best <= 0 || seconds < r->best)
        r->best = seconds;
    return true;
}

/* Bytes on the heap. */
static size_t
heap(void)
{
    struct mallinfo2 m = mallinfo2();

    return m.uordblks + m.hblkhd;
}

typedef struct {
    bench_inputs_t in;
    runner_t runners[4];
    size_t count; /* runners that take part */
    policy_columns_t *columns;
    size_t memory; /* of the engine */
} bench_t;

/* Turns until the time is over, at least two: the pages of all columns are there after the first. */
static bool
take_turns(bench_t *b, int64_t seconds, err_t *err)
{
    int64_t until = time_monotonic_us() + seconds * 1000000;
    size_t turns = 0, before = heap();

    do {
        for (size_t i = 0; i < b->count; i++) {
            if (turns == 1)
                b->runners[i].best = 0;
            if (!run_one(&b->runners[i], &b->in, b->columns, err))
                return false;
            if (turns == 0 && i == 0)
                b->memory += heap() - before;
        }
        turns++;
    } while (turns < 2 || time_monotonic_us() < until);
    return true;
}

static void
print_result(const bench_t *b)
{
    struct policy_plan *plan = policy_columns_plan(b->columns);
    size_t slow, steps = policy_plan_steps(plan, &slow);

    (void) printf("{\"households\": %zu, \"members\": %zu, \"bytes\": %zu, \"steps\": %zu, \"slow\": %zu, "
                  "\"plans\": %zu, \"memory\": %zu,\n",
                  b->in.households, b->in.members, input_bytes(&b->in), steps, slow, policy_plan_builds(plan), b->memory);
    for (size_t i = 0; i < b->count; i++)
        (void) printf("  \"%s\": %.6f,\n", b->runners[i].name, b->runners[i].best);
    print_sums(&b->in, &b->runners[0].out);
    (void) printf("}\n");
}

static bool
compare(bench_t *b, const policy_t *policy, size_t block, int64_t seconds, err_t *err)
{
    size_t before;

    for (size_t i = 0; i < b->count && i < 3; i++)
        new_outputs(&b->in, &b->runners[i].out);
    before = heap();
    b->columns = policy_columns_new(policy, date_of(2024, 3, 15));
    policy_columns_use_blocks_of(b->columns, block);
    want_all(b->columns, policy, &b->runners[0].out);
    if (!policy_columns_prepare(b->columns, err))
        return false;
    bind_all(b->columns, &b->in);
    b->memory = heap() - before;
    if (!take_turns(b, seconds, err))
        return false;
    for (size_t i = 1; i < b->count && i < 3; i++)
        if (!same_outputs(&b->in, &b->runners[0].out, &b->runners[i].out, b->runners[i].name))
            return err_set(err, ERR_REJECT, "bench", "the opponents do not agree");
    print_result(b);
    return true;
}

static bool
run(const char *dir, size_t households, int64_t seconds, bool engine_only, size_t block, err_t *err)
{
    bench_t b = { .in = { .households = households },
                  .runners = { { .name = "engine" },
                               { .name = "c_fused", .loop = bench_loop_fused },
                               { .name = "c_blocked", .loop = bench_loop_blocked },
                               { .name = "reading" } },
                  .count = engine_only ? 1 : 4 };
    terms_t *terms = terms_new();
    AUTO(policy) policy = NULL;
    bool ok;

    b.in.first = map(dir, "first", bytes_of(households + 1, sizeof(uint32_t)), false);
    if (b.in.first == NULL)
        return err_set(err, ERR_CONFIG, "bench", "no columns in %s", dir);
    b.in.members = b.in.first[households];
    if (!map_inputs(dir, &b.in, false) || !policy_load(POLICY, terms, &policy, err))
        return err_add(err, "inputs");
    ok = compare(&b, policy, block, seconds, err);
    for (size_t i = 0; i < COUNT_OF(b.runners); i++)
        free_outputs(&b.runners[i].out);
    policy_columns_destroy(&b.columns);
    policy_destroy(&policy);
    terms_destroy(&terms);
    return ok;
}

int
main(int argc, char **argv)
{
    int64_t households = 0, seconds = 0, block = 1024;
    err_t err = { 0 };

    if (argc == 4 && strcmp(argv[1], "make") == 0 && num_i64(argv[3], strlen(argv[3]), &households) && households > 0)
        return make(argv[2], (size_t) households) ? 0 : 75;
    if (argc >= 5 && strcmp(argv[1], "run") == 0 && num_i64(argv[3], strlen(argv[3]), &households) && households > 0 &&
        num_i64(argv[4], strlen(argv[4]), &seconds) && (argc < 7 || num_i64(argv[6], strlen(argv[6]), &block))) {
        if (run(argv[2], (size_t) households, seconds, argc > 5 && strcmp(argv[5], "engine") == 0, (size_t) block, &err))
            return 0;
        (void) fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    (void) fprintf(stderr, "usage: bench_policy_columns make DIR HOUSEHOLDS | run DIR HOUSEHOLDS SECONDS [all|engine] [BLOCK]\n");
    return 64;
}
