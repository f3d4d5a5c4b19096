# SPDX-License-Identifier: Apache-2.0
"""What no verdict brings: payments that stay out, records that contradict each other, benefits that exclude one another, and
what is due for review (docs/findings.md, parts 3 to 6)."""

from datetime import timedelta

from aid import EXCLUDING
from facts import FOREVER, Finding, add_months, first_day, month_of

PAID = ("dibao", "marginal", "rigid_expenditure", "tekun", "dibao_single", "disability_living", "disability_nursing")
ALLOWANCES = ("disability_living", "disability_nursing")
FOUND = ("dibao", "marginal", "tekun", "dibao_single", *ALLOWANCES)  # categories with findings of their own everywhere
REVIEWED = ("dibao", "marginal", "tekun", "dibao_single")
ONCE = (*PAID, "child_in_difficulty")  # drawn under one number at a time; temporary aid is granted for each need anew
RULES_OF_CONFLICT = ("claimed_twice", "alive_after_death", "death_dates", "paid_after_death")


def all_enrolments(known, household, people):
    """(category, person or None, enrolment) of the household and of these, whether in force or not."""
    for holder, person in [("household:" + household.number, None)] + [(p, p) for p in people]:
        for fact in known.of(holder):
            if fact.kind.startswith("enrolment."):
                yield fact.kind[len("enrolment."):], person, fact


def payments(known, holder, category):
    for fact in known.of(holder):
        if fact.kind == "payment." + category:
            yield fact


