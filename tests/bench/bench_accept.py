# SPDX-License-Identifier: Apache-2.0
"""Accepted records/s: validated, pseudonymised, journaled, committed, acknowledged; four departments at once over CURVE,
records of 300 bytes in batches of 1,000.

Beside it, in the same run and with the same bytes: cJSON_Parse alone on one core, and what stores them without reading them.
"""
import argparse
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "e2e"), str(HERE / "accept")]
import feeds  # noqa: E402
import rivals  # noqa: E402
from harness import BIN, Suite  # noqa: E402
from plimsoll import Plimsoll, show_cpu  # noqa: E402


def line(name, rate, ours=None, more=""):
    ratio = f"plimsoll is {ours / rate:.3f} of it" if ours else ""
    print(f"  {name:44s} {rate:11,.0f} records/s   {ratio}{more}", flush=True)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--records", type=int, default=1_000_000, help="of known people, at full rate")
    p.add_argument("--people", type=int, default=200_000)
    p.add_argument("--only", action="store_true", help="nothing beside plimsoll and cJSON_Parse")
    args = p.parse_args()
    size = sum(len(feeds.record(d).encode()) for d in feeds.RECORD) / len(feeds.RECORD)
    print(f"accept: records of {size:.0f} bytes in batches of {feeds.RECORDS:,}, from {len(feeds.RECORD)} departments")
    with Suite("bench-accept", services=["intake"]) as suite:
        suite.start()
        intake = Plimsoll(suite, BIN)
        parse = intake.parse_alone()
        first = intake.run(args.people, fresh=100)
        line("plimsoll, people never seen", first["rate"], more=show_cpu(first))
        known = intake.run(args.records, pool=args.people)
        ours = known["rate"]
        line("plimsoll, known people", ours, more=show_cpu(known))
        half = intake.run(args.records, pool=args.people, rate=ours / 2)
        line("  at half of that rate", half["rate"],
             more=f"receipts: p50 {half['p50_ms']:.1f} ms, p99 {half['p99_ms']:.1f} ms, longest {half['max_ms']:.1f} ms")
        line("cJSON_Parse alone, one core", parse, ours)
        if not args.only:
            line("PostgreSQL, COPY of a row a record", rivals.copy_rows(suite, args.records), ours)
            line("write + fdatasync of each batch", rivals.write_synced(suite, args.records), ours)


if __name__ == "__main__":
    main()
