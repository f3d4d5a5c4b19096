# SPDX-License-Identifier: Apache-2.0
"""Newborns, strangers and corrected numbers through the whole suite: departments send in any order, who is whom is told at any moment,
stations die in between; in the end all is as if the right number had been known from the start."""
import collections
import json
import pathlib
import random
import sys
import unittest

import zmq

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness import Refused, Suite, wait_for  # noqa: E402

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
HOMES = 6


def number(born, n):
    body = f"990000{born}{n:03d}"
    return body + "10X98765432"[sum(int(c) * w for c, w in zip(body, WEIGHTS)) % 11]


def head(n):
    return number("19700305", n)


def wrong(n):
    """How the head's number was first written: two digits changed places, and it is somebody's all the same."""
    return number("19700503", n)


def child(n):
    return number("20230911", n)


def certificate(n):
    return f"Q32012{n:04d}"


def records(right):
    """(dataset, record); `right`: as it is when everybody's number is known."""
    out = []
    for n in range(1, HOMES + 1):
        baby = {"resident_id": child(n)} if right else {"birth_certificate_no": certificate(n), "sex": "m" if n % 2 else "f", "born": "2023-09-11"}
        out.append(("civil.households", {"household_no": f"P-{n}", "region": "320681100207", "area": "rural", "effective_on": "2023-10-01",
                                         "members": [{"resident_id": head(n), "name": f"户主{n}", "relation": "head"},
                                                     {**baby, "name": f"婴儿{n}", "relation": "child"}]}))
        for month in ("2024-01", "2024-02"):
            out.append(("hrss.wages", {"resident_id": head(n) if right or month == "2024-02" else wrong(n), "employer": "E", "month": month,
                                       "amount": f"{300 + 400 * (n % 3)}.00"}))
        out.append(("dpf.certificates", {"certificate_no": f"{n:020d}", "resident_id": child(n), "name": f"婴儿{n}", "type": "physical", "grade": 1,
                                         "issued_on": "2024-01-03", "expires_on": "2034-01-03"}))
        out.append(("medical.settlements", {"settlement_no": f"S{n}", "resident_id": head(n) if right else wrong(n), "hospital": "H", "admitted_on": "2024-01-02",
                                            "settled_on": "2024-01-09", "total": "40000.00", "fund_paid": "10000.00", "self_paid": f"{15000 + 5000 * (n % 2)}.00"}))
        who = {"resident_id": child(n)} if right else {"birth_certificate_no": certificate(n)}
        if n % 2:
            out.append(("civil.children", {**who, "name": f"婴儿{n}", "class": "unattended", "since": "2023-12-01", "monthly_amount": "1200.00"}))
    return out


def identities():
    registered = {"region": "320681100207", "area": "rural"}
    return [("police.residents", {"resident_id": child(n), "name": f"婴儿{n}", "registered_on": "2024-02-01", "birth_certificate_no": certificate(n), **registered})
            for n in range(1, HOMES + 1)] + \
           [("police.residents", {"resident_id": head(n), "name": f"户主{n}", "registered_on": "1980-01-01", "former_resident_id": wrong(n), **registered})
            for n in range(1, HOMES + 1)]


def registered():
    return [(d, {k: v for k, v in r.items() if k not in ("birth_certificate_no", "former_resident_id")}) for d, r in identities()]


