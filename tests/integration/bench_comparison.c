/* SPDX-License-Identifier: Apache-2.0 */
/* bench_comparison [PERSONS]: what comparison costs without bus and intake: loading a register and its facts, the first full
 * assessment, a full comparison, and records about random households.  Run it through pg_temp.sh -s comparison. */
#include "db_fixture.h"

#include "base/time.h"
#include "comparison_fixture.h"

#include <stdio.h>

static fixture_t fx;
static int64_t apply_us; /* inside run_facts and commit, JSON decoding left out as the skeleton does it */
static size_t applied;

static void
send(const char *dataset)
{
    if (fx.pending_count == 0)
        return;
    fixture_hold(&fx, dataset, "2024-02-20");
    int64_t start = time_monotonic_us();
    fixture_flush(&fx);
    apply_us += time_monotonic_us() - start;
    applied += fx.done.records;
}

static void
report(const char *what)
{
    printf("%-44s %8zu records %8.2f s %9.0f records/s\n", what, applied, (double) apply_us / 1e6,
           (double) applied * 1e6 / (double) apply_us);
    apply_us = 0;
    applied = 0;
}

static void
maybe_send(const char *dataset, size_t most)
{
    if (fx.pending_count >= most)
        send(dataset);
}

static void
timed_tick(const char *what, const char *to)
{
    int64_t start = time_monotonic_us();

    fixture_tick(&fx, to);
    printf("%-44s %8zu households %.2f s, %zu findings opened\n", what, fx.done.assessed,
           (double) (time_monotonic_us() - start) / 1e6, fx.done.opened);
}

static void
wages(int person, const char *from, const char *to)
{
    char key[64];

    (void) snprintf(key, sizeof key, "wage %d %s", person, from);
    fixture_fact(&fx, key, person, "income.wage", from, to, 100000 + person % 97 * 3000, NULL);
}

static void
wages_at_random(int persons, const char *from, const char *to, const char *what)
{
    for (int p = 1; p <= persons; p++) {
        wages(1 + (int) ((unsigned) p * 2654435761u % (unsigned) persons), from, to);
        maybe_send("hrss.wages", 4000);
    }
    send("hrss.wages");
    report(what);
}

/* The same with legal supporters: each fourth person has one, somewhere in the county. */
static void
with_supporters(int persons)
{
    for (int p = 4; p <= persons; p += 4) {
        char key[32], a[UUID_TEXT_SIZE], b[UUID_TEXT_SIZE];
        uuid_t supported = fixture_person(p), supporter = fixture_person(1 + (int) ((unsigned) p * 40503u % (unsigned) persons));

        uuid_format(&supported, a);
        uuid_format(&supporter, b);
        (void) snprintf(key, sizeof key, "link %d", p);
        fixture_record(&fx, key, "\"facts\":[{\"holder\":{\"person\":\"%s\"},\"kind\":\"support.legal\",\"from\":\"2024-01-01\","
                                 "\"code\":\"child\",\"persons\":[\"%s\"]}]", a, b);
        maybe_send("civil.supporters", 4000);
    }
    send("civil.supporters");
    report("links to supporters, assessed");
    wages_at_random(persons, "2024-02-01", "2024-03-01", "wages at random, with supporters");
    timed_tick("a month's tick, with supporters", "2024-04-01");
}

int
main(int argc, char **argv)
{
    int persons = argc > 1 ? (int) strtol(argv[1], NULL, 10) : 100000;
    int homes = persons * 2 / 5;

    (void) last_error;
    fixture_start(&fx, NULL, 0);
    fx.config.chunk_households = 4096;
    for (int h = 1; h <= homes; h++) {
        int members[4], n = 0;

        for (int p = h; p <= persons && n < 4; p += homes)
            members[n++] = p;
        fixture_members(&fx, h, "2023-01-01", members, (size_t) n, false);
        maybe_send("civil.households", 2000);
    }
    send("civil.households");
    report("register");
    for (int p = 1; p <= persons; p++) {
        wages(p, "2023-02-01", "2024-01-01");
        maybe_send("hrss.wages", 4000);
    }
    send("hrss.wages");
    report("wages by village");
    for (int p = 1; p <= persons; p++) {
        char key[32];

        (void) snprintf(key, sizeof key, "bill %d", p);
        fixture_fact(&fx, key, 1 + (int) ((unsigned) p * 2654435761u % (unsigned) persons), "expense.medical.self_paid", "2024-01-05", NULL,
                     p % 1000 * 100, NULL);
        maybe_send("medical.settlements", 4000);
    }
    send("medical.settlements");
    report("bills at random, before the first day");
    timed_tick("first tick", "2024-02-20");
    wages_at_random(persons, "2024-01-01", "2024-02-01", "wages at random, assessed");
    for (int p = 1; p <= persons / 4; p++) {
        char key[32];

        (void) snprintf(key, sizeof key, "late bill %d", p);
        fixture_fact(&fx, key, 1 + (int) ((unsigned) p * 40503u % (unsigned) persons), "expense.medical.self_paid", "2024-02-05", NULL, 10000, NULL);
        maybe_send("medical.settlements", 10);
    }
    send("medical.settlements");
    report("bills in tens, assessed");
    timed_tick("next month's tick", "2024-03-01");
    int64_t start = time_monotonic_us();
    fixture_compare(&fx);
    printf("%-44s %8zu households %.2f s, %zu changes\n", "full comparison", fx.done.assessed,
           (double) (time_monotonic_us() - start) / 1e6, fx.done.opened + fx.done.changed + fx.done.withdrawn);
    with_supporters(persons);
    fixture_stop(&fx);
    return 0;
}