class Watch:
    """What is watched of one household on one day."""

    def __init__(self, policy, known, case):
        self.policy, self.known, self.case, self.day = policy, known, case, case.day
        self.household = case.household
        self.numbers = policy.watch

    def findings(self, others):
        """{key: Finding}; `others` are the keys of what verdicts bring."""
        if self.case.empty:
            return {}
        found = {}
        if self.numbers.get("months_late"):
            found.update(self.missing())
        found.update(self.conflicts())
        for key, finding in self.overlaps():
            if ("no_longer_qualifies", *key[1:]) not in others:
                first = found.get(key, finding)  # of several rules
                found[key] = Finding(min(first.since, finding.since), first.over, first.under, first.rule)
        found.update(self.reviews())
        return found

    def holder(self, person):
        return person or "household:" + self.household.number

    # ---- part 3 --------------------------------------------------------------------------------------------------

    def missing(self):
        """An enrolment in force all month long, and nothing was paid for that month."""
        enrolments = {}
        for category, person, fact in all_enrolments(self.known, self.household, [p.id for p in self.case.living]):
            if category in PAID and fact.value > 0 and (person or self.case.counted):
                enrolments.setdefault((category, person), []).append(fact)
        earliest = month_of(self.policy.start) - 12
        for (category, person), facts in enrolments.items():
            paid = {fact.start for fact in payments(self.known, self.holder(person), category)}
            since, under = None, 0
            for m in range(month_of(self.day) - self.numbers["months_late"], earliest - 1, -1):
                owed = [f.value for f in facts if f.start <= first_day(m) and f.end >= first_day(m + 1)]
                if not owed or m in paid:
                    break
                since, under = first_day(m), under + sum(owed)
            if since:
                yield ("aid_missing", category, person), Finding(since, 0, under, "unpaid")

    # ---- part 4 --------------------------------------------------------------------------------------------------

    def conflicts(self):
        for person in self.case.people:
            told = dict(self.conflicts_of(person))
            for rule in RULES_OF_CONFLICT:
                if rule in told:
                    over = told.get("paid_after_death", (None, 0))[1]
                    yield ("data_conflict", "register", person.id), Finding(told[rule][0], over, 0, rule)
                    break

    def conflicts_of(self, person):
        """rule -> (since, overpaid)"""
        claims = self.known.claims[person.id]
        if len(claims) > 1:
            yield "claimed_twice", (sorted(self.known.households[n].effective for n in claims)[1], 0)
        deaths = sorted(fact.start for fact in self.known.of(person.id) if fact.kind == "death")
        if not deaths or deaths[0] > self.day:
            return
        died = month_of(deaths[0])
        if any(fact.kind == "income.wage" and fact.end > died + 1 for fact in self.known.of(person.id)):
            yield "alive_after_death", (first_day(died + 1), 0)
        if deaths[-1] - deaths[0] > timedelta(days=self.numbers.get("death_days", 31)):
            yield "death_dates", (deaths[-1], 0)
        paid = [fact for fact in self.known.of(person.id) if fact.kind.startswith("payment.") and fact.start > died and
                fact.kind[len("payment."):] not in person.enrolments]
        if paid:
            yield "paid_after_death", (first_day(died + 1), sum(fact.value for fact in paid))

    # ---- part 5 --------------------------------------------------------------------------------------------------

    def overlaps(self):
        """A benefit that must give way to another one in force."""
        enrolled = self.case.enrolled
        if "dibao" in enrolled:
            for category in ("marginal", "rigid_expenditure"):
                if category in enrolled:
                    yield self.gives_way(category, None, enrolled[category][0], enrolled["dibao"][0], "dibao_with_others")
        for person in self.case.living:
            drawn = person.enrolments
            named = [f for f in enrolled.get("dibao", ()) if person.id in f.people]
            child = [f for f in drawn.get("child_in_difficulty", ()) if f.code in ("orphan", "unattended")]
            if "tekun" in drawn and named:
                yield self.gives_way("dibao", person.id, named[0], drawn["tekun"][0], "tekun_with_dibao", len(named[0].people))
            if "dibao_single" in drawn and named:
                yield self.gives_way("dibao_single", person.id, drawn["dibao_single"][0], named[0], "dibao_with_single")
            if "tekun" in drawn and child:
                yield self.gives_way("tekun", person.id, drawn["tekun"][0], child[0], "child_with_tekun")
            for category, facts in drawn.items():
                if category in ONCE and len(facts) > 1:
                    yield self.twice(category, person.id, facts)
        for category, facts in enrolled.items():
            if category in ONCE and len(facts) > 1:
                yield self.twice(category, None, facts)

    def gives_way(self, category, person, way, other, rule, parts=1):
        since = max(way.start, other.start)
        holder = self.holder(None if parts > 1 or category in EXCLUDING or category == "rigid_expenditure" else person)
        over = sum(fact.value for fact in payments(self.known, holder, category) if first_day(fact.start) >= since)
        return ("overlap", category, person), Finding(since, over // parts, 0, rule)

    def twice(self, category, person, facts):
        """All others give way to the newest."""
        newest, others = facts[0], {fact.ref for fact in facts[1:]}
        over = sum(fact.value for fact in payments(self.known, self.holder(person), category)
                   if fact.ref in others and first_day(fact.start) >= newest.start)
        return ("overlap", category, person), Finding(newest.start, over, 0, "enrolled_twice")

    # ---- part 6 --------------------------------------------------------------------------------------------------

    def reviews(self):
        enrolments = [(category, None, fact, self.case.living) for category, facts in self.case.enrolled.items()
                      for fact in facts[:1] if self.case.counted]
        enrolments += [(category, person, fact, [person]) for person in self.case.living
                       for category, facts in person.enrolments.items() for fact in facts[:1]]
        for category, person, fact, people in enrolments:
            if category not in FOUND and category not in self.numbers.get("findings", ()):
                continue
            key = "review_due", category, person and person.id
            for rule, since in (("validity", self.validity_ends(category, fact)),
                                ("grace", self.grace_ends(category, fact)),
                                ("certificate", self.certificate_ends(category, person, fact)),
                                ("age", self.age_reached(category, person, fact, people)),
                                ("review", self.review_is_due(category, person, fact))):
                if since is not None and since <= self.day:
                    yield key, Finding(since, 0, 0, rule)
                    break

    def last_review(self, category, person):
        """The newest review of that category that there was until today, or None."""
        days = [fact.start for fact in self.known.of(self.holder(person and person.id))
                if fact.kind == "review." + category and fact.start <= self.day]
        return max(days, default=None)

    def validity_ends(self, category, fact):
        """From so many days before the last day up to that day."""
        last = add_months(fact.start, self.policy.rigid_months) - timedelta(days=1)
        if category != "rigid_expenditure" or "notice_days" not in self.numbers or self.day > last:
            return None
        return max(last - timedelta(days=self.numbers["notice_days"]), fact.start)

    def grace_ends(self, category, fact):
        last = self.case.grace_until() if category == "dibao" and "notice_days" in self.numbers else None
        return max(last - timedelta(days=self.numbers["notice_days"]), fact.start) if last else None

    def certificate_ends(self, category, person, fact):
        if category not in ALLOWANCES or "notice_days" not in self.numbers or not person.certificate or \
                person.certificate.end == FOREVER:
            return None
        return max(person.certificate.end - timedelta(days=self.numbers["notice_days"]), fact.start)

    def age_reached(self, category, person, fact, people):
        """The day on which one of them reached an age of the list, not longer ago than a number of days."""
        reviewed = self.last_review(category, person)
        reached = []
        for one in people:
            for age in self.numbers.get("ages", ()):
                birthday = add_months(one.born, 12 * age)
                if birthday <= self.day < birthday + timedelta(days=self.numbers["age_days"]) and fact.start < birthday and \
                        (reviewed is None or reviewed < birthday):
                    reached.append(birthday)
        return min(reached, default=None)

    def review_is_due(self, category, person, fact):
        if category not in REVIEWED or "review_months" not in self.numbers:
            return None
        reviewed = self.last_review(category, person)
        base = fact.start if reviewed is None else max(reviewed, fact.start)
        return add_months(base, self.numbers["irregular_months" if category == "dibao" and self.is_irregular() else "review_months"])

    def is_irregular(self):
        """Somebody who is counted can work and has no contract of work (57号 art. 31)."""
        return any(not self.case.persons.cannot_work(person) and
                   not any(fact.kind == "job" and fact.code == "contract" and fact.holds(self.day) for fact in person.facts)
                   for person in self.case.counted)
