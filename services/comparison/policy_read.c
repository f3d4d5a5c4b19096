/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_read.h"
#include "base/num.h"
#include "domain/date.h"
#include "policy_expr.h"
#include "policy_hint.h"
#include <string.h>

static const char *const confidence_names[CONFIDENCE_COUNT] = { "verified", "excerpt", "low", "background", "assumed" };

const char *
policy_confidence_name(policy_confidence_t c)
{
    return confidence_names[c];
}

/* ---- attributes -------------------------------------------------------------------------------------------------- */

const char *
read_text(reader_t *r, const policy_attr_t *attr, const char *what)
{
    const char *text = yaml_text(attr->value);

    if (text == NULL || *text == '\0') {
        policy_problem(r->problems, attr->source, attr->value, "“%s” is %s", attr->name, what);
        return NULL;
    }
    return text;
}

void
read_label(reader_t *r, const policy_source_t *source, const yaml_node_t *node, policy_label_t *ret)
{
    const char *zh = policy_text(yaml_kind(node) == YAML_MAP ? yaml_get(node, "zh") : NULL);
    const char *en = policy_text(yaml_kind(node) == YAML_MAP ? yaml_get(node, "en") : NULL);

    if (zh == NULL || en == NULL || yaml_count(node) != 2)
        policy_problem(r->problems, source, node, "a label is in both languages: { zh: 低保标准, en: standard }");
    else
        *ret = (policy_label_t){ zh, en };
}

bool
read_date(reader_t *r, const policy_source_t *source, const yaml_node_t *node, int32_t *ret)
{
    const char *text = yaml_text(node);

    if (text != NULL && date_parse(text, strlen(text), ret))
        return true;
    policy_problem(r->problems, source, node, "“%s” is no day of the calendar: a date is written 2024-07-01",
                   text != NULL ? text : "this");
    return false;
}

bool
read_unit(reader_t *r, const policy_attr_t *attr, unit_t *ret)
{
    const char *text = yaml_text(attr->value);

    if (text != NULL && unit_parse(text, ret))
        return true;
    policy_problem(
        r->problems, attr->source, attr->value,
        "“unit” is one of money, money/month, ratio, count, months, years, age, flag, date, and choice of a parameter");
    return false;
}

size_t
read_word(reader_t *r, const policy_source_t *source, const yaml_node_t *node, const char *const *words, size_t n)
{
    const char *text = yaml_text(node);
    AUTO_STR list = STR_INIT;

    for (size_t i = 0; i < n; i++) {
        if (text != NULL && strcmp(text, words[i]) == 0)
            return i;
        str_printf(&list, "%s%s", i == 0 ? "" : ", ", words[i]);
    }
    policy_problem(r->problems, source, node, "“%s” is none of: %s", text != NULL ? text : "this", str_c(&list));
    return SIZE_MAX;
}

bool
read_confidence(reader_t *r, const policy_source_t *source, const yaml_node_t *node, policy_confidence_t *ret)
{
    size_t i = read_word(r, source, node, confidence_names, CONFIDENCE_COUNT);

    if (i != SIZE_MAX)
        *ret = (policy_confidence_t) i;
    return i != SIZE_MAX;
}

void
read_formula(reader_t *r, const policy_source_t *source, const yaml_node_t *node, policy_formula_t *ret)
{
    expr_error_t error = { 0 };

    ret->source = source;
    ret->node = node;
    ret->text = yaml_text(node);
    if (ret->text == NULL) {
        policy_problem(r->problems, source, node, "a formula is written as text");
        ret->text = "";
        return;
    }
    ret->tree = expr_parse(ret->text, r->policy->arena, &error);
    if (ret->tree == NULL)
        policy_problem_at(r->problems, source, node, error.at, "%s", error.text);
}

