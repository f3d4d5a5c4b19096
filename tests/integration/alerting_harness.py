# SPDX-License-Identifier: Apache-2.0
"""plimsoll-alerting and plimsoll-referral as processes, and a comparison made of Python: a findings stream with its chain,
beats and fetch, spoken from the Contract alone."""
import hashlib
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid

import zmq

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from ports import free_ports  # noqa: E402
from processes import assert_killed, end_process, kill_process  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("PLIMSOLL_BIN") or ROOT / "build" / "bin")
DB = os.environ["PLIMSOLL_TEST_DB"]
SLOW = 4 if os.environ.get("PLIMSOLL_SLOW") not in (None, "", "0") else 1
SERVICES = ("alerting", "referral")


def wait_for(what, condition, seconds=30.0):
    end = time.monotonic() + seconds * SLOW
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds * SLOW:.0f} s in vain for {what}")
        time.sleep(0.01)  # between two looks at the condition


def psql(sql):
    done = subprocess.run(["psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", DB, "-c", sql], capture_output=True, text=True)
    if done.returncode != 0:
        raise AssertionError(f"{sql}: {done.stderr}")
    return done.stdout.strip()


def derive(what, text):
    b = bytearray(hashlib.blake2b(f"plimsoll:{what}:{text}".encode(), digest_size=16).digest())
    b[6] = b[6] & 0x0F | 0x80
    b[8] = b[8] & 0x3F | 0x80
    return str(uuid.UUID(bytes=bytes(b)))


class Refused(AssertionError):
    def __init__(self, data):
        super().__init__(f"{data['code']}: {data['message']}")
        self.data, self.code = data, data["code"]


def chain(previous, seq, type_, topic, time_us, payload):
    return hashlib.blake2b(previous + seq.to_bytes(8, "big") + type_.encode() + b"\0" + topic.encode() + b"\0" +
                           time_us.to_bytes(8, "big") + hashlib.blake2b(payload, digest_size=32).digest(),
                           digest_size=32).digest()


class Comparison(threading.Thread):
    """The findings stream.  append() from the test; one thread owns the sockets."""
    TIME_US = 1709280000000000
    TIME = "2024-03-01T08:00:00.000000Z"

    def __init__(self, world):
        super().__init__(daemon=True)
        self.events, self.head = [], bytes(32)
        self.lock, self.stopping, self.sent = threading.Lock(), False, 0
        self.request = world.server(zmq.ROUTER, "comparison", "request")
        self.pub = world.server(zmq.PUB, "comparison", "stream")
        self.start()

    def append(self, topic, type_, data, id_=None, cause=None):
        with self.lock:
            seq = len(self.events) + 1
            event = {"specversion": "1.0", "id": id_ or derive("event", f"findings/{seq}"), "source": "/services/comparison",
                     "type": type_, "time": self.TIME, "datacontenttype": "application/json", "sequence": f"{seq:020d}"}
            if "finding" in data:
                event["subject"] = event["correlationid"] = data["finding"]
            event["data"] = data
            payload = json.dumps(event, separators=(",", ":")).encode()
            self.head = chain(self.head, seq, type_, topic, self.TIME_US, payload)
            self.events.append((topic, payload))
            return seq

    def finding(self, name, household, kind, category, date, state="open", version=1, region="320681100207", **more):
        data = {"finding": derive("finding", name), "version": version, "state": state, "household": derive("household", household),
                "region": region, "category": category, "kind": kind, "since": date, "members": 2, "rule": more.pop("rule", category),
                "policy": "qidong@2023-07-01", "date": date, "facts": [], **more}
        return self.append(f"finding/{region}/{kind}", "plimsoll.finding.v1", data)

    def day(self, date):
        return self.append("day", "plimsoll.day.v1", {"date": date, "register": [], "townships": []})

    def run(self):
        poller, beat_at = zmq.Poller(), 0.0
        poller.register(self.request, zmq.POLLIN)
        while not self.stopping:
            if poller.poll(5):
                self.answer(self.request.recv_multipart())
            with self.lock:
                fresh, self.sent = self.events[self.sent:], len(self.events)
                last, head = len(self.events), self.head.hex()
            for topic, payload in fresh:
                self.pub.send_multipart([topic.encode(), payload])
            if time.monotonic() >= beat_at:
                beat_at = time.monotonic() + 0.2
                beat = self.envelope("plimsoll.stream.beat.v1", {"last": last, "hash": head})
                self.pub.send_multipart([b"beat/findings", json.dumps(beat).encode()])
        self.request.close(0)
        self.pub.close(0)

    def envelope(self, type_, data, **more):
        return {"specversion": "1.0", "id": str(uuid.uuid4()), "source": "/services/comparison", "type": type_, "time": self.TIME,
                "datacontenttype": "application/json", **more, "data": data}

    def answer(self, frames):
        ask = json.loads(frames[-1])
        after, limit = ask["data"]["after"], ask["data"].get("limit", 100)
        with self.lock:
            page, last = self.events[after:after + limit], len(self.events)
        reply = self.envelope("plimsoll.stream.page.v1", {}, causationid=ask["id"])
        text = json.dumps(reply)[:-3].encode() + b'{"events":[' + b",".join(p for _, p in page) + b'],"topics":' + \
            json.dumps([t for t, _ in page]).encode() + f',"last":{after + len(page)},"more":{json.dumps(after + len(page) < last)},"first":1}}}}'.encode()
        self.request.send_multipart(frames[:-1] + [text])

    def stop(self):
        self.stopping = True
        self.join()


