/* SPDX-License-Identifier: Apache-2.0 */
/* docs/data.md §4 written down a second time, in plain C, and held against the policy files on many made-up households,
 * half of them near a line.  The engine's way with blocks and shared registers must not show. */
#include "domain/date.h"
#include "policy.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define HOUSEHOLDS 6000

typedef struct {
    terms_t *terms;
    uint64_t random;
    arena_t *arena;
    int32_t day;
} world_t;

static int64_t
pick(world_t *w, int64_t from, int64_t to)
{
    w->random = w->random * 6364136223846793005u + 1442695040888963407u;
    return from + (int64_t) ((w->random >> 33) % (uint64_t) (to - from + 1));
}

/* ---- households -------------------------------------------------------------------------------------------------- */

static void
add(world_t *w, member_t *m, const char *kind, const char *code, int32_t from, int32_t to, int64_t value)
{
    fact_t *f = &m->facts[m->fact_count++];

    *f = (fact_t){
        .seq = (uint64_t) m->fact_count, .kind = terms_intern(w->terms, kind), .from = from, .to = to, .value = value
    };
    if (code != NULL)
        f->code = terms_intern(w->terms, code);
}

static void
add_months(world_t *w, member_t *m, const char *kind, int64_t value)
{
    int32_t first = date_month(w->day) - (int32_t) pick(w, 0, 15), last = first + (int32_t) pick(w, 1, 14);

    add(w, m, kind, NULL, date_month_start(first), pick(w, 0, 9) == 0 ? DATE_OPEN : date_month_start(last), value);
}

static void
make_member(world_t *w, member_t *m, size_t n)
{
    static const char *const incomes[] = { "income.wage",     "income.business", "income.property",
                                           "income.transfer", "income.pension",  "income.pension.basic" };
    static const char *const vehicles[] = { "car", "disability_scooter" };
    static const char *const types[] = { "visual", "physical", "intellectual", "mental", "multiple" };

    m->facts = arena_new_array(w->arena, fact_t, 16);
    for (int64_t i = pick(w, 0, 3); i > 0; i--)
        add_months(w, m, incomes[pick(w, 0, 5)], pick(w, 0, 1) == 0 ? pick(w, 70000, 90000) : pick(w, -1000, 300000));
    if (n == 0 && pick(w, 0, 1) == 0) { /* near the line, to the fen */
        int32_t end = date_month(w->day);

        add(w, m, "income.transfer", NULL, date_month_start(end - 12), date_month_start(end), 79000);
        add(w, m, "income.transfer", NULL, date_month_start(end - 1), date_month_start(end), pick(w, -2, 2));
    }
    if (pick(w, 0, 9) == 0)
        add(w, m, "asset.vehicle", vehicles[pick(w, 0, 1)], w->day + (int32_t) pick(w, -2, 1),
            w->day + (int32_t) pick(w, 0, 3), 1);
    if (pick(w, 0, 4) == 0)
        add(w, m, "asset.deposit", NULL, w->day - 10, DATE_OPEN, 1896000 + pick(w, -1, 1));
    if (pick(w, 0, 9) == 0)
        add(w, m, "event.death", NULL, w->day + (int32_t) pick(w, -2, 2), DATE_OPEN, 1);
    if (pick(w, 0, 9) == 0)
        add(w, m, "enrolment.tekun", NULL, w->day - 50, w->day + (int32_t) pick(w, -1, 2), 107000);
    if (pick(w, 0, 3) == 0)
        add(w, m, "disability.certificate", types[pick(w, 0, 4)], w->day - (int32_t) pick(w, -1, 9),
            w->day + (int32_t) pick(w, 0, 9), pick(w, 1, 4));
    for (int64_t i = pick(w, 0, 2); i > 0; i--)
        add(w, m, "expense.medical.self_paid", NULL, w->day - (int32_t) pick(w, -1, 370), DATE_OPEN,
            1000000 + pick(w, -1, 1));
}

