# SPDX-License-Identifier: Apache-2.0
"""What a handler of events is given beside those it handles: the events that come next (svc_following), and those that are kept back
so that there are some.  Nothing is handed over twice, nothing is lost where one transaction ends and the next begins, nothing waits."""
import json
import os
import subprocess
import unittest

from svc_harness import DB, World, psql, wait_for

ALL = 1 << 40             # bytes: whatever is there
BATCH_BYTES = 8 << 20     # of a transaction, where it is set: a page of large events fits
PAGE_BYTES = 4 << 20      # of a fetched page, at most
LARGE = 100_000           # an event of so many bytes is published without its data and has to be fetched


class Gate:
    """What the consumer does with a record n is made to wait, or to fail, in the database."""

    def __init__(self):
        psql("""CREATE TABLE comparison.gate (n bigint PRIMARY KEY, code text);
                GRANT SELECT ON comparison.gate TO comparison;
                CREATE FUNCTION comparison.pass() RETURNS trigger LANGUAGE plpgsql AS $$
                DECLARE g comparison.gate;
                BEGIN
                  SELECT * INTO g FROM comparison.gate WHERE n = NEW.n;
                  IF g.code IS NOT NULL THEN RAISE EXCEPTION 'the gate is closed' USING ERRCODE = g.code; END IF;
                  IF g.n IS NOT NULL THEN PERFORM pg_advisory_xact_lock_shared(g.n); END IF;
                  RETURN NEW;
                END $$;
                CREATE TRIGGER pass BEFORE INSERT ON comparison.effect FOR EACH ROW EXECUTE FUNCTION comparison.pass()""")
        self.holder = subprocess.Popen(["psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", DB], stdin=subprocess.PIPE,
                                       stdout=subprocess.PIPE, text=True)

    def say(self, sql):
        self.holder.stdin.write(f"{sql}; SELECT 'said';\n")
        self.holder.stdin.flush()
        while self.holder.stdout.readline().strip() != "said":
            self.holder.poll()
            assert self.holder.returncode is None, sql

    def wait_at(self, *numbers):
        for n in numbers:
            psql(f"INSERT INTO comparison.gate VALUES ({n})")
            self.say(f"SELECT pg_advisory_lock({n})")

    def reached(self, n):
        wait_for(f"the consumer to be at {n}", lambda: psql(
            f"SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = {n}") == "1")

    def open(self, n):
        self.say(f"SELECT pg_advisory_unlock({n})")

    def fail_at(self, n, code):
        psql(f"INSERT INTO comparison.gate VALUES ({n}, '{code}')")

    def mend(self, n):
        psql(f"DELETE FROM comparison.gate WHERE n = {n}")

    def close(self):
        self.holder.stdin.close()
        self.holder.wait()
        self.holder.stdout.close()


