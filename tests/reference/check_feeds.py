#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks that a synthetic county's feeds are what intake accepts.

    python3 tests/reference/check_feeds.py DIR

Every record has a valid document number of someone in a household (from the range that nobody has), no date after the
day on which it is sent, no second record of its key in the same file; amounts have two decimals; whole lists never
shrink by more than a tenth.  Prints records per dataset; exit code 1 with the first faults when something is wrong.
"""

import json
import os
import re
import sys
from collections import Counter

from facts import KEYS

FUTURE = {"until", "to_month", "expires_on"}
DATE = re.compile(r"\d{4}-\d\d(-\d\d)?$")
MONEY = re.compile(r"\d+\.\d\d$")
MONEY_FIELDS = {"amount", "monthly_amount", "balance", "basic", "personal", "total", "fund_paid", "self_paid"}
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
SHOWN = 20


class Check:
    def __init__(self, directory):
        self.directory = directory
        self.faults, self.fault_count = [], 0
        self.people, self.households = set(), set()
        self.listed = {}
        self.count = Counter()
        with open(os.path.join(directory, "county.json"), encoding="utf-8") as f:
            self.start = json.load(f)["start"]

    def fault(self, where, text):
        self.fault_count += 1
        if len(self.faults) < SHOWN:
            self.faults.append(f"{where}: {text}")

    def number(self, where, rid):
        if not re.match(r"99\d{15}[\dXx]$", rid):
            self.fault(where, "a document number outside the range that nobody has")
        elif "10X98765432"[sum(int(c) * w for c, w in zip(rid, WEIGHTS)) % 11] != rid[17].upper():
            self.fault(where, "a document number whose check character is wrong")

    def record(self, where, dataset, record, today):
        for name, value in record.items():
            if isinstance(value, str) and DATE.match(value) and name not in FUTURE and value > today:
                self.fault(where, f"{name} {value} lies after {today}")
            if name in MONEY_FIELDS and not MONEY.match(value):
                self.fault(where, f"{name} is not an amount with two decimals")
        if not record.get("retracted") and record.get("until", "9999") < record.get("from", ""):
            self.fault(where, f"a term that ends on {record['until']}, before it begins")
        if dataset == "civil.households":
            self.households.add(record["household_no"])
            for member in record["members"]:
                self.number(where, member["resident_id"])
                self.people.add(member["resident_id"].upper())
            if not record["members"]:
                self.fault(where, "a household without members")
            return
        if record.get("household_no", next(iter(self.households))) not in self.households:
            self.fault(where, "a household that the register does not have")
        for rid in [record["resident_id"]] if "resident_id" in record else record.get("members", ()):
            self.number(where, rid)
            if rid.upper() not in self.people:
                self.fault(where, "a person in no household")

    def send(self, step, today):
        seen = set()
        with open(os.path.join(self.directory, step["file"]), encoding="utf-8") as f:
            for n, text in enumerate(f, 1):
                where = f"{step['file']}:{n}"
                record = json.loads(text)
                self.count[step["dataset"]] += 1
                key = tuple(str(record[name]).upper() for name in KEYS[step["dataset"]])
                if key in seen:
                    self.fault(where, f"a second record of the key in one file: {key}")
                seen.add(key)
                self.record(where, step["dataset"], record, today)
        if step["snapshot"]:
            gone = self.listed.get(step["dataset"], set()) - seen
            if len(gone) * 10 > len(self.listed.get(step["dataset"], ())):
                self.fault(step["file"], f"{len(gone)} have left the list, more than a tenth")
            self.listed[step["dataset"]] = seen

    def run(self):
        today = self.start  # the register is loaded before the first day begins
        with open(os.path.join(self.directory, "manifest.ndjson"), encoding="utf-8") as f:
            for text in f:
                step = json.loads(text)
                if step["step"] == "tick":
                    today = step["to"]
                else:
                    self.send(step, today)
        for dataset, n in sorted(self.count.items()):
            print(f"{dataset:24}{n:>10}")
        print(f"{'all':24}{sum(self.count.values()):>10}   {len(self.people)} people, {len(self.households)} households")
        for text in self.faults:
            print(text)
        if self.fault_count:
            print(f"{self.fault_count} faults")
        return 1 if self.fault_count else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: check_feeds.py DIR")
    sys.exit(Check(sys.argv[1]).run())
