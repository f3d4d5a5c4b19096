#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Many batches at once: read beside the loop, written in the order in which they came, each exactly once whatever happens."""
import pathlib
import shutil
import signal
import subprocess
import unittest
import uuid

from intake_world import INTAKE, ROOT, SLOW, World, psql, wage, wait_for

PLIMSOLL = pathlib.Path(INTAKE).parent / "plimsoll"
PEOPLE = 400


def batch(n):
    """The same people and months each time: what is journaled last counts."""
    return [wage(p, amount=f"{1000 + n}.00") for p in range(PEOPLE)]


class Queue(unittest.TestCase):
    def setUp(self):
        self.world = World()
        self.addCleanup(lambda: self.world.close(failed=any(e for _, e in getattr(self._outcome, "errors", []) if e)))

    def send(self, c, n, records=None, id_=None):
        return c.send("plimsoll.feed.batch.v1", {"records": batch(n) if records is None else records}, id_ or f"b{n:03d}", "/departments/hrss", "hrss.wages")

    def replies(self, c, count):
        out = {}
        for _ in range(count):
            reply = c.recv(60)
            self.assertIsNotNone(reply, f"{len(out)} of {count} replies")
            self.assertNotIn(reply["causationid"], out)
            out[reply["causationid"]] = reply
        return out

    def order(self):
        """Batches as they stand in the stream."""
        out = []
        for event in self.world.events(topic="fact/hrss.wages"):
            if not out or out[-1] != event["data"]["batch"]:
                out.append(event["data"]["batch"])
        return out

    def test_order_is_that_of_arrival(self):
        self.world.start()
        with self.world.client("hrss") as c:
            sent = []
            for n in range(60):  # small ones, which the loop could read by itself, do not overtake
                sent.append(self.send(c, n, batch(n) if n % 3 else [wage(0, amount=f"{1000 + n}.00")]))
            replies = self.replies(c, len(sent))
        self.assertEqual(self.order(), sent)
        seqs = [replies[id_]["data"]["seq"] for id_ in sent]
        self.assertEqual(seqs, sorted(seqs))
        self.assertEqual({replies[id_]["data"]["status"] for id_ in sent}, {"accepted"})
        self.assertEqual(psql("select count(*) from intake.person"), str(PEOPLE))
        self.assertEqual(psql("select accepted from intake.feed"), str(20 + 40 * PEOPLE))

    def test_the_same_batch_twice_in_the_queue(self):
        self.world.start()
        with self.world.client("hrss") as c:
            for n in range(8):
                self.send(c, n)
                self.send(c, n)
            self.send(c, 99, batch(1), "b000")
            got = [c.recv(60) for _ in range(17)]
        receipts = [r["data"] for r in got if r["type"] == "plimsoll.feed.receipt.v1"]
        self.assertEqual([r["data"]["code"] for r in got if r["type"] == "plimsoll.error.v1"], ["id_reused"])
        self.assertEqual(sorted(r["duplicate"] for r in receipts), [False] * 8 + [True] * 8)
        self.assertEqual(self.order(), [f"b{n:03d}" for n in range(8)])

    def test_a_transaction_tried_again_reads_the_batch_anew(self):
        self.world.start("intake.in_batch:error")
        with self.world.client("hrss") as c:
            for n in range(3):
                self.send(c, n)
            self.assertEqual({r["data"]["accepted"] for r in self.replies(c, 3).values()}, {PEOPLE})
        self.assertEqual(psql("select count(*) from intake.person"), str(PEOPLE))
        named = {r["facts"][0]["holder"]["person"] for r in self.world.records("hrss.wages")}
        self.assertEqual(named, set(psql("select pseudonym from intake.person").split()))

    def test_killed_with_a_full_queue(self):
        for turn, place in enumerate(("intake.before_commit:kill:4", "intake.after_commit:kill:9", "intake.before_reply:kill:2")):
            self.world.start(place)
            with self.world.client("hrss") as c:
                for n in range(turn * 12, turn * 12 + 12):
                    self.send(c, n)
                self.assertEqual(self.world.wait_end(60), -9)
            self.world.start()
            with self.world.client("hrss") as c:
                for n in range(turn * 12, turn * 12 + 12):
                    self.send(c, n)
                self.assertEqual({r["data"]["accepted"] for r in self.replies(c, 12).values()}, {PEOPLE})
            self.world.kill()
        self.world.start()
        self.assertEqual(self.order(), [f"b{n:03d}" for n in range(36)])
        self.assertEqual(psql("select count(*) from intake.person"), str(PEOPLE))

    def test_asked_to_end_it_answers_what_it_took_on(self):
        self.world.start()
        with self.world.client("hrss") as c:
            for n in range(40):
                self.send(c, n)
            self.assertIsNotNone(c.recv(60))
            self.world.end()
            answered = 1
            while c.recv(1) is not None:
                answered += 1
        kept = int(psql("select count(*) from intake.batch"))
        self.assertGreater(kept, 0)
        self.assertEqual(answered, kept)

    def test_reloads_and_a_new_vault_key_while_batches_wait(self):
        for kind, source in (("datasets", ROOT / "deploy" / "datasets"), ("schemas", ROOT / "schemas" / "datasets")):
            shutil.copytree(source, self.world.dir / kind)
            self.world.sets[kind] = str(self.world.dir / kind)
        (self.world.dir / "endpoints.yaml").write_text(f"intake: {{ request: \"tcp://127.0.0.1:{self.world.request}\" }}\n")
        self.world.start()
        sent = 0
        with self.world.client("hrss") as c:
            for turn in range(4):
                for _ in range(25):
                    self.send(c, sent)
                    sent += 1
                if turn == 1:
                    subprocess.run([PLIMSOLL, "keys", "rotate-vault", "--home", str(self.world.dir), "--json"], check=True, stdout=subprocess.DEVNULL)
                self.world.process.send_signal(signal.SIGHUP)
            self.assertEqual({r["data"].get("accepted") for r in self.replies(c, sent).values()}, {PEOPLE})
            wait_for("the reloads", lambda: "svc.reloaded" in self.world.log)
            self.assertEqual(self.order(), [f"b{n:03d}" for n in range(sent)])
            self.assertEqual(psql("select count(*) from intake.person"), str(PEOPLE))
            # The dataset goes while batches of it wait: they are taken, or refused in words, never lost without a word.
            (self.world.dir / "datasets" / "hrss.wages.yaml").unlink()
            before = len(self.order())
            for n in range(sent, sent + 25):
                self.send(c, n)
            self.world.process.send_signal(signal.SIGHUP)
            replies = self.replies(c, 25)
        taken = [id_ for id_, r in replies.items() if r["type"] == "plimsoll.feed.receipt.v1"]
        refused = {r["data"]["code"] for id_, r in replies.items() if id_ not in taken}
        self.assertLessEqual(refused, {"not_found"})
        self.assertEqual(sorted(taken), self.order()[before:])

    def test_what_waits_is_bounded(self):
        self.world.start()
        id_ = str(uuid.uuid4())
        big = [wage(p, amount="1.00") for p in range(10000)]
        with self.world.client("hrss") as c:
            for n in range(40):  # some 40 MB of frames
                self.send(c, n, big, f"{id_}-{n}")
            replies = self.replies(c, 40)
        self.assertEqual({r["data"]["accepted"] for r in replies.values()}, {10000})
        if SLOW == 1:  # the sanitizers' shadow takes more than the program
            self.assertLess(self.world.rss_peak_mb(), 300)


if __name__ == "__main__":
    unittest.main(verbosity=2)
