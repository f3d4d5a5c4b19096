# SPDX-License-Identifier: Apache-2.0
"""Children in difficulty: orphans (国办发〔2010〕54号), those whom nobody cares for (民发〔2019〕62号 §1), those with HIV, the seriously ill
and the severely disabled (国发〔2016〕36号).  True, False, or None where it cannot be told."""

from facts import age_on
from known import Person
from persons import MIND, either, in_force

GROWN_UP, CONFINED_MONTHS = 18, 6
CUSTODY = ("custody.prison", "custody.detox", "custody.restriction")


class Children:
    def __init__(self, case):
        self.case, self.day = case, case.day

    def findings(self):
        for person in self.case.living:
            listed, entitled = "child_in_difficulty" in person.enrolments, self.is_entitled(person)
            if entitled and not listed:
                yield "entitlement_not_drawn", "child_in_difficulty", person.id
            if entitled is False and listed:
                yield "no_longer_qualifies", "child_in_difficulty", person.id

    def is_entitled(self, person):
        if age_on(person.born, self.day) >= GROWN_UP or "tekun" in person.enrolments:
            return False
        infected = bool(in_force(person, "health.hiv", self.day))
        return either(infected or self.is_ill(person) or self.is_severe(person), self.has_no_parent(person))

    def is_ill(self, person):
        return bool(in_force(person, "health.serious_illness", self.day))

    def is_severe(self, person):
        """For children, grade 3 and 4 of the mind as well."""
        certificate = person.certificate
        return certificate is not None and (certificate.value <= 2 or (certificate.code in MIND and certificate.value <= 4))

    def cannot_care(self, parent):
        confined = any(fact.kind in CUSTODY and fact.holds(self.day) and fact.value >= CONFINED_MONTHS for fact in parent.facts)
        return bool(parent.died) or self.is_severe(parent) or self.is_ill(parent) or confined

    def parents(self, person):
        """Those on record as such go before the register's relations."""
        linked = [fact.people[0] for fact in in_force(person, "support.legal", self.day) if fact.code == "parent"]
        if linked:
            return [Person(self.case.known, parent, self.day) for parent in linked]
        relations = self.case.household.relations
        must = {"child": ("head", "spouse"), "head": ("parent",)}.get(relations[person.id], ())
        return [other for other in self.case.people if relations[other.id] in must]

    def has_no_parent(self, person):
        """Both are dead, or neither can care for the child; with fewer than two known a missing one may be able."""
        parents = self.parents(person)
        helpless = sum(map(self.cannot_care, parents))
        if len(parents) < 2 and len(parents) <= helpless:
            return None
        return helpless >= 2
