/* SPDX-License-Identifier: Apache-2.0 */
#include "finding_rules.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "domain/date.h"

#define PREFIX_ENROLMENT "enrolment."
#define PREFIX_PAYMENT "payment."
#define KIND_DEATH "event.death"
#define EVIDENCE_MAX 512 /* facts that the digest covers; the latest FINDING_FACTS_MAX of them are published */

struct finding_rules {
    const policy_t *policy;
    const terms_t *terms;
    const policy_world_t *world;
};

/* One household on one day. */
typedef struct {
    const finding_rules_t *rules;
    const dossier_t *dossier;
    const policy_result_t *verdicts;
    int32_t day;
    arena_t *arena;
    int32_t *died; /* by member: DATE_OPEN = alive */
    wanted_t *wanted;
    size_t count, cap;
} case_t;

finding_rules_t *
finding_rules_new(const policy_t *policy, const terms_t *terms)
{
    finding_rules_t *self = mem_new(finding_rules_t);

    self->policy = policy;
    self->terms = terms;
    return self;
}

void
finding_rules_use(finding_rules_t *self, const policy_world_t *world)
{
    self->world = world;
}

void
finding_rules_destroy(finding_rules_t **self_p)
{
    mem_free(*self_p);
    *self_p = NULL;
}

/* --- facts --- */

static bool
in_force(const fact_t *f, int32_t day)
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

/* The enrolment in force: of several the one that began last, then the one that was said last. */
static const fact_t *
enrolment_of(const finding_rules_t *self, const fact_t *facts, size_t n, const char *enrolment, int32_t day)
{
    term_t kind = terms_find(self->terms, enrolment);
    const fact_t *best = NULL;

    if (kind == 0)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        const fact_t *f = &facts[i];

        if (f->kind == kind && in_force(f, day) && (best == NULL || f->from > best->from || (f->from == best->from && f->seq > best->seq)))
            best = f;
    }
    return best;
}

static const char *
enrolment_category(const finding_rules_t *self, const fact_t *f)
{
    const char *word = terms_word(self->terms, f->kind);

    return str_starts(word, PREFIX_ENROLMENT) ? word + sizeof PREFIX_ENROLMENT - 1 : NULL;
}

/* Several departments may tell of one death: the earliest day counts. */
static int32_t
died_on(const finding_rules_t *self, const member_t *member, int32_t day)
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

/* Payments of the category for months after the month of death. */
static int64_t
paid_after(const finding_rules_t *self, const fact_t *facts, size_t n, const char *category, int32_t died)
{
    term_t kind = term_of(self, PREFIX_PAYMENT, category);
    int64_t sum = 0;

    for (size_t i = 0; kind != 0 && i < n; i++)
        if (facts[i].kind == kind && date_month(facts[i].from) > date_month(died) && !num_add_i64(sum, facts[i].value, &sum))
            return INT64_MAX;
    return sum;
}

static size_t
find_member(const dossier_t *d, const uuid_t *person)
{
    for (size_t i = 0; i < d->member_count; i++)
        if (uuid_eq(&d->members[i].person, person))
            return i;
    return SIZE_MAX;
}

/* --- what is wanted --- */

static wanted_t *
want(case_t *c, finding_kind_t kind, const char *category, const char *rule, const uuid_t *person)
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
                     .enrolled = MONEY_NONE, .overpaid = MONEY_NONE };
    if (person != NULL)
        w->person = *person;
    w->facts = (const fact_t **) arena_alloc(c->arena, EVIDENCE_MAX * sizeof(fact_t *));
    return w;
}

/* A record counts once, whatever the number of its facts. */
static void
add_fact(wanted_t *w, const fact_t *fact)
{
    for (size_t i = 0; i < w->fact_count; i++)
        if (w->facts[i]->dataset == fact->dataset && memcmp(w->facts[i]->key, fact->key, sizeof fact->key) == 0)
            return;
    if (w->fact_count < EVIDENCE_MAX)
        w->facts[w->fact_count++] = fact;
}

static void
add_evidence(const case_t *c, wanted_t *w, size_t category, size_t member)
{
    const fact_t *facts[EVIDENCE_MAX];
    size_t n = policy_evidence(c->rules->policy, c->rules->world, c->dossier, c->day, category, member, facts, COUNT_OF(facts));

    for (size_t i = 0; i < n; i++)
        add_fact(w, facts[i]);
}

static void
add_verdict(wanted_t *w, const policy_verdict_t *v, bool amount)
{
    w->line = v->line;
    w->value = v->value;
    if (amount && v->has_amount)
        w->monthly = v->amount;
}

/* A category of that role and unit from which findings are to come. */
static bool
raises(const policy_t *policy, size_t category, policy_role_t role, policy_unit_t unit)
{
    return policy_category_has_findings(policy, category) && policy_category_role(policy, category) == role &&
           policy_category_unit(policy, category) == unit;
}

