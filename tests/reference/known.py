# SPDX-License-Identifier: Apache-2.0
"""Everything that was received so far, and on which days time alone may change what holds of a household."""

from collections import defaultdict
from datetime import date, timedelta

from facts import FACTS, FOREVER, KEYS, NO_FACT, PROTECTED, add_months, born, day, first_day, household_id, month_of, newest_first

# What the windows of the rules are long, in months: a day on which one of them opens or closes is looked at.
WINDOWS = (1, 2, 3, 6, 12, 24)
DAY = timedelta(days=1)
COUNTED_INCOME = ("income.business", "income.property", "income.transfer", "income.pension")
RECEIVED = "income.support_received"  # counts as a transfer, too
AGES = (16, 18, 60, 70, 80)


class Household:
    __slots__ = ("number", "area", "members", "relations", "effective", "closed", "found")

    def __init__(self, number):
        self.number = number
        self.area, self.members, self.relations, self.closed = None, (), {}, False
        self.effective = date.min
        self.found = frozenset()


class Known:
    def __init__(self, watch, income_months=12):
        """`watch`: the county's numbers, None where verdicts, deaths and medical costs alone are looked at; `income_months`: of the
        window in which income is counted."""
        self.income_months = income_months
        self.today = date.min  # of the assessment: it decides what may be used
        self.watched = watch is not None  # the kinds of which time alone changes more than months and terms
        self.notice = timedelta(days=(watch or {}).get("notice_days", 0))
        self.reached = timedelta(days=(watch or {}).get("age_days", 0))
        self.windows = {*WINDOWS, *((watch or {}).get(name, 12) for name in ("review_months", "irregular_months"))}
        self.households = {}
        self.home = {}  # resident -> number of the household to which he belongs
        self.entries = defaultdict(set)  # resident -> numbers of all households whose entries name him
        self.claims = defaultdict(set)  # those that are open
        self.facts = defaultdict(dict)  # holder -> {(dataset, key): [facts]}
        self.holders = {}  # (dataset, key) -> holders of its facts
        self.count = 0  # of records received
        self.lists = defaultdict(set)  # dataset -> keys on the last whole list
        self.touched = set()
        self.supported = set()  # residents with a record of who must support them
        self.due = defaultdict(set)  # day -> households that time alone may change then

    def touch(self, holder):
        number = holder[len("household:"):] if holder.startswith("household:") else self.home.get(holder)
        if number is not None:
            self.touched.add(number)
        return number

    def receive(self, dataset, record, today):
        key = (dataset, tuple(record[name].upper() if name == "resident_id" else record[name]
                              for name in KEYS[dataset]))
        if dataset in NO_FACT or (dataset == "civil.payments" and not self.watched):
            return key
        if dataset == "civil.households":
            self.receive_household(record)
            return key
        self.count += 1
        now = () if record.get("retracted") else list(FACTS[dataset](record))
        said = self.said_before(key, now)
        self.forget(key)
        for holder, fact in now:
            fact.said = said
            self.facts[holder].setdefault(key, []).append(fact)
            if fact.kind.startswith("support."):
                self.supported.add(holder)
            self.holders.setdefault(key, set()).add(holder)
            number = self.touch(holder)
            if isinstance(fact.end, date) and today < fact.end < FOREVER and number is not None:
                self.due[fact.end].add(number)
        return key

    def said_before(self, key, now):
        """A record that is repeated says nothing anew."""
        before = [(holder, fact) for holder in self.holders.get(key, ()) for fact in self.facts[holder][key]]
        repeated = sorted((h, repr(f.says())) for h, f in before) == sorted((h, repr(f.says())) for h, f in now)
        return before[0][1].said if before and repeated else self.count

    def forget(self, key):
        for holder in self.holders.pop(key, ()):
            del self.facts[holder][key]
            self.touch(holder)

    def touch_supported(self):
        """What supporters have and do is not followed one by one: few are supported, and they are looked at every day."""
        for person in self.supported:
            self.touch(person)

    def receive_household(self, record):
        number = record["household_no"]
        household = self.households.setdefault(number, Household(number))
        self.touched.add(number)
        named = list(household.relations)
        for person in named:
            self.entries[person].discard(number)
        if record.get("retracted"):
            household.closed, household.relations = True, {}
        else:
            household.area, household.closed = record["area"], bool(record.get("closed"))
            household.effective = day(record["effective_on"])
            household.relations = {member["resident_id"].upper(): member["relation"] for member in record["members"]}
        for person in household.relations:
            self.entries[person].add(number)
        for person in {*named, *household.relations}:
            self.settle(person)
        self.gather(household)  # in the order of the entry

    def settle(self, person):
        """An open household goes before a closed one, then the entry that took effect last (then the greater id)."""
        entries = [self.households[number] for number in self.entries[person]]
        self.claims[person] = {household.number for household in entries if not household.closed}
        best = max(entries, key=lambda h: (not h.closed, h.effective, household_id(h.number)), default=None)
        before = self.home.pop(person, None)
        if best is not None:
            self.home[person] = best.number
        for number in {*self.claims[person], before, self.home.get(person)} - {None}:
            self.touched.add(number)
            self.gather(self.households[number])

    def gather(self, household):
        household.members = tuple(person for person in household.relations if self.home.get(person) == household.number)

    def receive_list(self, dataset, records, as_of, today):
        present = {self.receive(dataset, record, today) for record in records}
        for key in self.lists[dataset] - present:
            for holder in self.holders.get(key, ()):
                for fact in self.facts[holder][key]:
                    fact.end = min(fact.end, as_of)
                self.touch(holder)
        self.lists[dataset] = present

    def has_authorised(self, facts_by_key):
        return any(fact.kind == "authorisation" and fact.holds(self.today) for facts in facts_by_key.values() for fact in facts)

    def of(self, holder):
        """What may be used today."""
        facts_by_key = self.facts.get(holder, {})
        authorised = self.has_authorised(facts_by_key)
        for (dataset, _), facts in facts_by_key.items():
            if authorised or dataset not in PROTECTED:
                yield from facts

    def dossier(self, household):
        """Every fact of the household and of its members."""
        yield from self.of("household:" + household.number)
        for person in household.members:
            yield from self.of(person)

    def look_again(self, household, today):
        """Notes the later days on which what is watched may change; rather too many than one too few."""
        days, this = set(), month_of(today)
        for fact in self.dossier(household):
            if fact.kind == "job":  # months of grace may end with any month
                days.update(first_day(m) - DAY - self.notice for m in range(this, this + 14))
            if not isinstance(fact.start, date):
                continue
            days.add(fact.start)
            for n in self.windows:
                edge = add_months(fact.start, n)
                days.update((edge, edge + DAY, edge - self.notice - DAY))
            if fact.end < FOREVER:
                days.update((fact.end, fact.end - self.notice, fact.end - self.notice - DAY, fact.end - self.notice + DAY))
        for person in household.members:
            for age in AGES:
                reached = add_months(born(person), 12 * age)
                days.update((reached, reached + self.reached, reached + self.reached + DAY))
        for d in days:
            if d > today:
                self.due[d].add(household.number)


