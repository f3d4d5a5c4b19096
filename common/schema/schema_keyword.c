/* SPDX-License-Identifier: Apache-2.0 */
#include "schema/schema_compile.h"

#include <string.h>

#define DIALECT "https://json-schema.org/draft/2020-12/schema"

typedef bool (*keyword_fn)(compile_t *c, const json_node_t *schema, const json_node_t *k);

static bool
take_count(const compile_t *c, const json_node_t *k, int64_t *ret)
{
    if (!json_i64(k, ret) || *ret < 0)
        return schema_fail(c, json_key(k), "must be an integer that is not negative");
    return true;
}

static bool
take_strings(const compile_t *c, const json_node_t *k, const json_node_t *list)
{
    if (json_kind(list) != JSON_ARRAY)
        return schema_fail(c, json_key(k), "must be an array of strings");
    for (const json_node_t *s = json_first(list); s != NULL; s = json_next(s))
        if (json_text(s) == NULL)
            return schema_fail(c, json_key(k), "must be an array of strings");
    return true;
}

/* ---- annotations ---- */

static bool
annotation(compile_t *c, const json_node_t *schema, const json_node_t *k)
{
    (void) c;
    (void) schema;
    (void) k;
    return true;
}

static bool
dialect(compile_t *c, const json_node_t *schema, const json_node_t *k)
{
    (void) schema;
    if (json_text(k) == NULL || strcmp(json_text(k), DIALECT) != 0)
        return schema_fail(c, "$schema", "only " DIALECT " is implemented");
    return true;
}

static bool
id(compile_t *c, const json_node_t *schema, const json_node_t *k)
{
    if (json_text(k) == NULL || schema != json_root(c->out->tree))
        return schema_fail(c, "$id", "is implemented at the root only");
    return true;
}

static bool
anchor(compile_t *c, const json_node_t *schema, const json_node_t *k)
{
    (void) schema;
    if (json_text(k) == NULL)
        return schema_fail(c, "$anchor", "must be a string");
    for (size_t i = 0; i < c->anchor_count; i++)
        if (strcmp(c->anchors[i].name, json_text(k)) == 0)
            return schema_fail(c, "$anchor", "this name is used twice");
    c->anchors = mem_grow(c->anchors, &c->anchor_cap, c->anchor_count + 1, sizeof(*c->anchors));
    c->anchors[c->anchor_count++] = (anchor_t){ json_text(k), c->sub };
    return true;
}

/* Compiled although nothing may use them: what is not implemented must not hide there. */
static bool
defs(compile_t *c, const json_node_t *schema, const json_node_t *k)
{
    (void) schema;
    if (json_kind(k) != JSON_OBJECT)
        return schema_fail(c, "$defs", "must be an object");
    for (const json_node_t *d = json_first(k); d != NULL; d = json_next(d))
        (void) schema_sub(c, d, "$defs", json_key(d));
    return true;
}

/* ---- any value ---- */

static bool
type(compile_t *c, const json_node_t *schema, const json_node_t *k)
{
    static const char *const names[] = { "null", "boolean", "integer", "number", "string", "array", "object" };
    const json_node_t *first = json_kind(k) == JSON_ARRAY ? json_first(k) : k;
    uint32_t mask = 0;

    (void) schema;
    for (const json_node_t *n = first; n != NULL; n = first == k ? NULL : json_next(n)) {
        size_t i = 0;
        while (i < COUNT_OF(names) && (json_text(n) == NULL || strcmp(json_text(n), names[i]) != 0))
            i++;
        if (i == COUNT_OF(names))
            return schema_fail(c, "type", "unknown type");
        mask |= 1u << i;
    }
    if (mask == 0)
        return schema_fail(c, "type", "names no type");
    schema_emit(c, OP_TYPE)->count = mask;
    return true;
}

static bool
constant(compile_t *c, const json_node_t *schema, const json_node_t *k)
{
    (void) schema;
    schema_emit(c, OP_CONST)->v.node = k;
    return true;
}

static bool
enumeration(compile_t *c, const json_node_t *schema, const json_node_t *k)
{
    (void) schema;
    if (json_kind(k) != JSON_ARRAY)
        return schema_fail(c, "enum", "must be an array");
    schema_emit(c, OP_ENUM)->v.node = k;
    return true;
}

static bool
reference(compile_t *c, const json_node_t *schema, const json_node_t *k)
{
    (void) schema;
    if (json_text(k) == NULL)
        return schema_fail(c, "$ref", "must be a string");
    op_t *op = schema_emit(c, OP_REF);
    op->v.subs = arena_new_array(c->out->arena, uint32_t, 1);
    op->count = 1;
    c->refs = mem_grow(c->refs, &c->ref_cap, c->ref_count + 1, sizeof(*c->refs));
    c->refs[c->ref_count++] = (pending_ref_t){ c->out->op_count - 1, c->sub, json_text(k) };
    return true;
}

