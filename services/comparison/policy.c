/* SPDX-License-Identifier: Apache-2.0 */
#include "policy.h"
#include "domain/date.h"
#include "policy_check.h"
#include "policy_expr.h"
#include "policy_model.h"
#include <string.h>

/* A policy from its files to its program, and what it says about itself. */

#define ARENA_BLOCK_BYTES 65536

policy_def_t *
policy_find(const policy_t *self, const char *name, size_t len)
{
    for (size_t i = 0; i < self->def_count; i++)
        if (strncmp(self->defs[i]->name, name, len) == 0 && self->defs[i]->name[len] == '\0')
            return self->defs[i];
    return NULL;
}

/* `given`: the files in memory; NULL: `path` is read. */
static policy_t *
build(const char *path, const policy_text_t *given, size_t given_count, terms_t *terms, policy_problems_t *problems)
{
    policy_t *self = mem_new(policy_t);

    self->arena = arena_new(ARENA_BLOCK_BYTES);
    self->terms = terms;
    self->given = given;
    self->given_count = given_count;
    problems->arena = self->arena;
    if (policy_file_load(self, path, problems)) {
        policy_read(self, terms, problems);
        policy_resolve(self, problems);
        if (problems->count == 0)
            policy_compile(self, problems);
        if (problems->count == 0)
            policy_mark_findings(self);
        for (size_t i = 0; i < self->def_count; i++)
            self->defs[i]->number = i;
    }
    policy_problems_sort(problems, self);
    self->given = NULL; /* its caller's */
    return self;
}

static bool
load(const char *path, const policy_text_t *given, size_t given_count, terms_t *terms, policy_t **ret, err_t *err)
{
    policy_problems_t problems = { 0 };
    AUTO(policy) self = build(path, given, given_count, terms, &problems);

    if (problems.count > 0)
        return err_set(err, ERR_CONFIG, "policy.invalid", "%s%s", problems.items[0].text,
                       problems.count > 1 ? " (and more: “plimsoll policy check” tells them all)" : "");
    *ret = TAKE(self);
    return true;
}

bool
policy_load(const char *path, terms_t *terms, policy_t **ret, err_t *err)
{
    return load(path, NULL, 0, terms, ret, err);
}

bool
policy_load_texts(const policy_text_t *files, size_t n, terms_t *terms, policy_t **ret, err_t *err)
{
    REQUIRE(n > 0);
    return load(files[0].name, files, n, terms, ret, err);
}

static void
write_problems(const policy_problems_t *problems, const char *mark, str_t *out)
{
    for (size_t i = 0; i < policy_problems_kept(problems); i++)
        str_printf(out, "%s%s\n", mark, problems->items[i].text);
    if (problems->count > policy_problems_kept(problems))
        str_printf(out, "%s… and %zu more\n", mark, problems->count - policy_problems_kept(problems));
}

bool
policy_check_loaded(const policy_t *self, str_t *report, str_t *notes)
{
    AUTO(arena) arena = arena_new(ARENA_BLOCK_BYTES);
    policy_problems_t problems = { .arena = arena }, remarks = { .arena = arena };

    policy_check_meaning(self, &problems, &remarks);
    policy_problems_sort(&problems, self);
    policy_problems_sort(&remarks, self);
    write_problems(&problems, "", report);
    write_problems(&remarks, "note: ", notes);
    return problems.count == 0;
}

bool
policy_check(const char *path, str_t *report, str_t *notes)
{
    policy_problems_t problems = { 0 };
    AUTO(terms) terms = terms_new();
    AUTO(policy) self = build(path, NULL, 0, terms, &problems);

    write_problems(&problems, "", report);
    return problems.count == 0 && policy_check_loaded(self, report, notes);
}

void
policy_destroy(policy_t **self_p)
{
    policy_t *self = TAKE(*self_p);

    if (self == NULL)
        return;
    for (size_t i = 0; i < self->source_count; i++) {
        mem_free(self->sources[i]->path);
        str_done(&self->sources[i]->text);
        yaml_doc_destroy(&self->sources[i]->doc);
        mem_free(self->sources[i]);
    }
    mem_free(self->defs);
    program_done(&self->program);
    arena_destroy(&self->arena);
    mem_free(self);
}

