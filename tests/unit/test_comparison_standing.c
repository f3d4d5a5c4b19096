/* SPDX-License-Identifier: Apache-2.0 */
/* Where households stand is what acting on the findings leads to, household by household; and the sums of a simulation
 * close, for thousands of households made by chance. */
#include "unit.h"

#include "comparison_all.h"
#include "domain/date.h"
#include "finding_rules.h"
#include "json/json_in.h"
#include "ruling.h"
#include "simulate.h"

#include <string.h>

#define TODAY date_of(2024, 6, 15)
#define HOUSEHOLDS 1500
#define MEMBERS 5
#define FACTS 24

static terms_t *terms;
static policy_t *in_force, *draft, *telling; /* telling: every category can be found */
static arena_t *arena;

static uint64_t chance_state;

static uint64_t
chance(uint64_t below)
{
    chance_state = chance_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (chance_state >> 33) % below;
}

typedef struct {
    dossier_t d;
    member_t members[MEMBERS];
    fact_t own[FACTS], facts[MEMBERS][FACTS];
    uuid_t persons[MEMBERS];
    ruling_t rulings[3];
} home_t;

static fact_t *
add(home_t *h, size_t seat, const char *kind, int32_t from, int32_t to, int64_t value, const char *code)
{
    static uint64_t serial;
    size_t *n = seat == 0 ? &h->d.fact_count : &h->members[seat - 1].fact_count;
    fact_t *f = seat == 0 ? &h->own[*n] : &h->facts[seat - 1][*n];

    assert_true(*n < FACTS);
    (*n)++;
    *f = (fact_t){ .seq = ++serial, .dataset = terms_intern(terms, "test"), .kind = terms_intern(terms, kind), .from = from, .to = to,
                   .value = value };
    memcpy(f->key, &serial, sizeof serial);
    if (code != NULL)
        f->code = terms_intern(terms, code);
    return f;
}

static void
enrol_home(home_t *h, const char *kind, int64_t fen)
{
    fact_t *f = add(h, 0, kind, date_of(2023, 1, 1), chance(10) == 0 ? TODAY : DATE_OPEN, fen, NULL);
    size_t first = chance(h->d.member_count);

    f->persons = &h->persons[first];
    f->person_count = (uint16_t) (h->d.member_count - first);
}

static void
fill_member(home_t *h, size_t m)
{
    static const char *const types[] = { "physical", "mental", "visual" };
    static const char *const allowances[] = { "enrolment.disability_nursing", "enrolment.disability_living", "enrolment.tekun",
                                              "enrolment.dibao_single" };

    if (chance(4) != 0)
        (void) add(h, m + 1, "income.wage", date_of(2023, 1, 1), chance(3) == 0 ? date_of(2023, 9, 1) : DATE_OPEN,
                   (int64_t) chance(250000), NULL);
    if (chance(3) == 0)
        (void) add(h, m + 1, "income.transfer", date_of(2023, 8, 1), date_of(2023, 12, 1), (int64_t) chance(90000), NULL);
    if (chance(4) == 0)
        (void) add(h, m + 1, "disability.certificate", date_of(2020, 1, 1), DATE_OPEN, 1 + (int64_t) chance(4),
                   types[chance(COUNT_OF(types))]);
    for (size_t i = 0; i < COUNT_OF(allowances); i++)
        if (chance(9) == 0)
            (void) add(h, m + 1, allowances[i], date_of(2022, 5, 1), DATE_OPEN, (int64_t) chance(50000), NULL);
    if (chance(3) == 0)
        (void) add(h, m + 1, "support.none", date_of(2022, 1, 1), DATE_OPEN, 0, NULL);
    if (chance(3) == 0)
        (void) add(h, m + 1, "care.assessment", date_of(2022, 1, 1), DATE_OPEN, (int64_t) chance(6), NULL);
    if (chance(4) == 0)
        (void) add(h, m + 1, "employment.unemployed", date_of(2022, 1, 1), DATE_OPEN, 0, NULL);
    if (chance(12) == 0)
        (void) add(h, m + 1, "event.emergency", date_of(2024, 3, 1), DATE_OPEN, 0, "fire");
    if (chance(15) == 0)
        (void) add(h, m + 1, "event.death", TODAY - (int32_t) chance(60) + 5, DATE_OPEN, 0, NULL);
    if (chance(25) == 0)
        (void) add(h, m + 1, "asset.vehicle", date_of(2021, 1, 1), DATE_OPEN, 1, "car");
    if (chance(12) == 0)
        (void) add(h, m + 1, "expense.medical.self_paid", date_of(2024, 2, 1), date_of(2024, 2, 2), (int64_t) chance(4000000), NULL);
}

