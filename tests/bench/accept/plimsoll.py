# SPDX-License-Identifier: Apache-2.0
"""Intake under the load of load.c: rates, times of receipts, processor time of every process, memory."""
import json
import os
import pathlib
import subprocess
import threading

import zmq.auth

import feeds

TICK = os.sysconf("SC_CLK_TCK")


def cpu_of(pid):
    """Seconds in user and system mode."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return [int(fields[11]) / TICK, int(fields[12]) / TICK]


def children_of(pid):
    return [int(p) for p in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


class Plimsoll:
    def __init__(self, suite, bin_dir):
        self.suite, self.bin = suite, bin_dir
        self.number = self.person = 0
        self.templates = {}
        for d in feeds.RECORD:
            suite.key(f"bench-{d}", "--department", d, "--datasets", "*")
            self.templates[d] = suite.dir / f"{d}.frame"
            self.templates[d].write_bytes(feeds.frame(d))
        self.postmaster = int((suite.var / "pg" / "postmaster.pid").read_text().split()[0])

    def parse_alone(self):
        done = subprocess.run([self.bin / "bench_accept_parse", str(feeds.RECORDS), *self.templates.values()], check=True, stdout=subprocess.PIPE)
        return float(done.stdout)

    def resident_mib(self):
        status = pathlib.Path(f"/proc/{self.suite.processes['intake'].pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1024

    def cpu(self):
        processes = [self.postmaster, *children_of(self.postmaster)]
        return {"intake": cpu_of(self.suite.processes["intake"].pid),
                "postgres": [sum(s) for s in zip(*(cpu_of(p) for p in processes))]}

    def run(self, records, rate=0, fresh=0, pool=1, window=4):
        """Of 100 records `fresh` are about people never seen.  With a rate (records/s) times count from when a batch was due."""
        keys = self.suite.var / "keys"
        command = [self.bin / "bench_accept_load", f"tcp://127.0.0.1:{self.suite.ports['intake']}",
                   zmq.auth.load_certificate(keys / "intake.key")[0].decode(), self.number, self.person,
                   -(-records // (feeds.RECORDS * len(self.templates))), window, int(rate), fresh, pool]
        for d, template in self.templates.items():
            public, secret = zmq.auth.load_certificate(keys / f"bench-{d}.key_secret")
            command += [public.decode(), secret.decode(), template]
        before = self.cpu()
        with Resident(self) as memory:
            out = json.loads(subprocess.run([str(c) for c in command], check=True, stdout=subprocess.PIPE).stdout)
        after = self.cpu()
        out["memory"] = memory.seen
        out["cpu"] = {k: [b - a for a, b in zip(before[k], after[k])] for k in before}
        out["cpu"]["senders"] = [out["user"], out["system"]]
        out["rate"] = out["records"] / out["seconds"]
        self.number, self.person = out["next_number"], out["next_person"]
        return out


class Resident:
    """Looks each second how much memory intake holds, in MiB."""

    def __init__(self, intake):
        self.intake, self.seen, self.over = intake, [intake.resident_mib()], threading.Event()
        self.thread = threading.Thread(target=self.look)

    def look(self):
        while not self.over.wait(1):
            self.seen.append(self.intake.resident_mib())

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()
        self.seen.append(self.intake.resident_mib())


def show_memory(out):
    """After the first tenth everything has its size: from there on it must not grow."""
    seen = out["memory"]
    return f"intake's memory {seen[len(seen) // 10]:.0f} MiB after a tenth, {seen[-1]:.0f} at the end, {max(seen):.0f} at most"


def show_cpu(out):
    n = out["records"]
    parts = ", ".join(f"{k} {u / n * 1e6:.2f}+{s / n * 1e6:.2f}" for k, (u, s) in out["cpu"].items())
    total = sum(u + s for u, s in out["cpu"].values())
    return f"{total / n * 1e6:.2f} µs of processor a record (user+system): {parts}"
