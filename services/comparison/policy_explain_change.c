/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/date.h"
#include "policy_explain.h"
#include <string.h>

/* What is different between the assessment of a household on one day and on another: who belongs to it, the answers, the
 * values that they rest on, what kinds of facts come to, and the records behind that. */

typedef struct {
    const explain_t *before, *now;
    json_out_t *out;
} change_t;

/* The member of `other` who is this person, or EXPLAIN_HOUSEHOLD. */
static size_t
find_member(const dossier_t *other, const uuid_t *person)
{
    for (size_t m = 0; m < other->member_count; m++)
        if (uuid_eq(&other->members[m].person, person))
            return m;
    return EXPLAIN_HOUSEHOLD;
}

static void
write_person(const change_t *c, const explain_t *x, size_t member)
{
    if (member == EXPLAIN_HOUSEHOLD)
        return;
    json_out_uuid(c->out, "person", &x->dossier->members[member].person);
    explain_label(c->now, "relation", explain_relation(x->dossier->members[member].relation));
}

static void
write_name(const change_t *c, const policy_def_t *def)
{
    json_out_text(c->out, "name", def->name);
    explain_label(c->now, "label", explain_label_or(&def->label, def->name));
}

/* ---- members ----------------------------------------------------------------------------------------------------- */

static bool
is_counted(const explain_t *x, size_t member)
{
    return x->block->value[x->policy->counted->value.num][member] != 0;
}

static void
write_member(const change_t *c, const explain_t *x, size_t member, const char *what)
{
    json_out_object(c->out, NULL);
    write_person(c, x, member);
    json_out_text(c->out, "what", what);
    json_out_end(c->out);
}

static void
write_members(const change_t *c)
{
    const dossier_t *before = c->before->dossier, *now = c->now->dossier;

    json_out_array(c->out, "members");
    for (size_t m = 0; m < now->member_count; m++) {
        size_t was = find_member(before, &now->members[m].person);

        if (was == EXPLAIN_HOUSEHOLD)
            write_member(c, c->now, m, "came");
        else if (is_counted(c->before, was) != is_counted(c->now, m))
            write_member(c, c->now, m, is_counted(c->now, m) ? "is counted" : "is no longer counted");
    }
    for (size_t m = 0; m < before->member_count; m++)
        if (find_member(now, &before->members[m].person) == EXPLAIN_HOUSEHOLD)
            write_member(c, c->before, m, "left");
    json_out_end(c->out);
}

/* ---- answers ----------------------------------------------------------------------------------------------------- */

static policy_answer_t
answer_of(const explain_t *x, const policy_category_t *category, size_t member)
{
    operand_t qualifies = { .num = category->qualifies, .den = OPERAND_NONE, .scale = 1 };

    return explain_answer(x, qualifies, member == EXPLAIN_HOUSEHOLD ? 0 : member);
}

static bool
amount_of(const explain_t *x, const policy_category_t *category, size_t member, int64_t *ret)
{
    size_t lane = member == EXPLAIN_HOUSEHOLD ? 0 : member;

    if (category->amount_reg < 0 || answer_of(x, category, member) != POLICY_YES || x->block->unknown[category->amount_reg][lane])
        return false;
    *ret = x->block->value[category->amount_reg][lane];
    return true;
}

static void
write_answer(const change_t *c, const policy_def_t *def, size_t was_member, size_t member)
{
    const policy_category_t *category = &def->category;
    policy_answer_t was = answer_of(c->before, category, was_member), is = answer_of(c->now, category, member);
    int64_t was_amount = 0, amount = 0;
    bool had = amount_of(c->before, category, was_member, &was_amount), has = amount_of(c->now, category, member, &amount);

    if (was == is && had == has && was_amount == amount)
        return;
    json_out_object(c->out, NULL);
    json_out_text(c->out, "category", category->wire);
    write_name(c, def);
    write_person(c, c->now, member);
    json_out_text(c->out, "was", explain_answer_word(was));
    json_out_text(c->out, "now", explain_answer_word(is));
    if (had)
        json_out_fen(c->out, "was_amount", was_amount);
    if (has)
        json_out_fen(c->out, "amount", amount);
    json_out_end(c->out);
}