/* What a case conference decided: now and then about what the policy says as well. */
static void
decide(home_t *h)
{
    static const char *const of_household[] = { "dibao", "marginal", "rigid_expenditure", "temporary_aid_urgent", "poverty_return" };
    static const char *const of_person[] = { "tekun", "dibao_single", "disability_nursing", "disability_living" };
    static const ruling_verb_t verbs[] = { RULING_GRANTS, RULING_REFUSES, RULING_KEEPS, RULING_NOT_GRANTED };

    h->d.rulings = h->rulings;
    for (size_t n = chance(4) == 0 ? 1 + chance(COUNT_OF(h->rulings)) : 0; n > 0; n--) {
        bool person = chance(2) == 0;

        h->rulings[h->d.ruling_count++] = (ruling_t){
            .household = h->d.household, .verb = verbs[chance(COUNT_OF(verbs))], .from = TODAY - (int32_t) chance(50) + 3,
            .until = TODAY + 1 + (int32_t) chance(50), .person = person ? h->persons[chance(h->d.member_count)] : (uuid_t){ { 0 } },
            .category = person ? of_person[chance(COUNT_OF(of_person))] : of_household[chance(COUNT_OF(of_household))] };
    }
}

static void
make(home_t *h, uint32_t number)
{
    static const char *const townships[] = { "320681100", "320681101", "320681102", "" };

    memset(h, 0, sizeof *h);
    memcpy(h->d.household.b, &number, sizeof number);
    if (chance(30) != 0)
        (void) snprintf(h->d.region, sizeof h->d.region, "%s%03d", townships[chance(3)], (int) chance(5));
    h->d.members = h->members;
    h->d.facts = h->own;
    h->d.member_count = 1 + chance(MEMBERS);
    h->d.urban = chance(2) == 0;
    h->d.incomplete = chance(40) == 0;
    for (size_t m = 0; m < h->d.member_count; m++) {
        h->persons[m].b[0] = (uint8_t) m;
        memcpy(&h->persons[m].b[4], &number, sizeof number);
        h->members[m] = (member_t){ .person = h->persons[m], .relation = m == 0 ? REL_HEAD : REL_CHILD, .male = chance(2) == 0,
                                    .born = date_of(1935, 1, 1) + (int32_t) chance(32000), .facts = h->facts[m] };
        fill_member(h, m);
    }
    if (chance(3) == 0)
        enrol_home(h, "enrolment.dibao", (int64_t) chance(150000));
    if (chance(6) == 0)
        enrol_home(h, "enrolment.marginal", 0);
    if (chance(12) == 0)
        enrol_home(h, "enrolment.rigid_expenditure", 0);
    if (chance(12) == 0)
        (void) add(h, 0, "enrolment.temporary_aid_urgent", TODAY - (int32_t) chance(300), TODAY - 3 + (int32_t) chance(6), 100000, NULL);
    if (chance(8) == 0)
        (void) add(h, 0, "enrolment.poverty_return", TODAY - (int32_t) chance(400), DATE_OPEN, 0, "edge");
    decide(h);
}

static policy_result_t
assess(const policy_t *policy, const home_t *h)
{
    const dossier_t *d = &h->d;
    policy_result_t result;
    err_t err = { .cls = ERR_NONE };

    if (!policy_assess(policy, NULL, &d, 1, TODAY, arena, &result, &err))
        fail_msg("%s", err.text);
    return result;
}