policy_def_t *
read_reference_at(reader_t *r, const policy_source_t *source, const yaml_node_t *node, policy_def_kind_t kind,
                  const char *what)
{
    const char *name = yaml_text(node);
    policy_def_t *def = name != NULL ? policy_find(r->policy, name, strlen(name)) : NULL;

    if (def == NULL || def->kind != kind) {
        policy_problem(r->problems, source, node, "“%s” is no %s of this policy%s", name != NULL ? name : "this", what,
                       name != NULL ? policy_hint_kind(r->policy, name, kind) : "");
        return NULL;
    }
    return def;
}

policy_def_t *
read_reference(reader_t *r, const policy_attr_t *attr, policy_def_kind_t kind, const char *what)
{
    return read_text(r, attr, "the name of a definition") != NULL
               ? read_reference_at(r, attr->source, attr->value, kind, what)
               : NULL;
}

const policy_attr_t *
read_required(reader_t *r, const policy_def_t *def, const char *name)
{
    const policy_attr_t *attr = policy_attr(def->entry, name);

    if (attr == NULL)
        policy_problem(r->problems, def->entry->source, def->entry->key, "“%s” needs “%s”", def->name, name);
    return attr;
}

void
read_basis(reader_t *r, policy_def_t *def, bool required)
{
    const policy_attr_t *basis = policy_attr(def->entry, "basis"), *confidence = policy_attr(def->entry, "confidence");

    if (basis != NULL)
        def->basis = read_text(r, basis, "the legal text that says so");
    else if (required)
        policy_problem(r->problems, def->entry->source, def->entry->key, "“%s” has no legal basis: add “basis”",
                       def->name);
    if (confidence != NULL)
        (void) read_confidence(r, confidence->source, confidence->value, &def->confidence);
}

size_t
read_texts(reader_t *r, const policy_attr_t *attr, const char ***ret)
{
    size_t n = yaml_kind(attr->value) == YAML_LIST ? yaml_count(attr->value) : 1;
    const char **texts = arena_new_array(r->policy->arena, const char *, n + 1);
    size_t count = 0;

    for (size_t i = 0; i < n; i++) {
        const yaml_node_t *item = yaml_kind(attr->value) == YAML_LIST ? yaml_at(attr->value, i) : attr->value;
        const char *text = yaml_text(item);

        if (text == NULL || *text == '\0')
            policy_problem(r->problems, attr->source, item, "“%s” is a word or a list of words", attr->name);
        else
            texts[count++] = text;
    }
    *ret = texts;
    return count;
}

/* ---- small sections ---------------------------------------------------------------------------------------------- */

static void
read_window(reader_t *r, policy_def_t *def)
{
    static const char *const ends[] = { "before the month", "on the day" };
    const policy_attr_t *months = read_required(r, def, "months"), *end = read_required(r, def, "ends");
    policy_window_t *w = &def->window;
    int64_t n = 0;

    w->name = def->name;
    w->label = def->label;
    read_basis(r, def, true);
    w->basis = def->basis;
    w->months = 12;
    if (end != NULL)
        w->to_day = read_word(r, end->source, end->value, ends, COUNT_OF(ends)) == 1;
    if (months != NULL) {
        const char *text = yaml_text(months->value);

        if (text == NULL || !num_i64(text, strlen(text), &n) || n < (w->to_day ? 0 : 1) || n > 120)
            policy_problem(r->problems, months->source, months->value, "“months” is a whole number from 1 to 120%s",
                           w->to_day ? ", or 0 for the day alone" : "");
        else
            w->months = (int32_t) n;
    }
}

/* A group is one of members, unless it says that it is one of their supporters. */
static void
read_among(reader_t *r, policy_def_t *def)
{
    static const char *const words[] = { "members", "supporters" };
    const policy_attr_t *among = policy_attr(def->entry, "among");

    def->scope = SCOPE_MEMBER;
    if (among != NULL && read_word(r, among->source, among->value, words, COUNT_OF(words)) == 1)
        def->scope = SCOPE_SUPPORTER;
}