static dossier_t *
make_household(world_t *w)
{
    dossier_t *d = arena_new_array(w->arena, dossier_t, 1);

    d->urban = pick(w, 0, 1) == 0;
    d->incomplete = pick(w, 0, 49) == 0;
    d->member_count = (size_t) pick(w, 0, 4);
    d->members = arena_new_array(w->arena, member_t, 5);
    d->facts = arena_new_array(w->arena, fact_t, 1);
    for (size_t m = 0; m < d->member_count; m++)
        make_member(w, &d->members[m], m);
    if (pick(w, 0, 3) == 0) {
        d->facts[0] = (fact_t){ .seq = 99,
                                .kind = terms_intern(w->terms, "enrolment.dibao"),
                                .from = w->day - 90,
                                .to = w->day + (int32_t) pick(w, 0, 3),
                                .value = 30000 };
        d->fact_count = 1;
    }
    return d;
}

/* ---- the rules a second time --------------------------------------------------------------------------------------
 */

typedef struct {
    bool alive, tekun, known, waged, vehicle;
    int64_t wages, other, deposits, medical;
    int grade; /* 0: none */
    bool mind;
} person_t;

static void
read_person(const world_t *w, const member_t *m, person_t *p)
{
    int32_t end = date_month(w->day);

    *p = (person_t){ .alive = true };
    for (size_t i = 0; i < m->fact_count; i++) {
        const fact_t *f = &m->facts[i];
        const char *kind = terms_word(w->terms, f->kind), *code = terms_word(w->terms, f->code);
        bool in_force = f->from <= w->day && w->day < f->to;

        if (str_starts(kind, "income.")) {
            int64_t months = f->from < f->to ? date_months_inside(end - 12, end, f->from, f->to) : 0;

            p->known = true;
            p->waged = p->waged || (strcmp(kind, "income.wage") == 0 && months > 0);
            if (strcmp(kind, "income.wage") == 0)
                p->wages += months * f->value;
            else if (strcmp(kind, "income.pension.basic") != 0)
                p->other += months * f->value;
        } else if (strcmp(kind, "event.death") == 0) {
            p->alive = p->alive && f->from > w->day;
        } else if (strcmp(kind, "expense.medical.self_paid") == 0) {
            p->medical += f->from >= date_month_start(end - 11) && f->from <= w->day ? f->value : 0;
        } else if (in_force && strcmp(kind, "enrolment.tekun") == 0) {
            p->tekun = true;
        } else if (in_force && strcmp(kind, "asset.vehicle") == 0) {
            p->vehicle = p->vehicle || strcmp(code, "disability_scooter") != 0;
        } else if (in_force && strcmp(kind, "asset.deposit") == 0) {
            p->deposits += f->value;
        } else if (in_force && strcmp(kind, "disability.certificate") == 0) {
            p->grade = (int) f->value;
            p->mind = strcmp(code, "intellectual") == 0 || strcmp(code, "mental") == 0;
        }
    }
}

/* 10 %, rounded half up to the fen, also below zero. */
static int64_t
work_cost(int64_t wages)
{
    int64_t n = wages + 5;

    return n >= 0 ? n / 10 : -((-n + 9) / 10);
}

typedef struct {
    int64_t n, income, line, deposits, medical;
    bool known, vehicle, dibao_enrolled;
    person_t people[5];
} sums_t;

static void
read_sums(const world_t *w, const dossier_t *d, sums_t *s)
{
    *s = (sums_t){ 0 };
    for (size_t m = 0; m < d->member_count; m++) {
        person_t *p = &s->people[m];

        read_person(w, &d->members[m], p);
        s->known = s->known || p->known;
        s->vehicle = s->vehicle || p->vehicle;
        s->deposits += p->deposits;
        s->medical += p->alive ? p->medical : 0;
        if (!p->alive || p->tekun)
            continue;
        s->n++;
        s->income += p->wages - work_cost(p->wages) + p->other;
    }
    s->income = s->income < 0 ? 0 : s->income;
    s->line = 12 * (w->day >= date_of(2024, 7, 1) ? 82000 : 79000) * s->n;
    s->dibao_enrolled = d->fact_count > 0 && w->day < d->facts[0].to;
}

static size_t
category(const policy_t *policy, const char *name)
{
    size_t c = 0;

    while (strcmp(policy_category_name(policy, c), name) != 0)
        c++;
    return c;
}

