# SPDX-License-Identifier: Apache-2.0
"""The clients for departments' programs, as docs/integrating-a-department.md has them used: Python, C (installed, found by
pkg-config) and Node.js.  Each publishes, repeats, is refused, and goes on when intake comes back."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import threading
import time
import unittest

from harness import BIN, ROOT, Suite

sys.path.insert(0, str(ROOT / "clients/python"))
from plimsoll import Department, NoAnswer, Refused  # noqa: E402

WAGE = {"resident_id": "11010519491231002X", "employer": "E", "month": "2024-03", "amount": "1800.00"}


class Clients(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.suite = Suite("clients", services=["intake"])
        try:
            cls.suite.start()
        except BaseException:
            cls.suite.stop(keep=True)
            raise
        cls.args = [f"tcp://127.0.0.1:{cls.suite.ports['intake']}", cls.suite.var / "keys/intake.key", cls.suite.var / "keys/hrss.key_secret"]

    @classmethod
    def tearDownClass(cls):
        cls.suite.stop()

    def test_python(self):
        with Department(*self.args) as hrss:
            receipt = hrss.publish("hrss.wages", [WAGE, {**WAGE, "month": "2099-01"}], id="python/1")
            self.assertEqual((receipt["accepted"], receipt["rejected"], receipt["duplicate"]), (1, 1, False))
            self.assertEqual(receipt["errors"][0]["index"], 1)
            self.assertTrue(hrss.publish("hrss.wages", [WAGE, {**WAGE, "month": "2099-01"}], id="python/1")["duplicate"])
            with self.assertRaises(Refused) as refused:
                hrss.publish("hrss.wages", [WAGE], id="python/1")
            self.assertEqual(refused.exception.code, "id_reused")
            with self.assertRaises(Refused) as refused:
                hrss.publish("police.deaths", [WAGE])
            self.assertEqual(refused.exception.code, "forbidden")
            self.suite.end("intake")  # away for a while: the same batch goes on when it is back
            back = threading.Timer(2, lambda: self.suite.spawn("intake"))
            back.start()
            self.assertEqual(hrss.publish("hrss.wages", [{**WAGE, "month": "2023-01"}])["accepted"], 1)
            back.join()
            self.suite.wait_ready("intake")
        with Department(self.args[0], self.args[1], self.suite.var / "keys/operator.key_secret", department="hrss") as other:
            with self.assertRaises(Refused):
                other.publish("hrss.wages", [WAGE])
        with Department("tcp://127.0.0.1:1", *self.args[1:], timeout=1) as nobody, self.assertRaises(NoAnswer):
            nobody.publish("hrss.wages", [WAGE])

    def test_python_whole_list(self):
        child = {"resident_id": "340524201001010014", "name": "某", "class": "orphan", "since": "2020-01-01", "monthly_amount": "1500.00"}
        with Department(self.args[0], self.args[1], self.suite.var / "keys/civil.key_secret") as civil:
            receipt = civil.publish_list("civil.children", [child], as_of="2024-05-31", id="children/2024-05")
            self.assertEqual(receipt["snapshot"]["state"], "applied")

    def test_c(self):
        there = self.suite.dir / "installed"
        subprocess.run(["cmake", "--install", BIN.resolve().parent, "--component", "client", "--prefix", there], check=True, stdout=subprocess.DEVNULL)
        pkg = next(there.rglob("plimsoll.pc")).parent
        env = dict(os.environ, PKG_CONFIG_PATH=str(pkg))
        flags = subprocess.run(["pkg-config", "--cflags", "--libs", "plimsoll"], env=env, check=True, capture_output=True, text=True).stdout.split()
        sanitize = ["-fsanitize=address,undefined"] if os.environ.get("PLIMSOLL_SLOW") else []
        subprocess.run(["cc", "-Wall", "-Wextra", "-Werror", *sanitize, "-o", there / "example", ROOT / "clients/c/example.c", *flags, f"-Wl,-rpath,{pkg.parent}"], check=True)

        def publish(batch, records, dataset="hrss.wages"):
            return subprocess.run([there / "example", *self.args, dataset, batch], input=json.dumps(records), capture_output=True, text=True)
        done = publish("c/1", [WAGE])
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout)["accepted"], 1)
        self.assertTrue(json.loads(publish("c/1", [WAGE]).stdout)["duplicate"])
        done = publish("c/1", [])
        self.assertEqual(done.returncode, 1)
        self.assertIn("id_reused", done.stderr)
        done = subprocess.run([there / "example", self.args[0], "/nowhere", *self.args[2:], "hrss.wages", "x"], input="[]", capture_output=True, text=True)
        self.assertEqual(done.returncode, 2)
        self.assertIn("cannot read /nowhere", done.stderr)

    def test_node(self):
        if shutil.which("npm") is None:
            self.skipTest("npm is not installed")
        there = self.suite.dir / "node"
        shutil.copytree(ROOT / "clients/node", there, ignore=shutil.ignore_patterns("node_modules"))
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=there, check=True, stdout=subprocess.DEVNULL)
        feed = self.suite.dir / "feed.ndjson"
        feed.write_text("\n".join(json.dumps({**WAGE, "month": m}) for m in ("2024-01", "2099-01")))
        done = subprocess.run(["node", there / "example.mjs", *self.args, "hrss.wages", feed], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("1 accepted, 1 rejected", done.stdout)
        self.assertIn("record 1/month", done.stdout)
        (there / "refused.mjs").write_text(
            "import { Department, Refused } from './plimsoll.mjs'\n"
            "const d = new Department(...process.argv.slice(2, 5))\n"
            "try { await d.publish('police.deaths', []) } catch (e) { if (!(e instanceof Refused) || e.code !== 'forbidden') throw e }\n"
            "const all = await Promise.all([1, 2, 3].map(n => d.publish('hrss.wages', [], { id: `node/${n}` })))\n"
            "if (all.some((r, i) => r.batch !== `node/${i + 1}`)) throw new Error(JSON.stringify(all))\n"
            "d.close()\n")
        done = subprocess.run(["node", there / "refused.mjs", *self.args], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    unittest.main()
