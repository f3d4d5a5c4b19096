#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Whole lists: absence is the fact, but only of a list that is complete, consistent and not suddenly short."""
import unittest
import uuid

from intake_world import Refused, World, child, psql, wait_for


class Lists(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World().start()

    @classmethod
    def tearDownClass(cls):
        cls.world.close()

    def setUp(self):
        self.scope = uuid.uuid4().hex[:12]  # each test has a list of its own
        self.base = int(self.scope, 16) % 9000 * 1000 + 1000

    def child(self, n, **more):
        return child(self.base + n, **more)

    def part(self, records, part=1, parts=1, count=None, id_=None, as_of="2024-05-31", batch=None, total=None):
        snapshot = {"id": id_ or str(uuid.uuid4()), "part": part, "parts": parts, "as_of": as_of, "scope": self.scope,
                    "count": len(records) if count is None else count}
        if total:
            snapshot["total"] = total
        return self.world.batch("civil.children", records, batch, snapshot=snapshot)

    def journaled(self):
        """The records journaled since the last call."""
        if not hasattr(self, "seen"):
            self.seen = 0
        events = [e for e in self.world.events(topic="fact/civil.children") if int(e["sequence"]) > self.seen]
        self.seen = max([int(e["sequence"]) for e in events], default=self.seen)
        return [r for e in events for r in e["data"]["records"]]

    def refuses(self, code, call, *args, **more):
        with self.assertRaises(Refused) as r:
            call(*args, **more)
        self.assertEqual(r.exception.code, code, r.exception.data)
        return r.exception.data

    def open_lists(self):
        return {x["snapshot"]: x for x in self.world.ask("plimsoll.intake.status.v1", {})["lists"]}

    def confirm(self, id_, accept):
        return self.world.ask("plimsoll.intake.confirm.v1", {"dataset": "civil.children", "snapshot": id_, "accept": accept})

    def test_an_unfinished_list_changes_nothing(self):
        self.journaled()
        id_ = str(uuid.uuid4())
        receipt = self.part([self.child(1)], 1, 3, 3, id_)
        self.assertEqual((receipt["status"], receipt["accepted"], receipt["seq"]), ("accepted", 1, None))
        self.assertEqual({k: receipt["snapshot"][k] for k in ("id", "state", "parts", "parts_in")},
                         {"id": id_, "state": "waiting", "parts": 3, "parts_in": 1})
        receipt = self.part([self.child(3)], 3, 3, 3, id_)
        self.assertEqual(receipt["snapshot"]["parts_in"], 2)
        self.assertEqual(self.journaled(), [])
        self.assertEqual(self.open_lists()[id_]["state"], "waiting")
        self.refuses("conflict", self.confirm, id_, True)
        self.world.kill()  # what waits survives
        self.world.start()
        self.assertEqual(self.open_lists()[id_]["parts_in"], 2)
        batch = str(uuid.uuid4())
        receipt = self.part([self.child(2)], 2, 3, 3, id_, batch=batch)
        self.assertEqual((receipt["snapshot"]["state"], receipt["snapshot"]["put"]), ("applied", 3))
        self.assertIsInstance(receipt["seq"], int)
        self.assertEqual([r["op"] for r in self.journaled()], ["put"] * 3)
        self.assertNotIn(id_, self.open_lists())
        self.assertTrue(self.part([self.child(2)], 2, 3, 3, id_, batch=batch)["duplicate"])
        self.assertEqual(self.journaled(), [])

    def test_absence_ends_and_sameness_is_silent(self):
        self.part([self.child(n) for n in range(30)])
        self.journaled()
        receipt = self.part([self.child(n) for n in range(1, 30)] + [self.child(99)], as_of="2024-06-30")
        self.assertEqual((receipt["snapshot"]["put"], receipt["snapshot"]["ended"], receipt["snapshot"]["unchanged"]), (1, 1, 29))
        put, end = self.journaled()
        self.assertEqual((put["op"], put["index"]), ("put", 29))
        self.assertEqual((end["op"], end["on"], end["facts"]), ("end", "2024-06-30", []))
        receipt = self.part([self.child(n, amount="1300.00") if n == 5 else self.child(n) for n in range(1, 30)] + [self.child(99)], as_of="2024-06-30")
        self.assertEqual((receipt["snapshot"]["put"], receipt["snapshot"]["ended"]), (1, 0))
        self.assertEqual(self.journaled()[0]["facts"][0]["value"], 130000)

    def test_an_empty_part_and_a_return(self):
        self.part([self.child(n) for n in range(20)])
        self.part([self.child(n) for n in range(1, 20)])
        self.journaled()
        receipt = self.part([self.child(n) for n in range(20)])
        self.assertEqual((receipt["snapshot"]["put"], receipt["snapshot"]["unchanged"]), (1, 19))

    def test_a_short_list_waits_for_a_person(self):
        self.part([self.child(n) for n in range(20)])
        self.journaled()
        id_ = str(uuid.uuid4())
        receipt = self.part([self.child(n) for n in range(10)], id_=id_)
        self.assertEqual((receipt["snapshot"]["state"], receipt["snapshot"]["entries"], receipt["snapshot"]["would_end"], receipt["seq"]),
                         ("needs_confirmation", 20, 10, None))
        self.assertEqual(self.journaled(), [])
        waits = self.open_lists()[id_]
        self.assertIn("person", waits["reason"])
        self.assertEqual((waits["entries"], waits["would_end"]), (20, 10))
        self.refuses("forbidden", self.world.ask, "plimsoll.intake.confirm.v1",
                     {"dataset": "civil.children", "snapshot": id_, "accept": True}, key="hrss")
        done = self.confirm(id_, True)
        self.assertEqual((done["state"], done["put"], done["ended"]), ("applied", 0, 10))
        self.assertEqual([r["op"] for r in self.journaled()], ["end"] * 10)
        self.refuses("conflict", self.confirm, id_, True)

    def test_a_person_may_say_no(self):
        self.part([self.child(n) for n in range(20)])
        id_ = str(uuid.uuid4())
        self.part([self.child(n) for n in range(10)], id_=id_)
        self.journaled()
        self.assertEqual(self.confirm(id_, False)["state"], "discarded")
        self.assertEqual(self.journaled(), [])
        self.assertEqual(psql("select count(*) from intake.list_stage"), "0")
        self.refuses("not_found", self.confirm, "no-such", True)

    def test_what_a_list_would_end_is_counted_again_when_another_is_applied(self):
        self.part([self.child(n) for n in range(20)])
        half, other, wrong = (str(uuid.uuid4()) for _ in range(3))
        self.assertNotIn("would_end", self.part([self.child(1)], 1, 2, 2, other, as_of="2024-08-31")["snapshot"])
        self.part([self.child(n) for n in range(10)], id_=half, as_of="2024-07-31")
        self.part([self.child(n) for n in range(5)], id_=wrong, as_of="2024-07-31", count=6)

        def ends():
            return {id_: (x.get("entries"), x.get("would_end")) for id_, x in self.open_lists().items() if x["scope"] == self.scope}
        self.assertEqual(ends(), {half: (20, 10), wrong: (20, 15), other: (None, None)})
        self.assertEqual(self.part([self.child(n) for n in range(2, 22)], as_of="2024-06-30")["snapshot"]["state"], "applied")
        self.assertEqual(ends(), {half: (20, 12), wrong: (20, 17), other: (None, None)})
        self.assertEqual(self.confirm(half, True)["ended"], 12)
        self.assertEqual(ends(), {other: (None, None)})  # older ones are overtaken

    def test_what_a_list_would_end_follows_single_records(self):
        """What is told when it is confirmed is what ends, whatever came meanwhile: by single records, back by record or batch, by another scope."""
        self.scope = ""  # that of single records
        base = [self.child(n) for n in range(40)]
        gone = [x["snapshot"] for x in self.open_lists().values() if x["scope"] == ""]
        self.assertEqual(gone, [])
        before = int(psql("select count(*) from intake.list_entry where dataset = 'civil.children' and scope = ''"))
        self.world.batch("civil.children", base)
        short, wrong = str(uuid.uuid4()), str(uuid.uuid4())
        self.part([self.child(n) for n in range(10)] + [self.child(50)], id_=short, as_of="2024-07-31")
        self.part([self.child(n) for n in range(20)], id_=wrong, as_of="2024-07-31", count=21)

        def told():
            return {id_: (x["entries"] - before, x["would_end"] - before) for id_, x in self.open_lists().items() if id_ in (short, wrong)}
        self.assertEqual(told(), {short: (40, 30), wrong: (40, 20)})
        self.assertNotIn("30", self.open_lists()[short]["reason"])

        batch = str(uuid.uuid4())  # two that no list names, one that the short one does; two that are known, one of them changed
        self.world.batch("civil.children", [self.child(n) for n in (50, 51, 52, 3)] + [self.child(30, amount="1.00")], batch)
        self.assertEqual(told(), {short: (43, 32), wrong: (43, 23)})
        self.world.batch("civil.children", [{"resident_id": self.child(n)["resident_id"], "retracted": True} for n in (3, 15, 39, 77)])
        self.assertEqual(told(), {short: (40, 30), wrong: (40, 22)})
        self.world.ask("plimsoll.intake.retract.v1", {"source": "/departments/civil", "dataset": "civil.children", "batch": batch})
        wait_for("the batch that was taken back to be counted", lambda: told() == {short: (36, 27), wrong: (36, 18)})
        self.scope = uuid.uuid4().hex[:12]
        self.assertEqual(self.part([self.child(n) for n in (4, 25)])["snapshot"]["state"], "applied")  # theirs from now on
        self.assertEqual(told(), {short: (34, 26), wrong: (34, 17)})

        number = self.open_lists()[short]["would_end"]
        self.journaled()
        self.assertEqual(self.confirm(short, True)["ended"], number)
        self.assertEqual(sum(r["op"] == "end" for r in self.journaled()), number)
        self.assertEqual(told(), {})

    def test_lists_that_do_not_agree_change_nothing(self):
        self.part([self.child(n) for n in range(20)])
        self.journaled()
        for records, more, reason in (
                ([self.child(n) for n in range(20)], {"count": 21}, "21 records were declared, 20 came"),
                ([self.child(n) for n in range(20)], {"total": "1.00"}, "a total of 1.00 was declared"),
                ([self.child(n) for n in range(20)] + [self.child(20, amount="x")], {}, "1 records were rejected"),
                ([self.child(n) for n in range(20)], {"as_of": "2024-01-31"}, "later day")):
            receipt = self.part(records, **more)
            self.assertEqual(receipt["snapshot"]["state"], "inconsistent")
            self.assertIn(reason, receipt["snapshot"]["reason"])
        id_ = str(uuid.uuid4())
        self.part([self.child(1)], 1, 2, 2, id_)
        receipt = self.part([self.child(1)], 2, 2, 2, id_)
        self.assertIn("more than one part", receipt["snapshot"]["reason"])
        self.refuses("conflict", self.confirm, id_, True)
        self.assertEqual(self.journaled(), [])
        self.assertEqual(self.part([self.child(n) for n in range(20)], total="24000.00")["snapshot"]["state"], "applied")

    def test_parts_must_tell_the_same_frame(self):
        id_ = str(uuid.uuid4())
        self.part([self.child(1)], 1, 3, 3, id_)
        self.assertEqual(self.refuses("bad_data", self.part, [self.child(2)], 2, 4, 3, id_)["pointer"], "/snapshot/parts")
        self.assertEqual(self.refuses("bad_data", self.part, [self.child(2)], 2, 3, 4, id_)["pointer"], "/snapshot/count")
        self.assertEqual(self.refuses("bad_data", self.part, [self.child(2)], 2, 3, 3, id_, as_of="2024-05-01")["pointer"], "/snapshot/as_of")
        self.assertEqual(self.refuses("conflict", self.part, [self.child(2)], 1, 3, 3, id_)["pointer"], "/snapshot/part")
        self.assertEqual(self.open_lists()[id_]["parts_in"], 1)

    def test_a_newer_list_overtakes_an_unfinished_one(self):
        id_ = str(uuid.uuid4())
        self.part([self.child(1)], 1, 2, 2, id_)
        self.part([self.child(n) for n in range(3)], as_of="2024-06-30")
        self.assertNotIn(id_, self.open_lists())
        self.assertIn("superseded", self.refuses("conflict", self.part, [self.child(2)], 2, 2, 2, id_)["message"])

    def test_single_records_and_lists_agree(self):
        self.part([self.child(n) for n in range(20)])
        self.world.batch("civil.children", [{"resident_id": self.child(5)["resident_id"], "retracted": True}])
        self.world.batch("civil.children", [self.child(6, amount="1.00")])
        self.journaled()
        receipt = self.part([self.child(n) for n in range(20)])
        self.assertEqual((receipt["snapshot"]["put"], receipt["snapshot"]["ended"]), (2, 0))
        self.refuses("conflict", self.world.ask, "plimsoll.intake.retract.v1",
                     {"source": "/departments/civil", "dataset": "civil.children", "batch": receipt["batch"]})


if __name__ == "__main__":
    unittest.main(verbosity=2)
