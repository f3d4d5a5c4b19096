# SPDX-License-Identifier: Apache-2.0
"""From findings over alerts, visits and referrals to outcomes, through the real processes."""
import unittest

from alerting_harness import Refused, World, derive, psql, wait_for

TOWN, OTHER_TOWN = "320681100207", "320681101001"
VISITORS = ["worker-1", "worker-2"]


class Case(unittest.TestCase):
    def setUp(self):
        self.w = World()
        self.addCleanup(self.finish)

    def finish(self):
        result = self._outcome.result
        self.w.close(failed=any(t is self for t, _ in result.failures + result.errors))

    def alerts(self, client=None, **want):
        return (client or self.w.client("alerting")).ask("list", want)["alerts"]

    def refused(self, code, client, verb, data, pointer=None):
        with self.assertRaises(Refused) as got:
            client.ask(verb, data)
        self.assertEqual(got.exception.code, code, got.exception)
        if pointer is not None:
            self.assertEqual(got.exception.data["pointer"], pointer)
        return got.exception.data


class Alerts(Case):
    def test_one_open_alert_for_each_matter(self):
        c = self.w.comparison
        c.day("2024-03-04")
        for i in range(40):
            c.finding(f"{i}/n", f"H{i}", "newly_qualifies", "dibao", "2024-03-04", margin="-0.0400", monthly_money="10.00")
            c.finding(f"{i}/c", f"H{i}", "category_change", "dibao", "2024-03-04")
            c.finding(f"{i}/h", f"H{i}", "hardship_warning", "other_hardship", "2024-03-04", rule="medical")
            c.finding(f"{i}/p", f"H{i}", "entitlement_not_drawn", "disability_living", "2024-03-04", person=derive("person", str(i)))
        self.w.rest()
        alerts = self.alerts(limit=1000)
        self.assertEqual(len(alerts), 120)
        self.assertEqual(len({(a["household"], a["matter"]) for a in alerts}), 120)
        livelihood = [a for a in alerts if a["matter"] == "livelihood"]
        for a in livelihood:
            self.assertEqual((a["level"], a["kind"], len(a["findings"]), a["due"], a["desk"], a["version"]),
                             ("orange", "category_change", 2, "2024-03-07", "320681100", 2))
        # the change from yellow to orange is told on both topics; the new one comes last
        seen = [t for t, e in self.w.stream("alerting", "alerts") if e["data"]["alert"] == livelihood[0]["alert"]]
        self.assertEqual(seen, [f"alert/{TOWN}/yellow", f"alert/{TOWN}/yellow", f"alert/{TOWN}/orange"])
        first = next(a for a in livelihood if a["household"] == derive("household", "H0"))
        self.assertEqual(first["alert"], derive("alert", derive("finding", "0/n")))
        event = next(e for t, e in self.w.stream("alerting", "alerts") if e["data"]["alert"] == first["alert"])
        self.assertEqual(event["correlationid"], derive("finding", "0/n"))
        self.assertEqual(event["subject"], first["alert"])
        # pages
        page = self.w.client("alerting").ask("list", {"limit": 100})
        self.assertEqual((len(page["alerts"]), page["more"]), (100, True))
        rest = self.w.client("alerting").ask("list", {"limit": 100, "after": page["next"]})
        self.assertEqual((len(rest["alerts"]), rest["more"]), (20, False))
        # settled by the register: closed, and the matter is free again
        c.finding("0/n", "H0", "newly_qualifies", "dibao", "2024-03-06", state="withdrawn", version=2, reason="settled")
        c.finding("0/c", "H0", "category_change", "dibao", "2024-03-06", state="withdrawn", version=2, reason="settled")
        c.finding("0/n", "H0", "newly_qualifies", "dibao", "2024-03-07", version=3)
        self.w.rest()
        closed = self.alerts(state="closed")
        self.assertEqual([(a["closed_reason"], a["closed_on"]) for a in closed], [("settled", "2024-03-06")])
        again = next(a for a in self.alerts(limit=1000) if a["household"] == first["household"] and a["matter"] == "livelihood")
        self.assertEqual(again["alert"], derive("alert", derive("finding", "0/n") + "/2"))

        asker = self.w.client("alerting")

        def counted():
            status = asker.ask("status", {})
            return status["counts"]["alerts"] == 120 and status["counts"]["closed"] == 1 and status["day"] == "2024-03-07"
        wait_for("the status to count them", counted)

    def test_overdue_rises_one_step(self):
        c = self.w.comparison
        c.day("2024-03-04")
        c.finding("a", "H", "newly_qualifies", "marginal", "2024-03-04")
        c.day("2024-03-18")
        c.day("2024-03-19")
        c.day("2024-03-20")
        self.w.rest()
        (a,) = self.alerts()
        self.assertEqual((a["level"], a["overdue"], a["due"], a["version"]), ("yellow", True, "2024-03-18", 2))
        asker = self.w.client("alerting")
        wait_for("the status to count it", lambda: asker.ask("status", {})["counts"]["overdue"] == 1)
        # a visit made late is made
        asker.ask("visit", {"alert": a["alert"], "version": 2, "visited_on": "2024-03-20", "visitors": VISITORS, "result": "apply"})
        wait_for("the status to count the visit", lambda: asker.ask("status", {})["counts"]["visited"] == 1)
        self.assertEqual(asker.ask("status", {})["counts"]["overdue"], 0)

    def test_commands_and_who_may(self):
        c = self.w.comparison
        c.day("2024-03-04")
        c.finding("a", "H", "newly_qualifies", "dibao", "2024-03-04", margin="-0.0400")
        c.finding("b", "G", "newly_qualifies", "dibao", "2024-03-04", region=OTHER_TOWN)
        self.w.rest()
        self.w.key("town", regions="320681100", commands="alerting.*", streams="alerts")
        self.w.key("reader", regions="320681100", commands="alerting.list")
        op, town, reader = self.w.client("alerting"), self.w.client("alerting", "town"), self.w.client("alerting", "reader")
        (mine,) = self.alerts(town)
        self.assertEqual(mine["region"], TOWN)
        other = next(a for a in self.alerts() if a["region"] == OTHER_TOWN)
        self.refused("forbidden", town, "acknowledge", {"alert": other["alert"], "version": 1})
        self.refused("forbidden", reader, "acknowledge", {"alert": mine["alert"], "version": 1})
        self.refused("not_found", town, "acknowledge", {"alert": derive("alert", "nothing"), "version": 1})
        self.refused("forbidden", town, "chain", {"household": other["household"]})

        done = town.ask("acknowledge", {"alert": mine["alert"], "version": 1}, id_="ack-1")
        self.assertEqual((done["state"], done["version"]), ("acknowledged", 2))
        self.assertEqual(town.ask("acknowledge", {"alert": mine["alert"], "version": 1}, id_="ack-1"), done)  # a repetition
        data = self.refused("conflict", town, "assign", {"alert": mine["alert"], "version": 1, "to": "worker-1"})
        self.assertEqual((data["current"]["version"], data["current"]["state"]), (2, "acknowledged"))
        data = self.refused("conflict", town, "acknowledge", {"alert": mine["alert"], "version": 2})  # no such step
        self.assertEqual(data["current"]["state"], "acknowledged")
        self.refused("bad_data", town, "assign", {"alert": mine["alert"], "version": 2, "to": "王芳"}, "/to")
        self.assertEqual(town.ask("assign", {"alert": mine["alert"], "version": 2, "to": "worker-1"})["assignee"], "worker-1")
        self.refused("bad_data", town, "snooze", {"alert": mine["alert"], "version": 3, "until": "2024-04-30", "reason": "away"}, "/until")
        self.assertEqual(town.ask("snooze", {"alert": mine["alert"], "version": 3, "until": "2024-03-14", "reason": "away"})["snoozed_until"],
                         "2024-03-14")
        visit = {"alert": mine["alert"], "version": 4, "visited_on": "2024-03-04", "visitors": VISITORS, "result": "apply"}
        self.refused("bad_data", town, "visit", {**visit, "visited_on": "2024-03-05"}, "/visited_on")
        self.refused("bad_data", town, "visit", {**visit, "visited_on": "2024-03-01"}, "/visited_on")
        self.refused("bad_data", town, "visit", {**visit, "visitors": ["worker-1", "worker-1"]}, "/visitors")
        done = town.ask("visit", {**visit, "note": "what nobody else shall read"})
        self.assertEqual((done["state"], done["visit"]["has_note"], done["visit"]["result"]), ("visited", True, "apply"))
        self.assertEqual(psql("SELECT note FROM alerting.visit"), "what nobody else shall read")
        self.assertEqual(psql("SELECT count(*) FROM alerting.stream WHERE convert_from(payload, 'UTF8') LIKE '%nobody else%'"), "0")
        event = self.w.stream("alerting", "alerts")[-1][1]
        self.assertEqual((event["actor"], event["data"]["state"]), ("town", "visited"))
        entries = town.ask("chain", {"household": mine["household"]})["entries"]
        self.assertEqual([e["what"] for e in entries], ["alert", "visit"])

        # a silence holds back new alerts of the matter, and ends by itself
        self.refused("conflict", op, "silence", {"household": mine["household"], "matter": "livelihood", "until": "2024-03-20", "reason": "r"})
        c.finding("a", "H", "newly_qualifies", "dibao", "2024-03-05", state="withdrawn", version=2, reason="settled")
        self.w.rest()
        self.assertEqual(len(self.alerts(town)), 0)
        self.refused("not_found", town, "silence", {"household": mine["household"], "matter": "nothing", "until": "2024-03-20", "reason": "r"})
        town.ask("silence", {"household": mine["household"], "matter": "livelihood", "until": "2024-03-20", "reason": "case conference"})
        c.finding("c", "H", "benefit_change", "dibao", "2024-03-06")
        c.day("2024-03-20")
        self.w.rest()
        self.assertEqual(len(self.alerts(town)), 0)
        c.day("2024-03-21")
        self.w.rest()
        (late,) = self.alerts(town)
        self.assertEqual((late["opened"], late["kind"]), ("2024-03-21", "benefit_change"))

    def test_a_bad_event_is_put_aside_and_the_rest_goes_on(self):
        c = self.w.comparison
        c.day("2024-03-04")
        for i in range(30):
            c.finding(f"{i}", f"H{i}", "newly_qualifies", "dibao", "2024-03-04" if i != 17 else "soon")
        self.w.rest()
        self.assertEqual(len(self.alerts(limit=1000)), 29)
        self.assertEqual(psql("SELECT count(*) FROM alerting.poison"), "1")