class Person:
    """One member on one day: what the facts come to."""

    __slots__ = ("id", "born", "died", "enrolments", "income", "wages", "waged", "gross", "received", "received_in_year", "income_known", "vehicles",
                 "vehicle_prices", "deposits", "bills", "certificate", "facts")

    def __init__(self, known, resident_id, d):
        self.id, self.born = resident_id, born(resident_id)
        self.died, self.enrolments, self.certificate = None, {}, None
        self.income = self.wages = self.vehicles = self.deposits = self.bills = 0
        self.received = 0  # of the income: maintenance that the family has declared
        self.gross = self.received_in_year = 0  # of twelve months whatever the window is: all but maintenance received, and that
        self.vehicle_prices = []
        self.waged = self.income_known = False
        self.facts = []  # the others, whenever they are
        this = month_of(d)
        for fact in known.of(resident_id):
            kind = fact.kind
            if kind.startswith("income."):
                self.income_known = True
                months = min(fact.end, this) - max(fact.start, this - known.income_months)
                if months > 0 and kind == "income.wage":
                    self.wages += months * fact.value
                    self.waged = True
                elif months > 0 and kind in (*COUNTED_INCOME, RECEIVED):
                    self.income += months * fact.value
                    self.received += months * fact.value if kind == RECEIVED else 0
                year = max(0, min(fact.end, this) - max(fact.start, this - 12)) * fact.value
                if kind == RECEIVED:
                    self.received_in_year += year
                elif kind in COUNTED_INCOME or kind == "income.wage":
                    self.gross += year
            elif kind == "death":
                if fact.start <= d:
                    self.died = min(self.died or FOREVER, fact.start)
            elif kind == "bill":
                if month_of(fact.start) > this - 12 and fact.start <= d:
                    self.bills += fact.value
                self.facts.append(fact)
            elif kind == "certificate":
                if fact.holds(d):
                    self.certificate = fact
            elif kind == "vehicle":
                if fact.holds(d) and fact.code != "disability_scooter":
                    self.vehicles += 1
                    self.vehicle_prices.append(fact.value)
            elif kind == "asset.deposit":
                self.deposits += fact.value if fact.holds(d) else 0
            elif kind.startswith("enrolment."):
                if fact.holds(d):
                    self.enrolments.setdefault(kind[len("enrolment."):], []).append(fact)
            else:
                self.facts.append(fact)
        for facts in self.enrolments.values():
            newest_first(facts)

    def away(self, d):
        return any(fact.kind in ("custody.prison", "custody.detox") and fact.holds(d) for fact in self.facts)
