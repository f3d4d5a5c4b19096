#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Hostile peers at intake's door (hostile.py), and three departments that go on with their work beside them.

While it lasts: each batch of the departments gets its receipt, all but one in a hundred within RECEIPT_S, and while one is
waited for intake works no longer than WORK_S, on that batch and on others that come before it; memory stays under MEMORY_MIB.
Afterwards: the peers' connections and their memory are given back.  (A machine that does other things, too, is slower: RECEIPT_S
holds times its load, and so many times longer as a calm receipt takes longer than CALM_S.  WORK_S is processor time.)

test_hostile.py [KIND…]: those kinds, or all; at the stream socket, KIND is stream-…
PLIMSOLL_HOSTILE=<seconds> makes each attack last so long: an hour's run is `PLIMSOLL_HOSTILE=180`."""
import os
import pathlib
import subprocess
import sys
import threading
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "integration"))
from intake_world import SLOW, World, resident_id, wage, wait_for  # noqa: E402

MEMORY_MIB = 300
RECEIPT_S = 2.0 * SLOW
CALM_S = 0.01 * SLOW
WORK_S = 1.5 * SLOW
SECONDS = float(os.environ.get("PLIMSOLL_HOSTILE") or 2)
PEERS = 32
KEYS = 32
AFTER_MIB = 180
DEPARTMENTS = ("civil", "hrss", "medical")
# kind → peers (or connections)
ATTACKS = {
    "numbers": PEERS, "numbers16": PEERS, "nested": PEERS, "strings": PEERS, "record": PEERS, "stuck": PEERS, "receipts": PEERS,
    "pages": PEERS, "small": PEERS, "tiny": PEERS, "storm": PEERS, "strangers": 64, "junk": 1, "half-open": 4000, "slow-greeting": 500, "hello": 400,
    "stream-subscribers": PEERS, "stream-strangers": 64, "stream-half-open": 2000,
}


class Department(threading.Thread):
    """Sends a batch, waits for its receipt, sends the next."""

    def __init__(self, world, name):
        super().__init__(daemon=True)
        self.world, self.key, self.times, self.works, self.trouble, self.stop = world, name, [], [], None, threading.Event()

    def run(self):
        month = 0
        try:
            with self.world.client(self.key) as c:
                while not self.stop.is_set():
                    month += 1
                    records = [wage(n, f"{1990 + month // 12 % 30}-{month % 12 + 1:02d}") for n in range(100)]
                    begun, worked = time.monotonic(), processor(self.world.process.pid)
                    receipt = c.ask("plimsoll.feed.batch.v1", {"records": records}, seconds=120, source="/departments/hrss", subject="hrss.wages")
                    self.times.append(time.monotonic() - begun)
                    self.works.append(processor(self.world.process.pid) - worked)
                    assert receipt["accepted"] == 100, receipt
                    self.stop.wait(0.01)
        except Exception as e:  # told by the test, in its own thread
            self.trouble = e


def memory(pid):
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    return {k: int(v.split()[0]) / 1024 for k, v in (line.split(":") for line in lines if line.startswith(("VmHWM", "VmRSS")))}


def processor(pid):
    """Seconds of processor time of all its threads."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


class Hostile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World()
        for i in range(KEYS):
            cls.world.key(f"hostile-{i}", department="hrss", datasets="*", streams="facts", regions="*")
        for name in DEPARTMENTS:
            cls.world.key(f"{name}-good", department="hrss", datasets="*")
        cls.world.start()
        with cls.world.client("hrss") as c:  # something to fetch
            for i in range(40):
                c.batch("hrss.wages", [wage(n, f"19{50 + i}-01", employer="E" * 200) for n in range(1000)])

    @classmethod
    def tearDownClass(cls):
        cls.world.close()

    def setUp(self):
        self.pid = self.world.process.pid
        times, _ = self.work(lambda departments: all(len(d.times) >= 10 for d in departments))
        self.slowdown = max(1.0, times[len(times) // 2] / CALM_S, os.getloadavg()[0])
        self.fds, self.closed = descriptors(self.pid), closed(self.world)

    def work(self, enough):
        """The departments work until there is enough of it → how long receipts took, and how long intake worked meanwhile."""
        departments = [Department(self.world, f"{name}-good") for name in DEPARTMENTS]
        for d in departments:
            d.start()
        while not enough(departments) and not any(d.trouble for d in departments):
            time.sleep(0.02)  # between two looks
        for d in departments:
            d.stop.set()
        for d in departments:
            d.join(120 * SLOW)
        self.assertEqual([d.trouble for d in departments if d.trouble or d.is_alive()], [])
        return sorted(t for d in departments for t in d.times), sorted(t for d in departments for t in d.works)

    def attack(self, kind, peers):
        port = self.world.request
        if kind.startswith("stream-"):
            kind, port = kind[len("stream-"):], self.world.stream
        pathlib.Path(f"/proc/{self.pid}/clear_refs").write_text("5")  # the peak counts from here
        attacker = subprocess.Popen([sys.executable, str(HERE / "hostile.py"), kind, str(self.world.keys), str(port), str(peers)],
                                    stderr=subprocess.DEVNULL)
        try:
            wait_for(f"{kind} to begin", lambda: descriptors(self.pid) > self.fds + 20 or closed(self.world) > self.closed + 20, 60)
            end = time.monotonic() + SECONDS
            times, works = self.work(lambda departments: time.monotonic() > end and all(d.times for d in departments))
        finally:
            attacker.kill()
            attacker.wait()
        peak = memory(self.pid)["VmHWM"]
        p99, worked = times[int(len(times) * 0.99)], works[int(len(works) * 0.99)]
        print(f"{kind} × {peers}: peak {peak:.0f} MiB, {len(times)} receipts, median {times[len(times) // 2] * 1000:.0f} ms, "
              f"p99 {p99 * 1000:.0f} ms (of {RECEIPT_S * self.slowdown * 1000:.0f}), worked {worked * 1000:.0f} ms", flush=True)
        self.assertLess(p99, RECEIPT_S * self.slowdown)
        self.assertLess(worked, WORK_S)
        self.assertLess(peak, MEMORY_MIB * SLOW)
        wait_for("the peers' connections to be given back", lambda: descriptors(self.pid) <= self.fds + 2, 60)
        wait_for("their memory to be given back", lambda: memory(self.pid)["VmRSS"] < AFTER_MIB * SLOW, 30)


def closed(world):
    """Connections that ended, for whatever reason."""
    return sum(int(line.split()[1]) for line in world.http("/metrics")[1].splitlines() if line.startswith("bus_closed_total"))


def add_tests(kinds):
    for kind in kinds:
        def test(self, kind=kind):
            self.attack(kind, ATTACKS[kind])
        setattr(Hostile, f"test_{kind.replace('-', '_')}", test)


if __name__ == "__main__":
    add_tests(sys.argv[1:] or ATTACKS)
    unittest.main(argv=sys.argv[:1])
