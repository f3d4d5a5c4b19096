# SPDX-License-Identifier: Apache-2.0
"""Requests: replies, idempotency, rights, wrong input; the process: options, exit codes, signals, health."""
import json
import os
import signal
import subprocess
import unittest

import zmq

from svc_harness import NODE, SLOW, World, envelope, psql, wait_for


class Requests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.w = World()
        cls.w.start("producer")
        cls.c = cls.w.client("producer")

    @classmethod
    def tearDownClass(cls):
        cls.w.close()

    def error(self, reply, code, pointer=None):
        self.assertEqual(reply["type"], "plimsoll.error.v1")
        self.assertEqual(reply["data"]["code"], code, reply)
        if pointer is not None:
            self.assertEqual(reply["data"]["pointer"], pointer)
        self.assertTrue(reply["data"]["message"])

    def test_write_and_repeat(self):
        first = self.c.add(1, id_="once")
        self.assertEqual(first["type"], "plimsoll.intake.add.reply.v1")
        self.assertEqual(first["source"], "/services/intake")
        self.assertEqual(first["specversion"], "1.0")
        before = psql("SELECT count(*) FROM intake.item")
        again = self.c.add(1, id_="once")
        self.assertEqual(again, first)
        self.assertEqual(psql("SELECT count(*) FROM intake.item"), before)
        self.error(self.c.add(2, id_="once"), "id_reused", "/id")
        other = self.c.ask("plimsoll.intake.add.v1", {"n": 1}, id_="once", source="/elsewhere")
        self.assertEqual(other["type"], "plimsoll.intake.add.reply.v1")

    def test_read(self):
        self.c.add(5)
        d = self.c.ask("plimsoll.intake.sum.v1", {})["data"]
        self.assertGreaterEqual(d["count"], 1)

    def test_conflict_tells_the_current_state(self):
        r = self.c.ask("plimsoll.intake.stale.v1", {})
        self.error(r, "conflict")
        self.assertEqual(r["data"]["current"], {"version": 7})

    def test_answers_in_parts(self):
        id_ = self.c.send("plimsoll.intake.count.v1", {"to": 3}, correlationid="together")
        replies = [self.c.receive() for _ in range(4)]
        self.assertEqual([(r["type"], r["data"]["n"]) for r in replies],
                         [("plimsoll.intake.count.part.v1", n) for n in range(3)] + [("plimsoll.intake.count.reply.v1", 3)])
        self.assertEqual({(r["causationid"], r["correlationid"], r["source"]) for r in replies}, {(id_, "together", "/services/intake")})
        self.assertEqual(len({r["id"] for r in replies}), 4)
        self.error(self.c.ask("plimsoll.intake.count.v1", {"to": 0, "refuse": True}), "conflict")
        self.error(self.c.ask("plimsoll.intake.count.v1", {}), "bad_data", "/to")
        for _ in range(4):
            self.c.send("plimsoll.intake.count.v1", {"to": 5})
        self.error(self.c.ask("plimsoll.intake.count.v1", {"to": 5}), "busy")
        others, done = self.w.client("producer"), 0
        while done < 4:
            others.add(1)  # is served meanwhile
            done += self.c.receive()["type"] == "plimsoll.intake.count.reply.v1"

    def test_the_asker_leaves(self):
        gone = self.w.client("producer")
        gone.send("plimsoll.intake.count.v1", {"to": 1000000})
        self.assertEqual(gone.receive()["data"], {"n": 0})
        gone.s.close(0)
        wait_for("the end of an answer that nobody waits for", lambda: "count.left" in self.w.log("producer"))
        self.assertEqual(self.c.ask("plimsoll.intake.count.v1", {"to": 0})["data"], {"n": 0})

    def test_wrong_input(self):
        self.error(self.c.ask("plimsoll.intake.nothing.v1", {}), "unknown_type", "/type")
        self.error(self.c.ask("plimsoll.intake.add.v1", {"n": "x"}), "bad_data", "/data/n")
        self.error(self.c.ask("plimsoll.intake.add.v1", {}), "bad_data", "/data/n")
        self.error(self.c.ask("plimsoll.intake.add.v1", []), "bad_data", "/data")
        self.c.s.send(b"{nonsense")
        self.error(self.c.receive(), "not_json")
        e = envelope("plimsoll.intake.add.v1", {"n": 1})
        del e["specversion"]
        self.c.s.send(json.dumps(e).encode())
        r = self.c.receive()
        self.error(r, "bad_envelope", "/specversion")
        self.assertEqual(r["causationid"], e["id"])
        for member in ("id", "source", "actor", "correlationid"):
            self.c.s.send(json.dumps(dict(envelope("plimsoll.intake.add.v1", {"n": 1}), **{member: "no-11010519491231002X"})).encode())
            self.error(self.c.receive(), "bad_envelope", "/" + member)
        self.c.s.send(json.dumps(envelope("plimsoll.intake.add.v1", {"n": 1, "pad": "é"}), ensure_ascii=False).encode("latin-1"))
        self.error(self.c.receive(), "not_json")

    def test_too_large(self):
        for size in (8 * 1024 * 1024 + 1, 16 * 1024 * 1024):  # both ends of what is answered
            self.c.s.send(b"x" * size)
            self.error(self.c.receive(30), "too_large")
        c = self.w.client("producer")
        c.s.send(b"x" * (20 * 1024 * 1024))
        self.assertRaises(TimeoutError, c.receive, 1)  # the connection is closed
        self.assertIn("count", self.c.ask("plimsoll.intake.sum.v1", {})["data"])

    def test_rights(self):
        self.w.key("nobody")
        c = self.w.client("producer", "nobody")
        self.error(c.add(1), "forbidden", "/type")
        self.error(c.fetch(), "forbidden", "/stream")
        self.assertIn("count", c.ask("plimsoll.intake.sum.v1", {})["data"])
        self.w.key("reader", "streams=facts", "datasets=other")
        c = self.w.client("producer", "reader")
        self.c.add(3)
        page = c.fetch()["data"]
        self.assertEqual(page["events"], [])  # other datasets only
        self.assertGreaterEqual(page["last"], 1)
        self.error(c.fetch(stream="audit"), "forbidden")
        self.error(self.c.fetch(stream="nowhere"), "not_found")
        self.error(self.c.fetch(-1), "bad_data", "/after")

    def test_request_socket(self):
        s = self.w.socket(zmq.REQ, "producer", "request", "operator")
        s.send(json.dumps(envelope("plimsoll.intake.sum.v1", {})).encode())
        self.assertTrue(s.poll(10000 * SLOW))
        self.assertEqual(json.loads(s.recv())["type"], "plimsoll.intake.sum.reply.v1")

    def test_unknown_key_hears_nothing(self):
        public, secret = zmq.curve_keypair()
        s = self.w.socket(zmq.DEALER, "producer", "request", "operator")
        port = self.w.ports["producer"]["request"]
        s.disconnect(f"tcp://127.0.0.1:{port}")
        s.curve_publickey, s.curve_secretkey = public, secret
        s.connect(f"tcp://127.0.0.1:{port}")
        s.send(json.dumps(envelope("plimsoll.intake.sum.v1", {})).encode())
        self.assertFalse(s.poll(700))

    def test_expired_key(self):
        self.w.key("old", "until=2020-01-01", "streams=*")
        c = self.w.client("producer", "old")
        c.send("plimsoll.intake.sum.v1", {})
        self.assertRaises(TimeoutError, c.receive, 0.7)

    def test_revoked_key_hears_nothing_at_once(self):
        self.w.key("leaver")
        c = self.w.client("producer", "leaver")
        self.assertIn("count", c.ask("plimsoll.intake.sum.v1", {})["data"])
        self.w.revoke("leaver")
        c.send("plimsoll.intake.sum.v1", {})
        self.assertRaises(TimeoutError, c.receive, 0.7)

    def test_status_and_health(self):
        d = self.c.ask("plimsoll.intake.status.v1", {})["data"]
        self.assertEqual((d["service"], d["state"]), ("intake", "ready"))
        self.assertEqual([s["stream"] for s in d["streams"]], ["facts", "audit"])
        self.assertEqual(self.w.http("producer", "/livez")[0], 200)
        self.assertEqual(json.loads(self.w.http("producer", "/readyz")[1]), {"ready": True, "reason": "ready"})
        self.assertEqual(json.loads(self.w.http("producer", "/statez")[1])["service"], "intake")
        metrics = self.w.http("producer", "/metrics")[1]
        for name in ("intake_messages_total", "stream_seq", "db_seconds", "loop_lag_seconds", "request_seconds"):
            self.assertIn(name, metrics)
        self.assertEqual(self.w.http("producer", "/other")[0], 404)

    def test_a_flood_of_pipelined_requests(self):
        ids = [self.c.send("plimsoll.intake.sum.v1", {}) for _ in range(300)]
        self.assertEqual([self.c.receive()["causationid"] for _ in ids], ids)


