/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_hint.h"
#include <string.h>

/* A policy file and those it extends become one list of entries per section.  The nearest definition wins, attribute by
 * attribute; an attribute keeps the file and place where it was written. */

static const char *const section_names[SECTION_COUNT] = { "windows", "parameters", "heads",     "facts",
                                                          "members", "derived",    "categories", "overlaps" };

/* The attributes of each section, NULL-terminated; the first of a section is what a bare scalar stands for. */
static const char *const section_attrs[SECTION_COUNT][POLICY_ATTRS_MAX + 1] = {
    [SECTION_WINDOWS] = { "months", "ends", "label", "basis", "confidence", "note", NULL },
    [SECTION_PARAMETERS] = { "values", "unit", "by", "choices", "at_least", "at_most", "label", "basis", "confidence",
                             "note", NULL },
    [SECTION_HEADS] = { "label", "basis", "note", NULL },
    [SECTION_FACTS] = { "accumulates", "of", "unit", "scale", "window", "every", "since", "each_at_most", "head", "holder", "value", "code", "codes", "except",
                        "only", "counted", "until", "only_living", "basis", "label", "source", "note", NULL },
    [SECTION_MEMBERS] = { "where", "among", "label", "basis", "note", NULL },
    [SECTION_DERIVED] = { "value", "unit", "needs", "label", "basis", "note", NULL },
    [SECTION_CATEGORIES] = { "when", "unit", "role", "finding_category", "findings", "enrolment", "needs", "after",
                             "instead_of", "again_after", "leave_after",
                             "amount", "points", "group", "grace", "validity", "review", "rests_on", "label", "basis", "note", NULL },
    [SECTION_OVERLAPS] = { "draws", "gives_way", "scope", "findings", "label", "basis", "confidence", "note", NULL },
};
static const char *const root_keys[] = { "policy", "title", "extends", "abstract", "note" };

const char *
policy_section_name(policy_section_t section)
{
    return section_names[section];
}

const char *const *
policy_section_attrs(policy_section_t section)
{
    return section_attrs[section];
}

/* ---- sources ----------------------------------------------------------------------------------------------------- */

/* `extends` in `child` asks for it; NULL for the first. */
static policy_source_t *
open_source(policy_t *self, const char *path, const policy_source_t *child, const yaml_node_t *extends,
            policy_problems_t *problems)
{
    policy_source_t *source = mem_new(policy_source_t);
    err_t err = { 0 };

    self->sources[self->source_count++] = source;
    source->path = mem_strdup(path);
    if (!policy_source_read(self, source, &err)) {
        if (child != NULL)
            policy_problem(problems, child, extends, "this policy extends “%s”, but %s.  A policy stands in the folder of the file that it extends (deploy/policies)",
                           yaml_text(extends), err.text);
        else
            policy_problem_text(problems, path, err.text);
        return NULL;
    }
    if (!yaml_doc_parse(path, str_c(&source->text), source->text.len, &source->doc, &err)) {
        policy_problem_text(problems, path, err.text);
        return NULL;
    }
    if (yaml_kind(yaml_doc_root(source->doc)) != YAML_MAP) {
        policy_problem(problems, source, yaml_doc_root(source->doc),
                       "a policy is a map that begins with “policy: <name>”");
        return NULL;
    }
    return source;
}

/* "national" beside "…/qidong.yaml" is "…/national.yaml". */
static char *
parent_path(policy_t *self, const char *path, const char *parent)
{
    const char *slash = strrchr(path, '/');

    return arena_printf(self->arena, "%.*s%s.yaml", slash == NULL ? 0 : (int) (slash - path + 1), path, parent);
}

