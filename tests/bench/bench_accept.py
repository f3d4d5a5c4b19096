# SPDX-License-Identifier: Apache-2.0
"""Accepted records/s: validated, pseudonymised, journaled, committed, acknowledged; four departments at once over CURVE,
records of some 300 bytes in batches of 1,000.

Beside it, in the same run and with the same bytes: cJSON_Parse alone on one core, and what stores them without reading them.
`bench_accept.py --records 20000000` is the long run; `--only` leaves the others out."""
import argparse
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "e2e"), str(HERE / "accept")]
import brokers  # noqa: E402
import feeds  # noqa: E402
import rivals  # noqa: E402
from harness import BIN, Suite  # noqa: E402
from plimsoll import Plimsoll, show_cpu, show_memory  # noqa: E402

RIVAL_RECORDS = 400_000


def line(name, rate, ours=None, note=None):
    print(f"  {name:46s} {rate:11,.0f} records/s" + (f"   plimsoll is {ours / rate:.3f} of it" if ours else ""), flush=True)
    if note:
        print(f"      {note}", flush=True)


def ours(intake, args):
    first = intake.run(args.people, fresh=100)
    line("plimsoll, everybody for the first time", first["rate"], note=show_cpu(first))
    known = intake.run(args.records, pool=args.people)
    line("plimsoll, people who are known", known["rate"], note=show_cpu(known))
    print(f"      {show_memory(known)}")
    mixed = intake.run(min(args.records // 4, 500_000), fresh=50, pool=args.people)
    line("plimsoll, every other record of a new person", mixed["rate"], note=show_cpu(mixed))
    half = intake.run(min(args.records, int(known["rate"] * 15)), pool=args.people, rate=known["rate"] / 2)
    line("  known people, at half of the rate", half["rate"],
         note=f"receipts after p50 {half['p50_ms']:.1f} ms, p99 {half['p99_ms']:.1f} ms (wanted: under 250), longest {half['max_ms']:.1f} ms")
    return known["rate"]


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--records", type=int, default=2_000_000, help="about people who are known, at full rate")
    p.add_argument("--people", type=int, default=200_000)
    p.add_argument("--only", action="store_true", help="nothing beside plimsoll and cJSON_Parse")
    args = p.parse_args()
    size = sum(len(feeds.record(d).encode()) for d in feeds.RECORD) / len(feeds.RECORD)
    print(f"accept: records of {size:.0f} bytes in batches of {feeds.RECORDS:,}, from {len(feeds.RECORD)} departments")
    with Suite("bench-accept", services=["intake"]) as suite:
        suite.start()
        intake = Plimsoll(suite, BIN)
        parse = intake.parse_alone()
        rate = ours(intake, args)
        line("cJSON_Parse alone, one core (wanted: 0.10)", parse, rate)
        if args.only:
            return
        line("PostgreSQL, COPY of a row a record", rivals.copy_rows(suite, RIVAL_RECORDS), rate)
        line("PostgreSQL, insert of a row a batch", rivals.insert_batches(suite, RIVAL_RECORDS), rate)
        suite.end("intake")
        line("Redis stream, appendfsync always", brokers.redis(suite.dir / "redis", RIVAL_RECORDS), rate)
        line("RabbitMQ quorum queue, confirms", brokers.rabbitmq(suite.dir / "rabbitmq", RIVAL_RECORDS), rate)
        line("write + fdatasync of each batch", rivals.write_synced(suite, RIVAL_RECORDS), rate)


if __name__ == "__main__":
    main()
