# SPDX-License-Identifier: Apache-2.0
"""Simulations and lists as other programs ask for them: numbers that close with the register, worked on beside the loop, one at
a time for each key, ended when the asker leaves, and nothing written.

Run it through pg_temp.sh -s comparison.
"""
import collections
import json
import os
import pathlib
import random
import re
import signal
import time
import unittest
import uuid

import psycopg2

from alerting_harness import DB, ROOT, SLOW, Refused, derive, psql, wait_for
from comparison_harness import World, household, put

HOMES = 400
POLICY = (ROOT / "deploy" / "policies" / "qidong.yaml").read_text()


def fill(world):
    """Households in three townships; every third draws something; some closed, some with a dead member, some persons in no household."""
    rnd = random.Random(11)
    homes, wages, enrolments, deaths, cards = [], [], [], [], []
    for i in range(HOMES):
        people = [f"p{i}.{k}" for k in range(1 + i % 4)]
        homes.append(household(f"h{i}", people, f"320681{100 + i % 3:03d}{200 + i % 5:03d}", closed=i % 40 == 39))
        wages.append(put(f"w{i}", people[0], "income.wage", "2023-01-01", rnd.randrange(20000, 260000), "2024-04-01"))
        if i % 3 == 0:
            enrolments.append(put(f"e{i}", f"h{i}", "enrolment.dibao" if i % 4 else "enrolment.marginal", "2023-06-01",
                                  rnd.randrange(1000, 90000) if i % 4 else 0, persons=[derive("person", p) for p in people]))
        if i % 7 == 0:
            cards.append(put(f"c{i}", people[-1], "disability.certificate", "2022-01-01", 1 + i % 4, code="mental"))
            enrolments.append(put(f"n{i}", people[-1], "enrolment.disability_nursing", "2023-01-01", 12000))
        if i % 31 == 0:
            deaths.append(put(f"d{i}", people[-1], "event.death", "2024-02-20"))
        if i % 50 == 0:
            enrolments.append(put(f"t{i}", f"nowhere{i}", "enrolment.tekun", "2023-01-01", 107000))
    for dataset, records in (("civil.households", homes), ("hrss.wages", wages), ("civil.enrolments", enrolments),
                             ("dpf.certificates", cards), ("police.deaths", deaths)):
        world.facts(dataset, records)
    world.wait_applied()


def written():
    """All that comparison has in its tables."""
    tables = psql("SELECT table_name FROM information_schema.tables WHERE table_schema = 'comparison' ORDER BY 1").splitlines()
    return [(t, psql(f"SELECT count(*), md5(string_agg(x::text, '' ORDER BY x::text)) FROM comparison.{t} x")) for t in tables]


def fen(tally, key="money"):
    return round(float((tally or {}).get(key, 0)) * 100) if key == "money" else (tally or {}).get(key, 0)


