# SPDX-License-Identifier: Apache-2.0
"""Every shipped dataset as a table in the departments' own words: its sample records (tests/datasets) under other names of the columns, with
Chinese words for each choice, become the same facts as the records themselves."""

import csv
import datetime
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import yaml

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from test_tables import ROOT, Scratch

PEOPLE = {"@woman": "11010519491231002X", "@man": "370101190102039973", "@child": "340524201001010014",
          "@newborn": "Q320123456", "@foreigner": "M12345678", "@unknown": "2024-0007", "@foundling": "F-1"}
SHARED = yaml.safe_load((ROOT / "deploy/datasets/columns/shared.yaml").read_text())
NAMES = sorted(p.stem for p in (ROOT / "deploy/datasets").glob("*.yaml"))
BLANK = re.compile(r"[（(].*?[)）]|\W")


class Dataset:
    """Its fields, and what they and their values are called, read from the files by themselves."""

    def __init__(self, name):
        self.name = name
        self.schema = json.loads((ROOT / f"schemas/datasets/{name}.schema.json").read_text())
        self.columns = yaml.safe_load((ROOT / f"deploy/datasets/{name}.yaml").read_text())["columns"]
        self.list = None
        self.fields = {}
        for field, p in self.schema["properties"].items():
            if "properties" in p.get("items", {}):
                self.list = field
                self.fields.update({(field, f): q for f, q in p["items"]["properties"].items()})
            else:
                self.fields[field] = p

    def own(self, field):
        said = self.columns.get(f"{field[0]}[].{field[1]}" if isinstance(field, tuple) else field, {})
        return said if isinstance(said, dict) else {"names": said if isinstance(said, list) else [said]}

    def names(self, field):
        """Without the label and the field's own name, which other tests use."""
        label = self.fields[field]["x-label"]["zh"]
        own = self.own(field).get("names", [])
        taken = {BLANK.sub("", n) for f in self.fields if f != field
                 for n in [self.fields[f].get("x-label", {}).get("zh", ""), *self.own(f).get("names", [])]}
        shared = [n for head in (label, *own) for n in SHARED["names"].get(head, [])]
        return own + [n for n in dict.fromkeys(shared) if BLANK.sub("", n) not in taken and n not in own and n != label]

    def words(self, field, value):
        own = self.own(field).get("words", {})
        return [w for w, v in own.items() if v == value] + [w for w, v in SHARED["words"].items() if v == value and w not in own]


