# SPDX-License-Identifier: Apache-2.0
"""How long it takes from sending a feed.

1. To the alert, one death at a time, through four processes.  Beside it, in the same run: three chained commits of one row each on
   the same cluster, which is what three stations that forget nothing cannot do without.
2. To the finding, while records arrive all the time: 1,000 a second in batches of 10 from two departments (open loop: a batch counts from
   when it was due).  Each tenth batch is of deaths of people who draw aid: each of them is a finding.
3. The same beside a batch of 10,000 records every other second.

What is measured ends when a subscriber has the event in hand; intake's facts events say which batch it came of.
"""
import argparse
import heapq
import json
import pathlib
import random
import sys
import time

import psycopg2
import zmq

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1] / "e2e"), str(pathlib.Path(__file__).resolve().parents[1])]
from harness import Suite, wait_for  # noqa: E402
from people import person  # noqa: E402
from test_contract import TOWN_A  # noqa: E402

ROUNDS = 400
RATE, BATCH, BIG = 1000, 10, 10_000
AIDED_BORN, OTHERS_BORN = "19510101", "19720202"
WAIT_S = 60


def percentile(values, p):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * p / 100))] * 1000


def aided(n):
    return person(n, AIDED_BORN)


def other(n):
    return person(n, OTHERS_BORN)


def death(n):
    return {"resident_id": aided(n), "name": "测试", "died_on": "2024-06-20", "registered_on": "2024-06-25"}


def wage(n, fen):  # one month that lasts a year: nobody qualifies by it
    return {"resident_id": other(n), "employer": "测试厂", "month": "2024-05", "amount": f"{fen // 100}.{fen % 100:02d}"}


