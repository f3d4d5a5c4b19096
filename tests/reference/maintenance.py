# SPDX-License-Identifier: Apache-2.0
"""Maintenance from legal supporters who live elsewhere (赡养费, 民发〔2021〕57号 art. 13): what a court or an agreement fixed always
goes first; else what the place reckons from the income of the supporter's household.

The formulas are those that places have published.  Each takes a part of what the supporter's household has above a multiple
of the dibao line of its own size, in the whole window of income:

    half_above_twice   half of what is above twice the line, divided by those whom the supporter supports
    thirty_percent     30 % of what is above the line, not divided
    by_children        50 % of what is above the line, 40 % from the third child on, divided
    agreed_only        nothing
"""

from datetime import date
from fractions import Fraction

from facts import FOREVER, age_on, first_day, month_of
from known import Person

SPARED_AGE, MANY_CHILDREN = 60, 3
SPARED_FROM = date(2022, 10, 20)  # since then the law lets them go free
MULTIPLE = {"half_above_twice": 2, "thirty_percent": 1, "by_children": 1}


def to_fen(amount):
    """Half up."""
    amount = Fraction(amount)
    return (2 * amount.numerator + amount.denominator) // (2 * amount.denominator)


class Maintenance:
    """What the people of one household are to be given, on one day."""

    def __init__(self, policy, known, household, d):
        self.policy, self.known, self.household, self.day = policy, known, household, d

    def links(self, person):
        return [fact for fact in person.facts if fact.kind == "support.legal" and fact.holds(self.day)]

    def due(self, person, spares=False):
        """For the window of income, None where it cannot be told; `spares`: for aid as a single person, for which the law lets
        brothers and sisters and the old go free (兜底通知 §1(4))."""
        agreed, reckoned = 0, 0
        links = self.links(person)
        if not links:
            return 0
        supporters = {link.people[0]: Person(self.known, link.people[0], self.day) for link in links}
        for link in links:
            supporter = supporters[link.people[0]]
            if supporter.died or (spares and self.is_spared(link, supporter)):
                continue  # the duty is the supporter's own
            if link.value:
                agreed += self.agreed(person, supporter)
                continue
            part = self.reckoned(person, supporter)
            if part is None:
                return None
            reckoned += part
        children = sum(link.code == "child" and not supporters[link.people[0]].died for link in links)
        share = 1
        if self.policy.maintenance == "by_children":
            share = Fraction(40, 100) if children >= MANY_CHILDREN else Fraction(50, 100)
        return to_fen(agreed + reckoned * share)

    def beyond_received(self, person, spares=False):
        """What was received counts as a transfer already."""
        due = self.due(person, spares)
        return None if due is None else max(0, due - person.received)

    def is_spared(self, link, supporter):
        return self.policy.spares and self.day >= SPARED_FROM and \
            (link.code == "sibling" or age_on(supporter.born, self.day) >= SPARED_AGE)

    def agreed(self, person, supporter):
        """By the month, for the whole months of the window in which it was in force."""
        this, months = month_of(self.day), 0
        for fact in person.facts:
            if fact.kind == "support.legal" and fact.people[0] == supporter.id:
                months += fact.value * sum(fact.start <= first_day(m) and (fact.end == FOREVER or first_day(m + 1) <= fact.end)
                                           for m in range(this - self.policy.months, this))
        return months

    def reckoned(self, person, supporter):
        if self.policy.maintenance == "agreed_only":
            return 0
        home = self.known.home.get(supporter.id)
        if home is None or self.known.households[home].closed:  # where the supporter lives now is not known
            return None
        if home == self.household.number:
            return 0  # what is earned at home is the household's own
        excess = self.excess(self.known.households[home])
        if excess is None:
            return None
        if self.policy.maintenance == "thirty_percent":
            return to_fen(excess * Fraction(30, 100))
        among = max([fact.value for fact in person.facts if fact.kind == "support.dependants" and fact.holds(self.day) and
                     fact.people[0] == supporter.id], default=1)
        half = Fraction(50, 100) if self.policy.maintenance == "half_above_twice" else 1
        return to_fen(excess * half / among)

    def excess(self, home):
        """Of a supporter's household, whose own supporters are not looked at."""
        standard = self.policy.standard(self.day, home.area)
        if standard is None:
            return None
        people = [Person(self.known, member, self.day) for member in home.members]
        counted = [p for p in people if not p.died and not p.away(self.day) and "tekun" not in p.enrolments]
        income = max(0, sum(self.policy.income_of(p) for p in counted))
        line = self.policy.months * standard * len(counted)
        return max(0, income - MULTIPLE[self.policy.maintenance] * line)
