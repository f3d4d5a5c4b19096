# SPDX-License-Identifier: Apache-2.0
"""Comparison's records/s, full comparison, memory and disk, with intake, comparison and PostgreSQL as they are deployed.

    bench_compare.py [--people N] [--records N] [--smoke]

The county is made by bench_facts.c: each person holds twelve facts.  Records stand in intake's stream when the clock starts, so
that intake's own work (bench_accept.py) is not measured, and the clock stops when comparison has committed the last of them,
assessed under the whole of the shipped law and with its findings in its stream.

Beside it, in the same run, on the same cluster with the same settings and with the same records: a set-based program in SQL
(compare/opponent_*.sql), which knows two categories and publishes nothing; one SQL statement over all facts; and what reading and
writing those rows alone costs.  The run fails when the verdicts differ.
"""
import argparse
import contextlib
import io
import os
import pathlib
import subprocess
import sys
import time

import psycopg2

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))
from harness import BIN, Suite, wait_for  # noqa: E402

DAY = "2024-02-20"
OPPONENT_BATCHES = (1000, 10000, 40000)  # the first as they are in the stream
# Both sides: enough memory for PostgreSQL, as one gives it on a machine of its own: two fifths of 24 GB, since both sides' tables lie in it.
CLUSTER = {"shared_buffers": "9GB", "max_wal_size": "16GB", "checkpoint_timeout": "30min"}


def sql(name):
    return (HERE / "compare" / f"opponent_{name}.sql").read_text()


