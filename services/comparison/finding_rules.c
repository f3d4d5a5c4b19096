/* SPDX-License-Identifier: Apache-2.0 */
#include "finding_case.h"

#include <stdlib.h>
#include <string.h>

#include "domain/date.h"
#include "ruling.h"

finding_rules_t *
finding_rules_new(const policy_t *policy, const terms_t *terms)
{
    finding_rules_t *self = mem_new(finding_rules_t);

    self->policy = policy;
    self->terms = terms;
    self->first_day = DATE_OPEN;
    self->evidence = policy_evidence_new(policy);
    self->text = mem_new(str_t);
    return self;
}

static bool
stirs(const finding_rules_t *self, term_t kind)
{
    const char *word = terms_word(self->terms, kind);

    return strcmp(word, KIND_DEATH) == 0 || str_starts(word, "enrolment.") || policy_is_followed(self->policy, kind);
}

/* New kinds come with new records. */
static void
learn_kinds(finding_rules_t *self)
{
    self->stirs = mem_grow(self->stirs, &self->stirs_cap, (size_t) terms_last(self->terms) + 1, sizeof(bool));
    while (self->stirs_until < terms_last(self->terms)) {
        self->stirs_until++;
        self->stirs[self->stirs_until] = stirs(self, self->stirs_until);
    }
}

void
finding_rules_use(finding_rules_t *self, const policy_world_t *world)
{
    self->world = world;
    learn_kinds(self);
}

static bool
any_stirs(const finding_rules_t *self, const fact_t *facts, size_t n)
{
    bool any = false;

    for (size_t i = 0; i < n; i++)
        any |= facts[i].kind > self->stirs_until || self->stirs[facts[i].kind];
    return any;
}

bool
finding_rules_is_calm(const finding_rules_t *self, const dossier_t *d)
{
    if (d->ruling_count > 0 || any_stirs(self, d->facts, d->fact_count))
        return false;
    for (size_t m = 0; m < d->member_count; m++)
        if (d->members[m].listing_count > 1 || any_stirs(self, d->members[m].facts, d->members[m].fact_count))
            return false;
    return true;
}

void
finding_rules_begin(finding_rules_t *self, int32_t first_day, const calendar_t *calendar)
{
    self->first_day = first_day;
    self->calendar = calendar;
}

