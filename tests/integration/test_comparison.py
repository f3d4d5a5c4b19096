# SPDX-License-Identifier: Apache-2.0
"""Comparison as a process: what it answers, and that kill -9 at any moment leaves the same history.

Run it through pg_temp.sh -s comparison.
"""
import itertools
import json
import random
import shutil
import signal
import threading
import unittest
import urllib.request
import uuid

from alerting_harness import ROOT, Refused, derive, psql, wait_for
from comparison_harness import World, household, key_of, put

POINTS = ["comparison.tick.worked:kill:{n}", "comparison.tick.committed:kill:{n}", "comparison.facts.applied:kill:1",
          "comparison.consumer.before_commit:kill:1", "comparison.consumer.after_commit:kill:1", "comparison.after_publish:kill:{n}",
          "comparison.before_reply:kill:1", "db.commit.before:kill:{n}", "db.commit.after:kill:{n}", "db.exec:kill:{n}0"]
HOMES = 120


def history():
    """Every event of the stream but the time at which it was written."""
    rows = psql("SELECT convert_from(payload, 'UTF8') FROM comparison.stream ORDER BY seq").splitlines()
    return [{k: v for k, v in json.loads(r).items() if k != "time"} for r in rows]


def steps(seed=5):
    """A register, then months of records and ticks, the same every time."""
    rnd = random.Random(seed)
    register = [household(f"h{i}", [f"p{i}a", f"p{i}b"], region=f"320681{100 + i % 3:03d}207") for i in range(HOMES)]
    yield "facts", "civil.households", register
    yield "facts", "hrss.wages", [put(f"w {i}", f"p{i}a", "income.wage", "2023-01-01", rnd.randrange(20000, 400000), "2024-04-01")
                                  for i in range(HOMES)]
    yield "facts", "civil.enrolments", [put(f"e {i}", f"h{i}", "enrolment.dibao", "2023-06-01", 50000,
                                            persons=[derive("person", f"p{i}a"), derive("person", f"p{i}b")]) for i in range(0, HOMES, 3)]
    yield "tick", "2024-03-01"
    for day in ("2024-03-05", "2024-04-01", "2024-04-02", "2024-05-01", "2024-05-20"):
        for batch in range(3):
            who = rnd.sample(range(HOMES), 15)
            records = [put(f"{day} {batch} {i}", f"p{i}b", "income.wage", day[:8] + "01", rnd.randrange(1000, 300000), "2024-12-01") for i in who]
            yield "facts", "hrss.wages", records
            yield "facts", "medical.settlements", [put(f"{day} {batch} {i}", f"p{i}a", "expense.medical.self_paid", day[:8] + "01",
                                                       rnd.randrange(0, 3000000)) for i in rnd.sample(range(HOMES), 4)]
        dead = rnd.sample(range(HOMES), 2)
        yield "facts", "police.deaths", [put(f"{i}", f"p{i}a", "event.death", day) for i in dead]
        yield "tick", day


