#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Who sees a person: by the right, or by a signed grant for these people, fields and days; where the setting says so, by a grant only."""
import datetime
import json
import os
import signal
import subprocess
import unittest

from intake_world import Refused, World, resident_id, today, wage, wait_for

PLIMSOLL = os.environ["PLIMSOLL"]
REVEAL = "plimsoll.intake.reveal.v1"


class Grants(unittest.TestCase):
    def setUp(self):
        self.world = World()
        self.addCleanup(lambda: self.world.close(failed=any(e for _, e in getattr(self._outcome, "errors", []) if e)))
        self.world.key("visitor")  # no right to anything
        self.world.key("other")

    def cli(self, *words, code=0):
        done = subprocess.run([PLIMSOLL, "keys", *words, "--home", str(self.world.dir)], capture_output=True, text=True)
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stdout if code == 0 else done.stderr

    def grant(self, person, fields="name,document", to="visitor", until=None, reason="a visit is due"):
        return json.loads(self.cli("grant", "--to", to, "--person", person, "--fields", fields, "--reason", reason, "--until", str(until or today())))

    def people(self):
        self.world.batch("hrss.wages", [wage(1), wage(2)])
        with self.world.client() as c:
            return [c.ask("plimsoll.intake.find.v1", {"document": resident_id(n), "reason": "a test"})["person"] for n in (1, 2)]

    def see(self, person, fields=("document",), key="visitor", **more):
        return self.world.ask(REVEAL, {"person": person, "fields": list(fields), "reason": "at the door", **more}, key=key)

    def refused(self, code, part, *args, **more):
        with self.assertRaises(Refused) as refused:
            self.see(*args, **more)
        self.assertEqual(refused.exception.code, code, refused.exception.data)
        self.assertIn(part, refused.exception.data["message"])

    def reload(self):
        before = self.world.log.count("svc.reloaded")
        self.world.process.send_signal(signal.SIGHUP)
        wait_for("the reload", lambda: self.world.log.count("svc.reloaded") > before)

    def test_a_grant_opens_what_it_says(self):
        self.world.start()
        one, two = self.people()
        self.assertIn("grant.key", self.cli("grant", "--to", "visitor", "--person", one, "--fields", "name", "--reason", "a visit", "--until", str(today()), code=2))
        self.cli("grant-key")
        self.assertEqual((self.world.dir / "secrets" / "grant.key").stat().st_mode & 0o777, 0o600)
        self.cli("grant-key", code=2)  # never over the old one
        grant = self.grant(one)
        self.refused("forbidden", "no grants", one, grant=grant)  # not read yet
        self.reload()
        self.assertEqual(self.see(one, grant=grant), {"person": one, "document": resident_id(1)})
        self.assertEqual(self.see(one, ("name", "document"), grant=grant)["document"], resident_id(1))
        # Without it, for another person, another key, another field.
        self.refused("forbidden", "no grant", one)
        self.refused("forbidden", "no grant", one, grant=None)
        self.refused("forbidden", "this person", two, grant=grant)
        self.refused("forbidden", "another key holds", one, key="other", grant=grant)
        self.refused("forbidden", "fields", one, ("document", "phone"), grant=grant)
        self.refused("forbidden", "another key", one, key="operator", grant=grant)  # shown, it must be good, right or not
        # A change anywhere, a foreign signature, no signature.
        later = str(today() + datetime.timedelta(400))
        for change in ({"key": "other"}, {"persons": [one, two]}, {"fields": ["name", "document", "phone"]}, {"until": later}, {"reason": "another one"},
                       {"id": two}, {"signature": "0" * 128}):
            key = change.get("key", "visitor")
            self.refused("forbidden", "signed", one, key=key, grant={**grant, **change})
        for change in ({"persons": "x"}, {"persons": [one] * 65}, {"fields": ["shoe"]}, {"until": "soon"}, {"signature": "zz"}, {"key": "a\nb"}):
            self.refused("bad_data", "", one, grant={**grant, **change})
        for bad in (7, "grant", [], {}):
            self.refused("bad_data", "", one, grant=bad)
        # Several people; each use is told, with the grant.
        both = self.grant(f"{one},{two}", "document")
        self.assertEqual(self.see(two, grant=both)["document"], resident_id(2))
        seen = [e["data"] for e in self.world.events("audit") if e["data"]["action"] == "reveal"]
        self.assertEqual([(e["key"], e["person"], e["grant"]) for e in seen],
                         [("visitor", one, grant["id"])] * 2 + [("visitor", two, both["id"])])
        # A new pair of keys withdraws all that was granted; none at all, too.
        for name in ("secrets/grant.key", "keys/grant.pub"):
            (self.world.dir / name).rename(self.world.dir / "old")
        self.reload()
        self.refused("forbidden", "no grants", one, grant=grant)
        self.cli("grant-key")
        self.reload()
        self.refused("forbidden", "signed", one, grant=grant)
        self.assertEqual(self.see(one, grant=self.grant(one))["document"], resident_id(1))

    def test_where_the_right_alone_does_not_suffice(self):
        self.cli("grant-key")
        self.world.sets["reveal_needs_grant"] = "true"
        self.world.start()
        one, _ = self.people()
        self.refused("forbidden", "needs a grant", one, key="operator")
        self.refused("forbidden", "no grant", one)
        self.assertEqual(self.see(one, key="operator", grant=self.grant(one, to="operator"))["document"], resident_id(1))
        self.world.end()
        self.world.sets["reveal_needs_grant"] = "false"
        self.world.start()
        self.assertEqual(self.see(one, key="operator")["document"], resident_id(1))

    def test_what_is_asked_wrongly(self):
        self.cli("grant-key")
        good = {"--to": "visitor", "--person": "03052e5d-b74c-4a34-869f-217aaf482aa0", "--fields": "name", "--reason": "a visit", "--until": str(today())}
        for change in ({"--person": "x"}, {"--person": ""}, {"--fields": "shoe"}, {"--reason": "no"}, {"--reason": f"it is {resident_id(1)}"},
                       {"--until": "2020-01-01"}, {"--until": "soon"}, {"--to": ""}):
            self.cli("grant", *[w for pair in {**good, **change}.items() for w in pair], code=2)
        (self.world.dir / "secrets" / "grant.key").chmod(0o644)
        self.assertIn("chmod", self.cli("grant", *[w for pair in good.items() for w in pair], code=2))

    def test_a_refused_reload_changes_nothing(self):
        self.cli("grant-key")
        self.world.start()
        one, _ = self.people()
        grant = self.grant(one)
        public = self.world.keys / "grant.pub"
        kept = public.read_text()
        for text in ("something else\n", kept[:-2] + "\n", kept.upper()):
            public.write_text(text)
            before = self.world.log.count("svc.reload_refused")
            self.world.process.send_signal(signal.SIGHUP)
            wait_for("the refusal", lambda: self.world.log.count("svc.reload_refused") > before)
            self.assertEqual(self.see(one, grant=grant)["document"], resident_id(1))

    def test_a_bad_key_file(self):
        (self.world.keys / "grant.pub").write_text("something else\n")
        self.world.start(wait=False)
        self.assertEqual(self.world.wait_end(), 78)
        self.assertIn("grant.bad", self.world.log)


if __name__ == "__main__":
    unittest.main(verbosity=2)
