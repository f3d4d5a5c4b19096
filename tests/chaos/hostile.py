#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Peers that mean harm.  hostile.py KIND KEYS_DIR PORT PEERS: until it is ended, PEERS of them do what KIND says to the
request socket (or stream socket) at PORT on loopback.  Peer i with a key of its own holds KEYS_DIR/hostile-<i>.key_secret.

Each kind stands for one way to make a service hold what it should not: memory, connections, or its time."""
import itertools
import json
import os
import resource
import select
import socket
import sys
import threading
import time

import zmq
import zmq.auth

MIB = 1024 * 1024
HELLO_END = 64 + 2 + 200  # a client's greeting, and its HELLO with its head
GREETING = b"\xff" + bytes(8) + b"\x7f\x03\x00" + b"CURVE".ljust(20, b"\0") + bytes(32)


def envelope(number, data, type_="plimsoll.feed.batch.v1", source="/departments/hrss"):
    return (json.dumps({"specversion": "1.0", "id": f"hostile-{os.getpid()}-{number}", "source": source, "type": type_,
                        "time": "2024-06-30T08:00:00Z", "datacontenttype": "application/json", "subject": "hrss.wages"})[:-1]
            + ', "data": ').encode() + data + b"}"


def filled(head, filler, tail, size):
    return head + filler * ((size - len(head) - len(tail)) // len(filler)) + tail


FRAMES = {
    "numbers": lambda: filled(envelope(0, b"")[:-1] + b'{"records":[', b"0,", b"0]}}", 8 * MIB),
    "numbers16": lambda: filled(b"[", b"0,", b"0]", 16 * MIB),
    "nested": lambda: envelope(0, b'{"records":[' + b'{"a":[' * (MIB // 2)),
    "strings": lambda: filled(envelope(0, b"")[:-1] + b'{"records":[{"employer":"', b"\xe5\xbc\xa0", b'"}]}}', 8 * MIB),
    "record": lambda: filled(envelope(0, b"")[:-1] + b'{"records":[{"employer":[', b"0,", b"0]}]}}", 8 * MIB),
}


class Peers:
    """Sockets with keys of their own."""

    def __init__(self, keys, port):
        self.keys, self.port, self.context = keys, port, zmq.Context()

    def socket(self, i, kind=zmq.DEALER, port=None, **options):
        s = self.context.socket(kind)
        public, secret = zmq.auth.load_certificate(f"{self.keys}/hostile-{i}.key_secret")
        server, _ = zmq.auth.load_certificate(f"{self.keys}/intake.key")
        s.setsockopt(zmq.LINGER, 0)
        s.curve_publickey, s.curve_secretkey, s.curve_serverkey = public, secret, server
        for name, value in options.items():
            s.setsockopt(getattr(zmq, name.upper()), value)
        s.connect(f"tcp://127.0.0.1:{port or self.port}")
        return s


def flood(peers, sockets, frame_of, seconds_between=0.0):
    """As fast as each is taken, without ever reading an answer."""
    poller = zmq.Poller()
    for s in sockets:
        poller.register(s, zmq.POLLOUT)
    for number in itertools.count():
        for s, _ in poller.poll(200):
            try:
                s.send(frame_of(number), zmq.DONTWAIT, copy=False)
            except zmq.Again:
                pass
        if seconds_between:
            time.sleep(seconds_between)


def big_frames(peers, count, kind):
    frame = FRAMES[kind]()
    flood(peers, [peers.socket(i, sndhwm=2, rcvhwm=1) for i in range(count)], lambda _: frame)


class Relay:
    """Between peers and the service: passes everything up to `fast` bytes of each connection, then as it is told."""

    def __init__(self, port, fast, rate=0, read_back=True):
        self.port, self.fast, self.rate, self.read_back = port, fast, rate, read_back
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.at = self.listener.getsockname()[1]
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        pairs, owner, passed, back, last = {}, {}, {}, {}, time.monotonic()
        poller, by_fd = select.poll(), {}  # more descriptors than select takes

        def watch(s):
            by_fd[s.fileno()] = s
            poller.register(s, select.POLLIN)
        watch(self.listener)
        while True:
            ready = [by_fd[fd] for fd, _ in poller.poll(50)]
            now = time.monotonic()
            for s in ready:
                if s is self.listener:
                    client, _ = s.accept()
                    server = socket.socket()
                    server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
                    server.connect(("127.0.0.1", self.port))
                    pairs[client], pairs[server] = server, client
                    watch(client)
                    watch(server)
                    owner[client], passed[client], back[server] = True, 0, 0
                    continue
                if s not in pairs:
                    continue
                other = pairs[s]
                if s in owner:
                    left = self.fast - passed[s]
                    want = min(65536, left) if left > 0 else (self.rate if now - last >= 1 else 0)
                else:
                    want = 65536 if self.read_back or back[s] < 2000 else 0
                if not want:
                    continue
                try:
                    data = s.recv(want)
                    if not data:
                        raise OSError
                    other.sendall(data)
                except OSError:
                    for end in (s, other):
                        pairs.pop(end, None)
                        poller.unregister(end)
                        end.close()
                    continue
                if s in owner:
                    passed[s] += len(data)
                else:
                    back[s] += len(data)
            if now - last >= 1:
                last = now
            if all(s is not self.listener for s in ready):
                time.sleep(0.001)


def stuck_frames(peers, count, kind):
    """Frames of 8 MiB that stop at 7: one byte a second from there."""
    relay = Relay(peers.port, 7 * MIB, rate=1)
    frame = FRAMES["numbers"]()
    flood(peers, [peers.socket(i, port=relay.at, sndhwm=2) for i in range(count) for _ in range(4)], lambda _: frame)


def unread(peers, count, kind):
    """Requests whose answers are megabytes (pages of the stream) or many, and nobody reads them."""
    relay = Relay(peers.port, 1 << 40, read_back=False)
    def frame_of(number):
        if kind == "receipts":
            return envelope(number, b'{"records":[' + b"{}," * 200 + b"{}]}")
        return envelope(number, b'{"stream":"facts","after":0,"limit":1000}', "plimsoll.stream.fetch.v1", "/tests/hostile")
    flood(peers, [peers.socket(i, port=relay.at, rcvhwm=1, sndhwm=50) for i in range(count)], frame_of)


def small_requests(peers, count, kind):
    """Cheap requests without end, each key over many connections."""
    frame = envelope(0, b"{}", "plimsoll.intake.status.v1", "/tests/hostile")
    flood(peers, [peers.socket(i, sndhwm=1000) for i in range(count) for _ in range(8)], lambda _: frame)


def tiny_frames(peers, count, kind):
    """Messages of a thousand parts of one byte, which no service wants, each key over many connections."""
    parts = [b"x"] * 1000
    poller = zmq.Poller()
    for s in [peers.socket(i, sndhwm=5000) for i in range(count) for _ in range(8)]:
        poller.register(s, zmq.POLLOUT)
    while True:
        for s, _ in poller.poll(200):
            try:
                s.send_multipart(parts, zmq.DONTWAIT)
            except zmq.Again:
                pass


def after_hello(peers, count, kind):
    """Strangers who know the service's public key, say HELLO, and nothing after it; whoever is sent away comes back at once."""
    relay = Relay(peers.port, HELLO_END)
    server, _ = zmq.auth.load_certificate(f"{peers.keys}/intake.key")
    held = []
    for _ in range(count):
        s = peers.context.socket(zmq.DEALER)
        s.setsockopt(zmq.RECONNECT_IVL, 10)
        s.curve_publickey, s.curve_secretkey = zmq.curve_keypair()
        s.curve_serverkey = server
        s.connect(f"tcp://127.0.0.1:{relay.at}")
        held.append(s)
    threading.Event().wait()