void
policy_dump(const policy_t *self, str_t *out)
{
    program_dump(&self->program, out);
}

const char *
policy_name(const policy_t *self)
{
    return self->name;
}

const char *
policy_role_name(policy_role_t role)
{
    static const char *const names[POLICY_ROLE_COUNT] = { "aid", "entitlement", "indicator", "list", "watch" };

    return names[role];
}

size_t
policy_category_count(const policy_t *self)
{
    return self->category_count;
}

const char *
policy_category_name(const policy_t *self, size_t category)
{
    return self->categories[category]->name;
}

policy_unit_t
policy_category_unit(const policy_t *self, size_t category)
{
    return self->categories[category]->category.unit;
}

policy_role_t
policy_category_role(const policy_t *self, size_t category)
{
    return self->categories[category]->category.role;
}

bool
policy_category_has_findings(const policy_t *self, size_t category)
{
    return !self->categories[category]->category.no_findings;
}

bool
policy_category_has_amount(const policy_t *self, size_t category)
{
    return self->categories[category]->category.amount.text != NULL;
}

const char *
policy_category_enrolment(const policy_t *self, size_t category)
{
    return self->categories[category]->category.enrolment;
}

const char *
policy_category_wire(const policy_t *self, size_t category)
{
    return self->categories[category]->category.wire;
}

policy_words_t
policy_title(const policy_t *self)
{
    return (policy_words_t){ self->title.zh, self->title.en };
}

policy_words_t
policy_category_label(const policy_t *self, size_t category)
{
    const policy_label_t *label = &self->categories[category]->label;

    return (policy_words_t){ label->zh, label->en };
}

bool
policy_category_scores(const policy_t *self, size_t category)
{
    return self->line_reg >= 0 && policy_adds_points(&self->categories[category]->category);
}

bool
policy_category_same_group(const policy_t *self, size_t a, size_t b)
{
    return self->categories[a]->category.group_index == self->categories[b]->category.group_index;
}

bool
policy_only_living(const policy_t *self, const fact_t *fact, int32_t after)
{
    const policy_fact_t *spec = policy_fact_of(self, fact->kind);

    while (spec != NULL && !spec->only_living)
        spec = policy_fact_next(self, spec);
    return spec != NULL &&
           (fact->from >= after || (spec->accumulate == ACCUMULATE_MONTHLY && fact->to != DATE_OPEN && fact->to > after));
}

bool
policy_category_line_holds(const policy_t *self, size_t category, int64_t value, int64_t line)
{
    const policy_condition_t *decider = self->categories[category]->category.decider;
    const expr_t *e = decider == NULL ? NULL : decider->decider;

    if (e == NULL)
        return false;
    if (e->kind == EXPR_GE)
        return value >= line;
    if (e->kind == EXPR_GT)
        return value > line;
    return e->kind == EXPR_LE ? value <= line : value < line;
}

size_t
policy_category_instead_of(const policy_t *self, size_t category)
{
    const policy_def_t *other = self->categories[category]->category.instead_of;

    for (size_t k = 0; other != NULL && k < self->category_count; k++)
        if (self->categories[k] == other)
            return k;
    return SIZE_MAX;
}

static int
months_of(const policy_def_t *def, int32_t day)
{
    const policy_value_t *value = def != NULL ? policy_value_on(&def->param, day) : NULL;

    return value != NULL && value->cell_count > 0 ? (int) (value->cells[0].value / def->param.scale) : 0;
}

int
policy_category_again_after(const policy_t *self, size_t category, int32_t day)
{
    return months_of(self->categories[category]->category.again_after, day);
}

int
policy_category_leave_after(const policy_t *self, size_t category, int32_t day)
{
    return months_of(self->categories[category]->category.leave_after, day);
}

bool
policy_category_tells_payments(const policy_t *self, size_t category)
{
    return self->categories[category]->category.tells_payments;
}
