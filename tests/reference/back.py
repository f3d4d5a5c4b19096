# SPDX-License-Identifier: Apache-2.0
"""Since when a finding holds, and what was paid too much or too little since (docs/findings.md, part 2)."""

from datetime import timedelta

from aid import Case, died_on, holder_of
from facts import first_day, month_of

LOOKBACK = 24


class Back:
    """What a household would have been found on earlier days, under the facts as they are known now."""

    def __init__(self, rules, household, d):
        self.rules, self.household, self.day = rules, household, d
        self.cases, self.held = {}, {}

    def case(self, d):
        if d not in self.cases:
            self.cases[d] = Case(self.rules.policy, self.rules.known, self.household, d)
        return self.cases[d]

    def holds(self, key, d):
        if d < self.household.effective:
            return False
        if d not in self.held:
            self.held[d] = frozenset(self.rules.of_verdicts(self.case(d)))
        return key in self.held[d]

    def since(self, key):
        case = self.case(self.day)
        if case.is_death(key):
            return died_on(case, key[2])
        this = month_of(self.day)
        months = self.rules.policy.watch.get("lookback_months", LOOKBACK)
        earliest = max(this - months, month_of(self.rules.policy.start) - 24)
        since = None
        for m in range(this, earliest - 1, -1):
            if not self.holds(key, first_day(m)):
                break
            since = first_day(m)
        if since is not None:
            return since
        since = self.day
        while since > first_day(this) + timedelta(days=1) and self.holds(key, since - timedelta(days=1)):
            since -= timedelta(days=1)
        return since

    def paid(self, key, m):
        """What was paid of the finding's category for month m, None when nothing was."""
        payments = [fact.value for fact in self.rules.known.of(holder_of(self.household, key[1], key[2]))
                    if fact.kind == "payment." + key[1] and fact.start == m]
        return sum(payments) if payments else None

    def sums(self, key, since):
        """(overpaid, underpaid) in fen."""
        kind = key[0]
        this = month_of(self.day)
        first = month_of(since) + (since.day > 1 or self.case(self.day).is_death(key))  # a death ends it with its month
        over = under = 0
        if kind == "no_longer_qualifies":
            over = sum(fact.value for fact in self.rules.known.of(holder_of(self.household, key[1], key[2]))
                       if fact.kind == "payment." + key[1] and fact.start >= first)
        elif kind in ("newly_qualifies", "category_change", "entitlement_not_drawn", "benefit_change"):
            for m in range(first, this):
                due, paid = self.case(first_day(m)).amount_of(key), self.paid(key, m)
                if due is None or (paid is None and kind == "benefit_change"):
                    continue
                if kind == "benefit_change":
                    over += max(paid - due, 0)
                under += max(due - (paid or 0), 0)
        return over, under
