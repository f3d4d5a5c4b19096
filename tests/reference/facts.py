# SPDX-License-Identifier: Apache-2.0
"""What departments' records say: values, and the facts that each record becomes (docs/data.md, part 1)."""

import hashlib
from datetime import date, timedelta

FOREVER = date.max
HOUSEHOLD_CATEGORIES = ("dibao", "marginal", "rigid_expenditure", "temporary_aid_urgent", "temporary_aid_expenditure")
DECLARED = {"business": "income.business", "property": "income.property", "transfer": "income.transfer",
            "support_received": "income.support_received"}
KEYS = {
    "civil.households": ("household_no",),
    "civil.enrolments": ("enrolment_no",),
    "civil.payments": ("payment_no",),
    "civil.authorisations": ("authorisation_no",),
    "civil.care_assessments": ("resident_id",),
    "civil.supporters": ("support_no",),
    "civil.children": ("resident_id",),
    "civil.declarations": ("declaration_no",),
    "civil.cremations": ("cremation_no",),
    "civil.reviews": ("review_no",),
    "dpf.certificates": ("resident_id",),
    "education.students": ("resident_id", "enrolled_on"),
    "emergency.victims": ("victim_no",),
    "health.deaths": ("certificate_no",),
    "health.illness": ("diagnosis_no",),
    "hrss.unemployment": ("resident_id", "registered_on"),
    "hrss.employment": ("resident_id", "employer", "started_on"),
    "hrss.wages": ("resident_id", "employer", "month"),
    "hrss.pensions": ("resident_id", "month"),
    "justice.custody": ("custody_no",),
    "medical.settlements": ("settlement_no",),
    "police.vehicles": ("vehicle_no",),
    "police.deaths": ("resident_id",),
    "rural.poverty_return": ("household_no",),
    "stats.cpi": ("region", "month"),
}
# Used only on days for which the person's authorisation is in force.
PROTECTED = frozenset(("hrss.wages", "hrss.pensions", "police.vehicles"))
NO_FACT = ("stats.cpi",)  # prices change no verdict of these categories


def fen(text):
    """'790.5' -> 79050"""
    yuan, _, rest = text.partition(".")
    return int(yuan) * 100 + int((rest + "00")[:2])


def yuan(amount):
    return f"{amount // 100}.{amount % 100:02}"


DAYS = {}


def day(text):
    if text not in DAYS:
        DAYS[text] = date.fromisoformat(text)
    return DAYS[text]


def month(text):
    """'2024-02' -> number of the month, so that months can be subtracted"""
    return int(text[:4]) * 12 + int(text[5:7]) - 1


def month_of(d):
    return d.year * 12 + d.month - 1