class World:
    def __init__(self, failpoints=None):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="plimsoll-alerting-", dir="/tmp"))
        self.keys = self.dir / "keys"
        (self.keys / "registered").mkdir(parents=True)
        ports = free_ports(8)
        self.ports = {"comparison": ports[0:2], "alerting": ports[2:5], "referral": ports[5:8]}
        self.secrets, self.processes, self.logs, self.context, self.clients = {}, {}, {}, zmq.Context(), []
        self.deaths = []
        self.key("comparison")
        self.key("alerting", streams="findings,referrals", regions="*", organisation="*")
        self.key("referral", streams="findings,alerts", regions="*")
        self.key("operator", streams="*", regions="*", commands="*", organisation="*")
        for s in SERVICES:
            psql(f"DROP SCHEMA IF EXISTS {s} CASCADE; CREATE SCHEMA {s} AUTHORIZATION {s}")
            subprocess.run([BIN / f"plimsoll-{s}", *self.args(s), "--migrate"], cwd=ROOT, check=True, stderr=subprocess.DEVNULL)
        self.comparison = Comparison(self)
        for s in SERVICES:
            self.start(s, (failpoints or {}).get(s))
        for s in SERVICES:
            self.wait_ready(s)

    # ---- keys and sockets ---------------------------------------------------------------------------------------
    def key(self, name, **members):
        public, secret = (k.decode() for k in zmq.curve_keypair())
        meta = "".join(f'    {k} = "{v}"\n' for k, v in {"name": name, **members}.items())
        text = f'metadata\n{meta}curve\n    public-key = "{public}"\n'
        for path, more in ((self.keys / f"{name}.key", ""), (self.keys / "registered" / f"{name}.key", ""),
                           (self.keys / f"{name}.key_secret", f'    secret-key = "{secret}"\n')):
            path.write_text(text + more)
            path.chmod(0o600)
        self.secrets[name] = (public.encode(), secret.encode())

    def server(self, kind, name, which):
        s = self.context.socket(kind)
        s.curve_server = True
        s.curve_publickey, s.curve_secretkey = self.secrets[name]
        s.setsockopt(zmq.LINGER, 0)
        s.bind(f"tcp://127.0.0.1:{self.ports[name][0 if which == 'request' else 1]}")
        return s

    def client(self, service, key="operator"):
        c = Client(self, service, key)
        self.clients.append(c)
        return c

    # ---- processes ----------------------------------------------------------------------------------------------
    def args(self, service):
        p = self.ports
        values = {"database": DB.replace("user=plimsoll", f"user={service}"), "keys_dir": self.keys,
                  "bind.request": f"tcp://127.0.0.1:{p[service][0]}", "bind.stream": f"tcp://127.0.0.1:{p[service][1]}",
                  "bind.http": f"127.0.0.1:{p[service][2]}", "batch_events": 20}
        for peer in ("comparison", "alerting", "referral"):
            if peer != service:
                values[f"peer.{peer}.request"] = f"tcp://127.0.0.1:{p[peer][0]}"
                values[f"peer.{peer}.stream"] = f"tcp://127.0.0.1:{p[peer][1]}"
        return [x for k, v in values.items() for x in ("--set", f"{k}={v}")]

    def start(self, service, failpoint=None):
        env = dict(os.environ)
        env.pop("PLIMSOLL_FAILPOINT", None)
        if failpoint:
            env["PLIMSOLL_FAILPOINT"] = failpoint
        path = self.logs.setdefault(service, self.dir / f"{service}.log")
        if service in self.processes:
            assert_killed(self.processes[service])
        with open(path, "ab") as log:
            self.processes[service] = subprocess.Popen([BIN / f"plimsoll-{service}", *self.args(service)], cwd=ROOT, env=env,
                                                       stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def get(self, service, path):
        try:
            with socket.create_connection(("127.0.0.1", self.ports[service][2]), timeout=5) as s:
                s.sendall(f"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
                return int(s.makefile("rb").readline().split()[1])
        except (OSError, IndexError):
            return 0

    def wait_ready(self, service):
        def look():
            code = self.processes[service].poll()
            assert code is None or code == -9, f"{service} ended with {code}: {self.tail(service)}"
            return code == -9 or self.get(service, "/readyz") == 200
        wait_for(f"{service} to be ready", look)

    def raise_the_dead(self):
        """Starts again what a failpoint has killed."""
        for s in SERVICES:
            code = self.processes[s].poll()
            if code is not None:
                assert code == -9, f"{s} ended with {code}: {self.tail(s)}"
                self.deaths.append(s)
                self.start(s)

    def is_dead(self, service):
        p = self.processes.get(service)
        return p is not None and p.poll() is not None

    def kill(self, service):
        kill_process(self.processes[service])

    def tail(self, service):
        return self.logs[service].read_text(errors="replace")[-1500:]

    def rest(self):
        """Every consumer stands at its producer's head."""
        def look():
            self.raise_the_dead()
            found = len(self.comparison.events)
            seen = psql("""SELECT (SELECT coalesce(max(seq), 0) FROM alerting.stream), (SELECT coalesce(max(seq), 0) FROM referral.stream),
                                  (SELECT seq FROM referral.cursor WHERE stream = 'alerts'), (SELECT seq FROM alerting.cursor WHERE stream = 'referrals'),
                                  (SELECT seq FROM alerting.cursor WHERE stream = 'findings'), (SELECT seq FROM referral.cursor WHERE stream = 'findings')""")
            alerts, referrals, *cursors = (int(x or 0) for x in seen.split("|"))
            return cursors == [alerts, referrals, found, found]
        wait_for("the services to come to rest", lambda: look() and look())

    def stream(self, service, name):
        with_client = self.client(service)
        events, topics, after = [], [], 0
        while True:
            page = with_client.ask("plimsoll.stream.fetch.v1", {"stream": name, "after": after, "limit": 1000})
            events += page["events"]
            topics += page["topics"]
            after = page["last"]
            if not page["more"]:
                return list(zip(topics, events))

    def close(self, failed=False):
        for c in self.clients:
            c.s.close(0)
        codes = {s: end_process(p, 20 * SLOW) for s, p in self.processes.items()}
        self.comparison.stop()
        failed = failed or any(codes.values())
        self.context.destroy(linger=0)
        if failed or os.environ.get("PLIMSOLL_KEEP"):
            for name in self.logs:
                print(f"--- {name} ---", self.tail(name), sep="\n", file=sys.stderr)
        if not os.environ.get("PLIMSOLL_KEEP"):
            shutil.rmtree(self.dir, ignore_errors=True)
        assert not any(codes.values()), f"exit codes {codes}"


class Client:
    def __init__(self, world, service, key):
        self.world, self.service = world, service
        self.s = world.context.socket(zmq.DEALER)
        self.s.setsockopt(zmq.LINGER, 0)
        self.s.curve_publickey, self.s.curve_secretkey = world.secrets[key]
        self.s.curve_serverkey = world.secrets[service][0]
        self.s.connect(f"tcp://127.0.0.1:{world.ports[service][0]}")

    def ask(self, type_, data, id_=None, seconds=20):
        """The reply's data; raises Refused for an error, TimeoutError when none comes, which is known at once when the service is dead."""
        if not type_.startswith("plimsoll."):
            type_ = f"plimsoll.{self.service}.{type_}.v1"
        id_ = id_ or str(uuid.uuid4())
        self.s.send(json.dumps({"specversion": "1.0", "id": id_, "source": "/test", "type": type_, "time": "2024-06-18T10:00:00+08:00",
                                "datacontenttype": "application/json", "data": data}).encode())
        end = time.monotonic() + seconds * SLOW
        while (left := end - time.monotonic()) > 0:
            if not self.s.poll(int(min(left, 0.05) * 1000)):
                if self.world.is_dead(self.service):
                    break
                continue
            reply = json.loads(self.s.recv())
            if reply.get("causationid") != id_:
                continue
            if reply["type"] == "plimsoll.error.v1":
                raise Refused(reply["data"])
            return reply["data"]
        raise TimeoutError(type_)