/* --- aid: categories of the household that exclude each other --- */

/* A household that draws `enrolled`, the AID category with index `from`. */
static void
aid_enrolled(case_t *c, size_t from, const fact_t *enrolled)
{
    const policy_t *policy = c->rules->policy;
    const policy_verdict_t *v = c->verdicts->household;
    const char *from_name = policy_category_wire(policy, from);
    size_t other = SIZE_MAX;

    if (v[from].keeps == POLICY_UNKNOWN)
        return;
    for (size_t k = 0; k < policy_category_count(policy); k++) {
        bool before = k < from; /* an earlier category goes first, a later one is for whom this one no longer takes */

        if (k != from && raises(policy, k, POLICY_ROLE_AID, POLICY_UNIT_HOUSEHOLD) && v[k].qualifies == POLICY_YES &&
            (before || v[from].keeps == POLICY_NO)) {
            other = k;
            break;
        }
    }
    if (other != SIZE_MAX) {
        wanted_t *w = want(c, KIND_CATEGORY_CHANGE, policy_category_wire(policy, other), policy_category_name(policy, other), NULL);

        w->from_category = from_name;
        w->enrolled = enrolled->value;
        add_verdict(w, &v[other], true);
        add_fact(w, enrolled);
        add_evidence(c, w, other, SIZE_MAX);
    } else if (v[from].keeps == POLICY_NO) {
        wanted_t *w = want(c, KIND_NO_LONGER_QUALIFIES, from_name, policy_category_name(policy, from), NULL);

        w->enrolled = enrolled->value;
        add_verdict(w, &v[from], false);
        add_fact(w, enrolled);
        add_evidence(c, w, from, SIZE_MAX);
    }
    if (v[from].has_amount && v[from].amount > 0 && v[from].amount != enrolled->value) {
        wanted_t *w = want(c, KIND_BENEFIT_CHANGE, from_name, policy_category_name(policy, from), NULL);

        w->enrolled = enrolled->value;
        add_verdict(w, &v[from], true);
        add_fact(w, enrolled);
        add_evidence(c, w, from, SIZE_MAX);
    }
}

static void
find_aid(case_t *c)
{
    const policy_t *policy = c->rules->policy;
    size_t first = SIZE_MAX;

    for (size_t k = 0; k < policy_category_count(policy); k++) {
        if (!raises(policy, k, POLICY_ROLE_AID, POLICY_UNIT_HOUSEHOLD))
            continue;
        const fact_t *enrolled = policy_enrolment(policy, c->dossier, c->day, k, SIZE_MAX);

        if (enrolled != NULL) {
            if (c->verdicts->counted > 0)
                aid_enrolled(c, k, enrolled);
            return;
        }
        if (first == SIZE_MAX && c->verdicts->household[k].qualifies != POLICY_NO)
            first = k;
    }
    if (first == SIZE_MAX || c->verdicts->counted == 0 || c->verdicts->household[first].qualifies == POLICY_UNKNOWN)
        return;
    wanted_t *w = want(c, KIND_NEWLY_QUALIFIES, policy_category_wire(policy, first), policy_category_name(policy, first), NULL);
    add_verdict(w, &c->verdicts->household[first], true);
    add_evidence(c, w, first, SIZE_MAX);
}

/* --- entitlements of persons --- */

static void
find_entitlement(case_t *c, size_t category, size_t member)
{
    const policy_t *policy = c->rules->policy;
    const member_t *m = &c->dossier->members[member];
    const policy_verdict_t *v = &c->verdicts->person[category * c->dossier->member_count + member];
    const char *name = policy_category_name(policy, category);
    const fact_t *enrolled = policy_enrolment(policy, c->dossier, c->day, category, member);
    wanted_t *w = NULL;

    if (enrolled == NULL && v->qualifies == POLICY_YES) {
        w = want(c, KIND_ENTITLEMENT_NOT_DRAWN, policy_category_wire(policy, category), name, &m->person);
    } else if (enrolled != NULL && v->keeps == POLICY_NO) {
        w = want(c, KIND_NO_LONGER_QUALIFIES, policy_category_wire(policy, category), name, &m->person);
        w->enrolled = enrolled->value;
        add_fact(w, enrolled);
    }
    if (w == NULL)
        return;
    add_verdict(w, v, enrolled == NULL);
    add_evidence(c, w, category, member);
}

static void
find_entitlements(case_t *c)
{
    const policy_t *policy = c->rules->policy;

    for (size_t k = 0; k < policy_category_count(policy); k++) {
        if (!raises(policy, k, POLICY_ROLE_ENTITLEMENT, POLICY_UNIT_PERSON))
            continue;
        for (size_t m = 0; m < c->dossier->member_count; m++)
            if (c->died[m] == DATE_OPEN)
                find_entitlement(c, k, m);
    }
}