static bool
is_file_name(const char *name)
{
    for (const char *p = name; *p != '\0'; p++)
        if (!((*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9') || *p == '_' || *p == '-'))
            return false;
    return *name != '\0';
}

/* Opens the file and its ancestors: sources[0] is the file itself, the last is the base. */
static bool
open_chain(policy_t *self, const char *path, policy_problems_t *problems)
{
    const policy_source_t *child = NULL;
    const yaml_node_t *extends = NULL;

    for (;;) {
        policy_source_t *source;
        const yaml_node_t *root;
        const char *parent;

        source = open_source(self, path, child, extends, problems);
        if (source == NULL)
            return false;
        child = source;
        root = yaml_doc_root(source->doc);
        extends = yaml_get(root, "extends");
        if (extends == NULL) {
            policy_source_digest(self);
            return true;
        }
        parent = yaml_text(extends);
        if (parent == NULL || !is_file_name(parent)) {
            policy_problem(problems, source, extends, "“extends” names one policy file beside this one, without .yaml");
            return false;
        }
        path = parent_path(self, path, parent);
        for (size_t i = 0; i < self->source_count; i++) {
            if (strcmp(self->sources[i]->path, path) == 0) {
                policy_problem(problems, source, extends, "“%s” extends itself in a circle", parent);
                return false;
            }
        }
        if (self->source_count == COUNT_OF(self->sources)) {
            policy_problem(problems, source, extends, "too many levels: at most %zu files", COUNT_OF(self->sources));
            return false;
        }
    }
}

/* ---- merging ----------------------------------------------------------------------------------------------------- */

const policy_attr_t *
policy_attr(const policy_entry_t *entry, const char *name)
{
    for (size_t i = 0; i < entry->attr_count; i++)
        if (strcmp(entry->attrs[i].name, name) == 0)
            return &entry->attrs[i];
    return NULL;
}

static void
put_attr(policy_entry_t *entry, policy_attr_t attr)
{
    for (size_t i = 0; i < entry->attr_count; i++) {
        if (strcmp(entry->attrs[i].name, attr.name) == 0) {
            entry->attrs[i] = attr;
            return;
        }
    }
    REQUIRE(entry->attr_count < POLICY_ATTRS_MAX);
    entry->attrs[entry->attr_count++] = attr;
}

/* Whether each of the new values says by itself how sure it is. */
static bool
values_have_confidence(const yaml_node_t *values)
{
    if (yaml_kind(values) != YAML_LIST || yaml_count(values) == 0)
        return false;
    for (size_t i = 0; i < yaml_count(values); i++)
        if (yaml_kind(yaml_at(values, i)) != YAML_MAP || yaml_get(yaml_at(values, i), "confidence") == NULL)
            return false;
    return true;
}

/* A number that is changed needs its own legal basis, and says itself how sure it is: the parent's do not carry over to it. */
static void
check_override(policy_entry_t *entry, policy_section_t section, const policy_source_t *source, const yaml_node_t *value,
               policy_problems_t *problems)
{
    const char *numbers = section == SECTION_PARAMETERS ? "values" : section == SECTION_WINDOWS ? "months" : NULL;

    if (numbers == NULL || policy_attr(entry, numbers) == NULL || yaml_kind(value) != YAML_MAP)
        return;
    if (yaml_get(value, numbers) != NULL && yaml_get(value, "basis") == NULL)
        policy_problem(problems, source, value, "“%s” gives new %s but no “basis”: name the text that sets them here",
                       entry->name, numbers);
    const yaml_node_t *values = section == SECTION_PARAMETERS ? yaml_get(value, "values") : NULL;
    if (values != NULL && yaml_kind(values) == YAML_LIST && yaml_get(value, "confidence") == NULL && !values_have_confidence(values))
        policy_problem(problems, source, value, "“%s” gives new values but no “confidence”: say how sure they are (verified when you have read the text)",
                       entry->name);
}

/* What others reckon with stays what it is: a place gives numbers, not another unit. */
static bool
unit_is_kept(const policy_entry_t *entry, const policy_source_t *source, const yaml_node_t *key, const yaml_node_t *unit, policy_problems_t *problems)
{
    const policy_attr_t *old = policy_attr(entry, "unit");
    const char *text = yaml_text(unit), *was = old == NULL ? NULL : yaml_text(old->value);

    if (was == NULL || (text != NULL && strcmp(text, was) == 0))
        return true;
    policy_problem(problems, source, key, "“%s” is in %s, as %s says, and rules reckon with that: take “unit” out here and give values in %s", entry->name,
                   was, old->source->path, was);
    return false;
}

/* The attribute that was perhaps meant, or all that there are. */
static const char *
attr_hint(policy_problems_t *problems, const char *key, const char *const *allowed, size_t n)
{
    const char *near = policy_nearest_word(key, allowed, n);
    AUTO_STR list = STR_INIT;

    if (near != NULL)
        return arena_printf(problems->arena, "did you mean “%s”?", near);
    for (size_t i = 0; i < n; i++)
        str_printf(&list, "%s%s", i == 0 ? "there are " : ", ", allowed[i]);
    return arena_strndup(problems->arena, str_c(&list), list.len);
}

static void
merge_entry(policy_entry_t *entry, policy_section_t section, const policy_source_t *source, const yaml_node_t *value,
            policy_problems_t *problems)
{
    const char *const *allowed = section_attrs[section];
    size_t allowed_count = 0;

    while (allowed[allowed_count] != NULL)
        allowed_count++;
    if (yaml_kind(value) == YAML_SCALAR) {
        put_attr(entry, (policy_attr_t){ allowed[0], source, value, value });
        return;
    }
    if (yaml_kind(value) == YAML_LIST) {
        policy_problem(problems, source, value, "“%s” is a map of %s …, not a list", entry->name, allowed[0]);
        return;
    }
    check_override(entry, section, source, value, problems);
    for (size_t i = 0; i < yaml_count(value); i++) {
        const char *key = yaml_key_at(value, i);

        if (!str_in(key, allowed, allowed_count)) {
            policy_problem(problems, source, yaml_key_node_at(value, i),
                           "“%s” is not known in %s: %s", key, section_names[section],
                           attr_hint(problems, key, allowed, allowed_count));
            continue;
        }
        if (strcmp(key, "unit") == 0 && section != SECTION_CATEGORIES &&
            !unit_is_kept(entry, source, yaml_key_node_at(value, i), yaml_at(value, i), problems))
            continue;
        put_attr(entry, (policy_attr_t){ key, source, yaml_key_node_at(value, i), yaml_at(value, i) });
    }
}

static policy_entry_t *
find_entry(policy_t *self, policy_section_t section, const char *name)
{
    for (size_t i = 0; i < self->entry_count[section]; i++)
        if (strcmp(self->entries[section][i].name, name) == 0)
            return &self->entries[section][i];
    return NULL;
}

static void
merge_section(policy_t *self, policy_section_t section, const policy_source_t *source, policy_problems_t *problems)
{
    const yaml_node_t *map = yaml_get(yaml_doc_root(source->doc), section_names[section]);

    if (map == NULL)
        return;
    if (yaml_kind(map) != YAML_MAP) {
        policy_problem(problems, source, map, "“%s” is a map of names, each with a blank after its colon: “name: …”",
                       section_names[section]);
        return;
    }
    for (size_t i = 0; i < yaml_count(map); i++) {
        const char *name = yaml_key_at(map, i);
        policy_entry_t *entry = find_entry(self, section, name);

        if (entry == NULL) {
            entry = &self->entries[section][self->entry_count[section]++];
            entry->name = name;
        }
        entry->source = source;
        entry->key = yaml_key_node_at(map, i);
        merge_entry(entry, section, source, yaml_at(map, i), problems);
    }
}

static void
check_root(const policy_source_t *source, policy_problems_t *problems)
{
    const yaml_node_t *root = yaml_doc_root(source->doc);

    for (size_t i = 0; i < yaml_count(root); i++) {
        const char *key = yaml_key_at(root, i);

        if (!str_in(key, root_keys, COUNT_OF(root_keys)) && !str_in(key, section_names, SECTION_COUNT))
            policy_problem(problems, source, yaml_key_node_at(root, i),
                           "“%s” is not known: a policy has policy, title, extends, windows, parameters, heads, facts, "
                           "members, derived, categories, overlaps",
                           key);
    }
}

/* The same name as it may be written, or what may be in one. */
static const char *
name_hint(policy_problems_t *problems, const char *name)
{
    AUTO_STR lower = STR_INIT;

    for (const char *p = name; *p != '\0'; p++)
        str_add_char(&lower, *p >= 'A' && *p <= 'Z' ? (char) (*p + ('a' - 'A')) : *p == ' ' || *p == '.' ? '-' : *p);
    if (!is_file_name(str_c(&lower)))
        return "it in lower-case letters a to z, digits, - and _";
    return arena_printf(problems->arena, "“%s” (lower-case letters, digits, - and _)", str_c(&lower));
}

static void
read_root(policy_t *self, policy_problems_t *problems)
{
    const policy_source_t *source = self->sources[0];
    const yaml_node_t *root = yaml_doc_root(source->doc);
    const yaml_node_t *name = yaml_get(root, "policy"), *title = yaml_get(root, "title"), *abstract;
    const char *zh, *en;

    if (name == NULL || yaml_text(name) == NULL || yaml_text(name)[0] == '\0')
        policy_problem(problems, source, name != NULL ? name : root,
                       "“policy: <name>” is missing: lower-case letters, digits, - and _");
    else if (!is_file_name(yaml_text(name)))
        policy_problem(problems, source, name, "“%s” cannot be a policy's name: write %s", yaml_text(name),
                       name_hint(problems, yaml_text(name)));
    else
        self->name = arena_strndup(self->arena, yaml_text(name), strlen(yaml_text(name)));
    zh = policy_text(yaml_get(title, "zh"));
    en = policy_text(yaml_get(title, "en"));
    if (zh == NULL || en == NULL)
        policy_problem(problems, source, title != NULL ? title : root, "“title: { zh: …, en: … }” is missing");
    self->title = (policy_label_t){ zh != NULL ? zh : "", en != NULL ? en : "" };
    abstract = yaml_get(root, "abstract");
    if (abstract != NULL && (yaml_text(abstract) == NULL || strcmp(yaml_text(abstract), "true") != 0))
        policy_problem(problems, source, abstract, "“abstract” is true or absent");
    self->abstract = abstract != NULL;
}

static void
allocate_entries(policy_t *self)
{
    for (size_t s = 0; s < SECTION_COUNT; s++) {
        size_t n = 0;

        for (size_t i = 0; i < self->source_count; i++) {
            const yaml_node_t *map = yaml_get(yaml_doc_root(self->sources[i]->doc), section_names[s]);

            n += map != NULL ? yaml_count(map) : 0;
        }
        self->entries[s] = arena_new_array(self->arena, policy_entry_t, n + 1);
    }
}

bool
policy_file_load(policy_t *self, const char *path, policy_problems_t *problems)
{
    self->name = arena_strndup(self->arena, "", 0);
    if (!open_chain(self, path, problems))
        return false;
    allocate_entries(self);
    for (size_t i = self->source_count; i-- > 0;) {
        check_root(self->sources[i], problems);
        for (size_t s = 0; s < SECTION_COUNT; s++)
            merge_section(self, (policy_section_t) s, self->sources[i], problems);
    }
    read_root(self, problems);
    return true;
}
