# SPDX-License-Identifier: Apache-2.0
"""Accepted records/s: validated, pseudonymised, journaled, committed, acknowledged; four departments at once over CURVE.

Beside it, in the same run and with the same bytes: a durable insert of each batch as one row (what a program does that reads
and checks nothing), and the machine's limit, a write with fdatasync of each batch.
"""
import json
import os
import pathlib
import sys
import threading
import time
import uuid

import psycopg2

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from harness import Suite  # noqa: E402
from test_contract import person  # noqa: E402

BATCHES, RECORDS, WINDOW, DEPARTMENTS = 40, 1000, 4, 4


def frames(department):
    """Settlements of some 300 bytes, of people of whom half recur, in ready-made frames."""
    out = []
    for b in range(BATCHES):
        records = []
        for n in range(RECORDS):
            i = department * BATCHES * RECORDS + b * RECORDS + n
            records.append({"settlement_no": f"S{i:012d}", "resident_id": person(i // 2), "hospital": "启东市人民医院住院部",
                            "admitted_on": "2024-05-02", "settled_on": "2024-05-20", "total": "12345.67", "fund_paid": "9000.00",
                            "self_paid": "3345.67"})
        event = {"specversion": "1.0", "id": str(uuid.uuid4()), "source": "/departments/medical", "type": "plimsoll.feed.batch.v1",
                 "subject": "medical.settlements", "time": "2024-06-30T08:00:00Z", "datacontenttype": "application/json",
                 "data": {"records": records}}
        out.append(json.dumps(event, ensure_ascii=False).encode())
    return out


def in_parallel(work):
    failures = []

    def guarded(i):
        try:
            work(i)
        except BaseException as e:
            failures.append(e)

    threads = [threading.Thread(target=guarded, args=(i,)) for i in range(DEPARTMENTS)]
    begin = time.monotonic()
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    if failures:
        raise failures[0]
    return DEPARTMENTS * BATCHES * RECORDS / (time.monotonic() - begin)


def main():
    feeds = [frames(d) for d in range(DEPARTMENTS)]
    size = sum(len(f) for feed in feeds for f in feed)
    with Suite("bench-accept", services=["intake"]) as suite:
        suite.start()

        def publish(i):
            with suite.client("intake", "medical") as c:
                sent = got = 0
                while got < BATCHES:
                    while sent < BATCHES and sent - got < WINDOW:
                        c.sock.send(feeds[i][sent])
                        sent += 1
                    receipt = c.recv(60)["data"]
                    assert receipt.get("accepted") == RECORDS, receipt
                    got += 1

        accepted = in_parallel(publish)
        suite.psql("create table public.raw (id bigserial primary key, payload bytea not null)")
        password = next(line.split(":")[4] for line in (suite.var / "secrets" / "pgpass").read_text().splitlines() if ":postgres:" in line)

        def insert(i):
            db = psycopg2.connect(host="127.0.0.1", port=suite.pg_port, user="postgres", dbname="plimsoll", password=password)
            for frame in feeds[i]:
                with db, db.cursor() as cursor:
                    cursor.execute("insert into public.raw (payload) values (%s)", (psycopg2.Binary(frame),))
            db.close()

        raw = in_parallel(insert)

        def write(i):
            with open(suite.dir / f"raw-{i}", "wb") as f:
                for frame in feeds[i]:
                    f.write(frame)
                    f.flush()
                    os.fdatasync(f.fileno())

        disk = in_parallel(write)
    begin = time.monotonic()
    for frame in feeds[0]:
        json.loads(frame)
    parse = BATCHES * RECORDS / (time.monotonic() - begin)
    print(f"accept: {DEPARTMENTS * BATCHES * RECORDS} records of {size / (DEPARTMENTS * BATCHES * RECORDS):.0f} bytes in batches of {RECORDS}")
    for name, rate in (("plimsoll, accepted", accepted), ("durable insert of the same bytes", raw),
                       ("write + fdatasync of the same bytes", disk), ("json.loads of Python, one core, no check", parse)):
        print(f"  {name:42s} {rate:10,.0f} records/s   plimsoll is {accepted / rate:.3f} of it")


if __name__ == "__main__":
    main()
