# SPDX-License-Identifier: Apache-2.0
"""Aid of persons: tekun (特困人员认定办法, 2021) and dibao as a single person (民发〔2021〕57号 art. 8, 民发〔2022〕83号 §1).

True, False, or None where it cannot be told; a condition that is False decides, whatever cannot be told beside it.
"""

from datetime import date

from facts import add_months, age_on, fen
from known import Person
from maintenance import Maintenance

ADULT, OLD, SUPPORTER_OLD, SUPPORTER_IN_DIBAO = 18, 60, 70, 60
CHILD, CHILD_KEEPS = 16, 18
SCHOOL = ("primary", "junior", "senior", "vocational")
MIND = ("intellectual", "mental")
GRADES = {"intellectual": 3, "mental": 3, "physical": 2, "visual": 1}  # without labour ability up to this grade, art. 5
JOBLESS_FROM = date(2022, 10, 20)  # since then a jobless adult of severe disability may enter by himself
# Disposable income per head of the year before, of the whole country, for a supporter who is not able (art. 8).
DISPOSABLE = [(date(2022, 1, 1), {"urban": fen("47412.00"), "rural": fen("18931.00")}),
              (date(2023, 1, 1), {"urban": fen("49283.00"), "rural": fen("20133.00")}),
              (date(2024, 1, 1), {"urban": fen("51821.00"), "rural": fen("21691.00")}),
              (date(2025, 1, 1), {"urban": fen("54188.00"), "rural": fen("23119.00")})]
# Who in the household must support whom: (relation of the one supported): relations of those who must.
AT_HOME = {"head": ("spouse", "child", "parent"), "spouse": ("head", "child"), "child": ("head", "spouse", "grandchild"),
           "parent": ("head",), "grandchild": ("child", "head", "spouse"), "grandparent": ("parent", "head"), "sibling": ("parent",)}
COUPLE = ("head", "spouse")


def both(*answers):
    return False if False in answers else None if None in answers else True


def either(*answers):
    return True if True in answers else None if None in answers else False


def negated(answer):
    return None if answer is None else not answer


def below(amount, line):
    return None if line is None else amount < line


def in_force(person, kind, d):
    return [fact for fact in person.facts if fact.kind == kind and fact.holds(d)]


class Home:
    """What a household is to its own people and to those whom it must support."""

    def __init__(self, policy, known, household, d):
        self.policy, self.day, self.area = policy, d, household.area
        self.standard = policy.standard(d, household.area)
        self.dibao = any(fact.kind == "enrolment.dibao" and fact.holds(d) for fact in known.of("household:" + household.number))

    def income(self, person):
        return self.policy.income_of(person)

    def few_things(self, person):
        """His own property is within the limits of one person."""
        if person.vehicles:
            return False
        return None if self.standard is None else person.deposits <= self.policy.deposit_months * self.standard

    def is_poor(self, person):
        amounts = [by_area for start, by_area in DISPOSABLE if start <= self.day]
        line = amounts[-1][self.area] * self.policy.months if amounts else None
        return both(below(12 * self.income(person), line), self.few_things(person))

    def is_incapable(self, person):
        """Art. 8: who must support, and cannot."""
        age, certificate = age_on(person.born, self.day), person.certificate
        severe = certificate is not None and (certificate.value <= 2 or (certificate.value == 3 and certificate.code in MIND))
        dibao = self.dibao or "dibao_single" in person.enrolments
        return either(bool(person.died), "tekun" in person.enrolments, dibao and age >= SUPPORTER_IN_DIBAO,
                      both(age >= SUPPORTER_OLD, self.is_poor(person)), both(severe, self.is_poor(person)),
                      both(bool(in_force(person, "custody.prison", self.day)), self.few_things(person)))

    def is_able(self, person):
        return both(age_on(person.born, self.day) >= ADULT, negated(self.is_incapable(person)))


