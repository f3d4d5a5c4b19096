# SPDX-License-Identifier: Apache-2.0
"""The Contract, sentence by sentence, by someone who trusts nothing: beside test_contract.py, the corners.

One suite for all; the tests run in the order of their numbers and leave what the later ones need.
"""
import json
import pathlib
import subprocess
import sys
import threading
import unittest
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "reference"))
from chain import rechain  # noqa: E402
from harness import BIN, SERVICES, SLOW, STATIONS, Refused, Suite, wait_for  # noqa: E402
from people import with_check  # noqa: E402

TOWN_A, TOWN_B = "320681100", "320681101"
BATCH = "plimsoll.feed.batch.v1"
FETCH = "plimsoll.stream.fetch.v1"
STATUS = "plimsoll.comparison.status.v1"
MIB = 1 << 20


def resident_id(n, born="19600101"):
    """A number that no person has, with its check character."""
    return with_check(f"990681{born}{n:03d}")


def wage(n, born="19600101", **more):
    return {"resident_id": resident_id(n, born), "employer": "E", "month": "2024-04", "amount": "10.00", **more}


def household(n, number, town=TOWN_A):
    return {"household_no": number, "region": town + "201", "area": "rural", "effective_on": "2023-12-31",
            "members": [{"resident_id": resident_id(n), "name": "测试", "relation": "head"}]}


def envelope(type_, data, **more):
    event = {"specversion": "1.0", "id": str(uuid.uuid4()), "source": "/tests/outsider", "type": type_, "time": "2024-06-30T08:00:00Z",
             "datacontenttype": "application/json", "data": data, **more}
    return {k: v for k, v in event.items() if v is not None}