class Columns(Scratch):
    def samples(self, dataset):
        for line in (ROOT / f"tests/datasets/{dataset.name}.ndjson").read_text().splitlines():
            sample = json.loads(line)
            if "refused" not in sample:
                text = json.dumps(sample["record"], ensure_ascii=False)
                for token, document in PEOPLE.items():
                    text = text.replace(token, document)
                yield json.loads(text)

    def cell(self, dataset, field, value, turn):
        kind = dataset.fields[field]
        if isinstance(value, list):
            return "、".join(value)
        if isinstance(value, bool):
            return "是" if value else "否"
        words = dataset.words(field, value) if "enum" in kind or kind.get("type") == "integer" else []
        return words[turn % len(words)] if words else str(value)

    def rows(self, dataset, record, turn):
        flat = {f: v for f, v in record.items() if f != dataset.list}
        items = record.get(dataset.list) or [{}]
        for item in items:
            merged = {**flat, **{(dataset.list, f): v for f, v in item.items()}}
            yield [self.cell(dataset, f, merged[f], turn) if f in merged else "" for f in dataset.fields]

    def check(self, dataset, *paths):
        done = subprocess.run([self.bin, "dataset", "check", dataset.name, *paths, "--on", "2024-06-30", "--datasets", ROOT / "deploy/datasets",
                               "--schemas", ROOT / "schemas/datasets"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr + done.stdout)
        self.assertNotIn("not used", done.stdout)
        taken = {}
        for line in done.stdout.splitlines():
            if line.startswith(str(self.dir)):
                facts = taken.setdefault(line, [])
            elif re.match(r"  \d+: taken$", line) and taken:
                facts.append("")
            elif line.startswith("    "):
                facts[-1] += line + "\n"
        return [taken[str(p)] for p in paths]

    def test_same_facts(self):
        for name in NAMES:
            with self.subTest(dataset=name):
                d = Dataset(name)
                records = list(self.samples(d))
                lines = self.write("s.ndjson", "".join(json.dumps(r) + "\n" for r in records))
                names = {f: d.names(f) for f in d.fields}
                turns = max(1, *(len(n) for n in names.values()))
                tables = []
                for turn in range(turns):
                    # records of one key stand one above the other in the sample: a file for each, so that each is read
                    for r, record in enumerate(records):
                        head = [names[f][turn % len(names[f])] if names[f] else d.fields[f]["x-label"]["zh"] for f in d.fields]
                        tables.append(self.csv(f"t{turn}-{r}.csv", [head, *self.rows(d, record, turn)]))
                want = self.check(d, lines)[0]
                self.assertEqual(len(want), len(records))
                got = []
                for i in range(0, len(tables), 200):
                    got += self.check(d, *tables[i:i + 200])
                for i, (table, facts) in enumerate(zip(tables, got)):
                    self.assertEqual(facts, [want[i % len(records)]], table.read_text())

    def test_every_choice_has_a_word(self):
        for name in NAMES:
            d = Dataset(name)
            for field, kind in d.fields.items():
                for value in kind.get("enum", []):
                    self.assertTrue(d.words(field, value), f"{name} {field}: no word for {value}")

    # What some words mean, told a second time: the files above cannot be their own measure.
    MEANINGS = [
        ("civil.households", ("members", "relation"), {"户主": "head", "妻": "spouse", "次女": "child", "外孙": "grandchild", "岳母": "other", "姐姐": "sibling"}),
        ("civil.households", "area", {"城镇": "urban", "农业户口": "rural"}),
        ("dpf.certificates", "type", {"视力残疾": "visual", "肢体": "physical", "多重残疾": "multiple"}),
        ("dpf.certificates", "grade", {"一级": 1, "4级": 4}),
        ("civil.enrolments", "category", {"低保": "dibao", "低保边缘": "marginal", "特困供养": "tekun"}),
        ("tax.income", "item", {"工资、薪金所得": "wage", "财产转让所得": "transfer", "劳务报酬": "labour"}),
        ("civil.declarations", "item", {"转移净收入": "transfer", "赡养费支出": "support_paid"}),
        ("education.students", "left_by", {"转学": "transfer", "辍学": "dropout"}),
        ("education.students", "level", {"大专": "college", "高中": "senior"}),
        ("police.residents", "cancelled_by", {"死亡": "death", "其他": "other"}),
        ("civil.marriages", "ended_by", {"丧偶": "death", "离婚": "divorce"}),
    ]

    def test_meanings(self):
        for name, field, words in self.MEANINGS:
            d = Dataset(name)
            for word, value in words.items():
                self.assertIn(word, d.words(field, value), (name, field))

    def test_two_fields_of_one_name(self):
        (self.dir / "d").mkdir()
        self.write("d/a.b.yaml", "dataset: a.b\nkey: [x]\ncolumns:\n  y: [甲（一）]\n")
        self.write("d/a.b.schema.json", json.dumps({"type": "object", "properties": {"x": {"type": "string", "x-label": {"zh": "甲"}}, "y": {"type": "string"}}}))
        said = self.try_file("a.b", self.csv("a.csv", [["甲", "y"], ["1", "2"]]), code=2, datasets=self.dir / "d", schemas=self.dir / "d")
        self.assertIn("are both called", said)

    def test_units_of_amounts(self):
        capital = {"元": "50000", "万元": "5", "单位：千元": "50", "分": "5000000", "元/年": "50000元", "币种": "50000"}
        d = Dataset("market.companies")
        tables = [self.csv(f"{n}.csv", [["信用代码", "身份证号码", "企业类型", "任职身份", "成立日期", f"认缴出资额（{unit}）"],
                                        ["91320681MA0000000X", PEOPLE["@man"], "个体户", "经营者", "2022年2月2日", amount]])
                  for n, (unit, amount) in enumerate(capital.items())]
        for facts in self.check(d, *tables):
            self.assertIn("asset.company_capital of person 1, from 2022-02-02, open, 5000000, sole_trader", facts[0])
        rows = [["信用代码", "身份证号码", "企业类型", "任职身份", "成立日期", "认缴出资额(万元)"], ["91320681MA0000000X", PEOPLE["@man"], "个体户", "经营者", "2022-02-02", "5元"]]
        self.assertIn("another unit", self.reasons(self.try_file("market.companies", self.csv("u.csv", rows), code=1))[0])

    def test_today_is_where_intake_is(self):
        """14 hours before Greenwich it is never the day that it is 12 hours behind it."""
        east = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=14))).date()
        record = {"victim_no": "V", "resident_id": PEOPLE["@man"], "class": "fire", "happened_on": str(east)}
        sample = self.write("today.ndjson", json.dumps(record) + "\n")
        for minutes, code in ((840, 0), (-720, 1)):
            config = self.write("intake.yaml", f"utc_offset_minutes: {minutes}\n")
            done = subprocess.run([self.bin, "dataset", "check", "emergency.victims", sample, "--config", config], capture_output=True, text=True, cwd=ROOT)
            self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        done = subprocess.run([self.bin, "dataset", "check", "emergency.victims", sample, "--config", self.write("bad.yaml", "utc_offset_minutes: east\n")],
                              capture_output=True, text=True, cwd=ROOT)
        self.assertEqual(done.returncode, 2)
        self.assertIn("bad.yaml:1:", done.stderr)


if __name__ == "__main__":
    unittest.main()
