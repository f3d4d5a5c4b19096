# SPDX-License-Identifier: Apache-2.0
"""Two years of a small county whose departments correct, come late and out of order: every kind of finding, each held against
the independent reference (tests/reference) by household, day, kind, category and person, with since when and the money.

Once in peace, and once while comparison is killed every few seconds; then a place that chooses otherwise than the country's base
wherever it may.  Precision and recall are 1 each time.  PLIMSOLL_SEED makes other counties of the same numbers.
"""
import collections
import json
import os
import pathlib
import random
import subprocess
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness import ROOT, Suite, wait_for  # noqa: E402

sys.path.insert(0, str(ROOT / "tests" / "reference"))
from compare import compare  # noqa: E402

PROFILES = ROOT / "deploy" / "demo"
MEMBERS = ["since", "overpaid", "underpaid", "rule"]
KINDS = {"newly_qualifies": 10, "no_longer_qualifies": 10, "category_change": 5, "benefit_change": 10, "member_change": 3,
         "entitlement_not_drawn": 5, "hardship_warning": 5, "aid_missing": 5, "data_conflict": 5, "overlap": 5, "review_due": 10}
# Categories with rules of their own: some of each way.
CATEGORIES = {(kind, category): 3 for kind in ("newly_qualifies", "benefit_change", "no_longer_qualifies") for category in ("tekun", "dibao_single")}
CATEGORIES.update({(kind, category): 5 for kind in ("newly_qualifies", "no_longer_qualifies") for category in ("rigid_expenditure", "poverty_return")})
CATEGORIES.update({("review_due", "rigid_expenditure"): 3, ("entitlement_not_drawn", "temporary_aid_expenditure"): 5,
                   ("entitlement_not_drawn", "child_in_difficulty"): 5, ("no_longer_qualifies", "child_in_difficulty"): 3})
HOUSEHOLDS = {"household_moves": 6, "household_parts": 5, "household_joins": 2}  # findings in those that move, part and join
# What hangs on the choices of a place, by what was planted.
CHOICES = {("support_found", "dibao"): 5, ("support_lost", "marginal"): 8, ("rigid_residual", "rigid_expenditure"): 6,
           ("rigid_property", "rigid_expenditure"): 5}
CHOSEN = {("benefit_change", "rigid_expenditure"): 3, ("newly_qualifies", "rigid_expenditure"): 15, ("review_due", "rigid_expenditure"): 10,
          ("review_due", "dibao"): 15}
DEPARTMENTS = ("education", "emergency", "health", "justice", "rural")


def read_lines(path):
    return [json.loads(line) for line in pathlib.Path(path).read_text().splitlines() if line]


def split(county):
    """The county once for each month, so that who was interrupted does not begin again with the first month."""
    parts, lines = collections.OrderedDict(), (county / "manifest.ndjson").read_text().splitlines()
    day = "0000-00"
    for line in lines:
        step = json.loads(line)
        day = step.get("to", day)
        parts.setdefault(day[:7], []).append(line)
    for n, part in enumerate(parts.values()):
        there = county.parent / f"{county.name}-{n}"
        there.mkdir()
        for path in county.iterdir():
            if path.name != "manifest.ndjson":
                (there / path.name).symlink_to(path)
        (there / "manifest.ndjson").write_text("\n".join(part) + "\n")
        yield there


def enrol_again(county):
    """Enrolments stand under a second number, from the same day on and with another amount, which is said before, after, or in a later
    file; of some the first number is repeated then, unchanged, and some stand under a third number, too."""
    waiting, count = [], 0
    for path in sorted(county.glob("*/civil.enrolments.ndjson")):
        records, later = read_lines(path), []
        own = {record["enrolment_no"] for record in records}
        lines = [record for record in waiting if record["enrolment_no"] not in own]
        for record in records:
            lines.append(record)
            if record["category"] not in ("dibao", "tekun", "dibao_single") or record.get("retracted"):
                continue
            count += 1
            again, third = ({**record, "enrolment_no": f"{record['enrolment_no']}-{path.parent.name}{which}",
                             "monthly_amount": f"{float(record['monthly_amount']) + more + count % 7:.2f}"} for which, more in (("", 10), ("-3", 25)))
            if count % 4 == 0:
                later.append(again)
            else:
                lines.insert(len(lines) - (1 if count % 4 == 1 else 0), again)
            if count % 4 == 2:
                later.append(record)
            if count % 5 == 0:
                lines.append(third)
        waiting = later
        path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))


