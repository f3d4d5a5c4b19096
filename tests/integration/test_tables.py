# SPDX-License-Identifier: Apache-2.0
"""Tables as departments write them, read by `plimsoll send --dry-run`: encodings, Excel's habits, what is refused and why."""

import csv
import datetime
import io
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import zipfile

import openpyxl

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from people import with_check  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("PLIMSOLL_BIN", ROOT / "build/dev/bin"))


def person(n, born="19900101"):
    """A resident ID with a right check character, of nobody."""
    return with_check(f"320681{born}{n:03d}")


class Scratch(unittest.TestCase):
    """A folder for files, and what `plimsoll` says of them."""
    bin = BIN / "plimsoll"

    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="plimsoll-tables-"))
        self.addCleanup(lambda: subprocess.run(["rm", "-rf", self.dir], check=True))

    def write(self, name, data):
        path = self.dir / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    def csv(self, name, rows, encoding="utf-8", delimiter=",", newline="\r\n"):
        text = io.StringIO()
        csv.writer(text, delimiter=delimiter, lineterminator=newline, quoting=csv.QUOTE_ALL if newline == "\r" else csv.QUOTE_MINIMAL).writerows(rows)
        return self.write(name, text.getvalue().encode(encoding))

    def try_file(self, dataset, path, *options, code=0, datasets=None, schemas=None):
        done = subprocess.run([BIN / "plimsoll", "send", dataset, path, "--dry-run", "--json", *options, "--datasets",
                               datasets or ROOT / "deploy/datasets", "--schemas", schemas or ROOT / "schemas/datasets"],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, code, done.stderr + done.stdout)
        return json.loads(done.stdout) if done.stdout else done.stderr

    def reasons(self, answer):
        """Last column of the table of rejects, without its head."""
        path = pathlib.Path(answer["rejects"])
        if path.suffix == ".xlsx":
            rows = [[c or "" for c in row] for row in openpyxl.load_workbook(path).active.iter_rows(values_only=True)]
        else:
            text = path.read_bytes()
            for encoding in ("utf-8-sig", "gb18030"):
                try:
                    rows = list(csv.reader(io.StringIO(text.decode(encoding))))
                    break
                except UnicodeDecodeError:
                    continue
        return [row[-1] for row in rows[1:]]


