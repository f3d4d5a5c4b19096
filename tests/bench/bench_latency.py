# SPDX-License-Identifier: Apache-2.0
"""Feed-to-alert latency: from sending a batch with one death to its alert on a subscriber's socket, through four processes.

Beside it, in the same run: three chained commits of one row each on the same cluster, which is what three stations that
forget nothing cannot do without.
"""
import pathlib
import sys
import time

import psycopg2

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from harness import Suite, wait_for  # noqa: E402
from test_contract import TOWN_A, person  # noqa: E402

ROUNDS = 400


def percentile(values, p):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * p / 100))] * 1000


def main():
    with Suite("bench-latency", services=["intake", "comparison", "alerting", "referral"]) as suite:
        suite.start()
        with suite.client("intake", "civil") as civil:
            civil.batch("civil.households", [
                {"household_no": f"H{n}", "region": f"{TOWN_A}201", "area": "rural", "effective_on": "2023-12-31",
                 "members": [{"resident_id": person(n), "name": "测试", "relation": "head"}]} for n in range(ROUNDS)])
            civil.batch("civil.enrolments", [
                {"enrolment_no": f"E{n}", "category": "tekun", "household_no": f"H{n}", "members": [person(n)], "from": "2023-01-01",
                 "monthly_amount": "1070.00"} for n in range(ROUNDS)])
        suite.rest()
        suite.plimsoll("tick", "--to", "2024-06-30")
        suite.rest()
        sub = suite.subscriber("alerting", "operator", "alert/", "beat/")
        wait_for("the subscription", lambda: sub.poll(100) and sub.recv_multipart())
        times = []
        with suite.client("intake", "police") as police:
            for n in range(ROUNDS):
                begin = time.perf_counter()
                police.send("plimsoll.feed.batch.v1", {"records": [
                    {"resident_id": person(n), "name": "测试", "died_on": "2024-06-20", "registered_on": "2024-06-25"}]},
                    source="/departments/police", subject="police.deaths")
                while True:
                    assert sub.poll(10000), "no alert within 10 s"
                    if sub.recv_multipart()[0].startswith(b"alert/"):
                        break
                times.append(time.perf_counter() - begin)
                assert police.recv()["data"]["accepted"] == 1
        sub.close()
        password = next(line.split(":")[4] for line in (suite.var / "secrets" / "pgpass").read_text().splitlines() if ":postgres:" in line)
        db = psycopg2.connect(host="127.0.0.1", port=suite.pg_port, user="postgres", dbname="plimsoll", password=password)
        with db, db.cursor() as cursor:
            cursor.execute("create table public.raw (id bigserial primary key, payload bytea not null)")
        chained = []
        for _ in range(ROUNDS):
            begin = time.perf_counter()
            for _ in range(3):
                with db, db.cursor() as cursor:
                    cursor.execute("insert into public.raw (payload) values (%s)", (psycopg2.Binary(b"x" * 600),))
            chained.append(time.perf_counter() - begin)
        db.close()
    print(f"latency: {ROUNDS} deaths, one at a time, from feed to alert")
    for p in (50, 99):
        ours, theirs = percentile(times, p), percentile(chained, p)
        print(f"  p{p}: plimsoll {ours:7.2f} ms   three chained commits {theirs:7.2f} ms   ratio {ours / theirs:.2f}")


if __name__ == "__main__":
    main()