def begin_to_work(county):
    """In every second household that draws dibao somebody begins to work, for a wage of each month: above the line it keeps dibao for the
    months of grace; some stop, of some the job's record comes later than the wages."""
    enrolled = [record for record in read_lines(county / "00-register" / "civil.enrolments.ndjson")
                if record["category"] == "dibao" and "until" not in record]
    grown_up = [next((p for p in record["members"] if 1965 < int(p[6:10]) < 2004), None) for record in enrolled]
    days = sorted(path.name for path in county.glob("20*") if path.is_dir() and (path / "hrss.wages.ndjson").exists())
    sent = set((step["dataset"], step["file"]) for step in read_lines(county / "manifest.ndjson") if step["step"] == "send")
    written = collections.defaultdict(list)
    for n, person in enumerate(filter(None, grown_up[::2])):
        employer, begins = f"新厂{n}", 1 + n % 5
        last = len(days) if n % 3 else begins + 5 + n % 4
        job = {"resident_id": person, "employer": employer, "kind": ("contract", "flexible")[n % 2], "started_on": f"{days[begins][:7]}-01"}
        written[days[min(begins + n % 4, len(days) - 1)], "hrss.employment"].append(job)
        for day in days[begins:last]:
            written[day, "hrss.wages"].append({"resident_id": person, "employer": employer, "month": day[:7], "amount": f"{1500 + n * 97 % 3000}.00"})
        if last < len(days):
            written[days[last], "hrss.employment"].append({**job, "ended_on": days[last]})
    for (day, dataset), records in written.items():
        path = county / day / f"{dataset}.ndjson"
        with open(path, "a", encoding="utf-8") as f:
            f.writelines(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
        if (dataset, f"{day}/{dataset}.ndjson") not in sent:
            send_with(county, day, dataset)


def send_with(county, day, dataset):
    """A file more among the feeds of that day."""
    lines = (county / "manifest.ndjson").read_text().splitlines()
    at = max(n for n, line in enumerate(lines) if json.loads(line).get("file", "").startswith(day))
    step = {"step": "send", "dataset": dataset, "department": dataset.split(".")[0], "file": f"{day}/{dataset}.ndjson", "snapshot": False}
    (county / "manifest.ndjson").write_text("\n".join([*lines[:at + 1], json.dumps(step), *lines[at + 1:]]) + "\n")


class Killer(threading.Thread):
    """Ends comparison without warning every few seconds, and starts it again."""

    def __init__(self, suite, seed):
        super().__init__()
        self.suite, self.random = suite, random.Random(seed)
        self.done, self.kills, self.failure = threading.Event(), 0, None

    def run(self):
        try:
            while not self.done.wait(self.random.uniform(0.5, 3)):
                self.suite.kill("comparison")
                self.kills += 1
                self.suite.spawn("comparison")
                self.suite.wait_ready("comparison")
        except BaseException as e:  # told to the test, which fails with it
            self.failure = e

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.join()


def play(suite, county, patience=0, killer=None):
    """`patience`: how often an interrupted part may be taken up again.  A killer has its turn in every other part at least."""
    for n, part in enumerate(split(county)):
        if killer:
            wait_for("comparison to be killed", lambda: killer.failure or killer.kills >= n // 2)
        for again in range(patience + 1):
            done = suite.plimsoll("play", part, "--no-visits", check=None)
            if done.returncode == 0:
                break
            if again == patience or not any(word in done.stderr for word in ("unreachable", "not_ready", "busy", "timeout")):
                raise AssertionError(done.stderr)


def openings(suite, numbers):
    """What a finding looked like at the end of the day on which it opened; one that was over on the same day is none."""
    state, lines, today = {}, [], {}

    def close():
        for key, (event, was_open) in today.items():
            if event["state"] != "withdrawn" and not was_open:
                line = {name: event[name] for name in ("household", "date", "kind", "category", *MEMBERS) if name in event}
                line["date"] = day
                if "person" in event:
                    line["resident_id"] = numbers.get(event["person"], event["person"])
                lines.append(line)
            state[key] = event["state"] != "withdrawn"
        today.clear()

    day = None
    for topic, event in suite.stream("comparison", "findings"):
        if not topic.startswith("finding/"):
            continue
        d = event["data"]
        if d["date"] != day:
            close()
            day = d["date"]
        key = (d["household"], d["kind"], d["category"], d.get("person"))
        today[key] = (d, today[key][1] if key in today else state.get(key, False))
    close()
    return lines


class Years(unittest.TestCase):
    def run_county(self, name, killed, profile=PROFILES / "two-years.yaml", change=lambda county: None):
        with Suite(name, services=["intake", "comparison"]) as suite:
            county = suite.county(profile, os.environ.get("PLIMSOLL_SEED"))
            change(county)
            for department in DEPARTMENTS:
                suite.departments.append(department)
            suite.start()
            reference = subprocess.run([sys.executable, ROOT / "tests" / "reference" / "reference.py", county], check=True,
                                       capture_output=True, text=True)
            expected = [line for line in map(json.loads, reference.stdout.splitlines()) if "kind" in line]
            if killed:
                with Killer(suite, 5) as killer:
                    play(suite, county, 40, killer)
                if killer.failure:
                    raise killer.failure
                print(f"\n{killer.kills} kills")
                self.assertGreater(killer.kills, 10)
                suite.wait_ready("comparison")
            else:
                play(suite, county)
            suite.rest(300)
            documents = {line["resident_id"] for line in expected if "resident_id" in line}
            numbers = {suite.ask("intake", "plimsoll.intake.find.v1", {"document": d, "reason": "test"})["person"]: d for d in documents}
            found = openings(suite, numbers)
            suite.plimsoll("verify")
            return expected, read_lines(county / "truth.ndjson"), found

    def at_least(self, things, numbers):
        counted = collections.Counter(things)
        for thing, least in numbers.items():
            self.assertGreaterEqual(counted[thing], least, f"too few of {thing} to show anything")

    def check(self, expected, truth, found):
        self.at_least((line["planted"] for line in truth), HOUSEHOLDS)
        self.at_least((line["kind"] for line in expected), KINDS)
        self.at_least(((line["kind"], line["category"]) for line in expected), CATEGORIES)
        self.agree(expected, truth, found)

    def agree(self, expected, truth, found):
        self.assertTrue(compare(expected, truth, []), "what was planted and the reference differ")
        self.assertTrue(compare(expected, found, ["since", "overpaid", "underpaid", "rule?"]), "what was found and the reference differ")

    def test_1_every_kind_over_two_years(self):
        self.check(*self.run_county("years", False))

    def test_2_while_comparison_is_killed(self):
        self.check(*self.run_county("years-killed", True))

    def test_3_a_place_that_chooses_otherwise(self):
        expected, truth, found = self.run_county("years-choices", False, PROFILES / "own-choices.yaml")
        of_income = ("newly_qualifies", "no_longer_qualifies", "category_change", "benefit_change")
        self.at_least(((line["planted"], line["category"]) for line in truth if line["kind"] in of_income), CHOICES)
        self.at_least(((line["kind"], line["category"]) for line in expected), CHOSEN)
        self.agree(expected, truth, found)

    def test_4_of_two_enrolments_the_one_said_last_counts(self):
        """A year and a half, in which the second of two or three numbers is not what was planted."""
        expected, truth, found = self.run_county("years-twice", False, PROFILES / "own-choices.yaml", enrol_again)
        changed = collections.Counter(line["kind"] == "benefit_change" for line in expected)[True]
        self.assertGreater(changed, 2 * collections.Counter(line["kind"] == "benefit_change" for line in truth)[True])
        self.assertTrue(compare(expected, found, ["since", "overpaid", "underpaid", "rule?"]), "what was found and the reference differ")

    def test_5_who_begins_to_work_keeps_dibao_for_the_months_of_grace(self):
        expected, _, found = self.run_county("years-grace", False, PROFILES / "own-choices.yaml", begin_to_work)
        self.at_least(((line["kind"], line.get("rule")) for line in expected), {("review_due", "grace"): 20})
        self.assertTrue(compare(expected, found, ["since", "overpaid", "underpaid", "rule?"]), "what was found and the reference differ")


if __name__ == "__main__":
    unittest.main(verbosity=2)