class Referrals(Case):
    def referred(self, name="H", needs=("medical",)):
        c = self.w.comparison
        c.day("2024-03-04")
        c.finding(name, name, "hardship_warning", "other_hardship", "2024-03-04", rule="medical")
        self.w.rest()
        alert = next(a for a in self.alerts() if a["household"] == derive("household", name))
        self.w.client("alerting").ask("visit", {"alert": alert["alert"], "version": alert["version"], "visited_on": "2024-03-04",
                                                "visitors": VISITORS, "result": "refer", "needs": list(needs)})
        self.w.rest()
        return alert["alert"]

    def providers(self):
        for name in ("medical-insurance", "charity", "employment"):
            self.w.key(name, organisation=name, commands="referral.*", streams="referrals")
        return {n: self.w.client("referral", n) for n in ("medical-insurance", "charity", "employment")}

    def test_from_need_to_outcome(self):
        alert = self.referred(needs=("medical", "employment"))
        p, op = self.providers(), self.w.client("referral")
        by_need = {r["need"]: r for r in op.ask("list", {})["referrals"]}
        self.assertEqual(set(by_need), {"medical", "employment"})
        medical = by_need["medical"]
        self.assertEqual(medical["referral"], derive("referral", alert + "/medical"))
        self.assertEqual((medical["state"], medical["programme"], medical["due"]), ("offered", "medical-aid", "2024-03-11"))
        # a provider sees and touches its own only
        self.assertEqual([r["referral"] for r in p["medical-insurance"].ask("list", {})["referrals"]], [medical["referral"]])
        self.assertEqual(p["charity"].ask("list", {})["referrals"], [])
        answer = {"referral": medical["referral"], "version": 1, "answer": "accepted"}
        self.refused("forbidden", p["charity"], "answer", answer)
        self.refused("forbidden", p["medical-insurance"], "approve", {"referral": medical["referral"], "version": 1})
        self.refused("forbidden", p["medical-insurance"], "chain", {"household": medical["household"]})
        self.w.key("town", regions="320681101", commands="referral.*")
        self.refused("forbidden", self.w.client("referral", "town"), "cancel", {"referral": medical["referral"], "version": 1, "reason": "r"})
        self.assertEqual(p["medical-insurance"].ask("answer", answer)["state"], "accepted")
        self.refused("conflict", p["medical-insurance"], "answer", answer)
        deliver = {"referral": medical["referral"], "version": 2, "outcome": "helped", "amount": "3000.00", "on": "2024-03-04"}
        self.refused("bad_data", p["medical-insurance"], "deliver", {**deliver, "amount": "lots"}, "/amount")
        self.assertEqual(p["medical-insurance"].ask("deliver", deliver)["amount"], "3000.00")
        self.refused("forbidden", p["medical-insurance"], "confirm", {"referral": medical["referral"], "version": 3})
        self.assertEqual(op.ask("confirm", {"referral": medical["referral"], "version": 3})["state"], "confirmed")
        self.w.rest()
        (open_alert,) = self.alerts()
        self.assertEqual(open_alert["state"], "referred")  # the other need is still under way
        work = by_need["employment"]
        op.ask("cancel", {"referral": work["referral"], "version": 1, "reason": "found a job by herself"})
        self.w.rest()
        self.assertEqual(self.alerts(), [])
        (closed,) = self.alerts(state="closed")
        self.assertEqual((closed["alert"], closed["closed_reason"]), (alert, "delivered"))
        topics = [t for t, e in self.w.stream("referral", "referrals") if e["data"]["referral"] == medical["referral"]]
        for state in ("offered", "accepted", "delivered", "confirmed"):
            self.assertIn(f"referral/{TOWN}/{state}", topics)
            self.assertIn(f"provider/medical-insurance/{state}", topics)
        # a provider's stream: its own topics only
        page = p["charity"].ask("plimsoll.stream.fetch.v1", {"after": 0})
        self.assertEqual(page["events"], [])
        page = p["medical-insurance"].ask("plimsoll.stream.fetch.v1", {"after": 0})
        self.assertEqual({t.rsplit("/", 1)[0] for t in page["topics"]}, {"provider/medical-insurance"})

    def test_declined_goes_on_to_the_next(self):
        alert = self.referred()
        p, op = self.providers(), self.w.client("referral")
        first = p["medical-insurance"].ask("list", {})["referrals"][0]
        self.refused("bad_data", p["medical-insurance"], "answer", {"referral": first["referral"], "version": 1, "answer": "declined"}, "/reason")
        p["medical-insurance"].ask("answer", {"referral": first["referral"], "version": 1, "answer": "declined", "reason": "not insured"})
        (second,) = op.ask("list", {})["referrals"]
        self.assertEqual((second["programme"], second["previous"], second["state"]), ("medical-supplementary", first["referral"], "offered"))
        self.assertEqual(second["referral"], derive("referral", alert + "/medical/2"))
        p["medical-insurance"].ask("answer", {"referral": second["referral"], "version": 1, "answer": "declined", "reason": "not insured"})
        (third,) = op.ask("list", {"state": "proposed"})["referrals"]
        self.assertEqual(third["programme"], "charity-medical")
        self.refused("conflict", p["charity"], "answer", {"referral": third["referral"], "version": 1, "answer": "accepted"})
        op.ask("approve", {"referral": third["referral"], "version": 1})
        p["charity"].ask("answer", {"referral": third["referral"], "version": 2, "answer": "declined", "reason": "no means"})
        (last,) = op.ask("list", {})["referrals"]
        self.assertEqual((last["state"], last["reason"], last["programme"]), ("proposed", "no_programme", None))
        self.w.rest()
        self.assertEqual(self.alerts()[0]["state"], "referred")
        op.ask("cancel", {"referral": last["referral"], "version": 1, "reason": "nobody can"})
        self.w.rest()
        self.assertEqual(self.alerts(state="closed")[0]["closed_reason"], "referrals_cancelled")

    def test_an_offer_not_answered_is_marked(self):
        self.referred()
        self.w.comparison.day("2024-03-11")
        self.w.comparison.day("2024-03-12")
        self.w.comparison.day("2024-03-13")
        self.w.rest()
        asker = self.w.client("referral")
        (r,) = asker.ask("list", {})["referrals"]
        self.assertEqual((r["overdue"], r["version"]), (True, 2))
        wait_for("the status to count it", lambda: asker.ask("status", {})["counts"]["overdue"] == 1)
        self.providers()["medical-insurance"].ask("answer", {"referral": r["referral"], "version": 2, "answer": "accepted"})
        wait_for("the status to count the answer", lambda: asker.ask("status", {})["counts"]["accepted"] == 1)
        self.assertEqual(asker.ask("status", {})["counts"]["overdue"], 0)