class Process(unittest.TestCase):
    def setUp(self):
        self.w = World()

    def tearDown(self):
        self.w.close()

    def run_node(self, *args):
        return subprocess.run([NODE, *args], capture_output=True, text=True)

    def test_options(self):
        self.assertEqual(self.run_node("producer", "--nonsense").returncode, 64)
        self.assertEqual(self.run_node("producer", "--config").returncode, 64)
        self.assertEqual(self.run_node("producer", "--set", "nonsense=1").returncode, 78)
        self.assertEqual(self.run_node("producer", "--check-config").returncode, 0)
        self.assertEqual(self.run_node("producer", "--version").stdout, "plimsoll-intake test\n")
        d = json.loads(self.run_node("consumer", "--describe").stdout)
        self.assertEqual((d["produces"], d["consumes"]), (["findings"], [{"stream": "facts", "peer": "peer.intake"}]))
        self.assertTrue(any(s["name"] == "add_effect" and "effect" in s["doc"] for s in d["statements"]))
        self.assertIn("tcp://127.0.0.1:7100", self.run_node("producer", "--dump-config").stdout)

    def test_bad_starts(self):
        missing = ["--set", f"keys_dir={self.w.dir}/nowhere"]
        done = self.run_node("producer", *self.w.args("producer"), *missing)
        self.assertEqual(done.returncode, 78)
        self.assertIn("nowhere", done.stderr)
        os.chmod(self.w.keys / "intake.key_secret", 0o644)
        done = self.run_node("producer", *self.w.args("producer"))
        self.assertEqual(done.returncode, 78)
        self.assertIn("chmod 600", done.stderr)

    def test_schema_must_fit(self):
        psql("DELETE FROM intake.migration WHERE set = 'svcproducer'")
        self.w.start("producer", wait=False)
        self.assertEqual(self.w.wait_end("producer"), 78)

    def test_signals(self):
        conf = self.w.dir / "node.yaml"
        conf.write_text("log_level: info\n")
        self.w.start("producer", extra=("--config", str(conf)))
        p = self.w.processes["producer"]
        p.send_signal(signal.SIGUSR1)
        wait_for("the dump", lambda: '"svc.state"' in self.w.log("producer"))
        conf.write_text("log_level: nonsense\n")
        p.send_signal(signal.SIGHUP)
        wait_for("the refusal", lambda: '"svc.reload_refused"' in self.w.log("producer"))
        conf.write_text("log_level: debug\n")
        p.send_signal(signal.SIGHUP)
        wait_for("the reload", lambda: '"svc.reloaded"' in self.w.log("producer"))
        self.assertEqual(self.w.end("producer"), 0)
        self.assertIn('"svc.end"', self.w.log("producer"))


if __name__ == "__main__":
    unittest.main(warnings="ignore")