static void
check_aid(const policy_t *policy, const dossier_t *d, const sums_t *s, const policy_result_t *r)
{
    const policy_verdict_t *dibao = &r->household[category(policy, "dibao")],
                           *marginal = &r->household[category(policy, "marginal")];
    bool property = !s->vehicle && s->deposits <= s->line * 2, below = s->n > 0 && s->income < s->line;
    int64_t gap = s->line - s->income;

    assert_int_equal(r->counted, s->n);
    if (!s->known || d->incomplete) {
        assert_int_equal(dibao->qualifies, POLICY_UNKNOWN);
        assert_int_equal(dibao->keeps, POLICY_UNKNOWN);
        assert_int_equal(marginal->qualifies, POLICY_UNKNOWN);
        assert_false(dibao->has_amount);
        return;
    }
    assert_int_equal(dibao->qualifies, below && property);
    assert_int_equal(dibao->keeps, s->n > 0 && s->income * 100 < s->line * 103 && property);
    assert_int_equal(marginal->qualifies, !(below && property) && s->n > 0 && s->income * 2 < s->line * 3 && property);
    assert_int_equal(marginal->keeps, s->n > 0 && s->income * 2 < s->line * 3 && property);
    assert_int_equal(dibao->value, s->income);
    assert_int_equal(dibao->line, s->line);
    assert_true(dibao->has_amount);
    if (gap > 0)
        assert_int_equal(dibao->amount, (gap + 1199) / 1200 * 100);
    else
        assert_true(dibao->amount <= 0);
}

static void
check_people(const policy_t *policy, const dossier_t *d, const sums_t *s, const policy_result_t *r)
{
    size_t nursing = category(policy, "disability_nursing"), living = category(policy, "disability_living");

    for (size_t m = 0; m < d->member_count; m++) {
        const person_t *p = &s->people[m];
        bool may = p->alive && p->grade > 0 && !p->tekun;
        const policy_verdict_t *n = &r->person[nursing * d->member_count + m],
                               *l = &r->person[living * d->member_count + m];
        policy_answer_t expected_nursing = may && (p->grade <= 2 || (p->grade == 3 && p->mind)),
                        expected_living = may && (s->dibao_enrolled || ((p->grade <= 2 || p->mind) && !p->waged));

        assert_int_equal(n->qualifies, d->incomplete ? POLICY_UNKNOWN : expected_nursing);
        assert_int_equal(n->keeps, n->qualifies);
        assert_int_equal(l->qualifies, d->incomplete ? POLICY_UNKNOWN : expected_living);
        assert_int_equal(l->keeps, l->qualifies);
    }
}

static void
check_all(const char *path, int32_t day)
{
    world_t w = { .terms = terms_new(), .random = (uint64_t) day, .arena = arena_new(1 << 20), .day = day };
    AUTO(policy) policy = NULL;
    const dossier_t **dossiers = arena_new_array(w.arena, const dossier_t *, HOUSEHOLDS);
    policy_result_t *results = arena_new_array(w.arena, policy_result_t, HOUSEHOLDS);
    size_t answers[3] = { 0 };
    err_t err = { 0 };

    if (!policy_load(path, w.terms, &policy, &err))
        fail_msg("%s", err.text);
    for (size_t i = 0; i < HOUSEHOLDS; i++)
        dossiers[i] = make_household(&w);
    assert_true(policy_assess(policy, NULL, dossiers, HOUSEHOLDS, day, w.arena, results, &err));
    for (size_t i = 0; i < HOUSEHOLDS; i++) {
        const policy_verdict_t *hardship = &results[i].household[category(policy, "hardship_medical")];
        sums_t s;

        read_sums(&w, dossiers[i], &s);
        check_aid(policy, dossiers[i], &s, &results[i]);
        check_people(policy, dossiers[i], &s, &results[i]);
        assert_int_equal(hardship->qualifies, dossiers[i]->incomplete ? POLICY_UNKNOWN : s.medical >= 2000000);
        answers[results[i].household[category(policy, "dibao")].qualifies]++;
    }
    /* The households are worth the name: each answer is frequent. */
    for (size_t i = 0; i < 3; i++)
        assert_true(answers[i] > HOUSEHOLDS / 50);
    policy_destroy(&policy);
    arena_destroy(&w.arena);
    terms_destroy(&w.terms);
}

static void
test_qidong(void **state)
{
    (void) state;
    check_all("deploy/policies/qidong.yaml", date_of(2024, 3, 15));
    check_all("deploy/policies/qidong.yaml", date_of(2024, 6, 30));
    check_all("deploy/policies/qidong.yaml", date_of(2024, 7, 1));
    check_all("deploy/policies/qidong.yaml", date_of(2024, 2, 29));
}

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_qidong) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