/* ---- combining ---- */

static bool
list_of_schemas(compile_t *c, const json_node_t *k, uint32_t **ret, uint32_t *ret_count)
{
    uint32_t i = 0;
    char step[16];

    if (json_kind(k) != JSON_ARRAY || json_first(k) == NULL)
        return schema_fail(c, json_key(k), "must be an array of schemas");
    *ret_count = (uint32_t) json_count(k);
    *ret = arena_new_array(c->out->arena, uint32_t, *ret_count);
    for (const json_node_t *s = json_first(k); s != NULL; s = json_next(s)) {
        (void) snprintf(step, sizeof(step), "%u", i);
        (*ret)[i++] = schema_sub(c, s, json_key(k), step);
    }
    return true;
}

static bool
combine(compile_t *c, const json_node_t *k, op_kind_t kind)
{
    uint32_t *subs, count;

    if (!list_of_schemas(c, k, &subs, &count))
        return false;
    op_t *op = schema_emit(c, kind);
    op->v.subs = subs;
    op->count = count;
    return true;
}

static bool
all_of(compile_t *c, const json_node_t *schema, const json_node_t *k)
{
    (void) schema;
    return combine(c, k, OP_ALL_OF);
}

static bool
any_of(compile_t *c, const json_node_t *schema, const json_node_t *k)
{
    (void) schema;
    return combine(c, k, OP_ANY_OF);
}

static bool
one_of(compile_t *c, const json_node_t *schema, const json_node_t *k)
{
    (void) schema;
    return combine(c, k, OP_ONE_OF);
}

static bool
not_(compile_t *c, const json_node_t *schema, const json_node_t *k)
{
    (void) schema;
    uint32_t sub = schema_sub(c, k, "not", NULL);
    op_t *op = schema_emit(c, OP_NOT);
    op->v.subs = arena_new_array(c->out->arena, uint32_t, 1);
    op->v.subs[0] = sub;
    op->count = 1;
    return true;
}

static uint32_t
optional_sub(compile_t *c, const json_node_t *schema, const char *keyword)
{
    const json_node_t *n = json_get(schema, keyword);

    return n == NULL ? SUB_NONE : schema_sub(c, n, keyword, NULL);
}

static bool
if_(compile_t *c, const json_node_t *schema, const json_node_t *k)
{
    (void) k;
    uint32_t *subs = arena_new_array(c->out->arena, uint32_t, 3);

    subs[0] = optional_sub(c, schema, "if");
    subs[1] = optional_sub(c, schema, "then");
    subs[2] = optional_sub(c, schema, "else");
    op_t *op = schema_emit(c, OP_IF);
    op->v.subs = subs;
    op->count = 3;
    return true;
}

/* then and else: run by "if"; without it they are checked and ignored, as the standard says. */
static bool
branch(compile_t *c, const json_node_t *schema, const json_node_t *k)
{
    (void) schema;
    (void) schema_sub(c, k, json_key(k), NULL);
    return true;
}

static bool
dependent(compile_t *c, const json_node_t *schema, const json_node_t *k)
{
    bool schemas = strcmp(json_key(k), "dependentSchemas") == 0;
    size_t i = 0;

    (void) schema;
    if (json_kind(k) != JSON_OBJECT)
        return schema_fail(c, json_key(k), "must be an object");
    dependent_t *list = arena_new_array(c->out->arena, dependent_t, json_count(k));
    for (const json_node_t *m = json_first(k); m != NULL; m = json_next(m), i++) {
        list[i] = (dependent_t){ .member = json_key(m), .sub = SUB_NONE };
        if (schemas) {
            list[i].sub = schema_sub(c, m, json_key(k), json_key(m));
            continue;
        }
        if (!take_strings(c, k, m))
            return false;
        list[i].needs = arena_new_array(c->out->arena, const char *, json_count(m));
        for (const json_node_t *s = json_first(m); s != NULL; s = json_next(s))
            list[i].needs[list[i].need_count++] = json_text(s);
    }
    op_t *op = schema_emit(c, OP_DEPENDENT);
    op->v.dependents = list;
    op->count = (uint32_t) i;
    return true;
}

/* ---- numbers and strings ---- */

static bool
number(compile_t *c, const json_node_t *schema, const json_node_t *k)
{
    static const struct {
        const char *name;
        op_kind_t kind;
    } ops[] = { { "minimum", OP_MINIMUM }, { "maximum", OP_MAXIMUM }, { "exclusiveMinimum", OP_ABOVE },
                { "exclusiveMaximum", OP_BELOW } };
    double v;

    (void) schema;
    if (!json_real(k, &v))
        return schema_fail(c, json_key(k), "must be a number");
    for (size_t i = 0; i < COUNT_OF(ops); i++)
        if (strcmp(ops[i].name, json_key(k)) == 0)
            schema_emit(c, ops[i].kind)->v.real = v;
    return true;
}

