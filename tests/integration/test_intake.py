#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What goes right at the door, and each row of intake's failure table that needs no broken database."""
import datetime
import json
import subprocess
import time
import unittest
import uuid

import jsonschema

from intake_world import DB, ROOT, SLOW, Refused, World, psql, resident_id, today, wage, wait_for


class Door(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World().start()

    @classmethod
    def tearDownClass(cls):
        try:
            cls.world.end()  # asked to leave it leaves cleanly (and, with sanitizers, without a leak)
        finally:
            cls.world.close()

    def refuses(self, code, call, *args, **more):
        with self.assertRaises(Refused) as r:
            call(*args, **more)
        self.assertEqual(r.exception.code, code, r.exception.data)
        self.assertGreater(len(r.exception.data["message"]), 10)
        return r.exception.data

    # ---- receipts -----------------------------------------------------------------------------------------------
    def test_receipt_repeat_and_reuse(self):
        id_ = str(uuid.uuid4())
        first = self.world.batch("hrss.wages", [wage(1), wage(2)], id_)
        self.assertEqual((first["batch"], first["dataset"], first["status"], first["accepted"], first["rejected"], first["duplicate"],
                          first["errors"], first["errors_truncated"]), (id_, "hrss.wages", "accepted", 2, 0, False, [], False))
        self.assertIsInstance(first["seq"], int)
        again = self.world.batch("hrss.wages", [wage(1), wage(2)], id_)
        self.assertEqual({**again, "duplicate": False}, first)
        self.assertTrue(again["duplicate"])
        self.refuses("id_reused", self.world.batch, "hrss.wages", [wage(1)], id_)
        mine = [e for e in self.world.events(topic="fact/hrss.wages") if e["data"]["batch"] == id_]
        self.assertEqual(len(mine), 1)
        self.assertEqual(int(mine[0]["sequence"]), first["seq"])
        self.assertEqual((mine[0]["type"], mine[0]["subject"], mine[0]["data"]["department"], mine[0]["data"]["received"]),
                         ("plimsoll.facts.v1", "hrss.wages", "hrss", str(today())))
        self.assertNotIn("protected", mine[0]["data"])
        # the same id for another dataset is another batch
        self.assertFalse(self.world.batch("hrss.pensions", [], id_)["duplicate"])

    def test_what_banks_hold_is_marked_as_protected(self):
        balance = {"institution": "某银行", "account_no": "6222000011112222", "resident_id": resident_id(1), "class": "deposit",
                   "as_of": str(today()), "balance": "11200.00", "authorisation_no": "Q-1",
                   "authorised_until": str(today() + datetime.timedelta(days=200))}
        self.world.key("bank", department="bank", datasets="*")
        receipt = self.world.batch("bank.balances", [balance])
        self.assertEqual((receipt["accepted"], receipt["errors"]), (1, []))
        mine = [e for e in self.world.events(topic="fact/bank.balances") if e["data"]["batch"] == receipt["batch"]]
        self.assertEqual([e["data"]["protected"] for e in mine], [True])

    def test_empty_batch_is_accepted_and_journals_nothing(self):
        receipt = self.world.batch("hrss.wages", [])
        self.assertEqual((receipt["status"], receipt["accepted"], receipt["seq"]), ("accepted", 0, None))

    def test_big_batch_becomes_several_events_under_a_mebibyte(self):
        records = [wage(n, "2023-01") for n in range(10000)]
        receipt = self.world.batch("hrss.wages", records)
        self.assertEqual((receipt["accepted"], receipt["rejected"]), (10000, 0))
        events = [e for e in self.world.events(topic="fact/hrss.wages") if e["data"]["batch"] == receipt["batch"]]
        self.assertGreater(len(events), 3)
        self.assertEqual([r["index"] for e in events for r in e["data"]["records"]], list(range(10000)))
        self.assertEqual(int(events[-1]["sequence"]), receipt["seq"])
        people = {r["facts"][0]["holder"]["person"] for e in events for r in e["data"]["records"]}
        self.assertEqual(len(people), 10000)

    def test_declared_sums_are_told_and_never_corrected(self):
        receipt = self.world.batch("hrss.wages", [wage(20, amount="10.00"), wage(21, amount="5.50")], declared={"count": 2, "total": "15.50"})
        self.assertEqual(receipt["declared"], {"count": 2, "count_found": 2, "total": "15.50", "total_found": "15.50", "agrees": True})
        receipt = self.world.batch("hrss.wages", [wage(22, amount="10.00")], declared={"count": 3, "total": "11.00"})
        self.assertEqual(receipt["declared"], {"count": 3, "count_found": 1, "total": "11.00", "total_found": "10.00", "agrees": False})
        self.assertEqual((receipt["status"], receipt["accepted"]), ("accepted", 1))

    # ---- refusals of a whole frame ------------------------------------------------------------------------------
    def test_frames_that_are_no_batch(self):
        for frame, code in ((b"{", "not_json"), (b"\xff\xfe", "not_json"), (b'{"id":"1","id":"2"}', "not_json"), (b"[]", "bad_envelope"),
                            (b'{"specversion":"1.0","id":"7"}', "bad_envelope"), (b" " * (9 << 20), "too_large")):
            with self.world.client("hrss") as c:
                reply = c.raw(frame)
                self.assertIsNotNone(reply, code)
                self.assertEqual((reply["type"], reply["data"]["code"]), ("plimsoll.error.v1", code))
        with self.world.client("hrss") as c:  # beyond the hard limit the connection goes; the service stays
            self.assertIsNone(c.raw(b" " * (20 << 20), 1))
        self.assertEqual(self.world.batch("hrss.wages", [wage(30)])["accepted"], 1)

    def test_data_that_is_no_batch(self):
        with self.world.client("hrss") as c:
            def ask(data):
                return c.ask("plimsoll.feed.batch.v1", data, source="/departments/hrss", subject="hrss.wages")
            self.assertEqual(self.refuses("bad_data", ask, {})["pointer"], "/records")
            self.assertEqual(self.refuses("bad_data", ask, {"records": {"a": 1}})["pointer"], "/records")
            self.assertEqual(self.refuses("bad_data", ask, {"records": [0] * 10001})["pointer"], "/records")
            self.assertEqual(self.refuses("bad_data", ask, {"records": [], "snapshot": {"id": "x"}})["pointer"], "/snapshot")

    def test_who_may_not(self):
        def send(key, source, subject):
            return self.world.ask("plimsoll.feed.batch.v1", {"records": []}, key, source=source, subject=subject)
        self.assertIn("/departments/hrss", self.refuses("forbidden", send, "hrss", "/departments/police", "police.deaths")["message"])
        self.assertIn("police", self.refuses("forbidden", send, "hrss", "/departments/hrss", "police.deaths")["message"])
        self.assertIn("hrss.wages", self.refuses("not_found", send, "hrss", "/departments/hrss", "hrss.nothing")["message"])
        self.refuses("forbidden", send, "operator", "/departments/hrss", "hrss.wages")
        self.world.key("wages-only", department="hrss", datasets="hrss.wages")
        self.refuses("forbidden", send, "wages-only", "/departments/hrss", "hrss.pensions")
        self.assertEqual(send("wages-only", "/departments/hrss", "hrss.wages")["accepted"], 0)

    def test_unknown_and_revoked_keys_get_no_answer(self):
        self.world.key("guest", department="hrss", datasets="*")
        with self.world.client("guest") as guest:
            guest.ask("plimsoll.feed.batch.v1", {"records": []}, source="/departments/hrss", subject="hrss.wages")
            self.world.revoke("guest")
            guest.send("plimsoll.feed.batch.v1", {"records": [wage(31)]}, source="/departments/hrss", subject="hrss.wages", id_="from-guest")
            self.assertIsNone(guest.recv(1))
        with self.world.client("guest") as guest:
            guest.send("plimsoll.feed.batch.v1", {"records": [wage(31)]}, source="/departments/hrss", subject="hrss.wages", id_="from-guest")
            self.assertIsNone(guest.recv(1))
        self.assertEqual(psql("select count(*) from intake.batch where id = 'from-guest'"), "0")

    # ---- refusals of single records -----------------------------------------------------------------------------
    def test_each_bad_record_is_named_and_kept(self):
        good = wage(40)
        bad_check = resident_id(41)[:-1] + ("1" if resident_id(41)[-1] != "1" else "2")
        tomorrow = today() + datetime.timedelta(days=1)
        records = [good, {**good, "resident_id": bad_check}, {**good, "month": f"{tomorrow.year + 1}-01"}, {**good, "amount": "1.234"},
                   {**good, "extra": 1}, good, {**good, "month": "2024-03"}, {**good, "month": "2024-03", "amount": "11.00"},
                   {**good, "month": "2024-02", "amount": "-3.00"}, "text", {**good, "month": "2024-01", "to_month": "2023-12"}]
        receipt = self.world.batch("hrss.wages", records)
        self.assertEqual((receipt["status"], receipt["accepted"], receipt["rejected"]), ("partial", 2, 9))
        self.assertEqual([(e["index"], e["code"], e["pointer"]) for e in receipt["errors"]],
                         [(1, "resident_id.check", "/resident_id"), (2, "date_future", "/month"), (3, "bad_data", "/amount"),
                          (4, "bad_data", "/extra"), (6, "duplicate_key", ""), (7, "duplicate_key", ""), (8, "negative", "/amount"),
                          (9, "bad_data", ""), (10, "order", "/to_month")])
        self.assertNotIn(bad_check, str(receipt))
        journaled = [r for e in self.world.events(topic="fact/hrss.wages") if e["data"]["batch"] == receipt["batch"] for r in e["data"]["records"]]
        self.assertEqual([r["index"] for r in journaled], [0])
        page = self.world.ask("plimsoll.intake.rejects.v1", {"dataset": "hrss.wages", "limit": 1000})
        mine = [r for r in page["rejects"] if r["batch"] == receipt["batch"]]
        self.assertEqual([r["index"] for r in mine], [1, 2, 3, 4, 6, 7, 8, 9, 10])
        self.assertNotIn("record", mine[0])
        page = self.world.ask("plimsoll.intake.rejects.v1", {"dataset": "hrss.wages", "limit": 1000, "records": True}, key="hrss")
        mine = {r["index"]: r["record"] for r in page["rejects"] if r["batch"] == receipt["batch"]}
        self.assertEqual(mine, {i: records[i] for i in mine})

    def test_all_refused(self):
        receipt = self.world.batch("hrss.wages", [wage(45, month="x")] * 3)
        self.assertEqual((receipt["status"], receipt["accepted"], receipt["rejected"], receipt["seq"]), ("refused", 0, 3, None))
        receipt = self.world.batch("hrss.wages", [{"n": n} for n in range(250)])
        self.assertEqual((len(receipt["errors"]), receipt["errors_truncated"], receipt["rejected"]), (100, True, 250))
        self.assertEqual(psql(f"select count(*) from intake.quarantine where batch = '{receipt['batch']}'"), "250")

    def test_rejects_are_for_their_department_and_operators(self):
        self.world.batch("police.deaths", [{"n": 1}])
        page = self.world.ask("plimsoll.intake.rejects.v1", {"records": True}, key="police")
        self.assertEqual({r["department"] for r in page["rejects"]}, {"police"})
        self.assertEqual(self.world.ask("plimsoll.intake.rejects.v1", {"dataset": "police.deaths"}, key="hrss")["rejects"], [])
        self.world.key("nobody")
        self.refuses("forbidden", self.world.ask, "plimsoll.intake.rejects.v1", {}, key="nobody")
        first = self.world.ask("plimsoll.intake.rejects.v1", {"limit": 1})
        self.assertEqual((len(first["rejects"]), first["more"], first["last"]), (1, True, first["rejects"][0]["reject"]))

    # ---- identities ---------------------------------------------------------------------------------------------
    def test_one_person_one_pseudonym(self):
        id18 = resident_id(50, "19560309")
        household = {"household_no": "H50", "region": "320681100207", "area": "rural", "effective_on": "2023-12-31", "address": "甲路1号",
                     "phone": "13900000050", "members": [{"resident_id": id18, "name": "甲某", "relation": "head"}]}
        self.world.batch("civil.households", [household])
        self.world.batch("hrss.wages", [wage(50), wage(50, "2024-04", resident_id=id18.lower())])
        entry = self.world.records("civil.households")[-1]["household"]
        person = entry["members"][0]["person"]
        wages = [r["facts"][0]["holder"]["person"] for r in self.world.records("hrss.wages")[-2:]]
        self.assertEqual({person}, set(wages))
        self.assertEqual((entry["members"][0]["born"], entry["members"][0]["sex"]), ("1956-03-09", "f"))

    def test_who_comes_new_in_one_batch_begins_alike(self):
        batches = []
        for first in (700, 710):
            self.world.batch("hrss.wages", [wage(n, resident_id=resident_id(n, "19411203")) for n in range(first, first + 5)])
            batches.append([r["facts"][0]["holder"]["person"] for r in self.world.records("hrss.wages")[-5:]])
        self.assertEqual([len({p[:8] for p in people}) for people in batches], [1, 1], batches)
        self.assertEqual(len({p[8:] for people in batches for p in people}), 10, batches)
        self.assertNotEqual(batches[0][0][:8], batches[1][0][:8])

    def test_find_and_reveal_are_audited(self):
        number = resident_id(60)
        self.world.batch("police.deaths", [{"resident_id": number, "name": "乙某", "died_on": "2024-01-01", "registered_on": "2024-01-02"}])
        found = self.world.ask("plimsoll.intake.find.v1", {"document": number, "reason": "申请核对"})
        self.assertEqual(list(found), ["person"])
        fields = ["name", "document", "phone"]
        shown = self.world.ask("plimsoll.intake.reveal.v1", {"person": found["person"], "fields": fields, "reason": "入户走访"})
        self.assertEqual(shown, {"person": found["person"], "name": "乙某", "document": number, "phone": None})
        self.refuses("not_found", self.world.ask, "plimsoll.intake.find.v1", {"document": resident_id(61, "19300101"), "reason": "核对一下"})
        self.refuses("not_found", self.world.ask, "plimsoll.intake.reveal.v1", {"person": str(uuid.uuid4()), "fields": ["name"], "reason": "核对一下"})
        self.refuses("bad_data", self.world.ask, "plimsoll.intake.find.v1", {"document": number})
        self.refuses("bad_data", self.world.ask, "plimsoll.intake.find.v1", {"document": number, "reason": "because of " + number})
        self.refuses("bad_data", self.world.ask, "plimsoll.intake.find.v1", {"document": number[:-1] + "?", "reason": "核对一下"})
        self.refuses("bad_data", self.world.ask, "plimsoll.intake.reveal.v1", {"person": found["person"], "fields": ["income"], "reason": "核对一下"})
        self.refuses("forbidden", self.world.ask, "plimsoll.intake.find.v1", {"document": number, "reason": "核对一下"}, key="hrss")
        self.refuses("forbidden", self.world.ask, "plimsoll.intake.reveal.v1", {"person": found["person"], "fields": ["name"], "reason": "核对一下"}, key="hrss")
        audit = [(e["data"]["action"], e["data"]["person"], e["data"]["reason"], e["data"]["key"]) for e in self.world.events("audit") if e["type"] == "plimsoll.audit.v1"][-3:]
        self.assertEqual(audit, [("find", found["person"], "申请核对", "operator"), ("reveal", found["person"], "入户走访", "operator"),
                                 ("find", None, "核对一下", "operator")])

    def test_the_vault_keeps_the_latest(self):
        number = resident_id(62)
        def house(name, phone):
            return {"household_no": "H62", "region": "320681100207", "area": "rural", "effective_on": "2023-12-31",
                    **({"phone": phone} if phone else {}), "members": [{"resident_id": number, "name": name, "relation": "head"}]}
        self.world.batch("civil.households", [house("旧名", "13900000062")])
        person = self.world.ask("plimsoll.intake.find.v1", {"document": number, "reason": "核对一下"})["person"]
        written = psql(f"select xmin, updated from intake.person_vault where pseudonym = '{person}'")
        self.world.batch("civil.households", [house("旧名", "13900000062")])
        self.assertEqual(psql(f"select xmin, updated from intake.person_vault where pseudonym = '{person}'"), written, "unchanged, yet written")
        self.world.batch("civil.households", [house("新名", None)])
        shown = self.world.ask("plimsoll.intake.reveal.v1", {"person": person, "fields": ["name", "phone"], "reason": "入户走访"})
        self.assertEqual((shown["name"], shown["phone"]), ("新名", "13900000062"))

    def test_nothing_personal_in_tables_or_log(self):
        number, bad = resident_id(70), resident_id(71)[:-1] + "?"
        marks = [number, number[:17], bad, "丙丁戊", "13912345670", "隐私路7号", "苏F70707"]
        self.world.batch("civil.households", [{"household_no": "H70", "region": "320681100207", "area": "rural", "effective_on": "2023-12-31",
                         "address": "隐私路7号", "phone": "13912345670", "members": [{"resident_id": number, "name": "丙丁戊", "relation": "head"}]}])
        self.world.batch("police.vehicles", [{"vehicle_no": "苏F70707", "resident_id": number, "class": "car", "registered_on": "2024-01-01"},
                                             {"vehicle_no": "苏F70707", "resident_id": bad, "class": "car", "registered_on": "2024-01-01"}])
        self.world.ask("plimsoll.intake.find.v1", {"document": number, "reason": "核对一下"})
        self.refuses("bad_data", self.world.ask, "plimsoll.intake.find.v1", {"document": bad, "reason": "核对一下"})
        dump = subprocess.run(["pg_dump", "-n", "intake", DB], capture_output=True, check=True).stdout
        for mark in marks:
            self.assertNotIn(mark.encode(), dump)
            self.assertNotIn(mark.encode().hex().encode(), dump)
            self.assertNotIn(mark, self.world.log)

    # ---- retraction ---------------------------------------------------------------------------------------------
    def test_retract_a_batch(self):
        self.world.batch("hrss.wages", [wage(80, "2022-01")])
        wrong = self.world.batch("hrss.wages", [wage(80, "2022-01", "9999.00"), wage(81, "2022-01"), wage(82, "2022-01")])
        self.world.batch("hrss.wages", [wage(82, "2022-01", "7.00")])
        what = {"source": "/departments/hrss", "dataset": "hrss.wages", "batch": wrong["batch"]}
        self.refuses("forbidden", self.world.ask, "plimsoll.intake.retract.v1", what, key="police")
        done = self.world.ask("plimsoll.intake.retract.v1", what, key="hrss")
        self.assertEqual((done["retracted"], done["kept_newer"], done["had_earlier"]), (2, 1, 1))
        self.refuses("conflict", self.world.ask, "plimsoll.intake.retract.v1", what)
        self.refuses("not_found", self.world.ask, "plimsoll.intake.retract.v1", {**what, "batch": "no-such"})
        last = self.world.events(topic="fact/hrss.wages")[-1]["data"]["records"]
        self.assertEqual([r["op"] for r in last], ["retract", "retract"])
        keys = {r["key"] for e in self.world.events(topic="fact/hrss.wages") if e["data"]["batch"] == wrong["batch"] for r in e["data"]["records"][:2]}
        self.assertEqual({r["key"] for r in last}, keys)
        # each says whose it is, as the batch's own events did
        holders = {r["key"]: r["facts"][0]["holder"] for e in self.world.events(topic="fact/hrss.wages") if e["data"]["batch"] == wrong["batch"]
                   for r in e["data"]["records"] if r["op"] == "put"}
        self.assertEqual({r["key"]: r["holder"] for r in last}, {k: holders[k] for k in keys})

    def test_retract_a_big_batch(self):
        wrong = self.world.batch("hrss.wages", [wage(n, "2021-03") for n in range(5000)])
        self.world.ask("plimsoll.intake.retract.v1", {"source": "/departments/hrss", "dataset": "hrss.wages", "batch": wrong["batch"]}, key="hrss")
        events = [e["data"] for e in self.world.events(topic="fact/hrss.wages") if e["data"]["batch"] == wrong["batch"]]
        put = {r["key"]: r["facts"][0]["holder"] for e in events for r in e["records"] if r["op"] == "put"}
        back = {r["key"]: r["holder"] for e in events for r in e["records"] if r["op"] == "retract"}
        self.assertGreater(len([e for e in events if e["records"][0]["op"] == "put"]), 1)
        self.assertEqual((len(back), back), (5000, put))
        self.assertEqual({e["key_names"] for e in events}, {"person:resident_id"})

    def test_a_batch_of_households_is_taken_back(self):
        entry = {"household_no": "R-1", "region": "320681100207", "area": "rural", "effective_on": "2023-12-31",
                 "members": [{"resident_id": resident_id(90), "name": "甲", "relation": "head"}]}
        wrong = self.world.batch("civil.households", [entry])
        self.world.ask("plimsoll.intake.retract.v1", {"source": "/departments/civil", "dataset": "civil.households", "batch": wrong["batch"]})
        put, back = self.world.records("civil.households")[-2:]
        self.assertEqual((back["op"], back["holder"]), ("retract", {"household": put["household"]["household"]}))

    def test_a_key_that_names_the_holder_is_told(self):
        event = lambda dataset: self.world.events(topic=f"fact/{dataset}")[-1]["data"]
        self.world.batch("hrss.wages", [wage(91, "2020-01")])
        put = event("hrss.wages")
        self.assertEqual(put["key_names"], "person:resident_id")
        self.world.batch("hrss.wages", [wage(91, "2020-01", retracted=True)])
        back = event("hrss.wages")["records"]
        self.assertEqual((event("hrss.wages")["key_names"], back), ("person:resident_id", [
            {"index": 0, "key": put["records"][0]["key"], "op": "retract", "facts": [], "holder": put["records"][0]["facts"][0]["holder"]}]))
        people = lambda: psql("SELECT count(*) FROM intake.person")
        before = people()  # of whom nothing has come is not made by a retraction
        self.world.batch("hrss.wages", [wage(4711, "2020-01", retracted=True)])
        self.assertEqual([sorted(r) for r in event("hrss.wages")["records"]], [["facts", "index", "key", "op"]])
        self.assertEqual(people(), before)
        self.world.batch("medical.settlements", [{"settlement_no": "S9", "retracted": True}])
        self.assertNotIn("key_names", event("medical.settlements"))
        self.assertNotIn("holder", event("medical.settlements")["records"][0])

    def test_single_record_taken_back_by_its_key(self):
        self.world.batch("medical.settlements", [{"settlement_no": "S1", "resident_id": resident_id(83), "hospital": "H", "admitted_on": "2024-01-01",
                         "settled_on": "2024-01-05", "total": "10.00", "fund_paid": "4.00", "self_paid": "6.00"}])
        self.world.batch("medical.settlements", [{"settlement_no": "S1", "retracted": True}])
        put, back = self.world.records("medical.settlements")[-2:]
        self.assertEqual((put["key"], back["op"], back["facts"]), (back["key"], "retract", []))

    # ---- status, metrics ----------------------------------------------------------------------------------------
    def test_status_shows_feeds(self):
        self.world.batch("dpf.certificates", [])
        status = self.world.ask("plimsoll.intake.status.v1", {})
        self.assertEqual(status["service"], "intake")
        feeds = {d["dataset"]: d for d in status["datasets"]}
        self.assertEqual(len(feeds), len(list((ROOT / "deploy" / "datasets").glob("*.yaml"))))
        self.assertGreaterEqual(feeds["dpf.certificates"]["batches"], 1)
        self.assertIsNotNone(feeds["dpf.certificates"]["last"])
        self.assertIn("intake_records_total", self.world.http("/metrics")[1])

    def test_a_feed_that_falls_silent(self):
        with self.world.client("police") as police, self.world.client("operator") as operator:
            def feed():
                return next(d for d in operator.ask("plimsoll.intake.status.v1", {})["datasets"] if d["dataset"] == "police.deaths")

            def told():
                return [e["data"] for e in self.world.events(stream="audit", topic="audit/intake/silence")]
            police.batch("police.deaths", [])
            psql("update intake.feed set last_at = now() - interval '3 days 23 hours' where dataset = 'police.deaths'")
            self.world.end()
            self.world.start()
            psql("update intake.feed set last_at = now() - interval '5 days' where dataset = 'police.deaths'")
            self.assertEqual(told(), [])
            self.world.end()
            self.world.start()
            wait_for("the silence to be told", told)
            self.assertEqual([(e["state"], e["dataset"], e["after_days"]) for e in told()], [("silent", "police.deaths", 4)])
            jsonschema.Draft202012Validator(json.loads((ROOT / "schemas/events/plimsoll.feed.silence.v1.schema.json").read_text())).validate(told()[0])
            self.assertIsNotNone(feed()["silent_since"])
            police.batch("police.deaths", [])
            wait_for("the feed to be heard again", lambda: len(told()) == 2)
            self.assertEqual(told()[1]["state"], "heard")
            self.assertNotIn("silent_since", feed())

    def test_a_key_keeps_to_its_rate(self):
        self.world.key("hrss-slow", department="hrss", datasets="*", rate=50)
        with self.world.client("hrss-slow") as slow, self.world.client("hrss") as other:
            begun, sent = time.monotonic(), 0
            while sent < 300:
                try:
                    sent += slow.batch("hrss.wages", [wage(n, month="2023-05") for n in range(sent, sent + 50)])["accepted"]
                except Refused as refused:
                    self.assertEqual(refused.code, "busy")
                    self.assertIn("50 records in a second", refused.data["message"])
                    other.batch("hrss.wages", [wage(1, month="2023-06")])  # nobody else waits
                    time.sleep(refused.data["retry_after_ms"] / 1000)  # as it was told
            self.assertGreater(time.monotonic() - begun, 300 / 50 - 3.5)

    def test_rights_that_change_hold_on_a_live_connection(self):
        self.world.key("hrss-moved", department="hrss", datasets="hrss.wages", until="2099-12-31")
        with self.world.client("hrss-moved") as c:
            self.assertEqual(c.batch("hrss.wages", [wage(1, month="2023-04")])["accepted"], 1)
            self.world.change("hrss-moved", '"hrss.wages"', '"hrss.unemployment"')
            self.refuses("forbidden", c.batch, "hrss.wages", [wage(2, month="2023-04")])
            self.world.change("hrss-moved", 'datasets = "hrss.unemployment"', 'datasets = "hrss.*"')
            self.assertEqual(c.batch("hrss.wages", [wage(2, month="2023-04")])["accepted"], 1)
            self.world.change("hrss-moved", 'department = "hrss"', 'department = "tax"')
            c.send("plimsoll.feed.batch.v1", {"records": [wage(3, month="2023-04")]}, source="/departments/hrss", subject="hrss.wages")
            self.assertEqual(c.recv(10)["data"]["code"], "forbidden")
            self.world.change("hrss-moved", "2099-12-31", "2020-01-01")
            c.send("plimsoll.feed.batch.v1", {"records": [wage(3, month="2023-04")]}, source="/departments/hrss", subject="hrss.wages")
            self.assertIsNone(c.recv(1))
        self.assertEqual(len([r for r in self.world.records("hrss.wages") if "2023-04" in json.dumps(r)]), 2)

    def test_memory_stays_bounded_under_hostile_frames(self):
        with self.world.client("hrss") as c:
            head = b'{"specversion":"1.0","id":"m%d","source":"/departments/hrss","type":"plimsoll.feed.batch.v1","time":"2024-06-30T08:00:00Z",' \
                   b'"datacontenttype":"application/json","subject":"hrss.wages","data":{"records":['
            for i, filler in enumerate((b"0,", b"[],", b'"",', b'{"a":0},')):
                body = filler * ((8 * 1024 * 1024 - 400) // len(filler))
                reply = c.raw(head % i + body.rstrip(b",") + b"]}}")
                self.assertEqual(reply["data"]["code"], "bad_data")
            one = head % 9 + b'{"employer":[' + (b"0," * (4 * 1024 * 1024 - 300)) + b"0]}]}}"
            receipt = c.raw(one)["data"]
            self.assertEqual((receipt["status"], receipt["errors"][0]["code"]), ("refused", "too_large"))
            self.assertEqual(c.raw(b'{"id":[' + b"0," * (4 * 1024 * 1024 - 300) + b"0]}")["data"]["code"], "bad_envelope")
        self.assertLess(self.world.rss_peak_mb(), 300 * SLOW)


if __name__ == "__main__":
    unittest.main(verbosity=2)