/* --- standing against findings --- */

typedef struct {
    const home_t *home;
    const wanted_t *wanted;
    size_t count, told; /* told: wanted that the standing explains */
} found_t;

static const wanted_t *
find(found_t *f, finding_kind_t kind, const char *category, const uuid_t *person)
{
    static const uuid_t nobody = { { 0 } };

    for (size_t i = 0; i < f->count; i++) {
        const wanted_t *w = &f->wanted[i];

        if (w->kind == kind && strcmp(w->category, category) == 0 && strcmp(w->rule, RULE_DEATH) != 0 &&
            uuid_eq(&w->person, person == NULL ? &nobody : person))
            return w;
    }
    return NULL;
}

static void
expect(found_t *f, bool holds, finding_kind_t kind, const char *category, const uuid_t *person)
{
    const wanted_t *w = find(f, kind, category, person);

    if (holds != (w != NULL))
        fail_msg("%s %s: the standing says %s, the findings %s", finding_kind_name(kind), category, holds ? "yes" : "no",
                 w != NULL ? "yes" : "no");
    f->told += holds ? 1 : 0;
}

static const fact_t *
enrolment(const policy_t *policy, const fact_t *facts, size_t n, size_t category)
{
    return standing_enrolment(facts, n, terms_find(terms, policy_category_enrolment(policy, category)), TODAY);
}

/* One of that role and unit of which findings speak; of the others they do not know. */
static bool
is_told(const policy_t *policy, size_t category, policy_role_t role, policy_unit_t unit)
{
    return policy_category_role(policy, category) == role && policy_category_unit(policy, category) == unit &&
           policy_category_has_findings(policy, category);
}

static bool
is_found(const policy_t *policy, size_t category)
{
    return is_told(policy, category, POLICY_ROLE_AID, POLICY_UNIT_HOUSEHOLD);
}

static void
check_aid(found_t *f, const policy_t *policy, const standing_t *household, size_t counted)
{
    const dossier_t *d = &f->home->d;
    size_t n = policy_category_count(policy), from = SIZE_MAX, to = SIZE_MAX;

    for (size_t k = 0; k < n; k++) {
        if (!is_found(policy, k))
            continue;
        bool enrolled = enrolment(policy, d->facts, d->fact_count, k) != NULL;
        if (enrolled && from == SIZE_MAX)
            from = k;
        if (household[k].stands && !enrolled)
            to = k;
    }
    for (size_t k = 0; k < n; k++) {
        const char *name = policy_category_wire(policy, k);

        if (!is_found(policy, k))
            continue;
        expect(f, from == SIZE_MAX && to == k, KIND_NEWLY_QUALIFIES, name, NULL);
        expect(f, from != SIZE_MAX && to == k, KIND_CATEGORY_CHANGE, name, NULL);
        expect(f, counted > 0 && from == k && to == SIZE_MAX && !household[k].stands, KIND_NO_LONGER_QUALIFIES, name, NULL);
        const wanted_t *w = find(f, KIND_BENEFIT_CHANGE, name, NULL);
        if (from != k || !household[k].stands || counted == 0) {
            f->told += w != NULL ? 1 : 0; /* where it also moves */
            continue;
        }
        const fact_t *e = enrolment(policy, d->facts, d->fact_count, k);
        expect(f, household[k].money != e->value, KIND_BENEFIT_CHANGE, name, NULL);
        if (w != NULL)
            assert_int_equal(w->monthly, household[k].money);
    }
}

static bool
has_died(const member_t *m)
{
    for (size_t i = 0; i < m->fact_count; i++)
        if (m->facts[i].kind == terms_find(terms, "event.death") && m->facts[i].from <= TODAY)
            return true;
    return false;
}

