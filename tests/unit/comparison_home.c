/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "comparison_all.h"
#include "comparison_home.h"
#include "domain/date.h"

#include <string.h>

arena_t *home_arena;
terms_t *home_terms;
policy_t *home_policy;
finding_rules_t *home_rules;

void
home_set_up(const char *more)
{
    home_arena = arena_new(1 << 16);
    home_terms = terms_new();
    home_policy = comparison_all(home_terms, more);
    home_rules = finding_rules_new(home_policy, home_terms);
}

int
home_tear_down(void **state)
{
    (void) state;
    finding_rules_destroy(&home_rules);
    policy_destroy(&home_policy);
    terms_destroy(&home_terms);
    arena_destroy(&home_arena);
    return 0;
}

uuid_t
home_person(int member)
{
    uuid_t u = { { (uint8_t) member, 1 } };

    return u;
}

void
home_init(home_t *h, size_t members)
{
    *h = (home_t){ .list = { .count = 0 } };
    h->d.household.b[0] = 9;
    (void) str_copy(h->d.region, sizeof h->d.region, "320681100207");
    h->d.members = h->members;
    h->d.member_count = members;
    h->d.facts = h->own;
    h->d.effective = date_of(2020, 1, 1);
    for (size_t i = 0; i < members; i++) {
        h->members[i].person = home_person((int) i + 1);
        h->members[i].born = date_of(1970, 1, 1);
        h->members[i].facts = h->facts[i];
    }
}

fact_t *
home_add(home_t *h, int member, const char *kind, int32_t from, int32_t to, int64_t value, const char *code)
{
    static uint16_t serial;
    size_t *n = member == 0 ? &h->d.fact_count : &h->members[member - 1].fact_count;
    fact_t *f = member == 0 ? &h->own[(*n)++] : &h->facts[member - 1][(*n)++];

    assert_true(*n <= HOME_FACTS);
    *f = (fact_t){ .seq = 1, .dataset = terms_intern(home_terms, "test"), .kind = terms_intern(home_terms, kind), .from = from,
                   .to = to, .value = value };
    serial++;
    f->key[0] = (uint8_t) (serial >> 8);
    f->key[1] = (uint8_t) serial;
    if (code != NULL)
        f->code = terms_intern(home_terms, code);
    return f;
}

void
home_income(home_t *h, int member, int32_t from, int32_t to, int64_t yuan_a_month)
{
    (void) home_add(h, member, "income.transfer", from, to, yuan_a_month * YUAN, NULL);
}

fact_t *
home_enrol(home_t *h, int member, const char *category, int32_t from, int32_t to, int64_t yuan)
{
    char kind[64];

    (void) snprintf(kind, sizeof kind, "enrolment.%s", category);
    fact_t *f = home_add(h, member, kind, from, to, yuan * YUAN, NULL);

    if (member == 0) {
        uuid_t *named = arena_new_array(home_arena, uuid_t, h->d.member_count);

        for (size_t i = 0; i < h->d.member_count; i++)
            named[i] = h->members[i].person;
        f->persons = named;
        f->person_count = (uint16_t) h->d.member_count;
    }
    return f;
}

void
home_pay(home_t *h, int member, const char *category, int32_t month, int64_t yuan)
{
    char kind[64];

    (void) snprintf(kind, sizeof kind, "payment.%s", category);
    (void) home_add(h, member, kind, date_month_start(month), date_month_start(month + 1), yuan * YUAN, NULL);
}

void
home_judge(home_t *h, int32_t day)
{
    const dossier_t *d = &h->d;
    policy_result_t result;
    err_t err = { .cls = ERR_NONE };

    if (!policy_assess(home_policy, NULL, &d, 1, day, home_arena, &result, &err))
        fail_msg("%s", err.text);
    finding_rules_apply(home_rules, d, &result, day, home_arena, &h->list);
}

const wanted_t *
home_found(const home_t *h, finding_kind_t kind, const char *category, int member)
{
    uuid_t who = member == 0 ? (uuid_t){ { 0 } } : home_person(member);

    for (size_t i = 0; i < h->list.count; i++) {
        const wanted_t *w = &h->list.wanted[i];

        if (w->kind == kind && strcmp(w->category, category) == 0 && uuid_eq(&w->person, &who))
            return w;
    }
    return NULL;
}
