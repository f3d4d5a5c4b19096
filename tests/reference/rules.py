# SPDX-License-Identifier: Apache-2.0
"""All that is found of a household on a day, with the details of each finding."""

from aid import Case, Policy
from back import Back
from facts import Finding
from hardship import Hardship
from watch import Watch


class Rules:
    def __init__(self, county, known):
        self.policy, self.known = Policy(county), known

    def of_verdicts(self, case):
        """(kind, category, person) of what verdicts, deaths and indicators bring."""
        yield from case.findings()
        if not case.empty and self.in_hardship(case):
            yield "hardship_warning", "other_hardship", None

    def in_hardship(self, case):
        hardship = Hardship(self.policy, self.known, case)
        return hardship.is_told() if self.policy.watch else self.policy.is_told(case.day) and hardship.bills() >= self.policy.hardship

    def assess(self, household, d):
        """{(kind, category, person): Finding, or None where its details are to be worked out} of all that holds."""
        case = Case(self.policy, self.known, household, d)
        found = {key: None for key in self.of_verdicts(case)}
        if self.policy.watch:
            found.update(Watch(self.policy, self.known, case).findings(found))
        return found

    def details(self, household, d, key):
        back = Back(self, household, d)
        since = back.since(key)
        return Finding(since, *back.sums(key, since))
