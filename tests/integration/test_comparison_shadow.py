# SPDX-License-Identifier: Apache-2.0
"""Policies in the shadow: they find what a comparison under that policy would find, publish nothing, follow their file, and leave
nothing behind.

Run it through pg_temp.sh -s comparison.
"""
import collections
import json
import random
import signal
import tempfile
import pathlib
import unittest

from alerting_harness import ROOT, derive, psql, wait_for
from comparison_harness import World, household, put

HOMES = 150
POLICIES = ROOT / "deploy" / "policies"


class Shadowed(World):
    """Reads its settings from a file, so that HUP changes them."""

    def __init__(self, config, **settings):
        self.config = config
        super().__init__(**settings)

    def args(self):
        return ["--config", str(self.config), *super().args()]


def feeds(seed=3):
    rnd = random.Random(seed)
    yield "facts", "civil.households", [household(f"h{i}", [f"p{i}a", f"p{i}b"], region=f"320681{100 + i % 2:03d}207") for i in range(HOMES)]
    yield "facts", "hrss.wages", [put(f"w {i}", f"p{i}a", "income.wage", "2023-01-01", rnd.randrange(60000, 300000), "2024-04-01")
                                  for i in range(HOMES)]
    yield "facts", "civil.enrolments", [put(f"e {i}", f"h{i}", "enrolment.dibao", "2023-06-01", rnd.randrange(100, 90000),
                                            persons=[derive("person", f"p{i}a"), derive("person", f"p{i}b")]) for i in range(0, HOMES, 3)]
    yield "tick", "2024-03-01"
    yield "facts", "police.deaths", [put(f"d {i}", f"p{i}a", "event.death", "2024-03-02") for i in range(0, HOMES, 20)]
    yield "facts", "hrss.wages", [put(f"x {i}", f"p{i}b", "income.wage", "2024-02-01", rnd.randrange(1000, 90000), "2024-12-01")
                                  for i in rnd.sample(range(HOMES), 40)]
    yield "facts", "hrss.wages", [put(f"x {i}", f"p{i}b", "income.wage", "2024-02-01", rnd.randrange(1000, 190000), "2024-12-01")
                                  for i in range(0, HOMES, 4)]
    yield "tick", "2024-04-03"


def play(world):
    """What comes between two days comes while the process stands still: it is applied in one go, whoever is named how often."""
    world.process.send_signal(signal.SIGSTOP)
    for kind, *rest in feeds():
        if kind == "facts":
            world.facts(*rest)
            continue
        world.process.send_signal(signal.SIGCONT)
        world.wait_applied()
        world.client().ask("tick", {"to": rest[0]})
        world.process.send_signal(signal.SIGSTOP)
    world.process.send_signal(signal.SIGCONT)


def found(sql):
    return sorted(psql(sql).splitlines())


LIVE = ("SELECT household, kind, category, coalesce(person, '00000000-0000-0000-0000-000000000000'), rule, region, since, monthly, enrolled "
        "FROM comparison.finding WHERE open")
SHADOW = "SELECT household, kind, category, person, rule, region, since, monthly, enrolled FROM comparison.shadow_finding WHERE policy = '{}'"


def history():
    rows = psql("SELECT convert_from(payload, 'UTF8') FROM comparison.stream ORDER BY seq").splitlines()
    return [{k: v for k, v in json.loads(r).items() if k != "time"} for r in rows]


