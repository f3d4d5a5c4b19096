#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Trouble: the database away at start and in the middle, kills at every place, the vault's key lost or swapped."""
import json
import shutil
import signal
import unittest
import uuid

from intake_world import ROOT, Refused, World, child, pg, psql, resident_id, wage, wait_for


class Trouble(unittest.TestCase):
    def setUp(self):
        self.world = World()
        self.addCleanup(lambda: self.world.close(failed=any(e for _, e in getattr(self._outcome, "errors", []) if e)))

    def facts_of(self, batch):
        return [r for e in self.world.events(topic="fact/hrss.wages") if e["data"]["batch"] == batch for r in e["data"]["records"]]

    def insist(self, client, records, id_, seconds=60):
        """As a department does: the same batch again until there is a receipt."""
        def try_once():
            try:
                return client.batch("hrss.wages", records, id_)
            except Refused as refused:
                self.assertIn(refused.code, ("not_ready", "busy"), refused.data)
                self.assertGreater(refused.data["retry_after_ms"], 0)
                return None
        return wait_for("a receipt", try_once, seconds)

    def test_database_stopped_and_started_in_the_middle(self):
        self.world.start()
        with self.world.client("hrss") as c:
            for round_ in range(2):
                before = c.batch("hrss.wages", [wage(1)])
                pg("stop" if round_ == 0 else "kill")
                try:
                    id_ = str(uuid.uuid4())
                    with self.assertRaises(Refused) as refused:
                        c.batch("hrss.wages", [wage(2), {"bad": 1}], id_)
                    self.assertEqual(refused.exception.code, "not_ready")
                    wait_for("health to say so", lambda: self.world.http("/readyz")[0] == 503)
                    self.assertIn("database", self.world.http("/readyz")[1])
                    self.assertEqual(self.world.http("/livez")[0], 200)
                    status = c.ask("plimsoll.intake.status.v1", {})  # from memory
                    self.assertEqual(len(status["datasets"]), len(list((ROOT / "deploy" / "datasets").glob("*.yaml"))))
                finally:
                    pg("start")
                receipt = self.insist(c, [wage(2), {"bad": 1}], id_)
                self.assertEqual((receipt["accepted"], receipt["rejected"], receipt["duplicate"]), (1, 1, False))
                self.assertGreater(receipt["seq"], before["seq"])
                self.assertEqual(len(self.facts_of(id_)), 1)
        self.assertEqual(psql("select count(*) from intake.quarantine"), "2")
        self.assertIsNone(self.world.process.poll())

    def test_database_away_at_start(self):
        pg("stop")
        try:
            self.world.start(wait=False)
            wait_for("health to answer", lambda: self.world.http("/livez")[0] == 200)
            self.assertEqual(self.world.http("/readyz")[0], 503)
        finally:
            pg("start")
        wait_for("intake to be ready", self.world.is_ready)
        self.assertEqual(self.world.batch("hrss.wages", [wage(1)])["accepted"], 1)

    def test_killed_at_each_place_a_batch_counts_once(self):
        places = ["intake.in_batch", "intake.before_commit", "intake.after_commit", "intake.after_publish", "intake.before_reply", "db.exec"]
        people = set()
        for i, place in enumerate(places):
            id_ = str(uuid.uuid4())
            records = [wage(100, f"2023-{i + 1:02d}"), wage(200 + i), {"bad": i}]
            self.world.start(f"{place}:kill" + (":12" if place == "db.exec" else ""), wait=place != "db.exec")
            if place == "db.exec":
                wait_for("intake to be ready or dead", lambda: self.world.process.poll() is not None or self.world.http("/readyz")[0] == 200)
            with self.world.client("hrss") as c:
                c.send("plimsoll.feed.batch.v1", {"records": records}, id_, "/departments/hrss", "hrss.wages")
                self.assertEqual(self.world.wait_end(), -9, place)
            self.world.start()
            with self.world.client("hrss") as c:
                receipt = self.insist(c, records, id_)
            self.assertEqual((receipt["accepted"], receipt["rejected"]), (2, 1), place)
            facts = self.facts_of(id_)
            self.assertEqual([r["index"] for r in facts], [0, 1], place)
            people.add(facts[0]["facts"][0]["holder"]["person"])
            self.assertEqual(receipt["duplicate"], place in ("intake.after_commit", "intake.after_publish", "intake.before_reply"), place)
            self.assertEqual(psql(f"select count(*) from intake.quarantine where batch = '{id_}'"), "1")
            self.world.kill()
        self.assertEqual(len(people), 1)  # the same person each time
        self.assertEqual(psql("select count(*) from intake.person"), str(1 + len(places)))
        self.assertEqual(psql("select count(*) from intake.person p join intake.person_vault v using (pseudonym)"), str(1 + len(places)))

    def test_unknown_outcome_of_a_commit(self):
        self.world.start("intake.after_commit:error")
        id_ = str(uuid.uuid4())
        with self.world.client("hrss") as c:
            with self.assertRaises(Refused) as refused:
                c.batch("hrss.wages", [wage(1)], id_)
            self.assertEqual(refused.exception.code, "not_ready")
            self.assertTrue(self.insist(c, [wage(1)], id_)["duplicate"])
            self.assertEqual(len(self.facts_of(id_)), 1)
            self.assertEqual(c.batch("hrss.wages", [wage(1, "2024-01")])["accepted"], 1)

    def test_a_failed_batch_leaves_nothing_in_memory(self):
        self.world.start("intake.in_batch:error")
        id_ = str(uuid.uuid4())
        with self.world.client("hrss") as c:
            receipt = self.insist(c, [wage(1)], id_)  # tried again inside, with everything let go
            self.assertFalse(receipt["duplicate"])
            c.batch("hrss.wages", [wage(1, "2024-01")])
        self.assertEqual(psql("select count(*) from intake.person"), "1")
        self.assertEqual(len({r["facts"][0]["holder"]["person"] for r in self.world.records("hrss.wages")}), 1)

    def test_lists_survive_kills(self):
        listed = [child(n) for n in range(40)]
        id_, batches = str(uuid.uuid4()), [str(uuid.uuid4()) for _ in range(2)]
        snapshot = {"id": id_, "parts": 2, "as_of": "2024-05-31", "scope": "", "count": 40}
        for part, place in ((1, "intake.after_commit"), (2, "intake.before_commit"), (2, "intake.after_commit")):
            data = {"records": listed[20 * (part - 1):20 * part], "snapshot": {**snapshot, "part": part}}
            self.world.start(f"{place}:kill")
            with self.world.client("civil") as c:
                c.send("plimsoll.feed.batch.v1", data, batches[part - 1], "/departments/civil", "civil.children")
                self.assertEqual(self.world.wait_end(), -9)
        self.world.start()
        receipt = self.world.batch("civil.children", listed[20:], batches[1], snapshot={**snapshot, "part": 2})
        self.assertEqual((receipt["snapshot"]["state"], receipt["duplicate"]), ("applied", True))
        self.assertEqual(len(self.world.records("civil.children")), 40)

    def test_the_vault_key_belongs_to_its_database(self):
        self.world.start()
        self.assertEqual(self.world.vault.stat().st_mode & 0o777, 0o600)
        self.world.batch("hrss.wages", [wage(1)])
        self.world.end()
        kept = self.world.vault.read_text()
        self.world.vault.unlink()
        self.world.start(wait=False)
        self.assertEqual(self.world.wait_end(), 78)
        self.assertFalse(self.world.vault.exists(), "a new key was made beside people sealed with the old one")
        self.assertIn("vault.missing", self.world.log)
        other = World()
        other.start()
        self.world.vault.write_text(other.vault.read_text())
        self.world.vault.chmod(0o600)
        other.close()
        psql("create schema if not exists intake")  # the other world emptied the database: this one's is made again below
        again = World(vault_key=str(self.world.vault))
        self.addCleanup(again.close)
        again.start()
        again.batch("hrss.wages", [wage(1)])
        again.end()
        self.world.vault.write_text(kept)
        again.start(wait=False)
        self.assertEqual(again.wait_end(), 78)
        self.assertIn("vault.other", again.log)

    def test_a_second_process_stands_by(self):
        self.world.start()
        first = self.world.process
        self.world.start(wait=False, extra=("--set", "bind.http="))
        second = self.world.process
        wait_for("the second to stand by", lambda: "svc.standby" in self.world.log)
        self.assertEqual(self.world.batch("hrss.wages", [wage(1)])["accepted"], 1)
        first.kill()
        first.wait()
        with self.world.client("hrss") as c:
            self.assertEqual(self.insist(c, [wage(1, "2024-01")], "after-takeover")["accepted"], 1)
        self.assertIsNone(second.poll())

    def test_a_new_dataset_is_two_files_and_a_signal(self):
        for kind, source in (("datasets", ROOT / "deploy" / "datasets"), ("schemas", ROOT / "schemas" / "datasets")):
            shutil.copytree(source, self.world.dir / kind)
            self.world.sets[kind] = str(self.world.dir / kind)
        self.world.key("tax", department="tax", datasets="*")
        self.world.start()
        record = {"resident_id": resident_id(1), "year": "2023-12", "amount": "42.00"}
        with self.assertRaises(Refused) as refused:
            self.world.batch("tax.windfalls", [record])
        self.assertEqual(refused.exception.code, "not_found")
        (self.world.dir / "schemas" / "tax.windfalls.schema.json").write_text(json.dumps({
            "$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "additionalProperties": False,
            "required": ["resident_id", "year", "amount"], "properties": {
                "resident_id": {"type": "string", "format": "resident-id", "x-pii": True},
                "year": {"type": "string", "format": "month"}, "amount": {"type": "string", "format": "money"}}}))
        path = self.world.dir / "datasets" / "tax.windfalls.yaml"
        text = ("dataset: tax.windfalls\nowner: tax\ntitle: { zh: 税, en: Tax }\nlegal_basis: none\nrhythm: yearly\nauthorisation: true\n"
                "key: [resident_id, year]\npersons: [resident_id]\nfacts:\n  - holder: { person: resident_id }\n    kind: income.taxed\n"
                "    from: { month: year }\n    value: { money: amount }\n")
        path.write_text(text.replace("amount }", "amuont }"))
        self.world.process.send_signal(signal.SIGHUP)
        wait_for("the mistake to be told", lambda: "svc.reload_refused" in self.world.log)
        self.assertRegex(self.world.log, r"tax\.windfalls\.yaml:13:21")
        self.assertEqual(self.world.batch("hrss.wages", [wage(1)])["accepted"], 1)  # what was in force stays
        path.write_text(text)
        self.world.process.send_signal(signal.SIGHUP)
        wait_for("the reload", lambda: "svc.reloaded" in self.world.log)
        self.assertEqual(self.world.batch("tax.windfalls", [record])["accepted"], 1)
        self.assertEqual(self.world.records("tax.windfalls")[0]["facts"][0]["kind"], "income.taxed")

    def test_a_bad_dataset_file_stops_the_start(self):
        bad = self.world.dir / "datasets"
        bad.mkdir()
        (bad / "x.wages.yaml").write_text("dataset: x.wages\nowner: x\n")
        self.world.sets["datasets"] = str(bad)
        self.world.start(wait=False)
        self.assertEqual(self.world.wait_end(), 78)
        self.assertRegex(self.world.log, r"x\.wages")


if __name__ == "__main__":
    unittest.main(verbosity=2)