def cpu_seconds(pid):
    """Of a process; its children's too when they have ended."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return sum(int(x) for x in fields[11:13]) / os.sysconf("SC_CLK_TCK")


def memory_mib(pid, what="VmHWM"):
    line = next(x for x in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines() if x.startswith(what))
    return int(line.split()[1]) / 1024


class Bench:
    def __init__(self, suite, people, records):
        self.suite, self.people, self.records = suite, people, records
        self.households = people // 10 * 4
        self.password = next(line.split(":")[4] for line in (suite.var / "secrets" / "pgpass").read_text().splitlines() if ":postgres:" in line)
        self.db = self.connect()

    def connect(self):
        db = psycopg2.connect(host="127.0.0.1", port=self.suite.pg_port, user="postgres", dbname="plimsoll", password=self.password)
        db.autocommit = True
        return db

    def one(self, statement):
        with self.db.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchone()

    def facts(self, *args):
        subprocess.run([BIN / "bench_facts", "stream", f"host=127.0.0.1 port={self.suite.pg_port} dbname=plimsoll user=intake "
                        f"passfile={self.suite.var}/secrets/pgpass", *map(str, args)], check=True)

    def rows(self, *args):
        return subprocess.run([BIN / "bench_facts", "rows", *map(str, args)], check=True, stdout=subprocess.PIPE).stdout

    # ---- plimsoll -------------------------------------------------------------------------------------------------
    def cursor(self):
        found = self.one("SELECT seq FROM comparison.cursor WHERE stream = 'facts'")
        return found[0] if found else 0

    def backends(self):
        """Processor seconds of PostgreSQL for comparison: of all its connections (those that end meanwhile would be missed; none does)."""
        pids = self.one("SELECT array_agg(pid) FROM pg_stat_activity WHERE application_name = 'comparison'")[0]
        return sum(map(cpu_seconds, pids))

    def apply(self, what, part, first, last, records):
        """The records go into intake's stream while intake is away; then it comes back, and comparison is timed until it has them all."""
        suite = self.suite
        if "intake" in suite.processes:
            suite.end("intake")
        self.facts(part, self.people, first, last)
        head = self.one("SELECT max(seq) FROM intake.stream WHERE name = 'facts'")[0]
        self.one("SELECT pg_stat_reset()")
        with self.db.cursor() as cursor:
            cursor.execute("CHECKPOINT")
        wal = self.one("SELECT pg_current_wal_lsn()")[0]
        before = self.cursor()
        begin = time.monotonic()
        for service in ("intake", "comparison"):
            if service not in suite.processes:
                suite.spawn(service)
        wait_for("the first commit", lambda: self.cursor() > before, 120, 0.005)
        pid = suite.processes["comparison"].pid
        first_commit, skipped = time.monotonic(), self.cursor()
        cpu = cpu_seconds(pid), self.backends()
        wait_for("comparison to have applied all", lambda: self.cursor() >= head, 7200, 0.02)
        now = time.monotonic()
        done = records * (head - skipped) / (head - before)
        ours, theirs = cpu_seconds(pid) - cpu[0], self.backends() - cpu[1]
        # when all fits into one transaction there is no first one to leave out
        seconds, done = (now - first_commit, done) if done > 0 else (now - begin, records)
        written = int(self.one(f"SELECT pg_current_wal_lsn() - '{wal}'::pg_lsn")[0]) / records
        rate = done / seconds
        print(f"  {what:46s} {rate:10,.0f} records/s   processor {ours / done * 1e6:5.1f} + {theirs / done * 1e6:5.1f} µs, "
              f"WAL {written:5.0f} bytes a record, memory {memory_mib(pid):4.0f} MiB", flush=True)
        return rate

    def command(self, what, *args):
        pid = self.suite.processes["comparison"].pid
        cpu, begin = (cpu_seconds(pid), self.backends()), time.monotonic()
        self.suite.plimsoll(*args)
        seconds = time.monotonic() - begin
        print(f"  {what:46s} {seconds:10.2f} s           processor {(cpu_seconds(pid) - cpu[0]) / self.households * 1e6:5.1f} + "
              f"{(self.backends() - cpu[1]) / self.households * 1e6:5.1f} µs a household, memory {memory_mib(pid):4.0f} MiB", flush=True)
        return seconds

    def disk(self, schema):
        with self.db.cursor() as cursor:
            cursor.execute("SELECT c.relname, pg_relation_size(c.oid), pg_indexes_size(c.oid), pg_total_relation_size(c.oid) FROM pg_class c "
                           "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = %s AND c.relkind = 'r' "
                           "AND pg_total_relation_size(c.oid) > 1000000 ORDER BY 4 DESC", (schema,))
            return cursor.fetchall()

    # ---- the opponent ---------------------------------------------------------------------------------------------
    def opponent_load(self):
        begin = time.monotonic()
        with self.db.cursor() as cursor:
            cursor.execute(sql("tables"))
            cursor.copy_expert("COPY opponent.person FROM STDIN", io.BytesIO(self.rows("register", self.people, 0, self.households)))
            step = 50000
            for at in range(0, self.people, step):
                rows = self.rows("facts", self.people, at, min(at + step, self.people))
                cursor.copy_expert("COPY opponent.load FROM STDIN", io.BytesIO(rows))
            for statement in sql("indexes").split(";"):
                if statement.strip():
                    cursor.execute(statement)
            cursor.execute("INSERT INTO opponent.verdict " + sql("full"))
            cursor.execute("VACUUM ANALYZE opponent.verdict")
        print(f"  {'opponent: load, indexes, first verdicts':46s} {time.monotonic() - begin:10.2f} s", flush=True)

    def opponent_apply(self, what, part, first, last, batch):
        lines = self.rows(part, self.people, first, last).splitlines(keepends=True)
        batches = [b"".join(lines[i:i + batch]) for i in range(0, len(lines), batch)]
        db = self.connect()
        db.autocommit = False
        with self.db.cursor() as cursor:
            cursor.execute("CHECKPOINT")
        with db.cursor() as cursor:
            cursor.execute("CREATE TEMP TABLE staging (key uuid, person uuid, kind int2, from_day date, to_day date, value int8) ON COMMIT DELETE ROWS")
            cursor.execute("CREATE TEMP TABLE touched (household uuid) ON COMMIT DELETE ROWS")
            cursor.execute("SET work_mem = '256MB'")
            # a batch is small beside the tables: without this the planner reads them whole
            cursor.execute("SET random_page_cost = 1.1")
            db.commit()
            begin, cpu = time.monotonic(), cpu_seconds(db.info.backend_pid)
            for rows in batches:
                cursor.copy_expert("COPY staging FROM STDIN", io.BytesIO(rows))
                cursor.execute("ANALYZE staging")
                cursor.execute(sql("records"))
                cursor.execute("ANALYZE touched")
                cursor.execute(sql("verdicts"))
                db.commit()
            seconds, cpu = time.monotonic() - begin, cpu_seconds(db.info.backend_pid) - cpu
        db.close()
        rate = len(lines) / seconds
        print(f"  {what + f', batches of {batch:,}':46s} {rate:10,.0f} records/s   processor {cpu / len(lines) * 1e6:5.1f} µs", flush=True)
        return rate

    def opponent_full(self):
        best = None
        with self.db.cursor() as cursor:
            for workers in (0, 2):
                cursor.execute(f"SET max_parallel_workers_per_gather = {workers}")
                cursor.execute("SET work_mem = '1GB'")
                begin, cpu = time.monotonic(), cpu_seconds(self.db.info.backend_pid)
                cursor.execute(f"SELECT count(*), count(*) FILTER (WHERE dibao), count(*) FILTER (WHERE marginal), sum(amount) FROM ({sql('full')}) x")
                cursor.fetchone()
                seconds = time.monotonic() - begin
                cpu = cpu_seconds(self.db.info.backend_pid) - cpu
                told = "" if workers else f"           processor {cpu / self.households * 1e6:5.1f} µs a household"
                print(f"  {'one SQL statement over all facts, ' + ('parallel' if workers else 'one core'):46s} {seconds:10.2f} s{told}", flush=True)
                best = seconds if best is None else min(best, seconds)
            cursor.execute("RESET max_parallel_workers_per_gather")
        return best

    def agree(self):
        """Who newly qualifies by open findings, and by the opponent's verdicts: the same households, category by category, and amounts."""
        count, wrong = self.one(
            "SELECT count(*), count(*) FILTER (WHERE v.household IS NULL OR f.household IS NULL OR f.monthly IS DISTINCT FROM v.amount) FROM "
            "(SELECT household, category, monthly FROM comparison.finding WHERE open AND kind = 'newly_qualifies' AND category IN ('dibao', 'marginal')) f "
            "FULL JOIN (SELECT household, CASE WHEN dibao THEN 'dibao' ELSE 'marginal' END AS category, CASE WHEN dibao THEN amount END AS amount "
            "FROM opponent.verdict WHERE dibao OR marginal) v USING (household, category)")
        print(f"  verdicts compared: {count:,} households qualify, {wrong:,} differ", flush=True)
        if wrong or not count:
            sys.exit("the verdicts differ: what was measured is not the same work")

    # ---- the machine's limit --------------------------------------------------------------------------------------
    def limit(self):
        """The same number of rows as records, of the size of a person's row, at random: read by key, and read and written back."""
        db = self.connect()
        with db.cursor() as cursor:
            cursor.execute("CREATE TABLE opponent.raw (id uuid PRIMARY KEY, packed bytea NOT NULL) WITH (fillfactor = 70)")
            cursor.execute("INSERT INTO opponent.raw SELECT person, convert_to(repeat(md5(person::text), 20), 'UTF8') FROM opponent.person")
            cursor.execute("VACUUM ANALYZE opponent.raw")
            cursor.execute("CHECKPOINT")
            cursor.execute(f"SELECT array_agg(person) FROM (SELECT person FROM opponent.person ORDER BY md5(person::text) LIMIT {self.records}) x")
            ids = cursor.fetchone()[0].strip("{}").split(",")
            rates = []
            for statement in ("SELECT count(octet_length(packed)) FROM opponent.raw WHERE id = ANY (%s::uuid[])",
                              "UPDATE opponent.raw SET packed = packed || 'x'::bytea WHERE id = ANY (%s::uuid[])"):
                begin = time.monotonic()
                for i in range(0, len(ids), 10000):
                    cursor.execute(statement, (ids[i:i + 10000],))
                rates.append(len(ids) / (time.monotonic() - begin))
            cursor.execute("DROP TABLE opponent.raw")
        db.close()
        print(f"  {'limit: rows of 640 bytes read by key':46s} {rates[0]:10,.0f} rows/s")
        print(f"  {'limit: the same rows read and written':46s} {rates[1]:10,.0f} rows/s", flush=True)
        return rates