static void
read_derived(reader_t *r, policy_def_t *def)
{
    const char *formula = def->kind == DEF_GROUP ? "where" : "value";
    const policy_attr_t *value = read_required(r, def, formula), *unit = policy_attr(def->entry, "unit"),
                        *needs = policy_attr(def->entry, "needs");

    read_basis(r, def, false);
    if (def->kind == DEF_GROUP)
        read_among(r, def);
    if (value != NULL)
        read_formula(r, value->source, value->value, &def->derived.formula);
    if (needs != NULL)
        read_formula(r, needs->source, needs->value, &def->derived.needs);
    if (unit != NULL)
        def->derived.has_unit = read_unit(r, unit, &def->derived.declared);
    def->broken = def->derived.formula.tree == NULL;
}

/* ---- all sections ------------------------------------------------------------------------------------------------ */

static bool
is_plain_name(const char *name)
{
    bool start = true;

    for (const char *p = name; *p != '\0'; p++) {
        bool letter = (*p >= 'a' && *p <= 'z') || *p == '_', digit = *p >= '0' && *p <= '9';

        if (*p == '.' ? start : !(letter || (digit && !start)))
            return false;
        start = *p == '.';
    }
    return !start;
}

bool
read_is_name(const char *text)
{
    return is_plain_name(text) && !expr_is_reserved(text);
}

policy_def_t *
read_add_def(reader_t *r, policy_def_kind_t kind, const char *name, const policy_entry_t *entry)
{
    policy_t *self = r->policy;
    const policy_def_t *other = policy_find(self, name, strlen(name));
    policy_def_t *def = arena_new_array(self->arena, policy_def_t, 1);

    def->kind = kind;
    def->name = name;
    def->entry = entry;
    def->confidence = CONFIDENCE_VERIFIED;
    def->label = (policy_label_t){ "", "" };
    if (entry != NULL && (!is_plain_name(name) || expr_is_reserved(name)))
        policy_problem(r->problems, entry->source, entry->key, "“%s” cannot be a name: %s", name,
                       expr_is_reserved(name) ? "it is a word of the language"
                                              : "lower-case letters, digits and _, parts joined by points");
    if (other != NULL && entry != NULL && other->entry == NULL)
        policy_problem(r->problems, entry->source, entry->key,
                       "“%s” is a name that the language itself defines: take another", name);
    else if (other != NULL && entry != NULL)
        policy_problem(r->problems, entry->source, entry->key,
                       "“%s” is defined twice, also at %s:%u: all names live in one space, take another", name,
                       other->entry->source->path, yaml_line(other->entry->key));
    self->defs = mem_grow(self->defs, &self->def_cap, self->def_count + 1, sizeof(policy_def_t *));
    self->defs[self->def_count++] = def;
    return def;
}

static void
add_section(reader_t *r, policy_section_t section, policy_def_kind_t kind)
{
    policy_t *self = r->policy;

    for (size_t i = 0; i < self->entry_count[section]; i++) {
        const policy_entry_t *entry = &self->entries[section][i];
        policy_def_t *def = read_add_def(r, kind, entry->name, entry);
        const policy_attr_t *label = policy_attr(entry, "label"), *note = policy_attr(entry, "note");

        def->index = i;
        if (label != NULL)
            read_label(r, label->source, label->value, &def->label);
        if (note != NULL)
            def->note = read_text(r, note, "a text");
    }
}

