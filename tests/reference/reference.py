#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Works out by hand, so to speak, every finding of a synthetic county.

    python3 tests/reference/reference.py DIR > expected.ndjson

Reads county.json, manifest.ndjson and the feeds that the manifest names, and nothing else: neither the policy files
nor a line of the suite, nor truth.ndjson.  The rules are those of docs/data.md, part 4, written down a second time.
A finding opens on a day when it holds at the end of that business day and did not at the end of the day before.
One line per opening; the last line is the register on the last day.
"""

import hashlib
import json
import os
import sys
from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction

FOREVER = date.max
HOUSEHOLD_CATEGORIES = ("dibao", "marginal")
PERSON_CATEGORIES = ("tekun", "dibao_single", "disability_living", "disability_nursing")
DECLARED = {"business": "income.business", "property": "income.property", "transfer": "income.transfer"}
COUNTED_INCOME = ("income.business", "income.property", "income.transfer", "income.pension")
KEYS = {
    "civil.households": ("household_no",),
    "civil.enrolments": ("enrolment_no",),
    "civil.payments": ("payment_no",),
    "civil.children": ("resident_id",),
    "civil.declarations": ("declaration_no",),
    "civil.cremations": ("cremation_no",),
    "dpf.certificates": ("resident_id",),
    "hrss.wages": ("resident_id", "employer", "month"),
    "hrss.pensions": ("resident_id", "month"),
    "medical.settlements": ("settlement_no",),
    "police.vehicles": ("vehicle_no",),
    "police.deaths": ("resident_id",),
    "stats.cpi": ("region", "month"),
}
NO_VERDICT = ("civil.payments", "stats.cpi")  # money that was paid and prices change no verdict of these categories


# ---- values ------------------------------------------------------------------------------------------------------


def fen(text):
    """'790.5' -> 79050"""
    yuan, _, rest = text.partition(".")
    return int(yuan) * 100 + int((rest + "00")[:2])


DAYS = {}


def day(text):
    if text not in DAYS:
        DAYS[text] = date.fromisoformat(text)
    return DAYS[text]


def month(text):
    """'2024-02' -> number of the month, so that months can be subtracted"""
    return int(text[:4]) * 12 + int(text[5:7]) - 1


def month_of(d):
    return d.year * 12 + d.month - 1


def first_day(m):
    return date(m // 12, m % 12 + 1, 1)


def resident(record):
    return record["resident_id"].upper()


def household_id(number):
    raw = bytearray(hashlib.blake2b(b"plimsoll:household:" + number.encode(), digest_size=16).digest())
    raw[6] = (raw[6] & 0x0F) | 0x80
    raw[8] = (raw[8] & 0x3F) | 0x80
    text = raw.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


# ---- what is known -----------------------------------------------------------------------------------------------


class Fact:
    """Something that is true of a holder from one day (or month) until before another."""

    __slots__ = ("kind", "start", "end", "value", "code", "people")

    def __init__(self, kind, start, end, value=0, code=None, people=()):
        self.kind, self.start, self.end = kind, start, end
        self.value, self.code, self.people = value, code, people

    def holds(self, d):
        return self.start <= d < self.end


def months_from(record, start="month"):
    """First month and the month after the last; monthly facts count whole months only."""
    first = month(record[start])
    if "to_month" in record:
        return first, month(record["to_month"]) + 1
    return first, None


def wage_facts(record):
    first, after = months_from(record)
    yield resident(record), Fact("income.wage", first, after or first + 1, fen(record["amount"]))


def pension_facts(record):
    first, after = months_from(record)
    yield resident(record), Fact("income.pension", first, after or first + 1, fen(record["personal"]))
    yield resident(record), Fact("income.pension.basic", first, after or first + 1, fen(record["basic"]))


def declaration_facts(record):
    first, after = months_from(record, "from_month")
    if record["item"] == "deposit":
        end = first_day(after) if after else FOREVER
        yield resident(record), Fact("asset.deposit", first_day(first), end, fen(record["balance"]))
    else:
        yield resident(record), Fact(DECLARED[record["item"]], first, after or 10**6, fen(record["monthly_amount"]))


def certificate_facts(record):
    end = day(record["expires_on"])
    if "cancelled_on" in record:
        end = min(end, day(record["cancelled_on"]))
    yield resident(record), Fact("certificate", day(record["issued_on"]), end, record["grade"], record["type"])


def settlement_facts(record):
    yield resident(record), Fact("bill", day(record["settled_on"]), FOREVER, fen(record["self_paid"]))


def vehicle_facts(record):
    end = day(record["deregistered_on"]) if "deregistered_on" in record else FOREVER
    yield resident(record), Fact("vehicle", day(record["registered_on"]), end, code=record["class"])


def death_facts(record):
    yield resident(record), Fact("death", day(record["died_on"]), FOREVER)


def child_facts(record):
    yield resident(record), Fact("enrolment.child_in_difficulty", day(record["since"]), FOREVER,
                                 fen(record["monthly_amount"]), record["class"])


def enrolment_facts(record):
    end = day(record["until"]) + timedelta(days=1) if "until" in record else FOREVER
    people = tuple(person.upper() for person in record["members"])
    fact = Fact("enrolment." + record["category"], day(record["from"]), end, fen(record["monthly_amount"]),
                people=people)
    if record["category"] in HOUSEHOLD_CATEGORIES:
        yield "household:" + record["household_no"], fact
    else:
        yield people[0], fact


FACTS = {
    "civil.enrolments": enrolment_facts,
    "civil.children": child_facts,
    "civil.declarations": declaration_facts,
    "civil.cremations": death_facts,
    "dpf.certificates": certificate_facts,
    "hrss.wages": wage_facts,
    "hrss.pensions": pension_facts,
    "medical.settlements": settlement_facts,
    "police.vehicles": vehicle_facts,
    "police.deaths": death_facts,
}


class Household:
    __slots__ = ("number", "area", "members", "closed", "found")

    def __init__(self, number):
        self.number = number
        self.area, self.members, self.closed = None, (), False
        self.found = frozenset()


class Known:
    """Everything received so far."""

    def __init__(self):
        self.households = {}
        self.home = {}  # resident -> number of the household that lists him
        self.facts = defaultdict(dict)  # holder -> {(dataset, key): [facts]}
        self.holders = {}  # (dataset, key) -> holders of its facts
        self.lists = defaultdict(set)  # dataset -> keys on the last whole list
        self.touched = set()
        self.due = defaultdict(set)  # day -> households that time alone may change then

    def touch(self, holder):
        number = holder[len("household:"):] if holder.startswith("household:") else self.home.get(holder)
        if number is not None:
            self.touched.add(number)
        return number

    def receive(self, dataset, record, today):
        key = (dataset, tuple(record[name].upper() if name == "resident_id" else record[name]
                              for name in KEYS[dataset]))
        if dataset in NO_VERDICT:
            return key
        if dataset == "civil.households":
            self.receive_household(record)
            return key
        self.forget(key)
        if record.get("retracted"):
            return key
        for holder, fact in FACTS[dataset](record):
            self.facts[holder].setdefault(key, []).append(fact)
            self.holders.setdefault(key, set()).add(holder)
            number = self.touch(holder)
            if isinstance(fact.end, date) and today < fact.end < FOREVER and number is not None:
                self.due[fact.end].add(number)
        return key

    def forget(self, key):
        for holder in self.holders.pop(key, ()):
            del self.facts[holder][key]
            self.touch(holder)

    def receive_household(self, record):
        number = record["household_no"]
        household = self.households.setdefault(number, Household(number))
        for person in household.members:
            if self.home.get(person) == number:
                del self.home[person]
        self.touched.add(number)
        household.closed = bool(record.get("closed") or record.get("retracted"))
        if record.get("retracted"):
            household.members = ()
            return
        household.area = record["area"]
        household.members = tuple(member["resident_id"].upper() for member in record["members"])
        for person in household.members:
            before = self.home.get(person)
            if before is not None and before != number:  # who is listed anew has left where he was
                other = self.households[before]
                other.members = tuple(p for p in other.members if p != person)
                self.touched.add(before)
            self.home[person] = number

    def receive_list(self, dataset, records, as_of, today):
        present = {self.receive(dataset, record, today) for record in records}
        for key in self.lists[dataset] - present:
            for holder in self.holders.get(key, ()):
                for fact in self.facts[holder][key]:
                    fact.end = min(fact.end, as_of)
                self.touch(holder)
        self.lists[dataset] = present

    def of(self, holder):
        for facts in self.facts.get(holder, {}).values():
            yield from facts


# ---- the rules ---------------------------------------------------------------------------------------------------


class Rules:
    def __init__(self, county):
        self.standards = [(day(s["from"]), {"urban": fen(s["urban"]), "rural": fen(s["rural"])})
                          for s in county["standards"]]
        self.work_cost = Fraction(county["work_cost_share"])
        self.keeps = 1 + Fraction(county["hysteresis"])
        self.marginal = Fraction(county["marginal_multiple"])
        self.deposit_months = county["deposit_months"]
        self.hardship = fen(county["hardship_limit"])

    def standard(self, d, area):
        return [amounts for start, amounts in self.standards if start <= d][-1][area]

    def work_cost_of(self, wages):
        cost = wages * self.work_cost
        return (2 * cost.numerator + cost.denominator) // (2 * cost.denominator)  # half up

    def assess(self, known, household, d):
        """The set of (kind, category, person) that hold for the household on day d."""
        if household.closed or not household.members:
            return frozenset()
        people = [Person(known, resident_id, d) for resident_id in household.members]
        enrolled = {fact.kind[len("enrolment."):]: fact for fact in known.of("household:" + household.number)
                    if fact.holds(d)}
        found = set(self.household_findings(household, people, enrolled, d))
        for person in people:
            found.update(self.person_findings(person, "dibao" in enrolled))
        if sum(person.bills for person in people if not person.died) >= self.hardship:
            found.add(("hardship_warning", "other_hardship", None))
        return frozenset(found)

    def household_findings(self, household, people, enrolled, d):
        counted = [person for person in people if not person.died and "tekun" not in person.enrolled]
        dead = {person.id: person.died for person in people if person.died}
        for category, fact in enrolled.items():
            gone = [person for person in fact.people if person in dead]
            if gone and counted:
                for person in gone:
                    yield "member_change", category, person
            elif gone:
                yield "no_longer_qualifies", category, max(gone, key=lambda person: dead[person])
        if not counted or not any(person.income_known for person in people):
            return
        income = max(0, sum(p.income + p.wages - self.work_cost_of(p.wages) for p in counted))
        standard = self.standard(d, household.area)
        line = 12 * standard * len(counted)
        has_property = any(person.vehicles for person in people) or \
            sum(person.deposits for person in people) > self.deposit_months * standard * len(counted)
        verdict = None
        if not has_property:
            verdict = "dibao" if income < line else "marginal" if income < line * self.marginal else None
        amount = -(-(line - income) // 1200) * 100  # whole yuan, rounded up
        if not enrolled:
            if verdict:
                yield "newly_qualifies", verdict, None
            return
        category = "dibao" if "dibao" in enrolled else "marginal"
        if category == "dibao":
            keeps = not has_property and income < line * self.keeps
        else:
            keeps = verdict == "marginal"
        if not keeps:
            if verdict and verdict != category:
                yield "category_change", verdict, None
            else:
                yield "no_longer_qualifies", category, None
        if category == "dibao" and income < line and amount != enrolled["dibao"].value:
            yield "benefit_change", "dibao", None

    def person_findings(self, person, in_dibao_household):
        if person.died:
            for category in person.enrolled:
                yield "no_longer_qualifies", category, person.id
            return
        grade, kind = person.certificate or (None, None)
        of_mind = kind in ("intellectual", "mental")
        may = grade is not None and "tekun" not in person.enrolled
        qualifies = {
            "disability_nursing": may and (grade <= 2 or (grade == 3 and of_mind)),
            "disability_living": may and (in_dibao_household or ((grade <= 2 or of_mind) and not person.waged)),
        }
        for category, entitled in qualifies.items():
            if entitled and category not in person.enrolled:
                yield "entitlement_not_drawn", category, person.id
            if not entitled and category in person.enrolled:
                yield "no_longer_qualifies", category, person.id


class Person:
    """One member on one day: what the facts come to."""

    __slots__ = ("id", "died", "enrolled", "income", "wages", "waged", "income_known", "vehicles", "deposits", "bills",
                 "certificate")

    def __init__(self, known, resident_id, d):
        self.id = resident_id
        self.died, self.enrolled, self.certificate = None, set(), None
        self.income = self.wages = self.vehicles = self.deposits = self.bills = 0
        self.waged = self.income_known = False
        this = month_of(d)
        bills_from = first_day(this - 11)
        for fact in known.of(resident_id):
            kind = fact.kind
            if kind.startswith("income."):
                self.income_known = True
                months = min(fact.end, this) - max(fact.start, this - 12)
                if months > 0 and kind == "income.wage":
                    self.wages += months * fact.value
                    self.waged = True
                elif months > 0 and kind in COUNTED_INCOME:
                    self.income += months * fact.value
            elif kind == "death":
                if fact.start <= d:
                    self.died = min(self.died or FOREVER, fact.start)
            elif kind == "bill":
                if bills_from <= fact.start <= d:
                    self.bills += fact.value
            elif fact.holds(d):
                if kind == "certificate":
                    self.certificate = fact.value, fact.code
                elif kind == "vehicle":
                    self.vehicles += fact.code != "disability_scooter"
                elif kind == "asset.deposit":
                    self.deposits += fact.value
                else:
                    self.enrolled.add(kind[len("enrolment."):])


# ---- the play ----------------------------------------------------------------------------------------------------


def lines_of(path):
    with open(path, encoding="utf-8") as f:
        for line in f:
            if line.strip():
                yield json.loads(line)


class Play:
    def __init__(self, directory, out):
        self.directory, self.out = directory, out
        with open(os.path.join(directory, "county.json"), encoding="utf-8") as f:
            self.rules = Rules(json.load(f))
        self.known = Known()
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
        for number in sorted(self.known.touched):
            household = self.known.households.get(number)
            if household is None:
                continue
            found = self.rules.assess(self.known, household, self.today)
            for kind, category, person in sorted(found - household.found, key=str):
                line = {"household_no": number, "household": household_id(number), "date": self.today.isoformat(),
                        "kind": kind, "category": category}
                if person:
                    line["resident_id"] = person
                self.write(line)
            household.found = found
        self.known.touched.clear()

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
