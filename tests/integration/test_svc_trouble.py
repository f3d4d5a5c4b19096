# SPDX-License-Identifier: Apache-2.0
"""Trouble: killed at every place, database away, poison, conflicts, a second process: every effect once, nothing lost."""
import random
import subprocess
import time
import unittest

from svc_harness import DB, ROLES, World, free_ports, pg, psql, wait_for

PLACES = ["before_commit", "after_commit", "after_publish", "before_reply"]


class Trouble(unittest.TestCase):
    def setUp(self):
        self.w = World()

    def tearDown(self):
        failed = any(error for _, error in getattr(self._outcome, "errors", [])) or not self._outcome.success
        self.w.close(failed)

    def effects(self):
        return [int(x) for x in psql("SELECT count(*), count(DISTINCT n) FROM comparison.effect").split("|")]

    def revive(self):
        """Starts again, without failpoints, what has died; tells how many had."""
        dead = [n for n, p in self.w.processes.items() if p.poll() is not None]
        for node in dead:
            self.w.kill(node)
            self.w.start(node)
        return len(dead)

    def add_surely(self, client, n):
        """As the Contract tells a client to do: the same id again until there is a reply."""
        for _ in range(100):
            self.revive()
            try:
                reply = client.ask("plimsoll.intake.add.v1", {"n": n}, seconds=0.5, id_=f"add-{n}")
            except TimeoutError:
                continue
            if reply["type"] != "plimsoll.error.v1":
                return reply
            self.assertIn(reply["data"]["code"], ("not_ready", "busy"))
            time.sleep(reply["data"]["retry_after_ms"] / 1000)  # as it asks
        self.fail("no reply to many attempts")

    def check_all(self, items):
        self.assertEqual(psql("SELECT count(*), count(DISTINCT n) FROM intake.item"), f"{items}|{items}")
        wait_for("every effect", lambda: self.effects() == [items, items], 60)
        self.assertEqual(psql("SELECT count(*), max(seq) FROM intake.stream WHERE name = 'facts'"), f"{items}|{items}")
        self.assertEqual(psql("SELECT count(*), max(seq) FROM comparison.stream"), f"{items}|{items}")
        self.assertEqual(psql("SELECT count(*) FROM comparison.poison"), "0")
        # the consumer computed the same chain as the producer
        self.assertEqual(psql("SELECT hash FROM comparison.cursor WHERE stream = 'facts'"),
                         psql(f"SELECT hash FROM intake.stream WHERE name = 'facts' AND seq = {items}"))

    def test_killed_at_every_place(self):
        self.w.start("producer")
        self.w.start("consumer")
        client = self.w.client("producer")
        n = 0
        for node, places in (("producer", [f"intake.{p}" for p in PLACES]),
                             ("consumer", ["comparison.before_commit", "comparison.after_commit", "comparison.after_publish",
                                           "comparison.consumer.before_commit", "comparison.consumer.after_commit"])):
            for place in places:
                for passage in (1, 3):
                    self.w.end(node)
                    self.w.start(node, failpoint=f"{place}:kill:{passage}")
                    starts = self.w.log(node).count('"svc.start"')
                    for _ in range(5):
                        n += 1
                        self.add_surely(client, n)
                        wait_for("the effect", lambda: self.revive() >= 0 and self.effects() == [n, n])
                    self.assertEqual(self.w.log(node).count('"svc.start"'), starts + 1, place)
        self.check_all(n)

    def test_killed_at_random(self):
        self.w.start("producer")
        self.w.start("consumer")
        client = self.w.client("producer")
        rnd = random.Random(7)
        for n in range(1, 201):
            client.send("plimsoll.intake.add.v1", {"n": n}, id_=f"add-{n}")
            if n % 10 == 0:
                self.add_surely(client, n - rnd.randrange(10))
                node = rnd.choice(("producer", "consumer"))
                self.w.kill(node)
                self.w.start(node, wait=False)
        for n in range(1, 201):
            self.add_surely(client, n)
        self.check_all(200)

    def test_failures_that_are_no_deaths(self):
        self.w.start("producer", failpoint="intake.before_commit:error:2,intake.after_commit:error:4,db.commit.after:error:9")
        self.w.start("consumer", failpoint="comparison.consumer.before_commit:error:2,comparison.consumer.after_commit:error:4,"
                                           "db.commit.before:error:5")
        client = self.w.client("producer")
        for n in range(1, 31):
            self.add_surely(client, n)
        self.check_all(30)

    def test_the_database_goes_away_in_the_middle(self):
        self.w.start("producer")
        self.w.start("consumer")
        client = self.w.client("producer")
        for n in range(1, 11):
            self.add_surely(client, n)
        for action in ("stop", "kill"):
            pg(action)
            try:
                for node in ("producer", "consumer"):
                    wait_for(f"{node} to say so", lambda: self.w.http(node, "/readyz")[0] == 503)
                    self.assertIn("database", self.w.http(node, "/readyz")[1])
                    self.assertEqual(self.w.http(node, "/livez")[0], 200)
                reply = client.ask("plimsoll.intake.add.v1", {"n": 100})
                self.assertEqual(reply["data"]["code"], "not_ready")
                self.assertGreater(reply["data"]["retry_after_ms"], 0)
                self.assertEqual(client.ask("plimsoll.intake.status.v1", {})["data"]["state"], "not_ready")
            finally:
                pg("start")
            base = 10 if action == "stop" else 20
            for n in range(base + 1, base + 11):
                self.add_surely(client, n)
        for node in ("producer", "consumer"):
            self.w.wait_ready(node)
        self.check_all(30)

    def test_started_without_a_database(self):
        pg("stop")
        try:
            self.w.start("producer", wait=False)
            wait_for("the reason", lambda: "database" in self.w.http("producer", "/readyz")[1])
            client = self.w.client("producer")
            self.assertEqual(client.ask("plimsoll.intake.sum.v1", {})["data"]["code"], "not_ready")
            self.assertEqual(self.w.end("producer"), 0)  # and TERM is heard meanwhile
            self.w.start("producer", wait=False)
        finally:
            pg("start")
        self.w.wait_ready("producer")
        self.add_surely(self.w.client("producer"), 1)

    def test_poison_is_found_down_to_the_record(self):
        self.w.start("producer")
        client = self.w.client("producer")
        client.add(1)
        client.add(660, records=20)  # record 6 holds 666, which the effect's table refuses
        client.add(666)              # an event of one record, bad as a whole
        for n in range(100, 130):
            client.add(n)
        self.w.start("consumer")
        wait_for("the rest", lambda: self.effects() == [1 + 19 + 30, 1 + 19 + 30])
        self.assertEqual(psql("SELECT seq, record FROM comparison.poison ORDER BY 1"), "2|6\n3|0")
        self.assertEqual(psql("SELECT code <> '' AND message <> '' FROM comparison.poison LIMIT 1"), "t")
        self.assertIn("consumer.quarantined", self.w.log("consumer"))
        self.assertEqual(self.w.http("consumer", "/readyz")[0], 200)
        self.assertIn('consumer_poison_total{stream="facts"} 2', self.w.http("consumer", "/metrics")[1])

    def test_a_wait_for_a_lock_is_no_poison(self):
        self.w.start("producer")
        self.w.start("consumer", extra=("--set", "statement_timeout_ms=300"))
        holder = subprocess.Popen(["psql", "-X", "-q", "-At", DB], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        holder.stdin.write("BEGIN; LOCK comparison.effect; SELECT 'held';\n")
        holder.stdin.flush()
        self.assertEqual(holder.stdout.readline().strip(), "held")
        client = self.w.client("producer")
        client.add(1)
        wait_for("an attempt that waited in vain", lambda: 'topic="facts",result="retry"} 0' not in self.w.http("consumer", "/metrics")[1])
        holder.stdin.write("ROLLBACK;\n")
        holder.stdin.close()
        holder.wait()
        holder.stdout.close()
        wait_for("the effect", lambda: self.effects() == [1, 1])
        self.assertEqual(psql("SELECT count(*) FROM comparison.poison"), "0")

    def test_a_second_process_is_a_standby(self):
        self.w.start("producer")
        port = free_ports(1)[0]
        self.w.start("producer", name="second", http=port, wait=False)
        wait_for("the standby to say so", lambda: "standby" in self.w.http("producer", "/readyz", port)[1])
        client = self.w.client("producer")
        self.add_surely(client, 1)
        self.w.kill("producer")
        wait_for("the second to take over", lambda: self.w.http("producer", "/readyz", port)[0] == 200)
        self.add_surely(client, 2)
        self.w.start("producer", wait=False)
        wait_for("the first to be the standby", lambda: "standby" in self.w.http("producer", "/readyz")[1])
        self.assertEqual(psql("SELECT count(*), max(seq) FROM intake.stream"), "2|2")

    def turns(self, node):
        text = self.w.http(node, "/metrics")[1]
        return int(next(line for line in text.splitlines() if line.startswith("loop_lag_seconds_count")).split()[1])

    def assert_quiet(self, node, when):
        """Waiting is done in the poll: a loop that spins would turn thousands of times; the producer's own tick makes 150."""
        before, end = self.turns(node), time.monotonic() + 1.5
        wait_for("the time to pass", lambda: time.monotonic() > end)
        self.assertLess(self.turns(node) - before, 600, when)

    def test_waiting_is_quiet(self):
        self.w.start("producer")
        self.w.start("consumer")
        self.w.client("producer").add(1)
        self.assert_quiet("consumer", "idle")
        pg("stop")
        try:
            self.assert_quiet("consumer", "no database")
            self.assert_quiet("producer", "no database")
        finally:
            pg("start")
        self.w.wait_ready("consumer")
        self.w.kill("producer")
        self.assert_quiet("consumer", "no producer")
        self.w.revoke("comparison")
        self.w.start("producer")
        wait_for("the refusal", lambda: "bus.refused" in self.w.log("consumer"))
        self.assert_quiet("consumer", "refused")
        self.w.end("consumer")
        port = free_ports(1)[0]
        self.w.start("producer", name="second", http=port, wait=False)
        wait_for("the standby", lambda: "standby" in self.w.http("producer", "/readyz", port)[1])
        self.assert_quiet("producer", "with a standby")

    def test_the_cursor_moved_by_someone_else(self):
        self.w.start("producer")
        self.w.start("consumer")
        client = self.w.client("producer")
        client.add(1)
        wait_for("the effect", lambda: self.effects() == [1, 1])
        psql("DELETE FROM comparison.input; UPDATE comparison.cursor SET seq = 0, hash = decode(repeat('00', 32), 'hex')")
        client.add(2)
        # read again from the database, and both applied from there
        wait_for("both effects", lambda: self.effects() == [3, 2])


if __name__ == "__main__":
    unittest.main(warnings="ignore")
