# SPDX-License-Identifier: Apache-2.0
"""intake alone, beside the cluster of pg_temp.sh, spoken to as a department would: Python's zmq, CURVE, the Contract."""
import datetime
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
from people import with_check  # noqa: E402
from ports import free_ports  # noqa: E402
from processes import end_process, kill_process  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
INTAKE = os.environ["INTAKE"]
DB = os.environ["PLIMSOLL_TEST_DB"]
PG = os.environ["PLIMSOLL_TEST_PG"]
SLOW = 4 if os.environ.get("PLIMSOLL_SLOW") not in (None, "", "0") else 1


def resident_id(n, born="19560309"):
    """Valid in form, of an area code that no county has."""
    body = f"990000{born}{n % 1000:03d}" if n < 1000 else f"99{n // 1000:04d}{born}{n % 1000:03d}"
    return with_check(body)


def wage(n, month="2024-05", amount="1800.00", **more):
    return {"resident_id": resident_id(n), "employer": "E", "month": month, "amount": amount, **more}


def child(n, amount="1200.00", **more):
    return {"resident_id": resident_id(n, "20150309"), "name": f"儿童{n}", "class": "orphan", "since": "2020-01-01",
            "monthly_amount": amount, **more}


def today():
    return datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8))).date()


def wait_for(what, condition, seconds=30.0):
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


class Refused(AssertionError):
    def __init__(self, data):
        super().__init__(f"{data.get('code')}: {data.get('message')}")
        self.code, self.data = data.get("code"), data


