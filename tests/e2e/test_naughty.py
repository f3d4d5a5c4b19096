# SPDX-License-Identifier: Apache-2.0
"""Names and addresses that break careless programs (naughty.txt), by every way in and out again byte for byte, and harmless on the way."""
import csv
import io
import json
import pathlib
import subprocess
import unicodedata
import unittest
import zipfile
from xml.sax.saxutils import escape

from harness import ROOT, SLOW, Refused, Suite
from people import person

CORPUS = [json.loads(line) for line in (ROOT / "tests/e2e/naughty.txt").read_text().splitlines() if not line.startswith("#")]
HEAD = ["户编号", "村（居）区划代码", "城乡", "生效日期", "家庭住址", "身份证号码", "姓名", "与户主关系"]
SIGNS = tuple("=+-@\t\r＝＋－＠")


def recoded(data, source, target):
    """By iconv: Python's GB18030 is the standard of 2000, which has other codes for a few rare characters than that of 2005."""
    return subprocess.run(["iconv", "-f", source, "-t", target], input=data, capture_output=True, check=True).stdout


def workbook(path, rows):
    """As Excel writes texts: what XML cannot hold, and what looks like it, as _xHHHH_."""
    def text(s):
        out = ""
        for i, c in enumerate(s):
            code = len(s) - i >= 6 and s[i:i + 2] == "_x" and all(h in "0123456789ABCDEFabcdef" for h in s[i + 2:i + 6])
            out += "_x005F_" if code else f"_x{ord(c):04X}_" if ord(c) < 32 and c not in "\t\n" else escape(c)
        return f'<c t="inlineStr"><is><t xml:space="preserve">{out}</t></is></c>'

    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    related = "http://schemas.openxmlformats.org/package/2006/relationships"
    with zipfile.ZipFile(path, "w") as z:
        z.writestr("xl/workbook.xml", f'<workbook {main} xmlns:r="{office}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>')
        z.writestr("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{related}"><Relationship Id="r1" Type="{office}/worksheet" '
                                                 'Target="worksheets/sheet1.xml"/></Relationships>')
        z.writestr("xl/worksheets/sheet1.xml", f"<worksheet {main}><sheetData>" + "".join(
            f"<row>{''.join(text(c) for c in row)}</row>" for row in rows) + "</sheetData></worksheet>")


