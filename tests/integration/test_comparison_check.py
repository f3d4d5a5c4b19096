# SPDX-License-Identifier: Apache-2.0
"""The check of an applicant: what each source said, whom it was not asked about, the same bytes later, objections and checks
again, and the counts of them.

Run it through pg_temp.sh -s comparison.
"""
import json
import unittest
import uuid

from alerting_harness import Refused, derive, psql
from comparison_harness import World, household, put

H1, H2, P1, P2, P3 = (derive(*x) for x in (("household", "h1"), ("household", "h2"), ("person", "p1"), ("person", "p2"), ("person", "p3")))
REASON = "applies for dibao, acceptance 17 of 2024"


def written(report):
    return json.dumps(report, separators=(",", ":"), ensure_ascii=False)


class Check(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World()
        cls.world.__enter__()
        cls.addClassCleanup(cls.world.__exit__, None, None, None)
        cls.world.key("desk", regions="320681100", commands="comparison.check")
        cls.world.key("elsewhere", regions="320681101", commands="comparison.check")
        cls.world.start()
        cls.world.wait_ready()
        cls.world.facts("civil.households", [household("h1", ["p1", "p2"]), household("h2", ["p3"])])
        cls.world.facts("civil.declarations", [put("d1", "p1", "income.business", "2023-01-01", 10000)])
        cls.world.facts("civil.supporters", [put("s1", "p1", "support.child", "2020-01-01", persons=[P3])])
        cls.world.facts("civil.authorisations", [put("a1", "p1", "authorisation.check", "2024-01-01")])
        cls.world.facts("hrss.wages", [put("w1", "p1", "income.wage", "2023-01-01", 20000), put("w2", "p2", "income.wage", "2023-01-01", 777700)],
                        protected=True, received="2024-02-29")
        cls.world.wait_applied()
        cls.world.client().ask("tick", {"to": "2024-03-01"})

    def ask(self, act, key="operator", id_=None, **data):
        return self.world.client(key).ask("check", {"act": act, **data}, id_)

    def refused(self, code, pointer=None, **more):
        with self.assertRaises(Refused) as caught:
            self.ask(**more)
        self.assertEqual(caught.exception.code, code)
        if pointer:
            self.assertEqual(caught.exception.data["pointer"], pointer)

    def source(self, report, dataset):
        return next(s for s in report["sources"] if s["dataset"] == dataset)

    def test_1_what_each_source_said(self):
        type(self).first = reply = self.ask("check", person=P1, category="dibao", reason=REASON)
        report = reply["report"]
        self.assertEqual((report["check"], report["household"], report["person"], report["category"], report["day"], report["position"]),
                         ("first", H1, P1, "dibao", "2024-03-01", 5))
        self.assertEqual([(p["person"], p["as"], p["authorised"]) for p in report["people"]],
                         [(P1, "member", True), (P2, "member", False), (P3, "supporter", False)])
        wages = self.source(report, "hrss.wages")
        self.assertEqual((wages["department"], wages["protected"], wages["last"]["seq"], wages["last"]["received"]), ("hrss", True, 5, "2024-02-29"))
        self.assertEqual([p["answer"] for p in wages["people"]], ["said", "not_asked", "not_asked"])
        said = wages["people"][0]
        self.assertEqual((said["records"], said["newest"]), (1, {"seq": 5, "from": "2023-01-01"}))
        self.assertEqual([(v["kind"], v["value"], v["seq"]) for v in said["values"]], [("income.wage", "200.00", 5)])
        # nothing tells what stands where nobody may look, not even whether anything does
        self.assertNotIn("7777.00", str(report))
        self.assertNotIn("not_used", report["explanation"])
        declared = self.source(report, "civil.declarations")
        self.assertFalse(declared["protected"])
        self.assertEqual([p["answer"] for p in declared["people"]], ["said", "nothing", "nothing"])
        self.assertEqual(self.source(report, "civil.households")["last"]["seq"], 1)
        never = [s["dataset"] for s in report["sources"] if s["last"] is None]
        self.assertIn("tax.income", never)  # the policy reads it, and nothing has come
        dibao = next(c for c in report["explanation"]["categories"] if c["name"] == "dibao")
        self.assertIn(dibao["answer"], ("yes", "no", "unknown"))
        alone = self.world.client().ask("explain", {"household": H1})
        self.assertEqual(report["explanation"]["categories"], alone["categories"])

    def test_2_the_same_bytes_later(self):
        report = self.first["report"]["report"]
        body = psql(f"SELECT body FROM comparison.check_report WHERE report = '{report}'")
        self.assertEqual(written(self.first["report"]), body)
        self.world.facts("civil.declarations", [put("d1", "p1", "income.business", "2023-01-01", 90000)])
        self.world.wait_applied()
        self.world.client().ask("tick", {"to": "2024-03-05"})
        again = self.ask("report", report=report)
        self.assertEqual((written(again["report"]), again["digest"]), (body, self.first["digest"]))

    def test_3_objection_and_check_again(self):
        report = self.first["report"]["report"]
        self.refused("bad_data", "/reason", act="object", report=report, reason="x")
        self.refused("bad_data", "/reason", act="object", report=report, reason="it is 110101199003078515 who earns that")
        told = self.ask("object", report=report, reason="the business was closed in June 2023")
        self.assertEqual([o["reason"] for o in told["objections"]], ["the business was closed in June 2023"])
        self.world.facts("civil.declarations", [put("d1", "p1", "income.business", "2023-01-01", 30000, to="2023-06-01")])
        self.world.wait_applied()
        id_ = str(uuid.uuid4())
        type(self).second = second = self.ask("again", id_=id_, report=report, reason="the declaration was corrected")
        self.assertEqual(self.ask("again", id_=id_, report=report, reason="the declaration was corrected"), second)  # sent twice, made once
        self.assertEqual((second["report"]["report"], second["report"]["check"], second["report"]["of"], second["report"]["of_digest"]),
                         (id_, "again", report, self.first["digest"]))
        self.assertEqual([o["reason"] for o in second["report"]["objections"]], ["the business was closed in June 2023"])
        self.assertEqual([v["value"] for v in self.source(second["report"], "civil.declarations")["people"][0]["values"]], ["300.00"])
        first = self.ask("report", report=report)
        self.assertEqual((first["digest"], [x["report"] for x in first["later"]]), (self.first["digest"], [id_]))
        acts = psql("SELECT what, actor, key, coalesce(reason, '-') FROM comparison.check_act ORDER BY at").splitlines()
        self.assertEqual(acts, [f"checked|operator|operator|{REASON}", "shown|operator|operator|-",
                                "objected|operator|operator|the business was closed in June 2023",
                                "checked|operator|operator|the declaration was corrected", "shown|operator|operator|-"])

    def test_4_counts(self):
        self.ask("check", key="desk", household=H2, reason=REASON)
        counted = self.ask("count", month="2024-03")
        self.assertEqual(counted["total"], {"households": 2, "people": 3, "first": 2, "again": 1, "objections": 1})
        self.assertEqual(counted["townships"], [{"region": "320681100", **counted["total"]}])
        nothing = {"households": 0, "people": 0, "first": 0, "again": 0, "objections": 0}
        for more in ({"month": "2024-02"}, {"month": "2024-04"}, {"month": "2024-03", "region": "320681101"}):
            self.assertEqual((self.ask("count", **more)["total"], self.ask("count", **more)["townships"]), (nothing, []), more)
        counts = self.world.client().ask("status", {})["counts"]
        self.assertEqual((counts["checks"], counts["checks_again"]), (2, 1))
        self.world.kill()
        self.world.start()
        self.world.wait_ready()
        counts = self.world.client().ask("status", {})["counts"]
        self.assertEqual((counts["checks"], counts["checks_again"]), (2, 1))

    def test_5_what_may_be_asked(self):
        report = self.first["report"]["report"]
        self.refused("bad_data", "/act", act="look")
        self.refused("bad_data", "/reason", act="check", person=P1)
        self.refused("bad_data", "/category", act="check", person=P1, category="dibaoo", reason=REASON)
        self.refused("bad_data", "/month", act="count", month="2024-13")
        self.refused("not_found", act="check", person=derive("person", "nobody"), reason=REASON)
        self.refused("not_found", act="report", report=str(uuid.uuid4()))
        self.refused("forbidden", key="township", act="report", report=report)
        for act, data in (("check", {"person": P1, "reason": REASON}), ("report", {"report": report}), ("object", {"report": report, "reason": REASON}),
                          ("again", {"report": report, "reason": REASON}), ("count", {"month": "2024-03"})):
            self.refused("forbidden", key="elsewhere", act=act, **data)
        before = psql("SELECT count(*) FROM comparison.check_report")
        self.assertEqual(before, "3")


if __name__ == "__main__":
    unittest.main(verbosity=2)
