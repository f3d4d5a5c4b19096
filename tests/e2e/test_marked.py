# SPDX-License-Identifier: Apache-2.0
"""Nobody has a name behind the door.  A whole county of marked people (document numbers, names, phones and addresses that
nothing else looks like) goes through a whole suite, with every kind of mistake; then every row of every schema, every file of
the cluster, every log, every event, page, metric and answer is searched for the marks.  They stand in sealed columns, which
only the vault's key opens, in answers to reveal, and in what a department reads of its own rejects.  Nowhere else."""
import json
import mmap
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import unittest
import uuid


HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "integration")]
import test_traffic as traffic  # noqa: E402
from harness import ROOT, SERVICES, SLOW, Suite, wait_for  # noqa: E402
from people import with_check  # noqa: E402

PROFILE = ROOT / "deploy" / "demo" / "small.yaml"
HOUSE = "㐃街"  # every marked address begins so


class Marks:
    """Each real-looking value becomes a marked one, the same each time.  A document: 987, a number, then birth and order as they
    were.  The first 14 digits (area and birth) are a mark by themselves: a part of a number is a leak, too."""

    def __init__(self):
        self.documents, self.names, self.phones, self.addresses = {}, {}, {}, {}

    def document(self, old):
        if old not in self.documents:
            body = f"987{len(self.documents) % 1000:03d}{old[6:14]}{old[14:17]}"
            if any(d[:17] == body for d in self.documents.values()):
                raise AssertionError("two people with one mark")
            self.documents[old] = with_check(body)
        return self.documents[old]

    def name(self, old):
        n = len(self.names)
        return self.names.setdefault(old, "㐀" + chr(0x3500 + n // 100) + chr(0x3600 + n % 100))

    def phone(self, old):
        return self.phones.setdefault(old, f"1997310{len(self.phones):04d}")

    def address(self, old):
        return self.addresses.setdefault(old, f"{HOUSE}{len(self.addresses)}号")

    def marked(self, schema, value, key=""):
        """The value with all that its schema calls personal marked."""
        if isinstance(value, dict):
            return {k: self.marked(schema.get("properties", {}).get(k, {}), v, k) for k, v in value.items()}
        if isinstance(value, list):
            return [self.marked(schema.get("items", {}), v, key) for v in value]
        if not isinstance(value, str):
            return value
        if re.fullmatch(r"\d{17}[\dX]", value) and (schema.get("format") == "resident-id" or value in self.documents):
            return self.document(value)
        if schema.get("x-pii"):
            return self.phone(value) if "phone" in key else self.address(value) if "address" in key else self.name(value)
        return value

    def county(self, there):
        for step in traffic.read_lines(there / "manifest.ndjson"):
            if step["step"] != "send":
                continue
            schema = json.loads((ROOT / "schemas" / "datasets" / f"{step['dataset']}.schema.json").read_text())
            path = there / step["file"]
            records = [self.marked(schema, r) for r in traffic.read_lines(path)]
            for r in records if step["dataset"] == "civil.households" else []:
                r["phone"] = self.phone(r["household_no"])  # the county is made without telephones
            path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records))

    def compile(self):
        self.starts = {d[:14].encode() for d in self.documents.values()} | {p.encode() for p in self.phones.values()}
        self.seen = re.compile(rb"987\d{11}|1997310\d{4}|\xe3\x90\x80\xe3[\x94-\x97].\xe3[\x98-\x9b].|" + re.escape(HOUSE.encode()) +
                               rb"|\\u3400\\u3[567]|\\u3403\\u8857", re.S | re.I)

    def find(self, data, most=5):
        """What of the marked stands in these bytes, with its surroundings."""
        out = []
        for m in self.seen.finditer(data):
            if m.group()[:1] in b"19" and m.group() not in self.starts:
                continue
            out.append(bytes(data[max(0, m.start() - 60):m.end() + 30]))
            if len(out) == most:
                break
        return out


HEX = re.compile(rb"\\x((?:[0-9a-f]{2}){8,})")


