# SPDX-License-Identifier: Apache-2.0
"""The rules of docs/data.md, part 4, written down a second time: who qualifies for what on a day, and what that leads to."""

from datetime import timedelta
from fractions import Fraction

from children import Children
from facts import HOUSEHOLD_CATEGORIES, add_months, age_on, day, fen, first_day, month_of, newest_first
from known import Person
from maintenance import Maintenance
from persons import DISPOSABLE, PersonAid

EXCLUDING = ("dibao", "marginal", "rigid_expenditure")  # aid of the household, of which it has one at most
AGAIN_MONTHS = 6
RIGID_MONTHS = 12  # for which rigid expenditure is valid at most (刚性支出困难家庭认定办法 art. 9)
VEHICLE_LIMIT = fen("150000.00")  # from which a vehicle is too much, where the place has limits of its own for rigid expenditure
GRACE_MONTHS, GRACE_FROM = 6, day("2022-10-20")  # after a rise by employment (兜底通知 §1(3))
LISTED_MONTHS = 6  # on the list of poverty return before somebody is found to leave it
MIND = ("intellectual", "mental")


class Policy:
    """The county's numbers."""

    def __init__(self, county):
        self.standards = [(day(s["from"]), {"urban": fen(s["urban"]), "rural": fen(s["rural"])})
                          for s in county["standards"]]
        self.work_cost = Fraction(county["work_cost_share"])
        self.keeps = 1 + Fraction(county["hysteresis"])
        self.marginal = Fraction(county["marginal_multiple"])
        self.deposit_months = county["deposit_months"]
        self.hardship = fen(county["hardship_limit"])
        self.start = day(county["start"])
        self.amounts = {category: [fen(amount) for amount in amounts]
                        for category, amounts in county.get("allowances", {}).items()}
        tekun = county.get("tekun")  # the basic standard, and care by self-care
        self.tekun = fen(tekun["basic"]) if tekun else None
        self.care = [fen(amount) for amount in tekun["care"]] if tekun else None
        spending = county.get("spending", {})  # the lines that the law leaves to the place
        self.rigid_share = Fraction(spending["rigid_share"]) if spending else None
        self.aid_share = Fraction(spending["aid_share"]) if spending else None
        self.monitoring_line = fen(spending["monitoring_line"]) if spending else None
        self.sudden = fen(spending["sudden"]) if spending else None
        self.watch = county.get("watch", {})  # the numbers of rules that a county need not have
        local = county.get("local", {})  # what the place chooses otherwise than the country's base
        self.months = local.get("income_months", 12)  # of the window in which income is counted
        self.maintenance = local.get("maintenance", "agreed_only")
        self.spares = local.get("maintenance_spares", "siblings_and_elderly") == "siblings_and_elderly"
        self.rigid_residual = local.get("rigid_test", "share") == "residual_or_share"
        self.rigid_aid = local.get("rigid_aid", "none") == "residual"
        self.rigid_deposit_months = local.get("rigid_deposit_months")  # None: as for marginal households
        self.rigid_months = local.get("rigid_months", RIGID_MONTHS)

    def standard(self, d, area):
        """None before the first one: nothing can be said of those days."""
        amounts = [amounts for start, amounts in self.standards if start <= d]
        return amounts[-1][area] if amounts else None

    def disposable(self, d, area):
        amounts = [by_area for start, by_area in DISPOSABLE if start <= d]
        return amounts[-1][area] if amounts else None

    def is_told(self, d):
        """The county's own numbers hold from its first standard on, and none holds before."""
        return self.standards[0][0] <= d

    def work_cost_of(self, wages):
        cost = wages * self.work_cost
        return (2 * cost.numerator + cost.denominator) // (2 * cost.denominator)  # half up

    def income_of(self, person):
        """A person's own, without what supporters owe."""
        return person.income + person.wages - self.work_cost_of(person.wages)