class Shadow(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="plimsoll-shadow-")
        self.addCleanup(folder.cleanup)
        self.dir = pathlib.Path(folder.name)
        for f in POLICIES.glob("*.yaml"):
            (self.dir / f.name).write_text(f.read_text())
        self.config = self.dir / "comparison.conf.yaml"
        self.next = self.dir / "next.yaml"
        self.write_next(900)

    def write_next(self, standard):
        self.next.write_text((POLICIES / "qidong.yaml").read_text().replace("policy: qidong", "policy: next").replace(
            "urban: 790.00, rural: 790.00", f"urban: {standard}.00, rural: {standard}.00"))

    def shadow(self, *entries):
        self.config.write_text(f"shadow: \"{', '.join(map(str, entries))}\"\n")

    def run_alone(self, policy):
        self.shadow()
        with World(policy=str(policy)) as world:
            world.start()
            world.wait_ready()
            play(world)
            return found(LIVE), history()

    def test_it_finds_what_a_comparison_under_it_finds_and_publishes_nothing(self):
        alone, told = self.run_alone(ROOT / "deploy" / "policies" / "qidong.yaml")
        other, _ = self.run_alone(self.next)
        self.assertGreater(len(set(alone) ^ set(other)), 20)
        self.shadow(self.next, f"{POLICIES / 'qidong.yaml'}@2024-07-01")
        with Shadowed(self.config) as world:
            world.start()
            world.wait_ready()
            play(world)
            ask = world.client().ask
            self.assertEqual(found(LIVE), alone)
            self.assertEqual(history(), told, "the history is another because of the shadow")
            self.assertEqual(found(SHADOW.format("next")), other)
            status = {s["policy"]: s for s in ask("status", {})["shadows"]}
            self.assertEqual(set(status), {"next", "qidong@2024-07-01"})
            self.assertEqual((status["next"]["findings"], status["next"]["complete"]), (len(other), True))
            self.check_answer(ask, alone, other)
            # a kill forgets nothing, a full comparison finds nothing more
            world.kill()
            world.start()
            world.wait_ready()
            self.assertEqual({s["policy"]: s for s in world.client().ask("status", {})["shadows"]}, status)
            world.client().ask("compare", {})
            self.assertEqual(found(SHADOW.format("next")), other)

    def check_answer(self, ask, alone, other):
        def key(row):
            return tuple(row.split("|")[:4])
        answer = ask("shadow", {"differences": 1000})
        self.assertEqual((answer["day"], answer["complete"]), ("2024-04-03", True))
        first, second = answer["shadows"]
        self.assertEqual((first["policy"], second["policy"]), ("next", "qidong@2024-07-01"))
        sums = collections.Counter()
        for c in first["counts"]:
            for k in ("shadow", "in_force", "both", "other_money"):
                sums[k] += c[k]
        live, shadow = {key(r): r for r in alone}, {key(r): r for r in other}
        both = live.keys() & shadow.keys()
        money = {k for k in both if live[k].split("|")[7] != shadow[k].split("|")[7]}
        self.assertEqual(sums, {"shadow": len(shadow), "in_force": len(live), "both": len(both), "other_money": len(money)})
        self.assertEqual({(d["household"], d["kind"], d["category"], d.get("person", "00000000-0000-0000-0000-000000000000"))
                          for d in first["differences"]}, (live.keys() ^ shadow.keys()) | money)
        part = ask("shadow", {"region": "320681101", "differences": 0})["shadows"][0]
        self.assertEqual({c["region"] for c in part["counts"]}, {"320681101"})
        self.assertEqual(part["differences"], [])

    def test_it_follows_its_file_and_leaves_nothing_behind(self):
        self.shadow(self.next)
        with Shadowed(self.config) as world:
            world.start()
            world.wait_ready()
            play(world)
            events = len(history())
            before = found(SHADOW.format("next"))
            self.write_next(700)
            world.process.send_signal(signal.SIGHUP)
            wait_for("the shadow to follow", lambda: found(SHADOW.format("next")) != before and
                     world.client().ask("shadow", {})["complete"] and psql("SELECT finished = day FROM comparison.clock") == "t")
            after = found(SHADOW.format("next"))
            self.assertEqual(len(history()), events)
            # a file that is wrong changes nothing, one that is taken off the list goes with all that it found
            self.next.write_text("policy: [")
            world.process.send_signal(signal.SIGHUP)
            wait_for("the refusal", lambda: "svc.reload_refused" in (world.dir / "log").read_text())
            self.assertEqual(found(SHADOW.format("next")), after)
            self.shadow()
            world.process.send_signal(signal.SIGHUP)
            wait_for("the end of the shadow", lambda: psql("SELECT count(*) FROM comparison.shadow_finding") == "0")
            self.assertEqual(psql("SELECT count(*) FROM comparison.shadow"), "0")
            self.assertEqual(world.client().ask("shadow", {})["shadows"], [])
            self.assertEqual(len(history()), events)
            # back again after a restart: everybody is assessed under it
            self.write_next(700)
            self.shadow(self.next)
            world.kill()
            world.start()
            world.wait_ready()
            wait_for("the shadow to be there again", lambda: found(SHADOW.format("next")) != [] and
                     world.client().ask("shadow", {})["complete"])
            key = [r.split("|")[:6] for r in after]
            self.assertEqual([r.split("|")[:6] for r in found(SHADOW.format("next"))], key)
            self.assertEqual(len(history()), events)

    def test_a_wrong_list_stops_the_start(self):
        for entries, words in (([self.dir / "nowhere.yaml"], "nowhere.yaml"), ([f"{self.next}@July"], "YYYY-MM-DD"),
                               ([self.next, self.next], "two policies are called next")):
            self.shadow(*entries)
            world = Shadowed(self.config)
            with world:
                world.start()
                self.assertEqual(world.wait_end(), 78)
                self.assertIn(words, (world.dir / "log").read_text())


if __name__ == "__main__":
    unittest.main(verbosity=2)