void
finding_rules_destroy(finding_rules_t **self_p)
{
    finding_rules_t *self = TAKE(*self_p);

    if (self == NULL)
        return;
    policy_evidence_destroy(&self->evidence);
    mem_free(self->stirs);
    str_done(self->text);
    mem_free(self->text);
    mem_free(self);
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

static void
add_number(str_t *text, int64_t n)
{
    str_add_char(text, '/');
    str_add_i64(text, n);
}

static void
add_word(str_t *text, const char *word)
{
    str_add_char(text, '/');
    str_add(text, word);
}

static void
add_fact(str_t *text, const terms_t *terms, const fact_t *f)
{
    str_add_char(text, '\n');
    str_add(text, terms_word(terms, f->dataset));
    str_add_char(text, '/');
    str_add_n(text, f->key, sizeof f->key);
    add_word(text, terms_word(terms, f->kind));
    add_word(text, terms_word(terms, f->code));
    add_number(text, f->from);
    add_number(text, f->to);
    add_number(text, f->value);
}

/* Over money, rule and facts by content: a record that is sent again unchanged is no change. */
static void
digest(const finding_rules_t *self, wanted_t *w)
{
    str_t *text = self->text;

    qsort((void *) w->facts, w->fact_count, sizeof(fact_t *), fact_order);
    str_clear(text);
    str_add(text, w->rule);
    add_word(text, w->from_category == NULL ? "" : w->from_category);
    add_number(text, w->monthly);
    add_number(text, w->enrolled);
    add_number(text, w->overpaid);
    if (w->kind >= KIND_DATA_CONFLICT) { /* whose finders say since when */
        add_number(text, w->underpaid);
        add_number(text, w->since);
    }
    for (size_t i = 0; i < w->indicator_count; i++) {
        add_word(text, w->indicators[i].name);
        add_number(text, w->indicators[i].points);
    }
    for (size_t i = 0; i < w->fact_count; i++)
        add_fact(text, self->terms, w->facts[i]);
    hash_of(text->ptr, text->len, &w->digest);
    if (w->fact_count <= FINDING_FACTS_MAX)
        return;
    w->facts += w->fact_count - FINDING_FACTS_MAX;
    w->fact_count = FINDING_FACTS_MAX;
    w->facts_truncated = true;
}

/* In the order of the table. */
static const struct {
    void (*find)(finding_case_t *);
    bool by_verdict; /* holds on another day as the verdicts of that day say */
} finders[] = {
    { finding_aid, true }, { finding_person, true }, { finding_hardship, true }, { finding_death, false },
    { finding_missing, false },
    { finding_overlap, false }, { finding_review, false }, { finding_conflict, false },
};

static finding_list_t
find_all(finding_case_t *c, const policy_result_t *verdicts)
{
    const finding_rules_t *rules = c->rules;
    size_t persons = c->dossier->member_count;

    c->verdicts = ruling_apply(rules->policy, c->dossier, verdicts, c->day, c->arena);
    c->next_day = ruling_next_day(c->dossier, c->day, verdicts->next_day);
    c->died = arena_new_array(c->arena, int32_t, persons + 1);
    for (size_t i = 0; i < persons; i++)
        c->died[i] = finding_case_died_on(rules, &c->dossier->members[i], c->day);
    if (!c->by_verdict)
        c->draw_count = policy_draws(rules->policy, c->dossier, c->day, c->arena, &c->draws, &c->next_day);
    for (size_t i = 0; i < COUNT_OF(finders); i++)
        if (finders[i].by_verdict || !c->by_verdict)
            finders[i].find(c);
    return (finding_list_t){ .wanted = c->wanted, .count = c->count, .next_day = c->next_day };
}

/* Nothing is found of most, and evidence is dear: first without it, then of the others all at once. */
void
finding_rules_apply_each(const finding_rules_t *self, const dossier_t *const *dossiers, const policy_result_t *verdicts, size_t n,
                         int32_t day, arena_t *arena, finding_list_t *ret)
{
    const dossier_t **found = (const dossier_t **) arena_alloc(arena, n * sizeof(dossier_t *));
    size_t count = 0;

    for (size_t i = 0; i < n; i++) {
        finding_case_t c = { .rules = self, .dossier = dossiers[i], .day = day, .arena = arena, .bare = true };

        ret[i] = (finding_list_t){ .next_day = verdicts[i].next_day };
        if (verdicts[i].household != NULL)
            ret[i] = find_all(&c, &verdicts[i]);
        if (ret[i].count > 0)
            found[count++] = dossiers[i];
    }
    if (count > 0)
        policy_evidence_use(self->evidence, self->world, found, count, day);
    for (size_t i = 0, place = 0; i < n; i++) {
        finding_case_t c = { .rules = self, .dossier = dossiers[i], .day = day, .arena = arena, .place = place };

        if (ret[i].count == 0)
            continue;
        place++;
        ret[i] = find_all(&c, &verdicts[i]);
        for (size_t k = 0; k < ret[i].count; k++)
            digest(self, &ret[i].wanted[k]);
    }
}

void
finding_rules_apply(const finding_rules_t *self, const dossier_t *dossier, const policy_result_t *verdicts, int32_t day,
                    arena_t *arena, finding_list_t *ret)
{
    finding_rules_apply_each(self, &dossier, verdicts, 1, day, arena, ret);
}

void
finding_rules_judge(const finding_rules_t *self, const dossier_t *dossier, const policy_result_t *verdicts, int32_t day,
                    arena_t *arena, finding_list_t *ret)
{
    finding_case_t c = { .rules = self, .dossier = dossier, .day = day, .arena = arena, .by_verdict = true, .bare = true };

    *ret = find_all(&c, verdicts);
}

void
finding_rules_seal(wanted_t *wanted)
{
    const int64_t told[] = { wanted->since, wanted->overpaid, wanted->underpaid };
    const hash_part_t parts[] = { { wanted->digest.b, sizeof wanted->digest.b }, { told, sizeof told } };

    hash_of_parts(parts, COUNT_OF(parts), &wanted->digest);
}
