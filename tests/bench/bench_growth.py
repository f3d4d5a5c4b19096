# SPDX-License-Identifier: Apache-2.0
"""What ten times the people cost: the register and a month's facts of one million people, and of ten.

    bench_growth.py [--people N] [--times N] [--smoke]

For each size a new cluster: the register, one fact of each person, the first day on which all are assessed, and a full comparison; each
timed until comparison has committed the last of it.  Beside it what a user has without us, on the same machine with the same settings:
COPY of the same people and facts into two tables with their indexes.  Ten million people take about 40 GB of disk while it runs.
"""
import argparse
import contextlib
import io
import sys
import time

from bench_compare import CLUSTER, DAY, Bench, sql, started
from harness import Suite

TARGET = 12
STEPS = ("register", "a month's facts", "first day, all assessed", "full comparison")


def copy(bench):
    """The same in SQL, without a verdict."""
    begin, step = time.monotonic(), 50_000
    with bench.db.cursor() as cursor:
        cursor.execute(sql("tables"))
        for at in range(0, bench.households, step):
            cursor.copy_expert("COPY opponent.person FROM STDIN", io.BytesIO(bench.rows("register", bench.people, at, min(at + step, bench.households))))
        for at in range(0, bench.people, step):
            cursor.copy_expert("COPY opponent.load FROM STDIN", io.BytesIO(bench.rows("month", bench.people, at, min(at + step, bench.people))))
        for statement in sql("indexes").split(";"):
            if statement.strip():
                cursor.execute(statement)
        cursor.execute("DROP SCHEMA opponent CASCADE")
    return time.monotonic() - begin


def measure(people, huge_pages):
    """Seconds of each step."""
    with Suite("bench-growth", services=["intake", "comparison"]) as suite, contextlib.ExitStack() as stack:
        for service in suite.services:
            suite.sets[service]["statement_timeout_ms"] = "3600000"
        stack.enter_context(started(suite, huge_pages))
        bench = Bench(suite, people, people)
        print(f"growth: {people:,} people in {bench.households:,} households, one fact each", flush=True)
        seconds = [bench.households / bench.apply(STEPS[0], "register", 0, bench.households, bench.households),
                   people / bench.apply(STEPS[1], "month", 0, people, people)]
        with bench.db.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        seconds += [bench.command(STEPS[2], "tick", "--to", DAY), bench.command(STEPS[3], "compare")]
        found = bench.one("SELECT count(*) FROM comparison.finding WHERE open")[0]
        size = bench.one("SELECT pg_database_size('plimsoll')")[0]
        print(f"  {found:,} findings open, {size / people:,.0f} bytes of disk a person", flush=True)
        if not found:
            sys.exit("nothing was found: what was measured is not the work")
        seconds.append(copy(bench))
        bench.db.close()
    return seconds


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--smoke", action="store_true", help="small counties: only that it works counts")
    options = parser.parse_args()
    if options.smoke:
        options.people, options.times = 1_000, 2
    print("settings of PostgreSQL beside deploy/config: " + ", ".join(f"{k} {v}" for k, v in CLUSTER.items()), flush=True)
    one, many = (measure(n, not options.smoke) for n in (options.people, options.people * options.times))
    for name, a, b in zip((*STEPS, "COPY and indexes in SQL"), one, many):
        print(f"  {name:46s} {a:10.2f} s, {b:10.2f} s: {b / a:.2f} ×")
    a, b = sum(one[:len(STEPS)]), sum(many[:len(STEPS)])
    print(f"  all of ours: {options.times} times the people take {b / a:.2f} × the time (target {TARGET}), {a / one[-1]:.1f} and {b / many[-1]:.1f} × that of "
          "COPY and indexes")


if __name__ == "__main__":
    main()
