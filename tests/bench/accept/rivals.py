# SPDX-License-Identifier: Apache-2.0
"""What one would store the same bytes with instead, none of which reads or checks them: same batches, four senders at once,
each batch durable before it is confirmed."""
import io
import os
import threading
import time

import feeds


def in_parallel(work, records):
    """work(department, number of batches) for all departments at once; records/s."""
    failures = []
    batches = -(-records // (feeds.RECORDS * len(feeds.RECORD)))

    def guarded(department):
        try:
            work(department, batches)
        except BaseException as e:
            failures.append(e)

    threads = [threading.Thread(target=guarded, args=(d,)) for d in feeds.RECORD]
    begin = time.monotonic()
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    if failures:
        raise failures[0]
    return len(threads) * batches * feeds.RECORDS / (time.monotonic() - begin)


def write_synced(suite, records):
    def work(department, batches):
        frame = feeds.frame(department)
        with open(suite.dir / f"raw-{department}", "wb") as f:
            for _ in range(batches):
                f.write(frame)
                f.flush()
                os.fdatasync(f.fileno())

    return in_parallel(work, records)


def connect(suite):
    import psycopg2

    password = next(line.split(":")[4] for line in (suite.var / "secrets" / "pgpass").read_text().splitlines() if ":postgres:" in line)
    return psycopg2.connect(host="127.0.0.1", port=suite.pg_port, user="postgres", dbname="plimsoll", password=password)


def copy_rows(suite, records):
    """COPY, a row a record, one commit a batch."""
    suite.psql("create table public.raw (id bigserial primary key, record text not null)")

    def work(department, batches):
        rows = (feeds.record(department).replace("\\", "\\\\") + "\n").encode() * feeds.RECORDS
        db = connect(suite)
        for _ in range(batches):
            with db, db.cursor() as cursor:
                cursor.copy_expert("copy public.raw (record) from stdin", io.BytesIO(rows), size=1 << 20)
        db.close()

    return in_parallel(work, records)


def insert_batches(suite, records):
    """A row a batch, one commit each: the least that keeps the bytes."""
    import psycopg2

    suite.psql("create table public.raw_batch (id bigserial primary key, payload bytea not null)")

    def work(department, batches):
        frame = psycopg2.Binary(feeds.frame(department))
        db = connect(suite)
        for _ in range(batches):
            with db, db.cursor() as cursor:
                cursor.execute("insert into public.raw_batch (payload) values (%s)", (frame,))
        db.close()

    return in_parallel(work, records)