class Following(unittest.TestCase):
    def setUp(self):
        self.w = World()
        self.gate = Gate()
        self.w.start("producer")
        self.c = self.w.client("producer")

    def tearDown(self):
        failed = any(error for _, error in getattr(self._outcome, "errors", [])) or not self._outcome.success
        self.gate.close()
        self.w.close(failed)

    def consume(self, following=ALL, failpoint=None, wait=True, **settings):
        """`settings` instead of those of the harness: 50 events a transaction."""
        os.environ["SVC_NODE_FOLLOWING"] = str(following)
        extra = [a for k, v in settings.items() for a in ("--set", f"{k}={v}")]
        try:
            self.w.start("consumer", failpoint=failpoint, wait=wait, extra=extra)
        finally:
            del os.environ["SVC_NODE_FOLLOWING"]

    def add(self, numbers, **more):
        for n in numbers:
            self.c.send("plimsoll.intake.add.v1", {"n": n, **more})
        for n in numbers:
            self.assertEqual(self.c.receive()["data"]["n"], n)

    def calls(self):
        """What the handler was given, call by call: (handled, following)."""
        lines = self.w.log("consumer").split("\n")[:-1]
        told = [json.loads(line) for line in lines if line.startswith('{"handled"')]
        return [(t["handled"], t["following"]) for t in told]

    def handled(self, count):
        """So many events have had their effect, each once and in order; all that was told of them is in accord."""
        wait_for("every effect", lambda: int(psql("SELECT count(DISTINCT seq) FROM comparison.effect")) == count, 60)
        self.assertEqual(psql("SELECT string_agg(seq::text, ' ' ORDER BY ctid) FROM (SELECT ctid, seq FROM comparison.effect WHERE record = 0) e"),
                         " ".join(str(s) for s in range(1, count + 1)))
        self.check_calls()

    def check_calls(self, following=ALL):
        known, before = {}, None
        for handled, then in self.calls():
            seqs = [e["seq"] for e in handled + then]
            self.assertEqual(seqs, list(range(seqs[0], seqs[0] + len(seqs))), "in order, without a gap or a repetition")
            if before is not None:
                self.assertIn(seqs[0], (before[0]["seq"], before[-1]["seq"] + 1), "what follows is what follows what was handled")
            before = handled
            for e in handled + then:
                what = {k: e[k] for k in ("n", "bytes", "hash", "topic")}
                self.assertEqual(known.setdefault(e["seq"], what), what, f"event {e['seq']} is the same each time")
            self.assertTrue(all(e["whole"] for e in then))
        return known

    def test_all_that_is_there_follows(self):
        self.add(range(1000, 1300))
        self.consume()
        self.handled(300)
        self.assertEqual([(len(h), len(f)) for h, f in self.calls()], [(50, 250 - 50 * i) for i in range(6)])

    def test_as_many_as_are_asked_for(self):
        total = 0
        for following in (0, 1, 1500, 20000):
            with self.subTest(bytes=following):
                self.add(range(1000 + total, 1200 + total))
                total += 200
                done = len(self.calls()) if total > 200 else 0
                self.consume(following)
                self.handled(total)
                known = self.check_calls()
                for handled, then in self.calls()[done:]:
                    expected, used = 0, 0
                    for seq in range(handled[-1]["seq"] + 1, total + 1):
                        used += known[seq]["bytes"]
                        if expected > 0 and used > following:
                            break
                        expected += 1
                    self.assertEqual(len(then), expected)
                self.assertEqual(self.w.end("consumer"), 0)

    def witness(self):
        """A subscriber beside the consumer: what it has heard of has been published.  Beats go without a sequence."""
        sub = self.w.subscribe("producer", "operator", "fact/", "beat/facts")
        self.w.wait_beat(sub)
        return sub

    def heard(self, sub, seq):
        wait_for(f"event {seq} to be published",
                 lambda: sub.poll(100) and json.loads(sub.recv_multipart()[1]).get("sequence") == f"{seq:020}")

    def flood(self, count):
        """The consumer is kept at a first event until it has heard of so many large ones, of which it has none yet."""
        self.gate.wait_at(1)
        witness = self.witness()
        self.add([1])
        self.gate.reached(1)
        self.add(range(1000, 1000 + count), pad=LARGE)
        self.heard(witness, 1 + count)

    def check_kept(self, last):
        """While more are on their way an eighth is kept, rounded up; of one alone nothing; of the last ones nothing."""
        kept = []
        for handled, then in self.calls()[1:]:
            there = len(handled) + len(then)
            self.assertEqual(len(then), (there + 7) // 8 if (handled + then)[-1]["seq"] < last and there > 1 else 0, there)
            kept.append(len(then))
        return kept

    def test_some_are_kept_while_more_are_on_their_way(self):
        self.consume(batch_events=1000, batch_bytes=BATCH_BYTES)
        self.flood(90)
        self.gate.open(1)
        self.handled(91)
        kept = self.check_kept(91)
        self.assertGreaterEqual(kept[0], 4, "a page holds some 40 of them")
        self.assertEqual(kept[-1], 0)

    def test_the_kept_ones_do_not_wait_for_what_never_comes(self):
        self.consume(batch_events=1000, batch_bytes=BATCH_BYTES)
        self.flood(90)
        self.gate.wait_at(1000)
        self.gate.open(1)
        self.gate.reached(1000)
        _, kept = self.calls()[-1]
        self.assertGreaterEqual(len(kept), 4)
        self.w.kill("producer")
        self.gate.open(1000)

        def all_handled():
            heard = max(e["seq"] for h, f in self.calls() for e in h + f)
            return psql(f"SELECT count(DISTINCT seq) = {heard} AND max(seq) = {heard} FROM comparison.effect") == "t" and heard
        heard = wait_for("all that was there", all_handled)
        self.assertLess(heard, 91)
        self.check_kept(91)
        self.assertEqual([len(x) for x in self.calls()[-1]], [1, 0], "the last one alone")
        self.handled(heard)
        self.w.start("producer")
        self.handled(91)

    def test_one_alone_does_not_wait(self):
        self.consume()
        self.gate.wait_at(1)
        witness = self.witness()
        self.add([1])
        self.gate.reached(1)
        self.add([2])
        self.add([3], pad=LARGE)
        self.heard(witness, 3)
        self.gate.say("BEGIN; LOCK TABLE intake.stream")  # the third is heard of, and no page of it can be had
        self.gate.open(1)
        self.handled(2)
        wait_for("the lag to be told", lambda: 'consumer_lag_events{stream="facts"} 1\n' in self.w.http("consumer", "/metrics")[1])
        self.assertEqual([(len(h), len(f)) for h, f in self.calls()], [(1, 0), (1, 0)])
        self.gate.say("COMMIT")
        self.handled(3)

    def test_a_batch_that_is_tried_again(self):
        self.add(range(1000, 1300))
        self.gate.fail_at(1120, "53100")
        self.consume()
        wait_for("it to be tried again", lambda: len(self.calls()) >= 5)
        self.gate.mend(1120)
        self.handled(300)
        calls = self.calls()
        again = [c for c in calls if c[0][0]["seq"] == 101]
        self.assertGreaterEqual(len(again), 3)
        self.assertTrue(all(c == again[0] for c in again), "the same is given each time")
        self.assertEqual([(len(h), len(f)) for h, f in calls if h[0]["seq"] != 101], [(50, f) for f in (250, 200, 100, 50, 0)])

    def test_nothing_follows_while_a_culprit_is_looked_for(self):
        self.add(range(1000, 1069))
        self.add([660], records=20)  # the seventieth; the effect's table refuses 666
        self.add(range(1070, 1300))
        self.consume()
        wait_for("the quarantine", lambda: psql("SELECT seq, record FROM comparison.poison") == "70|6")
        self.handled(300)
        calls = self.calls()
        sure = [(h[0]["seq"], len(h), len(f)) for h, f in calls if f or h[-1]["seq"] == 300]
        self.assertEqual(sure, [(1, 50, 250), (51, 50, 200), (101, 50, 150), (151, 50, 100), (201, 50, 50), (251, 50, 0)])
        self.assertTrue(any(not e["whole"] for h, _ in calls for e in h), "the records of one event were tried")
        self.assertEqual([f for h, f in calls if len(h) < 50 and f], [])

    def test_nothing_follows_the_records_of_one_event(self):
        self.add([660], records=20)
        self.add(range(1000, 1005))
        self.consume(batch_events=1)
        wait_for("the quarantine", lambda: psql("SELECT seq, record FROM comparison.poison") == "1|6")
        self.handled(6)
        calls = self.calls()
        self.assertEqual([(h[0]["seq"], len(f)) for h, f in calls if h[0]["whole"]], [(1, 5), (2, 4), (3, 3), (4, 2), (5, 1), (6, 0)])
        parts = [(h, f) for h, f in calls if not h[0]["whole"]]
        self.assertGreater(len(parts), 5, "its records were tried")
        self.assertEqual([f for _, f in parts if f], [])

    def test_the_connection_to_the_database_ends_between(self):
        self.add(range(1000, 1300))
        self.consume(failpoint="comparison.consumer.before_commit:error:2,comparison.consumer.after_commit:error:4")
        self.handled(300)
        self.assertIn("db.lost", self.w.log("consumer"))

    def test_killed_between(self):
        self.add(range(1000, 1300))
        for place in ("before_commit:kill:2", "after_commit:kill:2"):
            self.consume(failpoint=f"comparison.consumer.{place}", wait=False)
            self.assertEqual(self.w.wait_end("consumer"), -9)
        self.consume()
        self.handled(300)

    def test_the_next_batch_arrives_while_one_is_tried(self):
        """There is room for two: were it for one, nothing could be read ahead of a full one."""
        self.add(range(1000, 1040), pad=900_000)
        self.gate.fail_at(1000, "53100")
        self.consume(batch_bytes=BATCH_BYTES)

        def there():
            return max((sum(e["bytes"] for e in h + f) for h, f in self.calls()), default=0)
        wait_for("the room to be full", lambda: there() >= 2 * BATCH_BYTES)
        self.gate.mend(1000)
        self.handled(40)
        self.assertLess(there(), 2 * BATCH_BYTES + PAGE_BYTES)
        for handled, _ in self.calls():
            self.assertLessEqual(sum(e["bytes"] for e in handled), BATCH_BYTES)


if __name__ == "__main__":
    unittest.main(warnings="ignore")
