# SPDX-License-Identifier: Apache-2.0
"""Every version of every finding of 24 months, and what was answered at any moment in between, explained again, at the end and by another process, to the same bytes: after
corrections, retractions of records and of batches, late records, moves, deaths, decisions, a change of policy, people who turned out to
be one, records that turned out to be another's, and when events have been erased from intake's stream.  (Who erases a person: e2e
test_persons.)

PLIMSOLL_SEED makes another history.  Run it through pg_temp.sh -s comparison.
"""
import collections
import json
import os
import pathlib
import random
import shutil
import tempfile
import unittest

from alerting_harness import ROOT, derive, psql
from comparison_harness import World, household, key_of, put

HOMES, PEOPLE = 12, 26
PLACE = """policy: test-place
extends: qidong
title: { zh: 测试, en: a place for tests }
parameters:
  payment.months_late: { basis: a test, confidence: assumed, values: [ { from: 2021-07-01, value: 2 } ] }
  review.notice_days: { basis: a test, confidence: assumed, values: [ { from: 2021-07-01, value: 30 } ] }
categories:
  tekun: { findings: all }
  child_in_difficulty: { findings: all }
"""
LATER = ("  dibao.standard: { basis: a test, confidence: assumed, values: [ { from: 2022-07-01, urban: 950.00, rural: 900.00 } ] }\n")
MOMENT = "SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
# With an entry, or of which something was found before it was taken back.
KNOWN = "SELECT household FROM comparison.household WHERE region <> '' UNION SELECT household FROM comparison.finding_version ORDER BY 1"
# As they were published: where the household moves to another region, under two topics.
VERSIONS = """
SELECT v.household, v.day, v.position, s.seq
  FROM comparison.stream s, LATERAL (SELECT convert_from(s.payload, 'UTF8')::json -> 'data' AS data) e
  JOIN comparison.finding_version v ON v.finding = (e.data ->> 'finding')::uuid AND v.version = (e.data ->> 'version')::int8
 WHERE s.name = 'findings' AND s.topic LIKE 'finding/%' AND s.seq > {}
 ORDER BY s.seq
"""


