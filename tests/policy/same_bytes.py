#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""same_bytes.py ROOT WORKDIR: the policy library, and all of common that it stands on, built by each compiler that is here at
each level of optimisation, gives the same bytes: verdicts and explanations of the same made-up households."""
import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import sys

HOUSEHOLDS = "600"
LEVELS = ["-O0", "-O1", "-O2", "-O3"]


def policies(root):
    """Those shipped and those that try the language, as far as they can be applied by themselves."""
    found = [p for folder in ("deploy/policies", "tests/policy/language") for p in sorted((root / folder).glob("*.yaml"))
             if not re.search(r"^abstract: true", p.read_text(encoding="utf-8"), re.M)]
    assert found, "no policy to try"
    return [str(p.relative_to(root)) for p in found]


def sources(root):
    text = (root / "services/comparison/policy.cmake").read_text(encoding="utf-8")
    names = re.search(r"set\(POLICY_SOURCES(.*?)\)", text, re.S).group(1).split()
    common = [p for folder in ("base", "config", "json", "domain") for p in sorted((root / "common" / folder).glob("*.c"))]
    return [root / "services/comparison" / n for n in names] + common + [root / "tests/policy" / n
                                                                        for n in ("random_digest.c", "random_household.c")]


def build(root, work, compiler, level):
    program = work / f"{compiler}{level}"
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", "yaml-0.1", "libsodium", "libcjson"], check=True, text=True,
                           capture_output=True).stdout.split()
    include = [f"-I{root / d}" for d in ("common", "services/comparison", "tests/policy")]
    subprocess.run([compiler, level, "-w", "-std=gnu17", "-D_GNU_SOURCE", '-DPLIMSOLL_VERSION="test"', *include,
                    *map(str, sources(root)), "-o", str(program), *flags, "-lm"], check=True, cwd=work)
    return program


def run(root, work, compiler, level):
    program = build(root, work, compiler, level)
    return f"{compiler} {level}", subprocess.run([program, HOUSEHOLDS, *policies(root)], cwd=root, check=True, text=True,
                                                 capture_output=True).stdout


def main():
    root, work = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    compilers = [c for c in ("gcc", "clang") if shutil.which(c)]
    assert compilers == ["gcc", "clang"], f"both compilers are needed, here is only {compilers}"
    jobs = [(c, level) for c in compilers for level in LEVELS]
    with concurrent.futures.ThreadPoolExecutor(max_workers=min(2, os.cpu_count() or 1)) as pool:
        results = dict(pool.map(lambda job: run(root, work, *job), jobs))
    first = results["gcc -O0"]
    print(first, end="")
    bad = [name for name, text in results.items() if text != first]
    for name in bad:
        print(f"{name} differs:\n{results[name]}", end="", file=sys.stderr)
    print(f"{len(results)} builds, {len(results) - len(bad)} alike")
    shutil.rmtree(work, ignore_errors=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