/* Drawn for once, or listed by others. */
static void
check_lists(found_t *f, const policy_t *policy, const standing_t *household, size_t counted)
{
    const dossier_t *d = &f->home->d;

    for (size_t k = 0; k < policy_category_count(policy) && counted > 0; k++) {
        const char *name = policy_category_wire(policy, k);
        bool enrolled = enrolment(policy, d->facts, d->fact_count, k) != NULL;

        if (is_told(policy, k, POLICY_ROLE_ENTITLEMENT, POLICY_UNIT_HOUSEHOLD)) {
            expect(f, household[k].stands && !enrolled, KIND_ENTITLEMENT_NOT_DRAWN, name, NULL);
            expect(f, false, KIND_NO_LONGER_QUALIFIES, name, NULL);
        } else if (is_told(policy, k, POLICY_ROLE_WATCH, POLICY_UNIT_HOUSEHOLD)) {
            expect(f, household[k].stands && !enrolled, KIND_NEWLY_QUALIFIES, name, NULL);
            expect(f, !household[k].stands && enrolled, KIND_NO_LONGER_QUALIFIES, name, NULL);
        }
    }
}

/* Of one member: who enters an earlier aid leaves the later one with it, and is told of the first. */
static void
check_aid_of(found_t *f, const policy_t *policy, const standing_t *person, size_t m)
{
    const dossier_t *d = &f->home->d;
    const uuid_t *who = &d->members[m].person;
    bool entered = false;

    for (size_t k = 0; k < policy_category_count(policy); k++) {
        if (!is_told(policy, k, POLICY_ROLE_AID, POLICY_UNIT_PERSON))
            continue;
        const standing_t *s = &person[k * d->member_count + m];
        const fact_t *e = enrolment(policy, d->members[m].facts, d->members[m].fact_count, k);
        const char *name = policy_category_wire(policy, k);

        expect(f, s->stands && e == NULL, KIND_NEWLY_QUALIFIES, name, who);
        if (entered) { /* told only once the register has followed */
            f->told += find(f, KIND_NO_LONGER_QUALIFIES, name, who) != NULL ? 1 : 0;
            f->told += find(f, KIND_BENEFIT_CHANGE, name, who) != NULL ? 1 : 0;
        } else {
            expect(f, e != NULL && !s->stands, KIND_NO_LONGER_QUALIFIES, name, who);
            expect(f, e != NULL && s->stands && !s->unknown && s->money != e->value, KIND_BENEFIT_CHANGE, name, who);
        }
        entered |= s->stands && e == NULL;
    }
}

static void
check_persons(found_t *f, const policy_t *policy, const standing_t *person)
{
    const dossier_t *d = &f->home->d;

    for (size_t m = 0; m < d->member_count; m++)
        if (!has_died(&d->members[m]))
            check_aid_of(f, policy, person, m);
    for (size_t k = 0; k < policy_category_count(policy); k++) {
        for (size_t m = 0; is_told(policy, k, POLICY_ROLE_ENTITLEMENT, POLICY_UNIT_PERSON) && m < d->member_count; m++) {
            const standing_t *s = &person[k * d->member_count + m];
            bool enrolled = enrolment(policy, d->members[m].facts, d->members[m].fact_count, k) != NULL, died = has_died(&d->members[m]);

            expect(f, s->stands && !enrolled, KIND_ENTITLEMENT_NOT_DRAWN, policy_category_wire(policy, k), &d->members[m].person);
            expect(f, enrolled && !s->stands && !died, KIND_NO_LONGER_QUALIFIES, policy_category_wire(policy, k), &d->members[m].person);
        }
    }
}

/* Indicators count together, as the one warning that is found. */
static void
check_warning(found_t *f, const policy_t *policy, const policy_result_t *verdicts)
{
    expect(f, standing_is_warned(policy, verdicts, "other_hardship"), KIND_HARDSHIP_WARNING, "other_hardship", NULL);
}

/* Enrolled in two that exclude each other, of which the second is not judged. */
static bool
is_enrolled_twice(const home_t *h, const policy_t *policy)
{
    size_t n = 0;

    for (size_t k = 0; k < policy_category_count(policy); k++)
        if (policy_category_role(policy, k) == POLICY_ROLE_AID)
            n += enrolment(policy, h->own, h->d.fact_count, k) != NULL ? 1 : 0;
    return n > 1;
}