/* A fraction such as 0.01 has no exact double: refused rather than run by guess. */
static bool
multiple_of(compile_t *c, const json_node_t *schema, const json_node_t *k)
{
    int64_t v;

    (void) schema;
    if (!json_i64(k, &v) || v <= 0)
        return schema_fail(c, "multipleOf", "is implemented for positive integers only");
    schema_emit(c, OP_MULTIPLE)->v.real = (double) v;
    return true;
}

static bool
length(compile_t *c, const json_node_t *schema, const json_node_t *k)
{
    int64_t v;

    (void) schema;
    if (!take_count(c, k, &v))
        return false;
    schema_emit(c, strcmp(json_key(k), "minLength") == 0 ? OP_MIN_LENGTH : OP_MAX_LENGTH)->v.length = v;
    return true;
}

static bool
compile_pattern(compile_t *c, const char *keyword, const char *source, pattern_t **ret)
{
    schema_t *out = c->out;
    err_t err;

    if (source == NULL)
        return schema_fail(c, keyword, "must be a string");
    if (!pattern_compile(source, ret, &err))
        return schema_fail(c, keyword, "%s", err.text);
    out->patterns = mem_grow(out->patterns, &out->pattern_cap, out->pattern_count + 1, sizeof(pattern_t *));
    out->patterns[out->pattern_count++] = *ret;
    return true;
}

static bool
pattern(compile_t *c, const json_node_t *schema, const json_node_t *k)
{
    pattern_t *compiled = NULL;

    (void) schema;
    if (!compile_pattern(c, "pattern", json_text(k), &compiled))
        return false;
    op_t *op = schema_emit(c, OP_PATTERN);
    op->v.pattern.compiled = compiled;
    op->v.pattern.source = json_text(k);
    return true;
}

static bool
format(compile_t *c, const json_node_t *schema, const json_node_t *k)
{
    (void) schema;
    if (json_text(k) == NULL)
        return schema_fail(c, "format", "must be a string");
    if ((c->out->flags & SCHEMA_ASSERT_FORMAT) == 0)
        return true;
    const format_t *f = schema_format(json_text(k));
    if (f == NULL)
        return schema_fail(c, "format", "\"%s\" is not implemented", json_text(k));
    schema_emit(c, OP_FORMAT)->v.format = f;
    return true;
}

/* ---- objects ---- */

static property_t *
property_of(object_rule_t *rule, const char *name)
{
    for (size_t i = 0; i < rule->property_count; i++)
        if (strcmp(rule->properties[i].name, name) == 0)
            return &rule->properties[i];
    property_t *p = &rule->properties[rule->property_count++];
    *p = (property_t){ .name = name, .len = strlen(name), .sub = SUB_NONE };
    return p;
}

static bool
take_properties(compile_t *c, object_rule_t *rule, const json_node_t *properties, const json_node_t *required)
{
    if (properties != NULL && json_kind(properties) != JSON_OBJECT)
        return schema_fail(c, "properties", "must be an object");
    if (required != NULL && !take_strings(c, required, required))
        return false;
    rule->properties = arena_new_array(c->out->arena, property_t, json_count(properties) + json_count(required));
    for (const json_node_t *m = json_first(properties); m != NULL; m = json_next(m)) {
        property_t *p = property_of(rule, json_key(m));
        p->sub = schema_sub(c, m, "properties", json_key(m));
        p->listed = true;
    }
    for (const json_node_t *s = json_first(required); s != NULL; s = json_next(s)) {
        property_t *p = property_of(rule, json_text(s));
        rule->required_count += !p->required;
        p->required = true;
    }
    return true;
}

static bool
take_patterns(compile_t *c, object_rule_t *rule, const json_node_t *patterns)
{
    if (patterns == NULL)
        return true;
    if (json_kind(patterns) != JSON_OBJECT)
        return schema_fail(c, "patternProperties", "must be an object");
    rule->patterns = arena_new_array(c->out->arena, pattern_property_t, json_count(patterns));
    for (const json_node_t *m = json_first(patterns); m != NULL; m = json_next(m)) {
        pattern_property_t *p = &rule->patterns[rule->pattern_count++];
        if (!compile_pattern(c, "patternProperties", json_key(m), &p->pattern))
            return false;
        p->sub = schema_sub(c, m, "patternProperties", json_key(m));
    }
    return true;
}

/* Is k the first of the keywords that one rule gathers? */
static bool
is_first_of(const json_node_t *schema, const json_node_t *k, const char *const *names, size_t n)
{
    const json_node_t *first = json_first(schema);

    while (!str_in(json_key(first), names, n))
        first = json_next(first);
    return first == k;
}

