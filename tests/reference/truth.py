#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes a county and holds what was planted against what the reference works out.

    python3 tests/reference/truth.py PLIMSOLL PROFILE.yaml DIR

Precision and recall must both be 1.0, and the register of the last day the profile's.
"""

import os
import shutil
import subprocess
import sys


def main():
    if len(sys.argv) != 4:
        sys.exit("usage: truth.py PLIMSOLL PROFILE.yaml DIR")
    plimsoll, profile, directory = sys.argv[1:]
    here = os.path.dirname(os.path.abspath(__file__))
    shutil.rmtree(directory, ignore_errors=True)
    subprocess.run([plimsoll, "synth", profile, "--out", directory], check=True)
    expected = os.path.join(directory, "expected.ndjson")
    subprocess.run([sys.executable, os.path.join(here, "check_feeds.py"), directory], check=True)
    with open(expected, "wb") as out:
        subprocess.run([sys.executable, os.path.join(here, "reference.py"), directory], stdout=out, check=True)
    subprocess.run([sys.executable, os.path.join(here, "compare.py"), expected, os.path.join(directory, "truth.ndjson"),
                    "--county", os.path.join(directory, "county.json")], check=True)


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as fault:
        sys.exit(f"{fault.cmd[1] if len(fault.cmd) > 1 else fault.cmd[0]}: exit code {fault.returncode}")