class Commands(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World().__enter__()
        cls.world.start()
        cls.world.wait_ready()
        cls.ask = cls.world.client().ask

    @classmethod
    def tearDownClass(cls):
        cls.world.__exit__(None)

    def refused(self, code, *args, client=None, pointer=None):
        with self.assertRaises(Refused) as caught:
            (client.ask if client else self.ask)(*args)
        self.assertEqual(caught.exception.code, code)
        if pointer:
            self.assertEqual(caught.exception.data["pointer"], pointer)
        return caught.exception.data

    def test_1_before_the_first_day(self):
        self.world.facts("civil.households", [household("h1", ["p1", "p2"]), household("h2", ["p3"], "320682100207"),
                                              household("h3", ["p4"])])
        self.world.facts("hrss.wages", [put(f"w{p}", p, "income.wage", "2023-06-01", 30000, "2023-08-01") for p in ("p1", "p3", "p9")])
        self.world.wait_applied()
        status = self.ask("status", {})
        self.assertNotIn("day", status)
        self.assertEqual(status["counts"], {"households": 3, "persons": 5, "waiting": 1, "waiting_records": 1, "findings": 0,
                                            "checks": 0, "checks_again": 0})
        self.refused("conflict", "compare", {})
        self.refused("conflict", "explain", {"household": derive("household", "h1")})
        self.assertEqual(self.ask("register", {}), {})
        self.assertEqual(history(), [])

    def test_2_the_day_moves_forward_only(self):
        self.refused("bad_data", "tick", {}, pointer="/to")
        self.refused("bad_data", "tick", {"to": "2024-02-30"}, pointer="/to")
        done = self.ask("tick", {"to": "2024-03-01"})
        self.assertEqual((done["day"], done["done"], done["assessed"], done["opened"]), ("2024-03-01", True, 3, 2))
        self.assertEqual(self.ask("tick", {"to": "2024-03-01"})["opened"], 0)  # asked again: nothing new
        self.assertEqual(self.refused("conflict", "tick", {"to": "2024-02-29"})["current"], {"day": "2024-03-01"})
        done = self.ask("tick", {"to": "2024-03-03"})
        self.assertEqual((done["day"], done["assessed"]), ("2024-03-03", 0))
        days = [e for e in history() if e["type"] == "plimsoll.day.v1"]
        self.assertEqual([d["data"]["date"] for d in days], ["2024-03-01", "2024-03-02", "2024-03-03"])
        self.assertEqual(self.ask("status", {})["day"], "2024-03-03")

    def test_3_a_finding_names_its_cause_and_facts(self):
        seq = self.world.facts("medical.settlements", [put("b1", "p1", "expense.medical.self_paid", "2024-03-02", 2100000)])
        self.world.wait_applied()
        event = history()[-1]
        self.assertEqual(event["type"], "plimsoll.finding.v1")
        data = event["data"]
        self.assertEqual((data["kind"], data["state"], data["since"]), ("hardship_warning", "open", "2024-03-02"))
        self.assertEqual(event["correlationid"], data["finding"])
        self.assertEqual(event["causationid"], derive("event", f"facts/{seq}"))
        self.assertIn({"dataset": "medical.settlements", "record": key_of("medical.settlements b1"), "seq": seq, "index": 0},
                      data["facts"])
        self.assertIn({"name": "hardship_medical", "points": 100}, data["indicators"])
        self.assertEqual(data["score"], sum(i["points"] for i in data["indicators"]))
        self.assertEqual(data["finding"], derive("finding", f"{derive('household', 'h1')}/hardship_warning/other_hardship/-/2024-03"))

    def test_4_the_register_counts(self):
        self.world.facts("civil.enrolments", [
            put("e1", "h1", "enrolment.dibao", "2024-03-01", 1000, persons=[derive("person", "p1"), derive("person", "p2")]),
            put("e2", "h2", "enrolment.dibao", "2024-03-04", 1000, persons=[derive("person", "p3")]),
            put("e3", "p2", "enrolment.disability_living", "2024-01-01", 1000, to="2024-03-05")])
        self.world.facts("civil.children", [put("c1", "p4", "enrolment.child_in_difficulty", "2024-01-01", 1000, code="orphan")])
        self.world.wait_applied()
        counts = {e["category"]: (e["households"], e["people"]) for e in self.ask("register", {})["register"]}
        self.assertEqual(counts, {"dibao": (1, 2), "disability_living": (1, 1), "child_in_difficulty": (1, 1)})
        later = self.ask("register", {"date": "2024-03-05"})
        self.assertEqual({e["category"]: e["people"] for e in later["register"]}, {"dibao": 3, "child_in_difficulty": 1})
        self.assertEqual(later["children"], [{"class": "orphan", "people": 1}])
        self.assertEqual({(e["region"], e["category"], e["people"]) for e in later["townships"]},
                         {("320681100", "dibao", 2), ("320682100", "dibao", 1), ("320681100", "child_in_difficulty", 1)})
        self.assertEqual([e["people"] for e in self.ask("register", {"region": "320682"})["register"]], [])
        # a move to another township takes the enrolments along
        self.world.facts("civil.households", [household("h1", ["p1", "p2"], "320681105001")])
        self.world.wait_applied()
        self.assertIn(("320681105", "dibao"), {(e["region"], e["category"]) for e in self.ask("register", {})["townships"]})
        moved = [e["data"] for e in history() if e["data"].get("kind") == "hardship_warning"][-1]
        self.assertEqual((moved["state"], moved["region"]), ("changed", "320681105001"))
        topics = psql("SELECT topic FROM comparison.stream WHERE topic LIKE '%hardship_warning' ORDER BY seq DESC LIMIT 2").splitlines()
        self.assertEqual(topics, ["finding/320681105001/hardship_warning", "finding/320681100207/hardship_warning"])

    def test_5_explain(self):
        h1 = derive("household", "h1")
        tree = self.ask("explain", {"household": h1})
        self.assertEqual(tree["as_of"], "2024-03-03")
        self.assertEqual({c["category"] for c in tree["categories"]} >= {"dibao", "marginal"}, True)
        self.assertEqual(len(tree["members"]), 2)
        self.assertIn("hardship_warning", {f["kind"] for f in tree["findings"]})
        before = self.ask("explain", {"household": h1, "known_at": "2024-03-01"})
        self.assertEqual((before["as_of"], before["position"], before["enrolments"]), ("2024-03-01", 2, []))
        self.assertEqual([f["kind"] for f in before["findings"]], ["newly_qualifies"])
        self.assertEqual(before, self.ask("explain", {"household": h1, "known_at": 2, "as_of": "2024-03-01"}))
        self.assertEqual(before["region"], "320681100207")
        # p1 was ill: the record, what it comes to, the answer
        then = int(psql("SELECT min(position) FROM comparison.finding_version WHERE data LIKE '%hardship_warning%'"))
        changed = self.ask("explain", {"household": h1, "known_at": then, "as_of": "2024-03-03"})["changed"]
        self.assertEqual(changed["since"], "2024-03-02")
        self.assertEqual({(a["category"], a["was"], a["now"]) for a in changed["answers"]}, {("other_hardship", "no", "yes")})
        self.assertIn(("came", "medical.settlements", derive("person", "p1")), {(r["what"], r["dataset"], r.get("person")) for r in changed["records"]})
        self.assertIn("expense.medical.self_paid", {t["name"] for t in changed["terms"]})
        self.assertIn("medical.self_paid", {v["name"] for v in changed["values"]})
        self.assertEqual(tree["authorisations"], [])
        self.refused("not_found", "explain", {"household": derive("household", "h1"), "known_at": 0})
        self.refused("not_found", "explain", {"household": derive("household", "nobody")})
        self.refused("bad_data", "explain", {"household": "h1"}, pointer="/household")
        self.refused("bad_data", "explain", {"household": h1, "as_of": "yesterday"}, pointer="/as_of")
        self.refused("bad_data", "explain", {"household": h1, "known_at": "then"}, pointer="/known_at")

    def test_6_rights(self):
        township = self.world.client("township")
        self.assertEqual(township.ask("explain", {"household": derive("household", "h3")})["region"], "320681100207")
        self.refused("forbidden", "explain", {"household": derive("household", "h2")}, client=township)
        self.refused("forbidden", "tick", {"to": "2024-03-09"}, client=township)
        self.refused("forbidden", "register", {}, client=township)
        self.assertIn("register", township.ask("register", {"region": "320681100"}))

    def test_7_household_and_waiting_person(self):
        found = self.ask("household", {"person": derive("person", "p2")})
        self.assertEqual(found["household"], derive("household", "h1"))
        self.assertIn("wait", self.refused("not_found", "household", {"person": derive("person", "p9")})["message"])
        self.refused("not_found", "household", {"person": derive("person", "p10")})
        self.refused("bad_data", "household", {})
        waiting = self.ask("waiting", {})
        self.assertEqual((waiting["persons"], waiting["records"]), (1, 1))
        self.assertEqual([(d["department"], d["records"], d["since"]) for d in waiting["datasets"]],
                         [(waiting["datasets"][0]["dataset"].split(".")[0], 1, "2024-03-01")])
        with urllib.request.urlopen(f"http://127.0.0.1:{self.world.ports['comparison'][2]}/metrics", timeout=10) as page:
            metrics = page.read().decode()
        self.assertIn("\ncomparison_waiting_persons 1\n", metrics)
        self.assertIn("\ncomparison_waiting_records 1\n", metrics)
        self.refused("forbidden", "waiting", {}, client=self.world.client("township"))

    def test_8_outcomes_stand_beside_the_findings(self):
        finding = next(e["data"] for e in history() if e["data"].get("kind") == "hardship_warning")
        alert = {"alert": derive("alert", "a"), "version": 1, "state": "open", "level": "red", "household": finding["household"],
                 "region": finding["region"], "findings": [{"finding": finding["finding"], "state": "open"}]}
        more = {"correlationid": finding["finding"]}
        self.world.alerting.append("alert/320681105001/red", "plimsoll.alert.v1", alert, **more)
        visit = {"visited_on": "2024-03-03", "visitors": ["a", "b"], "result": "no_hardship"}
        self.world.alerting.append("alert/320681105001/red", "plimsoll.alert.v1", {**alert, "version": 2, "state": "closed", "visit": visit}, **more)
        # the matter goes on: the alert keeps the visit, and what is told then is of that day
        self.world.alerting.append("alert/320681105001/red", "plimsoll.alert.v1", {**alert, "version": 3, "date": "2024-03-05", "visit": visit}, **more)
        self.world.referral.append("referral/320681105001/delivered", "plimsoll.referral.v1", {
            "referral": derive("referral", "r"), "version": 3, "state": "delivered", "household": finding["household"], "on": "2024-03-04"}, **more)
        before = len(history())
        entries = []
        while len([e for e in entries if e["what"] == "outcome"]) < 3:
            entries = self.ask("chain", {"household": finding["household"]})["entries"]
        outcomes = [e for e in entries if e["what"] == "outcome"]
        self.assertEqual([(e["stream"], e["state"], e["on"], e["of"]) for e in outcomes],
                         [("alerts", "closed", "2024-03-03", finding["finding"]), ("referrals", "delivered", "2024-03-04", finding["finding"]),
                          ("alerts", "open", "2024-03-05", finding["finding"])])
        versions = [e["finding"]["version"] for e in entries if e["what"] == "finding" and e["finding"]["finding"] == finding["finding"]]
        self.assertEqual(versions, [1, 2])
        self.assertEqual(len(history()), before)

    def test_9_a_record_that_cannot_be_applied(self):
        before = len(history())
        self.world.facts("hrss.wages", [put("bad", "p1", "income.wage", "2024-02-01", "much"), put("good", "p4", "income.wage", "2024-02-01", 1, "2024-03-01")])
        self.world.wait_applied()
        self.assertEqual(psql("SELECT stream, seq, record, code FROM comparison.poison"), f"facts|{len(self.world.intake.events)}|0|bad_data")
        self.assertTrue(self.ask("explain", {"household": derive("household", "h1")})["incomplete"])
        self.assertTrue(all(e["data"]["state"] != "open" or e["data"]["household"] != derive("household", "h1") for e in history()[before:]))
        self.world.facts("hrss.wages", [put("bad", "p1", "income.wage", "2024-02-01", 1, "2024-03-01")])
        self.world.wait_applied()
        self.assertFalse(self.ask("explain", {"household": derive("household", "h1")})["incomplete"])
        self.assertEqual(self.ask("compare", {})["assessed"], 3)
        self.assertEqual([self.ask("compare", {})[k] for k in ("opened", "changed", "withdrawn")], [0, 0, 0])
        self.compare_once()

    def assessed(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.world.ports['comparison'][2]}/metrics", timeout=10) as page:
            lines = page.read().decode().splitlines()
        return int(next(line for line in lines if line.startswith("comparison_households_assessed_total ")).split()[1])

    def compare_once(self):
        """A full comparison lasts: who is told nothing for some seconds asks again, and it is not done again."""
        same, before = str(uuid.uuid4()), self.assessed()
        told = [self.ask("compare", {}, id_=same) for _ in range(3)]
        self.assertEqual([t["assessed"] for t in told], [3, 3, 3])
        self.assertEqual(self.assessed(), before + 3)
        self.assertEqual(self.ask("compare", {"region": "320682"}, id_=same)["assessed"], 1)
        self.assertEqual(self.assessed(), before + 4)

    def test_9b_two_households_claim_one_person(self):
        def conflicts(after):
            return [e["data"] for e in history()[after:] if e["data"].get("kind") == "data_conflict"]

        before = len(history())  # an older entry lists p1, too: who holds him is told
        self.world.facts("civil.households", [household("h9", ["p9", "p1"], effective="2022-05-01")])
        self.world.wait_applied()
        (told,) = conflicts(before)
        self.assertEqual((told["state"], told["category"], told["rule"], told["household"], told["person"]),
                         ("open", "register", "claimed_twice", derive("household", "h1"), derive("person", "p1")))
        self.assertEqual({f["dataset"] for f in told["facts"]}, {"civil.households"})
        self.assertEqual((len(told["facts"]), told["since"]), (2, "2023-01-01"))
        self.assertEqual([self.ask("compare", {})[k] for k in ("opened", "changed", "withdrawn")], [0, 0, 0])
        before = len(history())  # the other household's entry changes, and his is looked at again
        self.world.facts("civil.households", [household("h9", ["p9"], effective="2022-05-01")])
        self.world.wait_applied()
        (told,) = conflicts(before)
        self.assertEqual((told["state"], told["reason"], told["household"]), ("withdrawn", "settled", derive("household", "h1")))


class WallClock(unittest.TestCase):
    def test_the_day_is_today_in_china(self):
        with World(clock="wall") as world:
            world.facts("civil.households", [household("h1", ["p1"])])
            world.start()
            world.wait_applied()
            ask = world.client().ask
            while "day" not in ask("status", {}):
                pass
            today = psql("SELECT (now() AT TIME ZONE 'Asia/Shanghai')::date")
            self.assertEqual(ask("status", {})["day"], today)
            with self.assertRaises(Refused) as caught:
                ask("tick", {"to": "2099-01-01"})
            self.assertEqual(caught.exception.code, "conflict")


class Policy(unittest.TestCase):
    def test_another_policy_assesses_all_again(self):
        with World() as world:
            policies = world.dir / "policies"
            shutil.copytree(ROOT / "deploy" / "policies", policies)
            world.settings["policy"] = policies / "qidong.yaml"
            text = world.settings["policy"].read_text()
            world.facts("civil.households", [household(f"h{i}", [f"p{i}"]) for i in range(60)])
            world.facts("hrss.wages", [put(f"w{i}", f"p{i}", "income.wage", "2023-06-01", 200000, "2024-12-01") for i in range(60)])
            world.start()
            world.wait_applied()
            ask = world.client().ask
            self.assertEqual(ask("tick", {"to": "2024-03-02"})["opened"], 0)
            before = len(history())

            def reload(new):
                world.settings["policy"].write_text(new)
                world.process.send_signal(signal.SIGHUP)
            reload(text.replace("from: 2023-07-01, urban: 790.00, rural: 790.00", "from: 2023-07-01, urban: 2900.00, rural: 2900.00"))
            wait_for("all to be found", lambda: len(history()) == before + 60)
            self.assertEqual({e["data"]["kind"] for e in history()[before:]}, {"newly_qualifies"})
            self.assertEqual(ask("status", {})["day"], "2024-03-02")
            reload("not a policy")
            reload(text)
            wait_for("all to be withdrawn", lambda: len(history()) == before + 120)
            # a policy that was exchanged while the process was down is noticed by its version
            world.kill()
            world.settings["policy"].write_text(text.replace("from: 2023-07-01, urban: 790.00, rural: 790.00",
                                                             "from: 2024-02-01, urban: 2900.00, rural: 2900.00"))
            world.start()
            wait_for("all to be found again", lambda: len(history()) == before + 180)
            self.assertEqual(history()[-1]["data"]["policy"], "qidong@2024-02-01")

    def test_a_decision_is_explained_by_the_policy_of_its_day(self):
        with World() as world:
            policies = world.dir / "policies"
            shutil.copytree(ROOT / "deploy" / "policies", policies)
            county = world.settings["policy"] = policies / "qidong.yaml"
            text, base = county.read_text(), (policies / "national.yaml").read_text()
            richer = text.replace("from: 2023-07-01, urban: 790.00, rural: 790.00", "from: 2023-07-01, urban: 2900.00, rural: 2900.00")
            self.assertNotEqual(richer, text)
            world.facts("civil.households", [household("h1", ["p1"])])
            world.facts("hrss.wages", [put("w1", "p1", "income.wage", "2023-01-01", 200000, "2025-01-01")])
            world.start()
            world.wait_applied()
            ask = world.client().ask

            def explain(**when):
                return json.dumps(ask("explain", {"household": derive("household", "h1"), **when}), ensure_ascii=False)

            def reload(path, new):
                kept = int(psql("SELECT count(*) FROM comparison.policy_in_force"))
                path.write_text(new)
                world.process.send_signal(signal.SIGHUP)
                wait_for("the new text to govern", lambda: int(psql("SELECT count(*) FROM comparison.policy_in_force")) == kept + 1)
                wait_for("the day to be assessed again", lambda: "working_on" not in ask("status", {}))
            ask("tick", {"to": "2024-03-02"})
            questions = [{"known_at": "2024-03-02"}, {"known_at": 2, "as_of": "2024-03-02"}, {"known_at": "2024-03-02", "as_of": "2024-03-01"}]
            decisions = [explain(**q) for q in questions]
            first = psql("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')")
            moment = explain(known_at=first, as_of="2024-03-02")
            verdict = {c["category"]: c["answer"] for c in json.loads(decisions[0])["categories"]}
            self.assertEqual(verdict["dibao"], "no")
            # another text of the same version, later: as_of alone speaks by the present text, known_at by that of the day
            ask("tick", {"to": "2024-03-05"})
            reload(county, richer)
            now = json.loads(explain(as_of="2024-03-02"))
            self.assertEqual({c["category"]: c["answer"] for c in now["categories"]}["dibao"], "yes")
            self.assertEqual(now["policy"], json.loads(decisions[0])["policy"])
            self.assertNotEqual(now["policy_digest"], json.loads(decisions[0])["policy_digest"])
            self.assertEqual([explain(**q) for q in questions], decisions)
            self.assertEqual(explain(known_at=first, as_of="2024-03-02"), moment)
            second = explain(known_at="2024-03-05")
            self.assertEqual({c["category"]: c["answer"] for c in json.loads(second)["categories"]}["dibao"], "yes")
            changed = json.loads(second)["changed"]
            self.assertEqual((changed["since"], changed["policy_was"]), ("2024-03-04", "qidong@2024-01-01"))
            self.assertEqual(changed["policy_digest_was"], json.loads(decisions[0])["policy_digest"])
            self.assertEqual([changed[k] for k in ("members", "answers", "values", "terms", "records")], [[], [], [], [], []])
            # months later: facts have changed, the base, too, the process is another one, and more texts came than are cached
            ask("tick", {"to": "2024-06-18"})
            world.facts("hrss.wages", [put("w1", "p1", "income.wage", "2023-01-01", 100000, "2025-01-01")])
            world.wait_applied()
            reload(policies / "national.yaml", base + "# another text\n")
            world.kill()
            world.start()
            world.wait_ready()
            ask = world.client().ask
            for i in range(6):
                ask("tick", {"to": f"2024-06-{20 + i}"})
                reload(county, richer + f"# {i}\n")
            for i in range(6):
                self.assertEqual(json.loads(explain(known_at=f"2024-06-{20 + i}"))["as_of"], f"2024-06-{20 + i}")
            self.assertEqual(len({json.loads(explain(known_at=f"2024-06-{20 + i}"))["policy_digest"] for i in range(6)}), 6)
            self.assertEqual([explain(**q) for q in questions], decisions)
            self.assertEqual(explain(known_at=first, as_of="2024-03-02"), moment)
            self.assertEqual(explain(known_at="2024-03-05"), second)
            # a text that came back, and a restart without a change
            kept = psql("SELECT count(*) FROM comparison.policy_in_force")
            world.kill()
            world.start()
            world.wait_ready()
            ask = world.client().ask
            ask("tick", {"to": "2024-06-27"})
            self.assertEqual(psql("SELECT count(*) FROM comparison.policy_in_force"), kept)
            self.assertEqual(explain(**questions[0]), decisions[0])
            # a text that this program cannot read: what it decided cannot be explained, nothing else is touched
            psql("UPDATE comparison.policy_file SET body = 'policy: [' WHERE ordinal = 1 AND digest = "
                 f"'{json.loads(second)['policy_digest']}'")
            with self.assertRaises(Refused) as caught:
                explain(known_at="2024-03-05")
            self.assertEqual(caught.exception.code, "conflict")
            self.assertIn("qidong.yaml:2:1:", str(caught.exception))
            self.assertEqual(explain(**questions[0]), decisions[0])


class Kills(unittest.TestCase):
    def play(self, failpoints=None, shots=None):
        """Plays the steps; returns the history.  failpoints: of one start after the other; shots: seconds until kill -9."""
        failpoints = iter(failpoints or ())

        def arm():
            return next(failpoints, None)
        with World() as world:
            world.start(arm())
            world.wait_ready(arm)
            for step in steps():
                if step[0] == "facts":
                    world.facts(*step[1:])
                    continue
                world.wait_applied(arm)
                self.tick(world, step[1], arm, shots)
            world.wait_applied(arm)
            result = history()
            self.assertEqual([e["sequence"] for e in result], [f"{i + 1:020d}" for i in range(len(result))])
            return result, world.deaths, next(failpoints, None)

    def tick(self, world, to, arm, shots):
        while True:
            gun = None
            if shots and (wait := next(shots, None)) is not None:
                gun = threading.Timer(wait, world.kill)
                gun.start()
            try:
                world.client().ask("tick", {"to": to}, seconds=1)
            except (TimeoutError, Refused):
                pass  # killed, or not ready yet: it is asked again
            if gun:
                gun.join()
            world.wait_ready(arm)
            if psql("SELECT finished FROM comparison.clock") == to:
                return

    def test_the_same_history_whatever_dies_when(self):
        clean, deaths, _ = self.play()
        self.assertEqual(deaths, 0)
        kinds = {e["data"].get("kind") for e in clean}
        self.assertGreaterEqual(kinds, {"newly_qualifies", "no_longer_qualifies", "benefit_change", "hardship_warning", "member_change"})
        points = [p.format(n=n) for n in (1, 3) for p in POINTS]
        killed, deaths, left = self.play(points)
        self.assertIsNone(left, "not every failpoint was armed")
        self.assertGreaterEqual(deaths, len(points) - 6)  # a point that is not passed before another start is no death
        self.assertEqual(len(killed), len(clean))
        for ours, theirs in zip(killed, clean):
            self.assertEqual(ours, theirs)
        rnd = random.Random(3)
        shot, deaths, _ = self.play(shots=iter([rnd.uniform(0.001, 0.04) for _ in range(15)]))
        self.assertGreaterEqual(deaths, 6)
        for ours, theirs in itertools.zip_longest(shot, clean):
            self.assertEqual(ours, theirs)


if __name__ == "__main__":
    unittest.main(verbosity=2)
