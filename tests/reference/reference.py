#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Works out by hand, so to speak, every finding of a synthetic county.

    python3 tests/reference/reference.py DIR > expected.ndjson

Reads county.json, manifest.ndjson and the feeds that the manifest names, and nothing else: neither the policy files
nor a line of the suite, nor truth.ndjson.  The rules are those of docs/data.md, part 4, written down a second time in
facts.py, known.py, aid.py, maintenance.py, persons.py, children.py, hardship.py, watch.py, back.py and rules.py.  A finding
opens on a day when it holds at the end of that business day and did not at the end of the day before.  One line per opening;
the last line is the register on the last day.
"""

import json
import os
import sys
from collections import defaultdict
from datetime import date, timedelta

from facts import day, household_id
from known import Known
from rules import Rules


def lines_of(path):
    with open(path, encoding="utf-8") as f:
        for line in f:
            if line.strip():
                yield json.loads(line)


class Play:
    def __init__(self, directory, out):
        self.directory, self.out = directory, out
        with open(os.path.join(directory, "county.json"), encoding="utf-8") as f:
            county = json.load(f)
        self.known = Known(county.get("watch"), county.get("local", {}).get("income_months", 12))
        self.rules = Rules(county, self.known)
        self.today = None

    def run(self):
        for step in lines_of(os.path.join(self.directory, "manifest.ndjson")):
            if step["step"] == "tick":
                self.tick(day(step["to"]))
            else:
                self.send(step)
        self.end_of_day()
        self.write({"step": "register", "date": self.today.isoformat(), "at_end": self.register()})

    def send(self, step):
        records = lines_of(os.path.join(self.directory, step["file"]))
        today = self.today or date.min
        if step.get("snapshot"):
            self.known.receive_list(step["dataset"], records, day(step["as_of"]), today)
        else:
            for record in records:
                self.known.receive(step["dataset"], record, today)

    def tick(self, to):
        if self.today is None:
            self.today = to
            self.known.touched.update(self.known.households)
            return
        while self.today < to:
            self.end_of_day()
            self.today += timedelta(days=1)
            if self.today.day == 1:
                self.known.touched.update(self.known.households)
            self.known.touched |= self.known.due.pop(self.today, set())

    def end_of_day(self):
        self.known.today = self.today
        self.known.touch_supported()
        for number in sorted(self.known.touched):
            household = self.known.households.get(number)
            if household is None:
                continue
            found = self.rules.assess(household, self.today)
            for key in sorted(found.keys() - household.found, key=str):
                self.open(household, key, found[key] or self.rules.details(household, self.today, key))
            household.found = frozenset(found)
            if self.known.watched:
                self.known.look_again(household, self.today)
        self.known.touched.clear()

    def open(self, household, key, finding):
        kind, category, person = key
        line = {"household_no": household.number, "household": household_id(household.number),
                "date": self.today.isoformat(), "kind": kind, "category": category}
        if person:
            line["resident_id"] = person
        finding.put(line)
        self.write(line)

    def register(self):
        """Households and people by category, enrolments in force; dibao_single is part of dibao."""
        households, people, classes = defaultdict(int), defaultdict(int), defaultdict(int)
        for facts_by_key in self.known.facts.values():
            for facts in facts_by_key.values():
                for fact in facts:
                    if not fact.kind.startswith("enrolment.") or not fact.holds(self.today):
                        continue
                    category = fact.kind[len("enrolment."):]
                    households[category] += 1
                    people[category] += len(fact.people)
                    if category == "child_in_difficulty":
                        classes[fact.code] += 1
        single = households["dibao_single"]
        return {
            "dibao": {"households": households["dibao"] + single, "people": people["dibao"] + single},
            "marginal": {"households": households["marginal"], "people": people["marginal"]},
            "dibao_single": single,
            "tekun": households["tekun"],
            "disability_living": households["disability_living"],
            "disability_nursing": households["disability_nursing"],
            "child_in_difficulty": dict(classes),
        }

    def write(self, line):
        self.out.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: reference.py DIR > expected.ndjson")
    Play(sys.argv[1], sys.stdout).run()


if __name__ == "__main__":
    main()
