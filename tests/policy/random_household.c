/* SPDX-License-Identifier: Apache-2.0 */
#include "random_household.h"

#include "domain/date.h"
#include <string.h>

enum { FACTS_MAX = 24, SUPPORTERS_MAX = 6 }; /* FACTS_MAX: of a member 9 of its own at most, and links to its supporters */

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

static void
random_facts(const policy_t *policy, terms_t *terms, random_t *random, int32_t day, policy_holder_t holder, arena_t *arena,
             fact_t **ret, size_t *ret_count)
{
    size_t want = (size_t) random_in(random, 0, holder == HOLDER_HOUSEHOLD ? 3 : 8), n = 0;

    *ret = arena_new_array(arena, fact_t, FACTS_MAX);
    for (size_t tries = 0; policy->fact_count > 0 && tries < 60 && n < want; tries++) {
        const policy_fact_t *spec = &policy->facts[random_in(random, 0, (int64_t) policy->fact_count - 1)]->fact;

        if (spec->holder != holder)
            continue;
        /* what ends a membership is rare, or nobody would be left to count */
        if ((spec->accumulate == ACCUMULATE_EVENT || strncmp(terms_word(terms, spec->kind), "enrolment.", 10) == 0) &&
            random_chance(random, 75))
            continue;
        (*ret)[n++] = random_fact(spec, terms, random, day, arena);
        if (random_chance(random, 15)) { /* the same kind again: overlapping terms, two of a thing */
            (*ret)[n] = random_fact(spec, terms, random, day, arena);
            n++;
        }
    }
    *ret_count = n;
}

static void
random_people(const policy_t *policy, terms_t *terms, random_t *random, int32_t day, uint8_t house, arena_t *arena, dossier_t *ret)
{
    static const char *const regions[] = { "320681100207", "320681105001", "320621100001", "330000000000" };

    *ret = (dossier_t){ .urban = random_chance(random, 40), .closed = random_chance(random, 2),
                        .effective = day - (int32_t) random_in(random, 0, 2000), .incomplete = random_chance(random, 2) };
    ret->household.b[0] = 0xA0;
    ret->household.b[15] = house;
    memcpy(ret->region, regions[random_in(random, 0, COUNT_OF(regions) - 1)], sizeof ret->region);
    ret->member_count = (size_t) random_in(random, random_chance(random, 3) ? 0 : 1, 6);
    ret->members = arena_new_array(arena, member_t, ret->member_count + 1);
    for (size_t m = 0; m < ret->member_count; m++) {
        member_t *member = &ret->members[m];

        *member = (member_t){ .relation = m == 0 ? REL_HEAD : (relation_t) random_in(random, REL_SPOUSE, REL_COUNT - 1),
                              .male = random_chance(random, 50), .born = random_birth(random, day) };
        member->person.b[14] = house;
        member->person.b[15] = (uint8_t) (m + 1);
        random_facts(policy, terms, random, day, HOLDER_PERSON, arena, &member->facts, &member->fact_count);
    }
    random_facts(policy, terms, random, day, HOLDER_HOUSEHOLD, arena, &ret->facts, &ret->fact_count);
}

/* One supporter of the member: a person of some other household, or of none, with the facts that link the two. */
static void
random_supporter(const policy_t *policy, terms_t *terms, random_t *random, int32_t day, uint8_t house, arena_t *arena,
                 member_t *member, supporter_t *supporter)
{
    uuid_t *person = arena_alloc(arena, sizeof(uuid_t));
    bool linked = false;

    person->b[14] = house;
    person->b[15] = 1;
    if (random_chance(random, 85)) {
        dossier_t *home = arena_alloc(arena, sizeof(dossier_t));

        random_people(policy, terms, random, day, house, arena, home);
        if (home->member_count > 0) {
            supporter->home = home;
            supporter->place = (size_t) random_in(random, 0, (int64_t) home->member_count - 1);
            *person = home->members[supporter->place].person;
        }
    }
    supporter->person = *person;
    for (size_t f = 0; f < policy->fact_count && member->fact_count < FACTS_MAX; f++) {
        const policy_fact_t *spec = &policy->facts[f]->fact;

        if (spec->holder != HOLDER_SUPPORTER || (linked && random_chance(random, 60)))
            continue;
        fact_t fact = random_fact(spec, terms, random, day, arena);
        fact.persons = person;
        fact.person_count = 1;
        member->facts[member->fact_count++] = fact;
        linked = true;
    }
}

static bool
has_supporters(const policy_t *policy)
{
    for (size_t f = 0; f < policy->fact_count; f++)
        if (policy->facts[f]->fact.holder == HOLDER_SUPPORTER)
            return true;
    return false;
}

void
random_household(const policy_t *policy, terms_t *terms, random_t *random, int32_t day, arena_t *arena, dossier_t *ret)
{
    supporter_t *supporters = arena_new_array(arena, supporter_t, SUPPORTERS_MAX);

    random_people(policy, terms, random, day, 0, arena, ret);
    ret->supporters = supporters;
    if (!has_supporters(policy))
        return;
    for (size_t m = 0; m < ret->member_count; m++) {
        size_t n = random_chance(random, 30) ? (size_t) random_in(random, 1, 3) : 0;

        for (; n > 0 && ret->supporter_count < SUPPORTERS_MAX; n--) {
            supporter_t *supporter = &supporters[ret->supporter_count++];

            supporter->member = m;
            random_supporter(policy, terms, random, day, (uint8_t) ret->supporter_count, arena, &ret->members[m], supporter);
        }
    }
}

policy_world_t
random_world(const policy_t *policy, terms_t *terms, random_t *random, int32_t day, arena_t *arena)
{
    static const char *const regions[] = { "32", "3206", "320681", "33" };
    place_fact_t *facts = arena_new_array(arena, place_fact_t, FACTS_MAX);
    policy_world_t world = { .place_facts = facts };

    for (size_t f = 0; f < policy->fact_count; f++) {
        const policy_fact_t *spec = &policy->facts[f]->fact;

        for (int64_t n = spec->holder == HOLDER_PLACE ? random_in(random, 0, 4) : 0; n > 0 && world.place_fact_count < FACTS_MAX; n--) {
            place_fact_t *fact = &facts[world.place_fact_count++];

            (void) str_copy(fact->region, sizeof fact->region, regions[random_in(random, 0, COUNT_OF(regions) - 1)]);
            fact->fact = random_fact(spec, terms, random, day, arena);
        }
    }
    return world;
}