/* Enrolled in what is not told of: the findings take the household for one that draws nothing. */
static bool
is_enrolled_untold(const home_t *h, const policy_t *policy)
{
    for (size_t k = 0; k < policy_category_count(policy); k++)
        if (policy_category_role(policy, k) == POLICY_ROLE_AID && !policy_category_has_findings(policy, k) &&
            enrolment(policy, h->own, h->d.fact_count, k) != NULL)
            return true;
    return false;
}

static void
check_standing(const policy_t *policy, size_t seen[KIND_COUNT + 1] /* the last: households with decisions */)
{
    finding_rules_t *rules = finding_rules_new(policy, terms);
    standing_rules_t *standing = standing_rules_new(policy, terms);
    size_t n = policy_category_count(policy), findings = 0;

    chance_state = 1;
    for (uint32_t i = 0; i < HOUSEHOLDS; i++) {
        home_t h;
        found_t f = { .home = &h };
        finding_list_t list;

        arena_reset(arena);
        make(&h, i);
        if (is_enrolled_twice(&h, policy) || is_enrolled_untold(&h, policy))
            continue;
        policy_result_t result = assess(policy, &h);
        finding_rules_apply(rules, &h.d, &result, TODAY, arena, &list);
        f.wanted = list.wanted;
        f.count = list.count;
        standing_t *household = arena_new_array(arena, standing_t, n), *person = arena_new_array(arena, standing_t, n * MEMBERS);
        const policy_result_t *decided = ruling_apply(policy, &h.d, &result, TODAY, arena);
        seen[KIND_COUNT] += decided != &result ? 1 : 0;
        standing_of(standing, &h.d, decided, TODAY, household, person);
        check_warning(&f, policy, decided);
        check_aid(&f, policy, household, result.counted);
        check_lists(&f, policy, household, result.counted);
        check_persons(&f, policy, person);
        for (size_t w = 0; w < f.count; w++) {
            seen[f.wanted[w].kind]++;
            f.told += strcmp(list.wanted[w].rule, RULE_DEATH) == 0 || list.wanted[w].kind == KIND_OVERLAP || list.wanted[w].kind == KIND_DATA_CONFLICT
                          ? 1
                          : 0;
        }
        assert_int_equal(f.told, f.count); /* nothing is found that the standing does not know of */
        findings += f.count;
    }
    assert_true(findings > HOUSEHOLDS / 2);
    finding_rules_destroy(&rules);
    standing_rules_destroy(&standing);
}

static void
test_standing_is_what_findings_lead_to(void **state)
{
    size_t seen[KIND_COUNT + 1] = { 0 };

    (void) state;
    check_standing(in_force, seen);
    check_standing(telling, seen);
    assert_true(seen[KIND_NEWLY_QUALIFIES] > 50 && seen[KIND_NO_LONGER_QUALIFIES] > 50 && seen[KIND_BENEFIT_CHANGE] > 50);
    assert_true(seen[KIND_CATEGORY_CHANGE] > 20 && seen[KIND_ENTITLEMENT_NOT_DRAWN] > 50);
    assert_true(seen[KIND_HARDSHIP_WARNING] > 20 && seen[KIND_COUNT] > 100);
}

/* --- sums --- */

/* The register's own count, made without the code under test. */
static void
count_enrolled(simulate_t *s, const home_t *h)
{
    static const char *const kinds[] = { "dibao", "marginal", "tekun", "dibao_single", "disability_nursing", "disability_living",
                                         "rigid_expenditure", "temporary_aid_urgent" };
    err_t err = { .cls = ERR_NONE };

    for (size_t k = 0; k < COUNT_OF(kinds); k++) {
        char word[64];
        tally_t t = { 0 };

        (void) snprintf(word, sizeof word, "enrolment.%s", kinds[k]);
        for (size_t seat = 0; seat <= h->d.member_count; seat++) {
            const fact_t *facts = seat == 0 ? h->own : h->facts[seat - 1];
            size_t n = seat == 0 ? h->d.fact_count : h->members[seat - 1].fact_count;

            for (size_t i = 0; i < n; i++) {
                if (facts[i].kind != terms_find(terms, word) || facts[i].from > TODAY || facts[i].to <= TODAY)
                    continue;
                t.households = 1;
                t.people += facts[i].person_count > 0 ? facts[i].person_count : 1;
                t.money += facts[i].value;
            }
        }
        if (t.people > 0 && !simulate_stock(s, h->d.region, kinds[k], &t, false, &err))
            fail_msg("%s", err.text);
    }
}