def load(suite, people, others):
    """Who draws aid lives alone; the others live in twos."""
    with suite.client("intake", "civil") as civil:
        def send(dataset, records):
            for i in range(0, len(records), 5000):
                civil.batch(dataset, records[i:i + 5000])

        def home(number, ids):
            return {"household_no": number, "region": f"{TOWN_A}201", "area": "rural", "effective_on": "2023-12-31",
                    "members": [{"resident_id": i, "name": "测试", "relation": "head" if n == 0 else "spouse"} for n, i in enumerate(ids)]}

        send("civil.households", [home(f"H{n}", [aided(n)]) for n in range(people)])
        send("civil.households", [home(f"W{n}", [other(2 * n), other(2 * n + 1)]) for n in range(others // 2)])
        send("civil.enrolments", [{"enrolment_no": f"E{n}", "category": "tekun", "household_no": f"H{n}", "members": [aided(n)],
                                   "from": "2023-01-01", "monthly_amount": "1070.00"} for n in range(people)])
    suite.rest()
    suite.plimsoll("tick", "--to", "2024-06-30")
    suite.rest()


def one_at_a_time(suite, first):
    sub = suite.subscriber("alerting", "operator", "alert/", "beat/")
    wait_for("the subscription", lambda: sub.poll(100) and sub.recv_multipart())
    times = []
    with suite.client("intake", "police") as police:
        for n in range(first, first + ROUNDS):
            begin = time.perf_counter()
            police.send("plimsoll.feed.batch.v1", {"records": [death(n)]}, source="/departments/police", subject="police.deaths")
            while True:
                assert sub.poll(10000), "no alert within 10 s"
                if sub.recv_multipart()[0].startswith(b"alert/"):
                    break
            times.append(time.perf_counter() - begin)
            assert police.recv()["data"]["accepted"] == 1
    sub.close()
    return times


def chained_commits(suite):
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
    return chained


class Stream:
    """Two departments that send at their pace, whatever becomes of it; receipts and events are taken as they come."""

    def __init__(self, suite, first, others):
        self.suite, self.next_death, self.others = suite, first, others
        self.random = random.Random(1)
        self.police, self.hrss, self.big = (suite.client("intake", key) for key in ("police", "hrss", "hrss"))
        self.facts = suite.subscriber("intake", "operator", "fact/police.deaths", "beat/")
        self.findings = suite.subscriber("comparison", "operator", "finding/", "beat/")
        for sock in (self.facts, self.findings):
            wait_for("the subscription", lambda sock=sock: sock.poll(100) and sock.recv_multipart())
        self.poller = zmq.Poller()
        for sock in (self.facts, self.findings, self.police.sock, self.hrss.sock, self.big.sock):
            self.poller.register(sock, zmq.POLLIN)
        self.due, self.batch_of, self.early, self.times = {}, {}, {}, []
        self.receipts, self.big_times, self.waiting, self.deaths = 0, [], {}, 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for client in (self.police, self.hrss, self.big):
            client.close()
        self.facts.close()
        self.findings.close()

    def send(self, client, dataset, records, due):
        id_ = client.send("plimsoll.feed.batch.v1", {"records": records}, source=f"/departments/{client.key}", subject=dataset)
        self.waiting[id_] = (due, len(records))
        return id_

    def send_deaths(self, due):
        self.due[self.send(self.police, "police.deaths", [death(n) for n in range(self.next_death, self.next_death + BATCH)], due)] = due
        self.next_death += BATCH
        self.deaths += BATCH

    def send_wages(self, client, count, due):
        people = self.random.sample(range(self.others), count)
        self.send(client, "hrss.wages", [wage(n, self.random.randrange(6_000_000, 9_000_000)) for n in people], due)

    def take_receipt(self, client):
        event = client.recv()
        due, count = self.waiting.pop(event["causationid"])
        assert event["data"].get("accepted") == count, event
        self.receipts += 1
        if count == BIG:
            self.big_times.append(time.perf_counter() - due)

    def take_fact(self, now):
        event = self.event(self.facts)
        if event is None:
            return
        self.batch_of[event["id"]] = event["causationid"]
        for when in self.early.pop(event["id"], []):
            self.times.append(when - self.due[event["causationid"]])

    def take_finding(self, now):
        event = self.event(self.findings)
        if event is None or event["data"]["state"] != "open":
            return
        batch = self.batch_of.get(event["causationid"])
        if batch is None:  # the other socket is read later, or it comes of a wage
            self.early.setdefault(event["causationid"], []).append(now)
        else:
            self.times.append(now - self.due[batch])

    @staticmethod
    def event(sock):
        topic, frame = sock.recv_multipart()[:2]
        return None if topic.startswith(b"beat/") else json.loads(frame)

    def take(self, timeout_s):
        for sock, _ in self.poller.poll(max(0, timeout_s) * 1000):
            now = time.perf_counter()
            if sock is self.facts:
                self.take_fact(now)
            elif sock is self.findings:
                self.take_finding(now)
            else:
                self.take_receipt(next(c for c in (self.police, self.hrss, self.big) if c.sock is sock))

    def run(self, seconds, big_every=None):
        """`big_every`: seconds from one large batch to the next."""
        start = time.perf_counter() + 0.1
        plan = [(start + i * BATCH / RATE, i) for i in range(int(seconds * RATE / BATCH))]
        if big_every:
            plan += [(start + i * big_every, -1) for i in range(int(seconds / big_every))]
        heapq.heapify(plan)
        while plan:
            due, i = plan[0]
            wait = due - time.perf_counter()
            if wait > 0:
                self.take(wait)
                continue
            heapq.heappop(plan)
            if i < 0:
                self.send_wages(self.big, BIG, due)
            elif i % 10 == 0:
                self.send_deaths(due)
            else:
                self.send_wages(self.hrss, BATCH, due)
        end = time.perf_counter() + WAIT_S
        while self.waiting or len(self.times) < self.deaths:
            assert time.perf_counter() < end, f"{len(self.waiting)} receipts, {self.deaths - len(self.times)} findings are missing of {self.deaths}"
            self.take(0.1)
        return self.times


def show(what, times, wanted):
    told = ", ".join(f"p{p} under {ms} ms" for p, ms in wanted)
    print(f"  {what}: {len(times):,} findings, p50 {percentile(times, 50):.1f} ms, p99 {percentile(times, 99):.1f} ms, "
          f"longest {max(times) * 1000:.1f} ms (wanted: {told})", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--others", type=int, default=80_000, help="people about whom the other records are")
    options = parser.parse_args()
    deaths = options.seconds * RATE // BATCH  # a tenth of the batches of ten
    with Suite("bench-latency", services=["intake", "comparison", "alerting", "referral"]) as suite:
        suite.start()
        load(suite, ROUNDS + 2 * deaths, options.others)
        times = one_at_a_time(suite, 0)
        chained = chained_commits(suite)
        print(f"latency: {ROUNDS} deaths, one at a time, from feed to alert")
        for p in (50, 99):
            ours, theirs = percentile(times, p), percentile(chained, p)
            print(f"  p{p}: plimsoll {ours:7.2f} ms   three chained commits {theirs:7.2f} ms   ratio {ours / theirs:.2f}", flush=True)
        print(f"latency: from feed to finding, {RATE:,} records a second in batches of {BATCH}, {options.seconds} s")
        with Stream(suite, ROUNDS, options.others) as stream:
            show("alone", stream.run(options.seconds), ((50, 10), (99, 50)))
        with Stream(suite, ROUNDS + deaths, options.others) as stream:
            show(f"beside a batch of {BIG:,} every 2 s", stream.run(options.seconds, 2), ((99, 1000),))
            print(f"    receipts of the large ones after {percentile(stream.big_times, 50):.0f} ms, the longest after {max(stream.big_times) * 1000:.0f} ms")


if __name__ == "__main__":
    main()
