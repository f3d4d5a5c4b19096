/* SPDX-License-Identifier: Apache-2.0 */
#include "random_household.h"

#include "domain/date.h"
#include <string.h>

uint64_t
random_next(random_t *self)
{
    uint64_t z = (self->state += UINT64_C(0x9E3779B97F4A7C15));

    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

int64_t
random_in(random_t *self, int64_t low, int64_t high)
{
    return low + (int64_t) (random_next(self) % (uint64_t) (high - low + 1));
}

int32_t
random_day(random_t *random)
{
    int32_t month = (int32_t) random_in(random, 2021 * 12 + 6, 2027 * 12);

    switch (random_in(random, 0, 3)) {
    case 0:
        return date_month_start(month);
    case 1:
        return date_month_start(month + 1) - 1;
    default:
        return date_month_start(month) + (int32_t) random_in(random, 0, 27);
    }
}

/* Half of the birthdays are near the day on which an age is reached that laws like. */
static int32_t
random_birth(random_t *random, int32_t day)
{
    static const int ages[] = { 0, 3, 6, 14, 16, 18, 22, 55, 60, 70, 80, 90, 100 };
    int y, m, d;

    if (random_chance(random, 50))
        return day - (int32_t) random_in(random, 0, 100 * 365);
    date_parts(day, &y, &m, &d);
    if (random_chance(random, 5))
        return date_of(y - y % 4 - (int) random_in(random, 0, 20) * 4, 2, 29);
    int32_t born = date_add_months(day, -12 * ages[random_in(random, 0, COUNT_OF(ages) - 1)]);
    born += (int32_t) random_in(random, -1, 1);
    return born < day ? born : day - 1;
}

/* Money in fen: nothing, round sums, odd ones; now and then one that overflows what it is multiplied with. */
static int64_t
random_money(random_t *random)
{
    switch (random_in(random, 0, 11)) {
    case 0:
        return 0;
    case 1:
        return random_in(random, 0, 10000000);
    case 2:
        return random_chance(random, 3) ? INT64_MAX / random_in(random, 1, 100) : random_in(random, 1, 99);
    case 3:
    case 4:
        return random_in(random, 0, 300) * 1000;
    default:
        return random_in(random, 20000, 250000);
    }
}

static void
random_term(random_t *random, const policy_fact_t *spec, int32_t day, fact_t *f)
{
    int32_t month = date_month(day);

    if (random_chance(random, spec->accumulate == ACCUMULATE_MONTHLY ? 85 : 20)) {
        f->from = date_month_start(month - (int32_t) random_in(random, -1, 16));
        f->to = date_month_start(date_month(f->from) + (int32_t) random_in(random, 1, 16));
    } else {
        f->from = day - (int32_t) random_in(random, -3, 500);
        f->to = f->from + (int32_t) random_in(random, 1, 800);
    }
    if (random_chance(random, 25))
        f->to = DATE_OPEN;
    else if (random_chance(random, 10))
        f->to = day + (int32_t) random_in(random, 0, 1);
    if (f->to <= f->from)
        f->to = f->from + 1;
}

fact_t
random_fact(const policy_fact_t *spec, terms_t *terms, random_t *random, int32_t day, arena_t *arena)
{
    fact_t f = { .seq = (uint64_t) random_in(random, 1, 100000), .index = (uint32_t) random_in(random, 0, 99), .kind = spec->kind };
    bool money = spec->has_unit && spec->unit.money != 0;

    for (size_t i = 0; i < sizeof f.key; i++)
        f.key[i] = (uint8_t) random_next(random);
    f.dataset = terms_intern(terms, spec->source_count > 0 ? spec->sources[0] : "test.records");
    random_term(random, spec, day, &f);
    if (spec->code_count > 0 && random_chance(random, 97))
        f.code = spec->codes[random_in(random, 0, (int64_t) spec->code_count - 1)];
    if (spec->value_name != NULL && !money)
        f.value = random_in(random, 1, 4);
    else
        f.value = random_money(random);
    if (random_chance(random, 20)) {
        uuid_t *person = arena_alloc(arena, sizeof(uuid_t));

        person->b[15] = (uint8_t) random_in(random, 1, 6);
        f.persons = person;
        f.person_count = 1;
    }
    return f;
}

/* `many`: about how many facts in all. */
static fact_t *
random_facts(const policy_t *policy, terms_t *terms, random_t *random, int32_t day, bool of_household, arena_t *arena,
             size_t *ret_count)
{
    fact_t *facts = arena_new_array(arena, fact_t, 24);
    size_t want = (size_t) random_in(random, 0, of_household ? 3 : 8), n = 0;

    for (size_t tries = 0; policy->fact_count > 0 && tries < 60 && n < want; tries++) {
        const policy_fact_t *spec = &policy->facts[random_in(random, 0, (int64_t) policy->fact_count - 1)]->fact;

        if (spec->of_household != of_household)
            continue;
        /* what ends a membership is rare, or nobody would be left to count */
        if ((spec->accumulate == ACCUMULATE_EVENT || strncmp(terms_word(terms, spec->kind), "enrolment.", 10) == 0) &&
            random_chance(random, 75))
            continue;
        facts[n++] = random_fact(spec, terms, random, day, arena);
        if (random_chance(random, 15)) { /* the same kind again: overlapping terms, two of a thing */
            facts[n] = random_fact(spec, terms, random, day, arena);
            n++;
        }
    }
    *ret_count = n;
    return facts;
}

void
random_household(const policy_t *policy, terms_t *terms, random_t *random, int32_t day, arena_t *arena, dossier_t *ret)
{
    static const char *const regions[] = { "320681100207", "320681105001", "320621100001", "330000000000" };

    *ret = (dossier_t){ .urban = random_chance(random, 40), .closed = random_chance(random, 2),
                        .effective = day - (int32_t) random_in(random, 0, 2000), .incomplete = random_chance(random, 2) };
    ret->household.b[0] = 0xA0;
    ret->household.b[15] = (uint8_t) random_in(random, 0, 255);
    memcpy(ret->region, regions[random_in(random, 0, COUNT_OF(regions) - 1)], sizeof ret->region);
    ret->member_count = (size_t) random_in(random, random_chance(random, 3) ? 0 : 1, 6);
    ret->members = arena_new_array(arena, member_t, ret->member_count + 1);
    for (size_t m = 0; m < ret->member_count; m++) {
        member_t *member = &ret->members[m];

        *member = (member_t){ .relation = m == 0 ? REL_HEAD : (relation_t) random_in(random, REL_SPOUSE, REL_COUNT - 1),
                              .male = random_chance(random, 50), .born = random_birth(random, day) };
        member->person.b[15] = (uint8_t) (m + 1);
        member->facts = random_facts(policy, terms, random, day, false, arena, &member->fact_count);
    }
    ret->facts = random_facts(policy, terms, random, day, true, arena, &ret->fact_count);
}
