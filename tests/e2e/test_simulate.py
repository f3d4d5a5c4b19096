# SPDX-License-Identifier: Apache-2.0
"""A policy officer's questions to the small county, on the command line: what would change, who is on a list, what the next
policy would find.  The numbers add up with the register that `plimsoll status` shows."""
import csv
import json
import os
import pathlib
import pty
import subprocess
import sys
import threading
import unittest

import psycopg2

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness import BIN, ROOT, SLOW, Suite, wait_for  # noqa: E402

PROFILE = ROOT / "deploy" / "demo" / "small.yaml"


def fen(tally):
    return round(float((tally or {"money": 0})["money"]) * 100)


class Simulate(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.suite = Suite("simulate")
        try:
            cls.county = cls.suite.county(PROFILE)
            cls.suite.sets["comparison"]["shadow"] = f"{cls.suite.var}/policies/demo.yaml@2024-07-01"
            cls.suite.start()
            cls.suite.plimsoll("play", cls.county)
        except BaseException:
            cls.suite.stop(keep=True)
            raise

    @classmethod
    def tearDownClass(cls):
        cls.suite.stop()

    def ask(self, *args):
        return json.loads(self.suite.plimsoll(*args, "--json").stdout)

    def refused(self, words, *args):
        done = self.suite.plimsoll(*args, check=2)
        self.assertIn(words, done.stderr)
        self.assertEqual(done.stdout, "")

    def test_1_another_standard_adds_up_with_the_register(self):
        before = self.suite.psql("SELECT last_value FROM (SELECT max(seq) AS last_value FROM comparison.stream) s")
        got = self.ask("simulate", "--set", "dibao.standard=860")
        register = {e["category"]: e for e in self.suite.ask("comparison", "plimsoll.comparison.register.v1", {})["register"]}
        self.assertEqual(got["on"], json.loads((self.county / "county.json").read_text())["end"])
        for c in got["categories"]:
            if "register" in c:
                known = register.get(c["category"], {"households": 0, "people": 0})
                self.assertEqual((c["register"]["households"], c["register"]["people"]), (known["households"], known["people"]))
        self.assertEqual(set(register), {c["category"] for c in got["categories"] if c.get("register", {}).get("people")})
        stock = self.suite.psql("SELECT sum(amount) FROM comparison.enrolment WHERE valid_from <= '2024-06-30' AND "
                                "(valid_to IS NULL OR valid_to > '2024-06-30')")
        self.assertEqual(sum(fen(c.get("register")) for c in got["categories"]), int(stock))
        dibao = next(c for c in got["categories"] if c["category"] == "dibao")
        self.assertGreater(fen(dibao["drafts"][0]["after"]), fen(dibao["in_force"]["after"]))
        self.assertEqual(before, self.suite.psql("SELECT last_value FROM (SELECT max(seq) AS last_value FROM comparison.stream) s"))

    def standard_of_one(self):
        """A standard, in whole fen, on whose line a household stands exactly."""
        for n in self.ask("simulate", "--set", "dibao.standard=860", "--near", "200")["nearest"]:
            value, months = round(float(n["value"]) * 100), round(float(n["line"]) / 860)
            if n["category"] == "dibao" and value % months == 0:
                return f"{value // months / 100:.2f}"
        self.fail("no household's income is whole fen a month for each")

    def test_2_for_readers(self):
        en = self.suite.plimsoll("simulate", "--set", "dibao.standard=860", "--townships").stdout
        zh = self.suite.plimsoll("simulate", "--set", "dibao.standard=860", "--lang", "zh", "--near", "3").stdout
        for words in ("in the register", "newly qualify", "marginal → dibao", "By township", "The sums close", "nothing was written"):
            self.assertIn(words, en)
        self.assertRegex(en, r"Not changed \(--all shows them\): .*disability_nursing")
        self.assertIn("Nursing allowance", self.suite.plimsoll("simulate", "--set", "dibao.standard=860", "--all").stdout)
        for words in ("最低生活保障", "在册", "应纳未纳", "最接近标准线的家庭", "勾稽相符"):
            self.assertIn(words, zh)
        self.assertEqual(len([line for line in zh.splitlines() if "-8" in line[:24]]), 3)
        asked = ("simulate", "--set", f"dibao.standard={self.standard_of_one()}", "--near", "12")
        nearest = self.ask(*asked)["nearest"]
        self.assertIn("0.00", [n["margin"] for n in nearest])
        for lang, on, below, above, same in (("en", "exactly on the line  ", " below the line ", " above the line ", ", as in force"),
                                             ("zh", "恰在标准线上  ", "低于标准线 ", "高于标准线 ", "（与现行相同）")):
            rows = [x for x in self.suite.plimsoll(*asked, "--lang", lang).stdout.splitlines() if "-8" in x[:24]]
            self.assertEqual(len(rows), len(nearest))
            for row, n in zip(rows, nearest):
                margin = float(n["margin"])
                self.assertIn(below if margin > 0 else above if margin < 0 else on, row)
                self.assertEqual(row.endswith(same), n["before"] == n["after"], row)
                self.assertEqual("member" in row or "某成员" in row, "person" in n, row)

    def test_3_drafts_from_files(self):
        folder = self.suite.dir / "drafts"
        folder.mkdir(exist_ok=True)
        demo = (self.suite.var / "policies" / "demo.yaml").read_text()
        (folder / "as_it_is.yaml").write_text(demo)
        (folder / "child.yaml").write_text("policy: child\nextends: as_it_is\ntitle: { zh: 草案, en: A draft }\nparameters:\n"
                                           "  marginal.multiple: { basis: 草案, confidence: assumed, values: [ { from: 2021-07-01, value: 2 } ] }\n")
        got = self.ask("simulate", folder / "as_it_is.yaml", folder / "child.yaml")
        self.assertEqual([p["changed"]["households"] > 0 for p in got["policies"][1:]], [False, True])
        marginal = next(c for c in got["categories"] if c["category"] == "marginal")
        self.assertGreater(marginal["drafts"][1]["entered"]["households"], 0)
        (folder / "broken.yaml").write_text(demo.replace("marginal.multiple", "marginal.mutliple"))
        self.refused("broken.yaml:", "simulate", folder / "broken.yaml")
        self.refused("cannot open", "simulate", folder / "nowhere.yaml")
        self.refused("did you mean “dibao.standard”", "simulate", "--set", "dibao.standerd=860")
        self.refused("is no amount in yuan", "simulate", "--set", "dibao.standard=86o")
        self.refused("simulate needs a draft", "simulate")
        self.refused("--on", "simulate", "--set", "dibao.standard=860", "--on", "2024")

    def test_4_lists(self):
        path = self.suite.dir / "list.csv"
        got = self.ask("list", "disability_nursing", "--out", path)
        rows = list(csv.DictReader(path.read_text().splitlines()))
        self.assertEqual(len(rows), got["periods"][0]["people"])
        self.assertEqual(sum(round(float(r["money"]) * 100) for r in rows), fen(got["periods"][0]))
        self.assertTrue(all(r["region"].startswith("320681") and len(r["person"]) == 36 for r in rows))
        text = self.suite.plimsoll("list", "dibao", "--from", "2024-04", "--to", "2024-06", "--lang", "zh").stdout
        self.assertIn("2024-05", text)
        self.assertIn("各月合计", text)
        self.refused("dibao, marginal", "list", "dibaо")

    def test_5_the_shadow_is_what_the_next_numbers_would_find(self):
        got = self.ask("shadow")
        (shadow,) = got["shadows"]
        self.assertTrue(got["complete"])
        self.assertEqual(shadow["policy"], "qidong@2024-07-01")
        simulated = {c["category"]: c for c in self.ask("simulate", "--numbers", "2024-07-01")["categories"]}
        for name in ("dibao", "marginal"):
            counts = [c for c in shadow["counts"] if c["category"] == name and c["kind"] == "newly_qualifies"]
            flow, draft = simulated[name]["in_force"], simulated[name]["drafts"][0]
            # newly found in force, and what the draft adds; who is enrolled elsewhere is a change of category
            expected = sum(f.get("entered", {"households": 0})["households"] for f in (flow, draft))
            found = sum(c["shadow"] for c in counts)
            self.assertGreater(found, 0)
            moved = sum(m["households"] for m in self.ask("simulate", "--numbers", "2024-07-01")["moves"] if m["policy"] == 1)
            self.assertLessEqual(abs(found - expected), moved)
        self.assertIn("newly_qualifies", self.suite.plimsoll("shadow", "--townships", "--differences", "3").stdout)
        self.assertRegex(self.suite.plimsoll("status").stdout, r"shadow qidong@2024-07-01: [1-9]\d* findings\n")
        self.assertIn("仅影子有", self.suite.plimsoll("shadow", "--lang", "zh").stdout)

    def test_6_a_bar_when_it_takes_long(self):
        """What the worker reads is locked for a while: the terminal shows how far it has come."""
        secret = (self.suite.var / "secrets" / "pgpass").read_text().splitlines()
        password = next(line.split(":")[4] for line in secret if line.split(":")[3] == "postgres")
        lock = psycopg2.connect(host="127.0.0.1", port=self.suite.pg_port, user="postgres", dbname="plimsoll", password=password)
        lock.cursor().execute("LOCK TABLE comparison.person IN ACCESS EXCLUSIVE MODE")
        ours, theirs = pty.openpty()
        asking = subprocess.Popen([BIN / "plimsoll", "simulate", "--set", "dibao.standard=860", "--json"], cwd=ROOT, env=self.suite.env,
                                  stdout=subprocess.PIPE, stderr=theirs, text=True)
        os.close(theirs)
        wait_for("the worker to wait for the table", lambda: int(self.suite.psql(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND now() - query_start > interval '1 second'")))
        lock.close()
        shown = []

        def read():
            try:
                while data := os.read(ours, 4096):
                    shown.append(data)
            except OSError:  # the terminal is closed
                pass
        reader = threading.Thread(target=read)
        reader.start()
        out, _ = asking.communicate(timeout=60 * SLOW)
        reader.join()
        os.close(ours)
        self.assertEqual(asking.returncode, 0)
        self.assertIn("regions", json.loads(out))
        self.assertIn(b"simulating", b"".join(shown))
        self.assertIn("#", b"".join(shown).decode())


if __name__ == "__main__":
    unittest.main(verbosity=2)
