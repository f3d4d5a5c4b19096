# SPDX-License-Identifier: Apache-2.0
"""plimsoll-comparison as a process, between an intake and an alerting made of Python: streams with chain, beats and fetch."""
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

from alerting_harness import BIN, DB, ROOT, SLOW, Client, assert_killed, chain, derive, end_process, free_ports, kill_process, psql, wait_for

TIME_US, TIME = 1709280000000000, "2024-03-01T08:00:00.000000Z"


def key_of(text):
    return derive("record", text).replace("-", "")


class Stream(threading.Thread):
    """One producer's stream.  append() from the test; its thread owns the sockets."""

    def __init__(self, world, service, stream):
        super().__init__(daemon=True)
        self.service, self.stream = service, stream
        self.events, self.head = [], bytes(32)
        self.lock, self.stopping, self.sent = threading.Lock(), False, 0
        self.request = world.server(zmq.ROUTER, service, 0)
        self.pub = world.server(zmq.PUB, service, 1)
        self.start()

    def append(self, topic, type_, data, **more):
        with self.lock:
            seq = len(self.events) + 1
            event = {"specversion": "1.0", "id": derive("event", f"{self.stream}/{seq}"), "source": f"/services/{self.service}",
                     "type": type_, "time": TIME, "datacontenttype": "application/json", "sequence": f"{seq:020d}", **more, "data": data}
            payload = json.dumps(event, separators=(",", ":")).encode()
            self.head = chain(self.head, seq, type_, topic, TIME_US, payload)
            self.events.append((topic, payload))
            return seq

    def erase(self, seq, order):
        """In place of the event its tombstone, as the producer's pages have it from now on; the chain stays as it is."""
        with self.lock:
            topic, payload = self.events[seq - 1]
            event = json.loads(payload)
            tombstone = {k: event[k] for k in ("specversion", "id", "time", "datacontenttype", "sequence")}
            tombstone |= {"source": f"/streams/{self.stream}", "type": "plimsoll.stream.erased.v1",
                          "data": {"order": order, "type": event["type"], "payload_hash": hashlib.blake2b(payload, digest_size=32).hexdigest()}}
            self.events[seq - 1] = topic, json.dumps(tombstone, separators=(",", ":")).encode()

    def run(self):
        beat_at = 0.0
        while not self.stopping:
            if self.request.poll(5):
                self.answer(self.request.recv_multipart())
            with self.lock:
                fresh, self.sent = self.events[self.sent:], len(self.events)
                last, head = len(self.events), self.head.hex()
            for topic, payload in fresh:
                self.pub.send_multipart([topic.encode(), payload])
            if time.monotonic() >= beat_at:
                beat_at = time.monotonic() + 0.2
                beat = self.envelope("plimsoll.stream.beat.v1", {"last": last, "hash": head})
                self.pub.send_multipart([f"beat/{self.stream}".encode(), json.dumps(beat).encode()])
        self.request.close(0)
        self.pub.close(0)

    def envelope(self, type_, data, **more):
        return {"specversion": "1.0", "id": str(uuid.uuid4()), "source": f"/services/{self.service}", "type": type_, "time": TIME,
                "datacontenttype": "application/json", **more, "data": data}

    def answer(self, frames):
        ask = json.loads(frames[-1])
        after, limit = ask["data"]["after"], ask["data"].get("limit", 100)
        with self.lock:
            page, last = self.events[after:after + limit], len(self.events)
        reply = json.dumps(self.envelope("plimsoll.stream.page.v1", {}, causationid=ask["id"]))
        rest = {"topics": [t for t, _ in page], "last": after + len(page), "more": after + len(page) < last, "first": 1}
        text = reply[:-3].encode() + b'{"events":[' + b",".join(p for _, p in page) + b"]," + json.dumps(rest)[1:].encode() + b"}"
        self.request.send_multipart(frames[:-1] + [text])

    def stop(self):
        self.stopping = True
        self.join()


