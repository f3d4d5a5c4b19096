# SPDX-License-Identifier: Apache-2.0
"""The dashboard against the stations whose streams it reads: its numbers are theirs, live, after kills and outages too.

The page itself is tried by page.mjs in a headless browser, which asks this program for what should happen meanwhile.
"""
import collections
import http.client
import json
import os
import pathlib
import socket
import subprocess
import sys
import time
import unicodedata
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness import BIN, ROOT, SLOW, Suite, wait_for  # noqa: E402

PROFILE = ROOT / "deploy" / "demo" / "small.yaml"
WEB = ROOT / "services" / "dashboard" / "web"
STREAMS = 6
UNVISITED = ("open", "acknowledged", "assigned")


def read_lines(path):
    return [json.loads(line) for line in pathlib.Path(path).read_text().splitlines() if line]


class EventStream:
    """A reader of server-sent events that knows nothing of the dashboard."""

    def __init__(self, port, path="/api/events", last_event_id=None):
        headers = {"Accept": "text/event-stream"}
        if last_event_id is not None:
            headers["Last-Event-ID"] = str(last_event_id)
        self.connection = http.client.HTTPConnection("localhost", port, timeout=30 * SLOW)
        self.connection.request("GET", path, headers=headers)
        self.response = self.connection.getresponse()
        self.status = self.response.status

    def next(self, kind="alert", seconds=10.0):
        """The next event of this kind as (id, data); what else comes is passed over."""
        end = time.monotonic() + seconds * SLOW
        fields = {}
        while time.monotonic() < end:
            self.connection.sock.settimeout(max(0.01, end - time.monotonic()))
            try:
                line = self.response.readline().decode().rstrip("\n")
            except (socket.timeout, TimeoutError):
                break
            if line:
                name, _, value = line.partition(":")
                fields[name] = value.lstrip(" ")
            elif fields.get("event") == kind:
                return int(fields.get("id", 0)), json.loads(fields["data"])
            else:
                fields = {}
        raise AssertionError(f"no {kind} event within {seconds * SLOW:.0f} s")

    def close(self):
        self.response.close()
        self.connection.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Dashboard(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.suite = Suite("dashboard", {"comparison": {"policy": "deploy/policies/qidong.yaml"},
                                        "dashboard": {"streams": STREAMS}})
        cls.county = cls.suite.dir / "county"
        cls.suite.sets["dashboard"]["regions"] = str(cls.county / "regions.json")
        cls.port = cls.suite.ports["dashboard"] + 3
        try:
            cls.suite.lib("build_web")
            if not (WEB / "node_modules" / "playwright-core").exists():
                subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=WEB, check=True, stdout=subprocess.DEVNULL)
            cls.suite.start()
            subprocess.run([BIN / "plimsoll", "synth", PROFILE, "--out", cls.county], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
            cls.suite.plimsoll("play", cls.county)
            cls.living = cls.find_living()
            cls.settle()
        except BaseException:
            cls.suite.stop(keep=True)
            raise

    @classmethod
    def tearDownClass(cls):
        cls.suite.stop()

    @classmethod
    def find_living(cls):
        """People with an enrolment of their own of whom no feed says that they died: each can die once."""
        dead = {r["resident_id"] for name in ("civil.cremations", "police.deaths") for p in cls.county.glob(f"*/{name}.ndjson")
                for r in read_lines(p)}
        return [r["members"][0] for r in read_lines(cls.county / "00-register" / "civil.enrolments.ndjson")
                if r["category"] == "tekun" and "until" not in r and r["members"][0] not in dead]

    # ---- helpers ------------------------------------------------------------------------------------------------
    @classmethod
    def settle(cls):
        """Waits until the suite rests and the dashboard stands where the producers stand."""
        cls.suite.rest()
        cls.suite.dashboard_rest()

    def request(self, path, method="GET", headers=None, body=None):
        connection = http.client.HTTPConnection("localhost", self.port, timeout=20 * SLOW)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()

    def get(self, path, status=200):
        got, _, body = self.request(path)
        self.assertEqual(got, status, body)
        return json.loads(body)

    def everything(self, query="state=all"):
        out, after = [], ""
        while True:
            page = self.get(f"/api/alerts?{query}&limit=500{after}")
            out += page["alerts"]
            if not page["more"]:
                self.assertEqual(len(out), page["total"])
                return out
            after = f"&after={page['next']}"

    def alerting(self):
        """Alerting's own list, of every state."""
        out = []
        for state in ("open", "acknowledged", "assigned", "visited", "referred", "closed"):
            after = None
            while True:
                data = {"state": state, "limit": 1000, **({"after": after} if after else {})}
                page = self.suite.ask("alerting", "plimsoll.alerting.list.v1", data)
                out += page["alerts"]
                if not page["more"]:
                    break
                after = page["next"]
        return out

    @classmethod
    def die(cls):
        """A death is registered: one red alert comes of it."""
        with cls.suite.client("intake", "police") as police:
            receipt = police.batch("police.deaths", [{"resident_id": cls.living.pop(), "name": "某人", "died_on": "2024-06-28",
                                                      "registered_on": "2024-06-29"}])
        assert receipt["status"] == "accepted", receipt

    # ---- numbers ------------------------------------------------------------------------------------------------
    def test_01_register_is_comparisons(self):
        register = self.suite.ask("comparison", "plimsoll.comparison.register.v1", {})
        overview = self.get("/api/overview")
        self.assertEqual(overview["day"], register["date"])
        self.assertEqual(overview["scope"], {"region": "320681", "name": {"zh": "启东", "en": "Qidong"}})

        def shown(rows):
            by = {r["category"]: r for r in rows}
            single = by.pop("dibao_single", {"households": 0, "people": 0})
            dibao = by.pop("dibao", {"households": 0, "people": 0})
            out = {c: {"households": r["households"], "people": r["people"]} for c, r in by.items()}
            out["dibao"] = {"households": dibao["households"] + single["households"], "people": dibao["people"] + single["people"],
                            "single_households": single["households"], "single_people": single["people"]}
            return out

        self.assertEqual(overview["register"], shown(register["register"]))
        self.assertEqual(overview["children"], {c["class"]: c["people"] for c in register["children"]})
        towns = {t["region"]: t for t in overview["townships"]}
        for region in {t["region"] for t in register["townships"]}:
            self.assertEqual(towns[region]["register"], shown([t for t in register["townships"] if t["region"] == region]))
            self.assertEqual(self.get(f"/api/overview?region={region}")["register"], towns[region]["register"])

    def test_02_alerts_are_alertings(self):
        theirs = {a["alert"]: a for a in self.alerting()}
        ours = {a["alert"]: a for a in self.everything()}
        self.assertEqual(set(ours), set(theirs))
        for id_, a in ours.items():
            b = theirs[id_]
            for member in ("version", "state", "level", "household", "region", "category", "kind", "opened", "due"):
                self.assertEqual(a[member], b[member], (id_, member))
            self.assertEqual(a["overdue"], b.get("overdue", False) and b["state"] in UNVISITED)
        overview = self.get("/api/overview")["alerts"]
        unclosed = [a for a in theirs.values() if a["state"] != "closed"]
        self.assertEqual(overview["open"], len(unclosed))
        for member, key in (("levels", "level"), ("states", "state"), ("kinds", "kind")):
            counts = collections.Counter(a[key] for a in unclosed)
            self.assertEqual({k: v for k, v in overview[member].items() if v}, dict(counts))
        self.assertEqual(overview["overdue"], sum(a["overdue"] for a in ours.values()))

    def test_03_pages_and_filters(self):
        everything = self.everything()
        self.assertEqual([a["first_seq"] for a in everything], sorted((a["first_seq"] for a in everything), reverse=True))
        small, after = [], ""
        while True:
            page = self.get(f"/api/alerts?state=all&limit=17{after}")
            small += page["alerts"]
            if not page["more"]:
                break
            self.assertEqual(len(page["alerts"]), 17)
            after = f"&after={page['next']}"
        self.assertEqual(small, everything)
        for query, keep in (
                ("state=unclosed", lambda a: a["state"] != "closed"),
                ("state=closed", lambda a: a["state"] == "closed"),
                ("level=red,orange", lambda a: a["state"] != "closed" and a["level"] in ("red", "orange")),
                ("state=all&region=320681110", lambda a: a["region"].startswith("320681110")),
                ("kind=hardship_warning&kind=member_change", lambda a: a["state"] != "closed" and a["kind"] in ("hardship_warning", "member_change")),
                ("state=open&overdue=true&level=red", lambda a: a["state"] == "open" and a["overdue"] and a["level"] == "red"),
                ("state=visited&overdue=false", lambda a: a["state"] == "visited"),
        ):
            expected = [a for a in everything if keep(a)]
            self.assertGreater(len(expected), 0, query)
            self.assertEqual(self.everything(query), expected, query)

    def test_04_an_alert_and_its_household(self):
        referred = next(a for a in self.everything() if a["kind"] == "hardship_warning" and a["state"] in ("referred", "closed"))
        found = self.get(f"/api/alerts/{referred['alert']}")
        self.assertEqual(found["item"], referred)
        self.assertEqual({f["finding"] for f in found["findings"]}, {f["finding"] for f in found["alert"]["findings"]})
        self.assertEqual(found["alert"]["visit"]["result"], "refer")
        self.assertGreaterEqual(len(found["alert"]["visit"]["visitors"]), 2)
        self.assertEqual([r["alert"] for r in found["referrals"]], [referred["alert"]] * len(found["referrals"]))
        self.assertGreater(len(found["referrals"]), 0)
        chain = self.get(f"/api/households/{referred['household']}/chain")
        self.assertLessEqual({"finding", "alert", "referral"}, {e["what"] for e in chain["entries"]})
        self.assertIn(found["alert"], [e.get("alert") for e in chain["entries"]])
        for path in ("/api/alerts/", "/api/households/"):
            tail = "/chain" if "households" in path else ""
            self.get(f"{path}00000000-0000-4000-8000-000000000000{tail}", status=404)

    def test_05_flows_are_the_streams(self):
        opened = collections.Counter()
        withdrawn = collections.Counter()
        for topic, event in self.suite.stream("comparison", "findings"):
            if not topic.startswith("finding/"):
                continue
            d = event["data"]
            opened[(d["date"][:7], d["kind"])] += d["state"] == "open"
            withdrawn[d["date"][:7]] += d["state"] == "withdrawn"
        months = self.get("/api/overview")["months"]
        self.assertEqual([m["month"] for m in months], sorted(m["month"] for m in months))
        shown = collections.Counter()
        for m in months:
            self.assertEqual(m["withdrawn"], withdrawn[m["month"]])
            for direction in ("more", "less", "check"):
                for kind, n in m[direction].items():
                    shown[(m["month"], kind)] += n
        self.assertEqual(+opened, +shown)
        for m in months:
            self.assertNotIn("no_longer_qualifies", m["more"])
            self.assertNotIn("newly_qualifies", m["less"])
        alerts = [e["data"] for t, e in self.suite.stream("alerting", "alerts")]
        month = self.get("/api/overview")["day"][:7]
        begun = {a["alert"] for a in alerts if a["version"] == 1 and a["date"].startswith(month)}
        ended = {a["alert"] for a in alerts if a["state"] == "closed" and a["date"].startswith(month)}
        flow = self.get("/api/overview")["alerts"]
        self.assertEqual((flow["opened_this_month"], flow["closed_this_month"]), (len(begun), len(ended)))

    def test_06_referrals(self):
        newest = {}
        for topic, event in self.suite.stream("referral", "referrals"):
            newest[event["data"]["referral"]] = event["data"]["state"]
        self.assertEqual(self.get("/api/overview")["referrals"], dict(collections.Counter(newest.values())))

    def test_07_nothing_personal(self):
        numbers = {r["resident_id"] for r in read_lines(self.county / "2024-01-25" / "hrss.wages.ndjson")}
        told = self.request("/api/overview")[2].decode() + json.dumps(self.everything()) + "".join(
            self.request(f"/api/alerts/{a['alert']}")[2].decode() for a in self.everything()[:50])
        for number in numbers:
            self.assertNotIn(number, told)

    # ---- HTTP ---------------------------------------------------------------------------------------------------
    def test_10_what_is_refused(self):
        for path, status, code in (
                ("/api/alerts?state=shut", 400, "bad_request"), ("/api/alerts?limit=0", 400, "bad_request"),
                ("/api/alerts?nonsense=1", 400, "bad_request"), ("/api/alerts?" + "&".join("level=red" for _ in range(40)), 400, "bad_request"),
                ("/api/alerts/17", 400, "bad_request"), ("/api/overview?region=320681100207", 400, "bad_request"),
                ("/api/nothing", 404, "not_found"), ("/nothing.js", 404, "not_found")):
            got, headers, body = self.request(path)
            self.assertEqual((got, json.loads(body)["code"]), (status, code), path)
            self.assertEqual(headers["Content-Type"], "application/json")
        for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
            got, headers, body = self.request("/api/alerts", method, body=b"{}" if method != "OPTIONS" else None)
            self.assertEqual((got, headers["Allow"]), (405, "GET, HEAD"))
        self.assertEqual(self.request("/", headers={"Host": "evil.example"})[0], 421)
        self.assertIn(self.request("/" + "x" * 40000)[0], (413, 414, 431))
        self.assertEqual(self.request("/api/overview")[0], 200)

    def test_11_no_path_leads_out(self):
        for path in ("/../dashboard.c", "/../../../../../../etc/passwd", "/%2e%2e/%2e%2e/package.json", "/assets/../../package.json",
                     "//etc/passwd", "/assets/%2e%2e%2f%2e%2e%2fpackage.json", "/index.html%00.js", "/.npmrc", "/assets"):
            with socket.create_connection(("127.0.0.1", self.port), timeout=10 * SLOW) as s:
                s.sendall(f"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
                data = b""
                while chunk := s.recv(65536):
                    data += chunk
            if path.startswith("/index.html"):
                self.assertNotIn(b"root:", data)  # cut at the NUL it is index.html, which anyone may read
            else:
                self.assertEqual(data.split()[1], b"404", path)

    def test_12_files_of_the_page(self):
        status, headers, body = self.request("/")
        self.assertEqual((status, headers["Content-Type"]), (200, "text/html; charset=utf-8"))
        self.assertIn("default-src 'self'", headers["Content-Security-Policy"])
        self.assertIn("frame-ancestors 'none'", headers["Content-Security-Policy"])
        self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
        self.assertEqual(self.request("/index.html")[2], body)
        status, again, nothing = self.request("/", headers={"If-None-Match": headers["ETag"]})
        self.assertEqual((status, nothing, again["ETag"]), (304, b"", headers["ETag"]))
        status, head, nothing = self.request("/", "HEAD")
        self.assertEqual((status, nothing, head["Content-Length"]), (200, b"", str(len(body))))
        scripts = [part.split('"')[0] for part in body.decode().split('src="')[1:]]
        self.assertGreater(len(scripts), 0)
        for script in scripts:
            status, headers, _ = self.request(script)
            self.assertEqual((status, headers["Content-Type"]), (200, "text/javascript; charset=utf-8"))
            self.assertIn("immutable", headers["Cache-Control"])
        self.assertNotIn(b"http://", body)
        self.assertNotIn(b"https://", body)
        self.assertEqual(self.get("/api/regions")["320681"], {"zh": "启东", "en": "Qidong"})

    def test_13_the_documented_routes(self):
        text = (ROOT / "schemas" / "openapi.yaml").read_text()
        for path in ("/api/overview", "/api/alerts", "/api/alerts/{alert}", "/api/households/{household}/chain", "/api/regions", "/api/events"):
            self.assertIn(f"\n  {path}:\n", text)

    def all_left(self):
        """A stream whose reader went away is noticed at the next beat."""
        wait_for("closed streams to be forgotten",
                 lambda: "\ndashboard_live_streams 0\n" in self.suite.http("dashboard", "/metrics")[1], 25)

    # ---- live ---------------------------------------------------------------------------------------------------
    def test_20_live_and_resumed(self):
        with EventStream(self.port) as stream:
            self.assertEqual(stream.status, 200)
            self.assertTrue(stream.response.headers["Content-Type"].startswith("text/event-stream"))
            self.die()
            seq, alert = stream.next(seconds=2)
            self.assertEqual((alert["kind"], alert["category"], alert["level"], alert["state"]), ("no_longer_qualifies", "tekun", "red", "open"))
            self.assertEqual(alert["seq"], seq)
            stream.next("changed", seconds=5)
        self.assertEqual(self.get(f"/api/alerts/{alert['alert']}")["item"]["version"], alert["version"])
        missed = [self.die(), self.die()]
        self.settle()
        with EventStream(self.port, last_event_id=seq) as stream:
            got = [stream.next() for _ in missed]
            self.assertEqual([id_ for id_, _ in got], sorted(id_ for id_, _ in got))
            self.assertGreater(got[0][0], seq)
            self.assertEqual(len({a["alert"] for _, a in got} | {alert["alert"]}), 3)
        # from the beginning: every alert once, in its newest state, in the order of the stream
        everything = {a["alert"]: a for a in self.everything()}
        with EventStream(self.port, "/api/events?after=0") as stream:
            got = [stream.next() for _ in everything]
        self.assertEqual({a["alert"]: a for _, a in got}, everything)
        self.assertEqual([id_ for id_, _ in got], sorted(id_ for id_, _ in got))

    def test_21_by_region_and_reset(self):
        region = "320681110"
        expected = [a["alert"] for a in sorted(self.everything(f"state=all&region={region}"), key=lambda a: a["seq"])]
        with EventStream(self.port, f"/api/events?after=0&region={region}") as stream:
            self.assertEqual([stream.next()[1]["alert"] for _ in expected], expected)
        with EventStream(self.port, last_event_id=10 ** 9) as stream:  # of another database
            head, _ = stream.next("reset")
        self.assertEqual(head, max(a["seq"] for a in self.everything()))

    def test_22_beats_and_bounds(self):
        self.all_left()
        streams = [EventStream(self.port) for _ in range(STREAMS)]
        try:
            self.assertEqual([s.status for s in streams], [200] * STREAMS)
            with EventStream(self.port) as more:
                self.assertEqual(more.status, 503)
            self.assertTrue(streams[0].next("beat", seconds=15)[1]["live"])
            self.assertEqual(self.request("/api/overview")[0], 200)
        finally:
            for s in streams:
                s.close()
        self.all_left()

    def test_23_one_who_does_not_read(self):
        """Neither the others nor the service wait for a client that takes nothing."""
        self.all_left()
        with socket.socket() as deaf:
            deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            deaf.connect(("127.0.0.1", self.port))
            deaf.sendall(b"GET /api/events?after=0 HTTP/1.1\r\nHost: localhost\r\n\r\n")
            with EventStream(self.port) as stream:
                self.die()
                stream.next(seconds=2)
            self.assertEqual(self.request("/api/overview")[0], 200)

    # ---- trouble ------------------------------------------------------------------------------------------------
    def test_30_killed_and_back(self):
        before = self.get("/api/overview")
        self.suite.kill("dashboard")
        self.die()
        self.suite.spawn("dashboard")
        self.suite.wait_ready("dashboard")
        self.settle()
        after = self.get("/api/overview")
        self.assertEqual(after["alerts"]["open"], before["alerts"]["open"] + 1)
        self.assertEqual(after["alerts"]["levels"]["red"], before["alerts"]["levels"]["red"] + 1)
        self.assertEqual(after["register"], before["register"])

    def test_31_killed_inside_a_transaction(self):
        for place in ("dashboard.applied", "dashboard.consumer.before_commit", "dashboard.consumer.after_commit"):
            self.suite.kill("dashboard")
            self.suite.spawn("dashboard", failpoint=f"{place}:kill")
            self.suite.wait_ready("dashboard")
            self.die()
            wait_for(f"the kill at {place}", lambda: self.suite.processes["dashboard"].poll() is not None)
            self.suite.spawn("dashboard")
            self.suite.wait_ready("dashboard")
            self.settle()
        self.test_02_alerts_are_alertings()
        self.test_05_flows_are_the_streams()
        self.suite.plimsoll("verify")

    def test_32_without_the_database(self):
        self.suite.lib("pg_stop")
        try:
            status, headers, body = self.request("/api/overview")
            self.assertEqual((status, json.loads(body)["code"]), (503, "not_ready"))
            self.assertEqual(headers["Retry-After"], "2")
            self.assertEqual(self.request("/")[0], 200)
            self.assertEqual(self.suite.http("dashboard", "/livez")[0], 200)
        finally:
            self.suite.lib("pg_start")
        for service in self.suite.services:
            self.suite.wait_ready(service)
        self.assertEqual(self.request("/api/overview")[0], 200)

    # ---- where the data come from ---------------------------------------------------------------------------------
    lists = 0

    @classmethod
    def send_list(cls, part, parts, records):
        """A part of a whole list of children; a short one waits for a person."""
        cls.lists += 1
        with cls.suite.client("intake", "civil") as civil:
            civil.batch("civil.children", records, snapshot={"id": f"children-{cls.lists}", "part": part, "parts": parts, "as_of": "2024-06-30",
                                                             "count": len(records) * parts})

    @classmethod
    def send_short_list(cls):
        cls.send_list(1, 1, read_lines(sorted(cls.county.glob("*/civil.children.ndjson"))[-1])[:2])

    @classmethod
    def refuse_list(cls):
        cls.suite.plimsoll("confirm", "civil.children", f"children-{cls.lists}", "--refuse")

    def test_39_sources(self):
        """As intake says it, also when it comes back; what it said before stays while it is away."""
        children = read_lines(sorted(self.county.glob("*/civil.children.ndjson"))[-1])
        before = wait_for("intake's status", lambda: self.get("/api/sources").get("people"))["provisional"]
        with self.suite.client("intake", "civil") as civil:
            civil.batch("civil.rescues", [{"station_no": "2024-0007", "document_type": "passport", "document_no": "M12345678",
                                           "issued_by": "KOR", "class": "homeless", "admitted_on": "2024-06-20"}])
        self.send_list(1, 2, children)
        self.send_short_list()

        def told():
            return self.get("/api/sources")

        wait_for("intake's lists to be told", lambda: len(told()["lists"]) == 2)
        status = self.suite.ask("intake", "plimsoll.intake.status.v1", {})
        wait_for("the person without a resident ID to be counted", lambda: told()["people"]["provisional"] == before + 1)
        self.assertEqual({name: told()[name] for name in ("datasets", "lists", "people")}, {name: status[name] for name in ("datasets", "lists", "people")})
        self.assertEqual(sorted((x["snapshot"], x["state"]) for x in told()["lists"]), [("children-1", "waiting"), ("children-2", "needs_confirmation")])
        ends = {x["snapshot"]: (x.get("entries"), x.get("would_end")) for x in told()["lists"]}
        known = int(self.suite.psql("select count(*) from intake.list_entry where dataset = 'civil.children'"))
        self.assertEqual(ends, {"children-1": (None, None), "children-2": (known, known - 2)})
        self.assertTrue(told()["reachable"])
        self.suite.kill("intake")
        wait_for("intake to be missed", lambda: not told()["reachable"])
        wait_for("its stream to be missed", lambda: told()["away"] == ["intake"])
        self.assertEqual(told()["lists"], status["lists"])
        self.suite.spawn("intake")
        self.suite.wait_ready("intake")
        self.refuse_list()
        wait_for("the refused list to be gone", lambda: [x["snapshot"] for x in told()["lists"]] == ["children-1"])
        self.assertTrue(told()["reachable"])
        wait_for("its stream to be heard", lambda: told()["away"] == [])
        for station in ("comparison", "alerting", "referral"):
            self.suite.kill(station)
            wait_for(f"{station} to be missed", lambda: told()["away"] == [station])  # noqa: B023: asked before the next one
            self.suite.spawn(station)
            wait_for(f"{station} to be heard", lambda: told()["away"] == [])
            self.suite.wait_ready(station)

    # ---- the page -----------------------------------------------------------------------------------------------
    def test_40_the_page(self):
        self.settle()
        shots = os.environ.get("PLIMSOLL_SHOTS", "")
        browser = subprocess.Popen(["node", ROOT / "tests" / "e2e" / "page.mjs", f"http://localhost:{self.port}", str(SLOW), shots],
                                   cwd=WEB, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        commands = {"die": self.die, "kill": lambda: self.suite.kill("dashboard"), "spawn": lambda: self.suite.spawn("dashboard"),
                    "list": self.send_short_list, "refuse": self.refuse_list,
                    "comparison away": lambda: self.suite.kill("comparison"), "comparison back": lambda: self.suite.spawn("comparison")}
        try:
            for line in browser.stdout:
                word = line.strip()
                if word.startswith("do "):
                    commands[word[3:]]()
                    browser.stdin.write("done\n")
                    browser.stdin.flush()
                else:
                    print(word, flush=True)
            self.assertEqual(browser.wait(60 * SLOW), 0)
        finally:
            if browser.poll() is None:
                browser.kill()
                browser.wait()
            browser.stdin.close()
            browser.stdout.close()

    def test_41_names_that_break_careless_pages(self):
        """The texts of others that reach the page, names of regions and ids of whole lists, may be anything."""
        texts = [json.loads(line) for line in (ROOT / "tests/e2e/naughty.txt").read_text().splitlines() if not line.startswith("#")]
        names = []
        for text in (t for t in texts if len(t.encode()) <= 120):
            if names and len((names[-1] + text).encode()) <= 119:
                names[-1] += "|" + text
            else:
                names.append(text)
        lists = [t for t in texts if len(t.encode()) <= 128]
        children = read_lines(sorted(self.county.glob("*/civil.children.ndjson"))[-1])[:2]
        with self.suite.client("intake", "civil") as civil:
            for id_ in lists:
                done = civil.batch("civil.children", children, snapshot={"id": id_, "part": 1, "parts": 1, "as_of": "2024-06-30", "count": 2})
                self.assertEqual((done["snapshot"]["id"], done["snapshot"]["state"]), (id_, "needs_confirmation"))
        wait_for("the lists to be told", lambda: {x["snapshot"] for x in self.get("/api/sources").get("lists", [])} >= set(lists))  # none until intake has answered
        path = self.county / "regions.json"
        usual = path.read_text()
        towns = [t["region"] for t in self.get("/api/overview")["townships"]]
        try:
            for at in range(0, len(names), len(towns)):
                given = dict(zip(towns, names[at:at + len(towns)]))
                regions = {**json.loads(usual), **{region: {"zh": name, "en": name} for region, name in given.items()}}
                (self.county / "regions.part").write_text(json.dumps(regions))
                (self.county / "regions.part").rename(path)
                wait_for("the names to be read", lambda: {t["region"]: t["name"]["zh"] for t in self.get("/api/overview")["townships"]}.items() >= given.items())
                (self.suite.dir / "names.json").write_text(json.dumps({"names": given, "lists": lists}))
                done = subprocess.run(["node", ROOT / "tests/e2e/naughty.mjs", f"http://localhost:{self.port}", str(SLOW),
                                       self.suite.dir / "names.json"],
                                      cwd=WEB, capture_output=True, text=True, timeout=120 * SLOW)
                self.assertEqual(done.returncode, 0, done.stderr + done.stdout)
                commands = json.loads(done.stdout)
                self.assertEqual(commands.keys(), set(lists))
            for id_, given in commands.items():
                self.assertEqual([c for c in "".join(given.values()) if unicodedata.category(c) == "Cc"], [], "a terminal is told nothing")
                for answer in ("accept", "refuse"):
                    # what the shell gives to the program, but for --accept, which here would end children
                    words = self.suite.shell(f"plimsoll() {{ printf '%s\\0' \"$@\"; }}; {given[answer]}").stdout.split("\0")[:-1]
                    self.assertEqual(words[:3] + words[-1:], ["confirm", "civil.children", f"--{answer}", id_], given[answer])
                self.suite.shell(given["refuse"])
            left = {x["snapshot"] for x in self.suite.ask("intake", "plimsoll.intake.status.v1", {})["lists"]}
            self.assertEqual(left & set(lists), set(), "every command refused its list")
        finally:
            path.write_text(usual)


if __name__ == "__main__":
    unittest.main(verbosity=2)