static simulate_t *
simulate_all(const policy_t *second, uint32_t count, bool miscount)
{
    const policy_t *policies[] = { in_force, second };
    home_t *homes = mem_new_array(home_t, count);
    AUTO(arena) scratch = arena_new(1 << 20);

    chance_state = 7;
    for (uint32_t i = 0; i < count; i++)
        make(&homes[i], i); /* the dossier's pointers are into the home itself */
    simulate_t *s = simulate_new(terms, policies, 2, TODAY, 10);
    for (uint32_t i = 0; i < count; i++)
        if (!miscount || i != 3)
            count_enrolled(s, &homes[i]);
    for (uint32_t i = 0; i < count; i++) {
        arena_reset(arena);
        arena_reset(scratch);
        if (i % 50 == 49) {
            simulate_unassessed(s, &homes[i].d);
            continue;
        }
        policy_result_t a = assess(in_force, &homes[i]), b = assess(second, &homes[i]);
        const policy_result_t *const results[SIMULATE_POLICIES] = { &a, &b };
        simulate_household(s, NULL, &homes[i].d, results, scratch);
    }
    mem_free(homes);
    return s;
}

static size_t
category_of(const policy_t *policy, const char *name)
{
    size_t k = 0;

    while (strcmp(policy_category_name(policy, k), name) != 0)
        k++;
    return k;
}

static void
test_sums_close(void **state)
{
    err_t err = { .cls = ERR_NONE };
    AUTO(simulate) s = simulate_all(draft, HOUSEHOLDS, false);

    (void) state;
    if (!simulate_check(s, &err))
        fail_msg("%s", err.text);
    assert_true(s->changed[1].households > 100 && s->unknown[1].households > 10);
    assert_int_equal(s->households + s->unassessed, HOUSEHOLDS);
    assert_int_equal(s->changed[1].households + s->unknown[1].households + s->unchanged[1].households, s->households);
    const size_t first = category_of(in_force, "dibao"), second = category_of(in_force, "marginal");
    const cell_t dibao = simulate_total(s, first);
    assert_true(dibao.flow[0].entered.households > 0 && dibao.flow[0].left.households > 0 && dibao.flow[0].raised.money > 0);
    assert_true(dibao.flow[1].moved_in.households > 0 && dibao.unassessed.people > 0);
    /* the households that come from marginal in all are those that the matrix has */
    assert_int_equal(dibao.flow[1].moved_in.households, s->moves[1][second][first].households);
}

/* The same policy twice changes nothing, whatever is open anyway. */
static void
test_same_policy_changes_nothing(void **state)
{
    err_t err = { .cls = ERR_NONE };
    AUTO(simulate) s = simulate_all(in_force, 1000, false);

    (void) state;
    if (!simulate_check(s, &err))
        fail_msg("%s", err.text);
    assert_int_equal(s->changed[1].households, 0);
    for (size_t c = 0; c < s->category_count; c++) {
        const cell_t t = simulate_total(s, c);

        assert_memory_equal(&t.after[0], &t.after[1], sizeof t.after[0]);
        assert_int_equal(t.flow[1].entered.people + t.flow[1].left.people + t.flow[1].moved_in.people + t.flow[1].raised.money, 0);
    }
}

