/* SPDX-License-Identifier: Apache-2.0 */
#include "check_report.h"

#include <stdlib.h>
#include <string.h>

#include "domain/date.h"

enum { DATASETS_MAX = 512 };

static const char *const relations[REL_COUNT] = { "head", "spouse", "child", "parent", "grandchild", "grandparent", "sibling",
                                                  "other" };

/* Somebody who is checked, once, in the first of his roles. */
typedef struct {
    const member_t *member; /* NULL: a supporter whom no household has */
    uuid_t person, household;
    const char *as;
    bool authorised;
} subject_t;

typedef struct {
    const check_case_t *that;
    subject_t *items;
    size_t n;
} subjects_t;

static bool
is_authorised(const check_case_t *self, const member_t *m)
{
    for (size_t i = 0; m != NULL && i < m->fact_count; i++)
        if (m->facts[i].kind == self->protection->kind && m->facts[i].from <= self->day && self->day < m->facts[i].to)
            return true;
    return false;
}

static void
add(subjects_t *self, const uuid_t *person, const member_t *member, const uuid_t *household, const char *as)
{
    for (size_t i = 0; i < self->n; i++)
        if (uuid_eq(&self->items[i].person, person))
            return;
    self->items[self->n++] = (subject_t){ .member = member, .person = *person, .household = *household, .as = as,
                                          .authorised = is_authorised(self->that, member) };
}

static void
gather(const check_case_t *self, subjects_t *ret)
{
    const dossier_t *d = self->dossier;
    const uuid_t nobody = { { 0 } };
    size_t most = d->member_count + d->supporter_count;

    for (size_t s = 0; s < d->supporter_count; s++)
        most += d->supporters[s].home == NULL ? 0 : d->supporters[s].home->member_count;
    *ret = (subjects_t){ .that = self, .items = arena_new_array(self->arena, subject_t, most + 1) };
    for (size_t m = 0; m < d->member_count; m++)
        add(ret, &d->members[m].person, &d->members[m], &d->household, "member");
    for (size_t s = 0; s < d->supporter_count; s++) {
        const supporter_t *p = &d->supporters[s];

        add(ret, &p->person, p->home == NULL ? NULL : &p->home->members[p->place], p->home == NULL ? &nobody : &p->home->household,
            "supporter");
    }
    for (size_t s = 0; s < d->supporter_count; s++) {
        const dossier_t *home = d->supporters[s].home;

        for (size_t m = 0; home != NULL && m < home->member_count; m++)
            add(ret, &home->members[m].person, &home->members[m], &home->household, "with_supporter");
    }
}

const uuid_t *
check_report_people(const check_case_t *self, size_t *ret_n)
{
    subjects_t all;

    gather(self, &all);
    uuid_t *ids = arena_new_array(self->arena, uuid_t, all.n + 1);
    for (size_t i = 0; i < all.n; i++)
        ids[i] = all.items[i].person;
    *ret_n = all.n;
    return ids;
}

static void
write_people(const check_case_t *self, const subjects_t *all, json_out_t *out)
{
    json_out_array(out, "people");
    for (size_t i = 0; i < all->n; i++) {
        const subject_t *s = &all->items[i];

        json_out_object(out, NULL);
        json_out_uuid(out, "person", &s->person);
        json_out_text(out, "as", s->as);
        if (s->member != NULL && strcmp(s->as, "member") == 0)
            json_out_text(out, "relation", relations[s->member->relation]);
        if (uuid_is_nil(&s->household))
            json_out_null(out, "household");
        else
            json_out_uuid(out, "household", &s->household);
        json_out_bool(out, "authorised", s->authorised);
        json_out_end(out);
    }
    json_out_end(out);
    json_out_bool(out, "authorisation_required", self->protection->required);
}

/* --- sources --- */

static bool
is_same_record(const fact_t *a, const fact_t *b)
{
    return a->dataset == b->dataset && memcmp(a->key, b->key, sizeof a->key) == 0;
}