HUGE_PAGES = pathlib.Path("/proc/sys/vm/nr_hugepages")


def reserve_huge_pages(suite):
    """As deploy/runbook.md says for a cluster with so much memory; where the machine has none to give, it goes without, as PostgreSQL does."""
    before = HUGE_PAGES.read_text()
    need = int(suite.lib('pg_run "$PG_BIN/postgres" -D "$VAR/pg" -C shared_memory_size_in_huge_pages'))
    try:
        HUGE_PAGES.write_text(str(int(before) + need))
        given = int(HUGE_PAGES.read_text()) - int(before)
    except OSError as error:
        print(f"without huge pages, both sides: {error.strerror}")
        return
    if given < need:
        HUGE_PAGES.write_text(before)
    print(f"huge pages for PostgreSQL, both sides: {need}" if given >= need else f"without huge pages, both sides: of {need} the machine gives {given}")


@contextlib.contextmanager
def started(suite, huge_pages):
    """Two services and a cluster with the memory that both sides may use."""
    suite.start()
    with open(suite.var / "pg" / "postgresql.conf", "a", encoding="ascii") as conf:
        conf.writelines(f"{k} = '{v}'\n" for k, v in CLUSTER.items())
    for service in suite.services:
        suite.end(service)
    suite.lib("pg_stop")
    before = HUGE_PAGES.read_text()
    try:
        if huge_pages:
            reserve_huge_pages(suite)
        suite.lib("pg_start")
        yield
    finally:
        if HUGE_PAGES.read_text() != before:
            HUGE_PAGES.write_text(before)  # those in use go when PostgreSQL does