class Naughty(unittest.TestCase):
    count = 0

    @classmethod
    def setUpClass(cls):
        cls.suite = Suite("naughty", services=["intake"])
        try:
            cls.suite.start()
        except BaseException:
            cls.suite.stop(keep=True)
            raise

    @classmethod
    def tearDownClass(cls):
        cls.suite.stop()

    def households(self, texts=CORPUS, **more):
        out = []
        for text in texts:
            Naughty.count += 1
            out.append({"household_no": f"N{self.count}", "region": "320681100207", "area": "rural", "effective_on": "2024-01-01",
                        "address": text, "members": [{"resident_id": person(self.count), "name": text, "relation": "head"}], **more})
        return out

    def rows(self, households):
        return [HEAD] + [[h["household_no"], h["region"], "农村", h["effective_on"], h["address"], h["members"][0]["resident_id"],
                          h["members"][0]["name"], "户主"] for h in households]

    def shown(self, households):
        """Every text comes back as it went in."""
        with self.suite.client("intake") as c:
            for h in households:
                found = c.ask("plimsoll.intake.find.v1", {"document": h["members"][0]["resident_id"], "reason": "申请核对"})
                said = c.ask("plimsoll.intake.reveal.v1", {"person": found["person"], "fields": ["name", "address"], "reason": "入户走访"})
                self.assertEqual((said["name"], said["address"]), (h["members"][0]["name"], h["address"]))

    def send(self, path, code=0):
        return json.loads(self.suite.plimsoll("send", "civil.households", path, "--json", check=code).stdout)

    def csv(self, name, rows, encoding="utf-8", delimiter=","):
        text = io.StringIO()
        csv.writer(text, delimiter=delimiter).writerows(rows)
        path = self.suite.dir / name
        plain = text.getvalue()
        path.write_bytes(recoded(plain.encode(), "UTF-8", "GB18030") if encoding == "gb18030" else plain.encode(encoding))
        return path

    def test_messages(self):
        households = self.households()
        with self.suite.client("intake", "civil") as c:
            receipt = c.batch("civil.households", households)
        self.assertEqual((receipt["accepted"], receipt["rejected"]), (len(CORPUS), 0), receipt)
        self.shown(households)

    def test_lines(self):
        households = self.households()
        for name, ascii_only in (("a.ndjson", True), ("b.ndjson", False)):
            path = self.suite.dir / name
            path.write_text("".join(json.dumps(h, ensure_ascii=ascii_only) + "\n" for h in households), newline="\n")
            self.assertEqual(self.send(path)["accepted"], len(CORPUS))
            self.shown(households)

    def test_tables(self):
        for name, encoding, delimiter in (("u.csv", "utf-8", ","), ("m.csv", "utf-8-sig", ";"), ("w.csv", "utf-16", "\t"), ("g.csv", "gb18030", ",")):
            with self.subTest(encoding=encoding):
                households = self.households()
                self.assertEqual(self.send(self.csv(name, self.rows(households), encoding, delimiter))["accepted"], len(CORPUS))
                self.shown(households)

    def test_workbook(self):
        households = self.households()
        path = self.suite.dir / "n.xlsx"
        workbook(path, self.rows(households))
        self.assertEqual(self.send(path)["accepted"], len(CORPUS))
        self.shown(households)

    def test_what_no_text_may_be(self):
        for bad, escaped in (("\ud800", True), ("x\udc00y", True), ("\udc00\ud800", True), ("a\0b", True)):
            text = json.dumps({**self.households(["x"])[0], "address": bad}, ensure_ascii=escaped)
            path = self.suite.dir / "bad.ndjson"
            path.write_text(text + "\n")
            answer = self.send(path, code=1)
            self.assertEqual((answer["accepted"], answer["rejected"] + answer["refused"]), (0, 1), repr(bad))
        for raw in (b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe3\x82", b"\xff"):
            line = json.dumps({**self.households(["x"])[0], "address": "@"}).encode().replace(b"@", raw)
            (self.suite.dir / "raw.ndjson").write_bytes(line + b"\n")
            answer = self.send(self.suite.dir / "raw.ndjson", code=1)
            self.assertEqual((answer["accepted"], answer["rejected"] + answer["refused"]), (0, 1), raw)
        long = self.households(["名" * 65, "x" * 1_000_000])
        with self.suite.client("intake", "civil") as c:
            receipt = c.batch("civil.households", long)
        self.assertEqual((receipt["accepted"], [e["code"] for e in receipt["errors"]]), (0, ["bad_data", "too_large"]))

    def test_rejects_are_harmless_and_come_back(self):
        for name in ("r.csv", "r-gb.csv", "r.xlsx"):
            with self.subTest(name=name):
                households = self.households(area="lunar")
                rows = [[c if c != "农村" else "月球" for c in row] for row in self.rows(households)]
                if name.endswith("xlsx"):
                    workbook(path := self.suite.dir / name, rows)
                else:
                    path = self.csv(name, rows, "gb18030" if "gb" in name else "utf-8")
                answer = self.send(path, code=1)
                self.assertEqual(answer["refused"], len(CORPUS))
                rejects = pathlib.Path(answer["rejects"])
                if name.endswith("xlsx"):
                    with zipfile.ZipFile(rejects) as z:
                        sheet = z.read("xl/worksheets/sheet1.xml").decode()
                    self.assertNotIn("<f", sheet)
                    self.assertEqual(sheet.count("<c "), sheet.count('<c s="1" t="inlineStr">'))
                    with zipfile.ZipFile(rejects, "a") as z:
                        parts = {n: z.read(n) for n in z.namelist()}
                    with zipfile.ZipFile(rejects, "w") as z:
                        for n, data in parts.items():
                            z.writestr(n, data.decode().replace("月球", "农村"))
                else:
                    encoding = "GB18030" if "gb" in name else "UTF-8"
                    said = recoded(rejects.read_bytes(), encoding, "UTF-8").decode()
                    back = list(csv.reader(io.StringIO(said, newline="")))
                    self.assertEqual(len(back), len(CORPUS) + 1)
                    for row in back:
                        for cell in row:
                            plain = cell.lstrip(" ").startswith(SIGNS) and cell != "-3.5"
                            self.assertFalse(plain, f"a spreadsheet would run {cell!r}")
                    rejects.write_bytes(recoded(said.replace("月球", "农村").encode(), "UTF-8", encoding))
                self.assertEqual(self.send(rejects)["accepted"], len(CORPUS))
                self.shown(households)

    def test_ids_of_lists(self):
        """A whole list is called what its department likes: in parts, while it waits, on the command line, confirmed or not."""
        ids = [t for t in CORPUS if len(t.encode()) <= 128]
        self.assertGreater(len(ids), 70)
        ids.append("名" * 42 + "xy")  # as long as may be
        with self.suite.client("intake", "civil") as c:
            def send(id_, scope, people, part=1, parts=1):
                records = [{"resident_id": person(n, "20150505"), "name": f"孩子{n}", "class": "orphan", "since": "2023-01-01",
                            "monthly_amount": "1500"} for n in people]
                done = c.batch("civil.children", records, snapshot={"id": id_, "part": part, "parts": parts, "count": len(people) * parts,
                                                                    "as_of": "2024-05-31", "scope": scope})
                self.assertEqual(done["snapshot"]["id"], id_)
                return done["snapshot"]

            scopes = [t if len(t.encode()) <= 64 else f"s{i}" for i, t in enumerate(ids)]
            for i, (id_, scope) in enumerate(zip(ids, scopes)):
                people = range(1000 + 10 * i, 1010 + 10 * i)
                self.assertEqual(send(f"whole-{i}", scope, people)["state"], "applied")
                self.assertEqual(send(id_, scope, people[:2], 1, 2)["state"], "waiting")
            self.assertEqual(self.open_lists(), [(id_, scope, "waiting", None) for id_, scope in zip(ids, scopes)])
            for i, (id_, scope) in enumerate(zip(ids, scopes)):
                self.assertEqual(send(id_, scope, range(1002 + 10 * i, 1004 + 10 * i), 2, 2)["state"], "needs_confirmation")
            self.assertEqual(self.open_lists(), [(id_, scope, "needs_confirmation", 6) for id_, scope in zip(ids, scopes)])
            for bad in ("", "名" * 43, "x" * 129):
                with self.assertRaises(Refused, msg=bad) as refused:
                    send(bad, "", [1])
                self.assertEqual(refused.exception.data["code"], "bad_data")

        told = self.suite.plimsoll("status", "--timeout", 1 * SLOW, check=None).stdout
        lists = told[told.index("Whole lists that wait\n"):].split("\n\n")[0].split("\n")[1:]
        self.assertEqual([c for c in told if unicodedata.category(c) == "Cc" and c != "\n"], [], "the terminal is told nothing")
        commands = {answer: [x.split(": ", 1)[1] for x in lists if x.startswith(f"    to {answer} it: ")] for answer in ("accept", "refuse")}
        self.assertEqual([len(commands[answer]) for answer in commands], [len(ids)] * 2, "a line each")
        self.assertEqual(sum(x == "    accepting it would end 6 of 10 entries" for x in lists), len(ids))
        for i, id_ in enumerate(ids):
            self.assertIn((id_, scopes[i], "needs_confirmation", 6), self.open_lists())
            done = self.suite.shell(commands["accept" if i % 2 else "refuse"][i]).stdout
            self.assertEqual([c for c in done if unicodedata.category(c) == "Cc" and c != "\n"], [], "nor by the answer")
            self.assertIn("applied" if i % 2 else "discarded", done)
            self.assertNotIn(id_, [x[0] for x in self.open_lists()])
        self.assertEqual(self.open_lists(), [])
        log = (self.suite.var / "log/intake.log").read_text(errors="replace")
        self.assertEqual([line for line in log.splitlines() if not line.startswith("{")], [], "a line of the log is one line")

    def test_names_that_begin_as_options(self):
        """A batch and a register entry, too, are called what their department likes."""
        with self.suite.client("intake", "civil") as c:
            c.batch("civil.households", self.households(["x"]), id_="--source")
        refused = self.suite.plimsoll("retract", "civil.households", "--sauce", check=2).stderr
        self.assertIn("unknown option --sauce; if it is no option", refused)
        self.assertIn("stands last, after -- alone", refused)
        done = json.loads(self.suite.plimsoll("--json", "retract", "civil.households", "--", "--source").stdout)
        self.assertEqual(done["retracted"], 1)
        self.assertIn("too many arguments", self.suite.plimsoll("confirm", "--", "a", "b", "--accept", check=2).stderr)
        self.assertIn("--accept or --refuse", self.suite.plimsoll("confirm", "a", "--", "--help", check=2).stderr)

    def open_lists(self):
        lists = self.suite.ask("intake", "plimsoll.intake.status.v1", {})["lists"]
        return [(x["snapshot"], x["scope"], x["state"], x.get("would_end")) for x in lists]

    def test_tables_and_log_hold_none_of_it(self):
        with self.suite.client("intake", "civil") as c:
            c.batch("civil.households", self.households())
        self.assertEqual(self.suite.psql("select count(*) > 0 from intake.person_vault"), "t", "the table that one of them would drop")
        log = (self.suite.var / "log/intake.log").read_text(errors="replace")
        for text in CORPUS:
            if len(text) > 6:
                self.assertNotIn(text, log)
                self.assertNotIn(json.dumps(text)[1:-1], log)


if __name__ == "__main__":
    unittest.main(verbosity=2)
