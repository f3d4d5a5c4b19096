# SPDX-License-Identifier: Apache-2.0
"""What an operator has intake do, by the command line: a batch back, a whole list confirmed or not, sealed fields, a person erased."""
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from harness import SLOW, Suite  # noqa: E402
from people import person  # noqa: E402


def child(n):
    return {"resident_id": person(n, "20150505"), "name": f"孩子{n}", "class": "orphan", "since": "2023-01-01", "monthly_amount": "1500"}


def wage(n, amount):
    return {"resident_id": person(n), "employer": "E", "month": "2024-04", "amount": amount}


class IntakeCommands(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.suite = Suite("intake-commands", services=["intake"])
        try:
            cls.suite.start()
            with cls.suite.client("intake", "civil") as civil:
                done = civil.batch("civil.households", [{
                    "household_no": "H1", "region": "320681100201", "area": "rural", "effective_on": "2023-12-31", "phone": "13900000001",
                    "members": [{"resident_id": person(1), "name": "王甲", "relation": "head"}]}])
            assert done["accepted"] == 1, done
        except BaseException:
            cls.suite.stop(keep=True)
            raise

    @classmethod
    def tearDownClass(cls):
        cls.suite.stop()

    def run_(self, *args, **more):
        return self.suite.plimsoll(*args, **more)

    def json(self, *args):
        return json.loads(self.run_(*args, "--json").stdout)

    def person(self):
        with self.suite.client("intake") as operator:
            return operator.ask("plimsoll.intake.find.v1", {"document": person(1), "reason": "a test"})["person"]

    def test_a_batch_is_taken_back(self):
        with self.suite.client("intake", "hrss") as hrss:
            hrss.batch("hrss.wages", [wage(1, "10.00"), wage(2, "20.00")], "wrong-one")
        self.assertIn("usage: plimsoll retract", self.run_("retract", "hrss.wages", check=2).stderr)
        self.assertIn("plimsoll:", self.run_("retract", "hrss.wages", "no-such", check=2).stderr)
        self.assertEqual(self.json("retract", "hrss.wages", "wrong-one")["retracted"], 2)
        self.run_("retract", "hrss.wages", "wrong-one", check=2)  # it is gone

    def test_a_list_waits_for_a_person(self):
        def send(id_, as_of, count):
            with self.suite.client("intake", "civil") as civil:
                return civil.batch("civil.children", [child(n) for n in range(count)], id_, snapshot={
                    "id": id_, "part": 1, "parts": 1, "count": count, "as_of": as_of})

        send("first", "2024-05-31", 20)
        send("second", "2024-06-30", 2)  # nearly all would end: nothing does
        told = self.run_("status", "--timeout", 1 * SLOW, check=None).stdout
        self.assertRegex(told, r"civil\.children +second: needs_confirmation, 1 of 1 parts; .*\n +accepting it would end 18 of 20 entries\n"
                               r" +to accept it: plimsoll confirm civil\.children --accept second\n +to refuse it: plimsoll confirm civil\.children --refuse second\n")
        self.assertIn("--accept or --refuse", self.run_("confirm", "civil.children", "second", check=2).stderr)
        self.assertIn("--accept or --refuse", self.run_("confirm", "civil.children", "second", "--accept", "--refuse", check=2).stderr)
        self.run_("confirm", "civil.children", "second", "--refuse")
        self.assertNotIn("second: needs", self.run_("status", "--timeout", 1 * SLOW, check=None).stdout)
        send("third", "2024-06-30", 2)
        self.assertEqual(self.json("confirm", "civil.children", "third", "--accept")["state"], "applied")

    def test_reveal_and_erase(self):
        who = self.person()
        self.assertIn("--reason", self.run_("reveal", who, "--fields", "name", check=2).stderr)
        self.assertEqual(self.json("reveal", who, "--fields", "name,phone", "--reason", "入户走访"), {"person": who, "name": "王甲", "phone": "13900000001"})
        self.assertRegex(self.run_("reveal", who, "--fields", "name", "--reason", "入户走访").stdout, r"(?m)^name +王甲$")
        self.run_("keys", "grant-key")
        self.suite.end("intake")
        self.suite.spawn("intake")
        self.suite.wait_ready("intake")
        grant = self.suite.var / "grant.json"
        grant.write_text(self.run_("keys", "grant", "--to", "operator", "--person", who, "--fields", "name", "--reason", "走访", "--until", "2099-01-01").stdout)
        self.assertEqual(self.json("reveal", who, "--fields", "name", "--reason", "走访", "--grant", grant), {"person": who, "name": "王甲"})
        self.run_("reveal", who, "--fields", "phone", "--reason", "走访", "--grant", grant, check=2)  # not granted
        self.assertIn("--order", self.run_("erase", who, "--reason", "本人申请", check=2).stderr)
        self.assertEqual(self.json("erase", who, "--order", "E-2024-1", "--reason", "本人申请")["order"], "E-2024-1")
        self.run_("reveal", who, "--fields", "name", "--reason", "走访", check=2)


if __name__ == "__main__":
    unittest.main(verbosity=2)