def subscribers(peers, count, kind):
    """Subscribers to everything who never read."""
    relay = Relay(peers.port, 1 << 40, read_back=False)
    held = []
    for i in range(count):
        s = peers.socket(i, zmq.SUB, port=relay.at, rcvhwm=1)
        s.setsockopt(zmq.SUBSCRIBE, b"")
        held.append(s)
    threading.Event().wait()


def strangers(peers, count, kind):
    """Without a key: a good greeting, then a first command of 15 MiB, all but its end."""
    chunk = bytes(MIB)
    while True:
        held = []
        for _ in range(count):
            try:
                s = socket.create_connection(("127.0.0.1", peers.port), timeout=5)
                s.sendall(GREETING + b"\x06" + (15 * MIB).to_bytes(8, "big"))
                s.settimeout(0.3)
                for _ in range(14):
                    s.sendall(chunk)
                held.append(s)
            except OSError:
                pass
        for s in held:
            s.close()


def junk(peers, count, kind):
    """Noise from the first byte, over and over."""
    noise = [os.urandom(4096), b"GET / HTTP/1.1\r\n\r\n", b"\xff" * 4096, GREETING + os.urandom(4096), GREETING + b"\x04\xff" + b"\5HELLO" + bytes(249)]
    for number in itertools.count():
        try:
            with socket.create_connection(("127.0.0.1", peers.port), timeout=5) as s:
                s.sendall(noise[number % len(noise)])
                s.settimeout(0.02)
                s.recv(100)
        except OSError:
            pass


def half_open(peers, count, kind):
    """Connections that say nothing, or a good greeting and nothing more: `count` of them, kept up."""
    held = []
    while True:
        try:
            s = socket.create_connection(("127.0.0.1", peers.port), timeout=2)
            if len(held) % 2:
                s.sendall(GREETING)
            held.append(s)
        except OSError:
            time.sleep(0.01)
        if len(held) >= count:
            held.pop(0).close()


def slow_greeting(peers, count, kind):
    """One byte a second through the handshake."""
    held = [socket.create_connection(("127.0.0.1", peers.port), timeout=5) for _ in range(count)]
    for at in itertools.count():
        for i, s in enumerate(held):
            try:
                s.sendall((GREETING + b"\x04\xc8\5HELLO" + bytes(250))[at % 200:at % 200 + 1])
            except OSError:
                try:
                    held[i] = socket.create_connection(("127.0.0.1", peers.port), timeout=5)
                except OSError:
                    pass
        time.sleep(1)


def storm(peers, count, kind):
    """Whole handshakes, and gone."""
    for number in itertools.count():
        s = peers.socket(number % count)
        s.send(envelope(number, b"{}", "plimsoll.intake.status.v1", "/tests/hostile"))
        s.poll(50)
        s.close()


KINDS = {**{k: big_frames for k in FRAMES}, "stuck": stuck_frames, "receipts": unread, "pages": unread, "small": small_requests,
         "tiny": tiny_frames, "hello": after_hello, "subscribers": subscribers, "strangers": strangers, "junk": junk, "half-open": half_open,
         "slow-greeting": slow_greeting, "storm": storm}


def main():
    kind, keys, port, count = sys.argv[1:5]
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    KINDS[kind](Peers(keys, int(port)), int(count), kind)


if __name__ == "__main__":
    main()