static void
find_indicators(case_t *c)
{
    const policy_t *policy = c->rules->policy;

    for (size_t k = 0; k < policy_category_count(policy); k++) {
        if (!raises(policy, k, POLICY_ROLE_INDICATOR, POLICY_UNIT_HOUSEHOLD) ||
            c->verdicts->household[k].qualifies != POLICY_YES)
            continue;
        wanted_t *w = want(c, KIND_HARDSHIP_WARNING, policy_category_wire(policy, k), policy_category_name(policy, k), NULL);
        add_verdict(w, &c->verdicts->household[k], false);
        add_evidence(c, w, k, SIZE_MAX);
    }
}

/* --- death --- */

static wanted_t *
want_death(case_t *c, finding_kind_t kind, const fact_t *enrolled, size_t person)
{
    const member_t *m = &c->dossier->members[person];
    wanted_t *w = want(c, kind, enrolment_category(c->rules, enrolled), RULE_DEATH, &m->person);

    w->since = c->died[person];
    w->enrolled = enrolled->value;
    add_fact(w, enrolled);
    term_t death = terms_find(c->rules->terms, KIND_DEATH);
    for (size_t i = 0; i < m->fact_count; i++)
        if (m->facts[i].kind == death && m->facts[i].from <= c->day)
            add_fact(w, &m->facts[i]);
    return w;
}

/* A person who has died still draws. */
static void
find_dead_who_draw(case_t *c)
{
    for (size_t i = 0; i < c->dossier->member_count; i++) {
        const member_t *m = &c->dossier->members[i];

        if (c->died[i] == DATE_OPEN)
            continue;
        for (size_t f = 0; f < m->fact_count; f++) {
            const char *category = in_force(&m->facts[f], c->day) ? enrolment_category(c->rules, &m->facts[f]) : NULL;

            if (category == NULL)
                continue;
            wanted_t *w = want_death(c, KIND_NO_LONGER_QUALIFIES, &m->facts[f], i);
            int64_t paid = paid_after(c->rules, m->facts, m->fact_count, category, c->died[i]);
            if (paid > 0)
                w->overpaid = paid;
        }
    }
}

/* Of those whom the household's enrolment names: others remain, or the last one has gone. */
static void
find_dead_of_household(case_t *c, const fact_t *enrolled)
{
    const dossier_t *d = c->dossier;
    size_t last = SIZE_MAX;

    for (size_t p = 0; p < enrolled->person_count; p++) {
        size_t i = find_member(d, &enrolled->persons[p]);

        if (i == SIZE_MAX || c->died[i] == DATE_OPEN)
            continue;
        if (c->verdicts->counted > 0)
            (void) want_death(c, KIND_MEMBER_CHANGE, enrolled, i);
        else if (last == SIZE_MAX || c->died[i] > c->died[last])
            last = i;
    }
    if (last == SIZE_MAX)
        return;
    wanted_t *w = want_death(c, KIND_NO_LONGER_QUALIFIES, enrolled, last);
    int64_t paid = paid_after(c->rules, d->facts, d->fact_count, enrolment_category(c->rules, enrolled), c->died[last]);
    if (paid > 0)
        w->overpaid = paid;
}

static void
find_deaths(case_t *c)
{
    bool any = false;

    for (size_t i = 0; i < c->dossier->member_count; i++)
        any |= c->died[i] != DATE_OPEN;
    if (!any)
        return;
    find_dead_who_draw(c);
    for (size_t f = 0; f < c->dossier->fact_count; f++) {
        const fact_t *fact = &c->dossier->facts[f];

        if (in_force(fact, c->day) && enrolment_category(c->rules, fact) != NULL)
            find_dead_of_household(c, fact);
    }
}

/* --- evidence and digest --- */

/* By day and record key, so that evidence reads the same whatever the order of arrival. */
static int
fact_order(const void *a, const void *b)
{
    const fact_t *x = *(const fact_t *const *) a, *y = *(const fact_t *const *) b;

    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    return memcmp(x->key, y->key, sizeof x->key);
}

