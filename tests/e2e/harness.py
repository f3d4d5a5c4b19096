# SPDX-License-Identifier: Apache-2.0
"""A whole suite for a test: private PostgreSQL cluster, own keys, own ports, real binaries, in a directory of its own.

Everything is started by the scripts that users run (deploy/lib.sh, plimsoll keys); waiting is always for a condition with
a deadline.  Only processes started here are ever ended.
"""
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
from processes import SANITIZER, assert_killed, end_process, kill_process  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("PLIMSOLL_BIN", ROOT / "build" / "bin"))
STATIONS = ["intake", "comparison", "alerting", "referral"]
SERVICES = STATIONS + ["dashboard"]
SLOW = 4 if os.environ.get("PLIMSOLL_SLOW") else 1  # under the sanitizers everything takes longer


def wait_for(what, condition, seconds=60.0, pause=0.02):
    """Returns the condition's first true value; fails loudly at the deadline."""
    end = time.monotonic() + seconds * SLOW
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds * SLOW:.0f} s in vain for {what}")
        time.sleep(pause)  # between two looks at the condition


class Refused(AssertionError):
    def __init__(self, data):
        super().__init__(f"{data.get('code')}: {data.get('message')}")
        self.data = data


class Suite:
    def __init__(self, name="e2e", sets=None, services=None):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix=f"plimsoll-{name}-", dir="/tmp"))
        os.chmod(self.dir, 0o755)
        self.var = self.dir / "var"
        for sub in ("log", "run", "keys/registered"):
            (self.var / sub).mkdir(parents=True)
        base = free_ports(60)[0]
        self.pg_port = base + 59
        self.ports = {s: base + 10 * i for i, s in enumerate(SERVICES)}
        self.processes = {}
        self.logs = {}
        self.context = zmq.Context()
        self.sets = {s: dict((sets or {}).get(s, {})) for s in SERVICES}
        self.failpoints = {}
        self.departments = ["civil", "dpf", "hrss", "medical", "police", "stats"]
        self.services = [s for s in (services or SERVICES) if (BIN / f"plimsoll-{s}").exists()]
        self.env = dict(os.environ, PLIMSOLL_VAR=str(self.var), PLIMSOLL_PG_PORT=str(self.pg_port), PLIMSOLL_BIN=str(BIN),
                        PLIMSOLL_HOME=str(self.var))
        lines = []
        for s in STATIONS:
            lines.append(f"{s}:\n  request: tcp://127.0.0.1:{self.ports[s]}\n  stream: tcp://127.0.0.1:{self.ports[s] + 1}\n")
        lines.append(f"dashboard:\n  http: 127.0.0.1:{self.ports['dashboard'] + 2}\n")
        lines.append(f"database: host=127.0.0.1 port={self.pg_port} dbname=plimsoll user=auditor passfile={self.var}/secrets/pgpass\n")
        (self.var / "endpoints.yaml").write_text("".join(lines))

    def county(self, profile, seed=None):
        """Synthesises a county; comparison will judge it by the policy that is made with it."""
        there = self.dir / "county"
        subprocess.run([BIN / "plimsoll", "synth", profile, "--out", there, *(["--seed", str(seed)] if seed else [])], cwd=ROOT,
                       check=True, stdout=subprocess.DEVNULL)
        shutil.copytree(ROOT / "deploy" / "policies", self.var / "policies")
        shutil.copy(there / "policy.yaml", self.var / "policies" / "demo.yaml")
        self.sets["comparison"]["policy"] = str(self.var / "policies" / "demo.yaml")
        return there

    # ---- life ---------------------------------------------------------------------------------------------------
    def start(self, keys=True):
        self.lib("pg_start")
        if keys:
            self.key("intake")
            self.key("comparison", "--streams", "facts,alerts,referrals", "--regions", "*", "--datasets", "*", "--organisation", "*")
            self.key("alerting", "--streams", "findings,referrals", "--regions", "*", "--organisation", "*")
            self.key("referral", "--streams", "findings,alerts", "--regions", "*")
            self.key("dashboard", "--streams", "findings,alerts,referrals,audit", "--regions", "*", "--organisation", "*")
            self.key("operator", "--streams", "*", "--regions", "*", "--datasets", "*", "--commands", "*", "--organisation", "*")
            for d in self.departments:
                self.key(d, "--department", d, "--datasets", "*")
        for s in self.services:
            subprocess.run([BIN / f"plimsoll-{s}", *self.args(s), "--migrate"], cwd=ROOT, check=True, stderr=self.log(s), env=self.env)
        self.lib('psql_admin -d plimsoll -f "$ROOT/deploy/sql/auditor.sql"')
        for s in self.services:
            self.spawn(s)
        for s in self.services:
            self.wait_ready(s)
        return self

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.stop(keep=failure[0] is not None)

    def stop(self, keep=False):
        codes = {s: end_process(p, 20 * SLOW) for s, p in self.processes.items()}
        self.processes.clear()
        failed = any(codes.values())
        if (self.var / "pg" / "PG_VERSION").exists():
            self.lib("pg_stop")
        self.context.destroy(linger=0)
        for log in self.logs.values():
            log.close()
        if keep or failed or os.environ.get("PLIMSOLL_KEEP"):
            for s in SERVICES:
                path = self.var / "log" / f"{s}.log"
                if path.exists():
                    tail = path.read_text(errors="replace").splitlines()[-15:]
                    print(f"--- {s} ---", *tail, sep="\n", file=sys.stderr)
            print(f"kept: {self.dir}", file=sys.stderr)
        else:
            shutil.rmtree(self.dir, ignore_errors=True)
        assert not failed, f"exit codes {codes}"

    def lib(self, command):
        done = subprocess.run(["bash", "-c", f'set -e; . "{ROOT}/deploy/lib.sh"; {command}'], cwd=ROOT, env=self.env,
                              capture_output=True, text=True)
        if done.returncode != 0:
            raise AssertionError(f"{command}: {done.stderr}{done.stdout}")
        return done.stdout

    def log(self, service):
        if service not in self.logs:
            self.logs[service] = open(self.var / "log" / f"{service}.log", "ab")
        return self.logs[service]

    def args(self, service):
        p = self.ports
        values = {
            "database": f"host=127.0.0.1 port={self.pg_port} dbname=plimsoll user={service} passfile={self.var}/secrets/pgpass",
            "keys_dir": str(self.var / "keys"),
            "bind.http": f"127.0.0.1:{p[service] + 2}",
        }
        if service != "dashboard":
            values["bind.request"] = f"tcp://127.0.0.1:{p[service]}"
            values["bind.stream"] = f"tcp://127.0.0.1:{p[service] + 1}"
        if service == "comparison":
            values["clock"] = "manual"
        if service == "intake":
            values["vault_key"] = str(self.var / "secrets" / "vault.key")
        if service == "dashboard":
            values["bind.page"] = f"127.0.0.1:{p[service] + 3}"
        for s in STATIONS:
            values[f"peer.{s}.request"] = f"tcp://127.0.0.1:{p[s]}"
            values[f"peer.{s}.stream"] = f"tcp://127.0.0.1:{p[s] + 1}"
        values.update(self.sets[service])
        out = ["--config", str(ROOT / "deploy" / "config" / f"{service}.yaml")]
        for key, value in values.items():
            out += ["--set", f"{key}={value}"]
        return out

    def spawn(self, service, failpoint=None):
        env = dict(self.env)
        if failpoint:
            env["PLIMSOLL_FAILPOINT"] = failpoint
        if service in self.processes:
            assert_killed(self.processes[service])
        self.processes[service] = subprocess.Popen([BIN / f"plimsoll-{service}", *self.args(service)], cwd=ROOT, env=env,
                                                   stdin=subprocess.DEVNULL, stdout=self.log(service), stderr=self.log(service))

    def kill(self, service):
        kill_process(self.processes.pop(service))

    def end(self, service):
        p = self.processes.pop(service)
        if p.poll() is None:
            p.send_signal(signal.SIGTERM)
            try:
                p.wait(20 * SLOW)
            except subprocess.TimeoutExpired:
                p.kill()
                p.wait()
                raise AssertionError(f"{service} did not end on TERM")
        assert p.returncode == 0, f"{service} ended with {p.returncode}, see {self.var}/log/{service}.log"

    def http(self, service, path, port=None):
        with socket.create_connection(("127.0.0.1", port or self.ports[service] + 2), timeout=5) as s:
            s.sendall(f"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
            data = b""
            while chunk := s.recv(65536):
                data += chunk
        head, _, body = data.partition(b"\r\n\r\n")
        return int(head.split()[1]), body.decode()

    def is_ready(self, service):
        try:
            return self.http(service, "/readyz")[0] == 200
        except OSError:
            p = self.processes.get(service)
            if p is not None and p.poll() is not None:
                raise AssertionError(f"{service} ended with {p.returncode}, see {self.var}/log/{service}.log")
            return False

    def wait_ready(self, service, seconds=60):
        wait_for(f"{service} to be ready", lambda: self.is_ready(service), seconds)

    # ---- the command line ---------------------------------------------------------------------------------------
    def plimsoll(self, *args, check=0, stdin=None):
        done = subprocess.run([BIN / "plimsoll", *map(str, args)], cwd=ROOT, env=self.env, capture_output=True, text=True, input=stdin)
        if done.returncode == SANITIZER or check is not None and done.returncode != check:
            raise AssertionError(f"plimsoll {' '.join(map(str, args))}: exit {done.returncode}\n{done.stderr}{done.stdout}")
        return done

    def shell(self, line):
        """A command line as a person copies it into a shell, with plimsoll on its path."""
        done = subprocess.run(["bash", "-c", line], cwd=ROOT, env={**self.env, "PATH": f"{BIN}:{os.environ['PATH']}"}, capture_output=True, text=True)
        if done.returncode != 0:
            raise AssertionError(f"{line!r}: exit {done.returncode}\n{done.stderr}{done.stdout}")
        return done

    def key(self, name, *options):
        self.plimsoll("keys", "new", name, *options)

    def psql(self, sql, role="postgres"):
        env = dict(self.env, PGPASSFILE=str(self.var / "secrets" / "pgpass"))
        done = subprocess.run(["psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(self.pg_port),
                               "-U", role, "-d", "plimsoll"], env=env, capture_output=True, text=True, input=sql)
        if done.returncode != 0:
            raise AssertionError(f"{sql}: {done.stderr}")
        return done.stdout.strip()

    # ---- the Contract, as an outsider speaks it -----------------------------------------------------------------
    def client(self, service, key="operator"):
        return Client(self, service, key)

    def subscriber(self, service, key, *prefixes):
        sock = self.context.socket(zmq.SUB)
        self.curve(sock, service, key)
        for prefix in prefixes:
            sock.setsockopt(zmq.SUBSCRIBE, prefix.encode())
        sock.connect(f"tcp://127.0.0.1:{self.ports[service] + 1}")
        return sock

    def curve(self, sock, service, key):
        public, secret = zmq.auth.load_certificate(self.var / "keys" / f"{key}.key_secret")
        server, _ = zmq.auth.load_certificate(self.var / "keys" / f"{service}.key")
        sock.setsockopt(zmq.LINGER, 0)
        sock.curve_publickey, sock.curve_secretkey, sock.curve_serverkey = public, secret, server

    def stream(self, service, stream, after=0, topic=None, key="operator"):
        """Every event of a stream, oldest first, with its topic."""
        out = []
        with self.client(service, key) as c:
            while True:
                data = {"stream": stream, "after": after, "limit": 1000}
                if topic:
                    data["topic"] = topic
                page = c.ask("plimsoll.stream.fetch.v1", data)
                out += zip(page["topics"], page["events"])
                after = page["last"]
                if not page["more"]:
                    return out

    def rest(self, seconds=120):
        """Waits until every consumer stands at its producer's head."""
        flows = [("comparison", "findings", "referral"), ("intake", "facts", "comparison"), ("comparison", "findings", "alerting"), ("alerting", "alerts", "referral"),
                 ("alerting", "alerts", "comparison"), ("referral", "referrals", "alerting"), ("referral", "referrals", "comparison")]

        def quiet():
            try:
                status = {s: self.ask(s, f"plimsoll.{s}.status.v1", {}) for s in STATIONS if s in self.services}
            except (Refused, AssertionError, zmq.ZMQError):
                return False
            for producer, stream, consumer in flows:
                if producer not in status or consumer not in status:
                    continue
                last = next(x["last"] for x in status[producer]["streams"] if x["stream"] == stream)
                cursor = next((x["cursor"] for x in status[consumer]["consumers"] if x["stream"] == stream), last)
                if cursor < last:
                    return False
            return True

        wait_for("the suite to come to rest", lambda: quiet() and quiet(), seconds, 0.05)

    def dashboard_rest(self):
        """Waits until the dashboard stands where the producers stand."""
        heads = {s["stream"]: s["last"] for station in STATIONS for s in self.ask(station, f"plimsoll.{station}.status.v1", {})["streams"]}

        def there():
            try:
                state = json.loads(self.http("dashboard", "/statez")[1])
            except OSError:
                return False
            return all(c["cursor"] >= heads[c["stream"]] for c in state.get("consumers", [{"cursor": -1, "stream": "audit"}]))

        wait_for("the dashboard to have read every stream", there)

    def ask(self, service, type_, data, key="operator", **more):
        with self.client(service, key) as c:
            return c.ask(type_, data, **more)


class Client:
    """DEALER with CURVE: one JSON frame out, one back."""

    def __init__(self, suite, service, key):
        self.sock = suite.context.socket(zmq.DEALER)
        suite.curve(self.sock, service, key)
        self.sock.connect(f"tcp://127.0.0.1:{suite.ports[service]}")
        self.key = key

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.sock.close()

    def send(self, type_, data, source=None, subject=None, id_=None):
        event = {"specversion": "1.0", "id": id_ or str(uuid.uuid4()), "source": source or f"/tests/{self.key}", "type": type_,
                 "time": "2024-06-30T08:00:00Z", "datacontenttype": "application/json", "data": data}
        if subject:
            event["subject"] = subject
        self.sock.send(json.dumps(event, ensure_ascii=False).encode())
        return event["id"]

    def recv(self, seconds=30):
        if not self.sock.poll(int(seconds * SLOW * 1000)):
            return None
        return json.loads(self.sock.recv_multipart()[-1])

    def ask(self, type_, data, seconds=30, **more):
        id_ = self.send(type_, data, **more)
        reply = self.recv(seconds)
        if reply is None:
            raise AssertionError(f"no answer to {type_} within {seconds} s")
        assert reply.get("causationid") == id_, reply
        if reply["type"] == "plimsoll.error.v1":
            raise Refused(reply["data"])
        return reply["data"]

    def batch(self, dataset, records, id_=None, seconds=60, **data):
        """Publishes a batch as the key's department; returns the receipt's data."""
        department = self.key
        return self.ask("plimsoll.feed.batch.v1", {"records": records, **data}, seconds, source=f"/departments/{department}",
                        subject=dataset, id_=id_)