def run(options):
    people, records = options.people, min(options.records, options.people // 10 * 4)
    with Suite("bench-compare", services=["intake", "comparison"]) as suite, contextlib.ExitStack() as stack:
        for service in suite.services:
            suite.sets[service]["statement_timeout_ms"] = "3600000"
        for item in filter(None, options.set.split(",")):
            suite.sets["comparison"][item.split("=")[0]] = item.split("=")[1]
        if records < 100_000:  # else so few records are one transaction or two, and nothing is sustained
            suite.sets["comparison"].setdefault("batch_events", str(max(2, records // 10_000)))
        stack.enter_context(started(suite, not options.smoke))
        bench = Bench(suite, people, records)
        print(f"compare: {people:,} people in {bench.households:,} households with 12 facts each; settings of PostgreSQL beside deploy/config: "
              + ", ".join(f"{k} {v}" for k, v in CLUSTER.items()) + "; both sides the same", flush=True)
        bench.apply("plimsoll: register, before the first day", "register", 0, bench.households, bench.households)
        bench.apply("plimsoll: facts by village, before the first day", "facts", 0, people, people * 12)
        with bench.db.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        bench.command("plimsoll: first day, all assessed", "tick", "--to", DAY)
        bench.opponent_load()
        bench.agree()
        ours = bench.apply("plimsoll: records at random", "random", 0, records, records)
        ordered = bench.apply("plimsoll: records by village", "village", 0, records, records)
        share = records // len(OPPONENT_BATCHES)
        theirs = [bench.opponent_apply("set-based SQL: records at random", "random", share * i, share * (i + 1) if i + 1 < len(OPPONENT_BATCHES) else records, batch)
                  for i, batch in enumerate(OPPONENT_BATCHES)]
        bench.opponent_apply("set-based SQL: records by village", "village", 0, records, 10000)
        bench.agree()
        full = bench.command("plimsoll: full comparison", "compare")
        one = bench.opponent_full()
        limit = bench.limit()
        print(f"  records at random: plimsoll is {ours / theirs[0]:.2f} × the set-based SQL in the batches of the stream (target 2), {ours / max(theirs):.2f} × its "
              f"best; {ours:,.0f}/s (targets 15,000 and 30,000), {ours / limit[1]:.2f} of the limit; by village {ordered / ours:.2f} × that")
        print(f"  full comparison: {one / full:.2f} × as fast as the one statement (target 2), {bench.households / full:,.0f} households/s")
        for schema in ("intake", "comparison", "opponent"):
            for table, heap, indexes, total in bench.disk(schema):
                print(f"  disk: {schema + '.' + table:40s} {total / people:8.1f} bytes a person: rows {heap / people:.1f}, indexes {indexes / people:.1f}")
        bench.db.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--records", type=int, default=400_000)
    parser.add_argument("--smoke", action="store_true", help="a small county: only the agreement counts")
    parser.add_argument("--set", default="", help="settings of comparison, KEY=VALUE, comma-separated")
    options = parser.parse_args()
    if options.smoke:
        options.people, options.records = 10_000, 2_000
    run(options)


if __name__ == "__main__":
    main()