/* What a dataset says of one holder: how many records, the newest of them, and the values that the policy reads. */
static void
write_said(const check_case_t *self, const fact_t *facts, size_t n, term_t dataset, json_out_t *out)
{
    const fact_t *newest = NULL;
    int64_t records = 0;

    for (size_t i = 0; i < n; i++) {
        size_t before = 0;

        if (facts[i].dataset != dataset)
            continue;
        while (before < i && !is_same_record(&facts[before], &facts[i]))
            before++;
        records += before == i;
        if (newest == NULL || facts[i].seq > newest->seq)
            newest = &facts[i];
    }
    json_out_text(out, "answer", records > 0 ? "said" : "nothing");
    json_out_i64(out, "records", records);
    if (newest == NULL)
        return;
    json_out_object(out, "newest");
    json_out_i64(out, "seq", (int64_t) newest->seq);
    json_out_date(out, "from", newest->from);
    json_out_end(out);
    json_out_array(out, "values");
    for (size_t i = 0; i < n; i++) {
        if (facts[i].dataset != dataset || !policy_reads(self->policy, facts[i].kind))
            continue;
        json_out_object(out, NULL);
        policy_write_fact(self->policy, &facts[i], out);
        json_out_end(out);
    }
    json_out_end(out);
}

static void
write_of_person(const check_case_t *self, const subject_t *s, term_t dataset, bool is_protected, json_out_t *out)
{
    json_out_object(out, NULL);
    json_out_uuid(out, "person", &s->person);
    if (is_protected && !s->authorised)
        json_out_text(out, "answer", "not_asked");
    else if (s->member == NULL)
        json_out_text(out, "answer", "not_in_register");
    else
        write_said(self, s->member->facts, s->member->fact_count, dataset, out);
    json_out_end(out);
}

static const dataset_time_t *
find_time(const check_case_t *self, const char *dataset)
{
    for (size_t i = 0; i < self->time_count; i++)
        if (strcmp(self->times[i].dataset, dataset) == 0)
            return &self->times[i];
    return NULL;
}

static void
write_last(json_out_t *out, const dataset_time_t *t)
{
    if (t == NULL) {
        json_out_null(out, "last");
        return;
    }
    json_out_object(out, "last");
    json_out_i64(out, "seq", (int64_t) t->seq);
    if (t->received != DATE_OPEN)
        json_out_date(out, "received", t->received);
    json_out_time(out, "at", t->at_us);
    json_out_end(out);
}

static void
write_source(const check_case_t *self, const subjects_t *all, const char *dataset, json_out_t *out)
{
    term_t term = terms_find(self->terms, dataset);
    bool is_protected = self->protection->required && term != 0 && protection_is_marked(self->protection, term);
    const char *dot = strchr(dataset, '.');
    const dossier_t *d = self->dossier;

    json_out_object(out, NULL);
    json_out_text(out, "dataset", dataset);
    json_out_text_n(out, "department", dataset, dot == NULL ? strlen(dataset) : (size_t) (dot - dataset));
    json_out_bool(out, "protected", is_protected);
    write_last(out, find_time(self, dataset));
    json_out_object(out, "household");
    write_said(self, d->facts, d->fact_count, term, out);
    json_out_end(out);
    json_out_array(out, "people");
    for (size_t i = 0; i < all->n; i++)
        write_of_person(self, &all->items[i], term, is_protected, out);
    json_out_end(out);
    json_out_end(out);
}

static int
by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *) a, *(const char *const *) b);
}

/* Those that the policy reads, and those that have delivered anything. */
static void
write_sources(const check_case_t *self, const subjects_t *all, json_out_t *out)
{
    const char **names = (const char **) arena_alloc(self->arena, (DATASETS_MAX + self->time_count) * sizeof(char *));
    size_t n = policy_datasets(self->policy, names, DATASETS_MAX), known = n;

    for (size_t i = 0; i < self->time_count; i++) {
        const char *name = self->times[i].dataset;

        if (bsearch(&name, names, known, sizeof *names, by_name) == NULL)
            names[n++] = name;
    }
    qsort(names, n, sizeof *names, by_name);
    json_out_array(out, "sources");
    for (size_t i = 0; i < n; i++)
        write_source(self, all, names[i], out);
    json_out_end(out);
}

void
check_report_write(const check_case_t *self, json_out_t *out)
{
    subjects_t all;

    gather(self, &all);
    write_people(self, &all, out);
    write_sources(self, &all, out);
}
