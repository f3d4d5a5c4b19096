/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_expr.h"
#include "policy_model.h"
#include <string.h>

/* The merged policy as one YAML file without “extends”, in canonical form: sections and attributes in their order,
 * formulas as the language prints them.  Parsing it gives the same policy, and writing that the same bytes. */

typedef struct {
    const policy_t *policy;
    str_t *out;
} writer_t;

static void
indent(const writer_t *w, size_t level)
{
    for (size_t i = 0; i < level; i++)
        str_add(w->out, "  ");
}

/* ---- scalars ----------------------------------------------------------------------------------------------------- */

/* Text that other readers of YAML would take for a number, a truth value, a day or nothing. */
static bool
looks_typed(const char *text)
{
    static const char *const words[] = { "true", "false", "yes", "no", "on", "off", "null", "~", "y", "n" };

    return *text == '\0' || (*text >= '0' && *text <= '9') || *text == '.' || str_in(text, words, COUNT_OF(words));
}

static bool
is_plain(const char *text, bool flow)
{
    size_t n = strlen(text);

    if (n == 0 || strchr("-?:,[]{}#&*!|>'\"%@` ", text[0]) != NULL || text[n - 1] == ' ' || text[n - 1] == ':')
        return false;
    for (const char *p = text; *p != '\0'; p++) {
        if ((unsigned char) *p < 0x20 || *p == 0x7f || (*p == ':' && p[1] == ' ') || (*p == ' ' && p[1] == '#') ||
            (flow && strchr(",[]{}", *p) != NULL) || (flow && *p == ':' && strchr(",[]{}", p[1]) != NULL))
            return false;
    }
    return true;
}

static void
write_text(const writer_t *w, const char *text, bool quoted, bool flow)
{
    if (is_plain(text, flow) && !(quoted && looks_typed(text))) {
        str_add(w->out, text);
        return;
    }
    str_add_char(w->out, '"');
    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '"' || *p == '\\')
            str_add_char(w->out, '\\');
        if (*p == '\n')
            str_add(w->out, "\\n");
        else if ((unsigned char) *p < 0x20 || *p == 0x7f)
            str_printf(w->out, "\\x%02X", (unsigned) (unsigned char) *p);
        else
            str_add_char(w->out, *p);
    }
    str_add_char(w->out, '"');
}

/* The formula's canonical form, when the text is one and its canonical form stands for itself. */
static const char *
formula_text(const writer_t *w, const char *text)
{
    AUTO_STR once = STR_INIT;
    AUTO_STR twice = STR_INIT;
    expr_error_t error = { 0 };
    const expr_t *tree = expr_parse(text, w->policy->arena, &error);

    if (tree == NULL)
        return text;
    expr_print(tree, &once, NULL, NULL);
    tree = expr_parse(str_c(&once), w->policy->arena, &error);
    if (tree == NULL)
        return text;
    expr_print(tree, &twice, NULL, NULL);
    return strcmp(str_c(&once), str_c(&twice)) == 0 ? arena_strndup(w->policy->arena, str_c(&once), once.len) : text;
}

/* Where formulas stand: `key` of an entry's attribute, or of a map or list inside it. */
static bool
holds_formula(policy_section_t section, const char *key)
{
    static const char *const keys[] = { "where", "needs", "when", "that", "hysteresis", "amount", "points", "months" };

    if (section == SECTION_DERIVED && strcmp(key, "value") == 0)
        return true;
    return section >= SECTION_MEMBERS && str_in(key, keys, COUNT_OF(keys));
}

/* ---- nodes ------------------------------------------------------------------------------------------------------- */

typedef struct {
    policy_section_t section;
    const char *key; /* under which the node stands */
    size_t level;    /* of its lines, when it is a block */
} place_t;

static void write_node(const writer_t *w, const yaml_node_t *node, place_t place);

static void
write_scalar(const writer_t *w, const yaml_node_t *node, place_t place, bool flow)
{
    const char *text = yaml_text(node);

    if (holds_formula(place.section, place.key))
        text = formula_text(w, text);
    write_text(w, text, yaml_is_quoted(node), flow);
}

static bool
is_flat(const yaml_node_t *node)
{
    for (size_t i = 0; i < yaml_count(node); i++)
        if (yaml_kind(yaml_at(node, i)) != YAML_SCALAR)
            return false;
    return true;
}

