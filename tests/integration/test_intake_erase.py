#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A person is erased by an order: nothing leads from the pseudonym to them any more, nor from their document to the pseudonym."""
import json
import subprocess
import unittest
import uuid

from intake_world import DB, Refused, World, psql, resident_id, wage, wait_for

ERASE = "plimsoll.intake.erase.v1"
WHY = {"order": "民〔2024〕17号", "reason": "asked by the person"}


class Erase(unittest.TestCase):
    def setUp(self):
        self.world = World()
        self.addCleanup(lambda: self.world.close(failed=any(e for _, e in getattr(self._outcome, "errors", []) if e)))
        self.world.start()

    def find(self, n):
        return self.world.ask("plimsoll.intake.find.v1", {"document": resident_id(n), "reason": "a test"})["person"]

    def refuses(self, code, *args, **more):
        with self.assertRaises(Refused) as refused:
            self.world.ask(*args, **more)
        self.assertEqual(refused.exception.code, code, refused.exception.data)
        return refused.exception.data

    def sealed(self):
        return subprocess.run(["psql", "-X", "-At", DB, "-c", "select encode(sealed, 'hex') from intake.person_vault"], capture_output=True, text=True, check=True).stdout

    def test_nothing_leads_there_any_more(self):
        self.world.batch("hrss.wages", [wage(1), wage(2), wage(3)])
        escaped = "".join(f"\\u{ord(c):04x}" for c in resident_id(1))
        # Rejected records that name them: in its place, in a wrong one, within a text, with escapes; and others.
        self.world.batch("hrss.wages", [{"resident_id": resident_id(1)}, {"colour": f"number {resident_id(1)}!"}, wage(2, amount="-1.00"), {"bad": 1}, resident_id(1)])
        with self.world.client("hrss") as c:
            event = {"specversion": "1.0", "id": str(uuid.uuid4()), "source": "/departments/hrss", "type": "plimsoll.feed.batch.v1", "subject": "hrss.wages",
                     "time": "2024-06-30T08:00:00Z", "datacontenttype": "application/json", "data": {"records": [{"resident_id": "@"}]}}
            self.assertEqual(c.raw(json.dumps(event).replace("@", escaped).encode())["data"]["rejected"], 1)
        self.assertEqual(psql("select count(*) from intake.quarantine"), "6")
        person, other = self.find(1), self.find(2)
        facts = self.world.events()
        before = len(self.sealed().split())
        done = self.world.ask(ERASE, {"person": person, **WHY})
        self.assertEqual(done, {"person": person, "order": WHY["order"], "records": 4})
        # The rows.
        self.assertEqual(psql(f"select count(*) from intake.person where pseudonym = '{person}'"), "0")
        self.assertEqual(psql(f"select count(*) from intake.person_vault where pseudonym = '{person}'"), "0")
        self.assertEqual(len(self.sealed().split()), before - 1)
        left = self.world.ask("plimsoll.intake.rejects.v1", {"records": True})["rejects"]
        self.assertEqual([r["record"].get("bad", r["record"].get("resident_id")) for r in left], [resident_id(2), 1])
        # The ways.
        self.refuses("not_found", "plimsoll.intake.reveal.v1", {"person": person, "fields": ["document"], "reason": "a test"})
        self.refuses("not_found", "plimsoll.intake.find.v1", {"document": resident_id(1), "reason": "a test"})
        self.refuses("not_found", ERASE, {"person": person, **WHY})
        self.refuses("not_found", ERASE, {"person": str(uuid.uuid4()), **WHY})
        self.assertEqual(self.world.ask("plimsoll.intake.reveal.v1", {"person": other, "fields": ["document"], "reason": "a test"})["document"], resident_id(2))
        # What stays: the facts, and who had whom erased, by which order and why.
        self.assertEqual(self.world.events(), facts)
        entry = [e["data"] for e in self.world.events("audit") if e["data"]["action"] == "erase"]
        self.assertEqual(entry, [{"action": "erase", "actor": "operator", "key": "operator", "reason": WHY["reason"], "person": person, "order": WHY["order"]}])
        # The same document later is somebody new, in the running process (which knew the old pseudonym by heart) and after a start.
        self.world.batch("hrss.wages", [wage(1, "2024-06")])
        again = self.find(1)
        self.assertNotEqual(again, person)
        self.world.end()
        self.world.start()
        self.world.batch("hrss.wages", [wage(1, "2024-07")])
        self.assertEqual(self.find(1), again)

    def test_once_and_only_with_the_right(self):
        self.world.batch("hrss.wages", [wage(1)])
        person = self.find(1)
        self.world.key("clerk", commands="intake.find,intake.reveal")
        self.refuses("forbidden", ERASE, {"person": person, **WHY}, key="clerk")
        self.refuses("forbidden", ERASE, {"person": person, **WHY}, key="hrss")
        for wrong in ({"order": ""}, {"order": "x" * 65}, {"order": f"no {resident_id(1)}"}, {"reason": "why"}, {"reason": f"they are {resident_id(1)}"}, {"person": "x"}):
            self.refuses("bad_data", ERASE, {"person": person, **WHY, **wrong})
        self.assertEqual(self.find(1), person)
        id_ = str(uuid.uuid4())
        first = self.world.ask(ERASE, {"person": person, **WHY}, id_=id_)
        self.assertEqual(self.world.ask(ERASE, {"person": person, **WHY}, id_=id_), first)  # the reply was lost: the same again
        self.assertEqual(len([e for e in self.world.events("audit") if e["data"]["action"] == "erase"]), 1)

    def test_killed_it_is_done_or_not(self):
        for place, gone in (("intake.before_commit", False), ("intake.after_commit", True)):
            self.world.batch("hrss.wages", [wage(1), {"resident_id": resident_id(1)}])
            person, id_ = self.find(1), str(uuid.uuid4())
            self.world.end()
            self.world.start(f"{place}:kill:3")  # after the first look at the vault, and one batch
            wait_for("the first look", lambda: self.world.ask("plimsoll.intake.status.v1", {})["vault"]["rotation"]["state"] == "none")
            with self.world.client("hrss") as c:
                c.batch("hrss.wages", [wage(7)])
            with self.world.client() as c:
                c.send(ERASE, {"person": person, **WHY}, id_)
                self.assertEqual(self.world.wait_end(), -9, place)
            self.world.start()
            self.assertEqual(psql(f"select count(*) from intake.person where pseudonym = '{person}'"), "0" if gone else "1")
            self.assertEqual(psql(f"select count(*) from intake.person_vault where pseudonym = '{person}'"), "0" if gone else "1")
            self.world.ask(ERASE, {"person": person, **WHY}, id_=id_)
            self.refuses("not_found", "plimsoll.intake.find.v1", {"document": resident_id(1), "reason": "a test"})
            self.assertEqual(psql("select count(*) from intake.quarantine"), "0")


if __name__ == "__main__":
    unittest.main(verbosity=2)