class PersonAid:
    """Both categories for the people of one household on one day."""

    def __init__(self, case):
        self.case, self.policy, self.known, self.day = case, case.policy, case.known, case.day
        self.home = Home(self.policy, self.known, case.household, self.day)
        self.line = None if self.home.standard is None else self.policy.months * self.home.standard
        self.maintenance = Maintenance(self.policy, self.known, case.household, self.day)
        self.at_home = [person for person in case.living if person not in case.away]

    def findings(self):
        """(kind, category, person)"""
        for person in self.case.living:
            if person.enrolments or person.certificate or any(f.kind.startswith(("support.", "health.")) for f in person.facts):
                yield from self.of(person)

    def of(self, person):
        barred = False
        for category, qualifies in (("tekun", self.tekun(person)), ("dibao_single", self.single(person))):
            if category in person.enrolments:
                amount = self.amount(category, person)
                if qualifies is False:
                    yield "no_longer_qualifies", category, person.id
                elif qualifies and amount and amount != person.enrolments[category][0].value:
                    yield "benefit_change", category, person.id
            elif qualifies and not barred and not (category == "dibao_single" and self.household_goes_first()):
                yield "newly_qualifies", category, person.id
            barred = barred or category in person.enrolments or qualifies is True

    def household_goes_first(self):
        return "dibao" in self.case.enrolled or self.household_is("dibao")

    def income_is_known(self):
        return any(person.income_known for person in self.case.people)

    def household_is(self, category):
        """The household's own verdict."""
        if not self.income_is_known() or not self.case.income_known:
            return None
        if not self.case.counted:
            return False
        if self.home.standard is None:
            return False if any(p.vehicles for p in self.case.people if p not in self.case.away) else None
        return self.case.verdict == category

    # ---- tekun ---------------------------------------------------------------------------------------------------

    def tekun(self, person):
        if not self.income_is_known() and "tekun" not in person.enrolments:
            return None
        return both(not in_force(person, "custody.prison", self.day), self.cannot_work(person) or self.is_kept_child(person),
                    below(self.tested_income(person), self.line), self.home.few_things(person),
                    negated(self.is_supported_at_home(person)), self.is_without_supporters(person))

    def cannot_work(self, person):
        age, certificate = age_on(person.born, self.day), person.certificate
        return age >= OLD or age < CHILD or (certificate is not None and certificate.value <= GRADES.get(certificate.code, 0))

    def is_kept_child(self, person):
        """A child keeps it until 18, or while in school."""
        drawn = person.enrolments.get("tekun")
        if not drawn or max(f.start for f in drawn) >= add_months(person.born, 12 * CHILD):
            return False
        pupil = any(fact.code in SCHOOL for fact in in_force(person, "student", self.day))
        return age_on(person.born, self.day) < CHILD_KEEPS or pupil

    def relation(self, person):
        return self.case.household.relations[person.id]

    def tested_income(self, person):
        """Of a couple of whom neither can work, half of what both have."""
        couple = [p for p in self.at_home if self.relation(p) in COUPLE]
        if self.relation(person) in COUPLE and sum(map(self.cannot_work, couple)) >= 2:
            return sum(map(self.home.income, couple)) / 2  # of fen below 2^52: exact
        return self.home.income(person)

    def is_supported_at_home(self, person):
        must = AT_HOME.get(self.relation(person), ())
        couple = self.relation(person) in COUPLE
        return either(*[both(self.home.is_able(other), not (couple and self.relation(other) in COUPLE and self.cannot_work(other)))
                        for other in self.at_home if self.relation(other) in must])

    def is_without_supporters(self, person):
        """None of those on record is able; without a record or a declaration nobody knows."""
        links = in_force(person, "support.legal", self.day)
        if not links and not in_force(person, "support.none", self.day):
            return None
        return both(*[self.supporter_is_incapable(link.people[0]) for link in links])

    def supporter_is_incapable(self, supporter):
        number = self.known.home.get(supporter)
        if number is None:
            return None
        home = Home(self.policy, self.known, self.known.households[number], self.day)
        return home.is_incapable(Person(self.known, supporter, self.day))

    # ---- dibao as a single person --------------------------------------------------------------------------------

    def single(self, person):
        if not self.income_is_known():
            return None
        counted = person in self.case.counted
        return both("tekun" not in person.enrolments, negated(both(counted, self.household_is("dibao"))),
                    either(self.is_at_the_edge(person, counted), self.is_jobless_adult(person)),
                    None if self.single_income(person) is None else below(self.single_income(person), self.line))

    def single_income(self, person):
        """The person's own, with what supporters owe but those whom the law spares; None where that cannot be told."""
        owed = self.maintenance.beyond_received(person, spares=True)
        return None if owed is None else max(0, self.home.income(person) + owed)

    def is_at_the_edge(self, person, counted):
        certificate = person.certificate
        disabled = certificate is not None and (certificate.value <= 2 or (certificate.value == 3 and certificate.code in MIND))
        return both(counted, self.household_is("marginal"), disabled or bool(in_force(person, "health.serious_illness", self.day)))

    def is_jobless_adult(self, person):
        """Severely disabled, below 60, without a wage in the year, and by the person's own records of work without a job."""
        severe = person.certificate is not None and person.certificate.value <= 2
        recorded = any(fact.kind in ("job", "unemployed") and fact.start <= self.day for fact in person.facts)
        return both(self.day >= JOBLESS_FROM, ADULT <= age_on(person.born, self.day) < OLD, severe, not person.waged,
                    not in_force(person, "job", self.day) if recorded else None, self.home.few_things(person))

    # ---- amounts -------------------------------------------------------------------------------------------------

    def amount(self, category, person):
        """What would be paid in a month, None where that is not known."""
        if self.line is None:
            return None
        if category == "tekun":
            if self.policy.tekun is None:
                return None
            failed = max(in_force(person, "care", self.day), key=lambda fact: fact.start, default=None)
            if failed is None:  # the care amount goes by what was assessed (特困办法 art.21, 22)
                return None
            items = failed.value
            return self.policy.tekun + self.policy.care[0 if items == 0 else 1 if items <= 3 else 2]
        income = self.single_income(person)
        return None if income is None else max(0, -(-(self.line - income) // (100 * self.policy.months)) * 100)
