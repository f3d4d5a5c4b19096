#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Our door as libzmq's sockets meet it (through pyzmq): every kind that may connect, with the options that people set, restarts
of ours, sizes at the limits; and those who may not come in, after whom all goes on."""
import contextlib
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest

import zmq
import zmq.auth
from zmq.utils.monitor import recv_monitor_message

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from ports import free_ports  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
ECHO = os.environ["BUS_ECHO"]
WAIT_MS = 20000
SHORT_MS = 300
FRAME_MAX = 8 * 1024 * 1024
FRAME_HARD_MAX = 2 * FRAME_MAX

# zeromq.js: heartbeats, IMMEDIATE, a frame at the limit, a delimiter of its own and a REQ's, events
NODE_PEERS = """
import assert from 'node:assert'
import { Dealer, Request, Subscriber } from 'zeromq'
import { readKey } from './plimsoll.mjs'
const [requests, stream, server, client] = process.argv.slice(2)
const own = readKey(client)
const options = { curveServerKey: readKey(server)['public-key'], curvePublicKey: own['public-key'],
  curveSecretKey: own['secret-key'], linger: 0, heartbeatInterval: 50, heartbeatTimeout: 2000, receiveTimeout: 20000 }
const dealer = new Dealer({ ...options, immediate: true })
dealer.connect(requests)
const large = Buffer.alloc(8 * 1024 * 1024, 7)
await dealer.send(large)
assert.ok((await dealer.receive())[0].equals(large))
await dealer.send(['', 'with a delimiter'])
assert.deepEqual((await dealer.receive()).map(String), ['', 'with a delimiter'])
console.log('dealer')
const request = new Request(options)
request.connect(requests)
for (const n of ['1', '2', '3']) {
  await request.send(n)
  assert.equal(String((await request.receive())[0]), n)
}
console.log('request')
const subscriber = new Subscriber(options)
subscriber.connect(stream)
subscriber.subscribe('beat/')
for (let n = 0; n < 20; n++) assert.deepEqual((await subscriber.receive()).map(String), ['beat/alerts', '{}'])
console.log('subscriber')
for (const socket of [dealer, request, subscriber]) socket.close()
"""


class Interop(unittest.TestCase):
    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="plimsoll-interop-", dir="/tmp"))
        (self.dir / "registered").mkdir(parents=True)
        for name in ("server", "client"):
            subprocess.run([ECHO, "key", str(self.dir), name], check=True)
        self.ports = free_ports(2)
        self.context, self.server, self.monitors = zmq.Context(), None, []
        self.start()

    def tearDown(self):
        self.stop()
        for m in self.monitors:
            m.close()
        self.context.destroy(linger=0)
        shutil.rmtree(self.dir)

    def start(self):
        self.server = subprocess.Popen([ECHO, "serve", str(self.dir), *(f"tcp://127.0.0.1:{p}" for p in self.ports)], stdin=subprocess.PIPE)

    def stop(self):
        self.server.stdin.close()
        self.assertEqual(self.server.wait(WAIT_MS / 1000), 0)

    def keys(self, name):
        return zmq.auth.load_certificate(self.dir / f"{name}.key_secret")

    def socket(self, kind, stream=False, server_key=None, own=None, curve=True, connect=True, **options):
        s = self.context.socket(kind)
        s.setsockopt(zmq.LINGER, 0)
        for name, value in options.items():
            s.setsockopt(getattr(zmq, name.upper()), value)
        if curve:
            s.curve_publickey, s.curve_secretkey = own or self.keys("client")
            s.curve_serverkey = server_key or self.keys("server")[0]
        s.setsockopt(zmq.RECONNECT_IVL, 50)
        if connect:
            s.connect(f"tcp://127.0.0.1:{self.ports[1 if stream else 0]}")
        return s

    def ask(self, s, *frames, answer=None):
        s.send_multipart(frames)
        self.assertTrue(s.poll(WAIT_MS), "no answer")
        self.assertEqual(s.recv_multipart(), list(answer or frames))

    def works(self):
        """The door serves others as before."""
        with contextlib.closing(self.socket(zmq.DEALER)) as s:
            self.ask(s, b"still there")

    def monitored(self, **options):
        """A DEALER, and a function that waits for one of some events of its monitor."""
        s = self.socket(zmq.DEALER, connect=False, **options)
        monitor = s.get_monitor_socket()
        self.monitors.append(monitor)
        s.connect(f"tcp://127.0.0.1:{self.ports[0]}")

        def until(*events):
            while monitor.poll(WAIT_MS):
                event = recv_monitor_message(monitor)
                if event["event"] in events:
                    return event
            return None
        return s, until

    # ---- who may come in ----
    def test_dealer(self):
        with contextlib.closing(self.socket(zmq.DEALER)) as s:
            self.ask(s, b"a")
            self.ask(s, b"", b"with a delimiter")
            self.ask(s, b"")
            self.ask(s, b"x" * 255)
            self.ask(s, b"x" * 65536)

    def test_req(self):
        with contextlib.closing(self.socket(zmq.REQ)) as s:
            for i in range(20):
                self.ask(s, b"%d" % i)

    def test_router(self):
        s = self.socket(zmq.ROUTER, connect=False)
        s.setsockopt(zmq.ROUTER_MANDATORY, 1)
        s.setsockopt(zmq.CONNECT_ROUTING_ID, b"door")
        s.connect(f"tcp://127.0.0.1:{self.ports[0]}")
        with contextlib.closing(s):
            end = time.monotonic() + WAIT_MS / 1000
            while True:
                try:
                    s.send_multipart([b"door", b"hello"])
                    break
                except zmq.ZMQError as e:  # until it is connected
                    self.assertEqual(e.errno, zmq.EHOSTUNREACH)
                    self.assertLess(time.monotonic(), end)
                    time.sleep(0.01)  # between two tries
            self.assertTrue(s.poll(WAIT_MS))
            self.assertEqual(s.recv_multipart(), [b"door", b"hello"])

    def test_sub_and_xsub(self):
        for kind, subscribe in ((zmq.SUB, lambda s: s.setsockopt(zmq.SUBSCRIBE, b"beat/")), (zmq.XSUB, lambda s: s.send(b"\1beat/"))):
            with contextlib.closing(self.socket(kind, stream=True)) as s:
                subscribe(s)
                for _ in range(3):
                    self.assertTrue(s.poll(WAIT_MS))
                    self.assertEqual(s.recv_multipart(), [b"beat/alerts", b"{}"])

    def test_unsubscribing(self):
        with contextlib.closing(self.socket(zmq.SUB, stream=True)) as s:
            s.setsockopt(zmq.SUBSCRIBE, b"beat/")
            s.setsockopt(zmq.SUBSCRIBE, b"alert/")
            topics = set()
            while len(topics) < 2:
                self.assertTrue(s.poll(WAIT_MS))
                topics.add(s.recv_multipart()[0])
            s.setsockopt(zmq.UNSUBSCRIBE, b"beat/")
            others = 0
            while others < 5:  # alerts in a row
                self.assertTrue(s.poll(WAIT_MS))
                others = 0 if s.recv_multipart()[0].startswith(b"beat/") else others + 1

    # ---- options ----
    def test_heartbeats(self):
        """Subscribers that ask each 50 ms hear events and answers."""
        options = {"heartbeat_ivl": 50, "heartbeat_timeout": 1500, "heartbeat_ttl": 3000}
        with contextlib.closing(self.socket(zmq.DEALER, **options)) as s:
            self.ask(s, b"a")
        with contextlib.closing(self.socket(zmq.SUB, stream=True, **options)) as s:
            s.setsockopt(zmq.SUBSCRIBE, b"beat/")
            for _ in range(40):
                self.assertTrue(s.poll(WAIT_MS))
                s.recv_multipart()

    def test_heartbeats_alone(self):
        """A connection with nothing but heartbeats, which would be given up without an answer, stays the same one."""
        s, until = self.monitored(heartbeat_ivl=50, heartbeat_timeout=1500)
        with contextlib.closing(s):
            self.ask(s, b"before")
            self.assertIsNotNone(until(zmq.EVENT_HANDSHAKE_SUCCEEDED))
            monitor = s.get_monitor_socket()
            self.assertFalse(monitor.poll(3000))
            self.ask(s, b"after")

    def test_immediate(self):
        with contextlib.closing(self.socket(zmq.DEALER, immediate=1)) as s:
            self.assertTrue(s.poll(WAIT_MS, zmq.POLLOUT))
            self.ask(s, b"a")

    def test_our_restart(self):
        """Clients of all kinds come back by themselves; with IMMEDIATE nothing is queued meanwhile."""
        sub = self.socket(zmq.SUB, stream=True)
        sub.setsockopt(zmq.SUBSCRIBE, b"beat/")
        queueing, immediate = self.socket(zmq.DEALER), self.socket(zmq.DEALER, immediate=1, sndtimeo=0)
        with contextlib.closing(sub), contextlib.closing(queueing), contextlib.closing(immediate):
            self.assertTrue(sub.poll(WAIT_MS))
            self.ask(queueing, b"a")
            self.assertTrue(immediate.poll(WAIT_MS, zmq.POLLOUT))
            self.ask(immediate, b"a")
            self.stop()
            while sub.poll(SHORT_MS):
                sub.recv_multipart()
            end = time.monotonic() + WAIT_MS / 1000
            while immediate.poll(0, zmq.POLLOUT):  # until it has seen it
                self.assertLess(time.monotonic(), end)
                time.sleep(0.01)  # between two looks
            queueing.send(b"meanwhile")
            self.start()
            self.assertTrue(sub.poll(WAIT_MS))
            self.assertTrue(queueing.poll(WAIT_MS))
            self.assertEqual(queueing.recv(), b"meanwhile")
            self.assertTrue(immediate.poll(WAIT_MS, zmq.POLLOUT))
            self.ask(immediate, b"b")

    # ---- sizes and parts ----
    def test_sizes_at_the_limit(self):
        with contextlib.closing(self.socket(zmq.DEALER)) as s:
            self.ask(s, bytes(FRAME_MAX))
            self.ask(s, bytes(FRAME_MAX + 1), answer=[b"too_large"])
            self.ask(s, bytes(FRAME_HARD_MAX), answer=[b"too_large"])
            self.ask(s, b"after")

    def test_far_too_large(self):
        s, until = self.monitored()
        with contextlib.closing(s):
            s.send(bytes(FRAME_HARD_MAX + 1))
            self.assertIsNotNone(until(zmq.EVENT_DISCONNECTED))
        self.works()

    def test_parts(self):
        """What has more parts than a delimiter and an event is left out; the next one is answered."""
        with contextlib.closing(self.socket(zmq.DEALER)) as s:
            s.send_multipart([b"a", b"b"])
            s.send_multipart([b"", b"a", b"b"])
            s.send_multipart([b"x" * 1000] * 200)
            self.ask(s, b"", b"good")

    # ---- who may not ----
    def test_another_servers_key(self):
        s, until = self.monitored(server_key=zmq.curve_keypair()[0])
        with contextlib.closing(s):
            event = until(zmq.EVENT_DISCONNECTED, zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL, zmq.EVENT_HANDSHAKE_SUCCEEDED)
            self.assertIn(event["event"], (zmq.EVENT_DISCONNECTED, zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL))
        self.works()

    def test_an_unknown_key(self):
        s, until = self.monitored(own=zmq.curve_keypair())
        with contextlib.closing(s):
            event = until(zmq.EVENT_HANDSHAKE_FAILED_AUTH, zmq.EVENT_HANDSHAKE_SUCCEEDED)
            self.assertEqual((event["event"], event["value"]), (zmq.EVENT_HANDSHAKE_FAILED_AUTH, 400))
        self.works()

    def test_null_and_plain(self):
        for options in ({}, {"plain_username": b"a", "plain_password": b"b"}):
            s, until = self.monitored(curve=False, **options)
            with contextlib.closing(s):
                s.send(b"hello")
                event = until(zmq.EVENT_DISCONNECTED, zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL, zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL,
                              zmq.EVENT_HANDSHAKE_SUCCEEDED)
                self.assertNotEqual(event["event"], zmq.EVENT_HANDSHAKE_SUCCEEDED)
                self.assertFalse(s.poll(SHORT_MS))
        self.works()

    def test_kinds_that_do_not_fit(self):
        for kind, stream in ((zmq.SUB, False), (zmq.DEALER, True), (zmq.PUSH, False), (zmq.PAIR, True)):
            s = self.socket(kind, connect=False)
            monitor = s.get_monitor_socket()
            self.monitors.append(monitor)
            s.connect(f"tcp://127.0.0.1:{self.ports[1 if stream else 0]}")
            with contextlib.closing(s):
                events = set()
                while zmq.EVENT_DISCONNECTED not in events and zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL not in events:
                    self.assertTrue(monitor.poll(WAIT_MS))
                    events.add(recv_monitor_message(monitor)["event"])
                self.assertNotIn(zmq.EVENT_HANDSHAKE_SUCCEEDED, events)
        self.works()

    def test_older_greetings(self):
        """ZMTP 1 and 2 and what is no ZMTP at all: ended as soon as that can be seen, not when its time is over."""
        self.works()
        signature = b"\xff" + bytes(7) + b"\1\x7f"
        for greeting in (b"\1\0", signature + b"\0", signature + b"\1\5\0\0", b"GET / HTTP/1.1\r\n\r\n",
                         signature + b"\3\0" + b"NULL".ljust(20, b"\0") + bytes(32), signature + b"\3\1" + b"CURVE".ljust(20, b"\0") + b"\1" + bytes(31)):
            with socket.create_connection(("127.0.0.1", self.ports[0])) as s:
                s.settimeout(5)
                s.sendall(greeting)
                with contextlib.suppress(ConnectionResetError):
                    while s.recv(4096):
                        pass
        self.works()

    # ---- another binding ----
    @unittest.skipIf(shutil.which("npm") is None, "npm is not installed")
    def test_zeromq_js(self):
        there = self.dir / "node"
        shutil.copytree(ROOT / "clients/node", there, ignore=shutil.ignore_patterns("node_modules"))
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=there, check=True, stdout=subprocess.DEVNULL)
        (there / "peers.mjs").write_text(NODE_PEERS)
        args = [*(f"tcp://127.0.0.1:{p}" for p in self.ports), self.dir / "server.key_secret", self.dir / "client.key_secret"]
        done = subprocess.run(["node", there / "peers.mjs", *args], capture_output=True, text=True, timeout=60)
        self.assertEqual((done.returncode, done.stdout.split()), (0, ["dealer", "request", "subscriber"]), done.stderr)


if __name__ == "__main__":
    unittest.main()
