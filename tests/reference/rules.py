# SPDX-License-Identifier: Apache-2.0
"""All that is found of a household on a day, with the details of each finding."""

from aid import Case, Policy
from back import Back
from facts import yuan


class Finding:
    """What is told with a finding: since when, and the money (fen)."""

    __slots__ = ("since", "over", "under", "rule")

    def __init__(self, since=None, over=0, under=0, rule=None):
        self.since, self.over, self.under, self.rule = since, over, under, rule

    def put(self, line):
        if self.since is not None:
            line["since"] = self.since.isoformat()
        if self.over:
            line["overpaid"] = yuan(self.over)
        if self.under:
            line["underpaid"] = yuan(self.under)
        if self.rule:
            line["rule"] = self.rule


class Rules:
    def __init__(self, county, known):
        self.policy, self.known = Policy(county), known

    def of_verdicts(self, case):
        """(kind, category, person) of what verdicts, deaths and indicators bring."""
        yield from case.findings()
        if not case.empty and sum(person.bills for person in case.living) >= self.policy.hardship:
            yield "hardship_warning", "other_hardship", None

    def assess(self, household, d):
        """{(kind, category, person): Finding, or None where its details are to be worked out} of all that holds."""
        case = Case(self.policy, self.known, household, d)
        return {key: None for key in self.of_verdicts(case)}

    def details(self, household, d, key):
        back = Back(self, household, d)
        since = back.since(key)
        return Finding(since, *back.sums(key, since))