def first_day(m):
    return date(m // 12, m % 12 + 1, 1)


def add_months(d, n):
    """The same day n months later; where that month has no such day, the first of the next (docs/policy.md)."""
    m = month_of(d) + n
    return min(first_day(m) + timedelta(days=d.day - 1), first_day(m + 1))


def resident(record):
    return record["resident_id"].upper()


def born(resident_id):
    return date(int(resident_id[6:10]), int(resident_id[10:12]), int(resident_id[12:14]))


def age_on(birthday, d):
    return d.year - birthday.year - ((d.month, d.day) < (birthday.month, birthday.day))


def household_id(number):
    raw = bytearray(hashlib.blake2b(b"plimsoll:household:" + number.encode(), digest_size=16).digest())
    raw[6] = (raw[6] & 0x0F) | 0x80
    raw[8] = (raw[8] & 0x3F) | 0x80
    text = raw.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


class Fact:
    """Something that is true of a holder from one day (or month) until before another."""

    __slots__ = ("kind", "start", "end", "value", "code", "people", "ref", "said")

    def __init__(self, kind, start, end=FOREVER, value=0, code=None, people=(), ref=None):
        self.kind, self.start, self.end = kind, start, end
        self.value, self.code, self.people, self.ref = value, code, people, ref
        self.said = 0  # the place of its record among all that were received

    def says(self):
        return self.kind, self.start, self.end, self.value, self.code, self.people

    def holds(self, d):
        return self.start <= d < self.end


def newest_first(enrolments):
    """Of several in one category the first counts: the one that began last, then the one that was said last."""
    enrolments.sort(key=lambda fact: (fact.start, fact.said), reverse=True)


class Finding:
    """What is told with a finding: since when, and the money (fen)."""

    __slots__ = ("since", "over", "under", "rule")

    def __init__(self, since, over=0, under=0, rule=None):
        self.since, self.over, self.under, self.rule = since, over, under, rule

    def put(self, line):
        line["since"] = self.since.isoformat()
        if self.over:
            line["overpaid"] = yuan(self.over)
        if self.under:
            line["underpaid"] = yuan(self.under)
        if self.rule:
            line["rule"] = self.rule


def last_day(record, *names):
    """The first of the named members that is there; a name in capitals is a last day, the others are days after."""
    for name in names:
        if name.lower() in record:
            return day(record[name.lower()]) + timedelta(days=1 if name.isupper() else 0)
    return FOREVER


def months_from(record, start="month"):
    """First month and the month after the last; monthly facts count whole months only."""
    first = month(record[start])
    if "to_month" in record:
        return first, month(record["to_month"]) + 1
    return first, None


def authorisation_facts(record):
    yield resident(record), Fact("authorisation", day(record["from"]), last_day(record, "withdrawn_on", "UNTIL"))


def wage_facts(record):
    first, after = months_from(record)
    yield resident(record), Fact("income.wage", first, after or first + 1, fen(record["amount"]))


def pension_facts(record):
    first, after = months_from(record)
    yield resident(record), Fact("income.pension", first, after or first + 1, fen(record["personal"]))
    yield resident(record), Fact("income.pension.basic", first, after or first + 1, fen(record["basic"]))


def declaration_facts(record):
    first, after = months_from(record, "from_month")
    if record["item"] == "deposit":
        end = first_day(after) if after else FOREVER
        yield resident(record), Fact("asset.deposit", first_day(first), end, fen(record["balance"]))
    else:
        yield resident(record), Fact(DECLARED[record["item"]], first, after or 10**6, fen(record["monthly_amount"]))


def certificate_facts(record):
    end = min(day(record["expires_on"]), last_day(record, "cancelled_on"))
    yield resident(record), Fact("certificate", day(record["issued_on"]), end, record["grade"], record["type"])


def settlement_facts(record):
    yield resident(record), Fact("bill", day(record["settled_on"]), value=fen(record["self_paid"]))


def vehicle_facts(record):
    yield resident(record), Fact("vehicle", day(record["registered_on"]), last_day(record, "deregistered_on"),
                                 fen(record.get("price", "0.00")), record["class"])


def death_facts(record):
    yield resident(record), Fact("death", day(record["died_on"]))


def child_facts(record):
    yield resident(record), Fact("enrolment.child_in_difficulty", day(record["since"]), FOREVER,
                                 fen(record["monthly_amount"]), record["class"])


def enrolment_facts(record):
    people = tuple(person.upper() for person in record["members"])
    fact = Fact("enrolment." + record["category"], day(record["from"]), last_day(record, "UNTIL"),
                fen(record["monthly_amount"]), people=people, ref=record["enrolment_no"])
    yield ("household:" + record["household_no"] if record["category"] in HOUSEHOLD_CATEGORIES else people[0]), fact


def payment_facts(record):
    holder = "household:" + record["household_no"] if record["category"] in HOUSEHOLD_CATEGORIES else resident(record)
    m = month(record["month"])
    yield holder, Fact("payment." + record["category"], m, m + 1, fen(record["amount"]), ref=record["enrolment_no"])


def review_facts(record):
    holder = "household:" + record["household_no"] if record["category"] in HOUSEHOLD_CATEGORIES else resident(record)
    yield holder, Fact("review." + record["category"], day(record["reviewed_on"]), code=record["result"])


def student_facts(record):
    end = min(last_day(record, "UNTIL"), last_day(record, "left_on"))
    if record["mode"] == "full_time":
        yield resident(record), Fact("student", day(record["enrolled_on"]), end, code=record["level"])
    if record.get("left_by") == "dropout":
        yield resident(record), Fact("dropout", day(record["left_on"]))


def victim_facts(record):
    for person in [record["resident_id"], *record.get("others", ())]:
        yield person.upper(), Fact("emergency", day(record["happened_on"]), code=record["class"])


def illness_facts(record):
    yield resident(record), Fact("health." + record["class"], day(record["diagnosed_on"]), last_day(record, "UNTIL"))


def unemployment_facts(record):
    yield resident(record), Fact("unemployed", day(record["registered_on"]), last_day(record, "ended_on"))


def custody_facts(record):
    yield resident(record), Fact("custody." + record["class"], day(record["begins_on"]),
                                 last_day(record, "released_on", "UNTIL"), record["term_months"])


def supporter_facts(record):
    end = last_day(record, "UNTIL")
    if record["statement"] == "none":
        yield resident(record), Fact("support.none", day(record["from"]), end)
    else:
        supporter = (record["supporter_id"].upper(),)
        yield resident(record), Fact("support.legal", day(record["from"]), end, fen(record.get("agreed_amount", "0.00")),
                                     record["relation"], supporter)
        if "dependants" in record:
            yield resident(record), Fact("support.dependants", day(record["from"]), end, record["dependants"], people=supporter)


def care_facts(record):
    yield resident(record), Fact("care", day(record["assessed_on"]), last_day(record, "VALID_UNTIL"), record["failed_items"])


def job_facts(record):
    yield resident(record), Fact("job", day(record["started_on"]), last_day(record, "ENDED_ON"), code=record["kind"])


def poverty_return_facts(record):
    yield "household:" + record["household_no"], Fact("enrolment.poverty_return", day(record["from"]),
                                                      last_day(record, "UNTIL"), code=record["class"])


FACTS = {
    "civil.authorisations": authorisation_facts,
    "civil.care_assessments": care_facts,
    "civil.supporters": supporter_facts,
    "civil.enrolments": enrolment_facts,
    "civil.payments": payment_facts,
    "civil.children": child_facts,
    "civil.declarations": declaration_facts,
    "civil.cremations": death_facts,
    "civil.reviews": review_facts,
    "dpf.certificates": certificate_facts,
    "education.students": student_facts,
    "emergency.victims": victim_facts,
    "health.deaths": death_facts,
    "health.illness": illness_facts,
    "hrss.unemployment": unemployment_facts,
    "hrss.employment": job_facts,
    "hrss.wages": wage_facts,
    "hrss.pensions": pension_facts,
    "justice.custody": custody_facts,
    "medical.settlements": settlement_facts,
    "police.vehicles": vehicle_facts,
    "police.deaths": death_facts,
    "rural.poverty_return": poverty_return_facts,
}
