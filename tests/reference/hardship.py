# SPDX-License-Identifier: Apache-2.0
"""Hardship: what befell a household lately, in points; in a group only the highest counts (docs/findings.md, part 7)."""

from facts import add_months, age_on, fen, first_day, month_of

LINE, LINE_WATCHED, WATCHED_MONTHS = 100, 60, 24
LEFT = ("dibao", "marginal", "rigid_expenditure")
STAY, STAY_WATCHED, OUTLAY = fen("10000.00"), fen("6000.00"), fen("500.00")
CUSTODY = ("custody.prison", "custody.detox", "custody.restriction")
MIND = ("intellectual", "mental")


class Hardship:
    def __init__(self, policy, known, case):
        self.policy, self.known, self.case, self.day = policy, known, case, case.day

    def is_told(self):
        return self.score() >= (LINE_WATCHED if self.watched() else LINE)

    def watched(self):
        """Has left an aid in the last two years, or draws what those at the edge draw."""
        case = self.case
        if "marginal" in case.enrolled or "poverty_return" in case.enrolled:
            return True
        holders = [("household:" + case.household.number, LEFT, case.enrolled)]
        holders += [(person.id, ("tekun",), person.enrolments) for person in case.living]
        earliest = first_day(month_of(self.day) - WATCHED_MONTHS + 1)
        return any(fact.kind == "enrolment." + category and fact.start <= self.day and fact.end > earliest and
                   category not in drawn
                   for holder, categories, drawn in holders for category in categories for fact in self.known.of(holder))

    def score(self):
        return sum(max(points, default=0) for points in self.groups().values())

    def groups(self):
        found = {}
        for group, points, holds in (
                ("medical", 100, self.policy.is_told(self.day) and self.bills() >= self.policy.hardship),
                ("medical", 60, self.has_long_stay()),
                ("medical", 20, self.outlay() >= OUTLAY),
                ("income", 50, self.lost_income()),
                ("income", 30, any(map(self.is_jobless, self.case.counted))),
                ("disability", 50, any(map(self.newly_disabled, self.case.living))),
                ("illness", 50, self.lately(self.case.living, ("health.serious_illness",), 3, True)),
                ("school", 50, self.lately([p for p in self.case.living if age_on(p.born, self.day) < 18], ("dropout",), 3)),
                ("disaster", 100, self.lately(self.case.living, ("emergency",), 2)),
                ("custody", 40, self.lately([p for p in self.case.living if p.waged], CUSTODY, 3, True)),
                ("death", 50, self.lost_earner()),
                ("living", 20, self.many_burdens())):
            if holds:
                found.setdefault(group, []).append(points)
        return found

    def bills(self):
        return sum(person.bills for person in self.case.living)

    def stays(self, first, after):
        """What was paid at each settlement of these months, until today."""
        return [fact.value for person in self.case.living for fact in person.facts
                if fact.kind == "bill" and first <= month_of(fact.start) < after and fact.start <= self.day]

    def has_long_stay(self):
        this = month_of(self.day)
        return max(self.stays(this - 2, this + 1), default=0) >= (STAY_WATCHED if self.watched() else STAY)

    def outlay(self):
        this = month_of(self.day)
        return sum(self.stays(this - 1, this))

    def wages(self, person, first, after):
        return sum(max(0, min(fact.end, after) - max(fact.start, first)) * fact.value
                   for fact in self.known.of(person.id) if fact.kind == "income.wage")

    def lost_income(self):
        """Two months' wages below half of what they were in the half year before; the last month's come late."""
        this = month_of(self.day)
        earners = [person for person in self.case.counted if age_on(person.born, self.day) < 60]
        lately = sum(self.wages(person, this - 3, this - 1) for person in earners)
        before = sum(self.wages(person, this - 9, this - 3) for person in earners)
        return before > 0 and lately * 3 * 2 < before

    def is_jobless(self, person):
        this = month_of(self.day)
        return 18 <= age_on(person.born, self.day) < 60 and self.wages(person, this - 1, this) == 0 and \
            any(fact.kind == "unemployed" and fact.holds(self.day) for fact in person.facts)

    def newly_disabled(self, person):
        certificate = person.certificate
        return certificate is not None and add_months(certificate.start, 3) > self.day and \
            (certificate.value <= 2 or (certificate.value == 3 and certificate.code in MIND))

    def lately(self, people, kinds, months, in_force=False):
        """Whether the newest fact of one of the kinds began less than so many months ago."""
        for person in people:
            for kind in kinds:
                newest = max((fact.start for fact in person.facts if fact.kind == kind and fact.start <= self.day and
                              (fact.holds(self.day) or not in_force)), default=None)
                if newest is not None and add_months(newest, months) > self.day:
                    return True
        return False

    def lost_earner(self):
        for person in self.case.people:
            if person.died and person.waged:
                newest = max(fact.start for fact in self.known.of(person.id) if fact.kind == "death" and fact.start <= self.day)
                if add_months(newest, 3) > self.day:
                    return True
        return False

    def many_burdens(self):
        """Several certificates in one household, or the old with the disabled."""
        disabled = [person for person in self.case.living if person.certificate]
        old = [person for person in self.case.living if not person.certificate and age_on(person.born, self.day) >= 60]
        return len(disabled) >= 2 or bool(disabled and old)
