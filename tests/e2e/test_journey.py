# SPDX-License-Identifier: Apache-2.0
"""The whole journey on a small county: feeds in, findings, alerts, visits, referrals out; explained, chained, verified.

Found findings are held against what was planted and against the independent reference: both precision and recall are 1.
"""
import json
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness import BIN, ROOT, Suite, wait_for  # noqa: E402

PROFILE = ROOT / "deploy" / "demo" / "small.yaml"


def read_lines(path):
    return [json.loads(line) for line in pathlib.Path(path).read_text().splitlines() if line]


def openings(events):
    """(household, date, kind, category, has person) of every finding that opened; a reopening counts again."""
    out = []
    for topic, event in events:
        if topic.startswith("finding/") and event["data"]["state"] == "open":
            d = event["data"]
            out.append((d["household"], d["date"], d["kind"], d["category"], "person" in d))
    return sorted(out)


class Journey(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.suite = Suite("journey")
        try:
            cls.county = cls.suite.county(PROFILE)
            cls.suite.start()
            cls.suite.plimsoll("play", cls.county)
            cls.findings = cls.suite.stream("comparison", "findings")
        except BaseException:
            cls.suite.stop(keep=True)
            raise

    @classmethod
    def tearDownClass(cls):
        cls.suite.stop()

    def test_01_found_what_was_planted_and_nothing_else(self):
        found = openings(self.findings)
        planted = sorted((t["household"], t["date"], t["kind"], t["category"], bool(t.get("resident_id")))
                         for t in read_lines(self.county / "truth.ndjson"))
        reference = subprocess.run([sys.executable, ROOT / "tests" / "reference" / "reference.py", self.county], check=True,
                                   capture_output=True, text=True)
        expected = sorted((t["household"], t["date"], t["kind"], t["category"], bool(t.get("resident_id")))
                          for t in map(json.loads, reference.stdout.splitlines()) if "kind" in t)
        right = len(set(found) & set(expected))
        print(f"\n{len(found)} found, {len(planted)} planted, {len(expected)} by the reference: "
              f"precision {right / max(1, len(found)):.4f}, recall {right / max(1, len(expected)):.4f}")
        self.assertGreater(len(found), 50)
        self.assertEqual(found, expected)
        self.assertEqual(found, planted)

    def test_02_register_stands_where_the_profile_says(self):
        county = json.loads((self.county / "county.json").read_text())
        register = self.suite.ask("comparison", "plimsoll.comparison.register.v1", {})
        stock = {e["category"]: e for e in register["register"]}
        self.assertEqual(register["date"], county["end"])
        expected = county["at_end"]
        self.assertEqual(stock["dibao"]["households"] + stock["dibao_single"]["households"], expected["dibao"]["households"])
        self.assertEqual(stock["dibao"]["people"] + stock["dibao_single"]["people"], expected["dibao"]["people"])
        for category in ("dibao_single", "tekun", "disability_living", "disability_nursing"):
            self.assertEqual(stock[category]["people"], expected[category], category)
        self.assertEqual((stock["marginal"]["households"], stock["marginal"]["people"]),
                         (expected["marginal"]["households"], expected["marginal"]["people"]))
        self.assertEqual(stock["child_in_difficulty"]["people"], sum(expected["child_in_difficulty"].values()))

    def test_03_every_finding_is_an_alert_of_its_matter(self):
        alerts = [e["data"] for t, e in self.suite.stream("alerting", "alerts") if t.startswith("alert/")]
        in_alerts = {f["finding"] for a in alerts for f in a["findings"]}
        found = {e["data"]["finding"] for t, e in self.findings if t.startswith("finding/")}
        self.assertEqual(found - in_alerts, set())
        newest = {}
        for a in alerts:
            if a["alert"] not in newest or a["version"] >= newest[a["alert"]]["version"]:
                newest[a["alert"]] = a
        unfinished = [(a["household"], a["matter"]) for a in newest.values() if a["state"] != "closed"]
        self.assertEqual(len(unfinished), len(set(unfinished)), "more than one open alert of a household and matter")
        self.assertTrue(any(a["state"] == "closed" for a in newest.values()))
        self.assertTrue(any(a.get("visit") for a in newest.values()))

    def test_04_referrals_reach_their_outcome(self):
        states = {e["data"]["state"] for t, e in self.suite.stream("referral", "referrals") if t.startswith("referral/")}
        self.assertLessEqual({"offered", "accepted", "delivered", "confirmed"}, states)

    def one(self, kind, category):
        for topic, event in self.findings:
            d = event["data"]
            if topic.startswith("finding/") and d["kind"] == kind and d["category"] == category and d["state"] == "open":
                return d
        self.fail(f"no {kind} of {category}")

    def test_05_explain_adds_up(self):
        finding = self.one("newly_qualifies", "dibao")
        text = self.suite.plimsoll("explain", finding["household"], "--as-of", finding["date"]).stdout
        self.assertIn("dibao", text)
        tree = json.loads(self.suite.plimsoll("explain", finding["household"], "--as-of", finding["date"], "--json").stdout)
        self.assertEqual(tree["household"], finding["household"])
        self.assertIn("categories", tree)

    def test_05b_every_decision_can_be_computed_again(self):
        """Each version of a finding, explained as known at its position on its day, says what the finding says."""
        checked = 0
        for household in sorted({e["data"]["household"] for t, e in self.findings if t.startswith("finding/")})[:120:2]:
            for entry in self.suite.ask("comparison", "plimsoll.comparison.chain.v1", {"household": household})["entries"]:
                if entry["what"] != "finding" or entry["finding"]["state"] == "withdrawn":
                    continue
                f = entry["finding"]
                tree = self.suite.ask("comparison", "plimsoll.comparison.explain.v1",
                                      {"household": household, "known_at": entry["position"], "as_of": f["date"]})
                if not tree["assessed"]:
                    continue  # nobody was left
                self.assertEqual((tree["policy"], tree["counted"]), (f["policy"], f["members"]))
                self.assertIn((f["finding"], f["version"]), {(o["finding"], o["version"]) for o in tree["findings"]})
                told = next(c for c in tree["categories"] if c["category"] == f["category"] and c.get("person") == f.get("person")) \
                    if f["rule"] != "death" else None
                if told and f["kind"] in ("newly_qualifies", "category_change", "entitlement_not_drawn", "hardship_warning"):
                    self.assertEqual(told["answer"], "yes", f)
                    checked += 1
                if told and f["kind"] in ("newly_qualifies", "benefit_change", "category_change"):
                    self.assertEqual((told.get("amount") if "monthly_money" in f else None), f.get("monthly_money"), f)
                    self.assertEqual(told.get("margin_ratio"), f.get("margin", told.get("margin_ratio")), f)
        self.assertGreater(checked, 30)

    def test_06_chain_leads_from_record_to_outcome(self):
        visited = next(e["data"] for t, e in self.suite.stream("alerting", "alerts")
                       if t.startswith("alert/") and e["data"]["state"] == "referred" and e["data"]["kind"] == "hardship_warning")
        text = self.suite.plimsoll("chain", visited["household"]).stdout
        days = [line[:10] for line in text.splitlines() if not line.startswith("            ")]
        self.assertEqual(days, sorted(days))
        self.assertNotIn(" " * 10, days, "each step has its day")
        for word in ("medical.settlements", "hardship_warning", "visit", "referral"):
            self.assertIn(word, text)

    def test_07_every_event_keeps_its_correlation(self):
        found = {e["data"]["finding"] for t, e in self.findings if t.startswith("finding/")}
        for service, stream in (("alerting", "alerts"), ("referral", "referrals")):
            for _, event in self.suite.stream(service, stream):
                self.assertIn(event["correlationid"], found)
                self.assertIn("causationid", event)

    def test_08_no_document_number_behind_the_door(self):
        numbers = {r["resident_id"] for path in self.county.glob("*/hrss.wages.ndjson") for r in read_lines(path)}
        self.assertGreater(len(numbers), 100)
        dump = self.suite.lib(f'PGPASSFILE=$VAR/secrets/pgpass "$PG_BIN/pg_dump" -h 127.0.0.1 -p "$PG_PORT" -U postgres --inserts plimsoll')
        logs = "".join(p.read_text(errors="replace") for p in (self.suite.var / "log").glob("*.log"))
        for number in list(numbers)[:2000]:
            self.assertNotIn(number, dump)
            self.assertNotIn(number.encode().hex(), dump)
            self.assertNotIn(number, logs)

    def test_09_sending_again_changes_nothing(self):
        before = self.suite.psql("select max(seq) from comparison.stream")
        self.suite.plimsoll("play", self.county, "--no-visits")
        self.assertEqual(self.suite.psql("select max(seq) from comparison.stream"), before)
        found = openings(self.suite.stream("comparison", "findings"))
        self.assertEqual(found, openings(self.findings))

    def test_10_verify_passes_then_names_the_changed_row(self):
        self.suite.rest()
        self.suite.plimsoll("verify")
        for service in ("intake", "comparison", "alerting", "referral"):
            row = self.suite.psql(f"select name || '/' || seq from {service}.stream where name <> 'audit' order by seq offset 3 limit 1")
            name, seq = row.split("/")
            where = f"name = '{name}' and seq = {seq}"
            self.suite.psql(f"create table if not exists public.kept as select payload from {service}.stream where {where}")
            self.suite.psql(f"update {service}.stream set payload = set_byte(payload, 40, get_byte(payload, 40) # 1) where {where}")
            broken = self.suite.plimsoll("verify", check=1)
            self.assertIn(f"{name} {seq}", broken.stdout + broken.stderr)
            self.suite.psql(f"update {service}.stream set payload = (select payload from public.kept) where {where}; drop table public.kept")
            self.suite.plimsoll("verify")

    def test_11_a_recomputed_chain_is_found_out_too(self):
        sys.path.insert(0, str(ROOT / "tests" / "reference"))
        from chain import rechain  # the chain's definition, written a second time
        row = int(self.suite.psql("select seq from alerting.stream where name = 'alerts' order by seq offset 5 limit 1"))
        self.suite.psql(f"create table public.kept as select * from alerting.stream")
        self.suite.psql(f"update alerting.stream set payload = set_byte(payload, 40, get_byte(payload, 40) # 1) where name = 'alerts' and seq = {row}")
        rechain(self.suite, "alerting", "alerts", row)
        broken = self.suite.plimsoll("verify", check=1)
        self.assertIn(f"alerts {row}", broken.stdout + broken.stderr)
        self.suite.psql("truncate alerting.stream; insert into alerting.stream select * from public.kept; drop table public.kept")
        self.suite.plimsoll("verify")

    def test_12_prices_and_supporters_come_all_the_way(self):
        """Facts of a place, and the link from a person to a legal supporter, from the door to where assessments read them."""
        self.assertEqual(self.suite.psql("select region from comparison.region"), json.loads((self.county / "county.json").read_text())["county"])
        homes = [h for h in read_lines(self.county / "00-register" / "civil.households.ndjson") if not h.get("closed")]
        parent, child = (h["members"][0]["resident_id"] for h in homes[:2])
        link = {"support_no": "S-1", "resident_id": parent, "statement": "supporter", "supporter_id": child, "relation": "child",
                "dependants": 2, "agreed_amount": "300.00", "from": "2024-01-01"}

        def links():
            return int(self.suite.psql("select count(*) from comparison.support"))
        before = links()  # of the county's own people
        with self.suite.client("intake", "civil") as civil:
            self.assertEqual(civil.batch("civil.supporters", [link, {**link, "support_no": "S-2", "supporter_id": parent}])["accepted"], 1)
            wait_for("the link", lambda: links() == before + 1)
            self.assertEqual(civil.batch("civil.supporters", [{"support_no": "S-1", "retracted": True}])["accepted"], 1)
            wait_for("the link to go", lambda: links() == before)


if __name__ == "__main__":
    unittest.main(verbosity=2)