static void
test_a_sum_that_does_not_close_is_an_error(void **state)
{
    err_t err = { .cls = ERR_NONE };
    AUTO(simulate) s = simulate_all(draft, 200, true);

    (void) state;
    assert_false(simulate_check(s, &err));
    assert_string_equal(err.code, "simulate.open");
    assert_non_null(strstr(err.text, "the register gives"));
}

/* --- the households nearest the line --- */

static void
test_nearest_are_the_nearest(void **state)
{
    AUTO_STR text = STR_INIT;
    json_out_t out;
    AUTO(simulate) s = simulate_all(draft, HOUSEHOLDS, false);
    double last = 0;

    (void) state;
    json_out_init(&out, &text);
    json_out_object(&out, NULL);
    simulate_out(s, &out); /* sorts them */
    json_out_end(&out);
    assert_true(json_check(text.ptr, text.len, NULL));
    assert_int_equal(s->near[1].count, 10);
    for (size_t i = 0; i < s->near[1].count; i++) {
        const near_t *n = &s->near[1].items[i];

        assert_true(n->distance >= last && n->line > 0);
        last = n->distance;
    }
    near_t nearer = { .household = { { 1 } }, .distance = 0 };
    simulate_near(s, 1, &nearer);
    nearer.distance = 9;
    simulate_near(s, 1, &nearer);
    assert_int_equal(s->near[1].count, 10);
    size_t zero = 0;
    for (size_t i = 0; i < 10; i++) {
        zero += s->near[1].items[i].household.b[0] == 1 && s->near[1].items[i].line == 0 ? 1 : 0;
        assert_true(s->near[1].items[i].distance <= last);
    }
    assert_int_equal(zero, 1);
}

/* More townships than are told apart: their counties, with the same sums. */
static void
test_many_townships_become_counties(void **state)
{
    const policy_t *policies[] = { in_force };
    AUTO(simulate) s = simulate_new(terms, policies, 1, TODAY, 0);

    (void) state;
    for (unsigned i = 0; i < REGION_ROWS_MAX + 200; i++) {
        char region[13];

        (void) snprintf(region, sizeof region, "3206%02u%03u001", i % 7, 100 + i / 7);
        simulate_add(s, &simulate_cell(s, region, 0)->stock, 1, 2, 3);
    }
    assert_int_equal(s->regions.count, 7);
    assert_int_equal(s->regions.digits, 6);
    for (size_t g = 0; g + 1 < s->regions.count; g++)
        assert_true(strcmp(s->regions.regions[g], s->regions.regions[g + 1]) < 0);
    const cell_t t = simulate_total(s, 0);
    assert_int_equal(t.stock.households, REGION_ROWS_MAX + 200);
    assert_int_equal(t.stock.money, 3 * (REGION_ROWS_MAX + 200));
}

static int
setup(void **state)
{
    static const char *const words[] = { "enrolment.dibao", "enrolment.marginal", "enrolment.tekun", "enrolment.dibao_single",
                                         "enrolment.disability_nursing", "enrolment.disability_living", "event.death" };
    err_t err = { .cls = ERR_NONE };

    (void) state;
    arena = arena_new(1 << 20);
    terms = terms_new();
    for (size_t i = 0; i < COUNT_OF(words); i++)
        (void) terms_intern(terms, words[i]);
    if (!policy_load("deploy/policies/qidong.yaml", terms, &in_force, &err) || !policy_load("deploy/policies/haian.yaml", terms, &draft, &err))
        fail_msg("%s", err.text);
    telling = comparison_all(terms, "");
    return 0;
}

static int
teardown(void **state)
{
    (void) state;
    policy_destroy(&in_force);
    policy_destroy(&telling);
    policy_destroy(&draft);
    terms_destroy(&terms);
    arena_destroy(&arena);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_standing_is_what_findings_lead_to),
        cmocka_unit_test(test_sums_close),
        cmocka_unit_test(test_same_policy_changes_nothing),
        cmocka_unit_test(test_a_sum_that_does_not_close_is_an_error),
        cmocka_unit_test(test_nearest_are_the_nearest),
        cmocka_unit_test(test_many_townships_become_counties),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