class Kills(unittest.TestCase):
    """Killed anywhere, the history is the same."""

    def history(self, failpoints):
        w = World(failpoints)
        failed = True
        try:
            c = w.comparison
            c.day("2024-03-04")
            for i in range(60):
                c.finding(f"{i}", f"H{i}", "hardship_warning" if i % 3 == 0 else "newly_qualifies", "dibao", "2024-03-04")
            for i in range(0, 60, 4):
                c.finding(f"{i}", f"H{i}", "hardship_warning" if i % 3 == 0 else "newly_qualifies", "dibao", "2024-03-05",
                          state="changed", version=2, margin="-0.6000")
            c.day("2024-03-20")
            for i in range(0, 60, 5):
                c.finding(f"{i}", f"H{i}", "hardship_warning" if i % 3 == 0 else "newly_qualifies", "dibao", "2024-03-21",
                          state="withdrawn", version=3, reason="settled")
            w.rest()
            client = w.client("alerting")
            for n, a in enumerate(client.ask("list", {"limit": 20})["alerts"]):
                visit = {"alert": a["alert"], "version": a["version"], "visited_on": "2024-03-20", "visitors": VISITORS, "result": "refer",
                         "needs": ["medical"]}
                while True:  # as any client does: the same id again until there is an answer
                    try:
                        client.ask("visit", visit, id_=f"visit-{n}", seconds=2)
                        break
                    except TimeoutError:
                        w.raise_the_dead()
                    except Refused as e:
                        if e.code not in ("not_ready", "busy"):
                            raise
                w.rest()
            failed = False
            out = {}
            for service, name in (("alerting", "alerts"), ("referral", "referrals")):
                out[name] = [(t, e["type"], e.get("subject"), e.get("correlationid"), e["data"]) for t, e in w.stream(service, name)]
            return out, w.deaths
        finally:
            w.close(failed)

    def test_history_is_the_same(self):
        clean, deaths = self.history({})
        self.assertEqual(deaths, [])
        self.assertGreater(len(clean["alerts"]), 120)
        self.assertGreaterEqual(len(clean["referrals"]), 20)
        for failpoints in ({"alerting": "alerting.consumer.after_commit:kill:2", "referral": "referral.consumer.after_commit:kill:2"},
                           {"alerting": "alerting.consumer.before_commit:kill:3", "referral": "referral.consumer.before_commit:kill:3"},
                           {"alerting": "alerting.before_reply:kill:9", "referral": "referral.after_publish:kill:3"},
                           {"alerting": "alerting.findings.applied:kill:4", "referral": "referral.alerts.applied:kill:5"}):
            with self.subTest(failpoints):
                killed, deaths = self.history(failpoints)
                self.assertEqual(set(deaths), {"alerting", "referral"})
                self.maxDiff = 2000
                for name in clean:
                    self.assertEqual(len(clean[name]), len(killed[name]), name)
                    for a, b in zip(clean[name], killed[name]):
                        self.assertEqual(a, b)


if __name__ == "__main__":
    unittest.main(verbosity=2)