class Marked(traffic.Traffic):
    @classmethod
    def setUpClass(cls):
        cls.suite, cls.marks = Suite("marked"), Marks()
        try:
            cls.county = cls.suite.county(PROFILE)
            cls.marks.county(cls.county)
            cls.planted = cls.marks.document("110105190001010017")  # nobody's: what the tests themselves put into the database
            cls.marks.compile()
            cls.suite.start()
            cls.ear = traffic.Ear(cls.suite)
            cls.ear.start()
            wait_for("a beat of each stream", lambda: {t for t, _ in cls.ear.heard} >= {f"beat/{s}" for _, s in traffic.STREAMS})
            cls.player = traffic.Player(cls.suite, cls.county)
            cls.talk = cls.player.talk
            cls.player.play()
            cls.questions()
            cls.errors()
            cls.spoken = []  # (to what, bytes)
            cls.mistakes()
            cls.suite.rest()
            cls.fetch()
            cls.pages()
            cls.ear.over.set()
            cls.ear.join()
        except BaseException:
            cls.suite.stop(keep=True)
            raise

    @classmethod
    def say(cls, service, event, key="operator"):
        frame = event if isinstance(event, bytes) else json.dumps(event, ensure_ascii=False).encode()
        reply = cls.talk.raw(service, frame, key)
        if not isinstance(event, bytes) and reply.get("causationid") == event["id"]:
            del reply["causationid"]  # the asker's own word for the question, back to the asker alone
        cls.spoken.append((f"{service} {key} {frame[:160]!r}", json.dumps(reply, ensure_ascii=False).encode()))

    @classmethod
    def mistakes(cls):
        """Marked values wherever a mistake may bring them: departments in the wrong member, clerks in a free text."""
        m = cls.marks
        document, other = list(m.documents.values())[10:12]  # the first was erased by order
        name, phone, address = (next(iter(t.values())) for t in (m.names, m.phones, m.addresses))
        wage = {"resident_id": document, "employer": "E", "month": "2024-05", "amount": "1.00"}
        wrong = document[:17] + ("1" if document[17] != "1" else "2")
        cls.talk.batch("hrss.wages", [
            dict(wage, resident_id=wrong), dict(wage, month=document), dict(wage, amount=document), dict(wage, **{document: 1}),
            dict(wage, colour=document), dict(wage, phone=phone), dict(wage, name=name), document, [document], {document: document},
            dict(wage, resident_id=int(document[:17])), dict(wage, resident_id=f" {document}"), dict(wage, resident_id=document[:15]),
            dict(wage, resident_id={"no": document}), dict(wage, amount={address: name}), {**wage, "employer": "同", "amount": "2.00"},
            {**wage, "employer": "同", "amount": "3.00"}])
        envelope = {"specversion": "1.0", "id": str(uuid.uuid4()), "source": "/departments/hrss", "type": "plimsoll.feed.batch.v1",
                    "time": "2024-06-30T08:00:00Z", "datacontenttype": "application/json", "subject": "hrss.wages", "data": {"records": [wage]}}
        for member in ("id", "source", "subject", "type", "time", "actor", "causationid"):
            for value in (document, f"x-{document}"):
                cls.say("intake", {**envelope, "id": str(uuid.uuid4()), member: value}, "hrss")
        for frame in (b"{" + document.encode(), json.dumps(envelope).encode()[:-20], json.dumps(document).encode(), name.encode() * 50,
                      json.dumps({**envelope, "data": {"records": [document] * 10001}}).encode(),
                      json.dumps({**envelope, "data": {"records": document, "declared": document}}).encode(),
                      json.dumps({**envelope, "data": {"records": [], "snapshot": {"id": document}}}).encode()):
            cls.say("intake", frame, "hrss")
        ask = {**envelope, "source": "/tests/operator"}
        del ask["subject"]
        person = cls.talk.get("intake", "plimsoll.intake.find.v1", {"document": document, "reason": "asked by the household"})["person"]
        for service, verb, data in (
                ("intake", "find", {"document": document, "reason": f"number {document}"}), ("intake", "find", {"document": wrong, "reason": "asked again"}),
                ("intake", "find", {"document": name, "reason": "asked by name"}), ("intake", "find", {"reason": "no document"}),
                ("intake", "reveal", {"person": person, "fields": ["name"], "reason": f"is it {document}"}),
                ("intake", "reveal", {"person": document, "fields": ["name"], "reason": "a visit"}),
                ("intake", "reveal", {"person": person, "fields": [document], "reason": "a visit"}),
                ("intake", "reveal", {"person": str(uuid.uuid4()), "fields": ["name"], "reason": "a visit"}),
                ("intake", "retract", {"source": "/departments/hrss", "dataset": "hrss.wages", "batch": document}),
                ("intake", "rejects", {}), ("intake", "rejects", {"dataset": document}), ("intake", document, {}),
                ("comparison", "explain", {"household": document}), ("comparison", "household", {"person": document}),
                ("comparison", "register", {"region": document}), ("comparison", "tick", {"to": document}),
                ("alerting", "visit", {"alert": document, "version": 1}), ("alerting", "list", {"region": document}),
                ("alerting", "silence", {"household": str(uuid.uuid4()), "matter": "income", "until": "2024-07-10", "reason": f"see {document}"}),
                ("referral", "list", {"state": document}), ("referral", "answer", {"referral": document, "version": 1, "answer": "accepted"})):
            cls.say(service, {**ask, "id": str(uuid.uuid4()), "type": f"plimsoll.{service}.{verb}.v1", "data": data})
        # Who drafts a policy is answered in the draft's own words: these answers hold what the asker wrote, nothing else may.
        for verb, data in (("simulate", {"sets": [f"dibao.standard={document}"]}), ("list", {"category": document})):
            cls.talk.raw("comparison", json.dumps({**ask, "id": str(uuid.uuid4()), "type": f"plimsoll.comparison.{verb}.v1", "data": data}).encode())
        alert = cls.player.all("alerting", "alerts", "open")[0]
        for text in (document, f"their number: {other}."):
            cls.say("alerting", {**ask, "id": str(uuid.uuid4()), "type": "plimsoll.alerting.visit.v1",
                                 "data": {"alert": alert["alert"], "version": alert["version"], "visited_on": "2024-06-30", "visitors": ["a", "b"],
                                          "result": "apply", "note": text}})
        # Positive: what may be told is told, and is no part of `spoken`.
        cls.revealed = cls.talk.get("intake", "plimsoll.intake.reveal.v1",
                                    {"person": person, "fields": ["document", "name"], "reason": "a visit is due"})
        cls.rejects = cls.talk.get("intake", "plimsoll.intake.rejects.v1", {"records": True, "limit": 1000}, key="hrss")
        cls.document = document

    @classmethod
    def pages(cls):
        """All that HTTP tells: the dashboard's pages and live events, every service's health, metrics and errors."""
        page = cls.suite.ports["dashboard"] + 3
        alerts = json.loads(cls.suite.http("dashboard", "/api/alerts?state=all&limit=500", page)[1])["alerts"]
        paths = ["/", "/api/overview", "/api/regions", "/api/alerts?limit=500", "/api/alerts?state=all&limit=500", f"/api/alerts/{cls.document}",
                 f"/api/alerts?region={cls.document}", f"/{cls.document}", "/api/nothing"]
        paths += [f"/api/alerts/{a['alert']}" for a in alerts[:60]] + [f"/api/households/{a['household']}/chain" for a in alerts[:60]]
        for path in paths:
            cls.spoken.append((path, cls.suite.http("dashboard", path, page)[1].encode()))
        for service in SERVICES:
            for path in ("/metrics", "/statez", "/readyz", "/livez", f"/{cls.document}"):
                cls.spoken.append((f"{service} {path}", cls.suite.http(service, path)[1].encode()))
        cls.live = cls.live_events(page)
        cls.spoken.append(("/api/events", cls.live))

    @classmethod
    def live_events(cls, page):
        """What a page is told that heard nothing yet, up to the last alert."""
        cls.suite.dashboard_rest()
        last, heard = cls.suite.psql("SELECT max(seq) FROM dashboard.alert"), bytearray()
        end = re.compile(rf"\nid: {last}\n.*\n\n".encode(), re.S)

        def told():
            part = s.recv(1 << 16)
            assert part, "the live events ended"
            heard.extend(part)
            return end.search(heard, max(0, len(heard) - (1 << 17)))

        with socket.create_connection(("127.0.0.1", page), timeout=30 * SLOW) as s:
            s.sendall(b"GET /api/events?after=0 HTTP/1.0\r\nHost: localhost\r\n\r\n")  # not 1.1: no value is parted by a chunk's head
            wait_for(f"alert {last} on the page", told)
        return bytes(heard)

    def clean(self, what, data):
        self.assertEqual(self.marks.find(data), [], what)

    def test_marked_00_the_search_finds(self):
        """What is searched for is there to be found, and found in each form in which it could lie."""
        document, name = self.document, self.marks.name("控制")
        self.assertGreater(len(self.marks.documents), 1000)
        for text in (document, f"x{document[:14]}", name, json.dumps(name), next(iter(self.marks.phones.values())), next(iter(self.marks.addresses.values()))):
            self.assertNotEqual(self.marks.find(text.encode()), [], text)
        self.assertEqual(self.marks.find(b"98712319560309 and 13812345678"), [])
        self.assertEqual(self.revealed["document"], document)
        self.assertIn(document, json.dumps(self.rejects))
        self.assertGreater(len(self.live), 10000)

    def test_marked_01_no_event_and_no_answer(self):
        for stream, events in self.events.items():
            self.assertGreater(len(events), 0, stream)
            for topic, event in events:
                self.clean(f"{stream} {topic}", json.dumps([topic, event], ensure_ascii=False).encode())
        for topic, event in self.ear.heard:
            self.clean(topic, json.dumps([topic, event], ensure_ascii=False).encode())
        told = 0
        for request, reply in self.talk.log:
            if request["type"] == "plimsoll.intake.reveal.v1" or (request["type"] == "plimsoll.intake.rejects.v1" and request["data"].get("records")):
                continue
            told += 1
            self.clean(f"answer to {request['type']}", json.dumps(reply, ensure_ascii=False).encode())
        self.assertGreater(told, 300)
        for what, data in self.spoken:
            with self.subTest(what):
                self.clean(what, data)

    def dump(self):
        tool = shutil.which("pg_dump") or str(sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/pg_dump"))[-1])
        env = dict(self.suite.env, PGPASSFILE=str(self.suite.var / "secrets" / "pgpass"))
        path = self.suite.dir / "dump.sql"
        subprocess.run([tool, "-h", "127.0.0.1", "-p", str(self.suite.pg_port), "-U", "postgres", "-f", path, "plimsoll"], env=env, check=True)
        return path.read_bytes()

    def leaks(self, dump):
        found = self.marks.find(dump)
        for m in HEX.finditer(dump):  # bytea: the bytes themselves
            found += self.marks.find(bytes.fromhex(m.group(1).decode()))
        return found

    def test_marked_02_no_row(self):
        dump = self.dump()
        for table in ("intake.person_vault", "intake.quarantine", "comparison.", "alerting.", "referral.", "dashboard.", "intake.stream"):
            self.assertIn(f"COPY {table}".encode(), dump)
        self.assertEqual(self.leaks(dump), [])
        self.assertGreater(int(self.suite.psql("select count(*) from intake.person_vault")), 1000)
        # The search itself: a mark in a text, one in bytes.
        for value in (f"'{self.planted}'::text", f"convert_to('{self.planted}', 'UTF8')"):
            self.suite.psql(f"create table planted as select {value} as v")
            self.assertEqual(len(self.leaks(self.dump())), 1, value)
            self.suite.psql("drop table planted")

    def test_marked_03_no_file_of_the_cluster_and_no_log(self):
        for service in list(self.suite.processes):
            self.suite.end(service)
        self.suite.psql("checkpoint")
        seen = 0
        for path in sorted(self.suite.var.rglob("*")):
            if not path.is_file() or path.stat().st_size == 0:
                continue
            with open(path, "rb") as f, mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ) as data:
                found = [b for b in self.marks.find(data, 100) if self.planted.encode() not in b]
                self.assertEqual(found, [], str(path))
            seen += 1
        self.assertGreater(seen, 200)  # tables' files, the write-ahead log, PostgreSQL's log, ours
        for service in SERVICES:
            self.assertGreater((self.suite.var / "log" / f"{service}.log").stat().st_size, 0)


for name in [n for n in dir(Marked) if re.fullmatch(r"test_\d.*", n)]:
    setattr(Marked, name, None)  # the traffic's own tests


def load_tests(loader, _, __):
    return loader.loadTestsFromTestCase(Marked)


if __name__ == "__main__":
    unittest.main(verbosity=2)
