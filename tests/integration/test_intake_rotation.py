#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The vault's keys change while batches come in: kills at any step, nobody becomes a second person, everything opens afterwards."""
import json
import os
import signal
import subprocess
import threading
import unittest
import uuid

from intake_world import Refused, World, psql, resident_id, wage, wait_for

PLIMSOLL = os.environ["PLIMSOLL"]
PEOPLE = 240


class Rotation(unittest.TestCase):
    def setUp(self):
        self.world = World(rotate_rows=20)
        self.addCleanup(lambda: self.world.close(failed=any(e for _, e in getattr(self._outcome, "errors", []) if e)))
        (self.world.dir / "endpoints.yaml").write_text(f"intake: {{ request: \"tcp://127.0.0.1:{self.world.request}\" }}\n")

    def cli(self, *words):
        done = subprocess.run([PLIMSOLL, "keys", "rotate-vault", *words, "--home", str(self.world.dir), "--json"], capture_output=True, text=True)
        return done.returncode, done.stdout, done.stderr

    def vault(self):
        return self.world.ask("plimsoll.intake.status.v1", {})["vault"]

    def hup(self):
        self.world.process.send_signal(signal.SIGHUP)

    def rotated(self):
        def done():
            vault = self.vault()
            self.assertNotEqual(vault["rotation"]["state"], "stuck", vault)
            return vault if vault["rotation"]["state"] == "done" and vault["version"] == vault["keys"][-1] else None
        return wait_for("the rotation to end", done, 60)

    def insist(self, records, id_):
        def once():
            try:
                return self.world.batch("hrss.wages", records, id_)
            except Refused as refused:
                self.assertIn(refused.code, ("not_ready", "busy"), refused.data)
                return None
        return wait_for("a receipt", once, 60)

    def people(self):
        """What each document is called downstream: exactly one pseudonym, ever."""
        out = {}
        for record in self.world.records("hrss.wages"):
            out.setdefault(record["facts"][0]["holder"]["person"], set()).add(record["key"])
        return out

    def fill(self):
        for at in range(0, PEOPLE, 80):
            self.world.batch("hrss.wages", [wage(n, "2024-01") for n in range(at, at + 80)] + [{"bad": n} for n in range(at, at + 10)])

    def open_all(self, count):
        with self.world.client() as c:
            for n in range(0, count, 7):
                person = c.ask("plimsoll.intake.find.v1", {"document": resident_id(n), "reason": "after the rotation"})["person"]
                seen = c.ask("plimsoll.intake.reveal.v1", {"person": person, "fields": ["document"], "reason": "after the rotation"})
                self.assertEqual(seen["document"], resident_id(n))
            rejects = c.ask("plimsoll.intake.rejects.v1", {"records": True, "limit": 1000})["rejects"]
        self.assertEqual(sorted(r["record"]["bad"] for r in rejects), list(range(10)) + list(range(80, 90)) + list(range(160, 170)))

    def test_rotation_under_load_and_kills(self):
        self.world.start()
        self.fill()
        pseudonyms = set(psql("select pseudonym from intake.person").split())
        none = {"version": 1, "keys": [1], "rotation": {"state": "none", "persons": 0, "of_persons": 0, "records": 0, "of_records": 0}}
        wait_for("the first look", lambda: self.vault() == none)
        code, out, error = self.cli()
        self.assertEqual((code, json.loads(out or "{}")), (0, {"version": 2}), error)
        self.assertEqual(self.world.vault.stat().st_mode & 0o777, 0o600)
        code, _, error = self.cli("--finish")
        self.assertEqual(code, 2)
        self.assertIn("still uses key 1", error)
        # Killed at several steps, in a chunk and around its commit; batches about old and new people in between.
        for i, place in enumerate(("intake.rotate:kill:1", "intake.rotate:kill:3", "intake.after_commit:kill:5", "intake.before_commit:kill:4")):
            self.world.end() if i == 0 else None
            self.world.sets["rotate_rows"] = 20
            self.world.start(place, wait=False)
            id_, month = str(uuid.uuid4()), f"2024-{i + 2:02d}"
            records = [wage(n, month) for n in range(0, PEOPLE + 10 * (i + 1), 3)]
            with self.world.client("hrss") as c:
                c.send("plimsoll.feed.batch.v1", {"records": records}, id_, "/departments/hrss", "hrss.wages")
                self.assertEqual(self.world.wait_end(60), -9, place)
            self.world.sets["rotate_rows"] = 1  # slowly: the next one is to find something left, however long a batch takes here
            self.world.start()
            if i == 0:
                code, _, error = self.cli("--finish")
                self.assertEqual(code, 2, "keys removed that are needed")
                self.assertIn("needs an older key", error)
            self.insist(records, id_)
            self.world.kill()
        self.world.sets["rotate_rows"] = 20
        self.world.start()
        vault = self.rotated()
        self.assertEqual((vault["version"], vault["keys"]), (2, [1, 2]))
        self.assertEqual(psql("select count(*) from intake.person where key_version <> 2"), "0")
        self.assertEqual(psql("select count(*) from intake.person_vault where key_version <> 2"), "0")
        self.assertEqual(psql("select count(*) from intake.quarantine where key_version <> 2"), "0")
        known = set(psql("select pseudonym from intake.person").split())
        self.assertTrue(pseudonyms < known)
        new = len({n for i in range(4) for n in range(0, PEOPLE + 10 * (i + 1), 3) if n >= PEOPLE})
        self.assertEqual(len(known), PEOPLE + new, "someone got a second pseudonym")
        self.assertEqual(set(self.people()), known)
        self.open_all(PEOPLE)
        # The old key goes from the file; running and after a start everything opens.
        code, out, error = self.cli("--finish")
        self.assertEqual((code, json.loads(out or "{}")), (0, {"version": 2, "dropped": 1}), error)
        self.assertNotIn("key 1 ", self.world.vault.read_text())
        self.assertEqual(self.world.vault.stat().st_mode & 0o777, 0o600)
        self.hup()
        wait_for("the file to be read", lambda: self.vault()["keys"] == [2])
        self.open_all(PEOPLE)
        self.world.end()
        self.world.start()
        self.open_all(PEOPLE)
        self.insist([wage(n, "2024-12") for n in range(PEOPLE)], str(uuid.uuid4()))
        self.assertEqual(psql("select count(*) from intake.person"), str(PEOPLE + new))

    def test_online_with_batches_beside(self):
        self.world.start()
        self.fill()
        self.assertEqual(self.cli()[0], 0)
        stop, wrong, sent = threading.Event(), [], [0]

        def department():
            with self.world.client("hrss") as c:
                while not stop.is_set():
                    sent[0] += 1
                    try:
                        c.batch("hrss.wages", [wage(n, f"20{10 + sent[0] % 14}-0{1 + sent[0] % 9}", str(sent[0]) + ".00") for n in range(PEOPLE + 20)])
                    except Exception as e:  # told by the main thread
                        wrong.append(e)
                        return

        thread = threading.Thread(target=department)
        thread.start()
        try:
            wait_for("batches to flow", lambda: sent[0] > 2)
            self.hup()
            wait_for("the new key to be used", lambda: self.vault()["version"] == 2)
            self.rotated()
        finally:
            stop.set()
            thread.join()
        self.assertEqual(wrong, [])
        self.assertEqual(psql("select count(*) from intake.person"), str(PEOPLE + 20))
        self.assertEqual(len(self.people()), PEOPLE + 20)
        self.open_all(PEOPLE)
        # Again, without a finish between: three keys in the file, two of which nothing needs in the end.
        self.assertEqual(self.cli()[0], 0)
        self.hup()
        wait_for("the third key to be used", lambda: self.vault()["version"] == 3)
        self.rotated()
        self.assertEqual(json.loads(self.cli("--finish")[1]), {"version": 3, "dropped": 2})
        self.hup()
        wait_for("the file to be read", lambda: self.vault()["keys"] == [3])
        self.open_all(PEOPLE)
        self.assertEqual(json.loads(self.cli("--finish")[1]), {"version": 3, "dropped": 0})

    def test_a_key_that_is_needed_or_another_is_refused(self):
        self.world.start()
        self.fill()
        old = self.world.vault.read_text()
        self.assertEqual(self.cli()[0], 0)
        both = self.world.vault.read_text()
        self.hup()
        wait_for("the new key to be used", lambda: self.vault()["version"] == 2)
        # The file of before, the new key alone, and another second key: at a reload the right one stays in force.
        lines = both.splitlines(keepends=True)
        other = "".join(lines[:-1]) + "key 2 " + "ab" * 32 + "\n"
        for text in (old, other):
            self.world.vault.write_text(text)
            before = self.world.log.count("svc.reload_refused")
            self.hup()
            wait_for("the refusal", lambda: self.world.log.count("svc.reload_refused") > before)
            self.insist([wage(1, "2024-06")], str(uuid.uuid4()))
        self.world.vault.write_text(both)
        self.rotated()
        self.world.end()
        for text, code in ((old, "vault.version"), (other, "vault.other")):
            self.world.vault.write_text(text)
            self.world.start(wait=False)
            self.assertEqual(self.world.wait_end(), 78)
            self.assertIn(code, self.world.log)
        self.world.vault.write_text(both)
        self.world.start()
        self.open_all(PEOPLE)

    def test_what_does_not_open_keeps_its_key(self):
        self.world.start()
        self.fill()
        psql("update intake.person_vault set sealed = set_byte(sealed, 30, get_byte(sealed, 30) # 1) where pseudonym = (select min(pseudonym::text)::uuid from intake.person)")
        self.assertEqual(self.cli()[0], 0)
        self.hup()
        wait_for("the rotation to say so", lambda: self.vault()["rotation"]["state"] == "stuck", 60)
        self.assertIn("vault.does_not_open", self.world.log)
        self.assertEqual(psql("select count(*) from intake.person where key_version <> 2"), "1")
        code, _, error = self.cli("--finish")
        self.assertEqual(code, 2)
        self.assertIn("stuck", error)
        self.assertEqual(self.insist([wage(n, "2024-06") for n in range(PEOPLE)], str(uuid.uuid4()))["accepted"], PEOPLE)
        self.assertEqual(psql("select count(*) from intake.person"), str(PEOPLE))


if __name__ == "__main__":
    unittest.main(verbosity=2)
