# SPDX-License-Identifier: Apache-2.0
"""Kill anything at any moment: the end result is the same.

The small county's first months are played; then its last month is played while each station is killed at least 20 times:
at failpoints inside transactions, between commit and publish, between commit and reply, and at random moments.  Findings,
alerts and referrals are compared with a clean run by business keys, and every stream is verified.
"""
import collections
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from harness import BIN, ROOT, STATIONS, Suite, wait_for  # noqa: E402
from test_journey import PROFILE  # noqa: E402

KILLS = int(os.environ.get("PLIMSOLL_KILLS", "20"))
POINTS = {
    "intake": ["intake.before_commit", "intake.after_commit", "intake.before_reply", "intake.after_publish"],
    "comparison": ["comparison.before_commit", "comparison.after_commit", "comparison.consumer.before_commit",
                   "comparison.consumer.after_commit", "comparison.before_reply", "comparison.after_publish"],
    "alerting": ["alerting.before_commit", "alerting.after_commit", "alerting.consumer.before_commit",
                 "alerting.consumer.after_commit", "alerting.before_reply", "alerting.after_publish"],
    "referral": ["referral.before_commit", "referral.after_commit", "referral.consumer.before_commit",
                 "referral.consumer.after_commit", "referral.before_reply", "referral.after_publish"],
}


def split_manifest(county, month):
    """Two copies of the county: until the last month, and the last month."""
    lines = (county / "manifest.ndjson").read_text().splitlines()
    cut = next(i for i, line in enumerate(lines) if json.loads(line)["step"] == "send" and json.loads(line)["file"].startswith(month))
    parts = []
    for name, part in (("before", lines[:cut]), ("last", lines[cut:])):
        there = county.parent / f"{county.name}-{name}"
        shutil.copytree(county, there)
        (there / "manifest.ndjson").write_text("\n".join(part) + "\n")
        parts.append(there)
    return parts


def digest(suite):
    """What a run led to, by business keys: order of events, ids of persons and recording times left out."""
    findings = collections.Counter()
    for topic, event in suite.stream("comparison", "findings"):
        if topic.startswith("finding/"):
            d = event["data"]
            findings[(d["household"], d["date"], d["kind"], d["category"], d["state"], d.get("monthly_money"), d["version"])] += 1
    alerts, referrals = collections.Counter(), collections.Counter()
    for topic, event in suite.stream("alerting", "alerts"):
        d = event["data"]
        alerts[(topic, d["household"], d["state"], d["level"], d["category"], d["kind"], d["due"], len(d["findings"]))] += 1
    for topic, event in suite.stream("referral", "referrals"):
        d = event["data"]
        referrals[(topic, d["household"], d["state"], d["programme"], d["need"])] += 1
    return {"findings": findings, "alerts": alerts, "referrals": referrals}


class Killer:
    """Restarts each station, over and over, armed with one failpoint or shot at random, until told to stop."""

    def __init__(self, suite, seed):
        self.suite, self.random = suite, random.Random(seed)
        self.kills = {s: collections.Counter() for s in STATIONS}
        self.stop = threading.Event()
        self.failure = None
        self.threads = [threading.Thread(target=self.run, args=(s,)) for s in STATIONS]

    def run(self, service):
        try:
            rnd = random.Random(f"{service}/{self.random.random()}")
            plan = POINTS[service] * 3 + ["random"] * (KILLS // 2)
            rnd.shuffle(plan)
            n = 0
            while not self.stop.is_set():
                place = plan[n % len(plan)]
                n += 1
                self.suite.kill(service)
                self.kills[service]["restart"] += 1
                point = None if place == "random" else f"{place}:kill:{rnd.choice((1, 1, 2, 3))}"
                self.suite.spawn(service, point)
                process = self.suite.processes[service]
                deadline = time.monotonic() + (rnd.uniform(0.3, 1.5) if point is None else 4)
                while time.monotonic() < deadline and process.poll() is None and not self.stop.is_set():
                    self.stop.wait(0.01)
                code = process.poll()
                if code == -9:
                    self.kills[service][place] += 1
                elif code is not None:
                    raise AssertionError(f"{service} ended by itself with {code} ({place})")
                elif point is None:
                    self.kills[service]["random"] += 1
        except BaseException as e:  # told to the test, which fails with it
            self.failure = e

    def __enter__(self):
        for t in self.threads:
            t.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        for t in self.threads:
            t.join()
        for s in STATIONS:
            if self.suite.processes[s].poll() is not None:
                self.suite.spawn(s)
            else:
                self.suite.kill(s)
                self.suite.spawn(s)
        for s in STATIONS:
            self.suite.wait_ready(s)


def play(suite, county):
    """The player itself goes on where it was: a step may be repeated."""
    end = time.monotonic() + 600
    while True:
        done = suite.plimsoll("play", county, check=None)
        if done.returncode == 0:
            return
        if "unreachable" not in done.stderr and "not_ready" not in done.stderr and "busy" not in done.stderr and "timeout" not in done.stderr:
            raise AssertionError(done.stderr)
        if time.monotonic() > end:
            raise AssertionError("the county was not played in 600 s: " + done.stderr)


class Kills(unittest.TestCase):
    def run_county(self, name, county_dir, killed):
        before, last = county_dir
        with Suite(name, services=STATIONS) as suite:
            suite.county(PROFILE)
            suite.start()
            play(suite, before)
            suite.rest()
            kills = None
            if killed:
                seed = int(os.environ.get("PLIMSOLL_SEED", str(random.randrange(1 << 30))))
                print(f"\nseed {seed}")
                with Killer(suite, seed) as killer:
                    done = threading.Event()
                    errors = []

                    def player():
                        try:
                            play(suite, last)
                        except BaseException as e:
                            errors.append(e)
                        done.set()

                    t = threading.Thread(target=player)
                    t.start()
                    wait_for("the month to be played and every station to be killed often enough",
                             lambda: killer.failure or errors or
                             (done.is_set() and all(sum(k.values()) - k["restart"] >= KILLS for k in killer.kills.values())), 900, 0.1)
                    killer.stop.set()
                t.join()
                for failure in [killer.failure, *errors]:
                    if failure:
                        raise failure
                kills = killer.kills
            else:
                play(suite, last)
            suite.rest(300)
            suite.plimsoll("verify")
            return digest(suite), kills

    def test_same_end_as_a_clean_run(self):
        work = pathlib.Path(subprocess.check_output(["mktemp", "-d", "/tmp/plimsoll-kills-XXXXXX"], text=True).strip())
        self.addCleanup(shutil.rmtree, work, ignore_errors=True)
        county = work / "county"
        subprocess.run([BIN / "plimsoll", "synth", PROFILE, "--out", county], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
        parts = split_manifest(county, "2024-06")
        clean, _ = self.run_county("clean", parts, False)
        killed, kills = self.run_county("killed", parts, True)
        for service, counter in kills.items():
            print(service, dict(counter))
            self.assertGreaterEqual(sum(counter.values()) - counter["restart"], KILLS)
        for what in clean:
            self.assertGreater(len(clean[what]), 0, what)
            missing, extra = clean[what] - killed[what], killed[what] - clean[what]
            self.assertFalse(missing or extra, f"{what}: only without kills {list(missing.items())[:12]}; only with {list(extra.items())[:12]}")


if __name__ == "__main__":
    unittest.main(verbosity=2)
