# SPDX-License-Identifier: Apache-2.0
"""Households assessed per second, by the engine and by what one would write instead, over the same columns in memory and with
the same rules (tests/bench/policy/bench.yaml): a loop in C written by hand, whole columns with numpy, two rule engines of node.
All find the same, or the run fails.  The machine's limit is the reading of the same columns.

    bench_policy.py [--households N] [--smoke]

--smoke: few households, the loops in C and numpy, and nothing but the agreement counts.  Times are those of the processor.
"""
import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SAMPLE = 20000  # households for the rule engines of node
TARGETS = {"c": 0.5, "numpy": 1.0, "node": 1000.0}


def program():
    return str(pathlib.Path(os.environ.get("PLIMSOLL_BIN", ROOT / "build" / "bin")).resolve() / "bench_policy_columns")


def call(*args, cwd=ROOT):
    done = subprocess.run([str(a) for a in args], cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(str(a) for a in args)}: {done.stderr.strip()[:400]}")
    return done.stdout


def columns(folder, households):
    folder.mkdir()
    call(program(), "make", folder, households)
    return folder


def agree(name, sums, expected):
    if sums != expected:
        sys.exit(f"{name} finds {sums}, the engine {expected}")


def numpy(folder, households, seconds):
    return json.loads(call("/usr/bin/python3", HERE / "policy" / "opponent_numpy.py", folder, households, seconds))


def node_modules():
    """Where the opponents of node are installed, or None where there is no node."""
    if shutil.which("npm") is None:
        return None
    place = ROOT / "build" / "bench_node"
    place.mkdir(parents=True, exist_ok=True)
    for file in (HERE / "policy" / "node").iterdir():
        shutil.copy(file, place)
    if not (place / "node_modules").exists():
        # not "ci": that wants the builds for every other system in the lock file, too
        call("npm", "install", "--no-audit", "--no-fund", cwd=place)
    return place


def line(name, seconds, households, ratio="", note=""):
    print(f"  {name:<34}{seconds / households * 1e9:>12,.1f} ns{households / seconds / 1e6:>10,.3f} M/s{ratio:>12}  {note}")


def scaling(work, households):
    """Cost of one household, from few to many; memory is that of one block."""
    available = int(next(x.split()[1] for x in open("/proc/meminfo", encoding="ascii") if x.startswith("MemAvailable"))) * 1024
    for n in (10_000, 100_000, 1_000_000, 10_000_000, 30_000_000):
        if n * 220 > available * 0.7:
            print(f"  {n:>12,} households: left out, this machine has no room for their columns")
            continue
        folder = columns(work / str(n), n)
        r = json.loads(call(program(), "run", folder, n, 2, "engine"))
        print(f"  {n:>12,} households {r['engine'] / n * 1e9:>8.1f} ns each, memory of the engine {r['memory'] / 2**20:.2f} MiB")
        shutil.rmtree(folder)


def node(work, engine_each):
    place = node_modules()
    if place is None:
        print("  node is not installed: its rule engines are left out")
        return []
    folder = columns(work / "sample", SAMPLE)
    expected = json.loads(call(program(), "run", folder, SAMPLE, 0))["sums"]
    ratios = []
    for name, file in (("json-rules-engine (sample)", "opponent_json_rules.mjs"), ("@gorules/zen-engine (sample)", "opponent_zen.mjs")):
        r = json.loads(call("node", file, folder, SAMPLE, cwd=place))
        agree(name, r["sums"], expected)
        ratio = r["seconds"] / SAMPLE / engine_each
        line(name, r["seconds"], SAMPLE, f"{ratio:,.0f} ×", f"{SAMPLE:,} households")
        ratios.append(ratio)
    return ratios


def smoke(work, households):
    folder = columns(work / "columns", households)
    r = json.loads(call(program(), "run", folder, households, 0))
    agree("numpy", numpy(folder, households, 0)["sums"], r["sums"])
    if r["slow"] != 0:
        sys.exit(f"{r['slow']} of {r['steps']} steps of the plan go the slow way")
    if min(r["sums"].values()) == 0:
        sys.exit(f"the households are not worth the name: {r['sums']}")
    print(f"engine, C and numpy agree on {households:,} households: {r['sums']}")


def compare(work, households):
    folder = columns(work / "columns", households)
    r = json.loads(call(program(), "run", folder, households, 8))
    engine, c = r["engine"], min(r["c_fused"], r["c_blocked"])
    print(f"policy: {households:,} households, {r['members']:,} members, {r['bytes'] / 2**20:,.0f} MiB of columns, "
          f"{r['steps']} loops, {r['slow']} of them slow")
    line("engine", engine, households)
    line("reading the columns, no more", r["reading"], households, f"{r['reading'] / engine:.2f} ×",
         f"{r['bytes'] / r['reading'] / 1e9:.1f} GB/s")
    line("C by hand, one pass", r["c_fused"], households, f"{r['c_fused'] / engine:.2f} ×")
    line("C by hand, blocks", r["c_blocked"], households, f"{r['c_blocked'] / engine:.2f} ×")
    opponent = numpy(folder, households, 8)
    agree("numpy", opponent["sums"], r["sums"])
    line("numpy, whole columns", opponent["seconds"], households, f"{opponent['seconds'] / engine:.1f} ×")
    shutil.rmtree(folder)
    ratios = {"c": [c / engine], "numpy": [opponent["seconds"] / engine], "node": node(work, engine / households)}
    print("one household's cost, from few to many:")
    scaling(work, households)
    missed = [name for name, target in TARGETS.items() if any(ratio < target for ratio in ratios[name])]
    print("missed: " + ", ".join(missed) if missed else "every promised ratio is kept: "
          + ", ".join(f"{name} ≥ {target:g}" for name, target in TARGETS.items()))
    return 1 if missed else 0


def main():
    args = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    args.add_argument("--households", type=int)
    args.add_argument("--smoke", action="store_true")
    args = args.parse_args()
    shm = pathlib.Path("/dev/shm")
    with tempfile.TemporaryDirectory(prefix="plimsoll-bench-", dir=shm if shm.is_dir() and not args.smoke else None) as work:
        if args.smoke:
            smoke(pathlib.Path(work), args.households or 20000)
            return 0
        return compare(pathlib.Path(work), args.households or 3_000_000)


if __name__ == "__main__":
    sys.exit(main())