class Jobs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World().__enter__()
        cls.world.key("second", streams="findings", regions="*", commands="comparison.simulate,comparison.list")
        cls.world.key("narrow", streams="findings", regions="320681100", commands="comparison.simulate,comparison.list")
        cls.world.start()
        cls.world.wait_ready()
        fill(cls.world)
        cls.client = cls.world.client()
        cls.ask = cls.client.ask

    @classmethod
    def tearDownClass(cls):
        cls.world.__exit__(None)

    def refused(self, code, what, data, words="", pointer=None, client=None):
        with self.assertRaises(Refused) as caught:
            (client or self.client).ask(what, data)
        self.assertEqual(caught.exception.code, code, caught.exception.data)
        self.assertIn(words, caught.exception.data["message"])
        if pointer is not None:
            self.assertEqual(caught.exception.data["pointer"], pointer)

    def test_1_before_the_first_day_a_day_must_be_named(self):
        self.refused("conflict", "simulate", {"sets": ["dibao.standard=860"]}, "name a day")
        self.assertEqual(self.ask("simulate", {"sets": ["dibao.standard=860"], "on": "2024-03-01"})["on"], "2024-03-01")
        self.ask("tick", {"to": "2024-03-01"})

    def close(self, before, flow, after):
        for key in ("households", "people", "money"):
            total = fen(before, key)
            for part, sign in (("entered", 1), ("moved_in", 1), ("left", -1), ("moved_out", -1)):
                total += sign * fen(flow.get(part), key)
            if key != "households":
                total += fen(flow.get("raised"), key) - fen(flow.get("lowered"), key)
            self.assertEqual(total, fen(after, key), (key, before, flow))

    def test_2_the_numbers_close_with_the_register(self):
        before = written()
        got = self.ask("simulate", {"sets": ["dibao.standard=900"], "near": 5})
        self.assertEqual(written(), before, "something was written")
        register = {e["category"]: e for e in self.ask("register", {})["register"]}
        townships = {(e["region"], e["category"]): e for e in self.ask("register", {})["townships"]}
        self.assertGreater(len(register), 3)
        for c in got["categories"]:
            stock = c.get("register")
            if stock is not None:
                known = register.get(c["category"], {"households": 0, "people": 0})
                self.assertEqual((stock["households"], stock["people"]), (known["households"], known["people"]), c["category"])
                self.close(stock, c["in_force"], c["in_force"]["after"])
            for d in c["drafts"]:
                self.close(c["in_force"]["after"], d, d["after"])
        sums = collections.Counter()
        for r in got["regions"]:
            for c in r["categories"]:
                if r["region"] and (r["region"], c["category"]) in townships:
                    self.assertEqual(c["register"]["people"], townships[r["region"], c["category"]]["people"])
                for d in c["drafts"]:
                    self.close(c["in_force"]["after"], d, d["after"])
                    sums[c["category"]] += fen(d["after"])
        for c in got["categories"]:
            self.assertEqual(sums[c["category"]], fen(c["drafts"][0]["after"]))
        dibao = next(c for c in got["categories"] if c["category"] == "dibao")
        self.assertGreater(dibao["drafts"][0]["moved_in"]["households"], 0)
        self.assertGreater(dibao["drafts"][0]["raised"]["households"], 0)
        self.assertGreater(got["not_assessed"], 0)
        self.assertGreater(got["waiting"], 0)
        policy = got["policies"][1]
        self.assertEqual(sum(policy[k]["households"] for k in ("changed", "unchanged", "cannot_tell")), got["assessed"]["households"])
        self.assertEqual(len(got["nearest"]), 5)
        self.assertEqual(policy["policy"], "qidong@2024-03-01")

    def test_3_what_is_open_anyway_are_the_open_findings(self):
        got = {c["category"]: c for c in self.ask("simulate", {"sets": ["dibao.standard=900"]})["categories"]}
        found = collections.Counter()
        for line in psql("SELECT kind, category, rule, count(*) FROM comparison.finding WHERE open GROUP BY 1, 2, 3").splitlines():
            kind, category, rule, n = line.split("|")
            found[kind, category, rule == "death"] += int(n)
        self.assertGreater(len(found), 4)
        for name in ("dibao", "marginal"):
            flow = got[name]["in_force"]
            self.assertEqual(fen(flow.get("entered"), "households"), found["newly_qualifies", name, False])
            self.assertEqual(fen(flow.get("moved_in"), "households"), found["category_change", name, False])
            self.assertEqual(fen(flow.get("left"), "households"),
                             found["no_longer_qualifies", name, False] + found["no_longer_qualifies", name, True])
        nursing = got["disability_nursing"]["in_force"]
        self.assertEqual(fen(nursing.get("entered"), "people"), found["entitlement_not_drawn", "disability_nursing", False])

    def test_4_drafts(self):
        draft = POLICY.replace("urban: 790.00, rural: 790.00", "urban: 900.00, rural: 900.00")
        self.assertNotEqual(draft, POLICY)
        one = self.ask("simulate", {"drafts": [{"files": [{"name": "qidong.yaml", "text": draft}]}]})
        two = self.ask("simulate", {"sets": ["dibao.standard=900"]})
        self.assertEqual([c["drafts"][0] for c in one["categories"]], [c["drafts"][0] for c in two["categories"]])
        both = self.ask("simulate", {"drafts": [{"files": [{"name": "a.yaml", "text": POLICY}]}, {"files": [{"name": "b.yaml", "text": draft}]}]})
        for c, d in zip(both["categories"], one["categories"]):
            self.assertEqual(c["drafts"][0]["after"], c["in_force"]["after"])
            self.assertEqual(c["drafts"][1], d["drafts"][0])
        self.assertEqual(both["policies"][1]["changed"], {"households": 0, "people": 0})
        # the numbers of 1 July, and a base that comes along instead of the shipped one
        later = self.ask("simulate", {"numbers": "2024-07-01"})
        self.assertEqual(later["policies"][1]["policy"], "qidong@2024-07-01")
        province = (ROOT / "deploy" / "policies" / "jiangsu.yaml").read_text()
        own = self.ask("simulate", {"drafts": [{"files": [{"name": "d.yaml", "text": draft.replace("extends: jiangsu", "extends: mine")},
                                                          {"name": "mine.yaml", "text": province.replace("policy: jiangsu", "policy: mine")}]}]})
        self.assertEqual(own["categories"], one["categories"])

    def test_5_what_is_wrong_is_said(self):
        def draft(text, name="my draft.yaml"):
            return {"drafts": [{"files": [{"name": name, "text": text}]}]}
        self.refused("bad_data", "simulate", {}, "nothing to simulate")
        self.refused("bad_data", "simulate", {"sets": ["dibao.standrd=1"]}, "did you mean “dibao.standard”?", "/sets/0")
        self.refused("bad_data", "simulate", {"sets": ["dibao.standard=1", "dibao.standard=x"]}, "is no amount in yuan", "/sets/0")
        self.refused("bad_data", "simulate", {"sets": ["dibao.standard=860"], "on": "2024-02-30"}, "expected a date", "/on")
        self.refused("bad_data", "simulate", {"sets": ["dibao.standard=860"], "region": "3206x"}, "2, 4, 6, 9 or 12 digits", "/region")
        self.refused("not_found", "simulate", {"sets": ["dibao.standard=860"], "region": "99"}, "no household in the region 99", "/region")
        self.refused("not_found", "list", {"category": "dibao", "region": "999999"}, "no household in the region 999999", "/region")
        self.refused("bad_data", "simulate", {"sets": ["dibao.standard=860"], "near": 5000}, "", "/near")
        self.refused("bad_data", "simulate", draft(POLICY.replace("dibao.standard:", "dibao.standrd:")), "my draft.yaml:", "/drafts/0")
        self.refused("bad_data", "simulate", draft("policy: [", "x.yaml"), "x.yaml:2:1: did not find", "/drafts/0")
        self.refused("bad_data", "simulate", draft(POLICY.replace("extends: jiangsu", "extends: nobody")), "neither lies beside it")
        self.refused("bad_data", "simulate", draft(POLICY.replace("extends: jiangsu", "extends: ../../etc/passwd")), "names one policy file")
        self.refused("bad_data", "simulate", {"drafts": [1]}, "a draft is")
        self.refused("not_found", "list", {"category": "nobody"}, "it has tekun, dibao", "/category")
        self.refused("bad_data", "list", {"category": "dibao", "from": "2024-06", "to": "2024-01"}, "the later one in to", "/to")
        self.refused("bad_data", "list", {"category": "dibao", "from": "2024-6"}, "months YYYY-MM", "/from")
        self.refused("forbidden", "simulate", {"sets": ["dibao.standard=860"]}, "", client=self.world.client("narrow"))
        self.refused("forbidden", "simulate", {"sets": ["dibao.standard=860"]}, "", client=self.world.client("township"))
        got = self.world.client("narrow").ask("simulate", {"sets": ["dibao.standard=860"], "region": "320681100"})
        self.assertEqual({r["region"] for r in got["regions"]}, {"320681100"})

    # ---- beside the loop --------------------------------------------------------------------------------------------
    def setUp(self):
        # a worker has answered before it has ended: a test that looks for its own would see the one of the test before
        wait_for("the workers of before to end", lambda: not self.workers())

    def workers(self):
        out = []
        for p in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if p.joinpath("stat").read_text().rsplit(")", 1)[1].split()[1] == str(self.world.process.pid) and \
                        b"--job" in p.joinpath("cmdline").read_bytes():
                    out.append(int(p.name))
            except OSError:
                pass
        return out

    def send(self, client, what, data, id_=None):
        id_ = id_ or str(uuid.uuid4())
        client.s.send(json.dumps({"specversion": "1.0", "id": id_, "source": "/test", "type": f"plimsoll.comparison.{what}.v1",
                                  "time": "2024-06-18T10:00:00+08:00", "datacontenttype": "application/json", "data": data}).encode())
        return id_

    def receive(self, client, id_):
        while client.s.poll(20000 * SLOW):
            reply = json.loads(client.s.recv())
            if reply["causationid"] == id_:
                return reply
        raise TimeoutError

    def held(self):
        """What a worker reads is locked: it can begin and not end."""
        lock = psycopg2.connect(DB)
        lock.cursor().execute("LOCK TABLE comparison.person IN ACCESS EXCLUSIVE MODE")
        return lock

    def test_6_the_service_answers_meanwhile_and_a_key_has_one_at_a_time(self):
        # who waits for a lock gives up after ten seconds: on a machine that stood still for so long nothing was seen
        self.assertTrue(any(self.two_at_once() for _ in range(3)), "three times the workers' ten seconds were over")

    def two_at_once(self):
        """False: the first worker's time was over before all had been seen, so that what was seen says nothing."""
        lock, begun = self.held(), time.monotonic()
        try:
            asked = self.ask_two()
            seen = time.monotonic() - begun < 9
        except (AssertionError, TimeoutError):
            if time.monotonic() - begun < 9:
                raise
            seen = False
        finally:
            lock.close()
        if seen:
            (again, id_), (second, other), _ = asked
            while (reply := self.receive(again, id_))["type"] != "plimsoll.comparison.simulate.reply.v1":
                self.assertEqual(reply["type"], "plimsoll.comparison.simulate.progress.v1")
                self.assertLessEqual(reply["data"]["done"], reply["data"]["total"])
            while self.receive(second, other)["type"] != "plimsoll.comparison.list.reply.v1":
                pass
        wait_for("the workers to end", lambda: not self.workers() and self.ask("status", {})["jobs"] == [])
        return seen

    def ask_two(self):
        client, question = self.world.client(), {"sets": ["dibao.standard=860"], "progress": True}
        id_ = self.send(client, "simulate", question)
        wait_for("a worker", self.workers)
        self.assertTrue(self.ask("register", {})["register"])
        self.assertEqual([j["what"] for j in self.ask("status", {})["jobs"]], ["simulate"])
        self.refused("busy", "simulate", question, "one such question at a time")
        self.refused("busy", "list", {"category": "dibao"}, "one such question at a time")
        # another key may, the same request again is not a second one
        second = self.world.client("second")
        other = self.send(second, "list", {"category": "dibao", "progress": True})
        wait_for("its worker", lambda: len(self.workers()) == 2, 10)
        again = self.world.client()
        self.send(again, "simulate", question, id_)
        self.assertTrue(self.ask("register", {})["register"])
        self.assertEqual(len(self.workers()), 2)
        return (again, id_), (second, other), client  # who leaves ends what was asked

    def test_7_who_leaves_ends_it(self):
        client = self.world.client("second")
        lock = self.held()
        self.send(client, "simulate", {"sets": ["dibao.standard=860"], "progress": True})
        (pid,) = wait_for("a worker", self.workers)
        client.s.close(0)
        os.kill(pid, 0)
        lock.close()  # it gets on, and tells nobody
        wait_for("the worker to end", lambda: not self.workers())
        self.assertTrue(self.world.client("second").ask("simulate", {"sets": ["dibao.standard=860"]})["regions"])

    def test_8_a_worker_that_dies_is_an_error_and_no_more(self):
        client = self.world.client("second")
        lock = self.held()
        id_ = self.send(client, "simulate", {"sets": ["dibao.standard=860"]})
        (pid,) = wait_for("a worker", self.workers)
        os.kill(pid, signal.SIGKILL)
        reply = self.receive(client, id_)
        lock.close()
        self.assertEqual((reply["type"], reply["data"]["code"]), ("plimsoll.error.v1", "internal"))
        self.assertTrue(client.ask("simulate", {"sets": ["dibao.standard=860"]})["regions"])
        # and with the service its workers end
        lock = self.held()
        self.send(client, "simulate", {"sets": ["dibao.standard=860"]})
        (pid,) = wait_for("a worker", self.workers)
        self.world.kill()
        wait_for("the worker to end with the service", lambda: not pathlib.Path(f"/proc/{pid}/cmdline").exists() or
                 b"--job" not in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes())
        lock.close()
        self.world.start()
        self.world.wait_ready()

    # ---- lists ------------------------------------------------------------------------------------------------------
    def test_9_lists(self):
        client = self.world.client()
        id_ = self.send(client, "list", {"category": "disability_nursing", "entries": True})
        entries = []
        while (reply := self.receive(client, id_))["type"] == "plimsoll.comparison.list.part.v1":
            entries += reply["data"]["entries"]
        got = reply["data"]
        self.assertEqual((got["unit"], got["entries"], got["label"]["zh"]), ("person", len(entries), "重度残疾人护理补贴"))
        (whole,) = got["periods"]
        self.assertGreater(whole["people"], 10)
        self.assertEqual((whole["people"], whole["households"]), (len(entries), len({e["household"] for e in entries})))
        self.assertEqual(fen(whole), sum(fen(e) for e in entries))
        self.assertEqual(whole["people"], sum(p["people"] for r in got["regions"] for p in r["periods"]))
        came = psql("SELECT household FROM comparison.household ORDER BY ordinal").splitlines()
        self.assertEqual([e["household"] for e in entries], sorted((e["household"] for e in entries), key=came.index))
        months = client.ask("list", {"category": "disability_nursing", "from": "2024-01", "to": "2024-03"})
        self.assertEqual([(p["month"], p["on"]) for p in months["periods"]],
                         [("2024-01", "2024-01-31"), ("2024-02", "2024-02-29"), ("2024-03", "2024-03-31")])
        self.assertGreater(months["periods"][0]["people"], months["periods"][1]["people"])  # the dead of 20 February
        self.assertEqual(months["entries"], 0)
        raised = client.ask("list", {"category": "disability_nursing", "sets": ["disability.nursing_amount=500"]})
        self.assertEqual(fen(raised["periods"][0]), 50000 * whole["people"])
        self.assertNotIn("amount_unknown", whole)

    def test_90_a_list_without_its_amount(self):
        """A list whose amount the place has not given does not cost 0 yuan: the reply says of how many it is not known."""
        client = self.world.client()
        draft = re.sub(r"  disability\.nursing_amount:\n(    .*\n)+", "", POLICY)
        self.assertNotEqual(draft, POLICY)
        id_ = self.send(client, "list", {"category": "disability_nursing", "entries": True,
                                         "drafts": [{"files": [{"name": "qidong.yaml", "text": draft}]}]})
        entries = []
        while (reply := self.receive(client, id_))["type"] == "plimsoll.comparison.list.part.v1":
            entries += reply["data"]["entries"]
        (whole,) = reply["data"]["periods"]
        self.assertGreater(whole["people"], 0)
        self.assertEqual((whole["amount_unknown"], fen(whole)), (whole["people"], 0))
        self.assertTrue(all(e["amount_unknown"] for e in entries))

    def test_91_price_linkage(self):
        """A series of price indices: which months trigger, who is on the list, what it costs."""
        def index(month, after, kind, parts):
            return {"key": f"{month} {kind}", "facts": [{"holder": {"region": "3206"}, "kind": kind, "from": f"{month}-01", "to": f"{after}-01",
                                                         "value": parts}]}
        months = ["2023-12", "2024-01", "2024-02", "2024-03"]
        self.world.facts("stats.cpi", [index(m, a, "cpi.all", v) for m, a, v in zip(months, months[1:], (200, 350, 349))] +
                         [index(m, a, "cpi.food", 100) for m, a in zip(months, months[1:])])
        self.world.wait_applied()
        client = self.world.client()
        got = client.ask("list", {"category": "price_subsidy", "from": "2024-01", "to": "2024-04"})
        self.assertEqual((got["role"], got["unit"]), ("list", "person"))
        # everybody alive in an open household that draws dibao; the dead of 20 February do not
        people = sum((1 + i % 4) - (i % 31 == 0) for i in range(HOMES) if i % 3 == 0 and i % 4 and i % 40 != 39)
        homes = sum((1 + i % 4) - (i % 31 == 0) > 0 for i in range(HOMES) if i % 3 == 0 and i % 4 and i % 40 != 39)
        marginal = sum(1 + i % 4 - (i % 31 == 0) for i in range(HOMES) if i % 12 == 0 and i % 40 != 39)
        self.assertGreater(marginal, 0)  # not on the list while it is not widened
        january, february, march, april = got["periods"]
        self.assertEqual((january["people"], march["people"]), (0, 0))  # December 2.00 %, February 3.49 %
        self.assertEqual((february["people"], february["households"]), (people, homes))  # January 3.50 %: the line itself
        self.assertEqual(fen(february), people * 2800)  # 790 × 3.5 % = 27.65, up to the yuan
        self.assertNotIn("cannot_tell", february)
        self.assertEqual((april["people"], april["cannot_tell"]), (0, people))  # March is not known yet
        widened = client.ask("list", {"category": "price_subsidy", "from": "2024-02", "sets": ["price.widened=widened", "price.cpi_line=3 %"]})
        self.assertEqual(widened["periods"][0]["people"], people + marginal)
        self.refused("bad_data", "list", {"category": "price_subsidy", "sets": ["price.widened=wide"]}, "", "/sets/0")


if __name__ == "__main__":
    unittest.main(verbosity=2)