static void
add_builtins(reader_t *r)
{
    static const struct {
        const char *name;
        scope_t scope;
        unit_t unit;
        policy_label_t label;
    } builtins[BUILTIN_COUNT] = {
        [BUILTIN_AGE] = { "age", SCOPE_MEMBER, { UNIT_QUANTITY, 0, 0, 1 }, { "年龄", "age" } },
        [BUILTIN_MALE] = { "male", SCOPE_MEMBER, { UNIT_FLAG, 0, 0, 0 }, { "男性", "male" } },
        [BUILTIN_BORN] = { "born", SCOPE_MEMBER, { UNIT_DATE, 0, 0, 0 }, { "出生日期", "date of birth" } },
        [BUILTIN_RELATION] = { "relation",
                               SCOPE_MEMBER,
                               { UNIT_WORD, 0, 0, 0 },
                               { "与户主关系", "relation to the head" } },
        [BUILTIN_URBAN] = { "urban", SCOPE_HOUSEHOLD, { UNIT_FLAG, 0, 0, 0 }, { "城镇", "urban" } },
        [BUILTIN_CLOSED] = { "closed", SCOPE_HOUSEHOLD, { UNIT_FLAG, 0, 0, 0 }, { "户已注销", "household closed" } },
        [BUILTIN_TODAY] = { "today", SCOPE_HOUSEHOLD, { UNIT_DATE, 0, 0, 0 }, { "认定日", "day of assessment" } },
        [BUILTIN_SAME_HOUSEHOLD] = { "same_household",
                                     SCOPE_SUPPORTER,
                                     { UNIT_FLAG, 0, 0, 0 },
                                     { "与被赡养（抚养、扶养）人共同生活", "lives in the household of the one supported" } },
        [BUILTIN_GRACE_MONTH] = { "grace.month",
                                  SCOPE_HOUSEHOLD,
                                  { UNIT_QUANTITY, 0, 0, 0 },
                                  { "渐退期第几个月", "month of the period of grace" } },
    };

    for (size_t i = 0; i < BUILTIN_COUNT; i++) {
        if (builtins[i].name == NULL)
            continue;
        policy_def_t *def = read_add_def(r, DEF_BUILTIN, builtins[i].name, NULL);

        def->builtin = (policy_builtin_t) i;
        def->scope = builtins[i].scope;
        def->unit = builtins[i].unit;
        def->label = builtins[i].label;
        def->visit = 2;
    }
}

/* All supporters of a member: those to whom some link of the policy's is in force. */
static void
add_supporters(reader_t *r)
{
    policy_def_t *def = read_add_def(r, DEF_GROUP, "supporters", NULL);

    def->scope = SCOPE_SUPPORTER;
    def->label = (policy_label_t){ "法定赡养、抚养、扶养义务人", "legal supporters" };
}

static void
read_supporters(reader_t *r)
{
    policy_def_t *def = policy_find(r->policy, "supporters", strlen("supporters"));
    expr_error_t error = { 0 };
    AUTO_STR text = STR_INIT;

    for (size_t i = 0; i < r->policy->def_count; i++) {
        const policy_def_t *link = r->policy->defs[i];

        if (link->kind == DEF_FACT && link->fact.holder == HOLDER_SUPPORTER &&
            link->fact.accumulate == ACCUMULATE_LATEST)
            str_printf(&text, "%shas %s", text.len == 0 ? "" : " or ", link->name);
    }
    def->derived.formula.text = arena_strndup(r->policy->arena, text.len > 0 ? str_c(&text) : "0 = 0",
                                              text.len > 0 ? text.len : strlen("0 = 0"));
    def->derived.formula.tree = expr_parse(def->derived.formula.text, r->policy->arena, &error);
    def->broken = def->derived.formula.tree == NULL; /* a link whose name is no name was reported there */
}

/* The attribute without which a definition is none; what lacks it refines nothing, so its name is perhaps a slip. */
static const char *
needed(policy_def_kind_t kind)
{
    return kind == DEF_PARAMETER || kind == DEF_CATEGORY ? "unit"
           : kind == DEF_FACT                            ? "accumulates"
           : kind == DEF_WINDOW                          ? "ends"
           : kind == DEF_OVERLAP                         ? "draws"
                                                         : NULL;
}

static bool
is_slip(reader_t *r, const policy_def_t *def)
{
    const char *attr = needed(def->kind), *near = NULL;

    if (attr == NULL || policy_attr(def->entry, attr) != NULL)
        return false;
    near = policy_nearest_other(r->policy, def);
    if (near == NULL)
        return false;
    policy_problem(r->problems, def->entry->source, def->entry->key,
                   "“%s” is new here, but has no “%s”: did you mean “%s”?", def->name, attr, near);
    return true;
}