class Past(unittest.TestCase):
    def setUp(self):
        self.policies = pathlib.Path(tempfile.mkdtemp(prefix="plimsoll-policies-", dir="/tmp"))
        self.addCleanup(shutil.rmtree, self.policies)
        for path in (ROOT / "deploy" / "policies").glob("*.yaml"):
            shutil.copy(path, self.policies)
        (self.policies / "place.yaml").write_text(PLACE)
        self.chance = random.Random(int(os.environ.get("PLIMSOLL_SEED") or 7))
        self.kept, self.seq, self.versions, self.by_decision = collections.OrderedDict(), 0, 0, 0
        self.moments = []
        self.same, self.decided, self.sent = set(), set(), collections.defaultdict(list)

    # --- what is said ---
    def person(self):
        n = self.chance.randrange(PEOPLE)
        return f"p{n}" if n % 9 or self.chance.random() < 0.5 else f"p{n}-other"

    def record(self, dataset, month):
        c, who, home = self.chance, self.person(), f"h{self.chance.randrange(HOMES)}"
        start = f"{month}-{c.randint(1, 28):02}" if c.random() < 0.7 else f"2023-{c.randint(1, 12):02}-01"  # some are late
        n = c.randrange(25)  # keys come again: corrections, and records that move to somebody else
        if dataset not in ("civil.households", "stats.cpi") and c.random() < 0.1:
            return {"key": f"{n}", "op": "retract"}
        if dataset == "civil.households" and c.random() < 0.1:
            return {"key": home, "op": "retract"}
        if dataset == "civil.households":
            own = int(home[1:]) * 2
            people = sorted({f"p{(own + i) % PEOPLE}" for i in range(c.randint(0, 3))} | ({who} if c.random() < 0.3 else set()))
            return household(home, people, region=f"320681100{200 + c.randrange(4)}", effective=f"2023-{c.randint(1, 9):02}-01",
                             closed=c.random() < 0.05)
        if dataset == "hrss.wages":
            return put(f"{who} {month}", who, "income.wage", f"{month}-01", c.randrange(300000), "2026-06-01")
        if dataset == "stats.cpi":
            return {"key": month, "facts": [{"holder": {"region": "320681"}, "kind": "cpi.all", "from": f"{month}-01", "value": c.randrange(600)}]}
        holder, kind, value, more = {
            "civil.enrolments": c.choice([(home, "enrolment.dibao", 60000, {"persons": [derive("person", who)]}),
                                          (who, "enrolment.disability_nursing", 17000, {}), (who, "enrolment.tekun", 107000, {})]),
            "civil.payments": c.choice([(home, "payment.dibao", 60000, {}), (who, "payment.disability_nursing", 17000, {})]),
            "dpf.certificates": (who, "disability.certificate", c.randint(1, 4), {"code": c.choice(["mental", "physical"])}),
            "medical.settlements": (who, "expense.medical.self_paid", c.randrange(3000000), {}),
            "civil.cremations": (who, "event.death", 0, {}),
            "civil.supporters": (who, "support.legal", 0, {"code": "child", "persons": [derive("person", self.person())]}),
        }[dataset]
        return put(f"{n}", holder, kind, start, value, "2025-12-31" if c.random() < 0.3 else None, **more)

    def said(self, world, month):
        weights = {"civil.households": 2, "hrss.wages": 8, "civil.enrolments": 3, "civil.payments": 4, "dpf.certificates": 3,
                   "medical.settlements": 3, "civil.cremations": 0.3, "civil.supporters": 1, "stats.cpi": 0.3}
        for dataset in self.chance.choices(list(weights), list(weights.values()), k=self.chance.randint(3, 8)):
            if self.chance.random() < 0.05 and self.sent[dataset]:  # a wrong batch, taken back as a whole
                world.facts(dataset, [{"key": r["key"], "op": "retract"} for r in self.chance.choice(self.sent[dataset])], received=f"{month}-20")
                continue
            records = {}
            for _ in range(self.chance.randint(1, 3)):
                r = self.record(dataset, month)
                records[r["key"]] = r
            world.facts(dataset, list(records.values()), received=f"{month}-20")
            if dataset not in ("civil.households", "stats.cpi"):
                self.sent[dataset].append(list(records.values()))
        if self.chance.random() < 0.3:
            n = self.chance.choice([i for i in range(PEOPLE) if i % 9 == 0])
            self.same ^= {n}
            head = derive("person", f"p{n}" if n in self.same else f"p{n}-other")
            world.intake.append("persons", "plimsoll.persons.v1", {"cause": derive("cause", f"{month} {n}"), "received": f"{month}-20", "persons": [
                {"person": derive("person", f"p{n}-other"), "is": head, "provisional": True}]})
        if self.chance.random() < 0.2:
            n = self.chance.randrange(25)
            world.intake.append("persons", "plimsoll.persons.v1", {"cause": derive("cause", f"{month} move"), "received": f"{month}-20", "moves": [
                {"from": derive("person", self.person()), "to": derive("person", self.person()), "datasets": [],
                 "records": [{"dataset": "medical.settlements", "record": key_of(f"medical.settlements {n}")}]}]})
        world.wait_applied()

    # --- what is asked ---
    def explain(self, household_, **when):
        return json.dumps(self.ask("explain", {"household": household_, **when}), ensure_ascii=False)

    def keep(self, world):
        """Explains what was published since the last time, as it stands and as of its own moment."""
        rows = [row.split("|") for row in filter(None, psql(VERSIONS.format(self.seq)).splitlines())]
        for home, day, position, seq in rows:
            self.versions += 1
            self.seq = int(seq)
            for known_at in (int(position), f"findings/{seq}"):
                self.kept[home, day, known_at] = self.explain(home, known_at=known_at, as_of=day)
        for home in sorted({row[0] for row in rows}):
            today = json.loads(self.explain(home))
            key = home, today["as_of"], len(world.intake.events)
            self.kept[key] = self.explain(home, known_at=key[2], as_of=key[1])
            if (*key[1:], home) not in self.decided:  # what was decided since the last record is known now, and was not then
                self.assert_the_same(key, today)

    def answer_now(self, home=None):
        """What is answered at this moment: without a day, a position or a version, also while the day is still worked on."""
        home = home or self.chance.choice(psql(KNOWN).splitlines())
        answer = self.explain(home)
        self.moments.append((home, psql(MOMENT), answer))

    def answers_differ(self):
        """Those that another answer is given to now that the question names the moment."""
        for home, moment, answer in self.moments:
            again, answer = self.ask("explain", {"household": home, "known_at": moment}), json.loads(answer)
            del again["position"]
            if again != answer:
                yield home, moment, {k: (answer.get(k), again.get(k)) for k in {**answer, **again} if answer.get(k) != again.get(k)}

    def assert_the_same(self, key, today):
        self.assertEqual({k: v for k, v in json.loads(self.kept[key]).items() if k != "position"}, today)

    def decide(self, world):
        """After records of the day, and after what was kept of it."""
        home = derive("household", f"h{self.chance.randrange(HOMES)}")
        day = psql("SELECT day FROM comparison.clock")
        if home not in psql(KNOWN).splitlines():
            return
        for _ in range(self.chance.randint(1, 2)):
            verb = self.chance.choice(["grants", "refuses", "keeps"])
            self.answer_now(home)
            done = self.ask("decide", {"household": home, "category": "dibao", "decision": verb, "from": f"{day[:7]}-01", "until": "2026-01-01",
                                       "reason": "the roof is gone, and nobody knows", "conference": "minutes 3"})
            self.decided.add((day, len(world.intake.events), home))
            self.answer_now(home)
            if done["opened"] + done["changed"] + done["withdrawn"] > 0:  # exactly now
                seq = psql(f"SELECT max(seq) FROM comparison.finding_version WHERE household = '{home}'")
                key = home, day, f"findings/{seq}"
                self.kept[key] = self.explain(home, known_at=key[2])
                self.assert_the_same(key, json.loads(self.explain(home)))
                self.by_decision += 1

    def erase(self, world):
        """Events of intake are erased by an order, one of them before comparison has seen it: it goes on behind them, and what it knows
        it goes on explaining."""
        before = len(world.intake.events)
        world.kill()
        world.facts("hrss.wages", [put("erased", "p1", "income.wage", "2025-11-01", 999900, "2025-12-01")], received="2025-12-26")
        for seq in [before + 1, *self.chance.sample(range(1, before + 1), before // 4)]:
            world.intake.erase(seq, "order 17 of 2026")
        world.start()
        world.wait_ready()
        world.wait_applied()
        self.ask = world.client().ask
        self.assertEqual(psql(f"SELECT count(*) FROM comparison.fact_version WHERE seq > {before}"), "0")

    def test_to_the_same_bytes(self):
        months = [f"{y}-{m:02}" for y in (2024, 2025) for m in range(1, 13)]
        with World(policy=str(self.policies / "place.yaml")) as world:
            for h in range(HOMES):
                world.facts("civil.households", [household(f"h{h}", [f"p{2 * h}", f"p{2 * h + 1}"])], received="2023-12-20")
            world.start()
            world.wait_applied()
            self.ask = world.client().ask
            for month in months:
                for day in ("10", "25"):
                    self.said(world, month)
                    if self.seq:  # the first day has begun
                        self.answer_now()
                    while not self.ask("tick", {"to": f"{month}-{day}"})["done"]:
                        self.answer_now()
                    self.answer_now()
                    if self.chance.random() < 0.1:
                        self.decide(world)
                    self.keep(world)
                    if self.chance.random() < 0.5:
                        self.decide(world)
                if month == "2024-11":  # other numbers, and another process
                    text = (self.policies / "place.yaml").read_text()
                    (self.policies / "place.yaml").write_text(text.replace("parameters:\n", "parameters:\n" + LATER))
                if month in ("2024-11", "2025-06"):
                    world.kill()
                    world.start()
                    world.wait_ready()
                    self.ask = world.client().ask
            self.assertGreater(self.versions, 300)
            self.assertGreater(self.by_decision, 3)
            self.erase(world)
            differ = [key for key, kept in self.kept.items() if self.explain(key[0], known_at=key[2], as_of=key[1]) != kept]
            for key in differ[:3]:
                then, now = json.loads(self.kept[key]), self.ask("explain", {"household": key[0], "known_at": key[2], "as_of": key[1]})
                print(key, {k: (then.get(k), now.get(k)) for k in {**then, **now} if then.get(k) != now.get(k)})
            self.assertEqual(differ, [])
            self.assertEqual(list(self.answers_differ())[:3], [])
            print(f"\n{self.versions} versions, {len(self.kept)} explanations, {len(self.moments)} moments")


if __name__ == "__main__":
    unittest.main(verbosity=2)
