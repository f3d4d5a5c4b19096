# SPDX-License-Identifier: Apache-2.0
"""Two test services (svc_node) beside the cluster of pg_temp.sh, and the Contract as an outsider speaks it."""
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid

import zmq
import zmq.auth

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from ports import free_ports  # noqa: E402
from processes import assert_killed, end_process, kill_process  # noqa: E402

NODE = os.environ["SVC_NODE"]
DB = os.environ["PLIMSOLL_TEST_DB"]
PG = os.environ["PLIMSOLL_TEST_PG"]
SLOW = 4 if os.environ.get("PLIMSOLL_SLOW") not in (None, "", "0") else 1
ROLES = {"producer": "intake", "consumer": "comparison"}


def wait_for(what, condition, seconds=20.0):
    """Returns the condition's first true value; fails loudly at the deadline."""
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


def pg(action):
    subprocess.run([PG, action], check=True)


class World:
    """Keys, ports and processes of one test; the database is emptied first."""

    def __init__(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="plimsoll-svc-", dir="/tmp"))
        self.keys = self.dir / "keys"
        (self.keys / "registered").mkdir(parents=True)
        names = ["producer", "consumer"]
        ports = free_ports(6)
        self.ports = {n: dict(zip(("request", "stream", "http"), ports[3 * i:3 * i + 3])) for i, n in enumerate(names)}
        self.processes, self.logs, self.context = {}, {}, zmq.Context()
        self.key("intake")
        self.key("comparison", "streams=facts", "datasets=*", "regions=*")
        self.key("operator", "streams=*", "datasets=*", "regions=*", "commands=*", "organisation=*")
        for schema in ROLES.values():
            psql(f"DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema} AUTHORIZATION {schema}")
        for n in names:
            subprocess.run([NODE, n, *self.args(n), "--migrate"], check=True, stderr=subprocess.DEVNULL)

    def key(self, name, *members):
        subprocess.run([NODE, "key", str(self.keys), name, *members], check=True)

    def revoke(self, name):
        (self.keys / "revoked").mkdir(exist_ok=True)
        os.rename(self.keys / "registered" / f"{name}.key", self.keys / "revoked" / f"{name}.key")

    def restore(self, name):
        os.rename(self.keys / "revoked" / f"{name}.key", self.keys / "registered" / f"{name}.key")

    def change(self, name, old, new):
        """The key's certificate says something else from now on."""
        path = self.keys / "registered" / f"{name}.key"
        text = path.read_text()
        assert old in text, text
        fresh = self.keys / f"{name}.fresh"
        fresh.write_text(text.replace(old, new))
        fresh.chmod(0o600)
        os.replace(fresh, path)

    def args(self, node, http=None):
        p = self.ports
        values = {
            "database": DB.replace("user=plimsoll", f"user={ROLES[node]}"),
            "keys_dir": self.keys,
            "bind.request": f"tcp://127.0.0.1:{p[node]['request']}",
            "bind.stream": f"tcp://127.0.0.1:{p[node]['stream']}",
            "bind.http": f"127.0.0.1:{http or p[node]['http']}",
            "peer.intake.request": f"tcp://127.0.0.1:{p['producer']['request']}",
            "peer.intake.stream": f"tcp://127.0.0.1:{p['producer']['stream']}",
            "batch_events": 50,
        }
        out = []
        for k, v in values.items():
            out += ["--set", f"{k}={v}"]
        return out

    def start(self, node, failpoint=None, name=None, http=None, wait=True, extra=()):
        name = name or node
        env = dict(os.environ)
        env.pop("PLIMSOLL_FAILPOINT", None)
        if failpoint:
            env["PLIMSOLL_FAILPOINT"] = failpoint
        path = self.dir / f"{name}.log"
        self.logs[name] = path
        if name in self.processes:
            assert_killed(self.processes[name])
        with open(path, "ab") as log:
            self.processes[name] = subprocess.Popen([NODE, node, *self.args(node, http), *extra], env=env, stdin=subprocess.DEVNULL,
                                                    stdout=log, stderr=log)
        if wait:
            self.wait_ready(node, http=http, name=name)

    def http(self, node, path, port=None):
        try:
            with socket.create_connection(("127.0.0.1", port or self.ports[node]["http"]), timeout=5) as s:
                s.sendall(f"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
                data = b""
                while chunk := s.recv(65536):
                    data += chunk
        except OSError:
            return 0, ""
        head, _, body = data.partition(b"\r\n\r\n")
        return int(head.split()[1]) if head else 0, body.decode()

    def wait_ready(self, node, http=None, name=None):
        def look():
            code = self.processes[name or node].poll()
            assert code is None, f"{name or node} ended with {code}: {self.log(name or node)[-800:]}"
            return self.http(node, "/readyz", http)[0] == 200
        wait_for(f"{node} to be ready", look)

    def log(self, name):
        return self.logs[name].read_text(errors="replace")

    def kill(self, name):
        kill_process(self.processes.pop(name))

    def end(self, name, sig=signal.SIGTERM):
        p = self.processes.pop(name)
        p.send_signal(sig)
        code = p.wait(20 * SLOW)
        assert code in (0, -signal.SIGKILL), f"{name} ended with {code}: {self.log(name)[-800:]}"
        return code

    def wait_end(self, name, seconds=20):
        code = self.processes[name].wait(seconds * SLOW)
        del self.processes[name]
        return code

    def close(self, failed=False):
        codes = {name: end_process(p, 20 * SLOW) for name, p in self.processes.items()}
        failed = failed or any(codes.values())
        self.context.destroy(linger=0)
        if failed or os.environ.get("PLIMSOLL_KEEP"):
            for name, path in self.logs.items():
                print(f"--- {name} ---", *path.read_text(errors="replace").splitlines()[-25:], sep="\n", file=sys.stderr)
        if not os.environ.get("PLIMSOLL_KEEP"):
            shutil.rmtree(self.dir, ignore_errors=True)
        assert not any(codes.values()), f"exit codes {codes}"

    # ---- the wire -----------------------------------------------------------------------------------------------
    def socket(self, kind, node, which, key, monitor=None):
        s = self.context.socket(kind)
        public, secret = zmq.auth.load_certificate(self.keys / f"{key}.key_secret")
        server, _ = zmq.auth.load_certificate(self.keys / f"{ROLES[node]}.key")
        s.setsockopt(zmq.LINGER, 0)
        s.setsockopt(zmq.SNDTIMEO, 20000)  # a DEALER that was refused has nobody to send to
        s.curve_publickey, s.curve_secretkey, s.curve_serverkey = public, secret, server
        if monitor:
            s.monitor(f"inproc://{monitor}", zmq.EVENT_ALL)
        s.connect(f"tcp://127.0.0.1:{self.ports[node][which]}")
        return s

    def subscribe(self, node, key, *prefixes):
        s = self.socket(zmq.SUB, node, "stream", key)
        for p in prefixes:
            s.setsockopt(zmq.SUBSCRIBE, p.encode())
        return s

    def client(self, node, key="operator"):
        return Client(self, node, key)

    def wait_beat(self, sub):
        """The subscription stands once a beat has come through."""
        wait_for("a beat", lambda: sub.poll(100) and sub.recv_multipart()[0].startswith(b"beat/"))


def envelope(type_, data, id_=None, source="/test", **more):
    return {"specversion": "1.0", "id": id_ or str(uuid.uuid4()), "source": source, "type": type_, "time": "2024-06-18T10:00:00+08:00",
            "datacontenttype": "application/json", "data": data, **more}


class Client:
    def __init__(self, world, node, key):
        self.s = world.socket(zmq.DEALER, node, "request", key)

    def send(self, type_, data, **more):
        e = envelope(type_, data, **more)
        self.s.send(json.dumps(e).encode())
        return e["id"]

    def receive(self, seconds=10):
        if not self.s.poll(int(seconds * 1000 * SLOW)):
            raise TimeoutError("no reply")
        return json.loads(self.s.recv())

    def ask(self, type_, data, seconds=10, **more):
        id_ = self.send(type_, data, **more)
        while True:
            reply = self.receive(seconds)
            if reply.get("causationid") == id_:
                return reply

    def add(self, n, **more):
        id_ = more.pop("id_", None)
        return self.ask("plimsoll.intake.add.v1", {"n": n, **more}, id_=id_)

    def fetch(self, after=0, **more):
        return self.ask("plimsoll.stream.fetch.v1", {"after": after, **more})

    def fetch_all(self, **more):
        events, topics, after = [], [], 0
        while True:
            page = self.fetch(after, **more)["data"]
            assert "events" in page, page
            events += page["events"]
            topics += page["topics"]
            after = page["last"]
            if not page["more"]:
                return events, topics
