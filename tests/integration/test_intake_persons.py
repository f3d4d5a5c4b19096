#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""People without a resident ID, two pseudonyms that are one person, and one number that is two people: at the door."""
import datetime
import json
import os
import signal
import subprocess
import unittest
import uuid

from intake_world import Refused, World, child, psql, resident_id, today, wage, wait_for

MERGE, SPLIT, FIND, REVEAL = (f"plimsoll.intake.{v}.v1" for v in ("merge", "split", "find", "reveal"))
WHY = {"reason": "the registration office told us"}
BIRTH = "Q320123456"


def xor(a, b):
    return f"{int(a, 16) ^ int(b, 16):032x}"


def resident(n, **more):
    return {"resident_id": resident_id(n, "20240101"), "name": f"户籍{n}", "region": "320681100207", "area": "rural", "registered_on": "2024-01-05", **more}


def rescue(number, **more):
    return {"station_no": number, "class": "homeless", "admitted_on": "2024-01-02", **more}


def newborn(certificate=BIRTH, **more):
    record = child(1, **more)
    del record["resident_id"]
    return {"birth_certificate_no": certificate, **record}


class Persons(unittest.TestCase):
    def setUp(self):
        self.world = World()
        self.addCleanup(lambda: self.world.close(failed=any(e for _, e in getattr(self._outcome, "errors", []) if e)))
        self.world.start()

    def find(self, document, **more):
        return self.world.ask(FIND, {"document": document, "reason": "a test", **more})

    def refuses(self, code, *args, **more):
        with self.assertRaises(Refused) as refused:
            self.world.ask(*args, **more)
        self.assertEqual(refused.exception.code, code, refused.exception.data)
        return refused.exception.data

    def persons(self):
        """What persons events told, each change on a line of its own."""
        return [c for e in self.world.events() if e["type"] == "plimsoll.persons.v1" for c in e["data"].get("persons", []) + e["data"].get("moves", [])]

    def who(self):
        """person → who stands for them, as told last."""
        return {c["person"]: c["is"] for c in self.persons() if "is" in c}

    def holders(self, dataset):
        return [(r["index"], f["holder"]["person"], r["key"]) for e in self.world.events() if e["type"] == "plimsoll.facts.v1" and e["data"]["dataset"] == dataset
                for r in e["data"]["records"] for f in r["facts"]]

    def people(self, **expected):
        wait_for(f"status to tell {expected}", lambda: {k: v for k, v in self.world.ask("plimsoll.intake.status.v1", {})["people"].items() if k in expected} == expected)

    def test_somebody_without_a_resident_id(self):
        done = self.world.batch("civil.children", [newborn(), child(2), {**newborn(), "document_type": "passport", "document_no": "M 12345678", "issued_by": "kor"}
                                                   | {"birth_certificate_no": "Q320123457"}])
        self.assertEqual(done["accepted"], 3, done)
        first, second = self.holders("civil.children"), self.persons()
        self.assertEqual(len({p for _, p, _ in first}), 3)
        told = self.find(BIRTH, type="birth_certificate")
        self.assertEqual(told, {"person": first[0][1], "provisional": True})
        self.assertEqual(self.find("m1234-5678", type="passport", issuer="KOR")["person"], first[2][1])
        self.refuses("not_found", FIND, {"document": "M12345678", "type": "passport", "issuer": "USA", "reason": "a test"})
        self.refuses("bad_data", FIND, {"document": "12", "type": "birth_certificate", "reason": "a test"})
        self.assertEqual([c for c in second], [{"person": p, "is": p, "provisional": True} for p in sorted((first[0][1], first[2][1]))])
        self.people(provisional=2, merged=0)
        shown = self.world.ask(REVEAL, {"person": told["person"], "fields": ["document", "name"], "reason": "a test"})
        self.assertEqual(shown, {"person": told["person"], "document": BIRTH, "document_type": "birth_certificate", "name": "儿童1"})
        # Known again, by the running process and after a start; a correction is of the same record.
        self.world.batch("civil.children", [newborn(amount="1300.00")])
        self.world.end()
        self.world.start()
        self.world.batch("civil.children", [newborn(amount="1400.00")])
        self.assertEqual(len({(p, k) for _, p, k in self.holders("civil.children")}), 3)
        self.people(provisional=2)

    def test_a_record_states_that_two_are_one(self):
        self.world.batch("civil.children", [newborn()])
        baby = self.find(BIRTH, type="birth_certificate")["person"]
        self.world.batch("police.residents", [resident(1, birth_certificate_no=BIRTH), resident(2)])
        person = self.find(resident_id(1, "20240101"))
        self.assertEqual(person["also"], [baby])
        self.assertEqual(self.find(BIRTH, type="birth_certificate"), person)
        told = {c["person"]: c for c in self.persons()}
        self.assertEqual({k: v for k, v in told[baby].items() if k != "shift"},
                         {"person": baby, "is": person["person"], "provisional": True, "sex": "m", "born": "2024-01-01"})
        # One record under either identity: their keys differ by what was told.
        record = newborn()
        self.world.batch("civil.children", [{**record, "amount": None} and record])
        del record["birth_certificate_no"]
        self.world.batch("civil.children", [{"resident_id": resident_id(1, "20240101"), **record}])
        held = self.holders("civil.children")
        self.assertEqual([p for _, p, _ in held][-2:], [baby, person["person"]])
        self.assertEqual(xor(held[-2][2], told[baby]["shift"]), held[-1][2])
        self.people(provisional=0, merged=1)
        # Both are revealed as one, what came last; the number is the better one's.
        self.world.batch("civil.children", [newborn(name="新名")])
        for p in (baby, person["person"]):
            shown = self.world.ask(REVEAL, {"person": p, "fields": ["document", "name"], "reason": "a test"})
            self.assertEqual(shown, {"person": p, "document": resident_id(1, "20240101"), "name": "新名"})
        # The same again tells nothing; without the statement, or taken back, they are two.
        n = len(self.persons())
        self.world.batch("police.residents", [resident(1, birth_certificate_no=BIRTH)])
        self.assertEqual(len(self.persons()), n)
        self.world.batch("police.residents", [resident(1)])
        self.assertEqual(self.who()[baby], baby)
        self.world.batch("police.residents", [resident(1, birth_certificate_no=BIRTH)], id_="again")
        self.assertEqual(self.who()[baby], person["person"])
        self.world.batch("police.residents", [{"resident_id": resident_id(1, "20240101"), "retracted": True}])
        self.assertEqual(self.who(), {baby: baby})
        self.world.batch("police.residents", [resident(1, birth_certificate_no=BIRTH)], id_="wrong")
        with self.world.client("police") as c:
            c.ask("plimsoll.intake.retract.v1", {"source": "/departments/police", "dataset": "police.residents", "batch": "wrong"})
        self.assertEqual(self.who()[baby], baby)
        self.people(provisional=1, merged=0)

    def test_a_number_is_corrected_and_a_stranger_is_identified(self):
        self.world.batch("hrss.wages", [wage(3)])
        wrong = self.find(resident_id(3))["person"]
        self.world.batch("police.residents", [resident(4, former_resident_id=resident_id(3))])
        self.assertEqual(self.who()[wrong], self.find(resident_id(4, "20240101"))["person"])
        self.world.batch("civil.rescues", [rescue("2024-0007")])
        stranger = self.find("2024-0007", type="own", department="civil", register="rescue_station")["person"]
        self.world.batch("civil.rescues", [rescue("2024-0007", resident_id=resident_id(3))])
        self.assertEqual(self.who()[stranger], self.who()[wrong])  # over the corrected one
        # The old 15 digits are the same ID, not another.
        self.world.batch("hrss.wages", [{**wage(5), "resident_id": resident_id(5)[:6] + resident_id(5)[8:17]}])
        self.assertEqual(self.find(resident_id(5)), {"person": self.holders("hrss.wages")[-1][1]})

    def test_merged_by_command(self):
        self.world.batch("hrss.wages", [wage(1), wage(2), wage(3)])
        a, b, c = (self.find(resident_id(n))["person"] for n in (1, 2, 3))
        id_ = str(uuid.uuid4())
        done = self.world.ask(MERGE, {"from": a, "into": b, **WHY}, id_=id_)
        self.assertEqual({k: done[k] for k in ("from", "into", "person", "already")}, {"from": a, "into": b, "person": b, "already": False})
        self.assertEqual(self.world.ask(MERGE, {"from": a, "into": b, **WHY}, id_=id_), done)
        self.assertEqual({k: self.world.ask(MERGE, {"from": a, "into": b, **WHY})[k] for k in ("already", "seq")}, {"already": True, "seq": None})
        self.assertTrue(self.world.ask(MERGE, {"from": b, "into": a, **WHY})["already"])  # round in a circle: nothing to do
        self.assertEqual(self.who(), {a: b})
        self.world.ask(MERGE, {"from": b, "into": c, **WHY})  # a chain
        self.assertEqual({k: v for k, v in self.who().items() if k != c}, {a: c, b: c})
        found = self.find(resident_id(1))
        self.assertEqual((found["person"], sorted(found["also"])), (c, sorted((a, b))))
        self.refuses("bad_data", MERGE, {"from": a, "into": a, **WHY})
        self.refuses("not_found", MERGE, {"from": a, "into": str(uuid.uuid4()), **WHY})
        self.refuses("not_found", MERGE, {"from_document": {"document": resident_id(77)}, "into": a, **WHY})
        self.refuses("bad_data", MERGE, {"from": a, "into": b, "reason": f"they are {resident_id(1)}"})
        self.world.key("clerk", commands="intake.find")
        self.refuses("forbidden", MERGE, {"from": a, "into": b, **WHY}, key="clerk")
        # Somebody of whom no record has come yet.
        done = self.world.ask(MERGE, {"from": c, "into_document": {"document": resident_id(9)}, **WHY})
        self.assertEqual(self.find(resident_id(1))["person"], done["person"])
        entries = [e["data"] for e in self.world.events("audit") if e["data"]["action"] == "merge"]
        self.assertEqual([(e["person"], e["other"], e["reason"]) for e in entries][:2], [(b, a, WHY["reason"]), (b, a, WHY["reason"])])
        # Called wrong: taken apart; what a record states of it again does not count.
        self.world.ask(SPLIT, {"person": a, **WHY})
        self.assertEqual(self.who()[a], a)
        self.assertEqual(self.find(resident_id(1)), {"person": a})
        self.refuses("conflict", SPLIT, {"person": a, **WHY})
        self.refuses("not_found", SPLIT, {"person": str(uuid.uuid4()), **WHY})

    def test_what_is_called_wrong_stays_wrong(self):
        self.world.batch("civil.children", [newborn()])
        baby = self.find(BIRTH, type="birth_certificate")["person"]
        self.world.batch("police.residents", [resident(1, birth_certificate_no=BIRTH)])
        self.world.ask(SPLIT, {"person": baby, **WHY})
        self.world.batch("police.residents", [resident(1, birth_certificate_no=BIRTH, name="又")])
        self.assertEqual(self.who()[baby], baby)
        self.world.ask(MERGE, {"from": baby, "into_document": {"document": resident_id(1, "20240101")}, **WHY})
        self.assertNotEqual(self.who()[baby], baby)

    def test_one_number_two_people(self):
        self.world.batch("hrss.wages", [wage(1), wage(1, "2024-06"), wage(2)])
        self.world.batch("medical.insured", [{"resident_id": resident_id(1), "type": "resident", "from": "2024-01-01", "premium": "380.00"}])
        one = self.find(resident_id(1))["person"]
        june = self.holders("hrss.wages")[1][2]
        done = self.world.ask(SPLIT, {"person": one, "records": [{"dataset": "hrss.wages", "record": june}], **WHY})
        other = done["to"]
        self.assertEqual(self.persons()[-1], {"from": one, "to": other, "records": [{"dataset": "hrss.wages", "record": june}]})
        # A later version of the record is that person's as well, in the same batch as the first one's.
        self.world.batch("hrss.wages", [wage(1, amount="1900.00"), wage(1, "2024-06", amount="1900.00"), wage(1, "2024-07")])
        self.assertEqual([p for _, p, _ in self.holders("hrss.wages")][-3:], [one, other, one])
        # Taken back, it says whose it is: of both in one batch, and with one of the two alone.
        back = [{**wage(1), "retracted": True}, {**wage(1, "2024-06"), "retracted": True}]
        self.world.batch("hrss.wages", back)
        self.world.batch("hrss.wages", [{**wage(1, "2024-06", amount="1.00"), "retracted": True}])
        last = [r["holder"]["person"] for r in self.world.records("hrss.wages") if r["op"] == "retract"]
        self.assertEqual(last, [one, other, other])
        # All that a department sends.
        second = self.world.ask(SPLIT, {"person": one, "departments": ["medical"], **WHY})["to"]
        moved = self.persons()[-1]
        self.assertEqual((moved["from"], moved["to"]), (one, second))
        self.assertEqual(sorted(moved["datasets"]), ["medical.insured", "medical.settlements"])
        self.world.end()
        self.world.start()
        self.world.batch("medical.insured", [{"resident_id": resident_id(1), "type": "resident", "from": "2024-01-01", "premium": "400.00"}])
        self.world.batch("hrss.wages", [wage(1, "2024-08")])
        self.world.batch("medical.insured", [{"resident_id": resident_id(1), "from": "2024-01-01", "retracted": True}])
        self.assertEqual(self.world.records("medical.insured")[-1]["holder"], {"person": second})
        self.assertEqual(self.holders("medical.insured")[-1][1], second)
        self.assertEqual(self.holders("hrss.wages")[-1][1], one)
        self.people(split=2)
        # What is sealed of each.
        self.world.batch("police.residents", [resident(5)])
        shown = self.world.ask(REVEAL, {"person": second, "fields": ["document"], "reason": "a test"})
        self.assertEqual(shown["document"], resident_id(1))
        # Whose it is becomes known.
        self.world.ask(MERGE, {"from": second, "into_document": {"document": resident_id(5, "20240101")}, **WHY})
        self.assertEqual(self.who()[second], self.find(resident_id(5, "20240101"))["person"])
        # And undone: they are one again.
        self.world.ask(MERGE, {"from": other, "into": one, **WHY})
        self.assertEqual(self.who()[other], one)
        for wrong, code in (({"departments": ["nobody"]}, "not_found"), ({"datasets": ["no.such"]}, "not_found"), ({"into": one}, None),
                            ({"records": [{"dataset": "hrss.wages", "record": "12"}]}, "bad_data"), ({"datasets": ["hrss.wages"], "into": one}, "conflict")):
            if code:
                self.refuses(code, SPLIT, {"person": one, **wrong, **WHY})

    def test_erased_with_all_who_are_the_same(self):
        self.world.batch("civil.children", [newborn()])
        self.world.batch("civil.rescues", [rescue("2024-0007", resident_id=resident_id(1, "20240101"))])
        self.world.batch("police.residents", [resident(1, birth_certificate_no=BIRTH)])
        rejected = [{"birth_certificate_no": "q320 123456"}, {"birth_certificate_no": "Q999999999"}]
        self.world.batch("civil.children", rejected)
        self.world.batch("hrss.wages", [{"employer": "2024-0007"}, {"resident_id": resident_id(1, "20240101")}])
        self.world.batch("civil.rescues", [{"station_no": "2024-0007"}])
        person = self.find(BIRTH, type="birth_certificate")["person"]
        done = self.world.ask("plimsoll.intake.erase.v1", {"person": person, "order": "民〔2024〕17号", "reason": "asked by the parents"})
        self.assertEqual((done["identities"], done["records"]), (3, 3))
        for table in ("person", "person_vault", "person_same", "person_link"):
            self.assertEqual(psql(f"select count(*) from intake.{table}"), "0", table)
        self.refuses("not_found", FIND, {"document": BIRTH, "type": "birth_certificate", "reason": "a test"})
        self.refuses("not_found", FIND, {"document": resident_id(1, "20240101"), "reason": "a test"})
        self.assertEqual(psql("select count(*) from intake.quarantine"), "2")
        self.world.batch("civil.children", [newborn()])
        self.assertNotEqual(self.find(BIRTH, type="birth_certificate")["person"], person)

    def test_the_vault_goes_over_to_a_new_key(self):
        self.world.batch("civil.children", [newborn(), child(1)])
        self.world.batch("police.residents", [resident(1, birth_certificate_no=BIRTH)])
        one = self.find(resident_id(1, "20150309"))["person"]
        split = self.world.ask(SPLIT, {"person": one, "datasets": ["hrss.wages"], **WHY})["to"]
        before = self.find(BIRTH, type="birth_certificate")
        text = self.world.vault.read_text()
        self.world.vault.write_text(text + f"key 2 {'07' * 32}\n")
        self.world.process.send_signal(signal.SIGHUP)
        wait_for("everything under the new key", lambda: self.world.ask("plimsoll.intake.status.v1", {})["vault"]["rotation"]["state"] == "done"
                 and self.world.ask("plimsoll.intake.status.v1", {})["vault"]["version"] == 2)
        self.assertEqual(psql("select count(*) from intake.person where key_version <> 2"), "0")
        self.assertEqual(psql("select count(*) from intake.person_vault where key_version <> 2"), "0")
        self.assertEqual(self.find(BIRTH, type="birth_certificate"), before)
        self.world.batch("hrss.wages", [{**wage(1), "resident_id": resident_id(1, "20150309")}])
        self.assertEqual(self.holders("hrss.wages")[-1][1], split)

    def test_killed_it_is_done_or_not(self):
        self.world.batch("civil.children", [newborn()])
        baby = self.find(BIRTH, type="birth_certificate")["person"]
        for place in ("intake.before_commit", "intake.after_commit"):
            self.world.end()
            self.world.start(f"{place}:kill:2")
            wait_for("the first look", lambda: self.world.ask("plimsoll.intake.status.v1", {})["vault"]["rotation"]["state"] == "none")
            batch = [resident(1, birth_certificate_no=BIRTH)]
            with self.world.client("police") as c:
                c.send("plimsoll.feed.batch.v1", {"records": batch}, f"b-{place}", subject="police.residents", source="/departments/police")
                self.assertEqual(self.world.wait_end(), -9, place)
            self.world.start()
            self.world.batch("police.residents", batch, id_=f"b-{place}")
            self.assertNotEqual(self.who()[baby], baby)
            self.assertEqual(psql("select count(*) from intake.person_link"), "1")
            self.assertEqual(len([c for c in self.persons() if c.get("person") == baby and c["is"] != baby]), 1)

    def test_no_number_leaves(self):
        self.world.batch("civil.children", [newborn()])
        self.world.batch("civil.rescues", [rescue("station-4711-zz")])
        self.world.batch("police.residents", [resident(1, birth_certificate_no=BIRTH)])
        dump = psql("select string_agg(convert_from(envelope, 'UTF8'), ' ') from intake.stream") if psql(
            "select count(*) from information_schema.columns where table_schema = 'intake' and table_name = 'stream' and column_name = 'envelope'") == "1" else \
            json.dumps(self.world.events())
        for secret in (BIRTH, "4711", resident_id(1, "20240101")):
            self.assertNotIn(secret, dump)
            self.assertNotIn(secret, self.world.log)


