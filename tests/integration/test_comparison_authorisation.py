# SPDX-License-Identifier: Apache-2.0
"""What needs a person's authorisation, as a process shows it: explain names what is there and not used, also of the past; the long
questions count like the findings; the setting is followed at HUP.

Run it through pg_temp.sh -s comparison.
"""
import pathlib
import signal
import tempfile
import unittest

from alerting_harness import derive, psql, wait_for
from comparison_harness import World, household, put

H1, P1, P2 = derive("household", "h1"), derive("person", "p1"), derive("person", "p2")


class Configured(World):
    """Reads the setting from a file, so that HUP changes it."""

    def __init__(self, config, **settings):
        self.config = config
        super().__init__(**settings)

    def args(self):
        return ["--config", str(self.config), *super().args()]


def letter(key, person, start, to=None):
    return put(key, person, "authorisation.check", start, to=to)


class Authorisation(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="plimsoll-authorisation-", dir="/tmp")
        cls.addClassCleanup(folder.cleanup)
        cls.config = pathlib.Path(folder.name) / "comparison.yaml"
        cls.config.write_text("require_authorisation: true\n")
        cls.world = Configured(cls.config)
        cls.world.__enter__()
        cls.addClassCleanup(cls.world.__exit__, None, None, None)
        cls.world.start()
        cls.world.wait_ready()
        cls.world.facts("civil.households", [household("h1", ["p1", "p2"]), household("h2", ["p3"])])
        cls.world.facts("civil.declarations", [put("d1", "p1", "income.business", "2023-01-01", 10000), put("d2", "p3", "income.business", "2023-01-01", 10000)])
        cls.world.facts("hrss.wages", [put("w1", "p1", "income.wage", "2023-01-01", 20000), put("w2", "p2", "income.wage", "2023-01-01", 500000),
                                       put("w3", "p2", "income.wage", "2023-02-01", 1000)], protected=True)
        cls.world.wait_applied()
        cls.ask("tick", {"to": "2024-03-01"})

    @classmethod
    def ask(cls, verb, data):
        return cls.world.client().ask(verb, data)

    def send(self, dataset, records, **more):
        self.world.facts(dataset, records, **more)
        self.world.wait_applied()
        return len(self.world.intake.events)

    def open(self):
        rows = psql("SELECT household, category, monthly FROM comparison.finding WHERE open AND kind = 'newly_qualifies' ORDER BY 1").splitlines()
        return {tuple(r.split("|")[:2]): int(r.split("|")[2] or 0) for r in rows}

    def income(self, tree):
        return next(v["value"] for v in tree["values"] if v["name"] == "income.annual")

    def test_1_explain_names_what_is_not_used(self):
        tree = self.ask("explain", {"household": H1})
        self.assertTrue(tree["authorisation_required"])
        self.assertEqual(tree["not_used"], [
            {"person": P1, "as": "member", "dataset": "hrss.wages", "records": 1, "reason": "no_authorisation", "on": "2024-03-01"},
            {"person": P2, "as": "member", "dataset": "hrss.wages", "records": 2, "reason": "no_authorisation", "on": "2024-03-01"}])
        self.assertEqual(self.income(tree), "1200.00")
        self.assertNotIn("5000.00", str(tree))
        self.assertIn((H1, "dibao"), self.open())

    def test_2_late_it_counts_at_once_and_the_past_stays(self):
        before = len(self.world.intake.events)
        self.send("civil.authorisations", [letter("a2", "p2", "2024-02-01", "2024-03-05")])
        tree = self.ask("explain", {"household": H1})
        self.assertEqual([n["person"] for n in tree["not_used"]], [P1])
        self.assertEqual([(a["person"], a["in_force"]) for a in tree["authorisations"]], [(P2, True)])
        self.assertGreater(float(self.income(tree)), 40000)
        self.assertNotIn((H1, "dibao"), self.open())
        # what changed is the letter, and what it lets be used
        self.assertLessEqual({("came", "civil.authorisations"), ("came", "hrss.wages")}, {(r["what"], r["dataset"]) for r in tree["changed"]["records"]})
        then = self.ask("explain", {"household": H1, "known_at": before})
        self.assertEqual([n["person"] for n in then["not_used"]], [P1, P2])
        self.assertEqual(self.income(then), "1200.00")
        # before its first day, and after its last, as known now
        for day in ("2024-01-31", "2024-03-05"):
            self.assertEqual([n["on"] for n in self.ask("explain", {"household": H1, "as_of": day})["not_used"]], [day, day])

    def test_3_the_day_ends_it(self):
        self.ask("tick", {"to": "2024-03-04"})
        self.assertNotIn((H1, "dibao"), self.open())
        self.ask("tick", {"to": "2024-03-05"})
        self.assertIn((H1, "dibao"), self.open())
        self.assertEqual(self.ask("compare", {})["changed"], 0)

    def test_4_long_questions_count_alike(self):
        def counted(on):
            return self.ask("list", {"category": "dibao", "on": on})["periods"][0]["households"]
        self.assertEqual((counted("2024-03-04"), counted("2024-03-05")), (1, 2))
        both = self.ask("list", {"category": "dibao", "from": "2024-02", "to": "2024-03"})["periods"]
        self.assertEqual([p["households"] for p in both], [1, 2])
        reply = self.ask("simulate", {"sets": ["dibao.standard=821"]})
        dibao = next(c for c in reply["categories"] if c["category"] == "dibao")
        self.assertEqual(dibao["in_force"]["after"]["households"], 2)

    def test_5_the_setting_is_followed(self):
        position = len(self.world.intake.events)
        self.config.write_text("require_authorisation: false\n")
        self.world.process.send_signal(signal.SIGHUP)
        wait_for("all to be assessed again", lambda: (H1, "dibao") not in self.open())
        self.assertEqual((self.ask("explain", {"household": H1})["not_used"], self.ask("explain", {"household": H1})["authorisation_required"]), ([], False))
        then = self.ask("explain", {"household": H1, "known_at": position - 1, "as_of": "2024-03-05"})
        self.assertTrue(then["authorisation_required"])
        self.assertEqual(len(then["not_used"]), 2)
        self.config.write_text("require_authorisation: true\n")
        self.world.process.send_signal(signal.SIGHUP)
        wait_for("all to be assessed again", lambda: (H1, "dibao") in self.open())


if __name__ == "__main__":
    unittest.main()
