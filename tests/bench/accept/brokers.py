# SPDX-License-Identifier: Apache-2.0
"""Redis streams and a RabbitMQ quorum queue under the records of bench_accept: private servers on loopback, made durable, and
senders that write ready-made bytes to the socket, so that the servers set the pace."""
import contextlib
import os
import pathlib
import shutil
import socket
import struct
import subprocess
import sys
import time

import feeds
from rivals import in_parallel

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from ports import free_ports  # noqa: E402

WINDOW = 4  # unconfirmed batches of one sender


def connect(port, seconds, process):
    """Once the server listens."""
    end = time.monotonic() + seconds
    while True:
        try:
            s = socket.create_connection(("127.0.0.1", port), timeout=60)
            s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return s
        except OSError:
            if time.monotonic() > end or process.poll() is not None:
                raise
            time.sleep(0.1)  # between two looks at the port


@contextlib.contextmanager
def running(command, log, **more):
    with open(log, "wb") as out:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, **more)
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def publish(batches, send, confirmed):
    """send() writes a batch; confirmed() reads and returns how many batches were confirmed since."""
    sent = got = 0
    while got < batches:
        while sent < batches and sent - got < WINDOW:
            send()
            sent += 1
        got += confirmed()


# ---- Redis ------------------------------------------------------------------------------------------------------
def resp(*words):
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(w), w) for w in words)


def redis(directory, records):
    """XADD of a record each, pipelined a batch at a time, appendfsync always."""
    directory.mkdir()
    port = free_ports(1)[0]
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--dir", str(directory), "--save", "", "--appendonly", "yes",
               "--appendfsync", "always", "--daemonize", "no", "--auto-aof-rewrite-percentage", "0"]
    with running(command, directory / "log") as server:
        connect(port, 30, server).close()

        def work(department, batches):
            batch = resp(b"XADD", department.encode(), b"*", b"r", feeds.record(department).encode()) * feeds.RECORDS
            with connect(port, 10, server) as s:
                lines = [0]

                def confirmed():
                    data = s.recv(1 << 16)
                    assert data and b"-ERR" not in data, data[:200]
                    before = lines[0] // (2 * feeds.RECORDS)
                    lines[0] += data.count(b"\n")  # a length and an id for each record
                    return lines[0] // (2 * feeds.RECORDS) - before

                publish(batches, lambda: s.sendall(batch), confirmed)

        return in_parallel(work, records)


# ---- RabbitMQ: AMQP 0-9-1, as much of it as publishing with confirms needs -----------------------------------------
def short(text):
    return bytes([len(text)]) + text.encode()


def frame(kind, channel, payload):
    return struct.pack(">BHI", kind, channel, len(payload)) + payload + b"\xce"


def method(channel, class_, number, arguments=b""):
    return frame(1, channel, struct.pack(">HH", class_, number) + arguments)


class Amqp:
    def __init__(self, s):
        self.s, self.data = s, b""

    def frames(self):
        """Whole frames out of what has come, after waiting for at least one byte."""
        more = self.s.recv(1 << 16)
        assert more, "RabbitMQ closed the connection"
        self.data += more
        at, out = 0, []
        while len(self.data) - at >= 8:
            n = struct.unpack_from(">I", self.data, at + 3)[0]
            if len(self.data) - at < n + 8:
                break
            out.append(self.data[at + 7:at + 7 + n])
            at += n + 8
        self.data = self.data[at:]
        return out

    def expect(self, class_, number):
        while True:
            for payload in self.frames():
                assert struct.unpack_from(">HH", payload) == (class_, number), payload[:200]
                return payload

    def open(self, queue):
        self.s.sendall(b"AMQP\x00\x00\x09\x01")
        self.expect(10, 10)
        self.s.sendall(method(0, 10, 11, struct.pack(">I", 0) + short("PLAIN") + struct.pack(">I", 12) + b"\0guest\0guest" + short("en_US")))
        self.expect(10, 30)
        self.s.sendall(method(0, 10, 31, struct.pack(">HIH", 16, 131072, 0)) + method(0, 10, 40, short("/") + b"\0\0"))
        self.expect(10, 41)
        self.s.sendall(method(1, 20, 10, b"\0"))
        self.expect(20, 11)
        arguments = short("x-queue-type") + b"S" + struct.pack(">I", 6) + b"quorum"
        durable = b"\x02"
        self.s.sendall(method(1, 50, 10, b"\0\0" + short(queue) + durable + struct.pack(">I", len(arguments)) + arguments))
        self.expect(50, 11)
        self.s.sendall(method(1, 85, 10, b"\0"))
        self.expect(85, 11)


def message(queue, body):
    persistent = struct.pack(">HHQHB", 60, 0, len(body), 0x1000, 2)
    return method(1, 60, 40, b"\0\0" + short("") + short(queue) + b"\0") + frame(2, 1, persistent) + frame(3, 1, body)


def confirms(amqp):
    waiting, state = set(), {"first": 1, "batches": 0}

    def confirmed():
        for payload in amqp.frames():
            class_, number, tag, multiple = struct.unpack_from(">HHQB", payload)
            assert (class_, number) == (60, 80), payload[:200]
            if multiple:
                state["first"] = max(state["first"], tag + 1)
            else:
                waiting.add(tag)  # they may come out of order
            while state["first"] in waiting:
                waiting.remove(state["first"])
                state["first"] += 1
        before = state["batches"]
        state["batches"] = (state["first"] - 1) // feeds.RECORDS
        return state["batches"] - before

    return confirmed


def rabbitmq(directory, records):
    """A quorum queue a sender on a single node, a message a record, publisher confirms."""
    directory.mkdir()
    port, dist, epmd = free_ports(3)
    (directory / "rabbitmq.conf").write_text(f"listeners.tcp.1 = 127.0.0.1:{port}\nvm_memory_high_watermark.relative = 0.5\n")
    env = dict(os.environ, HOME=str(directory), RABBITMQ_NODENAME="bench@localhost", RABBITMQ_DIST_PORT=str(dist), ERL_EPMD_PORT=str(epmd),
               RABBITMQ_MNESIA_BASE=str(directory / "data"), RABBITMQ_LOG_BASE=str(directory / "log"), ERL_EPMD_ADDRESS="127.0.0.1",
               RABBITMQ_CONFIG_FILE=str(directory / "rabbitmq.conf"), RABBITMQ_ENABLED_PLUGINS_FILE=str(directory / "plugins"),
               RABBITMQ_CONF_ENV_FILE="/dev/null", RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1}")
    (directory / "plugins").write_text("[].\n")
    try:
        with running(["/usr/lib/rabbitmq/bin/rabbitmq-server"], directory / "out", env=env, cwd=directory) as server:
            connect(port, 120, server).close()

            def work(department, batches):
                with connect(port, 10, server) as s:
                    amqp = Amqp(s)
                    amqp.open(department)
                    batch = message(department, feeds.record(department).encode()) * feeds.RECORDS
                    publish(batches, lambda: s.sendall(batch), confirms(amqp))

            return in_parallel(work, records)
    finally:
        subprocess.run([shutil.which("epmd") or "epmd", "-port", str(epmd), "-kill"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