class Grants(unittest.TestCase):
    def test_a_grant_holds_for_all_who_are_the_same(self):
        world = World()
        self.addCleanup(lambda: world.close(failed=any(e for _, e in getattr(self._outcome, "errors", []) if e)))
        world.key("visitor")
        plimsoll = os.environ["PLIMSOLL"]

        def grant(person):
            done = subprocess.run([plimsoll, "keys", "grant", "--to", "visitor", "--person", person, "--fields", "document", "--reason", "a visit is due",
                                   "--until", str(today() + datetime.timedelta(days=1)), "--home", str(world.dir)], capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)
            return json.loads(done.stdout)

        subprocess.run([plimsoll, "keys", "grant-key", "--home", str(world.dir)], capture_output=True, check=True)
        world.start()
        world.batch("civil.children", [newborn(), child(3)])
        baby = world.ask(FIND, {"document": BIRTH, "type": "birth_certificate", "reason": "a test"})["person"]
        stranger = world.ask(FIND, {"document": resident_id(3, "20150309"), "reason": "a test"})["person"]
        shown = grant(baby)
        world.batch("police.residents", [resident(1, birth_certificate_no=BIRTH)])
        person = world.ask(FIND, {"document": resident_id(1, "20240101"), "reason": "a test"})["person"]
        for p in (baby, person):
            self.assertEqual(world.ask(REVEAL, {"person": p, "fields": ["document"], "reason": "at the door", "grant": shown}, key="visitor")["document"],
                             resident_id(1, "20240101"))
        with self.assertRaises(Refused) as refused:
            world.ask(REVEAL, {"person": stranger, "fields": ["document"], "reason": "at the door", "grant": shown}, key="visitor")
        self.assertEqual(refused.exception.code, "forbidden")
        world.ask(SPLIT, {"person": baby, **WHY})
        with self.assertRaises(Refused):
            world.ask(REVEAL, {"person": person, "fields": ["document"], "reason": "at the door", "grant": shown}, key="visitor")
        self.assertEqual(world.ask(REVEAL, {"person": baby, "fields": ["document"], "reason": "at the door", "grant": shown}, key="visitor")["document"], BIRTH)


if __name__ == "__main__":
    unittest.main(verbosity=2)