static bool
object(compile_t *c, const json_node_t *schema, const json_node_t *k)
{
    static const char *const names[] = { "properties",           "required",      "patternProperties",
                                         "additionalProperties", "minProperties", "maxProperties" };
    const json_node_t *min = json_get(schema, "minProperties"), *max = json_get(schema, "maxProperties");
    object_rule_t *rule;

    if (!is_first_of(schema, k, names, COUNT_OF(names)))
        return true;
    rule = arena_alloc(c->out->arena, sizeof(*rule));
    rule->max = INT64_MAX;
    if (!take_properties(c, rule, json_get(schema, "properties"), json_get(schema, "required")) ||
        !take_patterns(c, rule, json_get(schema, "patternProperties")) ||
        (min != NULL && !take_count(c, min, &rule->min)) || (max != NULL && !take_count(c, max, &rule->max)))
        return false;
    rule->additional = optional_sub(c, schema, "additionalProperties");
    schema_emit(c, OP_OBJECT)->v.object = rule;
    return true;
}

/* ---- arrays ---- */

static bool
take_array_counts(const compile_t *c, const json_node_t *schema, array_rule_t *rule)
{
    const struct {
        const char *name;
        int64_t *ret;
    } counts[] = { { "minItems", &rule->min },
                   { "maxItems", &rule->max },
                   { "minContains", &rule->min_contains },
                   { "maxContains", &rule->max_contains } };

    for (size_t i = 0; i < COUNT_OF(counts); i++) {
        const json_node_t *n = json_get(schema, counts[i].name);
        if (n != NULL && !take_count(c, n, counts[i].ret))
            return false;
    }
    return true;
}

static bool
array(compile_t *c, const json_node_t *schema, const json_node_t *k)
{
    static const char *const names[] = { "prefixItems", "items",    "contains",    "minItems",
                                         "maxItems",    "minContains", "maxContains", "uniqueItems" };
    const json_node_t *prefix = json_get(schema, "prefixItems"), *unique = json_get(schema, "uniqueItems");
    uint32_t count = 0;

    if (!is_first_of(schema, k, names, COUNT_OF(names)))
        return true;
    array_rule_t *rule = arena_alloc(c->out->arena, sizeof(*rule));
    rule->max = rule->max_contains = INT64_MAX;
    rule->min_contains = 1;
    if (!take_array_counts(c, schema, rule))
        return false;
    if (unique != NULL && json_kind(unique) != JSON_BOOL)
        return schema_fail(c, "uniqueItems", "must be true or false");
    rule->unique = json_is_true(unique);
    if (prefix != NULL && !list_of_schemas(c, prefix, &rule->prefix, &count))
        return false;
    rule->prefix_count = count;
    rule->items = optional_sub(c, schema, "items");
    rule->contains = optional_sub(c, schema, "contains");
    schema_emit(c, OP_ARRAY)->v.array = rule;
    return true;
}

static const struct {
    const char *name;
    keyword_fn compile;
} keywords[] = {
    { "$schema", dialect }, { "$id", id }, { "$anchor", anchor }, { "$defs", defs }, { "$ref", reference },
    { "$comment", annotation }, { "title", annotation }, { "description", annotation }, { "default", annotation },
    { "examples", annotation }, { "deprecated", annotation }, { "readOnly", annotation }, { "writeOnly", annotation },
    { "contentEncoding", annotation }, { "contentMediaType", annotation }, { "contentSchema", annotation },
    { "type", type }, { "const", constant }, { "enum", enumeration },
    { "allOf", all_of }, { "anyOf", any_of }, { "oneOf", one_of }, { "not", not_ },
    { "if", if_ }, { "then", branch }, { "else", branch },
    { "dependentRequired", dependent }, { "dependentSchemas", dependent },
    { "minimum", number }, { "maximum", number }, { "exclusiveMinimum", number }, { "exclusiveMaximum", number },
    { "multipleOf", multiple_of }, { "minLength", length }, { "maxLength", length },
    { "pattern", pattern }, { "format", format },
    { "properties", object }, { "required", object }, { "patternProperties", object },
    { "additionalProperties", object }, { "minProperties", object }, { "maxProperties", object },
    { "prefixItems", array }, { "items", array }, { "contains", array }, { "minItems", array }, { "maxItems", array },
    { "minContains", array }, { "maxContains", array }, { "uniqueItems", array },
};

bool
schema_keyword(compile_t *c, const json_node_t *schema, const json_node_t *keyword)
{
    const char *name = json_key(keyword);

    if (str_starts(name, "x-"))
        return true;
    for (size_t i = 0; i < COUNT_OF(keywords); i++)
        if (strcmp(keywords[i].name, name) == 0)
            return keywords[i].compile(c, schema, keyword);
    return schema_fail(c, name, "this keyword is not implemented");
}