class Persons(unittest.TestCase):
    def send(self, suite, dataset, record, id_):
        """Until it is answered: whoever died is asked again with the same id."""
        def answered():
            try:
                with suite.client("intake", dataset.split(".")[0]) as c:
                    return c.batch(dataset, [record], id_=id_, seconds=5)
            except Refused as refused:
                if refused.data.get("code") not in ("not_ready", "busy"):
                    raise
            except (AssertionError, zmq.ZMQError):
                pass
            return None
        receipt = wait_for(f"a receipt of {dataset}", answered)
        self.assertEqual(receipt["accepted"], 1, receipt)

    def state(self, suite):
        """What is open, by business keys; people by their numbers."""
        names = {}
        for document in [f(n) for n in range(1, HOMES + 1) for f in (head, child)]:
            try:
                names[suite.ask("intake", "plimsoll.intake.find.v1", {"document": document, "reason": "a test"})["person"]] = document
            except Refused:
                pass
        findings, alerts = {}, {}
        for topic, event in suite.stream("comparison", "findings"):
            if topic.startswith("finding/"):
                findings[event["data"]["finding"]] = event["data"]
        for _, event in suite.stream("alerting", "alerts"):
            alerts[event["data"]["alert"]] = event["data"]
        return (collections.Counter((f["household"], f["kind"], f["category"], names.get(f.get("person"), f.get("person")), f.get("monthly_money"), f["members"])
                                    for f in findings.values() if f["state"] != "withdrawn"),
                collections.Counter((a["household"], a["kind"], a["category"], a["level"],
                                     tuple(sorted(str(names.get(f.get("person"), f.get("person"))) for f in a["findings"] if f["state"] != "withdrawn")))
                                    for a in alerts.values() if a["state"] != "closed"))

    def run_suite(self, seed=None):
        suite = Suite("persons", sets={"comparison": {"clock": "manual"}})
        failed = True
        try:
            suite.departments = suite.departments + ["health"]
            suite.start()
            todo = [("tick", "2024-03-01")] if seed is None else []
            if seed is None:
                todo = [(d, r) for d, r in records(True) + registered()] + todo
            else:
                chance = random.Random(seed)
                todo = records(False) + identities()
                chance.shuffle(todo)
                todo.insert(len(todo) // 2, ("tick", "2024-03-01"))
                for at in sorted(chance.sample(range(len(todo)), 8), reverse=True):
                    todo.insert(at, ("kill", chance.choice(["intake", "comparison", "comparison", "alerting"])))
            for i, (what, value) in enumerate(todo):
                if what == "tick":
                    suite.rest()
                    suite.plimsoll("tick", "--to", value)
                elif what == "kill":
                    suite.kill(value)
                    suite.spawn(value)
                    suite.wait_ready(value)
                else:
                    self.send(suite, what, value, f"{i}")
            suite.rest()
            suite.plimsoll("compare")
            suite.rest()
            got = self.state(suite)
            if seed is not None:
                self.look_at(suite)
            suite.dashboard_rest()
            suite.plimsoll("verify")
            failed = False
            return got
        finally:
            suite.stop(keep=failed)

    def look_at(self, suite):
        """What the command line tells."""
        wait_for("the people who are known to be somebody else to be counted",
                 lambda: f"{2 * HOMES} known to be somebody else" in suite.plimsoll("status", check=None).stdout)
        found = suite.plimsoll("find", "--reason", "a test", stdin=f"birth_certificate {certificate(1)}\n").stdout
        person = found.split()[1]
        self.assertIn("also", found)
        entry = json.loads(suite.plimsoll("explain", "P-1", "--json").stdout)
        listed = entry["members"][1]
        self.assertEqual((listed["is"], [a["person"] for a in listed["also"]]), (person, [listed["person"]]))
        self.assertIn("known", listed["also"][0])
        self.assertIn("also known under another number", suite.plimsoll("explain", "P-1").stdout)
        self.check_somebody(suite)
        # Told by a person; numbers come from standard input alone.
        answer = suite.plimsoll("persons", "merge", "--reason", "found in the files", stdin=f"birth_certificate {certificate(1)}\n{child(1)}\n").stdout
        self.assertIn(f"{person} already", answer)
        refused = suite.plimsoll("persons", "merge", "--reason", "found in the files", stdin="birth_certificate Q999999999\n" + child(1), check=2)
        self.assertIn("no department has sent", refused.stderr)
        self.assertNotIn("Q999999999", refused.stderr)
        # One number, two people: apart, and together again.
        before = self.state(suite)
        one = suite.plimsoll("persons", "find", "--reason", "a test", stdin=head(2)).stdout.split()[1]
        told = json.loads(suite.plimsoll("persons", "split", one, "--reason", "two people", "--departments", "medical", "--json").stdout)
        suite.rest()
        self.assertNotEqual(self.state(suite), before)
        suite.plimsoll("persons", "merge", "--reason", "one after all", "--from", told["to"], "--into", one)
        suite.rest()
        self.assertEqual(self.state(suite), before)
        self.erase_somebody(suite)

    def check_somebody(self, suite):
        """An applicant is checked: the report prints to the same bytes again, in both languages."""
        why = ("--reason", "applies for dibao")
        first = suite.plimsoll("check", *why, "--category", "dibao", stdin=head(2)).stdout
        report = first.splitlines()[0].split()[-1]
        self.assertNotIn(head(2).strip(), first)
        for part in ("WHO", "SOURCES", "CONCLUSION", "medical.settlements", "for        dibao"):
            self.assertIn(part, first)
        zh = suite.plimsoll("check", "--report", report, "--lang", "zh").stdout
        for part in ("家庭经济状况信息核对报告", "核对对象", "数据来源", "核对结论"):
            self.assertIn(part, zh)
        suite.plimsoll("check", "--object", report, stdin="the settlement is not theirs\n")
        again = suite.plimsoll("check", "--again", report, "--reason", "looked at once more").stdout
        self.assertIn(f"after report {report}", again)
        self.assertIn("the settlement is not theirs", again)
        printed = suite.plimsoll("check", "--report", report)
        self.assertEqual(printed.stdout, first)
        self.assertIn("checked again on", printed.stderr)
        self.assertEqual(json.loads(suite.plimsoll("check", "--report", report, "--json").stdout)["report"], report)
        month = json.loads(suite.plimsoll("check", "--report", report, "--json").stdout)["day"][:7]
        total = json.loads(suite.plimsoll("check", "--count", month, "--json").stdout)["total"]
        self.assertEqual([total[k] for k in ("households", "first", "again", "objections")], [1, 1, 1, 1])
        self.assertIn("first checks", suite.plimsoll("check", "--count", month).stdout)
        suite.plimsoll("check", stdin=head(2), check=2)  # without a reason
        self.assertIn("full comparison all: next", suite.plimsoll("status", check=None).stdout)

    def explained(self, suite):
        """Every household as it stands and as of every version of its findings, and whole chains: as printed."""
        out = {}
        for home in (f"P-{n}" for n in range(1, HOMES + 1)):
            chain = suite.plimsoll("chain", home, "--json").stdout
            versions = [e["entry"]["seq"] for e in json.loads(chain) if e["entry"]["what"] == "finding"]
            self.assertGreater(len(versions), 0)
            out[home] = [chain] + [suite.plimsoll("explain", home, "--json", *more).stdout
                                   for more in [(), *(("--known-at", f"findings/{v}") for v in versions)]]
        return out

    def erase_somebody(self, suite):
        """By an order.  What told who it is goes; everybody is explained to the same bytes as before, and nobody's explanation ever held
        what has gone; what comes later under the document is about somebody new."""
        gone = [child(1), certificate(1), "婴儿1"]
        before = self.explained(suite)
        for text in (t for texts in before.values() for t in texts):
            self.assertFalse([g for g in gone if g in text])
        person = suite.plimsoll("find", "--reason", "a test", stdin=child(1)).stdout.split()[1]
        self.assertIn(person, "".join(before["P-1"]))
        suite.plimsoll("erase", person, "--order", "order 17 of 2024", "--reason", "asked by the parents")
        suite.rest()
        self.assertEqual(self.explained(suite), before)
        for refused in (suite.plimsoll("reveal", person, "--fields", "name", "--reason", "a test", check=2),
                        suite.plimsoll("find", "--reason", "a test", stdin=child(1), check=2),
                        suite.plimsoll("find", "--reason", "a test", stdin=f"birth_certificate {certificate(1)}\n", check=2)):
            self.assertFalse([g for g in gone if g in refused.stdout + refused.stderr])
        self.send(suite, "dpf.certificates", {"certificate_no": f"{900:020d}", "resident_id": child(1), "name": "婴儿1", "type": "mental",
                                              "grade": 1, "issued_on": "2024-02-03", "expires_on": "2034-01-03"}, "after the erasure")
        suite.rest()
        self.assertNotEqual(suite.ask("intake", "plimsoll.intake.find.v1", {"document": child(1), "reason": "a test"})["person"], person)
        self.assertEqual(self.explained(suite), before)

    def test_as_if_known_from_the_start(self):
        right = self.run_suite()
        self.assertGreater(sum(right[0].values()), HOMES, right)
        for seed in (1, 2):
            with self.subTest(seed=seed):
                got = self.run_suite(seed)
                self.assertEqual(got[0], right[0])
                self.assertEqual(got[1], right[1])


if __name__ == "__main__":
    unittest.main(verbosity=2)