class Tables(Scratch):
    WAGES = ["身份证号", "用人单位", "月份", "月工资"]

    def test_encodings_and_signs(self):
        rows = [self.WAGES, [person(1), "启东市汇龙镇甲厂，二楼", "2024-03", "1234.50"], [person(2), "多\n行", "2024-03", "99"]]
        for name, encoding in (("a.csv", "utf-8"), ("b.csv", "utf-8-sig"), ("c.csv", "gb18030"), ("d.csv", "utf-16")):
            for delimiter in ",;\t":
                for newline in ("\n", "\r\n", "\r"):
                    with self.subTest(encoding=encoding, delimiter=delimiter, newline=newline):
                        answer = self.try_file("hrss.wages", self.csv(name, rows, encoding, delimiter, newline))
                        self.assertEqual((answer["records"], answer["refused"]), (2, 0))

    def test_rare_characters(self):
        # GB18030 of four bytes, across every place of a chunk's end
        rows = [self.WAGES] + [[person(1), "㐀𠮷" * 7 + "x" * (n % 9), "2024-03", "1"] for n in range(4000)]
        answer = self.try_file("hrss.wages", self.csv("rare.csv", rows, "gb18030"))
        self.assertEqual(answer["records"], 4000)

    def test_header_below_a_title(self):
        path = self.csv("t.csv", [["启东市2024年3月工资表", "", "", ""], ["", "", "", ""], ["序号", "用人单位*", "身份证号（必填）", "月份", "月工资(元)"],
                                  ["1", "甲", person(1), "2024年3月", "1,234.50"], ["合计", "", "", "", "1234.5"]])
        self.assertEqual(self.try_file("hrss.wages", path)["records"], 1)

    def test_header_faults(self):
        said = self.try_file("hrss.wages", self.csv("n.csv", [["姓名", "电话"], ["张三", "1"]]), code=2)
        self.assertIn("none of the first 20 rows", said)
        said = self.try_file("hrss.wages", self.csv("m.csv", [["身份证号", "月份"], [person(1), "2024-03"]]), code=2)
        self.assertIn("用人单位", said)
        self.assertIn("月工资", said)
        said = self.try_file("hrss.wages", self.csv("d.csv", [self.WAGES + ["Month"], [person(1), "甲", "2024-03", "1", "2024-04"]]), code=2)
        self.assertIn("“月份”", said)

    def test_a_terminal_obeys_no_header(self):
        said = self.try_file("hrss.wages", self.csv("t.csv", [["\x1b]0;x\x07姓\x1b[31m名\u009b2J"], ["1"]]), code=2)
        self.assertIn("名", said)
        self.assertFalse(set(said) & {chr(c) for c in [*range(10), *range(11, 32), *range(127, 160)]}, repr(said))
        path = self.csv("u.csv", [self.WAGES + ["备\x1b[2J注"], [person(1), "甲", "2024-03", "1", "x"]])
        said = self.dataset("check", "hrss.wages", path, "--on", "2024-06-30", "--datasets", ROOT / "deploy/datasets", "--schemas", ROOT / "schemas/datasets")
        self.assertIn("not used: 备 [2J注", said)

    def test_values(self):
        good = [("2024-03", "1234.50"), ("2024/3", "￥1,234.50"), ("202403", "1234.5元"), ("2024年03月", "１２３４．５０"), ("2024.3", " 1234.500 ")]
        answer = self.try_file("hrss.wages", self.csv("g.csv", [self.WAGES] + [["'" + person(1), "甲", m, a] for m, a in good]))
        self.assertEqual(answer["records"], len(good))
        bad = [("2024-13", "1", "no such day"), ("March", "1", "no month"), ("2024-03", "1.234", "finer than a fen"), ("2024-03", "一百", "no amount"),
               ("2024-03", "1,23.0", "no amount"), ("2024-03", "", "amount")]
        answer = self.try_file("hrss.wages", self.csv("b.csv", [self.WAGES] + [[person(1), "甲", m, a] for m, a, _ in bad]), code=1)
        for (month, amount, why), said in zip(bad, self.reasons(answer)):
            self.assertIn(why, said, (month, amount))

    def test_damaged_numbers(self):
        answer = self.try_file("hrss.wages", self.csv("x.csv", [self.WAGES, ["3.20681E+17", "甲", "2024-03", "1"], ['="' + person(2) + '"', "甲", "2024-03", "1"]]),
                               code=1)
        self.assertEqual(answer["records"], 1)
        self.assertIn("rounded", self.reasons(answer)[0])

    def test_broken_files(self):
        self.assertIn("not closed", self.try_file("hrss.wages", self.write("q.csv", "身份证号,用人单位,月份,月工资\n1,\"甲,2024-03,1\n"), code=2))
        self.assertIn("NUL", self.try_file("hrss.wages", self.write("z.csv", b"a,b\0c\n"), code=2))
        self.assertIn("NUL", self.try_file("hrss.wages", self.write("y.csv", "\ufeffa,b\0c\n".encode("utf-16-le")), code=2))
        self.assertIn("marked as UTF-16", self.try_file("hrss.wages", self.write("v.csv", b"\xff\xfe\x00\xd8a\0\n\0"), code=2))
        self.assertIn("neither UTF-8 nor GB18030", self.try_file("hrss.wages", self.write("e.csv", "身份证号,用人单位,月份,月工资\n1,".encode() + b"\xff\xff,2,3\n"), code=2))
        self.assertIn("old (.xls)", self.try_file("hrss.wages", self.write("o.xls", b"\xd0\xcf\x11\xe0" + b"x" * 600), code=2))
        self.assertIn("damaged", self.try_file("hrss.wages", self.write("c.xlsx", b"PK\x03\x04" + b"x" * 600), code=2))
        self.assertIn("no such", self.try_file("hrss.wages", self.dir / "absent.csv", code=2).lower())

    def book(self, rows, name="w.xlsx", **sheets):
        book = openpyxl.Workbook()
        sheet = book.active
        for row in rows:
            sheet.append(row)
        for title, state in sheets.items():
            other = book.create_sheet(title)
            other.append(["x"])
            other.sheet_state = state
        book.save(self.dir / name)
        return self.dir / name

    def test_workbook(self):
        rows = [["工资表"], self.WAGES, [person(1), "甲", datetime.date(2024, 3, 1), 1234.55], [person(2), "乙", "2024年4月", 0.1 + 0.2],
                [person(3), "丙", 202405, "7"], [None, "合计", None, 1241.85]]
        self.assertEqual(self.try_file("hrss.wages", self.book(rows))["records"], 3)

    def test_workbook_damage(self):
        rows = [self.WAGES, [320681199001011234, "甲", "2024-03", 1], [person(2), "甲", "2024-03", 1.005], [person(3), "#N/A", "2024-03", 1]]
        answer = self.try_file("hrss.wages", self.book(rows), code=1)
        said = self.reasons(answer)
        self.assertIn("rounded", said[0])
        self.assertIn("finer than a fen", said[1])
        # corrected in the very file of rejects, it is taken
        book = openpyxl.load_workbook(answer["rejects"])
        book.active["A2"] = person(1)
        book.active["D3"] = "1.01"
        book.active["B4"] = "丁"
        book.save(answer["rejects"])
        self.assertEqual(self.try_file("hrss.wages", answer["rejects"])["records"], 3)

    def test_sheets(self):
        rows = [self.WAGES, [person(1), "甲", "2024-03", 1]]
        self.assertEqual(self.try_file("hrss.wages", self.book(rows, 说明="hidden"))["records"], 1)
        said = self.try_file("hrss.wages", self.book(rows, 说明="visible"), code=2)
        self.assertIn("--sheet", said)
        self.assertEqual(self.try_file("hrss.wages", self.book(rows, 说明="visible"), "--sheet", "Sheet")["records"], 1)
        self.assertIn("no sheet", self.try_file("hrss.wages", self.book(rows), "--sheet", "无", code=2))

    def test_hostile_workbook(self):
        path = self.book([self.WAGES])
        with zipfile.ZipFile(path) as z:
            parts = {n: z.read(n) for n in z.namelist()}
        parts["xl/workbook.xml"] = b'<!DOCTYPE x [<!ENTITY a "b">]>' + parts["xl/workbook.xml"]
        with zipfile.ZipFile(path, "w") as z:
            for name, data in parts.items():
                z.writestr(name, data)
        self.assertIn("document type", self.try_file("hrss.wages", path, code=2))

    HOUSEHOLDS = ["户编号", "村（居）区划代码", "城乡", "生效日期", "身份证号", "姓名", "与户主关系"]

    def test_rows_of_one_record(self):
        rows = [self.HOUSEHOLDS, ["H1", "320681100207", "rural", "2024-01-01", person(1), "张三", "head"],
                ["H1", "320681100207", "rural", "2024-01-01", person(2), "李四", "spouse"],
                ["H2", "320681100207", "urban", "2024-01-01", person(3), "O'Neill <b>", "head"], ["", "", "", "", person(4), "王五", "child"]]
        self.assertEqual(self.try_file("civil.households", self.csv("h.csv", rows))["records"], 2)
        rows += [["H1", "320681100207", "rural", "2024-01-01", person(5), "赵六", "child"]]
        answer = self.try_file("civil.households", self.csv("apart.csv", rows), code=1)
        self.assertEqual((answer["records"], len(self.reasons(answer))), (1, 3), "no part of the household is taken for the whole")
        for said in self.reasons(answer):
            self.assertIn("do not stand together", said)
        self.assertEqual(self.try_file("civil.households", answer["rejects"])["records"], 1, "in the file of rejects they do")
        rows[2][1] = "320681100208"
        answer = self.try_file("civil.households", self.csv("differs.csv", rows[:3]), code=1)
        self.assertEqual(len(self.reasons(answer)), 2)
        self.assertIn("differs", self.reasons(answer)[0])

    def test_own_dataset(self):
        (self.dir / "d").mkdir()
        self.write("d/union.hardship.yaml", """
dataset: union.hardship
key: [card]
columns:
  card: [困难职工证号]
  level: { names: [困难类别], words: { 深度困难: deep, 相对困难: relative } }
  aid: { names: [帮扶金额], unit: wan }
""")
        self.write("d/union.hardship.schema.json", json.dumps({"type": "object", "additionalProperties": False, "required": ["card", "level"], "properties": {
            "card": {"type": "string"}, "level": {"enum": ["deep", "relative"]}, "aid": {"type": "string", "format": "money"},
            "helped": {"type": "boolean", "x-label": {"zh": "已帮扶"}}, "children": {"type": "integer", "x-label": {"zh": "子女数"}}}}))
        rows = [["困难职工证号", "困难类别", "帮扶金额", "已帮扶", "子女数"], ["007", "深度困难", "0.25", "是", "2"], ["008", "一般", "1", "", ""]]
        answer = self.try_file("union.hardship", self.csv("u.csv", rows), code=1, datasets=self.dir / "d", schemas=self.dir / "d")
        self.assertEqual(answer["records"], 1)
        self.assertIn("深度困难", self.reasons(answer)[0])

    def dataset(self, *args, code=0):
        done = subprocess.run([BIN / "plimsoll", "dataset", *args], capture_output=True, text=True)
        self.assertEqual(done.returncode, code, done.stderr + done.stdout)
        return done.stdout + done.stderr

    def test_what_the_door_would_make_of_it(self):
        path = self.csv("w.csv", [self.WAGES, [person(1), "甲", "2024-03", "12.30"], [person(2), "乙", "2099-03", "12.30"]])
        said = self.dataset("check", "hrss.wages", path, "--on", "2024-06-30", "--datasets", ROOT / "deploy/datasets", "--schemas", ROOT / "schemas/datasets", code=1)
        self.assertIn("income.wage of person 1, from 2024-03-01 until before 2024-04-01, 1230", said)
        self.assertIn("3: refused", said)
        self.assertIn("no fault", self.dataset("check", "--datasets", ROOT / "deploy/datasets", "--schemas", ROOT / "schemas/datasets"))
        (self.dir / "d").mkdir()
        self.write("d/a.b.yaml", "dataset: a.b\nowner: a\nkey: [nowhere]\n")
        self.write("d/a.b.schema.json", '{"type":"object","properties":{}}')
        self.assertIn("a.b.yaml:", self.dataset("check", "a.b", "--datasets", self.dir / "d", "--schemas", self.dir / "d", code=78))

    def test_ndjson(self):
        path = self.write("w.ndjson", json.dumps({"resident_id": person(1), "employer": "甲", "month": "2024-03", "amount": "1.00"}) + "\n{oops\n")
        answer = self.try_file("hrss.wages", path, code=1)
        self.assertEqual((answer["records"], answer["refused"]), (1, 1))
        self.assertEqual(json.loads(pathlib.Path(answer["rejects"]).read_text())["line"], 2)

    def test_a_sending_stays_as_it_is(self):
        """What an interrupted sending left, and the report of an earlier one that somebody may be correcting."""
        line = json.dumps({"resident_id": person(1), "employer": "甲", "month": "2024-03", "amount": "1.00"})
        files = [self.write("w.ndjson", f"{line}\n{{oops\n"), self.csv("w.csv", [self.WAGES, [person(1), "甲", "2024-03", "1"], [person(1), "甲", "?", "1"]])]
        left = [self.write("w.rejects.csv", "being corrected")]
        for path in files:
            told, at = b'{"row":5,"to":5,"line":5,"message":"?"}\n', path.stat()
            left.append(self.write(f"{path.name}.rejects.ndjson", told + b"of the next batch"))
            left.append(self.write(f"{path.name}.sent", json.dumps({
                "file": f"hrss.wages/{at.st_size}/{at.st_mtime_ns // 10**9}.{at.st_mtime_ns % 10**9:09d}", "batches": 1, "records": 5000,
                "accepted": 4999, "rejected": 1, "duplicate": 0, "refused": 0, "rejects": len(told)})))
        before = {p: p.read_bytes() for p in left}
        for path in files * 2:
            with self.subTest(path=path.name):
                answer = self.try_file("hrss.wages", path, code=1)
                self.assertEqual((answer["records"], answer["accepted"], answer["refused"]), (1, 0, 1))
                self.assertEqual({p: p.exists() and p.read_bytes() for p in left}, before)
                self.assertNotIn(pathlib.Path(answer["rejects"]), before)
        self.write("w.ndjson", line)
        self.assertNotIn("rejects", self.try_file("hrss.wages", files[0]), "the report of the dry run before says nothing of this file")


if __name__ == "__main__":
    unittest.main()