static void
write_flow(const writer_t *w, const yaml_node_t *node, place_t place)
{
    bool map = yaml_kind(node) == YAML_MAP;

    str_add(w->out, map ? "{ " : "[ ");
    for (size_t i = 0; i < yaml_count(node); i++) {
        place_t inner = place;

        if (i > 0)
            str_add(w->out, ", ");
        if (map) {
            inner.key = yaml_key_at(node, i);
            write_text(w, inner.key, yaml_is_quoted(yaml_key_node_at(node, i)), true);
            str_add(w->out, ": ");
        }
        write_scalar(w, yaml_at(node, i), inner, true);
    }
    str_add(w->out, map ? " }" : " ]");
}

static void
write_map(const writer_t *w, const yaml_node_t *node, place_t place, bool in_item)
{
    for (size_t i = 0; i < yaml_count(node); i++) {
        place_t inner = { place.section, yaml_key_at(node, i), place.level + 1 };

        if (i > 0 || !in_item)
            indent(w, place.level);
        write_text(w, inner.key, yaml_is_quoted(yaml_key_node_at(node, i)), false);
        str_add_char(w->out, ':');
        write_node(w, yaml_at(node, i), inner);
    }
}

static void
write_list(const writer_t *w, const yaml_node_t *node, place_t place)
{
    for (size_t i = 0; i < yaml_count(node); i++) {
        const yaml_node_t *item = yaml_at(node, i);
        bool block = yaml_kind(item) == YAML_MAP && yaml_count(item) > 0 &&
                     (!is_flat(item) || holds_formula(place.section, place.key));

        indent(w, place.level);
        str_add(w->out, "-");
        if (block) {
            str_add_char(w->out, ' ');
            write_map(w, item, (place_t){ place.section, place.key, place.level + 1 }, true);
        } else {
            write_node(w, item, (place_t){ place.section, place.key, place.level + 1 });
        }
    }
}

/* What follows a colon or a dash, with the line's end. */
static void
write_node(const writer_t *w, const yaml_node_t *node, place_t place)
{
    bool formulas = yaml_kind(node) != YAML_SCALAR && holds_formula(place.section, place.key);

    if (yaml_kind(node) != YAML_SCALAR && (!is_flat(node) || formulas) && yaml_count(node) > 0) {
        str_add_char(w->out, '\n');
        if (yaml_kind(node) == YAML_MAP)
            write_map(w, node, place, false);
        else
            write_list(w, node, place);
        return;
    }
    str_add_char(w->out, ' ');
    if (yaml_kind(node) == YAML_SCALAR)
        write_scalar(w, node, place, false);
    else
        write_flow(w, node, place);
    str_add_char(w->out, '\n');
}

/* ---- the policy -------------------------------------------------------------------------------------------------- */

static void
write_attr(const writer_t *w, policy_section_t section, const policy_entry_t *entry, const char *name)
{
    const policy_attr_t *attr = policy_attr(entry, name);

    if (attr == NULL)
        return;
    indent(w, 2);
    str_printf(w->out, "%s:", name);
    write_node(w, attr->value, (place_t){ section, name, 3 });
}

/* What it is and by which text comes first, then what it says. */
static void
write_entry(const writer_t *w, policy_section_t section, const policy_entry_t *entry)
{
    static const char *const first[] = { "unit", "role", "label", "basis", "confidence", "note" };
    const char *const *names = policy_section_attrs(section);

    indent(w, 1);
    write_text(w, entry->name, false, false);
    str_add(w->out, entry->attr_count == 0 ? ": {}\n" : ":\n");
    for (size_t i = 0; i < COUNT_OF(first); i++)
        write_attr(w, section, entry, first[i]);
    for (; *names != NULL; names++)
        if (!str_in(*names, first, COUNT_OF(first)))
            write_attr(w, section, entry, *names);
}

void
policy_write(const policy_t *self, str_t *out)
{
    static const char *const roots[] = { "policy", "title", "abstract", "note" };
    const yaml_node_t *root = yaml_doc_root(self->sources[0]->doc);
    writer_t w = { self, out };

    for (size_t i = 0; i < COUNT_OF(roots); i++) {
        const yaml_node_t *node = yaml_get(root, roots[i]);

        if (node == NULL)
            continue;
        str_printf(out, "%s:", roots[i]);
        write_node(&w, node, (place_t){ SECTION_WINDOWS, roots[i], 1 });
    }
    for (size_t s = 0; s < SECTION_COUNT; s++) {
        if (self->entry_count[s] == 0)
            continue;
        str_printf(out, "\n%s:\n", policy_section_name((policy_section_t) s));
        for (size_t i = 0; i < self->entry_count[s]; i++)
            write_entry(&w, (policy_section_t) s, &self->entries[s][i]);
    }
}
