# SPDX-License-Identifier: Apache-2.0
"""The Contract as an outsider meets it: Python's zmq with CURVE, no code of ours but the harness that starts the suite."""
import json
import pathlib
import sys
import time
import unittest
import uuid

import zmq

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness import SLOW, Refused, Suite, wait_for  # noqa: E402
from people import with_check  # noqa: E402

TOWN_A, TOWN_B = "320681100", "320681101"


def resident_id(n, born="19600101"):
    """A number that no person has, with its check character."""
    return with_check(f"990681{born}{n:03d}")


def person(n):
    return resident_id(n % 1000, f"19{50 + n // 1000 % 40:02d}0{1 + n // 40000 % 9}1{n // 360000 % 10}")


class Contract(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.suite = Suite("contract")
        try:
            cls.suite.start()
            cls.suite.key("town-a", "--streams", "alerts", "--regions", TOWN_A)
            cls.suite.key("wages-only", "--department", "hrss", "--datasets", "hrss.wages")
            cls.civil = cls.suite.client("intake", "civil")
            cls.people = 2600
            households, enrolments = [], []
            for n in range(cls.people):
                town = TOWN_A if n % 2 == 0 else TOWN_B
                households.append({"household_no": f"H{n}", "region": f"{town}201", "area": "rural", "effective_on": "2023-12-31",
                                   "members": [{"resident_id": person(n), "name": "测试", "relation": "head"}]})
                enrolments.append({"enrolment_no": f"E{n}", "category": "tekun", "household_no": f"H{n}", "members": [person(n)],
                                   "from": "2023-01-01", "monthly_amount": "1070.00"})
            for batch, dataset in ((households, "civil.households"), (enrolments, "civil.enrolments")):
                receipt = cls.civil.batch(dataset, batch)
                assert receipt["status"] == "accepted" and receipt["accepted"] == cls.people, receipt
            cls.suite.rest()
            cls.suite.plimsoll("tick", "--to", "2024-06-30")
            cls.suite.rest()
        except BaseException:
            cls.suite.stop(keep=True)
            raise

    @classmethod
    def tearDownClass(cls):
        cls.suite.stop()

    def deaths(self, numbers):
        return [{"resident_id": person(n), "name": "测试", "died_on": "2024-06-20", "registered_on": "2024-06-25"} for n in numbers]

    def test_01_receipt_then_the_same_receipt_as_duplicate(self):
        records = [{"resident_id": person(2000), "employer": "91320681X", "month": "2024-05", "amount": "1800.00"}]
        with self.suite.client("intake", "hrss") as hrss:
            id_ = str(uuid.uuid4())
            first = hrss.batch("hrss.wages", records, id_=id_)
            again = hrss.batch("hrss.wages", records, id_=id_)
            self.assertEqual((first["status"], first["accepted"], first["rejected"], first["duplicate"]), ("accepted", 1, 0, False))
            self.assertTrue(again["duplicate"])
            self.assertEqual({**again, "duplicate": False}, first)
            with self.assertRaises(Refused) as refused:
                hrss.batch("hrss.wages", [dict(records[0], amount="1900.00")], id_=id_)
            self.assertEqual(refused.exception.data["code"], "id_reused")

    def test_02_forbidden_outside_its_datasets(self):
        with self.suite.client("intake", "wages-only") as c:
            for source, subject in (("/departments/hrss", "hrss.pensions"), ("/departments/police", "police.deaths")):
                with self.assertRaises(Refused) as refused:
                    c.ask("plimsoll.feed.batch.v1", {"records": []}, source=source, subject=subject)
                self.assertEqual(refused.exception.data["code"], "forbidden")

    def test_03_a_township_hears_its_own_alerts_only(self):
        sub = self.suite.subscriber("alerting", "town-a", "alert/" + TOWN_A, "alert/" + TOWN_B, "")
        wait_for("a beat on the narrowed subscription", lambda: sub.poll(100) and sub.recv_multipart())
        with self.suite.client("intake", "police") as police:
            police.batch("police.deaths", self.deaths(range(0, 40)))
        regions, end = [], time.monotonic() + 30 * SLOW
        while len(regions) < 20 and time.monotonic() < end:
            if sub.poll(200):
                topic, event = sub.recv_multipart()
                self.assertFalse(topic.startswith(b"alert/" + TOWN_B.encode()), topic)
                if topic.startswith(b"alert/"):
                    regions.append(topic)
        self.assertEqual(len(regions), 20)
        self.suite.rest()
        while sub.poll(1200):  # beats go on; nothing of the other township among them
            topic = sub.recv_multipart()[0]
            self.assertFalse(topic.startswith(b"alert/" + TOWN_B.encode()), topic)
            if topic.startswith(b"beat/"):
                break
        sub.close()

    def test_04_sleeps_through_a_thousand_alerts_and_fetches_those_it_missed(self):
        with self.suite.client("alerting", "town-a") as c:
            after = c.ask("plimsoll.stream.fetch.v1", {"after": 0, "limit": 1000, "topic": "alert/"})
            while after["more"]:
                after = c.ask("plimsoll.stream.fetch.v1", {"after": after["last"], "limit": 1000})
            head = after["last"]
            with self.suite.client("intake", "police") as police:
                police.batch("police.deaths", self.deaths(range(40, 2040)))
            self.suite.rest()
            missed, page = [], {"more": True, "last": head}
            while page["more"]:
                page = c.ask("plimsoll.stream.fetch.v1", {"after": page["last"], "limit": 300})
                missed += page["events"]
        self.assertEqual(len(missed), 1000)
        self.assertEqual(len({e["data"]["household"] for e in missed}), 1000)
        self.assertTrue(all(e["data"]["region"].startswith(TOWN_A) for e in missed))
        sequences = [int(e["sequence"]) for e in missed]
        self.assertEqual(sequences, sorted(sequences))
        self.assertTrue(all(len(e["sequence"]) == 20 for e in missed))

    def test_05_req_socket_gets_its_delimiter_back(self):
        sock = self.suite.context.socket(zmq.REQ)
        self.suite.curve(sock, "comparison", "operator")
        sock.connect(f"tcp://127.0.0.1:{self.suite.ports['comparison']}")
        sock.send_json({"specversion": "1.0", "id": "1", "source": "/tests", "type": "plimsoll.comparison.status.v1",
                        "time": "2024-06-30T08:00:00+08:00", "datacontenttype": "application/json", "data": {}})
        self.assertTrue(sock.poll(10000 * SLOW))
        self.assertEqual(sock.recv_json()["causationid"], "1")
        sock.close()

    def test_06_bad_frames_are_named(self):
        with self.suite.client("intake", "civil") as c:
            for frame, code in ((b"{", "not_json"), (b'{"id":"1","id":"2"}', "not_json"), (b"[]", "bad_envelope"),
                                (b'{"specversion":"1.0","id":"7"}', "bad_envelope"), (b" " * (9 << 20), "too_large")):
                c.sock.send(frame)
                reply = c.recv()
                self.assertIsNotNone(reply, code)
                self.assertEqual((reply["type"], reply["data"]["code"]), ("plimsoll.error.v1", code))
            with self.assertRaises(Refused) as refused:
                c.ask("plimsoll.no.such.v1", {})
            self.assertEqual(refused.exception.data["code"], "unknown_type")
        with self.suite.client("intake", "civil") as c:  # beyond 16 MiB the connection is closed; the service lives on
            c.sock.send(b" " * (20 << 20))
            self.assertIsNone(c.recv(2))
        self.suite.ask("intake", "plimsoll.intake.status.v1", {})

    def test_07_an_unknown_key_gets_no_answer_and_a_revoked_one_no_more(self):
        self.suite.key("guest", "--streams", "alerts", "--regions", "*")
        guest = self.suite.client("alerting", "guest")
        sub = self.suite.subscriber("alerting", "guest", "alert/", "beat/")
        self.assertIn("last", guest.ask("plimsoll.stream.fetch.v1", {"after": 0, "limit": 1}))
        self.assertTrue(sub.poll(5000 * SLOW))
        self.suite.plimsoll("keys", "revoke", "guest")
        guest.send("plimsoll.stream.fetch.v1", {"after": 0})
        reply = guest.recv(2)
        self.assertTrue(reply is None or reply["data"].get("code") == "forbidden", reply)
        end = time.monotonic() + 3
        while time.monotonic() < end and sub.poll(1500):
            sub.recv_multipart()
        self.assertFalse(sub.poll(2500), "a revoked key still receives beats")
        done = self.suite.plimsoll("--key", "guest", "watch", "alert/", "--timeout", "5", check=2)
        self.assertIn("key", done.stderr)
        guest.close()
        sub.close()

    def test_08_rejects_name_record_place_and_reason(self):
        good = {"resident_id": person(2100), "employer": "E", "month": "2024-04", "amount": "10.00"}
        bad_id = resident_id(1)[:-1] + ("1" if resident_id(1)[-1] != "1" else "2")
        records = [good, dict(good, resident_id=bad_id), dict(good, month="2199-01"), dict(good, amount="1.234"), dict(good, extra=1),
                   good, dict(good, month="2024-03"), dict(good, month="2024-03", amount="11.00")]
        with self.suite.client("intake", "hrss") as c:
            receipt = c.batch("hrss.wages", records)
            self.assertEqual(receipt["status"], "partial")
            self.assertEqual(receipt["accepted"] + receipt["rejected"], len(records))
            by_index = {e["index"]: e for e in receipt["errors"]}
            self.assertEqual(sorted(by_index), [1, 2, 3, 4, 6, 7])
            self.assertEqual(by_index[1]["pointer"], "/resident_id")
            self.assertEqual(by_index[6]["code"], "duplicate_key")
            self.assertNotIn(bad_id, json.dumps(receipt))
            refused = c.batch("hrss.wages", [dict(good, month="x")])
            self.assertEqual((refused["status"], refused["seq"]), ("refused", None))
            with self.assertRaises(Refused) as unknown:
                self.suite.ask("intake", "plimsoll.feed.batch.v1", {"records": []}, key="hrss", source="/departments/hrss", subject="hrss.nothing")
            self.assertIn(unknown.exception.data["code"], ("not_found", "forbidden"))
        listed = self.suite.plimsoll("rejects", "hrss.wages", check=1).stdout
        self.assertIn("duplicate_key", listed)


if __name__ == "__main__":
    unittest.main(verbosity=2)