static void
read_def(reader_t *r, policy_def_t *def)
{
    if (is_slip(r, def)) {
        def->broken = true;
        return;
    }
    switch (def->kind) {
    case DEF_WINDOW:
        read_window(r, def);
        break;
    case DEF_PARAMETER:
        read_param(r, def);
        break;
    case DEF_FACT:
        read_fact(r, def);
        break;
    case DEF_GROUP:
    case DEF_DERIVED:
        if (!policy_is_built_in_group(def))
            read_derived(r, def);
        break;
    case DEF_CATEGORY:
        read_category(r, def);
        break;
    case DEF_OVERLAP:
        read_overlap(r, def);
        break;
    case DEF_HEAD:
        read_basis(r, def, false);
        break;
    case DEF_FACT_VALUE:
    case DEF_FACT_CODE:
    case DEF_BUILTIN:
        break;
    }
}

/* Facts and categories by index, for what runs per household. */
static void
index_defs(policy_t *self)
{
    term_t last = 0;

    self->facts = arena_new_array(self->arena, policy_def_t *, self->def_count + 1);
    self->categories = arena_new_array(self->arena, policy_def_t *, self->def_count + 1);
    self->overlaps = arena_new_array(self->arena, policy_def_t *, self->def_count + 1);
    for (size_t i = 0; i < self->def_count; i++) {
        policy_def_t *def = self->defs[i];

        if (def->kind == DEF_FACT) {
            def->fact.index = self->fact_count;
            self->facts[self->fact_count++] = def;
            last = def->fact.kind > last ? def->fact.kind : last;
        }
        if (def->kind == DEF_CATEGORY) {
            def->index = self->category_count;
            self->categories[self->category_count++] = def;
        }
        if (def->kind == DEF_OVERLAP) {
            def->index = self->overlap_count;
            self->overlaps[self->overlap_count++] = def;
        }
        if (def->kind == DEF_GROUP && strcmp(def->name, "counted_members") == 0)
            self->counted = def;
    }
    self->fact_of_term_count = (size_t) last + 1;
    self->fact_of_term = arena_new_array(self->arena, uint16_t, self->fact_of_term_count);
    for (size_t i = self->fact_count; i-- > 0;) {
        policy_fact_t *fact = &self->facts[i]->fact;

        fact->same_kind = self->fact_of_term[fact->kind];
        self->fact_of_term[fact->kind] = (uint16_t) (i + 1);
    }
}

void
policy_read(policy_t *self, terms_t *terms, policy_problems_t *problems)
{
    reader_t r = { self, terms, problems };
    size_t count;

    add_builtins(&r);
    add_supporters(&r);
    add_section(&r, SECTION_WINDOWS, DEF_WINDOW);
    add_section(&r, SECTION_PARAMETERS, DEF_PARAMETER);
    add_section(&r, SECTION_HEADS, DEF_HEAD);
    add_section(&r, SECTION_FACTS, DEF_FACT);
    add_section(&r, SECTION_MEMBERS, DEF_GROUP);
    add_section(&r, SECTION_DERIVED, DEF_DERIVED);
    add_section(&r, SECTION_CATEGORIES, DEF_CATEGORY);
    add_section(&r, SECTION_OVERLAPS, DEF_OVERLAP);
    count = self->def_count; /* facts add the names of their values and codes while they are read */
    for (size_t i = 0; i < count; i++)
        read_def(&r, self->defs[i]);
    read_supporters(&r);
    index_defs(self);
    read_drawn_kinds(self);
    if (self->counted != NULL && self->counted->scope != SCOPE_MEMBER)
        policy_problem(problems, self->counted->entry->source, self->counted->entry->key,
                       "“counted_members” is a group of members, not of supporters");
    if (self->counted == NULL)
        policy_problem(problems, self->sources[0], yaml_doc_root(self->sources[0]->doc),
                       "“members: { counted_members: … }” is missing: it says who counts in a household");
}
