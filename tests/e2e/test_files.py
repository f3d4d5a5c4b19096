# SPDX-License-Identifier: Apache-2.0
"""Files as departments have them, sent to a running suite: tables of any encoding, workbooks, whole lists, interruptions."""
import csv
import io
import json
import os
import pathlib
import signal
import subprocess
import sys
import unittest

import openpyxl

from harness import BIN, ROOT, SLOW, Suite, wait_for
from people import person


class Files(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.suite = Suite("files", services=["intake", "comparison"])
        try:
            cls.suite.start()
            cls.suite.plimsoll("tick", "--to", "2024-06-01")
        except BaseException:
            cls.suite.stop(keep=True)
            raise

    @classmethod
    def tearDownClass(cls):
        cls.suite.stop()

    def csv(self, name, rows, encoding="utf-8"):
        text = io.StringIO()
        csv.writer(text).writerows(rows)
        path = self.suite.dir / name
        path.write_bytes(text.getvalue().encode(encoding))
        return path

    def send(self, *args, code=0):
        done = self.suite.plimsoll("send", *args, "--json", check=code)
        return json.loads(done.stdout) if done.stdout else done.stderr

    HOUSEHOLDS = ["户编号", "村（居）区划代码", "城乡", "生效日期", "身份证号", "姓名", "与户主关系"]

    def test_households_in_gb18030(self):
        rows = [["汇龙镇困难家庭登记表"], self.HOUSEHOLDS]
        for h in range(40):
            rows += [[f"F{h}", "320681100207", "rural", "2024/1/1", person(2 * h), "㐂某" + str(h), "head"],
                     ["", "", "", "", person(2 * h + 1), "某", "spouse"]]
        answer = self.send("civil.households", self.csv("h.csv", rows, "gb18030"))
        self.assertEqual((answer["records"], answer["accepted"], answer["rejected"]), (40, 40, 0))

    def test_rejects_come_back_as_the_same_kind_of_file(self):
        book = openpyxl.Workbook()
        for row in (["身份证号", "用人单位", "月份", "月工资", "备注"], [person(1), "甲", "2024-03", 1200, "好"], [person(2), "乙", "2099-01", 900, "将来"],
                    [320681197001010000, "丙", "2024-03", 900, "坏"]):
            book.active.append(row)
        path = self.suite.dir / "wages.xlsx"
        book.save(path)
        answer = self.send("hrss.wages", path, code=1)
        self.assertEqual((answer["accepted"], answer["rejected"], answer["refused"]), (1, 1, 1))
        rejects = openpyxl.load_workbook(answer["rejects"])
        rows = list(rejects.active.iter_rows(values_only=True))
        self.assertEqual([r[4] for r in rows], ["备注", "将来", "坏"])
        self.assertIn("月份", rows[1][5])
        rejects.active["C2"], rejects.active["A3"] = "2024-01", person(3)
        rejects.save(answer["rejects"])
        answer = self.send("hrss.wages", answer["rejects"])
        self.assertEqual(answer["accepted"], 2)

    def test_a_whole_list_is_sent_whole_or_not_at_all(self):
        schema = json.loads((ROOT / "schemas/datasets/civil.children.schema.json").read_text())["properties"]
        head = [schema[f]["x-label"]["zh"] for f in ("resident_id", "name", "class", "since", "monthly_amount")]
        rows = [head] + [[person(n, "20150101"), "某", "orphan", "2024-01-01", "1500"] for n in range(3)]
        good = self.csv("children.csv", rows)
        bad = self.csv("bad.csv", rows + [[person(9, "20150101"), "某", "orphan", "not a day", "1500"]])
        said = self.send("civil.children", bad, "--snapshot", "--as-of", "2024-05-31", code=2)
        self.assertIn("whole or not at all", said)
        answer = self.send("civil.children", good, "--snapshot", "--as-of", "2024-05-31")
        self.assertEqual((answer["accepted"], answer["list"]), (3, "applied"))

    def test_interrupted_and_gone_on(self):
        count = 40000
        path = self.suite.dir / "many.csv"
        with open(path, "w", encoding="gb18030") as f:
            f.write("身份证号,用人单位,月份,月工资\n")
            for n in range(count):
                f.write(f"{person(n)},厂{n % 7},{'2099' if n % 100 == 0 else '2024'}-0{n % 5 + 1},{n % 3000}.5\n")
        state, rejects = pathlib.Path(f"{path}.sent"), pathlib.Path(f"{path}.rejects.ndjson")
        running = subprocess.Popen([BIN / "plimsoll", "send", "hrss.wages", path], cwd=ROOT, env=self.suite.env, stdout=subprocess.DEVNULL)
        wait_for("a batch that is done", state.exists)
        running.send_signal(signal.SIGKILL)
        running.wait()
        done = json.loads(state.read_text())["records"]
        self.assertLess(done, count, "the sending was not interrupted")
        self.assertGreater(done, 0)
        with open(rejects, "a") as f:  # where a full disk, or another moment, would have stopped it: of the next batch a line and a half
            f.write(rejects.read_text().splitlines(keepends=True)[0] + '{"code":"in_fut')
        good = count - count // 100
        left = {p: p.read_bytes() for p in (state, rejects)}
        answer = self.send("hrss.wages", path, "--dry-run")
        self.assertEqual((answer["records"], answer["batches"], answer["accepted"], answer["refused"]), (count, 0, 0, 0))
        self.assertEqual({p: p.read_bytes() for p in left if p.exists()}, left, "a dry run is no sending")
        answer = self.send("hrss.wages", path, code=1)
        self.assertEqual((answer["records"], answer["accepted"], answer["rejected"]), (count, good, count - good))
        self.assertLessEqual(answer["duplicate"], 15000, "only what was under way is sent again")
        self.assertFalse(state.exists())
        with open(answer["rejects"], encoding="gb18030") as f:
            back = [r[0] for r in list(csv.reader(f))[1:]]
        self.assertEqual(back, [person(n) for n in range(0, count, 100)])
        answer = self.send("hrss.wages", path, code=1)
        self.assertEqual((answer["accepted"], answer["duplicate"]), (good, count))

    def test_where_nothing_can_be_written_nothing_counts_as_told(self):
        path = self.suite.dir / "full.ndjson"
        path.write_text('{"resident_id":"%s","employer":"甲","month":"2099-01","amount":"1.00"}\n' % person(1))
        full = "import os, resource, signal, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)); os.execv(sys.argv[1], sys.argv[1:])"
        done = subprocess.run([sys.executable, "-c", full, BIN / "plimsoll", "send", "hrss.wages", path], cwd=ROOT, env=self.suite.env,
                              capture_output=True, text=True)  # Python ignores SIGXFSZ, and so does what it becomes
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn(f"cannot write {path}.rejects.ndjson", done.stderr)

    def test_every_refusal_is_told(self):
        rows = [["身份证号", "用人单位", "月份", "月工资"]] + [[person(n), "甲", "2099-01" if n % 2 else "2023-01", "1"] for n in range(3000)]
        answer = self.send("hrss.wages", self.csv("many-bad.csv", rows), code=1)
        self.assertEqual((answer["accepted"], answer["rejected"]), (1500, 1500))
        with open(answer["rejects"], encoding="utf-8") as f:
            back = list(csv.reader(f))
        self.assertEqual(len(back), 1501)
        self.assertTrue(all(r[2] == "2099-01" and r[4] for r in back[1:]))

    def test_a_folder_to_drop_files_into(self):
        drop = self.suite.dir / "drop"
        for sub in ("hrss.wages", "civil.children", "no.dataset"):
            (drop / sub).mkdir(parents=True)
        wages = ["身份证号", "用人单位", "月份", "月工资"]
        self.csv("drop/hrss.wages/before.csv", [wages, [person(100), "甲", "2024-03", "1"], [person(101), "甲", "2099-03", "1"]])
        log = open(self.suite.dir / "drop.log", "w")
        running = subprocess.Popen([BIN / "plimsoll", "drop", drop], cwd=ROOT, env=self.suite.env, stdout=log, stderr=log)
        try:
            wait_for("the file that was there", (drop / "hrss.wages/done/before.csv").exists)
            report = json.loads(wait_for("its report", lambda: (p := drop / "hrss.wages/done/before.csv.report.json").exists() and p.read_text()))
            self.assertEqual((report["accepted"], report["rejected"]), (1, 1))
            self.assertIn("2099-03", (drop / "hrss.wages/refused/before.rejects.csv").read_text())
            with open(drop / "hrss.wages/slow.csv", "w") as f:  # not taken while it is being written
                f.write(",".join(wages) + "\n")
                f.flush()
                self.csv("drop/hrss.wages/quick.csv", [wages, [person(102), "甲", "2024-03", "1"]])
                wait_for("the complete file", (drop / "hrss.wages/done/quick.csv").exists)
                self.assertTrue((drop / "hrss.wages/slow.csv").exists())
                f.write(f"{person(103)},甲,2024-03,1\n")
            wait_for("the file written slowly", (drop / "hrss.wages/done/slow.csv").exists)
            report = json.loads(wait_for("its report", lambda: (p := drop / "hrss.wages/done/slow.csv.report.json").exists() and p.read_text()))
            self.assertEqual(report["accepted"], 1)
            (drop / "civil.children/list.csv").write_text("身份证号\n")
            reason = wait_for("the reason", lambda: (p := drop / "civil.children/refused/list.csv.reason.txt").exists() and p.read_text())
            self.assertIn("day", reason)
            (drop / "hrss.wages/columns.csv").write_text("身份证号,用人单位\n1,2\n")
            lacking = drop / "hrss.wages/refused/columns.csv.reason.txt"
            self.assertIn("in the dataset's file", wait_for("the reason", lambda: lacking.exists() and lacking.read_text()))  # to its end
            (drop / "hrss.wages/bad.xlsx").write_bytes(b"PK\x03\x04 nothing")
            wait_for("the damaged workbook", (drop / "hrss.wages/refused/bad.xlsx").exists)
        finally:
            running.terminate()
            self.assertEqual(running.wait(20 * SLOW), 0)
            log.close()

    def wages_file(self, path, n, month="2024-04"):
        path.parent.mkdir(parents=True, exist_ok=True)
        made = self.csv("made.csv", [["身份证号", "用人单位", "月份", "月工资"], [person(n), "甲", month, "1"]])
        made.rename(path)

    def test_drop_directories_are_part_of_the_deployment(self):
        """As deploy/up starts it: under a supervisor, by the shipped deploy/config/drop.yaml."""
        drop = self.suite.var / "drop" / "hrss.wages"
        drop.mkdir(parents=True)
        self.suite.lib("service_start drop")
        try:
            self.wages_file(drop / "first.csv", 110)
            wait_for("the first file", (drop / "done/first.csv").exists)
            child = self.suite.var / "run/drop.child"
            pid = int(child.read_text())
            os.kill(pid, signal.SIGKILL)
            self.wages_file(drop / "second.csv", 111)
            wait_for("the file that came meanwhile", (drop / "done/second.csv").exists)
            self.assertNotEqual(int(child.read_text()), pid)
            self.assertEqual(json.loads(wait_for("its report", lambda: (p := drop / "done/second.csv.report.json").exists() and p.read_text()))["accepted"], 1)
        finally:
            self.suite.lib("service_stop drop")
        self.assertFalse(child.exists())

    def test_directories_of_one_dataset_and_a_key_of_their_own(self):
        self.suite.key("hrss-files", "--department", "hrss", "--datasets", "hrss.wages")
        self.suite.key("hrss-pensions", "--department", "hrss", "--datasets", "hrss.pensions")
        there, config = self.suite.dir / "share", self.suite.dir / "drop.yaml"
        right, wrong, away = there / "wages", there / "wrong key", there / "not mounted"
        for d in (right, wrong):
            d.mkdir(parents=True)
        def watch(*entries):
            config.write_text("watch:\n" + "".join(f"  - {{ directory: \"{d}\", dataset: hrss.wages, key: {k} }}\n" for d, k in entries) if entries else "watch: []\n")
        def said():
            return (self.suite.dir / "drop-config.log").read_text()
        watch((away, "hrss-files"), (right, "hrss-files"))
        with open(self.suite.dir / "drop-config.log", "w") as log:
            running = subprocess.Popen([BIN / "plimsoll", "drop", "--config", config], cwd=ROOT, env=self.suite.env, stdout=log, stderr=log)
        try:
            self.wages_file(right / "a.csv", 120)
            wait_for("the file of the directory that is there", (right / "done/a.csv").exists)
            self.assertIn("not mounted waits", said())
            watch((right, "hrss-files"), (wrong, "hrss-pensions"))
            running.send_signal(signal.SIGHUP)
            self.wages_file(wrong / "b.csv", 121)
            wait_for("the key that may not", lambda: (wrong / "refused/b.csv").exists() or "wrong key/b.csv waits" in said())
            config.write_text("watch: [ { dataset: hrss.wages } ]\n")
            running.send_signal(signal.SIGHUP)
            wait_for("the complaint", lambda: "watched on" in said() and "drop.yaml:1:" in said())
            self.wages_file(right / "c.csv", 122)
            wait_for("what was watched before", (right / "done/c.csv").exists)
            watch()
            running.send_signal(signal.SIGHUP)
            self.assertEqual(running.wait(20 * SLOW), 0)  # nothing to watch is no fault
        finally:
            running.kill()
            running.wait()
        config.write_text("watch: yes\n")
        done = self.suite.plimsoll("drop", "--config", config, "--once", check=78)
        self.assertIn("watch is a list", done.stderr)


if __name__ == "__main__":
    unittest.main()