class Case:
    """A household on one day, under the facts as they are known now."""

    def __init__(self, policy, known, household, d):
        self.policy, self.known, self.household, self.day = policy, known, household, d
        self.empty = household.closed or not household.members
        self.enrolled = {}  # category -> enrolments of the household in force
        self.of_household = []  # its other facts
        if self.empty:
            return
        self.people = [Person(known, resident_id, d) for resident_id in household.members]
        for fact in known.of("household:" + household.number):
            if not fact.kind.startswith("enrolment."):
                self.of_household.append(fact)
            elif fact.holds(d):
                self.enrolled.setdefault(fact.kind[len("enrolment."):], []).append(fact)
        for facts in self.enrolled.values():
            newest_first(facts)
        self.living = [person for person in self.people if not person.died]
        self.away = [person for person in self.people if person.away(d)]
        self.counted = [person for person in self.living
                        if "tekun" not in person.enrolments and person not in self.away]
        self.judge()
        self.persons = PersonAid(self)

    def judge(self):
        policy, counted = self.policy, self.counted
        self.verdict = None  # dibao, marginal, rigid_expenditure or none of them
        self.standard = policy.standard(self.day, self.household.area)
        maintenance = Maintenance(policy, self.known, self.household, self.day)
        self.owed = [(p, maintenance.due(p)) for p in counted]
        self.income_known = any(p.income_known for p in self.people) and all(due is not None for _, due in self.owed)
        if self.income_known:
            self.income = max(0, sum(policy.income_of(p) + max(0, due - p.received) for p, due in self.owed))
        self.told = bool(counted) and self.standard is not None and self.income_known
        if not self.told:
            return
        self.line = policy.months * self.standard * len(counted)
        owners = [person for person in self.people if person not in self.away]
        deposits = sum(p.deposits for p in owners)
        self.has_property = any(p.vehicles for p in owners) or deposits > policy.deposit_months * self.standard * len(counted)
        self.has_too_much = self.has_property  # for rigid expenditure
        if policy.rigid_deposit_months is not None:
            self.has_too_much = deposits > policy.rigid_deposit_months * self.standard * len(counted) or \
                any(price >= VEHICLE_LIMIT for p in owners for price in p.vehicle_prices)
        if not self.has_property and self.income < self.line:
            self.verdict = "dibao"
        elif not self.has_property and self.income < self.line * policy.marginal:
            self.verdict = "marginal"
        elif not self.has_too_much and (self.has_bills_above(policy.rigid_share) or self.is_left_poor()):
            self.verdict = "rigid_expenditure"
        self.amount = -(-(self.line - self.income) // (100 * policy.months)) * 100  # whole yuan, rounded up

    def is_barred(self, category):
        """By a vehicle: that can be told also on days of which no standard is known."""
        vehicles = [price for p in self.people if p not in self.away for price in p.vehicle_prices]
        if category == "rigid_expenditure" and self.policy.rigid_deposit_months is not None:
            vehicles = [price for price in vehicles if price >= VEHICLE_LIMIT]
        return bool(self.counted) and self.income_known and bool(vehicles)

    def has_no_bills(self, category):
        """Who spends nothing is in no rigid hardship, whatever the lines are."""
        return category == "rigid_expenditure" and bool(self.counted) and self.income_known and not self.spending()

    def spending(self):
        """Medical costs of the twelve whole months before this one, of those who are counted."""
        this = month_of(self.day)
        return sum(fact.value for person in self.counted for fact in person.facts
                   if fact.kind == "bill" and this - 12 <= month_of(fact.start) < this)

    def has_less_than_others(self):
        """Less than the disposable income of last year."""
        disposable = self.policy.disposable(self.day, self.household.area)
        return disposable is not None and self.income * 12 < disposable * len(self.counted) * self.policy.months

    def has_bills_above(self, share):
        """Less than others, and more spent than the share of what came in within twelve months, before work cost."""
        if share is None or not self.has_less_than_others():
            return False
        window = Fraction(12, self.policy.months)  # maintenance is reckoned for the window of income
        support = sum(max(person.received_in_year, due * window) for person, due in self.owed)
        spent, gross = self.spending(), max(0, sum(p.gross for p in self.counted) + support)
        return 0 < spent and spent > share * gross

    def left(self):
        """What is left of a year's income after the costs."""
        return self.income * Fraction(12, self.policy.months) - self.spending()

    def is_left_poor(self):
        """Below the standard after the costs (上海市社会救助条例 art. 12), where the place tests that too."""
        return self.policy.rigid_residual and self.policy.rigid_share is not None and self.has_less_than_others() and \
            self.spending() > 0 and self.left() < 12 * self.standard * len(self.counted)

    def rigid_amount(self):
        """The standard less what is left, in whole yuan, where the place gives living aid."""
        if not self.policy.rigid_aid:
            return 0
        lacks = self.standard * len(self.counted) - self.left() / 12
        return max(0, -(-lacks.numerator // (100 * lacks.denominator)) * 100)

    def own(self, category):
        return self.enrolled[category][0]

    def drawn(self):
        return [category for category in EXCLUDING if category in self.enrolled]

    def keeps(self, category):
        if category == "dibao":
            return self.is_below_the_band() or self.grace_until() is not None
        if category == "rigid_expenditure" and self.is_over():
            return False
        return self.verdict == category

    def is_below_the_band(self):
        return not self.has_property and self.income < self.line * self.policy.keeps

    def grace_until(self):
        """The last day of the months of grace, None when it is not one of them: the month in which dibao would not be kept is the first."""
        if not self.told or "dibao" not in self.enrolled or self.is_below_the_band() or not self.is_above_by_employment():
            return None
        this = m = month_of(self.day)
        while this - m <= GRACE_MONTHS and self.on(first_day(m)).is_lost():
            m -= 1
        first = min(m + 1, this)
        return first_day(first + GRACE_MONTHS) - timedelta(days=1) if self.day >= GRACE_FROM and first + GRACE_MONTHS > this else None

    def is_lost(self):
        return self.told and "dibao" in self.enrolled and not self.is_below_the_band()

    def on(self, d):
        return self if d == self.day else Case(self.policy, self.known, self.household, d)

    def is_above_by_employment(self):
        """Below the line without what the jobs bring that were begun since the enrolment."""
        wages = [wages for wages in map(self.wages_of_new_job, self.counted) if wages is not None]
        income = self.income - sum(amount - self.policy.work_cost_of(amount) for amount in wages)
        return bool(wages) and not self.has_property and income < self.line

    def wages_of_new_job(self, person):
        """Of the whole months since it was begun, as far as they are in the window; None without one."""
        started = max((fact.start for fact in person.facts if fact.kind == "job" and fact.holds(self.day)), default=None)
        if started is None or started < self.own("dibao").start:
            return None
        this = month_of(self.day)
        first = max(this - self.policy.months, month_of(started) + (started.day > 1))
        return sum(max(0, min(fact.end, this) - max(fact.start, first)) * fact.value
                   for fact in self.known.of(person.id) if fact.kind == "income.wage")

    def is_over(self):
        return add_months(self.own("rigid_expenditure").start, self.policy.rigid_months) <= self.day

    def poverty_return(self):
        """The kind of what the list of the rural department and its condition differ in, or None."""
        listed = self.enrolled.get("poverty_return")
        holds = self.is_monitored()
        if holds and not listed:
            return "newly_qualifies"
        if holds is False and listed and add_months(listed[0].start, LISTED_MONTHS) <= self.day:
            return "no_longer_qualifies"
        return None

    def is_monitored(self):
        """None where it cannot be told, or where nobody is counted."""
        if self.policy.monitoring_line is None or not self.counted or not self.income_known:
            return None
        if self.household.area != "rural":  # also on days of which no line is known
            return False
        if not self.policy.is_told(self.day):
            return None
        income = self.income * Fraction(12, self.policy.months)
        line, spent = self.policy.monitoring_line * len(self.counted), self.spending()
        return income < line or (spent >= self.policy.sudden and income - spent < line)

    # ---- what holds ----------------------------------------------------------------------------------------------

    def findings(self):
        """(kind, category, person) of all that a verdict or a death brings."""
        if self.empty:
            return
        yield from self.deaths()
        yield from self.aid()
        yield from self.persons.findings()
        listed = self.poverty_return()
        if listed:
            yield listed, "poverty_return", None
        for category, holds in (("temporary_aid_urgent", self.is_urgent()), ("temporary_aid_expenditure", self.is_spent())):
            if holds and not self.drew_lately(category):
                yield "entitlement_not_drawn", category, None
        for person in self.people:
            yield from self.of_person(person)
        if "child_in_difficulty" in self.policy.watch.get("findings", ()):
            yield from Children(self).findings()

    def deaths(self):
        """(kind, category, person) about the enrolments of the household and of the dead."""
        dead = {person.id: person.died for person in self.people if person.died}
        for category in self.drawn():
            gone = [person for person in self.own(category).people if person in dead]
            if gone and self.counted:
                for person in gone:
                    yield "member_change", category, person
            elif gone:
                yield "no_longer_qualifies", category, max(gone, key=lambda person: dead[person])
        for person in self.people:
            if person.died:
                for category in person.enrolments:
                    yield "no_longer_qualifies", category, person.id

    def aid(self):
        if not self.told:
            if self.counted and self.drawn()[:1] == ["rigid_expenditure"] and self.is_over():
                yield "no_longer_qualifies", "rigid_expenditure", None
            elif self.drawn() and (self.is_barred(self.drawn()[0]) or self.has_no_bills(self.drawn()[0])):
                yield "no_longer_qualifies", self.drawn()[0], None
            return
        if not self.drawn():
            if self.verdict:
                yield "newly_qualifies", self.verdict, None
            return
        category = self.drawn()[0]
        before = self.verdict in EXCLUDING[:EXCLUDING.index(category)]  # an earlier one goes first
        if self.verdict and self.verdict != category and (before or not self.keeps(category)):
            yield "category_change", self.verdict, None
        elif not self.keeps(category):
            yield "no_longer_qualifies", category, None
        if category == "dibao" and self.income < self.line and self.amount != self.own("dibao").value:
            yield "benefit_change", "dibao", None
        if category == "rigid_expenditure" and self.rigid_amount() not in (0, self.own(category).value):
            yield "benefit_change", "rigid_expenditure", None

    def is_urgent(self):
        """An emergency of the last half year, or somebody out of work who has had no income for three months."""
        if "temporary_aid_urgent" not in self.policy.watch.get("findings", ()):
            return False
        return any(self.struck(person) or self.without_income(person) for person in self.counted)

    def struck(self, person):
        newest = max((f.start for f in person.facts if f.kind == "emergency" and f.start <= self.day), default=None)
        return newest is not None and add_months(newest, AGAIN_MONTHS) > self.day

    def without_income(self, person):
        this = month_of(self.day)
        earned = any(f.value > 0 and f.start < this and f.end > this - 3 for f in self.known.of(person.id)
                     if f.kind in ("income.wage", "income.business"))
        return 18 <= age_on(person.born, self.day) < 60 and not earned and \
            any(f.kind == "unemployed" and f.holds(self.day) for f in person.facts)

    def is_spent(self):
        """Bills above the share of what came in, where the income is below the disposable income of last year."""
        if not self.told or self.has_property or "temporary_aid_expenditure" not in self.policy.watch.get("findings", ()):
            return False
        return self.has_bills_above(self.policy.aid_share)

    def drew_lately(self, category):
        """Paid once, and not again within half a year."""
        return any(f.kind == "enrolment." + category and f.start <= self.day and
                   (f.holds(self.day) or add_months(f.start, AGAIN_MONTHS) > self.day)
                   for f in self.known.of("household:" + self.household.number))

    def of_person(self, person):
        if person.died:
            return
        grade, kind = (person.certificate.value, person.certificate.code) if person.certificate else (None, None)
        may = grade is not None and "tekun" not in person.enrolments
        imprisoned = any(fact.kind == "custody.prison" and fact.holds(self.day) for fact in person.facts)
        orphan = any(fact.code == "orphan" for fact in person.enrolments.get("child_in_difficulty", ()))
        widened = self.policy.is_told(self.day) and grade is not None and (grade <= 2 or kind in MIND) and not person.waged
        qualifies = {
            "disability_nursing": may and not imprisoned and (grade <= 2 or (grade == 3 and kind in MIND)),
            "disability_living": may and not orphan and ("dibao" in self.enrolled or "dibao_single" in person.enrolments or widened),
        }
        for category, entitled in qualifies.items():
            if entitled and category not in person.enrolments:
                yield "entitlement_not_drawn", category, person.id
            if not entitled and category in person.enrolments:
                yield "no_longer_qualifies", category, person.id

    def amount_of(self, key):
        """What would be paid in a month, None where no amount belongs to the finding."""
        kind, category, person = key
        if category in ("tekun", "dibao_single"):
            return self.persons.amount(category, next(p for p in self.people if p.id == person))
        if category == "dibao" and kind in ("newly_qualifies", "category_change", "benefit_change"):
            return self.amount
        if category == "rigid_expenditure" and kind in ("newly_qualifies", "category_change", "benefit_change") and self.told:
            return self.rigid_amount()
        if kind == "entitlement_not_drawn" and person and category in self.policy.amounts and self.standard is not None:
            grade = next(p.certificate.value for p in self.people if p.id == person)
            return self.policy.amounts[category][grade - 1]
        return None

    def is_death(self, key):
        kind, category, person = key
        return kind == "member_change" or (kind == "no_longer_qualifies" and person is not None and
                                           any(p.id == person and p.died for p in self.people))


def died_on(case, resident_id):
    return next(p.died for p in case.people if p.id == resident_id)


def holder_of(household, category, person):
    return "household:" + household.number if category in HOUSEHOLD_CATEGORIES else person