static void
write_answers(const change_t *c)
{
    const policy_t *policy = c->now->policy;

    json_out_array(c->out, "answers");
    for (size_t i = 0; i < policy->category_count; i++) {
        const policy_def_t *def = policy->categories[i];

        if (def->category.unit == POLICY_UNIT_HOUSEHOLD) {
            write_answer(c, def, EXPLAIN_HOUSEHOLD, EXPLAIN_HOUSEHOLD);
            continue;
        }
        for (size_t m = 0; m < c->now->dossier->member_count; m++) {
            size_t was = find_member(c->before->dossier, &c->now->dossier->members[m].person);

            if (was != EXPLAIN_HOUSEHOLD)
                write_answer(c, def, was, m);
        }
    }
    json_out_end(c->out);
}

/* ---- values ------------------------------------------------------------------------------------------------------ */

static void
write_was(const change_t *c, const char *key, const str_t *text, bool known)
{
    json_out_text(c->out, key, known ? str_c(text) : NULL);
}

static void
write_values(const change_t *c)
{
    const policy_t *policy = c->now->policy;

    json_out_array(c->out, "values");
    for (size_t i = 0; i < policy->def_count; i++) {
        const policy_def_t *def = policy->defs[i];
        AUTO_STR was = STR_INIT;
        AUTO_STR now = STR_INIT;

        if (def->kind != DEF_DERIVED || def->scope != SCOPE_HOUSEHOLD || def->unit.kind == UNIT_FLAG)
            continue;
        bool had = explain_value_text(c->before, def->value, def->unit, def->scope, EXPLAIN_HOUSEHOLD, &was);
        bool has = explain_value_text(c->now, def->value, def->unit, def->scope, EXPLAIN_HOUSEHOLD, &now);
        if (had == has && strcmp(str_c(&was), str_c(&now)) == 0)
            continue;
        json_out_object(c->out, NULL);
        write_name(c, def);
        write_was(c, "was", &was, had);
        write_was(c, "now", &now, has);
        json_out_end(c->out);
    }
    json_out_end(c->out);
}

/* ---- what kinds of facts come to --------------------------------------------------------------------------------- */

static void
write_term(const change_t *c, const policy_def_t *def, size_t was_member, size_t member)
{
    const policy_fact_t *spec = &def->fact;
    policy_part_t was = { 0 }, is = { 0 };

    if (was_member != EXPLAIN_HOUSEHOLD || spec->holder == HOLDER_HOUSEHOLD)
        explain_kind_sum(c->before, spec, was_member, &was);
    explain_kind_sum(c->now, spec, member, &is);
    if (was.overflow || is.overflow || (was.amount == is.amount && was.months == is.months))
        return;
    json_out_object(c->out, NULL);
    write_name(c, def);
    write_person(c, c->now, member);
    json_out_fen(c->out, "was", was.amount);
    json_out_fen(c->out, "now", is.amount);
    if (spec->accumulate == ACCUMULATE_MONTHLY) {
        json_out_i64(c->out, "was_months", was.months);
        json_out_i64(c->out, "months", is.months);
    }
    json_out_end(c->out);
}

static void
write_terms(const change_t *c)
{
    const policy_t *policy = c->now->policy;

    json_out_array(c->out, "terms");
    for (size_t i = 0; i < policy->fact_count; i++) {
        const policy_def_t *def = policy->facts[i];

        if (def->fact.unit.money != 1 || def->fact.of != NULL) /* another reading of the same records is no other change */
            continue;
        if (def->fact.holder == HOLDER_HOUSEHOLD)
            write_term(c, def, EXPLAIN_HOUSEHOLD, EXPLAIN_HOUSEHOLD);
        for (size_t m = 0; def->fact.holder == HOLDER_PERSON && m < c->now->dossier->member_count; m++)
            write_term(c, def, find_member(c->before->dossier, &c->now->dossier->members[m].person), m);
    }
    json_out_end(c->out);
}

/* ---- records ----------------------------------------------------------------------------------------------------- */

static bool
same_place(const fact_t *a, const fact_t *b)
{
    return a->dataset == b->dataset && a->kind == b->kind && memcmp(a->key, b->key, sizeof a->key) == 0;
}

static bool
same_content(const fact_t *a, const fact_t *b)
{
    return a->from == b->from && a->to == b->to && a->value == b->value && a->code == b->code;
}

static const fact_t *
find_fact(const fact_t *facts, size_t n, const fact_t *wanted)
{
    for (size_t i = 0; i < n; i++)
        if (same_place(&facts[i], wanted))
            return &facts[i];
    return NULL;
}

static void
write_fact_value(const change_t *c, const char *key, const fact_t *f)
{
    const policy_fact_t *spec = policy_fact_of(c->now->policy, f->kind);

    if (spec != NULL && spec->unit.money == 1)
        json_out_fen(c->out, key, f->value);
    else
        json_out_i64(c->out, key, f->value);
}