class Outsider(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.suite = Suite("outsider")
        try:
            cls.suite.start()
            s = cls.suite
            s.key("town-a", "--streams", "alerts,findings", "--regions", TOWN_A, "--commands", "alerting.*")
            s.key("town-b", "--streams", "alerts", "--regions", TOWN_B, "--commands", "alerting.acknowledge,alerting.visit")
            s.key("nowhere", "--streams", "alerts")
            s.key("auditor-of-wages", "--streams", "facts", "--datasets", "hrss.wages,hrss.pensions")
            s.key("charity", "--streams", "referrals", "--organisation", "nobody", "--commands", "referral.answer,referral.list")
            cls.clients = {d: s.client("intake", d) for d in ("civil", "hrss", "police")}
            s.plimsoll("tick", "--to", "2024-06-01")
        except BaseException:
            cls.suite.stop(keep=True)
            raise

    @classmethod
    def tearDownClass(cls):
        cls.suite.stop()

    def batch(self, dataset, records, **more):
        return self.clients[dataset.split(".")[0]].batch(dataset, records, **more)

    def refused(self, code, call, *args, **more):
        with self.assertRaises(Refused) as caught:
            call(*args, **more)
        self.assertEqual(caught.exception.data["code"], code, caught.exception.data)
        self.assertTrue(caught.exception.data["message"])
        return caught.exception.data

    def ask(self, service, type_, data, **more):
        return self.suite.ask(service, f"plimsoll.{service}.{type_}.v1", data, **more)

    # ---- envelope ---------------------------------------------------------------------------------------------------
    def test_01_envelopes(self):
        def wrong(member, value):
            return {k: v for k, v in {**envelope(STATUS, {}), member: value}.items() if v is not None}

        good = [{}, {"unknown": {"a": 1}}, {"time": "2024-06-30T08:00:00.123+08:00"}, {"time": "2024-06-30T08:00:00-03:30"}, {"id": "批次一"},
                {"correlationid": "c"}, {"dataschema": "urn:x"}, {"actor": "ming"}, {"subject": "s"}]
        bad = [(m, None) for m in ("specversion", "id", "source", "type", "time", "datacontenttype", "data")]
        bad += [("specversion", "0.3"), ("id", 5), ("id", ""), ("id", "x" * 257), ("time", "2024-06-30T08:00:00"), ("time", "2024-02-30T08:00:00Z"),
                ("datacontenttype", "text/xml"), ("sequence", "5"), ("actor", 3), ("source", "/x/" + resident_id(1)), ("actor", resident_id(1))]
        with self.suite.client("comparison") as c:
            for members in good:
                event = envelope(STATUS, {}, **members)
                c.sock.send(json.dumps(event).encode())
                reply = c.recv()
                self.assertEqual((reply["type"], reply["causationid"]), ("plimsoll.comparison.status.reply.v1", event["id"]), members)
                self.assertEqual(reply.get("correlationid"), event.get("correlationid"))
            for member, value in bad:
                event = wrong(member, value)
                c.sock.send(json.dumps(event).encode())
                reply = c.recv()
                self.assertEqual((reply["data"]["code"], reply["data"]["pointer"]), ("bad_envelope", "/" + member), (member, value))
                if isinstance(event.get("id"), str) and 0 < len(event["id"]) <= 256:
                    self.assertEqual(reply["causationid"], event["id"])
            for frame in (b'{"id":"\xff"}', b"\xef\xbb\xbf{}", b'{"a":1,"a":2}', b"{} x", b"", b"[" * 5000, b'{"id":NaN}', b'{"id":"\\u0000"}'):
                c.sock.send(frame)
                self.assertEqual(c.recv()["data"]["code"], "not_json", frame[:20])
            c.sock.send_multipart([b"", json.dumps(envelope(STATUS, {})).encode()])
            self.assertTrue(c.sock.poll(10000 * SLOW))
            self.assertEqual([bool(f) for f in c.sock.recv_multipart()], [False, True], "the reply mirrors the delimiter")

    def test_02_sizes(self):
        with self.suite.client("intake", "hrss") as c:
            for size, code in ((8 * MIB, "not_json"), (8 * MIB + 1, "too_large"), (16 * MIB, "too_large")):
                c.sock.send(b" " * size)
                reply = c.recv()
                self.assertIsNotNone(reply, size)
                self.assertEqual(reply["data"]["code"], code, size)
            c.sock.send(b" " * (16 * MIB + 1))  # closes the connection; the next one is as good as the first
            c.sock.send(json.dumps(envelope("plimsoll.intake.status.v1", {})).encode())
            self.assertEqual(c.recv()["type"], "plimsoll.intake.status.reply.v1")

    # ---- batches ----------------------------------------------------------------------------------------------------
    def test_03_receipts(self):
        def one(records, **more):
            receipt = self.batch("hrss.wages", records, **more)
            self.assertLessEqual({"batch", "dataset", "status", "accepted", "rejected", "duplicate", "seq", "errors", "errors_truncated"}, set(receipt))
            self.assertEqual(receipt["accepted"] + receipt["rejected"], len(records))
            self.assertEqual(receipt["seq"] is None, receipt["accepted"] == 0)
            return receipt

        self.assertEqual(one([])["status"], "accepted")
        r = one([wage(1), wage(2, amount="20.00")], declared={"count": 2, "total": "30.00"})
        self.assertTrue(r["declared"]["agrees"])
        r = one([wage(1), wage(2, amount="20.00")], declared={"count": 3, "total": "31.00"})
        self.assertEqual((r["status"], r["declared"]["agrees"], r["declared"]["total_found"]), ("accepted", False, "30.00"))
        one([wage(1)], declared=None, snapshot=None)
        before = len(self.ask("intake", "rejects", {"dataset": "hrss.wages", "limit": 1000})["rejects"])
        r = one([wage(n, amount="x") for n in range(150)] + [wage(200)])
        self.assertEqual((r["status"], len(r["errors"]), r["errors_truncated"]), ("partial", 100, True))
        after = self.ask("intake", "rejects", {"dataset": "hrss.wages", "limit": 1000})["rejects"]
        self.assertEqual(len(after) - before, 150, "all errors are in quarantine, also those that the receipt leaves out")
        # keys twice
        twin = dict(reversed(list(wage(6).items())))
        self.assertEqual(one([wage(6), twin, wage(6)])["accepted"], 3)
        events = [e for _, e in self.suite.stream("intake", "facts", topic="fact/hrss.wages")]
        self.assertEqual(len(events[-1]["data"]["records"]), 1, "equal content counts once")
        r = one([wage(7), wage(7, amount="11.00"), wage(7), wage(8)])
        self.assertEqual(([e["index"] for e in r["errors"]], {e["code"] for e in r["errors"]}), ([0, 1, 2], {"duplicate_key"}))
        # single faults: place and reason, and never the value
        wrong = resident_id(1)[:-1] + ("0" if resident_id(1)[-1] != "0" else "1")
        for record, pointer, code in ((dict(wage(9), resident_id=wrong), "/resident_id", "resident_id.check"),
                                      (wage(9, month="2199-01"), "/month", "date_future"), (wage(9, month="2024-13"), "/month", "bad_data"),
                                      (wage(9, amount="-1.00"), "/amount", "negative"), (wage(9, amount="1e3"), "/amount", "bad_data"),
                                      (wage(9, amount="9" * 30), "/amount", "bad_data"), (wage(9, to_month="2024-01"), "/to_month", "order"),
                                      (wage(9, extra=1), "/extra", "bad_data"), (7, "", "bad_data")):
            r = one([record])
            self.assertEqual((r["status"], r["errors"][0]["pointer"], r["errors"][0]["code"]), ("refused", pointer, code))
            self.assertNotIn(wrong, json.dumps(r))
        r = one([{**wage(10), resident_id(3): 1}])
        self.assertNotIn(resident_id(3), json.dumps(r))

    def test_04_the_same_content_however_it_is_written(self):
        id_ = str(uuid.uuid4())
        records = [wage(21), wage(22)]
        first = self.batch("hrss.wages", records, id_=id_)
        event = envelope(BATCH, {"records": [dict(reversed(list(r.items()))) for r in records]}, id=id_, source="/departments/hrss",
                         subject="hrss.wages", time="2024-07-01T09:00:00+08:00")
        hrss = self.clients["hrss"]
        hrss.sock.send(json.dumps(event, indent=3).encode())
        again = hrss.recv()["data"]
        self.assertEqual(again, {**first, "duplicate": True})
        for other in (dict(records=records[::-1]), dict(records=records[:1]), dict(records=[wage(21), wage(22, amount="10.0")]),
                      dict(records=records, declared={"count": 2})):
            self.refused("id_reused", self.batch, "hrss.wages", id_=id_, **other)
        self.assertFalse(self.batch("hrss.pensions", [], id_=id_)["duplicate"], "another dataset is another batch")
        for source, subject, code, pointer in (("/departments/police", "hrss.wages", "forbidden", "/source"),
                                               ("/departments/hrss", "police.deaths", "forbidden", "/subject"),
                                               ("/departments/hrss", "hrss.nothing", "not_found", "/subject"),
                                               ("/departments/hrss", None, "bad_envelope", "/subject")):
            data = self.refused(code, hrss.ask, BATCH, {"records": []}, source=source, subject=subject)
            self.assertEqual(data["pointer"], pointer)
        for data, pointer in (({}, "/records"), ({"records": {}}, "/records"), ({"records": [{}] * 10001}, "/records"),
                              ({"records": [], "declared": {"count": "x"}}, "/declared/count")):
            self.assertEqual(self.refused("bad_data", hrss.ask, BATCH, data, source="/departments/hrss", subject="hrss.wages")["pointer"], pointer)

    def test_05_whole_lists(self):
        children = [{"resident_id": resident_id(n, "20150101"), "name": "小孩", "class": "orphan", "since": "2020-01-01",
                     "monthly_amount": "1000.00"} for n in range(20)]

        def part(list_id, n, parts, records, count, as_of, **more):
            return self.batch("civil.children", records, snapshot={"id": list_id, "part": n, "parts": parts, "as_of": as_of, "scope": "",
                                                                   "count": count, **more})

        def state(*args, **more):
            return part(*args, **more)["snapshot"]["state"]

        def ops():
            return [r["op"] for _, e in self.suite.stream("intake", "facts", topic="fact/civil.children") for r in e["data"]["records"]]

        first = part("L1", 2, 2, children[10:], 20, "2024-01-31")  # the second part first
        self.assertEqual((first["snapshot"]["state"], first["seq"], ops()), ("waiting", None, []))
        lists = self.ask("intake", "status", {})["lists"]
        self.assertEqual([(x["snapshot"], x["state"], x["parts_in"]) for x in lists], [("L1", "waiting", 1)])
        self.assertEqual(self.refused("conflict", part, "L1", 2, 2, children[10:], 20, "2024-01-31")["pointer"], "/snapshot/part")
        self.assertEqual(self.refused("bad_data", part, "L1", 1, 2, children[:10], 21, "2024-01-31")["pointer"], "/snapshot/count")
        self.refused("bad_data", part, "L1", 3, 2, children[:10], 20, "2024-01-31")
        self.assertEqual(state("L1", 1, 2, children[:10], 20, "2024-01-31"), "applied")
        self.assertEqual(ops(), ["put"] * 20)
        self.assertEqual(state("L2", 1, 1, children[:19], 20, "2024-02-29"), "inconsistent")
        self.assertEqual(state("L3", 1, 1, children, 20, "2024-02-29", total="1.00"), "inconsistent")
        self.assertEqual(state("L4", 1, 1, children[:19] + [dict(children[19], monthly_amount="x")], 20, "2024-02-29"), "inconsistent")
        self.assertEqual(ops(), ["put"] * 20, "no list that disagrees ends anything")
        self.assertEqual(state("L5", 1, 1, children[:18], 18, "2024-03-31"), "applied", "10 % are not over 10 %")
        self.assertEqual(ops()[20:], ["end"] * 2)
        self.assertEqual(state("L6", 1, 1, children[:16], 16, "2024-04-30"), "needs_confirmation")
        self.assertEqual(state("L7", 1, 1, [], 0, "2024-04-30"), "needs_confirmation")
        self.assertEqual(len(ops()), 22)
        self.refused("forbidden", self.ask, "intake", "confirm", {"dataset": "civil.children", "snapshot": "L6", "accept": True}, key="civil")
        id_ = str(uuid.uuid4())
        reply = self.ask("intake", "confirm", {"dataset": "civil.children", "snapshot": "L6", "accept": True}, id_=id_)
        self.assertEqual((reply["state"], reply["ended"]), ("applied", 2))
        self.assertEqual(self.ask("intake", "confirm", {"dataset": "civil.children", "snapshot": "L6", "accept": True}, id_=id_), reply)
        self.refused("id_reused", self.ask, "intake", "confirm", {"dataset": "civil.children", "snapshot": "L6", "accept": False}, id_=id_)
        r = part("L8", 1, 1, children[:16] + children[:1], 17, "2024-05-31")
        self.assertEqual((r["snapshot"]["state"], r["snapshot"]["put"], r["snapshot"]["unchanged"]), ("applied", 0, 16))
        self.assertEqual(state("L9", 1, 1, children[:16], 16, "2024-01-15"), "inconsistent", "an older list does not overtake")

    def test_06_numbers_of_the_old_form_and_small_x(self):
        old = "990681600101009"
        new = old[:6] + "19" + old[6:] + resident_id(9)[-1]
        small = next(resident_id(n, "19610101") for n in range(100) if resident_id(n, "19610101").endswith("X"))
        self.assertEqual(self.batch("hrss.wages", [wage(0, resident_id=old) | {"resident_id": old}, wage(0) | {"resident_id": small.lower()}])["accepted"], 2)
        find = lambda document: self.ask("intake", "find", {"document": document, "reason": "household inquiry"})["person"]  # noqa: E731
        self.assertEqual(find(old), find(new))
        self.assertEqual(find(small), find(small.lower()))

    # ---- streams ----------------------------------------------------------------------------------------------------
    def test_07_waits_without_a_household_and_follows_when_it_moves(self):
        self.batch("civil.enrolments", [{"enrolment_no": "E500", "category": "tekun", "household_no": "H500", "members": [resident_id(500)],
                                         "from": "2023-01-01", "monthly_amount": "1070.00"}])
        self.batch("police.deaths", [{"resident_id": resident_id(500), "name": "测试", "died_on": "2024-05-20", "registered_on": "2024-05-25"}])
        self.suite.rest()
        waiting = self.ask("comparison", "status", {})["counts"]["waiting"]
        self.assertGreater(waiting, 0)
        self.assertEqual(self.suite.stream("comparison", "findings", topic="finding/"), [])
        self.batch("civil.households", [household(500, "H500")])
        self.suite.rest()
        self.assertEqual(self.ask("comparison", "status", {})["counts"]["waiting"], waiting - 1)
        old, new = f"finding/{TOWN_A}201/no_longer_qualifies", f"finding/{TOWN_B}201/no_longer_qualifies"
        self.assertEqual([t for t, _ in self.suite.stream("comparison", "findings", topic="finding/")], [old])
        sub = self.suite.subscriber("alerting", "town-a", "")
        wait_for("a beat", lambda: sub.poll(100) and sub.recv_multipart()[0] == b"beat/alerts")
        self.batch("civil.households", [household(500, "H500", TOWN_B)])
        self.suite.rest()
        self.assertEqual([t for t, _ in self.suite.stream("comparison", "findings", topic="finding/")], [old, old, new])
        alerts = [f"alert/{town}201/red" for town in (TOWN_A, TOWN_A, TOWN_B)]
        self.assertEqual([t for t, _ in self.suite.stream("alerting", "alerts", topic="alert/")], alerts)
        # the township that it left hears so, live, and nothing of the other; beats go on and lead
        heard = []
        while not heard or heard[-1]["type"] != "plimsoll.beat.v1" or heard[-1]["data"]["last"] < 3:
            self.assertTrue(sub.poll(10000 * SLOW))
            topic, event = sub.recv_multipart()
            self.assertNotIn(TOWN_B, topic.decode())
            heard.append(json.loads(event))
        seen = [e for e in heard if e["type"] == "plimsoll.alert.v1"]
        self.assertEqual([(e["sequence"], e["data"]["region"]) for e in seen], [(f"{2:020d}", TOWN_B + "201")])
        self.assertEqual(len(heard[-1]["data"]["hash"]), 64)
        sub.close()
        for key, expected in (("town-a", [1, 2]), ("town-b", [3]), ("nowhere", [])):
            self.assertEqual([int(e["sequence"]) for _, e in self.suite.stream("alerting", "alerts", key=key)], expected, key)
            page = self.suite.ask("alerting", FETCH, {"after": 0}, key=key)
            self.assertEqual((page["last"], page["more"]), (3, False), "last is the last one examined")
        snapshot = lambda key: self.suite.ask("alerting", "plimsoll.stream.snapshot.v1", {}, key=key)  # noqa: E731
        self.assertEqual([len(snapshot(k)["events"]) for k in ("operator", "town-b", "town-a", "nowhere")], [1, 1, 0, 0])

    def test_08_large_events_and_pages(self):
        sub = self.suite.subscriber("intake", "auditor-of-wages", "")
        wait_for("a beat", lambda: sub.poll(100) and sub.recv_multipart())
        for k in range(4):
            r = self.batch("hrss.wages", [wage(n % 1000, f"19{50 + n // 1000:02d}0102", employer=f"EE{k}") for n in range(10000)])
        heard = []
        while not heard or int(heard[-1]["sequence"]) < r["seq"]:
            self.assertTrue(sub.poll(30000 * SLOW))
            topic, event = sub.recv_multipart()
            if topic == b"fact/hrss.wages":
                self.assertLessEqual(len(event), 65536)
                heard.append(json.loads(event))
        sub.close()
        self.assertIn(False, ["data" in e for e in heard], "an event over 64 KiB comes without data")
        sequences, after, pages = [], 0, 0
        with self.suite.client("intake") as c:
            while True:
                c.send(FETCH, {"after": after, "limit": 1000})
                self.assertTrue(c.sock.poll(30000 * SLOW))
                frame = c.sock.recv_multipart()[-1]
                self.assertLess(len(frame), 4 * MIB + 4096)
                page = json.loads(frame)["data"]
                sequences += [int(e["sequence"]) for e in page["events"]]
                self.assertTrue(all("data" in e for e in page["events"]))
                self.assertTrue(page["events"])
                after, pages = page["last"], pages + 1
                if not page["more"]:
                    break
            self.assertEqual(sequences, list(range(1, r["seq"] + 1)))
            self.assertGreater(pages, 1)
            self.assertEqual(len(c.ask(FETCH, {"after": 0, "limit": 1, "topic": "fact/police"})["events"]), 1)
            page = c.ask(FETCH, {"after": 0, "limit": 1, "topic": "fact/medical"})
            self.assertEqual((page["events"], page["last"], page["more"]), ([], r["seq"], False))
            self.assertEqual(c.ask(FETCH, {"after": 10 ** 9})["last"], r["seq"])
            for data, pointer in (({}, "/after"), ({"after": -1}, "/after"), ({"after": 0, "limit": 0}, "/limit"), ({"after": 0, "limit": 1001}, "/limit")):
                self.assertEqual(self.refused("bad_data", c.ask, FETCH, data)["pointer"], pointer)
            self.refused("not_found", c.ask, FETCH, {"after": 0, "stream": "findings"})
        topics = {t for t, _ in self.suite.stream("intake", "facts", key="auditor-of-wages")}
        self.assertEqual(topics, {"fact/hrss.wages"})
        self.refused("forbidden", self.suite.ask, "intake", FETCH, {"after": 0, "stream": "audit"}, key="auditor-of-wages")
        self.refused("forbidden", self.suite.ask, "alerting", FETCH, {"after": 0}, key="charity")

    # ---- commands ---------------------------------------------------------------------------------------------------
    def test_09_commands_are_carried_out_once(self):
        alert = self.suite.stream("alerting", "alerts", topic="alert/")[-1][1]["data"]
        body = {"alert": alert["alert"], "version": alert["version"]}
        self.refused("forbidden", self.ask, "alerting", "acknowledge", body, key="town-a")
        self.refused("forbidden", self.ask, "alerting", "assign", dict(body, to="ming"), key="town-b")
        for version in (1, 99):
            data = self.refused("conflict", self.ask, "alerting", "acknowledge", dict(body, version=version), key="town-b")
            self.assertEqual((data["current"]["alert"], data["current"]["version"]), (alert["alert"], 2))
        self.refused("not_found", self.ask, "alerting", "acknowledge", dict(body, alert=str(uuid.uuid4())))
        self.assertEqual(self.refused("bad_data", self.ask, "alerting", "acknowledge", {"alert": "x", "version": 1})["pointer"], "/alert")
        id_ = str(uuid.uuid4())
        reply = self.ask("alerting", "acknowledge", body, key="town-b", id_=id_)
        self.assertEqual((reply["state"], reply["version"]), ("acknowledged", 3))
        self.assertEqual(self.ask("alerting", "acknowledge", dict(reversed(body.items())), key="town-b", id_=id_), reply)
        self.refused("id_reused", self.ask, "alerting", "acknowledge", dict(body, version=3), key="town-b", id_=id_)
        self.assertEqual(len(self.suite.stream("alerting", "alerts", topic="alert/")), 4)
        self.refused("unknown_type", self.ask, "alerting", "dance", {})
        # a visit proposes an end; what is drawn goes on until the register says otherwise
        drawn = lambda: [e for e in self.ask("comparison", "register", {})["register"] if e["category"] == "tekun"]  # noqa: E731
        before = drawn()
        visit = {"alert": alert["alert"], "version": 3, "visited_on": "2024-06-01", "visitors": ["ming", "fang"], "result": "should_exit", "note": "seen"}
        self.assertEqual(self.refused("bad_data", self.ask, "alerting", "visit", dict(visit, visitors=["ming"]))["pointer"], "/visitors")
        self.assertEqual(self.ask("alerting", "visit", visit)["state"], "visited")
        self.suite.rest()
        self.suite.plimsoll("tick", "--to", "2024-06-20")
        self.suite.rest()
        self.assertEqual((before, drawn()), ([{"category": "tekun", "households": 1, "people": 1}],) * 2)
        self.refused("conflict", self.ask, "comparison", "tick", {"to": "2024-06-01"})

    def test_10_nobody_is_named_behind_the_door(self):
        number, name, phone, plate = resident_id(777, "19550505"), "欧阳修竹", "13912345678", "苏F88888"
        wrong = number[:-1] + ("0" if number[-1] != "0" else "1")
        entry = {**household(777, "户口" + number), "phone": phone, "address": "幸福路十八号",
                 "members": [{"resident_id": number, "name": name, "relation": "head"}]}
        self.assertEqual(self.batch("civil.households", [entry])["accepted"], 1)
        self.assertEqual(self.batch("civil.households", [dict(entry, household_no="W", members=[dict(entry["members"][0], resident_id=wrong)])])["rejected"], 1)
        vehicle = {"vehicle_no": plate, "resident_id": number, "class": "car", "registered_on": "2024-01-01"}
        self.assertEqual(self.batch("police.vehicles", [vehicle, dict(vehicle, vehicle_no=plate + "X", **{"class": number})])["rejected"], 1)
        self.assertEqual(self.refused("bad_envelope", self.batch, "police.vehicles", [vehicle], id_="b-" + number)["pointer"], "/id")
        self.assertEqual(self.refused("bad_data", self.ask, "intake", "find", {"document": number, "reason": "see " + number})["pointer"], "/reason")
        alert = self.suite.stream("alerting", "alerts", topic="alert/")[-1][1]["data"]
        body = {"alert": alert["alert"], "version": alert["version"]}
        self.assertEqual(self.refused("bad_data", self.ask, "alerting", "assign", dict(body, to=number))["pointer"], "/to")
        visit = {**body, "visited_on": "2024-06-01", "visitors": ["ming", "fang"], "result": "no_hardship"}
        self.assertEqual(self.refused("bad_data", self.ask, "alerting", "visit", dict(visit, note="证号" + number))["pointer"], "/note")
        self.suite.plimsoll("find", "--reason", "household inquiry", stdin=number + "\n")
        done = self.suite.plimsoll("find", "--reason", "household inquiry", number, check=2)
        self.assertNotIn(number, done.stderr + done.stdout)
        self.suite.rest()
        dump = self.suite.lib('PGPASSFILE=$VAR/secrets/pgpass "$PG_BIN/pg_dump" -h 127.0.0.1 -p "$PG_PORT" -U postgres --inserts plimsoll')
        logs = "".join(p.read_text(errors="replace") for p in (self.suite.var / "log").glob("*.log"))
        for secret in (number, wrong, name, phone, "幸福路", plate):
            for where in (dump, logs):
                self.assertNotIn(secret, where)
            self.assertNotIn(secret.encode().hex(), dump)

    # ---- the command line -------------------------------------------------------------------------------------------
    def test_11_exit_codes_and_what_to_do_next(self):
        run = self.suite.plimsoll
        for args in (["--help"], ["status", "--help"], ["status"], ["compare"], ["explain", "H500"], ["explain", "H500", "--lang", "zh"],
                     ["explain", "H500", "--as-of", "2024-06-01", "--known-at", "2024-06-01"], ["chain", "H500"], ["verify"], ["keys", "list"],
                     ["rejects", "medical.settlements"], ["tick", "--to", "2024-06-20"], ["watch", "alert/", "--after", "0", "--limit", "1"]):
            self.assertTrue(run(*args).stdout, args)
        for args in (["status"], ["compare"], ["explain", "H500"], ["chain", "H500"], ["verify"], ["tick", "--to", "2024-06-20"],
                     ["keys", "new", "x1", "--streams", "alerts"], ["keys", "revoke", "x1"], ["watch", "alert/", "--after", "0", "--limit", "1"]):
            json.loads(run(*args, "--json").stdout)
        self.assertEqual(json.loads(run("find", "--reason", "household inquiry", "--json", stdin=resident_id(500) + "\n").stdout)["region"], TOWN_B + "201")
        for line in run("rejects", "hrss.wages", "--json", check=1).stdout.splitlines():
            self.assertIn("code", json.loads(line))
        for args, word in (([], "usage"), (["dance"], "no command"), (["status", "x"], "too many"), (["status", "--x"], "unknown option"),
                           (["explain"], "household"), (["explain", "NOBODY"], "no household"), (["explain", "H500", "--as-of", "2024-06-31"], "YYYY-MM-DD"),
                           (["explain", "H500", "--lang", "fr"], "en or zh"), (["rejects", "no.such"], "dataset"), (["compare", "--region", "12345"], "digits"),
                           (["tick", "--to", "2024-01-01"], "does not go back"), (["keys", "new", "x2", "--regions", "32068"], "digits"),
                           (["keys", "new", "x2", "--streams", "alert"], "--streams"), (["keys", "new", "x2", "--until", "2020-01-01"], "past"),
                           (["keys", "new", "operator"], "already"), (["keys", "revoke", "x2"], "no registered key"), (["watch", "nothing/"], "alert/"),
                           (["--key", "charity", "watch", "alert/", "--after", "0"], "next:"), (["--key", "none", "watch", "alert/"], "keys new"),
                           (["send", "hrss.wages", "/nowhere"], "cannot read"), (["send", "hrss.wages", "/nowhere.csv"], "cannot read")):
            self.assertIn(word, run(*args, check=2).stderr, args)
        with subprocess.Popen([BIN / "plimsoll", "watch", "alert/"], env=self.suite.env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                              text=True) as watch:
            self.assertIn("--after 0", watch.stderr.readline())
            watch.terminate()
        for stdin, reason in (("", "household inquiry"), (resident_id(1), "x"), (resident_id(1)[:-1], "household inquiry"),
                              (resident_id(998, "19110101"), "household inquiry")):
            run("find", "--reason", reason, stdin=stdin, check=2)
        run("find", stdin=resident_id(1), check=2)
        feed = self.suite.dir / "wages.ndjson"
        feed.write_text("".join(json.dumps(wage(n, amount=amount)) + "\n" for n, amount in ((300, "1.00"), (301, "x"))))
        self.assertIn("1 rejected", run("send", "hrss.wages", feed, check=1).stdout)
        corrected = self.suite.dir / "corrected.ndjson"
        corrected.write_text(json.dumps(wage(301, amount="2.00")) + "\n")
        run("rejects", "hrss.wages", "--resubmit", corrected)

    # ---- tampering --------------------------------------------------------------------------------------------------
    def test_12_verify_finds_every_way_to_lie(self):
        self.suite.rest()
        self.suite.plimsoll("verify")
        psql = self.suite.psql

        def faults(what, expected):
            done = self.suite.plimsoll("verify", check=1)
            found = [line for line in done.stdout.splitlines() if line.startswith("FAULT")]
            self.assertTrue(any(expected in line for line in found), (what, expected, found))

        for schema, name, row in (("intake", "audit", 2), ("comparison", "findings", 2)):
            table, where = f"{schema}.stream", f"name = '{name}' and seq = {row}"
            psql(f"create table public.kept as select * from {table}")

            def restore():
                psql(f"truncate {table}; insert into {table} select * from public.kept")

            for what, sql in (("payload", f"update {table} set payload = set_byte(payload, 40, get_byte(payload, 40) # 1) where {where}"),
                              ("topic", f"update {table} set topic = topic || 'x' where {where}"),
                              ("time", f"update {table} set time_us = time_us + 1 where {where}"),
                              ("deleted", f"delete from {table} where {where}")):
                psql(sql)
                faults(what, f"{name} {row}")
                if what == "payload":
                    rechain(self.suite, schema, name, row)
                    faults("payload, chain recomputed", f"{name} {row}")
                restore()
            columns = "name, id, type, topic, time_us, matter, closes, payload, payload_hash, hash, erased"
            last = int(psql(f"select max(seq) from {table} where name = '{name}'"))
            psql(f"insert into {table} (seq, {columns}) select seq + 1, {columns} from {table} where name = '{name}' and seq = {last}")
            faults("inserted", f"{name} {last + 1}")
            restore()
            psql(f"delete from {table} where name = '{name}' and seq = {last}")
            faults("cut off", f"{name} {last}")
            restore()
            psql("drop table public.kept")
        psql("create table public.cursors as select * from alerting.cursor; create table public.inputs as select * from alerting.input")
        for what, sql in (("cursor moved", "update alerting.cursor set seq = seq - 1 where stream = 'findings'"),
                          ("cursor's hash", "update alerting.cursor set hash = decode(repeat('00', 32), 'hex') where stream = 'findings'"),
                          ("log's hash", "update alerting.input set hash = decode(repeat('00', 32), 'hex') where stream = 'findings' and seq = 2"),
                          ("log's row", "delete from alerting.input where stream = 'findings' and seq = 2"),
                          ("log", "delete from alerting.input where stream = 'findings'"),
                          ("log and cursor", "delete from alerting.input where stream = 'findings'; delete from alerting.cursor where stream = 'findings'")):
            psql(sql)
            faults(what, "received by alerting")
            psql("truncate alerting.cursor, alerting.input; insert into alerting.cursor select * from public.cursors; "
                 "insert into alerting.input overriding system value select * from public.inputs")
        psql("drop table public.cursors, public.inputs")
        self.suite.plimsoll("verify")

    # ---- trouble ----------------------------------------------------------------------------------------------------
    def test_13_a_subscriber_outlives_the_service(self):
        sub = self.suite.subscriber("alerting", "operator", "alert/", "beat/")
        wait_for("a beat", lambda: sub.poll(100) and sub.recv_multipart())
        last = int(self.suite.stream("alerting", "alerts")[-1][1]["sequence"])
        self.suite.kill("alerting")
        done = self.suite.plimsoll("status", "--timeout", 2 * SLOW, check=2)
        self.assertIn("unreachable", done.stdout)
        self.batch("civil.households", [household(600, "H600")])
        self.batch("civil.enrolments", [{"enrolment_no": "E600", "category": "tekun", "household_no": "H600", "members": [resident_id(600)],
                                         "from": "2023-01-01", "monthly_amount": "1070.00"}])
        self.batch("police.deaths", [{"resident_id": resident_id(600), "name": "测试", "died_on": "2024-06-10", "registered_on": "2024-06-12"}])
        self.suite.spawn("alerting")
        self.suite.wait_ready("alerting")
        self.suite.rest()
        beat = 0
        while beat <= last:  # the same socket: reconnected by itself, the beat says that there is something to fetch
            self.assertTrue(sub.poll(30000 * SLOW))
            topic, event = sub.recv_multipart()
            if topic == b"beat/alerts":
                beat = json.loads(event)["data"]["last"]
        sub.close()
        missed = self.suite.ask("alerting", FETCH, {"after": last})["events"]
        self.assertEqual([e["data"]["kind"] for e in missed], ["no_longer_qualifies"])
        self.suite.plimsoll("verify")

    def postgres_stop(self):
        self.suite.lib('cd /; pg_run "$PG_BIN/pg_ctl" -D "$VAR/pg" -m immediate stop >/dev/null')

    def test_14_postgres_away_in_the_middle_of_a_feed(self):
        receipts, refusals, stop = [], set(), threading.Event()

        def feed():
            with self.suite.client("intake", "hrss") as c:
                n = 0
                while not stop.is_set() or len(receipts) < 40:
                    try:
                        receipts.append(c.batch("hrss.wages", [wage(k, "19700101", employer=f"PG{n}") for k in range(100)], id_=f"away-{n}", seconds=10))
                        n += 1
                    except Refused as refused:
                        refusals.add(refused.data["code"])
                        stop.wait(min(0.2, refused.data["retry_after_ms"] / 1000))  # as it was told, and often
                    except AssertionError:
                        refusals.add("silence")

        sender = threading.Thread(target=feed)
        sender.start()
        try:
            wait_for("some batches", lambda: len(receipts) > 5)
            self.postgres_stop()
            wait_for("everyone to say so", lambda: all(self.suite.http(s, "/readyz")[0] == 503 for s in SERVICES))
            for s in SERVICES:
                self.assertIn("database", self.suite.http(s, "/readyz")[1])
                self.assertEqual(self.suite.http(s, "/livez")[0], 200)
            self.assertIn("database", self.suite.plimsoll("status", check=1).stdout)
            self.assertIn("next:", self.suite.plimsoll("explain", "H500", check=2).stderr)
            self.suite.kill("referral")  # one of them starts before its database does
            self.suite.spawn("referral")
            wait_for("referral to wait", lambda: self.answers("referral") == 503)
            stopped = len(receipts)
        finally:
            self.suite.lib("pg_start")
            stop.set()
            sender.join()
        for s in SERVICES:
            self.suite.wait_ready(s)
        self.assertGreaterEqual(len(receipts), max(40, stopped))
        self.assertLessEqual(refusals, {"not_ready", "busy"})
        self.assertEqual({r["status"] for r in receipts}, {"accepted"})
        self.suite.rest()
        for s in STATIONS[1:]:
            self.assertEqual(self.suite.psql(f"select count(*) from {s}.poison"), "0")
        self.assertEqual(self.suite.psql("select count(*) from intake.batch where id like 'away-%'"), str(len(receipts)))
        self.suite.plimsoll("verify")

    def answers(self, service):
        try:
            return self.suite.http(service, "/readyz")[0]
        except OSError:
            return None


if __name__ == "__main__":
    unittest.main(verbosity=2)