/* Over money, rule and facts by content: a record that is sent again unchanged is no change. */
static void
digest(const terms_t *terms, wanted_t *w)
{
    AUTO_STR text = STR_INIT;

    qsort((void *) w->facts, w->fact_count, sizeof(fact_t *), fact_order);
    str_printf(&text, "%s/%s/%lld/%lld/%lld", w->rule, w->from_category == NULL ? "" : w->from_category,
               (long long) w->monthly, (long long) w->enrolled, (long long) w->overpaid);
    for (size_t i = 0; i < w->fact_count; i++) {
        const fact_t *f = w->facts[i];

        str_printf(&text, "\n%s/", terms_word(terms, f->dataset));
        str_add_n(&text, f->key, sizeof f->key);
        str_printf(&text, "/%s/%s/%d/%d/%lld", terms_word(terms, f->kind), terms_word(terms, f->code), f->from, f->to,
                   (long long) f->value);
    }
    hash_of(text.ptr, text.len, &w->digest);
    if (w->fact_count <= FINDING_FACTS_MAX)
        return;
    w->facts += w->fact_count - FINDING_FACTS_MAX;
    w->fact_count = FINDING_FACTS_MAX;
    w->facts_truncated = true;
}

void
finding_rules_apply(const finding_rules_t *self, const dossier_t *dossier, const policy_result_t *verdicts, int32_t day,
                    arena_t *arena, wanted_t **ret, size_t *ret_n)
{
    size_t persons = dossier->member_count;
    case_t c = { .rules = self, .dossier = dossier, .verdicts = verdicts, .day = day, .arena = arena,
                 .died = arena_new_array(arena, int32_t, persons + 1) };

    for (size_t i = 0; i < persons; i++)
        c.died[i] = died_on(self, &dossier->members[i], day);
    find_aid(&c);
    find_entitlements(&c);
    find_indicators(&c);
    find_deaths(&c);
    for (size_t i = 0; i < c.count; i++)
        digest(self->terms, &c.wanted[i]);
    *ret = c.wanted;
    *ret_n = c.count;
}

/* --- why it no longer holds --- */

/* The kind of fact that says who draws a category of that name on findings. */
static void
enrolment_kind(const finding_rules_t *self, const char *wire, char ret[128])
{
    for (size_t k = 0; k < policy_category_count(self->policy); k++) {
        if (strcmp(policy_category_wire(self->policy, k), wire) == 0) {
            (void) snprintf(ret, 128, "%s", policy_category_enrolment(self->policy, k));
            return;
        }
    }
    (void) snprintf(ret, 128, PREFIX_ENROLMENT "%s", wire); /* a category of an earlier policy */
}

/* Is the person still a member, and still named by the enrolment? */
static bool
lists_person(const finding_rules_t *self, const dossier_t *d, const finding_t *f, int32_t day)
{
    char kind[128];
    const fact_t *e;

    enrolment_kind(self, f->category, kind);
    e = enrolment_of(self, d->facts, d->fact_count, kind, day);
    if (find_member(d, &f->person) == SIZE_MAX)
        return false;
    for (size_t i = 0; e != NULL && i < e->person_count; i++)
        if (uuid_eq(&e->persons[i], &f->person))
            return true;
    return false;
}

static const fact_t *
drawn(const finding_rules_t *self, const dossier_t *d, const finding_t *f, const char *category, int32_t day)
{
    const fact_t *e = NULL;
    size_t i = uuid_is_nil(&f->person) ? SIZE_MAX : find_member(d, &f->person);
    char kind[128];

    enrolment_kind(self, category, kind);
    if (i != SIZE_MAX)
        e = enrolment_of(self, d->members[i].facts, d->members[i].fact_count, kind, day);
    return e != NULL ? e : enrolment_of(self, d->facts, d->fact_count, kind, day);
}

bool
finding_rules_is_settled(const finding_rules_t *self, const finding_t *f, const dossier_t *dossier, int32_t day)
{
    static const dossier_t nobody = { .member_count = 0 };
    const dossier_t *d = dossier != NULL ? dossier : &nobody;
    const fact_t *e = drawn(self, d, f, f->category, day);

    switch (f->kind) {
    case KIND_NEWLY_QUALIFIES:
        for (size_t k = 0; k < policy_category_count(self->policy); k++)
            if (policy_category_role(self->policy, k) == POLICY_ROLE_AID &&
                policy_enrolment(self->policy, d, day, k, SIZE_MAX) != NULL)
                return true;
        return false;
    case KIND_ENTITLEMENT_NOT_DRAWN:
        return e != NULL;
    case KIND_CATEGORY_CHANGE:
        return e != NULL || drawn(self, d, f, f->from_category, day) == NULL;
    case KIND_NO_LONGER_QUALIFIES:
        return e == NULL;
    case KIND_BENEFIT_CHANGE:
        return e == NULL || e->value != f->enrolled;
    case KIND_MEMBER_CHANGE:
        return !lists_person(self, d, f, day);
    case KIND_HARDSHIP_WARNING:
    case KIND_DATA_CONFLICT:
    case KIND_OVERLAP:
    case KIND_AID_MISSING:
    case KIND_REVIEW_DUE:
    case KIND_COUNT:
        break;
    }
    return false;
}