/* `was`: what the same record said before, or NULL. */
static void
write_record(const change_t *c, const explain_t *x, size_t member, const char *what, const fact_t *f, const fact_t *was)
{
    const terms_t *terms = c->now->policy->terms;
    const policy_def_t *def = policy_find(c->now->policy, terms_word(terms, f->kind), strlen(terms_word(terms, f->kind)));
    char key[2 * sizeof f->key + 1];

    str_hex(f->key, sizeof f->key, key);
    json_out_object(c->out, NULL);
    json_out_text(c->out, "what", what);
    explain_source(c->now, terms_word(terms, f->dataset));
    json_out_text(c->out, "record", key);
    json_out_i64(c->out, "seq", (int64_t) f->seq);
    json_out_i64(c->out, "index", (int64_t) f->index);
    json_out_text(c->out, "kind", terms_word(terms, f->kind));
    if (def != NULL)
        explain_label(c->now, "label", explain_label_or(&def->label, def->name));
    write_person(c, x, member);
    if (f->code != 0)
        json_out_text(c->out, "code", terms_word(terms, f->code));
    json_out_date(c->out, "from", f->from);
    if (f->to != DATE_OPEN)
        json_out_date(c->out, "to", f->to);
    write_fact_value(c, "value", f);
    if (was != NULL && was->to != f->to && was->to != DATE_OPEN)
        json_out_date(c->out, "was_to", was->to);
    if (was != NULL && was->value != f->value)
        write_fact_value(c, "was_value", was);
    json_out_end(c->out);
}

typedef struct {
    const fact_t *facts;
    size_t count, member;
} held_t;

static held_t
held_by(const explain_t *x, size_t member)
{
    const dossier_t *d = x->dossier;

    if (member == EXPLAIN_HOUSEHOLD)
        return (held_t){ d->facts, d->fact_count, member };
    return (held_t){ d->members[member].facts, d->members[member].fact_count, member };
}

static void
write_records_of(const change_t *c, held_t before, held_t now)
{
    for (size_t i = 0; i < now.count; i++) {
        const fact_t *was = find_fact(before.facts, before.count, &now.facts[i]);

        if (was == NULL || !same_content(was, &now.facts[i]))
            write_record(c, c->now, now.member, was == NULL ? "came" : "changed", &now.facts[i], was);
    }
    for (size_t i = 0; i < before.count; i++)
        if (find_fact(now.facts, now.count, &before.facts[i]) == NULL)
            write_record(c, c->before, before.member, "went", &before.facts[i], NULL);
}

static void
write_records(const change_t *c)
{
    const held_t nothing = { NULL, 0, EXPLAIN_HOUSEHOLD };

    json_out_array(c->out, "records");
    write_records_of(c, held_by(c->before, EXPLAIN_HOUSEHOLD), held_by(c->now, EXPLAIN_HOUSEHOLD));
    for (size_t m = 0; m < c->now->dossier->member_count; m++) {
        size_t was = find_member(c->before->dossier, &c->now->dossier->members[m].person);

        write_records_of(c, was == EXPLAIN_HOUSEHOLD ? nothing : held_by(c->before, was), held_by(c->now, m));
    }
    json_out_end(c->out);
}

/* ---- both ------------------------------------------------------------------------------------------------------- */

static void
run(policy_block_t *block, const policy_t *policy, const policy_assessed_t *what)
{
    policy_block_init(block, policy, what->world, what->day, true);
    policy_block_set(block, &what->dossier, 1);
    policy_block_run(block);
}

void
policy_explain_change(const policy_t *self, const policy_assessed_t *before, const policy_assessed_t *now, json_out_t *out)
{
    policy_block_t blocks[2];
    explain_t x[2] = { { .block = &blocks[0], .policy = self, .dossier = before->dossier, .out = out },
                       { .block = &blocks[1], .policy = self, .dossier = now->dossier, .out = out } };
    change_t change = { &x[0], &x[1], out };

    run(&blocks[0], self, before);
    run(&blocks[1], self, now);
    policy_view_of(&blocks[0], 0, &x[0].view);
    policy_view_of(&blocks[1], 0, &x[1].view);
    json_out_date(out, "since", before->day);
    write_members(&change);
    write_answers(&change);
    write_values(&change);
    write_terms(&change);
    write_records(&change);
    policy_block_done(&blocks[0]);
    policy_block_done(&blocks[1]);
}
