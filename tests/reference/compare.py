#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares two lists of findings and says how far they agree.

    python3 tests/reference/compare.py EXPECTED FOUND [--county county.json] [--fields since,overpaid,underpaid]

A line is a finding that opens: household_no or household, date, kind, category, resident_id where it is about a person.
Both files must agree exactly: exit code 0 only when precision and recall are both 1.0.  With --county the register of
the last day (a line of EXPECTED or FOUND) is held against the numbers that the county's profile promises.  With --fields
these members of a finding must be the same, too; a member that is not there is a value like any other, but for those with
a question mark (rule?), which need only be the same where EXPECTED has them.
"""

import argparse
import json
import sys
from collections import Counter

SHOWN = 20


def read(path):
    """The findings and the registers of a file."""
    findings, registers = [], []
    with open(path, encoding="utf-8") as f:
        for number, text in enumerate(f, 1):
            if not text.strip():
                continue
            try:
                line = json.loads(text)
            except ValueError as fault:
                sys.exit(f"{path}:{number}: {fault}")
            if line.get("step") == "register":
                registers.append(line["at_end"])
            else:
                findings.append(line)
    return findings, registers


def key_of(line):
    return line["household"], line["date"], line["kind"], line["category"], (line.get("resident_id") or "").upper()


def differences(expected, found, fields):
    """Lines that say which member of a finding that both have is another."""
    for key in sorted(expected.keys() & found.keys()):
        for field in fields:
            name = field.rstrip("?")
            wanted, got = expected[key].get(name), found[key].get(name)
            if wanted != got and (wanted or field == name):
                yield f"{' '.join(part or '-' for part in key)}: {name} is {got}, expected {wanted}"


def flat(register, path=()):
    for name, value in register.items():
        if isinstance(value, dict):
            yield from flat(value, path + (name,))
        elif value:
            yield ".".join(path + (name,)), value


def check_register(county, registers):
    """True when the register of the last day is the profile's."""
    with open(county, encoding="utf-8") as f:
        wanted = dict(flat(json.load(f)["at_end"]))
    if not registers:
        print("register: neither file has it")
        return False
    good = True
    for register in registers:
        have = dict(flat(register))
        for name in sorted(wanted.keys() | have.keys()):
            same = wanted.get(name, 0) == have.get(name, 0)
            good = good and same
            print(f"  {name:34} {have.get(name, 0):>8} {'=' if same else '!='} {wanted.get(name, 0)}")
    return good


def print_counts(expected, found):
    rows = Counter()
    for name, findings in (("expected", expected), ("found", found), ("both", expected & found)):
        for (_, _, kind, category, _), n in findings.items():
            rows[(kind, category, name)] += n
    print(f"{'kind':24}{'category':24}{'expected':>9}{'found':>9}{'both':>9}")
    for kind, category in sorted({row[:2] for row in rows}):
        print(f"{kind:24}{category:24}" + "".join(f"{rows[(kind, category, name)]:>9}"
                                                  for name in ("expected", "found", "both")))


def compare(expected_lines, found_lines, fields):
    """True when both lists of findings are the same, and these members of each; says how far they are."""
    expected, found = Counter(map(key_of, expected_lines)), Counter(map(key_of, found_lines))
    print_counts(expected, found)
    total_expected, total_found, total = sum(expected.values()), sum(found.values()), sum((expected & found).values())
    precision = total / total_found if total_found else float(not total_expected)
    recall = total / total_expected if total_expected else float(not total_found)
    exact = total == total_expected == total_found
    print(f"{'all':48}{total_expected:>9}{total_found:>9}{total:>9}")
    print(f"precision {precision:.6f}  recall {recall:.6f}")
    for title, missing in (("expected, not found", expected - found), ("found, not expected", found - expected)):
        for line in sorted(missing)[:SHOWN]:
            print(f"{title}: {' '.join(part or '-' for part in line)}")
        if len(missing) > SHOWN:
            print(f"{title}: {len(missing) - SHOWN} more")
    others = list(differences({key_of(line): line for line in expected_lines}, {key_of(line): line for line in found_lines},
                              fields))
    for text in others[:SHOWN]:
        print(text)
    if others:
        print(f"{len(others)} members are different")
    if total_expected == 0:
        print("nothing was expected: that proves nothing")
    return exact and not others and total_expected > 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("expected")
    parser.add_argument("found")
    parser.add_argument("--county")
    parser.add_argument("--fields", type=lambda text: text.split(","), default=[])
    options = parser.parse_args()
    expected, expected_registers = read(options.expected)
    found, found_registers = read(options.found)
    exact = compare(expected, found, options.fields)
    good = check_register(options.county, expected_registers + found_registers) if options.county else True
    sys.exit(0 if exact and good else 1)


if __name__ == "__main__":
    main()