class World:
    """Keys, ports and the process; the database is emptied first."""

    def __init__(self, **sets):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="plimsoll-intake-", dir="/tmp"))
        self.keys = self.dir / "keys"
        (self.keys / "registered").mkdir(parents=True)
        self.request, self.stream, self.http_port = free_ports(3)
        self.sets, self.process, self.context = sets, None, zmq.Context()
        self.vault = self.dir / "secrets" / "vault.key"
        self.key("intake")
        self.key("operator", streams="*", datasets="*", regions="*", commands="*", organisation="*")
        for department in ("civil", "dpf", "hrss", "medical", "police"):
            self.key(department, department=department, datasets="*")
        psql("DROP SCHEMA IF EXISTS intake CASCADE; CREATE SCHEMA intake AUTHORIZATION intake")
        subprocess.run([INTAKE, *self.args(), "--migrate"], cwd=ROOT, check=True, stderr=subprocess.DEVNULL)

    def key(self, name, **rights):
        public, secret = (k.decode() for k in zmq.curve_keypair())
        text = "metadata\n" + "".join(f'    {k} = "{v}"\n' for k, v in {"name": name, **rights}.items())
        text += f'curve\n    public-key = "{public}"\n'
        for path, content in ((f"{name}.key", text), (f"{name}.key_secret", text + f'    secret-key = "{secret}"\n'), (f"registered/{name}.key", text)):
            with open(os.open(self.keys / path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as f:
                f.write(content)

    def revoke(self, name):
        (self.keys / "registered" / f"{name}.key").unlink()

    def change(self, name, old, new):
        """The key's certificate says something else from now on."""
        path, fresh = self.keys / "registered" / f"{name}.key", self.keys / f"{name}.fresh"
        text = path.read_text()
        assert old in text, text
        fresh.write_text(text.replace(old, new))
        fresh.chmod(0o600)
        os.replace(fresh, path)

    def args(self):
        values = {"database": DB.replace("user=plimsoll", "user=intake"), "keys_dir": self.keys, "vault_key": self.vault,
                  "bind.request": f"tcp://127.0.0.1:{self.request}", "bind.stream": f"tcp://127.0.0.1:{self.stream}",
                  "bind.http": f"127.0.0.1:{self.http_port}", **self.sets}
        out = ["--config", str(ROOT / "deploy" / "config" / "intake.yaml")]
        for k, v in values.items():
            out += ["--set", f"{k}={v}"]
        return out

    @property
    def log(self):
        path = self.dir / "intake.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def start(self, failpoint=None, wait=True, extra=()):
        env = dict(os.environ)
        env.pop("PLIMSOLL_FAILPOINT", None)
        if failpoint:
            env["PLIMSOLL_FAILPOINT"] = failpoint
        with open(self.dir / "intake.log", "ab") as log:
            self.process = subprocess.Popen([INTAKE, *self.args(), *extra], cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        if wait:
            wait_for("intake to be ready", self.is_ready)
        return self

    def http(self, path):
        try:
            with socket.create_connection(("127.0.0.1", self.http_port), timeout=5) as s:
                s.sendall(f"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
                data = b""
                while chunk := s.recv(65536):
                    data += chunk
        except OSError:
            return 0, ""
        head, _, body = data.partition(b"\r\n\r\n")
        return int(head.split()[1]) if head else 0, body.decode()

    def is_ready(self):
        code = self.process.poll()
        assert code is None, f"intake ended with {code}: {self.log[-1000:]}"
        return self.http("/readyz")[0] == 200

    def wait_end(self, seconds=20):
        code = self.process.wait(seconds * SLOW)
        self.process = None
        return code

    def kill(self):
        kill_process(self.process)
        self.process = None

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.wait_end()
        assert code == 0, f"intake ended with {code}: {self.log[-2000:]}"

    def rss_peak_mb(self):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
        raise AssertionError("no VmHWM")

    def close(self, failed=False):
        code = 0 if self.process is None else end_process(self.process, 20 * SLOW)
        self.context.destroy(linger=0)
        if failed or code != 0:
            print("--- intake ---", *self.log.splitlines()[-25:], sep="\n", file=sys.stderr)
        shutil.rmtree(self.dir, ignore_errors=True)
        assert code == 0, f"intake ended with {code}"

    def client(self, key="operator"):
        return Client(self, key)

    def ask(self, type_, data, key="operator", **more):
        with self.client(key) as c:
            return c.ask(type_, data, **more)

    def batch(self, dataset, records, id_=None, **data):
        with self.client(dataset.split(".")[0]) as c:
            return c.batch(dataset, records, id_, **data)

    def events(self, stream="facts", **more):
        out, after = [], 0
        with self.client() as c:
            while True:
                page = c.ask("plimsoll.stream.fetch.v1", {"stream": stream, "after": after, "limit": 1000, **more})
                out += page["events"]
                after = page["last"]
                if not page["more"]:
                    return out

    def records(self, dataset):
        """Every record journaled for a dataset, in order."""
        return [r for e in self.events(topic=f"fact/{dataset}") for r in e["data"]["records"]]


class Client:
    def __init__(self, world, key):
        self.key = key
        self.sock = world.context.socket(zmq.DEALER)
        public, secret = zmq.auth.load_certificate(world.keys / f"{key}.key_secret")
        server, _ = zmq.auth.load_certificate(world.keys / "intake.key")
        self.sock.setsockopt(zmq.LINGER, 0)
        self.sock.curve_publickey, self.sock.curve_secretkey, self.sock.curve_serverkey = public, secret, server
        self.sock.connect(f"tcp://127.0.0.1:{world.request}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sock.close()

    def send(self, type_, data, id_=None, source=None, subject=None):
        event = {"specversion": "1.0", "id": id_ or str(uuid.uuid4()), "source": source or f"/tests/{self.key}", "type": type_,
                 "time": "2024-06-30T08:00:00+08:00", "datacontenttype": "application/json", "data": data}
        if subject:
            event["subject"] = subject
        self.sock.send(json.dumps(event, ensure_ascii=False).encode())
        return event["id"]

    def recv(self, seconds=30):
        return json.loads(self.sock.recv()) if self.sock.poll(int(seconds * 1000 * SLOW)) else None

    def ask(self, type_, data, seconds=60, **more):
        id_ = self.send(type_, data, **more)
        reply = self.recv(seconds)
        if reply is None:
            raise AssertionError(f"no answer to {type_}")
        assert reply.get("causationid") == id_, reply
        if reply["type"] == "plimsoll.error.v1":
            raise Refused(reply["data"])
        return reply["data"]

    def batch(self, dataset, records, id_=None, **data):
        return self.ask("plimsoll.feed.batch.v1", {"records": records, **data}, id_=id_, source=f"/departments/{self.key.split(chr(45))[0]}", subject=dataset)

    def raw(self, frame, seconds=30):
        self.sock.send(frame)
        return self.recv(seconds)
