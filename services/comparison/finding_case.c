/* SPDX-License-Identifier: Apache-2.0 */
#include "finding_case.h"

#include <string.h>

#include "base/num.h"
#include "domain/date.h"
#include "standing.h"

#define PREFIX_ENROLMENT "enrolment."
#define PREFIX_PAYMENT "payment."

/* --- facts --- */

bool
finding_case_in_force(const fact_t *f, int32_t day)
{
    return f->from <= day && day < f->to;
}

static term_t
term_of(const finding_rules_t *self, const char *prefix, const char *category)
{
    char word[128];

    if (snprintf(word, sizeof word, "%s%s", prefix, category) >= (int) sizeof word)
        return 0;
    return terms_find(self->terms, word);
}

const fact_t *
finding_case_enrolment_of(const finding_rules_t *self, const fact_t *facts, size_t n, const char *enrolment, int32_t day)
{
    return standing_enrolment(facts, n, terms_find(self->terms, enrolment), day);
}

const char *
finding_case_enrolment_category(const finding_rules_t *self, const fact_t *f)
{
    const char *word = terms_word(self->terms, f->kind);

    return str_starts(word, PREFIX_ENROLMENT) ? word + sizeof PREFIX_ENROLMENT - 1 : NULL;
}

term_t
finding_case_payment(const finding_rules_t *self, const char *category)
{
    return term_of(self, PREFIX_PAYMENT, category);
}

int32_t
finding_case_died_on(const finding_rules_t *self, const member_t *member, int32_t day)
{
    term_t kind = terms_find(self->terms, KIND_DEATH);
    int32_t first = DATE_OPEN;

    for (size_t i = 0; kind != 0 && i < member->fact_count; i++) {
        const fact_t *f = &member->facts[i];

        if (f->kind == kind && f->from <= day && f->from < first)
            first = f->from;
    }
    return first;
}

int64_t
finding_case_paid_after(const finding_rules_t *self, const fact_t *facts, size_t n, const char *category, int32_t died)
{
    term_t kind = finding_case_payment(self, category);
    int64_t sum = 0;

    for (size_t i = 0; kind != 0 && i < n; i++)
        if (facts[i].kind == kind && date_month(facts[i].from) > date_month(died) && !num_add_i64(sum, facts[i].value, &sum))
            return INT64_MAX;
    return sum;
}

bool
finding_case_is_payment(const finding_rules_t *self, const fact_t *fact, const char *category)
{
    const char *word = terms_word(self->terms, fact->kind);

    return str_starts(word, PREFIX_PAYMENT) && strcmp(word + sizeof PREFIX_PAYMENT - 1, category) == 0;
}

int64_t
finding_case_paid_in(const finding_rules_t *self, const fact_t *facts, size_t n, const char *category, int32_t month, size_t *ret_count)
{
    term_t kind = term_of(self, PREFIX_PAYMENT, category);
    int64_t sum = 0;

    *ret_count = 0;
    for (size_t i = 0; kind != 0 && i < n; i++) {
        if (facts[i].kind != kind || date_month(facts[i].from) != month)
            continue;
        (*ret_count)++;
        if (!num_add_i64(sum, facts[i].value, &sum))
            return INT64_MAX;
    }
    return sum;
}

size_t
finding_case_member(const dossier_t *d, const uuid_t *person)
{
    for (size_t i = 0; i < d->member_count; i++)
        if (uuid_eq(&d->members[i].person, person))
            return i;
    return SIZE_MAX;
}

void
finding_case_look_again(finding_case_t *c, int32_t day)
{
    if (day > c->day && day < c->next_day)
        c->next_day = day;
}

/* --- what is wanted --- */

wanted_t *
finding_case_want(finding_case_t *c, finding_kind_t kind, const char *category, const char *rule, const uuid_t *person)
{
    static const uuid_t nobody = { { 0 } };

    for (size_t i = 0; i < c->count; i++) { /* two indicators may speak of one matter */
        wanted_t *w = &c->wanted[i];

        if (w->kind == kind && strcmp(w->category, category) == 0 && uuid_eq(&w->person, person != NULL ? person : &nobody))
            return w;
    }
    if (c->count == c->cap) {
        size_t cap = c->cap == 0 ? 4 : c->cap * 2;
        wanted_t *grown = arena_new_array(c->arena, wanted_t, cap);

        if (c->count > 0)
            memcpy(grown, c->wanted, c->count * sizeof *grown);
        c->wanted = grown;
        c->cap = cap;
    }
    wanted_t *w = &c->wanted[c->count++];
    *w = (wanted_t){ .kind = kind, .category = category, .rule = rule, .since = DATE_OPEN, .monthly = MONEY_NONE,
                     .enrolled = MONEY_NONE, .overpaid = MONEY_NONE, .underpaid = MONEY_NONE, .drawn_from = INT32_MIN };
    if (person != NULL)
        w->person = *person;
    if (!c->bare)
        w->facts = (const fact_t **) arena_alloc(c->arena, EVIDENCE_MAX * sizeof(fact_t *));
    return w;
}

/* A record counts once, whatever the number of its facts. */
void
finding_case_add_fact(wanted_t *w, const fact_t *fact)
{
    if (w->facts == NULL) /* none is asked for */
        return;
    for (size_t i = 0; i < w->fact_count; i++)
        if (w->facts[i]->dataset == fact->dataset && memcmp(w->facts[i]->key, fact->key, sizeof fact->key) == 0)
            return;
    if (w->fact_count < EVIDENCE_MAX)
        w->facts[w->fact_count++] = fact;
}

void
finding_case_add_evidence(const finding_case_t *c, wanted_t *w, size_t category, size_t member)
{
    const fact_t *facts[EVIDENCE_MAX];
    size_t n = 0;

    if (!c->bare)
        n = policy_evidence_facts(c->rules->evidence, c->place, category, member, facts, COUNT_OF(facts));
    for (size_t i = 0; i < n; i++)
        finding_case_add_fact(w, facts[i]);
}

void
finding_case_add_enrolment(wanted_t *w, const fact_t *enrolled)
{
    w->enrolled = enrolled->value;
    w->drawn_from = enrolled->from;
    finding_case_add_fact(w, enrolled);
}

void
finding_case_add_verdict(wanted_t *w, const policy_verdict_t *v, bool amount)
{
    w->line = v->line;
    w->value = v->value;
    if (amount && v->has_amount)
        w->monthly = v->amount;
}

bool
finding_case_raises(const policy_t *policy, size_t category, policy_role_t role, policy_unit_t unit)
{
    return policy_category_has_findings(policy, category) && policy_category_role(policy, category) == role &&
           policy_category_unit(policy, category) == unit;
}