class World:
    def __init__(self, **settings):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="plimsoll-comparison-", dir="/tmp"))
        self.keys = self.dir / "keys"
        (self.keys / "registered").mkdir(parents=True)
        ports = free_ports(9)
        self.ports = {"comparison": ports[0:3], "intake": ports[3:5], "alerting": ports[5:7], "referral": ports[7:9]}
        self.settings = {"clock": "manual", "chunk.households": 25, "batch_events": 20, **settings}
        self.secrets, self.context, self.clients = {}, zmq.Context(), []
        self.process, self.deaths = None, 0
        for name in ("intake", "alerting", "referral"):
            self.key(name)
        self.key("comparison", streams="facts,alerts,referrals", regions="*", datasets="*", organisation="*")
        self.key("operator", streams="*", regions="*", commands="*", organisation="*")
        self.key("township", streams="findings", regions="320681100", commands="comparison.explain,comparison.register")
        psql("DROP SCHEMA IF EXISTS comparison CASCADE; CREATE SCHEMA comparison AUTHORIZATION comparison")
        subprocess.run([BIN / "plimsoll-comparison", *self.args(), "--migrate"], cwd=ROOT, check=True, stderr=subprocess.DEVNULL)
        self.intake, self.alerting = Stream(self, "intake", "facts"), Stream(self, "alerting", "alerts")
        self.referral = Stream(self, "referral", "referrals")

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        for c in self.clients:
            c.s.close(0)
        code = 0 if self.process is None else end_process(self.process, 20 * SLOW)
        for s in (self.intake, self.alerting, self.referral):
            s.stop()
        self.context.destroy(linger=0)
        log = self.dir / "log"
        if (failure[0] is not None or code != 0) and log.exists():  # there is none before the first start
            print(log.read_text(errors="replace")[-3000:], file=sys.stderr)
        shutil.rmtree(self.dir, ignore_errors=True)
        assert code == 0, f"comparison ended with {code}"

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
        s.bind(f"tcp://127.0.0.1:{self.ports[name][which]}")
        return s

    def client(self, key="operator"):
        c = Client(self, "comparison", key)
        self.clients.append(c)
        return c

    # ---- the process --------------------------------------------------------------------------------------------
    def args(self):
        p = self.ports
        values = {"database": DB.replace("user=plimsoll", "user=comparison"), "keys_dir": self.keys,
                  "bind.request": f"tcp://127.0.0.1:{p['comparison'][0]}", "bind.stream": f"tcp://127.0.0.1:{p['comparison'][1]}",
                  "bind.http": f"127.0.0.1:{p['comparison'][2]}", "policy": "deploy/policies/qidong.yaml", **self.settings}
        for peer in ("intake", "alerting", "referral"):
            values[f"peer.{peer}.request"] = f"tcp://127.0.0.1:{p[peer][0]}"
            values[f"peer.{peer}.stream"] = f"tcp://127.0.0.1:{p[peer][1]}"
        return [x for k, v in values.items() for x in ("--set", f"{k}={v}")]

    def start(self, failpoint=None):
        env = dict(os.environ)
        env.pop("PLIMSOLL_FAILPOINT", None)
        if failpoint:
            env["PLIMSOLL_FAILPOINT"] = failpoint
        if self.process is not None:
            assert_killed(self.process)
        with open(self.dir / "log", "ab") as log:
            self.process = subprocess.Popen([BIN / "plimsoll-comparison", *self.args()], cwd=ROOT, env=env, stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log)

    def is_dead(self, _):
        return self.process is not None and self.process.poll() is not None

    def kill(self):
        kill_process(self.process)

    def wait_end(self, seconds=20):
        code = self.process.wait(seconds * SLOW)
        self.process = None
        return code

    def is_ready(self):
        try:
            with socket.create_connection(("127.0.0.1", self.ports["comparison"][2]), timeout=5) as s:
                s.sendall(b"GET /readyz HTTP/1.0\r\nHost: localhost\r\n\r\n")
                return b" 200" in s.makefile("rb").readline()
        except OSError:
            return False

    def wait_ready(self, next_failpoint=lambda: None):
        """Starts again what a failpoint has killed meanwhile."""
        def look():
            code = self.process.poll()
            if code is not None:
                assert code == -9, f"comparison ended with {code}: {(self.dir / 'log').read_text()[-2000:]}"
                self.deaths += 1
                self.start(next_failpoint())
            return self.is_ready()
        wait_for("comparison to be ready", look)

    def facts(self, dataset, records, received="2024-03-01", **more):
        for i, r in enumerate(records):
            r.setdefault("index", i)
            r.setdefault("op", "put")
            r.setdefault("facts", [])
            r["key"] = key_of(f"{dataset} {r['key']}")
        return self.intake.append(f"fact/{dataset}", "plimsoll.facts.v1", {"dataset": dataset, "department": dataset.split(".")[0],
                                                                            "batch": "b", "received": received, **more, "records": records})

    def wait_applied(self, next_failpoint=lambda: None):
        last = len(self.intake.events)

        def look():
            self.wait_ready(next_failpoint)
            return int(psql("SELECT coalesce((SELECT seq FROM comparison.cursor WHERE stream = 'facts'), 0)")) >= last
        wait_for("the facts to be applied", look)


def put(key, holder, kind, start, value=0, to=None, **more):
    what = "household" if holder.startswith("h") else "person"
    fact = {"holder": {what: derive(what, holder)}, "kind": kind, "from": start, "value": value, **more}
    if to:
        fact["to"] = to
    return {"key": key, "facts": [fact]}


def household(name, people, region="320681100207", effective="2023-01-01", closed=False):
    members = [{"person": derive("person", p), "relation": "head" if i == 0 else "other", "sex": "f", "born": "1970-01-01"}
               for i, p in enumerate(people)]
    return {"key": name, "household": {"household": derive("household", name), "region": region, "area": "rural",
                                       "effective": effective, "closed": closed, "members": members}}
